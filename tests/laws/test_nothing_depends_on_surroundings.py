"""Results depend on arguments only: no clock, no ambient decimal context, no order of asking [I15]."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from salesflow import Money, OrderLine, Period, deliveries, fulfilment, invoices, orders, payments, summaries
from salesflow.process.item_transactions import item_transactions
from salesflow.testing.strategies import order_lines
from tests.builders import DAY, LATER, an_order


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


@given(lines=st.lists(order_lines(), min_size=1, max_size=3))
def test_the_same_call_gives_the_same_result(lines: list[OrderLine]) -> None:
    """Living the same life again gives equal documents."""
    assert a_life(lines) == a_life(lines)
