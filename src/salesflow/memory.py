"""
The in-memory store: the reference implementation of the ports, for tests, scripts and small applications.

A unit of work sees the store as it was when the work began to read, keeps its changes to itself,
and commits them together after checking that nobody else has changed what it put.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from salesflow.checks import require_text
from salesflow.errors import ConflictError, DuplicateError, NotFoundError, RefusedError
from salesflow.kinds import KINDS, Repositories, number_of
from salesflow.lookups import NO_DAY, Role, concerns, day_of, require_kept
from salesflow.model.invoice import Invoice, InvoiceStatus
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip, SlipStatus
from salesflow.model.purchase import Purchase
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.ports import ANOTHER_REQUEST, PAGE, Page, Told
from salesflow.process import backorders, timeline

D = TypeVar("D")


class Events:
    """The committed events, oldest first."""

    def __init__(self) -> None:
        self._events: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)

    def about(self, number: str) -> tuple[Any, ...]:
        """Return the events of one document."""
        return tuple(event for event in self._events if event.number == number)

    def after(self, place: int = 0, *, limit: int = PAGE) -> tuple[Told, ...]:
        """Return the events after *place*, the oldest first."""
        return tuple(Told(place + n, event) for n, event in enumerate(self._events[place : place + limit], start=1))


class Repository(Generic[D]):
    """The documents of one kind inside a unit of work."""

    def __init__(self, kind: type[D], stored: Mapping[str, tuple[int, D]]) -> None:
        self._kind = kind
        self._stored = stored
        self._read: dict[str, tuple[int, D]] = {}
        self._added: dict[str, D] = {}
        self._put: dict[str, D] = {}

    def get(self, number: str) -> D:
        """Return the document of that number; raise ``NotFoundError`` where there is none."""
        for own in (self._put, self._added):
            if number in own:
                return own[number]
        if number not in self._read:
            if number not in self._stored:
                msg = f"there is no {self._kind.__name__} {number!r}"
                raise NotFoundError(msg)
            self._read[number] = self._stored[number]
        return self._read[number][1]

    def add(self, document: D) -> None:
        """Add a document; raise ``DuplicateError`` where its number is taken."""
        number = number_of(self._kind, document)
        if number in self:
            msg = f"there is a {self._kind.__name__} {number!r} already"
            raise DuplicateError(msg)
        self._added[number] = document

    def version(self, number: str) -> int:
        """Return how often the document of that number was committed when this work read it; zero for what this work adds."""
        self.get(number)
        return self._read[number][0] if number in self._read else 0

    def put(self, document: D, *, expected: int | None = None) -> None:
        """Put a document in the place of its earlier self; see ``ports.Repository``."""
        number = number_of(self._kind, document)
        before = self.get(number)
        version = self.version(number)
        if expected is not None and expected != version:
            msg = f"{self._kind.__name__} {number} is of version {version}, not {expected}"
            raise ConflictError(msg)
        if isinstance(document, Order) and isinstance(before, Order):
            require_kept(before, document)
        (self._added if number in self._added else self._put)[number] = document

    def find(
        self,
        *,
        customer: str | None = None,
        person: str | None = None,
        owner: str | None = None,
        project: str | None = None,
        since: date | None = None,
        until: date | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> Page[D]:
        """Return one page of the documents that fit everything asked for, in order of their day and then their number."""
        asked = ((Role.CUSTOMER, customer), (Role.PERSON, person), (Role.OWNER, owner), (Role.PROJECT, project))
        wanted = {(role, name) for role, name in asked if name is not None}
        found = []
        for document in self:
            day = day_of(document)
            fits = (day is not None or (since or until) is None) and (since or NO_DAY) <= (day or NO_DAY) <= (until or date.max)
            if fits and wanted <= concerns(document):
                found.append(((str(day or NO_DAY), str(document.number)), document))  # type: ignore[attr-defined]
        return _page(found, after, limit)

    def __contains__(self, number: object) -> bool:
        return number in self._added or number in self._stored

    def __iter__(self) -> Iterator[D]:
        return iter([self.get(number) for number in (*self._stored, *self._added)])

    def __len__(self) -> int:
        return len(self._stored) + len(self._added)

    def _conflicts(self) -> list[str]:
        stale = [number for number in self._put if self._stored[number][0] != self._read[number][0]]
        return [f"{self._kind.__name__} {number}" for number in (*stale, *(n for n in self._added if n in self._stored))]

    def _written(self) -> dict[str, tuple[int, D]]:
        written = {number: (self._read[number][0] + 1, document) for number, document in self._put.items()}
        return written | {number: (1, document) for number, document in self._added.items()}


class Work(Repositories):
    """A unit of work over a memory store; see ``salesflow.ports.UnitOfWork``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._repositories: dict[type, Repository[Any]] = {kind: Repository(kind, store._documents[kind]) for kind in KINDS}
        for kind, name in KINDS.items():
            setattr(self, name, self._repositories[kind])
        self._events: list[Any] = []
        self._drawn: dict[str, int] = {}
        self._series_seen: dict[str, int] = {}
        self._keys: dict[str, tuple[Hashable, Outcome[Any]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> None:
        if kind is None:
            self._store._commit(self)

    def add(self, *documents: Any) -> None:
        """Add documents of any kind; a number that was drawn here and that a rival has taken meanwhile is a conflict."""
        try:
            super().add(*documents)
        except DuplicateError as error:
            if self._overtaken():
                raise ConflictError(str(error)) from error
            raise

    def _overtaken(self) -> list[str]:
        """Return the number series that others have drawn from since this work did."""
        return [name for name, seen in self._series_seen.items() if self._store._series.get(name, 0) != seen]

    def append(self, *events: Any) -> None:
        """Append events to the log, once the work is committed."""
        self._events += events

    def number(self, series: str) -> str:
        """Draw the next number of a series, such as ``INV-7``; a work that does not commit leaves no gap."""
        require_text("series", series)
        seen = self._series_seen.setdefault(series, self._store._series.get(series, 0))
        self._drawn[series] = self._drawn.get(series, seen) + 1
        return f"{series}-{self._drawn[series]}"

    def once(self, key: str, request: Hashable, command: Callable[[], Outcome[D]]) -> Outcome[D]:
        """Run *command* and record its outcome, unless *key* was used before: then return the first outcome and do nothing."""
        require_text("key", key)
        hash(request)  # a request that cannot be hashed could change while it is kept
        known = self._keys.get(key) or self._store._keys.get(key)
        if known is not None:
            if known[0] != request:
                raise RefusedError((ANOTHER_REQUEST.refuse(key=key),))
            return known[1]
        outcome = command()
        self.record(outcome)
        self._keys[key] = request, outcome
        return outcome

    # ------------------------------------------------------------------ questions

    def open_lines(
        self,
        *,
        item: str | None = None,
        customer: str | None = None,
        vendor: str | None = None,
        before: date | None = None,
        after: str | None = None,
        limit: int = PAGE,
    ) -> Page[backorders.OpenLine]:
        """Return order lines with goods left to deliver, the earliest ship date first; see ``ports.Queries``."""
        bought = {purchase.item.number for purchase in self.purchases if purchase.missing and purchase.vendor == vendor}
        found = [
            ((str(line.ship_date or date.max), line.order, f"{line.line:010}"), line)
            for line in backorders.open_lines(self.orders)
            if item in {None, line.item.number}
            and customer in {None, line.customer}
            and (vendor is None or line.item.number in bought)
            and (before is None or line.is_backorder(before))
        ]
        return _page(found, after, limit)

    def open_purchases(
        self, *, vendor: str | None = None, item: str | None = None, after: str | None = None, limit: int = PAGE
    ) -> Page[Purchase]:
        """Return purchases of which something is missing, the earliest expected first."""
        found = [
            ((str(purchase.expected), purchase.number), purchase)
            for purchase in self.purchases
            if purchase.missing and vendor in {None, purchase.vendor} and item in {None, purchase.item.number}
        ]
        return _page(found, after, limit)

    def uninvoiced_slips(
        self, *, customer: str | None = None, account: str | None = None, period: Period, after: str | None = None, limit: int = PAGE
    ) -> Page[PackingSlip]:
        """Return packing slips of a period that leave something to invoice, the oldest first; see ``ports.Queries``."""
        found = [
            ((str(slip.on), slip.number), slip)
            for slip in self.slips
            if slip.on in period
            and slip.status is SlipStatus.POSTED
            and slip.reverses is None
            and self._is_uninvoiced(slip, customer, account)
        ]
        return _page(found, after, limit)

    def _is_uninvoiced(self, slip: PackingSlip, customer: str | None, account: str | None) -> bool:
        delivered = [self.orders.get(number) for number in slip.orders if number in self.orders]
        return any(
            customer in {None, order.customer} and account in {None, order.invoice_account} and bool(order.fold.uninvoiced(slip.counted_as))
            for order in delivered
        )

    def open_invoices(
        self, *, account: str | None = None, due_by: date | None = None, after: str | None = None, limit: int = PAGE
    ) -> Page[Invoice]:
        """Return invoices and credit notes with an open balance, by due date."""
        found = [
            ((str(invoice.due), invoice.number), invoice)
            for invoice in self.invoices
            if invoice.status is InvoiceStatus.OPEN and account in {None, invoice.account} and invoice.due <= (due_by or date.max)
        ]
        return _page(found, after, limit)

    def timeline(self, party: str) -> tuple[timeline.Entry, ...]:
        """Return the history of a customer, and of those merged into it, over all documents."""
        documents = [document for repository in self._repositories.values() for document in repository]
        return timeline.of(party, self._store.events, documents, known=self.parties)


def _page(found: Sequence[tuple[tuple[str, ...], D]], after: str | None, limit: int) -> Page[D]:
    """Return one page of what was found, each with what it is sorted by."""
    rest = sorted((each for each in found if after is None or each[0] > tuple(json.loads(after))), key=itemgetter(0))
    page = tuple(document for _, document in rest[:limit])
    return Page(page, json.dumps(rest[limit - 1][0]) if len(rest) > limit else None)


class Store:
    """Keeps documents for as long as the program runs; safe to share between threads."""

    def __init__(self) -> None:
        self._documents: dict[type, dict[str, tuple[int, Any]]] = {kind: {} for kind in KINDS}
        self._series: dict[str, int] = {}
        self._keys: dict[str, tuple[Hashable, Outcome[Any]]] = {}
        self._lock = Lock()
        self.events = Events()

    def begin(self) -> Work:
        """Begin a unit of work; use it as a context manager."""
        return Work(self)

    def _commit(self, work: Work) -> None:
        with self._lock:
            conflicts = [name for repository in work._repositories.values() for name in repository._conflicts()]
            conflicts += [f"number series {name}" for name in work._overtaken()]
            conflicts += [f"key {key}" for key in work._keys if key in self._keys]
            if conflicts:
                msg = f"changed by somebody else meanwhile: {', '.join(conflicts)}"
                raise ConflictError(msg)
            for kind, repository in work._repositories.items():
                self._documents[kind].update(repository._written())
            self._series.update(work._drawn)
            self._keys.update(work._keys)
            self.events._events += work._events
