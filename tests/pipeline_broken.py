"""How each rule of leads, sales in the making and targets is broken, and how its refusal reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow import (
    Campaign,
    Lead,
    Opportunity,
    OpportunityType,
    Party,
    PartyKind,
    Path,
    PathStep,
    Period,
    Recipient,
    Role,
    Stage,
    Stakeholder,
    Target,
    Transfer,
    campaigns,
    closing,
    follow_ups,
    leads,
    metrics,
    opportunities,
    parties,
    paths,
    quotations,
    stakeholders,
    target_types,
    targets,
    transfers,
)
from salesflow.errors import refuse
from salesflow.model.campaign import RecipientKind
from salesflow.model.lead import DisqualifiedReason
from salesflow.model.path import CALL_OFF
from salesflow.model.policies import OpportunityPolicy
from salesflow.model.stakeholder import USER, Known
from salesflow.model.target import TargetScope
from tests.builders import ACME, CHAI, DAY, LATER, an_order

EARLY = date(2026, 3, 1)
STAGES = (
    Stage(name="first", probability=Decimal(20)),
    Stage(name="second", probability=Decimal(50)),
    Stage(name="third", probability=Decimal(80)),
)
KIND = OpportunityType(name="sale", stages=STAGES)
STRICT = OpportunityType(
    name="strict", stages=(*STAGES[:2], evolve(STAGES[2], quotation_required=True)), allow_skip=False, stakeholders=False
)


def lead(**terms: Any) -> Lead:
    """A lead."""
    return leads.register(number="L-1", name="Jo", owner="ann", on=DAY, **terms).document


def sale(**terms: Any) -> Opportunity:
    """A sale in the making."""
    wanted: dict[str, Any] = {"number": "O-1", "title": "Lamps", "type": KIND, "owner": "ann", "currency": "EUR", "on": DAY} | terms
    return opportunities.register(**wanted).document


def quoted() -> Opportunity:
    """A sale with the figures of a quotation."""
    return opportunities.attach_quotation(sale(), quotation(), on=DAY).document


def quotation(**terms: Any) -> Any:
    """A quotation."""
    wanted: dict[str, Any] = {"number": "Q-1", "party": ACME, "currency": "EUR", "on": DAY} | terms
    return quotations.draw_up(lines=[quotations.line(CHAI, 1)], **wanted).document


def planned() -> Opportunity:
    """A sale with an activity that was done."""
    opportunity = follow_ups.plan(sale(), "call", "Ask", due=DAY, on=DAY).document
    return follow_ups.complete(opportunity, 1, on=DAY).document


def with_veto() -> Opportunity:
    """A sale that somebody with a veto is against."""
    against = Stakeholder(party="JANE", role=USER, veto=True, consent=Known.NO)
    return stakeholders.add(sale(), against, on=DAY).document


def became_a_sale() -> Any:
    """Disqualify a lead that became a sale."""
    ready = leads.assess(lead(), interested=True, can_buy=True, on=DAY).document
    sold = leads.qualify(ready, opportunity="O-1", type=KIND, on=DAY).document.lead
    return leads.disqualify(leads.reactivate(sold, on=DAY).document, DisqualifiedReason.LOST, on=DAY)


def target() -> Target:
    """A target."""
    return Target(number="T-1", year=2026, scope=TargetScope.COMPANY, currency="EUR")


NEWCO = Party(number="NEWCO", name="Newcomers", roles=(Role.CUSTOMER,))
OTHER = Party(number="OTHER", name="Another club", roles=(Role.CUSTOMER,))
PLAYER = Party(number="PLAYER", name="An athlete", kind=PartyKind.PERSON)
ANN = Recipient(contact="ANN", kind=RecipientKind.CUSTOMER, document="ACME")


def campaign() -> Campaign:
    """A campaign without recipients or budget."""
    return campaigns.plan(number="1003", name="Spring", type="mailing", period=Period(DAY, LATER), currency="EUR", on=DAY).document


def running() -> Campaign:
    """A campaign that addresses Ann."""
    return campaigns.start(campaigns.select(campaign(), [ANN], on=DAY).document, on=DAY).document


def path() -> Path:
    """A call-off of which nothing was done."""
    return paths.begin("P-1", CALL_OFF).document


def transfer(**terms: Any) -> Transfer:
    """A transfer that was proposed."""
    wanted: dict[str, Any] = {
        "number": "T-1",
        "old": ACME,
        "new": OTHER,
        "athlete": PLAYER,
        "contract": Period(date(2024, 7, 1), date(2027, 6, 30)),
        "day": DAY,
        "fee": Decimal(100),
        "currency": "EUR",
        "on": EARLY,
    } | terms
    return transfers.propose(**wanted).document


def agreed(**terms: Any) -> Transfer:
    """A transfer with all three consents."""
    one = transfer(**terms)
    for party in one.parties:
        one = transfers.consent(one, party, on=EARLY).document
    return one


BREAKS: dict[str, Callable[[], object]] = {
    "campaign.no-recipients": lambda: campaigns.start(campaign(), on=DAY),
    "campaign.not-positive": lambda: campaigns.convert(running(), "ANN", number="L-1", name="Ann", owner="sam", on=DAY),
    "campaign.not-selected": lambda: campaigns.respond(running(), "BOB", positive=True, on=DAY),
    "campaign.not-targetable": lambda: campaigns.select(evolve(campaign(), type="e-mail"), [ANN], on=DAY),
    "campaign.over-budget": lambda: campaigns.spend(campaign(), 1, on=DAY),
    "campaign.selected-twice": lambda: campaigns.select(running(), [ANN], on=DAY),
    "closing.not-its-own": lambda: closing.accept(quotation(), sale(), customer=ACME, number="SO-1", on=DAY),
    "forecast.mixed-currency": lambda: metrics.forecast([sale(), sale(number="O-2", currency="USD")], Period()),
    "lead.before-registered": lambda: leads.contact(lead(), on=EARLY),
    "lead.has-opportunity": became_a_sale,
    "lead.not-ready": lambda: leads.qualify(lead(), on=DAY),
    "lead.resume-later": lambda: leads.postpone(lead(), resume=DAY, on=DAY),
    "lead.signal-later": lambda: leads.signal(lead(), "visit", 1, came=LATER, on=DAY),
    "lead.unknown-activity": lambda: leads.complete(lead(), 1, on=DAY),
    "opportunity.activity-done": lambda: follow_ups.complete(planned(), 1, on=DAY),
    "opportunity.before-registered": lambda: opportunities.stall(sale(), on=EARLY),
    "opportunity.currency-fixed": lambda: opportunities.update(quoted(), currency="USD", on=DAY),
    "opportunity.mirrored": lambda: opportunities.set_figures(quoted(), amount=1, on=DAY),
    "opportunity.no-margin": lambda: opportunities.set_figures(sale(), percentage=25, on=DAY),
    "opportunity.no-stakeholders": lambda: stakeholders.add(sale(type=STRICT), Stakeholder(party="JANE", role=USER), on=DAY),
    "opportunity.order-placed": lambda: opportunities.reopen(opportunities.mark_sold(sale(), on=DAY).document, orders=[an_order()], on=DAY),
    "opportunity.quotation-required": lambda: opportunities.move_to(sale(type=STRICT, stage="second"), "third", on=DAY),
    "opportunity.reopen-later": lambda: opportunities.stall(sale(), reopen=DAY, on=DAY),
    "opportunity.required": lambda: opportunities.mark_lost(sale(), on=DAY, policy=OpportunityPolicy(require_reason=True)),
    "opportunity.stage-skipped": lambda: opportunities.move_to(sale(type=STRICT), "third", on=DAY),
    "opportunity.stakeholder-twice": lambda: stakeholders.add(with_veto(), Stakeholder(party="JANE", role=USER), on=DAY),
    "opportunity.type-gone": lambda: sale(type=evolve(KIND, active=False)),
    "opportunity.unknown-part": lambda: follow_ups.complete(sale(), 1, on=DAY),
    "opportunity.unknown-stage": lambda: opportunities.move_to(sale(), "nowhere", on=DAY),
    "opportunity.veto": lambda: opportunities.mark_sold(with_veto(), on=DAY, policy=OpportunityPolicy(enforce_veto=True)),
    "party.itself": lambda: parties.merge(ACME, ACME, on=DAY),
    "party.merged": lambda: parties.merge(parties.merge(ACME, OTHER, on=DAY).changed[1], NEWCO, on=DAY),
    "path.no-consideration": lambda: refuse(paths.why_no_sale("ME", "ACME", on=DAY)),
    "path.not-in-profile": lambda: paths.record(path(), PathStep.QUOTATION, on=DAY),
    "path.settled": lambda: paths.skip(paths.record(path(), PathStep.ORDER, on=DAY).document, PathStep.ORDER, reason="no", on=DAY),
    "path.too-early": lambda: paths.record(path(), PathStep.DELIVERY, on=DAY),
    "target.locked": lambda: targets.set_annual(targets.lock(target(), on=DAY).document, 1, on=DAY),
    "target.no-part": lambda: targets.set_part(target(), 13, 1, on=DAY),
    "target.nothing-to-copy": lambda: targets.copy_from(target(), evolve(target(), year=2025), on=DAY),
    "target.same-lock": lambda: targets.unlock(target(), on=DAY),
    "target.type-stays": lambda: target_types.remove([target_types.ALL_SALES], "all sales"),
    "target.type-twice": lambda: target_types.add([target_types.ALL_SALES], target_types.ALL_SALES),
    "transfer.contract-not-running": lambda: transfer(day=date(2027, 7, 1)),
    "transfer.instalments": lambda: transfer(instalments=[(DAY, Decimal(1))]),
    "transfer.no-fee": lambda: transfers.invoice(agreed(fee=Decimal(0)), OTHER, number="FT-1", account="4000", on=DAY),
    "transfer.not-a-party": lambda: transfers.consent(transfer(), "NEWCO", on=DAY),
    "transfer.not-paid": lambda: transfers.settle(transfers.take_effect(agreed(), on=LATER).document, on=LATER),
    "transfer.starts-before": lambda: transfer(starts=DAY),
    "transfer.three-parties": lambda: transfer(athlete=NEWCO),
    "transfer.too-early": lambda: transfers.take_effect(agreed(), on=EARLY),
}
"""Something that is refused by each rule."""
SAID = {
    "campaign.no-recipients": "campaign 1003 has nobody to address",
    "campaign.not-positive": "contact ANN of campaign 1003 is selected",
    "campaign.not-selected": "contact BOB of campaign 1003 is not selected",
    "campaign.not-targetable": "contact ANN has not agreed to be written to",
    "campaign.over-budget": "campaign 1003 has 0 left of its budget, not 1",
    "campaign.selected-twice": "contact ANN is selected for campaign 1003 already",
    "closing.not-its-own": "quotation Q-1 does not belong to sale O-1",
    "forecast.mixed-currency": "sale O-2 is in USD, others in EUR, and no rates were given",
    "lead.before-registered": "lead L-1 was registered on 2026-03-02; 2026-03-01 is before that",
    "lead.has-opportunity": "lead L-1 became sale O-1",
    "lead.not-ready": "lead L-1 is not confirmed to have interest and buying power",
    "lead.resume-later": "lead L-1 is postponed on 2026-03-02 until 2026-03-02",
    "lead.signal-later": "the signal is of 2026-03-16; it is 2026-03-02",
    "lead.unknown-activity": "lead L-1 has no activity 1 that is still to be done",
    "opportunity.activity-done": "activity 1 of sale O-1 was done on 2026-03-02",
    "opportunity.before-registered": "sale O-1 was registered on 2026-03-02; 2026-03-01 is before that",
    "opportunity.currency-fixed": "sale O-1 is in EUR and has quotation Q-1; USD is another currency",
    "opportunity.mirrored": "sale O-1 shows the figures of quotation Q-1",
    "opportunity.no-margin": "sale O-1 has an amount of zero, of which 25 percent is no profit",
    "opportunity.no-stakeholders": "sales of kind strict have no stakeholders",
    "opportunity.order-placed": "sale O-1 has order SO-1, which is open",
    "opportunity.quotation-required": "stage third asks for a quotation and sale O-1 has none",
    "opportunity.reopen-later": "sale O-1 stalls on 2026-03-02 and is to be re-opened on 2026-03-02",
    "opportunity.required": "sale O-1 is to be lost without a reason",
    "opportunity.stage-skipped": "sale O-1 cannot go from first to third",
    "opportunity.stakeholder-twice": "JANE is user on the side of the customer already",
    "opportunity.type-gone": "kind of sale sale is no longer in use",
    "opportunity.unknown-part": "sale O-1 has no activity 1",
    "opportunity.unknown-stage": "sales of kind sale have no stage nowhere",
    "opportunity.veto": "sale O-1 has no consent of JANE, who has a veto",
    "party.itself": "party ACME (organisation) cannot be merged into ACME (organisation)",
    "party.merged": "party ACME was merged into OTHER",
    "path.no-consideration": "ME hands something to ACME for nothing",
    "path.not-in-profile": "a call-off under a framework contract has no step quotation",
    "path.settled": "step order is settled already",
    "path.too-early": "step delivery comes after order",
    "target.locked": "target T-1 of 2026 is locked",
    "target.no-part": "target T-1 has parts 1 to 12, not 13",
    "target.nothing-to-copy": "target T-1 of 2025 is empty or not of an earlier year",
    "target.same-lock": "target T-1 is unlocked already",
    "target.type-stays": "target type all sales counts all sales, and stays",
    "target.type-twice": "target type all sales looks at all sales, and so does, or is called, another",
    "transfer.contract-not-running": "the contract runs 2024-07-01/2027-06-30; a transfer on 2027-07-01 ends none, and a fee of 100 is asked",
    "transfer.instalments": "the instalments come to 1, the fee is 100",
    "transfer.no-fee": "transfer T-1 has a fee of 0 and invoice none",
    "transfer.not-a-party": "NEWCO is no party to transfer T-1, or has consented already",
    "transfer.not-paid": "100 of the fee of transfer T-1 is left to pay",
    "transfer.starts-before": "the new contract starts on 2026-03-02, and the old one runs up to and including 2026-03-02",
    "transfer.three-parties": "old employer ACME, new employer OTHER and athlete NEWCO are not two employers and a person",
    "transfer.too-early": "transfer T-1 is for 2026-03-02; it is 2026-03-01",
}
"""How each of those refusals reads."""
