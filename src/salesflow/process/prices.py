"""
Pricing lines: what trade agreements, base prices and entries by hand come to.

A price is the lowest one found, or the product's own where none is; a line discount and a multiline discount go together
as the policy says; a total discount is taken off the order and stands among its charges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import HUNDRED, ONE, ZERO, all_of, exact_number, require_date, require_decimal, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.order import Order, OrderLine
from salesflow.model.party import Party
from salesflow.model.policies import PRICES, Combination, PricePolicy
from salesflow.model.pricing import PriceOrigin
from salesflow.model.product import Product, Vat
from salesflow.model.totals import Charge
from salesflow.model.trade_agreement import NO_DISCOUNT, Discount, Relation, Scope, TradeAgreement, discount_charges, successive
from salesflow.money import exact, require_currency
from salesflow.process.changes import Change, SetPrice
from salesflow.process.price_book import PriceBook
from salesflow.rules import Rule

NO_PRICE = Rule(
    code="price.none",
    en="A product is sold at a price of its own, of an agreement, or entered by hand, in the currency of the order.",
    nl="Een product wordt verkocht tegen een eigen prijs, die van een afspraak of een ingevoerde, in de valuta van de order.",
    refusal="product {product} has no price in {currency} on {on}",
    spec=("TRD-5",),
    source="documentation",
)


@frozen(kw_only=True)
class Wanted:
    """
    A product and how much of it, to be priced.

    Args:
        price: Entered by hand; no agreement is then looked for.
        discount: In percent, entered by hand; no discount is then looked for.
        number: The number of the line, where it is not its place.
    """

    product: Product
    quantity: Decimal
    price: Decimal | None = None
    discount: Decimal | None = None
    requested: date | None = None
    number: int = 0

    def __attrs_post_init__(self) -> None:
        require_kind("product", self.product, Product)
        require_decimal("quantity", self.quantity)
        for name in ("price", "discount"):
            if getattr(self, name) is not None:
                require_decimal(name, getattr(self, name))


@frozen(kw_only=True)
class Priced:
    """
    Lines with their prices, ready to be ordered.

    Args:
        lines: The order lines, numbered.
        charges: The total discount, a part for each VAT.
        agreements: By line the trade agreements that were used, in the order in which they were found.
        total: The trade agreements behind the total discount.
    """

    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...] = ()
    agreements: tuple[tuple[str, ...], ...] = ()
    total: tuple[str, ...] = ()


@exact
def of(
    book: PriceBook,
    customer: Party,
    wanted: Iterable[Wanted | tuple[Product, Decimal | int]],
    currency: str,
    *,
    on: date,
    policy: PricePolicy = PRICES,
) -> Priced:
    """
    Return what *customer* pays for what is *wanted*, by the prices and discounts of that day.

    Args:
        wanted: Products and quantities, and what was entered by hand; ``(product, quantity)`` will do.

    Raises:
        RefusedError: ``price.none``.
    """
    require_kind("book", book, PriceBook)
    require_kind("customer", customer, Party)
    require_currency("currency", currency)
    require_date("on", on)
    asked = tuple(_wanted(each) for each in wanted)
    search = _Search(book, customer, currency, on, policy)
    sums = _multiline_sums(asked)
    lines, used, found = [], [], []
    for place, each in enumerate(asked, start=1):
        priced = search.price(each)
        if isinstance(priced, Refusal):
            found.append(priced)
            continue
        price, agreements = priced
        discount, more = search.discount(each, price.each, sums)
        lines.append(_line(each, place, price, discount))
        used.append(tuple(dict.fromkeys((*agreements, *more))))
    if found:
        raise RefusedError(found)
    charges, total = search.total(lines)
    return Priced(lines=tuple(lines), charges=charges, agreements=tuple(used), total=total)


def _wanted(given: Wanted | tuple[Product, Decimal | int]) -> Wanted:
    if isinstance(given, Wanted):
        return given
    product, quantity = given
    require_kind("product", product, Product)
    return Wanted(product=product, quantity=exact_number("quantity", quantity))


@frozen
class _Price:
    """A price as it was found."""

    price: Decimal
    unit: Decimal
    origin: PriceOrigin

    @property
    def each(self) -> Decimal:
        """The price of one unit."""
        return self.price / self.unit


_Sums = Mapping[tuple[str, str], Decimal]


def _multiline_sums(wanted: tuple[Wanted, ...]) -> _Sums:
    """Return how much is wanted of each multiline group and of everything, by unit [TRD-8]."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for each in wanted:
        for group in {each.product.groups.multiline, ""}:
            sums[group, each.product.item.unit] += abs(each.quantity)
    return sums


def _line(wanted: Wanted, place: int, price: _Price, discount: Discount) -> OrderLine:
    by_hand = wanted.price is not None or wanted.discount is not None
    origin = PriceOrigin.MANUAL if by_hand else price.origin
    if discount and origin is PriceOrigin.BASE:
        origin = PriceOrigin.TRADE_AGREEMENT
    return OrderLine(
        number=wanted.number or place,
        item=wanted.product.item,
        ordered=wanted.quantity,
        price=price.price,
        price_unit=price.unit,
        discount=discount.percentage or ZERO,
        discount_amount=min(discount.amount, price.each) or ZERO,
        requested=wanted.requested,
        origin=origin,
    )


@frozen
class _Search:
    """A book, and for whom, in what and when it is searched."""

    book: PriceBook
    customer: Party
    currency: str
    on: date
    policy: PricePolicy

    def price(self, wanted: Wanted) -> tuple[_Price, tuple[str, ...]] | Refusal:
        """Return the price of what is wanted and where it was found [TRD-5]."""
        if wanted.price is not None:
            return _Price(wanted.price, ONE, PriceOrigin.MANUAL), ()
        product = wanted.product
        found = self.find(Relation.PRICE, product, abs(wanted.quantity))
        if found:
            lowest = min(found, key=lambda agreement: (agreement.unit_price, agreement.number))
            return _Price(lowest.price or ZERO, lowest.price_unit, PriceOrigin.TRADE_AGREEMENT), (lowest.number,)
        if product.currency not in {None, self.currency}:
            return NO_PRICE.refuse(product=product.number, currency=self.currency, on=self.on)
        return _Price(product.price, ONE, PriceOrigin.BASE), ()

    def discount(self, wanted: Wanted, price: Decimal, sums: _Sums) -> tuple[Discount, tuple[str, ...]]:
        """Return the discount on a line, of line and multiline discount together [TRD-6, TRD-7]."""
        if wanted.discount is not None:
            return Discount(ZERO, wanted.discount), ()
        if wanted.price is not None:
            return NO_DISCOUNT, ()
        groups, unit = wanted.product.groups, wanted.product.item.unit

        def together(scope: Scope) -> Decimal:
            return sums[groups.multiline if scope is Scope.GROUP else "", unit]

        single = self.find(Relation.LINE_DISCOUNT, wanted.product, abs(wanted.quantity))
        several = self.find(Relation.MULTILINE_DISCOUNT, wanted.product, together)
        line, multiline = added(single), added(several)
        combined = combine(line, multiline, price, self.policy.combination)
        return combined, tuple(each.number for each in (*single, *several)) if combined else ()

    def find(self, relation: Relation, product: Product, quantity: Decimal | object) -> tuple[TradeAgreement, ...]:
        """Search the book for a product."""
        return self.book.find(
            relation,
            customer=self.customer.number,
            groups=self.customer.groups,
            currency=self.currency,
            on=self.on,
            quantity=quantity,  # type: ignore[arg-type]
            item=product.item,
            item_groups=product.groups,
            policy=self.policy,
        )

    def total(self, lines: list[OrderLine]) -> tuple[tuple[Charge, ...], tuple[str, ...]]:
        """Return the total discount as charges, and where it was found [TRD-8]."""
        nets: dict[Vat, Decimal] = defaultdict(Decimal)
        for line in lines:
            nets[line.item.vat] += line.net(line.ordered, self.currency)
        net = sum(nets.values(), ZERO)
        found = self.book.find(
            Relation.TOTAL_DISCOUNT,
            customer=self.customer.number,
            groups=self.customer.groups,
            currency=self.currency,
            on=self.on,
            quantity=abs(net),
            policy=self.policy,
        )
        charges = discount_charges(nets, added(found), self.currency)
        return charges, tuple(each.number for each in found) if charges else ()


@exact
def added(agreements: Iterable[TradeAgreement]) -> Discount:
    """
    Return what several discounts come to: amounts and percentages added, first with first and second with second, the two sums in turn.

    A sum of more than 100 percent is 100 [TRD-2, TRD-6].
    """
    given = all_of("agreement", agreements, TradeAgreement)
    amount = sum((each.amount for each in given), ZERO)
    first = min(sum((each.percentage for each in given), ZERO), HUNDRED)
    second = min(sum((each.then for each in given), ZERO), HUNDRED)
    return Discount(amount, successive(first, second) if second else first)


@exact
def combine(line: Discount, multiline: Discount, price: Decimal, combination: Combination) -> Discount:
    """
    Return what a line discount and a multiline discount come to on a unit of that *price* [TRD-7].

    Where both are given, amounts are always added; percentages are added up to 100, or taken one after the other.
    """
    match combination:
        case Combination.LINE:
            return line
        case Combination.MULTILINE:
            return multiline
        case Combination.HIGHEST:
            return min(line, multiline, key=lambda discount: discount.off(price))
        case Combination.LOWEST:
            return max(line, multiline, key=lambda discount: discount.off(price))
        case Combination.SUM:
            return Discount(line.amount + multiline.amount, min(line.percentage + multiline.percentage, HUNDRED))
        case _:
            return Discount(line.amount + multiline.amount, successive(line.percentage, multiline.percentage))


@exact
def again(
    book: PriceBook, order: Order, customer: Party, products: Mapping[str, Product], *, on: date, policy: PricePolicy = PRICES
) -> tuple[Change, ...]:
    """
    Return the changes that give the lines of an order the prices of that day; hand them to ``changes.change``.

    Lines whose price came from what the policy keeps are left alone, and so is a total discount [TRD-5].

    Args:
        products: By item number; a line of a product that is not among them is left alone.
    """
    require_kind("order", order, Order)
    lines = [line for line in order.lines if line.origin not in policy.kept and line.item.number in products]
    wanted = [Wanted(product=products[line.item.number], quantity=line.ordered, number=line.number) for line in lines]
    priced = of(book, customer, wanted, order.currency, on=on, policy=policy)
    return tuple(_changes(lines, priced.lines))


def _changes(before: list[OrderLine], after: tuple[OrderLine, ...]) -> Iterator[Change]:
    for old, new in zip(before, after, strict=True):
        if (old.unit_price, old.price, old.origin) != (new.unit_price, new.price, new.origin):
            yield SetPrice(new.number, new.price, new.discount, new.discount_amount, new.price_unit, new.origin)
