"""Settlement: cash discounts, differences, credit notes, prepayments; undone and paid back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    FreeTextLine,
    Invoice,
    InvoiceStatus,
    Item,
    OrderLine,
    OrderType,
    Payment,
    PaymentTerms,
    RefusedError,
    Vat,
    free_text,
    invoices,
    payments,
)
from salesflow.model.invoice import InvoiceKind
from salesflow.model.payment import PaymentUse
from salesflow.model.policies import CashDiscounts, Overpayment, SettlementPolicy
from salesflow.model.terms import CashDiscount, Instalment
from tests.builders import ACME, DAY, LATER, an_order, codes

ONE_IN_14 = CashDiscount(percentage=Decimal(1), days=14)
TWO_IN_5 = CashDiscount(percentage=Decimal(2), days=5, then=ONE_IN_14)
TEN = CashDiscount(percentage=Decimal(10), days=14)
PARTIAL = SettlementPolicy(partial_discounts=True)


def bill(total: str | int, number: str = "INV-1", *, on: date = DAY, discount: CashDiscount | None = None, **terms: Any) -> Invoice:
    """An invoice of just so much, without VAT; below zero it is a credit note."""
    amount = Decimal(total)
    kind = OrderType.RETURNED_ORDER if amount < 0 else OrderType.SALES_ORDER
    line = OrderLine(item=Item(number="I-1"), ordered=Decimal(-1 if amount < 0 else 1), price=abs(amount))
    conditions = PaymentTerms(cash_discount=discount, **({"days": 30} | terms))
    order = an_order(line, number=f"SO-{number}", type=kind, rma="RMA-1", on=on, payment_terms=conditions)
    invoice: Invoice = invoices.post(order, number=number, on=on).document
    return invoice


def pay(amount: str | int, *owed: Invoice, after: int = 0, policy: SettlementPolicy | None = None, number: str = "P-1") -> Any:
    """Receive so much, so many days after the first day."""
    on = DAY + timedelta(days=after)
    return payments.receive(ACME, Decimal(amount), "EUR", number=number, on=on, invoices=owed, policy=policy or SettlementPolicy())


def parts(invoice: Invoice) -> list[tuple[Decimal, Decimal, Decimal]]:
    """What settled it: amount, discount, difference."""
    return [(each.amount, each.discount, each.difference) for each in invoice.settlements]


# ---------------------------------------------------------------------- cash discounts


def test_a_payment_in_time_earns_the_discount() -> None:
    """980.00 closes 1000.00 at two percent within five days, 990.00 at one percent within fourteen; a day later nothing is granted."""
    for amount, day in ((980, 5), (990, 6), (990, 14)):
        invoice, payment = pay(amount, bill(1000, discount=TWO_IN_5), after=day)
        assert (invoice.status, payment.balance) == (InvoiceStatus.PAID, 0)
    for amount, day in ((980, 6), (990, 15)):
        invoice, _ = pay(amount, bill(1000, discount=TWO_IN_5), after=day)
        assert invoice.balance == 1000 - amount
    invoice, payment = pay(1000, bill(1000, discount=ONE_IN_14))
    assert (parts(invoice), payment.balance) == ([(1000, 10, 0)], 10)


@pytest.mark.parametrize(
    ("total", "chain", "payments_", "policy", "discounts", "balance"),
    [
        (100, CashDiscount(percentage=Decimal(2), days=5), [(49, 0)], PARTIAL, ["1.00"], 50),
        (100, CashDiscount(percentage=Decimal(2), days=5), [(49, 0)], SettlementPolicy(), ["0"], 51),
        (1000, ONE_IN_14, [(297, 3)], PARTIAL, ["3.00"], 700),
        (1000, ONE_IN_14, [(297, 3), (693, 20)], PARTIAL, ["3.00", "0"], 7),
        (
            1000,
            ONE_IN_14,
            [(297, 3), (693, 20)],
            SettlementPolicy(partial_discounts=True, discounts=CashDiscounts.ALWAYS),
            ["3.00", "7.00"],
            0,
        ),
        (1000, TWO_IN_5, [(294, 5), (693, 14)], PARTIAL, ["6.00", "7.00"], 0),
        (1000, TWO_IN_5, [(980, 1)], SettlementPolicy(discounts=CashDiscounts.NEVER), ["0"], 20),
        (1000, None, [(297, 3)], PARTIAL, ["0"], 703),
    ],
)
def test_partial_payments_earn_their_part(
    total: int,
    chain: CashDiscount | None,
    payments_: list[tuple[int, int]],
    policy: SettlementPolicy,
    discounts: list[str],
    balance: int,
) -> None:
    """A payment of p of a hundred earns p / (100 - p) of itself, if the policy says so [PAY-3]."""
    invoice = bill(total, discount=chain)
    for place, (amount, day) in enumerate(payments_):
        invoice, payment = pay(amount, invoice, after=day, policy=policy, number=f"P-{place}")
        assert payment.balance == 0
    assert [each.discount for each in invoice.settlements] == [Decimal(each) for each in discounts]
    assert invoice.balance == balance


def test_always_takes_the_last_of_the_chain() -> None:
    """Long after both have run out, one percent is granted."""
    invoice, payment = pay(990, bill(1000, discount=TWO_IN_5), after=90, policy=SettlementPolicy(discounts=CashDiscounts.ALWAYS))
    assert (invoice.balance, payment.balance) == (0, 0)


def test_a_credit_note_gives_its_discount_back() -> None:
    """1000 and -100 at one percent settle as 990 and -99, so 891 close both; otherwise the credit counts in full [PAY-4]."""
    owed, credit = bill(1000, discount=ONE_IN_14), bill(-100, "CN-1", discount=ONE_IN_14)
    after, note, payment = pay(891, owed, credit, policy=SettlementPolicy(credit_note_discounts=True))
    assert (after.balance, note.balance, payment.balance) == (0, 0, 0)
    assert parts(note) == [(-100, -1, 0)]
    assert parts(after) == [(99, 0, 0), (901, 10, 0)]
    after, note, payment = pay(890, owed, credit)
    assert (after.balance, note.balance, payment.balance, parts(note)) == (0, 0, 0, [(-100, 0, 0)])


# ---------------------------------------------------------------------- too much, too little


@pytest.mark.parametrize(
    ("amount", "policy", "found", "left"),
    [
        ("95.00", SettlementPolicy(tolerance=Decimal("0.50")), ("105", "10.50", "0.50"), 0),
        ("95.00", SettlementPolicy(tolerance=Decimal("0.49")), ("105", "10.50", "0"), "0.50"),
        ("95.00", SettlementPolicy(overpayment=Overpayment.UNSPECIFIC), ("105", "10.00", "0"), 0),
        ("105.20", SettlementPolicy(overpayment=Overpayment.UNSPECIFIC), ("105", "0", "0"), "0.20"),
        ("105.20", SettlementPolicy(overpayment=Overpayment.UNSPECIFIC, tolerance=Decimal("0.20")), ("105", "0", "0.20"), 0),
        ("94.20", SettlementPolicy(tolerance=Decimal("0.30")), ("105", "10.50", "-0.30"), 0),
        ("94.20", SettlementPolicy(tolerance=Decimal("0.29")), ("94.20", "0", "0"), 0),
    ],
)
def test_small_differences_are_booked_away(amount: str, policy: SettlementPolicy, found: tuple[str, str, str], left: str | int) -> None:
    """105 with a discount of 10.50 needs 94.50: within the tolerance the difference goes, beyond it stays [PAY-6]."""
    invoice, payment = pay(amount, bill(105, discount=TEN), policy=policy)
    assert [(sum(each)) for each in zip(*parts(invoice), strict=True)] == [Decimal(each) for each in found]
    assert payment.balance == Decimal(left)
    assert sum(use.amount for use in payment.uses) + payment.balance == Decimal(amount)


def test_a_tolerance_is_no_gift_to_an_invoice_nobody_paid() -> None:
    """Money that is used up closes nothing more, however small."""
    first, second = bill(100, "A"), bill("0.10", "B")
    after, payment = pay(100, first, second, policy=SettlementPolicy(tolerance=Decimal("0.50")))
    assert (after.number, after.balance, payment.balance) == ("A", 0, 0)


# ---------------------------------------------------------------------- in which order


AUTUMN = [("A", 100, date(2026, 8, 15)), ("B", 250, date(2026, 9, 1)), ("C", 500, date(2026, 10, 15))]


@pytest.mark.parametrize(
    ("policy", "settled", "left"),
    [
        (SettlementPolicy(), {"A": 100, "B": 250, "C": 350}, 150),
        (SettlementPolicy(first=(InvoiceKind.FREE_TEXT,)), {"NOTE": 7, "A": 100, "B": 250, "C": 343}, 157),
    ],
)
def test_payments_are_settled_by_due_date_or_by_kind_first(policy: SettlementPolicy, settled: dict[str, int], left: int) -> None:
    """700 over 100, 250, 500 and an interest note of 7: the oldest first, or the note before them [PAY-7]."""
    owed = [bill(total, number, on=on, days=0) for number, total, on in AUTUMN]
    note = free_text.draft(ACME, [FreeTextLine(text="Interest", account="8100", net=Decimal("7.00"), vat=Vat("O"))], "EUR", reference="R")
    interest = free_text.post(note, number="NOTE", on=date(2026, 10, 20)).document
    done = payments.receive(ACME, 700, "EUR", number="P-1", on=date(2026, 10, 25), invoices=[*owed, interest], policy=policy)
    assert {use.document: use.amount for use in done.document.uses} == settled
    assert {each.number: each.balance for each in done.changed if each.balance} == {"C": left}


def test_invoices_and_credit_notes_settle_each_other() -> None:
    """Without money: 300 and 50 owed, 120 and 90 in favour; the first due takes what it can, the rest goes on."""
    owed, later = bill(100, "A"), bill(200, "B", days=60)
    first, second = bill(-120, "CN-1"), bill(-90, "CN-2", days=60)
    done = payments.offset([later, owed, second, first], on=LATER)
    left = {each.number: each.balance for each in done.document}
    assert left == {"A": 0, "B": 90, "CN-1": 0, "CN-2": 0}
    assert {(event.number, event.payment, event.amount) for event in done.events} == {
        ("A", "CN-1", 100),
        ("B", "CN-1", 20),
        ("B", "CN-2", 90),
        ("CN-1", "A", -100),
        ("CN-1", "B", -20),
        ("CN-2", "B", -90),
    }


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        ((), "payment.nothing-to-offset"),
        ((bill(100),), "payment.nothing-to-offset"),
        ((bill(-100),), "payment.nothing-to-offset"),
        ((bill(100), bill(-100)), "payment.invoice-twice"),
        ((bill(100), bill(-100, "CN-1", on=LATER + timedelta(days=1))), "payment.before-invoice"),
    ],
)
def test_what_cannot_be_offset(given_: tuple[Invoice, ...], code: str) -> None:
    """There must be something on both sides."""
    with pytest.raises(RefusedError) as refused:
        payments.offset(given_, on=LATER)
    assert code in codes(refused)


# ---------------------------------------------------------------------- undone, kept, paid back


def test_undoing_a_settlement_undoes_its_discount_too() -> None:
    """The invoice is owed again and the payment has its money again; not earlier than it was settled, and not twice [PAY-8]."""
    invoice, payment = pay(95, bill(105, discount=TEN), policy=SettlementPolicy(tolerance=Decimal(1)), after=3)
    with pytest.raises(RefusedError) as refused:
        payments.unsettle(payment, [invoice], on=DAY)
    assert codes(refused) == ("payment.before-payment",)
    payment, invoice = payments.unsettle(payment, [invoice], on=LATER)
    assert (invoice.balance, payment.balance, invoice.status) == (105, 95, InvoiceStatus.OPEN)
    assert [sum(each) for each in zip(*parts(invoice), strict=True)] == [0, 0, 0]
    with pytest.raises(RefusedError) as refused:
        payments.unsettle(payment, [invoice], on=LATER)
    assert codes(refused) == ("payment.not-settled",)
    payment, invoice = payments.settle(payment, [invoice], on=LATER)
    assert (invoice.balance, payment.balance) == (0, Decimal("0.50"))


def test_a_prepayment_is_kept_for_its_order() -> None:
    """Reserved for one order it settles no invoice of another; unreserved it settles any [PRE-1]."""
    mine, other = bill(100, "A"), bill(100, "B")
    kept = payments.receive(ACME, 150, "EUR", number="P-1", on=DAY, reserved_for="SO-A").document
    with pytest.raises(RefusedError) as refused:
        payments.settle(kept, [mine, other], on=DAY)
    assert codes(refused) == ("payment.reserved",)
    after, mine = payments.settle(kept, [mine], on=DAY)
    assert (mine.balance, after.balance) == (0, 50)


def test_a_payment_settles_nothing_before_its_day() -> None:
    """A settlement is dated no earlier than the payment."""
    payment = payments.receive(ACME, 10, "EUR", number="P-1", on=LATER).document
    with pytest.raises(RefusedError) as refused:
        payments.settle(payment, [bill(100)], on=DAY)
    assert codes(refused) == ("payment.before-payment",)


def test_another_compensation_settles_like_money() -> None:
    """A load of firewood worth 100.00 pays what is owed; the record says what it was."""
    invoice, payment = payments.receive(ACME, 100, "EUR", number="P-1", on=DAY, invoices=[bill(100)], compensation="a load of firewood")
    assert (invoice.status, payment.compensation) == (InvoiceStatus.PAID, "a load of firewood")


def test_no_more_is_paid_back_than_stands_in_favour() -> None:
    """A credit note of 60 and 50 left of a payment: 110 may go, the oldest first, and not a cent more [I4]."""
    note = bill(-60, "CN-1", on=DAY)
    prepaid = payments.receive(ACME, 50, "EUR", number="P-0", on=LATER).document
    for asked in (Decimal("110.01"), 0, -5):
        with pytest.raises(RefusedError) as refused:
            payments.refund([note, prepaid], asked, number="P-1", on=LATER)
        assert codes(refused) == ("payment.over-refund",)
    after, prepaid_after, refund = payments.refund([prepaid, note], 80, number="P-1", on=LATER)
    assert (after.balance, prepaid_after.balance, refund.balance, refund.amount) == (0, 30, 0, -80)
    assert refund.uses == (PaymentUse("CN-1", LATER, Decimal(-60)), PaymentUse("P-0", LATER, Decimal(-20)))
    _, _, whole = payments.refund([prepaid, note], number="P-1", on=LATER)
    assert whole.amount == -110
    [only] = payments.refund([note, prepaid], 60, number="P-2", on=LATER).changed
    assert only.balance == 0


def test_what_is_paid_back_is_of_one_account_and_day() -> None:
    """Nothing at all, another's payment, another currency, a later payment."""
    mine = bill(-60, "CN-1")
    choices: list[list[Invoice | Payment]] = [
        [],
        [bill(60)],
        [mine, Payment(number="P", account="JANE", currency="EUR", amount=Decimal(5), on=DAY)],
        [mine, Payment(number="P", account="ACME", currency="USD", amount=Decimal(5), on=DAY)],
        [mine, Payment(number="P", account="ACME", currency="EUR", amount=Decimal(5), on=LATER)],
    ]
    for documents in choices:
        with pytest.raises(RefusedError) as refused:
            payments.refund(documents, number="P-1", on=DAY)
        assert codes(refused)[0] in {
            "payment.over-refund",
            "payment.another-account",
            "payment.another-currency",
            "payment.before-payment",
        }


def test_instalments_are_settled_like_any_invoice() -> None:
    """Two parts of 50: the first payment covers the first, and the invoice is paid with the second."""
    invoice = bill(100, instalments=(Instalment(share=Decimal(50)), Instalment(share=Decimal(50), months=1)), days=0)
    assert [(due.on, due.amount) for due in invoice.schedule] == [(DAY, 50), (date(2026, 4, 2), 50)]
    assert (invoice.due, invoice.overdue(date(2026, 3, 3)), invoice.overdue(DAY)) == (date(2026, 4, 2), 50, 0)
    assert invoice.is_overdue(date(2026, 3, 3))
    half, _ = pay(50, invoice)
    assert (half.overdue(date(2026, 4, 2)), half.overdue(date(2026, 4, 3)), half.is_overdue(date(2026, 4, 2))) == (0, 50, False)


@pytest.mark.parametrize("tolerance", ["-0.01", 1])
def test_a_tolerance_is_an_amount(tolerance: Any) -> None:
    """Zero or more, and exact."""
    with pytest.raises((TypeError, ValueError), match="tolerance must be"):
        SettlementPolicy(tolerance=Decimal(tolerance) if isinstance(tolerance, str) else tolerance)


# ---------------------------------------------------------------------- laws


@given(
    totals=st.lists(st.decimals(-300, 300, places=2).filter(bool), min_size=1, max_size=5),
    amount=st.decimals(-500, 500, places=2).filter(bool),
    after=st.integers(0, 20),
    policy=st.builds(
        SettlementPolicy,
        discounts=st.sampled_from(CashDiscounts),
        partial_discounts=st.booleans(),
        credit_note_discounts=st.booleans(),
        tolerance=st.sampled_from([Decimal(0), Decimal("0.50")]),
        overpayment=st.sampled_from(Overpayment),
    ),
)
def test_settlement_conserves_amounts(totals: list[Decimal], amount: Decimal, after: int, policy: SettlementPolicy) -> None:
    """
    Money plus discounts less differences is what is no longer owed [PAY-5].

    Nothing changes its sign, no source gives more than it has, and undoing it brings the money back [PAY-8].
    """
    owed = [bill(str(total), f"I-{place}", discount=TWO_IN_5) for place, total in enumerate(totals)]
    try:
        done = pay(str(amount), *owed, after=after, policy=policy)
    except RefusedError as refused:
        assert set(refused.codes) == {"payment.direction"}
        return
    payment = done.document
    now = {each.number: each for each in owed} | {each.number: each for each in done.changed}
    moved = sum((before.balance - now[before.number].balance for before in owed), Decimal(0))
    discount = sum((each.discount for invoice in now.values() for each in invoice.settlements), Decimal(0))
    difference = sum((each.difference for invoice in now.values() for each in invoice.settlements), Decimal(0))
    assert moved == amount - payment.balance + discount - difference
    for before in owed:
        assert 0 <= now[before.number].balance * (1 if before.total > 0 else -1) <= abs(before.total)
    assert 0 <= payment.balance * (1 if amount > 0 else -1) <= abs(amount)
    assert abs(difference) <= policy.tolerance
    touched = [each for each in now.values() if any(part.document == "P-1" for part in each.settlements)]
    if touched:
        back = payments.unsettle(payment, touched, on=DAY + timedelta(days=after))
        assert back.document.balance == amount
