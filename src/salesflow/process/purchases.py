"""Purchases, as far as sales depend on them: what was ordered from vendors, what came in, and what comes later than agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow.checks import all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.order import Order, with_terms
from salesflow.model.order_line import OrderLine
from salesflow.model.product import Item
from salesflow.model.purchase import Notice, Purchase, PurchaseStatus, Receipt
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process.history import begun, changed
from salesflow.rules import Rule

PAST = Rule(
    code="purchase.expected-in-the-past",
    en="A vendor's delivery is expected today or later.",
    nl="Een levering van een leverancier wordt vandaag of later verwacht.",
    refusal="purchase {purchase} cannot be expected on {expected}, before {on}",
    spec=("BCK-2",),
    source="choice",
)
QUANTITY = Rule(
    code="purchase.quantity",
    en="What is bought, and what comes in of it, is a quantity above zero.",
    nl="Wat wordt ingekocht, en wat ervan binnenkomt, is een hoeveelheid groter dan nul.",
    refusal="{quantity} is no quantity for purchase {purchase}",
    spec=("BCK-1",),
    source="choice",
)
OVER = Rule(
    code="purchase.over-received",
    en="No more comes in than was bought.",
    nl="Er komt niet meer binnen dan er is ingekocht.",
    refusal="purchase {purchase} misses {missing}, not {asked}",
    spec=("BCK-1",),
    source="choice",
)
BEFORE = Rule(
    code="purchase.before-purchased",
    en="Nothing happens to a purchase before the day it was made.",
    nl="Er gebeurt niets met een inkoop vóór de dag waarop die is gedaan.",
    refusal="purchase {purchase} was made on {purchased}; {on} is before that",
    spec=("I15",),
    source="choice",
)


def is_made_by_then(purchase: Purchase, on: date) -> Refusal | None:
    """Nothing happens before the purchase was made."""
    return BEFORE.refuse(purchase=purchase.number, purchased=purchase.purchased, on=on) if on < purchase.purchased else None


_S = PurchaseStatus
_BY_THEN = (is_made_by_then,)
LIFECYCLE: Lifecycle[Purchase, PurchaseStatus] = Lifecycle(
    "purchase",
    (
        Step("place", (), (_S.OPEN,)),
        Step("postpone", (_S.OPEN,), (_S.OPEN,), _BY_THEN),
        Step("receive", (_S.OPEN,), (_S.OPEN, _S.RECEIVED), _BY_THEN),
        Step("cancel", (_S.OPEN,), (_S.CANCELLED, _S.RECEIVED), _BY_THEN),
    ),
    status=lambda purchase: purchase.status,
    resting=(_S.RECEIVED, _S.CANCELLED),
    kind=Purchase,
)


def place(
    *,
    number: str,
    vendor: str,
    item: Item,
    quantity: Decimal | int,
    expected: date,
    on: date,
    meant_for: Iterable[tuple[str, int]] = (),
    by: str = "",
) -> Outcome[Purchase]:
    """
    Note what was ordered from a vendor.

    Args:
        meant_for: The order lines it is bought for, as order number and line.

    Raises:
        RefusedError: ``purchase.quantity``, ``purchase.expected-in-the-past``.
    """
    require_date("on", on)
    wanted = exact_number("quantity", quantity)
    purchase = Purchase(
        number=number,
        vendor=vendor,
        item=item,
        quantity=wanted,
        expected=expected,
        first_expected=expected,
        purchased=on,
        meant_for=tuple(meant_for),
    )
    refuse((QUANTITY.refuse(purchase=number, quantity=wanted),) if wanted <= 0 else ())
    refuse(_against_past(purchase, expected, on))
    return begun(purchase, "purchase", "placed", on=on, by=by)


@exact
def receive(purchase: Purchase, quantity: Decimal | int, *, on: date, by: str = "") -> Outcome[Purchase]:
    """
    Note what the vendor delivered.

    Raises:
        RefusedError: ``wrong-status``, ``purchase.quantity``, ``purchase.over-received``, ``purchase.before-purchased``.
    """
    LIFECYCLE.require("receive", purchase, on=on)
    asked = exact_number("quantity", quantity)
    if asked <= 0:
        refuse((QUANTITY.refuse(purchase=purchase.number, quantity=asked),))
    if asked > purchase.missing:
        refuse((OVER.refuse(purchase=purchase.number, missing=purchase.missing, asked=asked),))
    after = evolve(purchase, receipts=(*purchase.receipts, Receipt(on, asked)))
    return changed(purchase, after, "purchase", "received", on=on, by=by)


def cancel(purchase: Purchase, *, on: date, reason: str = "", by: str = "") -> Outcome[Purchase]:
    """
    Give up what the vendor has not delivered.

    Raises:
        RefusedError: ``wrong-status``, ``purchase.before-purchased``.
    """
    LIFECYCLE.require("cancel", purchase, on=on)
    return changed(purchase, evolve(purchase, cancelled=on), "purchase", "cancelled", on=on, by=by, reason=reason)


def postpone(
    purchase: Purchase,
    expected: date,
    orders: Iterable[Order] = (),
    *,
    on: date,
    notices: Callable[[], str],
    ready: Callable[[date], date] = lambda day: day,
    reason: str = "",
    by: str = "",
) -> Outcome[Purchase]:
    """
    Note that the vendor delivers on another day; a later day moves the customers' dates and tells each of them [BCK-2].

    Of the orders it was bought for, every line with something left to deliver that was to be shipped earlier
    is promised for the new day, and its customer gets a notice. A date that can still be met stays [ATP-3].

    Args:
        orders: The orders it was bought for; others are left alone.
        notices: Draws the number of the next notice.
        ready: The day goods can be shipped that come in on a given day, such as a margin or the next working day.

    Raises:
        RefusedError: ``wrong-status``, ``purchase.expected-in-the-past``, ``purchase.before-purchased``.
    """
    require_date("expected", expected)
    LIFECYCLE.require("postpone", purchase, on=on)
    refuse(_against_past(purchase, expected, on))
    told = changed(purchase, evolve(purchase, expected=expected), "purchase", "postponed", on=on, by=by, reason=reason)
    shipped = ready(expected)
    moved: list[Order] = []
    made: list[Notice] = []
    for order in all_of("order", orders, Order):
        late = [line for line in _waiting(order, purchase) if line.ship_date is not None and line.ship_date < shipped]
        if late:
            moved.append(promised(order, {line.number: shipped for line in late}))
            lines = tuple((line.number, line.ship_date, shipped) for line in late)
            made.append(Notice(number=notices(), on=on, customer=order.customer, order=order.number, lines=lines, because=purchase.number))
    return Outcome(document=told.document, made=tuple(made), changed=(*moved, told.document), events=told.events)


def _waiting(order: Order, purchase: Purchase) -> Iterator[OrderLine]:
    for number, line in purchase.meant_for:
        if number == order.number and line in order and order.line(line).deliver_remainder:
            yield order.line(line).terms


def promised(order: Order, dates: dict[int, date]) -> Order:
    """Return the order with lines promised for a day; what was agreed is the same, so it is no revision."""
    require_kind("order", order, Order)
    return with_terms(order, tuple(evolve(line, promised=dates.get(line.number, line.promised)) for line in order.lines))


def _against_past(purchase: Purchase, expected: date, on: date) -> Iterator[Any]:
    if expected < on:
        yield PAST.refuse(purchase=purchase.number, expected=expected, on=on)
