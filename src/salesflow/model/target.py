"""Sales targets: what a company, a group or a user is to sell in a year, by months or quarters."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.money import exact
from salesflow.period import Period, months_after

MONTHS, QUARTERS = 12, 4


class TargetScope(Labelled):
    """Whose target it is [TGT-1]."""

    COMPANY = "company", "Company", "Bedrijf"
    GROUP = "group", "Group", "Groep"
    USER = "user", "User", "Gebruiker"


class TargetUnit(Labelled):
    """What is counted [TGT-1]."""

    AMOUNT = "amount", "Amount", "Bedrag"
    COUNT = "count", "Number of sales", "Aantal verkopen"
    PROFIT = "profit", "Profit", "Winst"


@frozen(kw_only=True)
class TargetRevision:
    """One change of a target: who, when, and what it was before and after [TGT-5]."""

    on: date
    at: datetime | None
    by: str
    what: str
    before: tuple[Decimal, ...]
    after: tuple[Decimal, ...]


@frozen(kw_only=True)
class Target:
    """
    A target for one year.

    Args:
        key: The group or user it is for; empty for the company.
        kind: The target type: ``all sales``, or one that looks at part of them only.
        parts: Twelve months or four quarters.
        currency: What amounts and profits are in; ``None`` for a number of sales.
        locked: Whether it cannot be changed for now [TGT-4].
    """

    number: str
    year: int
    scope: TargetScope
    key: str = ""
    kind: str = "all sales"
    unit: TargetUnit = TargetUnit.AMOUNT
    currency: str | None = None
    parts: tuple[Decimal, ...] = (ZERO,) * MONTHS
    locked: bool = False
    revisions: tuple[TargetRevision, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("kind", self.kind)
        require_kind("year", self.year, int)
        require_kind("scope", self.scope, TargetScope)
        require_kind("unit", self.unit, TargetUnit)
        require_tuple_of("parts", self.parts, Decimal)
        for part in self.parts:
            require_decimal("part", part)
        if len(self.parts) not in {MONTHS, QUARTERS}:
            msg = f"a target has twelve months or four quarters, not {len(self.parts)} parts"
            raise ValueError(msg)
        if bool(self.key) is (self.scope is TargetScope.COMPANY):
            msg = "a target of a group or user names it, that of the company names none"
            raise ValueError(msg)
        if (self.currency is None) is not (self.unit is TargetUnit.COUNT):
            msg = "a target in money has a currency, a number of sales has none"
            raise ValueError(msg)

    @property
    @exact
    def annual(self) -> Decimal:
        """What the parts come to."""
        return sum(self.parts, ZERO)

    def period(self, part: int) -> Period:
        """Return the days of a part, counted from one."""
        months = MONTHS // len(self.parts)
        first = date(self.year, (part - 1) * months + 1, 1)
        return Period(first, date.fromordinal(months_after(first, months).toordinal() - 1))

    def upto(self, last: int) -> Period:
        """Return the days from the beginning of the year to the end of a part."""
        return Period(self.period(1).start, self.period(last).end)
