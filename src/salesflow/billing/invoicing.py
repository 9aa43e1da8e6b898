"""
What an invoice takes of orders: which rows, at which amounts, which charges, and the postings that say so.

The amount of an invoice line is the exact amount invoiced so far, rounded, less what earlier invoices took:
so the parts of a line add up to the whole, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.billing.taxing import taxed
from salesflow.checks import ZERO, exact_number, require_kind
from salesflow.model.charge import Back, Charge, ChargeOf, ChargeRule, When
from salesflow.model.charging import Row as TakenRow
from salesflow.model.charging import Share
from salesflow.model.invoice import InvoiceCharge, InvoicePart
from salesflow.model.ledger import Fold, Kind, Posting, Row
from salesflow.model.order import Order, with_postings
from salesflow.model.order_amounts import shares_of_order
from salesflow.model.packing_slip import PackingSlip
from salesflow.model.party import SaleKind
from salesflow.model.policies import ImpliesDelivery, InvoicePolicy
from salesflow.model.subscription import PartOfCycle
from salesflow.model.totals import PartNets, VatGroup
from salesflow.model.wanted import Quantities, Wanted, per_order
from salesflow.money import half_up

Stated = Mapping[str, Mapping[int, Decimal]]
"""Per order number and line, or charge, an amount that is stated by hand."""


@frozen
class InvoicedRows:
    """Rows of an order that go on the invoice, from one slip or following the order."""

    slip: PackingSlip | None
    rows: tuple[Row, ...]


@frozen
class OrderShare:
    """
    What the invoice takes of one order.

    Args:
        stated: Amounts of lines that were stated by hand.
        stated_charges: Shares of charges that were stated by hand.
        part: For a subscription, how much of its cycle is invoiced.
    """

    order: Order
    takes: tuple[InvoicedRows, ...]
    stated: Mapping[int, Decimal]
    stated_charges: Mapping[int, Decimal]
    part: PartOfCycle | None = None

    @property
    def rules(self) -> tuple[ChargeRule, ...]:
        """The charges, as far as this part of a cycle has them."""
        if self.part is None:
            return self.order.charges
        return tuple(_in_part(rule, self.part, self.order.quantum) for rule in self.order.charges if _is_due(rule, self.part))


def _is_due(rule: ChargeRule, part: PartOfCycle) -> bool:
    """Say whether part of a cycle has a charge: one that a cycle has once was taken by the part that began it."""
    return rule.when is When.PROPORTIONAL or not part.continues


def _in_part(rule: ChargeRule, part: PartOfCycle, quantum: Decimal) -> ChargeRule:
    """Return a rule as it is for part of a cycle: what is divided, or goes by the unit, is by days; a percentage follows its lines."""
    if rule.when is not When.PROPORTIONAL or rule.is_percent:
        return rule
    value = part.of(rule.value)
    return evolve(rule, value=half_up(value, quantum) if rule.of is ChargeOf.FIXED else value)


def shares_of(
    orders: Wanted,
    quantities: Quantities | None,
    slips: tuple[PackingSlip, ...] | None,
    policy: InvoicePolicy,
    *,
    amounts: Stated | None = None,
    charges: Stated | None = None,
    part: PartOfCycle | None = None,
) -> list[OrderShare]:
    """
    Return what the invoice is to take of each order, before any rule looks at it.

    Raises:
        ValueError: quantities are given that nothing would be done with, or amounts of an order that is not given.
    """
    given = per_order(orders, quantities)
    if slips is not None and any(wanted is not None for _, wanted in given):
        msg = "an invoice of packing slips takes all that is uninvoiced on them; quantities are given with orders only"
        raise ValueError(msg)
    if unknown := (set(amounts or ()) | set(charges or ())) - {order.number for order, _ in given}:
        msg = f"amounts are stated of orders that are not invoiced: {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    of_order: dict[str, list[PackingSlip]] = {}
    for slip in slips or ():
        require_kind("slip", slip, PackingSlip)
        for number in slip.orders:
            of_order.setdefault(number, []).append(slip)
    return [
        OrderShare(
            order,
            (InvoicedRows(None, _by_order(order, wanted, policy)),) if slips is None else _by_slips(order, of_order.get(order.number, [])),
            (amounts or {}).get(order.number, {}),
            (charges or {}).get(order.number, {}),
            part,
        )
        for order, wanted in given
    ]


def _by_slips(order: Order, slips: list[PackingSlip]) -> tuple[InvoicedRows, ...]:
    return tuple(InvoicedRows(slip, order.fold.uninvoiced(slip.counted_as)) for slip in slips)


def _by_order(order: Order, wanted: Quantities | None, policy: InvoicePolicy) -> tuple[Row, ...]:
    if wanted is not None:
        require_kind("quantities", wanted, Mapping)
        return tuple((line, exact_number(f"quantity of line {line}", quantity)) for line, quantity in sorted(wanted.items()))
    return tuple((line, left) for line in order.fold.to_invoice if (left := invoiceable(order.fold, line, policy)))


def invoiceable(fold: Fold, line: int, policy: InvoicePolicy) -> Decimal:
    """Return what an invoice that follows the order may take of a line; nothing where more is invoiced than wanted."""
    left = fold.to_invoice.get(line, ZERO)
    if not policy.over_delivery_by_order:
        left -= fold.over.get(line, ZERO)
    return left if (left > 0) is (fold.terms[line].ordered > 0) else ZERO


def tolerated(fold: Fold, line: int) -> Decimal:
    """Return what may still be invoiced of a line beyond what is left [P5]."""
    return fold.wanted(line) * fold.terms[line].item.tolerance.invoice.scaleb(-2) - fold.beyond.get(line, ZERO)


# ---------------------------------------------------------------------- billing


@frozen
class Billed:
    """
    An order after an invoice has taken its share, and what goes on the invoice.

    Args:
        groups: The VAT, where it adds up over all documents of the order.
    """

    order: Order
    parts: tuple[InvoicePart, ...]
    charges: tuple[InvoiceCharge, ...]
    groups: tuple[VatGroup, ...] = ()


def billed(share: OrderShare, number: str, on: date, at: datetime | None, policy: InvoicePolicy) -> Billed:
    """Return the order with what is invoiced posted, and what goes on the invoice."""
    order, stated = share.order, _stated(share)
    parts: list[InvoicePart] = []
    charges: list[InvoiceCharge] = []
    rows: list[TakenRow] = []
    for place, take in enumerate(share.takes, start=1):
        slip = take.slip
        if slip is None and (implied := _implied(order.fold, take.rows, policy)):
            order = with_postings(order, Posting(kind=Kind.DELIVERED, document=number, on=on, at=at, rows=implied))
        amounts, exacts, shown = _amounts(order.fold, take.rows, order.quantum, stated)
        part = _part(order, take, amounts, stated)
        if shown is not amounts:
            charges += _roundings(part, shown)
            part = evolve(part, amounts=shown)
        if take.rows:
            parts.append(part)
        if share.rules:
            rows += zip(part.terms, part.quantities, amounts, exacts, strict=True)
        is_last = place == len(share.takes)
        taken = shares_due(share, rows) if is_last else ()
        posting = Posting(
            kind=Kind.INVOICED,
            document=number,
            source=None if slip is None else slip.number,
            slip=None if slip is None else slip.counted_as,
            on=on,
            at=at,
            rows=take.rows,
            amounts=amounts,
            exacts=exacts,
            charges=tuple((each.rule.number, each.amount, each.exactly) for each in taken),
        )
        charges += [_frozen(order, each, charge) for each in taken for charge in each.charges()]
        if is_last and order.totals_policy.part_nets is PartNets.CUMULATIVE:
            return _cumulative(order, posting, parts, charges)
        order = with_postings(order, posting)
    return Billed(order, tuple(parts), tuple(charges))


def shares_due(share: OrderShare, rows: list[TakenRow]) -> tuple[Share, ...]:
    """Return what an invoice of those rows takes of the charges of its order."""
    slips = sum(1 for take in share.takes if take.slip is not None) or 1
    return shares_of_order(share.order, rows, rules=share.rules, slips=slips, stated=share.stated_charges)


def _frozen(order: Order, share: Share, charge: Charge) -> InvoiceCharge:
    """Return a share as it stands on the invoice, with the rule and the revision that it comes from; it never changes [CHG-14]."""
    rule = next(rule for rule in order.charges if rule.number == share.rule.number)
    return InvoiceCharge(
        order=order.number, charge=charge, net=charge.amount, rule=rule, revision=order.revision, back=goes_back(rule, order.sale)
    )


def goes_back(rule: ChargeRule, sale: SaleKind) -> Back:
    """
    Return what goes back of a charge when goods are credited, where the rule leaves it open [CHG-11].

    A discount, and what every invoice has its share of, goes back with its goods.
    Any other charge stays with a business, and goes back to a consumer with the last of the goods, as the right of withdrawal wants it.
    """
    if rule.is_discount:
        return Back.PROPORTIONAL
    if rule.back is not None:
        return rule.back
    if rule.when is When.PROPORTIONAL:
        return Back.PROPORTIONAL
    return Back.WHEN_ALL if sale is SaleKind.B2C else Back.NEVER


def _cumulative(order: Order, posting: Posting, parts: list[InvoicePart], charges: list[InvoiceCharge]) -> Billed:
    """Return the order billed, with VAT that adds up over all its documents."""
    after, beside, _, groups = taxed(parts, charges, (), order.currency, order.totals_policy, order.fold.taxed.values())
    return Billed(with_postings(order, evolve(posting, groups=groups or ())), after, beside, groups or ())


def _stated(share: OrderShare) -> Mapping[int, Decimal]:
    """Return the amounts that are stated: by hand, or for part of a cycle by its days."""
    if share.part is None:
        return share.stated
    terms, quantum = share.order.fold.terms, share.order.quantum
    return {
        line: half_up(share.part.of(quantity * terms[line].unit_price), quantum) for take in share.takes for line, quantity in take.rows
    }


Amounts = tuple[Decimal, ...]


def _amounts(fold: Fold, rows: tuple[Row, ...], quantum: Decimal, stated: Mapping[int, Decimal]) -> tuple[Amounts, Amounts, Amounts]:
    """
    Return for each row the amount to post, the exact amount behind it, and the amount to show.

    The three agree to the cent: a part is what all parts so far come to, rounded, less what earlier ones took [GRS-9]. After credits the amount to post may have to make up for more than a cent of earlier rounding;
    then the line shows its quantity times price, and the rest stands apart.
    """
    amounts, exacts, shown = [], [], []
    all_terms, amounts_so_far, exacts_so_far = fold.terms, fold.amounts, fold.exacts
    strays = False
    for line, quantity in rows:
        terms = all_terms[line]
        exactly = quantity * (terms.price if terms.is_plain else terms.unit_price)
        plain = None
        if line in stated:
            exactly = amount = stated[line]
        elif line in amounts_so_far:
            amount = half_up(exacts_so_far[line] + exactly, quantum) - amounts_so_far[line]
            if abs(amount - exactly) > quantum and abs(amount - (plain := half_up(exactly, quantum))) > quantum:
                strays = True
            else:
                plain = None
        else:
            amount = half_up(exactly, quantum)
        amounts.append(amount)
        exacts.append(exactly)
        shown.append(amount if plain is None else plain)
    posted = tuple(amounts)
    return posted, tuple(exacts), tuple(shown) if strays else posted


def _roundings(part: InvoicePart, shown: Amounts) -> Iterator[InvoiceCharge]:
    """Yield a rounding for each line whose posted amount is not the one it shows; below zero, its number is that of the line."""
    for terms, amount, seen in zip(part.terms, part.amounts, shown, strict=True):
        if amount != seen:
            rounding = Charge(number=-terms.number, code="rounding", text=terms.item.name, amount=amount - seen, vat=terms.vat)
            yield InvoiceCharge(order=part.order, charge=rounding, net=rounding.amount)


def _part(order: Order, take: InvoicedRows, amounts: Amounts, stated: Mapping[int, Decimal]) -> InvoicePart:
    terms = order.fold.terms
    return InvoicePart(
        order=order.number,
        slip=None if take.slip is None else take.slip.number,
        terms=tuple([terms[line] for line, _ in take.rows]),
        quantities=tuple([quantity for _, quantity in take.rows]),
        amounts=amounts,
        stated=tuple(line for line, _ in take.rows if line in stated) if stated else (),
    )


def _implied(fold: Fold, rows: tuple[Row, ...], policy: InvoicePolicy) -> tuple[Row, ...]:
    """Return what an invoice that follows the order delivers as well, so that nothing is invoiced before it is delivered [QTY-6]."""
    if policy.implies_delivery is ImpliesDelivery.NEVER:
        return ()
    always = policy.implies_delivery is ImpliesDelivery.ALWAYS
    return tuple(
        (line, missing)
        for line, quantity in rows
        if (always or fold.terms[line].item.is_service)
        and (missing := fold.invoiced(line) + quantity - fold.delivered(line))
        and (missing > 0) is (quantity > 0)
    )


def together(all_billed: Iterable[Billed]) -> tuple[tuple[InvoicePart, ...], tuple[InvoiceCharge, ...]]:
    """Return what goes on one invoice of several orders."""
    found = tuple(all_billed)
    return tuple(part for each in found for part in each.parts), tuple(charge for each in found for charge in each.charges)
