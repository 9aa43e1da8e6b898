"""
Quotations: versions of an offer, each with one or more alternatives, of which one is the favourite.

A version that was sent never changes; the active version is always the latest.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve, field, frozen

from salesflow.checks import (
    HUNDRED,
    ONE,
    ZERO,
    require_date,
    require_decimal,
    require_kind,
    require_percentage,
    require_text,
    require_tuple_of,
)
from salesflow.labels import Labelled
from salesflow.model.charge import TOTAL_DISCOUNT, Charge, ChargeKind, ChargeOf, ChargeOrigin, ChargeRule, When
from salesflow.model.charging import Alone, Row, shares
from salesflow.model.negotiation import Move
from salesflow.model.order_amounts import add_up_rows
from salesflow.model.party import Address
from salesflow.model.pricing import PriceOrigin
from salesflow.model.product import Item
from salesflow.model.terms import NET_30, PaymentTerms, TermsOfSale
from salesflow.model.totals import TOTALS, Basis, Totals, TotalsPolicy, in_basis
from salesflow.model.trade_agreement import NO_DISCOUNT, Discount
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import exact, half_up, require_currency


class QuotationStatus(Labelled):
    """Where a quotation stands: the state of its latest version [QUO-2, QTE-3]."""

    DRAFT = "draft", "Draft", "Concept"
    NEEDS_APPROVAL = "needs-approval", "Needs approval", "Goedkeuring noodzakelijk"
    NOT_APPROVED = "not-approved", "Not approved", "Afgewezen"
    APPROVED = "approved", "Approved", "Goedgekeurd"
    SENT = "sent", "Sent", "Verzonden"
    CONFIRMED = "confirmed", "Confirmed", "Bevestigd"
    LOST = "lost", "Lost", "Verloren"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


class VersionState(Labelled):
    """What became of a version; whether a draft needs approval is read from its figures."""

    DRAFT = "draft", "Draft", "Concept"
    SENT = "sent", "Sent", "Verzonden"
    ARCHIVED = "archived", "Archived", "Gearchiveerd"
    CONFIRMED = "confirmed", "Confirmed", "Bevestigd"
    LOST = "lost", "Lost", "Verloren"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


class Initiative(Labelled):
    """Who asked for the offer [QUO-1]."""

    REQUESTED = "requested", "Requested by the customer", "Aangevraagd door de klant"
    OWN = "own", "Our own initiative", "Eigen initiatief"


class Override(Labelled):
    """What was entered last on a line; everything else is worked out from it [QTE-7]."""

    NONE = "none", "Nothing", "Niets"
    TOTAL = "total", "Total", "Totaal"
    DISCOUNT_PERCENTAGE = "discount-percentage", "Discount in percent", "Korting in procenten"
    DISCOUNT_AMOUNT = "discount-amount", "Discount amount", "Kortingsbedrag"
    EARNING_PERCENTAGE = "earning-percentage", "Earning in percent", "Winst in procenten"
    EARNING_AMOUNT = "earning-amount", "Earning amount", "Winstbedrag"


class Severity(Labelled):
    """How much stands in the way of sending [QTE-9]."""

    OK = "ok", "OK", "OK"
    INFO = "info", "Information", "Informatie"
    WARNING = "warning", "Warning", "Waarschuwing"
    ERROR = "error", "Error", "Fout"


RANK = {severity: rank for rank, severity in enumerate(Severity)}


@frozen
class Issue:
    """
    Something about a line or an alternative that should be looked at.

    Information may be sent, a warning once it is approved, an error never [QTE-9].
    """

    severity: Severity
    code: str
    alternative: str
    line: int | None = None


@frozen(kw_only=True)
class QuotationType:
    """
    What quotations of a kind may be.

    Args:
        valid_days: For how many days after sending an offer is valid [QTE-12].
        max_discount: The total discount, in percent of the list prices, above which approval is needed; ``None`` is no limit [QTE-10].
        min_earning: The total earning, in percent of the total, below which approval is needed.
        alternatives: Whether there may be more than one alternative [QTE-5].
        header_discount: Whether a discount may be given on the whole [QTE-8].
    """

    number: str = "standard"
    valid_days: int = 30
    max_discount: Decimal | None = None
    min_earning: Decimal | None = None
    alternatives: bool = True
    header_discount: bool = True

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        if type(self.valid_days) is not int or self.valid_days < 0:
            msg = f"valid_days must be a whole number of zero or more, not {self.valid_days!r}"
            raise ValueError(msg)
        for name in ("max_discount", "min_earning"):
            if getattr(self, name) is not None:
                require_decimal(name, getattr(self, name))


STANDARD = QuotationType()


@frozen(kw_only=True)
class QuotationLine:
    """
    What is offered of an item, or of a category while the item is not known yet [QUO-6].

    Args:
        quantity: In the item's unit; above zero, and not necessarily whole.
        price: The list price for ``price_unit`` units, in the basis of the line.
        cost: What a unit costs us, without VAT.
        minimum: The unit price at or below which the line warns [QTE-11].
        discount_amount: What trade agreements take off per unit; with ``discount``, it applies unless something was entered.
        discount: What trade agreements then take off in percent.
        override: What was entered on the line last, and ``value`` how much.
        offered: Whether it is in the assortment.
        schedule: Dates and quantities, where it is to come in parts; they add up to the quantity.
        basis: Whether prices and entered amounts are without VAT or have it in them; all lines of an alternative have the same.
    """

    number: int = 0
    item: Item | None = None
    category: str = ""
    text: str = ""
    quantity: Decimal
    price: Decimal
    price_unit: Decimal = ONE
    cost: Decimal = ZERO
    minimum: Decimal | None = None
    discount_amount: Decimal = ZERO
    discount: Decimal = ZERO
    override: Override = Override.NONE
    value: Decimal = ZERO
    requested: date | None = None
    origin: PriceOrigin = PriceOrigin.MANUAL
    offered: bool = True
    schedule: tuple[tuple[date, Decimal], ...] = ()
    basis: Basis = Basis.NET

    def __attrs_post_init__(self) -> None:
        require_kind("basis", self.basis, Basis)
        for name in ("quantity", "price", "price_unit", "cost", "discount_amount", "value"):
            require_decimal(name, getattr(self, name))
        for name in ("quantity", "price_unit"):
            if getattr(self, name) <= 0:
                msg = f"{name} must be above zero, not {getattr(self, name)}"
                raise ValueError(msg)
        for name in ("price", "cost", "discount_amount"):
            if getattr(self, name) < 0:
                msg = f"{name} must be zero or more, not {getattr(self, name)}"
                raise ValueError(msg)
        require_percentage("discount", self.discount)
        if self.item is not None:
            require_kind("item", self.item, Item)
        require_kind("override", self.override, Override)
        require_tuple_of("schedule", self.schedule, tuple)
        self._check_value()

    def _check_value(self) -> None:
        if self.override is Override.DISCOUNT_PERCENTAGE:
            require_percentage("value", self.value)
        if self.override is Override.EARNING_PERCENTAGE and self.value >= HUNDRED:
            msg = f"an earning is below 100 percent of the total, not {self.value}"
            raise ValueError(msg)
        if self.override is Override.TOTAL and self.value < 0:
            msg = f"a total must be zero or more, not {self.value}"
            raise ValueError(msg)

    @property
    def vat(self) -> Vat:
        """How it is taxed; not at all while the item is unknown."""
        return NO_VAT if self.item is None else self.item.vat

    @property
    def is_linked(self) -> bool:
        """An offer counts towards no sales agreement; the order that it becomes may."""
        return False

    @exact
    def subtotal(self, quantum: Decimal) -> Decimal:
        """Return the list price times the quantity, rounded once, half up [QTE-7]."""
        return half_up(self.quantity * self.price / self.price_unit, quantum)

    @exact
    def total_cost(self, quantum: Decimal) -> Decimal:
        """Return the unit cost times the quantity, without VAT, rounded once, half up."""
        return half_up(self.quantity * self.cost, quantum)

    @exact
    def exact_total(self, quantum: Decimal) -> Decimal:
        """Return the total by what was entered last, before it is rounded [QTE-7]."""
        match self.override:
            case Override.NONE:
                return self.quantity * Discount(self.discount_amount, self.discount).off(self.price / self.price_unit)
            case Override.TOTAL:
                return self.value
            case Override.DISCOUNT_PERCENTAGE:
                return self.quantity * self.price / self.price_unit * (HUNDRED - self.value).scaleb(-2)
            case Override.DISCOUNT_AMOUNT:
                return self.subtotal(quantum) - half_up(self.value, quantum)
            case Override.EARNING_PERCENTAGE:
                net = self.quantity * self.cost / (HUNDRED - self.value).scaleb(-2)
            case _:
                net = self.total_cost(quantum) + half_up(self.value, quantum)
        return in_basis(net, self.vat, Basis.NET, self.basis)

    @exact
    def total(self, quantum: Decimal) -> Decimal:
        """Return the total in the basis of the line, rounded half up."""
        return half_up(self.exact_total(quantum), quantum)

    @exact
    def earning(self, quantum: Decimal) -> Decimal:
        """Return the total without VAT less the cost."""
        return half_up(in_basis(self.total(quantum), self.vat, self.basis, Basis.NET), quantum) - self.total_cost(quantum)


@frozen(kw_only=True)
class Alternative:
    """
    One of the offers a version makes.

    Args:
        discount: On the whole, beside the discounts of the lines: an amount and then a percentage [QTE-8].
        charges: Other charges and discounts on the whole.
        totals_policy: Whether its prices have VAT in them, and how VAT is rounded.
    """

    name: str = "1"
    lines: tuple[QuotationLine, ...]
    discount: Discount = NO_DISCOUNT
    charges: tuple[ChargeRule, ...] = ()
    totals_policy: TotalsPolicy = TOTALS

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)
        require_tuple_of("lines", self.lines, QuotationLine)
        require_kind("discount", self.discount, Discount)
        require_tuple_of("charges", self.charges, ChargeRule)
        require_kind("totals_policy", self.totals_policy, TotalsPolicy)

    @property
    def rules(self) -> tuple[ChargeRule, ...]:
        """Its charges, and after them the discount on the whole: the amount, and the percentage of what that leaves."""
        if not self.discount:
            return self.charges
        first = max((rule.number for rule in self.charges), default=0) + 1
        off = ChargeRule(
            number=first,
            kind=ChargeKind.DISCOUNT,
            code=TOTAL_DISCOUNT,
            value=-self.discount.amount,
            when=When.PROPORTIONAL,
            recurs=True,
            origin=ChargeOrigin.QUOTATION,
        )
        share = evolve(off, number=first + 1, of=ChargeOf.PERCENT, value=-self.discount.percentage, upon=(first,))
        if not self.discount.amount:
            share = evolve(share, number=first, upon=())
        return (*self.charges, *(rule for rule in (off, share) if rule.value))

    def line(self, number: int) -> QuotationLine:
        """Return the line of that number; raise ``LookupError`` where there is none."""
        for each in self.lines:
            if each.number == number:
                return each
        msg = f"alternative {self.name} has no line {number!r}"
        raise LookupError(msg)


@frozen(kw_only=True)
class Approval:
    """Who looked at what needs approval, and what was decided."""

    granted: bool
    by: str
    on: date
    text: str = ""


@frozen(kw_only=True)
class Version:
    """
    One version of the offer.

    Args:
        rank: Its number, from one.
        favourite: The name of the alternative that is counted on.
        prior: What an archived version was before.
        approval: What was decided about it; an edit takes it away.
        expires: The last day on which it is valid, that day included [QTE-12].
        accepted: The alternative that was ordered.
        reason: Why it was lost or cancelled, or why others were chosen.
        terms: Our terms of sale.
        purchase_terms: The customer's terms of purchase, where those were agreed on.
    """

    rank: int
    made: date
    alternatives: tuple[Alternative, ...]
    favourite: str
    state: VersionState = VersionState.DRAFT
    prior: VersionState | None = None
    approval: Approval | None = None
    sent: date | None = None
    expires: date | None = None
    accepted: str = ""
    reason: str = ""
    payment_terms: PaymentTerms = NET_30
    terms: TermsOfSale | None = None
    purchase_terms: TermsOfSale | None = None
    deliver_to: Address | None = None

    def __attrs_post_init__(self) -> None:
        require_date("made", self.made)
        require_tuple_of("alternatives", self.alternatives, Alternative)

    def alternative(self, name: str) -> Alternative:
        """Return the alternative of that name; raise ``LookupError`` where there is none."""
        for each in self.alternatives:
            if each.name == name:
                return each
        msg = f"version {self.rank} has no alternative {name!r}"
        raise LookupError(msg)


@frozen(kw_only=True)
class Quotation:
    """
    An offer of goods or services to a customer or a prospect [QUO-1].

    Args:
        party: The number of the party it is made to.
        opportunity: What it may lead to; at most one quotation belongs to one [QTE-1].
        probability: How likely the customer takes it, in percent: our own estimate, and no part of the offer [QUO-5].
        line_probabilities: The same for lines of the favourite that have their own.
        moves: What was said in negotiation, oldest first.
        order: The order that it became.
    """

    number: str
    party: str
    currency: str
    drawn_up: date
    versions: tuple[Version, ...]
    type: QuotationType = STANDARD
    initiative: Initiative = Initiative.REQUESTED
    opportunity: str | None = None
    probability: Decimal = ZERO
    line_probabilities: tuple[tuple[int, Decimal], ...] = ()
    moves: tuple[Move, ...] = field(default=())
    order: str | None = None

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("party", self.party)
        require_currency("currency", self.currency)
        require_date("drawn_up", self.drawn_up)
        require_kind("type", self.type, QuotationType)
        require_tuple_of("versions", self.versions, Version)
        require_percentage("probability", self.probability)

    # ------------------------------------------------------------------ what stands

    @property
    def version(self) -> Version:
        """The active version: always the latest [QTE-2]."""
        return self.versions[-1]

    @property
    def favourite(self) -> Alternative:
        """The alternative that is counted on [QTE-6]."""
        return self.version.alternative(self.version.favourite)

    @property
    def status(self) -> QuotationStatus:
        """Where it stands; whether a draft needs approval is read from its figures, and forgotten when they change."""
        version = self.version
        if version.state is not VersionState.DRAFT:
            return QuotationStatus(version.state.value)
        if version.approval is not None:
            return QuotationStatus.APPROVED if version.approval.granted else QuotationStatus.NOT_APPROVED
        return QuotationStatus.NEEDS_APPROVAL if self.severity is Severity.WARNING else QuotationStatus.DRAFT

    def is_expired(self, on: date) -> bool:
        """Say whether it was sent and the last day on which it was valid has passed [QTE-12]."""
        version = self.version
        return version.state is VersionState.SENT and version.expires is not None and on > version.expires

    # ------------------------------------------------------------------ the figures

    def quantum(self, alternative: str | None = None) -> Decimal:
        """Return the smallest amount that an alternative counts in."""
        return self._offer(alternative).totals_policy.quantum(self.currency)

    def totals(self, alternative: str | None = None) -> Totals:
        """Return the total of an alternative, with charges and VAT; of the favourite unless another is named."""
        offer = self._offer(alternative)
        rows = self.rows(alternative)
        return add_up_rows(rows, self.charges(alternative), offer.rules, self.quantum(alternative), offer.totals_policy)

    @exact
    def rows(self, alternative: str | None = None) -> tuple[Row, ...]:
        """Return the lines of an alternative with quantity and amount."""
        quantum = self.quantum(alternative)
        return tuple((line, line.quantity, line.total(quantum), line.exact_total(quantum)) for line in self._offer(alternative).lines)

    def charges(self, alternative: str | None = None) -> tuple[Charge, ...]:
        """Return the amount of each charge and discount on the whole, by rate of VAT."""
        rows = self.rows(alternative)
        found = shares(self._offer(alternative).rules, rows, Alone(rows), self.quantum(alternative))
        return tuple(charge for share in found for charge in share.charges())

    @exact
    def net(self, alternative: str | None = None) -> Decimal:
        """Return the lines with the charges and discounts on the whole, without VAT [QTE-8]."""
        totals = self.totals(alternative)
        return totals.net + totals.charges

    @exact
    def amount(self, alternative: str | None = None) -> Decimal:
        """Return the lines with the charges and discounts on the whole, in the basis of the alternative."""
        totals = self.totals(alternative)
        return totals.total if self._offer(alternative).totals_policy.is_gross else totals.net + totals.charges

    @exact
    def subtotal(self, alternative: str | None = None) -> Decimal:
        """Return the lines at list prices, in the basis of the alternative."""
        quantum = self.quantum(alternative)
        return sum((line.subtotal(quantum) for line in self._offer(alternative).lines), ZERO)

    @exact
    def cost(self, alternative: str | None = None) -> Decimal:
        """Return what the lines cost us, without VAT."""
        quantum = self.quantum(alternative)
        return sum((line.total_cost(quantum) for line in self._offer(alternative).lines), ZERO)

    @exact
    def earning(self, alternative: str | None = None) -> Decimal:
        """Return the net less the cost."""
        return self.net(alternative) - self.cost(alternative)

    @exact
    def earning_percentage(self, alternative: str | None = None) -> Decimal | None:
        """Return the earning in percent of the net, unrounded; ``None`` where the net is zero."""
        net = self.net(alternative)
        return self.earning(alternative) * HUNDRED / net if net else None

    @exact
    def discount_percentage(self, alternative: str | None = None) -> Decimal | None:
        """Return all discounts together in percent of the list prices, unrounded; ``None`` where those are zero [QTE-10]."""
        subtotal = self.subtotal(alternative)
        return (subtotal - self.amount(alternative)) * HUNDRED / subtotal if subtotal else None

    @exact
    def expected_value(self) -> Decimal:
        """
        Return what the favourite is expected to bring: each line times its probability, less its part of the discount on the whole.

        Without VAT, rounded once, half up [QUO-5].
        """
        offer, net, quantum = self.favourite, self.net(), self.quantum()
        whole = sum((line.total(quantum) for line in offer.lines), ZERO)
        likely = sum((line.total(quantum) * self.probability_of(line.number).scaleb(-2) for line in offer.lines), ZERO)
        return half_up(likely * net / whole if whole else ZERO, quantum)

    def probability_of(self, line: int) -> Decimal:
        """Return how likely the customer takes a line of the favourite."""
        return dict(self.line_probabilities).get(line, self.probability)

    # ------------------------------------------------------------------ what stands in the way

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Everything about the active version that should be looked at, alternative by alternative [QTE-9]."""
        return tuple(issue for offer in self.version.alternatives for issue in self._issues(offer))

    @property
    def severity(self) -> Severity:
        """The worst of all issues."""
        return max((issue.severity for issue in self.issues), key=RANK.__getitem__, default=Severity.OK)

    def _issues(self, offer: Alternative) -> Iterator[Issue]:
        quantum = self.quantum(offer.name)
        for line in offer.lines:
            if not line.offered:
                yield Issue(Severity.ERROR, "not-in-assortment", offer.name, line.number)
            if line.total(quantum) < 0:
                yield Issue(Severity.ERROR, "below-zero", offer.name, line.number)
            elif not line.price or not line.total(quantum):
                yield Issue(Severity.WARNING, "price-zero", offer.name, line.number)
            if line.minimum is not None and line.price / line.price_unit <= line.minimum:
                yield Issue(Severity.WARNING, "price-too-low", offer.name, line.number)
            if line.item is None:
                yield Issue(Severity.INFO, "item-unknown", offer.name, line.number)
        limit, least = self.type.max_discount, self.type.min_earning
        given, earned = self.discount_percentage(offer.name), self.earning_percentage(offer.name)
        if limit is not None and given is not None and given > limit:
            yield Issue(Severity.WARNING, "discount-too-high", offer.name)
        if least is not None and (earned is None or earned < least):
            yield Issue(Severity.WARNING, "earning-too-low", offer.name)

    def _offer(self, alternative: str | None) -> Alternative:
        return self.favourite if alternative is None else self.version.alternative(alternative)
