"""
How fast money is settled, aged and summed up, beside bare loops that do the same sums.

``python benchmarks/billing.py [--json] [--quick]``

Settling: 10 000 payments go to 100 000 open invoices, ten each, two of them earning a discount and one left open in part.
Ageing: the 100 000 invoices by days overdue. Summary: one invoice of 10 000 lines, from 1 000 packing slips over 100 orders.
Each is run at a tenth of its size too, to see how it grows. Only ratios within one run mean anything.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import report
from salesflow import (
    Invoice,
    Item,
    Order,
    OrderLine,
    PackingSlip,
    Party,
    PaymentTerms,
    Period,
    Role,
    Vat,
    ageing,
    deliveries,
    orders,
    summaries,
)
from salesflow import payments as money_in
from salesflow.model.free_text import FreeTextLine
from salesflow.model.terms import CashDiscount

DAY = date(2026, 3, 2)
PAID = date(2026, 3, 9)
AGED = date(2026, 6, 30)
PERIOD = Period.month_of(DAY)
EACH = 10
CENT = Decimal("0.01")
TERMS = PaymentTerms(days=30)
EARLY = PaymentTerms(days=30, cash_discount=CashDiscount(percentage=Decimal(2), days=14))
VAT = Vat("S", Decimal(21))
ITEM = Item(number="I-1", vat=VAT)
CUSTOMER = Party(number="C-1", name="A customer", roles=(Role.CUSTOMER,))
EDGES = (0, 30, 60, 90)


def bills(count: int) -> list[Invoice]:
    """Return open invoices, ten of each account, of 12.10 to 24.08."""
    lines = [FreeTextLine(number=1, text="Work", account="8000", net=Decimal(10) + n * Decimal("0.10"), vat=VAT) for n in range(100)]
    made = [
        Invoice(
            number=f"INV-{n}",
            on=DAY + timedelta(days=n % 5),
            account=f"C-{n // EACH}",
            currency="EUR",
            payment_terms=EARLY if n % 5 == 0 else TERMS,
            free_text=(lines[n % 100],),
        )
        for n in range(count)
    ]
    for each in made:
        _ = each.total
    return made


def settle(owed: list[Invoice]) -> list[object]:
    """Pay the invoices ten by ten, all but a euro."""
    kept: list[object] = []
    for start in range(0, len(owed), EACH):
        mine = owed[start : start + EACH]
        amount = sum((each.total for each in mine), Decimal(0)) - 1
        kept.append(money_in.receive(mine[0].account, amount, "EUR", number=f"P-{start}", on=PAID, invoices=mine))
    return kept


class Bare:
    """An invoice that counts down."""

    __slots__ = ("balance", "due", "percentage", "settled")

    def __init__(self, balance: Decimal, due: date, percentage: int) -> None:
        self.balance = balance
        self.due = due
        self.percentage = percentage
        self.settled: list[tuple[int, Decimal, Decimal]] = []


def bare_bills(owed: list[Invoice]) -> list[Bare]:
    """Return the same invoices as bare records."""
    return [Bare(each.total, each.due, 2 if each.payment_terms is EARLY else 0) for each in owed]


def bare_settle(owed: list[Bare]) -> None:
    """Pay the bare records in the same way."""
    for start in range(0, len(owed), EACH):
        mine = sorted(owed[start : start + EACH], key=lambda each: each.due)
        left = sum((each.balance for each in mine), Decimal(0)) - 1
        for each in mine:
            discount = (each.balance * each.percentage / 100).quantize(CENT, ROUND_HALF_UP)
            part = each.balance - discount
            if part > left:
                part, discount = left, Decimal(0)
            left -= part
            each.balance -= part + discount
            each.settled.append((start, part, discount))


def bare_age(owed: list[Bare]) -> dict[int, list[Decimal]]:
    """Sum the bare records by account and days overdue."""
    sums: dict[int, list[Decimal]] = {}
    for place, each in enumerate(owed):
        days = (AGED - each.due).days
        column = sum(days > edge for edge in EDGES)
        row = sums.setdefault(place // EACH, [Decimal(0)] * (len(EDGES) + 1))
        row[column] += each.balance
    return sums


def sold(lines: int) -> tuple[list[Order], list[PackingSlip]]:
    """Return orders of a hundred lines and their packing slips of ten lines each."""
    kept_orders, kept_slips = [], []
    for number in range(lines // 100):
        terms = [OrderLine(item=ITEM, ordered=Decimal(4), price=Decimal("10.25") + k) for k in range(100)]
        order = orders.place(number=f"SO-{number}", customer=CUSTOMER, currency="EUR", lines=terms, on=DAY).document
        for part in range(10):
            rows = dict.fromkeys(range(part * 10 + 1, part * 10 + 11), Decimal(4))
            order, slip = deliveries.post(order, rows, number=f"PS-{number}-{part}", on=DAY)
            kept_slips.append(slip)
        kept_orders.append(order)
    return kept_orders, kept_slips


def summarise(known: list[Order], slips: list[PackingSlip]) -> Invoice:
    """Plan and post the one summary invoice."""
    [plan] = summaries.plan_invoices(known, slips, period=PERIOD)
    invoice = summaries.post_plan(plan, known, number="INV-1", on=AGED).document
    if not invoice.total:
        raise ValueError(invoice)
    return invoice


def bare_summarise(count: int) -> tuple[list[tuple[int, Decimal, Decimal]], Decimal]:
    """Make the rows and sums of the same invoice."""
    rows = []
    net = Decimal(0)
    for k in range(count):
        amount = (Decimal(4) * (Decimal("10.25") + k % 100)).quantize(CENT, ROUND_HALF_UP)
        rows.append((k, Decimal(4), amount))
        net += amount
    return rows, net + (net * 21 / 100).quantize(CENT, ROUND_HALF_UP)


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* takes; what it made is dropped only after the clock has stopped."""
    gc.collect()
    start = time.perf_counter()
    kept = work()
    elapsed = time.perf_counter() - start
    del kept
    return elapsed


def beside(count: int, rounds: int, ours: Callable[[], object], bare: Callable[[], Callable[[], object]]) -> dict[str, float]:
    """Return the medians of both sides, taken in turn, in microseconds per piece; *bare* prepares what it then runs."""
    both = [(seconds(ours), seconds(bare())) for _ in range(rounds)]
    mine, theirs = (statistics.median(times) * 1e6 / count for times in zip(*both, strict=True))
    ratio = statistics.median(one / other for one, other in both)
    return {"us_each": round(mine, 2), "bare_loop_us_each": round(theirs, 2), "ratio": round(ratio, 1)}


def measure(*, quick: bool) -> dict[str, dict[str, object]]:
    """Measure everything at two sizes."""
    rounds = 3 if quick else 5
    found: dict[str, dict[str, object]] = {"settle": {}, "age": {}, "summary": {}}
    for count in (500, 5_000) if quick else (10_000, 100_000):
        owed = bills(count)
        found["settle"][str(count)] = beside(count, rounds, lambda owed=owed: settle(owed), lambda owed=owed: _ready(bare_settle, owed))  # type: ignore[misc]
        found["age"][str(count)] = beside(
            count,
            rounds,
            lambda owed=owed: ageing.age(owed, on=AGED, buckets=EDGES),  # type: ignore[misc]
            lambda owed=owed: _ready(bare_age, owed),  # type: ignore[misc]
        )
    for count in (100, 1_000) if quick else (1_000, 10_000):
        known, slips = sold(count)
        found["summary"][str(count)] = beside(
            count,
            rounds,
            lambda known=known, slips=slips: summarise(known, slips),  # type: ignore[misc]
            lambda count=count: lambda: bare_summarise(count),  # type: ignore[misc]
        )
    for figures in found.values():
        small, large = (each["us_each"] for each in list(figures.values()))  # type: ignore[index]
        figures["growth"] = round(large / small, 2)
    return found


def _ready(work: Callable[[list[Bare]], object], owed: list[Invoice]) -> Callable[[], object]:
    records = bare_bills(owed)
    return lambda: work(records)


if __name__ == "__main__":
    report.main(measure, __doc__)
