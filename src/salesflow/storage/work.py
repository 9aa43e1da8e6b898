"""
A unit of work over rows.

Documents are read once and stay as they were read; changes are kept back until they are asked about or the work commits.
Then what is new is written, and only that: an order that was posted to costs a posting and the lines it touched.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from types import TracebackType
from typing import Any, Self, TypeVar

from salesflow import codec
from salesflow.checks import require_text
from salesflow.errors import RefusedError, StorageError
from salesflow.kinds import KINDS
from salesflow.lookups import party_of
from salesflow.outcome import Outcome
from salesflow.ports import ANOTHER_REQUEST
from salesflow.storage import changes
from salesflow.storage.cache import Cache
from salesflow.storage.keys import key_of
from salesflow.storage.questions import Questions
from salesflow.storage.reading import Reader
from salesflow.storage.repository import Entry, Repository
from salesflow.storage.rows import IDEMPOTENCY, OUTBOX, Find, Rows

D = TypeVar("D")


class Work(Questions):
    """A unit of work over rows; see ``ports.UnitOfWork``."""

    def __init__(self, connect: Callable[[], Rows], cache: Cache, *, outbox: bool = False) -> None:
        self._connect = connect
        self._cache = cache
        self._outbox = outbox
        self.read = Reader(lambda: self.rows, cache).read
        self._rows: Rows | None = None
        self._begun = False
        self._failed = False
        self._events: list[Any] = []
        self._keys: dict[str, tuple[Hashable, Outcome[Any]]] = {}
        self._repositories: dict[type, Repository[Any]] = {}

    def __getattr__(self, name: str) -> Any:
        kind = _KIND_OF.get(name)
        if kind is None:
            msg = f"a unit of work has no {name!r}"
            raise AttributeError(msg)
        repository = self._repositories[kind] = Repository(self, kind)
        setattr(self, name, repository)
        return repository

    # ------------------------------------------------------------------ the transaction

    @property
    def rows(self) -> Rows:
        """The connection of this work, made when it is first needed."""
        if self._rows is None:
            self._rows = self._connect()
        return self._rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.close()

    def commit(self) -> None:
        """Write what is left to write, and make it last."""
        self.flush()
        self._write_keys()
        self._write_events()
        if self._begun:
            self.rows.commit()
            self._begun = False
        for name, repository in self._changed():
            for entry in repository.entries.values():
                if entry.written is not None:
                    self._cache.keep(name, key_of(entry.document.number), entry.written)
                    entry.stored, entry.written, entry.is_put = entry.written, None, False

    def close(self) -> None:
        """Undo what was not committed, and let the connection go."""
        if self._rows is not None:
            self._rows.close()
            self._rows = None
            self._begun = False

    def _begin(self) -> None:
        if not self._begun:
            self.rows.begin()
            self._begun = True

    def _changed(self) -> list[tuple[str, Repository[Any]]]:
        return sorted((KINDS[kind], repository) for kind, repository in self._repositories.items() if repository.entries)

    def flush(self) -> None:
        """Write the documents that were changed, so that questions see them; nothing is committed yet."""
        pending = [
            (name, entry)
            for name, repository in self._changed()
            for entry in sorted(repository.entries.values(), key=_rank)  # rivals lock what both change in the same order
            if entry.is_changed
        ]
        if self._failed:
            raise StorageError("a change of this work failed before, and nothing of the work is kept")
        if pending:
            self._begin()
            self._failed = True  # until all of it is written: a part of it may never be committed
            changes.write(changes.of(pending), self.rows)
            self._failed = False

    # ------------------------------------------------------------------ numbers, keys, events

    def append(self, *events: Any) -> None:
        """Append events to the log, once the work is committed."""
        self._events += events

    def number(self, series: str) -> str:
        """Draw the next number of a series, such as ``INV-7``; nobody else can draw from it until this work is done."""
        require_text("series", series)
        self._begin()
        return f"{series}-{self.rows.next_number(key_of(series))}"

    def once(self, key: str, request: Hashable, command: Callable[[], Outcome[D]]) -> Outcome[D]:
        """Run *command* and record its outcome, unless *key* was used before: then return the first outcome and do nothing."""
        known: Outcome[D] | None = self.answered(key, request)
        return known or self.answer(key, request, command())

    def answered(self, key: str, request: Hashable) -> Outcome[Any] | None:
        """
        Return the outcome that a request had under *key*; ``None`` where it was not made yet.

        Raises:
            RefusedError: ``idempotency.another-request``.
        """
        require_text("key", key)
        hash(request)  # a request that cannot be hashed could change while it is kept
        known = self._keys.get(key) or self._known_key(key, request)
        if known is None:
            return None
        if known[0] != request:
            raise RefusedError((ANOTHER_REQUEST.refuse(key=key),))
        return known[1]

    def answer(self, key: str, request: Hashable, outcome: Outcome[D]) -> Outcome[D]:
        """Record an outcome, and keep it as the answer to a request."""
        self.record(outcome)
        self._keys[key] = request, outcome
        return outcome

    def _known_key(self, key: str, request: Hashable) -> tuple[Hashable, Outcome[Any]] | None:
        """Return what is kept under a key; a request that was kept is compared as text."""
        rows = self.rows.find(Find(table=IDEMPOTENCY, equal={"key": key_of(key)}))
        if not rows:
            return None
        same = rows[0]["request"] == codec.dumps_plain(request)
        return request if same else object(), codec.loads_outcome(rows[0]["outcome"])

    def _write_keys(self) -> None:
        if self._keys:
            self._begin()
            rows = [
                {"key": key_of(key), "request": codec.dumps_plain(request), "outcome": codec.dumps_outcome(outcome)}
                for key, (request, outcome) in self._keys.items()
            ]
            self.rows.insert(IDEMPOTENCY, rows)
            self._keys = {}

    def _write_events(self) -> None:
        if not self._events:
            return
        self._begin()
        rows = [
            {
                "number": key_of(event.number),
                "party": key_of(party_of(event)),
                "day": event.on,
                "kind": type(event).__name__,
                "body": codec.dumps(event),
            }
            for event in self._events
        ]
        places = self.rows.append(rows)
        if self._outbox:
            self.rows.insert(OUTBOX, [{"event": place} for place in places])
        self._events = []


def _rank(entry: Entry) -> str:
    """Sort what is put by number; what is added stays in order of being added, before it."""
    return "" if entry.stored is None else str(entry.document.number)


_KIND_OF = {name: kind for kind, name in KINDS.items()}
