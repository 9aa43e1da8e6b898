"""
Write a month of an invented lamp shop that packs its orders together: six files in the folder ``packages``.

Run ``python examples/data/make_packages.py``.
The seed is fixed, so that every run writes the same bytes; nothing here is taken from a real business.
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

FOLDER = Path(__file__).resolve().parent / "packages"
SEED = 20260401
ORDERS = 24
FREIGHT = Decimal("4.50")
OPENING = datetime(2026, 4, 1, 8, 30)  # noqa: DTZ001  the warehouse writes its own clock, without a zone
LAMPS = {"DESK": "34.95", "WALL": "59.00", "FLOOR": "129.50", "BULB": "6.25", "SHADE": "17.80"}
Row = tuple[object, ...]


def main() -> None:
    """Write the files."""
    lots = Random(SEED)
    orders: list[Row] = []
    items: list[Row] = []
    stock: list[Row] = []
    reminders: list[Row] = []
    packages: list[Row] = []
    packed: list[Row] = []
    waiting: list[tuple[str, Decimal]] = []
    serial, at = 1, OPENING
    for place in range(ORDERS):
        number, at = f"L{place + 1:03}", at + timedelta(hours=lots.randint(2, 20))
        pieces = [
            (f"{name}-{serial + each:04}", Decimal(LAMPS[name]))
            for each, name in enumerate(lots.choices(list(LAMPS), k=lots.randint(1, 4)))
        ]
        serial += len(pieces)
        paid = at + timedelta(days=lots.randint(1, 12))
        total = sum((price for _, price in pieces), FREIGHT)
        orders.append((number, at, at + timedelta(hours=3), paid, total, ""))
        items += [(item, number, price, at + timedelta(days=1)) for item, price in pieces]
        waiting += pieces
        for item, _ in pieces:
            if lots.random() < 0.2:
                stock += [(item, "out_of_stock", at), (item, "reordered", at + timedelta(hours=5))]
        if lots.random() < 0.25:
            reminders.append((number, paid - timedelta(hours=4)))
        if len(waiting) > 5 or place == ORDERS - 1:
            lots.shuffle(waiting)
            taken, waiting = (waiting, []) if place == ORDERS - 1 else (waiting[:5], waiting[5:])
            box, sent = f"B{len(packages) + 1:02}", at + timedelta(days=1)
            packed += [(box, item) for item, _ in taken]
            packages.append(
                (
                    box,
                    at,
                    sent,
                    sent + timedelta(days=1, hours=2),
                    lots.choice((0, 0, 0, 1, 2)),
                    sum((price for _, price in taken), Decimal(0)),
                )
            )
    FOLDER.mkdir(exist_ok=True)
    _write("orders.csv", ("order_id", "placed_at", "confirmed_at", "paid_at", "price", "customer"), orders)
    _write("order_items.csv", ("item_id", "order_id", "price", "picked_at"), items)
    _write("packages.csv", ("package_id", "created_at", "sent_at", "delivered_at", "failed_attempts", "price"), packages)
    _write("package_items.csv", ("package_id", "item_id"), packed)
    _write("payment_reminders.csv", ("order_id", "at"), reminders)
    _write("stock_events.csv", ("item_id", "event", "at"), stock)


def _write(name: str, header: Row, rows: list[Row]) -> None:
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
