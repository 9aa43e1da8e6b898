"""Every rule of the catalogue is broken once, and refused by its own code."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

import pytest
from attrs import evolve

import salesflow
from salesflow import (
    CreditOf,
    DeliveryPolicy,
    FreeTextLine,
    Item,
    Order,
    OrderLine,
    OrderPolicy,
    OrderType,
    Party,
    PartyKind,
    Project,
    RefusedError,
    Role,
    Tolerance,
    TradeParty,
    Vat,
    changes,
    credit_limits,
    credit_notes,
    deliveries,
    deposits,
    drafts,
    einvoices,
    free_text,
    invoices,
    memory,
    orders,
    payments,
    recurring,
    registry,
    reminders,
    vouchers,
)
from salesflow.model.credit import CheckPoint, CreditLimit, LimitType
from salesflow.model.party import Address
from salesflow.model.policies import FreeTextPolicy
from salesflow.model.recurrence import InvoiceTemplate, Recurrence
from salesflow.model.reminder import Reminder, ReminderLevel, ReminderPlan
from salesflow.model.terms import PaymentTerms
from salesflow.model.voucher import PostingProfile
from salesflow.rules import Rule
from tests import after_sale_broken, money_broken, pipeline_broken, promises_broken
from tests.builders import ACME, DAY, JANE, LATER, a_charge, advice, an_order, chai, chang

EARLIER = date(2026, 3, 1)
Break = Callable[[], Any]


def part(line: int, parent: int | None, ordered: int) -> OrderLine:
    """A line, or a part of one."""
    return OrderLine(number=line, item=Item(number="CHAI"), ordered=Decimal(ordered), price=Decimal(1), parent=parent)


def placed(**terms: Any) -> Break:
    """Place an order with these terms."""
    return lambda: an_order(**terms)


def delivered(order: Order, quantities: dict[int, int] | None = None) -> Any:
    """Deliver from an order."""
    return deliveries.post(order, quantities, number="PS-1", on=DAY)


def invoiced(order: Order, quantities: dict[int, int] | None = None) -> Any:
    """Invoice by order."""
    return invoices.post(order, quantities, number="INV-1", on=DAY)


def on_slip(command: Callable[..., Any], **arguments: Any) -> Break:
    """Run a command on an order and its first slip."""
    order, slip = delivered(an_order(), {1: 4})
    return lambda: command(order, slip, **arguments)


def second_invoice() -> Any:
    """Offer a slip to a second invoice."""
    order, slip = delivered(an_order(), {1: 4})
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    return invoices.post(order, slips=[slip], number="INV-2", on=DAY)


def undone_slip() -> Any:
    """Invoice a slip that was taken back."""
    order, slip = delivered(an_order(), {1: 4})
    order, after, _ = deliveries.cancel(order, slip, number="PS-2", on=DAY)
    return invoices.post(order, slips=[after], number="INV-1", on=DAY)


def invoiced_slip() -> Any:
    """Take back a slip that was invoiced."""
    order, slip = delivered(an_order(), {1: 4})
    order, _ = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    return deliveries.cancel(order, slip, number="PS-2", on=DAY)


def credited_twice() -> Any:
    """Cancel an invoice that was cancelled, offering it as it was before."""
    order, invoice = invoiced(an_order())
    order, _, _ = invoices.cancel(order, invoice, number="INV-2", on=DAY)
    return invoices.cancel(order, invoice, number="INV-3", on=DAY)


def reversal() -> Any:
    """Cancel an invoice that cancels another."""
    order, invoice = invoiced(an_order())
    order, _, back = invoices.cancel(order, invoice, number="INV-2", on=DAY)
    return invoices.cancel(order, back, number="INV-3", on=DAY)


def sent_twice() -> Any:
    """Send an invoice that was sent."""
    _, invoice = invoiced(an_order())
    return invoices.send(invoices.send(invoice, on=DAY).document, on=LATER)


def paid(amount: object, currency: str = "EUR", account: str = "ACME", on: date = LATER, **other: Any) -> Break:
    """Pay an invoice of 217.80."""
    _, invoice = invoiced(an_order())
    given = other.get("invoices", [invoice])
    return lambda: payments.receive(account, amount, currency, number="PAY-1", on=on, invoices=given)  # type: ignore[arg-type]


def credited(**claim: Any) -> Break:
    """Credit an invoice of ten, freight included, in a way that is refused."""
    orders_, reopens, loose = claim.pop("orders", None), claim.pop("reopens", True), claim.pop("unreferenced", ())
    order, invoice = invoiced(an_order(charges=[a_charge(number=1, code="freight", amount=Decimal(5))]))
    given = [order] if orders_ is None else orders_
    claims = [CreditOf(invoice=invoice, **claim)]
    return lambda: credit_notes.post(claims, orders=given, number="CN-1", on=DAY, reopens=reopens, unreferenced=loose)


def two_currencies() -> Any:
    """Credit invoices in euros and dollars together."""
    _, euros = invoiced(an_order())
    _, dollars = invoices.post(an_order(number="SO-2", currency="USD"), number="INV-2", on=DAY)
    return credit_notes.post([CreditOf(invoice=euros), CreditOf(invoice=dollars)], number="CN-1", on=DAY)


def cancelled_after_credit() -> Any:
    """Cancel an invoice of which two were credited."""
    order, invoice = invoiced(an_order())
    order, invoice, _ = credit_notes.post(invoice, {1: 2}, orders=order, number="CN-1", on=DAY, reopens=False)
    return invoices.cancel(order, invoice, number="INV-2", on=DAY)


def in_words(*lines: dict[str, Any], policy: FreeTextPolicy | None = None) -> Any:
    """Post a free text invoice with lines that differ from a good one."""
    good: dict[str, Any] = {"text": "Rent", "account": "8000", "net": Decimal("10.00"), "vat": Vat("O")}
    draft = free_text.draft(ACME, [FreeTextLine(**(good | line)) for line in lines], "EUR", reference="D-1")
    return free_text.post(draft, number="FT-1", on=DAY, accounts={"8000"}, policy=policy or FreeTextPolicy())


def recurrence(**terms: Any) -> Recurrence:
    """A monthly rent."""
    line = FreeTextLine(text="Rent", account="8000", net=Decimal("10.00"), vat=Vat("O"))
    template = InvoiceTemplate(number="T-1", name="Rent", lines=(line,))
    return Recurrence(number="R-1", account="ACME", template=template, currency="EUR", start=DAY, **terms)


def received(on: date = DAY, **terms: Any) -> Any:
    """Ten euros without an invoice."""
    return payments.receive("ACME", 10, "EUR", number="PAY-1", on=on, **terms).document


def owing(limit: CreditLimit) -> Any:
    """Check a limit with 217.80 owed."""
    return credit_limits.require(limit, CheckPoint.INVOICE, on=DAY, invoices=[invoiced(an_order()).document])


def a_deposit() -> Any:
    """Half an order in advance."""
    return deposits.post(an_order(), percentage=50, number="D-1", on=DAY).document


def deposit_twice() -> Any:
    """Take a deposit off two invoices."""
    order, deposit = deposits.post(an_order(), percentage=10, number="D-1", on=DAY)
    order, deposit, _ = invoices.post(order, {1: 5}, number="INV-1", on=DAY, deposits=[deposit])
    return invoices.post(order, number="INV-2", on=DAY, deposits=[deposit])


def one_key_for_two() -> Any:
    """Ask for something else under a key that was used."""
    with memory.Store().begin() as work:
        work.once("K-1", "a", lambda: orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[chai(1)], on=DAY))
        return work.once("K-1", "b", lambda: pytest.fail("ran"))


def a_ledger_rewritten() -> Any:
    """Put an order without the delivery that was kept."""
    store = memory.Store()
    with store.begin() as work:
        work.add(an_order())
        work.record(deliveries.post(work.orders.get("SO-1"), {1: 4}, number="PS-1", on=DAY))
    with store.begin() as work:
        return work.put(an_order())


def reminded(account: str = "ACME", day: int = 10, last: int | None = None) -> Any:
    """Remind of an invoice that was due at once, ten days late unless said."""
    owed = invoiced(an_order(payment_terms=PaymentTerms())).document
    plan = ReminderPlan(levels=(ReminderLevel(7, Decimal(0), "Reminder"),))
    [proposal] = reminders.due_for_reminder([owed], [], plan=plan, on=date(2026, 3, 12))
    lines = (evolve(proposal.lines[0], invoice="INV-0"),)
    sent = [] if last is None else [Reminder(number="R-0", account="ACME", currency="EUR", on=date(2026, 3, last), lines=lines)]
    return reminders.remind(evolve(proposal, account=account), [owed], sent, number="R-1", on=date(2026, 3, day))


def a_draft(quantity: int) -> Any:
    """A draft of so many."""
    return drafts.make(an_order(), {1: quantity}, number="D-1", on=DAY).document


def settled() -> Any:
    """A payment that settled an invoice."""
    return payments.receive("ACME", 10, "EUR", number="PAY-1", on=DAY, invoices=[invoiced(an_order()).document]).document


def over(quantity: int) -> Break:
    """Deliver so much of ten."""
    return lambda: delivered(an_order(), {1: quantity})


def item_requirements() -> Order:
    """Delivered item requirements."""
    project = Project(number="P-1", name="A project", customer="ACME")
    order: Order = delivered(an_order(type=OrderType.ITEM_REQUIREMENTS, project=project)).changed[0]
    return order


def twice(command: Callable[[Order], Any]) -> Break:
    """Run a command on what it made of an order."""
    return lambda: command(command(an_order()).changed[0])


def two_orders(**terms: Any) -> list[Order]:
    """Two orders, the second with other terms."""
    return [an_order(), an_order(number="SO-2", **terms)]


def picked() -> Order:
    """An order with four picked."""
    order: Order = deliveries.pick(an_order(), {1: 4}, number="PL-1", on=DAY).changed[0]
    return order


def pro_forma_sent() -> Any:
    """Send an estimate."""
    return invoices.send(invoices.pro_forma(an_order(), on=DAY), on=DAY)


def from_a_list(quantity: int) -> Any:
    """Deliver from a picking list of four."""
    order, picking = deliveries.pick(an_order(), {1: 4}, number="PL-1", on=DAY)
    return deliveries.post(order, {1: quantity}, picking=picking, number="PS-1", on=DAY)


def closed_after_advance_invoice() -> Any:
    """Close a line at seven of ten, with eight invoiced."""
    line = OrderLine(item=Item(number="I-1", tolerance=Tolerance(under=Decimal(50))), ordered=Decimal(10), price=Decimal(1))
    order, _ = invoiced(an_order(line), {1: 8})
    return deliveries.post(order, {1: 7}, number="PS-1", on=DAY, close=[1])


BREAKS: dict[str, Break] = {
    "wrong-status": lambda: orders.confirm(orders.cancel(an_order(), on=DAY).document, on=DAY),
    "order.journal": lambda: delivered(an_order(type=OrderType.JOURNAL)),
    "order.on-hold": lambda: delivered(orders.hold(an_order(), "credit", on=DAY).document),
    "order.before-placed": lambda: orders.confirm(an_order(), on=EARLIER),
    "order.not-a-customer": placed(customer=Party(number="X", name="Nobody's customer")),
    "order.consumer-to-business": placed(policy=OrderPolicy(seller=PartyKind.PERSON)),
    "order.no-lines": lambda: orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[], on=DAY),
    "order.line-number": lambda: an_order(chai(1, number=1), chang(1, number=1)),
    "order.sign": lambda: an_order(chai(-1)),
    "order.rma-missing": lambda: an_order(chai(-1), type=OrderType.RETURNED_ORDER),
    "order.project-missing": placed(type=OrderType.ITEM_REQUIREMENTS),
    "order.project-of-another": placed(project=Project(number="P-1", name="Another's", customer="JANE")),
    "order.warehouse-subscription": placed(type=OrderType.SUBSCRIPTION, warehouse_managed=True),
    "order.schedule-parent": lambda: an_order(part(1, None, 2), part(2, 9, 2)),
    "order.schedule-sum": lambda: orders.schedule(an_order(), 1, [(DAY, 4), (LATER, 5)], on=DAY),
    "order.type-locked": lambda: orders.change_type(item_requirements(), OrderType.SALES_ORDER, on=DAY),
    "order.type-locked-strict": lambda: orders.change_type(
        delivered(an_order(), {1: 1}).changed[0], OrderType.SUBSCRIPTION, on=DAY, policy=OrderPolicy(strict_type_change=True)
    ),
    "order.journal-postings": lambda: orders.change_type(delivered(an_order(), {1: 1}).changed[0], OrderType.JOURNAL, on=DAY),
    "order.same-type": lambda: orders.change_type(an_order(), OrderType.SALES_ORDER, on=DAY),
    "order.confirmed": twice(lambda order: orders.confirm(order, on=DAY)),
    "order.held": twice(lambda order: orders.hold(order, "credit", on=DAY)),
    "order.not-held": lambda: orders.release(an_order(), "credit", on=DAY),
    "order.touched": lambda: orders.cancel(delivered(an_order(), {1: 1}).changed[0], on=DAY),
    "order.picked": lambda: orders.cancel(picked(), on=DAY),
    "order.unknown-line": lambda: delivered(an_order(), {2: 1}),
    "order.over-remainder": lambda: orders.short_close(an_order(), {1: 11}, on=DAY),
    "order.below-invoiced": lambda: orders.short_close(invoiced(an_order(), {1: 8}).changed[0], {1: 5}, on=DAY),
    "order.nothing-left": lambda: orders.short_close(an_order(), {}, on=DAY),
    "order.schedule-touched": lambda: orders.schedule(delivered(an_order(), {1: 1}).changed[0], 1, [(DAY, 5), (LATER, 5)], on=DAY),
    "order.below-floor": lambda: changes.change(
        delivered(an_order(), {1: 4}).changed[0], [changes.SetQuantity(1, Decimal(3))], on=DAY, reason="less"
    ),
    "order.line-in-use": lambda: changes.change(
        delivered(an_order(chai(2), chang(2)), {1: 1}).changed[0], [changes.RemoveLine(1)], on=DAY, reason="out"
    ),
    "order.no-change": lambda: changes.change(an_order(), [changes.SetQuantity(1, Decimal(10))], on=DAY, reason="none"),
    "delivery.empty": lambda: delivered(an_order(), {}),
    "delivery.over-remainder": over(11),
    "delivery.sign": over(-1),
    "delivery.under-tolerance": lambda: deliveries.post(an_order(), {1: 9}, number="PS-1", on=DAY, close=[1]),
    "delivery.below-invoiced": closed_after_advance_invoice,
    "delivery.one-customer": lambda: deliveries.post(two_orders(customer=JANE), number="PS-1", on=DAY),
    "delivery.order-twice": lambda: deliveries.post([an_order(), an_order()], number="PS-1", on=DAY),
    "delivery.not-confirmed": lambda: deliveries.post(an_order(), number="PS-1", on=DAY, policy=DeliveryPolicy(confirm_first=True)),
    "delivery.number-used": lambda: delivered(delivered(an_order(), {1: 1}).changed[0], {1: 1}),
    "delivery.not-picked": lambda: from_a_list(5),
    "delivery.another-order": on_slip(lambda order, slip: deliveries.cancel(an_order(number="SO-9"), slip, number="PS-2", on=DAY)),
    "delivery.slip-invoiced": invoiced_slip,
    "delivery.before-slip": on_slip(lambda order, slip: deliveries.cancel(order, slip, number="PS-2", on=EARLIER)),
    "invoice.empty": lambda: invoiced(an_order(), {}),
    "invoice.over-remainder": lambda: invoiced(an_order(), {1: 11}),
    "invoice.sign": lambda: invoiced(an_order(), {1: 0}),
    "invoice.unknown-line": lambda: invoiced(an_order(), {2: 1}),
    "invoice.one-account": lambda: invoices.post(two_orders(currency="USD"), number="INV-1", on=DAY),
    "invoice.order-twice": on_slip(lambda order, slip: invoices.post(order, slips=[slip, slip], number="INV-1", on=DAY)),
    "invoice.no-slip": lambda: invoices.post(an_order(), slips=[], number="INV-1", on=DAY),
    "invoice.another-slip": on_slip(lambda order, slip: invoices.post(an_order(number="SO-9"), slips=[slip], number="INV-1", on=DAY)),
    "invoice.slip-invoiced": second_invoice,
    "invoice.slip-undone": undone_slip,
    "invoice.before-slip": on_slip(lambda order, slip: invoices.post(order, slips=[slip], number="INV-1", on=EARLIER)),
    "invoice.another-order": lambda: invoices.cancel(an_order(number="SO-9"), invoiced(an_order()).document, number="INV-2", on=DAY),
    "invoice.reversal": reversal,
    "invoice.credited": credited_twice,
    "invoice.before-invoice": lambda: invoices.send(invoiced(an_order()).document, on=EARLIER),
    "invoice.sent": sent_twice,
    "invoice.pro-forma": pro_forma_sent,
    "einvoice.pro-forma": lambda: einvoices.of_invoice(
        invoices.pro_forma(an_order(), on=DAY), seller=TradeParty(name="Us"), buyer=TradeParty(name="Them")
    ),
    "invoice.stated-amount": lambda: invoices.post(an_order(), number="INV-1", on=DAY, amounts={"SO-1": {1: Decimal("0.001")}}),
    "invoice.has-credits": cancelled_after_credit,
    "credit.empty": credited(quantities={}),
    "credit.unknown-line": credited(quantities={2: 1}),
    "credit.over-quantity": credited(quantities={1: 11}),
    "credit.over-amount": credited(charges={1: Decimal("5.01")}),
    "credit.sign": credited(quantities={1: -1}),
    "credit.line-twice": credited(quantities={1: 1}, amounts={1: Decimal(1)}),
    "credit.one-account": two_currencies,
    "credit.another-order": credited(orders=[]),
    "credit.reopens": credited(reopens=None),
    "credit.unreferenced": credited(unreferenced=[chai(-1)]),
    "payment.amount": paid(0),
    "payment.another-account": paid(10, account="JANE"),
    "payment.another-currency": paid(10, currency="USD"),
    "payment.before-invoice": paid(10, on=EARLIER),
    "payment.direction": paid(-10),
    "payment.reserved": lambda: payments.settle(received(reserved_for="SO-9"), [invoiced(an_order()).document], on=DAY),
    "payment.before-payment": lambda: payments.settle(received(on=LATER), [invoiced(an_order()).document], on=DAY),
    "payment.not-settled": lambda: payments.unsettle(received(), [invoiced(an_order()).document], on=DAY),
    "payment.over-refund": lambda: payments.refund([received()], 11, number="PAY-2", on=DAY),
    "payment.nothing-to-offset": lambda: payments.offset([invoiced(an_order()).document], on=DAY),
    "free-text.no-lines": in_words,
    "free-text.no-account": lambda: in_words({"account": "9999"}),
    "free-text.no-vat": lambda: in_words({"vat": None}),
    "free-text.distribution": lambda: in_words({"distributions": (("8000", Decimal(9)),)}),
    "free-text.digits": lambda: in_words({"net": Decimal("0.001")}),
    "free-text.item": lambda: in_words({"item": "CHAI"}, policy=FreeTextPolicy(item_numbers=False)),
    "free-text.no-reason": lambda: free_text.correct(in_words({}).document, [], cancelling="C", number="N", on=DAY, reason=""),
    "free-text.kind": lambda: free_text.correct(invoiced(an_order()).document, [], cancelling="C", number="N", on=DAY, reason="r"),
    "credit-limit.exceeded": lambda: owing(CreditLimit(account="ACME", currency="EUR", type=LimitType.BALANCE)),
    "credit-limit.no-rate": lambda: owing(CreditLimit(account="ACME", currency="USD")),
    "credit-limit.mandatory": lambda: owing(CreditLimit(account="ACME", currency="EUR", mandatory=Decimal(200))),
    "deposit.amount": lambda: deposits.post(an_order(), percentage=0, number="D-1", on=DAY),
    "deposit.over-order": lambda: deposits.post(an_order(), amount=218, number="D-1", on=DAY),
    "deposit.another-order": lambda: invoices.post(an_order(number="SO-2"), number="INV-1", on=DAY, deposits=[a_deposit()]),
    "deposit.used-up": deposit_twice,
    "draft.reserved": lambda: drafts.make(an_order(), {1: 5}, drafts=[a_draft(6)], number="D-2", on=DAY),
    "draft.before-draft": lambda: drafts.discard(a_draft(6), on=EARLIER),
    "posting.no-account": lambda: vouchers.of_invoice(invoiced(an_order()).document, PostingProfile(rows=())),
    "posting.pro-forma": lambda: vouchers.of_invoice(invoices.pro_forma(an_order(), on=DAY), PostingProfile(rows=())),
    "posting.other-invoices": lambda: vouchers.of_payment(settled(), [], PostingProfile(rows=())),
    "reminder.nothing-due": lambda: reminded(day=8),
    "reminder.another-account": lambda: reminded("JANE"),
    "reminder.before-earlier": lambda: reminded(last=11),
    "idempotency.another-request": one_key_for_two,
    "ledger.append-only": a_ledger_rewritten,
    "recurring.never-ends": lambda: recurring.generate(recurrence(), numbers=lambda: "N", batch="B", on=DAY),
    "recurring.nothing-due": lambda: recurring.generate(recurrence(end=DAY), numbers=lambda: "N", batch="B", on=EARLIER),
    "recurring.not-taken-back": lambda: recurring.reopen(recurrence(), in_words({}).document),
    "payment.invoice-twice": paid(10, invoices=[invoiced(an_order()).document] * 2),
}
"""How each rule is broken; those of ``validate`` refuse nothing and are told in its own tests."""

SAID = {
    "credit-limit.exceeded": "account ACME comes to 217.80 EUR at a limit of 0",
    "credit-limit.no-rate": "account ACME has INV-1 in EUR, and its limit is in USD; give a table of rates with both",
    "credit-limit.mandatory": "account ACME has a balance of 217.80 EUR at a mandatory limit of 200",
    "credit.another-order": "the credit is of orders SO-1, not none",
    "credit.empty": "there is nothing to credit (invoice: INV-1)",
    "credit.line-twice": "line 1 of invoice INV-1 is named more than once",
    "credit.one-account": "invoice INV-2 is of ACME in USD, with prices without VAT",
    "credit.over-amount": "charge 1 of invoice INV-1 has 5 left to credit, not 5.01",
    "credit.over-quantity": "line 1 of invoice INV-1 has 10 left to credit, not 11",
    "credit.reopens": "it is not said whether what is credited of order SO-1 is to be invoiced again",
    "credit.sign": "-1 cannot be credited of line 1 of invoice INV-1, which has 10",
    "credit.unknown-line": "invoice INV-1 has no line 2",
    "credit.unreferenced": "CHAI cannot be credited with a quantity of -1",
    "delivery.another-order": "packing slip PS-1 delivers SO-1, not SO-9",
    "delivery.before-slip": "packing slip PS-1 is of 2026-03-02; 2026-03-01 is before that",
    "delivery.below-invoiced": "line 1 would close at 7; 8 is invoiced",
    "delivery.empty": "there is nothing to deliver (order: SO-1)",
    "delivery.not-confirmed": "revision 0 of order SO-1 is not confirmed",
    "delivery.not-picked": "picking list PL-1 has 4 of line 1, not 5",
    "delivery.number-used": "order SO-1 has a document PS-1 already",
    "delivery.one-customer": "order SO-2 differs from order SO-1 in customer",
    "delivery.order-twice": "order SO-1 is named more than once",
    "delivery.over-remainder": "line 1 has 10 left to deliver, not 11; 10 at most with over-delivery",
    "delivery.sign": "line 1 orders 10; -1 cannot be delivered of it",
    "delivery.slip-invoiced": "packing slip PS-1 has 4 of line 1 of order SO-1 invoiced; 0 would be left",
    "delivery.under-tolerance": "line 1 would close at 9 of 10; at least 10.00 is needed",
    "deposit.amount": "0 is no deposit on order SO-1",
    "deposit.another-order": "deposit D-1 is of order SO-1 and cannot be taken off invoice INV-1",
    "deposit.over-order": "order SO-1 has 217.80 left for deposits, not 218.00",
    "deposit.used-up": "nothing is left of deposit D-1: it was taken off, credited or cancelled",
    "draft.before-draft": "draft D-1 is of 2026-03-02; 2026-03-01 is before that",
    "draft.reserved": "line 1 of order SO-1 has 10 left to invoice, 6 of it in other drafts, and not 5 more",
    "free-text.digits": "line 1 has an amount of 0.001 in EUR; round it",
    "free-text.distribution": "the distribution of line 1 adds up to 9, its amount is 10.00",
    "free-text.item": "line 1 names item CHAI",
    "free-text.kind": "INV-1 is no posted free text invoice",
    "free-text.no-account": "line 1 is booked on 9999, which is no ledger account",
    "free-text.no-lines": "free text invoice D-1 has no lines",
    "free-text.no-reason": "invoice FT-1 cannot be corrected without a reason",
    "free-text.no-vat": "line 1 does not say how it is taxed",
    "idempotency.another-request": "key K-1 was used for another request",
    "ledger.append-only": "order SO-1 has 1 postings that are kept, and is put without posting 1 of them",
    "invoice.another-order": "invoice INV-1 is about SO-1, not SO-9; give these orders",
    "invoice.another-slip": "packing slip PS-1 delivers SO-1, none of those given",
    "invoice.before-invoice": "invoice INV-1 is of 2026-03-02; 2026-03-01 is before that",
    "invoice.before-slip": "packing slip PS-1 is of 2026-03-02; 2026-03-01 is before that",
    "invoice.credited": "line 1 of order SO-1 has 0 left to take back of invoice INV-1, not 10; read the invoice again",
    "invoice.empty": "there is nothing to invoice (order: SO-1)",
    "invoice.has-credits": "invoice INV-1 was credited by CN-1",
    "invoice.no-slip": "none of the packing slips delivers order SO-1",
    "invoice.one-account": "order SO-2 differs from order SO-1 in currency",
    "invoice.order-twice": "packing slip PS-1 is named more than once",
    "invoice.over-remainder": "line 1 has 10 left to invoice, not 11",
    "invoice.pro-forma": "a pro forma of 2026-03-02 is no posted invoice",
    "einvoice.pro-forma": "a pro forma invoice owes nobody anything and is not sent as an invoice",
    "invoice.reversal": "invoice INV-2 takes back INV-1; invoice again instead",
    "invoice.sent": "invoice INV-1 was sent on 2026-03-02",
    "invoice.sign": "line 1 orders 10; 0 cannot be invoiced of it",
    "invoice.slip-invoiced": "nothing of packing slip PS-1 is left to invoice for order SO-1",
    "invoice.slip-undone": "packing slip PS-1 was undone or undoes another",
    "invoice.stated-amount": "line 1 of order SO-1 cannot have the amount 0.001 stated",
    "invoice.unknown-line": "order SO-1 has no line 2 of its own",
    "order.before-placed": "order SO-1 was placed on 2026-03-02; 2026-03-01 is before that",
    "order.below-floor": "line 1 cannot come to 3: 4 delivered, 0 invoiced and 0 cancelled need at least 4",
    "order.below-invoiced": "line 1 has 8 invoiced and would come down to 5; credit first",
    "order.confirmed": "revision 0 of order SO-1 was confirmed on 2026-03-02",
    "order.consumer-to-business": "the seller is a person and ACME an organisation",
    "order.held": "order SO-1 is held for credit already",
    "order.journal": "order SO-1 is a journal order; change its type first",
    "order.journal-postings": "order SO-1 has 1 postings and cannot become a journal",
    "order.line-in-use": "line 1 of order SO-1 has postings or belongs to a delivery schedule; short-close it instead",
    "order.line-number": "order SO-1 has line number 1 2 times; numbers are above zero and each occurs once",
    "order.no-change": "order SO-1 is as wanted already",
    "order.no-lines": "order SO-1 has no lines",
    "order.not-a-customer": "party X is not a customer",
    "order.not-held": "order SO-1 is not held for credit",
    "order.nothing-left": "order SO-1 has nothing to short-close on any line",
    "order.on-hold": "order SO-1 is on hold: credit; every hold must be released",
    "order.over-remainder": "line 1 has 10 left to deliver, not 11",
    "order.picked": "line 1 of order SO-1 has 4 picked; put it back first",
    "order.project-missing": "order SO-1 has item requirements and no project",
    "order.project-of-another": "project P-1 is for customer JANE, not ACME",
    "order.rma-missing": "order SO-1 is a returned order and was given no RMA number",
    "order.same-type": "order SO-1 is sales-order already",
    "order.schedule-parent": "line 2 is scheduled under line 9, which is no line to schedule under",
    "order.schedule-sum": "line 1 orders 10; its 2 delivery lines come to 9",
    "order.schedule-touched": "line 1 of order SO-1 has postings or is scheduled already",
    "order.sign": "line 1 orders -1, which a sales order cannot",
    "order.touched": "line 1 of order SO-1 has 1 delivered and 0 invoiced; short-close the rest instead",
    "order.type-locked": "order SO-1 is item-requirements and delivered; its type is fixed",
    "order.type-locked-strict": "order SO-1 is sales-order and open; the strict policy fixes its type",
    "order.unknown-line": "order SO-1 has no line 2 of its own",
    "order.warehouse-subscription": "order SO-1 is a subscription and its lines are under warehouse management",
    "payment.amount": "0 EUR is no amount that can be paid",
    "payment.another-account": "invoice INV-1 is owed by ACME, not JANE",
    "payment.another-currency": "invoice INV-1 is in EUR, the payment in USD",
    "payment.before-invoice": "invoice INV-1 is of 2026-03-02; 2026-03-01 is before that",
    "payment.direction": "invoice INV-1 has a balance of 217.80, which -10.00 cannot settle",
    "payment.invoice-twice": "invoice INV-1 is named more than once",
    "payment.before-payment": "payment PAY-1 is of 2026-03-16 or later; 2026-03-02 is before that",
    "payment.not-settled": "payment PAY-1 has settled nothing of invoice INV-1",
    "payment.nothing-to-offset": "the balances are 217.80",
    "payment.over-refund": "10.00 EUR stands in favour of ACME, not 11",
    "payment.reserved": "payment PAY-1 is reserved for order SO-9; invoice INV-1 is of SO-1",
    "posting.no-account": "the posting profile has no account for receivable of customer ACME",
    "posting.other-invoices": "payment PAY-1 settled 10.00, not 0",
    "posting.pro-forma": "a pro forma of 2026-03-02 has no ledger entries",
    "recurring.never-ends": "recurrence R-1 has neither an end date nor a maximum amount",
    "recurring.not-taken-back": "invoice FT-1 is no invoice of recurrence R-1 that was taken back whole",
    "recurring.nothing-due": "recurrence R-1 has no period to invoice on 2026-03-01",
    "reminder.another-account": "invoice INV-1 is owed by ACME in EUR, not by JANE in EUR",
    "reminder.before-earlier": "reminder R-0 is of 2026-03-11; 2026-03-10 is before that",
    "reminder.nothing-due": "ACME has nothing in EUR to be reminded of on 2026-03-08",
    "wrong-status": "order is cancelled; confirm needs open or delivered or invoiced",
}
"""How each of those refusals reads."""

SAID_BY_VALIDATE = {"order.ship-date-passed", "order.unconfirmed", "order.no-terms-of-sale"}


for broken in (promises_broken, pipeline_broken, after_sale_broken, money_broken):
    BREAKS |= broken.BREAKS
    SAID |= broken.SAID


@pytest.mark.parametrize("code", sorted(BREAKS))
def test_every_rule_refuses_what_breaks_it(code: str) -> None:
    """Breaking the rule raises a refusal that bears its code, carries its facts and reads as a sentence."""
    with pytest.raises(RefusedError) as refused:
        BREAKS[code]()
    [refusal, *_] = [each for each in refused.value.refusals if each.code == code] or pytest.fail(str(refused.value))
    rule = registry.rule(code)
    assert refusal.message == SAID[code]
    assert refusal.message == rule.refusal.format(**dict(refusal.facts))
    assert {name for _, name, _, _ in Formatter().parse(rule.refusal) if name} <= set(dict(refusal.facts))


def test_the_table_is_the_catalogue() -> None:
    """No rule of the catalogue is left out, and none is made up."""
    assert set(BREAKS) | SAID_BY_VALIDATE == {rule.code for rule in registry.rules()}


def test_no_rule_is_left_out_of_the_catalogue() -> None:
    """Whatever module a rule stands in, the catalogue lists it."""
    modules = [importlib.import_module(each.name) for each in pkgutil.walk_packages(salesflow.__path__, "salesflow.")]
    assert {value for module in modules for value in vars(module).values() if isinstance(value, Rule)} == set(registry.rules())


def test_what_is_refused_together_is_named_together() -> None:
    """A command names every rule it breaks, not the first only."""
    order = orders.hold(an_order(chai(2), advice(1)), "credit", on=DAY).document
    with pytest.raises(RefusedError) as refused:
        deliveries.post(order, {1: 3, 2: -1, 7: 1}, number="PS-1", on=EARLIER)
    assert refused.value.codes == ("order.before-placed", "order.on-hold", "delivery.over-remainder", "delivery.sign", "order.unknown-line")


def test_what_differs_between_orders_of_one_document_is_named() -> None:
    """Address, invoice account and terms of payment are told apart."""
    elsewhere = two_orders(deliver_to=Address(city="Elsewhere"))
    [refusal] = deliveries.why_not(elsewhere)
    assert refusal.fact("what") == "deliver_to"
    later = two_orders(payment_terms=PaymentTerms(days=60))
    assert [each.fact("what") for each in invoices.why_not(later, on=DAY)] == ["payment_terms"]
    parent = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,), invoice_account="HOLDING")
    assert [each.fact("what") for each in invoices.why_not(two_orders(customer=parent), on=DAY)] == ["invoice_account"]


@pytest.mark.parametrize("rule", registry.rules(), ids=lambda rule: rule.code)
def test_every_rule_is_said_in_two_languages_and_has_a_source(rule: Any) -> None:
    """English and Dutch differ, the specification is named, and the source is one of three."""
    assert rule.sentence("en") != rule.sentence("nl")
    assert rule.sentence("en").endswith(".")
    assert rule.sentence("nl").endswith(".")
    assert rule.spec
    assert rule.source in {"seed", "documentation", "choice"}
    assert rule.code == rule.code.lower()


def test_a_rule_that_is_not_there_is_not_found() -> None:
    """Asking for an unknown code is a look-up that fails."""
    with pytest.raises(LookupError, match=r"no rule 'order\.nonsense'"):
        registry.rule("order.nonsense")
