"""
Replay a warehouse whose packages mix orders and whose orders go out in several packages, event by event, through salesflow.

``python examples/06_packages.py [FOLDER] [--json]``

The folder has ``orders.csv``, ``order_items.csv``, ``packages.csv``, ``package_items.csv``, ``payment_reminders.csv`` and ``stock_events.csv``.
No customer is in the data, so one walk-in party buys everything. Every item is one piece and a line of its own;
what an order costs beyond its items is freight. A package is a packing slip over several orders, posted when it is sent;
a failed attempt to deliver it is noted on the slip and moves nothing. An order is invoiced once its last package has arrived;
what was paid before is a prepayment for it. Who is reminded before there is an invoice is asked to pay, and that is noted as such.
Rows that no rule admits are reported with the rule.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import define, field, frozen

from salesflow import (
    Invoice,
    Item,
    NotFoundError,
    Order,
    OrderLine,
    PackingSlip,
    Party,
    Payment,
    RefusedError,
    Role,
    charges,
    conformance,
    deliveries,
    invoices,
    memory,
    orders,
    payments,
    reminders,
)
from salesflow.model.history import Happened
from salesflow.model.reminder import Reminder, ReminderLevel, ReminderPlan
from salesflow.model.terms import AT_ONCE
from salesflow.outcome import Outcome
from tables import TableError, TableRow, read

ZERO = Decimal(0)
CURRENCY = "EUR"
WALK_IN = Party(number="WALK-IN", name="Walk-in customer", roles=(Role.CUSTOMER,))
PLAN = ReminderPlan(levels=tuple(ReminderLevel(days, ZERO, "Reminder") for days in range(1, 100)))
FORM = "%Y-%m-%d %H:%M:%S"


@frozen
class Goods:
    """One piece of an order."""

    item: str
    order: str
    price: Decimal


@frozen
class Sale:
    """An order as the file has it."""

    number: str
    placed: datetime
    confirmed: datetime | None
    paid: datetime | None
    price: Decimal


@frozen
class Package:
    """A package as the file has it."""

    number: str
    sent: datetime | None
    delivered: datetime | None
    failed: int
    price: Decimal


@frozen
class Data:
    """Everything the folder says."""

    sales: tuple[Sale, ...]
    goods: tuple[Goods, ...]
    packages: tuple[Package, ...]
    packed: tuple[tuple[str, str], ...]
    reminders: tuple[tuple[str, datetime], ...]
    stock: tuple[tuple[str, str], ...]


# ---------------------------------------------------------------------- reading


def _moment(row: TableRow, column: str, *, blank: bool = False) -> datetime | None:
    text = row.text(column, blank=blank)
    if not text:
        return None
    try:
        return datetime.strptime(text, FORM).replace(tzinfo=UTC)
    except ValueError:
        raise row.wrong(column, f"must be a moment such as 2026-03-31 09:30:00, not {text!r}") from None


def _needed(row: TableRow, column: str) -> datetime:
    moment = _moment(row, column)
    assert moment is not None  # noqa: S101  blank is refused above
    return moment


def _count(row: TableRow, column: str) -> int:
    number = row.number_in(column)
    if number < 0 or number != number.to_integral_value():
        raise row.wrong(column, f"must be a whole number, zero or more, not {number}")
    return int(number)


def _price(row: TableRow) -> Decimal:
    price = row.number_in("price")
    if price < 0:
        raise row.wrong("price", f"must be zero or more, not {price}")
    return price


def read_data(folder: Path) -> Data:
    """Read the six files."""
    sales = [
        Sale(
            row.text("order_id"),
            _needed(row, "placed_at"),
            _moment(row, "confirmed_at", blank=True),
            _moment(row, "paid_at", blank=True),
            _price(row),
        )
        for row in read(folder, "orders.csv", ("order_id", "placed_at", "confirmed_at", "paid_at", "price"))
    ]
    goods = [
        Goods(row.text("item_id"), row.text("order_id"), _price(row))
        for row in read(folder, "order_items.csv", ("item_id", "order_id", "price"))
    ]
    columns = ("package_id", "sent_at", "delivered_at", "failed_attempts", "price")
    packages = [
        Package(
            row.text("package_id"),
            _moment(row, "sent_at", blank=True),
            _moment(row, "delivered_at", blank=True),
            _count(row, "failed_attempts"),
            _price(row),
        )
        for row in read(folder, "packages.csv", columns)
    ]
    packed = [(row.text("package_id"), row.text("item_id")) for row in read(folder, "package_items.csv", ("package_id", "item_id"))]
    reminded = [(row.text("order_id"), _needed(row, "at")) for row in read(folder, "payment_reminders.csv", ("order_id", "at"))]
    stock = [(row.text("item_id"), row.text("event")) for row in read(folder, "stock_events.csv", ("item_id", "event"))]
    return Data(tuple(sales), tuple(goods), tuple(packages), tuple(packed), tuple(reminded), tuple(stock))


# ---------------------------------------------------------------------- replaying


@define
class Replay:
    """The store, what would not go into it, and which line each piece is."""

    data: Data
    store: memory.Store = field(factory=memory.Store)
    rejected: list[tuple[str, str]] = field(factory=list)
    lines: dict[str, tuple[str, int]] = field(factory=dict)
    slips_of: dict[str, list[str]] = field(factory=lambda: defaultdict(list))
    reminded: Counter[str] = field(factory=Counter)

    def run(self) -> None:
        """Carry out everything in the order in which it happened."""
        for _, what, act in sorted(self._deeds(), key=lambda deed: deed[0]):
            try:
                act()
            except RefusedError as refused:
                self.rejected += [(what, code) for code in refused.codes]
            except NotFoundError:
                self.rejected.append((what, "not-there"))

    def _deeds(self) -> Iterator[tuple[tuple[datetime, int], str, Callable[[], None]]]:
        goods: dict[str, list[Goods]] = defaultdict(list)
        for piece in self.data.goods:
            goods[piece.order].append(piece)
        packed: dict[str, list[str]] = defaultdict(list)
        for package, item in self.data.packed:
            packed[package].append(item)
        for sale in self.data.sales:
            yield (sale.placed, 0), f"order {sale.number}", lambda sale=sale: self._place(sale, goods[sale.number])  # type: ignore[misc]
            if sale.confirmed is not None:
                yield (sale.confirmed, 1), f"confirmation of order {sale.number}", lambda sale=sale: self._confirm(sale)  # type: ignore[misc]
            if sale.paid is not None:
                yield (sale.paid, 5), f"payment of order {sale.number}", lambda sale=sale: self._pay(sale)  # type: ignore[misc]
        for box in self.data.packages:
            if box.sent is not None:
                yield (box.sent, 2), f"package {box.number}", lambda box=box: self._send(box, packed[box.number])  # type: ignore[misc]
            if box.delivered is not None:
                yield (box.delivered, 3), f"arrival of package {box.number}", lambda box=box: self._arrive(box)  # type: ignore[misc]
        for number, at in self.data.reminders:
            yield (at, 4), f"reminder of order {number}", lambda number=number, at=at: self._remind(number, at)  # type: ignore[misc]

    def _place(self, sale: Sale, goods: list[Goods]) -> None:
        lines = [
            OrderLine(number=place, item=Item(number=each.item), ordered=Decimal(1), price=each.price)
            for place, each in enumerate(goods, 1)
        ]
        freight = sale.price - sum((each.price for each in goods), ZERO)
        outcome = orders.place(
            number=sale.number,
            customer=WALK_IN,
            currency=CURRENCY,
            lines=lines,
            charges=[charges.freight(freight)] if freight else [],
            payment_terms=AT_ONCE,
            on=sale.placed.date(),
            at=sale.placed,
        )
        self._record(outcome)
        self.lines.update({each.item: (sale.number, place) for place, each in enumerate(goods, 1)})

    def _confirm(self, sale: Sale) -> None:
        with self.store.begin() as work:
            work.record(orders.confirm(work.orders.get(sale.number), on=_day(sale.confirmed)))

    def _send(self, box: Package, items: list[str]) -> None:
        """Post a packing slip over every order that has something in the package."""
        wanted: dict[str, dict[int, int]] = defaultdict(dict)
        for item in items:
            order, line = self.lines.get(item, ("", 0))
            if not order:
                self.rejected.append((f"item {item} in package {box.number}", "no-order"))
                continue
            wanted[order][line] = wanted[order].get(line, 0) + 1
        with self.store.begin() as work:
            given = {work.orders.get(order): lines for order, lines in wanted.items()}
            work.record(deliveries.post(given, number=box.number, on=_day(box.sent), at=box.sent))
        for order in wanted:
            self.slips_of[order].append(box.number)

    def _arrive(self, box: Package) -> None:
        """Note the attempts to deliver, and invoice every order that is complete with it."""
        assert box.delivered is not None  # noqa: S101
        with self.store.begin() as work:
            slip = work.slips.get(box.number)
            for _ in range(box.failed):
                slip = work.record(deliveries.attempt(slip, arrived=False, on=_day(box.sent), reason="nobody took it in"))
            slip = work.record(deliveries.attempt(slip, arrived=True, on=box.delivered.date(), at=box.delivered))
            for number in slip.orders:
                order = work.orders.get(number)
                if not order.fold.to_deliver and all(work.slips.get(each).arrival for each in self.slips_of[number]):
                    self._invoice(work, order, box.delivered)

    def _invoice(self, work: memory.Work, order: Order, at: datetime) -> None:
        paid: list[Payment] = [work.payments.get(f"PAY-{order.number}")] if f"PAY-{order.number}" in work.payments else []
        work.record(invoices.post(order, number=f"INV-{order.number}", on=at.date(), at=at, prepayments=paid))

    def _pay(self, sale: Sale) -> None:
        """Settle the invoice, or keep the money for the order where there is none yet."""
        assert sale.paid is not None  # noqa: S101
        with self.store.begin() as work:
            bill = self._bill(work, sale.number)
            ahead = {"reserved_for": sale.number} if bill is None else {"invoices": [bill]}
            number, on = f"PAY-{sale.number}", sale.paid.date()
            work.record(payments.receive(WALK_IN, sale.price, CURRENCY, number=number, on=on, at=sale.paid, **ahead))

    def _remind(self, number: str, at: datetime) -> None:
        with self.store.begin() as work:
            work.orders.get(number)
            bill = self._bill(work, number)
            if bill is not None and bill.is_overdue(at.date()):
                earlier = [each for each in map(work.reminders.get, self._sent(number)) if each]
                for proposal in reminders.due_for_reminder([bill], earlier, plan=PLAN, on=at.date()):
                    work.record(self._reminded(proposal, bill, earlier, number, at))
            else:
                asked = Happened(number=number, document="order", what="asked to pay", on=at.date(), at=at)
                work.record(Outcome(document=None, events=(asked,)))
        self.reminded[number] += 1

    def _reminded(self, proposal: Any, bill: Invoice, earlier: list[Reminder], number: str, at: datetime) -> Outcome[Reminder]:
        name = f"REM-{number}-{len(earlier) + 1}"
        return reminders.remind(proposal, [bill], earlier, number=name, on=at.date())

    def _sent(self, number: str) -> list[str]:
        with self.store.begin() as work:
            names = (f"REM-{number}-{place}" for place in range(1, self.reminded[number] + 1))
            return [name for name in names if name in work.reminders]

    def _bill(self, work: memory.Work, number: str) -> Invoice | None:
        return work.invoices.get(f"INV-{number}") if f"INV-{number}" in work.invoices else None

    def _record(self, outcome: Outcome[Any]) -> None:
        with self.store.begin() as work:
            work.record(outcome)


def _day(at: datetime | None) -> Any:
    return None if at is None else at.date()


# ---------------------------------------------------------------------- figures


def figures(replay: Replay) -> dict[str, Any]:
    """Return the figures of the replay, read from the documents it made."""
    data = replay.data
    with replay.store.begin() as work:
        placed = {order.number: order for order in work.orders}
        slips = {slip.number: slip for slip in work.slips}
        bills = {invoice.number: invoice for invoice in work.invoices}
        paid = {payment.number.removeprefix("PAY-"): payment for payment in work.payments}
    of_order = {number: [slips[each] for each in replay.slips_of[number] if slips[each].arrival] for number in placed}
    boxes = Counter(item for _, item in data.packed)
    known = {piece.item for piece in data.goods}
    per_order = {number: _order(order, of_order[number], replay) for number, order in placed.items()}
    done = {
        number for number, order in placed.items() if not order.fold.to_deliver and len(of_order[number]) == len(replay.slips_of[number])
    }
    return {
        "orders": len(placed),
        "items": sum(len(order.lines) for order in placed.values()),
        "packages": len(slips),
        "orders_total": str(sum((order.totals.total for order in placed.values()), ZERO)),
        "orders_in_several_packages": sum(each["packages"] > 1 for each in per_order.values()),
        "packages_with_several_orders": sum(len(slip.orders) > 1 for slip in slips.values()),
        "items_packed_more_than_once": sorted(item for item, times in boxes.items() if times > 1),
        "items_never_packed": sorted(known - set(boxes)),
        "packed_items_without_order": sorted(set(boxes) - set(replay.lines)),
        "orders_fully_delivered": len(done),
        "failed_attempts": sum(slip.failed_attempts for slip in slips.values()),
        "packages_with_failed_attempt": sum(slip.failed_attempts > 0 for slip in slips.values()),
        "orders_paid": len(paid),
        "orders_paid_before_full_delivery": sum(_ahead(number, paid, of_order, done) for number in placed),
        "reminders": sum(replay.reminded.values()),
        "orders_with_reminder": len(replay.reminded),
        "orders_with_2_or_more_reminders": sum(times > 1 for times in replay.reminded.values()),
        "items_out_of_stock": len({item for item, event in data.stock if event == "out_of_stock"}),
        "order_price_minus_items": dict(Counter(str(order.totals.total - order.net) for order in placed.values())),
        "packages_price_not_sum_of_items": sorted(box.number for box in data.packages if box.price != _worth(box, slips, placed)),
        "confirmed_after_paid": sum(sale.confirmed > sale.paid for sale in data.sales if sale.confirmed and sale.paid),
        "placed_per_month": dict(sorted(Counter(f"{order.placed:%Y-%m}" for order in placed.values()).items())),
        "per_order": dict(sorted(per_order.items())),
        "invoiced": str(sum((bill.total for bill in bills.values()), ZERO)),
        "still_owed": str(sum((bill.balance for bill in bills.values()), ZERO)),
        "rejected": dict(sorted(Counter(code for _, code in replay.rejected).items())),
    }


def _order(order: Order, slips: list[PackingSlip], replay: Replay) -> dict[str, Any]:
    arrivals = sorted(slip.arrival.at for slip in slips if slip.arrival is not None and slip.arrival.at is not None)
    return {
        "items": len(order.lines),
        "packages": len(replay.slips_of[order.number]),
        "first_delivery": arrivals[0].strftime(FORM) if arrivals else None,
        "last_delivery": arrivals[-1].strftime(FORM) if arrivals else None,
        "reminders": replay.reminded[order.number],
    }


def _ahead(number: str, paid: dict[str, Payment], of_order: dict[str, list[PackingSlip]], done: set[str]) -> bool:
    """Say whether an order was paid before all of it had arrived."""
    if number not in paid or number not in done:
        return number in paid
    at = paid[number].at
    return at is not None and at < max(slip.arrival.at for slip in of_order[number] if slip.arrival and slip.arrival.at)


def _worth(box: Package, slips: dict[str, PackingSlip], placed: dict[str, Order]) -> Decimal:
    """Return what the goods of a packing slip cost."""
    slip = slips.get(box.number)
    parts = slip.parts if slip is not None else ()
    return sum((quantity * placed[part.order].line(line).terms.price for part in parts for line, quantity in part.rows), ZERO)


def _print(found: dict[str, Any], replay: Replay) -> None:
    print(f"{found['orders']} orders of {found['items']} items in {found['packages']} packages, {CURRENCY} {found['orders_total']}")
    print(
        f"  {found['orders_in_several_packages']} orders went out in several packages; {found['packages_with_several_orders']} packages hold several orders"
    )
    print(
        f"  {found['failed_attempts']} attempts failed, with {found['packages_with_failed_attempt']} packages; {found['orders_fully_delivered']} orders are complete"
    )
    print(f"  {found['orders_paid_before_full_delivery']} of {found['orders_paid']} paid before everything had arrived")
    asked = sum(isinstance(event, Happened) and event.what == "asked to pay" for event in replay.store.events)
    print(
        f"  {found['reminders']} reminders to {found['orders_with_reminder']} orders, {asked} of them before there was an overdue invoice"
    )
    print(f"  invoiced {CURRENCY} {found['invoiced']}, still owed {CURRENCY} {found['still_owed']}")
    for what, code in replay.rejected[:10]:
        print(f"  not admitted: {what}: {code}")
    violation = conformance.conform(replay.store.events)
    print(
        f"  the log of {len(replay.store.events)} events "
        + ("conforms to the life tables" if violation is None else f"does not conform: {violation}")
    )


def main() -> int:
    """Run the example."""
    parser = argparse.ArgumentParser(description="Replay orders that go out in mixed packages.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent / "data" / "packages")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    try:
        replay = Replay(read_data(options.folder))
    except TableError as error:
        print(error, file=sys.stderr)
        return 1
    replay.run()
    found = figures(replay)
    if options.json:
        print(json.dumps(found, indent=1))
    else:
        _print(found, replay)
    return 0


if __name__ == "__main__":
    sys.exit(main())
