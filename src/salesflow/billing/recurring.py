"""Recurring free text invoices: at most one per customer, template and period, with the missed ones caught up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import count, pairwise, takewhile

from attrs import evolve

from salesflow.billing import free_text
from salesflow.checks import ZERO, require_date, require_kind
from salesflow.errors import RefusedError
from salesflow.model.charge import numbered
from salesflow.model.invoice import Invoice
from salesflow.model.recurrence import Generated, Recurrence
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.period import Period, months_after
from salesflow.rules import Rule

NEVER_ENDS = Rule(
    code="recurring.never-ends",
    en="A recurrence has an end date or a maximum amount.",
    nl="Een herhaling heeft een einddatum of een maximumbedrag.",
    refusal="recurrence {recurrence} has neither an end date nor a maximum amount",
    spec=("REC-1", "REC-3"),
    source="choice",
)
NOTHING_DUE = Rule(
    code="recurring.nothing-due",
    en="A recurrence makes one invoice for each period that has begun, and none for others.",
    nl="Een herhaling maakt één factuur voor elke periode die is begonnen, en geen voor andere.",
    refusal="recurrence {recurrence} has no period to invoice on {on}",
    spec=("REC-2", "REC-3"),
    source="documentation",
)
NOT_TAKEN_BACK = Rule(
    code="recurring.not-taken-back",
    en="A period is invoiced again only after its invoice was taken back whole.",
    nl="Een periode wordt pas opnieuw gefactureerd als haar factuur helemaal is teruggenomen.",
    refusal="invoice {invoice} is no invoice of recurrence {recurrence} that was taken back whole",
    spec=("REC-2",),
    source="documentation",
)


def _begun(recurrence: Recurrence, on: date) -> Iterator[tuple[date, Period]]:
    """Yield the periods that have begun by that day with the day each begins, oldest first."""
    last = on if recurrence.end is None else min(on, recurrence.end)
    starts = (months_after(recurrence.start, place * recurrence.months) for place in count())
    for first, following in takewhile(lambda pair: pair[0] <= last, pairwise(starts)):
        yield first, Period(first, following - timedelta(days=1))


@exact
def due(recurrence: Recurrence, on: date) -> tuple[Period, ...]:
    """Return the periods that are to be invoiced on that day, missed ones included, as far as the maximum amount goes [REC-3]."""
    require_date("on", on)
    return tuple(period for _, period in _waiting(recurrence, on))


def _waiting(recurrence: Recurrence, on: date) -> list[tuple[date, Period]]:
    done = {each.begins for each in recurrence.generated}
    waiting = [(first, period) for first, period in _begun(recurrence, on) if first not in done]
    if recurrence.maximum is None or not waiting:
        return waiting
    room = recurrence.maximum - sum((each.total for each in recurrence.generated), ZERO)
    each = _each(recurrence, on)
    return waiting[: max(int(room // each), 0)] if each > 0 else waiting


def _each(recurrence: Recurrence, on: date) -> Decimal:
    """Return what one invoice of the recurrence comes to."""
    return free_text.pro_forma(_draft(recurrence), on=on).total


def _draft(recurrence: Recurrence) -> free_text.Draft:
    return free_text.Draft(
        reference=recurrence.number,
        account=recurrence.account,
        currency=recurrence.currency,
        lines=recurrence.template.lines,
        payment_terms=recurrence.payment_terms,
        charges=numbered(recurrence.template.charges),
        totals_policy=recurrence.template.totals_policy,
    )


@exact
def generate(recurrence: Recurrence, *, numbers: Callable[[], str], batch: str, on: date) -> Outcome[Recurrence]:
    """
    Invoice every period that is due, each on an invoice of its own that names its period [REC-2].

    Run again on the same day it makes nothing more.

    Args:
        numbers: Draws the next invoice number.
        batch: What the invoices of this run are known by together.

    Raises:
        RefusedError: ``recurring.never-ends``, ``recurring.nothing-due``, and what ``free_text.post`` refuses.
    """
    if recurrence.end is None and recurrence.maximum is None:
        raise RefusedError((NEVER_ENDS.refuse(recurrence=recurrence.number),))
    waiting = _waiting(recurrence, on)
    if not waiting:
        raise RefusedError((NOTHING_DUE.refuse(recurrence=recurrence.number, on=on),))
    made: list[Invoice] = []
    events: list[object] = []
    generated = list(recurrence.generated)
    for first, period in waiting:
        done = free_text.post(_draft(recurrence), number=numbers(), on=on)
        invoice = evolve(done.document, period=period)
        made.append(invoice)
        events += done.events
        generated.append(Generated(begins=first, invoice=invoice.number, batch=batch, total=invoice.total))
    after = evolve(recurrence, generated=tuple(generated))
    return Outcome(document=after, made=tuple(made), changed=(after,), events=tuple(events))


def reopen(recurrence: Recurrence, invoice: Invoice) -> Outcome[Recurrence]:
    """
    Let the period of an invoice that was taken back be invoiced again [REC-2].

    Raises:
        RefusedError: ``recurring.not-taken-back``.
    """
    require_kind("invoice", invoice, Invoice)
    kept = tuple(each for each in recurrence.generated if each.invoice != invoice.number)
    left = any(invoice.creditable.values()) or any(invoice.creditable_charges.values())
    if left or len(kept) == len(recurrence.generated):
        raise RefusedError((NOT_TAKEN_BACK.refuse(invoice=invoice.number, recurrence=recurrence.number),))
    after = evolve(recurrence, generated=kept)
    return Outcome(document=after, changed=(after,))
