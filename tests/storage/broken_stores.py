"""Memory stores that each break one promise."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable
from types import TracebackType
from typing import Any

from attrs import evolve

from salesflow import memory
from salesflow.errors import RefusedError
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip
from salesflow.outcome import Outcome


class LosesAnEvent(memory.Store):
    """Every seventh event is not kept."""

    def _commit(self, work: memory.Work) -> None:
        total = len(self.events) + len(work._events)
        if total % 7 == 0:
            work._events = work._events[:-1]
        super()._commit(work)


class ForgetsAPut(memory.Store):
    """Packing slips stay as they were added."""

    def _commit(self, work: memory.Work) -> None:
        work._repositories[PackingSlip]._put.clear()
        super()._commit(work)


class StaleWork(memory.Work):
    """Answers what is open as it was answered first."""

    def open_lines(self, **wanted: Any) -> Any:
        """Return the first answer."""
        store: Any = self._store
        key = repr(sorted(wanted.items(), key=repr))
        return store.answers.setdefault(key, super().open_lines(**wanted))


class StaleOpenLine(memory.Store):
    """A line that was open once is open for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Any] = {}

    def begin(self) -> memory.Work:
        """Begin a unit of work."""
        return StaleWork(self)


class NumberTwice(memory.Store):
    """The series of a work are not kept once they have come to three."""

    def _commit(self, work: memory.Work) -> None:
        work._drawn = {series: min(drawn, 3) for series, drawn in work._drawn.items()}
        super()._commit(work)


class HalfWork(memory.Work):
    """Commits whatever happens."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> None:
        """Commit what there is."""
        super().__exit__(None, None, None)


class KeepsHalf(memory.Store):
    """An exception keeps what was recorded before it."""

    def begin(self) -> memory.Work:
        """Begin a unit of work."""
        return HalfWork(self)


class LastOneWins(memory.Store):
    """Nobody is told of a conflict over an order."""

    def _commit(self, work: memory.Work) -> None:
        repository = work._repositories[Order]
        for number in repository._put:
            repository._read[number] = self._documents[Order][number]
        super()._commit(work)


class ForgetfulWork(memory.Work):
    """Runs every request."""

    def once(self, key: str, request: Hashable, command: Callable[[], Outcome[Any]]) -> Outcome[Any]:
        """Run the command under a key that was never used before."""
        return super().once(f"{key} {len(self._store.events)} {len(self._keys)}", request, command)


class RunsTwice(memory.Store):
    """A key means nothing."""

    def begin(self) -> memory.Work:
        """Begin a unit of work."""
        return ForgetfulWork(self)


class AnyVersion(memory.Store):
    """Puts a document whatever version it was made from."""

    def begin(self) -> memory.Work:
        """Begin a unit of work whose orders do not look at what is expected."""
        work = super().begin()
        put = work.orders.put

        def taken(document: Order, *, expected: int | None = None) -> None:
            put(document, expected=expected and None)

        orders: Any = work.orders
        orders.put = taken
        return work


class SkippingWork(memory.Work):
    """Leaves out the last of every page but the last."""

    def open_invoices(self, **wanted: Any) -> Any:
        """Return a page that lacks one."""
        page = super().open_invoices(**wanted)
        return page if page.after is None else evolve(page, found=page.found[:-1])


class LosesBetweenPages(memory.Store):
    """What stands where a page ends is never seen."""

    def begin(self) -> memory.Work:
        """Begin a unit of work."""
        return SkippingWork(self)


class OtherDigits(memory.Store):
    """Keeps the value of a quantity, and not how it was written."""

    def _commit(self, work: memory.Work) -> None:
        repository = work._repositories[Order]
        for kept in (repository._put, repository._added):
            for number, order in kept.items():
                kept[number] = evolve(order, lines=tuple(evolve(line, ordered=line.ordered + 0 * line.price) for line in order.lines))
        super()._commit(work)


class Backwards(memory.Store):
    """What was added last comes first."""

    def _commit(self, work: memory.Work) -> None:
        super()._commit(work)
        if work._repositories[Order]._added:
            self._documents[Order] = dict(reversed(self._documents[Order].items()))


class NoRefusal(memory.Store):
    """An order is put with whatever postings."""

    def begin(self) -> memory.Work:
        """Begin a unit of work that takes any order."""
        work = super().begin()
        orders: Any = work._repositories[Order]
        put = orders.put

        def taken(document: Order, *, expected: int | None = None) -> None:
            with contextlib.suppress(RefusedError):
                put(document, expected=expected)

        orders.put = taken
        return work


BROKEN: dict[type[memory.Store], tuple[str, ...]] = {
    LosesAnEvent: ("place_order", "deliver"),
    ForgetsAPut: ("place_order", "deliver", "undo_delivery"),
    StaleOpenLine: ("place_order", "deliver"),
    NumberTwice: ("place_order", "draw_numbers"),
    KeepsHalf: ("place_order", "two_in_one"),
    LastOneWins: ("rivals", "lost_update"),
    RunsTwice: ("deliver_once",),
    AnyVersion: ("put_expecting",),
    LosesBetweenPages: ("invoice_in_words",),
    OtherDigits: ("place_order",),
    Backwards: ("place_order",),
    NoRefusal: ("deliver", "put_expecting"),
}
"""Every broken store, and what brings it to light soonest; the whole machine takes longer."""
