"""
What the library asks of storage, as small protocols.

``salesflow.memory`` is the reference implementation, ``salesflow.sql`` keeps documents in a database,
and ``salesflow.testing.contract`` says of any other whether it keeps the promises made here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterator
from datetime import date
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

from attrs import frozen

from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.rules import Rule

D = TypeVar("D")
D_co = TypeVar("D_co", covariant=True)

ANOTHER_REQUEST = Rule(
    code="idempotency.another-request",
    en="A key stands for one request; the same key with another request is refused.",
    nl="Een sleutel staat voor één verzoek; dezelfde sleutel met een ander verzoek wordt geweigerd.",
    refusal="key {key} was used for another request",
    spec=("I10",),
    source="documentation",
)
LEDGER_REWRITTEN = Rule(
    code="ledger.append-only",
    en="What happened to an order is never rewritten: it is put with the postings it had, and perhaps more.",
    nl="Wat met een order is gebeurd, wordt niet herschreven: hij wordt bewaard met de boekingen die hij had, en misschien meer.",
    refusal="order {order} has {kept} postings that are kept, and is put without posting {place} of them",
    spec=("I2",),
    source="choice",
)
PAGE = 100
"""How many documents a page holds where nothing else is asked for."""


@frozen
class Page(Generic[D_co]):
    """
    A part of what was asked for.

    Args:
        found: What is on this page, in order.
        after: What to pass as *after* for the next page; ``None`` where this is the last.
    """

    found: tuple[D_co, ...]
    after: str | None = None

    def __iter__(self) -> Iterator[D_co]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


class Repository(Protocol[D]):
    """
    The documents of one kind, by number.

    Inside a unit of work a repository shows the work's own changes; nobody else sees them before the work is committed.
    What a work has read stays as it was read: the same number gives the same document until the work puts another.
    """

    def get(self, number: str) -> D:
        """Return the document of that number; raise ``NotFoundError`` where there is none."""
        ...

    def version(self, number: str) -> int:
        """
        Return how often the document of that number was committed, from one; raise ``NotFoundError`` where there is none.

        The version of what this work has read; zero for what this work adds.
        """
        ...

    def add(self, document: D) -> None:
        """Add a document; raise ``DuplicateError`` where its number is taken."""
        ...

    def put(self, document: D, *, expected: int | None = None) -> None:
        """
        Put a document in the place of its earlier self.

        Args:
            expected: The version that the document was made from; left out, the one this work has read.

        Raises:
            NotFoundError: there is none of that number.
            ConflictError: it is of another version than *expected*.
            RefusedError: ``ledger.append-only``.
        """
        ...

    def find(
        self,
        *,
        customer: str | None = None,
        person: str | None = None,
        owner: str | None = None,
        project: str | None = None,
        since: date | None = None,
        until: date | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> Page[D]:
        """
        Return one page of the documents that fit everything asked for, in order of their day and then their number.

        Args:
            customer: Who ordered, is invoiced, owes, or is otherwise the party of the document.
            person: The contact at the customer.
            owner: Whoever of us the document is in the hands of.
            project: The project it belongs to.
            since: The first day, included; documents without a day of their own are left out.
            until: The last day, included.
            after: Where the page before this one ended.
            limit: How many at most, at least one.
        """
        ...

    def __contains__(self, number: object) -> bool: ...

    def __iter__(self) -> Iterator[D]:
        """Yield every document, in order of being added; they are read a page at a time."""
        ...

    def __len__(self) -> int: ...


class Queries(Protocol):
    """
    What the process asks across documents.

    The time an answer takes follows what is found, not what is kept.
    """

    def open_lines(
        self,
        *,
        item: str | None = None,
        customer: str | None = None,
        vendor: str | None = None,
        before: date | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> Page[Any]:
        """
        Return order lines with goods left to deliver, as ``backorders.OpenLine``: the earliest ship date first, those without one last [BCK-3].

        Args:
            vendor: Lines of items that this vendor is still to deliver.
            before: Only lines that should have been shipped before that day [BCK-4].
        """
        ...

    def open_purchases(
        self, *, vendor: str | None = None, item: str | None = None, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """Return purchases of which something is missing: the earliest expected first."""
        ...

    def uninvoiced_slips(
        self, *, customer: str | None = None, account: str | None = None, period: Period, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """
        Return packing slips of a period that leave something to invoice, the oldest first [INV-3].

        Args:
            customer: Who received the goods.
            account: Who is invoiced.
            period: Both ends included; the date of the slip decides.
        """
        ...

    def open_invoices(
        self, *, account: str | None = None, due_by: date | None = None, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """
        Return invoices and credit notes with an open balance, by due date.

        Args:
            due_by: Only those due on that day or before.
        """
        ...

    def timeline(self, party: str) -> tuple[Any, ...]:
        """Return the history of a customer, and of those merged into it, over all documents, as ``timeline.of`` [HIS-4]."""
        ...


class UnitOfWork(Queries, Protocol):
    """
    A transaction: documents, events and numbers together, or none of them.

    Leaving the block commits; leaving it by an exception changes nothing.
    A commit raises ``ConflictError`` where somebody else has committed a document that this work has read and put.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> bool | None: ...

    def add(self, *documents: Any) -> None:
        """Add documents of any kind."""
        ...

    def put(self, *documents: Any) -> None:
        """Put documents of any kind in the place of their earlier selves."""
        ...

    def record(self, outcome: Outcome[D]) -> D:
        """Add what was made, put what was changed, append the events; return the document the caller asked for."""
        ...

    def number(self, series: str) -> str:
        """
        Draw the next number of a series, such as ``INV-7``: each once, and without gaps.

        A work that does not commit leaves no gap, so nobody else can draw from the series until this work is done:
        draw late, and commit soon.
        """
        ...

    def once(self, key: str, request: Hashable, command: Callable[[], Outcome[D]]) -> Outcome[D]:
        """
        Run *command* and record its outcome, unless *key* was used before: then return the first outcome and do nothing [I10].

        The key is kept with the work or not at all, so what failed may be tried again.

        Args:
            request: What is asked for, to be compared, made of plain values: the same key with another request is refused.

        Raises:
            RefusedError: ``idempotency.another-request``, and what the command refuses.
        """
        ...


@frozen
class Told:
    """An event in the log, and its place there: later events have higher places."""

    place: int
    event: Any


class EventLog(Protocol):
    """What happened, oldest first; only ever appended to, and with a work or not at all."""

    def __iter__(self) -> Iterator[Any]:
        """Yield every event; they are read a page at a time."""
        ...

    def __len__(self) -> int: ...

    def about(self, number: str) -> tuple[Any, ...]:
        """Return the events of one document."""
        ...

    def after(self, place: int = 0, *, limit: int = PAGE) -> tuple[Told, ...]:
        """
        Return the events after *place*: the feed of all documents, for whoever follows it.

        An event never appears before one that was read already, so who goes on from the last place misses nothing.
        """
        ...


class Store(Protocol):
    """Where documents are kept."""

    @property
    def events(self) -> EventLog:
        """The committed events."""
        ...

    def begin(self) -> UnitOfWork:
        """Begin a unit of work."""
        ...


# ---------------------------------------------------------------------- the same, awaited


class AsyncRepository(Protocol[D]):
    """A repository whose answers are awaited; see ``Repository`` for what they promise."""

    def get(self, number: str) -> Awaitable[D]:
        """Return the document of that number."""
        ...

    def version(self, number: str) -> Awaitable[int]:
        """Return how often the document of that number was committed."""
        ...

    def add(self, document: D) -> Awaitable[None]:
        """Add a document."""
        ...

    def put(self, document: D, *, expected: int | None = None) -> Awaitable[None]:
        """Put a document in the place of its earlier self."""
        ...

    def find(self, **wanted: Any) -> Awaitable[Page[D]]:
        """Return one page of the documents that fit everything asked for."""
        ...

    def has(self, number: str) -> Awaitable[bool]:
        """Say whether there is a document of that number."""
        ...

    def count(self) -> Awaitable[int]:
        """Return how many documents there are."""
        ...

    def all(self) -> Awaitable[tuple[D, ...]]:
        """Return every document, in order of being added."""
        ...


class AsyncUnitOfWork(Protocol):
    """A unit of work whose answers are awaited; see ``UnitOfWork`` and ``Queries`` for what they promise."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...

    def add(self, *documents: Any) -> Awaitable[None]:
        """Add documents of any kind."""
        ...

    def put(self, *documents: Any) -> Awaitable[None]:
        """Put documents of any kind in the place of their earlier selves."""
        ...

    def record(self, outcome: Outcome[D]) -> Awaitable[D]:
        """Record an outcome, and return the document the caller asked for."""
        ...

    def number(self, series: str) -> Awaitable[str]:
        """Draw the next number of a series."""
        ...

    def once(self, key: str, request: Hashable, command: Callable[[], Awaitable[Outcome[D]]]) -> Awaitable[Outcome[D]]:
        """Await *command* and record its outcome, unless *key* was used before."""
        ...

    def open_lines(self, **wanted: Any) -> Awaitable[Page[Any]]:
        """Return order lines with goods left to deliver."""
        ...

    def open_purchases(self, **wanted: Any) -> Awaitable[Page[Any]]:
        """Return purchases of which something is missing."""
        ...

    def uninvoiced_slips(self, *, period: Period, **wanted: Any) -> Awaitable[Page[Any]]:
        """Return packing slips of a period that leave something to invoice."""
        ...

    def open_invoices(self, **wanted: Any) -> Awaitable[Page[Any]]:
        """Return invoices and credit notes with an open balance."""
        ...

    def timeline(self, party: str) -> Awaitable[tuple[Any, ...]]:
        """Return the history of a customer over all documents."""
        ...


class AsyncStore(Protocol):
    """Where documents are kept, for programs that await."""

    def begin(self) -> AsyncUnitOfWork:
        """Begin a unit of work."""
        ...
