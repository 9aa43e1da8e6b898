"""A disk that is full, a file that may only be read: one sentence says so, nothing of the work is kept, and the store goes on."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from salesflow import deliveries
from salesflow.errors import StorageError
from salesflow.sql import Store, engine_of
from tests.builders import DAY, an_order
from tests.databases import sqlite_store
from tests.faults.work import check, place, seeded

ROOM = 60_000
"""How many bytes a file may still grow."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one order, that no connection is open to."""
    store = sqlite_store(tmp_path)
    with store.begin() as work:
        place(work, seeded(0))
    store.close()
    return tmp_path / "sales.db"


def fill(store: Store) -> int:
    """Place orders until there is no room; return how many are there."""
    random = seeded(1)
    for placed in range(2, 1000):
        before = len(store.events)
        try:
            with store.begin() as work:
                work.number("COMMITS")
                for _ in range(5):
                    place(work, random)
        except StorageError as error:
            assert_one_sentence(error)
            assert len(store.events) == before
            return placed
    pytest.fail("there was always room")


def assert_one_sentence(error: StorageError) -> None:
    """A person is told what is wrong, without statements and values."""
    assert "\n" not in str(error)
    assert len(str(error)) < 200
    assert "SELECT" not in str(error)


def orders_of(store: Store) -> list[str]:
    """Return the numbers of all orders."""
    with store.begin() as work:
        return [order.number for order in work.orders]


def test_a_database_that_may_not_grow_keeps_what_it_has(file: Path) -> None:
    """Where its pages are used up a work fails as a whole; with more pages the next one goes on where the last one stood."""
    engine = engine_of(file)
    pages = {"most": 70}

    @event.listens_for(engine, "checkout")
    def _(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages['most']}")

    store = Store(engine)
    fill(store)
    kept = orders_of(store)
    pages["most"] = 100_000
    with store.begin() as work:
        place(work, seeded(2))
    assert len(orders_of(store)) == len(kept) + 1
    store.close()


@contextmanager
def little_room(file: Path) -> Iterator[None]:
    """Let files grow a little beyond the largest that is there, and no further: writing beyond fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(each.stat().st_size for each in file.parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_keeps_what_it_has(file: Path) -> None:
    """Where the system lets the file grow no further a work fails as a whole; once there is room the same store goes on."""
    store = Store(file)
    with little_room(file):
        fill(store)
        kept = orders_of(store)
    assert orders_of(store) == kept
    with store.begin() as work:
        place(work, seeded(2))
    assert len(orders_of(store)) == len(kept) + 1
    store.close()
    again = Store(file)
    check(again)
    again.close()


# ---------------------------------------------------------------------- only to be read


def refuses_to_write(store: Store) -> None:
    """Everything can be read, and nothing is written."""
    with store.begin() as work:
        order = work.orders.get("SO-1")
        assert {line.order for line in work.open_lines()} == {"SO-1"}
    with pytest.raises(StorageError, match="readonly") as failed, store.begin() as work:
        work.record(deliveries.post(order, number="PS-1", on=DAY))
    assert_one_sentence(failed.value)
    with pytest.raises(StorageError), store.begin() as work:
        work.number("INV")
    with store.begin() as work:
        assert work.orders.get("SO-1") == order
        assert len(work.slips) == 0


def test_a_file_that_was_opened_for_reading_is_read(file: Path) -> None:
    """With ``mode=ro`` in the URL nothing is written."""
    store = Store(f"sqlite:///file:{file}?mode=ro&uri=true")
    refuses_to_write(store)
    store.close()


def test_a_connection_that_only_asks_is_read(file: Path) -> None:
    """With ``PRAGMA query_only`` nothing is written."""
    engine = engine_of(file)

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA query_only = 1")

    store = Store(engine)
    refuses_to_write(store)
    store.close()


@pytest.fixture
def guarded() -> Iterator[Path]:
    """A file in a folder, of which the system lets us change neither."""
    with tempfile.TemporaryDirectory(prefix="salesflow-guarded-") as name:
        folder = Path(name)
        store = sqlite_store(folder)
        with store.begin() as work:
            place(work, seeded(0))
        store.close()
        (folder / "sales.db").chmod(0o444)
        folder.chmod(0o555)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)  # the system lets root change anything
            yield folder / "sales.db"
        finally:
            os.seteuid(user)
            folder.chmod(0o755)


def test_a_file_in_a_guarded_folder_is_not_written(guarded: Path) -> None:
    """Where the system forbids to write, one sentence says so; with ``immutable=1`` in the URL it can be read."""
    store = Store(guarded)
    with pytest.raises(StorageError) as failed, store.begin() as work:
        work.add(an_order(number="SO-2"))
    assert_one_sentence(failed.value)
    store.close()
    store = Store(f"sqlite:///file:{guarded}?mode=ro&immutable=1&uri=true")
    refuses_to_write(store)
    store.close()


def test_a_file_in_a_folder_that_is_not_there_is_not_made() -> None:
    """A wrong path is told at once, with the reason."""
    store = Store(Path("nowhere") / "at" / "all.db")
    with pytest.raises(StorageError, match="unable to open database file"):
        store.create()
    with pytest.raises(StorageError, match="unable to open database file"):
        orders_of(store)
