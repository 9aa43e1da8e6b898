"""What is agreed beside goods and price: terms of payment and terms of sale."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import frozen

from salesflow.checks import require_text
from salesflow.period import months_after


@frozen(kw_only=True)
class PaymentTerms:
    """
    Net terms: the invoice is due *months* and then *days* after its date [PAY-1].

    Both are counted in calendar days and months; a month ends where the shorter month ends.
    """

    months: int = 0
    days: int = 0

    def __attrs_post_init__(self) -> None:
        for name in ("months", "days"):
            value = getattr(self, name)
            if type(value) is not int or value < 0:
                msg = f"{name} must be a whole number of zero or more, not {value!r}"
                raise ValueError(msg)

    def due(self, invoiced: date) -> date:
        """Return the last day on which payment is in time."""
        return months_after(invoiced, self.months) + timedelta(days=self.days)


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
