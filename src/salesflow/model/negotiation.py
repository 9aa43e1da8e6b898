"""What is said in negotiation about an offer: counter-offers and objections, and how they were answered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import require_date, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.terms import PaymentTerms, TermsOfSale


class Side(Labelled):
    """Who says it."""

    CUSTOMER = "customer", "The customer", "De klant"
    SELLER = "seller", "The seller", "De verkoper"


class MoveKind(Labelled):
    """What is said."""

    COUNTER_OFFER = "counter-offer", "Counter-offer", "Tegenbod"
    OBJECTION = "objection", "Objection", "Bezwaar"


class Subject(Labelled):
    """What it is about."""

    PRICE = "price", "Price", "Prijs"
    TERMS_OF_SALE = "terms-of-sale", "Terms of sale", "Verkoopvoorwaarden"
    TERMS_OF_PURCHASE = "terms-of-purchase", "Terms of purchase", "Inkoopvoorwaarden"
    PAYMENT = "payment", "Terms of payment", "Betalingsvoorwaarden"
    DELIVERY = "delivery", "Delivery", "Levering"
    PRODUCT = "product", "The product", "Het product"


@frozen(kw_only=True)
class Answer:
    """How a counter-offer or objection was answered, and whether it was accepted."""

    on: date
    text: str
    accepted: bool = False

    def __attrs_post_init__(self) -> None:
        require_date("on", self.on)
        require_text("text", self.text)


@frozen(kw_only=True)
class Move:
    """
    One step of a negotiation, about one version of the offer.

    Args:
        number: Its place in the negotiation, from one.
        version: The version it is about, and ``alternative`` which of its offers.
        prices: What is asked per unit, by line; on a counter-offer about the price.
        terms: What is asked for instead of the terms of sale, or the terms of purchase the customer brings.
        payment_terms: What is asked for instead of the terms of payment.
    """

    number: int
    kind: MoveKind
    side: Side
    subject: Subject
    on: date
    version: int
    alternative: str
    text: str
    prices: tuple[tuple[int, Decimal], ...] = ()
    terms: TermsOfSale | None = None
    payment_terms: PaymentTerms | None = None
    answer: Answer | None = None

    def __attrs_post_init__(self) -> None:
        require_date("on", self.on)
        require_text("text", self.text)
        require_kind("kind", self.kind, MoveKind)
        require_kind("side", self.side, Side)
        require_kind("subject", self.subject, Subject)
        require_tuple_of("prices", self.prices, tuple)
