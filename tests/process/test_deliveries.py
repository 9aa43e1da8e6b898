"""Packing slips and picking lists, at both sides of each edge."""

from __future__ import annotations

from decimal import Decimal

import pytest

from salesflow import (
    DeliveryPolicy,
    DocumentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    RefusedError,
    deliveries,
    invoices,
    item_transactions,
    orders,
)
from salesflow.model.events import SubscriptionRenewed
from salesflow.model.ledger import Kind
from salesflow.model.order import PickingStatus
from salesflow.model.packing_slip import SlipStatus
from tests.builders import DAY, LATER, an_order, chai, chang, codes, tolerant


def a_hundred(over: int = 5, under: int = 5, sign: int = 1) -> Order:
    """A hundred of something that may be delivered so many percent over or under."""
    line = OrderLine(item=tolerant(over, under), ordered=Decimal(100 * sign), price=Decimal(1))
    return an_order(line, type=OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER, rma="RMA-1")


@pytest.mark.parametrize("sign", [1, -1])
def test_partial_deliveries_count_down(sign: int) -> None:
    """Four, then the rest, of ten; in between the order is open and one line is enough for the document status [QTY-4, STA-4, DOC-2]."""
    kind = OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER
    order = an_order(chai(10 * sign), chang(2 * sign), type=kind, rma="RMA-1")
    order, slip = deliveries.post(order, {1: 4 * sign}, number="PS-1", on=DAY)
    assert (order.line(1).deliver_remainder, order.line(2).deliver_remainder) == (6 * sign, 2 * sign)
    assert (order.status, order.document_status) == (OrderStatus.OPEN, DocumentStatus.PACKING_SLIP)
    assert (slip.status, slip.quantity, slip.orders) == (SlipStatus.POSTED, 4 * sign, ("SO-1",))
    order, rest = deliveries.post(order, number="PS-2", on=DAY)
    assert rest.rows("SO-1") == ((1, 6 * sign), (2, 2 * sign))
    assert rest.rows("SO-9") == ()
    assert order.status is OrderStatus.DELIVERED


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("parts", [[105], [60, 45], [100, 5]])
def test_over_delivery_is_bounded_in_all(sign: int, parts: list[int]) -> None:
    """Five percent over a hundred: 105 in all may come, in parts too, and 106 may not; none agreed, none allowed [QTY-10]."""
    order = a_hundred(sign=sign)
    for place, part in enumerate(parts):
        order = deliveries.post(order, {1: part * sign}, number=f"PS-{place}", on=DAY).changed[0]
    balance = order.line(1)
    assert (balance.delivered, balance.deliver_remainder, balance.over_delivered) == (105 * sign, 0, 5 * sign)
    assert balance.invoice_remainder == 105 * sign
    assert codes(deliveries.why_not(order, {1: 1 * sign})) == ("delivery.over-remainder",)
    assert codes(deliveries.why_not(a_hundred(sign=sign), {1: 106 * sign})) == ("delivery.over-remainder",)
    assert codes(deliveries.why_not(a_hundred(over=0, sign=sign), {1: Decimal("100.001") * sign})) == ("delivery.over-remainder",)
    [refusal] = deliveries.why_not(a_hundred(sign=sign), {1: 106 * sign})
    assert refusal.fact("allowed") == 105 * sign


def test_a_hundred_and_five_delivered_and_a_hundred_invoiced_leave_five() -> None:
    """Counting against the ordered hundred would say nothing is left [QTY-3]."""
    order = deliveries.post(a_hundred(), {1: 105}, number="PS-1", on=DAY).changed[0]
    order = invoices.post(order, {1: 100}, number="INV-1", on=DAY).changed[0]
    assert order.line(1).invoice_remainder == order.line(1).delivered_not_invoiced == 5
    assert order.status is OrderStatus.DELIVERED


@pytest.mark.parametrize("sign", [1, -1])
def test_a_line_is_closed_at_delivery_within_its_tolerance(sign: int) -> None:
    """Five percent under a hundred: closing at 95 is fine, at 94 and 90 not; partial deliveries are free [QTY-11]."""
    closed = deliveries.post(a_hundred(sign=sign), {1: 95 * sign}, number="PS-1", on=DAY, close=[1]).changed[0]
    assert (closed.line(1).cancelled, closed.line(1).deliver_remainder, closed.status) == (5 * sign, 0, OrderStatus.DELIVERED)
    for quantity in (94, 90):
        assert codes(deliveries.why_not(a_hundred(sign=sign), {1: quantity * sign}, close=[1])) == ("delivery.under-tolerance",)
    assert deliveries.why_not(a_hundred(sign=sign), {1: 1 * sign}) == ()
    parts = deliveries.post(a_hundred(sign=sign), {1: 50 * sign}, number="PS-1", on=DAY).changed[0]
    assert deliveries.why_not(parts, {1: 45 * sign}, close=[1]) == ()
    assert codes(deliveries.why_not(parts, {1: 44 * sign}, close=[1])) == ("delivery.under-tolerance",)


def test_closing_looks_at_lines_that_are_there_and_not_invoiced_further() -> None:
    """An unknown line, and one invoiced beyond what was delivered, are not closed; a full one needs nothing cancelled."""
    assert codes(deliveries.why_not(a_hundred(), {1: 1}, close=[2])) == ("order.unknown-line",)
    invoiced = invoices.post(a_hundred(), {1: 96}, number="INV-1", on=DAY).changed[0]
    assert codes(deliveries.why_not(invoiced, {1: 95}, close=[1])) == ("delivery.below-invoiced",)
    full = deliveries.post(a_hundred(), {1: 100}, number="PS-1", on=DAY, close=[1]).changed[0]
    assert full.line(1).cancelled == 0


@pytest.mark.parametrize(("quantity", "code"), [(0, "delivery.sign"), (-1, "delivery.sign"), (11, "delivery.over-remainder")])
def test_a_quantity_is_above_zero_and_within_what_is_left(quantity: int, code: str) -> None:
    """One more than is left, none, and less than none."""
    assert codes(deliveries.why_not(an_order(), {1: quantity})) == (code,)
    assert deliveries.why_not(an_order(), {1: 10}) == ()


def test_one_slip_may_deliver_several_orders_of_a_customer() -> None:
    """Given as a mapping, or as orders that are delivered whole."""
    one, two = an_order(), an_order(number="SO-2")
    one, two, slip = deliveries.post({one: {1: 4}, two: None}, number="PS-1", on=DAY)
    assert (one.line(1).delivered, two.line(1).delivered) == (4, 10)
    assert slip.orders == ("SO-1", "SO-2")
    one, three, slip = deliveries.post([one, an_order(number="SO-3")], number="PS-2", on=DAY)
    assert (one.status, three.status, slip.quantity) == (OrderStatus.DELIVERED, OrderStatus.DELIVERED, 16)
    assert codes(deliveries.why_not([])) == ("delivery.empty",)


def test_quantities_of_several_orders_say_which_order_they_are_of() -> None:
    """Bare lines beside several orders are refused in words, and nothing is delivered; beside one they are its own."""
    one, two = an_order(), an_order(number="SO-2")
    for several in ([one, two], {one: None, two: None}, {one: {1: 2}}):
        with pytest.raises(ValueError, match=r"go with one order; \d are given, so give them as {order: {line: quantity}}"):
            deliveries.post(several, {1: 4}, number="PS-1", on=DAY)
        with pytest.raises(ValueError, match="go with one order"):
            deliveries.why_not(several, {1: 4})
    slip = deliveries.post({one: {1: 2}, two: {1: 3}}, number="PS-1", on=DAY).document
    assert [part.rows for part in slip.parts] == [((1, 2),), ((1, 3),)]
    assert deliveries.post([one], {1: 4}, number="PS-1", on=DAY).document.quantity == 4


def test_lines_are_closed_at_the_delivery_of_one_order() -> None:
    """Beside several orders nothing says whose lines they are."""
    with pytest.raises(ValueError, match="lines are closed at the delivery of one order; 2 are given"):
        deliveries.post([an_order(), an_order(number="SO-2")], number="PS-1", on=DAY, close=[1])


def test_the_policy_may_ask_for_confirmation_first() -> None:
    """By default none is needed; by policy the revision as it stands must be confirmed [DOC-3]."""
    first = DeliveryPolicy(confirm_first=True)
    assert deliveries.why_not(an_order()) == ()
    assert codes(deliveries.why_not(an_order(), policy=first)) == ("delivery.not-confirmed",)
    assert deliveries.why_not(orders.confirm(an_order(), on=DAY).changed[0], policy=first) == ()


# ---------------------------------------------------------------------- taking back


def test_taking_a_slip_back_is_as_if_it_had_not_been() -> None:
    """Quantities, status and item transactions are what they were; the slip and its reversal know each other [QTY-15, I3]."""
    before = an_order(chai(10), chang(2))
    order, slip = deliveries.post(before, {1: 4, 2: 2}, number="PS-1", on=DAY)
    done = deliveries.cancel(order, slip, number="PS-2", on=LATER)
    order, after, reversal = done
    assert (after.status, after.replaced_by, reversal.reverses) == (SlipStatus.CANCELLED, ("PS-2",), "PS-1")
    assert reversal.quantity == -6
    assert [(b.delivered, b.deliver_remainder, b.status) for b in order.balances] == [
        (b.delivered, b.deliver_remainder, b.status) for b in before.balances
    ]
    assert item_transactions(order) == item_transactions(before)
    assert order.document_status is DocumentStatus.NONE
    assert codes(deliveries.why_not_undo("cancel", order, after, on=LATER))[0] == "wrong-status"


def test_a_delivered_order_opens_when_its_slip_is_taken_back() -> None:
    """A status can go back [STA-6]; an over-delivered quantity goes with its slip."""
    order, slip = deliveries.post(an_order(), number="PS-1", on=DAY)
    assert deliveries.cancel(order, slip, number="PS-2", on=DAY).changed[0].status is OrderStatus.OPEN
    order, _ = deliveries.post(a_hundred(), {1: 100}, number="PS-1", on=DAY)
    order, more = deliveries.post(order, {1: 5}, number="PS-2", on=DAY)
    order, _, _ = deliveries.cancel(order, more, number="PS-3", on=DAY)
    assert (order.line(1).over_delivered, order.line(1).invoice_remainder, order.status) == (0, 100, OrderStatus.DELIVERED)


def test_a_corrected_slip_keeps_what_is_invoiced_of_it() -> None:
    """Of a slip of six four are invoiced by order: it may be corrected to four or eight, not to three; history shows all three slips."""
    order, slip = deliveries.post(an_order(), {1: 6}, number="PS-1", on=DAY)
    order = invoices.post(order, {1: 4}, number="INV-1", on=DAY).changed[0]
    assert codes(deliveries.why_not_undo("correct", order, slip, on=DAY, quantities={"SO-1": ((1, Decimal(3)),)})) == (
        "delivery.slip-invoiced",
    )
    with pytest.raises(RefusedError) as refused:
        deliveries.correct(order, slip, {1: 3}, reversal="PS-2", number="PS-3", on=DAY)
    assert codes(refused) == ("delivery.slip-invoiced",)
    order, after, back, corrected = deliveries.correct(order, slip, {1: 8}, reversal="PS-2", number="PS-3", on=LATER)
    assert (after.status, back.quantity, corrected.quantity) == (SlipStatus.CORRECTED, -6, 8)
    assert (corrected.root, corrected.counted_as) == ("PS-1", "PS-1")
    assert (order.line(1).delivered, order.line(1).delivered_not_invoiced) == (8, 4)
    order, invoice = invoices.post(order, slips=[corrected], number="INV-2", on=LATER)
    assert [line.quantity for line in invoice.lines] == [4]
    order, _, _, again = deliveries.correct(order, corrected, {1: 9}, reversal="PS-4", number="PS-5", on=LATER)
    assert (again.root, order.line(1).delivered) == ("PS-1", 9)


def test_a_correction_must_fit_the_order_too() -> None:
    """More than the order has left is refused as a delivery would be."""
    order, slip = deliveries.post(an_order(), {1: 6}, number="PS-1", on=DAY)
    with pytest.raises(RefusedError) as refused:
        deliveries.correct(order, slip, {1: 11}, reversal="PS-2", number="PS-3", on=DAY)
    assert codes(refused) == ("delivery.over-remainder",)


def test_a_slip_over_several_orders_is_corrected_per_order() -> None:
    """Quantities are given per order; bare lines would not say whose they are."""
    one, two, slip = deliveries.post([an_order(), an_order(number="SO-2")], number="PS-1", on=DAY)
    wanted = {"SO-1": {1: 3}, "SO-2": {1: 5}}
    one, two, *_ = deliveries.correct([one, two], slip, wanted, reversal="PS-2", number="PS-3", on=DAY)
    assert (one.line(1).delivered, two.line(1).delivered) == (3, 5)
    with pytest.raises(ValueError, match="quantities must be given per order"):
        deliveries.correct([one, two], slip, {1: 3}, reversal="PS-4", number="PS-5", on=DAY)
    assert codes(deliveries.why_not_undo("cancel", [one], slip, on=DAY)) == ("delivery.another-order",)


# ---------------------------------------------------------------------- picking


def test_picking_sets_aside_and_putting_back_undoes_it() -> None:
    """Picking changes no remainder; the status says how much lies ready [DOC-1]."""
    order = an_order(chai(10), chang(2))
    assert order.line(1).picking_status is PickingStatus.NOT_PICKED
    order, picking = deliveries.pick(order, {1: 4}, number="PL-1", on=DAY)
    assert (order.line(1).picked, order.line(1).deliver_remainder) == (4, 10)
    assert order.line(1).picking_status is PickingStatus.PARTLY_PICKED
    assert order.document_status is DocumentStatus.PICKING_LIST
    assert {each.status.value: each.quantity for each in item_transactions(order) if each.line == 1} == {"picked": 4, "on-order": 6}
    order, rest = deliveries.pick(order, number="PL-2", on=DAY)
    assert rest.rows == ((1, 6), (2, 2))
    assert order.line(1).picking_status is PickingStatus.PICKED
    assert codes(deliveries.why_not(order)) == ()
    order = deliveries.unpick(order, picking, on=DAY).document
    assert order.line(1).picked == 6
    with pytest.raises(RefusedError) as refused:
        deliveries.unpick(order, picking, on=DAY)
    assert codes(refused) == ("delivery.empty",)


def test_a_delivery_from_a_list_takes_what_lies_on_it() -> None:
    """All of it without quantities; less leaves the rest lying; more is refused."""
    order, picking = deliveries.pick(an_order(), {1: 4}, number="PL-1", on=DAY)
    assert codes(deliveries.why_not(order, {1: 5}, picking=picking)) == ("delivery.not-picked",)
    some = deliveries.post(order, {1: 3}, picking=picking, number="PS-1", on=DAY).changed[0]
    assert (some.line(1).picked, some.line(1).delivered) == (1, 3)
    order, slip = deliveries.post(order, picking=picking, number="PS-1", on=DAY)
    assert (slip.rows("SO-1"), order.line(1).picked) == (((1, 4),), 0)
    assert codes(deliveries.why_not(order, picking=picking)) == ("delivery.empty",)


@pytest.mark.parametrize(
    ("quantities", "code"),
    [({1: 7}, "delivery.over-remainder"), ({1: 0}, "delivery.sign"), ({9: 1}, "order.unknown-line"), ({}, "delivery.empty")],
)
def test_no_more_is_picked_than_is_left(quantities: dict[int, int], code: str) -> None:
    """Four of ten lie picked: six may follow, seven may not; nor nothing, nor what is not there."""
    order = deliveries.pick(an_order(), {1: 4}, number="PL-1", on=DAY).changed[0]
    assert deliveries.pick(order, {1: 6}, number="PL-2", on=DAY).document.rows == ((1, 6),)
    with pytest.raises(RefusedError) as refused:
        deliveries.pick(order, quantities, number="PL-2", on=DAY)
    assert codes(refused) == (code,)
    with pytest.raises(RefusedError) as refused:
        deliveries.pick(order, {1: 1}, number="PL-1", on=DAY)
    assert codes(refused) == ("delivery.number-used",)


def test_a_subscription_that_is_completed_by_delivery_comes_round() -> None:
    """Invoiced ahead, then delivered: open again, with its next ten [ORD-4]."""
    order = invoices.post(an_order(type=OrderType.SUBSCRIPTION), number="INV-1", on=DAY).changed[0]
    done = deliveries.post(order, number="PS-1", on=DAY)
    order = done.changed[0]
    assert (order.status, order.line(1).renewed, order.line(1).deliver_remainder) == (OrderStatus.OPEN, 10, 10)
    assert [type(event).__name__ for event in done.events] == ["PackingSlipPosted", "SubscriptionRenewed"]
    ended = orders.short_close(order, on=DAY).document
    assert ended.status is OrderStatus.INVOICED


# ---------------------------------------------------------------------- what the documents say


def test_a_renewal_names_the_delivery_that_brought_it() -> None:
    """The document and the day of the last delivery, on the posting and in the event."""
    order = invoices.post(an_order(type=OrderType.SUBSCRIPTION), number="INV-1", on=DAY).changed[0]
    done = deliveries.post(order, number="PS-1", on=LATER)
    renewal, event = done.changed[0].postings[-1], done.events[-1]
    assert (renewal.kind, renewal.document, renewal.on) == (Kind.RENEWED, "PS-1", LATER)
    assert event == SubscriptionRenewed(number="SO-1", on=LATER, by="PS-1")


def test_a_slip_that_takes_another_back_is_of_its_own_day_and_kind() -> None:
    """It counts as no slip's goods but its own, also where it undoes a corrected one."""
    order, slip = deliveries.post(an_order(), {1: 6}, number="PS-1", on=DAY)
    order, _, back, corrected = deliveries.correct(order, slip, {1: 5}, reversal="PS-2", number="PS-3", on=LATER)
    assert (back.on, back.reverses, back.root, back.rows("SO-1")) == (LATER, "PS-1", "", ((1, -6),))
    order, _, back = deliveries.cancel(order, corrected, number="PS-4", on=LATER)
    assert (back.on, back.reverses, back.root, order.line(1).delivered) == (LATER, "PS-3", "", 0)


def test_a_list_delivered_in_two_parts_is_empty() -> None:
    """Nothing of it lies picked any more, line by line, and none of it can be put back."""
    order, picking = deliveries.pick(an_order(chai(10), chang(2)), {1: 4, 2: 2}, number="PL-1", on=DAY)
    order = deliveries.post(order, {1: 1, 2: 2}, picking=picking, number="PS-1", on=DAY).changed[0]
    assert (order.line(1).picked, order.line(2).picked) == (3, 0)
    assert codes(deliveries.why_not(order, {2: 1}, picking=picking)) == ("delivery.over-remainder", "delivery.not-picked")
    order = deliveries.post(order, {1: 3}, picking=picking, number="PS-2", on=DAY).changed[0]
    assert (order.line(1).picked, order.line(2).picked, order.fold.picks) == (0, 0, {})
    assert all(type(order.line(number).picked) is Decimal for number in (1, 2))


def test_refusals_name_what_was_asked() -> None:
    """No orders at all, lines that are not there, quantities that are none, and what stays invoiced of a slip."""
    [nothing] = deliveries.why_not({}, close=[1])
    assert str(nothing) == "there is nothing to deliver (order: none) [delivery.empty]"
    unknown = deliveries.why_not(an_order(), {1: 1}, close=[7])
    assert [(each.fact("order"), each.fact("line")) for each in unknown] == [("SO-1", 7)]
    order, slip = deliveries.post(an_order(), {1: 6}, number="PS-1", on=DAY)
    with pytest.raises(TypeError, match=r"^quantities "):
        deliveries.correct(order, slip, [(1, 3)], reversal="PS-2", number="PS-3", on=DAY)  # type: ignore[arg-type]
    order = invoices.post(order, {1: 4}, number="INV-1", on=DAY).changed[0]
    with pytest.raises(RefusedError) as refused:
        deliveries.correct(order, slip, {1: 3}, reversal="PS-2", number="PS-3", on=DAY)
    assert [(each.fact("invoiced"), each.fact("kept")) for each in refused.value.refusals] == [(4, 3)]


def test_attempts_move_nothing() -> None:
    """Two fail, the third arrives; after that none is made, and a slip that is taken back is not brought."""
    order, slip = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    for _ in range(2):
        slip = deliveries.attempt(slip, arrived=False, on=DAY, reason="nobody there").document
    assert (slip.failed_attempts, slip.arrival) == (2, None)
    slip = deliveries.attempt(slip, arrived=True, on=LATER).document
    assert slip.arrival is not None
    assert (slip.failed_attempts, slip.arrival.on, slip.quantity) == (2, LATER, 4)
    with pytest.raises(RefusedError) as refused:
        deliveries.attempt(slip, arrived=True, on=LATER)
    assert codes(refused) == ("delivery.arrived",)
    _, gone, back = deliveries.cancel(order, slip, number="PS-2", on=LATER)
    assert back.attempts == ()
    with pytest.raises(RefusedError) as refused:
        deliveries.attempt(gone, arrived=True, on=LATER)
    assert codes(refused) == ("wrong-status",)
