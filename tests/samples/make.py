"""
Write a sample of every kind of document and event that has none yet.

``python -m tests.samples.make``, after a version of a schema was added; a sample is written once and never changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from salesflow import codec
from salesflow.kinds import EVENTS, KINDS
from salesflow.testing import strategies
from salesflow.testing.engine import values_of

FOLDER = Path(__file__).parent
DRAWS = 60
LARGEST = 12_000


def sample(strategy: st.SearchStrategy[Any]) -> Any:
    """Return the fullest of a number of draws, of a size to be looked at."""
    found: list[Any] = []

    @settings(max_examples=DRAWS, derandomize=True, database=None, phases=[Phase.generate], deadline=None)
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    fitting = [each for each in found if len(codec.dumps(each)) <= LARGEST] or found
    return max(fitting, key=lambda each: len(codec.dumps(each)))


def main() -> None:
    """Write what is missing."""
    for kind in (*KINDS, *EVENTS):
        schema = codec.schema_of(kind)
        path = FOLDER / f"{schema.removeprefix('salesflow/')}-{codec.version_of(schema)}.json"
        if not path.exists():
            drawn = sample(strategies.documents_of(kind) if kind in KINDS else values_of(kind))
            path.write_text(json.dumps(codec.to_data(drawn), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
