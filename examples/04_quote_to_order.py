"""
Quote to order: an inquiry, two alternatives, a counter-offer, approval, a framework agreement, and three call-offs.

``python examples/04_quote_to_order.py [--json]``

A hotel asks for lamps. It is offered plain ones or better ones, asks for less and for its own terms of purchase, and gets both after approval.
A framework agreement is made of what was agreed; the quotation becomes the first order under it, and three call-offs follow.
After each of them the agreement says what of it is ordered, delivered, invoiced, and still to be ordered.
"""

from __future__ import annotations

import argparse
import json
from datetime import date
from decimal import Decimal
from typing import Any

from salesflow import (
    Alternative,
    CallOff,
    Commitment,
    CommitmentKind,
    Item,
    Order,
    Party,
    Period,
    PriceBook,
    Product,
    ProductLink,
    Quotation,
    QuotationType,
    RefusedError,
    Role,
    SalesAgreement,
    TermsOfSale,
    TradeAgreement,
    Vat,
    acceptance,
    agreements,
    deliveries,
    invoices,
    memory,
    negotiations,
    orders,
    parties,
    prices,
    proposals,
    quotations,
    releases,
    simulations,
)
from salesflow.model.negotiation import Subject
from salesflow.model.proposal import Condition, Operator, ProposalKind, Variable
from salesflow.model.trade_agreement import Relation
from salesflow.process.commitments import CommitmentBalance, Fulfilment, fulfilment

D = Decimal
VAT = Vat("S", D(21))
HOTEL = Party(number="HOTEL", name="Harbour Hotel", roles=(Role.PROSPECT,), group="HOSPITALITY")
PLAIN = Product(item=Item(number="LAMP-P", name="Plain lamp", vat=VAT, category="Lamps"), price=D("48.00"), cost=D("29.50"))
BETTER = Product(item=Item(number="LAMP-B", name="Better lamp", vat=VAT, category="Lamps"), price=D("79.00"), cost=D("46.00"))
BULB = Product(item=Item(number="BULB", name="Bulb", vat=VAT, category="Bulbs"), price=D("3.95"), cost=D("1.10"))
PRODUCTS = {product.number: product for product in (PLAIN, BETTER, BULB)}
BREAKS = PriceBook(
    [
        TradeAgreement(number="TA-1", relation=Relation.LINE_DISCOUNT, item="LAMP-B", currency="EUR", up_to=D(50), percentage=D(3)),
        TradeAgreement(number="TA-2", relation=Relation.LINE_DISCOUNT, item="LAMP-B", currency="EUR", least=D(50), percentage=D(6)),
        TradeAgreement(number="TA-3", relation=Relation.PRICE, item="BULB", unit="C62", currency="EUR", least=D(100), price=D("3.50")),
    ]
)
LIMITED = QuotationType(number="project", valid_days=30, max_discount=D(10), min_earning=D(30))
OURS = TermsOfSale(number="2026", title="Terms of sale")
THEIRS = TermsOfSale(number="HH-7", title="Terms of purchase of Harbour Hotel")
ALSO_BULBS = ProductLink(
    number="L-1",
    kind=ProposalKind.CROSS_SELL,
    source="LAMP-B",
    target="BULB",
    quantity=D(120),
    conditions=(Condition(Variable.CUSTOMER_GROUP, Operator.EQUAL, "HOSPITALITY"), Condition(Variable.QUANTITY, Operator.AT_LEAST, D(60))),
)


def day(month: int, number: int) -> date:
    """Return a day of the year of the story."""
    return date(2026, month, number)


class Story:
    """The documents as they come to be, and what is told of them."""

    def __init__(self) -> None:
        self.store = memory.Store()
        self.told: list[str] = []
        self.figures: dict[str, Any] = {"balances": []}
        with self.store.begin() as work:
            work.add(HOTEL, *PRODUCTS.values(), *BREAKS.agreements, ALSO_BULBS)

    def tell(self, text: str) -> None:
        """Add a line."""
        self.told.append(text)

    def quotation(self) -> Quotation:
        """Return the quotation as it stands."""
        return self.store.begin().quotations.get("Q-1")

    def standing(self) -> Fulfilment:
        """Return the agreement with every order under it."""
        work = self.store.begin()
        return fulfilment(work.agreements.get("FA-1"), work.orders)


def offer(story: Story) -> None:
    """Offer plain lamps or better ones, at the prices of the day; see what a discount would do."""
    with story.store.begin() as work:
        wanted = {"plain": [(PLAIN, 200)], "better": [(BETTER, 200), (BULB, 200)]}
        offers = []
        for name, products in wanted.items():
            priced = prices.of(BREAKS, HOTEL, products, "EUR", on=day(1, 12))
            lines = [quotations.line(product, n, priced=line) for (product, n), line in zip(products, priced.lines, strict=True)]
            offers.append(Alternative(name=name, lines=tuple(lines)))
        drawn = quotations.draw_up(
            number="Q-1",
            party=HOTEL,
            currency="EUR",
            alternatives=offers,
            favourite="better",
            on=day(1, 12),
            type=LIMITED,
            terms=OURS,
        )
        work.record(drawn)
        work.record(quotations.send(drawn.document, on=day(1, 12)))
    quotation = story.quotation()
    for name in ("plain", "better"):
        story.tell(f"offered {name:<8}{quotation.net(name):>12} EUR")
    simulated = simulations.simulate(quotation, percentage=5)
    story.tell(f"5 % off would be {simulated.net:>11} EUR")
    story.figures["offered"] = {name: str(quotation.net(name)) for name in ("plain", "better")}


def negotiate(story: Story) -> None:
    """The hotel asks for 70.00 a lamp and for its own terms; both are agreed on, and the price is approved first."""
    with story.store.begin() as work:
        quotation = work.quotations.get("Q-1")
        asked = negotiations.counter(
            quotation, subject=Subject.PRICE, prices={1: D("70.00")}, text="70.00 a lamp, and we order all year", on=day(1, 20)
        )
        asked = negotiations.counter(
            work.record(asked), subject=Subject.TERMS_OF_PURCHASE, terms=THEIRS, text="and on our terms", on=day(1, 20)
        )
        quotation = work.record(asked)
        for move in quotation.moves:
            quotation = work.record(negotiations.answer(quotation, move.number, text="agreed", accept=True, on=day(1, 21)))
        story.tell(f"version {quotation.version.rank} {quotation.status.en.lower()}: {quotation.net():>10} EUR")
        for issue in quotation.issues:
            story.tell(f"  {issue.severity.en.lower()}: {issue.code} in the {issue.alternative} alternative")
        quotation = work.record(quotations.approve(quotation, by="head of sales", on=day(1, 22)))
        work.record(quotations.send(quotation, on=day(1, 22)))
    quotation = story.quotation()
    story.figures["agreed"] = str(quotation.net())
    story.figures["versions"] = len(quotation.versions)


def agree(story: Story) -> None:
    """Make the prospect a customer and a framework agreement of what was agreed; the quotation becomes the first order under it."""
    with story.store.begin() as work:
        hotel = work.record(parties.convert(work.parties.get("HOTEL"), on=day(2, 2)))
        quotation = work.quotations.get("Q-1")
        lamps = Commitment(
            kind=CommitmentKind.PRODUCT_QUANTITY,
            item=BETTER.item,
            quantity=D(500),
            price=D("79.00"),
            discount_amount=D("9.00"),
            max_enforced=True,
            fixed=True,
        )
        others = Commitment(kind=CommitmentKind.CATEGORY_VALUE, category="Bulbs", amount=D(2000), discount=D(12))
        drawn = agreements.draw_up(
            number="FA-1",
            customer=hotel,
            currency="EUR",
            classification="framework",
            period=Period(day(2, 1), day(12, 31)),
            commitments=[lamps, others],
            terms=quotation.version.purchase_terms,
            framework=True,
            on=day(2, 2),
        )
        work.record(drawn)
        agreement: SalesAgreement = work.record(agreements.confirm(drawn.document, on=day(2, 2)))
        first = acceptance.confirm(
            quotation,
            customer=hotel,
            number="SO-1",
            on=day(2, 2),
            alternative="better",
            reason="the better lamp",
            links={1: agreement.link(1)},
            agreements=[fulfilment(agreement, [])],
        )
        work.record(first)
        work.record(orders.confirm(first.document, on=day(2, 3)))
    deliver(story, "SO-1", {1: 200, 2: 200}, day(2, 16))


def call_off(story: Story, number: str, lamps: int, bulbs: int, on: date) -> None:
    """Call lamps and bulbs off."""
    with story.store.begin() as work:
        wanted = [CallOff(commitment=1, quantity=D(lamps))]
        if bulbs:
            wanted.append(CallOff(commitment=2, quantity=D(bulbs), product=BULB))
        standing = fulfilment(work.agreements.get("FA-1"), work.orders)
        order = work.record(
            releases.release(standing, wanted, number=number, customer=work.parties.get("HOTEL"), on=on, requested=on, book=BREAKS)
        )
        for proposal in proposals.of([ALSO_BULBS], work.parties.get("HOTEL"), order.lines, PRODUCTS):
            story.tell(f"  with {number}: {proposal.terms.ordered} of {proposal.terms.item.name.lower()} are proposed too")


def deliver(story: Story, number: str, quantities: dict[int, int], on: date, *, invoice: bool = True) -> None:
    """Deliver, and invoice what was delivered."""
    with story.store.begin() as work:
        slip = work.record(deliveries.post(work.orders.get(number), quantities, number=work.number("PS"), on=on))
    if invoice:
        with story.store.begin() as work:
            work.record(invoices.post(work.orders.get(number), slips=[slip], number=work.number("INV"), on=on))


def show(story: Story, after: str) -> None:
    """Tell how far the agreement is fulfilled."""
    story.tell(f"after {after}")
    for balance in story.standing():
        story.tell("  " + row(balance))
        story.figures["balances"].append({"after": after, "commitment": balance.commitment.number, **figures(balance)})


def row(balance: CommitmentBalance) -> str:
    """Return one commitment in a line."""
    what = "lamps" if balance.commitment.counts_quantity else "bulbs, EUR"
    committed, *parts = figures(balance).values()
    return f"{what:<11}{committed:>8} = " + " + ".join(f"{part:>8}" for part in parts)


def figures(balance: CommitmentBalance) -> dict[str, str]:
    """Return what was committed and the four parts it consists of; amounts with the digits of the currency."""
    step = D(1) if balance.commitment.counts_quantity else D("0.01")
    names = ("committed", "remaining", "released", "delivered_not_invoiced", "invoiced")
    return {name: str(getattr(balance, name).quantize(step)) for name in names}


def run() -> Story:
    """Tell the whole story."""
    story = Story()
    offer(story)
    negotiate(story)
    agree(story)
    story.tell("committed = remaining + released + delivered, not invoiced + invoiced")
    show(story, "SO-1, the order of the quotation")
    call_off(story, "SO-2", 60, 0, day(4, 1))
    show(story, "SO-2, called off")
    call_off(story, "SO-3", 100, 150, day(6, 1))
    deliver(story, "SO-3", {1: 40, 2: 150}, day(6, 3), invoice=False)
    show(story, "SO-3, called off and delivered in part")
    deliver(story, "SO-2", {1: 60}, day(6, 5))
    call_off(story, "SO-4", 140, 0, day(9, 1))
    show(story, "SO-4, called off")
    try:
        call_off(story, "SO-5", 1, 0, day(10, 1))
    except RefusedError as error:
        story.tell(f"one more: {error}")
        story.figures["refused"] = list(error.codes)
    ordered: list[Order] = list(story.store.begin().orders)
    story.figures["orders"] = {order.number: str(order.net) for order in ordered}
    story.figures["terms"] = sorted({order.terms.number for order in ordered if order.terms is not None})
    return story


def main() -> None:
    """Tell the story, or give its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the figures as one object")
    options = parser.parse_args()
    story = run()
    print(json.dumps(story.figures, indent=2) if options.json else "\n".join(story.told))


if __name__ == "__main__":
    main()
