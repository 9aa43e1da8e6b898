"""
Deposits: invoicing part of an order in advance, and taking it off the final invoice.

A deposit carries its VAT, rate by rate, and the final invoice takes off just that: all invoices of the order add up to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from salesflow.billing.credit_documents import credited_by, granted_in, words_of
from salesflow.billing.credit_postings import advance
from salesflow.billing.crediting import CreditedPart, CreditOf, part_of
from salesflow.checks import HUNDRED, ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.events import InvoicePosted
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Invoice, InvoiceStatus, TakenOff
from salesflow.model.order import Order, with_postings
from salesflow.model.order_life import LIFECYCLE as ORDER_LIFECYCLE
from salesflow.model.totals import TotalsPolicy, VatGroup, without_vat
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import Remainder, allocate, exact, half_up
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
    refusal="nothing is left of deposit {deposit}: it was taken off, credited or cancelled",
    spec=("PRE-1", "I16"),
    source="choice",
)
OPEN = Rule(
    code="deposit.open",
    en="An invoice takes the open deposits of its orders off, or says that they stay for a later invoice.",
    nl="Een factuur verrekent de openstaande aanbetalingen van haar orders, of zegt dat zij blijven staan voor een latere factuur.",
    refusal="order {order} has {advanced} invoiced in advance, and the deposits given have {given} left; give the others, or keep_deposits",
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
    quantum, left = order.quantum, order.open_totals.total - order.advanced
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
    gross = order.totals_policy.is_gross
    lines = (
        FreeTextLine(number=place, text=text, account=account, net=group.base, gross=group.gross if gross else None, vat=group.vat)
        for place, group in enumerate(groups, start=1)
    )
    deposit = Invoice(
        number=number,
        on=on,
        at=at,
        account=order.invoice_account,
        currency=order.currency,
        free_text=tuple(lines),
        totals_policy=order.totals_policy,
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
        asked = half_up((total * share).scaleb(-2), quantum)
        return asked if 0 < share <= HUNDRED and asked > 0 else None
    asked = exact_number("amount", amount)
    return asked.quantize(quantum) if asked > 0 and asked == half_up(asked, quantum) else None


def _groups(order: Order, gross: Decimal, quantum: Decimal) -> tuple[VatGroup, ...]:
    """Spread a deposit over the VAT rates of the order by what each comes to; within each, VAT is what the net leaves [GRS-12]."""
    due = [group for group in order.totals.groups if group.gross > 0]
    parts = allocate(gross, [group.gross for group in due], step=quantum, remainder=Remainder.BIGGEST_PART)
    groups = (_inclusive(group.vat, part, quantum, order.totals_policy) for group, part in zip(due, parts, strict=True))
    return tuple(group for group in groups if group.base)


def _inclusive(vat: Vat, gross: Decimal, quantum: Decimal, policy: TotalsPolicy) -> VatGroup:
    """Return an amount with VAT in it by net and VAT."""
    net = without_vat(gross, vat, quantum, policy)
    return VatGroup(vat, net, gross - net)


# ---------------------------------------------------------------------- taken off


def against_forgotten(order: Order, deposits: Iterable[Invoice]) -> Iterator[Refusal]:
    """Yield the order if deposits on it are open beyond those that are given."""
    given = sum((_left(each) for each in deposits if each.deposit_of == order.number), ZERO)
    if order.advanced > given:
        yield OPEN.refuse(order=order.number, advanced=order.advanced, given=given)


def _left(deposit: Invoice) -> Decimal:
    """Return what is left of a deposit, VAT included."""
    if deposit.status is InvoiceStatus.CANCELLED:
        return ZERO
    return part_of(CreditOf(invoice=deposit)).total


def open_on(orders: Iterable[Order], deposits: Iterable[Invoice]) -> tuple[Invoice, ...]:
    """Return the deposits of the orders that have something left, for commands that are given more than they need."""
    numbers = {order.number for order in orders}
    return tuple(each for each in all_of("deposit", deposits, Invoice) if each.deposit_of in numbers and _left(each))


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
        part = _part(deposit, invoice)
        if part is None:
            break
        invoice = _less(invoice, part)
        changed.append(credited_by(part, invoice.number, on))
        number = str(deposit.deposit_of)
        known[number] = with_postings(known[number], advance(-part.total, invoice.number, on, source=deposit.number))
    return invoice, tuple(known.values()), tuple(changed)


def _against(invoice: Invoice, deposit: Invoice) -> Iterator[Refusal]:
    same = (deposit.account, deposit.currency, deposit.totals_policy) == (invoice.account, invoice.currency, invoice.totals_policy)
    if deposit.deposit_of not in invoice.orders or not same:
        yield ANOTHER_ORDER.refuse(deposit=deposit.number, order=deposit.deposit_of or "none", invoice=invoice.number)
    elif not _left(deposit):
        yield USED_UP.refuse(deposit=deposit.number)


def _part(deposit: Invoice, invoice: Invoice) -> CreditedPart | None:
    """Return what an invoice takes off of a deposit: all that is left of it, or as much as there is to pay."""
    room = invoice.total
    if room <= 0:
        return None
    whole = part_of(CreditOf(invoice=deposit))
    if whole.total <= room:
        return whole
    groups = _at_most(whole.groups, invoice, deposit.quantum)
    gross = deposit.totals_policy.is_gross
    words = []
    for row in whole.words:
        group = groups[row.line.vat or NO_VAT]
        words.append(evolve(row, quantity=ZERO, net=group.base, amount=group.gross if gross else group.base))
    return evolve(whole, words=tuple(words), groups=tuple(groups.values()))


def _at_most(left: Sequence[VatGroup], invoice: Invoice, quantum: Decimal) -> dict[Vat, VatGroup]:
    """
    Return of the groups that a deposit has left what pays an invoice off.

    Each rate of the invoice is met by the same rate of the deposit, net by net and VAT by VAT; what is missing then is spread over the rest.
    """
    due = {group.vat: group for group in invoice.totals.groups}
    fits = [min(group.gross, max(due[group.vat].gross, ZERO)) if group.vat in due else ZERO for group in left]
    rest = [group.gross - part for group, part in zip(left, fits, strict=True)]
    more = allocate(invoice.total - sum(fits, ZERO), rest, step=quantum, remainder=Remainder.BIGGEST_PART)
    found = {}
    for group, fit, added in zip(left, fits, more, strict=True):
        part = fit + added
        whole = due.get(group.vat, group)
        net = whole.base if whole.gross == part else without_vat(part, group.vat, quantum, invoice.totals_policy)
        net = max(min(net, group.base), part - group.amount)  # no more than the deposit has, of net and of VAT
        found[group.vat] = VatGroup(group.vat, net, part - net)
    return found


def _less(invoice: Invoice, part: CreditedPart) -> Invoice:
    first = len(invoice.all_lines) + 1
    lines = tuple(evolve(line, number=place) for place, line in enumerate(words_of(part), start=first))
    groups = tuple(VatGroup(group.vat, -group.base, -group.amount) for group in part.groups)
    taken = TakenOff(deposit=part.invoice.number, lines=lines, groups=groups, granted=granted_in(part))
    return evolve(invoice, taken_off=(*invoice.taken_off, taken), totals=None)
