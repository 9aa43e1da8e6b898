"""
What an invoice takes of orders: which rows, at which nets, and the postings that say so.

The net of an invoice line is the exact amount invoiced so far, rounded, less what earlier invoices took:
so the parts of a line add up to the whole, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, exact_number, require_kind
from salesflow.model.invoice import InvoiceCharge, InvoicePart
from salesflow.model.ledger import Fold, Kind, Posting, Row
from salesflow.model.order import Order, with_postings
from salesflow.model.packing_slip import PackingSlip
from salesflow.model.policies import ImpliesDelivery, InvoicePolicy
from salesflow.model.totals import Charge
from salesflow.model.wanted import Quantities, Wanted, per_order
from salesflow.money import quantum_of


@frozen
class Take:
    """Rows of an order that go on the invoice, from one slip or following the order."""

    slip: PackingSlip | None
    rows: tuple[Row, ...]


@frozen
class Share:
    """What the invoice takes of one order, and the nets that were stated for it by hand."""

    order: Order
    takes: tuple[Take, ...]
    stated: Mapping[int, Decimal]


def shares_of(
    orders: Wanted,
    quantities: Quantities | None,
    slips: tuple[PackingSlip, ...] | None,
    nets: Mapping[str, Mapping[int, Decimal]] | None,
    policy: InvoicePolicy,
) -> list[Share]:
    """
    Return what the invoice is to take of each order, before any rule looks at it.

    Raises:
        ValueError: quantities are given that nothing would be done with, or nets of an order that is not given.
    """
    given = per_order(orders, quantities)
    if slips is not None and any(wanted is not None for _, wanted in given):
        msg = "an invoice of packing slips takes all that is uninvoiced on them; quantities are given with orders only"
        raise ValueError(msg)
    if unknown := set(nets or ()) - {order.number for order, _ in given}:
        msg = f"nets are stated of orders that are not invoiced: {', '.join(sorted(unknown))}"
        raise ValueError(msg)
    of_order: dict[str, list[PackingSlip]] = {}
    for slip in slips or ():
        require_kind("slip", slip, PackingSlip)
        for number in slip.orders:
            of_order.setdefault(number, []).append(slip)
    stated = nets or {}
    return [
        Share(
            order,
            (Take(None, _by_order(order, wanted, policy)),) if slips is None else _by_slips(order, of_order.get(order.number, [])),
            stated.get(order.number, {}),
        )
        for order, wanted in given
    ]


def _by_slips(order: Order, slips: list[PackingSlip]) -> tuple[Take, ...]:
    return tuple(Take(slip, order.fold.uninvoiced(slip.counted_as)) for slip in slips)


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


def billed(
    share: Share,
    number: str,
    on: date,
    at: datetime | None,
    policy: InvoicePolicy,
    parts: list[InvoicePart],
    charges: list[InvoiceCharge],
) -> Order:
    """Return the order with what is invoiced posted; add what goes on the invoice to *parts* and *charges*."""
    order, stated = share.order, share.stated
    whole = [charge for charge in order.charges if not charge.spread]
    for place, take in enumerate(share.takes, start=1):
        slip = take.slip
        if slip is None and (implied := _implied(order.fold, take.rows, policy)):
            order = with_postings(order, Posting(kind=Kind.DELIVERED, document=number, on=on, at=at, rows=implied))
        nets, exacts, shown = _amounts(order.fold, take.rows, quantum_of(order.currency), stated)
        due = whole if place == 1 else []
        if place == len(share.takes):
            due = [*due, *(charge for charge in order.charges if charge.spread)]
        owing = _owing(order, due, nets) if due else []
        charges += [InvoiceCharge(order.number, evolve(charge, amount=amount)) for charge, amount in owing]
        posting = Posting(
            kind=Kind.INVOICED,
            document=number,
            source=None if slip is None else slip.number,
            slip=None if slip is None else slip.counted_as,
            on=on,
            at=at,
            rows=take.rows,
            nets=nets,
            exacts=exacts,
            charges=tuple((charge.number, amount) for charge, amount in owing),
        )
        order = with_postings(order, posting)
        part = _part(order, posting, stated)
        if shown is not nets:
            charges += _roundings(part, shown)
            part = evolve(part, nets=shown)
        parts.append(part)
    return order


Nets = tuple[Decimal, ...]


def _owing(order: Order, charges: Iterable[Charge], nets: Nets) -> list[tuple[Charge, Decimal]]:
    """Return what is due of *charges* with an invoice of those *nets*."""
    net = sum(nets, ZERO)
    return [(charge, due) for charge in charges if (due := order.charge_left(charge, net))]


def _amounts(fold: Fold, rows: tuple[Row, ...], quantum: Decimal, stated: Mapping[int, Decimal]) -> tuple[Nets, Nets, Nets]:
    """
    Return for each row the net to post, the exact amount behind it, and the net to show.

    The three agree to the cent. After credits the net to post may have to make up for more than a cent of earlier rounding;
    then the line shows its quantity times price, and the rest stands apart.
    """
    nets, exacts, shown = [], [], []
    all_terms, nets_so_far, exacts_so_far = fold.terms, fold.nets, fold.exacts
    strays = False
    for line, quantity in rows:
        terms = all_terms[line]
        exactly = quantity * (terms.price if terms.is_plain else terms.unit_price)
        plain = None
        if line in stated:
            exactly = net = stated[line]
        elif line in nets_so_far:
            net = (exacts_so_far[line] + exactly).quantize(quantum, ROUND_HALF_UP) - nets_so_far[line]
            if abs(net - exactly) > quantum and abs(net - (plain := exactly.quantize(quantum, ROUND_HALF_UP))) > quantum:
                strays = True
            else:
                plain = None
        else:
            net = exactly.quantize(quantum, ROUND_HALF_UP)
        nets.append(net)
        exacts.append(exactly)
        shown.append(net if plain is None else plain)
    posted = tuple(nets)
    return posted, tuple(exacts), tuple(shown) if strays else posted


def _roundings(part: InvoicePart, shown: Nets) -> Iterator[InvoiceCharge]:
    """Yield a rounding for each line whose posted net is not the one it shows; below zero, its number is that of the line."""
    for terms, net, seen in zip(part.terms, part.nets, shown, strict=True):
        if net != seen:
            rounding = Charge(number=-terms.number, code="rounding", text=terms.item.name, amount=net - seen, vat=terms.item.vat)
            yield InvoiceCharge(part.order, rounding)


def _part(order: Order, posting: Posting, stated: Mapping[int, Decimal]) -> InvoicePart:
    terms = order.fold.terms
    return InvoicePart(
        order=order.number,
        slip=posting.source,
        terms=tuple([terms[line] for line, _ in posting.rows]),
        quantities=tuple([quantity for _, quantity in posting.rows]),
        nets=posting.nets,
        stated=tuple(line for line, _ in posting.rows if line in stated) if stated else (),
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
