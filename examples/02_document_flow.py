"""
Replay the document flow of an ERP: orders, deliveries, invoices and cancellations, link by link, through salesflow.

``python examples/02_document_flow.py [FOLDER] [--json]``

``flow.csv`` in the folder links documents to the order items they came from.
What was ordered is not in such a flow, so the largest of what was delivered, invoiced and cancelled is taken for it.
Within a day deliveries come first, then cancellations, then invoices; a cancellation waits for the invoice it cancels.
Rows that no rule admits are reported with the rule, and still count in the figures of their item.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

from attrs import define, field, frozen

from salesflow import (
    DuplicateError,
    Invoice,
    Item,
    Order,
    OrderLine,
    Party,
    Product,
    RefusedError,
    Role,
    deliveries,
    invoices,
    memory,
    orders,
)
from salesflow.billing.invoices import ONE_ACCOUNT, WRONG_SIGN
from salesflow.billing.reversals import CREDITED
from salesflow.model.ledger import Kind
from salesflow.money import digits_of
from salesflow.outcome import Outcome
from salesflow.process.deliveries import NUMBER_USED
from salesflow.process.deliveries import WRONG_SIGN as DELIVERY_SIGN
from tables import TableError, TableRow, read

ZERO = Decimal(0)
COLUMNS = (
    "chain", "from_doc", "from_item", "from_type", "to_doc", "to_item", "to_type", "quantity", "unit", "value", "currency",
    "created_date", "material", "movement_type",
)  # fmt: skip
RANK = {"delivery": 0, "invoice_cancellation": 1, "invoice": 2}
ISSUED = {"601": 1, "602": -1}
"""The movement types that issue goods to a customer, and take them back."""
PRICE_DIGITS = -6


@frozen
class Link:
    """One row of the flow that starts at an order item."""

    row: TableRow
    chain: str
    order: str
    item: str
    document: str
    kind: str
    quantity: Decimal
    value: Decimal
    currency: str
    unit: str
    on: date
    material: str
    movement: str

    @property
    def line(self) -> int:
        """The line number of the item."""
        return int(self.item)


@frozen
class Rejected:
    """A row that no rule admits."""

    link: Link
    rule: str
    message: str


@define
class Replay:
    """The store, and what would not go into it."""

    store: memory.Store = field(factory=memory.Store)
    rejected: list[Rejected] = field(factory=list)

    def reject(self, links: Iterable[Link], rule: str, message: str) -> None:
        """Note rows that are not admitted."""
        self.rejected += [Rejected(link, rule, message) for link in links]


# ---------------------------------------------------------------------- reading


def read_flow(folder: Path) -> list[Link]:
    """Read the links that start at an order."""
    return [_link(row) for row in read(folder, "flow.csv", COLUMNS) if row.text("from_type") == "order"]


def _link(row: TableRow) -> Link:
    item = row.text("from_item")
    if not item.isdecimal() or (row.text("to_type") in RANK and not int(item)):
        raise row.wrong("from_item", f"must be a whole number above zero, not {item!r}")
    currency = row.text("currency", blank=True)
    try:
        digits_of(currency or "EUR")
    except ValueError as error:
        raise row.wrong("currency", str(error)) from None
    on = row.day("created_date")
    assert on is not None  # noqa: S101  blank is refused above
    return Link(
        row=row,
        chain=row.text("chain"),
        order=row.text("from_doc"),
        item=item,
        document=row.text("to_doc"),
        kind=row.text("to_type"),
        quantity=row.number_in("quantity"),
        value=row.number_in("value", default=ZERO),
        currency=currency,
        unit=row.text("unit", blank=True) or "C62",
        on=on,
        material=row.text("material", blank=True),
        movement=row.text("movement_type", blank=True),
    )


# ---------------------------------------------------------------------- replaying


def replay(links: list[Link]) -> Replay:
    """Take every order of the flow through its life."""
    result = Replay()
    by_order: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.kind in RANK:
            by_order[link.order].append(link)
    currencies = {link.chain: link.currency for link in reversed(links) if link.currency}
    admitted: list[Link] = []
    for number, own in by_order.items():
        admitted += _place(result, number, own, currencies.get(own[0].chain, "EUR"))
    _run(result, admitted)
    return result


def _place(result: Replay, number: str, links: list[Link], usual: str) -> list[Link]:
    """Place an order for what its rows come to; return the rows that can be posted to it."""
    currency = next((link.currency for link in links if link.currency), usual)
    foreign = [link for link in links if link.currency not in ("", currency)]
    result.reject(foreign, ONE_ACCOUNT.code, f"order {number} is in {currency}")
    items: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        if link not in foreign:
            items[link.line].append(link)
    lines = [line for own in items.values() if (line := _line(own)) is not None]
    known = {line.number for line in lines}
    nothing = [link for link in links if link not in foreign and not link.quantity]
    for link in nothing:
        rule = DELIVERY_SIGN if link.kind == "delivery" else WRONG_SIGN
        result.reject([link], rule.code, f"the quantity of {link.kind} {link.document} is zero")
    if lines:
        customer = Party(number=links[0].chain, name=f"Customer of chain {links[0].chain}", roles=(Role.CUSTOMER,))
        with result.store.begin() as work:
            placed = orders.place(number=number, customer=customer, currency=currency, lines=lines, on=min(link.on for link in links))
            work.record(placed)
    return [link for link in links if link not in foreign and link.quantity and link.line in known]


def _line(links: list[Link]) -> OrderLine | None:
    """Return the order line that an item's rows come to; none where no row has a quantity."""
    totals = {kind: sum((link.quantity for link in links if link.kind == kind), ZERO) for kind in RANK}
    ordered = max(totals.values(), key=abs)
    if not ordered:
        return None
    first = links[0]
    product = Product(item=Item(number=first.material or first.item, unit=first.unit), price=_price(links) or ZERO)
    return orders.line(product, ordered, number=first.line)


def _price(links: Iterable[Link]) -> Decimal | None:
    """Return the price that gives the value of every invoice row exactly; none where there is no such price."""
    billed = [link for link in links if link.kind == "invoice" and link.quantity]
    if not billed:
        return None
    price = (billed[0].value / billed[0].quantity).quantize(Decimal(1).scaleb(PRICE_DIGITS)).normalize()
    fits = price >= 0 and all(link.quantity * price == link.value for link in billed)
    return price if fits else None


Group = tuple[str, list[Link]]
"""The number of a document, and its rows."""


def _run(result: Replay, links: list[Link]) -> None:
    """Post the documents, day by day."""
    unpriced = {key for key, own in _by_item(links).items() if _price(own) is None}
    waiting: list[Group] = []
    days = sorted({link.on for link in links})
    on_day = defaultdict(list)
    for link in links:
        on_day[link.on].append(link)
    split = Counter((kind, document) for kind, document, _, _ in {(x.kind, x.document, x.on, x.currency) for x in links})
    for day in days:
        groups = _documents(on_day[day], split)
        for group in groups["delivery"]:
            _deliver(result, group, day)
        waiting = [group for group in (*waiting, *groups["invoice_cancellation"]) if not _cancel(result, group, day)]
        for group in groups["invoice"]:
            _invoice(result, group, day, unpriced)
            waiting = [one for one in waiting if not _cancel(result, one, day)]
        for number, own in waiting:
            result.reject(own, CREDITED.code, f"{number} cancels no invoice of these items")
        waiting = []


def _by_item(links: Iterable[Link]) -> dict[tuple[str, int], list[Link]]:
    found: dict[tuple[str, int], list[Link]] = defaultdict(list)
    for link in links:
        found[link.order, link.line].append(link)
    return found


def _documents(links: list[Link], split: Counter[tuple[str, str]]) -> dict[str, list[Group]]:
    """Gather a day's rows by document; one number with rows of several days or currencies is several documents."""
    found: dict[str, dict[str, list[Link]]] = {kind: defaultdict(list) for kind in RANK}
    for link in links:
        several = split[link.kind, link.document] > 1
        number = f"{link.document} of {link.on} {link.currency}".strip() if several else link.document
        found[link.kind][number].append(link)
    return {kind: sorted(groups.items()) for kind, groups in found.items()}


def _record(result: Replay, links: list[Link], command: Callable[[dict[Order, dict[int, Decimal]]], Outcome[object]]) -> None:
    """Run a command on the orders of *links*, all of it or nothing; what is refused is noted."""
    try:
        with result.store.begin() as work:
            work.record(command({work.orders.get(order): rows for order, rows in _rows(links).items()}))
    except RefusedError as error:
        result.reject(links, error.codes[0], str(error))
    except DuplicateError as error:
        result.reject(links, NUMBER_USED.code, str(error))


def _deliver(result: Replay, group: Group, on: date) -> None:
    number, links = group
    _record(result, links, lambda wanted: deliveries.post(wanted, number=number, on=on))


def _invoice(result: Replay, group: Group, on: date, unpriced: set[tuple[str, int]]) -> None:
    number, links = group
    amounts: dict[str, dict[int, Decimal]] = defaultdict(dict)
    for (order, line), own in _by_item(links).items():
        if (order, line) in unpriced:
            amounts[order][line] = sum((link.value for link in own), ZERO)
    _record(result, links, lambda wanted: invoices.post(wanted, number=number, on=on, amounts=amounts))


def _cancel(result: Replay, group: Group, on: date) -> bool:
    """Cancel the oldest invoice of the same items and values; say whether there was one."""
    number, links = group
    wanted = sorted((order, line, quantity) for order, rows in _rows(links).items() for line, quantity in rows.items())
    value = sum((link.value for link in links), ZERO)
    for invoice in _invoices_of(result.store.begin(), links[0].order):
        rows = sorted((line.order, line.terms.number, line.quantity) for line in invoice.lines)
        if invoice.cancelled_by is None and rows == wanted and invoice.net == value:
            _record(result, links, lambda found, undone=invoice: invoices.cancel(found, undone, number=number, on=on))  # type: ignore[misc]
            return True
    return False


def _invoices_of(work: memory.Work, order: str) -> Iterable[Invoice]:
    """Return the invoices of an order, oldest first, as its ledger names them."""
    postings = work.orders.get(order).postings
    return (work.invoices.get(posting.document) for posting in postings if posting.kind is Kind.INVOICED)


def _rows(links: Iterable[Link]) -> dict[str, dict[int, Decimal]]:
    """Return the quantities per order and line; several rows of one item in one document are one."""
    rows: dict[str, dict[int, Decimal]] = defaultdict(dict)
    for link in links:
        rows[link.order][link.line] = rows[link.order].get(link.line, ZERO) + link.quantity
    return rows


# ---------------------------------------------------------------------- reporting


@define
class Figures:
    """What happened to one order item."""

    deliveries: set[str] = field(factory=set)
    invoices: set[str] = field(factory=set)
    cancellations: set[str] = field(factory=set)
    delivered: Decimal = ZERO
    issued: Decimal = ZERO
    invoiced: Decimal = ZERO
    cancelled: Decimal = ZERO
    invoiced_value: Decimal = ZERO
    cancelled_value: Decimal = ZERO
    currencies: set[str] = field(factory=set)
    units: set[str] = field(factory=set)

    def count(self, kind: str, document: str, quantity: Decimal, value: Decimal) -> None:
        """Add one document's part."""
        if kind == "delivery":
            self.deliveries.add(document)
            self.delivered += quantity
        elif kind == "invoice":
            self.invoices.add(document)
            self.invoiced += quantity
            self.invoiced_value += value
        else:
            self.cancellations.add(document)
            self.cancelled += quantity
            self.cancelled_value += value


POSTED = {Kind.DELIVERED: "delivery", Kind.INVOICED: "invoice", Kind.CREDITED: "invoice_cancellation"}


def figures(result: Replay, links: list[Link]) -> dict[tuple[str, str], Figures]:
    """Return the figures of every item: what the ledgers of the orders say, and the rows that were not admitted."""
    names = {(link.order, link.line): link.item for link in links}
    found: dict[tuple[str, str], Figures] = defaultdict(Figures)
    for order in result.store.begin().orders:
        _count_postings(found, names, order)
    for rejected in result.rejected:
        link = rejected.link
        found[link.order, link.item].count(link.kind, link.document, link.quantity, link.value)
    for link in links:
        key = link.order, link.item
        if key in found:
            found[key].units.add(link.row.text("unit", blank=True))
            if link.currency and link.kind in ("invoice", "invoice_cancellation"):
                found[key].currencies.add(link.currency)
            if link.kind.startswith("goods_movement"):
                found[key].issued += link.quantity * ISSUED.get(link.movement, 0)
    return dict(sorted(found.items()))


def _count_postings(found: dict[tuple[str, str], Figures], names: dict[tuple[str, int], str], order: Order) -> None:
    for posting in order.postings:
        document = posting.document.split(" of ")[0]
        amounts = posting.amounts or (ZERO,) * len(posting.rows)
        for (line, quantity), net in zip(posting.rows, amounts, strict=True):
            item = found[order.number, names[order.number, line]]
            item.count(POSTED[posting.kind], document, quantity, net)


def report(result: Replay, links: list[Link]) -> dict[str, object]:
    """Return everything that the run says."""
    items = figures(result, links)
    invoiced = {key: item.invoiced - item.cancelled for key, item in items.items()}
    parts = {
        "order_items_with_delivery": [k for k, i in items.items() if i.deliveries],
        "order_items_with_invoice": [k for k, i in items.items() if i.invoices],
        "order_items_delivered_in_parts": [k for k, i in items.items() if len(i.deliveries) > 1],
        "order_items_invoiced_in_parts": [k for k, i in items.items() if len(i.invoices) > 1],
        "order_items_with_cancelled_invoice": [k for k, i in items.items() if i.cancellations],
        "order_items_fully_delivered_and_invoiced": [
            k for k, i in items.items() if i.deliveries and i.invoices and i.delivered == invoiced[k]
        ],
        "order_items_invoiced_less_than_delivered": [
            k for k, i in items.items() if i.deliveries and i.invoices and i.delivered > invoiced[k]
        ],
        "order_items_invoiced_more_than_delivered": [k for k, i in items.items() if i.deliveries and i.delivered < invoiced[k]],
        "order_items_delivered_not_invoiced_at_all": [k for k, i in items.items() if i.deliveries and not i.invoices],
        "order_items_invoiced_without_delivery": [k for k, i in items.items() if i.invoices and not i.deliveries],
    }
    listed = ("_in_parts", "_cancelled_invoice", "_less_than_delivered", "_more_than_delivered")
    keys = {name: ["/".join(k) for k in found] if name.endswith(listed) else len(found) for name, found in parts.items()}
    return {
        "order_items": [_row(key, item) for key, item in items.items()],
        **keys,
        "orders": len(result.store.begin().orders),
        "order_items_with_stated_nets": _stated(result, links),
        "rejected": [
            {
                "order": each.link.order,
                "item": each.link.item,
                "document": each.link.document,
                "type": each.link.kind,
                "rule": each.rule,
                "message": each.message,
            }
            for each in result.rejected
        ],
    }


def _stated(result: Replay, links: list[Link]) -> list[str]:
    """Return the items whose net was stated by hand on an invoice, because no price gives it."""
    names = {(link.order, link.line): link.item for link in links}
    parts = (part for invoice in result.store.begin().invoices for part in invoice.parts)
    return sorted({f"{part.order}/{names[part.order, line]}" for part in parts for line in part.stated})


def _row(key: tuple[str, str], item: Figures) -> dict[str, object]:
    return {
        "order": key[0],
        "item": key[1],
        "deliveries": len(item.deliveries),
        "invoices": len(item.invoices),
        "cancellations": len(item.cancellations),
        "delivered_qty": _plain(item.delivered),
        "goods_issued_qty": _plain(item.issued),
        "invoiced_qty": _plain(item.invoiced),
        "cancelled_qty": _plain(item.cancelled),
        "net_invoiced_qty": _plain(item.invoiced - item.cancelled),
        "delivered_not_invoiced_qty": _plain(item.delivered - item.invoiced + item.cancelled),
        "invoiced_value": _money(item.invoiced_value, item.currencies),
        "cancelled_value": _money(item.cancelled_value, item.currencies),
        "currency": "|".join(sorted(item.currencies)),
        "units": "|".join(sorted(item.units)),
    }


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _money(amount: Decimal, currencies: set[str]) -> str:
    """Return an amount with the digits of its currency, and no fewer than it has."""
    digits = max((digits_of(currency) for currency in currencies), default=0)
    return f"{amount:.{max(digits, -int(amount.normalize().as_tuple().exponent))}f}"


def main() -> int:
    """Read, replay and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent / "data" / "flow")
    parser.add_argument("--json", action="store_true", help="print one object")
    options = parser.parse_args()
    try:
        links = read_flow(options.folder)
        result = replay(links)
    except TableError as error:
        print(error, file=sys.stderr)
        return 2
    found = report(result, links)
    if options.json:
        print(json.dumps(found))
        return 0
    print(f"{found['orders']} orders replayed from {len(links)} links; ordered is the largest of delivered, invoiced and cancelled.")
    for name, value in found.items():
        if name.startswith("order_items_"):
            print(f"  {name.removeprefix('order_items_').replace('_', ' ')}: {len(value) if isinstance(value, list) else value}")
    rules = Counter((each.rule, each.link.kind) for each in result.rejected)
    print(f"{len(result.rejected)} rows that no rule admits:")
    for (rule, kind), count in sorted(rules.items()):
        print(f"  {rule} ({kind.replace('_', ' ')}): {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
