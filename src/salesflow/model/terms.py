"""What is agreed beside goods and price: terms of payment and terms of sale."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from attrs import frozen

from salesflow.checks import HUNDRED, ZERO, require_date, require_kind, require_percentage, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.money import allocate, exact, quantum_of
from salesflow.period import months_after

SATURDAY, SUNDAY = 5, 6
WEEK = 7
LONGEST = 9999


class PaymentMethod(Labelled):
    """From which day the term of payment is counted [PAY-1]."""

    NET = "net", "Net", "Netto"
    """From the invoice date."""
    CURRENT_WEEK = "current-week", "Current week", "Huidige week"
    """From the Sunday that ends the week of the invoice."""
    CURRENT_MONTH = "current-month", "Current month", "Huidige maand"
    """From the end of the month of the invoice."""
    CASH_ON_DELIVERY = "cash-on-delivery", "Cash on delivery", "Rembours"
    """At once: no due date is computed."""


class WeekendShift(Labelled):
    """Where a due date goes that falls on a Saturday or Sunday."""

    NONE = "none", "Stays", "Blijft staan"
    FORWARD = "forward", "To Monday", "Naar maandag"
    BACKWARD = "backward", "To Friday", "Naar vrijdag"


@frozen(kw_only=True)
class PaymentDay:
    """
    The day on which a customer pays: one of the week, Monday being 0, or one of the month; a due date moves forward to it.

    A day that a month does not have is its last.
    """

    weekday: int | None = None
    day: int | None = None

    def __attrs_post_init__(self) -> None:
        if (self.weekday is None) is (self.day is None):
            msg = "a payment day is a weekday or a day of the month, one of the two"
            raise ValueError(msg)
        for name, value, least, most in (("weekday", self.weekday, 0, SUNDAY), ("day", self.day, 1, 31)):
            if value is not None and (type(value) is not int or not least <= value <= most):
                msg = f"{name} must be a whole number from {least} to {most}, not {value!r}"
                raise ValueError(msg)

    def on_or_after(self, due: date) -> date:
        """Return the first such day that is not before *due*."""
        if self.weekday is not None:
            return due + timedelta(days=(self.weekday - due.weekday()) % WEEK)
        this = _day_of_month(due, self.day or 1)
        return this if this >= due else _day_of_month(months_after(due.replace(day=1), 1), self.day or 1)


def _day_of_month(month: date, day: int) -> date:
    last = months_after(month.replace(day=1), 1) - timedelta(days=1)
    return last.replace(day=min(day, last.day))


@frozen(kw_only=True)
class CashDiscount:
    """
    What is taken off for paying early: *percentage* until so many months and days after the invoice date, *then* the next [PAY-2].

    Only one of a chain is granted.
    """

    percentage: Decimal
    days: int
    months: int = 0
    then: CashDiscount | None = None

    def __attrs_post_init__(self) -> None:
        require_percentage("percentage", self.percentage)
        if not self.percentage:
            msg = "percentage must be above zero"
            raise ValueError(msg)
        _require_counts(self, "months", "days")
        if self.then is not None:
            require_kind("then", self.then, CashDiscount)
            if (self.then.months, self.then.days) <= (self.months, self.days):
                msg = "the next cash discount of a chain must run longer than the one before"
                raise ValueError(msg)


@frozen(kw_only=True)
class Instalment:
    """A part of the total, in percent, and when it is due: counted as the terms count."""

    share: Decimal
    months: int = 0
    days: int = 0

    def __attrs_post_init__(self) -> None:
        require_percentage("share", self.share)
        if not self.share:
            msg = "share must be above zero"
            raise ValueError(msg)
        _require_counts(self, "months", "days")


@frozen
class Due:
    """An amount and the last day on which it is paid in time."""

    on: date
    amount: Decimal


def _require_counts(value: object, *names: str) -> None:
    for name in names:
        count = getattr(value, name)
        if type(count) is not int or not 0 <= count <= LONGEST:
            msg = f"{name} must be a whole number of zero or more, up to {LONGEST}, not {count!r}"
            raise ValueError(msg)


@frozen(kw_only=True)
class PaymentTerms:
    """
    When an invoice is due: *months* and then *days* after the day that *method* counts from [PAY-1].

    Months are counted in calendar months, and end where the shorter month ends.

    Args:
        payment_day: The day on which the customer pays; the due date moves forward to it.
        weekend: Where a due date goes that then falls on a Saturday or Sunday.
        instalments: Parts that are due one by one, with counts of their own; their shares come to 100 percent.
        cash_discount: What is taken off for paying early.
    """

    months: int = 0
    days: int = 0
    method: PaymentMethod = PaymentMethod.NET
    payment_day: PaymentDay | None = None
    weekend: WeekendShift = WeekendShift.NONE
    instalments: tuple[Instalment, ...] = ()
    cash_discount: CashDiscount | None = None

    @exact
    def __attrs_post_init__(self) -> None:
        _require_counts(self, "months", "days")
        require_kind("method", self.method, PaymentMethod)
        require_kind("weekend", self.weekend, WeekendShift)
        require_tuple_of("instalments", self.instalments, Instalment)
        shares = sum((each.share for each in self.instalments), ZERO)
        if self.instalments and shares != HUNDRED:
            msg = f"the shares of instalments must come to 100 percent, not {shares}"
            raise ValueError(msg)
        for name, kind in (("payment_day", PaymentDay), ("cash_discount", CashDiscount)):
            if getattr(self, name) is not None:
                require_kind(name, getattr(self, name), kind)

    @property
    def has_due_date(self) -> bool:
        """Whether payment is awaited: cash on delivery is paid when the goods are handed over."""
        return self.method is not PaymentMethod.CASH_ON_DELIVERY

    def due(self, invoiced: date) -> date:
        """Return the last day on which payment is in time; with instalments, that of the last one."""
        require_date("invoiced", invoiced)
        if not self.has_due_date:
            return invoiced
        counts = [(each.months, each.days) for each in self.instalments] or [(self.months, self.days)]
        return max(self._due(invoiced, months, days) for months, days in counts)

    @exact
    def schedule(self, invoiced: date, total: Decimal, currency: str) -> tuple[Due, ...]:
        """Return what is due when; the parts come to *total* to the last digit."""
        if not self.instalments:
            return (Due(self.due(invoiced), total),)
        parts = allocate(total, [each.share for each in self.instalments], step=quantum_of(currency))
        found = [
            Due(self._due(invoiced, each.months, each.days) if self.has_due_date else invoiced, part)
            for each, part in zip(self.instalments, parts, strict=True)
        ]
        return tuple(sorted(found, key=lambda due: due.on))

    def discount_on(self, invoiced: date, paid: date) -> Decimal:
        """Return the percentage of cash discount that a payment on that day earns: the first of the chain that still runs [PAY-2]."""
        step = self.cash_discount
        while step is not None:
            if paid <= months_after(invoiced, step.months) + timedelta(days=step.days):
                return step.percentage
            step = step.then
        return ZERO

    def _due(self, invoiced: date, months: int, days: int) -> date:
        match self.method:
            case PaymentMethod.CURRENT_MONTH:
                start = _day_of_month(invoiced, 31)
                # The end of a month stays one: a month after the end of February is the end of March.
                counted = _day_of_month(months_after(start.replace(day=1), months), 31)
            case PaymentMethod.CURRENT_WEEK:
                counted = months_after(invoiced + timedelta(days=SUNDAY - invoiced.weekday()), months)
            case _:
                counted = months_after(invoiced, months)
        due = counted + timedelta(days=days)
        if self.payment_day is not None:
            due = self.payment_day.on_or_after(due)
        return _shifted(due, self.weekend)


def _shifted(due: date, weekend: WeekendShift) -> date:
    late = due.weekday() - SATURDAY
    if late < 0 or weekend is WeekendShift.NONE:
        return due
    return due + timedelta(days=2 - late) if weekend is WeekendShift.FORWARD else due - timedelta(days=1 + late)


NET_30 = PaymentTerms(days=30)
AT_ONCE = PaymentTerms()


@frozen(kw_only=True)
class TermsOfSale:
    """
    The terms of sale (verkoopvoorwaarden) a customer is bound by: on the confirmation of the order and again on its invoice.

    Args:
        number: Which edition of the terms this is.
        text: The terms themselves, or where they can be read.
    """

    number: str
    title: str
    text: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("title", self.title)
