"""
The limit: the same life of an order as a bare loop over mutable records, with no checks, no history and no library.

It creates, prices, confirms, delivers half, invoices, delivers the rest and invoices, with the same sums in ``Decimal``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
RATE = Decimal("0.21")
ZERO = Decimal(0)
ORDERED = 4
PRICES = [Decimal(10 + i) + Decimal(".25") for i in range(50)]
NEXT = {"draft": "quoted", "quoted": "confirmed", "confirmed": "processing", "processing": "done"}


class Line:
    """A line that counts up."""

    __slots__ = ("amount", "delivered", "invoiced", "ordered", "price", "product")

    def __init__(self, product: int, price: Decimal) -> None:
        self.product = product
        self.ordered = ORDERED
        self.price = price
        self.delivered = 0
        self.invoiced = 0
        self.amount = ZERO


class Document:
    """A delivery or an invoice."""

    __slots__ = ("net", "number", "rows", "state", "total", "vat")

    rows: list[tuple[Line, int]] | list[tuple[Line, int, Decimal, Decimal]]
    net: Decimal
    vat: Decimal
    total: Decimal
    number: int
    state: str


class Order:
    """An order with its lines and documents."""

    __slots__ = ("deliveries", "invoices", "lines", "net", "number", "state", "total", "vat")

    net: Decimal
    vat: Decimal
    total: Decimal
    number: int

    def __init__(self, lines: list[Line]) -> None:
        self.state = "draft"
        self.lines = lines
        self.deliveries: list[Document] = []
        self.invoices: list[Document] = []


def vat_of(net: Decimal) -> Decimal:
    """Return the VAT, rounded to the cent."""
    return (net * RATE).quantize(CENT, ROUND_HALF_UP)


def move_to(order: Order, state: str) -> None:
    """Move an order to its next state."""
    if NEXT.get(order.state) != state:
        raise ValueError(state)
    order.state = state


def quote(order: Order, number: int) -> None:
    """Price an order."""
    net = ZERO
    for line in order.lines:
        line.amount = amount = line.ordered * line.price
        net += amount
    order.number = number
    order.net = net
    order.vat = vat = vat_of(net)
    order.total = net + vat
    move_to(order, "quoted")


def deliver(order: Order, *, half: bool) -> None:
    """Deliver what is left, or half of it."""
    document = Document()
    rows: list[tuple[Line, int]] = []
    for line in order.lines:
        quantity = line.ordered - line.delivered
        if half:
            quantity //= 2
        if quantity:
            rows.append((line, quantity))
            line.delivered += quantity
    document.rows = rows
    document.state = "done"
    order.deliveries.append(document)


def invoice(order: Order, number: int) -> None:
    """Invoice what was delivered, and post the invoice."""
    document = Document()
    rows: list[tuple[Line, int, Decimal, Decimal]] = []
    net = ZERO
    for line in order.lines:
        quantity = line.delivered - line.invoiced
        if quantity > 0:
            amount = quantity * line.price
            rows.append((line, quantity, line.price, amount))
            line.invoiced += quantity
            net += amount
    document.rows = rows
    document.net = net
    document.vat = vat = vat_of(net)
    document.total = net + vat
    document.number = number
    document.state = "posted"
    order.invoices.append(document)
    for line in order.lines:
        if line.invoiced != line.ordered:
            return
    move_to(order, "done")


def run(count: int, size: int) -> list[Order]:
    """Take *count* orders of *size* lines through their lives, and keep them all."""
    orders = [Order([Line((n + k) % 50, PRICES[(n + k) % 50]) for k in range(size)]) for n in range(count)]
    for number, order in enumerate(orders):
        quote(order, number)
        move_to(order, "confirmed")
        move_to(order, "processing")
    for half in (True, False):
        for order in orders:
            deliver(order, half=half)
        for number, order in enumerate(orders):
            invoice(order, number)
    return orders
