"""Payments: terms, settlement, balances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Invoice, InvoiceStatus, OrderType, PaymentTerms, RefusedError, invoices, payments
from tests.builders import ACME, DAY, LATER, an_order, chai, codes


def an_invoice(number: str = "INV-1", quantity: int = 10, on: date = DAY, days: int = 30) -> Invoice:
    """An invoice of so many chai: 21.78 each with VAT."""
    order = an_order(chai(quantity), number=f"SO-{number}", payment_terms=PaymentTerms(days=days))
    return invoices.post(order, number=number, on=on).document


@pytest.mark.parametrize(
    ("terms", "invoiced", "due"),
    [
        (PaymentTerms(days=30), date(2026, 1, 31), date(2026, 3, 2)),
        (PaymentTerms(months=1), date(2026, 1, 31), date(2026, 2, 28)),
        (PaymentTerms(months=1, days=14), date(2026, 1, 31), date(2026, 3, 14)),
        (PaymentTerms(), date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_net_terms_count_months_then_days(terms: PaymentTerms, invoiced: date, due: date) -> None:
    """A month ends where the shorter month ends [PAY-1]."""
    assert terms.due(invoiced) == due


def test_a_payment_settles_the_first_due_first() -> None:
    """300.00 over 217.80 due late and 108.90 due early: the early one is paid, 191.10 go to the late one [PAY-5]."""
    late, early = an_invoice("A"), an_invoice("B", 5, days=10)
    done = payments.receive(ACME, 300, "EUR", number="P-1", on=LATER, invoices=[late, early])
    early, late, payment = done
    assert (early.status, early.balance) == (InvoiceStatus.PAID, 0)
    assert (late.status, late.balance) == (InvoiceStatus.OPEN, Decimal("26.70"))
    assert (payment.balance, [(use.document, use.amount) for use in payment.uses]) == (
        0,
        [("B", Decimal("108.90")), ("A", Decimal("191.10"))],
    )
    assert [type(event).__name__ for event in done.events] == ["PaymentReceived", "InvoiceSettled", "InvoiceSettled"]
    assert payments.open_balance([early, late], [payment]) == Decimal("26.70")


def test_what_is_left_of_a_payment_stays_and_can_be_settled_later() -> None:
    """300.00 for 217.80 leaves 82.20, which goes to the next invoice; an invoice that needs nothing more is left alone."""
    paid, payment = payments.receive("ACME", Decimal("300.00"), "EUR", number="P-1", on=DAY, invoices=[an_invoice("A")])
    assert (paid.balance, payment.balance) == (0, Decimal("82.20"))
    assert payments.open_balance([paid], [payment]) == Decimal("-82.20")
    payment, second = payments.settle(payment, [an_invoice("B", on=LATER), an_invoice("C", on=LATER)], on=LATER)
    assert (second.number, second.balance, payment.balance) == ("B", Decimal("135.60"), 0)
    with pytest.raises(RefusedError) as refused:
        payments.settle(payment, [paid], on=LATER)
    assert codes(refused) == ("wrong-status", "payment.direction")


@pytest.mark.parametrize("amount", [Decimal(0), Decimal("0.001"), Decimal("-0.005")])
def test_an_amount_can_be_paid(amount: Decimal) -> None:
    """Not nothing, and no tenth of a cent."""
    with pytest.raises(RefusedError) as refused:
        payments.receive("ACME", amount, "EUR", number="P", on=DAY)
    assert codes(refused) == ("payment.amount",)
    assert payments.receive("ACME", Decimal("0.01"), "EUR", number="P", on=DAY).document.balance == Decimal("0.01")


def test_every_fault_of_a_settlement_is_named() -> None:
    """Another account, currency, an earlier day, an invoice twice: all come together."""
    invoice = an_invoice(on=LATER)
    with pytest.raises(RefusedError) as refused:
        payments.receive("JANE", 10, "USD", number="P", on=DAY, invoices=[invoice, invoice])
    assert set(codes(refused)) == {
        "payment.another-account",
        "payment.another-currency",
        "payment.before-invoice",
        "payment.invoice-twice",
    }


def test_a_return_is_paid_back() -> None:
    """A credit is settled by money paid out, and not by money received."""
    order = an_order(chai(-2), type=OrderType.RETURNED_ORDER, rma="RMA-1")
    credit = invoices.post(order, number="CN-1", on=DAY).document
    assert (credit.total, credit.is_credit_note) == (Decimal("-43.56"), True)
    with pytest.raises(RefusedError) as refused:
        payments.receive("ACME", 10, "EUR", number="P", on=DAY, invoices=[credit])
    assert codes(refused) == ("payment.direction",)
    settled, refund = payments.receive("ACME", Decimal("-43.56"), "EUR", number="P", on=DAY, invoices=[credit])
    assert (settled.balance, refund.balance) == (0, 0)


def test_a_balance_is_in_one_currency() -> None:
    """Nothing at all is nothing; two currencies have no sum."""
    assert payments.open_balance([]) == 0
    dollars = payments.receive("ACME", 1, "USD", number="P", on=DAY).document
    with pytest.raises(ValueError, match="a balance is in one currency, not in EUR, USD"):
        payments.open_balance([an_invoice()], [dollars])


@given(quantities=st.lists(st.integers(1, 20), min_size=1, max_size=4), amount=st.decimals(Decimal("0.01"), 2000, places=2))
def test_money_is_conserved(quantities: list[int], amount: Decimal) -> None:
    """Whatever is paid: settled plus what is left is the payment, owed before less paid is owed after, nothing is overpaid."""
    owed = [an_invoice(f"I-{place}", quantity) for place, quantity in enumerate(quantities)]
    before = payments.open_balance(owed)
    done = payments.receive("ACME", amount, "EUR", number="P", on=DAY, invoices=owed)
    after = {invoice.number: invoice for invoice in owed} | {invoice.number: invoice for invoice in done.changed}
    payment = done.document
    assert sum((use.amount for use in payment.uses), payment.balance) == amount
    assert payments.open_balance(after.values(), [payment]) == before - amount
    assert all(0 <= invoice.balance <= invoice.total for invoice in after.values())
    assert payment.balance == max(amount - before, Decimal(0))
