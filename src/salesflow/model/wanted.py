"""What is wanted of orders: one with quantities per line, or several with the quantities of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from salesflow.checks import require_kind
from salesflow.model.order import Order

Quantities = Mapping[int, Decimal | int]
"""Line number to quantity, with the sign of the line."""
Wanted = Order | Mapping[Order, Quantities | None] | Iterable[Order]
"""One order, several, or several with the quantities of each; without quantities all that is left."""


def per_order(orders: Wanted, quantities: Quantities | None) -> list[tuple[Order, Quantities | None]]:
    """
    Return each order with the quantities that are wanted of it.

    Raises:
        ValueError: quantities per line are given beside several orders: nothing says which line of which order they are for.
    """
    wanted: list[tuple[Order, Quantities | None]]
    if isinstance(orders, Mapping):
        wanted = list(orders.items())
    else:
        wanted = [(order, None) for order in ([orders] if isinstance(orders, Order) else orders)]
    for order, _ in wanted:
        require_kind("order", order, Order)
    if quantities is None:
        return wanted
    if isinstance(orders, Mapping) or len(wanted) != 1:
        msg = f"quantities per line go with one order; {len(wanted)} are given, so give them as {{order: {{line: quantity}}}}"
        raise ValueError(msg)
    return [(wanted[0][0], quantities)]
