"""The credit note that takes parts of invoices back, and the invoices as they are after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from attrs import evolve

from salesflow.billing.crediting import CreditedPart
from salesflow.billing.taxing import taxed
from salesflow.checks import ZERO
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Credited, Invoice, InvoiceCharge, InvoiceKind, InvoicePart, Settlement, Taken, with_settlement
from salesflow.model.ledger import smaller
from salesflow.model.order_line import OrderLine
from salesflow.model.terms import AT_ONCE
from salesflow.model.totals import TotalsPolicy, VatGroup, merged, vat_on
from salesflow.money import allocate, exact, half_up


@exact
def note_of(
    account: str,
    currency: str,
    policy: TotalsPolicy,
    credited: list[CreditedPart],
    unreferenced: tuple[OrderLine, ...],
    *,
    number: str,
    on: date,
    at: datetime | None,
    reason: str,
    rma: str | None = None,
) -> Invoice:
    """Return the credit note: what is taken back with the opposite sign, and after it what refers to no invoice."""
    parts = [part for each in credited for part in _parts(each)]
    groups = [VatGroup(group.vat, -group.base, -group.amount) for each in credited for group in each.groups]
    if unreferenced:
        part, more = _unreferenced(unreferenced, currency, policy)
        parts.append(part)
        groups += more
    words = [line for each in credited for line in words_of(each)]
    first = sum(len(part.terms) for part in parts) + 1
    return Invoice(
        number=number,
        kind=InvoiceKind.FREE_TEXT if words and not parts else InvoiceKind.CUSTOMER,
        on=on,
        at=at,
        account=account,
        currency=currency,
        parts=tuple(parts),
        charges=tuple(charge for each in credited for charge in _charges(each)),
        free_text=tuple(evolve(line, number=place) for place, line in enumerate(words, start=first)),
        totals_policy=policy,
        payment_terms=credited[0].invoice.payment_terms if credited else AT_ONCE,
        reason=reason,
        rma=rma,
        granted=-sum((granted_in(each) for each in credited), ZERO),
        vat_groups=merged(groups),
    )


def granted_in(part: CreditedPart) -> Decimal:
    """
    Return the cash discount, and what was written off, in what is taken back of an invoice: so much of it was never paid.

    What settles what is still owed has none; what was paid has its part of what is left, and the last credit takes the rest.
    """
    invoice = part.invoice
    left = invoice.not_paid - sum((credit.granted for credit in invoice.credits), ZERO)
    taken = sum((group.gross for credit in invoice.credits for group in credit.groups), ZERO)
    of_paid = part.total - smaller(invoice.balance, part.total)
    paid = sum((group.gross for group in invoice.own_groups), ZERO) - taken - invoice.balance
    if left * part.total <= 0 or not paid:
        return ZERO
    return left if of_paid == paid else half_up(left * of_paid / paid, invoice.quantum)


def _parts(credited: CreditedPart) -> Iterator[InvoicePart]:
    """Yield what is taken back of orders, in parts as they stood on the invoice."""
    gross = credited.invoice.totals_policy.is_gross
    for (order, slip), members in groupby(credited.sold, key=lambda row: (row.line.order, row.line.slip)):
        rows = list(members)
        yield InvoicePart(
            order=order,
            slip=slip,
            terms=tuple(row.line.terms for row in rows),
            quantities=tuple(-row.quantity for row in rows),
            amounts=tuple(-row.amount for row in rows),
            nets=tuple(-row.net for row in rows) if gross else None,
            stated=tuple(row.line.terms.number for row in rows if row.line.stated or not row.quantity),
            credits=credited.invoice.number,
            credited=tuple(row.line.number for row in rows),
        )


def _unreferenced(lines: tuple[OrderLine, ...], currency: str, policy: TotalsPolicy) -> tuple[InvoicePart, list[VatGroup]]:
    """Return what refers to no invoice as a part of its own, and its VAT."""
    quantum = policy.quantum(currency)
    part = InvoicePart(
        order="",
        slip=None,
        terms=tuple(evolve(line, number=place) for place, line in enumerate(lines, start=1)),
        quantities=tuple(-line.ordered for line in lines),
        amounts=tuple(-line.amount(line.ordered, quantum) for line in lines),
    )
    (part,), _, _, groups = taxed([part], (), (), currency, policy)
    if groups is None:
        bases = merged(VatGroup(line.vat, amount, ZERO) for line, amount in zip(part.terms, part.amounts, strict=True))
        groups = tuple(VatGroup(group.vat, group.base, vat_on(group.base, group.vat, quantum)) for group in bases)
    return part, list(groups)


def words_of(credited: CreditedPart) -> Iterator[FreeTextLine]:
    """Yield what is taken back of lines in words; a distribution goes back in proportion."""
    for row in credited.words:
        spread = row.line.distributions
        if spread:
            parts = allocate(-row.net, [abs(amount) for _, amount in spread], step=credited.invoice.quantum)
            spread = tuple((account, part) for (account, _), part in zip(spread, parts, strict=True))
        yield evolve(
            row.line,
            quantity=-row.quantity if row.quantity else row.line.quantity,
            price=row.line.price if row.quantity else None,
            net=-row.net,
            gross=None if row.line.gross is None else -row.amount,
            distributions=spread,
            credits=credited.invoice.number,
            credited=row.line.number,
        )


def _charges(credited: CreditedPart) -> Iterator[InvoiceCharge]:
    for row in credited.charges:
        charge = evolve(row.charge.charge, amount=-row.amount)
        yield evolve(row.charge, charge=charge, net=-row.net, credits=credited.invoice.number, credited=row.place)


def credited_by(credited: CreditedPart, number: str, on: date) -> Invoice:
    """Return the invoice with what was taken back of it."""
    invoice = credited.invoice
    rows = [(row.line.number, row.quantity, row.amount, row.net) for row in credited.sold]
    rows += [(row.line.number, row.quantity, row.amount, row.net) for row in credited.words]
    lines = [Taken(number=number, quantity=quantity, amount=amount, net=net) for number, quantity, amount, net in rows]
    charges = [Taken(number=row.place, amount=row.amount, net=row.net) for row in credited.charges]
    credit = Credited(
        document=number,
        on=on,
        lines=tuple(lines),
        charges=tuple(charges),
        groups=credited.groups,
        granted=granted_in(credited),
    )
    return evolve(invoice, credits=(*invoice.credits, credit))


def settled_by(credited: CreditedPart, number: str, on: date) -> tuple[Invoice, Decimal]:
    """Return the invoice with what was taken back of it, and how much of that settles what was still owed."""
    after = credited_by(credited, number, on)
    amount = smaller(after.balance, credited.total)
    if amount:
        after = with_settlement(after, Settlement(document=number, on=on, amount=amount))
    return after, amount
