"""The sale over the counter: one act, one moment, nothing owed [PTH-5]."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import InvoiceStatus, OrderLine, OrderStatus, RefusedError, TotalsPolicy, direct_sales, item_transactions, memory
from salesflow.testing.strategies import order_lines
from tests.builders import JANE, an_order, chai, chang, codes

NOON = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)


def test_a_market_stall_sells_and_is_paid() -> None:
    """Two chai and one chang for 66.55: order, slip, receipt and payment share the moment and go into the store together."""
    sale = direct_sales.sell(JANE, [chai(2), chang(1)], "EUR", number="S-1", at=NOON)
    store = memory.Store()
    with store.begin() as work:
        work.record(sale)
    work = store.begin()
    order, slip, receipt, payment = work.orders.get("S-1"), work.slips.get("S-1"), work.invoices.get("S-1"), work.payments.get("S-1")
    assert (order.status, receipt.status, receipt.total, receipt.balance) == (
        OrderStatus.INVOICED,
        InvoiceStatus.PAID,
        Decimal("66.55"),
        0,
    )
    assert slip.at == receipt.at == payment.at == NOON
    assert {posting.at for posting in order.postings} == {NOON}
    assert {event.on for event in store.events} == {NOON.date()}
    assert receipt.due == NOON.date()


def test_each_document_may_have_its_own_number() -> None:
    """Series of their own are fine."""
    sale = direct_sales.sell(JANE, [chai(1)], "EUR", number="SO-1", slip="PS-1", receipt="R-1", payment="P-1", at=NOON)
    assert [document.number for document in sale.made] == ["SO-1", "PS-1", "R-1", "P-1"]
    assert sale.document.number == "R-1"


def test_what_is_given_away_is_not_paid() -> None:
    """At a price of zero there is a receipt and no payment."""
    sale = direct_sales.sell(JANE, [chai(1, price=Decimal(0))], "EUR", number="S-1", at=NOON)
    assert [type(document).__name__ for document in sale.made] == ["Order", "PackingSlip", "Invoice"]
    assert sale.document.status is InvoiceStatus.PAID


def test_a_sale_that_cannot_be_placed_is_refused() -> None:
    """The rules of orders hold at the counter too."""
    with pytest.raises(RefusedError) as refused:
        direct_sales.sell(JANE, [chai(-1)], "EUR", number="S-1", at=NOON)
    assert codes(refused) == ("order.sign",)


@given(lines=st.lists(order_lines(), min_size=1, max_size=4), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_nothing_is_left_of_a_direct_sale(lines: list[OrderLine], currency: str) -> None:
    """Nothing to deliver, nothing to invoice, nothing owed, and everything that is stock is sold."""
    sale = direct_sales.sell(JANE, lines, currency, number="S-1", at=NOON)
    order = sale.made[0]
    assert sale.document.balance == 0
    assert not any(balance.deliver_remainder or balance.invoice_remainder for balance in order.balances)
    assert sale.document.net == order.net == an_order(*lines, currency=currency).net
    assert all(each.invoice == "S-1" for each in item_transactions(order))


def test_a_sale_may_be_rounded_to_what_can_be_paid_in_cash() -> None:
    """66.55 is what it is; 66.60 to the ten cents, and paid so."""
    for step, total in (("0.05", "66.55"), ("0.10", "66.60")):
        policy = TotalsPolicy(cash_step=Decimal(step))
        sale = direct_sales.sell(JANE, [chai(2), chang(1)], "EUR", number="S-1", at=NOON, totals=policy)
        assert (sale.document.total, sale.document.balance, sale.made[-1].amount) == (Decimal(total), 0, Decimal(total))
