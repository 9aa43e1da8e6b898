"""What a store has to stand besides plain work: errors half-way, rivals, requests that come twice, forms that were open too long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from attrs import evolve

from salesflow.model.order import Order
from salesflow.model.party import Party
from salesflow.outcome import Outcome
from salesflow.process import deliveries
from salesflow.testing.choices import Choices
from salesflow.testing.works_orders import left_of

Work = Callable[[Any, Choices], Outcome[Any]]
Trouble = Callable[[Any, Choices], Any]


class GivenUpError(Exception):
    """A work that was given up half-way."""


def in_a_work(work: Work) -> Trouble:
    """Return what does a work in a unit of its own."""

    def alone(store: Any, choices: Choices) -> Outcome[Any]:
        with store.begin() as begun:
            return work(begun, choices)

    alone.__doc__ = work.__doc__
    alone.__name__ = work.__name__
    return alone


def several_at_once(works: Sequence[Work]) -> Trouble:
    """Return what does two works in one unit, which sees its own changes; it may be given up after them."""

    def two_in_one(store: Any, choices: Choices) -> Any:
        """Two works are one unit: both are kept, or neither."""
        with store.begin() as begun:
            first = choices.one_of(works)(begun, choices)
            seen = _look(begun)
            second = choices.one_of(works)(begun, choices)
            if choices.perhaps():
                raise GivenUpError((first, seen, second, _look(begun)))
        return first, seen, second

    return two_in_one


def _look(work: Any) -> Any:
    """Return what is open, as a work sees it that has changes of its own."""
    return work.open_lines().found, work.open_invoices().found, work.orders.find(limit=5).found


def rivals(store: Any, choices: Choices) -> Any:
    """Two works overlap: the later one conflicts if both put the same order."""
    with store.begin() as later:
        mine = _remarked(later, choices.one_of(later.orders), "later")
        with store.begin() as sooner:
            yours = _remarked(sooner, choices.one_of(sooner.orders), "sooner")
        seen = later.orders.get(mine.number)
    return mine, yours, seen


def lost_update(store: Any, choices: Choices) -> None:
    """What a work has read stays as it was, and what somebody else changed meanwhile is not overwritten."""
    with store.begin() as later:
        before = choices.one_of(later.orders)
        with store.begin() as sooner:
            _remarked(sooner, sooner.orders.get(before.number), "sooner")
        again = later.orders.get(before.number), later.orders.version(before.number)
        if choices.perhaps():
            raise GivenUpError((before, again))
        _remarked(later, again[0], "later")


def add_the_same(store: Any, choices: Choices) -> None:
    """Two works add a party of the same number, which is there already or not."""
    with store.begin() as later:
        number = choices.one_of((*[party.number for party in later.parties], f"TWICE-{len(later.parties)}"))
        later.add(Party(number=number, name="later"))
        with store.begin() as sooner:
            sooner.add(Party(number=number, name="sooner"))


def put_expecting(store: Any, choices: Choices) -> Any:
    """An order is put in the place of the version it was made from, of another one, or without a look at what happened since."""
    with store.begin() as work:
        order = choices.one_of(work.orders)
        version = work.orders.version(order.number)
        fewer = evolve(order, postings=order.postings[1:], fold=None)
        put, expected = choices.one_of(((order, version), (order, version + 1), (order, None), (fewer, version)))
        work.orders.put(evolve(put, comment="put"), expected=expected)
        seen = work.orders.get(order.number), work.orders.version(order.number)
    return version, seen


def deliver_once(store: Any, choices: Choices) -> Any:
    """A request comes with a key: a new one, the same again, or the key of another request; perhaps twice in one work."""
    with store.begin() as work:
        order = choices.rather(work.orders, left_of)
        quantity, key = choices.one_of((1, 2)), choices.one_of(("K-1", "K-2", "K-3", "K-4"))
        rows = dict.fromkeys(list(left_of(order))[:1], quantity)

        def command() -> Outcome[Any]:
            return deliveries.post(work.orders.get(order.number), rows, number=work.number("PS"), on=choices.day)

        first = work.once(key, ("deliver", order.number, quantity), command)
        if choices.perhaps():
            again = work.once(key, ("deliver", order.number, choices.one_of((quantity, 3))), command)
            return first, again
    return first


def draw_numbers(store: Any, choices: Choices) -> Any:
    """Numbers of several series are drawn; a work that is given up leaves no gap."""
    with store.begin() as work:
        drawn = [work.number(choices.one_of(("INV", "PS", "Ünï", "x-1"))) for _ in range(3)]
        if choices.perhaps():
            raise GivenUpError(drawn)
    return drawn


def _remarked(work: Any, order: Order, comment: str) -> Order:
    """Put an order with another comment, which is no business of any rule."""
    after = evolve(order, comment=comment)
    work.put(after)
    return after
