"""
Accepting a quotation: the offer becomes a sales order with the same lines, prices, schedule and terms [QUO-2, QTE-13].

A prospect becomes a customer first; of several alternatives one is taken, and the others are lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import evolve

from salesflow.checks import ONE, ZERO, require_date, require_kind
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.model.events import QuotationConfirmed
from salesflow.model.order import Order
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party
from salesflow.model.policies import AGREEMENTS, ORDERS, AgreementPolicy, OrderPolicy
from salesflow.model.pricing import AgreementLink, PriceOrigin
from salesflow.model.quotation import Alternative, Override, Quotation, QuotationLine, VersionState
from salesflow.money import exact, half_up
from salesflow.outcome import Outcome
from salesflow.process import orders
from salesflow.process.commitments import Fulfilment
from salesflow.process.quotations import LIFECYCLE
from salesflow.rules import Rule

PROSPECT = Rule(
    code="quotation.prospect",
    en="A prospect becomes a customer before an offer to it is confirmed.",
    nl="Een prospect wordt omgezet in klant voordat een offerte wordt bevestigd.",
    refusal="party {party} is not a customer yet",
    spec=("PTY-3",),
    source="documentation",
)
ANOTHER_PARTY = Rule(
    code="quotation.another-party",
    en="An offer is accepted by the party it was made to.",
    nl="Een offerte wordt aanvaard door de partij aan wie zij is gedaan.",
    refusal="quotation {quotation} was made to {owner}, not {party}",
    spec=("PTY-3",),
    source="choice",
)
WHICH_ALTERNATIVE = Rule(
    code="quotation.which-alternative",
    en="Where there are several alternatives, one of them is ordered, by its name.",
    nl="Zijn er meer alternatieven, dan wordt er één van besteld, met zijn naam.",
    refusal="quotation {quotation} has alternatives {names}; {asked} was to be ordered",
    spec=("QTE-13", "QUO-4"),
    source="documentation",
)
EXPIRED = Rule(
    code="quotation.expired",
    en="An offer is accepted on the last day of its validity at the latest, unless that is passed over on purpose.",
    nl="Een offerte wordt uiterlijk op de laatste dag van de geldigheid aanvaard, tenzij daar bewust van wordt afgeweken.",
    refusal="quotation {quotation} was valid until {expires}; it is {on}",
    spec=("QUO-8", "QTE-12"),
    source="documentation",
)
ITEM_UNKNOWN = Rule(
    code="quotation.item-unknown",
    en="A line that offers a category is given its item before it is ordered.",
    nl="Een regel die een categorie aanbiedt, krijgt een artikel voordat die wordt besteld.",
    refusal="line {line} of alternative {alternative} offers category {category} and no item",
    spec=("QUO-6",),
    source="documentation",
)
# An amount off per unit is kept to this step; it is far below what can move a cent of any line.
_STEP = Decimal("1E-18")


@exact
def confirm(
    quotation: Quotation,
    *,
    customer: Party,
    number: str,
    on: date,
    alternative: str | None = None,
    purchase_order: str = "",
    comment: str = "",
    reason: str = "",
    keep_opportunity_open: bool = False,
    allow_expired: bool = False,
    links: Mapping[int, AgreementLink] | None = None,
    agreements: Iterable[Fulfilment] = (),
    policy: OrderPolicy = ORDERS,
    agreement_policy: AgreementPolicy = AGREEMENTS,
) -> Outcome[Order]:
    """
    Make the order that the customer accepted; the quotation is confirmed, and no other order can come of it [QUO-3].

    Args:
        number: The number of the order.
        alternative: Which of several is ordered; not needed where there is one.
        purchase_order: The customer's own number; it becomes the order's reference.
        comment: Goes along to order, picking list, packing slip and invoice [QTE-13].
        reason: Why the other alternatives were not chosen [QUO-4].
        keep_opportunity_open: Whether the opportunity is not closed as won [X5].
        allow_expired: Accept an offer that is no longer valid [QUO-8].
        links: Commitments of a sales agreement that lines count towards, with the *agreements* they belong to.

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``, ``quotation.has-errors``, ``quotation.prospect``,
            ``quotation.another-party``, ``quotation.which-alternative``, ``quotation.expired``, ``quotation.item-unknown``,
            and what ``orders.place`` refuses.
    """
    require_kind("quotation", quotation, Quotation)
    require_kind("customer", customer, Party)
    require_date("on", on)
    LIFECYCLE.require("acceptance.confirm", quotation, on=on)
    offer = _chosen(quotation, alternative)
    refuse(_against(quotation, offer, customer, on, allow_expired=allow_expired))
    version = quotation.version
    lines = order_lines(offer, quotation.quantum(offer.name))
    if links is not None:
        require_kind("links", links, Mapping)
        lines = tuple(evolve(line, link=links.get(line.parent or line.number)) for line in lines)
    placed = orders.place(
        number=number,
        customer=customer,
        currency=quotation.currency,
        lines=lines,
        charges=[evolve(rule, source=rule.source or quotation.number) for rule in offer.rules],
        totals=offer.totals_policy,
        on=on,
        payment_terms=version.payment_terms,
        terms=version.purchase_terms or version.terms,
        deliver_to=version.deliver_to,
        reference=purchase_order,
        quotation=quotation.number,
        comment=comment,
        agreements=agreements,
        policy=policy,
        agreement_policy=agreement_policy,
    )
    closed = evolve(version, state=VersionState.CONFIRMED, accepted=offer.name, reason=reason)
    after = evolve(quotation, versions=(*quotation.versions[:-1], closed), order=number)
    event = QuotationConfirmed(
        number=quotation.number,
        on=on,
        order=number,
        alternative=offer.name,
        opportunity=quotation.opportunity,
        keep_opportunity_open=keep_opportunity_open,
    )
    return Outcome(document=placed.document, made=placed.made, changed=(after,), events=(event, *placed.events))


def _chosen(quotation: Quotation, name: str | None) -> Alternative:
    offers = {offer.name: offer for offer in quotation.version.alternatives}
    if name is None and len(offers) == 1:
        return quotation.favourite
    if name not in offers:
        names = ", ".join(offers)
        raise RefusedError((WHICH_ALTERNATIVE.refuse(quotation=quotation.number, names=names, asked=name or "none of them"),))
    return offers[name]


def _against(quotation: Quotation, offer: Alternative, customer: Party, on: date, *, allow_expired: bool) -> Iterator[Refusal]:
    if customer.number != quotation.party:
        yield ANOTHER_PARTY.refuse(quotation=quotation.number, owner=quotation.party, party=customer.number)
    elif not customer.is_customer:
        yield PROSPECT.refuse(party=customer.number)
    if quotation.is_expired(on) and not allow_expired:
        yield EXPIRED.refuse(quotation=quotation.number, expires=quotation.version.expires, on=on)
    for line in offer.lines:
        if line.item is None:
            yield ITEM_UNKNOWN.refuse(line=line.number, alternative=offer.name, category=line.category)


@exact
def order_lines(offer: Alternative, quantum: Decimal) -> tuple[OrderLine, ...]:
    """
    Return the order lines that an alternative becomes; each comes to just what was offered.

    The list price stays where it can: a discount in percent stays one, and any other difference is an amount off per unit.
    A line that costs more than its list price gets the price it comes to.
    Of a line that comes in parts, the last part takes what rounding each of them leaves of the whole.
    """
    lines: list[OrderLine] = []
    parts: list[OrderLine] = []
    first = max((line.number for line in offer.lines), default=0) + 1
    for line in offer.lines:
        ordered = _order_line(line, quantum)
        lines.append(ordered)
        parts += _scheduled(ordered, line, first + len(parts), quantum)
    return (*lines, *parts)


def _scheduled(ordered: OrderLine, line: QuotationLine, first: int, quantum: Decimal) -> list[OrderLine]:
    parts = [
        evolve(ordered, number=number, ordered=quantity, requested=day, parent=ordered.number)
        for number, (day, quantity) in enumerate(line.schedule, start=first)
    ]
    left = line.total(quantum) - sum((part.amount(part.ordered, quantum) for part in parts), ZERO)
    if parts and left:
        last = parts[-1]
        parts[-1] = _coming_to(evolve(last, discount=ZERO, discount_amount=ZERO), last.amount(last.ordered, quantum) + left)
    return parts


def _order_line(line: QuotationLine, quantum: Decimal) -> OrderLine:
    item = line.item
    if item is None:
        msg = f"line {line.number} offers no item"
        raise ValueError(msg)
    listed = OrderLine(
        number=line.number,
        item=item,
        ordered=line.quantity,
        price=line.price,
        price_unit=line.price_unit,
        requested=line.requested,
        origin=PriceOrigin.QUOTATION,
        basis=line.basis,
    )
    if line.override is Override.NONE:
        return evolve(listed, discount=line.discount or ZERO, discount_amount=min(line.discount_amount, listed.list_price) or ZERO)
    if line.override is Override.DISCOUNT_PERCENTAGE:
        return evolve(listed, discount=line.value or ZERO)
    return _coming_to(listed, line.total(quantum))


def _coming_to(listed: OrderLine, total: Decimal) -> OrderLine:
    """Return a line at its list price with so much off per unit, or at a higher price, that it comes to *total*."""
    each = total / listed.ordered
    off = listed.list_price - each
    if off < 0:
        return evolve(listed, price=half_up(each, _STEP).normalize() + ZERO, price_unit=ONE)
    return evolve(listed, discount_amount=half_up(off, _STEP).normalize() + ZERO)
