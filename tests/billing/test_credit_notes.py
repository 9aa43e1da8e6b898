"""Credit notes: whole and partial, by line, by quantity and by amount; and what is left after each."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    CreditOf,
    FreeTextLine,
    Invoice,
    InvoicePolicy,
    InvoiceStatus,
    Item,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    RefusedError,
    Vat,
    changes,
    charges,
    credit_notes,
    deliveries,
    free_text,
    invoices,
    item_transactions,
    payments,
)
from salesflow.model.events import CreditNotePosted, InvoiceCredited
from salesflow.model.invoice import InvoiceKind, Taken
from salesflow.money import quantum_of
from salesflow.testing.strategies import order_lines
from tests.builders import ACME, DAY, LATER, STANDARD, a_charge, advice, an_order, chai, chang, codes

FREIGHT = a_charge(number=1, code="freight", amount=Decimal("12.50"), vat=STANDARD)


def invoiced(*lines: OrderLine, bill: str = "INV-1", **terms: Any) -> tuple[Order, Invoice]:
    """An order that is delivered and invoiced by its slip."""
    order, slip = deliveries.post(an_order(*lines, **terms), number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number=bill, on=DAY)
    return order, invoice


def test_part_of_a_line_is_credited() -> None:
    """3 of 10 at 18.00: 54.00 and its VAT go back, the invoice owes the rest, and the quantity is to be invoiced again."""
    order, invoice = invoiced()
    order, after, note = credit_notes.post(invoice, {1: 3}, orders=order, number="CN-1", on=LATER, reopens=True, reason="broken")
    assert (note.net, note.vat, note.total) == (Decimal("-54.00"), Decimal("-11.34"), Decimal("-65.34"))
    assert (note.is_credit_note, note.reason, note.takes_back, note.orders) == (True, "broken", ("INV-1",), ("SO-1",))
    [line] = note.lines
    assert (line.quantity, line.net, line.slip, line.credits, line.credited) == (-3, Decimal("-54.00"), "PS-1", "INV-1", 1)
    assert (after.balance, note.balance, after.status) == (Decimal("152.46"), 0, InvoiceStatus.OPEN)
    assert after.total == invoice.total == Decimal("217.80")
    balance = order.line(1)
    assert (balance.invoiced, balance.invoice_remainder, order.status) == (7, 3, OrderStatus.DELIVERED)
    assert {(each.invoice, each.quantity) for each in item_transactions(order)} == {("INV-1", 7), (None, 3)}
    order, again = invoices.post(order, number="INV-2", on=LATER)
    assert (again.net, order.invoiced_net, order.status) == (Decimal("54.00"), Decimal("180.00"), OrderStatus.INVOICED)


@pytest.mark.parametrize("reopens", [True, False])
def test_the_flag_says_whether_the_quantity_is_to_be_invoiced_again(*, reopens: bool) -> None:
    """Peers reopen always or never; here the credit says it, and must [P3]."""
    order, invoice = invoiced()
    assert codes(credit_notes.why_not(invoice, {1: 3}, orders=order, on=DAY)) == ("credit.reopens",)
    order = credit_notes.post(invoice, {1: 3}, orders=order, number="CN-1", on=DAY, reopens=reopens).changed[0]
    assert (order.line(1).invoice_remainder, order.line(1).invoiced) == ((3, 7) if reopens else (0, 10))
    assert order.invoiced_net == Decimal("126.00")


def test_an_amount_alone_leaves_the_quantity_invoiced() -> None:
    """A price that was too high: 20.00 go back, and nothing can be invoiced again."""
    order, invoice = invoiced()
    claim = CreditOf(invoice=invoice, amounts={1: Decimal("20.00")})
    order, after, note = credit_notes.post([claim], orders=order, number="CN-1", on=DAY)
    assert (note.net, note.lines[0].quantity, note.lines[0].stated) == (Decimal("-20.00"), 0, True)
    assert (order.line(1).invoice_remainder, order.line(1).invoiced, order.status) == (0, 10, OrderStatus.INVOICED)
    assert (after.creditable[1].quantity, after.creditable[1].amount) == (10, Decimal("160.00"))
    assert [each.quantity for each in item_transactions(order)] == [10]
    _, _, rest = credit_notes.post(after, {1: 5}, orders=order, number="CN-2", on=DAY, reopens=True)
    assert rest.net == Decimal("-80.00")


def test_a_quantity_and_an_amount_on_other_lines_of_one_credit() -> None:
    """Line 1 by quantity, line 2 by amount, and part of the freight."""
    order, invoice = invoiced(chai(4), chang(2), charges=[FREIGHT])
    claim = CreditOf(invoice=invoice, quantities={1: 1}, amounts={2: Decimal("8.00")}, charges={1: Decimal("2.50")})
    order, after, note = credit_notes.post([claim], orders=order, number="CN-1", on=DAY, reopens=True)
    assert (note.net, note.totals.charges, note.vat) == (Decimal("-26.00"), Decimal("-2.50"), Decimal("-5.99"))
    assert order.charge(1).left == Decimal("2.50")
    assert [order.line(number).invoice_remainder for number in (1, 2)] == [1, 0]
    order, _, rest = credit_notes.post(after, orders=order, number="CN-2", on=DAY, reopens=False)
    assert note.total + rest.total == -invoice.total
    assert rest.totals.charges == Decimal("-10.00")
    assert order.invoiced_net == 0


def test_what_is_left_to_deliver_may_go_with_the_credit() -> None:
    """4 of 10 delivered and invoiced; credited without keeping the remainder, the other 6 will not come [QTY-14]."""
    order, slip = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    kept = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=True).changed[0]
    assert (kept.line(1).deliver_remainder, kept.line(1).cancelled) == (6, 0)
    gone = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=True, keep_remainder=False).changed[0]
    assert (gone.line(1).deliver_remainder, gone.line(1).cancelled, gone.line(1).invoice_remainder) == (0, 6, 4)
    full, bill = invoiced()
    assert credit_notes.post(bill, orders=full, number="CN-1", on=DAY, reopens=True, keep_remainder=False).changed[0].line(1).cancelled == 0


def test_what_was_paid_stays_in_the_customers_favour() -> None:
    """200.00 of 217.80 paid, all credited: 17.80 settles what was owed, and no more than 200.00 can be paid back [I4]."""
    order, invoice = invoiced()
    invoice, _ = payments.receive("ACME", 200, "EUR", number="PAY-1", on=DAY, invoices=[invoice])
    _, after, note = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=True)
    assert (after.balance, note.balance) == (0, Decimal("-200.00"))
    assert not note.is_overdue(note.due.replace(year=2030))
    note, refund = payments.receive("ACME", -250, "EUR", number="PAY-2", on=DAY, invoices=[note])
    assert (note.balance, refund.balance) == (0, Decimal("-50.00"))


def test_a_corrected_price_is_a_credit_and_a_new_invoice() -> None:
    """Ten invoiced at 18.00 that should have been 15.00: credited, the price changed, invoiced again at 150.00."""
    order, invoice = invoiced()
    order, after, note = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=True)
    order = changes.change(order, [changes.SetPrice(1, Decimal(15))], on=DAY, reason="agreed").document
    order, again = invoices.post(order, number="INV-2", on=DAY)
    assert (after.balance, note.total, again.net, order.invoiced_net) == (0, Decimal("-217.80"), Decimal("150.00"), Decimal("150.00"))


def test_one_credit_note_for_several_invoices_and_orders() -> None:
    """Two invoices, one over two orders and two slips; every part says where it comes from."""
    one, two, slip = deliveries.post([an_order(chai(4)), an_order(chang(2), number="SO-2")], number="PS-1", on=DAY)
    one, two, first = invoices.post([one, two], slips=[slip], number="INV-1", on=DAY)
    third, second = invoiced(chai(1), number="SO-3", bill="INV-2")
    claims = [CreditOf(invoice=first, quantities={1: 1, 2: 2}), CreditOf(invoice=second)]
    done = credit_notes.post(claims, orders=[one, two, third], number="CN-1", on=DAY, reopens=True)
    note = done.document
    assert [(line.order, line.credits, line.quantity) for line in note.lines] == [
        ("SO-1", "INV-1", -1),
        ("SO-2", "INV-1", -2),
        ("SO-3", "INV-2", -1),
    ]
    assert [each.line(1).invoice_remainder for each in done.changed[:3]] == [1, 2, 1]


def test_lines_that_refer_to_no_invoice() -> None:
    """They touch no order, alone or beside others, and are credits like any."""
    [note] = credit_notes.unreferenced(ACME, [chai(2), chang(1)], "EUR", number="CN-1", on=DAY)
    assert (note.net, note.vat, note.account, note.orders, note.takes_back) == (
        Decimal("-55.00"),
        Decimal("-11.55"),
        "ACME",
        (),
        (),
    )
    order, invoice = invoiced()
    claim = CreditOf(invoice=invoice, quantities={1: 1})
    order, _, note = credit_notes.post([claim], orders=order, number="CN-2", on=DAY, reopens=True, unreferenced=[chang(2)])
    assert [(line.order, line.quantity, line.credits) for line in note.lines] == [("SO-1", -1, "INV-1"), ("", -2, None)]
    assert (note.net, note.vat) == (Decimal("-56.00"), Decimal("-11.76"))
    assert (note.balance, order.line(1).invoiced) == (Decimal("-45.98"), 9)


def test_an_unreferenced_credit_may_itself_be_taken_back() -> None:
    """It credits no invoice, so nothing is counted twice."""
    [note] = credit_notes.unreferenced("ACME", [chai(2)], "EUR", number="CN-1", on=DAY)
    after, back = credit_notes.post(note, number="CN-2", on=DAY)
    assert (back.total, after.balance, back.balance) == (-note.total, 0, 0)


def test_a_returned_order_is_credited_by_its_invoice_and_that_can_be_taken_back() -> None:
    """Signs mirror: of minus ten invoiced, minus four are taken back [QTY-13]."""
    order, invoice = invoiced(chai(-10), type=OrderType.RETURNED_ORDER, rma="RMA-1")
    assert invoice.is_credit_note
    assert codes(credit_notes.why_not(invoice, {1: 4}, orders=order, on=DAY, reopens=True)) == ("credit.sign",)
    order, _, note = credit_notes.post(invoice, {1: -4}, orders=order, number="CN-1", on=DAY, reopens=True)
    assert (note.net, order.line(1).invoice_remainder) == (Decimal("72.00"), -4)


# ---------------------------------------------------------------------- at both sides of each edge


def test_no_more_is_credited_than_was_invoiced_in_all() -> None:
    """Of ten, four and six go; four and seven do not, and not a cent beyond either."""
    order, invoice = invoiced()
    order, after, _ = credit_notes.post(invoice, {1: 4}, orders=order, number="CN-1", on=DAY, reopens=False)
    assert credit_notes.why_not(after, {1: 6}, orders=order, on=DAY, reopens=False) == ()
    [refusal] = credit_notes.why_not(after, {1: Decimal("6.001")}, orders=order, on=DAY, reopens=False)
    assert (refusal.code, refusal.fact("left"), refusal.fact("asked")) == ("credit.over-quantity", 6, Decimal("6.001"))
    for cents, expected in (("108.00", ()), ("108.01", ("credit.over-amount",)), ("0.001", ("credit.sign",)), ("0", ("credit.sign",))):
        claim = CreditOf(invoice=after, amounts={1: Decimal(cents)})
        assert codes(credit_notes.why_not([claim], orders=order, on=DAY)) == expected
    done, after, _ = credit_notes.post(after, {1: 6}, orders=order, number="CN-2", on=DAY, reopens=False)
    assert codes(credit_notes.why_not(after, orders=done, on=DAY, reopens=False)) == ("credit.empty",)
    assert codes(credit_notes.why_not(after, {1: 1}, orders=done, on=DAY, reopens=False)) == ("credit.over-quantity",)


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ({"quantities": {1: 0}}, "credit.sign"),
        ({"quantities": {1: -1}}, "credit.sign"),
        ({"quantities": {2: 1}}, "credit.unknown-line"),
        ({"amounts": {2: Decimal(1)}}, "credit.unknown-line"),
        ({"charges": {1: Decimal("12.51")}}, "credit.over-amount"),
        ({"charges": {2: Decimal(1)}}, "credit.unknown-line"),
        ({"quantities": {}}, "credit.empty"),
        ({"quantities": {1: 1}, "amounts": {1: Decimal(1)}}, "credit.line-twice"),
    ],
)
def test_what_cannot_be_credited(claim: dict[str, Any], code: str) -> None:
    """Refused by rule, and the order stays as it was."""
    order, invoice = invoiced(charges=[FREIGHT])
    with pytest.raises(RefusedError) as refused:
        credit_notes.post([CreditOf(invoice=invoice, **claim)], orders=order, number="CN-1", on=DAY, reopens=True)
    assert codes(refused) == (code,)


def test_what_a_credit_note_is_not_made_of() -> None:
    """Nothing, an invoice twice, other orders, other accounts, an estimate, a credit, a day before the invoice, floats."""
    order, invoice = invoiced()
    assert codes(credit_notes.why_not([], on=DAY)) == ("credit.empty",)
    twice = [CreditOf(invoice=invoice, quantities={1: 1})] * 2
    assert codes(credit_notes.why_not(twice, orders=order, on=DAY, reopens=True)) == ("credit.line-twice",)
    assert codes(credit_notes.why_not(invoice, on=DAY, reopens=True)) == ("credit.another-order",)
    assert codes(credit_notes.why_not(invoice, orders=[order, an_order(number="SO-2")], on=DAY, reopens=True)) == ("credit.another-order",)
    _, dollars = invoiced(number="SO-2", currency="USD", bill="INV-2")
    both = [CreditOf(invoice=invoice), CreditOf(invoice=dollars)]
    assert codes(credit_notes.why_not(both, orders=order, on=DAY, reopens=True)) == ("credit.one-account",)
    assert "invoice.pro-forma" in codes(credit_notes.why_not(invoices.pro_forma(an_order(), on=DAY), on=DAY))
    assert codes(credit_notes.why_not(invoice, orders=order, on=DAY.replace(day=1), reopens=True)) == ("invoice.before-invoice",)
    _, _, note = credit_notes.post(invoice, {1: 1}, orders=order, number="CN-1", on=DAY, reopens=True)
    assert "invoice.reversal" in codes(credit_notes.why_not(note, orders=order, on=DAY, reopens=True))
    with pytest.raises(TypeError, match="quantity of line 1"):
        credit_notes.why_not(invoice, {1: 0.5}, orders=order, on=DAY)  # type: ignore[dict-item]
    with pytest.raises(TypeError, match=r"^order "):
        credit_notes.post(invoice, orders=[invoice], number="CN-1", on=DAY)  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"^credit "):
        credit_notes.post([invoice], number="CN-1", on=DAY)  # type: ignore[list-item]
    assert codes(credit_notes.why_not(invoice, {1: 1}, orders=order, on=DAY, reopens=True, unreferenced=[chai(-1)])) == (
        "credit.unreferenced",
    )
    for lines, code in (([], "credit.empty"), ([chai(-1)], "credit.unreferenced")):
        with pytest.raises(RefusedError) as refused:
            credit_notes.unreferenced("ACME", lines, "EUR", number="CN-1", on=DAY)
        assert codes(refused) == (code,)


def test_an_invoice_with_credits_is_not_cancelled_whole() -> None:
    """Also where only its freight was credited, which no order line shows."""
    order, invoice = invoiced(charges=[FREIGHT])
    claim = CreditOf(invoice=invoice, charges={1: Decimal("2.50")})
    order, after, _ = credit_notes.post([claim], orders=order, number="CN-1", on=DAY)
    assert codes(invoices.why_not_cancel(order, after, on=DAY)) == ("invoice.has-credits",)


def test_a_service_stays_delivered_when_its_invoice_is_credited() -> None:
    """The work was done; whether it is to be invoiced again is said by the flag."""
    order, invoice = invoices.post(an_order(advice(4)), number="INV-1", on=DAY)
    order, _, _ = credit_notes.post(invoice, {1: 1}, orders=order, number="CN-1", on=DAY, reopens=True)
    assert (order.line(1).delivered, order.line(1).invoiced, order.status) == (4, 3, OrderStatus.DELIVERED)


def test_over_delivery_by_order_is_not_offered_again_by_a_credit() -> None:
    """Ten of ten invoiced and three credited: three are left by order, under either policy."""
    order, invoice = invoiced()
    order = credit_notes.post(invoice, {1: 3}, orders=order, number="CN-1", on=DAY, reopens=True).changed[0]
    for policy in (InvoicePolicy(), InvoicePolicy(over_delivery_by_order=True)):
        assert invoices.pro_forma(order, on=DAY, policy=policy).net == Decimal("54.00")


# ---------------------------------------------------------------------- to the cent


def test_the_second_of_three_credited_and_invoiced_again() -> None:
    """3 x 1 at 0.335 is 0.34, 0.33, 0.34; the credit takes 0.33, the new invoice 0.33: 1.01 as before, nothing astray."""
    order = an_order(OrderLine(item=Item(number="I-1"), ordered=Decimal(3), price=Decimal("0.335")))
    bills = []
    for place in range(3):
        order, bill = invoices.post(order, {1: 1}, number=f"INV-{place}", on=DAY)
        bills.append(bill)
    order, _, note = credit_notes.post(bills[1], orders=order, number="CN-1", on=DAY, reopens=True)
    order, again = invoices.post(order, number="INV-3", on=DAY)
    assert (note.net, again.net, order.invoiced_net) == (Decimal("-0.33"), Decimal("0.33"), Decimal("1.01"))


def test_vat_of_credits_never_comes_to_more_than_the_invoices() -> None:
    """Three of 0.03 at 21 percent: 0.02 VAT in all, though each alone would round to 0.01."""
    order, invoice = invoiced(OrderLine(item=Item(number="I-1", vat=STANDARD), ordered=Decimal(3), price=Decimal("0.03")))
    vats = []
    for place in range(3):
        order, invoice, note = credit_notes.post(invoice, {1: 1}, orders=order, number=f"CN-{place}", on=DAY, reopens=False)
        vats.append(note.vat)
        assert note.net + note.vat == note.total
    assert vats == [Decimal("-0.01"), Decimal("-0.01"), 0]
    assert invoice.balance == 0


@given(
    lines=st.lists(order_lines(services=False), min_size=1, max_size=3),
    data=st.data(),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    sign=st.sampled_from([1, -1]),
)
def test_credits_in_any_parts_come_to_the_invoice(data: st.DataObject, lines: list[OrderLine], currency: str, sign: int) -> None:
    """Quantities and amounts in any order, then the rest: nets, VAT and total come to the whole, and each document adds up [I4, I6, I8]."""
    signed = [OrderLine(item=each.item, ordered=sign * each.ordered, price=each.price, discount=each.discount) for each in lines]
    kind = OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER
    order, whole = invoiced(*signed, currency=currency, type=kind, rma="RMA-1", charges=[FREIGHT] if currency == "EUR" else [])
    invoice, notes = whole, []
    for place in range(data.draw(st.integers(0, 4))):
        line = data.draw(st.sampled_from(sorted(invoice.creditable)))
        left = invoice.creditable[line]
        share = Decimal(data.draw(st.integers(1, 99))) / 100
        quantity = (left.quantity * share).quantize(Decimal("0.001"))
        amount = (left.amount * share).quantize(whole.total, ROUND_HALF_UP)
        claim = (
            CreditOf(invoice=invoice, quantities={line: quantity})
            if data.draw(st.booleans())
            else CreditOf(invoice=invoice, amounts={line: amount})
        )
        if credit_notes.why_not([claim], orders=order, on=DAY, reopens=True):
            continue
        order, invoice, note = credit_notes.post([claim], orders=order, number=f"CN-{place}", on=DAY, reopens=True)
        notes.append(note)
    if not credit_notes.why_not(invoice, orders=order, on=DAY, reopens=True):
        order, invoice, note = credit_notes.post(invoice, orders=order, number="CN-9", on=DAY, reopens=True)
        notes.append(note)
    for note in notes:
        assert note.net + note.totals.charges + note.vat == note.total
        assert sum((group.base for group in note.totals.groups), Decimal(0)) == note.net + note.totals.charges
        for group in note.totals.groups:
            assert abs(group.amount - group.base * group.vat.rate / 100) <= (len(notes) + 1) * quantum_of(currency)
    assert sum((note.total for note in notes), Decimal(0)) == -whole.total
    assert sum((note.vat for note in notes), Decimal(0)) == -whole.vat
    assert invoice.balance == sum((note.balance for note in notes), Decimal(0)) == 0
    assert order.invoiced_net == 0
    if order.fold.to_invoice:
        order, again = invoices.post(order, number="INV-2", on=DAY)
        assert again.net == sum((line.amount(line.ordered, quantum_of(currency)) for line in signed if line.number), again.net)


def test_vat_categories_are_credited_apart() -> None:
    """21 and 9 percent on one invoice: a credit of the second leaves the first's VAT alone."""
    low = Item(number="BOOK", vat=Vat("S", Decimal(9)))
    order, invoice = invoiced(chai(1), OrderLine(item=low, ordered=Decimal(2), price=Decimal(10)))
    _, _, note = credit_notes.post(invoice, {2: 1}, orders=order, number="CN-1", on=DAY, reopens=True)
    assert [(group.vat.rate, group.base, group.amount) for group in note.totals.groups] == [(9, Decimal("-10.00"), Decimal("-0.90"))]


def test_the_vat_of_credits_is_capped_before_the_last_too() -> None:
    """Five of 0.03 have 0.03 VAT: three credits of 0.01 use it up, the fourth and fifth have none."""
    order, invoice = invoiced(OrderLine(item=Item(number="I-1", vat=STANDARD), ordered=Decimal(5), price=Decimal("0.03")))
    vats = []
    for place in range(5):
        order, invoice, note = credit_notes.post(invoice, {1: 1}, orders=order, number=f"CN-{place}", on=DAY, reopens=False)
        vats.append(note.vat)
    assert vats == [Decimal("-0.01")] * 3 + [0, 0]


def test_lines_of_both_signs_are_credited_at_their_rate() -> None:
    """10.00 and a trade-in of 9.00 at 21 percent: crediting the 10.00 gives 2.10 back, and the trade-in takes 1.89 again."""
    lines = [FreeTextLine(text=text, account="8000", net=Decimal(net), vat=STANDARD) for text, net in (("Sold", 10), ("Trade-in", -9))]
    invoice = free_text.post(free_text.draft(ACME, lines, "EUR", reference="R-1"), number="FT-1", on=DAY).document
    after, note = credit_notes.post(invoice, {1: 1}, number="CN-1", on=DAY)
    assert (note.total, after.balance, note.balance) == (Decimal("-12.10"), 0, Decimal("-10.89"))
    rest = credit_notes.post(after, number="CN-2", on=DAY).document
    assert (rest.total, rest.vat) == (Decimal("10.89"), Decimal("1.89"))


def test_a_discount_may_stay_as_far_as_the_rest_bears_it() -> None:
    """Two of 10.00 less 10.00: one goes back without the discount, and then 10.00 bears 10.00; a cent more would go back of nothing."""
    off = charges.discount(10, number=1)
    order, invoice = invoiced(OrderLine(item=Item(number="I-1"), ordered=Decimal(2), price=Decimal(10)), charges=[off])
    for quantity, amount in (({1: 1}, None), (None, {1: Decimal(10)})):
        bare = CreditOf(invoice=invoice, quantities=quantity, amounts=amount, charges={})
        assert not credit_notes.why_not([bare], orders=order, on=DAY, reopens=False)
    too_much = CreditOf(invoice=invoice, amounts={1: Decimal("10.01")}, charges={})
    assert codes(credit_notes.why_not([too_much], orders=order, on=DAY, reopens=False)) == ("credit.discount-apart",)
    alone = CreditOf(invoice=invoice, charges={1: Decimal("-0.01")})
    assert codes(credit_notes.why_not([alone], orders=order, on=DAY)) == ("credit.discount-apart",)
    enough = CreditOf(invoice=invoice, amounts={1: Decimal("10.01")}, charges={1: Decimal("-0.01")})
    assert not credit_notes.why_not([enough], orders=order, on=DAY, reopens=False)


# ---------------------------------------------------------------------- what the documents say


def test_every_trace_of_a_credit_has_its_number_and_day() -> None:
    """On the invoice, the settlement, the postings of goods, amounts, charges and what will not come, and in the events."""
    post = a_charge(number=2, code="post", amount=Decimal(3))
    order, slip = deliveries.post(an_order(chai(10), chang(2), charges=[FREIGHT, post]), {1: 4, 2: 2}, number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    noon = datetime(2026, 3, 16, 12, tzinfo=UTC)
    claim = CreditOf(invoice=invoice, quantities={1: 1}, amounts={2: Decimal(8)}, charges={2: Decimal(1)})
    done = credit_notes.post([claim], orders=order, number="CN-1", on=LATER, at=noon, reopens=True, keep_remainder=False)
    order, after, note = done
    [credit], [settlement] = after.credits, after.settlements
    assert (credit.document, credit.on, credit.charges) == ("CN-1", LATER, (Taken(number=2, amount=Decimal(1), net=Decimal(1)),))
    assert (settlement.document, settlement.on, settlement.amount) == ("CN-1", LATER, -note.total)
    [owed] = note.settlements
    assert (owed.document, owed.on, owed.amount) == ("INV-1", LATER, note.total)
    assert (note.on, note.at, note.kind, note.payment_terms) == (LATER, noon, InvoiceKind.CUSTOMER, invoice.payment_terms)
    assert [(each.order, each.charge.code, each.charge.amount) for each in note.charges] == [("SO-1", "post", -1)]
    posted = [
        (each.kind.value, each.document, each.source, each.slip, each.on, each.rows, each.charges, each.counts)
        for each in order.postings[-4:]
    ]
    assert posted == [
        ("credited", "CN-1", "INV-1", "PS-1", LATER, ((1, 1),), (), True),
        ("credited", "CN-1", "INV-1", "PS-1", LATER, ((2, 0),), (), False),
        ("credited", "CN-1", "INV-1", None, LATER, (), ((2, 1, 1),), True),
        ("cancelled", "CN-1", None, None, LATER, ((1, 6),), (), True),
    ]
    assert done.events == (
        CreditNotePosted(number="CN-1", on=LATER, at=noon, invoices=("INV-1",)),
        InvoiceCredited(number="INV-1", on=LATER, by="CN-1", amount=-note.total),
    )


def test_exact_amounts_go_back_with_their_quantities() -> None:
    """Six at 0.335 are 2.01; 0.05, then two, then one go back, the rest closes, and nothing of it is left behind on the order."""
    order, slip = deliveries.post(
        an_order(OrderLine(item=Item(number="I-1"), ordered=Decimal(6), price=Decimal("0.335"))), number="PS-1", on=DAY
    )
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    assert order.fold.exacts == {1: Decimal("2.010")}
    order, invoice, _ = credit_notes.post(invoice, {1: 2}, orders=order, number="CN-1", on=DAY, reopens=True)
    assert order.fold.exacts == {1: Decimal("1.340")}
    claim = CreditOf(invoice=invoice, amounts={1: Decimal("0.05")})
    order, invoice, _ = credit_notes.post([claim], orders=order, number="CN-2", on=DAY)
    assert order.fold.exacts == {1: Decimal("1.290")}
    order, invoice, third = credit_notes.post(invoice, {1: 3}, orders=order, number="CN-3", on=DAY, reopens=True)
    assert (third.net, order.fold.exacts) == (Decimal("-0.97"), {1: Decimal("0.3225")})
    order, invoice, _ = credit_notes.post(invoice, {1: 1}, orders=order, number="CN-4", on=DAY, reopens=True)
    assert (order.fold.exacts, order.fold.amounts) == ({1: 0}, {1: 0})
    other, bill = invoices.post(an_order(OrderLine(item=Item(number="I-1"), ordered=Decimal(3), price=Decimal(1))), number="INV-9", on=DAY)
    claim = CreditOf(invoice=bill, amounts={1: Decimal("1.00")})
    other, bill, _ = credit_notes.post([claim], orders=other, number="CN-8", on=DAY)
    other, bill, part = credit_notes.post(bill, {1: 1}, orders=other, number="CN-9", on=DAY, reopens=True)
    assert (part.net, other.fold.exacts) == (Decimal("-0.67"), {1: Decimal("1.33")})


def test_two_charges_and_two_slips_are_told_apart() -> None:
    """The second charge by its place, and the line of the second slip by its number on the invoice."""
    post = a_charge(number=7, code="post", amount=Decimal(3), vat=Vat("S", Decimal(9)))
    order, first = deliveries.post(an_order(charges=[FREIGHT, post]), {1: 4}, number="PS-1", on=DAY)
    order, second = deliveries.post(order, {1: 6}, number="PS-2", on=DAY)
    order, invoice = invoices.post(order, slips=[first, second], number="INV-1", on=DAY)
    claim = CreditOf(invoice=invoice, quantities={2: 2}, charges={2: Decimal(1)})
    order, _, note = credit_notes.post([claim], orders=order, number="CN-1", on=DAY, reopens=True)
    assert [(line.slip, line.credited, line.quantity) for line in note.lines] == [("PS-2", 2, -2)]
    assert [(group.vat.rate, group.base, group.amount) for group in note.totals.groups] == [
        (21, Decimal("-36.00"), Decimal("-7.56")),
        (9, -1, Decimal("-0.09")),
    ]
    assert [each.left for each in order.charge_balances] == [0, 1]
    assert (order.fold.uninvoiced("PS-1"), order.fold.uninvoiced("PS-2")) == ((), ((1, 2),))


def test_amounts_that_are_none_are_named() -> None:
    """By line and by charge."""
    order, invoice = invoiced(charges=[FREIGHT])
    wrong: Any = 0.5
    with pytest.raises(TypeError, match="amount of line 1"):
        credit_notes.why_not([CreditOf(invoice=invoice, amounts={1: wrong})], orders=order, on=DAY)
    with pytest.raises(TypeError, match="amount of charge 1"):
        credit_notes.why_not([CreditOf(invoice=invoice, charges={1: wrong})], orders=order, on=DAY)


def test_lines_that_refer_to_nothing_are_numbered_and_due_at_once() -> None:
    """From one, after what refers to an invoice; in words after both."""
    note = credit_notes.unreferenced(ACME, [chai(2), chang(1)], "EUR", number="CN-1", on=DAY).document
    assert [(line.number, line.terms.number) for line in note.lines] == [(1, 1), (2, 2)]
    assert (note.kind, note.due) == (InvoiceKind.CUSTOMER, DAY)
    words = [FreeTextLine(text=each, account="8", net=Decimal(5), vat=STANDARD) for each in ("a", "b")]
    bill = free_text.post(free_text.draft(ACME, words, "EUR", reference="D"), number="FT-1", on=DAY).document
    claims = [CreditOf(invoice=bill)]
    mixed = credit_notes.post(claims, number="CN-2", on=DAY, unreferenced=[chai(1)]).document
    assert ([line.number for line in mixed.lines], [line.number for line in mixed.free_text]) == ([1], [2, 3])
    assert (mixed.kind, mixed.due) == (InvoiceKind.CUSTOMER, bill.due)
    alone = credit_notes.post(claims, number="CN-3", on=DAY).document
    assert (alone.kind, [line.number for line in alone.free_text], [line.price for line in alone.free_text]) == (
        InvoiceKind.FREE_TEXT,
        [1, 2],
        [None, None],
    )


def test_what_many_credits_were_off_by_stands_on_a_rounding_of_its_own() -> None:
    """
    Ten at 0.335 one by one; the five that were 0.34 are credited, so 1.65 is invoiced for an exact 1.675.

    The next invoice shows 0.34 and a rounding of 0.02 beside it; all in all 3.35, to the cent.
    """
    order = an_order(OrderLine(item=Item(number="I-1", name="Nails", vat=STANDARD), ordered=Decimal(10), price=Decimal("0.335")))
    bills = []
    for place in range(10):
        order, bill = invoices.post(order, {1: 1}, number=f"INV-{place}", on=DAY)
        bills.append(bill)
    for bill in bills[::2]:
        assert bill.net == Decimal("0.34")
        order = credit_notes.post(bill, orders=order, number=f"CN-{bill.number}", on=DAY, reopens=True).changed[0]
    assert (order.invoiced_net, order.fold.exacts[1], order.line(1).invoice_remainder) == (Decimal("1.65"), Decimal("1.675"), 5)
    after, bill = invoices.post(order, {1: 1}, number="INV-A", on=DAY)
    [rounding] = bill.charges
    assert (bill.lines[0].net, rounding.charge.code, rounding.charge.amount, rounding.charge.text) == (
        Decimal("0.34"),
        "rounding",
        Decimal("0.02"),
        "Nails",
    )
    assert (bill.total, after.invoiced_net) == (Decimal("0.44"), Decimal("2.01"))
    last, rest = invoices.post(after, number="INV-B", on=DAY)
    assert (rest.net, rest.charges, last.invoiced_net) == (Decimal("1.34"), (), Decimal("3.35"))
    back, _, note = credit_notes.post(bill, orders=after, number="CN-A", on=DAY, reopens=True)
    assert (note.total, back.fold.amounts, back.fold.exacts) == (-bill.total, order.fold.amounts, order.fold.exacts)
    taken = back.postings[-1]
    assert (taken.kind.value, taken.document, taken.source, taken.on, taken.rows, taken.amounts, taken.counts) == (
        "credited",
        "CN-A",
        "INV-A",
        DAY,
        ((1, 0),),
        (Decimal("0.02"),),
        False,
    )
    kept = credit_notes.post(bill, {1: 1}, orders=after, number="CN-A", on=DAY, reopens=True).changed[0]
    assert kept.invoiced_net == order.invoiced_net  # the rounding goes back with its line
    again, final = invoices.post(kept, number="INV-C", on=DAY)
    assert (again.invoiced_net, final.net + sum(each.charge.amount for each in final.charges)) == (Decimal("3.35"), Decimal("1.70"))
    undone = invoices.cancel(after, bill, number="INV-D", on=DAY).changed[0]
    assert undone.invoiced_net == order.invoiced_net


def test_only_the_line_that_strays_has_a_rounding() -> None:
    """Beside it a line that was never credited shows and posts the same."""
    nails = OrderLine(item=Item(number="I-1", name="Nails"), ordered=Decimal(11), price=Decimal("0.335"))
    order, bills = an_order(nails, chai(2)), []
    for place in range(10):
        order, bill = invoices.post(order, {1: 1}, number=f"INV-{place}", on=DAY)
        bills.append(bill)
    for bill in bills[::2]:
        order = credit_notes.post(bill, orders=order, number=f"CN-{bill.number}", on=DAY, reopens=False).changed[0]
    order, both = invoices.post(order, {1: 1, 2: 1}, number="INV-A", on=DAY)
    assert [line.net for line in both.lines] == [Decimal("0.34"), Decimal("18.00")]
    assert [(each.charge.number, each.charge.amount) for each in both.charges] == [(-1, Decimal("0.02"))]
    assert order.invoiced_net == Decimal("1.65") + both.net + Decimal("0.02")


def test_quantities_go_with_one_invoice() -> None:
    """Those of several invoices stand in what is credited of each."""
    invoice = invoices.post(an_order(), number="INV-1", on=DAY).document
    with pytest.raises(ValueError, match="quantities go with one invoice"):
        credit_notes.post([CreditOf(invoice=invoice)], {1: 1}, number="CN-1", on=DAY, reopens=True)
    with pytest.raises(ValueError, match="quantities go with one invoice"):
        credit_notes.why_not([CreditOf(invoice=invoice)], {1: 1}, on=DAY, reopens=True)
