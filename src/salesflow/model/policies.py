"""Where companies or sources differ, the choice is a value with a documented default."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_decimal, require_kind
from salesflow.labels import Labelled
from salesflow.model.invoice import InvoiceKind
from salesflow.model.party import PartyKind
from salesflow.model.pricing import PriceOrigin
from salesflow.model.trade_agreement import Relation


class ImpliesDelivery(Labelled):
    """For which lines an invoice that follows the order also delivers [QTY-6]."""

    SERVICES = "services", "Services only", "Alleen diensten"
    ALWAYS = "always", "Everything", "Alles"
    NEVER = "never", "Nothing", "Niets"


class DiscountBase(Labelled):
    """What a cash discount is taken of [CHG-P5]."""

    WITHOUT_FREIGHT = "without-freight", "Without freight", "Zonder vrachtkosten"
    WITH_FREIGHT = "with-freight", "With freight", "Met vrachtkosten"


class CashDiscounts(Labelled):
    """When a cash discount is granted."""

    IN_TIME = "in-time", "When paid in time", "Bij tijdige betaling"
    ALWAYS = "always", "Always", "Altijd"
    NEVER = "never", "Never", "Nooit"


class Overpayment(Labelled):
    """What becomes of a payment that is more than the discounted amount [PAY-6]."""

    SPECIFIC = "specific", "Keep the discount; book a small difference away", "Korting behouden; klein verschil afboeken"
    UNSPECIFIC = "unspecific", "Grant less discount", "Minder korting toekennen"


class UpperBound(Labelled):
    """Whether the end of a quantity break is part of it [TRD-4]."""

    INCLUSIVE = "inclusive", "Up to and including", "Tot en met"
    EXCLUSIVE = "exclusive", "Below", "Tot"


class Combination(Labelled):
    """How a line discount and a multiline discount go together [TRD-7]."""

    LINE = "line", "Line discount only", "Alleen regelkorting"
    MULTILINE = "multiline", "Multiline discount only", "Alleen meerregelkorting"
    HIGHEST = "highest", "The higher of the two", "De hoogste van de twee"
    LOWEST = "lowest", "The lower of the two", "De laagste van de twee"
    SUM = "sum", "Added", "Opgeteld"
    SUCCESSIVE = "successive", "One after the other", "Na elkaar"


class TotalDiscounts(Labelled):
    """Whether a discount on the whole keeps its condition [CHG-15, CHG-P1]."""

    CONDITIONAL = "conditional", "As long as the condition is met", "Zolang aan de voorwaarde is voldaan"
    GRANTED = "granted", "Kept once it was granted", "Blijft als zij eenmaal is gegeven"


PLACES = tuple((relation, place) for relation in Relation for place in range(1, 10))
"""Every place of every search: rows customer, group, all; columns item, group, all [TRD-2]."""


@frozen(kw_only=True)
class PricePolicy:
    """
    How prices and discounts are found.

    Args:
        searched: The places of the search that are activated [TRD-2].
        upper: Whether the end of a quantity break is part of it.
        combination: How line and multiline discount go together.
        kept: What a line is priced by so that pricing it again leaves it alone [TRD-5].
        total_discounts: Whether a discount on the whole is granted as long as the order reaches its amount, or kept once it was granted;
            what is kept is not decided again when the order is priced again.
    """

    searched: tuple[tuple[Relation, int], ...] = PLACES
    upper: UpperBound = UpperBound.INCLUSIVE
    combination: Combination = Combination.SUCCESSIVE
    kept: tuple[PriceOrigin, ...] = (PriceOrigin.MANUAL, PriceOrigin.QUOTATION, PriceOrigin.SALES_AGREEMENT, PriceOrigin.FREE)
    total_discounts: TotalDiscounts = TotalDiscounts.CONDITIONAL

    def __attrs_post_init__(self) -> None:
        if unknown := set(self.searched) - set(PLACES):
            msg = f"a place is a relation and a number from 1 to 9, not {min(unknown)}"
            raise ValueError(msg)


class ReleaseScope(Labelled):
    """What the least and the most of a release are compared with [X6]."""

    LINE = "line", "Each order line", "Elke orderregel"
    ORDER = "order", "The whole order", "De hele order"


@frozen(kw_only=True)
class AgreementPolicy:
    """
    How sales agreements are watched.

    Args:
        limits_refuse: Whether an order outside the agreed least and most of a release is refused; otherwise it is a warning [AGR-12].
        limits_per: Whether those are looked at by line or by order.
    """

    limits_refuse: bool = False
    limits_per: ReleaseScope = ReleaseScope.LINE


@frozen(kw_only=True)
class OpportunityPolicy:
    """
    How sales in the making are kept.

    Args:
        require_reason: Whether stalling and closing need a reason [C3].
        require_competitor_on_lost: Whether a lost sale names who won it.
        require_reopen_date: Whether a stalled sale says when it is taken up again.
        keep_manual_probability: Whether a probability that was set by hand stays when the stage changes [C9].
        enforce_veto: Whether nothing is sold while somebody with a veto does not agree [STK-7].
    """

    require_reason: bool = False
    require_competitor_on_lost: bool = False
    require_reopen_date: bool = False
    keep_manual_probability: bool = False
    enforce_veto: bool = False


@frozen(kw_only=True)
class OrderPolicy:
    """
    How orders are taken and changed.

    Args:
        strict_type_change: Also lock the type once anything is delivered or invoiced, and item requirements at any time [X2].
            The default is the seed's rule: only item requirements that are delivered are locked.
        seller: What the seller is by nature.
        consumer_to_business: Whether a person may sell to an organisation [PTH-2].
    """

    strict_type_change: bool = False
    seller: PartyKind = PartyKind.ORGANISATION
    consumer_to_business: bool = False


@frozen(kw_only=True)
class DeliveryPolicy:
    """
    How goods leave.

    Args:
        confirm_first: Whether an order is confirmed before anything is delivered [DOC-3].
    """

    confirm_first: bool = False


@frozen(kw_only=True)
class InvoicePolicy:
    """
    How deliveries become invoices.

    Args:
        implies_delivery: For which lines an invoice that follows the order also delivers.
        over_delivery_by_order: Whether an invoice that follows the order takes what was delivered beyond it [P7];
            one that follows the slips always does.
        on_fulfilment: Whether an order is invoiced as soon as it is wholly delivered [PRC-6].
    """

    implies_delivery: ImpliesDelivery = ImpliesDelivery.SERVICES
    over_delivery_by_order: bool = False
    on_fulfilment: bool = False


@frozen(kw_only=True)
class SettlementPolicy:
    """
    How payments and invoices settle each other.

    Args:
        discounts: When a cash discount is granted [PAY-2].
        partial_discounts: Whether a payment of part of an invoice earns its part of the discount [PAY-3].
        discount_base: Whether a cash discount is taken of freight too [CHG-P5].
        credit_note_discounts: Whether a credit note gives its part of the discount back: what was granted on the invoices that it takes
            back, or by its own terms if it refers to none [PAY-4]. If not, that part stays in the customer's favour, for later invoices;
            it is never paid back, for it never came in.
        tolerance: The difference, in the currency of the documents, that is booked away instead of staying owed or left [PAY-6].
        overpayment: What becomes of a payment that is more than the discounted amount.
        first: The kinds of invoice that are settled before the others; within each the first due comes first [PAY-7].
    """

    discounts: CashDiscounts = CashDiscounts.IN_TIME
    partial_discounts: bool = False
    discount_base: DiscountBase = DiscountBase.WITHOUT_FREIGHT
    credit_note_discounts: bool = False
    tolerance: Decimal = ZERO
    overpayment: Overpayment = Overpayment.SPECIFIC
    first: tuple[InvoiceKind, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_kind("discount_base", self.discount_base, DiscountBase)
        require_decimal("tolerance", self.tolerance)
        if self.tolerance < 0:
            msg = f"tolerance must be zero or more, not {self.tolerance}"
            raise ValueError(msg)


@frozen(kw_only=True)
class FreeTextPolicy:
    """
    What a free text invoice may say.

    Args:
        item_numbers: Whether a line may name an item; it moves no stock either way [X1].
    """

    item_numbers: bool = True


@frozen(kw_only=True)
class SubscriptionPolicy:
    """
    How subscriptions are billed.

    Args:
        in_advance: Whether a cycle is billed when it begins; otherwise once it is over.
        most_at_once: How many missed cycles one run catches up at most; more is refused, for something must be wrong.
    """

    in_advance: bool = True
    most_at_once: int = 24


ORDERS = OrderPolicy()
DELIVERIES = DeliveryPolicy()
INVOICES = InvoicePolicy()
SETTLEMENTS = SettlementPolicy()
FREE_TEXT = FreeTextPolicy()
SUBSCRIPTIONS = SubscriptionPolicy()
PRICES = PricePolicy()
AGREEMENTS = AgreementPolicy()
OPPORTUNITIES = OpportunityPolicy()
