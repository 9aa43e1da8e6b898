"""A command whose answer got lost is sent again under its key: it has run once, and its first outcome is the answer."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from salesflow import RefusedError
from salesflow.errors import StorageError
from salesflow.sql import Store
from salesflow.sql.rows import SqlRows
from salesflow.unit_of_work import run
from tests.builders import ACME, an_order, chai, codes
from tests.databases import fresh_schema, server, sqlite_store
from tests.faults.programs import Programs, deliver_once
from tests.faults.work import named, opened

RIVALS = 8


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A database and a schema with one order of a hundred chai."""
    if request.param == "sqlite":
        database, schema = str(tmp_path / "sales.db"), ""
        store = sqlite_store(tmp_path)
    else:
        database, schema = server(), fresh_schema()
        store = opened(database, schema).create()
    with store.begin() as work:
        work.add(ACME, an_order(chai(100), number=work.number("SO")))
    store.close()
    return database, schema


@pytest.fixture
def store(place: tuple[str, str]) -> Iterator[Store]:
    """The store there."""
    made = opened(*place)
    yield made
    made.close()


def slips_of(store: Store) -> list[str]:
    """Return the numbers of all packing slips."""
    with store.begin() as work:
        assert work.orders.get("SO-1").line(1).delivered == sum(slip.quantity for slip in work.slips)
        return [slip.number for slip in work.slips]


def _answer_lost(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Have the connection break as soon as a commit is done; return what mends it."""
    commit = SqlRows.commit

    def lost(rows: SqlRows) -> None:
        commit(rows)
        raise StorageError("the connection is lost")

    monkeypatch.setattr(SqlRows, "commit", lost)
    return lambda: monkeypatch.setattr(SqlRows, "commit", commit)


def test_after_a_lost_answer_the_first_outcome_is_returned(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit is there though nobody heard of it; the same key gives the same slip, and nothing is delivered twice."""
    mend = _answer_lost(monkeypatch)
    with pytest.raises(StorageError, match="lost"):
        run(store, lambda work: deliver_once(work, "K-1", 4))
    mend()
    again = run(store, lambda work: deliver_once(work, "K-1", 4))
    assert again.number == "PS-1"
    assert slips_of(store) == ["PS-1"]
    assert run(store, lambda work: deliver_once(work, "K-2", 4)).number == "PS-2"


def test_after_a_lost_answer_another_request_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that was used for four is not good for five, whether or not the answer was heard."""
    mend = _answer_lost(monkeypatch)
    with pytest.raises(StorageError):
        run(store, lambda work: deliver_once(work, "K-1", 4))
    mend()
    with pytest.raises(RefusedError) as refused:
        run(store, lambda work: deliver_once(work, "K-1", 5))
    assert codes(refused) == ("idempotency.another-request",)
    assert slips_of(store) == ["PS-1"]


def test_a_program_that_is_killed_before_it_answers_has_done_it_once(place: tuple[str, str], store: Store) -> None:
    """It is killed between the commit and the answer; whoever asks again gets the first outcome."""
    with Programs(*place) as programs:
        [pid] = programs.start("deliver-and-wait", 4)
        assert programs.line() == "committed"
        os.kill(pid, signal.SIGKILL)
        assert programs.until_all_end() == ([], [-signal.SIGKILL])
    assert run(store, lambda work: deliver_once(work, "K-1", 4)).number == "PS-1"
    assert slips_of(store) == ["PS-1"]


def test_of_rivals_with_one_key_one_is_served(place: tuple[str, str], store: Store) -> None:
    """Eight programs ask the same under the same key at once: one slip, and all have its number."""
    with Programs(*place) as programs:
        programs.start("deliver-once", *[4] * RIVALS)
        said, failed = programs.until_all_end()
    assert (said, failed) == (["PS-1"] * RIVALS, [])
    assert slips_of(store) == ["PS-1"]
    with store.begin() as work:
        assert work.number("PS") == "PS-2"


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
def test_a_work_whose_connection_is_cut_is_not_kept(place: tuple[str, str]) -> None:
    """Where the server ends a connection in the middle of a work, that work fails in one sentence, and the next goes on."""
    database, schema = place
    store = opened(named(database, "salesflow-cut"), schema)

    def cut(work: Any) -> None:
        deliver_once(work, "K-1", 4)
        asked = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'salesflow-cut' AND pid <> pg_backend_pid()"
        )
        with store.engine.connect() as other:
            assert other.execute(text(asked)).all() == [(True,)]

    with pytest.raises(StorageError, match="the database cannot do this"):
        run(store, cut)
    assert slips_of(store) == []
    assert run(store, lambda work: deliver_once(work, "K-1", 4)).number == "PS-1"
    store.close()
