"""
The figures of service: satisfaction, resolution, handling time, service levels kept, customers kept.

Every rate lies from 0 to 1; with nothing to count it is ``None``, never zero [MET-0, MET-15].
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from salesflow.checks import HUNDRED, all_of
from salesflow.labels import Labelled
from salesflow.model.case import Author, Case, CaseStatus
from salesflow.model.relationship import Survey
from salesflow.money import exact
from salesflow.period import Period
from salesflow.process.service_levels import Clock, ClockState

_RESOLVED = (CaseStatus.RESOLVED, CaseStatus.CLOSED)
_PROMOTER, _PASSIVE = 9, 7


class Cohort(Labelled):
    """Which cases a rate is of: those that came in, or those that were resolved, in a period."""

    RECEIVED = "received", "Received in the period", "Ontvangen in de periode"
    RESOLVED = "resolved", "Resolved in the period", "Opgelost in de periode"


@exact
def _rate(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def _answers(surveys: Iterable[Survey], period: Period | None) -> list[Survey]:
    return [
        survey
        for survey in all_of("survey", surveys, Survey)
        if survey.score is not None and survey.answered is not None and (period is None or survey.answered in period)
    ]


def satisfaction(surveys: Iterable[Survey], period: Period | None = None) -> Decimal | None:
    """Return the part of the answers that is satisfied; no answer is no answer [MET-8]."""
    answers = _answers(surveys, period)
    return _rate(sum(survey.score is not None and survey.score >= survey.scale.satisfied for survey in answers), len(answers))


@exact
def mean_score(surveys: Iterable[Survey], period: Period | None = None) -> Decimal | None:
    """Return the mean of the scores that were given [MET-8]."""
    scores = [survey.score for survey in _answers(surveys, period) if survey.score is not None]
    return Decimal(sum(scores)) / len(scores) if scores else None


@exact
def net_promoter_score(surveys: Iterable[Survey], period: Period | None = None) -> Decimal | None:
    """Return promoters (9 and 10) less detractors (6 and lower) in percent of the answers, from -100 to 100 [MET-13]."""
    scores = [survey.score for survey in _answers(surveys, period) if survey.score is not None]
    promoters, detractors = sum(score >= _PROMOTER for score in scores), sum(score < _PASSIVE for score in scores)
    return HUNDRED * (promoters - detractors) / len(scores) if scores else None


def cohort(cases: Iterable[Case], period: Period, of: Cohort) -> tuple[Case, ...]:
    """Return the cases that came in, or were resolved last, in a period; cancelled and merged ones are left out [MET-15]."""
    given = [case for case in all_of("case", cases, Case) if case.status not in {CaseStatus.CANCELLED, CaseStatus.MERGED}]
    if of is Cohort.RECEIVED:
        return tuple(case for case in given if case.opened.date() in period)
    return tuple(case for case in given if case.status in _RESOLVED and _resolved(case) in period)


def _resolved(case: Case) -> date:
    return max(turn.at for turn in case.turns if turn.status is CaseStatus.RESOLVED).date()


def resolution_rate(cases: Iterable[Case], period: Period) -> Decimal | None:
    """Return the part of the cases received in a period that is resolved [MET-9]."""
    received = cohort(cases, period, Cohort.RECEIVED)
    return _rate(sum(case.status in _RESOLVED for case in received), len(received))


def first_contact_resolution(cases: Iterable[Case], period: Period, *, of: Cohort = Cohort.RESOLVED) -> Decimal | None:
    """
    Return the part of the resolved cases that took one contact [MET-10].

    That is: the customer spoke once, nobody else took the case over, it was not escalated and never went on after being resolved.
    """
    resolved = [case for case in cohort(cases, period, of) if case.status in _RESOLVED]
    return _rate(sum(_at_once(case) for case in resolved), len(resolved))


def _at_once(case: Case) -> bool:
    spoken = len(case.messages_of(Author.CUSTOMER))
    return spoken <= 1 and not (case.transfers or case.escalated or case.reopened)


def handling_time(cases: Iterable[Case], period: Period, *, of: Cohort = Cohort.RESOLVED) -> timedelta | None:
    """Return the mean time that handling took: talk, hold and work after it, of the contacts of each case [MET-11]."""
    handled = [sum(message.seconds for message in case.messages) for case in cohort(cases, period, of)]
    return timedelta(seconds=sum(handled)) / len(handled) if handled else None


def compliance(clocks: Iterable[Clock | None]) -> Decimal | None:
    """Return the part of the agreed times that were kept; those still running are left out [MET-12]."""
    states = [clock.state for clock in all_of("clock", (each for each in clocks if each is not None), Clock)]
    met, breached = states.count(ClockState.MET), states.count(ClockState.BREACHED)
    return _rate(met, met + breached)


def retention(at_start: Iterable[str], at_end: Iterable[str]) -> Decimal | None:
    """Return the part of the customers at the start that are still customers at the end; new ones do not count [MET-14]."""
    before = set(at_start)
    return _rate(len(before & set(at_end)), len(before))


def repeat_purchase(customers: Iterable[str]) -> Decimal | None:
    """Return the part of the customers that bought more than once, from the customer of each order [MET-14]."""
    counts: dict[str, int] = {}
    for customer in customers:
        counts[customer] = counts.get(customer, 0) + 1
    return _rate(sum(count > 1 for count in counts.values()), len(counts))
