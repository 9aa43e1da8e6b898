"""Subscriptions come round: once nothing is left of one, it is open again [ORD-4]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from salesflow.checks import ZERO
from salesflow.model.events import SubscriptionRenewed
from salesflow.model.ledger import ChargeRow, Kind, Posting
from salesflow.model.order import Order, OrderType, with_postings


def renew(before: Order, order: Order, document: str, on: date) -> tuple[Order, tuple[SubscriptionRenewed, ...]]:
    """
    Return the order as it goes on, and the event where it was renewed.

    A subscription of which a command left nothing to deliver or to invoice is renewed by what its lines order,
    more than once where it was invoiced so far beyond the order that the next cycle is used up as well.
    Any other order is returned as it is.
    A subscription ends when its remainder is short-closed; that renews nothing, and one that has ended stays so.
    Each cycle begins afresh: the charges that recur are due again, and the rounding of the last one is left behind.
    """
    fold = order.fold
    if order.type is not OrderType.SUBSCRIPTION or fold.to_deliver or fold.to_invoice or not before.is_unfinished:
        return order, ()
    rows = tuple((line, terms.ordered) for line, terms in fold.terms.items() if fold.target(line))
    events = []
    while rows and not order.is_unfinished:
        fold = order.fold
        rounding = tuple(fold.amounts.get(line, ZERO) - fold.exacts.get(line, ZERO) for line, _ in rows)
        charges = tuple(_due_again(order))
        renewed = Posting(kind=Kind.RENEWED, document=document, on=on, rows=rows, exacts=rounding, charges=charges)
        order = with_postings(order, renewed)
        events.append(SubscriptionRenewed(number=order.number, on=on, by=document))
    return order, tuple(events)


def _due_again(order: Order) -> Iterator[ChargeRow]:
    """Yield what was taken of the charges that each cycle has."""
    fold = order.fold
    for rule in order.charges:
        taken, exactly = fold.charged.get(rule.number, ZERO), fold.charges_exactly.get(rule.number, ZERO)
        if rule.recurs and (taken or exactly):
            yield rule.number, taken, exactly
