"""Sales in the making: status, stage, figures, what is due, guides, stakeholders, and the history of it all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Opportunity,
    OpportunityStatus,
    OpportunityType,
    Party,
    RefusedError,
    Role,
    Stage,
    Stakeholder,
    acceptance,
    closing,
    follow_ups,
    guides,
    history,
    memory,
    opportunities,
    orders,
    quotations,
    stakeholders,
)
from salesflow.model.activity import Activity, Paper, next_due_date
from salesflow.model.history import Happened
from salesflow.model.opportunity import (
    DurationUnit,
    ForecastCategory,
    Interest,
    StageMark,
    SuggestedActivity,
    SuggestedPaper,
    Visibility,
)
from salesflow.model.policies import OpportunityPolicy
from salesflow.model.stakeholder import BANT, BUYER, DECIDER, USER, Answer, Known, StakeholderSide, missing_roles, score
from tests.builders import ACME, CHAI, DAY, JANE, LATER, codes

D = Decimal
S = OpportunityStatus
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CALL, VISIT = SuggestedActivity(name="call", offset=3), SuggestedActivity(name="visit", kind="meeting", offset=5)
BRIEF, EXTRA = SuggestedPaper(name="brief"), SuggestedPaper(name="leaflet", required=False)
STAGES = (
    Stage(name="first", probability=D(20), idle_days=10, activities=(CALL, VISIT), papers=(BRIEF, EXTRA)),
    Stage(name="offer", probability=D(50), category=ForecastCategory.BEST_CASE),
    Stage(name="contract", probability=D(80), category=ForecastCategory.COMMIT),
)
KIND = OpportunityType(name="new business", stages=STAGES, guide=True, duration=1, unit=DurationUnit.MONTHS)
PLAIN = OpportunityType(name="counter")
OTHER = OpportunityType(name="renewal", stages=(Stage(name="offer", probability=D(70)), Stage(name="signed", probability=D(90))))


def sale(**terms: Any) -> Opportunity:
    """A sale as it was registered."""
    wanted: dict[str, Any] = {"number": "O-1", "title": "Lamps", "type": KIND, "owner": "ann", "currency": "EUR", "on": DAY} | terms
    return opportunities.register(**wanted).document


def sold(**terms: Any) -> Opportunity:
    """A sale that was sold."""
    return opportunities.mark_sold(sale(), on=LATER, **terms).document


def lost(**terms: Any) -> Opportunity:
    """A sale that was lost."""
    return opportunities.mark_lost(sale(), on=LATER, **terms).document


def stalled(**terms: Any) -> Opportunity:
    """A sale that is stalled until the day after."""
    return opportunities.stall(sale(), on=DAY, **({"reopen": LATER} | terms)).document


def stakeholder(party: str, role: str, **terms: Any) -> Stakeholder:
    """A stakeholder of the customer's side."""
    return Stakeholder(party=party, role=role, **terms)


# ---------------------------------------------------------------------- registering


def test_a_sale_begins_open_in_its_first_stage() -> None:
    """With that stage's probability, expected after the duration of its kind [SAL-3, SAL-4, STG-2, TYP-1, PRC-2]."""
    opportunity = sale()
    assert (opportunity.status, opportunity.stage, opportunity.probability, opportunity.sale_date) == (
        S.OPEN,
        "first",
        20,
        date(2026, 4, 2),
    )
    bare = sale(type=PLAIN)
    assert (bare.stage, bare.probability, bare.sale_date, bare.marks) == (None, 0, DAY + timedelta(days=30), ())
    assert sale(stage="offer").probability == 50
    weeks = OpportunityType(name="quick", duration=2, unit=DurationUnit.WEEKS)
    assert sale(type=weeks).sale_date == LATER
    assert sale(on=date(2026, 1, 31)).sale_date == date(2026, 2, 28)


def test_its_value_is_that_of_its_products() -> None:
    """Unless another is entered [CRM-5, PRC-5]."""
    interests = [Interest(product="CHAI", quantity=D(3), price=D("0.335")), Interest(product="CHANG", quantity=D(1), price=D(10))]
    assert sale(interests=interests).amount == D("11.01")
    assert sale(interests=interests, amount=12).amount == 12


@pytest.mark.parametrize(
    "wrong", [{"title": ""}, {"title": "  "}, {"owner": ""}, {"type": "new"}, {"currency": "XXX"}, {"promoted": ("a",) * 4}]
)
def test_a_sale_that_cannot_be(wrong: dict[str, Any]) -> None:
    """A title and a kind are mandatory; three fields of one's own stand in the main view [SAL-1, SAL-2]."""
    with pytest.raises((TypeError, ValueError)):
        sale(**wrong)


@pytest.mark.parametrize("field", ["status", "activities", "completed", "quotation", "mirrors_quotation"])
def test_what_has_a_command_of_its_own_is_not_set_otherwise(field: str) -> None:
    """Neither at registering nor by an update."""
    with pytest.raises(TypeError, match="command of its own"):
        sale(**{field: None})
    with pytest.raises(TypeError, match="command of its own"):
        opportunities.update(sale(), on=DAY, **{field: None})  # type: ignore[arg-type]


def test_what_is_no_longer_in_use_is_not_chosen() -> None:
    """A kind or stage that was taken out stays on old sales [TYP-4]."""
    gone = evolve(KIND, active=False)
    closed = evolve(KIND, stages=(STAGES[0], evolve(STAGES[1], active=False), STAGES[2]))
    for wrong in ({"type": gone}, {"type": closed, "stage": "offer"}):
        with pytest.raises(RefusedError) as refused:
            sale(**wrong)
        assert codes(refused) == ("opportunity.type-gone",)
    with pytest.raises(RefusedError) as refused:
        sale(stage="nowhere")
    assert codes(refused) == ("opportunity.unknown-stage",)
    with pytest.raises(RefusedError) as refused:
        opportunities.move_to(sale(type=closed), "offer", on=DAY)
    assert codes(refused) == ("opportunity.type-gone",)
    there = evolve(sale(type=closed), stage="offer")
    assert opportunities.move_to(there, "offer", on=DAY).document.stage == "offer"
    first_gone = evolve(KIND, stages=(evolve(STAGES[0], active=False), *STAGES[1:]))
    assert sale(type=first_gone).stage == "offer"
    with pytest.raises(RefusedError) as refused:
        sale(sale_date=date(2026, 3, 1))
    assert codes(refused) == ("opportunity.before-registered",)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Stage(name="x", probability=D(0)),
        lambda: Stage(name="x", probability=D(100)),
        lambda: Stage(name="", probability=D(1)),
        lambda: OpportunityType(name="x", stages=(STAGES[0], STAGES[0])),
        lambda: OpportunityType(name="x", stages=STAGES[:1], guide=True),
        lambda: OpportunityType(name="x", duration=-1),
        lambda: SuggestedActivity(name=""),
        lambda: SuggestedPaper(name=""),
        lambda: Activity(number=1, kind="", subject="x", due=DAY),
        lambda: Activity(number=1, kind="call", subject="x", due=DAY, done="today"),  # type: ignore[arg-type]
        lambda: Paper(number="", name="x", made=DAY),
        lambda: Stakeholder(party="", role="user"),
        lambda: Answer(question="", known=Known.YES, on=DAY),
        lambda: Interest(product="", quantity=D(1), price=D(1)),
    ],
)
def test_parts_that_cannot_be(wrong: Any) -> None:
    """0 and 100 percent are lost and sold; a guide has two stages [STG-1, TYP-2]."""
    with pytest.raises((TypeError, ValueError)):
        wrong()


def test_falling_probabilities_are_pointed_out() -> None:
    """Allowed, and worth a look [STG-5]."""
    assert KIND.falling == ()
    assert OpportunityType(name="x", stages=STAGES[::-1]).falling == ("offer", "first")


# ---------------------------------------------------------------------- its life


def test_a_stalled_sale_keeps_its_stage() -> None:
    """On hold until the re-open date, for a reason; reopened both are gone, and the history has them [S2, SAL-8, SAL-10]."""
    opportunity = opportunities.move_to(sale(), "offer", on=DAY).document
    held = opportunities.stall(opportunity, reopen=LATER, reason="no budget", on=DAY).document
    assert (held.status, held.stage, held.probability, held.reopen_date, held.stall_reason) == (S.STALLED, "offer", 50, LATER, "no budget")
    done = opportunities.reopen(held, on=LATER)
    assert (done.document.status, done.document.reopen_date, done.document.stall_reason, done.document.probability) == (
        S.OPEN,
        None,
        "",
        50,
    )
    assert done.events[0].change("stall_reason").before == "no budget"
    for wrong in (DAY, date(2026, 3, 1)):
        with pytest.raises(RefusedError) as refused:
            opportunities.stall(sale(), reopen=wrong, on=DAY)
        assert codes(refused) == ("opportunity.reopen-later",)


def test_a_sold_sale_is_certain_and_keeps_where_it_was() -> None:
    """100 percent, on the real day, for what it brought, up against whom [SAL-5, SAL-8, SAL-9]."""
    opportunity = opportunities.mark_sold(
        opportunities.move_to(sale(amount=900), "contract", on=DAY).document,
        on=LATER,
        closed=DAY,
        reason="price",
        competitor="Rival",
        amount=850,
    ).document
    assert (opportunity.status, opportunity.probability, opportunity.sale_date, opportunity.amount) == (S.SOLD, 100, DAY, 850)
    assert (opportunity.stage_when_closed, opportunity.sold_reason, opportunity.lost_reason, opportunity.competitor) == (
        "contract",
        "price",
        "",
        "Rival",
    )
    gone = lost(reason="too late", competitor="Rival")
    assert (gone.status, gone.probability, gone.sale_date, gone.lost_reason, gone.sold_reason, gone.competitor) == (
        S.LOST,
        0,
        LATER,
        "too late",
        "",
        "Rival",
    )
    from_hold = opportunities.mark_lost(stalled(), on=LATER).document
    assert (from_hold.reopen_date, from_hold.stall_reason, opportunities.mark_sold(stalled(), on=LATER).document.reopen_date) == (
        None,
        "",
        None,
    )
    for close in (opportunities.mark_sold, opportunities.mark_lost):
        with pytest.raises(RefusedError) as refused:
            close(sale(), on=LATER, closed=date(2026, 3, 1))
        assert codes(refused) == ("opportunity.before-registered",)


def test_a_closed_sale_may_be_reopened() -> None:
    """Stage and its probability come back, and nothing of the closing stays; a placed order keeps it sold."""
    back = opportunities.reopen(lost(reason="price"), on=LATER, reason="they called").document
    assert (back.status, back.stage, back.probability, back.lost_reason, back.stage_when_closed) == (S.OPEN, "first", 20, "", None)
    assert back.sale_date == date(2026, 4, 16)
    assert opportunities.reopen(sold(), on=LATER, sale_date=date(2026, 5, 1)).document.sale_date == date(2026, 5, 1)
    order = orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[orders.line(CHAI, 1)], on=DAY).document
    with pytest.raises(RefusedError) as refused:
        opportunities.reopen(sold(), on=LATER, orders=[order])
    assert codes(refused) == ("opportunity.order-placed",)
    assert opportunities.reopen(sold(), on=LATER, orders=[orders.cancel(order, on=DAY).document]).document.status is S.OPEN
    assert opportunities.reopen(lost(), on=LATER, orders=[order]).document.status is S.OPEN
    plain = opportunities.mark_lost(sale(type=PLAIN), on=DAY).document
    assert opportunities.reopen(plain, on=DAY).document.probability == 0


def test_only_a_closed_sale_is_completed() -> None:
    """A flag of its own [C4]."""
    done = opportunities.set_completed(sold(), on=LATER).document
    assert (done.completed, opportunities.set_completed(done, completed=False, on=LATER).document.completed) == (True, False)
    assert opportunities.reopen(done, on=LATER).document.completed is False
    with pytest.raises(RefusedError) as refused:
        opportunities.set_completed(sale(), on=DAY)
    assert codes(refused) == ("wrong-status",)


LEGAL = {
    "stall": {S.OPEN},
    "reopen": {S.STALLED, S.SOLD, S.LOST},
    "mark_sold": {S.OPEN, S.STALLED},
    "mark_lost": {S.OPEN, S.STALLED},
    "set_completed": {S.SOLD, S.LOST},
}


@pytest.mark.parametrize("command", sorted(LEGAL))
@pytest.mark.parametrize("status", list(S))
def test_legal_moves_succeed_and_all_others_are_refused(command: str, status: OpportunityStatus) -> None:
    """Every pair of the table both ways; what is refused changes nothing [SAL-7]."""
    opportunity = {S.OPEN: sale, S.SOLD: sold, S.LOST: lost, S.STALLED: stalled}[status]()
    if status in LEGAL[command]:
        assert getattr(opportunities, command)(opportunity, on=LATER).events
        return
    with pytest.raises(RefusedError) as refused:
        getattr(opportunities, command)(opportunity, on=LATER)
    assert codes(refused) == ("wrong-status",)


def test_nothing_happens_before_it_was_registered() -> None:
    """Whatever the command."""
    with pytest.raises(RefusedError) as refused:
        opportunities.stall(sale(), on=date(2026, 3, 1))
    assert codes(refused) == ("opportunity.before-registered",)


@pytest.mark.parametrize(
    ("policy", "missing"),
    [
        (OpportunityPolicy(require_reason=True), "a reason"),
        (OpportunityPolicy(require_competitor_on_lost=True), "a competitor"),
        (OpportunityPolicy(require_reopen_date=True), "a re-open date"),
    ],
)
def test_what_a_strict_policy_wants_to_know(policy: OpportunityPolicy, missing: str) -> None:
    """Optional by default, as the seed has it [C3]."""
    acts: dict[str, Any] = {
        "a reason": lambda **terms: opportunities.mark_lost(sale(), on=DAY, **terms),
        "a competitor": lambda **terms: opportunities.mark_lost(sale(), on=DAY, **terms),
        "a re-open date": lambda **terms: opportunities.stall(sale(), on=DAY, **terms),
    }
    assert acts[missing]().document
    with pytest.raises(RefusedError, match=missing) as refused:
        acts[missing](policy=policy)
    assert codes(refused) == ("opportunity.required",)
    answers: dict[str, Any] = {
        "a reason": {"reason": "price"},
        "a competitor": {"competitor": "Rival"},
        "a re-open date": {"reopen": LATER},
    }
    told = answers[missing]
    assert acts[missing](policy=policy, **told).document
    if missing == "a reason":
        for act in (opportunities.mark_sold, opportunities.stall):
            with pytest.raises(RefusedError):
                act(sale(), on=DAY, policy=policy)


# ---------------------------------------------------------------------- stage, figures, date


def test_a_stage_sets_the_probability() -> None:
    """Any move is allowed, and marks follow; what was set by hand goes with the move, unless the policy keeps it [STG-2, STG-3, STG-4, C9]."""
    opportunity = opportunities.move_to(sale(), "contract", on=DAY).document
    assert (opportunity.probability, opportunity.marks) == (
        80,
        (("first", StageMark.COMPLETED), ("offer", StageMark.COMPLETED), ("contract", StageMark.CURRENT)),
    )
    back = opportunities.move_to(opportunity, "offer", on=DAY).document
    assert [mark for _, mark in back.marks] == [StageMark.COMPLETED, StageMark.CURRENT, StageMark.FUTURE]
    by_hand = opportunities.set_probability(back, 65, on=DAY).document
    keep = OpportunityPolicy(keep_manual_probability=True)
    assert opportunities.move_to(by_hand, "contract", on=DAY).document.probability == 80
    assert opportunities.move_to(by_hand, "contract", on=DAY, policy=keep).document.probability == 65
    assert opportunities.move_to(back, "contract", on=DAY, policy=keep).document.probability == 80
    with pytest.raises(RefusedError) as refused:
        opportunities.move_to(sale(), "nowhere", on=DAY)
    assert codes(refused) == ("opportunity.unknown-stage",)
    with pytest.raises(ValueError, match="from 0 to 100"):
        opportunities.set_probability(sale(), 101, on=DAY)


def test_guards_of_stages_are_opt_in() -> None:
    """No skipping, and a quotation first [STG-3]."""
    strict = evolve(KIND, allow_skip=False, stages=(*STAGES[:2], evolve(STAGES[2], quotation_required=True)))
    with pytest.raises(RefusedError) as refused:
        opportunities.move_to(sale(type=strict), "contract", on=DAY)
    assert codes(refused) == ("opportunity.stage-skipped", "opportunity.quotation-required")
    offered = opportunities.move_to(sale(type=strict), "offer", on=DAY).document
    assert opportunities.move_to(offered, "first", on=DAY).document.stage == "first"
    quoted = opportunities.attach_quotation(offered, a_quotation(), on=DAY).document
    assert opportunities.move_to(quoted, "contract", on=DAY).document.stage == "contract"


def test_amount_cost_and_profit_are_one_system() -> None:
    """1000 at a cost of 600 is 400, 40 percent; at 25 percent the profit is 250 and the cost 750 [AMT-1, AMT-3, AMT-4]."""
    opportunity = opportunities.set_figures(sale(amount=1000), cost=600, on=DAY).document
    assert (opportunity.profit, opportunity.profit_percentage) == (400, 40)
    quarter = opportunities.set_figures(opportunity, percentage=25, on=DAY).document
    assert (quarter.profit, quarter.cost) == (250, 750)
    profit = opportunities.set_figures(opportunity, profit=-50, on=DAY).document
    assert (profit.cost, profit.profit, profit.profit_percentage) == (1050, -50, -5)
    more = opportunities.set_figures(opportunity, amount=1200, on=DAY).document
    assert (more.cost, more.profit) == (600, 600)
    nothing = opportunities.set_figures(opportunity, amount=0, on=DAY).document
    assert nothing.profit_percentage is None
    with pytest.raises(RefusedError) as refused:
        opportunities.set_figures(nothing, percentage=25, on=DAY)
    assert codes(refused) == ("opportunity.no-margin",)
    with pytest.raises(TypeError, match="set one of them"):
        opportunities.set_figures(sale(), cost=1, profit=1, on=DAY)


@given(
    edits=st.lists(
        st.tuples(st.sampled_from(["amount", "cost", "profit", "percentage"]), st.decimals(-500, 500, places=2)), min_size=1, max_size=8
    )
)
def test_cost_and_profit_always_come_to_the_amount(edits: list[tuple[str, Decimal]]) -> None:
    """Whatever is edited, in whatever order [AMT-5]."""
    opportunity = sale(amount=100)
    for name, value in edits:
        if name == "percentage" and not opportunity.amount:
            continue
        before = opportunity.cost
        opportunity = opportunities.set_figures(opportunity, on=DAY, **{name: value}).document  # type: ignore[arg-type]
        assert opportunity.cost + opportunity.profit == opportunity.amount
        if name == "amount":
            assert opportunity.cost == before


def test_the_sale_date_moves() -> None:
    """And not before it was registered."""
    assert opportunities.set_sale_date(sale(), LATER, on=DAY).document.sale_date == LATER
    with pytest.raises(RefusedError) as refused:
        opportunities.set_sale_date(sale(), date(2026, 3, 1), on=DAY)
    assert codes(refused) == ("opportunity.before-registered",)


def a_quotation(**terms: Any) -> Any:
    """A quotation of ten chai."""
    given_terms: dict[str, Any] = {"number": "Q-1", "party": ACME, "currency": "EUR", "on": DAY, "opportunity": "O-1"} | terms
    return quotations.draw_up(lines=[quotations.line(evolve(CHAI, cost=D(12)), 10)], **given_terms).document


def test_a_sale_shows_the_figures_of_its_quotation() -> None:
    """180.00 at a cost of 120.00, and none by hand; it stays in its currency [AMT-6, CUR-1, QTE-6]."""
    quoted = opportunities.attach_quotation(sale(amount=5), a_quotation(), on=DAY).document
    assert (quoted.amount, quoted.cost, quoted.profit, quoted.quotation) == (D("180.00"), D("120.00"), D("60.00"), "Q-1")
    revised = quotations.revise(a_quotation(), lines=[quotations.line(CHAI, 5)], on=DAY).document
    assert opportunities.attach_quotation(quoted, revised, on=DAY).document.amount == D("90.00")
    loose = opportunities.attach_quotation(sale(amount=5), a_quotation(), mirror=False, on=DAY).document
    assert (loose.amount, opportunities.set_figures(loose, amount=6, on=DAY).document.amount) == (5, 6)
    wrong: list[tuple[Any, str]] = [
        (lambda: opportunities.set_figures(quoted, amount=1, on=DAY), "opportunity.mirrored"),
        (lambda: opportunities.attach_quotation(quoted, a_quotation(number="Q-2"), on=DAY), "opportunity.mirrored"),
        (lambda: opportunities.attach_quotation(sale(), a_quotation(currency="USD"), on=DAY), "opportunity.currency-fixed"),
        (lambda: opportunities.update(quoted, currency="USD", on=DAY), "opportunity.currency-fixed"),
    ]
    for refuse, code in wrong:
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == (code,)
    assert opportunities.update(sale(), currency="USD", on=DAY).document.currency == "USD"
    assert opportunities.update(quoted, currency="EUR", title="Tea", on=DAY).document.title == "Tea"


def test_changing_the_kind_keeps_what_was_done() -> None:
    """There and back again the guide finds its items [GDE-5, HIS-6]."""
    opportunity = guides.start(sale(), "call", on=DAY).document
    opportunity = follow_ups.complete(opportunity, 1, on=DAY).document
    opportunity = guides.write(opportunity, "brief", number="D-1", on=DAY).document
    other = opportunities.change_type(opportunity, OTHER, on=DAY).document
    assert (other.stage, other.probability, guides.items(other), guides.completed(other)) == (
        "offer",
        70,
        (),
        guides.completed(opportunity),
    )
    back = opportunities.change_type(other, KIND, stage="first", on=DAY).document
    assert guides.items(back) == guides.items(opportunity)
    assert opportunities.change_type(opportunities.move_to(opportunity, "offer", on=DAY).document, OTHER, on=DAY).document.stage == "offer"
    assert opportunities.change_type(opportunity, PLAIN, on=DAY).document.stage is None
    with pytest.raises(RefusedError) as refused:
        opportunities.change_type(opportunity, OTHER, stage="nowhere", on=DAY)
    assert codes(refused) == ("opportunity.unknown-stage",)


# ---------------------------------------------------------------------- what is due


def test_the_oldest_activity_is_next() -> None:
    """1 and 12 June, on the 10th: the first is next and red; the closest ahead is the second [C1, NXT-1, NXT-3]."""
    june = [date(2026, 6, day) for day in (1, 12)]
    opportunity = sale(sale_date=date(2026, 12, 1))
    for day in june:
        opportunity = follow_ups.plan(opportunity, "call", "Ask", due=day, on=DAY).document
    today = date(2026, 6, 10)
    following = opportunity.next_activity
    assert following is not None
    assert (following.due, next_due_date(opportunity.activities, today), opportunity.is_overdue(today)) == (june[0], june[1], True)
    done = follow_ups.complete(opportunity, 1, on=today).document
    assert (done.next_activity, done.is_overdue(today)) == (done.activities[1], False)
    assert next_due_date(opportunity.activities, date(2026, 7, 1)) == june[1]
    assert next_due_date((), today) is None


def test_overdue_is_strictly_before() -> None:
    """On the day itself nothing is red; a stalled sale by its re-open date alone; a closed one never [NXT-2, NXT-4]."""
    opportunity = sale(sale_date=LATER)
    after = LATER + timedelta(days=1)
    assert [opportunity.is_overdue(day) for day in (LATER, after)] == [False, True]
    held = evolve(stalled(), sale_date=DAY)
    assert [held.is_overdue(day) for day in (LATER, after)] == [False, True]
    assert not evolve(held, reopen_date=None).is_overdue(after)
    assert not sold().is_overdue(date(2030, 1, 1))


def test_what_has_no_follow_up_is_forgotten() -> None:
    """Only an open sale [NXT-5]."""
    planned = follow_ups.plan(sale(), "call", "Ask", due=LATER, on=DAY).document
    assert [each.is_forgotten for each in (sale(), planned, stalled(), sold())] == [True, False, False, False]
    assert follow_ups.complete(planned, 1, on=DAY).document.is_forgotten


def test_what_is_left_alone_rots() -> None:
    """Eleven idle days of ten; what is done or written counts, what is planned does not [NXT-6]."""
    after = [DAY + timedelta(days=days) for days in (10, 11)]
    planned = follow_ups.plan(sale(), "call", "Ask", due=LATER, on=DAY).document
    assert [planned.is_rotting(day) for day in after] == [False, True]
    done = follow_ups.complete(planned, 1, on=date(2026, 3, 5)).document
    written = follow_ups.write(sale(), Paper(number="D-1", name="letter", made=date(2026, 3, 4)), on=DAY).document
    mailed = opportunities.update(sale(), touched=date(2026, 3, 6), on=DAY).document
    assert [each.idle_days(after[1]) for each in (planned, done, written, mailed)] == [11, 8, 9, 7]
    assert not opportunities.move_to(sale(), "offer", on=DAY).document.is_rotting(date(2027, 1, 1))
    assert not sale(type=PLAIN).is_rotting(date(2027, 1, 1))


@given(days=st.lists(st.integers(0, 60), min_size=1, max_size=6))
def test_completing_the_oldest_never_brings_the_next_forward(days: list[int]) -> None:
    """The next activity only moves later [NXT-7]."""
    opportunity = sale()
    for day in days:
        opportunity = follow_ups.plan(opportunity, "call", "Ask", due=DAY + timedelta(days=day), on=DAY).document
    while (following := opportunity.next_activity) is not None:
        opportunity = follow_ups.complete(opportunity, following.number, on=DAY).document
        later = opportunity.next_activity
        assert later is None or later.due >= following.due


def test_what_can_be_done_once() -> None:
    """An activity that is not there, and one that was done."""
    planned = follow_ups.plan(sale(), "demonstration", "Show it", due=LATER, on=DAY, owner="bob").document
    assert planned.activities[0].owner == "bob"
    done = follow_ups.complete(planned, 1, on=DAY).document
    for number, code in ((9, "opportunity.unknown-part"), (1, "opportunity.activity-done")):
        with pytest.raises(RefusedError) as refused:
            follow_ups.complete(done, number, on=DAY)
        assert codes(refused) == (code,)


# ---------------------------------------------------------------------- guides


def test_a_guide_suggests_and_offers_the_next_stage() -> None:
    """Once everything required is done the next stage is offered, never taken [GDE-1, GDE-2, GDE-3, GDE-4, GDE-6]."""
    opportunity = sale()
    assert [(item.name, item.is_paper, item.required, item.started, item.done) for item in guides.items(opportunity)] == [
        ("call", False, True, False, False),
        ("visit", False, True, False, False),
        ("brief", True, True, False, False),
        ("leaflet", True, False, False, False),
    ]
    opportunity = guides.start(opportunity, "call", on=DAY).document
    assert opportunity.activities[0].due == DAY
    opportunity = follow_ups.complete(opportunity, 1, on=date(2026, 3, 4)).document
    opportunity = guides.start(opportunity, "visit", on=date(2026, 3, 4)).document
    assert opportunity.activities[1].due == date(2026, 3, 9)
    opportunity = guides.write(opportunity, "brief", number="D-1", on=DAY).document
    assert guides.next_stage(opportunity) is None
    opportunity = follow_ups.complete(opportunity, 2, on=date(2026, 3, 9)).document
    assert (guides.next_stage(opportunity), opportunity.stage) == ("offer", "first")
    again = guides.start(opportunity, "call", on=LATER, due=date(2026, 4, 1)).document
    assert (again.activities[2].due, guides.next_stage(again)) == (date(2026, 4, 1), "offer")
    unplanned = guides.start(guides.start(sale(), "call", on=DAY).document, "visit", on=DAY).document
    assert unplanned.activities[1].due == DAY + timedelta(days=5)


def test_where_nothing_is_offered() -> None:
    """Without a guide, where the kind does not offer, in the last stage, and past stages that are gone."""
    at_offer = opportunities.move_to(sale(), "offer", on=DAY).document
    assert guides.next_stage(at_offer) == "contract"
    assert guides.next_stage(opportunities.move_to(sale(), "contract", on=DAY).document) is None
    assert guides.next_stage(evolve(at_offer, type=evolve(KIND, suggest_next=False))) is None
    assert guides.next_stage(sale(type=OTHER)) is None
    gone = evolve(KIND, stages=(*STAGES[:2], evolve(STAGES[2], active=False)))
    assert guides.next_stage(evolve(at_offer, type=gone)) is None
    wrongs: list[Any] = [
        lambda: guides.start(sale(), "dance", on=DAY),
        lambda: guides.start(sale(type=OTHER), "call", on=DAY),
        lambda: guides.write(sale(), "poem", number="D-1", on=DAY),
        lambda: guides.write(sale(type=OTHER), "brief", number="D-1", on=DAY),
    ]
    for wrong in wrongs:
        with pytest.raises(RefusedError) as refused:
            wrong()
        assert codes(refused) == ("opportunity.unknown-part",)


# ---------------------------------------------------------------------- stakeholders


def test_the_decision_making_unit_has_roles_and_gaps() -> None:
    """One may have several roles, each once and on one side; what is missing is reported and forbids nothing [STK-1, STK-2, STK-3, STK-4, STK-5, TYP-3]."""
    opportunity = sale()
    for each in (stakeholder("JANE", DECIDER), stakeholder("JANE", USER), stakeholder("BANK", "financer", side=StakeholderSide.THIRD)):
        opportunity = stakeholders.add(opportunity, each, on=DAY).document
    assert missing_roles(opportunity.stakeholders) == (BUYER,)
    assert missing_roles(opportunity.stakeholders, ("financer",)) == ("financer",)
    for wrong in (stakeholder("JANE", DECIDER), stakeholder("JANE", BUYER, side=StakeholderSide.SELLER)):
        with pytest.raises(RefusedError) as refused:
            stakeholders.add(opportunity, wrong, on=DAY)
        assert codes(refused) == ("opportunity.stakeholder-twice",)
    fewer = stakeholders.remove(opportunity, "JANE", USER, on=DAY).document
    assert len(fewer.stakeholders) == 2
    with pytest.raises(RefusedError) as refused:
        stakeholders.remove(fewer, "JANE", USER, on=DAY)
    assert codes(refused) == ("opportunity.unknown-part",)
    with pytest.raises(RefusedError) as refused:
        stakeholders.add(sale(type=evolve(KIND, stakeholders=False)), stakeholder("JANE", USER), on=DAY)
    assert codes(refused) == ("opportunity.no-stakeholders",)


def test_a_veto_stops_a_strict_seller() -> None:
    """While somebody with a veto says no; unknown is no no [STK-7]."""
    strict = OpportunityPolicy(enforce_veto=True)
    for consent, stops in ((Known.NO, True), (Known.UNKNOWN, False), (Known.YES, False)):
        opportunity = stakeholders.add(sale(), stakeholder("JANE", DECIDER, veto=True, consent=consent), on=DAY).document
        assert opportunities.mark_sold(opportunity, on=DAY).document
        if stops:
            with pytest.raises(RefusedError) as refused:
                opportunities.mark_sold(opportunity, on=DAY, policy=strict)
            assert codes(refused) == ("opportunity.veto",)
        else:
            assert opportunities.mark_sold(opportunity, on=DAY, policy=strict).document


def test_checklists_are_data() -> None:
    """Two of four are known to be so: 50 percent; the latest answer counts [STK-6]."""
    opportunity = sale()
    for question, known in (("budget", Known.YES), ("need", Known.NO), ("need", Known.YES), ("authority", Known.NO)):
        opportunity = stakeholders.answer(opportunity, question, known, on=DAY, evidence="said so").document
    assert (score(opportunity.checklist, BANT), score(opportunity.checklist, ()), len(opportunity.checklist)) == (50, None, 3)


# ---------------------------------------------------------------------- what is shown


def test_who_may_see_a_sale() -> None:
    """Everybody, its owner, or the owner's group [SAL-6]."""
    assert sale().may_see("bob")
    mine = opportunities.update(sale(), visibility=Visibility.OWNER, on=DAY).document
    assert [mine.may_see(user, ("ann",)) for user in ("ann", "bob")] == [True, False]
    ours = opportunities.update(sale(), visibility=Visibility.GROUP, on=DAY).document
    assert [ours.may_see("ann"), ours.may_see("bob", ("ann",)), ours.may_see("bob", ("eve",))] == [True, True, False]


def test_a_summary_can_be_printed() -> None:
    """What is known under its heading, what is not left out; a note that is blank is none [S2, SAL-2]."""
    opportunity = follow_ups.plan(sale(amount=100, note="  "), "call", "Ask", due=LATER, on=DAY).document
    assert dict(opportunity.summary()) == {
        "Number": "O-1",
        "Title": "Lamps",
        "Kind": "new business",
        "Status": "Open",
        "Stage": "first",
        "Owner": "ann",
        "Amount": "100 EUR",
        "Profit": "100 EUR",
        "Probability": "20 %",
        "Sale date": "2026-04-02",
        "Next activity": "2026-03-16 Ask",
    }
    assert (opportunity.has_note, sale(note="x").has_note) == (False, True)
    assert dict(lost(reason="price").summary())["Reason"] == "price"


def test_how_firmly_a_sale_is_counted_on() -> None:
    """By its stage, unless it was said otherwise; sold is closed and lost omitted; half of 10 000 is 5 000 [FCS-4, STG-6]."""
    assert [each.category for each in (sale(), sale(stage="contract"), sale(type=PLAIN), sold(), lost())] == [
        ForecastCategory.PIPELINE,
        ForecastCategory.COMMIT,
        ForecastCategory.PIPELINE,
        ForecastCategory.CLOSED,
        ForecastCategory.OMITTED,
    ]
    assert opportunities.update(sale(), forecast=ForecastCategory.OMITTED, on=DAY).document.category is ForecastCategory.OMITTED
    assert opportunities.move_to(sale(amount=10_000), "offer", on=DAY).document.weighted == 5000


# ---------------------------------------------------------------------- closing with its quotation


def test_an_accepted_quotation_closes_the_sale() -> None:
    """The order is made, quotation and sale are closed, for what was accepted; unless the sale is kept open [S3, X5, PRC-1, PRC-6, PRC-8]."""
    quotation = quotations.send(a_quotation(), on=DAY).document
    opportunity = opportunities.attach_quotation(sale(), quotation, on=DAY).document
    store = memory.Store()
    with store.begin() as work:
        work.add(quotation, opportunity)
        work.record(closing.accept(quotation, opportunity, customer=ACME, number="SO-1", on=LATER, reason="quality"))
    work = store.begin()
    closed = work.opportunities.get("O-1")
    assert (work.orders.get("SO-1").quotation, work.quotations.get("Q-1").status, closed.status, closed.amount) == (
        "Q-1",
        "confirmed",
        S.SOLD,
        D("180.00"),
    )
    assert closed.sold_reason == "quality"
    kept = closing.accept(quotation, opportunity, customer=ACME, number="SO-1", on=LATER, keep_opportunity_open=True)
    assert len(kept.changed) == 1
    declined = closing.lose(quotation, opportunity, reason="price", competitor="Rival", on=LATER)
    assert [each.status for each in declined.changed] == ["lost", "lost"]
    assert declined.document.competitor == "Rival"
    with pytest.raises(RefusedError) as refused:
        closing.accept(a_quotation(opportunity=None), sale(), customer=ACME, number="SO-1", on=LATER)
    assert codes(refused) == ("closing.not-its-own",)
    assert closing.accept(a_quotation(), sale(), customer=ACME, number="SO-1", on=LATER).document.number == "SO-1"
    assert acceptance.confirm(a_quotation(), customer=ACME, number="SO-2", on=LATER).document.number == "SO-2"
    assert Role.CUSTOMER in JANE.roles
    assert Party.__name__ == "Party"


# ---------------------------------------------------------------------- history


def test_every_change_is_written_down() -> None:
    """Who, when, and what stood before; the business date may be another day than the moment [HIS-1, HIS-5]."""
    done = opportunities.move_to(sale(), "offer", on=DAY, at=NOON, by="ann")
    [entry] = done.events
    assert (entry.document, entry.what, entry.number, entry.at, entry.by) == ("opportunity", "moved", "O-1", NOON, "ann")
    assert {change.field: (change.before, change.after) for change in entry.changes} == {
        "stage": ("first", "offer"),
        "probability": (20, 50),
    }
    assert entry.change("amount") is None
    with pytest.raises(ValueError, match="time zone"):
        opportunities.move_to(sale(), "offer", on=DAY, at=datetime(2026, 3, 2))  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        Happened(number="O-1", document="opportunity", what="moved", on=DAY, at=datetime(2026, 3, 2))  # noqa: DTZ001


_deeds = st.lists(
    st.sampled_from(
        ["stall", "reopen", "sell", "lose", "move", "value", "plan", "complete", "date", "join", "retype", "note", "complete it"]
    ),
    max_size=14,
)


@given(deeds=_deeds)
def test_the_history_makes_the_sale_again(deeds: list[str]) -> None:
    """Replay equals state after any deeds; a refused one leaves no entry; fields fit the status [HIS-2, SAL-7, SAL-8]."""
    done = opportunities.register(number="O-1", title="Lamps", type=KIND, owner="ann", currency="EUR", on=DAY, amount=100)
    opportunity, events = done.document, [*done.events]
    for place, deed in enumerate(deeds):
        try:
            match deed:
                case "stall":
                    done = opportunities.stall(opportunity, reopen=LATER, reason="r", on=DAY)
                case "reopen":
                    done = opportunities.reopen(opportunity, on=DAY)
                case "sell":
                    done = opportunities.mark_sold(opportunity, on=DAY, reason="r", amount=place)
                case "lose":
                    done = opportunities.mark_lost(opportunity, on=DAY, reason="r", competitor="Rival")
                case "move":
                    done = opportunities.move_to(opportunity, STAGES[place % 3].name, on=DAY)
                case "value":
                    done = opportunities.set_figures(opportunity, amount=place, cost=1, on=DAY)
                case "plan":
                    done = follow_ups.plan(opportunity, "call", "Ask", due=LATER, on=DAY)
                case "complete":
                    done = follow_ups.complete(opportunity, 1, on=DAY)
                case "date":
                    done = opportunities.set_sale_date(opportunity, DAY + timedelta(days=place), on=DAY)
                case "join":
                    done = stakeholders.add(opportunity, stakeholder(f"P-{place}", USER), on=DAY)
                case "retype":
                    done = opportunities.change_type(opportunity, (KIND, OTHER)[place % 2], on=DAY)
                case "note":
                    done = opportunities.update(opportunity, note=str(place), on=DAY)
                case _:
                    done = opportunities.set_completed(opportunity, on=DAY)
        except RefusedError:
            assert opportunities.LIFECYCLE.commands
        else:
            opportunity = done.document
            events += done.events
        assert history.replay(Opportunity, events) == opportunity
        assert (opportunity.reopen_date is None) or opportunity.status is S.STALLED
        assert not opportunity.stall_reason or opportunity.status is S.STALLED
        assert not opportunity.completed or opportunity.is_closed
        assert (opportunity.status is S.SOLD) <= (opportunity.probability == 100 and not opportunity.lost_reason)
        assert (opportunity.status is S.LOST) <= (opportunity.probability == 0 and not opportunity.sold_reason)


def test_a_history_without_a_beginning_tells_of_nothing() -> None:
    """And of another document not either."""
    events = [*opportunities.register(number="O-1", title="x", type=PLAIN, owner="ann", currency="EUR", on=DAY).events, object()]
    assert history.replay(Opportunity, events, "O-1").title == "x"
    for number in ("O-2", None):
        with pytest.raises(LookupError, match="tells of no opportunity"):
            history.replay(Opportunity, events if number else [], number)
