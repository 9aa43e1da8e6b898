"""Ledger entries: debit equals credit, on the most specific account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    FreeTextLine,
    Invoice,
    Item,
    OrderLine,
    PaymentTerms,
    RefusedError,
    Vat,
    credit_notes,
    free_text,
    invoices,
    payments,
    vouchers,
)
from salesflow.model.policies import SettlementPolicy
from salesflow.model.terms import CashDiscount
from salesflow.model.voucher import PostingProfile, ProfileRow, Purpose, Scope, Voucher
from salesflow.testing.strategies import order_lines
from tests.builders import ACME, DAY, STANDARD, a_charge, an_order, chai, codes

BOOKS = {
    Purpose.RECEIVABLE: "1300",
    Purpose.REVENUE: "8000",
    Purpose.VAT: "1500",
    Purpose.BANK: "1000",
    Purpose.COMPENSATION: "1090",
    Purpose.PREPAYMENT: "1400",
    Purpose.CASH_DISCOUNT: "8900",
    Purpose.DIFFERENCE: "8990",
}
ROWS = tuple(ProfileRow(purpose=purpose, account=account) for purpose, account in BOOKS.items())
PROFILE = PostingProfile(rows=ROWS)
FREIGHT = a_charge(number=1, code="freight", amount=Decimal("12.50"))


def entries(voucher: Voucher) -> dict[str, tuple[Decimal, Decimal]]:
    """Debit and credit by account."""
    accounts = dict.fromkeys(entry.account for entry in voucher.entries)
    return {
        account: (
            sum((entry.debit for entry in voucher.entries if entry.account == account), Decimal(0)),
            sum((entry.credit for entry in voucher.entries if entry.account == account), Decimal(0)),
        )
        for account in accounts
    }


def an_invoice(*lines: OrderLine, **terms: Any) -> Invoice:
    """An invoice of an order."""
    invoice: Invoice = invoices.post(an_order(*lines, **terms), number="INV-1", on=DAY).document
    return invoice


def test_an_invoice_is_booked_on_its_accounts() -> None:
    """10 x 18.00 less a tenth, freight, 21 percent: the discount apart where there is an account for it [INV-8]."""
    invoice = an_invoice(chai(10, discount=Decimal(10)), charges=[FREIGHT])
    assert entries(vouchers.of_invoice(invoice, PROFILE)) == {
        "1300": (Decimal("208.52"), 0),
        "8000": (0, Decimal("174.50")),
        "1500": (0, Decimal("34.02")),
    }
    more = (ProfileRow(purpose=Purpose.LINE_DISCOUNT, account="8800"), ProfileRow(purpose=Purpose.CHARGES, account="8100"))
    voucher = vouchers.of_invoice(invoice, PostingProfile(rows=(*ROWS, *more)))
    assert entries(voucher) == {
        "1300": (Decimal("208.52"), 0),
        "8800": (Decimal("18.00"), 0),
        "8000": (0, Decimal("180.00")),
        "8100": (0, Decimal("12.50")),
        "1500": (0, Decimal("34.02")),
    }
    assert voucher.debit == voucher.credit == Decimal("226.52")
    assert (voucher.document, voucher.on, voucher.currency) == ("INV-1", DAY, "EUR")


@pytest.mark.parametrize("correction", [False, True])
def test_a_credit_note_is_booked_the_other_way_round(*, correction: bool) -> None:
    """On the other side, or as a negative amount on the same side [INV-7]."""
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    note = credit_notes.post(invoice, {1: 1}, orders=order, number="CN-1", on=DAY, reopens=False).document
    voucher = vouchers.of_invoice(note, PostingProfile(rows=ROWS, credit_correction=correction))
    if correction:
        assert entries(voucher) == {
            "1300": (Decimal("-21.78"), 0),
            "8000": (0, Decimal("-18.00")),
            "1500": (0, Decimal("-3.78")),
        }
    else:
        assert entries(voucher) == {"1300": (0, Decimal("21.78")), "8000": (Decimal("18.00"), 0), "1500": (Decimal("3.78"), 0)}


def test_lines_in_words_are_booked_on_their_own_accounts() -> None:
    """One on its account, one spread over two [FTI-2, FTI-4]."""
    lines = [
        FreeTextLine(text="Rent", account="8200", net=Decimal("100.00"), vat=STANDARD),
        FreeTextLine(text="Care", net=Decimal("30.00"), vat=Vat("O"), distributions=(("8200", Decimal(10)), ("8300", Decimal(20)))),
    ]
    invoice = free_text.post(free_text.draft(ACME, lines, "EUR", reference="D"), number="FT-1", on=DAY).document
    assert entries(vouchers.of_invoice(invoice, PROFILE)) == {
        "1300": (Decimal("151.00"), 0),
        "8200": (0, Decimal("110.00")),
        "8300": (0, Decimal(20)),
        "1500": (0, Decimal("21.00")),
    }


def test_the_most_specific_account_is_taken() -> None:
    """That of the customer before the group's before everybody's [INV-9]."""
    group = ProfileRow(purpose=Purpose.RECEIVABLE, account="1310", scope=Scope.GROUP, key="EXPORT")
    own = ProfileRow(purpose=Purpose.RECEIVABLE, account="1320", scope=Scope.CUSTOMER, key="ACME")
    for rows, customer, wanted in (
        ((own, group, *ROWS), "ACME", "1320"),
        ((*ROWS, group, own), "ACME", "1320"),
        ((group, *ROWS), "ACME", "1310"),
        ((own, group, *ROWS), "JANE", "1310"),
    ):
        assert PostingProfile(rows=rows).account(Purpose.RECEIVABLE, customer, "EXPORT") == wanted
    assert PostingProfile(rows=(own, *ROWS)).account(Purpose.RECEIVABLE, "JANE", "HOME") == "1300"
    assert "1310" in entries(vouchers.of_invoice(an_invoice(), PostingProfile(rows=(group, *ROWS)), group="EXPORT"))
    sold = ProfileRow(purpose=Purpose.REVENUE, account="8010", scope=Scope.CUSTOMER, key="ACME")
    booked = entries(vouchers.of_invoice(an_invoice(charges=(FREIGHT,)), PostingProfile(rows=(own, sold, *ROWS))))
    assert {"1320", "8010"} <= set(booked)
    assert not {"1300", "8000"} & set(booked)


def test_a_payment_is_booked_with_its_discount_and_difference() -> None:
    """95.00 for 105.00 with a discount of 10.50 and 0.50 too much; 20.00 without an invoice is owed to the customer."""
    terms = PaymentTerms(days=30, cash_discount=CashDiscount(percentage=Decimal(10), days=14))
    line = OrderLine(item=Item(number="I-1"), ordered=Decimal(1), price=Decimal(105))
    policy = SettlementPolicy(tolerance=Decimal(1))
    paid, payment = payments.receive(ACME, 95, "EUR", number="P-1", on=DAY, invoices=[an_invoice(line, payment_terms=terms)], policy=policy)
    assert entries(vouchers.of_payment(payment, [paid], PROFILE)) == {
        "1000": (Decimal("95.00"), 0),
        "8900": (Decimal("10.50"), 0),
        "8990": (0, Decimal("0.50")),
        "1300": (0, Decimal("105.00")),
    }
    in_kind = payments.receive(ACME, 20, "EUR", number="P-2", on=DAY, compensation="firewood").document
    assert entries(vouchers.of_payment(in_kind, [], PROFILE)) == {"1090": (20, 0), "1400": (0, 20)}
    with pytest.raises(RefusedError) as refused:
        vouchers.of_payment(payment, [], PROFILE)
    assert codes(refused) == ("posting.other-invoices",)


def test_what_cannot_be_booked() -> None:
    """A purpose without account, and an estimate; an account that is not needed may be missing."""
    with pytest.raises(RefusedError) as refused:
        vouchers.of_invoice(an_invoice(), PostingProfile(rows=ROWS[:1]))
    assert [each.fact("purpose") for each in refused.value.refusals] == ["revenue", "vat"]
    untaxed = an_invoice(OrderLine(item=Item(number="I-1"), ordered=Decimal(1), price=Decimal(5)))
    assert entries(vouchers.of_invoice(untaxed, PostingProfile(rows=ROWS[:2]))) == {"1300": (5, 0), "8000": (0, 5)}
    with pytest.raises(RefusedError) as refused:
        vouchers.of_invoice(invoices.pro_forma(an_order(), on=DAY), PROFILE)
    assert codes(refused) == ("posting.pro-forma",)


@pytest.mark.parametrize(
    "wrong",
    [{"key": "ACME"}, {"scope": Scope.CUSTOMER}, {"account": ""}, {"purpose": "bank"}, {"scope": "all"}],
)
def test_a_row_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Who it is for, what for, and which account."""
    values: dict[str, Any] = {"purpose": Purpose.BANK, "account": "1000"} | wrong
    with pytest.raises((TypeError, ValueError)):
        ProfileRow(**values)


@given(
    lines=st.lists(order_lines(), min_size=1, max_size=4),
    back=st.decimals(Decimal("0.01"), 1, places=2),
    paid=st.decimals(Decimal("0.01"), 10_000, places=2),
    correction=st.booleans(),
)
def test_every_voucher_balances(lines: list[OrderLine], back: Decimal, paid: Decimal, *, correction: bool) -> None:
    """Invoice, credit note and payment: debit is credit, and the summary account moves by the total [INV-8]."""
    more = ProfileRow(purpose=Purpose.LINE_DISCOUNT, account="8800")
    profile = PostingProfile(rows=(*ROWS, more), credit_correction=correction)
    order, invoice = invoices.post(an_order(*lines, charges=[FREIGHT]), number="INV-1", on=DAY)
    made = [vouchers.of_invoice(invoice, profile)]
    part = (invoice.lines[0].quantity * back).quantize(Decimal("0.001"))
    if not credit_notes.why_not(invoice, {1: part}, orders=order, on=DAY, reopens=True):
        _, invoice, note = credit_notes.post(invoice, {1: part}, orders=order, number="CN-1", on=DAY, reopens=True)
        made.append(vouchers.of_invoice(note, profile))
        assert sum((entry.debit - entry.credit for entry in made[-1].entries if entry.account == "1300"), Decimal(0)) == note.total
    if invoice.balance > 0:
        invoice, payment = payments.receive(ACME, paid, "EUR", number="P-1", on=DAY, invoices=[invoice])
        made.append(vouchers.of_payment(payment, [invoice], profile))
    assert all(voucher.debit == voucher.credit for voucher in made)
