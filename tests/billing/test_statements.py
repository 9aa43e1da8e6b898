"""Statements of account: from the opening to the closing balance, document by document."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Invoice, Payment, PaymentTerms, Period, payments
from salesflow.billing.statements import StatementEntry, StatementLine, statement
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import InvoiceKind
from tests.builders import ACME

MARCH = Period.month(2026, 3)


def an_invoice(amount: object, number: str, on: date, account: str = "ACME", currency: str = "EUR") -> Invoice:
    """An invoice of so much."""
    line = FreeTextLine(number=1, text="Work", account="8000", net=Decimal(str(amount)))
    return Invoice(number=number, on=on, account=account, currency=currency, payment_terms=PaymentTerms(days=30), free_text=(line,))


def a_payment(amount: object, number: str, on: date, account: str = "ACME", currency: str = "EUR") -> Payment:
    """A payment that settles nothing yet."""
    return payments.receive(account, Decimal(str(amount)), currency, number=number, on=on).document


OWED = [
    an_invoice("-20.00", "CN-1", date(2026, 3, 10)),
    an_invoice("50.00", "INV-3", date(2026, 3, 31)),
    an_invoice("100.00", "INV-1", date(2026, 2, 28)),
    an_invoice("60.00", "INV-2", date(2026, 3, 1)),
    an_invoice("70.00", "INV-4", date(2026, 4, 1)),
]
PAID = [
    a_payment("-5.00", "P-3", date(2026, 3, 10)),
    a_payment("100.00", "P-2", date(2026, 3, 10)),
    a_payment("30.00", "P-1", date(2026, 2, 28)),
    a_payment("9.00", "P-4", date(2026, 4, 1)),
]


def test_a_statement_runs_from_opening_to_closing() -> None:
    """70.00 from February; both ends of March count, the last of February and the first of April do not [PAY-5]."""
    seen = statement(ACME, "EUR", OWED, PAID, period=MARCH)
    assert [(line.on.day, line.number, line.what.value, str(line.amount), str(line.balance)) for line in seen.lines] == [
        (1, "INV-2", "invoice", "60.00", "130.00"),
        (10, "CN-1", "credit-note", "-20.00", "110.00"),
        (10, "P-2", "payment", "-100.00", "10.00"),
        (10, "P-3", "refund", "5.00", "15.00"),
        (31, "INV-3", "invoice", "50.00", "65.00"),
    ]
    assert (str(seen.opening), str(seen.closing)) == ("70.00", "65.00")
    assert (seen.account, seen.currency, seen.period) == ("ACME", "EUR", MARCH)
    assert isinstance(seen.lines[0], StatementLine)


def test_a_quiet_period_closes_as_it_opened() -> None:
    """No lines, and the balance stays; before any document it is nothing, in the digits of the currency."""
    quiet = statement("ACME", "EUR", OWED, PAID, period=Period.month(2026, 5))
    assert (quiet.lines, quiet.opening, quiet.closing) == ((), 126, 126)
    early = statement("ACME", "EUR", OWED, PAID, period=Period.month(2026, 1))
    assert (early.lines, str(early.opening), str(early.closing)) == ((), "0.00", "0.00")


def test_an_open_period_takes_all() -> None:
    """Without a start the opening is nothing; without an end the closing is what is owed in all."""
    seen = statement("ACME", "EUR", OWED, PAID, period=Period())
    assert (seen.opening, len(seen.lines), seen.closing) == (0, 9, payments.open_balance(OWED, PAID))


def test_other_accounts_and_currencies_and_estimates_are_passed_over() -> None:
    """Only what the account owes in that currency, and nothing that was not posted."""
    others = [
        an_invoice("1.00", "X-1", date(2026, 3, 5), account="JANE"),
        an_invoice("2.00", "X-2", date(2026, 3, 5), currency="USD"),
        evolve(an_invoice("3.00", "X-3", date(2026, 3, 5)), kind=InvoiceKind.PRO_FORMA),
    ]
    paid = [a_payment("1.00", "Y-1", date(2026, 3, 5), account="JANE"), a_payment("2.00", "Y-2", date(2026, 3, 5), currency="USD")]
    assert statement(ACME, "EUR", [*OWED, *others], [*PAID, *paid], period=MARCH) == statement(ACME, "EUR", OWED, PAID, period=MARCH)
    [line, back] = statement("ACME", "USD", others, paid, period=MARCH).lines
    assert (line.number, back.number, back.balance) == ("X-2", "Y-2", 0)


def test_an_invoice_of_nothing_is_an_invoice() -> None:
    """The sign decides; nothing is not below zero [INV-7]."""
    [line] = statement("ACME", "EUR", [an_invoice("0.00", "INV-1", date(2026, 3, 2))], [], period=MARCH).lines
    assert (line.what, line.amount) == (StatementEntry.INVOICE, 0)
    assert [what.label("nl") for what in StatementEntry] == [
        "Factuur",
        "Creditnota",
        "Betaling",
        "Terugbetaling",
        "Betalingskorting en -verschil",
    ]


def test_what_is_malformed_is_no_statement() -> None:
    """An account and a currency are needed, documents are documents, and a period is a period."""
    wrong: Any = "INV-1"
    for invoices, paid in (([wrong], []), ([], [wrong])):
        with pytest.raises(TypeError):
            statement("ACME", "EUR", invoices, paid, period=MARCH)
    with pytest.raises(TypeError, match="period must be a Period"):
        statement("ACME", "EUR", [], [], period=wrong)
    with pytest.raises(ValueError, match="account must not be empty"):
        statement(" ", "EUR", [], [], period=MARCH)
    with pytest.raises(ValueError, match="currency must be an ISO 4217 code"):
        statement("ACME", "XXX", [], [], period=MARCH)


DAYS = st.integers(0, 60).map(lambda days: date(2026, 2, 14) + timedelta(days=days))
AMOUNTS = st.decimals(-500, 500, places=2)


@given(
    owed=st.lists(st.tuples(AMOUNTS, DAYS), max_size=6),
    paid=st.lists(st.tuples(AMOUNTS.filter(bool), DAYS), max_size=6),
    start=DAYS,
    days=st.integers(0, 40),
)
def test_the_balance_runs(owed: list[tuple[Decimal, date]], paid: list[tuple[Decimal, date]], start: date, days: int) -> None:
    """Opening and lines come to the closing, line by line; it is what the documents come to by then, and the next period opens with it."""
    invoices = [an_invoice(amount, f"I-{place}", on) for place, (amount, on) in enumerate(owed)]
    received = [a_payment(amount, f"P-{place}", on) for place, (amount, on) in enumerate(paid)]
    end = start + timedelta(days=days)
    seen = statement("ACME", "EUR", invoices, received, period=Period(start, end))
    running = list(accumulate((line.amount for line in seen.lines), initial=seen.opening))
    assert running[1:] == [line.balance for line in seen.lines]
    assert running[-1] == seen.closing
    assert seen.opening == sum(amount for amount, on in owed if on < start) - sum(amount for amount, on in paid if on < start)
    assert seen.closing == sum(amount for amount, on in owed if on <= end) - sum(amount for amount, on in paid if on <= end)
    assert [line.on for line in seen.lines] == sorted(on for _, on in (*owed, *paid) if start <= on <= end)
    following = statement("ACME", "EUR", invoices, received, period=Period(end + timedelta(days=1)))
    assert following.opening == seen.closing
    assert statement("ACME", "EUR", reversed(invoices), reversed(received), period=Period(start, end)) == seen
