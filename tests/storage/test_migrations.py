"""The tables in a database of the application: its migrations make them, and its transactions hold our documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from attrs import frozen
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, insert, inspect, select

from salesflow import ConflictError, Item, Party, Product, Role, deliveries, orders
from salesflow.sql import Store, make_tables, prepare
from tests.databases import fresh_schema, postgres_store, server, sqlite_store

DAY = date(2026, 3, 2)
ACME = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,))
HOSE = Product(item=Item(number="HOSE"), price=Decimal("18.00"))
ENVIRONMENT = """
from alembic import context

options = context.config.attributes
with options["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=options["metadata"],
        include_schemas=bool(options["schemas"]),
        include_name=lambda name, kind, parents: kind != "schema" or name in (options["schemas"] or [None]),
        version_table_schema=next(iter(options["schemas"]), None),
    )
    with context.begin_transaction():
        context.run_migrations()
"""


@frozen
class Shop:
    """An application with a table of its own beside ours, and its migrations."""

    engine: Engine
    visits: Table
    tables: Any
    config: Config


def shop_in(engine: Engine, folder: Path, *, prefix: str, own: str | None = None, ours: str | None = None) -> Shop:
    """Return an application whose migrations are in a folder, and not written yet."""
    metadata = MetaData()
    visits = Table("visit", metadata, Column("id", Integer, primary_key=True), Column("customer", String, nullable=False), schema=own)
    tables = make_tables(metadata, prefix=prefix, schema=ours)
    config = Config(folder / "alembic.ini", stdout=StringIO(), output_buffer=StringIO())
    config.attributes.update(engine=engine, metadata=metadata, schemas=[each for each in (own, ours) if each])
    command.init(config, str(folder / "migrations"))
    config.set_main_option("script_location", str(folder / "migrations"))
    config.set_main_option("path_separator", "os")
    (folder / "migrations" / "env.py").write_text(ENVIRONMENT, encoding="utf-8")
    return Shop(engine, visits, tables, config)


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """An application on an empty file, or on two empty schemas of a server: one for its tables, one for ours."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
        prepare(engine)
        shop = shop_in(engine, tmp_path, prefix="sales_")
    else:
        engine = create_engine(server())
        shop = shop_in(engine, tmp_path, prefix="s_", own=fresh_schema(), ours=fresh_schema())
    yield shop
    engine.dispose()


@pytest.fixture
def store(shop: Shop) -> Store:
    """The store of an application that was migrated, with one order in it."""
    command.revision(shop.config, "begin", autogenerate=True)
    command.upgrade(shop.config, "head")
    store = Store(shop.engine, tables=shop.tables)
    with store.begin() as work:
        work.add(ACME, HOSE)
        work.record(orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[orders.line(HOSE, 10)], on=DAY))
    return store


def deliver(work: Any, quantity: int = 4) -> None:
    """Deliver some of the order."""
    work.record(deliveries.post(work.orders.get("SO-1"), {1: quantity}, number=work.number("PS"), on=DAY))


def slips(store: Store) -> list[str]:
    """Return the numbers of the slips that are committed."""
    with store.begin() as work:
        return [slip.number for slip in work.slips]


def test_alembic_writes_the_migration_and_then_finds_nothing_left(shop: Shop, store: Store, tmp_path: Path) -> None:
    """What autogenerate wrote runs as it is written and names no module of ours; the store works on it, and nothing differs."""
    [script] = (tmp_path / "migrations" / "versions").glob("*_begin.py")
    assert "import salesflow" not in script.read_text(encoding="utf-8")
    command.check(shop.config)
    schema = next(iter(shop.tables.values())).schema
    names = {table.name for table in shop.tables.values()}
    assert len(names) == len(shop.tables) and names <= set(inspect(shop.engine).get_table_names(schema=schema))
    with store.begin() as work:
        deliver(work)
        assert [line.left for line in work.open_lines(item="HOSE")] == [6]
        assert work.orders.get("SO-1").line(1).deliver_remainder == 6


def test_the_way_back_takes_everything_away(shop: Shop, store: Store) -> None:
    """The downgrade that autogenerate wrote removes our tables and the application's."""
    command.downgrade(shop.config, "base")
    for schema in {table.schema for table in (*shop.tables.values(), shop.visits)}:
        assert set(inspect(shop.engine).get_table_names(schema=schema)) <= {"alembic_version"}
    store.close()


def test_documents_and_rows_of_the_application_in_one_transaction(shop: Shop, store: Store) -> None:
    """Committed together; rolled back, nothing of either is left, and the number is drawn again."""
    with pytest.raises(LookupError), shop.engine.begin() as connection:  # noqa: PT012  the block is the point
        connection.execute(insert(shop.visits).values(customer="ACME"))
        with store.within(connection) as work:
            deliver(work)
        assert slips(store) == []
        raise LookupError
    with shop.engine.connect() as connection:
        assert connection.execute(select(shop.visits)).all() == []
    assert (slips(store), len(store.events)) == ([], 1)
    with shop.engine.begin() as connection:
        connection.execute(insert(shop.visits).values(customer="ACME"))
        with store.within(connection) as work:
            deliver(work)
        with store.within(connection) as again:
            assert [slip.number for slip in again.slips] == ["PS-1"]
            deliver(again, 2)
    with shop.engine.connect() as connection:
        assert len(connection.execute(select(shop.visits)).all()) == 1
    assert slips(store) == ["PS-1", "PS-2"]


def test_a_rival_of_the_application_is_a_conflict(shop: Shop, store: Store) -> None:
    """A work inside a transaction of the application meets a rival like any other."""
    with pytest.raises(ConflictError), shop.engine.begin() as connection, store.within(connection) as work:  # noqa: PT012
        order = work.orders.get("SO-1")
        with store.begin() as rival:
            deliver(rival)
        work.record(orders.hold(order, "credit", on=DAY))
    with store.begin() as work:
        assert not work.orders.get("SO-1").is_held


# ---------------------------------------------------------------------- the outbox


def filled(store: Store) -> Store:
    """Return a store with an order, and so with three events in its outbox, if it has one."""
    with store.begin() as work:
        work.record(orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[orders.line(HOSE, 10)], on=DAY))
        work.record(orders.confirm(work.orders.get("SO-1"), on=DAY))
        deliver(work)
    return store


def relayed(store: Store, limit: int = 100) -> list[str]:
    """Take events out of the outbox, and return what they are."""
    with store.relay(limit=limit) as told:
        return [type(each.event).__name__ for each in told]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_event_is_handed_out_until_it_was_taken(kind: str, tmp_path: Path) -> None:
    """The oldest first, each once; where the block is left by an exception, again."""
    store = filled(sqlite_store(tmp_path, outbox=True) if kind == "sqlite" else postgres_store(outbox=True))
    with pytest.raises(ConnectionError), store.relay(limit=2) as told:  # noqa: PT012
        assert [each.place for each in told] == [1, 2]
        raise ConnectionError
    assert relayed(store, 2) == ["OrderPlaced", "OrderConfirmed"]
    assert relayed(store, 2) == ["PackingSlipPosted"]
    assert relayed(store) == []
    with pytest.raises(LookupError), store.begin() as work:  # noqa: PT012
        deliver(work)
        raise LookupError
    assert relayed(store) == []
    assert len(store.events) == 3
    store.close()


def test_relays_pass_over_what_another_has_taken() -> None:
    """On PostgreSQL two relays at a time share the work; what the first does not finish comes to the next."""
    store = filled(postgres_store(outbox=True))
    with pytest.raises(ConnectionError), store.relay(limit=2) as first:  # noqa: PT012
        assert [each.place for each in first] == [1, 2]
        assert relayed(store) == ["PackingSlipPosted"]
        assert relayed(store) == []
        raise ConnectionError
    assert relayed(store) == ["OrderPlaced", "OrderConfirmed"]
    store.close()


def test_without_an_outbox_nothing_is_put_out(tmp_path: Path) -> None:
    """Who asks for no outbox has none to empty."""
    assert relayed(filled(sqlite_store(tmp_path))) == []
