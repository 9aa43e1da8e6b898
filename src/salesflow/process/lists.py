"""
Lists of sales: filtering, grouping, browsing, and selections to work through.

What a user prefers to see is an argument of each call, never kept in the library [CMP-F1].
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from attrs import field, frozen

from salesflow.checks import all_of, require_date, require_text, require_tuple_of
from salesflow.model.opportunity import Opportunity, OpportunityStatus
from salesflow.model.order import Order, OrderStatus
from salesflow.period import Period

K = TypeVar("K", bound=Hashable)
Test = Callable[[Opportunity], bool]


def of(
    opportunities: Iterable[Opportunity],
    *tests: Test,
    skip_completed: bool = False,
    order: Callable[[Opportunity], object] | None = None,
    descending: bool = False,
) -> tuple[Opportunity, ...]:
    """
    Return the sales that pass every test, in their order unless another is asked for.

    Args:
        skip_completed: Leave out what was sold or lost, and nothing else [CMP-F1].
        order: What to sort by, such as amount, date or stage [CMP-F3].
    """
    found = [each for each in all_of("opportunity", opportunities, Opportunity) if all(test(each) for test in tests)]
    if skip_completed:
        found = [each for each in found if not each.is_closed]
    return tuple(found if order is None else sorted(found, key=order, reverse=descending))  # type: ignore[arg-type]


def of_company(party: str) -> Test:
    """Pass the sales of a company."""
    return lambda sale: sale.party == party


def of_person(contact: str) -> Test:
    """Pass the sales of a contact person."""
    return lambda sale: sale.contact == contact


def of_project(project: str) -> Test:
    """Pass the sales of a project."""
    return lambda sale: sale.project == project


def of_owner(owner: str) -> Test:
    """Pass the sales of an owner, as in that user's diary."""
    return lambda sale: sale.owner == owner


def due_in(period: Period) -> Test:
    """Pass the sales whose sale date lies in a period."""
    return lambda sale: sale.sale_date in period


def about(product: str) -> Test:
    """Pass the sales that are about a product."""
    return lambda sale: any(each.product == product for each in sale.interests)


def is_status(status: OpportunityStatus) -> Test:
    """Pass the sales of a status."""
    return lambda sale: sale.status is status


def buyers(orders: Iterable[Order], product: str) -> tuple[str, ...]:
    """Return the customers whose orders have a product, each once, in order of appearance; cancelled orders and drafts do not count [CMP-F4]."""
    bought = [
        order.customer
        for order in all_of("order", orders, Order)
        if not order.is_journal
        and order.status is not OrderStatus.CANCELLED
        and any(line.item.number == product and line.ordered > 0 for line in order.lines)
    ]
    return tuple(dict.fromkeys(bought))


def overdue(opportunities: Iterable[Opportunity], on: date) -> tuple[Opportunity, ...]:
    """Return the sales that stand in red that day [NXT-1]."""
    require_date("on", on)
    return tuple(each for each in all_of("opportunity", opportunities, Opportunity) if each.is_overdue(on))


def forgotten(opportunities: Iterable[Opportunity]) -> tuple[Opportunity, ...]:
    """Return the open sales for which nothing is planned [NXT-5]."""
    return tuple(each for each in opportunities if each.is_forgotten)


def rotting(opportunities: Iterable[Opportunity], on: date) -> tuple[Opportunity, ...]:
    """Return the sales that were left alone for longer than their stage allows [NXT-6]."""
    require_date("on", on)
    return tuple(each for each in opportunities if each.is_rotting(on))


def grouped(opportunities: Iterable[Opportunity], by: Callable[[Opportunity], K]) -> dict[K, tuple[Opportunity, ...]]:
    """Return sales by what *by* says of each, in order of appearance [CMP-F3]."""
    groups: dict[K, list[Opportunity]] = defaultdict(list)
    for each in all_of("opportunity", opportunities, Opportunity):
        groups[by(each)].append(each)
    return {key: tuple(group) for key, group in groups.items()}


def beside(listed: Sequence[Opportunity], number: str) -> tuple[Opportunity | None, Opportunity | None]:
    """
    Return the sale before and the sale after one in a list, for browsing [CMP-F2].

    Raises:
        LookupError: the list has no such sale.
    """
    for place, each in enumerate(all_of("opportunity", listed, Opportunity)):
        if each.number == number:
            return (listed[place - 1] if place else None, listed[place + 1] if place + 1 < len(listed) else None)
    msg = f"the list has no sale {number!r}"
    raise LookupError(msg)


@frozen(kw_only=True)
class Selection:
    """
    A saved list of sales, such as a call list: its members by number, or by a test that is asked anew each time [CMP-F3, CPG-1].

    Args:
        favourite: Whether its user wants it close at hand.
    """

    number: str
    name: str
    owner: str = ""
    members: tuple[str, ...] = ()
    test: Test | None = field(default=None, eq=False)
    favourite: bool = False

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("name", self.name)
        require_tuple_of("members", self.members, str)
        if self.members and self.test is not None:
            msg = "a selection has members or a test, one of the two"
            raise ValueError(msg)

    def of(self, opportunities: Iterable[Opportunity]) -> tuple[Opportunity, ...]:
        """Return the sales in it, in the order of its members or of the sales."""
        given = all_of("opportunity", opportunities, Opportunity)
        if self.test is not None:
            return tuple(each for each in given if self.test(each))
        by_number = {each.number: each for each in given}
        return tuple(by_number[number] for number in self.members if number in by_number)
