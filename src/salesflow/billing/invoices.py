"""Customer invoices: by order, by packing slips, over several orders, pro forma; sent, and cancelled whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from attrs import evolve

from salesflow.billing import payments
from salesflow.billing.deposits import against_forgotten, take_off
from salesflow.billing.invoice_life import LIFECYCLE
from salesflow.billing.invoicing import Billed, OrderShare, Stated, billed, invoiceable, shares_due, shares_of, together, tolerated
from salesflow.billing.reversals import cancel as cancel  # noqa: PLC0414  a command on invoices, with a module of its own
from salesflow.billing.reversals import why_not_cancel as why_not_cancel  # noqa: PLC0414
from salesflow.billing.taxing import taxed
from salesflow.checks import ZERO, all_of, require_date, require_decimal
from salesflow.errors import Refusal, RefusedError
from salesflow.model.charge import Back, Charge
from salesflow.model.charge_rules import UNKNOWN as UNKNOWN_CHARGE
from salesflow.model.events import InvoicePosted, InvoiceSent, InvoiceSettled
from salesflow.model.invoice import Invoice, InvoiceCharge, InvoiceKind
from salesflow.model.ledger import Row
from salesflow.model.order import Order
from salesflow.model.order_life import LIFECYCLE as ORDER_LIFECYCLE
from salesflow.model.packing_slip import PackingSlip, SlipStatus
from salesflow.model.payment import Payment
from salesflow.model.policies import INVOICES, InvoicePolicy
from salesflow.model.renewal import renew
from salesflow.model.subscription import PartOfCycle
from salesflow.model.totals import PartNets, VatGroup, merged
from salesflow.model.vat import NO_VAT
from salesflow.model.wanted import Quantities, Wanted
from salesflow.money import exact, half_up, round_to
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
STATED_AMOUNT = Rule(
    code="invoice.stated-amount",
    en="An amount that is stated by hand belongs to a line of the invoice, is in the basis of the order and has the digits of its currency.",
    nl="Een met de hand opgegeven bedrag hoort bij een factuurregel, staat in de grondslag van de order en heeft de decimalen van de valuta.",
    refusal="line {line} of order {order} cannot have the amount {amount} stated",
    spec=("TRD-9", "GRS-2"),
    source="documentation",
)
OVER_CHARGE = Rule(
    code="charge.over-left",
    en="A share of a charge that is stated by hand is no more than is left of the charge.",
    nl="Een met de hand opgegeven aandeel in een toeslag is niet meer dan er van de toeslag over is.",
    refusal="charge {charge} of order {order} has {left} left, not {asked}",
    spec=("CHG-6",),
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
    part: PartOfCycle | None = None,
    amounts: Stated | None = None,
    charges: Stated | None = None,
    deposits: Iterable[Invoice] = (),
    keep_deposits: bool = False,
    prepayments: Iterable[Payment] = (),
    policy: InvoicePolicy = INVOICES,
) -> Outcome[Invoice]:
    """
    Post a customer invoice [INV-2].

    With *slips* the invoice follows them: it takes all that is uninvoiced on them of the given orders.
    Without, it follows the order: the quantities given per line, or all that is left to invoice of what was ordered;
    service lines are then delivered by it as well (policy).
    It takes its share of the charges of its orders. If nothing else is left, it takes the charges that are still due.

    Args:
        period: The period a summary invoice covers, for the record.
        part: For a subscription: only so many days of its cycle.
        amounts: Line amounts stated by hand in the basis of the order, per order number and line;
            they take the place of quantity times price and are marked.
        charges: Shares of charges stated by hand, per order number and charge.
        deposits: Deposits on these orders, to be taken off.
        keep_deposits: Whether deposits that are not named stay for a later invoice; otherwise each open one must be named.
        prepayments: Payments that settle the invoice at once, such as those reserved for these orders [PRE-1].

    Raises:
        RefusedError: with everything ``why_not`` finds, and what ``deposits.take_off`` and ``payments.settle`` refuse.
    """
    require_date("on", on)
    taken, given = None if slips is None else tuple(slips), all_of("deposit", deposits, Invoice)
    shares = shares_of(orders, quantities, taken, policy, amounts=amounts, charges=charges, part=part)
    if refusals := _why_not(shares, taken, on, policy, None if keep_deposits else given):
        raise RefusedError(refusals)
    bills = [billed(share, number, on, at, policy) for share in shares]
    renewed = [renew(share.order, bill.order, number, on) for share, bill in zip(shares, bills, strict=True)]
    changed = [order for order, _ in renewed]
    invoice = _of_orders(changed, bills, number, on, at, period)
    invoice, after_all, used = take_off(invoice, changed, given, on=on)
    invoice, paid, settled = _settled_by(_in_cash(invoice), prepayments, on)
    posted = InvoicePosted(number=number, on=on, at=at, orders=tuple(order.number for order in changed))
    renewals = [event for _, events in renewed for event in events]
    return Outcome(document=invoice, made=(invoice,), changed=(*after_all, *used, *paid), events=(posted, *renewals, *settled))


def _of_orders(orders: list[Order], bills: list[Billed], number: str, on: date, at: datetime | None, period: Period | None) -> Invoice:
    """Return the invoice of what was billed of orders."""
    first = orders[0]
    parts, charges = together(bills)
    if first.totals_policy.part_nets is PartNets.CUMULATIVE:
        groups: tuple[VatGroup, ...] | None = merged(group for bill in bills for group in bill.groups)
    else:
        parts, charges, _, groups = taxed(parts, charges, (), first.currency, first.totals_policy)
    return Invoice(
        number=number,
        on=on,
        at=at,
        account=first.invoice_account,
        currency=first.currency,
        parts=parts,
        charges=charges,
        totals_policy=first.totals_policy,
        vat_groups=groups,
        payment_terms=first.payment_terms,
        terms=tuple(dict.fromkeys(order.terms for order in orders if order.terms is not None)),
        period=period,
        comments=tuple(dict.fromkeys(order.comment for order in orders if order.comment)),
    )


def _in_cash(invoice: Invoice) -> Invoice:
    """Return the invoice with its total rounded to what can be paid in cash; the rounding is outside VAT and of no order [GRS-17]."""
    step = invoice.totals_policy.cash_step
    rounding = ZERO if step is None else round_to(invoice.total, step) - invoice.total
    if not rounding:
        return invoice
    charge = InvoiceCharge(order="", charge=Charge(number=0, code="cash-rounding", amount=rounding), net=rounding, back=Back.WHEN_ALL)
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
    part: PartOfCycle | None = None,
    amounts: Stated | None = None,
    charges: Stated | None = None,
    deposits: Iterable[Invoice] = (),
    keep_deposits: bool = False,
    policy: InvoicePolicy = INVOICES,
) -> tuple[Refusal, ...]:
    """Return every reason why ``post`` may not run with the same arguments."""
    require_date("on", on)
    taken, given = None if slips is None else tuple(slips), all_of("deposit", deposits, Invoice)
    shares = shares_of(orders, quantities, taken, policy, amounts=amounts, charges=charges, part=part)
    return _why_not(shares, taken, on, policy, None if keep_deposits else given)


def pro_forma(
    orders: Wanted,
    quantities: Quantities | None = None,
    *,
    slips: Iterable[PackingSlip] | None = None,
    on: date,
    amounts: Stated | None = None,
    charges: Stated | None = None,
    deposits: Iterable[Invoice] = (),
    keep_deposits: bool = False,
    policy: InvoicePolicy = INVOICES,
) -> Invoice:
    """
    Return the invoice that ``post`` would make, as an estimate: it has no number, and nothing changes [INV-6].

    Raises:
        RefusedError: as ``post``.
    """
    invoice = post(
        orders,
        quantities,
        slips=slips,
        number="pro forma",
        on=on,
        amounts=amounts,
        charges=charges,
        deposits=deposits,
        keep_deposits=keep_deposits,
        policy=policy,
    ).document
    return evolve(invoice, number="", kind=InvoiceKind.PRO_FORMA)


# ---------------------------------------------------------------------- why not


def _why_not(
    shares: list[OrderShare],
    slips: tuple[PackingSlip, ...] | None,
    on: date,
    policy: InvoicePolicy,
    deposits: tuple[Invoice, ...] | None,
) -> tuple[Refusal, ...]:
    orders = [share.order for share in shares]
    found = [*_against_together(orders)]
    if slips is not None:
        found += _against_slips(orders, slips, on)
    for share in shares:
        found += ORDER_LIFECYCLE.why_not("invoices.post", share.order, on=on)
        found += _against_takes(share, policy)
        if share.stated:
            found += _against_stated(share)
        if share.stated_charges:
            found += _against_stated_charges(share)
        if deposits is not None and share.order.advanced:
            found += against_forgotten(share.order, deposits)
    return tuple(found)


def _against_together(orders: list[Order]) -> Iterator[Refusal]:
    if not orders:
        yield EMPTY.refuse(order="none")
        return
    first = orders[0]
    for order in orders[1:]:
        for what in ("invoice_account", "currency", "payment_terms", "totals_policy"):
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


def _against_takes(share: OrderShare, policy: InvoicePolicy) -> Iterator[Refusal]:
    number = share.order.number
    if not share.takes:
        yield NO_SLIP.refuse(order=number)
    for take in share.takes:
        if take.slip is not None:
            if not take.rows:
                yield SLIP_INVOICED.refuse(slip=take.slip.number, order=number)
        elif not take.rows:
            if not shares_due(share, []):
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


def _against_stated(share: OrderShare) -> Iterator[Refusal]:
    order = share.order
    invoiced = [line for take in share.takes for line, _ in take.rows]
    for line, amount in share.stated.items():
        require_decimal(f"amount of line {line}", amount)
        if invoiced.count(line) != 1 or amount != half_up(amount, order.quantum):
            yield STATED_AMOUNT.refuse(order=order.number, line=line, amount=amount)


def _against_stated_charges(share: OrderShare) -> Iterator[Refusal]:
    """A share that is stated by hand is no more than is left of its charge."""
    order = share.order
    left = {balance.rule.number: balance.left for balance in order.charge_balances}
    for number, amount in share.stated_charges.items():
        require_decimal(f"share of charge {number}", amount)
        rest = left.get(number)
        if rest is None:
            yield UNKNOWN_CHARGE.refuse(order=order.number, charge=number)
        elif amount != half_up(amount, order.quantum) or amount * rest < 0 or abs(amount) > abs(rest):
            yield OVER_CHARGE.refuse(order=order.number, charge=number, left=rest, asked=amount)


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
