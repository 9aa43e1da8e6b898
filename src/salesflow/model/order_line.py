"""Order lines: what is ordered of one item, and at which terms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ONE, ZERO, require_date, require_decimal, require_kind, require_percentage, require_tuple_of
from salesflow.model.pricing import AgreementLink, PriceOrigin
from salesflow.model.product import Item
from salesflow.model.totals import Basis
from salesflow.model.vat import Vat
from salesflow.money import exact, half_up, less_percentage


@frozen(kw_only=True)
class OrderLine:
    """
    What is ordered of one item, and at which terms.

    Args:
        number: Its number in the order; zero is to be numbered when the order is placed.
        ordered: The quantity, in the item's unit; negative on a returned order.
        price: Per unit, in the basis of the line, as precise as it was agreed.
        discount: In percent of the price; the discounted price is not rounded, the line is, once.
        requested: The ship date the customer asked for.
        promised: The ship date the customer was promised [ATP-3].
        parent: The line that this delivery schedule line is a part of.
        price_unit: For how many units the price is.
        discount_amount: What is taken off per unit, before the percentage [TRD-6, TRD-9].
        origin: What the price was taken from.
        link: The commitment of a sales agreement that the line counts towards.
        basis: Whether the price, and what is taken off it, is without VAT or has it in it; all lines of an order have the same [GRS-2].
        entered: The price as it was entered or found in the other basis, per ``price_unit``; the price is worked out from it, unrounded.
    """

    number: int = 0
    item: Item
    ordered: Decimal
    price: Decimal
    discount: Decimal = ZERO
    requested: date | None = None
    parent: int | None = None
    price_unit: Decimal = ONE
    discount_amount: Decimal = ZERO
    origin: PriceOrigin = PriceOrigin.MANUAL
    link: AgreementLink | None = None
    promised: date | None = None
    basis: Basis = Basis.NET
    entered: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        ordered, price = self.ordered, self.price
        if type(ordered) is not Decimal or not ordered or not ordered.is_finite():
            require_decimal("ordered", ordered)
            msg = "ordered must not be zero"
            raise ValueError(msg)
        if type(price) is not Decimal or not price.is_finite() or price < 0:
            require_decimal("price", price)
            msg = f"price must be zero or more, not {price}"
            raise ValueError(msg)
        if self.discount is not ZERO:
            require_percentage("discount", self.discount)
        for name, day in (("requested", self.requested), ("promised", self.promised)):
            if day is not None:
                require_date(name, day)
        if type(self.item) is not Item:
            require_kind("item", self.item, Item)
        if self.link is not None:
            require_kind("link", self.link, AgreementLink)
        if self.price_unit is not ONE or self.discount_amount is not ZERO:
            self._check_price()
        if type(self.basis) is not Basis or self.entered is not None:
            self._check_basis()

    def _check_basis(self) -> None:
        require_kind("basis", self.basis, Basis)
        require_decimal("entered", self.entered)

    def _check_price(self) -> None:
        for name in ("price_unit", "discount_amount"):
            require_decimal(name, getattr(self, name))
        if self.price_unit <= 0:
            msg = f"price_unit must be above zero, not {self.price_unit}"
            raise ValueError(msg)
        if not ZERO <= self.discount_amount <= self.list_price:
            msg = f"discount_amount must be from zero to the price of a unit, {self.list_price}, not {self.discount_amount}"
            raise ValueError(msg)

    @property
    def vat(self) -> Vat:
        """How it is taxed."""
        return self.item.vat

    @property
    def is_linked(self) -> bool:
        """Whether it counts towards a sales agreement."""
        return self.link is not None

    @property
    @exact
    def list_price(self) -> Decimal:
        """The price of one unit before any discount, unrounded."""
        return self.price if self.price_unit is ONE else self.price / self.price_unit

    @property
    def ship_date(self) -> date | None:
        """The day it is to be shipped: as promised or, where nothing was promised, as requested."""
        return self.promised or self.requested

    @property
    def is_plain(self) -> bool:
        """Whether a unit costs just the price: no discount, and a price for one unit."""
        return self.discount is ZERO and self.discount_amount is ZERO and self.price_unit is ONE

    @property
    @exact
    def unit_price(self) -> Decimal:
        """The price of one unit less the discount per unit and then the percentage, unrounded [TRD-9]."""
        return less_percentage(self.list_price - self.discount_amount, self.discount)

    @exact
    def amount(self, quantity: Decimal, quantum: Decimal) -> Decimal:
        """Return what *quantity* of the line costs, in its basis: the exact amount rounded once, half up, to *quantum* [GRS-3]."""
        price = self.price if self.is_plain else self.unit_price
        return half_up(quantity * price, quantum)


_set = object.__setattr__
_LINE_FIELDS = tuple(attribute.name for attribute in OrderLine.__attrs_attrs__)


def numbered(lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """Return the lines, those without a number numbered by their place."""
    return tuple([line if line.number else _with_number(line, place) for place, line in enumerate(lines, start=1)])


def _with_number(line: OrderLine, number: int) -> OrderLine:
    after: OrderLine = object.__new__(OrderLine)  # everything else is the same and was checked when the line was made
    for name in _LINE_FIELDS:
        _set(after, name, getattr(line, name))
    _set(after, "number", number)
    return after


def require_lines(lines: object) -> None:
    """Raise unless *lines* is a tuple of order lines."""
    require_tuple_of("lines", lines, OrderLine)
