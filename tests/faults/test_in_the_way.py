"""A rival that does not get out of the way is a conflict, to be tried again, and not a failure of the storage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from salesflow import ConflictError
from salesflow.sql import Store
from tests.databases import postgres_store, sqlite_store


def _impatient(store: Store, setting: str) -> Store:
    """Have every connection of a store wait no longer than a moment for others."""

    @event.listens_for(store.engine, "checkout")
    def _(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(setting)

    return store


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_who_waits_too_long_for_a_number_may_try_again(database: str, tmp_path: Path) -> None:
    """While one work holds the series another gives up; once it is done the number after it is drawn."""
    if database == "sqlite":
        store = _impatient(sqlite_store(tmp_path), "PRAGMA busy_timeout = 1")
    else:
        store = _impatient(postgres_store(), "SET lock_timeout = '1ms'")
    with store.begin() as first:
        assert first.number("INV") == "INV-1"
        with pytest.raises(ConflictError, match="somebody else is in the way"), store.begin() as second:
            second.number("INV")
    with store.begin() as third:
        assert third.number("INV") == "INV-2"
    store.close()
