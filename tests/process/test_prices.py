"""Prices and discounts of trade agreements: the nine places, breaks, periods, and how discounts go together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Item,
    Order,
    OrderLine,
    Party,
    PriceBook,
    Product,
    RefusedError,
    Role,
    TradeAgreement,
    Vat,
    changes,
    invoices,
    orders,
    prices,
)
from salesflow.model.order_amounts import ordered_charges
from salesflow.model.policies import Combination, PricePolicy, UpperBound
from salesflow.model.pricing import DiscountGroups, PriceOrigin
from salesflow.model.trade_agreement import Discount, Relation, Scope, successive
from salesflow.period import Period
from salesflow.process import price_book
from salesflow.process.prices import Wanted
from tests.builders import DAY, STANDARD, codes

CENT = Decimal("0.01")
D = Decimal
RETAIL = DiscountGroups(price="RETAIL", line="RETAIL", multiline="RETAIL", total="RETAIL")
BUYER = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,), groups=RETAIL)
GARDEN = DiscountGroups(line="GARDEN", multiline="GARDEN")
HOSE = Product(item=Item(number="HOSE", vat=STANDARD), price=D("18.00"), groups=GARDEN)
TAP = Product(item=Item(number="TAP", vat=STANDARD), price=D("6.50"), groups=GARDEN)
LAMP = Product(item=Item(number="LAMP", vat=Vat("S", D(9))), price=D("40.00"))


def agreement(number: str, relation: Relation = Relation.PRICE, **terms: Any) -> TradeAgreement:
    """An agreement in euros; a price is of one hose unless it says otherwise."""
    if relation is Relation.PRICE:
        terms = {"unit": "C62", "item": "HOSE"} | terms
    return TradeAgreement(number=number, relation=relation, **({"currency": "EUR"} | terms))


def line_discount(number: str, percentage: Decimal | int, **terms: Any) -> TradeAgreement:
    """A line discount in percent."""
    return agreement(number, Relation.LINE_DISCOUNT, percentage=D(percentage), **terms)


def pay(*agreements: TradeAgreement, wanted: Any = ((HOSE, 10),), on: date = DAY, **terms: Any) -> prices.Priced:
    """What the buyer pays."""
    return prices.of(PriceBook(agreements), BUYER, wanted, terms.pop("currency", "EUR"), on=on, **terms)


def price(*agreements: TradeAgreement, quantity: int = 10, **terms: Any) -> Decimal:
    """The unit price of so many hoses."""
    return pay(*agreements, wanted=((HOSE, quantity),), **terms).lines[0].unit_price


# ---------------------------------------------------------------------- the search

ROWS: tuple[dict[str, str], ...] = ({"customer": "ACME"}, {"customer_group": "RETAIL"}, {})
COLUMNS: tuple[dict[str, str], ...] = ({"item": "HOSE"}, {"item_group": "GARDEN"}, {})
NINE = [row | column for row in ROWS for column in COLUMNS]


@pytest.mark.parametrize("first", range(9))
def test_the_nine_places_are_searched_in_order(first: int) -> None:
    """Customer before group before all, and within each item before group before all [TRD-1, TRD-2]."""
    found = pay(*(line_discount(f"D-{place}", place + 1, **NINE[place]) for place in reversed(range(first, 9))))
    assert (found.lines[0].discount, found.agreements) == (first + 1, ((f"D-{first}",),))


@pytest.mark.parametrize("place", range(9))
def test_only_activated_places_are_searched(place: int) -> None:
    """A place that is switched off is as if it were empty [TRD-2]."""
    policy = PricePolicy(searched=tuple((Relation.LINE_DISCOUNT, other) for other in range(1, 10) if other != place + 1))
    assert pay(line_discount("D-1", 5, **NINE[place]), policy=policy).lines[0].discount == 0
    only = PricePolicy(searched=((Relation.LINE_DISCOUNT, place + 1),))
    assert pay(line_discount("D-1", 5, **NINE[place]), policy=only).lines[0].discount == 5


def test_an_unknown_place_is_no_policy() -> None:
    """There are nine."""
    with pytest.raises(ValueError, match="a number from 1 to 9"):
        PricePolicy(searched=((Relation.PRICE, 10),))


@pytest.mark.parametrize(
    ("finds_next", "wanted"),
    [((False, False, False), 16), ((True, False, False), 15), ((True, True, False), 14), ((True, True, True), 14)],
)
def test_with_find_next_the_lowest_price_wins(*, finds_next: tuple[bool, ...], wanted: int) -> None:
    """The search goes on for as long as it is told to; of what it found the lowest is taken."""
    found = [
        agreement(f"P-{place}", Relation.PRICE, price=D(amount), find_next=more, **row)
        for place, (amount, more, row) in enumerate(zip((16, 15, 14), finds_next, ROWS, strict=True))
    ]
    assert price(*found) == wanted


def test_a_lower_price_found_first_is_kept() -> None:
    """Find next never makes anything dearer."""
    assert price(agreement("P-1", price=D(14), customer="ACME", find_next=True), agreement("P-2", price=D(16))) == 14


def test_with_find_next_discounts_add_up() -> None:
    """5 percent for the customer and 3 for everybody are 8, and no more than 100 in any case."""
    mine = line_discount("D-1", 5, customer="ACME", find_next=True)
    found = pay(mine, line_discount("D-2", 3))
    assert (found.lines[0].discount, found.agreements) == (8, (("D-1", "D-2"),))
    assert pay(mine, line_discount("D-2", 98)).lines[0].discount == 100


def test_without_an_agreement_the_base_price_holds() -> None:
    """And the line says where its price came from [TRD-5]."""
    [line] = pay().lines
    assert (line.price, line.origin, line.discount) == (D("18.00"), PriceOrigin.BASE, 0)
    [line] = pay(agreement("P-1", price=D(17))).lines
    assert (line.price, line.origin) == (17, PriceOrigin.TRADE_AGREEMENT)
    [line] = pay(line_discount("D-1", 5)).lines
    assert (line.price, line.origin) == (D("18.00"), PriceOrigin.TRADE_AGREEMENT)


@pytest.mark.parametrize(
    "terms", [{"currency": "USD"}, {"unit": "XBX"}, {"item": "TAP"}, {"customer": "JANE"}, {"customer_group": "TRADE"}, {"least": D(11)}]
)
def test_what_does_not_fit_is_not_used(terms: dict[str, Any]) -> None:
    """Another currency, unit, item, customer or group, and too little of it [TRD-4]."""
    assert price(agreement("P-1", price=D(1), **terms)) == D("18.00")


def test_a_price_holds_in_its_period() -> None:
    """From the first day to the last, both included."""
    march = agreement("P-1", price=D(17), period=Period.month(2026, 3))
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [price(march, on=day) for day in days] == [18, 17, 17, 18]


def test_the_very_variant_comes_before_any_variant() -> None:
    """A price for red hoses is for those only; one without a variant is for all others."""
    red = Product(item=Item(number="HOSE", dimensions=(("colour", "red"),)), price=D(18))
    book = (agreement("P-1", price=D(17)), agreement("P-2", price=D(19), dimensions=(("colour", "red"),)))
    assert [line.price for line in pay(*book, wanted=((HOSE, 1), (red, 1))).lines] == [17, 19]
    cheaper = (agreement("P-1", price=D(17)), agreement("P-2", price=D(19), dimensions=(("colour", "red"),), find_next=True))
    assert [line.price for line in pay(*cheaper, wanted=((red, 1),)).lines] == [17]


TABLE = (line_discount("D-1", 5, least=D(1), up_to=D(10)), line_discount("D-2", 7, least=D(10)))


@pytest.mark.parametrize(
    ("quantity", "inclusive", "exclusive"), [("0.5", 0, 0), ("1", 5, 5), ("9.99", 5, 5), ("10", 5, 7), ("10.01", 7, 7), ("20", 7, 7)]
)
def test_the_end_of_a_break_is_part_of_it_or_not(quantity: str, inclusive: int, exclusive: int) -> None:
    """5 percent for 1 to 10 and 7 above 10: at ten it is 5, or 7 where the end is not part of the break [TRD-4]."""
    for upper, wanted in ((UpperBound.INCLUSIVE, inclusive), (UpperBound.EXCLUSIVE, exclusive)):
        found = pay(*TABLE, wanted=(Wanted(product=HOSE, quantity=D(quantity)),), policy=PricePolicy(upper=upper))
        assert found.lines[0].discount == wanted


def test_the_last_break_may_end_too() -> None:
    """Beyond it nothing holds."""
    only = line_discount("D-1", 5, least=D(1), up_to=D(10))
    assert [pay(only, wanted=((HOSE, n),)).lines[0].discount for n in (10, 11)] == [5, 0]
    policy = PricePolicy(upper=UpperBound.EXCLUSIVE)
    assert [pay(only, wanted=((HOSE, n),), policy=policy).lines[0].discount for n in (9, 10)] == [5, 0]


def test_what_goes_back_is_priced_by_its_size() -> None:
    """Twenty returned hoses have the price of twenty."""
    assert pay(*TABLE, wanted=((HOSE, -20),)).lines[0].discount == 7


# ---------------------------------------------------------------------- what discounts come to


@pytest.mark.parametrize(("first", "second", "both"), [(10, 5, "14.5"), (2, 2, "3.96"), (0, 5, "5"), (100, 5, "100"), (0, 0, "0")])
def test_two_percentages_are_taken_one_after_the_other(first: int, second: int, both: str) -> None:
    """10 and 5 are 14.5; 2 and 2 are 3.96 [TRD-6]."""
    assert successive(D(first), D(second)) == D(both)
    found = pay(line_discount("D-1", first, then=D(second)))
    assert found.lines[0].discount == D(both)


def test_an_amount_is_taken_off_each_unit_before_the_percentage() -> None:
    """(18.00 - 2.00) less 10 percent, ten times: 144.00 [TRD-6, TRD-9]."""
    [line] = pay(line_discount("D-1", 10, amount=D(2))).lines
    assert (line.discount_amount, line.unit_price, line.amount(D(10), CENT)) == (2, D("14.4"), D("144.00"))
    assert line.list_price == 18
    [given] = pay(line_discount("D-1", 0, amount=D(20))).lines
    assert given.unit_price == 0


def test_a_price_may_be_for_many_units() -> None:
    """1.00 for three: ten cost 3.33, and 30 cost 10.00 [TRD-9]."""
    deal = agreement("P-1", price=D(1), price_unit=D(3))
    [line] = pay(deal).lines
    assert (line.amount(D(10), CENT), line.amount(D(30), CENT)) == (D("3.33"), D("10.00"))
    order = orders.place(number="SO-1", customer=BUYER, currency="EUR", lines=[line], on=DAY).document
    nets = []
    for number, part in enumerate((3, 3, 4)):
        order, invoice = invoices.post(order, {1: part}, number=f"INV-{number}", on=DAY)
        nets.append(invoice.net)
    assert nets == [D("1.00"), D("1.00"), D("1.33")]


@pytest.mark.parametrize(
    ("combination", "wanted"),
    [
        (Combination.LINE, Discount(D(1), D(10))),
        (Combination.MULTILINE, Discount(D(0), D(20))),
        (Combination.HIGHEST, Discount(D(0), D(20))),
        (Combination.LOWEST, Discount(D(1), D(10))),
        (Combination.SUM, Discount(D(1), D(30))),
        (Combination.SUCCESSIVE, Discount(D(1), D(28))),
    ],
)
def test_line_and_multiline_discount_go_together_as_agreed(combination: Combination, wanted: Discount) -> None:
    """1.00 and 10 percent off the line, 20 percent off several lines, on a price of 18.00 [TRD-7]."""
    found = pay(
        line_discount("D-1", 10, amount=D(1)),
        agreement("M-1", Relation.MULTILINE_DISCOUNT, percentage=D(20), item_group="GARDEN"),
        policy=PricePolicy(combination=combination),
    )
    assert Discount(found.lines[0].discount_amount, found.lines[0].discount) == wanted


def test_which_discount_is_higher_depends_on_the_price() -> None:
    """2.00 off is more than 10 percent at 18.00 and less at 40.00."""
    off, share = Discount(D(2), D(0)), Discount(D(0), D(10))
    assert prices.combine(off, share, D(18), Combination.HIGHEST) == off
    assert prices.combine(off, share, D(40), Combination.HIGHEST) == share
    assert prices.combine(off, share, D(18), Combination.LOWEST) == share
    assert prices.combine(Discount(D(0), D(80)), Discount(D(0), D(30)), D(18), Combination.SUM) == Discount(D(0), D(100))


def test_a_multiline_discount_looks_at_all_lines_of_its_group() -> None:
    """Six hoses and six taps make twelve of the garden group; the lamp is of none, and counts for all [TRD-8]."""
    garden = agreement("M-1", Relation.MULTILINE_DISCOUNT, percentage=D(10), item_group="GARDEN", least=D(12))
    wanted = ((HOSE, 6), (TAP, 6), (LAMP, 3))
    assert [line.discount for line in pay(garden, wanted=wanted).lines] == [10, 10, 0]
    assert [line.discount for line in pay(garden, wanted=((HOSE, 6), (TAP, 5), (LAMP, 9))).lines] == [0, 0, 0]
    everything = agreement("M-2", Relation.MULTILINE_DISCOUNT, percentage=D(4), least=D(15))
    assert [line.discount for line in pay(everything, wanted=wanted).lines] == [4, 4, 4]
    assert [line.discount for line in pay(everything, wanted=wanted[:2]).lines] == [0, 0]


def test_units_are_not_added_to_other_units() -> None:
    """Six pieces and six kilograms are not twelve of anything."""
    sand = Product(item=Item(number="SAND", unit="KGM"), price=D(2), groups=GARDEN)
    garden = agreement("M-1", Relation.MULTILINE_DISCOUNT, percentage=D(10), item_group="GARDEN", least=D(12))
    assert [line.discount for line in pay(garden, wanted=((HOSE, 6), (sand, 6))).lines] == [0, 0]


def off(*agreements: Any, wanted: Any) -> list[Decimal]:
    """What the order that is priced so takes off as a whole, by rate of VAT."""
    found = pay(*agreements, wanted=wanted)
    order = orders.place(number="SO-1", customer=BUYER, currency="EUR", lines=found.lines, charges=found.charges, on=DAY).document
    return [charge.amount for charge in ordered_charges(order)]


TENTH = agreement("T-1", Relation.TOTAL_DISCOUNT, percentage=D(10), least=D(200))


def test_a_total_discount_is_taken_off_the_order_and_not_off_its_lines() -> None:
    """180.00 at 21 percent and 120.00 at 9: 30.00 off, 18.00 and 12.00 of it [TRD-8, TRD-9, CRM-4]."""
    found = pay(TENTH, wanted=((HOSE, 10), (LAMP, 3)))
    assert [(rule.code, rule.value, rule.is_percent, rule.number, rule.source, rule.granted.least) for rule in found.charges] == [
        ("total-discount", -10, True, 1, "T-1", 200)
    ]
    assert (found.total, [line.discount for line in found.lines]) == (("T-1",), [0, 0])
    order = orders.place(number="SO-1", customer=BUYER, currency="EUR", lines=found.lines, charges=found.charges, on=DAY).document
    assert (order.totals.net, order.totals.charges, order.totals.vat) == (D("300.00"), D("-30.00"), D("43.74"))
    invoice = invoices.post(order, number="INV-1", on=DAY).document
    assert [(each.charge.code, each.amount, each.vat.rate, each.charge.number) for each in invoice.charges] == [
        ("total-discount", D("-18.00"), 21, 1),
        ("total-discount", D("-12.00"), 9, 1),
    ]


def test_a_total_discount_has_a_threshold() -> None:
    """At 200.00 it is given, below it is not; one cent off three VATs falls on one of them."""
    assert pay(TENTH, wanted=((HOSE, 11),)).charges == ()
    exactly = Product(item=Item(number="HOSE"), price=D(20))
    assert off(TENTH, wanted=((exactly, 10),)) == [D("-20.00")]
    cent = agreement("T-1", Relation.TOTAL_DISCOUNT, amount=D("0.01"))
    assert off(cent, wanted=((HOSE, 1), (LAMP, 1))) == [D("-0.01")]
    assert off(agreement("T-1", Relation.TOTAL_DISCOUNT, percentage=D("0.01")), wanted=((TAP, 1),)) == []


# ---------------------------------------------------------------------- by hand, and again


def test_what_is_entered_by_hand_is_kept() -> None:
    """A price by hand has no discount unless one is given; a discount by hand goes off the price that was found."""
    book = (agreement("P-1", price=D(17)), line_discount("D-1", 5))
    wanted = (
        Wanted(product=HOSE, quantity=D(1), price=D(10)),
        Wanted(product=HOSE, quantity=D(1), discount=D(50)),
        Wanted(product=HOSE, quantity=D(1), price=D(10), discount=D(50), number=7, requested=DAY),
    )
    found = pay(*book, wanted=wanted).lines
    assert [(line.number, line.price, line.discount, line.origin) for line in found] == [
        (1, 10, 0, PriceOrigin.MANUAL),
        (2, 17, 50, PriceOrigin.MANUAL),
        (7, 10, 50, PriceOrigin.MANUAL),
    ]
    assert found[2].requested == DAY


def test_pricing_again_leaves_what_was_entered_by_hand() -> None:
    """Only the line at its base price gets the new one, and only when asked; the policy may say otherwise [TRD-5, CRM-3]."""
    first = pay(wanted=((HOSE, 10), Wanted(product=TAP, quantity=D(2), price=D(5)), (LAMP, 1)))
    order: Order = orders.place(number="SO-1", customer=BUYER, currency="EUR", lines=first.lines, on=DAY).document
    book = PriceBook([agreement("P-1", price=D(17)), agreement("P-2", item="TAP", price=D(6)), line_discount("D-1", 5, item="LAMP")])
    known = {product.number: product for product in (HOSE, TAP)}
    wanted = prices.again(book, order, BUYER, known, on=DAY)
    assert [(each.line, each.price, each.origin) for each in wanted if isinstance(each, changes.SetPrice)] == [
        (1, 17, PriceOrigin.TRADE_AGREEMENT)
    ]
    after = changes.change(order, wanted, on=DAY, reason="new prices").document
    assert [line.price for line in after.lines] == [17, 5, 40]
    assert prices.again(book, after, BUYER, known, on=DAY) == ()
    everything = prices.again(book, order, BUYER, known, on=DAY, policy=PricePolicy(kept=()))
    assert [each.line for each in everything if isinstance(each, changes.SetPrice)] == [1, 2]


def test_a_product_without_a_price_is_not_sold() -> None:
    """A base price in euros is no price in dollars; an agreement in dollars is [TRD-5]."""
    euros = Product(item=Item(number="HOSE"), price=D(18), currency="EUR")
    with pytest.raises(RefusedError) as refused:
        pay(wanted=((euros, 1), (euros, 2)), currency="USD")
    assert codes(refused) == ("price.none",)
    assert str(refused.value.refusals[0]) == "product HOSE has no price in USD on 2026-03-02 [price.none]"
    assert pay(agreement("P-1", price=D(20), currency="USD"), wanted=((euros, 1),), currency="USD").lines[0].price == 20
    assert pay(wanted=((euros, 1),)).lines[0].price == 18


# ---------------------------------------------------------------------- what is no price book


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ([agreement("P-1", price=D(1), item="", item_group="GARDEN")], "trade-agreement.relation"),
        ([agreement("P-1", price=D(1), item="")], "trade-agreement.relation"),
        ([agreement("M-1", Relation.MULTILINE_DISCOUNT, item="HOSE")], "trade-agreement.relation"),
        ([agreement("T-1", Relation.TOTAL_DISCOUNT, item_group="GARDEN")], "trade-agreement.relation"),
        ([agreement("P-1", price=D(1)), agreement("P-2", price=D(2))], "trade-agreement.overlap"),
        ([agreement("P-1", price=D(1), find_next=True), agreement("P-2", price=D(2))], "trade-agreement.overlap"),
        (
            [
                agreement("P-1", price=D(1), period=Period(None, date(2026, 3, 2))),
                agreement("P-2", price=D(2), period=Period(date(2026, 3, 2), None)),
            ],
            "trade-agreement.overlap",
        ),
        ([agreement("P-1", price=D(2), up_to=D(10)), agreement("P-2", price=D(1), least=D(9))], "trade-agreement.overlap"),
        ([agreement("P-1", price=D(2), up_to=D(10)), agreement("P-2", price=D(1), least=D(11))], "trade-agreement.hole"),
        ([agreement("P-1", price=D(1)), agreement("P-1", price=D(2), item="TAP")], "trade-agreement.number"),
    ],
)
def test_what_leaves_a_price_open_is_refused(wrong: list[TradeAgreement], code: str) -> None:
    """In either order of entry, and with the numbers of both [TRD-3, TRD-4]."""
    for entered in (wrong, wrong[::-1]):
        with pytest.raises(RefusedError) as refused:
            PriceBook(entered)
        assert codes(refused) == (code,)
        assert {refusal.code for refusal in price_book.why_not(entered)} == {code}


@pytest.mark.parametrize(
    ("periods", "when"),
    [
        ((Period(), Period()), "at any time"),
        ((Period(None, DAY), Period()), "until 2026-03-02"),
        ((Period(None, DAY), Period(None, date(2026, 3, 1))), "until 2026-03-01"),
        ((Period(date(2026, 1, 1), DAY), Period(date(2026, 2, 1), None)), "from 2026-02-01"),
    ],
)
def test_an_overlap_says_when(periods: tuple[Period, Period], when: str) -> None:
    """From the later start, or until the earlier end."""
    pair = [agreement(f"P-{number}", price=D(1), period=period) for number, period in enumerate(periods)]
    [refusal] = price_book.why_not(pair)
    assert refusal.message == f"agreements P-0 and P-1 both hold for a quantity of 0 {when}"


def test_what_follows_on_is_no_overlap() -> None:
    """The day after, the very end of a break, another unit, and two that are both to be searched on."""
    book = PriceBook(
        [
            agreement("P-1", price=D(3), period=Period(None, date(2026, 3, 1)), up_to=D(10)),
            agreement("P-2", price=D(2), period=Period(date(2026, 3, 2), None), up_to=D(10)),
            agreement("P-3", price=D(1), period=Period(date(2026, 3, 2), None), least=D(10)),
            agreement("P-4", price=D(9), unit="XBX"),
            agreement("P-5", price=D(4), item="TAP", find_next=True),
            agreement("P-6", price=D(5), item="TAP", find_next=True),
        ]
    )
    assert len(book) == 6
    assert prices.of(book, BUYER, [(TAP, 1)], "EUR", on=DAY).lines[0].price == 4


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"number": ""}, ValueError),
        ({"currency": "XXX"}, ValueError),
        ({"price": None}, TypeError),
        ({"price": D(-1)}, ValueError),
        ({"price": 1.5}, TypeError),
        ({"unit": ""}, ValueError),
        ({"customer": "ACME", "customer_group": "RETAIL"}, ValueError),
        ({"item_group": "GARDEN"}, ValueError),
        ({"least": D(-1)}, ValueError),
        ({"least": D(5), "up_to": D(5)}, ValueError),
        ({"least": D(5), "up_to": D(4)}, ValueError),
        ({"price_unit": D(0)}, ValueError),
        ({"amount": D(-1)}, ValueError),
        ({"percentage": D("100.01")}, ValueError),
        ({"then": D(-1)}, ValueError),
        ({"relation": Relation.LINE_DISCOUNT}, ValueError),
        ({"relation": "price"}, TypeError),
        ({"period": (None, None)}, TypeError),
        ({"dimensions": ["red"]}, TypeError),
    ],
)
def test_an_agreement_that_cannot_be(terms: dict[str, Any], error: type[Exception]) -> None:
    """Malformed values are named at the door."""
    good: dict[str, Any] = {"number": "P-1", "relation": Relation.PRICE, "item": "HOSE", "currency": "EUR", "unit": "C62", "price": D(1)}
    with pytest.raises(error):
        TradeAgreement(**(good | terms))


@pytest.mark.parametrize("wrong", [{"price_unit": D(0)}, {"discount_amount": D("-0.01")}, {"discount_amount": D("18.01")}])
def test_a_line_that_cannot_be_priced(wrong: dict[str, Any]) -> None:
    """A price for no units, and a discount below nothing or above the price."""
    with pytest.raises(ValueError, match="must be"):
        OrderLine(item=HOSE.item, ordered=D(1), price=D(18), **wrong)


# ---------------------------------------------------------------------- laws

_quantities = st.sampled_from([D(0), D(1), D(5), D(10), D(20)])


@st.composite
def price_books(draw: st.DrawFn) -> list[TradeAgreement]:
    """Agreements of two prices and discounts, every one searched on, so that any may stand beside any."""
    found = []
    for number in range(draw(st.integers(0, 8))):
        relation = draw(st.sampled_from([Relation.PRICE, Relation.LINE_DISCOUNT]))
        least = draw(_quantities)
        terms: dict[str, Any] = draw(st.sampled_from(ROWS)) | (
            {"item": "HOSE"} if relation is Relation.PRICE else draw(st.sampled_from(COLUMNS))
        )
        if relation is Relation.PRICE:
            terms |= {"price": D(draw(st.integers(1, 30)))}
        else:
            terms |= {"percentage": D(draw(st.integers(0, 30)))}
        found.append(agreement(f"A-{number}", relation, least=least, find_next=True, **terms))
    return found


@given(book=price_books(), quantity=st.integers(1, 25), order=st.randoms(use_true_random=False))
def test_the_order_of_entry_makes_no_difference(book: list[TradeAgreement], quantity: int, order: Any) -> None:
    """Whatever order agreements are entered in, the same is found; and it is what looking at each of them gives."""
    shuffled = list(book)
    order.shuffle(shuffled)
    found = pay(*book, wanted=((HOSE, quantity),))
    assert found == pay(*shuffled, wanted=((HOSE, quantity),))
    fitting = [each for each in book if each.least <= quantity]
    asked = [each.price for each in fitting if each.price is not None]
    assert found.lines[0].price == min(asked, default=HOSE.price)
    assert found.lines[0].discount == min(sum(each.percentage for each in fitting), 100)


@given(
    steps=st.lists(st.tuples(st.integers(1, 50), st.integers(0, 20)), min_size=1, max_size=5, unique_by=lambda step: step[0]),
    small=st.integers(1, 60),
    more=st.integers(0, 60),
    upper=st.sampled_from(UpperBound),
)
def test_more_never_costs_more_for_each(steps: list[tuple[int, int]], small: int, more: int, upper: UpperBound) -> None:
    """Under one table of breaks whose prices fall, a larger quantity never has a higher unit price."""
    least = sorted(step for step, _ in steps)
    falling = sorted((amount for _, amount in steps), reverse=True)
    ends: list[Decimal | None] = [*map(D, least[1:]), None]
    table = [
        agreement(f"P-{number}", price=D(amount), least=D(start), up_to=end)
        for number, (start, end, amount) in enumerate(zip(least, ends, falling, strict=True))
    ]
    policy = PricePolicy(upper=upper)
    dearer = Product(item=HOSE.item, price=D(21))
    one, other = (pay(*table, wanted=((dearer, n),), policy=policy).lines[0].price for n in (small, small + more))
    assert other <= one


def test_scopes_have_their_names() -> None:
    """The field's own words, in both languages."""
    assert [(scope.en, scope.nl) for scope in Scope] == [("Table", "Tabel"), ("Group", "Groep"), ("All", "Alle")]
