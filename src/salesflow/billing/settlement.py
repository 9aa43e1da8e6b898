"""
How money goes to invoices: in which order, with what cash discount, and what becomes of small differences.

Amounts are counted in the direction of the money: a refund settles credit notes just as a payment settles invoices.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from attrs import define, field

from salesflow.checks import ZERO
from salesflow.model.invoice import Invoice, Settlement, with_settlement
from salesflow.model.policies import CashDiscounts, Overpayment, SettlementPolicy
from salesflow.money import quantum_of


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


def granted(invoice: Invoice, amount: Decimal, paid: date, policy: SettlementPolicy) -> Decimal:
    """Return the cash discount on *amount* of an invoice that is paid on that day, rounded half up [PAY-2]."""
    percentage = _percentage(invoice, paid, policy)
    return (amount * percentage).scaleb(-2).quantize(quantum_of(invoice.currency), ROUND_HALF_UP)


def _percentage(invoice: Invoice, paid: date, policy: SettlementPolicy) -> Decimal:
    step = invoice.payment_terms.cash_discount
    if policy.discounts is CashDiscounts.NEVER or step is None:
        return ZERO
    percentage = invoice.payment_terms.discount_on(invoice.on, paid)
    if policy.discounts is CashDiscounts.ALWAYS and not percentage:
        while step.then is not None:
            step = step.then
        return step.percentage
    return percentage


def spread(sources: list[Source], debts: list[Debt], paid: date, policy: SettlementPolicy) -> None:
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


def _grant(debt: Debt, money: Decimal, paid: date, policy: SettlementPolicy) -> None:
    """Find the discount and the difference with which *money* settles a debt, or the part of it that it settles."""
    discount = granted(debt.invoice, debt.owed, paid, policy)
    short = debt.owed - discount - money
    if short <= policy.tolerance:
        debt.discount, debt.difference = discount, -max(short, ZERO)
    else:
        debt.discount = _part_of_discount(debt.invoice, money, paid, policy)
        debt.owed = money + debt.discount


def _part_of_discount(invoice: Invoice, money: Decimal, paid: date, policy: SettlementPolicy) -> Decimal:
    """Return what a payment of part of an invoice earns: its own p / (100 - p) [PAY-3]."""
    percentage = _percentage(invoice, paid, policy)
    if not policy.partial_discounts or not percentage:
        return ZERO
    return (money * percentage / (100 - percentage)).quantize(quantum_of(invoice.currency), ROUND_HALF_UP)


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
