"""
Every state a small order can reach, walked breadth first under all commands.

Two lines of quantity 2, one of them a service, in steps of 1 or all: every state within DEPTH commands of placing is visited,
and the laws are looked at in each. States that differ only in numbers, dates and history count as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any

import pytest
from attrs import evolve, frozen

from salesflow import (
    ChargeRule,
    Invoice,
    Item,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    Outcome,
    PackingSlip,
    ProductKind,
    RefusedError,
    changes,
    charges,
    deliveries,
    invoices,
    orders,
)
from salesflow.model.order_life import LIFECYCLE
from tests.builders import DAY, an_order

DEPTH = 5
ZERO, ONE = Decimal(0), Decimal(1)
_numbers = count(1)


@frozen
class State:
    """An order with the documents that can still be undone."""

    order: Order
    slips: tuple[PackingSlip, ...] = ()
    invoices: tuple[Invoice, ...] = ()

    @property
    def picture(self) -> object:
        """What tells two states apart: quantities per line, slip and invoice, holds, type and confirmation."""
        lines = tuple((b.number, b.ordered, b.cancelled, b.renewed, b.delivered, b.invoiced, b.picked) for b in self.order.balances)
        slips = sorted((slip.rows("SO-1"), self.order.fold.uninvoiced(slip.counted_as)) for slip in self.slips)
        bills = sorted((tuple((line.terms.number, line.quantity, line.slip is None) for line in bill.lines)) for bill in self.invoices)
        marks = len(self.order.holds), self.order.is_confirmed, self.order.type
        return lines, tuple(slips), tuple(bills), marks


def after(state: State, outcome: Outcome[Any]) -> State:
    """The state that a command leaves."""
    order = next(document for document in outcome.changed if isinstance(document, Order))
    changed = {document.number: document for document in outcome.changed if not isinstance(document, Order)}
    slips = [changed.get(slip.number, slip) for slip in state.slips] + [d for d in outcome.made if isinstance(d, PackingSlip)]
    bills = [changed.get(bill.number, bill) for bill in state.invoices] + [d for d in outcome.made if isinstance(d, Invoice)]
    return State(
        order=order,
        slips=tuple(slip for slip in slips if slip.status == "posted" and not slip.reverses),
        invoices=tuple(bill for bill in bills if bill.cancelled_by is None and not bill.reverses),
    )


def commands(state: State) -> Iterator[tuple[str, Any]]:
    """Every command with every argument worth telling apart."""
    order = state.order
    number = f"D-{next(_numbers)}"
    sign = -1 if order.type is OrderType.RETURNED_ORDER else 1
    one = sign * ONE
    for line in (1, 2):
        yield "deliveries.post", lambda line=line: deliveries.post(order, {line: one}, number=number, on=DAY)
        yield "invoices.post", lambda line=line: invoices.post(order, {line: one}, number=number, on=DAY)
        yield "short_close", lambda line=line: orders.short_close(order, {line: one}, on=DAY)
        yield "change", lambda line=line: changes.change(order, [changes.SetQuantity(line, one)], on=DAY, reason="less")
    yield "deliveries.post", lambda: deliveries.post(order, number=number, on=DAY)
    yield "invoices.post", lambda: invoices.post(order, number=number, on=DAY)
    yield "short_close", lambda: orders.short_close(order, on=DAY)
    yield "cancel", lambda: orders.cancel(order, on=DAY)
    yield "confirm", lambda: orders.confirm(order, on=DAY)
    yield "hold", lambda: orders.hold(order, "check", on=DAY)
    yield "release", lambda: orders.release(order, "check", on=DAY)
    for slip in state.slips:
        yield "deliveries.cancel", lambda slip=slip: deliveries.cancel(order, slip, number=number, on=DAY)
        yield "invoices.post", lambda slip=slip: invoices.post(order, slips=[slip], number=number, on=DAY)
        rows = dict.fromkeys((line for line, _ in slip.rows("SO-1")), one)
        yield (
            "deliveries.correct",
            lambda slip=slip, rows=rows: deliveries.correct(order, slip, rows, reversal=f"{number}R", number=number, on=DAY),
        )
    for bill in state.invoices:
        yield "invoices.cancel", lambda bill=bill: invoices.cancel(order, bill, number=number, on=DAY)


def laws(state: State) -> None:
    """What holds in every state."""
    order = state.order
    sign = -1 if order.type is OrderType.RETURNED_ORDER else 1
    left = False
    for balance in order.balances:
        wanted = balance.ordered + balance.renewed - balance.cancelled
        target = max(wanted, balance.delivered, key=abs)
        assert balance.deliver_remainder == target - balance.delivered
        assert balance.invoice_remainder == target - balance.invoiced
        assert ZERO <= balance.delivered * sign <= target * sign
        assert ZERO <= balance.invoiced * sign <= target * sign
        left = left or balance.deliver_remainder != 0 or balance.invoice_remainder != 0
    assert (order.status in (OrderStatus.INVOICED, OrderStatus.CANCELLED)) is not left
    assert order.invoiced_net == sum((bill.net for bill in state.invoices), ZERO)
    if order.charges:
        discount_follows(state)


def discount_follows(state: State) -> None:
    """
    Invoices have given a tenth of what they took, to the cent: one that is cancelled takes its own rounding along.

    The order shows a tenth of what it comes to in all, rounded once.
    """
    order = state.order
    invoiced = sum((balance.invoiced * balance.terms.price for balance in order.balances), ZERO)
    given = sum((each.amount for bill in state.invoices for each in bill.charges), ZERO)
    assert abs(given + invoiced / 10) < Decimal("0.01")
    if order.type is not OrderType.SUBSCRIPTION and order.status is not OrderStatus.CANCELLED:
        whole = sum((order.fold.target(balance.number) * balance.terms.price for balance in order.balances), ZERO)
        assert order.totals.charges == order.charge(1).amount == rounded(-whole / 10)
        assert order.totals.total == order.net + order.totals.charges


def rounded(amount: Decimal) -> Decimal:
    """To the cent, half away from zero."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def walk(first: State, depth: int) -> dict[object, set[object]]:
    """Visit every state within *depth* commands; return the arrows between their pictures."""
    arrows: dict[object, set[object]] = {first.picture: set()}
    edge = [first]
    for _ in range(depth):
        found: dict[object, State] = {}
        for state in edge:
            before = state.order.status
            for name, command in commands(state):
                try:
                    next_state = after(state, command())
                except RefusedError:
                    continue
                assert next_state.order.status in LIFECYCLE.leads(name, before), (name, before, next_state.order.status)
                picture = next_state.picture
                arrows[state.picture].add(picture)
                if picture not in arrows:
                    laws(next_state)
                    arrows[picture] = set()
                    found[picture] = next_state
        edge = list(found.values())
    return arrows


TENTH = charges.discount(percentage=10, number=1)


def an_order_of(kind: OrderType, *rules: ChargeRule) -> State:
    """Two lines of two, one a service."""
    sign = -1 if kind is OrderType.RETURNED_ORDER else 1
    goods = OrderLine(item=Item(number="I-1"), ordered=Decimal(2 * sign), price=Decimal("0.335"))
    service = OrderLine(item=Item(number="I-2", kind=ProductKind.SERVICE), ordered=Decimal(2 * sign), price=Decimal("1.005"))
    return State(an_order(goods, service, type=kind, rma="RMA-1", charges=rules))


@pytest.mark.parametrize(
    ("kind", "least"), [(OrderType.SALES_ORDER, 3000), (OrderType.RETURNED_ORDER, 3000), (OrderType.SUBSCRIPTION, 3000)]
)
def test_the_laws_hold_in_every_state_within_reach(kind: OrderType, least: int) -> None:
    """Every state within five commands of placing keeps the laws, and there are thousands of them."""
    arrows = walk(an_order_of(kind), DEPTH)
    assert len(arrows) > least


@pytest.mark.parametrize("kind", [OrderType.SALES_ORDER, OrderType.RETURNED_ORDER, OrderType.SUBSCRIPTION])
def test_a_discount_on_the_whole_follows_in_every_state(kind: OrderType) -> None:
    """Every state within four commands: invoices have given a tenth of what they took, and the order shows a tenth of what it comes to."""
    assert len(walk(an_order_of(kind, TENTH), DEPTH - 1)) > 500


def test_every_state_can_come_to_rest() -> None:
    """From every state within three commands some command leads on, until nothing is left to deliver or to invoice [I19]."""
    start = an_order_of(OrderType.SALES_ORDER)
    seen = {start.picture: start}
    edge = [start]
    for _ in range(3):
        edge = [new for state in edge for new in _successors(state) if seen.setdefault(new.picture, new) is new]
    for state in seen.values():
        assert _finish(state).order.status in (OrderStatus.INVOICED, OrderStatus.CANCELLED)


def _successors(state: State) -> Iterator[State]:
    for _, command in commands(state):
        try:
            yield after(state, command())
        except RefusedError:
            continue


def _finish(state: State) -> State:
    """Release, deliver all, invoice all."""
    order = evolve(state.order, holds=())
    if order.fold.to_deliver:
        order = deliveries.post(order, number="LAST", on=DAY).changed[0]
    if order.fold.to_invoice:
        order = invoices.post(order, number="LAST", on=DAY).changed[0]
    return State(order)


def test_a_journal_goes_nowhere() -> None:
    """Nothing but changing, holding and cancelling can be done to a journal, and none of it posts a movement of goods or money [ORD-2]."""
    start = State(an_order(type=OrderType.JOURNAL))
    for state in _successors(start):
        assert {posting.kind.value for posting in state.order.postings} <= {"cancelled"}
