"""Deposits that are never forgotten, and reversals that leave nothing: the trials D1 to D6."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from salesflow import (
    CreditOf,
    FreeTextLine,
    Invoice,
    InvoicePolicy,
    InvoiceStatus,
    Order,
    OrderStatus,
    Period,
    RefusedError,
    TotalsPolicy,
    charges,
    credit_limits,
    credit_notes,
    deliveries,
    deposits,
    drafts,
    free_text,
    fulfilment,
    invoices,
    orders,
    payments,
    summaries,
    vouchers,
)
from salesflow.billing.credit_limits import Exposure
from salesflow.model.credit import CreditLimit
from salesflow.model.totals import WITH_VAT, PartNets
from salesflow.model.voucher import PostingProfile, ProfileRow, Purpose
from tests.builders import ACME, DAY, LATER, STANDARD, an_order, codes
from tests.money.goods import LOW, credited, goods, shelf, sold

D = Decimal
PROFILE = PostingProfile(rows=tuple(ProfileRow(purpose=purpose, account=purpose.value) for purpose in Purpose))


def half_paid_ahead(*lines: Any, **terms: Any) -> tuple[Order, Invoice]:
    """An order of 1 000 with a deposit of half of it."""
    order, deposit = deposits.post(an_order(*(lines or (goods(10, 100),)), **terms), percentage=50, number="D-1", on=DAY)
    return order, deposit


def booked(*documents: Invoice) -> dict[str, Decimal]:
    """Return what the ledger accounts have of all documents, by account; those at zero left out."""
    sums: dict[str, Decimal] = {}
    for document in documents:
        for entry in vouchers.of_invoice(document, PROFILE).entries:
            sums[entry.account] = sums.get(entry.account, D(0)) + entry.debit - entry.credit
    return {account: amount for account, amount in sums.items() if amount}


def left_by(*documents: Invoice) -> dict[str, Decimal]:
    """Return what documents leave together, by figure: everything that is not zero."""
    sums: dict[str, Decimal] = {"owed": sum((each.balance for each in documents), D(0))}
    for document in documents:
        sums["net"] = sums.get("net", D(0)) + document.net
        sums["charges"] = sums.get("charges", D(0)) + document.totals.charges
        for group in document.totals.groups:
            for name, amount in (("base", group.base), ("vat", group.amount)):
                key = f"{name} at {group.vat.rate}"
                sums[key] = sums.get(key, D(0)) + amount
    return {name: amount for name, amount in (sums | booked(*documents)).items() if amount}


# ---------------------------------------------------------------------- D: the trials


def test_d1_an_open_deposit_is_named_or_said_to_stay() -> None:
    """An order of 1 000 with 500 in advance: an invoice of all of it takes the deposit off, or says that it stays."""
    order, deposit = half_paid_ahead()
    with pytest.raises(RefusedError) as refused:
        invoices.post(order, number="INV-1", on=DAY)
    assert codes(refused) == ("deposit.open",)
    after, used, invoice = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit])
    assert (invoice.total, after.advanced, used.balance) == (500, 0, 500)
    kept = invoices.post(order, {1: 1}, number="INV-1", on=DAY, keep_deposits=True)
    assert (kept.document.total, kept.changed[0].advanced) == (100, 500)


def by_summary(order: Order, **terms: Any) -> Invoice:
    """Deliver, and invoice by a summary plan."""
    order, slip = deliveries.post(order, number="PS-1", on=DAY)
    [plan] = summaries.plan_invoices([order], [slip], period=Period(DAY, LATER))
    return summaries.post_plan(plan, [order], number="INV-1", on=DAY, **terms).document


def by_draft(order: Order, **terms: Any) -> Invoice:
    """Invoice an order by a draft that is posted."""
    draft = drafts.make(order, number="DR-1", on=DAY).document
    return drafts.post(draft, [order], number="INV-1", on=DAY, **terms).document


def by_fulfilment(order: Order, **terms: Any) -> Invoice:
    """Deliver and invoice in one go."""
    done = fulfilment.fulfil(order, slip="PS-1", invoice="INV-1", on=DAY, policy=InvoicePolicy(on_fulfilment=True), **terms)
    return next(each for each in done.made if isinstance(each, Invoice))


def as_pro_forma(order: Order, **terms: Any) -> Invoice:
    """Estimate the invoice."""
    return invoices.pro_forma(order, on=DAY, **terms)


@pytest.mark.parametrize("how", [by_summary, by_draft, by_fulfilment, as_pro_forma])
def test_d2_whatever_makes_the_invoice_takes_the_deposit(how: Any) -> None:
    """A summary, a draft, fulfilment and a pro forma: 500 is left of 1 000, and without the deposit they refuse as an invoice does."""
    order, deposit = half_paid_ahead()
    assert how(order, deposits=[deposit]).total == 500
    assert how(order, keep_deposits=True).total == 1000
    with pytest.raises(RefusedError) as refused:
        how(order)
    assert codes(refused) == ("deposit.open",)


@pytest.mark.parametrize("ended", ["cancelled", "closed short"])
@pytest.mark.parametrize("how", ["credited", "cancelled"])
def test_d3_a_deposit_can_always_be_given_back(ended: str, how: str) -> None:
    """The order was cancelled, or closed short after one of ten: the deposit goes back on its own document."""
    order, deposit = half_paid_ahead()
    if ended == "cancelled":
        order = orders.cancel(order, on=DAY).document
    else:
        order = invoices.post(order, {1: 1}, number="INV-1", on=DAY, keep_deposits=True).changed[0]
        order = orders.short_close(order, {1: 9}, on=DAY).document
    if how == "credited":
        done = credit_notes.post([CreditOf(invoice=deposit)], orders=order, number="CN-1", on=DAY)
    else:
        done = invoices.cancel(order, deposit, number="CN-1", on=DAY)
    [order] = [each for each in done.changed if isinstance(each, Order)]
    assert (done.document.total, order.advanced) == (-500, 0)
    assert (order.status is OrderStatus.CANCELLED) is (ended == "cancelled")


def test_d4_a_free_text_invoice_is_cancelled_by_its_opposite() -> None:
    """121.00 is cancelled by -121.00: nothing is owed and nothing is booked, by the words or by the accounts they were divided over."""
    lines = [
        FreeTextLine(text="Rent", account="8000", net=D("60.00"), vat=STANDARD),
        FreeTextLine(text="Heating", net=D("40.00"), vat=STANDARD, distributions=(("8010", D("30.00")), ("8020", D("10.00")))),
    ]
    invoice = free_text.post(free_text.draft(ACME, lines, "EUR", reference="R-1"), number="FT-1", on=DAY).document
    done = invoices.cancel((), invoice, number="FT-2", on=LATER)
    [after] = [each for each in done.changed if isinstance(each, Invoice)]
    assert (done.document.total, done.document.balance, after.balance, after.status) == (-121, 0, 0, InvoiceStatus.CANCELLED)
    assert done.document.reverses == "FT-1"
    assert left_by(after, done.document) == {}


def test_d5_a_deposit_is_cancelled_by_its_opposite() -> None:
    """A deposit of 500 is cancelled by -500; nothing is left to take off."""
    order, deposit = half_paid_ahead()
    done = invoices.cancel(order, deposit, number="D-2", on=DAY)
    order, after = done.changed
    assert (done.document.total, done.document.balance, after.balance, order.advanced) == (-500, 0, 0, 0)
    assert left_by(after, done.document) == {}
    with pytest.raises(RefusedError) as refused:
        invoices.post(order, number="INV-1", on=DAY, deposits=[after])
    assert codes(refused) == ("deposit.used-up",)
    assert invoices.post(order, number="INV-1", on=DAY).document.total == 1000


def test_d6_a_deposit_counts_once_towards_the_limit() -> None:
    """1 000 with 500 invoiced in advance: 1 000; once it is paid 500."""
    limit = CreditLimit(account="ACME", currency="EUR")
    order, deposit = half_paid_ahead()
    assert credit_limits.exposure(limit, invoices=[deposit], orders=[order]) == Exposure(balance=D(500), ordered=D(500))
    paid, _ = payments.receive(ACME, 500, "EUR", number="P-1", on=DAY, invoices=[deposit])
    assert credit_limits.exposure(limit, invoices=[paid], orders=[order]) == Exposure(ordered=D(500))


# ---------------------------------------------------------------------- reversals, exact


POLICIES = [TotalsPolicy(), WITH_VAT, TotalsPolicy(cash_step=D("0.05")), TotalsPolicy(part_nets=PartNets.CUMULATIVE)]


def of_many_kinds(policy: TotalsPolicy) -> list[Any]:
    """Lines at two rates, in the basis of the policy."""
    make = shelf if policy.is_gross else goods
    return [make(3, "33.33", STANDARD), make(7, "1.115", LOW, number="I-2")]


CHARGES = [charges.freight(D("6.95"), number=1), charges.discount(percentage=D("7.5"), number=2), charges.discount(D("3.33"), number=3)]


@pytest.mark.parametrize("policy", POLICIES, ids=str)
@pytest.mark.parametrize("part", [None, {1: 2}])
def test_a_cancelled_invoice_leaves_nothing(policy: TotalsPolicy, part: dict[int, int] | None) -> None:
    """Nets, each rate, charges, rounding and ledger entries add up to zero, and the order is as it was."""
    order = an_order(*of_many_kinds(policy), totals=policy, charges=CHARGES)
    before = order.totals, order.open_totals, order.charge_balances
    order, invoice = invoices.post(order, part, number="INV-1", on=DAY)
    order, after, reversal = invoices.cancel(order, invoice, number="INV-2", on=LATER)
    assert left_by(after, reversal) == {}
    assert (order.totals, order.open_totals, order.charge_balances) == before
    again = invoices.post(order, part, number="INV-3", on=LATER).document
    assert (again.totals, again.charges) == (invoice.totals, invoice.charges)


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_a_cancelled_credit_note_leaves_nothing(policy: TotalsPolicy) -> None:
    """The invoice stands as before it, and what was credited may be credited again."""
    order, invoice = sold(*of_many_kinds(policy), totals=policy, charges=CHARGES)
    order, once, [note] = credited(order, invoice, {1: 1, 2: 3})
    order, again, noted, reversal = invoices.cancel(order, note, number="CN-2", on=DAY, taken_back=[once])
    assert left_by(noted, reversal) == {}
    assert (again.balance, again.creditable, again.creditable_charges) == (invoice.balance, invoice.creditable, invoice.creditable_charges)
    assert order.charge(2).taken == sum(each.amount for each in invoice.charges if each.charge.number == 2)
    _, _, [whole] = credited(order, again, None)
    assert whole.total == -invoice.total


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_a_credit_of_all_leaves_nothing(policy: TotalsPolicy) -> None:
    """Line by line, in pieces, by amount, charges by themselves: whatever is credited last takes the rest."""
    order, invoice = sold(*of_many_kinds(policy), totals=policy, charges=CHARGES)
    order, invoice, notes = credited(order, invoice, {1: 1}, {2: 3}, {1: 1, 2: 1})
    by_amount = [CreditOf(invoice=invoice, amounts={1: D("1.07")}, charges={1: D("0.50")})]
    order, invoice, note = credit_notes.post(by_amount, orders=order, number="CN-A", on=DAY, reopens=False)
    order, invoice, rest = credited(order, invoice, None)
    assert left_by(invoice, *notes, note, *rest) == {}
    assert order.charge(3).taken == order.charge(1).taken == 0


def test_a_final_invoice_that_is_cancelled_gives_its_deposit_back() -> None:
    """The deposit stands open again, and the order may be invoiced as before."""
    order, deposit = half_paid_ahead(goods(3, "33.33", STANDARD), goods(7, "1.115", LOW))
    before = order.advanced, order.open_totals
    order, used, invoice = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit])
    done = invoices.cancel(order, invoice, number="INV-2", on=DAY, taken_back=[used])
    order, stands, after = done.changed
    assert left_by(after, done.document) == {}
    assert ((order.advanced, order.open_totals), stands.creditable) == (before, deposit.creditable)
    again = invoices.post(order, number="INV-3", on=DAY, deposits=[stands]).document
    assert again.totals == invoice.totals


def test_an_invoice_of_charges_alone_is_cancelled_and_credited() -> None:
    """Freight that is due when nothing else is."""
    order = an_order(goods(1, 100), charges=[charges.freight(5, number=1, vat=STANDARD)])
    order, first = invoices.post(order, number="INV-1", on=DAY)
    claim = [CreditOf(invoice=first, charges={1: D(5)})]
    order, first, note = credit_notes.post(claim, orders=order, number="CN-1", on=DAY, reopens=True)
    order, alone = invoices.post(order, number="INV-2", on=DAY)
    assert (note.total, alone.total, alone.lines) == (D("-6.05"), D("6.05"), ())
    order, after, reversal = invoices.cancel(order, alone, number="INV-3", on=DAY)
    assert left_by(after, reversal) == {}
    order, alone = invoices.post(order, number="INV-4", on=DAY)
    _, alone, [back] = credited(order, alone, None)
    assert left_by(alone, back) == {}


def test_a_credit_note_without_an_invoice_is_cancelled() -> None:
    """What was given back without a reference is taken again."""
    done = credit_notes.unreferenced(ACME, [goods(2, 10, STANDARD)], "EUR", number="CN-1", on=DAY)
    back = invoices.cancel((), done.document, number="CN-2", on=DAY)
    assert (done.document.total, back.document.total) == (D("-24.20"), D("24.20"))
    [after] = back.changed
    assert left_by(after, back.document) == {}
