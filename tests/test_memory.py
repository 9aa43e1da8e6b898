"""The in-memory store, beyond the promises that every store makes (``tests/storage``)."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow import ConflictError, DuplicateError, Order, Outcome, deliveries, invoices, memory, orders, ports
from tests.builders import ACME, CHAI, DAY, an_order


@pytest.fixture
def store() -> memory.Store:
    """Return a store with one order in it."""
    filled = memory.Store()
    with filled.begin() as work:
        work.add(ACME)
        work.record(orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[orders.line(CHAI, 10)], on=DAY))
    return filled


def test_the_memory_store_is_a_store(store: memory.Store) -> None:
    """It fits the protocols, as the type checker sees them."""
    kept: ports.Store = store
    work: ports.UnitOfWork = kept.begin()
    repository: ports.Repository[Order] = store.begin().orders
    log: ports.EventLog = kept.events
    assert work is not None
    assert len(repository) == len(list(log)) == len(log) == 1


def test_it_keeps_the_very_documents(store: memory.Store) -> None:
    """What nobody changed is not copied: a document is read as the object that was put."""
    before = store.begin().orders.get("SO-1")
    with pytest.raises(RuntimeError), store.begin() as work:  # noqa: PT012
        work.record(orders.hold(work.orders.get("SO-1"), "check", on=DAY))
        raise RuntimeError
    assert store.begin().orders.get("SO-1") is before


def test_two_who_draw_from_one_series_do_not_wait_for_each_other(store: memory.Store) -> None:
    """Nothing is locked: the second to commit is told, so that no number comes twice."""
    with pytest.raises(ConflictError, match="number series INV"), store.begin() as second:  # noqa: PT012
        assert second.number("INV") == "INV-1"
        with store.begin() as first:
            assert (first.number("INV"), first.number("INV"), first.number("RMA")) == ("INV-1", "INV-2", "RMA-1")
    with store.begin() as third:
        assert third.number("INV") == "INV-3"


def test_a_number_that_was_drawn_and_is_taken_is_a_conflict(store: memory.Store) -> None:
    """A rival who drew the same number and was faster is no duplicate of the caller's making; a number made up is."""
    with pytest.raises(ConflictError, match="'PS-1' already"), store.begin() as second:  # noqa: PT012
        number = second.number("PS")
        with store.begin() as first:
            first.record(deliveries.post(first.orders.get("SO-1"), {1: 1}, number=first.number("PS"), on=DAY))
        second.add(deliveries.post(an_order(), {1: 1}, number=number, on=DAY).document)
    with pytest.raises(DuplicateError), store.begin() as work:  # noqa: PT012
        work.number("PS")
        work.add(deliveries.post(an_order(), {1: 1}, number="PS-1", on=DAY).document)


def test_an_outcome_that_is_dropped_was_a_dry_run(store: memory.Store) -> None:
    """Nothing is stored of what nobody records."""
    outcome: Outcome[Any] = invoices.post(store.begin().orders.get("SO-1"), number="INV-1", on=DAY)
    assert outcome.document.total > 0
    assert len(store.begin().invoices) == 0
    assert not store.begin().orders.get("SO-1").postings
