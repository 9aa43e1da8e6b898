"""Customer invoices: by order, by packing slips, over several orders, pro forma; sent, and cancelled whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from attrs import evolve

from salesflow.billing import payments
from salesflow.billing.crediting import merged
from salesflow.billing.deposits import take_off
from salesflow.billing.invoice_life import LIFECYCLE
from salesflow.billing.invoicing import Share, billed, invoiceable, shares_of, tolerated
from salesflow.checks import ZERO, require_date, require_decimal, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.events import InvoiceCancelled, InvoicePosted, InvoiceSent, InvoiceSettled, SubscriptionRenewed
from salesflow.model.invoice import Invoice, InvoiceCharge, InvoiceKind, InvoicePart, Settlement
from salesflow.model.ledger import Fold, Kind, Posting, Row
from salesflow.model.order import Order, with_postings
from salesflow.model.order_life import LIFECYCLE as ORDER_LIFECYCLE
from salesflow.model.packing_slip import PackingSlip, SlipStatus
from salesflow.model.payment import Payment
from salesflow.model.policies import INVOICES, InvoicePolicy
from salesflow.model.product import NO_VAT
from salesflow.model.renewal import renew
from salesflow.model.totals import Charge, VatGroup
from salesflow.model.wanted import Quantities, Wanted
from salesflow.money import exact, quantum_of, round_to
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.rules import Rule

EMPTY = Rule(
    code="invoice.empty",
    en="An invoice invoices something of every order it names.",
    nl="Een factuur factureert iets van elke order die erop staat.",
    refusal="there is nothing to invoice (order: {order})",
    spec=("INV-1",),
    source="seed",
)
OVER_REMAINDER = Rule(
    code="invoice.over-remainder",
    en="An invoice that follows the order takes no more than is left to invoice of what was ordered, with the tolerance that was agreed.",
    nl="Een factuur op basis van de order neemt niet meer dan er nog te factureren is, met de afgesproken tolerantie.",
    refusal="line {line} has {left} left to invoice, not {asked}",
    spec=("QTY-6", "P5", "P6"),
    source="documentation",
)
WRONG_SIGN = Rule(
    code="invoice.sign",
    en="An invoiced quantity is not zero and has the sign of its line.",
    nl="Een gefactureerde hoeveelheid is niet nul en heeft het teken van haar regel.",
    refusal="line {line} orders {ordered}; {asked} cannot be invoiced of it",
    spec=("QTY-6", "QTY-13"),
    source="documentation",
)
UNKNOWN_LINE = Rule(
    code="invoice.unknown-line",
    en="An invoice names lines of the order.",
    nl="Een factuur noemt regels van de order.",
    refusal="order {order} has no line {line} of its own",
    spec=("INV-1",),
    source="choice",
)
ONE_ACCOUNT = Rule(
    code="invoice.one-account",
    en="The orders of one invoice share invoice account, currency and terms of payment.",
    nl="De orders op één factuur hebben dezelfde factuurrekening, valuta en betalingsvoorwaarden.",
    refusal="order {order} differs from order {first} in {what}",
    spec=("INV-4",),
    source="documentation",
)
ORDER_TWICE = Rule(
    code="invoice.order-twice",
    en="An invoice names each order and each packing slip once.",
    nl="Een factuur noemt elke order en elke pakbon één keer.",
    refusal="{document} is named more than once",
    spec=("INV-2",),
    source="choice",
)
NO_SLIP = Rule(
    code="invoice.no-slip",
    en="An invoice that follows packing slips needs at least one posted slip of each order.",
    nl="Een factuur op basis van pakbonnen vereist ten minste één geboekte pakbon van elke order.",
    refusal="none of the packing slips delivers order {order}",
    spec=("INV-2", "DOC-3"),
    source="seed",
)
ANOTHER_SLIP = Rule(
    code="invoice.another-slip",
    en="A packing slip is invoiced with an order it delivers.",
    nl="Een pakbon wordt gefactureerd met een order die erop staat.",
    refusal="packing slip {slip} delivers {orders}, none of those given",
    spec=("INV-2",),
    source="choice",
)
SLIP_INVOICED = Rule(
    code="invoice.slip-invoiced",
    en="Every quantity of a packing slip is invoiced once.",
    nl="Elke hoeveelheid van een pakbon wordt één keer gefactureerd.",
    refusal="nothing of packing slip {slip} is left to invoice for order {order}",
    spec=("QTY-5",),
    source="seed",
)
SLIP_UNDONE = Rule(
    code="invoice.slip-undone",
    en="A packing slip that was cancelled or corrected, or that reverses another, is not invoiced.",
    nl="Een geannuleerde, gecorrigeerde of terugboekende pakbon wordt niet gefactureerd.",
    refusal="packing slip {slip} was undone or undoes another",
    spec=("QTY-15",),
    source="documentation",
)
BEFORE_SLIP = Rule(
    code="invoice.before-slip",
    en="An invoice is not dated before the packing slips it follows.",
    nl="Een factuur is niet gedateerd vóór de pakbonnen waarop zij berust.",
    refusal="packing slip {slip} is of {posted}; {on} is before that",
    spec=("INV-2",),
    source="choice",
)
ANOTHER_ORDER = Rule(
    code="invoice.another-order",
    en="An invoice is cancelled with all the orders it invoiced.",
    nl="Een factuur wordt geannuleerd met alle orders die erop staan.",
    refusal="invoice {invoice} is about {orders}, not {given}",
    spec=("INV-10",),
    source="choice",
)
CREDITED = Rule(
    code="invoice.credited",
    en="No more is credited of an invoice than it invoiced.",
    nl="Van een factuur wordt niet meer gecrediteerd dan erop is gefactureerd.",
    refusal="line {line} of order {order} has {left} left to credit of invoice {invoice}, not {asked}",
    spec=("QTY-14", "I4"),
    source="documentation",
)
STATED_NET = Rule(
    code="invoice.stated-net",
    en="A net that is stated by hand belongs to a line of the invoice and has the digits of its currency.",
    nl="Een met de hand opgegeven netto bedrag hoort bij een factuurregel en heeft de decimalen van de valuta.",
    refusal="line {line} of order {order} cannot have the net {net} stated",
    spec=("TRD-9",),
    source="documentation",
)


@exact
def post(
    orders: Wanted,
    quantities: Quantities | None = None,
    *,
    slips: Iterable[PackingSlip] | None = None,
    number: str,
    on: date,
    at: datetime | None = None,
    period: Period | None = None,
    nets: Mapping[str, Mapping[int, Decimal]] | None = None,
    deposits: Iterable[Invoice] = (),
    prepayments: Iterable[Payment] = (),
    policy: InvoicePolicy = INVOICES,
) -> Outcome[Invoice]:
    """
    Post a customer invoice [INV-2].

    With *slips* the invoice follows them: it takes all that is uninvoiced on them of the given orders.
    Without, it follows the order: the quantities given per line, or all that is left to invoice of what was ordered;
    service lines are then delivered by it as well (policy).
    The first invoice of an order takes its charges.

    Args:
        period: The period a summary invoice covers, for the record.
        nets: Line nets stated by hand, per order number and line; they take the place of quantity times price and are marked.
        deposits: Deposits on these orders, to be taken off.
        prepayments: Payments that settle the invoice at once, such as those reserved for these orders [PRE-1].

    Raises:
        RefusedError: with everything ``why_not`` finds, and what ``deposits.take_off`` and ``payments.settle`` refuse.
    """
    require_date("on", on)
    taken = None if slips is None else tuple(slips)
    shares = shares_of(orders, quantities, taken, nets, policy)
    if refusals := _why_not(shares, taken, on, policy):
        raise RefusedError(refusals)
    changed: list[Order] = []
    parts: list[InvoicePart] = []
    charges: list[InvoiceCharge] = []
    renewals: list[SubscriptionRenewed] = []
    for share in shares:
        after, renewed = renew(share.order, billed(share, number, on, at, policy, parts, charges), number, on)
        changed.append(after)
        renewals += renewed
    first = changed[0]
    invoice = Invoice(
        number=number,
        on=on,
        at=at,
        account=first.invoice_account,
        currency=first.currency,
        parts=tuple(parts),
        charges=tuple(charges),
        payment_terms=first.payment_terms,
        terms=tuple(dict.fromkeys(order.terms for order in changed if order.terms is not None)),
        period=period,
        comments=tuple(dict.fromkeys(order.comment for order in changed if order.comment)),
    )
    invoice, after_all, used = take_off(invoice, changed, deposits, on=on)
    if policy.cash_step is not None:
        invoice = _in_cash(invoice, policy.cash_step)
    invoice, paid, settled = _settled_by(invoice, prepayments, on)
    posted = InvoicePosted(number=number, on=on, at=at, orders=tuple(order.number for order in changed))
    return Outcome(document=invoice, made=(invoice,), changed=(*after_all, *used, *paid), events=(posted, *renewals, *settled))


def _in_cash(invoice: Invoice, step: Decimal) -> Invoice:
    """Return the invoice with its total rounded to what can be paid in cash; the rounding is outside VAT and of no order."""
    rounding = round_to(invoice.total, step) - invoice.total
    if not rounding:
        return invoice
    charge = InvoiceCharge("", Charge(number=0, code="cash-rounding", amount=rounding))
    groups = None if invoice.vat_groups is None else merged([*invoice.vat_groups, VatGroup(NO_VAT, rounding, ZERO)])
    return evolve(invoice, charges=(*invoice.charges, charge), vat_groups=groups, totals=None)


def _settled_by(
    invoice: Invoice, prepayments: Iterable[Payment], on: date
) -> tuple[Invoice, tuple[Payment, ...], tuple[InvoiceSettled, ...]]:
    """Settle an invoice with what was paid in advance, as far as it goes."""
    paid: list[Payment] = []
    events: list[InvoiceSettled] = []
    for payment in prepayments:
        if invoice.balance > 0:
            done = payments.settle(payment, [invoice], on=on)
            paid.append(done.document)
            invoice = done.changed[1]
            events += done.events
    return invoice, tuple(paid), tuple(events)


@exact
def why_not(
    orders: Wanted,
    quantities: Quantities | None = None,
    *,
    slips: Iterable[PackingSlip] | None = None,
    on: date,
    nets: Mapping[str, Mapping[int, Decimal]] | None = None,
    policy: InvoicePolicy = INVOICES,
) -> tuple[Refusal, ...]:
    """Return every reason why ``post`` may not run with the same arguments."""
    require_date("on", on)
    taken = None if slips is None else tuple(slips)
    return _why_not(shares_of(orders, quantities, taken, nets, policy), taken, on, policy)


def pro_forma(
    orders: Wanted,
    quantities: Quantities | None = None,
    *,
    slips: Iterable[PackingSlip] | None = None,
    on: date,
    nets: Mapping[str, Mapping[int, Decimal]] | None = None,
    policy: InvoicePolicy = INVOICES,
) -> Invoice:
    """
    Return the invoice that ``post`` would make, as an estimate: it has no number, and nothing changes [INV-6].

    Raises:
        RefusedError: as ``post``.
    """
    invoice = post(orders, quantities, slips=slips, number="pro forma", on=on, nets=nets, policy=policy).document
    return evolve(invoice, number="", kind=InvoiceKind.PRO_FORMA)


# ---------------------------------------------------------------------- why not


def _why_not(shares: list[Share], slips: tuple[PackingSlip, ...] | None, on: date, policy: InvoicePolicy) -> tuple[Refusal, ...]:
    orders = [share.order for share in shares]
    found = [*_against_together(orders)]
    if slips is not None:
        found += _against_slips(orders, slips, on)
    for share in shares:
        found += ORDER_LIFECYCLE.why_not("invoices.post", share.order, on=on)
        found += _against_takes(share, policy)
        if share.stated:
            found += _against_stated(share)
    return tuple(found)


def _against_together(orders: list[Order]) -> Iterator[Refusal]:
    if not orders:
        yield EMPTY.refuse(order="none")
        return
    first = orders[0]
    for order in orders[1:]:
        for what in ("invoice_account", "currency", "payment_terms"):
            if getattr(order, what) != getattr(first, what):
                yield ONE_ACCOUNT.refuse(order=order.number, first=first.number, what=what)
    yield from _against_repeats([order.number for order in orders], "order")


def _against_repeats(numbers: list[str], what: str) -> Iterator[Refusal]:
    if len(set(numbers)) < len(numbers):
        for number in dict.fromkeys(numbers):
            if numbers.count(number) > 1:
                yield ORDER_TWICE.refuse(document=f"{what} {number}")


def _against_slips(orders: list[Order], slips: tuple[PackingSlip, ...], on: date) -> Iterator[Refusal]:
    known = {order.number for order in orders}
    for slip in slips:
        if not known.intersection(slip.orders):
            yield ANOTHER_SLIP.refuse(slip=slip.number, orders=", ".join(slip.orders))
        if slip.status is not SlipStatus.POSTED or slip.reverses is not None:
            yield SLIP_UNDONE.refuse(slip=slip.number)
        if on < slip.on:
            yield BEFORE_SLIP.refuse(slip=slip.number, posted=slip.on, on=on)
    yield from _against_repeats([slip.number for slip in slips], "packing slip")


def _against_takes(share: Share, policy: InvoicePolicy) -> Iterator[Refusal]:
    number = share.order.number
    if not share.takes:
        yield NO_SLIP.refuse(order=number)
    for take in share.takes:
        if take.slip is not None:
            if not take.rows:
                yield SLIP_INVOICED.refuse(slip=take.slip.number, order=number)
        elif not take.rows:
            yield EMPTY.refuse(order=number)
        else:
            yield from _against_rows(share.order, take.rows, policy)


def _against_rows(order: Order, rows: tuple[Row, ...], policy: InvoicePolicy) -> Iterator[Refusal]:
    for line, quantity in rows:
        if line not in order:
            yield UNKNOWN_LINE.refuse(order=order.number, line=line)
            continue
        ordered = order.fold.terms[line].ordered
        left = invoiceable(order.fold, line, policy)
        if not quantity or (quantity > 0) is not (ordered > 0):
            yield WRONG_SIGN.refuse(line=line, ordered=ordered, asked=quantity)
        elif abs(quantity) > abs(left + tolerated(order.fold, line)):
            yield OVER_REMAINDER.refuse(line=line, left=left, asked=quantity)


def _against_stated(share: Share) -> Iterator[Refusal]:
    order = share.order
    invoiced = [line for take in share.takes for line, _ in take.rows]
    for line, net in share.stated.items():
        require_decimal(f"net of line {line}", net)
        if invoiced.count(line) != 1 or net != net.quantize(quantum_of(order.currency), ROUND_HALF_UP):
            yield STATED_NET.refuse(order=order.number, line=line, net=net)


# ---------------------------------------------------------------------- after posting


def send(invoice: Invoice, *, on: date) -> Outcome[Invoice]:
    """
    Record that the invoice went to the customer.

    Raises:
        RefusedError: ``invoice.pro-forma``, ``invoice.before-invoice``, ``invoice.sent``.
    """
    require_date("on", on)
    LIFECYCLE.require("send", invoice, on=on)
    after = evolve(invoice, sent=on)
    return Outcome(document=after, changed=(after,), events=(InvoiceSent(number=invoice.number, on=on),))


@exact
def cancel(orders: Order | Iterable[Order], invoice: Invoice, *, number: str, on: date) -> Outcome[Invoice]:
    """
    Undo a posted invoice whole, by one of the opposite sign under *number*; both are settled against each other [INV-10].

    Its quantities are to be invoiced again, what it delivered of services is taken back,
    and so is a renewal it caused, unless something was delivered or invoiced since.
    What was paid of it stays as a balance in the customer's favour on the cancelling invoice.

    Raises:
        RefusedError: ``wrong-status``, ``invoice.another-order``, ``invoice.pro-forma``, ``invoice.before-invoice``,
            ``invoice.reversal``, ``invoice.credited``.
    """
    given = (orders,) if isinstance(orders, Order) else tuple(orders)
    if refusals := why_not_cancel(given, invoice, on=on):
        raise RefusedError(refusals)
    open_part = invoice.balance
    reversal = _settled(_reversal(invoice, number, on), invoice.number, -open_part, on)
    after = _settled(evolve(invoice, cancelled_by=number), number, open_part, on)
    changed = tuple(with_postings(order, *_undoing(order, invoice, number, on)) for order in given)
    return Outcome(
        document=reversal,
        made=(reversal,),
        changed=(*changed, after),
        events=(InvoiceCancelled(number=invoice.number, on=on, by=number),),
    )


@exact
def why_not_cancel(orders: Order | Iterable[Order], invoice: Invoice, *, on: date) -> tuple[Refusal, ...]:
    """Return every reason why ``cancel`` may not run with the same arguments."""
    require_date("on", on)
    require_kind("invoice", invoice, Invoice)
    given = (orders,) if isinstance(orders, Order) else tuple(orders)
    for order in given:
        require_kind("order", order, Order)
    found = list(LIFECYCLE.why_not("cancel", invoice, on=on))
    if sorted(order.number for order in given) != sorted(invoice.orders):
        names = ", ".join(order.number for order in given)
        return (*found, ANOTHER_ORDER.refuse(invoice=invoice.number, orders=", ".join(invoice.orders), given=names))
    for order in given:
        found += ORDER_LIFECYCLE.why_not("invoices.cancel", order, on=on)
        found += _against_credit(order, invoice)
    return tuple(found)


def _against_credit(order: Order, invoice: Invoice) -> Iterator[Refusal]:
    """An invoice of which something was credited cannot be undone whole."""
    for posting in order.postings:
        if posting.kind is Kind.CREDITED and posting.source == invoice.number:
            for line, credited in posting.rows:
                asked = sum((each.quantity for each in invoice.lines_of(order.number) if each.terms.number == line), ZERO)
                yield CREDITED.refuse(order=order.number, line=line, invoice=invoice.number, left=asked - credited, asked=asked)


def _undoing(order: Order, invoice: Invoice, number: str, on: date) -> Iterator[Posting]:
    """Yield the postings that take back everything the invoice posted to an order, latest first."""
    for posting in reversed(order.postings):
        if posting.document != invoice.number:
            continue
        back = evolve(posting, document=number, source=invoice.number, on=on, at=None)
        if posting.kind is Kind.INVOICED:
            yield evolve(back, kind=Kind.CREDITED)
        elif posting.kind is Kind.DELIVERED:
            yield evolve(back, kind=Kind.RETURNED, slip=invoice.number)
        elif _is_untouched(order.fold, posting.rows):
            yield evolve(
                back,
                rows=tuple((line, -quantity) for line, quantity in posting.rows),
                exacts=tuple(-rounding for rounding in posting.exacts),
                charges=tuple((charge, -amount) for charge, amount in posting.charges),
            )


def _is_untouched(fold: Fold, renewed: tuple[Row, ...]) -> bool:
    """Say whether nothing was delivered or invoiced since a renewal; after that the renewal stays."""
    return all(fold.to_deliver.get(line) == fold.to_invoice.get(line) == quantity for line, quantity in renewed)


def _reversal(invoice: Invoice, number: str, on: date) -> Invoice:
    return evolve(
        invoice,
        number=number,
        on=on,
        at=None,
        parts=tuple(
            evolve(part, quantities=tuple(-each for each in part.quantities), nets=tuple(-each for each in part.nets))
            for part in invoice.parts
        ),
        charges=tuple(InvoiceCharge(each.order, evolve(each.charge, amount=-each.charge.amount)) for each in invoice.charges),
        reverses=invoice.number,
        sent=None,
        settlements=(),
        totals=None,
    )


def _settled(invoice: Invoice, document: str, amount: Decimal, on: date) -> Invoice:
    if not amount:
        return invoice
    return evolve(invoice, settlements=(*invoice.settlements, Settlement(document=document, on=on, amount=amount)))
