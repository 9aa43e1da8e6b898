"""
Negotiating an offer: counter-offers and objections on price and on the terms of both sides, and their answers.

The offer that was sent does not change; an accepted counter-offer makes a new version of it, which may need approval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow.checks import exact_number, require_date, require_kind
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.model.events import NegotiationAnswered, NegotiationMoved
from salesflow.model.negotiation import Answer, Move, MoveKind, Side, Subject
from salesflow.model.quotation import Alternative, Override, Quotation
from salesflow.model.terms import PaymentTerms, TermsOfSale
from salesflow.money import exact, half_up, quantum_of
from salesflow.outcome import Outcome
from salesflow.process.quotations import LIFECYCLE, revise
from salesflow.rules import Rule

NOTHING_ASKED = Rule(
    code="negotiation.nothing-asked",
    en="A counter-offer asks for prices, terms of payment, terms of sale or terms of purchase, as its subject says.",
    nl="Een tegenbod vraagt om prijzen, betalings-, verkoop- of inkoopvoorwaarden, zoals het onderwerp zegt.",
    refusal="the counter-offer is about {subject} and asks for {asked}",
    spec=("PTH-6",),
    source="choice",
)
UNKNOWN_LINE = Rule(
    code="negotiation.unknown-line",
    en="A counter-offer names lines and alternatives of the offer, and prices of zero or more.",
    nl="Een tegenbod noemt regels en alternatieven van de offerte, en prijzen van nul of meer.",
    refusal="alternative {alternative} of quotation {quotation} has no line {line} to ask {price} for",
    spec=("PTH-6",),
    source="choice",
)
NOT_OPEN = Rule(
    code="negotiation.not-open",
    en="A counter-offer or objection is answered once.",
    nl="Een tegenbod of bezwaar wordt één keer beantwoord.",
    refusal="quotation {quotation} has no move {move} that is still to be answered",
    spec=("PTH-6",),
    source="choice",
)
OLD_VERSION = Rule(
    code="negotiation.old-version",
    en="A counter-offer is accepted while the version it is about is the last that was sent.",
    nl="Een tegenbod wordt aanvaard zolang de versie waar het over gaat de laatste is die is verzonden.",
    refusal="move {move} is about version {version}; version {sent} was sent since",
    spec=("QTE-2",),
    source="choice",
)

_ASKED = {
    Subject.PRICE: "prices",
    Subject.PAYMENT: "payment_terms",
    Subject.TERMS_OF_SALE: "terms",
    Subject.TERMS_OF_PURCHASE: "terms",
}


@exact
def counter(
    quotation: Quotation,
    *,
    subject: Subject,
    text: str,
    on: date,
    side: Side = Side.CUSTOMER,
    alternative: str | None = None,
    prices: Mapping[int, Decimal | int] | None = None,
    terms: TermsOfSale | None = None,
    payment_terms: PaymentTerms | None = None,
) -> Outcome[Quotation]:
    """
    Record a counter-offer to the version that was sent.

    Args:
        subject: What it is about; just what belongs to it is asked for.
        alternative: The offer it is about; the favourite unless another is named.
        prices: What is asked per unit, by line.
        terms: Other terms of sale, or the terms of purchase that are to hold instead.

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``, ``negotiation.nothing-asked``, ``negotiation.unknown-line``.
    """
    require_kind("subject", subject, Subject)
    require_date("on", on)
    LIFECYCLE.require("negotiations.counter", quotation, on=on)
    if prices is not None:
        require_kind("prices", prices, Mapping)
    asked = tuple((line, exact_number(f"price of line {line}", price)) for line, price in (prices or {}).items())
    move = _move(quotation, MoveKind.COUNTER_OFFER, side, subject, on, text, alternative)
    move = evolve(move, prices=asked, terms=terms, payment_terms=payment_terms)
    refuse(_against(quotation, move))
    return _with_move(quotation, move)


def _against(quotation: Quotation, move: Move) -> Iterator[Refusal]:
    given = {name for name in ("prices", "payment_terms", "terms") if getattr(move, name)}
    if given != {_ASKED.get(move.subject)}:
        asked = " and ".join(sorted(name.replace("_", " ") for name in given)) or "nothing"
        yield NOTHING_ASKED.refuse(subject=move.subject.within, asked=asked)
    known = [offer for offer in quotation.version.alternatives if offer.name == move.alternative]
    lines = {line.number for offer in known for line in offer.lines}
    for number, price in move.prices or (() if known else ((0, Decimal(0)),)):
        if number not in lines or price < 0:
            yield UNKNOWN_LINE.refuse(alternative=move.alternative, quotation=quotation.number, line=number, price=price)


def raise_objection(quotation: Quotation, *, subject: Subject, text: str, on: date, side: Side = Side.CUSTOMER) -> Outcome[Quotation]:
    """
    Record an objection to the version that was sent.

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``.
    """
    require_date("on", on)
    LIFECYCLE.require("negotiations.raise_objection", quotation, on=on)
    return _with_move(quotation, _move(quotation, MoveKind.OBJECTION, side, subject, on, text, None))


def _move(quotation: Quotation, kind: MoveKind, side: Side, subject: Subject, on: date, text: str, alternative: str | None) -> Move:
    return Move(
        number=len(quotation.moves) + 1,
        kind=kind,
        side=side,
        subject=subject,
        on=on,
        version=quotation.version.rank,
        alternative=quotation.version.favourite if alternative is None else alternative,
        text=text,
    )


def _with_move(quotation: Quotation, move: Move) -> Outcome[Quotation]:
    after = evolve(quotation, moves=(*quotation.moves, move))
    return Outcome(document=after, changed=(after,), events=(NegotiationMoved(number=quotation.number, on=move.on, move=move.number),))


@exact
def answer(quotation: Quotation, move: int, *, text: str, on: date, accept: bool = False) -> Outcome[Quotation]:
    """
    Answer a counter-offer or an objection.

    An accepted counter-offer makes a new version with what was asked for, and further ones to the same offer add to it.
    Its prices stand as totals against the list prices, so that the limits of discount and earning are looked at.
    An objection that is accepted asks for a revision by hand.

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``, ``negotiation.not-open``, ``negotiation.old-version``,
            and what ``quotations.revise`` refuses.
    """
    require_date("on", on)
    LIFECYCLE.require("negotiations.answer", quotation, on=on)
    asked = next((each for each in quotation.moves if each.number == move and each.answer is None), None)
    if asked is None:
        raise RefusedError((NOT_OPEN.refuse(quotation=quotation.number, move=move),))
    sent = max(version.rank for version in quotation.versions if version.sent is not None)
    if accept and asked.version != sent:
        raise RefusedError((OLD_VERSION.refuse(move=move, version=asked.version, sent=sent),))
    answered = evolve(asked, answer=Answer(on=on, text=text, accepted=accept))
    after = evolve(quotation, moves=tuple(answered if each is asked else each for each in quotation.moves))
    events: tuple[Any, ...] = (NegotiationAnswered(number=quotation.number, on=on, move=move, accepted=accept),)
    if accept and asked.kind is MoveKind.COUNTER_OFFER:
        done = revise(after, on=on, **_revision(after, asked))
        after, events = done.document, (*events, *done.events)
    return Outcome(document=after, changed=(after,), events=events)


def _revision(quotation: Quotation, move: Move) -> dict[str, Any]:
    """Return what a counter-offer changes of the version."""
    match move.subject:
        case Subject.PRICE:
            offers = quotation.version.alternatives
            return {"alternatives": tuple(_repriced(offer, move, quotation.currency) for offer in offers)}
        case Subject.PAYMENT:
            return {"payment_terms": move.payment_terms}
        case Subject.TERMS_OF_SALE:
            return {"terms": move.terms, "purchase_terms": None}
        case _:
            return {"purchase_terms": move.terms}


def _repriced(offer: Alternative, move: Move, currency: str) -> Alternative:
    if offer.name != move.alternative:
        return offer
    asked = dict(move.prices)
    lines = tuple(
        evolve(
            line,
            override=Override.TOTAL,
            value=half_up(line.quantity * asked[line.number], quantum_of(currency)),
        )
        if line.number in asked
        else line
        for line in offer.lines
    )
    return evolve(offer, lines=lines)
