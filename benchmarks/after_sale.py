"""
How fast the work after a sale is, beside bare loops that do the same sums.

``python benchmarks/after_sale.py [--json] [--quick]``

Stock is divided over 100 000 open lines, 100 000 subscriptions are billed for a month, and the clocks of 100 000 cases are read.
Each is run at a tenth of the size too, to see how it grows. Only ratios within one run mean anything.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import ROUND_HALF_UP, Decimal

import report
from salesflow import (
    Case,
    Item,
    OfficeHours,
    Order,
    OrderType,
    Party,
    Product,
    ProductKind,
    Role,
    ServiceLevel,
    Subscription,
    backorders,
    cases,
    orders,
    service_levels,
    subscriptions,
)
from salesflow.model.case import HoldReason
from salesflow.process.backorders import OpenLine

DAY = date(2026, 3, 2)
ACME = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,))
CARE = Product(item=Item(number="CARE", kind=ProductKind.SERVICE), price=Decimal("24.95"))
ITEMS = 500
HOURS = OfficeHours.weekly(clock(9), clock(17), UTC)
NORMAL = ServiceLevel(priority="normal", hours=HOURS, first_reply=timedelta(hours=2), resolution=timedelta(hours=16))
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
CENT = Decimal("0.01")


def open_lines(count: int) -> list[OpenLine]:
    """Return open lines of five hundred items."""
    goods = [Item(number=f"I-{n}") for n in range(ITEMS)]
    return [
        OpenLine(
            order=f"SO-{n}",
            line=1,
            customer=f"C-{n % 90}",
            item=goods[n % ITEMS],
            left=Decimal(n % 9 + 1),
            net=Decimal(10),
            placed=DAY - timedelta(days=n % 40),
            ship_date=DAY + timedelta(days=n % 25),
            priority=n % 3,
        )
        for n in range(count)
    ]


def bare_allocate(rows: list[tuple[int, date, str, Decimal]], stock: dict[str, Decimal]) -> list[Decimal]:
    """Hand out stock in order of priority and date."""
    left = dict(stock)
    parts = [Decimal(0)] * len(rows)
    for place in sorted(range(len(rows)), key=lambda each: rows[each][:2]):
        _, _, item, wanted = rows[place]
        taken = min(wanted, left[item])
        parts[place] = taken
        left[item] -= taken
    return parts


def subscribed(count: int) -> list[tuple[Subscription, Order]]:
    """Return subscriptions that are billed from the first of the month."""
    made = []
    for n in range(count):
        line = orders.line(CARE, n % 3 + 1)
        order = orders.place(number=f"SUB-{n}", customer=ACME, currency="EUR", lines=[line], on=DAY, type=OrderType.SUBSCRIPTION).document
        made.append((subscriptions.begin(order, number=f"S-{n}", starts=date(2026, 3, 1), on=DAY).document, order))
    return made


def bill(made: list[tuple[Subscription, Order]]) -> int:
    """Bill one month of each."""
    return sum(
        len(subscriptions.bill(subscription, order, numbers=lambda order=order: f"INV-{order.number}", on=DAY).made)  # type: ignore[misc]
        for subscription, order in made
    )


def bare_bill(rows: list[tuple[Decimal, Decimal]]) -> list[dict[str, object]]:
    """Make a dictionary for each invoice."""
    bills: list[dict[str, object]] = []
    for number, (quantity, price) in enumerate(rows):
        net = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        bills.append({"number": f"INV-{number}", "on": DAY, "lines": [(quantity, price, net)], "net": net, "total": net})
    return bills


def opened(count: int) -> list[Case]:
    """Return cases that were answered, waited for the customer, and were resolved."""
    made = []
    for n in range(count):
        at = START + timedelta(minutes=7 * (n % 9000))
        case = cases.open_case(number=f"CASE-{n}", subject="Help", at=at).document
        case = cases.reply(case, at=at + timedelta(hours=1), by="agent").document
        case = cases.hold(case, HoldReason.CUSTOMER, at=at + timedelta(hours=3)).document
        case = cases.hear(case, at=at + timedelta(days=1, hours=n % 20)).document
        made.append(cases.resolve(case, at=at + timedelta(days=2, hours=n % 30)).document)
    return made


def clocks(made: list[Case]) -> int:
    """Read both clocks of each case."""
    at = START + timedelta(days=90)
    return sum(
        (service_levels.first_reply(case, NORMAL, at=at) is not None) + (service_levels.resolution(case, NORMAL, at=at) is not None)
        for case in made
    )


def bare_clocks(rows: list[tuple[datetime, datetime, datetime, datetime, datetime]]) -> int:
    """Count the office hours between the same moments, day by day."""
    total = timedelta(0)
    for began, answered, held, heard, done in rows:
        for start, end in ((began, answered), (began, held), (heard, done)):
            day = start.replace(hour=0, minute=0)
            while day < end:
                if day.weekday() < 5:  # noqa: PLR2004
                    opens, closes = day.replace(hour=9), day.replace(hour=17)
                    low, high = max(opens, start), min(closes, end)
                    if low < high:
                        total += high - low
                day += timedelta(days=1)
    return total.days


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* takes."""
    gc.collect()
    start = time.perf_counter()
    kept = work()
    elapsed = time.perf_counter() - start
    del kept
    return elapsed


def compared(count: int, rounds: int) -> dict[str, dict[str, float]]:
    """Return per kind of work the seconds of ours and of the bare loop, the better of some rounds, side by side."""
    lines = open_lines(count)
    stock = {f"I-{n}": Decimal(count // ITEMS * 3) for n in range(ITEMS)}
    bare_lines = [(line.priority, line.ship_date or DAY, line.item.number, line.left) for line in lines]
    made = subscribed(count)
    bare_made = [(order.lines[0].ordered, order.lines[0].price) for _, order in made]
    given = opened(count)
    bare_given = [(case.opened, case.messages[1].at, case.turns[2].at, case.turns[3].at, case.turns[4].at) for case in given]
    works: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "allocate": (lambda: backorders.allocate(lines, stock), lambda: bare_allocate(bare_lines, stock)),
        "bill": (lambda: bill(made), lambda: bare_bill(bare_made)),
        "clocks": (lambda: clocks(given), lambda: bare_clocks(bare_given)),
    }
    found = {}
    for name, (ours, bare) in works.items():
        times = [(seconds(ours), seconds(bare)) for _ in range(rounds)]
        found[name] = {"ours": min(each for each, _ in times), "ratio": statistics.median(each / other for each, other in times)}
    return found


def measure(*, quick: bool) -> dict[str, object]:
    """Measure everything at a size and at a tenth of it."""
    count, rounds = (2_000, 1) if quick else (100_000, 3)
    small, whole = compared(count // 10, rounds), compared(count, rounds)
    figures = {
        name: {
            "us_each": round(each["ours"] / count * 1e6, 2),
            "times_bare_loop": round(each["ratio"], 1),
            "growth": round(each["ours"] / small[name]["ours"] / 10, 2),
        }
        for name, each in whole.items()
    }
    return {"count": count, **figures}


if __name__ == "__main__":
    report.main(measure, __doc__)
