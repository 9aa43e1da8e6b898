"""A work in which something failed is not kept, even where the program swallows the error and leaves the block as if nothing were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from salesflow import ConflictError, orders
from salesflow.errors import StorageError
from salesflow.sql import Store
from tests.builders import ACME, DAY, an_order
from tests.databases import postgres_store, sqlite_store


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with a customer and two orders."""
    made = postgres_store() if request.param == "postgres" else sqlite_store(tmp_path)
    with made.begin() as work:
        work.add(ACME, an_order(number="SO-1"), an_order(number="SO-2"))
    yield made
    made.close()


def kept(store: Store) -> tuple[Any, ...]:
    """Return what could be kept by halves."""
    with store.begin() as work:
        return tuple((order.number, order.holds) for order in work.orders), len(work.parties), len(store.events)


def test_a_conflict_that_is_swallowed_ends_the_work(store: Store) -> None:
    """Of two orders one was changed by somebody else; the question that noticed is not asked again, and the other is not kept either."""
    with pytest.raises(StorageError, match="failed before"), store.begin() as work:  # noqa: PT012  the block is the point
        for number in ("SO-1", "SO-2"):
            work.record(orders.hold(work.orders.get(number), "check", on=DAY))
        with store.begin() as other:
            other.record(orders.hold(other.orders.get("SO-2"), "credit", on=DAY))
        before = kept(store)
        with suppress(ConflictError):
            work.orders.find()
        work.add(an_order(number="SO-3"))
    assert kept(store) == before


def test_a_number_that_was_taken_meanwhile_ends_the_work(store: Store) -> None:
    """The database refuses a party that somebody else has added; what was written before is not kept."""
    with pytest.raises(StorageError, match="failed before"), store.begin() as work:  # noqa: PT012
        assert "NEW" not in work.parties
        work.add(type(ACME)(number="NEW", name="Ours"), an_order(number="SO-3"))
        with store.begin() as other:
            other.add(type(ACME)(number="NEW", name="Theirs"))
        before = kept(store)
        with suppress(ConflictError):
            work.orders.find()
        assert work is not None
    assert kept(store) == before


def test_a_statement_that_failed_ends_the_work(store: Store) -> None:
    """Where the database fails in the middle, neither later statements of the work nor its commit count."""

    def spoil(begun: Any) -> None:
        with suppress(StorageError):
            begun.rows._run("SELECT nothing FROM nowhere", ())

    before = kept(store)
    with pytest.raises(StorageError, match="failed before"), store.begin() as work:  # noqa: PT012
        assert work.number("INV") == "INV-1"
        spoil(work)
    with pytest.raises(StorageError, match="failed before"), store.begin() as work:  # noqa: PT012
        assert work.number("INV") == "INV-1"
        spoil(work)
        with suppress(StorageError):
            work.number("INV")
        work.add(an_order(number="SO-3"))
    assert kept(store) == before
    with store.begin() as work:
        assert work.number("INV") == "INV-1"


def test_a_statement_that_failed_ends_a_work_within_a_transaction(store: Store) -> None:
    """Inside a transaction of the application the work says so too, so that the application does not commit in good faith."""
    engine = store.engine.execution_options(
        isolation_level="READ COMMITTED" if store.engine.dialect.name == "postgresql" else "SERIALIZABLE"
    )
    before = kept(store)
    with pytest.raises(StorageError, match="failed before"), engine.begin() as connection, store.within(connection) as work:  # noqa: PT012
        work.add(an_order(number="SO-3"))
        work.flush()
        with suppress(StorageError):
            work.rows._run("SELECT nothing FROM nowhere", ())  # type: ignore[attr-defined]
    assert kept(store) == before


def test_where_the_disk_is_full_the_rest_is_not_written_either(tmp_path: Path) -> None:
    """SQLite undoes a transaction by itself then; what the program does next in the same block must not be committed one by one."""
    store = sqlite_store(tmp_path)

    @event.listens_for(store.engine, "checkout")
    def _(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute("PRAGMA max_page_count = 60")

    store.engine.dispose()
    with pytest.raises(StorageError, match="failed before"), store.begin() as work:  # noqa: PT012
        work.add(an_order(number="SO-1", comment="x" * 500_000))
        with pytest.raises(StorageError, match="full"):
            work.orders.find()
        work.number("INV")
    with store.engine.connect() as connection:
        for table in store.tables.values():
            assert connection.execute(text(f"SELECT count(*) FROM {table.fullname}")).scalar_one() == 0
    store.close()
