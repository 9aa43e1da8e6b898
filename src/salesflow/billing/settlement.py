"""
How money goes to invoices: in which order, with what cash discount, and what becomes of small differences.

Amounts are counted in the direction of the money: a refund settles credit notes just as a payment settles invoices.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from attrs import define, field

from salesflow.checks import HUNDRED, ZERO
from salesflow.model.charge import ChargeKind
from salesflow.model.invoice import Invoice, Settlement, with_settlement
from salesflow.model.ledger import smaller
from salesflow.model.policies import CashDiscounts, DiscountBase, Overpayment, SettlementPolicy
from salesflow.model.totals import unrounded_gross
from salesflow.money import half_up, quantum_of


@define
class Source:
    """
    Where money comes from: a payment, or an invoice of the opposite sign.

    Args:
        left: What it still has to give.
        discount: What an invoice among the sources gives back of its cash discount once it is used up.
    """

    number: str
    left: Decimal
    invoice: Invoice | None = None
    discount: Decimal = ZERO
    given: list[tuple[str, Decimal]] = field(factory=list)


@define
class Debt:
    """An invoice that is being settled: what came from where, and what was granted or booked away."""

    invoice: Invoice
    owed: Decimal
    discount: Decimal = ZERO
    difference: Decimal = ZERO
    parts: list[tuple[str, Decimal]] = field(factory=list)

    @property
    def settled(self) -> Decimal:
        """What is no longer owed."""
        return sum((money for _, money in self.parts), self.discount - self.difference)


def in_order(invoices: Iterable[Invoice], policy: SettlementPolicy) -> list[Invoice]:
    """Return invoices in the order in which they are settled: the kinds that go first, then by due date and number [PAY-7]."""
    rank = {kind: place for place, kind in enumerate(policy.first)}
    return sorted(invoices, key=lambda each: (rank.get(each.kind, len(rank)), each.due, each.number))


def granted(invoice: Invoice, amount: Decimal, paid: date | None, policy: SettlementPolicy) -> Decimal:
    """
    Return the cash discount on *amount* of an invoice that is paid on that day, rounded half up [PAY-2].

    There is none if no money is paid, nor on what was taken back: a deposit that an invoice took off is paid without.
    """
    percentage = _percentage(invoice, paid, policy)
    if percentage and invoice.credits:
        amount = smaller(amount, abs(_left(invoice)))
    return _rounded((amount * percentage).scaleb(-2), invoice)


def _left(invoice: Invoice) -> Decimal:
    """Return what was not taken back of an invoice, VAT included."""
    back = sum((group.gross for credit in invoice.credits for group in credit.groups), ZERO)
    return sum((group.gross for group in invoice.own_groups), ZERO) - back


def _rounded(amount: Decimal, invoice: Invoice) -> Decimal:
    return half_up(amount, quantum_of(invoice.currency))


def _percentage(invoice: Invoice, paid: date | None, policy: SettlementPolicy) -> Decimal:
    """Return the percentage of cash discount on the total: that of the terms, or its part of what is not freight [CHG-P5]."""
    step = invoice.payment_terms.cash_discount
    if policy.discounts is CashDiscounts.NEVER or step is None or paid is None:
        return ZERO
    percentage = invoice.payment_terms.discount_on(invoice.on, paid)
    if policy.discounts is CashDiscounts.ALWAYS and not percentage:
        while step.then is not None:
            step = step.then
        percentage = step.percentage
    freight = _freight(invoice) if percentage and policy.discount_base is DiscountBase.WITHOUT_FREIGHT else ZERO
    return percentage * (invoice.total - freight) / invoice.total if freight and invoice.total else percentage


def _freight(invoice: Invoice) -> Decimal:
    """Return what is freight of a total, VAT included."""
    nets = [(each.net, each.vat) for each in invoice.charges if each.charge.kind is ChargeKind.FREIGHT]
    return sum((unrounded_gross(net, vat) for net, vat in nets), ZERO)


def never_paid(invoice: Invoice) -> Decimal:
    """Return what is left of what was never paid in what a document takes back: no money goes back for it; without a sign."""
    left = invoice.granted - sum((each.discount - each.difference for each in invoice.settlements), ZERO)
    return abs(smaller(left, invoice.balance))


def discount_back(invoice: Invoice, amount: Decimal, paid: date | None, policy: SettlementPolicy) -> Decimal:
    """Return what a credit note gives back of cash discounts [PAY-4]."""
    if not policy.credit_note_discounts:
        return ZERO
    return never_paid(invoice) if invoice.credited_invoices else granted(invoice, amount, paid, policy)


def spread(sources: list[Source], debts: list[Debt], paid: date | None, policy: SettlementPolicy) -> None:
    """Give what the sources have to the debts, one after the other, until either is used up."""
    last: Debt | None = None
    for debt in debts:
        money = sum((source.left for source in sources), ZERO)
        if money <= 0:
            break
        _grant(debt, money, paid, policy)
        _draw(sources, debt, debt.owed - debt.discount + debt.difference)
        last = debt
    if last is not None and last.settled == last.owed:
        _use_up(sources, last, policy)


def _grant(debt: Debt, money: Decimal, paid: date | None, policy: SettlementPolicy) -> None:
    """Find the discount and the difference with which *money* settles a debt, or the part of it that it settles."""
    invoice = debt.invoice
    if takes_back(invoice):
        discount = discount_back(invoice, debt.owed, paid, policy)
        if invoice.is_credit_note and not discount:
            debt.owed -= never_paid(invoice)
    else:
        discount = granted(invoice, debt.owed, paid, policy)
    short = debt.owed - discount - money
    if short <= policy.tolerance:
        debt.discount, debt.difference = discount, -max(short, ZERO)
    else:
        debt.discount = _part_of_discount(invoice, money, paid, policy)
        debt.owed = money + debt.discount


def takes_back(invoice: Invoice) -> bool:
    """Say whether a document is no sale of its own: a credit note, or what cancels another document."""
    return invoice.is_credit_note or bool(invoice.credited_invoices)


def _part_of_discount(invoice: Invoice, money: Decimal, paid: date | None, policy: SettlementPolicy) -> Decimal:
    """Return what a payment of part of an invoice earns: its own p / (100 - p) [PAY-3]; what takes another back gives its part at the end."""
    if not policy.partial_discounts or invoice.credited_invoices or (invoice.is_credit_note and not policy.credit_note_discounts):
        return ZERO
    percentage = _percentage(invoice, paid, policy)
    return min(_rounded(money * percentage / (HUNDRED - percentage), invoice), granted(invoice, abs(invoice.balance), paid, policy))


def _draw(sources: list[Source], debt: Debt, money: Decimal) -> None:
    """Take *money* from the sources in turn."""
    for source in sources:
        part = min(source.left, money)
        if part:
            source.left -= part
            money -= part
            debt.parts.append((source.number, part))
            source.given.append((debt.invoice.number, part))


def _use_up(sources: list[Source], debt: Debt, policy: SettlementPolicy) -> None:
    """Let what is left after the last debt lower its discount, or book it away where it is small [PAY-6]."""
    left = sum((source.left for source in sources), ZERO)
    if policy.overpayment is Overpayment.UNSPECIFIC:
        less = min(left, debt.discount)
        debt.discount -= less
        left -= less
        _draw(sources, debt, less)
    if left <= policy.tolerance:
        debt.difference += left
        _draw(sources, debt, left)


def settled_debt(debt: Debt, sign: int, on: date) -> Invoice:
    """Return the invoice with what settled it; the discount and the difference go with the last part."""
    invoice = debt.invoice
    for number, money in debt.parts[:-1]:
        invoice = with_settlement(invoice, Settlement(document=number, on=on, amount=sign * money))
    number, money = debt.parts[-1]
    last = Settlement(
        document=number,
        on=on,
        amount=sign * (money + debt.discount - debt.difference),
        discount=sign * debt.discount,
        difference=sign * debt.difference,
    )
    return with_settlement(invoice, last)


def settled_source(source: Source, invoice: Invoice, sign: int, on: date) -> Invoice:
    """Return an invoice that gave what it had in favour; once used up, its discount goes back too [PAY-4]."""
    for place, (number, money) in enumerate(source.given, start=1):
        discount = source.discount if place == len(source.given) and not source.left else ZERO
        part = Settlement(document=number, on=on, amount=-sign * (money + discount), discount=-sign * discount)
        invoice = with_settlement(invoice, part)
    return invoice
