"""A file that is cut, foreign, of a later version or damaged is never read wrongly: an error of the library says what is wrong."""

from __future__ import annotations

import re
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from salesflow import codec, deliveries, invoices
from salesflow.codec import CodecError
from salesflow.errors import SalesflowError, StorageError
from salesflow.kinds import KINDS
from salesflow.model.invoice import InvoicePart
from salesflow.sql import Store
from tests.builders import ACME, DAY, an_order
from tests.databases import sqlite_store
from tests.faults.programs import deliver_once
from tests.faults.work import COMMITS, EVER, STEPS, every, seeded

CUTS = 50
FLIPS = 30
FLIPPED = 12


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Any]:
    """The bytes of a file with some sales, and everything that is read from it."""
    folder = tmp_path_factory.mktemp("whole")
    store = sqlite_store(folder)
    random = seeded(5)
    for _ in range(40):
        with store.begin() as work:
            work.number(COMMITS)
            random.choice(STEPS)(work, random)
    found = everything(store)
    store.close()
    return (folder / "sales.db").read_bytes(), found


def everything(store: Store) -> Any:
    """Return all documents, all that questions find, and all events."""
    with store.begin() as work:
        documents = [list(getattr(work, name)) for name in KINDS.values()]
        found = [every(work.open_lines), every(work.open_invoices), every(work.uninvoiced_slips, period=EVER), work.timeline("ACME")]
    return documents, found, list(store.events)


def assert_read_rightly_or_not_at_all(file: Path, contents: bytes, right: Any) -> bool:
    """Read a damaged file; say whether nothing was wrong with what was read."""
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    file.write_bytes(contents)
    store = Store(file)
    try:
        found = everything(store)
    except (StorageError, CodecError) as error:
        assert str(error)
        return False
    else:
        assert found == right
        return True
    finally:
        store.close()


def test_a_file_that_was_cut_is_not_read_wrongly(whole: tuple[bytes, Any], tmp_path: Path) -> None:
    """Wherever it is cut, in the last page too, it says so, unless nothing that was asked for is missing."""
    contents, right = whole
    anywhere = range(0, len(contents), len(contents) // CUTS)
    in_the_last_page = range(len(contents) - 4000, len(contents), 4000 // CUTS)
    kept = [assert_read_rightly_or_not_at_all(tmp_path / "cut.db", contents[:place], right) for place in (*anywhere, *in_the_last_page)]
    assert not any(kept[: CUTS - 1])
    assert assert_read_rightly_or_not_at_all(tmp_path / "cut.db", contents, right)


def test_a_document_with_other_bytes_in_it_is_not_read_wrongly(whole: tuple[bytes, Any], tmp_path: Path) -> None:
    """Where the text of something was overwritten, each document is as it was, or an error says that it cannot be read."""
    contents, (documents, _, _) = whole
    random = seeded(7)
    places = [found.end() for found in re.finditer(b'"data":', contents)]
    told = 0
    for n, place in enumerate(random.sample(places, FLIPS)):
        file = tmp_path / f"flipped-{n}.db"
        file.write_bytes(contents[:place] + random.randbytes(FLIPPED) + contents[place + FLIPPED :])
        store = Store(file)
        with store.begin() as work:
            for document in (each for found in documents for each in found):
                try:
                    assert work.repository_of(document).get(document.number) == document
                except StorageError:
                    told += 1
        store.close()
    assert told


def test_a_log_that_was_cut_goes_back_to_an_earlier_commit(tmp_path: Path) -> None:
    """What is written ahead is cut at many places, as a crash of the machine may do: what is left is as it was after some commit."""
    store = sqlite_store(tmp_path)
    random = seeded(3)
    after = [everything(store)]
    for _ in range(12):
        with store.begin() as work:
            random.choice(STEPS)(work, random)
        after.append(everything(store))
    contents, log = (tmp_path / "sales.db").read_bytes(), (tmp_path / "sales.db-wal").read_bytes()
    store.close()
    (tmp_path / "cut").mkdir()
    reached = []
    for place in range(len(log), 0, -len(log) // CUTS):
        for left in (tmp_path / "cut").iterdir():
            left.unlink()
        (tmp_path / "cut" / "sales.db").write_bytes(contents)
        (tmp_path / "cut" / "sales.db-wal").write_bytes(log[:place])
        store = Store(tmp_path / "cut" / "sales.db")
        try:
            reached.append(after.index(everything(store)))
        except StorageError as error:
            assert "no such table" in str(error)  # cut before the first commit of all
            reached.append(-1)
        store.close()
    assert reached == sorted(reached, reverse=True)
    assert reached[0] == len(after) - 1


# ---------------------------------------------------------------------- foreign files


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Neither a text nor a picture is opened or made into a database."""
    file = tmp_path / "sales.db"
    file.write_bytes(b"number;customer\n" * 1000)
    store = Store(file)
    with pytest.raises(StorageError, match="file is not a database"):
        store.create()
    with pytest.raises(StorageError, match="file is not a database"):
        everything(store)
    assert file.read_bytes() == b"number;customer\n" * 1000
    store.close()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """Nor is a folder."""
    with pytest.raises(StorageError, match="unable to open database file"):
        Store(tmp_path).create()


def test_a_database_of_another_program_has_none_of_our_tables(tmp_path: Path) -> None:
    """It is told which is missing; made beside its own tables they leave those alone."""
    connection = sqlite3.connect(tmp_path / "sales.db")
    connection.executescript("CREATE TABLE orders (number TEXT); INSERT INTO orders VALUES ('A-1')")
    connection.close()
    store = Store(tmp_path / "sales.db")
    with pytest.raises(StorageError, match="no such table: salesflow_document"):
        everything(store)
    store.create()
    with store.begin() as work:
        assert len(work.orders) == 0
        work.add(an_order())
    with store.engine.connect() as connection_again:
        assert connection_again.execute(text("SELECT number FROM orders")).scalars().all() == ["A-1"]
    store.close()


def test_a_table_of_ours_with_other_columns_is_told(tmp_path: Path) -> None:
    """A database whose tables are of another version of the library names what is missing."""
    connection = sqlite3.connect(tmp_path / "sales.db")
    connection.executescript("CREATE TABLE salesflow_document (kind TEXT, number TEXT, PRIMARY KEY (kind, number))")
    connection.close()
    store = Store(tmp_path / "sales.db").create()
    with pytest.raises(StorageError, match=r"no such column|has no column"):
        everything(store)
    with pytest.raises(StorageError, match=r"no such column|has no column"), store.begin() as work:
        work.add(an_order())
    store.close()


# ---------------------------------------------------------------------- what is in the tables


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """A store with a customer, an order and a slip that was delivered under a key."""
    made = sqlite_store(tmp_path)
    with made.begin() as work:
        work.add(ACME, an_order(number="SO-1"))
    with made.begin() as work:
        deliver_once(work, "K-1", 4)
    yield Store(tmp_path / "sales.db")
    made.close()


LATER = '{"schema":"salesflow/%s","version":99,"data":{}}'
STRANGE = ("", "null", "[]", "{", "1.5", '"text"', "\ufeff{}", '{"schema":"erp/order","version":1,"data":{}}', "[" * 100_000)
PARTS = {
    "order": ("salesflow_body", "kind = 'orders' AND part = 'head'"),
    "order-line": ("salesflow_body", "kind = 'orders' AND part = 'lines'"),
    "posting": ("salesflow_posting", "place = 1"),
    "packing-slip": ("salesflow_body", "kind = 'slips'"),
}

OWN = {"order": "an order", "order-line": "lines", "posting": "a posting"}


@cache
def texts() -> dict[str, str]:
    """Text that is sound in itself, and of another kind than wanted."""
    order = an_order()
    return {
        "a party": codec.dumps(ACME),
        "an order": codec.dumps(order),
        "lines": codec.dumps_all(type(order.lines[0]), order.lines),
        "parts": codec.dumps_all(InvoicePart, invoices.post(order, number="INV-1", on=DAY).document.parts),
        "a posting": codec.dumps(deliveries.post(order, number="PS-1", on=DAY).changed[0].postings[0]),
    }


def put(store: Store, table: str, where: str, **columns: str) -> None:
    """Change a row behind the back of the store."""
    with store.engine.connect() as connection:
        names = ", ".join(f"{name} = :{name}" for name in columns)
        assert connection.execute(text(f"UPDATE {table} SET {names} WHERE {where}"), columns).rowcount == 1


def read_all(store: Store) -> None:
    """Read the order and its slip."""
    with store.begin() as work:
        work.orders.get("SO-1")
        work.slips.get("PS-1")


@pytest.mark.parametrize("part", PARTS)
def test_a_document_of_a_later_version_is_not_guessed_at(store: Store, part: str) -> None:
    """It says which document it is, and which version is known."""
    table, where = PARTS[part]
    put(store, table, where, body=LATER % part if part != "order-line" else '{"schema":"salesflow/order-line","version":99,"data":[{}]}')
    with pytest.raises(StorageError, match=r"(orders 'SO-1'|slips 'PS-1') cannot be read: .* version 1, and this is version 99"):
        read_all(store)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("strange", STRANGE, ids=lambda text: ascii(text[:10]))
def test_text_that_is_no_document_is_told(store: Store, part: str, strange: str) -> None:
    """It says which document cannot be read."""
    table, where = PARTS[part]
    put(store, table, where, body=strange)
    with pytest.raises(StorageError, match=r"(orders 'SO-1'|slips 'PS-1') cannot be read"):
        read_all(store)


@pytest.mark.parametrize(
    ("part", "other"),
    [(part, other) for part in PARTS for other in ("a party", "an order", "lines", "parts", "a posting") if OWN.get(part) != other],
)
def test_text_of_another_kind_is_told(store: Store, part: str, other: str) -> None:
    """A document under the wrong kind, or a part of one in the place of another, is refused, not returned."""
    table, where = PARTS[part]
    put(store, table, where, body=texts()[other])
    with pytest.raises(StorageError, match=r"(orders 'SO-1'|slips 'PS-1') (cannot be read|is stored as)"):
        read_all(store)


@pytest.mark.parametrize("strange", [*STRANGE, LATER % "order-placed"], ids=lambda text: ascii(text[:30]))
def test_events_and_answers_that_are_damaged_are_told(store: Store, strange: str) -> None:
    """The log, the answer of a key and the line of a question say that they cannot be read."""
    put(store, "salesflow_event", "id = 1", body=strange)
    with pytest.raises(SalesflowError):
        list(store.events)
    with pytest.raises(SalesflowError), store.begin() as work:
        work.timeline("ACME")
    put(store, "salesflow_idempotency", "1 = 1", outcome=strange)
    with pytest.raises(SalesflowError), store.begin() as work:
        deliver_once(work, "K-1", 4)
    put(store, "salesflow_open_line", "1 = 1", detail=strange)
    with pytest.raises(SalesflowError), store.begin() as work:
        work.open_lines()


def test_a_document_that_is_looked_up_and_gone_is_told(store: Store) -> None:
    """Where the row of a document is missing, a question that finds it elsewhere says so."""
    with store.engine.connect() as connection:
        connection.execute(text("DELETE FROM salesflow_document WHERE kind = 'orders'"))
    with pytest.raises(StorageError, match="orders 'SO-1' is looked up and is not there"), store.begin() as work:
        work.orders.find(customer="ACME")


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ("DELETE FROM salesflow_posting WHERE place = 1", 0),
        ('INSERT INTO salesflow_posting SELECT "order", 2, kind, document, day, body FROM salesflow_posting', 2),
    ],
)
def test_a_ledger_that_is_not_as_it_was_committed_is_told(store: Store, change: str, count: int) -> None:
    """A posting that is gone would be delivered and invoiced once more, so an order without it is not handed out, nor one with a posting too many."""
    with store.engine.connect() as connection:
        assert connection.execute(text(change)).rowcount == 1
    with pytest.raises(StorageError, match=rf"orders 'SO-1' was stored with 1 postings and has {count}"):
        read_all(store)


def test_a_schema_that_is_no_text_is_told(store: Store, tmp_path: Path) -> None:
    """Even what SQLite says of such a file cannot be read; the error is one of the library all the same."""
    store.close()
    connection = sqlite3.connect(tmp_path / "sales.db")
    connection.execute("PRAGMA writable_schema = 1")
    connection.execute("UPDATE sqlite_master SET sql = CAST(x'fffe9e' AS TEXT) WHERE name = 'salesflow_posting'")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError), store.begin() as work:
        work.orders.get("SO-1")
