"""Quantities: an exact number of a unit, and conversion that never drifts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from salesflow.checks import exact_number, require_decimal, require_text
from salesflow.money import Rounding, exact, round_to


@frozen(order=False)
class Quantity:
    """
    An amount of something in a unit, such as 12 of ``C62`` (pieces) or 2.5 of ``KGM`` (kilograms).

    Units are UN/ECE Recommendation 20 codes by convention; the library does not look inside them.

    >>> Quantity(Decimal(2), "XBX").to("C62", Fraction(12))
    Quantity(amount=Decimal('24'), unit='C62')
    """

    amount: Decimal
    unit: str

    def __attrs_post_init__(self) -> None:
        require_decimal("amount", self.amount)
        require_text("unit", self.unit)

    @exact
    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount + self._amount_of(other), self.unit)

    @exact
    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.amount - self._amount_of(other), self.unit)

    def __neg__(self) -> Quantity:
        return self * -1

    @exact
    def __mul__(self, factor: Decimal | int) -> Quantity:
        return Quantity(self.amount * exact_number("factor", factor), self.unit)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: Quantity) -> bool:
        return self.amount < self._amount_of(other)

    def __le__(self, other: Quantity) -> bool:
        return self.amount <= self._amount_of(other)

    def __gt__(self, other: Quantity) -> bool:
        return self.amount > self._amount_of(other)

    def __ge__(self, other: Quantity) -> bool:
        return self.amount >= self._amount_of(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    @exact
    def to(
        self, unit: str, factor: Fraction | int, *, step: Decimal = Decimal("0.000001"), rounding: Rounding = Rounding.HALF_UP
    ) -> Quantity:
        """
        Return this quantity in *unit*, of which one of the present unit holds *factor*.

        The factor is exact (a ``Fraction`` or whole number), so equal quantities stay equal and one rounding, to *step*, serves all.

        Raises:
            ValueError: *factor* is zero or below.
        """
        if factor <= 0:
            msg = f"factor must be above zero, not {factor}"
            raise ValueError(msg)
        ratio = Fraction(factor)
        converted = self.amount * ratio.numerator / ratio.denominator
        whole = converted == converted.to_integral_value()
        return Quantity(converted.quantize(Decimal(1)) if whole else round_to(converted, step, rounding).normalize(), unit)

    def _amount_of(self, other: object) -> Decimal:
        if not isinstance(other, Quantity):
            msg = f"a quantity goes with a quantity, not with {other!r}"
            raise TypeError(msg)
        if other.unit != self.unit:
            msg = f"{self.unit} and {other.unit} cannot be combined without a factor"
            raise ValueError(msg)
        return other.amount
