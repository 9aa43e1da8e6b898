"""How each rule of leads, sales in the making and targets is broken, and how its refusal reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow import (
    Lead,
    Opportunity,
    OpportunityType,
    Period,
    Stage,
    Stakeholder,
    Target,
    closing,
    follow_ups,
    leads,
    metrics,
    opportunities,
    quotations,
    stakeholders,
    targets,
)
from salesflow.model.lead import DisqualifiedReason
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


BREAKS: dict[str, Callable[[], object]] = {
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
    "target.locked": lambda: targets.set_annual(targets.lock(target(), on=DAY).document, 1, on=DAY),
    "target.no-part": lambda: targets.set_part(target(), 13, 1, on=DAY),
    "target.nothing-to-copy": lambda: targets.copy_from(target(), evolve(target(), year=2025), on=DAY),
    "target.same-lock": lambda: targets.unlock(target(), on=DAY),
}
"""Something that is refused by each rule."""
SAID = {
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
    "target.locked": "target T-1 of 2026 is locked",
    "target.no-part": "target T-1 has parts 1 to 12, not 13",
    "target.nothing-to-copy": "target T-1 of 2025 is empty or not of an earlier year",
    "target.same-lock": "target T-1 is unlocked already",
}
"""How each of those refusals reads."""
