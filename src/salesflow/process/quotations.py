"""
Quotations: drawing up, revising, approving, sending, and what becomes of them.

Confirming, which makes the order, is in ``acceptance``; counter-offers and objections are in ``negotiations``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from attrs import evolve

from salesflow.checks import ONE, ZERO, all_of, exact_number, require_date, require_kind, require_percentage, require_text
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.charge import ChargeRule, numbered
from salesflow.model.charge_rules import against_basis, against_charges
from salesflow.model.events import (
    QuotationApproved,
    QuotationCancelled,
    QuotationDrawnUp,
    QuotationExtended,
    QuotationLost,
    QuotationNotApproved,
    QuotationRevised,
    QuotationSent,
)
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Address, Party
from salesflow.model.pricing import PriceOrigin
from salesflow.model.product import Product
from salesflow.model.quotation import (
    STANDARD,
    Alternative,
    Approval,
    Initiative,
    Issue,
    Override,
    Quotation,
    QuotationLine,
    QuotationStatus,
    QuotationType,
    Severity,
    Version,
    VersionState,
)
from salesflow.model.terms import PaymentTerms, TermsOfSale
from salesflow.model.totals import TOTALS, WITH_VAT, Basis, TotalsPolicy
from salesflow.outcome import Outcome
from salesflow.rules import Rule

NOT_A_PROSPECT = Rule(
    code="quotation.not-a-prospect",
    en="An offer is made to a customer or a prospect.",
    nl="Een offerte wordt gemaakt voor een klant of een prospect.",
    refusal="party {party} is neither a customer nor a prospect",
    spec=("QUO-1", "PTY-2"),
    source="seed",
)
NO_LINES = Rule(
    code="quotation.no-lines",
    en="Every alternative of an offer has at least one line.",
    nl="Elk alternatief van een offerte heeft ten minste één regel.",
    refusal="alternative {alternative} of quotation {quotation} has no lines",
    spec=("QUO-1",),
    source="choice",
)
LINE_NUMBER = Rule(
    code="quotation.line-number",
    en="Every line of an alternative has its own number, above zero.",
    nl="Elke regel van een alternatief heeft een eigen nummer boven nul.",
    refusal="alternative {alternative} has line number {line} {times} times; numbers are above zero and each occurs once",
    spec=("QUO-6",),
    source="choice",
)
ITEM_OR_CATEGORY = Rule(
    code="quotation.item-or-category",
    en="A line names an item or a category, one of the two.",
    nl="Een regel noemt een artikel of een categorie, één van beide.",
    refusal="line {line} of alternative {alternative} names {what}",
    spec=("QUO-6",),
    source="documentation",
)
SCHEDULE = Rule(
    code="quotation.schedule",
    en="A delivery schedule has two or more parts above zero that come to the quantity of its line.",
    nl="Een leveringsplan heeft twee of meer delen boven nul die optellen tot de hoeveelheid van de regel.",
    refusal="line {line} of alternative {alternative} offers {quantity}; its {parts} parts come to {sum}",
    spec=("QUO-2", "QTY-16"),
    source="documentation",
)
ONE_ALTERNATIVE = Rule(
    code="quotation.one-alternative",
    en="An offer has one alternative, or several with a name each where its type allows them.",
    nl="Een offerte heeft één alternatief, of meer met elk een eigen naam als het type dat toestaat.",
    refusal="quotation {quotation} of type {type} has alternatives {names}",
    spec=("QTE-5",),
    source="documentation",
)
FAVOURITE = Rule(
    code="quotation.favourite",
    en="Exactly one alternative is the favourite.",
    nl="Precies één alternatief is de favoriet.",
    refusal="quotation {quotation} has no alternative {name}",
    spec=("QTE-6",),
    source="documentation",
)
NO_HEADER_DISCOUNT = Rule(
    code="quotation.header-discount",
    en="A discount on the whole is given only where the type allows it.",
    nl="Een totaalkorting wordt alleen gegeven als het type dat toestaat.",
    refusal="quotation {quotation} is of type {type}, which has no discount on the whole",
    spec=("QTE-8",),
    source="documentation",
)
ONE_PER_OPPORTUNITY = Rule(
    code="quotation.one-per-opportunity",
    en="An opportunity has one quotation at most.",
    nl="Een verkoopkans heeft ten hoogste één offerte.",
    refusal="opportunity {opportunity} has quotation {quotation} already",
    spec=("QTE-1",),
    source="documentation",
)
BEFORE_DRAWN_UP = Rule(
    code="quotation.before-drawn-up",
    en="Nothing happens to an offer before the day its latest version was made or sent.",
    nl="Er gebeurt niets met een offerte vóór de dag waarop de laatste versie is gemaakt of verzonden.",
    refusal="quotation {quotation} is of {day}; {on} is before that",
    spec=("I15",),
    source="choice",
)
HAS_ERRORS = Rule(
    code="quotation.has-errors",
    en="An offer with errors is not sent or ordered, approved or not.",
    nl="Een offerte met fouten wordt niet verzonden of besteld, goedgekeurd of niet.",
    refusal="quotation {quotation} has errors: {errors}",
    spec=("QTE-9",),
    source="documentation",
)
NO_CHANGE = Rule(
    code="quotation.no-change",
    en="A revision changes something.",
    nl="Een herziening wijzigt iets.",
    refusal="quotation {quotation} is as wanted already",
    spec=("QTE-3",),
    source="choice",
)
NOT_LATER = Rule(
    code="quotation.not-later",
    en="An offer is valid until a day on or after that of sending, and is extended to a later one.",
    nl="Een offerte is geldig tot een dag op of na de verzending en wordt verlengd tot een latere.",
    refusal="quotation {quotation} cannot be valid until {until}; a day {needed} is needed",
    spec=("QTE-12",),
    source="documentation",
)
NOT_ARCHIVED = Rule(
    code="quotation.not-archived",
    en="Only an archived version is made the active one again.",
    nl="Alleen een gearchiveerde versie wordt weer actief gemaakt.",
    refusal="quotation {quotation} has no archived version {rank}",
    spec=("QTE-3",),
    source="documentation",
)
ANOTHER_CURRENCY = Rule(
    code="quotation.another-currency",
    en="A copy of an offer is in the same currency.",
    nl="Een kopie van een offerte is in dezelfde valuta.",
    refusal="quotation {quotation} is in {currency}, not {other}",
    spec=("QTE-15", "CUR-1"),
    source="documentation",
)


def is_of_that_day(quotation: Quotation, on: date) -> Refusal | None:
    """Nothing happens before the latest version was made or sent."""
    day = quotation.version.sent or quotation.version.made
    return BEFORE_DRAWN_UP.refuse(quotation=quotation.number, day=day, on=on) if on < day else None


def has_no_errors(quotation: Quotation, on: date) -> Refusal | None:
    """What cannot be delivered as offered is not offered [QTE-9]."""
    errors = [issue for issue in quotation.issues if issue.severity is Severity.ERROR]
    return HAS_ERRORS.refuse(quotation=quotation.number, errors=", ".join(map(_said, errors))) if errors else None


def _said(issue: Issue) -> str:
    return f"{issue.code} on line {issue.line} of alternative {issue.alternative}"


_S = QuotationStatus
_DRAFTS = (_S.DRAFT, _S.NEEDS_APPROVAL, _S.NOT_APPROVED, _S.APPROVED)
_OPEN = (*_DRAFTS, _S.SENT)
_THEN = (is_of_that_day,)
LIFECYCLE: Lifecycle[Quotation, QuotationStatus] = Lifecycle(
    "quotation",
    (
        Step("draw_up", (), (_S.DRAFT, _S.NEEDS_APPROVAL)),
        Step("revise", _OPEN, (_S.DRAFT, _S.NEEDS_APPROVAL), _THEN),
        Step("make_active", _OPEN, (_S.DRAFT, _S.NEEDS_APPROVAL), _THEN),
        Step("approve", (_S.NEEDS_APPROVAL,), (_S.APPROVED,), _THEN),
        Step("reject", (_S.NEEDS_APPROVAL,), (_S.NOT_APPROVED,), _THEN),
        Step("send", (_S.DRAFT, _S.APPROVED), (_S.SENT,), (is_of_that_day, has_no_errors)),
        Step("extend", (_S.SENT,), (_S.SENT,), _THEN),
        Step("negotiations.counter", (_S.SENT,), (_S.SENT,), _THEN),
        Step("negotiations.raise_objection", (_S.SENT,), (_S.SENT,), _THEN),
        Step("negotiations.answer", _OPEN, (*_DRAFTS, _S.SENT), _THEN),
        Step("acceptance.confirm", (_S.DRAFT, _S.APPROVED, _S.SENT), (_S.CONFIRMED,), (is_of_that_day, has_no_errors)),
        Step("lose", (_S.SENT,), (_S.LOST,), _THEN),
        Step("cancel", _OPEN, (_S.CANCELLED,), _THEN),
    ),
    status=lambda quotation: quotation.status,
    resting=(_S.CONFIRMED, _S.LOST, _S.CANCELLED),
    kind=Quotation,
)


def line(
    product: Product,
    quantity: Decimal | int,
    *,
    priced: OrderLine | None = None,
    override: Override = Override.NONE,
    value: Decimal | int = ZERO,
    requested: date | None = None,
    number: int = 0,
) -> QuotationLine:
    """
    Return a line that offers *quantity* of *product*.

    Args:
        priced: The line as ``prices.of`` priced it; without one the base price holds [QUO-6].
        override: What is entered by hand, and *value* how much.
    """
    require_kind("product", product, Product)
    if priced is not None:
        require_kind("priced", priced, OrderLine)
    return QuotationLine(
        number=number,
        item=product.item,
        quantity=exact_number("quantity", quantity),
        price=product.price if priced is None else priced.price,
        price_unit=ONE if priced is None else priced.price_unit,
        discount=ZERO if priced is None else priced.discount,
        discount_amount=ZERO if priced is None else priced.discount_amount,
        origin=PriceOrigin.BASE if priced is None else priced.origin,
        cost=ZERO if product.cost is None else product.cost,
        minimum=product.minimum,
        offered=product.active,
        override=override,
        value=exact_number("value", value),
        requested=requested,
        basis=product.basis if priced is None else priced.basis,
    )


def draw_up(
    *,
    number: str,
    party: Party,
    currency: str,
    lines: Iterable[QuotationLine] = (),
    charges: Iterable[ChargeRule] = (),
    totals: TotalsPolicy | None = None,
    alternatives: Iterable[Alternative] | None = None,
    favourite: str | None = None,
    on: date,
    type: QuotationType = STANDARD,  # noqa: A002  the field's own word
    initiative: Initiative = Initiative.REQUESTED,
    opportunity: str | None = None,
    others: Iterable[Quotation] = (),
    payment_terms: PaymentTerms | None = None,
    terms: TermsOfSale | None = None,
    purchase_terms: TermsOfSale | None = None,
    deliver_to: Address | None = None,
) -> Outcome[Quotation]:
    """
    Draw up an offer of *lines*, or of several *alternatives*; the first is the favourite unless another is named.

    Args:
        charges: Charges and discounts on the whole, beside *lines*.
        totals: Whether the prices of *lines* have VAT in them, and how VAT is rounded; left out, it is as they are.
        others: The quotations there are, where it belongs to an opportunity: that has one at most [QTE-1].
        purchase_terms: The terms of purchase of the customer, where those are to hold.

    Raises:
        RefusedError: ``quotation.not-a-prospect``, ``quotation.no-lines``, ``quotation.line-number``, ``quotation.item-or-category``,
            ``quotation.schedule``, ``quotation.one-alternative``, ``quotation.favourite``, ``quotation.header-discount``,
            ``quotation.one-per-opportunity``, ``price.basis``, ``charge.*``.
    """
    require_kind("party", party, Party)
    offers = _numbered((_offer(tuple(lines), charges, totals),) if alternatives is None else alternatives)
    version = Version(
        rank=1,
        made=on,
        alternatives=offers,
        favourite=favourite if favourite is not None else next((offer.name for offer in offers), ""),
        payment_terms=payment_terms or party.payment_terms,
        terms=terms,
        purchase_terms=purchase_terms,
        deliver_to=deliver_to or party.address,
    )
    quotation = Quotation(
        number=number,
        party=party.number,
        currency=currency,
        drawn_up=on,
        versions=(version,),
        type=type,
        initiative=initiative,
        opportunity=opportunity,
    )
    refuse((*_against_party(party, quotation, all_of("quotation", others, Quotation)), *_against_shape(quotation)))
    return Outcome(document=quotation, made=(quotation,), events=(QuotationDrawnUp(number=number, on=on, party=party.number),))


def _offer(lines: tuple[QuotationLine, ...], charges: Iterable[ChargeRule], totals: TotalsPolicy | None) -> Alternative:
    own = WITH_VAT if lines and lines[0].basis is Basis.GROSS else TOTALS
    return Alternative(lines=lines, charges=tuple(charges), totals_policy=totals or own)


def _against_party(party: Party, quotation: Quotation, others: tuple[Quotation, ...]) -> Iterator[Refusal]:
    if not (party.is_customer or party.is_prospect):
        yield NOT_A_PROSPECT.refuse(party=party.number)
    for other in others:
        if quotation.opportunity is not None and other.opportunity == quotation.opportunity and other.number != quotation.number:
            yield ONE_PER_OPPORTUNITY.refuse(opportunity=quotation.opportunity, quotation=other.number)


def _numbered(alternatives: Iterable[Alternative]) -> tuple[Alternative, ...]:
    return tuple(
        evolve(
            offer,
            lines=tuple(each if each.number else evolve(each, number=place) for place, each in enumerate(offer.lines, start=1)),
            charges=numbered(offer.charges),
        )
        for offer in all_of("alternative", alternatives, Alternative)
    )


def _against_shape(quotation: Quotation) -> Iterator[Refusal]:
    version, kind = quotation.version, quotation.type
    names = [offer.name for offer in version.alternatives]
    if not names or len(set(names)) < len(names) or (len(names) > 1 and not kind.alternatives):
        yield ONE_ALTERNATIVE.refuse(quotation=quotation.number, type=kind.number, names=", ".join(names) or "none")
    if version.favourite not in names:
        yield FAVOURITE.refuse(quotation=quotation.number, name=version.favourite or "at all")
    for offer in version.alternatives:
        if not offer.lines:
            yield NO_LINES.refuse(alternative=offer.name, quotation=quotation.number)
        if offer.discount and not kind.header_discount:
            yield NO_HEADER_DISCOUNT.refuse(quotation=quotation.number, type=kind.number)
        for number, times in Counter(each.number for each in offer.lines).items():
            if number < 1 or times > 1:
                yield LINE_NUMBER.refuse(alternative=offer.name, line=number, times=times)
        for each in offer.lines:
            yield from _against_line(each, offer.name)
        document = f"alternative {offer.name} of quotation {quotation.number}"
        yield from against_basis(offer.lines, offer.totals_policy, document)
        if offer.lines:
            yield from against_charges(offer.rules, partial(quotation.rows, offer.name), quotation.currency, offer.totals_policy, document)


def _against_line(line: QuotationLine, alternative: str) -> Iterator[Refusal]:
    if (line.item is None) is not bool(line.category):
        what = "both" if line.category else "neither"
        yield ITEM_OR_CATEGORY.refuse(line=line.number, alternative=alternative, what=what)
    parts = [quantity for _, quantity in line.schedule]
    total = sum(parts, ZERO)
    if parts and (total != line.quantity or len(parts) < 2 or min(parts) <= 0):  # noqa: PLR2004  two or more, as the rule says
        yield SCHEDULE.refuse(line=line.number, alternative=alternative, quantity=line.quantity, parts=len(parts), sum=total)


def revise(
    quotation: Quotation,
    *,
    on: date,
    lines: Iterable[QuotationLine] | None = None,
    alternatives: Iterable[Alternative] | None = None,
    favourite: str | None = None,
    **terms: Any,
) -> Outcome[Quotation]:
    """
    Change the offer; what is left out stays.

    Any approval is taken away. After it was sent the old version is archived as it is, and a new one made [QTE-3, QTE-4].
    Where the favourite is no longer there, the first alternative is [QTE-6].

    Args:
        lines: The lines of the favourite.
        terms: ``payment_terms``, ``terms``, ``purchase_terms``, ``deliver_to``; they stand on the version and go along to the order [QTE-16].

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``, ``quotation.no-change``, and what ``draw_up`` refuses of the offer.
        TypeError: something else is to be changed.
    """
    require_kind("quotation", quotation, Quotation)
    require_date("on", on)
    if unknown := set(terms) - {"payment_terms", "terms", "purchase_terms", "deliver_to"}:
        msg = f"a version has no {min(unknown)!r} to revise"
        raise TypeError(msg)
    LIFECYCLE.require("revise", quotation, on=on)
    old = quotation.version
    offers = old.alternatives if alternatives is None else all_of("alternative", alternatives, Alternative)
    if lines is not None:
        name, given = favourite or old.favourite, tuple(lines)
        offers = tuple(evolve(offer, lines=given) if offer.name == name else offer for offer in offers)
    offers = _numbered(offers)
    kept = favourite or (old.favourite if any(offer.name == old.favourite for offer in offers) else offers[0].name if offers else "")
    wanted = evolve(old, alternatives=offers, favourite=kept, **terms)
    if wanted == old:
        refuse((NO_CHANGE.refuse(quotation=quotation.number),))
    after = _with_version(quotation, wanted, on)
    refuse(_against_shape(after))
    return Outcome(document=after, changed=(after,), events=(QuotationRevised(number=quotation.number, on=on, version=after.version.rank),))


def _with_version(quotation: Quotation, wanted: Version, on: date) -> Quotation:
    """Return the quotation with a version that is a draft: in place of a draft, and after one that was sent."""
    if quotation.version.state is VersionState.DRAFT:
        return evolve(quotation, versions=(*quotation.versions[:-1], evolve(wanted, approval=None)))
    return _next_version(quotation, wanted, on)


def _next_version(quotation: Quotation, wanted: Version, on: date) -> Quotation:
    """Return the quotation with a new draft like *wanted*; the version that was active is archived as it is."""
    active = quotation.version
    archived = evolve(active, state=VersionState.ARCHIVED, prior=active.state)
    draft = evolve(wanted, rank=active.rank + 1, made=on, state=VersionState.DRAFT, prior=None, approval=None, sent=None, expires=None)
    return evolve(quotation, versions=(*quotation.versions[:-1], archived, draft))


def make_active(quotation: Quotation, rank: int, *, on: date) -> Outcome[Quotation]:
    """
    Take up an archived version again: a copy of it becomes the newest draft [QTE-3].

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``, ``quotation.not-archived``.
    """
    require_date("on", on)
    LIFECYCLE.require("make_active", quotation, on=on)
    wanted = [each for each in quotation.versions if each.rank == rank and each.state is VersionState.ARCHIVED]
    if not wanted:
        raise RefusedError((NOT_ARCHIVED.refuse(quotation=quotation.number, rank=rank),))
    after = _next_version(quotation, wanted[0], on)
    return Outcome(document=after, changed=(after,), events=(QuotationRevised(number=quotation.number, on=on, version=after.version.rank),))


def approve(quotation: Quotation, *, by: str, on: date, text: str = "") -> Outcome[Quotation]:
    """
    Approve an offer whose figures are beyond the limits; *by* may be somebody else than who drew it up [QTE-3, QTE-10].

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``.
    """
    after = _decided(quotation, "approve", Approval(granted=True, by=by, on=on, text=text))
    return Outcome(document=after, changed=(after,), events=(QuotationApproved(number=quotation.number, on=on, by=by),))


def reject(quotation: Quotation, *, by: str, on: date, text: str = "") -> Outcome[Quotation]:
    """
    Do not approve an offer whose figures are beyond the limits; it has to be changed [QTE-3].

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``.
    """
    after = _decided(quotation, "reject", Approval(granted=False, by=by, on=on, text=text))
    return Outcome(document=after, changed=(after,), events=(QuotationNotApproved(number=quotation.number, on=on, by=by),))


def _decided(quotation: Quotation, command: str, approval: Approval) -> Quotation:
    require_date("on", approval.on)
    require_text("by", approval.by)
    LIFECYCLE.require(command, quotation, on=approval.on)
    return _with_state(quotation, approval=approval)


def _with_state(quotation: Quotation, **changed: Any) -> Quotation:
    return evolve(quotation, versions=(*quotation.versions[:-1], evolve(quotation.version, **changed)))


def send(quotation: Quotation, *, on: date, until: date | None = None) -> Outcome[Quotation]:
    """
    Send the active version to the customer; it is binding, and never changes again [QTE-4].

    Args:
        until: The last day on which it is valid; otherwise as many days after sending as the type says [QTE-12].

    Raises:
        RefusedError: ``wrong-status`` where approval is needed, ``quotation.before-drawn-up``, ``quotation.has-errors``,
            ``quotation.not-later``.
    """
    require_date("on", on)
    LIFECYCLE.require("send", quotation, on=on)
    expires = on + timedelta(days=quotation.type.valid_days) if until is None else until
    require_date("until", expires)
    if expires < on:
        refuse((NOT_LATER.refuse(quotation=quotation.number, until=expires, needed=f"from {on} on"),))
    after = _with_state(quotation, state=VersionState.SENT, sent=on, expires=expires)
    event = QuotationSent(number=quotation.number, on=on, version=after.version.rank, expires=expires)
    return Outcome(document=after, changed=(after,), events=(event,))


def extend(quotation: Quotation, *, until: date, on: date) -> Outcome[Quotation]:
    """
    Let the offer be valid until a later day, also after it has expired [QTE-12].

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``, ``quotation.not-later``.
    """
    require_date("on", on)
    require_date("until", until)
    LIFECYCLE.require("extend", quotation, on=on)
    valid = quotation.version.expires or on
    if until < on or until <= valid:
        refuse((NOT_LATER.refuse(quotation=quotation.number, until=until, needed=f"after {valid}" if valid >= on else f"from {on} on"),))
    after = _with_state(quotation, expires=until)
    return Outcome(document=after, changed=(after,), events=(QuotationExtended(number=quotation.number, on=on, expires=until),))


def lose(quotation: Quotation, *, reason: str, on: date, competitor: str = "") -> Outcome[Quotation]:
    """
    Record that the customer declined; a reason is required [QUO-2].

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``.
    """
    require_date("on", on)
    require_text("reason", reason)
    LIFECYCLE.require("lose", quotation, on=on)
    after = _with_state(quotation, state=VersionState.LOST, reason=reason)
    event = QuotationLost(number=quotation.number, on=on, reason=reason, competitor=competitor)
    return Outcome(document=after, changed=(after,), events=(event,))


def cancel(quotation: Quotation, *, reason: str, on: date) -> Outcome[Quotation]:
    """
    Withdraw the offer; a reason is required [QUO-2].

    The documentation cancels what was sent; here a draft that comes to nothing is cancelled too.

    Raises:
        RefusedError: ``wrong-status``, ``quotation.before-drawn-up``.
    """
    require_date("on", on)
    require_text("reason", reason)
    LIFECYCLE.require("cancel", quotation, on=on)
    after = _with_state(quotation, state=VersionState.CANCELLED, reason=reason)
    return Outcome(document=after, changed=(after,), events=(QuotationCancelled(number=quotation.number, on=on, reason=reason),))


def with_probability(quotation: Quotation, percentage: Decimal | int, line: int | None = None) -> Outcome[Quotation]:
    """
    Say how likely the customer takes the favourite: one line of it, or all lines whatever they said [QUO-5].

    It is our own estimate and no part of the offer, so it may change at any time.

    Raises:
        LookupError: the favourite has no such line.
    """
    require_kind("quotation", quotation, Quotation)
    likely = exact_number("percentage", percentage)
    require_percentage("percentage", likely)
    if line is None:
        after = evolve(quotation, probability=likely, line_probabilities=())
    else:
        quotation.favourite.line(line)
        others = tuple(each for each in quotation.line_probabilities if each[0] != line)
        after = evolve(quotation, line_probabilities=(*others, (line, likely)))
    return Outcome(document=after, changed=(after,))


def planned(quotations: Iterable[Quotation], threshold: Decimal | int) -> tuple[tuple[str, QuotationLine], ...]:
    """Return the lines of open quotations that are at least so likely, with the number of each, for planning what is needed [QUO-5]."""
    least = exact_number("threshold", threshold)
    return tuple(
        (quotation.number, each)
        for quotation in all_of("quotation", quotations, Quotation)
        if quotation.status in _OPEN
        for each in quotation.favourite.lines
        if quotation.probability_of(each.number) >= least
    )


def copy(
    quotation: Quotation,
    *,
    number: str,
    party: Party,
    on: date,
    currency: str | None = None,
    others: Iterable[Quotation] = (),
    **terms: Any,
) -> Outcome[Quotation]:
    """
    Draw up a new offer with all alternatives of the active version of another; it is a draft [QTE-15].

    Args:
        currency: Must be that of the original.
        terms: What else ``draw_up`` takes.

    Raises:
        RefusedError: ``quotation.another-currency``, and what ``draw_up`` refuses.
    """
    require_kind("quotation", quotation, Quotation)
    if currency is not None and currency != quotation.currency:
        refuse((ANOTHER_CURRENCY.refuse(quotation=quotation.number, currency=quotation.currency, other=currency),))
    version = quotation.version
    common = {name: getattr(version, name) for name in ("payment_terms", "terms", "purchase_terms")}
    return draw_up(
        number=number,
        party=party,
        currency=quotation.currency,
        alternatives=version.alternatives,
        favourite=version.favourite,
        on=on,
        type=quotation.type,
        others=others,
        **(common | terms),
    )


def mass(template: Quotation, parties: Iterable[Party], *, numbers: Callable[[], str], on: date) -> Outcome[tuple[Quotation, ...]]:
    """
    Draw up the same offer, on our own initiative, for each of many parties; for nobody where there are none [CMP-7].

    Args:
        numbers: Draws the next quotation number.

    Raises:
        RefusedError: what ``draw_up`` refuses of any of them; then none is made.
    """
    done = [copy(template, number=numbers(), party=party, on=on, initiative=Initiative.OWN) for party in all_of("party", parties, Party)]
    made = tuple(each.document for each in done)
    return Outcome(document=made, made=made, events=tuple(event for each in done for event in each.events))
