"""Cases: opening, answering, holding, resolving, merging; the clocks over them are in ``service_levels``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from attrs import evolve

from salesflow.checks import all_of, require_date, require_kind, require_moment
from salesflow.errors import Refusal, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.case import BASE_STATES, Author, BaseState, Case, CaseKind, CaseStatus, Channel, HoldReason, Message, Turn
from salesflow.model.lead import Lead
from salesflow.outcome import Outcome
from salesflow.process import leads
from salesflow.process.history import begun, changed
from salesflow.rules import Rule

BACKWARDS = Rule(
    code="case.backwards",
    en="What happens to a case happens after what happened before.",
    nl="Wat er met een zaak gebeurt, gebeurt na wat er eerder is gebeurd.",
    refusal="case {case} was last touched at {last}; {at} is before that",
    spec=("HIS-5",),
    source="choice",
)
CHILDREN_OPEN = Rule(
    code="case.children-open",
    en="A case is not resolved or closed while a part of it is open.",
    nl="Een zaak wordt niet opgelost of gesloten zolang een deel ervan open is.",
    refusal="case {case} has open parts: {children}",
    spec=("CAS-4",),
    source="documentation",
)
CIRCLE = Rule(
    code="case.circle",
    en="A case is no part of itself, nor of a part of it; and is not merged with itself or into a case that is merged.",
    nl="Een zaak is geen deel van zichzelf of van een deel ervan, en wordt niet samengevoegd met zichzelf of met een samengevoegde zaak.",
    refusal="case {case} cannot go under case {other}",
    spec=("CAS-4",),
    source="choice",
)
ANOTHER_CUSTOMER = Rule(
    code="case.another-customer",
    en="Cases that are merged, or of which one is a part of the other, are of one customer.",
    nl="Zaken die worden samengevoegd, of waarvan de ene deel is van de andere, zijn van één klant.",
    refusal="case {case} is of {customer}, case {other} of {another}",
    spec=("CAS-4",),
    source="choice",
)
UNKNOWN_PARENT = Rule(
    code="case.unknown-relation",
    en="A case that another is put under is there.",
    nl="Een zaak waar een andere onder komt, bestaat.",
    refusal="case {other} was not given",
    spec=("CAS-4",),
    source="choice",
)
NO_DATE = Rule(
    code="case.postponed-to-the-past",
    en="A case is postponed to a later day.",
    nl="Een zaak wordt uitgesteld tot een latere dag.",
    refusal="case {case} cannot be postponed to {to}, which is not after {at}",
    spec=("CAS-1",),
    source="choice",
)
LEAD_ALREADY = Rule(
    code="case.lead-already",
    en="A case becomes a lead once.",
    nl="Een zaak wordt één keer een lead.",
    refusal="case {case} became lead {lead}",
    spec=("SVC-2",),
    source="choice",
)

_S = CaseStatus
_OPEN = (_S.NEW, _S.IN_PROGRESS, _S.ON_HOLD, _S.POSTPONED)
_ACTIVE = (_S.NEW, _S.IN_PROGRESS, _S.ON_HOLD)


def _staying(command: str, *statuses: CaseStatus) -> tuple[Step[Case, CaseStatus], ...]:
    return tuple(Step(command, (status,), (status,)) for status in statuses)


LIFECYCLE: Lifecycle[Case, CaseStatus] = Lifecycle(
    "case",
    (
        Step("open_case", (), (_S.NEW,)),
        Step("work", (_S.NEW, _S.ON_HOLD, _S.POSTPONED, _S.IN_PROGRESS), (_S.IN_PROGRESS,)),
        *_staying("assign", *_OPEN),
        *_staying("escalate", *_ACTIVE),
        *_staying("prioritise", *_OPEN),
        *_staying("read", *_OPEN),
        Step("reply", (_S.NEW, _S.IN_PROGRESS), (_S.IN_PROGRESS,)),
        *_staying("reply", _S.ON_HOLD, _S.POSTPONED, _S.RESOLVED, _S.CLOSED),
        Step("hear", (_S.NEW,), (_S.NEW,)),
        Step("hear", (_S.IN_PROGRESS, _S.ON_HOLD, _S.POSTPONED, _S.RESOLVED, _S.CLOSED), (_S.IN_PROGRESS,)),
        Step("hold", _ACTIVE, (_S.ON_HOLD,)),
        Step("postpone", _ACTIVE, (_S.POSTPONED,)),
        Step("resolve", _OPEN, (_S.RESOLVED,)),
        Step("reopen", (_S.RESOLVED, _S.CLOSED), (_S.IN_PROGRESS,)),
        Step("close", (_S.RESOLVED,), (_S.CLOSED,)),
        Step("cancel", (*_OPEN, _S.RESOLVED), (_S.CANCELLED,)),
        Step("merge", _OPEN, (_S.MERGED,)),
        *_staying("relate", *_OPEN),
        *_staying("to_lead", *_OPEN, _S.RESOLVED, _S.CLOSED),
    ),
    status=lambda case: case.status,
    resting=(_S.CLOSED, _S.CANCELLED, _S.MERGED),
    kind=Case,
)


def open_case(
    *,
    number: str,
    subject: str,
    at: datetime,
    kind: CaseKind = CaseKind.QUESTION,
    channel: Channel = Channel.TELEPHONE,
    priority: str = "normal",
    customer: str | None = None,
    contact: str = "",
    text: str = "",
    by: str = "",
    **links: Any,
) -> Outcome[Case]:
    """
    Open a case; before a sale it may be without a customer [SVC-2, CAS-5].

    Args:
        text: What the customer said first.
        by: The agent who opened it; empty where the customer did.
        links: What it is about: order, opportunity, project, installed, category, owner, follows.
    """
    require_moment("at", at)
    case = Case(
        number=number,
        subject=subject,
        kind=kind,
        priority=priority,
        channel=channel,
        opened=at,
        turns=(Turn(at=at, status=_S.NEW),),
        customer=customer,
        contact=contact,
        messages=(Message(at=at, author=Author.CUSTOMER, channel=channel, text=text),),
        **links,
    )
    return begun(case, "case", "opened", on=at.date(), at=at, by=by)


def work(case: Case, *, at: datetime, by: str = "") -> Outcome[Case]:
    """
    Take a case up, for the first time or after waiting.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    return _turned(case, "work", _S.IN_PROGRESS, at, by)


def assign(case: Case, owner: str, *, at: datetime, by: str = "") -> Outcome[Case]:
    """
    Give a case to somebody; handing it on from somebody else counts as a transfer.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    _require(case, "assign", at)
    handed_on = bool(case.owner) and owner != case.owner
    after = evolve(case, owner=owner, transfers=case.transfers + handed_on)
    return changed(case, after, "case", "assigned", on=at.date(), at=at, by=by)


def escalate(case: Case, *, at: datetime, owner: str | None = None, by: str = "") -> Outcome[Case]:
    """
    Note that a case reached its next level of escalation, with another owner where that reassigns it [SLA-8].

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    _require(case, "escalate", at)
    after = evolve(case, escalated=case.escalated + 1, owner=case.owner if owner is None else owner)
    return changed(case, after, "case", "escalated", on=at.date(), at=at, by=by)


def prioritise(case: Case, priority: str, *, at: datetime, by: str = "") -> Outcome[Case]:
    """
    Give a case another priority; its clocks are read by that one from the beginning.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    _require(case, "prioritise", at)
    return changed(case, evolve(case, priority=priority), "case", "prioritised", on=at.date(), at=at, by=by)


def read(case: Case, *, at: datetime, by: str = "") -> Outcome[Case]:
    """
    Note that its owner read a case, for the first time.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    _require(case, "read", at)
    return changed(case, evolve(case, read=case.read or at), "case", "read", on=at.date(), at=at, by=by)


def reply(
    case: Case,
    text: str = "",
    *,
    at: datetime,
    by: str,
    channel: Channel | None = None,
    public: bool = True,
    seconds: int = 0,
) -> Outcome[Case]:
    """
    Answer the customer or, where it is not public, write a note; a new case is in progress from then on.

    Args:
        seconds: How long the contact took, with talk, hold and work after it [MET-11].

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    _require(case, "reply", at)
    message = Message(at=at, author=Author.AGENT, channel=channel or case.channel, text=text, by=by, public=public, seconds=seconds)
    after = evolve(case, messages=(*case.messages, message))
    if case.status is _S.NEW:
        after = _at(after, _S.IN_PROGRESS, at)
    return changed(case, after, "case", "answered", on=at.date(), at=at, by=by)


def hear(case: Case, text: str = "", *, at: datetime, channel: Channel | None = None, new: str | None = None) -> Outcome[Case]:
    """
    Note what the customer said; a case that waited, or was over, goes on with it [CAS-3].

    Args:
        new: The number of a new case to begin instead, where a closed one is to stay closed.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    _require(case, "hear", at)
    if new is not None and case.is_over:
        return open_case(
            number=new,
            subject=case.subject,
            at=at,
            kind=case.kind,
            channel=channel or case.channel,
            priority=case.priority,
            customer=case.customer,
            contact=case.contact,
            text=text,
            category=case.category,
            follows=case.number,
        )
    message = Message(at=at, author=Author.CUSTOMER, channel=channel or case.channel, text=text)
    after = evolve(case, messages=(*case.messages, message))
    if case.status not in {_S.NEW, _S.IN_PROGRESS}:
        after = evolve(_at(after, _S.IN_PROGRESS, at), postponed_to=None)
    return changed(case, after, "case", "heard", on=at.date(), at=at)


def hold(case: Case, waits_for: HoldReason, *, at: datetime, by: str = "") -> Outcome[Case]:
    """
    Let a case wait for somebody [CAS-2].

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    require_kind("waits_for", waits_for, HoldReason)
    return _turned(case, "hold", _S.ON_HOLD, at, by, waits_for=waits_for)


def postpone(case: Case, to: date, *, at: datetime, by: str = "") -> Outcome[Case]:
    """
    Put a case off until a later day [CAS-1].

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``, ``case.postponed-to-the-past``.
    """
    require_date("to", to)
    _require(case, "postpone", at)
    if to <= at.date():
        refuse((NO_DATE.refuse(case=case.number, to=to, at=at.date()),))
    after = evolve(_at(case, _S.POSTPONED, at), postponed_to=to)
    return changed(case, after, "case", "postponed", on=at.date(), at=at, by=by)


def resolve(case: Case, solution: str = "", *, at: datetime, parts: Iterable[Case] = (), by: str = "") -> Outcome[Case]:
    """
    Say that the problem is solved; the customer may say otherwise [CAS-2].

    Args:
        parts: The cases that are a part of it; none may be open [CAS-4].

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``, ``case.children-open``.
    """
    _require(case, "resolve", at)
    refuse(_against_parts(case, parts))
    after = evolve(_at(case, _S.RESOLVED, at), solution=solution or case.solution, postponed_to=None)
    return changed(case, after, "case", "resolved", on=at.date(), at=at, by=by)


def reopen(case: Case, *, at: datetime, reason: str = "", by: str = "") -> Outcome[Case]:
    """
    Go on with a case that was resolved or closed.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    return _turned(case, "reopen", _S.IN_PROGRESS, at, by, reason=reason)


def close(case: Case, *, at: datetime, parts: Iterable[Case] = (), by: str = "") -> Outcome[Case]:
    """
    Close a resolved case: the customer agrees, or said nothing for long enough.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``, ``case.children-open``.
    """
    _require(case, "close", at)
    refuse(_against_parts(case, parts))
    return changed(case, _at(case, _S.CLOSED, at), "case", "closed", on=at.date(), at=at, by=by)


def to_close(cases: Iterable[Case], *, at: datetime, days: int) -> tuple[Case, ...]:
    """Return the cases that were resolved so many days ago or earlier, and of which nothing was heard since [CAS-2]."""
    require_moment("at", at)
    resolved = (case for case in all_of("case", cases, Case) if case.status is _S.RESOLVED)
    return tuple(case for case in resolved if (at - case.last).days >= days)


def cancel(case: Case, *, at: datetime, reason: str = "", by: str = "") -> Outcome[Case]:
    """
    Cancel a case: it was opened by mistake.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``.
    """
    return _turned(case, "cancel", _S.CANCELLED, at, by, reason=reason)


def merge(case: Case, survivor: Case, *, at: datetime, by: str = "") -> Outcome[Case]:
    """
    Merge a case into another that turned out to be the same; the survivor has all messages of both [CAS-4].

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``, ``case.circle``, ``case.another-customer``.
    """
    require_kind("survivor", survivor, Case)
    _require(case, "merge", at)
    _require(survivor, "merge", at)
    if case.number == survivor.number:
        refuse((CIRCLE.refuse(case=case.number, other=survivor.number),))
    refuse(_against_customer(case, survivor))
    messages = tuple(sorted((*survivor.messages, *case.messages), key=lambda message: message.at))
    after = evolve(survivor, messages=messages, merged=(*survivor.merged, case.number, *case.merged))
    gone = evolve(_at(case, _S.MERGED, at), merged_into=survivor.number)
    told = changed(survivor, after, "case", "absorbed", on=at.date(), at=at, by=by)
    left = changed(case, gone, "case", "merged", on=at.date(), at=at, by=by)
    return Outcome(document=after, changed=(after, gone), events=(*left.events, *told.events))


def resolve_number(number: str, cases: Mapping[str, Case]) -> Case:
    """
    Return the case that a number leads to, through every merge [CAS-4].

    Raises:
        LookupError: there is no such case.
    """
    try:
        case = cases[number]
    except KeyError:
        msg = f"there is no case {number!r}"
        raise LookupError(msg) from None
    require_kind("case", case, Case)
    return case if case.merged_into is None else resolve_number(case.merged_into, cases)


def relate(case: Case, parent: str | None, cases: Iterable[Case] = (), *, at: datetime, by: str = "") -> Outcome[Case]:
    """
    Make a case a part of another, or of none any more.

    Args:
        cases: The cases up to the highest one, so that no circle is made.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``, ``case.circle``, ``case.another-customer``, ``case.unknown-relation``.
    """
    _require(case, "relate", at)
    known = {each.number: each for each in all_of("case", cases, Case)}
    refuse(_against_parent(case, parent, known))
    return changed(case, evolve(case, parent=parent), "case", "related", on=at.date(), at=at, by=by)


def parts_of(case: Case, cases: Iterable[Case]) -> tuple[Case, ...]:
    """Return the cases that are a part of one."""
    require_kind("case", case, Case)
    return tuple(each for each in all_of("case", cases, Case) if each.parent == case.number)


def may_close_parent(case: Case, cases: Iterable[Case]) -> bool:
    """Say whether closing this one left its parent without open parts, so that closing that one may be offered [CAS-4]."""
    require_kind("case", case, Case)
    return case.is_over and case.parent is not None and all(each.is_over for each in cases if each.parent == case.parent)


def to_lead(case: Case, *, number: str, owner: str, at: datetime, by: str = "", **terms: Any) -> Outcome[Lead]:
    """
    Make a lead of a case: somebody who asks something may buy something [SVC-2, SVC-7].

    Args:
        number: The number of the lead.
        owner: Who follows it up.
        terms: What else ``leads.register`` takes; without a name it has that of the contact, or the subject of the case.

    Raises:
        RefusedError: ``wrong-status``, ``case.backwards``, ``case.lead-already``, and what ``leads.register`` refuses.
    """
    _require(case, "to_lead", at)
    if case.lead is not None:
        refuse((LEAD_ALREADY.refuse(case=case.number, lead=case.lead),))
    given = {"name": case.contact or case.subject} | terms
    made = leads.register(number=number, owner=owner, on=at.date(), at=at, by=by, **given)
    told = changed(case, evolve(case, lead=number), "case", "became a lead", on=at.date(), at=at, by=by)
    return Outcome(document=made.document, made=made.made, changed=told.changed, events=(*told.events, *made.events))


def by_base_state(cases: Iterable[Case]) -> Mapping[BaseState, tuple[Case, ...]]:
    """Return the cases of each of the five base states [CAS-1]."""
    given = all_of("case", cases, Case)
    return {state: tuple(case for case in given if BASE_STATES[case.status] is state) for state in BaseState}


# ---------------------------------------------------------------------- shared


def _require(case: Case, command: str, at: datetime) -> None:
    require_moment("at", at)
    LIFECYCLE.require(command, case, on=at.date())
    if at < case.last:
        refuse((BACKWARDS.refuse(case=case.number, last=case.last, at=at),))


def _at(case: Case, status: CaseStatus, at: datetime, waits_for: HoldReason | None = None) -> Case:
    return evolve(case, turns=(*case.turns, Turn(at=at, status=status, waits_for=waits_for)))


_PAST = {
    "work": "taken up",
    "hold": "held",
    "reopen": "reopened",
    "cancel": "cancelled",
}


def _turned(
    case: Case, command: str, status: CaseStatus, at: datetime, by: str, *, waits_for: HoldReason | None = None, reason: str = ""
) -> Outcome[Case]:
    _require(case, command, at)
    after = evolve(_at(case, status, at, waits_for), postponed_to=None)
    return changed(case, after, "case", _PAST[command], on=at.date(), at=at, by=by, reason=reason)


def _against_parts(case: Case, parts: Iterable[Case]) -> Iterator[Refusal]:
    children = [each.number for each in parts_of(case, all_of("part", parts, Case)) if not each.is_over]
    if children:
        yield CHILDREN_OPEN.refuse(case=case.number, children=", ".join(children))


def _against_customer(case: Case, other: Case) -> Iterator[Refusal]:
    if None not in {case.customer, other.customer} and case.customer != other.customer:
        yield ANOTHER_CUSTOMER.refuse(case=case.number, customer=case.customer, other=other.number, another=other.customer)


def _against_parent(case: Case, parent: str | None, known: Mapping[str, Case]) -> Iterator[Refusal]:
    above = parent
    while above is not None:
        if above == case.number:
            yield CIRCLE.refuse(case=case.number, other=parent)
            return
        if above not in known:
            yield UNKNOWN_PARENT.refuse(other=above)
            return
        if above == parent:
            yield from _against_customer(case, known[above])
        above = known[above].parent
