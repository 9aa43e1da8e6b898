"""
Receiving returned goods, and sending them to the customer again.

The returned order is delivered by the receipt. The orders that the goods came from are posted to as well,
so what is left to deliver and to invoice of them is always right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from salesflow.checks import ZERO, all_of
from salesflow.errors import Refusal, refuse
from salesflow.model.events import GoodsReturned
from salesflow.model.goods_return import Origin, Return, ReturnLine
from salesflow.model.goods_return import Step as Move
from salesflow.model.ledger import Kind, Posting, Row
from salesflow.model.order import Order, cancelling, with_postings
from salesflow.model.order_life import LIFECYCLE as ORDER_LIFECYCLE
from salesflow.model.packing_slip import PackingSlip
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process import deliveries
from salesflow.process.history import changed
from salesflow.process.returns import (
    ANOTHER_ORDER,
    LIFECYCLE,
    OVER_DELIVERED,
    Quantities,
    against_own,
    against_rows,
    returnable,
    rows_of,
    with_movement,
)


@exact
def receive(
    rma: Return,
    order: Order,
    originals: Iterable[Order] = (),
    quantities: Quantities | None = None,
    *,
    number: str,
    on: date,
    by: str = "",
) -> Outcome[PackingSlip]:
    """
    Receive what is registered, by a packing slip of the returned order; without quantities all of it [RET-7].

    The orders the goods came from count them as not delivered any more, unless the line says otherwise [P4],
    and end that part of the order unless it is to be delivered again.
    Commitments of a sales agreement are given back at this moment [AGR-14].

    Args:
        order: The returned order.
        originals: The orders the goods came from.
        number: The number of the packing slip.

    Raises:
        RefusedError: ``wrong-status``, ``return.*``, and what ``deliveries.post`` refuses of the returned order.
    """
    LIFECYCLE.require("return_receipts.receive", rma, on=on)
    rows = rows_of(rma, quantities, {line.number: rma.registered(line.number) for line in rma.lines})
    given = {each.number: each for each in all_of("original", originals, Order)}
    refuse(against_rows(rma, rows, rma.registered, Move.RECEIVED))
    refuse((*against_own(rma, order), *against_originals(rma, [line for line, _ in rows], given)))
    refuse(_against_returnable(rma, rows, given))
    for each in touched(rma, rows, given):
        ORDER_LIFECYCLE.require("return_receipts.receive", each, on=on)
    posted = deliveries.post(order, {line: -quantity for line, quantity in rows}, number=number, on=on)
    after = with_postings(posted.changed[0], *_settled_at_once(rma, rows, number, on))
    for line, quantity in rows:
        _give_back(rma.line(line), quantity, given, number, rma.number, on)
    told = changed(rma, with_movement(rma, Move.RECEIVED, rows, on, number), "return", "received", on=on, by=by)
    return Outcome(
        document=posted.document,
        made=posted.made,
        changed=(after, *touched(rma, rows, given), told.document),
        events=(*posted.events, *_events(rma, rows, on), *told.events),
    )


def _settled_at_once(rma: Return, rows: tuple[Row, ...], number: str, on: date) -> Iterator[Posting]:
    """Goods that were never invoiced leave nothing to credit: their part of the returned order is settled by its slip, for nothing."""
    settled = tuple((line, -quantity) for line, quantity in rows if not rma.line(line).is_invoiced)
    if settled:
        nothing = (ZERO,) * len(settled)
        yield Posting(kind=Kind.INVOICED, document=number, source=number, slip=number, on=on, rows=settled, amounts=nothing, exacts=nothing)


def _give_back(line: ReturnLine, quantity: Decimal, given: dict[str, Order], slip: str, rma: str, on: date) -> None:
    """Post to the order that the goods came from."""
    if line.origin is None:
        return
    order, number = given[line.origin.order], line.origin.line
    if not line.counts:
        uncounted = Posting(kind=Kind.RETURNED, document=slip, source=rma, on=on, rows=((number, quantity),), counts=False)
        given[order.number] = with_postings(order, uncounted)
        return
    for source, part in _slips_of(order, line.origin, quantity):
        back = Posting(kind=Kind.RETURNED, document=slip, source=rma, slip=source, on=on, rows=((number, part),))
        order = with_postings(order, back)
    if not line.redeliver:
        order = with_postings(order, cancelling(order, ((number, quantity),), slip, on, source=rma))
    given[order.number] = order


def _slips_of(order: Order, origin: Origin, quantity: Decimal) -> Iterator[tuple[str, Decimal]]:
    """
    Divide what comes back over the slips that delivered it.

    First the slip that its invoice followed; goods that were not invoiced are of slips with something uninvoiced; then the oldest first [P14].
    """
    delivered = _delivered(order, origin.line)
    uninvoiced = {slip: dict(order.fold.uninvoiced(slip)).get(origin.line, ZERO) for slip in delivered}
    followed = {posting.slip for posting in order.postings if posting.kind is Kind.INVOICED and posting.document == origin.invoice}
    rooms = [(slip, left) for slip, left in delivered.items() if origin.invoice is not None and slip in followed]
    rooms += [(slip, min(left, uninvoiced[slip])) for slip, left in delivered.items() if origin.invoice is None]
    rooms += list(delivered.items())
    for slip, room in rooms:
        part = min(quantity, room, delivered[slip])
        if part > 0:
            quantity -= part
            delivered[slip] -= part
            yield slip, part


def _delivered(order: Order, line: int) -> dict[str, Decimal]:
    """Return what each slip delivered of a line and has not come back, oldest first."""
    found: dict[str, Decimal] = {}
    for posting in order.postings:
        if posting.kind is Kind.DELIVERED or (posting.kind is Kind.RETURNED and posting.counts):
            slip = posting.slip or posting.document
            for number, quantity in posting.rows:
                if number == line:
                    found[slip] = found.get(slip, ZERO) + (quantity if posting.kind is Kind.DELIVERED else -quantity)
    return found


@exact
def send_back(
    rma: Return,
    order: Order,
    originals: Iterable[Order] = (),
    quantities: Quantities | None = None,
    *,
    number: str,
    on: date,
    by: str = "",
) -> Outcome[Return]:
    """
    Send received goods to the customer again: the return of a return, which is a delivery [I4, RET-5].

    Without quantities, all that is to be returned to the customer. The orders the goods came from count them as delivered again.

    Raises:
        RefusedError: ``wrong-status``, ``return.*``.
    """
    LIFECYCLE.require("return_receipts.send_back", rma, on=on)
    rows = rows_of(rma, quantities, {line.number: rma.to_send_back(line.number) for line in rma.lines})
    given = {each.number: each for each in all_of("original", originals, Order)}
    refuse(against_rows(rma, rows, rma.uncredited, Move.SENT_BACK))
    refuse((*against_own(rma, order), *against_originals(rma, [line for line, _ in rows], given)))
    after = order
    for line, quantity in rows:
        for slip, part in _slips_of_return(after, line, quantity):
            after = _unreceived(after, rma.line(line), slip, part, number, rma.number, on)
        _deliver_again(rma, rma.line(line), quantity, given, number, on)
    told = changed(rma, with_movement(rma, Move.SENT_BACK, rows, on, number), "return", "sent back", on=on, by=by)
    back = tuple((line, -quantity) for line, quantity in rows)
    own = GoodsReturned(number=order.number, on=on, rma=rma.number, lines=back)
    return Outcome(
        document=told.document,
        changed=(after, *touched(rma, rows, given), told.document),
        events=(own, *_events(rma, back, on), *told.events),
    )


def _slips_of_return(order: Order, line: int, quantity: Decimal) -> Iterator[tuple[str, Decimal]]:
    for slip, left in _delivered(order, line).items():
        part = min(quantity, -left)
        if part > 0:
            quantity -= part
            yield slip, part


def _unreceived(order: Order, line: ReturnLine, slip: str, part: Decimal, number: str, rma: str, on: date) -> Order:
    """Return the returned order with a receipt undone; that part of it will not come."""
    row = ((line.number, -part),)
    if not line.is_invoiced:
        nothing = (ZERO,)
        settled = Posting(kind=Kind.CREDITED, document=number, source=slip, slip=slip, on=on, rows=row, amounts=nothing, exacts=nothing)
        order = with_postings(order, settled)
    order = with_postings(order, Posting(kind=Kind.RETURNED, document=number, source=rma, slip=slip, on=on, rows=row))
    return with_postings(order, cancelling(order, row, number, on, source=rma))


def _deliver_again(rma: Return, line: ReturnLine, quantity: Decimal, given: dict[str, Order], number: str, on: date) -> None:
    """Post to the order that the goods came from that the customer has them again, under the slips that delivered them first."""
    if line.origin is None:
        return
    order, place = given[line.origin.order], line.origin.line
    if not line.counts:
        undone = Posting(kind=Kind.RETURNED, document=number, source=rma.number, on=on, rows=((place, -quantity),), counts=False)
        given[order.number] = with_postings(order, undone)
        return
    if not line.redeliver:
        order = with_postings(order, cancelling(order, ((place, -quantity),), number, on, source=rma.number))
    for slip, room in _returned(rma, order, place).items():
        part = min(quantity, room)
        if part > 0:
            quantity -= part
            order = with_postings(order, Posting(kind=Kind.DELIVERED, document=number, slip=slip, on=on, rows=((place, part),)))
    given[order.number] = order


def _returned(rma: Return, order: Order, line: int) -> dict[str | None, Decimal]:
    """Return what a return took of a line from each slip and did not send back."""
    found: dict[str | None, Decimal] = {}
    again = {movement.document for movement in rma.movements if movement.step is Move.SENT_BACK}
    for posting in order.postings:
        taken = posting.kind is Kind.RETURNED and posting.counts and posting.source == rma.number
        if taken or (posting.kind is Kind.DELIVERED and posting.document in again):
            for number, quantity in posting.rows:
                if number == line:
                    found[posting.slip] = found.get(posting.slip, ZERO) + (quantity if taken else -quantity)
    return found


def against_originals(rma: Return, lines: Iterable[int], given: Mapping[str, Order]) -> Iterator[Refusal]:
    """Yield the orders that are needed and were not given."""
    needed = {origin.order for line in lines if (origin := rma.line(line).origin) is not None}
    for order in sorted(needed - set(given)):
        yield ANOTHER_ORDER.refuse(rma=rma.number, needed=order)


def _against_returnable(rma: Return, rows: tuple[Row, ...], given: Mapping[str, Order]) -> Iterator[Refusal]:
    """Look again when the goods come in: another return may have been faster."""
    asked: dict[tuple[str, int], Decimal] = {}
    for line, quantity in rows:
        origin = rma.line(line).origin
        if origin is not None:
            asked[origin.order, origin.line] = asked.get((origin.order, origin.line), ZERO) + quantity
    for (order, line), quantity in asked.items():
        left = returnable(given[order], line)
        if quantity > left:
            yield OVER_DELIVERED.refuse(order=order, line=line, left=left, asked=quantity)


def _events(rma: Return, rows: tuple[Row, ...], on: date) -> Iterator[GoodsReturned]:
    """Yield for each order that goods came from which of its lines came back."""
    lines: dict[str, list[Row]] = {}
    for line, quantity in rows:
        origin = rma.line(line).origin
        if origin is not None:
            lines.setdefault(origin.order, []).append((origin.line, quantity))
    return (GoodsReturned(number=order, on=on, rma=rma.number, lines=tuple(each)) for order, each in lines.items())


def touched(rma: Return, rows: tuple[Row, ...], given: Mapping[str, Order]) -> tuple[Order, ...]:
    """Return the orders that the goods of *rows* came from, as they are now."""
    numbers = dict.fromkeys(origin.order for line, _ in rows if (origin := rma.line(line).origin) is not None)
    return tuple(given[number] for number in numbers)
