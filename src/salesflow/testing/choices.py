"""Choices of a work that is done on one store and done again, choice for choice, on another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from salesflow.outcome import Outcome

T = TypeVar("T")


def done(work: Any, outcome: Outcome[T]) -> Outcome[T]:
    """Record what a command gave back, and return it."""
    work.record(outcome)
    return outcome


def added(work: Any, document: T) -> Outcome[T]:
    """Add a document, and return it as something that was made."""
    return done(work, Outcome(document=document, made=(document,)))


class NothingThereError(LookupError):
    """There is nothing to choose among yet."""


class Choices:
    """
    What is chosen in a work.

    Args:
        day: The day on which the work is done.
        data: What to draw from.
        again: The choices to make again; left out, they are drawn.
    """

    def __init__(self, day: date, data: st.DataObject, again: Choices | None = None) -> None:
        self.day = day
        self._data = data
        self._made: list[tuple[int, Any]] = []
        self._again = None if again is None else iter(tuple(again._made))  # noqa: SLF001  it is one of these

    def draw(self, strategy: st.SearchStrategy[T]) -> T:
        """Draw a value."""
        return self._chosen(0, strategy)

    def one_of(self, among: Iterable[T]) -> T:
        """Choose one of several; raise ``NothingThereError`` where there is none."""
        given = tuple(among)
        if not given:
            raise NothingThereError
        return given[self._chosen(len(given), st.integers(0, len(given) - 1))]

    def rather(self, among: Iterable[T], fits: Callable[[T], Any]) -> T:
        """Choose one that fits, most of the time; of those that do not, what is wanted is likely refused."""
        given = tuple(among)
        fitting = tuple(each for each in given if fits(each))
        most = bool(fitting) and self._chosen(4, st.integers(0, 3)) < 3
        return self.one_of(fitting if most else given)

    def some_of(self, among: Iterable[T], most: int) -> list[T]:
        """Choose one or more of several, each once."""
        left = list(among)
        found = [self.one_of(left)]
        while len(found) < most and self.perhaps():
            left.remove(found[-1])
            if not left:
                break
            found.append(self.one_of(left))
        return found

    def perhaps(self) -> bool:
        """Choose whether something happens."""
        return self.one_of((False, True))

    def at(self) -> datetime:
        """Return a moment of the day."""
        return datetime.combine(self.day, time(12), tzinfo=UTC)

    def part(self, whole: Decimal) -> Decimal:
        """Choose how much of a quantity: all of it, a half, or one unit as a person writes it."""
        return self.one_of((whole, whole / 2, Decimal("1.0")))

    def rows(self, left: Mapping[int, Decimal]) -> dict[int, Decimal] | None:
        """Choose how much of what is left of some lines; ``None`` is all of it."""
        there = {line: quantity for line, quantity in left.items() if quantity}
        if self.perhaps() or not there:
            return None
        return {line: self.part(there[line]) for line in self.some_of(there, 2)}

    def _chosen(self, count: int, strategy: st.SearchStrategy[T]) -> T:
        if self._again is None:
            chosen = count, self._data.draw(strategy)
        else:
            chosen = next(self._again, (-1, None))  # type: ignore[assignment]
            if chosen[0] != count:
                msg = f"the store under test lets another choice be made than the memory store: among {count}, not {chosen[0]}"
                raise AssertionError(msg)
        self._made.append(chosen)
        return chosen[1]
