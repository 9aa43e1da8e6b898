"""A store in a database: a file of SQLite, or PostgreSQL."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any, Literal

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, func, make_url, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import SQLAlchemyError

from salesflow import codec
from salesflow.errors import StorageError
from salesflow.ports import PAGE, Told
from salesflow.sql.rows import BUSY, SqlRows, Statements, first_line
from salesflow.sql.tables import make_tables
from salesflow.storage.rows import EVENT, OUTBOX, Find, Table
from salesflow.storage.store import REMEMBERED, RowStore
from salesflow.storage.work import Work

Synchronous = Literal["NORMAL", "FULL"]
LOGGED = 4000
"""How many pages of 4 kB are written ahead before they go to their place: most are written again by then, and go there once."""
PATIENCE = 30
"""How many seconds a writer of SQLite waits for another."""
ATTEMPTS = 100
"""How often a new file is asked to be written ahead, where others ask for the same."""


class Store(RowStore):
    """
    Keeps documents in a database.

    Args:
        database: The path of a file of SQLite, a URL such as ``postgresql+psycopg://…``, or an engine of SQLAlchemy.
        tables: What ``make_tables`` returned, where the application has the tables on a ``MetaData`` of its own.
        synchronous: For a file that is opened by its name: what a commit that was acknowledged survives.
            ``NORMAL``, a crash of the program; ``FULL``, one of the machine too.
        remembered: How many documents are kept at hand; each is asked for its version again before it is used.
        outbox: Whether every event is put out for a relay as well, see ``relay``.
    """

    def __init__(
        self,
        database: str | Path | Engine,
        *,
        tables: Mapping[Table, SqlTable] | None = None,
        synchronous: Synchronous = "NORMAL",
        remembered: int = REMEMBERED,
        outbox: bool = False,
    ) -> None:
        self.engine: Engine
        if isinstance(database, Engine):
            self.engine = database.execution_options(isolation_level="AUTOCOMMIT")
        else:
            self.engine = engine_of(database, synchronous=synchronous)
        self.tables = make_tables(MetaData()) if tables is None else tables
        self._statements = Statements(self.tables, self.engine.dialect)
        super().__init__(self.connect, remembered=remembered, outbox=outbox)

    def create(self) -> Store:
        """Make the tables that are not there yet, for applications without migrations; return the store."""
        with named_errors(), self.engine.connect() as connection:
            create_tables(connection, self.tables)
        return self

    def within(self, connection: Connection) -> Work:
        """
        Begin a unit of work inside a transaction of the application, which commits it: its own rows and our documents together or not at all.

        What the work has written is there for the application's transaction when its block is left.
        """
        return Work(lambda: SqlRows(connection, self._statements, joined=True), self._cache, outbox=self._outbox)

    @contextmanager
    def relay(self, *, limit: int = PAGE) -> Iterator[tuple[Told, ...]]:
        """
        Take the oldest events out of the outbox, for as many relays at a time as there are.

        Leaving the block removes them; leaving it by an exception leaves them for the next, so an event is handed out at least once.
        On PostgreSQL relays pass over what another one has taken; on SQLite nobody else writes inside the block.
        """
        rows = self.connect()
        try:
            rows.begin()
            places = rows.take(limit)
            asked = Find(table=EVENT, equal={"id": places}, order=("id",), columns=("id", "body"))
            yield tuple([Told(row["id"], codec.loads(row["body"])) for row in rows.find(asked)]) if places else ()
            if places:
                rows.delete(OUTBOX, [{"event": place} for place in places])
            rows.commit()
        finally:
            rows.close()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    def connect(self) -> SqlRows:
        """Return a connection; whoever asks for it closes it."""
        with named_errors():
            return SqlRows(self.engine.connect(), self._statements)


def create_tables(connection: Connection, tables: Mapping[Table, SqlTable]) -> None:
    """Make the tables that are not there yet, all of them or none; whoever else does so at the same time waits."""
    of_event = tables[EVENT]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")
        connection.execute(select(func.pg_advisory_xact_lock(zlib.crc32(of_event.fullname.encode()))))
    of_event.metadata.create_all(connection, tables=list(tables.values()))
    connection.exec_driver_sql("COMMIT")


@contextmanager
def named_errors() -> Iterator[None]:
    """Raise what SQLAlchemy says of a database that cannot be reached or set up as a ``StorageError``."""
    try:
        yield
    except (SQLAlchemyError, UnicodeDecodeError) as error:
        raise StorageError(f"the database cannot be used: {first_line(getattr(error, 'orig', None) or error)}") from error


def engine_of(database: str | Path, *, synchronous: Synchronous = "NORMAL") -> Engine:
    """Return an engine for a URL or for the path of a file, which is made where it is not there."""
    text = str(database)
    with named_errors():
        url = make_url(text) if "://" in text else f"sqlite:///{text}"
        engine = create_engine(url, isolation_level="AUTOCOMMIT")  # units of work say themselves when they begin
    if engine.dialect.name == "sqlite":
        prepare(engine, synchronous=synchronous)
    return engine


def prepare(engine: Engine, *, synchronous: Synchronous = "NORMAL") -> None:
    """Have every connection of an engine for SQLite write ahead, and wait for other writers instead of giving up at once."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")
        _write_ahead(cursor)
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {LOGGED}")
        cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Have a file written ahead; where others open a new file at the same moment SQLite does not wait by itself, so we wait for them."""
    left = ATTEMPTS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except OperationalError as error:
            left -= 1
            if not left or not str(error).startswith(BUSY):
                raise
            cursor.execute("BEGIN IMMEDIATE")  # this does wait
            cursor.execute("ROLLBACK")
        else:
            return
