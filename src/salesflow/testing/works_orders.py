"""Works on orders and goods: placing, changing, buying, picking, delivering, taking back, and coming round."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from salesflow.model.goods_return import Disposition
from salesflow.model.order import Order, OrderType
from salesflow.model.order_line import OrderLine
from salesflow.model.packing_slip import PackingSlip
from salesflow.model.project import Project
from salesflow.model.terms import TermsOfSale
from salesflow.outcome import Outcome
from salesflow.process import (
    changes,
    deliveries,
    item_requirements,
    orders,
    purchases,
    return_credits,
    return_receipts,
    returns,
    subscriptions,
)
from salesflow.testing.choices import Choices, added, done
from salesflow.testing.works_pipeline import OWNERS, PRODUCTS, customer_of

D = Decimal
TERMS = TermsOfSale(number="T-1", title="Terms of sale")
VENDORS = ("EAST", "WEST")
_TYPES = (*[OrderType.SALES_ORDER] * 4, OrderType.SUBSCRIPTION, OrderType.RETURNED_ORDER, OrderType.JOURNAL)


def _lines(choices: Choices, sign: int = 1) -> list[OrderLine]:
    soon = choices.day + timedelta(days=7)
    return [
        orders.line(product, sign * choices.one_of((10, 3, 1)), requested=choices.one_of((None, soon, choices.day)))
        for product in choices.some_of(PRODUCTS, 3)
    ]


def left_of(order: Order) -> dict[int, Decimal]:
    """Return what is left to deliver of the lines that are not done; nothing of a journal, which is not to be delivered."""
    return {} if order.is_journal else {balance.number: left for balance in order.balances if (left := balance.deliver_remainder)}


def orders_of(work: Any, slip: Any) -> list[Order]:
    """Return the orders that a slip or an invoice is about."""
    return [work.orders.get(number) for number in slip.orders]


def place_order(work: Any, choices: Choices) -> Outcome[Any]:
    """An order of some type is placed."""
    kind = choices.one_of(_TYPES)
    placed = orders.place(
        number=work.number("SO"),
        customer=customer_of(work, choices),
        currency="EUR",
        type=kind,
        lines=_lines(choices, -1 if kind is OrderType.RETURNED_ORDER else 1),
        on=choices.day,
        rma="RMA-0" if kind is OrderType.RETURNED_ORDER else None,
        taken_by=choices.one_of(OWNERS),
    )
    return done(work, placed)


def sell_to_project(work: Any, choices: Choices) -> Outcome[Any]:
    """A project begins, or needs items."""
    customer = customer_of(work, choices)
    if choices.perhaps():
        return added(work, Project(number=work.number("PR"), name="A garden", customer=customer.number))
    project, number = choices.one_of(work.projects), work.number("SO")
    sold = item_requirements.sell(
        project, _lines(choices), number=number, customer=work.parties.get(project.customer), currency="EUR", on=choices.day
    )
    return done(work, sold)


def work_on_order(work: Any, choices: Choices) -> Outcome[Any]:
    """An order is confirmed, held, released, cancelled, closed short, or of another type."""
    order, day = choices.one_of(work.orders), choices.day
    match choices.one_of(("confirm", "hold", "release", "cancel", "short-close", "type")):
        case "confirm":
            return done(work, orders.confirm(order, on=day, terms=choices.one_of((None, TERMS))))
        case "hold":
            return done(work, orders.hold(order, choices.one_of(("credit", "check")), on=day, reason="over its limit"))
        case "release":
            return done(work, orders.release(order, choices.one_of(("credit", "check")), on=day))
        case "cancel":
            return done(work, orders.cancel(order, on=day))
        case "short-close":
            return done(work, orders.short_close(order, choices.rows(left_of(order)), on=day))
        case _:
            return done(work, orders.change_type(order, choices.one_of((OrderType.SALES_ORDER, OrderType.SUBSCRIPTION)), on=day))


def change_order(work: Any, choices: Choices) -> Outcome[Any]:
    """A quantity, a price or a day is revised, or a line added or removed."""
    order = choices.one_of(work.orders)
    line = choices.one_of(order.lines)
    possible: tuple[changes.Change, ...] = (
        changes.SetQuantity(line.number, line.ordered * 2),
        changes.SetPrice(line.number, D("2.345")),
        changes.SetRequested(line.number, choices.day + timedelta(days=3)),
        changes.AddLine(orders.line(PRODUCTS[1], 2)),
        changes.RemoveLine(line.number),
    )
    return done(work, changes.change(order, [choices.one_of(possible)], on=choices.day, reason="asked for"))


def buy(work: Any, choices: Choices) -> Outcome[Any]:
    """Goods are bought."""
    item, quantity = choices.one_of(PRODUCTS).item, choices.one_of((12, 3))
    expected = choices.day + timedelta(days=choices.one_of((0, 10)))
    bought = purchases.place(
        number=work.number("PO"), vendor=choices.one_of(VENDORS), item=item, quantity=quantity, expected=expected, on=choices.day
    )
    return done(work, bought)


def work_on_purchase(work: Any, choices: Choices) -> Outcome[Any]:
    """What was bought arrives, in part or whole, comes later, or will not come."""
    purchase, day = choices.one_of(work.purchases), choices.day
    match choices.one_of(("receive", "postpone", "cancel")):
        case "receive":
            return done(work, purchases.receive(purchase, choices.part(purchase.missing), on=day))
        case "postpone":
            later = day + timedelta(days=14)
            return done(work, purchases.postpone(purchase, later, work.orders, on=day, notices=lambda: work.number("N")))
        case _:
            return done(work, purchases.cancel(purchase, on=day, reason="sold out"))


def pick(work: Any, choices: Choices) -> Outcome[Any]:
    """Goods are taken from the shelf, or what lies picked goes out or back."""
    if choices.perhaps():
        order = choices.rather(work.orders, left_of)
        return done(work, deliveries.pick(order, choices.rows(left_of(order)), number=work.number("PL"), on=choices.day))
    picking = choices.one_of(work.picking_lists)
    order = work.orders.get(picking.order)
    if choices.perhaps():
        return done(work, deliveries.unpick(order, picking, on=choices.day))
    return done(work, deliveries.post(order, picking=picking, number=work.number("PS"), on=choices.day))


def deliver(work: Any, choices: Choices) -> Outcome[Any]:
    """Some of what is left of an order goes out, or all of it."""
    order = choices.rather(work.orders, left_of)
    return done(work, deliveries.post(order, choices.rows(left_of(order)), number=work.number("PS"), on=choices.day, at=choices.at()))


def deliver_together(work: Any, choices: Choices) -> Outcome[Any]:
    """What is left of two orders of a customer goes out on one slip."""
    customer = customer_of(work, choices)
    ready = [line.order for line in work.open_lines(customer=customer.number, limit=5)]
    chosen = [work.orders.get(number) for number in choices.some_of(dict.fromkeys(ready), 2)]
    return done(work, deliveries.post(chosen, number=work.number("PS"), on=choices.day))


def undo_delivery(work: Any, choices: Choices) -> Outcome[Any]:
    """A packing slip is cancelled, or another quantity takes its place."""
    slip: PackingSlip = choices.one_of(work.slips)
    about = orders_of(work, slip)
    if choices.perhaps():
        return done(work, deliveries.cancel(about, slip, number=work.number("PS"), on=choices.day))
    rows = {order.number: {line: quantity / 2 for line, quantity in slip.rows(order.number)} for order in about}
    numbers = {"reversal": work.number("PS"), "number": work.number("PS")}
    return done(work, deliveries.correct(about, slip, rows, on=choices.day, **numbers))


def announce_return(work: Any, choices: Choices) -> Outcome[Any]:
    """Somebody wants to send back what was invoiced or delivered."""
    order = choices.rather(work.orders, lambda each: any(balance.delivered > 0 for balance in each.balances))
    line = choices.one_of(order.lines).number
    on_invoice = tuple(
        each for each in work.invoices.find(customer=order.invoice_account) if order.number in each.orders and not each.reverses
    )
    claim = returns.Claim(order=order, quantities={line: choices.one_of((1, 2))}, invoices=on_invoice, redeliver=choices.perhaps())
    customer, number = work.parties.get(order.customer), work.number("RMA")
    made = returns.create([claim], number=number, order=work.number("SO"), customer=customer, on=choices.day, reason="leaks")
    return done(work, made)


def work_on_return(work: Any, choices: Choices) -> Outcome[Any]:
    """What was announced is registered, received, credited, or called off."""
    rma, day = choices.one_of(work.returns), choices.day
    order = work.orders.get(rma.order)
    originals = [work.orders.get(number) for number in dict.fromkeys(line.origin.order for line in rma.lines if line.origin)]
    commands = ("register", "return_receipts.receive", "return_credits.credit", "cancel")
    match choices.rather(commands, lambda command: not returns.LIFECYCLE.why_not(command, rma, on=day)):
        case "register":
            return done(work, returns.register(rma, on=day, disposition=choices.one_of((Disposition.SCRAP, Disposition.CREDIT))))
        case "return_receipts.receive":
            return done(work, return_receipts.receive(rma, order, originals, number=work.number("PS"), on=day))
        case "return_credits.credit":
            on_invoice = [each for each in work.invoices if each.creditable]
            return done(work, return_credits.credit(rma, order, originals, on_invoice, number=work.number("CN"), on=day))
        case _:
            return done(work, returns.cancel(rma, order, on=day))


def begin_subscription(work: Any, choices: Choices) -> Outcome[Any]:
    """An order begins to come round."""
    order = choices.one_of(each for each in work.orders if each.type is OrderType.SUBSCRIPTION)
    return done(work, subscriptions.begin(order, number=work.number("SUB"), starts=choices.day, on=choices.day))


def work_on_subscription(work: Any, choices: Choices) -> Outcome[Any]:
    """What is due of a subscription is billed, or it ends."""
    subscription = choices.one_of(work.subscriptions)
    order = work.orders.get(subscription.order)
    if choices.perhaps():
        return done(work, subscriptions.bill(subscription, order, numbers=lambda: work.number("INV"), on=choices.day))
    billed = [work.invoices.get(cycle.invoice) for cycle in subscription.cycles]
    ended = subscriptions.end(subscription, order, billed, ends=choices.day, credit_number=work.number("CN"), on=choices.day)
    return done(work, ended)
