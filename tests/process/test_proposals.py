"""Up-sell, cross-sell and supplementary items: what is proposed, and what accepting it does."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Item, Party, Period, Product, ProductLink, ProductList, RefusedError, Role, SupplementaryItem, orders, proposals
from salesflow.model.pricing import PriceOrigin
from salesflow.model.proposal import Condition, Operator, ProposalKind, Variable
from tests.builders import DAY, an_order, codes

D = Decimal
BUYER = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,), group="491")
PLAIN = Product(item=Item(number="009", category="Lamps/Desk"), price=D("12.00"))
BETTER = Product(item=Item(number="016"), price=D("15.00"))
BULB = Product(item=Item(number="030"), price=D("2.00"))
GONE = Product(item=Item(number="040"), price=D("9.00"), active=False)
KNOWN = {product.number: product for product in (PLAIN, BETTER, BULB, GONE)}
IN_491 = Condition(Variable.CUSTOMER_GROUP, Operator.EQUAL, "491")
UP = ProductLink(number="U-1", kind=ProposalKind.UP_SELL, source="009", target="016", conditions=(IN_491,), text="lasts longer")
CROSS = ProductLink(number="C-1", kind=ProposalKind.CROSS_SELL, source="009", target="030", quantity=D(4), priority=1)


def proposed(*links: ProductLink, customer: Party = BUYER, lines: Any = None, **terms: Any) -> list[tuple[str, str]]:
    """The kinds and items that are proposed for five plain lamps."""
    given = [orders.line(PLAIN, 5)] if lines is None else lines
    return [(each.kind.value, each.terms.item.number) for each in proposals.of(links, customer, given, KNOWN, **terms)]


def test_a_better_product_is_proposed_to_a_group() -> None:
    """Customer group 491 and item 009 at 12.00: item 016 at 15.00 instead; another group gets nothing [UPS-3]."""
    [proposal] = proposals.of([UP], BUYER, [orders.line(PLAIN, 5, requested=DAY)], KNOWN)
    assert (proposal.kind, proposal.terms.item.number, proposal.terms.price, proposal.text) == (
        ProposalKind.UP_SELL,
        "016",
        D("15.00"),
        "lasts longer",
    )
    assert (proposal.terms.ordered, proposal.terms.requested) == (5, DAY)
    assert proposed(UP, customer=evolve(BUYER, group="492")) == []


def test_proposals_come_by_priority() -> None:
    """Line by line, the lowest priority first, then by number; whatever the order of the links [UPS-2]."""
    links = [CROSS, UP, evolve(CROSS, number="C-0", target="016", priority=0)]
    wanted = [("cross-sell", "016"), ("up-sell", "016"), ("cross-sell", "030")]
    assert proposed(*links) == proposed(*links[::-1]) == wanted


def test_what_is_on_the_order_or_gone_is_not_proposed() -> None:
    """Nor what is not among the products [UPS-4]."""
    assert proposed(CROSS, lines=[orders.line(PLAIN, 5), orders.line(BULB, 1)]) == []
    assert proposed(evolve(CROSS, target="040"), evolve(CROSS, target="999")) == []


@pytest.mark.parametrize(
    ("variable", "operator", "value", "holds"),
    [
        (Variable.QUANTITY, Operator.AT_LEAST, D(5), True),
        (Variable.QUANTITY, Operator.AT_LEAST, D(6), False),
        (Variable.QUANTITY, Operator.MORE, D(5), False),
        (Variable.QUANTITY, Operator.MORE, D(4), True),
        (Variable.QUANTITY, Operator.AT_MOST, D(5), True),
        (Variable.QUANTITY, Operator.AT_MOST, D(4), False),
        (Variable.QUANTITY, Operator.LESS, D(5), False),
        (Variable.QUANTITY, Operator.LESS, D(6), True),
        (Variable.QUANTITY, Operator.EQUAL, D(5), True),
        (Variable.QUANTITY, Operator.NOT_EQUAL, D(5), False),
        (Variable.PRICE, Operator.AT_MOST, D(12), True),
        (Variable.PRICE, Operator.LESS, D(12), False),
        (Variable.CUSTOMER, Operator.EQUAL, "ACME", True),
        (Variable.CUSTOMER, Operator.NOT_EQUAL, "ACME", False),
        (Variable.ITEM, Operator.EQUAL, "009", True),
        (Variable.ITEM, Operator.EQUAL, "016", False),
        (Variable.CATEGORY, Operator.EQUAL, "Lamps", True),
        (Variable.CATEGORY, Operator.EQUAL, "Garden", False),
        (Variable.CATEGORY, Operator.NOT_EQUAL, "Lamps", False),
        (Variable.CATEGORY, Operator.NOT_EQUAL, "Garden", True),
    ],
)
def test_every_condition_must_hold(variable: Variable, operator: Operator, value: Any, *, holds: bool) -> None:
    """Each variable and operator on both sides of its edge; with another that holds, this one decides [UPS-2]."""
    link = evolve(UP, conditions=(IN_491, Condition(variable, operator, value)))
    assert bool(proposed(link)) is holds


def test_product_lists_may_start_and_be_proposed() -> None:
    """A list of sources proposes every product of a list of targets; a list that is not known proposes nothing [S4]."""
    lists = {
        "lamps": ProductList(number="lamps", name="Lamps", products=("009", "010")),
        "bulbs": ProductList(number="bulbs", name="Bulbs", products=("030", "016", "040")),
    }
    link = ProductLink(number="C-2", kind=ProposalKind.CROSS_SELL, source_list="lamps", target_list="bulbs")
    assert proposed(link, lists=lists) == [("cross-sell", "016"), ("cross-sell", "030")]
    assert proposed(link) == []
    assert proposed(evolve(link, source_list="", source="009")) == []
    assert proposed(link, lists=lists, lines=[orders.line(BETTER, 1)]) == []


def test_accepting_changes_the_lines_that_are_being_entered() -> None:
    """The up-sell stands instead of the line, the cross-sell comes in addition, at the end [UPS-1, UPS-4]."""
    lines = [orders.line(PLAIN, 5), orders.line(GONE, 1)]
    cross, up = sorted(proposals.of([UP, CROSS], BUYER, lines, KNOWN), key=lambda proposal: proposal.link)
    assert [(line.number, line.item.number, line.ordered) for line in proposals.taken_up(lines, up)] == [(1, "016", 5), (2, "040", 1)]
    assert [(line.number, line.item.number, line.ordered) for line in proposals.taken_up(lines, cross)] == [
        (1, "009", 5),
        (2, "040", 1),
        (3, "030", 4),
    ]
    assert [line.number for line in proposals.taken_up([], cross)] == [1]


def test_accepting_changes_an_order_that_was_placed() -> None:
    """A revision with a reason; what was accepted is not proposed or accepted again [UPS-4]."""
    order = an_order(orders.line(PLAIN, 5), customer=BUYER)
    up, cross = proposals.of([UP, CROSS], BUYER, order.lines, KNOWN)
    after = proposals.accept(order, up, on=DAY).document
    assert [(line.number, line.item.number, line.ordered) for line in after.lines] == [(2, "016", 5)]
    assert after.revisions[0].reason == "up-sell 016"
    more = proposals.accept(order, cross, on=DAY).document
    assert [(line.item.number, line.ordered) for line in more.lines] == [("009", 5), ("030", 4)]
    assert proposals.of([CROSS], BUYER, more.lines, KNOWN) == ()
    with pytest.raises(RefusedError) as refused:
        proposals.accept(more, cross, on=DAY)
    assert codes(refused) == ("proposal.on-the-order",)
    with pytest.raises(RefusedError) as refused:
        proposals.accept(after, evolve(up, line=9, terms=orders.line(BULB, 1)), on=DAY)
    assert codes(refused) == ("order.unknown-line",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""},
        {"kind": "up-sell"},
        {"source": ""},
        {"source_list": "lamps"},
        {"target": ""},
        {"target_list": "bulbs"},
        {"quantity": D(0)},
        {"conditions": [IN_491]},
    ],
)
def test_a_link_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Malformed values are named at the door."""
    with pytest.raises((TypeError, ValueError)):
        evolve(UP, **wrong)


@pytest.mark.parametrize(
    ("variable", "operator", "value"),
    [
        (Variable.QUANTITY, Operator.EQUAL, "5"),
        (Variable.ITEM, Operator.EQUAL, D(5)),
        (Variable.ITEM, Operator.LESS, "009"),
        ("item", Operator.EQUAL, "009"),
        (Variable.ITEM, "=", "009"),
    ],
)
def test_a_condition_that_cannot_be(variable: Any, operator: Any, value: Any) -> None:
    """A quantity is compared with a number, an item with text, and items have no order."""
    with pytest.raises((TypeError, ValueError)):
        Condition(variable, operator, value)


# ---------------------------------------------------------------------- what comes along

FREE_BULB = SupplementaryItem(number="S-1", item="009", multiple=D(2), supplement="030", quantity=D(3), free=True)


@pytest.mark.parametrize(("ordered", "once", "bulbs"), [(1, False, None), (2, False, 3), (3, False, 3), (5, False, 6), (5, True, 3)])
def test_so_much_comes_along_for_each_multiple(ordered: int, bulbs: int | None, *, once: bool) -> None:
    """Three bulbs for every two lamps, free of charge, or once [TRD-10]."""
    found = proposals.supplements([evolve(FREE_BULB, once=once)], BUYER, [orders.line(PLAIN, ordered)], KNOWN, on=DAY)
    assert [(each.line, each.terms.ordered, each.terms.price, each.terms.origin) for each in found] == (
        [] if bulbs is None else [(1, bulbs, 0, PriceOrigin.FREE)]
    )


def test_a_supplement_may_cost_and_be_asked_for() -> None:
    """At the base price, where the customer wants it [TRD-10]."""
    rule = evolve(FREE_BULB, free=False, optional=True)
    [found] = proposals.supplements([rule], BUYER, [orders.line(PLAIN, 2)], KNOWN, on=DAY)
    assert (found.terms.price, found.terms.origin, found.optional, found.rule) == (D("2.00"), PriceOrigin.BASE, True, "S-1")


@pytest.mark.parametrize(
    ("terms", "comes"),
    [
        ({"customer": "ACME"}, True),
        ({"customer": "JANE"}, False),
        ({"customer_group": "491"}, True),
        ({"customer_group": "492"}, False),
        ({"period": Period(DAY, DAY)}, True),
        ({"period": Period(None, date(2026, 3, 1))}, False),
        ({"supplement": "999"}, False),
        ({"item": "016"}, False),
    ],
)
def test_who_gets_it_and_when(terms: dict[str, Any], *, comes: bool) -> None:
    """For a customer, a group or everybody, within a period, of a product that is known."""
    found = proposals.supplements([evolve(FREE_BULB, **terms)], BUYER, [orders.line(PLAIN, 2)], KNOWN, on=DAY)
    assert bool(found) is comes


@pytest.mark.parametrize(
    "wrong", [{"number": ""}, {"item": ""}, {"supplement": ""}, {"multiple": D(0)}, {"quantity": D(-1)}, {"multiple": 2}]
)
def test_a_supplementary_item_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Malformed values are named at the door."""
    with pytest.raises((TypeError, ValueError)):
        evolve(FREE_BULB, **wrong)


@given(ordered=st.integers(1, 200), multiple=st.integers(1, 50), quantity=st.integers(1, 9))
def test_what_comes_along_follows_the_whole_multiples(ordered: int, multiple: int, quantity: int) -> None:
    """As many times as the multiple fits, and never for less."""
    rule = evolve(FREE_BULB, multiple=D(multiple), quantity=D(quantity))
    found = proposals.supplements([rule], BUYER, [orders.line(PLAIN, ordered)], KNOWN, on=DAY)
    assert sum(each.terms.ordered for each in found) == sum(quantity for _ in range(multiple, ordered + 1, multiple))
