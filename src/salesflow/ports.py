"""What the library asks of storage, as small protocols; ``salesflow.memory`` is the reference implementation."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from salesflow.outcome import Outcome

D = TypeVar("D")


class Repository(Protocol[D]):
    """
    The documents of one kind, by number.

    Inside a unit of work a repository shows the work's own changes; nobody else sees them before the work is committed.
    """

    def get(self, number: str) -> D:
        """Return the document of that number; raise ``NotFoundError`` where there is none."""
        ...

    def add(self, document: D) -> None:
        """Add a document; raise ``DuplicateError`` where its number is taken."""
        ...

    def put(self, document: D) -> None:
        """Put a document in the place of its earlier self; raise ``NotFoundError`` where there is none."""
        ...

    def __contains__(self, number: object) -> bool: ...

    def __iter__(self) -> Iterator[D]:
        """Yield every document, in order of being added."""
        ...

    def __len__(self) -> int: ...


class UnitOfWork(Protocol):
    """
    A transaction: documents, events and numbers together, or none of them.

    Leaving the block commits; leaving it by an exception changes nothing.
    A commit raises ``ConflictError`` where somebody else has committed a document that this work has read and put.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> bool | None: ...

    def record(self, outcome: Outcome[D]) -> D:
        """Add what was made, put what was changed, append the events; return the document the caller asked for."""
        ...

    def number(self, series: str) -> str:
        """Draw the next number of a series; a work that does not commit leaves no gap."""
        ...


class EventLog(Protocol):
    """What happened, oldest first; only ever appended to."""

    def __iter__(self) -> Iterator[Any]: ...

    def about(self, number: str) -> tuple[Any, ...]:
        """Return the events of one document."""
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
