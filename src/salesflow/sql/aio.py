"""
The same store for programs that await.

The unit of work is the one of the store that waits; SQLAlchemy runs it beside the event loop's own stack, so that only the database is awaited.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import MetaData, make_url
from sqlalchemy import Table as SqlTable
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from salesflow.kinds import KINDS
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.ports import PAGE, Page, Told
from salesflow.sql.rows import SqlRows, Statements
from salesflow.sql.store import Synchronous, create_tables, named_errors, prepare
from salesflow.sql.tables import make_tables
from salesflow.storage import store as rows_store
from salesflow.storage.cache import Cache
from salesflow.storage.rows import Table
from salesflow.storage.work import Work

D = TypeVar("D")


class AsyncRepository(Generic[D]):
    """The documents of one kind inside a unit of work; see ``ports.AsyncRepository``."""

    def __init__(self, work: AsyncWork, name: str) -> None:
        self._work = work
        self._name = name

    async def get(self, number: str) -> D:
        """Return the document of that number; raise ``NotFoundError`` where there is none."""
        found: D = await self._call("get", number)
        return found

    async def version(self, number: str) -> int:
        """Return how often the document of that number was committed when this work read it."""
        return int(await self._call("version", number))

    async def add(self, document: D) -> None:
        """Add a document; raise ``DuplicateError`` where its number is taken."""
        await self._call("add", document)

    async def put(self, document: D, *, expected: int | None = None) -> None:
        """Put a document in the place of its earlier self."""
        await self._call("put", document, expected=expected)

    async def find(self, **wanted: Any) -> Page[D]:
        """Return one page of the documents that fit everything asked for; see ``ports.Repository``."""
        page: Page[D] = await self._call("find", **wanted)
        return page

    async def has(self, number: str) -> bool:
        """Say whether there is a document of that number."""
        return bool(await self._call("__contains__", number))

    async def count(self) -> int:
        """Return how many documents there are."""
        return int(await self._call("__len__"))

    async def all(self) -> tuple[D, ...]:
        """Return every document, in order of being added; ``find`` returns them a page at a time."""
        return tuple(await self._work.call(lambda work: list(getattr(work, self._name))))

    async def _call(self, method: str, *args: Any, **wanted: Any) -> Any:
        return await self._work.call(lambda work: getattr(getattr(work, self._name), method)(*args, **wanted))


class AsyncWork:
    """A unit of work whose answers are awaited; see ``ports.AsyncUnitOfWork``."""

    def __init__(self, connect: Callable[[], SqlRows], cache: Cache, *, outbox: bool) -> None:
        self._work = Work(connect, cache, outbox=outbox)
        for name in KINDS.values():
            setattr(self, name, AsyncRepository[Any](self, name))

    def __getattr__(self, name: str) -> AsyncRepository[Any]:
        msg = f"a unit of work has no {name!r}"
        raise AttributeError(msg)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> None:
        await greenlet_spawn(self._work.__exit__, kind, error, trace)

    async def call(self, ask: Callable[[Work], Any]) -> Any:
        """Return what the unit of work answers, awaiting the database."""
        return await greenlet_spawn(ask, self._work)

    async def add(self, *documents: Any) -> None:
        """Add documents of any kind."""
        await self.call(lambda work: work.add(*documents))

    async def put(self, *documents: Any) -> None:
        """Put documents of any kind in the place of their earlier selves."""
        await self.call(lambda work: work.put(*documents))

    async def append(self, *events: Any) -> None:
        """Append events to the log, once the work is committed."""
        await self.call(lambda work: work.append(*events))

    async def record(self, outcome: Outcome[D]) -> D:
        """Add what was made, put what was changed, append the events; return the document the caller asked for."""
        document: D = await self.call(lambda work: work.record(outcome))
        return document

    async def number(self, series: str) -> str:
        """Draw the next number of a series."""
        return str(await self.call(lambda work: work.number(series)))

    async def once(self, key: str, request: Hashable, command: Callable[[], Awaitable[Outcome[D]]]) -> Outcome[D]:
        """Await *command* and record its outcome, unless *key* was used before: then return the first outcome and do nothing."""
        known: Outcome[D] | None = await self.call(lambda work: work.answered(key, request))
        if known is not None:
            return known
        outcome = await command()
        kept: Outcome[D] = await self.call(lambda work: work.answer(key, request, outcome))
        return kept

    async def open_lines(self, **wanted: Any) -> Page[Any]:
        """Return order lines with goods left to deliver; see ``ports.Queries``."""
        page: Page[Any] = await self.call(lambda work: work.open_lines(**wanted))
        return page

    async def open_purchases(self, **wanted: Any) -> Page[Any]:
        """Return purchases of which something is missing."""
        page: Page[Any] = await self.call(lambda work: work.open_purchases(**wanted))
        return page

    async def uninvoiced_slips(self, *, period: Period, **wanted: Any) -> Page[Any]:
        """Return packing slips of a period that leave something to invoice."""
        page: Page[Any] = await self.call(lambda work: work.uninvoiced_slips(period=period, **wanted))
        return page

    async def open_invoices(self, **wanted: Any) -> Page[Any]:
        """Return invoices and credit notes with an open balance."""
        page: Page[Any] = await self.call(lambda work: work.open_invoices(**wanted))
        return page

    async def timeline(self, party: str) -> tuple[Any, ...]:
        """Return the history of a customer over all documents."""
        entries: tuple[Any, ...] = await self.call(lambda work: work.timeline(party))
        return entries


class AsyncEvents:
    """The committed events, oldest first; see ``ports.EventLog``."""

    def __init__(self, events: rows_store.Events) -> None:
        self._events = events

    async def about(self, number: str) -> tuple[Any, ...]:
        """Return the events of one document."""
        return await greenlet_spawn(self._events.about, number)

    async def after(self, place: int = 0, *, limit: int = PAGE) -> tuple[Told, ...]:
        """Return the events after *place*, the oldest first."""
        return await greenlet_spawn(self._events.after, place, limit=limit)

    async def count(self) -> int:
        """Return how many events there are."""
        return await greenlet_spawn(self._events.__len__)


class AsyncStore:
    """
    Keeps documents in a database, for programs that await.

    Args:
        database: The path of a file of SQLite (with ``aiosqlite``), a URL such as ``postgresql+psycopg://…``, or an engine that is awaited.
        tables: What ``make_tables`` returned, where the application has the tables on a ``MetaData`` of its own.
    """

    def __init__(
        self,
        database: str | Path | AsyncEngine,
        *,
        tables: Mapping[Table, SqlTable] | None = None,
        synchronous: Synchronous = "NORMAL",
        remembered: int = rows_store.REMEMBERED,
        outbox: bool = False,
    ) -> None:
        if isinstance(database, AsyncEngine):
            self.engine = database.execution_options(isolation_level="AUTOCOMMIT")
        else:
            self.engine = async_engine_of(database, synchronous=synchronous)
        self.tables = make_tables(MetaData()) if tables is None else tables
        self._statements = Statements(self.tables, self.engine.dialect)
        self._cache = Cache(remembered)
        self._outbox = outbox
        self.events = AsyncEvents(rows_store.Events(self._connected))

    def begin(self) -> AsyncWork:
        """Begin a unit of work; use it with ``async with``."""
        return AsyncWork(self._connected, self._cache, outbox=self._outbox)

    async def create(self) -> AsyncStore:
        """Make the tables that are not there yet; return the store."""
        with named_errors():
            async with self.engine.connect() as connection:
                await connection.run_sync(create_tables, self.tables)
        return self

    async def close(self) -> None:
        """Let go of all connections."""
        await self.engine.dispose()

    def _connected(self) -> SqlRows:
        with named_errors():
            return SqlRows(self.engine.sync_engine.connect(), self._statements)


def async_engine_of(database: str | Path, *, synchronous: Synchronous = "NORMAL") -> AsyncEngine:
    """Return an engine that is awaited, for a URL or for the path of a file, which is made where it is not there."""
    text = str(database)
    with named_errors():
        url = make_url(text) if "://" in text else f"sqlite+aiosqlite:///{text}"
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    if engine.dialect.name == "sqlite":
        prepare(engine.sync_engine, synchronous=synchronous)
    return engine
