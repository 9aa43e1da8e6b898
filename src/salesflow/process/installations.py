"""Installing what was delivered, and the contracts by which it is maintained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from attrs import evolve

from salesflow.checks import ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.after_sale import Installed, Maintenance, MaintenanceStatus, Visit
from salesflow.model.order import Order
from salesflow.model.subscription import MONTHLY, Every
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.period import Period, months_after
from salesflow.process.history import begun, changed
from salesflow.process.orders import UNKNOWN_LINE
from salesflow.rules import Rule

OVER_DELIVERED = Rule(
    code="installation.over-delivered",
    en="No more is installed than was delivered.",
    nl="Er wordt niet meer geïnstalleerd dan er is geleverd.",
    refusal="line {line} of order {order} has {left} delivered and not installed, not {asked}",
    spec=("SVC-3",),
    source="choice",
)
SERIALS = Rule(
    code="installation.serials",
    en="Where serial numbers are given, each unit has one of its own.",
    nl="Als serienummers worden gegeven, heeft elke eenheid een eigen nummer.",
    refusal="{quantity} installed units cannot have the {count} serial numbers {serials}",
    spec=("SVC-3",),
    source="choice",
)
REMOVED = Rule(
    code="installation.removed",
    en="What is installed is taken away once, on its own day or later.",
    nl="Wat is geïnstalleerd, wordt één keer weggehaald, op de eigen dag of later.",
    refusal="{installed} was installed on {day}, removed {removed}",
    spec=("SVC-3",),
    source="choice",
)
OUTSIDE = Rule(
    code="maintenance.outside-period",
    en="A maintenance contract has a first and a last day, and its visits lie between them.",
    nl="Een onderhoudscontract heeft een eerste en een laatste dag, en de bezoeken liggen daartussen.",
    refusal="{day} lies outside contract {contract}, {period}",
    spec=("SVC-4",),
    source="choice",
)
UNKNOWN_VISIT = Rule(
    code="maintenance.visit",
    en="A visit of a maintenance contract is done once.",
    nl="Een bezoek van een onderhoudscontract vindt één keer plaats.",
    refusal="contract {contract} has no visit {visit} that is still to be done",
    spec=("SVC-4",),
    source="choice",
)
ANOTHERS = Rule(
    code="maintenance.another-customer",
    en="A maintenance contract is about things installed at its own customer.",
    nl="Een onderhoudscontract gaat over wat bij de eigen klant is geïnstalleerd.",
    refusal="{installed} is installed at {customer}",
    spec=("SVC-4",),
    source="choice",
)

_S = MaintenanceStatus
LIFECYCLE: Lifecycle[Maintenance, MaintenanceStatus] = Lifecycle(
    "maintenance contract",
    (
        Step("contract", (), (_S.ACTIVE,)),
        Step("visit", (_S.ACTIVE,), (_S.ACTIVE,)),
        Step("move_visit", (_S.ACTIVE,), (_S.ACTIVE,)),
        Step("end", (_S.ACTIVE,), (_S.ENDED,)),
    ),
    status=lambda contract: contract.status,
    resting=(_S.ACTIVE, _S.ENDED),
    kind=Maintenance,
)


@exact
def install(
    order: Order,
    line: int,
    quantity: Decimal | int,
    known: Iterable[Installed] = (),
    *,
    number: str,
    on: date,
    serials: Iterable[str] = (),
    warranty_months: int | None = None,
    configuration: Iterable[tuple[str, str]] = (),
    by: str = "",
) -> Outcome[Installed]:
    """
    Install what an order line delivered [SVC-3].

    Args:
        known: What was installed of the order before.
        warranty_months: How long the warranty is; it ends the day before, counted in months from the installation.

    Raises:
        RefusedError: ``order.unknown-line``, ``installation.over-delivered``, ``installation.serials``.
    """
    require_kind("order", order, Order)
    require_date("on", on)
    if line not in order:
        refuse((UNKNOWN_LINE.refuse(order=order.number, line=line),))
    asked, numbers = exact_number("quantity", quantity), tuple(serials)
    before = (each.quantity for each in all_of("installed", known, Installed) if (each.order, each.line) == (order.number, line))
    left = order.line(line).delivered - sum(before, ZERO)
    found: list[Refusal] = []
    if not ZERO < asked <= left:
        found.append(OVER_DELIVERED.refuse(order=order.number, line=line, left=left, asked=asked))
    if numbers and (len(set(numbers)) != len(numbers) or len(numbers) != asked):
        found.append(SERIALS.refuse(quantity=asked, count=len(numbers), serials=", ".join(numbers)))
    refuse(found)
    thing = Installed(
        number=number,
        customer=order.customer,
        order=order.number,
        line=line,
        item=order.line(line).item,
        quantity=asked,
        installed=on,
        serials=numbers,
        warranty=None if warranty_months is None else months_after(on, warranty_months) - timedelta(days=1),
        configuration=tuple(configuration),
    )
    return begun(thing, "installed", "installed", on=on, by=by)


def configure(thing: Installed, configuration: Iterable[tuple[str, str]], *, on: date, by: str = "") -> Outcome[Installed]:
    """
    Note how an installed thing is set up now.

    Raises:
        RefusedError: ``installation.removed``.
    """
    refuse(_against_removed(thing, on))
    return changed(thing, evolve(thing, configuration=tuple(configuration)), "installed", "configured", on=on, by=by)


def remove(thing: Installed, *, on: date, by: str = "") -> Outcome[Installed]:
    """
    Note that an installed thing was taken away.

    Raises:
        RefusedError: ``installation.removed``.
    """
    refuse(_against_removed(thing, on))
    return changed(thing, evolve(thing, removed=on), "installed", "removed", on=on, by=by)


def _against_removed(thing: Installed, on: date) -> Iterator[Refusal]:
    require_kind("installed", thing, Installed)
    require_date("on", on)
    if thing.removed is not None or on < thing.installed:
        yield REMOVED.refuse(installed=thing.number, day=thing.installed, removed=thing.removed or "never")


# ---------------------------------------------------------------------- maintenance


def contract(
    things: Iterable[Installed],
    *,
    number: str,
    customer: str,
    period: Period,
    on: date,
    every: Every = MONTHLY,
    subscription: str | None = None,
    by: str = "",
) -> Outcome[Maintenance]:
    """
    Agree to maintain installed things; a visit is planned at the end of each round within the period [SVC-4].

    Rounds are counted from the first day, so a shorter month does not move the visits after it.

    Raises:
        RefusedError: ``maintenance.outside-period``, ``maintenance.another-customer``.
    """
    require_kind("period", period, Period)
    given = all_of("installed", things, Installed)
    refuse(ANOTHERS.refuse(installed=each.number, customer=each.customer) for each in given if each.customer != customer)
    if period.start is None or period.end is None:
        refuse((OUTSIDE.refuse(day="a day without end", contract=number, period=period),))
    made = Maintenance(
        number=number,
        customer=customer,
        installed=tuple(each.number for each in given),
        period=period,
        every=every,
        visits=tuple(_planned(period, every)),
        subscription=subscription,
    )
    return begun(made, "maintenance", "agreed", on=on, by=by)


def _planned(period: Period, every: Every) -> Iterator[Visit]:
    number = 1
    while period.start is not None and (day := every.after(period.start, number)) in period:
        yield Visit(number=number, planned=day)
        number += 1


def visit(contract: Maintenance, number: int, *, on: date, by: str, report: str = "") -> Outcome[Maintenance]:
    """
    Note that a visit was made.

    Raises:
        RefusedError: ``wrong-status``, ``maintenance.visit``.
    """
    LIFECYCLE.require("visit", contract, on=on)
    refuse(_against_visit(contract, number))
    visits = tuple(evolve(each, done=on, by=by, report=report) if each.number == number else each for each in contract.visits)
    return changed(contract, evolve(contract, visits=visits), "maintenance", "visited", on=on, by=by)


def move_visit(contract: Maintenance, number: int, planned: date, *, on: date, by: str = "") -> Outcome[Maintenance]:
    """
    Plan a visit for another day of the contract.

    Raises:
        RefusedError: ``wrong-status``, ``maintenance.visit``, ``maintenance.outside-period``.
    """
    LIFECYCLE.require("move_visit", contract, on=on)
    refuse(_against_visit(contract, number))
    if planned not in contract.period:
        refuse((OUTSIDE.refuse(day=planned, contract=contract.number, period=contract.period),))
    visits = tuple(evolve(each, planned=planned) if each.number == number else each for each in contract.visits)
    in_order = tuple(sorted(visits, key=lambda each: (each.planned, each.number)))
    return changed(contract, evolve(contract, visits=in_order), "maintenance", "replanned", on=on, by=by)


def end(contract: Maintenance, *, on: date, reason: str = "", by: str = "") -> Outcome[Maintenance]:
    """
    End a maintenance contract; visits after that day are dropped.

    Raises:
        RefusedError: ``wrong-status``.
    """
    LIFECYCLE.require("end", contract, on=on)
    kept = tuple(each for each in contract.visits if each.done is not None or each.planned <= on)
    return changed(contract, evolve(contract, ended=on, visits=kept), "maintenance", "ended", on=on, by=by, reason=reason)


def visits_due(contracts: Iterable[Maintenance], *, on: date) -> tuple[tuple[Maintenance, Visit], ...]:
    """Return the visits that were to be made by that day and were not, the oldest first."""
    require_date("on", on)
    found = [
        (each, visit)
        for each in all_of("contract", contracts, Maintenance)
        for visit in each.visits
        if visit.done is None and visit.planned <= on
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1].planned, pair[0].number)))


def _against_visit(contract: Maintenance, number: int) -> Iterator[Refusal]:
    if not any(each.number == number and each.done is None for each in contract.visits):
        yield UNKNOWN_VISIT.refuse(contract=contract.number, visit=number)
