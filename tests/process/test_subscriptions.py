"""Subscriptions: every day of them billed once, by whole cycles or by exact days."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count, pairwise
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Every,
    Order,
    OrderStatus,
    OrderType,
    Period,
    RefusedError,
    Subscription,
    changes,
    deliveries,
    invoices,
    orders,
    subscriptions,
)
from salesflow.model.policies import SubscriptionPolicy
from salesflow.model.subscription import SubscriptionStatus, Unit, days_of, length
from tests.builders import ADVICE, DAY, advice, an_order, chai, codes

D = Decimal
JAN_31 = date(2026, 1, 31)
ARREARS = SubscriptionPolicy(in_advance=False)


def begun(starts: date = JAN_31, price: str = "31.00", **terms: Any) -> tuple[Subscription, Order]:
    """A subscription to advice."""
    line = orders.line(ADVICE, 1, price=D(price))
    order = an_order(line, type=OrderType.SUBSCRIPTION, on=min(starts, DAY))
    return subscriptions.begin(order, number="S-1", starts=starts, on=starts, **terms).document, order


def numbers() -> Any:
    """Invoice numbers."""
    series = count(1)
    return lambda: f"INV-{next(series)}"


def periods(subscription: Subscription) -> list[tuple[date, date]]:
    """What was billed, as first and last days."""
    return [days_of(cycle.period) for cycle in subscription.cycles]


def test_missed_months_are_caught_up_and_month_ends_kept() -> None:
    """From the 31st: 31 January, 28 February, 31 March, each on an invoice of its own [I14, P17]."""
    subscription, order = begun()
    draw = numbers()
    done = subscriptions.bill(subscription, order, numbers=draw, on=date(2026, 4, 10))
    assert periods(done.document) == [
        (date(2026, 1, 31), date(2026, 2, 27)),
        (date(2026, 2, 28), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 4, 29)),
    ]
    assert [(bill.number, bill.net, bill.period) for bill in done.made] == [
        (f"INV-{place}", D("31.00"), cycle.period) for place, cycle in enumerate(done.document.cycles, 1)
    ]
    order, subscription = done.changed
    assert order.status is OrderStatus.OPEN
    with pytest.raises(RefusedError) as refused:
        subscriptions.bill(subscription, order, numbers=draw, on=date(2026, 4, 29))
    assert codes(refused) == ("subscription.nothing-due",)
    assert subscriptions.bill(subscription, order, numbers=draw, on=date(2026, 4, 30)).made


def test_in_arrears_a_cycle_is_billed_when_it_is_over() -> None:
    """On its last day, and not the day before."""
    subscription, _ = begun()
    assert subscriptions.due(subscription, date(2026, 2, 26), ARREARS) == ()
    assert subscriptions.due(subscription, date(2026, 2, 27), ARREARS) == (Period(JAN_31, date(2026, 2, 27)),)


def test_no_more_is_caught_up_than_the_policy_says() -> None:
    """One more is refused, and exactly as many is not."""
    subscription, _ = begun()
    assert len(subscriptions.due(subscription, date(2026, 3, 1), SubscriptionPolicy(most_at_once=2))) == 2
    with pytest.raises(RefusedError) as refused:
        subscriptions.due(subscription, date(2026, 3, 31), SubscriptionPolicy(most_at_once=2))
    assert codes(refused) == ("subscription.runaway",)


def test_a_cycle_cut_short_is_billed_by_its_days() -> None:
    """From the 15th of a month of 30 days that began on the 1st: 16 of 30 days; at its end, 10 of 31."""
    subscription, order = begun(date(2026, 4, 15), "30.00", anchor=date(2026, 4, 1), ends=date(2026, 5, 10))
    done = subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 5, 1))
    assert [bill.net for bill in done.made] == [D("16.00"), D("9.68")]
    assert done.document.status is SubscriptionStatus.ENDED
    assert done.changed[0].status is OrderStatus.INVOICED
    assert all(line.stated for bill in done.made for line in bill.lines)


def test_each_cycle_costs_the_same() -> None:
    """What rounding left of one cycle is no concern of the next: 0.335 is 0.34 each time, charges too."""
    line = orders.line(ADVICE, 1, price=D("0.335"))
    order = an_order(line, type=OrderType.SUBSCRIPTION, on=JAN_31)
    subscription = subscriptions.begin(order, number="S-1", starts=JAN_31, on=JAN_31).document
    done = subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 6, 1))
    assert [bill.net for bill in done.made] == [D("0.34")] * 5


def test_taking_the_last_invoice_back_takes_its_rounding_back() -> None:
    """Billed, cancelled and billed again comes to the same."""
    order = an_order(orders.line(ADVICE, 1, price=D("0.335")), type=OrderType.SUBSCRIPTION)
    first, bill = invoices.post(order, number="INV-1", on=DAY)
    back, *_ = invoices.cancel(first, bill, number="INV-2", on=DAY)
    assert back.fold.exacts.get(1, D(0)) == back.fold.amounts.get(1, D(0))
    again, second = invoices.post(back, number="INV-3", on=DAY)
    assert (second.net, again.status) == (D("0.34"), OrderStatus.OPEN)


def test_goods_are_delivered_before_the_next_cycle() -> None:
    """The order is renewed once its goods are delivered and billed; until then nothing is billed twice."""
    order = an_order(chai(2), type=OrderType.SUBSCRIPTION)
    subscription = subscriptions.begin(order, number="S-1", starts=DAY, on=DAY).document
    order, subscription, _ = subscriptions.bill(subscription, order, numbers=numbers(), on=DAY)
    with pytest.raises(RefusedError) as refused:
        subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 4, 2))
    assert codes(refused) == ("invoice.empty",)
    order, _ = deliveries.post(order, number="PS-1", on=DAY)
    assert subscriptions.bill(subscription, order, numbers=lambda: "INV-2", on=date(2026, 4, 2)).made[0].net == D("36.00")


def test_another_plan_from_a_day_on() -> None:
    """What was billed for that day and later goes back by days, and the rest of the cycle costs the new price."""
    subscription, order = begun()
    order, subscription, *bills = subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 3, 31))
    done = subscriptions.change_plan(
        subscription,
        order,
        [changes.SetPrice(1, D("62.00"))],
        bills[-1:],
        credit_number="CN-1",
        number="INV-9",
        on=date(2026, 4, 15),
        reason="larger",
    )
    note, bill = done.made
    assert (note.net, bill.net, bill.period) == (D("-15.50"), D("31.00"), Period(date(2026, 4, 15), date(2026, 4, 29)))
    assert periods(done.document)[-2:] == [(date(2026, 3, 31), date(2026, 4, 14)), (date(2026, 4, 15), date(2026, 4, 29))]
    order, old, subscription = done.changed
    assert old.creditable[1].amount == D("15.50")
    following = subscriptions.bill(subscription, order, numbers=lambda: "INV-10", on=date(2026, 4, 30))
    assert following.made[0].net == D("62.00")


def test_a_change_at_the_turn_of_a_cycle_credits_nothing() -> None:
    """Only the terms change; the next cycle has the new price. In the middle of an unbilled one the old plan is billed first."""
    subscription, order = begun(date(2026, 3, 2))
    order, subscription, _ = subscriptions.bill(subscription, order, numbers=numbers(), on=DAY)
    wanted = [changes.SetPrice(1, D("62.00"))]
    done = subscriptions.change_plan(
        subscription, order, wanted, credit_number="CN-1", number="INV-9", on=date(2026, 4, 2), reason="larger"
    )
    assert (done.made, done.changed[0].lines[0].price) == ((), D("62.00"))
    cut = subscriptions.bill(*reversed(done.changed), numbers=lambda: "INV-2", on=date(2026, 4, 10), through=date(2026, 4, 16))
    assert (cut.made[0].net, cut.made[0].period) == (D("31.00"), Period(date(2026, 4, 2), date(2026, 4, 16)))


def test_ending_credits_what_is_left() -> None:
    """The last ten of thirty days go back; the order is over, and nothing is billed any more."""
    subscription, order = begun(date(2026, 4, 1), "30.00")
    order, subscription, bill = subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 4, 1))
    done = subscriptions.end(subscription, order, [bill], ends=date(2026, 4, 20), credit_number="CN-1", on=date(2026, 4, 18))
    assert done.made[0].net == D("-10.00")
    order, bill, subscription = done.changed
    assert (subscription.status, order.status) == (SubscriptionStatus.ENDED, OrderStatus.INVOICED)
    with pytest.raises(RefusedError) as refused:
        subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 6, 1))
    assert codes(refused) == ("wrong-status",)
    shorter = subscriptions.end(subscription, order, [bill], ends=date(2026, 4, 10), credit_number="CN-2", on=date(2026, 4, 21))
    assert shorter.made[0].net == D("-15.00")
    gone = subscriptions.end(subscription, order, [], ends=date(2026, 4, 30), credit_number="CN-3", on=date(2026, 4, 21))
    assert gone.made == ()


def test_ending_before_the_last_billed_day_can_give_back_whole_cycles() -> None:
    """Cycles that lie wholly after the end are gone; what is credited already is not credited again."""
    subscription, order = begun(date(2026, 1, 1))
    order, subscription, *bills = subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 3, 1))
    done = subscriptions.end(subscription, order, bills, ends=date(2026, 1, 15), credit_number="CN-1", on=date(2026, 3, 2))
    assert done.made[0].net == D("-78.00")
    assert periods(done.document) == [(date(2026, 1, 1), date(2026, 1, 15))]
    order, *bills = (each for each in done.changed if each is not done.document)
    again = subscriptions.end(done.document, order, bills, ends=date(2026, 1, 15), credit_number="CN-2", on=date(2026, 3, 2))
    assert again.made == ()


def test_a_free_cycle_has_nothing_to_credit() -> None:
    """A change in the middle of it makes an invoice and no credit note."""
    subscription, order = begun(date(2026, 4, 1), "0.00")
    order, subscription, bill = subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 4, 1))
    wanted = [changes.SetPrice(1, D("30.00"))]
    done = subscriptions.change_plan(
        subscription, order, wanted, [bill], credit_number="CN-1", number="INV-2", on=date(2026, 4, 16), reason="no longer free"
    )
    assert [each.net for each in done.made] == [D("15.00")]


def test_an_end_that_lies_ahead_waits_for_its_last_bill() -> None:
    """Ended before the first cycle was billed, it is billed up to that day and closes."""
    subscription, order = begun(date(2026, 4, 1), "30.00")
    subscription = subscriptions.end(subscription, order, ends=date(2026, 4, 10), credit_number="CN-1", on=date(2026, 4, 1)).document
    assert subscription.status is SubscriptionStatus.ACTIVE
    done = subscriptions.bill(subscription, order, numbers=numbers(), on=date(2026, 4, 10))
    assert (done.made[0].net, done.changed[0].status) == (D("10.00"), OrderStatus.INVOICED)
    with pytest.raises(RefusedError) as refused:
        subscriptions.end(subscription, order, ends=date(2026, 3, 31), credit_number="CN-1", on=date(2026, 4, 1))
    assert codes(refused) == ("subscription.ends-before-start",)


@given(
    starts=st.dates(date(2023, 1, 1), date(2025, 12, 31)),
    back=st.integers(0, 40),
    unit=st.sampled_from(Unit),
    times=st.integers(1, 3),
    days=st.integers(0, 900),
)
def test_periods_tile_time(starts: date, back: int, unit: Unit, times: int, days: int) -> None:
    """No day is billed twice or left out, over leap years and month ends; each cycle begins a whole number of rounds from its anchor."""
    anchor = starts - timedelta(days=back)
    step = {Unit.DAY: "days", Unit.WEEK: "weeks", Unit.MONTH: "months", Unit.YEAR: "years"}[unit]
    subscription = Subscription(number="S", order="O", starts=starts, anchor=anchor, every=Every(times, unit))
    due = subscriptions.due(subscription, starts + timedelta(days=days), SubscriptionPolicy(most_at_once=2000))
    assert days_of(due[0])[0] == starts
    for one, other in pairwise(due):
        assert days_of(other)[0] - days_of(one)[1] == timedelta(days=1)
    begins = {anchor + relativedelta(**{step: times * place}) for place in range(2000)}  # type: ignore[arg-type]
    assert all(days_of(period)[0] in begins for period in due[1:])
    assert days_of(due[-1])[0] <= starts + timedelta(days=days)


@given(day=st.dates(date(2024, 1, 1), date(2024, 3, 30)))
def test_a_change_of_plan_to_the_same_plan_costs_nothing_but_rounding(day: date) -> None:
    """What goes back and what is billed for the rest of the cycle differ by a cent at most [I8]."""
    subscription, order = begun(date(2023, 12, 31), "99.99")
    order, subscription, *bills = subscriptions.bill(subscription, order, numbers=numbers(), on=day)
    wanted = [changes.SetRequested(1, day)]
    done = subscriptions.change_plan(subscription, order, wanted, bills[-1:], credit_number="CN", number="N", on=day, reason="-")
    assert abs(sum((each.net for each in done.made), D(0))) <= D("0.01")


def test_what_a_subscription_cannot_be() -> None:
    """An anchor after its start, a cycle without length, a period that does not end."""
    with pytest.raises(ValueError, match="must not lie after"):
        begun(anchor=date(2026, 2, 1))
    with pytest.raises(ValueError, match="above zero"):
        Every(0)
    with pytest.raises(ValueError, match="no end on one side"):
        length(Period(DAY))
    with pytest.raises(RefusedError) as refused:
        subscriptions.begin(an_order(advice(1)), number="S-1", starts=DAY, on=DAY)
    assert codes(refused) == ("subscription.order-type",)
