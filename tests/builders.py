"""A few parties, products and orders that the tests share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from salesflow import (
    ChargeRule,
    Item,
    Order,
    OrderLine,
    Party,
    PartyKind,
    Product,
    ProductKind,
    RefusedError,
    Role,
    Tolerance,
    Vat,
    charges,
    orders,
)
from salesflow.model.vat import NO_VAT

DAY = date(2026, 3, 2)
LATER = date(2026, 3, 16)
STANDARD = Vat("S", Decimal(21))

ACME = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,))
JANE = Party(number="JANE", name="A private buyer", kind=PartyKind.PERSON, roles=(Role.CUSTOMER,))
CHAI = Product(item=Item(number="CHAI", name="Chai", vat=STANDARD), price=Decimal("18.00"))
CHANG = Product(item=Item(number="CHANG", name="Chang", vat=STANDARD), price=Decimal("19.00"))
ADVICE = Product(item=Item(number="ADVICE", name="Advice", unit="HUR", kind=ProductKind.SERVICE, vat=STANDARD), price=Decimal("95.00"))


def chai(quantity: Decimal | int, **terms: Any) -> OrderLine:
    """Return a line of chai."""
    return orders.line(CHAI, quantity, **terms)


def chang(quantity: Decimal | int, **terms: Any) -> OrderLine:
    """Return a line of chang."""
    return orders.line(CHANG, quantity, **terms)


def advice(quantity: Decimal | int, **terms: Any) -> OrderLine:
    """Return a line of advice, a service."""
    return orders.line(ADVICE, quantity, **terms)


def tolerant(over: int, under: int = 0) -> Item:
    """Return an item that may be delivered so many percent over or under."""
    return Item(number="I-1", tolerance=Tolerance(over=Decimal(over), under=Decimal(under)))


def an_order(*lines: OrderLine, number: str = "SO-1", **terms: Any) -> Order:
    """Return an order as it was placed: ten chai unless other lines are given."""
    wanted: dict[str, Any] = {"customer": ACME, "currency": "EUR", "on": DAY} | terms
    return orders.place(number=number, lines=lines or (chai(10),), **wanted).document


def a_charge(*, number: int = 1, code: str = "freight", amount: Decimal, text: str = "", vat: Vat = NO_VAT) -> ChargeRule:
    """Return an amount beside the lines that the first invoice takes whole, at a rate of its own."""
    return charges.freight(amount, number=number, code=code, text=text, vat=vat)


def codes(refused: Any) -> tuple[str, ...]:
    """Return the codes of an error caught by ``pytest.raises``, or of a tuple of refusals."""
    error = getattr(refused, "value", refused)
    return error.codes if isinstance(error, RefusedError) else tuple(refusal.code for refusal in error)
