"""
A unit of work over rows.

Documents are read once and stay as they were read; changes are kept back until they are asked about or the work commits.
Then what is new is written, and only that: an order that was posted to costs a posting and the lines it touched.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from salesflow import codec
from salesflow.checks import require_text
from salesflow.errors import ConflictError, DuplicateError, NotFoundError, RefusedError, StorageError
from salesflow.kinds import KINDS, Repositories, number_of
from salesflow.lookups import NO_DAY, Role, concerns, party_of, require_kept
from salesflow.model.order import Order
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.ports import ANOTHER_REQUEST, PAGE, Page
from salesflow.process import timeline
from salesflow.storage import changes, parts
from salesflow.storage.cache import Cache, Kept
from salesflow.storage.keys import LAST, cursor, key_of, values_of
from salesflow.storage.rows import (
    BODY,
    CONCERN,
    DOCUMENT,
    EVENT,
    IDEMPOTENCY,
    OPEN_INVOICE,
    OPEN_LINE,
    OPEN_PURCHASE,
    OUTBOX,
    POSTING,
    UNINVOICED_SLIP,
    Find,
    Row,
    Rows,
)

D = TypeVar("D")

PATIENCE = 100
"""How often a document is read again where others change it meanwhile."""
BATCH = 500
"""How many values one question names at most."""


class Entry:
    """A document in a unit of work: as it is stored, and as the work has it."""

    __slots__ = ("document", "stored", "written")

    def __init__(self, stored: Kept | None, document: Any) -> None:
        self.stored = stored
        self.document = document
        self.written: Kept | None = None
        """As this work has written it, uncommitted."""

    @property
    def version(self) -> int:
        """The version that was read; zero for a document that this work adds."""
        return self.stored.version if self.stored else 0

    @property
    def is_changed(self) -> bool:
        """Whether the work has something to write."""
        last = self.written or self.stored
        return last is None or last.document is not self.document


class Repository(Generic[D]):
    """The documents of one kind inside a unit of work; see ``ports.Repository``."""

    def __init__(self, work: Work, kind: type[D]) -> None:
        self._work = work
        self._kind = kind
        self._name = KINDS[kind]
        self.entries: dict[str, Entry] = {}

    def get(self, number: str) -> D:
        """Return the document of that number; raise ``NotFoundError`` where there is none."""
        entry = self._entry(number)
        if entry is None:
            msg = f"there is no {self._kind.__name__} {number!r}"
            raise NotFoundError(msg)
        document: D = entry.document
        return document

    def version(self, number: str) -> int:
        """Return how often the document of that number was committed when this work read it; zero for what this work adds."""
        self.get(number)
        return self.entries[number].version

    def add(self, document: D) -> None:
        """Add a document; raise ``DuplicateError`` where its number is taken."""
        number = number_of(self._kind, document)
        if number in self:
            msg = f"there is a {self._kind.__name__} {number!r} already"
            raise DuplicateError(msg)
        self.entries[number] = Entry(None, document)

    def put(self, document: D, *, expected: int | None = None) -> None:
        """Put a document in the place of its earlier self; see ``ports.Repository``."""
        number = number_of(self._kind, document)
        before = self.get(number)
        entry = self.entries[number]
        if expected is not None and expected != entry.version:
            msg = f"{self._kind.__name__} {number} is of version {entry.version}, not {expected}"
            raise ConflictError(msg)
        if isinstance(document, Order) and isinstance(before, Order):
            require_kept(before, document)
        entry.document = document

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
        self._work.flush()
        asked = ((Role.PROJECT, project), (Role.PERSON, person), (Role.CUSTOMER, customer), (Role.OWNER, owner))
        wanted = [(role, name) for role, name in asked if name is not None]
        days = days_between(since, until)
        found: list[D] = []
        place = values_of(after, 2)
        while True:
            rows = self._work.rows.find(self._asked(wanted[:1], days, place, limit + 1))
            for row, document in zip(rows, self.load([row["number"] for row in rows]), strict=True):
                if len(found) == limit:
                    return Page(tuple(found), cursor(place or ()))
                place = (str(row["day"]), row["number"])
                if concerns(document).issuperset(wanted):
                    found.append(document)
            if len(rows) <= limit:
                return Page(tuple(found))

    def _asked(self, wanted: Sequence[tuple[Role, str]], days: tuple[Row, Row], place: tuple[str, ...] | None, limit: int) -> Find:
        """Return the question for a page: by whom it concerns, or by the day alone."""
        after = None if place is None else (date.fromisoformat(place[0]), place[1])
        who = {"role": wanted[0][0].value, "name": key_of(wanted[0][1])} if wanted else {}
        return Find(
            table=CONCERN if wanted else DOCUMENT,
            equal={**who, "kind": self._name},
            order=("day", "number"),
            after=after,
            since=days[0],
            until=days[1],
            limit=limit,
            columns=("day", "number"),
        )

    def __contains__(self, number: object) -> bool:
        return isinstance(number, str) and self._entry(number) is not None

    def __iter__(self) -> Iterator[D]:
        self._work.flush()
        place = 0
        while rows := self._work.rows.find(
            Find(table=DOCUMENT, equal={"kind": self._name}, order=("id",), after=(place,), limit=PAGE, columns=("id", "number"))
        ):
            yield from self.load([row["number"] for row in rows])
            place = rows[-1]["id"]

    def __len__(self) -> int:
        self._work.flush()
        return self._work.rows.count(DOCUMENT, {"kind": self._name})

    def load(self, keys: Sequence[str]) -> list[D]:
        """Return the documents of these keys, in that order, as this work has them."""
        missing = [key for key in keys if key not in self.entries]
        read = {key: kept for batch in batches(missing) for key, kept in self._work.read(self._name, batch).items()}
        if lost := next((key for key in missing if key not in read), None):
            raise StorageError(f"{self._name} {lost!r} is looked up and is not there: the storage is damaged")
        return [(self.entries.get(key) or self._keep(read[key])).document for key in keys]

    def _keep(self, kept: Kept) -> Entry:
        return self.entries.setdefault(str(kept.document.number), Entry(kept, kept.document))

    def _entry(self, number: str) -> Entry | None:
        entry = self.entries.get(number)
        if entry is None:
            key = key_of(number)
            kept = self._work.read(self._name, (key,)).get(key)
            if kept is None:
                return None
            if kept.document.number != number:
                raise StorageError(f"{self._name} {number!r} is found under a key that is another's")
            entry = self._keep(kept)
        return entry


def days_between(since: date | None, until: date | None) -> tuple[Row, Row]:
    """Return the bounds of a question about days; where there is one, what has no day is left out."""
    if since is None and until is None:
        return {}, {}
    return {"day": max(since or NO_DAY, NO_DAY + timedelta(days=1))}, {} if until is None else {"day": until}


def batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the values in parts that one question can name."""
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


class Work(Repositories):
    """A unit of work over rows; see ``ports.UnitOfWork``."""

    def __init__(self, connect: Callable[[], Rows], cache: Cache, *, outbox: bool = False) -> None:
        self._connect = connect
        self._cache = cache
        self._outbox = outbox
        self._rows: Rows | None = None
        self._begun = False
        self._events: list[Any] = []
        self._keys: dict[str, tuple[Hashable, Outcome[Any]]] = {}
        self._repositories: dict[type, Repository[Any]] = {}

    def __getattr__(self, name: str) -> Any:
        kind = _KIND_OF.get(name)
        if kind is None:
            msg = f"a unit of work has no {name!r}"
            raise AttributeError(msg)
        repository = self._repositories[kind] = Repository(self, kind)
        setattr(self, name, repository)
        return repository

    # ------------------------------------------------------------------ the transaction

    @property
    def rows(self) -> Rows:
        """The connection of this work, made when it is first needed."""
        if self._rows is None:
            self._rows = self._connect()
        return self._rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.close()

    def commit(self) -> None:
        """Write what is left to write, and make it last."""
        self.flush()
        self._write_keys()
        self._write_events()
        if self._begun:
            self.rows.commit()
            self._begun = False
        for name, repository in self._changed():
            for entry in repository.entries.values():
                if entry.written is not None:
                    self._cache.keep(name, key_of(entry.document.number), entry.written)
                    entry.stored, entry.written = entry.written, None

    def close(self) -> None:
        """Undo what was not committed, and let the connection go."""
        if self._rows is not None:
            self._rows.close()
            self._rows = None
            self._begun = False

    def _begin(self) -> None:
        if not self._begun:
            self.rows.begin()
            self._begun = True

    def _changed(self) -> list[tuple[str, Repository[Any]]]:
        return sorted((KINDS[kind], repository) for kind, repository in self._repositories.items() if repository.entries)

    def flush(self) -> None:
        """Write the documents that were changed, so that questions see them; nothing is committed yet."""
        pending = [
            (name, entry)
            for name, repository in self._changed()
            for entry in sorted(repository.entries.values(), key=_rank)  # rivals lock what both change in the same order
            if entry.is_changed
        ]
        if pending:
            self._begin()
            changes.write(changes.of(pending), self.rows)

    # ------------------------------------------------------------------ reading

    def read(self, name: str, keys: Sequence[str]) -> dict[str, Kept]:
        """Return what is stored under these keys of one kind; what is known already is only asked for its version."""
        found: dict[str, Kept] = {}
        wanted = list(keys)
        known = [key for key in keys if self._cache.has(name, key)]
        if known:
            heads = self.rows.find(_by_key(name, known, ("number", "version", "stamp")))
            for head in heads:
                kept = self._cache.get(name, head["number"], head["version"], head["stamp"])
                if kept is not None:
                    found[head["number"]] = kept
            there = {head["number"] for head in heads}
            wanted = [key for key in keys if key not in found and (key in there or not self._cache.has(name, key))]
        if wanted:
            found |= self._read_anew(name, wanted)
        return found

    def _read_anew(self, name: str, keys: Sequence[str]) -> dict[str, Kept]:
        """Read documents in their parts, until none of them was changed by somebody else between two parts."""
        heads = self._heads(name, keys)
        for _ in range(PATIENCE):
            found = self._whole(name, heads) if heads else {}
            again = self._heads(name, keys) if heads else heads
            if again == heads:
                for key, kept in found.items():
                    self._cache.keep(name, key, kept)
                return found
            heads = again
        raise ConflictError(f"{name} {', '.join(keys)} changed again and again while being read")

    def _heads(self, name: str, keys: Sequence[str]) -> Sequence[Row]:
        return self.rows.find(_by_key(name, keys, ("number", "version", "stamp")))

    def _whole(self, name: str, heads: Sequence[Row]) -> dict[str, Kept]:
        there = tuple([head["number"] for head in heads])
        bodies: dict[str, dict[str, str]] = {key: {} for key in there}
        for row in self.rows.find(Find(table=BODY, equal={"kind": name, "number": there}, columns=("number", "part", "body"))):
            if row["number"] not in bodies:
                raise StorageError(f"{name} {row['number']!r} was not asked for: the storage is damaged")
            bodies[row["number"]][row["part"]] = row["body"]
        postings = self._postings(there) if name == KINDS[Order] else {}
        return {
            head["number"]: Kept(
                head["version"], head["stamp"], _document(name, head["number"], bodies[head["number"]], postings.get(head["number"], ()))
            )
            for head in heads
        }

    def _postings(self, keys: tuple[str, ...]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        asked = Find(table=POSTING, equal={"order": keys}, order=("order", "place"), columns=("order", "body"))
        for row in self.rows.find(asked):
            found.setdefault(row["order"], []).append(row["body"])
        return found

    # ------------------------------------------------------------------ numbers, keys, events

    def append(self, *events: Any) -> None:
        """Append events to the log, once the work is committed."""
        self._events += events

    def number(self, series: str) -> str:
        """Draw the next number of a series, such as ``INV-7``; nobody else can draw from it until this work is done."""
        require_text("series", series)
        self._begin()
        return f"{series}-{self.rows.next_number(key_of(series))}"

    def once(self, key: str, request: Hashable, command: Callable[[], Outcome[D]]) -> Outcome[D]:
        """Run *command* and record its outcome, unless *key* was used before: then return the first outcome and do nothing."""
        known: Outcome[D] | None = self.answered(key, request)
        return known or self.answer(key, request, command())

    def answered(self, key: str, request: Hashable) -> Outcome[Any] | None:
        """
        Return the outcome that a request had under *key*; ``None`` where it was not made yet.

        Raises:
            RefusedError: ``idempotency.another-request``.
        """
        require_text("key", key)
        hash(request)  # a request that cannot be hashed could change while it is kept
        known = self._keys.get(key) or self._known_key(key, request)
        if known is None:
            return None
        if known[0] != request:
            raise RefusedError((ANOTHER_REQUEST.refuse(key=key),))
        return known[1]

    def answer(self, key: str, request: Hashable, outcome: Outcome[D]) -> Outcome[D]:
        """Record an outcome, and keep it as the answer to a request."""
        self.record(outcome)
        self._keys[key] = request, outcome
        return outcome

    def _known_key(self, key: str, request: Hashable) -> tuple[Hashable, Outcome[Any]] | None:
        """Return what is kept under a key; a request that was kept is compared as text."""
        rows = self.rows.find(Find(table=IDEMPOTENCY, equal={"key": key_of(key)}))
        if not rows:
            return None
        same = rows[0]["request"] == codec.dumps_plain(request)
        return request if same else object(), codec.loads_outcome(rows[0]["outcome"])

    def _write_keys(self) -> None:
        if self._keys:
            self._begin()
            rows = [
                {"key": key_of(key), "request": codec.dumps_plain(request), "outcome": codec.dumps_outcome(outcome)}
                for key, (request, outcome) in self._keys.items()
            ]
            self.rows.insert(IDEMPOTENCY, rows)
            self._keys = {}

    def _write_events(self) -> None:
        if not self._events:
            return
        self._begin()
        rows = [
            {
                "number": key_of(event.number),
                "party": key_of(party_of(event)),
                "day": event.on,
                "kind": type(event).__name__,
                "body": codec.dumps(event),
            }
            for event in self._events
        ]
        places = self.rows.append(rows)
        if self._outbox:
            self.rows.insert(OUTBOX, [{"event": place} for place in places])
        self._events = []

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
    ) -> Page[Any]:
        """Return order lines with goods left to deliver, the earliest ship date first; see ``ports.Queries``."""
        self.flush()
        equal: dict[str, Any] = {} if customer is None else {"customer": key_of(customer)}
        if vendor is not None:
            bought = self._bought_from(vendor)
            equal["item"] = bought if item is None else tuple(each for each in bought if each == key_of(item))
            if not equal["item"]:
                return Page(())
        elif item is not None:
            equal["item"] = key_of(item)
        until = {} if before is None else {"ship": before - timedelta(days=1)}
        place = values_of(after, 3)
        asked = Find(
            table=OPEN_LINE,
            equal=equal,
            order=("ship", "order", "line"),
            after=place and (date.fromisoformat(place[0]), place[1], int(place[2])),
            until=until,
            limit=limit + 1,
        )
        rows = self.rows.find(asked)
        return _page(rows, [changes.open_line(row) for row in rows[:limit]], limit, asked.order)

    def _bought_from(self, vendor: str) -> tuple[str, ...]:
        """Return the items that a vendor is still to deliver."""
        rows = self.rows.find(Find(table=OPEN_PURCHASE, equal={"vendor": key_of(vendor)}, columns=("item",)))
        return tuple(dict.fromkeys(row["item"] for row in rows))

    def open_purchases(
        self, *, vendor: str | None = None, item: str | None = None, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """Return purchases of which something is missing, the earliest expected first."""
        self.flush()
        equal = {name: key_of(value) for name, value in (("vendor", vendor), ("item", item)) if value is not None}
        place = values_of(after, 2)
        asked = Find(
            table=OPEN_PURCHASE,
            equal=equal,
            order=("expected", "purchase"),
            after=place and (date.fromisoformat(place[0]), place[1]),
            limit=limit + 1,
        )
        rows = self.rows.find(asked)
        return _page(rows, _loaded(self.purchases, [row["purchase"] for row in rows[:limit]]), limit, asked.order)

    def uninvoiced_slips(
        self, *, customer: str | None = None, account: str | None = None, period: Period, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """Return packing slips of a period that leave something to invoice, the oldest first; see ``ports.Queries``."""
        self.flush()
        equal = {name: key_of(value) for name, value in (("customer", customer), ("account", account)) if value is not None}
        place = values_of(after, 2)
        keys: dict[str, date] = {}
        while True:
            rows = self.rows.find(
                Find(
                    table=UNINVOICED_SLIP,
                    equal=equal,
                    order=("day", "slip", "order"),
                    after=place and (date.fromisoformat(place[0]), place[1], LAST),
                    since={} if period.start is None else {"day": period.start},
                    until={} if period.end is None else {"day": period.end},
                    limit=limit + 1,
                    columns=("day", "slip"),
                )
            )
            for row in rows:
                if len(keys) == limit and row["slip"] not in keys:
                    return Page(tuple(_loaded(self.slips, list(keys))), cursor(place or ()))
                keys[row["slip"]] = row["day"]
                place = (str(row["day"]), row["slip"])
            if len(rows) <= limit:
                return Page(tuple(_loaded(self.slips, list(keys))))

    def open_invoices(
        self, *, account: str | None = None, due_by: date | None = None, after: str | None = None, limit: int = PAGE
    ) -> Page[Any]:
        """Return invoices and credit notes with an open balance, by due date."""
        self.flush()
        place = values_of(after, 2)
        asked = Find(
            table=OPEN_INVOICE,
            equal={} if account is None else {"account": key_of(account)},
            order=("due", "invoice"),
            after=place and (date.fromisoformat(place[0]), place[1]),
            until={} if due_by is None else {"due": due_by},
            limit=limit + 1,
        )
        rows = self.rows.find(asked)
        return _page(rows, _loaded(self.invoices, [row["invoice"] for row in rows[:limit]]), limit, asked.order)

    def timeline(self, party: str) -> tuple[timeline.Entry, ...]:
        """Return the history of a customer, and of those merged into it, over all documents."""
        self.flush()
        names = self._merged(key_of(party))
        documents = self._find_in(CONCERN, "name", names, {"role": (Role.CUSTOMER.value, Role.PERSON.value)}, ("number",))
        numbers = dict.fromkeys([*names, *(row["number"] for row in documents)])
        told = {row["id"]: row["body"] for row in self._find_in(EVENT, "number", list(numbers), {}, ("id", "body"))}
        told |= {row["id"]: row["body"] for row in self._find_in(EVENT, "party", names, {}, ("id", "body"))}
        return timeline.told((place, codec.loads(body)) for place, body in sorted(told.items()))

    def _merged(self, party: str) -> list[str]:
        """Return the keys of a party and of all that were merged into it."""
        names = [party]
        for name in names:
            asked = Find(table=CONCERN, equal={"role": Role.MERGED_INTO.value, "name": name}, columns=("number",))
            names += [row["number"] for row in self.rows.find(asked) if row["number"] not in names]
        return names

    def _find_in(self, table: Any, column: str, values: Sequence[Any], equal: Row, columns: tuple[str, ...]) -> Iterator[Row]:
        for batch in batches(values):
            yield from self.rows.find(Find(table=table, equal={**equal, column: tuple(batch)}, columns=columns))


def _rank(entry: Entry) -> str:
    """Sort what is put by number; what is added stays in order of being added, before it."""
    return "" if entry.stored is None else str(entry.document.number)


_KIND_OF = {name: kind for kind, name in KINDS.items()}


def _loaded(repository: Any, keys: list[str]) -> list[Any]:
    """Return the documents of these keys."""
    found: list[Any] = repository.load(keys)
    return found


def _page(rows: Sequence[Row], found: list[Any], limit: int, order: tuple[str, ...]) -> Page[Any]:
    """Return a page of what was found, where one row more than the limit was asked for."""
    if len(rows) <= limit:
        return Page(tuple(found))
    return Page(tuple(found), cursor(tuple(rows[limit - 1][name] for name in order)))


def _by_key(name: str, keys: Sequence[str], columns: tuple[str, ...]) -> Find:
    return Find(table=DOCUMENT, equal={"kind": name, "number": keys[0] if len(keys) == 1 else tuple(keys)}, columns=columns)


def _document(name: str, key: str, texts: Mapping[str, str], postings: Iterable[str]) -> Any:
    """Return the document of its parts, as long as it is one of that kind."""
    try:
        document = parts.whole(texts, postings)
    except KeyError as error:
        raise StorageError(f"{name} {key!r} cannot be read: its part {error} is missing") from error
    except Exception as error:  # whatever a damaged part makes a class say
        raise StorageError(f"{name} {key!r} cannot be read: {error}") from error
    if type(document) is not _KIND_OF[name]:
        raise StorageError(f"{name} {key!r} is stored as a {type(document).__name__}")
    return document
