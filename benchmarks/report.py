"""What all benchmarks have in common: their options, and how figures are printed."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import Any


def main(measure: Callable[..., Mapping[str, Any]], description: str | None) -> None:
    """
    Measure and print.

    Args:
        measure: Takes ``quick`` and returns figures by name; some are groups of figures.
        description: What the benchmark says of itself.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds, to see that it runs")
    options = parser.parse_args()
    found = measure(quick=options.quick)
    if options.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        if isinstance(figures, Mapping):
            print(name)
            width = max(map(len, figures))
            for key, value in figures.items():
                print(f"  {key:>{width}}: {value}")
        else:
            print(f"{name}: {figures}")
