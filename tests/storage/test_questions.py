"""What is asked across documents, where a store over rows could differ from the one in memory."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from salesflow import Item, Party, Period, Product, Role, deliveries, memory, orders
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
