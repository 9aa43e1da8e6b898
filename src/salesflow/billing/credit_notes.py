"""
Credit notes: taking back a whole invoice or part of it, by line, by quantity or by amount; or without an invoice.

Amounts on a credit note have the opposite sign of what they take back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from salesflow.billing.credit_documents import note_of, settled_by
from salesflow.billing.credit_postings import taken_back
from salesflow.billing.crediting import CreditedPart, CreditOf, Quantities, asked_of, discounts_apart, part_of
from salesflow.billing.invoice_life import LIFECYCLE
from salesflow.checks import require_date, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.charge_rules import against_basis
from salesflow.model.events import CreditNotePosted, InvoiceCredited
from salesflow.model.invoice import Invoice, Settlement
from salesflow.model.order import Order
from salesflow.model.order_life import LIFECYCLE as ORDER_LIFECYCLE
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party
from salesflow.model.totals import TOTALS, TotalsPolicy
from salesflow.money import exact, half_up, require_currency
from salesflow.outcome import Outcome
from salesflow.rules import Rule

EMPTY = Rule(
    code="credit.empty",
    en="A credit note takes something back.",
    nl="Een creditnota neemt iets terug.",
    refusal="there is nothing to credit (invoice: {invoice})",
    spec=("QTY-14",),
    source="choice",
)
UNKNOWN_LINE = Rule(
    code="credit.unknown-line",
    en="A credit note names lines and charges that the invoice has.",
    nl="Een creditnota noemt regels en toeslagen die op de factuur staan.",
    refusal="invoice {invoice} has no {what} {line}",
    spec=("QTY-14",),
    source="choice",
)
OVER_QUANTITY = Rule(
    code="credit.over-quantity",
    en="No more is credited of a line than was invoiced, whatever the number of credit notes.",
    nl="Van een regel wordt niet meer gecrediteerd dan er is gefactureerd, over alle creditnota's samen.",
    refusal="line {line} of invoice {invoice} has {left} left to credit, not {asked}",
    spec=("QTY-14", "I4"),
    source="documentation",
)
OVER_AMOUNT = Rule(
    code="credit.over-amount",
    en="No more money is credited of a line or charge than was invoiced, whatever the number of credit notes.",
    nl="Van een regel of toeslag wordt niet meer geld gecrediteerd dan er is gefactureerd, over alle creditnota's samen.",
    refusal="{what} {line} of invoice {invoice} has {left} left to credit, not {asked}",
    spec=("I4",),
    source="documentation",
)
DISCOUNT_APART = Rule(
    code="credit.discount-apart",
    en="Lines are credited with their discounts: neither what is credited nor what is left has more of discounts than of lines.",
    nl="Regels worden met hun kortingen gecrediteerd: wat is gecrediteerd noch wat overblijft, heeft meer korting dan regels.",
    refusal="invoice {invoice} would {what} {amount} more of discounts than of lines at {rate} percent; credit them together",
    spec=("CHG-10", "I4"),
    source="choice",
)
SIGN = Rule(
    code="credit.sign",
    en="What is credited is not zero and has the sign of the line it is credited of; an amount has the digits of its currency.",
    nl="Wat wordt gecrediteerd is niet nul en heeft het teken van de regel; een bedrag heeft de decimalen van de valuta.",
    refusal="{asked} cannot be credited of {what} {line} of invoice {invoice}, which has {left}",
    spec=("QTY-13", "QTY-14"),
    source="documentation",
)
LINE_TWICE = Rule(
    code="credit.line-twice",
    en="A credit note takes a line back by quantity or by amount, and names each invoice once.",
    nl="Een creditnota neemt een regel terug op hoeveelheid of op bedrag, en noemt elke factuur één keer.",
    refusal="{what} of invoice {invoice} is named more than once",
    spec=("QTY-14",),
    source="choice",
)
ONE_ACCOUNT = Rule(
    code="credit.one-account",
    en="A credit note is for one account, in one currency and one kind of prices.",
    nl="Een creditnota is voor één rekening, in één valuta en één soort prijzen.",
    refusal="invoice {invoice} is of {account} in {currency}, with prices {basis}",
    spec=("INV-4",),
    source="choice",
)
ANOTHER_ORDER = Rule(
    code="credit.another-order",
    en="A credit note changes the orders whose lines it takes back, and no others.",
    nl="Een creditnota wijzigt de orders waarvan regels worden teruggenomen, en geen andere.",
    refusal="the credit is of orders {orders}, not {given}",
    spec=("QTY-14",),
    source="choice",
)
REOPENS = Rule(
    code="credit.reopens",
    en="A credit of an order's quantity says whether that quantity is to be invoiced again.",
    nl="Een creditering van een orderhoeveelheid zegt of die hoeveelheid opnieuw wordt gefactureerd.",
    refusal="it is not said whether what is credited of order {order} is to be invoiced again",
    spec=("P3", "QTY-14"),
    source="documentation",
)
UNREFERENCED = Rule(
    code="credit.unreferenced",
    en="A line that refers to no invoice is credited with the quantity that comes back, above zero.",
    nl="Een regel zonder factuur wordt gecrediteerd met de hoeveelheid die terugkomt, groter dan nul.",
    refusal="{item} cannot be credited with a quantity of {quantity}",
    spec=("P3",),
    source="choice",
)


@exact
def post(
    credit: Invoice | Iterable[CreditOf],
    quantities: Quantities | None = None,
    *,
    orders: Order | Iterable[Order] = (),
    number: str,
    on: date,
    at: datetime | None = None,
    reason: str = "",
    reopens: bool | None = None,
    keep_remainder: bool = True,
    unreferenced: Iterable[OrderLine] = (),
    rma: str | None = None,
) -> Outcome[Invoice]:
    """
    Post a credit note for one invoice or several [QTY-14, INV-7].

    Give one invoice with quantities by its line numbers, or ``CreditOf`` values; without quantities, amounts or charges
    all that is left of the invoice is credited, charges too. With quantities or amounts, each discount on the whole gives back the
    share of these lines, and each other charge what its rule says [CHG-10, CHG-11].
    What is still owed on the invoice is settled with the note; the rest stays in the customer's favour.

    Args:
        orders: The orders whose lines and charges are taken back.
        reopens: Whether the quantities, and the charges with them, are to be invoiced again;
            it must be said if quantities of an order are credited [P3].
        keep_remainder: Whether what is left to deliver of the credited lines stays on order; otherwise it is cancelled.
        unreferenced: Lines that no invoice is found for, with the quantity that comes back; they touch no order.
        rma: The return that it is given for.

    Raises:
        RefusedError: with everything ``why_not`` finds.
    """
    require_date("on", on)
    claims, given, loose = _claims(credit, quantities), _orders(orders), tuple(unreferenced)
    if refusals := _why_not(claims, given, loose, on=on, reopens=reopens):
        raise RefusedError(refusals)
    parts = [part_of(each) for each in claims]
    first = claims[0].invoice
    policy = first.totals_policy
    note = note_of(first.account, first.currency, policy, parts, loose, number=number, on=on, at=at, reason=reason, rma=rma)
    settled = [settled_by(part, number, on) for part in parts]
    owed = tuple(Settlement(document=invoice.number, on=on, amount=-amount) for invoice, amount in settled if amount)
    note = evolve(note, settlements=owed)
    changed = tuple(taken_back(order, parts, number, on, reopens=bool(reopens), keep_remainder=keep_remainder) for order in given)
    posted = CreditNotePosted(number=number, on=on, at=at, invoices=tuple(part.invoice.number for part in parts))
    told = tuple(InvoiceCredited(number=part.invoice.number, on=on, by=number, amount=part.total) for part in parts)
    return Outcome(document=note, made=(note,), changed=(*changed, *(invoice for invoice, _ in settled)), events=(posted, *told))


@exact
def unreferenced(
    account: Party | str,
    lines: Iterable[OrderLine],
    currency: str,
    *,
    number: str,
    on: date,
    at: datetime | None = None,
    reason: str = "",
    rma: str | None = None,
    totals: TotalsPolicy = TOTALS,
) -> Outcome[Invoice]:
    """
    Post a credit note that refers to no invoice, and touches no order.

    Args:
        lines: What comes back, with quantities above zero.
        rma: The return that it is given for.
        totals: Whether the prices of the lines have VAT in them, and how VAT is rounded.

    Raises:
        RefusedError: ``credit.empty`` or ``credit.unreferenced``.
    """
    require_date("on", on)
    require_currency("currency", currency)
    loose = tuple(lines)
    found = list(_against_unreferenced(loose, totals))
    if not loose:
        found.append(EMPTY.refuse(invoice="none"))
    if found:
        raise RefusedError(found)
    owed_by = account.number if isinstance(account, Party) else account
    note = note_of(owed_by, currency, totals, [], loose, number=number, on=on, at=at, reason=reason, rma=rma)
    return Outcome(document=note, made=(note,), events=(CreditNotePosted(number=number, on=on, at=at, invoices=()),))


@exact
def why_not(
    credit: Invoice | Iterable[CreditOf],
    quantities: Quantities | None = None,
    *,
    orders: Order | Iterable[Order] = (),
    on: date,
    reopens: bool | None = None,
    unreferenced: Iterable[OrderLine] = (),
) -> tuple[Refusal, ...]:
    """Return every reason why ``post`` may not run with the same arguments."""
    require_date("on", on)
    return _why_not(_claims(credit, quantities), _orders(orders), tuple(unreferenced), on=on, reopens=reopens)


def _claims(credit: Invoice | Iterable[CreditOf], quantities: Quantities | None) -> tuple[CreditOf, ...]:
    if isinstance(credit, Invoice):
        return (CreditOf(invoice=credit, quantities=quantities),)
    if quantities is not None:
        msg = "quantities go with one invoice; those of several are given as CreditOf values"
        raise ValueError(msg)
    claims = tuple(credit)
    for each in claims:
        require_kind("credit", each, CreditOf)
        require_kind("invoice", each.invoice, Invoice)
    return claims


def _orders(orders: Order | Iterable[Order]) -> tuple[Order, ...]:
    given = (orders,) if isinstance(orders, Order) else tuple(orders)
    for order in given:
        require_kind("order", order, Order)
    return given


# ---------------------------------------------------------------------- why not


def _why_not(
    claims: tuple[CreditOf, ...], orders: tuple[Order, ...], loose: tuple[OrderLine, ...], *, on: date, reopens: bool | None
) -> tuple[Refusal, ...]:
    found: list[Refusal] = []
    if not claims:
        found.append(EMPTY.refuse(invoice="none"))
    numbers = [claim.invoice.number for claim in claims]
    found += [LINE_TWICE.refuse(what="the whole", invoice=number) for number in dict.fromkeys(numbers) if numbers.count(number) > 1]
    for claim in claims:
        found += _against_invoice(claim.invoice, claims[0].invoice, on)
        found += _against_asked(claim)
    if claims:
        found += _against_unreferenced(loose, claims[0].invoice.totals_policy)
    if not found:
        found += _against_orders(claims, orders, on, reopens=reopens)
    return tuple(found)


def _against_invoice(invoice: Invoice, first: Invoice, on: date) -> Iterator[Refusal]:
    yield from LIFECYCLE.why_not("credit_notes.post", invoice, on=on)
    if (invoice.account, invoice.currency, invoice.totals_policy) != (first.account, first.currency, first.totals_policy):
        basis = invoice.totals_policy.basis.within
        yield ONE_ACCOUNT.refuse(invoice=invoice.number, account=invoice.account, currency=invoice.currency, basis=basis)


def _against_asked(claim: CreditOf) -> Iterator[Refusal]:
    invoice = claim.invoice
    quantities, amounts, charges = asked_of(claim)
    if not (quantities or amounts or charges):
        yield EMPTY.refuse(invoice=invoice.number)
    for number in quantities.keys() & amounts.keys():
        yield LINE_TWICE.refuse(what=f"line {number}", invoice=invoice.number)
    left, rest_of_charges = invoice.creditable, invoice.creditable_charges
    for number, asked in quantities.items():
        rest = left.get(number)
        yield from _against_one(invoice, "line", number, asked, None if rest is None else rest.quantity, OVER_QUANTITY)
    for number, asked in amounts.items():
        rest = left.get(number)
        yield from _against_money(invoice, "line", number, asked, None if rest is None else rest.amount)
    for place, asked in (charges or {}).items():
        charge = rest_of_charges.get(place)
        yield from _against_money(invoice, "charge", place, asked, None if charge is None else charge.amount)


def _against_money(invoice: Invoice, what: str, number: int, asked: Decimal, left: Decimal | None) -> Iterator[Refusal]:
    if left is not None and asked != half_up(asked, invoice.quantum):
        yield SIGN.refuse(asked=asked, what=what, line=number, invoice=invoice.number, left=left)
    else:
        yield from _against_one(invoice, what, number, asked, left, OVER_AMOUNT)


def _against_one(invoice: Invoice, what: str, number: int, asked: Decimal, left: Decimal | None, over: Rule) -> Iterator[Refusal]:
    if left is None:
        yield UNKNOWN_LINE.refuse(invoice=invoice.number, what=what, line=number)
    elif not asked or (left and (asked > 0) is not (left > 0)):
        yield SIGN.refuse(asked=asked, what=what, line=number, invoice=invoice.number, left=left)
    elif abs(asked) > abs(left):
        yield over.refuse(what=what, line=number, invoice=invoice.number, left=left, asked=asked)


def _against_unreferenced(lines: tuple[OrderLine, ...], policy: TotalsPolicy) -> Iterator[Refusal]:
    for line in lines:
        require_kind("unreferenced line", line, OrderLine)
        if line.ordered < 0:
            yield UNREFERENCED.refuse(item=line.item.number, quantity=line.ordered)
    yield from against_basis(lines, policy, "the credit note")


def _against_orders(claims: tuple[CreditOf, ...], orders: tuple[Order, ...], on: date, *, reopens: bool | None) -> Iterator[Refusal]:
    """Look whether the orders that are given are those whose lines or charges are taken back."""
    parts = [part_of(claim) for claim in claims]
    for part in parts:
        for vat, kept, given in discounts_apart(part):
            what, amount = ("keep", kept) if kept else ("credit", given)
            yield DISCOUNT_APART.refuse(invoice=part.invoice.number, what=what, amount=abs(amount), rate=vat.rate)
    needed = _needed(parts)
    if sorted(order.number for order in orders) != sorted(needed):
        yield ANOTHER_ORDER.refuse(orders=", ".join(sorted(needed)) or "none", given=", ".join(order.number for order in orders) or "none")
        return
    for order in orders:
        yield from ORDER_LIFECYCLE.why_not("credit_notes.post", order, on=on)
    if reopens is None:
        for number in sorted({row.line.order for part in parts for row in part.sold if row.quantity and row.line.order}):
            yield REOPENS.refuse(order=number)


def _needed(parts: list[CreditedPart]) -> set[str]:
    """Return the orders whose lines, charges or deposit are taken back."""
    needed = {row.line.order for part in parts for row in part.sold}
    needed |= {row.charge.order for part in parts for row in part.charges}
    needed |= {part.invoice.deposit_of or "" for part in parts}
    return needed - {""}
