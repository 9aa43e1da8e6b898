"""Keeping up a relationship: asking how it was, speaking to customers of our own accord, and seeing who is neglected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.labels import Labelled
from salesflow.model.case import Case, CaseStatus
from salesflow.model.order import Order
from salesflow.model.relationship import FIVE, ContactPlan, Preference, Review, Scale, Survey
from salesflow.model.subscription import Every
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process.history import begun, changed
from salesflow.rules import Rule

ONE_EACH = Rule(
    code="survey.one-each",
    en="A customer is asked once for each time a case is closed.",
    nl="Een klant krijgt één enquête per keer dat een zaak wordt gesloten.",
    refusal="case {case} was closed {closed} times and asked about {asked} times",
    spec=("CST-1",),
    source="choice",
)
ANSWERED = Rule(
    code="survey.answered",
    en="A survey is answered once, on the day it was asked or later.",
    nl="Een enquête wordt één keer beantwoord, op de dag van vragen of later.",
    refusal="survey {survey} was asked on {asked} and answered {answered}; {on} does not answer it",
    spec=("CST-1",),
    source="choice",
)
OFF_SCALE = Rule(
    code="survey.off-scale",
    en="A score lies on the scale that was declared.",
    nl="Een score ligt op de schaal die is opgegeven.",
    refusal="{score} is no score from {least} to {most}",
    spec=("CST-1",),
    source="choice",
)
SILENT = Rule(
    code="contact.silent",
    en="A customer that does not want it is not spoken to of our own accord; and a contact is not noted for a day before the last.",
    nl="Een klant die dat niet wil, wordt niet uit eigen beweging benaderd; en een contact ligt niet vóór het laatste.",
    refusal="customer {customer} was last spoken to on {last} and {wish}; {on} cannot be noted",
    spec=("CST-2",),
    source="choice",
)


# ---------------------------------------------------------------------- surveys and reviews


def ask(case: Case, asked: Iterable[Survey] = (), *, number: str, on: date, scale: Scale = FIVE, by: str = "") -> Outcome[Survey]:
    """
    Ask the customer of a closed case how it was.

    Args:
        asked: The surveys about it so far.

    Raises:
        RefusedError: ``survey.one-each``.
    """
    require_kind("case", case, Case)
    require_date("on", on)
    closed = sum(turn.status is CaseStatus.CLOSED for turn in case.turns)
    before = sum(each.about == case.number for each in all_of("survey", asked, Survey))
    if before >= closed:
        refuse((ONE_EACH.refuse(case=case.number, closed=closed, asked=before),))
    survey = Survey(number=number, customer=case.customer or case.contact or case.number, about=case.number, asked=on, scale=scale)
    return begun(survey, "survey", "asked", on=on, by=by)


def answer(survey: Survey, score: int, *, on: date, remark: str = "") -> Outcome[Survey]:
    """
    Note what the customer answered.

    Raises:
        RefusedError: ``survey.answered``, ``survey.off-scale``.
    """
    require_kind("survey", survey, Survey)
    require_date("on", on)
    found: list[Refusal] = []
    if survey.score is not None or on < survey.asked:
        found.append(ANSWERED.refuse(survey=survey.number, asked=survey.asked, answered=survey.answered or "never", on=on))
    found += _against_score(score, survey.scale)
    refuse(found)
    return changed(survey, evolve(survey, score=score, answered=on, remark=remark), "survey", "answered", on=on)


def review(
    item: str, score: int, orders: Iterable[Order] = (), *, number: str, customer: str, on: date, text: str = "", scale: Scale = FIVE
) -> Outcome[Review]:
    """
    Note a customer's review of a product; it is said whether one of its *orders* delivered it.

    Raises:
        RefusedError: ``survey.off-scale``.
    """
    require_kind("scale", scale, Scale)
    refuse(_against_score(score, scale))
    bought = any(
        balance.item.number == item and balance.delivered > 0
        for order in all_of("order", orders, Order)
        if order.customer == customer
        for balance in order.balances
    )
    return begun(
        Review(number=number, customer=customer, item=item, on=on, score=score, text=text, bought=bought), "review", "written", on=on
    )


def _against_score(score: int, scale: Scale) -> Iterator[Refusal]:
    if type(score) is not int or not scale.least <= score <= scale.most:
        yield OFF_SCALE.refuse(score=score, least=scale.least, most=scale.most)


# ---------------------------------------------------------------------- contact of our own accord


def plan(
    *, number: str, customer: str, every: Every, last: date, on: date, owner: str = "", preference: Preference | None = None
) -> Outcome[ContactPlan]:
    """Plan to speak to a customer every so often [CST-2]."""
    made = ContactPlan(number=number, customer=customer, every=every, last=last, owner=owner, preference=preference or Preference())
    return begun(made, "contact plan", "made", on=on, by=owner)


def prefer(plan: ContactPlan, preference: Preference, *, on: date, by: str = "") -> Outcome[ContactPlan]:
    """Note what the customer prefers from now on."""
    require_kind("preference", preference, Preference)
    return changed(plan, evolve(plan, preference=preference), "contact plan", "adapted", on=on, by=by)


def due_date(plan: ContactPlan) -> date | None:
    """
    Return the day the customer is to be spoken to: the round after the last contact, on a day it likes.

    ``None`` where it does not want to be spoken to.
    """
    require_kind("plan", plan, ContactPlan)
    if plan.preference.silent:
        return None
    day = plan.every.after(plan.last, 1)
    liked = plan.preference.weekdays
    return day if not liked else next(each for ahead in range(7) if (each := day + timedelta(days=ahead)).weekday() in liked)


def contacts_due(plans: Iterable[ContactPlan], *, on: date) -> tuple[ContactPlan, ...]:
    """Return the plans of which a contact is due by that day, the longest overdue first [CST-2]."""
    require_date("on", on)
    due = [(day, plan) for plan in all_of("plan", plans, ContactPlan) if (day := due_date(plan)) is not None and day <= on]
    return tuple(plan for _, plan in sorted(due, key=lambda pair: (pair[0], pair[1].number)))


def contacted(plan: ContactPlan, about: str = "", *, on: date, by: str = "") -> Outcome[ContactPlan]:
    """
    Note that the customer was spoken to; the next round begins.

    Raises:
        RefusedError: ``contact.silent``.
    """
    require_kind("plan", plan, ContactPlan)
    require_date("on", on)
    if plan.preference.silent or on < plan.last:
        wish = "wants no contact" if plan.preference.silent else "is spoken to in order"
        refuse((SILENT.refuse(customer=plan.customer, last=plan.last, wish=wish, on=on),))
    after = evolve(plan, last=on, contacts=(*plan.contacts, (on, about)))
    return changed(plan, after, "contact plan", "contacted", on=on, by=by)


# ---------------------------------------------------------------------- monitors


class Monitor(Labelled):
    """What the monitors see in a customer [CST-3]."""

    NEGLECTED = "neglected", "Neglected", "Verwaarloosd"
    SLEEPING = "sleeping", "Sleeping", "Slapend"
    EXPENSIVE = "expensive", "Expensive", "Duur"


@frozen(kw_only=True)
class Contact:
    """One contact with a customer: we spoke to it, or it to us; and what that cost."""

    customer: str
    on: date
    outgoing: bool
    cost: Decimal = ZERO


@frozen(kw_only=True)
class MonitorPolicy:
    """
    When a customer stands out, over the last so many days.

    Args:
        days: How many days are looked at.
        few_outgoing: With fewer contacts from our side it is neglected.
        many_outgoing: With so many from our side and ``few_incoming`` or fewer from its side it is sleeping.
        cost_share: Where contacts cost more than this part of what was sold, it is expensive.
    """

    days: int = 90
    few_outgoing: int = 1
    many_outgoing: int = 5
    few_incoming: int = 0
    cost_share: Decimal = Decimal("0.2")


MONITORS = MonitorPolicy()
SUGGESTIONS = {
    Monitor.NEGLECTED: "call",
    Monitor.SLEEPING: "visit",
    Monitor.EXPENSIVE: "review",
}
"""The follow-up that each suggests."""


@exact
def monitor(
    customers: Iterable[str],
    contacts: Iterable[Contact],
    sold: Mapping[str, Decimal] | None = None,
    *,
    on: date,
    policy: MonitorPolicy = MONITORS,
) -> Mapping[str, tuple[Monitor, ...]]:
    """
    Return what stands out in each customer on that day; those in whom nothing does are left out.

    Args:
        contacts: All contacts; those outside the window are passed over.
        sold: What was sold to each in the window, net.
    """
    require_date("on", on)
    require_kind("policy", policy, MonitorPolicy)
    first = on - timedelta(days=policy.days)
    outgoing: dict[str, int] = {}
    incoming: dict[str, int] = {}
    cost: dict[str, Decimal] = {}
    for each in all_of("contact", contacts, Contact):
        if first < each.on <= on:
            counts = outgoing if each.outgoing else incoming
            counts[each.customer] = counts.get(each.customer, 0) + 1
            cost[each.customer] = cost.get(each.customer, ZERO) + each.cost
    found = {}
    for customer in customers:
        ours, theirs = outgoing.get(customer, 0), incoming.get(customer, 0)
        seen = []
        if ours < policy.few_outgoing:
            seen.append(Monitor.NEGLECTED)
        if ours >= policy.many_outgoing and theirs <= policy.few_incoming:
            seen.append(Monitor.SLEEPING)
        if cost.get(customer, ZERO) > policy.cost_share * (sold or {}).get(customer, ZERO):
            seen.append(Monitor.EXPENSIVE)
        if seen:
            found[customer] = tuple(seen)
    return found


def neglected_projects(last_activity: Mapping[str, date], *, on: date, days: int = 14) -> tuple[str, ...]:
    """Return the projects without any activity for more than so many days, the longest first [CST-3]."""
    require_date("on", on)
    require_kind("last_activity", last_activity, Mapping)
    late = [(last, project) for project, last in last_activity.items() if (on - last).days > days]
    return tuple(project for _, project in sorted(late))
