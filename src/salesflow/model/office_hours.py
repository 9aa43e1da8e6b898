"""
Working days and office hours: when work is done, and how much of it lies between two moments.

Hours are counted by the local clock, so a day on which the clock is changed has the hours its opening times say;
moments are given and returned with their time zone [SLA-9].
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property

from attrs import frozen

from salesflow.checks import require_date, require_moment, require_tuple_of

WEEK = 7
MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
_SEARCHED = 3660
"""How many days in a row may be closed: ten years; beyond that a calendar never opens."""


@frozen(kw_only=True)
class WorkingDays:
    """
    The days on which work is done.

    Args:
        weekdays: Monday is 0, Sunday 6.
        closed: Dates without work.
    """

    weekdays: tuple[int, ...] = MONDAY_TO_FRIDAY
    closed: tuple[date, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_tuple_of("weekdays", self.weekdays, int)
        require_tuple_of("closed", self.closed, date)
        if not self.weekdays or not all(0 <= day < WEEK for day in self.weekdays):
            msg = f"weekdays must name at least one day, from 0 for Monday to 6, not {self.weekdays}"
            raise ValueError(msg)

    @cached_property
    def _closed(self) -> frozenset[date]:
        return frozenset(self.closed)

    def __contains__(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self._closed

    def on_or_after(self, day: date) -> date:
        """Return the first working day from that one on."""
        for ahead in range(_SEARCHED):
            if (found := day + timedelta(days=ahead)) in self:
                return found
        msg = f"no working day was found within ten years after {day}"
        raise ValueError(msg)

    def add(self, day: date, days: int) -> date:
        """Return the working day that lies so many working days after *day*; with none, the first from that day on."""
        require_date("day", day)
        found = self.on_or_after(day)
        for _ in range(days):
            found = self.on_or_after(found + timedelta(days=1))
        return found


EVERY_DAY = WorkingDays(weekdays=tuple(range(WEEK)))


@frozen(kw_only=True)
class OfficeHours:
    """
    When an office is open, in local time.

    Args:
        hours: For each weekday from Monday, the times it opens and closes; a day may open more than once, or not at all.
            An office that closes at ``time.max`` is open until midnight.
        zone: The time zone of the office.
        closed: Days without office hours: a date, or month and day for every year [SLA-1].
    """

    hours: tuple[tuple[tuple[time, time], ...], ...]
    zone: tzinfo
    closed: tuple[date | tuple[int, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        require_tuple_of("hours", self.hours, tuple)
        if len(self.hours) != WEEK:
            msg = f"office hours are given for seven days, not {len(self.hours)}"
            raise ValueError(msg)
        for day in self.hours:
            ends = [moment for opening in day for moment in opening]
            if ends != sorted(set(ends)):
                msg = f"the opening times of a day follow each other without overlap, not {day}"
                raise ValueError(msg)
        if not any(self.hours):
            msg = "an office without opening times never does anything"
            raise ValueError(msg)

    @classmethod
    def weekly(cls, opens: time, closes: time, zone: tzinfo, *, weekdays: tuple[int, ...] = MONDAY_TO_FRIDAY) -> OfficeHours:
        """Return office hours that are the same on each of *weekdays*."""
        return cls(hours=tuple(((opens, closes),) if day in weekdays else () for day in range(WEEK)), zone=zone)

    def openings(self, day: date) -> tuple[tuple[time, time], ...]:
        """Return when the office is open on that day."""
        return () if day in self._dates or (day.month, day.day) in self._yearly else self.hours[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Say whether the office is open at that moment; closing time itself is not."""
        local = self._local(at)
        return any(opens <= local.time() < closes for opens, closes in self.openings(local.date()))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the office hours from *start* to *end*; none where the end is not after the start."""
        first, last = self._local(start), self._local(end)
        if last <= first:
            return timedelta(0)
        if first.date() == last.date():
            return self._on(first.date(), first.time(), last.time())
        total = self._on(first.date(), first.time(), None) + self._on(last.date(), time(0), last.time())
        return total + self._days(first.date() + timedelta(days=1), last.date())

    def after(self, start: datetime, wanted: timedelta) -> datetime:
        """
        Return the moment at which *wanted* office hours have passed since *start*, in UTC.

        It lies in office hours or at closing time. With nothing wanted it is the start or, outside hours, the next opening.
        """
        if wanted < timedelta(0):
            msg = f"the time wanted must be zero or more, not {wanted}"
            raise ValueError(msg)
        local = self._local(start)
        day, since, left = local.date(), local.time(), wanted
        for _ in range(_SEARCHED):
            for opens, closes in self.openings(day):
                begins = max(opens, since)
                room = _span(begins, closes)
                if begins < closes and left <= room:
                    return self._moment(day, begins, left)
                left -= max(room, timedelta(0))
            day, since = day + timedelta(days=1), time(0)
            day, left = self._skipped(day, left)
        msg = f"{wanted} of office hours do not pass within ten years after {start}"
        raise ValueError(msg)

    # ------------------------------------------------------------------ whole weeks at once

    @cached_property
    def _dates(self) -> frozenset[date]:
        return frozenset(day for day in self.closed if isinstance(day, date))

    @cached_property
    def _yearly(self) -> frozenset[tuple[int, int]]:
        return frozenset(day for day in self.closed if not isinstance(day, date))

    @cached_property
    def _per_day(self) -> tuple[timedelta, ...]:
        return tuple(sum((_span(*opening) for opening in day), timedelta(0)) for day in self.hours)

    @cached_property
    def _per_week(self) -> timedelta:
        return sum(self._per_day, timedelta(0))

    @cached_property
    def _sorted(self) -> tuple[date, ...]:
        return tuple(sorted(self._dates))

    def _days(self, first: date, last: date) -> timedelta:
        """Return the office hours of the days from *first* up to, and without, *last*."""
        weeks, rest = divmod((last - first).days, WEEK)
        total = self._per_week * weeks
        total += sum((self._per_day[(first.weekday() + each) % WEEK] for each in range(rest)), timedelta(0))
        return total - sum((self._per_day[day.weekday()] for day in self._closed_between(first, last)), timedelta(0))

    def _closed_between(self, first: date, last: date) -> Iterator[date]:
        low, high = bisect_right(self._sorted, first - timedelta(days=1)), bisect_right(self._sorted, last - timedelta(days=1))
        found = set(self._sorted[low:high])
        for month, day in self._yearly:
            for year in range(first.year, last.year + 1):
                try:
                    yearly = date(year, month, day)
                except ValueError:  # 29 February, in most years
                    continue
                if first <= yearly < last:
                    found.add(yearly)
        return iter(found)

    def _skipped(self, day: date, left: timedelta) -> tuple[date, timedelta]:
        """Jump over whole weeks that are used up."""
        weeks = left // self._per_week - 1
        if weeks < 1:
            return day, left
        ahead = day + timedelta(days=weeks * WEEK)
        return ahead, left - self._days(day, ahead)

    def _on(self, day: date, since: time, until: time | None) -> timedelta:
        total = timedelta(0)
        for opens, closes in self.openings(day):
            begins, ends = max(opens, since), closes if until is None else min(closes, until)
            if begins < ends:
                total += _span(begins, ends)
        return total

    def _local(self, at: datetime) -> datetime:
        require_moment("at", at)
        return at.astimezone(self.zone).replace(tzinfo=None)

    def _moment(self, day: date, since: time, ahead: timedelta) -> datetime:
        local = datetime.combine(day, since) + ahead
        return local.replace(tzinfo=self.zone).astimezone(_UTC)


def _span(opens: time, closes: time) -> timedelta:
    span = datetime.combine(date.min, closes) - datetime.combine(date.min, opens)
    return span + datetime.resolution if closes == time.max else span


_UTC = datetime.fromisoformat("2000-01-01T00:00:00+00:00").tzinfo
