"""Sales targets: setting and dividing them, locking them, and how far they are reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from salesflow.checks import HUNDRED, ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import RefusedError
from salesflow.model.exchange import RateTable
from salesflow.model.opportunity import Opportunity, OpportunityStatus
from salesflow.model.target import Target, TargetRevision, TargetUnit
from salesflow.money import Remainder, allocate, exact, half_up, quantum_of
from salesflow.outcome import Outcome
from salesflow.rules import Rule

LOCKED = Rule(
    code="target.locked",
    en="A locked target is not changed.",
    nl="Een vergrendeld target wordt niet gewijzigd.",
    refusal="target {target} of {year} is locked",
    spec=("TGT-4",),
    source="documentation",
)
NO_PART = Rule(
    code="target.no-part",
    en="A part of a target is one of its months or quarters.",
    nl="Een deel van een target is een van de maanden of kwartalen.",
    refusal="target {target} has parts 1 to {parts}, not {part}",
    spec=("TGT-1",),
    source="choice",
)
NOTHING_TO_COPY = Rule(
    code="target.nothing-to-copy",
    en="A target is copied from an earlier year in which one was set.",
    nl="Een target wordt gekopieerd van een eerder jaar waarin er een was.",
    refusal="target {target} of {year} is empty or not of an earlier year",
    spec=("TGT-4",),
    source="documentation",
)
SAME_LOCK = Rule(
    code="target.same-lock",
    en="Locking and unlocking a target changes it.",
    nl="Een target vergrendelen of ontgrendelen verandert het.",
    refusal="target {target} is {state} already",
    spec=("TGT-4",),
    source="choice",
)


@exact
def set_annual(target: Target, annual: Decimal | int, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Target]:
    """
    Set the target of the year, divided equally; what does not divide goes to the first parts [TGT-3].

    Raises:
        RefusedError: ``target.locked``.
    """
    require_kind("target", target, Target)
    return _with_parts(target, _equal(target, exact_number("annual", annual)), "set", on, at, by)


def _equal(target: Target, annual: Decimal) -> tuple[Decimal, ...]:
    step = Decimal(1) if target.currency is None else quantum_of(target.currency)
    return allocate(annual, [1] * len(target.parts), step=step, remainder=Remainder.FIRST)


def set_part(target: Target, part: int, value: Decimal | int, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Target]:
    """
    Set one month or quarter, counted from one.

    Raises:
        RefusedError: ``target.locked``, ``target.no-part``.
    """
    require_kind("target", target, Target)
    if type(part) is not int or not 1 <= part <= len(target.parts):
        raise RefusedError((NO_PART.refuse(target=target.number, parts=len(target.parts), part=part),))
    parts = (*target.parts[: part - 1], exact_number("value", value), *target.parts[part:])
    return _with_parts(target, parts, "set", on, at, by)


@exact
def copy_from(
    target: Target, earlier: Target, *, on: date, percentage: Decimal | int = ZERO, at: datetime | None = None, by: str = ""
) -> Outcome[Target]:
    """
    Take over the parts of an earlier year, so many percent higher, or lower below zero; each rounded half up [TGT-4].

    Raises:
        RefusedError: ``target.locked``, ``target.nothing-to-copy``.
    """
    require_kind("target", target, Target)
    require_kind("earlier", earlier, Target)
    alike = (earlier.unit, earlier.currency, len(earlier.parts)) == (target.unit, target.currency, len(target.parts))
    if not earlier.annual or earlier.year >= target.year or not alike:
        raise RefusedError((NOTHING_TO_COPY.refuse(target=earlier.number, year=earlier.year),))
    factor = (HUNDRED + exact_number("percentage", percentage)).scaleb(-2)
    step = Decimal(1) if target.currency is None else quantum_of(target.currency)
    return _with_parts(target, tuple(half_up(part * factor, step) for part in earlier.parts), "copied", on, at, by)


def _with_parts(target: Target, parts: tuple[Decimal, ...], what: str, on: date, at: datetime | None, by: str) -> Outcome[Target]:
    require_kind("target", target, Target)
    if target.locked:
        raise RefusedError((LOCKED.refuse(target=target.number, year=target.year),))
    return _revised(target, evolve(target, parts=parts), what, on, at, by)


def _revised(before: Target, after: Target, what: str, on: date, at: datetime | None, by: str) -> Outcome[Target]:
    require_date("on", on)
    revision = TargetRevision(on=on, at=at, by=by, what=what, before=before.parts, after=after.parts)
    result = evolve(after, revisions=(*before.revisions, revision))
    return Outcome(document=result, changed=(result,))


def lock(target: Target, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Target]:
    """
    Let the target not be changed until it is unlocked [TGT-4, TGT-5].

    Raises:
        RefusedError: ``target.same-lock``.
    """
    return _locked(target, "locked", on, at, by, locked=True)


def unlock(target: Target, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Target]:
    """
    Let the target be changed again.

    Raises:
        RefusedError: ``target.same-lock``.
    """
    return _locked(target, "unlocked", on, at, by, locked=False)


def _locked(target: Target, what: str, on: date, at: datetime | None, by: str, *, locked: bool) -> Outcome[Target]:
    require_kind("target", target, Target)
    if target.locked is locked:
        raise RefusedError((SAME_LOCK.refuse(target=target.number, state=what),))
    return _revised(target, evolve(target, locked=locked), what, on, at, by)


@exact
def actual(
    target: Target,
    opportunities: Iterable[Opportunity],
    mine: Callable[[Opportunity], bool],
    *,
    upto: int | None = None,
    rates: RateTable | None = None,
) -> Decimal:
    """
    Return what was sold of a target's year, in its unit: the sold sales with their dates in it that are *mine* [TGT-6].

    Args:
        mine: Which sales count for its scope and kind: ``lambda sale: sale.owner == "Ann"``.
        upto: Up to and including which part; left out the whole year.
        rates: Needed for sales in other currencies than the target's.

    Raises:
        ValueError: a sale is in another currency and there are no rates.
    """
    require_kind("target", target, Target)
    period = target.upto(upto or len(target.parts))
    sold = [
        each
        for each in all_of("opportunity", opportunities, Opportunity)
        if each.status is OpportunityStatus.SOLD and each.sale_date in period and mine(each)
    ]
    if target.unit is TargetUnit.COUNT:
        return Decimal(len(sold))
    return sum((_value(each, target, rates) for each in sold), ZERO)


def _value(opportunity: Opportunity, target: Target, rates: RateTable | None) -> Decimal:
    value = opportunity.amount if target.unit is TargetUnit.AMOUNT else opportunity.profit
    currency = str(target.currency)
    if opportunity.currency == currency:
        return value
    if rates is None:
        msg = f"sale {opportunity.number} is in {opportunity.currency}, the target in {currency}, and there are no rates"
        raise ValueError(msg)
    return rates.convert(value, opportunity.currency, currency)


@exact
def attainment(
    target: Target,
    opportunities: Iterable[Opportunity],
    mine: Callable[[Opportunity], bool],
    *,
    upto: int | None = None,
    rates: RateTable | None = None,
) -> Decimal | None:
    """Return how far a target is reached, in percent, unrounded; ``None`` where it is zero [TGT-6, MET-4]."""
    require_kind("target", target, Target)
    wanted = sum(target.parts[: upto or len(target.parts)], ZERO)
    if not wanted:
        return None
    return actual(target, opportunities, mine, upto=upto, rates=rates) * HUNDRED / wanted


@exact
def sum_of(targets: Iterable[Target]) -> Decimal:
    """Return what targets come to, such as those of all users: a guide for the one above them, which need not equal it [TGT-2]."""
    return sum((target.annual for target in all_of("target", targets, Target)), ZERO)
