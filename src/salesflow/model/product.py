"""Products, and what of them an order line needs to know."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_decimal, require_kind, require_percentage, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.pricing import NO_GROUPS, DiscountGroups
from salesflow.model.totals import Basis
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import require_currency


class ProductKind(Labelled):
    """Whether something is handed over or done."""

    ITEM = "item", "Item", "Artikel"
    SERVICE = "service", "Service", "Dienst"


@frozen(kw_only=True)
class Tolerance:
    """
    How far deliveries and invoices may end from the ordered quantity, in percent of it; zero unless agreed [QTY-10, QTY-11, P6].

    None of the three has a bearing on the others.

    Args:
        over: So much more may be delivered in all.
        under: So much may be missing when a line is closed at delivery.
        invoice: So much more may be invoiced in all, by an invoice that follows the order [P5].
    """

    over: Decimal = ZERO
    under: Decimal = ZERO
    invoice: Decimal = ZERO

    def __attrs_post_init__(self) -> None:
        for name in ("over", "invoice"):
            require_decimal(name, getattr(self, name))
            if getattr(self, name) < 0:
                msg = f"{name} must be zero or more, not {getattr(self, name)}"
                raise ValueError(msg)
        require_percentage("under", self.under)


EXACT = Tolerance()


@frozen(kw_only=True, cache_hash=True)
class Item:
    """
    What an order line is about: the product as it was sold.

    Lines of one product share one value, and documents keep it when the product changes later.

    Args:
        category: The sales category, as a path: what is in ``Garden/Hoses`` is in ``Garden`` too.
        dimensions: Which variant it is, as pairs such as ``("colour", "red")``.
        weight: Of one unit, in kilograms, for charges that go by weight; ``None`` counts as no weight.
    """

    number: str
    name: str = ""
    unit: str = "C62"
    kind: ProductKind = ProductKind.ITEM
    vat: Vat = NO_VAT
    tolerance: Tolerance = EXACT
    category: str = ""
    dimensions: tuple[tuple[str, str], ...] = ()
    weight: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("unit", self.unit)
        require_kind("kind", self.kind, ProductKind)
        require_kind("vat", self.vat, Vat)
        require_kind("tolerance", self.tolerance, Tolerance)
        require_tuple_of("dimensions", self.dimensions, tuple)
        if self.weight is not None:
            require_decimal("weight", self.weight)
            if self.weight < 0:
                msg = f"weight must be zero or more, not {self.weight}"
                raise ValueError(msg)

    def is_of(self, category: str) -> bool:
        """Say whether it is in *category* or in one below it; nothing is of a category without a name."""
        return bool(category) and (self.category == category or self.category.startswith(f"{category}/"))

    @property
    def is_service(self) -> bool:
        """Whether it is done rather than handed over."""
        return self.kind is ProductKind.SERVICE


@frozen(kw_only=True)
class Product:
    """
    An item or a service with its base price per unit.

    Args:
        basis: Whether the base price and the minimum are without VAT or have it in them.
        currency: What the base price is in; ``None`` where there is one currency only.
        cost: What a unit costs us, for margins; without VAT.
        minimum: The price at or below which a quotation warns [QTE-11].
        groups: The groups by which trade agreements know it.
        active: Whether it is still offered [QTE-17].
    """

    item: Item
    price: Decimal
    currency: str | None = None
    cost: Decimal | None = None
    minimum: Decimal | None = None
    groups: DiscountGroups = NO_GROUPS
    active: bool = True
    basis: Basis = Basis.NET

    def __attrs_post_init__(self) -> None:
        require_kind("item", self.item, Item)
        require_kind("basis", self.basis, Basis)
        if self.currency is not None:
            require_currency("currency", self.currency)
        require_kind("groups", self.groups, DiscountGroups)
        for name in ("price", "cost", "minimum"):
            amount = getattr(self, name)
            if name == "price" or amount is not None:
                require_decimal(name, amount)
                if amount < 0:
                    msg = f"{name} must be zero or more, not {amount}"
                    raise ValueError(msg)

    @property
    def number(self) -> str:
        """The product's number."""
        return self.item.number


@frozen(kw_only=True)
class ProductList:
    """A named choice of products, such as those a rule proposes beside another."""

    number: str
    name: str
    products: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("name", self.name)
        require_tuple_of("products", self.products, str)

    def __contains__(self, product: str) -> bool:
        return product in self.products
