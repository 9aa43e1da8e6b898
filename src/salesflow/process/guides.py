"""Sales guides: what a stage advises to do and to write, what of it is done, and when the next stage is offered."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from attrs import frozen

from salesflow.checks import require_date, require_kind
from salesflow.errors import RefusedError
from salesflow.model.activity import Paper
from salesflow.model.opportunity import Opportunity, Stage, SuggestedActivity, SuggestedPaper
from salesflow.outcome import Outcome
from salesflow.process import follow_ups
from salesflow.process.opportunities import UNKNOWN_PART


@frozen(kw_only=True)
class Item:
    """
    One item of the guide for the stage a sale is in.

    Args:
        started: Whether an activity or paper was made of it, and ``done`` whether that is complete.
    """

    stage: str
    name: str
    purpose: str
    is_paper: bool
    required: bool
    started: bool
    done: bool


def items(opportunity: Opportunity) -> tuple[Item, ...]:
    """Return what the guide advises in the stage the sale is in; nothing where its kind has no guide [GDE-1]."""
    require_kind("opportunity", opportunity, Opportunity)
    stage = _stage(opportunity)
    if stage is None:
        return ()
    suggestions: tuple[SuggestedActivity | SuggestedPaper, ...] = (*stage.activities, *stage.papers)
    return tuple(_item(opportunity, stage, each) for each in suggestions)


def _stage(opportunity: Opportunity) -> Stage | None:
    return opportunity.type.stage(opportunity.stage or "") if opportunity.type.guide else None


def _item(opportunity: Opportunity, stage: Stage, suggestion: SuggestedActivity | SuggestedPaper) -> Item:
    is_paper = isinstance(suggestion, SuggestedPaper)
    key = (stage.name, suggestion.name)
    activities = [each for each in opportunity.activities if (each.stage, each.suggestion) == key]
    papers = [each for each in opportunity.papers if (each.stage, each.suggestion) == key]
    return Item(
        stage=stage.name,
        name=suggestion.name,
        purpose=suggestion.purpose,
        is_paper=is_paper,
        required=suggestion.required,
        started=bool(papers if is_paper else activities),
        done=bool(papers) if is_paper else any(each.done is not None for each in activities),
    )


def completed(opportunity: Opportunity) -> frozenset[tuple[str, str]]:
    """Return every item of any guide that is complete, as stage and name; changing the kind of sale forgets none [GDE-5]."""
    done = {(each.stage, each.suggestion) for each in opportunity.activities if each.suggestion and each.done is not None}
    return frozenset(done | {(each.stage, each.suggestion) for each in opportunity.papers if each.suggestion})


def start(
    opportunity: Opportunity, name: str, *, on: date, due: date | None = None, at: datetime | None = None, by: str = ""
) -> Outcome[Opportunity]:
    """
    Plan the activity that the guide suggests; it may be done more than once [GDE-2].

    Args:
        due: When; otherwise so many days after the activity before it as the guide says, and for the first one that day [GDE-6].

    Raises:
        RefusedError: ``opportunity.unknown-part``, and what ``follow_ups.plan`` refuses.
    """
    require_date("on", on)
    require_kind("opportunity", opportunity, Opportunity)
    stage = _stage(opportunity)
    found = [each for each in (stage.activities if stage else ()) if each.name == name]
    if not found or stage is None:
        raise RefusedError((UNKNOWN_PART.refuse(sale=opportunity.number, what="suggested activity", name=name),))
    [suggestion, *_] = found
    earlier = opportunity.activities[-1] if opportunity.activities else None
    planned = on if earlier is None else (earlier.done or earlier.due) + timedelta(days=suggestion.offset)
    return follow_ups.plan(
        opportunity,
        suggestion.kind,
        suggestion.name,
        due=due or planned,
        on=on,
        stage=stage.name,
        suggestion=suggestion.name,
        at=at,
        by=by,
    )


def write(opportunity: Opportunity, name: str, *, number: str, on: date, at: datetime | None = None, by: str = "") -> Outcome[Opportunity]:
    """
    Write the paper that the guide suggests; it is complete as it is [GDE-3].

    Raises:
        RefusedError: ``opportunity.unknown-part``, and what ``follow_ups.write`` refuses.
    """
    require_kind("opportunity", opportunity, Opportunity)
    stage = _stage(opportunity)
    if stage is None or not any(each.name == name for each in stage.papers):
        raise RefusedError((UNKNOWN_PART.refuse(sale=opportunity.number, what="suggested paper", name=name),))
    paper = Paper(number=number, name=name, made=on, stage=stage.name, suggestion=name)
    return follow_ups.write(opportunity, paper, on=on, at=at, by=by)


def next_stage(opportunity: Opportunity) -> str | None:
    """Return the stage that is offered: the next, once everything required in this one is done; it is never taken by itself [GDE-4]."""
    stage = _stage(opportunity)
    if stage is None or not opportunity.type.suggest_next:
        return None
    if any(item.required and not item.done for item in items(opportunity)):
        return None
    names = [each.name for each in opportunity.type.stages]
    later = [each.name for each in opportunity.type.stages[names.index(stage.name) + 1 :] if each.active]
    return later[0] if later else None
