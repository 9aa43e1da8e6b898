"""The steps of an order's life: each draws what its command needs of what there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow.billing import credit_notes, deposits, drafts, invoices, payments
from salesflow.model.charge import Back
from salesflow.model.goods_return import Disposition, Return
from salesflow.model.invoice import Invoice
from salesflow.model.invoice_draft import InvoiceDraft
from salesflow.model.ledger import Row
from salesflow.model.order import Order, OrderType
from salesflow.model.order_line import OrderLine
from salesflow.model.packing_slip import PackingSlip, PickingList
from salesflow.model.payment import Payment
from salesflow.model.policies import SettlementPolicy
from salesflow.model.product import Item
from salesflow.model.terms import TermsOfSale
from salesflow.outcome import Outcome
from salesflow.process import changes, deliveries, orders, return_credits, return_receipts, returns
from salesflow.process.returns import Claim
from salesflow.testing.charge_rules import charge_rules
from salesflow.testing.lives import Course

Step = Callable[[Course], Outcome[Any]]
_TERMS = TermsOfSale(number="T-1", title="Terms of sale", text="Delivered ex works.")


def _to_deliver(order: Order) -> list[Row]:
    return [(balance.number, balance.deliver_remainder) for balance in order.balances]


def _to_invoice(order: Order) -> list[Row]:
    return [(balance.number, balance.invoice_remainder) for balance in order.balances]


def confirm(life: Course) -> Outcome[Any]:
    """The terms as they are now are confirmed, with terms of sale or without."""
    return orders.confirm(life.order, on=life.day, terms=life.choose([None, _TERMS]))


def hold_or_release(life: Course) -> Outcome[Any]:
    """A hold is put on, or cleared where there is one."""
    if life.order.holds:
        return orders.release(life.order, "credit", on=life.day)
    return orders.hold(life.order, "credit", on=life.day, reason=life.choose(["", "over its limit"]))


def change(life: Course) -> Outcome[Any]:
    """A quantity, a price or a date is revised, or a line added or removed."""
    line = life.order.lines[0]
    added = OrderLine(item=Item(number="NEW"), ordered=line.ordered, price=Decimal("1.115"))
    choices: list[changes.Change] = [
        changes.SetQuantity(line.number, line.ordered * 2),
        changes.SetPrice(line.number, Decimal("2.345")),
        changes.SetRequested(line.number, life.day + timedelta(days=7)),
        changes.AddLine(added),
        changes.RemoveLine(line.number),
    ]
    return changes.change(life.order, [life.choose(choices)], on=life.day, reason="asked for")


def change_charges(life: Course) -> Outcome[Any]:
    """A charge is added, agreed anew, or taken out."""
    order = life.order
    sign = -1 if order.type is OrderType.RETURNED_ORDER else 1
    rule = life.draw(charge_rules(sign=sign))
    choices: list[changes.Change] = [changes.AddCharge(rule)]
    for each in order.charges:
        choices += [changes.SetCharge(evolve(rule, number=each.number)), changes.RemoveCharge(each.number)]
    return changes.change(order, [life.choose(choices)], on=life.day, reason="agreed on the telephone")


def change_type(life: Course) -> Outcome[Any]:
    """A journal order becomes a sales order, or a sales order a subscription."""
    kind = OrderType.SALES_ORDER if life.order.is_journal else OrderType.SUBSCRIPTION
    return orders.change_type(life.order, kind, on=life.day)


def pick(life: Course) -> Outcome[Any]:
    """Goods are taken from the shelf."""
    return deliveries.pick(life.order, life.rows(_to_deliver(life.order)), number=life.number("PL"), on=life.day)


def end_picking(life: Course) -> Outcome[Any]:
    """What lies picked goes out, or back."""
    picking = life.one_of(PickingList)
    if life.perhaps():
        return deliveries.unpick(life.order, picking, on=life.day)
    return deliveries.post(life.order, picking=picking, number=life.number("PS"), on=life.day, at=life.at())


def deliver(life: Course) -> Outcome[Any]:
    """Some of what is left goes out, or all of it; a line may end with it."""
    close = [life.order.lines[0].number] if life.perhaps() else []
    rows = life.rows(_to_deliver(life.order))
    return deliveries.post(life.order, rows, number=life.number("PS"), on=life.day, at=life.at(), close=close if rows else [])


def attempt(life: Course) -> Outcome[Any]:
    """Somebody brings the goods, and finds the customer or not."""
    slip, arrived = life.one_of(PackingSlip), life.perhaps()
    return deliveries.attempt(slip, arrived=arrived, on=life.day, at=life.at(), reason="" if arrived else "nobody there")


def undo_delivery(life: Course) -> Outcome[Any]:
    """A packing slip is cancelled, or another quantity takes its place."""
    slip = life.one_of(PackingSlip)
    if life.perhaps():
        return deliveries.cancel(life.order, slip, number=life.number("PS"), on=life.day)
    rows = {line: quantity / 2 for line, quantity in slip.rows(life.order.number)}
    return deliveries.correct(life.order, slip, rows, reversal=life.number("PSR"), number=life.number("PS"), on=life.day)


def invoice(life: Course) -> Outcome[Any]:
    """What is left of the order is invoiced, or some of it; deposits are taken off."""
    rows = life.rows(_to_invoice(life.order))
    paid = [each for each in life.of(Invoice) if each.deposit_of]
    return invoices.post(life.order, rows, number=life.number("INV"), on=life.day, at=life.at(), deposits=paid)


def begin_invoicing(life: Course) -> Outcome[Any]:
    """Half of a new order is invoiced."""
    rows = {line: quantity / 2 for line, quantity in _to_invoice(life.order)}
    return invoices.post(life.order, rows, number=life.number("INV"), on=life.day, at=life.at())


def invoice_slip(life: Course) -> Outcome[Any]:
    """What a packing slip brought is invoiced."""
    slip = life.one_of(PackingSlip)
    return invoices.post(life.order, slips=[slip], number=life.number("INV"), on=life.day)


def invoice_stated(life: Course) -> Outcome[Any]:
    """A line is invoiced at an amount that is stated by hand; deposits stay."""
    order, line = life.order, life.order.lines[0].number
    amounts = {order.number: {line: Decimal(7)}}
    return invoices.post(order, number=life.number("INV"), on=life.day, amounts=amounts, keep_deposits=True)


def draft(life: Course) -> Outcome[Any]:
    """An invoice is drafted; a draft is posted, or dropped."""
    if not life.of(InvoiceDraft):
        return drafts.make(life.order, life.rows(_to_invoice(life.order)), number=life.number("D"), on=life.day)
    made = life.one_of(InvoiceDraft)
    if life.perhaps():
        return drafts.discard(made, on=life.day)
    return drafts.post(made, [life.order], number=life.number("INV"), on=life.day, deposits=life.of(Invoice))


def deposit(life: Course) -> Outcome[Any]:
    """A part is invoiced in advance."""
    return deposits.post(life.order, percentage=30, number=life.number("DEP"), on=life.day, at=life.at())


def send_or_cancel_invoice(life: Course) -> Outcome[Any]:
    """An invoice goes to the customer, or is cancelled."""
    posted = life.one_of(Invoice)
    if life.perhaps():
        return invoices.send(posted, on=life.day)
    taken = [each for each in life.of(Invoice) if each.number in posted.takes_back]
    return invoices.cancel(life.order, posted, number=life.number("INV"), on=life.day, taken_back=taken)


def credit(life: Course) -> Outcome[Any]:
    """An invoice is credited, some of it or all; what is credited may be invoiced again, or not."""
    posted = life.one_of(Invoice)
    rows = life.rows([(line, left.quantity) for line, left in posted.creditable.items()])
    reopens, keep = life.perhaps(), life.perhaps()
    number = life.number("CN")
    return credit_notes.post(
        posted, rows, orders=life.order, number=number, on=life.day, at=life.at(), reopens=reopens, keep_remainder=keep, reason="damaged"
    )


def pay(life: Course) -> Outcome[Any]:
    """A customer pays an invoice, a part of it, or too much."""
    posted = life.one_of(Invoice)
    amount = life.choose([posted.balance, posted.balance * 2, Decimal(1)])
    number = life.number("PAY")
    return payments.receive(life.customer, amount, posted.currency, number=number, on=life.day, at=life.at(), invoices=[posted])


def unsettle(life: Course) -> Outcome[Any]:
    """What a payment settled is taken back."""
    paid = life.one_of(Payment)
    return payments.unsettle(paid, life.of(Invoice), on=life.day)


def refund(life: Course) -> Outcome[Any]:
    """What stands in the customer's favour is paid back, all of it or one unit."""
    favour: list[Invoice | Payment] = [*life.of(Invoice), *life.of(Payment)]
    policy = SettlementPolicy(credit_note_discounts=life.perhaps())
    return payments.refund(favour, life.choose([None, Decimal(1)]), number=life.number("PAY"), on=life.day, policy=policy)


def offset(life: Course) -> Outcome[Any]:
    """Invoices and credit notes settle each other."""
    return payments.offset([each for each in life.of(Invoice) if each.balance], on=life.day)


def announce_return(life: Course) -> Outcome[Any]:
    """The customer asks to send something back of what was delivered."""
    order = life.order
    delivered = [(balance.number, balance.delivered) for balance in order.balances if balance.delivered]
    rows = life.rows(delivered) or dict(delivered)
    bills = tuple(each for each in life.of(Invoice) if not each.is_credit_note and each.lines_of(order.number))
    claim = Claim(order=order, quantities=rows, invoices=bills, disposition=life.choose([*Disposition, Disposition.CREDIT]))
    return returns.create([claim], number=life.number("RMA"), order=life.number("SOR"), customer=life.customer, on=life.day)


def work_on_return(life: Course) -> Outcome[Any]:
    """Goods that come back arrive, are received, and are credited; freight goes back with them or not."""
    rma = life.one_of(Return)
    returned = next(order for order in life.of(Order) if order.number == rma.order)
    others = [order for order in life.of(Order) if order.number != rma.order]
    match life.choose(["register", "receive", "credit"]):
        case "register":
            return returns.register(rma, on=life.day)
        case "receive":
            return return_receipts.receive(rma, returned, others, number=life.number("PS"), on=life.day)
        case _:
            back, number = life.choose([None, *Back]), life.number("CN")
            return return_credits.credit(rma, returned, others, life.of(Invoice), number=number, on=life.day, freight=back)


def give_up(life: Course) -> Outcome[Any]:
    """What is left will not come; an order of which nothing happened may be cancelled."""
    if life.perhaps():
        return orders.cancel(life.order, on=life.day)
    return orders.short_close(life.order, life.rows(_to_deliver(life.order)), on=life.day)


STEPS: tuple[tuple[Step, type | None], ...] = (
    (deliver, None),
    (invoice, None),
    (invoice_slip, PackingSlip),
    (pay, Invoice),
    (credit, Invoice),
    (deliver, None),
    (invoice, None),
    (confirm, None),
    (pick, None),
    (end_picking, PickingList),
    (undo_delivery, PackingSlip),
    (attempt, PackingSlip),
    (send_or_cancel_invoice, Invoice),
    (deposit, None),
    (draft, None),
    (invoice_stated, None),
    (unsettle, Payment),
    (refund, Invoice),
    (offset, Invoice),
    (change, None),
    (change_charges, None),
    (announce_return, PackingSlip),
    (work_on_return, Return),
    (hold_or_release, None),
    (change_type, None),
    (give_up, None),
)
"""Every step, the plainest first, and the document that it is about; what moves a life on stands there twice."""
_OFTEN = 3


def possible(life: Course) -> list[Step]:
    """Return the steps for which there is a document; as these wait for one, they stand there more often."""
    there = {kind for kind, _ in life.papers}
    free = [step for step, about in STEPS if about is None]
    return free + [step for step, about in STEPS if about in there] * _OFTEN
