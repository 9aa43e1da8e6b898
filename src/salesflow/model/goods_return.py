"""Returns: goods that a customer sends back, from the RMA number to the credit note."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_date, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.ledger import Row
from salesflow.model.product import Item
from salesflow.money import exact


class ReturnStatus(Labelled):
    """Where a return stands; derived from what happened to its lines [RET-1]."""

    CREATED = "created", "Created", "Gemaakt"
    OPEN = "open", "Open", "Open"
    CLOSED = "closed", "Closed", "Gesloten"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


class ReturnLineStatus(Labelled):
    """Where a line of a return stands [RET-1, RET-2]."""

    EXPECTED = "expected", "Expected", "Verwacht"
    REGISTERED = "registered", "Registered", "Geregistreerd"
    QUARANTINE = "quarantine", "Quarantine", "Quarantaine"
    RECEIVED = "received", "Received", "Ontvangen"
    CREDITED = "credited", "Invoiced", "Gefactureerd"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


class Disposition(Labelled):
    """What becomes of returned goods; ``EFFECTS`` says what each means [RET-5]."""

    CREDIT = "credit", "Credit", "Crediteren"
    CREDIT_ONLY = "credit-only", "Credit only", "Alleen crediteren"
    SCRAP = "scrap", "Scrap", "Afkeuren"
    REPLACE_AND_CREDIT = "replace-and-credit", "Replace and credit", "Vervangen en crediteren"
    REPLACE_AND_SCRAP = "replace-and-scrap", "Replace and scrap", "Vervangen en afkeuren"
    RETURN_TO_CUSTOMER = "return-to-customer", "Return to customer", "Retourneren aan klant"


@frozen(kw_only=True)
class Effect:
    """
    What a disposition does.

    Args:
        comes_back: Whether goods come in at all.
        to_stock: Whether they go back on the shelf.
        scrapped: Whether they are thrown away.
        replaced: Whether the customer gets others, by an order of their own.
        credited: Whether the customer gets the money back.
    """

    comes_back: bool = True
    to_stock: bool = False
    scrapped: bool = False
    replaced: bool = False
    credited: bool = True


EFFECTS = {
    Disposition.CREDIT: Effect(to_stock=True),
    Disposition.CREDIT_ONLY: Effect(comes_back=False),
    Disposition.SCRAP: Effect(scrapped=True),
    Disposition.REPLACE_AND_CREDIT: Effect(to_stock=True, replaced=True),
    Disposition.REPLACE_AND_SCRAP: Effect(scrapped=True, replaced=True),
    Disposition.RETURN_TO_CUSTOMER: Effect(credited=False),
}
"""The six disposition actions as a table [RET-5]."""


class CostBasis(Labelled):
    """What the goods cost us that come back [RET-6]."""

    ORIGINAL = "original", "Cost of the original line", "Kostprijs van de oorspronkelijke regel"
    CURRENT = "current", "Current cost", "Huidige kostprijs"
    ENTERED = "entered", "Entered by hand", "Met de hand ingevoerd"


@frozen
class Origin:
    """The order line that returned goods came from and, where they were invoiced, the line of that invoice."""

    order: str
    line: int
    invoice: str | None = None
    invoice_line: int | None = None


class Step(Labelled):
    """What happened to a quantity of a return line."""

    REGISTERED = "registered", "Registered", "Geregistreerd"
    QUARANTINED = "quarantined", "Put in quarantine", "In quarantaine geplaatst"
    RELEASED = "released", "Released from quarantine", "Uit quarantaine vrijgegeven"
    RECEIVED = "received", "Received", "Ontvangen"
    CREDITED = "credited", "Credited", "Gecrediteerd"
    SENT_BACK = "sent-back", "Sent back", "Teruggestuurd"
    REPLACED = "replaced", "Replaced", "Vervangen"
    CLOSED = "closed", "Will not come", "Komt niet"


@frozen(kw_only=True)
class Movement:
    """One thing that happened to a return: which quantities, by which document."""

    step: Step
    on: date
    rows: tuple[Row, ...]
    document: str = ""


@frozen(kw_only=True)
class ReturnLine:
    """
    What comes back of one item.

    Args:
        quantity: How much is expected, above zero, in the item's unit.
        origin: Where it was sold; ``None`` where that is not known.
        disposition: What becomes of it; it may be said later, and must be before crediting [RET-4].
        counts: Whether the original order counts it as not delivered any more [P4].
        redeliver: Whether the original order is to deliver it again; otherwise that part of the order ends.
        cost: What a unit cost us, by ``cost_basis``.
    """

    number: int
    item: Item
    quantity: Decimal
    origin: Origin | None = None
    disposition: Disposition | None = None
    counts: bool = True
    redeliver: bool = False
    cost: Decimal | None = None
    cost_basis: CostBasis = CostBasis.ORIGINAL

    def __attrs_post_init__(self) -> None:
        require_kind("item", self.item, Item)
        require_decimal("quantity", self.quantity)
        if self.quantity <= 0:
            msg = f"quantity must be above zero, not {self.quantity}"
            raise ValueError(msg)
        if self.disposition is not None:
            require_kind("disposition", self.disposition, Disposition)
        if self.cost is not None:
            require_decimal("cost", self.cost)

    @property
    def effect(self) -> Effect:
        """What its disposition does; goods without one are expected to come back and be credited."""
        return Effect() if self.disposition is None else EFFECTS[self.disposition]

    @property
    def is_invoiced(self) -> bool:
        """Whether the customer was invoiced for it; where it was delivered only, nothing is to be credited."""
        return self.origin is None or self.origin.invoice is not None


@frozen(kw_only=True)
class Return:
    """
    A return of goods, under the RMA number that it had from its creation [RET-1].

    Quantities are above zero here; its returned order, ``order``, holds the same lines with quantities below zero.

    Args:
        number: The RMA number.
        customer: Who sends them back.
        reason: Why, as a reason code [RET-4].
        created: The day it was created.
        movements: What happened so far, oldest first; every status and remainder is read from them.
        cancelled: The day it was cancelled.
    """

    number: str
    order: str
    customer: str
    currency: str
    created: date
    lines: tuple[ReturnLine, ...]
    reason: str = ""
    movements: tuple[Movement, ...] = ()
    cancelled: date | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("number", "order", "customer"):
            require_text(name, getattr(self, name))
        require_date("created", self.created)
        require_tuple_of("lines", self.lines, ReturnLine)
        require_tuple_of("movements", self.movements, Movement)

    def line(self, number: int) -> ReturnLine:
        """
        Return the line of that number.

        Raises:
            LookupError: the return has none.
        """
        for each in self.lines:
            if each.number == number:
                return each
        msg = f"return {self.number} has no line {number!r}"
        raise LookupError(msg)

    @exact
    def moved(self, line: int, *steps: Step) -> Decimal:
        """Return the quantity of a line that any of *steps* happened to."""
        rows = (row for movement in self.movements if movement.step in steps for row in movement.rows)
        return sum((quantity for number, quantity in rows if number == line), ZERO)

    @exact
    def expected(self, line: int) -> Decimal:
        """Return what of a line has neither arrived nor been given up; of *credit only* what is not credited yet."""
        each = self.line(line)
        arrived = (Step.REGISTERED, Step.QUARANTINED) if each.effect.comes_back else (Step.CREDITED,)
        return each.quantity - self.moved(line, Step.CLOSED, *arrived)

    @exact
    def in_quarantine(self, line: int) -> Decimal:
        """Return what lies in quarantine until it is inspected."""
        return self.moved(line, Step.QUARANTINED) - self.moved(line, Step.RELEASED)

    @exact
    def registered(self, line: int) -> Decimal:
        """Return what has arrived, was inspected where that was needed, and is not received yet."""
        return self.moved(line, Step.REGISTERED, Step.RELEASED) - self.moved(line, Step.RECEIVED)

    @exact
    def received(self, line: int) -> Decimal:
        """Return what was received and stayed."""
        return self.moved(line, Step.RECEIVED) - self.moved(line, Step.SENT_BACK)

    @exact
    def uncredited(self, line: int) -> Decimal:
        """Return what was received, stayed, and was not credited: it can be sent back."""
        return self.received(line) - self.moved(line, Step.CREDITED) if self.line(line).effect.comes_back else ZERO

    @exact
    def to_credit(self, line: int) -> Decimal:
        """Return what may be credited now: received, stayed, invoiced, and of a disposition that credits; not credited yet."""
        each = self.line(line)
        if not each.effect.credited or not each.is_invoiced:
            return ZERO
        if not each.effect.comes_back:
            return self.expected(line)
        return self.uncredited(line)

    @exact
    def to_send_back(self, line: int) -> Decimal:
        """Return what was received and is for the customer to have again."""
        return self.received(line) if self.line(line).disposition is Disposition.RETURN_TO_CUSTOMER else ZERO

    @exact
    def to_replace(self, line: int) -> Decimal:
        """Return what may be replaced: everything before anything has arrived, afterwards what a disposition replaces [RET-8]."""
        each = self.line(line)
        if not each.effect.replaced and (each.disposition is not None or self.status is not ReturnStatus.CREATED):
            return ZERO
        return each.quantity - self.moved(line, Step.CLOSED, Step.REPLACED)

    def line_status(self, line: int) -> ReturnLineStatus:
        """Return where a line stands: at what is furthest behind [RET-2]."""
        each = self.line(line)
        if self.cancelled is not None or self.moved(line, Step.CLOSED) == each.quantity:
            return ReturnLineStatus.CANCELLED
        if self.in_quarantine(line):
            return ReturnLineStatus.QUARANTINE
        if self.registered(line):
            return ReturnLineStatus.REGISTERED
        if self.expected(line):
            return ReturnLineStatus.EXPECTED
        if self.to_credit(line) or self.to_send_back(line) or not each.is_invoiced or each.disposition is None:
            return ReturnLineStatus.RECEIVED
        return ReturnLineStatus.CREDITED if each.effect.credited else ReturnLineStatus.CANCELLED

    def is_settled(self, line: int) -> bool:
        """Say whether nothing more is to happen to a line but a replacement."""
        status = self.line_status(line)
        done = status is ReturnLineStatus.RECEIVED and not self.line(line).is_invoiced and not self.to_send_back(line)
        return done or status in {ReturnLineStatus.CREDITED, ReturnLineStatus.CANCELLED}

    @property
    def status(self) -> ReturnStatus:
        """Where it stands: created, open from the first arrival, closed once every line is settled."""
        if self.cancelled is not None:
            return ReturnStatus.CANCELLED
        if all(self.is_settled(line.number) for line in self.lines):
            return ReturnStatus.CLOSED
        moved = any(movement.step is not Step.REPLACED for movement in self.movements)
        return ReturnStatus.OPEN if moved else ReturnStatus.CREATED

    @property
    @exact
    def cost(self) -> Decimal | None:
        """What the received goods cost us together; ``None`` where the cost of one is not known [RET-6]."""
        total = ZERO
        for line in self.lines:
            if line.cost is None:
                return None
            total += line.cost * self.received(line.number)
        return total
