"""The first example: a folder of orders taken from placing to payment, with figures worked out by hand."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from salesflow import InvoiceStatus, OrderStatus, OrderType, deliveries

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "01_order_to_cash.py"
MARKET = ROOT / "examples" / "data" / "market"
ZERO = Decimal(0)

# Line nets: O1 1.01 (1.005 half up) and 34.00; O2 47.45 (47.4525); O3 30.15; O4 70.00 and 0.34 (0.335); O5 -8.50; O6 0.00.
SMALL = {
    "customers.csv": """customer_id,company_name
ALDER,Alder Joinery
BIRCH,Birch Boats
CEDAR,Cedar Sheds
""",
    "products.csv": """product_id,product_name,unit_price
1,Bolt,0.4
2,Plank,10
""",
    "orders.csv": """order_id,customer_id,employee_id,order_date,required_date,shipped_date,freight,order_type,paid,project
O1,ALDER,1,2026-01-05,2026-01-20,2026-01-10,5.00,,,
O2,ALDER,2,2026-01-12,2026-01-15,2026-01-16,,,,
O3,BIRCH,1,2026-01-20,2026-02-03,2026-02-03,2.50,,20.00,
O4,BIRCH,,2026-03-31,,,1,,,
O5,ALDER,2,2026-02-02,2026-02-10,2026-02-05,0,returned-order,,
O6,ALDER,2,2026-04-01,2026-04-01,2026-04-01,0.00,,,
""",
    "order_lines.csv": """order_id,product_id,unit_price,quantity,discount
O1,1,0.335,3,0
O1,2,10,4,0.15
O2,2,9.99,5,0.05
O3,1,0.335,100,0.1
O4,2,10,7,0
O4,1,0.335,1,0
O5,2,10,-1,0.15
O6,2,10,2,1
""",
}
ORDERS = SMALL["orders.csv"].splitlines()[0]
LINES = SMALL["order_lines.csv"].splitlines()[0]


@pytest.fixture(scope="module")
def example() -> Iterator[Any]:
    """The script as a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPT.parent))
        spec = importlib.util.spec_from_file_location("order_to_cash_example", SCRIPT)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


def write(folder: Path, files: Mapping[str, str] = SMALL, **changed: str) -> Path:
    """Write a folder of tables; a table given by its name without ending takes the place of that in *files*."""
    for name, text in {**files, **{f"{name}.csv": text for name, text in changed.items()}}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def figures(example: Any, folder: Path) -> dict[str, Any]:
    """Return what the documents of a folder say, as it would be read from JSON."""
    found: dict[str, Any] = json.loads(json.dumps(example.figures(example.run(folder, "EUR"), "EUR")))
    return found


def script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script as a reader would."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, encoding="utf-8", check=False)


# ---------------------------------------------------------------------- a small folder, by hand


def test_the_figures_of_a_small_folder(example: Any, tmp_path: Path) -> None:
    """Every figure is what a clerk works out by hand: discounted, late, open, partly paid, returned and given away."""
    assert figures(example, write(tmp_path)) == {
        "currency": "EUR",
        "orders": 6,
        "order_lines": 8,
        "order_statuses": {"invoiced": 5, "open": 1},
        "order_types": {"returned-order": 1, "sales-order": 5},
        "net": "174.45",
        "net_per_order_type": {"returned-order": "-8.50", "sales-order": "182.95"},
        "freight": "8.50",
        "open_orders": ["O4"],
        "late_orders": ["O2"],
        "open_quantity": 8,
        "open_net": "70.34",
        "shipped_quantity": 113,
        "revenue_per_employee": {"": "70.34", "1": "65.16", "2": "38.95"},
        "revenue_per_customer": {"ALDER": "73.96", "BIRCH": "100.49"},
        "revenue_per_order_quarter": {"2026-Q1": "174.45", "2026-Q2": "0.00"},
        "customer_month_totals_by_shipped_date": {
            "ALDER": {"2026-01": "82.46", "2026-02": "-8.50", "2026-04": "0.00"},
            "BIRCH": {"2026-02": "30.15"},
        },
        "invoices": 4,
        "invoice_statuses": {"open": 1, "paid": 3},
        "invoiced": "111.61",
        "received": "98.96",
        "open_balance": "12.65",
    }


def test_the_documents_behind_the_figures(example: Any, tmp_path: Path) -> None:
    """Orders are confirmed under terms of sale, billed on the last day of the month of delivery, and paid thirty days later."""
    with example.run(write(tmp_path), "EUR").begin() as work:
        placed, bills, paid = list(work.orders), list(work.invoices), list(work.payments)
        assert len(work.confirmations) == 6
        assert work.orders.get("O5").type is OrderType.RETURNED_ORDER and work.orders.get("O5").rma == "RMA-1"
        assert sorted(slip.on for slip in work.slips) == [
            date(2026, 1, 10), date(2026, 1, 16), date(2026, 2, 3), date(2026, 2, 5), date(2026, 4, 1)
        ]  # fmt: skip
    assert all(order.confirmations[0].on == order.placed and order.terms is not None for order in placed)
    assert [(bill.number, bill.account, bill.on, bill.orders) for bill in bills] == [
        ("INV-1", "ALDER", date(2026, 1, 31), ("O1", "O2")),
        ("INV-2", "ALDER", date(2026, 2, 28), ("O5",)),
        ("INV-3", "BIRCH", date(2026, 2, 28), ("O3",)),
        ("INV-4", "ALDER", date(2026, 4, 30), ("O6",)),
    ]
    assert [bill.totals.charges for bill in bills] == [Decimal("5.00"), 0, Decimal("2.50"), 0]
    assert all(len(bill.terms) == 1 and bill.vat == 0 for bill in bills)
    assert [(payment.number, payment.on, payment.amount) for payment in paid] == [
        ("PAY-1", date(2026, 3, 2), Decimal("87.46")),
        ("PAY-2", date(2026, 3, 30), Decimal("-8.50")),
        ("PAY-3", date(2026, 3, 30), Decimal("20.00")),
    ]


def test_the_figures_follow_the_documents(example: Any, tmp_path: Path) -> None:
    """An order delivered in the store after the tables were read is delivered in the figures too."""
    store = example.run(write(tmp_path), "EUR")
    with store.begin() as work:
        work.record(deliveries.post(work.orders.get("O4"), {1: 7}, number=work.number("PS"), on=date(2026, 4, 2)))
    found = example.figures(store, "EUR")
    assert (found["open_orders"], found["open_quantity"], found["open_net"]) == (["O4"], 1, "0.34")
    assert (found["shipped_quantity"], found["net"], found["order_statuses"]) == (120, "174.45", {"invoiced": 5, "open": 1})
    with store.begin() as work:
        work.record(deliveries.post(work.orders.get("O4"), number=work.number("PS"), on=date(2026, 4, 2)))
    found = example.figures(store, "EUR")
    assert (found["open_orders"], found["open_quantity"], found["open_net"]) == ([], 0, "0.00")
    assert found["order_statuses"] == {"delivered": 1, "invoiced": 5}


def test_the_order_types(example: Any, tmp_path: Path) -> None:
    """A journal stays a draft; a subscription is open again once invoiced; item requirements and their project are invoiced."""
    kinds = f"""{ORDERS}
J,ALDER,1,2026-01-05,2026-01-20,,3,journal,,
S,ALDER,1,2026-01-05,2026-01-20,2026-01-20,0,subscription,,
R,ALDER,1,2026-01-05,2026-01-20,2026-01-20,0,item-requirements,,P-1
T,ALDER,1,2026-01-05,2026-01-20,2026-01-20,0,sales-order,,P-1
"""
    lines = f"{LINES}\nJ,2,10,-1,0\nS,2,10,2,0\nR,2,10,3,0\nT,2,10,4,0\n"
    store = example.run(write(tmp_path, orders=kinds, order_lines=lines), "EUR")
    with store.begin() as work:
        journal, subscription, requirements, _ = work.orders
        assert work.projects.get("P-1").customer == "ALDER"
        assert [confirmation.order for confirmation in work.confirmations] == ["S", "R", "T"]
    assert journal.is_journal and not journal.postings and not journal.confirmations
    assert (subscription.status, subscription.line(1).deliver_remainder, subscription.line(1).invoiced) == (OrderStatus.OPEN, 2, 2)
    assert (requirements.status, requirements.project) == (OrderStatus.INVOICED, "P-1")
    found = example.figures(store, "EUR")
    assert (found["open_orders"], found["open_quantity"], found["open_net"]) == (["J", "S"], 1, "10.00")
    assert (found["net"], found["invoiced"], found["open_balance"]) == ("80.00", "90.00", "0.00")


@pytest.mark.parametrize(
    ("sold", "received", "balance", "status"),
    [(10, [], "70.00", InvoiceStatus.OPEN), (3, [], "0.00", InvoiceStatus.PAID), (2, [Decimal(-10)], "0.00", InvoiceStatus.PAID)],
)
def test_a_return_is_set_off_against_what_is_unpaid(
    example: Any, tmp_path: Path, sold: int, received: list[Decimal], balance: str, status: InvoiceStatus
) -> None:
    """A month with unpaid goods and 30.00 of returns leaves the difference: owed, nothing, or paid back."""
    sheet = f"{ORDERS}\nA,ALDER,1,2026-01-05,,2026-01-10,0,,0,\nB,ALDER,1,2026-01-05,,2026-01-10,0,returned-order,,\n"
    lines = f"{LINES}\nA,2,10,{sold},0\nB,2,10,-3,0\n"
    store = example.run(write(tmp_path, orders=sheet, order_lines=lines), "EUR")
    with store.begin() as work:
        [bill] = work.invoices
        assert [payment.amount for payment in work.payments] == received
    assert bill.status is status
    assert example.figures(store, "EUR")["open_balance"] == balance


def test_tables_from_a_spreadsheet(example: Any, tmp_path: Path) -> None:
    """A byte order mark, line ends of two characters, blank lines and unknown columns change nothing."""
    plain, office = tmp_path / "plain", tmp_path / "office"
    plain.mkdir()
    office.mkdir()
    write(plain)
    for name, text in SMALL.items():
        header, *rows = text.splitlines()
        wider = [f"{header},note", *(f'{row},"a, b"' for row in rows), ""]
        (office / name).write_bytes(b"\xef\xbb\xbf" + "\r\n".join(wider).encode() + b"\r\n")
    assert figures(example, office) == figures(example, plain)


def test_the_extra_columns_may_be_absent(example: Any, tmp_path: Path) -> None:
    """Without the columns for type, payment and project every order is a sales order that is paid in full."""
    sheet = "\n".join(",".join(row.split(",")[:7]) for row in SMALL["orders.csv"].splitlines() if not row.startswith("O5")) + "\n"
    lines = "\n".join(row for row in SMALL["order_lines.csv"].splitlines() if not row.startswith("O5")) + "\n"
    found = figures(example, write(tmp_path, orders=sheet, order_lines=lines))
    assert (found["orders"], found["order_types"], found["net"], found["open_balance"]) == (5, {"sales-order": 5}, "182.95", "0.00")


def test_parts_of_a_unit(example: Any, tmp_path: Path) -> None:
    """Quantities need not be whole; a sum that is not whole is text, so that nothing is lost."""
    found = figures(example, write(tmp_path, order_lines=SMALL["order_lines.csv"].replace("O4,2,10,7,0", "O4,2,10,6.75,0")))
    assert (found["open_quantity"], found["open_net"]) == ("7.75", "67.84")


def test_what_came_round_is_rounded_with_what_was_delivered(example: Any, tmp_path: Path) -> None:
    """A subscription of 0.335 is invoiced at 0.34; two of them are 0.67, so 0.33 is open once it has come round."""
    sheet = f"{ORDERS}\nS,ALDER,1,2026-01-05,,2026-01-20,0,subscription,,\n"
    found = figures(example, write(tmp_path, orders=sheet, order_lines=f"{LINES}\nS,1,0.335,1,0\n"))
    assert (found["net"], found["invoiced"], found["open_orders"], found["open_net"]) == ("0.34", "0.34", ["S"], "0.33")


def test_the_currency_decides_the_digits(tmp_path: Path) -> None:
    """In yen every line is a whole number, half up away from zero: 1, 34, 47, 30, 70, 0, -9 and 0."""
    done = script(write(tmp_path, orders=SMALL["orders.csv"].replace("2.50", "3")), "--json", "--currency", "JPY")
    found = json.loads(done.stdout)
    assert (found["currency"], found["net"], found["freight"], found["open_net"]) == ("JPY", "173", "9", "70")
    assert (found["invoiced"], found["received"], found["open_balance"]) == ("111", "98", "13")


# ---------------------------------------------------------------------- bad input


BAD = [
    ("orders.csv", "2026-01-16,,", "2026-13-16,,", "row 3, column shipped_date", "a date"),
    ("orders.csv", "2026-01-16,,", "2026-01-11,,", "row 3, column shipped_date", "order.before-placed"),
    ("orders.csv", "2026-01-16,,", "9999-12-31,,", "row 3, column shipped_date", "from 1900 to 2999"),
    ("orders.csv", "2026-01-12", "", "row 3, column order_date", "blank"),
    ("orders.csv", "2026-01-12", "1899-12-31", "row 3, column order_date", "from 1900 to 2999"),
    ("orders.csv", "2026-01-15", "soon", "row 3, column required_date", "'soon'"),
    ("orders.csv", "5.00", "five", "row 2, column freight", "'five'"),
    ("orders.csv", "5.00", "-0.01", "row 2, column freight", "from 0"),
    ("orders.csv", "5.00", "5.005", "row 2, column freight", "whole units of EUR"),
    ("orders.csv", "5.00", "NaN", "row 2, column freight", "'NaN'"),
    ("orders.csv", "O2,", "O1,", "row 3, column order_id", "also in row 2"),
    ("orders.csv", "O2,", ",", "row 3, column order_id", "blank"),
    ("orders.csv", "O2,", "O7,", "order_lines.csv, row 4, column order_id", "'O2'"),
    ("orders.csv", "O2,ALDER", "O2,ASPEN", "row 3, column customer_id", "'ASPEN'"),
    ("orders.csv", "returned-order", "", "order_lines.csv, row 8, column quantity", "order.sign"),
    ("orders.csv", "returned-order", "gift", "row 6, column order_type", "'gift'"),
    ("orders.csv", "returned-order", "journal", "row 6, column shipped_date", "order.journal"),
    ("orders.csv", "2.50,,20.00", "2.50,,32.66", "row 4, column paid", "32.65"),
    ("orders.csv", "2.50,,20.00", "2.50,,-0.01", "row 4, column paid", "-0.01"),
    ("orders.csv", "2.50,,20.00", "2.50,,20.001", "row 4, column paid", "whole units of EUR"),
    ("orders.csv", "2026-03-31,,,1,,,", "2026-03-31,,,1,,5,", "row 5, column paid", "from 0 to 0"),
    ("orders.csv", "2.50,,20.00", "2.50,item-requirements,", "row 4, column project", "order.project-missing"),
    ("orders.csv", "shipped_date", "sent", "row 1, column shipped_date", "missing"),
    ("orders.csv", "2.50,,20.00,", "2.50", "row 4", "cells"),
    ("order_lines.csv", ",quantity", ",number", "row 1, column quantity", "missing"),
    ("order_lines.csv", "O2,2,9.99,5", "O2,2,9.99,0", "row 4, column quantity", "zero"),
    ("order_lines.csv", "O2,2,9.99,5", "O2,2,9.99,-5", "row 4, column quantity", "order.sign"),
    ("order_lines.csv", "O2,2,9.99,5", "O2,2,9.99,many", "row 4, column quantity", "'many'"),
    ("order_lines.csv", "O2,2,9.99,5", "O2,2,9.99,1e999999", "row 4, column quantity", "1000000000000"),
    ("order_lines.csv", "O2,2,9.99,5", "O2,2,9.99,1e-99", "row 4, column quantity", "decimals"),
    ("order_lines.csv", "O2,2,9.99,5", "O2,2,-9.99,5", "row 4, column unit_price", "from 0"),
    ("order_lines.csv", "O2,2,9.99,5", "O2,2,,5", "row 4, column unit_price", "blank"),
    ("order_lines.csv", "O2,2,9.99,5", "O2,2,Infinity,5", "row 4, column unit_price", "'Infinity'"),
    ("order_lines.csv", "5,0.05", "5,-0.05", "row 4, column discount", "from 0 to 1"),
    ("order_lines.csv", "5,0.05", "5,1.01", "row 4, column discount", "from 0 to 1"),
    ("order_lines.csv", "5,0.05", "5,sNaN", "row 4, column discount", "'sNaN'"),
    ("order_lines.csv", "O2,2,", "O2,3,", "row 4, column product_id", "'3'"),
    ("order_lines.csv", "O2,2,", "O9,2,", "row 4, column order_id", "'O9'"),
    ("order_lines.csv", "O2,2,9.99,5,0.05\n", "", "orders.csv, row 3, column order_id", "order.no-lines"),
    ("order_lines.csv", "O2,2,9.99,5,0.05", "O2,2,9.99,5,0,05", "row 4", "cells"),
    ("order_lines.csv", "O2,2,9.99", 'O2,2,"9.99', "order_lines.csv:", "cannot be read"),
    ("products.csv", "2,Plank", "1,Plank", "row 3, column product_id", "also in row 2"),
    ("products.csv", "2,Plank", "2,", "row 3, column product_name", "blank"),
    ("products.csv", "Plank,10", "Plank,x", "row 3, column unit_price", "'x'"),
    ("products.csv", "Plank,10", "Plank,0.00000000001", "row 3, column unit_price", "at most 10 decimals"),
    ("customers.csv", "BIRCH,Birch Boats", "BIRCH", "row 3", "1 cells"),
    ("customers.csv", "BIRCH", "ALDER", "row 3, column customer_id", "also in row 2"),
    ("customers.csv", "Birch Boats", "", "row 3, column company_name", "blank"),
]  # fmt: skip


def refused(example: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> str:
    """Run the script on what it cannot take; return its one line of complaint."""
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), *map(str, arguments)])
    assert example.main() == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    [line] = printed.err.splitlines()
    return line


@pytest.mark.parametrize(("file", "right", "wrong", "place", "what"), BAD)
def test_a_broken_cell_is_named(
    example: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    file: str,
    right: str,
    wrong: str,
    place: str,
    what: str,
) -> None:
    """One line says in which file, row and column something is wrong, what it is and what was needed; nothing else is printed."""
    assert right in SMALL[file]
    folder = write(tmp_path, SMALL | {file: SMALL[file].replace(right, wrong, 1)})
    line = refused(example, capsys, monkeypatch, folder, "--json")
    assert line.startswith(place if ".csv" in place else f"{file}, {place}:")
    assert what in line


def test_a_project_of_another_customer(
    example: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project belongs to the customer of its first order."""
    sheet = SMALL["orders.csv"].replace("5.00,,,", "5.00,,,P-1", 1).replace("1,,,\n", "1,,,P-1\n", 1)
    line = refused(example, capsys, monkeypatch, write(tmp_path, orders=sheet))
    assert line.startswith("orders.csv, row 5, column project:") and "order.project-of-another" in line


@pytest.mark.parametrize("file", SMALL)
def test_a_file_that_holds_nothing(
    example: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    """A file that is missing, empty, a header only, or no text is named."""
    write(tmp_path)
    header = SMALL[file].splitlines()[0]
    for content, place in ((b"", "row 1"), (header.encode() + b"\n", "row 2"), (header.encode() + b"\n\xff\xfe", "cannot be read")):
        (tmp_path / file).write_bytes(content)
        line = refused(example, capsys, monkeypatch, tmp_path)
        assert line.startswith(file) and place in line
    (tmp_path / file).unlink()
    line = refused(example, capsys, monkeypatch, tmp_path)
    assert line.startswith(file) and "missing" in line


def test_the_currency_decides_what_an_amount_is(
    example: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Yen have no decimals, so 2.50 of freight is refused; a code that is no money's is refused on the command line."""
    line = refused(example, capsys, monkeypatch, write(tmp_path), "--currency", "JPY")
    assert line.startswith("orders.csv, row 4, column freight:") and "JPY" in line
    done = script("--currency", "XXX")
    assert done.returncode == 2 and "currency" in done.stderr and "Traceback" not in done.stderr


def test_a_folder_that_is_not_there(
    example: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first file it should hold is named as missing."""
    assert refused(example, capsys, monkeypatch, tmp_path / "nowhere").startswith("customers.csv: is missing")


# ---------------------------------------------------------------------- as it is printed


def test_the_market_as_a_report() -> None:
    """Without arguments the script reports on the invented wholesaler, and says nothing on the error stream off a terminal."""
    done = script()
    assert (done.returncode, done.stderr) == (0, "")
    assert "best customers" in done.stdout and "open balance" in done.stdout
    assert json.loads(script("--json").stdout)["net"] in done.stdout
    assert len(done.stdout.splitlines()) < 50


def test_the_market_shows_everything() -> None:
    """The invented wholesaler has every order type, late, open and partly paid orders; and its documents add up."""
    done = script("--json")
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(found["order_types"]) == {"journal", "subscription", "sales-order", "returned-order", "item-requirements"}
    assert found["late_orders"] and found["open_orders"] and found["invoice_statuses"]["open"]
    assert set(found["order_statuses"]) == {"invoiced", "open"}
    net = Decimal(found["net"])
    for key in ("revenue_per_employee", "revenue_per_customer", "revenue_per_order_quarter", "net_per_order_type"):
        assert sum(map(Decimal, found[key].values())) == net
    months = [Decimal(each) for year in found["customer_month_totals_by_shipped_date"].values() for each in year.values()]
    assert found["invoices"] == len(months) == sum(found["invoice_statuses"].values())
    renewed = Decimal(found["net_per_order_type"]["subscription"])  # delivered once and open again
    assert sum(months) + Decimal(found["open_net"]) == net + renewed
    assert Decimal(found["open_balance"]) == Decimal(found["invoiced"]) - Decimal(found["received"]) > 0


def test_the_market_against_its_tables(example: Any) -> None:
    """What the documents say is what the tables hold, added up without them."""
    found = figures(example, MARKET)
    with (MARKET / "orders.csv").open(encoding="utf-8", newline="") as file:
        sheet = {row["order_id"]: row for row in csv.DictReader(file)}
    with (MARKET / "order_lines.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    months: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    per_customer: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        order = sheet[line["order_id"]]
        price = Decimal(line["unit_price"]) * (1 - Decimal(line["discount"]))
        net = (price * Decimal(line["quantity"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
        per_customer[order["customer_id"]] += net
        if order["shipped_date"]:
            months[order["customer_id"]][order["shipped_date"][:7]] += net
    shipped = {number: row for number, row in sheet.items() if row["shipped_date"]}
    assert (found["orders"], found["order_lines"]) == (len(sheet), len(lines))
    assert found["revenue_per_customer"] == {customer: str(net) for customer, net in per_customer.items()}
    assert found["customer_month_totals_by_shipped_date"] == {
        customer: {month: str(net) for month, net in own.items()} for customer, own in months.items()
    }
    assert Decimal(found["freight"]) == sum((Decimal(row["freight"]) for row in sheet.values()), ZERO)
    assert found["late_orders"] == [number for number, row in shipped.items() if row["shipped_date"] > row["required_date"]]
    assert found["shipped_quantity"] == sum(int(line["quantity"]) for line in lines if line["order_id"] in shipped)
    open_again = {number for number, row in shipped.items() if row["order_type"] == "subscription"}
    assert set(found["open_orders"]) == (sheet.keys() - shipped.keys()) | open_again


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return that it is."""
        return True


def test_progress_is_for_terminals(example: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar is drawn on a terminal and ends its line; elsewhere nothing is drawn, and the items come either way."""
    for stream, drawn in ((Terminal(), "2/2\n"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "stderr", stream)
        assert list(example.progress(["a", "b"], "placing")) == ["a", "b"]
        assert stream.getvalue().endswith(drawn) and bool(stream.getvalue()) is bool(drawn)


# ---------------------------------------------------------------------- the real orders


@pytest.mark.realdata
def test_northwind_as_its_truth_says() -> None:
    """Every figure that was worked out beside the public data set is reproduced, to the cent."""
    folder = Path(os.environ["SALESFLOW_DATA"]) / "northwind"
    done = script(folder, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    promised = {
        "orders", "order_lines", "net", "freight", "open_orders", "late_orders", "revenue_per_employee", "revenue_per_customer",
        "revenue_per_order_quarter", "customer_month_totals_by_shipped_date", "open_quantity", "shipped_quantity", "open_net",
    }  # fmt: skip
    assert promised <= found.keys() & truth.keys()
    assert {key: found[key] for key in found.keys() & truth.keys()} == {key: truth[key] for key in found.keys() & truth.keys()}
    assert found["order_statuses"] == {"invoiced": found["orders"] - len(truth["open_orders"]), "open": len(truth["open_orders"])}
    assert found["invoices"] == sum(len(months) for months in truth["customer_month_totals_by_shipped_date"].values())
    assert found["open_balance"] == "0.00"
