"""
A whole order's life, any command in any order, against a model that counts by hand.

The model keeps three numbers per line and one per packing slip; it knows nothing of postings and folds.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from salesflow import (
    CreditOf,
    Invoice,
    InvoiceStatus,
    Item,
    Order,
    OrderLine,
    OrderStatus,
    OrderType,
    Outcome,
    PackingSlip,
    ProductKind,
    RefusedError,
    Tolerance,
    changes,
    conformance,
    credit_notes,
    deliveries,
    invoices,
    item_transactions,
    orders,
)
from salesflow.model.ledger import Fold
from salesflow.model.order_life import LIFECYCLE
from tests.builders import DAY, a_charge, an_order

ZERO = Decimal(0)
SMALL = st.integers(1, 4).map(Decimal)


def freight_on(invoice: Invoice) -> Decimal:
    """What it takes of the freight, or gives back of it."""
    return sum((each.amount for each in invoice.charges if each.charge.code == "freight"), ZERO)


class Counted:
    """What a person with a notepad would know of a line."""

    def __init__(self, ordered: Decimal) -> None:
        self.ordered = ordered
        self.delivered = ZERO
        self.invoiced = ZERO
        self.cancelled = ZERO
        self.renewed = ZERO

    @property
    def target(self) -> Decimal:
        """The larger of what is wanted and what came, by magnitude."""
        return max(self.ordered + self.renewed - self.cancelled, self.delivered, key=abs)

    @property
    def to_invoice(self) -> Decimal:
        """What is left to invoice; nothing where more was invoiced than the target, within a tolerance."""
        left = self.target - self.invoiced
        return left if left * self.ordered > 0 else ZERO


class LifeOfAnOrder(RuleBasedStateMachine):
    """Any command, in any order; refused ones must leave everything as it was."""

    order: Order

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[int, Counted] = {}
        self.slips: dict[str, PackingSlip] = {}
        self.invoices: dict[str, Invoice] = {}
        self.picking: dict[str, Any] = {}
        self.reversals: list[Invoice] = []
        self.numbers = 0
        self.sign = 1
        self.freight = Decimal("12.50")
        self.unfinished = True
        self.told: list[Any] = []

    def teardown(self) -> None:
        """Whatever happened, the life tables explain the log of it."""
        assert conformance.conform(self.told) is None

    def draw_number(self, series: str) -> str:
        """The next number of a series."""
        self.numbers += 1
        return f"{series}-{self.numbers}"

    def attempt(self, name: str, command: Callable[[], Outcome[Any]]) -> Outcome[Any] | None:
        """Run a command; where it is refused, see that nothing changed and that a rule is named."""
        before, status = self.order, self.order.status
        self.unfinished = any(each.target != each.delivered or each.to_invoice for each in self.lines.values())
        picture = hash(before)
        try:
            outcome = command()
        except RefusedError as refused:
            assert refused.refusals
            assert all(refusal.code and refusal.message for refusal in refused.refusals)
            assert self.order is before
            assert hash(before) == picture
            return None
        self.order = next(document for document in outcome.changed if isinstance(document, Order))
        assert self.order.status in LIFECYCLE.leads(name, status), (name, status, self.order.status)
        assert not LIFECYCLE.why_not(name, before, on=DAY)
        assert outcome.events
        self.told += outcome.events
        return outcome

    # ------------------------------------------------------------------ the commands

    @initialize(
        kind=st.sampled_from([OrderType.SALES_ORDER, OrderType.SALES_ORDER, OrderType.RETURNED_ORDER, OrderType.SUBSCRIPTION]),
        shapes=st.lists(
            st.tuples(
                st.sampled_from([1, 2, 3, 10]),
                st.sampled_from(["0.335", "1.005", "10", "3.3333"]),
                st.sampled_from([ProductKind.ITEM, ProductKind.ITEM, ProductKind.SERVICE]),
                st.sampled_from([0, 0, 50]),
            ),
            min_size=1,
            max_size=3,
        ),
    )
    def place(self, kind: OrderType, shapes: list[tuple[int, str, ProductKind, int]]) -> None:
        """An order is open at birth, whatever its sign."""
        self.sign = -1 if kind is OrderType.RETURNED_ORDER else 1
        lines = [
            OrderLine(
                item=Item(
                    number=f"I-{place}", kind=sort, tolerance=Tolerance(over=Decimal(over), under=Decimal(over), invoice=Decimal(over))
                ),
                ordered=Decimal(self.sign * quantity),
                price=Decimal(price),
            )
            for place, (quantity, price, sort, over) in enumerate(shapes)
        ]
        freight = [a_charge(number=1, code="freight", amount=Decimal("12.50"))]
        self.order = an_order(*lines, type=kind, rma="RMA-1" if self.sign < 0 else None, charges=freight)
        self.lines = {line.number: Counted(line.ordered) for line in self.order.lines}
        assert self.order.status is OrderStatus.OPEN

    @rule(wanted=st.dictionaries(st.integers(1, 5), SMALL, min_size=1, max_size=3))
    def deliver(self, wanted: dict[int, Decimal]) -> None:
        """Some of the lines, so much of each."""
        rows = {line: self.sign * quantity for line, quantity in wanted.items()}
        number = self.draw_number("PS")
        expected = not deliveries.why_not(self.order, rows, on=DAY)
        done = self.attempt("deliveries.post", lambda: deliveries.post(self.order, rows, number=number, on=DAY))
        assert (done is not None) is expected
        if done:
            self.keep_slip(done.document, 1)
            self.come_round()

    @rule()
    def deliver_the_rest(self) -> None:
        """All that is left."""
        number = self.draw_number("PS")
        if done := self.attempt("deliveries.post", lambda: deliveries.post(self.order, number=number, on=DAY)):
            renewed = any(event.__class__.__name__ == "SubscriptionRenewed" for event in done.events)
            self.keep_slip(done.document, 1)
            self.come_round()
            assert renewed or not any(balance.deliver_remainder for balance in self.order.balances)

    @rule(line=st.integers(1, 3), quantity=SMALL)
    def deliver_and_close(self, line: int, quantity: Decimal) -> None:
        """A line ends with this delivery, within its tolerance."""
        number = self.draw_number("PS")
        command = lambda: deliveries.post(self.order, {line: self.sign * quantity}, number=number, on=DAY, close=[line])  # noqa: E731
        if done := self.attempt("deliveries.post", command):
            self.keep_slip(done.document, 1)
            counted = self.lines[line]
            missing = counted.ordered + counted.renewed - counted.cancelled - counted.delivered
            if missing * self.sign > 0:
                counted.cancelled += missing
            self.come_round()

    def keep_slip(self, slip: PackingSlip, way: int) -> None:
        """Note what a slip brought, or took back."""
        if way > 0:
            self.slips[slip.number] = slip
        for line, quantity in slip.rows(self.order.number):
            self.lines[line].delivered += way * quantity

    @precondition(lambda self: self.slips)
    @rule(data=st.data())
    def cancel_a_slip(self, data: st.DataObject) -> None:
        """What an uninvoiced slip brought goes back."""
        slip = data.draw(st.sampled_from(list(self.slips.values())))
        number = self.draw_number("PS")
        if done := self.attempt("deliveries.cancel", lambda: deliveries.cancel(self.order, slip, number=number, on=DAY)):
            self.keep_slip(slip, -1)
            self.slips[slip.number] = done.changed[-1]
            self.come_round()

    @precondition(lambda self: self.slips)
    @rule(data=st.data(), quantity=SMALL)
    def correct_a_slip(self, data: st.DataObject, quantity: Decimal) -> None:
        """Another quantity takes the place of the first."""
        slip = data.draw(st.sampled_from(list(self.slips.values())))
        rows = {line: self.sign * quantity for line, _ in slip.rows(self.order.number)}
        reversal, number = self.draw_number("PS"), self.draw_number("PS")
        command = lambda: deliveries.correct(self.order, slip, rows, reversal=reversal, number=number, on=DAY)  # noqa: E731
        if done := self.attempt("deliveries.correct", command):
            self.keep_slip(slip, -1)
            self.keep_slip(done.document, 1)
            self.slips[slip.number] = done.changed[-1]
            self.come_round()

    @rule(wanted=st.none() | st.dictionaries(st.integers(1, 4), SMALL, min_size=1, max_size=3))
    def invoice_by_order(self, wanted: dict[int, Decimal] | None) -> None:
        """So much of the lines, or all that is left of what was ordered."""
        rows = None if wanted is None else {line: self.sign * quantity for line, quantity in wanted.items()}
        number = self.draw_number("INV")
        expected = not invoices.why_not(self.order, rows, on=DAY)
        done = self.attempt("invoices.post", lambda: invoices.post(self.order, rows, number=number, on=DAY))
        assert (done is not None) is expected
        if done:
            self.keep_invoice(done.document)
            self.come_round()

    @precondition(lambda self: self.slips)
    @rule(data=st.data())
    def invoice_by_slips(self, data: st.DataObject) -> None:
        """All that is uninvoiced on some of the slips."""
        slips = data.draw(st.lists(st.sampled_from(list(self.slips.values())), min_size=1, max_size=3))
        number = self.draw_number("INV")
        if done := self.attempt("invoices.post", lambda: invoices.post(self.order, slips=slips, number=number, on=DAY)):
            self.keep_invoice(done.document)
            self.come_round()
            for slip in slips:
                again = invoices.why_not(self.order, slips=[slip], on=DAY)
                assert "invoice.slip-invoiced" in {refusal.code for refusal in again}

    def keep_invoice(self, invoice: Invoice) -> None:
        """Note what was invoiced; a service is delivered by an invoice that follows the order."""
        self.invoices[invoice.number] = invoice
        self.freight -= freight_on(invoice)
        for line in invoice.lines:
            counted = self.lines[line.terms.number]
            counted.invoiced += line.quantity
            if line.slip is None and line.item.is_service and abs(counted.delivered) < abs(counted.invoiced):
                counted.delivered = counted.invoiced

    def come_round(self) -> None:
        """A subscription of which a command left nothing is renewed by what it orders; one that was ended stays so."""
        if not self.unfinished:
            return
        alive = [each for each in self.lines.values() if each.target]
        while (
            alive
            and self.order.type is OrderType.SUBSCRIPTION
            and all(each.target == each.delivered and not each.to_invoice for each in self.lines.values())
        ):
            for each in alive:
                each.renewed += each.ordered

    @precondition(lambda self: self.invoices)
    @rule(data=st.data())
    def cancel_an_invoice(self, data: st.DataObject) -> None:
        """What an invoice took is to be invoiced again, and both are settled."""
        invoice = data.draw(st.sampled_from(list(self.invoices.values())))
        number = self.draw_number("INV")
        renewals = {
            line: quantity
            for posting in self.order.postings
            if posting.kind == "renewed" and posting.document == invoice.number
            for line, quantity in posting.rows
        }
        before = {line: counted.renewed for line, counted in self.lines.items()}
        if done := self.attempt("invoices.cancel", lambda: invoices.cancel(self.order, invoice, number=number, on=DAY)):
            reversal, after = done.document, done.changed[-1]
            self.invoices[invoice.number] = after
            self.reversals.append(reversal)
            assert after.status is InvoiceStatus.CANCELLED
            assert after.balance == reversal.balance == 0
            assert reversal.total == -invoice.total
            self.freight += freight_on(invoice)
            for line in invoice.lines:
                self.lines[line.terms.number].invoiced -= line.quantity
            for number_, counted in self.lines.items():
                taken_back = sum(
                    (r[1] for p in self.order.postings if p.document == number and p.kind == "returned" for r in p.rows if r[0] == number_),
                    ZERO,
                )
                counted.delivered -= taken_back
                counted.renewed = self.order.line(number_).renewed
                assert counted.renewed in (before[number_], before[number_] - renewals.get(number_, ZERO))

    @precondition(lambda self: self.invoices)
    @rule(data=st.data(), reopens=st.booleans(), how=st.sampled_from(["all", "quantity", "amount", "freight"]), keep=st.booleans())
    def credit(self, data: st.DataObject, *, reopens: bool, how: str, keep: bool) -> None:
        """Part of an invoice is taken back; only a quantity that reopens is to be invoiced again [P3]."""
        invoice = data.draw(st.sampled_from(list(self.invoices.values())))
        line = data.draw(st.integers(1, 3))
        quantity = self.sign * data.draw(SMALL)
        wanted = {
            "all": CreditOf(invoice=invoice),
            "quantity": CreditOf(invoice=invoice, quantities={line: quantity}),
            "amount": CreditOf(invoice=invoice, amounts={line: self.sign * Decimal("0.05")}),
            "freight": CreditOf(invoice=invoice, charges={1: Decimal("2.50")}),
        }[how]
        number = self.draw_number("CN")
        command = lambda: credit_notes.post(  # noqa: E731
            [wanted], orders=self.order, number=number, on=DAY, reopens=reopens, keep_remainder=keep
        )
        expected = not credit_notes.why_not([wanted], orders=self.order, on=DAY, reopens=reopens)
        left = {balance.number: balance.deliver_remainder for balance in self.order.balances}
        done = self.attempt("credit_notes.post", command)
        assert (done is not None) is expected
        if done is None:
            return
        note, after = done.document, done.changed[-1]
        self.invoices[invoice.number] = after
        self.reversals.append(note)
        assert after.balance - invoice.balance == note.total - note.balance
        terms = {each.number: each.terms.number for each in invoice.lines}
        for taken in note.lines:
            counted = self.lines[terms[taken.credited or 0]]
            if reopens:
                counted.invoiced += taken.quantity
        if reopens and (how == "freight" or any(taken.quantity and self.lines[taken.terms.number].to_invoice for taken in note.lines)):
            self.freight -= freight_on(note)
        for taken in () if keep else note.lines:
            counted = self.lines[terms[taken.credited or 0]]
            counted.cancelled += min(left.pop(taken.terms.number, ZERO), counted.to_invoice, key=abs)
        assert all(abs(each.quantity) <= abs(whole.quantity) for each, whole in zip(after.creditable.values(), invoice.lines, strict=True))

    @rule(wanted=st.none() | st.dictionaries(st.integers(1, 4), SMALL, min_size=1, max_size=3))
    def short_close(self, wanted: dict[int, Decimal] | None) -> None:
        """What is left to deliver, or some of it, will not come."""
        rows = None if wanted is None else {line: self.sign * quantity for line, quantity in wanted.items()}
        left = {balance.number: balance.deliver_remainder for balance in self.order.balances}
        expected = not orders.why_not_short_close(self.order, rows, on=DAY)
        done = self.attempt("short_close", lambda: orders.short_close(self.order, rows, on=DAY))
        assert (done is not None) is expected
        if done:
            for line, quantity in (left if rows is None else rows).items():
                self.lines[line].cancelled += quantity

    @rule()
    def cancel(self) -> None:
        """The whole order, while nothing of it happened."""
        left = {balance.number: balance.deliver_remainder for balance in self.order.balances}
        if self.attempt("cancel", lambda: orders.cancel(self.order, on=DAY)):
            assert self.order.status is OrderStatus.CANCELLED
            assert not any(counted.delivered or counted.invoiced for counted in self.lines.values())
            for line, quantity in left.items():
                self.lines[line].cancelled += quantity

    @rule(
        line=st.integers(1, 4),
        quantity=st.integers(1, 12).map(Decimal),
        what=st.sampled_from(["quantity", "price", "add", "remove", "date"]),
    )
    def change(self, line: int, quantity: Decimal, what: str) -> None:
        """The terms are revised; what happened stays, and no other line changes."""
        new = OrderLine(item=Item(number="NEW"), ordered=self.sign * quantity, price=Decimal("1.115"))
        choices: dict[str, changes.Change] = {
            "quantity": changes.SetQuantity(line, self.sign * quantity),
            "price": changes.SetPrice(line, Decimal("2.345")),
            "add": changes.AddLine(new),
            "remove": changes.RemoveLine(line),
            "date": changes.SetRequested(line, DAY),
        }
        wanted = choices[what]
        before = self.order
        seen = changes.preview(before, [wanted], on=DAY)
        done = self.attempt("change", lambda: changes.change(before, [wanted], on=DAY, reason="asked for"))
        assert (done is None) is bool(seen.refusals)
        if done is None:
            return
        assert self.order.net - before.net == seen.difference
        assert self.order.invoiced_net == before.invoiced_net
        if what == "quantity":
            self.lines[line].ordered = self.sign * quantity
        elif what == "add":
            self.lines[max(each.number for each in self.order.lines)] = Counted(new.ordered)
        elif what == "remove":
            del self.lines[line]
        self.come_round()

    @rule(wanted=st.none() | st.dictionaries(st.integers(1, 3), SMALL, min_size=1, max_size=2))
    def pick(self, wanted: dict[int, Decimal] | None) -> None:
        """Goods are taken from the shelf: nothing else changes."""
        rows = None if wanted is None else {line: self.sign * quantity for line, quantity in wanted.items()}
        number = self.draw_number("PL")
        if done := self.attempt("deliveries.pick", lambda: deliveries.pick(self.order, rows, number=number, on=DAY)):
            self.picking[number] = done.document

    @precondition(lambda self: self.picking)
    @rule(data=st.data(), back=st.booleans())
    def deliver_or_put_back_what_was_picked(self, data: st.DataObject, back: bool) -> None:
        """What lies picked goes out, or back."""
        picking = data.draw(st.sampled_from(list(self.picking.values())))
        if back:
            self.attempt("deliveries.unpick", lambda: deliveries.unpick(self.order, picking, on=DAY))
            return
        number = self.draw_number("PS")
        if done := self.attempt("deliveries.post", lambda: deliveries.post(self.order, picking=picking, number=number, on=DAY)):
            self.keep_slip(done.document, 1)
            self.come_round()

    @rule(code=st.sampled_from(["credit", "check"]), clear=st.booleans())
    def hold_or_release(self, code: str, clear: bool) -> None:
        """A hold keeps an order from being shipped, and from nothing else."""
        if clear:
            self.attempt("release", lambda: orders.release(self.order, code, on=DAY))
        else:
            self.attempt("hold", lambda: orders.hold(self.order, code, on=DAY))
        if self.order.holds:
            assert deliveries.why_not(self.order, on=DAY)

    @rule()
    def confirm(self) -> None:
        """A revision is confirmed once."""
        done = self.attempt("confirm", lambda: orders.confirm(self.order, on=DAY))
        assert not done or self.order.is_confirmed

    # ------------------------------------------------------------------ the laws

    @invariant()
    def quantities_are_what_was_counted(self) -> None:
        """Delivered, invoiced, cancelled and both remainders follow from the notepad [I1, QTY-1, QTY-3]."""
        for balance in self.order.balances:
            counted = self.lines[balance.number]
            assert (balance.delivered, balance.invoiced) == (counted.delivered, counted.invoiced)
            assert (balance.cancelled, balance.renewed) == (counted.cancelled, counted.renewed)
            assert balance.deliver_remainder == counted.target - counted.delivered
            assert balance.invoice_remainder == counted.to_invoice
            beyond = balance.over_invoiced
            assert balance.invoice_remainder == balance.deliver_remainder + balance.delivered_not_invoiced + beyond
            assert beyond == counted.invoiced - counted.target + counted.to_invoice
            assert balance.deliver_remainder * self.sign >= 0
            assert balance.invoice_remainder * self.sign >= 0
            assert min(counted.delivered * self.sign, counted.invoiced * self.sign, counted.cancelled * self.sign) >= 0
            room = balance.item.tolerance.over / 100 * abs(counted.ordered + counted.renewed)
            assert abs(balance.over_delivered) <= room + abs(counted.cancelled)

    @invariant()
    def statuses_follow_from_quantities(self) -> None:
        """The order stands where its lowest line stands, and is invoiced just when nothing is left [I12, STA-3, STA-5]."""
        rank = list(OrderStatus)
        alive = [balance.status for balance in self.order.balances if balance.status is not OrderStatus.CANCELLED]
        assert self.order.status is (min(alive, key=rank.index) if alive else OrderStatus.CANCELLED)
        nothing_left = all(not counted.target - counted.delivered and not counted.to_invoice for counted in self.lines.values())
        assert (self.order.status in (OrderStatus.INVOICED, OrderStatus.CANCELLED)) is nothing_left
        if self.order.type is OrderType.SUBSCRIPTION:
            assert self.order.status is not OrderStatus.INVOICED or any(counted.cancelled for counted in self.lines.values())

    @invariant()
    def carried_is_folded(self) -> None:
        """The fold that travelled with the order is the one its postings give [I2]."""
        afresh = Fold.of(self.order.lines, self.order.postings)
        for name in Fold.__slots__:
            assert getattr(self.order.fold, name) == getattr(afresh, name), name

    @invariant()
    def every_delivered_quantity_is_invoiced_once(self) -> None:
        """What the slips still have to invoice is what was delivered and not invoiced [QTY-5, P14]."""
        implied = [
            posting.document for posting in self.order.postings if posting.kind == "delivered" and posting.document.startswith("INV")
        ]
        standing = [slip.counted_as for slip in self.slips.values() if slip.status == "posted"]
        for number, counted in self.lines.items():
            left = [q for slip in (*standing, *implied) for line, q in self.order.fold.uninvoiced(slip) if line == number]
            ahead = counted.delivered - counted.invoiced
            assert sum(left, ZERO) == (ahead if ahead * self.sign > 0 else ZERO)

    @invariant()
    def stock_follows_the_ledger(self) -> None:
        """The item transactions of a line come to its target, and what is sold bears its invoice [ORD-2, STA-5]."""
        moved = item_transactions(self.order)
        for balance in self.order.balances:
            mine = [each for each in moved if each.line == balance.number]
            if balance.item.is_service:
                assert not mine
                continue
            assert sum((each.quantity for each in mine), ZERO) == self.lines[balance.number].target
            sold = sum((each.quantity for each in mine if each.invoice), ZERO)
            assert sold == min(balance.delivered, balance.invoiced, key=abs)
            assert all(each.quantity * self.sign > 0 for each in mine)

    @invariant()
    def money_is_conserved(self) -> None:
        """What the ledger says was invoiced is what the invoices say; freight is due once, and again as far as a credit opened it."""
        posted = [*self.invoices.values(), *self.reversals]
        charges = [each.charge for invoice in posted for each in invoice.charges]
        roundings = sum((charge.amount for charge in charges if charge.code == "rounding"), ZERO)
        assert self.order.invoiced_net == reduce(operator.add, (invoice.net for invoice in posted), roundings)
        taken = sum((charge.amount for charge in charges if charge.code == "freight"), ZERO)
        freight = self.order.charge(1)
        assert self.order.fold.charges.get(1, ZERO) == taken
        assert self.order.type is OrderType.SUBSCRIPTION or freight.taken == taken
        assert freight.left == (ZERO if self.order.status is OrderStatus.CANCELLED else self.freight)

    @invariant()
    def no_line_strays_more_than_a_cent(self) -> None:
        """A line of an invoice shows its quantity times price to the cent; more is a rounding of its own."""
        for invoice in self.invoices.values():
            for line in invoice.lines:
                plain = line.terms.amount(line.quantity, invoice.quantum)
                assert abs(line.net - plain) <= Decimal("0.01")

    @invariant()
    def what_is_fully_credited_is_credited_to_the_cent(self) -> None:
        """Credits of a line never come to more than it, and those of a whole invoice to just as much, VAT too [I4, I8]."""
        for invoice in self.invoices.values():
            back = sum((group.base + group.amount for credit in invoice.credits for group in credit.groups), ZERO)
            for line in invoice.lines:
                left = invoice.creditable[line.number]
                assert ZERO <= left.quantity * self.sign <= line.quantity * self.sign
                assert ZERO <= left.net * self.sign <= line.net * self.sign
            if not any(each.quantity or each.net for each in invoice.creditable.values()) and not invoice.charges:
                assert back == invoice.total


TestLifeOfAnOrder = LifeOfAnOrder.TestCase
TestLifeOfAnOrder.settings = settings(max_examples=3 * settings.default.max_examples, stateful_step_count=40)  # type: ignore[union-attr]
