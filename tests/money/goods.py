"""Goods at a price, and what the tests of money do with orders of them over and over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow import Basis, Invoice, Item, Order, OrderLine, Outcome, Party, PartyKind, ProductKind, Role, Vat, credit_notes, invoices
from salesflow.model.vat import NO_VAT
from tests.builders import DAY, STANDARD, an_order

D = Decimal
LOW = Vat("S", D(9))
TWENTY = Vat("S", D(20))
CONSUMER = Party(number="JO", name="A consumer", kind=PartyKind.PERSON, roles=(Role.CUSTOMER,))


def goods(quantity: Decimal | int | str, price: Decimal | int | str, vat: Vat = NO_VAT, *, number: str = "I-1", **terms: Any) -> OrderLine:
    """Return a line of goods, taxed at no rate unless one is given."""
    return OrderLine(item=Item(number=number, vat=vat), ordered=D(quantity), price=D(price), **terms)


def shelf(
    quantity: Decimal | int | str, price: Decimal | int | str, vat: Vat = STANDARD, *, number: str = "I-1", **terms: Any
) -> OrderLine:
    """Return a line of goods whose price has VAT in it: at 21 percent unless a rate is given."""
    return goods(quantity, price, vat, number=number, basis=Basis.GROSS, **terms)


def service(price: Decimal | int | str, vat: Vat = NO_VAT) -> OrderLine:
    """Return a line of one service."""
    return OrderLine(item=Item(number="S-1", kind=ProductKind.SERVICE, vat=vat), ordered=D(1), price=D(price))


def sold(*lines: OrderLine, **terms: Any) -> tuple[Order, Invoice]:
    """Return an order that was invoiced whole."""
    order, invoice = invoices.post(an_order(*lines, **terms), number="INV-1", on=DAY)
    return order, invoice


def in_parts(order: Order, *parts: dict[int, Any] | None) -> tuple[Order, list[Invoice]]:
    """Invoice parts of an order one after the other; ``None`` is all that is left."""
    made = []
    for place, part in enumerate(parts, start=1):
        order, invoice = invoices.post(order, part, number=f"INV-{order.number}-{place}-{len(order.postings)}", on=DAY)
        made.append(invoice)
    return order, made


def credited(order: Order, invoice: Invoice, *parts: dict[int, Any] | None, **terms: Any) -> tuple[Order, Invoice, list[Invoice]]:
    """Credit parts of an invoice one after the other, for good; ``None`` is all that is left."""
    notes = []
    for place, part in enumerate(parts, start=1):
        wanted: dict[str, Any] = {"number": f"CN-{place}-{len(order.postings)}", "on": DAY, "reopens": False} | terms
        done: Outcome[Invoice] = credit_notes.post(invoice, part, orders=order, **wanted)
        order, invoice, note = done
        notes.append(note)
    return order, invoice, notes


def totals(*documents: Invoice) -> list[Decimal]:
    """Return what each comes to."""
    return [each.total for each in documents]


def net_and_vat(document: Invoice) -> tuple[Decimal, Decimal]:
    """Return what a document comes to without VAT, charges included, and the VAT."""
    return document.net + document.totals.charges, document.vat


def at_zero(quantity: Decimal) -> Any:
    """Compare with zero of any digits."""
    return quantity == 0


def repriced(line: OrderLine, price: Decimal | int | str) -> OrderLine:
    """Return the line at another price."""
    return evolve(line, price=D(price))
