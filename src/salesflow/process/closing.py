"""
Closing a sale: when the customer agrees, the order is made and quotation and opportunity are closed in one act [S3, PRC-6].

It is the fourth of the five phases: qualify a lead, develop a sale, propose a quotation, close, and fulfil the order [PRC-1].
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from attrs import evolve

from salesflow.checks import require_kind
from salesflow.errors import refuse
from salesflow.model.opportunity import Opportunity
from salesflow.model.order import Order
from salesflow.model.party import Party
from salesflow.model.policies import OPPORTUNITIES, OpportunityPolicy
from salesflow.model.quotation import Quotation
from salesflow.outcome import Outcome
from salesflow.process import acceptance, opportunities, quotations
from salesflow.rules import Rule

NOT_ITS_OWN = Rule(
    code="closing.not-its-own",
    en="A quotation is closed together with the sale it belongs to.",
    nl="Een offerte wordt gesloten met de verkoop waar zij bij hoort.",
    refusal="quotation {quotation} does not belong to sale {sale}",
    spec=("PRC-6", "X5"),
    source="seed",
)


def accept(
    quotation: Quotation,
    opportunity: Opportunity,
    *,
    customer: Party,
    number: str,
    on: date,
    alternative: str | None = None,
    reason: str = "",
    keep_opportunity_open: bool = False,
    at: datetime | None = None,
    by: str = "",
    policy: OpportunityPolicy = OPPORTUNITIES,
    **terms: Any,
) -> Outcome[Order]:
    """
    Make the order, confirm the quotation, and close the sale as sold for what was accepted, unless it is kept open [X5].

    Args:
        number: The number of the order.
        reason: Why it was sold.
        terms: What else ``acceptance.confirm`` takes.

    Raises:
        RefusedError: ``closing.not-its-own``, and what ``acceptance.confirm`` and ``opportunities.mark_sold`` refuse.
    """
    _require_own(quotation, opportunity)
    done = acceptance.confirm(
        quotation,
        customer=customer,
        number=number,
        on=on,
        alternative=alternative,
        keep_opportunity_open=keep_opportunity_open,
        **terms,
    )
    if keep_opportunity_open:
        return done
    confirmed: Quotation = done.changed[0]
    net = quotation.net(confirmed.version.accepted)
    sold = opportunities.mark_sold(opportunity, on=on, reason=reason, amount=net, at=at, by=by, policy=policy)
    return evolve(done, changed=(*done.changed, *sold.changed), events=(*done.events, *sold.events))


def lose(
    quotation: Quotation,
    opportunity: Opportunity,
    *,
    reason: str,
    on: date,
    competitor: str = "",
    at: datetime | None = None,
    by: str = "",
    policy: OpportunityPolicy = OPPORTUNITIES,
) -> Outcome[Opportunity]:
    """
    Record that the customer declined: the quotation and the sale are both lost, for the same reason [C5].

    Raises:
        RefusedError: ``closing.not-its-own``, and what ``quotations.lose`` and ``opportunities.mark_lost`` refuse.
    """
    _require_own(quotation, opportunity)
    declined = quotations.lose(quotation, reason=reason, competitor=competitor, on=on)
    lost = opportunities.mark_lost(opportunity, on=on, reason=reason, competitor=competitor, at=at, by=by, policy=policy)
    return evolve(lost, changed=(*declined.changed, *lost.changed), events=(*declined.events, *lost.events))


def _require_own(quotation: Quotation, opportunity: Opportunity) -> None:
    require_kind("quotation", quotation, Quotation)
    require_kind("opportunity", opportunity, Opportunity)
    if quotation.opportunity != opportunity.number and opportunity.quotation != quotation.number:
        refuse((NOT_ITS_OWN.refuse(quotation=quotation.number, sale=opportunity.number),))
