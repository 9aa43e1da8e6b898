"""Whole lives of orders: real commands in any admissible sequence, with every document and event that comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from attrs import evolve, frozen
from hypothesis import strategies as st

from salesflow.errors import RefusedError
from salesflow.model.charge import ChargeRule
from salesflow.model.order import Order, OrderType
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party, Role
from salesflow.model.project import Project
from salesflow.model.terms import PaymentTerms
from salesflow.outcome import Outcome
from salesflow.process import orders
from salesflow.testing.charge_rules import several_charges, totals_policies
from salesflow.testing.lines import order_lines
from salesflow.testing.primitives import OFFSETS, currencies, places, texts
from salesflow.testing.shapes_values import payment_terms

D = TypeVar("D")
_PERHAPS = st.booleans()
FIRST_DAY = date(2026, 3, 2)
_TYPES = (*[OrderType.SALES_ORDER] * 3, *(each for each in OrderType if each is not OrderType.JOURNAL), OrderType.JOURNAL)


@frozen(kw_only=True)
class Life:
    """
    What happened to an order.

    Args:
        customer: Who ordered.
        outcomes: What the commands gave back, first to last; the first placed the order.
    """

    customer: Party
    outcomes: tuple[Outcome[Any], ...]

    @property
    def documents(self) -> tuple[Any, ...]:
        """Every document as it stands at the end, in order of being made."""
        last: dict[tuple[type, str], Any] = {}
        for outcome in self.outcomes:
            last |= {(type(each), each.number): each for each in outcome}
        return tuple(last.values())

    @property
    def events(self) -> tuple[Any, ...]:
        """What happened, oldest first."""
        return tuple(event for outcome in self.outcomes for event in outcome.events)

    @property
    def order(self) -> Order:
        """The order as it stands at the end."""
        return self.of(Order)[0]

    def of(self, kind: type[D]) -> tuple[D, ...]:
        """Return the documents of one kind as they stand at the end."""
        return tuple(each for each in self.documents if isinstance(each, kind))


class Course:
    """A life while it is being drawn: what there is, what day it is, and what was done."""

    def __init__(self, draw: st.DrawFn, customer: Party, placed: Outcome[Order]) -> None:
        self.draw = draw
        self.customer = customer
        self.day = FIRST_DAY
        self.outcomes: list[Outcome[Any]] = []
        self.papers: dict[tuple[type, str], Any] = {}
        self.keep(placed)

    @property
    def order(self) -> Order:
        """The order as it stands."""
        found: Order = self.of(Order)[0]
        return found

    def keep(self, outcome: Outcome[Any]) -> None:
        """Note what a command gave back."""
        self.outcomes.append(outcome)
        self.papers |= {(type(each), each.number): each for each in outcome}

    def of(self, kind: type[D]) -> list[D]:
        """Return the documents of one kind, as they stand."""
        return [each for each in self.papers.values() if isinstance(each, kind)]

    def one_of(self, kind: type[D]) -> D:
        """Draw one of the documents of a kind."""
        return self.choose(self.of(kind))

    def choose(self, among: Sequence[D]) -> D:
        """Draw one of several."""
        return among[self.draw(places(len(among)))]

    def perhaps(self) -> bool:
        """Draw whether something happens."""
        return self.draw(_PERHAPS)

    def number(self, series: str) -> str:
        """Return a number that no other life of another order has."""
        return f"{series}-{self.order.number}-{len(self.outcomes)}"

    def at(self) -> datetime | None:
        """Draw when on the day it is entered, where that is known."""
        offset = self.choose((None, *OFFSETS))
        return None if offset is None else datetime.combine(self.day, time(13, 5, 7, len(self.outcomes)), tzinfo=offset)

    def part(self, whole: Decimal) -> Decimal:
        """Draw how much of a quantity: all, a half, a third, or ten units as a person writes them."""
        return self.choose([whole, whole / 2, (whole / 3).quantize(Decimal("0.001")) or whole, Decimal("1E+1")])

    def rows(self, left: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal] | None:
        """Draw parts of what is left of some lines; ``None`` is all of it."""
        if self.perhaps():
            return None
        return {line: self.part(quantity) for line, quantity in left if quantity and self.perhaps()} or None


def some_customer(number: str, terms: PaymentTerms) -> Party:
    """Return a customer of that number."""
    return Party(number=number, name=number, roles=(Role.CUSTOMER,), payment_terms=terms)


@st.composite
def lives(
    draw: st.DrawFn,
    *,
    number: str | st.SearchStrategy[str] = "SO-1",
    customer: str | st.SearchStrategy[str] = "ACME",
    currency: str | st.SearchStrategy[str] | None = None,
    type: OrderType | None = None,  # noqa: A002  the field's name
    most_lines: int = 3,
    most_steps: int = 10,
    invoiced: bool = False,
    nul: bool = True,
) -> Life:
    """
    Lives of orders.

    An order is placed and then goes through steps: confirmed, held, changed, picked, delivered, invoiced, paid, credited, taken back, given up.
    A step that the rules refuse is left out.
    The numbers of a life's other documents have the order's in them, so lives of different orders can be kept in one store.

    Args:
        number: The number of the order, or what to draw it from.
        customer: The number of the customer, or what to draw it from.
        currency: Its currency, or what to draw it from; any where it is ``None``.
        type: The type of the order; any where it is ``None``.
        most_lines: How many lines the order has at most; one at least.
        most_steps: How many steps are tried at most.
        invoiced: Whether the order is invoiced in part before anything else, so that each life has an invoice; a journal is not drawn then.
        nul: Whether texts may contain the character NUL.
    """
    from salesflow.testing.steps import begin_invoicing, possible  # noqa: PLC0415  the steps are taken in a life

    kind = type or _TYPES[draw(places(len(_TYPES) - invoiced))]
    sign = -1 if kind is OrderType.RETURNED_ORDER else 1
    buyer = some_customer(_drawn(draw, customer), draw(payment_terms()))
    policy = draw(totals_policies())
    terms: dict[str, Any] = {
        "number": _drawn(draw, number),
        "customer": buyer,
        "currency": _drawn(draw, currency or currencies()),
        "type": kind,
        "lines": [evolve(line, basis=policy.basis) for line in draw(_lines(sign, most_lines))],
        "totals": policy,
        "on": FIRST_DAY,
        "rma": "RMA-1" if sign < 0 else None,
        "project": Project(number="P-1", name="A project", customer=buyer.number) if kind is OrderType.ITEM_REQUIREMENTS else None,
        "reference": draw(texts(nul=nul)),
        "comment": draw(texts(nul=nul)),
    }
    course = Course(draw, buyer, _placed(draw(several_charges(sign=sign)), terms))
    if invoiced:
        course.keep(begin_invoicing(course))
    for _ in range(draw(places(most_steps + 1))):
        course.day += timedelta(days=draw(places(21)))
        try:
            course.keep(course.choose(possible(course))(course))
        except RefusedError:
            continue
    return Life(customer=buyer, outcomes=tuple(course.outcomes))


def _drawn(draw: st.DrawFn, given: str | st.SearchStrategy[str]) -> str:
    return given if isinstance(given, str) else draw(given)


@lru_cache
def _lines(sign: int, most: int) -> st.SearchStrategy[list[OrderLine]]:
    return st.lists(order_lines(sign=sign, tolerances=True), min_size=1, max_size=most)


def _placed(charges: tuple[ChargeRule, ...], terms: dict[str, Any]) -> Outcome[Order]:
    """Place the order; where its lines are too small for a discount, without charges."""
    try:
        return orders.place(charges=charges, **terms)
    except RefusedError:
        return orders.place(**terms)
