"""
Writing history and reading it back.

A command that keeps history says what changed; from these entries alone the document can be made again [HIS-2].
The stage at closing, the states of versions and the revisions of targets are kept on the documents too [HIS-3].
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from attrs import evolve, fields

from salesflow.checks import require_date, require_moment
from salesflow.model.history import Change, Happened
from salesflow.outcome import Outcome

D = TypeVar("D")


def begun(document: Any, kind: str, what: str, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Any]:
    """Return the outcome of making a document; its first entry has every field that is not at its default."""
    changes = tuple(
        Change(field.name, None, getattr(document, field.name))
        for field in fields(type(document))
        if field.init and getattr(document, field.name) != field.default
    )
    entry = Happened(number=document.number, document=kind, what=what, on=on, at=at, by=by, changes=changes)
    return Outcome(document=document, made=(document,), events=(entry,))


def changed(
    before: Any, after: Any, kind: str, what: str, *, on: date, at: datetime | None = None, by: str = "", reason: str = ""
) -> Outcome[Any]:
    """Return the outcome of changing a document, with an entry that has the fields that differ."""
    require_date("on", on)
    if at is not None:
        require_moment("at", at)
    changes = tuple(
        Change(field.name, old, new)
        for field in fields(type(after))
        if (old := getattr(before, field.name)) != (new := getattr(after, field.name))
    )
    entry = Happened(number=after.number, document=kind, what=what, on=on, at=at, by=by, reason=reason, changes=changes)
    return Outcome(document=after, changed=(after,), events=(entry,))


def replay(kind: type[D], events: Iterable[object], number: str | None = None) -> D:
    """
    Return the document of which *events* tell, as it stands after the last of them [HIS-2].

    Args:
        kind: What document it is.
        events: Any events, oldest first; those of other documents are passed over.
        number: Which document, where the events tell of several.

    Raises:
        LookupError: the events do not tell of the beginning of such a document.
    """
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__).lower()
    document: Any = None
    for event in events:
        if not isinstance(event, Happened) or event.document != name or number not in {None, event.number}:
            continue
        values = {change.field: change.after for change in event.changes}
        document = kind(**values) if document is None else evolve(document, **values)
    if document is None:
        msg = f"the history tells of no {name} {number or ''}".rstrip()
        raise LookupError(msg)
    result: D = document
    return result
