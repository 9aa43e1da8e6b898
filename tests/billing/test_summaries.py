"""Summary invoices: what goes on one invoice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Order,
    PackingSlip,
    Party,
    PaymentTerms,
    Period,
    RefusedError,
    Role,
    SummaryUpdate,
    deliveries,
    invoices,
    summaries,
)
from salesflow.model.party import Address
from tests.builders import ACME, DAY, JANE, LATER, an_order, chai, codes

MARCH = Period.month(2026, 3)


def three_orders() -> tuple[list[Order], list[PackingSlip]]:
    """Three orders of three lines on three slips: P1 = 1/1 1/2 2/1, P2 = 2/2 2/3 3/1, P3 = 3/2 3/3 1/3."""
    one, two, three = (an_order(chai(1), chai(2), chai(3), number=f"O{n}") for n in (1, 2, 3))
    one, two, p1 = deliveries.post({one: {1: 1, 2: 2}, two: {1: 1}}, number="P1", on=DAY)
    two, three, p2 = deliveries.post({two: {2: 2, 3: 3}, three: {1: 1}}, number="P2", on=DAY)
    three, one, p3 = deliveries.post({three: {2: 2, 3: 3}, one: {3: 3}}, number="P3", on=DAY)
    return [one, two, three], [p1, p2, p3]


def planned(summary: SummaryUpdate, **more: Any) -> list[list[str]]:
    """The lines of each invoice that a summary gives, as order/line."""
    orders, slips = three_orders()
    known = {order.number: order for order in orders}
    found = []
    for place, plan in enumerate(summaries.plan_invoices(orders, slips, period=MARCH, summary=summary, **more)):
        done = summaries.post_plan(plan, known.values(), number=f"INV-{place}", on=LATER)
        known |= {order.number: order for order in done.changed}
        found.append(sorted(f"{line.order}/{line.terms.number}" for line in done.document.lines))
    assert {order.status.value for order in known.values()} == {"invoiced"}
    return sorted(found)


def test_one_invoice_per_packing_slip() -> None:
    """Three invoices that equal the slips [INV-5]."""
    assert planned(SummaryUpdate.PACKING_SLIP) == [["O1/1", "O1/2", "O2/1"], ["O1/3", "O3/2", "O3/3"], ["O2/2", "O2/3", "O3/1"]]


def test_one_invoice_per_order() -> None:
    """Three invoices, one per order, each with its three lines [INV-5]."""
    assert planned(SummaryUpdate.NONE) == [[f"O{order}/{line}" for line in (1, 2, 3)] for order in (1, 2, 3)]


@pytest.mark.parametrize("more", [{"summary": SummaryUpdate.INVOICE_ACCOUNT}, {"summary": SummaryUpdate.ORDER, "into": "O2"}])
def test_one_invoice_for_everything(more: dict[str, Any]) -> None:
    """By invoice account, and gathered under one order [INV-3, INV-4]."""
    [lines] = planned(**more)
    assert lines == [f"O{order}/{line}" for order in (1, 2, 3) for line in (1, 2, 3)]
    orders, slips = three_orders()
    [plan] = summaries.plan_invoices(orders, slips, period=MARCH, **more)
    assert (plan.account, plan.currency, plan.into) == ("ACME", "EUR", more.get("into"))


def test_automatic_follows_each_customer() -> None:
    """The customer's own setting counts; one that is not given, or is itself automatic, gets an invoice per order."""
    wants = {"customers": [evolve(ACME, summary_update=SummaryUpdate.INVOICE_ACCOUNT)]}
    assert len(planned(SummaryUpdate.AUTOMATIC, **wants)) == 1
    assert len(planned(SummaryUpdate.AUTOMATIC)) == 3
    undecided = {"customers": [evolve(ACME, summary_update=SummaryUpdate.AUTOMATIC)]}
    assert len(planned(SummaryUpdate.AUTOMATIC, **undecided)) == 3


def test_an_order_to_gather_under_is_given_just_when_it_is_needed() -> None:
    """ORDER without one, and one without ORDER, make no sense."""
    for summary, into in ((SummaryUpdate.ORDER, None), (SummaryUpdate.NONE, "O1")):
        with pytest.raises(ValueError, match="into names the order to gather under"):
            summaries.plan_invoices([], [], period=MARCH, summary=summary, into=into)


HOLDING = Party(number="SUB", name="A subsidiary", roles=(Role.CUSTOMER,), invoice_account="ACME")


@pytest.mark.parametrize(
    ("terms", "count"),
    [
        ({}, 1),
        ({"customer": HOLDING}, 1),
        ({"customer": JANE}, 2),
        ({"currency": "USD"}, 2),
        ({"payment_terms": PaymentTerms(days=60)}, 2),
        ({"deliver_to": Address(city="Elsewhere")}, 1),
    ],
)
def test_account_currency_and_terms_are_the_same_on_one_invoice(terms: dict[str, Any], count: int) -> None:
    """Two customers with one invoice account share an invoice; currency and terms of payment keep orders apart, addresses on request."""
    orders, slips = [], []
    for place, more in enumerate(({}, terms)):
        order, slip = deliveries.post(an_order(number=f"SO-{place}", **more), number=f"PS-{place}", on=DAY)
        orders.append(order)
        slips.append(slip)
    assert len(summaries.plan_invoices(orders, slips, period=MARCH)) == count
    by_address = summaries.plan_invoices(orders, slips, period=MARCH, split_by_address=True)
    assert len(by_address) == max(count, 2 if "deliver_to" in terms else 1)


@pytest.mark.parametrize(("on", "inside"), [("2026-02-28", False), ("2026-03-01", True), ("2026-03-31", True), ("2026-04-01", False)])
def test_the_date_of_the_slip_decides(on: str, *, inside: bool) -> None:
    """Both ends of the period belong to it."""
    order = an_order(on=date(2026, 2, 1))
    order, slip = deliveries.post(order, number="PS-1", on=date.fromisoformat(on))
    assert bool(summaries.plan_invoices([order], [slip], period=MARCH)) is inside


def test_what_is_invoiced_or_undone_is_not_planned() -> None:
    """Invoiced slips, slips taken back, their reversals, and slips of orders that are not given are left out."""
    order, first = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    order, second = deliveries.post(order, {1: 4}, number="PS-2", on=DAY)
    order, undone, reversal = deliveries.cancel(order, second, number="PS-3", on=DAY)
    slips = [first, undone, reversal]
    [plan] = summaries.plan_invoices([order], slips, period=MARCH)
    assert [slip.number for slip in plan.slips] == ["PS-1"]
    assert summaries.plan_invoices([], slips, period=MARCH) == ()
    done = summaries.post_plan(plan, [order], number="INV-1", on=LATER)
    assert done.document.period == MARCH
    assert summaries.plan_invoices(done.changed, slips, period=MARCH) == ()
    with pytest.raises(RefusedError) as refused:
        summaries.post_plan(plan, done.changed, number="INV-2", on=LATER)
    assert codes(refused) == ("invoice.slip-invoiced",)


@given(
    cuts=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=6),
    summary=st.sampled_from([each for each in SummaryUpdate if each is not SummaryUpdate.ORDER]),
)
def test_every_delivered_row_is_invoiced_just_once(cuts: list[tuple[int, int]], summary: SummaryUpdate) -> None:
    """Whatever the summary, the invoices together hold what was delivered, each row once, and no plan mixes accounts [INV-5]."""
    known = {f"SO-{n}": an_order(chai(30), number=f"SO-{n}", customer=JANE if n == 3 else ACME) for n in (1, 2, 3)}
    slips = []
    for place, (order, quantity) in enumerate(cuts):
        known[f"SO-{order}"], slip = deliveries.post(known[f"SO-{order}"], {1: quantity}, number=f"PS-{place}", on=DAY)
        slips.append(slip)
    taken = []
    for place, plan in enumerate(summaries.plan_invoices(known.values(), slips, period=MARCH, summary=summary)):
        done = summaries.post_plan(plan, known.values(), number=f"INV-{place}", on=LATER)
        known |= {order.number: order for order in done.changed}
        assert {order.invoice_account for order in done.changed} == {plan.account} == {done.document.account}
        taken += [(line.order, line.slip, line.quantity) for line in done.document.lines]
    assert sorted(taken) == sorted((slip.orders[0], slip.number, slip.quantity) for slip in slips)
    assert not any(invoices.why_not(order, on=DAY) == () and order.line(1).delivered_not_invoiced for order in known.values())
