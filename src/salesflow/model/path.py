"""The sales path: twelve steps from orienting on competitors to being paid, and which of them a kind of sale takes [S0]."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from salesflow.checks import require_date, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.party import SaleKind


class PathStep(Labelled):
    """One of the twelve steps, in the order of the seed."""

    COMPETITORS = "competitors", "Orient on competitors", "Oriënteren op de concurrenten"
    CUSTOMERS = "customers", "Orient on customers", "Oriënteren op de klanten"
    DECISION_MAKERS = "decision-makers", "Orient on the decision makers", "Oriënteren op de beslissingsnemers"
    PROMOTION = "promotion", "Promotion to prospects", "Promotie bij potentiële klanten"
    QUOTATION = "quotation", "Quotation", "Offerte aanbieden"
    NEGOTIATION = "negotiation", "Negotiate terms of purchase and sale", "Onderhandelen over in- en verkoopvoorwaarden"
    CONTRACT = "contract", "Draw up a (framework) contract", "Opstellen van een (raam)contract"
    ORDER = "order", "Order received", "Bestelling ontvangen"
    CONFIRMATION = "confirmation", "Order confirmation with terms", "Opdrachtbevestiging met verkoopvoorwaarden"
    DELIVERY = "delivery", "Deliver goods or services", "Goederen of diensten leveren"
    INVOICE = "invoice", "Invoice with terms", "Factuur met verkoopvoorwaarden"
    PAYMENT = "payment", "Receive payment", "Ontvangst van betaling"


class Part(Labelled):
    """What a step is to a kind of sale."""

    REQUIRED = "required", "Required", "Vereist"
    OPTIONAL = "optional", "Optional", "Optioneel"
    SKIPPED = "skipped", "Skipped", "Overgeslagen"


_P = PathStep
EDGES = (
    (_P.QUOTATION, _P.NEGOTIATION),
    (_P.NEGOTIATION, _P.CONTRACT),
    (_P.CONTRACT, _P.ORDER),
    (_P.QUOTATION, _P.ORDER),
    (_P.NEGOTIATION, _P.ORDER),
    (_P.ORDER, _P.CONFIRMATION),
    (_P.ORDER, _P.DELIVERY),
    (_P.ORDER, _P.INVOICE),
    (_P.ORDER, _P.PAYMENT),
)
"""Which step comes before which, where a sale takes both [PTH-4]; payment may come before delivery."""


@frozen(kw_only=True)
class Profile:
    """
    Which steps a kind of sale takes [PTH-1].

    Args:
        kinds: Between whom it is.
        required: Steps without which it is not complete.
        optional: Steps it may take.
        at_once: Whether order, delivery and payment are one act, so that no invoice comes before the payment.
        withdrawal_days: For how many days the buyer may withdraw, for the application to see to; ``None`` is no such right [PTH-8].
    """

    name: str
    kinds: tuple[SaleKind, ...]
    required: tuple[PathStep, ...]
    optional: tuple[PathStep, ...] = ()
    at_once: bool = False
    withdrawal_days: int | None = None

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)
        require_tuple_of("kinds", self.kinds, SaleKind)
        require_tuple_of("required", self.required, PathStep)
        require_tuple_of("optional", self.optional, PathStep)
        if both := set(self.required) & set(self.optional):
            msg = f"a step is required or optional, not both: {min(both)}"
            raise ValueError(msg)

    def part(self, step: PathStep) -> Part:
        """Return what a step is to this kind of sale."""
        if step in self.required:
            return Part.REQUIRED
        return Part.OPTIONAL if step in self.optional else Part.SKIPPED

    @property
    def edges(self) -> tuple[tuple[PathStep, PathStep], ...]:
        """Which step comes before which; a payment waits for its invoice unless all is done at once [PTH-4]."""
        last = () if self.at_once else ((_P.INVOICE, _P.PAYMENT),)
        return (*EDGES, *last)


_DEALING = (_P.ORDER, _P.CONFIRMATION, _P.DELIVERY, _P.INVOICE, _P.PAYMENT)
FIRST_SALE = Profile(
    name="first sale between businesses",
    kinds=(SaleKind.B2B,),
    required=(_P.COMPETITORS, _P.CUSTOMERS, _P.DECISION_MAKERS, _P.PROMOTION, _P.QUOTATION, _P.NEGOTIATION, *_DEALING),
    optional=(_P.CONTRACT,),
)
CALL_OFF = Profile(name="call-off under a framework contract", kinds=(SaleKind.B2B,), required=_DEALING)
CONSUMER_ORDER = Profile(
    name="consumer order",
    kinds=(SaleKind.B2C,),
    required=(_P.COMPETITORS, _P.CUSTOMERS, _P.PROMOTION, *_DEALING),
    optional=(_P.QUOTATION, _P.NEGOTIATION),
    withdrawal_days=14,
)
DIRECT_SALE = Profile(
    name="direct sale",
    kinds=(SaleKind.B2C, SaleKind.B2B),
    required=(_P.ORDER, _P.DELIVERY, _P.PAYMENT),
    optional=(_P.COMPETITORS, _P.CUSTOMERS, _P.PROMOTION, _P.NEGOTIATION, _P.INVOICE),
    at_once=True,
)
BETWEEN_CONSUMERS = Profile(
    name="between consumers",
    kinds=(SaleKind.C2C,),
    required=(_P.ORDER, _P.DELIVERY, _P.PAYMENT),
    optional=(_P.CUSTOMERS, _P.PROMOTION, _P.NEGOTIATION),
)
PROFILES = (FIRST_SALE, CALL_OFF, CONSUMER_ORDER, DIRECT_SALE, BETWEEN_CONSUMERS)
"""A choice of ours for each kind; only that some steps are skipped for consumers, and that a market sale is paid at once, is the seed's [C10]."""


@frozen(kw_only=True)
class StepRecord:
    """
    That a step was done, by which document, or skipped, for which reason [PTH-4].

    Args:
        document: The document that did it; empty where there is none, as in an informal negotiation [PTH-6].
        skipped: Why it was skipped; empty where it was done.
    """

    step: PathStep
    on: date
    by: str = ""
    document: str = ""
    skipped: str = ""

    def __attrs_post_init__(self) -> None:
        require_kind("step", self.step, PathStep)
        require_date("on", self.on)


@frozen(kw_only=True)
class Path:
    """One sale on its way along a profile."""

    number: str
    profile: Profile
    records: tuple[StepRecord, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_kind("profile", self.profile, Profile)
        require_tuple_of("records", self.records, StepRecord)

    @property
    def done(self) -> frozenset[PathStep]:
        """The steps that were done."""
        return frozenset(record.step for record in self.records if not record.skipped)

    @property
    def settled(self) -> frozenset[PathStep]:
        """The steps that were done or skipped for a reason."""
        return frozenset(record.step for record in self.records)

    @property
    def is_complete(self) -> bool:
        """Whether every required step was done, or skipped for a reason [PTH-10]."""
        return self.settled.issuperset(self.profile.required)

    @property
    def waiting(self) -> tuple[PathStep, ...]:
        """The required steps that are still to be taken and that nothing stands before, in order."""
        open_ones = [step for step in PathStep if step in self.profile.required and step not in self.settled]
        return tuple(step for step in open_ones if not self.missing_before(step))

    def missing_before(self, step: PathStep) -> tuple[PathStep, ...]:
        """Return the required steps that come before one and were neither done nor skipped [PTH-4]."""
        before = [first for first, second in self.profile.edges if second is step]
        return tuple(dict.fromkeys(each for each in before if each in self.profile.required and each not in self.settled))
