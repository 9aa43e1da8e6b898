"""
The parts in which a document is stored.

Most documents are one part.
The lines of an order and the parts of an invoice are long and seldom change, so they stand apart and are not written again;
the postings of an order stand apart from both, each for itself, for they are only ever added to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, fields

from salesflow import codec
from salesflow.model.invoice import Invoice, InvoicePart
from salesflow.model.ledger import Posting
from salesflow.model.order import Order
from salesflow.model.order_line import OrderLine

HEAD = "head"
BULK: Mapping[type, tuple[str, type]] = {Order: ("lines", OrderLine), Invoice: ("parts", InvoicePart)}
"""Per kind of document the field that stands apart, and what it holds."""


def changed(before: Any, after: Any) -> Iterator[tuple[str, str]]:
    """Yield the parts of a document that are not stored yet, each with its text."""
    kind = type(after)
    apart = BULK.get(kind)
    if before is None or not _same(before, after, _SMALL.get(kind)):
        yield HEAD, codec.dumps(_head(after))
    if apart is not None:
        name, of = apart
        if before is None or getattr(before, name) is not getattr(after, name):
            yield name, codec.dumps_all(of, getattr(after, name))


def new_postings(before: Any, after: Any) -> Iterable[tuple[int, Posting]]:
    """Return the postings of an order that are not stored yet, each with its place, from one."""
    if not isinstance(after, Order):
        return ()
    known = 0 if before is None else count_of_postings(before)
    return enumerate(after.postings[known:], start=known + 1)


def count_of_postings(document: Any) -> int:
    """Return how many postings a document has; only orders have any."""
    return len(document.postings) if isinstance(document, Order) else 0


def whole(texts: Mapping[str, str], postings: Iterable[str]) -> Any:
    """Return the document of its parts."""
    head = codec.loads(texts[HEAD])
    apart = BULK.get(type(head))
    if apart is None:
        return head
    name, of = apart
    found: dict[str, Any] = {name: _all_of(of, codec.loads_all(texts[name]))}
    if isinstance(head, Order):
        found["postings"] = _all_of(Posting, tuple([codec.loads(text) for text in postings]))
    return evolve(head, **found)


def _all_of(kind: type, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return values, as long as all are of that kind: text of another kind is sound in itself."""
    for value in values:
        if type(value) is not kind:
            raise codec.CodecError(f"a {kind.__name__} is stored as a {type(value).__name__}")
    return values


def _head(document: Any) -> Any:
    apart = BULK.get(type(document))
    if apart is None:
        return document
    return evolve(document, postings=(), lines=(), fold=None) if isinstance(document, Order) else evolve(document, parts=(), totals=None)


_SMALL = {
    kind: tuple(field.name for field in fields(kind) if field.name not in {name, "postings"} and not field.name.startswith("_"))
    for kind, (name, _) in BULK.items()
}


def _same(before: Any, after: Any, names: tuple[str, ...] | None) -> bool:
    """Say whether nothing but what stands apart differs; of other documents, that is never so."""
    return names is not None and all(getattr(before, name) is getattr(after, name) for name in names)
