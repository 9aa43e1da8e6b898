"""
Changing an order that was placed: a set of changes, looked at before it is applied, that makes a new revision of the terms.

What happened stays: postings keep their own amounts, and no line falls below what was delivered, invoiced or cancelled of it [P9].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, require_date, require_text
from salesflow.errors import Refusal, RefusedError
from salesflow.model.events import OrderChanged
from salesflow.model.order import Order, OrderLine, Revision, with_terms
from salesflow.model.order_life import LIFECYCLE
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
    """Agree another price, and discounts where they are given, for what is not invoiced yet; by hand unless *origin* says otherwise."""

    line: int
    price: Decimal
    discount: Decimal | None = None
    discount_amount: Decimal | None = None
    price_unit: Decimal | None = None
    origin: PriceOrigin = PriceOrigin.MANUAL


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


Change = SetQuantity | SetPrice | SetRequested | SetLink | AddLine | RemoveLine


@frozen(kw_only=True)
class Preview:
    """
    What a change would come to; nothing has changed.

    Args:
        order: The order as it would be.
        refusals: Why the change may not be applied; empty when it may.
        difference: The net of the order as it would be, less as it is.
    """

    order: Order
    refusals: tuple[Refusal, ...]
    difference: Decimal


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
    """Return what ``change`` would come to with the same arguments, and every reason against it."""
    require_date("on", on)
    wanted: tuple[Change, ...] = all_of("change", changes, Change)  # type: ignore[arg-type]
    if wrong := (*LIFECYCLE.why_not("change", order, on=on), *_against_lines(order, wanted)):
        return Preview(order=order, refusals=wrong, difference=ZERO)
    lines = _changed(order, wanted)
    revision = _revision(order, lines, on, reason)
    after = evolve(with_terms(order, lines), revisions=(*order.revisions, revision))
    refusals = (*_against_change(order, after, revision), *against_shape(after))
    refusals = (*refusals, *against_links(order, after, agreements, agreement_policy))
    return Preview(order=after, refusals=refusals, difference=after.net - order.net)


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
            ``order.line-in-use``, ``order.no-change``, and what ``place`` refuses.
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
    for each in changes:
        if isinstance(each, AddLine):
            continue
        if each.line not in known:
            yield UNKNOWN_LINE.refuse(order=order.number, line=each.line)
        elif isinstance(each, RemoveLine) and (each.line in posted or each.line not in order or known[each.line].parent is not None):
            yield LINE_IN_USE.refuse(order=order.number, line=each.line)


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
            case _:
                number = each.terms.number or max((*lines, *(line.number for line in order.lines)), default=0) + 1
                lines[number] = evolve(each.terms, number=number)
    return tuple(lines.values())


def _priced(line: OrderLine, change: SetPrice) -> OrderLine:
    """Return the line at another price; what the change leaves open stays."""
    given = {name: getattr(change, name) for name in ("discount", "discount_amount", "price_unit") if getattr(change, name) is not None}
    return evolve(line, price=change.price, origin=change.origin, **given)


def _linked(line: OrderLine, link: AgreementLink | None) -> OrderLine:
    """Return the line with another link; without one, a price it keeps of an agreement counts as entered by hand."""
    kept = link is None and line.origin is PriceOrigin.SALES_AGREEMENT
    return evolve(line, link=link, origin=PriceOrigin.MANUAL if kept else line.origin)


def _revision(order: Order, lines: tuple[OrderLine, ...], on: date, reason: str) -> Revision:
    before = {line.number: line for line in order.lines}
    after = {line.number: line for line in lines}
    return Revision(
        number=order.revision + 1,
        on=on,
        reason=reason,
        before=tuple(line for number, line in before.items() if after.get(number, line) != line),
        added=tuple(number for number in after if number not in before),
        removed=tuple(line for number, line in before.items() if number not in after),
    )


def _against_change(order: Order, after: Order, revision: Revision) -> Iterator[Refusal]:
    if not (revision.before or revision.added or revision.removed):
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
