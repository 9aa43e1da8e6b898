"""Up-sell and cross-sell: which product is proposed instead of another or beside it, and when; and what comes along by itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from attrs import frozen

from salesflow.checks import ONE, ZERO, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.trade_agreement import ALWAYS
from salesflow.period import Period


class ProposalKind(Labelled):
    """Whether a product is proposed instead of the one that is ordered, or in addition to it [UPS-1]."""

    UP_SELL = "up-sell", "Up-sell", "Meerverkoop"
    CROSS_SELL = "cross-sell", "Cross-sell", "Kruisverkoop"


class Variable(Labelled):
    """What a condition looks at."""

    CUSTOMER = "customer", "Customer", "Klant"
    CUSTOMER_GROUP = "customer-group", "Customer group", "Klantgroep"
    ITEM = "item", "Item", "Artikel"
    CATEGORY = "category", "Category", "Categorie"
    QUANTITY = "quantity", "Quantity", "Hoeveelheid"
    PRICE = "price", "Unit price", "Prijs per eenheid"


class Operator(Labelled):
    """How a condition compares."""

    EQUAL = "=", "equals", "is gelijk aan"
    NOT_EQUAL = "!=", "differs from", "verschilt van"
    LESS = "<", "is below", "is kleiner dan"
    AT_MOST = "<=", "is at most", "is hooguit"
    MORE = ">", "is above", "is groter dan"
    AT_LEAST = ">=", "is at least", "is ten minste"


_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: eq,
    Operator.NOT_EQUAL: ne,
    Operator.LESS: lt,
    Operator.AT_MOST: le,
    Operator.MORE: gt,
    Operator.AT_LEAST: ge,
}
_NUMBERS = {Variable.QUANTITY, Variable.PRICE}


@frozen
class Condition:
    """One thing that must be so, such as ``quantity >= 10``; a number for a quantity or a price, text for the others."""

    variable: Variable
    operator: Operator
    value: str | Decimal

    def __attrs_post_init__(self) -> None:
        require_kind("variable", self.variable, Variable)
        require_kind("operator", self.operator, Operator)
        if self.variable in _NUMBERS:
            require_decimal("value", self.value)
            return
        require_text("value", self.value)
        if self.operator not in {Operator.EQUAL, Operator.NOT_EQUAL}:
            msg = f"a {self.variable.within} has no order to compare by"
            raise ValueError(msg)

    def holds(self, value: object) -> bool:
        """Say whether it is so for *value*."""
        return _COMPARE[self.operator](value, self.value)


@frozen(kw_only=True)
class ProductLink:
    """
    A product that is proposed where another is ordered [UPS-2].

    Args:
        source: The item it is proposed with, or ``source_list`` the product list that one is on.
        target: The item that is proposed, or ``target_list`` a list whose products all are.
        conditions: What must be so, all of it; none means always.
        priority: Lower comes first.
        text: What to say to the customer.
        quantity: How much is proposed in addition; instead of the product it is as much as of that.
    """

    number: str
    kind: ProposalKind
    source: str = ""
    source_list: str = ""
    target: str = ""
    target_list: str = ""
    conditions: tuple[Condition, ...] = ()
    priority: int = 0
    text: str = ""
    quantity: Decimal = ONE

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_kind("kind", self.kind, ProposalKind)
        require_tuple_of("conditions", self.conditions, Condition)
        require_decimal("quantity", self.quantity)
        for one, several in (("source", "source_list"), ("target", "target_list")):
            if bool(getattr(self, one)) is bool(getattr(self, several)):
                msg = f"a product link has a {one} or a {several}, one of the two"
                raise ValueError(msg)
        if self.quantity <= 0:
            msg = f"quantity must be above zero, not {self.quantity}"
            raise ValueError(msg)


@frozen(kw_only=True)
class SupplementaryItem:
    """
    A product that comes along with another [TRD-10].

    Args:
        item: What must be ordered, and ``multiple`` how much of it for each time.
        customer: For whom; with ``customer_group`` empty as well, for everybody.
        supplement: The item that comes along, and ``quantity`` how much each time.
        free: Whether it costs nothing; otherwise it is sold at its base price.
        optional: Whether the customer is asked first.
        once: Whether it comes along one time at most, however much is ordered.
    """

    number: str
    item: str
    multiple: Decimal = ONE
    customer: str = ""
    customer_group: str = ""
    supplement: str
    quantity: Decimal = ONE
    free: bool = False
    optional: bool = False
    once: bool = False
    period: Period = ALWAYS

    def __attrs_post_init__(self) -> None:
        for name in ("number", "item", "supplement"):
            require_text(name, getattr(self, name))
        for name in ("multiple", "quantity"):
            require_decimal(name, getattr(self, name))
            if getattr(self, name) <= ZERO:
                msg = f"{name} must be above zero, not {getattr(self, name)}"
                raise ValueError(msg)
