"""
Backorders: what is not delivered yet, to customers and by vendors, and how what is on hand is divided over it.

Everything here is read from orders and purchases; only ``allocate`` decides something, and it stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ONE, ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal
from salesflow.labels import Labelled
from salesflow.model.order import Order, OrderType
from salesflow.model.product import Item
from salesflow.model.purchase import Purchase
from salesflow.money import allocate as divide
from salesflow.money import exact
from salesflow.process import orders
from salesflow.rules import Rule

LATE_VENDOR = Rule(
    code="backorder.vendor-late",
    en="What was bought for an order comes in before it is to be shipped.",
    nl="Wat voor een order is ingekocht, komt binnen voordat die wordt verzonden.",
    refusal="purchase {purchase} is expected on {expected}; line {line} of order {order} is to be shipped on {ship_date}",
    spec=("BCK-2",),
    source="seed",
)
NOT_AVAILABLE = Rule(
    code="backorder.not-available",
    en="What is left to deliver is on hand or on its way from a vendor.",
    nl="Wat nog te leveren is, is voorhanden of onderweg van een leverancier.",
    refusal="{short} of item {item} is neither on hand nor on its way for line {line} of order {order}",
    spec=("BCK-3",),
    source="seed",
)
TO_CREDIT = Rule(
    code="backorder.to-credit",
    en="What came back after it was invoiced has been credited.",
    nl="Wat na facturering is teruggekomen, is gecrediteerd.",
    refusal="line {line} of order {order} has {over} invoiced more than was delivered and is still to come",
    spec=("QTY-2",),
    source="choice",
)


class Spread(Labelled):
    """In which order lines get what is on hand [BCK-5]."""

    PRIORITY = "priority", "By priority, then ship date", "Op prioriteit, dan verzenddatum"
    FIRST_COME = "first-come", "First come, first served", "Wie het eerst komt"
    PRO_RATA = "pro-rata", "In proportion", "Naar verhouding"


@frozen(kw_only=True)
class OpenLine:
    """
    An order line with something left to deliver.

    Args:
        left: How much, above zero, in the item's unit.
        ship_date: When it is to be shipped: as promised, or as requested.
        priority: Lower goes first.
    """

    order: str
    line: int
    customer: str
    item: Item
    left: Decimal
    net: Decimal
    placed: date
    ship_date: date | None = None
    priority: int = 0

    def is_backorder(self, before: date) -> bool:
        """Say whether it should have been shipped before that day [BCK-4]."""
        return self.ship_date is not None and self.ship_date < before


@exact
def open_lines(orders: Iterable[Order], priorities: Mapping[str, int] | None = None) -> tuple[OpenLine, ...]:
    """
    Return every line with goods left to deliver, in order of the orders given.

    Journals, returned orders and services are left out: they take nothing from stock.

    Args:
        priorities: By order number or by customer; an order's own goes first. Lower is more urgent; left out it is 0.
    """
    return tuple(_open_lines(orders, priorities or {}))


def _open_lines(orders: Iterable[Order], priorities: Mapping[str, int]) -> Iterator[OpenLine]:
    for order in orders:
        priority = priorities.get(order.number, priorities.get(order.customer, 0))
        for number in waiting(order):
            yield _open_line(order, number, priority)


def waiting(order: Order) -> Mapping[int, Decimal]:
    """Return what the lines of an order take from stock yet, by line: nothing for journals, returned orders and services."""
    require_kind("order", order, Order)
    if order.type in {OrderType.JOURNAL, OrderType.RETURNED_ORDER}:
        return {}
    terms, left = order.fold.terms, order.fold.to_deliver
    services = [number for number in left if terms[number].item.is_service]
    return {number: quantity for number, quantity in left.items() if number not in services} if services else left


def _open_line(order: Order, number: int, priority: int) -> OpenLine:
    fold = order.fold
    terms, left = fold.terms[number], fold.to_deliver[number]
    return OpenLine(
        order=order.number,
        line=number,
        customer=order.customer,
        item=terms.item,
        left=left,
        net=order.net_of(terms, left),
        placed=order.placed,
        ship_date=terms.ship_date,
        priority=priority,
    )


def backorder_lines(orders: Iterable[Order], before: date) -> tuple[OpenLine, ...]:
    """Return the lines that should have been shipped before that day and were not [BCK-4]."""
    require_date("before", before)
    return tuple(line for line in open_lines(orders) if line.is_backorder(before))


# ---------------------------------------------------------------------- three views


@frozen(kw_only=True)
class ItemView:
    """
    How one item stands [BCK-3].

    Args:
        orders: How many sales orders wait for it.
        wanted: What they wait for together.
        missing: What vendors are still to deliver.
        to_order: What is wanted beyond what is on hand and on its way.
    """

    item: str
    orders: int
    wanted: Decimal
    on_hand: Decimal
    missing: Decimal
    to_order: Decimal
    lines: tuple[OpenLine, ...]
    purchases: tuple[Purchase, ...]


@exact
def by_item(
    lines: Iterable[OpenLine], purchases: Iterable[Purchase] = (), on_hand: Mapping[str, Decimal | int] | None = None
) -> tuple[ItemView, ...]:
    """Return per item what is wanted, on hand and missing, and whether more is to be ordered; in order of item number."""
    waiting: dict[str, list[OpenLine]] = {}
    for line in all_of("line", lines, OpenLine):
        waiting.setdefault(line.item.number, []).append(line)
    bought: dict[str, list[Purchase]] = {}
    for purchase in all_of("purchase", purchases, Purchase):
        if purchase.missing:
            bought.setdefault(purchase.item.number, []).append(purchase)
    stock = _stock(on_hand)
    views = []
    for item in sorted({*waiting, *bought}):
        wanted = sum((line.left for line in waiting.get(item, ())), ZERO)
        missing = sum((purchase.missing for purchase in bought.get(item, ())), ZERO)
        there = stock.get(item, ZERO)
        views.append(
            ItemView(
                item=item,
                orders=len({line.order for line in waiting.get(item, ())}),
                wanted=wanted,
                on_hand=there,
                missing=missing,
                to_order=max(ZERO, wanted - max(ZERO, there) - missing),
                lines=tuple(waiting.get(item, ())),
                purchases=tuple(bought.get(item, ())),
            )
        )
    return tuple(views)


def _stock(on_hand: Mapping[str, Decimal | int] | None) -> dict[str, Decimal]:
    """Return what is on hand of each item as numbers."""
    given = {} if on_hand is None else on_hand
    require_kind("on_hand", given, Mapping)
    return {item: exact_number(f"stock of {item}", quantity) for item, quantity in given.items()}


@frozen(kw_only=True)
class CustomerView:
    """What a customer still waits for [BCK-3]."""

    customer: str
    orders: tuple[str, ...]
    lines: tuple[OpenLine, ...]
    late: tuple[OpenLine, ...]


def by_customer(lines: Iterable[OpenLine], *, on: date) -> tuple[CustomerView, ...]:
    """Return per customer the lines that are open and those that are late that day; in order of customer number."""
    require_date("on", on)
    waiting: dict[str, list[OpenLine]] = {}
    for line in all_of("line", lines, OpenLine):
        waiting.setdefault(line.customer, []).append(line)
    return tuple(
        CustomerView(
            customer=customer,
            orders=tuple(dict.fromkeys(line.order for line in mine)),
            lines=tuple(mine),
            late=tuple(line for line in mine if line.is_backorder(on)),
        )
        for customer, mine in sorted(waiting.items())
    )


@frozen(kw_only=True)
class VendorView:
    """
    What a vendor is still to deliver [BCK-3].

    Args:
        late: Those that should have come in before that day.
        first: The order lines that wait for it, the most urgent first.
    """

    vendor: str
    purchases: tuple[Purchase, ...]
    late: tuple[Purchase, ...]
    first: tuple[OpenLine, ...]


def by_vendor(purchases: Iterable[Purchase], lines: Iterable[OpenLine] = (), *, on: date) -> tuple[VendorView, ...]:
    """Return per vendor what is missing, and which order lines to serve first when it comes in; in order of vendor number."""
    require_date("on", on)
    waiting = sorted(all_of("line", lines, OpenLine), key=_urgency)
    missing: dict[str, list[Purchase]] = {}
    for purchase in all_of("purchase", purchases, Purchase):
        if purchase.missing:
            missing.setdefault(purchase.vendor, []).append(purchase)
    views = []
    for vendor, mine in sorted(missing.items()):
        mine.sort(key=lambda purchase: (purchase.expected, purchase.number))
        items = {purchase.item.number for purchase in mine}
        late = tuple(purchase for purchase in mine if purchase.is_late(on))
        first = tuple(line for line in waiting if line.item.number in items)
        views.append(VendorView(vendor=vendor, purchases=tuple(mine), late=late, first=first))
    return tuple(views)


# ---------------------------------------------------------------------- what has to be settled


def exceptions(
    given: Iterable[Order], purchases: Iterable[Purchase] = (), on_hand: Mapping[str, Decimal | int] | None = None, *, on: date
) -> Mapping[str, tuple[Refusal, ...]]:
    """
    Return the worklist: per order that is not finished, everything to be settled before its sale can be completed.

    What ``orders.validate`` finds; goods that are neither on hand nor on their way; vendors that deliver too late;
    and what is to be credited. Orders without any are left out.
    """
    require_date("on", on)
    bought = all_of("purchase", purchases, Purchase)
    free = _stock(on_hand)
    for purchase in bought:
        free[purchase.item.number] = free.get(purchase.item.number, ZERO) + purchase.missing
    unfinished = [order for order in all_of("order", given, Order) if order.is_unfinished]
    short = _shortages(sorted(open_lines(unfinished), key=_urgency), free)
    work: dict[str, tuple[Refusal, ...]] = {}
    for order in unfinished:
        found = (*orders.validate(order, on=on), *short.get(order.number, ()), *_late(order, bought), *_to_credit(order))
        if found:
            work[order.number] = found
    return work


@exact
def _shortages(lines: list[OpenLine], free: dict[str, Decimal]) -> dict[str, list[Refusal]]:
    found: dict[str, list[Refusal]] = {}
    for line in lines:
        item = line.item.number
        taken = min(line.left, max(ZERO, free.get(item, ZERO)))
        free[item] = free.get(item, ZERO) - taken
        if taken < line.left:
            refusal = NOT_AVAILABLE.refuse(order=line.order, line=line.line, item=item, short=line.left - taken)
            found.setdefault(line.order, []).append(refusal)
    return found


def _late(order: Order, purchases: tuple[Purchase, ...]) -> Iterator[Refusal]:
    for purchase in purchases:
        for number, line in purchase.meant_for if purchase.missing else ():
            if number == order.number and line in order and order.line(line).deliver_remainder:
                ship_date = order.line(line).terms.ship_date
                if ship_date is not None and ship_date < purchase.expected:
                    yield LATE_VENDOR.refuse(
                        purchase=purchase.number, expected=purchase.expected, order=order.number, line=line, ship_date=ship_date
                    )


def _to_credit(order: Order) -> Iterator[Refusal]:
    for balance in order.balances:
        over = balance.invoice_remainder
        if over and (over > 0) is not (balance.ordered > 0):
            yield TO_CREDIT.refuse(order=order.number, line=balance.number, over=abs(over))


# ---------------------------------------------------------------------- dividing what is on hand


@frozen
class Allocation:
    """What of the stock goes to which order line."""

    line: OpenLine
    quantity: Decimal

    @property
    @exact
    def short(self) -> Decimal:
        """What the line still lacks."""
        return self.line.left - self.quantity


@exact
def allocate(
    lines: Iterable[OpenLine],
    on_hand: Mapping[str, Decimal | int],
    spread: Spread = Spread.PRIORITY,
    *,
    step: Decimal = ONE,
) -> tuple[Allocation, ...]:
    """
    Divide what is on hand over open lines, each item apart; the lines come back in the order they were given [BCK-5].

    Never more than is on hand, and no line more than it lacks. A stock below zero is as good as none.

    Args:
        on_hand: By item number.
        spread: By priority and then ship date; by the day the order was placed; or in proportion to what is lacking.
        step: The smallest quantity that is handed out in proportion; what it leaves over goes to the lines by priority.
    """
    require_kind("spread", spread, Spread)
    given = all_of("line", lines, OpenLine)
    stock = {item: max(ZERO, quantity) for item, quantity in _stock(on_hand).items()}
    order = sorted(range(len(given)), key=lambda place: (_came if spread is Spread.FIRST_COME else _urgency)(given[place]))
    parts = _in_proportion(given, stock, step) if spread is Spread.PRO_RATA else [ZERO] * len(given)
    for place in order:
        line = given[place]
        there = stock.get(line.item.number)
        if there:
            taken = min(line.left - parts[place], there)
            parts[place] += taken
            stock[line.item.number] = there - taken
    return tuple([Allocation(line, part) for line, part in zip(given, parts, strict=True)])


def _urgency(line: OpenLine) -> tuple[int, date, date, str, int]:
    """Sort by priority, then by ship date; lines without one come last."""
    return line.priority, line.ship_date or date.max, line.placed, line.order, line.line


def _came(line: OpenLine) -> tuple[date, str, int]:
    """Sort by the day the order was placed."""
    return line.placed, line.order, line.line


def _in_proportion(lines: tuple[OpenLine, ...], stock: dict[str, Decimal], step: Decimal) -> list[Decimal]:
    """Return each line's share, in whole steps; take it off the stock."""
    places: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        places.setdefault(line.item.number, []).append(place)
    parts = [ZERO] * len(lines)
    for item, mine in places.items():
        there = stock.get(item, ZERO)
        lacking = [lines[place].left for place in mine]
        given = min(there, sum(lacking, ZERO)) // step * step
        if given:
            for place, share in zip(mine, divide(given, lacking, step=step), strict=True):
                parts[place] = min(share, lines[place].left)
            stock[item] = there - sum((parts[place] for place in mine), ZERO)
    return parts


# ---------------------------------------------------------------------- reservations


@frozen(kw_only=True)
class ReservationMovement:
    """Stock that is set aside for an order line or, below zero, let go again."""

    order: str
    line: int
    item: str
    quantity: Decimal


@exact
def reservation_movements(before: Iterable[Allocation], after: Iterable[Allocation]) -> tuple[ReservationMovement, ...]:
    """
    Return the movements that lead from one division of the stock to another.

    A journal order takes part in none, so it makes no movement [ORD-2].
    """
    moved: dict[tuple[str, int, str], Decimal] = {}
    for sign, allocations in ((-1, before), (1, after)):
        for each in all_of("allocation", allocations, Allocation):
            key = each.line.order, each.line.line, each.line.item.number
            moved[key] = moved.get(key, ZERO) + sign * each.quantity
    return tuple(
        ReservationMovement(order=order, line=line, item=item, quantity=quantity)
        for (order, line, item), quantity in moved.items()
        if quantity
    )


def pickings(allocations: Iterable[Allocation]) -> Mapping[str, Mapping[int, Decimal]]:
    """Return what can be picked per order and line, as ``deliveries.pick`` takes it."""
    found: dict[str, dict[int, Decimal]] = {}
    for each in all_of("allocation", allocations, Allocation):
        if each.quantity:
            found.setdefault(each.line.order, {})[each.line.line] = each.quantity
    return found
