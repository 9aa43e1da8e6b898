"""Tables that several programs make at once, or whose maker is killed, are there as a whole or not at all."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import inspect

from salesflow.sql import Store
from tests.databases import fresh_schema, server
from tests.faults.programs import Programs
from tests.faults.work import opened, place, seeded

RIVALS = 8


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A database without any tables."""
    return (str(tmp_path / "sales.db"), "") if request.param == "sqlite" else (server(), fresh_schema())


def test_several_programs_may_make_the_tables_at_once(where: tuple[str, str]) -> None:
    """Eight programs begin at the same moment, as the workers of an application do: all can go on."""
    with Programs(*where, rehearsed=False) as programs:
        programs.start("create", *range(RIVALS))
        assert programs.until_all_end() == ([], [])
    store = opened(*where)
    with store.begin() as work:
        place(work, seeded(1))
    store.close()


def test_who_is_killed_while_making_the_tables_leaves_none(where: tuple[str, str]) -> None:
    """The next one makes them all, with their indexes."""
    with Programs(*where, rehearsed=False) as programs:
        [pid] = programs.start("create-and-wait", 0)
        assert programs.line() == "half made"
        os.kill(pid, signal.SIGKILL)
        assert programs.until_all_end() == ([], [-signal.SIGKILL])
    store = opened(*where).create()
    assert indexes_of(store) == {index.name for table in store.tables.values() for index in table.indexes}
    store.close()


def indexes_of(store: Store) -> set[str | None]:
    """Return the names of the indexes that are there, apart from those of keys."""
    asked = inspect(store.engine)
    found: set[str | None] = set()
    for table in store.tables.values():
        found |= {index["name"] for index in asked.get_indexes(table.name, schema=table.schema) if not index.get("duplicates_constraint")}
    return {name for name in found if name is not None and "_by_" in name}
