"""
The life of a sales order: its table, and the rules that more than one layer asks.

The table stands in the model because its commands do not live in one module: placing and changing are ``process.orders``,
shipping is ``process.deliveries``, invoicing is ``billing.invoices``. All of them ask here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from salesflow.errors import Refusal
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.order import Order, OrderStatus
from salesflow.rules import Rule

JOURNAL = Rule(
    code="order.journal",
    en="A journal order is a draft: it cannot be confirmed, picked, delivered or invoiced before its type is changed.",
    nl="Een journaalorder is een concept: bevestigen, verzamelen, leveren en factureren kan pas nadat het type is gewijzigd.",
    refusal="order {order} is a journal order; change its type first",
    spec=("ORD-2",),
    source="seed",
)
ON_HOLD = Rule(
    code="order.on-hold",
    en="An order with an active hold is not picked or shipped.",
    nl="Een order in wachtstand wordt niet verzameld of verzonden.",
    refusal="order {order} is on hold: {holds}; every hold must be released",
    spec=("HOLD-1",),
    source="documentation",
)
BEFORE_PLACED = Rule(
    code="order.before-placed",
    en="Nothing happens to an order before the day it was placed.",
    nl="Er gebeurt niets met een order vóór de dag waarop die is geplaatst.",
    refusal="order {order} was placed on {placed}; {on} is before that",
    spec=("I15",),
    source="choice",
)


def is_no_journal(order: Order, on: date) -> Refusal | None:
    """A journal order posts nothing [ORD-2]."""
    return JOURNAL.refuse(order=order.number) if order.is_journal else None


def is_not_held(order: Order, on: date) -> Refusal | None:
    """An order on hold is not shipped [HOLD-1]."""
    return ON_HOLD.refuse(order=order.number, holds=", ".join(hold.code for hold in order.holds)) if order.holds else None


def is_placed_by_then(order: Order, on: date) -> Refusal | None:
    """Nothing happens before the order was placed."""
    return BEFORE_PLACED.refuse(order=order.number, placed=order.placed, on=on) if on < order.placed else None


_S = OrderStatus
_Step = Step[Order, OrderStatus]
_Rules = tuple[Callable[[Order, date], Refusal | None], ...]
_PLACED: _Rules = (is_placed_by_then,)
_AT_WORK: _Rules = (is_placed_by_then, is_no_journal)
_SHIPPING: _Rules = (is_placed_by_then, is_no_journal, is_not_held)


def _staying(command: str, *statuses: OrderStatus, rules: _Rules = _PLACED) -> tuple[_Step, ...]:
    """Return the rows of a command that leaves the status as it is."""
    return tuple(Step(command, (status,), (status,), rules) for status in statuses)


LIFECYCLE: Lifecycle[Order, OrderStatus] = Lifecycle(
    "order",
    (
        Step("place", (), (_S.OPEN,)),
        *_staying("confirm", _S.OPEN, _S.DELIVERED, _S.INVOICED, rules=_AT_WORK),
        *_staying("change_type", _S.OPEN, _S.DELIVERED, _S.INVOICED),
        *_staying("hold", _S.OPEN, _S.DELIVERED),
        *_staying("release", *_S),
        *_staying("schedule", _S.OPEN),
        *_staying("promising.promise", _S.OPEN),
        *_staying("restating.restate", _S.OPEN),
        Step("change", (_S.OPEN,), (_S.OPEN, _S.DELIVERED, _S.INVOICED, _S.CANCELLED), _PLACED),
        Step("change", (_S.DELIVERED,), (_S.DELIVERED, _S.OPEN), _PLACED),
        Step("change", (_S.INVOICED,), (_S.INVOICED, _S.OPEN), _PLACED),
        *_staying("deliveries.pick", _S.OPEN, rules=_SHIPPING),
        *_staying("deliveries.unpick", _S.OPEN, _S.DELIVERED, _S.INVOICED),
        Step("deliveries.post", (_S.OPEN,), (_S.OPEN, _S.DELIVERED, _S.INVOICED), _SHIPPING),
        Step("deliveries.post", (_S.DELIVERED,), (_S.DELIVERED,), _SHIPPING),
        Step("deliveries.post", (_S.INVOICED,), (_S.DELIVERED, _S.INVOICED), _SHIPPING),
        Step("deliveries.cancel", (_S.OPEN,), (_S.OPEN,), _PLACED),
        Step("deliveries.cancel", (_S.DELIVERED,), (_S.OPEN, _S.DELIVERED, _S.INVOICED), _PLACED),
        Step("deliveries.correct", (_S.OPEN, _S.DELIVERED), (_S.OPEN, _S.DELIVERED, _S.INVOICED), _SHIPPING),
        Step("deliveries.correct", (_S.INVOICED,), (_S.INVOICED, _S.DELIVERED), _SHIPPING),
        Step("invoices.post", (_S.OPEN,), (_S.OPEN, _S.DELIVERED, _S.INVOICED), _AT_WORK),
        Step("invoices.post", (_S.DELIVERED,), (_S.DELIVERED, _S.INVOICED, _S.OPEN), _AT_WORK),
        Step("invoices.post", (_S.INVOICED,), (_S.INVOICED,), _AT_WORK),
        Step("invoices.cancel", (_S.OPEN, _S.DELIVERED, _S.INVOICED), tuple(_S), _PLACED),
        Step("invoices.cancel", (_S.CANCELLED,), (_S.CANCELLED, _S.OPEN, _S.DELIVERED, _S.INVOICED), _PLACED),
        Step("credit_notes.post", (_S.OPEN, _S.DELIVERED, _S.INVOICED), tuple(_S), _PLACED),
        Step("credit_notes.post", (_S.CANCELLED,), (_S.CANCELLED,), _PLACED),
        Step("return_receipts.receive", (_S.OPEN,), (_S.OPEN,), _PLACED),
        Step("return_receipts.receive", (_S.DELIVERED,), (_S.DELIVERED, _S.OPEN, _S.INVOICED, _S.CANCELLED), _PLACED),
        Step("return_receipts.receive", (_S.INVOICED,), (_S.DELIVERED, _S.OPEN, _S.INVOICED), _PLACED),
        Step("return_receipts.send_back", (_S.OPEN, _S.DELIVERED, _S.INVOICED, _S.CANCELLED), tuple(_S), _PLACED),
        Step("return_credits.credit", (_S.OPEN, _S.DELIVERED), (_S.OPEN, _S.DELIVERED, _S.INVOICED), _PLACED),
        Step("returns.close", (_S.OPEN,), (_S.OPEN, _S.DELIVERED, _S.INVOICED, _S.CANCELLED), _PLACED),
        *_staying("deposits.post", _S.OPEN, _S.DELIVERED, rules=_AT_WORK),
        Step("short_close", (_S.OPEN,), (_S.OPEN, _S.DELIVERED, _S.INVOICED, _S.CANCELLED), _PLACED),
        Step("cancel", (_S.OPEN,), (_S.CANCELLED,), _PLACED),
    ),
    status=lambda order: order.status,
    resting=(_S.INVOICED, _S.CANCELLED),
)
