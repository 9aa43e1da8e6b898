"""Terms of payment: due dates, instalments and cash discounts [PAY-1, PAY-2]."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import PaymentTerms
from salesflow.model.terms import CashDiscount, Due, Instalment, PaymentDay, PaymentMethod, WeekendShift

WEEK, MONTH, COD = PaymentMethod.CURRENT_WEEK, PaymentMethod.CURRENT_MONTH, PaymentMethod.CASH_ON_DELIVERY
FRIDAY, SATURDAY, SUNDAY = date(2026, 3, 13), date(2026, 3, 14), date(2026, 3, 15)


@pytest.mark.parametrize(
    ("terms", "invoiced", "due"),
    [
        (PaymentTerms(method=MONTH, days=10), date(2026, 3, 5), date(2026, 4, 10)),
        (PaymentTerms(method=MONTH), date(2026, 2, 28), date(2026, 2, 28)),
        (PaymentTerms(method=MONTH, months=1), date(2026, 2, 10), date(2026, 3, 31)),
        (PaymentTerms(method=MONTH, months=1), date(2026, 1, 31), date(2026, 2, 28)),
        (PaymentTerms(method=WEEK), date(2026, 3, 9), SUNDAY),
        (PaymentTerms(method=WEEK), SUNDAY, SUNDAY),
        (PaymentTerms(method=WEEK, days=3), date(2026, 3, 11), date(2026, 3, 18)),
        (PaymentTerms(method=COD, days=10), date(2026, 3, 9), date(2026, 3, 9)),
        (PaymentTerms(payment_day=PaymentDay(day=10)), date(2026, 3, 10), date(2026, 3, 10)),
        (PaymentTerms(payment_day=PaymentDay(day=10)), date(2026, 3, 11), date(2026, 4, 10)),
        (PaymentTerms(payment_day=PaymentDay(day=31)), date(2026, 2, 3), date(2026, 2, 28)),
        (PaymentTerms(payment_day=PaymentDay(day=30)), date(2026, 1, 31), date(2026, 2, 28)),
        (PaymentTerms(payment_day=PaymentDay(day=15)), date(2026, 12, 16), date(2027, 1, 15)),
        (PaymentTerms(payment_day=PaymentDay(weekday=4)), FRIDAY, FRIDAY),
        (PaymentTerms(payment_day=PaymentDay(weekday=4)), SATURDAY, date(2026, 3, 20)),
        (PaymentTerms(weekend=WeekendShift.FORWARD), SATURDAY, date(2026, 3, 16)),
        (PaymentTerms(weekend=WeekendShift.FORWARD), SUNDAY, date(2026, 3, 16)),
        (PaymentTerms(weekend=WeekendShift.FORWARD), FRIDAY, FRIDAY),
        (PaymentTerms(weekend=WeekendShift.BACKWARD), SATURDAY, FRIDAY),
        (PaymentTerms(weekend=WeekendShift.BACKWARD), SUNDAY, FRIDAY),
        (PaymentTerms(weekend=WeekendShift.NONE), SUNDAY, SUNDAY),
    ],
)
def test_when_an_invoice_is_due(terms: PaymentTerms, invoiced: date, due: date) -> None:
    """Counted from the invoice, the end of its week or month, moved to the payment day, then off the weekend."""
    assert terms.due(invoiced) == due


def test_cash_on_delivery_awaits_nothing() -> None:
    """No due date is computed; with instalments all are at once."""
    assert not PaymentTerms(method=COD).has_due_date
    assert PaymentTerms().has_due_date
    terms = PaymentTerms(method=COD, instalments=(Instalment(share=Decimal(50)), Instalment(share=Decimal(50), days=9)))
    assert terms.schedule(FRIDAY, Decimal("0.03"), "EUR") == (Due(FRIDAY, Decimal("0.02")), Due(FRIDAY, Decimal("0.01")))


def test_instalments_have_days_of_their_own() -> None:
    """30 percent at once, the rest in two parts; the invoice is due when the last is."""
    parts = (
        Instalment(share=Decimal(35), months=2),
        Instalment(share=Decimal(30)),
        Instalment(share=Decimal(35), months=1),
    )
    terms = PaymentTerms(instalments=parts)
    assert terms.schedule(date(2026, 1, 31), Decimal("100.01"), "EUR") == (
        Due(date(2026, 1, 31), Decimal("30.00")),
        Due(date(2026, 2, 28), Decimal("35.00")),
        Due(date(2026, 3, 31), Decimal("35.01")),
    )
    assert terms.due(date(2026, 1, 31)) == date(2026, 3, 31)
    assert PaymentTerms(days=30).schedule(FRIDAY, Decimal("9.99"), "EUR") == (Due(date(2026, 4, 12), Decimal("9.99")),)


@given(
    total=st.decimals(-10_000, 10_000, places=2),
    shares=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    invoiced=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    method=st.sampled_from(PaymentMethod),
)
def test_instalments_come_to_the_total(total: Decimal, shares: list[int], invoiced: date, method: PaymentMethod) -> None:
    """To the cent, whatever the shares, and none is due before the invoice or after the last due date."""
    parts = [Instalment(share=Decimal(share), months=place) for place, share in enumerate(shares)]
    rest = Decimal(100 - sum(shares))
    if rest <= 0:
        return
    terms = PaymentTerms(method=method, instalments=(*parts, Instalment(share=rest)))
    dues = terms.schedule(invoiced, total, "EUR")
    assert sum((due.amount for due in dues), Decimal(0)) == total
    assert all(invoiced <= due.on <= terms.due(invoiced) for due in dues)


@given(invoiced=st.dates(date(2020, 1, 1), date(2030, 12, 31)), day=st.integers(1, 31), weekday=st.integers(0, 6))
def test_a_payment_day_is_the_next_one(invoiced: date, day: int, weekday: int) -> None:
    """Never earlier than the due date, never a whole month or week later, and the day it says."""
    monthly = PaymentDay(day=day).on_or_after(invoiced)
    assert invoiced <= monthly <= invoiced + timedelta(days=31)
    assert monthly.day == day or (monthly.day < day and (monthly + timedelta(days=1)).day == 1)
    weekly = PaymentDay(weekday=weekday).on_or_after(invoiced)
    assert invoiced <= weekly < invoiced + timedelta(days=7)
    assert weekly.weekday() == weekday


def test_only_one_cash_discount_of_a_chain_is_granted() -> None:
    """5 days 10 percent, then 10 days 5, then 14 days 2: the one that runs on the day of payment [PAY-2]."""
    chain = CashDiscount(
        percentage=Decimal(10), days=5, then=CashDiscount(percentage=Decimal(5), days=10, then=CashDiscount(percentage=Decimal(2), days=14))
    )
    terms = PaymentTerms(days=30, cash_discount=chain)
    found = [terms.discount_on(FRIDAY, FRIDAY + timedelta(days=days)) for days in (0, 5, 6, 10, 11, 14, 15)]
    assert found == [10, 10, 5, 5, 2, 2, 0]
    assert PaymentTerms().discount_on(FRIDAY, FRIDAY) == 0
    monthly = PaymentTerms(cash_discount=CashDiscount(percentage=Decimal(1), months=1, days=0))
    assert [monthly.discount_on(date(2026, 1, 31), date(2026, *day)) for day in ((2, 28), (3, 1))] == [1, 0]


WRONG: Any = {"text": "net", "number": 10, "part": 1.5, "list": []}


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: PaymentTerms(days=-1), ValueError, "days must be a whole number of zero or more"),
        (lambda: PaymentTerms(months=WRONG["part"]), ValueError, "months must be a whole number"),
        (lambda: PaymentTerms(method=WRONG["text"]), TypeError, "method must be a PaymentMethod"),
        (lambda: PaymentTerms(weekend=WRONG["text"]), TypeError, "weekend must be a WeekendShift"),
        (lambda: PaymentTerms(payment_day=WRONG["number"]), TypeError, "payment_day must be a PaymentDay"),
        (lambda: PaymentTerms(cash_discount=WRONG["number"]), TypeError, "cash_discount must be a CashDiscount"),
        (lambda: PaymentTerms(instalments=WRONG["list"]), TypeError, "instalments must be a tuple"),
        (lambda: PaymentTerms(instalments=(Instalment(share=Decimal(99)),)), ValueError, "must come to 100 percent, not 99"),
        (lambda: Instalment(share=Decimal(0)), ValueError, "share must be above zero"),
        (lambda: Instalment(share=Decimal(101)), ValueError, "share must be a percentage"),
        (lambda: Instalment(share=Decimal(1), days=-1), ValueError, "days must be"),
        (PaymentDay, ValueError, "one of the two"),
        (lambda: PaymentDay(day=1, weekday=1), ValueError, "one of the two"),
        (lambda: PaymentDay(day=32), ValueError, "day must be a whole number from 1 to 31"),
        (lambda: PaymentDay(weekday=7), ValueError, "weekday must be a whole number from 0 to 6"),
        (lambda: CashDiscount(percentage=Decimal(0), days=1), ValueError, "percentage must be above zero"),
        (lambda: CashDiscount(percentage=Decimal(1), days=-1), ValueError, "days must be"),
        (lambda: CashDiscount(percentage=Decimal(1), days=1, then=WRONG["number"]), TypeError, "then must be a CashDiscount"),
        (
            lambda: CashDiscount(percentage=Decimal(1), days=5, then=CashDiscount(percentage=Decimal(1), days=5)),
            ValueError,
            "must run longer",
        ),
    ],
)
def test_terms_that_cannot_be(make: Any, error: type[Exception], said: str) -> None:
    """Each field says what it must be."""
    with pytest.raises(error, match=said):
        make()
