"""Deposits and prepayments: invoiced or paid in advance, taken off to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    CreditOf,
    Invoice,
    InvoiceStatus,
    Item,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    RefusedError,
    Vat,
    credit_notes,
    deliveries,
    deposits,
    invoices,
    orders,
    payments,
    vouchers,
)
from salesflow.model.ledger import Fold
from salesflow.model.voucher import PostingProfile, ProfileRow, Purpose
from salesflow.testing.strategies import order_lines
from tests.builders import ACME, DAY, LATER, STANDARD, a_charge, an_order, chai, codes

LOW = Vat("S", Decimal(9))


def two_rates() -> Order:
    """100.00 at 21 percent and 50.00 at 9: 175.50 in all."""
    return an_order(
        OrderLine(item=Item(number="I-1", vat=STANDARD), ordered=Decimal(10), price=Decimal(10)),
        OrderLine(item=Item(number="I-2", vat=LOW), ordered=Decimal(5), price=Decimal(10)),
    )


def test_a_deposit_carries_its_vat_and_the_final_invoice_takes_it_off() -> None:
    """30 percent of 175.50 is 52.65; the final invoice leaves 122.85, and both together are the order."""
    order, deposit = deposits.post(two_rates(), percentage=30, number="D-1", on=DAY, account="1450")
    assert (deposit.total, deposit.net, deposit.vat) == (Decimal("52.65"), Decimal("45.00"), Decimal("7.65"))
    assert [(group.vat.rate, group.base, group.amount) for group in deposit.totals.groups] == [
        (21, Decimal("30.00"), Decimal("6.30")),
        (9, Decimal("15.00"), Decimal("1.35")),
    ]
    assert (deposit.orders, deposit.deposit_of, order.advanced, order.status) == (("SO-1",), "SO-1", Decimal("52.65"), OrderStatus.OPEN)
    assert order.line(1).invoiced == 0
    done = invoices.post(order, number="INV-1", on=LATER, deposits=[deposit])
    order, used, final = done
    assert (final.total, final.net, final.vat) == (Decimal("122.85"), Decimal("105.00"), Decimal("17.85"))
    assert [(line.number, line.net, line.credits, line.credited) for line in final.deposit_lines] == [
        (3, Decimal("-30.00"), "D-1", 1),
        (4, Decimal("-15.00"), "D-1", 2),
    ]
    assert (order.advanced, order.invoiced_net, order.fold.to_invoice) == (0, Decimal("150.00"), {})
    assert used.balance == deposit.total
    assert all(each.net == 0 for each in used.creditable.values())


def test_deposits_and_their_ledger_entries_balance() -> None:
    """The deposit goes to its own account, and comes off it again."""
    rows = tuple(
        ProfileRow(purpose=purpose, account=account)
        for purpose, account in ((Purpose.RECEIVABLE, "1300"), (Purpose.REVENUE, "8000"), (Purpose.VAT, "1500"))
    )
    order, deposit = deposits.post(two_rates(), amount=100, number="D-1", on=DAY, account="1450")
    final = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit]).document
    books = [vouchers.of_invoice(each, PostingProfile(rows=rows)) for each in (deposit, final)]
    assert all(voucher.debit == voucher.credit for voucher in books)
    advance = [entry.credit - entry.debit for voucher in books for entry in voucher.entries if entry.account == "1450"]
    assert sum(advance) == 0
    assert advance[0] > 0


def test_a_deposit_may_go_over_several_invoices() -> None:
    """100.00 of 217.80; the first invoice of 43.56 is covered whole, the second of 174.24 takes what is left."""
    order, deposit = deposits.post(an_order(), amount=100, number="D-1", on=DAY)
    order, deposit, first = invoices.post(order, {1: 2}, number="INV-1", on=DAY, deposits=[deposit])
    assert (first.total, first.status, order.advanced) == (0, InvoiceStatus.PAID, Decimal("56.44"))
    order, deposit, second = invoices.post(order, number="INV-2", on=DAY, deposits=[deposit])
    assert (second.total, order.advanced) == (Decimal("117.80"), 0)


def test_a_deposit_that_is_not_needed_is_left_alone() -> None:
    """The first covers the invoice; the second stays whole."""
    order, first = deposits.post(an_order(), amount=100, number="D-1", on=DAY)
    order, second = deposits.post(order, amount=100, number="D-2", on=DAY)
    done = invoices.post(order, {1: 2}, number="INV-1", on=DAY, deposits=[first, second])
    assert [each.number for each in done.changed if isinstance(each, Invoice)] == ["D-1"]
    assert (done.document.total, done.changed[0].advanced) == (0, Decimal("156.44"))


def test_what_is_left_to_invoice_bounds_the_deposits() -> None:
    """217.80 in all: 200.00 and 17.80 may be, a cent more not; what was invoiced makes less room."""
    order, _ = deposits.post(an_order(), amount=200, number="D-1", on=DAY)
    with pytest.raises(RefusedError) as refused:
        deposits.post(order, amount=Decimal("17.81"), number="D-2", on=DAY)
    assert codes(refused) == ("deposit.over-order",)
    assert deposits.post(order, amount=Decimal("17.80"), number="D-2", on=DAY).changed[0].advanced == Decimal("217.80")
    invoiced = invoices.post(an_order(), {1: 9}, number="INV-1", on=DAY).changed[0]
    with pytest.raises(RefusedError):
        deposits.post(invoiced, amount=Decimal("21.79"), number="D-1", on=DAY)
    assert deposits.post(invoiced, percentage=10, number="D-1", on=DAY).document.total == Decimal("21.78")


@pytest.mark.parametrize(
    "asked", [{"percentage": 0}, {"percentage": 101}, {"percentage": -5}, {"amount": 0}, {"amount": Decimal("0.001")}, {"amount": -1}]
)
def test_what_is_no_deposit(asked: dict[str, Any]) -> None:
    """Nothing, more than all, parts of a cent."""
    with pytest.raises(RefusedError) as refused:
        deposits.post(an_order(), number="D-1", on=DAY, **asked)
    assert codes(refused) == ("deposit.amount",)


def test_a_deposit_is_one_thing_on_a_living_order() -> None:
    """A percentage or an amount; not on a draft, nor on an order that is finished or returns goods; floats are refused."""
    for both in ({}, {"percentage": 10, "amount": 10}):
        with pytest.raises(ValueError, match="one of the two"):
            deposits.post(an_order(), number="D-1", on=DAY, **both)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="percentage"):
        deposits.post(an_order(), percentage=0.3, number="D-1", on=DAY)  # type: ignore[arg-type]
    for order, code in (
        (an_order(type=OrderType.JOURNAL), "order.journal"),
        (orders.cancel(an_order(), on=DAY).document, "wrong-status"),
        (an_order(chai(-1), type=OrderType.RETURNED_ORDER, rma="RMA-1"), "deposit.amount"),
    ):
        with pytest.raises(RefusedError) as refused:
            deposits.post(order, percentage=30, number="D-1", on=DAY)
        assert code in codes(refused)


def test_a_deposit_is_credited_when_the_order_does_not_go_on() -> None:
    """It was paid, so it stands in the customer's favour; the order has nothing in advance any more."""
    order, deposit = deposits.post(an_order(), amount=100, number="D-1", on=DAY)
    paid, _ = payments.receive(ACME, 100, "EUR", number="P-1", on=DAY, invoices=[deposit])
    half = CreditOf(invoice=paid, amounts={1: Decimal("41.32")})
    order, paid, note = credit_notes.post([half], orders=order, number="CN-1", on=DAY)
    assert (note.total, order.advanced) == (Decimal("-50.00"), Decimal("50.00"))
    order, _, rest = credit_notes.post(paid, orders=order, number="CN-2", on=DAY)
    assert (rest.balance, order.advanced) == (Decimal("-50.00"), 0)
    assert codes(credit_notes.why_not(deposit, on=DAY)) == ("credit.another-order",)


def test_a_final_invoice_is_credited_for_what_it_sold() -> None:
    """Deposit 52.65 and 122.85 paid; all of the sale credited: 175.50 goes back, the whole of what was paid."""
    order, deposit = deposits.post(two_rates(), percentage=30, number="D-1", on=DAY)
    order, _, final = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit])
    final, _ = payments.receive(ACME, final.total, "EUR", number="P-1", on=DAY, invoices=[final])
    order, after, note = credit_notes.post(final, orders=order, number="CN-1", on=DAY, reopens=False)
    assert (note.total, note.vat, note.balance) == (Decimal("-175.50"), Decimal("-25.50"), Decimal("-175.50"))
    assert codes(invoices.why_not_cancel(order, after, on=DAY)) == ("invoice.has-credits", "invoice.taken-back-missing")
    assert "invoice.reversal" in codes(credit_notes.why_not(note, orders=order, on=DAY, reopens=False))


def test_a_deposit_of_another_account_is_not_taken_off() -> None:
    """Nor of another currency, nor another order, nor something that is no deposit."""
    order, deposit = deposits.post(an_order(currency="USD"), percentage=10, number="D-1", on=DAY)
    plain = invoices.post(an_order(), {1: 1}, number="INV-0", on=DAY).document
    for wrong in (deposit, plain):
        with pytest.raises(RefusedError) as refused:
            invoices.post(an_order(), number="INV-1", on=DAY, deposits=[wrong])
        assert codes(refused) == ("deposit.another-order",)
    with pytest.raises(TypeError, match=r"deposit must be a"):
        invoices.post(order, number="INV-1", on=DAY, deposits=["D-1"])  # type: ignore[list-item]


def test_a_prepayment_settles_the_invoice_of_its_order() -> None:
    """150.00 reserved and 100.00 more: the first is used up, the second keeps 32.20, a third is not needed [PRE-1]."""
    first = payments.receive(ACME, 150, "EUR", number="P-1", on=DAY, reserved_for="SO-1").document
    second = payments.receive(ACME, 100, "EUR", number="P-2", on=DAY).document
    third = payments.receive(ACME, 100, "EUR", number="P-3", on=DAY).document
    done = invoices.post(an_order(), number="INV-1", on=DAY, prepayments=[first, second, third])
    order, one, two, invoice = done
    assert [(event.number, event.payment) for event in done.events[1:]] == [("INV-1", "P-1"), ("INV-1", "P-2")]
    assert (one.balance, two.balance, invoice.balance, order.status) == (0, Decimal("32.20"), 0, OrderStatus.OPEN)
    with pytest.raises(RefusedError) as refused:
        invoices.post(an_order(number="SO-2"), number="INV-2", on=DAY, prepayments=[first])
    assert codes(refused) == ("payment.reserved",)


@given(
    lines=st.lists(order_lines(), min_size=1, max_size=3),
    shares=st.lists(st.integers(1, 60), min_size=1, max_size=2),
    freight=st.sampled_from([None, "12.50"]),
    cut=st.booleans(),
)
def test_deposits_and_final_invoices_come_to_the_order(
    lines: list[OrderLine], shares: list[int], freight: str | None, *, cut: bool
) -> None:
    """Whatever the shares: net, VAT and total of all invoices are those of one invoice, and each adds up by itself [I8, I16]."""
    charges = [a_charge(number=1, code="freight", amount=Decimal(freight), vat=STANDARD)] if freight else []
    order = an_order(*lines, charges=charges)
    whole = invoices.post(order, number="ALL", on=DAY).document
    made: list[Invoice] = []
    for place, share in enumerate(shares):
        try:
            order, deposit = deposits.post(order, percentage=share, number=f"D-{place}", on=DAY)
        except RefusedError as refused:
            assert set(refused.codes) <= {"deposit.amount", "deposit.over-order"}
            continue
        assert abs(deposit.total - whole.total * share / 100) <= Decimal("0.005")
        made.append(deposit)
    finals: list[Invoice] = []
    used = {deposit.number: deposit for deposit in made}
    if cut:
        first = order.lines[0]
        order, slip = deliveries.post(order, {1: first.ordered}, number="PS-1", on=DAY)
        done = invoices.post(order, slips=[slip], number="INV-1", on=DAY, deposits=used.values())
        order = done.changed[0]
        finals.append(done.document)
        used |= {each.number: each for each in done.changed if isinstance(each, Invoice)}
    if order.fold.to_invoice:
        left = [deposit for deposit in used.values() if any(each.net for each in deposit.creditable.values())]
        done = invoices.post(order, number="INV-2", on=DAY, deposits=left)
        order = done.changed[0]
        finals.append(done.document)
    together = [*made, *finals]
    assert order.advanced == Fold.of(order.lines, order.postings).advanced >= 0
    if not cut:
        assert sum((each.total for each in together), Decimal(0)) == whole.total
        assert sum((each.net + each.totals.charges for each in together), Decimal(0)) == whole.net + whole.totals.charges
        assert sum((each.vat for each in together), Decimal(0)) == whole.vat
        assert order.advanced == 0
    for each in together:
        assert each.net + each.totals.charges + each.vat == each.total
        assert sum((group.base for group in each.totals.groups), Decimal(0)) == each.net + each.totals.charges
        assert each.total >= 0


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({"percentage": 1}, "2.18"),
        ({"percentage": Decimal("0.1")}, "0.22"),
        ({"percentage": 100}, "217.80"),
        ({"amount": Decimal("0.01")}, "0.01"),
    ],
)
def test_the_smallest_and_the_largest_deposit(asked: dict[str, Any], total: str) -> None:
    """A part of a percent, a cent, and all of it; a percentage too small for a cent is none."""
    assert deposits.post(an_order(), number="D-1", on=DAY, **asked).document.total == Decimal(total)
    with pytest.raises(RefusedError) as refused:
        deposits.post(an_order(), percentage=Decimal("0.001"), number="D-1", on=DAY)
    assert codes(refused) == ("deposit.amount",)
    for name in asked:
        wrong: dict[str, Any] = {name: 0.5}
        with pytest.raises(TypeError, match=rf"^{name} must be"):
            deposits.post(an_order(), number="D-1", on=DAY, **wrong)


def test_the_last_half_euro_is_settled_too() -> None:
    """0.50 left to pay is taken from the second prepayment."""
    paid = [
        payments.receive(ACME, amount, "EUR", number=number, on=DAY).document for number, amount in (("P-1", Decimal("217.30")), ("P-2", 5))
    ]
    assert invoices.post(an_order(), number="INV-1", on=DAY, prepayments=paid).document.balance == 0


def test_a_deposit_is_spread_by_what_each_rate_comes_to_with_its_vat() -> None:
    """121.00 at 21 percent and 100.00 untaxed: half is 60.50 and 50.00; of 100.00 paid off, 54.75 and 45.25."""
    order = an_order(
        OrderLine(item=Item(number="I-1", vat=STANDARD), ordered=Decimal(10), price=Decimal(10)),
        OrderLine(item=Item(number="I-2", vat=Vat("Z")), ordered=Decimal(10), price=Decimal(10)),
    )
    order, deposit = deposits.post(order, percentage=50, number="D-1", on=DAY, account="1450")
    assert [group.base + group.amount for group in deposit.totals.groups] == [Decimal("60.50"), Decimal("50.00")]
    order, used, _ = invoices.post(order, {1: 1, 2: 1}, number="INV-1", on=LATER, deposits=[deposit])
    off = [line.net - used.creditable[line.number].net for line in deposit.free_text]
    assert off == [Decimal("10.00"), Decimal("10.00")]
    assert order.advanced == Decimal("88.40")
