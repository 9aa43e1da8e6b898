"""Documents are values: they compare, hash, travel, and read themselves."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from salesflow import (
    Item,
    Order,
    OrderLine,
    OrderStatus,
    Party,
    Product,
    ProductList,
    Role,
    TermsOfSale,
    Vat,
    deliveries,
    invoices,
    item_transactions,
    orders,
    payments,
)
from salesflow.model.ledger import Fold, Kind, Posting, smaller
from salesflow.model.order_line import require_lines
from salesflow.model.party import with_role
from tests.builders import ACME, CHAI, DAY, JANE, a_charge, an_order, chai, chang, tolerant


def documents() -> list[Any]:
    """One of each, with something in it."""
    order, picking = deliveries.pick(an_order(charges=[a_charge(number=1, code="freight", amount=Decimal(1))]), {1: 2}, number="PL", on=DAY)
    order, confirmation = orders.confirm(order, on=DAY, terms=TermsOfSale(number="1", title="T"))
    order, slip = deliveries.post(order, {1: 4}, number="PS", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV", on=DAY)
    invoice, payment = payments.receive("ACME", 1, "EUR", number="P", on=DAY, invoices=[invoice])
    return [ACME, CHAI, ProductList(number="L", name="L", products=("CHAI",)), order, picking, confirmation, slip, invoice, payment]


@pytest.mark.parametrize("document", documents(), ids=lambda document: type(document).__name__)
def test_a_document_travels(document: Any) -> None:
    """Pickled or copied it is equal, with the same hash, and still says what it said."""
    for twin in (pickle.loads(pickle.dumps(document)), copy.deepcopy(document), copy.copy(document)):
        assert twin == document
        assert hash(twin) == hash(document)
        assert repr(twin) == repr(document)
    if isinstance(document, Order):
        twin = pickle.loads(pickle.dumps(document))
        assert twin.status is document.status
        assert twin.line(1).deliver_remainder == 6


def test_the_fold_is_no_part_of_the_order() -> None:
    """An order rebuilt from its terms and postings is equal, hashes the same, and shows no fold."""
    order = documents()[3]
    rebuilt = evolve(order, fold=None)
    assert rebuilt == order
    assert hash(rebuilt) == hash(order)
    assert "fold" not in repr(order)
    assert rebuilt.line(1).delivered == 4


def test_an_order_is_untouched_by_what_it_was_made_from() -> None:
    """The caller's list may change."""
    lines = [chai(1)]
    order = orders.place(number="SO-1", customer=ACME, currency="EUR", lines=lines, on=DAY).document
    lines.append(chang(1))
    assert len(order.lines) == 1


def test_roles_are_added_and_identity_stays() -> None:
    """A role is added once [PTY-1]."""
    stranger = Party(number="X", name="X")
    customer = with_role(stranger, Role.CUSTOMER)
    assert (stranger.is_customer, customer.is_customer, customer.number) == (False, True, "X")
    assert with_role(customer, Role.CUSTOMER) is customer
    assert JANE.invoiced_as == "JANE"


def test_a_product_and_its_list() -> None:
    """A product has the number of its item; a list knows its members."""
    assert CHAI.number == "CHAI"
    assert "CHAI" in ProductList(number="L", name="L", products=("CHAI",))
    assert "CHANG" not in ProductList(number="L", name="L")


def test_items_of_equal_terms_are_one() -> None:
    """Values that say the same are the same, and may be looked up by one another."""
    again = Item(number="CHAI", name="Chai", vat=Vat("S", Decimal(21)))
    assert {CHAI.item: "found"}[again] == "found"
    assert Product(item=again, price=Decimal("18.00")) == CHAI


@pytest.mark.parametrize(
    ("one", "other", "found"), [(3, 5, 3), (5, 3, 3), (-3, -5, -3), (-5, -3, -3), (3, -5, 0), (-3, 5, 0), (0, 5, 0), (3, 3, 3)]
)
def test_the_smaller_of_two_lies_nearer_to_zero(one: int, other: int, found: int) -> None:
    """Of two quantities in one direction the smaller; of two directions nothing."""
    assert smaller(Decimal(one), Decimal(other)) == found


def test_postings_that_bring_nothing_back_leave_the_quantity() -> None:
    """A credit of value only, and a return that is not to be delivered again, move no remainder [P3, P4]."""
    order, slip = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    fold = order.fold
    value_only = Posting(
        kind=Kind.CREDITED,
        document="CN",
        source="INV-1",
        on=DAY,
        rows=((1, Decimal(4)),),
        amounts=(Decimal(5),),
        exacts=(Decimal(5),),
        counts=False,
    )
    after = fold.then(value_only)
    assert (after.invoiced(1), after.amounts[1]) == (4, Decimal("67.00"))
    kept = fold.then(Posting(kind=Kind.RETURNED, document="R", on=DAY, rows=((1, Decimal(4)),), counts=False))
    assert (kept.delivered(1), kept.slips) == (4, fold.slips)
    back = fold.then(Posting(kind=Kind.RETURNED, document="R", on=DAY, rows=((1, Decimal(4)),)))
    assert (back.delivered(1), back.to_deliver[1], back.invoiced(1)) == (0, 10, 4)


def test_goods_returned_after_invoicing_are_to_be_credited() -> None:
    """105 of 100 delivered and invoiced, five returned: five are to be credited, and the order is not invoiced."""
    line = OrderLine(item=tolerant(5), ordered=Decimal(100), price=Decimal(1))
    order, slip = deliveries.post(an_order(line), {1: 105}, number="PS-1", on=DAY)
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    fold = order.fold.then(Posting(kind=Kind.RETURNED, document="R-1", on=DAY, rows=((1, Decimal(5)),)))
    assert (fold.to_deliver, fold.to_invoice) == ({}, {1: Decimal(-5)})
    returned = evolve(
        order, postings=(*order.postings, Posting(kind=Kind.RETURNED, document="R-1", on=DAY, rows=((1, Decimal(5)),))), fold=None
    )
    assert returned.status is OrderStatus.DELIVERED
    assert returned.line(1).invoice_remainder == -5
    assert invoices.why_not(returned, on=DAY)[0].code == "invoice.empty"


def test_goods_that_came_back_after_invoicing_are_sold_no_more() -> None:
    """All four of an invoiced slip come back: no transaction bears the invoice, and ten are on order again."""
    order, slip = deliveries.post(an_order(), {1: 4}, number="PS-1", on=DAY)
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    back = Posting(kind=Kind.RETURNED, document="R-1", source="PS-1", slip="PS-1", on=DAY, rows=((1, Decimal(4)),))
    returned = evolve(order, postings=(*order.postings, back), fold=None)
    [transaction] = item_transactions(returned)
    assert (transaction.quantity, transaction.invoice, transaction.status.value) == (10, None, "on-order")


def test_folding_is_the_same_from_the_start_and_along_the_way() -> None:
    """One posting after another, or all at once."""
    order = documents()[3]
    fold = Fold(order.lines)
    for posting in order.postings:
        fold = fold.then(posting)
    again = Fold.of(order.lines, order.postings)
    assert all(getattr(fold, name) == getattr(again, name) for name in Fold.__slots__)


def test_lines_are_order_lines() -> None:
    """Anything else is refused."""
    require_lines((chai(1),))
    with pytest.raises(TypeError):
        require_lines([chai(1)])


def test_a_balance_reads_itself() -> None:
    """Each figure of a line, with its status."""
    order, slip = deliveries.post(an_order(chai(10), chang(2)), {1: 4}, number="PS-1", on=DAY)
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    order = orders.short_close(order, {2: 2}, on=DAY).document
    one, two = order.balances
    assert (one.item, one.ordered, one.cancelled, one.renewed, one.delivered, one.invoiced) == (CHAI.item, 10, 0, 0, 4, 4)
    assert (one.deliver_remainder, one.invoice_remainder, one.delivered_not_invoiced, one.over_delivered) == (6, 6, 0, 0)
    assert (one.undelivered_net, one.uninvoiced_net) == (Decimal("108.00"), Decimal("108.00"))
    assert (one.status, two.status) == (OrderStatus.OPEN, OrderStatus.CANCELLED)
    assert order.undelivered_net == Decimal("108.00")
    assert order.is_touched
    assert order.revision == 0
    assert not order.is_journal
