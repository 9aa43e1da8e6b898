"""The smallest values: texts, numbers, days and moments, awkward ones picked by hand among generated ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, TypeVar

from attrs import field, frozen
from hypothesis import strategies as st

T = TypeVar("T")

CURRENCIES = ("EUR", "JPY", "KWD", "USD", "CHF", "CLF", "NLG")
"""Of two digits, none, three and four; the last one was withdrawn."""

VISIBLE = (
    "A",
    "7",
    " leading and trailing ",
    'O\'Brien & "Sons" \\ `co`',
    "'); DROP TABLE orders; --",
    "100 % _ * ? $1 :name {0} %s",
    "<b>&amp;</b>",
    "null",
    "first\nsecond\r\nthird\tend",
    "Ünïcödé ß ﬃ İı",
    "e\u0301 \u1100\u1161",
    "\u202eright to left\u202c שלום مرحبا",
    "👩\u200d👩\u200d👧 🧾 \U0001f1f3\U0001f1f1",
    "\ufeffzero\u200bwidth\x7f\x1b[0m\x85",
    "\ufffd\uffff\U0010ffff",
    "CHAI",
    "chai",
    "n" * 255,
)
HIDDEN = ("", "", " ", "\n", "\u00a0", "漢字 " * 700)
OFFSETS = (
    UTC,
    *(timezone(timedelta(minutes=minutes)) for minutes in (60, 120, 345, -210, 840, -720)),
    timezone(timedelta(minutes=19, seconds=32)),
)
EDGES = tuple(
    date.fromisoformat(day)
    for day in (
        "2026-03-02",
        "2024-02-29",
        "2026-12-31",
        "2026-01-01",
        "1900-02-28",
        "2000-02-29",
        "2038-01-19",
        "0001-01-01",
        "9999-12-31",
    )
)


def _picked_or(picked: tuple[T, ...], drawn: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """Draw what was picked by hand two times out of three; one choice for both is quicker than a choice of strategies."""
    return _draw(_Choice(picked, drawn, places(len(picked) * 3 // 2 + 1)))


@cache
def places(count: int) -> st.SearchStrategy[int]:
    """Places in something of so many, from zero; made once, since making a strategy costs more than drawing from it."""
    return st.integers(0, count - 1)


@frozen(eq=False)
class _Choice:
    """What to choose from; reports of failures print its first value only."""

    picked: tuple[Any, ...] = field(repr=lambda picked: f"({picked[0]!r}, …)")
    drawn: st.SearchStrategy[Any] = field(repr=False)
    places: st.SearchStrategy[int] = field(repr=False)


@st.composite
def _draw(draw: st.DrawFn, choice: _Choice) -> Any:
    place = draw(choice.places)
    return choice.picked[place] if place < len(choice.picked) else draw(choice.drawn)


@lru_cache
def texts(*, nul: bool = True) -> st.SearchStrategy[str]:
    """Any text, also empty, invisible or long; with ``nul=False`` without the character that some databases do not store."""
    picked = (*VISIBLE, *HIDDEN, "before\0after") if nul else (*VISIBLE, *HIDDEN)
    return _picked_or(picked, _generated(nul=nul))


@lru_cache
def names(*, nul: bool = True) -> st.SearchStrategy[str]:
    """Text that names something: with at least one visible character, and at most 255."""
    picked = (*VISIBLE, "before\0after") if nul else VISIBLE
    return _picked_or(picked, _generated(nul=nul).map(lambda text: text if text.strip() else f"{text}x"))


def _generated(*, nul: bool) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="" if nul else "\0"), max_size=8)


@lru_cache
def currencies() -> st.SearchStrategy[str]:
    """Codes of currencies that differ in their digits."""
    return st.sampled_from(CURRENCIES)


def _numbers(picked: Iterable[str], least: int, most: int, places: int) -> st.SearchStrategy[Decimal]:
    """Numbers picked by hand, and others whose digits and exponent are drawn apart."""
    drawn = st.builds(lambda digits, places: Decimal(f"{digits}E-{places}"), st.integers(least, most), st.integers(0, places))
    return _picked_or(tuple(Decimal(each) for each in picked), drawn)


_ABOVE = ("1", "1.00", "1E+1", "10", "0.001", "2.675", "0.335", "1E-18", "9.99E+20", "12345678901234567890.12345678901234567890", "3.3333")
_ZEROS = ("0", "-0", "0.00", "0E+3", "-0E-7")


@lru_cache
def decimals() -> st.SearchStrategy[Decimal]:
    """Any finite number: of many digits, with exponents and trailing zeros, below zero, and the zero that is below zero."""
    return _numbers((*_ABOVE, *_ZEROS, *(f"-{each}" for each in _ABOVE)), -(10**12), 10**12, 6)


@lru_cache
def above_zero() -> st.SearchStrategy[Decimal]:
    """Numbers above zero."""
    return _numbers(_ABOVE, 1, 10**12, 6)


@lru_cache
def not_zero() -> st.SearchStrategy[Decimal]:
    """Numbers above or below zero."""
    return above_zero() | above_zero().map(Decimal.copy_negate)


@lru_cache
def zero_or_more() -> st.SearchStrategy[Decimal]:
    """Numbers that are not below zero."""
    return _numbers((*_ABOVE, *_ZEROS), 0, 10**12, 6)


@lru_cache
def percentages() -> st.SearchStrategy[Decimal]:
    """Numbers from 0 to 100, both ends included."""
    return _numbers((*_ZEROS, "100", "1E+2", "100.00", "33.3333333333333333", "0.0001", "21", "9.0"), 0, 100, 4)


@lru_cache
def shares() -> st.SearchStrategy[Decimal]:
    """Numbers between 0 and 100, both ends left out."""
    return _numbers(("0.0001", "99.9999", "50", "5E+1", "20.00", "33.3333333333333333"), 1, 99, 4)


def whole(least: int = -(2**63), most: int = 2**63 - 1) -> st.SearchStrategy[int]:
    """Whole numbers, as large as a database keeps them, small ones more often."""
    low, high = max(least, -3), min(most, 12)
    return _picked_or(tuple(range(low, high + 1)), st.integers(least, most))


@lru_cache
def days() -> st.SearchStrategy[date]:
    """Days, the first and the last of the calendar included."""
    return _picked_or(EDGES, st.dates())


@lru_cache
def moments() -> st.SearchStrategy[datetime]:
    """Moments that know their offset, to the microsecond; so none of them comes twice, as an hour does in autumn."""
    local = st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31))  # noqa: DTZ001  the offset is drawn beside it
    return st.builds(lambda moment, offset: moment.replace(tzinfo=offset, fold=0), local, st.sampled_from(OFFSETS))
