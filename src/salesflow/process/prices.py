"""
Pricing lines: what trade agreements, base prices and entries by hand come to.

A price is the lowest one found, or the product's own where none is; a line discount and a multiline discount go together
as the policy says; a total discount becomes rules for the charges of the order.

Prices and discounts are found in the basis of the document, with or without VAT. Where there are none in that basis,
those in the other are restated in it, unrounded; the line then keeps what was found beside its price [GRS-15].
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import HUNDRED, ONE, ZERO, all_of, exact_number, require_date, require_decimal, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.charge import ChargeOrigin, ChargeRule
from salesflow.model.order import Order
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party
from salesflow.model.policies import PRICES, Combination, PricePolicy, TotalDiscounts
from salesflow.model.pricing import PriceOrigin
from salesflow.model.product import Product
from salesflow.model.totals import Basis, in_basis
from salesflow.model.trade_agreement import NO_DISCOUNT, Discount, Relation, Scope, TradeAgreement, successive
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import exact, quantum_of, require_currency
from salesflow.process.changes import AddCharge, Change, RemoveCharge, SetPrice
from salesflow.process.price_book import PriceBook
from salesflow.process.total_discounts import total_discount_rules
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
        price: Entered by hand, in the basis that is asked for; no agreement is then looked for.
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
        charges: The total discount, as rules that follow the order [CHG-15].
        agreements: By line the trade agreements that were used, in the order in which they were found.
        total: The trade agreements behind the total discount.
    """

    lines: tuple[OrderLine, ...]
    charges: tuple[ChargeRule, ...] = ()
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
    basis: Basis | None = None,
    policy: PricePolicy = PRICES,
) -> Priced:
    """
    Return what *customer* pays for what is *wanted*, by the prices and discounts of that day.

    Args:
        wanted: Products and quantities, and what was entered by hand; ``(product, quantity)`` will do.
        basis: Whether the prices are to be without VAT or have it in them; left out, as the base price of the first product is.

    Raises:
        RefusedError: ``price.none``.
    """
    require_kind("book", book, PriceBook)
    require_kind("customer", customer, Party)
    require_currency("currency", currency)
    require_date("on", on)
    asked = tuple(_wanted(each) for each in wanted)
    wanted_basis = basis or (asked[0].product.basis if asked else Basis.NET)
    require_kind("basis", wanted_basis, Basis)
    search = _Search(book, customer, currency, on, wanted_basis, policy)
    sums = _multiline_sums(asked)
    lines, used, found = [], [], []
    for place, each in enumerate(asked, start=1):
        priced = search.price(each)
        if isinstance(priced, Refusal):
            found.append(priced)
            continue
        price, agreements = priced
        discount, more = search.discount(each, price.each, sums)
        lines.append(_line(each, place, price, discount, wanted_basis))
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
    """A price as it was found; *entered* is what it was restated from."""

    price: Decimal
    unit: Decimal
    origin: PriceOrigin
    entered: Decimal | None = None

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


def _line(wanted: Wanted, place: int, price: _Price, discount: Discount, basis: Basis) -> OrderLine:
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
        basis=basis,
        entered=price.entered,
    )


@frozen
class _Search:
    """A book, and for whom, in what and when it is searched."""

    book: PriceBook
    customer: Party
    currency: str
    on: date
    basis: Basis
    policy: PricePolicy

    def price(self, wanted: Wanted) -> tuple[_Price, tuple[str, ...]] | Refusal:
        """Return the price of what is wanted and where it was found [TRD-5]."""
        if wanted.price is not None:
            return _Price(wanted.price, ONE, PriceOrigin.MANUAL), ()
        product = wanted.product
        found = self.find(Relation.PRICE, product, abs(wanted.quantity))
        if found:
            lowest = min(found, key=lambda agreement: (agreement.unit_price, agreement.number))
            return self._restated(lowest.price or ZERO, lowest.price_unit, lowest.basis, product, PriceOrigin.TRADE_AGREEMENT), (
                lowest.number,
            )
        if product.currency not in {None, self.currency}:
            return NO_PRICE.refuse(product=product.number, currency=self.currency, on=self.on)
        return self._restated(product.price, ONE, product.basis, product, PriceOrigin.BASE), ()

    def _restated(self, price: Decimal, unit: Decimal, basis: Basis, product: Product, origin: PriceOrigin) -> _Price:
        if basis is self.basis:
            return _Price(price, unit, origin)
        return _Price(in_basis(price, product.item.vat, basis, self.basis), unit, origin, price)

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
        vat = wanted.product.item.vat
        line, multiline = added(single, basis=self.basis, vat=vat), added(several, basis=self.basis, vat=vat)
        combined = combine(line, multiline, price, self.policy.combination)
        return combined, tuple(each.number for each in (*single, *several)) if combined else ()

    def find(self, relation: Relation, product: Product, quantity: Decimal | object) -> tuple[TradeAgreement, ...]:
        """Search the book for a product: in the basis that is wanted, and in the other where it finds nothing."""
        for basis in (self.basis, *(other for other in Basis if other is not self.basis)):
            found = self.book.find(
                relation,
                customer=self.customer.number,
                groups=self.customer.groups,
                currency=self.currency,
                on=self.on,
                quantity=quantity,  # type: ignore[arg-type]
                item=product.item,
                item_groups=product.groups,
                basis=basis,
                policy=self.policy,
            )
            if found:
                return found
        return ()

    def total(self, lines: list[OrderLine]) -> tuple[tuple[ChargeRule, ...], tuple[str, ...]]:
        """
        Return the total discount as rules, and where it was found [TRD-8].

        A line that counts towards a sales agreement has no part in it: that agreement replaces it [AGR-7].
        """
        quantum = quantum_of(self.currency)
        sums: dict[Vat, Decimal] = defaultdict(Decimal)
        for line in lines:
            if not line.is_linked:
                sums[line.vat] += line.amount(line.ordered, quantum)
        for basis in (self.basis, *(other for other in Basis if other is not self.basis)):
            found = self.book.find(
                Relation.TOTAL_DISCOUNT,
                customer=self.customer.number,
                groups=self.customer.groups,
                currency=self.currency,
                on=self.on,
                quantity=abs(sum((in_basis(amount, vat, self.basis, basis) for vat, amount in sums.items()), ZERO)),
                basis=basis,
                policy=self.policy,
            )
            if found:
                rules = total_discount_rules(found, sums, self.basis, self.policy, quantum)
                return rules, tuple(dict.fromkeys(rule.source for rule in rules))
        return (), ()


@exact
def added(agreements: Iterable[TradeAgreement], *, basis: Basis = Basis.NET, vat: Vat = NO_VAT) -> Discount:
    """
    Return the sum of several discounts: amounts and percentages added, first with first and second with second, the two sums in turn.

    A sum of more than 100 percent is 100 [TRD-2, TRD-6].

    Args:
        basis: What amounts are restated in, at the rate of *vat*.
    """
    given = all_of("agreement", agreements, TradeAgreement)
    amount = sum((in_basis(each.amount, vat, each.basis, basis) for each in given), ZERO)
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
    Return the changes that give an order the prices and discounts of that day; hand them to ``changes.change``.

    Lines whose price came from what the policy keeps are left alone [TRD-5]. Total discounts of trade agreements are decided again,
    unless the policy keeps what was granted; charges from elsewhere stay [CHG-15].

    Args:
        products: By item number; a line of a product that is not among them is left alone.
    """
    require_kind("order", order, Order)
    lines = [line for line in order.lines if line.origin not in policy.kept and line.item.number in products]
    wanted = [Wanted(product=products[line.item.number], quantity=line.ordered, number=line.number) for line in lines]
    priced = of(book, customer, wanted, order.currency, on=on, basis=order.basis, policy=policy)
    if policy.total_discounts is TotalDiscounts.GRANTED:
        return tuple(_changes(lines, priced.lines))
    new = {line.number: line for line in priced.lines}
    after = [new.get(line.number, line) for line in order.fold.terms.values()]
    rules, _ = _Search(book, customer, order.currency, on, order.basis, policy).total(after)
    return (*_changes(lines, priced.lines), *_charge_changes(order, rules))


def _charge_changes(order: Order, found: tuple[ChargeRule, ...]) -> Iterator[Change]:
    """Yield what makes the total discounts of trade agreements on an order those that were found; nothing if they are the same."""
    had = tuple(rule for rule in order.charges if rule.origin is ChargeOrigin.TRADE_AGREEMENT)
    if _from_one(had) == found:
        return
    yield from (RemoveCharge(rule.number) for rule in had)
    last = max(
        (*(rule.number for rule in order.charges), *(number for posting in order.postings for number, _, _ in posting.charges)), default=0
    )
    for rule in found:
        yield AddCharge(evolve(rule, number=last + rule.number, upon=tuple(last + number for number in rule.upon)))


def _from_one(rules: tuple[ChargeRule, ...]) -> tuple[ChargeRule, ...]:
    """Return rules numbered from one, as they are when they are found."""
    places = {rule.number: place for place, rule in enumerate(rules, start=1)}
    return tuple(evolve(rule, number=places[rule.number], upon=tuple(places.get(number, 0) for number in rule.upon)) for rule in rules)


def _changes(before: list[OrderLine], after: tuple[OrderLine, ...]) -> Iterator[Change]:
    for old, new in zip(before, after, strict=True):
        if (old.unit_price, old.price, old.origin) != (new.unit_price, new.price, new.origin):
            yield SetPrice(new.number, new.price, new.discount, new.discount_amount, new.price_unit, new.origin, new.entered)
