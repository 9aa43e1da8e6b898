"""Periods, errors, labels, outcomes and life tables."""

from __future__ import annotations

import copy
import pickle
from datetime import date, timedelta
from typing import Any

import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Outcome, Period, Refusal, RefusedError, SalesflowError
from salesflow.errors import ConflictError, DuplicateError, NotFoundError, refuse
from salesflow.labels import Labelled
from salesflow.lifecycle import Lifecycle, Option, Step
from salesflow.model.order import OrderStatus, OrderType
from salesflow.period import months_after
from tests.builders import DAY

DAYS = st.dates(date(2023, 12, 1), date(2024, 4, 1))


def test_months_are_counted_from_the_anchor() -> None:
    """31 January gives 29 February in a leap year and then 31 March, not 29 March."""
    anchor = date(2024, 1, 31)
    assert [months_after(anchor, n) for n in (1, 2, 3, 13)] == [
        date(2024, 2, 29),
        date(2024, 3, 31),
        date(2024, 4, 30),
        date(2025, 2, 28),
    ]


def test_a_month_has_all_its_days() -> None:
    """Both ends of a period belong to it."""
    march = Period.month_of(DAY)
    assert march == Period.month(2026, 3) == Period(date(2026, 3, 1), date(2026, 3, 31))
    assert date(2026, 3, 1) in march
    assert date(2026, 3, 31) in march
    assert date(2026, 2, 28) not in march
    assert date(2026, 4, 1) not in march
    assert str(march) == "2026-03-01/2026-03-31"
    assert str(Period()) == "…/…"


def test_a_period_does_not_end_before_it_starts() -> None:
    """One day is a period; the day before is none."""
    Period(DAY, DAY)
    with pytest.raises(ValueError, match="cannot end on"):
        Period(DAY, DAY - timedelta(days=1))
    with pytest.raises(TypeError, match="start must be a date"):
        Period("2026-03-02")  # type: ignore[arg-type]


@given(one=st.tuples(DAYS | st.none(), DAYS | st.none()), other=st.tuples(DAYS | st.none(), DAYS | st.none()))
def test_periods_overlap_when_they_share_a_day(one: Any, other: Any) -> None:
    """Overlap is what counting days says, whichever is asked."""
    if any(a and b and b < a for a, b in (one, other)):
        return
    first, second = Period(*one), Period(*other)
    days = [date(2023, 11, 30) + timedelta(days=n) for n in range(130)]
    shared = any(day in first and day in second for day in days)
    assert first.overlaps(second) is second.overlaps(first) is shared


def test_refusals_are_values_and_errors_carry_them() -> None:
    """A refusal shows its message and code; the error names all codes once, and survives a trip to another process."""
    one = Refusal("a.b", "line 1 is off", (("line", 1),))
    error = RefusedError([one, one, Refusal("c.d", "so is line 2")])
    assert one.fact("line") == 1
    assert str(one) == "line 1 is off [a.b]"
    assert error.codes == ("a.b", "c.d")
    assert str(error).startswith("line 1 is off [a.b]; ")
    assert pickle.loads(pickle.dumps(error)).refusals == error.refusals
    assert copy.copy(error).refusals == error.refusals
    for kind in (ConflictError, DuplicateError, NotFoundError, RefusedError):
        assert issubclass(kind, SalesflowError)
    assert issubclass(NotFoundError, LookupError)


def test_refuse_raises_only_where_there_is_something() -> None:
    """Nothing, and a list of nothings, is no refusal."""
    refuse(())
    refuse((None, None))
    with pytest.raises(RefusedError, match="no"):
        refuse((None, Refusal("a.b", "no")))


@pytest.mark.parametrize("kind", Labelled.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_code_has_two_labels(kind: type[Labelled]) -> None:
    """Statuses and types are shown in English and Dutch, found by their code, and compare as text."""
    for member in kind:
        assert member.label() == member.en
        assert member.label("nl") == member.nl
        assert member.en
        assert member.nl
        assert kind(member.value) is member
        assert member == member.value


def test_an_outcome_unpacks_to_what_changed_and_what_was_made() -> None:
    """First what changed, then what was made."""
    outcome = Outcome(document="slip", made=("slip",), changed=("order",), events=("posted",))
    order, slip = outcome
    assert (order, slip, outcome.document) == ("order", "slip", "slip")


# ---------------------------------------------------------------------- life tables


class Light(Labelled):
    """Three statuses."""

    RED = "red", "Red", "Rood"
    GREEN = "green", "Green", "Groen"
    BROKEN = "broken", "Broken", "Kapot"


@frozen
class Lamp:
    """Something with a status."""

    light: Light


def on_a_weekday(lamp: Lamp, on: date) -> Refusal | None:
    """Nobody works at weekends."""
    return Refusal("lamp.weekend", f"{on} is a weekend") if on.weekday() > 4 else None


R, G, B = Light
STEPS: tuple[Step[Lamp, Light], ...] = (
    Step("plant", (), (R,)),
    Step("turn", (R,), (G,), rules=(on_a_weekday,)),
    Step("turn", (G,), (R,)),
    Step("smash", (R, G), (B,)),
)


def a_table(steps: tuple[Step[Lamp, Light], ...] = STEPS, resting: tuple[Light, ...] = (B,)) -> Lifecycle[Lamp, Light]:
    """A life table of lamps."""
    return Lifecycle("lamp", steps, status=lambda lamp: lamp.light, resting=resting)


def test_a_table_says_what_may_run_and_why_not() -> None:
    """The row for the status decides, then its rules; every command has an answer."""
    table, saturday = a_table(), date(2026, 3, 7)
    assert table.require("turn", Lamp(R), on=DAY) is G
    assert table.why_not("turn", Lamp(G), on=saturday) == ()
    [weekend] = table.why_not("turn", Lamp(R), on=saturday)
    assert weekend.code == "lamp.weekend"
    [wrong] = table.why_not("smash", Lamp(B), on=DAY)
    assert wrong.code == "wrong-status"
    assert wrong.message == "lamp is broken; smash needs red or green"
    [unborn] = table.why_not("plant", Lamp(R), on=DAY)
    assert unborn.message == "lamp is red; plant needs no document yet"
    with pytest.raises(RefusedError, match="is a weekend"):
        table.require("turn", Lamp(R), on=saturday)
    with pytest.raises(LookupError, match="lamp has no command 'dance'; it has plant, turn, smash"):
        table.why_not("dance", Lamp(R), on=DAY)
    assert table.options(Lamp(B), on=DAY) == (
        Option("turn", table.why_not("turn", Lamp(B), on=DAY)),
        Option("smash", table.why_not("smash", Lamp(B), on=DAY)),
    )
    assert [bool(option) for option in table.options(Lamp(G), on=saturday)] == [True, True]
    assert table.leads("turn", R) == (G,)
    assert table.statuses == (R, G, B)
    assert table.commands == ("plant", "turn", "smash")


def test_a_table_draws_itself() -> None:
    """Every row is an arrow, and rest is an end."""
    assert a_table().mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> red: plant",
        "    red --> green: turn",
        "    green --> red: turn",
        "    red --> broken: smash",
        "    green --> broken: smash",
        "    broken --> [*]",
    ]


def test_a_drawing_shows_what_moves() -> None:
    """Commands that go the same way stand under each other on one arrow; what keeps the status is left out."""
    more: tuple[Step[Lamp, Light], ...] = (Step("shine", (R, G), (G,)), Step("glow", (R,), (R,)))
    drawn = Lifecycle("lamp", (*STEPS, *more), status=lambda lamp: lamp.light, resting=(B,)).mermaid().splitlines()
    assert "    red --> green: turn,<br>shine" in drawn
    assert not [line for line in drawn if "glow" in line or "green --> green" in line]


@pytest.mark.parametrize(
    ("steps", "resting", "problem"),
    [
        ((*STEPS, Step("turn", (R,), (B,))), (B,), "a command has two rows for one status"),
        (STEPS[1:], (B,), "cannot be reached"),
        (STEPS[:3], (R, B), "broken is named as resting but has no row"),
        (STEPS[:3], (), "green, red cannot come to rest"),
        ((Step("plant", (), (R, B)), Step("turn", (R,), (G,))), (B,), "green, red cannot come to rest"),
    ],
)
def test_a_table_that_makes_no_sense_is_not_made(steps: Any, resting: Any, problem: str) -> None:
    """Rows twice, statuses out of reach, traps and resting places that are not there are found when the table is made."""
    with pytest.raises(ValueError, match=problem):
        a_table(steps, resting)


def test_codes_of_orders_are_stable() -> None:
    """What applications store does not change."""
    assert list(OrderStatus) == ["open", "delivered", "invoiced", "cancelled"]
    assert list(OrderType) == ["journal", "subscription", "sales-order", "returned-order", "item-requirements"]
