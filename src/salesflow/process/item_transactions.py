"""The stock transactions an order comes to: derived from its ledger, never stored [ORD-2, DOC-4]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO
from salesflow.labels import Labelled
from salesflow.model.ledger import Kind, smaller
from salesflow.model.order import Order
from salesflow.money import exact


class StockStatus(Labelled):
    """How far a quantity has left the stock."""

    ON_ORDER = "on-order", "On order", "In bestelling"
    PICKED = "picked", "Picked", "Verzameld"
    DEDUCTED = "deducted", "Deducted", "In mindering gebracht"
    """Delivered and not invoiced."""
    SOLD = "sold", "Sold", "Verkocht"
    """Invoiced: it has the number of its invoice."""


@frozen(kw_only=True)
class ItemTransaction:
    """
    A quantity of an item on its way out of stock; with the opposite sign, on its way in.

    Args:
        slip: The packing slip that moved it, once it was.
        invoice: The invoice that sold it, once it was.
    """

    order: str
    line: int
    item: str
    unit: str
    quantity: Decimal
    status: StockStatus
    on: date | None = None
    slip: str | None = None
    invoice: str | None = None


@exact
def item_transactions(order: Order) -> tuple[ItemTransaction, ...]:
    """
    Return the item transactions of an order, line by line: what is on order, picked, deducted by slips, and sold by invoices.

    A journal order has none, a service moves no stock, and what was invoiced ahead of delivery is still on order.
    The quantities of a line come to its ordered quantity, or to what was delivered where that is more.
    """
    if order.is_journal:
        return ()
    return tuple(each for line, terms in order.fold.terms.items() if not terms.item.is_service for each in _of_line(order, line))


def _of_line(order: Order, line: int) -> Iterator[ItemTransaction]:
    moved = _moved(order, line)
    for slip, invoice, quantity in _sold(order, line, moved):
        on, left = moved[slip]
        moved[slip] = on, left - quantity
        yield _transaction(order, line, quantity, StockStatus.SOLD, on=on, slip=slip, invoice=invoice)
    for slip, (on, left) in moved.items():
        if left:
            yield _transaction(order, line, left, StockStatus.DEDUCTED, on=on, slip=slip)
    remainder = order.fold.to_deliver.get(line, ZERO)
    picked = smaller(order.fold.picked(line), remainder)
    if picked:
        yield _transaction(order, line, picked, StockStatus.PICKED)
    if remainder - picked:
        yield _transaction(order, line, remainder - picked, StockStatus.ON_ORDER)


def _transaction(
    order: Order,
    line: int,
    quantity: Decimal,
    status: StockStatus,
    *,
    on: date | None = None,
    slip: str | None = None,
    invoice: str | None = None,
) -> ItemTransaction:
    item = order.fold.terms[line].item
    return ItemTransaction(
        order=order.number, line=line, item=item.number, unit=item.unit, quantity=quantity, status=status, on=on, slip=slip, invoice=invoice
    )


def _moved(order: Order, line: int) -> dict[str, tuple[date, Decimal]]:
    """
    Return what each slip moved of the line and did not take back, oldest first.

    Goods that a return brought in are moved by its returned order, and are left alone here.
    """
    moved: dict[str, tuple[date, Decimal]] = {}
    slips = {posting.document for posting in order.postings if posting.kind is Kind.DELIVERED}
    for posting in order.postings:
        back = posting.kind is Kind.RETURNED and posting.source in slips
        if back or (posting.kind is Kind.DELIVERED and posting.counts):
            slip = posting.slip or posting.document
            for number, quantity in posting.rows:
                if number == line:
                    on, before = moved.get(slip, (posting.on, ZERO))
                    moved[slip] = on, before + (quantity if posting.kind is Kind.DELIVERED else -quantity)
    return {slip: (on, quantity) for slip, (on, quantity) in moved.items() if quantity}


def _sold(order: Order, line: int, moved: dict[str, tuple[date, Decimal]]) -> Iterator[tuple[str, str, Decimal]]:
    """
    Yield slip, invoice and quantity for what was invoiced of the line and moved.

    An invoice that names a slip takes from it; one that follows the order takes from the oldest slip with anything left [P14].
    """
    free = {slip: quantity for slip, (_, quantity) in moved.items()}
    loose: list[tuple[str, Decimal]] = []
    for (invoice, slip), quantity in _invoiced(order, line).items():
        if slip is None:
            loose.append((invoice, quantity))
        elif taken := smaller(quantity, free.get(slip, ZERO)):
            free[slip] -= taken
            yield slip, invoice, taken
    for invoice, quantity in loose:
        left = quantity
        for slip, room in free.items():
            if taken := smaller(left, room):
                free[slip] -= taken
                left -= taken
                yield slip, invoice, taken


def _invoiced(order: Order, line: int) -> dict[tuple[str, str | None], Decimal]:
    """
    Return what each invoice took of the line from each slip, less what was credited of it; none stands for the order itself.

    What was credited because it came back is left alone: its returned order has it.
    """
    taken: dict[tuple[str, str | None], Decimal] = {}
    came_back = _came_back(order, line)
    for posting in order.postings:
        if posting.kind is Kind.INVOICED or (posting.kind is Kind.CREDITED and posting.counts):
            is_credit = posting.kind is Kind.CREDITED
            invoice = str(posting.source) if is_credit else posting.document
            for number, quantity in posting.rows:
                if number == line:
                    excused = smaller(quantity, came_back) if is_credit else ZERO
                    came_back -= excused
                    key = invoice, posting.slip
                    taken[key] = taken.get(key, ZERO) + (excused - quantity if is_credit else quantity)
    return {key: quantity for key, quantity in taken.items() if quantity}


def _came_back(order: Order, line: int) -> Decimal:
    """Return what returns brought in of the line."""
    slips = {posting.document for posting in order.postings if posting.kind is Kind.DELIVERED}
    rows = (
        row
        for posting in order.postings
        if posting.kind is Kind.RETURNED and posting.counts and posting.source not in slips
        for row in posting.rows
    )
    return sum((quantity for number, quantity in rows if number == line), ZERO)
