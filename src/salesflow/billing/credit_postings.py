"""What a credit posts to the orders whose lines and charges it takes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby

from salesflow.billing.crediting import CreditedPart, Row
from salesflow.checks import ZERO
from salesflow.model.charge import When
from salesflow.model.invoice import InvoiceLine
from salesflow.model.ledger import ChargeRow, Kind, Posting, smaller
from salesflow.model.order import Order, cancelling, with_postings
from salesflow.model.totals import PartNets, VatGroup
from salesflow.money import half_up

# Finer than any product of a quantity, a price and a discount; a share that needs more digits never ends.
_FINEST = Decimal(1).scaleb(-30)
SoldRow = Row[InvoiceLine]


def taken_back(order: Order, credited: list[CreditedPart], number: str, on: date, *, reopens: bool, keep_remainder: bool) -> Order:
    """Return the order with the credit posted to it."""
    for part in credited:
        source = part.invoice.number
        rows = [row for row in part.sold if row.line.order == order.number]
        charges = _charges(order, part, rows, reopens=reopens)
        for slip, members in groupby(rows, key=lambda row: row.line.slip):
            for posting in _postings(order, source, slip, list(members), number, on, reopens=reopens):
                order = with_postings(order, posting)
        for counts, each in charges:
            order = with_postings(order, Posting(kind=Kind.CREDITED, document=number, source=source, on=on, charges=each, counts=counts))
        for line, amount in _roundings(order, part):
            order = with_postings(order, _rounding(line, amount, source, number, on))
        if order.totals_policy.part_nets is PartNets.CUMULATIVE and (groups := _groups(order, part, rows)):
            order = with_postings(order, Posting(kind=Kind.CREDITED, document=number, source=source, on=on, groups=groups))
        if part.invoice.deposit_of == order.number:
            order = with_postings(order, advance(-part.total, number, on, source=source))
        if not keep_remainder:
            order = _without_remainder(order, rows, number, on)
    return order


def advance(amount: Decimal, number: str, on: date, *, source: str | None = None) -> Posting:
    """Return what a deposit posts to its order, or what takes it off again."""
    return Posting(kind=Kind.ADVANCED, document=number, source=source, on=on, amounts=(amount,))


# ---------------------------------------------------------------------- lines


def _postings(
    order: Order, invoice: str, slip: str | None, rows: list[SoldRow], number: str, on: date, *, reopens: bool
) -> Iterator[Posting]:
    """Yield what a credit posts to an order: quantities with their amounts, and amounts alone, which move no quantity."""
    invoiced = next(each for each in order.postings if each.kind is Kind.INVOICED and each.document == invoice and each.source == slip)
    left = _exacts_left(order, invoiced)
    for counts in (True, False):
        chosen = [row for row in rows if _opens(row, reopens=reopens) is counts]
        if chosen:
            yield Posting(
                kind=Kind.CREDITED,
                document=number,
                source=invoice,
                slip=invoiced.slip,
                on=on,
                rows=tuple((row.line.terms.number, row.quantity) for row in chosen),
                amounts=tuple(row.amount for row in chosen),
                exacts=tuple(_exact(row, *left[row.line.terms.number]) for row in chosen),
                counts=counts,
            )


def _opens(row: SoldRow, *, reopens: bool) -> bool:
    """Say whether a credited quantity counts as not invoiced any more."""
    return reopens and row.reopens and bool(row.quantity)


def _exacts_left(order: Order, invoiced: Posting) -> dict[int, tuple[Decimal, Decimal]]:
    """Return for each line the quantity and the exact amount that credits have left of what was invoiced."""
    left = {line: (quantity, exactly) for (line, quantity), exactly in zip(invoiced.rows, invoiced.exacts, strict=True)}
    for posting in order.postings:
        if posting.kind is Kind.CREDITED and (posting.source, posting.slip) == (invoiced.document, invoiced.slip):
            for (line, back), exactly in zip(posting.rows, posting.exacts, strict=True):
                left[line] = left[line][0] - back, left[line][1] - exactly
    return left


def _exact(row: SoldRow, quantity: Decimal, exactly: Decimal) -> Decimal:
    """
    Return what a credit takes back of the exact amount behind the invoiced one: its share, or the amount where the share has no end.

    The credit that closes a line takes what is left, so that nothing stays behind to move a later rounding.
    """
    if not row.quantity:
        return row.amount
    if row.quantity == quantity:
        return exactly
    return _ending(exactly * row.quantity / quantity, row.amount)


def _ending(share: Decimal, rounded: Decimal) -> Decimal:
    """Return a share, or what it is rounded to where it has no end."""
    return share if share == share.quantize(_FINEST) else rounded


def _without_remainder(order: Order, rows: list[SoldRow], number: str, on: date) -> Order:
    """Cancel what is left to deliver of the credited lines, but for what stays invoiced in advance."""
    fold = order.fold
    lines = dict.fromkeys(row.line.terms.number for row in rows)
    left = ((line, smaller(fold.to_deliver.get(line, ZERO), fold.to_invoice.get(line, ZERO))) for line in lines)
    cancelled = tuple(row for row in left if row[1])
    return with_postings(order, cancelling(order, cancelled, number, on)) if cancelled else order


def _roundings(order: Order, part: CreditedPart) -> Iterator[tuple[int, Decimal]]:
    """Yield what is taken back of roundings, by the line that they belong to."""
    for row in part.charges:
        if row.charge.order == order.number and row.charge.charge.number < 0:
            yield -row.charge.charge.number, row.amount


def _rounding(line: int, amount: Decimal, source: str, number: str, on: date) -> Posting:
    """Return what taking a rounding back posts: money of its line, without quantity."""
    return Posting(
        kind=Kind.CREDITED, document=number, source=source, on=on, rows=((line, ZERO),), amounts=(amount,), exacts=(ZERO,), counts=False
    )


def _groups(order: Order, part: CreditedPart, rows: list[SoldRow]) -> tuple[VatGroup, ...]:
    """Return what goes back of base and VAT of one order, where VAT adds up over all its documents."""
    if part.invoice.orders == (order.number,):
        return part.groups
    bases = [(row.line.vat, row.amount, row.net) for row in rows]
    bases += [(row.charge.vat, row.amount, row.net) for row in part.charges if row.charge.order == order.number]
    if order.totals_policy.is_gross:
        return tuple(VatGroup(vat, net, amount - net) for vat, amount, net in bases)
    whole = {group.vat: group for group in part.groups}
    return tuple(VatGroup(vat, net, whole[vat].amount * net / whole[vat].base if whole[vat].base else ZERO) for vat, _, net in bases)


# ---------------------------------------------------------------------- charges


def _charges(order: Order, part: CreditedPart, rows: list[SoldRow], *, reopens: bool) -> list[tuple[bool, tuple[ChargeRow, ...]]]:
    """
    Return what is taken back of the charges of an order: first what is due again, then what is not.

    A share is due again as far as the quantities it goes back with are to be invoiced again.
    """
    amounts: dict[int, Decimal] = {}
    for row in part.charges:
        if row.charge.order == order.number and row.charge.charge.number > 0:
            number = row.charge.charge.number
            amounts[number] = amounts.get(number, ZERO) + row.amount
    for number in _closed_at_nothing(order, part, rows):
        amounts.setdefault(number, ZERO)
    if not amounts:
        return []
    again, gone = [], []
    opening = _opening(order, rows, reopens=reopens)
    for number, amount in amounts.items():
        exactly = _exactly(order, part.invoice.number, number, amount)
        opened = _opened(order, number, rows, opening) if rows else Decimal(reopens)
        due = amount if opened == 1 else half_up(amount * opened, order.quantum)
        if due or (exactly and opened == 1):
            again.append((number, due, exactly if opened == 1 else _ending(exactly * opened, due)))
        if due != amount:
            gone.append((number, amount - due, ZERO))
    return [(counts, tuple(each)) for counts, each in ((True, again), (False, gone)) if each]


def _closed_at_nothing(order: Order, part: CreditedPart, rows: list[SoldRow]) -> Iterator[int]:
    """Yield the charges that came to nothing on the invoice by rounding, if this credit closes all its lines: what is behind them goes back."""
    invoice = part.invoice
    posted = {number for each in order.postings if each.document == invoice.number for number, amount, _ in each.charges if not amount}
    if posted:
        credited = {row.line.number: row.quantity for row in rows}
        left = {line.number: invoice.creditable[line.number].quantity for line in invoice.lines_of(order.number) if line.credits is None}
        if all(quantity == credited.get(number, ZERO) for number, quantity in left.items()):
            yield from posted


def _opening(order: Order, rows: list[SoldRow], *, reopens: bool) -> dict[int, Decimal]:
    """Return per line of the order how much of what is credited is really to be invoiced again: what came back for good is not."""
    wanted: dict[int, Decimal] = {}
    for row in rows:
        if _opens(row, reopens=reopens):
            line = row.line.terms.number
            wanted[line] = wanted.get(line, ZERO) + row.quantity
    fold = order.fold
    return {line: smaller(quantity, fold.to_invoice.get(line, ZERO) + quantity) for line, quantity in wanted.items()}


def _opened(order: Order, number: int, rows: list[SoldRow], opening: dict[int, Decimal]) -> Decimal:
    """Return which part of a charge is due again: all or nothing of one that an invoice takes whole, otherwise that of its lines."""
    rule = next((rule for rule in order.charges if rule.number == number), None)
    if rule is None:
        return ZERO
    if rule.when is not When.PROPORTIONAL:
        return Decimal(any(opening.values()))
    left = dict(opening)
    whole = part = ZERO
    for row in rows:
        if rule.covers_line(row.line.terms):
            whole += row.amount
            if row.quantity and (open_again := smaller(row.quantity, left.get(row.line.terms.number, ZERO))):
                left[row.line.terms.number] -= open_again
                part += row.amount * open_again / row.quantity
    return part / whole if whole else Decimal(any(opening.values()))


def _exactly(order: Order, invoice: str, number: int, amount: Decimal) -> Decimal:
    """Return what goes back of the exact amount behind a share; the credit that closes it takes the rest."""
    left = exactly = ZERO
    for posting in order.postings:
        invoiced = posting.kind is Kind.INVOICED and posting.document == invoice
        if invoiced or (posting.kind is Kind.CREDITED and posting.source == invoice):
            for charge, rounded, unrounded in posting.charges:
                if charge == number:
                    left += rounded if invoiced else -rounded
                    exactly += unrounded if invoiced else -unrounded
    if amount == left:
        return exactly
    return _ending(exactly * amount / left, amount) if left else amount
