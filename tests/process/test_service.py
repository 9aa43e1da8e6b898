"""Service: cases and their clocks, what is installed and maintained, entitlements, surveys, contact, and the figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Case,
    CaseStatus,
    Entitlement,
    Every,
    OfficeHours,
    Period,
    RefusedError,
    ServiceLevel,
    Survey,
    WorkingDays,
    assignment,
    cases,
    deliveries,
    entitlements,
    installations,
    relations,
    service_levels,
    service_metrics,
)
from salesflow.model.after_sale import Allotment, Decrement
from salesflow.model.case import BASE_STATES, Author, BaseState, CaseKind, Channel, HoldReason, Message
from salesflow.model.office_hours import EVERY_DAY
from salesflow.model.relationship import FIVE, RECOMMENDATION, Preference, Scale
from salesflow.model.service_level import Level, Reaction, Trigger
from salesflow.model.subscription import Unit
from salesflow.process.history import replay
from salesflow.process.relations import Contact, Monitor, MonitorPolicy
from salesflow.process.service_levels import Clock, ClockState
from salesflow.process.service_metrics import Cohort
from tests.builders import DAY, an_order, chai, codes

D = Decimal
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NINE_TO_FIVE = OfficeHours.weekly(time(9), time(17), AMSTERDAM)
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    """A moment in March 2026, which begins on a Sunday; the 2nd is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM)


def level(**terms: Any) -> ServiceLevel:
    """Eight office hours, of which two to answer."""
    given: dict[str, Any] = {"priority": "normal", "hours": NINE_TO_FIVE, "first_reply": 2 * HOUR, "resolution": 8 * HOUR} | terms
    return ServiceLevel(**given)


def case(opened: datetime | None = None, **terms: Any) -> Case:
    """A case, opened on Monday at nine."""
    given: dict[str, Any] = {"number": "C-1", "subject": "It is broken", "at": opened or at(2, 9), "customer": "ACME"} | terms
    return cases.open_case(**given).document


# ---------------------------------------------------------------------- office hours


def test_office_hours_between_and_after() -> None:
    """Over a night, a weekend and a closed day; closing time itself counts as the end."""
    hours = OfficeHours(hours=NINE_TO_FIVE.hours, zone=AMSTERDAM, closed=(date(2026, 3, 10), (3, 11), (2, 29)))
    assert hours.between(at(6, 16), at(9, 10)) == 2 * HOUR
    assert hours.between(at(9, 10), at(9, 12)) == 2 * HOUR
    assert hours.between(at(9, 12), at(9, 10)) == timedelta(0)
    assert hours.between(at(9, 16), at(12, 10)) == 2 * HOUR
    assert hours.after(at(9, 16), HOUR) == at(9, 17)
    assert hours.after(at(9, 16), HOUR + timedelta(minutes=1)) == at(12, 9, 1)
    assert hours.after(at(7, 12), timedelta(0)) == at(9, 9)
    assert hours.after(at(9, 12), timedelta(0)) == at(9, 12)
    assert (hours.is_open(at(9, 9)), hours.is_open(at(9, 17)), hours.is_open(at(10, 12))) == (True, False, False)
    with pytest.raises(ValueError, match="zero or more"):
        hours.after(at(9, 9), -HOUR)


def test_the_clock_change_is_no_office_hour() -> None:
    """On the day summer time begins, an office that is open all night has the hours of its opening times [SLA-9]."""
    night = OfficeHours(hours=(((time(0), time.max),),) * 7, zone=AMSTERDAM)
    assert night.between(at(28, 0), at(30, 0)) == 48 * HOUR
    assert night.after(at(28, 12), 24 * HOUR) == at(29, 12)
    assert NINE_TO_FIVE.after(at(27, 16), 2 * HOUR) == datetime(2026, 3, 30, 8, tzinfo=UTC)


def test_what_office_hours_cannot_be() -> None:
    """Six days, hours that overlap, none at all, a moment without a zone; an office that never opens within ten years."""
    with pytest.raises(ValueError, match="seven days"):
        OfficeHours(hours=((),) * 6, zone=UTC)
    with pytest.raises(ValueError, match="without overlap"):
        OfficeHours(hours=(((time(9), time(12)), (time(11), time(13))), *((),) * 6), zone=UTC)
    with pytest.raises(ValueError, match="never does anything"):
        OfficeHours(hours=((),) * 7, zone=UTC)
    with pytest.raises(ValueError, match="time zone"):
        NINE_TO_FIVE.is_open(datetime(2026, 3, 2, 9))  # noqa: DTZ001
    sundays = OfficeHours(hours=(*((),) * 6, ((time(9), time(10)),)), zone=UTC)
    closed = evolve(sundays, closed=tuple((month, day) for month in range(1, 13) for day in range(1, 32)))
    with pytest.raises(ValueError, match="within ten years"):
        closed.after(at(2, 9), HOUR)


@given(start=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)), minutes=st.integers(0, 20000))  # noqa: DTZ001
def test_going_ahead_and_counting_back_agree(start: datetime, minutes: int) -> None:
    """What lies between a moment and the one so many office hours after it is just that; and it lies in office hours."""
    began, wanted = start.replace(tzinfo=UTC), timedelta(minutes=minutes)
    due = NINE_TO_FIVE.after(began, wanted)
    assert NINE_TO_FIVE.between(began, due) == wanted
    local = due.astimezone(AMSTERDAM)
    assert local.weekday() < 5
    assert time(9) <= local.time() <= time(17)


@given(moments=st.lists(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)), min_size=3, max_size=3))  # noqa: DTZ001
def test_office_hours_add_up(moments: list[datetime]) -> None:
    """From one moment to a third, over a second, comes to the same."""
    one, two, three = sorted(moment.replace(tzinfo=UTC) for moment in moments)
    whole = NINE_TO_FIVE.between(one, three)
    assert NINE_TO_FIVE.between(one, two) + NINE_TO_FIVE.between(two, three) == whole


def test_working_days() -> None:
    """A weekend and a holiday are passed over; a calendar without working days is refused."""
    days = WorkingDays(closed=(date(2026, 3, 9),))
    assert days.add(date(2026, 3, 6), 1) == date(2026, 3, 10)
    assert days.add(date(2026, 3, 7), 0) == date(2026, 3, 10)
    assert date(2026, 3, 7) in EVERY_DAY
    with pytest.raises(ValueError, match="at least one day"):
        WorkingDays(weekdays=())
    with pytest.raises(ValueError, match="at least one day"):
        WorkingDays(weekdays=(7,))
    with pytest.raises(ValueError, match="no working day"):
        WorkingDays(weekdays=(0,), closed=tuple(DAY + timedelta(weeks=each) for each in range(600))).on_or_after(DAY)


# ---------------------------------------------------------------------- cases


@pytest.mark.parametrize("status", CaseStatus)
def test_each_status_has_one_base_state(status: CaseStatus) -> None:
    """And each base state has a status [CAS-1]."""
    assert status in BASE_STATES
    assert set(BASE_STATES.values()) == set(BaseState)


def test_a_case_from_call_to_close() -> None:
    """New, answered, waiting, going on, resolved, reopened, closed; every moment is kept and replays [CAS-2, HIS-2]."""
    outcomes = [cases.open_case(number="C-1", subject="Broken", at=at(2, 9), customer="ACME", text="Help")]

    def then(command: Any, *given: Any, **terms: Any) -> Case:
        outcomes.append(command(outcomes[-1].document, *given, **terms))
        made: Case = outcomes[-1].document
        return made

    assert outcomes[0].document.status is CaseStatus.NEW
    assert then(cases.read, at=at(2, 9, 5)).read == at(2, 9, 5)
    assert then(cases.read, at=at(2, 9, 6)).read == at(2, 9, 5)
    assert then(cases.assign, "ann", at=at(2, 9, 10)).transfers == 0
    assert then(cases.assign, "ann", at=at(2, 9, 11)).transfers == 0
    assert then(cases.assign, "bob", at=at(2, 9, 12)).transfers == 1
    assert then(cases.escalate, at=at(2, 9, 13), owner="chief").owner == "chief"
    assert then(cases.escalate, at=at(2, 9, 14)).escalated == 2
    assert then(cases.prioritise, "high", at=at(2, 9, 15)).priority == "high"
    assert then(cases.reply, "Which one?", at=at(2, 10), by="bob", seconds=60).status is CaseStatus.IN_PROGRESS
    assert then(cases.reply, "note", at=at(2, 10), by="bob", public=False).messages_of(Author.AGENT)[0].text == "Which one?"
    assert then(cases.hold, HoldReason.CUSTOMER, at=at(2, 11)).turns[-1].waits_for is HoldReason.CUSTOMER
    assert then(cases.hear, "The red one", at=at(3, 9), channel=Channel.EMAIL).status is CaseStatus.IN_PROGRESS
    assert then(cases.hear, "Hurry", at=at(3, 9)).status is CaseStatus.IN_PROGRESS
    assert then(cases.postpone, date(2026, 3, 9), at=at(3, 10)).postponed_to == date(2026, 3, 9)
    assert then(cases.work, at=at(4, 9)).postponed_to is None
    assert then(cases.resolve, "Glued", at=at(4, 10)).solution == "Glued"
    assert then(cases.reopen, at=at(4, 11), reason="came off").reopened == 1
    assert then(cases.resolve, at=at(4, 12)).solution == "Glued"
    closed = then(cases.close, at=at(5, 9))
    assert (closed.status, closed.base_state, closed.is_over, closed.last) == (CaseStatus.CLOSED, BaseState.CLOSED, True, at(5, 9))
    assert replay(Case, [event for outcome in outcomes for event in outcome.events]) == closed
    again = cases.hear(closed, "Again!", at=at(6, 9), new="C-2").document
    assert (again.number, again.follows, again.status) == ("C-2", "C-1", CaseStatus.NEW)
    assert cases.hear(closed, "Again!", at=at(6, 9)).document.status is CaseStatus.IN_PROGRESS
    assert cases.cancel(case(), at=at(2, 9)).document.base_state is BaseState.DELETED


def test_a_case_that_nothing_is_heard_of_can_be_closed() -> None:
    """Three days after it was resolved, not before [CAS-2]."""
    resolved = cases.resolve(case(), at=at(2, 10)).document
    assert cases.to_close([resolved, case()], at=at(5, 9), days=3) == ()
    assert cases.to_close([resolved, case()], at=at(5, 10), days=3) == (resolved,)


def test_merging_keeps_everything() -> None:
    """All messages of both, in order; the old number leads to the survivor [CAS-4]."""
    one, two = case(), case(at(2, 10), number="C-2")
    one = cases.reply(one, "One", at=at(2, 11), by="ann").document
    survivor, gone = cases.merge(two, one, at=at(2, 12)).changed
    assert [message.at for message in survivor.messages] == [at(2, 9), at(2, 10), at(2, 11)]
    assert (gone.status, survivor.merged) == (CaseStatus.MERGED, ("C-2",))
    third, again = cases.merge(survivor, case(at(2, 12), number="C-3"), at=at(2, 13)).changed
    known = {each.number: each for each in (third, again, gone)}
    assert cases.resolve_number("C-2", known) == third
    with pytest.raises(LookupError, match="no case 'C-9'"):
        cases.resolve_number("C-9", known)


def test_parts_of_a_case() -> None:
    """No circle, no other customer, no closing while a part is open; closing the last may offer to close the whole [CAS-4]."""
    whole, part, other = case(), case(number="C-2"), case(number="C-3", customer="JANE")
    part = cases.relate(part, "C-1", [whole], at=at(2, 10)).document
    assert cases.parts_of(whole, [whole, part]) == (part,)
    for command in (cases.resolve, cases.close):
        subject = whole if command is cases.resolve else cases.resolve(whole, at=at(2, 11)).document
        with pytest.raises(RefusedError) as refused:
            command(subject, at=at(2, 11), parts=[part])
        assert codes(refused) == ("case.children-open",)
    with pytest.raises(RefusedError) as refused:
        cases.relate(whole, "C-2", [part], at=at(2, 10))
    assert codes(refused) == ("case.circle",)
    with pytest.raises(RefusedError) as refused:
        cases.relate(other, "C-1", [whole], at=at(2, 10))
    assert codes(refused) == ("case.another-customer",)
    grand = cases.relate(case(number="C-4"), "C-2", [whole, part], at=at(2, 10)).document
    assert cases.relate(grand, None, at=at(2, 10)).document.parent is None
    done = cases.resolve(part, at=at(2, 12)).document
    assert cases.may_close_parent(done, [whole, done])
    assert not cases.may_close_parent(part, [whole, part])
    assert not cases.may_close_parent(cases.resolve(whole, at=at(2, 12)).document, [done])


def test_a_question_before_the_sale_becomes_a_lead() -> None:
    """Without a customer; the lead is named after who called [SVC-2]."""
    question = case(customer=None, contact="Ann of Newcomers", kind=CaseKind.PRE_SALE)
    after, lead = cases.to_lead(question, number="L-1", owner="me", at=at(2, 10))
    assert (after.lead, lead.name, lead.owner) == ("L-1", "Ann of Newcomers", "me")
    assert cases.by_base_state([question])[BaseState.ACTIVE] == (question,)


def test_what_a_case_cannot_be() -> None:
    """Without a status, or going back in time."""
    with pytest.raises(ValueError, match="from the moment it is opened"):
        evolve(case(), turns=())
    with pytest.raises(RefusedError) as refused:
        cases.reply(cases.reply(case(), at=at(2, 10), by="ann").document, at=at(2, 9, 59), by="ann")
    assert codes(refused) == ("case.backwards",)


# ---------------------------------------------------------------------- clocks


def test_waiting_for_the_customer_stops_the_clock() -> None:
    """Eight hours, waiting from Monday eleven to Tuesday three: due Wednesday at one [SLA-V2]."""
    waiting = cases.hold(cases.work(case(), at=at(2, 9)).document, HoldReason.CUSTOMER, at=at(2, 11)).document
    paused = service_levels.resolution(waiting, level(), at=at(3, 15))
    assert paused == Clock(consumed=2 * HOUR, due=at(4, 13), done=None, state=ClockState.PAUSED)
    going = cases.work(waiting, at=at(3, 15)).document
    clock = service_levels.resolution(going, level(), at=at(3, 16))
    assert clock == Clock(consumed=3 * HOUR, due=at(4, 13), done=None, state=ClockState.RUNNING)
    for end, state in ((at(4, 13), ClockState.MET), (at(4, 13, 1), ClockState.BREACHED)):
        done = service_levels.resolution(cases.resolve(going, at=end).document, level(), at=at(9, 9))
        assert done is not None
        assert (done.state, done.done, done.due) == (state, end, at(4, 13))
    vendor = cases.hold(case(), HoldReason.VENDOR, at=at(2, 11)).document
    running = service_levels.resolution(vendor, level(), at=at(2, 12))
    assert running is not None
    assert (running.state, running.due) == (ClockState.RUNNING, at(2, 17))


def test_a_pause_of_nothing_changes_nothing() -> None:
    """Held and taken up in the same minute [SLA-9]."""
    plain = cases.work(case(), at=at(2, 10)).document
    paused = cases.work(cases.hold(plain, HoldReason.CUSTOMER, at=at(2, 11)).document, at=at(2, 11)).document
    for moment in (at(2, 12), at(3, 12)):
        assert service_levels.resolution(plain, level(), at=moment) == service_levels.resolution(paused, level(), at=moment)


def test_reopening_does_not_begin_the_first_resolution_again() -> None:
    """It is read at the first time it was resolved; what comes after is in the full time [SLA-4, SLA-7]."""
    done = cases.resolve(cases.work(case(), at=at(2, 10)).document, at=at(2, 12)).document
    again = cases.resolve(cases.reopen(done, at=at(4, 9)).document, at=at(4, 11)).document
    clock = service_levels.resolution(again, level(), at=at(9, 9))
    assert clock is not None
    assert (clock.consumed, clock.done, clock.state) == (3 * HOUR, at(2, 12), ClockState.MET)
    times = service_levels.times(again, NINE_TO_FIVE, at=at(5, 9))
    assert (times.first, times.full) == (3 * HOUR, 18 * HOUR)
    assert (times.queue, times.internal, times.external, times.over) == (HOUR, 4 * HOUR, timedelta(0), 19 * HOUR)


@given(steps=st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(["work", "hold", "wait", "reply", "resolve", "reopen"])), max_size=8))
def test_the_parts_of_the_time_are_the_whole(steps: list[tuple[int, str]]) -> None:
    """Queue, internal, external and over come to the time since opening; used time never falls; due lies in office hours [SLA-2, SLA-9]."""
    life, moment = case(), at(2, 9)
    acts: dict[str, Any] = {
        "work": lambda: cases.work(life, at=moment),
        "hold": lambda: cases.hold(life, HoldReason.VENDOR, at=moment),
        "wait": lambda: cases.hold(life, HoldReason.CUSTOMER, at=moment),
        "reply": lambda: cases.reply(life, at=moment, by="ann"),
        "resolve": lambda: cases.resolve(life, at=moment),
        "reopen": lambda: cases.reopen(life, at=moment),
    }
    used = timedelta(0)
    for minutes, act in steps:
        moment = (moment.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(AMSTERDAM)
        try:
            life = acts[act]().document
        except RefusedError:
            continue
        clock = service_levels.resolution(life, level(), at=moment)
        assert clock is not None
        assert clock.consumed >= used
        used = clock.consumed
        local = clock.due.astimezone(AMSTERDAM).time()
        assert time(9) <= local <= time(17)
        if clock.state in {ClockState.RUNNING, ClockState.PAUSED, ClockState.MET}:
            assert NINE_TO_FIVE.between(clock.done or moment, clock.due) == 8 * HOUR - clock.consumed
    times = service_levels.times(life, at=moment)
    whole = times.queue + times.internal + times.external + times.over
    assert whole == moment.astimezone(UTC) - at(2, 9).astimezone(UTC)


def test_the_first_reply() -> None:
    """The first public message of an agent; where an agent opened the case, the next [SLA-3]."""
    noted = cases.reply(case(), at=at(2, 10), by="ann", public=False).document
    unread = service_levels.first_reply(noted, level(), at=at(2, 10))
    assert unread == Clock(consumed=HOUR, due=at(2, 11), done=None, state=ClockState.RUNNING)
    answered = cases.reply(noted, at=at(2, 11), by="ann").document
    clock = service_levels.first_reply(answered, level(), at=at(3, 9))
    assert clock is not None
    assert (clock.done, clock.state) == (at(2, 11), ClockState.MET)
    ours = evolve(case(), messages=(Message(at=at(2, 9), author=Author.AGENT, channel=Channel.EMAIL),))
    assert service_levels.replied(ours) is None
    assert service_levels.replied(cases.reply(ours, at=at(2, 10), by="ann").document) == at(2, 10)
    assert service_levels.first_reply(ours, level(first_reply=None), at=at(3, 9)) is None
    assert service_levels.resolution(ours, level(resolution=None), at=at(3, 9)) is None


def test_since_when_somebody_waits() -> None:
    """From the oldest message that was not answered in public [SLA-4]."""
    life = cases.hear(case(), at=at(2, 10)).document
    assert service_levels.unanswered(life) == at(2, 9)
    life = cases.reply(life, at=at(2, 11), by="ann", public=False).document
    assert service_levels.unanswered(life) == at(2, 9)
    life = cases.reply(life, at=at(2, 11), by="ann").document
    assert service_levels.unanswered(life) is None


def test_escalation_levels() -> None:
    """Two hours after Friday at four is Monday at ten; the next level comes after it; stop and restart as agreed [SLA-8, SLA-V1]."""
    watched = level(levels=(Level(after=2 * HOUR), Level(after=HOUR, to="chief")))
    first = cases.open_case(number="C-1", subject="Broken", at=at(6, 16))
    life, events = first.document, list(first.events)
    assert service_levels.escalations(life, watched, events, at=at(9, 9, 59)) == ()
    [one] = service_levels.escalations(life, watched, events, at=at(9, 10))
    assert (one.number, one.at, one.case) == (1, at(9, 10), "C-1")
    assert [each.number for each in service_levels.escalations(life, watched, events, at=at(9, 11))] == [1, 2]
    handed = cases.assign(life, "bob", at=at(9, 10, 30))
    read = cases.read(handed.document, at=at(9, 10, 45))
    events += (*handed.events, *read.events, *cases.open_case(number="C-2", subject="Other", at=at(9, 10)).events)
    assert service_levels.escalations(read.document, watched, events, at=at(9, 12, 29)) == ()
    assert len(service_levels.escalations(read.document, watched, events, at=at(9, 12, 30))) == 1
    done = cases.resolve(read.document, at=at(9, 13))
    assert len(service_levels.escalations(done.document, watched, [*events, *done.events], at=at(20, 13))) == 1
    calm = evolve(watched, reactions=((Trigger.NEW, Reaction.RESTART),))
    assert len(service_levels.escalations(read.document, calm, events, at=at(9, 10, 40))) == 1
    with pytest.raises(ValueError, match="after some time"):
        Level(after=timedelta(0))
    with pytest.raises(ValueError, match="zero or more"):
        level(resolution=-HOUR)


def test_what_is_overdue() -> None:
    """Open cases that should have been answered or resolved; those of other priorities are not looked at."""
    answered = cases.reply(case(), at=at(2, 10), by="ann").document
    known = {"normal": level(), "none": level(priority="none", first_reply=None, resolution=None)}
    made = [case(), answered, evolve(case(), priority="low"), evolve(case(), priority="none"), cases.cancel(case(), at=at(2, 9)).document]
    assert service_levels.overdue(made, known, at=at(2, 11)) == ()
    assert service_levels.overdue(made, known, at=at(2, 11, 1)) == (made[0],)
    assert service_levels.overdue(made, known, at=at(2, 18)) == (made[0],)
    assert service_levels.overdue(made, known, at=at(3, 9, 1)) == tuple(made[:2])


# ---------------------------------------------------------------------- assignment


def test_a_case_goes_to_somebody_who_can() -> None:
    """With every skill, on the channel, below the limit; the least busy first [S1]."""
    broken = case(kind=CaseKind.PROBLEM)
    skilled = (assignment.TECHNICAL, assignment.PROBLEM_SOLVING)
    ann = assignment.Agent(name="ann", skills=skilled, channels=(Channel.TELEPHONE,))
    bob = assignment.Agent(name="bob", skills=skilled, most=1)
    cor = assignment.Agent(name="cor", skills=skilled[:1])
    dan = assignment.Agent(name="dan", skills=skilled, channels=(Channel.EMAIL,))
    busy = [evolve(case(number="C-7"), owner="ann"), evolve(cases.cancel(case(number="C-8"), at=at(2, 9)).document, owner="bob")]
    assert assignment.able(broken, [ann, bob, cor, dan], busy) == (bob, ann)
    assert assignment.able(broken, [bob], [evolve(case(), owner="bob")]) == ()
    assert assignment.able(broken, [cor], needed=()) == (cor,)
    assert {kind for kind, _ in assignment.NEEDED} == set(CaseKind)


# ---------------------------------------------------------------------- installed, maintained, entitled


def installed(quantity: int = 2, **terms: Any) -> Any:
    """Chai that was delivered and installed."""
    order = deliveries.post(an_order(chai(3)), number="PS-1", on=DAY).changed[0]
    return installations.install(order, 1, quantity, number="I-1", on=DAY, **terms).document


def test_installing_what_was_delivered() -> None:
    """Never more, over all installations; the warranty ends the day before its months are over [SVC-3]."""
    thing = installed(serials=["A", "B"], warranty_months=24, configuration=[("colour", "red")])
    assert (thing.customer, thing.warranty) == ("ACME", date(2028, 3, 1))
    assert (thing.is_under_warranty(date(2028, 3, 1)), thing.is_under_warranty(date(2028, 3, 2))) == (True, False)
    assert not installed().is_under_warranty(DAY)
    order = deliveries.post(an_order(chai(3)), number="PS-1", on=DAY).changed[0]
    assert installations.install(order, 1, 1, [thing], number="I-2", on=DAY).document.quantity == D(1)
    for quantity, line, serials, code in (
        (2, 1, (), "installation.over-delivered"),
        (0, 1, (), "installation.over-delivered"),
        (1, 9, (), "order.unknown-line"),
        (1, 1, ("A", "B"), "installation.serials"),
    ):
        with pytest.raises(RefusedError) as refused:
            installations.install(order, line, quantity, [thing], number="I-2", on=DAY, serials=serials)
        assert codes(refused) == (code,)
    assert installations.configure(thing, [("colour", "blue")], on=DAY).document.configuration == (("colour", "blue"),)
    with pytest.raises(RefusedError) as refused:
        installations.remove(thing, on=date(2026, 3, 1))
    assert codes(refused) == ("installation.removed",)


def test_visits_of_a_maintenance_contract() -> None:
    """Every three months from the last day of January, month ends kept; done, moved, dropped at the end [SVC-4]."""
    contract = installations.contract(
        [installed()],
        number="M-1",
        customer="ACME",
        period=Period(date(2026, 1, 31), date(2027, 1, 30)),
        every=Every(3, Unit.MONTH),
        on=DAY,
    ).document
    assert [each.planned for each in contract.visits] == [date(2026, 4, 30), date(2026, 7, 31), date(2026, 10, 31)]
    assert [visit.number for _, visit in installations.visits_due([contract], on=date(2026, 7, 31))] == [1, 2]
    contract = installations.visit(contract, 1, on=date(2026, 5, 1), by="ann").document
    contract = installations.move_visit(contract, 3, date(2026, 7, 1), on=date(2026, 5, 1)).document
    assert [each.number for each in contract.visits] == [1, 3, 2]
    with pytest.raises(RefusedError) as refused:
        installations.move_visit(contract, 3, date(2027, 1, 31), on=DAY)
    assert codes(refused) == ("maintenance.outside-period",)
    with pytest.raises(RefusedError) as refused:
        installations.visit(contract, 1, on=DAY, by="ann")
    assert codes(refused) == ("maintenance.visit",)
    ended = installations.end(contract, on=date(2026, 7, 15)).document
    assert ([each.number for each in ended.visits], ended.status.value) == ([1, 3], "ended")


def entitled(**terms: Any) -> Entitlement:
    """Two cases in March."""
    given: dict[str, Any] = {"number": "E-1", "customer": "ACME", "period": Period.month(2026, 3), "allotted": D(2)} | terms
    return entitlements.grant(Entitlement(**given), on=DAY).document


def test_an_entitlement_is_drawn_on() -> None:
    """By cases or hours, at opening or once resolved, in its period, for what it covers; never below zero [SVC-5]."""
    after, linked = entitlements.draw(entitled(), case(), on=DAY).changed
    assert (after.left, linked.entitlement) == (D(1), "E-1")
    assert entitlements.draw(after, case(number="C-2"), on=DAY).document.left == D(0)
    later = entitled(drawn_at=Decrement.RESOLUTION)
    with pytest.raises(RefusedError) as refused:
        entitlements.draw(later, case(), on=DAY)
    assert codes(refused) == ("entitlement.drawn",)
    assert entitlements.draw(later, cases.resolve(case(), at=at(2, 9)).document, on=DAY).document.left == D(1)
    hours = entitled(counts=Allotment.HOURS)
    assert entitlements.draw(hours, case(), on=DAY, hours=D("1.5")).document.left == D("0.5")
    for quantity in (D("2.5"), 0):
        with pytest.raises(RefusedError) as refused:
            entitlements.draw(hours, case(), on=DAY, hours=quantity)
        assert codes(refused) == ("entitlement.used-up",)
    for wrong in ((hours, None), (entitled(), 1)):
        with pytest.raises(TypeError, match="hours are given"):
            entitlements.draw(wrong[0], case(), on=DAY, hours=wrong[1])


def test_which_entitlement_a_case_falls_under() -> None:
    """The first to expire that covers it and has something left."""
    thing = installed()
    for_chai, everything = entitled(covers=("CHAI",)), entitled(number="E-2", period=Period(DAY))
    used = entitlements.draw(entitled(number="E-0", allotted=D(1)), case(number="C-9"), on=DAY).document
    about = case(installed="I-1")
    assert entitlements.choose([used, everything, for_chai], about, thing, on=DAY) == for_chai
    assert entitlements.choose([for_chai, everything], case(), on=DAY) == everything
    assert entitlements.choose([for_chai], about, thing, on=date(2026, 4, 1)) is None


# ---------------------------------------------------------------------- relations


def closed(number: str = "C-1") -> Case:
    """A closed case."""
    return cases.close(cases.resolve(case(number=number), at=at(2, 10)).document, at=at(2, 11)).document


def survey(score: int | None = None, scale: Scale | None = None, number: str = "C-1") -> Survey:
    """A survey, answered or not."""
    made = relations.ask(closed(number), number=f"S-{number}", on=DAY, scale=scale or FIVE).document
    return made if score is None else relations.answer(made, score, on=DAY).document


def test_surveys_and_reviews() -> None:
    """One for each close, answered once, on its scale; a review says whether the product was bought [CST-1]."""
    one = survey()
    with pytest.raises(RefusedError) as refused:
        relations.ask(closed(), [one], number="S-2", on=DAY)
    assert codes(refused) == ("survey.one-each",)
    twice = cases.close(cases.resolve(cases.reopen(closed(), at=at(3, 9)).document, at=at(3, 10)).document, at=at(3, 11)).document
    assert relations.ask(twice, [one], number="S-2", on=DAY).document.about == "C-1"
    with pytest.raises(RefusedError) as refused:
        relations.answer(one, 0, on=date(2026, 3, 1))
    assert codes(refused) == ("survey.answered", "survey.off-scale")
    order = deliveries.post(an_order(), number="PS-1", on=DAY).changed[0]
    given: Any = {"number": "R-1", "customer": "ACME", "on": DAY}
    assert relations.review("CHAI", 5, [order], **given).document.bought
    assert not relations.review("CHAI", 5, [an_order()], **given).document.bought
    assert not relations.review("CHAI", 5, [order], **(given | {"customer": "JANE"})).document.bought
    with pytest.raises(ValueError, match="a scale runs"):
        Scale(least=5, most=1)


def test_contact_of_our_own_accord() -> None:
    """Due a round after the last, on a day the customer likes; never where it wants none [CST-2]."""
    plan = relations.plan(number="P-1", customer="ACME", every=Every(), last=date(2026, 1, 31), on=DAY).document
    assert relations.due_date(plan) == date(2026, 2, 28)
    fridays = relations.prefer(plan, Preference(channel=Channel.CHAT, weekdays=(4,), topics=("tea",)), on=DAY).document
    assert relations.due_date(fridays) == date(2026, 3, 6)
    silent = relations.prefer(plan, Preference(silent=True), on=DAY).document
    assert relations.due_date(silent) is None
    assert relations.contacts_due([fridays, silent, plan], on=date(2026, 3, 5)) == (plan,)
    assert relations.contacts_due([fridays, silent, plan], on=date(2026, 3, 6)) == (plan, fridays)
    spoken = relations.contacted(plan, "tea", on=DAY).document
    assert (spoken.last, spoken.contacts) == (DAY, ((DAY, "tea"),))
    for wrong, on in ((silent, DAY), (plan, date(2026, 1, 30))):
        with pytest.raises(RefusedError) as refused:
            relations.contacted(wrong, on=on)
        assert codes(refused) == ("contact.silent",)


def test_monitors() -> None:
    """Neglected, sleeping, expensive, at both sides of each edge [CST-3]."""
    policy = MonitorPolicy(days=30, few_outgoing=1, many_outgoing=3, cost_share=D("0.5"))
    ours = [Contact(customer="B", on=DAY - timedelta(days=each), outgoing=True, cost=D(10)) for each in (0, 5, 29)]
    old = Contact(customer="A", on=DAY - timedelta(days=30), outgoing=True)
    found = relations.monitor(["A", "B"], [*ours, old], {"B": D(60)}, on=DAY, policy=policy)
    assert found == {"A": (Monitor.NEGLECTED,), "B": (Monitor.SLEEPING,)}
    theirs = Contact(customer="B", on=DAY, outgoing=False)
    assert relations.monitor(["B"], [*ours, theirs], {"B": D(60)}, on=DAY, policy=policy) == {}
    assert relations.monitor(["B"], [*ours, theirs], {"B": D(59)}, on=DAY, policy=policy) == {"B": (Monitor.EXPENSIVE,)}
    assert set(relations.SUGGESTIONS) == set(Monitor)
    lasts = {"P-1": DAY - timedelta(days=14), "P-2": DAY - timedelta(days=15), "P-3": DAY - timedelta(days=40)}
    assert relations.neglected_projects(lasts, on=DAY) == ("P-3", "P-2")


# ---------------------------------------------------------------------- figures

MARCH = Period.month(2026, 3)


def test_satisfaction() -> None:
    """Four of five are satisfied; who said nothing is not counted; nobody is nobody [MET-8]."""
    scores = [5, 4, 3, 5, 4, None]
    surveys = [survey(score, number=f"C-{place}") for place, score in enumerate(scores)]
    assert service_metrics.satisfaction(surveys, MARCH) == D("0.8")
    assert service_metrics.mean_score(surveys) == D("4.2")
    assert service_metrics.satisfaction(surveys, Period.month(2026, 4)) is None
    assert service_metrics.mean_score([]) is None


def test_net_promoter_score() -> None:
    """Five promoters, two passive, three detractors: twenty [MET-13]."""
    scores = [9, 10, 9, 10, 9, 7, 8, 6, 0, 3]
    surveys = [survey(score, RECOMMENDATION, f"C-{place}") for place, score in enumerate(scores)]
    assert service_metrics.net_promoter_score(surveys) == D(20)
    assert service_metrics.net_promoter_score([]) is None


def test_resolution() -> None:
    """Of the cases received; cancelled ones are no cases [MET-9, MET-15]."""
    april = cases.resolve(case(at(31, 9), number="C-3"), at=at(1, 9, month=4)).document
    made = [closed(), case(number="C-2"), case(number="C-5"), april, cases.cancel(case(number="C-4"), at=at(2, 9)).document]
    assert service_metrics.resolution_rate(made, MARCH) == D("0.5")
    assert service_metrics.cohort(made, MARCH, Cohort.RESOLVED) == (made[0],)
    assert service_metrics.resolution_rate([], MARCH) is None


def test_first_contact_resolution_and_handling_time() -> None:
    """One contact, no transfer, no escalation, never reopened; the mean of the handling of each case [MET-10, MET-11]."""
    once = cases.resolve(cases.reply(case(), at=at(2, 10), by="ann", seconds=450).document, at=at(2, 11)).document
    spoken = cases.resolve(cases.hear(case(number="C-2"), at=at(2, 10)).document, at=at(2, 11)).document
    handed = evolve(once, number="C-3", transfers=1)
    raised = evolve(once, number="C-4", escalated=1)
    again = cases.resolve(cases.reopen(once, at=at(3, 9)).document, at=at(3, 10)).document
    made = [once, spoken, handed, raised, evolve(again, number="C-5")]
    assert service_metrics.first_contact_resolution(made, MARCH) == D("0.2")
    assert service_metrics.handling_time([once], MARCH) == timedelta(seconds=450)
    assert service_metrics.handling_time(made, MARCH) == timedelta(seconds=360)
    assert service_metrics.first_contact_resolution([case()], MARCH, of=Cohort.RECEIVED) is None
    assert service_metrics.handling_time([], MARCH) is None


def test_compliance_retention_and_repeat_purchase() -> None:
    """What still runs is not counted; new customers neither [MET-12, MET-14]."""
    clock = Clock(consumed=HOUR, due=at(2, 9), done=None, state=ClockState.MET)
    states = [clock, clock, clock, evolve(clock, state=ClockState.BREACHED), evolve(clock, state=ClockState.RUNNING), None]
    assert service_metrics.compliance(states) == D("0.75")
    assert service_metrics.compliance([None]) is None
    assert service_metrics.retention(["A", "B", "C", "D"], ["B", "C", "D", "E"]) == D("0.75")
    assert service_metrics.retention([], ["A"]) is None
    assert service_metrics.repeat_purchase(["A", "B", "A", "C", "D"]) == D("0.25")
    assert service_metrics.repeat_purchase([]) is None
