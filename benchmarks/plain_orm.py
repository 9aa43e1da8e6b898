"""
What a developer would write by hand: the same lives as mapped classes of SQLAlchemy, a session and a commit for each step.

Amounts are decimals that are kept as cents; what is left is worked out from counters on the lines.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, Engine, ForeignKey, Integer, String, TypeDecorator, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload

CENT = Decimal("0.01")
RATE = Decimal("0.21")
ZERO = Decimal(0)


class Cents(TypeDecorator[Decimal]):
    """An amount, kept as a whole number of cents."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:  # noqa: ARG002  SQLAlchemy calls it
        """Return the cents."""
        return None if value is None else int(value * 100)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the amount."""
        return None if value is None else Decimal(value) / 100


class Base(DeclarativeBase):
    """The classes that are mapped."""


class Order(Base):
    """An order."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    net: Mapped[Decimal] = mapped_column(Cents, default=ZERO)
    vat: Mapped[Decimal] = mapped_column(Cents, default=ZERO)
    lines: Mapped[list[Line]] = relationship(cascade="all, delete-orphan")
    invoices: Mapped[list[Invoice]] = relationship()


class Line(Base):
    """A line of an order, with counters."""

    __tablename__ = "order_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    quantity: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Cents)
    delivered: Mapped[int] = mapped_column(default=0)
    invoiced: Mapped[int] = mapped_column(default=0)


class Delivery(Base):
    """A delivery."""

    __tablename__ = "deliveries"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    lines: Mapped[list[DeliveryLine]] = relationship()


class DeliveryLine(Base):
    """What was delivered of a line."""

    __tablename__ = "delivery_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]


class Invoice(Base):
    """An invoice."""

    __tablename__ = "invoices"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20))
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    net: Mapped[Decimal] = mapped_column(Cents, default=ZERO)
    vat: Mapped[Decimal] = mapped_column(Cents, default=ZERO)
    lines: Mapped[list[InvoiceLine]] = relationship()


class InvoiceLine(Base):
    """What was invoiced of a line."""

    __tablename__ = "invoice_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("order_lines.id"), index=True)
    quantity: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Cents)


def opened(path: Path) -> Engine:
    """Return an engine for a new file, written ahead."""
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    Base.metadata.create_all(engine)
    return engine


def vat_of(net: Decimal) -> Decimal:
    """Return the VAT, rounded to the cent."""
    return (net * RATE).quantize(CENT, ROUND_HALF_UP)


def quote(order: Order) -> None:
    """Price an order."""
    order.number = f"S{order.id:05d}"
    order.net = sum((line.quantity * line.price for line in order.lines), ZERO)
    order.vat = vat_of(order.net)
    order.state = "quoted"


def deliver(session: Session, order: Order, *, half: bool) -> None:
    """Deliver what is left, or half of it."""
    delivery = Delivery(order_id=order.id)
    for line in order.lines:
        quantity = (line.quantity - line.delivered) // (2 if half else 1)
        if quantity:
            delivery.lines.append(DeliveryLine(line_id=line.id, quantity=quantity))
            line.delivered += quantity
    session.add(delivery)


def invoice(session: Session, order: Order) -> None:
    """Invoice what was delivered."""
    made = Invoice(order_id=order.id)
    for line in order.lines:
        quantity = line.delivered - line.invoiced
        if quantity:
            made.lines.append(InvoiceLine(line_id=line.id, quantity=quantity, price=line.price))
            line.invoiced += quantity
    made.net = sum((line.quantity * line.price for line in made.lines), ZERO)
    made.vat = vat_of(made.net)
    session.add(made)


def post(order: Order) -> None:
    """Post what was invoiced; the order is done once all of it is."""
    for each in order.invoices:
        if each.state == "draft":
            each.number, each.state = f"F{each.id:05d}", "posted"
    if all(line.invoiced == line.quantity for line in order.lines):
        order.state = "done"


def load(session: Session, key: int) -> Order:
    """Return an order with its lines and invoices."""
    asked = select(Order).where(Order.id == key).options(selectinload(Order.lines), selectinload(Order.invoices))
    return session.scalars(asked).one()


def life(engine: Engine, number: int, size: int) -> None:
    """Take one order through its life."""
    prices = (Decimal(10 + (number + line) % 50) + Decimal("0.25") for line in range(size))
    with Session(engine) as session, session.begin():
        order = Order(lines=[Line(quantity=4, price=price) for price in prices])
        session.add(order)
        session.flush()
        key = order.id

    def step(act: Callable[[Session, Order], None]) -> None:
        with Session(engine) as session, session.begin():
            act(session, load(session, key))

    step(lambda _, order: quote(order))
    for state in ("confirmed", "processing"):
        step(lambda _, order, state=state: setattr(order, "state", state))  # type: ignore[misc]
    for half in (True, False):
        step(lambda session, order, half=half: deliver(session, order, half=half))  # type: ignore[misc]
        step(invoice)
        step(lambda _, order: post(order))
