"""Subscriptions: how often an order of that type is billed, from when, until when, and what was billed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from attrs import frozen
from dateutil.relativedelta import relativedelta

from salesflow.checks import require_date, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.money import exact
from salesflow.period import Period


class Unit(Labelled):
    """What a cycle is counted in."""

    DAY = "day", "Day", "Dag"
    WEEK = "week", "Week", "Week"
    MONTH = "month", "Month", "Maand"
    YEAR = "year", "Year", "Jaar"


_STEP = {Unit.DAY: "days", Unit.WEEK: "weeks", Unit.MONTH: "months", Unit.YEAR: "years"}


@frozen
class Every:
    """How often something comes round: every so many days, weeks, months or years."""

    count: int = 1
    unit: Unit = Unit.MONTH

    def __attrs_post_init__(self) -> None:
        require_kind("unit", self.unit, Unit)
        if type(self.count) is not int or self.count < 1:
            msg = f"count must be a whole number above zero, not {self.count!r}"
            raise ValueError(msg)

    def after(self, anchor: date, times: int) -> date:
        """
        Return the day *times* rounds after *anchor*.

        Counted from the anchor, so a shorter month does not move the rounds after it: 31 January, 28 February, 31 March [P17].
        """
        return anchor + relativedelta(**{_STEP[self.unit]: times * self.count})  # type: ignore[arg-type]


MONTHLY = Every()


class SubscriptionStatus(Labelled):
    """Whether a subscription still comes round."""

    ACTIVE = "active", "Active", "Actief"
    ENDED = "ended", "Ended", "Beëindigd"


@frozen(kw_only=True)
class Cycle:
    """
    One period of a subscription that was billed.

    Args:
        period: The days it covers, both ends included.
        net: What its invoice charged for it, without VAT, charges included.
        whole: Of how many days the price is; more than the days of the period where only part of it was charged.
    """

    period: Period
    invoice: str
    net: Decimal
    whole: int


@frozen(kw_only=True)
class PartOfCycle:
    """
    How much of a cycle an invoice bills.

    Args:
        days: So many days of it, and *whole* the days of the whole cycle.
        continues: Whether an earlier invoice billed the cycle from its beginning; what a cycle is charged once is then left out.
    """

    days: int
    whole: int
    continues: bool = False

    def of(self, amount: Decimal) -> Decimal:
        """Return the part of *amount* that falls on these days, unrounded."""
        return part_of(amount, self.days, self.whole)


@frozen(kw_only=True)
class Subscription:
    """
    When an order of the type subscription is billed.

    Args:
        order: The number of its order, whose lines say what one cycle has and costs.
        starts: The first day that is billed.
        anchor: The day cycles are counted from, on or before the first day; a first cycle that it cuts short is billed by its days.
        every: How long a cycle is.
        ends: The last day that is billed; ``None`` while it goes on.
        cycles: What was billed, oldest first.
    """

    number: str
    order: str
    starts: date
    anchor: date
    every: Every = MONTHLY
    ends: date | None = None
    cycles: tuple[Cycle, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("order", self.order)
        for name in ("starts", "anchor"):
            require_date(name, getattr(self, name))
        require_kind("every", self.every, Every)
        require_tuple_of("cycles", self.cycles, Cycle)
        if self.ends is not None:
            require_date("ends", self.ends)
        if self.anchor > self.starts:
            msg = f"anchor {self.anchor} must not lie after the first day, {self.starts}"
            raise ValueError(msg)

    @property
    def billed_to(self) -> date | None:
        """The last day that was billed; ``None`` before the first."""
        return self.cycles[-1].period.end if self.cycles else None

    @property
    def status(self) -> SubscriptionStatus:
        """Whether it comes round: it has ended once everything up to its last day was billed."""
        done = self.ends is not None and self.next_day > self.ends
        return SubscriptionStatus.ENDED if done else SubscriptionStatus.ACTIVE

    @property
    def next_day(self) -> date:
        """The first day that is not billed yet."""
        return self.starts if self.billed_to is None else self.billed_to + timedelta(days=1)

    def cycle_of(self, day: date) -> Period:
        """Return the whole cycle that a day lies in, counted from the anchor."""
        span = relativedelta(day, self.anchor)
        match self.every.unit:
            case Unit.MONTH:
                passed = span.years * 12 + span.months
            case Unit.YEAR:
                passed = span.years
            case Unit.WEEK:
                passed = (day - self.anchor).days // 7
            case _:
                passed = (day - self.anchor).days
        times = passed // self.every.count
        return Period(self.every.after(self.anchor, times), self.every.after(self.anchor, times + 1) - timedelta(days=1))

    def period_from(self, day: date) -> tuple[Period, int]:
        """Return the period to bill from a day on: what is left of its cycle, and the days of the whole cycle."""
        cycle = self.cycle_of(day)
        last = days_of(cycle)[1]
        return Period(day, last if self.ends is None else min(last, self.ends)), length(cycle)


def days_of(period: Period) -> tuple[date, date]:
    """Return the first and the last day of a period that has both."""
    if period.start is None or period.end is None:
        msg = f"the period {period} has no end on one side"
        raise ValueError(msg)
    return period.start, period.end


def length(period: Period) -> int:
    """Return how many days a period has, both ends included."""
    first, last = days_of(period)
    return (last - first).days + 1


@exact
def part_of(amount: Decimal, days: int, whole: int) -> Decimal:
    """Return the part of *amount* that so many of so many days come to, unrounded."""
    return amount * days / whole
