"""
How fast an electronic invoice is added up, checked, written and printed, beside a bare loop of decimals that does the same sums.

``python benchmarks/totals.py [--json] [--quick]``

An invoice of 1 000 lines at three rates: line nets rounded, bases and VAT by rate, totals.
It is added up at a tenth of its size too, to see how it grows. Only ratios within one run mean anything.
What is printed is an invoice of three pages, another one in every round, from the posted invoice to the bytes of the PDF;
the first print of a process, which finds the fonts, is told apart.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from io import BytesIO

from pypdf import PdfReader

import report
from salesflow import Address, EInvoice, Invoice, Item, Party, Product, Role, TradeParty, Vat, en16931, invoices, orders, totals
from salesflow.documents import printed, ubl
from salesflow.model.einvoice import EInvoiceLine

CENT = Decimal("0.01")
ROWS = 66
"""So many lines, with head and totals, fill three pages."""
RATES = (Decimal(21), Decimal(9), Decimal(6))
ADDRESS = Address(street="Quay 1", postal_code="3011 AA", city="Rotterdam", country="NL")
PARTY = TradeParty(name="A party", address=ADDRESS, vat="NL001234567B01")


def invoice(count: int) -> EInvoice:
    """Return an invoice of so many lines, with its figures still to be worked out."""
    lines = [
        EInvoiceLine(
            id=str(n),
            name=f"Item {n}",
            quantity=Decimal(n % 17 + 1),
            unit="C62",
            price=Decimal("10.255") + n % 100,
            category="S",
            rate=RATES[n % 3],
        )
        for n in range(1, count + 1)
    ]
    return EInvoice(number="INV-1", on=date(2026, 3, 2), currency="EUR", lines=tuple(lines), seller=PARTY, buyer=PARTY)


def bare_totals(lines: list[tuple[Decimal, Decimal, Decimal]]) -> Decimal:
    """Add up quantities, prices and rates."""
    bases: dict[Decimal, Decimal] = {}
    nets = []
    for quantity, price, rate in lines:
        net = (quantity * price).quantize(CENT, ROUND_HALF_UP)
        nets.append(net)
        bases[rate] = bases.get(rate, Decimal(0)) + net
    return sum(nets, Decimal(0)) + sum((base * rate / 100).quantize(CENT, ROUND_HALF_UP) for rate, base in bases.items())


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long *work* takes; what it made is dropped only after the clock has stopped."""
    gc.collect()
    start = clock()
    kept = work()
    elapsed = clock() - start
    del kept
    return elapsed


def beside(count: int, rounds: int) -> dict[str, object]:
    """Return the medians of both sides, taken in turn, in microseconds per line."""
    ours = invoice(count)
    bare = [(line.quantity or CENT, line.price or CENT, line.rate or CENT) for line in ours.lines]
    if totals.work_out(ours).sums.gross != bare_totals(bare):
        raise ValueError(count)
    both = [(seconds(lambda: totals.work_out(ours)), seconds(lambda: bare_totals(bare))) for _ in range(rounds)]
    mine, theirs = (statistics.median(times) * 1e6 / count for times in zip(*both, strict=True))
    ratio = statistics.median(one / other for one, other in both)
    return {"us_each": round(mine, 2), "bare_loop_us_each": round(theirs, 2), "ratio": round(ratio, 1)}


def posted(turn: int) -> Invoice:
    """Return an invoice that fills three pages; no two turns have a line in common."""
    items = [
        Product(item=Item(number=f"I-{turn}-{n}", name=f"Item {n} of {turn}", vat=Vat("S", RATES[n % 3])), price=CENT * (turn + n))
        for n in range(ROWS)
    ]
    buyer = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,), address=ADDRESS)
    lines = [orders.line(item, n % 17 + 1) for n, item in enumerate(items)]
    order = orders.place(number=f"SO-{turn}", customer=buyer, currency="EUR", lines=lines, on=date(2026, 3, 2)).document
    return invoices.post(order, number=f"INV-{turn}", on=date(2026, 3, 2)).document


def on_paper(invoice: Invoice) -> bytes:
    """Print an invoice."""
    return printed.to_pdf([printed.invoice(invoice, seller=PARTY, buyer=PARTY)])


def paper(rounds: int) -> dict[str, object]:
    """Return how long an invoice of three pages takes to print: at first, then by the clock, and in time of the processor alone."""
    works = [partial(on_paper, posted(turn)) for turn in range(2 * rounds + 1)]
    first = seconds(works[0])
    times = [seconds(work) for work in works[1 : rounds + 1]]
    busy = [seconds(work, time.process_time) for work in works[rounds + 1 :]]
    return {
        "pages": len(PdfReader(BytesIO(works[0]())).pages),
        "lines": ROWS,
        "first_ms": round(first * 1e3, 1),
        "ms": round(statistics.median(times) * 1e3, 1),
        "processor_ms": round(statistics.median(busy) * 1e3, 1),
    }


def measure(*, quick: bool) -> dict[str, dict[str, object]]:
    """Measure everything."""
    small, large, rounds = (50, 500, 3) if quick else (100, 1_000, 25)
    found: dict[str, dict[str, object]] = {"totals": {str(count): beside(count, rounds) for count in (small, large)}}
    done = totals.complete(invoice(large))
    document = ubl.write(done)
    for name, work in (
        ("complete", lambda: totals.complete(invoice(large))),
        ("check", lambda: en16931.check(done)),
        ("ubl_write", lambda: ubl.write(done)),
        ("ubl_read", lambda: ubl.read(document)),
    ):
        found[name] = {"lines": large, "ms": round(statistics.median(seconds(work) for _ in range(rounds)) * 1e3, 1)}
    found["print"] = paper(rounds)
    return found


if __name__ == "__main__":
    report.main(measure, __doc__)
