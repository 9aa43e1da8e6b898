"""Activities and papers: what is to be done about a lead or a sale, what was done, and what was written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import frozen

from salesflow.checks import require_date, require_text


@frozen(kw_only=True)
class Activity:
    """
    Something to do, or done: a call, a meeting, a presentation, a demonstration, a proposal.

    Args:
        number: Its place among the activities of its document, from one.
        kind: What it is; the list is open.
        due: The day on which it is planned.
        done: The day on which it was done; ``None`` while it is not.
        stage: The stage it was suggested in, and ``suggestion`` by which item of the guide [GDE-2].
    """

    number: int
    kind: str
    subject: str
    due: date
    done: date | None = None
    owner: str = ""
    stage: str = ""
    suggestion: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("kind", self.kind)
        require_text("subject", self.subject)
        require_date("due", self.due)
        if self.done is not None:
            require_date("done", self.done)


@frozen(kw_only=True)
class Paper:
    """A document that was written for a sale; it is complete when it is made [GDE-3]."""

    number: str
    name: str
    made: date
    stage: str = ""
    suggestion: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("name", self.name)
        require_date("made", self.made)


def next_activity(activities: Iterable[Activity]) -> Activity | None:
    """Return the oldest activity that is not done, also where its day has passed; ``None`` where all are done [NXT-3]."""
    waiting = [each for each in activities if each.done is None]
    return min(waiting, key=lambda activity: (activity.due, activity.number), default=None)


def next_due_date(activities: Iterable[Activity], on: date) -> date | None:
    """Return the day of the closest activity from *on* that is not done; the latest one before it where there is none [NXT-3]."""
    waiting = [each.due for each in activities if each.done is None]
    return min((day for day in waiting if day >= on), default=max(waiting, default=None))
