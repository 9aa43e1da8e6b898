"""The third example: sales and credits of a counter, with figures worked out by hand."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "03_credits.py"
HEADER = "line,document_no,kind,stock_code,description,quantity,issued_at,unit_price,customer_id,country"
ROWS = (
    "1,100,invoice,30101,Pot,6,2026-03-01 09:00,2.50,A,NL",
    "2,100,invoice,30101,Pot,4,2026-03-01 09:00,2.50,A,NL",
    "3,C101,credit,30101,Pot,-7,2026-03-01 09:00,2.50,A,NL",
    "4,102,invoice,30101,Pot,1,2026-03-31 10:00,2.75,A,NL",
    "5,C103,credit,30101,Pot,-5,2026-04-01 11:00,2.50,A,NL",
    "6,C103,credit,30101,Pot,-1,2026-04-01 11:00,2.75,A,NL",
    "7,C104,credit,30102,Bowl,-2,2026-04-02 12:00,1.005,B,NL",
    "8,105,invoice,POST,Postage,1,2026-04-02 13:00,4.95,,NL",
    "9,105,invoice,30103,Gift,1,2026-04-02 13:00,0,,NL",
    "10,106,invoice,30104,Can,1,2026-04-03 13:00,9.95,B,NL",
    "11,106,invoice,30101,Pot,-2,2026-04-03 13:00,2.50,B,NL",
)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def write(folder: Path, *rows: str) -> Path:
    """Write a file of lines and return its folder."""
    (folder / "invoice_lines.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return folder


def figures(folder: Path | None = None) -> dict[str, Any]:
    """Return what the script prints as JSON."""
    done = run(*([folder] if folder else []), "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_figure_of_a_few_lines(tmp_path: Path) -> None:
    """
    A sold 6 + 4 at 2.50 and gave 7 back, then 5 of which 3 are left; the one at 2.75 is another price.

    B's bowls were never sold: 2 x 1.005 is 2.01. Customers without a number share one account.
    """
    found = figures(write(tmp_path, *ROWS))
    assert found["document_totals"] == {
        "100": "25.00",
        "C101": "-17.50",
        "102": "2.75",
        "C103": "-15.25",
        "C104": "-2.01",
        "105": "4.95",
        "106": "4.95",
    }
    assert (found["lines"], found["invoices"], found["credit_notes"], found["customers"]) == (11, 4, 3, 2)
    assert (found["invoiced_total"], found["credited_total"], found["net_total"]) == ("37.65", "-34.76", "2.89")
    assert [found[f"credit_lines_{name}"] for name in ("fully_matched", "partly_matched", "unmatched")] == [2, 1, 1]
    assert (found["credited_quantity"], found["matched_credit_quantity"]) == (15, 11)
    assert found["unmatched"] == [
        {"line": 5, "document_no": "C103", "stock_code": "30101", "unmatched_quantity": 2},
        {"line": 7, "document_no": "C104", "stock_code": "30102", "unmatched_quantity": 2},
    ]
    assert found["month_net"] == {"2026-03": "10.25", "2026-04": "-7.36"}
    assert found["customer_month_net"] == {
        "A": {"2026-03": "10.25", "2026-04": "-15.25"},
        "B": {"2026-04": "2.94"},
        "walk-in": {"2026-04": "4.95"},
    }
    assert (found["lines_without_customer"], found["negative_quantity_on_invoice"], found["zero_price_lines"]) == (2, 1, 1)
    assert found["non_product_codes"] == {"POST": 1}
    assert (found["paid_back"], found["open_balance"]) == ("39.76", "0.00")


def test_a_credit_comes_after_the_invoices_of_its_minute(tmp_path: Path) -> None:
    """Also where it stands before them in the file."""
    rows = ("1,C1,credit,30101,Pot,-1,2026-03-01 09:00,2.50,A,NL", "2,2,invoice,30101,Pot,1,2026-03-01 09:00,2.50,A,NL")
    assert figures(write(tmp_path, *rows))["credit_lines_fully_matched"] == 1
    later = (rows[0], rows[1].replace("09:00", "09:01"))
    assert figures(write(tmp_path, *later))["credit_lines_unmatched"] == 1


def test_the_first_time_of_a_document_holds_and_is_reported(tmp_path: Path) -> None:
    """The lines of one document stand a minute apart: a credit of the first minute finds it, whichever line comes first in the file."""
    rows = (
        "1,100,invoice,30101,Pot,6,2026-03-01 09:01,2.50,A,NL",
        "2,100,invoice,30101,Pot,4,2026-03-01 09:00,2.50,A,NL",
        "3,C101,credit,30101,Pot,-7,2026-03-01 09:00,2.50,A,NL",
    )
    found = figures(write(tmp_path, *rows))
    assert (found["credit_lines_fully_matched"], found["documents_with_several_times"]) == (1, ["100"])
    assert "documents that have several: 100" in run(write(tmp_path, *rows)).stdout
    assert figures(write(tmp_path, *ROWS))["documents_with_several_times"] == []


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("1,100", "x,100", "row 2, column line"),
        ("1,100", "0,100", "row 2, column line"),
        ("2,100", "1,100", "row 3, column line"),
        ("Pot,6,", "Pot,0,", "row 2, column quantity"),
        ("Pot,6,", "Pot,1e99,", "row 2, column quantity"),
        ("Pot,6,", "Pot,NaN,", "row 2, column quantity"),
        ("Pot,-7,", "Pot,7,", "row 4, column quantity"),
        ("2.50,A", "-2.50,A", "row 2, column unit_price"),
        ("2.50,A", ",A", "row 2, column unit_price"),
        ("1,100,invoice", "1,100,refund", "row 2, column kind"),
        ("2,100,invoice", "2,C101,invoice", "row 4, column kind"),
        ("2026-03-01 09:00", "yesterday", "row 2, column issued_at"),
        ("2,100,invoice,30101,Pot,4,2026-03-01 09:00", "2,100,invoice,30101,Pot,4,2026-03-02 00:00", "row 3, column issued_at"),
        ("4,2026-03-01 09:00,2.50,A", "4,2026-03-01 09:00,2.50,B", "row 3, column customer_id"),
        ("1,100,invoice,30101", "1,100,invoice,", "row 2, column stock_code"),
        ("1,100", "1,", "row 2, column document_no"),
    ],
)
def test_a_broken_cell_is_named(tmp_path: Path, right: str, wrong: str, place: str) -> None:
    """File, row and column, and no traceback."""
    text = "\n".join(ROWS)
    assert right in text
    done = run(write(tmp_path, *text.replace(right, wrong, 1).split("\n")), "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"invoice_lines.csv, {place}: ")
    assert len(done.stderr.splitlines()) == 1


def test_an_empty_file_a_missing_one_and_no_currency(tmp_path: Path) -> None:
    """Each is said in a line."""
    assert run(write(tmp_path)).stderr.startswith("invoice_lines.csv, row 2, column line: is missing")
    assert run(tmp_path / "nowhere").stderr.startswith("invoice_lines.csv: is missing")
    assert "currency" in run(write(tmp_path, *ROWS), "--currency", "ZZZ").stderr


def test_the_counter_as_a_report() -> None:
    """The shop that comes with the example prints within a page, and every kind of match occurs."""
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) < 40
    found = figures()
    assert all(found[f"credit_lines_{name}"] for name in ("fully_matched", "partly_matched", "unmatched"))
    assert found["negative_quantity_on_invoice"] and found["lines_without_customer"] and found["zero_price_lines"]
    assert found["open_balance"] == "0.00"


def test_the_counter_against_a_sum_over_its_rows() -> None:
    """What the documents say is what the rows come to: quantity times price, rounded half up by line."""
    totals: dict[str, Decimal] = defaultdict(Decimal)
    with (ROOT / "examples" / "data" / "counter" / "invoice_lines.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            totals[row["document_no"]] += round(Decimal(row["quantity"]) * Decimal(row["unit_price"]), 2)
    assert figures()["document_totals"] == {number: f"{total:.2f}" for number, total in totals.items()}


@pytest.mark.realdata
def test_a_year_of_an_online_retailer() -> None:
    """457 invoices and 146 credit notes give every figure that was worked out independently."""
    folder = Path(os.environ["SALESFLOW_DATA"]) / "online_retail_germany"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    found = figures(folder)

    def settled(value: object) -> object:
        """Amounts may be written with fewer zeros there."""
        if isinstance(value, dict):
            return {key: settled(each) for key, each in value.items()}
        if isinstance(value, str) and value.lstrip("-").replace(".", "", 1).isdigit():
            return Decimal(value)
        return value

    assert {key: settled(found[key]) for key in truth} == {key: settled(value) for key, value in truth.items()}
