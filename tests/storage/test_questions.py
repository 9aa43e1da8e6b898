"""What is asked across documents, where a store over rows could differ from the one in memory."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from salesflow import Item, Party, Period, Product, ProductKind, Role, credit_notes, deliveries, invoices, memory, orders
from tests.databases import sqlite_store

DAY = date(2026, 3, 2)
ACME = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,))
HOSE = Product(item=Item(number="HOSE"), price=Decimal("18.00"))


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_slips_of_a_period_that_is_open(kind: str, tmp_path: Path) -> None:
    """A period without a beginning or an end reaches as far back or ahead as there are slips."""
    store: Any = memory.Store() if kind == "memory" else sqlite_store(tmp_path)
    with store.begin() as work:
        work.record(orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[orders.line(HOSE, 10)], on=DAY))
        work.record(deliveries.post(work.orders.get("SO-1"), {1: 4}, number="PS-1", on=DAY))
    with store.begin() as work:
        for period in (Period(), Period(start=DAY), Period(end=DAY), Period(DAY, DAY)):
            assert [slip.number for slip in work.uninvoiced_slips(period=period)] == ["PS-1"]
        for period in (Period(start=DAY + timedelta(days=1)), Period(end=DAY - timedelta(days=1))):
            assert list(work.uninvoiced_slips(period=period)) == []


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_who_was_merged_keeps_a_history(kind: str, tmp_path: Path) -> None:
    """Asked for by its old number, a party that was merged into another has its own past and that of those merged into it before."""
    store: Any = memory.Store() if kind == "memory" else sqlite_store(tmp_path)
    with store.begin() as work:
        for number, into in (("ACME", None), ("BOLT", "ACME"), ("CAFE", "BOLT")):
            work.add(evolve(ACME, number=number, merged_into=into))
        for place, number in enumerate(("ACME", "BOLT", "CAFE"), start=1):
            party = Party(number=number, name=number, roles=(Role.CUSTOMER,))
            work.record(orders.place(number=f"SO-{place}", customer=party, currency="EUR", lines=[orders.line(HOSE, 1)], on=DAY))
    with store.begin() as work:
        told = {party: [entry.number for entry in work.timeline(party)] for party in ("ACME", "BOLT", "CAFE")}
    assert told == {"ACME": ["SO-1", "SO-2", "SO-3"], "BOLT": ["SO-2", "SO-3"], "CAFE": ["SO-3"]}


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_service_that_is_to_be_invoiced_again_has_no_slip(kind: str, tmp_path: Path) -> None:
    """An invoice that follows the order delivers its services; credited, they are to be invoiced again, and no packing slip is looked for."""
    advice = Product(item=Item(number="ADVICE", kind=ProductKind.SERVICE), price=Decimal("95.00"))
    store: Any = memory.Store() if kind == "memory" else sqlite_store(tmp_path)
    with store.begin() as work:
        work.record(
            orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[orders.line(advice, 2), orders.line(HOSE, 3)], on=DAY)
        )
        work.record(deliveries.post(work.orders.get("SO-1"), {2: 1}, number="PS-1", on=DAY))
        bill = work.record(invoices.post(work.orders.get("SO-1"), {1: 2}, number="INV-1", on=DAY))
        work.record(credit_notes.post(bill, orders=work.orders.get("SO-1"), number="CN-1", on=DAY, reopens=True))
    with store.begin() as work:
        assert work.orders.get("SO-1").line(1).invoice_remainder == 2
        assert [slip.number for slip in work.uninvoiced_slips(period=Period())] == ["PS-1"]
