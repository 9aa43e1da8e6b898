"""Statements of account: what was owed, what was invoiced and paid in a period, and what is owed after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_kind, require_text
from salesflow.labels import Labelled
from salesflow.model.invoice import Invoice, InvoiceKind
from salesflow.model.party import Party
from salesflow.model.payment import Payment
from salesflow.money import exact, quantum_of, require_currency
from salesflow.period import Period


class StatementEntry(Labelled):
    """What a line of a statement tells of; within a day they come in this order."""

    INVOICE = "invoice", "Invoice", "Factuur"
    CREDIT_NOTE = "credit-note", "Credit note", "Creditnota"
    PAYMENT = "payment", "Payment", "Betaling"
    REFUND = "refund", "Refund", "Terugbetaling"
    DISCOUNT = "discount", "Cash discount and difference", "Betalingskorting en -verschil"


@frozen(kw_only=True)
class StatementLine:
    """
    One document on a statement, or what was granted or booked away when it was settled.

    Args:
        amount: What it adds to what the account owes; below zero for credit notes and payments.
        balance: What the account owes after it.
    """

    on: date
    number: str
    what: StatementEntry
    amount: Decimal
    balance: Decimal


@frozen(kw_only=True)
class Statement:
    """
    What happened on an account in one currency over a period: ``opening`` and the amounts of the lines come to ``closing``.

    Args:
        opening: What was owed before the first day of the period; below zero where we owed it.
        lines: The documents dated in the period, by date.
    """

    account: str
    currency: str
    period: Period
    opening: Decimal
    lines: tuple[StatementLine, ...]

    @property
    def closing(self) -> Decimal:
        """What is owed at the end of the period."""
        return self.lines[-1].balance if self.lines else self.opening


@exact
def statement(
    account: Party | str, currency: str, invoices: Iterable[Invoice], payments: Iterable[Payment], *, period: Period
) -> Statement:
    """
    Return the statement of an account in one currency [PAY-5].

    Documents of other accounts and currencies are passed over, and so are pro formas and what is dated after the period.
    Give all documents of the account: those before the period make the opening balance.
    """
    name = account.number if isinstance(account, Party) else account
    require_text("account", name)
    require_currency("currency", currency)
    require_kind("period", period, Period)
    opening = balance = ZERO.quantize(quantum_of(currency))
    lines: list[StatementLine] = []
    for on, _, number, what, amount in sorted(_entries(name, currency, invoices, payments)):
        if period.end is not None and on > period.end:
            break
        balance += amount
        if on in period:
            lines.append(StatementLine(on=on, number=number, what=what, amount=amount, balance=balance))
        else:
            opening = balance
    return Statement(account=name, currency=currency, period=period, opening=opening, lines=tuple(lines))


Entry = tuple[date, int, str, StatementEntry, Decimal]
_PLACE = {what: place for place, what in enumerate(StatementEntry)}


def _entries(account: str, currency: str, invoices: Iterable[Invoice], payments: Iterable[Payment]) -> Iterator[Entry]:
    """Yield date, place within the day, number, kind and amount of each document."""
    for invoice in invoices:
        require_kind("invoice", invoice, Invoice)
        if (invoice.account, invoice.currency) == (account, currency) and invoice.kind is not InvoiceKind.PRO_FORMA:
            what = StatementEntry.CREDIT_NOTE if invoice.is_credit_note else StatementEntry.INVOICE
            yield invoice.on, _PLACE[what], invoice.number, what, invoice.total
            for part in invoice.settlements:
                if part.discount != part.difference:
                    granted = StatementEntry.DISCOUNT
                    yield part.on, _PLACE[granted], invoice.number, granted, part.difference - part.discount
    for payment in payments:
        require_kind("payment", payment, Payment)
        if (payment.account, payment.currency) == (account, currency):
            what = StatementEntry.REFUND if payment.amount < 0 else StatementEntry.PAYMENT
            yield payment.on, _PLACE[what], payment.number, what, -payment.amount
