"""Order lines such as people write them, with the prices and quantities that rounding has trouble with, and ways to cut them into parts."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from hypothesis import strategies as st

from salesflow.model.order_line import OrderLine
from salesflow.model.product import Item, ProductKind, Tolerance
from salesflow.model.vat import Vat

AWKWARD_PRICES = tuple(Decimal(text) for text in ["0", "0.335", "1.005", "3.3333", "0.005", "10", "999.994999", "0.000001", "2.675"])
AWKWARD_QUANTITIES = tuple(Decimal(text) for text in ["1", "2", "3", "0.001", "0.5", "2.667", "10", "100", "1E+1"])
VATS = (Vat("S", Decimal(21)), Vat("S", Decimal(9)), Vat("Z"), Vat("O"))
_VATS = st.sampled_from(VATS)
_NUMBERS = st.integers(1, 5)


@lru_cache
def prices() -> st.SearchStrategy[Decimal]:
    """Prices per unit, with up to six decimals."""
    return st.sampled_from(AWKWARD_PRICES) | st.decimals(0, 10_000, places=6) | st.decimals(0, 500, places=2)


@lru_cache
def quantities() -> st.SearchStrategy[Decimal]:
    """Quantities above zero, with up to three decimals."""
    return st.sampled_from(AWKWARD_QUANTITIES) | st.decimals(Decimal("0.001"), 500, places=3)


@lru_cache
def discounts() -> st.SearchStrategy[Decimal]:
    """Discounts in percent, both ends included."""
    return st.sampled_from([Decimal(0), Decimal(100), Decimal("33.3333")]) | st.decimals(0, 100, places=2)


@lru_cache
def items(*, services: bool = True, tolerances: bool = False) -> st.SearchStrategy[Item]:
    """Items of a few kinds of VAT; with *tolerances* some may be delivered or invoiced beyond what was ordered."""
    kinds = list(ProductKind) if services else [ProductKind.ITEM]
    return _items(st.sampled_from(kinds), st.sampled_from([Decimal(0), Decimal(50)] if tolerances else [Decimal(0)]))


@st.composite
def _items(draw: st.DrawFn, kinds: st.SearchStrategy[ProductKind], beyond: st.SearchStrategy[Decimal]) -> Item:
    percent = draw(beyond)
    tolerance = Tolerance(over=percent, under=percent, invoice=percent)
    return Item(number=f"I-{draw(_NUMBERS)}", kind=draw(kinds), vat=draw(_VATS), tolerance=tolerance)


@lru_cache
def order_lines(*, sign: int = 1, services: bool = True, tolerances: bool = False) -> st.SearchStrategy[OrderLine]:
    """Order lines, to be numbered when the order is placed; with a *sign* of -1 they take goods back."""
    return _order_lines(sign, items(services=services, tolerances=tolerances))


@st.composite
def _order_lines(draw: st.DrawFn, sign: int, some: st.SearchStrategy[Item]) -> OrderLine:
    return OrderLine(item=draw(some), ordered=sign * draw(quantities()), price=draw(prices()), discount=draw(discounts()))


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
