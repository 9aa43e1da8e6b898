"""
Running work again where somebody else was faster.

Commands are pure functions of what was read, so a work that met a rival is simply done anew, on what the rival has left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from salesflow.errors import ConflictError
from salesflow.ports import AsyncStore, Store

T = TypeVar("T")

ATTEMPTS = 20
"""How often a work is tried where nothing else is asked for."""


def run(store: Store, work: Callable[[Any], T], *, attempts: int = ATTEMPTS) -> T:
    """
    Run *work* in a unit of work of *store* and commit it; where it conflicts with another, run it again.

    Args:
        work: Takes the unit of work; what it returns is returned. It is run once for each attempt, so it reads everything it needs itself.
        attempts: How often at most, at least once.

    Raises:
        ConflictError: the last attempt conflicted too.
        RefusedError: and whatever else *work* raises; it is not run again for these.
    """
    for _ in range(_checked(attempts) - 1):
        try:
            return _once(store, work)
        except ConflictError:
            continue
    return _once(store, work)


def _once(store: Store, work: Callable[[Any], T]) -> T:
    with store.begin() as begun:
        return work(begun)


async def run_async(store: AsyncStore, work: Callable[[Any], Awaitable[T]], *, attempts: int = ATTEMPTS) -> T:
    """Run *work*, which awaits, in a unit of work of *store*, as ``run`` does."""
    for _ in range(_checked(attempts) - 1):
        try:
            return await _once_async(store, work)
        except ConflictError:
            continue
    return await _once_async(store, work)


async def _once_async(store: AsyncStore, work: Callable[[Any], Awaitable[T]]) -> T:
    async with store.begin() as begun:
        return await work(begun)


def _checked(attempts: int) -> int:
    if attempts < 1:
        msg = f"attempts must be at least one, not {attempts}"
        raise ValueError(msg)
    return attempts
