"""Details of the ledger that whole numbers and single lines do not show."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from salesflow import (
    InvoicePolicy,
    Item,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    ProductKind,
    Tolerance,
    deliveries,
    invoices,
    orders,
)
from salesflow.model.ledger import Kind
from salesflow.model.policies import ImpliesDelivery
from tests.builders import DAY, LATER, a_charge, an_order, chai, chang, codes

HALF, QUARTER = Decimal("0.5"), Decimal("0.25")


def a_half(sign: int = 1, over: int = 0, kind: ProductKind = ProductKind.ITEM) -> Order:
    """An order of half a kilogram at 1.00 per kilogram, perhaps with a tolerance."""
    item = Item(number="SALT", unit="KGM", kind=kind, tolerance=Tolerance(over=Decimal(over), under=Decimal(over)))
    line = OrderLine(item=item, ordered=HALF * sign, price=Decimal("1.005"))
    return an_order(line, type=OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER, rma="RMA-1")


@pytest.mark.parametrize("sign", [1, -1])
def test_parts_of_a_unit_count_too(sign: int) -> None:
    """A quarter of half a kilogram leaves a quarter; a hundredth beyond a tolerance of 50 percent is refused."""
    order, slip = deliveries.post(a_half(sign), {1: QUARTER * sign}, number="PS-1", on=DAY)
    assert order.line(1).deliver_remainder == QUARTER * sign
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    assert order.line(1).invoice_remainder == QUARTER * sign
    over = deliveries.post(a_half(sign, over=50), {1: Decimal("0.75") * sign}, number="PS-1", on=DAY).changed[0]
    assert (over.line(1).over_delivered, over.line(1).invoice_remainder) == (QUARTER * sign, Decimal("0.75") * sign)
    [refusal] = deliveries.why_not(over, {1: Decimal("0.01") * sign})
    assert (refusal.fact("left"), refusal.fact("allowed"), refusal.fact("asked")) == (0, 0, Decimal("0.01") * sign)
    [refusal] = deliveries.why_not(a_half(sign, over=50), {1: Decimal("0.76") * sign})
    assert str(refusal.fact("allowed")) == str(Decimal("0.75") * sign)
    assert str(refusal.fact("left")) == str(HALF * sign)
    assert codes(orders.why_not_short_close(a_half(sign), {1: Decimal("0.51") * sign}, on=DAY)) == ("order.over-remainder",)


def test_the_room_that_is_left_is_shown_plainly() -> None:
    """A hundred and five as 105, and none as 0 once too much has come."""
    line = OrderLine(item=Item(number="I", tolerance=Tolerance(over=Decimal(5))), ordered=Decimal(100), price=Decimal(1))
    [refusal] = deliveries.why_not(an_order(line), {1: 200})
    assert str(refusal.fact("allowed")) == "105"
    full = deliveries.post(an_order(line), {1: 105}, number="PS-1", on=DAY).changed[0]
    short = orders.short_close(deliveries.post(an_order(line), {1: 40}, number="PS-1", on=DAY).changed[0], on=DAY).document
    for order in (full, short):
        [refusal] = [each for each in deliveries.why_not(order, {1: 60}) if each.code == "delivery.over-remainder"]
        assert str(refusal.fact("allowed")) in {"0", "2"}
    assert [each.fact("allowed") for each in deliveries.why_not(short, {1: 60})] == [2]


@pytest.mark.parametrize("sign", [1, -1])
def test_half_an_hour_is_delivered_by_its_invoice(sign: int) -> None:
    """Parts of a service are implied as whole ones are."""
    order = invoices.post(a_half(sign, kind=ProductKind.SERVICE), {1: QUARTER * sign}, number="INV-1", on=DAY).changed[0]
    assert order.line(1).delivered == QUARTER * sign


def test_half_cents_go_away_from_zero() -> None:
    """One at 1.005 is 1.01, and two of them, one by one, 1.01 and 1.00: a credit mirrors both."""
    for sign in (1, -1):
        line = OrderLine(item=Item(number="I"), ordered=Decimal(2 * sign), price=Decimal("1.005"))
        order = an_order(line, type=OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER, rma="RMA-1")
        order, first = invoices.post(order, {1: sign}, number="INV-1", on=DAY)
        order, second = invoices.post(order, {1: sign}, number="INV-2", on=DAY)
        assert (first.net, second.net) == (sign * Decimal("1.01"), sign * Decimal("1.00"))


def test_lines_of_a_slip_that_no_order_invoice_touched_stay_whole() -> None:
    """By order three of line 1 are invoiced; on the slips line 2 is untouched, and the older slip is used first."""
    order, first = deliveries.post(an_order(chai(10), chang(10)), {2: 1}, number="PS-1", on=DAY)
    order, second = deliveries.post(order, {1: 2, 2: 2}, number="PS-2", on=DAY)
    order, third = deliveries.post(order, {1: 4}, number="PS-3", on=DAY)
    order = invoices.post(order, {1: 3}, number="INV-1", on=DAY).changed[0]
    assert order.fold.uninvoiced("PS-1") == ((2, 1),)
    assert order.fold.uninvoiced("PS-2") == ((2, 2),)
    assert order.fold.uninvoiced("PS-3") == ((1, 3),)
    assert order.fold.uninvoiced("PS-9") == ()
    _, invoice = invoices.post(order, slips=[first, second, third], number="INV-2", on=DAY)
    assert [(line.slip, line.terms.number, line.quantity) for line in invoice.lines] == [("PS-1", 2, 1), ("PS-2", 2, 2), ("PS-3", 1, 3)]


def test_a_partly_invoiced_slip_that_is_corrected_keeps_its_rest() -> None:
    """Of four and two, the four are invoiced by their slip; corrected to five and two, one and two are left."""
    order, slip = deliveries.post(an_order(chai(10), chang(10)), {1: 4}, number="PS-1", on=DAY)
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    order, _, _, corrected = deliveries.correct(order, slip, {1: 5, 2: 2}, reversal="PS-2", number="PS-3", on=DAY)
    assert order.fold.uninvoiced(corrected.counted_as) == ((1, 1), (2, 2))
    assert order.line(1).delivered == 5


def test_what_is_delivered_beyond_the_order_after_invoicing_in_advance() -> None:
    """Ten invoiced ahead, eleven delivered with ten percent: one is left to invoice, and the slip says which."""
    line = OrderLine(item=Item(number="I", tolerance=Tolerance(over=Decimal(10))), ordered=Decimal(10), price=Decimal(1))
    order = invoices.post(an_order(line), number="INV-1", on=DAY).changed[0]
    order, slip = deliveries.post(order, {1: 11}, number="PS-1", on=DAY)
    assert (order.line(1).invoice_remainder, order.fold.uninvoiced("PS-1"), order.status) == (1, ((1, 1),), OrderStatus.DELIVERED)
    order, _ = invoices.post(order, slips=[slip], number="INV-2", on=DAY)
    assert order.status is OrderStatus.INVOICED


def test_every_posting_says_which_document_and_when() -> None:
    """Kind, document, source, slip and date of a whole life."""
    noon = datetime(2026, 3, 16, 12, tzinfo=UTC)
    order, picking = deliveries.pick(an_order(chai(3)), number="PL-1", on=DAY)
    order, slip = deliveries.post(order, {1: 2}, picking=picking, number="PS-1", on=LATER, at=noon)
    order, slip, back, new = deliveries.correct(order, slip, {1: 1}, reversal="PS-2", number="PS-3", on=LATER)
    order, invoice = invoices.post(order, slips=[new], number="INV-1", on=LATER, at=noon)
    order, invoice, reversal = invoices.cancel(order, invoice, number="INV-2", on=LATER)
    found = [(p.kind.value, p.document, p.source, p.slip, p.on, p.at) for p in order.postings]
    assert found == [
        ("picked", "PL-1", None, None, DAY, None),
        ("delivered", "PS-1", "PL-1", None, LATER, noon),
        ("returned", "PS-2", "PS-1", "PS-1", LATER, None),
        ("delivered", "PS-3", None, "PS-1", LATER, None),
        ("invoiced", "INV-1", "PS-3", "PS-1", LATER, noon),
        ("credited", "INV-2", "INV-1", "PS-1", LATER, None),
    ]
    assert (back.number, back.on, back.at, back.root, back.orders, back.customer) == ("PS-2", LATER, None, "", ("SO-1",), "ACME")
    assert (reversal.number, reversal.on, reversal.at, reversal.settlements[0].on) == ("INV-2", LATER, None, LATER)
    assert (invoice.settlements[0].document, reversal.settlements[0].document) == ("INV-2", "INV-1")
    assert invoice.at == noon


def test_an_implied_delivery_is_posted_under_the_invoice_and_taken_back_with_it() -> None:
    """It has the invoice's number and moment; cancelling the invoice undoes it under the reversal's."""
    noon = datetime(2026, 3, 16, 12, tzinfo=UTC)
    always = InvoicePolicy(implies_delivery=ImpliesDelivery.ALWAYS)
    order, invoice = invoices.post(an_order(), number="INV-1", on=LATER, at=noon, policy=always)
    [delivered] = [posting for posting in order.postings if posting.kind is Kind.DELIVERED]
    assert (delivered.document, delivered.on, delivered.at, delivered.rows) == ("INV-1", LATER, noon, ((1, 10),))
    order, _, _ = invoices.cancel(order, invoice, number="INV-2", on=LATER)
    [returned] = [posting for posting in order.postings if posting.kind is Kind.RETURNED]
    assert (returned.document, returned.source, returned.slip) == ("INV-2", "INV-1", "INV-1")
    assert order.fold.slips == {}


def test_closing_posts_what_is_missing_under_the_slip_and_nothing_else() -> None:
    """A line that came whole posts no cancellation; one that is short posts the difference with the slip's number."""
    line = OrderLine(item=Item(number="I", tolerance=Tolerance(under=Decimal(50))), ordered=Decimal(10), price=Decimal(1))
    order = deliveries.post(an_order(line, chai(2)), {1: 6, 2: 2}, number="PS-1", on=LATER, close=[1, 2]).changed[0]
    [cancelled] = [posting for posting in order.postings if posting.kind is Kind.CANCELLED]
    assert (cancelled.document, cancelled.on, cancelled.rows) == ("PS-1", LATER, ((1, 4),))
    whole = deliveries.post(an_order(), number="PS-1", on=DAY, close=[1]).changed[0]
    assert len(whole.postings) == 1
    before = deliveries.post(an_order(line, chai(2)), {1: 6}, number="PS-1", on=DAY).changed[0]
    assert deliveries.post(before, {2: 1}, number="PS-2", on=DAY, close=[1]).changed[0].line(1).cancelled == 4
    assert codes(deliveries.why_not(an_order(line, chai(2)), {1: 6, 2: 1}, close=[9, 2, 1])) == (
        "order.unknown-line",
        "delivery.under-tolerance",
    )
    exactly = invoices.post(an_order(line), {1: 6}, number="INV-1", on=DAY).changed[0]
    assert deliveries.why_not(exactly, {1: 6}, close=[1]) == ()


def test_faults_of_several_lines_and_kinds_come_together() -> None:
    """An unknown line does not hide the next fault, nor does a fault of the order hide those of closing."""
    order = an_order(chai(2), chang(2))
    assert codes(invoices.why_not(order, {1: 3, 7: 1, 8: 1}, on=DAY)) == (
        "invoice.over-remainder",
        "invoice.unknown-line",
        "invoice.unknown-line",
    )
    held = orders.hold(order, "credit", on=DAY).document
    assert codes(deliveries.why_not(held, {1: 1}, close=[2])) == ("order.on-hold", "delivery.under-tolerance")
    [twice] = invoices.why_not([order, order, an_order(number="SO-2")], on=DAY)
    assert twice.message == "order SO-1 is named more than once"
    _, slip = deliveries.post(order, {1: 1}, number="PS-1", on=DAY)
    [none] = invoices.why_not(
        [deliveries.post(order, {1: 1}, number="PS-1", on=DAY).changed[0], an_order(number="SO-2")], slips=[slip], on=DAY
    )
    assert none.message == "none of the packing slips delivers order SO-2"


def test_a_pro_forma_takes_what_the_invoice_would() -> None:
    """Quantities, slips, stated nets and policy all count."""
    line = OrderLine(item=Item(number="I", tolerance=Tolerance(over=Decimal(10))), ordered=Decimal(10), price=Decimal(1))
    order, slip = deliveries.post(an_order(line), {1: 4}, number="PS-1", on=DAY)
    assert invoices.pro_forma(order, {1: 3}, on=DAY).net == 3
    assert invoices.pro_forma(order, slips=[slip], on=DAY).net == 4
    assert invoices.pro_forma(order, on=DAY, amounts={"SO-1": {1: Decimal("9.50")}}).net == Decimal("9.50")
    over = deliveries.post(order, {1: 7}, number="PS-2", on=DAY).changed[0]
    assert invoices.pro_forma(over, on=DAY, policy=InvoicePolicy(over_delivery_by_order=True)).net == 11
    assert invoices.pro_forma(over, on=DAY).net == 10


def test_a_charge_belongs_to_its_order() -> None:
    """On an invoice of two orders each charge names its own, and is reversed as it was."""
    freight = [a_charge(number=1, code="freight", amount=Decimal(5))]
    one, two, invoice = invoices.post([an_order(charges=freight), an_order(number="SO-2", charges=freight)], number="INV-1", on=DAY)
    assert [each.order for each in invoice.charges] == ["SO-1", "SO-2"]
    *_, reversal = invoices.cancel([one, two], invoice, number="INV-2", on=DAY)
    assert [(each.order, each.charge.amount) for each in reversal.charges] == [("SO-1", -5), ("SO-2", -5)]
    assert invoices.send(invoice, on=LATER).events[0].number == "INV-1"
    assert invoices.send(invoice, on=LATER).events[0].on == LATER


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: deliveries.post([1], number="P", on=DAY), "order must be a Order"),  # type: ignore[list-item]
        (lambda: deliveries.post(an_order(), 5, number="P", on=DAY), "quantities must be a Mapping"),  # type: ignore[arg-type]
        (lambda: deliveries.post(an_order(), {1: "x"}, number="P", on=DAY), "quantity of line 1 must be"),  # type: ignore[dict-item]
        (
            lambda: deliveries.cancel([1], deliveries.post(an_order(), number="P", on=DAY).document, number="Q", on=DAY),  # type: ignore[list-item]
            "order must be a Order",
        ),
        (lambda: invoices.post([1], number="I", on=DAY), "order must be a Order"),  # type: ignore[list-item]
        (lambda: invoices.post(an_order(), 5, number="I", on=DAY), "quantities must be a Mapping"),  # type: ignore[arg-type]
        (lambda: invoices.post(an_order(), {1: "x"}, number="I", on=DAY), "quantity of line 1 must be"),  # type: ignore[dict-item]
        (lambda: invoices.post(an_order(), slips=[1], number="I", on=DAY), "slip must be a PackingSlip"),  # type: ignore[list-item]
    ],
)
def test_what_is_malformed_is_named(call: object, word: str) -> None:
    """The argument, and the line where there is one."""
    with pytest.raises(TypeError, match=word):
        call()  # type: ignore[operator]
