"""
Money that adds up: amounts of one currency, explicit rounding, and division that loses nothing.

Documents hold plain ``Decimal`` amounts in the currency they name; ``Money`` is for the edges, where currencies could meet.
Results never depend on the decimal context of the caller: arithmetic runs under ``exact``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal, getcontext, setcontext
from enum import StrEnum
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from attrs import frozen

from salesflow.checks import HUNDRED, ZERO, exact_number, require_decimal

P = ParamSpec("P")
R = TypeVar("R")

# Sixty digits hold any product of a quantity, a price and two percentages that a business can write down.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
# A third has no last digit. What ten digits less say is what would have been there: 0.4999... of a half is a half.
_SURE = Context(prec=50, rounding=ROUND_HALF_EVEN)

# Currencies that ISO 4217 has withdrawn and that old documents still carry, with the digits they had.
_WITHDRAWN = {
    "ATS": 2, "BEF": 0, "BGN": 2, "CYP": 2, "DEM": 2, "EEK": 2, "ESP": 0, "FIM": 2, "FRF": 2, "GRD": 0, "HRK": 2, "IEP": 2,
    "ITL": 0, "LTL": 2, "LUF": 0, "LVL": 2, "MTL": 2, "NLG": 2, "PTE": 0, "SIT": 2, "SKK": 2, "TRL": 0, "RUR": 2,
}  # fmt: skip


def exact(function: Callable[P, R]) -> Callable[P, R]:
    """Run *function* under salesflow's own decimal context, whatever precision and rounding the caller has set."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outside = getcontext()
        if outside is _EXACT:  # one exact function calls another
            return function(*args, **kwargs)
        setcontext(_EXACT)
        try:
            return function(*args, **kwargs)
        finally:
            setcontext(outside)

    return run


class Rounding(StrEnum):
    """How an amount between two units is settled; each is symmetric around zero, so a credit mirrors its invoice."""

    HALF_UP = ROUND_HALF_UP
    HALF_EVEN = ROUND_HALF_EVEN
    UP = ROUND_UP
    DOWN = ROUND_DOWN


class Remainder(StrEnum):
    """Which parts of an allocation take the units that rounding leaves over."""

    LARGEST = "largest"
    """The parts that lost most by rounding; ties by position."""
    FIRST = "first"
    LAST = "last"
    BIGGEST_PART = "biggest-part"
    """The part with the largest weight takes all of it."""


@lru_cache(maxsize=512)
def digits_of(currency: str) -> int:
    """
    Return how many decimals amounts of *currency* have, by ISO 4217.

    Raises:
        ValueError: the code is unknown, or stands for something without minor units (gold, test codes).
    """
    from iso4217 import Currency  # noqa: PLC0415  reading the ISO list costs more than the rest of the import

    if currency in _WITHDRAWN:
        return _WITHDRAWN[currency]
    try:
        digits = Currency(currency).exponent
    except ValueError:
        digits = None
    if digits is None:
        msg = f"currency must be an ISO 4217 code of a money, not {currency!r}"
        raise ValueError(msg)
    return int(digits)


@lru_cache(maxsize=512)
def quantum_of(currency: str) -> Decimal:
    """Return the smallest amount of *currency*: 0.01 for EUR, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-digits_of(currency))


def require_currency(name: str, value: object) -> None:
    """Raise unless *value* is the code of a currency."""
    if not isinstance(value, str):
        msg = f"{name} must be a currency code, not {value!r}"
        raise TypeError(msg)
    digits_of(value)


def sure(number: Decimal) -> Decimal:
    """Return a number without its last digits, which are wrong if something was divided on the way: two that should be equal are."""
    return _SURE.plus(number)


def half_up(amount: Decimal, quantum: Decimal) -> Decimal:
    """
    Round *amount* to the digits of *quantum*, half away from zero; zero has no sign.

    A quotient that should lie on the half does so: three parts in two of a third of 0.01 are 0.01, not 0.00.

    >>> half_up(Decimal("0.01") / 3 * Decimal("1.5"), Decimal("0.01"))
    Decimal('0.01')
    """
    rounded = _SURE.plus(amount).quantize(quantum, ROUND_HALF_UP)
    return rounded or rounded.copy_abs()


@exact
def round_to(amount: Decimal, step: Decimal, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """
    Round *amount* to a multiple of *step*; half up means away from zero.

    A step that is a power of ten is the currency's smallest amount; any other, such as 0.05, is a cash step.

    >>> round_to(Decimal("2.345"), Decimal("0.01")), round_to(Decimal("-2.345"), Decimal("0.01"))
    (Decimal('2.35'), Decimal('-2.35'))
    >>> round_to(Decimal("7.48"), Decimal("0.05"))
    Decimal('7.50')
    """
    require_decimal("amount", amount)
    require_decimal("step", step)
    if step <= 0:
        msg = f"step must be above zero, not {step}"
        raise ValueError(msg)
    steps = sure(amount / step).quantize(Decimal(1), rounding.value)
    return (steps * step).quantize(step)


@exact
def allocate(
    amount: Decimal, weights: Sequence[Decimal | int], *, step: Decimal, remainder: Remainder = Remainder.LARGEST
) -> tuple[Decimal, ...]:
    """
    Divide *amount* over *weights* into multiples of *step* that add up to *amount* exactly.

    Raises:
        ValueError: no weights, a negative weight, only zero weights, or an amount that is not a multiple of *step*.

    >>> allocate(Decimal("1.00"), [1, 1, 1], step=Decimal("0.01"))
    (Decimal('0.34'), Decimal('0.33'), Decimal('0.33'))
    """
    shares = [exact_number("weight", weight) for weight in weights]
    whole = sum(shares, ZERO)
    if any(share < 0 for share in shares) or not whole:
        msg = f"weights must be zero or more and not all zero, not {weights!r}"
        raise ValueError(msg)
    units = amount / step
    if units != units.to_integral_value():
        msg = f"amount must be a multiple of {step}, not {amount}"
        raise ValueError(msg)
    parts = [sure(units * share / whole).quantize(Decimal(1), ROUND_DOWN) for share in shares]
    lost = [abs(sure(units * share / whole - part)) for share, part in zip(shares, parts, strict=True)]
    left = int(units - sum(parts, ZERO))
    unit = Decimal(1 if left >= 0 else -1)
    for index in _takers(remainder, shares, lost, abs(left)):
        parts[index] += unit
    return tuple((part * step).quantize(step) for part in parts)


def _takers(remainder: Remainder, shares: list[Decimal], lost: list[Decimal], count: int) -> list[int]:
    """Return the positions that take one unit each of the *count* left over; weight zero takes nothing."""
    weighty = [index for index, share in enumerate(shares) if share]
    if remainder is Remainder.BIGGEST_PART:
        return [max(weighty, key=lambda index: (shares[index], -index))] * count
    if remainder is Remainder.LARGEST:
        weighty.sort(key=lambda index: (-lost[index], index))
    elif remainder is Remainder.LAST:
        weighty.reverse()
    return weighty[:count]


@frozen(order=False)
class Money:
    """
    An amount in a currency.

    Adding, subtracting and comparing need one currency; multiplying takes a whole number or a ``Decimal``.
    There is no division: use ``allocate``, which loses nothing.
    The amount is kept as given; ``rounded`` brings it to the currency's digits.

    >>> Money(Decimal("10.00"), "EUR") + Money(Decimal("2.50"), "EUR")
    Money(amount=Decimal('12.50'), currency='EUR')
    """

    amount: Decimal
    currency: str

    def __attrs_post_init__(self) -> None:
        require_decimal("amount", self.amount)
        require_currency("currency", self.currency)

    @exact
    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._amount_of(other), self.currency)

    @exact
    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._amount_of(other), self.currency)

    @exact
    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * exact_number("factor", factor), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return self * -1

    def __abs__(self) -> Money:
        return -self if self.amount < 0 else self

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._amount_of(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._amount_of(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._amount_of(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._amount_of(other)

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"

    def rounded(self, rounding: Rounding = Rounding.HALF_UP, *, step: Decimal | None = None) -> Money:
        """Return the amount in whole units of the currency, or of a cash *step* such as 0.05."""
        return Money(round_to(self.amount, step or quantum_of(self.currency), rounding), self.currency)

    def allocate(self, weights: Sequence[Decimal | int], remainder: Remainder = Remainder.LARGEST) -> tuple[Money, ...]:
        """Divide over *weights* into parts of whole currency units that add up to this amount."""
        parts = allocate(self.amount, weights, step=quantum_of(self.currency), remainder=remainder)
        return tuple(Money(part, self.currency) for part in parts)

    def _amount_of(self, other: object) -> Decimal:
        if not isinstance(other, Money):
            msg = f"money goes with money, not with {other!r}"
            raise TypeError(msg)
        if other.currency != self.currency:
            msg = f"{self.currency} and {other.currency} cannot be combined without a rate"
            raise ValueError(msg)
        return other.amount


def less_percentage(amount: Decimal, percentage: Decimal) -> Decimal:
    """Return *amount* lowered by *percentage*, unrounded."""
    return amount * (HUNDRED - percentage).scaleb(-2) if percentage else amount
