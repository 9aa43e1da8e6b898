"""Money that adds up, and quantities that do not drift."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from salesflow import Money, Quantity
from salesflow.money import Remainder, Rounding, allocate, digits_of, less_percentage, quantum_of, round_to

STEPS = [Decimal(1), Decimal("0.01"), Decimal("0.001"), Decimal("0.05")]
EURO = Money(Decimal("10.00"), "EUR")


@pytest.mark.parametrize(
    ("code", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("DEM", 2), ("PTE", 0), ("ITL", 0), ("NLG", 2)]
)
def test_digits_follow_iso_4217(code: str, digits: int) -> None:
    """Currencies have the digits of the standard, withdrawn ones those they had."""
    assert digits_of(code) == digits
    assert quantum_of(code) == Decimal(1).scaleb(-digits)


@pytest.mark.parametrize("code", ["XAU", "eur", "", "EURO"])
def test_what_is_no_money_has_no_digits(code: str) -> None:
    """Gold, lower case and rubbish are no currencies."""
    with pytest.raises(ValueError, match="ISO 4217"):
        digits_of(code)


@pytest.mark.parametrize(
    ("amount", "step", "rounding", "result"),
    [
        ("2.345", "0.01", Rounding.HALF_UP, "2.35"),
        ("-2.345", "0.01", Rounding.HALF_UP, "-2.35"),
        ("2.3449", "0.01", Rounding.HALF_UP, "2.34"),
        ("2.345", "0.01", Rounding.HALF_EVEN, "2.34"),
        ("2.341", "0.01", Rounding.UP, "2.35"),
        ("2.349", "0.01", Rounding.DOWN, "2.34"),
        ("7.475", "0.05", Rounding.HALF_UP, "7.50"),
        ("7.474", "0.05", Rounding.HALF_UP, "7.45"),
        ("1234.5", "1", Rounding.HALF_UP, "1235"),
    ],
)
def test_rounding_is_explicit(amount: str, step: str, rounding: Rounding, result: str) -> None:
    """Each way of rounding settles the half as it says, to currency digits and to cash steps."""
    found = round_to(Decimal(amount), Decimal(step), rounding)
    assert str(found) == result


@given(amount=st.decimals(-(10**9), 10**9, places=5), step=st.sampled_from(STEPS), rounding=st.sampled_from(Rounding))
def test_rounding_is_symmetric_and_near(amount: Decimal, step: Decimal, rounding: Rounding) -> None:
    """A credit is rounded as its invoice was; the result is a multiple of the step, less than a step away, and rounds to itself."""
    found = round_to(amount, step, rounding)
    assert round_to(-amount, step, rounding) == -found
    assert found % step == 0
    assert abs(found - amount) < step
    assert round_to(found, step, rounding) == found


def test_a_step_is_above_zero() -> None:
    """There is no rounding to nothing."""
    with pytest.raises(ValueError, match="step must be above zero"):
        round_to(Decimal(1), Decimal(0))


@given(
    units=st.integers(-(10**7), 10**7),
    step=st.sampled_from(STEPS),
    weights=st.lists(st.integers(0, 1000) | st.decimals(0, 100, places=3), min_size=1, max_size=9).filter(any),
    remainder=st.sampled_from(Remainder),
)
@example(units=100, step=Decimal("0.01"), weights=[1, 1, 1], remainder=Remainder.LARGEST)
def test_an_allocation_loses_nothing(units: int, step: Decimal, weights: list[Any], remainder: Remainder) -> None:
    """The parts are whole steps, sum to the amount, stay near their share, and weight zero gets nothing."""
    amount = units * step
    parts = allocate(amount, weights, step=step, remainder=remainder)
    assert sum(parts) == amount
    assert len(parts) == len(weights)
    whole = sum(Decimal(weight) for weight in weights)
    for part, weight in zip(parts, weights, strict=True):
        assert part % step == 0
        assert weight or not part
        reach = len(weights) * step if remainder is Remainder.BIGGEST_PART else step
        assert abs(part - amount * Decimal(weight) / whole) <= reach


@pytest.mark.parametrize(
    ("remainder", "parts"),
    [
        (Remainder.LARGEST, ["0.33", "0.34", "0.33"]),
        (Remainder.FIRST, ["0.34", "0.33", "0.33"]),
        (Remainder.LAST, ["0.33", "0.33", "0.34"]),
        (Remainder.BIGGEST_PART, ["0.33", "0.34", "0.33"]),
    ],
)
def test_who_takes_the_cent_is_a_choice(remainder: Remainder, parts: list[str]) -> None:
    """One cent over three near-equal weights: the middle one is largest and loses most."""
    weights = [Decimal("0.9999"), Decimal("1.0002"), Decimal("0.9999")]
    found = allocate(Decimal("1.00"), weights, step=Decimal("0.01"), remainder=remainder)
    assert [str(part) for part in found] == parts


@pytest.mark.parametrize(("amount", "weights"), [("1.00", []), ("1.00", [0, 0]), ("1.00", [2, -1]), ("1.001", [1, 1])])
def test_what_cannot_be_allocated_is_refused(amount: str, weights: list[int]) -> None:
    """No weights, only zeros, weights below zero, and amounts that are no whole steps."""
    with pytest.raises(ValueError, match="must be"):
        allocate(Decimal(amount), weights, step=Decimal("0.01"))


def test_money_reckons_in_one_currency() -> None:
    """Adding, subtracting, multiplying, comparing and rounding give money of the same currency."""
    assert EURO + EURO == EURO * 2 == 2 * EURO == Money(Decimal("20.00"), "EUR")
    assert EURO - EURO == Money(Decimal("0.00"), "EUR")
    assert abs(-EURO) == abs(EURO) == EURO
    assert EURO
    assert not EURO * 0
    assert EURO < EURO * 2
    assert EURO <= EURO
    assert EURO * 2 > EURO
    assert EURO >= EURO
    assert str(EURO) == "EUR 10.00"
    assert (EURO * Decimal("0.12345")).rounded() == Money(Decimal("1.23"), "EUR")
    assert Money(Decimal("1.23"), "CHF").rounded(step=Decimal("0.05")) == Money(Decimal("1.25"), "CHF")
    assert [part.amount for part in EURO.allocate([1, 2])] == [Decimal("3.33"), Decimal("6.67")]


def test_currencies_and_kinds_do_not_mix() -> None:
    """Two currencies, or money and something else, are refused in every operation."""
    dollar = Money(Decimal(1), "USD")
    for mix in (lambda: EURO + dollar, lambda: EURO - dollar, lambda: EURO < dollar, lambda: EURO >= dollar):
        with pytest.raises(ValueError, match="EUR and USD cannot be combined"):
            mix()
    with pytest.raises(TypeError, match="money goes with money"):
        EURO + 1  # type: ignore[operator]
    with pytest.raises(TypeError, match="factor must be a Decimal"):
        EURO * 1.5  # type: ignore[operator]
    assert EURO != Decimal("10.00")


def test_the_ambient_context_changes_nothing() -> None:
    """Six digits and cutting off around the call give the same parts, and are back after it."""
    amount = Money(Decimal("1234567.89"), "EUR")
    usual = amount.allocate([1, 2, 4]), round_to(Decimal("1234567.895"), Decimal("0.01")), amount + amount
    with localcontext() as context:
        context.prec, context.rounding = 6, ROUND_DOWN
        odd = amount.allocate([1, 2, 4]), round_to(Decimal("1234567.895"), Decimal("0.01")), amount + amount
        assert context.prec == 6
    assert usual == odd


def test_less_a_percentage() -> None:
    """A discount lowers the amount and rounds nothing; none leaves it as it is."""
    assert less_percentage(Decimal("9.99"), Decimal("33.3333")) == Decimal("6.6600033300").normalize() + Decimal(0)
    price = Decimal("9.99")
    assert less_percentage(price, Decimal(0)) is price


def test_quantities_reckon_in_one_unit() -> None:
    """Adding, subtracting, multiplying and comparing need one unit."""
    box = Quantity(Decimal(2), "XBX")
    assert box + box == box * 2
    assert box - box == -(box * 0)
    assert box
    assert not box - box
    assert box < box * 2
    assert box <= box
    assert box * 2 > box
    assert box >= box
    assert str(box) == "2 XBX"
    with pytest.raises(ValueError, match="XBX and C62 cannot be combined"):
        box + Quantity(Decimal(1), "C62")
    with pytest.raises(TypeError, match="a quantity goes with a quantity"):
        box + 1  # type: ignore[operator]


@given(amount=st.decimals(-1000, 1000, places=3), factor=st.fractions(Fraction(1, 144), 144).filter(bool))
def test_conversion_is_one_rounding_away(amount: Decimal, factor: Fraction) -> None:
    """A converted quantity is the exact one, rounded once to the step; equal quantities stay equal [I13]."""
    step = Decimal("0.000001")
    found = Quantity(amount, "XBX").to("C62", factor).amount
    exact = Fraction(amount) * factor
    assert abs(Fraction(found) - exact) <= Fraction(step) / 2
    assert Quantity(amount + 0, "XBX").to("C62", factor).amount == found


def test_whole_conversions_are_whole_and_a_factor_is_above_zero() -> None:
    """Two boxes of twelve are twenty-four pieces; seven pieces are 0.583333 boxes; no box holds nothing."""
    assert str(Quantity(Decimal(2), "XBX").to("C62", 12)) == "24 C62"
    assert str(Quantity(Decimal(7), "C62").to("XBX", Fraction(1, 12))) == "0.583333 XBX"
    with pytest.raises(ValueError, match="factor must be above zero"):
        Quantity(Decimal(2), "XBX").to("C62", 0)
