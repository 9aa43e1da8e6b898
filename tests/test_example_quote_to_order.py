"""The fourth example: from an inquiry to the last call-off, with figures worked out by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parent.parent / "examples" / "04_quote_to_order.py"


def run(*arguments: str) -> str:
    """Run the script and return what it prints."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=True).stdout


def test_the_figures_of_the_story() -> None:
    """
    200 lamps of 79.00 less 6 percent and 200 bulbs of 3.50 are 15552.00; at 70.00 a lamp 14700.00, 10.9 percent off the list.

    Of 500 lamps 200, 60, 100 and 140 are ordered; 150 bulbs of 3.50 less 12 percent take 462.00 of 2000.00.
    """
    found: dict[str, Any] = json.loads(run("--json"))
    assert found["offered"] == {"plain": "9600.00", "better": "15552.00"}
    assert (found["agreed"], found["versions"]) == ("14700.00", 2)
    assert found["orders"] == {"SO-1": "14700.00", "SO-2": "4200.00", "SO-3": "7462.00", "SO-4": "9800.00"}
    assert (found["terms"], found["refused"]) == (["HH-7"], ["agreement.over-commitment"])
    names = ("committed", "remaining", "released", "delivered_not_invoiced", "invoiced")
    lamps = [tuple(each[name] for name in names) for each in found["balances"] if each["commitment"] == 1]
    bulbs = [tuple(each[name] for name in names) for each in found["balances"] if each["commitment"] == 2]
    assert lamps == [
        ("500", "300", "0", "0", "200"),
        ("500", "240", "60", "0", "200"),
        ("500", "140", "120", "40", "200"),
        ("500", "0", "200", "40", "260"),
    ]
    assert bulbs == [("2000.00", "2000.00", "0.00", "0.00", "0.00")] * 2 + [("2000.00", "1538.00", "0.00", "462.00", "0.00")] * 2


def test_the_story_is_told() -> None:
    """Every turn of it has a line."""
    told = run()
    for line in (
        "offered better      15552.00 EUR",
        "version 2 needs approval:   14700.00 EUR",
        "  warning: discount-too-high in the better alternative",
        "  with SO-2: 120 of bulb are proposed too",
        "  lamps           500 =        0 +      200 +       40 +      260",
        "one more: commitment 1 of agreement FA-1 has 0 left, not 1 [agreement.over-commitment]",
    ):
        assert line in told.splitlines()
