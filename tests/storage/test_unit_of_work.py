"""Work that met a rival is done again, a bounded number of times; nothing else is done twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from salesflow import ConflictError, Party, RefusedError, memory, orders
from salesflow.sql.aio import AsyncStore
from salesflow.unit_of_work import ATTEMPTS, run, run_async
from tests.builders import ACME, DAY, an_order


def filled() -> memory.Store:
    """Return a store with an order in it."""
    store = memory.Store()
    with store.begin() as work:
        work.add(ACME, an_order())
    return store


def overtaken(store: memory.Store, times: int, tried: list[int]) -> Any:
    """Return work that a rival is faster than so many times."""

    def work(mine: memory.Work) -> str:
        order = mine.orders.get("SO-1")
        if len(tried) < times:
            with store.begin() as rival:
                rival.put(orders.hold(rival.orders.get("SO-1"), f"rival {len(tried)}", on=DAY).document)
        tried.append(1)
        return str(mine.record(orders.hold(order, "mine", on=DAY)).number)

    return work


def test_work_is_done_again_where_a_rival_was_faster() -> None:
    """It reads anew, so what the rival did stays; the answer is that of the attempt that was committed."""
    store, tried = filled(), []  # type: ignore[var-annotated]
    assert run(store, overtaken(store, 2, tried)) == "SO-1"
    assert len(tried) == 3
    assert [hold.code for hold in store.begin().orders.get("SO-1").holds] == ["rival 0", "rival 1", "mine"]


@pytest.mark.parametrize("attempts", [1, 3, ATTEMPTS])
def test_attempts_are_bounded(attempts: int) -> None:
    """The last conflict is the caller's; one attempt fewer than needed is not enough, as many as needed are."""
    store, tried = filled(), []  # type: ignore[var-annotated]
    with pytest.raises(ConflictError):
        run(store, overtaken(store, attempts, tried), attempts=attempts)
    assert len(tried) == attempts
    fresh = filled()
    assert run(fresh, overtaken(fresh, attempts - 1, []), attempts=attempts) == "SO-1"


def test_what_is_refused_is_not_tried_again() -> None:
    """Only conflicts are; and no attempt at all is no work."""
    tried = []

    def refused(work: memory.Work) -> None:
        tried.append(1)
        work.record(orders.release(work.orders.get("SO-1"), "credit", on=DAY))

    with pytest.raises(RefusedError):
        run(filled(), refused)
    assert tried == [1]
    with pytest.raises(ValueError, match="attempts must be at least one, not 0"):
        run(filled(), refused, attempts=0)


def test_work_that_awaits_is_done_again_as_well(tmp_path: Path) -> None:
    """The same, in a store that is awaited: two more attempts, then one too few."""

    async def main() -> list[str]:
        store = await AsyncStore(tmp_path / "sales.db").create()
        async with store.begin() as work:
            await work.add(an_order())
        tried: list[int] = []

        async def hold(mine: Any) -> None:
            order = await mine.orders.get("SO-1")
            tried.append(1)
            if len(tried) != 3:
                async with store.begin() as rival:
                    await rival.put(orders.hold(await rival.orders.get("SO-1"), f"rival {len(tried)}", on=DAY).document)
            await mine.record(orders.hold(order, f"mine {len(tried)}", on=DAY))

        await run_async(store, hold)
        with pytest.raises(ConflictError):
            await run_async(store, hold, attempts=1)
        with pytest.raises(ValueError, match="attempts"):
            await run_async(store, hold, attempts=0)
        async with store.begin() as work:
            found = await work.orders.get("SO-1")
        await store.close()
        return [hold.code for hold in found.holds]

    assert asyncio.run(main()) == ["rival 1", "rival 2", "mine 3", "rival 4"]


def test_a_party_that_two_add_is_there_once() -> None:
    """Work that finds the rival's document on the second attempt may leave it at that."""
    store = memory.Store()

    def add(work: memory.Work) -> bool:
        if "X" in work.parties:
            return False
        work.add(Party(number="X", name="Mine"))
        if not tried:
            tried.append(1)
            with store.begin() as rival:
                rival.add(Party(number="X", name="The rival's"))
        return True

    tried: list[int] = []
    assert run(store, add) is False
    assert store.begin().parties.get("X").name == "The rival's"
