"""
Proposals while an order is entered: up-sell instead of a line, cross-sell in addition to it, and what comes along.

Accepting a proposal changes the order; asking for proposals changes nothing [UPS-1, UPS-3].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, require_date, require_kind
from salesflow.errors import refuse
from salesflow.model.order import Order
from salesflow.model.order_line import OrderLine, numbered
from salesflow.model.party import Party
from salesflow.model.pricing import PriceOrigin
from salesflow.model.product import Product, ProductList
from salesflow.model.proposal import Condition, Operator, ProductLink, ProposalKind, SupplementaryItem, Variable
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process import changes, orders
from salesflow.process.orders import UNKNOWN_LINE
from salesflow.rules import Rule

ON_THE_ORDER = Rule(
    code="proposal.on-the-order",
    en="What is on the order already is not proposed again.",
    nl="Wat al op de order staat, wordt niet nog eens voorgesteld.",
    refusal="order {order} has {product} already",
    spec=("UPS-4",),
    source="choice",
)


@frozen(kw_only=True)
class Proposal:
    """
    A product that is proposed for a line of an order.

    Args:
        line: The line it is proposed for.
        terms: The line as it would be: the product at its base price, in the quantity proposed.
        link: The number of the product link behind it.
        text: What to say to the customer.
    """

    kind: ProposalKind
    line: int
    terms: OrderLine
    link: str
    priority: int
    text: str


@exact
def of(
    links: Iterable[ProductLink],
    customer: Party,
    lines: Iterable[OrderLine],
    products: Mapping[str, Product],
    lists: Mapping[str, ProductList] | None = None,
) -> tuple[Proposal, ...]:
    """
    Return what is proposed for the *lines* of an order that is being entered, by line, priority and number [UPS-2].

    A product that is on the order, is not offered any more or is not among *products* is not proposed [UPS-4].

    Args:
        lines: The lines so far, numbered by place where they have no number.
        products: By number; proposals are made at base prices.
        lists: Product lists by number.
    """
    require_kind("customer", customer, Party)
    known = lists or {}
    given = numbered(all_of("line", lines, OrderLine))
    taken = {each.item.number for each in given}
    found = [
        _proposal(link, each, products[target])
        for link in all_of("link", links, ProductLink)
        for each in given
        if _starts(link, each, known) and all(_holds(condition, customer, each) for condition in link.conditions)
        for target in _targets(link, known)
        if target not in taken and target in products and products[target].active
    ]
    return tuple(sorted(found, key=lambda proposal: (proposal.line, proposal.priority, proposal.link, proposal.terms.item.number)))


def _starts(link: ProductLink, line: OrderLine, lists: Mapping[str, ProductList]) -> bool:
    if link.source:
        return line.item.number == link.source
    return link.source_list in lists and line.item.number in lists[link.source_list]


def _targets(link: ProductLink, lists: Mapping[str, ProductList]) -> tuple[str, ...]:
    if link.target:
        return (link.target,)
    return lists[link.target_list].products if link.target_list in lists else ()


def _holds(condition: Condition, customer: Party, line: OrderLine) -> bool:
    match condition.variable:
        case Variable.CATEGORY:
            return line.item.is_of(str(condition.value)) is (condition.operator is Operator.EQUAL)
        case Variable.CUSTOMER:
            return condition.holds(customer.number)
        case Variable.CUSTOMER_GROUP:
            return condition.holds(customer.group)
        case Variable.ITEM:
            return condition.holds(line.item.number)
        case Variable.QUANTITY:
            return condition.holds(line.ordered)
        case _:
            return condition.holds(line.unit_price)


def _proposal(link: ProductLink, line: OrderLine, product: Product) -> Proposal:
    quantity = line.ordered if link.kind is ProposalKind.UP_SELL else link.quantity
    terms = orders.line(product, quantity, requested=line.requested)
    return Proposal(kind=link.kind, line=line.number, terms=terms, link=link.number, priority=link.priority, text=link.text)


def taken_up(lines: Iterable[OrderLine], proposal: Proposal) -> tuple[OrderLine, ...]:
    """
    Return the lines of an order that is being entered with a proposal accepted.

    An up-sell takes the place of the line, a cross-sell is added at the end [UPS-4].
    """
    require_kind("proposal", proposal, Proposal)
    given = numbered(all_of("line", lines, OrderLine))
    if proposal.kind is ProposalKind.UP_SELL:
        return tuple(evolve(proposal.terms, number=each.number) if each.number == proposal.line else each for each in given)
    return (*given, evolve(proposal.terms, number=max((each.number for each in given), default=0) + 1))


def accept(order: Order, proposal: Proposal, *, on: date) -> Outcome[Order]:
    """
    Accept a proposal for an order that was placed: an up-sell replaces the line, a cross-sell adds one [UPS-4].

    Raises:
        RefusedError: ``proposal.on-the-order``, and what ``changes.change`` refuses.
    """
    require_kind("order", order, Order)
    require_kind("proposal", proposal, Proposal)
    require_date("on", on)
    product = proposal.terms.item.number
    missing = None if proposal.line in order else UNKNOWN_LINE.refuse(order=order.number, line=proposal.line)
    twice = ON_THE_ORDER.refuse(order=order.number, product=product) if product in {each.item.number for each in order.lines} else None
    refuse((missing, twice))
    wanted: list[changes.Change] = [changes.AddLine(evolve(proposal.terms, number=0))]
    if proposal.kind is ProposalKind.UP_SELL:
        wanted = [changes.RemoveLine(proposal.line), *wanted]
    return changes.change(order, wanted, on=on, reason=f"{proposal.kind.within} {product}")


@frozen(kw_only=True)
class Supplement:
    """A product that comes along with a line, and whether the customer is asked first [TRD-10]."""

    line: int
    terms: OrderLine
    optional: bool
    rule: str


@exact
def supplements(
    rules: Iterable[SupplementaryItem],
    customer: Party,
    lines: Iterable[OrderLine],
    products: Mapping[str, Product],
    *,
    on: date,
) -> tuple[Supplement, ...]:
    """
    Return what comes along with the *lines*, by line and number of the rule: so much for each whole multiple that is ordered [TRD-10].

    A supplement of a product that is not among *products* is left out.
    """
    require_kind("customer", customer, Party)
    require_date("on", on)
    given = numbered(all_of("line", lines, OrderLine))
    found = [
        Supplement(
            line=each.number, terms=_supplement(rule, times, products[rule.supplement], each), optional=rule.optional, rule=rule.number
        )
        for rule in all_of("rule", rules, SupplementaryItem)
        if on in rule.period and _is_for(rule, customer) and rule.supplement in products
        for each, times in _times(rule, given)
    ]
    return tuple(sorted(found, key=lambda supplement: (supplement.line, supplement.rule)))


def _is_for(rule: SupplementaryItem, customer: Party) -> bool:
    return rule.customer in {"", customer.number} and rule.customer_group in {"", customer.group}


def _times(rule: SupplementaryItem, lines: tuple[OrderLine, ...]) -> Iterator[tuple[OrderLine, Decimal]]:
    for each in lines:
        times = each.ordered // rule.multiple
        if each.item.number == rule.item and times > 0:
            yield each, min(times, Decimal(1)) if rule.once else times


def _supplement(rule: SupplementaryItem, times: Decimal, product: Product, line: OrderLine) -> OrderLine:
    terms = orders.line(product, times * rule.quantity, requested=line.requested, price=ZERO if rule.free else None)
    return evolve(terms, origin=PriceOrigin.FREE) if rule.free else terms
