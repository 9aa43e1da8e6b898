"""What is written of documents that changed: the difference between what is stored and what is to be, and nothing else."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from salesflow import codec
from salesflow.errors import ConflictError
from salesflow.lookups import LAST_DAY, NO_DAY, Uninvoiced, concerns, day_of, is_looked_up_the_same, uninvoiced_of
from salesflow.model.invoice import Invoice, InvoiceKind, InvoiceStatus
from salesflow.model.order import Order
from salesflow.model.purchase import Purchase
from salesflow.storage import open_lines, parts
from salesflow.storage.cache import Kept
from salesflow.storage.keys import key_of
from salesflow.storage.rows import (
    BODY,
    CONCERN,
    DOCUMENT,
    OPEN_INVOICE,
    OPEN_PURCHASE,
    POSTING,
    UNINVOICED_SLIP,
    Row,
    Rows,
    Table,
)

if TYPE_CHECKING:
    from salesflow.storage.repository import Entry


class Changes:
    """Rows to add, change and remove, by table; gathered first, so that each table is gone through once."""

    def __init__(self) -> None:
        self.added: dict[Table, list[Row]] = {}
        self.changed: dict[Table, dict[tuple[str, ...], list[Row]]] = {}
        self.removed: dict[Table, dict[tuple[str, ...], list[Row]]] = {}

    def add(self, table: Table, *rows: Row) -> None:
        """Add rows."""
        if rows:
            self.added.setdefault(table, []).extend(rows)

    def change(self, table: Table, *rows: Row) -> None:
        """Change the columns that rows name, the same in each."""
        if rows:
            self.changed.setdefault(table, {}).setdefault(tuple(rows[0]), []).extend(rows)

    def remove(self, table: Table, *rows: Row) -> None:
        """Remove the rows of keys, or of what keys begin with."""
        if rows:
            self.removed.setdefault(table, {}).setdefault(tuple(rows[0]), []).extend(rows)

    def between(self, table: Table, before: Mapping[Any, Row], after: Mapping[Any, Row]) -> None:
        """Add what leads from some rows of a table to others, both by their key."""
        for key, row in before.items():
            if key not in after:
                self.remove(table, {name: row[name] for name in table.key})
        for key, row in after.items():
            if key not in before:
                self.add(table, row)
            elif row != before[key]:
                self.change(table, row)


def of(pending: Iterable[tuple[str, Entry]]) -> Changes:
    """Return what is to be written of entries that changed, each with the name of its kind; they are marked as written."""
    changes = Changes()
    for name, entry in pending:
        last = entry.written or entry.stored
        entry.written = _document(changes, name, last, entry)
        _lookups(changes, name, last.document if last else None, entry.document)
    return changes


def write(changes: Changes, rows: Rows) -> None:
    """
    Write changes.

    Raises:
        ConflictError: a document is not of the version that was read, or the number of a new one was taken meanwhile.
    """
    for group in changes.changed.pop(DOCUMENT, {}).values():
        if rows.update(DOCUMENT, group, expected="version") != len(group):
            names = ", ".join(f"{row['kind']} {row['number']}" for row in group)
            raise ConflictError(f"changed by somebody else meanwhile: one of {names}")
    for table, by_columns in changes.changed.items():
        for group in by_columns.values():
            rows.update(table, group)
    for table, by_columns in changes.removed.items():
        for group in by_columns.values():
            rows.delete(table, group)
    for table, added in changes.added.items():
        rows.insert(table, added)


# ---------------------------------------------------------------------- the document itself


def _document(changes: Changes, name: str, last: Kept | None, entry: Entry) -> Kept:
    """Add what is to be written of a document, and return it as it will then be stored."""
    document, version = entry.document, entry.version + 1
    key = {"kind": name, "number": key_of(document.number)}
    before = last.document if last else None
    stamp = last.stamp if last else 0
    for part, body in parts.changed(before, document):
        stamp = zlib.crc32(body.encode(), stamp)
        text: Row = {**key, "part": part, "body": body}
        changes.add(BODY, text) if before is None else changes.change(BODY, text)
    for place, posting in parts.new_postings(before, document):
        body = codec.dumps(posting)
        stamp = zlib.crc32(body.encode(), stamp)
        changes.add(POSTING, _posting(key["number"], place, posting, body))
    row: Row = {**key, "version": version, "stamp": stamp, "postings": parts.count_of_postings(document), "day": day_of(document) or NO_DAY}
    changes.add(DOCUMENT, row) if last is None else changes.change(DOCUMENT, {**row, "was": last.version})
    return Kept(version, stamp, document)


def _posting(order: str, place: int, posting: Any, body: str) -> Row:
    return {
        "order": order,
        "place": place,
        "kind": posting.kind.value,
        "document": key_of(posting.document),
        "day": posting.on,
        "body": body,
    }


# ---------------------------------------------------------------------- what it is found by


def _lookups(changes: Changes, name: str, before: Any, after: Any) -> None:
    """Add what changes in the tables that a document is found by."""
    if before is None or not is_looked_up_the_same(before, after):
        changes.between(CONCERN, _concerns(name, before), _concerns(name, after))
    if isinstance(after, Order):
        open_lines.follow(changes, before, after)
        touched = _touched_slips(before, after)
        changes.between(UNINVOICED_SLIP, _uninvoiced(before, touched), _uninvoiced(after, touched))
    elif isinstance(after, Invoice):
        changes.between(OPEN_INVOICE, _open_invoice(before), _open_invoice(after))
    elif isinstance(after, Purchase):
        changes.between(OPEN_PURCHASE, _open_purchase(before), _open_purchase(after))


def _concerns(name: str, document: Any) -> dict[Any, Row]:
    if document is None:
        return {}
    day, number = day_of(document) or NO_DAY, key_of(document.number)
    return {
        (role, who, day): {"role": role.value, "name": who, "kind": name, "day": day, "number": number}
        for role, who in sorted({(role, key_of(who)) for role, who in concerns(document)})
    }


def _touched_slips(before: Order | None, after: Order) -> list[str] | None:
    """Return the slips of which something may have changed; ``None`` where that may be all of them."""
    if before is None or (before.customer, before.invoice_account) != (after.customer, after.invoice_account):
        return None
    old, new = before.fold, after.fold
    if old.unlinked is not new.unlinked:  # what was invoiced by order is taken of the oldest slips first, so it can touch any
        return None
    gone = [slip for slip in old.slips if slip not in new.slips]
    return gone + [slip for slip, rows in new.slips.items() if old.slips.get(slip) is not rows]


def _uninvoiced(order: Order | None, among: list[str] | None) -> dict[Any, Row]:
    return {} if order is None else {each.slip: _uninvoiced_row(each) for each in uninvoiced_of(order, among)}


def _uninvoiced_row(each: Uninvoiced) -> Row:
    keys = {name: key_of(getattr(each, name)) for name in ("order", "slip", "customer", "account")}
    return {**keys, "day": each.on}


def _open_invoice(invoice: Invoice | None) -> dict[Any, Row]:
    if invoice is None or invoice.kind is InvoiceKind.PRO_FORMA or invoice.status is not InvoiceStatus.OPEN:
        return {}
    row = {
        "invoice": key_of(invoice.number),
        "account": key_of(invoice.account),
        "due": _due(invoice),
        "balance": invoice.balance,
        "currency": invoice.currency,
    }
    return {invoice.number: row}


def _due(invoice: Invoice) -> date:
    """Return the due date; terms that lead beyond the calendar are due on its last day."""
    try:
        return invoice.due
    except (OverflowError, ValueError):
        return LAST_DAY


def _open_purchase(purchase: Purchase | None) -> dict[Any, Row]:
    if purchase is None or not purchase.missing:
        return {}
    row = {
        "purchase": key_of(purchase.number),
        "vendor": key_of(purchase.vendor),
        "item": key_of(purchase.item.number),
        "expected": purchase.expected,
        "missing": purchase.missing,
    }
    return {purchase.number: row}
