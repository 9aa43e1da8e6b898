"""Credit limits and credit holds: no unit counted twice, at both sides of each edge."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Invoice,
    Item,
    Order,
    OrderLine,
    OrderType,
    PaymentTerms,
    RefusedError,
    credit_limits,
    deliveries,
    deposits,
    invoices,
    orders,
    payments,
)
from salesflow.billing.credit_limits import Exposure
from salesflow.model.credit import CheckPoint, CreditLimit, CreditPolicy, HoldReason, HoldRule, LimitType, OnExcess
from salesflow.model.exchange import Rate, RateTable
from salesflow.model.terms import Instalment
from tests.builders import ACME, DAY, JANE, LATER, a_charge, an_order, chai, codes

WHOLE = Decimal("217.80")


def a_limit(kind: LimitType = LimitType.BALANCE_AND_ORDERS, amount: str = "100.00", **terms: Any) -> CreditLimit:
    """ACME's limit in euros."""
    return CreditLimit(account="ACME", currency="EUR", type=kind, amount=Decimal(amount), **terms)


def in_three_places() -> tuple[Order, Invoice]:
    """Ten ordered, seven delivered, four invoiced: 87.12 owed, 65.34 delivered, 65.34 ordered, with VAT."""
    order, slip = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    order, _ = deliveries.post(order, {1: 3}, number="PS-2", on=DAY)
    return order, invoice


def test_a_unit_is_counted_where_it_is_furthest() -> None:
    """Invoiced, delivered, ordered: together the whole, whatever counts [I16, P15]."""
    order, invoice = in_three_places()
    found = credit_limits.exposure(a_limit(), invoices=[invoice], orders=[order])
    assert found == Exposure(balance=Decimal("87.12"), delivered=Decimal("65.34"), ordered=Decimal("65.34"))
    assert [found.counted_as(kind) for kind in LimitType] == [0, Decimal("87.12"), Decimal("152.46"), WHOLE]


def test_money_received_makes_room() -> None:
    """A payment without invoice lowers the balance, as one with an invoice does."""
    order, invoice = in_three_places()
    prepaid = payments.receive(ACME, 50, "EUR", number="P-1", on=DAY).document
    assert credit_limits.exposure(a_limit(), invoices=[invoice], payments=[prepaid], orders=[order]).balance == Decimal("37.12")


def test_what_is_not_counted() -> None:
    """Another's documents, drafts, cancelled orders, returns, pro formas; freight counts while it is not invoiced."""
    limit = a_limit()
    others = [
        an_order(customer=JANE),
        an_order(type=OrderType.JOURNAL),
        orders.cancel(an_order(), on=DAY).document,
        an_order(chai(-1), type=OrderType.RETURNED_ORDER, rma="RMA-1"),
    ]
    bills = [invoices.post(others[0], number="I", on=DAY).document, invoices.pro_forma(an_order(), on=DAY)]
    paid = [payments.receive("JANE", 5, "EUR", number="P", on=DAY).document]
    assert credit_limits.exposure(limit, invoices=bills, payments=paid, orders=others) == Exposure()
    freight = a_charge(number=1, code="freight", amount=Decimal(10))
    assert credit_limits.exposure(limit, orders=[an_order(charges=[freight])]).ordered == WHOLE + 10


RATES = RateTable(base="EUR", on=DAY, rates=(Rate(currency="USD", rate=Decimal("0.90")),))


def test_other_currencies_count_at_the_rates_given() -> None:
    """
    A limit in euros, an order of 217.80 and a payment of 100 in dollars at 0.90: 196.02 is ordered, and the balance is -90.00.

    Without a rate nothing is passed over: the documents are named, and the check refuses.
    """
    dollars = an_order(number="SO-2", currency="USD")
    paid = payments.receive(ACME, 100, "USD", number="P-1", on=DAY).document
    found = credit_limits.exposure(a_limit(), payments=[paid], orders=[dollars, an_order()], rates=RATES)
    assert found == Exposure(balance=Decimal("-90.00"), ordered=Decimal("196.02") + WHOLE)
    for rates in (None, RateTable(base="GBP", on=DAY, rates=(Rate(currency="USD", rate=Decimal(1)),)), RateTable(base="EUR", on=DAY)):
        with pytest.raises(RefusedError) as refused:
            credit_limits.exposure(a_limit(), payments=[paid], orders=[dollars], rates=rates)
        [refusal] = refused.value.refusals
        assert (refusal.code, refusal.fact("documents"), refusal.fact("currency")) == ("credit-limit.no-rate", "P-1, SO-2", "USD")
    tight = a_limit(amount="1")
    [refusal] = credit_limits.check(tight, CheckPoint.CONFIRMATION, on=DAY, orders=[dollars]).refusals
    assert refusal.code == "credit-limit.no-rate"
    [refusal] = credit_limits.check(tight, CheckPoint.CONFIRMATION, on=DAY, orders=[dollars], rates=RATES).refusals
    assert (refusal.code, refusal.fact("exposure")) == ("credit-limit.exceeded", Decimal("196.02"))


def test_rules_that_hold_an_order_look_at_the_currency_of_the_limit() -> None:
    """An order of 217.80 dollars is 196.02 euros: above 196.01, and not above 196.02."""
    dollars = an_order(currency="USD")
    for above, held in (("196.01", True), ("196.02", False)):
        rule = HoldRule(reason=HoldReason.ORDER_AMOUNT, above=Decimal(above))
        assert bool(credit_limits.reasons_to_hold(dollars, a_limit(amount="1000"), [rule], on=DAY, rates=RATES)) is held
    with pytest.raises(RefusedError) as refused:
        credit_limits.reasons_to_hold(dollars, a_limit(), [rule], on=DAY)
    assert codes(refused) == ("credit-limit.no-rate",)
    bill = invoices.post(dollars, number="INV-1", on=DAY).document
    late = HoldRule(reason=HoldReason.OVERDUE_AMOUNT, above=Decimal("196.01"))
    assert credit_limits.reasons_to_hold(dollars, a_limit(), [late], on=DAY + timedelta(days=31), invoices=[bill], rates=RATES)
    assert not credit_limits.reasons_to_hold(dollars, a_limit(), [late], on=DAY + timedelta(days=30), invoices=[bill], rates=RATES)


def test_a_deposit_counts_once() -> None:
    """An order of 1000 with a deposit of 500: owed on the deposit and no longer on the order; once paid, 500 is left."""
    order = an_order(OrderLine(item=Item(number="I-1"), ordered=Decimal(10), price=Decimal(100)))
    order, deposit = deposits.post(order, percentage=50, number="D-1", on=DAY)
    assert credit_limits.exposure(a_limit(), invoices=[deposit], orders=[order]) == Exposure(balance=Decimal(500), ordered=Decimal(500))
    deposit, _ = payments.receive(ACME, 500, "EUR", number="P-1", on=DAY, invoices=[deposit])
    assert credit_limits.exposure(a_limit(), invoices=[deposit], orders=[order]) == Exposure(ordered=Decimal(500))


@pytest.mark.parametrize("kind", list(LimitType))
def test_the_limit_holds_to_the_cent(kind: LimitType) -> None:
    """At the limit is within it, a cent more is not; without a limit anything goes [CRD-1]."""
    order, invoice = in_three_places()
    counted = credit_limits.exposure(a_limit(), invoices=[invoice], orders=[order]).counted_as(kind)
    for amount, expected in ((counted, ()), (counted - Decimal("0.01"), ("credit-limit.exceeded",))):
        limit = a_limit(kind, str(amount))
        found = credit_limits.check(limit, CheckPoint.CONFIRMATION, on=DAY, invoices=[invoice], orders=[order])
        assert codes(found.refusals) == (() if kind is LimitType.NONE else expected)
        assert found.warnings == ()


def test_a_mandatory_limit_overrules_none() -> None:
    """It looks at the balance alone."""
    order, invoice = in_three_places()
    for amount, expected in (("87.12", ()), ("87.11", ("credit-limit.mandatory",))):
        limit = a_limit(LimitType.NONE, mandatory=Decimal(amount))
        assert codes(credit_limits.check(limit, CheckPoint.INVOICE, on=DAY, invoices=[invoice], orders=[order]).refusals) == expected


def test_the_policy_says_where_and_how() -> None:
    """Left out points find nothing; a warning does not stop."""
    order, _ = in_three_places()
    limit = a_limit(amount="0")
    only_slips = CreditPolicy(points=(CheckPoint.PACKING_SLIP,))
    assert credit_limits.check(limit, CheckPoint.INVOICE, on=DAY, orders=[order], policy=only_slips).refusals == ()
    assert credit_limits.check(limit, CheckPoint.PACKING_SLIP, on=DAY, orders=[order], policy=only_slips).refusals
    warned = credit_limits.check(limit, CheckPoint.INVOICE, on=DAY, orders=[order], policy=CreditPolicy(on_excess=OnExcess.WARNING))
    assert (warned.refusals, codes(warned.warnings)) == ((), ("credit-limit.exceeded",))
    assert credit_limits.require(limit, CheckPoint.INVOICE, on=DAY, orders=[order], policy=only_slips).refusals == ()
    with pytest.raises(RefusedError):
        credit_limits.require(limit, CheckPoint.INVOICE, on=DAY, orders=[order])


def test_an_expired_limit_is_no_limit_to_lean_on() -> None:
    """On its last day it holds; the day after, anything is too much."""
    limit = a_limit(amount="1000", expires=DAY)
    assert credit_limits.check(limit, CheckPoint.INVOICE, on=DAY, orders=[an_order()]).refusals == ()
    [refusal] = credit_limits.check(limit, CheckPoint.INVOICE, on=LATER, orders=[an_order()]).refusals
    assert (refusal.fact("exposure"), refusal.fact("limit")) == (WHOLE, 0)


def test_a_command_is_checked_by_its_outcome() -> None:
    """A dry run of a delivery shows what it would come to; nothing has happened yet."""
    order = an_order()
    wanted = deliveries.post(order, {1: 5}, number="PS-1", on=DAY)
    limit = a_limit(LimitType.BALANCE_AND_SLIPS, "108.89")
    assert credit_limits.check(limit, CheckPoint.PACKING_SLIP, on=DAY, orders=[order]).refusals == ()
    assert credit_limits.check(limit, CheckPoint.PACKING_SLIP, on=DAY, orders=wanted.changed).refusals


# ---------------------------------------------------------------------- holds

OWED = invoices.post(an_order(number="SO-0", payment_terms=PaymentTerms(days=10)), number="INV-0", on=DAY).document
DUE = date(2026, 3, 12)


@pytest.mark.parametrize(
    ("rule", "on", "terms", "holds"),
    [
        (HoldRule(reason=HoldReason.DAYS_OVERDUE, above=Decimal(5)), DUE + timedelta(days=5), {}, False),
        (HoldRule(reason=HoldReason.DAYS_OVERDUE, above=Decimal(5)), DUE + timedelta(days=6), {}, True),
        (HoldRule(reason=HoldReason.OVERDUE_AMOUNT, above=WHOLE), DUE + timedelta(days=1), {}, False),
        (HoldRule(reason=HoldReason.OVERDUE_AMOUNT, above=WHOLE - Decimal("0.01")), DUE + timedelta(days=1), {}, True),
        (HoldRule(reason=HoldReason.OVERDUE_AMOUNT), DUE, {}, False),
        (HoldRule(reason=HoldReason.ORDER_AMOUNT, above=WHOLE), DAY, {}, False),
        (HoldRule(reason=HoldReason.ORDER_AMOUNT, above=WHOLE - 1), DAY, {}, True),
        (HoldRule(reason=HoldReason.LIMIT_EXPIRED), DAY, {"expires": DAY}, False),
        (HoldRule(reason=HoldReason.LIMIT_EXPIRED), LATER, {"expires": DAY}, True),
        (HoldRule(reason=HoldReason.LIMIT_EXCEEDED), DAY, {"amount": "435.60"}, False),
        (HoldRule(reason=HoldReason.LIMIT_EXCEEDED), DAY, {"amount": "435.59"}, True),
        (HoldRule(reason=HoldReason.ACCOUNT_STATUS, values=("blocked",)), DAY, {}, False),
        (HoldRule(reason=HoldReason.ACCOUNT_STATUS, values=("blocked",)), DAY, {"status": "blocked"}, True),
        (HoldRule(reason=HoldReason.PAYMENT_TERMS, values=(PaymentTerms(days=60),)), DAY, {}, False),
        (HoldRule(reason=HoldReason.PAYMENT_TERMS, values=(PaymentTerms(days=30),)), DAY, {}, True),
        (HoldRule(reason=HoldReason.ORDER_AMOUNT, not_for_accounts=("ACME",)), DAY, {}, False),
        (HoldRule(reason=HoldReason.ORDER_AMOUNT, not_for_orders=("SO-1",)), DAY, {}, False),
    ],
)
def test_what_holds_an_order(rule: HoldRule, on: date, terms: dict[str, Any], *, holds: bool) -> None:
    """Each reason at both sides of its edge, and what is left out of it [HOLD-1]."""
    order = an_order()
    limit = a_limit(**({"amount": "10000"} | terms))
    found = credit_limits.reasons_to_hold(order, limit, [rule, rule], on=on, invoices=[OWED], orders=[order])
    assert found == ((rule.reason,) if holds else ())
    if holds:
        held = orders.hold(order, "credit", on=on, reason=rule.reason.en).document
        assert codes(deliveries.why_not(held, on=on)) == ("order.on-hold",)


def test_days_overdue_count_from_the_first_part_that_is_owed() -> None:
    """Two instalments; once the first is paid the second's day counts."""
    terms = PaymentTerms(instalments=(Instalment(share=Decimal(50)), Instalment(share=Decimal(50), days=20)))
    bill = invoices.post(an_order(number="SO-0", payment_terms=terms), number="INV-0", on=DAY).document
    rule = HoldRule(reason=HoldReason.DAYS_OVERDUE, above=Decimal(10))
    after_first = DAY + timedelta(days=11)
    order = an_order()
    assert credit_limits.reasons_to_hold(order, a_limit(), [rule], on=after_first, invoices=[bill])
    half, _ = payments.receive(ACME, Decimal("108.90"), "EUR", number="P", on=DAY, invoices=[bill])
    assert not credit_limits.reasons_to_hold(order, a_limit(), [rule], on=DAY + timedelta(days=30), invoices=[half])
    assert credit_limits.reasons_to_hold(order, a_limit(), [rule], on=DAY + timedelta(days=31), invoices=[half])


@given(
    moves=st.lists(st.tuples(st.sampled_from(["deliver", "invoice", "pay"]), st.integers(1, 4)), max_size=8),
)
def test_the_whole_is_the_same_wherever_its_units_are(moves: list[tuple[str, int]]) -> None:
    """Delivering and invoicing move units from one place to the next; only payment lowers what is owed in all [I16]."""
    order, bills, paid = an_order(), [], Decimal(0)
    for place, (move, quantity) in enumerate(moves):
        if move == "deliver" and not deliveries.why_not(order, {1: quantity}):
            order = deliveries.post(order, {1: quantity}, number=f"PS-{place}", on=DAY).changed[0]
        elif move == "invoice" and not invoices.why_not(order, {1: quantity}, on=DAY):
            order, bill = invoices.post(order, {1: quantity}, number=f"INV-{place}", on=DAY)
            bills.append(bill)
        elif move == "pay" and bills and bills[-1].balance:
            bills[-1], _ = payments.receive(ACME, 1, "EUR", number=f"P-{place}", on=DAY, invoices=[bills[-1]])
            paid += 1
    found = credit_limits.exposure(a_limit(), invoices=bills, orders=[order])
    assert min(found.delivered, found.ordered) >= 0
    cents = Decimal("0.01") * (len(bills) + 1)
    assert abs(found.counted_as(LimitType.BALANCE_AND_ORDERS) - (WHOLE - paid)) <= cents


@pytest.mark.parametrize("wrong", [{"amount": 100}, {"type": "all"}, {"mandatory": 5}, {"expires": "never"}])
def test_a_limit_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Amounts are exact, types are known, days are days."""
    values: dict[str, Any] = {"account": "ACME", "currency": "EUR", "type": LimitType.NONE} | wrong
    with pytest.raises(TypeError):
        CreditLimit(**values)
