"""Rates of exchange of a day, against one base currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ONE, require_date, require_decimal, require_tuple_of
from salesflow.money import exact, half_up, quantum_of, require_currency


@frozen(kw_only=True)
class Rate:
    """What so many units of a currency are worth in the base currency: 100 NOK at 12.677 EUR [CUR-2]."""

    currency: str
    rate: Decimal
    unit: Decimal = ONE

    def __attrs_post_init__(self) -> None:
        require_currency("currency", self.currency)
        for name in ("rate", "unit"):
            require_decimal(name, getattr(self, name))
            if getattr(self, name) <= 0:
                msg = f"{name} must be above zero, not {getattr(self, name)}"
                raise ValueError(msg)


@frozen(kw_only=True)
class RateTable:
    """
    The rates of one day; the base currency has rate one [CUR-2].

    >>> from datetime import date
    >>> rates = RateTable(base="EUR", on=date(2026, 3, 2), rates=(Rate(currency="NOK", rate=Decimal("12.677"), unit=Decimal(100)),))
    >>> rates.to_base(Decimal(100), "NOK")
    Decimal('12.677')
    """

    base: str
    on: date
    rates: tuple[Rate, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_currency("base", self.base)
        require_date("on", self.on)
        require_tuple_of("rates", self.rates, Rate)

    def rate(self, currency: str) -> Rate:
        """Return the rate of a currency; raise ``LookupError`` where there is none."""
        if currency == self.base:
            return Rate(currency=currency, rate=ONE)
        for each in self.rates:
            if each.currency == currency:
                return each
        msg = f"there is no rate of {currency} on {self.on}"
        raise LookupError(msg)

    def has_rate(self, currency: str) -> bool:
        """Say whether a currency can be converted."""
        return currency == self.base or any(each.currency == currency for each in self.rates)

    @exact
    def to_base(self, amount: Decimal, currency: str) -> Decimal:
        """Return *amount* in the base currency, unrounded: times the rate, by the unit [CUR-3]."""
        rate = self.rate(currency)
        return amount * rate.rate / rate.unit

    @exact
    def from_base(self, amount: Decimal, currency: str) -> Decimal:
        """Return an amount of the base currency in *currency*, unrounded."""
        rate = self.rate(currency)
        return amount * rate.unit / rate.rate

    @exact
    def convert(self, amount: Decimal, currency: str, into: str) -> Decimal:
        """Return *amount* in another currency, by way of the base, rounded once, half up [CUR-3]."""
        return half_up(self.from_base(self.to_base(amount, currency), into), quantum_of(into))
