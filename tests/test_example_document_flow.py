"""The second example: a document flow replayed, with figures worked out by hand."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "02_document_flow.py"
HEADER = (
    "chain,from_doc,from_item,from_type,to_doc,to_item,to_type,quantity,unit,value,currency,"
    "created_date,created_time,material,movement_type,billing_category"
)


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def replayed(folder: Path | None = None) -> dict[str, Any]:
    """Return what the script prints as JSON."""
    done = run(*([folder] if folder else []), "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def flow(folder: Path, *rows: str) -> Path:
    """Write a flow and return its folder."""
    (folder / "flow.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def small() -> dict[str, Any]:
    """The figures of the small flow that comes with the example."""
    return replayed()


def row(found: dict[str, Any], order: str, item: str = "000010") -> dict[str, Any]:
    """Return the figures of an order item."""
    [one] = [each for each in found["order_items"] if (each["order"], each["item"]) == (order, item)]
    return dict(one)


def test_parts_add_up(small: dict[str, Any]) -> None:
    """Two deliveries and two invoices of one item are counted and summed."""
    one = row(small, "5001")
    assert (one["deliveries"], one["invoices"], one["cancellations"]) == (2, 2, 0)
    assert (one["delivered_qty"], one["goods_issued_qty"], one["invoiced_qty"]) == ("100", "100", "100")
    assert (one["invoiced_value"], one["delivered_not_invoiced_qty"], one["currency"], one["units"]) == ("1250.00", "0", "EUR", "ST")
    assert row(small, "5001", "000020")["delivered_not_invoiced_qty"] == "5"


def test_a_cancelled_invoice_is_invoiced_again(small: dict[str, Any]) -> None:
    """Gross, cancelled and net are told apart, over two orders on one invoice."""
    one = row(small, "5003")
    assert (one["invoices"], one["cancellations"]) == (2, 1)
    assert (one["invoiced_qty"], one["cancelled_qty"], one["net_invoiced_qty"]) == ("16", "8", "8")
    assert (one["invoiced_value"], one["cancelled_value"]) == ("288.40", "148.40")


def test_a_cancellation_waits_for_the_invoice_of_its_day(small: dict[str, Any]) -> None:
    """An invoice, its cancellation and the next invoice of one day are all admitted."""
    one = row(small, "5004")
    assert (one["invoices"], one["cancellations"], one["net_invoiced_qty"]) == (2, 1, "1")
    assert "5004" not in {each["order"] for each in small["rejected"]}


def test_a_value_no_price_gives_is_stated(small: dict[str, Any]) -> None:
    """1.5 for 10.00 and 1 for 7.00 have no price in common: both nets are stated, and a goods issue taken back counts nothing."""
    one = row(small, "5005")
    assert (one["invoiced_value"], one["delivered_qty"], one["goods_issued_qty"]) == ("17.00", "2.5", "0")
    assert small["order_items_with_stated_nets"] == ["5002/000010", "5003/000010", "5004/000010", "5005/000010"]


def test_what_no_rule_admits_is_reported_with_its_rule(small: dict[str, Any]) -> None:
    """Rows without quantity, the cancellation of a debit memo and a second currency are rejected, and still have their figures."""
    found = {(each["order"], each["item"], each["document"]): each["rule"] for each in small["rejected"]}
    assert found == {
        ("5006", "000010", "8005"): "delivery.sign",
        ("5006", "000010", "9011"): "invoice.sign",
        ("5007", "000010", "7002"): "invoice.credited",
        ("5008", "000020", "9013"): "invoice.one-account",
    }
    assert row(small, "5007")["cancelled_value"] == "320.00"
    assert row(small, "5008", "000020")["invoiced_value"] == "140000"


def test_the_lists_name_the_items(small: dict[str, Any]) -> None:
    """Counts and lists follow from the figures."""
    assert small["order_items_with_delivery"] == 7
    assert small["order_items_with_invoice"] == 8
    assert small["order_items_delivered_in_parts"] == ["5001/000010"]
    assert small["order_items_with_cancelled_invoice"] == ["5002/000010", "5003/000010", "5004/000010", "5007/000010"]
    assert small["order_items_invoiced_without_delivery"] == 3
    assert small["order_items_fully_delivered_and_invoiced"] == 5
    assert small["order_items_delivered_not_invoiced_at_all"] == 2


def test_without_json_it_prints_a_report() -> None:
    """The report says what was taken for the ordered quantity."""
    done = run()
    assert done.returncode == 0
    assert "largest of delivered, invoiced and cancelled" in done.stdout
    assert "4 rows that no rule admits" in done.stdout


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1,5,000010,order,8,1,delivery,x,ST,0,,2026-01-01,,A,,", "row 2, column quantity: must be a number, not 'x'"),
        ("1,5,000010,order,8,1,delivery,NaN,ST,0,,2026-01-01,,A,,", "row 2, column quantity: must be a number, not 'NaN'"),
        ("1,5,000010,order,8,1,delivery,,ST,0,,2026-01-01,,A,,", "row 2, column quantity: must not be blank"),
        ("1,5,000010,order,8,1,delivery,1,ST,0,,2026-13-01,,A,,", "row 2, column created_date: must be a date"),
        ("1,5,ten,order,8,1,delivery,1,ST,0,,2026-01-01,,A,,", "row 2, column from_item: must be a whole number"),
        ("1,5,000010,order,9,1,invoice,1,ST,1,XXQ,2026-01-01,,A,,", "row 2, column currency: currency must be an ISO 4217 code"),
        ("1,5,000010", "row 2: has 3 cells, the header has 16"),
    ],
)
def test_a_broken_cell_is_named(tmp_path: Path, line: str, problem: str) -> None:
    """A fault names file, row and column, and nothing is printed beside it."""
    done = run(flow(tmp_path, line), "--json")
    assert done.returncode == 2
    assert problem in done.stderr
    assert done.stderr.startswith("flow.csv, ")
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_missing_file_or_column_is_named(tmp_path: Path) -> None:
    """So is a file or a column that is not there."""
    assert "flow.csv: is missing" in run(tmp_path).stderr
    (tmp_path / "flow.csv").write_text(HEADER.replace("value,", "") + "\n", encoding="utf-8")
    assert "flow.csv, row 1, column value: is missing" in run(tmp_path).stderr


def test_an_empty_flow_has_no_items(tmp_path: Path) -> None:
    """A header alone is an empty flow."""
    assert replayed(flow(tmp_path))["order_items"] == []


@pytest.mark.realdata
def test_the_real_flow_comes_out_as_it_was_worked_out_independently() -> None:
    """Every figure of every item, and every key about items, equals what an independent script found."""
    folder = Path(os.environ["SALESFLOW_DATA"]) / "sap_o2c_docflow"
    found = replayed(folder)
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    for key in truth:
        if key.startswith("order_items_"):
            assert found[key] == truth[key], key
    with (folder / "truth_order_items.csv").open(encoding="utf-8", newline="") as lines:
        wanted = list(csv.DictReader(lines))
    assert [(each["order"], each["item"]) for each in found["order_items"]] == [(each["order"], each["item"]) for each in wanted]
    text = {"order", "item", "currency", "units"}
    for mine, theirs in zip(found["order_items"], wanted, strict=True):
        for column, value in theirs.items():
            same = mine[column] == value if column in text else Decimal(str(mine[column])) == Decimal(value)
            assert same, (theirs["order"], theirs["item"], column)
    assert {each["rule"] for each in found["rejected"]} == {"delivery.sign", "invoice.sign", "invoice.credited", "invoice.one-account"}
