"""Our own invoices as electronic ones: the same figures, and nothing that the judges have against them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from salesflow import (
    CreditOf,
    EInvoice,
    FreeTextLine,
    Invoice,
    Order,
    TotalsPolicy,
    Vat,
    credit_notes,
    deliveries,
    deposits,
    einvoices,
    en16931,
    free_text,
    invoices,
)
from salesflow.documents import ubl
from salesflow.model.einvoice import Profile
from tests.builders import ACME, DAY, STANDARD, a_charge, an_order, chai, chang, codes
from tests.einvoices import BUYER, SELLER
from tests.official import against_schema, official

D = Decimal


def electronic(invoice: Invoice, profile: Profile = Profile.CORE) -> EInvoice:
    """Return an invoice as an electronic one, and see that the judges have nothing against it."""
    found = einvoices.of_invoice(invoice, seller=SELLER, buyer=BUYER, profile=profile, order="PO-1")
    found = evolve(found, means="30", account="NL02ABNA0123456789")
    document = ubl.write(found)
    assert against_schema(document) == []
    assert official(found) == set()
    assert all(each.tolerated for each in en16931.check(found))
    assert ubl.read(document) == found
    sums = found.sums
    assert sums is not None
    sign = -1 if invoice.is_credit_note else 1
    assert sums.payable == sign * invoice.total
    assert sums.tax == sign * invoice.vat
    return found


def test_discounts_and_prices_for_several_units_are_shown() -> None:
    """100 at 18.00 for ten, less 0.25 a unit and then 10 percent: (18.00 - 2.50) less a tenth is 13.95 for ten."""
    order = an_order(evolve(chai(100, price=D("18.00"), discount=D(10)), price_unit=D(10), discount_amount=D("0.25")))
    [line] = electronic(invoices.post(order, number="INV-1", on=DAY).document).lines
    assert (line.price, line.base_quantity, line.gross_price, line.price_discount, line.net) == (D("13.95"), 10, 18, D("4.05"), D("139.50"))


def test_a_discount_on_the_whole_and_freight_are_an_allowance_and_a_charge() -> None:
    """Below zero it is taken off; the reason is its text, or its code."""
    charges = [
        a_charge(number=1, code="discount", amount=D("-5.00"), vat=STANDARD),
        a_charge(number=2, code="freight", text="Freight", amount=D("7.00"), vat=STANDARD),
    ]
    found = electronic(invoices.post(an_order(chai(3), charges=charges), number="INV-1", on=DAY).document)
    assert [(each.charge, each.amount, each.reason) for each in found.adjustments] == [(False, 5, "discount"), (True, 7, "Freight")]


def test_cash_rounding_is_the_rounding_of_the_total() -> None:
    """It is outside VAT, so it makes no group of its own."""
    policy = TotalsPolicy(cash_step=D("0.05"))
    found = electronic(invoices.post(an_order(chai(3, price=D("18.01")), totals=policy), number="INV-1", on=DAY).document)
    assert found.sums is not None
    assert (found.sums.gross, found.sums.rounding, found.sums.payable) == (D("65.38"), D("0.02"), D("65.40"))
    assert [group.category for group in found.breakdown] == ["S"]


def test_a_credit_note_has_amounts_above_zero_and_names_its_invoice() -> None:
    """Three of ten come back; an amount without a quantity is one unit at that price."""
    order, invoice = invoices.post(an_order(chai(10)), number="INV-1", on=DAY)
    order, invoice, note = credit_notes.post(invoice, {1: 3}, orders=order, number="CN-1", on=DAY, reopens=False)
    found = electronic(note)
    assert (found.type, found.preceding, found.lines[0].quantity, found.lines[0].net) == ("381", (("INV-1", None),), 3, D("54.00"))
    cheaper = CreditOf(invoice=invoice, amounts={1: D("10.00")})
    order, invoice, note = credit_notes.post([cheaper], orders=order, number="CN-2", on=DAY)
    [line] = electronic(note, Profile.NLCIUS).lines
    assert (line.quantity, line.price, line.net) == (1, 10, 10)


def test_a_deposit_and_the_invoice_that_takes_it_off() -> None:
    """A deposit is a prepayment invoice, which NLCIUS does not have; taken off it is a line below zero."""
    order, deposit = deposits.post(an_order(chai(10)), percentage=30, number="DEP-1", on=DAY, account="1450")
    assert electronic(deposit).type == "386"
    assert electronic(deposit, Profile.NLCIUS).type == "380"
    final = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit]).document
    found = electronic(final)
    assert [line.net for line in found.lines] == [180, -54]
    assert found.lines[1].quantity is not None
    assert found.lines[1].quantity < 0


def test_words_and_nets_entered_by_hand() -> None:
    """Quantity times price where that explains the net, and else the net as the price of the quantity."""
    lines = [
        FreeTextLine(text="Rent", account="8200", quantity=D(3), price=D("10.00"), vat=STANDARD, item="RENT"),
        FreeTextLine(text="Work", account="8200", quantity=D(3), net=D("10.00"), vat=STANDARD),
        FreeTextLine(text="Rebate", account="8200", price=D("-2.00"), vat=STANDARD),
        FreeTextLine(text="Gift", account="8200", net=D("0.00"), vat=Vat("Z")),
    ]
    draft = free_text.draft(ACME, lines, "EUR", reference="March")
    found = electronic(free_text.post(draft, number="FT-1", on=DAY).document)
    shown = [(line.quantity, line.price, line.base_quantity, line.net) for line in found.lines]
    assert shown[:3] == [(3, 10, 1, 30), (3, 10, 3, 10), (-1, 2, 1, -2)]
    assert [(group.category, group.taxable) for group in found.breakdown] == [("S", 38), ("Z", 0)]


def test_why_there_is_no_vat_is_said() -> None:
    """A category that is its own reason has its code; an exemption has none until it is given."""
    line = FreeTextLine(text="Advice", account="8200", net=D("10.00"), vat=Vat("E"))
    invoice = free_text.post(free_text.draft(ACME, [line], "EUR", reference="March"), number="FT-1", on=DAY).document
    bare = einvoices.of_invoice(invoice, seller=SELLER, buyer=BUYER)
    assert [each.rule for each in en16931.check(bare)] == ["BR-E-10"]
    told = einvoices.of_invoice(invoice, seller=SELLER, buyer=BUYER, exemptions={"E": ("Teaching", "VATEX-EU-132-1I")}, prepaid=D("4.00"))
    assert en16931.check(told) == ()
    assert told.sums is not None
    assert told.sums.payable == 6
    outside = free_text.post(
        free_text.draft(ACME, [FreeTextLine(text="Fine", account="8200", net=D(5), vat=Vat("O"))], "EUR", reference="March"),
        number="FT-2",
        on=DAY,
    )
    assert einvoices.of_invoice(outside.document, seller=SELLER, buyer=BUYER).breakdown[0].reason_code == "VATEX-EU-O"


def test_a_category_nobody_knows_is_found_and_not_refused() -> None:
    """The value is made; the check names the rule."""
    odd = free_text.post(
        free_text.draft(ACME, [FreeTextLine(text="?", account="8200", net=D(5), vat=Vat("QQ"))], "EUR", reference="March"),
        number="FT-1",
        on=DAY,
    )
    found = en16931.check(einvoices.of_invoice(odd.document, seller=SELLER, buyer=BUYER))
    assert {"BR-CL-17", "BR-CL-18"} <= {each.rule for each in found}


def test_a_pro_forma_is_no_invoice() -> None:
    """It is refused by its rule."""
    with pytest.raises(Exception, match="pro forma") as refused:
        einvoices.of_invoice(invoices.pro_forma(an_order(), on=DAY), seller=SELLER, buyer=BUYER)
    assert codes(refused) == ("einvoice.pro-forma",)


def test_a_party_is_named_as_it_is_known() -> None:
    """Its numbers are given beside it."""
    found = einvoices.trade_party(ACME, vat="NL1", legal="2", legal_scheme="0106", tax_registration="3")
    assert (found.name, found.vat, found.legal, found.legal_scheme, found.tax_registration) == (ACME.name, "NL1", "2", "0106", "3")


prices = st.integers(0, 10**6).map(lambda units: D(units).scaleb(-3))
shares = st.lists(st.integers(1, 9), min_size=1, max_size=4)


@settings(max_examples=60)
@given(prices, prices, shares, st.integers(0, 100), st.booleans())
def test_however_an_order_is_cut_every_part_is_a_right_invoice(
    price: Decimal, other: Decimal, cuts: list[int], discount: int, credited: bool
) -> None:
    """Parts, a deposit taken off the first, and a credit of the last: the figures are the invoice's own, and the judges agree."""
    order = an_order(chai(sum(cuts), price=price, discount=D(discount)), chang(sum(cuts), price=other))
    taken = []
    if order.totals.total > 1:
        order, deposit = deposits.post(order, percentage=10, number="DEP-1", on=DAY, account="1450")
        taken.append(deposit)
        electronic(deposit)
    for place, cut in enumerate(cuts):
        order, slip = deliveries.post(order, {1: cut, 2: cut}, number=f"PS-{place}", on=DAY)
        done = invoices.post(order, slips=[slip], number=f"INV-{place}", on=DAY, deposits=taken)
        order = next(each for each in done.changed if isinstance(each, Order))
        taken, invoice = [], done.document
        electronic(invoice)
    if credited and not invoice.is_credit_note:
        electronic(credit_notes.post(invoice, {1: 1}, orders=order, number="CN-1", on=DAY, reopens=False).document)
