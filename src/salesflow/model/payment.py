"""Payments: what was received from a customer, and which invoices it settled."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, require_date, require_decimal, require_text
from salesflow.money import exact, require_currency


@frozen
class PaymentUse:
    """What of a payment went to a document on a day; with the opposite sign where that was undone."""

    document: str
    on: date
    amount: Decimal


@frozen(kw_only=True)
class Payment:
    """
    Money received, or another compensation in its place; below zero it was paid back.

    Args:
        account: The party that paid.
        amount: In *currency*; other than zero.
        compensation: What was received in the place of money; empty where it was money.
        reserved_for: The order that a prepayment is kept for; it settles no invoice of another [PRE-1].
        uses: Which documents it went to, when, and how much to each.
    """

    number: str
    account: str
    currency: str
    amount: Decimal
    on: date
    at: datetime | None = None
    compensation: str = ""
    reserved_for: str | None = None
    uses: tuple[PaymentUse, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("account", self.account)
        require_currency("currency", self.currency)
        require_decimal("amount", self.amount)
        require_date("on", self.on)

    @property
    @exact
    def balance(self) -> Decimal:
        """What no invoice has taken."""
        return self.amount - sum((use.amount for use in self.uses), ZERO)

    @exact
    def balance_on(self, on: date) -> Decimal:
        """Return what no document had taken at the end of a day; nothing before the day of the payment."""
        if on < self.on:
            return ZERO
        return self.amount - sum((use.amount for use in self.uses if use.on <= on), ZERO)


def with_use(payment: Payment, document: str, on: date, amount: Decimal) -> Payment:
    """Return the payment with one use more."""
    return evolve(payment, uses=(*payment.uses, PaymentUse(document, on, amount)))
