"""Recurring free text invoices: what is invoiced to whom, how often, and until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import require_date, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.model.charge import ChargeRule
from salesflow.model.free_text import FreeTextLine
from salesflow.model.terms import NET_30, PaymentTerms
from salesflow.model.totals import TOTALS, TotalsPolicy
from salesflow.money import require_currency


@frozen(kw_only=True)
class InvoiceTemplate:
    """
    What a recurring invoice says; one template may serve many customers [REC-1].

    Args:
        charges: What is charged or taken off on the whole, each time.
        totals_policy: Whether its prices have VAT in them, and how VAT is rounded.
    """

    number: str
    name: str
    lines: tuple[FreeTextLine, ...]
    charges: tuple[ChargeRule, ...] = ()
    totals_policy: TotalsPolicy = TOTALS

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_tuple_of("lines", self.lines, FreeTextLine)
        require_tuple_of("charges", self.charges, ChargeRule)
        require_kind("totals_policy", self.totals_policy, TotalsPolicy)


@frozen(kw_only=True)
class Generated:
    """An invoice that a recurrence made: for the period that begins on that day, in which batch [REC-2]."""

    begins: date
    invoice: str
    batch: str
    total: Decimal


@frozen(kw_only=True)
class Recurrence:
    """
    A template assigned to a customer [REC-1].

    Periods are counted from *start*, so that one that begins on the 31st comes back to the 31st after a shorter month.

    Args:
        account: The party that is invoiced.
        months: How many months a period has.
        end: The last day on which a period may begin; ``None`` where only the amount ends it.
        maximum: What all invoices together may come to, VAT included; ``None`` where only the end ends it.
        generated: What was invoiced so far.
    """

    number: str
    account: str
    template: InvoiceTemplate
    currency: str
    start: date
    months: int = 1
    end: date | None = None
    maximum: Decimal | None = None
    payment_terms: PaymentTerms = NET_30
    generated: tuple[Generated, ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("account", self.account)
        require_kind("template", self.template, InvoiceTemplate)
        require_currency("currency", self.currency)
        require_date("start", self.start)
        if type(self.months) is not int or self.months < 1:
            msg = f"months must be a whole number above zero, not {self.months!r}"
            raise ValueError(msg)
        if self.end is not None:
            require_date("end", self.end)
        if self.maximum is not None:
            require_decimal("maximum", self.maximum)
