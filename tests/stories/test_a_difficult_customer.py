"""A whole life of billing: a deposit, parts delivered, goods broken, a price corrected, a reminder, and nothing owed in the end."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from salesflow import (
    CreditOf,
    Item,
    Party,
    PaymentTerms,
    Period,
    Product,
    Role,
    Vat,
    ageing,
    credit_limits,
    credit_notes,
    deliveries,
    deposits,
    invoices,
    memory,
    orders,
    payments,
    reminders,
    statements,
    vouchers,
)
from salesflow.model.credit import CheckPoint, CreditLimit, LimitType
from salesflow.model.policies import CashDiscounts, SettlementPolicy
from salesflow.model.reminder import ReminderLevel, ReminderPlan
from salesflow.model.terms import CashDiscount
from salesflow.model.voucher import PostingProfile, ProfileRow, Purpose

STANDARD = Vat("S", Decimal(21))
EARLY = PaymentTerms(days=14, cash_discount=CashDiscount(percentage=Decimal(2), days=5))
GROVE = Party(number="GROVE", name="Grove Gardens", roles=(Role.CUSTOMER,), payment_terms=EARLY)
POT = Product(item=Item(number="POT", name="Clay pot", vat=STANDARD), price=Decimal("2.35"))
URN = Product(item=Item(number="URN", name="Urn", vat=STANDARD), price=Decimal("49.95"))
BOOKS = {
    Purpose.RECEIVABLE: "1300",
    Purpose.REVENUE: "8000",
    Purpose.VAT: "1500",
    Purpose.BANK: "1000",
    Purpose.PREPAYMENT: "1400",
    Purpose.CASH_DISCOUNT: "8900",
    Purpose.DIFFERENCE: "8990",
}
PROFILE = PostingProfile(rows=tuple(ProfileRow(purpose=purpose, account=account) for purpose, account in BOOKS.items()))
PLAN = ReminderPlan(levels=(ReminderLevel(7, Decimal(0), "Friendly reminder"), ReminderLevel(21, Decimal("7.50"), "Second reminder")))


def day(number: int) -> date:
    """A day in March 2026."""
    return date(2026, 3, number)


def test_a_difficult_customer() -> None:
    """Every document goes through the store, and at the end the books, the ageing and the statement agree on nothing owed."""
    store = memory.Store()
    with store.begin() as work:
        lines = [orders.line(POT, 100), orders.line(URN, 4)]
        work.record(orders.place(number="SO-1", customer=GROVE, currency="EUR", lines=lines, on=day(2)))

    with store.begin() as work:  # 526.11 in all: a third in advance, paid at once, which earns no discount
        order = work.orders.get("SO-1")
        limit = CreditLimit(account="GROVE", currency="EUR", type=LimitType.BALANCE_AND_ORDERS, amount=Decimal(500))
        assert credit_limits.check(limit, CheckPoint.CONFIRMATION, on=day(2), orders=[order]).refusals
        deposit = work.record(deposits.post(order, amount=Decimal("175.00"), number=work.number("INV"), on=day(2), account="1450"))
        in_full = SettlementPolicy(discounts=CashDiscounts.NEVER)
        work.record(payments.receive(GROVE, 175, "EUR", number=work.number("PAY"), on=day(2), invoices=[deposit], policy=in_full))

    with store.begin() as work:  # 60 pots and the urns go out; the deposit comes off their invoice
        order, deposit = work.orders.get("SO-1"), work.invoices.get("INV-1")
        slip = work.record(deliveries.post(order, {1: 60, 2: 4}, number="PS-1", on=day(4)))
        order = work.orders.get("SO-1")
        final = work.record(invoices.post(order, slips=[slip], number=work.number("INV"), on=day(5), deposits=[deposit]))
        assert (final.net, final.total) == (Decimal("196.17"), Decimal("237.37"))

    with store.begin() as work:  # an urn is broken and will be sent again; the others were dearer than agreed
        order, final = work.orders.get("SO-1"), work.invoices.get("INV-2")
        broken = CreditOf(invoice=final, quantities={2: 1})
        work.record(credit_notes.post([broken], orders=order, number=work.number("CN"), on=day(6), reopens=True, reason="broken"))
        order, final = work.orders.get("SO-1"), work.invoices.get("INV-2")
        dear = CreditOf(invoice=final, amounts={2: Decimal("9.00")})
        note = work.record(credit_notes.post([dear], orders=order, number=work.number("CN"), on=day(6), reason="agreed at 46.95"))
        assert (note.total, work.invoices.get("INV-2").balance) == (Decimal("-10.89"), Decimal("166.04"))

    with store.begin() as work:  # paid in time, a cent short
        final = work.invoices.get("INV-2")
        paid = Decimal("162.71")
        policy = SettlementPolicy(tolerance=Decimal("0.05"))
        work.record(payments.receive(GROVE, paid, "EUR", number=work.number("PAY"), on=day(10), invoices=[final], policy=policy))
        assert work.invoices.get("INV-2").settlements[-1].discount == Decimal("3.32")

    with store.begin() as work:  # the rest goes out and is invoiced with the urn that was broken; nobody pays
        work.record(deliveries.post(work.orders.get("SO-1"), number="PS-2", on=day(11)))
        rest = work.record(invoices.post(work.orders.get("SO-1"), number=work.number("INV"), on=day(11)))
        assert (rest.net, str(work.orders.get("SO-1").status)) == (Decimal("143.95"), "invoiced")

    with store.begin() as work:  # reminded once a week after it was due
        assert not reminders.due_for_reminder(work.invoices, work.reminders, plan=PLAN, on=day(31))
        late = date(2026, 4, 1)
        [proposal] = reminders.due_for_reminder(work.invoices, work.reminders, plan=PLAN, on=late)
        work.record(reminders.remind(proposal, work.invoices, work.reminders, number=work.number("REM"), on=late))
        [aged] = ageing.age(work.invoices, work.payments, on=late)
        assert (aged.balance, aged.amounts[1]) == (rest.total, rest.total)

    with store.begin() as work:  # paid twice by mistake, and paid back
        rest = work.invoices.get("INV-3")
        april = date(2026, 4, 3)
        twice = work.record(payments.receive(GROVE, 2 * rest.total, "EUR", number=work.number("PAY"), on=april, invoices=[rest]))
        work.record(payments.refund([twice], number=work.number("PAY"), on=april))

    nothing_is_owed(store)


def nothing_is_owed(store: memory.Store) -> None:
    """The balances, the ageing, the statement, the ledger of the order and the books say the same."""
    work = store.begin()
    assert all(invoice.balance == 0 for invoice in work.invoices)
    assert all(payment.balance == 0 for payment in work.payments)
    assert ageing.age(work.invoices, work.payments, on=date(2026, 4, 30)) == ()
    told = statements.statement(GROVE, "EUR", work.invoices, work.payments, period=Period())
    assert (told.opening, told.closing) == (0, 0)
    order = work.orders.get("SO-1")
    assert (order.advanced, order.invoiced_net, order.line(2).invoice_remainder) == (0, Decimal("425.80"), 0)
    assert [event.number for event in store.events if type(event).__name__ == "InvoiceCredited"] == ["INV-2", "INV-2"]
    books = [vouchers.of_invoice(invoice, PROFILE) for invoice in work.invoices]
    for payment in work.payments:
        numbers = {use.document for use in payment.uses}
        mine = [each for each in (*work.invoices, *work.payments) if each.number in numbers]
        books.append(vouchers.of_payment(payment, mine, PROFILE))
    accounts: dict[str, Decimal] = {}
    for voucher in books:
        assert voucher.debit == voucher.credit
        for entry in voucher.entries:
            accounts[entry.account] = accounts.get(entry.account, Decimal(0)) + entry.debit - entry.credit
    assert {account for account, amount in accounts.items() if not amount} == {"1300", "1400", "1450"}
    assert accounts["1000"] == sum(payment.amount for payment in work.payments) == -accounts["8000"] - accounts["1500"] - Decimal("3.33")
