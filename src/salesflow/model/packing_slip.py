"""Packing slips and picking lists: what goes to the customer, and what lies ready to go."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_date, require_text
from salesflow.labels import Labelled
from salesflow.model.ledger import Row
from salesflow.money import exact


class SlipStatus(Labelled):
    """Whether a packing slip still stands."""

    POSTED = "posted", "Posted", "Geboekt"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"
    CORRECTED = "corrected", "Corrected", "Gecorrigeerd"


@frozen
class Part:
    """What one document holds of one order: line and quantity."""

    order: str
    rows: tuple[Row, ...]


@frozen(kw_only=True)
class Attempt:
    """One time that goods were brought to the customer: whether they arrived, and why where they did not."""

    on: date
    at: datetime | None = None
    arrived: bool
    reason: str = ""


@frozen(kw_only=True)
class PackingSlip:
    """
    Goods handed over, or services done, for one or more orders of a customer.

    Args:
        root: The number it was first posted under, where it corrects an earlier slip: its quantities are counted there.
        reverses: The slip that this one takes back, with quantities of the opposite sign.
        replaced_by: The slip that reversed this one and, where it was corrected, the one that took its place.
        comments: What its orders say, each once.
        attempts: The times its goods were brought to the customer, oldest first; they move no quantity.
    """

    number: str
    on: date
    at: datetime | None = None
    customer: str
    parts: tuple[Part, ...]
    root: str = ""
    reverses: str | None = None
    replaced_by: tuple[str, ...] = ()
    comments: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_date("on", self.on)

    @property
    def arrival(self) -> Attempt | None:
        """The attempt by which its goods arrived; ``None`` while that is not known."""
        return self.attempts[-1] if self.attempts and self.attempts[-1].arrived else None

    @property
    def failed_attempts(self) -> int:
        """How often nobody took the goods in."""
        return sum(not attempt.arrived for attempt in self.attempts)

    @property
    def status(self) -> SlipStatus:
        """Whether it still stands."""
        return (SlipStatus.POSTED, SlipStatus.CANCELLED, SlipStatus.CORRECTED)[len(self.replaced_by)]

    @property
    def counted_as(self) -> str:
        """The number under which its quantities are kept in the ledger of its orders."""
        return self.root or self.number

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders it delivers."""
        return tuple(part.order for part in self.parts)

    def rows(self, order: str) -> tuple[Row, ...]:
        """Return what it holds of one order; nothing where it holds none."""
        return next((part.rows for part in self.parts if part.order == order), ())

    @property
    @exact
    def quantity(self) -> Decimal:
        """The sum of all quantities, whatever their units."""
        return sum((quantity for part in self.parts for _, quantity in part.rows), ZERO)


@frozen(kw_only=True)
class PickingList:
    """Goods taken from the shelf for one order and not yet handed over."""

    number: str
    on: date
    order: str
    rows: tuple[Row, ...]
    comment: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_date("on", self.on)
