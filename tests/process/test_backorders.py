"""Backorders, purchases and promises: what is late, who waits, what there is for whom, and when it can be shipped."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Notice,
    OrderType,
    Project,
    Purchase,
    RefusedError,
    WorkingDays,
    backorders,
    deliveries,
    item_requirements,
    orders,
    promising,
    purchases,
)
from salesflow.model.purchase import PurchaseStatus
from salesflow.process.backorders import Allocation, OpenLine, Spread
from salesflow.process.promising import Method, PromisePolicy, Supply
from tests.builders import ACME, CHAI, CHANG, DAY, JANE, LATER, advice, an_order, chai, chang, codes

D = Decimal
TUESDAY = date(2026, 3, 3)


def bought(number: str = "PO-1", **terms: Any) -> Purchase:
    """Five chai from a vendor, in two weeks."""
    given: dict[str, Any] = {"number": number, "vendor": "TEA", "item": CHAI.item, "quantity": 5, "expected": LATER, "on": DAY} | terms
    return purchases.place(**given).document


def test_open_lines_and_backorder_lines() -> None:
    """Open: something left to deliver. Backorder: its ship date lies before the chosen day, not on it [BCK-4]."""
    one = an_order(chai(4, requested=DAY), chang(2, requested=LATER), advice(1), number="SO-1")
    one, _ = deliveries.post(one, {1: 1}, number="PS-1", on=DAY)
    others = [
        an_order(number="SO-2", type=OrderType.JOURNAL),
        an_order(chai(-1), number="SO-3", type=OrderType.RETURNED_ORDER, rma="R"),
        an_order(chai(1), number="SO-4", customer=JANE),
    ]
    lines = backorders.open_lines([one, *others], {"SO-1": 2, "JANE": 1})
    assert [(each.order, each.line, each.left, each.priority) for each in lines] == [
        ("SO-1", 1, D(3), 2),
        ("SO-1", 2, D(2), 2),
        ("SO-4", 1, D(1), 1),
    ]
    assert lines[0].net == D("54.00")
    assert backorders.backorder_lines([one, *others], DAY) == ()
    assert [(each.order, each.line) for each in backorders.backorder_lines([one, *others], TUESDAY)] == [("SO-1", 1)]


def test_by_item_by_customer_by_vendor() -> None:
    """Three views: what to order, who waits, and what a vendor's delivery is for first [BCK-3]."""
    made = [
        an_order(chai(4, requested=LATER), number="SO-1"),
        an_order(chai(5, requested=DAY), chang(1), number="SO-2", customer=JANE),
    ]
    lines = backorders.open_lines(made)
    purchase, other = bought(quantity=2), bought("PO-2", vendor="MILK", item=CHANG.item, quantity=9, expected=DAY)
    done = purchases.receive(bought("PO-3"), 5, on=DAY).document
    chai_view, chang_view = backorders.by_item(lines, [purchase, other, done], {"CHAI": 3})
    assert (chai_view.orders, chai_view.wanted, chai_view.on_hand, chai_view.missing, chai_view.to_order) == (2, D(9), D(3), D(2), D(4))
    assert (chang_view.wanted, chang_view.to_order, chang_view.purchases) == (D(1), D(0), (other,))
    acme, jane = backorders.by_customer(lines, on=TUESDAY)
    assert (acme.customer, acme.orders, acme.late) == ("ACME", ("SO-1",), ())
    assert [(line.order, line.line) for line in jane.late] == [("SO-2", 1)]
    milk, tea = backorders.by_vendor([purchase, other, done], lines, on=TUESDAY)
    assert (milk.vendor, milk.late, [line.order for line in milk.first]) == ("MILK", (other,), ["SO-2"])
    assert (tea.purchases, tea.late, [line.order for line in tea.first]) == ((purchase,), (), ["SO-2", "SO-1"])


def test_the_worklist_names_everything_to_settle() -> None:
    """Stock goes to the most urgent first, so only the other order lacks it; what is finished is left out [BCK-2, BCK-3]."""
    urgent = an_order(chai(4, requested=DAY), number="SO-1")
    urgent = orders.confirm(urgent, on=DAY).changed[0]
    second = an_order(chai(4, requested=LATER), number="SO-2")
    finished = orders.cancel(an_order(number="SO-3"), on=DAY).document
    late = bought(quantity=1, meant_for=[("SO-1", 1), ("SO-9", 1)], expected=TUESDAY)
    found = backorders.exceptions([urgent, second, finished], [late], {"CHAI": 4}, on=DAY)
    assert [refusal.code for refusal in found["SO-1"]] == ["order.no-terms-of-sale", "backorder.vendor-late"]
    assert [refusal.code for refusal in found["SO-2"]] == ["order.unconfirmed", "order.no-terms-of-sale", "backorder.not-available"]
    assert found["SO-2"][-1].fact("short") == D(3)
    assert set(found) == {"SO-1", "SO-2"}
    in_time = bought("PO-2", meant_for=[("SO-1", 1), ("SO-2", 1)], expected=DAY)
    found = backorders.exceptions([urgent, an_order(chai(4), number="SO-2")], [in_time], {"CHAI": 4}, on=DAY)
    assert not any(refusal.code == "backorder.vendor-late" for each in found.values() for refusal in each)
    ready = purchases.receive(late, 1, on=DAY).document
    settled = an_order(chai(4), number="SO-4", customer=JANE)
    settled = orders.confirm(settled, on=DAY).changed[0]
    assert backorders.exceptions([settled], [ready], {"CHAI": 4}, on=DAY) == {}


def line(order: str, left: int, *, priority: int = 0, day: int | None = None, placed: int = 0, item: Any = CHAI.item) -> OpenLine:
    """An open line."""
    return OpenLine(
        order=order,
        line=1,
        customer="ACME",
        item=item,
        left=D(left),
        net=D(1),
        placed=DAY + timedelta(days=placed),
        ship_date=None if day is None else DAY + timedelta(days=day),
        priority=priority,
    )


@pytest.mark.parametrize(
    ("spread", "expected"),
    [
        (Spread.PRIORITY, [3, 4, 0]),
        (Spread.FIRST_COME, [2, 0, 5]),
        (Spread.PRO_RATA, [2, 2, 3]),
    ],
)
def test_three_ways_to_divide_seven(spread: Spread, expected: list[int]) -> None:
    """By priority then date; by the day of ordering; in proportion to what is lacking [BCK-5]."""
    lines = [line("A", 3, day=5, placed=1), line("B", 4, day=9, placed=2), line("C", 5, placed=0)]
    found = backorders.allocate(lines, {"CHAI": 7}, spread)
    assert [each.quantity for each in found] == expected
    assert [each.short for each in found] == [each.line.left - each.quantity for each in found]


def test_lower_numbers_go_first_and_a_stock_below_zero_is_none() -> None:
    """Priority beats dates."""
    lines = [line("A", 3, day=0, priority=2), line("B", 3, day=9, priority=1)]
    assert [each.quantity for each in backorders.allocate(lines, {"CHAI": 4})] == [1, 3]
    assert [each.quantity for each in backorders.allocate(lines, {"CHAI": -4}, Spread.PRO_RATA)] == [0, 0]
    assert backorders.pickings(backorders.allocate(lines, {"CHAI": 3})) == {"B": {1: D(3)}}


@given(
    wants=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3), st.integers(0, 9), st.booleans()), max_size=12),
    stock=st.tuples(st.integers(-5, 200), st.integers(0, 60)),
    spread=st.sampled_from(Spread),
)
def test_bounds_of_dividing(wants: list[tuple[int, int, int, bool]], stock: tuple[int, int], spread: Spread) -> None:
    """No unit twice, none beyond what is lacking, and none kept back while somebody lacks it [BCK-5]."""
    lines = [
        line(f"O-{place}", left, priority=priority, day=day, placed=day, item=CHAI.item if tea else CHANG.item)
        for place, (left, priority, day, tea) in enumerate(wants)
    ]
    found = backorders.allocate(lines, {"CHAI": stock[0], "CHANG": D(stock[1])}, spread)
    assert [each.line for each in found] == lines
    assert all(0 <= each.quantity <= each.line.left for each in found)
    for number, there in (("CHAI", stock[0]), ("CHANG", stock[1])):
        mine = [each for each in found if each.line.item.number == number]
        assert sum((each.quantity for each in mine), D(0)) == min(max(0, there), sum((each.line.left for each in mine), D(0)))


def test_reservations_follow_the_division() -> None:
    """Moving from one division to another lets go of the one and sets aside for the other; a journal takes part in none [ORD-2]."""
    one, other = line("A", 3), line("B", 3)
    moved = backorders.reservation_movements([Allocation(one, D(3))], [Allocation(one, D(1)), Allocation(other, D(2))])
    assert [(each.order, each.quantity) for each in moved] == [("A", D(-2)), ("B", D(2))]
    assert backorders.reservation_movements([Allocation(one, D(3))], [Allocation(one, D(3))]) == ()
    assert backorders.open_lines([an_order(type=OrderType.JOURNAL)]) == ()


# ---------------------------------------------------------------------- purchases


def test_a_purchase_comes_in_by_parts() -> None:
    """Open until all of it is there; what does not come is cancelled."""
    purchase = purchases.receive(bought(), 2, on=DAY).document
    assert (purchase.received, purchase.missing, purchase.status) == (D(2), D(3), PurchaseStatus.OPEN)
    assert (purchase.is_late(LATER), purchase.is_late(LATER + timedelta(days=1))) == (False, True)
    assert purchases.receive(purchase, 3, on=LATER).document.status is PurchaseStatus.RECEIVED
    assert purchases.cancel(purchase, on=DAY).document.status is PurchaseStatus.RECEIVED
    assert purchases.cancel(bought(), on=DAY).document.status is PurchaseStatus.CANCELLED
    for quantity, code in ((0, "purchase.quantity"), (6, "purchase.over-received")):
        with pytest.raises(RefusedError) as refused:
            purchases.receive(bought(), quantity, on=DAY)
        assert codes(refused) == (code,)


def test_a_late_vendor_moves_the_date_of_the_customer_and_tells_them() -> None:
    """Only lines that cannot be shipped as promised any more, of orders it was bought for [BCK-2, ATP-3]."""
    numbers = count(1)
    early = an_order(chai(2, requested=LATER), chai(2, requested=date(2026, 4, 30)), chai(1), number="SO-1")
    shipped, _ = deliveries.post(an_order(chai(2, requested=LATER), number="SO-2"), number="PS-1", on=DAY)
    purchase = bought(meant_for=[("SO-1", 1), ("SO-1", 2), ("SO-1", 3), ("SO-1", 9), ("SO-2", 1)])
    days = WorkingDays()
    done = purchases.postpone(
        purchase,
        date(2026, 4, 4),
        [early, shipped],
        on=DAY,
        notices=lambda: f"N-{next(numbers)}",
        ready=lambda day: days.add(day, 1),
    )
    assert done.document.expected == date(2026, 4, 4)
    assert done.document.first_expected == LATER
    [order, _] = done.changed
    moved = date(2026, 4, 7)
    assert [each.ship_date for each in order.lines] == [moved, date(2026, 4, 30), None]
    assert order.revision == 0
    notice = Notice(number="N-1", on=DAY, customer="ACME", order="SO-1", lines=((1, LATER, moved),), because="PO-1")
    assert done.made == (notice,)
    with pytest.raises(RefusedError) as refused:
        purchases.postpone(purchase, date(2026, 3, 1), on=DAY, notices=str)
    assert codes(refused) == ("purchase.expected-in-the-past",)


# ---------------------------------------------------------------------- promises


def ahead(days: int) -> date:
    """So many days from today."""
    return DAY + timedelta(days=days)


def test_available_to_promise() -> None:
    """The documented vector: late supply and demand count tomorrow; 150 can be shipped on day ten [ATP-1, ATP-2]."""
    supply = Supply(receipts=((ahead(-3), 200), (ahead(10), 100)), issues=((ahead(-2), 75),))
    assert promising.available(supply, on=DAY) == ((DAY, D(0)), (ahead(1), D(125)), (ahead(10), D(225)))
    assert promising.ship_date(150, supply, on=DAY) == ahead(10)
    assert promising.ship_date(125, supply, on=DAY) == ahead(1)
    assert promising.ship_date(226, supply, on=DAY) is None


def test_what_is_too_late_or_too_far_does_not_count() -> None:
    """Seven days late counts, eight does not; nor does what lies beyond the horizon."""
    inside, outside = Supply(receipts=((ahead(-7), 5),)), Supply(receipts=((ahead(-8), 5),))
    assert promising.ship_date(5, inside, on=DAY) == ahead(1)
    assert promising.ship_date(5, outside, on=DAY) is None
    policy = PromisePolicy(horizon=30)
    assert promising.ship_date(5, Supply(receipts=((ahead(30), 5),)), on=DAY, policy=policy) == ahead(30)
    assert promising.ship_date(5, Supply(receipts=((ahead(31), 5),)), on=DAY, policy=policy) is None


def test_older_promises_are_kept() -> None:
    """Ten on hand, eight promised for day five: two now, more only once more comes in."""
    supply = Supply(on_hand=10, receipts=((ahead(9), 4),), issues=((ahead(5), 8),))
    assert promising.available(supply, on=DAY) == ((DAY, D(2)), (ahead(5), D(2)), (ahead(9), D(6)))


@given(
    on_hand=st.integers(0, 20),
    receipts=st.lists(st.tuples(st.integers(-10, 40), st.integers(1, 20)), max_size=5),
    issues=st.lists(st.tuples(st.integers(-10, 40), st.integers(1, 20)), max_size=5),
    wanted=st.integers(1, 30),
)
def test_a_promise_never_breaks_another(on_hand: int, receipts: list[tuple[int, int]], issues: list[tuple[int, int]], wanted: int) -> None:
    """With the new promise among the issues, no day is shorter than it was without it."""
    policy = PromisePolicy(backward_supply=10, backward_demand=10)
    supply = Supply(
        on_hand=on_hand,
        receipts=tuple((ahead(day), quantity) for day, quantity in receipts),
        issues=tuple((ahead(day), quantity) for day, quantity in issues),
    )
    day = promising.ship_date(wanted, supply, on=DAY, policy=policy)
    if day is None:
        return

    def balances(extra: tuple[tuple[date, int], ...]) -> dict[date, int]:
        moves = [(max(each, ahead(1)) if each < DAY else each, quantity) for each, quantity in supply.receipts]
        moves += [(max(each, ahead(1)) if each < DAY else each, -quantity) for each, quantity in (*supply.issues, *extra)]
        return {ahead(n): on_hand + sum(int(q) for each, q in moves if each <= ahead(n)) for n in range(60)}

    assert all(
        after >= 0 or after == before for before, after in zip(balances(()).values(), balances(((day, wanted),)).values(), strict=True)
    )


def test_other_methods() -> None:
    """Without one the requested day; by lead time in working days; with a margin after the goods are there."""
    days = WorkingDays(closed=(TUESDAY,))
    none = PromisePolicy(method=Method.NONE, days=days)
    assert promising.ship_date(1, Supply(), on=DAY, requested=TUESDAY, policy=none) == ahead(2)
    lead = PromisePolicy(method=Method.LEAD_TIME, lead_time=4, days=days)
    assert promising.ship_date(999, Supply(), on=DAY, policy=lead) == ahead(7)
    assert promising.ship_date(999, Supply(), on=DAY, requested=ahead(12), policy=lead) == ahead(14)
    margin = PromisePolicy(method=Method.ATP_ISSUE_MARGIN, issue_margin=2)
    assert promising.ship_date(5, Supply(on_hand=5), on=DAY, policy=margin) == ahead(2)
    with pytest.raises(ValueError, match="whole number of days"):
        PromisePolicy(horizon=-1)


def test_a_promise_moves_only_when_it_cannot_be_kept() -> None:
    """It stays though an earlier day became possible, and moves when the goods come later [ATP-3]."""
    soon, later = Supply(receipts=((ahead(3), 5),)), Supply(receipts=((ahead(9), 5),))
    assert promising.renewed_date(ahead(5), 5, soon, on=DAY) == ahead(5)
    assert promising.renewed_date(ahead(5), 5, later, on=DAY) == ahead(9)
    assert promising.renewed_date(None, 5, soon, on=DAY) == ahead(3)
    assert promising.renewed_date(ahead(5), 5, Supply(), on=DAY) is None


def test_promising_is_no_revision() -> None:
    """The order's terms are as they were; the day is shown before the one that was requested."""
    order = an_order(chai(2, requested=LATER), chang(1))
    order = orders.confirm(order, on=DAY).changed[0]
    after = promising.promise(order, {1: ahead(20)}, on=DAY).document
    assert (after.is_confirmed, after.lines[0].ship_date, after.lines[1].ship_date) == (True, ahead(20), None)
    with pytest.raises(RefusedError) as refused:
        promising.promise(order, {1: ahead(-1), 9: LATER}, on=DAY)
    assert codes(refused) == ("promise.in-the-past", "order.unknown-line")


# ---------------------------------------------------------------------- item requirements


def test_item_requirements_are_born_in_a_project() -> None:
    """From an item sale in a project of the customer; the type can be changed until delivered [ORD-5, ORD-9]."""
    project = Project(number="P-1", name="Kitchen", customer="ACME")
    order = item_requirements.sell(project, [chai(3)], number="SO-1", customer=ACME, currency="EUR", on=DAY).document
    assert (order.type, order.project) == (OrderType.ITEM_REQUIREMENTS, "P-1")
    assert orders.change_type(order, OrderType.SALES_ORDER, on=DAY).document.type is OrderType.SALES_ORDER
    delivered = deliveries.post(order, number="PS-1", on=DAY).changed[0]
    with pytest.raises(RefusedError) as refused:
        orders.change_type(delivered, OrderType.SALES_ORDER, on=DAY)
    assert codes(refused) == ("order.type-locked",)
