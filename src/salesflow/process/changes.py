"""
Changing an order that was placed: a set of changes, looked at before it is applied, that makes a new revision of the terms.

What happened stays: postings keep their own amounts, and no line falls below what was delivered, invoiced or cancelled of it [P9].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, require_date, require_kind, require_text
from salesflow.errors import Refusal, RefusedError
from salesflow.model.charge import ChargeRule
from salesflow.model.charge_rules import UNKNOWN as UNKNOWN_CHARGE
from salesflow.model.events import OrderChanged
from salesflow.model.order import Order, Revision, with_terms
from salesflow.model.order_amounts import open_rows, shares_of_order
from salesflow.model.order_life import LIFECYCLE
from salesflow.model.order_line import OrderLine
from salesflow.model.policies import AGREEMENTS, AgreementPolicy
from salesflow.model.pricing import AgreementLink, PriceOrigin
from salesflow.model.renewal import renew
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process.commitments import Fulfilment, against_links
from salesflow.process.orders import UNKNOWN_LINE, against_shape
from salesflow.rules import Rule

BELOW_FLOOR = Rule(
    code="order.below-floor",
    en="A changed quantity keeps its sign and covers what was delivered or invoiced of the line, with what was cancelled.",
    nl="Een gewijzigde hoeveelheid houdt haar teken en dekt wat van de regel is geleverd of gefactureerd, met wat is geannuleerd.",
    refusal="line {line} cannot come to {asked}: {delivered} delivered, {invoiced} invoiced and {cancelled} cancelled need at least {floor}",
    spec=("P9", "QTY-6"),
    source="choice",
)
LINE_IN_USE = Rule(
    code="order.line-in-use",
    en="A line with postings is not removed, nor one of a delivery schedule.",
    nl="Een regel met boekingen wordt niet verwijderd, en een regel van een leveringsplan ook niet.",
    refusal="line {line} of order {order} has postings or belongs to a delivery schedule; short-close it instead",
    spec=("P9",),
    source="choice",
)
CHARGE_NUMBER_USED = Rule(
    code="charge.number-used",
    en="A charge that is added has a number that no charge of the order has or had.",
    nl="Een toegevoegde toeslag heeft een nummer dat geen toeslag van de order heeft of had.",
    refusal="order {order} has or had a charge {charge}; leave the number out, or set that charge",
    spec=("CHG-1",),
    source="choice",
)
NO_CHANGE = Rule(
    code="order.no-change",
    en="A revision changes something.",
    nl="Een revisie wijzigt iets.",
    refusal="order {order} is as wanted already",
    spec=("P9",),
    source="choice",
)


@frozen
class SetQuantity:
    """Order another quantity of a line."""

    line: int
    ordered: Decimal


@frozen
class SetPrice:
    """
    Agree another price, and discounts where they are given, for what is not invoiced yet; by hand unless *origin* says otherwise.

    The price is in the basis of the order; *entered* is what it was restated from.
    """

    line: int
    price: Decimal
    discount: Decimal | None = None
    discount_amount: Decimal | None = None
    price_unit: Decimal | None = None
    origin: PriceOrigin = PriceOrigin.MANUAL
    entered: Decimal | None = None


@frozen
class SetRequested:
    """Move the requested ship date of a line."""

    line: int
    requested: date | None


@frozen
class SetLink:
    """Let a line count towards a commitment of a sales agreement, or no longer; its price is not looked at [AGR-11]."""

    line: int
    link: AgreementLink | None


@frozen
class AddLine:
    """Add a line; without a number it takes the next."""

    terms: OrderLine


@frozen
class RemoveLine:
    """Take out a line of which nothing happened."""

    line: int


@frozen
class AddCharge:
    """Add a charge or discount on the whole; without a number it takes the next."""

    rule: ChargeRule


@frozen
class SetCharge:
    """Agree a charge anew, under the number that it has: what invoices took of it counts towards what it is from now on."""

    rule: ChargeRule


@frozen
class RemoveCharge:
    """Take out a charge: no invoice takes more of it, and what was invoiced of it stays."""

    charge: int


Change = SetQuantity | SetPrice | SetRequested | SetLink | AddLine | RemoveLine | AddCharge | SetCharge | RemoveCharge


@frozen(kw_only=True)
class ChargeChange:
    """
    What becomes of a charge.

    Args:
        before: What it comes to now, and *after* as it would be; zero where it is not there.
        untaken: What a discount could not take, for want of lines that bear it [CHG-13].
    """

    number: int
    code: str
    before: Decimal
    after: Decimal
    untaken: Decimal


@frozen(kw_only=True)
class Preview:
    """
    What a change would come to; nothing has changed.

    Args:
        order: The order as it would be.
        refusals: Why the change may not be applied; empty when it may.
        difference: The total of the lines as it would be, less as it is, without VAT; zero where the change is refused.
        charges: What becomes of each charge that changes, and of each that cannot be taken whole.
    """

    order: Order
    refusals: tuple[Refusal, ...]
    difference: Decimal
    charges: tuple[ChargeChange, ...] = ()


@exact
def preview(
    order: Order,
    changes: Iterable[Change],
    *,
    on: date,
    reason: str = "",
    agreements: Iterable[Fulfilment] = (),
    agreement_policy: AgreementPolicy = AGREEMENTS,
) -> Preview:
    """Return what ``change`` would come to with the same arguments, charges before and after included [CHG-9], and every reason against it."""
    require_date("on", on)
    wanted: tuple[Change, ...] = all_of("change", changes, Change)  # type: ignore[arg-type]
    if wrong := (*LIFECYCLE.why_not("change", order, on=on), *_against_lines(order, wanted)):
        return Preview(order=order, refusals=wrong, difference=ZERO)
    lines, charges = _changed(order, wanted), _charges(order, wanted)
    revision = _revision(order, lines, charges, on, reason)
    after = evolve(with_terms(order, lines, charges), revisions=(*order.revisions, revision))
    refusals = (*_against_change(order, after, revision), *against_shape(after))
    refusals = (*refusals, *against_links(order, after, agreements, agreement_policy))
    if refusals:
        return Preview(order=after, refusals=refusals, difference=ZERO)
    return Preview(order=after, refusals=(), difference=after.net - order.net, charges=tuple(_charge_changes(order, after)))


def change(
    order: Order,
    changes: Iterable[Change],
    *,
    on: date,
    reason: str,
    agreements: Iterable[Fulfilment] = (),
    agreement_policy: AgreementPolicy = AGREEMENTS,
) -> Outcome[Order]:
    """
    Revise the terms of the order; the revision keeps the lines as they stood and the *reason*.

    Nothing invoiced is repriced, and a confirmed order needs confirming again.

    Args:
        agreements: How far each agreement is fulfilled that a changed line is linked to.

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.unknown-line``, ``order.below-floor``,
            ``order.line-in-use``, ``order.no-change``, ``charge.unknown``, ``charge.number-used``, and what ``place`` refuses.
    """
    require_text("reason", reason)
    result = preview(order, changes, on=on, reason=reason, agreements=agreements, agreement_policy=agreement_policy)
    if result.refusals:
        raise RefusedError(result.refusals)
    after, renewals = renew(order, result.order, order.number, on)
    event = OrderChanged(number=order.number, on=on, revision=after.revision, reason=reason)
    return Outcome(document=after, changed=(after,), events=(event, *renewals))


def _against_lines(order: Order, changes: tuple[Change, ...]) -> Iterator[Refusal]:
    """Yield the lines that are not there, and those that cannot go."""
    known = {line.number: line for line in order.lines}
    posted = {number for posting in order.postings for number, _ in posting.rows}
    yield from _against_charges(order, changes)
    for each in changes:
        if isinstance(each, AddLine | AddCharge | SetCharge | RemoveCharge):
            continue
        if each.line not in known:
            yield UNKNOWN_LINE.refuse(order=order.number, line=each.line)
        elif isinstance(each, RemoveLine) and (each.line in posted or each.line not in order or known[each.line].parent is not None):
            yield LINE_IN_USE.refuse(order=order.number, line=each.line)


def _against_charges(order: Order, changes: tuple[Change, ...]) -> Iterator[Refusal]:
    """Yield the charges that are not there, and numbers that are taken: a charge that was removed keeps its number."""
    known = {rule.number for rule in order.charges}
    taken = known | {number for posting in order.postings for number, _, _ in posting.charges}
    for each in changes:
        match each:
            case AddCharge(rule):
                require_kind("rule", rule, ChargeRule)
                if rule.number in taken:
                    yield CHARGE_NUMBER_USED.refuse(order=order.number, charge=rule.number)
            case SetCharge(rule):
                require_kind("rule", rule, ChargeRule)
                if rule.number not in known:
                    yield UNKNOWN_CHARGE.refuse(order=order.number, charge=rule.number)
            case RemoveCharge(number) if number not in known:
                yield UNKNOWN_CHARGE.refuse(order=order.number, charge=number)
            case _:
                pass


def _charges(order: Order, changes: tuple[Change, ...]) -> tuple[ChargeRule, ...]:
    charges = {rule.number: rule for rule in order.charges}
    used = max((number for posting in order.postings for number, _, _ in posting.charges), default=0)
    for each in changes:
        match each:
            case AddCharge(rule):
                number = rule.number or max((*charges, used), default=0) + 1
                charges[number] = evolve(rule, number=number)
            case SetCharge(rule):
                charges[rule.number] = rule
            case RemoveCharge(number):
                charges.pop(number, None)
            case _:
                pass
    return tuple(charges.values())


def _charge_changes(before: Order, after: Order) -> Iterator[ChargeChange]:
    """Yield what becomes of the charges."""
    was = {balance.rule.number: balance for balance in before.charge_balances}
    will = {balance.rule.number: balance for balance in after.charge_balances}
    untaken = {share.rule.number: share.wanted - share.amount for share in shares_of_order(after, open_rows(after))}
    for number in sorted({*was, *will}):
        rule = (will.get(number) or was[number]).rule
        old = was[number].amount if number in was else ZERO
        new = will[number].amount if number in will else ZERO
        left = untaken.get(number, ZERO)
        if old != new or left:
            yield ChargeChange(number=number, code=rule.code, before=old, after=new, untaken=left)


def _changed(order: Order, changes: tuple[Change, ...]) -> tuple[OrderLine, ...]:
    lines = {line.number: line for line in order.lines}
    for each in changes:
        match each:
            case SetQuantity(number, ordered):
                lines[number] = evolve(lines[number], ordered=ordered)
            case SetPrice():
                lines[each.line] = _priced(lines[each.line], each)
            case SetRequested(number, requested):
                lines[number] = evolve(lines[number], requested=requested)
            case SetLink(number, link):
                lines[number] = _linked(lines[number], link)
            case RemoveLine(number):
                lines.pop(number, None)
            case AddLine(terms):
                number = terms.number or max((*lines, *(line.number for line in order.lines)), default=0) + 1
                lines[number] = evolve(terms, number=number)
            case _:
                pass
    return tuple(lines.values())


def _priced(line: OrderLine, change: SetPrice) -> OrderLine:
    """Return the line at another price; what the change leaves open stays."""
    given = {name: getattr(change, name) for name in ("discount", "discount_amount", "price_unit") if getattr(change, name) is not None}
    return evolve(line, price=change.price, origin=change.origin, entered=change.entered, **given)


def _linked(line: OrderLine, link: AgreementLink | None) -> OrderLine:
    """Return the line with another link; without one, a price it keeps of an agreement counts as entered by hand."""
    kept = link is None and line.origin is PriceOrigin.SALES_AGREEMENT
    return evolve(line, link=link, origin=PriceOrigin.MANUAL if kept else line.origin)


def _revision(order: Order, lines: tuple[OrderLine, ...], charges: tuple[ChargeRule, ...], on: date, reason: str) -> Revision:
    before = {line.number: line for line in order.lines}
    after = {line.number: line for line in lines}
    return Revision(
        number=order.revision + 1,
        on=on,
        reason=reason,
        before=tuple(line for number, line in before.items() if after.get(number, line) != line),
        added=tuple(number for number in after if number not in before),
        removed=tuple(line for number, line in before.items() if number not in after),
        charges=None if charges == order.charges else order.charges,
    )


def _against_change(order: Order, after: Order, revision: Revision) -> Iterator[Refusal]:
    if not (revision.before or revision.added or revision.removed or revision.charges is not None):
        yield NO_CHANGE.refuse(order=order.number)
    for line in revision.before:
        if line.number not in order:  # the parent of a delivery schedule: its parts are looked at
            continue
        balance = order.line(line.number)
        asked = next(each.ordered for each in after.lines if each.number == line.number)
        most = max(balance.delivered, balance.invoiced, key=abs)
        floor = most + balance.cancelled - balance.renewed
        sign = 1 if line.ordered > 0 else -1
        if asked * sign <= 0 or (asked - floor) * sign < 0:
            yield BELOW_FLOOR.refuse(
                line=line.number,
                asked=asked,
                delivered=balance.delivered,
                invoiced=balance.invoiced,
                cancelled=balance.cancelled,
                floor=floor,
            )
