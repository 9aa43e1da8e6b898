"""
Sales agreements: drawing up, confirming, making effective, amending, closing.

Ordering under one is in ``releases``; how far it is fulfilled in ``commitments``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve

from salesflow.checks import ZERO, all_of, require_date, require_kind, require_text
from salesflow.errors import Refusal, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.agreement import AgreementStatus, AgreementVersion, Commitment, CommitmentKind, SalesAgreement
from salesflow.model.events import (
    AgreementAmended,
    AgreementClosed,
    AgreementConfirmed,
    AgreementDrawnUp,
    AgreementMadeEffective,
    AgreementPutOnHold,
)
from salesflow.model.party import Address, Party
from salesflow.model.terms import PaymentTerms, TermsOfSale
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.process.commitments import Fulfilment, fulfilment
from salesflow.process.orders import NO_CUSTOMER
from salesflow.rules import Rule

NO_COMMITMENTS = Rule(
    code="agreement.no-commitments",
    en="An agreement that is made effective has at least one commitment, unless it is a framework contract.",
    nl="Een overeenkomst die effectief wordt, heeft ten minste één toezegging, tenzij het een raamcontract is.",
    refusal="agreement {agreement} has no commitments",
    spec=("AGR-1", "PTH-7"),
    source="seed",
)
BEFORE_DRAWN_UP = Rule(
    code="agreement.before-drawn-up",
    en="Nothing happens to an agreement before the day it was drawn up.",
    nl="Er gebeurt niets met een overeenkomst vóór de dag waarop die is opgesteld.",
    refusal="agreement {agreement} was drawn up on {drawn_up}; {on} is before that",
    spec=("I15",),
    source="choice",
)
COMMITMENT = Rule(
    code="agreement.commitment",
    en="A commitment names what its kind counts and of what, and nothing that its kind does not have.",
    nl="Een toezegging noemt wat haar type telt en waarvan, en niets wat haar type niet heeft.",
    refusal="commitment {commitment} is a {kind} and {problem}",
    spec=("AGR-2",),
    source="documentation",
)
NUMBERED = Rule(
    code="agreement.commitment-number",
    en="Every commitment of an agreement has its own number, above zero.",
    nl="Elke toezegging van een overeenkomst heeft een eigen nummer boven nul.",
    refusal="agreement {agreement} has commitment number {commitment} {times} times; numbers are above zero and each occurs once",
    spec=("AGR-2",),
    source="choice",
)
CONFIRMED_ALREADY = Rule(
    code="agreement.confirmed",
    en="A version of an agreement is confirmed once; after a change the next is.",
    nl="Een versie van een overeenkomst wordt één keer bevestigd; na een wijziging de volgende.",
    refusal="version {version} of agreement {agreement} was confirmed on {when} and nothing has changed since",
    spec=("AGR-5",),
    source="documentation",
)
BELOW_FULFILMENT = Rule(
    code="agreement.below-fulfilment",
    en="A commitment that orders are linked to stays, for the same thing, and with an enforced maximum not below what was ordered.",
    nl="Een toezegging waaraan orders zijn gekoppeld blijft, voor hetzelfde, en met een afgedwongen maximum niet onder wat is besteld.",
    refusal="commitment {commitment} of agreement {agreement} has {used} ordered",
    spec=("AGR-10",),
    source="choice",
)
NO_CHANGE = Rule(
    code="agreement.no-change",
    en="An amendment changes something.",
    nl="Een aanpassing wijzigt iets.",
    refusal="agreement {agreement} is as wanted already",
    spec=("AGR-5",),
    source="choice",
)


def has_commitments(agreement: SalesAgreement, on: date) -> Refusal | None:
    """Something was committed to, or it is a framework contract."""
    return None if agreement.commitments or agreement.framework else NO_COMMITMENTS.refuse(agreement=agreement.number)


def is_drawn_up_by_then(agreement: SalesAgreement, on: date) -> Refusal | None:
    """Nothing happens before the agreement was drawn up."""
    if on >= agreement.drawn_up:
        return None
    return BEFORE_DRAWN_UP.refuse(agreement=agreement.number, drawn_up=agreement.drawn_up, on=on)


_S = AgreementStatus
LIFECYCLE: Lifecycle[SalesAgreement, AgreementStatus] = Lifecycle(
    "sales agreement",
    (
        Step("draw_up", (), (_S.ON_HOLD,)),
        Step("confirm", (_S.ON_HOLD,), (_S.ON_HOLD, _S.EFFECTIVE), (is_drawn_up_by_then, has_commitments)),
        Step("confirm", (_S.EFFECTIVE,), (_S.EFFECTIVE,), (is_drawn_up_by_then, has_commitments)),
        Step("make_effective", (_S.ON_HOLD,), (_S.EFFECTIVE,), (is_drawn_up_by_then, has_commitments)),
        Step("put_on_hold", (_S.EFFECTIVE,), (_S.ON_HOLD,), (is_drawn_up_by_then,)),
        Step("amend", (_S.ON_HOLD,), (_S.ON_HOLD,), (is_drawn_up_by_then,)),
        Step("amend", (_S.EFFECTIVE,), (_S.EFFECTIVE,), (is_drawn_up_by_then,)),
        Step("close", (_S.ON_HOLD, _S.EFFECTIVE), (_S.CLOSED,), (is_drawn_up_by_then,)),
    ),
    status=lambda agreement: agreement.status,
    resting=(_S.CLOSED,),
    kind=SalesAgreement,
)

__all__ = ["LIFECYCLE", "amend", "close", "confirm", "draw_up", "fulfilment", "make_effective", "put_on_hold"]


def draw_up(
    *,
    number: str,
    customer: Party,
    currency: str,
    classification: str,
    period: Period,
    commitments: Iterable[Commitment] = (),
    on: date,
    default_kind: CommitmentKind = CommitmentKind.PRODUCT_QUANTITY,
    payment_terms: PaymentTerms | None = None,
    terms: TermsOfSale | None = None,
    deliver_to: Address | None = None,
    framework: bool = False,
) -> Outcome[SalesAgreement]:
    """
    Draw up an agreement; it is on hold until it is confirmed or made effective [AGR-4].

    Args:
        period: From the effective date to the expiration date, both included.
        framework: Whether its commitments may name no quantity or amount: common terms without a duty to buy [PTH-7].

    Raises:
        RefusedError: ``order.not-a-customer``, ``agreement.commitment``, ``agreement.commitment-number``.
    """
    require_kind("customer", customer, Party)
    agreement = SalesAgreement(
        number=number,
        customer=customer.number,
        currency=currency,
        classification=classification,
        period=period,
        drawn_up=on,
        commitments=_numbered(commitments),
        default_kind=default_kind,
        payment_terms=payment_terms,
        terms=terms,
        deliver_to=deliver_to,
        framework=framework,
    )
    found = () if customer.is_customer else (NO_CUSTOMER.refuse(party=customer.number),)
    refuse((*found, *_against_commitments(agreement)))
    event = AgreementDrawnUp(number=number, on=on, customer=customer.number)
    return Outcome(document=agreement, made=(agreement,), events=(event,))


def _numbered(commitments: Iterable[Commitment]) -> tuple[Commitment, ...]:
    given = all_of("commitment", commitments, Commitment)
    return tuple(each if each.number else evolve(each, number=place) for place, each in enumerate(given, start=1))


def _against_commitments(agreement: SalesAgreement) -> Iterator[Refusal]:
    numbers = [each.number for each in agreement.commitments]
    for number in dict.fromkeys(numbers):
        if number < 1 or numbers.count(number) > 1:
            yield NUMBERED.refuse(agreement=agreement.number, commitment=number, times=numbers.count(number))
    for each in agreement.commitments:
        for problem in _problems(each, agreement):
            yield COMMITMENT.refuse(commitment=each.number, kind=each.kind.within, problem=problem)


# Per kind what it has beside the discount in percent; everything else is not available [AGR-2].
_FIELDS = {
    CommitmentKind.PRODUCT_QUANTITY: {"item", "quantity", "price", "discount_amount"},
    CommitmentKind.PRODUCT_VALUE: {"item", "amount"},
    CommitmentKind.CATEGORY_VALUE: {"category", "amount"},
    CommitmentKind.VALUE: {"amount"},
}
_NEEDED = ("item", "category", "quantity", "amount")


def _problems(commitment: Commitment, agreement: SalesAgreement) -> Iterator[str]:
    own = _FIELDS[commitment.kind]
    given = {name for name in (*_NEEDED, "price", "discount_amount") if getattr(commitment, name)}
    for name in _NEEDED:
        if name in own and name not in given and not (agreement.framework and name in {"quantity", "amount"}):
            yield f"has no {name}"
    for name in sorted(given - own):
        yield f"takes no {name.replace('_', ' ')}"
    if commitment.max_enforced and not commitment.committed:
        yield "has no maximum to enforce"
    if commitment.price is not None and commitment.discount_amount > commitment.price / commitment.price_unit:
        yield "has a discount above its price"
    least, most = commitment.least_release, commitment.most_release
    if least is not None and most is not None and least > most:
        yield f"has a least release of {least} above its most, {most}"
    inner = commitment.period
    if inner is not None and not all(day is not None and day in agreement.period for day in (inner.start, inner.end)):
        yield f"holds {inner}, which is not within {agreement.period}"


def confirm(agreement: SalesAgreement, *, on: date, make_effective: bool = True) -> Outcome[SalesAgreement]:
    """
    Confirm the agreement as it stands to the customer: the version is kept, and the agreement becomes effective [AGR-4, AGR-5].

    Args:
        make_effective: Whether an agreement that is on hold becomes effective.

    Raises:
        RefusedError: ``wrong-status``, ``agreement.before-drawn-up``, ``agreement.no-commitments``, ``agreement.confirmed``.
    """
    require_date("on", on)
    LIFECYCLE.require("confirm", agreement, on=on)
    if agreement.is_confirmed:
        last = agreement.versions[-1]
        refuse((CONFIRMED_ALREADY.refuse(version=last.number, agreement=agreement.number, when=last.on),))
    version = AgreementVersion(
        number=len(agreement.versions) + 1,
        on=on,
        period=agreement.period,
        commitments=agreement.commitments,
        payment_terms=agreement.payment_terms,
        terms=agreement.terms,
    )
    after = evolve(agreement, versions=(*agreement.versions, version))
    events: tuple[object, ...] = (AgreementConfirmed(number=agreement.number, on=on, version=version.number),)
    if make_effective and agreement.status is AgreementStatus.ON_HOLD:
        after = evolve(after, status=AgreementStatus.EFFECTIVE)
        events += (AgreementMadeEffective(number=agreement.number, on=on),)
    return Outcome(document=after, changed=(after,), events=events)


def make_effective(agreement: SalesAgreement, *, on: date) -> Outcome[SalesAgreement]:
    """
    Let orders be placed under the agreement, confirmed or not [AGR-4, AGR-5].

    Raises:
        RefusedError: ``wrong-status``, ``agreement.before-drawn-up``, ``agreement.no-commitments``.
    """
    require_date("on", on)
    status = LIFECYCLE.require("make_effective", agreement, on=on)
    after = evolve(agreement, status=status)
    return Outcome(document=after, changed=(after,), events=(AgreementMadeEffective(number=agreement.number, on=on),))


def put_on_hold(agreement: SalesAgreement, *, on: date) -> Outcome[SalesAgreement]:
    """
    Let no more orders be placed under the agreement for now; those that were go on [AGR-15].

    Raises:
        RefusedError: ``wrong-status``, ``agreement.before-drawn-up``.
    """
    require_date("on", on)
    status = LIFECYCLE.require("put_on_hold", agreement, on=on)
    after = evolve(agreement, status=status)
    return Outcome(document=after, changed=(after,), events=(AgreementPutOnHold(number=agreement.number, on=on),))


def close(agreement: SalesAgreement, *, on: date) -> Outcome[SalesAgreement]:
    """
    End the agreement: nothing more is ordered under it, and orders that were placed go on [AGR-15].

    Raises:
        RefusedError: ``wrong-status``, ``agreement.before-drawn-up``.
    """
    require_date("on", on)
    status = LIFECYCLE.require("close", agreement, on=on)
    after = evolve(agreement, status=status)
    return Outcome(document=after, changed=(after,), events=(AgreementClosed(number=agreement.number, on=on),))


def amend(
    fulfilled: Fulfilment,
    *,
    on: date,
    reason: str,
    commitments: Iterable[Commitment] | None = None,
    period: Period | None = None,
    payment_terms: PaymentTerms | None = None,
    terms: TermsOfSale | None = None,
) -> Outcome[SalesAgreement]:
    """
    Change the terms of an agreement, of which it is known how far it is fulfilled; what is left out stays.

    Orders that were placed keep their prices and dates; the next version is confirmed by ``confirm`` [AGR-5].

    Raises:
        RefusedError: ``wrong-status``, ``agreement.before-drawn-up``, ``agreement.commitment``, ``agreement.commitment-number``,
            ``agreement.below-fulfilment``, ``agreement.no-change``.
    """
    require_kind("fulfilled", fulfilled, Fulfilment)
    require_date("on", on)
    require_text("reason", reason)
    agreement = fulfilled.agreement
    LIFECYCLE.require("amend", agreement, on=on)
    after = evolve(
        agreement,
        commitments=agreement.commitments if commitments is None else _numbered(commitments),
        period=period or agreement.period,
        payment_terms=payment_terms or agreement.payment_terms,
        terms=terms or agreement.terms,
    )
    found = [*_against_commitments(after), *_against_fulfilment(fulfilled, after)]
    if after == agreement:
        found.append(NO_CHANGE.refuse(agreement=agreement.number))
    refuse(found)
    event = AgreementAmended(number=agreement.number, on=on, reason=reason)
    return Outcome(document=after, changed=(after,), events=(event,))


def _against_fulfilment(fulfilled: Fulfilment, after: SalesAgreement) -> Iterator[Refusal]:
    kept = {each.number: each for each in after.commitments}
    for balance in fulfilled:
        old = balance.commitment
        new = kept.get(old.number)
        used: Decimal = old.committed - balance.remaining
        if not balance.uses or not used:
            continue
        same = new is not None and (new.kind, new.item, new.category) == (old.kind, old.item, old.category)
        if new is None or not same or (new.max_enforced and new.committed < max(used, ZERO)):
            yield BELOW_FULFILMENT.refuse(commitment=old.number, agreement=after.number, used=used)
