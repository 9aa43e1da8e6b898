"""Charges and discounts on the whole: the trials M1 to M20, and the vectors of the specification."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from salesflow import (
    Alternative,
    Back,
    ChargeRule,
    Claim,
    CreditOf,
    Disposition,
    Invoice,
    Item,
    LineFilter,
    Order,
    OrderType,
    Product,
    RefusedError,
    When,
    acceptance,
    changes,
    charges,
    credit_notes,
    deliveries,
    invoices,
    orders,
    payments,
    prices,
    quotations,
    return_credits,
    return_receipts,
    returns,
    subscriptions,
)
from salesflow.model.charge import ChargeOrigin, ChargeVat, Threshold, ThresholdLost, ThresholdReached
from salesflow.model.policies import PricePolicy, TotalDiscounts
from salesflow.model.pricing import AgreementLink
from salesflow.model.totals import TaxRounding, TotalsPolicy
from salesflow.model.trade_agreement import Relation, TradeAgreement
from salesflow.process.price_book import PriceBook
from tests.builders import ACME, DAY, STANDARD, an_order, codes
from tests.money.goods import CONSUMER, LOW, credited, goods, in_parts, net_and_vat, service, sold, totals

D = Decimal
TENTH = charges.discount(percentage=10, number=1)
FREIGHT = charges.freight(5, number=1)


def changed(order: Order, *wanted: changes.Change) -> Order:
    """Return the order after a change."""
    return changes.change(order, wanted, on=DAY, reason="asked for").document


def monthly(price: int, *rules: ChargeRule) -> list[Decimal]:
    """Return what twelve monthly invoices of a service come to."""
    order = an_order(service(price), type=OrderType.SUBSCRIPTION, charges=rules)
    order, made = in_parts(order, *[None] * 12)
    return totals(*made)


def came_back(order: Order, invoice: Invoice, quantities: dict[int, int], place: int = 1, **terms: Any) -> tuple[Order, Invoice, Invoice]:
    """Announce, receive and credit goods that come back; return order and invoice as they are then, and the note."""
    claim = Claim(order=order, quantities=quantities, invoices=(invoice,), disposition=Disposition.CREDIT)
    customer = CONSUMER if order.customer == CONSUMER.number else ACME
    rma, returned = returns.create([claim], number=f"RMA-{place}", order=f"SO-R{place}", customer=customer, on=DAY)
    rma = returns.register(rma, on=DAY).document
    returned, order, rma, _ = return_receipts.receive(rma, returned, [order], number=f"PS-R{place}", on=DAY)
    done = return_credits.credit(rma, returned, [order], [invoice], number=f"CN-R{place}", on=DAY, **terms)
    [changed] = [each for each in done.changed if isinstance(each, Order) and each.number == order.number]
    [credited_] = [each for each in done.changed if isinstance(each, Invoice) and each.number == invoice.number]
    return changed, credited_, done.document


def delivered_and_invoiced(*lines: Any, **terms: Any) -> tuple[Order, Invoice]:
    """Return an order whose goods went out and were invoiced."""
    order, slip = deliveries.post(an_order(*lines, **terms), number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    return order, invoice


# ---------------------------------------------------------------------- M: the trials


def test_m1_a_discount_on_a_subscription_is_the_same_each_month() -> None:
    """30.00 less 10 percent is 27.00, however often; it is not less each time."""
    assert monthly(30, TENTH) == [D("27.00")] * 12


def test_m2_a_surcharge_that_is_divided_comes_each_cycle() -> None:
    """3.00 a cycle on 30.00: 33.00 each time."""
    assert monthly(30, charges.fee(3, number=1, when=When.PROPORTIONAL)) == [D("33.00")] * 12


def test_m3_what_is_credited_takes_its_discount_along() -> None:
    """Two lines of 100 less 10 percent were 180.00; a credit of both is 180.00, not 200.00."""
    order, invoice = sold(goods(1, 100), goods(1, 100), charges=[TENTH])
    assert invoice.total == 180
    _, _, [note] = credited(order, invoice, {1: 1, 2: 1})
    assert (note.total, note.totals.charges) == (-180, 20)


def test_m4_what_is_paid_back_is_what_came_in() -> None:
    """The same through a return: credited 180.00, refunded 180.00."""
    order, invoice = delivered_and_invoiced(goods(1, 100), goods(1, 100), charges=[TENTH])
    invoice, _ = payments.receive(ACME, 180, "EUR", number="P-1", on=DAY, invoices=[invoice])
    order, invoice, note = came_back(order, invoice, {1: 1, 2: 1})
    refund = payments.refund([note], number="P-2", on=DAY).document
    assert (note.total, refund.amount, refund.balance) == (-180, -180, 0)


def test_m5_a_large_amount_off_goes_back_in_proportion() -> None:
    """10 at 800 less 6 000 were 2 000.00: nine of them are 1 800.00, and the last one 200.00."""
    order, invoice = delivered_and_invoiced(goods(10, 800), charges=[charges.discount(6000, number=1)])
    order, invoice, note = came_back(order, invoice, {1: 9})
    _, _, last = came_back(order, invoice, {1: 1}, place=2)
    assert totals(invoice, note, last) == [2000, -1800, -200]


def test_m6_a_line_gives_back_its_part_of_the_discount() -> None:
    """150 and 60 less 42: the 150 has 30 of it, so 120.00 goes back [CHG-V20]."""
    order, invoice = sold(goods(1, 150), goods(1, 60), charges=[charges.discount(42, number=1)])
    _, _, [note, rest] = credited(order, invoice, {1: 1}, None)
    assert totals(note, rest) == [-120, -48]


def test_m7_half_of_what_was_sold_at_a_discount_is_half_of_what_was_paid() -> None:
    """10 at 100 less 10 percent with 21 percent VAT were 1 089.00; five that come back are 544.50."""
    order, invoice = delivered_and_invoiced(goods(10, 100, STANDARD), charges=[TENTH])
    order, invoice, note = came_back(order, invoice, {1: 5})
    assert totals(invoice, note) == [1089, D("-544.50")]


@pytest.mark.parametrize("change", [changes.SetQuantity(1, D(1)), changes.RemoveLine(2)], ids=["m8", "m9"])
def test_m8_m9_a_percentage_follows_what_is_ordered(change: changes.Change) -> None:
    """Half of the order goes: 90.00 is left, as when half of it is closed short."""
    lines = [goods(2, 100)] if isinstance(change, changes.SetQuantity) else [goods(1, 100), goods(1, 100)]
    order = an_order(*lines, charges=[TENTH])
    assert (order.net, changed(order, change).net) == (200, 100)
    assert (order.total, changed(order, change).total) == (180, 90)
    [before] = changes.preview(order, [change], on=DAY).charges
    assert (before.number, before.before, before.after) == (1, -20, -10)
    short = orders.short_close(order, {1: 1}, on=DAY).document
    assert short.total == 90


@pytest.mark.parametrize("price", [200, 50])
def test_m10_the_order_shows_what_its_invoices_took(price: int) -> None:
    """2 at 100 less 10 percent; one is invoiced, the price changes, the other follows: 10 percent of what was invoiced."""
    order = an_order(goods(2, 100), charges=[TENTH])
    order, [first] = in_parts(order, {1: 1})
    order = changed(order, changes.SetPrice(1, D(price)))
    order, [second] = in_parts(order, None)
    given = [each.totals.charges for each in (first, second)]
    assert given == [-10, -D(price) / 10]
    assert (order.charge(1).taken, order.charge(1).left, order.totals.charges) == (sum(given), 0, sum(given))


def test_m11_a_line_that_goes_takes_its_discount_along() -> None:
    """10 at 100 and 1 at 20 less 10 percent: without the first line the invoice is 18.00."""
    order = changed(an_order(goods(10, 100), goods(1, 20), charges=[TENTH]), changes.RemoveLine(1))
    assert invoices.post(order, number="INV-1", on=DAY).document.total == 18


def test_m12_after_an_invoice_a_line_that_goes_takes_its_discount_along_too() -> None:
    """2 at 100 and 1 at 1000 less 10 percent; one of the 100 is invoiced, the 1000 goes, the rest is 90.00."""
    order = an_order(goods(2, 100), goods(1, 1000), charges=[TENTH])
    order, [first] = in_parts(order, {1: 1})
    order, [rest] = in_parts(changed(order, changes.RemoveLine(2)), None)
    assert totals(first, rest) == [90, 90]


@pytest.mark.parametrize("price", [50, 200])
def test_m13_one_amount_off_is_given_once_whatever_changes(price: int) -> None:
    """100 off 10 at 100: 50 with the first five, at another price the rest: 100 in all [CHG-V4]."""
    order = an_order(goods(10, 100), charges=[charges.discount(100, number=1)])
    order, [first] = in_parts(order, {1: 5})
    order = changed(order, changes.SetPrice(1, D(price)))
    order, [two, three] = in_parts(order, {1: 2}, None)
    assert [each.totals.charges for each in (first, two, three)] == [-50, -20, -30]


def test_m14_a_charge_has_the_digits_of_its_currency() -> None:
    """4.995 euros cannot be paid; neither can half a yen, and a thousandth of a dinar can."""
    for amount, currency in (("4.995", "EUR"), ("0.5", "JPY"), ("0.0005", "KWD")):
        with pytest.raises(RefusedError) as refused:
            an_order(goods(1, 100), currency=currency, charges=[charges.fee(D(amount), number=1)])
        assert codes(refused) == ("charge.digits",)
    assert an_order(goods(1, 100), currency="KWD", charges=[charges.fee(D("0.005"), number=1)]).total == D("100.005")
    with pytest.raises(RefusedError) as refused:
        changes.change(an_order(), [changes.AddCharge(charges.fee(D("4.995")))], on=DAY, reason="more")
    assert codes(refused) == ("charge.digits",)


HUNDRED = TradeAgreement(number="T-1", relation=Relation.TOTAL_DISCOUNT, currency="EUR", least=D(100), percentage=D(10))
WIDGET = Product(item=Item(number="I-1"), price=D(18))


def priced_again(order: Order, book: PriceBook, **terms: Any) -> Order:
    """Return the order with the prices and discounts of the book."""
    wanted = prices.again(book, order, ACME, {"I-1": WIDGET}, on=DAY, **terms)
    return changed(order, *wanted) if wanted else order


def test_m15_a_condition_is_looked_at_again_when_the_order_is_priced_again() -> None:
    """10 percent from 100 on 180; twice as much 36.00; below 100 none; or what was granted stays, if the policy says so."""
    book = PriceBook([HUNDRED])
    order = an_order(goods(10, 18), charges=prices.of(book, ACME, [(WIDGET, 10)], "EUR", on=DAY).charges)
    assert order.totals.charges == -18
    for quantity, off in ((20, -36), (5, 0)):
        assert priced_again(changed(order, changes.SetQuantity(1, D(quantity))), book).totals.charges == off
    kept = PricePolicy(total_discounts=TotalDiscounts.GRANTED)
    order = an_order(goods(10, 18), charges=prices.of(book, ACME, [(WIDGET, 10)], "EUR", on=DAY, policy=kept).charges)
    assert priced_again(changed(order, changes.SetQuantity(1, D(5))), book, policy=kept).totals.charges == -9


def test_m16_a_line_under_a_sales_agreement_has_no_part_in_the_discount_on_the_whole() -> None:
    """1 at 100 that counts towards an agreement and 1 at 50 that does not: 5.00 off."""
    linked = goods(1, 100, link=AgreementLink("AG-1", 1))
    rules = prices.of(PriceBook([HUNDRED]), ACME, [(WIDGET, 10)], "EUR", on=DAY).charges
    [rule] = rules
    order = an_order(goods(1, 50), charges=[evolve(rule, granted=Threshold())])
    both = evolve(order, lines=(*order.lines, evolve(linked, number=2)), fold=None)
    assert (order.totals.charges, both.totals.charges, both.total) == (-5, -5, 145)


@pytest.mark.parametrize(
    ("freight", "back"), [(None, "0"), (Back.PROPORTIONAL, "6.05"), (Back.WHEN_ALL, "6.05")], ids=["none", "part", "with the last"]
)
def test_m17_freight_of_goods_that_come_back_is_a_choice(freight: Back | None, back: str) -> None:
    """10 at 1.00 with freight 5.00: 12.10 for the goods, and 6.05 for the freight if that is chosen."""
    order, invoice = delivered_and_invoiced(goods(10, 1, STANDARD), charges=[FREIGHT])
    order, invoice, note = came_back(order, invoice, {1: 10}, freight=freight)
    assert note.total == D("-12.10") - D(back)
    if not freight:  # it can still be given back, by hand, though nothing is left of the order
        claim = CreditOf(invoice=invoice, charges={1: D(5)})
        rest = credit_notes.post([claim], orders=order, number="CN-2", on=DAY, reopens=False).document
        assert rest.total == D("-6.05")


@pytest.mark.parametrize(("recurs", "each"), [(None, [35, 30, 30]), (True, [35, 35, 35])])
def test_m18_a_set_up_charge_comes_once_unless_it_recurs(recurs: bool | None, each: list[int]) -> None:
    """5.00 with the first cycle of 30.00, or with each."""
    order = an_order(service(30), type=OrderType.SUBSCRIPTION, charges=[charges.fee(5, number=1, code="set-up", recurs=recurs)])
    assert totals(*in_parts(order, None, None, None)[1]) == each


def plan_of(rule: ChargeRule) -> tuple[Decimal, ...]:
    """Return what is billed for June at 100 with a charge, and the credit and the invoice after a change to 200 on the 16th."""
    start, halfway = date(2026, 6, 1), date(2026, 6, 16)
    order = an_order(service(100), type=OrderType.SUBSCRIPTION, charges=[rule], on=start)
    subscription = subscriptions.begin(order, number="S-1", starts=start, on=start).document
    first = subscriptions.bill(subscription, order, numbers=lambda: "INV-1", on=start)
    [order] = [each for each in first.changed if isinstance(each, Order)]
    [invoice] = [each for each in first.made if isinstance(each, Invoice)]
    dearer = [changes.SetPrice(1, D(200))]
    done = subscriptions.change_plan(
        first.document, order, dearer, [invoice], credit_number="CN-1", number="INV-2", on=halfway, reason="more"
    )
    made = {each.number: each for each in done.made if isinstance(each, Invoice)}
    return invoice.total, made["CN-1"].total, made["INV-2"].total


def test_m19_a_fee_follows_its_own_terms_when_the_plan_changes() -> None:
    """
    A month of 100 with a fee of 5, changed to 200 halfway.

    A fee that a cycle has once was taken; one that is divided goes by days, back and forth; a percentage goes with its lines.
    """
    assert plan_of(charges.fee(percentage=10, number=1)) == (110, -55, 110)
    assert plan_of(charges.fee(5, number=1, recurs=True)) == (105, -50, 100)
    assert plan_of(charges.fee(5, number=1, when=When.PROPORTIONAL)) == (105, D("-52.50"), D("102.50"))


@pytest.mark.parametrize("rounding", list(TaxRounding))
def test_m20_a_discount_of_all_leaves_nothing_to_pay(rounding: TaxRounding) -> None:
    """Lines whose VAT rounds up by themselves: 0.00 in every rounding."""
    lines = [goods(3, "0.05", STANDARD), goods(1, "0.07", STANDARD), goods(7, "1.115", LOW)]
    policy = TotalsPolicy(tax_rounding=rounding)
    order, invoice = sold(*lines, totals=policy, charges=[charges.discount(percentage=100, number=1)])
    assert (order.total, invoice.total, invoice.vat) == (0, 0, 0)
    assert all(group.base == group.amount == 0 for group in invoice.totals.groups)


# ---------------------------------------------------------------------- V: the vectors


@pytest.mark.parametrize(("quantity", "off"), [("10", "-18.00"), ("20", "-36.00"), ("1", "-1.80"), ("0.5", "-0.90")])
def test_v1_a_percentage_of_the_lines(quantity: str, off: str) -> None:
    """Ten percent off at 18, whatever the quantity becomes."""
    order = an_order(goods(10, 18), charges=[TENTH])
    if quantity != "10":
        order = changed(order, changes.SetQuantity(1, D(quantity)))
    assert order.totals.charges == D(off)


@pytest.mark.parametrize(("price", "off"), [("90", "0"), ("99.99", "0"), ("100", "-10.00"), ("110", "-11.00")])
def test_v2_a_percentage_from_a_threshold_on(price: str, off: str) -> None:
    """Ten percent from 100 on."""
    assert an_order(goods(1, price), charges=[charges.discount(percentage=10, least=100, number=1)]).totals.charges == D(off)


def test_v3_a_percentage_adds_up_over_parts() -> None:
    """12.5 percent of 3 at 1.00, one by one."""
    order = an_order(goods(3, 1), charges=[charges.fee(percentage=D("12.5"), number=1)])
    order, made = in_parts(order, {1: 1}, {1: 1}, {1: 1})
    assert [each.totals.charges for each in made] == [D("0.13"), D("0.12"), D("0.13")]
    assert order.charge(1).taken == D("0.38")


def test_v5_an_order_that_grows_has_the_rest_over_more() -> None:
    """100 off 10 at 100, half given; raised to 40 at 50: of the 50 left the next five of 35 take 7.14."""
    order = an_order(goods(10, 100), charges=[charges.discount(100, number=1)])
    order, _ = in_parts(order, {1: 5})
    order = changed(order, changes.SetPrice(1, D(50)), changes.SetQuantity(1, D(40)))
    order, [next_five] = in_parts(order, {1: 5})
    assert next_five.totals.charges == D("-7.14")


@pytest.mark.parametrize(
    ("when", "shares"),
    [
        (When.PROPORTIONAL, ["6.25", "3.13", "3.12"]),
        (When.FIRST, ["12.50", "0", "0"]),
        (When.LAST, ["0", "0", "12.50"]),
        (When.EACH, ["12.50", "12.50", "12.50"]),
    ],
)
def test_v6_which_invoice_takes_freight(when: When, shares: list[str]) -> None:
    """12.50 over invoices of 100, 50 and 50."""
    order = an_order(goods(4, 50), charges=[charges.freight(D("12.50"), when=when, number=1)])
    order, made = in_parts(order, {1: 2}, {1: 1}, {1: 1})
    assert [each.totals.charges for each in made] == [D(share) for share in shares]


def test_v7_freight_of_each_slip() -> None:
    """4.95 a slip: an invoice of two slips has 9.90."""
    order = an_order(goods(4, 50), charges=[charges.freight(D("4.95"), when=When.EACH_SLIP, number=1)])
    order, one = deliveries.post(order, {1: 3}, number="PS-1", on=DAY)
    order, other = deliveries.post(order, {1: 1}, number="PS-2", on=DAY)
    assert invoices.post(order, slips=[one, other], number="INV-1", on=DAY).document.totals.charges == D("9.90")


def test_v8_credits_of_a_discount_add_up() -> None:
    """10 at 100 less 10 percent at 21: all, or five and five; 10.00 off 3 at 33.33, one by one."""
    order, invoice = sold(goods(10, 100, STANDARD), charges=[TENTH])
    assert totals(*credited(order, invoice, {1: 10})[2]) == [-1089]
    assert totals(*credited(order, invoice, {1: 5}, {1: 5})[2]) == [D("-544.50"), D("-544.50")]
    order, invoice = sold(goods(3, "33.33"), charges=[charges.discount(10, number=1)])
    notes = credited(order, invoice, {1: 1}, {1: 1}, {1: 1})[2]
    assert [note.totals.charges for note in notes] == [D("3.33"), D("3.34"), D("3.33")]


def test_v9_freight_of_a_return_in_two_parts() -> None:
    """2 at 5.00 with freight 5.00 at 21 percent is 18.15: a business gets the goods back, a consumer the freight with the last of them."""
    for customer, second in ((ACME, "6.05"), (CONSUMER, "12.10")):
        order, invoice = delivered_and_invoiced(goods(2, 5, STANDARD), charges=[FREIGHT], customer=customer)
        assert invoice.total == D("18.15")
        order, invoice, one = came_back(order, invoice, {1: 1})
        order, invoice, other = came_back(order, invoice, {1: 1}, place=2)
        assert totals(one, other) == [D("-6.05"), -D(second)]
        assert net_and_vat(one) == (-5, D("-1.05"))


def test_v10_a_discount_on_a_subscription() -> None:
    """100 less 10 percent, three times."""
    assert monthly(100, TENTH)[:3] == [90, 90, 90]


def test_v11_fuel_on_lines_and_freight() -> None:
    """8 percent of 200 and of freight of 12.50."""
    fuel = charges.fee(percentage=8, upon=(1,), code="fuel", number=2)
    order = an_order(goods(2, 100), charges=[charges.freight(D("12.50"), number=1), fuel])
    assert order.charge(2).amount == 17


@pytest.mark.parametrize(("price", "fee"), [("49.99", "7.50"), ("50.00", "0")])
def test_v12_a_surcharge_for_small_orders(price: str, fee: str) -> None:
    """7.50 below 50."""
    assert an_order(goods(1, price), charges=[charges.fee(D("7.50"), below=50, number=1)]).totals.charges == D(fee)


def test_v13_freight_is_taxed_like_the_goods() -> None:
    """10.00 over 60 at 21 and 40 at 9: divided, or all of it at the rate of the largest amount."""
    lines = goods(1, 60, STANDARD), goods(1, 40, LOW)
    freight = charges.freight(10, number=1)
    invoice = sold(*lines, charges=[freight])[1]
    assert [(each.vat.rate, each.net) for each in invoice.charges] == [(21, 6), (9, 4)]
    assert invoice.vat == D("13.86") + D("3.96")
    invoice = sold(*lines, charges=[evolve(freight, taxed=ChargeVat.HIGHEST_BASE)])[1]
    assert invoice.vat == D("14.70") + D("3.60")
    invoice = sold(*lines, charges=[charges.freight(10, number=1, vat=LOW)])[1]
    assert invoice.vat == D("12.60") + D("4.50")


def test_v14_a_percentage_in_yen() -> None:
    """2.5 percent of 1 999 is 50."""
    assert an_order(goods(1, 1999), currency="JPY", charges=[charges.fee(percentage=D("2.5"), number=1)]).totals.charges == 50


@pytest.mark.parametrize(("price", "fee"), [("49.99", "7.95"), ("50", "4.95"), ("99.99", "4.95"), ("100", "0")])
def test_v15_freight_by_tiers(price: str, fee: str) -> None:
    """7.95, from 50 on 4.95, from 100 on nothing."""
    freight = charges.freight(tiers=[(0, D("7.95")), (50, D("4.95")), (100, 0)], number=1)
    assert an_order(goods(1, price), charges=[freight]).totals.charges == D(fee)


@pytest.mark.parametrize(("lost", "rest"), [(ThresholdLost.STOP, "9.00"), (ThresholdLost.RECOVER, "18.00"), (ThresholdLost.KEEP, "8.10")])
def test_v16_a_threshold_that_is_lost(lost: ThresholdLost, rest: str) -> None:
    """10 percent from 100 on 10 at 18, five invoiced; cut to 5.5, which is 99: the rest is 9.00, less or more as the rule says [CHG-P1]."""
    order = an_order(goods(10, 18), charges=[charges.discount(percentage=10, least=100, lost=lost, number=1)])
    order, [first] = in_parts(order, {1: 5})
    order, [last] = in_parts(changed(order, changes.SetQuantity(1, D("5.5"))), None)
    assert (first.totals.charges, last.total) == (-9, D(rest))


@pytest.mark.parametrize(("reached", "off"), [(ThresholdReached.FORWARD, -9), (ThresholdReached.CATCH_UP, -18)])
def test_v17_a_threshold_that_is_reached(reached: ThresholdReached, off: int) -> None:
    """10 percent from 100: five at 18 invoiced without; raised to 10, the next five have 9.00 or 18.00 [CHG-P2]."""
    order = an_order(goods(5, 18), goods(1, 1), charges=[charges.discount(percentage=10, least=100, reached=reached, number=1)])
    order, [first] = in_parts(order, {1: 5})
    order = changed(order, changes.SetQuantity(1, D(10)), changes.RemoveLine(2))
    order, [second] = in_parts(order, {1: 5})
    assert (first.totals.charges, second.totals.charges) == (0, off)


@pytest.mark.parametrize(("upon", "off"), [((), -200), ((1,), -150)])
def test_v18_several_discounts(upon: tuple[int, ...], off: int) -> None:
    """500 and 10 percent off 2 000: of the lines, or one after the other [CHG-P4]."""
    off_first = charges.discount(500, number=1)
    order = an_order(goods(20, 100), charges=[off_first, charges.discount(percentage=10, upon=upon, number=2)])
    assert order.charge(2).amount == off


def test_v19_large_discounts_go_back_by_line() -> None:
    """7 200 and 800 less 6 000: credits have 5 400 and 600 of it."""
    order, invoice = sold(goods(9, 800), goods(1, 800), charges=[charges.discount(6000, number=1)])
    notes = credited(order, invoice, {1: 9}, {2: 1})[2]
    assert [note.totals.charges for note in notes] == [5400, 600]
    assert totals(*notes) == [-1800, -200]


def test_v21_three_lines_less_three_percent() -> None:
    """97.59, 95.34 and 88.21 at 21 percent less 3 percent."""
    invoice = sold(
        *(goods(1, price, STANDARD) for price in ("97.59", "95.34", "88.21")), charges=[charges.discount(percentage=3, number=1)]
    )[1]
    assert (invoice.totals.charges, *net_and_vat(invoice), invoice.total) == (D("-8.43"), D("272.71"), D("57.27"), D("329.98"))


# ---------------------------------------------------------------------- what else the rules say


def test_a_charge_covers_what_its_filter_says_and_one_that_covers_nothing_is_zero() -> None:
    """By item, and by rate; a filter that matches no line is no error [CHG-3]."""
    lines = goods(1, 100, STANDARD, number="A"), goods(1, 50, LOW, number="B")
    for covers, off in ((LineFilter(items=("A",)), -10), (LineFilter(vat=LOW), -5), (LineFilter(items=("C",)), 0)):
        order = an_order(*lines, charges=[charges.discount(percentage=10, covers=covers, number=1)])
        assert order.totals.charges == off
        invoice = invoices.post(order, number="INV-1", on=DAY).document
        assert {each.vat for each in invoice.charges} == ({STANDARD} if off == -10 else {LOW} if off else set())


def test_an_amount_per_unit_counts_what_is_invoiced() -> None:
    """0.25 for each of ten bottles, three of them first; a deposit on packaging, say."""
    order = an_order(goods(10, 2), charges=[charges.fee(per_unit=D("0.25"), number=1)])
    order, made = in_parts(order, {1: 3}, None)
    assert [each.totals.charges for each in made] == [D("0.75"), D("1.75")]


def test_a_limit_holds_for_the_whole() -> None:
    """5 percent, at least 4.00 and at most 6.00: of 60, 100 and 200."""
    for price, fee in ((60, 4), (100, 5), (200, 6)):
        order = an_order(goods(2, price // 2), charges=[charges.fee(percentage=5, least=4, most=6, number=1)])
        assert order.totals.charges == fee
        order, made = in_parts(order, {1: 1}, None)
        assert sum(each.totals.charges for each in made) == fee


def test_freight_that_was_not_taken_goes_with_an_order_that_is_cancelled() -> None:
    """Nothing is left of it; on an order that is closed short after an invoice it was taken [CHG-8]."""
    order = an_order(goods(2, 10), charges=[FREIGHT])
    assert orders.cancel(order, on=DAY).document.charge(1).left == 0
    order, [invoice] = in_parts(order, {1: 1})
    order = orders.short_close(order, {1: 1}, on=DAY).document
    assert (invoice.totals.charges, order.charge(1).left, order.total) == (5, 0, 15)


def test_a_charge_of_the_last_invoice_comes_with_short_closing_too() -> None:
    """What is left is closed short; the charge is still due, on an invoice of its own [CHG-7]."""
    order = an_order(goods(2, 10), charges=[charges.fee(5, when=When.LAST, number=1)])
    order, [first] = in_parts(order, {1: 1})
    assert first.totals.charges == 0
    order = orders.short_close(order, {1: 1}, on=DAY).document
    assert order.charge(1).left == 5
    assert totals(*in_parts(order, None)[1]) == [5]


def test_charges_are_added_set_and_removed_by_a_change() -> None:
    """Each makes a revision, and the preview says what becomes of each charge [CHG-9]."""
    order = an_order(goods(10, 10))
    order = changed(order, changes.AddCharge(charges.discount(percentage=10)))
    assert (order.revision, order.total, [rule.number for rule in order.charges]) == (1, 90, [1])
    order = changed(order, changes.SetCharge(charges.discount(percentage=20, number=1)))
    assert (order.revision, order.total) == (2, 80)
    [seen] = changes.preview(order, [changes.RemoveCharge(1)], on=DAY).charges
    assert (seen.number, seen.before, seen.after) == (1, -20, 0)
    order, _ = in_parts(order, {1: 5})
    order = changed(order, changes.RemoveCharge(1))
    assert (order.total, [len(revision.charges or ()) for revision in order.revisions]) == (90, [0, 1, 1])
    with pytest.raises(RefusedError) as refused:
        changed(order, changes.AddCharge(charges.discount(5, number=1)))
    assert codes(refused) == ("charge.number-used",)


def test_a_discount_that_no_longer_fits_takes_what_is_there_and_the_preview_says_so() -> None:
    """150 off 200; the order is cut to 100: 100 is given and 50 is left untaken [CHG-13]."""
    order = an_order(goods(2, 100), charges=[charges.discount(150, number=1)])
    [seen] = changes.preview(order, [changes.SetQuantity(1, D(1))], on=DAY).charges
    assert (seen.before, seen.after, seen.untaken) == (-150, -100, -50)
    order = changed(order, changes.SetQuantity(1, D(1)))
    assert invoices.post(order, number="INV-1", on=DAY).document.total == 0


def test_by_hand_a_share_is_stated_and_no_more_than_is_left() -> None:
    """2.00 of freight now, and 3.00 with the rest."""
    order = an_order(goods(2, 10), charges=[FREIGHT])
    order, first = invoices.post(order, {1: 1}, number="INV-1", on=DAY, charges={"SO-1": {1: D(2)}})
    order, [rest] = in_parts(order, None)
    assert [each.totals.charges for each in (first, rest)] == [2, 3]


def test_pricing_again_leaves_what_was_entered_by_hand() -> None:
    """The discount of the agreement is decided again, the one that was agreed on the telephone stays [CHG-15]."""
    by_hand = charges.discount(5, number=1)
    order = priced_again(an_order(goods(10, 18), charges=[by_hand]), PriceBook([HUNDRED]))
    assert [(rule.origin, rule.source) for rule in order.charges] == [
        (ChargeOrigin.MANUAL, ""),
        (ChargeOrigin.TRADE_AGREEMENT, "T-1"),
    ]
    assert priced_again(order, PriceBook([])).charges == (by_hand,)


def test_a_quotation_hands_its_charges_on() -> None:
    """Freight and a discount of an offer become those of the order, and its totals are the same [CHG-14]."""
    line = quotations.line(WIDGET, 10)
    offer = quotations.draw_up(
        number="Q-1",
        party=ACME,
        currency="EUR",
        on=DAY,
        alternatives=[Alternative(name="a", lines=(line,), charges=(TENTH, charges.freight(5, number=2)))],
    ).document
    order = acceptance.confirm(quotations.send(offer, on=DAY).document, customer=ACME, number="SO-1", on=DAY).document
    assert offer.totals().total == order.total == 167
    assert [rule.value for rule in order.charges] == [-10, 5]


def test_automatic_charges_come_by_themselves() -> None:
    """Freight for deliveries abroad, and a surcharge of the web shop."""
    table = [
        charges.AutomaticCharge(number="A-1", rule=charges.freight(15), currency="EUR", country="BE"),
        charges.AutomaticCharge(number="A-2", rule=charges.fee(2), currency="EUR", channel="web"),
        charges.AutomaticCharge(number="A-3", rule=charges.fee(9), currency="USD"),
        charges.AutomaticCharge(number="A-4", rule=charges.fee(1), currency="EUR", customer="ACME", customer_group="none"),
    ]

    def found(**terms: Any) -> list[str]:
        return [rule.source for rule in charges.automatic(table, ACME, "EUR", on=DAY, **terms)]

    assert (found(), found(country="BE"), found(channel="web"), found(country="BE", channel="web")) == (
        [],
        ["A-1"],
        ["A-2"],
        ["A-1", "A-2"],
    )
    order = an_order(goods(1, 10), charges=charges.automatic(table, ACME, "EUR", on=DAY, country="BE"))
    assert (order.total, order.charges[0].origin) == (25, ChargeOrigin.AUTOMATIC)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: charges.discount(5, percentage=5),
        charges.discount,
        lambda: charges.discount(-5),
        charges.fee,
        lambda: charges.fee(1, per_unit=1),
    ],
)
def test_a_discount_or_surcharge_is_one_thing(wrong: Any) -> None:
    """An amount or a percentage, not both, and above zero."""
    with pytest.raises(ValueError, match="one of the"):
        wrong()
