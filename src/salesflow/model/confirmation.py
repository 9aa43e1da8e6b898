"""Order confirmations: the order as the customer is bound to it, with the terms of sale."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.model.charge import Charge, ChargeRule
from salesflow.model.charging import Alone, RowOf, shares
from salesflow.model.order_amounts import add_up_rows
from salesflow.model.order_charges import row_of
from salesflow.model.order_line import OrderLine
from salesflow.model.terms import PaymentTerms, TermsOfSale
from salesflow.model.totals import TOTALS, Totals, TotalsPolicy
from salesflow.money import exact


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
    charges: tuple[ChargeRule, ...] = ()
    totals_policy: TotalsPolicy = TOTALS
    payment_terms: PaymentTerms
    terms: TermsOfSale | None = None
    comment: str = ""

    @property
    def quantum(self) -> Decimal:
        """The smallest amount that it counts in."""
        return self.totals_policy.quantum(self.currency)

    @property
    @exact
    def rows(self) -> tuple[RowOf[OrderLine], ...]:
        """Its lines with their amounts; of a delivery schedule the parts, for they make up the line above them."""
        parents = {line.parent for line in self.lines}
        return tuple(row_of(line, line.ordered, self.quantum) for line in self.lines if line.number not in parents)

    @property
    def charged(self) -> tuple[Charge, ...]:
        """The amount of each charge, by rate of VAT."""
        rows = self.rows
        return tuple(charge for share in shares(self.charges, rows, Alone(rows), self.quantum) for charge in share.charges())

    @property
    def totals(self) -> Totals:
        """The total of what was confirmed."""
        return add_up_rows(self.rows, self.charged, self.charges, self.quantum, self.totals_policy)
