"""Returns: what comes back, what that does to the orders it came from, and what the customer gets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Claim,
    Commitment,
    CommitmentKind,
    CreditOf,
    Disposition,
    Invoice,
    Order,
    OrderStatus,
    Period,
    RefusedError,
    Return,
    agreements,
    credit_notes,
    deliveries,
    invoices,
    item_transactions,
    orders,
    return_credits,
    return_receipts,
    returns,
)
from salesflow.model.goods_return import EFFECTS, CostBasis, Origin, ReturnLine, ReturnLineStatus, ReturnStatus
from salesflow.process.commitments import fulfilment
from salesflow.process.history import replay
from tests.builders import ACME, CHAI, DAY, JANE, LATER, an_order, chai, chang, codes

D = Decimal
CREDITING = [each for each in Disposition if EFFECTS[each].credited and EFFECTS[each].comes_back]


def sold(quantity: int = 10, *, slips: int = 1, invoice: bool = True) -> tuple[Order, Any]:
    """Chai that was delivered by some slips and, all at once or not at all, invoiced."""
    order = an_order(chai(quantity))
    posted = []
    for place in range(slips):
        part = quantity // slips if place < slips - 1 else None
        order, slip = deliveries.post(order, {1: part} if part else None, number=f"PS-{place + 1}", on=DAY)
        posted.append(slip)
    if not invoice:
        return order, None
    order, bill = invoices.post(order, slips=posted, number="INV-1", on=DAY)
    return order, bill


def announced(order: Order, bill: Invoice | None, quantity: int = 3, **terms: Any) -> tuple[Return, Order]:
    """A return of so many."""
    claim = Claim(order=order, quantities={1: quantity}, **({"invoices": (bill,) if bill else ()} | terms))
    rma, returned = returns.create([claim], number="RMA-1", order="SO-R", customer=ACME, on=LATER, reason="dented")
    return rma, returned


def received(order: Order, rma: Return, returned: Order, quantity: int | None = None) -> tuple[Order, Order, Return]:
    """Register and receive; return the returned order, the order the goods came from, and the return."""
    wanted = None if quantity is None else {1: quantity}
    rma = returns.register(rma, wanted, on=LATER).document
    returned, order, rma, _ = return_receipts.receive(rma, returned, [order], number=f"PS-R{len(rma.movements)}", on=LATER)
    return returned, order, rma


@pytest.mark.parametrize("disposition", Disposition)
def test_what_a_disposition_does(disposition: Disposition) -> None:
    """The table of six, row by row: stock, scrap, replacement, credit [RET-5]."""
    expected = {
        "credit": (True, True, False, False, True),
        "credit-only": (False, False, False, False, True),
        "scrap": (True, False, True, False, True),
        "replace-and-credit": (True, True, False, True, True),
        "replace-and-scrap": (True, False, True, True, True),
        "return-to-customer": (True, False, False, False, False),
    }
    effect = EFFECTS[disposition]
    assert (effect.comes_back, effect.to_stock, effect.scrapped, effect.replaced, effect.credited) == expected[disposition.value]


def test_a_return_has_its_number_and_its_order_from_the_beginning() -> None:
    """The RMA number is on the returned order when it is placed, with quantities below zero and the price of the sale."""
    order, bill = sold()
    rma, returned = announced(order, bill)
    assert (rma.status, rma.line_status(1), returned.rma) == (ReturnStatus.CREATED, ReturnLineStatus.EXPECTED, "RMA-1")
    assert (returned.type.value, returned.lines[0].ordered, returned.lines[0].price) == ("returned-order", D(-3), D("18.00"))
    assert returned.status is OrderStatus.OPEN


@pytest.mark.parametrize("disposition", CREDITING)
def test_the_whole_way_of_a_credited_return(disposition: Disposition) -> None:
    """Expected, registered, received, credited; the order keeps what was not returned and ends invoiced."""
    order, bill = sold()
    rma, returned = announced(order, bill, disposition=disposition, costs={1: D("7.00")})
    rma = returns.register(rma, on=LATER).document
    assert (rma.line_status(1), rma.status) == (ReturnLineStatus.REGISTERED, ReturnStatus.OPEN)
    returned, order, rma, slip = return_receipts.receive(rma, returned, [order], number="PS-R", on=LATER)
    assert (rma.line_status(1), slip.quantity, returned.status) == (ReturnLineStatus.RECEIVED, D(-3), OrderStatus.DELIVERED)
    line = order.line(1)
    assert (line.delivered, line.invoice_remainder, line.deliver_remainder) == (D(7), D(-3), D(0))
    assert rma.cost == D("21.00")
    returned, order, bill, rma, note = return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=LATER)
    assert (rma.status, rma.line_status(1)) == (ReturnStatus.CLOSED, ReturnLineStatus.CREDITED)
    assert (note.net, note.total) == (D("-54.00"), D("-65.34"))
    assert (order.status, returned.status) == (OrderStatus.INVOICED, OrderStatus.INVOICED)
    assert (order.line(1).invoiced, returned.line(1).invoiced) == (D(7), D(-3))
    assert returned.invoiced_net == D("-54.00")
    assert bill.creditable[1].quantity == D(7)


def test_the_cost_of_a_return() -> None:
    """Five at seven is thirty-five; without a cost it is not known [RET-6]."""
    order, bill = sold()
    rma, returned = announced(order, bill, 5, costs={1: D("7.00")}, cost_basis=CostBasis.ENTERED)
    assert received(order, rma, returned)[2].cost == D("35.00")
    rma, returned = announced(order, bill, 5)
    assert received(order, rma, returned)[2].cost is None


def test_a_credit_note_among_the_invoices_has_nothing_to_credit() -> None:
    """Who gives every bill of an order gives its credit notes too; what comes back is credited on the invoice."""
    order, bill = sold()
    order, bill, note = credit_notes.post(bill, {1: 2}, orders=order, number="CN-0", on=DAY, reopens=False)
    claim = Claim(order=order, quantities={1: 3}, invoices=(note, bill))
    rma = returns.create([claim], number="RMA-1", order="SO-R1", customer=ACME, on=LATER).document
    assert [line.origin for line in rma.lines] == [Origin("SO-1", 1, bill.number, 1)]


def test_a_return_in_parts() -> None:
    """Only what was received moves; the rest stays on order [RET-7]."""
    order, bill = sold()
    rma, returned = announced(order, bill, disposition=Disposition.CREDIT)
    returned, order, rma = received(order, rma, returned, 1)
    assert (rma.expected(1), rma.line_status(1), returned.line(1).deliver_remainder) == (D(2), ReturnLineStatus.EXPECTED, D(-2))
    returned, order, bill, rma, note = return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=LATER)
    assert (note.net, rma.status) == (D("-18.00"), ReturnStatus.OPEN)
    closed = returns.close(rma, returned, on=LATER)
    returned, rma = closed.changed
    assert (rma.status, returned.status, rma.line_status(1)) == (ReturnStatus.CLOSED, OrderStatus.INVOICED, ReturnLineStatus.CREDITED)


def test_a_return_that_is_not_counted_leaves_the_order_as_it_is() -> None:
    """Delivered stays, so does what was invoiced; the money goes back all the same [P3, P4]."""
    order, bill = sold()
    rma, returned = announced(order, bill, counts=False, disposition=Disposition.CREDIT)
    returned, order, rma = received(order, rma, returned)
    assert (order.line(1).delivered, order.status, returns.returnable(order, 1)) == (D(10), OrderStatus.INVOICED, D(7))
    order, bill = (each for each in return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=LATER).changed[1:3])
    assert (order.line(1).invoiced, order.status) == (D(10), OrderStatus.INVOICED)
    assert bill.balance == bill.total - D("65.34")


def test_what_is_to_be_delivered_again_reopens_the_order() -> None:
    """Deliver, return, deliver again: every quantity is right in between, and both are invoiced once."""
    order, bill = sold()
    rma, returned = announced(order, bill, redeliver=True, disposition=Disposition.CREDIT)
    returned, order, rma = received(order, rma, returned)
    assert (order.status, order.line(1).deliver_remainder, order.line(1).invoice_remainder) == (OrderStatus.OPEN, D(3), D(0))
    _, order, _, rma, _ = return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=LATER)
    assert order.line(1).invoice_remainder == D(3)
    order, slip = deliveries.post(order, number="PS-2", on=LATER)
    order, again = invoices.post(order, slips=[slip], number="INV-2", on=LATER)
    assert (order.status, again.net, order.line(1).delivered) == (OrderStatus.INVOICED, D("54.00"), D(10))


def test_credit_only_moves_no_goods() -> None:
    """Nothing comes in, nothing is taken off what was delivered; the customer has the money [RET-5]."""
    order, bill = sold()
    rma, returned = announced(order, bill, disposition=Disposition.CREDIT_ONLY)
    with pytest.raises(RefusedError) as refused:
        returns.register(rma, {1: 3}, on=LATER)
    assert codes(refused) == ("return.no-goods",)
    returned, order, bill, rma, note = return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=LATER)
    assert (note.net, rma.status, returned.status) == (D("-54.00"), ReturnStatus.CLOSED, OrderStatus.INVOICED)
    assert (order.line(1).delivered, order.line(1).invoiced) == (D(10), D(10))
    assert not item_transactions(returned)


def test_goods_that_were_not_invoiced_only_come_off_what_is_to_be_invoiced() -> None:
    """Ten delivered, three back: an invoice of the slip takes seven, and there is nothing to credit."""
    order, _ = sold(invoice=False)
    rma, returned = announced(order, None, disposition=Disposition.CREDIT)
    returned, order, rma = received(order, rma, returned)
    assert (rma.status, rma.line_status(1), returned.status) == (ReturnStatus.CLOSED, ReturnLineStatus.RECEIVED, OrderStatus.INVOICED)
    assert order.fold.uninvoiced("PS-1") == ((1, D(7)),)
    order, bill = invoices.post(order, number="INV-1", on=LATER)
    assert (bill.net, order.status) == (D("126.00"), OrderStatus.INVOICED)


def test_goods_of_unknown_origin_are_credited_at_the_price_given() -> None:
    """They touch no order but their own."""
    rma, returned = returns.create(
        [], number="RMA-1", order="SO-R", customer=ACME, on=DAY, currency="EUR", unreferenced=[chai(2, price=D("17.50"))]
    )
    rma = returns.register(rma, on=DAY, disposition=Disposition.SCRAP).document
    returned, rma, _ = return_receipts.receive(rma, returned, number="PS-R", on=DAY)
    returned, rma, note = return_credits.credit(rma, returned, number="CN-1", on=DAY)
    assert (note.net, rma.status, returned.status) == (D("-35.00"), ReturnStatus.CLOSED, OrderStatus.INVOICED)
    with pytest.raises(RefusedError) as refused:
        returns.create([], number="RMA-1", order="SO-R", customer=ACME, on=DAY, currency="EUR", unreferenced=[chai(-2)])
    assert codes(refused) == ("return.quantity",)


def test_known_and_unknown_goods_go_on_one_credit_note() -> None:
    """Each with its own amount on the returned order."""
    order, bill = sold()
    claim = Claim(order=order, quantities={1: 1}, invoices=(bill,), disposition=Disposition.CREDIT)
    rma, returned = returns.create([claim], number="RMA-1", order="SO-R", customer=ACME, on=DAY, unreferenced=[chang(1, price=D("5.00"))])
    rma = returns.dispose(rma, 2, Disposition.SCRAP, on=DAY).document
    rma = returns.register(rma, on=DAY).document
    returned, order, rma, _ = return_receipts.receive(rma, returned, [order], number="PS-R", on=DAY)
    returned, *_, note = return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=DAY)
    assert note.net == D("-23.00")
    assert dict(returned.fold.amounts) == {1: D("-18.00"), 2: D("-5.00")}


def test_quarantine_ends_with_a_decision() -> None:
    """While it lies there nobody else decides; part of it may be released [RET-4]."""
    order, bill = sold()
    rma, _ = announced(order, bill)
    rma = returns.quarantine(rma, {1: 2}, on=LATER).document
    assert (rma.line_status(1), rma.in_quarantine(1), rma.expected(1)) == (ReturnLineStatus.QUARANTINE, D(2), D(1))
    with pytest.raises(RefusedError) as refused:
        returns.dispose(rma, 1, Disposition.SCRAP, on=LATER)
    assert codes(refused) == ("return.in-quarantine",)
    rma = returns.release(rma, {1: 1}, disposition=Disposition.SCRAP, on=LATER).document
    assert (rma.registered(1), rma.in_quarantine(1), rma.line(1).disposition) == (D(1), D(1), Disposition.SCRAP)


def test_goods_go_back_to_the_customer() -> None:
    """The return of a return is a delivery: everything is as before it [I4]."""
    for terms in ({}, {"redeliver": True}, {"counts": False}):
        order, bill = sold()
        before = (order.line(1).delivered, order.line(1).invoiced, order.status, order.fold.uninvoiced("PS-1"))
        rma, returned = announced(order, bill, disposition=Disposition.RETURN_TO_CUSTOMER, **terms)
        returned, order, rma = received(order, rma, returned)
        assert (rma.to_credit(1), rma.to_send_back(1), rma.status) == (D(0), D(3), ReturnStatus.OPEN)
        sent = return_receipts.send_back(rma, returned, [order], number="PS-B", on=LATER)
        returned, order, rma = sent.changed
        assert (order.line(1).delivered, order.line(1).invoiced, order.status, order.fold.uninvoiced("PS-1")) == before
        assert (rma.status, returned.status, rma.line_status(1)) == (ReturnStatus.CLOSED, OrderStatus.CANCELLED, ReturnLineStatus.CANCELLED)
        assert returns.returnable(order, 1) == D(10)


def test_goods_that_were_never_invoiced_go_back_too() -> None:
    """And goods of unknown origin: nothing is left of either on the returned order."""
    order, _ = sold(invoice=False)
    rma, returned = announced(order, None, disposition=Disposition.RETURN_TO_CUSTOMER)
    returned, order, rma = received(order, rma, returned)
    returned, order, rma = return_receipts.send_back(rma, returned, [order], {1: 2}, number="PS-B", on=LATER).changed
    assert (order.fold.uninvoiced("PS-1"), rma.to_send_back(1)) == (((1, D(9)),), D(1))
    returned, order, rma = return_receipts.send_back(rma, returned, [order], number="PS-C", on=LATER).changed
    assert (order.fold.uninvoiced("PS-1"), returned.status) == (((1, D(10)),), OrderStatus.CANCELLED)
    rma, returned = returns.create([], number="RMA-2", order="SO-Q", customer=ACME, on=DAY, currency="EUR", unreferenced=[chai(2)])
    rma = returns.register(rma, on=DAY, disposition=Disposition.RETURN_TO_CUSTOMER).document
    returned, rma, _ = return_receipts.receive(rma, returned, number="PS-R", on=DAY)
    returned, rma = return_receipts.send_back(rma, returned, number="PS-D", on=DAY).changed
    assert (rma.status, returned.status) == (ReturnStatus.CLOSED, OrderStatus.CANCELLED)


def test_slips_are_given_back_in_order() -> None:
    """Goods that were not invoiced are of the slips with something uninvoiced; those of an invoice of the slips it followed."""
    order = an_order(chai(10))
    order, first = deliveries.post(order, {1: 4}, number="PS-1", on=DAY)
    order, bill = invoices.post(order, slips=[first], number="INV-1", on=DAY)
    order, _ = deliveries.post(order, {1: 6}, number="PS-2", on=DAY)
    claim = Claim(order=order, quantities={1: 6}, invoices=(bill,), disposition=Disposition.CREDIT)
    rma, returned = returns.create([claim], number="RMA-1", order="SO-R", customer=ACME, on=DAY)
    assert [(line.quantity, line.origin) for line in rma.lines] == [
        (D(4), Origin("SO-1", 1, "INV-1", 1)),
        (D(2), Origin("SO-1", 1)),
    ]
    rma = returns.register(rma, on=DAY).document
    returned, order, rma, _ = return_receipts.receive(rma, returned, [order], number="PS-R", on=DAY)
    assert order.fold.uninvoiced("PS-2") == ((1, D(4)),)
    assert order.line(1).delivered == D(4)
    _, order, *_ = return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=DAY)
    assert (order.line(1).invoiced, order.line(1).invoice_remainder) == (D(0), D(4))


def test_an_invoice_by_order_is_credited_over_the_oldest_slips() -> None:
    """It names no slip, so what comes back is taken off the oldest."""
    order, _ = sold(10, slips=2, invoice=False)
    order, bill = invoices.post(order, number="INV-1", on=DAY)
    rma, returned = announced(order, bill, 6, disposition=Disposition.CREDIT)
    returned, order, rma = received(order, rma, returned)
    back = [(posting.slip, posting.rows[0][1]) for posting in order.postings if posting.kind == "returned"]
    assert back == [("PS-1", D(5)), ("PS-2", D(1))]
    _, order, *_ = return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=LATER)
    assert (order.status, order.line(1).invoiced) == (OrderStatus.INVOICED, D(4))


def test_stock_moves_once() -> None:
    """What went out stays on its order, what came in is on the returned order; together they are what the customer has."""
    order, bill = sold()
    rma, returned = announced(order, bill, disposition=Disposition.CREDIT)
    returned, order, rma = received(order, rma, returned)
    returned, order, *_ = return_credits.credit(rma, returned, [order], [bill], number="CN-1", on=LATER)
    moved = [
        (each.order, each.quantity, each.status.value, each.invoice) for each in item_transactions(order) + item_transactions(returned)
    ]
    assert moved == [("SO-1", D(10), "sold", "INV-1"), ("SO-R", D(-3), "sold", "CN-1")]


def test_two_returns_never_take_more_than_was_delivered() -> None:
    """Announced together they may not; announced apart the second finds nothing when it comes in."""
    order, bill = sold()
    first, first_order = announced(order, bill, 6)
    claim = Claim(order=order, quantities={1: 6}, invoices=(bill,))
    with pytest.raises(RefusedError) as refused:
        returns.create([claim], number="RMA-2", order="SO-Q", customer=ACME, on=LATER, others=[first])
    assert codes(refused) == ("return.over-delivered",)
    gone = returns.cancel(first, first_order, on=LATER).changed[1]
    assert returns.create([claim], number="RMA-2", order="SO-Q", customer=ACME, on=LATER, others=[gone]).document
    second, second_order = returns.create([claim], number="RMA-2", order="SO-Q", customer=ACME, on=LATER)
    _, order, _ = received(order, first, first_order)
    with pytest.raises(RefusedError) as refused:
        received(order, second, second_order)
    assert codes(refused) == ("return.over-delivered",)


def test_cancelling_is_for_returns_of_which_nothing_has_arrived() -> None:
    """Both documents end; afterwards it is too late [RET-3]."""
    order, bill = sold()
    rma, returned = announced(order, bill)
    returned, after = returns.cancel(rma, returned, on=LATER).changed
    assert (after.status, returned.status, after.line_status(1)) == (
        ReturnStatus.CANCELLED,
        OrderStatus.CANCELLED,
        ReturnLineStatus.CANCELLED,
    )
    with pytest.raises(RefusedError) as refused:
        returns.cancel(returns.register(rma, {1: 1}, on=LATER).document, announced(order, bill)[1], on=LATER)
    assert codes(refused) == ("wrong-status",)
    whole = returns.close(rma, announced(order, bill)[1], on=LATER).changed
    assert (whole[1].status, whole[1].line_status(1), whole[0].status) == (
        ReturnStatus.CLOSED,
        ReturnLineStatus.CANCELLED,
        OrderStatus.CANCELLED,
    )


def test_lines_are_added_until_something_was_received() -> None:
    """The new line has the next number, on both documents [RET-3]."""
    order, bill = sold()
    rma, returned = announced(order, bill)
    claim = Claim(order=order, quantities={1: 2}, invoices=(bill,))
    returned, rma = returns.add(rma, returned, [claim], customer=ACME, on=LATER).changed
    assert [(line.number, line.quantity) for line in rma.lines] == [(1, D(3)), (2, D(2))]
    assert [line.ordered for line in returned.lines] == [D(-3), D(-2)]
    rma = returns.register(rma, {1: 1}, on=LATER).document
    returned, rma = returns.add(rma, returned, [claim], customer=ACME, on=LATER).changed
    assert len(rma.lines) == len(returned.lines) == 3


def test_replacing_up_front_and_afterwards() -> None:
    """A sales order of its own, at the price of the return [RET-8]."""
    order, bill = sold()
    rma, returned = announced(order, bill)
    rma, new = return_credits.replace(rma, returned, {1: 2}, number="SO-N", customer=ACME, on=LATER)
    assert (new.lines[0].ordered, new.lines[0].price, new.reference, rma.status) == (D(2), D("18.00"), "RMA-1", ReturnStatus.CREATED)
    rma = returns.register(rma, on=LATER, disposition=Disposition.REPLACE_AND_SCRAP).document
    assert rma.to_replace(1) == D(1)
    rma, rest = return_credits.replace(rma, returned, number="SO-M", customer=ACME, on=LATER)
    assert (rest.lines[0].ordered, rma.to_replace(1)) == (D(1), D(0))
    with pytest.raises(RefusedError) as refused:
        return_credits.replace(rma, returned, {1: 1}, number="SO-L", customer=ACME, on=LATER)
    assert codes(refused) == ("return.not-replaced",)


def agreed(quantity: int | None = 12, **terms: Any) -> Any:
    """An agreement on chai that is effective."""
    given: dict[str, Any] = {
        "kind": CommitmentKind.PRODUCT_QUANTITY,
        "item": CHAI.item,
        "quantity": D(quantity) if quantity else None,
        "max_enforced": True,
    } | terms
    made = agreements.draw_up(
        number="AG-1",
        customer=ACME,
        currency="EUR",
        classification="tea",
        period=Period(DAY, date(2026, 12, 31)),
        commitments=[Commitment(**given)],
        on=DAY,
    ).document
    return agreements.make_effective(made, on=DAY).document


def under(agreement: Any, counts: bool) -> tuple[Any, ...]:
    """Ten sold under an agreement, three of them returned and received."""
    line = evolve(chai(10), link=agreement.link(1))
    order = orders.place(
        number="SO-1", customer=ACME, currency="EUR", lines=[line], on=DAY, agreements=[fulfilment(agreement, [])]
    ).document
    order, slip = deliveries.post(order, number="PS-1", on=DAY)
    order, bill = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    claim = Claim(order=order, quantities={1: 3}, invoices=(bill,), counts=counts, disposition=Disposition.REPLACE_AND_CREDIT)
    rma, returned = returns.create(
        [claim], number="RMA-1", order="SO-R", customer=ACME, on=LATER, agreements=[fulfilment(agreement, [order])]
    )
    assert fulfilment(agreement, [order, returned])[1].remaining == D(2)
    returned, order, rma = received(order, rma, returned)
    return order, returned, rma


@pytest.mark.parametrize("counts", [True, False])
def test_a_return_gives_back_to_the_agreement_when_it_is_received(counts: bool) -> None:
    """By the order itself where that counts it, by the returned order otherwise; never by both [AGR-14]."""
    agreement = agreed()
    order, returned, _ = under(agreement, counts)
    balance = fulfilment(agreement, [order, returned])[1]
    assert balance.remaining == D(5)
    assert balance.committed == balance.remaining + balance.released + balance.delivered_not_invoiced + balance.invoiced


def test_a_replacement_takes_the_agreement_while_it_can() -> None:
    """Not once it has expired, is on hold, is used up, or fixes another price [AGR-16]."""
    agreement = agreed()
    order, returned, rma = under(agreement, counts=True)
    given = [fulfilment(agreement, [order, returned])]

    def link(shown: Any, on: date = LATER) -> Any:
        return return_credits.replace(rma, returned, number="SO-N", customer=ACME, on=on, agreements=shown).document.lines[0].link

    assert link(given) == agreement.link(1)
    assert link(given, date(2027, 1, 1)) is None
    assert link([fulfilment(agreements.put_on_hold(agreement, on=LATER).document, [order, returned])]) is None
    assert link([fulfilment(agreed(7), [order, returned])]) is None
    assert link([fulfilment(agreed(8), [order, returned])]) is None
    assert link([fulfilment(agreed(price=D(1), fixed=True), [order, returned])]) is None
    amount: dict[str, Any] = {"kind": CommitmentKind.VALUE, "item": None, "quantity": None, "amount": D(500)}
    assert link([fulfilment(agreed(**amount), [])]) == agreement.link(1)


def test_every_order_concerned_is_given() -> None:
    """A step that posts to an order refuses without it."""
    order, bill = sold()
    rma, returned = announced(order, bill)
    rma = returns.register(rma, on=LATER).document
    with pytest.raises(RefusedError) as refused:
        return_receipts.receive(rma, returned, number="PS-R", on=LATER)
    assert [refusal.fact("needed") for refusal in refused.value.refusals] == ["SO-1"]
    with pytest.raises(RefusedError) as refused:
        return_receipts.receive(rma, order, [order], number="PS-R", on=LATER)
    assert codes(refused) == ("return.another-order",)


def test_one_line_that_is_wrong_names_what_is_wrong() -> None:
    """Unknown lines, nothing, quantities that are not there, and a claim of a line the order lacks."""
    order, bill = sold()
    rma, _ = announced(order, bill)
    for quantities, code in (
        ({}, "return.empty"),
        ({2: 1}, "return.unknown-line"),
        ({1: 0}, "return.quantity"),
        ({1: 4}, "return.not-there"),
    ):
        with pytest.raises(RefusedError) as refused:
            returns.register(rma, quantities, on=LATER)
        assert codes(refused) == (code,)
    with pytest.raises(RefusedError) as refused:
        returns.dispose(rma, 2, Disposition.SCRAP, on=LATER)
    assert codes(refused) == ("return.unknown-line",)
    with pytest.raises(RefusedError) as refused:
        returns.create([], number="RMA-1", order="SO-R", customer=ACME, on=DAY, currency="EUR")
    assert codes(refused) == ("return.empty",)
    with pytest.raises(RefusedError) as refused:
        announced(order, bill, 0)
    assert codes(refused) == ("return.quantity",)
    with pytest.raises(LookupError, match="has no line 9"):
        rma.line(9)
    with pytest.raises(ValueError, match="above zero"):
        ReturnLine(number=1, item=CHAI.item, quantity=D(0))


def test_a_line_that_goes_back_or_was_never_invoiced_is_not_credited() -> None:
    """Beside one that is; the reason is named."""
    order = an_order(chai(2), chang(2))
    order, slip = deliveries.post(order, number="PS-1", on=DAY)
    order, bill = invoices.post(order, {1: 2}, number="INV-1", on=DAY)
    claim = Claim(order=order, quantities={1: 1, 2: 1}, invoices=(bill,), disposition=Disposition.CREDIT)
    rma, returned = returns.create([claim], number="RMA-1", order="SO-R", customer=ACME, on=DAY)
    rma = returns.register(rma, on=DAY).document
    returned, order, rma, _ = return_receipts.receive(rma, returned, [order], number="PS-R", on=DAY)
    with pytest.raises(RefusedError) as refused:
        return_credits.credit(rma, returned, [order], [bill], {1: 1, 2: 1}, number="CN-1", on=DAY)
    assert [refusal.fact("why") for refusal in refused.value.refusals] == ["it was never invoiced"]
    assert slip.number == "PS-1"


@given(back=st.lists(st.integers(1, 4), max_size=5), redeliver=st.booleans(), again=st.booleans())
def test_any_course_of_returns_keeps_the_identities(back: list[int], redeliver: bool, again: bool) -> None:
    """
    Returned never exceeds delivered, credited never exceeds invoiced, and history replays to what is.

    With everything credited the order is invoiced for exactly what the customer kept.
    """
    order, bill = sold()
    kept, credited = D(10), D(0)
    for place, quantity in enumerate(back):
        claim = Claim(order=order, quantities={1: quantity}, invoices=(bill,), redeliver=redeliver, disposition=Disposition.CREDIT)
        covered = bill.creditable[1].quantity + max(D(0), order.line(1).delivered_not_invoiced)
        if quantity > min(covered, order.line(1).delivered):
            with pytest.raises(RefusedError):
                returns.create([claim], number=f"R-{place}", order=f"RO-{place}", customer=ACME, on=DAY)
            continue
        made = returns.create([claim], number=f"R-{place}", order=f"RO-{place}", customer=ACME, on=DAY)
        rma, returned = made
        events = [*made.events]
        step: Any = returns.register(rma, on=DAY)
        events += step.events
        step = return_receipts.receive(step.document, returned, [order], number=f"PR-{place}", on=DAY)
        events += step.events
        returned, order, rma, _ = step
        if any(rma.to_credit(line.number) for line in rma.lines):
            step = return_credits.credit(rma, returned, [order], [bill], number=f"CN-{place}", on=DAY)
            events += step.events
            returned, order, bill, rma, note = step
            credited += note.net
        assert replay(Return, events) == rma
        kept -= quantity
        if again and redeliver:
            order, _ = deliveries.post(order, number=f"AG-{place}", on=DAY)
            kept += quantity
        assert order.line(1).delivered == kept
    assert order.line(1).invoiced == D(10) - sum((posting.rows[0][1] for posting in order.postings if posting.kind == "credited"), D(0))
    assert order.line(1).invoice_remainder >= 0
    assert D(0) <= -credited <= bill.net
    assert order.invoiced_net == bill.net + credited


def test_a_customer_of_another_order_is_refused() -> None:
    """So is another currency."""
    order, bill = sold()
    claim = Claim(order=order, quantities={1: 1}, invoices=(bill,))
    for terms in ({"customer": JANE}, {"currency": "USD"}):
        with pytest.raises(RefusedError) as refused:
            returns.create([claim], **({"number": "R-1", "order": "RO-1", "customer": ACME, "on": DAY} | terms))  # type: ignore[arg-type]
        assert codes(refused) == ("return.another-customer",)


def test_lines_of_a_credit_may_stay_closed() -> None:
    """One line of a credit note is to be invoiced again, the other not."""
    order = an_order(chai(2), chang(2))
    order, bill = invoices.post(order, number="INV-1", on=DAY)
    claim = CreditOf(invoice=bill, quantities={1: 1, 2: 1}, closed=(2,))
    order, *_ = credit_notes.post([claim], orders=order, number="CN-1", on=DAY, reopens=True)
    assert (order.line(1).invoiced, order.line(2).invoiced) == (D(1), D(2))


def test_sending_back_part_of_two_lines_over_two_slips() -> None:
    """Line by line, the oldest slips first; other returns of the order, and their lines, are left alone."""
    order = an_order(chai(4), chang(4))
    order, first = deliveries.post(order, {1: 2, 2: 2}, number="PS-1", on=DAY)
    order, second = deliveries.post(order, {1: 2, 2: 2}, number="PS-2", on=DAY)
    order, bill = invoices.post(order, number="INV-1", on=DAY)
    claim = Claim(order=order, quantities={1: 4, 2: 3}, invoices=(bill,), disposition=Disposition.RETURN_TO_CUSTOMER)
    rma, returned = returns.create([claim], number="RMA-1", order="SO-R", customer=ACME, on=DAY)
    rma = returns.register(rma, on=DAY).document
    for place, quantities in enumerate(({1: 3, 2: 1}, {1: 1, 2: 2})):
        returned, order, rma, _ = return_receipts.receive(rma, returned, [order], quantities, number=f"PS-R{place}", on=DAY)
    for place, quantities in enumerate(({1: 2, 2: 1}, {1: 1}, {1: 1, 2: 2})):
        returned, order, rma = return_receipts.send_back(rma, returned, [order], quantities, number=f"PS-B{place}", on=DAY).changed
    assert [(balance.delivered, balance.invoiced) for balance in order.balances] == [(D(4), D(4)), (D(4), D(4))]
    assert (order.status, returned.status) == (OrderStatus.INVOICED, OrderStatus.CANCELLED)
    assert (order.fold.uninvoiced("PS-1"), order.fold.uninvoiced("PS-2")) == ((), ())
    other = Claim(order=order, quantities={2: 4}, invoices=(bill,))
    line_two = Claim(order=order, quantities={1: 4}, invoices=(bill,))
    third, _ = returns.create([line_two], number="RMA-2", order="SO-Q", customer=ACME, on=DAY)
    assert returns.create([other], number="RMA-3", order="SO-P", customer=ACME, on=DAY, others=[third]).document
    assert first.number != second.number
