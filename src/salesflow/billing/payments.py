"""Payments in their simplest form: received, settled against invoices, and what stays open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from salesflow.billing.invoice_life import LIFECYCLE as INVOICE_LIFECYCLE
from salesflow.checks import ZERO, exact_number, require_date, require_kind
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.model.events import InvoiceSettled, PaymentReceived
from salesflow.model.invoice import Invoice, Settlement, with_settlement
from salesflow.model.party import Party
from salesflow.model.payment import Payment
from salesflow.money import exact, quantum_of, require_currency
from salesflow.outcome import Outcome
from salesflow.rules import Rule

AMOUNT = Rule(
    code="payment.amount",
    en="A payment is an amount other than zero, in whole units of its currency; below zero it is paid back.",
    nl="Een betaling is een bedrag ongelijk aan nul, in hele eenheden van de valuta; negatief is het een terugbetaling.",
    refusal="{amount} {currency} is no amount that can be paid",
    spec=("PAY-5",),
    source="choice",
)
ANOTHER_ACCOUNT = Rule(
    code="payment.another-account",
    en="A payment settles invoices of the party that paid.",
    nl="Een betaling vereffent facturen van de partij die betaalde.",
    refusal="invoice {invoice} is owed by {owed_by}, not {account}",
    spec=("PAY-5",),
    source="documentation",
)
ANOTHER_CURRENCY = Rule(
    code="payment.another-currency",
    en="A payment settles invoices in its own currency.",
    nl="Een betaling vereffent facturen in de eigen valuta.",
    refusal="invoice {invoice} is in {invoiced}, the payment in {currency}",
    spec=("PAY-7",),
    source="documentation",
)
BEFORE_INVOICE = Rule(
    code="payment.before-invoice",
    en="A payment settles invoices that are dated on its day or before.",
    nl="Een betaling vereffent facturen van dezelfde dag of eerder.",
    refusal="invoice {invoice} is of {posted}; {on} is before that",
    spec=("PAY-8",),
    source="documentation",
)
WRONG_WAY = Rule(
    code="payment.direction",
    en="Money received settles what a customer owes, money paid back what we owe.",
    nl="Ontvangen geld vereffent wat een klant schuldig is, terugbetaald geld wat wij schuldig zijn.",
    refusal="invoice {invoice} has a balance of {balance}, which {amount} cannot settle",
    spec=("PAY-5",),
    source="documentation",
)
INVOICE_TWICE = Rule(
    code="payment.invoice-twice",
    en="A payment names each invoice once.",
    nl="Een betaling noemt elke factuur één keer.",
    refusal="invoice {invoice} is named more than once",
    spec=("PAY-5",),
    source="choice",
)


@exact
def receive(
    account: Party | str,
    amount: Decimal | int,
    currency: str,
    *,
    number: str,
    on: date,
    at: datetime | None = None,
    invoices: Iterable[Invoice] = (),
) -> Outcome[Payment]:
    """
    Receive a payment and settle *invoices* with it, the first due first; what they do not take stays as its balance [PAY-5].

    An amount below zero is paid back to the customer and settles what we owe.

    Raises:
        RefusedError: ``payment.amount``, or what ``settle`` refuses.
    """
    require_currency("currency", currency)
    paid = exact_number("amount", amount)
    quantum = quantum_of(currency)
    if not paid or paid != paid.quantize(quantum):
        refuse((AMOUNT.refuse(amount=paid, currency=currency),))
    payment = Payment(
        number=number,
        account=account.number if isinstance(account, Party) else account,
        currency=currency,
        amount=paid.quantize(quantum),
        on=on,
        at=at,
    )
    settled = settle(payment, invoices, on=on)
    received = PaymentReceived(number=number, on=on, at=at, amount=payment.amount)
    return Outcome(
        document=settled.document,
        made=(settled.document,),
        changed=settled.changed[1:],
        events=(received, *settled.events),
    )


@exact
def settle(payment: Payment, invoices: Iterable[Invoice], *, on: date) -> Outcome[Payment]:
    """
    Settle *invoices* with what is left of a payment, the first due first.

    Raises:
        RefusedError: ``wrong-status``, ``invoice.pro-forma``, ``payment.another-account``, ``payment.another-currency``,
            ``payment.before-invoice``, ``payment.direction``, ``payment.invoice-twice``.
    """
    require_date("on", on)
    given = tuple(invoices)
    for invoice in given:
        require_kind("invoice", invoice, Invoice)
    if found := tuple(_against(payment, given, on)):
        raise RefusedError(found)
    changed: list[Invoice] = []
    events: list[InvoiceSettled] = []
    left = payment.balance
    for invoice in sorted(given, key=lambda each: (each.due, each.number)):
        part = min(left, invoice.balance, key=abs)
        if not part:
            break
        changed.append(with_settlement(invoice, Settlement(document=payment.number, on=on, amount=part)))
        events.append(InvoiceSettled(number=invoice.number, on=on, payment=payment.number, amount=part))
        left -= part
    parts = tuple((event.number, event.amount) for event in events)
    after = evolve(payment, settled=(*payment.settled, *parts))
    return Outcome(document=after, changed=(after, *changed), events=tuple(events))


def _against(payment: Payment, invoices: tuple[Invoice, ...], on: date) -> Iterator[Refusal]:
    numbers = [invoice.number for invoice in invoices]
    for invoice in invoices:
        yield from INVOICE_LIFECYCLE.why_not("payments.receive", invoice, on=on)
        if invoice.account != payment.account:
            yield ANOTHER_ACCOUNT.refuse(invoice=invoice.number, owed_by=invoice.account, account=payment.account)
        if invoice.currency != payment.currency:
            yield ANOTHER_CURRENCY.refuse(invoice=invoice.number, invoiced=invoice.currency, currency=payment.currency)
        if on < invoice.on:
            yield BEFORE_INVOICE.refuse(invoice=invoice.number, posted=invoice.on, on=on)
        if (invoice.balance > 0) is not (payment.amount > 0):
            yield WRONG_WAY.refuse(invoice=invoice.number, balance=invoice.balance, amount=payment.amount)
    for number in dict.fromkeys(numbers):
        if numbers.count(number) > 1:
            yield INVOICE_TWICE.refuse(invoice=number)


@exact
def open_balance(invoices: Iterable[Invoice], payments: Iterable[Payment] = ()) -> Decimal:
    """Return what is owed on *invoices*, less what is left of *payments*; all in one currency."""
    documents: list[Invoice | Payment] = [*invoices, *payments]
    currencies = {document.currency for document in documents}
    if len(currencies) > 1:
        msg = f"a balance is in one currency, not in {', '.join(sorted(currencies))}"
        raise ValueError(msg)
    return sum((document.balance if isinstance(document, Invoice) else -document.balance for document in documents), ZERO)
