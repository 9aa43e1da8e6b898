"""Quotations: versions, alternatives, approval, validity, negotiation, and the order they become."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Alternative,
    Item,
    Order,
    Override,
    Party,
    PaymentTerms,
    PriceBook,
    Product,
    Quotation,
    QuotationLine,
    QuotationStatus,
    QuotationType,
    RefusedError,
    Role,
    TermsOfSale,
    TradeAgreement,
    acceptance,
    agreements,
    deliveries,
    invoices,
    negotiations,
    orders,
    parties,
    prices,
    quotations,
    simulations,
)
from salesflow.model.agreement import Commitment, CommitmentKind
from salesflow.model.negotiation import MoveKind, Side, Subject
from salesflow.model.pricing import PriceOrigin
from salesflow.model.quotation import Initiative, Severity, VersionState
from salesflow.model.trade_agreement import Discount, Relation
from salesflow.period import Period
from salesflow.process.commitments import fulfilment
from salesflow.testing.strategies import prices as some_prices
from salesflow.testing.strategies import quantities
from tests.builders import ACME, CHAI, CHANG, DAY, JANE, LATER, STANDARD, chai, codes

CENT = Decimal("0.01")
D = Decimal
S = QuotationStatus
PROSPECT = Party(number="NEWCO", name="Newcomers", roles=(Role.PROSPECT,))
TERMS = TermsOfSale(number="1", title="Terms of sale")
THEIRS = TermsOfSale(number="P-9", title="Terms of purchase of Acme")
LIMITED = QuotationType(number="limited", max_discount=D(15), min_earning=D(20))
LAMP = Product(item=Item(number="LAMP", vat=STANDARD), price=D("100.00"), cost=D("60.00"))
PEN = Product(item=Item(number="PEN", vat=STANDARD), price=D("15.32"), cost=D("9.00"))
PAD = Product(item=Item(number="PAD", vat=STANDARD), price=D("13.75"), cost=D("7.91333333333333"))


def offer(*lines: QuotationLine, party: Party = ACME, **terms: Any) -> Quotation:
    """A quotation as it was drawn up: ten lamps unless other lines are given."""
    given: dict[str, Any] = {"number": "Q-1", "party": party, "currency": "EUR", "on": DAY} | terms
    if "alternatives" not in given:
        given["lines"] = lines or (quotations.line(LAMP, 10),)
    return quotations.draw_up(**given).document


def two(**terms: Any) -> Quotation:
    """Ten lamps, or five lamps and a pen."""
    both = (
        Alternative(name="full", lines=(quotations.line(LAMP, 10),)),
        Alternative(name="half", lines=(quotations.line(LAMP, 5), quotations.line(PEN, 1))),
    )
    return offer(alternatives=both, **terms)


def sent(quotation: Quotation | None = None, **terms: Any) -> Quotation:
    """A quotation that was sent."""
    return quotations.send(quotation or offer(), on=DAY, **terms).document


def discounted(percentage: Decimal | int | str, **terms: Any) -> Quotation:
    """Ten lamps of 100.00, at a discount, under the limits of 15 and 20 percent."""
    return offer(quotations.line(LAMP, 10, override=Override.DISCOUNT_PERCENTAGE, value=D(percentage)), type=LIMITED, **terms)


def confirmed(quotation: Quotation, **terms: Any) -> Any:
    """The outcome of confirming."""
    given_terms: dict[str, Any] = {"customer": ACME, "number": "SO-1", "on": DAY} | terms
    return acceptance.confirm(quotation, **given_terms)


# ---------------------------------------------------------------------- drawing up


def test_an_offer_is_made_on_request_or_on_our_own_initiative() -> None:
    """To a customer or a prospect, and to nobody else [QUO-1, PTY-2]."""
    assert offer().initiative is Initiative.REQUESTED
    quotation = offer(party=PROSPECT, initiative=Initiative.OWN)
    assert (quotation.initiative, quotation.party, quotation.status) == (Initiative.OWN, "NEWCO", S.DRAFT)
    with pytest.raises(RefusedError) as refused:
        offer(party=evolve(PROSPECT, roles=()))
    assert codes(refused) == ("quotation.not-a-prospect",)


def test_a_line_takes_over_price_and_discount_of_trade_agreements() -> None:
    """17.00 less 5 percent of 19.00 [QUO-6]."""
    book = PriceBook(
        [
            TradeAgreement(number="P-1", relation=Relation.PRICE, item="CHAI", unit="C62", currency="EUR", price=D(17), price_unit=D(2)),
            TradeAgreement(number="D-1", relation=Relation.LINE_DISCOUNT, currency="EUR", percentage=D(5), amount=D(1)),
        ]
    )
    [priced] = prices.of(book, ACME, [(CHAI, 10)], "EUR", on=DAY).lines
    quotation = offer(quotations.line(CHAI, 10, priced=priced))
    [line] = quotation.favourite.lines
    assert (line.price, line.price_unit, line.discount, line.discount_amount, line.origin) == (17, 2, 5, 1, PriceOrigin.TRADE_AGREEMENT)
    assert (line.subtotal(CENT), quotation.net()) == (D("85.00"), D("71.25"))
    assert offer(quotations.line(CHAI, 1)).favourite.lines[0].origin is PriceOrigin.BASE


def test_a_line_may_offer_a_category() -> None:
    """While the item is unknown it may be sent, and not ordered; never both, never neither [QUO-6]."""
    unknown = QuotationLine(category="Lamps", quantity=D(10), price=D(90))
    quotation = sent(offer(unknown))
    assert (quotation.issues[0].code, quotation.issues[0].severity, quotation.totals().vat) == ("item-unknown", Severity.INFO, 0)
    with pytest.raises(RefusedError) as refused:
        confirmed(quotation)
    assert codes(refused) == ("quotation.item-unknown",)
    for wrong in (evolve(unknown, item=LAMP.item), evolve(unknown, category="")):
        with pytest.raises(RefusedError) as refused:
            offer(wrong)
        assert codes(refused) == ("quotation.item-or-category",)
    with pytest.raises(ValueError, match="offers no item"):
        acceptance.order_lines(quotation.favourite, CENT)


@pytest.mark.parametrize(
    ("alternatives", "terms", "code"),
    [
        ((), {}, "quotation.one-alternative"),
        ((Alternative(lines=()),), {}, "quotation.no-lines"),
        ((Alternative(lines=(quotations.line(LAMP, 1, number=2), quotations.line(PEN, 1, number=2))),), {}, "quotation.line-number"),
        ((Alternative(lines=(quotations.line(LAMP, 1, number=-1),)),), {}, "quotation.line-number"),
        (two().version.alternatives, {"type": QuotationType(alternatives=False)}, "quotation.one-alternative"),
        ((two().version.alternatives[0],) * 2, {}, "quotation.one-alternative"),
        (two().version.alternatives, {"favourite": "best"}, "quotation.favourite"),
        (
            (evolve(two().version.alternatives[0], discount=Discount(D(0), D(1))),),
            {"type": QuotationType(header_discount=False)},
            "quotation.header-discount",
        ),
    ],
)
def test_what_an_offer_cannot_be(alternatives: Any, terms: dict[str, Any], code: str) -> None:
    """Empty, numbered twice, with alternatives or a discount that its type does not have [QTE-5, QTE-6, QTE-8]."""
    with pytest.raises(RefusedError) as refused:
        offer(alternatives=alternatives, **terms)
    assert code in codes(refused)


@pytest.mark.parametrize("parts", [((DAY, 10),), ((DAY, 4), (LATER, 5)), ((DAY, 0), (LATER, 10)), ((DAY, 11), (LATER, -1))])
def test_a_schedule_comes_to_the_quantity(parts: Any) -> None:
    """In two or more parts above zero."""
    line = evolve(quotations.line(LAMP, 10), schedule=tuple((day, D(quantity)) for day, quantity in parts))
    with pytest.raises(RefusedError) as refused:
        offer(line)
    assert codes(refused) == ("quotation.schedule",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": D(0)},
        {"quantity": D(-1)},
        {"price": D(-1)},
        {"price": 1.5},
        {"price_unit": D(0)},
        {"cost": D(-1)},
        {"discount": D(101)},
        {"discount_amount": D(-1)},
        {"override": "total"},
        {"override": Override.DISCOUNT_PERCENTAGE, "value": D("100.01")},
        {"override": Override.EARNING_PERCENTAGE, "value": D(100)},
        {"override": Override.TOTAL, "value": D(-1)},
        {"schedule": [DAY]},
    ],
)
def test_a_line_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Malformed values are named at the door."""
    with pytest.raises((TypeError, ValueError)):
        evolve(quotations.line(LAMP, 1), **wrong)


@pytest.mark.parametrize("wrong", [{"valid_days": -1}, {"valid_days": 1.5}, {"max_discount": 15}, {"number": ""}])
def test_a_type_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Malformed values are named at the door."""
    with pytest.raises((TypeError, ValueError)):
        QuotationType(**wrong)


def test_an_opportunity_has_one_quotation() -> None:
    """The second is refused; without an opportunity there may be many [QTE-1]."""
    first = offer(opportunity="O-1")
    with pytest.raises(RefusedError) as refused:
        offer(number="Q-2", opportunity="O-1", others=[first])
    assert codes(refused) == ("quotation.one-per-opportunity",)
    assert offer(number="Q-2", opportunity="O-2", others=[first]).opportunity == "O-2"
    assert offer(number="Q-2", others=[first, offer()]).opportunity is None


# ---------------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("override", "value", "total"),
    [
        (Override.NONE, 0, "1000.00"),
        (Override.TOTAL, 900, "900.00"),
        (Override.DISCOUNT_PERCENTAGE, 5, "950.00"),
        (Override.DISCOUNT_AMOUNT, 50, "950.00"),
        (Override.EARNING_PERCENTAGE, 25, "800.00"),
        (Override.EARNING_AMOUNT, 250, "850.00"),
    ],
)
def test_what_was_entered_last_decides(override: Override, value: int, total: str) -> None:
    """Ten lamps of 100.00 that cost 60.00: the rest is worked out from what was entered [QTE-7, AMT-2]."""
    quotation = offer(quotations.line(LAMP, 10, override=override, value=value))
    [line] = quotation.favourite.lines
    assert line.total(CENT) == quotation.net() == D(total)
    assert line.earning(CENT) == quotation.earning() == D(total) - 600
    assert quotation.discount_percentage() == (1000 - D(total)) / 10
    earned = quotation.earning_percentage()
    assert earned is not None
    assert abs(earned * D(total) - (D(total) - 600) * 100) < D("1E-20")


def test_the_alternative_comes_to_its_lines_less_its_discount() -> None:
    """515.32 less 5.00 and 10 percent is 459.29; VAT is on that [QTE-8]."""
    quotation = two()
    both = tuple(evolve(each, discount=Discount(D(5), D(10))) for each in quotation.version.alternatives)
    quotation = quotations.revise(quotation, alternatives=both, on=DAY).document
    assert (quotation.net("half"), quotation.subtotal("half"), quotation.cost("half")) == (D("459.29"), D("515.32"), D("309.00"))
    assert quotation.totals("half").vat == D("96.45")
    assert (quotation.net(), quotation.favourite.name) == (D("895.50"), "full")


def test_figures_of_nothing_are_none() -> None:
    """A ratio with nothing below it is None, never zero [MET-0]."""
    gift = evolve(quotations.line(LAMP, 1), price=D(0))
    quotation = offer(gift)
    assert (quotation.discount_percentage(), quotation.earning_percentage(), quotation.expected_value()) == (None, None, 0)


def test_probability_is_an_estimate_of_ours() -> None:
    """1000.00 at 80 percent is 800.00; set for all it overwrites the lines; the offer that was sent is as it was [QUO-5]."""
    quotation = sent(offer(quotations.line(LAMP, 10), quotations.line(PEN, 10)))
    likely = quotations.with_probability(sent(), 80).document
    assert likely.expected_value() == D("800.00")
    assert likely.versions == sent().versions
    one = quotations.with_probability(quotation, 50, line=2).document
    assert (one.expected_value(), one.probability_of(1), one.probability_of(2)) == (D("76.60"), 0, 50)
    again = quotations.with_probability(quotations.with_probability(one, 60, line=2).document, 70, line=1).document
    assert [again.probability_of(line) for line in (1, 2)] == [70, 60]
    overwritten = quotations.with_probability(again, 10).document
    assert [overwritten.probability_of(line) for line in (1, 2)] == [10, 10]
    for wrong in (-1, 101):
        with pytest.raises(ValueError, match="from 0 to 100"):
            quotations.with_probability(quotation, wrong)
    with pytest.raises(LookupError, match="no line 9"):
        quotations.with_probability(quotation, 50, line=9)


def test_planning_takes_what_is_likely_enough() -> None:
    """At the threshold and above, of quotations that are still open [QUO-5]."""
    likely = [quotations.with_probability(evolve(sent(), number=f"Q-{n}"), n).document for n in (59, 60, 61)]
    closed = quotations.lose(likely[2], reason="price", on=DAY).document
    assert [number for number, _ in quotations.planned([*likely[:2], closed], 60)] == ["Q-60"]


# ---------------------------------------------------------------------- approval


@pytest.mark.parametrize(("discount", "needs"), [("15", False), ("15.01", True), ("0", False), ("100", True)])
def test_a_discount_above_the_limit_needs_approval(discount: str, *, needs: bool) -> None:
    """15.0 at most 15 passes, 15.01 does not [QTE-10]."""
    quotation = evolve(discounted(discount), type=QuotationType(max_discount=D(15)))
    quotation = offer(*quotation.favourite.lines, type=QuotationType(max_discount=D(15)))
    assert (quotation.status is S.NEEDS_APPROVAL) is needs


@pytest.mark.parametrize(("total", "needs"), [("750.00", False), ("749.99", True)])
def test_an_earning_below_the_limit_needs_approval(total: str, *, needs: bool) -> None:
    """600.00 of cost in 750.00 is just 20 percent earned [QTE-10]."""
    quotation = offer(quotations.line(LAMP, 10, override=Override.TOTAL, value=D(total)), type=QuotationType(min_earning=D(20)))
    assert (quotation.status is S.NEEDS_APPROVAL) is needs
    assert offer(quotations.line(LAMP, 10, override=Override.TOTAL, value=D(total))).status is S.DRAFT


def test_any_alternative_may_need_approval() -> None:
    """The worst of all decides; the discount on the whole counts [QTE-9, QTE-10]."""
    quotation = two(type=LIMITED)
    deep = tuple(evolve(each, discount=Discount(D(0), D(16))) if each.name == "half" else each for each in quotation.version.alternatives)
    assert quotation.status is S.DRAFT
    changed = quotations.revise(quotation, alternatives=deep, on=DAY).document
    assert (changed.status, [(issue.code, issue.alternative) for issue in changed.issues]) == (
        S.NEEDS_APPROVAL,
        [("discount-too-high", "half")],
    )


def test_what_needs_approval_is_not_sent_without() -> None:
    """Approved it is; rejected it is changed first; any change takes the approval away [QTE-3, QTE-9]."""
    quotation = discounted(16)
    for refuse in (lambda: sent(quotation), lambda: confirmed(quotation)):
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == ("wrong-status",)
    approved = quotations.approve(quotation, by="sales manager", on=DAY, text="good customer").document
    assert (approved.status, sent(approved).status, approved.version.approval) == (S.APPROVED, S.SENT, sent(approved).version.approval)
    rejected = quotations.reject(quotation, by="sales manager", on=DAY, text="too much").document
    assert rejected.status is S.NOT_APPROVED
    with pytest.raises(RefusedError):
        sent(rejected)
    more = quotations.line(LAMP, 20, override=Override.DISCOUNT_PERCENTAGE, value=16)
    for before in (approved, rejected):
        after = quotations.revise(before, lines=[more], on=DAY).document
        assert (after.status, after.version.approval, len(after.versions)) == (S.NEEDS_APPROVAL, None, 1)
    less = quotations.line(LAMP, 20, override=Override.DISCOUNT_PERCENTAGE, value=15)
    assert quotations.revise(rejected, lines=[less], on=DAY).document.status is S.DRAFT
    with pytest.raises(ValueError, match="by must not be empty"):
        quotations.approve(quotation, by=" ", on=DAY)


@pytest.mark.parametrize(
    ("line", "severity", "code"),
    [
        (evolve(quotations.line(LAMP, 1), offered=False), Severity.ERROR, "not-in-assortment"),
        (quotations.line(LAMP, 1, override=Override.DISCOUNT_AMOUNT, value=D("100.01")), Severity.ERROR, "below-zero"),
        (quotations.line(LAMP, 1, override=Override.DISCOUNT_AMOUNT, value=100), Severity.WARNING, "price-zero"),
        (evolve(quotations.line(LAMP, 1), price=D(0)), Severity.WARNING, "price-zero"),
        (evolve(quotations.line(LAMP, 1), minimum=D(100)), Severity.WARNING, "price-too-low"),
        (evolve(quotations.line(LAMP, 1), minimum=D("99.99")), Severity.OK, ""),
        (evolve(quotations.line(LAMP, 1), minimum=D(50), price_unit=D(2)), Severity.WARNING, "price-too-low"),
    ],
)
def test_lines_are_looked_at(line: QuotationLine, severity: Severity, code: str) -> None:
    """A warning wants approval, an error cannot be sent at all; a list price must be above its minimum [QTE-9, QTE-11]."""
    quotation = offer(line, quotations.line(PEN, 1))
    assert (quotation.severity, [issue.code for issue in quotation.issues]) == (severity, [code] if code else [])
    if severity is Severity.ERROR:
        for refuse in (lambda: sent(quotation), lambda: confirmed(quotation)):
            with pytest.raises(RefusedError) as refused:
                refuse()
            assert codes(refused) == ("quotation.has-errors",)


def test_a_product_that_is_gone_is_not_in_the_assortment() -> None:
    """It stays in offers that were made, and new ones have an error [QTE-17]."""
    assert offer(quotations.line(evolve(LAMP, active=False), 1)).severity is Severity.ERROR
    assert offer(quotations.line(evolve(LAMP, minimum=D(100)), 1)).severity is Severity.WARNING


@given(
    small=st.decimals(0, 100, places=2),
    more=st.decimals(0, 100, places=2),
    quantity=quantities(),
    price=some_prices(),
    limit=st.integers(0, 100),
)
def test_more_discount_never_removes_the_need_for_approval(
    small: Decimal, more: Decimal, quantity: Decimal, price: Decimal, limit: int
) -> None:
    """What needs approval at a discount needs it at every higher one [§13.7]."""
    kind = QuotationType(max_discount=D(limit), min_earning=D(10))
    product = Product(item=LAMP.item, price=price, cost=price / 2)
    less, deeper = (
        offer(quotations.line(product, quantity, override=Override.DISCOUNT_PERCENTAGE, value=value), type=kind)
        for value in (small, min(small + more, D(100)))
    )
    if less.status is S.NEEDS_APPROVAL:
        assert deeper.status is S.NEEDS_APPROVAL


# ---------------------------------------------------------------------- sending and versions


def test_an_offer_is_valid_through_its_last_day() -> None:
    """Thirty days after sending unless the type or the offer says otherwise [QTE-12]."""
    quotation = sent()
    last = DAY + timedelta(days=30)
    assert (quotation.version.sent, quotation.version.expires) == (DAY, last)
    assert [quotation.is_expired(day) for day in (last, last + timedelta(days=1))] == [False, True]
    assert sent(offer(type=QuotationType(valid_days=0))).version.expires == DAY
    assert sent(until=LATER).version.expires == LATER
    assert not offer().is_expired(date(2030, 1, 1))
    with pytest.raises(RefusedError) as refused:
        sent(until=date(2026, 3, 1))
    assert codes(refused) == ("quotation.not-later",)


def test_an_offer_is_extended_to_a_later_day() -> None:
    """Also after it has expired; never to the same day or an earlier one [QTE-12]."""
    quotation = sent(until=LATER)
    assert quotations.extend(quotation, until=date(2026, 3, 17), on=DAY).document.version.expires == date(2026, 3, 17)
    late = date(2026, 4, 1)
    assert not quotations.extend(quotation, until=late, on=late).document.is_expired(late)
    for until, on in ((LATER, DAY), (DAY, DAY), (date(2026, 3, 20), late)):
        with pytest.raises(RefusedError) as refused:
            quotations.extend(quotation, until=until, on=on)
        assert codes(refused) == ("quotation.not-later",)


def test_changing_what_was_sent_makes_a_new_version() -> None:
    """The old one is archived as it was, and can be taken up again [QTE-2, QTE-3, QTE-4]."""
    first = sent(two())
    second = quotations.revise(first, lines=[quotations.line(LAMP, 12)], on=LATER).document
    assert [(version.rank, version.state, version.prior) for version in second.versions] == [
        (1, VersionState.ARCHIVED, VersionState.SENT),
        (2, VersionState.DRAFT, None),
    ]
    assert second.versions[0].alternatives == first.version.alternatives
    assert (second.version.made, second.version.sent, second.version.expires, second.status) == (LATER, None, None, S.DRAFT)
    assert [line.quantity for line in second.favourite.lines] == [12]
    back = quotations.make_active(second, 1, on=LATER).document
    assert [(version.rank, version.state, version.prior) for version in back.versions] == [
        (1, VersionState.ARCHIVED, VersionState.SENT),
        (2, VersionState.ARCHIVED, VersionState.DRAFT),
        (3, VersionState.DRAFT, None),
    ]
    assert (back.version.alternatives, back.version.sent) == (first.version.alternatives, None)
    for rank in (3, 9):
        with pytest.raises(RefusedError) as refused:
            quotations.make_active(back, rank, on=LATER)
        assert codes(refused) == ("quotation.not-archived",)


def test_a_draft_is_changed_in_place() -> None:
    """Favourite, alternatives and terms; the favourite that goes leaves the first [QTE-6, QTE-16]."""
    quotation = two()
    half = quotations.revise(quotation, favourite="half", on=DAY).document
    assert (half.favourite.name, len(half.versions)) == ("half", 1)
    only = quotations.revise(half, alternatives=half.version.alternatives[:1], on=DAY).document
    assert only.favourite.name == "full"
    other = quotations.revise(
        half, favourite="half", lines=[quotations.line(LAMP, 7)], terms=TERMS, payment_terms=PaymentTerms(days=7), on=DAY
    ).document
    assert [line.quantity for line in other.favourite.lines] == [7]
    assert (other.version.terms, other.version.payment_terms.days) == (TERMS, 7)
    with pytest.raises(RefusedError) as refused:
        quotations.revise(quotation, favourite="full", on=DAY)
    assert codes(refused) == ("quotation.no-change",)
    with pytest.raises(RefusedError) as refused:
        quotations.revise(quotation, alternatives=(), on=DAY)
    assert codes(refused) == ("quotation.one-alternative", "quotation.favourite")
    with pytest.raises(TypeError, match="no 'currency' to revise"):
        quotations.revise(quotation, currency="USD", on=DAY)


def test_nothing_happens_before_the_latest_version() -> None:
    """Neither before it was made nor before it was sent."""
    early = date(2026, 3, 1)
    with pytest.raises(RefusedError) as refused:
        quotations.send(offer(), on=early)
    assert codes(refused) == ("quotation.before-drawn-up",)
    with pytest.raises(RefusedError) as refused:
        quotations.lose(quotations.send(offer(), on=LATER).document, reason="late", on=DAY)
    assert codes(refused) == ("quotation.before-drawn-up",)


def test_an_offer_is_lost_or_cancelled_for_a_reason() -> None:
    """And then nothing more happens to it [QUO-2, QUO-3]."""
    lost = quotations.lose(sent(), reason="price", competitor="Rival", on=DAY)
    assert (lost.document.status, lost.document.version.reason, lost.events[0].competitor) == (S.LOST, "price", "Rival")
    withdrawn = quotations.cancel(offer(), reason="mistake", on=DAY).document
    assert (withdrawn.status, quotations.cancel(sent(), reason="gone", on=DAY).document.status) == (S.CANCELLED, S.CANCELLED)
    for ended in (lost.document, withdrawn, confirmed(sent()).changed[0]):
        assert not any(quotations.LIFECYCLE.options(ended, on=LATER))
    for command in (quotations.lose, quotations.cancel):
        with pytest.raises(ValueError, match="reason must not be empty"):
            command(sent(), reason="", on=DAY)
    with pytest.raises(RefusedError) as refused:
        quotations.lose(offer(), reason="price", on=DAY)
    assert codes(refused) == ("wrong-status",)


_edits = st.lists(st.sampled_from(["send", "revise", "approve", "reject", "make_active", "extend", "counter"]), max_size=12)


@given(edits=_edits)
def test_a_version_that_was_sent_never_changes(edits: list[str]) -> None:
    """Whatever is done, what went to the customer is kept as it was, ranks count up, and one version is active [QTE-2, QTE-4]."""
    quotation = discounted(15)
    kept: dict[int, tuple[Alternative, ...]] = {}
    for place, edit in enumerate(edits):
        try:
            match edit:
                case "send":
                    quotation = quotations.send(quotation, on=DAY).document
                    kept[quotation.version.rank] = quotation.version.alternatives
                case "revise":
                    line = quotations.line(LAMP, 10 + place, override=Override.DISCOUNT_PERCENTAGE, value=12 + place)
                    quotation = quotations.revise(quotation, lines=[line], on=DAY).document
                case "approve":
                    quotation = quotations.approve(quotation, by="boss", on=DAY).document
                case "reject":
                    quotation = quotations.reject(quotation, by="boss", on=DAY).document
                case "make_active":
                    quotation = quotations.make_active(quotation, 1, on=DAY).document
                case "extend":
                    quotation = quotations.extend(quotation, until=DAY + timedelta(days=31 + place), on=DAY).document
                case _:
                    quotation = negotiations.counter(quotation, subject=Subject.PRICE, prices={1: 70}, text="less", on=DAY).document
                    quotation = negotiations.answer(quotation, len(quotation.moves), text="fine", accept=True, on=DAY).document
        except RefusedError:
            pass
        assert [version.rank for version in quotation.versions] == list(range(1, len(quotation.versions) + 1))
        assert [version.state is VersionState.ARCHIVED for version in quotation.versions] == [True] * (len(quotation.versions) - 1) + [
            False
        ]
        assert all(quotation.versions[rank - 1].alternatives == offers for rank, offers in kept.items())
        assert [offer.name for offer in quotation.version.alternatives].count(quotation.version.favourite) == 1


DRAFTS = {S.DRAFT, S.NEEDS_APPROVAL, S.NOT_APPROVED, S.APPROVED}
LEGAL: dict[str, set[QuotationStatus]] = {
    "revise": DRAFTS | {S.SENT},
    "approve": {S.NEEDS_APPROVAL},
    "reject": {S.NEEDS_APPROVAL},
    "send": {S.DRAFT, S.APPROVED},
    "extend": {S.SENT},
    "lose": {S.SENT},
    "cancel": DRAFTS | {S.SENT},
    "confirm": {S.DRAFT, S.APPROVED, S.SENT},
}


@pytest.mark.parametrize("command", sorted(LEGAL))
@pytest.mark.parametrize("status", list(S))
def test_legal_moves_succeed_and_all_others_are_refused(command: str, status: QuotationStatus) -> None:
    """Every pair of the table both ways [QUO-2, QUO-3, QTE-3, CRM-2]."""
    wanting = discounted(16)
    here = {
        S.DRAFT: offer(),
        S.NEEDS_APPROVAL: wanting,
        S.NOT_APPROVED: quotations.reject(wanting, by="boss", on=DAY).document,
        S.APPROVED: quotations.approve(wanting, by="boss", on=DAY).document,
        S.SENT: sent(),
        S.CONFIRMED: confirmed(sent()).changed[0],
        S.LOST: quotations.lose(sent(), reason="price", on=DAY).document,
        S.CANCELLED: quotations.cancel(sent(), reason="gone", on=DAY).document,
    }[status]
    assert here.status is status
    acts: dict[str, Any] = {
        "revise": lambda: quotations.revise(here, lines=[quotations.line(PEN, 3)], on=DAY),
        "approve": lambda: quotations.approve(here, by="boss", on=DAY),
        "reject": lambda: quotations.reject(here, by="boss", on=DAY),
        "send": lambda: quotations.send(here, on=DAY),
        "extend": lambda: quotations.extend(here, until=date(2026, 12, 31), on=DAY),
        "lose": lambda: quotations.lose(here, reason="price", on=DAY),
        "cancel": lambda: quotations.cancel(here, reason="gone", on=DAY),
        "confirm": lambda: confirmed(here),
    }
    if status in LEGAL[command]:
        assert acts[command]().events
        return
    with pytest.raises(RefusedError) as refused:
        acts[command]()
    assert codes(refused) == ("wrong-status",)


# ---------------------------------------------------------------------- the order


def test_an_accepted_offer_becomes_an_order() -> None:
    """With its lines, prices, terms, the customer's number and comment; the quotation closes, once [QUO-2, QTE-13, QTE-16]."""
    line = evolve(quotations.line(LAMP, 10, override=Override.DISCOUNT_PERCENTAGE, value=5), requested=LATER)
    quotation = sent(offer(line, terms=TERMS, payment_terms=PaymentTerms(days=14), opportunity="O-1"))
    done = confirmed(quotation, purchase_order="PO-77", comment="Ring twice")
    order, after = done.document, done.changed[0]
    [terms] = order.lines
    assert (terms.price, terms.discount, terms.origin, terms.requested) == (D("100.00"), 5, PriceOrigin.QUOTATION, LATER)
    assert (order.net, order.terms, order.payment_terms.days, order.reference, order.comment, order.quotation) == (
        D("950.00"),
        TERMS,
        14,
        "PO-77",
        "Ring twice",
        "Q-1",
    )
    assert (after.status, after.order, after.version.accepted) == (S.CONFIRMED, "SO-1", "1")
    event = done.events[0]
    assert (event.order, event.opportunity, event.keep_opportunity_open) == ("SO-1", "O-1", False)
    assert confirmed(quotation, keep_opportunity_open=True).events[0].keep_opportunity_open
    with pytest.raises(RefusedError) as refused:
        confirmed(after, number="SO-2")
    assert codes(refused) == ("wrong-status",)
    assert confirmed(offer()).document.net == D("1000.00")


def test_the_terms_that_were_agreed_bind_order_confirmation_and_invoice() -> None:
    """The same edition on both, ours or those of the customer; the confirmation is a document of its own [PTH-6, QTE-14]."""
    for theirs, wanted in ((None, TERMS), (THEIRS, THEIRS)):
        order = confirmed(sent(offer(terms=TERMS, purchase_terms=theirs))).document
        confirmation, order = (done := orders.confirm(order, on=DAY)).document, done.changed[0]
        order, slip = deliveries.post(order, number="PS-1", on=DAY)
        invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY).document
        assert confirmation.terms == wanted
        assert invoice.terms == (wanted,)


def test_a_prospect_becomes_a_customer_first() -> None:
    """The same party with a role more; only the party it was made to accepts [PTY-3]."""
    quotation = sent(offer(party=PROSPECT))
    with pytest.raises(RefusedError) as refused:
        confirmed(quotation, customer=PROSPECT)
    assert codes(refused) == ("quotation.prospect",)
    converted = parties.convert(PROSPECT, on=DAY)
    assert (converted.document.number, converted.document.roles) == ("NEWCO", (Role.PROSPECT, Role.CUSTOMER))
    assert confirmed(quotation, customer=converted.document).document.customer == "NEWCO"
    with pytest.raises(RefusedError) as refused:
        parties.convert(converted.document, on=DAY)
    assert codes(refused) == ("party.customer-already",)
    with pytest.raises(RefusedError) as refused:
        confirmed(quotation, customer=ACME)
    assert codes(refused) == ("quotation.another-party",)


def test_one_of_the_alternatives_is_ordered() -> None:
    """By its name; the others are lost, for a reason [QUO-4, QTE-13]."""
    quotation = sent(two())
    for asked in (None, "best"):
        with pytest.raises(RefusedError) as refused:
            confirmed(quotation, alternative=asked)
        assert codes(refused) == ("quotation.which-alternative",)
    done = confirmed(quotation, alternative="half", reason="budget")
    assert [line.item.number for line in done.document.lines] == ["LAMP", "PEN"]
    assert (done.changed[0].version.accepted, done.changed[0].version.reason, done.events[0].alternative) == ("half", "budget", "half")


def test_an_expired_offer_is_accepted_on_purpose_only() -> None:
    """On the last day it is in time [QUO-8, QTE-12]."""
    quotation = sent(until=LATER)
    assert confirmed(quotation, on=LATER).document.placed == LATER
    late = LATER + timedelta(days=1)
    with pytest.raises(RefusedError) as refused:
        confirmed(quotation, on=late)
    assert codes(refused) == ("quotation.expired",)
    assert confirmed(quotation, on=late, allow_expired=True).document.placed == late


def test_a_discount_on_the_whole_becomes_charges() -> None:
    """10 percent of 1000.00, taken along by each invoice in proportion."""
    quotation = offer(alternatives=[Alternative(lines=(quotations.line(LAMP, 10),), discount=Discount(D(0), D(10)))])
    order = confirmed(quotation).document
    assert (order.totals.net, order.totals.charges, order.totals.total) == (D("1000.00"), D("-100.00"), quotation.totals().total)
    assert invoices.post(order, {1: 3}, number="INV-1", on=DAY).document.totals.charges == D("-30.00")


def test_a_schedule_becomes_delivery_lines() -> None:
    """Four and six on two dates; the last part takes the cent that rounding leaves [QUO-2, QTY-16]."""
    line = evolve(quotations.line(LAMP, 10), schedule=((DAY, D(4)), (LATER, D(6))))
    order = confirmed(offer(line, quotations.line(PEN, 1))).document
    assert [(each.number, each.parent, each.ordered, each.requested) for each in order.lines] == [
        (1, None, 10, None),
        (2, None, 1, None),
        (3, 1, 4, DAY),
        (4, 1, 6, LATER),
    ]
    thirds = evolve(quotations.line(LAMP, 3, override=Override.TOTAL, value=10), schedule=((DAY, D(1)), (DAY, D(1)), (LATER, D(1))))
    order = confirmed(offer(thirds)).document
    assert order.net == D("10.00")


def test_an_offer_is_confirmed_under_an_agreement() -> None:
    """Its lines count towards the commitments they are linked to."""
    promised = Commitment(kind=CommitmentKind.PRODUCT_QUANTITY, item=LAMP.item, quantity=D(100), price=D(100), fixed=True)
    agreement = agreements.confirm(
        agreements.draw_up(
            number="AG-1",
            customer=ACME,
            currency="EUR",
            classification="yearly",
            period=Period(DAY, date(2026, 12, 31)),
            commitments=[promised],
            on=DAY,
        ).document,
        on=DAY,
    ).document
    found = fulfilment(agreement, [])
    order: Order = confirmed(sent(), links={1: agreement.link(1)}, agreements=[found]).document
    assert fulfilment(agreement, [order])[1].remaining == 90
    with pytest.raises(RefusedError) as refused:
        confirmed(discounted(1), links={1: agreement.link(1)}, agreements=[found])
    assert codes(refused) == ("agreement.price-fixed",)


_overrides = st.sampled_from(Override)


@given(
    quantity=quantities(),
    price=some_prices(),
    cost=some_prices(),
    override=_overrides,
    value=st.decimals(0, 99, places=2),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    parts=st.integers(1, 4),
)
def test_the_order_comes_to_what_was_offered(
    quantity: Decimal, price: Decimal, cost: Decimal, override: Override, value: Decimal, currency: str, parts: int
) -> None:
    """Whatever was entered on a line, and in however many parts it comes, the order's net is the offer's, to the cent [QTE-7]."""
    product = Product(item=LAMP.item, price=price, cost=cost)
    line = quotations.line(product, quantity, override=override, value=value)
    if parts > 1:
        each = (quantity / parts).quantize(Decimal("0.0001"))
        line = evolve(line, schedule=tuple((DAY, part) for part in [*[each] * (parts - 1), quantity - each * (parts - 1)]))
    quotation = offer(line, currency=currency)
    assert quotation.net() - quotation.cost() == quotation.earning()
    if quotation.severity is Severity.WARNING:
        quotation = quotations.approve(quotation, by="boss", on=DAY).document
    if quotation.severity is not Severity.ERROR:
        assert confirmed(quotation).document.net == quotation.net()


# ---------------------------------------------------------------------- negotiation


def test_a_counter_offer_that_is_accepted_makes_a_new_version() -> None:
    """84.00 asked for each of ten lamps: a total of 840.00, 16 percent off, which needs approval; the offer sent stays [PTH-6]."""
    quotation = sent(discounted(5))
    asked = negotiations.counter(quotation, subject=Subject.PRICE, prices={1: 84}, text="84 each", on=LATER).document
    [move] = asked.moves
    assert (move.number, move.kind, move.side, move.version, move.alternative, move.answer) == (
        1,
        MoveKind.COUNTER_OFFER,
        Side.CUSTOMER,
        1,
        "1",
        None,
    )
    assert (asked.status, asked.versions) == (S.SENT, quotation.versions)
    done = negotiations.answer(asked, 1, text="if you take ten", accept=True, on=LATER)
    after = done.document
    assert (after.status, after.net(), len(after.versions)) == (S.NEEDS_APPROVAL, D("840.00"), 2)
    assert (after.moves[0].answer.accepted, after.moves[0].answer.text) == (True, "if you take ten")  # type: ignore[union-attr]
    assert [type(event).__name__ for event in done.events] == ["NegotiationAnswered", "QuotationRevised"]
    assert after.versions[0].alternatives == quotation.version.alternatives


def test_a_counter_offer_that_is_declined_changes_nothing() -> None:
    """It is on record, with what was said."""
    asked = negotiations.counter(sent(), subject=Subject.PRICE, prices={1: 1}, text="1 each", on=DAY).document
    after = negotiations.answer(asked, 1, text="no", on=DAY).document
    assert (after.status, after.versions, after.moves[0].answer.accepted) == (S.SENT, sent().versions, False)  # type: ignore[union-attr]
    with pytest.raises(RefusedError) as refused:
        negotiations.answer(after, 1, text="no again", on=DAY)
    assert codes(refused) == ("negotiation.not-open",)


@pytest.mark.parametrize(
    ("subject", "asked", "found"),
    [
        (Subject.PAYMENT, {"payment_terms": PaymentTerms(days=90)}, {"payment_terms": PaymentTerms(days=90), "terms": TERMS}),
        (Subject.TERMS_OF_SALE, {"terms": THEIRS}, {"terms": THEIRS, "purchase_terms": None}),
        (Subject.TERMS_OF_PURCHASE, {"terms": THEIRS}, {"terms": TERMS, "purchase_terms": THEIRS}),
    ],
)
def test_terms_of_both_sides_are_negotiated(subject: Subject, asked: dict[str, Any], found: dict[str, Any]) -> None:
    """Terms of payment, of sale and of purchase [S0, PTH-6]."""
    quotation = negotiations.counter(sent(offer(terms=TERMS)), subject=subject, text="otherwise", on=DAY, **asked).document
    after = negotiations.answer(quotation, 1, text="agreed", accept=True, on=DAY).document
    assert {name: getattr(after.version, name) for name in found} == found


def test_objections_are_raised_and_answered() -> None:
    """By either side, about anything; accepting one leaves the offer to be revised by hand."""
    quotation = negotiations.raise_objection(sent(), subject=Subject.DELIVERY, text="too late", on=DAY).document
    quotation = negotiations.raise_objection(quotation, subject=Subject.PRODUCT, text="not sold alone", side=Side.SELLER, on=DAY).document
    after = negotiations.answer(quotation, 1, text="we will hurry", accept=True, on=DAY).document
    assert [(move.number, move.kind, move.side, move.answer is None) for move in after.moves] == [
        (1, MoveKind.OBJECTION, Side.CUSTOMER, False),
        (2, MoveKind.OBJECTION, Side.SELLER, True),
    ]
    assert after.versions == sent().versions


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"subject": Subject.PRICE}, "negotiation.nothing-asked"),
        ({"subject": Subject.PRICE, "terms": TERMS}, "negotiation.nothing-asked"),
        ({"subject": Subject.PAYMENT, "prices": {1: 1}}, "negotiation.nothing-asked"),
        ({"subject": Subject.DELIVERY}, "negotiation.nothing-asked"),
        ({"subject": Subject.PRICE, "prices": {9: 1}}, "negotiation.unknown-line"),
        ({"subject": Subject.PRICE, "prices": {1: -1}}, "negotiation.unknown-line"),
        ({"subject": Subject.PRICE, "prices": {1: 1}, "alternative": "best"}, "negotiation.unknown-line"),
        ({"subject": Subject.TERMS_OF_SALE, "terms": TERMS, "alternative": "best"}, "negotiation.unknown-line"),
    ],
)
def test_a_counter_offer_asks_for_what_it_is_about(asked: dict[str, Any], code: str) -> None:
    """And for lines that were offered."""
    with pytest.raises(RefusedError) as refused:
        negotiations.counter(sent(), text="otherwise", on=DAY, **asked)
    assert codes(refused) == (code,)


def test_only_the_last_version_that_was_sent_is_agreed_on() -> None:
    """A counter-offer to an older version can be declined, not accepted; a draft is not negotiated [QTE-2]."""
    asked = negotiations.counter(sent(two()), subject=Subject.PRICE, alternative="half", prices={1: 90}, text="90", on=DAY).document
    draft = quotations.revise(asked, favourite="half", on=DAY).document
    newer = sent(draft)
    with pytest.raises(RefusedError) as refused:
        negotiations.answer(newer, 1, text="fine", accept=True, on=DAY)
    assert codes(refused) == ("negotiation.old-version",)
    assert negotiations.answer(newer, 1, text="too late", on=DAY).document.moves[0].answer
    with pytest.raises(RefusedError) as refused:
        negotiations.counter(offer(), subject=Subject.PRICE, prices={1: 1}, text="less", on=DAY)
    assert codes(refused) == ("wrong-status",)
    both = negotiations.counter(asked, subject=Subject.PAYMENT, payment_terms=PaymentTerms(days=90), text="later", on=DAY).document
    for move in (1, 2):
        both = negotiations.answer(both, move, text="fine", accept=True, on=DAY).document
    assert (len(both.versions), both.net("half"), both.version.payment_terms.days) == (2, D("465.32"), 90)
    assert negotiations.answer(draft, 1, text="fine", accept=True, on=DAY).document.favourite.name == "half"
    taken = negotiations.answer(asked, 1, text="fine", accept=True, on=DAY).document
    assert (taken.net("half"), taken.net("full")) == (D("465.32"), D("1000.00"))


# ---------------------------------------------------------------------- simulation


def test_a_simulation_says_what_a_discount_would_do() -> None:
    """318.20 less 15 percent is 270.47 at a cost of 184.96: 31.6153 percent; nothing has changed [QUO-7]."""
    quotation = offer(quotations.line(PEN, 10), quotations.line(PAD, 12))
    assert (quotation.subtotal(), quotation.cost()) == (D("318.20"), D("184.96"))
    found = simulations.simulate(quotation, percentage=15)
    assert (found.discount, found.net, found.margin) == (D("47.73"), D("270.47"), D("85.51"))
    assert found.margin_ratio is not None
    assert found.margin_ratio.quantize(D("0.0001")) == D("31.6153")
    assert quotation.net() == D("318.20")
    line = simulations.simulate(quotation, percentage=10, line=1)
    assert (line.net, line.margin_ratio.quantize(D("0.01"))) == (D("302.88"), D("38.93"))  # type: ignore[union-attr]


def test_a_simulation_is_applied_as_a_discount() -> None:
    """To the whole as its discount, to a line as the line's; list prices stay [QUO-7]."""
    quotation = two()
    whole = simulations.apply(quotation, simulations.simulate(quotation, percentage=15, amount=100), on=DAY).document
    assert (whole.favourite.discount, whole.net(), whole.favourite.lines[0].price) == (Discount(D(100), D(15)), D("765.00"), D("100.00"))
    line = simulations.apply(
        quotation, simulations.simulate(quotation, amount=10, percentage=50, line=2, alternative="half"), on=DAY
    ).document
    assert (line.net("half"), line.net(), line.version.alternative("half").lines[1].override) == (
        D("502.66"),
        D("1000.00"),
        Override.DISCOUNT_AMOUNT,
    )
    assert simulations.simulate(quotation, percentage=100).margin_ratio is None
    for wrong, error in (({"line": 9}, LookupError), ({"alternative": "best"}, LookupError), ({"percentage": 101}, ValueError)):
        with pytest.raises(error):
            simulations.simulate(quotation, **wrong)


# ---------------------------------------------------------------------- copies


def test_a_copy_is_a_draft_of_its_own() -> None:
    """All alternatives, in the same currency, for whoever it is for [QTE-15]."""
    original = sent(two(terms=TERMS, type=LIMITED))
    copied = quotations.copy(original, number="Q-2", party=JANE, on=LATER, currency="EUR", payment_terms=PaymentTerms(days=7)).document
    assert (copied.number, copied.party, copied.status, copied.version.alternatives) == (
        "Q-2",
        "JANE",
        S.DRAFT,
        original.version.alternatives,
    )
    assert (copied.version.terms, copied.version.payment_terms.days, copied.type, copied.version.made) == (TERMS, 7, LIMITED, LATER)
    with pytest.raises(RefusedError) as refused:
        quotations.copy(original, number="Q-2", party=JANE, on=LATER, currency="USD")
    assert codes(refused) == ("quotation.another-currency",)


def test_an_offer_is_made_to_many() -> None:
    """One each, on our own initiative, or none at all [CMP-7]."""
    numbers = map("Q-{}".format, count(10))
    done = quotations.mass(two(), [ACME, PROSPECT], numbers=lambda: next(numbers), on=DAY)
    assert [(each.number, each.party, each.initiative) for each in done.made] == [
        ("Q-10", "ACME", Initiative.OWN),
        ("Q-11", "NEWCO", Initiative.OWN),
    ]
    assert len(done.events) == 2
    assert quotations.mass(two(), [], numbers=lambda: next(numbers), on=DAY).made == ()


def test_what_is_not_there_is_looked_up_in_vain() -> None:
    """An alternative and a line that are not there."""
    for look in (lambda: offer().net("best"), lambda: offer().favourite.line(9)):
        with pytest.raises(LookupError):
            look()
    assert chai(1).item == CHAI.item
    assert CHANG.price
