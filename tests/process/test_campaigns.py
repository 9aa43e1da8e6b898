"""Campaigns: who is addressed, who answers, what it costs and brings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from salesflow import (
    Campaign,
    Opportunity,
    OpportunityType,
    Period,
    Recipient,
    RefusedError,
    campaigns,
    history,
    leads,
    memory,
    opportunities,
)
from salesflow.model.campaign import EMAIL, TELEMARKETING, TYPES, CampaignStatus, Participation, RecipientKind
from salesflow.model.lead import DisqualifiedReason
from tests.builders import DAY, LATER, codes

D = Decimal
S = CampaignStatus
P = Participation
MARCH = Period.month(2026, 3)
ANN = Recipient(contact="ANN", kind=RecipientKind.CUSTOMER, document="ACME")
BOB = Recipient(contact="BOB", kind=RecipientKind.LEAD, document="L-9")
EVE = Recipient(contact="EVE", kind=RecipientKind.PROSPECT, document="NEWCO", owner="sam")


def planned(**terms: Any) -> Campaign:
    """A campaign as it was planned."""
    wanted: dict[str, Any] = {
        "number": "1003",
        "name": "Spring",
        "type": TELEMARKETING,
        "period": MARCH,
        "currency": "EUR",
        "on": DAY,
    } | terms
    return campaigns.plan(**wanted).document


def running(*recipients: Recipient, **terms: Any) -> Campaign:
    """A campaign that has started."""
    selected = campaigns.select(planned(**terms), recipients or (ANN, BOB, EVE), on=DAY).document
    return campaigns.start(selected, on=DAY).document


def test_a_campaign_goes_forward() -> None:
    """Planning, in process, response, follow-up, closed; any type will do [CMP-2, CMP-4]."""
    for kind in (*TYPES, "skywriting"):
        assert planned(type=kind).type == kind
    steps = [planned(), running()]
    for step in (campaigns.await_response, campaigns.follow_up, campaigns.close):
        steps.append(step(steps[-1], on=DAY).document)
    assert [each.status for each in steps] == list(S)[:5]
    gone = campaigns.cancel(running(), reason="no money", on=DAY)
    assert (gone.document.status, gone.events[0].reason) == (S.CANCELLED, "no money")
    with pytest.raises(RefusedError) as refused:
        campaigns.start(planned(), on=DAY)
    assert codes(refused) == ("campaign.no-recipients",)


LEGAL = {
    "start": {S.PLANNING},
    "await_response": {S.IN_PROCESS},
    "follow_up": {S.RESPONSE},
    "close": {S.IN_PROCESS, S.RESPONSE, S.FOLLOW_UP},
}


@pytest.mark.parametrize("command", sorted(LEGAL))
@pytest.mark.parametrize("status", list(S))
def test_legal_moves_succeed_and_all_others_are_refused(command: str, status: CampaignStatus) -> None:
    """Every pair of the table both ways [CMP-4]."""
    here = evolve(running(), status=status)
    if status in LEGAL[command]:
        assert getattr(campaigns, command)(here, on=LATER).events
        return
    with pytest.raises(RefusedError) as refused:
        getattr(campaigns, command)(here, on=LATER)
    assert codes(refused) == ("wrong-status",)


def test_parts_of_a_campaign_are_numbered() -> None:
    """1003-01, 1003-02, and a part of a part 1003-02-01 [CMP-5]."""
    whole = planned(group="garden")
    first = campaigns.part_of(whole, ["1003", "1004-07"], name="North", on=DAY).document
    second = campaigns.part_of(whole, ["1003", "1003-01", "1003-x"], name="South", on=DAY).document
    deeper = campaigns.part_of(second, ["1003-02"], name="Far south", on=DAY).document
    assert [each.number for each in (first, second, deeper)] == ["1003-01", "1003-02", "1003-02-01"]
    assert (first.parent, first.type, first.period, first.group) == ("1003", TELEMARKETING, MARCH, "garden")


def test_contacts_are_selected_once_and_with_consent() -> None:
    """By e-mail only who agreed, and nobody who was disqualified [CMP-1, CPG-2, LED-6]."""
    gone = leads.register(number="L-9", name="Bob", owner="ann", on=DAY).document
    gone = leads.disqualify(gone, DisqualifiedReason.LOST, on=DAY).document
    wrong: list[tuple[Any, str]] = [
        (lambda: campaigns.select(running(), [ANN], on=DAY), "campaign.selected-twice"),
        (lambda: campaigns.select(planned(), [ANN, ANN], on=DAY), "campaign.selected-twice"),
        (lambda: campaigns.select(planned(type=EMAIL), [ANN], on=DAY), "campaign.not-targetable"),
        (lambda: campaigns.select(planned(), [BOB], leads=[gone], on=DAY), "campaign.not-targetable"),
        (lambda: campaigns.select(campaigns.close(running(), on=DAY).document, [ANN], on=DAY), "wrong-status"),
    ]
    for refuse, code in wrong:
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == (code,)
    agreed = evolve(ANN, consent=True)
    assert campaigns.select(planned(type=EMAIL), [agreed], on=DAY).document.recipients == (agreed,)
    waiting = leads.postpone(leads.register(number="L-9", name="Bob", owner="ann", on=DAY).document, on=DAY).document
    assert campaigns.select(planned(), [BOB], leads=[waiting], on=DAY).document.count(P.SELECTED) == 1


def test_recipients_without_an_owner_are_handed_out() -> None:
    """Those that have one keep it unless all are handed out again; one without a responsible stays without [CMP-6]."""
    here = campaigns.distribute(running(), {"ACME": "kim", "NEWCO": "kim"}, on=DAY).document
    assert [each.owner for each in here.recipients] == ["kim", "", "sam"]
    again = campaigns.distribute(here, {"NEWCO": "lee"}, again=True, on=DAY).document
    assert [each.owner for each in again.recipients] == ["", "", "lee"]


def test_only_who_was_selected_responds_and_only_yes_is_converted() -> None:
    """A positive response becomes a lead, once; a negative one never; who dropped out does not respond [CMP-3, CPG-3]."""
    here = campaigns.deliver(running(), "ANN", on=DAY).document
    here = campaigns.respond(here, "ANN", positive=True, text="call me", on=LATER).document
    here = campaigns.respond(here, "BOB", positive=False, on=LATER).document
    here = campaigns.drop_out(here, "EVE", reason="moved", on=LATER).document
    assert [(each.participation, each.answered) for each in here.recipients] == [
        (P.POSITIVE, LATER),
        (P.NEGATIVE, LATER),
        (P.DROPPED_OUT, None),
    ]
    wrong: list[tuple[Any, str]] = [
        (lambda: campaigns.respond(here, "ZED", positive=True, on=LATER), "campaign.not-selected"),
        (lambda: campaigns.respond(here, "EVE", positive=True, on=LATER), "campaign.not-selected"),
        (lambda: campaigns.deliver(here, "ANN", on=LATER), "campaign.not-selected"),
        (lambda: campaigns.drop_out(here, "ANN", reason="x", on=LATER), "campaign.not-selected"),
        (lambda: campaigns.convert(here, "BOB", number="L-1", name="Bob", owner="x", on=LATER), "campaign.not-positive"),
        (lambda: campaigns.convert(here, "ZED", number="L-1", name="Zed", owner="x", on=LATER), "campaign.not-positive"),
    ]
    for refuse, code in wrong:
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == (code,)
    store = memory.Store()
    with store.begin() as work:
        work.add(here)
        work.record(campaigns.convert(here, "ANN", number="L-1", name="Ann", owner="sam", on=LATER))
    work = store.begin()
    lead, after = work.leads.get("L-1"), work.campaigns.get("1003")
    assert (lead.source, lead.campaign, lead.owner) == ("campaign", "1003", "sam")
    assert (after.recipients[0].participation, after.recipients[0].made) == (P.CONVERTED, "L-1")
    with pytest.raises(RefusedError) as refused:
        campaigns.convert(after, "ANN", number="L-2", name="Ann", owner="sam", on=LATER)
    assert codes(refused) == ("campaign.not-positive",)
    owned = campaigns.respond(running(), "EVE", positive=True, on=DAY).document
    assert campaigns.convert(owned, "EVE", number="L-3", name="Eve", on=DAY, source="fair").document.owner == "sam"


def test_two_budgets_stay_apart() -> None:
    """Neither goes over, nor below nothing [MKT-3]."""
    here = running(budget=D(100), discount_budget=D(50))
    here = campaigns.spend(here, 100, on=DAY).document
    here = campaigns.grant_discount(here, D("49.99"), on=DAY).document
    assert (here.spent, here.granted) == (100, D("49.99"))
    for act, amount in ((campaigns.spend, D("0.01")), (campaigns.grant_discount, D("0.02")), (campaigns.spend, -101)):
        with pytest.raises(RefusedError) as refused:
            act(here, amount, on=DAY)
        assert codes(refused) == ("campaign.over-budget",)
    assert campaigns.spend(here, -100, on=DAY).document.spent == 0


def test_what_a_campaign_came_to() -> None:
    """Two of four responded; 100 spent on one lead and one sold sale with a profit of 150 [CPG-3, CPG-4]."""
    here = running(ANN, BOB, EVE, Recipient(contact="ZOE", kind=RecipientKind.OPPORTUNITY, document="O-7"), budget=D(100))
    for contact in ("ANN", "BOB", "EVE", "ZOE"):
        here = campaigns.deliver(here, contact, on=DAY).document
    here = campaigns.respond(here, "ANN", positive=True, on=DAY).document
    here = campaigns.respond(here, "BOB", positive=False, on=DAY).document
    here = campaigns.spend(here, 100, on=DAY).document
    done = campaigns.convert(here, "ANN", number="L-1", name="Ann", owner="sam", on=DAY)
    kind = OpportunityType(name="sale")
    sale: Opportunity = opportunities.register(
        number="O-1", title="x", type=kind, owner="sam", currency="EUR", on=DAY, campaign="1003", amount=400
    ).document
    other = evolve(sale, number="O-2", campaign="1004")
    open_one = evolve(sale, number="O-3")
    sold = opportunities.mark_sold(opportunities.set_figures(sale, cost=250, on=DAY).document, on=DAY).document
    found = campaigns.results(done.changed[0], [done.document], [sold, other, open_one])
    assert (found.enrolled, found.delivered, found.responses, found.positive, found.leads, found.sales, found.sold) == (4, 4, 2, 1, 1, 2, 1)
    assert (found.response_rate, found.conversion, found.success_rate) == (D("0.5"), 1, D("0.25"))
    assert (found.cost_per_lead, found.cost_per_sale, found.return_on_cost) == (100, 100, D("0.5"))
    nothing = campaigns.results(planned())
    assert {
        nothing.response_rate,
        nothing.conversion,
        nothing.success_rate,
        nothing.cost_per_lead,
        nothing.cost_per_sale,
        nothing.return_on_cost,
    } == {None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""},
        {"name": " "},
        {"type": ""},
        {"currency": "XXX"},
        {"period": DAY},
        {"budget": D(-1)},
        {"recipients": [ANN]},
        {"status": "x"},
    ],
)
def test_a_campaign_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Malformed values are named at the door."""
    with pytest.raises((TypeError, ValueError)):
        evolve(planned(), **wrong)
    with pytest.raises((TypeError, ValueError)):
        evolve(ANN, contact="")


def test_the_history_makes_the_campaign_again() -> None:
    """From its entries alone [HIS-2]."""
    done = campaigns.plan(number="1003", name="Spring", type="mailing", period=MARCH, currency="EUR", on=DAY, budget=D(9))
    events, here = [*done.events], done.document
    acts: list[Any] = [
        lambda each: campaigns.select(each, [ANN, EVE], on=DAY),
        lambda each: campaigns.start(each, on=DAY),
        lambda each: campaigns.spend(each, 9, on=DAY),
        lambda each: campaigns.respond(each, "ANN", positive=True, on=date(2026, 3, 9)),
    ]
    for act in acts:
        step = act(here)
        here, events = step.document, [*events, *step.events]
    assert history.replay(Campaign, events) == here
