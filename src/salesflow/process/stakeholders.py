"""Who has a part in a sale, and what is known of the customer's decision: stakeholders, vetoes and checklists."""

from __future__ import annotations

from datetime import date, datetime

from attrs import evolve

from salesflow.checks import require_date, require_kind, require_text
from salesflow.errors import refuse
from salesflow.model.opportunity import Opportunity
from salesflow.model.stakeholder import Answer, Known, Stakeholder, StakeholderSide
from salesflow.outcome import Outcome
from salesflow.process.history import changed
from salesflow.process.opportunities import LIFECYCLE, UNKNOWN_PART
from salesflow.rules import Rule

NO_STAKEHOLDERS = Rule(
    code="opportunity.no-stakeholders",
    en="Stakeholders are added to sales of kinds that have them.",
    nl="Belanghebbenden worden toegevoegd aan verkopen van een type dat die heeft.",
    refusal="sales of kind {type} have no stakeholders",
    spec=("TYP-3",),
    source="documentation",
)
STAKEHOLDER_TWICE = Rule(
    code="opportunity.stakeholder-twice",
    en="A party has a role in a sale once, and stands on one side of it.",
    nl="Een partij heeft een rol in een verkoop één keer, en staat aan één kant.",
    refusal="{party} is {role} on the side of the {side} already",
    spec=("STK-2", "STK-3"),
    source="choice",
)


def add(opportunity: Opportunity, stakeholder: Stakeholder, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Opportunity]:
    """
    Add a stakeholder; a party may have several roles, each once and all on one side [STK-2, STK-3].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.no-stakeholders``,
            ``opportunity.stakeholder-twice``.
    """
    require_kind("stakeholder", stakeholder, Stakeholder)
    LIFECYCLE.require("stakeholders.add", opportunity, on=on)
    found = [] if opportunity.type.stakeholders else [NO_STAKEHOLDERS.refuse(type=opportunity.type.name)]
    found += [
        STAKEHOLDER_TWICE.refuse(party=each.party, role=each.role, side=_said(each.side))
        for each in opportunity.stakeholders
        if each.party == stakeholder.party and (each.role == stakeholder.role or each.side is not stakeholder.side)
    ]
    refuse(found)
    after = evolve(opportunity, stakeholders=(*opportunity.stakeholders, stakeholder))
    return changed(opportunity, after, "opportunity", "joined", on=on, at=at, by=by)


def _said(side: StakeholderSide) -> str:
    return side.within


def remove(opportunity: Opportunity, party: str, role: str, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Opportunity]:
    """
    Take a stakeholder out in one role.

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.unknown-part``.
    """
    LIFECYCLE.require("stakeholders.remove", opportunity, on=on)
    kept = tuple(each for each in opportunity.stakeholders if (each.party, each.role) != (party, role))
    if len(kept) == len(opportunity.stakeholders):
        refuse((UNKNOWN_PART.refuse(sale=opportunity.number, what="stakeholder", name=f"{party} as {role}"),))
    return changed(opportunity, evolve(opportunity, stakeholders=kept), "opportunity", "left", on=on, at=at, by=by)


def answer(
    opportunity: Opportunity,
    question: str,
    known: Known,
    *,
    on: date,
    evidence: str = "",
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Opportunity]:
    """
    Write down what is known of a question of a checklist; the latest answer counts [STK-6].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``.
    """
    require_text("question", question)
    require_date("on", on)
    LIFECYCLE.require("stakeholders.answer", opportunity, on=on)
    others = tuple(each for each in opportunity.checklist if each.question != question)
    new = Answer(question=question, known=known, on=on, evidence=evidence)
    return changed(opportunity, evolve(opportunity, checklist=(*others, new)), "opportunity", "answered", on=on, at=at, by=by)
