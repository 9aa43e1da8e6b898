"""
Promising: the first day on which an order line can be shipped, and moving that promise only when it cannot be kept.

What is available to promise on a day is what is on hand and comes in by then, less everything promised before and after it
that would otherwise not be covered: so a new promise never breaks an older one [ATP-1].
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from attrs import frozen

from salesflow.checks import ZERO, exact_number, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.labels import Labelled
from salesflow.model.history import Happened
from salesflow.model.office_hours import EVERY_DAY, WorkingDays
from salesflow.model.order import Order
from salesflow.model.order_life import LIFECYCLE
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process.orders import UNKNOWN_LINE
from salesflow.process.purchases import promised
from salesflow.rules import Rule

Movement = tuple[date, Decimal | int]
"""A day and a quantity."""

NOT_BEFORE_TODAY = Rule(
    code="promise.in-the-past",
    en="Nothing is promised for a day that has passed.",
    nl="Er wordt niets beloofd voor een dag die voorbij is.",
    refusal="line {line} cannot be promised for {promised}, before {on}",
    spec=("ATP-1",),
    source="choice",
)


class Method(Labelled):
    """How a ship date is found [ATP-1]."""

    NONE = "none", "None", "Geen"
    LEAD_TIME = "lead-time", "Sales lead time", "Verkooplevertijd"
    ATP = "atp", "ATP", "ATP"
    ATP_ISSUE_MARGIN = "atp-issue-margin", "ATP and issue margin", "ATP en uitgiftemarge"


@frozen(kw_only=True)
class PromisePolicy:
    """
    How ship dates are promised.

    Args:
        method: How a ship date is found.
        lead_time: Working days from order to shipment, for the method of that name.
        issue_margin: Working days needed between having the goods and shipping them.
        backward_demand: Demand that is late by more days than this is left out [ATP-2].
        backward_supply: Supply that is late by more days than this is left out.
        delayed_demand: Late demand counts so many days from today.
        delayed_supply: Late supply counts so many days from today.
        horizon: How many days ahead goods are looked for; beyond that the goods are never there.
        days: The days on which goods are shipped.
    """

    method: Method = Method.ATP
    lead_time: int = 0
    issue_margin: int = 0
    backward_demand: int = 7
    backward_supply: int = 7
    delayed_demand: int = 1
    delayed_supply: int = 1
    horizon: int = 365
    days: WorkingDays = EVERY_DAY

    def __attrs_post_init__(self) -> None:
        require_kind("method", self.method, Method)
        for name in ("lead_time", "issue_margin", "backward_demand", "backward_supply", "delayed_demand", "delayed_supply", "horizon"):
            value = getattr(self, name)
            if type(value) is not int or value < 0:
                msg = f"{name} must be a whole number of days, zero or more, not {value!r}"
                raise ValueError(msg)


PROMISES = PromisePolicy()


@frozen(kw_only=True)
class Supply:
    """
    What there is of an item, what comes, and what is promised to others.

    Args:
        on_hand: What is on hand today.
        receipts: What comes in, and when.
        issues: What goes out to others, and when.
    """

    on_hand: Decimal | int = ZERO
    receipts: tuple[Movement, ...] = ()
    issues: tuple[Movement, ...] = ()


@exact
def available(supply: Supply, *, on: date, policy: PromisePolicy = PROMISES) -> tuple[tuple[date, Decimal], ...]:
    """
    Return what is available to promise: each day on which it changes, from today, with the quantity, never below zero.

    Late receipts and issues count on a day soon after today, unless they are later than the fence lets them [ATP-2].
    """
    require_date("on", on)
    require_kind("supply", supply, Supply)
    require_kind("policy", policy, PromisePolicy)
    net: dict[date, Decimal] = {on: exact_number("on_hand", supply.on_hand)}
    limit = on + timedelta(days=policy.horizon)
    for movements, sign, fence, delay in (
        (supply.receipts, 1, policy.backward_supply, policy.delayed_supply),
        (supply.issues, -1, policy.backward_demand, policy.delayed_demand),
    ):
        for day, quantity in movements:
            if day < on - timedelta(days=fence) or day > limit:
                continue
            counted = on + timedelta(days=delay) if day < on else day
            net[counted] = net.get(counted, ZERO) + sign * exact_number("quantity", quantity)
    days = sorted(net)
    balances = list(accumulate(net[day] for day in days))
    free: list[Decimal] = []
    least = balances[-1]
    for balance in reversed(balances):
        least = min(least, balance)
        free.append(max(ZERO, least))
    return tuple(zip(days, reversed(free), strict=True))


@exact
def ship_date(
    quantity: Decimal | int, supply: Supply, *, on: date, requested: date | None = None, policy: PromisePolicy = PROMISES
) -> date | None:
    """
    Return the first day on which *quantity* can be shipped, not before it was requested; ``None`` where it cannot be promised.

    By lead time it does not depend on the stock; without a method it is the requested day.
    """
    require_date("on", on)
    require_kind("policy", policy, PromisePolicy)
    wanted, days = exact_number("quantity", quantity), policy.days
    earliest = max(on, requested or on)
    if policy.method is Method.NONE:
        return days.on_or_after(earliest)
    if policy.method is Method.LEAD_TIME:
        return max(days.add(on, policy.lead_time), days.on_or_after(earliest))
    found = next((day for day, free in available(supply, on=on, policy=policy) if free >= wanted), None)
    if found is None:
        return None
    margin = policy.issue_margin if policy.method is Method.ATP_ISSUE_MARGIN else 0
    return max(days.add(found, margin), days.on_or_after(earliest))


def renewed_date(
    current: date | None,
    quantity: Decimal | int,
    supply: Supply,
    *,
    on: date,
    requested: date | None = None,
    policy: PromisePolicy = PROMISES,
) -> date | None:
    """
    Return the promised day after something changed: the same while it can be kept, otherwise the first that can.

    A promise is never pulled forward by itself [ATP-3].
    """
    possible = ship_date(quantity, supply, on=on, requested=requested, policy=policy)
    if current is not None and possible is not None and possible <= current:
        return current
    return possible


def promise(order: Order, dates: Mapping[int, date], *, on: date, by: str = "") -> Outcome[Order]:
    """
    Promise ship dates of lines to the customer; the terms of the order stay as they are.

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.unknown-line``, ``promise.in-the-past``.
    """
    require_kind("order", order, Order)
    require_kind("dates", dates, Mapping)
    LIFECYCLE.require("promising.promise", order, on=on)
    found: list[Refusal] = []
    for line, day in sorted(dates.items()):
        require_date(f"date of line {line}", day)
        if line not in order:
            found.append(UNKNOWN_LINE.refuse(order=order.number, line=line))
        elif day < on:
            found.append(NOT_BEFORE_TODAY.refuse(line=line, promised=day, on=on))
    refuse(found)
    after = promised(order, dict(dates))
    told = Happened(number=order.number, document="order", what="promised", on=on, by=by)
    return Outcome(document=after, changed=(after,), events=(told,))
