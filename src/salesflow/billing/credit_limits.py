"""
Credit limits: what an account owes and will owe, counted once, against what it may.

A unit is counted where it is furthest: invoiced, else delivered, else ordered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import cast

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.model.credit import CREDIT, CheckPoint, CreditLimit, CreditPolicy, HoldReason, HoldRule, LimitType, OnExcess
from salesflow.model.exchange import RateTable
from salesflow.model.invoice import Invoice, InvoiceKind
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


NO_RATE = Rule(
    code="credit-limit.no-rate",
    en="What an account owes in other currencies than its limit is counted too, at the rates that are given.",
    nl="Wat een rekening verschuldigd is in andere valuta dan die van de limiet, telt mee tegen de gegeven koersen.",
    refusal="account {account} has {documents} in {currency}, and its limit is in {wanted}; give a table of rates with both",
    spec=("CRD-1", "CUR-2"),
    source="choice",
)


@frozen(kw_only=True)
class Exposure:
    """
    What an account owes and will owe, VAT included and in the currency of its limit; no unit is in two of them [I16].

    Args:
        balance: What is invoiced and not paid, deposits among it, less what was paid in advance.
        delivered: What is delivered and not invoiced, less deposits.
        ordered: What is ordered, and neither delivered nor invoiced, less deposits.
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
    limit: CreditLimit,
    *,
    invoices: Iterable[Invoice] = (),
    payments: Iterable[Payment] = (),
    orders: Iterable[Order] = (),
    rates: RateTable | None = None,
) -> Exposure:
    """
    Return what the account of *limit* owes and will owe; documents of other accounts are left out.

    Journal orders are drafts and returned orders are in the customer's favour only once they are invoiced: neither counts.
    What was invoiced in advance is owed once: on the deposit, no longer on the order.

    Args:
        rates: What documents in other currencies than that of the limit are counted at; each currency is converted as a whole.

    Raises:
        RefusedError: ``credit-limit.no-rate``.
    """
    found = _Documents.of(limit, invoices, payments, orders)
    refuse(found.without_rate(rates))
    return found.exposure(rates)


@frozen(kw_only=True)
class _Documents:
    """The documents that count towards a limit."""

    limit: CreditLimit
    invoices: tuple[Invoice, ...]
    payments: tuple[Payment, ...]
    orders: tuple[Order, ...]

    @classmethod
    def of(cls, limit: CreditLimit, invoices: Iterable[Invoice], payments: Iterable[Payment], orders: Iterable[Order]) -> _Documents:
        require_kind("limit", limit, CreditLimit)
        name = limit.account
        return cls(
            limit=limit,
            invoices=tuple(
                each
                for each in all_of("invoice", invoices, Invoice)
                if each.account == name and each.balance and each.kind is not InvoiceKind.PRO_FORMA
            ),
            payments=tuple(each for each in all_of("payment", payments, Payment) if each.account == name and each.balance),
            orders=tuple(each for each in all_of("order", orders, Order) if each.invoice_account == name and _counts(each)),
        )

    def without_rate(self, rates: RateTable | None) -> Iterator[Refusal]:
        """Yield the currencies that cannot be converted, with the documents that are in them."""
        wanted = self.limit.currency
        missing: dict[str, list[str]] = {}
        given: tuple[Invoice | Payment | Order, ...] = (*self.invoices, *self.payments, *self.orders)
        for each in given:
            if each.currency != wanted and not _has_rates(rates, each.currency, wanted):
                missing.setdefault(each.currency, []).append(each.number)
        for currency, numbers in sorted(missing.items()):
            yield NO_RATE.refuse(account=self.limit.account, documents=", ".join(numbers), currency=currency, wanted=wanted)

    def exposure(self, rates: RateTable | None) -> Exposure:
        """Add up what can be converted."""
        balance = [(each.currency, each.balance) for each in self.invoices]
        balance += [(each.currency, -each.balance) for each in self.payments]
        ahead = [(each.currency, *_uninvoiced(each)) for each in self.orders]
        return Exposure(
            balance=_added_up(balance, self.limit.currency, rates),
            delivered=_added_up([(currency, delivered) for currency, delivered, _ in ahead], self.limit.currency, rates),
            ordered=_added_up([(currency, ordered) for currency, _, ordered in ahead], self.limit.currency, rates),
        )


def _added_up(amounts: Iterable[tuple[str, Decimal]], wanted: str, rates: RateTable | None) -> Decimal:
    """Add amounts up in the *wanted* currency; each other one is converted as a whole, and left out where there is no rate."""
    sums: dict[str, Decimal] = {}
    for currency, amount in amounts:
        sums[currency] = sums.get(currency, ZERO) + amount
    total = sums.pop(wanted, ZERO)
    for currency, amount in sums.items():
        if _has_rates(rates, currency, wanted):
            total += cast("RateTable", rates).convert(amount, currency, wanted)
    return total


def _has_rates(rates: RateTable | None, *currencies: str) -> bool:
    return rates is not None and all(rates.has_rate(currency) for currency in currencies)


def _counts(order: Order) -> bool:
    return not order.is_journal and order.status is not OrderStatus.CANCELLED


def _uninvoiced(order: Order) -> tuple[Decimal, Decimal]:
    """Return what is still to be invoiced of an order, delivered or not, less what was invoiced in advance; VAT included."""
    whole = max(order.open_totals.total - order.advanced, ZERO)
    delivered = min(_delivered(order), whole)
    return delivered, whole - delivered


def _delivered(order: Order) -> Decimal:
    """Return what is delivered and not invoiced of the lines of an order, VAT included."""
    rows = []
    for balance in order.balances:
        quantity = smaller(balance.delivered_not_invoiced, balance.invoice_remainder)
        if quantity > 0:
            rows.append(row_of(balance.terms, quantity, order.quantum))
    return add_up_rows(rows, (), (), order.quantum, order.totals_policy).total


@exact
def check(
    limit: CreditLimit,
    point: CheckPoint,
    *,
    on: date,
    invoices: Iterable[Invoice] = (),
    payments: Iterable[Payment] = (),
    orders: Iterable[Order] = (),
    rates: RateTable | None = None,
    policy: CreditPolicy = CREDIT,
) -> CreditCheck:
    """
    Look whether an account stays within its limit, with the documents as they would be [CRD-1].

    To ask before a command, give the documents of its outcome in the place of those it changes.
    A limit that has expired is zero. At a point that the policy leaves out nothing is found.
    What cannot be converted for want of a rate is found like an excess, and left out of the exposure.
    """
    require_date("on", on)
    documents = _Documents.of(limit, invoices, payments, orders)
    found = documents.exposure(rates)
    if point not in policy.points:
        return CreditCheck(exposure=found)
    against = (*documents.without_rate(rates), *_against(limit, found, on))
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
    rates: RateTable | None = None,
    policy: CreditPolicy = CREDIT,
) -> CreditCheck:
    """
    Check as ``check`` does, and stop at what the policy stops at.

    Raises:
        RefusedError: ``credit-limit.exceeded``, ``credit-limit.mandatory``, ``credit-limit.no-rate``.
    """
    found = check(limit, point, on=on, invoices=invoices, payments=payments, orders=orders, rates=rates, policy=policy)
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
    rates: RateTable | None = None,
) -> tuple[HoldReason, ...]:
    """
    Return why an order should be held for credit, each reason once; hold it with ``orders.hold``.

    Amounts that a rule names are in the currency of the limit.

    Args:
        orders: The account's orders, the order itself among them.
        rates: What documents in other currencies than that of the limit are counted at.

    Raises:
        RefusedError: ``credit-limit.no-rate``.
    """
    documents = _Documents.of(limit, invoices, payments, orders)
    refuse((*documents.without_rate(rates), *evolve(documents, invoices=(), payments=(), orders=(order,)).without_rate(rates)))
    look = _Look(order=order, documents=documents, rates=rates, exposure=documents.exposure(rates), on=on)
    chosen = (
        rule.reason
        for rule in rules
        if order.invoice_account not in rule.not_for_accounts and order.number not in rule.not_for_orders and look.holds(rule)
    )
    return tuple(dict.fromkeys(chosen))


@frozen(kw_only=True)
class _Look:
    """What rules look at to hold an order."""

    order: Order
    documents: _Documents
    rates: RateTable | None
    exposure: Exposure
    on: date

    def holds(self, rule: HoldRule) -> bool:
        limit = self.documents.limit
        match rule.reason:
            case HoldReason.DAYS_OVERDUE:
                holds = any((self.on - each.open_parts()[0].on).days > rule.above for each in self.late)
            case HoldReason.OVERDUE_AMOUNT:
                holds = self._sum((each.currency, each.overdue(self.on)) for each in self.late) > rule.above
            case HoldReason.ORDER_AMOUNT:
                holds = self._sum([(self.order.currency, self.order.totals.total)]) > rule.above
            case HoldReason.LIMIT_EXPIRED:
                holds = limit.has_expired(self.on)
            case HoldReason.LIMIT_EXCEEDED:
                holds = any(True for _ in _against(limit, self.exposure, self.on))
            case HoldReason.ACCOUNT_STATUS:
                holds = limit.status in rule.values
            case _:
                holds = self.order.payment_terms in rule.values
        return holds

    @property
    def late(self) -> list[Invoice]:
        return [each for each in self.documents.invoices if each.is_overdue(self.on)]

    def _sum(self, amounts: Iterable[tuple[str, Decimal]]) -> Decimal:
        return _added_up(amounts, self.documents.limit.currency, self.rates)
