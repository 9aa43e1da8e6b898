"""Sales agreements: commitments, release orders, linked lines, and how far it is fulfilled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    CallOff,
    Commitment,
    CommitmentKind,
    Item,
    Order,
    OrderLine,
    OrderType,
    PaymentTerms,
    PriceBook,
    Product,
    RefusedError,
    SalesAgreement,
    TermsOfSale,
    TradeAgreement,
    agreements,
    changes,
    credit_notes,
    deliveries,
    invoices,
    orders,
    prices,
    releases,
)
from salesflow.model.agreement import AgreementStatus
from salesflow.model.policies import AgreementPolicy, ReleaseScope
from salesflow.model.pricing import AgreementLink, PriceOrigin
from salesflow.model.trade_agreement import Relation
from salesflow.period import Period
from salesflow.process.commitments import Fulfilment, fulfilment, outside_limits
from tests.builders import ACME, CHAI, CHANG, DAY, JANE, LATER, an_order, chai, chang, codes

D = Decimal
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
HOSE = Product(item=Item(number="HOSE", category="Garden/Hoses"), price=D(20))
LAMP = Product(item=Item(number="LAMP", category="Indoors"), price=D(40))
K = CommitmentKind
HUNDRED_CHAI = Commitment(
    kind=K.PRODUCT_QUANTITY, item=CHAI.item, quantity=D(100), price=D(15), discount=D(10), max_enforced=True, fixed=True
)
CHANG_VALUE = Commitment(kind=K.PRODUCT_VALUE, item=CHANG.item, amount=D(1000), discount=D(5))
GARDEN_VALUE = Commitment(kind=K.CATEGORY_VALUE, category="Garden", amount=D(500), discount=D(20))
ANY_VALUE = Commitment(kind=K.VALUE, amount=D(2000), discount=D(2))
MIXED = (HUNDRED_CHAI, CHANG_VALUE, GARDEN_VALUE, ANY_VALUE)
NET_60 = PaymentTerms(days=60)
TERMS = TermsOfSale(number="F-1", title="Framework terms")


def drawn_up(*commitments: Commitment, **terms: Any) -> SalesAgreement:
    """An agreement as it was drawn up."""
    given: dict[str, Any] = {"customer": ACME, "currency": "EUR", "classification": "yearly", "period": YEAR, "on": DAY} | terms
    return agreements.draw_up(number=given.pop("number", "AG-1"), commitments=commitments or MIXED, **given).document


def effective(*commitments: Commitment, **terms: Any) -> SalesAgreement:
    """An agreement that orders may be placed under."""
    return agreements.confirm(drawn_up(*commitments, **terms), on=DAY).document


def standing(*commitments: Commitment, orders: tuple[Order, ...] = (), **terms: Any) -> Fulfilment:
    """An effective agreement and what was ordered under it."""
    return fulfilment(effective(*commitments, **terms), orders)


def called_off(fulfilled: Fulfilment, wanted: Any, number: str = "SO-1", **terms: Any) -> Order:
    """A release order."""
    given_terms: dict[str, Any] = {"customer": ACME, "on": DAY} | terms
    return releases.release(fulfilled, wanted, number=number, **given_terms).document


# ---------------------------------------------------------------------- its life


def test_an_agreement_is_on_hold_until_it_is_confirmed() -> None:
    """Confirming keeps a version and makes it effective; a change wants confirming again [AGR-4, AGR-5]."""
    agreement = drawn_up()
    assert (agreement.status, agreement.is_confirmed, [each.number for each in agreement.commitments]) == (
        AgreementStatus.ON_HOLD,
        False,
        [1, 2, 3, 4],
    )
    done = agreements.confirm(agreement, on=DAY)
    assert [type(event).__name__ for event in done.events] == ["AgreementConfirmed", "AgreementMadeEffective"]
    assert (done.document.status, done.document.is_confirmed) == (AgreementStatus.EFFECTIVE, True)
    changed = agreements.amend(fulfilment(done.document, []), commitments=MIXED[:1], on=LATER, reason="less").document
    assert (changed.is_confirmed, changed.status, len(changed.versions)) == (False, AgreementStatus.EFFECTIVE, 1)
    again = agreements.confirm(changed, on=LATER)
    assert [type(event).__name__ for event in again.events] == ["AgreementConfirmed"]
    assert [(version.number, version.on, len(version.commitments)) for version in again.document.versions] == [(1, DAY, 4), (2, LATER, 1)]


def test_it_may_be_made_effective_by_hand_and_put_on_hold() -> None:
    """Without confirmation no version is kept, and orders may be placed all the same [AGR-4, AGR-5]."""
    agreement = agreements.make_effective(drawn_up(), on=DAY).document
    assert (agreement.status, agreement.versions) == (AgreementStatus.EFFECTIVE, ())
    assert called_off(fulfilment(agreement, []), {1: 1}).line(1).ordered == 1
    held = agreements.put_on_hold(agreement, on=DAY).document
    kept = agreements.confirm(held, on=DAY, make_effective=False).document
    assert (held.status, kept.status) == (AgreementStatus.ON_HOLD, AgreementStatus.ON_HOLD)


@pytest.mark.parametrize("status", ["drawn up", "held", "closed"])
def test_nothing_is_ordered_unless_it_is_effective(status: str) -> None:
    """The seed's rule; orders that were placed before go on [AGR-4, AGR-15]."""
    agreement = effective()
    order = called_off(fulfilment(agreement, []), {1: 10})
    other = {
        "drawn up": drawn_up(),
        "held": agreements.put_on_hold(agreement, on=DAY).document,
        "closed": agreements.close(agreement, on=DAY).document,
    }[status]
    with pytest.raises(RefusedError) as refused:
        called_off(fulfilment(other, [order]), {1: 1}, number="SO-2")
    assert codes(refused) == ("agreement.not-effective",)
    order, _ = deliveries.post(order, number="PS-1", on=DAY)
    balance = fulfilment(other, [order])[1]
    assert (balance.delivered_not_invoiced, balance.remaining) == (10, 90)
    less = changes.change(
        called_off(fulfilment(agreement, []), {1: 10}),
        [changes.SetQuantity(1, D(5))],
        on=DAY,
        reason="less",
        agreements=[fulfilment(other, [])],
    )
    assert less.document.line(1).ordered == 5


def test_expiry_is_read_from_the_period() -> None:
    """The last day is part of it [AGR-6, AGR-15]."""
    agreement = effective()
    assert [agreement.is_expired(day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [False, True]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (Commitment(kind=K.PRODUCT_QUANTITY, item=CHAI.item), "has no quantity"),
        (Commitment(kind=K.PRODUCT_QUANTITY, quantity=D(1)), "has no item"),
        (Commitment(kind=K.PRODUCT_QUANTITY, item=CHAI.item, quantity=D(1), amount=D(1)), "takes no amount"),
        (Commitment(kind=K.PRODUCT_VALUE, item=CHAI.item), "has no amount"),
        (Commitment(kind=K.PRODUCT_VALUE, item=CHAI.item, amount=D(1), quantity=D(1)), "takes no quantity"),
        (Commitment(kind=K.PRODUCT_VALUE, item=CHAI.item, amount=D(1), price=D(1)), "takes no price"),
        (Commitment(kind=K.CATEGORY_VALUE, amount=D(1)), "has no category"),
        (Commitment(kind=K.CATEGORY_VALUE, category="Garden", amount=D(1), item=CHAI.item), "takes no item"),
        (Commitment(kind=K.CATEGORY_VALUE, category="Garden", amount=D(1), discount_amount=D(1)), "takes no discount amount"),
        (Commitment(kind=K.VALUE), "has no amount"),
        (Commitment(kind=K.VALUE, amount=D(1), category="Garden"), "takes no category"),
        (evolve(HUNDRED_CHAI, least_release=D(3), most_release=D(2)), "has a least release of 3 above its most, 2"),
        (evolve(HUNDRED_CHAI, discount_amount=D("15.01")), "has a discount above its price"),
        (evolve(HUNDRED_CHAI, period=Period(date(2025, 12, 31), date(2026, 1, 1))), "2025-12-31/2026-01-01, which is not within"),
        (evolve(HUNDRED_CHAI, period=Period(date(2026, 1, 1), None)), "which is not within"),
    ],
)
def test_a_commitment_names_what_its_kind_counts(wrong: Commitment, problem: str) -> None:
    """And nothing that its kind does not have [AGR-2]."""
    with pytest.raises(RefusedError, match=problem) as refused:
        drawn_up(wrong)
    assert set(codes(refused)) == {"agreement.commitment"}


def test_what_an_agreement_cannot_be() -> None:
    """Without a customer, a classification, an end, or with numbers used twice [AGR-1, AGR-3]."""
    with pytest.raises(RefusedError) as refused:
        drawn_up(evolve(HUNDRED_CHAI, number=1), evolve(CHANG_VALUE, number=1), customer=evolve(ACME, roles=()))
    assert codes(refused) == ("order.not-a-customer", "agreement.commitment-number")
    with pytest.raises(ValueError, match="classification must not be empty"):
        drawn_up(classification="")
    with pytest.raises(ValueError, match="an effective date and an expiration date"):
        drawn_up(period=Period(DAY, None))
    with pytest.raises(ValueError, match="cannot end on"):
        drawn_up(period=Period(LATER, DAY))
    with pytest.raises(LookupError, match="no commitment 9"):
        drawn_up().commitment(9)


@pytest.mark.parametrize(
    "wrong", [{"quantity": D(-1)}, {"price_unit": D(0)}, {"discount": D(101)}, {"amount": 1.5}, {"item": "CHAI"}, {"kind": "value"}]
)
def test_a_commitment_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Malformed values are named at the door."""
    with pytest.raises((TypeError, ValueError)):
        Commitment(**({"kind": K.VALUE} | wrong))


# ---------------------------------------------------------------------- release orders


def test_a_release_order_has_the_agreed_price_and_terms() -> None:
    """Price 15.00 less 10 percent, net 60, the terms of the framework [AGR-7, AGR-8, PTH-7]."""
    found = standing(payment_terms=NET_60, terms=TERMS)
    order = called_off(found, {1: 40}, requested=LATER)
    line = order.line(1).terms
    assert (line.price, line.discount, line.origin, line.link, line.requested) == (
        15,
        10,
        PriceOrigin.SALES_AGREEMENT,
        AgreementLink("AG-1", 1),
        LATER,
    )
    assert (order.net, order.payment_terms, order.terms) == (D("540.00"), NET_60, TERMS)
    departing = called_off(found, {1: 40}, payment_terms=PaymentTerms(days=7))
    assert (departing.payment_terms.days, departing.terms) == (7, TERMS)


def test_agreed_prices_take_the_place_of_trade_agreements() -> None:
    """A trade agreement of 9.00 less half does not count; where no price was agreed its price does, and its discount does not [AGR-7]."""
    book = PriceBook(
        [
            TradeAgreement(number="P-1", relation=Relation.PRICE, item="CHAI", unit="C62", currency="EUR", price=D(9)),
            TradeAgreement(number="P-2", relation=Relation.PRICE, item="CHANG", unit="C62", currency="EUR", price=D(12)),
            TradeAgreement(number="D-1", relation=Relation.LINE_DISCOUNT, currency="EUR", percentage=D(50), amount=D(1)),
        ]
    )
    wanted = [CallOff(commitment=1, quantity=D(1), product=CHAI), CallOff(commitment=2, quantity=D(1), product=CHANG)]
    order = called_off(standing(), wanted, book=book)
    assert [(line.price, line.discount, line.discount_amount) for line in order.lines] == [(15, 10, 0), (12, 5, 0)]


@pytest.mark.parametrize("missing", [2, 3, 4, 9])
def test_a_commitment_without_a_price_needs_a_product(missing: int) -> None:
    """The price is the product's; a commitment that is not there covers nothing."""
    with pytest.raises(RefusedError) as refused:
        called_off(standing(), {missing: 1})
    assert codes(refused) == ("agreement.not-covered" if missing == 9 else "agreement.no-price",)


@pytest.mark.parametrize(
    ("key", "product", "fits"),
    [
        (1, CHAI, True),
        (1, CHANG, False),
        (1, Product(item=evolve(CHAI.item, unit="XBX"), price=D(1)), False),
        (2, CHANG, True),
        (2, Product(item=evolve(CHANG.item, unit="XBX"), price=D(1)), True),
        (2, CHAI, False),
        (3, HOSE, True),
        (3, LAMP, False),
        (3, Product(item=Item(number="X", category="Gardening"), price=D(1)), False),
        (3, Product(item=Item(number="X", category="Garden"), price=D(1)), True),
        (4, LAMP, True),
    ],
)
def test_a_line_counts_towards_what_covers_it(key: int, product: Product, *, fits: bool) -> None:
    """The item and unit, the item, the category and what is below it, or anything [AGR-2]."""
    wanted = [CallOff(commitment=key, quantity=D(1), product=product)]
    if fits:
        assert called_off(standing(), wanted).line(1).terms.link == AgreementLink("AG-1", key)
        return
    with pytest.raises(RefusedError) as refused:
        called_off(standing(), wanted)
    assert codes(refused) == ("agreement.not-covered",)


@pytest.mark.parametrize(
    ("requested", "fits"), [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)]
)
def test_the_requested_ship_date_lies_in_the_period(requested: date, *, fits: bool) -> None:
    """Both ends are part of it; a line without a date is taken by the day of the order [AGR-6]."""
    if fits:
        assert called_off(standing(), {1: 1}, requested=requested).line(1).terms.requested == requested
        return
    with pytest.raises(RefusedError) as refused:
        called_off(standing(), {1: 1}, requested=requested)
    assert codes(refused) == ("agreement.outside-period",)
    with pytest.raises(RefusedError) as refused:
        called_off(fulfilment(effective(on=date(2025, 1, 1)) if requested < DAY else effective(), []), {1: 1}, on=requested)
    assert codes(refused) == ("agreement.outside-period",)


def test_a_commitment_may_hold_for_a_part_of_the_period() -> None:
    """In March only."""
    march = evolve(HUNDRED_CHAI, period=Period.month(2026, 3))
    assert called_off(standing(march), {1: 1}, requested=date(2026, 3, 31)).net
    with pytest.raises(RefusedError, match="holds 2026-03-01/2026-03-31"):
        called_off(standing(march), {1: 1}, requested=date(2026, 4, 1))


def test_who_else_cannot_order() -> None:
    """Another customer, and another currency [AGR-1]."""
    with pytest.raises(RefusedError) as refused:
        called_off(standing(), {1: 1}, customer=JANE, currency="USD")
    assert codes(refused) == ("agreement.another-customer", "agreement.another-currency")


def test_no_more_than_was_committed_where_that_is_enforced() -> None:
    """100 in all: 60 and 40 will do, one more will not; a value that is not enforced may be passed [AGR-10]."""
    first = called_off(standing(), {1: 60})
    found = standing(orders=(first,))
    second = called_off(found, {1: 40}, number="SO-2")
    for wanted, known in ((41, (first,)), (1, (first, second))):
        with pytest.raises(RefusedError) as refused:
            called_off(standing(orders=known), {1: wanted}, number="SO-3")
        assert codes(refused) == ("agreement.over-commitment",)
    over = called_off(standing(), [CallOff(commitment=2, quantity=D(60), product=CHANG)])
    assert standing(orders=(over,))[2].remaining == D("-83.00")


@pytest.mark.parametrize(("quantity", "per", "warned"), [(4, "line", True), (5, "line", False), (20, "line", False), (21, "line", True)])
def test_the_least_and_the_most_of_a_release_warn_or_refuse(quantity: int, per: str, *, warned: bool) -> None:
    """A warning by default, a refusal by policy [AGR-12]."""
    limited = evolve(HUNDRED_CHAI, least_release=D(5), most_release=D(20))
    order = called_off(standing(limited), {1: quantity})
    found = outside_limits(effective(limited), order, AgreementPolicy(limits_per=ReleaseScope(per)))
    assert codes(found) == (("agreement.release-limits",) if warned else ())
    strict = AgreementPolicy(limits_refuse=True)
    if warned:
        with pytest.raises(RefusedError) as refused:
            called_off(standing(limited), {1: quantity}, agreement_policy=strict)
        assert codes(refused) == ("agreement.release-limits",)
    else:
        assert called_off(standing(limited), {1: quantity}, agreement_policy=strict) == order


def test_limits_may_be_of_the_whole_order() -> None:
    """Two lines of three are six: too little by line, enough by order; one limit alone will do [AGR-12, X6]."""
    limited = evolve(HUNDRED_CHAI, least_release=D(5))
    twice = [CallOff(commitment=1, quantity=D(3)), CallOff(commitment=1, quantity=D(3))]
    order = called_off(standing(limited), twice)
    agreement = effective(limited)
    assert len(outside_limits(agreement, order)) == 2
    assert outside_limits(agreement, order, AgreementPolicy(limits_per=ReleaseScope.ORDER)) == ()
    most = evolve(HUNDRED_CHAI, most_release=D(5))
    [refusal] = outside_limits(effective(most), order, AgreementPolicy(limits_per=ReleaseScope.ORDER))
    assert refusal.message == "order SO-1 takes 6 of commitment 1; from 0 to 5 was agreed"


def test_a_framework_contract_needs_no_quantity() -> None:
    """Common terms and prices without a duty to buy; what is called off still counts [PTH-7]."""
    open_price = evolve(HUNDRED_CHAI, quantity=None, max_enforced=False)
    found = standing(open_price, framework=True)
    order = called_off(found, {1: 7})
    balance = fulfilment(found.agreement, [order])[1]
    assert (balance.committed, balance.released, balance.remaining) == (0, 7, -7)
    with pytest.raises(RefusedError, match="has no maximum to enforce"):
        drawn_up(evolve(open_price, max_enforced=True), framework=True)
    empty = agreements.draw_up(
        number="F-1", customer=ACME, currency="EUR", classification="x", period=YEAR, on=DAY, framework=True
    ).document
    assert agreements.make_effective(empty, on=DAY).document.status is AgreementStatus.EFFECTIVE


def test_who_orders_under_an_agreement_shows_it() -> None:
    """A line linked by hand is refused where the agreement is not given [AGR-8]."""
    linked = evolve(chai(1, price=D(15), discount=D(10)), link=AgreementLink("AG-1", 1))
    with pytest.raises(RefusedError) as refused:
        an_order(linked)
    assert codes(refused) == ("agreement.not-given",)
    assert an_order(linked, agreements=[standing()]).line(1).terms.link
    with pytest.raises(ValueError, match="number of a commitment"):
        AgreementLink("AG-1", 0)


# ---------------------------------------------------------------------- linked lines


def test_a_line_is_linked_afterwards_and_taken_out_again() -> None:
    """Linked it has the agreed price and the order its terms; taken out it keeps its price, or gets another [AGR-8, AGR-11]."""
    found = standing(payment_terms=NET_60, terms=TERMS)
    order = releases.link(an_order(chai(4), chang(2)), found, {1: 1, 2: 4}, on=DAY).document
    assert [(line.price, line.discount, line.link) for line in order.lines] == [
        (15, 10, AgreementLink("AG-1", 1)),
        (19, 2, AgreementLink("AG-1", 4)),
    ]
    assert (order.payment_terms, order.terms, order.revision) == (NET_60, TERMS, 1)
    assert fulfilment(found.agreement, [order])[1].released == 4
    kept = releases.unlink(order, [1], on=DAY, reason="too much").document
    assert (kept.lines[0].price, kept.lines[0].link, kept.lines[0].origin) == (15, None, PriceOrigin.MANUAL)
    assert fulfilment(found.agreement, [kept])[1].released == 0
    fresh = prices.of(PriceBook(), ACME, [(CHAI, 4)], "EUR", on=DAY).lines
    priced = releases.unlink(order, [1], on=DAY, reason="too much", priced=fresh).document
    assert (priced.lines[0].price, priced.lines[0].discount, priced.lines[0].origin) == (18, 0, PriceOrigin.BASE)
    with pytest.raises(RefusedError) as refused:
        releases.unlink(kept, [1], on=DAY, reason="again")
    assert codes(refused) == ("agreement.not-linked",)


def test_terms_of_an_order_that_is_under_way_stay() -> None:
    """Once anything is delivered, linking changes prices of what is not invoiced, and no terms."""
    order, _ = deliveries.post(an_order(chai(4)), {1: 1}, number="PS-1", on=DAY)
    linked = releases.link(order, standing(payment_terms=NET_60), {1: 1}, on=DAY).document
    assert (linked.payment_terms.days, linked.lines[0].price) == (30, 15)


@pytest.mark.parametrize(
    ("lines", "code"), [({9: 1}, "order.unknown-line"), ({1: 9}, "agreement.not-covered"), ({2: 1}, "agreement.not-covered")]
)
def test_what_cannot_be_linked(lines: dict[int, int], code: str) -> None:
    """A line or commitment that is not there, and an item it is not about."""
    with pytest.raises(RefusedError) as refused:
        releases.link(an_order(chai(4), chang(2)), standing(), lines, on=DAY)
    assert codes(refused) == (code,)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (changes.SetQuantity(1, D(101)), "agreement.over-commitment"),
        (changes.SetPrice(1, D(14)), "agreement.price-fixed"),
        (changes.SetPrice(1, D(15), D(11)), "agreement.price-fixed"),
        (changes.SetPrice(1, D(15), None, D(1)), "agreement.price-fixed"),
        (changes.SetPrice(1, D(15), None, None, D(2)), "agreement.price-fixed"),
        (changes.SetRequested(1, date(2027, 1, 1)), "agreement.outside-period"),
    ],
)
def test_a_linked_line_keeps_what_was_agreed(change: Any, code: str) -> None:
    """Quantity, price and date cannot leave the agreement while the link stands; without the agreement nothing can [AGR-10, AGR-11, AGR-13]."""
    order = called_off(standing(), {1: 100})
    with pytest.raises(RefusedError) as refused:
        changes.change(order, [change], on=DAY, reason="other", agreements=[standing(orders=(order,))])
    assert codes(refused) == (code,)
    assert codes(changes.preview(order, [change], on=DAY, agreements=[standing(orders=(order,))]).refusals) == (code,)
    with pytest.raises(RefusedError) as refused:
        changes.change(order, [change], on=DAY, reason="other")
    assert codes(refused) == ("agreement.not-given",)
    freed = changes.change(order, [changes.SetLink(1, None), change], on=DAY, reason="other").document
    assert freed.lines[0].link is None


def test_a_price_that_is_not_fixed_may_change() -> None:
    """The link stays [AGR-11]."""
    order = called_off(standing(evolve(HUNDRED_CHAI, fixed=False)), {1: 10})
    found = standing(evolve(HUNDRED_CHAI, fixed=False), orders=(order,))
    after = changes.change(order, [changes.SetPrice(1, D(14))], on=DAY, reason="deal", agreements=[found]).document
    assert (after.lines[0].price, after.lines[0].link) == (14, AgreementLink("AG-1", 1))


def test_a_value_commitment_fixes_its_discount() -> None:
    """The price is not agreed on and may change, the discount may not [AGR-2, AGR-11]."""
    fixed = evolve(CHANG_VALUE, fixed=True)
    order = called_off(standing(fixed), [CallOff(commitment=1, quantity=D(1), product=CHANG)])
    shown = [standing(fixed, orders=(order,))]
    after = changes.change(order, [changes.SetPrice(1, D(14))], on=DAY, reason="deal", agreements=shown).document
    assert after.lines[0].price == 14
    with pytest.raises(RefusedError) as refused:
        changes.change(order, [changes.SetPrice(1, D(14), D(6))], on=DAY, reason="deal", agreements=shown)
    assert codes(refused) == ("agreement.price-fixed",)


def test_a_confirmation_is_not_repeated_and_nothing_comes_before_the_first_day() -> None:
    """A version is confirmed once, and on the day the agreement was drawn up at the earliest [AGR-5]."""
    with pytest.raises(RefusedError) as refused:
        agreements.confirm(effective(), on=LATER)
    assert codes(refused) == ("agreement.confirmed",)
    with pytest.raises(RefusedError) as refused:
        agreements.make_effective(drawn_up(), on=date(2026, 3, 1))
    assert codes(refused) == ("agreement.before-drawn-up",)


def test_an_untouched_line_is_not_looked_at() -> None:
    """Another line changes without the agreement being shown."""
    order = releases.link(an_order(chai(4), chang(2)), standing(), {1: 1}, on=DAY).document
    after = changes.change(order, [changes.SetQuantity(2, D(3))], on=DAY, reason="more").document
    assert after.line(2).ordered == 3


def test_a_journal_takes_nothing_until_it_becomes_an_order() -> None:
    """Then the agreement is shown, and its maximum looked at."""
    found = standing()
    journal = called_off(found, {1: 100}, type=OrderType.JOURNAL)
    taken = standing(orders=(journal, called_off(found, {1: 1}, number="SO-2")))
    assert taken[1].remaining == 99
    for shown, code in (((), "agreement.not-given"), ((taken,), "agreement.over-commitment")):
        with pytest.raises(RefusedError) as refused:
            orders.change_type(journal, OrderType.SALES_ORDER, on=DAY, agreements=shown)
        assert codes(refused) == (code,)
    order = orders.change_type(journal, OrderType.SALES_ORDER, on=DAY, agreements=[found]).document
    assert fulfilment(found.agreement, [order])[1].remaining == 0


def test_the_most_specific_commitment_matches() -> None:
    """The item before its value, the category before anything; what has nothing left is passed over [AGR-8]."""
    found = standing()
    assert [releases.matching(found, line, DAY) for line in (chai(1), chang(1))] == list(found.agreement.commitments[:2])
    hose, lamp = (OrderLine(item=product.item, ordered=D(1), price=D(1)) for product in (HOSE, LAMP))
    assert [found.agreement.commitments.index(each) for line in (hose, lamp) if (each := releases.matching(found, line, DAY))] == [2, 3]
    full = standing(orders=(called_off(found, {1: 100}),))
    assert releases.matching(full, chai(1), DAY) == found.agreement.commitments[3]
    assert releases.matching(standing(HUNDRED_CHAI), chang(1), DAY) is None
    assert releases.matching(found, chai(1), date(2027, 1, 1)) is None
    deeper = evolve(GARDEN_VALUE, category="Garden/Hoses")
    assert releases.matching(standing(GARDEN_VALUE, deeper), hose, DAY) == standing(GARDEN_VALUE, deeper).agreement.commitments[1]


def test_what_comes_back_gives_back_once_it_has_come() -> None:
    """A returned order lowers the fulfilment at its packing slip, possibly below nothing; it is of one agreement [AGR-14]."""
    found = standing()
    back = orders.place(
        number="RO-1",
        customer=ACME,
        currency="EUR",
        lines=[evolve(chai(-10, price=D(15), discount=D(10)), link=AgreementLink("AG-1", 1))],
        type=OrderType.RETURNED_ORDER,
        rma="RMA-1",
        on=DAY,
        agreements=[found],
    ).document
    assert fulfilment(found.agreement, [back])[1].remaining == 100
    came, _ = deliveries.post(back, number="PS-1", on=DAY)
    assert (fulfilment(found.agreement, [came])[1].remaining, fulfilment(found.agreement, [came])[1].delivered_not_invoiced) == (110, -10)
    other = fulfilment(effective(number="AG-2"), [])
    two = [*back.lines, evolve(chai(-1, price=D(15), discount=D(10)), link=AgreementLink("AG-2", 1))]
    with pytest.raises(RefusedError) as refused:
        an_order(*two, type=OrderType.RETURNED_ORDER, rma="RMA-1", agreements=[found, other])
    assert codes(refused) == ("agreement.return-of-one",)
    an_order(chai(1), *(evolve(line, number=0, ordered=-line.ordered) for line in two), agreements=[found, other])


# ---------------------------------------------------------------------- amending


def test_what_is_ordered_stays_committed() -> None:
    """A commitment in use cannot go, become another, or fall below what was ordered; one that is not may [AGR-10]."""
    found = standing(orders=(called_off(standing(), {1: 60}),))
    for other in ((), (evolve(HUNDRED_CHAI, number=1, quantity=D(59)),), (evolve(HUNDRED_CHAI, number=1, item=CHANG.item),)):
        with pytest.raises(RefusedError) as refused:
            agreements.amend(found, commitments=[*other, *found.agreement.commitments[1:]], on=DAY, reason="less")
        assert codes(refused) == ("agreement.below-fulfilment",)
    for wanted in (evolve(HUNDRED_CHAI, number=1, quantity=D(60)), evolve(HUNDRED_CHAI, number=1, quantity=D(10), max_enforced=False)):
        done = agreements.amend(found, commitments=[wanted], on=DAY, reason="less")
        assert done.document.commitments == (wanted,)
        assert [event.reason for event in done.events] == ["less"]
    longer = Period(YEAR.start, date(2027, 12, 31))
    after = agreements.amend(found, period=longer, payment_terms=NET_60, terms=TERMS, on=DAY, reason="longer").document
    assert (after.period, after.payment_terms, after.terms, after.commitments) == (longer, NET_60, TERMS, found.agreement.commitments)
    with pytest.raises(RefusedError) as refused:
        agreements.amend(found, on=DAY, reason="nothing")
    assert codes(refused) == ("agreement.no-change",)


# ---------------------------------------------------------------------- the partition


def test_what_was_ordered_delivered_and_invoiced_is_told_apart() -> None:
    """100 committed: 60 ordered, 25 of them delivered, 10 of these invoiced; in value 19.00 each less 5 percent [AGR-9]."""
    found = standing()
    order = called_off(found, [CallOff(commitment=1, quantity=D(60)), CallOff(commitment=2, quantity=D(10), product=CHANG)])
    order, _ = deliveries.post(order, {1: 25, 2: 6}, number="PS-1", on=DAY)
    order, invoice = invoices.post(order, {1: 10, 2: 2}, number="INV-1", on=DAY)
    one, two, *_ = fulfilment(found.agreement, [order])
    assert (one.committed, one.remaining, one.released, one.delivered_not_invoiced, one.invoiced) == (100, 40, 35, 15, 10)
    assert (two.committed, two.remaining, two.released, two.delivered_not_invoiced, two.invoiced) == (
        1000,
        D("819.50"),
        D("72.20"),
        D("72.20"),
        D("36.10"),
    )
    order = orders.short_close(order, {1: 35}, on=DAY).document
    assert fulfilment(found.agreement, [order])[1].remaining == 75
    back = credit_notes.post(invoice, {1: 10}, orders=[order], number="CN-1", on=DAY, reopens=True)
    order = next(each for each in back.changed if isinstance(each, Order))
    assert (fulfilment(found.agreement, [order])[1].delivered_not_invoiced, fulfilment(found.agreement, [order])[1].invoiced) == (25, 0)


_acts = st.lists(
    st.tuples(st.sampled_from(["release", "deliver", "invoice", "cancel", "credit", "return"]), st.integers(1, 9)), max_size=14
)


@given(acts=_acts)
def test_the_partition_holds_whatever_happens(acts: list[tuple[str, int]]) -> None:
    """After every event the four parts come to what was committed, and each is what a plain count says [AGR-9]."""
    agreement = effective(evolve(HUNDRED_CHAI, quantity=D(1000)))
    order = called_off(fulfilment(agreement, []), {1: 20}, number="SO-0")
    known: dict[str, Order] = {order.number: order}
    ordered, delivered, invoiced = 20, 0, 0
    invoices_made = []
    for place, (act, size) in enumerate(acts, start=1):
        left, due = known["SO-0"].line(1).deliver_remainder, known["SO-0"].line(1).delivered_not_invoiced
        match act:
            case "release":
                found = fulfilment(agreement, known.values())
                known[f"SO-{place}"] = called_off(found, {1: size}, number=f"SO-{place}")
                ordered += size
            case "deliver" if size <= left:
                known["SO-0"] = deliveries.post(known["SO-0"], {1: size}, number=f"PS-{place}", on=DAY).changed[0]
                delivered += size
            case "invoice" if size <= due:
                done = invoices.post(known["SO-0"], {1: size}, number=f"INV-{place}", on=DAY)
                known["SO-0"] = done.changed[0]
                invoices_made.append((done.document, size))
                invoiced += size
            case "cancel" if size <= left:
                known["SO-0"] = orders.short_close(known["SO-0"], {1: size}, on=DAY).document
                ordered -= size
            case "credit" if invoices_made:
                invoice, billed = invoices_made.pop()
                back = credit_notes.post(invoice, {1: billed}, orders=[known["SO-0"]], number=f"CN-{place}", on=DAY, reopens=True)
                known["SO-0"] = next(each for each in back.changed if isinstance(each, Order))
                invoiced -= billed
            case "return" if f"RO-{place}" not in known:
                line = evolve(chai(-size, price=D(15), discount=D(10)), link=agreement.link(1))
                found = fulfilment(agreement, known.values())
                back_order = an_order(line, number=f"RO-{place}", type=OrderType.RETURNED_ORDER, rma=f"R-{place}", agreements=[found])
                known[f"RO-{place}"] = deliveries.post(back_order, number=f"PR-{place}", on=DAY).changed[0]
                delivered -= size
                ordered -= size
            case _:
                continue
        balance = fulfilment(agreement, known.values())[1]
        assert balance.committed == balance.remaining + balance.released + balance.delivered_not_invoiced + balance.invoiced
        assert (balance.invoiced, balance.delivered_not_invoiced) == (invoiced, delivered - invoiced)
        assert (balance.released, balance.remaining) == (ordered - delivered, 1000 - ordered)
