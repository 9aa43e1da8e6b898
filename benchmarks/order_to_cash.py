"""
How fast an order lives, beside a bare loop over mutable records that does the same sums.

``python benchmarks/order_to_cash.py [--json] [--quick]``

The work: N orders of L lines are placed and confirmed, half of every line is delivered and invoiced, then the rest.
Both sides keep all their orders alive and neither stores them. Only ratios within one run mean anything.
The same orders are taken through their lives with a tenth off the whole, and with VAT in their prices, beside those without.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import bare_loop
import report
from salesflow import (
    Basis,
    ChargeRule,
    Item,
    Order,
    OrderLine,
    OrderStatus,
    Party,
    Product,
    Role,
    Vat,
    charges,
    deliveries,
    invoices,
    orders,
)
from salesflow.model.invoice import Invoice
from salesflow.model.order_life import LIFECYCLE

DAY = date(2026, 3, 2)
CUSTOMER = Party(number="C-1", name="A customer", roles=(Role.CUSTOMER,))
ITEM = Item(number="I-1", vat=Vat("S", Decimal(21)))
PRODUCT = Product(item=ITEM, price=Decimal("10.25"))
ORDERED, HALF = Decimal(bare_loop.ORDERED), Decimal(bare_loop.ORDERED // 2)


TENTH = charges.discount(percentage=10, number=1)


def life(number: int, size: int, rules: tuple[ChargeRule, ...] = (), basis: Basis = Basis.NET) -> tuple[Order, list[Invoice]]:
    """Take one order through its life."""
    prices = bare_loop.PRICES
    lines = [
        OrderLine(number=k, item=ITEM, ordered=ORDERED, price=prices[(number + k) % 50], requested=DAY, basis=basis)
        for k in range(1, size + 1)
    ]
    order = orders.place(number=f"SO-{number}", customer=CUSTOMER, currency="EUR", lines=lines, charges=rules, on=DAY).document
    order = orders.confirm(order, on=DAY).changed[0]
    bills = []
    for part, quantities in enumerate((dict.fromkeys(range(1, size + 1), HALF), None)):
        order, slip = deliveries.post(order, quantities, number=f"PS-{number}-{part}", on=DAY)
        order, bill = invoices.post(order, slips=(slip,), number=f"INV-{number}-{part}", on=DAY)
        bills.append(bill)
        if not bill.total:
            raise ValueError(bill)
    if order.status is not OrderStatus.INVOICED:
        raise ValueError(order)
    return order, bills


def ours(count: int, size: int, rules: tuple[ChargeRule, ...] = (), basis: Basis = Basis.NET) -> list[tuple[Order, list[Invoice]]]:
    """Take *count* orders of *size* lines through their lives, and keep them all."""
    return [life(number, size, rules, basis) for number in range(count)]


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* takes; what it made is dropped only after the clock has stopped."""
    gc.collect()
    start = time.perf_counter()
    kept = work()
    elapsed = time.perf_counter() - start
    del kept
    return elapsed


def side_by_side(count: int, size: int, rounds: int) -> dict[str, float]:
    """Return the medians of both sides, taken in turn, in microseconds per line."""
    ours(2, 5)
    bare_loop.run(2, 5)
    both = [(seconds(lambda: ours(count, size)), seconds(lambda: bare_loop.run(count, size))) for _ in range(rounds)]
    mine, bare = (statistics.median(times) * 1e6 / count / size for times in zip(*both, strict=True))
    ratio = statistics.median(one / other for one, other in both)
    return {"us_per_line": round(mine, 2), "bare_loop_us_per_line": round(bare, 2), "ratio": round(ratio, 2)}


def beside_plain(count: int, size: int, rounds: int) -> dict[str, float]:
    """Return what a tenth off the whole, and VAT in the prices, cost beside orders without, taken in turn."""
    ratios: dict[str, list[float]] = {"discount": [], "prices_with_vat": []}
    for _ in range(rounds):
        plain = seconds(lambda: ours(count, size))
        ratios["discount"].append(seconds(lambda: ours(count, size, (TENTH,))) / plain)
        ratios["prices_with_vat"].append(seconds(lambda: ours(count, size, basis=Basis.GROSS)) / plain)
    return {name: round(statistics.median(found), 3) for name, found in ratios.items()}


def postings(counts: tuple[int, ...]) -> dict[str, float]:
    """Return the microseconds that the n-th delivery-with-invoice of one order costs, each the median of its neighbourhood."""
    total = max(counts) + 10
    line = OrderLine(number=1, item=ITEM, ordered=Decimal(total), price=PRODUCT.price)
    order = orders.place(number="SO-1", customer=CUSTOMER, currency="EUR", lines=[line], on=DAY).document
    times = []
    for n in range(total):
        start = time.perf_counter()
        order, slip = deliveries.post(order, {1: Decimal(1)}, number=f"PS-{n}", on=DAY)
        order, _ = invoices.post(order, slips=(slip,), number=f"INV-{n}", on=DAY)
        times.append((time.perf_counter() - start) * 1e6 / 2)
    return {str(n): round(statistics.median(times[max(0, n - 4) : n + 5]), 1) for n in counts}


def require_microseconds(rounds: int) -> float:
    """Return what asking the life table of an order costs, with its rules."""
    order = orders.place(
        number="SO-1", customer=CUSTOMER, currency="EUR", lines=[orders.line(PRODUCT, 10) for _ in range(100)], on=DAY
    ).document
    start = time.perf_counter()
    for _ in range(rounds):
        LIFECYCLE.require("deliveries.post", order, on=DAY)
    return round((time.perf_counter() - start) / rounds * 1e6, 2)


def import_milliseconds(rounds: int) -> float:
    """Return what importing the package costs in a fresh interpreter, beyond starting it."""
    code = "import time; start = time.perf_counter(); import salesflow; print(time.perf_counter() - start)"
    times = [float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout) for _ in range(rounds)]
    return round(statistics.median(times) * 1e3, 2)


def measure(*, quick: bool) -> dict[str, object]:
    """Measure everything."""
    rounds = 3 if quick else 9
    sizes = ((200, 5), (20, 100), (2, 1000)) if quick else ((2000, 5), (200, 100), (20, 1000), (2, 10_000))
    lives = {str(size): {"orders": count, **side_by_side(count, size, rounds)} for count, size in sizes}
    largest = lives[str(sizes[-1][1])]["us_per_line"] / lives["100"]["us_per_line"]
    nth = postings((5, 50) if quick else (5, 50, 500))
    return {
        "lives": lives,
        "largest_to_100": round(largest, 2),
        "beside_plain_at_100_lines": beside_plain(20 if quick else 200, 100, rounds),
        "posting_us_by_place": nth,
        "last_posting_to_5th": round(list(nth.values())[-1] / nth["5"], 2),
        "require_us": require_microseconds(2_000 if quick else 50_000),
        "import_ms": import_milliseconds(rounds),
    }


if __name__ == "__main__":
    report.main(measure, __doc__)
