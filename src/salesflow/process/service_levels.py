"""
The clocks of a case: when it should be answered and resolved, whether it was, and who is told when it is not.

Nothing ticks and nothing is stored: every figure is a function of what happened to the case and the moment of asking,
so it comes out the same after a calendar is changed and the history read again [SLA-6].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import takewhile, zip_longest

from attrs import frozen

from salesflow.checks import all_of, require_kind, require_moment
from salesflow.labels import Labelled
from salesflow.model.case import Author, Case, CaseStatus, HoldReason
from salesflow.model.history import Happened
from salesflow.model.office_hours import OfficeHours
from salesflow.model.service_level import Level, Reaction, ServiceLevel, Trigger

_NOTHING = timedelta(0)
_S = CaseStatus
_OVER = (_S.RESOLVED, _S.CLOSED, _S.CANCELLED, _S.MERGED)


class ClockState(Labelled):
    """Whether an agreed time was kept."""

    RUNNING = "running", "Running", "Loopt"
    PAUSED = "paused", "Paused", "Gepauzeerd"
    MET = "met", "Met", "Gehaald"
    BREACHED = "breached", "Breached", "Overschreden"


@frozen(kw_only=True)
class Clock:
    """
    How one agreed time stands.

    Args:
        consumed: The office hours used so far, or until it was done.
        due: When it is to be done, in UTC; while the clock is paused, as if it went on at the moment of asking.
        done: When it was done; ``None`` while it is not.
    """

    consumed: timedelta
    due: datetime
    done: datetime | None
    state: ClockState


@frozen
class Stretch:
    """A stretch of time in which a case had one status."""

    start: datetime
    end: datetime
    status: CaseStatus
    waits_for: HoldReason | None


def stretches(case: Case, until: datetime) -> Iterator[Stretch]:
    """Yield what statuses a case had, from its opening until that moment, oldest first."""
    require_kind("case", case, Case)
    turns = case.turns
    for place, turn in enumerate(turns):
        end = turns[place + 1].at if place + 1 < len(turns) else until
        if turn.at < until:
            yield Stretch(turn.at, min(end, until), turn.status, turn.waits_for)


# ---------------------------------------------------------------------- the two agreed times


def replied(case: Case) -> datetime | None:
    """
    Return when the customer first heard from us: the first public message of an agent [SLA-3].

    Where an agent opened the case with a message, the next one counts.
    """
    require_kind("case", case, Case)
    public = case.messages_of(Author.AGENT)
    began = bool(case.messages) and case.messages[0].author is Author.AGENT and case.messages[0].at == case.opened
    return next((message.at for message in public[began:]), None)


def first_reply(case: Case, level: ServiceLevel, *, at: datetime) -> Clock | None:
    """Return how the agreed time of the first reply stands; ``None`` where none was agreed. Nothing pauses it."""
    _require(case, level, at)
    if level.first_reply is None:
        return None
    done = replied(case)
    consumed = level.hours.between(case.opened, at if done is None else done)
    due = level.hours.after(case.opened, level.first_reply)
    return Clock(consumed=consumed, due=due, done=done, state=_state(consumed, level.first_reply, done, paused=False))


def resolution(case: Case, level: ServiceLevel, *, at: datetime) -> Clock | None:
    """
    Return how the agreed time of the resolution stands; ``None`` where none was agreed.

    It is read until the case was resolved first: going on with a case does not begin it again [SLA-7].
    While the case waits for one of the reasons of the service level it does not run [SLA-5].
    """
    _require(case, level, at)
    if level.resolution is None:
        return None
    done = next((turn.at for turn in case.turns if turn.status in _OVER), None)
    consumed, last = _NOTHING, None
    for last in stretches(case, at if done is None else done):
        if not _pauses(last, level):
            consumed += level.hours.between(last.start, last.end)
    paused = done is None and last is not None and _pauses(last, level)
    due = _due(case, level, level.resolution, at if done is None else done)
    return Clock(consumed=consumed, due=due, done=done, state=_state(consumed, level.resolution, done, paused=paused))


def _due(case: Case, level: ServiceLevel, target: timedelta, now: datetime) -> datetime:
    """Return when the target is used up: counted from when the clock last went on, less what was used before [SLA-6]."""
    left = target
    turns = list(takewhile(lambda turn: turn.status not in _OVER, case.turns))
    for turn, following in zip_longest(turns, turns[1:]):
        if turn.status is _S.ON_HOLD and turn.waits_for in level.pausing:
            continue
        used = None if following is None else level.hours.between(turn.at, following.at)
        if used is None or used >= left:
            return level.hours.after(turn.at, left)
        left -= used
    return level.hours.after(now, left)


def _pauses(stretch: Stretch, level: ServiceLevel) -> bool:
    return stretch.status is _S.ON_HOLD and stretch.waits_for in level.pausing


def _state(consumed: timedelta, target: timedelta, done: datetime | None, *, paused: bool) -> ClockState:
    """What is done exactly when it was due was done in time [SLA-7]."""
    if consumed > target:
        return ClockState.BREACHED
    if done is not None:
        return ClockState.MET
    return ClockState.PAUSED if paused else ClockState.RUNNING


def _require(case: Case, level: ServiceLevel, at: datetime) -> None:
    require_kind("case", case, Case)
    require_kind("level", level, ServiceLevel)
    require_moment("at", at)


# ---------------------------------------------------------------------- where the time went


@frozen(kw_only=True)
class Times:
    """
    Where the time of a case went, until it was closed or asked [SLA-2, SLA-4].

    Args:
        queue: Nobody had taken it up.
        internal: We were at work, or waited for somebody other than the customer.
        external: The customer was to do something.
        over: It was resolved, and went on later.
        first: From opening until it was resolved first; ``None`` where it never was.
        full: From opening until it was resolved last.
    """

    queue: timedelta
    internal: timedelta
    external: timedelta
    over: timedelta
    first: timedelta | None
    full: timedelta | None


def times(case: Case, hours: OfficeHours | None = None, *, at: datetime) -> Times:
    """
    Return where the time went, in office hours or, without them, around the clock.

    Queue, internal, external and over come to the whole time from opening to the end [SLA-2].
    """
    require_kind("case", case, Case)
    require_moment("at", at)
    spent = {"queue": _NOTHING, "internal": _NOTHING, "external": _NOTHING, "over": _NOTHING}
    for each in stretches(case, at):
        spent[_kind_of(each)] += _between(hours, each.start, each.end)
    ends = [turn.at for turn in case.turns if turn.status in _OVER and turn.at <= at]
    first = _between(hours, case.opened, ends[0]) if ends else None
    full = _between(hours, case.opened, ends[-1]) if ends else None
    return Times(**spent, first=first, full=full)


def _kind_of(stretch: Stretch) -> str:
    if stretch.status in _OVER:
        return "over"
    if stretch.status is _S.NEW:
        return "queue"
    waits = stretch.status is _S.ON_HOLD and stretch.waits_for is HoldReason.CUSTOMER
    return "external" if waits or stretch.status is _S.POSTPONED else "internal"


def _between(hours: OfficeHours | None, start: datetime, end: datetime) -> timedelta:
    return end - start if hours is None else hours.between(start, end)


def unanswered(case: Case) -> datetime | None:
    """Return since when the customer waits for an answer: the oldest message after our last public one; ``None`` where none does [SLA-4]."""
    require_kind("case", case, Case)
    since: datetime | None = None
    for message in case.messages:
        if message.author is Author.CUSTOMER:
            since = since or message.at
        elif message.public:
            since = None
    return since


# ---------------------------------------------------------------------- escalation


@frozen(kw_only=True)
class Escalation:
    """A level of escalation that was reached, and when."""

    case: str
    number: int
    level: Level
    at: datetime


_TRIGGERS = {
    "opened": Trigger.NEW,
    "assigned": Trigger.OWNER_CHANGED,
    "read": Trigger.READ,
    "heard": Trigger.INFORMATION,
    "prioritised": Trigger.PRIORITY_CHANGED,
    "resolved": Trigger.CLOSED,
    "closed": Trigger.CLOSED,
    "reopened": Trigger.NEW,
}


def escalations(case: Case, level: ServiceLevel, events: Iterable[object], *, at: datetime) -> tuple[Escalation, ...]:
    """
    Return the levels of escalation that were reached by that moment, in order.

    Each level comes so many office hours after the one before it; outside office hours nothing runs [SLA-V1].
    What happens to the case stops the count, starts it again, or leaves it, as the service level says [SLA-8].

    Args:
        events: The history of the case; events of others are passed over.
    """
    _require(case, level, at)
    reached: list[Escalation] = []
    counts: datetime | None = None
    for moment, reaction in (*_reactions(case, level, events, at), (at, Reaction.CONTINUE)):
        if counts is not None:
            reached += _reached(case, level, counts, moment, len(reached))
        if reaction is Reaction.RESTART:
            reached, counts = [], moment
        elif reaction is Reaction.STOP:
            counts = None
    return tuple(reached)


def _reactions(case: Case, level: ServiceLevel, events: Iterable[object], at: datetime) -> Iterator[tuple[datetime, Reaction]]:
    for event in events:
        known = isinstance(event, Happened) and event.document == "case" and event.number == case.number
        if known and event.at is not None and event.at <= at and event.what in _TRIGGERS:  # type: ignore[attr-defined]
            yield event.at, level.reaction(_TRIGGERS[event.what])  # type: ignore[attr-defined]


def _reached(case: Case, level: ServiceLevel, since: datetime, until: datetime, already: int) -> Iterator[Escalation]:
    ahead = _NOTHING
    for number, each in enumerate(level.levels, start=1):
        ahead += each.after
        moment = level.hours.after(since, ahead)
        if moment > until:
            return
        if number > already:
            yield Escalation(case=case.number, number=number, level=each, at=moment)


def overdue(cases: Iterable[Case], levels: Mapping[str, ServiceLevel], *, at: datetime) -> tuple[Case, ...]:
    """Return the cases that are not over and were to be answered or resolved by now; by priority name, one pass."""
    late = []
    for case in all_of("case", cases, Case):
        level = levels.get(case.priority)
        if level is not None and not case.is_over:
            clocks = (first_reply(case, level, at=at), resolution(case, level, at=at))
            if any(clock is not None and clock.state is ClockState.BREACHED and _still(clock) for clock in clocks):
                late.append(case)
    return tuple(late)


def _still(clock: Clock) -> bool:
    return clock.done is None
