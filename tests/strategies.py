"""What the laws draw from: awkward values picked by hand, mixed with generated ones."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from salesflow import Item, OrderLine, ProductKind, Tolerance, Vat

AWKWARD_PRICES = [Decimal(text) for text in ("0", "0.335", "1.005", "3.3333", "0.005", "10", "999.994999", "0.000001", "2.675")]
AWKWARD_QUANTITIES = [Decimal(text) for text in ("1", "2", "3", "0.001", "0.5", "2.667", "10", "100", "1E+1")]
VATS = [Vat("S", Decimal(21)), Vat("S", Decimal(9)), Vat("Z"), Vat("O")]
CURRENCIES = ["EUR", "JPY", "KWD", "USD"]


def prices() -> st.SearchStrategy[Decimal]:
    """Prices per unit, with up to six decimals."""
    return st.sampled_from(AWKWARD_PRICES) | st.decimals(0, 10_000, places=6) | st.decimals(0, 500, places=2)


def quantities() -> st.SearchStrategy[Decimal]:
    """Quantities above zero, with up to three decimals."""
    return st.sampled_from(AWKWARD_QUANTITIES) | st.decimals(Decimal("0.001"), 500, places=3)


def discounts() -> st.SearchStrategy[Decimal]:
    """Discounts in percent, both ends included."""
    return st.sampled_from([Decimal(0), Decimal(100), Decimal("33.3333")]) | st.decimals(0, 100, places=2)


def items(*, services: bool = True) -> st.SearchStrategy[Item]:
    """Items of a few kinds of VAT."""
    kinds = list(ProductKind) if services else [ProductKind.ITEM]
    return st.builds(
        lambda number, kind, vat: Item(number=f"I-{number}", kind=kind, vat=vat),
        st.integers(1, 5),
        st.sampled_from(kinds),
        st.sampled_from(VATS),
    )


@st.composite
def order_lines(draw: st.DrawFn, *, sign: int = 1, services: bool = True) -> OrderLine:
    """An order line, to be numbered when the order is placed."""
    return OrderLine(
        item=draw(items(services=services)), ordered=sign * draw(quantities()), price=draw(prices()), discount=draw(discounts())
    )


def tolerant(over: int, under: int = 0) -> Item:
    """An item that may be delivered so many percent over or under."""
    return Item(number="I-1", tolerance=Tolerance(over=Decimal(over), under=Decimal(under)))


@st.composite
def cuts(draw: st.DrawFn, whole: Decimal) -> list[Decimal]:
    """Parts of *whole*, of at most three decimals, that come to it."""
    parts: list[Decimal] = []
    left = whole
    for share in draw(st.lists(st.integers(1, 99), max_size=5)):
        part = (left * share / 100).quantize(Decimal("0.001"))
        if part and abs(part) < abs(left):
            parts.append(part)
            left -= part
    return [*parts, left]
