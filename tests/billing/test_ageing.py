"""Ageing: what is open on a day, by how long it is overdue."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Invoice, Payment, PaymentTerms, Period, invoices, payments
from salesflow.billing.ageing import AgedAccount, Bucket, age
from salesflow.billing.statements import statement
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import InvoiceKind
from salesflow.model.policies import SettlementPolicy
from salesflow.model.terms import CashDiscount
from tests.builders import DAY, an_order

DUE = DAY + timedelta(days=30)


def an_invoice(amount: object = "100.00", number: str = "INV-1", on: date = DAY, account: str = "ACME", currency: str = "EUR") -> Invoice:
    """An invoice of so much, due in thirty days."""
    line = FreeTextLine(number=1, text="Work", account="8000", net=Decimal(str(amount)))
    return Invoice(number=number, on=on, account=account, currency=currency, payment_terms=PaymentTerms(days=30), free_text=(line,))


def paid(amount: object, number: str, on: date, *owed: Invoice) -> tuple[Payment, list[Invoice]]:
    """A payment, and the invoices as they are after it."""
    done = payments.receive("ACME", Decimal(str(amount)), "EUR", number=number, on=on, invoices=owed)
    after = {each.number: each for each in done.changed}
    return done.document, [after.get(each.number, each) for each in owed]


def only(aged: tuple[AgedAccount, ...]) -> tuple[str, ...]:
    """The columns of the one account, and what is unallocated."""
    [account] = aged
    return tuple(str(amount) for amount in (*account.amounts, account.unallocated))


@pytest.mark.parametrize(
    ("days", "column"),
    [(-29, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (1000, 4)],
)
def test_each_column_begins_and_ends_on_its_day(days: int, column: int) -> None:
    """An invoice is not overdue on its due date, and one day overdue on the next [PAY-1]."""
    [account] = age([an_invoice()], on=DUE + timedelta(days=days))
    assert account.amounts == tuple(Decimal(100) if place == column else 0 for place in range(5))
    assert (account.unallocated, account.balance, account.currency) == (0, 100, "EUR")


def test_columns_have_headings_in_two_languages() -> None:
    """The usual columns, and others."""
    [account] = age([an_invoice()], on=DAY)
    assert account.labels() == ("not due", "1-30 days", "31-60 days", "61-90 days", "over 90 days")
    assert account.labels("nl") == ("niet vervallen", "1-30 dagen", "31-60 dagen", "61-90 dagen", "meer dan 90 dagen")
    assert Bucket(None, 14).label() == "up to 14 days"
    assert Bucket(None, 14).label("nl") == "tot en met 14 dagen"
    [account] = age([an_invoice()], on=DUE + timedelta(days=15), buckets=(14,))
    assert (account.buckets, account.amounts) == ((Bucket(None, 14), Bucket(15, None)), (0, 100))


@pytest.mark.parametrize("buckets", [(), (30, 0), (0, 30, 30), (-1, 30), (0, True), (0, Decimal(30)), ("0",), [0, 30]])
def test_buckets_are_whole_numbers_in_rising_order(buckets: Any) -> None:
    """Anything else has no meaning."""
    with pytest.raises(ValueError, match="buckets must be a tuple of whole numbers from zero in rising order"):
        age([], on=DAY, buckets=buckets)
    assert age([], on=DAY, buckets=(0,)) == ()


def test_a_settlement_counts_from_its_day() -> None:
    """40.00 paid on the 20th: open is 100.00 on the 19th and 60.00 on the 20th; the payment is nowhere before and used up after."""
    day = date(2026, 3, 20)
    payment, owed = paid("40.00", "P-1", day, an_invoice())
    assert only(age(owed, [payment], on=day - timedelta(days=1))) == ("100.00", "0.00", "0.00", "0.00", "0.00", "0.00")
    assert only(age(owed, [payment], on=day)) == ("60.00", "0.00", "0.00", "0.00", "0.00", "0.00")


def test_a_payment_is_unallocated_until_it_settles() -> None:
    """150.00 received on the 5th, settled on the 20th: until then 150.00 is unallocated, after it 50.00."""
    received, settled = date(2026, 3, 5), date(2026, 3, 20)
    payment = payments.receive("ACME", Decimal("150.00"), "EUR", number="P-1", on=received).document
    payment, owed = payments.settle(payment, [an_invoice()], on=settled)
    assert only(age([owed], [payment], on=received - timedelta(days=1))) == ("100.00", "0.00", "0.00", "0.00", "0.00", "0.00")
    assert only(age([owed], [payment], on=settled - timedelta(days=1))) == ("100.00", "0.00", "0.00", "0.00", "0.00", "-150.00")
    assert only(age([owed], [payment], on=settled)) == ("0.00", "0.00", "0.00", "0.00", "0.00", "-50.00")


def test_credit_notes_and_refunds_stand_apart_from_the_columns() -> None:
    """A credit of 30.00 lowers no column; a refund of 10.00 takes that much of it back."""
    credit = an_invoice("-30.00", "CN-1")
    late = DUE + timedelta(days=40)
    assert only(age([an_invoice(), credit], on=late)) == ("0.00", "0.00", "100.00", "0.00", "0.00", "-30.00")
    refund, [after] = paid("-10.00", "P-1", DUE, credit)
    [account] = age([an_invoice(), after], [refund], on=late)
    assert (account.unallocated, account.balance) == (Decimal("-20.00"), Decimal("80.00"))
    alone = payments.receive("ACME", Decimal("-5.00"), "EUR", number="P-2", on=DAY).document
    assert only(age([], [alone], on=DAY)) == ("0.00", "0.00", "0.00", "0.00", "0.00", "5.00")


def test_a_cancelled_invoice_was_open_until_it_was_cancelled() -> None:
    """The day before it is owed, on the day it and its reversal are settled and the account has nothing open."""
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    later = DAY + timedelta(days=5)
    _, cancelled, reversal = invoices.cancel(order, invoice, number="INV-2", on=later)
    [before] = age([cancelled, reversal], on=later - timedelta(days=1))
    assert before.balance == Decimal("217.80")
    assert age([cancelled, reversal], on=later) == ()


def test_a_payment_on_an_invoice_that_is_not_given_is_taken_as_settled() -> None:
    """The settlement is dated on the invoice; without it only what is left now is known."""
    payment, _ = paid("150.00", "P-1", DUE, an_invoice())
    assert only(age([], [payment], on=DUE)) == ("0.00", "0.00", "0.00", "0.00", "0.00", "-50.00")


def test_what_is_no_posted_document_is_left_out_or_refused() -> None:
    """A pro forma is owed by nobody; a moment is no day, a text no document."""
    assert age([evolve(an_invoice(), kind=InvoiceKind.PRO_FORMA)], on=DAY) == ()
    wrong: Any = "INV-1"
    choices: list[Any] = [([wrong],), ([], [wrong])]
    for arguments in choices:
        with pytest.raises(TypeError):
            age(*arguments, on=DAY)
    with pytest.raises(TypeError, match="on must be a date"):
        age([], on=wrong)


def test_accounts_and_currencies_stand_apart_in_order() -> None:
    """Each has its own row, in the digits of its currency; who has nothing open is left out."""
    given_ = [
        an_invoice("5", "A", account="ZED", currency="JPY"),
        an_invoice("7.00", "B", account="ZED"),
        an_invoice("9.00", "C"),
        an_invoice("0.00", "D", account="NIL"),
    ]
    aged = age(given_, on=DAY)
    assert [(each.account, each.currency, str(each.balance)) for each in aged] == [
        ("ACME", "EUR", "9.00"),
        ("ZED", "EUR", "7.00"),
        ("ZED", "JPY", "5"),
    ]


def test_the_ageing_of_many_invoices_takes_time_in_proportion() -> None:
    """Four times as many take about four times as long: far from sixteen."""
    made = [an_invoice(number=f"INV-{number}", account=f"A-{number % 500}") for number in range(8000)]
    for invoice in made:
        assert invoice.total == 100

    def seconds(count: int) -> Any:
        before = process_time()
        age(made[:count], on=DUE)
        return process_time() - before

    assert min(seconds(8000) for _ in range(3)) < 10 * min(seconds(2000) for _ in range(3))


DAYS = st.integers(0, 150).map(lambda days: DAY + timedelta(days=days))
CENTS = st.decimals(Decimal("0.01"), 500, places=2)


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[Invoice], list[Payment]]:
    """Invoices and credit notes of one account, and payments and refunds that settle what they find."""
    amounts = draw(st.lists(st.tuples(CENTS, st.sampled_from([1, 1, -1]), DAYS), max_size=6))
    documents = {f"I-{place}": an_invoice(sign * amount, f"I-{place}", on) for place, (amount, sign, on) in enumerate(amounts)}
    received = []
    for place, (amount, sign, on) in enumerate(draw(st.lists(st.tuples(CENTS, st.sampled_from([1, 1, -1]), DAYS), max_size=4))):
        payment = payments.receive("ACME", sign * amount, "EUR", number=f"P-{place}", on=on).document
        settled_on = on + timedelta(days=draw(st.integers(0, 40)))
        fitting = [each for each in documents.values() if each.balance * sign > 0 and each.on <= settled_on]
        payment, *changed = payments.settle(payment, fitting, on=settled_on)
        documents |= {each.number: each for each in changed}
        received.append(payment)
    return list(documents.values()), received


@given(ledger=ledgers(), on=DAYS)
def test_the_parts_add_up_to_what_the_documents_of_the_day_come_to(ledger: tuple[list[Invoice], list[Payment]], on: date) -> None:
    """Columns and unallocated come to the balance, which is all that was invoiced less all that was paid by then, and the statement's."""
    owed, received = ledger
    aged = age(owed, received, on=on)
    expected = sum(each.total for each in owed if each.on <= on) - sum(each.amount for each in received if each.on <= on)
    assert sum(each.balance for each in aged) == expected
    assert statement("ACME", "EUR", owed, received, period=Period(end=on)).closing == expected
    for account in aged:
        assert sum(account.amounts) + account.unallocated == account.balance
        assert all(amount >= 0 for amount in account.amounts)
        assert len(account.amounts) == len(account.buckets) == len(account.labels())


@given(ledger=ledgers(), on=DAYS, amount=CENTS)
def test_what_happens_later_does_not_change_the_past(ledger: tuple[list[Invoice], list[Payment]], on: date, amount: Decimal) -> None:
    """An invoice and a payment of the next day, settled against all that is open, leave the ageing of today as it was."""
    owed, received = ledger
    before = age(owed, received, on=on)
    tomorrow = on + timedelta(days=1)
    owed = [*owed, an_invoice(amount, "LATER", tomorrow)]
    fitting = [each for each in owed if each.balance > 0 and each.on <= tomorrow]
    done = payments.receive("ACME", amount, "EUR", number="P-LATER", on=tomorrow, invoices=fitting)
    after = {each.number: each for each in (*owed, *done.changed)}
    assert age(after.values(), [*received, done.document], on=on) == before
    assert age(reversed(after.values()), [done.document, *received], on=on) == before


def test_discounts_and_differences_age_with_their_day() -> None:
    """98.00 settle 100.00 on the day: before it 100.00 are owed, after it nothing; the statement says where 2.00 went."""
    terms = PaymentTerms(days=30, cash_discount=CashDiscount(percentage=Decimal(2), days=14))
    owed = evolve(an_invoice("100.00"), payment_terms=terms)
    day = DAY + timedelta(days=10)
    settled, payment = payments.receive("ACME", 98, "EUR", number="P-1", on=day, invoices=[owed])
    for on, expected in ((day - timedelta(days=1), "100.00"), (day, "0")):
        assert sum(each.balance for each in age([settled], [payment], on=on)) == Decimal(expected)
        assert statement("ACME", "EUR", [settled], [payment], period=Period(end=on)).closing == Decimal(expected)
    lines = statement("ACME", "EUR", [settled], [payment], period=Period()).lines
    assert [(line.what.value, line.amount) for line in lines] == [("invoice", 100), ("payment", -98), ("discount", -2)]


def test_money_that_came_before_it_was_settled_ages_by_what_it_gave() -> None:
    """97.99 came on the 2nd, settled 100.00 on the 12th with 2.00 discount and a cent short: in between 97.99 were unallocated."""
    terms = PaymentTerms(days=30, cash_discount=CashDiscount(percentage=Decimal(2), days=14))
    owed = evolve(an_invoice("100.00"), payment_terms=terms)
    early = payments.receive("ACME", Decimal("97.99"), "EUR", number="P-1", on=DAY).document
    day = DAY + timedelta(days=10)
    payment, settled = payments.settle(early, [owed], on=day, policy=SettlementPolicy(tolerance=Decimal("0.01")))
    [before] = age([settled], [payment], on=day - timedelta(days=1))
    assert (before.amounts[0], before.unallocated) == (Decimal("100.00"), Decimal("-97.99"))
    assert age([settled], [payment], on=day) == ()
    again = payments.unsettle(payment, [settled], on=day)
    later = payments.settle(again.document, [again.changed[1]], on=day, policy=SettlementPolicy(tolerance=Decimal("0.01")))
    [still] = age([later.changed[1]], [later.document], on=day - timedelta(days=1))
    assert still == before
    [plain] = age([owed], [early], on=day)
    assert plain.labels()[0] == plain.buckets[0].label() == "not due"
    half = payments.receive("ACME", Decimal("0.50"), "EUR", number="P-2", on=DAY).document
    [line] = statement("ACME", "EUR", [], [half], period=Period()).lines
    assert (line.what.value, line.amount) == ("payment", Decimal("-0.50"))
