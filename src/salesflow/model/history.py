"""History: what happened to a document, when, by whom, and what stood before; nothing is ever taken out of it."""

from __future__ import annotations

from datetime import date, datetime

from attrs import frozen

from salesflow.checks import require_date, require_moment, require_text


@frozen
class Change:
    """One field that changed: what it was, and what it is."""

    field: str
    before: object
    after: object


@frozen(kw_only=True)
class Happened:
    """
    One entry in the history of a document [HIS-1].

    Business dates are plain dates and may lie in the past; the moment of entry knows its time zone [HIS-5].

    Args:
        document: What kind of document it is about, such as ``opportunity``.
        what: What was done to it, in the past tense, such as ``stalled``.
        on: The business date.
        at: When it was entered, where that is known.
        by: Who did it.
        reason: Why, in words.
        changes: The fields that changed; on the first entry every field that was set.
    """

    number: str
    document: str
    what: str
    on: date
    at: datetime | None = None
    by: str = ""
    reason: str = ""
    changes: tuple[Change, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_date("on", self.on)
        if self.at is not None:
            require_moment("at", self.at)

    def change(self, field: str) -> Change | None:
        """Return the change of one field; ``None`` where it did not change."""
        return next((each for each in self.changes if each.field == field), None)
