"""
Summary invoices: which deliveries go on one invoice.

Planning is a pure function of orders and slips; numbers are drawn when a plan is posted.
Invoice account, currency, terms of payment and the way of adding up are always the same on one invoice [INV-4].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from attrs import frozen

from salesflow.billing import invoices
from salesflow.billing.deposits import open_on
from salesflow.checks import require_kind
from salesflow.model.invoice import Invoice
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip, SlipStatus
from salesflow.model.party import Party, SummaryUpdate
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.period import Period


@frozen(kw_only=True)
class InvoicePlan:
    """
    One invoice to be: what it takes of which orders and slips.

    Args:
        into: The order under whose number all is gathered, where the summary is for one order.
    """

    account: str
    currency: str
    period: Period
    orders: tuple[str, ...]
    slips: tuple[PackingSlip, ...]
    into: str | None = None


@exact
def plan_invoices(
    orders: Iterable[Order],
    slips: Iterable[PackingSlip],
    *,
    period: Period,
    summary: SummaryUpdate = SummaryUpdate.INVOICE_ACCOUNT,
    customers: Iterable[Party] = (),
    into: str | None = None,
    split_by_address: bool = False,
) -> tuple[InvoicePlan, ...]:
    """
    Return the invoices for what was delivered in *period* and is not invoiced, in order of account and first delivery [INV-3 to INV-5].

    Args:
        period: Both ends included; the date of a slip decides.
        summary: What one invoice takes together. ``AUTOMATIC`` follows each customer's own setting, ``NONE`` where a customer is not given.
        customers: The parties whose settings ``AUTOMATIC`` follows.
        into: The order that ``ORDER`` gathers under.
        split_by_address: Also keep deliveries to different addresses apart.

    Raises:
        ValueError: ``ORDER`` without *into*.
    """
    if (summary is SummaryUpdate.ORDER) is not (into is not None):
        msg = "into names the order to gather under, with the summary ORDER and no other"
        raise ValueError(msg)
    known = {order.number: order for order in orders}
    settings = {party.number: party.summary_update for party in customers}
    groups: dict[tuple[object, ...], list[tuple[Order, PackingSlip]]] = {}
    for slip, order in _uninvoiced(known, slips, period):
        chosen = settings.get(order.customer, SummaryUpdate.NONE) if summary is SummaryUpdate.AUTOMATIC else summary
        key = _common(order, by_address=split_by_address), chosen, _apart(chosen, order, slip)
        groups.setdefault(key, []).append((order, slip))
    plans = (_plan(members, period, into) for members in groups.values())
    return tuple(sorted(plans, key=lambda plan: (plan.account, plan.slips[0].on, plan.slips[0].number, plan.orders)))


def _apart(summary: SummaryUpdate, order: Order, slip: PackingSlip) -> str:
    """Return what keeps deliveries of one account on invoices of their own."""
    match summary:
        case SummaryUpdate.INVOICE_ACCOUNT | SummaryUpdate.ORDER:
            return ""
        case SummaryUpdate.PACKING_SLIP:
            return slip.number
        case _:  # a customer set to AUTOMATIC has no setting, so each order stands alone
            return order.number


def _common(order: Order, *, by_address: bool) -> tuple[object, ...]:
    return order.invoice_account, order.currency, order.payment_terms, order.totals_policy, order.deliver_to if by_address else None


def _uninvoiced(orders: dict[str, Order], slips: Iterable[PackingSlip], period: Period) -> Iterator[tuple[PackingSlip, Order]]:
    """Yield each slip of the period with each of the orders it leaves something of to invoice, oldest first."""
    given = tuple(slips)
    for slip in given:
        require_kind("slip", slip, PackingSlip)
    for slip in sorted(given, key=lambda each: (each.on, each.number)):
        if slip.on in period and slip.status is SlipStatus.POSTED and slip.reverses is None:
            for number in slip.orders:
                order = orders.get(number)
                if order is not None and order.fold.uninvoiced(slip.counted_as):
                    yield slip, order


def _plan(members: list[tuple[Order, PackingSlip]], period: Period, into: str | None) -> InvoicePlan:
    first = members[0][0]
    return InvoicePlan(
        account=first.invoice_account,
        currency=first.currency,
        period=period,
        orders=tuple(dict.fromkeys(order.number for order, _ in members)),
        slips=tuple({slip.number: slip for _, slip in members}.values()),
        into=into,
    )


def post_plan(
    plan: InvoicePlan,
    orders: Iterable[Order],
    *,
    number: str,
    on: date,
    deposits: Iterable[Invoice] = (),
    keep_deposits: bool = False,
) -> Outcome[Invoice]:
    """
    Post the invoice of a plan, with the orders as they are now.

    Args:
        deposits: Deposits; those that are open on the orders of the plan are taken off.
        keep_deposits: Whether deposits that are not given stay for a later invoice; otherwise each open one must be given.

    Raises:
        RefusedError: as ``invoices.post``; a plan that was posted before is refused with ``invoice.slip-invoiced``.
    """
    known = {order.number: order for order in orders}
    chosen = [known[number] for number in plan.orders]
    return invoices.post(
        chosen,
        slips=plan.slips,
        number=number,
        on=on,
        period=plan.period,
        deposits=open_on(chosen, deposits),
        keep_deposits=keep_deposits,
    )
