"""Delivering and, where the policy says so, invoicing an order as soon as it is fulfilled [PRC-6]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from salesflow.billing import invoices
from salesflow.billing.deposits import open_on
from salesflow.model.invoice import Invoice
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip
from salesflow.model.policies import INVOICES, InvoicePolicy
from salesflow.model.wanted import Quantities
from salesflow.outcome import Outcome
from salesflow.process import deliveries


def fulfil(
    order: Order,
    quantities: Quantities | None = None,
    *,
    slip: str,
    invoice: str,
    on: date,
    deposits: Iterable[Invoice] = (),
    keep_deposits: bool = False,
    policy: InvoicePolicy = INVOICES,
) -> Outcome[PackingSlip]:
    """
    Deliver, and post the invoice *invoice* as well when the policy invoices on fulfilment and nothing is left to deliver.

    The invoice follows the order, so it takes whatever earlier deliveries left uninvoiced.
    The number *invoice* is used only then: draw it in the same transaction and leave the transaction where it was not needed.

    Args:
        deposits: Deposits; those that are open on the order are taken off.
        keep_deposits: Whether deposits that are not given stay for a later invoice.

    Raises:
        RefusedError: as ``deliveries.post`` and ``invoices.post``.
    """
    delivered = deliveries.post(order, quantities, number=slip, on=on)
    after: Order = delivered.changed[0]
    if not policy.on_fulfilment or after.fold.to_deliver or not after.fold.to_invoice:
        return delivered
    invoiced = invoices.post(after, number=invoice, on=on, deposits=open_on([after], deposits), keep_deposits=keep_deposits, policy=policy)
    made: tuple[Any, ...] = (*delivered.made, *invoiced.made)
    return Outcome(document=delivered.document, made=made, changed=invoiced.changed, events=(*delivered.events, *invoiced.events))
