"""Periods of whole days, and months counted from their anchor."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import frozen
from dateutil.relativedelta import relativedelta

from salesflow.checks import require_date


def months_after(anchor: date, months: int) -> date:
    """
    Return the date *months* after *anchor*, clamped to the end of a shorter month.

    Count from the anchor, never from the previous result: 31 January gives 28 February and then 31 March.
    """
    return anchor + relativedelta(months=months) if months else anchor


@frozen
class Period:
    """
    A run of days; *start* and *end* are both part of it, and ``None`` is open on that side.

    >>> Period.month(2026, 2)
    Period(start=datetime.date(2026, 2, 1), end=datetime.date(2026, 2, 28))
    """

    start: date | None = None
    end: date | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("start", "end"):
            if getattr(self, name) is not None:
                require_date(name, getattr(self, name))
        if self.start is not None and self.end is not None and self.end < self.start:
            msg = f"a period cannot end on {self.end}, before its start on {self.start}"
            raise ValueError(msg)

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """Return the calendar month."""
        first = date(year, month, 1)
        return cls(first, months_after(first, 1) - timedelta(days=1))

    @classmethod
    def month_of(cls, day: date) -> Period:
        """Return the calendar month that *day* lies in."""
        return cls.month(day.year, day.month)

    def __contains__(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def overlaps(self, other: Period) -> bool:
        """Say whether the two have a day in common."""
        return not (
            (self.end is not None and other.start is not None and self.end < other.start)
            or (other.end is not None and self.start is not None and other.end < self.start)
        )

    def __str__(self) -> str:
        return f"{self.start or '…'}/{self.end or '…'}"
