"""Leads: where they come from, how warm they are, and what they become."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Lead, LeadStatus, Opportunity, OpportunityType, Party, PartyKind, RefusedError, Role, Stage, history, leads, memory
from salesflow.model.lead import SOURCES, DisqualifiedReason, MarketNote, Scoring, Signal
from tests.builders import ACME, DAY, LATER, codes

D = Decimal
S = LeadStatus
KIND = OpportunityType(name="new", stages=(Stage(name="first", probability=D(20)),))
EARLY = date(2026, 3, 1)


def lead(**terms: Any) -> Lead:
    """A lead as it was registered."""
    wanted: dict[str, Any] = {"number": "L-1", "name": "Jo Field", "owner": "ann", "on": DAY} | terms
    return leads.register(**wanted).document


def ready(**terms: Any) -> Lead:
    """A lead with interest and buying power."""
    return leads.assess(lead(**terms), interested=True, can_buy=True, on=DAY).document


def test_a_lead_comes_from_anywhere() -> None:
    """The list of sources is open [LED-1, PRC-3]."""
    for source in (*SOURCES, "balloon"):
        assert lead(source=source).source == source
    with pytest.raises(TypeError, match="status is set by a command of its own"):
        lead(status=S.QUALIFIED)


@pytest.mark.parametrize("wrong", [{"name": ""}, {"owner": " "}, {"source": ""}, {"kind": "person"}, {"fit": 1.5}])
def test_a_lead_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Malformed values are named at the door."""
    with pytest.raises((TypeError, ValueError)):
        lead(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Signal(on=DAY, what="", points=D(1)),
        lambda: Scoring(half_life=0),
        lambda: MarketNote(about="", text="x"),
    ],
)
def test_parts_that_cannot_be(wrong: Any) -> None:
    """A signal says what it was, and a half-life is above zero."""
    with pytest.raises(ValueError, match="must"):
        wrong()


@pytest.mark.parametrize(
    ("interested", "can_buy", "missing"),
    [(False, False, "interest and buying power"), (True, False, "buying power"), (False, True, "interest"), (True, True, "")],
)
def test_a_lead_is_qualified_when_it_wants_and_can(missing: str, *, interested: bool, can_buy: bool) -> None:
    """Both are confirmed first [PRC-4, LED-5]."""
    known = leads.assess(lead(), interested=interested, can_buy=can_buy, on=DAY).document
    if not missing:
        assert leads.qualify(known, on=DAY).document.lead.status is S.QUALIFIED
        return
    with pytest.raises(RefusedError, match=f"to have {missing}") as refused:
        leads.qualify(known, on=DAY)
    assert codes(refused) == ("lead.not-ready",)


def test_qualifying_makes_what_was_chosen() -> None:
    """A party, a contact and a sale, or none of them; the notes follow [PRC-4, D:qualify]."""
    store = memory.Store()
    warm = ready(company="Field & Co", source="fair", note="met at the stand", campaign="C-1")
    with store.begin() as work:
        work.add(warm)
        done = leads.qualify(
            warm, on=LATER, party="P-1", contact="P-2", opportunity="O-1", type=KIND, currency="EUR", title="Lamps", amount=500
        )
        work.put(*done.changed)
        work.add(*done.made)
    work = store.begin()
    company, person, sale = work.parties.get("P-1"), work.parties.get("P-2"), work.opportunities.get("O-1")
    assert (company.name, company.kind, company.roles) == ("Field & Co", PartyKind.ORGANISATION, (Role.PROSPECT,))
    assert (person.name, person.kind) == ("Jo Field", PartyKind.PERSON)
    assert (sale.party, sale.contact, sale.source, sale.note, sale.lead, sale.campaign, sale.owner, sale.amount, sale.registered) == (
        "P-1",
        "P-2",
        "fair",
        "met at the stand",
        "L-1",
        "C-1",
        "ann",
        500,
        LATER,
    )
    after = work.leads.get("L-1")
    assert (after.status, after.party, after.contact, after.opportunity) == (S.QUALIFIED, "P-1", "P-2", "O-1")
    nothing = leads.qualify(ready(), on=DAY).document
    assert (nothing.party, nothing.contact, nothing.opportunity) == (None, None, None)
    linked = leads.qualify(ready(), on=DAY, party=ACME, opportunity="O-2", type=KIND).document
    assert linked.opportunity is not None
    assert (linked.opportunity.party, linked.opportunity.title) == ("ACME", "Jo Field")
    assert leads.qualify(ready(party="ACME"), on=DAY, opportunity="O-2", type=KIND).document.opportunity.party == "ACME"  # type: ignore[union-attr]
    with pytest.raises(TypeError, match="give its type"):
        leads.qualify(ready(), on=DAY, opportunity="O-2")
    assert leads.qualify(ready(kind=PartyKind.ORGANISATION), on=DAY, party="P-3").document.party.kind is PartyKind.ORGANISATION  # type: ignore[union-attr]


def test_a_lead_comes_to_nothing_for_a_reason() -> None:
    """The record stays; not once it became a sale; reopened it may be qualified again [PTY-5, LED-2, LED-6, PRC-7]."""
    gone = leads.disqualify(lead(), DisqualifiedReason.CANNOT_CONTACT, on=DAY).document
    assert (gone.status, gone.reason, gone.is_targetable) == (S.DISQUALIFIED, "cannot-contact", False)
    back = leads.reactivate(gone, on=LATER, reason="they called").document
    assert (back.status, back.reason, back.is_targetable) == (S.OPEN, "", True)
    sold = leads.qualify(ready(), on=DAY, opportunity="O-1", type=KIND).document.lead
    reopened = leads.reactivate(sold, on=LATER).document
    with pytest.raises(RefusedError) as refused:
        leads.disqualify(reopened, DisqualifiedReason.LOST, on=LATER)
    assert codes(refused) == ("lead.has-opportunity",)
    with pytest.raises(TypeError, match="reason must be"):
        leads.disqualify(lead(), "lost", on=DAY)  # type: ignore[arg-type]


def test_a_lead_may_wait() -> None:
    """Until a later day, and it is still told of campaigns [PTY-5, LED-6]."""
    waiting = leads.postpone(lead(), resume=LATER, reason="after the fair", on=DAY).document
    assert (waiting.status, waiting.resume, waiting.is_targetable) == (S.POSTPONED, LATER, True)
    assert leads.postpone(lead(), on=DAY).document.resume is None
    with pytest.raises(RefusedError) as refused:
        leads.postpone(lead(), resume=DAY, on=DAY)
    assert codes(refused) == ("lead.resume-later",)


LEGAL = {
    "contact": {S.OPEN},
    "postpone": {S.OPEN, S.CONTACTING},
    "qualify": {S.OPEN, S.CONTACTING, S.POSTPONED},
    "disqualify": {S.OPEN, S.CONTACTING, S.POSTPONED},
    "reactivate": {S.POSTPONED, S.QUALIFIED, S.DISQUALIFIED},
    "assess": {S.OPEN, S.CONTACTING, S.POSTPONED},
}


@pytest.mark.parametrize("command", sorted(LEGAL))
@pytest.mark.parametrize("status", list(S))
def test_legal_moves_succeed_and_all_others_are_refused(command: str, status: LeadStatus) -> None:
    """Every pair of the table both ways [CRM-2]."""
    here = evolve(ready(), status=status)
    arguments: tuple[Any, ...] = (here, DisqualifiedReason.LOST) if command == "disqualify" else (here,)
    if status in LEGAL[command]:
        assert getattr(leads, command)(*arguments, on=LATER).events
        return
    with pytest.raises(RefusedError) as refused:
        getattr(leads, command)(*arguments, on=LATER)
    assert codes(refused) == ("wrong-status",)


def test_presentations_and_demonstrations_are_activities() -> None:
    """Planned, and done once [S1]."""
    planned = leads.plan(lead(), "demonstration", "Show it", due=LATER, on=DAY).document
    assert (planned.activities[0].owner, planned.activities[0].kind) == ("ann", "demonstration")
    done = leads.complete(planned, 1, on=DAY).document
    assert done.activities[0].done == DAY
    for number in (1, 9):
        with pytest.raises(RefusedError) as refused:
            leads.complete(done, number, on=DAY)
        assert codes(refused) == ("lead.unknown-activity",)
    with pytest.raises(RefusedError) as refused:
        leads.contact(lead(), on=EARLY)
    assert codes(refused) == ("lead.before-registered",)
    noted = leads.observe(lead(), MarketNote(about="lamps", text="sold out", competitor="Rival"), on=DAY).document
    assert noted.market[0].competitor == "Rival"


def test_intent_fades_by_half() -> None:
    """100 points are 50 after thirty days and 25 after sixty; fit stays [LED-7]."""
    warm = leads.signal(lead(fit=D(10)), "visited", 100, on=DAY).document
    scoring = Scoring(half_life=30)
    assert [warm.score(DAY + timedelta(days=days), scoring) for days in (0, 30, 60)] == [110, 60, 35]
    assert warm.score(EARLY, scoring) == 10
    with pytest.raises(RefusedError) as refused:
        leads.signal(lead(), "visited", 1, came=LATER, on=DAY)
    assert codes(refused) == ("lead.signal-later",)
    assert leads.signal(lead(), "visited", 1, came=EARLY, on=DAY).document.signals[0].on == EARLY


def test_reaching_the_threshold_is_told_once() -> None:
    """The signal that crosses it has an entry more; the next has none [LED-7]."""
    scoring = Scoring(half_life=30, threshold=D(100))
    first = leads.signal(lead(), "mail", 99, on=DAY, scoring=scoring)
    second = leads.signal(first.document, "visit", 1, on=DAY, scoring=scoring)
    third = leads.signal(second.document, "visit", 50, on=DAY, scoring=scoring)
    assert [[event.what for event in done.events] for done in (first, second, third)] == [
        ["signalled"],
        ["signalled", "warmed up"],
        ["signalled"],
    ]
    assert [event.what for event in leads.signal(lead(), "visit", 500, on=DAY).events] == ["signalled"]


@given(points=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 100)), max_size=5), age=st.integers(0, 90), more=st.integers(0, 90))
def test_a_score_never_rises_with_age(points: list[tuple[int, int]], age: int, more: int) -> None:
    """Without a new signal it only falls, and with more points it is never lower [LED-7]."""
    warm = evolve(lead(), signals=tuple(Signal(on=DAY - timedelta(days=days), what="x", points=D(each)) for days, each in points))
    scoring = Scoring()
    day = DAY + timedelta(days=age)
    assert warm.score(day + timedelta(days=more), scoring) <= warm.score(day, scoring)
    richer = evolve(warm, signals=(*warm.signals, Signal(on=DAY, what="x", points=D(5))))
    assert richer.score(day, scoring) >= warm.score(day, scoring)


def test_likely_duplicates_are_found() -> None:
    """The same mail, or the same name and company, whatever the spaces and capitals."""
    here = lead(email="jo@field.example", company="Field")
    same_mail = lead(number="L-2", name="J. F.", email=" JO@field.example ")
    same_name = lead(number="L-3", name="jo  field", company="FIELD")
    other_company = lead(number="L-4", company="Meadow")
    person = Party(number="P-1", name="JO FIELD")
    assert leads.duplicates(here, [here, same_mail, same_name, other_company, person]) == (same_mail, same_name, person)
    assert leads.duplicates(lead(), [lead(number="L-5", name="Somebody")]) == ()


def test_the_history_makes_the_lead_again() -> None:
    """From its entries alone [HIS-2]."""
    done = leads.register(number="L-1", name="Jo Field", owner="ann", on=DAY, source="fair")
    events, here = [*done.events], done.document
    acts: list[Any] = [
        lambda each: leads.contact(each, on=DAY),
        lambda each: leads.assess(each, interested=True, fit=5, on=DAY),
        lambda each: leads.signal(each, "visit", 5, on=DAY),
        lambda each: leads.postpone(each, on=DAY),
        lambda each: leads.reactivate(each, on=LATER),
    ]
    for act in acts:
        step = act(here)
        here, events = step.document, [*events, *step.events]
        assert history.replay(Lead, events) == here
    sale = leads.qualify(ready(), on=DAY, opportunity="O-1", type=KIND)
    assert history.replay(Opportunity, sale.events) == sale.document.opportunity
