"""A store over rows, and its log of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from salesflow import codec
from salesflow.ports import PAGE, Told
from salesflow.storage.cache import Cache
from salesflow.storage.keys import key_of
from salesflow.storage.rows import EVENT, Find, Rows
from salesflow.storage.work import Work

REMEMBERED = 1000
"""How many documents a store remembers where nothing else is asked for."""


class Events:
    """The committed events, oldest first; see ``ports.EventLog``."""

    def __init__(self, connect: Callable[[], Rows]) -> None:
        self._connect = connect

    def __iter__(self) -> Iterator[Any]:
        place = 0
        while told := self.after(place):
            for each in told:
                yield each.event
            place = told[-1].place

    def __len__(self) -> int:
        rows = self._connect()
        try:
            return rows.count(EVENT, {})
        finally:
            rows.close()

    def about(self, number: str) -> tuple[Any, ...]:
        """Return the events of one document."""
        told = self._told(Find(table=EVENT, equal={"number": key_of(number)}, order=("id",), columns=("id", "body")))
        return tuple([each.event for each in told])

    def after(self, place: int = 0, *, limit: int = PAGE) -> tuple[Told, ...]:
        """Return the events after *place*, the oldest first."""
        return self._told(Find(table=EVENT, order=("id",), after=(place,), limit=limit, columns=("id", "body")))

    def _told(self, asked: Find) -> tuple[Told, ...]:
        rows = self._connect()
        try:
            return tuple([Told(row["id"], codec.loads(row["body"])) for row in rows.find(asked)])
        finally:
            rows.close()


class RowStore:
    """
    A store over whatever keeps rows.

    Args:
        connect: Makes a connection; it is called once for each unit of work that reads or writes.
        remembered: How many documents are kept at hand; each is asked for its version again before it is used.
        outbox: Whether every event is put out for a relay as well.
    """

    def __init__(self, connect: Callable[[], Rows], *, remembered: int = REMEMBERED, outbox: bool = False) -> None:
        self._connect = connect
        self._cache = Cache(remembered)
        self._outbox = outbox
        self.events = Events(connect)

    def begin(self) -> Work:
        """Begin a unit of work; use it as a context manager."""
        return Work(self._connect, self._cache, outbox=self._outbox)
