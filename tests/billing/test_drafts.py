"""Draft invoices: what they hold is kept apart from what is posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import OrderType, RefusedError, deliveries, drafts, invoices
from salesflow.model.invoice_draft import DraftStatus, InvoiceDraft
from tests.builders import DAY, LATER, an_order, chai, chang, codes


def test_a_draft_takes_nothing_and_is_counted_apart() -> None:
    """Six of ten drafted: nothing is invoiced, six are held; posted, six are invoiced and nothing is held [P2]."""
    order = an_order()
    draft = drafts.make(order, {1: 6}, number="D-1", on=DAY).document
    assert (order.line(1).invoiced, order.line(1).invoice_remainder) == (0, 10)
    assert drafts.reserved([draft], order) == {1: 6}
    done = drafts.post(draft, [order], number="INV-1", on=LATER)
    order, after, invoice = done
    assert (order.line(1).invoiced, invoice.total, after.status, after.posted_as) == (6, Decimal("130.68"), DraftStatus.POSTED, "INV-1")
    assert drafts.reserved([after], order) == {}
    assert [type(event).__name__ for event in done.events] == ["InvoicePosted"]


@pytest.mark.parametrize("sign", [1, -1])
def test_drafts_together_hold_no_more_than_is_left(sign: int) -> None:
    """Six held of ten: four may follow, five may not; given up, all ten may."""
    kind = OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER
    order = an_order(chai(10 * sign), type=kind, rma="RMA-1")
    first = drafts.make(order, {1: 6 * sign}, number="D-1", on=DAY).document
    second = drafts.make(order, {1: 4 * sign}, drafts=[first], number="D-2", on=DAY).document
    assert drafts.reserved([first, second], order) == {1: 10 * sign}
    for wanted in ({1: 5 * sign}, None):
        with pytest.raises(RefusedError) as refused:
            drafts.make(order, wanted, drafts=[first], number="D-2", on=DAY)
        assert codes(refused) == ("draft.reserved",)
    gone = drafts.discard(first, on=LATER).document
    assert (gone.status, gone.discarded) == (DraftStatus.DISCARDED, LATER)
    assert drafts.make(order, drafts=[gone], number="D-3", on=DAY).document.parts[0].rows == ((1, 10 * sign),)


def test_a_draft_may_follow_slips_of_several_orders() -> None:
    """What is on the slips is held, and posted from them."""
    one, two, slip = deliveries.post([an_order(chai(4)), an_order(chang(2), number="SO-2")], number="PS-1", on=DAY)
    draft = drafts.make([one, two], slips=[slip], number="D-1", on=DAY).document
    assert (draft.slips, [(part.order, part.rows) for part in draft.parts]) == (("PS-1",), [("SO-1", ((1, 4),)), ("SO-2", ((1, 2),))])
    done = drafts.post(draft, [two, one], slips=[slip], number="INV-1", on=DAY)
    assert (done.document.slips, done.document.orders) == (("PS-1",), ("SO-1", "SO-2"))
    for given_orders, given_slips in (([one], [slip]), ([one, two], [])):
        with pytest.raises(ValueError, match="not among those given"):
            drafts.post(draft, given_orders, slips=given_slips, number="INV-1", on=DAY)
    with pytest.raises(ValueError, match="quantities per line go with one order"):
        drafts.make([one, two], {1: 1}, number="D-1", on=DAY)


def test_a_draft_that_was_overtaken_is_refused() -> None:
    """What it held was invoiced without it; and a draft is posted or discarded once, not before its day."""
    order = an_order()
    draft = drafts.make(order, {1: 6}, number="D-1", on=DAY).document
    overtaken = invoices.post(order, {1: 5}, number="INV-1", on=DAY).changed[0]
    with pytest.raises(RefusedError) as refused:
        drafts.post(draft, [overtaken], number="INV-2", on=DAY)
    assert codes(refused) == ("invoice.over-remainder",)
    gone = drafts.discard(draft, on=DAY).document
    for command in (lambda: drafts.post(gone, [order], number="INV-2", on=DAY), lambda: drafts.discard(gone, on=DAY)):
        with pytest.raises(RefusedError) as refused:
            command()
        assert codes(refused) == ("wrong-status",)
    with pytest.raises(RefusedError) as refused:
        drafts.discard(draft, on=date(2026, 3, 1))
    assert codes(refused) == ("draft.before-draft",)
    with pytest.raises(TypeError, match="draft must be a"):
        drafts.reserved(["D-1"], order)  # type: ignore[list-item]


@given(moves=st.lists(st.tuples(st.sampled_from(["draft", "post", "discard", "invoice"]), st.integers(1, 5)), max_size=12))
def test_held_and_invoiced_never_exceed_the_order(moves: list[tuple[str, int]]) -> None:
    """Whatever is drafted, posted and discarded: what was drafted with room can be posted, unless invoices overtook it [P2]."""
    order = an_order()
    held: list[InvoiceDraft] = []
    overtaken = False
    for place, (move, quantity) in enumerate(moves):
        live = [draft for draft in held if draft.status is DraftStatus.OPEN]
        if move == "draft":
            try:
                held.append(drafts.make(order, {1: quantity}, drafts=held, number=f"D-{place}", on=DAY).document)
            except RefusedError as refused:
                assert set(refused.codes) <= {"draft.reserved", "invoice.over-remainder", "wrong-status"}
        elif move == "invoice" and not invoices.why_not(order, {1: quantity}, on=DAY):
            order = invoices.post(order, {1: quantity}, number=f"INV-{place}", on=DAY).changed[0]
            overtaken = True
        elif live:
            draft = live[0]
            if move == "discard":
                held[held.index(draft)] = drafts.discard(draft, on=DAY).document
            elif move == "post" and not overtaken:
                order, after, _ = drafts.post(draft, [order], number=f"INV-{place}", on=DAY)
                held[held.index(draft)] = after
        if not overtaken:
            assert drafts.reserved(held, order).get(1, 0) + order.line(1).invoiced <= 10
