"""After the sale: what is installed at customers, contracts to maintain it, and what help they are entitled to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_date, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.product import Item
from salesflow.model.subscription import MONTHLY, Every
from salesflow.money import exact
from salesflow.period import Period


@frozen(kw_only=True)
class Installed:
    """
    Something that was delivered and installed at a customer [SVC-3].

    Args:
        order: The order that delivered it, and ``line`` the line of it.
        serials: Its serial numbers; none, or one for each unit.
        warranty: The last day of the warranty.
        removed: The day it was taken away.
    """

    number: str
    customer: str
    order: str
    line: int
    item: Item
    quantity: Decimal
    installed: date
    serials: tuple[str, ...] = ()
    warranty: date | None = None
    configuration: tuple[tuple[str, str], ...] = ()
    removed: date | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("number", "customer", "order"):
            require_text(name, getattr(self, name))
        require_kind("item", self.item, Item)
        require_decimal("quantity", self.quantity)
        require_date("installed", self.installed)
        require_tuple_of("serials", self.serials, str)
        require_tuple_of("configuration", self.configuration, tuple)

    def is_under_warranty(self, on: date) -> bool:
        """Say whether the warranty holds on that day, its last day included."""
        return self.warranty is not None and self.installed <= on <= self.warranty


class MaintenanceStatus(Labelled):
    """Whether a maintenance contract holds."""

    ACTIVE = "active", "Active", "Actief"
    ENDED = "ended", "Ended", "Beëindigd"


@frozen(kw_only=True)
class Visit:
    """A visit under a maintenance contract: when it is planned, and when it was done."""

    number: int
    planned: date
    done: date | None = None
    by: str = ""
    report: str = ""


@frozen(kw_only=True)
class Maintenance:
    """
    A contract by which installed things are kept in order; it is billed by a subscription [SVC-4].

    Args:
        period: From the first day to the last, both included.
        every: How often it is visited.
        visits: The visits, in order of their planned day.
        subscription: The subscription that bills it.
    """

    number: str
    customer: str
    installed: tuple[str, ...]
    period: Period
    every: Every = MONTHLY
    visits: tuple[Visit, ...] = ()
    subscription: str | None = None
    ended: date | None = None

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("customer", self.customer)
        require_kind("period", self.period, Period)
        require_tuple_of("installed", self.installed, str)
        require_tuple_of("visits", self.visits, Visit)

    @property
    def status(self) -> MaintenanceStatus:
        """Whether it was ended; that its period has passed is read from the period."""
        return MaintenanceStatus.ACTIVE if self.ended is None else MaintenanceStatus.ENDED


class Allotment(Labelled):
    """What an entitlement counts [SVC-5]."""

    CASES = "cases", "Cases", "Zaken"
    HOURS = "hours", "Hours", "Uren"


class Decrement(Labelled):
    """When an entitlement is drawn on."""

    CREATION = "creation", "When a case is opened", "Bij het openen van een zaak"
    RESOLUTION = "resolution", "When a case is resolved", "Bij het oplossen van een zaak"


@frozen(kw_only=True)
class Draw:
    """What a case took of an entitlement."""

    case: str
    on: date
    quantity: Decimal


@frozen(kw_only=True)
class Entitlement:
    """
    What help a customer is entitled to, in cases or hours, in a period [SVC-5].

    Args:
        covers: Item numbers or installed things it is for; none is everything of the customer.
        allotted: How much there is.
        draws: What cases took of it, oldest first.
        priority: The priority of its cases.
    """

    number: str
    customer: str
    period: Period
    allotted: Decimal
    counts: Allotment = Allotment.CASES
    drawn_at: Decrement = Decrement.CREATION
    covers: tuple[str, ...] = ()
    draws: tuple[Draw, ...] = ()
    priority: str = "normal"

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("customer", self.customer)
        require_kind("period", self.period, Period)
        require_decimal("allotted", self.allotted)
        require_tuple_of("draws", self.draws, Draw)

    @property
    @exact
    def left(self) -> Decimal:
        """What is left of it; never below zero."""
        return self.allotted - sum((draw.quantity for draw in self.draws), ZERO)
