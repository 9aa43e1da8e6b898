"""
What a credit takes back of an invoice, and the document and postings that say so.

A line's quantity takes back its share of what is left of the line's net, and the last of it takes the rest:
so credits never come to more than the invoice, and a fully credited invoice is credited to the cent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Generic, TypeVar

from attrs import evolve, frozen

from salesflow.checks import ZERO, exact_number, require_kind
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Credited, Invoice, InvoiceCharge, InvoiceKind, InvoiceLine, InvoicePart, Settlement, with_settlement
from salesflow.model.ledger import Kind, Posting, smaller
from salesflow.model.order import Order, OrderLine, with_postings
from salesflow.model.product import NO_VAT, Vat
from salesflow.model.terms import AT_ONCE
from salesflow.model.totals import VatGroup, add_up
from salesflow.money import allocate, exact, quantum_of

Quantities = Mapping[int, Decimal | int]
"""Line of the invoice to quantity, with the sign it has there."""
Amounts = Mapping[int, Decimal]
"""Line, or charge, of the invoice to net amount, with the sign it has there."""
L = TypeVar("L", InvoiceLine, FreeTextLine)

# Finer than any product of a quantity, a price and a discount; a share that needs more digits never ends.
_FINEST = Decimal(1).scaleb(-30)


@frozen(kw_only=True)
class CreditOf:
    """
    What to credit of one invoice: quantities and amounts by line, charges by their place; none of the three is all that is left.

    A line may be credited by amount alone: the price was too high, the goods stay sold.

    Args:
        closed: Lines whose quantity is not to be invoiced again, whatever is said of the others.
    """

    invoice: Invoice
    quantities: Quantities | None = None
    amounts: Amounts | None = None
    charges: Amounts | None = None
    closed: tuple[int, ...] = ()


@frozen
class Row(Generic[L]):
    """What is credited of one line, with the sign it has on the invoice; without quantity, money alone."""

    line: L
    quantity: Decimal
    net: Decimal
    reopens: bool = True


@frozen
class Taking:
    """What is credited of one invoice: lines of orders, lines in words, charges, and the VAT over them."""

    invoice: Invoice
    sold: tuple[Row[InvoiceLine], ...]
    words: tuple[Row[FreeTextLine], ...]
    charges: tuple[tuple[int, Decimal], ...]
    groups: tuple[VatGroup, ...]

    @property
    @exact
    def total(self) -> Decimal:
        """What goes back in all."""
        return sum((group.base + group.amount for group in self.groups), ZERO)


def asked_of(claim: CreditOf) -> tuple[dict[int, Decimal], dict[int, Decimal], dict[int, Decimal]]:
    """Return the quantities and amounts by line and the charges that are asked for, all that is left where nothing is said."""
    if claim.quantities is None and claim.amounts is None and claim.charges is None:
        left = claim.invoice.creditable
        quantities = {number: each.quantity for number, each in left.items() if each.quantity}
        amounts = {number: each.net for number, each in left.items() if each.net and not each.quantity}
        return quantities, amounts, {place: amount for place, amount in charges_left(claim.invoice).items() if amount}
    for name, asked in (("quantities", claim.quantities), ("amounts", claim.amounts), ("charges", claim.charges)):
        if asked is not None:
            require_kind(name, asked, Mapping)
    return (
        {number: exact_number(f"quantity of line {number}", each) for number, each in (claim.quantities or {}).items()},
        {number: exact_number(f"amount of line {number}", each) for number, each in (claim.amounts or {}).items()},
        {place: exact_number(f"amount of charge {place}", each) for place, each in (claim.charges or {}).items()},
    )


def charges_left(invoice: Invoice) -> dict[int, Decimal]:
    """Return what each charge has left to credit, by its place on the invoice."""
    left = {place: each.charge.amount for place, each in enumerate(invoice.charges, start=1)}
    for credit in invoice.credits:
        for place, amount in credit.charges:
            left[place] -= amount
    return left


def taking_of(claim: CreditOf) -> Taking:
    """Return what is taken back of an invoice; what is asked for has been found to be there."""
    invoice = claim.invoice
    asked = asked_of(claim)
    sold = tuple(evolve(row, reopens=row.line.number not in claim.closed) for row in _rows(invoice, invoice.lines, *asked[:2]))
    words = tuple(_rows(invoice, invoice.free_text, *asked[:2]))
    charges = tuple(sorted(asked[2].items()))
    bases: dict[Vat, Decimal] = {}
    for vat, net in (
        *((row.line.vat, row.net) for row in sold),
        *((row.line.vat or NO_VAT, row.net) for row in words),
        *((invoice.charges[place - 1].charge.vat, amount) for place, amount in charges),
    ):
        bases[vat] = bases.get(vat, ZERO) + net
    return Taking(invoice, sold, words, charges, _vat(invoice, bases))


def _rows(invoice: Invoice, lines: tuple[L, ...], quantities: Mapping[int, Decimal], amounts: Mapping[int, Decimal]) -> Iterator[Row[L]]:
    left, quantum = invoice.creditable, quantum_of(invoice.currency)
    for line in lines:
        if line.number in quantities:
            quantity, rest = quantities[line.number], left[line.number]
            net = rest.net if quantity == rest.quantity else (rest.net * quantity / rest.quantity).quantize(quantum, ROUND_HALF_UP)
            yield Row(line, quantity, net)
        elif line.number in amounts:
            yield Row(line, ZERO, amounts[line.number].quantize(quantum))


def _vat(invoice: Invoice, bases: dict[Vat, Decimal]) -> tuple[VatGroup, ...]:
    """
    Return the VAT that goes back: the rate over the base, and never more than is left of the invoice's.

    The credit that closes a group takes what is left of its VAT.
    """
    own = invoice.totals.groups if invoice.deposit_of else invoice.own_groups
    left = {group.vat: (group.base, group.amount) for group in own}
    for credit in invoice.credits:
        for group in credit.groups:
            base, amount = left[group.vat]
            left[group.vat] = base - group.base, amount - group.amount
    groups = []
    for vat, base in bases.items():
        by_rate = (base * vat.rate).scaleb(-2).quantize(quantum_of(invoice.currency), ROUND_HALF_UP)
        base_left, amount_left = left[vat]
        if base == base_left:
            amount = amount_left
        elif base * base_left > 0 and abs(base) < abs(base_left):
            amount = min(by_rate, amount_left, key=abs)
        else:  # lines of both signs share the rate, and more goes back of one than the two come to
            amount = by_rate
        groups.append(VatGroup(vat, base, amount))
    return tuple(groups)


# ---------------------------------------------------------------------- the credit note


def note_of(
    account: str,
    currency: str,
    takings: list[Taking],
    unreferenced: tuple[OrderLine, ...],
    *,
    number: str,
    on: date,
    at: datetime | None,
    reason: str,
) -> Invoice:
    """Return the credit note: what is taken back with the opposite sign, and after it what refers to no invoice."""
    parts = [part for taking in takings for part in _parts(taking)]
    groups = [VatGroup(group.vat, -group.base, -group.amount) for taking in takings for group in taking.groups]
    if unreferenced:
        part = _unreferenced_part(unreferenced, currency)
        parts.append(part)
        groups += add_up(((terms.item.vat, net) for terms, net in zip(part.terms, part.nets, strict=True)), (), currency).groups
    words = [line for taking in takings for line in words_of(taking)]
    first = sum(len(part.terms) for part in parts) + 1
    return Invoice(
        number=number,
        kind=InvoiceKind.FREE_TEXT if words and not parts else InvoiceKind.CUSTOMER,
        on=on,
        at=at,
        account=account,
        currency=currency,
        parts=tuple(parts),
        charges=tuple(_charge(taking.invoice, place, amount) for taking in takings for place, amount in taking.charges),
        free_text=tuple(evolve(line, number=place) for place, line in enumerate(words, start=first)),
        payment_terms=takings[0].invoice.payment_terms if takings else AT_ONCE,
        reason=reason,
        vat_groups=merged(groups),
    )


def merged(groups: list[VatGroup]) -> tuple[VatGroup, ...]:
    """Return one group per VAT, with what the given ones of it come to."""
    found: dict[Vat, VatGroup] = {}
    for group in groups:
        before = found.get(group.vat, VatGroup(group.vat, ZERO, ZERO))
        found[group.vat] = VatGroup(group.vat, before.base + group.base, before.amount + group.amount)
    return tuple(found.values())


def _parts(taking: Taking) -> Iterator[InvoicePart]:
    """Yield what is taken back of orders, in parts as they stood on the invoice."""
    for (order, slip), members in groupby(taking.sold, key=lambda row: (row.line.order, row.line.slip)):
        rows = list(members)
        yield InvoicePart(
            order=order,
            slip=slip,
            terms=tuple(row.line.terms for row in rows),
            quantities=tuple(-row.quantity for row in rows),
            nets=tuple(-row.net for row in rows),
            stated=tuple(row.line.terms.number for row in rows if row.line.stated or not row.quantity),
            credits=taking.invoice.number,
            credited=tuple(row.line.number for row in rows),
        )


def _unreferenced_part(lines: tuple[OrderLine, ...], currency: str) -> InvoicePart:
    return InvoicePart(
        order="",
        slip=None,
        terms=tuple(evolve(line, number=place) for place, line in enumerate(lines, start=1)),
        quantities=tuple(-line.ordered for line in lines),
        nets=tuple(-line.net(line.ordered, currency) for line in lines),
    )


def words_of(taking: Taking) -> Iterator[FreeTextLine]:
    """Yield what is taken back of lines in words; a distribution goes back in proportion."""
    for row in taking.words:
        spread = row.line.distributions
        if spread:
            parts = allocate(-row.net, [abs(amount) for _, amount in spread], step=quantum_of(taking.invoice.currency))
            spread = tuple((account, part) for (account, _), part in zip(spread, parts, strict=True))
        yield evolve(
            row.line,
            quantity=-row.quantity if row.quantity else row.line.quantity,
            price=row.line.price if row.quantity else None,
            net=-row.net,
            distributions=spread,
            credits=taking.invoice.number,
            credited=row.line.number,
        )


def _charge(invoice: Invoice, place: int, amount: Decimal) -> InvoiceCharge:
    each = invoice.charges[place - 1]
    return InvoiceCharge(each.order, evolve(each.charge, amount=-amount))


def credited_by(taking: Taking, number: str, on: date) -> Invoice:
    """Return the invoice with what was taken back of it."""
    invoice = taking.invoice
    rows = (
        *((row.line.number, row.quantity, row.net) for row in taking.sold),
        *((row.line.number, row.quantity, row.net) for row in taking.words),
    )
    credit = Credited(document=number, on=on, lines=rows, charges=taking.charges, groups=taking.groups)
    return evolve(invoice, credits=(*invoice.credits, credit))


def settled_by(taking: Taking, number: str, on: date) -> tuple[Invoice, Decimal]:
    """Return the invoice with what was taken back of it, and how much of that settles what was still owed."""
    after = credited_by(taking, number, on)
    amount = smaller(after.balance, taking.total)
    if amount:
        after = with_settlement(after, Settlement(document=number, on=on, amount=amount))
    return after, amount


# ---------------------------------------------------------------------- the orders


def taken_back(order: Order, takings: list[Taking], number: str, on: date, *, reopens: bool, keep_remainder: bool) -> Order:
    """Return the order with the credit posted to it."""
    for taking in takings:
        source = taking.invoice.number
        rows = [row for row in taking.sold if row.line.order == order.number]
        for slip, members in groupby(rows, key=lambda row: row.line.slip):
            for posting in _postings(order, source, slip, list(members), number, on, reopens=reopens):
                order = with_postings(order, posting)
        charges, roundings = _order_charges(order, taking)
        if charges:
            order = with_postings(order, Posting(kind=Kind.CREDITED, document=number, source=source, on=on, charges=charges))
        for line, amount in roundings:
            order = with_postings(order, _rounding(line, amount, source, number, on))
        if taking.invoice.deposit_of == order.number:
            order = with_postings(order, advance(-taking.total, number, on, source=source))
        if not keep_remainder:
            order = _without_remainder(order, rows, number, on)
    return order


def _order_charges(order: Order, taking: Taking) -> tuple[tuple[tuple[int, Decimal], ...], list[tuple[int, Decimal]]]:
    """Return what is taken back of the order's charges, and of roundings by the line they belong to."""
    named = [(taking.invoice.charges[place - 1], amount) for place, amount in taking.charges]
    mine = [(each.charge.number, amount) for each, amount in named if each.order == order.number]
    return tuple((number, amount) for number, amount in mine if number > 0), [(-number, amount) for number, amount in mine if number < 0]


def _rounding(line: int, amount: Decimal, source: str, number: str, on: date) -> Posting:
    """Return what taking a rounding back posts: money of its line, without quantity."""
    return Posting(
        kind=Kind.CREDITED, document=number, source=source, on=on, rows=((line, ZERO),), nets=(amount,), exacts=(ZERO,), counts=False
    )


def advance(amount: Decimal, number: str, on: date, *, source: str | None = None) -> Posting:
    """Return what a deposit posts to its order, or what takes it off again."""
    return Posting(kind=Kind.ADVANCED, document=number, source=source, on=on, nets=(amount,))


def _postings(
    order: Order, invoice: str, slip: str | None, rows: list[Row[InvoiceLine]], number: str, on: date, *, reopens: bool
) -> Iterator[Posting]:
    """Yield what a credit posts to an order: quantities with their nets, and amounts alone, which move no quantity."""
    invoiced = next(each for each in order.postings if each.kind is Kind.INVOICED and each.document == invoice and each.source == slip)
    left = _exacts_left(order, invoiced)
    for counts in (True, False):
        chosen = [row for row in rows if (reopens and row.reopens and bool(row.quantity)) is counts]
        if chosen:
            yield Posting(
                kind=Kind.CREDITED,
                document=number,
                source=invoice,
                slip=invoiced.slip,
                on=on,
                rows=tuple((row.line.terms.number, row.quantity) for row in chosen),
                nets=tuple(row.net for row in chosen),
                exacts=tuple(_exact(row, *left[row.line.terms.number]) for row in chosen),
                counts=counts,
            )


def _exacts_left(order: Order, invoiced: Posting) -> dict[int, tuple[Decimal, Decimal]]:
    """Return for each line the quantity and the exact amount that credits have left of what was invoiced."""
    left = {line: (quantity, exactly) for (line, quantity), exactly in zip(invoiced.rows, invoiced.exacts, strict=True)}
    for posting in order.postings:
        if posting.kind is Kind.CREDITED and (posting.source, posting.slip) == (invoiced.document, invoiced.slip):
            for (line, back), exactly in zip(posting.rows, posting.exacts, strict=True):
                left[line] = left[line][0] - back, left[line][1] - exactly
    return left


def _exact(row: Row[InvoiceLine], quantity: Decimal, exactly: Decimal) -> Decimal:
    """
    Return what a credit takes back of the exact amount behind the invoiced net: its share, or the net where the share has no end.

    The credit that closes a line takes what is left, so that nothing stays behind to move a later rounding.
    """
    if not row.quantity:
        return row.net
    if row.quantity == quantity:
        return exactly
    share = exactly * row.quantity / quantity
    return share if share == share.quantize(_FINEST) else row.net


def _without_remainder(order: Order, rows: list[Row[InvoiceLine]], number: str, on: date) -> Order:
    """Cancel what is left to deliver of the credited lines, but for what stays invoiced in advance."""
    fold = order.fold
    lines = dict.fromkeys(row.line.terms.number for row in rows)
    left = ((line, smaller(fold.to_deliver.get(line, ZERO), fold.to_invoice.get(line, ZERO))) for line in lines)
    cancelled = tuple(row for row in left if row[1])
    return with_postings(order, Posting(kind=Kind.CANCELLED, document=number, on=on, rows=cancelled)) if cancelled else order
