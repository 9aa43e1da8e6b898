"""
What the customer gets for returned goods: the money back, or other goods.

One credit note takes back what the invoices charged, to the cent, and invoices the returned order with the same amounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve

from salesflow.billing import credit_notes
from salesflow.billing.crediting import CreditOf
from salesflow.checks import ZERO, all_of, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.model.agreement import AgreementStatus
from salesflow.model.charge import Back
from salesflow.model.events import ReturnedOrderCredited
from salesflow.model.goods_return import EFFECTS, Return, ReturnLine
from salesflow.model.goods_return import Step as Move
from salesflow.model.invoice import Invoice, InvoicePart
from salesflow.model.ledger import Kind, Posting, Row
from salesflow.model.order import Order, with_postings
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party
from salesflow.model.pricing import AgreementLink
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process import orders
from salesflow.process.commitments import Fulfilment
from salesflow.process.history import changed
from salesflow.process.return_charges import posted
from salesflow.process.return_receipts import against_originals, touched
from salesflow.process.returns import LIFECYCLE, Quantities, against_own, against_rows, rows_of, with_movement
from salesflow.rules import Rule

UNDECIDED = Rule(
    code="return.undecided",
    en="It is known what becomes of returned goods before they are credited or replaced.",
    nl="Voordat retourgoederen worden gecrediteerd of vervangen, is bekend wat ermee gebeurt.",
    refusal="it is not said what becomes of line {line} of return {rma}",
    spec=("RET-4",),
    source="choice",
)
NOT_CREDITED = Rule(
    code="return.not-credited",
    en="Goods that go back to the customer, and goods that were never invoiced, are not credited.",
    nl="Goederen die teruggaan naar de klant, en goederen die nooit zijn gefactureerd, worden niet gecrediteerd.",
    refusal="line {line} of return {rma} is not credited: {why}",
    spec=("RET-5",),
    source="documentation",
)
INVOICE_MISSING = Rule(
    code="return.credit-invoice",
    en="The invoices on which goods came back are given when these are credited.",
    nl="Bij het crediteren worden de facturen gegeven waarop de goederen zijn teruggekomen.",
    refusal="line {line} of return {rma} is credited on invoice {invoice}, which was not given",
    spec=("RET-6",),
    source="choice",
)
ORDER_INVOICED = Rule(
    code="return.order-invoiced",
    en="A returned order is credited once: by its return, or by an invoice of its own.",
    nl="Een retourorder wordt één keer gecrediteerd: via de retour of met een eigen factuur.",
    refusal="line {line} of order {order} has {left} left to credit, not {asked}",
    spec=("RET-2", "I4"),
    source="choice",
)
NOT_REPLACED = Rule(
    code="return.not-replaced",
    en="Goods are replaced before anything has arrived, or where that was decided; and no more than came back.",
    nl="Goederen worden vervangen voordat er iets is aangekomen, of waar dat is besloten; en niet meer dan er terugkwam.",
    refusal="line {line} of return {rma} has {left} to be replaced, not {asked}",
    spec=("RET-8",),
    source="documentation",
)


@exact
def credit(
    rma: Return,
    order: Order,
    originals: Iterable[Order] = (),
    invoices: Iterable[Invoice] = (),
    quantities: Quantities | None = None,
    *,
    number: str,
    on: date,
    freight: Back | None = None,
    by: str = "",
) -> Outcome[Invoice]:
    """
    Credit what was received, or is credited only; without quantities all that may be credited now [RET-2, RET-5].

    Each line takes back its part of the invoice it came back on, with its share of the discounts on the whole;
    goods without an invoice are credited at the price of the return.
    Freight and other charges go back as their rules say: to a consumer with the last of the goods, to a business not [CHG-11].
    The credited quantity is to be invoiced again exactly where the order is to deliver it again, or ends there.

    Args:
        order: The returned order.
        originals: The orders the goods came from.
        invoices: The invoices that are credited.
        freight: What goes back of freight and other charges, in the place of what their rules say: nothing, their part,
            or all of it with the last of the goods.

    Raises:
        RefusedError: ``wrong-status``, ``return.*``, and what ``credit_notes.post`` refuses.
    """
    LIFECYCLE.require("return_credits.credit", rma, on=on)
    rows = rows_of(rma, quantities, {line.number: rma.to_credit(line.number) for line in rma.lines})
    given = {each.number: each for each in all_of("original", originals, Order)}
    billed = {each.number: each for each in all_of("invoice", invoices, Invoice)}
    refuse(_against_credit(rma, rows, set(billed)))
    refuse((*against_own(rma, order), *against_originals(rma, [line for line, _ in rows], given)))
    refuse(_against_returned_order(order, rows))
    noted = _note(rma, order, rows, given, billed, number, on, freight)
    note: Invoice = noted.document
    after = with_postings(order, *_invoiced(rma, order, rows, note, number, on))
    told = changed(rma, with_movement(rma, Move.CREDITED, rows, on, number), "return", "credited", on=on, by=by)
    own = ReturnedOrderCredited(number=order.number, on=on, rma=rma.number, by=number)
    events = (*noted.events, own, *told.events)
    return Outcome(document=note, made=noted.made, changed=(after, *noted.changed, told.document), events=events)


def _note(
    rma: Return,
    order: Order,
    rows: tuple[Row, ...],
    given: dict[str, Order],
    billed: dict[str, Invoice],
    number: str,
    on: date,
    freight: Back | None,
) -> Outcome[Invoice]:
    """Post the credit note over invoices and goods without one."""
    loose = tuple(evolve(order.fold.terms[line], ordered=quantity, parent=None) for line, quantity in rows if rma.line(line).origin is None)
    claims = tuple(_claims(rma, rows, billed, freight))
    if not claims:
        return credit_notes.unreferenced(
            order.invoice_account,
            loose,
            rma.currency,
            number=number,
            on=on,
            reason=rma.reason,
            rma=rma.number,
            totals=order.totals_policy,
        )
    return credit_notes.post(
        claims,
        orders=touched(rma, rows, given),
        number=number,
        on=on,
        reason=rma.reason,
        reopens=True,
        unreferenced=loose,
        rma=rma.number,
    )


def _claims(rma: Return, rows: tuple[Row, ...], billed: dict[str, Invoice], freight: Back | None) -> Iterator[CreditOf]:
    wanted: dict[str, dict[int, Decimal]] = {}
    closed: dict[str, list[int]] = {}
    for line, quantity in rows:
        each = rma.line(line)
        if (found := _billed_on(each)) is not None:
            invoice, place = found
            wanted.setdefault(invoice, {})[place] = quantity
            if not (each.counts and each.effect.comes_back):
                closed.setdefault(invoice, []).append(place)
    for invoice, quantities in wanted.items():
        yield CreditOf(invoice=billed[invoice], quantities=quantities, closed=tuple(closed.get(invoice, ())), freight=freight)


def _billed_on(line: ReturnLine) -> tuple[str, int] | None:
    """Return the invoice, and its line, that goods came back on."""
    origin = line.origin
    if origin is None or origin.invoice is None or origin.invoice_line is None:
        return None
    return origin.invoice, origin.invoice_line


def _amounts(rma: Return, rows: tuple[Row, ...], note: Invoice) -> dict[int, Decimal]:
    """Return what the credit note gives back for each line of the return, below zero."""
    credited = {
        (part.credits, place): amount
        for part in note.parts
        if part.credits is not None
        for place, amount in zip(part.credited, part.amounts, strict=True)
    }
    loose = iter(_loose_amounts(note.parts))
    return {line: credited[found] if (found := _billed_on(rma.line(line))) is not None else next(loose) for line, _ in rows}


def _loose_amounts(parts: tuple[InvoicePart, ...]) -> Iterator[Decimal]:
    return (amount for part in parts if not part.order for amount in part.amounts)


def _invoiced(rma: Return, order: Order, rows: tuple[Row, ...], note: Invoice, number: str, on: date) -> Iterator[Posting]:
    """Post the credit note to the returned order; what is credited only counts as come, though nothing moved."""
    kept = tuple((line, -quantity) for line, quantity in rows if not rma.line(line).effect.comes_back)
    if kept:
        yield Posting(kind=Kind.DELIVERED, document=number, on=on, rows=kept, counts=False)
    by_line = _amounts(rma, rows, note)
    amounts = tuple(by_line[line] for line, _ in rows)
    back = tuple((line, -quantity) for line, quantity in rows)
    charges = posted(order, note)
    yield Posting(kind=Kind.INVOICED, document=number, on=on, rows=back, amounts=amounts, exacts=amounts, charges=charges)


def _against_credit(rma: Return, rows: tuple[Row, ...], invoices: set[str]) -> Iterator[Refusal]:
    wrong = list(against_rows(rma, rows, lambda line: max(rma.to_credit(line), _uncredited(rma, line)), Move.CREDITED))
    yield from wrong
    for line, _ in () if wrong else rows:
        each = rma.line(line)
        if each.disposition is None:
            yield UNDECIDED.refuse(rma=rma.number, line=line)
        elif not EFFECTS[each.disposition].credited:
            yield NOT_CREDITED.refuse(rma=rma.number, line=line, why="it goes back to the customer")
        elif not each.is_invoiced:
            yield NOT_CREDITED.refuse(rma=rma.number, line=line, why="it was never invoiced")
        elif (found := _billed_on(each)) is not None and found[0] not in invoices:
            yield INVOICE_MISSING.refuse(rma=rma.number, line=line, invoice=found[0])


def _uncredited(rma: Return, line: int) -> Decimal:
    """Return what was received of a line that is not credited at all, so that the reason is named."""
    return rma.received(line) if not rma.to_credit(line) and not rma.moved(line, Move.CREDITED) else ZERO


def _against_returned_order(order: Order, rows: tuple[Row, ...]) -> Iterator[Refusal]:
    for line, asked in rows:
        left = -order.line(line).invoice_remainder
        if asked > left:
            yield ORDER_INVOICED.refuse(order=order.number, line=line, left=left, asked=asked)


# ---------------------------------------------------------------------- replacing


@exact
def replace(
    rma: Return,
    order: Order,
    quantities: Quantities | None = None,
    *,
    number: str,
    customer: Party,
    on: date,
    agreements: Iterable[Fulfilment] = (),
    by: str = "",
) -> Outcome[Order]:
    """
    Send other goods in the place of those that come back, by a sales order of its own [RET-8].

    This may be done up front, while nothing has arrived, or afterwards for what is to be replaced; without quantities, all of it.
    The goods have the price they came back at. A line takes the commitment of a sales agreement
    that covers it, holds on that day and is not fulfilled yet [AGR-16].

    Args:
        order: The returned order.
        number: The number of the replacement order.
        agreements: The customer's agreements, and how far each is fulfilled.

    Raises:
        RefusedError: ``wrong-status``, ``return.*``, and what ``orders.place`` refuses.
    """
    require_kind("customer", customer, Party)
    LIFECYCLE.require("return_credits.replace", rma, on=on)
    rows = rows_of(rma, quantities, {line.number: rma.to_replace(line.number) for line in rma.lines})
    refuse((*_against_replacement(rma, rows), *against_own(rma, order)))
    shown = all_of("agreement", agreements, Fulfilment)
    lines = [_replacement(order.fold.terms[line], quantity, shown, on) for line, quantity in rows]
    placed = orders.place(
        number=number,
        customer=customer,
        currency=rma.currency,
        lines=lines,
        on=on,
        agreements=shown,
        totals=order.totals_policy,
        reference=rma.number,
        payment_terms=order.payment_terms,
    )
    told = changed(rma, with_movement(rma, Move.REPLACED, rows, on, number), "return", "replaced", on=on, by=by)
    return Outcome(document=placed.document, made=placed.made, changed=told.changed, events=(*placed.events, *told.events))


def _against_replacement(rma: Return, rows: tuple[Row, ...]) -> Iterator[Refusal]:
    wrong = list(against_rows(rma, rows, lambda line: rma.line(line).quantity, Move.REPLACED))
    yield from wrong
    for line, asked in () if wrong else rows:
        left = rma.to_replace(line)
        if asked > left:
            yield NOT_REPLACED.refuse(rma=rma.number, line=line, left=left, asked=asked)


def _replacement(terms: OrderLine, quantity: Decimal, agreements: tuple[Fulfilment, ...], on: date) -> OrderLine:
    wanted = evolve(terms, number=0, ordered=quantity, link=None, requested=None)
    return evolve(wanted, link=_commitment(wanted, agreements, on))


def _commitment(line: OrderLine, agreements: tuple[Fulfilment, ...], on: date) -> AgreementLink | None:
    """Return the first commitment that a replacement can take [AGR-16]."""
    for each in agreements:
        agreement = each.agreement
        if agreement.status is AgreementStatus.EFFECTIVE and not agreement.is_expired(on):
            for balance in each:
                terms = balance.commitment
                fits = terms.covers(line.item) and agreement.holds(terms, on) and (not terms.fixed or terms.prices(line, agreement.basis))
                needed = line.ordered if terms.counts_quantity else line.ordered * line.unit_price
                if fits and balance.remaining > 0 and (not terms.max_enforced or needed <= balance.remaining):
                    return agreement.link(terms.number)
    return None
