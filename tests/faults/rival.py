"""
A program that delivers and invoices random parts of a few orders until nothing is left of them, beside others that do the same.

``python -m tests.faults.rival DATABASE SCHEMA SEED``
"""

from __future__ import annotations

import sys
from datetime import timedelta
from random import Random
from typing import Any

from salesflow import Order, invoices, run
from tests.builders import DAY
from tests.faults.work import COMMITS, opened, post_slip, rehearse

PATIENT = 10_000
"""How often a rival tries: with so many at so few orders, somebody is nearly always faster."""


def main(database: str, schema: str, seed: str) -> None:
    """Wait for a line, then sell until everything is sold; say how often a work was tried and how often it was committed."""
    store = opened(database, schema)
    random = Random(int(seed))
    tried = committed = 0
    rehearse(store)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()

    def work(begun: Any) -> bool:
        nonlocal tried
        tried += 1
        return sell(begun, random)

    while run(store, work, attempts=PATIENT):
        committed += 1
    sys.stdout.write(f"{tried - 1} {committed}\n")


def sell(work: Any, random: Random) -> bool:
    """Deliver or invoice a part of one order; say whether there was anything left to do."""
    left = [order for order in work.orders if order.is_unfinished]
    if not left:
        return False
    order = random.choice(left)
    can_deliver = any(line.deliver_remainder for line in order.balances)
    if can_deliver and (random.random() < 0.5 or not any(line.delivered_not_invoiced for line in order.balances)):
        post_slip(work, order, random)
    else:
        post_invoice(work, order, random)
    work.number(COMMITS)
    return True


def post_invoice(work: Any, order: Order, random: Random) -> None:
    """Invoice what one of its slips leaves, or random quantities of what was delivered and not invoiced."""
    on = DAY + timedelta(days=30)
    open_slips = [slip for slip in order.fold.slips if order.fold.uninvoiced(slip)]
    slip = work.slips.get(random.choice(open_slips))
    work.record(invoices.post(order, slips=[slip], number=work.number("INV"), on=on))


if __name__ == "__main__":
    main(*sys.argv[1:])
