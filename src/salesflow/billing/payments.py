"""
Payments: received, settled against invoices, undone, paid back; and what stays open.

Any document of an account may settle any other: payments, invoices and credit notes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from salesflow.billing.invoice_life import LIFECYCLE as INVOICE_LIFECYCLE
from salesflow.billing.settlement import Debt, Source, discount_back, in_order, never_paid, settled_debt, settled_source, spread
from salesflow.checks import ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.model.events import InvoiceSettled, PaymentReceived, SettlementReversed
from salesflow.model.invoice import Invoice, Settlement, with_settlement
from salesflow.model.party import Party
from salesflow.model.payment import Payment, PaymentUse, with_use
from salesflow.model.policies import SETTLEMENTS, SettlementPolicy
from salesflow.money import exact, quantum_of, require_currency
from salesflow.outcome import Outcome
from salesflow.rules import Rule

AMOUNT = Rule(
    code="payment.amount",
    en="A payment is an amount other than zero, in whole units of its currency; below zero it is paid back.",
    nl="Een betaling is een bedrag ongelijk aan nul, in hele eenheden van de valuta; negatief is het een terugbetaling.",
    refusal="{amount} {currency} is no amount that can be paid",
    spec=("PAY-5",),
    source="choice",
)
ANOTHER_ACCOUNT = Rule(
    code="payment.another-account",
    en="A payment settles invoices of the party that paid.",
    nl="Een betaling vereffent facturen van de partij die betaalde.",
    refusal="invoice {invoice} is owed by {owed_by}, not {account}",
    spec=("PAY-5",),
    source="documentation",
)
ANOTHER_CURRENCY = Rule(
    code="payment.another-currency",
    en="A payment settles invoices in its own currency.",
    nl="Een betaling vereffent facturen in de eigen valuta.",
    refusal="invoice {invoice} is in {invoiced}, the payment in {currency}",
    spec=("PAY-7",),
    source="documentation",
)
BEFORE_INVOICE = Rule(
    code="payment.before-invoice",
    en="A payment settles invoices that are dated on its day or before.",
    nl="Een betaling vereffent facturen van dezelfde dag of eerder.",
    refusal="invoice {invoice} is of {posted}; {on} is before that",
    spec=("PAY-8",),
    source="documentation",
)
WRONG_WAY = Rule(
    code="payment.direction",
    en="Money received settles what a customer owes, money paid back what we owe.",
    nl="Ontvangen geld vereffent wat een klant schuldig is, terugbetaald geld wat wij schuldig zijn.",
    refusal="invoice {invoice} has a balance of {balance}, which {amount} cannot settle",
    spec=("PAY-5",),
    source="documentation",
)
INVOICE_TWICE = Rule(
    code="payment.invoice-twice",
    en="A payment names each invoice once.",
    nl="Een betaling noemt elke factuur één keer.",
    refusal="invoice {invoice} is named more than once",
    spec=("PAY-5",),
    source="choice",
)
RESERVED = Rule(
    code="payment.reserved",
    en="A prepayment that is reserved for an order settles invoices of that order only.",
    nl="Een vooruitbetaling die voor een order is gereserveerd, vereffent alleen facturen van die order.",
    refusal="payment {payment} is reserved for order {order}; invoice {invoice} is of {orders}",
    spec=("PRE-1",),
    source="documentation",
)
BEFORE_PAYMENT = Rule(
    code="payment.before-payment",
    en="A payment settles nothing before its own day, and a settlement is undone no earlier than it was made.",
    nl="Een betaling vereffent niets vóór de eigen dag, en een vereffening wordt niet eerder teruggedraaid dan zij is gedaan.",
    refusal="payment {payment} is of {paid} or later; {on} is before that",
    spec=("PAY-8",),
    source="documentation",
)
NOT_SETTLED = Rule(
    code="payment.not-settled",
    en="A settlement is undone between a payment and an invoice that it settled.",
    nl="Een vereffening wordt teruggedraaid tussen een betaling en een factuur die ermee is vereffend.",
    refusal="payment {payment} has settled nothing of invoice {invoice}",
    spec=("PAY-8",),
    source="documentation",
)
OVER_REFUND = Rule(
    code="payment.over-refund",
    en="No more is paid back than stands in the customer's favour.",
    nl="Er wordt niet meer terugbetaald dan er ten gunste van de klant staat.",
    refusal="{favour} {currency} stands in favour of {account}, not {asked}",
    spec=("I4",),
    source="documentation",
)
NOTHING_TO_OFFSET = Rule(
    code="payment.nothing-to-offset",
    en="Invoices are settled against each other where some are owed by the customer and some by us.",
    nl="Facturen worden onderling vereffend als de klant op sommige schuldig is en wij op andere.",
    refusal="the balances are {balances}",
    spec=("PAY-5",),
    source="documentation",
)


@exact
def receive(
    account: Party | str,
    amount: Decimal | int,
    currency: str,
    *,
    number: str,
    on: date,
    at: datetime | None = None,
    invoices: Iterable[Invoice] = (),
    compensation: str = "",
    reserved_for: str | None = None,
    policy: SettlementPolicy = SETTLEMENTS,
) -> Outcome[Payment]:
    """
    Receive a payment and settle *invoices* with it, the first due first; what they do not take stays as its balance [PAY-5].

    An amount below zero is paid back to the customer and settles what we owe.

    Args:
        invoices: What to settle; those in the opposite direction, such as credit notes, add to the money.
        compensation: What was received in the place of money, worth *amount*.
        reserved_for: The order that a payment without invoice is kept for [PRE-1].

    Raises:
        RefusedError: ``payment.amount``, or what ``settle`` refuses.
    """
    require_currency("currency", currency)
    paid = exact_number("amount", amount)
    quantum = quantum_of(currency)
    if not paid or paid != paid.quantize(quantum):
        refuse((AMOUNT.refuse(amount=paid, currency=currency),))
    payment = Payment(
        number=number,
        account=_number_of(account),
        currency=currency,
        amount=paid.quantize(quantum),
        on=on,
        at=at,
        compensation=compensation,
        reserved_for=reserved_for,
    )
    settled = settle(payment, invoices, on=on, policy=policy)
    received = PaymentReceived(number=number, on=on, at=at, amount=payment.amount)
    return Outcome(
        document=settled.document,
        made=(settled.document,),
        changed=settled.changed[1:],
        events=(received, *settled.events),
    )


@exact
def settle(payment: Payment, invoices: Iterable[Invoice], *, on: date, policy: SettlementPolicy = SETTLEMENTS) -> Outcome[Payment]:
    """
    Settle *invoices* with what is left of a payment, the first due first.

    Invoices in the opposite direction give what stands in the customer's favour, before the payment does.
    Cash discounts and small differences are as the policy says; the day of the payment decides which discount is granted.

    Raises:
        RefusedError: ``wrong-status``, ``invoice.pro-forma``, ``payment.another-account``, ``payment.another-currency``,
            ``payment.before-invoice``, ``payment.before-payment``, ``payment.direction``, ``payment.invoice-twice``, ``payment.reserved``.
    """
    require_date("on", on)
    require_kind("payment", payment, Payment)
    given = _given(invoices)
    if found := tuple(_against_settling(payment, given, on)):
        raise RefusedError(found)
    sign = 1 if payment.amount > 0 else -1
    money = Source(payment.number, sign * payment.balance)
    changed, events = _settle(given, [money], sign, on, payment.on, policy)
    after = evolve(payment, uses=(*payment.uses, *(PaymentUse(invoice, on, sign * part) for invoice, part in money.given)))
    return Outcome(document=after, changed=(after, *changed), events=events)


@exact
def offset(invoices: Iterable[Invoice], *, on: date, policy: SettlementPolicy = SETTLEMENTS) -> Outcome[tuple[Invoice, ...]]:
    """
    Settle invoices and credit notes of one account against each other, without money [PAY-5].

    Without money nothing is paid early, so no cash discount is granted; what was granted before goes back as the policy says.

    Raises:
        RefusedError: ``payment.nothing-to-offset``, and what ``settle`` refuses of invoices.
    """
    require_date("on", on)
    given = _given(invoices)
    found = [refusal for invoice in given for refusal in _against(invoice, given[0].account, given[0].currency, on)]
    found += _against_repeats(given)
    if not any(each.balance > 0 for each in given) or not any(each.balance < 0 for each in given):
        found.append(NOTHING_TO_OFFSET.refuse(balances=", ".join(str(each.balance) for each in given) or "none"))
    if found:
        raise RefusedError(found)
    changed, events = _settle(given, [], 1, on, None, policy)
    return Outcome(document=changed, changed=changed, events=events)


def _settle(
    invoices: tuple[Invoice, ...], money: list[Source], sign: int, on: date, paid: date | None, policy: SettlementPolicy
) -> tuple[tuple[Invoice, ...], tuple[InvoiceSettled, ...]]:
    ordered = in_order(invoices, policy)
    debts = [Debt(each, sign * each.balance) for each in ordered if sign * each.balance > 0]
    credit = [_favour(each, -sign * each.balance, paid, policy) for each in ordered if sign * each.balance < 0]
    spread([*credit, *money], debts, paid, policy)
    touched = [settled_debt(debt, sign, on) for debt in debts if debt.parts]
    touched += [settled_source(each, each.invoice, sign, on) for each in credit if each.given and each.invoice is not None]
    before = {invoice.number: len(invoice.settlements) for invoice in invoices}
    events = tuple(
        InvoiceSettled(number=invoice.number, on=on, payment=part.document, amount=part.amount)
        for invoice in touched
        for part in invoice.settlements[before[invoice.number] :]
    )
    return tuple(touched), events


def _favour(invoice: Invoice, amount: Decimal, paid: date | None, policy: SettlementPolicy) -> Source:
    discount = discount_back(invoice, amount, paid, policy)
    return Source(invoice.number, amount - discount, invoice, discount)


@exact
def unsettle(payment: Payment, invoices: Iterable[Invoice], *, on: date) -> Outcome[Payment]:
    """
    Undo what a payment settled of *invoices*: discounts and differences go too, payment and invoices stay [PAY-8].

    Raises:
        RefusedError: ``payment.not-settled``, ``payment.before-payment``.
    """
    require_date("on", on)
    given = _given(invoices)
    found, changed, events, back = [], [], [], []
    for invoice in given:
        mine = [each for each in invoice.settlements if each.document == payment.number]
        amount, discount = sum((each.amount for each in mine), ZERO), sum((each.discount for each in mine), ZERO)
        difference = sum((each.difference for each in mine), ZERO)
        if not amount:
            found.append(NOT_SETTLED.refuse(payment=payment.number, invoice=invoice.number))
            continue
        if on < (latest := max(each.on for each in mine)):
            found.append(BEFORE_PAYMENT.refuse(payment=payment.number, paid=latest, on=on))
        undone = Settlement(document=payment.number, on=on, amount=-amount, discount=-discount, difference=-difference)
        changed.append(with_settlement(invoice, undone))
        back.append(PaymentUse(invoice.number, on, discount - difference - amount))
        events.append(SettlementReversed(number=invoice.number, on=on, payment=payment.number, amount=amount))
    if found:
        raise RefusedError(found)
    after = evolve(payment, uses=(*payment.uses, *back))
    return Outcome(document=after, changed=(after, *changed), events=tuple(events))


@exact
def refund(
    documents: Iterable[Invoice | Payment],
    amount: Decimal | int | None = None,
    *,
    number: str,
    on: date,
    at: datetime | None = None,
    policy: SettlementPolicy = SETTLEMENTS,
) -> Outcome[Payment]:
    """
    Pay back what stands in the customer's favour on credit notes and payments, the oldest first; all of it unless an amount is given.

    No more is paid back than came in: what was granted for early payment, or written off, of the invoices that a credit note takes back
    is given back as the policy says, and never in money.

    Raises:
        RefusedError: ``payment.over-refund``, ``payment.amount``, and what ``settle`` refuses.
    """
    require_date("on", on)
    given = sorted(all_of("document", documents, Invoice | Payment), key=lambda each: (each.on, each.number))  # type: ignore[arg-type]
    whole = sum((_to_pay_back(document, on, policy) for document in given), ZERO)
    wanted = whole if amount is None else exact_number("amount", amount)
    if not given or not 0 < wanted <= whole:
        account, currency = (given[0].account, given[0].currency) if given else ("nobody", "any currency")
        raise RefusedError((OVER_REFUND.refuse(favour=whole, currency=currency, account=account, asked=wanted),))
    first = given[0]
    notes = [each for each in given if isinstance(each, Invoice)]
    prepaid = [each for each in given if isinstance(each, Payment)]
    if found := [refusal for each in prepaid for refusal in _against_payment(each, first.account, first.currency, on)]:
        raise RefusedError(found)
    owed = [note for note in notes if note.balance < 0]
    done = receive(first.account, -wanted, first.currency, number=number, on=on, at=at, invoices=owed, policy=policy)
    back = done.document
    changed = []
    for each in prepaid:
        if part := min(-back.balance, max(each.balance, ZERO)):
            changed.append(with_use(each, number, on, part))
            back = with_use(back, each.number, on, -part)
    return Outcome(document=back, made=(back,), changed=(*done.changed, *changed), events=done.events)


def _to_pay_back(document: Invoice | Payment, on: date, policy: SettlementPolicy) -> Decimal:
    """Return what may be paid back of a document in money."""
    if isinstance(document, Payment):
        return max(document.balance, ZERO)
    if document.balance >= 0:
        return ZERO
    return -document.balance - (discount_back(document, -document.balance, on, policy) or never_paid(document))


def _number_of(account: Party | str) -> str:
    return account.number if isinstance(account, Party) else account


def _given(invoices: Iterable[Invoice]) -> tuple[Invoice, ...]:
    return all_of("invoice", invoices, Invoice)


# ---------------------------------------------------------------------- why not


def _against_settling(payment: Payment, invoices: tuple[Invoice, ...], on: date) -> Iterator[Refusal]:
    for invoice in invoices:
        yield from _against(invoice, payment.account, payment.currency, on)
        if payment.reserved_for is not None and payment.reserved_for not in invoice.orders:
            orders = ", ".join(invoice.orders) or "no order"
            yield RESERVED.refuse(payment=payment.number, order=payment.reserved_for, invoice=invoice.number, orders=orders)
    if on < payment.on:
        yield BEFORE_PAYMENT.refuse(payment=payment.number, paid=payment.on, on=on)
    if invoices and not any((invoice.balance > 0) is (payment.amount > 0) for invoice in invoices):
        for invoice in invoices:
            yield WRONG_WAY.refuse(invoice=invoice.number, balance=invoice.balance, amount=payment.amount)
    yield from _against_repeats(invoices)


def _against(invoice: Invoice, account: str, currency: str, on: date) -> Iterator[Refusal]:
    yield from INVOICE_LIFECYCLE.why_not("payments.receive", invoice, on=on)
    if invoice.account != account:
        yield ANOTHER_ACCOUNT.refuse(invoice=invoice.number, owed_by=invoice.account, account=account)
    if invoice.currency != currency:
        yield ANOTHER_CURRENCY.refuse(invoice=invoice.number, invoiced=invoice.currency, currency=currency)
    if on < invoice.on:
        yield BEFORE_INVOICE.refuse(invoice=invoice.number, posted=invoice.on, on=on)


def _against_payment(payment: Payment, account: str, currency: str, on: date) -> Iterator[Refusal]:
    """A payment that is paid back is of the same account and currency, and of that day or before."""
    if payment.account != account:
        yield ANOTHER_ACCOUNT.refuse(invoice=payment.number, owed_by=payment.account, account=account)
    if payment.currency != currency:
        yield ANOTHER_CURRENCY.refuse(invoice=payment.number, invoiced=payment.currency, currency=currency)
    if on < payment.on:
        yield BEFORE_PAYMENT.refuse(payment=payment.number, paid=payment.on, on=on)


def _against_repeats(invoices: tuple[Invoice, ...]) -> Iterator[Refusal]:
    numbers = Counter(invoice.number for invoice in invoices)
    for number, times in numbers.items():
        if times > 1:
            yield INVOICE_TWICE.refuse(invoice=number)


@exact
def open_balance(invoices: Iterable[Invoice], payments: Iterable[Payment] = ()) -> Decimal:
    """Return what is owed on *invoices*, less what is left of *payments*; all in one currency."""
    documents: list[Invoice | Payment] = [*invoices, *payments]
    currencies = {document.currency for document in documents}
    if len(currencies) > 1:
        msg = f"a balance is in one currency, not in {', '.join(sorted(currencies))}"
        raise ValueError(msg)
    return sum((document.balance if isinstance(document, Invoice) else -document.balance for document in documents), ZERO)
