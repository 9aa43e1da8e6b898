"""How each rule of prices, agreements, quotations and proposals is broken, and how its refusal reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow import (
    Alternative,
    CallOff,
    Commitment,
    CommitmentKind,
    Item,
    Order,
    OrderType,
    Party,
    Period,
    PriceBook,
    Product,
    ProductLink,
    Quotation,
    QuotationLine,
    QuotationType,
    Role,
    SalesAgreement,
    TradeAgreement,
    acceptance,
    agreements,
    changes,
    negotiations,
    parties,
    prices,
    proposals,
    quotations,
    releases,
)
from salesflow.model.negotiation import Subject
from salesflow.model.policies import AgreementPolicy
from salesflow.model.pricing import AgreementLink
from salesflow.model.proposal import ProposalKind
from salesflow.model.trade_agreement import Discount, Relation
from salesflow.process.commitments import Fulfilment, fulfilment
from tests.builders import ACME, CHAI, CHANG, DAY, JANE, LATER, an_order, chai

D = Decimal
EARLIER = date(2026, 3, 1)
PROSPECT = Party(number="NEWCO", name="Newcomers", roles=(Role.PROSPECT,))
COMMITTED = Commitment(
    kind=CommitmentKind.PRODUCT_QUANTITY, item=CHAI.item, quantity=D(100), price=D(15), max_enforced=True, fixed=True, least_release=D(5)
)


def price(number: str, **terms: Any) -> TradeAgreement:
    """A price of chai."""
    given: dict[str, Any] = {"relation": Relation.PRICE, "item": "CHAI", "unit": "C62", "currency": "EUR", "price": D(1)} | terms
    return TradeAgreement(number=number, **given)


def drawn_up(*commitments: Commitment, **terms: Any) -> SalesAgreement:
    """An agreement on hold."""
    given: dict[str, Any] = {"number": "AG-1", "customer": ACME, "currency": "EUR", "classification": "yearly", "on": DAY} | terms
    period = given.pop("period", Period(date(2026, 1, 1), date(2026, 12, 31)))
    return agreements.draw_up(commitments=commitments, period=period, **given).document


def effective() -> SalesAgreement:
    """An agreement that orders may be placed under."""
    return agreements.confirm(drawn_up(COMMITTED), on=DAY).document


def standing(*known: Order) -> Fulfilment:
    """The same with what was ordered under it."""
    return fulfilment(effective(), known)


def called_off(quantity: int = 10, **terms: Any) -> Order:
    """A release order."""
    given: dict[str, Any] = {"number": "SO-1", "customer": ACME, "on": DAY} | terms
    return releases.release(given.pop("standing", standing()), {1: quantity}, **given).document


def held() -> Any:
    """Order under an agreement that is on hold."""
    return called_off(standing=fulfilment(drawn_up(COMMITTED), []))


def not_covered() -> Any:
    """Call chang off of a commitment for chai."""
    return releases.release(standing(), [CallOff(commitment=1, quantity=D(1), product=CHANG)], number="SO-1", customer=ACME, on=DAY)


def two_agreements() -> Any:
    """Let one returned order count towards two agreements."""
    other = agreements.confirm(drawn_up(COMMITTED, number="AG-2"), on=DAY).document
    back = chai(-1, price=D(15))
    lines = [evolve(back, link=AgreementLink(number, 1)) for number in ("AG-1", "AG-2")]
    return an_order(*lines, type=OrderType.RETURNED_ORDER, rma="R-1", agreements=[standing(), fulfilment(other, [])])


def unpriced() -> Any:
    """Call off of a commitment that names no price, and name no product."""
    agreement = agreements.confirm(drawn_up(evolve(COMMITTED, price=None)), on=DAY).document
    return called_off(standing=fulfilment(agreement, []))


def amended(*commitments: Commitment) -> Any:
    """Amend an agreement of which sixty are ordered."""
    return agreements.amend(standing(called_off(60)), commitments=commitments or None, on=DAY, reason="less")


def offer(*lines: QuotationLine, **terms: Any) -> Quotation:
    """A quotation of ten chai."""
    given: dict[str, Any] = {"number": "Q-1", "party": ACME, "currency": "EUR", "on": DAY} | terms
    if "alternatives" not in given:
        given["lines"] = lines or (quotations.line(CHAI, 10),)
    return quotations.draw_up(**given).document


def sent(quotation: Quotation | None = None, **terms: Any) -> Quotation:
    """A quotation that was sent."""
    return quotations.send(quotation or offer(), on=DAY, **terms).document


def confirm(quotation: Quotation, **terms: Any) -> Any:
    """Confirm a quotation."""
    given: dict[str, Any] = {"customer": ACME, "number": "SO-1", "on": DAY} | terms
    return acceptance.confirm(quotation, **given)


def counter(**asked: Any) -> Any:
    """Make a counter-offer."""
    given: dict[str, Any] = {"subject": Subject.PRICE, "text": "less", "on": DAY} | asked
    return negotiations.counter(sent(), **given)


def old_version() -> Any:
    """Accept a counter-offer to a version after which another was sent."""
    asked = counter(prices={1: 1}).document
    newer = sent(quotations.revise(asked, lines=[quotations.line(CHAI, 9)], on=DAY).document)
    return negotiations.answer(newer, 1, text="fine", accept=True, on=DAY)


def accepted_twice() -> Any:
    """Accept a proposal for a product that is on the order."""
    link = ProductLink(number="L-1", kind=ProposalKind.CROSS_SELL, source="CHAI", target="CHANG")
    [proposal] = proposals.of([link], ACME, [chai(1)], {"CHANG": CHANG})
    order = proposals.accept(an_order(chai(1)), proposal, on=DAY).document
    return proposals.accept(order, proposal, on=DAY)


TWO = (Alternative(name="a", lines=(quotations.line(CHAI, 1),)), Alternative(name="b", lines=(quotations.line(CHANG, 1),)))
CATEGORY = QuotationLine(category="Tea", quantity=D(1), price=D(1))
SCHEDULED = evolve(quotations.line(CHAI, 10), schedule=((DAY, D(4)), (LATER, D(5))))
DOLLARS = Product(item=Item(number="CHAI"), price=D(1), currency="USD")

BREAKS: dict[str, Callable[[], object]] = {
    "agreement.another-currency": lambda: called_off(currency="USD"),
    "agreement.another-customer": lambda: called_off(customer=JANE),
    "agreement.before-drawn-up": lambda: agreements.make_effective(drawn_up(COMMITTED), on=EARLIER),
    "agreement.below-fulfilment": lambda: amended(evolve(COMMITTED, number=1, quantity=D(59))),
    "agreement.commitment": lambda: drawn_up(evolve(COMMITTED, quantity=None, max_enforced=False)),
    "agreement.commitment-number": lambda: drawn_up(evolve(COMMITTED, number=1), evolve(COMMITTED, number=1)),
    "agreement.confirmed": lambda: agreements.confirm(effective(), on=LATER),
    "agreement.no-change": amended,
    "agreement.no-commitments": lambda: agreements.make_effective(drawn_up(), on=DAY),
    "agreement.no-price": unpriced,
    "agreement.not-covered": not_covered,
    "agreement.not-effective": held,
    "agreement.not-given": lambda: an_order(evolve(chai(1), link=AgreementLink("AG-1", 1))),
    "agreement.not-linked": lambda: releases.unlink(an_order(), [1], on=DAY, reason="no"),
    "agreement.outside-period": lambda: called_off(requested=date(2027, 1, 1)),
    "agreement.over-commitment": lambda: called_off(41, number="SO-2", standing=standing(called_off(60))),
    "agreement.price-fixed": lambda: changes.change(
        called_off(), [changes.SetPrice(1, D(14))], on=DAY, reason="deal", agreements=[standing()]
    ),
    "agreement.release-limits": lambda: called_off(4, agreement_policy=AgreementPolicy(limits_refuse=True)),
    "agreement.return-of-one": two_agreements,
    "negotiation.not-open": lambda: negotiations.answer(sent(), 1, text="no", on=DAY),
    "negotiation.nothing-asked": counter,
    "negotiation.old-version": old_version,
    "negotiation.unknown-line": lambda: counter(prices={9: 1}),
    "party.customer-already": lambda: parties.convert(ACME, on=DAY),
    "price.none": lambda: prices.of(PriceBook(), ACME, [(DOLLARS, 1)], "EUR", on=DAY),
    "proposal.on-the-order": accepted_twice,
    "quotation.another-currency": lambda: quotations.copy(offer(), number="Q-2", party=ACME, on=DAY, currency="USD"),
    "quotation.another-party": lambda: confirm(sent(), customer=JANE),
    "quotation.before-drawn-up": lambda: quotations.send(offer(), on=EARLIER),
    "quotation.expired": lambda: confirm(sent(until=DAY), on=LATER),
    "quotation.favourite": lambda: offer(favourite="best"),
    "quotation.has-errors": lambda: sent(offer(quotations.line(evolve(CHAI, active=False), 1))),
    "quotation.header-discount": lambda: offer(
        alternatives=[evolve(TWO[0], discount=Discount(D(1)))], type=QuotationType(number="bare", header_discount=False)
    ),
    "quotation.item-or-category": lambda: offer(evolve(CATEGORY, item=CHAI.item)),
    "quotation.item-unknown": lambda: confirm(sent(offer(CATEGORY))),
    "quotation.line-number": lambda: offer(quotations.line(CHAI, 1, number=3), quotations.line(CHANG, 1, number=3)),
    "quotation.no-change": lambda: quotations.revise(offer(), favourite="1", on=DAY),
    "quotation.no-lines": lambda: offer(alternatives=[Alternative(lines=())]),
    "quotation.not-a-prospect": lambda: offer(party=evolve(PROSPECT, roles=())),
    "quotation.not-archived": lambda: quotations.make_active(offer(), 1, on=DAY),
    "quotation.not-later": lambda: quotations.extend(sent(until=LATER), until=LATER, on=DAY),
    "quotation.one-alternative": lambda: offer(alternatives=TWO, type=QuotationType(number="bare", alternatives=False)),
    "quotation.one-per-opportunity": lambda: offer(number="Q-2", opportunity="O-1", others=[offer(opportunity="O-1")]),
    "quotation.prospect": lambda: confirm(sent(offer(party=PROSPECT)), customer=PROSPECT),
    "quotation.schedule": lambda: offer(SCHEDULED),
    "quotation.which-alternative": lambda: confirm(sent(offer(alternatives=TWO))),
    "trade-agreement.hole": lambda: PriceBook([price("P-1", up_to=D(10)), price("P-2", least=D(11))]),
    "trade-agreement.number": lambda: PriceBook([price("P-1"), price("P-1", item="CHANG")]),
    "trade-agreement.overlap": lambda: PriceBook([price("P-1", period=Period(None, DAY)), price("P-2", least=D(5))]),
    "trade-agreement.relation": lambda: PriceBook([price("P-1", item="", item_group="TEA")]),
}
"""Something that is refused by each rule."""

SAID = {
    "agreement.another-currency": "agreement AG-1 is in EUR, order SO-1 in USD",
    "agreement.another-customer": "agreement AG-1 is with ACME, order SO-1 of JANE",
    "agreement.before-drawn-up": "agreement AG-1 was drawn up on 2026-03-02; 2026-03-01 is before that",
    "agreement.below-fulfilment": "commitment 1 of agreement AG-1 has 60 ordered",
    "agreement.commitment": "commitment 1 is a product quantity commitment and has no quantity",
    "agreement.commitment-number": "agreement AG-1 has commitment number 1 2 times; numbers are above zero and each occurs once",
    "agreement.confirmed": "version 1 of agreement AG-1 was confirmed on 2026-03-02 and nothing has changed since",
    "agreement.no-change": "agreement AG-1 is as wanted already",
    "agreement.no-commitments": "agreement AG-1 has no commitments",
    "agreement.no-price": "commitment 1 of agreement AG-1 names no price, and no product was given",
    "agreement.not-covered": "commitment 1 of agreement AG-1 does not cover line 1 of CHANG",
    "agreement.not-effective": "agreement AG-1 is on hold",
    "agreement.not-given": "line 1 of order SO-1 is linked to agreement AG-1, which was not given",
    "agreement.not-linked": "line 1 of order SO-1 is not linked to an agreement",
    "agreement.outside-period": "line 1 is to be shipped on 2027-01-01; agreement AG-1 holds 2026-01-01/2026-12-31",
    "agreement.over-commitment": "commitment 1 of agreement AG-1 has 40 left, not 41",
    "agreement.price-fixed": "line 1 has price 14 and discount 0; commitment 1 of agreement AG-1 fixes them",
    "agreement.release-limits": "line 1 takes 4 of commitment 1; from 5 to any amount was agreed",
    "agreement.return-of-one": "order SO-1 is a returned order and linked to AG-1 and AG-2",
    "negotiation.not-open": "quotation Q-1 has no move 1 that is still to be answered",
    "negotiation.nothing-asked": "the counter-offer is about price and asks for nothing",
    "negotiation.old-version": "move 1 is about version 1; version 2 was sent since",
    "negotiation.unknown-line": "alternative 1 of quotation Q-1 has no line 9 to ask 1 for",
    "party.customer-already": "party ACME is a customer already",
    "price.none": "product CHAI has no price in EUR on 2026-03-02",
    "proposal.on-the-order": "order SO-1 has CHANG already",
    "quotation.another-currency": "quotation Q-1 is in EUR, not USD",
    "quotation.another-party": "quotation Q-1 was made to ACME, not JANE",
    "quotation.before-drawn-up": "quotation Q-1 is of 2026-03-02; 2026-03-01 is before that",
    "quotation.expired": "quotation Q-1 was valid until 2026-03-02; it is 2026-03-16",
    "quotation.favourite": "quotation Q-1 has no alternative best",
    "quotation.has-errors": "quotation Q-1 has errors: not-in-assortment on line 1 of alternative 1",
    "quotation.header-discount": "quotation Q-1 is of type bare, which has no discount on the whole",
    "quotation.item-or-category": "line 1 of alternative 1 names both",
    "quotation.item-unknown": "line 1 of alternative 1 offers category Tea and no item",
    "quotation.line-number": "alternative 1 has line number 3 2 times; numbers are above zero and each occurs once",
    "quotation.no-change": "quotation Q-1 is as wanted already",
    "quotation.no-lines": "alternative 1 of quotation Q-1 has no lines",
    "quotation.not-a-prospect": "party NEWCO is neither a customer nor a prospect",
    "quotation.not-archived": "quotation Q-1 has no archived version 1",
    "quotation.not-later": "quotation Q-1 cannot be valid until 2026-03-16; a day after 2026-03-16 is needed",
    "quotation.one-alternative": "quotation Q-1 of type bare has alternatives a, b",
    "quotation.one-per-opportunity": "opportunity O-1 has quotation Q-1 already",
    "quotation.prospect": "party NEWCO is not a customer yet",
    "quotation.schedule": "line 1 of alternative 1 offers 10; its 2 parts come to 9",
    "quotation.which-alternative": "quotation Q-1 has alternatives a, b; none of them was to be ordered",
    "trade-agreement.hole": "agreement P-1 ends at 10 and P-2 begins at 11; what lies between has no price",
    "trade-agreement.number": "agreement P-1 occurs 2 times",
    "trade-agreement.overlap": "agreements P-1 and P-2 both hold for a quantity of 5 until 2026-03-02",
    "trade-agreement.relation": "agreement P-1 is a sales price on an item group",
}
"""How each of those refusals reads."""
