"""Works with money: invoices of every sort, credits, payments and reminders."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from salesflow.billing import credit_notes, deposits, drafts, free_text, invoices, payments, reminders, summaries
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Invoice
from salesflow.model.order import Order
from salesflow.model.party import SummaryUpdate
from salesflow.model.reminder import ReminderLevel, ReminderPlan
from salesflow.model.vat import Vat
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.testing.choices import Choices, done
from salesflow.testing.works_orders import orders_of
from salesflow.testing.works_pipeline import customer_of

PLAN = ReminderPlan(levels=(ReminderLevel(1, Decimal(0), "Reminder"), ReminderLevel(14, Decimal("7.50"), "Last reminder")))


def _to_invoice(order: Order) -> dict[int, Decimal]:
    return {} if order.is_journal else {balance.number: left for balance in order.balances if (left := balance.invoice_remainder)}


def invoice_order(work: Any, choices: Choices) -> Outcome[Any]:
    """What is left of an order is invoiced, or some of it; a deposit is taken off."""
    order = choices.rather(work.orders, _to_invoice)
    paid = [each for each in work.invoices.find(customer=order.invoice_account) if each.deposit_of == order.number]
    rows = choices.rows(_to_invoice(order))
    return done(work, invoices.post(order, rows, number=work.number("INV"), on=choices.day, at=choices.at(), deposits=paid))


def invoice_slips(work: Any, choices: Choices) -> Outcome[Any]:
    """Packing slips that leave something to invoice are invoiced, one or two of them."""
    waiting = work.uninvoiced_slips(period=choices.one_of((Period(), Period.month_of(choices.day))), limit=4)
    slips = choices.some_of(waiting, 2)
    about = {order.number: order for slip in slips for order in orders_of(work, slip)}
    return done(work, invoices.post(about.values(), slips=slips, number=work.number("INV"), on=choices.day))


def invoice_month(work: Any, choices: Choices) -> Outcome[Any]:
    """The deliveries of a period are gathered page by page and taken together on invoices."""
    period = choices.one_of((Period.month_of(choices.day), Period()))
    slips: list[Any] = []
    page = work.uninvoiced_slips(period=period, limit=2)
    slips += page
    while page.after is not None:
        page = work.uninvoiced_slips(period=period, limit=2, after=page.after)
        slips += page
    about = {order.number: order for slip in slips for order in orders_of(work, slip)}
    summary = choices.one_of((SummaryUpdate.AUTOMATIC, SummaryUpdate.INVOICE_ACCOUNT, SummaryUpdate.PACKING_SLIP))
    plan = choices.one_of(summaries.plan_invoices(about.values(), slips, period=period, summary=summary, customers=work.parties))
    return done(work, summaries.post_plan(plan, about.values(), number=work.number("INV"), on=choices.day))


def invoice_in_words(work: Any, choices: Choices) -> Outcome[Any]:
    """Something that is no item is invoiced."""
    rent = FreeTextLine(text="Rent", account="8200", net=choices.one_of((Decimal("1E+2"), Decimal("0.10"))), vat=Vat("S", Decimal(21)))
    drafted = free_text.draft(customer_of(work, choices), [rent], "EUR", reference="March")
    return done(work, free_text.post(drafted, number=work.number("FT"), on=choices.day))


def draft_invoice(work: Any, choices: Choices) -> Outcome[Any]:
    """An invoice is drafted; a draft is posted, or dropped."""
    if choices.perhaps():
        order = choices.rather(work.orders, _to_invoice)
        return done(work, drafts.make(order, choices.rows(_to_invoice(order)), drafts=work.drafts, number=work.number("D"), on=choices.day))
    draft = choices.one_of(work.drafts)
    if choices.perhaps():
        return done(work, drafts.discard(draft, on=choices.day))
    about = [work.orders.get(part.order) for part in draft.parts]
    return done(work, drafts.post(draft, about, number=work.number("INV"), on=choices.day))


def deposit(work: Any, choices: Choices) -> Outcome[Any]:
    """A part of an order is invoiced in advance."""
    order = choices.rather(work.orders, _to_invoice)
    return done(work, deposits.post(order, percentage=choices.one_of((30, 100)), number=work.number("DEP"), on=choices.day))


def work_on_invoice(work: Any, choices: Choices) -> Outcome[Any]:
    """An invoice goes to the customer, or is cancelled."""
    invoice: Invoice = choices.one_of(work.invoices)
    if choices.perhaps():
        return done(work, invoices.send(invoice, on=choices.day))
    return done(work, invoices.cancel(orders_of(work, invoice), invoice, number=work.number("INV"), on=choices.day))


def credit(work: Any, choices: Choices) -> Outcome[Any]:
    """An invoice is credited, some of it or all; what is credited may be invoiced again, or not."""
    invoice: Invoice = choices.rather(work.invoices, lambda each: each.creditable and not each.reverses)
    rows = choices.rows({line: left.quantity for line, left in invoice.creditable.items()})
    note = credit_notes.post(
        invoice,
        rows,
        orders=orders_of(work, invoice),
        number=work.number("CN"),
        on=choices.day,
        reason="damaged",
        reopens=choices.perhaps(),
        keep_remainder=choices.perhaps(),
    )
    return done(work, note)


def pay(work: Any, choices: Choices) -> Outcome[Any]:
    """A customer pays what is due first, a part of it, or too much."""
    account = choices.one_of(work.open_invoices(limit=5)).account
    owed = work.open_invoices(account=account, limit=2)
    first = choices.one_of(owed)
    amount = choices.one_of((first.balance, first.balance * 2, Decimal("1.00")))
    return done(work, payments.receive(account, amount, "EUR", number=work.number("PAY"), on=choices.day, invoices=owed))


def work_on_payment(work: Any, choices: Choices) -> Outcome[Any]:
    """A payment settles what is open, is taken off again, or is paid back."""
    payment = choices.one_of(work.payments)
    match choices.one_of(("settle", "unsettle", "refund")):
        case "settle":
            return done(work, payments.settle(payment, work.open_invoices(account=payment.account), on=choices.day))
        case "unsettle":
            return done(work, payments.unsettle(payment, work.invoices, on=choices.day))
        case _:
            return done(work, payments.refund([payment], number=work.number("PAY"), on=choices.day))


def remind(work: Any, choices: Choices) -> Outcome[Any]:
    """A customer is reminded of what is overdue."""
    late, earlier = tuple(work.open_invoices(due_by=choices.day)), tuple(work.reminders)
    proposal = choices.one_of(reminders.due_for_reminder(late, earlier, plan=PLAN, on=choices.day))
    return done(work, reminders.remind(proposal, late, earlier, number=work.number("REM"), on=choices.day))
