"""
How fast prices are found among many trade agreements, beside a bare dictionary look-up per line.

``python benchmarks/pricing.py [--json] [--quick]``

An order of a hundred lines is priced by books of growing size: the time per line should follow the agreements that fit, not the book.
Every line finds a price for its customer group, a line discount of two breaks and a multiline discount; the order has a total discount.
The bare loop looks up one price per line in a dictionary and makes a tuple of it. Making the book is shown per agreement.
Only ratios within one run mean anything.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import report
from salesflow import Item, Party, PriceBook, Product, Role, TradeAgreement, Vat, prices
from salesflow.model.pricing import DiscountGroups
from salesflow.model.trade_agreement import Relation

DAY = date(2026, 3, 2)
LINES = 100
CENT = Decimal("0.01")
GROUPS = DiscountGroups(price="RETAIL", line="RETAIL", multiline="RETAIL", total="RETAIL")
BUYER = Party(number="C-1", name="A customer", roles=(Role.CUSTOMER,), groups=GROUPS)
VAT = Vat("S", Decimal(21))


def goods(count: int) -> list[Product]:
    """Return products in groups of fifty."""
    return [
        Product(
            item=Item(number=f"I-{n}", vat=VAT),
            price=Decimal(10) + n % 90,
            groups=DiscountGroups(line=f"L-{n // 50}", multiline=f"M-{n // 50}"),
        )
        for n in range(count)
    ]


def agreements(count: int, products: list[Product]) -> list[TradeAgreement]:
    """Return so many agreements, most of them prices of other customers."""
    found = [
        TradeAgreement(
            number="T", relation=Relation.TOTAL_DISCOUNT, customer_group="RETAIL", currency="EUR", percentage=Decimal(1), least=Decimal(100)
        )
    ]
    found += [_price(f"P-{product.number}", product, group="RETAIL") for product in products[:LINES]]
    for group in {product.groups.line for product in products[:LINES]}:
        for least, up_to, percentage in ((0, 10, 2), (10, None, 5)):
            found.append(
                TradeAgreement(
                    number=f"D-{group}-{least}",
                    relation=Relation.LINE_DISCOUNT,
                    customer_group="RETAIL",
                    item_group=group,
                    currency="EUR",
                    least=Decimal(least),
                    up_to=None if up_to is None else Decimal(up_to),
                    percentage=Decimal(percentage),
                )
            )
    found += [
        TradeAgreement(
            number=f"M-{group}",
            relation=Relation.MULTILINE_DISCOUNT,
            item_group=group,
            currency="EUR",
            least=Decimal(100),
            percentage=Decimal(3),
        )
        for group in {product.groups.multiline for product in products[:LINES]}
    ]
    while len(found) < count:
        number = len(found)
        found.append(_price(f"O-{number}", products[number % len(products)], customer=f"C-{2 + number // len(products)}"))
    return found


def _price(number: str, product: Product, customer: str = "", group: str = "") -> TradeAgreement:
    return TradeAgreement(
        number=number,
        relation=Relation.PRICE,
        customer=customer,
        customer_group=group,
        item=product.number,
        unit="C62",
        currency="EUR",
        price=product.price - 1,
    )


def seconds(work: Callable[[], object], times: int) -> float:
    """Return how long *work* takes, on average."""
    gc.collect()
    start = time.perf_counter()
    for _ in range(times):
        kept = work()
    elapsed = time.perf_counter() - start
    del kept
    return elapsed / times


def bare(table: dict[tuple[str, str], Decimal], wanted: list[tuple[Product, Decimal]]) -> list[tuple[str, Decimal, Decimal]]:
    """Price the same lines with one look-up each."""
    rows = []
    for product, quantity in wanted:
        price = table["RETAIL", product.number]
        rows.append((product.number, price, (price * quantity).quantize(CENT, ROUND_HALF_UP)))
    return rows


def measure(*, quick: bool) -> dict[str, object]:
    """Price the order by books of three sizes."""
    sizes = (1_000, 5_000) if quick else (1_000, 10_000, 100_000)
    rounds, times = (3, 5) if quick else (7, 20)
    products = goods(1_000)
    wanted = [(product, Decimal(12)) for product in products[:LINES]]
    table = {("RETAIL", product.number): product.price - 1 for product in products}
    found: dict[str, object] = {}
    per_line = []
    for size in sizes:
        given = agreements(size, products)
        start = time.perf_counter()
        book = PriceBook(given)
        made = time.perf_counter() - start
        both = [
            (
                seconds(lambda book=book: prices.of(book, BUYER, wanted, "EUR", on=DAY), times),  # type: ignore[misc]
                seconds(lambda: bare(table, wanted), times * 10),
            )
            for _ in range(rounds)
        ]
        mine, theirs = (statistics.median(times) * 1e6 / LINES for times in zip(*both, strict=True))
        per_line.append(mine)
        found[str(size)] = {
            "us_per_line": round(mine, 2),
            "bare_look_up_us_per_line": round(theirs, 2),
            "ratio": round(statistics.median(one / other for one, other in both), 1),
            "us_per_agreement_to_make_the_book": round(made * 1e6 / size, 2),
        }
    found["growth"] = round(per_line[-1] / per_line[0], 2)
    return found


if __name__ == "__main__":
    report.main(measure, __doc__)
