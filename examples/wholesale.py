"""
The work of order to cash in any store, and the figures that its documents give: what examples 01 and 09 share.

The folder holds ``customers.csv``, ``products.csv``, ``orders.csv`` and ``order_lines.csv``.
"""

from __future__ import annotations

import sys
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from salesflow import (
    Item,
    Money,
    NotFoundError,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    PackingSlip,
    Party,
    Product,
    Project,
    Refusal,
    RefusedError,
    Role,
    TermsOfSale,
    charges,
    deliveries,
    orders,
    payments,
)
from salesflow.kinds import Repositories
from salesflow.money import require_currency
from salesflow.ports import Repository
from tables import TableError, TableRow, read

if TYPE_CHECKING:
    from salesflow import memory
    from salesflow.storage.store import RowStore

    AnyStore: TypeAlias = memory.Store | RowStore

MARKET = Path(__file__).resolve().parent / "data" / "market"
TERMS = TermsOfSale(number="1", title="Terms of sale", text="As handed over with the confirmation.")
COLUMNS = {
    "customers.csv": ("customer_id", "company_name"),
    "products.csv": ("product_id", "product_name", "unit_price"),
    "orders.csv": ("order_id", "customer_id", "employee_id", "order_date", "required_date", "shipped_date", "freight"),
    "order_lines.csv": ("order_id", "product_id", "unit_price", "quantity", "discount"),
}
CULPRITS = {
    "order.sign": "quantity",
    "order.no-lines": "order_id",
    "order.project-missing": "project",
    "order.project-of-another": "project",
}
"""The column to look at when placing an order is refused."""
ZERO = Decimal(0)
LARGEST, DECIMALS = Decimal(10) ** 12, 10
FIRST_YEAR, LAST_YEAR = 1900, 2999
BAR = 30

D = TypeVar("D")


# ---------------------------------------------------------------------- reading


def table(folder: Path, file: str) -> list[TableRow]:
    """Return the rows of a file; a file without any is refused."""
    rows = list(read(folder, file, COLUMNS[file]))
    if not rows:
        raise TableError(f"{file}, row 2, column {COLUMNS[file][0]}: is missing; at least one row is needed")
    return rows


def by_number(rows: Iterable[TableRow], column: str) -> dict[str, TableRow]:
    """Return the rows by what identifies them; a number that comes again is refused."""
    found: dict[str, TableRow] = {}
    for row in rows:
        first = found.setdefault(row.text(column), row)
        if first is not row:
            raise row.wrong(column, f"must be a number of its own, {row.text(column)!r} is also in row {first.number}")
    return found


def number(row: TableRow, column: str, *, least: Decimal = ZERO, most: Decimal = LARGEST, default: Decimal | None = None) -> Decimal:
    """Return a cell as a number between two limits, of a size that people write down."""
    value = row.number_in(column, default=default)
    if not least <= value <= most:
        raise row.wrong(column, f"must be from {least} to {most}, not {value}")
    if value != round(value, DECIMALS):
        raise row.wrong(column, f"must have at most {DECIMALS} decimals, not {value}")
    return value


def amount(row: TableRow, column: str, currency: str, least: Decimal = ZERO, most: Decimal = LARGEST) -> Decimal:
    """Return a cell as an amount that can be paid in *currency*; blank is zero."""
    value = number(row, column, least=least, most=most, default=ZERO)
    if Money(value, currency).rounded().amount != value:
        raise row.wrong(column, f"must be an amount in whole units of {currency}, not {value}")
    return value


def day(row: TableRow, column: str) -> date | None:
    """Return a cell as a date of our times; ``None`` where it is blank."""
    value = row.day(column, blank=True)
    if value is not None and not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise row.wrong(column, f"must be a date from {FIRST_YEAR} to {LAST_YEAR}, not {value}")
    return value


# ---------------------------------------------------------------------- from order to cash


def take(store: AnyStore, folder: Path, currency: str, bill: Callable[[date], object]) -> None:
    """
    Take every order of the folder through its life; what the store has of it already is left as it is.

    Args:
        bill: Posts the invoices of the month that ends on a day.
    """
    customers, products, sheet, lines = (table(folder, file) for file in COLUMNS)
    register(store, customers, products)
    lines_of = lines_by_order(by_number(sheet, "order_id"), lines)
    for row in progress(sheet, "placing"):
        place(store, row, lines_of[row.text("order_id")], currency)
    shipped = [(on, row) for row in sheet if (on := day(row, "shipped_date"))]
    for on, row in progress(sorted(shipped, key=itemgetter(0)), "delivering"):
        deliver(store, row, on)
    for last in progress(sorted({date(on.year, on.month, monthrange(on.year, on.month)[1]) for on, _ in shipped}), "invoicing"):
        bill(last)
    collect(store, {row.text("order_id"): row for row in sheet if row.text("paid", blank=True)})


def lines_by_order(sheet: Collection[str], lines: Iterable[TableRow]) -> dict[str, list[TableRow]]:
    """Return the rows of the order lines by their order, which is on the sheet."""
    found: dict[str, list[TableRow]] = {order: [] for order in sheet}
    for row in lines:
        if row.text("order_id") not in found:
            raise row.wrong("order_id", f"must be an order of orders.csv, not {row.text('order_id')!r}")
        found[row.text("order_id")].append(row)
    return found


def register(store: AnyStore, customers: Iterable[TableRow], products: Iterable[TableRow]) -> None:
    """Make the customers and the products known."""
    with store.begin() as work:
        for code, row in by_number(customers, "customer_id").items():
            party = Party(number=code, name=row.text("company_name"), roles=(Role.CUSTOMER,))
            if code not in work.parties:
                work.add(party)
        for code, row in by_number(products, "product_id").items():
            product = Product(item=Item(number=code, name=row.text("product_name")), price=number(row, "unit_price"))
            if code not in work.products:
                work.add(product)


def place(store: AnyStore, row: TableRow, lines: Sequence[TableRow], currency: str) -> None:
    """Place an order and confirm it to the customer; a journal order is a draft, which nobody confirms."""
    kind, on = order_type(row), day(row, "order_date")
    if on is None:
        raise row.wrong("order_date", "must not be blank")
    is_return = kind is OrderType.RETURNED_ORDER
    freight = amount(row, "freight", currency, least=-LARGEST if is_return else ZERO)
    with store.begin() as work:
        if row.text("order_id") in work.orders:
            return
        try:
            placed = orders.place(
                number=row.text("order_id"),
                type=kind,
                customer=known(work.parties, row, "customer_id"),
                currency=currency,
                lines=[order_line(work, line, day(row, "required_date")) for line in lines],
                charges=[charges.freight(freight)] if freight else [],
                terms=TERMS,
                taken_by=row.text("employee_id", blank=True),
                project=project(work, row),
                rma=work.number("RMA") if is_return else None,
                on=on,
            )
        except RefusedError as error:
            raise blame(error.refusals[0], row, lines) from None
        order = work.record(placed)
        if not order.is_journal:
            work.record(orders.confirm(order, on=on))


def order_line(work: Repositories, row: TableRow, requested: date | None) -> OrderLine:
    """Return one line of an order; the discount is a fraction of the price in the file, and a percentage in an order."""
    quantity = number(row, "quantity", least=-LARGEST)
    if not quantity:
        raise row.wrong("quantity", "must not be zero")
    discount = number(row, "discount", most=Decimal(1), default=ZERO)
    return orders.line(
        known(work.products, row, "product_id"),
        quantity,
        price=number(row, "unit_price"),
        discount=discount * 100,
        requested=requested,
    )


def known(repository: Repository[D], row: TableRow, column: str) -> D:
    """Return the document that a cell names."""
    try:
        return repository.get(row.text(column))
    except NotFoundError as error:
        raise row.wrong(column, f"must be one that is known, but {error}") from None


def order_type(row: TableRow) -> OrderType:
    """Return what the order is for; blank is a sales order."""
    code = row.text("order_type", blank=True) or OrderType.SALES_ORDER
    if code not in list(OrderType):
        raise row.wrong("order_type", f"must be blank or one of {', '.join(OrderType)}, not {code!r}")
    return OrderType(code)


def project(work: Repositories, row: TableRow) -> Project | None:
    """Return the project of an order; it begins with its first order, and belongs to that customer."""
    code = row.text("project", blank=True)
    if code and code not in work.projects:
        work.add(Project(number=code, name=f"Project {code}", customer=row.text("customer_id")))
    return work.projects.get(code) if code else None


def blame(refusal: Refusal, row: TableRow, lines: Sequence[TableRow]) -> TableError:
    """Return the error for an order that may not be placed: it names the cell that the broken rule is about."""
    if refusal.code == "order.sign":
        row = lines[int(str(refusal.fact("line"))) - 1]
    return row.wrong(CULPRITS.get(refusal.code, "order_id"), str(refusal))


def deliver(store: AnyStore, row: TableRow, on: date) -> None:
    """Deliver all of an order that nothing was delivered of."""
    with store.begin() as work:
        order = work.orders.get(row.text("order_id"))
        if order.postings:
            return
        try:
            work.record(deliveries.post(order, number=work.number("PS"), on=on))
        except RefusedError as error:
            raise row.wrong("shipped_date", str(error)) from None


def collect(store: AnyStore, part_paid: Mapping[str, TableRow]) -> None:
    """Receive what the customers pay: each invoice in full, less what was not paid of the orders in *part_paid*."""
    with store.begin() as work:
        unpaid = {order: shortfall(row, work.orders.get(order)) for order, row in part_paid.items()}
        owed = sorted(work.invoices, key=lambda invoice: invoice.due)
    for invoice in progress(owed, "collecting"):
        pay(store, invoice.number, sum((unpaid.get(order, ZERO) for order in invoice.orders), ZERO))


def shortfall(row: TableRow, order: Order) -> Decimal:
    """Return what the customer did not pay of what was delivered of an order."""
    total = order.totals.total if row.text("shipped_date", blank=True) else ZERO
    return total - amount(row, "paid", order.currency, min(ZERO, total), max(ZERO, total))


def pay(store: AnyStore, number: str, unpaid: Decimal) -> None:
    """Receive what is paid of an invoice on its due date; a balance in the customer's favour is paid back."""
    with store.begin() as work:
        invoice = work.invoices.get(number)
        received = min(invoice.balance - unpaid, invoice.balance, key=abs)
        if received * invoice.balance > 0:  # otherwise all was unpaid, or set off against a return
            payment = work.number("PAY")
            work.record(payments.receive(invoice.account, received, invoice.currency, number=payment, on=invoice.due, invoices=[invoice]))


# ---------------------------------------------------------------------- what the documents say


def figures(store: AnyStore, currency: str) -> dict[str, Any]:
    """Return the figures; every one is read from the documents in the store."""
    with store.begin() as work:
        placed, slips, bills, paid = tuple(work.orders), tuple(work.slips), tuple(work.invoices), tuple(work.payments)

    def money(amounts: Iterable[Decimal]) -> str:
        return str(Money(sum(amounts, ZERO), currency).rounded().amount)

    def nets(key: Callable[[Order], str]) -> dict[str, str]:
        return {name: money(order.net for order in group) for name, group in grouped(placed, key).items()}

    return {
        "currency": currency,
        "orders": len(placed),
        "order_lines": sum(len(order.lines) for order in placed),
        "order_statuses": {status: len(group) for status, group in grouped(placed, lambda order: order.status).items()},
        "order_types": {kind: len(group) for kind, group in grouped(placed, lambda order: order.type).items()},
        "net": money(order.net for order in placed),
        "net_per_order_type": nets(lambda order: order.type),
        "freight": money(charge.value for order in placed for charge in order.charges),
        "open_orders": [order.number for order in placed if order.status is OrderStatus.OPEN],
        "late_orders": late(placed, slips),
        "open_quantity": count(line.deliver_remainder for order in placed for line in order.balances),
        "open_net": money(order.undelivered_net for order in placed),
        "shipped_quantity": count(slip.quantity for slip in slips),
        "revenue_per_employee": nets(lambda order: order.taken_by),
        "revenue_per_customer": nets(lambda order: order.customer),
        "revenue_per_order_quarter": nets(lambda order: f"{order.placed.year}-Q{(order.placed.month + 2) // 3}"),
        "customer_month_totals_by_shipped_date": {
            customer: {f"{bill.on:%Y-%m}": money([bill.net]) for bill in sorted(group, key=lambda bill: bill.on)}
            for customer, group in grouped(bills, lambda bill: bill.account).items()
        },
        "invoices": len(bills),
        "invoice_statuses": {status: len(group) for status, group in grouped(bills, lambda bill: bill.status).items()},
        "invoiced": money(bill.total for bill in bills),
        "received": money(payment.amount for payment in paid),
        "open_balance": money([payments.open_balance(bills, paid)]),
    }


def grouped(documents: Iterable[D], key: Callable[[D], str]) -> dict[str, list[D]]:
    """Return the documents by what *key* says of them, in order of that."""
    groups: dict[str, list[D]] = defaultdict(list)
    for document in documents:
        groups[key(document)].append(document)
    return dict(sorted(groups.items()))


def late(placed: Iterable[Order], slips: Iterable[PackingSlip]) -> list[str]:
    """Return the orders of which something was delivered after the date the customer asked for."""
    delivered = {order: slip.on for slip in slips for order in slip.orders}
    return [
        order.number
        for order in placed
        if any(line.requested and delivered.get(order.number, date.min) > line.requested for line in order.lines)
    ]


def count(quantities: Iterable[Decimal]) -> int | str:
    """Return a sum of quantities: a whole number, or text where it is none."""
    total = sum(quantities, ZERO)
    return int(total) if total == total.to_integral_value() else str(total.normalize())


# ---------------------------------------------------------------------- what is printed


def report(found: Mapping[str, Any]) -> str:
    """Return the figures for people to read."""
    best = sorted(found["revenue_per_customer"].items(), key=lambda each: -Decimal(each[1]))[:5]
    blocks = {
        f"orders, net in {found['currency']}": [
            *((kind, f"{found['order_types'][kind]} placed", net) for kind, net in found["net_per_order_type"].items()),
            ("all", f"{found['order_lines']} lines", found["net"]),
            ("freight", "", found["freight"]),
            ("still to deliver", f"{found['open_quantity']} units", found["open_net"]),
        ],
        "statuses": [(status, f"{orders}", "") for status, orders in found["order_statuses"].items()],
        "deliveries": [("units shipped", f"{found['shipped_quantity']}", ""), ("orders late", f"{len(found['late_orders'])}", "")],
        "net per quarter": [(quarter, "", net) for quarter, net in found["revenue_per_order_quarter"].items()],
        "best customers": [(customer, "", net) for customer, net in best],
        "invoices": [
            *((status, f"{invoices}", "") for status, invoices in found["invoice_statuses"].items()),
            ("invoiced, with freight", "", found["invoiced"]),
            ("received", "", found["received"]),
            ("open balance", "", found["open_balance"]),
        ],
    }
    rows = {
        title: "\n".join(f"  {name:<24}{middle:>12}{value:>16}".rstrip() for name, middle, value in block)
        for title, block in blocks.items()
    }
    return "\n".join(f"{title}\n{block}" for title, block in rows.items())


def progress(items: Sequence[D], label: str) -> Iterator[D]:
    """Yield the items; on a terminal, show how far they are."""
    for done, item in enumerate(items, start=1):
        if sys.stderr.isatty():
            bar = "#" * (BAR * done // len(items))
            print(f"\r{label:<10} [{bar:<{BAR}}] {done}/{len(items)}", end="\n" * (done == len(items)), file=sys.stderr)
        yield item


def currency_code(text: str) -> str:
    """Return the code of a currency, as given on the command line."""
    require_currency("currency", text)
    return text
