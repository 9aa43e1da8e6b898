"""Reminders: what a customer was told is overdue, and the plan that says when and at what fee."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_date, require_decimal, require_text, require_tuple_of
from salesflow.money import exact, require_currency


def _require_count(name: str, value: object) -> None:
    if type(value) is not int or value < 1:
        msg = f"{name} must be a whole number from one, not {value!r}"
        raise ValueError(msg)


@frozen
class ReminderLevel:
    """
    One step of a plan.

    Args:
        days: How many days overdue an invoice is at least, counted from its due date.
        fee: What the reminder costs the customer, in the currency of the invoices.
        title: The heading of the reminder, in the words of the company.
    """

    days: int
    fee: Decimal
    title: str

    def __attrs_post_init__(self) -> None:
        _require_count("days", self.days)
        require_decimal("fee", self.fee)
        require_text("title", self.title)
        if self.fee < 0:
            msg = f"fee must be zero or more, not {self.fee}"
            raise ValueError(msg)


@frozen(kw_only=True)
class ReminderPlan:
    """
    When a customer is reminded: level one first, each later level after more days.

    Args:
        levels: The steps, numbered from one.
        pause: How many days lie between two reminders of one invoice at least; one keeps a second run on a day from going up a level.
    """

    levels: tuple[ReminderLevel, ...]
    pause: int = 1

    def __attrs_post_init__(self) -> None:
        require_tuple_of("levels", self.levels, ReminderLevel)
        _require_count("pause", self.pause)
        days = [level.days for level in self.levels]
        if not days or days != sorted(set(days)):
            msg = f"levels must be one or more with rising days, not {days}"
            raise ValueError(msg)


@frozen(kw_only=True)
class ReminderLine:
    """
    One overdue invoice, or one overdue instalment of it.

    Args:
        balance: What was still owed of it on the day of the reminder.
        level: How often the customer has been reminded of it, this time included.
    """

    invoice: str
    due: date
    balance: Decimal
    level: int
    days_overdue: int

    def __attrs_post_init__(self) -> None:
        require_text("invoice", self.invoice)
        require_date("due", self.due)
        require_decimal("balance", self.balance)
        _require_count("level", self.level)
        _require_count("days_overdue", self.days_overdue)
        if self.balance <= 0:
            msg = f"balance must be above zero, not {self.balance}"
            raise ValueError(msg)


@frozen(kw_only=True)
class Reminder:
    """
    A reminder as it went to the customer: overdue invoices of one account in one currency.

    Args:
        lines: The invoices, the first due first.
        fee: What it costs the customer; it is asked for here and booked by an invoice of its own.
        title: Its heading, as the plan had it then.
    """

    number: str
    account: str
    currency: str
    on: date
    lines: tuple[ReminderLine, ...]
    fee: Decimal = ZERO
    title: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("account", self.account)
        require_currency("currency", self.currency)
        require_date("on", self.on)
        require_tuple_of("lines", self.lines, ReminderLine)
        require_decimal("fee", self.fee)
        if not self.lines:
            msg = "a reminder names at least one invoice"
            raise ValueError(msg)

    @property
    def level(self) -> int:
        """The highest level of its lines."""
        return max(line.level for line in self.lines)

    @property
    @exact
    def overdue(self) -> Decimal:
        """What is overdue of the invoices it names."""
        return sum((line.balance for line in self.lines), ZERO)

    @property
    @exact
    def total(self) -> Decimal:
        """What the customer is asked to pay: what is overdue, and the fee."""
        return self.overdue + self.fee


@frozen(kw_only=True)
class ReminderSent:
    """A customer was reminded."""

    number: str
    on: date
    account: str
    level: int
    invoices: tuple[str, ...]
