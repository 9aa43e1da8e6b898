"""Entitlements: whether a case is covered, and what it takes of what was allotted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve

from salesflow.checks import ONE, ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.model.after_sale import Allotment, Decrement, Draw, Entitlement, Installed
from salesflow.model.case import Case, CaseStatus
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process.history import begun, changed
from salesflow.rules import Rule

NOT_ACTIVE = Rule(
    code="entitlement.not-active",
    en="An entitlement is drawn on within its period.",
    nl="Op een recht op ondersteuning wordt binnen de periode ervan een beroep gedaan.",
    refusal="entitlement {entitlement} holds {period}, not on {on}",
    spec=("SVC-5",),
    source="documentation",
)
USED_UP = Rule(
    code="entitlement.used-up",
    en="No more is drawn than was allotted.",
    nl="Er wordt niet meer gebruikt dan er is toegekend.",
    refusal="entitlement {entitlement} has {left} left, not {asked}",
    spec=("SVC-5",),
    source="documentation",
)
DRAWN = Rule(
    code="entitlement.drawn",
    en="A case draws on an entitlement once, when the entitlement says: as it is opened, or once it is resolved.",
    nl="Een zaak gebruikt een recht één keer, op het moment dat het recht aangeeft: bij opening of na oplossing.",
    refusal="case {case} has {what} on entitlement {entitlement}",
    spec=("SVC-5",),
    source="documentation",
)
NOT_COVERED = Rule(
    code="entitlement.not-covered",
    en="An entitlement is for its own customer, and for what it covers.",
    nl="Een recht op ondersteuning is voor de eigen klant, en voor wat het dekt.",
    refusal="entitlement {entitlement} does not cover case {case}",
    spec=("SVC-5",),
    source="documentation",
)


def grant(entitlement: Entitlement, *, on: date, by: str = "") -> Outcome[Entitlement]:
    """Give a customer an entitlement."""
    require_kind("entitlement", entitlement, Entitlement)
    return begun(entitlement, "entitlement", "granted", on=on, by=by)


def covers(entitlement: Entitlement, case: Case, thing: Installed | None = None) -> bool:
    """Say whether an entitlement is for a case: of its customer, and about something it covers."""
    require_kind("entitlement", entitlement, Entitlement)
    require_kind("case", case, Case)
    about = {case.installed, case.category}
    if thing is not None:
        about |= {thing.number, thing.item.number}
    return case.customer == entitlement.customer and (not entitlement.covers or bool(about & set(entitlement.covers)))


def choose(entitlements: Iterable[Entitlement], case: Case, thing: Installed | None = None, *, on: date) -> Entitlement | None:
    """Return the entitlement that a case falls under: one that holds and has something left, the first to expire; ``None`` where none does."""
    require_date("on", on)
    fitting = [
        each
        for each in all_of("entitlement", entitlements, Entitlement)
        if covers(each, case, thing) and on in each.period and each.left > 0
    ]
    return min(fitting, key=lambda each: (each.period.end or date.max, each.number), default=None)


@exact
def draw(
    entitlement: Entitlement,
    case: Case,
    thing: Installed | None = None,
    *,
    on: date,
    hours: Decimal | int | None = None,
    by: str = "",
) -> Outcome[Entitlement]:
    """
    Take a case, or the hours it took, off an entitlement [SVC-5].

    Raises:
        RefusedError: ``entitlement.not-active``, ``entitlement.not-covered``, ``entitlement.drawn``, ``entitlement.used-up``.
    """
    require_date("on", on)
    require_kind("entitlement", entitlement, Entitlement)
    require_kind("case", case, Case)
    by_hours = entitlement.counts is Allotment.HOURS
    if by_hours is (hours is None):
        msg = "hours are given where the entitlement counts hours, and only there"
        raise TypeError(msg)
    asked = ONE if hours is None else exact_number("hours", hours)
    refuse(_against_draw(entitlement, case, thing, asked, on))
    after = evolve(entitlement, draws=(*entitlement.draws, Draw(case=case.number, on=on, quantity=asked)))
    told = changed(entitlement, after, "entitlement", "drawn on", on=on, by=by)
    linked = evolve(case, entitlement=entitlement.number)
    noted = changed(case, linked, "case", "covered", on=on, by=by)
    return Outcome(document=after, changed=(after, linked), events=(*told.events, *noted.events))


def _against_draw(entitlement: Entitlement, case: Case, thing: Installed | None, asked: Decimal, on: date) -> Iterator[Refusal]:
    number = entitlement.number
    if on not in entitlement.period:
        yield NOT_ACTIVE.refuse(entitlement=number, period=entitlement.period, on=on)
    if not covers(entitlement, case, thing):
        yield NOT_COVERED.refuse(entitlement=number, case=case.number)
    if any(each.case == case.number for each in entitlement.draws):
        yield DRAWN.refuse(entitlement=number, case=case.number, what="drawn")
    resolved = case.status in {CaseStatus.RESOLVED, CaseStatus.CLOSED}
    if entitlement.drawn_at is Decrement.RESOLUTION and not resolved:
        yield DRAWN.refuse(entitlement=number, case=case.number, what="to be resolved before it draws")
    if not ZERO < asked <= entitlement.left:
        yield USED_UP.refuse(entitlement=number, left=entitlement.left, asked=asked)
