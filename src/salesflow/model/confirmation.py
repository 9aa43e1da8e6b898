"""Order confirmations: the order as the customer is bound to it, with the terms of sale."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from salesflow.model.order import OrderLine
from salesflow.model.terms import PaymentTerms, TermsOfSale
from salesflow.model.totals import Charge, Totals, add_up


@frozen(kw_only=True)
class OrderConfirmation:
    """One revision of an order, confirmed; it keeps the terms as they stood."""

    number: str
    """The number of the order and of its revision, such as ``SO-1/0``."""
    order: str
    revision: int
    on: date
    customer: str
    currency: str
    lines: tuple[OrderLine, ...]
    charges: tuple[Charge, ...] = ()
    payment_terms: PaymentTerms
    terms: TermsOfSale | None = None
    comment: str = ""

    @property
    def totals(self) -> Totals:
        """What the confirmed order comes to."""
        parents = {line.parent for line in self.lines}
        lines = ((line.item.vat, line.net(line.ordered, self.currency)) for line in self.lines if line.number not in parents)
        return add_up(lines, self.charges, self.currency)
