"""Finding the invoices that goods which come back were sold on, where the customer names none."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from decimal import Decimal

from attrs import define, evolve, frozen

from salesflow.billing.crediting import CreditOf
from salesflow.checks import ZERO, all_of
from salesflow.model.invoice import Invoice
from salesflow.model.order_line import OrderLine
from salesflow.money import exact


@frozen(kw_only=True)
class Match:
    """
    What was found for lines that come back.

    Args:
        claims: What to credit of which invoices.
        unmatched: The lines, or parts of lines, that no invoice has.
    """

    claims: tuple[CreditOf, ...]
    unmatched: tuple[OrderLine, ...]


@define
class _Sold:
    """A line of an invoice, and what is still free of it."""

    invoice: str
    line: int
    left: Decimal


@exact
def first_in_first_out(lines: Iterable[OrderLine], invoices: Iterable[Invoice]) -> Match:
    """
    Match *lines* with what *invoices* sold of the same item at the same unit price and have left to credit, oldest first [P14].

    Args:
        lines: What comes back, with quantities above zero.
        invoices: Those of one account, in the order in which they are to be used.
    """
    known = all_of("invoice", invoices, Invoice)
    sold: dict[tuple[str, Decimal], deque[_Sold]] = defaultdict(deque)
    for invoice in known:
        left = invoice.creditable
        for line in invoice.lines:
            if left[line.number].quantity > 0:
                sold[line.item.number, line.unit_price].append(_Sold(invoice.number, line.number, left[line.number].quantity))
    taken: dict[str, dict[int, Decimal]] = defaultdict(dict)
    unmatched = []
    for wanted in all_of("line", lines, OrderLine):
        rest = wanted.ordered
        queue = sold[wanted.item.number, wanted.unit_price]
        while rest and queue:
            first = queue[0]
            part = min(rest, first.left)
            mine = taken[first.invoice]
            mine[first.line] = mine.get(first.line, ZERO) + part
            rest -= part
            first.left -= part
            if not first.left:
                queue.popleft()
        if rest:
            unmatched.append(evolve(wanted, ordered=rest))
    claims = (CreditOf(invoice=invoice, quantities=taken[invoice.number]) for invoice in known if invoice.number in taken)
    return Match(claims=tuple(claims), unmatched=tuple(unmatched))
