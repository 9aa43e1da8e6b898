"""
Credit limits: what an account owes and will owe, counted once, against what it may.

A unit is counted where it is furthest: invoiced, else delivered, else ordered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import accumulate

from attrs import frozen

from salesflow.checks import ZERO, all_of, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.model.credit import CREDIT, CheckPoint, CreditLimit, CreditPolicy, HoldReason, HoldRule, LimitType, OnExcess
from salesflow.model.invoice import Invoice
from salesflow.model.ledger import smaller
from salesflow.model.order import Order, OrderStatus
from salesflow.model.order_amounts import add_up_rows
from salesflow.model.order_charges import row_of
from salesflow.model.payment import Payment
from salesflow.money import exact
from salesflow.rules import Rule

OVER_LIMIT = Rule(
    code="credit-limit.exceeded",
    en="What an account owes stays within its credit limit.",
    nl="Wat een rekening verschuldigd is, blijft binnen de kredietlimiet.",
    refusal="account {account} comes to {exposure} {currency} at a limit of {limit}",
    spec=("CRD-1", "P15"),
    source="documentation",
)
OVER_MANDATORY = Rule(
    code="credit-limit.mandatory",
    en="The balance of an account stays within its mandatory limit, whatever type of limit it has.",
    nl="Het saldo van een rekening blijft binnen de verplichte limiet, ongeacht het type limiet.",
    refusal="account {account} has a balance of {exposure} {currency} at a mandatory limit of {limit}",
    spec=("CRD-1",),
    source="documentation",
)


@frozen(kw_only=True)
class Exposure:
    """
    What an account owes and will owe, VAT included; no unit is in two of them [I16].

    Args:
        balance: What is invoiced and not paid, less what was paid in advance.
        delivered: What is delivered and not invoiced.
        ordered: What is ordered, and neither delivered nor invoiced.
    """

    balance: Decimal = ZERO
    delivered: Decimal = ZERO
    ordered: Decimal = ZERO

    @exact
    def counted_as(self, kind: LimitType) -> Decimal:
        """Return what counts towards a limit of that type."""
        match kind:
            case LimitType.NONE:
                return ZERO
            case LimitType.BALANCE:
                return self.balance
            case LimitType.BALANCE_AND_SLIPS:
                return self.balance + self.delivered
            case _:
                return self.balance + self.delivered + self.ordered


@frozen(kw_only=True)
class CreditCheck:
    """
    What a check found.

    Args:
        refusals: What stops the command.
        warnings: The same, where the policy only warns.
    """

    exposure: Exposure
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()


@exact
def exposure(
    limit: CreditLimit, *, invoices: Iterable[Invoice] = (), payments: Iterable[Payment] = (), orders: Iterable[Order] = ()
) -> Exposure:
    """
    Return what the account of *limit* owes and will owe in its currency; documents of others are left out.

    Journal orders are drafts and returned orders are in the customer's favour only once they are invoiced: neither counts.
    """
    require_kind("limit", limit, CreditLimit)
    balance = sum((each.balance for each in all_of("invoice", invoices, Invoice) if _is_of(limit, each.account, each.currency)), ZERO)
    balance -= sum((each.balance for each in all_of("payment", payments, Payment) if _is_of(limit, each.account, each.currency)), ZERO)
    delivered = ordered = ZERO
    for order in all_of("order", orders, Order):
        if _is_of(limit, order.invoice_account, order.currency) and not order.is_journal and order.status is not OrderStatus.CANCELLED:
            whole, part = max(order.open_totals.total, ZERO), _delivered(order)
            delivered += part
            ordered += whole - part
    return Exposure(balance=balance, delivered=delivered, ordered=ordered)


def _is_of(limit: CreditLimit, account: str, currency: str) -> bool:
    return account == limit.account and currency == limit.currency


def _delivered(order: Order) -> Decimal:
    """Return what is delivered and not invoiced of an order, VAT included and no more than is open."""
    rows = []
    for balance in order.balances:
        quantity = smaller(balance.delivered_not_invoiced, balance.invoice_remainder)
        if quantity > 0:
            rows.append(row_of(balance.terms, quantity, order.quantum))
    return min(add_up_rows(rows, (), (), order.quantum, order.totals_policy).total, max(order.open_totals.total, ZERO))


@exact
def check(
    limit: CreditLimit,
    point: CheckPoint,
    *,
    on: date,
    invoices: Iterable[Invoice] = (),
    payments: Iterable[Payment] = (),
    orders: Iterable[Order] = (),
    policy: CreditPolicy = CREDIT,
) -> CreditCheck:
    """
    Look whether an account stays within its limit, with the documents as they would be [CRD-1].

    To ask before a command, give the documents of its outcome in the place of those it changes.
    A limit that has expired is zero. At a point that the policy leaves out nothing is found.
    """
    require_date("on", on)
    found = exposure(limit, invoices=invoices, payments=payments, orders=orders)
    if point not in policy.points:
        return CreditCheck(exposure=found)
    against = tuple(_against(limit, found, on))
    if policy.on_excess is OnExcess.WARNING:
        return CreditCheck(exposure=found, warnings=against)
    return CreditCheck(exposure=found, refusals=against)


def require(
    limit: CreditLimit,
    point: CheckPoint,
    *,
    on: date,
    invoices: Iterable[Invoice] = (),
    payments: Iterable[Payment] = (),
    orders: Iterable[Order] = (),
    policy: CreditPolicy = CREDIT,
) -> CreditCheck:
    """
    Check as ``check`` does, and stop at what the policy stops at.

    Raises:
        RefusedError: ``credit-limit.exceeded``, ``credit-limit.mandatory``.
    """
    found = check(limit, point, on=on, invoices=invoices, payments=payments, orders=orders, policy=policy)
    refuse(found.refusals)
    return found


def _against(limit: CreditLimit, found: Exposure, on: date) -> Iterator[Refusal]:
    counted = found.counted_as(limit.type)
    allowed = ZERO if limit.has_expired(on) else limit.amount
    if limit.type is not LimitType.NONE and counted > allowed:
        yield OVER_LIMIT.refuse(account=limit.account, exposure=counted, currency=limit.currency, limit=allowed)
    if limit.mandatory is not None and found.balance > limit.mandatory:
        yield OVER_MANDATORY.refuse(account=limit.account, exposure=found.balance, currency=limit.currency, limit=limit.mandatory)


@exact
def reasons_to_hold(
    order: Order,
    limit: CreditLimit,
    rules: Iterable[HoldRule],
    *,
    on: date,
    invoices: Iterable[Invoice] = (),
    payments: Iterable[Payment] = (),
    orders: Iterable[Order] = (),
) -> tuple[HoldReason, ...]:
    """
    Return why an order should be held for credit, each reason once; hold it with ``orders.hold``.

    Args:
        orders: The account's orders, the order itself among them.
    """
    owed = [each for each in invoices if _is_of(limit, each.account, each.currency)]
    found = exposure(limit, invoices=owed, payments=payments, orders=orders)
    chosen = (
        rule.reason
        for rule in rules
        if order.invoice_account not in rule.not_for_accounts
        and order.number not in rule.not_for_orders
        and _holds(rule, order, limit, owed, found, on)
    )
    return tuple(dict.fromkeys(chosen))


def _holds(rule: HoldRule, order: Order, limit: CreditLimit, owed: list[Invoice], found: Exposure, on: date) -> bool:
    late = [each for each in owed if each.is_overdue(on)]
    match rule.reason:
        case HoldReason.DAYS_OVERDUE:
            holds = any((on - _first_overdue(each)).days > rule.above for each in late)
        case HoldReason.OVERDUE_AMOUNT:
            holds = sum((each.overdue(on) for each in late), ZERO) > rule.above
        case HoldReason.ORDER_AMOUNT:
            holds = order.totals.total > rule.above
        case HoldReason.LIMIT_EXPIRED:
            holds = limit.has_expired(on)
        case HoldReason.LIMIT_EXCEEDED:
            holds = any(True for _ in _against(limit, found, on))
        case HoldReason.ACCOUNT_STATUS:
            holds = limit.status in rule.values
        case _:
            holds = order.payment_terms in rule.values
    return holds


def _first_overdue(invoice: Invoice) -> date:
    """Return the day on which the oldest part that is still owed was due."""
    schedule = invoice.schedule
    covered = accumulate(due.amount for due in schedule)
    return next(due.on for due, up_to in zip(schedule, covered, strict=True) if up_to > invoice.settled)
