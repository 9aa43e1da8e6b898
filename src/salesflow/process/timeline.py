"""
One timeline of a customer, over all documents and both sides: what was promised, sold, delivered, billed, paid and serviced.

It is read from the events that were kept; nothing is written for it [HIS-4].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from attrs import frozen

from salesflow.checks import all_of
from salesflow.labels import Labelled
from salesflow.model.history import Happened
from salesflow.model.party import Party


class Side(Labelled):
    """Whether an entry is of selling or of serving [S1, HIS-4]."""

    SALES = "sales", "Sales", "Verkoop"
    SERVICE = "service", "Service", "Dienstverlening"


SERVICE = ("Case", "Return", "GoodsReturned", "Installed", "Maintenance", "Entitlement", "Survey", "Review", "Contact plan")
"""How the names of events of the service side begin."""


@frozen(kw_only=True)
class Entry:
    """
    One line of a timeline.

    Args:
        kind: What sort of event it is: ``OrderPlaced``, or what was done to which document: ``opportunity stalled``.
        number: The document it is about.
        event: The event itself.
    """

    on: date
    at: datetime | None
    sequence: int
    side: Side
    kind: str
    number: str
    event: object


def of(
    party: str,
    events: Iterable[object],
    documents: Iterable[Any] = (),
    *,
    known: Iterable[Party] = (),
    kinds: Iterable[str] | None = None,
    side: Side | None = None,
) -> tuple[Entry, ...]:
    """
    Return the timeline of a customer: the events about it, about those that were merged into it, and about its documents.

    In order of the business day, and within a day as they were kept [HIS-4].

    Args:
        events: All events, oldest first.
        documents: Orders, invoices and whatever else may be the customer's; those that are not are passed over.
        known: The parties, so that merged ones are followed.
        kinds: The kinds of entry to return; left out all are.
        side: Sales or service; left out both are.
    """
    names = set(_with_merged(party, all_of("party", known, Party)))
    numbers = names | {str(document.number) for document in documents if _owners(document) & names}
    wanted = None if kinds is None else set(kinds)
    entries = told(
        (sequence, event)
        for sequence, event in enumerate(events)
        if hasattr(event, "on") and (getattr(event, "number", None) in numbers or _parties(event) & names)
    )
    return tuple(each for each in entries if (wanted is None or each.kind in wanted) and side in {None, each.side})


def _with_merged(party: str, known: Iterable[Party]) -> list[str]:
    """Return a party and all that were merged into it, directly or not; one that was itself merged keeps its own history."""
    names, merged = [party], {each.number: each.merged_into for each in known if each.merged_into is not None}
    for name in names:
        names += [number for number, into in merged.items() if into == name and number not in names]
    return names


def told(events: Iterable[tuple[int, object]]) -> tuple[Entry, ...]:
    """Return events, each with its place in the log, as entries in order of the business day and then of that place."""
    return tuple(sorted((_entry(place, event) for place, event in events), key=lambda entry: (entry.on, entry.sequence)))


def _entry(sequence: int, event: Any) -> Entry:
    return Entry(
        on=event.on,
        at=getattr(event, "at", None),
        sequence=sequence,
        side=_side(event),
        kind=_kind(event),
        number=str(event.number),
        event=event,
    )


def _owners(document: object) -> set[str]:
    names = ("customer", "invoice_account", "account", "party", "contact")
    return {str(value) for name in names if (value := getattr(document, name, None)) is not None}


def _parties(event: object) -> set[str]:
    return {str(value) for name in ("customer", "party", "account") if (value := getattr(event, name, None)) is not None}


def _kind(event: object) -> str:
    return f"{event.document} {event.what}" if isinstance(event, Happened) else type(event).__name__


def _side(event: object) -> Side:
    name = event.document.capitalize() if isinstance(event, Happened) else type(event).__name__
    return Side.SERVICE if name.startswith(SERVICE) else Side.SALES


def counted(entries: Iterable[Entry]) -> Mapping[str, int]:
    """Return how many entries there are of each kind, in order of appearance."""
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.kind] = counts.get(entry.kind, 0) + 1
    return counts
