"""Payments: no more goes back than came in, and every past day reads the same everywhere: the trials P1 to P4."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Invoice,
    Payment,
    PaymentTerms,
    Period,
    RefusedError,
    TradeParty,
    ageing,
    charges,
    credit_limits,
    credit_notes,
    deposits,
    einvoices,
    invoices,
    payments,
    reminders,
    statements,
)
from salesflow.documents import printed
from salesflow.model.credit import CheckPoint, CreditLimit, LimitType
from salesflow.model.exchange import Rate, RateTable
from salesflow.model.policies import DiscountBase, SettlementPolicy
from salesflow.model.reminder import Reminder, ReminderLevel, ReminderPlan
from salesflow.model.terms import CashDiscount, Instalment
from tests.builders import ACME, DAY, STANDARD, a_charge, an_order, codes
from tests.documents.papers import BOTH, lines_of
from tests.money.goods import credited, goods, sold

D = Decimal
EARLY = PaymentTerms(days=30, cash_discount=CashDiscount(percentage=D(2), days=10))
FOLLOWS = SettlementPolicy(credit_note_discounts=True)
IN_TIME = DAY + timedelta(days=5)


def paid_early(amount: str = "118.58", **terms: Any) -> tuple[Any, Invoice]:
    """100.00 with 21 percent, paid within ten days with 2 percent off."""
    order, invoice = sold(goods(10, 10, STANDARD), payment_terms=EARLY, **terms)
    invoice, _ = payments.receive(ACME, D(amount), "EUR", number="P-1", on=IN_TIME, invoices=[invoice])
    return order, invoice


# ---------------------------------------------------------------------- P: the trials


@pytest.mark.parametrize(("policy", "left"), [(FOLLOWS, "0"), (SettlementPolicy(), "-2.42")], ids=["follows", "stays"])
def test_p1_no_more_is_paid_back_than_came_in(policy: SettlementPolicy, left: str) -> None:
    """
    121.00 was paid with 118.58 in time, and credited whole: 118.58 goes back.

    What was granted goes back with it if the policy says so; otherwise it stays in favour, for what is bought later.
    """
    order, invoice = paid_early()
    assert invoice.balance == 0
    _, _, [note] = credited(order, invoice, None)
    after, refund = payments.refund([note], number="P-2", on=IN_TIME, policy=policy)
    assert (note.total, refund.amount, refund.balance, after.balance) == (-121, D("-118.58"), 0, D(left))
    with pytest.raises(RefusedError) as refused:
        payments.refund([note], D("118.59"), number="P-2", on=IN_TIME, policy=policy)
    assert codes(refused) == ("payment.over-refund",)
    with pytest.raises(RefusedError):
        payments.refund([after], number="P-3", on=IN_TIME, policy=policy)


@pytest.mark.parametrize("policy", [FOLLOWS, SettlementPolicy()], ids=["follows", "stays"])
def test_p1_by_the_other_door(policy: SettlementPolicy) -> None:
    """121.00 was paid back by hand: 118.58 of it settles the note, and 2.42 was too much."""
    order, invoice = paid_early()
    _, _, [note] = credited(order, invoice, None)
    _, refund = payments.receive(ACME, -121, "EUR", number="P-2", on=IN_TIME, invoices=[note], policy=policy)
    assert refund.balance == D("-2.42")


def test_p1_in_parts() -> None:
    """Credited in three parts, and paid back in four: 118.58 in all, whatever the cuts."""
    order, invoice = paid_early()
    order, invoice, notes = credited(order, invoice, {1: 3}, {1: 3}, None)
    assert sum(note.granted for note in notes) == D("-2.42")
    back: list[Payment] = []
    for note in notes:
        after, refund = payments.refund([note], 20, number=f"P-A{note.number}", on=IN_TIME, policy=FOLLOWS)
        after, rest = payments.refund([after], number=f"P-B{note.number}", on=IN_TIME, policy=FOLLOWS)
        assert after.balance == 0
        back += [refund, rest]
    assert sum(each.amount for each in back) == D("-118.58")


def test_p1_what_was_still_owed_had_no_discount() -> None:
    """60.50 is credited before anything is paid, the rest is paid with 2 percent off and credited: 59.29 goes back."""
    order, invoice = sold(goods(10, 10, STANDARD), payment_terms=EARLY)
    order, invoice, [first] = credited(order, invoice, {1: 5})
    invoice, _ = payments.receive(ACME, D("59.29"), "EUR", number="P-1", on=IN_TIME, invoices=[invoice])
    assert (first.granted, first.balance, invoice.balance) == (0, 0, 0)
    _, _, [note] = credited(order, invoice, None)
    assert (note.total, note.granted) == (D("-60.50"), D("-1.21"))
    assert payments.refund([note], number="P-2", on=IN_TIME).document.amount == D("-59.29")


def test_p1_what_was_written_off_never_came_in() -> None:
    """120.98 of 121.00 was received and two cents were written off: 120.98 goes back."""
    order, invoice = sold(goods(10, 10, STANDARD))
    policy = SettlementPolicy(tolerance=D("0.05"))
    invoice, _ = payments.receive(ACME, D("120.98"), "EUR", number="P-1", on=IN_TIME, invoices=[invoice], policy=policy)
    _, _, [note] = credited(order, invoice, None)
    assert payments.refund([note], number="P-2", on=IN_TIME, policy=FOLLOWS).document.amount == D("-120.98")


def test_p1_a_cancelled_invoice_is_paid_back_as_it_was_paid() -> None:
    """What cancels it stands 121.00 in favour, and 118.58 goes back."""
    order, invoice = paid_early()
    _, _, reversal = invoices.cancel(order, invoice, number="INV-2", on=IN_TIME)
    assert (reversal.balance, reversal.granted) == (-121, D("-2.42"))
    after, refund = payments.refund([reversal], number="P-2", on=IN_TIME, policy=FOLLOWS)
    assert (refund.amount, after.balance) == (D("-118.58"), 0)


def test_p1_a_deposit_that_was_paid_early_is_remembered() -> None:
    """A deposit of half is paid with 2 percent off, and taken off; all is credited: what came in goes back."""
    order, deposit = deposits.post(an_order(goods(10, 10, STANDARD), payment_terms=EARLY), percentage=50, number="D-1", on=DAY)
    deposit, one = payments.receive(ACME, D("59.29"), "EUR", number="P-1", on=IN_TIME, invoices=[deposit])
    order, _, invoice = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit])
    invoice, other = payments.receive(ACME, D("59.29"), "EUR", number="P-2", on=IN_TIME, invoices=[invoice])
    _, _, [note] = credited(order, invoice, None)
    refund = payments.refund([note], number="P-3", on=IN_TIME).document
    assert (note.total, refund.amount) == (-121, -(one.amount + other.amount))


def test_p2_a_past_day_reads_as_it_was() -> None:
    """40.00 is received on day 0 and paid back on day 10: on day 5 it stood in favour, in the ageing and in the statement."""
    prepaid = payments.receive(ACME, 40, "EUR", number="P-1", on=DAY).document
    later = DAY + timedelta(days=10)
    done = payments.refund([prepaid], number="P-2", on=later)
    known = [done.document, *(each for each in done.changed if isinstance(each, Payment))]
    for day, owed in ((0, -40), (5, -40), (9, -40), (10, 0), (11, 0)):
        on = DAY + timedelta(days=day)
        aged = ageing.age([], known, on=on)
        assert sum(each.balance for each in aged) == owed
        assert statements.statement("ACME", "EUR", [], known, period=Period(DAY, on)).closing == owed


HALVES = PaymentTerms(instalments=(Instalment(share=D(50), days=10), Instalment(share=D(50), days=100)))
PLAN = ReminderPlan(levels=(ReminderLevel(days=7, fee=D(0), title="A reminder"), ReminderLevel(days=40, fee=D(5), title="Again")))


def after(days: int) -> date:
    """So many days after the invoice."""
    return DAY + timedelta(days=days)


def test_p3_instalments_are_overdue_one_by_one() -> None:
    """100.00, half of it after 10 days and half after 100. On day 40 the first half is 30 days late, and the second is not due."""
    invoice = sold(goods(1, 100), payment_terms=HALVES)[1]
    assert [(invoice.overdue(after(day)), invoice.is_overdue(after(day))) for day in (10, 11, 100, 101)] == [
        (0, False),
        (50, True),
        (50, True),
        (100, True),
    ]
    [aged] = ageing.age([invoice], on=after(40))
    assert dict(zip(aged.labels(), aged.amounts, strict=True))["not due"] == 50
    assert aged.amounts[:2] == (50, 50)
    [proposal] = reminders.due_for_reminder([invoice], [], plan=PLAN, on=after(40))
    [line] = proposal.lines
    assert (line.invoice, line.due, line.balance, line.days_overdue, line.level) == ("INV-1", after(10), 50, 30, 1)


def test_p3_each_instalment_climbs_its_own_levels() -> None:
    """The first half was reminded of on day 40 and has its second reminder on day 110; the second half has its first one then."""
    invoice = sold(goods(1, 100), payment_terms=HALVES)[1]
    [proposal] = reminders.due_for_reminder([invoice], [], plan=PLAN, on=after(40))
    first: Reminder = reminders.remind(proposal, [invoice], [], number="R-1", on=after(40)).document
    [proposal] = reminders.due_for_reminder([invoice], [first], plan=PLAN, on=after(110))
    assert [(line.due, line.balance, line.level, line.days_overdue) for line in proposal.lines] == [
        (after(10), 50, 2, 100),
        (after(100), 50, 1, 10),
    ]
    second: Reminder = reminders.remind(proposal, [invoice], [first], number="R-2", on=after(110)).document
    assert (second.overdue, second.level, second.fee) == (100, 2, 5)
    paid, _ = payments.receive(ACME, 60, "EUR", number="P-1", on=after(111), invoices=[invoice])
    [proposal] = reminders.due_for_reminder([paid], [first, second], plan=PLAN, on=after(140))
    assert [(line.due, line.balance, line.level) for line in proposal.lines] == [(after(100), 40, 2)]


def test_p3_both_instalments_are_on_paper_and_in_the_electronic_invoice() -> None:
    """Each with its day and its amount."""
    invoice = sold(goods(1, 100), payment_terms=HALVES)[1]
    shown = lines_of(printed.invoice(invoice, **BOTH))
    assert "12 maart 2026 50,00" in shown
    assert "10 juni 2026 50,00" in shown
    made = einvoices.of_invoice(invoice, seller=TradeParty(name="Us"), buyer=TradeParty(name="Them"))
    assert (made.payment_terms, made.due) == ("2026-03-12: 50.00 EUR; 2026-06-10: 50.00 EUR", after(100))


def test_p4_a_limit_looks_at_every_currency() -> None:
    """A limit of 1 euro, and an order of 1 000 dollars: refused at a rate, and refused for want of one."""
    limit = CreditLimit(account="ACME", currency="EUR", type=LimitType.BALANCE_AND_ORDERS, amount=D(1))
    dollars = an_order(goods(10, 100), currency="USD")
    rates = RateTable(base="EUR", on=DAY, rates=(Rate(currency="USD", rate=D("0.9")),))
    for given_rates, code in ((rates, "credit-limit.exceeded"), (None, "credit-limit.no-rate")):
        with pytest.raises(RefusedError) as refused:
            credit_limits.require(limit, CheckPoint.CONFIRMATION, on=DAY, orders=[dollars], rates=given_rates)
        assert codes(refused) == (code,)


# ---------------------------------------------------------------------- what else the rules say


@pytest.mark.parametrize(("base", "discount"), [(DiscountBase.WITHOUT_FREIGHT, "2.42"), (DiscountBase.WITH_FREIGHT, "3.03")])
def test_a_cash_discount_leaves_freight_out(base: DiscountBase, discount: str) -> None:
    """2 percent of 121.00 for goods, or of 151.25 with freight of 25.00 and its VAT [CHG-P5]."""
    freight = charges.freight(25, number=1)
    order, invoice = sold(goods(10, 10, STANDARD), charges=[freight], payment_terms=EARLY)
    assert invoice.total == D("151.25")
    policy = SettlementPolicy(discount_base=base)
    money = invoice.total - D(discount)
    settled, payment = payments.receive(ACME, money, "EUR", number="P-1", on=IN_TIME, invoices=[invoice], policy=policy)
    assert (settled.balance, payment.balance, settled.settlements[0].discount) == (0, 0, D(discount))
    fee = charges.fee(25, number=1)
    invoice = sold(goods(10, 10, STANDARD), charges=[fee], payment_terms=EARLY)[1]
    settled, _ = payments.receive(ACME, invoice.total - D("3.03"), "EUR", number="P-1", on=IN_TIME, invoices=[invoice])
    assert settled.balance == 0
    assert order.charge(1).taken == 25


def test_part_of_a_discount_leaves_freight_out_too() -> None:
    """Half is paid, and earns its own part: 2 percent of what is not freight, or four fifths of it [PAY-3]."""
    freight = a_charge(amount=D("30.25"))
    invoice = sold(goods(10, 10, STANDARD), charges=[freight], payment_terms=EARLY)[1]
    policy = SettlementPolicy(partial_discounts=True)
    settled, _ = payments.receive(ACME, D("49.20"), "EUR", number="P-1", on=IN_TIME, invoices=[invoice], policy=policy)
    [part] = settled.settlements
    assert part.discount == (D("49.20") * D("1.6") / D("98.4")).quantize(D("0.01"))


amounts = st.integers(1, 30_000).map(lambda units: D(units).scaleb(-2))


@given(data=st.data(), price=amounts, terms=st.sampled_from([EARLY, HALVES, PaymentTerms(days=14)]))
def test_ageing_and_statement_agree_on_every_day(data: st.DataObject, price: Decimal, terms: PaymentTerms) -> None:
    """Whatever was invoiced, credited, paid, undone and paid back: what is owed on a day is the same in both, for every day since."""
    policy = data.draw(st.sampled_from([FOLLOWS, SettlementPolicy(), SettlementPolicy(tolerance=D("0.50"))]))
    order, invoice = sold(goods(3, price, STANDARD), payment_terms=terms)
    known: dict[str, Invoice | Payment] = {invoice.number: invoice}
    day = DAY
    for place in range(data.draw(st.integers(1, 8))):
        day += timedelta(days=data.draw(st.integers(0, 20)))
        bills = [each for each in known.values() if isinstance(each, Invoice)]
        money = [each for each in known.values() if isinstance(each, Payment)]
        step = data.draw(st.sampled_from(["pay", "prepay", "settle", "undo", "credit", "refund", "offset"]))
        try:
            if step == "pay":
                done: Any = payments.receive(ACME, data.draw(amounts), "EUR", number=f"P-{place}", on=day, invoices=bills, policy=policy)
            elif step == "prepay":
                done = payments.receive(ACME, data.draw(amounts), "EUR", number=f"P-{place}", on=day)
            elif step == "settle":
                done = payments.settle(data.draw(st.sampled_from(money)), bills, on=day, policy=policy) if money else None
            elif step == "undo":
                done = payments.unsettle(data.draw(st.sampled_from(money)), [data.draw(st.sampled_from(bills))], on=day) if money else None
            elif step == "credit":
                done = credit_notes.post(known["INV-1"], {1: 1}, orders=order, number=f"CN-{place}", on=day, reopens=False)  # type: ignore[arg-type]
                order = done.changed[0]
            elif step == "refund":
                done = payments.refund(known.values(), number=f"P-{place}", on=day, policy=policy)
            else:
                done = payments.offset(bills, on=day, policy=policy)
        except RefusedError:
            continue
        if done is not None:
            known |= {each.number: each for each in (*done.made, *done.changed) if isinstance(each, Invoice | Payment)}
    bills = [each for each in known.values() if isinstance(each, Invoice)]
    money = [each for each in known.values() if isinstance(each, Payment)]
    for passed in range((day - DAY).days + 2):
        on = DAY + timedelta(days=passed)
        closing = statements.statement("ACME", "EUR", bills, money, period=Period(DAY, on)).closing
        assert sum((each.balance for each in ageing.age(bills, money, on=on)), D(0)) == closing
        assert sum((each.balance_on(on) for each in bills), D(0)) - sum((each.balance_on(on) for each in money), D(0)) == closing
