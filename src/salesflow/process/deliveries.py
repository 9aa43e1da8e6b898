"""
Deliveries: picking, packing slips, and taking a packing slip back or correcting it.

A slip may hold part of an order or of several orders of one customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from salesflow.checks import ZERO, exact_number, require_date, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.events import (
    GoodsPicked,
    GoodsUnpicked,
    PackingSlipArrived,
    PackingSlipAttemptFailed,
    PackingSlipCancelled,
    PackingSlipCorrected,
    PackingSlipPosted,
    SubscriptionRenewed,
)
from salesflow.model.ledger import Kind, Posting, Row
from salesflow.model.order import Order, cancelling, with_postings
from salesflow.model.order_life import LIFECYCLE as ORDER_LIFECYCLE
from salesflow.model.packing_slip import Attempt, PackingSlip, Part, PickingList, SlipStatus
from salesflow.model.policies import DELIVERIES, DeliveryPolicy
from salesflow.model.renewal import renew
from salesflow.model.wanted import Quantities, Wanted, per_order
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process.orders import UNKNOWN_LINE
from salesflow.rules import Rule

EMPTY = Rule(
    code="delivery.empty",
    en="A packing slip holds something of every order it names.",
    nl="Een pakbon bevat iets van elke order die erop staat.",
    refusal="there is nothing to deliver (order: {order})",
    spec=("QTY-4",),
    source="choice",
)
OVER_REMAINDER = Rule(
    code="delivery.over-remainder",
    en="No more is delivered than is left, with the over-delivery that was agreed.",
    nl="Er wordt niet meer geleverd dan er nog te leveren is, met de afgesproken overlevering.",
    refusal="line {line} has {left} left to deliver, not {asked}; {allowed} at most with over-delivery",
    spec=("QTY-4", "QTY-10"),
    source="documentation",
)
WRONG_SIGN = Rule(
    code="delivery.sign",
    en="A delivered quantity is not zero and has the sign of its line.",
    nl="Een geleverde hoeveelheid is niet nul en heeft het teken van haar regel.",
    refusal="line {line} orders {ordered}; {asked} cannot be delivered of it",
    spec=("QTY-4", "QTY-13"),
    source="documentation",
)
UNDER_TOLERANCE = Rule(
    code="delivery.under-tolerance",
    en="A line is closed at delivery only when no more is missing than the under-delivery that was agreed.",
    nl="Een regel wordt bij levering alleen afgesloten als er niet meer ontbreekt dan de afgesproken onderlevering.",
    refusal="line {line} would close at {delivered} of {ordered}; at least {least} is needed",
    spec=("QTY-11",),
    source="documentation",
)
BELOW_INVOICED = Rule(
    code="delivery.below-invoiced",
    en="A line that was invoiced further than it was delivered is not closed at delivery; credit first.",
    nl="Een regel die verder is gefactureerd dan geleverd, wordt bij levering niet afgesloten; crediteer eerst.",
    refusal="line {line} would close at {delivered}; {invoiced} is invoiced",
    spec=("QTY-6",),
    source="documentation",
)
ONE_CUSTOMER = Rule(
    code="delivery.one-customer",
    en="A packing slip is for one customer, to one address.",
    nl="Een pakbon is voor één klant, naar één adres.",
    refusal="order {order} differs from order {first} in {what}",
    spec=("DOC-5",),
    source="documentation",
)
ORDER_TWICE = Rule(
    code="delivery.order-twice",
    en="A document names each order once.",
    nl="Een document noemt elke order één keer.",
    refusal="order {order} is named more than once",
    spec=("QTY-4",),
    source="choice",
)
NOT_CONFIRMED = Rule(
    code="delivery.not-confirmed",
    en="Where the policy says so, an order is confirmed before anything is delivered.",
    nl="Waar het beleid dat voorschrijft, wordt een order bevestigd voordat er iets wordt geleverd.",
    refusal="revision {revision} of order {order} is not confirmed",
    spec=("DOC-3",),
    source="documentation",
)
NUMBER_USED = Rule(
    code="delivery.number-used",
    en="A packing slip or picking list has a number of its own.",
    nl="Een pakbon of orderverzamellijst heeft een eigen nummer.",
    refusal="order {order} has a document {document} already",
    spec=("QTY-4",),
    source="choice",
)
NOT_PICKED = Rule(
    code="delivery.not-picked",
    en="A delivery from a picking list takes no more than lies picked on it.",
    nl="Een levering van een orderverzamellijst neemt niet meer dan erop verzameld is.",
    refusal="picking list {picking} has {picked} of line {line}, not {asked}",
    spec=("DOC-6",),
    source="documentation",
)
ANOTHER_ORDER = Rule(
    code="delivery.another-order",
    en="A packing slip is taken back with the orders it delivered, all of them.",
    nl="Een pakbon wordt teruggenomen met de orders die erop staan, allemaal.",
    refusal="packing slip {slip} delivers {orders}, not {given}",
    spec=("QTY-15",),
    source="choice",
)
SLIP_INVOICED = Rule(
    code="delivery.slip-invoiced",
    en="What was invoiced of a packing slip is credited before the slip is taken back.",
    nl="Wat van een pakbon is gefactureerd, wordt gecrediteerd voordat de pakbon wordt teruggenomen.",
    refusal="packing slip {slip} has {invoiced} of line {line} of order {order} invoiced; {kept} would be left",
    spec=("QTY-15",),
    source="documentation",
)
BEFORE_SLIP = Rule(
    code="delivery.before-slip",
    en="A packing slip is taken back on its own day or later.",
    nl="Een pakbon wordt op de eigen dag of later teruggenomen.",
    refusal="packing slip {slip} is of {posted}; {on} is before that",
    spec=("QTY-15",),
    source="choice",
)

ARRIVED = Rule(
    code="delivery.arrived",
    en="Goods are brought to the customer on the day of their packing slip or later, until they have arrived.",
    nl="Goederen worden op de dag van hun pakbon of later bij de klant gebracht, totdat ze zijn aangekomen.",
    refusal="packing slip {slip} is of {posted} and arrived {arrived}; {on} is no day to bring it",
    spec=("QTY-4",),
    source="choice",
)

_P = SlipStatus
_LIFE: tuple[Step[PackingSlip, SlipStatus], ...] = (
    Step("post", (), (_P.POSTED,)),
    Step("cancel", (_P.POSTED,), (_P.CANCELLED,)),
    Step("correct", (_P.POSTED,), (_P.CORRECTED,)),
    Step("attempt", (_P.POSTED,), (_P.POSTED,)),
)
LIFECYCLE: Lifecycle[PackingSlip, SlipStatus] = Lifecycle(
    "packing slip", _LIFE, status=lambda slip: slip.status, resting=(_P.POSTED, _P.CANCELLED, _P.CORRECTED)
)


@exact
def post(
    orders: Wanted,
    quantities: Quantities | None = None,
    *,
    number: str,
    on: date,
    at: datetime | None = None,
    picking: PickingList | None = None,
    close: Iterable[int] = (),
    policy: DeliveryPolicy = DELIVERIES,
) -> Outcome[PackingSlip]:
    """
    Post a packing slip.

    Give one order with the quantities per line, or ``{order: {line: quantity}}``; without quantities all that is left is delivered.

    Args:
        picking: Deliver what lies picked on this list, and no more.
        close: Lines of a single order that end with this delivery; what is missing is cancelled, within the under-delivery agreed.

    Raises:
        RefusedError: with everything ``why_not`` finds.
    """
    require_date("on", on)
    parts = _parts(orders, quantities, picking)
    closing = tuple(close)
    refusals = _why_not(parts, on=on, picking=picking, close=closing, policy=policy)
    refusals += tuple(NUMBER_USED.refuse(order=order.number, document=number) for order, _ in parts if number in order.fold.slips)
    if refusals:
        raise RefusedError(refusals)
    source = None if picking is None else picking.number
    slip = _slip(parts, number, on, at)
    changed = tuple(
        with_postings(order, Posting(kind=Kind.DELIVERED, document=number, source=source, on=on, at=at, rows=rows)) for order, rows in parts
    )
    if closing:
        changed = (_closed(changed[0], closing, number, on), *changed[1:])
    changed, renewals = _renewed([order for order, _ in parts], changed, number, on)
    posted = PackingSlipPosted(number=number, on=on, at=at, orders=slip.orders)
    return Outcome(document=slip, made=(slip,), changed=changed, events=(posted, *renewals))


@exact
def why_not(
    orders: Wanted,
    quantities: Quantities | None = None,
    *,
    on: date | None = None,
    picking: PickingList | None = None,
    close: Iterable[int] = (),
    policy: DeliveryPolicy = DELIVERIES,
) -> tuple[Refusal, ...]:
    """Return every reason why ``post`` may not run with the same arguments; without a date, as if on the day each order was placed."""
    return _why_not(_parts(orders, quantities, picking), on=on, picking=picking, close=tuple(close), policy=policy)


_Parts = list[tuple[Order, tuple[Row, ...]]]


def _parts(orders: Wanted, quantities: Quantities | None, picking: PickingList | None) -> _Parts:
    """Return each order with the rows that are wanted of it."""
    return [(order, _rows(order, wanted, picking)) for order, wanted in per_order(orders, quantities)]


def _rows(order: Order, quantities: Quantities | None, picking: PickingList | None) -> tuple[Row, ...]:
    if quantities is not None:
        return rows_of(quantities)
    if picking is not None:
        return order.fold.picks.get(picking.number, ())
    return tuple(order.fold.to_deliver.items())


def rows_of(quantities: Quantities) -> tuple[Row, ...]:
    """Return quantities per line as rows, by line number."""
    require_kind("quantities", quantities, Mapping)
    return tuple(
        [
            (line, quantity if type(quantity) is Decimal and quantity.is_finite() else exact_number(f"quantity of line {line}", quantity))
            for line, quantity in sorted(quantities.items())
        ]
    )


def _why_not(
    parts: _Parts, *, on: date | None, picking: PickingList | None, close: tuple[int, ...], policy: DeliveryPolicy
) -> tuple[Refusal, ...]:
    found: list[Refusal] = []
    numbers = [order.number for order, _ in parts]
    if close and len(parts) > 1:
        msg = f"lines are closed at the delivery of one order; {len(parts)} are given"
        raise ValueError(msg)
    if not parts:
        found.append(EMPTY.refuse(order="none"))
    elif len(parts) > 1:
        found += [ORDER_TWICE.refuse(order=number) for number in dict.fromkeys(numbers) if numbers.count(number) > 1]
        found += _against_together([order for order, _ in parts])
    for order, rows in parts:
        found += ORDER_LIFECYCLE.why_not("deliveries.post", order, on=on or order.placed)
        if policy.confirm_first and not order.is_confirmed:
            found.append(NOT_CONFIRMED.refuse(order=order.number, revision=order.revision))
        if not rows:
            found.append(EMPTY.refuse(order=order.number))
        found += _against_rows(order, rows)
        if picking is not None:
            found += _against_picking(order, rows, picking)
    if close and parts:
        found += _against_close(*parts[0], close)
    return tuple(found)


def _against_together(orders: list[Order]) -> Iterator[Refusal]:
    first = orders[0]
    for order in orders[1:]:
        for what in ("customer", "deliver_to"):
            if getattr(order, what) != getattr(first, what):
                yield ONE_CUSTOMER.refuse(order=order.number, first=first.number, what=what)


def _against_rows(order: Order, rows: tuple[Row, ...]) -> Iterator[Refusal]:
    left = order.fold.to_deliver
    for line, quantity in rows:
        remainder = left.get(line)
        if remainder is None or not ZERO < quantity <= remainder:
            yield from _against_row(order, line, quantity)


def _against_row(order: Order, line: int, quantity: Decimal) -> Iterator[Refusal]:
    """Look closely at a row that is not plainly within the remainder."""
    if line not in order:
        yield UNKNOWN_LINE.refuse(order=order.number, line=line)
        return
    fold = order.fold
    terms = fold.terms[line]
    if not quantity or (quantity > 0) is not (terms.ordered > 0):
        yield WRONG_SIGN.refuse(line=line, ordered=terms.ordered, asked=quantity)
        return
    wanted, delivered = fold.wanted(line), fold.delivered(line)
    most = wanted + wanted * terms.item.tolerance.over.scaleb(-2)
    if abs(delivered + quantity) > abs(most):
        yield OVER_REMAINDER.refuse(line=line, left=fold.to_deliver.get(line, ZERO), asked=quantity, allowed=_shown(most - delivered))


def _shown(room: Decimal) -> Decimal:
    """Return the room that is left in its shortest form."""
    return room.quantize(Decimal(1)) if room == room.to_integral_value() else room.normalize()


def _against_picking(order: Order, rows: tuple[Row, ...], picking: PickingList) -> Iterator[Refusal]:
    picked = dict(order.fold.picks.get(picking.number, ()))
    for line, quantity in rows:
        lying = picked.get(line, ZERO)
        if abs(quantity) > abs(lying):
            yield NOT_PICKED.refuse(picking=picking.number, line=line, picked=lying, asked=quantity)


def _against_close(order: Order, rows: tuple[Row, ...], close: tuple[int, ...]) -> Iterator[Refusal]:
    now = dict(rows)
    for line in close:
        if line not in order:
            yield UNKNOWN_LINE.refuse(order=order.number, line=line)
            continue
        balance = order.line(line)
        delivered = balance.delivered + now.get(line, ZERO)
        least = balance.ordered - balance.ordered * balance.item.tolerance.under.scaleb(-2)
        if abs(delivered) < abs(least):
            yield UNDER_TOLERANCE.refuse(line=line, delivered=delivered, ordered=balance.ordered, least=least)
        elif abs(delivered) < abs(balance.invoiced):
            yield BELOW_INVOICED.refuse(line=line, delivered=delivered, invoiced=balance.invoiced)


def _renewed(
    before: Iterable[Order], after: Iterable[Order], number: str, on: date
) -> tuple[tuple[Order, ...], tuple[SubscriptionRenewed, ...]]:
    """Return the orders as they go on: a subscription of which nothing is left is open again [ORD-4]."""
    both = [renew(old, new, number, on) for old, new in zip(before, after, strict=True)]
    return tuple(order for order, _ in both), tuple(event for _, events in both for event in events)


def _closed(order: Order, lines: tuple[int, ...], number: str, on: date) -> Order:
    rows = tuple((line, left) for line in lines if (left := order.line(line).deliver_remainder))
    return with_postings(order, cancelling(order, rows, number, on)) if rows else order


def _slip(parts: _Parts, number: str, on: date, at: datetime | None) -> PackingSlip:
    first = parts[0][0]
    return PackingSlip(
        number=number,
        on=on,
        at=at,
        customer=first.customer,
        parts=tuple(Part(order.number, rows) for order, rows in parts),
        comments=tuple(dict.fromkeys(order.comment for order, _ in parts if order.comment)),
    )


def attempt(slip: PackingSlip, *, arrived: bool, on: date, at: datetime | None = None, reason: str = "") -> Outcome[PackingSlip]:
    """
    Note that the goods of a packing slip were brought to the customer, and whether they arrived; no quantity moves.

    Raises:
        RefusedError: ``wrong-status``, ``delivery.arrived``.
    """
    require_date("on", on)
    LIFECYCLE.require("attempt", slip, on=on)
    if slip.arrival is not None or on < slip.on:
        raise RefusedError((ARRIVED.refuse(slip=slip.number, posted=slip.on, arrived=slip.arrival and slip.arrival.on, on=on),))
    after = evolve(slip, attempts=(*slip.attempts, Attempt(on=on, at=at, arrived=arrived, reason=reason)))
    told = (
        PackingSlipArrived(number=slip.number, on=on, at=at)
        if arrived
        else PackingSlipAttemptFailed(number=slip.number, on=on, at=at, reason=reason)
    )
    return Outcome(document=after, changed=(after,), events=(told,))


@exact
def cancel(orders: Order | Iterable[Order], slip: PackingSlip, *, number: str, on: date) -> Outcome[PackingSlip]:
    """
    Take a packing slip back whole; *number* is that of the slip that reverses it [QTY-15].

    Raises:
        RefusedError: ``wrong-status``, ``delivery.another-order``, ``delivery.slip-invoiced``, ``delivery.before-slip``.
    """
    given = _orders(orders)
    if refusals := why_not_undo("cancel", given, slip, on=on):
        raise RefusedError(refusals)
    reversal = _reversal(slip, number, on)
    changed, renewals = _renewed(given, [with_postings(order, _taken_back(order, slip, number, on)) for order in given], number, on)
    return Outcome(
        document=reversal,
        made=(reversal,),
        changed=(*changed, evolve(slip, replaced_by=(number,))),
        events=(PackingSlipCancelled(number=slip.number, on=on, by=number), *renewals),
    )


@exact
def correct(
    orders: Order | Iterable[Order],
    slip: PackingSlip,
    quantities: Mapping[str, Quantities] | Quantities,
    *,
    reversal: str,
    number: str,
    on: date,
) -> Outcome[PackingSlip]:
    """
    Take a packing slip back and post another in its place, under *number*; the reversal has a number of its own [QTY-15].

    Quantities are per order number and line, or per line where the slip delivers one order.
    What is invoiced of the slip stays invoiced, so no corrected quantity may be less than that.

    Raises:
        RefusedError: ``wrong-status``, ``delivery.another-order``, ``delivery.slip-invoiced``, ``delivery.before-slip``,
            and what ``post`` refuses of the corrected quantities.
    """
    given = _orders(orders)
    wanted = _per_order(slip, quantities)
    if refusals := why_not_undo("correct", given, slip, on=on, quantities=wanted):
        raise RefusedError(refusals)
    back = _reversal(slip, reversal, on)
    undone = [with_postings(order, _taken_back(order, slip, reversal, on)) for order in given]
    parts = [(order, wanted.get(order.number, ())) for order in undone]
    if refusals := _why_not(parts, on=on, picking=None, close=(), policy=DELIVERIES):
        raise RefusedError(refusals)
    corrected = evolve(
        slip, number=number, on=on, parts=tuple(Part(order.number, rows) for order, rows in parts), root=slip.counted_as, attempts=()
    )
    delivered = (
        with_postings(order, Posting(kind=Kind.DELIVERED, document=number, slip=slip.counted_as, on=on, rows=rows)) for order, rows in parts
    )
    changed, renewals = _renewed(given, delivered, number, on)
    return Outcome(
        document=corrected,
        made=(back, corrected),
        changed=(*changed, evolve(slip, replaced_by=(reversal, number))),
        events=(PackingSlipCorrected(number=slip.number, on=on, by=number), *renewals),
    )


@exact
def why_not_undo(
    command: str,
    orders: Order | Iterable[Order],
    slip: PackingSlip,
    *,
    on: date,
    quantities: Mapping[str, tuple[Row, ...]] | None = None,
) -> tuple[Refusal, ...]:
    """Return every reason why the slip may not be taken back by *command*, ``cancel`` or ``correct``, with what is to be left of it."""
    require_date("on", on)
    require_kind("slip", slip, PackingSlip)
    given = _orders(orders)
    found = list(LIFECYCLE.why_not(command, slip, on=on))
    if sorted(order.number for order in given) != sorted(slip.orders):
        found.append(
            ANOTHER_ORDER.refuse(slip=slip.number, orders=", ".join(slip.orders), given=", ".join(order.number for order in given))
        )
        return tuple(found)
    if on < slip.on:
        found.append(BEFORE_SLIP.refuse(slip=slip.number, posted=slip.on, on=on))
    for order in given:
        found += ORDER_LIFECYCLE.why_not(f"deliveries.{command}", order, on=on)
        found += _against_invoiced(order, slip, dict((quantities or {}).get(order.number, ())))
    return tuple(found)


def _against_invoiced(order: Order, slip: PackingSlip, kept: Mapping[int, Decimal]) -> Iterator[Refusal]:
    uninvoiced = dict(order.fold.uninvoiced(slip.counted_as))
    for line, quantity in slip.rows(order.number):
        invoiced = quantity - uninvoiced.get(line, ZERO)
        if abs(invoiced) > abs(kept.get(line, ZERO)):
            yield SLIP_INVOICED.refuse(slip=slip.number, order=order.number, line=line, invoiced=invoiced, kept=kept.get(line, ZERO))


def _orders(orders: Order | Iterable[Order]) -> tuple[Order, ...]:
    given = (orders,) if isinstance(orders, Order) else tuple(orders)
    for order in given:
        require_kind("order", order, Order)
    return given


def _per_order(slip: PackingSlip, quantities: Mapping[str, Quantities] | Quantities) -> dict[str, tuple[Row, ...]]:
    """Return the corrected rows per order number; bare lines belong to the slip's only order."""
    require_kind("quantities", quantities, Mapping)
    if all(isinstance(value, Mapping) for value in quantities.values()):
        return {str(order): rows_of(each) for order, each in quantities.items() if isinstance(each, Mapping)}
    if len(slip.parts) != 1:
        msg = f"packing slip {slip.number} delivers {len(slip.parts)} orders: quantities must be given per order"
        raise ValueError(msg)
    return {slip.orders[0]: rows_of(quantities)}  # type: ignore[arg-type]


def _reversal(slip: PackingSlip, number: str, on: date) -> PackingSlip:
    back = tuple(Part(part.order, tuple((line, -quantity) for line, quantity in part.rows)) for part in slip.parts)
    return evolve(slip, number=number, on=on, at=None, parts=back, root="", reverses=slip.number, attempts=())


def _taken_back(order: Order, slip: PackingSlip, number: str, on: date) -> Posting:
    return Posting(kind=Kind.RETURNED, document=number, source=slip.number, slip=slip.counted_as, on=on, rows=slip.rows(order.number))


@exact
def pick(order: Order, quantities: Quantities | None = None, *, number: str, on: date) -> Outcome[PickingList]:
    """
    Take goods from the shelf; without quantities all that is left and not picked yet [DOC-3].

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.journal``, ``order.on-hold``, ``order.unknown-line``,
            ``delivery.empty``, ``delivery.sign``, ``delivery.over-remainder``, ``delivery.number-used``.
    """
    require_date("on", on)
    rows = _pickable(order) if quantities is None else rows_of(quantities)
    found = list(ORDER_LIFECYCLE.why_not("deliveries.pick", order, on=on))
    if not rows:
        found.append(EMPTY.refuse(order=order.number))
    if number in order.fold.picks:
        found.append(NUMBER_USED.refuse(order=order.number, document=number))
    found += _against_rows(
        order, tuple((line, quantity + order.fold.picked(line)) if quantity else (line, quantity) for line, quantity in rows)
    )
    if found:
        raise RefusedError(found)
    picking = PickingList(number=number, on=on, order=order.number, rows=rows, comment=order.comment)
    after = with_postings(order, Posting(kind=Kind.PICKED, document=number, on=on, rows=rows))
    return Outcome(document=picking, made=(picking,), changed=(after,), events=(GoodsPicked(number=number, on=on, order=order.number),))


def _pickable(order: Order) -> tuple[Row, ...]:
    fold = order.fold
    return tuple((line, rest) for line, left in fold.to_deliver.items() if (rest := left - fold.picked(line)))


@exact
def unpick(order: Order, picking: PickingList, *, on: date) -> Outcome[Order]:
    """
    Put back what still lies on a picking list.

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, or ``delivery.empty`` when nothing lies there.
    """
    require_date("on", on)
    ORDER_LIFECYCLE.require("deliveries.unpick", order, on=on)
    rows = order.fold.picks.get(picking.number, ())
    if not rows:
        raise RefusedError((EMPTY.refuse(order=order.number),))
    after = with_postings(order, Posting(kind=Kind.PICKED, document=picking.number, source=picking.number, on=on, rows=rows))
    return Outcome(document=after, changed=(after,), events=(GoodsUnpicked(number=picking.number, on=on, order=order.number),))
