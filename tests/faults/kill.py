"""
Kill a program that sells, again and again, and look each time at what it left behind.

``python -m tests.faults.kill --times 200`` kills as often on SQLite, and as often on PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path

from attrs import frozen
from sqlalchemy import text

from salesflow.sql import Store
from tests.databases import fresh_schema, server, sqlite_store
from tests.faults.programs import Programs
from tests.faults.work import check, named, opened, seeded

MOST = 5
"""How many commits are waited for at most, before the time begins to run."""
LONGEST = 0.05
"""How many seconds a writer then lives at most."""
PER_DATABASE = 20
"""How many writers follow each other on one database in the long run: looking at everything takes longer the more there is."""
NAME = f"salesflow-writer-{os.getpid()}"


@frozen
class Found:
    """
    What a number of kills came to.

    Args:
        unheard: How often a commit was there that nobody had heard of: the writer was killed between the commit and saying so.
    """

    kills: int
    acknowledged: int
    unheard: int

    def __str__(self) -> str:
        return f"{self.kills} kills, {self.acknowledged} commits acknowledged and all kept, {self.unheard} more that nobody heard of"


def kill(store: Store, schema: str, *, times: int, seed: int) -> Found:
    """Kill so many writers, one after the other, and check the store after each of them."""
    database = store.engine.url.render_as_string(hide_password=False)
    store.close()
    random = seeded(seed)
    committed = acknowledged = unheard = 0
    with Programs(named(database, NAME), schema) as programs:
        for n in range(times):
            [pid] = programs.start("sell-until-killed", seed * 1000 + n)
            first = [programs.line() for _ in range(random.randint(0, MOST))]
            time.sleep(random.uniform(0, LONGEST))
            os.kill(pid, signal.SIGKILL)
            said, failed = programs.until_all_end()
            assert failed == [-signal.SIGKILL], "the writer ended by itself"
            heard = [int(line.partition("-")[2]) for line in (*first, *said)]
            assert heard == list(range(committed + 1, committed + 1 + len(heard)))
            _wait_until_gone(store)
            last = committed + len(heard)
            found = opened(database, schema)
            committed = check(found)
            found.close()
            assert committed in {last, last + 1}, f"{last} commits were acknowledged, and {committed} are there"
            acknowledged += len(heard)
            unheard += committed - last
    return Found(times, acknowledged, unheard)


def _wait_until_gone(store: Store) -> None:
    """Wait until PostgreSQL has noticed that a client is gone; until then it may still commit what was asked of it."""
    if store.engine.dialect.name == "sqlite":
        return
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
    with store.engine.connect() as connection:
        while connection.execute(asked, {"name": NAME}).scalar_one():
            time.sleep(0.01)
    store.close()


def kill_on_sqlite(times: int, seed: int) -> Found:
    """Kill writers on an empty file of SQLite."""
    with tempfile.TemporaryDirectory(prefix="salesflow-kill-") as folder:
        return kill(sqlite_store(Path(folder)), "", times=times, seed=seed)


def kill_on_postgres(times: int, seed: int) -> Found:
    """Kill clients on an empty schema of PostgreSQL."""
    schema = fresh_schema()
    return kill(opened(server(), schema).create(), schema, times=times, seed=seed)


def main() -> None:
    """Kill as often as asked, on both databases, and say what was found."""
    parser = argparse.ArgumentParser(description="Kill programs that sell, and check what they leave behind.")
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    for name, killed in (("SQLite", kill_on_sqlite), ("PostgreSQL", kill_on_postgres)):
        left, seed = asked.times, asked.seed
        while left > 0:
            found = killed(min(left, PER_DATABASE), seed)
            sys.stdout.write(f"{name}, seed {seed}: {found}\n")
            sys.stdout.flush()
            left -= PER_DATABASE
            seed += 1


if __name__ == "__main__":
    main()
