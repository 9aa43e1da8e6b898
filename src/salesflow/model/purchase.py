"""Purchase lines, as far as selling needs them: what a vendor is to deliver, and when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_date, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.product import Item
from salesflow.money import exact


class PurchaseStatus(Labelled):
    """Whether a vendor has delivered."""

    OPEN = "open", "Open order", "Openstaande order"
    RECEIVED = "received", "Received", "Ontvangen"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


@frozen
class Receipt:
    """Goods that a vendor delivered."""

    on: date
    quantity: Decimal


@frozen(kw_only=True)
class Purchase:
    """
    What was ordered of one item from a vendor.

    Args:
        expected: The day the vendor is to deliver.
        first_expected: The day that was agreed first, so that lateness can be measured.
        purchased: The day it was ordered.
        receipts: What the vendor delivered, oldest first.
        meant_for: The order lines it was bought for, as order number and line.
    """

    number: str
    vendor: str
    item: Item
    quantity: Decimal
    expected: date
    first_expected: date
    purchased: date
    receipts: tuple[Receipt, ...] = ()
    meant_for: tuple[tuple[str, int], ...] = ()
    cancelled: date | None = None

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("vendor", self.vendor)
        require_kind("item", self.item, Item)
        require_decimal("quantity", self.quantity)
        for name in ("expected", "first_expected", "purchased"):
            require_date(name, getattr(self, name))
        require_tuple_of("receipts", self.receipts, Receipt)
        require_tuple_of("meant_for", self.meant_for, tuple)

    @property
    @exact
    def received(self) -> Decimal:
        """What the vendor delivered."""
        return sum((receipt.quantity for receipt in self.receipts), ZERO)

    @property
    @exact
    def missing(self) -> Decimal:
        """What the vendor has not delivered yet; nothing once the rest is cancelled."""
        return ZERO if self.cancelled is not None else max(ZERO, self.quantity - self.received)

    @property
    def status(self) -> PurchaseStatus:
        """Whether the vendor has delivered."""
        if self.missing:
            return PurchaseStatus.OPEN
        return PurchaseStatus.CANCELLED if self.cancelled is not None and not self.receipts else PurchaseStatus.RECEIVED

    def is_late(self, on: date) -> bool:
        """Say whether the vendor should have delivered before that day."""
        return bool(self.missing) and self.expected < on


@frozen(kw_only=True)
class Notice:
    """
    What a customer is told when goods come later than promised [BCK-2].

    Args:
        lines: The order lines concerned, each with the day it was to be shipped and the day it will be.
        because: The purchase that is late.
    """

    number: str
    on: date
    customer: str
    order: str
    lines: tuple[tuple[int, date | None, date], ...]
    because: str

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_date("on", self.on)
