"""
Programs that sell, each in a process of its own; one process loads everything and then forks them, so that a start takes no time.

``python -m tests.faults.programs DATABASE SCHEMA`` reads lines with a task and a number, such as a seed, for each program that is to do it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, Self

from sqlalchemy import event

from salesflow import Outcome, PackingSlip, deliveries, invoices
from salesflow.sql import Store
from salesflow.unit_of_work import run
from tests.builders import DAY
from tests.faults.work import COMMITS, STEPS, opened, post_slip, rehearse, seeded

ROOT = Path(__file__).resolve().parents[2]
PATIENT = 10_000
"""How often a rival tries: with so many at so few orders, somebody is nearly always faster."""
CHECKPOINT = 40
"""After how many pages SQLite moves what was written ahead to the file: often enough for kills to hit it."""


class Programs:
    """What starts programs on a database, as the test sees it; leaving its block ends them all."""

    def __init__(self, database: str, schema: str, *, rehearsed: bool = True) -> None:
        command = [sys.executable, "-m", "tests.faults.programs", database, schema, *(["rehearsed"] if rehearsed else [])]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.line() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def start(self, task: str, *seeds: int) -> tuple[int, ...]:
        """Start a program for each seed, and return their process ids."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join([task, *map(str, seeds)]) + "\n")
        self._process.stdin.flush()
        return tuple(int(each) for each in self.line().split())

    def line(self) -> str:
        """Return the next line that was said."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def until_all_end(self) -> tuple[list[str], list[int]]:
        """Wait for the programs; return what they said, and the exit codes of those that failed: the signal, below zero, where killed."""
        said: list[str] = []
        while not (line := self.line()).startswith("ended"):
            assert line, "the programs are gone"
            said.append(line)
        return said, [int(each) for each in line.split()[1:]]


# ---------------------------------------------------------------------- the other side


def main(database: str, schema: str, *rehearsed: str) -> None:
    """Load everything, and start what is asked for."""
    store = opened(database, schema, CHECKPOINT if "://" not in database else 0)
    if rehearsed:
        rehearse(store)
    store.close()  # no connection may be shared with the children
    _say("ready")
    for line in sys.stdin:
        task, *seeds = line.split()
        waiting, gate = os.pipe()
        pids = [_forked(TASKS[task], store, int(seed), waiting, gate) for seed in seeds]
        _say(" ".join(map(str, pids)))
        os.close(waiting)
        os.close(gate)
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        _say(" ".join(["ended", *(str(code) for code in codes if code)]))


def _forked(task: Callable[[Store, int], None], store: Store, seed: int, waiting: int, gate: int) -> int:
    """Start a program that waits at a gate, which is open when it was closed by all; return its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.close(gate)
        os.read(waiting, 1)
        task(store, seed)
        store.close()
    except BaseException:  # noqa: BLE001  a fork must not go on as if it were its parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


# ---------------------------------------------------------------------- what the programs do


def sell_until_killed(store: Store, seed: int) -> None:
    """Sell, and say after each commit how many there are."""
    random = seeded(seed)
    while True:
        with store.begin() as work:
            committed = work.number(COMMITS)
            random.choice(STEPS)(work, random)
        _say(committed)


def sell_against_rivals(store: Store, seed: int) -> None:
    """Deliver and invoice parts of the orders until nothing is left of them; say how often it was tried and how often it worked."""
    random = seeded(seed)
    tries = [0]

    def work(begun: Any) -> bool:
        tries[-1] += 1
        return sell_a_part(begun, random)

    while run(store, work, attempts=PATIENT):
        tries.append(0)
    _say(f"{sum(tries[:-1])} {len(tries) - 1} {max(tries)}")


def sell_a_part(work: Any, random: Random) -> bool:
    """Deliver a part of one order or invoice one of its slips; say whether there was anything left to do."""
    left = [order for order in work.orders if order.is_unfinished]
    if not left:
        return False
    order = random.choice(left)
    slips = [slip for slip in order.fold.slips if order.fold.uninvoiced(slip)]
    if not slips or (order.fold.to_deliver and random.random() < 0.5):
        post_slip(work, order, random)
    else:
        slip = work.slips.get(random.choice(slips))
        work.record(invoices.post(order, slips=[slip], number=work.number("INV"), on=DAY + timedelta(days=30)))
    work.number(COMMITS)
    return True


def deliver_once(work: Any, key: str, quantity: int) -> PackingSlip:
    """Deliver so many of the first line of an order under a key, with a number drawn for it."""

    def command() -> Outcome[PackingSlip]:
        return deliveries.post(work.orders.get("SO-1"), {1: quantity}, number=work.number("PS"), on=DAY)

    slip: PackingSlip = work.once(key, ("deliver", "SO-1", quantity), command).document
    return slip


def deliver_and_wait(store: Store, quantity: int) -> None:
    """Deliver, say so, and never come to the answer."""
    run(store, lambda work: deliver_once(work, "K-1", quantity))
    _say("committed")
    signal.pause()


def answer_once(store: Store, quantity: int) -> None:
    """Deliver under the key that all have, and answer with the number of the slip."""
    _say(run(store, lambda work: deliver_once(work, "K-1", quantity)).number)


def create(store: Store, _: int) -> None:
    """Make the tables."""
    store.create()


def create_and_wait(store: Store, _: int) -> None:
    """Make the tables, and stop in the middle."""

    @event.listens_for(store.engine, "before_cursor_execute")
    def _stop(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if statement.startswith("CREATE INDEX"):
            _say("half made")
            signal.pause()

    store.create()


TASKS: dict[str, Callable[[Store, int], None]] = {
    "sell-until-killed": sell_until_killed,
    "sell-against-rivals": sell_against_rivals,
    "deliver-and-wait": deliver_and_wait,
    "deliver-once": answer_once,
    "create": create,
    "create-and-wait": create_and_wait,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
