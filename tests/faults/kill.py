"""
Kill a program that sells, again and again, and look each time at what it left behind.

``python -m tests.faults.kill --times 200`` kills as often on SQLite, and as often on PostgreSQL.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from random import Random

from attrs import frozen
from sqlalchemy import make_url, text

from salesflow.sql import Store
from tests.databases import fresh_schema, server, sqlite_store
from tests.faults.work import check, opened

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 0.2
"""How many seconds a writer lives at most, once it began to write."""
PER_DATABASE = 20
"""How many writers follow each other on one database in the long run: looking at everything takes longer the more there is."""
_WRITERS = count(1)


@frozen
class Found:
    """
    What a number of kills came to.

    Args:
        unheard: How often a commit was there that nobody had heard of: the writer was killed between the commit and saying so.
        cut: How often the writer was killed with nothing of its last work kept.
    """

    kills: int
    acknowledged: int
    unheard: int
    cut: int

    def __str__(self) -> str:
        return f"{self.kills} kills, {self.acknowledged} commits acknowledged and all kept, {self.unheard} more that nobody heard of"


class Writer:
    """A program that sells to a store, and waits until it is let go."""

    def __init__(self, database: str, schema: str, seed: int, checkpoint: int) -> None:
        self.name = f"writer-{next(_WRITERS)}"
        if database.startswith("postgresql"):
            database = make_url(database).update_query_dict({"application_name": self.name}).render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.faults.writer", database, schema, str(seed), str(checkpoint)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def killed_after(self, seconds: float) -> list[int]:
        """Let it go, kill it after so many seconds, and return the commits it has acknowledged."""
        said = self._process.stdout
        assert said is not None
        assert said.readline() == "ready\n"
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        time.sleep(seconds)
        assert self._process.poll() is None, "the writer ended by itself"
        self._process.kill()
        lines, _ = self._process.communicate()
        return [int(line.partition("-")[2]) for line in lines.splitlines()]


def kill(store: Store, schema: str, *, times: int, seed: int) -> Found:
    """Kill so many writers, one after the other, and check the store after each of them."""
    database = store.engine.url.render_as_string(hide_password=False)
    random = Random(seed)
    checkpoints = (0, 8) if store.engine.dialect.name == "sqlite" else (0,)
    committed = acknowledged = unheard = cut = 0
    with ExitStack() as running:

        def started(n: int) -> Writer:
            return running.enter_context(Writer(database, schema, seed * 1000 + n, random.choice(checkpoints)))

        ahead = started(0)
        for n in range(1, times + 1):
            writer, ahead = ahead, started(n)  # the next one loads while this one sells
            heard = writer.killed_after(random.uniform(0, LONGEST))
            _wait_until_gone(store, writer.name)
            assert heard == list(range(committed + 1, committed + 1 + len(heard)))
            last = committed + len(heard)
            committed = check(opened_again(store, schema))
            assert committed in {last, last + 1}, f"{last} commits were acknowledged, and {committed} are there"
            acknowledged += len(heard)
            unheard += committed - last
            cut += committed == last
    return Found(times, acknowledged, unheard, cut)


def opened_again(store: Store, schema: str) -> Store:
    """Return a store on the same database that remembers nothing."""
    store.close()
    return opened(store.engine.url.render_as_string(hide_password=False), schema)


def _wait_until_gone(store: Store, name: str) -> None:
    """Wait until PostgreSQL has noticed that a client is gone; until then it may still commit what was asked of it."""
    if store.engine.dialect.name == "sqlite":
        return
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
    with store.engine.connect() as connection:
        while connection.execute(asked, {"name": name}).scalar_one():
            time.sleep(0.01)


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
