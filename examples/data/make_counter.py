"""
Write two months of an invented garden shop: ``invoice_lines.csv`` in the folder ``counter``.

Run ``python examples/data/make_counter.py``.
The seed is fixed, so that every run writes the same bytes; nothing here is taken from a real business.
"""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

FOLDER = Path(__file__).resolve().parent / "counter"
SEED = 20260301
DOCUMENTS, CUSTOMERS = 70, 9
OPENING = datetime(2026, 3, 2, 9, 5)  # noqa: DTZ001  the till writes its own clock, without a zone
HEADER = ("line", "document_no", "kind", "stock_code", "description", "quantity", "issued_at", "unit_price", "customer_id", "country")
GOODS = {
    "30101": ("POPPY SEEDS, RED", "1.65"),
    "30102": ("SUNFLOWER SEEDS, TALL", "1.45"),
    "30115": ("CLAY POT 12 CM", "0.85"),
    "30116": ("CLAY POT 20 CM", "2.35"),
    "30117S": ("SAUCER FOR CLAY POT, SMALL", "0.42"),
    "30240": ("HAND TROWEL, OAK", "6.75"),
    "30241": ("HAND FORK, OAK", "6.95"),
    "30305": ("TWINE, 200 M", "3.25"),
    "30310": ("PLANT LABELS, SET OF 50", "2.10"),
    "30402": ("WATERING CAN 5 L", "12.95"),
}
POSTAGE, BY_HAND = "POST", "M"
Row = tuple[object, ...]


class Till:
    """Numbers, rows, and what each customer bought and may bring back."""

    def __init__(self) -> None:
        self.lots = Random(SEED)
        self.rows: list[Row] = []
        self.bought: dict[str, list[tuple[str, int, str]]] = {}
        self.at = OPENING

    def write(self, number: str, kind: str, code: str, name: str, quantity: int, price: str, customer: str) -> None:
        """Add a row."""
        self.rows.append(
            (len(self.rows) + 1, number, kind, code, name, quantity, f"{self.at:%Y-%m-%d %H:%M}", price, customer, "Netherlands")
        )

    def sell(self, number: str, customer: str) -> None:
        """A few goods, now and then postage, something given away, or something handed back at once."""
        for code in self.lots.sample(sorted(GOODS), self.lots.randint(1, 6)):
            name, price = GOODS[code]
            quantity = self.lots.choice((1, 2, 3, 6, 12, 24))
            self.write(number, "invoice", code, name, quantity, price, customer)
            self.bought.setdefault(customer, []).append((code, quantity, price))
        chance = self.lots.random()
        if chance < 0.3:
            self.write(number, "invoice", POSTAGE, "POSTAGE", self.lots.randint(1, 2), "4.95", customer)
        elif chance < 0.36:
            self.write(number, "invoice", BY_HAND, "Manual", 1, "0", customer)
        elif chance < 0.42:
            self.write(number, "invoice", "30305", "TWINE, 200 M", -1, "3.25", customer)

    def take_back(self, number: str, customer: str) -> None:
        """Part of what was bought; sometimes more than that, or goods from before the books begin."""
        for code, quantity, price in self.lots.sample(self.bought[customer], min(2, len(self.bought[customer]))):
            extra = self.lots.choice((0, 0, 0, 0, 0, 5))
            self.write(number, "credit", code, GOODS[code][0], -self.lots.randint(1, quantity) - extra, price, customer)
        if self.lots.random() < 0.3:
            self.write(number, "credit", "30099", "BIRD TABLE, OLD MODEL", -1, "24.50", customer)


def main() -> None:
    """Write the file."""
    till = Till()
    for place in range(DOCUMENTS):
        customer = "" if place % 17 == 5 else f"C{till.lots.randint(1, CUSTOMERS):02}"
        number = f"{7000 + place}"
        if customer in till.bought and till.lots.random() < 0.25:
            till.take_back(f"C{number}", customer)
        else:
            till.sell(number, customer)
        till.at += timedelta(minutes=till.lots.randint(15, 2200))
    with (FOLDER / "invoice_lines.csv").open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out, lineterminator="\n")
        table.writerow(HEADER)
        table.writerows(till.rows)


if __name__ == "__main__":
    main()
