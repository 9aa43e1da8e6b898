"""Item requirements: orders that are born from an item sale in a project, and in no other way [ORD-5]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from salesflow.checks import require_kind
from salesflow.model.order import Order, OrderType
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party
from salesflow.model.project import Project
from salesflow.outcome import Outcome
from salesflow.process import orders


def sell(
    project: Project, lines: Iterable[OrderLine], *, number: str, customer: Party, currency: str, on: date, **terms: Any
) -> Outcome[Order]:
    """
    Sell items in a project; the order has the type item requirements.

    Its type can be changed until it is delivered [ORD-9].

    Args:
        terms: What else ``orders.place`` takes.

    Raises:
        RefusedError: what ``orders.place`` refuses, such as ``order.project-of-another``.
    """
    require_kind("project", project, Project)
    return orders.place(
        number=number,
        customer=customer,
        currency=currency,
        lines=lines,
        on=on,
        type=OrderType.ITEM_REQUIREMENTS,
        project=project,
        **terms,
    )
