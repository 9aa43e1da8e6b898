"""
Subscriptions: billing an order of that type cycle after cycle, each once, the missed ones too.

A cycle that is cut short, by its start, its end or a change of plan, is billed by its exact days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from attrs import evolve

from salesflow.billing import credit_notes, invoices
from salesflow.billing.crediting import CreditOf
from salesflow.checks import all_of, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.invoice import Invoice
from salesflow.model.order import Order, OrderType
from salesflow.model.policies import INVOICES, SUBSCRIPTIONS, InvoicePolicy, SubscriptionPolicy
from salesflow.model.subscription import MONTHLY, Cycle, Every, PartOfCycle, Subscription, SubscriptionStatus, days_of, length, part_of
from salesflow.money import exact, half_up
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.process import changes, orders
from salesflow.process.history import begun, changed
from salesflow.rules import Rule

NO_SUBSCRIPTION = Rule(
    code="subscription.order-type",
    en="Only an order of the type subscription comes round.",
    nl="Alleen een order van het type Abonnement komt steeds terug.",
    refusal="order {order} is a {type}",
    spec=("ORD-4",),
    source="seed",
)
ENDS_BEFORE = Rule(
    code="subscription.ends-before-start",
    en="The last day of a subscription is not before its first.",
    nl="De laatste dag van een abonnement ligt niet vóór de eerste.",
    refusal="subscription {subscription} starts on {starts} and cannot end on {ends}",
    spec=("ORD-4",),
    source="choice",
)
NOTHING_DUE = Rule(
    code="subscription.nothing-due",
    en="Every cycle of a subscription is billed once, when it is due.",
    nl="Elke periode van een abonnement wordt één keer gefactureerd, als die aan de beurt is.",
    refusal="subscription {subscription} has no period to bill on {on}; the next begins on {next}",
    spec=("I14",),
    source="documentation",
)
RUNAWAY = Rule(
    code="subscription.runaway",
    en="One run catches up no more cycles than the policy says.",
    nl="Eén run haalt niet meer periodes in dan het beleid toestaat.",
    refusal="subscription {subscription} has more than {most} periods to bill on {on}",
    spec=("I14",),
    source="choice",
)
ANOTHER_ORDER = Rule(
    code="subscription.another-order",
    en="A subscription is billed with its own order.",
    nl="Een abonnement wordt met de eigen order gefactureerd.",
    refusal="subscription {subscription} is of order {order}, not {given}",
    spec=("ORD-4",),
    source="choice",
)
NOT_BILLED = Rule(
    code="subscription.not-billed",
    en="The old plan is billed up to the day before another begins.",
    nl="Het oude abonnement wordt gefactureerd tot de dag voordat een ander begint.",
    refusal="subscription {subscription} is billed from {next} on; the change is on {on}",
    spec=("I8",),
    source="choice",
)
INVOICE_MISSING = Rule(
    code="subscription.invoice-missing",
    en="What was billed ahead is credited on its own invoice.",
    nl="Wat vooruit is gefactureerd, wordt gecrediteerd op de eigen factuur.",
    refusal="invoice {invoice} of subscription {subscription} is needed and was not given",
    spec=("I8",),
    source="choice",
)

_S = SubscriptionStatus
LIFECYCLE: Lifecycle[Subscription, SubscriptionStatus] = Lifecycle(
    "subscription",
    (
        Step("begin", (), (_S.ACTIVE,)),
        Step("bill", (_S.ACTIVE,), (_S.ACTIVE, _S.ENDED)),
        Step("change_plan", (_S.ACTIVE, _S.ENDED), (_S.ACTIVE, _S.ENDED)),
        Step("end", (_S.ACTIVE, _S.ENDED), (_S.ACTIVE, _S.ENDED)),
    ),
    status=lambda subscription: subscription.status,
    resting=(_S.ENDED,),
    kind=Subscription,
)


def begin(
    order: Order,
    *,
    number: str,
    starts: date,
    on: date,
    every: Every = MONTHLY,
    anchor: date | None = None,
    ends: date | None = None,
    by: str = "",
) -> Outcome[Subscription]:
    """
    Begin to bill an order of the type subscription.

    Args:
        anchor: The day cycles are counted from; left out the first day.
        ends: The last day that is billed.

    Raises:
        RefusedError: ``subscription.order-type``, ``subscription.ends-before-start``.
    """
    require_kind("order", order, Order)
    require_date("on", on)
    if order.type is not OrderType.SUBSCRIPTION:
        refuse((NO_SUBSCRIPTION.refuse(order=order.number, type=order.type.within),))
    subscription = Subscription(number=number, order=order.number, starts=starts, anchor=anchor or starts, every=every, ends=ends)
    if ends is not None and ends < starts:
        refuse((ENDS_BEFORE.refuse(subscription=number, starts=starts, ends=ends),))
    return begun(subscription, "subscription", "begun", on=on, by=by)


def due(subscription: Subscription, on: date, policy: SubscriptionPolicy = SUBSCRIPTIONS) -> tuple[Period, ...]:
    """
    Return the periods that are to be billed on that day, missed ones included, oldest first.

    Raises:
        RefusedError: ``subscription.runaway``.
    """
    require_kind("subscription", subscription, Subscription)
    require_date("on", on)
    return tuple(period for period, _ in _waiting(subscription, on, None, policy))


def _waiting(subscription: Subscription, on: date, through: date | None, policy: SubscriptionPolicy) -> list[tuple[Period, int]]:
    """Return the periods to bill, each with the days of its whole cycle; the last one cut at *through*."""
    waiting: list[tuple[Period, int]] = []
    ends, day = _earliest(subscription.ends, through), subscription.next_day
    shorter = subscription if through is None else evolve(subscription, ends=ends)
    while (ends is None or day <= ends) and (through is not None or not policy.in_advance or day <= on):
        period, whole = shorter.period_from(day)
        last = days_of(period)[1]
        if through is None and not policy.in_advance and last > on:
            break
        if len(waiting) == policy.most_at_once:
            refuse((RUNAWAY.refuse(subscription=subscription.number, most=policy.most_at_once, on=on),))
        waiting.append((period, whole))
        day = last + timedelta(days=1)
    return waiting


def _earliest(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


@exact
def bill(
    subscription: Subscription,
    order: Order,
    *,
    numbers: Callable[[], str],
    on: date,
    through: date | None = None,
    policy: SubscriptionPolicy = SUBSCRIPTIONS,
    invoice_policy: InvoicePolicy = INVOICES,
) -> Outcome[Subscription]:
    """
    Bill every period that is due, each on an invoice of its own; run again on that day it bills nothing more [I14].

    The order comes round with each invoice. When the last period is billed the order is closed.
    A period that is cut short is billed by its days: its lines, and the charges that are divided or go by the unit; a percentage
    follows the lines, and what a cycle is charged once is charged whole.

    Args:
        numbers: Draws the next invoice number.
        through: Bill up to this day, cutting the last period short, whether or not it is due.

    Raises:
        RefusedError: ``wrong-status``, ``subscription.*``, and what ``invoices.post`` refuses.
    """
    return _bill(subscription, order, numbers, on, through, policy, invoice_policy)


def _bill(
    subscription: Subscription,
    order: Order,
    numbers: Callable[[], str],
    on: date,
    through: date | None,
    policy: SubscriptionPolicy,
    invoice_policy: InvoicePolicy,
    *,
    continues: bool = False,
) -> Outcome[Subscription]:
    """Bill the periods that are due; where the first one continues a cycle that was billed, that cycle has had what it is charged once."""
    _require(subscription, order, "bill", on)
    waiting = _waiting(subscription, on, through, policy)
    if not waiting:
        refuse((NOTHING_DUE.refuse(subscription=subscription.number, on=on, next=subscription.next_day),))
    made: list[Invoice] = []
    events: list[Any] = []
    cycles = list(subscription.cycles)
    for place, (period, whole) in enumerate(waiting):
        part = PartOfCycle(days=length(period), whole=whole, continues=continues and not place)
        cut = part if part.continues or part.days != whole else None
        done = invoices.post(order, number=numbers(), on=on, period=period, part=cut, policy=invoice_policy)
        order = done.changed[0]
        invoice: Invoice = done.document
        made.append(invoice)
        events += done.events
        cycles.append(Cycle(period=period, invoice=invoice.number, net=invoice.totals.net + invoice.totals.charges, whole=whole))
    after = evolve(subscription, cycles=tuple(cycles))
    order, closing = _closed(after, order, on)
    told = changed(subscription, after, "subscription", "billed", on=on)
    return Outcome(document=after, made=tuple(made), changed=(order, after), events=(*events, *closing, *told.events))


def _closed(subscription: Subscription, order: Order, on: date) -> tuple[Order, tuple[Any, ...]]:
    """Return the order, closed where its subscription has ended."""
    if subscription.status is not SubscriptionStatus.ENDED or not order.fold.to_deliver:
        return order, ()
    ended = orders.short_close(order, on=on)
    return ended.document, ended.events


@exact
def change_plan(
    subscription: Subscription,
    order: Order,
    wanted: Iterable[changes.Change],
    billed: Iterable[Invoice] = (),
    *,
    credit_number: str,
    number: str,
    on: date,
    reason: str,
    policy: SubscriptionPolicy = SUBSCRIPTIONS,
) -> Outcome[Subscription]:
    """
    Change what a subscription has or costs from that day on.

    What was billed ahead for that day and later is credited, by exact days and never more than is left of it;
    the rest of the cycle is then billed by the new plan.

    Args:
        billed: The invoices of the cycles that are not over.
        credit_number: The number of the credit note.
        number: The number of the invoice for the rest of the cycle.

    Raises:
        RefusedError: ``wrong-status``, ``subscription.*``, and what ``changes.change`` and ``credit_notes.post`` refuse.
    """
    _require(subscription, order, "change_plan", on)
    if subscription.next_day < on:
        refuse((NOT_BILLED.refuse(subscription=subscription.number, next=subscription.next_day, on=on),))
    back = _credited(subscription, order, billed, on, credit_number, on, reason)
    revised = changes.change(back.order, wanted, on=on, reason=reason)
    cut = evolve(subscription, cycles=back.cycles)
    told = changed(subscription, cut, "subscription", "replanned", on=on, reason=reason)
    if back.through is None:
        return Outcome(document=cut, changed=(revised.document, cut), events=(*revised.events, *told.events))
    continues = subscription.cycle_of(on).start != on
    done = _bill(cut, revised.document, lambda: number, on, back.through, policy, INVOICES, continues=continues)
    after_order, after = done.changed
    return Outcome(
        document=after,
        made=(*back.made, *done.made),
        changed=(after_order, *back.invoices, after),
        events=(*back.events, *revised.events, *told.events, *done.events),
    )


@exact
def end(
    subscription: Subscription,
    order: Order,
    billed: Iterable[Invoice] = (),
    *,
    ends: date,
    credit_number: str,
    on: date,
    reason: str = "",
) -> Outcome[Subscription]:
    """
    End a subscription: *ends* is the last day that is billed. What was billed beyond it is credited, by exact days.

    Raises:
        RefusedError: ``wrong-status``, ``subscription.*``, and what ``credit_notes.post`` refuses.
    """
    require_date("ends", ends)
    _require(subscription, order, "end", on)
    if ends < subscription.starts:
        refuse((ENDS_BEFORE.refuse(subscription=subscription.number, starts=subscription.starts, ends=ends),))
    back = _credited(subscription, order, billed, ends + timedelta(days=1), credit_number, on, reason)
    after = evolve(subscription, ends=ends, cycles=back.cycles)
    closed, closing = _closed(after, back.order, on)
    told = changed(subscription, after, "subscription", "ended", on=on, reason=reason)
    return Outcome(document=after, made=back.made, changed=(closed, *back.invoices, after), events=(*back.events, *closing, *told.events))


class _Back:
    """What was given back of cycles that were billed ahead."""

    def __init__(self, order: Order, cycles: tuple[Cycle, ...]) -> None:
        self.order = order
        self.cycles = cycles
        self.made: tuple[Invoice, ...] = ()
        self.invoices: tuple[Invoice, ...] = ()
        self.events: tuple[Any, ...] = ()
        self.through: date | None = None


def _credited(
    subscription: Subscription, order: Order, billed: Iterable[Invoice], first: date, number: str, on: date, reason: str
) -> _Back:
    """Credit what was billed for *first* and later, and cut the cycles there."""
    known = {invoice.number: invoice for invoice in all_of("invoice", billed, Invoice)}
    ahead = [cycle for cycle in subscription.cycles if days_of(cycle.period)[1] >= first]
    back = _Back(order, tuple(_cut(subscription.cycles, first)))
    if not ahead:
        return back
    refuse(_against_missing(subscription, ahead, known))
    back.through = days_of(ahead[-1].period)[1]
    claims = [claim for cycle in ahead if (claim := _unused(known[cycle.invoice], order.number, cycle, first)).amounts]
    if claims:
        noted = credit_notes.post(claims, orders=order, number=number, on=on, reason=reason, reopens=False)
        back.order, back.made, back.events = noted.changed[0], noted.made, noted.events
        back.invoices = noted.changed[1:]
    return back


def _against_missing(subscription: Subscription, ahead: list[Cycle], known: dict[str, Invoice]) -> Iterator[Refusal]:
    for cycle in ahead:
        if cycle.invoice not in known:
            yield INVOICE_MISSING.refuse(invoice=cycle.invoice, subscription=subscription.number)


def _unused(invoice: Invoice, order: str, cycle: Cycle, first: date) -> CreditOf:
    """Return what of a cycle's invoice is for *first* and later, and still there to credit."""
    start, last = days_of(cycle.period)
    unused, days = (last - max(first, start)).days + 1, length(cycle.period)
    amounts = {}
    for line in invoice.lines_of(order):
        left = invoice.creditable[line.number].amount
        amount = min(half_up(part_of(line.amount, unused, days), invoice.quantum), left)
        if amount > 0:
            amounts[line.number] = amount
    return CreditOf(invoice=invoice, amounts=amounts)


def _cut(cycles: tuple[Cycle, ...], first: date) -> Iterator[Cycle]:
    """Yield the cycles as far as they lie before *first*."""
    for cycle in cycles:
        start, last = days_of(cycle.period)
        if last < first:
            yield cycle
        elif start < first:
            yield evolve(cycle, period=Period(start, first - timedelta(days=1)))


def _require(subscription: Subscription, order: Order, command: str, on: date) -> None:
    require_kind("order", order, Order)
    require_date("on", on)
    LIFECYCLE.require(command, subscription, on=on)
    if order.number != subscription.order:
        refuse((ANOTHER_ORDER.refuse(subscription=subscription.number, order=subscription.order, given=order.number),))
