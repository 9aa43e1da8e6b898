"""Changing an order: a preview, a floor, a revision."""

from __future__ import annotations

from decimal import Decimal

import pytest

from salesflow import OrderStatus, OrderType, RefusedError, changes, deliveries, invoices, orders
from tests.builders import DAY, LATER, an_order, chai, chang, codes


def test_nothing_invoiced_is_repriced() -> None:
    """Four of ten invoiced at 18.00, then 20.00 is agreed: the rest costs 120.00, the invoice stays 72.00."""
    order, first = invoices.post(an_order(), {1: 4}, number="INV-1", on=DAY)
    order = changes.change(order, [changes.SetPrice(1, Decimal("20.00"))], on=DAY, reason="dearer").document
    assert (first.net, order.invoiced_net) == (Decimal("72.00"), Decimal("72.00"))
    order, rest = invoices.post(order, number="INV-2", on=DAY)
    assert rest.net == Decimal("120.00")
    assert order.invoiced_net == Decimal("192.00")
    assert first.lines[0].unit_price == Decimal("18.00")


def test_a_revision_keeps_how_the_lines_stood() -> None:
    """What changed, what was added and what was taken out; the order must be confirmed again."""
    order = orders.confirm(an_order(chai(10), chang(5), chang(1)), on=DAY).changed[0]
    wanted: list[changes.Change] = [
        changes.SetQuantity(1, Decimal(12)),
        changes.SetPrice(1, Decimal("17.00"), discount=Decimal(10)),
        changes.SetRequested(2, LATER),
        changes.RemoveLine(3),
        changes.AddLine(chai(1)),
    ]
    before = order
    order = changes.change(order, wanted, on=LATER, reason="asked by phone").document
    [revision] = order.revisions
    assert (revision.number, revision.on, revision.reason) == (1, LATER, "asked by phone")
    assert revision.before == (before.lines[0], before.lines[1])
    assert revision.removed == (before.lines[2],)
    assert revision.added == (4,)
    assert order.line(1).terms.unit_price == Decimal("15.30")
    assert not order.is_confirmed
    confirmation = orders.confirm(order, on=LATER).document
    assert confirmation.number == "SO-1/1"


def test_a_preview_changes_nothing_and_says_what_it_would_cost() -> None:
    """The difference is that of the nets; refusals come with it instead of an error."""
    order = an_order()
    seen = changes.preview(order, [changes.SetQuantity(1, Decimal(12))], on=DAY)
    assert (seen.difference, seen.refusals) == (Decimal("36.00"), ())
    assert seen.order.line(1).ordered == 12
    assert order.line(1).ordered == 10
    bad = changes.preview(order, [changes.SetQuantity(1, Decimal(-1))], on=DAY)
    assert codes(bad.refusals) == ("order.below-floor", "order.sign")


@pytest.mark.parametrize("sign", [1, -1])
def test_a_quantity_does_not_fall_below_what_happened(sign: int) -> None:
    """Four delivered, six invoiced: six may be ordered, five may not; nor may the sign turn."""
    kind = OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER
    order = an_order(chai(10 * sign), type=kind, rma="RMA-1")
    order = deliveries.post(order, {1: 4 * sign}, number="PS-1", on=DAY).changed[0]
    order = invoices.post(order, {1: 6 * sign}, number="INV-1", on=DAY).changed[0]
    fine = changes.change(order, [changes.SetQuantity(1, Decimal(6 * sign))], on=DAY, reason="less").document
    assert (fine.line(1).deliver_remainder, fine.line(1).invoice_remainder) == (2 * sign, 0)
    for asked in (5, -1, -6):
        [refusal] = [
            each
            for each in changes.preview(order, [changes.SetQuantity(1, Decimal(asked * sign))], on=DAY).refusals
            if each.code == "order.below-floor"
        ]
        assert refusal.fact("floor") == 6 * sign


def test_what_was_cancelled_counts_towards_the_floor() -> None:
    """Ten ordered, seven delivered, three cancelled: the order stays at ten or grows, by what is then to be delivered."""
    order = deliveries.post(an_order(), {1: 7}, number="PS-1", on=DAY).changed[0]
    order = orders.short_close(order, on=DAY).document
    assert codes(changes.preview(order, [changes.SetQuantity(1, Decimal(9))], on=DAY).refusals) == ("order.below-floor",)
    more = changes.change(order, [changes.SetQuantity(1, Decimal(12))], on=DAY, reason="more").document
    assert more.line(1).deliver_remainder == 2
    assert more.status is OrderStatus.OPEN


def test_an_invoiced_order_opens_when_a_line_is_added() -> None:
    """Resting is not the end."""
    order = deliveries.post(an_order(), number="PS-1", on=DAY).changed[0]
    order = invoices.post(order, number="INV-1", on=DAY).changed[0]
    assert order.status is OrderStatus.INVOICED
    assert changes.change(order, [changes.AddLine(chang(1, number=9))], on=DAY, reason="more").document.status is OrderStatus.OPEN


def test_the_last_open_line_removed_leaves_a_cancelled_order() -> None:
    """With one line short-closed whole, removing the other leaves nothing that comes."""
    order = orders.short_close(an_order(chai(2), chang(3)), {1: 2}, on=DAY).document
    assert changes.change(order, [changes.RemoveLine(2)], on=DAY, reason="out").document.status is OrderStatus.CANCELLED


def test_a_schedule_is_changed_with_its_line() -> None:
    """Line and parts change together, or their sum is refused; a part is not removed, a line with parts neither."""
    order = orders.schedule(an_order(), 1, [(DAY, 4), (LATER, 6)], on=DAY).document
    both: list[changes.Change] = [changes.SetQuantity(1, Decimal(12)), changes.SetQuantity(3, Decimal(8))]
    assert changes.change(order, both, on=DAY, reason="more").document.line(3).ordered == 8
    assert codes(changes.preview(order, both[:1], on=DAY).refusals) == ("order.schedule-sum",)
    assert codes(changes.preview(order, [changes.RemoveLine(2)], on=DAY).refusals) == ("order.line-in-use",)
    assert codes(changes.preview(order, [changes.RemoveLine(1)], on=DAY).refusals) == ("order.line-in-use",)


def test_every_fault_of_a_change_is_named() -> None:
    """Unknown lines and lines in use come together; a cancelled order is not changed."""
    order = deliveries.post(an_order(chai(2), chang(2)), {1: 1}, number="PS-1", on=DAY).changed[0]
    wanted: list[changes.Change] = [changes.RemoveLine(1), changes.SetPrice(7, Decimal(1))]
    with pytest.raises(RefusedError) as refused:
        changes.change(order, wanted, on=DAY, reason="x")
    assert codes(refused) == ("order.line-in-use", "order.unknown-line")
    gone = orders.cancel(an_order(), on=DAY).document
    assert codes(changes.preview(gone, [changes.SetPrice(1, Decimal(1))], on=DAY).refusals) == ("wrong-status",)
    with pytest.raises(RefusedError) as refused:
        changes.change(an_order(), [changes.RemoveLine(1)], on=DAY, reason="all out")
    assert codes(refused) == ("order.no-lines",)


def test_a_change_that_completes_a_subscription_renews_it() -> None:
    """Four of ten delivered and invoiced, then only four wanted: the next four are open [ORD-4]."""
    order, slip = deliveries.post(an_order(type=OrderType.SUBSCRIPTION), {1: 4}, number="PS-1", on=DAY)
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    changed = changes.change(order, [changes.SetQuantity(1, Decimal(4))], on=DAY, reason="less")
    assert (changed.document.status, changed.document.line(1).deliver_remainder) == (OrderStatus.OPEN, 4)
    assert [type(event).__name__ for event in changed.events] == ["OrderChanged", "SubscriptionRenewed"]
