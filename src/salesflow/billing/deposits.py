"""
Deposits: invoicing part of an order in advance, and taking it off the final invoice.

A deposit carries its VAT, rate by rate, and the final invoice takes off just that: all invoices of the order add up to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from attrs import evolve

from salesflow.billing.crediting import CreditOf, Taking, advance, credited_by, merged, taking_of, words_of
from salesflow.checks import HUNDRED, ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.events import InvoicePosted
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Invoice
from salesflow.model.order import Order, with_postings
from salesflow.model.order_life import LIFECYCLE as ORDER_LIFECYCLE
from salesflow.model.product import NO_VAT, Vat
from salesflow.model.totals import VatGroup
from salesflow.money import Remainder, allocate, exact, quantum_of
from salesflow.outcome import Outcome
from salesflow.rules import Rule

AMOUNT = Rule(
    code="deposit.amount",
    en="A deposit is a percentage of the order, above zero and up to a hundred, or an amount above zero with the digits of its currency.",
    nl="Een aanbetaling is een percentage van de order, boven nul tot en met honderd, of een bedrag boven nul in de decimalen van de valuta.",
    refusal="{asked} is no deposit on order {order}",
    spec=("PRE-1",),
    source="documentation",
)
OVER_ORDER = Rule(
    code="deposit.over-order",
    en="The deposits of an order come to no more than what is left to invoice of it.",
    nl="De aanbetalingen op een order zijn samen niet meer dan wat er nog van te factureren is.",
    refusal="order {order} has {left} left for deposits, not {asked}",
    spec=("PRE-1", "I16"),
    source="choice",
)
ANOTHER_ORDER = Rule(
    code="deposit.another-order",
    en="A deposit is taken off an invoice of its own order, in the same currency and for the same account.",
    nl="Een aanbetaling wordt verrekend met een factuur van dezelfde order, valuta en rekening.",
    refusal="deposit {deposit} is of order {order} and cannot be taken off invoice {invoice}",
    spec=("PRE-1",),
    source="choice",
)
USED_UP = Rule(
    code="deposit.used-up",
    en="A deposit is taken off once.",
    nl="Een aanbetaling wordt één keer verrekend.",
    refusal="nothing is left of deposit {deposit}",
    spec=("PRE-1", "I16"),
    source="choice",
)

TEXT = "Deposit"
"""What the lines of a deposit say unless another text is given."""


@exact
def post(
    order: Order,
    *,
    percentage: Decimal | int | None = None,
    amount: Decimal | int | None = None,
    number: str,
    on: date,
    at: datetime | None = None,
    account: str = "",
    text: str = TEXT,
) -> Outcome[Invoice]:
    """
    Invoice a deposit on an order: a percentage of its total or an amount, VAT included, met to the cent.

    Percentages that come to a hundred come to the order: the last takes what rounding has left.

    Args:
        account: The ledger account that deposits are booked on.
        text: What its lines say; there is one for each VAT rate of the order. Printed documents say the usual text in their language.

    Raises:
        RefusedError: ``wrong-status``, ``order.journal``, ``order.before-placed``, ``deposit.amount``, ``deposit.over-order``.
    """
    require_date("on", on)
    require_kind("order", order, Order)
    quantum, left = quantum_of(order.currency), order.open_totals.total - order.advanced
    asked = _asked(percentage, amount, order.totals.total, quantum)
    if percentage is not None and asked is not None and 0 < asked - left <= quantum:
        asked = left  # percentages that come to the whole take what rounding has left of it
    found = list(ORDER_LIFECYCLE.why_not("deposits.post", order, on=on))
    if not asked:
        found.append(AMOUNT.refuse(asked=percentage if amount is None else amount, order=order.number))
    elif asked > left:
        found.append(OVER_ORDER.refuse(order=order.number, left=left, asked=asked))
    if found or not asked:
        raise RefusedError(found)
    groups = _groups(order, asked, quantum)
    lines = (
        FreeTextLine(number=place, text=text, account=account, net=group.base, vat=group.vat) for place, group in enumerate(groups, start=1)
    )
    deposit = Invoice(
        number=number,
        on=on,
        at=at,
        account=order.invoice_account,
        currency=order.currency,
        free_text=tuple(lines),
        deposit_of=order.number,
        payment_terms=order.payment_terms,
        terms=() if order.terms is None else (order.terms,),
        vat_groups=groups,
    )
    after = with_postings(order, advance(asked, number, on))
    posted = InvoicePosted(number=number, on=on, at=at, orders=(order.number,))
    return Outcome(document=deposit, made=(deposit,), changed=(after,), events=(posted,))


def _asked(percentage: Decimal | int | None, amount: Decimal | int | None, total: Decimal, quantum: Decimal) -> Decimal | None:
    """Return the deposit in whole units of the currency; ``None`` where there cannot be one."""
    if (percentage is None) is (amount is None):
        msg = "a deposit is a percentage or an amount, one of the two"
        raise ValueError(msg)
    if percentage is not None:
        share = exact_number("percentage", percentage)
        asked = (total * share).scaleb(-2).quantize(quantum, ROUND_HALF_UP)
        return asked if 0 < share <= HUNDRED and asked > 0 else None
    asked = exact_number("amount", amount)
    return asked.quantize(quantum) if asked > 0 and asked == asked.quantize(quantum, ROUND_HALF_UP) else None


def _groups(order: Order, gross: Decimal, quantum: Decimal) -> tuple[VatGroup, ...]:
    """Spread a deposit over the VAT rates of the order by what each comes to; within each, VAT is what the net leaves."""
    due = [group for group in order.totals.groups if group.base + group.amount > 0]
    parts = allocate(gross, [group.base + group.amount for group in due], step=quantum, remainder=Remainder.BIGGEST_PART)
    groups = (_inclusive(group.vat, part, quantum) for group, part in zip(due, parts, strict=True))
    return tuple(group for group in groups if group.base)


# ---------------------------------------------------------------------- taken off


@exact
def take_off(
    invoice: Invoice, orders: Iterable[Order], deposits: Iterable[Invoice], *, on: date
) -> tuple[Invoice, tuple[Order, ...], tuple[Invoice, ...]]:
    """
    Return an invoice that is being posted with *deposits* taken off, and the orders and deposits as they are then.

    A deposit that is more than is left to pay is taken off in part.

    Raises:
        RefusedError: ``deposit.another-order``, ``deposit.used-up``.
    """
    given = all_of("deposit", deposits, Invoice)
    if found := [refusal for deposit in given for refusal in _against(invoice, deposit)]:
        raise RefusedError(found)
    known = {order.number: order for order in orders}
    changed = []
    for deposit in given:
        taking = _part_of(deposit, invoice.total)
        if taking is None:
            break
        invoice = _less(invoice, taking)
        changed.append(credited_by(taking, invoice.number, on))
        number = str(deposit.deposit_of)
        known[number] = with_postings(known[number], advance(-taking.total, invoice.number, on, source=deposit.number))
    return invoice, tuple(known.values()), tuple(changed)


def _against(invoice: Invoice, deposit: Invoice) -> Iterator[Refusal]:
    same = (deposit.account, deposit.currency) == (invoice.account, invoice.currency)
    if deposit.deposit_of not in invoice.orders or not same:
        yield ANOTHER_ORDER.refuse(deposit=deposit.number, order=deposit.deposit_of or "none", invoice=invoice.number)
    elif not any(each.net for each in deposit.creditable.values()):
        yield USED_UP.refuse(deposit=deposit.number)


def _part_of(deposit: Invoice, room: Decimal) -> Taking | None:
    """Return what is taken off of a deposit when so much is left to pay: all that is left of it, or just that much."""
    if room <= 0:
        return None
    whole = taking_of(CreditOf(invoice=deposit))
    if whole.total <= room:
        return whole
    quantum = quantum_of(deposit.currency)
    weights = [group.base + group.amount for group in whole.groups]
    parts = allocate(room, weights, step=quantum, remainder=Remainder.BIGGEST_PART)
    groups = tuple(_inclusive(group.vat, part, quantum) for group, part in zip(whole.groups, parts, strict=True))
    nets = {group.vat: group.base for group in groups}
    words = tuple(evolve(row, quantity=ZERO, net=nets[row.line.vat or NO_VAT]) for row in whole.words)
    return evolve(whole, words=words, groups=groups)


def _inclusive(vat: Vat, gross: Decimal, quantum: Decimal) -> VatGroup:
    """Return what an amount with VAT in it comes to: the net rounded half up, and VAT the rest."""
    net = (gross / (1 + vat.rate.scaleb(-2))).quantize(quantum, ROUND_HALF_UP)
    return VatGroup(vat, net, gross - net)


def _less(invoice: Invoice, taking: Taking) -> Invoice:
    first = len(invoice.all_lines) + 1
    words = tuple(evolve(line, number=place) for place, line in enumerate(words_of(taking), start=first))
    back = [VatGroup(group.vat, -group.base, -group.amount) for group in taking.groups]
    return evolve(invoice, free_text=(*invoice.free_text, *words), vat_groups=merged([*invoice.totals.groups, *back]), totals=None)
