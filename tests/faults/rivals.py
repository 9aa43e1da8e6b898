"""
Eight programs deliver and invoice the same few orders at once, until nothing is left of them.

``python -m tests.faults.rivals --orders 40`` does so at length, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from attrs import frozen

from salesflow import orders
from salesflow.sql import Store
from tests.builders import ACME, DAY
from tests.databases import fresh_schema, server, sqlite_store
from tests.faults.programs import Programs
from tests.faults.work import PRODUCTS, check, opened, seeded

RIVALS = 8


@frozen
class Race:
    """
    What a race came to.

    Args:
        tried: How often a work was begun.
        committed: How many works were committed: each a packing slip or an invoice.
        longest: How often the work was tried that had to be tried most.
    """

    tried: int
    committed: int
    longest: int

    def __str__(self) -> str:
        done = f"{RIVALS} rivals committed {self.committed} slips and invoices in {self.tried} attempts, "
        return f"{done}at most {self.longest} for one; nothing was lost or doubled"


def race(store: Store, schema: str, *, count: int, lines: int, seed: int) -> Race:
    """Place orders and have them sold by rivals; check that everything was delivered and invoiced exactly once."""
    random = seeded(seed)
    with store.begin() as work:
        for _ in range(count):
            wanted = [orders.line(random.choice(PRODUCTS), random.randint(3, 12)) for _ in range(lines)]
            work.record(orders.place(number=work.number("SO"), customer=ACME, currency="EUR", lines=wanted, on=DAY))
    database = store.engine.url.render_as_string(hide_password=False)
    store.close()
    with Programs(database, schema) as programs:
        programs.start("sell-against-rivals", *(seed * 1000 + n for n in range(RIVALS)))
        said, failed = programs.until_all_end()
    assert not failed
    tried, committed = (sum(int(line.split()[place]) for line in said) for place in (0, 1))
    again = opened(database, schema)
    assert check(again) == committed
    with again.begin() as work:
        assert not any(order.is_unfinished for order in work.orders)
        assert len(work.slips) + len(work.invoices) == committed
    again.close()
    return Race(tried, committed, max(int(line.split()[2]) for line in said))


def race_on_sqlite(count: int, lines: int, seed: int) -> Race:
    """Race on an empty file of SQLite."""
    with tempfile.TemporaryDirectory(prefix="salesflow-rivals-") as folder:
        return race(sqlite_store(Path(folder)), "", count=count, lines=lines, seed=seed)


def race_on_postgres(count: int, lines: int, seed: int) -> Race:
    """Race on an empty schema of PostgreSQL."""
    schema = fresh_schema()
    return race(opened(server(), schema).create(), schema, count=count, lines=lines, seed=seed)


def main() -> None:
    """Race as long as asked, on both databases, and say what came of it."""
    parser = argparse.ArgumentParser(description="Have rivals sell the same orders, and check what they did.")
    parser.add_argument("--orders", type=int, default=40)
    parser.add_argument("--lines", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for name, run in (("SQLite", race_on_sqlite), ("PostgreSQL", race_on_postgres)):
        sys.stdout.write(f"{name}: {run(asked.orders, asked.lines, asked.seed)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
