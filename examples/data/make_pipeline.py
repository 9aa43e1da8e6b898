"""
Write a year of an invented seller of espresso machines: four files in the folder ``pipeline``.

Run ``python examples/data/make_pipeline.py``.
The seed is fixed, so that every run writes the same bytes; nothing here is taken from a real business.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from random import Random

FOLDER = Path(__file__).resolve().parent / "pipeline"
SEED = 20260501
DEALS, ACCOUNTS = 160, 24
FIRST, LAST = date(2025, 2, 3), date(2025, 12, 31)
MACHINES = {"Crema One": 890, "Crema Duo": 1450, "Bistro Three": 3900, "Bistro Five": 6200, "Grinder M": 340}
TEAMS = {
    "Seller 1": ("Lead A", "North"),
    "Seller 2": ("Lead A", "North"),
    "Seller 3": ("Lead B", "South"),
    "Seller 4": ("Lead B", "South"),
    "Seller 5": ("Lead B", "South"),
}
STAGES = ("Won", "Lost", "Engaging", "Prospecting")


def write(name: str, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write one file."""
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def deal(number: int, lots: Random) -> tuple[object, ...]:
    """Return one row of the pipeline."""
    machine = lots.choice(list(MACHINES))
    stage = lots.choices(STAGES, weights=(48, 29, 15, 8))[0]
    engaged = FIRST + timedelta(days=lots.randrange(330))
    closed = engaged + timedelta(days=lots.randrange(4, 120))
    if stage in {"Won", "Lost"} and closed > LAST:
        stage = "Engaging"
    value = round(MACHINES[machine] * lots.uniform(0.88, 1.08)) if stage == "Won" else 0 if stage == "Lost" else ""
    account = f"Cafe {lots.randrange(ACCOUNTS) + 1}" if stage in {"Won", "Lost"} or lots.random() < 0.4 else ""
    return (
        f"E{number:04}",
        lots.choice(list(TEAMS)[:4]),
        machine,
        account,
        stage,
        "" if stage == "Prospecting" else engaged,
        closed if stage in {"Won", "Lost"} else "",
        value,
    )


def main() -> None:
    """Write the four files."""
    lots = Random(SEED)
    FOLDER.mkdir(exist_ok=True)
    write(
        "accounts.csv", ("account", "sector"), ((f"Cafe {n + 1}", lots.choice(("hotel", "office", "restaurant"))) for n in range(ACCOUNTS))
    )
    write("products.csv", ("product", "series", "sales_price"), ((name, name.split()[0], price) for name, price in MACHINES.items()))
    write("sales_teams.csv", ("sales_agent", "manager", "regional_office"), ((name, *team) for name, team in TEAMS.items()))
    header = ("opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value")
    write("sales_pipeline.csv", header, [deal(number, lots) for number in range(1, DEALS + 1)])
    write("targets.csv", ("sales_agent", "year", "target"), ((name, 2025, 30_000 + 5_000 * place) for place, name in enumerate(TEAMS)))


if __name__ == "__main__":
    main()
