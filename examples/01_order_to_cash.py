"""
Order to cash: a folder of orders taken from placing to payment, and the figures read back from the documents.

``python examples/01_order_to_cash.py [FOLDER] [--json] [--currency EUR]``

The folder holds ``customers.csv``, ``products.csv``, ``orders.csv`` and ``order_lines.csv``.
Every order is placed, confirmed and delivered on its shipped date, all at once; one without that date stays open.
Every customer gets one invoice per month, for what was delivered in it, and pays it on the due date.
Three more columns of ``orders.csv`` may be there. ``order_type`` is blank for a sales order.
``paid`` is what was received for the order, and blank when that is all of it. ``project`` is what item requirements are for.

Each step is a few lines of ``wholesale.py``, beside this script.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from functools import partial
from pathlib import Path

from salesflow import Period, memory, summaries
from tables import TableError
from wholesale import MARKET, currency_code, figures, progress, report, take

__all__ = ["bill", "figures", "main", "progress", "run"]


def run(folder: Path, currency: str) -> memory.Store:
    """Take every order of the folder through its life, and return the store with all documents."""
    store = memory.Store()
    take(store, folder, currency, partial(bill, store))
    return store


def bill(store: memory.Store, last: date) -> None:
    """Post the invoices of a month, one per customer, dated on its last day: all of them or none."""
    with store.begin() as work:
        for plan in summaries.plan_invoices(work.orders, work.slips, period=Period.month_of(last)):
            delivered = [work.orders.get(order) for order in plan.orders]
            work.record(summaries.post_plan(plan, delivered, number=work.number("INV"), on=last))


def main() -> int:
    """Run, and print what came of it; 2 where the input is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=MARKET, metavar="FOLDER", help="the data; an invented wholesaler's by default"
    )
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--currency", type=currency_code, default="EUR", help="the currency of all amounts; EUR by default")
    options = parser.parse_args()
    try:
        found = figures(run(options.folder, options.currency), options.currency)
    except TableError as error:
        print("\n" if sys.stderr.isatty() else "", error, sep="", file=sys.stderr)  # below the bar, where there is one
        return 2
    print(json.dumps(found, indent=2) if options.json else report(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
