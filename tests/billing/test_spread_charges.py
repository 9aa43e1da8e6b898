"""A discount on the whole order goes along with what is invoiced of it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from salesflow import CreditOf, Order, OrderLine, charges, credit_notes, deliveries, invoices, orders
from salesflow.testing.strategies import order_lines
from tests.builders import DAY, a_charge, an_order, chai

TENTH = charges.discount(18, number=1)
FREIGHT = a_charge(number=2, code="freight", amount=Decimal("12.50"))


def test_a_discount_on_the_order_is_taken_in_proportion() -> None:
    """180.00 less 18.00: four of ten take 7.20 of it, and the freight goes whole with the first invoice."""
    order = an_order(chai(10), charges=(TENTH, FREIGHT))
    assert (order.totals.charges, order.open_totals.charges) == (Decimal("-5.50"), Decimal("-5.50"))
    order, first = invoices.post(order, {1: 4}, number="INV-1", on=DAY)
    assert sorted(each.charge.amount for each in first.charges) == [Decimal("-7.20"), Decimal("12.50")]
    assert order.charge(1).left == Decimal("-10.80")
    order, second = invoices.post(order, number="INV-2", on=DAY)
    assert [each.charge.amount for each in second.charges] == [Decimal("-10.80")]
    assert (order.charge(1).left, order.charge(1).amount) == (0, -18)


def test_what_is_never_invoiced_takes_no_part_of_it() -> None:
    """Five of ten are cancelled: half of the discount is given, and nothing of it is left."""
    order = an_order(chai(10), charges=(TENTH,))
    order = orders.short_close(order, {1: 5}, on=DAY).document
    assert order.charge(1).left == Decimal("-9.00")
    order, invoice = invoices.post(order, number="INV-1", on=DAY)
    assert invoice.totals.charges == Decimal("-9.00")
    assert order.charge(1).left == 0


def test_several_slips_on_one_invoice_take_it_once() -> None:
    """Charges are taken once, whatever the number of slips on the invoice."""
    order = an_order(chai(10), charges=(TENTH, FREIGHT))
    order, one = deliveries.post(order, {1: 3}, number="PS-1", on=DAY)
    order, other = deliveries.post(order, {1: 7}, number="PS-2", on=DAY)
    order, invoice = invoices.post(order, slips=[one, other], number="INV-1", on=DAY)
    assert sorted(each.charge.amount for each in invoice.charges) == [Decimal("-18.00"), Decimal("12.50")]


def test_credited_and_invoiced_again_it_comes_to_the_same() -> None:
    """Everything is credited, reopened and invoiced again: the discount is given once."""
    order = an_order(chai(10), charges=(TENTH,))
    order, invoice = invoices.post(order, number="INV-1", on=DAY)
    done = credit_notes.post([CreditOf(invoice=invoice)], orders=[order], number="CN-1", on=DAY, reopens=True)
    assert done.document.total == -invoice.total
    order = next(each for each in done.changed if isinstance(each, Order))
    assert order.charge(1).left == Decimal("-18.00")
    again = invoices.post(order, number="INV-2", on=DAY).document
    assert again.total == invoice.total


@given(line=order_lines(), share=st.integers(1, 99), cuts=st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_the_shares_of_all_invoices_are_the_charge(line: OrderLine, share: int, cuts: list[int]) -> None:
    """However the order is invoiced, the parts of a discount on it come to the discount."""
    net = line.amount(line.ordered, Decimal("0.01"))
    amount = (net * share / 100).quantize(Decimal("0.01"))
    order = an_order(line, charges=[charges.discount(amount)] if amount else [])
    taken = []
    whole, left = sum(cuts) + 1, line.ordered
    for place, cut in enumerate(cuts):
        part = (line.ordered * cut / whole).quantize(Decimal("0.001"))
        if part and abs(part) < abs(left):
            order, invoice = invoices.post(order, {1: part}, number=f"INV-{place}", on=DAY)
            taken.append(invoice.totals.charges)
            left -= part
    last = invoices.post(order, number="INV-L", on=DAY).document
    assert sum(taken, last.totals.charges) == -amount


def test_a_comment_goes_along() -> None:
    """What the customer added stands on the confirmation, the picking list, the packing slip and the invoice, each once [QTE-13]."""
    order = an_order(chai(2), comment="Ring twice")
    confirmation = orders.confirm(order, on=DAY).document
    order, picking = deliveries.pick(order, number="PL-1", on=DAY)
    order, slip = deliveries.post(order, picking=picking, number="PS-1", on=DAY)
    invoice = invoices.post([order], slips=[slip], number="INV-1", on=DAY).document
    assert (confirmation.comment, picking.comment, slip.comments, invoice.comments) == (
        "Ring twice",
        "Ring twice",
        ("Ring twice",),
        ("Ring twice",),
    )
    assert invoices.post(an_order(), number="INV-2", on=DAY).document.comments == ()
