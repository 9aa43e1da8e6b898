"""
What a unit of work asks of a storage that keeps rows: a handful of operations on tables, and a transaction.

Whoever writes these few for a database or a framework has a whole adapter: ``work.Work`` does the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from attrs import frozen

Value = str | int | date | Decimal | None
Row = Mapping[str, Any]
"""The values of a row, by column."""
NOTHING: Row = MappingProxyType({})


@frozen(cache_hash=True)
class Table:
    """
    A table, its columns, and those that make a row unique.

    Args:
        finds: The sets of columns that rows are looked up by, each in that order; they are the indexes.
    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    finds: tuple[tuple[str, ...], ...] = ()


DOCUMENT = Table(
    "document",
    ("kind", "number"),
    ("kind", "number", "id", "version", "stamp", "postings", "day"),
    (("kind", "id"), ("kind", "day", "number")),
)
BODY = Table("body", ("kind", "number", "part"), ("kind", "number", "part", "body"))
"""The text of a document, in parts: what is large and rarely changes stands apart, so that it is not written again."""
POSTING = Table("posting", ("order", "place"), ("order", "place", "kind", "document", "day", "body"))
CONCERN = Table("concern", ("role", "name", "kind", "day", "number"), ("role", "name", "kind", "day", "number"), (("kind", "number"),))
OPEN_LINE = Table(
    "open_line",
    ("order", "line"),
    ("order", "line", "item", "customer", "ship", "left", "net", "detail", "what"),
    (("item", "ship", "order", "line"), ("customer", "ship", "order", "line"), ("ship", "order", "line")),
)
OPEN_PURCHASE = Table(
    "open_purchase",
    ("purchase",),
    ("purchase", "vendor", "item", "expected", "missing"),
    (("vendor", "expected", "purchase"), ("item", "expected", "purchase"), ("expected", "purchase")),
)
UNINVOICED_SLIP = Table(
    "uninvoiced_slip",
    ("order", "slip"),
    ("order", "slip", "customer", "account", "day"),
    (("customer", "day", "slip", "order"), ("account", "day", "slip", "order"), ("day", "slip", "order")),
)
OPEN_INVOICE = Table(
    "open_invoice",
    ("invoice",),
    ("invoice", "account", "due", "balance", "currency"),
    (("account", "due", "invoice"), ("due", "invoice")),
)
EVENT = Table("event", ("id",), ("id", "number", "party", "day", "kind", "body"), (("number", "id"), ("party", "id")))
OUTBOX = Table("outbox", ("event",), ("event",))
IDEMPOTENCY = Table("idempotency", ("key",), ("key", "request", "outcome"))
SERIES = Table("series", ("name",), ("name", "last"))

TABLES = (
    DOCUMENT,
    BODY,
    POSTING,
    CONCERN,
    OPEN_LINE,
    OPEN_PURCHASE,
    UNINVOICED_SLIP,
    OPEN_INVOICE,
    EVENT,
    OUTBOX,
    IDEMPOTENCY,
    SERIES,
)


@frozen(kw_only=True)
class Find:
    """
    Which rows are asked for.

    Args:
        equal: Per column a value, or a tuple of values of which it is one.
        order: The columns to sort by, ascending.
        after: Values of *order*; only rows that come after them.
        since: Per column the least value, included.
        until: Per column the greatest value, included.
        columns: The columns to return; left out, all.
    """

    table: Table
    equal: Row = NOTHING
    order: tuple[str, ...] = ()
    after: tuple[Any, ...] | None = None
    since: Row = NOTHING
    until: Row = NOTHING
    limit: int | None = None
    columns: tuple[str, ...] = ()


BATCH = 500
"""How many values one question names at most."""


def batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the values in parts that one question can name."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


class Rows(Protocol):
    """
    One connection to a storage.

    Before ``begin`` each read sees what is committed at that moment; from ``begin`` on, what this connection writes as well.
    """

    def begin(self) -> None:
        """Begin to write."""
        ...

    def commit(self) -> None:
        """Make what was written last: it survives from here on."""
        ...

    def close(self) -> None:
        """Undo what was not committed, and let the connection go."""
        ...

    def find(self, find: Find) -> Sequence[Row]:
        """Return rows."""
        ...

    def count(self, table: Table, equal: Row) -> int:
        """Return how many rows there are."""
        ...

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows; raise ``ConflictError`` where the key of one is taken. A missing ``id`` is the storage's to give, in rising order."""
        ...

    def update(self, table: Table, rows: Sequence[Row], *, expected: str = "") -> int:
        """
        Change rows, found by their key, and return how many were found.

        Args:
            expected: A column that must still have the value that the row holds as ``was``.
        """
        ...

    def delete(self, table: Table, rows: Sequence[Row]) -> None:
        """Remove rows, found by their key or, where each row names only columns the key begins with, all that have these values."""
        ...

    def next_number(self, series: str) -> int:
        """Count a series up by one and return it; whoever else counts it up waits until this work is done."""
        ...

    def append(self, rows: Sequence[Row]) -> Sequence[int]:
        """Add events in order, and return the ``id`` of each; no later commit may get a lower one."""
        ...
