"""
Rows by the ORM: all that a store needs of Django.

``RowStore(DjangoRows)`` is the store. A work has a connection of its own, so that nobody sees what it has not committed;
inside ``transaction.atomic`` it is part of that transaction, and what it wrote is kept or undone with the rows of the application.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import count
from operator import or_
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, IntegrityError, connections, transaction
from django.db.models import F, Q

from salesflow.errors import ConflictError, StorageError
from salesflow.storage.rows import EVENT, SERIES, Find, Row, Table

from .models import MODELS

RIVAL = {"40001", "40P01", "55P03"}
"""What PostgreSQL says where another transaction was in the way."""
BUSY = ("database is locked", "database table is locked", "database schema is locked")
"""What SQLite says then."""
LOG = ""
"""The series that events take their places from; no other has this name."""

_works = count(1)


@contextmanager
def _errors_named() -> Iterator[None]:
    """Raise what a database says as errors of the library: a rival is a ``ConflictError``, all else a ``StorageError``."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(f"added by somebody else meanwhile: {error}") from error
    except Error as error:
        if getattr(error.__cause__, "sqlstate", None) in RIVAL or str(error).startswith(BUSY):
            raise ConflictError(f"somebody else is in the way: {error}") from error
        raise StorageError(f"the database cannot do this: {error}") from error


class DjangoRows:
    """
    One connection of Django; see ``salesflow.storage.rows.Rows``.

    Args:
        using: The database, by its name in ``DATABASES``.
    """

    def __init__(self, using: str = DEFAULT_DB_ALIAS) -> None:
        self._using = using
        self._atomic: Any = None
        self._is_joined = connections[using].in_atomic_block
        if not self._is_joined:
            self._using = f"{using}-salesflow-{next(_works)}"
            connections[self._using] = connections[using].copy(alias=self._using)

    # ------------------------------------------------------------------ the transaction

    @_errors_named()
    def begin(self) -> None:
        """Begin to write."""
        atomic = transaction.atomic(using=self._using)
        atomic.__enter__()
        self._atomic = atomic

    @_errors_named()
    def commit(self) -> None:
        """Make what was written last, or a part of the application's transaction."""
        atomic, self._atomic = self._atomic, None
        atomic.__exit__(None, None, None)

    def close(self) -> None:
        """Undo what was not committed, and let the connection go."""
        try:
            if self._atomic is not None:
                transaction.set_rollback(True, using=self._using)
                self.commit()
        finally:
            if not self._is_joined:
                connections[self._using].close()
                del connections[self._using]

    # ------------------------------------------------------------------ rows

    def _rows(self, table: Table, equal: Row) -> Any:
        """Return the rows in which every column has its value, or one of its values."""
        wanted = {f"{name}__in" if type(value) is tuple else name: value for name, value in equal.items()}
        return MODELS[table].objects.using(self._using).filter(**wanted)

    @_errors_named()
    def find(self, find: Find) -> Sequence[Row]:
        """Return rows."""
        rows = self._rows(find.table, find.equal).order_by(*find.order)
        rows = rows.filter(**{f"{name}__gte": least for name, least in find.since.items()})
        rows = rows.filter(**{f"{name}__lte": most for name, most in find.until.items()})
        if find.after is not None:
            rows = rows.filter(_beyond(find.order, find.after))
        return tuple(rows.values(*(find.columns or find.table.columns))[: find.limit])

    @_errors_named()
    def count(self, table: Table, equal: Row) -> int:
        """Return how many rows there are."""
        return int(self._rows(table, equal).count())

    @_errors_named()
    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows."""
        model = MODELS[table]
        model.objects.using(self._using).bulk_create([model(**row) for row in rows])

    @_errors_named()
    def update(self, table: Table, rows: Sequence[Row], *, expected: str = "") -> int:
        """Change rows, found by their key, and return how many were found."""
        return sum(self._update(table, row, expected) for row in rows)

    def _update(self, table: Table, row: Row, expected: str) -> int:
        key = {name: row[name] for name in table.key}
        was = {expected: row["was"]} if expected else {}
        return int(self._rows(table, key | was).update(**{name: row[name] for name in row if name not in {*key, "was"}}))

    @_errors_named()
    def delete(self, table: Table, rows: Sequence[Row]) -> None:
        """Remove rows, found by their key or by a part of it."""
        for row in rows:
            self._rows(table, row).delete()

    @_errors_named()
    def next_number(self, series: str) -> int:
        """Count a series up by one and return it."""
        return self._count_up(series, 1)

    def _count_up(self, series: str, by: int) -> int:
        """Count a series up and return it; its row is locked from here on, so whoever else counts it up waits."""
        counted = self._rows(SERIES, {"name": series})
        if not counted.update(last=F("last") + by):
            self.insert(SERIES, [{"name": series, "last": by}])
        return int(counted.get().last)

    @_errors_named()
    def append(self, rows: Sequence[Row]) -> Sequence[int]:
        """Add events in order, and return the place of each; counted one work after the other, so places are in order of commits."""
        last = self._count_up(LOG, len(rows))
        places = range(last - len(rows) + 1, last + 1)
        self.insert(EVENT, [{**row, "id": place} for place, row in zip(places, rows, strict=True)])
        return places


def _beyond(names: tuple[str, ...], values: tuple[Any, ...]) -> Q:
    """Return the condition that a row comes after these values, in that order."""
    first = Q(**{f"{names[0]}__gte": values[0]})  # follows from the rest, and is what an index can be asked
    later = [Q(**dict(zip(names[:n], values[:n], strict=True)), **{f"{names[n]}__gt": values[n]}) for n in range(len(names))]
    return first & reduce(or_, later)
