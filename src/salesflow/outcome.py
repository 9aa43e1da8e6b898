"""What a command gives back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from attrs import frozen

D_co = TypeVar("D_co", covariant=True)


@frozen(kw_only=True)
class Outcome(Generic[D_co]):
    """
    The result of a command: the documents it changed and made, and the events that tell of it.

    Nothing is stored until a unit of work records the outcome, so an outcome that is dropped was a dry run.
    It unpacks to what it changed, then what it made: ``order, slip = deliveries.post(...)``.
    """

    document: D_co
    """The document the caller asked for."""
    made: tuple[Any, ...] = ()
    """Documents to add."""
    changed: tuple[Any, ...] = ()
    """Documents to put in the place of their earlier selves."""
    events: tuple[Any, ...] = ()
    """What happened, oldest first."""

    def __iter__(self) -> Iterator[Any]:
        return iter((*self.changed, *self.made))
