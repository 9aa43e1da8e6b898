"""What the library asks of storage, as small protocols; ``salesflow.memory`` is the reference implementation."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from salesflow.outcome import Outcome
from salesflow.rules import Rule

D = TypeVar("D")

ANOTHER_REQUEST = Rule(
    code="idempotency.another-request",
    en="A key stands for one request; the same key with another request is refused.",
    nl="Een sleutel staat voor één verzoek; dezelfde sleutel met een ander verzoek wordt geweigerd.",
    refusal="key {key} was used for another request",
    spec=("I10",),
    source="documentation",
)


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

    def once(self, key: str, request: Hashable, command: Callable[[], Outcome[D]]) -> Outcome[D]:
        """
        Run *command* and record its outcome, unless *key* was used before: then return the first outcome and do nothing [I10].

        The key is kept with the work or not at all, so what failed may be tried again.

        Args:
            request: What is asked for, to be compared: the same key with another request is refused.

        Raises:
            RefusedError: ``idempotency.another-request``, and what the command refuses.
        """
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
