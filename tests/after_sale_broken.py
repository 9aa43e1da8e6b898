"""How each rule of returns, backorders, subscriptions and service is broken, and how its refusal reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow import (
    Case,
    Claim,
    Disposition,
    Entitlement,
    Installed,
    Invoice,
    Maintenance,
    Order,
    OrderType,
    Period,
    Purchase,
    Return,
    Subscription,
    Survey,
    backorders,
    cases,
    changes,
    deliveries,
    entitlements,
    installations,
    invoices,
    promising,
    purchases,
    relations,
    return_credits,
    return_receipts,
    returns,
    subscriptions,
)
from salesflow.errors import refuse
from salesflow.model.relationship import ContactPlan, Preference
from salesflow.model.subscription import Every
from tests.builders import ACME, CHAI, DAY, JANE, LATER, advice, an_order, chai

D = Decimal
EARLIER = date(2026, 3, 1)
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
Break = Callable[[], Any]


def sold() -> tuple[Order, Invoice]:
    """Ten chai, delivered and invoiced by their slip."""
    order, slip = deliveries.post(an_order(), number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    return order, invoice


def claimed(quantity: int = 3, line: int = 1, **terms: Any) -> Claim:
    """A claim of chai that was sold."""
    order, invoice = sold()
    return Claim(order=order, quantities={line: quantity}, **({"invoices": (invoice,)} | terms))


def announced(*claims: Claim, **terms: Any) -> Any:
    """A return with its returned order."""
    given: dict[str, Any] = {"number": "RMA-1", "order": "SO-R", "customer": ACME, "on": DAY} | terms
    return returns.create(claims or [claimed()], **given)


def arrived(disposition: Disposition | None = None) -> tuple[Return, Order]:
    """Three chai that have arrived."""
    rma, returned = announced(claimed(disposition=disposition))
    return returns.register(rma, on=DAY).document, returned


def received(disposition: Disposition | None = Disposition.CREDIT) -> tuple[Return, Order, Order, Invoice]:
    """Three chai that were received: the return, its order, the order they came from and its invoice."""
    order, invoice = sold()
    rma, returned = announced(Claim(order=order, quantities={1: 3}, invoices=(invoice,), disposition=disposition))
    returned, order, rma, _ = return_receipts.receive(returns.register(rma, on=DAY).document, returned, [order], number="PS-R", on=DAY)
    return rma, returned, order, invoice


def credit(invoices_: tuple[Invoice, ...] | None = None, disposition: Disposition | None = Disposition.CREDIT) -> Any:
    """Credit what was received."""
    rma, returned, order, invoice = received(disposition)
    quantities = {1: 3}
    given = (invoice,) if invoices_ is None else invoices_
    return return_credits.credit(rma, returned, [order], given, quantities, number="CN-1", on=DAY)


def decided_again() -> Any:
    """Decide otherwise of something that was replaced in part."""
    rma, returned, *_ = received(Disposition.REPLACE_AND_CREDIT)
    rma = return_credits.replace(rma, returned, {1: 1}, number="SO-N", customer=ACME, on=DAY).changed[0]
    return returns.dispose(rma, 1, Disposition.CREDIT, on=DAY)


def billed_apart() -> Any:
    """Credit a returned order that was invoiced on its own."""
    rma, returned, order, invoice = received()
    returned = invoices.post(returned, number="INV-9", on=DAY).changed[0]
    return return_credits.credit(rma, returned, [order], [invoice], number="CN-1", on=DAY)


def subscribed(starts: date = DAY, **terms: Any) -> tuple[Subscription, Order]:
    """Monthly advice."""
    order = an_order(advice(1), type=OrderType.SUBSCRIPTION)
    return subscriptions.begin(order, number="S-1", starts=starts, on=DAY, **terms).document, order


def billed(on: date = DAY) -> tuple[Subscription, Order, Invoice]:
    """A month that was billed."""
    subscription, order = subscribed()
    order, subscription, invoice = subscriptions.bill(subscription, order, numbers=lambda: "INV-1", on=on)
    return subscription, order, invoice


def replan(on: date, given: bool = True) -> Any:  # noqa: FBT002  said by name where it is used
    """Change the price of a subscription."""
    subscription, order, invoice = billed()
    wanted = [changes.SetPrice(1, D(100))]
    return subscriptions.change_plan(
        subscription, order, wanted, [invoice] if given else [], credit_number="CN-1", number="INV-2", on=on, reason="more"
    )


def bought(**terms: Any) -> Purchase:
    """Five chai from a vendor."""
    given: dict[str, Any] = {
        "number": "PO-1",
        "vendor": "TEA",
        "item": CHAI.item,
        "quantity": 5,
        "expected": LATER,
        "on": DAY,
    } | terms
    return purchases.place(**given).document


def work(found: Mapping[str, Any]) -> None:
    """Raise what a worklist found."""
    refuse(refusal for each in found.values() for refusal in each)


def waiting() -> Order:
    """Ten chai to be shipped today."""
    return an_order(chai(10, requested=DAY))


def to_credit() -> Any:
    """Goods came back after they were invoiced."""
    _, _, order, _ = received()
    work(backorders.exceptions([order], on=DAY))


def case(number: str = "C-1", customer: str | None = "ACME", **terms: Any) -> Case:
    """A question."""
    return cases.open_case(number=number, subject="A question", at=AT, customer=customer, **terms).document


def closed() -> Case:
    """A case that was closed."""
    return cases.close(cases.resolve(case(), at=AT).document, at=AT).document


def entitled(**terms: Any) -> Entitlement:
    """One case in March."""
    given: dict[str, Any] = {"number": "E-1", "customer": "ACME", "period": Period.month(2026, 3), "allotted": D(1)} | terms
    return Entitlement(**given)


def drawn(entitlement: Entitlement, of: Case | None = None, on: date = DAY) -> Any:
    """Draw a case."""
    return entitlements.draw(entitlement, of or case(), on=on)


def drawn_twice() -> Any:
    """Draw one case on an entitlement of two."""
    after = drawn(entitled(allotted=D(2))).document
    return drawn(after)


def installed() -> Installed:
    """Two chai that were installed."""
    return installations.install(sold()[0], 1, 2, number="I-1", on=DAY).document


def contract(**terms: Any) -> Maintenance:
    """A contract over three months."""
    given: dict[str, Any] = {
        "number": "M-1",
        "customer": "ACME",
        "period": Period(DAY, date(2026, 6, 1)),
        "on": DAY,
    } | terms
    return installations.contract([installed()], **given).document


def asked() -> Survey:
    """A survey about a closed case."""
    return relations.ask(closed(), number="SU-1", on=DAY).document


def silent() -> ContactPlan:
    """A customer that wants no contact."""
    made = relations.plan(number="CP-1", customer="ACME", every=Every(), last=DAY, on=DAY, preference=Preference(silent=True))
    return made.document


BREAKS: dict[str, Break] = {
    "backorder.not-available": lambda: work(backorders.exceptions([waiting()], on=DAY)),
    "backorder.to-credit": to_credit,
    "backorder.vendor-late": lambda: work(backorders.exceptions([waiting()], [bought(meant_for=[("SO-1", 1)])], on=DAY)),
    "case.another-customer": lambda: cases.merge(case("C-2", "JANE"), case(), at=AT),
    "case.backwards": lambda: cases.work(case(), at=AT - timedelta(minutes=1)),
    "case.children-open": lambda: cases.resolve(case(), at=AT, parts=[evolve(case("C-2"), parent="C-1")]),
    "case.circle": lambda: cases.merge(case(), case(), at=AT),
    "case.lead-already": lambda: cases.to_lead(evolve(case(), lead="L-1"), number="L-2", owner="me", at=AT),
    "case.postponed-to-the-past": lambda: cases.postpone(case(), DAY, at=AT),
    "case.unknown-relation": lambda: cases.relate(case(), "C-9", at=AT),
    "contact.silent": lambda: relations.contacted(silent(), on=DAY),
    "delivery.arrived": lambda: deliveries.attempt(deliveries.post(an_order(), number="PS-1", on=DAY).document, arrived=True, on=EARLIER),
    "entitlement.drawn": drawn_twice,
    "entitlement.not-active": lambda: drawn(entitled(), on=date(2026, 4, 1)),
    "entitlement.not-covered": lambda: drawn(entitled(), case(customer="JANE")),
    "entitlement.used-up": lambda: drawn(drawn(entitled()).document, case("C-2")),
    "installation.over-delivered": lambda: installations.install(sold()[0], 1, 11, number="I-1", on=DAY),
    "installation.removed": lambda: installations.remove(installations.remove(installed(), on=DAY).document, on=DAY),
    "installation.serials": lambda: installations.install(sold()[0], 1, 2, number="I-1", on=DAY, serials=["A", "A"]),
    "maintenance.another-customer": lambda: contract(customer="JANE"),
    "maintenance.outside-period": lambda: contract(period=Period(DAY, None)),
    "maintenance.visit": lambda: installations.visit(contract(), 9, on=DAY, by="me"),
    "promise.in-the-past": lambda: promising.promise(an_order(), {1: EARLIER}, on=DAY),
    "purchase.before-purchased": lambda: purchases.receive(bought(), 1, on=EARLIER),
    "purchase.expected-in-the-past": lambda: bought(expected=EARLIER),
    "purchase.over-received": lambda: purchases.receive(bought(), 6, on=DAY),
    "purchase.quantity": lambda: bought(quantity=0),
    "return.another-customer": lambda: announced(customer=JANE),
    "return.another-order": lambda: returns.close(announced().document, an_order(), on=DAY),
    "return.before-created": lambda: returns.register(announced().document, on=EARLIER),
    "return.credit-invoice": lambda: credit(()),
    "return.decided": decided_again,
    "return.empty": lambda: returns.register(announced().document, {}, on=DAY),
    "return.in-quarantine": lambda: returns.dispose(
        returns.quarantine(announced().document, on=DAY).document, 1, Disposition.SCRAP, on=DAY
    ),
    "return.invoice-missing": lambda: announced(claimed(invoices=())),
    "return.no-goods": lambda: returns.dispose(arrived()[0], 1, Disposition.CREDIT_ONLY, on=DAY),
    "return.not-credited": lambda: credit(disposition=Disposition.RETURN_TO_CUSTOMER),
    "return.not-replaced": lambda: return_credits.replace(*received()[:2], {1: 1}, number="SO-N", customer=ACME, on=DAY),
    "return.not-there": lambda: returns.register(announced().document, {1: 4}, on=DAY),
    "return.nothing-waits": lambda: returns.release(arrived()[0], disposition=Disposition.SCRAP, on=DAY),
    "return.number-used": lambda: announced(others=[announced().document]),
    "return.order-invoiced": billed_apart,
    "return.over-delivered": lambda: announced(claimed(11)),
    "return.quantity": lambda: announced(claimed(0)),
    "return.received": lambda: returns.add(*received()[:2], [claimed(1)], customer=ACME, on=DAY),
    "return.undecided": lambda: credit(disposition=None),
    "return.unknown-line": lambda: announced(claimed(1, 2)),
    "subscription.another-order": lambda: subscriptions.bill(subscribed()[0], an_order(number="SO-2"), numbers=lambda: "INV-1", on=DAY),
    "subscription.ends-before-start": lambda: subscribed(ends=EARLIER),
    "subscription.invoice-missing": lambda: replan(LATER, given=False),
    "subscription.not-billed": lambda: replan(date(2026, 4, 16)),
    "subscription.nothing-due": lambda: subscriptions.bill(*billed()[:2], numbers=lambda: "INV-2", on=DAY),
    "subscription.order-type": lambda: subscriptions.begin(an_order(), number="S-1", starts=DAY, on=DAY),
    "subscription.runaway": lambda: subscriptions.due(subscribed(starts=date(2020, 1, 1))[0], DAY),
    "survey.answered": lambda: relations.answer(relations.answer(asked(), 5, on=DAY).document, 5, on=DAY),
    "survey.off-scale": lambda: relations.answer(asked(), 6, on=DAY),
    "survey.one-each": lambda: relations.ask(case(), number="SU-1", on=DAY),
}
"""Something that is refused by each rule."""
SAID = {
    "backorder.not-available": "10 of item CHAI is neither on hand nor on its way for line 1 of order SO-1",
    "backorder.to-credit": "line 1 of order SO-1 has 3 invoiced more than was delivered and is still to come",
    "backorder.vendor-late": "purchase PO-1 is expected on 2026-03-16; line 1 of order SO-1 is to be shipped on 2026-03-02",
    "case.another-customer": "case C-2 is of JANE, case C-1 of ACME",
    "case.backwards": "case C-1 was last touched at 2026-03-02 10:00:00+00:00; 2026-03-02 09:59:00+00:00 is before that",
    "case.children-open": "case C-1 has open parts: C-2",
    "case.circle": "case C-1 cannot go under case C-1",
    "case.lead-already": "case C-1 became lead L-1",
    "case.postponed-to-the-past": "case C-1 cannot be postponed to 2026-03-02, which is not after 2026-03-02",
    "case.unknown-relation": "case C-9 was not given",
    "contact.silent": "customer ACME was last spoken to on 2026-03-02 and wants no contact; 2026-03-02 cannot be noted",
    "delivery.arrived": "packing slip PS-1 is of 2026-03-02 and arrived None; 2026-03-01 is no day to bring it",
    "entitlement.drawn": "case C-1 has drawn on entitlement E-1",
    "entitlement.not-active": "entitlement E-1 holds 2026-03-01/2026-03-31, not on 2026-04-01",
    "entitlement.not-covered": "entitlement E-1 does not cover case C-1",
    "entitlement.used-up": "entitlement E-1 has 0 left, not 1",
    "installation.over-delivered": "line 1 of order SO-1 has 10 delivered and not installed, not 11",
    "installation.removed": "I-1 was installed on 2026-03-02, removed 2026-03-02",
    "installation.serials": "2 installed units cannot have the 2 serial numbers A, A",
    "maintenance.another-customer": "I-1 is installed at ACME",
    "maintenance.outside-period": "a day without end lies outside contract M-1, 2026-03-02/…",
    "maintenance.visit": "contract M-1 has no visit 9 that is still to be done",
    "promise.in-the-past": "line 1 cannot be promised for 2026-03-01, before 2026-03-02",
    "purchase.before-purchased": "purchase PO-1 was made on 2026-03-02; 2026-03-01 is before that",
    "purchase.expected-in-the-past": "purchase PO-1 cannot be expected on 2026-03-01, before 2026-03-02",
    "purchase.over-received": "purchase PO-1 misses 5, not 6",
    "purchase.quantity": "0 is no quantity for purchase PO-1",
    "return.another-customer": "order SO-1 is of ACME in EUR, not of JANE in EUR, with prices without VAT",
    "return.another-order": "return RMA-1 needs order SO-R, which was not given",
    "return.before-created": "return RMA-1 was created on 2026-03-02; 2026-03-01 is before that",
    "return.credit-invoice": "line 1 of return RMA-1 is credited on invoice INV-1, which was not given",
    "return.decided": "line 1 of return RMA-1 was settled as replace and credit",
    "return.empty": "nothing is named of return RMA-1",
    "return.in-quarantine": "line 1 of return RMA-1 has 3 in quarantine",
    "return.invoice-missing": "3 of line 1 of order SO-1 come back; the invoices given and what was not invoiced cover 0",
    "return.no-goods": "line 1 of return RMA-1 is to be credited only",
    "return.not-credited": "line 1 of return RMA-1 is not credited: it goes back to the customer",
    "return.not-replaced": "line 1 of return RMA-1 has 0 to be replaced, not 1",
    "return.not-there": "line 1 of return RMA-1 has 3 to be registered, not 4",
    "return.nothing-waits": "return RMA-1 has nothing that waits to be released from quarantine",
    "return.number-used": "RMA number RMA-1 is taken",
    "return.order-invoiced": "line 1 of order SO-R has 0 left to credit, not 3",
    "return.over-delivered": "line 1 of order SO-1 has 10 that can come back, not 11",
    "return.quantity": "0 cannot be returned of line 1",
    "return.received": "return RMA-1 has received something",
    "return.undecided": "it is not said what becomes of line 1 of return RMA-1",
    "return.unknown-line": "order SO-1 has no line 2",
    "subscription.another-order": "subscription S-1 is of order SO-1, not SO-2",
    "subscription.ends-before-start": "subscription S-1 starts on 2026-03-02 and cannot end on 2026-03-01",
    "subscription.invoice-missing": "invoice INV-1 of subscription S-1 is needed and was not given",
    "subscription.not-billed": "subscription S-1 is billed from 2026-04-02 on; the change is on 2026-04-16",
    "subscription.nothing-due": "subscription S-1 has no period to bill on 2026-03-02; the next begins on 2026-04-02",
    "subscription.order-type": "order SO-1 is a sales order",
    "subscription.runaway": "subscription S-1 has more than 24 periods to bill on 2026-03-02",
    "survey.answered": "survey SU-1 was asked on 2026-03-02 and answered 2026-03-02; 2026-03-02 does not answer it",
    "survey.off-scale": "6 is no score from 1 to 5",
    "survey.one-each": "case C-1 was closed 0 times and asked about 0 times",
}
"""How each of those refusals reads."""
