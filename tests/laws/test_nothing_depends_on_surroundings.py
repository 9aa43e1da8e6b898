"""Results depend on arguments only: no clock, no ambient decimal context, no order of asking [I15]."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Money,
    OrderLine,
    PaymentTerms,
    Period,
    Vat,
    charges,
    deliveries,
    fulfilment,
    invoices,
    metrics,
    orders,
    payments,
    summaries,
    transfers,
)
from salesflow.model.terms import Instalment
from salesflow.model.totals import Totals, VatGroup
from salesflow.model.transfer import Transfer
from salesflow.process.item_transactions import item_transactions
from salesflow.testing.strategies import order_lines
from tests.builders import CHAI, DAY, LATER, an_order


def a_life(lines: list[OrderLine]) -> list[Any]:
    """Everything a life gives back, of every kind of command that reckons."""
    seen: list[Any] = []
    order = an_order(*lines)
    seen += [order.net, order.totals, order.open_totals, orders.validate(order, on=LATER)]
    first = order.lines[0]
    order, slip = deliveries.post(order, {1: first.ordered / 2}, number="PS-1", on=DAY)
    seen += [order, slip, order.undelivered_net, deliveries.why_not(order, {1: first.ordered})]
    [plan] = summaries.plan_invoices([order], [slip], period=Period.month_of(DAY))
    order, invoice = summaries.post_plan(plan, [order], number="INV-1", on=LATER)
    seen += [order, invoice, invoice.totals, order.line(1).uninvoiced_net, invoices.pro_forma(order, on=LATER)]
    if invoice.total:
        seen += list(payments.receive("ACME", invoice.total, "EUR", number="PAY-1", on=LATER, invoices=[invoice]))
    done = fulfilment.fulfil(order, slip="PS-2", invoice="INV-2", on=LATER)
    seen += [*done, item_transactions(done.changed[0])]
    seen += Money(Decimal("1234567.89"), "EUR").allocate([3, 7, 11])
    return seen


@given(lines=st.lists(order_lines(), min_size=1, max_size=3))
def test_the_ambient_decimal_context_changes_nothing(lines: list[OrderLine]) -> None:
    """A caller who reckons with six digits and cuts off gets the same documents, and keeps that context."""
    usual = a_life(lines)
    with localcontext() as context:
        context.prec = 6
        context.rounding = ROUND_DOWN
        odd = a_life_under_six_digits(lines)
        assert context.prec == 6
    assert usual == odd


def a_life_under_six_digits(lines: list[OrderLine]) -> list[Any]:
    """The same life; only the test's own halving is done before the context narrows it."""
    return a_life(lines)


FEE = Decimal("123456789.01")
SHARES = tuple(Decimal(f"33.{'3' * 29}{last}") for last in (3, 3, 4))
HALF = charges.discount(Decimal("9876543.21"))


def values_of_many_digits() -> list[Any]:
    """Return values that reckon when they are made or read, each of more digits than the context of the test below holds."""
    fee = FEE
    transfer = Transfer(
        number="T-1",
        old="OLD",
        new="NEW",
        athlete="PLAYER",
        contract=Period(DAY, LATER),
        day=DAY,
        starts=LATER,
        fee=fee,
        currency="EUR",
    )
    whole = Totals(net=fee, charges=Decimal("0.01"), groups=(VatGroup(Vat("S", Decimal(21)), fee, fee), VatGroup(Vat("Z"), fee, fee)))
    return [
        PaymentTerms(instalments=tuple(Instalment(share=share) for share in SHARES)),
        transfer,
        (whole.vat, whole.total),
        transfers.solidarity(fee, "EUR"),
        metrics.rounded(SHARES[0], 20),
        an_order(OrderLine(item=CHAI.item, ordered=Decimal(1), price=fee), charges=[HALF]).charge(1),
    ]


def test_values_can_be_made_and_read_in_any_context() -> None:
    """Shares come to a hundred, a fee has the digits of its currency, and sums are whole, however few digits the caller reckons with."""
    usual = values_of_many_digits()
    with localcontext() as context:
        context.prec = 6
        assert values_of_many_digits() == usual
        with pytest.raises(ValueError, match="must come to 100 percent"):
            PaymentTerms(instalments=(Instalment(share=Decimal("99.99999")),))


@given(lines=st.lists(order_lines(), min_size=1, max_size=3))
def test_the_same_call_gives_the_same_result(lines: list[OrderLine]) -> None:
    """Living the same life again gives equal documents."""
    assert a_life(lines) == a_life(lines)
