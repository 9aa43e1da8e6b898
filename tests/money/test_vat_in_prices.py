"""Prices with VAT in them: the trials G1 to G6, and the vectors of the specification."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest
from attrs import evolve

from salesflow import (
    Alternative,
    Basis,
    CreditOf,
    Invoice,
    Item,
    OrderType,
    Payment,
    Product,
    RefusedError,
    TotalsPolicy,
    TradeParty,
    Vat,
    acceptance,
    changes,
    charges,
    credit_notes,
    deliveries,
    deposits,
    direct_sales,
    einvoices,
    en16931,
    free_text,
    invoices,
    orders,
    prices,
    quotations,
    restating,
    subscriptions,
)
from salesflow.billing import totals as engine
from salesflow.model.free_text import FreeTextLine
from salesflow.model.totals import MissingCent, PartNets, RoundedFirst, Sold, TaxRounding
from salesflow.model.trade_agreement import Relation, TradeAgreement
from salesflow.process.price_book import PriceBook
from salesflow.process.restating import OtherRate
from tests.builders import ACME, DAY, STANDARD, an_order, codes
from tests.money.goods import CONSUMER, LOW, TWENTY, credited, goods, in_parts, net_and_vat, service, shelf, sold

D = Decimal
MUG = Product(item=Item(number="MUG", vat=STANDARD), price=D("10.00"), basis=Basis.GROSS)


def split(invoice: Invoice) -> tuple[str, str, str]:
    """Return total, net and VAT as they read."""
    net, vat = net_and_vat(invoice)
    return str(invoice.total), str(net), str(vat)


# ---------------------------------------------------------------------- G: the trials


def test_g1_a_mug_at_ten() -> None:
    """A stall sells a mug for 10.00 with 21 percent in it: 10.00 is paid, 8.26 of it without VAT."""
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    done = direct_sales.sell(CONSUMER, [orders.line(MUG, 1)], "EUR", number="T-1", at=noon)
    assert split(done.document) == ("10.00", "8.26", "1.74")
    [paid] = [each for each in done.made if isinstance(each, Payment)]
    assert (paid.amount, paid.balance, done.document.balance) == (10, 0, 0)


def test_g2_three_at_1499() -> None:
    """3 at 14.99 is 44.97 and no cent more."""
    assert sold(shelf(3, "14.99"))[1].total == D("44.97")


def test_g3_a_shop_order_of_145() -> None:
    """90 and 55 with 5 percent in them post as 145.00."""
    five = Vat("S", D(5))
    order, invoice = sold(shelf(1, 90, five), shelf(1, 55, five))
    assert (order.total, invoice.total, invoice.net + invoice.vat) == (145, 145, 145)


def test_g4_the_same_in_parts_and_credited() -> None:
    """Delivered and invoiced in two parts, one credited: the parts come to the order's total in what is paid."""
    five = Vat("S", D(5))
    order = an_order(shelf(3, "30.01", five), shelf(1, 55, five))
    order, one = deliveries.post(order, {1: 1}, number="PS-1", on=DAY)
    order, other = deliveries.post(order, number="PS-2", on=DAY)
    order, first = invoices.post(order, slips=[one], number="INV-1", on=DAY)
    order, second = invoices.post(order, slips=[other], number="INV-2", on=DAY)
    assert first.total + second.total == order.total == D("145.03")
    order, second, [note] = credited(order, second, {1: 1})
    assert note.total == D("-30.01")
    _, _, [rest] = credited(order, second, None)
    assert (note.total + rest.total, note.net + rest.net, note.vat + rest.vat) == (-second.total, -second.net, -second.vat)


def test_g5_every_total_is_quantity_times_price() -> None:
    """A hundred prices from 0.01 to 99.99, at four rates and any quantity from one to seven."""
    draw = Random(20260301)  # noqa: S311  the same hundred each time
    for _ in range(100):
        price = D(draw.randint(1, 9999)).scaleb(-2)
        for rate in (21, 9, 5, 25):
            for quantity in range(1, 8):
                invoice = sold(shelf(quantity, price, Vat("S", D(rate))))[1]
                assert invoice.total == quantity * price
                assert abs(invoice.vat - (invoice.net * rate / 100).quantize(D("0.01"), ROUND_HALF_UP)) <= D("0.01")


LINES = (("1.00", 10), ("0.50", 5), ("0.07", 3), ("10.05", 1))


@pytest.mark.parametrize("basis", list(Basis))
@pytest.mark.parametrize("rounding", list(TaxRounding))
def test_g6_where_vat_is_rounded_is_a_term_of_the_order(rounding: TaxRounding, basis: Basis) -> None:
    """Order, invoices and credits have the VAT of each rate, line or unit, as the policy says."""
    policy = TotalsPolicy(basis=basis, tax_rounding=rounding)
    lines = [goods(count, D(amount) / count, STANDARD, basis=basis) for amount, count in LINES]
    order, invoice = sold(*lines, totals=policy)
    vat = by_hand(rounding, basis)
    assert (order.totals.vat, invoice.vat, invoice.totals_policy) == (vat, vat, policy)
    _, _, notes = credited(order, invoice, {1: 10}, {2: 2}, {2: 3, 3: 3}, None)
    assert sum(note.vat for note in notes) == -vat
    assert sum(note.total for note in notes) == -invoice.total
    assert {note.totals_policy for note in notes} == {policy}


def by_hand(rounding: TaxRounding, basis: Basis) -> Decimal:
    """Return the VAT at 21 percent of those lines, as one would on paper."""

    def cents(amount: Decimal) -> Decimal:
        return amount.quantize(D("0.01"), ROUND_HALF_UP)

    def taxed(amount: Decimal) -> Decimal:
        return cents(amount * 21 / 100) if basis is Basis.NET else amount - cents(amount * 100 / 121)

    amounts = [(D(amount), count) for amount, count in LINES]
    if rounding is TaxRounding.GROUP:
        return taxed(sum((amount for amount, _ in amounts), D(0)))
    if rounding is TaxRounding.LINE:
        return sum((taxed(amount) for amount, _ in amounts), D(0))
    if basis is Basis.NET:
        return sum((cents(cents(amount / count * 21 / 100) * count) for amount, count in amounts), D(0))
    return sum((amount - cents(cents(amount / count * 100 / 121) * count) for amount, count in amounts), D(0))


# ---------------------------------------------------------------------- V: the vectors


def test_v2_two_of_379() -> None:
    """Per rate 626.45 and 131.55, the nets 313.23 and 313.22; per line 626.44 and 131.56."""
    invoice = sold(shelf(1, 379), shelf(1, 379))[1]
    assert split(invoice) == ("758.00", "626.45", "131.55")
    assert [line.net for line in invoice.lines] == [D("313.23"), D("313.22")]
    per_line = TotalsPolicy(basis=Basis.GROSS, tax_rounding=TaxRounding.LINE)
    assert split(sold(shelf(1, 379), shelf(1, 379), totals=per_line)[1]) == ("758.00", "626.44", "131.56")


def test_v3_three_of_999() -> None:
    """Per rate 24.77 and 5.20; per unit 24.78 and 5.19."""
    assert split(sold(shelf(3, "9.99"))[1]) == ("29.97", "24.77", "5.20")
    per_unit = TotalsPolicy(basis=Basis.GROSS, tax_rounding=TaxRounding.UNIT)
    assert split(sold(shelf(3, "9.99"), totals=per_unit)[1]) == ("29.97", "24.78", "5.19")


def test_v4_which_of_the_two_is_rounded_first() -> None:
    """2.99 at 4: the net first 2.88 and 0.11, VAT first 2.87 and 0.12."""
    four = Vat("S", D(4))
    assert split(sold(shelf(1, "2.99", four))[1]) == ("2.99", "2.88", "0.11")
    vat_first = TotalsPolicy(basis=Basis.GROSS, rounded_first=RoundedFirst.VAT)
    assert split(sold(shelf(1, "2.99", four), totals=vat_first)[1]) == ("2.99", "2.87", "0.12")


def test_v5_a_discount_is_divided_before_vat_is_taken_out() -> None:
    """16 at 6.14 with 20 percent and 9 at 11.15 with 9, less 100.00: 98.59 is paid, and the discount is 87.58 without VAT."""
    lines = shelf(16, "6.14", TWENTY), shelf(9, "11.15", LOW)
    invoice = sold(*lines, charges=[charges.discount(100, number=1)])[1]
    assert [line.amount for line in invoice.lines] == [D("98.24"), D("100.35")]
    assert [each.amount for each in invoice.charges] == [D("-49.47"), D("-50.53")]
    assert [(group.base, group.amount) for group in invoice.totals.groups] == [(D("40.64"), D("8.13")), (D("45.71"), D("4.11"))]
    assert (invoice.total, invoice.totals.charges) == (D("98.59"), D("-87.58"))


def test_v6_three_for_ten_one_by_one() -> None:
    """10.00 for three, invoiced one by one: 3.33, 3.34, 3.33 with nets 2.75, 2.76, 2.75."""
    _, made = in_parts(an_order(shelf(3, 10, price_unit=D(3))), {1: 1}, {1: 1}, {1: 1})
    assert [split(each) for each in made] == [("3.33", "2.75", "0.58"), ("3.34", "2.76", "0.58"), ("3.33", "2.75", "0.58")]


def test_v7_nets_of_parts_add_up_per_document_or_over_all() -> None:
    """3 at 10.00 one by one: 24.78 without VAT, or 24.79 as for the whole."""
    order, made = in_parts(an_order(shelf(3, 10)), {1: 1}, {1: 1}, {1: 1})
    assert [split(each) for each in made] == [("10.00", "8.26", "1.74")] * 3
    policy = TotalsPolicy(basis=Basis.GROSS, part_nets=PartNets.CUMULATIVE)
    order, made = in_parts(an_order(shelf(3, 10), totals=policy), {1: 1}, {1: 1}, {1: 1})
    assert [split(each) for each in made] == [("10.00", "8.26", "1.74"), ("10.00", "8.27", "1.73"), ("10.00", "8.26", "1.74")]
    assert (
        (sum(each.net for each in made), sum(each.vat for each in made)) == (order.totals.net, order.totals.vat) == (D("24.79"), D("5.21"))
    )


def test_v8_credits_take_their_part_of_what_is_left() -> None:
    """10 at 23.90 less 25 percent with 20 in it: 179.25; three of them 53.78, the other seven 125.47."""
    order, invoice = sold(shelf(10, "23.90", TWENTY, discount=D(25)))
    assert split(invoice) == ("179.25", "149.38", "29.87")
    _, _, notes = credited(order, invoice, {1: 3}, None)
    assert [split(note) for note in notes] == [("-53.78", "-44.82", "-8.96"), ("-125.47", "-104.56", "-20.91")]


def test_v9_a_deposit_and_what_is_left() -> None:
    """30 percent of 44.97 in advance: 13.49, and 31.48 after it; both together are the whole in each figure."""
    order, deposit = deposits.post(an_order(shelf(3, "14.99")), percentage=30, number="D-1", on=DAY)
    assert split(deposit) == ("13.49", "11.15", "2.34")
    invoice = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit]).document
    assert split(invoice) == ("31.48", "26.02", "5.46")


def test_v10_part_of_a_month() -> None:
    """9.99 a month, ten days of thirty: 3.33."""
    start = date(2026, 6, 1)
    line = evolve(service("9.99", STANDARD), basis=Basis.GROSS)
    order = an_order(line, type=OrderType.SUBSCRIPTION, on=start)
    subscription = subscriptions.begin(order, number="S-1", starts=start, on=start).document
    done = subscriptions.bill(subscription, order, numbers=lambda: "INV-1", on=start, through=date(2026, 6, 10))
    [invoice] = [each for each in done.made if isinstance(each, Invoice)]
    assert split(invoice) == ("3.33", "2.75", "0.58")


def test_v11_another_rate_than_the_one_in_the_price() -> None:
    """100.00 with 21 in it, sold at 25.5: the price stays, or its net; exported, the net [GRS-P5]."""
    line, abroad = shelf(1, 100), Vat("S", D("25.5"))
    assert split(sold(restating.at_rate(line, abroad))[1]) == ("100.00", "79.68", "20.32")
    assert split(sold(restating.at_rate(line, abroad, OtherRate.KEEP_NET))[1]) == ("103.71", "82.64", "21.07")
    assert split(sold(restating.at_rate(line, Vat("G"), OtherRate.KEEP_NET))[1]) == ("82.64", "82.64", "0.00")
    with pytest.raises(RefusedError) as refused:
        restating.at_rate(line, abroad, OtherRate.REFUSE)
    assert codes(refused) == ("price.another-rate",)


def test_v12_two_rates() -> None:
    """2 at 1.96 with 13 and 2 at 0.04 with 24 come to 4.00."""
    invoice = sold(shelf(2, "1.96", Vat("S", D(13))), shelf(2, "0.04", Vat("S", D(24))))[1]
    assert [(group.base, group.amount) for group in invoice.totals.groups] == [(D("3.47"), D("0.45")), (D("0.06"), D("0.02"))]
    assert invoice.total == 4


def test_v13_kilometres() -> None:
    """100 at 0.65 is 65.00."""
    assert split(sold(shelf(100, "0.65"))[1]) == ("65.00", "53.72", "11.28")


def test_v14_a_discount_shows_what_it_takes_off_without_vat() -> None:
    """1 000 with 50 percent in it; 100 off."""
    half = Vat("S", D(50))
    assert split(sold(shelf(1, 1000, half))[1]) == ("1000.00", "666.67", "333.33")
    invoice = sold(shelf(1, 1000, half), charges=[charges.discount(100, number=1)])[1]
    assert (*split(invoice), invoice.totals.charges) == ("900.00", "600.00", "300.00", D("-66.67"))


@pytest.mark.parametrize(
    ("amount", "vat", "currency", "net", "tax"),
    [
        ("10.00", STANDARD, "EUR", "8.26", "1.74"),
        ("-10.00", STANDARD, "EUR", "-8.26", "-1.74"),
        ("100", Vat("S", D(10)), "JPY", "91", "9"),
        ("1.000", Vat("S", D(5)), "KWD", "0.952", "0.048"),
        ("10.00", Vat("Z"), "EUR", "10.00", "0.00"),
    ],
    ids=["v1", "v15", "v16-yen", "v16-dinar", "no rate"],
)
def test_v1_v15_v16_taking_vat_out(amount: str, vat: Vat, currency: str, net: str, tax: str) -> None:
    """The net is rounded half up, and VAT is the rest; alike on both sides of zero, and in the digits of the currency."""
    found = engine.add_up([Sold(vat, D(amount))], currency=currency, policy=TotalsPolicy(basis=Basis.GROSS))
    assert (str(found.net), str(found.vat), found.total) == (net, tax, D(amount))


def test_v17_lines_of_both_signs() -> None:
    """10.00 and -3.00: the rate has 5.79 and 1.21, the lines 8.27 and -2.48."""
    lines = [Sold(STANDARD, D("10.00")), Sold(STANDARD, D("-3.00"))]
    found = engine.add_up(lines, currency="EUR", policy=TotalsPolicy(basis=Basis.GROSS))
    assert [(group.base, group.amount) for group in found.groups] == [(D("5.79"), D("1.21"))]
    assert engine.without_tax(lines, currency="EUR") == (D("8.27"), D("-2.48"))


US, THEM = TradeParty(name="Us", vat="NL123456789B01"), TradeParty(name="Them")


def test_v18_the_electronic_invoice_has_the_price_of_the_quantity() -> None:
    """8 at 12.95: 85.62 for eight, and the price that was seen as an attribute."""
    [line] = einvoices.of_invoice(sold(shelf(8, "12.95"))[1], seller=US, buyer=THEM).lines
    assert (line.net, line.price, line.base_quantity, line.quantity) == (D("85.62"), D("85.62"), 8, 8)
    assert line.attributes == (("Price with VAT", "12.95 EUR"),)


@pytest.mark.parametrize("missing", list(MissingCent))
def test_v19_where_the_missing_cent_stands(missing: MissingCent) -> None:
    """10.00 is 8.26 and 1.74, though 21 percent of 8.26 is 1.73: in the VAT, or as rounding; what is paid is the same [GRS-P3]."""
    made = einvoices.of_invoice(sold(shelf(1, 10))[1], seller=US, buyer=THEM, missing=missing)
    assert made.sums is not None
    inside = missing is MissingCent.IN_VAT
    assert (made.sums.tax, made.sums.rounding) == ((D("1.74"), None) if inside else (D("1.73"), D("0.01")))
    assert made.sums.payable == 10
    found = {each.rule for each in en16931.check(made) if each.tolerated}
    assert found == ({"BR-CO-17", "BR-S-09"} if inside else set())


# ---------------------------------------------------------------------- what else the rules say


def test_every_document_follows_the_order() -> None:
    """Quotation, order, slip, invoice and credit note have the same prices, and each says so."""
    offer = quotations.draw_up(number="Q-1", party=ACME, currency="EUR", lines=[quotations.line(MUG, 3)], on=DAY).document
    assert offer.totals().total == 30
    order = acceptance.confirm(quotations.send(offer, on=DAY).document, customer=ACME, number="SO-1", on=DAY).document
    assert (order.basis, order.total, order.totals.net) == (Basis.GROSS, 30, D("24.79"))
    order, [invoice] = in_parts(order, None)
    _, _, [note] = credited(order, invoice, {1: 1})
    assert (invoice.totals_policy.basis, invoice.total) == (Basis.GROSS, 30)
    assert (note.totals_policy.basis, note.total) == (Basis.GROSS, -10)


def test_an_offer_has_alternatives_of_one_kind_of_price_each() -> None:
    """A line without VAT among prices with VAT is refused."""
    net = evolve(quotations.line(MUG, 1), basis=Basis.NET)
    with pytest.raises(RefusedError) as refused:
        quotations.draw_up(
            number="Q-1", party=ACME, currency="EUR", on=DAY, alternatives=[Alternative(name="a", lines=(quotations.line(MUG, 1), net))]
        )
    assert "price.basis" in codes(refused)


def test_restating_an_order_keeps_what_was_entered() -> None:
    """10.00 with VAT is 8.2644… without; nothing is rounded, and back again it is 10.00."""
    order = an_order(shelf(3, 10), charges=[charges.discount(3, number=1)])
    net = restating.restate(order, Basis.NET, on=DAY, reason="a business after all").document
    assert (net.basis, net.lines[0].entered, net.charges[0].value) == (Basis.NET, 10, D("-2.48"))
    assert (net.totals.net, net.revision) == (D("24.79"), 1)
    back = restating.restate(net, Basis.GROSS, on=DAY, reason="no").document
    assert (back.lines[0].price, back.lines[0].entered, back.total) == (10, None, D("27.00"))


def test_prices_are_found_in_either_basis() -> None:
    """A price list with VAT serves an order without, unrounded, and says what was entered [GRS-15]."""
    listed = TradeAgreement(
        number="P-1", relation=Relation.PRICE, item="MUG", unit="C62", currency="EUR", price=D("12.10"), basis=Basis.GROSS
    )
    book = PriceBook([listed])
    [line] = prices.of(book, ACME, [(MUG, 1)], "EUR", on=DAY, basis=Basis.NET).lines
    assert (line.basis, line.price, line.entered) == (Basis.NET, 10, D("12.10"))
    [line] = prices.of(book, ACME, [(MUG, 1)], "EUR", on=DAY).lines
    assert (line.basis, line.price, line.entered) == (Basis.GROSS, D("12.10"), None)


def test_an_amount_is_stated_as_the_prices_are() -> None:
    """A share of a line by hand is with VAT on an order of prices with VAT."""
    order = an_order(shelf(1, 10))
    invoice = invoices.post(order, number="INV-1", on=DAY, amounts={"SO-1": {1: D("9.00")}}).document
    assert split(invoice) == ("9.00", "7.44", "1.56")


def test_words_have_vat_in_them_too() -> None:
    """A free text invoice of 121.00 with VAT in it."""
    line = FreeTextLine(text="Rent", account="8000", gross=D("121.00"), vat=STANDARD)
    draft = free_text.draft(ACME, [line], "EUR", reference="R-1", totals=TotalsPolicy(basis=Basis.GROSS))
    invoice = free_text.post(draft, number="FT-1", on=DAY).document
    assert split(invoice) == ("121.00", "100.00", "21.00")


def test_cash_is_rounded_last() -> None:
    """9.98 with VAT in it is paid with 10.00; VAT knows nothing of it [GRS-17]."""
    policy = TotalsPolicy(basis=Basis.GROSS, cash_step=D("0.05"))
    invoice = sold(shelf(1, "9.98"), totals=policy)[1]
    assert (invoice.total, invoice.vat, invoice.net) == (10, D("1.73"), D("8.25"))


def test_changes_and_credits_by_amount_are_with_vat() -> None:
    """The price of a line is changed with VAT in it, and an amount that is credited has it too."""
    order = changes.change(an_order(shelf(2, 10)), [changes.SetPrice(1, D(12))], on=DAY, reason="dearer").document
    order, invoice = invoices.post(order, number="INV-1", on=DAY)
    assert invoice.total == 24
    note = credit_notes.post(
        [CreditOf(invoice=invoice, amounts={1: D("2.42")})], orders=order, number="CN-1", on=DAY, reopens=False
    ).document
    assert split(note) == ("-2.42", "-2.00", "-0.42")
