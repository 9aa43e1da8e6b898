"""
Order to cash in a database: what example 01 does in memory, kept in a file, with the invoices of a month made by many workers.

``python examples/09_storage.py [FOLDER] [--database URL_OR_FILE] [--workers N] [--executor thread|process] [--json] [--currency EUR]``

The folder is as in example 01, and so are the figures; only the numbers of the invoices depend on who was faster.
The database is a file of SQLite, a temporary one where none is named, or a URL such as ``postgresql+psycopg://me@host/sales``.
A run that was broken off is taken up where it stopped; one that was finished finds nothing left to do.

It needs the extra ``sql``, and ``postgresql`` for that database. The month-end run itself is ``month_end.py``, beside this script.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from month_end import spread, store_of
from salesflow.errors import StorageError
from tables import TableError
from wholesale import MARKET, currency_code, figures, report, take

EXECUTORS: dict[str, Callable[[int], Executor]] = {
    "thread": ThreadPoolExecutor,
    "process": partial(ProcessPoolExecutor, mp_context=get_context("spawn")),
}


def run(folder: Path, currency: str, database: str, executor: Executor) -> dict[str, Any]:
    """Take every order of the folder through its life in a database, and return what the documents there say."""
    store = store_of(database).create()
    try:
        take(store, folder, currency, lambda last: spread(database, last, executor))
        return figures(store, currency)
    finally:
        store.close()


def at_least_one(text: str) -> int:
    """Return a number of workers, as given on the command line."""
    workers = int(text)
    if workers < 1:
        raise ValueError
    return workers


def main() -> int:
    """Run, and print what came of it; 2 where the input or the database is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=MARKET, metavar="FOLDER", help="the data; an invented wholesaler's by default"
    )
    parser.add_argument("--database", metavar="URL_OR_FILE", help="where the documents are kept; a temporary file by default")
    parser.add_argument("--workers", type=at_least_one, default=2, metavar="N", help="how many make invoices at a time; 2 by default")
    parser.add_argument("--executor", choices=EXECUTORS, default="thread", help="what the workers are; threads by default")
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--currency", type=currency_code, default="EUR", help="the currency of all amounts; EUR by default")
    options = parser.parse_args()
    try:
        with TemporaryDirectory() as place, EXECUTORS[options.executor](options.workers) as executor:
            found = run(options.folder, options.currency, options.database or str(Path(place) / "sales.db"), executor)
    except (TableError, StorageError) as error:
        [first, *_] = str(error).splitlines()  # a database may say much
        print("\n" if sys.stderr.isatty() else "", first, sep="", file=sys.stderr)  # below the bar, where there is one
        return 2
    print(json.dumps(found, indent=2) if options.json else report(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
