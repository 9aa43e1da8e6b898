"""The worked example of a third adapter: real Django on a file of SQLite."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import django
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections, transaction

from salesflow import ConflictError, Item, Party, Period, Product, Role, deliveries, invoices, orders, payments, unit_of_work
from salesflow.errors import StorageError
from salesflow.storage.rows import SERIES
from salesflow.storage.store import RowStore
from salesflow.testing.contract import StoreContract

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2026, 3, 2)
ACME = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,))
HOSE = Product(item=Item(number="HOSE"), price=Decimal("18.00"))
BLOCKS = re.findall(
    r"^```python\n(.*?)^```", (EXAMPLES / "django_store" / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
"""The Python of the README."""


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A project of Django with the settings of the README, migrated, on a file; it yields the module with the rows."""
    chosen: dict[str, Any] = {}
    exec(BLOCKS[0], chosen)  # noqa: S102  it is our own page
    chosen["DATABASES"]["default"]["NAME"] = tmp_path_factory.mktemp("django") / "shop.db"
    sys.path.insert(0, str(EXAMPLES))
    settings.configure(INSTALLED_APPS=chosen["INSTALLED_APPS"], DATABASES=chosen["DATABASES"], USE_TZ=True)
    django.setup()
    call_command("migrate", verbosity=0)
    from django_store import rows  # noqa: PLC0415  its models need the settings above

    yield rows
    connections.close_all()
    sys.path.remove(str(EXAMPLES))


@pytest.fixture
def store(project: Any) -> RowStore:
    """An empty store."""
    for model in project.MODELS.values():
        model.objects.all().delete()
    return RowStore(project.DjangoRows)


@pytest.fixture
def filled(store: RowStore) -> RowStore:
    """A store with one order in it."""
    with store.begin() as work:
        work.add(ACME, HOSE)
        work.record(orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[orders.line(HOSE, 10)], on=DAY))
    return store


def deliver(work: Any, quantity: int = 1) -> str:
    """Deliver some of the order, and return the number of the slip."""
    slip = work.record(deliveries.post(work.orders.get("SO-1"), {1: quantity}, number=work.number("PS"), on=DAY))
    return str(slip.number)


def test_the_migration_makes_what_the_models_say(project: Any) -> None:
    """``makemigrations`` finds nothing to add, and the project passes its checks."""
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())
    call_command("check", fail_level="WARNING", stderr=StringIO(), stdout=StringIO())


def test_the_readme_runs(store: RowStore) -> None:
    """What it shows after the settings runs from top to bottom."""
    names: dict[str, Any] = {}
    for block in BLOCKS[1:]:
        exec(block, names)  # noqa: S102
    assert len(store.events) == 3


def test_from_order_to_cash(filled: RowStore) -> None:
    """Documents, events, numbers and questions, each from what the works before have committed."""
    with filled.begin() as work:
        deliver(work, 4)
        assert [(line.order, line.left, line.net) for line in work.open_lines(item="HOSE")] == [("SO-1", 6, Decimal("108.00"))]
    with filled.begin() as work:
        slips = list(work.uninvoiced_slips(account="ACME", period=Period.month_of(DAY)))
        bill = work.record(invoices.post(work.orders.get("SO-1"), slips=slips, number=work.number("INV"), on=DAY))
        assert [each.number for each in work.open_invoices(account="ACME")] == ["INV-1"]
        work.record(payments.receive("ACME", bill.total, "EUR", number=work.number("PAY"), on=DAY, invoices=[bill]))
    with filled.begin() as work:
        assert (work.orders.version("SO-1"), work.invoices.get("INV-1").status) == (3, "paid")
        assert list(work.open_invoices()) == list(work.uninvoiced_slips(period=Period.month_of(DAY))) == []
        assert [entry.event for entry in work.timeline("ACME")] == list(filled.events)
    assert [told.place for told in filled.events.after()] == list(range(1, len(filled.events) + 1))


def test_what_belongs_to_nobody_else_is_not_seen(filled: RowStore) -> None:
    """What a work has written is seen by others when it is committed, in the same thread too."""
    with filled.begin() as work:
        deliver(work, 4)
        assert len(work.slips) == 1
        with filled.begin() as outside:
            assert len(outside.slips) == 0
    assert len(filled.begin().slips) == 1


def test_a_rival_is_a_conflict(filled: RowStore) -> None:
    """Who put what somebody else has changed, or adds what somebody else has added, is told so, and keeps nothing."""
    with pytest.raises(ConflictError, match="one of orders SO-1"), filled.begin() as work:  # noqa: PT012
        work.record(orders.hold(work.orders.get("SO-1"), "credit", on=DAY))
        with filled.begin() as other:
            deliver(other, 4)
    with pytest.raises(ConflictError, match="added by somebody else"), filled.begin() as work:  # noqa: PT012
        work.add(Party(number="X", name="Second"))
        with filled.begin() as other:
            other.add(Party(number="X", name="First"))
    with filled.begin() as work:
        assert (work.orders.get("SO-1").is_held, work.parties.get("X").name, deliver(work)) == (False, "First", "PS-2")


def test_threads_lose_nothing(filled: RowStore) -> None:
    """Two threads deliver ten in ones: ten slips, and neither a number nor a place in the log is missing or given twice."""

    def deliver_some() -> None:
        for _ in range(5):
            unit_of_work.run(filled, deliver, attempts=1000)

    threads = [Thread(target=deliver_some) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with filled.begin() as work:
        assert {slip.number for slip in work.slips} == {f"PS-{number}" for number in range(1, 11)}
    assert [told.place for told in filled.events.after()] == list(range(1, len(filled.events) + 1))


def test_in_a_transaction_of_the_application(project: Any, filled: RowStore) -> None:
    """Inside ``transaction.atomic`` a work is part of it: rolled back with the application's own rows, and kept with them."""
    own = project.MODELS[SERIES].objects
    with pytest.raises(LookupError), transaction.atomic():  # noqa: PT012
        own.create(name="own", last=1)
        with filled.begin() as work:
            deliver(work, 4)
        assert len(filled.begin().slips) == 1
        raise LookupError
    assert (len(filled.begin().slips), own.filter(name="own").exists()) == (0, False)
    with transaction.atomic():
        own.create(name="own", last=1)
        with filled.begin() as work:
            deliver(work, 4)
        with pytest.raises(LookupError), filled.begin() as work:  # noqa: PT012
            deliver(work, 4)
            assert len(work.slips) == 2
            raise LookupError
    assert (len(filled.begin().slips), own.filter(name="own").exists()) == (1, True)


def test_a_file_that_somebody_else_writes_to(filled: RowStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that does not let go is a rival; it is told after the time that Django was told to wait."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0)
    with pytest.raises(ConflictError, match="database is locked"), filled.begin() as work:  # noqa: PT012
        work.number("PS")
        with filled.begin() as other:
            other.number("PS")
    assert len(connections.all(initialized_only=True)) == 1


def test_a_database_that_does_not_answer(filled: RowStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is nobody's rival is an error of the storage, with what Django said as its cause."""
    monkeypatch.setitem(connection.settings_dict, "NAME", tmp_path / "empty.db")
    with pytest.raises(StorageError, match="no such table") as told, filled.begin() as work:
        work.orders.get("SO-1")
    assert isinstance(told.value.__cause__, OperationalError)


class TestTheContract(StoreContract):
    """Everything that a store promises."""

    @pytest.fixture
    def store(self, store: RowStore) -> RowStore:
        """An empty store."""
        return store
