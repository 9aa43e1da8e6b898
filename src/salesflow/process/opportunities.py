"""
Sales in the making: registering, moving through stages, stalling, closing.

What is planned and done about them is in ``follow_ups``, who has a part in them in ``stakeholders``.

Every command leaves an entry in the history: what changed, when, by whom and why [HIS-1].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow.checks import HUNDRED, ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.opportunity import Interest, Opportunity, OpportunityStatus, OpportunityType
from salesflow.model.order import Order, OrderStatus
from salesflow.model.policies import OPPORTUNITIES, OpportunityPolicy
from salesflow.model.quotation import Quotation
from salesflow.model.stakeholder import Known
from salesflow.money import exact, half_up, quantum_of, require_currency
from salesflow.outcome import Outcome
from salesflow.process.history import begun, changed
from salesflow.rules import Rule

TYPE_GONE = Rule(
    code="opportunity.type-gone",
    en="A new sale is of a kind and in a stage that are still in use.",
    nl="Een nieuwe verkoop is van een type en in een fase die nog in gebruik zijn.",
    refusal="{what} {name} is no longer in use",
    spec=("TYP-4",),
    source="documentation",
)
UNKNOWN_STAGE = Rule(
    code="opportunity.unknown-stage",
    en="A sale is in a stage of its own kind.",
    nl="Een verkoop zit in een fase van het eigen type.",
    refusal="sales of kind {type} have no stage {stage}",
    spec=("STG-1", "STG-2"),
    source="documentation",
)
BEFORE_REGISTERED = Rule(
    code="opportunity.before-registered",
    en="Nothing happens to a sale before the day it was registered, and it does not close before it.",
    nl="Er gebeurt niets met een verkoop vóór de dag waarop die is geregistreerd, en sluiten kan niet daarvoor.",
    refusal="sale {sale} was registered on {registered}; {on} is before that",
    spec=("SAL-5", "I15"),
    source="choice",
)
REOPEN_LATER = Rule(
    code="opportunity.reopen-later",
    en="A stalled sale is taken up again on a later day.",
    nl="Een vastgelopen verkoop wordt op een latere dag heropend.",
    refusal="sale {sale} stalls on {on} and is to be re-opened on {reopen}",
    spec=("SAL-10",),
    source="choice",
)
REQUIRED = Rule(
    code="opportunity.required",
    en="What the policy wants to know when a sale is stalled or closed is said.",
    nl="Wat het beleid wil weten als een verkoop vastloopt of sluit, wordt opgegeven.",
    refusal="sale {sale} is to be {what} without {missing}",
    spec=("SAL-9", "C3"),
    source="seed",
)
VETO = Rule(
    code="opportunity.veto",
    en="By the strict policy nothing is sold while somebody with a veto does not agree.",
    nl="Bij streng beleid wordt niets verkocht zolang iemand met een veto niet instemt.",
    refusal="sale {sale} has no consent of {party}, who has a veto",
    spec=("STK-7",),
    source="documentation",
)
ORDER_PLACED = Rule(
    code="opportunity.order-placed",
    en="A sale of which an order was placed and not cancelled is not re-opened.",
    nl="Een verkoop waarvan een order is geplaatst en niet geannuleerd, wordt niet heropend.",
    refusal="sale {sale} has order {order}, which is {status}",
    spec=("SAL-7",),
    source="choice",
)
SKIPPED = Rule(
    code="opportunity.stage-skipped",
    en="Where the kind of sale does not let stages be skipped, a sale moves one stage forward at a time.",
    nl="Als het type verkoop overslaan niet toestaat, gaat een verkoop telkens één fase vooruit.",
    refusal="sale {sale} cannot go from {stage} to {wanted}",
    spec=("STG-3",),
    source="documentation",
)
QUOTATION_REQUIRED = Rule(
    code="opportunity.quotation-required",
    en="A stage that asks for a quotation is entered with one.",
    nl="Een fase die om een offerte vraagt, wordt met een offerte bereikt.",
    refusal="stage {stage} asks for a quotation and sale {sale} has none",
    spec=("STG-3",),
    source="documentation",
)
NO_MARGIN = Rule(
    code="opportunity.no-margin",
    en="A margin in percent is set on an amount other than zero.",
    nl="Een winstpercentage wordt gezet op een bedrag dat niet nul is.",
    refusal="sale {sale} has an amount of zero, of which {percentage} percent is no profit",
    spec=("AMT-4",),
    source="choice",
)
MIRRORED = Rule(
    code="opportunity.mirrored",
    en="A sale whose figures are those of its quotation has none entered by hand.",
    nl="Een verkoop met de cijfers van de offerte krijgt geen handmatige cijfers.",
    refusal="sale {sale} shows the figures of quotation {quotation}",
    spec=("AMT-6",),
    source="documentation",
)
CURRENCY_FIXED = Rule(
    code="opportunity.currency-fixed",
    en="A sale with a quotation keeps its currency, and its quotation is in it.",
    nl="Een verkoop met een offerte houdt haar valuta, en de offerte is in die valuta.",
    refusal="sale {sale} is in {currency} and has quotation {quotation}; {other} is another currency",
    spec=("CUR-1",),
    source="documentation",
)
UNKNOWN_PART = Rule(
    code="opportunity.unknown-part",
    en="What is done, removed or linked belongs to the sale.",
    nl="Wat wordt gedaan, verwijderd of gekoppeld, hoort bij de verkoop.",
    refusal="sale {sale} has no {what} {name}",
    spec=("SAL-2",),
    source="choice",
)


def is_registered_by_then(opportunity: Opportunity, on: date) -> Refusal | None:
    """Nothing happens before the sale was registered."""
    if on >= opportunity.registered:
        return None
    return BEFORE_REGISTERED.refuse(sale=opportunity.number, registered=opportunity.registered, on=on)


_S = OpportunityStatus
_THEN = (is_registered_by_then,)
_WORKING = (_S.OPEN, _S.STALLED)


def _staying(command: str, *statuses: OpportunityStatus) -> tuple[Step[Opportunity, OpportunityStatus], ...]:
    return tuple(Step(command, (status,), (status,), _THEN) for status in statuses)


LIFECYCLE: Lifecycle[Opportunity, OpportunityStatus] = Lifecycle(
    "opportunity",
    (
        Step("register", (), (_S.OPEN,)),
        Step("stall", (_S.OPEN,), (_S.STALLED,), _THEN),
        Step("reopen", (_S.STALLED, _S.SOLD, _S.LOST), (_S.OPEN,), _THEN),
        Step("mark_sold", _WORKING, (_S.SOLD,), _THEN),
        Step("mark_lost", _WORKING, (_S.LOST,), _THEN),
        *_staying("set_completed", _S.SOLD, _S.LOST),
        *_staying("move_to", _S.OPEN),
        *_staying("set_probability", _S.OPEN),
        *_staying("set_figures", *_WORKING),
        *_staying("set_sale_date", *_WORKING),
        *_staying("change_type", *_WORKING),
        *_staying("attach_quotation", *_WORKING),
        *_staying("update", *_S),
        *_staying("follow_ups.plan", *_S),
        *_staying("follow_ups.complete", *_S),
        *_staying("follow_ups.write", *_S),
        *_staying("stakeholders.add", *_WORKING),
        *_staying("stakeholders.remove", *_WORKING),
        *_staying("stakeholders.answer", *_WORKING),
    ),
    status=lambda opportunity: opportunity.status,
    resting=(_S.SOLD, _S.LOST),
    kind=Opportunity,
)


# ---------------------------------------------------------------------- registering


@exact
def register(
    *,
    number: str,
    title: str,
    type: OpportunityType,  # noqa: A002  the field's own word
    owner: str,
    currency: str,
    on: date,
    stage: str | None = None,
    sale_date: date | None = None,
    amount: Decimal | int | None = None,
    interests: Iterable[Interest] = (),
    at: datetime | None = None,
    by: str = "",
    **terms: Any,
) -> Outcome[Opportunity]:
    """
    Register a sale: it is open, in the first stage of its kind unless another is named, and expected after the kind's duration.

    Args:
        amount: What it is expected to bring; left out it is worked out from its products [CRM-5].
        terms: Other fields of an opportunity, such as ``party``, ``lead``, ``source`` or ``note``.

    Raises:
        RefusedError: ``opportunity.type-gone``, ``opportunity.unknown-stage``, ``opportunity.before-registered``.
    """
    require_kind("type", type, OpportunityType)
    require_date("on", on)
    wanted = tuple(interests)
    first = next((each.name for each in type.stages if each.active), None)
    name = first if stage is None else stage
    where = type.stage(name or "")
    opportunity = Opportunity(
        number=number,
        title=title,
        type=type,
        registered=on,
        owner=owner,
        currency=currency,
        sale_date=type.expected(on) if sale_date is None else sale_date,
        stage=name,
        probability=ZERO if where is None else where.probability,
        interests=all_of("interest", wanted, Interest),
        **_fitting(terms),
    )
    value = half_up(opportunity.estimated, quantum_of(currency)) if amount is None else exact_number("amount", amount)
    opportunity = evolve(opportunity, amount=value)
    refuse(_against_new(opportunity, stage))
    return begun(opportunity, "opportunity", "registered", on=on, at=at, by=by)


_FIXED = {"status", "number", "registered", "type", "currency", "stage", "probability", "sale_date", "amount", "quotation"}
_PARTS = {"activities", "papers", "stakeholders", "checklist", "interests", "mirrors_quotation"}
_CLOSING = {"reopen_date", "stall_reason", "sold_reason", "lost_reason", "stage_when_closed", "completed"}


def _fitting(terms: dict[str, Any]) -> dict[str, Any]:
    """Return *terms* where they are fields without a command of their own."""
    if wrong := set(terms) & (_FIXED | _PARTS | _CLOSING):
        msg = f"{min(wrong)} is set by a command of its own"
        raise TypeError(msg)
    return terms


def _against_new(opportunity: Opportunity, asked: str | None) -> Iterator[Refusal]:
    kind, where = opportunity.type, opportunity.type.stage(opportunity.stage or "")
    if not kind.active:
        yield TYPE_GONE.refuse(what="kind of sale", name=kind.name)
    if asked is not None and where is None:
        yield UNKNOWN_STAGE.refuse(type=kind.name, stage=asked)
    elif where is not None and not where.active:
        yield TYPE_GONE.refuse(what="stage", name=where.name)
    if opportunity.sale_date < opportunity.registered:
        yield BEFORE_REGISTERED.refuse(sale=opportunity.number, registered=opportunity.registered, on=opportunity.sale_date)


# ---------------------------------------------------------------------- its life


def stall(
    opportunity: Opportunity,
    *,
    on: date,
    reopen: date | None = None,
    reason: str = "",
    at: datetime | None = None,
    by: str = "",
    policy: OpportunityPolicy = OPPORTUNITIES,
) -> Outcome[Opportunity]:
    """
    Put the sales process on hold until the re-open date; stage, amount and probability stay as they are.

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.reopen-later``, ``opportunity.required``.
    """
    require_date("on", on)
    status = LIFECYCLE.require("stall", opportunity, on=on)
    found = [*_against_silence(opportunity, "stalled", policy, reason=reason)]
    if reopen is None and policy.require_reopen_date:
        found.append(REQUIRED.refuse(sale=opportunity.number, what="stalled", missing="a re-open date"))
    if reopen is not None and reopen <= on:
        found.append(REOPEN_LATER.refuse(sale=opportunity.number, on=on, reopen=reopen))
    refuse(found)
    after = evolve(opportunity, status=status, reopen_date=reopen, stall_reason=reason)
    return changed(opportunity, after, "opportunity", "stalled", on=on, at=at, by=by, reason=reason)


def reopen(
    opportunity: Opportunity,
    *,
    on: date,
    reason: str = "",
    sale_date: date | None = None,
    orders: Iterable[Order] = (),
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Opportunity]:
    """
    Take a stalled or closed sale up again: in the stage it was in, with that stage's probability, and nothing of its closing left.

    Args:
        sale_date: When it is expected now; a closed sale without one is expected after its kind's duration.
        orders: The orders that came of it; one that stands keeps it closed.

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.order-placed``.
    """
    require_date("on", on)
    status = LIFECYCLE.require("reopen", opportunity, on=on)
    standing = [order for order in all_of("order", orders, Order) if order.status is not OrderStatus.CANCELLED]
    if opportunity.status is OpportunityStatus.SOLD:
        refuse(ORDER_PLACED.refuse(sale=opportunity.number, order=order.number, status=order.status) for order in standing)
    where = opportunity.type.stage(opportunity.stage or "")
    closed = opportunity.is_closed
    after = evolve(
        opportunity,
        status=status,
        reopen_date=None,
        stall_reason="",
        sold_reason="",
        lost_reason="",
        stage_when_closed=None,
        completed=False,
        probability=opportunity.probability if not closed else ZERO if where is None else where.probability,
        sale_date=sale_date or (opportunity.type.expected(on) if closed else opportunity.sale_date),
    )
    refuse((_against_sale_date(after),))
    return changed(opportunity, after, "opportunity", "reopened", on=on, at=at, by=by, reason=reason)


def mark_sold(
    opportunity: Opportunity,
    *,
    on: date,
    closed: date | None = None,
    reason: str = "",
    competitor: str = "",
    amount: Decimal | int | None = None,
    at: datetime | None = None,
    by: str = "",
    policy: OpportunityPolicy = OPPORTUNITIES,
) -> Outcome[Opportunity]:
    """
    Close the sale as sold: at 100 percent, in the stage where it was, on the day it was closed.

    Args:
        closed: The real day of closing, where it is not *on*.
        amount: What it brought, where that is not what was expected.

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.required``, ``opportunity.veto``.
    """
    require_date("on", on)
    status = LIFECYCLE.require("mark_sold", opportunity, on=on)
    found = [*_against_silence(opportunity, "sold", policy, reason=reason)]
    if policy.enforce_veto:
        found += [
            VETO.refuse(sale=opportunity.number, party=each.party)
            for each in opportunity.stakeholders
            if each.veto and each.consent is Known.NO
        ]
    after = evolve(
        opportunity,
        status=status,
        probability=HUNDRED,
        sale_date=on if closed is None else closed,
        stage_when_closed=opportunity.stage,
        sold_reason=reason,
        competitor=competitor or opportunity.competitor,
        amount=opportunity.amount if amount is None else exact_number("amount", amount),
        reopen_date=None,
        stall_reason="",
    )
    refuse((*found, _against_sale_date(after)))
    return changed(opportunity, after, "opportunity", "sold", on=on, at=at, by=by, reason=reason)


def mark_lost(
    opportunity: Opportunity,
    *,
    on: date,
    closed: date | None = None,
    reason: str = "",
    competitor: str = "",
    at: datetime | None = None,
    by: str = "",
    policy: OpportunityPolicy = OPPORTUNITIES,
) -> Outcome[Opportunity]:
    """
    Close the sale as lost: at 0 percent, with the reason and who won it; it is kept, and never deleted [SAL-11, PRC-7, PTY-6].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.required``.
    """
    require_date("on", on)
    status = LIFECYCLE.require("mark_lost", opportunity, on=on)
    found = [*_against_silence(opportunity, "lost", policy, reason=reason)]
    if policy.require_competitor_on_lost and not (competitor or opportunity.competitor):
        found.append(REQUIRED.refuse(sale=opportunity.number, what="lost", missing="a competitor"))
    after = evolve(
        opportunity,
        status=status,
        probability=ZERO,
        sale_date=on if closed is None else closed,
        stage_when_closed=opportunity.stage,
        lost_reason=reason,
        competitor=competitor or opportunity.competitor,
        reopen_date=None,
        stall_reason="",
    )
    refuse((*found, _against_sale_date(after)))
    return changed(opportunity, after, "opportunity", "lost", on=on, at=at, by=by, reason=reason)


def _against_silence(opportunity: Opportunity, what: str, policy: OpportunityPolicy, *, reason: str) -> Iterator[Refusal]:
    if policy.require_reason and not reason.strip():
        yield REQUIRED.refuse(sale=opportunity.number, what=what, missing="a reason")


def _against_sale_date(opportunity: Opportunity) -> Refusal | None:
    if opportunity.sale_date >= opportunity.registered:
        return None
    return BEFORE_REGISTERED.refuse(sale=opportunity.number, registered=opportunity.registered, on=opportunity.sale_date)


def set_completed(
    opportunity: Opportunity, *, on: date, completed: bool = True, at: datetime | None = None, by: str = ""
) -> Outcome[Opportunity]:
    """
    Say whether a closed sale needs no more work [C4].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``.
    """
    LIFECYCLE.require("set_completed", opportunity, on=on)
    return changed(opportunity, evolve(opportunity, completed=completed), "opportunity", "completed", on=on, at=at, by=by)


# ---------------------------------------------------------------------- stage, figures, date


def move_to(
    opportunity: Opportunity,
    stage: str,
    *,
    on: date,
    at: datetime | None = None,
    by: str = "",
    policy: OpportunityPolicy = OPPORTUNITIES,
) -> Outcome[Opportunity]:
    """
    Move the sale to a stage, forward, back or past others; its probability becomes the stage's [STG-2, STG-3].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.unknown-stage``, ``opportunity.type-gone``,
            ``opportunity.stage-skipped``, ``opportunity.quotation-required``.
    """
    require_date("on", on)
    LIFECYCLE.require("move_to", opportunity, on=on)
    refuse(_against_move(opportunity, stage))
    old, new = (opportunity.type.stage(name or "") for name in (opportunity.stage, stage))
    by_hand = policy.keep_manual_probability and (old is None or opportunity.probability != old.probability)
    probability = opportunity.probability if new is None or by_hand else new.probability
    after = evolve(opportunity, stage=stage, probability=probability)
    return changed(opportunity, after, "opportunity", "moved", on=on, at=at, by=by)


def _against_move(opportunity: Opportunity, stage: str) -> Iterator[Refusal]:
    kind = opportunity.type
    wanted = kind.stage(stage)
    if wanted is None:
        yield UNKNOWN_STAGE.refuse(type=kind.name, stage=stage)
        return
    names = [each.name for each in kind.stages]
    if not wanted.active and stage != opportunity.stage:
        yield TYPE_GONE.refuse(what="stage", name=stage)
    if not kind.allow_skip and opportunity.stage in names and names.index(stage) > names.index(opportunity.stage) + 1:
        yield SKIPPED.refuse(sale=opportunity.number, stage=opportunity.stage, wanted=stage)
    if wanted.quotation_required and opportunity.quotation is None:
        yield QUOTATION_REQUIRED.refuse(stage=stage, sale=opportunity.number)


def set_probability(
    opportunity: Opportunity, percentage: Decimal | int, *, on: date, at: datetime | None = None, by: str = ""
) -> Outcome[Opportunity]:
    """
    Set the probability by hand, apart from that of the stage [STG-2].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``.
    """
    LIFECYCLE.require("set_probability", opportunity, on=on)
    after = evolve(opportunity, probability=exact_number("percentage", percentage))
    return changed(opportunity, after, "opportunity", "estimated", on=on, at=at, by=by)


@exact
def set_figures(
    opportunity: Opportunity,
    *,
    on: date,
    amount: Decimal | int | None = None,
    cost: Decimal | int | None = None,
    profit: Decimal | int | None = None,
    percentage: Decimal | int | None = None,
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Opportunity]:
    """
    Set the amount, and one of cost, profit and margin; they are one system, and the others follow [AMT-1, AMT-3].

    A new amount keeps the cost. The margin is the profit in percent of the amount; the profit it gives is rounded half up.

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.mirrored``, ``opportunity.no-margin``.
        TypeError: more than one of cost, profit and margin is given.
    """
    LIFECYCLE.require("set_figures", opportunity, on=on)
    if sum(each is not None for each in (cost, profit, percentage)) > 1:
        msg = "cost, profit and percentage follow from one another; set one of them"
        raise TypeError(msg)
    if opportunity.mirrors_quotation:
        refuse((MIRRORED.refuse(sale=opportunity.number, quotation=opportunity.quotation),))
    value = opportunity.amount if amount is None else exact_number("amount", amount)
    spent = opportunity.cost
    if cost is not None:
        spent = exact_number("cost", cost)
    elif profit is not None:
        spent = value - exact_number("profit", profit)
    elif percentage is not None:
        share = exact_number("percentage", percentage)
        if not value:
            refuse((NO_MARGIN.refuse(sale=opportunity.number, percentage=share),))
        spent = value - half_up(value * share.scaleb(-2), quantum_of(opportunity.currency))
    after = evolve(opportunity, amount=value, cost=spent)
    return changed(opportunity, after, "opportunity", "valued", on=on, at=at, by=by)


def set_sale_date(
    opportunity: Opportunity, sale_date: date, *, on: date, at: datetime | None = None, by: str = "", reason: str = ""
) -> Outcome[Opportunity]:
    """
    Expect the sale on another day; the history counts how often it was put off [FCS-6].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``.
    """
    LIFECYCLE.require("set_sale_date", opportunity, on=on)
    after = evolve(opportunity, sale_date=sale_date)
    refuse((_against_sale_date(after),))
    return changed(opportunity, after, "opportunity", "rescheduled", on=on, at=at, by=by, reason=reason)


def change_type(
    opportunity: Opportunity,
    type: OpportunityType,  # noqa: A002  the field's own word
    *,
    on: date,
    stage: str | None = None,
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Opportunity]:
    """
    Make the sale one of another kind, in the stage of the same name, the one that is named, or the first.

    Activities and papers stay, with the items of the guide they came from, so that changing back finds them again [GDE-5, HIS-6].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.type-gone``, ``opportunity.unknown-stage``.
    """
    require_kind("type", type, OpportunityType)
    LIFECYCLE.require("change_type", opportunity, on=on)
    same = opportunity.stage if type.stage(opportunity.stage or "") else None
    name = stage or same or next((each.name for each in type.stages if each.active), None)
    where = type.stage(name or "")
    after = evolve(opportunity, type=type, stage=name, probability=opportunity.probability if where is None else where.probability)
    refuse(_against_new(after, name))
    return changed(opportunity, after, "opportunity", "retyped", on=on, at=at, by=by)


@exact
def attach_quotation(
    opportunity: Opportunity, quotation: Quotation, *, on: date, mirror: bool = True, at: datetime | None = None, by: str = ""
) -> Outcome[Opportunity]:
    """
    Let the sale have a quotation; with *mirror* its amount and cost are those of the favourite alternative [AMT-6, QTE-6].

    Called again after the quotation was revised, it takes over the new figures.

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.currency-fixed``, ``opportunity.mirrored``
            where it has another quotation.
    """
    require_kind("quotation", quotation, Quotation)
    LIFECYCLE.require("attach_quotation", opportunity, on=on)
    found = []
    if quotation.currency != opportunity.currency:
        found.append(
            CURRENCY_FIXED.refuse(
                sale=opportunity.number, currency=opportunity.currency, quotation=quotation.number, other=quotation.currency
            )
        )
    if opportunity.quotation not in {None, quotation.number}:
        found.append(MIRRORED.refuse(sale=opportunity.number, quotation=opportunity.quotation))
    refuse(found)
    after = evolve(opportunity, quotation=quotation.number, mirrors_quotation=mirror)
    if mirror:
        after = evolve(after, amount=quotation.net(), cost=quotation.cost())
    return changed(opportunity, after, "opportunity", "quoted", on=on, at=at, by=by)


def update(opportunity: Opportunity, *, on: date, at: datetime | None = None, by: str = "", **terms: Any) -> Outcome[Opportunity]:
    """
    Change what has no command of its own: title, owner, parties, source, note, visibility, own fields, links, and so on.

    The currency changes only while there is no quotation.

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.currency-fixed``.
        TypeError: a field has a command of its own, or is none.
    """
    LIFECYCLE.require("update", opportunity, on=on)
    currency = terms.pop("currency", opportunity.currency)
    require_currency("currency", currency)
    if currency != opportunity.currency and opportunity.quotation is not None:
        refuse(
            (
                CURRENCY_FIXED.refuse(
                    sale=opportunity.number, currency=opportunity.currency, quotation=opportunity.quotation, other=currency
                ),
            )
        )
    after = evolve(opportunity, currency=currency, **_fitting(terms))
    return changed(opportunity, after, "opportunity", "updated", on=on, at=at, by=by)
