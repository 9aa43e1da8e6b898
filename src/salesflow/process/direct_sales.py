"""The direct sale of market and counter: order, delivery, receipt and payment in one act [PTH-5]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from salesflow.billing import invoices, payments
from salesflow.checks import require_moment
from salesflow.model.charge import ChargeRule
from salesflow.model.invoice import Invoice
from salesflow.model.order import Order
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party
from salesflow.model.policies import INVOICES, ORDERS, InvoicePolicy, OrderPolicy
from salesflow.model.terms import AT_ONCE, TermsOfSale
from salesflow.model.totals import TotalsPolicy
from salesflow.outcome import Outcome
from salesflow.process import deliveries, orders


def sell(
    customer: Party,
    lines: Iterable[OrderLine],
    currency: str,
    *,
    number: str,
    at: datetime,
    slip: str | None = None,
    receipt: str | None = None,
    payment: str | None = None,
    charges: Iterable[ChargeRule] = (),
    totals: TotalsPolicy | None = None,
    terms: TermsOfSale | None = None,
    policy: OrderPolicy = ORDERS,
    invoicing: InvoicePolicy = INVOICES,
) -> Outcome[Invoice]:
    """
    Sell over the counter: the facts share one moment, everything is delivered and invoiced, and nothing stays owed.

    There is no agreement, no credit check and nothing to remind of.
    The four documents may share the sale's *number*, or have their own.
    Goods given away at a price of zero need no payment, and none is made.

    Args:
        at: The moment, with its zone; its date is the date of every document.
        charges: Charges and discounts on the whole.
        totals: Whether prices have VAT in them, how VAT is rounded, and what the total is rounded to if it is paid in cash.

    Raises:
        RefusedError: what ``orders.place`` refuses.
    """
    require_moment("at", at)
    on = at.date()
    placed = orders.place(
        number=number,
        customer=customer,
        currency=currency,
        lines=lines,
        charges=charges,
        totals=totals,
        on=on,
        at=at,
        payment_terms=AT_ONCE,
        terms=terms,
        policy=policy,
    )
    delivered = deliveries.post(placed.document, number=slip or number, on=on, at=at)
    ready: Order = delivered.changed[0]
    invoiced = invoices.post(ready, slips=delivered.made, number=receipt or number, on=on, at=at, policy=invoicing)
    order, bill = invoiced.changed[0], invoiced.document
    events = (*placed.events, *delivered.events, *invoiced.events)
    if not bill.total:
        return Outcome(document=bill, made=(order, *delivered.made, bill), events=events)
    paid = payments.receive(bill.account, bill.total, currency, number=payment or number, on=on, at=at, invoices=[bill])
    settled: Invoice = paid.changed[0]
    return Outcome(document=settled, made=(order, *delivered.made, settled, *paid.made), events=(*events, *paid.events))
