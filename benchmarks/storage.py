"""
How fast documents are kept, beside rows written by hand with ``sqlite3`` and beside a hand-written ORM model, all three durably.

``python benchmarks/storage.py [--json] [--quick]``

The work: N orders of L lines are placed and confirmed, half of every line is delivered and invoiced, then the rest.
Everybody commits after each step, to a file of SQLite in WAL mode with synchronous NORMAL, into tables that are there already.
Only ratios within one run mean anything.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

import plain_orm
import raw_rows
import report
from salesflow import Item, OrderLine, Party, Role, Vat, codec, deliveries, invoices, orders
from salesflow.sql import Store
from salesflow.storage.rows import OPEN_LINE

DAY = date(2026, 3, 2)
CUSTOMER = Party(number="C-1", name="A customer", roles=(Role.CUSTOMER,))
ITEM = Item(number="I-1", vat=Vat("S", Decimal(21)))
PRICES = [Decimal(10 + i) + Decimal("0.25") for i in range(50)]
HALF = Decimal(2)


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that is there for as long as it is needed."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def order_lines(number: int, size: int) -> list[OrderLine]:
    """Return the lines of an order."""
    return [OrderLine(number=k, item=ITEM, ordered=2 * HALF, price=PRICES[(number + k) % 50], requested=DAY) for k in range(1, size + 1)]


def life(store: Store, number: int, size: int) -> None:
    """Take one order through its life, a unit of work for each step."""
    name = f"SO-{number}"
    with store.begin() as work:
        work.record(orders.place(number=name, customer=CUSTOMER, currency="EUR", lines=order_lines(number, size), on=DAY))
    with store.begin() as work:
        work.record(orders.confirm(work.orders.get(name), on=DAY))
    for quantities in (dict.fromkeys(range(1, size + 1), HALF), None):
        with store.begin() as work:
            slip = work.record(deliveries.post(work.orders.get(name), quantities, number=work.number("PS"), on=DAY))
        with store.begin() as work:
            work.record(invoices.post(work.orders.get(name), slips=(slip,), number=work.number("INV"), on=DAY))


Life = Callable[[int, int], None]
"""Takes an order, by its number and its size, through its life."""


@contextmanager
def ours(path: Path) -> Iterator[Life]:
    """Open a new file of ours."""
    store = Store(path).create()
    yield partial(life, store)
    store.close()


@contextmanager
def by_hand(path: Path) -> Iterator[Life]:
    """Open a new file with rows by hand."""
    connection = raw_rows.opened(path)
    yield partial(raw_rows.life, connection)
    connection.close()


@contextmanager
def by_orm(path: Path) -> Iterator[Life]:
    """Open a new file with mapped classes."""
    engine = plain_orm.opened(path)
    yield partial(plain_orm.life, engine)
    engine.dispose()


def seconds(opened: Callable[[Path], AbstractContextManager[Life]], count: int, size: int) -> float:
    """Return how long *count* lives take in a new file, after one to warm up."""
    with folder() as place, opened(place / "sales.db") as live:
        live(0, size)
        gc.collect()
        start = time.perf_counter()
        for number in range(1, count + 1):
            live(number, size)
        return time.perf_counter() - start


def side_by_side(count: int, size: int, rounds: int) -> dict[str, float]:
    """Return the medians of all three, taken in turn, in microseconds per line, and ours beside each of the others."""
    times = [tuple(seconds(opened, count, size) for opened in (ours, by_hand, by_orm)) for _ in range(rounds)]
    mine, raw, orm = (statistics.median(column) * 1e6 / count / size for column in zip(*times, strict=True))
    return {
        "us_per_line": round(mine, 1),
        "sqlite3_us_per_line": round(raw, 1),
        "orm_us_per_line": round(orm, 1),
        "times_sqlite3": round(statistics.median(each[0] / each[1] for each in times), 2),
        "faster_than_orm": round(statistics.median(each[2] / each[0] for each in times), 2),
    }


def creating(rounds: int) -> float:
    """Return the milliseconds that it takes to make the tables in a new file."""
    times = []
    for _ in range(rounds):
        with folder() as place:
            start = time.perf_counter()
            Store(place / "sales.db").create().close()
            times.append((time.perf_counter() - start) * 1e3)
    return round(statistics.median(times), 1)


def postings(counts: tuple[int, ...]) -> dict[str, float]:
    """Return the microseconds that a delivery takes by its place among the postings of one order of 100 lines, read and saved."""
    total = max(counts) + 10
    times = []
    with folder() as place:
        store = Store(place / "sales.db").create()
        lines = [OrderLine(number=k, item=ITEM, ordered=Decimal(total), price=PRICES[0]) for k in range(1, 101)]
        with store.begin() as work:
            work.record(orders.place(number="SO-1", customer=CUSTOMER, currency="EUR", lines=lines, on=DAY))
        for n in range(total):
            start = time.perf_counter()
            with store.begin() as work:
                work.record(deliveries.post(work.orders.get("SO-1"), {1 + n % 100: Decimal(1)}, number=f"PS-{n}", on=DAY))
            times.append((time.perf_counter() - start) * 1e6)
        store.close()
    return {str(n): round(statistics.median(times[max(0, n - 5) : n + 5]), 1) for n in counts}


def loading(rounds: int) -> dict[str, float]:
    """Return the milliseconds that reading one order of 100 lines takes, from the file, where it is remembered, and by the ORM."""
    with folder() as place:
        made = Store(place / "sales.db").create()
        life(made, 1, 100)
        made.close()
        engine = plain_orm.opened(place / "orm.db")
        plain_orm.life(engine, 1, 100)
        anew, remembered = Store(place / "sales.db", remembered=0), Store(place / "sales.db")
        ways: dict[str, Callable[[], object]] = {
            "from_the_file": lambda: _loaded(anew),
            "remembered": lambda: _loaded(remembered),
            "orm": lambda: _loaded_by_orm(engine),
        }
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                start = time.perf_counter()
                way()
                times[name].append((time.perf_counter() - start) * 1e3)
        for store in (anew, remembered):
            store.close()
        engine.dispose()
    return {name: round(statistics.median(taken), 3) for name, taken in times.items()}


def _loaded(store: Store) -> object:
    with store.begin() as work:
        return work.orders.get("SO-1")


def _loaded_by_orm(engine: Engine) -> object:
    with Session(engine) as session:
        return plain_orm.load(session, 1)


def backorders(sizes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Return the milliseconds that 50 backorders of one item take to find among so many open lines."""
    found: dict[str, Any] = {}
    with folder() as place:
        for size in sizes:
            store = Store(place / f"{size}.db").create()
            fill(store, size)
            times = []
            for _ in range(rounds):
                with store.begin() as work:
                    start = time.perf_counter()
                    page = work.open_lines(item="I-7", before=DAY, limit=50)
                    times.append((time.perf_counter() - start) * 1e3)
                    if len(page) != min(50, size // 1000):
                        raise ValueError(page)
            found[str(size)] = round(statistics.median(times), 3)
            store.close()
    found["growth"] = round(found[str(sizes[-1])] / found[str(sizes[0])], 2)
    return found


def fill(store: Store, size: int) -> None:
    """Put so many open lines of 1 000 items in the table, as orders of 10 lines would."""
    detail, what = codec.dumps_plain(("SO", "C-1", DAY)), codec.dumps_plain(ITEM)
    late = DAY - timedelta(days=1)
    row: Mapping[str, Any] = {"customer": "C-1", "ship": late, "left": HALF, "net": HALF, "detail": detail, "what": what}
    rows = store.connect()
    rows.begin()
    for first in range(0, size, 10_000):
        part = (
            {"order": f"SO-{n // 10}", "line": n % 10 + 1, "item": f"I-{n % 1000}", **row} for n in range(first, min(size, first + 10_000))
        )
        rows.insert(OPEN_LINE, tuple(part))
    rows.commit()
    rows.close()


def measure(*, quick: bool) -> dict[str, Any]:
    """Measure everything."""
    rounds = 3 if quick else 7
    sizes = ((40, 5), (4, 100)) if quick else ((400, 5), (60, 100))
    nth = postings((5, 50) if quick else (5, 50, 500))
    return {
        "lives": {str(size): {"orders": count, **side_by_side(count, size, rounds)} for count, size in sizes},
        "create_ms": creating(rounds),
        "posting_us_by_place": nth,
        "last_posting_to_5th": round(list(nth.values())[-1] / nth["5"], 2),
        "load_ms": loading(20 if quick else 200),
        "backorders_ms": backorders((1_000, 10_000) if quick else (10_000, 1_000_000), 20 if quick else 100),
    }


if __name__ == "__main__":
    report.main(measure, __doc__)
