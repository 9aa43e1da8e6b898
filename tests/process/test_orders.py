"""Placing, confirming, holding, short-closing, changing the type of orders, at both sides of each edge."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from salesflow import (
    DocumentStatus,
    Order,
    OrderPolicy,
    OrderStatus,
    OrderType,
    Party,
    PartyKind,
    PaymentTerms,
    Project,
    RefusedError,
    Role,
    TermsOfSale,
    deliveries,
    invoices,
    item_transactions,
    orders,
)
from salesflow.model.order_life import LIFECYCLE
from salesflow.model.party import SaleKind
from tests.builders import ACME, CHAI, DAY, JANE, LATER, a_charge, an_order, chai, chang, codes

TERMS = TermsOfSale(number="2026", title="Terms of sale 2026")
PROJECT = Project(number="P-1", name="A project", customer="ACME")


def of_type(kind: OrderType) -> Order:
    """An order of ten of that type."""
    quantity = -10 if kind is OrderType.RETURNED_ORDER else 10
    return an_order(chai(quantity), type=kind, rma="RMA-1", project=PROJECT)


@pytest.mark.parametrize("kind", OrderType)
def test_an_order_of_any_type_is_open_at_birth(kind: OrderType) -> None:
    """All five types can be placed; a return of -10 has -10 left to deliver, and is open [ORD-1, STA-2]."""
    order = of_type(kind)
    assert order.status is OrderStatus.OPEN
    assert order.document_status is DocumentStatus.NONE
    assert order.line(1).deliver_remainder == order.line(1).ordered == order.line(1).invoice_remainder


def test_the_customers_own_terms_are_taken_over() -> None:
    """Invoice account, payment terms and address come from the customer unless others are given."""
    customer = Party(number="SUB", name="A subsidiary", roles=(Role.CUSTOMER,), invoice_account="ACME", payment_terms=PaymentTerms(days=14))
    order = an_order(customer=customer, taken_by="7", reference="PO 12")
    assert (order.customer, order.invoice_account, order.payment_terms.days) == ("SUB", "ACME", 14)
    assert (order.taken_by, order.reference) == ("7", "PO 12")
    assert an_order(customer=customer, payment_terms=PaymentTerms()).payment_terms == PaymentTerms()


@pytest.mark.parametrize(
    ("seller", "buyer", "kind"),
    [
        (PartyKind.ORGANISATION, ACME, SaleKind.B2B),
        (PartyKind.ORGANISATION, JANE, SaleKind.B2C),
        (PartyKind.PERSON, JANE, SaleKind.C2C),
    ],
)
def test_the_kind_of_sale_follows_from_the_parties(seller: PartyKind, buyer: Party, kind: SaleKind) -> None:
    """Businesses and consumers may sell to each other, but a consumer to a business only by policy [PTH-2]."""
    assert an_order(customer=buyer, policy=OrderPolicy(seller=seller)).sale is kind
    assert an_order(policy=OrderPolicy(seller=PartyKind.PERSON, consumer_to_business=True)).sale is SaleKind.C2B


def test_lines_are_numbered_by_position_unless_they_have_a_number() -> None:
    """Numbers that are given stay."""
    assert [line.number for line in an_order(chai(1), chang(1, number=7)).lines] == [1, 7]
    with pytest.raises(RefusedError) as refused:
        an_order(chai(1, number=-1), chang(1, number=3), chang(1, number=3))
    assert [(refusal.fact("line"), refusal.fact("times")) for refusal in refused.value.refusals] == [(-1, 1), (3, 2)]


def test_an_order_has_no_lines_that_it_does_not_have() -> None:
    """Looking up an unknown line says which order it is."""
    order = an_order()
    assert 1 in order
    assert 2 not in order
    with pytest.raises(LookupError, match="order SO-1 has no line 2 of its own"):
        order.line(2)


@pytest.mark.parametrize("kind", [kind for kind in OrderType if kind is not OrderType.RETURNED_ORDER])
def test_quantities_are_above_zero_but_on_returns(kind: OrderType) -> None:
    """A negative line is refused on all types but a return and a draft [ORD-8]."""
    if kind is OrderType.JOURNAL:
        assert an_order(chai(-1), type=kind).lines[0].ordered == -1
        return
    with pytest.raises(RefusedError) as refused:
        an_order(chai(-1), type=kind, project=PROJECT)
    assert codes(refused) == ("order.sign",)
    with pytest.raises(RefusedError) as refused:
        an_order(chai(1), type=OrderType.RETURNED_ORDER, rma="RMA-1")
    assert codes(refused) == ("order.sign",)


# ---------------------------------------------------------------------- types


def in_status(kind: OrderType, status: OrderStatus) -> Order:
    """An order of that type, taken to that status."""
    order = of_type(kind)
    if status is not OrderStatus.OPEN:
        order = deliveries.post(order, number="PS-1", on=DAY).changed[0]
    if status is OrderStatus.INVOICED:
        order = invoices.post(order, number="INV-1", on=DAY).changed[0]
    return order


CHANGES = [
    (before, after, status)
    for before in (OrderType.SALES_ORDER, OrderType.SUBSCRIPTION, OrderType.ITEM_REQUIREMENTS)
    for after in (OrderType.JOURNAL, OrderType.SALES_ORDER, OrderType.SUBSCRIPTION, OrderType.ITEM_REQUIREMENTS)
    for status in (OrderStatus.OPEN, OrderStatus.DELIVERED, OrderStatus.INVOICED)
    if before is not after
]


@pytest.mark.parametrize(("before", "after", "status"), CHANGES)
def test_the_seeds_rule_fixes_delivered_item_requirements_only(before: OrderType, after: OrderType, status: OrderStatus) -> None:
    """Any type can be changed but that of delivered item requirements; nothing with postings becomes a draft [ORD-9, ORD-2]."""
    order = in_status(before, status)
    expected: set[str] = set()
    if before is OrderType.ITEM_REQUIREMENTS and status is OrderStatus.DELIVERED:
        expected.add("order.type-locked")
    if after is OrderType.JOURNAL and status is not OrderStatus.OPEN:
        expected.add("order.journal-postings")
    if expected:
        with pytest.raises(RefusedError) as refused:
            orders.change_type(order, after, on=DAY)
        assert set(codes(refused)) == expected
    else:
        changed = orders.change_type(order, after, on=DAY)
        assert changed.document.type is after
        [event] = changed.events
        assert (event.before, event.after) == (before, after)


@pytest.mark.parametrize(("before", "after", "status"), [change for change in CHANGES if change[1] is not OrderType.JOURNAL])
def test_the_strict_policy_fixes_more(before: OrderType, after: OrderType, status: OrderStatus) -> None:
    """By the strict policy item requirements never change, and nothing that was delivered or invoiced does [X2]."""
    order = in_status(before, status)
    free = before is not OrderType.ITEM_REQUIREMENTS and status is OrderStatus.OPEN
    if free:
        assert orders.change_type(order, after, on=DAY, policy=OrderPolicy(strict_type_change=True)).document.type is after
    else:
        with pytest.raises(RefusedError) as refused:
            orders.change_type(order, after, on=DAY, policy=OrderPolicy(strict_type_change=True))
        assert codes(refused)[0] in {"order.type-locked", "order.type-locked-strict"}


def test_a_draft_becomes_an_order_and_its_transactions_come_with_it() -> None:
    """A journal order has no item transactions; confirmed as a sales order it has them at that moment [ORD-2, ORD-7]."""
    draft = of_type(OrderType.JOURNAL)
    assert item_transactions(draft) == ()
    order = orders.change_type(draft, OrderType.SALES_ORDER, on=DAY).document
    [transaction] = item_transactions(order)
    assert (transaction.quantity, transaction.status) == (Decimal(10), "on-order")


def test_a_new_type_brings_its_own_demands() -> None:
    """Becoming a return needs negative quantities and an RMA number, item requirements a project [ORD-5, ORD-6]."""
    with pytest.raises(RefusedError) as refused:
        orders.change_type(an_order(), OrderType.RETURNED_ORDER, on=DAY)
    assert codes(refused) == ("order.sign", "order.rma-missing")
    draft = an_order(chai(-1), type=OrderType.JOURNAL)
    assert orders.change_type(draft, OrderType.RETURNED_ORDER, on=DAY, rma="RMA-1").document.rma == "RMA-1"
    with pytest.raises(RefusedError) as refused:
        orders.change_type(an_order(), OrderType.ITEM_REQUIREMENTS, on=DAY)
    assert codes(refused) == ("order.project-missing",)
    assert orders.change_type(an_order(), OrderType.ITEM_REQUIREMENTS, on=DAY, project=PROJECT).document.project == "P-1"


def test_a_draft_posts_nothing() -> None:
    """Confirming, picking, delivering and invoicing a journal order are refused, each by the one rule [ORD-2]."""
    draft = of_type(OrderType.JOURNAL)
    for refused in (
        deliveries.why_not(draft),
        invoices.why_not(draft, on=DAY),
        LIFECYCLE.why_not("confirm", draft, on=DAY),
        LIFECYCLE.why_not("deliveries.pick", draft, on=DAY),
    ):
        assert codes(refused) == ("order.journal",)


# ---------------------------------------------------------------------- confirmation, holds, validation


def test_a_confirmation_carries_the_terms_of_sale() -> None:
    """It keeps the lines, charges and terms as they were, and the order keeps the terms for its invoice [PTH-6, DOC-2]."""
    freight = a_charge(number=1, code="freight", amount=Decimal("12.50"))
    order, confirmation = orders.confirm(an_order(charges=[freight]), on=DAY, terms=TERMS)
    assert (confirmation.number, confirmation.order, confirmation.terms) == ("SO-1/0", "SO-1", TERMS)
    assert (confirmation.totals.net, confirmation.totals.charges) == (Decimal("180.00"), Decimal("12.50"))
    assert order.terms == TERMS
    assert order.is_confirmed
    assert order.document_status is DocumentStatus.CONFIRMATION
    _, invoice = invoices.post(order, number="INV-1", on=DAY)
    assert invoice.terms == (TERMS,)


def test_a_hold_keeps_an_order_from_being_shipped_until_all_are_released() -> None:
    """Two holds must both be cleared; invoicing and confirming are not held up [HOLD-1]."""
    order = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY).changed[0]
    order = orders.hold(order, "credit", on=DAY, reason="limit").document
    order = orders.hold(order, "check", on=DAY).document
    assert codes(deliveries.why_not(order)) == ("order.on-hold",)
    order = orders.release(order, "credit", on=DAY).document
    assert codes(deliveries.why_not(order)) == ("order.on-hold",)
    assert invoices.why_not(order, {1: 4}, on=DAY) == ()
    order = orders.release(order, "check", on=DAY).document
    assert deliveries.why_not(order) == ()


def test_validate_lists_what_must_be_settled() -> None:
    """Hold, confirmation, terms of sale and a ship date that has passed; settled, nothing is left."""
    order = an_order(chai(10, requested=DAY), chang(1, requested=LATER))
    held = orders.hold(order, "credit", on=DAY).document
    assert codes(orders.validate(held, on=LATER)) == (
        "order.on-hold",
        "order.unconfirmed",
        "order.no-terms-of-sale",
        "order.ship-date-passed",
    )
    [late] = [refusal for refusal in orders.validate(held, on=LATER) if refusal.code == "order.ship-date-passed"]
    assert late.fact("line") == 1
    ready = orders.confirm(orders.release(held, "credit", on=DAY).document, on=DAY, terms=TERMS).changed[0]
    assert orders.validate(ready, on=DAY) == ()
    assert codes(orders.validate(an_order(customer=JANE), on=DAY)) == ("order.unconfirmed",)
    delivered = deliveries.post(ready, {1: 10}, number="PS-1", on=DAY).changed[0]
    assert orders.validate(delivered, on=LATER) == ()


# ---------------------------------------------------------------------- cancelling and short-closing


def test_cancelling_is_for_orders_of_which_nothing_happened() -> None:
    """Untouched, all lines are cancelled; delivered or invoiced, each line says so [P8, QTY-12]."""
    order = orders.cancel(an_order(chai(2), chang(3)), on=DAY).document
    assert order.status is OrderStatus.CANCELLED
    assert {balance.status for balance in order.balances} == {OrderStatus.CANCELLED}
    assert item_transactions(order) == ()
    touched = invoices.post(an_order(chai(2), chang(3)), {2: 1}, number="INV-1", on=DAY).changed[0]
    with pytest.raises(RefusedError) as refused:
        orders.cancel(touched, on=DAY)
    assert [refusal.fact("line") for refusal in refused.value.refusals] == [2]


def test_short_closing_ends_what_is_left() -> None:
    """Ten ordered, seven delivered, three cancelled: delivered, and invoiced once seven are invoiced [QTY-12]."""
    order, slip = deliveries.post(an_order(), {1: 7}, number="PS-1", on=DAY)
    order = orders.short_close(order, {1: 3}, on=DAY).document
    balance = order.line(1)
    assert (balance.ordered, balance.cancelled, balance.deliver_remainder, balance.invoice_remainder) == (10, 3, 0, 7)
    assert order.status is OrderStatus.DELIVERED
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    assert order.status is OrderStatus.INVOICED


def test_what_was_invoiced_in_advance_is_credited_first() -> None:
    """Ten ordered, eight invoiced in advance: two may be short-closed, three and five may not [QTY-6]."""
    order = invoices.post(an_order(), {1: 8}, number="INV-1", on=DAY).changed[0]
    assert orders.why_not_short_close(order, {1: 2}, on=DAY) == ()
    assert codes(orders.why_not_short_close(order, {1: 3}, on=DAY)) == ("order.below-invoiced",)
    with pytest.raises(RefusedError) as refused:
        orders.short_close(order, {1: 5}, on=DAY)
    assert codes(refused) == ("order.below-invoiced",)
    assert "8 invoiced and would come down to 5" in str(refused.value)


@pytest.mark.parametrize("sign", [1, -1])
def test_no_more_is_short_closed_than_is_left(sign: int) -> None:
    """Exactly what is left may go; more, nothing, and the wrong direction may not."""
    kind = OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER
    order = an_order(chai(10 * sign), type=kind, rma="RMA-1")
    order = deliveries.post(order, {1: 4 * sign}, number="PS-1", on=DAY).changed[0]
    assert orders.why_not_short_close(order, {1: 6 * sign}, on=DAY) == ()
    assert codes(orders.why_not_short_close(order, {1: 7 * sign}, on=DAY)) == ("order.over-remainder",)
    assert codes(orders.why_not_short_close(order, {1: -1 * sign}, on=DAY)) == ("order.over-remainder",)
    assert codes(orders.why_not_short_close(order, {1: 0}, on=DAY)) == ("order.nothing-left",)
    assert codes(orders.why_not_short_close(order, {2: 1}, on=DAY)) == ("order.unknown-line",)
    closed = orders.cancel(an_order(), on=DAY).document
    assert codes(orders.why_not_short_close(closed, on=DAY)) == ("wrong-status",)


def test_what_lies_picked_is_put_back_before_it_is_closed() -> None:
    """Of ten with four picked, six may be short-closed and seven may not."""
    order, picking = deliveries.pick(an_order(), {1: 4}, number="PL-1", on=DAY)
    assert orders.why_not_short_close(order, {1: 6}, on=DAY) == ()
    assert codes(orders.why_not_short_close(order, {1: 7}, on=DAY)) == ("order.picked",)
    back = deliveries.unpick(order, picking, on=DAY).document
    assert orders.why_not_short_close(back, {1: 7}, on=DAY) == ()


# ---------------------------------------------------------------------- delivery schedules


def test_a_line_is_split_over_dates() -> None:
    """The parts stand for the line: they are delivered, invoiced and counted, and the line itself is not [QTY-16]."""
    order = orders.schedule(an_order(), 1, [(DAY, 4), (LATER, 6)], on=DAY).document
    assert [(line.number, line.parent, line.ordered, line.requested) for line in order.lines] == [
        (1, None, 10, None),
        (2, 1, 4, DAY),
        (3, 1, 6, LATER),
    ]
    assert order.net == Decimal("180.00")
    assert [balance.number for balance in order.balances] == [2, 3]
    with pytest.raises(LookupError):
        order.line(1)
    order = deliveries.post(order, {2: 4}, number="PS-1", on=DAY).changed[0]
    assert order.status is OrderStatus.OPEN
    order = deliveries.post(order, number="PS-2", on=DAY).changed[0]
    order, invoice = invoices.post(order, number="INV-1", on=DAY)
    assert invoice.net == Decimal("180.00")
    assert order.status is OrderStatus.INVOICED
    _, confirmation = orders.confirm(orders.schedule(an_order(), 1, [(DAY, 4), (LATER, 6)], on=DAY).document, on=DAY)
    assert confirmation.totals.net == Decimal("180.00")


@pytest.mark.parametrize("parts", [[], [(DAY, 10)], [(DAY, 5), (LATER, 4)], [(DAY, 5), (LATER, 6)]])
def test_a_schedule_has_two_parts_or_more_that_come_to_the_line(parts: list[tuple[date, int]]) -> None:
    """None, one, too little and too much are refused."""
    with pytest.raises(RefusedError) as refused:
        orders.schedule(an_order(), 1, parts, on=DAY)
    assert codes(refused) == ("order.schedule-sum",)


def test_a_part_or_an_unknown_line_is_not_split() -> None:
    """A part is no line to split, a line that is not there neither; nor does a part hang under a part."""
    order = orders.schedule(an_order(), 1, [(DAY, 4), (LATER, 6)], on=DAY).document
    with pytest.raises(RefusedError) as refused:
        orders.schedule(order, 2, [(DAY, 2), (LATER, 2)], on=DAY)
    assert codes(refused) == ("order.schedule-touched",)
    with pytest.raises(RefusedError) as refused:
        orders.schedule(order, 9, [(DAY, 2), (LATER, 2)], on=DAY)
    assert codes(refused) == ("order.unknown-line",)


def test_a_line_helper_takes_the_base_price_unless_another_is_given() -> None:
    """Price, discount, date and number can be given with the quantity."""
    assert orders.line(CHAI, 2).price == CHAI.price
    own = orders.line(CHAI, 2, price=Decimal("17.00"), discount=Decimal(5), requested=DAY, number=4)
    assert (own.price, own.discount, own.requested, own.number) == (Decimal("17.00"), 5, DAY, 4)
    assert own.unit_price == Decimal("16.15")
