"""Works before the order: parties, leads, sales in the making, quotations, agreements; and the cases after it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from salesflow.model.agreement import Commitment, CommitmentKind
from salesflow.model.campaign import Campaign
from salesflow.model.case import HoldReason
from salesflow.model.opportunity import OpportunityType, Stage
from salesflow.model.party import Party, Role, SummaryUpdate
from salesflow.model.product import Item, Product, ProductKind, ProductList
from salesflow.model.recurrence import Recurrence
from salesflow.model.relationship import ContactPlan, Review, Survey
from salesflow.model.target import Target
from salesflow.model.trade_agreement import TradeAgreement
from salesflow.model.vat import Vat
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.process import (
    acceptance,
    agreements,
    cases,
    closing,
    leads,
    opportunities,
    parties,
    quotations,
    releases,
)
from salesflow.process.commitments import fulfilment
from salesflow.testing.any_of import documents_of
from salesflow.testing.choices import Choices, added, done

D = Decimal
_VAT = Vat("S", D(21))
HOSE = Product(item=Item(number="HOSE", name="Garden hose", vat=_VAT), price=D("18.00"), cost=D("11.00"))
RAKE = Product(item=Item(number="RAKE", name="Rake", vat=_VAT), price=D("9.505"), cost=D("4.00"))
ADVICE = Product(item=Item(number="ADVICE", name="Advice", kind=ProductKind.SERVICE, vat=_VAT), price=D("95.0"), cost=D(40))
PRODUCTS = (HOSE, RAKE, ADVICE)
OWNERS = ("ann", "bob")
SALE = OpportunityType(name="Gardens", stages=(Stage(name="talk", probability=D(30)), Stage(name="propose", probability=D(60))))
ALONE = (Product, ProductList, Campaign, Target, TradeAgreement, Recurrence, Survey, Review, ContactPlan)
"""Kinds of which any document may be kept, for no other work reads them."""


def customer_of(work: Any, choices: Choices) -> Party:
    """Choose a party."""
    found: Party = choices.one_of(work.parties)
    return found


def add_party(work: Any, choices: Choices) -> Outcome[Any]:
    """A party is added, which another one pays for or not."""
    party = Party(
        number=work.number("P"),
        name=choices.one_of(("Bolt & Sons", "Ødegård", "o'Neill \N{SNOWMAN}")),
        roles=choices.one_of(((Role.CUSTOMER,), (Role.PROSPECT,))),
        invoice_account=choices.one_of((None, "ACME")),
        summary_update=choices.one_of(SummaryUpdate),
    )
    return added(work, party)


def merge_parties(work: Any, choices: Choices) -> Outcome[Any]:
    """Two parties turn out to be one, or a prospect becomes a customer."""
    party = customer_of(work, choices)
    if choices.perhaps():
        return done(work, parties.convert(party, on=choices.day))
    return done(work, parties.merge(party, customer_of(work, choices), on=choices.day))


def keep_anything(work: Any, choices: Choices) -> Outcome[Any]:
    """Some document of a kind that no command here reads is added or put in its own place."""
    document: Any = choices.draw(documents_of(choices.one_of(ALONE)))
    repository = work.repository_of(document)
    if document.number not in repository:
        return added(work, document)
    return done(work, Outcome(document=document, changed=(document,)))


def register_lead(work: Any, choices: Choices) -> Outcome[Any]:
    """Somebody shows interest."""
    name = choices.one_of(("Jo Field", "Kim Hill"))
    return done(work, leads.register(number=work.number("L"), name=name, owner=choices.one_of(OWNERS), on=choices.day, at=choices.at()))


def work_on_lead(work: Any, choices: Choices) -> Outcome[Any]:
    """A lead is assessed, put off, or qualified to a party and a sale."""
    lead = choices.one_of(work.leads)
    doing = choices.one_of(("assess", "qualify", "postpone"))
    if doing == "assess":
        return done(work, leads.assess(lead, interested=True, can_buy=choices.one_of((True, None)), on=choices.day))
    if doing == "postpone":
        return done(work, leads.postpone(lead, on=choices.day, reason="no time"))
    whom = work.number("P") if choices.perhaps() else customer_of(work, choices)
    contact = choices.one_of((None, "JO", "KIM"))
    return done(work, leads.qualify(lead, on=choices.day, party=whom, contact=contact, opportunity=work.number("OPP"), type=SALE))


def register_sale(work: Any, choices: Choices) -> Outcome[Any]:
    """A sale is in the making."""
    party, owner = customer_of(work, choices), choices.one_of(OWNERS)
    sale = opportunities.register(
        number=work.number("OPP"),
        title="A garden",
        type=SALE,
        owner=owner,
        currency="EUR",
        on=choices.day,
        party=party.number,
        contact="JAN",
    )
    return done(work, sale)


def develop_sale(work: Any, choices: Choices) -> Outcome[Any]:
    """A sale goes to another stage, stalls, opens again, or is sold or lost."""
    sale = choices.one_of(work.opportunities)
    command = choices.one_of((opportunities.stall, opportunities.reopen, opportunities.mark_sold, opportunities.mark_lost, None))
    if command is None:
        return done(work, opportunities.move_to(sale, choices.one_of(SALE.stages).name, on=choices.day))
    return done(work, command(sale, on=choices.day, reason=choices.one_of(("price", "asked for"))))


def draw_up_quotation(work: Any, choices: Choices) -> Outcome[Any]:
    """A quotation is drawn up, for a sale or by itself."""
    lines = [quotations.line(product, choices.one_of((1, 5))) for product in choices.some_of(PRODUCTS, 2)]
    sale = choices.one_of((None, *work.opportunities))
    drawn = quotations.draw_up(
        number=work.number("Q"),
        party=customer_of(work, choices),
        currency="EUR",
        lines=lines,
        on=choices.day,
        opportunity=sale and sale.number,
    )
    return done(work, drawn)


def work_on_quotation(work: Any, choices: Choices) -> Outcome[Any]:
    """A quotation is sent, lost, or accepted into an order, with its sale where it has one."""
    quotation, day = choices.one_of(work.quotations), choices.day
    doing = choices.one_of(("send", "accept", "lose"))
    if doing == "send":
        return done(work, quotations.send(quotation, on=day))
    if doing == "lose":
        return done(work, quotations.lose(quotation, reason="price", on=day))
    customer, number = work.parties.get(quotation.party), work.number("SO")
    if quotation.opportunity is None:
        return done(work, acceptance.confirm(quotation, customer=customer, number=number, on=day))
    sale = work.opportunities.get(quotation.opportunity)
    return done(work, closing.accept(quotation, sale, customer=customer, number=number, on=day))


def draw_up_agreement(work: Any, choices: Choices) -> Outcome[Any]:
    """A customer commits to a quantity, and the agreement is confirmed in the same work."""
    commitment = Commitment(
        kind=CommitmentKind.PRODUCT_QUANTITY, item=HOSE.item, quantity=D(20), price=D("17.00"), max_enforced=choices.perhaps()
    )
    drawn = agreements.draw_up(
        number=work.number("AG"),
        customer=customer_of(work, choices),
        currency="EUR",
        classification="framework",
        period=Period(choices.day, choices.day + timedelta(days=365)),
        commitments=[commitment],
        on=choices.day,
    )
    done(work, drawn)
    return done(work, agreements.confirm(drawn.document, on=choices.day))


def work_on_agreement(work: Any, choices: Choices) -> Outcome[Any]:
    """An agreement is put on hold, made effective again, or closed."""
    agreement = choices.one_of(work.agreements)
    command = choices.one_of((agreements.put_on_hold, agreements.make_effective, agreements.close))
    return done(work, command(agreement, on=choices.day))


def release_order(work: Any, choices: Choices) -> Outcome[Any]:
    """An order is placed under an agreement; what was ordered before counts."""
    agreement = choices.one_of(work.agreements)
    standing = fulfilment(agreement, work.orders.find(customer=agreement.customer))
    customer = work.parties.get(agreement.customer)
    called = releases.release(standing, {1: choices.one_of((1, 8))}, number=work.number("SO"), customer=customer, on=choices.day)
    return done(work, called)


def open_case(work: Any, choices: Choices) -> Outcome[Any]:
    """A customer calls."""
    party = customer_of(work, choices)
    return done(work, cases.open_case(number=work.number("CASE"), subject="It leaks", at=choices.at(), customer=party.number, text="…"))


def work_on_case(work: Any, choices: Choices) -> Outcome[Any]:
    """A case is answered, waits, is resolved, or closed."""
    case, at = choices.one_of(work.cases), choices.at()
    doing = choices.one_of(("reply", "hold", "resolve", "close"))
    if doing == "reply":
        return done(work, cases.reply(case, "Which one?", at=at, by=choices.one_of(OWNERS)))
    if doing == "hold":
        return done(work, cases.hold(case, HoldReason.CUSTOMER, at=at))
    return done(work, (cases.resolve if doing == "resolve" else cases.close)(case, at=at))
