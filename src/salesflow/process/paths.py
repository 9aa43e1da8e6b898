"""
The twelve-step path of a sale: what was done, by which document, what was skipped and why, and what is next [S0].

A path is kept by hand with ``record`` and ``skip``, or read from the documents of a sale with ``read``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from attrs import evolve, frozen

from salesflow.checks import require_date, require_kind, require_text
from salesflow.errors import Refusal, refuse
from salesflow.labels import Labelled
from salesflow.model.agreement import SalesAgreement
from salesflow.model.confirmation import OrderConfirmation
from salesflow.model.history import Change, Happened
from salesflow.model.invoice import Invoice
from salesflow.model.lead import Lead
from salesflow.model.opportunity import Opportunity
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip, SlipStatus
from salesflow.model.party import PartyKind
from salesflow.model.path import CALL_OFF, DIRECT_SALE, PROFILES, Part, Path, PathStep, Profile, StepRecord
from salesflow.model.payment import Payment
from salesflow.model.quotation import Quotation
from salesflow.outcome import Outcome
from salesflow.rules import Rule

NOT_IN_PROFILE = Rule(
    code="path.not-in-profile",
    en="A sale takes the steps of its profile.",
    nl="Een verkoop doorloopt de stappen van het eigen profiel.",
    refusal="a {profile} has no step {step}",
    spec=("PTH-1",),
    source="seed",
)
TOO_EARLY = Rule(
    code="path.too-early",
    en="A step is taken once the required steps before it are done or skipped.",
    nl="Een stap wordt gezet als de vereiste stappen ervoor zijn gedaan of overgeslagen.",
    refusal="step {step} comes after {missing}",
    spec=("PTH-4",),
    source="choice",
)
SKIPPED_ALREADY = Rule(
    code="path.settled",
    en="A step is skipped once, and not after it was done.",
    nl="Een stap wordt één keer overgeslagen, en niet nadat die is gedaan.",
    refusal="step {step} is settled already",
    spec=("PTH-4",),
    source="choice",
)
NO_CONSIDERATION = Rule(
    code="path.no-consideration",
    en="A sale is between two parties, for money or another compensation.",
    nl="Een verkoop is tussen twee partijen, voor geld of een andere compensatie.",
    refusal="{seller} hands something to {buyer} for {consideration}",
    spec=("PTH-3",),
    source="seed",
)


class Department(Labelled):
    """Who leads [S0, MKT-1]."""

    MARKETING = "marketing", "Marketing", "Marketing"
    SALES = "sales", "Sales", "Verkoop"


@frozen(kw_only=True)
class Leadership:
    """
    Which department leads, by number and kind of customers: data, not a rule of ours [S0, MKT-1].

    Args:
        many: From how many customers on marketing leads; ``None`` is never.
        consumers: Whether marketing leads wherever the customers are persons.
    """

    many: int | None = 1000
    consumers: bool = True

    def leads(self, customers: int, kind: PartyKind) -> Department:
        """Return which department leads for so many customers of that kind."""
        crowd = self.many is not None and customers >= self.many
        return Department.MARKETING if crowd or (self.consumers and kind is PartyKind.PERSON) else Department.SALES


def begin(number: str, profile: Profile) -> Outcome[Path]:
    """Begin a path along a profile."""
    path = Path(number=number, profile=profile)
    return Outcome(document=path, made=(path,))


def record(path: Path, step: PathStep, *, on: date, document: str = "", by: str = "") -> Outcome[Path]:
    """
    Say that a step was done, by a document where there is one; a step may be done more than once [PTH-4].

    Raises:
        RefusedError: ``path.not-in-profile``, ``path.too-early``.
    """
    require_kind("path", path, Path)
    refuse(_against(path, step))
    return _with(path, StepRecord(step=step, on=on, by=by, document=document), "done")


def skip(path: Path, step: PathStep, *, reason: str, on: date, by: str = "") -> Outcome[Path]:
    """
    Say that a step is skipped, and why [PTH-4].

    Raises:
        RefusedError: ``path.not-in-profile``, ``path.settled``.
    """
    require_kind("path", path, Path)
    require_text("reason", reason)
    found: list[Refusal | None] = [SKIPPED_ALREADY.refuse(step=step) if step in path.settled else None]
    if path.profile.part(step) is Part.SKIPPED:
        found.append(NOT_IN_PROFILE.refuse(profile=path.profile.name, step=step))
    refuse(found)
    return _with(path, StepRecord(step=step, on=on, by=by, skipped=reason), "skipped")


def why_not(path: Path, step: PathStep) -> tuple[Refusal, ...]:
    """Return every reason why a step may not be recorded now."""
    return tuple(_against(path, step))


def _against(path: Path, step: PathStep) -> Iterator[Refusal]:
    require_kind("step", step, PathStep)
    if path.profile.part(step) is Part.SKIPPED:
        yield NOT_IN_PROFILE.refuse(profile=path.profile.name, step=step)
    elif missing := path.missing_before(step):
        yield TOO_EARLY.refuse(step=step, missing=", ".join(missing))


def _with(path: Path, entry: StepRecord, what: str) -> Outcome[Path]:
    after = evolve(path, records=(*path.records, entry))
    told = Happened(
        number=path.number,
        document="path",
        what=what,
        on=entry.on,
        by=entry.by,
        reason=entry.skipped,
        changes=(Change(entry.step, None, entry.document or entry.skipped),),
    )
    return Outcome(document=after, changed=(after,), events=(told,))


def read(number: str, profile: Profile, documents: Iterable[object]) -> Path:
    """
    Return the path of a sale as its documents show it: each step with the first document that did it.

    Steps outside the profile are left out, and nothing is refused: what happened, happened.
    A lead shows orientation on customers, and on competitors where it has notes of a market; a sale with a decision-making unit shows step three.
    """
    require_kind("profile", profile, Profile)
    found: dict[PathStep, StepRecord] = {}
    for document in documents:
        for step, on, name in _shown(document):
            known = found.get(step)
            if profile.part(step) is not Part.SKIPPED and (known is None or on < known.on):
                found[step] = StepRecord(step=step, on=on, document=name)
    return Path(number=number, profile=profile, records=tuple(found[step] for step in PathStep if step in found))


_Shown = tuple[PathStep, date, str]


def _shown(document: object) -> Iterator[_Shown]:
    match document:
        case Lead():
            return _of_lead(document)
        case Opportunity():
            return _of_opportunity(document)
        case Quotation():
            return _of_quotation(document)
    return _of_dealing(document)


def _of_dealing(document: object) -> Iterator[_Shown]:
    """Yield the step that a document of dealing shows; nothing where it was undone or takes something back."""
    match document:
        case SalesAgreement():
            yield PathStep.CONTRACT, document.drawn_up, document.number
        case Order():
            yield PathStep.ORDER, document.placed, document.number
        case OrderConfirmation():
            yield PathStep.CONFIRMATION, document.on, document.number
        case PackingSlip() if document.status is SlipStatus.POSTED and document.reverses is None:
            yield PathStep.DELIVERY, document.on, document.number
        case Invoice() if document.number and not document.takes_back:
            yield PathStep.INVOICE, document.on, document.number
        case Payment() if document.amount > 0:
            yield PathStep.PAYMENT, document.on, document.number


def _of_lead(document: Lead) -> Iterator[_Shown]:
    yield PathStep.CUSTOMERS, document.registered, document.number
    if document.market:
        yield PathStep.COMPETITORS, document.registered, document.number
    if document.campaign is not None:
        yield PathStep.PROMOTION, document.registered, document.campaign


def _of_opportunity(document: Opportunity) -> Iterator[_Shown]:
    yield PathStep.CUSTOMERS, document.registered, document.number
    if document.competitor:
        yield PathStep.COMPETITORS, document.registered, document.number
    if document.stakeholders:
        yield PathStep.DECISION_MAKERS, document.registered, document.number
    if document.campaign is not None:
        yield PathStep.PROMOTION, document.registered, document.campaign
    for activity in document.activities:
        if activity.done is not None and activity.kind in {"presentation", "demonstration"}:
            yield PathStep.PROMOTION, activity.done, document.number


def _of_quotation(document: Quotation) -> Iterator[_Shown]:
    sent = [version.sent for version in document.versions if version.sent is not None]
    if sent:
        yield PathStep.QUOTATION, min(sent), document.number
    if document.moves:
        yield PathStep.NEGOTIATION, document.moves[0].on, document.number


def profile_of(order: Order, *, under_agreement: bool = False, at_once: bool = False) -> Profile:
    """Return the profile that fits an order: a call-off, a direct sale, or that of its kind of sale [PTH-2, PTH-7]."""
    require_kind("order", order, Order)
    if at_once:
        return DIRECT_SALE
    if under_agreement or any(line.link is not None for line in order.lines):
        return CALL_OFF
    return next(profile for profile in PROFILES if order.sale in profile.kinds)


def why_no_sale(seller: str, buyer: str, *, amount: object = None, compensation: str = "", on: date) -> tuple[Refusal, ...]:
    """Return why something is no sale: nobody sells to oneself, and a gift is none [PTH-3]."""
    require_date("on", on)
    if seller != buyer and (amount or compensation.strip()):
        return ()
    return (NO_CONSIDERATION.refuse(seller=seller, buyer=buyer, consideration=amount or compensation.strip() or "nothing"),)
