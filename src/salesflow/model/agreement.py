"""Sales agreements: what a customer commits to buy over a period, and the prices and terms that go with it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import field, frozen

from salesflow.checks import ONE, ZERO, require_date, require_decimal, require_kind, require_percentage, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Address
from salesflow.model.pricing import AgreementLink
from salesflow.model.product import Item
from salesflow.model.terms import PaymentTerms, TermsOfSale
from salesflow.model.totals import Basis, in_basis
from salesflow.money import exact, require_currency
from salesflow.period import Period


class CommitmentKind(Labelled):
    """What a commitment counts, and of what [AGR-2]."""

    PRODUCT_QUANTITY = "product-quantity", "Product quantity commitment", "Toezegging producthoeveelheid"
    PRODUCT_VALUE = "product-value", "Product value commitment", "Toezegging productwaarde"
    CATEGORY_VALUE = "category-value", "Product category value commitment", "Toezegging waarde productcategorie"
    VALUE = "value", "Value commitment", "Toezegging waarde"


class AgreementStatus(Labelled):
    """Whether orders may be placed under an agreement; that it has expired is read from its period [AGR-4, AGR-15]."""

    ON_HOLD = "on-hold", "On hold", "In wachtstand"
    EFFECTIVE = "effective", "Effective", "Effectief"
    CLOSED = "closed", "Closed", "Gesloten"


@frozen(kw_only=True)
class Commitment:
    """
    One thing the customer commits to, and what it costs.

    Args:
        number: Its number in the agreement; zero is to be numbered when the agreement is drawn up.
        item: What a product commitment is about.
        category: What a category commitment is about; what is below it is part of it.
        quantity: So much is to be bought, in the item's unit; on a product quantity commitment only.
        amount: So much is to be spent, in the basis of the agreement; on the other three.
        price: For ``price_unit`` units, in place of any other; on a product quantity commitment only.
        discount_amount: What is taken off per unit; on a product quantity commitment only.
        discount: What is then taken off in percent, in place of any other discount [AGR-7].
        max_enforced: Whether no more can be ordered than was committed [AGR-10].
        fixed: Whether price and discount of its order lines cannot be changed [AGR-11].
        least_release: The least an order should take, in quantity or amount [AGR-12].
        most_release: The most an order should take.
        period: When it holds, within the agreement's period; ``None`` is all of that.
    """

    number: int = 0
    kind: CommitmentKind
    item: Item | None = None
    category: str = ""
    quantity: Decimal | None = None
    amount: Decimal | None = None
    price: Decimal | None = None
    price_unit: Decimal = ONE
    discount_amount: Decimal = ZERO
    discount: Decimal = ZERO
    max_enforced: bool = False
    fixed: bool = False
    least_release: Decimal | None = None
    most_release: Decimal | None = None
    period: Period | None = None

    def __attrs_post_init__(self) -> None:
        require_kind("kind", self.kind, CommitmentKind)
        require_percentage("discount", self.discount)
        for name in ("quantity", "amount", "price", "price_unit", "discount_amount", "least_release", "most_release"):
            given = getattr(self, name)
            if given is not None:
                require_decimal(name, given)
                if given < 0 or (name == "price_unit" and not given):
                    msg = f"{name} must not be {given}"
                    raise ValueError(msg)
        if self.item is not None:
            require_kind("item", self.item, Item)
        if self.period is not None:
            require_kind("period", self.period, Period)

    @property
    def counts_quantity(self) -> bool:
        """Whether it counts a quantity; the other kinds count an amount in the basis of the agreement."""
        return self.kind is CommitmentKind.PRODUCT_QUANTITY

    @property
    def committed(self) -> Decimal:
        """What was committed, in quantity or amount; nothing in a framework contract without a duty to buy."""
        return (self.quantity if self.counts_quantity else self.amount) or ZERO

    def covers(self, item: Item) -> bool:
        """Say whether an order line of that item may count towards it."""
        match self.kind:
            case CommitmentKind.PRODUCT_QUANTITY:
                return self.item is not None and (self.item.number, self.item.unit) == (item.number, item.unit)
            case CommitmentKind.PRODUCT_VALUE:
                return self.item is not None and self.item.number == item.number
            case CommitmentKind.CATEGORY_VALUE:
                return item.is_of(self.category)
            case _:
                return True

    @exact
    def prices(self, line: OrderLine, basis: Basis = Basis.NET) -> bool:
        """
        Say whether a line has the price and discount that were agreed.

        Args:
            basis: Of the agreement; a line that was restated in the other has the agreed price beside its own.
        """
        price = line.price if line.basis is basis else line.entered
        agreed: list[tuple[object, object]] = [(self.discount, line.discount)]
        if self.counts_quantity:
            agreed.append((in_basis(self.discount_amount, line.vat, basis, line.basis), line.discount_amount))
        if self.price is not None:
            agreed += [(self.price, price), (self.price_unit, line.price_unit)]
        return all(wanted == found for wanted, found in agreed)


@frozen(kw_only=True)
class AgreementVersion:
    """The agreement as it was confirmed to the customer [AGR-5]."""

    number: int
    on: date
    period: Period
    commitments: tuple[Commitment, ...]
    payment_terms: PaymentTerms | None
    terms: TermsOfSale | None


@frozen(kw_only=True)
class SalesAgreement:
    """
    A contract by which a customer commits to buy, in exchange for prices and discounts [AGR-1].

    It keeps no count of its own: what was ordered of it is read from the orders, by ``agreements.fulfilment``.

    Args:
        classification: The kind of agreement it is filed under; it has no effect on how it works [AGR-3].
        period: From the effective date to the expiration date, both included.
        default_kind: The kind of commitment a new line is proposed to have.
        payment_terms: Common terms of every order under it, unless the order departs from them [PTH-7].
        framework: Whether it is a framework contract, whose commitments may name no quantity or amount [PTH-7].
        basis: Whether its prices and amounts are without VAT or have it in them; orders in the other basis are restated [GRS-15].
    """

    number: str
    customer: str
    currency: str
    classification: str
    period: Period
    drawn_up: date
    commitments: tuple[Commitment, ...] = ()
    status: AgreementStatus = AgreementStatus.ON_HOLD
    default_kind: CommitmentKind = CommitmentKind.PRODUCT_QUANTITY
    payment_terms: PaymentTerms | None = None
    terms: TermsOfSale | None = None
    deliver_to: Address | None = None
    framework: bool = False
    basis: Basis = Basis.NET
    versions: tuple[AgreementVersion, ...] = field(default=())

    def __attrs_post_init__(self) -> None:
        for name in ("number", "customer", "classification"):
            require_text(name, getattr(self, name))
        require_currency("currency", self.currency)
        require_date("drawn_up", self.drawn_up)
        require_kind("period", self.period, Period)
        require_tuple_of("commitments", self.commitments, Commitment)
        require_kind("basis", self.basis, Basis)
        if self.period.start is None or self.period.end is None:
            msg = f"a sales agreement has an effective date and an expiration date, not {self.period}"
            raise ValueError(msg)

    @property
    def is_confirmed(self) -> bool:
        """Whether the agreement as it stands is the last version that was confirmed."""
        if not self.versions:
            return False
        last = self.versions[-1]
        return (last.period, last.commitments, last.payment_terms, last.terms) == (
            self.period,
            self.commitments,
            self.payment_terms,
            self.terms,
        )

    def is_expired(self, on: date) -> bool:
        """Say whether its expiration date has passed; computed, never stored [AGR-15]."""
        return self.period.end is not None and on > self.period.end

    def commitment(self, number: int) -> Commitment:
        """
        Return the commitment of that number.

        Raises:
            LookupError: the agreement has none.
        """
        for each in self.commitments:
            if each.number == number:
                return each
        msg = f"agreement {self.number} has no commitment {number!r}"
        raise LookupError(msg)

    def holds(self, commitment: Commitment, on: date) -> bool:
        """Say whether something may be shipped under a commitment on that day [AGR-6]."""
        return on in self.period and (commitment.period is None or on in commitment.period)

    def link(self, commitment: int) -> AgreementLink:
        """Return the link of an order line to one of its commitments."""
        return AgreementLink(self.number, commitment)
