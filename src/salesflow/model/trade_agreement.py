"""Trade agreements: prices and discounts for whom, on what, from which quantity, and when."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from salesflow.checks import HUNDRED, ONE, ZERO, require_decimal, require_kind, require_percentage, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.totals import Basis
from salesflow.money import exact, require_currency
from salesflow.period import Period

ALWAYS = Period()


class Relation(Labelled):
    """What a trade agreement gives [TRD-1]."""

    PRICE = "price", "Sales price", "Verkoopprijs"
    LINE_DISCOUNT = "line-discount", "Line discount", "Regelkorting"
    MULTILINE_DISCOUNT = "multiline-discount", "Multiline discount", "Meerregelkorting"
    TOTAL_DISCOUNT = "total-discount", "Total discount", "Eindkorting"


class Scope(Labelled):
    """Whether an agreement holds for one customer or item, for a group, or for all."""

    ONE = "one", "Table", "Tabel"
    GROUP = "group", "Group", "Groep"
    ALL = "all", "All", "Alle"


Key = tuple[Scope, str]
"""A scope and the number or group it is about; empty for all."""


@frozen(kw_only=True)
class TradeAgreement:
    """
    A price or discount for a customer, a customer group or all, on an item, an item group or all.

    Args:
        customer: The customer it is for; with ``customer_group`` empty as well it is for all customers.
        item: The item it is on; with ``item_group`` empty as well it is on all items.
        dimensions: The variant it is on; empty is for every variant that has no agreement of its own.
        unit: The unit of the quantity, and of the price; empty on a discount is any unit.
        least: The quantity from which it holds; for a total discount what the lines of the order add up to.
        up_to: Where it ends; whether this very quantity is part of it is a policy [TRD-4]. ``None`` is open.
        period: The days on which it holds, both ends included.
        price: For ``price_unit`` units; on a price only.
        amount: What is taken off per unit; for a total discount off the order.
        basis: Whether price, amount and break of a total discount are without VAT or have it in them [GRS-15].
        percentage: What is taken off after the amount, in percent.
        then: A second percentage, off what the first leaves [TRD-6].
        find_next: Whether the search goes on: the lowest price wins, and discounts add up [TRD-2].
    """

    number: str
    relation: Relation
    customer: str = ""
    customer_group: str = ""
    item: str = ""
    item_group: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    currency: str
    unit: str = ""
    least: Decimal = ZERO
    up_to: Decimal | None = None
    period: Period = ALWAYS
    price: Decimal | None = None
    price_unit: Decimal = ONE
    amount: Decimal = ZERO
    percentage: Decimal = ZERO
    then: Decimal = ZERO
    find_next: bool = False
    basis: Basis = Basis.NET

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_kind("relation", self.relation, Relation)
        require_currency("currency", self.currency)
        require_kind("period", self.period, Period)
        require_kind("basis", self.basis, Basis)
        require_tuple_of("dimensions", self.dimensions, tuple)
        for group, one in (("customer_group", "customer"), ("item_group", "item")):
            if getattr(self, group) and getattr(self, one):
                msg = f"an agreement is about one {one} or about a group, not about both"
                raise ValueError(msg)
        self._check_break()
        self._check_amounts()

    def _check_break(self) -> None:
        require_decimal("least", self.least)
        if self.least < 0:
            msg = f"least must be zero or more, not {self.least}"
            raise ValueError(msg)
        if self.up_to is not None:
            require_decimal("up_to", self.up_to)
            if self.up_to <= self.least:
                msg = f"a break from {self.least} to {self.up_to} holds nothing"
                raise ValueError(msg)

    def _check_amounts(self) -> None:
        for name in ("price_unit", "amount"):
            require_decimal(name, getattr(self, name))
            if getattr(self, name) < 0 or (name == "price_unit" and not self.price_unit):
                msg = f"{name} must not be {getattr(self, name)}"
                raise ValueError(msg)
        require_percentage("percentage", self.percentage)
        require_percentage("then", self.then)
        if self.relation is Relation.PRICE:
            require_decimal("price", self.price)
            if self.price is not None and self.price < 0:
                msg = f"price must be zero or more, not {self.price}"
                raise ValueError(msg)
            require_text("unit", self.unit)
        elif self.price is not None:
            msg = f"a {self.relation.within} has no price"
            raise ValueError(msg)

    @property
    def buyer(self) -> Key:
        """For whom it is."""
        return _key(self.customer, self.customer_group)

    @property
    def goods(self) -> Key:
        """On what it is."""
        return _key(self.item, self.item_group)

    @property
    @exact
    def unit_price(self) -> Decimal:
        """The price of one unit; zero on a discount."""
        return (self.price or ZERO) / self.price_unit


def _key(one: str, group: str) -> Key:
    if one:
        return Scope.ONE, one
    return (Scope.GROUP, group) if group else (Scope.ALL, "")


@frozen
class Discount:
    """An amount off per unit and then a percentage [TRD-6]."""

    amount: Decimal = ZERO
    percentage: Decimal = ZERO

    def __bool__(self) -> bool:
        return bool(self.amount or self.percentage)

    @exact
    def off(self, price: Decimal) -> Decimal:
        """Return what it leaves of *price*, unrounded; never less than nothing."""
        return max(price - self.amount, ZERO) * (HUNDRED - self.percentage).scaleb(-2)


NO_DISCOUNT = Discount()


@exact
def successive(first: Decimal, second: Decimal) -> Decimal:
    """
    Return the one percentage that two taken one after the other come to [TRD-6].

    >>> successive(Decimal(10), Decimal(5)), successive(Decimal(2), Decimal(2))
    (Decimal('14.5'), Decimal('3.96'))
    """
    left = (HUNDRED - first) * (HUNDRED - second)
    return (HUNDRED - left.scaleb(-2)).normalize() + ZERO
