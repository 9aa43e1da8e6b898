"""
Laws that hold for the documents of any application, whatever happened and in whatever order.

Each takes documents as they stand, and returns what breaks it: nothing, if all is well. ``require`` raises what ``breaches`` finds.

>>> from salesflow.testing import laws
>>> laws.breaches([])
()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen

from salesflow.billing import ageing, credit_limits, statements, vouchers
from salesflow.checks import ZERO, require_date
from salesflow.model.credit import CreditLimit
from salesflow.model.invoice import Creditable, Invoice, InvoiceKind, Settlement
from salesflow.model.ledger import Kind
from salesflow.model.order import Order, OrderStatus
from salesflow.model.payment import Payment
from salesflow.model.vat import NO_VAT, Vat
from salesflow.model.voucher import PostingProfile, ProfileRow, Purpose
from salesflow.money import exact
from salesflow.period import Period

PROFILE = PostingProfile(rows=tuple(ProfileRow(purpose=purpose, account=purpose.value) for purpose in Purpose))
"""A ledger account for each purpose, by its name."""


@frozen
class Breach:
    """A law that does not hold, and where: the document, or the account, and what is wrong with it."""

    law: str
    about: str
    says: str

    def __str__(self) -> str:
        return f"{self.law}: {self.about} {self.says}"


Law = Callable[[Iterable[Any]], tuple[Breach, ...]]


def breaches(documents: Iterable[Any]) -> tuple[Breach, ...]:
    """
    Return every breach of ``adds_up``, ``identity`` and ``never_more_back``.

    Args:
        documents: Orders, invoices and payments as they stand; others are passed over. Laws over several documents look at those that are
            there, so give all documents of an account.
    """
    given = tuple(documents)
    return tuple(breach for law in LAWS for breach in law(given))


def require(documents: Iterable[Any]) -> None:
    """Raise an ``AssertionError`` that names every breach that ``breaches`` finds."""
    if found := breaches(documents):
        raise AssertionError("\n".join(str(each) for each in found))


def _invoices(documents: Iterable[Any]) -> list[Invoice]:
    return [each for each in documents if isinstance(each, Invoice) and each.kind is not InvoiceKind.PRO_FORMA]


def _orders(documents: Iterable[Any]) -> list[Order]:
    return [each for each in documents if isinstance(each, Order)]


def _payments(documents: Iterable[Any]) -> list[Payment]:
    return [each for each in documents if isinstance(each, Payment)]


# ---------------------------------------------------------------------- sums


@exact
def adds_up(documents: Iterable[Any]) -> tuple[Breach, ...]:
    """
    The figures of every document add up, and an order has what its invoices have.

    Nets, charges and VAT are the total; with VAT in the prices, the total is the sum of the amounts as they were seen.
    What the ledger of an order says was invoiced of lines, charges and deposits is what its invoices say.
    """
    given = tuple(documents)
    invoices = _invoices(given)
    found = [breach for invoice in invoices for breach in _sums_of(invoice)]
    found += [breach for order in _orders(given) for breach in _sums_of_order(order, invoices)]
    return tuple(found)


def _breach(law: str, about: str, what: str, left: object, right: object) -> Iterator[Breach]:
    if left != right:
        yield Breach(law, about, f"{what} {left}, not {right}")


def _sums_of(invoice: Invoice) -> Iterator[Breach]:
    about, totals = f"invoice {invoice.number}", invoice.totals
    yield from _breach("adds up", about, "is in all", totals.total, totals.net + totals.charges + totals.vat)
    bases = sum((group.base for group in totals.groups), ZERO)
    yield from _breach("adds up", about, "has a base of", bases, totals.net + totals.charges)
    if invoice.totals_policy.is_gross:
        seen = sum((line.amount for line in invoice.all_lines), ZERO) + sum((each.amount for each in invoice.charges), ZERO)
        yield from _breach("adds up", about, "comes to", totals.total, seen)


def _sums_of_order(order: Order, invoices: Iterable[Invoice]) -> Iterator[Breach]:
    """Compare an order with its invoices, as far as all of them are there."""
    mine = {invoice.number: invoice for invoice in invoices if _is_about(order, invoice)}
    posted = {each.document for each in order.postings if each.kind in {Kind.INVOICED, Kind.CREDITED, Kind.ADVANCED}}
    if not posted <= set(mine) or order.rma is not None:  # what came back is credited on the invoices it came from
        return
    about = f"order {order.number}"
    lines: dict[int, Decimal] = {}
    charges: dict[int, Decimal] = {}
    for invoice in mine.values():
        for line in invoice.lines_of(order.number):
            lines[line.terms.number] = lines.get(line.terms.number, ZERO) + line.amount
        for each in invoice.charges:
            if each.order == order.number:
                sums, number = (lines, -each.charge.number) if each.charge.number < 0 else (charges, each.charge.number)
                sums[number] = sums.get(number, ZERO) + each.amount
    for number, amount in order.fold.amounts.items():
        yield from _breach("adds up", about, f"has of line {number} invoiced", amount, lines.get(number, ZERO))
    for number in charges.keys() | order.fold.charges.keys():
        amount = order.fold.charges.get(number, ZERO)
        yield from _breach("adds up", about, f"has of charge {number} invoiced", amount, charges.get(number, ZERO))
    ahead = sum((invoice.total for invoice in mine.values() if invoice.deposit_of == order.number), ZERO)
    ahead += sum((_of_deposits(invoice, order, mine) for invoice in mine.values() if invoice.deposit_of is None), ZERO)
    yield from _breach("adds up", about, "has invoiced in advance", order.advanced, ahead)


def _is_about(order: Order, invoice: Invoice) -> bool:
    return order.number in invoice.orders or any(posting.document == invoice.number for posting in order.postings)


def _of_deposits(invoice: Invoice, order: Order, mine: Mapping[str, Invoice]) -> Decimal:
    """Return what an invoice takes off of deposits on an order, or gives back of them, below zero."""
    taken = [group for each in invoice.taken_off if _is_deposit(mine, each.deposit, order) for group in each.groups]
    words = [line for line in invoice.free_text if line.credits is not None and _is_deposit(mine, line.credits, order)]
    if words and len({line.credits for line in invoice.free_text}) == 1:
        return invoice.total  # a credit note of a deposit
    return sum((group.gross for group in taken), ZERO)


def _is_deposit(mine: Mapping[str, Invoice], number: str, order: Order) -> bool:
    return number in mine and mine[number].deposit_of == order.number


# ---------------------------------------------------------------------- identity


@exact
def identity(documents: Iterable[Any]) -> tuple[Breach, ...]:
    """
    The quantities of every order hang together, and its status is what they say.

    What is left to invoice is what is left to deliver and what was delivered and not invoiced; ordered, delivered, invoiced and wanted
    quantities have the sign of their line.
    """
    return tuple(breach for order in _orders(documents) for breach in _identity_of(order))


def _identity_of(order: Order) -> Iterator[Breach]:
    ranks = list(OrderStatus)
    alive = []
    for line in order.balances:
        about = f"line {line.number} of order {order.number}"
        whole = line.deliver_remainder + line.delivered_not_invoiced + line.over_invoiced
        yield from _breach("identity", about, "has left to invoice", line.invoice_remainder, whole)
        target = order.fold.target(line.number)
        quantities = {"ordered": line.ordered, "delivered": line.delivered, "invoiced": line.invoiced, "wanted": target}
        for name, quantity in quantities.items():
            if quantity * line.ordered < 0:
                yield Breach("identity", about, f"has {quantity} {name}, against its sign")
        if line.status is not OrderStatus.CANCELLED:
            alive.append(line.status)
    expected = min(alive, key=ranks.index) if alive else OrderStatus.CANCELLED
    yield from _breach("identity", f"order {order.number}", "is", order.status.value, expected.value)


# ---------------------------------------------------------------------- never more back than came


@exact
def never_more_back(documents: Iterable[Any]) -> tuple[Breach, ...]:
    """
    No more goes back than came: of a line, a charge, the VAT of a rate, a document, a payment.

    Money that was paid back on credit notes is at most what came in on the invoices that they take back, or is owed on these again.
    """
    given = tuple(documents)
    invoices, payments = _invoices(given), _payments(given)
    found = [breach for invoice in invoices for breach in _taken_back(invoice)]
    found += [breach for payment in payments for breach in _used(payment)]
    found += _paid_back(invoices)
    return tuple(found)


def _taken_back(invoice: Invoice) -> Iterator[Breach]:
    about = f"invoice {invoice.number}"
    lines = {line.number: line for line in invoice.own_lines}
    for number, left in invoice.creditable.items():
        line = lines[number]
        yield from _within(about, f"line {number}", left.amount, line.amount)
        yield from _within(about, f"the quantity of line {number}", left.quantity, line.quantity)
    for place, left in invoice.creditable_charges.items():
        yield from _within(about, f"charge {place}", left.amount, invoice.charges[place - 1].amount)
    alike = set(_of_one_sign(invoice))
    for whole in (group for group in invoice.own_groups if group.vat in alike):
        back = [group for credit in invoice.credits for group in credit.groups if group.vat == whole.vat]
        base, vat = sum((each.base for each in back), ZERO), sum((each.amount for each in back), ZERO)
        yield from _within(about, f"the base at {whole.vat.rate} percent", whole.base - base, whole.base)
        yield from _within(about, f"the VAT at {whole.vat.rate} percent", whole.amount - vat, whole.amount)
    if invoice.credits and not _anything(invoice.creditable) and not _anything(invoice.creditable_charges):
        back_in_all = sum((group.gross for credit in invoice.credits for group in credit.groups), ZERO)
        own = sum((group.gross for group in invoice.own_groups), ZERO)
        yield from _breach("never more back", about, "has nothing left to credit and was credited", back_in_all, own)


def _anything(left: Mapping[int, Creditable]) -> bool:
    return any(left.values())


def _of_one_sign(invoice: Invoice) -> Iterator[Vat]:
    """Yield the rates at which everything that was sold and charged has one sign, discounts left out: these go back with their lines."""
    signs: dict[Vat, set[bool]] = {}
    for line in invoice.own_lines:
        if line.amount and line.credits is None:
            signs.setdefault(line.vat or NO_VAT, set()).add(line.amount > 0)
    for each in invoice.charges:
        is_discount = each.rule is not None and each.rule.is_discount
        if each.amount and each.credits is None and not is_discount:
            signs.setdefault(each.vat, set()).add(each.amount > 0)
    return (vat for vat, found in signs.items() if len(found) == 1)


def _within(about: str, what: str, left: Decimal, whole: Decimal) -> Iterator[Breach]:
    """Say if what is left lies outside of nothing and the whole."""
    if left * whole < 0 or abs(left) > abs(whole):
        yield Breach("never more back", about, f"has {left} left of {what}, which was {whole}")


def _used(payment: Payment) -> Iterator[Breach]:
    if payment.balance * payment.amount < 0 or abs(payment.balance) > abs(payment.amount):
        yield Breach("never more back", f"payment {payment.number}", f"has {payment.balance} left of {payment.amount}")


def _paid_back(invoices: list[Invoice]) -> Iterator[Breach]:
    """Compare what was paid back on credit notes with what came in on what they take back, group by group of documents that hang together."""
    known = {invoice.number: invoice for invoice in invoices}
    for group in _together(known):
        if any(number not in known for number in group) or not any(known[number].takes_back for number in group):
            continue
        came = went = owed = ZERO
        for number in group:
            invoice = known[number]
            parts = [each for each in invoice.settlements if each.document not in group]
            if invoice.is_credit_note:  # what it gives other invoices is no money
                went -= sum((_money(each) for each in parts if each.document not in known), ZERO)
                owed += ZERO if invoice.credited_invoices else -invoice.total  # goods that came back without an invoice
            else:
                came += sum((_money(each) for each in parts), ZERO)
                owed += max(invoice.balance, ZERO)
        if went > came + owed:
            numbers = ", ".join(sorted(group))
            yield Breach("never more back", f"{numbers}", f"paid {went} back; {came} came in and {owed} is owed")


def _money(part: Settlement) -> Decimal:
    return part.amount - part.discount + part.difference


def _together(known: Mapping[str, Invoice]) -> Iterator[set[str]]:
    """Yield the groups of invoices of which one takes another back."""
    groups = {number: {number} for number in known}
    for number, invoice in known.items():
        for other in invoice.takes_back:
            joined = groups[number] | groups.get(other, {other})
            for member in joined:
                groups[member] = joined
    seen: set[str] = set()
    for number, group in groups.items():
        if number not in seen:
            seen |= group
            yield group


LAWS: tuple[Law, ...] = (adds_up, identity, never_more_back)
"""The laws over documents as they stand."""


# ---------------------------------------------------------------------- undo


@exact
def figures(documents: Iterable[Any], *, on: date) -> dict[str, Decimal]:
    """
    Return every figure that documents come to, by name; those that are zero are left out.

    Per order: quantities and remainders of each line, its totals, what is still to be invoiced, each charge, what was invoiced in advance.
    Per account and currency: balance, exposure, ageing and statement. Over all invoices: the base and the VAT of each rate, and what each
    ledger account has. Two piles of documents with the same figures stand the same, whatever papers led there.

    Args:
        on: The day of the ageing and the statement.
    """
    require_date("on", on)
    given = tuple(documents)
    found: dict[str, Decimal] = {}
    for name, amount in _figures(given, on):
        found[name] = found.get(name, ZERO) + amount
    return {name: amount for name, amount in found.items() if amount}


@exact
def undone(before: Iterable[Any], after: Iterable[Any], *, on: date) -> tuple[Breach, ...]:
    """
    A posting followed by its cancellation, or by the credit of all of it, leaves every figure as before.

    Args:
        before: The documents as they stood before the posting, and *after* as they stand once it was undone, those that were made included.
        on: The day of the later documents.
    """
    was, now = tuple(before), tuple(after)
    old, new = figures(was, on=on), figures(now, on=on)
    found = [
        Breach("undo", name, f"was {old.get(name, ZERO)} and is {new.get(name, ZERO)}")
        for name in sorted(old.keys() | new.keys())
        if old.get(name, ZERO) != new.get(name, ZERO)
    ]
    current = {invoice.number: invoice for invoice in _invoices(now)}
    for invoice in _invoices(was):
        same = current[invoice.number]
        for what in ("creditable", "creditable_charges", "balance", "status"):
            found += _breach("undo", f"invoice {invoice.number}", f"has as {what}", getattr(same, what), getattr(invoice, what))
    return tuple(found)


Figure = tuple[str, Decimal]


def _figures(documents: tuple[Any, ...], on: date) -> Iterator[Figure]:
    orders, invoices, payments = _orders(documents), _invoices(documents), _payments(documents)
    for order in orders:
        yield from _figures_of(order)
    for invoice in invoices:
        for group in invoice.totals.groups:
            yield f"{invoice.account} base in {invoice.currency} at {group.vat.category} {group.vat.rate}", group.base
            yield f"{invoice.account} VAT in {invoice.currency} at {group.vat.category} {group.vat.rate}", group.amount
        yield f"{invoice.account} net in {invoice.currency}", invoice.net
        yield f"{invoice.account} charges in {invoice.currency}", invoice.totals.charges
        for entry in vouchers.of_invoice(invoice, PROFILE).entries:
            yield f"ledger account {entry.account} in {invoice.currency}", entry.debit - entry.credit
    accounts = {(each.account, each.currency) for each in invoices} | {(each.account, each.currency) for each in payments}
    accounts |= {(order.invoice_account, order.currency) for order in orders}
    for account, currency in accounts:
        yield from _figures_of_account(account, currency, orders, invoices, payments, on)
    for aged in ageing.age(invoices, payments, on=on):
        labels = (*aged.labels(), "unallocated")
        yield from (
            (f"{aged.account} {label} in {aged.currency}", part)
            for label, part in zip(labels, (*aged.amounts, aged.unallocated), strict=True)
        )


def _figures_of(order: Order) -> Iterator[Figure]:
    name = f"order {order.number}"
    for line in order.balances:
        for what in ("cancelled", "renewed", "delivered", "invoiced", "picked", "deliver_remainder", "invoice_remainder", "over_delivered"):
            yield f"{name} line {line.number} {what}", getattr(line, what)
    for what, totals in (("total", order.totals), ("still to invoice", order.open_totals)):
        yield f"{name} {what} net", totals.net
        yield f"{name} {what} charges", totals.charges
        for group in totals.groups:
            yield f"{name} {what} base at {group.vat.category} {group.vat.rate}", group.base
            yield f"{name} {what} VAT at {group.vat.category} {group.vat.rate}", group.amount
    for balance in order.charge_balances:
        yield f"{name} charge {balance.rule.number} invoiced", balance.taken
        yield f"{name} charge {balance.rule.number} left", balance.left
    yield f"{name} advanced", order.advanced


def _figures_of_account(
    account: str, currency: str, orders: list[Order], invoices: list[Invoice], payments: list[Payment], on: date
) -> Iterator[Figure]:
    mine = [order for order in orders if (order.invoice_account, order.currency) == (account, currency)]
    bills = [each for each in invoices if (each.account, each.currency) == (account, currency)]
    money = [each for each in payments if (each.account, each.currency) == (account, currency)]
    limit = CreditLimit(account=account, currency=currency)
    exposure = credit_limits.exposure(limit, invoices=bills, payments=money, orders=mine)
    for what in ("balance", "delivered", "ordered"):
        yield f"{account} {what} in {currency}", getattr(exposure, what)
    closing = statements.statement(account, currency, bills, money, period=Period(None, on)).closing
    yield f"{account} statement in {currency}", closing
