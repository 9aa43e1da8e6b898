"""What the SQL store does beside keeping its promises: it writes what is new, asks by index, and says what is wrong."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import create_engine, text

from salesflow import ConflictError, NotFoundError, Order, PaymentTerms, Period, StorageError, deliveries, invoices, orders, payments, sql
from salesflow.errors import SalesflowError
from salesflow.model.order import OrderType
from salesflow.process import backorders
from salesflow.sql.aio import AsyncStore, async_engine_of
from salesflow.sql.rows import Statements
from salesflow.sql.tables import make_tables
from salesflow.storage.cache import Cache, Kept
from salesflow.storage.keys import cursor, key_of, values_of
from salesflow.storage.rows import CONCERN, OPEN_INVOICE, OPEN_LINE, UNINVOICED_SLIP, Find
from tests import databases
from tests.builders import ACME, DAY, LATER, an_order, chai


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """Return a store with an order of two lines in it."""
    made = databases.sqlite_store(tmp_path)
    with made.begin() as work:
        work.add(ACME, an_order(chai(10), chai(5)))
    yield made
    made.close()


def written(store: sql.Store, do: Any) -> list[tuple[str, int]]:
    """Return the statements that change rows in a unit of work, each with the number of rows."""
    seen: list[tuple[str, int]] = []
    run = store.connect

    def connect() -> Any:
        rows = run()
        for name in ("insert", "update", "delete"):
            original = getattr(rows, name)

            def noted(table: Any, many: Any, *, _name: str = name, _original: Any = original, **how: Any) -> Any:
                seen.append((f"{_name} {table.name}", len(many)))
                return _original(table, many, **how)

            setattr(rows, name, noted)
        return rows

    store._connect = connect
    with store.begin() as work:
        do(work)
    store._connect = run
    return seen


def test_a_posting_writes_what_is_new_and_not_the_order(store: sql.Store) -> None:
    """One more delivery of one line writes a posting and that line; neither the terms nor the earlier postings are written again."""
    for n in range(1, 4):
        seen = written(store, lambda work, n=n: work.record(deliveries.post(work.orders.get("SO-1"), {1: 1}, number=f"PS-{n}", on=DAY)))
        assert sorted(seen) == [
            ("insert body", 1),  # the slip
            ("insert concern", 1),
            ("insert document", 1),
            ("insert posting", 1),
            ("insert uninvoiced_slip", 1),
            ("update document", 1),  # the version of the order
            ("update open_line", 1),
        ]


def test_what_stands_apart_is_written_when_it_changes(store: sql.Store) -> None:
    """A hold writes the head of an order and not its lines; a revision the lines as well; a payment the head of an invoice."""
    seen = written(store, lambda work: work.record(orders.hold(work.orders.get("SO-1"), "check", on=DAY)))
    assert seen == [("update document", 1), ("update body", 1)]
    with store.begin() as work:
        work.record(orders.release(work.orders.get("SO-1"), "check", on=DAY))
        work.record(invoices.post(work.orders.get("SO-1"), number="INV-1", on=DAY))
        order = work.orders.get("SO-1")
    dearer = evolve(order, lines=tuple(evolve(line, price=line.price + 1) for line in order.lines), fold=None)
    seen = written(store, lambda work: work.put(dearer))
    assert seen == [("update document", 1), ("update body", 1), ("update open_line", 2)]

    def pay(work: Any) -> None:
        bill = work.invoices.get("INV-1")
        work.record(payments.receive("ACME", bill.total, "EUR", number="PAY-1", on=LATER, invoices=[bill]))

    seen = written(store, pay)
    assert ("update body", 1) in seen
    assert ("delete open_invoice", 1) in seen


def test_putting_what_is_there_writes_its_version_only(store: sql.Store) -> None:
    """A document that is put as it was read counts as committed once more, and nothing of it is written again."""
    assert written(store, lambda work: work.put(work.orders.get("SO-1"))) == [("update document", 1)]
    with store.begin() as work:
        assert work.orders.version("SO-1") == 2
    assert written(store, lambda work: work.orders.get("SO-1")) == []


@pytest.mark.parametrize(
    "changes", [{"currency": "JPY"}, {"customer": "OTHER"}, {"placed": date(2026, 1, 1)}, {"type": OrderType.JOURNAL}], ids=repr
)
def test_open_lines_follow_whatever_they_are_made_of(store: sql.Store, changes: dict[str, Any]) -> None:
    """An order that is put with other terms, and nothing else, has its open lines as they then are."""
    with store.begin() as work:
        order = work.orders.get("SO-1")
        before = work.open_lines()
        work.put(evolve(order, **changes))
    with store.begin() as work:
        after = tuple(work.open_lines())
        assert repr(after) == repr(backorders.open_lines([work.orders.get("SO-1")])) != repr(tuple(before))


QUESTIONS = [
    Find(table=OPEN_LINE, equal={"item": "I"}, order=("ship", "order", "line"), limit=10),
    Find(table=OPEN_LINE, equal={"item": "I"}, order=("ship", "order", "line"), after=(DAY, "SO", 1), until={"ship": DAY}, limit=10),
    Find(table=OPEN_LINE, equal={"customer": "C"}, order=("ship", "order", "line"), limit=10),
    Find(table=OPEN_LINE, order=("ship", "order", "line"), until={"ship": DAY}, limit=10),
    Find(table=UNINVOICED_SLIP, equal={"account": "C"}, order=("day", "slip", "order"), since={"day": DAY}, until={"day": DAY}, limit=10),
    Find(table=UNINVOICED_SLIP, equal={"customer": "C"}, order=("day", "slip", "order"), since={"day": DAY}, limit=10),
    Find(table=OPEN_INVOICE, equal={"account": "C"}, order=("due", "invoice"), until={"due": DAY}, limit=10),
    Find(table=CONCERN, equal={"role": "customer", "name": "C", "kind": "orders"}, order=("day", "number"), since={"day": DAY}, limit=10),
]


@pytest.mark.parametrize("asked", QUESTIONS, ids=repr)
def test_questions_are_answered_by_an_index(store: sql.Store, asked: Find) -> None:
    """The plan searches an index that has the rows in order already: nothing is scanned, nothing sorted."""
    prepared = store._statements.find(asked)
    with store.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {prepared.text}", tuple("x" for _ in prepared.names)).all()
    steps = [row[-1] for row in plan]
    assert len(steps) == 1
    assert steps[0].startswith(f"SEARCH {sql.PREFIX}{asked.table.name} USING")


def test_a_large_table_is_searched_by_index_in_postgresql() -> None:
    """Among 20 000 open lines of 200 items those of one item are found through an index as well, without sorting."""
    store = databases.postgres_store()
    rows = store.connect()
    rows.begin()
    line = {"customer": "C", "ship": DAY, "left": 1, "net": 1, "detail": "", "what": ""}
    rows.insert(OPEN_LINE, [{"order": f"SO-{n}", "line": 1, "item": f"I-{n % 200}", **line} for n in range(20_000)])
    rows.commit()
    rows.close()
    asked = Find(table=OPEN_LINE, equal={"item": "I-7"}, order=("ship", "order", "line"), limit=10)
    with store.engine.connect() as connection:
        connection.execute(text(f"ANALYZE {store.tables[OPEN_LINE].fullname}"))
        plan = connection.exec_driver_sql(f"EXPLAIN {store._statements.find(asked).text}", ("I-7", 10)).all()
    store.close()
    steps = " ".join(row[0] for row in plan)
    assert "Index Scan using salesflow_open_line_by_item" in steps
    assert "Sort" not in steps
    assert "Seq Scan" not in steps


def test_another_history_of_the_same_length_is_not_taken_for_ours(tmp_path: Path) -> None:
    """A document that is remembered and has the same version in a file that was put back is read anew: its stamp differs."""
    store = databases.sqlite_store(tmp_path)
    with store.begin() as work:
        work.add(an_order())
    (tmp_path / "other").mkdir()
    other = databases.sqlite_store(tmp_path / "other")
    with other.begin() as work:
        work.add(an_order(chai(7)))
    with store.begin() as work:
        assert work.orders.get("SO-1").lines[0].ordered == 10
    with store.engine.connect() as ours, other.engine.connect() as theirs:
        for table in ("document", "body"):
            rows = theirs.exec_driver_sql(f"SELECT * FROM {sql.PREFIX}{table}").all()
            ours.exec_driver_sql(f"DELETE FROM {sql.PREFIX}{table}")
            for row in rows:
                ours.exec_driver_sql(f"INSERT INTO {sql.PREFIX}{table} VALUES ({', '.join('?' * len(row))})", tuple(row))
    with store.begin() as work:
        assert work.orders.version("SO-1") == 1
        assert work.orders.get("SO-1").lines[0].ordered == 7
    store.close()
    other.close()


def test_a_document_that_changes_while_it_is_read_is_read_again(store: sql.Store) -> None:
    """Its parts are of one version: what a rival commits between two of them is seen whole or not at all."""
    reading = databases.sqlite_store(Path(store.engine.url.database or "").parent)
    run = reading.connect
    calls: list[int] = []

    def connect(*, rounds: int) -> Any:
        rows = run()
        find = rows.find

        def found(asked: Find) -> Any:
            if asked.table.name == "body" and len(calls) < rounds:
                calls.append(1)
                with store.begin() as rival:
                    rival.record(orders.hold(rival.orders.get("SO-1"), f"rival {len(calls)}", on=DAY))
            return find(asked)

        rows.find = found  # type: ignore[method-assign, assignment]
        return rows

    reading._connect = lambda: connect(rounds=2)
    with reading.begin() as work:
        assert [hold.code for hold in work.orders.get("SO-1").holds] == ["rival 1", "rival 2"]
        assert work.orders.version("SO-1") == 3
    calls.clear()
    fresh = databases.sqlite_store(Path(store.engine.url.database or "").parent)
    run = fresh.connect
    fresh._connect = lambda: connect(rounds=10**6)
    with store.begin() as work:
        work.put(evolve(work.orders.get("SO-1"), holds=()))
    with pytest.raises(ConflictError, match="changed again and again while being read"), fresh.begin() as work:
        work.orders.get("SO-1")
    reading.close()
    fresh.close()


def test_names_that_no_unit_of_work_has_are_named(store: sql.Store) -> None:
    """A repository that is not there is no attribute."""
    with store.begin() as work, pytest.raises(AttributeError, match="a unit of work has no 'oders'"):
        work.oders  # noqa: B018


def test_a_connection_that_broke_is_let_go(tmp_path: Path) -> None:
    """What the database says once a connection is gone is told; the next unit of work has a new one."""
    store = databases.postgres_store()
    with store.begin() as work:
        work.add(ACME)
    with pytest.raises(StorageError), store.begin() as work:  # noqa: PT012
        assert "ACME" in work.parties
        with store.engine.connect() as other:
            own = work.rows._connection.connection.dbapi_connection.info.backend_pid  # type: ignore[attr-defined]
            other.execute(text(f"SELECT pg_terminate_backend({own})"))
        work.add(an_order())
    with store.begin() as work:
        assert "SO-1" not in work.orders
        assert "ACME" in work.parties
    store.close()


def test_only_databases_that_were_tried_are_taken() -> None:
    """Another dialect is named, and what is no URL of any."""
    with pytest.raises(SalesflowError, match="in SQLite or PostgreSQL, not in mssql"):
        Statements({}, _dialect("mssql"))
    with pytest.raises(StorageError, match="the database cannot be used"):
        sql.Store("nonsense://somewhere")


def _dialect(name: str) -> Any:
    from sqlalchemy.dialects import registry  # noqa: PLC0415  only here

    return registry.load(name)()


def test_an_engine_of_the_application_is_taken(tmp_path: Path) -> None:
    """With its own settings, which stay its own."""
    engine = create_engine(f"sqlite:///{tmp_path / 'sales.db'}")
    sql.prepare(engine, synchronous="FULL")
    store = sql.Store(engine).create()
    with store.begin() as work:
        work.add(ACME)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert connection.get_isolation_level() == "SERIALIZABLE"
    with store.begin() as work:
        assert work.parties.get("ACME") == ACME
    engine.dispose()


def test_keys_and_cursors() -> None:
    """A number is its own key unless a database cannot index it; a cursor of another question is refused."""
    assert [key_of(plain) for plain in ("SO-1", "", "é€\n", "x" * 120)] == ["SO-1", "", "é€\n", "x" * 120]
    odd = ("x" * 121, "x" * 122, "a\0b", "a\0c", "\ud800", key_of("x" * 121))
    assert len({key_of(number) for number in odd}) == len(odd)
    assert all(len(key_of(number)) <= 120 and "\0" not in key_of(number) for number in odd)
    assert values_of(None, 2) is None
    assert values_of(cursor((DAY, "SO-1")), 2) == ("2026-03-02", "SO-1")
    for wrong in ("", "{}", "[1, 2]", cursor(("one",)), "5"):
        with pytest.raises(ValueError, match="a page does not end with"):
            values_of(wrong, 2)


def test_the_cache_keeps_what_was_used_last() -> None:
    """The one that was not used for longest makes place; another version or stamp is not what was asked for."""
    cache = Cache(2)
    for key in ("a", "b"):
        cache.keep("orders", key, Kept(1, 7, key))
    assert cache.get("orders", "a", 1, 7) == Kept(1, 7, "a")
    cache.keep("orders", "c", Kept(1, 7, "c"))
    assert [cache.has("orders", key) for key in ("a", "b", "c")] == [True, False, True]
    assert cache.get("orders", "a", 2, 7) is cache.get("orders", "a", 1, 8) is cache.get("orders", "b", 1, 7) is None


def test_what_is_looked_up_and_is_not_there_is_damage(store: sql.Store) -> None:
    """A line that is open of an item in a row is told from one that is gone; a lost document is named."""
    with store.begin() as work:
        slip = work.record(deliveries.post(work.orders.get("SO-1"), {1: 1}, number="PS-1", on=DAY))
        work.record(invoices.post(work.orders.get("SO-1"), slips=[slip], number="INV-1", on=DAY))
    with store.engine.connect() as connection:
        connection.exec_driver_sql(f"DELETE FROM {sql.PREFIX}document WHERE kind = 'invoices'")
    with store.begin() as work:
        with pytest.raises(StorageError, match="invoices 'INV-1' is looked up and is not there"):
            work.open_invoices()
        with pytest.raises(NotFoundError):
            work.invoices.get("INV-1")


def test_an_order_is_one_value_however_it_is_stored(store: sql.Store) -> None:
    """Read from the file it folds to the same remainders as the one that was carried along."""
    with store.begin() as work:
        work.record(deliveries.post(work.orders.get("SO-1"), {1: 4, 2: 5}, number="PS-1", on=DAY))
        carried: Order = work.orders.get("SO-1")
    anew = databases.sqlite_store(Path(store.engine.url.database or "").parent)
    with anew.begin() as work:
        read = work.orders.get("SO-1")
    anew.close()
    assert read == carried
    assert [balance.deliver_remainder for balance in read.balances] == [balance.deliver_remainder for balance in carried.balances] == [6, 0]


def test_tables_are_made_once_per_metadata() -> None:
    """With a prefix and a schema, in which everything of ours is named."""
    from sqlalchemy import MetaData  # noqa: PLC0415  only here

    tables = make_tables(MetaData(), prefix="mine_", schema="shop")
    assert all(table.fullname.startswith("shop.mine_") for table in tables.values())
    assert all(index.name is not None and str(index.name).startswith("mine_") for table in tables.values() for index in table.indexes)


def test_prepared_connections_write_ahead(store: sql.Store) -> None:
    """A file that is opened by its name is in WAL mode, and a writer waits for another."""
    with store.engine.connect() as connection:
        names = ("journal_mode", "synchronous", "busy_timeout", "wal_autocheckpoint")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]
    assert found == ["wal", 1, 30_000, 4000]


def test_the_awaited_store_names_what_it_has_not(tmp_path: Path) -> None:
    """A repository that is not there is no attribute; an engine for PostgreSQL is made from its URL."""
    with pytest.raises(AttributeError, match="a unit of work has no 'oders'"):
        _ = AsyncStore(tmp_path / "sales.db").begin().oders
    engine = async_engine_of(databases.server())
    assert (engine.dialect.name, engine.dialect.is_async) == ("postgresql", True)
    asyncio.run(engine.dispose())


def test_a_due_date_beyond_the_calendar_is_its_last_day(store: sql.Store) -> None:
    """An invoice of the last month there is, with months to pay, is owed all the same."""
    with store.begin() as work:
        bill = invoices.post(work.orders.get("SO-1"), number="INV-1", on=DAY).document
        work.add(evolve(bill, on=date(9999, 12, 1), payment_terms=PaymentTerms(months=2)))
    with store.begin() as work:
        assert [invoice.number for invoice in work.open_invoices()] == ["INV-1"]
        assert len(work.open_invoices(due_by=date(9999, 12, 30))) == 0


def test_a_page_of_slips_over_several_orders_holds_whole_slips(store: sql.Store) -> None:
    """A slip that delivers three orders is one slip, however small the page."""
    with store.begin() as work:
        work.add(an_order(number="SO-2"), an_order(number="SO-3"))
        three = [work.orders.get(f"SO-{n}") for n in (1, 2, 3)]
        work.record(deliveries.post({order: {1: 1} for order in three}, number="PS-1", on=DAY))
        work.record(deliveries.post(work.orders.get("SO-1"), {1: 1}, number="PS-2", on=DAY))
    with store.begin() as work:
        first = work.uninvoiced_slips(period=Period.month_of(DAY), limit=1)
        second = work.uninvoiced_slips(period=Period.month_of(DAY), limit=1, after=first.after)
    assert [[slip.number for slip in page] for page in (first, second)] == [["PS-1"], ["PS-2"]]
    assert second.after is None


def test_a_page_is_filled_however_few_fit(store: sql.Store) -> None:
    """Documents of the customer that are somebody else's are passed over, as many as there are."""
    with store.begin() as work:
        work.add(*(an_order(number=f"SO-{n}", taken_by="ann" if n == 8 else "bob") for n in range(2, 10)))
    with store.begin() as work:
        assert [order.number for order in work.orders.find(customer="ACME", owner="ann", limit=1)] == ["SO-8"]


def test_a_document_under_the_key_of_another_is_damage(store: sql.Store) -> None:
    """What is found under a number has that number, or nothing is returned."""
    with store.engine.connect() as connection:
        for table in ("document", "body"):
            connection.exec_driver_sql(f"UPDATE {sql.PREFIX}{table} SET number = 'SO-9' WHERE number = 'SO-1'")
    with store.begin() as work, pytest.raises(StorageError, match="'SO-9' is found under a key that is another's"):
        work.orders.get("SO-9")
