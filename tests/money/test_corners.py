"""Corners of charges, of prices with VAT in them and of their credits that no trial goes through."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from salesflow import (
    Basis,
    ChargeRule,
    Claim,
    Commitment,
    CommitmentKind,
    CreditOf,
    Disposition,
    FreeTextLine,
    Invoice,
    Item,
    LineFilter,
    Order,
    OrderType,
    Period,
    PriceBook,
    Product,
    RefusedError,
    TradeAgreement,
    Vat,
    agreements,
    changes,
    charges,
    credit_notes,
    deliveries,
    free_text,
    invoices,
    orders,
    prices,
    releases,
    restating,
    return_receipts,
    returns,
)
from salesflow.documents import printed, ubl
from salesflow.documents.priced_lines import NetPrices
from salesflow.model.charge import Back, Measure, Threshold, ThresholdLost, ThresholdReached, When
from salesflow.model.charging import Alone
from salesflow.model.pricing import AgreementLink
from salesflow.model.quotation import QuotationLine
from salesflow.model.totals import WITH_VAT, PartNets, TaxRounding, TotalsPolicy
from salesflow.model.trade_agreement import Relation
from salesflow.model.vat import NO_VAT
from salesflow.money import half_up, sure
from salesflow.testing import laws
from salesflow.testing.contract import renumbered
from tests.builders import ACME, DAY, STANDARD, an_order, codes
from tests.documents.papers import BOTH, text_of
from tests.einvoices import BUYER, SELLER
from tests.money.goods import LOW, goods, in_parts, net_and_vat, service, shelf, sold

D = Decimal


# ---------------------------------------------------------------------- rounding


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        (D("0.01") / 3 * D("1.5"), "0.01"),
        (D("-0.01") / 3 * D("1.5"), "-0.01"),
        (D("5.35") / 3 * D("0.21") * 100, "37.45"),
        (D("0.005"), "0.01"),
        (D("0.0049999999999"), "0.00"),
        (D("-0.001"), "0.00"),
    ],
)
def test_a_half_is_rounded_away_from_zero_and_zero_has_no_sign(amount: Decimal, rounded: str) -> None:
    """Also a half that is a quotient; what lies below a half stays below."""
    assert str(half_up(amount, D("0.01"))) == rounded


def test_quotients_that_are_equal_compare_equal() -> None:
    """A third of one, and four thirds less one."""
    assert sure(D(1) / 3) != D(1) / 4
    assert sure(D(4) / 3 - 1).quantize(D("1E-20")) == sure(D(1) / 3).quantize(D("1E-20"))


def test_a_price_for_three_is_rounded_where_it_lies() -> None:
    """1.00 for three, one and a half of them: 0.50; at 0.01 for three, half a cent, which is one."""
    assert goods("1.5", "0.01", price_unit=D(3)).amount(D("1.5"), D("0.01")) == D("0.01")


# ---------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (evolve(charges.freight(tiers=[(0, 5), (50, 3)]), value=D(1)), "values by tier"),
        (charges.fee(percentage=10, least=9, most=8), "at least 9 and at most 8"),
        (charges.fee(percentage=10, least=-1), "below zero"),
        (evolve(charges.fee(1), granted=Threshold(least=D(5), below=D(5))), "nothing lies between"),
    ],
)
def test_conditions_that_fight_are_refused_with_their_reason(rule: ChargeRule, why: str) -> None:
    """Each says what contradicts what."""
    with pytest.raises(RefusedError) as refused:
        an_order(charges=[rule])
    assert codes(refused) == ("charge.condition",)
    assert why in str(refused.value)


def test_an_item_that_is_not_known_is_covered_by_nothing_that_asks_for_one() -> None:
    """A line in words has a rate of VAT, and no item: 10 percent of all is on it, 10 percent of hoses is not."""
    line = FreeTextLine(text="Rent", account="8000", net=D(100), vat=STANDARD)
    rules = [charges.fee(percentage=10), charges.fee(percentage=10, covers=LineFilter(items=("HOSE",)))]
    posted = free_text.post(free_text.draft(ACME, [line], "EUR", reference="R", charges=rules), number="FT-1", on=DAY).document
    assert [each.amount for each in posted.charges] == [10]


def test_a_charge_that_the_order_does_not_have() -> None:
    """Is said by its number, when it is asked for, set, removed or stated."""
    order = an_order(charges=[charges.freight(5)])
    with pytest.raises(LookupError, match="no charge 2"):
        order.charge(2)
    for wanted in (changes.SetCharge(charges.fee(1, number=2)), changes.RemoveCharge(2)):
        assert codes(changes.preview(order, [wanted], on=DAY).refusals) == ("charge.unknown",)
    with pytest.raises(RefusedError) as refused:
        invoices.post(order, number="INV-1", on=DAY, charges={"SO-1": {2: D(1)}})
    assert codes(refused) == ("charge.unknown",)


def test_values_of_another_kind_are_refused_at_the_door() -> None:
    """A weight below zero, a step of cash of nothing, VAT that adds up per line."""
    with pytest.raises(ValueError, match="weight"):
        Item(number="I-1", weight=D(-1))
    with pytest.raises(ValueError, match="cash_step"):
        TotalsPolicy(cash_step=D(0))
    with pytest.raises(ValueError, match="rounded per rate"):
        TotalsPolicy(part_nets=PartNets.CUMULATIVE, tax_rounding=TaxRounding.LINE)
    with pytest.raises(TypeError, match="basis"):
        goods(1, 1, basis="gross")


def test_a_document_alone_waits_for_all_of_its_lines() -> None:
    """What a rule covers of it."""
    rows = [(goods(2, 3, STANDARD), D(2), D(6), D(6)), (goods(1, 1, LOW), D(1), D(1), D(1))]
    assert Alone(rows).waiting(charges.fee(1)) == 7
    assert Alone(rows).waiting(charges.fee(1, covers=LineFilter(vat=LOW))) == 1


# ---------------------------------------------------------------------- lapsed, and due again


def test_what_lapsed_with_goods_that_came_back_is_due_again_when_they_are_sent_back() -> None:
    """
    Freight of 10.00 that the invoices divide, on ten at 10.00; four were delivered and come back for good.

    They take 4.00 of it along; two of them go to the customer again, and with them 2.00 is due again.
    """
    order = an_order(goods(10, 10), charges=[charges.freight(10, when=When.PROPORTIONAL)])
    order, _ = deliveries.post(order, {1: 4}, number="PS-1", on=DAY)
    claim = Claim(order=order, quantities={1: 4}, disposition=Disposition.RETURN_TO_CUSTOMER, redeliver=False)
    rma, returned = returns.create([claim], number="RMA-1", order="SO-R", customer=ACME, on=DAY)
    rma = returns.register(rma, on=DAY).document
    done = return_receipts.receive(rma, returned, [order], number="PS-R", on=DAY)
    returned, order, rma = done.changed[0], done.changed[1], done.changed[2]
    assert (order.line(1).invoice_remainder, order.charge(1).left) == (6, 6)
    back = return_receipts.send_back(rma, returned, [order], {1: 2}, number="PS-B", on=DAY)
    order = next(each for each in back.changed if each.number == "SO-1")
    assert (order.line(1).invoice_remainder, order.charge(1).left) == (8, 8)
    assert invoices.post(order, number="INV-1", on=DAY).document.totals.charges == 8


def test_a_charge_that_was_removed_is_not_due_again_after_a_credit() -> None:
    """Freight of 5.00 was invoiced, removed, and is credited to be invoiced again: nothing of it is left."""
    order, invoice = sold(goods(2, 10), charges=[charges.freight(5, number=1)])
    order = changes.change(order, [changes.RemoveCharge(1)], on=DAY, reason="goodwill").document
    order, _, note = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=True)
    assert note.total == -25
    assert invoices.post(order, number="INV-2", on=DAY).document.total == 20


def test_a_threshold_that_is_reached_catches_up_what_was_credited_as_well() -> None:
    """5 of 10 were invoiced and 2 of them credited to be invoiced again; from 100.00 on ten percent holds for all."""
    rule = evolve(charges.discount(percentage=10, least=150), reached=ThresholdReached.CATCH_UP)
    order = an_order(goods(10, 10), charges=[rule])
    order, first = invoices.post(order, {1: 5}, number="INV-1", on=DAY)
    order, _, _ = credit_notes.post(first, {1: 2}, orders=order, number="CN-1", on=DAY, reopens=True)
    order = changes.change(order, [changes.SetQuantity(1, D(20))], on=DAY, reason="more").document
    second = invoices.post(order, number="INV-2", on=DAY).document
    assert (second.net, second.totals.charges) == (170, -20)


@pytest.mark.parametrize(
    ("rule", "second"),
    [
        (charges.discount(percentage=10, least=150, reached=ThresholdReached.CATCH_UP, covers=LineFilter(items=("I-1",))), "-20"),
        (evolve(charges.fee(per_unit=D("0.50")), granted=Threshold(least=D(150)), reached=ThresholdReached.CATCH_UP), "11.50"),
    ],
    ids=["percent of some lines", "per unit of all"],
)
def test_catching_up_counts_what_the_rule_covers_and_what_went_back_for_good(rule: ChargeRule, second: str) -> None:
    """Five of ten and three of another item were invoiced, and two of the five credited for good; then twenty are wanted."""
    order = an_order(goods(10, 10), goods(3, 10, number="I-2"), charges=[evolve(rule, granted=evolve(rule.granted, least=D(150)))])
    order, first = invoices.post(order, {1: 5, 2: 3}, number="INV-1", on=DAY)
    order, _, _ = credit_notes.post(first, {1: 2}, orders=order, number="CN-1", on=DAY, reopens=False)
    order = changes.change(order, [changes.SetQuantity(1, D(20))], on=DAY, reason="more").document
    assert (first.totals.charges, rest_of(order).totals.charges) == (0, D(second))


# ---------------------------------------------------------------------- prices with VAT in them


def test_a_credit_without_an_invoice_has_vat_in_its_prices_if_that_is_said() -> None:
    """One mug at 10.00 comes back: 8.26 and 1.74."""
    note = credit_notes.unreferenced("ACME", [shelf(1, 10)], "EUR", number="CN-1", on=DAY, totals=WITH_VAT).document
    assert (note.total, *net_and_vat(note)) == (-10, D("-8.26"), D("-1.74"))


def test_what_was_invoiced_of_an_order_is_read_without_vat() -> None:
    """Three at 10.00, one of them invoiced."""
    order, _ = in_parts(an_order(shelf(3, 10), totals=WITH_VAT), {1: 1})
    assert (order.invoiced_net, order.invoiced_amount) == (D("8.26"), 10)


def test_ledger_accounts_of_a_line_in_words_share_its_net() -> None:
    """121.00 with VAT, over two accounts 3 to 1: 75.00 and 25.00."""
    line = FreeTextLine(text="Rent", distributions=(("8000", D("90.75")), ("8100", D("30.25"))), gross=D(121), vat=STANDARD)
    posted = free_text.post(free_text.draft(ACME, [line], "EUR", reference="R", totals=WITH_VAT), number="FT-1", on=DAY).document
    assert posted.free_text[0].distributions == (("8000", D(75)), ("8100", D(25)))


def test_a_rate_that_is_not_taken_is_refused() -> None:
    """And where prices are without VAT, or the rate is the same, the price stays."""
    with pytest.raises(RefusedError) as refused:
        restating.at_rate(shelf(1, 121), LOW, restating.OtherRate.REFUSE)
    assert codes(refused) == ("price.another-rate",)
    same = restating.at_rate(shelf(1, 121), Vat("S", D(21)), restating.OtherRate.REFUSE)
    assert (same.price, restating.at_rate(goods(1, 121, STANDARD), LOW).price) == (121, 121)


def test_the_threshold_and_the_limits_of_a_charge_are_restated_with_the_prices() -> None:
    """Above 100.00 without VAT is above 121.00 with it; a quantity stays, and so does a percentage."""
    by_amount = charges.fee(percentage=5, below=100, least=10, vat=STANDARD)
    by_quantity = evolve(charges.fee(percentage=5, below=3, vat=STANDARD), granted=Threshold(measure=Measure.QUANTITY, up_to=D(3)))
    order = restating.restate(
        an_order(goods(1, 50, STANDARD), charges=[by_amount, by_quantity]), Basis.GROSS, on=DAY, reason="shop"
    ).document
    one, two = order.charges
    assert (one.value, one.granted.below, one.least) == (5, 121, D("12.10"))
    assert (two.value, two.granted.up_to) == (5, 3)


def test_an_offer_of_a_category_is_not_taxed_yet() -> None:
    """While its item is not known a line has no VAT; and no offer counts towards a sales agreement."""
    open_, known = (
        QuotationLine(category="Garden", item=item, quantity=D(1), price=D(18)) for item in (None, Item(number="H", vat=STANDARD))
    )
    assert (open_.vat, known.vat) == (NO_VAT, STANDARD)
    assert not open_.is_linked


def test_vat_that_adds_up_is_divided_over_the_orders_of_a_summary() -> None:
    """Two orders on one invoice: a credit of all of it leaves each order with nothing invoiced, and all of it can be invoiced again."""
    for basis in Basis:
        policy = TotalsPolicy(basis=basis, part_nets=PartNets.CUMULATIVE)
        both = [an_order(goods(3, "3.33", STANDARD, basis=basis), number=number, totals=policy) for number in ("SO-1", "SO-2")]
        done = invoices.post(both, number="INV-1", on=DAY)
        given = [each for each in done.changed if each.number in {"SO-1", "SO-2"}]
        back = credit_notes.post(done.document, orders=given, number="CN-1", on=DAY, reopens=True)
        again = [each for each in back.changed if each.number in {"SO-1", "SO-2"}]
        assert back.document.total == -done.document.total
        assert invoices.post(again, number="INV-2", on=DAY).document.total == done.document.total


# ---------------------------------------------------------------------- agreements


def test_a_linked_line_takes_no_part_in_the_total_discount_when_an_order_is_priced_again() -> None:
    """Two lines of 600.00, one of them of a sales agreement: 600.00 is below 1 000.00, so nothing is granted."""
    book = PriceBook([TradeAgreement(number="T-1", relation=Relation.TOTAL_DISCOUNT, currency="EUR", least=D(1000), percentage=D(2))])
    free, linked = goods(1, 600, number="I-1"), goods(1, 600, number="I-2", link=AgreementLink(agreement="AG-1", commitment=1))
    products = {each.item.number: Product(item=each.item, price=D(600)) for each in (free, linked)}
    with_both = orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[free, evolve(linked, link=None)], on=DAY).document
    assert [type(each) for each in prices.again(book, with_both, ACME, products, on=DAY)] == [changes.AddCharge]
    order = evolve(with_both, lines=(with_both.lines[0], evolve(with_both.lines[1], link=linked.link)), fold=None)
    assert prices.again(book, order, ACME, products, on=DAY) == ()


def test_a_return_may_say_what_goes_back_of_freight() -> None:
    """A consumer keeps nothing of it if that was agreed."""
    order, slip = deliveries.post(an_order(goods(2, 10), charges=[charges.freight(5)]), number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    for freight, total in ((Back.NEVER, -20), (Back.WHEN_ALL, -25)):
        back = credit_notes.post(
            [CreditOf(invoice=invoice, quantities={1: 2}, freight=freight)], orders=order, number="CN-1", on=DAY, reopens=False
        )
        assert back.document.total == total


# ---------------------------------------------------------------------- thresholds and closed quantities


def closed(order: Order, quantity: int) -> Order:
    """Return the order with some of its first line closed."""
    return orders.short_close(order, {1: quantity}, on=DAY).document


def more(order: Order, quantity: int) -> Order:
    """Return the order with another quantity of its first line."""
    return changes.change(order, [changes.SetQuantity(1, D(quantity))], on=DAY, reason="asked for").document


def rest_of(order: Order) -> Invoice:
    """Invoice what is left."""
    return invoices.post(order, number=f"INV-{len(order.postings)}", on=DAY).document


DIVIDED: dict[str, Any] = {"when": When.PROPORTIONAL}


def test_what_is_closed_takes_its_part_of_the_tier_that_held_then() -> None:
    """4.00 from 100.00 on, 10.00 below: half of 100.00 is closed with 2.00 of the 4.00, and 10.00 less 2.00 is left."""
    order = closed(an_order(goods(10, 10), charges=[charges.freight(tiers=[(0, 10), (100, 4)], **DIVIDED)]), 5)
    assert (order.charge(1).left, rest_of(order).totals.charges) == (8, 8)


def test_what_is_closed_takes_its_part_of_what_would_be_granted() -> None:
    """12.00 from 100.00 on, on 90.00: a ninth is closed and takes 1.33 along, though nothing is granted yet; at 110.00 the rest is."""
    rule = evolve(charges.fee(12, **DIVIDED), granted=Threshold(least=D(100)))
    order = closed(an_order(goods(9, 10), charges=[rule]), 1)
    assert order.charge(1).left == 0
    assert rest_of(more(order, 12)).totals.charges == D("10.67")


@pytest.mark.parametrize(("lost", "rest"), [(ThresholdLost.STOP, "0"), (ThresholdLost.KEEP, "-4.80"), (ThresholdLost.RECOVER, "6.00")])
def test_a_threshold_that_closing_loses(lost: ThresholdLost, rest: str) -> None:
    """
    12.00 off from 100.00 on. Half is invoiced with 6.00 off; a fifth of the rest is closed, and takes 1.20 along.

    The 90.00 that are left do not reach the threshold: nothing more, the 4.80 that are left, or the 6.00 that were given come back.
    """
    order, first = invoices.post(
        an_order(goods(10, 10), charges=[charges.discount(12, least=100, lost=lost)]), {1: 5}, number="INV-1", on=DAY
    )
    assert first.totals.charges == -6
    assert rest_of(closed(order, 1)).totals.charges == D(rest)


@pytest.mark.parametrize(("quantity", "rest"), [(4, "4.40"), (25, "2.40"), (20, "2.40"), (10, "2.40")])
def test_a_tier_that_is_kept_is_the_nearest(quantity: int, rest: str) -> None:
    """5.00 from 50.00, 3.00 from 100.00 to below 200.00. A fifth of 100.00 took 0.60; at 40.00 it is 5.00, at 250.00 it is 3.00."""
    tiers = Threshold(tiers=((D(50), D(5)), (D(100), D(3))), below=D(200))
    rule = evolve(charges.freight(1, **DIVIDED), value=D(0), granted=tiers, lost=ThresholdLost.KEEP)
    order, first = invoices.post(an_order(goods(10, 10), charges=[rule]), {1: 2}, number="INV-1", on=DAY)
    assert first.totals.charges == D("0.60")
    order = order if quantity == 10 else more(order, quantity)
    assert rest_of(order).totals.charges == D(rest)


# ---------------------------------------------------------------------- percentages of other charges, within limits


@pytest.mark.parametrize(
    ("other", "most", "parts"),
    [
        (charges.freight(20), 5, ["22.50", "2.50"]),
        (charges.freight(20), 50, ["26.00", "6.00"]),
        (evolve(charges.freight(20), granted=Threshold(below=D(50))), 50, ["5.00", "5.00"]),
        (charges.fee(2, when=When.EACH), 50, ["7.10", "7.30"]),
    ],
    ids=["within the most", "freight of the first invoice", "freight that is not granted", "a fee on each invoice"],
)
def test_a_percentage_of_another_charge_within_limits_is_divided_over_the_invoices(other: ChargeRule, most: int, parts: list[str]) -> None:
    """10 percent of 100.00 and of another charge, at most so much in all; half is invoiced, then the rest."""
    fuel = charges.fee(percentage=10, upon=(1,), most=most, **DIVIDED)
    _, made = in_parts(an_order(goods(10, 10), charges=[evolve(other, number=1), fuel]), {1: 5}, None)
    assert [each.totals.charges for each in made] == [D(part) for part in parts]


def test_what_lapsed_of_a_charge_is_no_longer_in_a_percentage_of_it() -> None:
    """10 percent of 50.00 and of the 5.00 that are left of 10.00, after half was closed."""
    fuel = charges.fee(percentage=10, upon=(1,), most=50, **DIVIDED)
    order = closed(an_order(goods(10, 10), charges=[charges.fee(10, number=1, **DIVIDED), fuel]), 5)
    assert [each.amount for each in rest_of(order).charges] == [5, D("5.50")]


# ---------------------------------------------------------------------- within a cycle


@pytest.mark.parametrize("basis", list(Basis))
def test_charges_and_totals_of_a_subscription_are_those_of_its_cycle(basis: Basis) -> None:
    """10 percent off 100.00: after a whole cycle, half of the next is invoiced, and two of those five are to be invoiced again."""
    order = an_order(
        evolve(service("10", STANDARD), ordered=D(10), basis=basis),
        type=OrderType.SUBSCRIPTION,
        charges=[charges.discount(percentage=10, number=1)],
        totals=TotalsPolicy(basis=basis),
    )
    total = D("108.90") if basis is Basis.NET else 90
    order, made = in_parts(order, None, {1: 5})
    assert (order.charge(1).taken, order.charge(1).left, order.totals.total) == (-5, -5, total)
    order, _, _ = credit_notes.post(made[1], {1: 2}, orders=order, number="CN-1", on=DAY, reopens=True)
    assert (order.charge(1).taken, order.charge(1).left, order.totals.total) == (-3, -7, total)
    assert rest_of(order).totals.total == total * D("0.7")


# ---------------------------------------------------------------------- documents


def test_a_business_sees_the_price_without_vat_beside_the_one_with_it() -> None:
    """121.00 with VAT, less 10 percent: 90.00 without it on the paper of a business, if that is not switched off."""
    invoice = sold(shelf(1, 121, discount=D(10)))[1]
    assert "Price without VAT: 90.00" in text_of(printed.invoice(invoice, **BOTH, language="en"))
    assert "Price without VAT" not in text_of(printed.invoice(invoice, **BOTH, language="en", net_prices=NetPrices.NEVER))


def test_an_order_of_prices_with_vat_is_written_without_it() -> None:
    """An order in UBL has prices without VAT, as an invoice has: 121.00 at 21 percent is 100.00."""
    written = ubl.write_order(an_order(shelf(2, 121)), seller=SELLER, buyer=BUYER)
    [line] = ubl.read_order(written).lines
    assert (line.price, line.ordered) == (100, 2)


def test_a_release_may_have_vat_in_its_prices() -> None:
    """An agreement that speaks without VAT: 100.00 there is 121.00 on the order, unrounded and once."""
    taxed = Item(number="I-1", vat=STANDARD)
    agreed = Commitment(kind=CommitmentKind.PRODUCT_QUANTITY, item=taxed, quantity=D(10), price=D(100))
    period = Period(DAY, date(2026, 12, 31))
    drawn = agreements.draw_up(
        number="AG-1", customer=ACME, currency="EUR", classification="yearly", period=period, commitments=[agreed], on=DAY
    ).document
    standing = agreements.fulfilment(agreements.confirm(drawn, on=DAY).document, [])
    order = releases.release(standing, {1: 2}, number="SO-1", customer=ACME, on=DAY, totals=WITH_VAT).document
    assert (order.lines[0].price, order.lines[0].entered, order.total) == (121, 100, 242)


def test_what_is_added_to_a_return_adds_to_what_goes_back_of_charges() -> None:
    """
    Ten percent off four at 10.00: two come back with 2.00 of it, then one more with 1.00.

    The rounding of the total for cash is of no line, and comes back with none.
    """
    terms: dict[str, Any] = {"charges": [charges.discount(percentage=10)], "totals": TotalsPolicy(cash_step=D("0.05"))}
    order, slip = deliveries.post(an_order(goods(4, "10.01"), **terms), number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)

    def claim(quantity: int) -> Claim:
        return Claim(order=order, quantities={1: quantity}, invoices=(invoice,), disposition=Disposition.CREDIT)

    rma, returned = returns.create([claim(2)], number="RMA-1", order="SO-R", customer=ACME, on=DAY)
    assert [rule.value for rule in returned.charges] == [2]
    added = returns.add(rma, returned, [claim(1)], customer=ACME, on=DAY)
    assert [rule.value for rule in added.changed[0].charges] == [3]
    everything, all_back = returns.create([claim(4)], number="RMA-2", order="SO-R2", customer=ACME, on=DAY)
    assert ([rule.value for rule in all_back.charges], everything.lines[0].quantity) == ([4], 4)


def test_a_product_takes_another_number_through_its_item() -> None:
    """The contract of a store gives each document it draws a number of its own."""
    assert renumbered(Product(item=Item(number="I-1"), price=D(1)), "I-2").item.number == "I-2"


def test_the_charges_of_a_summary_are_those_of_each_order() -> None:
    """Two orders with freight of their own on one invoice: the sums of each hold."""
    both = [an_order(goods(1, 10), number=number, charges=[charges.freight(5)]) for number in ("SO-1", "SO-2")]
    done = invoices.post(both, number="INV-1", on=DAY)
    assert done.document.total == 30
    assert laws.adds_up([*done.changed, done.document]) == ()


# ---------------------------------------------------------------------- what a percentage is taken of


@pytest.mark.parametrize(("percentage", "off"), [(50, "-0.50"), (100, "-1.02")])
def test_a_percentage_is_of_what_lines_cost_before_rounding_and_all_of_it_is_of_what_they_show(percentage: int, off: str) -> None:
    """Three lines of 0.335 cost 1.005 and show 1.02: half of it is 0.50, and all of it 1.02."""
    order = an_order(*[goods(1, "0.335")] * 3, charges=[charges.discount(percentage=percentage)])
    assert order.totals.charges == D(off)
    assert rest_of(order).totals.charges == D(off)


def test_a_charge_on_an_invoice_says_what_it_is() -> None:
    """Its words, its kind, and the percentage if it is one; an amount has none, and tiers have several."""
    tiers = evolve(charges.fee(percentage=1), value=D(0), granted=Threshold(tiers=((D(0), D(5)),)))
    rules = [charges.discount(percentage=10, text="Spring"), charges.freight(5, text="By road"), evolve(tiers, text="Small")]
    shown = [
        (each.charge.text, each.charge.kind.value, each.charge.percentage)
        for each in rest_of(an_order(goods(1, 100), charges=rules)).charges
    ]
    assert shown == [("Spring", "discount", 10), ("By road", "freight", None), ("Small", "fee", None)]


@pytest.mark.parametrize(("reached", "parts"), [(ThresholdReached.CATCH_UP, [6, 6]), (ThresholdReached.FORWARD, [4, 8])])
def test_one_amount_that_is_reached_late(reached: ThresholdReached, parts: list[int]) -> None:
    """12.00 from 100.00 on: 30.00 of 90.00 is invoiced without it, then 30.00 and 60.00 of 120.00 are."""
    rule = evolve(charges.fee(12, **DIVIDED), granted=Threshold(least=D(100)), reached=reached)
    order, first = invoices.post(an_order(goods(9, 10), charges=[rule]), {1: 3}, number="INV-1", on=DAY)
    _, made = in_parts(more(order, 12), {1: 3}, None)
    assert (first.totals.charges, [each.totals.charges for each in made]) == (0, parts)


def test_catching_up_takes_earlier_shares_of_other_charges_too() -> None:
    """Ten percent of 50.00 and freight of 20.00 that were invoiced without it, and of the next 150.00."""
    late = charges.discount(percentage=10, least=150, upon=(1,), reached=ThresholdReached.CATCH_UP)
    order, first = invoices.post(an_order(goods(10, 10), charges=[charges.freight(20, number=1), late]), {1: 5}, number="INV-1", on=DAY)
    assert (first.totals.charges, rest_of(more(order, 20)).totals.charges) == (20, -22)


def test_a_threshold_of_a_subscription_looks_at_one_cycle() -> None:
    """5 percent below 150.00, on 100.00 a cycle: also in the third."""
    order = an_order(service(100), type=OrderType.SUBSCRIPTION, charges=[charges.fee(percentage=5, below=150)])
    assert [each.total for each in in_parts(order, None, None, None)[1]] == [105, 105, 105]
