"""The sixth example: packages over several orders, with figures worked out by hand; and the seventh, a story."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "06_packages.py"
FILES = {
    "orders.csv": [
        "order_id,placed_at,confirmed_at,paid_at,price,customer",
        "1,2026-03-02 09:00:00,2026-03-04 09:00:00,2026-03-03 09:00:00,25.00,",
        "2,2026-03-02 10:00:00,2026-03-02 11:00:00,2026-03-20 09:00:00,12.50,",
    ],
    "order_items.csv": ["item_id,order_id,price,picked_at", "A,1,10.00,", "B,1,10.00,", "C,2,12.50,"],
    "packages.csv": [
        "package_id,created_at,sent_at,delivered_at,failed_attempts,price",
        "X,,2026-03-03 08:00:00,2026-03-03 12:00:00,2,22.50",
        "Y,,2026-03-05 08:00:00,2026-03-06 12:00:00,0,11.00",
    ],
    "package_items.csv": ["package_id,item_id", "X,A", "X,C", "Y,B", "Y,Z"],
    "payment_reminders.csv": ["order_id,at", "2,2026-03-02 12:00:00", "2,2026-03-10 12:00:00", "2,2026-03-15 12:00:00"],
    "stock_events.csv": ["item_id,event,at", "A,out_of_stock,2026-03-02 09:30:00", "A,reordered,2026-03-02 09:40:00"],
}


def run(*arguments: str | Path, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
    """Run a script."""
    return subprocess.run([sys.executable, script, *arguments], capture_output=True, text=True, check=False)


def written(folder: Path, **other: list[str]) -> Path:
    """Write the six files, some of them otherwise."""
    for name, rows in (FILES | {f"{name}.csv": rows for name, rows in other.items()}).items():
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def replayed(folder: Path) -> dict[str, Any]:
    """Return what the script prints as JSON."""
    done = run(folder, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_figures_worked_out_by_hand(tmp_path: Path) -> None:
    """Two orders, two packages, one of them over both; a payment ahead, a delivery before confirmation, reminders before and after."""
    found = replayed(written(tmp_path))
    assert found["per_order"] == {
        "1": {"items": 2, "packages": 2, "first_delivery": "2026-03-03 12:00:00", "last_delivery": "2026-03-06 12:00:00", "reminders": 0},
        "2": {"items": 1, "packages": 1, "first_delivery": "2026-03-03 12:00:00", "last_delivery": "2026-03-03 12:00:00", "reminders": 3},
    }
    expected = {
        "orders": 2,
        "items": 3,
        "packages": 2,
        "orders_total": "37.50",
        "orders_in_several_packages": 1,
        "packages_with_several_orders": 1,
        "items_packed_more_than_once": [],
        "items_never_packed": [],
        "packed_items_without_order": ["Z"],
        "orders_fully_delivered": 2,
        "failed_attempts": 2,
        "packages_with_failed_attempt": 1,
        "orders_paid": 2,
        "orders_paid_before_full_delivery": 1,
        "reminders": 3,
        "orders_with_reminder": 1,
        "orders_with_2_or_more_reminders": 1,
        "items_out_of_stock": 1,
        "order_price_minus_items": {"5.00": 1, "0.00": 1},
        "packages_price_not_sum_of_items": ["Y"],
        "confirmed_after_paid": 1,
        "placed_per_month": {"2026-03": 2},
        "invoiced": "37.50",
        "still_owed": "0.00",
        "rejected": {"no-order": 1},
    }
    assert {name: found[name] for name in expected} == expected


def test_what_no_rule_admits_is_reported(tmp_path: Path) -> None:
    """A piece packed twice is delivered once."""
    found = replayed(written(tmp_path, package_items=["package_id,item_id", "X,A", "X,C", "Y,A"]))
    assert found["rejected"] == {"delivery.over-remainder": 1, "not-there": 1}
    assert (found["items_packed_more_than_once"], found["items_never_packed"], found["orders_fully_delivered"]) == (["A"], ["B"], 1)


@pytest.mark.parametrize(
    ("name", "rows", "message"),
    [
        (
            "orders",
            ["order_id,placed_at,confirmed_at,paid_at,price", "1,tomorrow,,,1"],
            "orders.csv, row 2, column placed_at: must be a moment",
        ),
        ("orders", ["order_id,placed_at,confirmed_at,paid_at,price", "1,2026-03-02 09:00:00,,,-1"], "column price: must be zero or more"),
        (
            "packages",
            ["package_id,sent_at,delivered_at,failed_attempts,price", "X,,,1.5,1"],
            "column failed_attempts: must be a whole number",
        ),
        ("stock_events", ["item_id"], "stock_events.csv, row 1, column event: is missing"),
    ],
)
def test_rubbish_is_named_with_its_place(tmp_path: Path, name: str, rows: list[str], message: str) -> None:
    """File, row and column, and no traceback."""
    done = run(written(tmp_path, **{name: rows}))
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sample_comes_out_in_words() -> None:
    """The small warehouse that comes with the example; its log conforms."""
    done = run()
    assert done.returncode == 0, done.stderr
    assert "conforms to the life tables" in done.stdout


def test_the_story_of_a_return_and_a_case() -> None:
    """Every step is told; the money is to the cent, the clock is kept, and the log conforms."""
    done = run("--json", script=ROOT / "examples" / "07_returns_and_service.py")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    steps = {step["step"]: step for step in told["steps"]}
    credited = steps["they are credited"]
    assert (credited["credited"], credited["cost"], credited["kept"], credited["status"]) == ("-68.79", "21.00", "7", "closed")
    assert steps["it is solved"]["kept"] == "met"
    assert steps["eleven cannot come back"]["refused"] == ["line 1 of order SO-1 has 10 that can come back, not 11"]
    assert "cancel" in steps["they arrive and are set aside for inspection"]["not"]
    assert told["conforms"]
    assert "not cancel: return is open" in run(script=ROOT / "examples" / "07_returns_and_service.py").stdout


@pytest.mark.realdata
def test_the_public_log_gives_its_known_figures() -> None:
    """Every figure worked out from the files alone."""
    folder = Path(os.environ["SALESFLOW_DATA"]) / "ocel_order_management"
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    found = replayed(folder)
    assert {name: found.get(name) for name in truth} == truth
    assert found["rejected"] == {}
