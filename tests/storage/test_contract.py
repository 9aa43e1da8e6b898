"""Our own stores keep the promises that an application's store is tested for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from salesflow import memory
from salesflow.sql import make_tables
from salesflow.sql.aio import AsyncStore
from salesflow.testing.blocking import Blocking
from salesflow.testing.contract import StoreContract
from tests import databases


class TestMemory(StoreContract):
    """The reference implementation."""

    def make_store(self) -> memory.Store:
        """Return an empty store."""
        return memory.Store()


def test_a_contract_needs_a_store() -> None:
    """Whoever forgets to give one is told how."""
    with pytest.raises(NotImplementedError, match="is given by overriding the fixture store, or make_store"):
        StoreContract().make_store()


class TestSqlite(StoreContract):
    """A file of SQLite."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Any]:
        """Return an empty store, and let go of the file afterwards."""
        store = databases.sqlite_store(tmp_path)
        yield store
        store.close()


class TestSqliteWithoutMemory(StoreContract):
    """A file of SQLite, read anew each time: nothing depends on what is remembered."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Any]:
        """Return an empty store, and let go of the file afterwards."""
        store = databases.sqlite_store(tmp_path, remembered=0)
        yield store
        store.close()


class TestPostgres(StoreContract):
    """A real PostgreSQL."""

    @pytest.fixture
    def store(self) -> Iterator[Any]:
        """Return an empty store, and let go of its connections afterwards."""
        store = databases.postgres_store()
        yield store
        store.close()


class TestAwaitedSqlite(StoreContract):
    """A file of SQLite through ``aiosqlite``."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Any]:
        """Return an empty store, and let go of the file afterwards."""
        store = Blocking(lambda: AsyncStore(tmp_path / "sales.db").create())
        yield store
        store.close()


class TestAwaitedPostgres(StoreContract):
    """A real PostgreSQL, awaited."""

    @pytest.fixture
    def store(self) -> Iterator[Any]:
        """Return an empty store, and let go of its connections afterwards."""
        tables = make_tables(MetaData(), schema=databases.fresh_schema())
        store = Blocking(lambda: AsyncStore(create_async_engine(databases.server()), tables=tables).create())
        yield store
        store.close()
