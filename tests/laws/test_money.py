"""The laws of money over whole lives of orders: sums hang together, no more goes back than came, and what is undone leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
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
from salesflow.model.invoice import Credited, Settlement, Taken
from salesflow.model.ledger import Kind, Posting
from salesflow.model.order import with_postings
from salesflow.model.payment import PaymentUse
from salesflow.model.policies import ImpliesDelivery
from salesflow.model.totals import VatGroup
from salesflow.testing import laws
from salesflow.testing.strategies import Life, lives
from tests.builders import ACME, DAY, STANDARD, a_charge, an_order

D = Decimal
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


SELLS = [OrderType.SALES_ORDER, OrderType.SUBSCRIPTION]
"""A journal posts nothing, and for what comes back nobody pays in advance."""
UNDONE: tuple[tuple[Callable[[Pile, st.DataObject], None], st.SearchStrategy[Life]], ...] = (
    (invoice_and_cancel, lives(most_steps=10)),
    (invoice_and_credit, lives(most_steps=10)),
    (deposit_and_cancel, st.sampled_from(SELLS).flatmap(lambda kind: lives(type=kind, most_steps=3))),
    (deposit_and_credit, st.sampled_from(SELLS).flatmap(lambda kind: lives(type=kind, most_steps=3))),
    (credit_and_cancel, lives(most_steps=10, invoiced=True)),
    (deliver_and_cancel, lives(most_steps=10)),
)
"""Each with the lives it is tried in."""


@pytest.mark.parametrize(("undo", "some_lives"), UNDONE, ids=[undo.__name__ for undo, _ in UNDONE])
@given(data=st.data())
def test_what_is_undone_leaves_nothing(
    undo: Callable[[Pile, st.DataObject], None], some_lives: st.SearchStrategy[Life], data: st.DataObject
) -> None:
    """At any point of any life: every figure of orders, accounts and ledger is as it was before."""
    pile = Pile(data.draw(some_lives))
    before = tuple(pile.papers.values())
    try:
        undo(pile, data)
    except RefusedError:
        assume(False)
    after = tuple(pile.papers.values())
    assert [str(each) for each in laws.undone(before, after, on=LAST)] == []
    laws.require(after)


# ---------------------------------------------------------------------- the laws find what is wrong


def billed(**terms: Any) -> tuple[Order, Invoice]:
    """Ten chai that were invoiced: 180.00 and 37.80 VAT."""
    order, invoice = invoices.post(an_order(**terms), number="INV-1", on=DAY)
    return order, invoice


def found(documents: Iterable[Any]) -> list[str]:
    """Return what is wrong, in words."""
    return [str(each) for each in laws.breaches(documents)]


def test_sums_that_do_not_hang_together_are_found() -> None:
    """An order that has more invoiced than its invoices say; an invoice whose VAT is of another base."""
    order, invoice = billed()
    assert found([order, invoice]) == []
    assert found([order, evolve(invoice, parts=(evolve(invoice.parts[0], amounts=(D(179),)),), totals=None)]) == [
        "adds up: order SO-1 has of line 1 invoiced 180.00, not 179"
    ]
    wrong = evolve(invoice, vat_groups=(VatGroup(STANDARD, D(170), D("37.80")),), totals=None)
    assert found([wrong]) == ["adds up: invoice INV-1 has a base of 170, not 180.00"]
    order, deposit = deposits.post(an_order(), percentage=50, number="D-1", on=DAY)
    assert found([order, deposit]) == []
    less = evolve(order, postings=(evolve(order.postings[0], amounts=(D(1),)),), fold=None)
    assert found([less, deposit]) == ["adds up: order SO-1 has invoiced in advance 1, not 108.90"]


def test_quantities_against_their_sign_are_found() -> None:
    """More came back than was delivered."""
    back = Posting(kind=Kind.RETURNED, document="PS-1", on=DAY, rows=((1, D(3)),))
    assert "identity: line 1 of order SO-1 has -3 delivered, against its sign" in found([with_postings(an_order(), back)])


def test_more_that_went_back_than_came_is_found() -> None:
    """Of a line, a charge, a rate, a payment, and in money."""
    order, invoice = billed(charges=[a_charge(amount=D(5))])
    for taken, says in (
        (Credited(document="CN", on=DAY, lines=(Taken(number=1, quantity=D(11), amount=D(1), net=D(1)),)), "the quantity of line 1"),
        (Credited(document="CN", on=DAY, lines=(Taken(number=1, amount=D("180.01"), net=D(1)),)), "line 1"),
        (Credited(document="CN", on=DAY, charges=(Taken(number=1, amount=D("5.01"), net=D(1)),)), "charge 1"),
        (Credited(document="CN", on=DAY, groups=(VatGroup(STANDARD, D(1), D("37.81")),)), "the VAT at 21 percent"),
    ):
        [breach] = laws.never_more_back([evolve(invoice, credits=(taken,))])
        assert f"left of {says}, which was" in breach.says
    paid = Payment(number="P-1", account="ACME", currency="EUR", amount=D(5), on=DAY, uses=(PaymentUse("INV-1", DAY, D(6)),))
    assert found([paid]) == ["never more back: payment P-1 has -1 left of 5"]
    order, invoice, note = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=False)
    assert found([invoice, note]) == []
    refunded = evolve(note, settlements=(*note.settlements, Settlement(document="P-2", on=DAY, amount=D(-1))))
    assert found([invoice, refunded]) == ["never more back: CN-1, INV-1 paid 1 back; 0 came in and 0.00 is owed"]


def test_what_was_not_undone_is_found() -> None:
    """A payment between the two makes another balance."""
    order, invoice = billed()
    paid = payments.receive(ACME, 10, "EUR", number="P-1", on=DAY, invoices=[invoice])
    about = [each.about for each in laws.undone([order, invoice], [order, *paid.changed], on=DAY)]
    assert about == ["ACME balance in EUR", "ACME not due in EUR", "invoice INV-1"]
    with pytest.raises(AssertionError, match="never more back"):
        laws.require([Payment(number="P-1", account="A", currency="EUR", amount=D(5), on=DAY, uses=(PaymentUse("I", DAY, D(6)),))])
