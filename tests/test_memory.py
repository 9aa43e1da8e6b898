"""The in-memory store keeps the promises of the ports."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from salesflow import (
    ConflictError,
    DuplicateError,
    NotFoundError,
    Order,
    Outcome,
    PackingSlip,
    Party,
    Period,
    ProductList,
    Project,
    RefusedError,
    deliveries,
    invoices,
    memory,
    orders,
    payments,
    ports,
    summaries,
)
from tests.builders import ACME, CHAI, DAY, LATER, an_order


@pytest.fixture
def store() -> memory.Store:
    """A store with one order."""
    filled = memory.Store()
    with filled.begin() as work:
        work.record(orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[orders.line(CHAI, 10)], on=DAY))
    return filled


def test_the_memory_store_is_a_store(store: memory.Store) -> None:
    """It fits the protocols, as the type checker sees them."""
    kept: ports.Store = store
    work: ports.UnitOfWork = kept.begin()
    repository: ports.Repository[Order] = store.begin().orders
    log: ports.EventLog = kept.events
    assert work is not None
    assert len(repository) == len(list(log)) == 1


def test_what_is_recorded_is_there_for_the_next(store: memory.Store) -> None:
    """Documents and events of an outcome are stored together, in order; each kind has its place."""
    with store.begin() as work:
        order = work.orders.get("SO-1")
        confirmation = work.record(orders.confirm(order, on=DAY))
        assert confirmation.order == "SO-1"
        work.record(deliveries.post(work.orders.get("SO-1"), number=work.number("PS"), on=DAY))
        [plan] = summaries.plan_invoices(work.orders, work.slips, period=Period.month_of(DAY))
        bill = work.record(summaries.post_plan(plan, work.orders, number=work.number("INV"), on=LATER))
        work.record(payments.receive("ACME", bill.total, "EUR", number=work.number("PAY"), on=LATER, invoices=[bill]))
        work.add(ACME, CHAI, ProductList(number="L-1", name="List"), Project(number="P-1", name="A project", customer="ACME"))
    later = store.begin()
    assert later.orders.get("SO-1").status == "invoiced"
    assert later.invoices.get("INV-1").status == "paid"
    kinds = (later.parties, later.products, later.product_lists, later.projects, later.orders, later.confirmations, later.slips)
    assert [len(kind) for kind in (*kinds, later.invoices, later.payments, later.picking_lists)] == [1] * 9 + [0]
    names = [type(event).__name__ for event in store.events]
    assert names == ["OrderPlaced", "OrderConfirmed", "PackingSlipPosted", "InvoicePosted", "PaymentReceived", "InvoiceSettled"]
    assert [type(event).__name__ for event in store.events.about("INV-1")] == ["InvoicePosted", "InvoiceSettled"]
    assert len(store.events) == 6


def test_an_error_inside_changes_nothing(store: memory.Store) -> None:
    """Leaving by an exception rolls back documents, events and numbers."""
    before = store.begin().orders.get("SO-1")
    with pytest.raises(RuntimeError, match="halfway"), store.begin() as work:  # noqa: PT012  the block is the point
        work.record(deliveries.post(work.orders.get("SO-1"), number=work.number("PS"), on=DAY))
        msg = "halfway"
        raise RuntimeError(msg)
    assert store.begin().orders.get("SO-1") is before
    assert len(store.begin().slips) == 0
    assert len(store.events) == 1
    with store.begin() as work:
        assert work.number("PS") == "PS-1"


def test_a_work_sees_its_own_changes_and_nobody_elses(store: memory.Store) -> None:
    """What is not committed is seen inside only."""
    with store.begin() as work:
        work.add(an_order(number="SO-2"))
        held = orders.hold(work.orders.get("SO-1"), "check", on=DAY)
        work.record(held)
        work.put(orders.hold(work.orders.get("SO-2"), "check", on=DAY).document)
        assert work.orders.get("SO-1").is_held
        assert work.orders.get("SO-2").is_held
        assert [order.number for order in work.orders] == ["SO-1", "SO-2"]
        assert "SO-2" in work.orders
        assert len(work.orders) == 2
        outside = store.begin()
        assert "SO-2" not in outside.orders
        assert not outside.orders.get("SO-1").is_held
    assert store.begin().orders.get("SO-2").is_held


def test_numbers_of_documents_are_their_own(store: memory.Store) -> None:
    """A number is added once and must be there to be put or got."""
    work = store.begin()
    with pytest.raises(DuplicateError, match="there is a Order 'SO-1' already"):
        work.add(an_order())
    with pytest.raises(NotFoundError, match="there is no Order 'SO-9'"):
        work.orders.get("SO-9")
    with pytest.raises(NotFoundError):
        work.put(an_order(number="SO-9"))
    work.add(an_order(number="SO-2"))
    with pytest.raises(DuplicateError):
        work.add(an_order(number="SO-2"))


def test_strangers_are_not_kept(store: memory.Store) -> None:
    """A document of no known kind, or of another kind than the repository's, is refused."""
    work = store.begin()
    with pytest.raises(TypeError, match="keeps no documents of type str"):
        work.add("SO-1")
    with pytest.raises(TypeError, match="a repository of Order documents"):
        work.orders.add(ACME)  # type: ignore[arg-type]


def test_of_two_who_change_the_same_only_the_first_commits(store: memory.Store) -> None:
    """The second is told that the document changed, and nothing of its work is kept [I11]."""
    first, second = store.begin(), store.begin()
    with pytest.raises(ConflictError, match="Order SO-1"), second:  # noqa: PT012  the blocks are the point
        second.record(orders.hold(second.orders.get("SO-1"), "credit", on=DAY))
        with first:
            first.record(orders.hold(first.orders.get("SO-1"), "check", on=DAY))
    assert [hold.code for hold in store.begin().orders.get("SO-1").holds] == ["check"]
    assert len(store.events) == 2


def test_of_two_who_add_the_same_only_the_first_commits(store: memory.Store) -> None:
    """A number that somebody else added meanwhile is a conflict."""
    with pytest.raises(ConflictError, match="Party X"), store.begin() as second:  # noqa: PT012
        second.add(Party(number="X", name="Second"))
        with store.begin() as first:
            first.add(Party(number="X", name="First"))
    assert store.begin().parties.get("X").name == "First"


def test_numbers_are_drawn_once_and_without_gaps(store: memory.Store) -> None:
    """Two works that draw from one series cannot both commit; a series goes on where it stopped."""
    with pytest.raises(ConflictError, match="number series INV"), store.begin() as second:  # noqa: PT012
        assert second.number("INV") == "INV-1"
        with store.begin() as first:
            assert (first.number("INV"), first.number("INV"), first.number("RMA")) == ("INV-1", "INV-2", "RMA-1")
    with store.begin() as third:
        assert third.number("INV") == "INV-3"


def test_threads_that_try_again_lose_nothing(store: memory.Store) -> None:
    """Four threads deliver ten in ones from one order, trying again on conflict: ten slips, nothing left, no number twice."""

    def deliver_some() -> None:
        while True:
            try:
                with store.begin() as work:
                    order = work.orders.get("SO-1")
                    if not order.line(1).deliver_remainder:
                        return
                    work.record(deliveries.post(order, {1: 1}, number=work.number("PS"), on=DAY))
            except ConflictError:
                continue

    threads = [Thread(target=deliver_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work = store.begin()
    assert sorted(int(slip.number[3:]) for slip in work.slips) == list(range(1, 11))
    assert work.orders.get("SO-1").status == "delivered"


def test_an_outcome_that_is_dropped_was_a_dry_run(store: memory.Store) -> None:
    """Nothing is stored of what nobody records."""
    outcome: Outcome[Any] = invoices.post(store.begin().orders.get("SO-1"), number="INV-1", on=DAY)
    assert outcome.document.total > 0
    assert len(store.begin().invoices) == 0
    assert not store.begin().orders.get("SO-1").postings


# ---------------------------------------------------------------------- once


def deliver_once(work: memory.Work, key: str = "K-1", quantity: int = 4) -> PackingSlip:
    """Deliver so many under a key, with a number drawn for it."""
    request = ("deliver", "SO-1", quantity)

    def command() -> Outcome[PackingSlip]:
        return deliveries.post(work.orders.get("SO-1"), {1: quantity}, number=work.number("PS"), on=DAY)

    return work.once(key, request, command).document


def test_the_same_request_is_answered_once_and_for_all(store: memory.Store) -> None:
    """Again in the same work and in the next: one slip, one number, one event, the same answer [I10]."""
    with store.begin() as work:
        first = deliver_once(work)
        assert deliver_once(work) is first
    events = len(store.events)
    with store.begin() as work:
        assert deliver_once(work) == first
    assert (len(store.begin().slips), len(store.events), store.begin().number("PS")) == (1, events, "PS-2")
    with store.begin() as work:
        assert deliver_once(work, "K-2").number == "PS-2"


def test_a_key_stands_for_one_request(store: memory.Store) -> None:
    """Another quantity under the same key is refused, in the same work or the next; keys are text, requests keep still."""
    with store.begin() as work:
        deliver_once(work)
        with pytest.raises(RefusedError) as refused:
            deliver_once(work, quantity=5)
        assert refused.value.codes == ("idempotency.another-request",)
    with pytest.raises(RefusedError), store.begin() as work:
        deliver_once(work, quantity=5)
    with pytest.raises(ValueError, match="key must not be empty"):
        deliver_once(store.begin(), " ")
    with pytest.raises(TypeError, match="unhashable"):
        store.begin().once("K", [], lambda: pytest.fail("ran"))  # type: ignore[arg-type]


def test_what_failed_may_be_tried_again(store: memory.Store) -> None:
    """Neither a refused command nor a work that is given up uses the key."""
    with pytest.raises(RefusedError), store.begin() as work:
        deliver_once(work, quantity=11)
    with pytest.raises(LookupError), store.begin() as work:  # noqa: PT012
        deliver_once(work)
        work.orders.get("SO-9")
    with store.begin() as work:
        assert deliver_once(work, quantity=3).quantity == 3


def test_two_works_with_one_key_come_to_one_answer(store: memory.Store) -> None:
    """The later one conflicts; trying again it gets the first one's answer [I10, I11]."""
    with pytest.raises(ConflictError, match="key K-1"), store.begin() as second:  # noqa: PT012
        deliver_once(second)
        with store.begin() as first:
            slip = deliver_once(first)
    with store.begin() as again:
        assert deliver_once(again) == slip
    assert len(store.begin().slips) == 1
