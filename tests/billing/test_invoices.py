"""Customer invoices: by order and by slip, pro forma, sent and cancelled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from salesflow import (
    DocumentStatus,
    InvoicePolicy,
    InvoiceStatus,
    Item,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    PaymentTerms,
    ProductKind,
    RefusedError,
    TermsOfSale,
    Tolerance,
    TotalsPolicy,
    credit_notes,
    deliveries,
    deposits,
    fulfilment,
    invoices,
    item_transactions,
    orders,
    payments,
)
from salesflow.billing import invoice_life
from salesflow.model.invoice import InvoiceKind
from salesflow.model.ledger import Kind
from salesflow.model.policies import ImpliesDelivery
from salesflow.model.vat import NO_VAT
from tests.builders import DAY, LATER, STANDARD, a_charge, advice, an_order, chai, chang, codes, tolerant

FREIGHT = a_charge(number=1, code="freight", amount=Decimal("12.50"))


def test_the_worked_trace() -> None:
    """Ten: slip 4, invoice it, slip 5, cancel the rest, invoice the five: open until the end, then invoiced, nine in all."""
    trace = []

    def note(order: Any) -> None:
        balance = order.line(1)
        trace.append((balance.deliver_remainder, balance.delivered_not_invoiced, balance.invoice_remainder, order.status.value))

    order, first = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    note(order)
    order, _ = invoices.post(order, slips=[first], number="INV-1", on=DAY)
    note(order)
    order, second = deliveries.post(order, {1: 5}, number="PS-2", on=DAY)
    note(order)
    order = orders.short_close(order, on=DAY).document
    note(order)
    order, _ = invoices.post(order, slips=[second], number="INV-2", on=DAY)
    note(order)
    assert trace == [(6, 4, 10, "open"), (6, 0, 6, "open"), (1, 5, 6, "open"), (0, 5, 5, "delivered"), (0, 0, 0, "invoiced")]
    assert order.line(1).invoiced == 9


def test_every_figure_of_an_invoice() -> None:
    """4 x 18.00 and 2 x 19.00 at 21 percent, with freight outside VAT: 110.00 + 12.50 + 23.10 = 145.60, due in thirty days."""
    terms = TermsOfSale(number="1", title="Terms")
    order = an_order(chai(4), chang(2), charges=[FREIGHT], terms=terms)
    order, slip = deliveries.post(order, number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=LATER)
    assert (invoice.net, invoice.totals.charges, invoice.vat, invoice.total) == tuple(map(Decimal, ("110.00", "12.50", "23.10", "145.60")))
    assert [(group.vat.category, group.base) for group in invoice.totals.groups] == [("S", 110), ("O", Decimal("12.50"))]
    assert (invoice.due.isoformat(), invoice.terms, invoice.orders, invoice.slips) == ("2026-04-15", (terms,), ("SO-1",), ("PS-1",))
    assert [(line.order, line.item.number, line.quantity, line.net, line.slip, line.stated) for line in invoice.lines] == [
        ("SO-1", "CHAI", 4, Decimal("72.00"), "PS-1", False),
        ("SO-1", "CHANG", 2, Decimal("38.00"), "PS-1", False),
    ]
    assert invoice.lines_of("SO-1") == invoice.lines
    assert [(line.number, line.text, line.vat.rate, line.unit_price) for line in invoice.lines] == [
        (1, "Chai", 21, 18),
        (2, "Chang", 21, 19),
    ]
    assert invoice.lines_of("SO-9") == ()
    assert (invoice.status, invoice.balance, invoice.settled) == (InvoiceStatus.OPEN, Decimal("145.60"), 0)
    assert not invoice.is_overdue(invoice.due)
    assert invoice.is_overdue(invoice.due.replace(day=16))
    assert order.document_status is DocumentStatus.INVOICE
    assert {(each.slip, each.invoice, each.status.value) for each in item_transactions(order)} == {("PS-1", "INV-1", "sold")}


def test_charges_are_taken_once_by_the_first_invoice() -> None:
    """The second invoice has none, and cancelling the first gives them back."""
    order, first = invoices.post(an_order(charges=[FREIGHT]), {1: 4}, number="INV-1", on=DAY)
    assert [(each.rule, each.amount, each.net, each.vat) for each in first.charges] == [(FREIGHT, FREIGHT.value, FREIGHT.value, NO_VAT)]
    assert order.open_totals.charges == 0
    order, second = invoices.post(order, {1: 2}, number="INV-2", on=DAY)
    assert second.charges == ()
    order, _, _ = invoices.cancel(order, first, number="INV-3", on=DAY)
    assert order.open_totals.charges == Decimal("12.50")
    assert invoices.pro_forma(order, on=DAY).totals.charges == Decimal("12.50")


def test_open_totals_show_what_is_not_invoiced() -> None:
    """The whole order at first, nothing once it is fully invoiced [QTY-17]."""
    order = an_order(charges=[FREIGHT])
    assert order.open_totals == order.totals
    order = deliveries.post(order, number="PS-1", on=DAY).changed[0]
    order, _ = invoices.post(order, number="INV-1", on=DAY)
    assert order.open_totals.total == 0
    assert order.undelivered_net == 0


# ---------------------------------------------------------------------- by slip and by order


def test_slips_that_were_not_selected_are_not_touched() -> None:
    """Invoicing one slip of two leaves the other's quantity, and both remainders say so [QTY-7]."""
    order, first = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    order, second = deliveries.post(order, {1: 3}, number="PS-2", on=DAY)
    order, invoice = invoices.post(order, slips=[second], number="INV-1", on=DAY)
    assert (invoice.net, order.line(1).delivered_not_invoiced, order.line(1).invoice_remainder) == (Decimal("54.00"), 4, 7)
    order, invoice = invoices.post(order, slips=[first], number="INV-2", on=DAY)
    assert [line.quantity for line in invoice.lines] == [4]


def test_the_same_slip_is_not_invoiced_twice() -> None:
    """Offered to a second invoice, or twice to one, it is refused [QTY-5]."""
    order, slip = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    assert codes(invoices.why_not(order, slips=[slip, slip], on=DAY)) == ("invoice.order-twice",)
    order = invoices.post(order, slips=[slip], number="INV-1", on=DAY).changed[0]
    with pytest.raises(RefusedError) as refused:
        invoices.post(order, slips=[slip], number="INV-2", on=DAY)
    assert codes(refused) == ("invoice.slip-invoiced",)


def test_what_was_invoiced_by_order_is_taken_from_the_oldest_slips() -> None:
    """Six by order over slips of four and five: the first is done, three of the second are left; an explicit link wins [P14]."""
    order, first = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    order, second = deliveries.post(order, {1: 5}, number="PS-2", on=DAY)
    by_order = invoices.post(order, {1: 6}, number="INV-1", on=DAY).changed[0]
    assert codes(invoices.why_not(by_order, slips=[first], on=DAY)) == ("invoice.slip-invoiced",)
    _, rest = invoices.post(by_order, slips=[second], number="INV-2", on=DAY)
    assert [line.quantity for line in rest.lines] == [3]
    linked = invoices.post(order, slips=[first], number="INV-1", on=DAY).changed[0]
    linked = invoices.post(linked, {1: 2}, number="INV-2", on=DAY).changed[0]
    assert linked.fold.uninvoiced("PS-2") == ((1, 3),)
    sold = {(each.slip, each.invoice): each.quantity for each in item_transactions(linked) if each.invoice}
    assert sold == {("PS-1", "INV-1"): 4, ("PS-2", "INV-2"): 2}


def test_goods_invoiced_in_advance_are_still_to_be_delivered() -> None:
    """Ten invoiced before delivery: the order stays open, nothing is sold, and the slip that follows has nothing to invoice [QTY-6]."""
    order, _ = invoices.post(an_order(), number="INV-1", on=DAY)
    assert (order.status, order.line(1).delivered_not_invoiced, order.line(1).invoice_remainder) == (OrderStatus.OPEN, -10, 0)
    assert {each.status.value for each in item_transactions(order)} == {"on-order"}
    order, slip = deliveries.post(order, number="PS-1", on=DAY)
    assert order.status is OrderStatus.INVOICED
    assert codes(invoices.why_not(order, slips=[slip], on=DAY)) == ("invoice.slip-invoiced",)


@pytest.mark.parametrize(
    ("implies", "delivered"),
    [(ImpliesDelivery.SERVICES, (0, 2)), (ImpliesDelivery.ALWAYS, (4, 2)), (ImpliesDelivery.NEVER, (0, 0))],
)
def test_an_invoice_that_follows_the_order_delivers_what_the_policy_says(implies: ImpliesDelivery, delivered: tuple[int, int]) -> None:
    """Services by default, everything, or nothing."""
    order = invoices.post(an_order(chai(4), advice(2)), number="I", on=DAY, policy=InvoicePolicy(implies_delivery=implies)).changed[0]
    assert (order.line(1).delivered, order.line(2).delivered) == delivered
    assert order.status is (OrderStatus.INVOICED if implies is ImpliesDelivery.ALWAYS else OrderStatus.OPEN)


def test_services_delivered_already_are_not_delivered_again() -> None:
    """Two of three hours are on a slip: invoicing three delivers the third only."""
    order, _ = deliveries.post(an_order(advice(3)), {1: 2}, number="PS-1", on=DAY)
    order, _ = invoices.post(order, number="INV-1", on=DAY)
    assert (order.line(1).delivered, order.status) == (3, OrderStatus.INVOICED)
    assert item_transactions(order) == ()


def test_over_delivery_is_invoiced_by_slip_and_by_order_only_by_policy() -> None:
    """105 of 100: the slip invoices 105, the order 100, and by policy 105 [P7]."""
    line = OrderLine(item=tolerant(5), ordered=Decimal(100), price=Decimal(1))
    order, slip = deliveries.post(an_order(line), {1: 105}, number="PS-1", on=DAY)
    assert invoices.post(order, slips=[slip], number="I", on=DAY).document.net == 105
    assert invoices.post(order, number="I", on=DAY).document.net == 100
    generous = InvoicePolicy(over_delivery_by_order=True)
    assert invoices.post(order, number="I", on=DAY, policy=generous).document.net == 105
    assert codes(invoices.why_not(order, {1: 101}, on=DAY)) == ("invoice.over-remainder",)
    assert invoices.why_not(order, {1: 105}, on=DAY, policy=generous) == ()
    after = invoices.post(order, number="I", on=DAY).changed[0]
    assert codes(invoices.why_not(after, on=DAY)) == ("invoice.empty",)


@pytest.mark.parametrize("sign", [1, -1])
def test_no_more_is_invoiced_than_was_ordered(sign: int) -> None:
    """Ten may be, eleven not, nor none, nor the other way; a return is invoiced as a credit, by the sign of its total [INV-7]."""
    kind = OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER
    order = an_order(chai(10 * sign), type=kind, rma="RMA-1")
    assert invoices.why_not(order, {1: 10 * sign}, on=DAY) == ()
    assert codes(invoices.why_not(order, {1: 11 * sign}, on=DAY)) == ("invoice.over-remainder",)
    assert codes(invoices.why_not(order, {1: -1 * sign}, on=DAY)) == ("invoice.sign",)
    assert codes(invoices.why_not(order, {1: 0}, on=DAY)) == ("invoice.sign",)
    assert codes(invoices.why_not(order, {3: 1}, on=DAY)) == ("invoice.unknown-line",)
    assert codes(invoices.why_not(order, {}, on=DAY)) == ("invoice.empty",)
    assert invoices.post(order, number="I", on=DAY).document.is_credit_note is (sign < 0)


def test_orders_of_one_invoice_belong_together_and_come_once() -> None:
    """No order, and one order twice, are refused; a mapping gives each its quantities."""
    assert codes(invoices.why_not([], on=DAY)) == ("invoice.empty",)
    assert codes(invoices.why_not([an_order(), an_order()], on=DAY)) == ("invoice.order-twice",)
    one, two, invoice = invoices.post({an_order(): {1: 1}, an_order(number="SO-2"): None}, number="I", on=DAY)
    assert (one.line(1).invoiced, two.line(1).invoiced, invoice.orders) == (1, 10, ("SO-1", "SO-2"))
    later = [an_order(), an_order(number="SO-2", payment_terms=PaymentTerms(days=1))]
    assert codes(invoices.why_not(later, on=DAY)) == ("invoice.one-account",)


def test_a_stated_net_is_taken_and_marked() -> None:
    """The net entered by hand takes the place of quantity times price; the next invoice goes on from it [TRD-9]."""
    order, invoice = invoices.post(an_order(), {1: 4}, number="I-1", on=DAY, amounts={"SO-1": {1: Decimal("70.00")}})
    assert [(line.net, line.stated) for line in invoice.lines] == [(Decimal("70.00"), True)]
    order, rest = invoices.post(order, number="I-2", on=DAY)
    assert [(line.net, line.stated) for line in rest.lines] == [(Decimal("108.00"), False)]
    assert codes(invoices.why_not(order, on=DAY, amounts={"SO-1": {1: Decimal(1)}})) == ("invoice.empty", "invoice.stated-amount")
    both = invoices.post(an_order(chai(1), chang(1)), number="I", on=DAY, amounts={"SO-1": {2: Decimal("15.00")}}).document
    assert [(line.net, line.stated) for line in both.lines] == [(Decimal("18.00"), False), (Decimal("15.00"), True)]


# ---------------------------------------------------------------------- pro forma, sent, cancelled


def test_a_pro_forma_changes_nothing_and_has_no_number() -> None:
    """It is the invoice that would be; the order is as before, and it cannot be sent, paid or cancelled [INV-6]."""
    order = an_order(charges=[FREIGHT])
    picture = hash(order)
    estimate = invoices.pro_forma(order, on=DAY)
    real = invoices.post(order, number="INV-1", on=DAY).document
    assert (estimate.kind, estimate.number) == (InvoiceKind.PRO_FORMA, "")
    assert (estimate.totals, estimate.parts) == (real.totals, real.parts)
    assert hash(order) == picture
    assert codes(invoice_life.LIFECYCLE.why_not("send", estimate, on=DAY)) == ("invoice.pro-forma",)
    assert "invoice.pro-forma" in codes(invoices.why_not_cancel(order, estimate, on=DAY))
    with pytest.raises(RefusedError) as refused:
        payments.receive("ACME", 10, "EUR", number="P", on=DAY, invoices=[estimate])
    assert codes(refused) == ("invoice.pro-forma",)


def test_an_invoice_is_sent_once() -> None:
    """It keeps the day it went; no day before its own will do."""
    invoice = invoices.post(an_order(), number="INV-1", on=DAY).document
    sent = invoices.send(invoice, on=LATER)
    assert sent.document.sent == LATER
    assert codes(invoice_life.LIFECYCLE.why_not("send", sent.document, on=LATER)) == ("invoice.sent",)


@pytest.mark.parametrize("by_slip", [True, False])
def test_cancelling_an_invoice_is_as_if_it_had_not_been(*, by_slip: bool) -> None:
    """Remainders, statuses, charges and transactions are as before; both invoices are settled against each other [I3, INV-10]."""
    before, slip = deliveries.post(an_order(chai(4), advice(2), charges=[FREIGHT]), {1: 3}, number="PS-1", on=DAY)
    order, invoice = invoices.post(before, slips=[slip] if by_slip else None, number="INV-1", on=DAY)
    done = invoices.cancel(order, invoice, number="INV-2", on=LATER)
    order, after, reversal = done
    for balance, earlier in zip(order.balances, before.balances, strict=True):
        for name in ("delivered", "invoiced", "deliver_remainder", "invoice_remainder", "status", "uninvoiced_net"):
            assert getattr(balance, name) == getattr(earlier, name), name
    assert item_transactions(order) == item_transactions(before)
    assert order.open_totals == before.open_totals
    assert (after.status, after.cancelled_by, reversal.reverses) == (InvoiceStatus.CANCELLED, "INV-2", "INV-1")
    assert (after.balance, reversal.balance, reversal.status) == (0, 0, InvoiceStatus.PAID)
    assert (reversal.net, reversal.vat, reversal.total) == (-invoice.net, -invoice.vat, -invoice.total)
    assert reversal.sent is None
    again = invoices.post(order, slips=[slip] if by_slip else None, number="INV-3", on=LATER).document
    assert again.totals == invoice.totals


def test_what_was_paid_of_a_cancelled_invoice_is_owed_to_the_customer() -> None:
    """100.00 of 217.80 paid: the cancelled invoice owes nothing, its reversal has 100.00 in the customer's favour."""
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    invoice, _ = payments.receive("ACME", 100, "EUR", number="P-1", on=DAY, invoices=[invoice])
    _, after, reversal = invoices.cancel(order, invoice, number="INV-2", on=DAY)
    assert (after.balance, reversal.balance, reversal.status) == (0, Decimal("-100.00"), InvoiceStatus.OPEN)
    reversal, refund = payments.receive("ACME", -100, "EUR", number="P-2", on=DAY, invoices=[reversal])
    assert (reversal.balance, refund.balance) == (0, 0)
    paid = invoices.post(an_order(), number="INV-1", on=DAY).document
    paid, _ = payments.receive("ACME", paid.total, "EUR", number="P-3", on=DAY, invoices=[paid])
    _, after, reversal = invoices.cancel(an_order_invoiced(), paid, number="INV-2", on=DAY)
    assert (after.settlements, reversal.balance) == (paid.settlements, -paid.total)


def an_order_invoiced() -> Any:
    """The order as its invoice left it."""
    return invoices.post(an_order(), number="INV-1", on=DAY).changed[0]


def test_a_reversal_is_not_reversed_and_an_invoice_not_cancelled_twice() -> None:
    """Nor is one cancelled with other orders than its own."""
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    order, after, reversal = invoices.cancel(order, invoice, number="INV-2", on=DAY)
    assert "invoice.reversal" in codes(invoices.why_not_cancel(order, reversal, on=DAY))
    assert codes(invoices.why_not_cancel(order, after, on=DAY)) == ("wrong-status", "invoice.credited")
    assert codes(invoices.why_not_cancel(order, invoice, on=DAY)) == ("invoice.credited",)
    assert codes(invoices.why_not_cancel(an_order(number="SO-9"), invoice, on=DAY)) == ("invoice.another-order",)


# ---------------------------------------------------------------------- subscriptions and fulfilment


def test_a_subscription_is_open_again_once_it_is_invoiced() -> None:
    """Each cycle adds to what was invoiced and reopens what is ordered; cancelling takes an unused renewal back [ORD-4]."""
    order = an_order(type=OrderType.SUBSCRIPTION)
    for cycle in (1, 2, 3):
        order, slip = deliveries.post(order, number=f"PS-{cycle}", on=DAY)
        before = order
        order, invoice = invoices.post(order, slips=[slip], number=f"INV-{cycle}", on=DAY)
        balance = order.line(1)
        assert (order.status, balance.invoiced, balance.deliver_remainder) == (OrderStatus.OPEN, 10 * cycle, 10)
        assert balance.document_status is DocumentStatus.INVOICE
    undone, _, _ = invoices.cancel(order, invoice, number="INV-4", on=DAY)
    assert (undone.status, undone.line(1).renewed) == (before.status, before.line(1).renewed)
    used = deliveries.post(order, {1: 1}, number="PS-4", on=DAY).changed[0]
    kept, _, _ = invoices.cancel(used, invoice, number="INV-4", on=DAY)
    assert (kept.line(1).renewed, kept.line(1).invoice_remainder) == (30, 20)


@pytest.mark.parametrize("on_fulfilment", [True, False])
def test_an_order_is_invoiced_on_fulfilment_by_policy(*, on_fulfilment: bool) -> None:
    """A part is never invoiced on its own; the last delivery brings the invoice of everything, if the policy says so [PRC-6]."""
    policy = InvoicePolicy(on_fulfilment=on_fulfilment)
    first = fulfilment.fulfil(an_order(), {1: 4}, slip="PS-1", invoice="INV-1", on=DAY, policy=policy)
    assert len(first.made) == 1
    last = fulfilment.fulfil(first.changed[0], slip="PS-2", invoice="INV-1", on=DAY, policy=policy)
    assert last.document.number == "PS-2"
    assert [document.number for document in last.made] == (["PS-2", "INV-1"] if on_fulfilment else ["PS-2"])
    assert last.changed[0].status is (OrderStatus.INVOICED if on_fulfilment else OrderStatus.DELIVERED)
    assert len(last.events) == (2 if on_fulfilment else 1)
    ahead = invoices.post(an_order(), number="INV-1", on=DAY).changed[0]
    assert len(fulfilment.fulfil(ahead, slip="PS-1", invoice="INV-2", on=DAY, policy=policy).made) == 1


def test_goods_moved_and_invoiced_over_several_slips_are_told_apart() -> None:
    """By order over two slips, then one taken back and one credited: the transactions follow."""
    order, first = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    order, second = deliveries.post(order, {1: 3}, number="PS-2", on=DAY)
    order, invoice = invoices.post(order, {1: 5}, number="INV-1", on=DAY)
    found = {(each.slip, each.invoice, each.status.value): each.quantity for each in item_transactions(order)}
    assert found == {
        ("PS-1", "INV-1", "sold"): 4,
        ("PS-2", "INV-1", "sold"): 1,
        ("PS-2", None, "deducted"): 2,
        (None, None, "on-order"): 3,
    }
    order, _, _ = invoices.cancel(order, invoice, number="INV-2", on=DAY)
    order, _, _ = deliveries.cancel(order, second, number="PS-3", on=DAY)
    found = {(each.slip, each.invoice, each.status.value): each.quantity for each in item_transactions(order)}
    assert found == {("PS-1", None, "deducted"): 4, (None, None, "on-order"): 6}
    assert first.status.value == "posted"


# ---------------------------------------------------------------------- what the documents say


def test_a_reversal_is_of_its_own_day_and_mirrors_every_line() -> None:
    """Sent or not, it is not sent itself; its lines and the order's postings carry its number, its day and the opposite quantities."""
    order, slip = deliveries.post(an_order(chai(4), chang(2)), number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    sent = invoices.send(invoice, on=DAY)
    assert sent.changed == (sent.document,)
    order, after, reversal = invoices.cancel(order, sent.document, number="INV-2", on=LATER)
    assert (after.sent, reversal.sent, reversal.on, reversal.number) == (DAY, None, LATER, "INV-2")
    assert [(line.quantity, line.net, line.slip) for line in reversal.lines] == [
        (-4, Decimal("-72.00"), "PS-1"),
        (-2, Decimal("-38.00"), "PS-1"),
    ]
    undoing = order.postings[-1]
    assert (undoing.kind, undoing.document, undoing.source, undoing.on) == (Kind.CREDITED, "INV-2", "INV-1", LATER)


def test_one_cancelled_invoice_does_not_keep_another_from_being_cancelled() -> None:
    """What was credited of the first says nothing of the second, also of services it delivered."""
    order, first = invoices.post(an_order(advice(10)), {1: 4}, number="INV-1", on=DAY)
    order, second = invoices.post(order, {1: 3}, number="INV-2", on=DAY)
    order = invoices.cancel(order, first, number="INV-3", on=DAY).changed[0]
    assert invoices.why_not_cancel(order, second, on=DAY) == ()
    order = invoices.cancel(order, second, number="INV-4", on=DAY).changed[0]
    assert (order.line(1).invoiced, order.line(1).delivered) == (0, 0)


def test_of_a_line_that_is_fully_invoiced_nothing_is_left() -> None:
    """While another line is open, one more of the finished line is refused as more than the nothing that is left."""
    order = invoices.post(an_order(chai(10), chang(2)), {1: 10}, number="INV-1", on=DAY).changed[0]
    for policy in (InvoicePolicy(), InvoicePolicy(over_delivery_by_order=False)):
        [refusal] = invoices.why_not(order, {1: 1, 2: 1}, on=DAY, policy=policy)
        assert (refusal.code, refusal.fact("line"), refusal.fact("left")) == ("invoice.over-remainder", 1, 0)


def test_refusals_name_what_was_offered() -> None:
    """No orders at all, a slip of two other orders, a day or a net that is none."""
    [nothing] = invoices.why_not([], on=DAY)
    assert str(nothing) == "there is nothing to invoice (order: none) [invoice.empty]"
    *_, slip = deliveries.post([an_order(number="SO-2"), an_order(number="SO-3")], number="PS-1", on=DAY)
    other = next(each for each in invoices.why_not(an_order(), slips=[slip], on=DAY) if each.code == "invoice.another-slip")
    assert other.fact("orders") == "SO-2, SO-3"
    invoice = invoices.post(an_order(), number="INV-1", on=DAY).document
    with pytest.raises(TypeError, match=r"^on "):
        invoices.send(invoice, on="2026-03-02")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="amount of line 1"):
        invoices.post(an_order(), number="INV-1", on=DAY, amounts={"SO-1": {1: 0.5}})  # type: ignore[dict-item]


# ---------------------------------------------------------------------- invoiced beyond the order


def weighed(over: int = 0, invoice: int = 0, sign: int = 1) -> Order:
    """A hundred of something with tolerances for delivery and invoice."""
    tolerance = Tolerance(over=Decimal(over), invoice=Decimal(invoice))
    line = OrderLine(item=Item(number="I-1", tolerance=tolerance), ordered=Decimal(100 * sign), price=Decimal(1))
    return an_order(line, type=OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER, rma="RMA-1")


@pytest.mark.parametrize("sign", [1, -1])
def test_over_invoicing_is_bounded_in_all(sign: int) -> None:
    """Three percent over a hundred: 103 in all, in parts too, and not a thousandth more; the order is invoiced once delivered [P5]."""
    order = weighed(invoice=3, sign=sign)
    assert codes(invoices.why_not(order, {1: Decimal("103.001") * sign}, on=DAY)) == ("invoice.over-remainder",)
    order = invoices.post(order, {1: 60 * sign}, number="INV-1", on=DAY).changed[0]
    order = invoices.post(order, {1: 42 * sign}, number="INV-2", on=DAY).changed[0]
    balance = order.line(1)
    assert (balance.invoiced, balance.invoice_remainder, balance.over_invoiced) == (102 * sign, 0, 2 * sign)
    assert codes(invoices.why_not(order, {1: 2 * sign}, on=DAY)) == ("invoice.over-remainder",)
    order, last = invoices.post(order, {1: 1 * sign}, number="INV-3", on=DAY)
    assert order.status is OrderStatus.OPEN
    order = deliveries.post(order, number="PS-1", on=DAY).changed[0]
    assert (order.status, order.line(1).over_invoiced, order.invoiced_net) == (OrderStatus.INVOICED, 3 * sign, 103 * sign)
    assert order.fold.uninvoiced("PS-1") == ()
    order = credit_notes.post(last, orders=order, number="CN-1", on=DAY, reopens=True).changed[0]
    assert (order.line(1).over_invoiced, order.line(1).invoice_remainder) == (2 * sign, 0)


def test_tolerances_do_not_leak_into_each_other() -> None:
    """What may be delivered over is not invoiced over, and the other way round; zero refuses the smallest unit [P6, I17]."""
    assert codes(invoices.why_not(weighed(over=5), {1: Decimal("100.001")}, on=DAY)) == ("invoice.over-remainder",)
    assert codes(deliveries.why_not(weighed(invoice=5), {1: Decimal("100.001")})) == ("delivery.over-remainder",)
    both = weighed(over=5, invoice=2)
    assert deliveries.why_not(both, {1: 105}) == ()
    assert codes(invoices.why_not(both, {1: 103}, on=DAY)) == ("invoice.over-remainder",)
    with pytest.raises(ValueError, match="invoice must be zero or more"):
        Tolerance(invoice=Decimal(-1))


def test_what_was_invoiced_over_is_absorbed_by_what_comes() -> None:
    """103 invoiced, then 102 delivered: one is beyond; 105 delivered: none is, and two are left to invoice."""
    order = invoices.post(weighed(over=5, invoice=3), {1: 103}, number="INV-1", on=DAY).changed[0]
    order, _ = deliveries.post(order, {1: 102}, number="PS-1", on=DAY)
    assert (order.line(1).over_invoiced, order.line(1).invoice_remainder, order.status) == (1, 0, OrderStatus.INVOICED)
    more = deliveries.post(order, {1: 3}, number="PS-2", on=DAY).changed[0]
    assert (more.line(1).over_invoiced, more.line(1).invoice_remainder, more.status) == (0, 2, OrderStatus.DELIVERED)


def test_a_credit_comes_off_what_was_invoiced_over_first() -> None:
    """Of 103 invoiced four are credited: three were beyond, one is to be invoiced again."""
    order, invoice = invoices.post(weighed(invoice=3), {1: 103}, number="INV-1", on=DAY)
    order = credit_notes.post(invoice, {1: 4}, orders=order, number="CN-1", on=DAY, reopens=True).changed[0]
    assert (order.line(1).over_invoiced, order.line(1).invoice_remainder, order.line(1).invoiced) == (0, 1, 99)
    back = invoices.cancel(*invoices.post(weighed(invoice=3), {1: 103}, number="INV-1", on=DAY), number="INV-2", on=DAY).changed[0]
    assert (back.line(1).over_invoiced, back.line(1).invoice_remainder, back.line(1).invoiced) == (0, 100, 0)


def test_a_subscription_invoiced_beyond_its_next_cycle_comes_round_to_the_one_after() -> None:
    """Ordered 1 with half of it more: after three cycles two are invoiced at once, and the fifth is open [ORD-4, P5]."""
    item = Item(number="I-1", kind=ProductKind.SERVICE, tolerance=Tolerance(invoice=Decimal(50)))
    order = an_order(OrderLine(item=item, ordered=Decimal(1), price=Decimal(1)), type=OrderType.SUBSCRIPTION)
    for number in (1, 2):
        order = invoices.post(order, number=f"INV-{number}", on=DAY).changed[0]
    done = invoices.post(order, {1: 2}, number="INV-3", on=DAY)
    order = done.changed[0]
    assert (order.line(1).invoiced, order.line(1).renewed, order.line(1).invoice_remainder) == (4, 4, 1)
    assert [type(event).__name__ for event in done.events] == ["InvoicePosted", "SubscriptionRenewed", "SubscriptionRenewed"]


# ---------------------------------------------------------------------- in cash, and of both signs


@pytest.mark.parametrize(("price", "total", "rounding"), [("1.00", "1.20", "-0.01"), ("1.03", "1.25", "0"), ("1.02", "1.25", "0.02")])
def test_a_total_is_rounded_to_what_can_be_paid_in_cash(price: str, total: str, rounding: str) -> None:
    """1.21, 1.25 and 1.23 to the five cents; every part is shown, and a credit takes all of it back."""
    policy = TotalsPolicy(cash_step=Decimal("0.05"))
    line = OrderLine(item=Item(number="I-1", vat=STANDARD), ordered=Decimal(1), price=Decimal(price))
    order, invoice = invoices.post(an_order(line, totals=policy), number="INV-1", on=DAY)
    assert invoice.total == Decimal(total) == invoice.net + invoice.totals.charges + invoice.vat
    assert invoice.totals.charges == Decimal(rounding)
    assert [(each.order, each.charge.code, each.charge.number) for each in invoice.charges] == (
        [("", "cash-rounding", 0)] if Decimal(rounding) else []
    )
    assert {group.vat.category for group in invoice.totals.groups} == ({"S", "O"} if Decimal(rounding) else {"S"})
    _, after, note = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=True)
    assert (note.total, after.balance) == (-invoice.total, 0)
    order, deposit = deposits.post(an_order(line, totals=policy), amount=1, number="D-1", on=DAY)
    final = invoices.post(order, number="INV-2", on=DAY, deposits=[deposit]).document
    assert final.total == Decimal(total) - 1 == final.net + final.totals.charges + final.vat
    assert sum((group.base for group in final.totals.groups), Decimal(0)) == final.net + final.totals.charges


def test_a_cash_step_is_an_amount() -> None:
    """Above zero and exact."""
    with pytest.raises(ValueError, match="cash_step must be above zero"):
        TotalsPolicy(cash_step=Decimal(0))
    with pytest.raises(TypeError, match="cash_step must be a Decimal"):
        TotalsPolicy(cash_step=0.05)  # type: ignore[arg-type]


@pytest.mark.parametrize(("sold", "total"), [(2, "-21.78"), (3, "0"), (5, "43.56")])
def test_an_invoice_may_have_lines_of_both_signs(sold: int, total: str) -> None:
    """Sold and returned goods are netted on one invoice; the sign of its total says what it is [INV-7, P13]."""
    returned = an_order(chai(-3), number="SO-2", type=OrderType.RETURNED_ORDER, rma="RMA-1")
    one, other, invoice = invoices.post([an_order(chai(sold)), returned], number="INV-1", on=DAY)
    assert (invoice.total, invoice.is_credit_note) == (Decimal(total), Decimal(total) < 0)
    assert [line.quantity for line in invoice.lines] == [sold, -3]
    assert (one.line(1).invoiced, other.line(1).invoiced) == (sold, -3)


def test_a_credit_of_one_line_leaves_what_was_invoiced_over_on_another() -> None:
    """Line 1 stays three beyond, line 2 is to be invoiced again."""
    over = OrderLine(item=Item(number="I-1", tolerance=Tolerance(invoice=Decimal(3))), ordered=Decimal(100), price=Decimal(1))
    order, invoice = invoices.post(an_order(over, chai(5)), {1: 103, 2: 5}, number="INV-1", on=DAY)
    order = credit_notes.post(invoice, {2: 2}, orders=order, number="CN-1", on=DAY, reopens=True).changed[0]
    assert [(each.over_invoiced, each.invoice_remainder) for each in order.balances] == [(3, 0), (0, 2)]


def test_what_an_invoice_would_do_nothing_with_is_refused() -> None:
    """Quantities beside several orders or beside slips, and nets of an order that is not invoiced."""
    one, two, slip = deliveries.post([an_order(), an_order(number="SO-2")], number="PS-1", on=DAY)
    ask: Any
    for ask in (invoices.post, invoices.why_not, invoices.pro_forma):
        terms: dict[str, Any] = {"on": DAY} | ({"number": "INV-1"} if ask is invoices.post else {})
        for several in ([one, two], {one: None, two: None}):
            with pytest.raises(ValueError, match="go with one order; 2 are given"):
                ask(several, {1: 1}, **terms)
        for wanted in ((one, {1: 1}), ({one: {1: 1}, two: None},)):
            with pytest.raises(ValueError, match="takes all that is uninvoiced on them"):
                ask(*wanted, slips=[slip], **terms)
        with pytest.raises(ValueError, match="amounts are stated of orders that are not invoiced: SO-2"):
            ask(one, amounts={"SO-2": {1: Decimal(1)}}, **terms)
    invoice = invoices.post({one: {1: 2}, two: {1: 3}}, number="INV-1", on=DAY).document
    assert [(line.order, line.quantity) for line in invoice.lines] == [("SO-1", 2), ("SO-2", 3)]
