"""What can be asked of a store, and whether two stores answer alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from itertools import takewhile
from typing import Any

from salesflow.period import Period
from salesflow.testing.works_orders import VENDORS
from salesflow.testing.works_pipeline import OWNERS, PRODUCTS

SERIES = ("P", "SO", "PS", "INV", "CN", "PAY", "RMA", "unheard-of")
SMALL = 3
"""How many documents a page holds here, so that there are several."""
BEFORE, SHOWN = 60, 400
"""How many characters of two answers are shown before they part, and in all."""
Question = Callable[[Any], Any]
"""Takes a unit of work, and returns what can be compared and shown."""


def agree(what: str, by_memory: Any, by_store: Any) -> None:
    """
    See that a store answers as the memory store does: what is equal and looks the same.

    Raises:
        AssertionError: it does not.
    """
    shown = repr(by_memory), repr(by_store)
    if by_memory != by_store or shown[0] != shown[1]:
        start = max(0, sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*shown, strict=False))) - BEFORE)
        parts = [f"{'…' if start else ''}{text[start : start + SHOWN]}" for text in shown]
        msg = f"{what}: the memory store answers {parts[0]}, the store under test {parts[1]}"
        raise AssertionError(msg)


def paged(ask: Callable[..., Any], limit: int, **wanted: Any) -> tuple[tuple[Any, ...], ...]:
    """Return every page of an answer; where a page ended is the store's own affair."""
    page = ask(limit=limit, **wanted)
    pages = [page.found]
    while page.after is not None:
        page = ask(limit=limit, after=page.after, **wanted)
        pages.append(page.found)
    return tuple(pages)


def kept_as(name: str, number: str, work: Any) -> Any:
    """Return a document and its version; nothing where it is not there."""
    repository = getattr(work, name)
    return (repository.version(number), repository.get(number)) if number in repository else None


def told_by(party: str, work: Any) -> Any:
    """Return the timeline of a customer; the places in the log may have gaps, so they are left out."""
    return tuple((entry.on, entry.kind, entry.number, entry.event) for entry in work.timeline(party))


def every(name: str, work: Any) -> Any:
    """Return all documents of a kind in order of being added, how many they are, and their versions."""
    repository = getattr(work, name)
    found = tuple(repository)
    return len(repository), found, tuple(repository.version(document.number) for document in found)


def _page(of: Callable[[Any], Callable[..., Any]], limit: int, wanted: dict[str, Any], work: Any) -> Any:
    return paged(of(work), limit, **wanted)


def _finding(name: str, work: Any) -> Any:
    return getattr(work, name).find


def _lines(work: Any) -> Any:
    return work.open_lines


def _purchases(work: Any) -> Any:
    return work.open_purchases


def _slips(work: Any) -> Any:
    return work.uninvoiced_slips


def _invoices(work: Any) -> Any:
    return work.open_invoices


def next_numbers(work: Any) -> Any:
    """Draw the next number of every series."""
    return tuple(work.number(series) for series in SERIES)


def questions(
    kinds: Iterable[str], parties: Iterable[str], projects: Iterable[str], first: date, last: date
) -> Iterator[tuple[str, Question]]:
    """Yield every question to both stores, each with its name: about these kinds, parties and projects, between these days."""
    names = (*parties, "NOBODY")
    middle = first + (last - first) / 2
    for name in kinds:
        for wanted in _found_by(names[:SMALL], tuple(projects)[:1], middle):
            yield f"{name}.find({wanted})", partial(_page, partial(_finding, name), SMALL, wanted)
    for party in names:
        yield f"timeline({party})", partial(told_by, party)
    yield from _open(names, middle)


def _found_by(names: Iterable[str], projects: Iterable[str], middle: date) -> Iterator[dict[str, Any]]:
    yield {}
    yield {"since": middle}
    yield {"owner": OWNERS[0], "until": middle}
    yield {"person": "JO"}
    yield from ({"customer": party} for party in names)
    yield from ({"project": project} for project in projects)


def _open(names: tuple[str, ...], middle: date) -> Iterator[tuple[str, Question]]:
    items = [product.number for product in PRODUCTS]
    lines: list[dict[str, Any]] = [{}, {"before": middle}, *({"item": item} for item in items), *({"vendor": each} for each in VENDORS)]
    bought = [{}, *({"item": item} for item in items), *({"vendor": each} for each in VENDORS)]
    periods = [Period(), Period(middle, None), Period.month_of(middle)]
    slips: list[dict[str, Any]] = [{"period": period} for period in periods]
    owed: list[dict[str, Any]] = [{}, {"due_by": middle}]
    for party in names[:SMALL]:
        lines += [{"customer": party}, {"customer": party, "item": items[0], "before": middle}]
        slips += [{"period": periods[0], "customer": party}, {"period": periods[1], "account": party}]
        owed += [{"account": party}, {"account": party, "due_by": middle}]
    for name, of, asked in (
        ("open_lines", _lines, lines),
        ("open_purchases", _purchases, bought),
        ("uninvoiced_slips", _slips, slips),
        ("open_invoices", _invoices, owed),
    ):
        for wanted in asked:
            yield f"{name}({wanted})", partial(_page, of, SMALL, wanted)
