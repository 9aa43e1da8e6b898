"""Campaigns: selecting contacts, handing them out, reaching them, and beginning the sales process with those that respond positively."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, exact_number, require_kind, require_text
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.campaign import EMAIL, Campaign, CampaignStatus, Participation, Recipient
from salesflow.model.lead import Lead
from salesflow.model.opportunity import Opportunity, OpportunityStatus
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.process.history import begun, changed
from salesflow.process.leads import register as register_lead
from salesflow.rules import Rule

SELECTED_TWICE = Rule(
    code="campaign.selected-twice",
    en="A contact is selected for a campaign once.",
    nl="Een contact wordt één keer voor een campagne geselecteerd.",
    refusal="contact {contact} is selected for campaign {campaign} already",
    spec=("CMP-1",),
    source="choice",
)
NOT_TARGETABLE = Rule(
    code="campaign.not-targetable",
    en="Nobody is written to by e-mail without consent, and no lead that was disqualified is selected.",
    nl="Niemand krijgt e-mail zonder toestemming, en een gediskwalificeerde lead wordt niet geselecteerd.",
    refusal="contact {contact} {why}",
    spec=("CPG-2", "LED-6"),
    source="documentation",
)
NOT_SELECTED = Rule(
    code="campaign.not-selected",
    en="Only a contact that was selected for a campaign, and is still in it, is reached, responds or drops out.",
    nl="Alleen een contact dat voor een campagne is geselecteerd en nog meedoet, wordt bereikt, reageert of valt uit.",
    refusal="contact {contact} of campaign {campaign} is {state}",
    spec=("CMP-3", "CPG-3"),
    source="seed",
)
NOT_POSITIVE = Rule(
    code="campaign.not-positive",
    en="The sales process begins with recipients who responded positively, once each.",
    nl="Het verkoopproces begint met geadresseerden die positief hebben gereageerd, elk één keer.",
    refusal="contact {contact} of campaign {campaign} is {state}",
    spec=("CMP-3",),
    source="seed",
)
OVER_BUDGET = Rule(
    code="campaign.over-budget",
    en="What is spent on a campaign, and what is given in discounts, each stay within their own budget.",
    nl="Wat aan een campagne wordt uitgegeven en wat aan kortingen wordt gegeven, blijven elk binnen het eigen budget.",
    refusal="campaign {campaign} has {left} left of its {budget}, not {asked}",
    spec=("MKT-3",),
    source="choice",
)
NO_RECIPIENTS = Rule(
    code="campaign.no-recipients",
    en="A campaign that starts has recipients.",
    nl="Een campagne die begint, heeft geadresseerden.",
    refusal="campaign {campaign} has nobody to address",
    spec=("CMP-1",),
    source="choice",
)


def has_recipients(campaign: Campaign, on: date) -> Refusal | None:
    """Somebody was selected."""
    return None if campaign.recipients else NO_RECIPIENTS.refuse(campaign=campaign.number)


_S = CampaignStatus
_RUNNING = (_S.IN_PROCESS, _S.RESPONSE, _S.FOLLOW_UP)


def _staying(command: str, *statuses: CampaignStatus) -> tuple[Step[Campaign, CampaignStatus], ...]:
    return tuple(Step(command, (status,), (status,)) for status in statuses)


LIFECYCLE: Lifecycle[Campaign, CampaignStatus] = Lifecycle(
    "campaign",
    (
        Step("plan", (), (_S.PLANNING,)),
        Step("start", (_S.PLANNING,), (_S.IN_PROCESS,), (has_recipients,)),
        Step("await_response", (_S.IN_PROCESS,), (_S.RESPONSE,)),
        Step("follow_up", (_S.RESPONSE,), (_S.FOLLOW_UP,)),
        Step("close", _RUNNING, (_S.CLOSED,)),
        Step("cancel", (_S.PLANNING, *_RUNNING), (_S.CANCELLED,)),
        *_staying("select", _S.PLANNING, _S.IN_PROCESS),
        *_staying("distribute", _S.PLANNING, *_RUNNING),
        *_staying("deliver", *_RUNNING),
        *_staying("respond", *_RUNNING),
        *_staying("drop_out", *_RUNNING),
        *_staying("convert", *_RUNNING),
        *_staying("spend", _S.PLANNING, *_RUNNING),
        *_staying("grant_discount", *_RUNNING),
    ),
    status=lambda campaign: campaign.status,
    resting=(_S.CLOSED, _S.CANCELLED),
    kind=Campaign,
)


def plan(
    *,
    number: str,
    name: str,
    type: str,  # noqa: A002  the field's own word
    period: Period,
    currency: str,
    on: date,
    at: datetime | None = None,
    by: str = "",
    **terms: Any,
) -> Outcome[Campaign]:
    """Plan a campaign; *terms* are its other fields, such as ``budget``, ``discount_budget``, ``group`` or ``department``."""
    campaign = Campaign(number=number, name=name, type=type, period=period, currency=currency, **terms)
    return begun(campaign, "campaign", "planned", on=on, at=at, by=by)


def part_of(
    parent: Campaign, existing: Iterable[str], *, name: str, on: date, at: datetime | None = None, by: str = ""
) -> Outcome[Campaign]:
    """
    Plan a part of a campaign: it takes over what that is, and its number is that with the next two digits, 1003-01 after 1003 [CMP-5].

    Args:
        existing: The numbers of all campaigns.
    """
    require_kind("parent", parent, Campaign)
    taken = [
        each
        for each in all_of("number", existing, str)
        if each.startswith(f"{parent.number}-") and each[len(parent.number) + 1 :].isdigit()
    ]
    place = max((int(each[len(parent.number) + 1 :]) for each in taken), default=0) + 1
    return plan(
        number=f"{parent.number}-{place:02}",
        name=name,
        type=parent.type,
        period=parent.period,
        currency=parent.currency,
        group=parent.group,
        department=parent.department,
        parent=parent.number,
        on=on,
        at=at,
        by=by,
    )


def _moved(campaign: Campaign, command: str, what: str, on: date, at: datetime | None, by: str, reason: str = "") -> Outcome[Campaign]:
    status = LIFECYCLE.require(command, campaign, on=on)
    return changed(campaign, evolve(campaign, status=status), "campaign", what, on=on, at=at, by=by, reason=reason)


def start(campaign: Campaign, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    Begin to address the recipients.

    Raises:
        RefusedError: ``wrong-status``, ``campaign.no-recipients``.
    """
    return _moved(campaign, "start", "started", on, at, by)


def await_response(campaign: Campaign, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    Say that everybody was addressed, and responses are awaited.

    Raises:
        RefusedError: ``wrong-status``.
    """
    return _moved(campaign, "await_response", "addressed", on, at, by)


def follow_up(campaign: Campaign, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    Begin to follow the responses up.

    Raises:
        RefusedError: ``wrong-status``.
    """
    return _moved(campaign, "follow_up", "followed up", on, at, by)


def close(campaign: Campaign, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    End the campaign.

    Raises:
        RefusedError: ``wrong-status``.
    """
    return _moved(campaign, "close", "closed", on, at, by)


def cancel(campaign: Campaign, *, reason: str, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    Give the campaign up, for a reason.

    Raises:
        RefusedError: ``wrong-status``.
    """
    require_text("reason", reason)
    return _moved(campaign, "cancel", "cancelled", on, at, by, reason)


# ---------------------------------------------------------------------- recipients


def select(
    campaign: Campaign,
    recipients: Iterable[Recipient],
    *,
    on: date,
    leads: Iterable[Lead] = (),
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Campaign]:
    """
    Select contacts of prospects, leads, opportunities and customers [CMP-1].

    Args:
        leads: The leads among them, so that nobody who was disqualified is written to.

    Raises:
        RefusedError: ``wrong-status``, ``campaign.selected-twice``, ``campaign.not-targetable``.
    """
    LIFECYCLE.require("select", campaign, on=on)
    given = all_of("recipient", recipients, Recipient)
    closed = {lead.number for lead in all_of("lead", leads, Lead) if not lead.is_targetable}
    refuse(_against_selecting(campaign, given, closed))
    after = evolve(campaign, recipients=(*campaign.recipients, *given))
    return changed(campaign, after, "campaign", "targeted", on=on, at=at, by=by)


def _against_selecting(campaign: Campaign, given: tuple[Recipient, ...], closed: set[str]) -> Iterator[Refusal]:
    seen = {each.contact for each in campaign.recipients}
    for each in given:
        if each.contact in seen:
            yield SELECTED_TWICE.refuse(contact=each.contact, campaign=campaign.number)
        seen.add(each.contact)
        if campaign.type == EMAIL and not each.consent:
            yield NOT_TARGETABLE.refuse(contact=each.contact, why="has not agreed to be written to")
        if each.document in closed:
            yield NOT_TARGETABLE.refuse(contact=each.contact, why="is of a lead that was disqualified")


def distribute(
    campaign: Campaign, responsible: Mapping[str, str], *, on: date, again: bool = False, at: datetime | None = None, by: str = ""
) -> Outcome[Campaign]:
    """
    Hand out the recipients that have no owner; one for whom nobody is responsible stays without [CMP-6].

    Args:
        responsible: Who is, by the document the contact belongs to.
        again: Take all owners away first.

    Raises:
        RefusedError: ``wrong-status``.
    """
    require_kind("responsible", responsible, Mapping)
    LIFECYCLE.require("distribute", campaign, on=on)
    recipients = tuple(
        evolve(each, owner=("" if again else each.owner) or responsible.get(each.document, "")) for each in campaign.recipients
    )
    return changed(campaign, evolve(campaign, recipients=recipients), "campaign", "distributed", on=on, at=at, by=by)


def _change(campaign: Campaign, contact: str, states: tuple[Participation, ...], rule: Rule, **new: Any) -> Campaign:
    known = campaign.recipient(contact)
    if known is None or known.participation not in states:
        state = "not selected" if known is None else known.participation.within
        raise RefusedError((rule.refuse(contact=contact, campaign=campaign.number, state=state),))
    recipients = tuple(evolve(each, **new) if each is known else each for each in campaign.recipients)
    return evolve(campaign, recipients=recipients)


_ACTIVE = (Participation.SELECTED, Participation.DELIVERED)


def deliver(campaign: Campaign, contact: str, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    Say that a contact was reached.

    Raises:
        RefusedError: ``wrong-status``, ``campaign.not-selected``.
    """
    LIFECYCLE.require("deliver", campaign, on=on)
    after = _change(campaign, contact, (Participation.SELECTED,), NOT_SELECTED, participation=Participation.DELIVERED)
    return changed(campaign, after, "campaign", "delivered", on=on, at=at, by=by)


def respond(
    campaign: Campaign, contact: str, *, positive: bool, on: date, text: str = "", at: datetime | None = None, by: str = ""
) -> Outcome[Campaign]:
    """
    Write down a response; only somebody who was selected can respond [CMP-3].

    Raises:
        RefusedError: ``wrong-status``, ``campaign.not-selected``.
    """
    LIFECYCLE.require("respond", campaign, on=on)
    state = Participation.POSITIVE if positive else Participation.NEGATIVE
    after = _change(campaign, contact, _ACTIVE, NOT_SELECTED, participation=state, answered=on, text=text)
    return changed(campaign, after, "campaign", "answered", on=on, at=at, by=by)


def drop_out(campaign: Campaign, contact: str, *, reason: str, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    Take a contact out, for a reason: it left, it asked not to be written to, its address is wrong [CPG-2].

    Raises:
        RefusedError: ``wrong-status``, ``campaign.not-selected``.
    """
    require_text("reason", reason)
    LIFECYCLE.require("drop_out", campaign, on=on)
    after = _change(campaign, contact, _ACTIVE, NOT_SELECTED, participation=Participation.DROPPED_OUT, reason=reason)
    return changed(campaign, after, "campaign", "thinned", on=on, at=at, by=by, reason=reason)


def convert(
    campaign: Campaign,
    contact: str,
    *,
    number: str,
    name: str,
    on: date,
    owner: str = "",
    at: datetime | None = None,
    by: str = "",
    **terms: Any,
) -> Outcome[Lead]:
    """
    Begin the sales process with somebody who responded positively: a lead is made, from which a sale may come [CMP-3].

    Args:
        number: The number of the lead, and *name* who it is.
        owner: Who sees to it; the recipient's owner unless another is given.
        terms: What else ``leads.register`` takes.

    Raises:
        RefusedError: ``wrong-status``, ``campaign.not-positive``.
    """
    LIFECYCLE.require("convert", campaign, on=on)
    after = _change(campaign, contact, (Participation.POSITIVE,), NOT_POSITIVE, participation=Participation.CONVERTED, made=number)
    known = campaign.recipient(contact)
    whose = owner or (known.owner if known else "")
    lead = register_lead(
        number=number, name=name, owner=whose, on=on, at=at, by=by, **({"source": "campaign", "campaign": campaign.number} | terms)
    )
    done = changed(campaign, after, "campaign", "converted", on=on, at=at, by=by)
    return evolve(lead, changed=done.changed, events=(*done.events, *lead.events))


# ---------------------------------------------------------------------- money and results


@exact
def spend(campaign: Campaign, amount: Decimal | int, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    Spend some of the budget [MKT-3].

    Raises:
        RefusedError: ``wrong-status``, ``campaign.over-budget``.
    """
    LIFECYCLE.require("spend", campaign, on=on)
    return _paid(campaign, "spent", "budget", exact_number("amount", amount), on, at, by)


@exact
def grant_discount(campaign: Campaign, amount: Decimal | int, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Campaign]:
    """
    Give some of the discount budget: what list prices are above what was paid [MKT-3].

    Raises:
        RefusedError: ``wrong-status``, ``campaign.over-budget``.
    """
    LIFECYCLE.require("grant_discount", campaign, on=on)
    return _paid(campaign, "granted", "discount_budget", exact_number("amount", amount), on, at, by)


def _paid(campaign: Campaign, name: str, budget: str, amount: Decimal, on: date, at: datetime | None, by: str) -> Outcome[Campaign]:
    left = getattr(campaign, budget) - getattr(campaign, name)
    if amount > left or getattr(campaign, name) + amount < 0:
        refuse((OVER_BUDGET.refuse(campaign=campaign.number, left=left, budget=budget.replace("_", " "), asked=amount),))
    after = evolve(campaign, **{name: getattr(campaign, name) + amount})
    return changed(campaign, after, "campaign", name, on=on, at=at, by=by)


@frozen(kw_only=True)
class Results:
    """
    What a campaign came to; rates are unrounded, and ``None`` where there is nothing to divide by [CPG-3, CPG-4].

    Args:
        delivered: Who was reached, whether they responded or not.
        sales: The sales that came of it, and ``sold`` those that were sold.
        profit: The profit of what was sold.
        cost: What was spent.
    """

    enrolled: int
    delivered: int
    responses: int
    positive: int
    leads: int
    sales: int
    sold: int
    profit: Decimal
    cost: Decimal

    @property
    def response_rate(self) -> Decimal | None:
        """The responses among those who were reached."""
        return _ratio(self.responses, self.delivered)

    @property
    def conversion(self) -> Decimal | None:
        """New sales by responses."""
        return _ratio(self.sales, self.responses)

    @property
    def success_rate(self) -> Decimal | None:
        """Those who responded positively among all that were selected."""
        return _ratio(self.positive, self.enrolled)

    @property
    def cost_per_lead(self) -> Decimal | None:
        """The cost by leads."""
        return _ratio(self.cost, self.leads)

    @property
    def cost_per_sale(self) -> Decimal | None:
        """The cost by sold sales."""
        return _ratio(self.cost, self.sold)

    @property
    def return_on_cost(self) -> Decimal | None:
        """The profit less the cost, by the cost."""
        return _ratio(self.profit - self.cost, self.cost)


@exact
def _ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


@exact
def results(campaign: Campaign, leads: Iterable[Lead] = (), opportunities: Iterable[Opportunity] = ()) -> Results:
    """Return what a campaign came to, by the leads and sales that name it [CPG-4]."""
    require_kind("campaign", campaign, Campaign)
    mine = [each for each in all_of("opportunity", opportunities, Opportunity) if each.campaign == campaign.number]
    sold = [each for each in mine if each.status is OpportunityStatus.SOLD]
    answered = (Participation.POSITIVE, Participation.NEGATIVE, Participation.CONVERTED)
    return Results(
        enrolled=len(campaign.recipients),
        delivered=campaign.count(Participation.DELIVERED, *answered),
        responses=campaign.count(*answered),
        positive=campaign.count(Participation.POSITIVE, Participation.CONVERTED),
        leads=sum(lead.campaign == campaign.number for lead in all_of("lead", leads, Lead)),
        sales=len(mine),
        sold=len(sold),
        profit=sum((each.profit for each in sold), ZERO),
        cost=campaign.spent,
    )
