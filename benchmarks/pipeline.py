"""
How fast a pipeline is read, beside bare loops over tuples that do the same sums.

``python benchmarks/pipeline.py [--json] [--quick]``

Over 100 000 sales, each in one pass: the forecast of a quarter with its categories, the list of what is overdue, and a league table
by owner. Each is run at a tenth of the size too, to see how it grows. Only ratios within one run mean anything.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import report
from salesflow import Opportunity, OpportunityStatus, OpportunityType, Period, Stage, lists, metrics
from salesflow.model.activity import Activity

DAY = date(2026, 3, 2)
QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))
OWNERS = 40
STAGES = tuple(Stage(name=name, probability=Decimal(share)) for name, share in (("first", 20), ("offer", 50), ("contract", 80)))
KIND = OpportunityType(name="sale", stages=STAGES)
STATUSES = (OpportunityStatus.OPEN, OpportunityStatus.SOLD, OpportunityStatus.LOST, OpportunityStatus.OPEN, OpportunityStatus.STALLED)

Bare = tuple[str, str, date, date, Decimal, Decimal, date | None]


def sales(count: int) -> list[Opportunity]:
    """Return sales of all statuses over half a year, most of the open ones with an activity planned."""
    made = []
    for n in range(count):
        status = STATUSES[n % 5]
        registered = DAY - timedelta(days=n % 150)
        due = Activity(number=1, kind="call", subject="Call", due=DAY + timedelta(days=n % 30 - 10))
        made.append(
            Opportunity(
                number=f"O-{n}",
                title="A sale",
                type=KIND,
                registered=registered,
                owner=f"owner {n % OWNERS}",
                currency="EUR",
                sale_date=registered + timedelta(days=n % 90),
                status=status,
                stage=STAGES[n % 3].name,
                probability=STAGES[n % 3].probability,
                amount=Decimal(100 + n % 900),
                reopen_date=DAY if status is OpportunityStatus.STALLED else None,
                activities=(due,) if n % 7 else (),
            )
        )
    return made


def bare(made: list[Opportunity]) -> list[Bare]:
    """Return the same sales as tuples."""
    return [
        (
            each.status.value,
            each.owner,
            each.registered,
            each.sale_date,
            each.amount,
            each.probability,
            each.activities[0].due if each.activities else None,
        )
        for each in made
    ]


def bare_forecast(rows: list[Bare]) -> tuple[Decimal, Decimal, Decimal]:
    """Sum what is sold, open and weighted in the quarter."""
    start, end = QUARTER.start, QUARTER.end
    closed = opened = weighted = Decimal(0)
    for status, _, _, day, amount, probability, _ in rows:
        if start <= day <= end:  # type: ignore[operator]
            if status == "sold":
                closed += amount
            elif status == "open":
                opened += amount
                weighted += amount * probability / 100
    return closed, opened, weighted


def bare_overdue(rows: list[Bare]) -> list[Bare]:
    """List the open rows whose sale date or activity has passed."""
    return [row for row in rows if row[0] == "open" and (row[3] < DAY or (row[6] is not None and row[6] < DAY))]


def bare_league(rows: list[Bare]) -> dict[str, list[object]]:
    """Count and sum by owner."""
    table: dict[str, list[object]] = {}
    for status, owner, registered, day, amount, _, _ in rows:
        row = table.setdefault(owner, [0, 0, 0, Decimal(0), 0])
        if status == "sold":
            row[1] += 1  # type: ignore[operator]
            row[3] += amount  # type: ignore[operator]
            row[4] += (day - registered).days  # type: ignore[operator]
        elif status == "lost":
            row[2] += 1  # type: ignore[operator]
        else:
            row[0] += 1  # type: ignore[operator]
    return table


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* takes."""
    gc.collect()
    start = time.perf_counter()
    kept = work()
    elapsed = time.perf_counter() - start
    del kept
    return elapsed


def beside(count: int, rounds: int, ours: Callable[[], object], theirs: Callable[[], object]) -> dict[str, float]:
    """Return the medians of both sides, taken in turn, in microseconds per sale."""
    both = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    mine, other = (statistics.median(times) * 1e6 / count for times in zip(*both, strict=True))
    ratio = statistics.median(one / two for one, two in both)
    return {"us_each": round(mine, 2), "bare_loop_us_each": round(other, 2), "ratio": round(ratio, 1)}


def measure(*, quick: bool) -> dict[str, dict[str, object]]:
    """Measure everything at two sizes."""
    rounds = 3 if quick else 7
    found: dict[str, dict[str, object]] = {"forecast": {}, "overdue": {}, "league": {}}
    for count in (500, 5_000) if quick else (10_000, 100_000):
        made = sales(count)
        rows = bare(made)
        size = str(count)
        found["forecast"][size] = beside(
            count,
            rounds,
            lambda made=made: metrics.forecast(made, QUARTER),  # type: ignore[misc]
            lambda rows=rows: bare_forecast(rows),  # type: ignore[misc]
        )
        found["overdue"][size] = beside(
            count,
            rounds,
            lambda made=made: lists.overdue(made, DAY),  # type: ignore[misc]
            lambda rows=rows: bare_overdue(rows),  # type: ignore[misc]
        )
        found["league"][size] = beside(
            count,
            rounds,
            lambda made=made: metrics.league(made, lambda sale: sale.owner),  # type: ignore[misc]
            lambda rows=rows: bare_league(rows),  # type: ignore[misc]
        )
    for figures in found.values():
        small, large = (each["us_each"] for each in list(figures.values()))  # type: ignore[index]
        figures["growth"] = round(large / small, 2)
    return found


if __name__ == "__main__":
    report.main(measure, __doc__)
