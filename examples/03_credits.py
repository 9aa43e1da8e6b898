"""
Invoices and credit notes: a shop's sales and what came back, matched first in, first out.

``python examples/03_credits.py [FOLDER] [--json] [--currency GBP]``

``invoice_lines.csv`` in the folder has a row per line of a document of kind ``invoice`` or ``credit``.
An invoice without an order is a direct sale, paid on the spot.
A credit takes back earlier invoice lines of the same customer, item and unit price, the oldest first; what no invoice has is
credited without a reference and reported. The money of a credit is paid back at once.
A negative quantity on an invoice came back over the counter and is credited without a reference too, beside the sale.
Where a till was slow, the lines of one document have several times of one day: the first one holds, and the document is reported.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from salesflow import (
    Invoice,
    Item,
    Money,
    OrderLine,
    Party,
    PartyKind,
    RefusedError,
    Role,
    credit_notes,
    direct_sales,
    matching,
    memory,
    payments,
)
from salesflow.money import require_currency
from tables import TableError, TableRow, read

ZERO = Decimal(0)
FILE = "invoice_lines.csv"
COLUMNS = ("line", "document_no", "kind", "stock_code", "description", "quantity", "issued_at", "unit_price", "customer_id")
WALK_IN = "walk-in"
"""The customer of documents that name none."""
PRODUCT = re.compile(r"\d{5}")
"""How the code of a product begins; any other stands for postage, a correction by hand and the like."""
LARGEST, DECIMALS = Decimal(10) ** 9, 6
RULE = (
    "FIFO over earlier invoice lines with the same customer, stock code and unit price "
    "(line order within a timestamp; invoices before credits)"
)


@frozen
class Line:
    """One row of the file."""

    row: TableRow
    number: int
    terms: OrderLine


@define
class Document:
    """The rows of one document, sold and come back apart."""

    number: str
    is_credit: bool
    at: datetime
    customer: str
    sold: list[Line] = field(factory=list)
    back: list[Line] = field(factory=list)
    times: set[datetime] = field(factory=set)

    @property
    def first(self) -> int:
        """The number of its first line."""
        return min(line.number for line in (*self.sold, *self.back))


@define
class Shop:
    """The store, and what the report needs beside it."""

    store: memory.Store
    currency: str
    invoices: dict[str, list[str]] = field(factory=lambda: defaultdict(list))
    matched: Counter[str] = field(factory=Counter)
    unmatched: list[dict[str, Any]] = field(factory=list)
    credited: Decimal = ZERO


# ---------------------------------------------------------------------- reading


def read_documents(folder: Path) -> list[Document]:
    """Return the documents in the order in which they happened, invoices before credits of the same minute."""
    documents: dict[str, Document] = {}
    numbers: dict[int, TableRow] = {}
    for row in read(folder, FILE, COLUMNS):
        line = read_line(row)
        if (other := numbers.setdefault(line.number, row)) is not row:
            raise row.wrong("line", f"must be a number of its own, {line.number} is also in row {other.number}")
        add(documents, line)
    if not documents:
        raise TableError(f"{FILE}, row 2, column line: is missing; at least one row is needed")
    return sorted(documents.values(), key=lambda document: (document.at, document.is_credit, document.first))


def read_line(row: TableRow) -> Line:
    """Return a row as a line with a quantity above zero; whether it was sold or came back is for the document to say."""
    number, quantity, price = row.number_in("line"), row.number_in("quantity"), row.number_in("unit_price")
    if number != int(number) or number < 1:
        raise row.wrong("line", f"must be a whole number above zero, not {number}")
    for column, value in (("quantity", quantity), ("unit_price", price)):
        if abs(value) > LARGEST or value != round(value, DECIMALS):
            raise row.wrong(column, f"must be at most {LARGEST} with at most {DECIMALS} decimals, not {value}")
    if not quantity:
        raise row.wrong("quantity", "must not be zero")
    if price < 0:
        raise row.wrong("unit_price", f"must be zero or more, not {price}")
    if row.text("kind") not in {"invoice", "credit"}:
        raise row.wrong("kind", f"must be invoice or credit, not {row.text('kind')!r}")
    if row.text("kind") == "credit" and quantity > 0:
        raise row.wrong("quantity", f"must be below zero on a credit, not {quantity}")
    item = Item(number=row.text("stock_code"), name=row.text("description", blank=True))
    return Line(row, int(number), OrderLine(number=int(number), item=item, ordered=abs(quantity), price=price))


def add(documents: dict[str, Document], line: Line) -> None:
    """Add a line to its document; the lines of one document agree on kind, day and customer, and its first time holds."""
    row = line.row
    try:
        at = datetime.fromisoformat(row.text("issued_at")).replace(tzinfo=UTC)
    except ValueError:
        raise row.wrong("issued_at", f"must be a date and time such as 2026-03-31 14:05, not {row.text('issued_at')!r}") from None
    number, is_credit = row.text("document_no"), row.text("kind") == "credit"
    customer = row.text("customer_id", blank=True) or WALK_IN
    document = documents.setdefault(number, Document(number, is_credit, at, customer))
    for column, mine, common in (
        ("kind", is_credit, document.is_credit),
        ("issued_at", at.date(), document.at.date()),
        ("customer_id", customer, document.customer),
    ):
        if mine != common:
            raise row.wrong(
                column, f"must be {'of the same day' if column == 'issued_at' else 'the same'} on every line of document {number}"
            )
    document.at = min(document.at, at)
    document.times.add(at)
    (document.back if row.number_in("quantity") < 0 else document.sold).append(line)


# ---------------------------------------------------------------------- selling and taking back


def run(documents: Sequence[Document], currency: str) -> Shop:
    """Take every document through the library."""
    shop = Shop(memory.Store(), currency)
    for document in documents:
        if document.sold:
            sell(shop, document)
        if document.back:
            take_back(shop, document)
    return shop


def party(number: str) -> Party:
    """Return the customer of that number."""
    return Party(number=number, name=f"Customer {number}", kind=PartyKind.PERSON, roles=(Role.CUSTOMER,))


def sell(shop: Shop, document: Document) -> None:
    """Sell over the counter: order, delivery, invoice and payment in one."""
    lines = [line.terms for line in sorted(document.sold, key=lambda line: line.number)]
    with shop.store.begin() as work:
        work.record(direct_sales.sell(party(document.customer), lines, shop.currency, number=document.number, at=document.at))
    shop.invoices[document.customer].append(document.number)


def take_back(shop: Shop, document: Document) -> None:
    """Credit what came back: of the invoices it was sold on, and without reference where there is none."""
    lines = [line.terms for line in sorted(document.back, key=lambda line: line.number)]
    number = document.number if document.is_credit else f"{document.number}-C"
    with shop.store.begin() as work:
        earlier = [work.invoices.get(each) for each in shop.invoices[document.customer]] if document.is_credit else []
        match = matching.first_in_first_out(lines, earlier)
        if document.is_credit:
            note_matches(shop, document, match)
        on = document.at.date()
        if match.claims:
            orders = {order for claim in match.claims for order in claim.invoice.orders}
            given = [work.orders.get(order) for order in sorted(orders)]
            done = credit_notes.post(
                match.claims, orders=given, number=number, on=on, at=document.at, reopens=False, unreferenced=match.unmatched
            )
        else:
            done = credit_notes.unreferenced(document.customer, match.unmatched, shop.currency, number=number, on=on, at=document.at)
        work.record(done)
        if owed := done.document.balance:
            refund = payments.receive(
                document.customer, owed, shop.currency, number=f"{number}-R", on=on, at=document.at, invoices=[done.document]
            )
            work.record(refund)


def note_matches(shop: Shop, document: Document, match: matching.Match) -> None:
    """Count what was matched, and write down what was not."""
    left = {line.number: line.ordered for line in match.unmatched}
    for line in sorted(document.back, key=lambda line: line.number):
        missing = left.get(line.number, ZERO)
        shop.credited += line.terms.ordered
        shop.matched["fully" if not missing else "unmatched" if missing == line.terms.ordered else "partly"] += 1
        if missing:
            shop.unmatched.append(
                {
                    "line": line.number,
                    "document_no": document.number,
                    "stock_code": line.terms.item.number,
                    "unmatched_quantity": plain(missing),
                }
            )


def plain(quantity: Decimal) -> int | str:
    """Return a quantity as a whole number where it is one."""
    return int(quantity) if quantity == quantity.to_integral_value() else f"{quantity.normalize():f}"


# ---------------------------------------------------------------------- the figures


def figures(shop: Shop, documents: Sequence[Document]) -> dict[str, Any]:
    """Return every figure, read from the documents of the store."""
    with shop.store.begin() as work:
        bills = {bill.number: bill for bill in work.invoices}
        paid_back = -sum((payment.amount for payment in work.payments if payment.amount < 0), ZERO)

    def money(amounts: Iterable[Decimal]) -> str:
        return str(Money(sum(amounts, ZERO), shop.currency).rounded().amount)

    of = {
        document.number: [bill for key in (document.number, f"{document.number}-C") if (bill := bills.get(key))] for document in documents
    }
    by_month: dict[str, list[Invoice]] = defaultdict(list)
    by_customer: dict[str, dict[str, list[Invoice]]] = defaultdict(lambda: defaultdict(list))
    for bill in sorted(bills.values(), key=lambda each: each.on):
        month = f"{bill.on:%Y-%m}"
        by_month[month].append(bill)
        by_customer[bill.account][month].append(bill)
    lines = [line for document in documents for line in (*document.sold, *document.back)]
    sold = [bill for document in documents if not document.is_credit for bill in of[document.number]]
    back = [bill for document in documents if document.is_credit for bill in of[document.number]]
    missing = sum((Decimal(each["unmatched_quantity"]) for each in shop.unmatched), ZERO)
    codes = Counter(line.terms.item.number for line in lines if not PRODUCT.match(line.terms.item.number))
    return {
        "currency": shop.currency,
        "lines": len(lines),
        "invoices": sum(not document.is_credit for document in documents),
        "credit_notes": sum(document.is_credit for document in documents),
        "invoiced_total": money(bill.total for bill in sold),
        "credited_total": money(bill.total for bill in back),
        "net_total": money(bill.total for bill in bills.values()),
        "customers": len({document.customer for document in documents} - {WALK_IN}),
        "lines_without_customer": sum(document.customer == WALK_IN for document in documents for _ in (*document.sold, *document.back)),
        "negative_quantity_on_invoice": sum(len(document.back) for document in documents if not document.is_credit),
        "zero_price_lines": sum(not line.terms.price for line in lines),
        "non_product_codes": dict(sorted(codes.items())),
        "documents_with_several_times": sorted(document.number for document in documents if len(document.times) > 1),
        "credit_matching_rule": RULE,
        "credit_lines_fully_matched": shop.matched["fully"],
        "credit_lines_partly_matched": shop.matched["partly"],
        "credit_lines_unmatched": shop.matched["unmatched"],
        "credited_quantity": plain(shop.credited),
        "matched_credit_quantity": plain(shop.credited - missing),
        "unmatched": shop.unmatched,
        "month_net": {month: money(bill.net for bill in mine) for month, mine in by_month.items()},
        "customer_month_net": {
            customer: {month: money(bill.net for bill in mine) for month, mine in months.items()}
            for customer, months in sorted(by_customer.items())
        },
        "document_totals": {number: money(bill.total for bill in mine) for number, mine in sorted(of.items())},
        "paid_back": money([paid_back]),
        "open_balance": money(bill.balance for bill in bills.values()),
    }


def print_report(found: dict[str, Any]) -> None:
    """Print the figures that fit on a page."""
    currency = found["currency"]
    print(f"{found['invoices']} invoices and {found['credit_notes']} credit notes, {found['lines']} lines, {found['customers']} customers")
    for name in ("invoiced_total", "credited_total", "net_total", "paid_back", "open_balance"):
        print(f"  {name.replace('_', ' '):<16} {found[name]:>14} {currency}")
    if several := found["documents_with_several_times"]:
        print(f"the first time was taken of documents that have several: {', '.join(several)}")
    print("credit lines")
    for name in ("fully_matched", "partly_matched", "unmatched"):
        print(f"  {name.replace('_', ' '):<16} {found[f'credit_lines_{name}']:>14}")
    print(
        f"  {found['matched_credit_quantity']} of {found['credited_quantity']} units were found on an earlier invoice, first in, first out"
    )
    if found["unmatched"]:
        print("credited without a reference, the first ten")
        for each in found["unmatched"][:10]:
            print(f"  line {each['line']} of {each['document_no']}: {each['unmatched_quantity']} x {each['stock_code']}")
    print(f"net per month, in {currency}")
    for month, net in found["month_net"].items():
        print(f"  {month:<16} {net:>14}")


def currency_code(text: str) -> str:
    """Return the code of a currency, as given on the command line."""
    try:
        require_currency("currency", text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def main() -> int:
    """Read, replay and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent / "data" / "counter")
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--currency", type=currency_code, default="GBP", help="the currency of the prices")
    options = parser.parse_args()
    try:
        documents = read_documents(options.folder)
        found = figures(run(documents, options.currency), documents)
    except TableError as error:
        print(error, file=sys.stderr)
        return 2
    except RefusedError as error:
        print(f"{FILE}: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(found))
    else:
        print_report(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
