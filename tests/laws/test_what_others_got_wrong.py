"""
Faults that users reported of other systems, each as a case of ours.

The names are those of the public reports: project, then number.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from salesflow import (
    ConflictError,
    CreditOf,
    DuplicateError,
    Invoice,
    Item,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    RefusedError,
    Vat,
    changes,
    credit_limits,
    credit_notes,
    deliveries,
    deposits,
    invoices,
    memory,
    orders,
    payments,
)
from salesflow.model.credit import CreditLimit, LimitType
from salesflow.model.terms import Instalment, PaymentTerms
from tests.builders import ACME, DAY, STANDARD, a_charge, an_order, chai, codes

LOW = Vat("S", Decimal(9))


def priced(price: str, quantity: int | str = 1, vat: Vat = STANDARD, discount: str = "0") -> OrderLine:
    """A line at a price."""
    return OrderLine(item=Item(number="I-1", vat=vat), ordered=Decimal(quantity), price=Decimal(price), discount=Decimal(discount))


def invoiced(*lines: OrderLine, **terms: Any) -> tuple[Order, Invoice]:
    """An order delivered and invoiced by its slip."""
    order, slip = deliveries.post(an_order(*lines, **terms), number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    return order, invoice


# ---------------------------------------------------------------------- totals that add up


@pytest.mark.parametrize(
    "lines",
    [[("90", LOW), ("55", STANDARD)], [("1231", STANDARD), ("0.05", LOW)], [("71.06", LOW), ("0.05", STANDARD), ("-0.01", STANDARD)]],
)
def test_erpnext_38137_and_43143_every_part_shown_comes_to_the_total(lines: list[tuple[str, Vat]]) -> None:
    """Net, charges and VAT by rate are the total; nothing is hidden in it."""
    freight = [a_charge(number=1, code="freight", amount=Decimal(price), vat=vat) for price, vat in lines if price.startswith("-")]
    totals = an_order(*(priced(price, vat=vat) for price, vat in lines if not price.startswith("-")), charges=freight).totals
    assert totals.net + totals.charges + sum(group.amount for group in totals.groups) == totals.total


def test_erpnext_52001_and_odoo_271032_all_off_is_nothing() -> None:
    """A hundred percent off leaves nothing to invoice, to the cent, and the invoice is posted."""
    _, invoice = invoiced(priced("33.33", 3, discount="100"))
    assert (invoice.total, invoice.balance) == (0, 0)


def test_odoo_125140_two_halves_in_advance_are_the_whole() -> None:
    """Two deposits of 50 percent on 100.01, and a final invoice of nothing: no cent comes back as a credit."""
    order = an_order(priced("82.65"))
    assert order.totals.total == Decimal("100.01")
    order, first = deposits.post(order, percentage=50, number="D-1", on=DAY)
    order, second = deposits.post(order, percentage=50, number="D-2", on=DAY)
    final = invoices.post(order, number="INV-1", on=DAY, deposits=[first, second]).document
    assert (first.total, second.total, final.total) == (Decimal("50.01"), Decimal("50.00"), 0)
    assert first.vat + second.vat + final.vat == order.totals.vat
    whole = deposits.post(an_order(priced("82.65")), percentage=100, number="D-1", on=DAY)
    with pytest.raises(RefusedError) as refused:
        deposits.post(whole.changed[0], percentage=1, number="D-2", on=DAY)
    assert codes(refused) == ("deposit.over-order",)


@pytest.mark.parametrize("amount", ["550", "840", "0.01", "199.99"])
def test_odoo_134985_and_160521_a_deposit_is_what_was_asked_for(amount: str) -> None:
    """To the cent, over four lines and two rates."""
    order = an_order(priced("333.33", 3), priced("0.07", 11, LOW), priced("12.345", 7, LOW), priced("99.999", 2))
    deposit = deposits.post(order, amount=Decimal(amount), number="D-1", on=DAY).document
    assert deposit.total == deposit.net + deposit.vat == Decimal(amount)


def test_ingadhoc_1826_a_fully_prepaid_final_invoice_is_nothing() -> None:
    """A deposit of all of it leaves a final invoice of zero, paid, and not a credit of a cent."""
    order, deposit = deposits.post(an_order(priced("0.335", 3), priced("1.005", 7, LOW)), percentage=100, number="D-1", on=DAY)
    final = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit]).document
    assert (final.total, final.is_credit_note, str(final.status)) == (0, False, "paid")


@pytest.mark.parametrize("weights", [[1, 1, 1], [1] * 300, [7, 0, 5], [1, 299]])
def test_rubymoney_1033_and_odoo_135746_nothing_is_lost_in_dividing(weights: list[int]) -> None:
    """However thin it is spread."""
    parts = Money(Decimal("1.00"), "EUR").allocate(weights)
    assert sum(part.amount for part in parts) == 1


def test_erpnext_33681_instalments_come_to_the_total() -> None:
    """Three thirds of 100.00 are due as parts that make 100.00."""
    thirds = tuple(
        Instalment(share=share, months=place) for place, share in enumerate([Decimal("33.33"), Decimal("33.33"), Decimal("33.34")])
    )
    terms = PaymentTerms(instalments=thirds)
    assert sum(due.amount for due in terms.schedule(DAY, Decimal("100.01"), "EUR")) == Decimal("100.01")


@pytest.mark.parametrize(("currency", "quantity"), [("EUR", "0.5"), ("JPY", "0.5"), ("KWD", "0.333")])
def test_medusa_13734_parts_of_a_unit_cost_whole_cents(currency: str, quantity: str) -> None:
    """Half of 2.1293 is 1.06 in euros, 1 in yen; never 1.06465."""
    _, invoice = invoiced(priced("2.1293", quantity), currency=currency)
    for amount in (invoice.net, invoice.vat, invoice.total):
        assert amount == Money(amount, currency).rounded().amount


# ---------------------------------------------------------------------- what is left


def test_erpnext_50768_a_credit_of_money_alone_reopens_nothing() -> None:
    """The same quantity cannot be invoiced again."""
    order, invoice = invoiced()
    claim = CreditOf(invoice=invoice, amounts={1: Decimal("30.00")})
    order = credit_notes.post([claim], orders=order, number="CN-1", on=DAY).changed[0]
    assert order.status is OrderStatus.INVOICED
    assert "invoice.empty" in codes(invoices.why_not(order, on=DAY))


def test_erpnext_14656_and_odoo_235834_a_cancelled_invoice_leaves_the_order_to_invoice() -> None:
    """As if it had never been."""
    order, invoice = invoiced()
    order = invoices.cancel(order, invoice, number="INV-2", on=DAY).changed[0]
    assert (order.status, order.line(1).invoice_remainder) == (OrderStatus.DELIVERED, 10)


def test_erpnext_57848_deliver_take_back_deliver_again_and_invoice() -> None:
    """What was taken back does not count against what is delivered next."""
    order, slip = deliveries.post(an_order(), number="PS-1", on=DAY)
    order = deliveries.cancel(order, slip, number="PS-2", on=DAY).changed[0]
    order, again = deliveries.post(order, number="PS-3", on=DAY)
    order, invoice = invoices.post(order, slips=[again], number="INV-1", on=DAY)
    assert (invoice.lines[0].quantity, order.status) == (10, OrderStatus.INVOICED)


def test_odoo_37549_and_259653_a_credit_counts_once() -> None:
    """Seen on the order, and not twice however it is asked for."""
    order, invoice = invoiced()
    order, after, _ = credit_notes.post(invoice, {1: 4}, orders=order, number="CN-1", on=DAY, reopens=True)
    assert order.line(1).invoiced == 6
    stale = credit_notes.why_not(after, {1: 7}, orders=order, on=DAY, reopens=True)
    assert codes(stale) == ("credit.over-quantity",)


def test_oca_94_and_odoo_venezuela_987_tenths_come_to_one() -> None:
    """0.35 and 0.35 and 0.30 are one, and nothing is left to invoice for ever."""
    order = an_order(priced("10", 1))
    for place, part in enumerate(("0.35", "0.35", "0.30")):
        order = invoices.post(order, {1: Decimal(part)}, number=f"INV-{place}", on=DAY).changed[0]
    assert (order.fold.to_invoice, order.invoiced_net) == ({}, 10)


def test_odoo_258024_delivered_and_invoiced_are_counted_alike() -> None:
    """2.915 delivered is 2.915 to invoice: no rounding in between."""
    order, slip = deliveries.post(an_order(priced("1", 3)), {1: Decimal("2.915")}, number="PS-1", on=DAY)
    assert invoices.post(order, slips=[slip], number="INV-1", on=DAY).document.lines[0].quantity == Decimal("2.915")


def test_solidus_512_a_refund_knows_the_discount_and_the_vat() -> None:
    """One of three at 33.33 less a third: what was charged for it goes back, with its VAT."""
    order, invoice = invoiced(priced("33.33", 3, discount="33.3333"))
    notes = []
    for place in range(3):
        order, invoice, note = credit_notes.post(invoice, {1: 1}, orders=order, number=f"CN-{place}", on=DAY, reopens=False)
        notes.append(note)
    assert sum(note.total for note in notes) == -invoice.total


def test_spree_10099_freight_goes_back_too() -> None:
    """With all of the invoice, or by itself."""
    order, invoice = invoiced(charges=[a_charge(number=1, code="freight", amount=Decimal(5))])
    note = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=False).document
    assert (note.totals.charges, note.total) == (-5, -invoice.total)


def test_medusa_5158_cancelling_again_changes_nothing() -> None:
    """The second time is refused, and nothing goes below zero."""
    order, slip = deliveries.post(an_order(), number="PS-1", on=DAY)
    order, after, _ = deliveries.cancel(order, slip, number="PS-2", on=DAY)
    with pytest.raises(RefusedError):
        deliveries.cancel(order, after, number="PS-3", on=DAY)
    assert order.line(1).delivered == 0


# ---------------------------------------------------------------------- twice and at once


def stored() -> memory.Store:
    """A store with an order that is invoiced."""
    store = memory.Store()
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    with store.begin() as work:
        work.add(order, invoice)
    return store


def test_open_mercato_1249_two_credits_at_once_do_not_both_stand() -> None:
    """Each would credit six of ten; the later one is turned away, and then refused."""
    store = stored()

    def credit(work: memory.Work, number: str) -> None:
        invoice, order = work.invoices.get("INV-1"), work.orders.get("SO-1")
        work.record(credit_notes.post(invoice, {1: 6}, orders=order, number=number, on=DAY, reopens=False))

    with pytest.raises(ConflictError), store.begin() as second:  # noqa: PT012
        credit(second, "CN-2")
        with store.begin() as first:
            credit(first, "CN-1")
    with pytest.raises(RefusedError) as refused, store.begin() as again:
        credit(again, "CN-2")
    assert codes(refused) == ("credit.over-quantity",)


def test_saleor_19645_refunds_are_capped_together() -> None:
    """100.00 in favour: 60.00 and 40.00 go, a cent more does not."""
    prepaid = payments.receive(ACME, 100, "EUR", number="P-1", on=DAY).document
    prepaid = payments.refund([prepaid], 60, number="R-1", on=DAY).changed[0]
    with pytest.raises(RefusedError) as refused:
        payments.refund([prepaid], Decimal("40.01"), number="R-2", on=DAY)
    assert codes(refused) == ("payment.over-refund",)
    assert payments.refund([prepaid], 40, number="R-2", on=DAY).changed[0].balance == 0


def test_django_plans_118_and_odoo_91873_numbers_are_given_once_without_gaps() -> None:
    """A number that is taken is refused; one that was drawn and not used is drawn again."""
    store = stored()
    with pytest.raises(DuplicateError), store.begin() as work:
        work.add(store.begin().invoices.get("INV-1"))
    with pytest.raises(RefusedError), store.begin() as work:
        invoices.post(an_order(), {1: 99}, number=work.number("INV"), on=DAY)
    with store.begin() as work:
        assert work.number("INV") == "INV-1"


def test_erpnext_47279_exposure_counts_an_order_or_its_invoice() -> None:
    """Never both, and closing and opening an order in between changes nothing."""
    limit = CreditLimit(account="ACME", currency="EUR", type=LimitType.BALANCE_AND_ORDERS)
    order = an_order()
    whole = credit_limits.exposure(limit, orders=[order]).counted_as(limit.type)
    order, invoice = invoices.post(order, {1: 4}, number="INV-1", on=DAY)
    assert credit_limits.exposure(limit, orders=[order], invoices=[invoice]).counted_as(limit.type) == whole
    held = orders.release(orders.hold(order, "check", on=DAY).document, "check", on=DAY).document
    assert credit_limits.exposure(limit, orders=[held], invoices=[invoice]).counted_as(limit.type) == whole


def test_erpnext_47470_a_price_changes_no_quantity() -> None:
    """What is left is counted in units, and what was invoiced keeps its price."""
    order = invoices.post(an_order(chai(10)), {1: 4}, number="INV-1", on=DAY).changed[0]
    dearer = changes.change(order, [changes.SetPrice(1, Decimal(36))], on=DAY, reason="dearer").document
    assert (dearer.line(1).invoice_remainder, dearer.invoiced_net) == (6, Decimal("72.00"))
