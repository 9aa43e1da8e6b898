"""Documents with charges and with VAT in their prices before the official judges of electronic invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from salesflow import (
    Basis,
    CreditOf,
    Invoice,
    Order,
    OrderLine,
    RefusedError,
    charges,
    credit_notes,
    deposits,
    einvoices,
    en16931,
    invoices,
)
from salesflow.documents import cii, ubl
from salesflow.model.charge import ChargeRule
from salesflow.model.totals import MissingCent, TaxRounding, TotalsPolicy
from salesflow.testing.charge_rules import several_charges, totals_policies
from salesflow.testing.strategies import order_lines
from tests.builders import DAY, STANDARD, an_order
from tests.einvoices import BUYER, SELLER
from tests.money.goods import LOW, credited, goods, shelf, sold
from tests.official import against_schema, fired, official

D = Decimal
LINES = st.lists(order_lines().filter(lambda line: line.vat.category != "O"), min_size=1, max_size=4)
"""Outside the scope of VAT a seller has no VAT number, and no other category stands beside it: an invoice of its own kind."""
CHARGES = several_charges().map(lambda rules: tuple(evolve(rule, vat=STANDARD) for rule in rules)).filter(bool)


def judged(invoice: Invoice, missing: MissingCent | None = MissingCent.IN_VAT) -> Any:
    """Return an invoice as an electronic one: the judges have nothing against it, and what is paid is what the customer saw."""
    made = einvoices.of_invoice(invoice, seller=SELLER, buyer=BUYER, order="PO-1", missing=missing or MissingCent.IN_VAT)
    made = evolve(made, means="30", account="NL02ABNA0123456789")
    document = ubl.write(made)
    assert against_schema(document) == []
    assert official(made) == set()
    assert all(each.tolerated for each in en16931.check(made))
    assert ubl.read(document) == made
    assert {rule for rule in fired("cen-cii", cii.write(made)) if rule.startswith("BR-")} == set()
    assert made.sums is not None
    assert made.sums.payable == abs(invoice.total)
    if missing is MissingCent.IN_VAT and not made.sums.rounding:
        assert made.sums.tax == (-invoice.vat if invoice.is_credit_note else invoice.vat)
    return made


def placed(lines: list[OrderLine], rules: tuple[ChargeRule, ...], policy: TotalsPolicy) -> Order:
    """Return an order at those prices."""
    try:
        return an_order(*(evolve(line, basis=policy.basis) for line in lines), charges=rules, totals=policy)
    except RefusedError:  # a discount that its lines do not bear
        reject()


def share_of(quantity: Decimal, parts: int) -> Decimal:
    """Return a part of a quantity as a person writes it."""
    return (quantity / parts).quantize(D("0.001")) or quantity


@settings(max_examples=300)
@given(
    lines=LINES,
    rules=CHARGES,
    policy=totals_policies(),
    missing=st.sampled_from(MissingCent),
    cut=st.sampled_from([None, 2, 3]),
    how=st.sampled_from(["whole", "deposit", "credit"]),
)
def test_the_official_rules_find_nothing(
    lines: list[OrderLine], rules: tuple[ChargeRule, ...], policy: TotalsPolicy, missing: MissingCent, cut: int | None, how: str
) -> None:
    """Whatever charges there are, with VAT in the prices or not and rounded anywhere: whole, in parts, with a deposit off, or credited."""
    order = placed(lines, rules, policy)
    off = []
    if how == "deposit" and order.totals.total > 1:
        order, deposit = deposits.post(order, percentage=30, number="D-1", on=DAY)
        judged(deposit, missing)
        off.append(deposit)
    part = None if cut is None else {line.number: share_of(line.ordered, cut) for line in order.lines}
    invoice = invoices.post(order, part, number="INV-1", on=DAY, deposits=off).document
    assume(invoice.total >= 0)
    judged(invoice, missing)
    if how == "credit":
        rows = {line.number: share_of(line.quantity, 2) for line in invoice.lines}
        done = invoices.post(order, part, number="INV-1", on=DAY)
        note = credit_notes.post(done.document, rows, orders=done.changed[0], number="CN-1", on=DAY, reopens=False).document
        judged(note, missing)


def test_a_discount_is_an_allowance_of_each_rate_and_freight_a_charge() -> None:
    """10 percent off 60.50 at 21 and 39.24 at 9 with VAT in them: 5.00 and 3.60 without it, beside freight."""
    lines = shelf(1, "60.50"), shelf(1, "39.24", LOW)
    rules = [charges.discount(percentage=10, number=1, text="Season"), charges.freight(D("6.05"), number=2, vat=STANDARD)]
    made = judged(sold(*lines, charges=rules)[1])
    assert [(each.charge, each.amount, each.rate, each.reason) for each in made.adjustments] == [
        (False, D("5.00"), 21, "Season"),
        (False, D("3.60"), 9, "Season"),
        (True, D("5.00"), 21, "freight"),
    ]


def test_an_invoice_of_charges_alone_has_them_as_lines() -> None:
    """The norm wants a line: freight that is credited is one, and so is freight that is invoiced again."""
    order, invoice = sold(goods(1, 100, STANDARD), charges=[charges.freight(5, number=1, vat=STANDARD)])
    claim = [CreditOf(invoice=invoice, charges={1: D(5)})]
    order, _, note = credit_notes.post(claim, orders=order, number="CN-1", on=DAY, reopens=True)
    alone = invoices.post(order, number="INV-2", on=DAY).document
    for each in (note, alone):
        [line] = judged(each).lines
        assert (line.name, line.net, line.rate) == ("freight", 5, 21)


def test_a_credit_of_a_gross_invoice_pays_back_what_was_seen() -> None:
    """Three mugs at 14.99, one comes back."""
    order, invoice = sold(shelf(3, "14.99"))
    _, _, [note] = credited(order, invoice, {1: 1})
    for missing in MissingCent:
        assert judged(note, missing).sums.payable == D("14.99")


@pytest.mark.parametrize("basis", list(Basis))
def test_vat_per_unit_that_is_too_far_off_stands_in_the_rounding(basis: Basis) -> None:
    """1 000 at 0.99 three times: 630.00 without VAT in the price, where the rate over the net is 623.70; the customer pays the same."""
    policy = TotalsPolicy(basis=basis, tax_rounding=TaxRounding.UNIT)
    lines = [goods(1000, "0.99", STANDARD, number=f"I-{place}", basis=basis) for place in range(3)]
    invoice = sold(*lines, totals=policy)[1]
    made = judged(invoice, MissingCent.IN_ROUNDING)
    assert (made.sums.tax, made.sums.rounding) == ((D("623.70"), D("6.30")) if basis is Basis.NET else (D("516.60"), D("-6.60")))
    assert judged(invoice, None).sums == made.sums
