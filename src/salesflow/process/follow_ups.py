"""What is done about a sale: activities that are planned and completed, and papers that are written."""

from __future__ import annotations

from datetime import date, datetime

from attrs import evolve

from salesflow.checks import require_kind
from salesflow.errors import refuse
from salesflow.model.activity import Activity, Paper
from salesflow.model.opportunity import Opportunity
from salesflow.outcome import Outcome
from salesflow.process.history import changed
from salesflow.process.opportunities import LIFECYCLE, UNKNOWN_PART
from salesflow.rules import Rule

ACTIVITY_DONE = Rule(
    code="opportunity.activity-done",
    en="An activity is done once.",
    nl="Een activiteit wordt één keer voltooid.",
    refusal="activity {activity} of sale {sale} was done on {when}",
    spec=("GDE-3",),
    source="choice",
)


def plan(
    opportunity: Opportunity,
    kind: str,
    subject: str,
    *,
    due: date,
    on: date,
    owner: str = "",
    stage: str = "",
    suggestion: str = "",
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Opportunity]:
    """
    Plan an activity: a call, a visit, a presentation, a demonstration, a proposal [S1, S2].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``.
    """
    LIFECYCLE.require("follow_ups.plan", opportunity, on=on)
    activity = Activity(
        number=len(opportunity.activities) + 1,
        kind=kind,
        subject=subject,
        due=due,
        owner=owner or opportunity.owner,
        stage=stage,
        suggestion=suggestion,
    )
    after = evolve(opportunity, activities=(*opportunity.activities, activity))
    return changed(opportunity, after, "opportunity", "planned", on=on, at=at, by=by)


def complete(opportunity: Opportunity, activity: int, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Opportunity]:
    """
    Say that an activity was done that day.

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``, ``opportunity.unknown-part``, ``opportunity.activity-done``.
    """
    LIFECYCLE.require("follow_ups.complete", opportunity, on=on)
    known = next((each for each in opportunity.activities if each.number == activity), None)
    if known is None:
        refuse((UNKNOWN_PART.refuse(sale=opportunity.number, what="activity", name=activity),))
    elif known.done is not None:
        refuse((ACTIVITY_DONE.refuse(activity=activity, sale=opportunity.number, when=known.done),))
    activities = tuple(evolve(each, done=on) if each.number == activity else each for each in opportunity.activities)
    return changed(opportunity, evolve(opportunity, activities=activities), "opportunity", "worked on", on=on, at=at, by=by)


def write(opportunity: Opportunity, paper: Paper, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Opportunity]:
    """
    Add a paper that was written for the sale; it is complete as it is [GDE-3].

    Raises:
        RefusedError: ``wrong-status``, ``opportunity.before-registered``.
    """
    require_kind("paper", paper, Paper)
    LIFECYCLE.require("follow_ups.write", opportunity, on=on)
    after = evolve(opportunity, papers=(*opportunity.papers, paper))
    return changed(opportunity, after, "opportunity", "documented", on=on, at=at, by=by)
