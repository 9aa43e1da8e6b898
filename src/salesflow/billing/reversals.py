"""Cancelling an invoice: a document of the opposite sign that leaves everything as it was before [INV-10]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve

from salesflow.billing.invoice_life import LIFECYCLE
from salesflow.checks import ZERO, all_of, require_date, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.events import InvoiceCancelled
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Credited, Invoice, InvoiceCharge, InvoicePart, Settlement, TakenOff, with_settlement
from salesflow.model.ledger import Fold, Kind, Posting
from salesflow.model.order import Order, with_postings
from salesflow.model.order_life import LIFECYCLE as ORDER_LIFECYCLE
from salesflow.model.totals import VatGroup
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.rules import Rule

ANOTHER_ORDER = Rule(
    code="invoice.another-order",
    en="An invoice is cancelled with all the orders it concerns.",
    nl="Een factuur wordt geannuleerd met alle orders die erbij betrokken zijn.",
    refusal="invoice {invoice} is about {orders}, not {given}; give these orders",
    spec=("INV-10",),
    source="choice",
)
TAKEN_BACK_MISSING = Rule(
    code="invoice.taken-back-missing",
    en="What takes other invoices back, or takes deposits off, is cancelled with these, for they stand again after it.",
    nl="Wat andere facturen terugneemt, of aanbetalingen verrekent, wordt met die facturen geannuleerd: zij staan daarna weer open.",
    refusal="{missing} is taken back by invoice {invoice} and was not given; give it with the cancellation",
    spec=("INV-10", "PRE-1"),
    source="choice",
)
OF_RETURN = Rule(
    code="invoice.of-return",
    en="The credit note of a return is not cancelled: the goods have come back.",
    nl="De creditnota van een retour wordt niet geannuleerd: de goederen zijn teruggekomen.",
    refusal="credit note {invoice} was given for return {rma}; invoice again what the customer keeps",
    spec=("RET-2", "INV-10"),
    source="choice",
)
INVOICED_AGAIN = Rule(
    code="invoice.invoiced-again",
    en="A credit note is cancelled while what it credited is not invoiced again.",
    nl="Een creditnota wordt geannuleerd zolang wat erop is gecrediteerd niet opnieuw is gefactureerd.",
    refusal="line {line} of order {order} has {left} left to invoice, and credit note {invoice} took {quantity} back; credit that first",
    spec=("INV-10", "QTY-6"),
    source="choice",
)

CREDITED = Rule(
    code="invoice.credited",
    en="No more is taken back of an invoice than it invoiced; an invoice is given as it is after its credits.",
    nl="Van een factuur wordt niet meer teruggenomen dan erop is gefactureerd; een factuur wordt gegeven zoals zij na haar creditnota's is.",
    refusal="line {line} of order {order} has {left} left to take back of invoice {invoice}, not {asked}; read the invoice again",
    spec=("QTY-14", "I4"),
    source="documentation",
)


@exact
def cancel(
    orders: Order | Iterable[Order], invoice: Invoice, *, number: str, on: date, taken_back: Iterable[Invoice] = ()
) -> Outcome[Invoice]:
    """
    Undo a posted invoice or credit note whole, by one of the opposite sign under *number*; both are settled against each other [INV-10].

    Every amount has the opposite sign: lines, charges, VAT, lines in words, and deposits that were taken off.
    The quantities are to be invoiced again, what it delivered of services is taken back,
    and so is a renewal it caused, unless something was delivered or invoiced since.
    What was paid of it stays as a balance in the customer's favour on the cancelling invoice.

    Args:
        orders: The orders it invoiced; for a deposit its order, and for a credit note those it was posted to.
        taken_back: The invoices that a credit note credits, and the deposits that a final invoice takes off; they stand again.

    Raises:
        RefusedError: ``wrong-status``, ``invoice.another-order``, ``invoice.pro-forma``, ``invoice.before-invoice``,
            ``invoice.reversal``, ``invoice.has-credits``, ``invoice.taken-back-missing``, ``invoice.of-return``, ``invoice.invoiced-again``.
    """
    given, others = _orders(orders), all_of("taken_back", taken_back, Invoice)
    if refusals := why_not_cancel(given, invoice, on=on, taken_back=others):
        raise RefusedError(refusals)
    standing, before = _standing_again(invoice, others, number, on)
    open_part = before.balance
    reversal = _settled(_reversal(invoice, number, on), invoice.number, -open_part, on)
    after = _settled(evolve(before, cancelled_by=number), number, open_part, on)
    changed = tuple(with_postings(order, *_undoing(order, invoice, number, on)) for order in given)
    return Outcome(
        document=reversal,
        made=(reversal,),
        changed=(*changed, *standing, after),
        events=(InvoiceCancelled(number=invoice.number, on=on, by=number),),
    )


@exact
def why_not_cancel(
    orders: Order | Iterable[Order], invoice: Invoice, *, on: date, taken_back: Iterable[Invoice] = ()
) -> tuple[Refusal, ...]:
    """Return every reason why ``cancel`` may not run with the same arguments."""
    require_date("on", on)
    require_kind("invoice", invoice, Invoice)
    given, others = _orders(orders), all_of("taken_back", taken_back, Invoice)
    found = list(LIFECYCLE.why_not("cancel", invoice, on=on))
    if invoice.rma is not None:
        found.append(OF_RETURN.refuse(invoice=invoice.number, rma=invoice.rma))
    if missing := [number for number in invoice.takes_back if number not in {each.number for each in others}]:
        return (*found, TAKEN_BACK_MISSING.refuse(missing=", ".join(missing), invoice=invoice.number))
    needed = {*invoice.orders, *(each.deposit_of for each in others if each.deposit_of)}
    if sorted(order.number for order in given) != sorted(needed):
        names = ", ".join(order.number for order in given) or "none"
        return (*found, ANOTHER_ORDER.refuse(invoice=invoice.number, orders=", ".join(sorted(needed)) or "no order", given=names))
    for order in given:
        found += ORDER_LIFECYCLE.why_not("invoices.cancel", order, on=on)
        found += _against_credited(order, invoice)
        found += _against_invoiced_again(order, invoice)
    return tuple(found)


def _orders(orders: Order | Iterable[Order]) -> tuple[Order, ...]:
    return (orders,) if isinstance(orders, Order) else all_of("order", orders, Order)


def _against_credited(order: Order, invoice: Invoice) -> Iterator[Refusal]:
    """The ledger knows of credits that the invoice as it is given does not know of."""
    back: dict[int, Decimal] = {}
    for posting in order.postings:
        if posting.kind is Kind.CREDITED and posting.source == invoice.number:
            for line, quantity in posting.rows:
                back[line] = back.get(line, ZERO) + quantity
    for line, quantity in back.items():
        asked = sum((each.quantity for each in invoice.lines_of(order.number) if each.terms.number == line), ZERO)
        if quantity and not invoice.credits:
            yield CREDITED.refuse(order=order.number, line=line, invoice=invoice.number, left=asked - quantity, asked=asked)


def _against_invoiced_again(order: Order, note: Invoice) -> Iterator[Refusal]:
    """What a credit note took back can be taken back from it only while it is still to be invoiced."""
    reopened: dict[int, Decimal] = {}
    for posting in order.postings:
        if posting.document == note.number and posting.kind is Kind.CREDITED and posting.counts:
            for line, quantity in posting.rows:
                reopened[line] = reopened.get(line, ZERO) + quantity
    for line, quantity in reopened.items():
        left = order.fold.to_invoice.get(line, ZERO)
        if abs(quantity) > abs(left) or quantity * left < 0:
            yield INVOICED_AGAIN.refuse(order=order.number, line=line, left=left, invoice=note.number, quantity=quantity)


# ---------------------------------------------------------------------- the document


def _reversal(invoice: Invoice, number: str, on: date) -> Invoice:
    groups = invoice.vat_groups
    return evolve(
        invoice,
        number=number,
        on=on,
        at=None,
        parts=tuple(_opposite_part(part) for part in invoice.parts),
        charges=tuple(_opposite_charge(each) for each in invoice.charges),
        free_text=tuple(_opposite_words(line) for line in invoice.free_text),
        taken_off=tuple(
            TakenOff(
                deposit=each.deposit,
                lines=tuple(map(_opposite_words, each.lines)),
                groups=_opposite_groups(each.groups),
                granted=-each.granted,
            )
            for each in invoice.taken_off
        ),
        vat_groups=None if groups is None else _opposite_groups(groups),
        granted=sum((credit.granted for credit in invoice.credits), -invoice.not_paid),
        reverses=invoice.number,
        sent=None,
        settlements=(),
        credits=(),
        totals=None,
    )


def _opposite_part(part: InvoicePart) -> InvoicePart:
    return evolve(
        part,
        quantities=tuple(-each for each in part.quantities),
        amounts=tuple(-each for each in part.amounts),
        nets=None if part.nets is None else tuple(-each for each in part.nets),
    )


def _opposite_charge(each: InvoiceCharge) -> InvoiceCharge:
    return evolve(each, charge=evolve(each.charge, amount=-each.charge.amount), net=-each.net)


def _opposite_words(line: FreeTextLine) -> FreeTextLine:
    return evolve(
        line,
        quantity=-line.quantity,
        net=-line.exact_net,
        gross=None if line.gross is None else -line.gross,
        distributions=tuple((account, -amount) for account, amount in line.distributions),
    )


def _opposite_groups(groups: tuple[VatGroup, ...]) -> tuple[VatGroup, ...]:
    return tuple(VatGroup(group.vat, -group.base, -group.amount) for group in groups)


def _settled(invoice: Invoice, document: str, amount: Decimal, on: date) -> Invoice:
    return with_settlement(invoice, Settlement(document=document, on=on, amount=amount)) if amount else invoice


def _standing_again(note: Invoice, others: tuple[Invoice, ...], number: str, on: date) -> tuple[list[Invoice], Invoice]:
    """Return the invoices that *note* took back as they stand again, and the note without what the two settled of each other."""
    found = []
    for other in others:
        taken = [credit for credit in other.credits if credit.document == note.number]
        undone = tuple(_opposite_credit(credit, number, on) for credit in taken)
        after = evolve(other, credits=(*other.credits, *undone))
        settled = sum((each.amount for each in other.settlements if each.document == note.number), ZERO)
        found.append(_settled(after, note.number, -settled, on))
        given = sum((each.amount for each in note.settlements if each.document == other.number), ZERO)
        note = _settled(note, other.number, -given, on)
    return found, note


def _opposite_credit(credit: Credited, number: str, on: date) -> Credited:
    return Credited(
        document=number,
        on=on,
        lines=tuple(evolve(each, quantity=-each.quantity, amount=-each.amount, net=-each.net) for each in credit.lines),
        charges=tuple(evolve(each, amount=-each.amount, net=-each.net) for each in credit.charges),
        groups=_opposite_groups(credit.groups),
        granted=-credit.granted,
    )


# ---------------------------------------------------------------------- the orders


def _undoing(order: Order, invoice: Invoice, number: str, on: date) -> Iterator[Posting]:
    """Yield the postings that take back everything the invoice posted to an order, latest first."""
    for posting in reversed(order.postings):
        if posting.document != invoice.number:
            continue
        back = evolve(posting, document=number, on=on, at=None)
        if posting.kind is Kind.INVOICED:
            yield evolve(back, kind=Kind.CREDITED, source=invoice.number)
        elif posting.kind is Kind.DELIVERED:
            yield evolve(back, kind=Kind.RETURNED, source=invoice.number, slip=invoice.number)
        elif posting.kind is not Kind.RENEWED:
            yield _opposite_posting(back)
        elif _is_untouched(order, invoice.number):
            yield evolve(_opposite_posting(back), source=invoice.number)


def _opposite_posting(posting: Posting) -> Posting:
    return evolve(
        posting,
        rows=tuple((line, -quantity) for line, quantity in posting.rows),
        amounts=tuple(-amount for amount in posting.amounts),
        exacts=tuple(-amount for amount in posting.exacts),
        charges=tuple((number, -amount, -exactly) for number, amount, exactly in posting.charges),
        groups=_opposite_groups(posting.groups),
    )


def _is_untouched(order: Order, document: str) -> bool:
    """Say whether as much is left as when a document renewed a subscription; if more was delivered or invoiced, the renewal stays."""
    last = max(place for place, posting in enumerate(order.postings) if posting.document == document)
    then = Fold.of(order.lines, order.postings[: last + 1])
    return (then.to_deliver, then.to_invoice) == (order.fold.to_deliver, order.fold.to_invoice)
