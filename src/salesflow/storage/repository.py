"""The documents of one kind inside a unit of work over rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from salesflow.errors import ConflictError, DuplicateError, NotFoundError, StorageError
from salesflow.kinds import KINDS, number_of
from salesflow.lookups import NO_DAY, Role, concerns, require_kept
from salesflow.model.order import Order
from salesflow.ports import PAGE, Page
from salesflow.storage.cache import Kept
from salesflow.storage.keys import cursor, key_of, values_of
from salesflow.storage.rows import CONCERN, DOCUMENT, Find, Row, batches

if TYPE_CHECKING:
    from salesflow.storage.work import Work

D = TypeVar("D")


class Entry:
    """A document in a unit of work: as it is stored, and as the work has it."""

    __slots__ = ("document", "is_put", "stored", "written")

    def __init__(self, stored: Kept | None, document: Any) -> None:
        self.stored = stored
        self.document = document
        self.is_put = False
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
        again = self.is_put and self.written is None  # the very document that was read, put to see that nobody changed it
        return last is None or again or last.document is not self.document


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
        entry.document, entry.is_put = document, True

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
