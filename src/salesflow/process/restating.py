"""
Restating: prices that are without VAT as prices with it, the other way round, and prices under another rate of VAT.

It is always asked for, never done in silence, and never twice: the price that was entered stays beside the one that is worked out [GRS-2].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import evolve

from salesflow.checks import ZERO, require_date, require_kind, require_text
from salesflow.errors import Refusal, refuse
from salesflow.labels import Labelled
from salesflow.model.charge import ALWAYS_GRANTED, ChargeOf, ChargeRule, Measure
from salesflow.model.events import OrderChanged
from salesflow.model.order import Order, Revision
from salesflow.model.order_amounts import ordered_rows
from salesflow.model.order_life import LIFECYCLE
from salesflow.model.order_line import OrderLine
from salesflow.model.totals import Basis, in_basis, unrounded_gross, unrounded_net
from salesflow.model.vat import Vat
from salesflow.money import exact, half_up
from salesflow.outcome import Outcome
from salesflow.process.total_discounts import restated
from salesflow.rules import Rule

POSTED = Rule(
    code="order.basis-posted",
    en="Whether the prices of an order have VAT in them is changed before anything is posted.",
    nl="Of de prijzen van een order inclusief btw zijn, wordt gewijzigd voordat er iets is geboekt.",
    refusal="order {order} has {postings} postings; its prices stay {basis}",
    spec=("GRS-2",),
    source="documentation",
)
SAME_BASIS = Rule(
    code="order.same-basis",
    en="Restating an order changes whether its prices have VAT in them.",
    nl="Herleiden wijzigt of de prijzen van een order inclusief btw zijn.",
    refusal="order {order} has prices {basis} already",
    spec=("GRS-2",),
    source="choice",
)
ANOTHER_RATE = Rule(
    code="price.another-rate",
    en="A price with VAT in it is sold at the rate that it has in it, unless it is said which side of it stays.",
    nl="Een prijs inclusief btw wordt verkocht tegen het tarief dat erin zit, tenzij is gezegd welk deel ervan blijft.",
    refusal="line {line} has a price with {rate} percent in it and would be taxed at {other}; say whether the price or its net stays",
    spec=("GRS-16", "GRS-P5"),
    source="documentation",
)


class OtherRate(Labelled):
    """What stays of a price with VAT in it where another rate holds than the one in it [GRS-P5]."""

    KEEP_GROSS = "keep-gross", "The price", "De prijs"
    """The usual choice for consumers: they pay what they saw."""
    KEEP_NET = "keep-net", "The net", "Het netto bedrag"
    """The usual choice where there is no VAT, such as exports."""
    REFUSE = "refuse", "Nothing: it is refused", "Niets: het wordt geweigerd"


@exact
def line(line: OrderLine, basis: Basis) -> OrderLine:
    """
    Return a line whose price, and what is taken off it, is in another basis: unrounded, with the price that was entered beside it [GRS-2].

    A line that was restated before goes back to just what was entered.
    """
    require_kind("line", line, OrderLine)
    require_kind("basis", basis, Basis)
    if line.basis is basis:
        return line
    price = in_basis(line.price, line.vat, line.basis, basis) if line.entered is None else line.entered
    off = min(in_basis(line.discount_amount, line.vat, line.basis, basis), price / line.price_unit) or ZERO
    return evolve(line, basis=basis, price=price, entered=line.price if line.entered is None else None, discount_amount=off)


@exact
def at_rate(line: OrderLine, vat: Vat, policy: OtherRate = OtherRate.KEEP_GROSS, *, quantum: Decimal = Decimal("0.01")) -> OrderLine:
    """
    Return a line that is taxed in another way than its item is; a price without VAT stays.

    Args:
        policy: What stays of a price with VAT in it [GRS-P5].
        quantum: What the net is rounded to where it stays.

    Raises:
        RefusedError: ``price.another-rate``.
    """
    require_kind("line", line, OrderLine)
    require_kind("vat", vat, Vat)
    require_kind("policy", policy, OtherRate)
    item = evolve(line.item, vat=vat)
    if line.basis is Basis.NET or vat.rate == line.vat.rate:
        return evolve(line, item=item)
    if policy is OtherRate.REFUSE:
        refuse((ANOTHER_RATE.refuse(line=line.number, rate=line.vat.rate, other=vat.rate),))
    if policy is OtherRate.KEEP_GROSS:
        return evolve(line, item=item)
    net = half_up(unrounded_net(line.price, line.vat), quantum)
    off = min(unrounded_gross(unrounded_net(line.discount_amount, line.vat), vat), unrounded_gross(net, vat) / line.price_unit) or ZERO
    return evolve(line, item=item, price=unrounded_gross(net, vat), entered=None, discount_amount=off)


@exact
def restate(order: Order, basis: Basis, *, on: date, reason: str) -> Outcome[Order]:
    """
    Give an order prices with VAT in them, or without: its lines, and its charges [GRS-2].

    Amounts of charges and thresholds are divided over the rates of the lines and rounded; prices of lines are not.
    It makes a new revision, so a confirmed order needs confirming again.

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.basis-posted``, ``order.same-basis``.
    """
    require_kind("order", order, Order)
    require_kind("basis", basis, Basis)
    require_date("on", on)
    require_text("reason", reason)
    LIFECYCLE.require("restating.restate", order, on=on)
    refuse(_against(order, basis))
    sums: dict[Vat, Decimal] = {}
    for each, _, amount, _ in ordered_rows(order):
        sums[each.vat] = sums.get(each.vat, ZERO) + amount
    lines = tuple(line(each, basis) for each in order.lines)
    charges = tuple(_charge(rule, order.basis, basis, sums, order.quantum) for rule in order.charges)
    revision = Revision(number=order.revision + 1, on=on, reason=reason, before=order.lines, charges=order.charges or None)
    after = evolve(
        order,
        lines=lines,
        charges=charges,
        totals_policy=evolve(order.totals_policy, basis=basis),
        revisions=(*order.revisions, revision),
        fold=None,
    )
    event = OrderChanged(number=order.number, on=on, revision=after.revision, reason=reason)
    return Outcome(document=after, changed=(after,), events=(event,))


def _against(order: Order, basis: Basis) -> Iterator[Refusal]:
    if order.basis is basis:
        yield SAME_BASIS.refuse(order=order.number, basis=basis.within)
    if order.postings:
        yield POSTED.refuse(order=order.number, postings=len(order.postings), basis=order.basis.within)


def _charge(rule: ChargeRule, given: Basis, basis: Basis, sums: Mapping[Vat, Decimal], quantum: Decimal) -> ChargeRule:
    """Return a charge in the other basis; a percentage stays one."""

    def other(amount: Decimal) -> Decimal:
        return restated(amount, given, sums, basis, quantum)

    granted = rule.granted
    is_amount = rule.of is not ChargeOf.PERCENT
    if granted is not ALWAYS_GRANTED:
        by_amount = granted.measure is Measure.AMOUNT
        granted = evolve(
            granted,
            least=other(granted.least) if by_amount else granted.least,
            below=None if granted.below is None else other(granted.below) if by_amount else granted.below,
            up_to=None if granted.up_to is None else other(granted.up_to) if by_amount else granted.up_to,
            tiers=tuple((other(start) if by_amount else start, other(value) if is_amount else value) for start, value in granted.tiers),
        )
    return evolve(
        rule,
        value=other(rule.value) if is_amount else rule.value,
        granted=granted,
        least=None if rule.least is None else other(rule.least),
        most=None if rule.most is None else other(rule.most),
    )
