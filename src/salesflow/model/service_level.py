"""Service levels: how quickly a case of some priority is answered and resolved, and who is told when it is not."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from salesflow.checks import require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.case import HoldReason
from salesflow.model.office_hours import OfficeHours


class Trigger(Labelled):
    """What a case's escalation reacts to [SLA-8]."""

    NEW = "new", "New case", "Nieuwe zaak"
    READ = "read", "Read by its owner", "Gelezen door de eigenaar"
    OWNER_CHANGED = "owner-changed", "Another owner", "Andere eigenaar"
    INFORMATION = "information", "New information", "Nieuwe informatie"
    CLOSED = "closed", "Resolved or closed", "Opgelost of gesloten"
    PRIORITY_CHANGED = "priority-changed", "Another priority", "Andere prioriteit"


class Reaction(Labelled):
    """What an escalation does then."""

    STOP = "stop", "Stop", "Stoppen"
    CONTINUE = "continue", "Continue", "Doorgaan"
    RESTART = "restart", "Restart", "Opnieuw beginnen"


class Measure(Labelled):
    """What a level of escalation does."""

    NOTIFY = "notify", "Notify", "Melden"
    REASSIGN = "reassign", "Reassign", "Opnieuw toewijzen"


@frozen(kw_only=True)
class Level:
    """One level of escalation: so long after the one before it, in office hours."""

    after: timedelta
    measure: Measure = Measure.NOTIFY
    to: str = ""

    def __attrs_post_init__(self) -> None:
        if self.after <= timedelta(0):
            msg = f"a level comes after some time, not {self.after}"
            raise ValueError(msg)


DEFAULT_REACTIONS = (
    (Trigger.NEW, Reaction.RESTART),
    (Trigger.READ, Reaction.CONTINUE),
    (Trigger.OWNER_CHANGED, Reaction.RESTART),
    (Trigger.INFORMATION, Reaction.CONTINUE),
    (Trigger.CLOSED, Reaction.STOP),
    (Trigger.PRIORITY_CHANGED, Reaction.RESTART),
)


@frozen(kw_only=True)
class ServiceLevel:
    """
    What was agreed for cases of one priority [SLA-1].

    Args:
        priority: Its name.
        hours: The office hours in which the clocks run.
        first_reply: Within how many office hours the customer hears from us; ``None`` where that was not agreed.
        resolution: Within how many it is resolved.
        pausing: What a case may wait for without the clock of its resolution running [SLA-5].
        levels: The levels of escalation, in order.
        reactions: What escalation does when something happens [SLA-8].
    """

    priority: str
    hours: OfficeHours
    first_reply: timedelta | None = None
    resolution: timedelta | None = None
    pausing: tuple[HoldReason, ...] = (HoldReason.CUSTOMER,)
    levels: tuple[Level, ...] = ()
    reactions: tuple[tuple[Trigger, Reaction], ...] = DEFAULT_REACTIONS

    def __attrs_post_init__(self) -> None:
        require_text("priority", self.priority)
        require_kind("hours", self.hours, OfficeHours)
        require_tuple_of("pausing", self.pausing, HoldReason)
        require_tuple_of("levels", self.levels, Level)
        for name in ("first_reply", "resolution"):
            wanted = getattr(self, name)
            if wanted is not None and wanted < timedelta(0):
                msg = f"{name} must be zero or more, not {wanted}"
                raise ValueError(msg)

    def reaction(self, trigger: Trigger) -> Reaction:
        """Return what escalation does when that happens; it goes on where nothing is said."""
        return next((reaction for each, reaction in self.reactions if each is trigger), Reaction.CONTINUE)
