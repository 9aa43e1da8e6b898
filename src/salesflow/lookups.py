"""
What is looked up of a document: whom it concerns, on which day, and what of it is still open.

These are pure functions of the document, so they can be worked out anew at any time and are never the truth themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from attrs import frozen

from salesflow.errors import RefusedError
from salesflow.labels import Labelled
from salesflow.model.ledger import Kind, Posting
from salesflow.model.order import Order
from salesflow.ports import LEDGER_REWRITTEN

NO_DAY = date.min
"""Stands for the day of a document that has none."""
LAST_DAY = date.max
"""Stands for a ship date that is not known, where the earliest comes first."""


class Role(Labelled):
    """What somebody or something is to a document."""

    CUSTOMER = "customer", "Customer", "Klant"
    PERSON = "person", "Person", "Persoon"
    OWNER = "owner", "Owner", "Eigenaar"
    PROJECT = "project", "Project", "Project"
    MERGED_INTO = "merged-into", "Merged into", "Samengevoegd met"


_FIELDS = {
    Role.CUSTOMER: ("customer", "invoice_account", "account", "party"),
    Role.PERSON: ("contact",),
    Role.OWNER: ("owner", "taken_by"),
    Role.PROJECT: ("project",),
    Role.MERGED_INTO: ("merged_into",),
}
_DAYS = ("placed", "on", "drawn_up", "registered", "opened", "created", "purchased", "asked", "installed", "starts", "start", "day", "last")
"""The fields that say on which day a document begins, the first that is there."""


@cache
def _roles(kind: type) -> tuple[tuple[Role, str], ...]:
    """Return the fields of a class that name somebody or something, each with its role."""
    return tuple((role, name) for role, names in _FIELDS.items() for name in names if hasattr(kind, name))


@cache
def _days(kind: type) -> tuple[str, ...]:
    """Return the fields of a class that may say on which day a document begins."""
    return tuple(name for name in _DAYS if hasattr(kind, name))


def concerns(document: Any) -> frozenset[tuple[Role, str]]:
    """Return whom and what a document concerns, each with the role it has there."""
    return frozenset([(role, str(value)) for role, name in _roles(type(document)) if (value := getattr(document, name))])  # type: ignore[arg-type]


def day_of(document: Any) -> date | None:
    """Return the day that a document is looked up by; ``None`` where it has none."""
    for name in _days(type(document)):  # type: ignore[arg-type]
        value = getattr(document, name)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
    return None


def is_looked_up_the_same(before: Any, after: Any) -> bool:
    """Say whether two states of a document plainly concern the same on the same day; they may also do so where this does not see it."""
    kind = type(after)
    names = (*[name for _, name in _roles(kind)], *_days(kind))  # type: ignore[arg-type]
    return all(getattr(before, name) is getattr(after, name) for name in names)


def party_of(event: Any) -> str:
    """Return the party that an event names, beside the document it is about; empty where it names none."""
    return next((str(value) for name in ("customer", "party", "account") if (value := getattr(event, name, None))), "")


def require_kept(before: Order, after: Order) -> None:
    """Raise unless an order is put with all the postings that it had."""
    count = len(before.postings)
    if after.postings is before.postings or after.postings[:count] == before.postings:
        return
    place = next(place for place, posting in enumerate(before.postings) if after.postings[place : place + 1] != (posting,))
    raise RefusedError((LEDGER_REWRITTEN.refuse(order=after.number, kept=count, place=place + 1),))


# ---------------------------------------------------------------------- what is still open


@frozen
class Uninvoiced:
    """
    A packing slip that leaves something of an order to invoice.

    Args:
        slip: The packing slip as it stands: where it was corrected, the one that took its place.
        on: The day of that slip.
    """

    order: str
    slip: str
    customer: str
    account: str
    on: date


def uninvoiced_of(order: Order, among: Iterable[str] | None = None) -> Iterator[Uninvoiced]:
    """
    Yield the packing slips that leave something of an order to invoice.

    Args:
        among: The slips that are looked at, by the number that they are counted under; left out, all.
    """
    fold = order.fold
    left = [slip for slip in (fold.slips if among is None else among) if fold.uninvoiced(slip)]
    if not left:
        return
    standing: dict[str, Posting | None] = dict.fromkeys(left)
    for posting, following in zip(order.postings, (*order.postings[1:], None), strict=True):
        slip = posting.slip or posting.document
        if slip not in standing:
            continue
        if posting.kind is Kind.DELIVERED and standing.get(slip) is None:
            standing[slip] = None if _delivered_by(following, posting) else posting
        elif posting.kind is Kind.RETURNED and (now := standing.get(slip)) is not None and now.document == posting.source:
            standing[slip] = None  # undone; where it was corrected the slip that takes its place comes next
    for slip in left:
        if (now := standing[slip]) is not None:
            yield Uninvoiced(order.number, now.document, order.customer, order.invoice_account, now.on)


def _delivered_by(following: Posting | None, posting: Posting) -> bool:
    """Say whether an invoice that follows the order delivered its services, so that there is no packing slip."""
    return following is not None and following.kind is Kind.INVOICED and (following.document, following.slip) == (posting.document, None)
