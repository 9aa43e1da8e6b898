"""
Leads: registering, contacting, scoring, and qualifying them into a party, a contact and a sale.

A lead is qualified once interest and buying power are known [PRC-4].
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from salesflow.checks import all_of, exact_number, require_date, require_kind, require_text
from salesflow.errors import Refusal, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.activity import Activity
from salesflow.model.history import Happened
from salesflow.model.lead import DisqualifiedReason, Lead, LeadStatus, MarketNote, Scoring, Signal
from salesflow.model.opportunity import Opportunity, OpportunityType
from salesflow.model.party import Party, PartyKind, Role
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process import opportunities
from salesflow.process.history import begun, changed
from salesflow.rules import Rule

BEFORE_REGISTERED = Rule(
    code="lead.before-registered",
    en="Nothing happens to a lead before the day it was registered.",
    nl="Er gebeurt niets met een lead vóór de dag waarop die is geregistreerd.",
    refusal="lead {lead} was registered on {registered}; {on} is before that",
    spec=("I15",),
    source="choice",
)
NOT_READY = Rule(
    code="lead.not-ready",
    en="A lead is qualified once it is known to be interested and able to buy.",
    nl="Een lead wordt gekwalificeerd als bekend is dat er interesse en koopkracht is.",
    refusal="lead {lead} is not confirmed to have {missing}",
    spec=("PRC-4", "LED-5"),
    source="seed",
)
HAS_OPPORTUNITY = Rule(
    code="lead.has-opportunity",
    en="A lead that became a sale is not disqualified.",
    nl="Een lead die een verkoopkans werd, wordt niet gediskwalificeerd.",
    refusal="lead {lead} became sale {sale}",
    spec=("LED-6",),
    source="documentation",
)
RESUME_LATER = Rule(
    code="lead.resume-later",
    en="A postponed lead is taken up again on a later day.",
    nl="Een uitgestelde lead wordt op een latere dag weer opgepakt.",
    refusal="lead {lead} is postponed on {on} until {resume}",
    spec=("PTY-5",),
    source="choice",
)
UNKNOWN_ACTIVITY = Rule(
    code="lead.unknown-activity",
    en="An activity of a lead is done once.",
    nl="Een activiteit van een lead wordt één keer voltooid.",
    refusal="lead {lead} has no activity {activity} that is still to be done",
    spec=("LED-1",),
    source="choice",
)
SIGNAL_LATER = Rule(
    code="lead.signal-later",
    en="A signal is written down on or after the day it came.",
    nl="Een signaal wordt vastgelegd op of na de dag waarop het kwam.",
    refusal="the signal is of {came}; it is {on}",
    spec=("LED-7",),
    source="choice",
)


def is_registered_by_then(lead: Lead, on: date) -> Refusal | None:
    """Nothing happens before the lead was registered."""
    return BEFORE_REGISTERED.refuse(lead=lead.number, registered=lead.registered, on=on) if on < lead.registered else None


def is_ready(lead: Lead, on: date) -> Refusal | None:
    """Interest and buying power are confirmed."""
    missing = [what for what, known in (("interest", lead.interested), ("buying power", lead.can_buy)) if not known]
    return NOT_READY.refuse(lead=lead.number, missing=" and ".join(missing)) if missing else None


def is_no_sale_yet(lead: Lead, on: date) -> Refusal | None:
    """It has not become a sale."""
    return None if lead.opportunity is None else HAS_OPPORTUNITY.refuse(lead=lead.number, sale=lead.opportunity)


_S = LeadStatus
_THEN = (is_registered_by_then,)
_WORKING = (_S.OPEN, _S.CONTACTING, _S.POSTPONED)
LIFECYCLE: Lifecycle[Lead, LeadStatus] = Lifecycle(
    "lead",
    (
        Step("register", (), (_S.OPEN,)),
        Step("contact", (_S.OPEN,), (_S.CONTACTING,), _THEN),
        Step("assess", (_S.OPEN,), (_S.OPEN,), _THEN),
        Step("assess", (_S.CONTACTING,), (_S.CONTACTING,), _THEN),
        Step("assess", (_S.POSTPONED,), (_S.POSTPONED,), _THEN),
        Step("postpone", (_S.OPEN, _S.CONTACTING), (_S.POSTPONED,), _THEN),
        Step("qualify", _WORKING, (_S.QUALIFIED,), (is_registered_by_then, is_ready)),
        Step("disqualify", _WORKING, (_S.DISQUALIFIED,), (is_registered_by_then, is_no_sale_yet)),
        Step("reactivate", (_S.POSTPONED, _S.QUALIFIED, _S.DISQUALIFIED), (_S.OPEN,), _THEN),
        *(Step("plan", (status,), (status,), _THEN) for status in _WORKING),
        *(Step("complete", (status,), (status,), _THEN) for status in _WORKING),
        *(Step("signal", (status,), (status,), _THEN) for status in _S),
        *(Step("observe", (status,), (status,), _THEN) for status in _S),
    ),
    status=lambda lead: lead.status,
    resting=(_S.QUALIFIED, _S.DISQUALIFIED),
    kind=Lead,
)


def register(*, number: str, name: str, owner: str, on: date, at: datetime | None = None, by: str = "", **terms: Any) -> Outcome[Lead]:
    """
    Register a lead, by hand or from a web site, a mail, a fair, a campaign [LED-1, PRC-3].

    Args:
        terms: Other fields of a lead, such as ``source``, ``company``, ``email``, ``fit`` or ``campaign``.
    """
    if wrong := set(terms) & {"status", "registered", "opportunity", "activities", "signals", "reason", "resume"}:
        msg = f"{min(wrong)} is set by a command of its own"
        raise TypeError(msg)
    lead = Lead(number=number, name=name, owner=owner, registered=on, **terms)
    return begun(lead, "lead", "registered", on=on, at=at, by=by)


def contact(lead: Lead, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Lead]:
    """
    Say that contact was sought.

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``.
    """
    status = LIFECYCLE.require("contact", lead, on=on)
    return changed(lead, evolve(lead, status=status), "lead", "contacted", on=on, at=at, by=by)


def assess(
    lead: Lead,
    *,
    on: date,
    interested: bool | None = None,
    can_buy: bool | None = None,
    fit: Decimal | int | None = None,
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Lead]:
    """
    Write down what is known of interest, buying power and fit; what is left out stays [PRC-4, LED-5].

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``.
    """
    LIFECYCLE.require("assess", lead, on=on)
    after = evolve(
        lead,
        interested=lead.interested if interested is None else interested,
        can_buy=lead.can_buy if can_buy is None else can_buy,
        fit=lead.fit if fit is None else exact_number("fit", fit),
    )
    return changed(lead, after, "lead", "assessed", on=on, at=at, by=by)


def postpone(
    lead: Lead, *, on: date, resume: date | None = None, reason: str = "", at: datetime | None = None, by: str = ""
) -> Outcome[Lead]:
    """
    Leave the lead alone for now; it can still be told of campaigns [PTY-5, LED-6].

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``, ``lead.resume-later``.
    """
    status = LIFECYCLE.require("postpone", lead, on=on)
    if resume is not None and resume <= on:
        refuse((RESUME_LATER.refuse(lead=lead.number, on=on, resume=resume),))
    after = evolve(lead, status=status, resume=resume, reason=reason)
    return changed(lead, after, "lead", "postponed", on=on, at=at, by=by, reason=reason)


def disqualify(
    lead: Lead, reason: DisqualifiedReason, *, on: date, text: str = "", at: datetime | None = None, by: str = ""
) -> Outcome[Lead]:
    """
    Say that the lead comes to nothing, and why; the record stays [PTY-5, LED-6].

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``, ``lead.has-opportunity``.
    """
    require_kind("reason", reason, DisqualifiedReason)
    status = LIFECYCLE.require("disqualify", lead, on=on)
    after = evolve(lead, status=status, reason=reason.value, resume=None)
    return changed(lead, after, "lead", "disqualified", on=on, at=at, by=by, reason=text or reason.value)


def reactivate(lead: Lead, *, on: date, reason: str = "", at: datetime | None = None, by: str = "") -> Outcome[Lead]:
    """
    Open the lead again; it may be qualified once more.

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``.
    """
    status = LIFECYCLE.require("reactivate", lead, on=on)
    after = evolve(lead, status=status, reason="", resume=None)
    return changed(lead, after, "lead", "reactivated", on=on, at=at, by=by, reason=reason)


# ---------------------------------------------------------------------- work


def plan(
    lead: Lead, kind: str, subject: str, *, due: date, on: date, owner: str = "", at: datetime | None = None, by: str = ""
) -> Outcome[Lead]:
    """
    Plan an activity: a call, a presentation, a demonstration, a proposal [S1].

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``.
    """
    LIFECYCLE.require("plan", lead, on=on)
    activity = Activity(number=len(lead.activities) + 1, kind=kind, subject=subject, due=due, owner=owner or lead.owner)
    return changed(lead, evolve(lead, activities=(*lead.activities, activity)), "lead", "planned", on=on, at=at, by=by)


def complete(lead: Lead, activity: int, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Lead]:
    """
    Say that an activity was done that day.

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``, ``lead.unknown-activity``.
    """
    LIFECYCLE.require("complete", lead, on=on)
    if not any(each.number == activity and each.done is None for each in lead.activities):
        refuse((UNKNOWN_ACTIVITY.refuse(lead=lead.number, activity=activity),))
    done = tuple(evolve(each, done=on) if each.number == activity else each for each in lead.activities)
    return changed(lead, evolve(lead, activities=done), "lead", "worked on", on=on, at=at, by=by)


@exact
def signal(
    lead: Lead,
    what: str,
    points: Decimal | int,
    *,
    on: date,
    came: date | None = None,
    scoring: Scoring | None = None,
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Lead]:
    """
    Write down a sign of intent; with *scoring*, an entry tells when its score first reaches the threshold [LED-7].

    Args:
        came: The day it came, where it is not *on*.

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``, ``lead.signal-later``.
    """
    LIFECYCLE.require("signal", lead, on=on)
    day = on if came is None else came
    if day > on:
        refuse((SIGNAL_LATER.refuse(came=day, on=on),))
    new = Signal(on=day, what=what, points=exact_number("points", points))
    after = evolve(lead, signals=(*lead.signals, new))
    done = changed(lead, after, "lead", "signalled", on=on, at=at, by=by)
    if scoring is None or not lead.score(on, scoring) < scoring.threshold <= after.score(on, scoring):
        return done
    reached = Happened(
        number=lead.number,
        document="lead",
        what="warmed up",
        on=on,
        at=at,
        by=by,
        changes=(),
        reason=f"the score reached {scoring.threshold}",
    )
    return evolve(done, events=(*done.events, reached))


def observe(lead: Lead, note: MarketNote, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Lead]:
    """
    Write down what was learnt about a market or a competitor [S0, S1].

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``.
    """
    require_kind("note", note, MarketNote)
    LIFECYCLE.require("observe", lead, on=on)
    return changed(lead, evolve(lead, market=(*lead.market, note)), "lead", "observed", on=on, at=at, by=by)


def duplicates(lead: Lead, others: Iterable[Lead | Party]) -> tuple[Lead | Party, ...]:
    """
    Return the leads and parties that are likely the same: the same mail address, or the same name, spaces and capitals aside.

    Of leads of organisations and persons that name one the company counts too.
    """
    require_kind("lead", lead, Lead)
    found: list[Lead | Party] = []
    for other in all_of("other", others, Lead | Party):  # type: ignore[arg-type]
        if isinstance(other, Lead) and other.number == lead.number:
            continue
        mail = isinstance(other, Lead) and bool(lead.email) and _plain(lead.email) == _plain(other.email)
        same = _plain(lead.name) == _plain(other.name)
        company = _plain(other.company) if isinstance(other, Lead) else _plain(lead.company)
        if mail or (same and _plain(lead.company) == company):
            found.append(other)
    return tuple(found)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


# ---------------------------------------------------------------------- qualifying


@frozen(kw_only=True)
class Qualified:
    """What a lead became: the lead, and the party, contact and sale that were made of it or found."""

    lead: Lead
    party: Party | None
    contact: Party | None
    opportunity: Opportunity | None


def qualify(
    lead: Lead,
    *,
    on: date,
    party: Party | str | None = None,
    contact: Party | str | None = None,
    opportunity: str | None = None,
    type: OpportunityType | None = None,  # noqa: A002  the field's own word
    currency: str = "EUR",
    title: str = "",
    at: datetime | None = None,
    by: str = "",
    **terms: Any,
) -> Outcome[Qualified]:
    """
    Qualify a lead; party, contact and sale are made of it as chosen, each by giving its number, and none without [PRC-4].

    Args:
        party: A number to make a prospect of, or a party that is there already.
        contact: The same for a contact person.
        opportunity: The number of a sale, of kind *type*; it takes over owner, source, campaign and note.
        terms: What else ``opportunities.register`` takes.

    Raises:
        RefusedError: ``wrong-status``, ``lead.before-registered``, ``lead.not-ready``, and what ``opportunities.register`` refuses.
    """
    require_date("on", on)
    status = LIFECYCLE.require("qualify", lead, on=on)
    whose = _party(party, lead.company or lead.name, PartyKind.ORGANISATION if lead.company else lead.kind)
    who = _party(contact, lead.name, PartyKind.PERSON)
    made: list[Any] = [each for given, each in ((party, whose), (contact, who)) if isinstance(given, str)]
    sale = None
    events: tuple[Any, ...] = ()
    if opportunity is not None:
        if type is None:
            msg = "a sale is of a kind: give its type"
            raise TypeError(msg)
        done = opportunities.register(
            number=opportunity,
            title=title or lead.name,
            type=type,
            owner=lead.owner,
            currency=currency,
            on=on,
            at=at,
            by=by,
            **(
                {
                    "party": lead.party if whose is None else whose.number,
                    "contact": lead.contact if who is None else who.number,
                    "source": lead.source,
                    "campaign": lead.campaign,
                    "note": lead.note,
                    "lead": lead.number,
                }
                | terms
            ),
        )
        sale = done.document
        made.append(sale)
        events = done.events
    after = evolve(
        lead,
        status=status,
        resume=None,
        reason="",
        party=lead.party if whose is None else whose.number,
        contact=lead.contact if who is None else who.number,
        opportunity=opportunity,
    )
    qualified = changed(lead, after, "lead", "qualified", on=on, at=at, by=by)
    document = Qualified(lead=after, party=whose, contact=who, opportunity=sale)
    return Outcome(document=document, made=tuple(made), changed=(after,), events=(*qualified.events, *events))


def _party(given: Party | str | None, name: str, kind: PartyKind) -> Party | None:
    if given is None or isinstance(given, Party):
        return given
    require_text("number", given)
    return Party(number=given, name=name, kind=kind, roles=(Role.PROSPECT,))
