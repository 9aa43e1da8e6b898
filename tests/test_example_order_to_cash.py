"""The first example: a wholesaler's half year, with figures worked out by hand on small folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "01_order_to_cash.py"
ORDER_COLUMNS = (
    "order_id,customer_id,employee_id,order_date,required_date,shipped_date,shipper_id,freight,ship_name,order_type,paid,project"
)
TABLES = {
    "customers.csv": ["customer_id,company_name,city", "NORTH,North Hardware,Utrecht", "SOUTH,South Garden,Lille"],
    "products.csv": ["product_id,product_name,unit_price", "1,Rake,10.00", "2,Rope,0.335"],
    "orders.csv": [
        ORDER_COLUMNS,
        "1,NORTH,7,2026-01-05,2026-01-20,2026-01-15,3,5.50,North,,,",
        "2,NORTH,7,2026-01-20,2026-01-25,2026-01-29,3,0,North,,,",
        "3,SOUTH,8,2026-02-01,2026-02-20,2026-02-10,3,,South,,50.00,",
        "4,SOUTH,8,2026-04-01,2026-04-20,,3,4.00,South,,,",
        "5,SOUTH,,2026-02-03,,2026-02-12,3,0,South,returned-order,,",
        "6,NORTH,7,2026-02-03,,,3,0,North,journal,,",
        "7,NORTH,7,2026-02-03,,2026-02-05,3,0,North,subscription,,",
        "8,NORTH,7,2026-02-03,,2026-02-06,3,0,North,item-requirements,0,P-1",
    ],
    "order_lines.csv": [
        "order_id,product_id,unit_price,quantity,discount",
        "1,1,10.00,2,0.05",
        "1,2,0.335,3,0",
        "2,1,9.999,3,0",
        "3,1,10.00,10,0",
        "4,1,10.00,7,0.1",
        "5,1,10.00,-1,0",
        "6,1,10.00,5,0",
        "7,2,0.335,1,0",
        "8,1,10.00,1,0",
    ],
}


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def figures(*arguments: str | Path) -> dict[str, Any]:
    """Return what the script prints as JSON."""
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def folder(place: Path, **changed: list[str]) -> Path:
    """Write the tables, some of them changed."""
    for name, rows in (TABLES | {f"{name}.csv": rows for name, rows in changed.items()}).items():
        (place / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return place


def with_cell(table: str, row: int, column: str, value: str) -> dict[str, list[str]]:
    """One table with one cell changed; the header is row 1."""
    rows = list(TABLES[f"{table}.csv"])
    header = rows[0].split(",")
    cells = rows[row - 1].split(",")
    cells[header.index(column)] = value
    rows[row - 1] = ",".join(cells)
    return {table: rows}


def test_every_figure_of_a_small_folder(tmp_path: Path) -> None:
    """Worked out by hand: lines 19.00, 1.01 (3 x 0.335), 30.00 (3 x 9.999), 100.00, 63.00, -10.00, 50.00, 0.34, 10.00."""
    found = figures(folder(tmp_path))
    assert (found["orders"], found["order_lines"]) == (8, 9)
    assert (found["net"], found["freight"]) == ("263.35", "9.50")
    assert found["open_orders"] == ["4", "6", "7"]  # not shipped, a draft, and a subscription that came round
    assert found["late_orders"] == ["2"]
    assert found["order_statuses"] == {"invoiced": 5, "open": 3}
    assert found["revenue_per_customer"] == {"NORTH": "110.35", "SOUTH": "153.00"}
    assert found["revenue_per_employee"] == {"": "-10.00", "7": "110.35", "8": "163.00"}
    assert found["revenue_per_order_quarter"] == {"2026-Q1": "200.35", "2026-Q2": "63.00"}
    assert found["customer_month_totals_by_shipped_date"] == {
        "NORTH": {"2026-01": "50.01", "2026-02": "10.34"},
        "SOUTH": {"2026-02": "90.00"},
    }
    assert (found["shipped_quantity"], found["open_quantity"], found["open_net"]) == (
        19,
        13,
        "113.33",
    )  # the rope that came round: 0.67 for two, less 0.34
    assert found["invoices"] == 3
    # 50.01 with freight of 5.50, 10.34 of which 10.00 are not paid, 90.00 of which 50.00 are not paid
    assert (found["invoiced"], found["received"], found["open_balance"]) == ("155.85", "95.85", "60.00")


def test_the_wholesalers_half_year_is_all_there() -> None:
    """The invented data show every type of order, late, open, discounted and partly paid ones, and the report says so."""
    found = figures()
    assert set(found["order_types"]) == {"journal", "subscription", "sales-order", "returned-order", "item-requirements"}
    assert found["orders"] == 320
    assert len(found["late_orders"]) > 20
    assert len(found["open_orders"]) > 10
    assert found["invoice_statuses"]["open"] > 5
    assert float(found["open_balance"]) > 0
    done = run()
    assert done.returncode == 0
    assert "open balance" in done.stdout
    assert done.stderr == ""
    assert found["net"] in done.stdout


def test_the_currency_decides_the_digits(tmp_path: Path) -> None:
    """In yen every line is a whole number."""
    changed = with_cell("orders", 2, "freight", "5")
    found = figures(folder(tmp_path, **changed), "--currency", "JPY")
    assert found["net"] == "263"  # 19 + 1 + 30 + 100 + 63 - 10 + 50 + 0 + 10
    assert found["currency"] == "JPY"
    assert run(tmp_path, "--currency", "nonsense").returncode == 2


def test_columns_that_are_not_there_are_blank(tmp_path: Path) -> None:
    """Without the three extra columns every order is a sales order, paid in full; a byte-order mark and CRLF do no harm."""
    rows = [",".join(row.split(",")[:9]) for row in TABLES["orders.csv"][:4]]
    lines = TABLES["order_lines.csv"][:5]
    place = folder(tmp_path, orders=rows, order_lines=lines)
    text = "\r\n".join(TABLES["products.csv"])
    (place / "products.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    found = figures(place)
    assert (found["orders"], found["open_balance"]) == (3, "0.00")


BAD = [
    (with_cell("orders", 3, "customer_id", "WEST"), "orders.csv, row 3, column customer_id: must be one that is known"),
    (with_cell("orders", 3, "order_date", "2026-02-30"), "orders.csv, row 3, column order_date: must be a date"),
    (with_cell("orders", 3, "order_date", ""), "orders.csv, row 3, column order_date: must not be blank"),
    (with_cell("orders", 3, "order_date", "0001-01-01"), "orders.csv, row 3, column order_date: must be a date from 1900"),
    (with_cell("orders", 3, "shipped_date", "2025-12-31"), "orders.csv, row 3, column shipped_date: order 2 was placed on 2026-01-20"),
    (with_cell("orders", 3, "order_id", "1"), "orders.csv, row 3, column order_id: must be a number of its own"),
    (with_cell("orders", 3, "freight", "-1"), "orders.csv, row 3, column freight: must be from 0"),
    (with_cell("orders", 3, "freight", "1.005"), "orders.csv, row 3, column freight: must be an amount in whole units of EUR"),
    (with_cell("orders", 3, "order_type", "gift"), "orders.csv, row 3, column order_type: must be blank or one of journal"),
    (with_cell("orders", 4, "paid", "500"), "orders.csv, row 4, column paid: must be from 0"),
    (with_cell("orders", 9, "project", ""), "orders.csv, row 9, column project: "),
    (with_cell("order_lines", 2, "quantity", "0"), "order_lines.csv, row 2, column quantity: must not be zero"),
    (with_cell("order_lines", 2, "quantity", "NaN"), "order_lines.csv, row 2, column quantity: must be a number"),
    (with_cell("order_lines", 2, "quantity", "-2"), "order_lines.csv, row 2, column quantity: line 1 orders -2"),
    (with_cell("order_lines", 2, "unit_price", "cheap"), "order_lines.csv, row 2, column unit_price: must be a number"),
    (with_cell("order_lines", 2, "unit_price", "-1"), "order_lines.csv, row 2, column unit_price: must be from 0"),
    (with_cell("order_lines", 2, "discount", "1.01"), "order_lines.csv, row 2, column discount: must be from 0 to 1"),
    (with_cell("order_lines", 2, "product_id", "9"), "order_lines.csv, row 2, column product_id: must be one that is known"),
    (with_cell("order_lines", 2, "order_id", "99"), "order_lines.csv, row 2, column order_id: must be an order of orders.csv"),
    (with_cell("products", 2, "unit_price", "0.00000000001"), "products.csv, row 2, column unit_price: must have at most 10 decimals"),
    ({"customers": ["customer_id,company_name,city"]}, "customers.csv, row 2, column customer_id: is missing"),
    ({"products": ["product_id,unit_price", "1,2"]}, "products.csv, row 1, column product_name: is missing"),
    ({"customers": ["customer_id,company_name,city", "NORTH"]}, "customers.csv, row 2: has 1 cells, the header has 3"),
    ({"order_lines": TABLES["order_lines.csv"][:-1]}, "orders.csv, row 9, column order_id: order 8 has no lines"),
]


@pytest.mark.parametrize(("changed", "problem"), BAD, ids=[problem[:60] for _, problem in BAD])
def test_a_broken_table_is_named(tmp_path: Path, changed: dict[str, list[str]], problem: str) -> None:
    """One line on standard error names file, row and column, and nothing else is printed."""
    done = run(folder(tmp_path, **changed), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert problem in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """Also when the folder is not there."""
    assert "customers.csv: is missing" in run(tmp_path / "nowhere").stderr


@pytest.mark.realdata
def test_the_real_orders_come_out_as_they_were_worked_out_independently() -> None:
    """Every figure that the independent script found comes out of the documents."""
    place = Path(os.environ["SALESFLOW_DATA"]) / "northwind"
    found = figures(place)
    truth = json.loads((place / "truth.json").read_text(encoding="utf-8"))
    keys = [
        "orders", "order_lines", "net", "freight", "open_orders", "late_orders", "revenue_per_employee", "revenue_per_customer",
        "revenue_per_order_quarter", "customer_month_totals_by_shipped_date", "open_quantity", "shipped_quantity", "open_net",
    ]  # fmt: skip
    for key in keys:
        assert found[key] == truth[key], key
    assert found["open_balance"] == "0.00"
    assert found["order_statuses"] == {"invoiced": 809, "open": 21}
