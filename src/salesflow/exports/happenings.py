"""Events as every event log knows them: a kind, a moment, attributes, and the documents they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any

from attrs import fields, frozen, has

from salesflow.model.history import Happened

Scalar = str | int | bool | Decimal | datetime
_OWN = (
    ("OrderPlaced", "order"),
    ("Order", "order"),
    ("Delivery", "order"),
    ("Subscription", "order"),
    ("ReturnedOrder", "order"),
    ("GoodsReturned", "order"),
    ("Goods", "picking list"),
    ("Agreement", "sales agreement"),
    ("Quotation", "quotation"),
    ("Negotiation", "quotation"),
    ("PackingSlip", "packing slip"),
    ("Draft", "invoice draft"),
    ("Payment", "payment"),
    ("CreditNote", "invoice"),
    ("FreeText", "invoice"),
    ("Settlement", "invoice"),
    ("Invoice", "invoice"),
)
"""Which document an event is about, by how its name begins; the first that fits."""
_LINKS = {
    "order": "order",
    "orders": "order",
    "invoices": "invoice",
    "payment": "payment",
    "rma": "return",
    "customer": "party",
    "party": "party",
    "account": "party",
    "quotation": "quotation",
    "opportunity": "opportunity",
    "lead": "lead",
    "subscription": "subscription",
}
"""Fields that name other documents, and what kind those are."""
_PASSED_OVER = {"number", "on", "at", "document", "what", "changes"}


@frozen(kw_only=True)
class Happening:
    """
    One event.

    Args:
        kind: What happened, such as ``order placed`` or ``case resolved``.
        about: The documents it is about, as kind, number and role; its own document first.
    """

    kind: str
    at: datetime
    about: tuple[tuple[str, str, str], ...]
    attributes: tuple[tuple[str, Scalar], ...]

    @property
    def own(self) -> tuple[str, str]:
        """Its own document, as kind and number."""
        return self.about[0][0], self.about[0][1]


def happenings(events: Iterable[object]) -> Iterator[Happening]:
    """
    Yield events in the order they were kept, whatever their class.

    An event without a moment counts with the one kept before it on its business day or, as the first, at the beginning of that day, in UTC.
    What is no event of the library is passed over.
    """
    latest: dict[date, datetime] = {}
    for event in events:
        if has(type(event)) and hasattr(event, "number") and hasattr(event, "on"):
            at = _moment(event, latest.get(event.on))
            latest[event.on] = at
            yield _happening(event, at)


def _happening(event: Any, at: datetime) -> Happening:
    is_entry = isinstance(event, Happened)
    own = event.document if is_entry else _own(type(event).__name__)
    kind = f"{event.document} {event.what}" if is_entry else _words(type(event).__name__)
    values = dict(_values(event))
    about = [(own, event.number, own)]
    about += [(_LINKS[name], str(each), name) for name in values if name in _LINKS for each in _each(values[name])]
    changed = {change.field: change.after for change in event.changes} if is_entry else {}
    about += [(_LINKS[name], str(each), name) for name in changed if name in _LINKS for each in _each(changed[name])]
    plain = {name: value for name, value in (*values.items(), *changed.items()) if name not in _LINKS}
    attributes = tuple((name, scalar) for name, value in plain.items() if (scalar := _scalar(value)) is not None)
    return Happening(kind=kind, at=at, about=tuple(dict.fromkeys(about)), attributes=attributes)


def _own(name: str) -> str:
    return next((kind for start, kind in _OWN if name.startswith(start)), _words(name))


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _values(event: Any) -> Iterator[tuple[str, object]]:
    for field in fields(type(event)):
        if field.name not in _PASSED_OVER and getattr(event, field.name) not in (None, ""):
            yield field.name, getattr(event, field.name)


def _each(value: object) -> Iterator[object]:
    given = value if isinstance(value, tuple) else (value,)
    return (each for each in given if isinstance(each, str) and each)


def _scalar(value: object) -> Scalar | None:
    """Return what an event log can hold of a value; nothing where it is a whole document or list."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool | int | str | Decimal | datetime):
        return value
    return value.isoformat() if isinstance(value, date) else None


def _moment(event: Any, before: datetime | None) -> datetime:
    at = getattr(event, "at", None)
    if at is not None:
        return at.astimezone(UTC)  # type: ignore[no-any-return]
    return datetime.combine(event.on, time(0), UTC) if before is None else before


def type_of(value: Scalar) -> str:
    """Return the name that object-centric logs have for the kind of a value."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case Decimal():
            return "float"
        case datetime():
            return "time"
        case _:
            return "string"


def shown(value: Scalar) -> str:
    """Return a value as text: moments in UTC, numbers in full, never as a binary fraction."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
