"""The ninth example: order to cash in a database, and the month-end run spread over threads, processes and a cluster."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from importlib import import_module
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import make_url

from salesflow import deliveries, orders
from salesflow.sql import Store
from tests.databases import fresh_schema, server

EXAMPLES = Path(__file__).parent.parent / "examples"
MARKET = EXAMPLES / "data" / "market"
KEPT = 70
"""How many orders of the market are taken."""


@pytest.fixture(scope="module")
def example() -> Iterator[ModuleType]:
    """The script as a module, from where workers can import what it imports."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES))
        patch.setenv("PYTHONPATH", str(EXAMPLES), prepend=os.pathsep)  # for the server that processes are forked from
        yield import_module("09_storage")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few of the orders of the market."""
    folder = tmp_path_factory.mktemp("market")
    for name in ("customers.csv", "products.csv"):
        shutil.copy(MARKET / name, folder)
    sheet = (MARKET / "orders.csv").read_text(encoding="utf-8").splitlines()[: KEPT + 1]
    (folder / "orders.csv").write_text("\n".join(sheet), encoding="utf-8")
    known = {row["order_id"] for row in csv.DictReader(sheet)}
    header, *lines = (MARKET / "order_lines.csv").read_text(encoding="utf-8").splitlines()
    (folder / "order_lines.csv").write_text("\n".join([header, *(each for each in lines if each.split(",")[0] in known)]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def expected(example: ModuleType, folder: Path) -> tuple[dict[str, Any], set[Any]]:
    """The figures of the first example, and its invoices."""
    store = import_module("01_order_to_cash").run(folder, "EUR")
    return example.figures(store, "EUR"), invoices_of(store)


@pytest.fixture(scope="module")
def delivered(example: ModuleType, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[date]]:
    """A file with everything delivered and nothing invoiced, and the last days of its months."""
    file = tmp_path_factory.mktemp("delivered") / "sales.db"
    months: list[date] = []
    store = Store(file).create()
    example.take(store, folder, "EUR", months.append)
    store.close()
    return file, months


def invoices_of(store: Any) -> set[Any]:
    """The invoices of a store, whatever their numbers."""
    with store.begin() as work:
        return {(bill.account, bill.on, bill.net, bill.total, tuple(bill.orders), lines_of(bill)) for bill in work.invoices}


def lines_of(bill: Any) -> tuple[Any, ...]:
    """What an invoice takes: of which order and slip, how many of each line, and for how much."""
    return tuple((part.order, part.slip, part.quantities, part.nets) for part in bill.parts)


def printed(example: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> Any:
    """Run the script on its arguments, and return the object it prints."""
    monkeypatch.setattr(sys, "argv", ["09_storage.py", "--json", *map(str, arguments)])
    assert example.main() == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


def opened(kind: str, workers: int) -> Executor:
    """An executor of so many workers; processes share what is loaded before they begin, where the system can do that."""
    if kind == "thread":
        return ThreadPoolExecutor(workers)
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    context.set_forkserver_preload(["month_end"])
    return ProcessPoolExecutor(workers, mp_context=context)


def billed(database: str, months: list[date], executor: Executor) -> Any:
    """Run the ends of these months one after the other, and return the store."""
    month_end = import_module("month_end")
    for last in months:
        month_end.spread(database, last, executor)
    return month_end.store_of(database)


def refused(example: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> str:
    """Run the script on what it cannot do; return its one line of complaint."""
    monkeypatch.setattr(sys, "argv", ["09_storage.py", *map(str, arguments)])
    assert example.main() == 2
    out, err = capsys.readouterr()
    [line] = err.splitlines()
    assert out == ""
    return str(line)


# ---------------------------------------------------------------------- the script


def test_the_figures_are_those_of_the_first_example(
    example: ModuleType,
    folder: Path,
    expected: tuple[Any, Any],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Kept in a file and billed by three threads, the documents say what they say in memory; a second run changes nothing."""
    file = tmp_path / "sales.db"
    assert printed(example, capsys, monkeypatch, folder, "--database", file, "--workers", "3") == expected[0]
    store = Store(file)
    told = len(store.events)
    assert printed(example, capsys, monkeypatch, folder, "--database", file, "--executor", "process") == expected[0]
    assert len(store.events) == told
    assert invoices_of(store) == expected[1]
    store.close()


def test_a_run_that_was_broken_off_is_taken_up(example: ModuleType, folder: Path, expected: tuple[Any, Any], tmp_path: Path) -> None:
    """Whatever was committed stays, and the next run does the rest."""
    store = Store(tmp_path / "sales.db").create()
    store.close()
    with pytest.raises(InterruptedError):
        example.take(store, folder, "EUR", interrupted)
    with ThreadPoolExecutor(1) as executor:
        assert example.run(folder, "EUR", str(tmp_path / "sales.db"), executor) == expected[0]


def interrupted(last: date) -> None:
    """Stand for the power that fails."""
    raise InterruptedError(last)


def test_as_it_is_printed(example: ModuleType, folder: Path, expected: tuple[Any, Any]) -> None:
    """Without ``--json`` it is the report of the first example, and off a terminal nothing is said on the error stream."""
    script: list[str | Path] = [sys.executable, EXAMPLES / "09_storage.py", folder]
    done = subprocess.run(script, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", example.report(expected[0]) + "\n")


def test_what_it_cannot_do_is_said_in_a_line(
    example: ModuleType, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A folder without tables, a file that is no database, and a server that is not there."""
    assert refused(example, capsys, monkeypatch, tmp_path).startswith("customers.csv: is missing")
    (tmp_path / "text.db").write_text("no database " * 1000, encoding="utf-8")
    assert "not a database" in refused(example, capsys, monkeypatch, folder, "--database", tmp_path / "text.db")
    assert "the database" in refused(example, capsys, monkeypatch, folder, "--database", "postgresql+psycopg://nobody@localhost:1/none")
    assert "the database" in refused(example, capsys, monkeypatch, folder, "--database", "parchment://sales")
    for wrong in ("0", "many"):
        monkeypatch.setattr(sys, "argv", ["09_storage.py", "--workers", wrong])
        with pytest.raises(SystemExit):
            example.main()


# ---------------------------------------------------------------------- the month-end run


@pytest.mark.parametrize(("kind", "workers"), [(kind, workers) for kind in ("thread", "process") for workers in (1, 2, 7)])
def test_any_number_of_workers_makes_the_same_invoices(
    example: ModuleType, delivered: tuple[Path, list[date]], expected: tuple[Any, Any], tmp_path: Path, *, kind: str, workers: int
) -> None:
    """Threads or processes, one or seven: the same invoices with numbers without gaps, and none on a second run."""
    shutil.copy(delivered[0], tmp_path)
    with opened(kind, workers) as executor:
        store = billed(str(tmp_path / "sales.db"), delivered[1], executor)
        told = len(store.events)
        assert invoices_of(store) == expected[1]
        billed(str(tmp_path / "sales.db"), delivered[1], executor)
    with store.begin() as work:
        assert {bill.number for bill in work.invoices} == {f"INV-{n}" for n in range(1, len(expected[1]) + 1)}
    assert len(store.events) == told
    store.close()


def test_an_account_that_is_billed_by_many_at_a_time(delivered: tuple[Path, list[date]], expected: tuple[Any, Any], tmp_path: Path) -> None:
    """However often the same task runs at the same time, its invoice is posted once; who asks for it at that very moment gets the same answer."""
    shutil.copy(delivered[0], tmp_path)
    database, last = str(tmp_path / "sales.db"), delivered[1][0]
    month_end = import_module("month_end")
    account = month_end.accounts(month_end.store_of(database), last)[0]
    with ThreadPoolExecutor(4) as executor:
        tasks = [executor.submit(month_end.bill_customer, database, account, last) for _ in range(8)]
        assert {number for task in tasks for number in task.result()} == {"INV-1"}
    assert invoices_of(month_end.store_of(database)) == {bill for bill in expected[1] if bill[:2] == (account, last)}
    month_end.store_of(database).close()


def test_what_is_delivered_after_the_run_is_invoiced_by_the_next(delivered: tuple[Path, list[date]], tmp_path: Path) -> None:
    """A delivery of the month that is entered late gets an invoice of its own."""
    shutil.copy(delivered[0], tmp_path)
    database, last = str(tmp_path / "sales.db"), delivered[1][-1]
    with ThreadPoolExecutor(2) as executor:
        store = billed(database, delivered[1], executor)
        with store.begin() as work:
            customer, product = next(iter(work.parties)), next(iter(work.products))
            lines = [orders.line(product, 1)]
            order = work.record(orders.place(number="LATE", customer=customer, currency="EUR", lines=lines, on=last))
            work.record(deliveries.post(order, number="PS-LATE", on=last))
        [number] = import_module("month_end").spread(database, last, executor)
    with store.begin() as work:
        bill = work.invoices.get(number)
    assert (bill.account, bill.orders, [part.slip for part in bill.parts]) == (customer.number, ("LATE",), ["PS-LATE"])
    store.close()


def test_a_cluster_makes_the_same_invoices_in_postgresql(
    example: ModuleType, folder: Path, expected: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two worker processes of a Dask cluster, through the executor of its client: as in memory, and nothing on a second run."""
    dask: Any = import_module("distributed")
    url = make_url(server()).update_query_dict({"options": f"-csearch_path={fresh_schema()}"})
    database = url.render_as_string(hide_password=False)
    months: list[date] = []
    store = import_module("month_end").store_of(database).create()
    example.take(store, folder, "EUR", months.append)
    with (
        dask.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        dask.Client(cluster) as client,
        client.get_executor(pure=False) as executor,
    ):
        billed(database, months, executor)
        told = len(store.events)
        assert invoices_of(store) == expected[1]
        billed(database, months, executor)
    assert (len(store.events), len(cluster.scheduler.workers)) == (told, 0)
    store.close()


# ---------------------------------------------------------------------- the real orders


@pytest.mark.realdata
def test_northwind_as_its_truth_says(example: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every figure that was worked out beside the public data set is reproduced from the database, to the cent."""
    folder = Path(os.environ["SALESFLOW_DATA"]) / "northwind"
    found = printed(example, capsys, monkeypatch, folder)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    known = found.keys() & truth.keys()
    assert {"net", "open_orders", "late_orders", "customer_month_totals_by_shipped_date"} <= known
    assert {key: found[key] for key in known} == {key: truth[key] for key in known}
    assert found["invoices"] == sum(len(months) for months in truth["customer_month_totals_by_shipped_date"].values())
