"""Our own stores do the whole process as the memory store does it; and stores that are broken are found out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from salesflow import memory
from salesflow.sql import Store, make_tables
from salesflow.sql.aio import AsyncStore
from salesflow.testing.blocking import Blocking
from salesflow.testing.machine import StoreMachine
from tests import databases


def _bounded(share: int, steps: int = 40) -> settings:
    """Return so many lives for every hundred examples of the profile, one of them at least."""
    return settings(max_examples=max(1, settings.default.max_examples * share // 100), stateful_step_count=steps)  # type: ignore[union-attr]


class MemoryMachine(StoreMachine):
    """The memory store beside itself."""

    def make_store(self) -> memory.Store:
        """Return an empty store."""
        return memory.Store()


class SqliteMachine(StoreMachine):
    """A file of SQLite, opened anew now and then."""

    remembered = 1000

    def make_store(self) -> Store:
        """Return an empty store in a folder of its own."""
        self.folder = tempfile.TemporaryDirectory()
        return databases.sqlite_store(Path(self.folder.name), remembered=self.remembered)

    def reopen(self, store: Store) -> Store:
        """Let go of the file and open it again."""
        store.close()
        return Store(Path(self.folder.name) / "sales.db", remembered=self.remembered)

    def close_store(self, store: Store) -> None:
        """Let go of the file, and remove it."""
        store.close()
        self.folder.cleanup()


class SqliteWithoutMemoryMachine(SqliteMachine):
    """A file of SQLite, read anew each time."""

    remembered = 0


class PostgresMachine(StoreMachine):
    """A real PostgreSQL."""

    def make_store(self) -> Store:
        """Return an empty store in a schema of its own."""
        return databases.postgres_store()

    def reopen(self, store: Store) -> Store:
        """Let go of the connections and make others."""
        store.close()
        return Store(databases.server(), tables=store.tables)

    def close_store(self, store: Store) -> None:
        """Let go of the connections."""
        store.close()


class AwaitedSqliteMachine(StoreMachine):
    """A file of SQLite, awaited."""

    def make_store(self) -> Blocking:
        """Return an empty store in a folder of its own."""
        self.folder = tempfile.TemporaryDirectory()
        return self.opened()

    def opened(self) -> Blocking:
        """Return a store on the file."""
        return Blocking(lambda: AsyncStore(Path(self.folder.name) / "sales.db").create())

    def reopen(self, store: Blocking) -> Blocking:
        """Let go of the file and open it again."""
        store.close()
        return self.opened()

    def close_store(self, store: Blocking) -> None:
        """Let go of the file, and remove it."""
        store.close()
        self.folder.cleanup()


class AwaitedPostgresMachine(StoreMachine):
    """A real PostgreSQL, awaited."""

    def make_store(self) -> Blocking:
        """Return an empty store in a schema of its own."""
        self.tables = make_tables(MetaData(), schema=databases.fresh_schema())
        return self.opened()

    def opened(self) -> Blocking:
        """Return a store on the schema."""
        return Blocking(lambda: AsyncStore(create_async_engine(databases.server()), tables=self.tables).create())

    def reopen(self, store: Blocking) -> Blocking:
        """Let go of the connections and make others."""
        store.close()
        return self.opened()

    def close_store(self, store: Blocking) -> None:
        """Let go of the connections."""
        store.close()


TestMemory = MemoryMachine.TestCase
TestMemory.settings = _bounded(20)
TestSqlite = SqliteMachine.TestCase
TestSqlite.settings = _bounded(10)
TestSqliteWithoutMemory = SqliteWithoutMemoryMachine.TestCase
TestSqliteWithoutMemory.settings = _bounded(5)
TestPostgres = PostgresMachine.TestCase
TestPostgres.settings = _bounded(8)
TestAwaitedSqlite = AwaitedSqliteMachine.TestCase
TestAwaitedSqlite.settings = _bounded(4)
TestAwaitedPostgres = AwaitedPostgresMachine.TestCase
TestAwaitedPostgres.settings = _bounded(4)
