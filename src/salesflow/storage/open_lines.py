"""
What orders have left to deliver, a row per line, kept up with each posting.

The rows say what ``backorders.open_lines`` says of the order, without making those values first: there is a row to write for every line of
every delivery. The machine of ``salesflow.testing`` compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from salesflow import codec
from salesflow.errors import StorageError
from salesflow.lookups import LAST_DAY
from salesflow.model.order import Order
from salesflow.money import exact
from salesflow.process import backorders
from salesflow.storage.keys import key_of
from salesflow.storage.rows import OPEN_LINE, Row

if TYPE_CHECKING:
    from salesflow.storage.changes import Changes


@exact
def follow(changes: Changes, before: Order | None, after: Order) -> None:
    """Add what changes in the rows of an order; where nothing was delivered or ordered, that costs a comparison."""
    same_terms = before is not None and _terms(before) == _terms(after)
    if before is not None and same_terms and before.fold.to_deliver is after.fold.to_deliver:
        return
    old = {} if before is None else backorders.waiting(before)
    new = backorders.waiting(after)
    key = key_of(after.number)
    if new:
        changes.remove(OPEN_LINE, *[{"order": key, "line": number} for number in old if number not in new])
    elif old:
        changes.remove(OPEN_LINE, {"order": key})
    changes.add(OPEN_LINE, *_rows(after, {number: left for number, left in new.items() if number not in old}))
    if same_terms:
        touched = {number: left for number, left in new.items() if number in old and left is not old[number]}
        terms = after.fold.terms
        rows = [{"order": key, "line": number, "left": left, "net": after.net_of(terms[number], left)} for number, left in touched.items()]
        changes.change(OPEN_LINE, *rows)
    else:
        changes.change(OPEN_LINE, *_rows(after, {number: left for number, left in new.items() if number in old}))


def _terms(order: Order) -> tuple[object, ...]:
    """Return what else than its postings the rows of an order are made of."""
    return id(order.fold.terms), order.type, order.customer, order.placed, order.currency, order.totals_policy


def _rows(order: Order, waiting: Mapping[int, Decimal]) -> Iterator[Row]:
    """Yield the rows of lines; what a key cannot hold stands in their detail."""
    if not waiting:
        return
    key, customer, terms = key_of(order.number), key_of(order.customer), order.fold.terms
    detail = codec.dumps_plain((order.number, order.customer, order.placed))
    items: dict[int, tuple[str, str]] = {}
    for number, left in waiting.items():
        line = terms[number]
        item = items.get(id(line.item))
        if item is None:
            item = items[id(line.item)] = key_of(line.item.number), codec.dumps_plain(line.item)
        yield {
            "order": key,
            "line": number,
            "item": item[0],
            "customer": customer,
            "ship": line.ship_date or LAST_DAY,
            "left": left,
            "net": order.net_of(line, left),
            "detail": detail,
            "what": item[1],
        }


def read(row: Row) -> backorders.OpenLine:
    """Return the open line of a row."""
    try:
        order, customer, placed = codec.loads_plain(row["detail"])
        return backorders.OpenLine(
            order=order,
            line=row["line"],
            customer=customer,
            item=codec.loads_plain(row["what"]),
            left=Decimal(row["left"]),
            net=Decimal(row["net"]),
            placed=placed,
            ship_date=None if row["ship"] == LAST_DAY else row["ship"],
        )
    except (ArithmeticError, TypeError, ValueError) as error:
        raise StorageError(f"open line {row['line']} of order {row['order']!r} cannot be read: {error}") from error
