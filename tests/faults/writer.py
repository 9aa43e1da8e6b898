"""
A program that keeps selling until it is killed: it says on a line of its own how many works are committed, once each is.

``python -m tests.faults.writer DATABASE SCHEMA SEED CHECKPOINT``
"""

from __future__ import annotations

import sys
from random import Random

from tests.faults.work import COMMITS, STEPS, opened, rehearse


def main(database: str, schema: str, seed: str, checkpoint: str) -> None:
    """Load everything, wait for a line, and sell."""
    store = opened(database, schema, int(checkpoint))
    random = Random(int(seed))
    rehearse(store)
    _say("ready")
    sys.stdin.readline()
    while True:
        with store.begin() as work:
            committed = work.number(COMMITS)
            random.choice(STEPS)(work, random)
        _say(committed)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
