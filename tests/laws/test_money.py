"""The laws of money over whole lives of orders: sums hang together, no more goes back than came, and what is undone leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from salesflow import (
    CreditOf,
    Invoice,
    InvoicePolicy,
    Order,
    OrderType,
    Outcome,
    PackingSlip,
    Payment,
    RefusedError,
    credit_notes,
    deliveries,
    deposits,
    invoices,
    payments,
)
from salesflow.model.ledger import Kind, Posting
from salesflow.model.policies import ImpliesDelivery
from salesflow.testing import laws
from salesflow.testing.strategies import Life, lives
from tests.builders import ACME, DAY, an_order, chai

LAST = date(2027, 3, 1)
NO_DELIVERY = InvoicePolicy(implies_delivery=ImpliesDelivery.NEVER)


@given(lives(most_steps=16))
def test_every_life_keeps_the_laws(life: Life) -> None:
    """Whatever was delivered, invoiced, credited, paid, changed, sent back and given up."""
    laws.require(life.documents)


# ---------------------------------------------------------------------- undo


class Pile:
    """Documents as they stand, while commands are run on them."""

    def __init__(self, life: Life) -> None:
        self.papers: dict[tuple[type, str], Any] = {(type(each), each.number): each for each in life.documents}
        self.order_number = life.order.number

    @property
    def order(self) -> Order:
        """The order that the life is of."""
        order: Order = self.papers[Order, self.order_number]
        return order

    def take(self, done: Outcome[Any]) -> Any:
        """Keep what a command gave back, and return the document it is about."""
        self.papers |= {(type(each), each.number): each for each in done}
        return done.document

    def of(self, kind: type) -> list[Any]:
        """Return the documents of a kind."""
        return [each for (of, _), each in self.papers.items() if of is kind]

    def open_deposits(self) -> list[Invoice]:
        """Return the deposits on the order that have something left."""
        return [each for each in self.of(Invoice) if each.deposit_of == self.order_number and any(each.creditable.values())]

    def orders_of(self, *documents: Invoice) -> list[Order]:
        """Return the orders that invoices are about."""
        numbers = {number for each in documents for number in each.orders}
        return [self.papers[Order, number] for number in numbers if (Order, number) in self.papers]


def invoice_and_cancel(pile: Pile, data: st.DataObject) -> None:
    """What is left is invoiced, deposits taken off, and cancelled."""
    off = pile.open_deposits()
    invoice = pile.take(invoices.post(pile.order, number="UNDO-1", on=LAST, deposits=off))
    taken = [pile.papers[Invoice, number] for number in invoice.takes_back]
    pile.take(invoices.cancel(pile.order, invoice, number="UNDO-2", on=LAST, taken_back=taken))


def invoice_and_credit(pile: Pile, data: st.DataObject) -> None:
    """What is left is invoiced and credited whole, to be invoiced again; a service that an invoice delivers stays delivered, so it does not."""
    assume(pile.order.type is not OrderType.SUBSCRIPTION)
    invoice = pile.take(invoices.post(pile.order, number="UNDO-1", on=LAST, keep_deposits=True, policy=NO_DELIVERY))
    pile.take(credit_notes.post(invoice, orders=pile.orders_of(invoice), number="UNDO-2", on=LAST, reopens=True))


def deposit_and_cancel(pile: Pile, data: st.DataObject) -> None:
    """A part is invoiced in advance, and that is cancelled."""
    deposit = pile.take(deposits.post(pile.order, percentage=data.draw(st.sampled_from([1, 30, 100])), number="UNDO-1", on=LAST))
    pile.take(invoices.cancel(pile.order, deposit, number="UNDO-2", on=LAST))


def deposit_and_credit(pile: Pile, data: st.DataObject) -> None:
    """A part is invoiced in advance, and that is credited."""
    deposit = pile.take(deposits.post(pile.order, percentage=data.draw(st.sampled_from([1, 30, 100])), number="UNDO-1", on=LAST))
    pile.take(credit_notes.post([CreditOf(invoice=deposit)], orders=pile.order, number="UNDO-2", on=LAST))


def credit_and_cancel(pile: Pile, data: st.DataObject) -> None:
    """An invoice is credited whole or in part, for good or to be invoiced again, and the credit note is cancelled."""
    posted = [each for each in pile.of(Invoice) if any(each.creditable.values()) or any(each.creditable_charges.values())]
    assume(posted)
    invoice = data.draw(st.sampled_from(posted))
    lines = [(number, left.quantity) for number, left in invoice.creditable.items() if left.quantity]
    rows = None if data.draw(st.booleans()) or not lines else dict(data.draw(st.lists(st.sampled_from(lines), min_size=1)))
    given_ = pile.orders_of(invoice)
    note = pile.take(credit_notes.post(invoice, rows, orders=given_, number="UNDO-1", on=LAST, reopens=data.draw(st.booleans())))
    taken = [pile.papers[Invoice, number] for number in note.takes_back]
    pile.take(invoices.cancel(pile.orders_of(note, *taken), note, number="UNDO-2", on=LAST, taken_back=taken))


def deliver_and_cancel(pile: Pile, data: st.DataObject) -> None:
    """What is left is delivered, and the slip is cancelled."""
    assume(not any(line.picked for line in pile.order.balances))
    slip: PackingSlip = pile.take(deliveries.post(pile.order, number="UNDO-1", on=LAST))
    pile.take(deliveries.cancel(pile.order, slip, number="UNDO-2", on=LAST))


UNDONE: tuple[Callable[[Pile, st.DataObject], None], ...] = (
    invoice_and_cancel,
    invoice_and_credit,
    deposit_and_cancel,
    deposit_and_credit,
    credit_and_cancel,
    deliver_and_cancel,
)


@pytest.mark.parametrize("undo", UNDONE, ids=lambda each: each.__name__)
@given(life=lives(most_steps=10), data=st.data())
def test_what_is_undone_leaves_nothing(undo: Callable[[Pile, st.DataObject], None], life: Life, data: st.DataObject) -> None:
    """At any point of any life: every figure of orders, accounts and ledger is as it was before."""
    pile = Pile(life)
    before = tuple(pile.papers.values())
    try:
        undo(pile, data)
    except RefusedError:
        assume(False)  # noqa: FBT003  what the rules refuse at this point is looked at elsewhere
    after = tuple(pile.papers.values())
    assert [str(each) for each in laws.undone(before, after, on=LAST)] == []
    laws.require(after)
