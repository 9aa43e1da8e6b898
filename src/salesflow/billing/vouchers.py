"""Vouchers: the balanced ledger entries of invoices, credit notes and payments, on the accounts of a posting profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from salesflow.checks import ZERO, all_of, require_kind
from salesflow.errors import RefusedError
from salesflow.model.invoice import Invoice
from salesflow.model.payment import Payment
from salesflow.model.totals import Basis, in_basis
from salesflow.model.voucher import Entry, PostingProfile, Purpose, Voucher
from salesflow.money import exact, half_up
from salesflow.rules import Rule

NO_ACCOUNT = Rule(
    code="posting.no-account",
    en="The posting profile has a ledger account for everything a document books.",
    nl="Het boekingsprofiel heeft een grootboekrekening voor alles wat een document boekt.",
    refusal="the posting profile has no account for {purpose} of customer {customer}",
    spec=("INV-9",),
    source="documentation",
)
NOT_POSTED = Rule(
    code="posting.pro-forma",
    en="A pro forma books nothing.",
    nl="Een pro forma boekt niets.",
    refusal="a pro forma of {on} has no ledger entries",
    spec=("INV-6",),
    source="seed",
)
OTHER_SETTLEMENT = Rule(
    code="posting.other-invoices",
    en="The entries of a payment are made with all the documents that it settled.",
    nl="De boeking van een betaling wordt gemaakt met alle documenten die ermee zijn vereffend.",
    refusal="payment {payment} settled {settled}, not {given}",
    spec=("PAY-5",),
    source="choice",
)

Amounts = list[tuple[Purpose, str | None, Decimal]]
"""Purpose, the account where the document names it, and the amount: debit above zero, credit below."""


@exact
def of_invoice(invoice: Invoice, profile: PostingProfile, *, group: str = "") -> Voucher:
    """
    Return the entries of an invoice or credit note: the total on the customer's summary account against revenue, charges and VAT [INV-8].

    A line discount is booked apart where the profile has an account for it; otherwise revenue is net.

    Args:
        group: The customer's group, for the profile.

    Raises:
        RefusedError: ``posting.no-account``, ``posting.pro-forma``.
    """
    require_kind("invoice", invoice, Invoice)
    require_kind("profile", profile, PostingProfile)
    if not invoice.number:
        raise RefusedError((NOT_POSTED.refuse(on=invoice.on),))
    separate = profile.account(Purpose.LINE_DISCOUNT, invoice.account, group) is not None
    amounts: Amounts = [(Purpose.RECEIVABLE, None, invoice.total)]
    amounts += _sold(invoice, separate=separate)
    for line in (*invoice.free_text, *invoice.deposit_lines):
        spread = line.distributions or ((line.account, line.exact_net),)
        amounts += [(Purpose.REVENUE, account, -amount) for account, amount in spread]
    amounts += [(Purpose.CHARGES, None, -each.net) for each in invoice.charges]
    amounts += [(Purpose.VAT, None, -taxed.amount) for taxed in invoice.totals.groups]
    return _voucher(invoice, amounts, profile, group, reverse=bool(invoice.takes_back) and profile.credit_correction)


def _sold(invoice: Invoice, *, separate: bool) -> Iterator[tuple[Purpose, str | None, Decimal]]:
    for line in invoice.lines:
        discount = ZERO
        if separate and (line.terms.discount or line.terms.discount_amount) and not line.stated:
            listed = in_basis(line.quantity * line.terms.list_price, line.vat, invoice.totals_policy.basis, Basis.NET)
            discount = half_up(listed, invoice.quantum) - line.net
            yield Purpose.LINE_DISCOUNT, None, discount
        yield Purpose.REVENUE, None, -(line.net + discount)


@exact
def of_payment(payment: Payment, documents: Iterable[Invoice | Payment], profile: PostingProfile, *, group: str = "") -> Voucher:
    """
    Return the entries of a payment as it stands: money against what it settled, cash discounts and differences apart.

    What no invoice has taken is a liability, a prepayment, and so is what was paid back of it [PRE-1].

    Args:
        documents: The invoices that it settled, and the payments that it paid back or was paid back by.

    Raises:
        RefusedError: ``posting.no-account``, ``posting.other-invoices``.
    """
    require_kind("payment", payment, Payment)
    require_kind("profile", profile, PostingProfile)
    given = all_of("document", documents, Invoice | Payment)  # type: ignore[arg-type]
    parts = [part for each in given if isinstance(each, Invoice) for part in each.settlements if part.document == payment.number]
    money = sum((part.amount - part.discount + part.difference for part in parts), ZERO)
    others = {each.number for each in given if isinstance(each, Payment)}
    back = sum((use.amount for use in payment.uses if use.document in others), ZERO)
    if money + back != payment.amount - payment.balance:
        settled = payment.amount - payment.balance
        raise RefusedError((OTHER_SETTLEMENT.refuse(payment=payment.number, settled=settled, given=money + back),))
    received = Purpose.COMPENSATION if payment.compensation else Purpose.BANK
    amounts: Amounts = [
        (received, None, payment.amount),
        (Purpose.CASH_DISCOUNT, None, sum((part.discount for part in parts), ZERO)),
        (Purpose.DIFFERENCE, None, -sum((part.difference for part in parts), ZERO)),
        (Purpose.RECEIVABLE, None, -sum((part.amount for part in parts), ZERO)),
        (Purpose.PREPAYMENT, None, -payment.balance - back),
    ]
    return _voucher(payment, amounts, profile, group, reverse=False)


def _voucher(document: Invoice | Payment, amounts: Amounts, profile: PostingProfile, group: str, *, reverse: bool) -> Voucher:
    """Add up per account and side; an amount of zero is not booked."""
    booked: dict[tuple[Purpose, str | None], Decimal] = {}
    for purpose, account, amount in amounts:
        booked[purpose, account] = booked.get((purpose, account), ZERO) + amount
    entries, missing = [], []
    for (purpose, named), amount in booked.items():
        account = named or _account(profile, purpose, document.account, group)
        if amount and account is None:
            missing.append(NO_ACCOUNT.refuse(purpose=purpose.value, customer=document.account))
        elif amount and account is not None:
            entries.append(_entry(account, purpose, amount, reverse=reverse))
    if missing:
        raise RefusedError(missing)
    return Voucher(document=document.number, on=document.on, currency=document.currency, entries=tuple(entries))


def _entry(account: str, purpose: Purpose, amount: Decimal, *, reverse: bool) -> Entry:
    """Return an amount on its side; reversed, as a negative amount on the other."""
    if (amount > 0) is not reverse:
        return Entry(account=account, purpose=purpose, debit=amount)
    return Entry(account=account, purpose=purpose, credit=-amount)


def _account(profile: PostingProfile, purpose: Purpose, customer: str, group: str) -> str | None:
    """Charges are revenue unless they have an account of their own."""
    found = profile.account(purpose, customer, group)
    if found is None and purpose is Purpose.CHARGES:
        return profile.account(Purpose.REVENUE, customer, group)
    return found
