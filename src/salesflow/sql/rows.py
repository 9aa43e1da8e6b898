"""
Rows in a database.

SQLAlchemy makes the statements, each once, for whichever database it is; what is then run is the text of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date
from operator import itemgetter
from typing import Any

from attrs import frozen
from sqlalchemy import Connection, Date, Dialect, Integer, Numeric, bindparam, delete, func, insert, literal_column, select, tuple_, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql, sqlite

from salesflow.errors import ConflictError, SalesflowError, StorageError
from salesflow.storage.rows import EVENT, SERIES, Find, Row, Table

RIVAL = {"40001", "40P01", "55P03"}
"""What PostgreSQL says where another transaction was in the way: serialization failure, deadlock, a lock that is not to be had."""
BUSY = ("database is locked", "database table is locked", "database schema is locked")
"""What SQLite says then."""
DAYS = frozenset(["day", "ship", "due", "expected"])
"""The columns that hold days, which SQLite keeps as text."""


Values = Sequence[Any]
"""The values of a statement, in the order in which it names them."""


@frozen
class Prepared:
    """
    A statement as text.

    Args:
        values: Returns the values of the statement, of a row or of what else holds them by name.
        names: Their names, in the order of the statement.
        columns: What it returns.
        days: Places of columns that come back as text and are days.
    """

    text: str
    names: tuple[str, ...]
    values: Callable[[Row], Values]
    columns: tuple[str, ...] = ()
    days: tuple[int, ...] = ()


class Statements:
    """The statements of one set of tables in one database, each made when it is first needed."""

    def __init__(self, tables: Mapping[Table, SqlTable], dialect: Dialect) -> None:
        if dialect.name not in {"sqlite", "postgresql"}:
            raise SalesflowError(f"documents are kept in SQLite or PostgreSQL, not in {dialect.name}")
        self.tables = {each.name: tables[each] for each in tables}
        self.dialect = dialect
        self.is_sqlite = dialect.name == "sqlite"
        self._compiling = dialect if dialect.positional else _in_order(dialect)
        self._made: dict[Any, Prepared] = {}

    def find(self, asked: Find) -> Prepared:
        """Return the statement of a question; its values are given when it is run."""
        sizes = tuple([(name, len(value) if type(value) is tuple else 0) for name, value in asked.equal.items()])
        bounds = tuple(asked.since), tuple(asked.until), asked.after is None, asked.limit is None
        shape = ("find", asked.table.name, sizes, asked.order, bounds, asked.columns)
        return self._made.get(shape) or self._make(shape, self._find(asked), asked.columns or asked.table.columns)

    def _find(self, asked: Find) -> Any:
        columns = self.tables[asked.table.name].c
        found = select(*(columns[name] for name in asked.columns or asked.table.columns))
        for name, value in asked.equal.items():
            if type(value) is tuple:
                found = found.where(columns[name].in_([_given(columns[name], f"equal_{name}_{n}") for n in range(len(value))]))
            else:
                found = found.where(columns[name] == _given(columns[name], f"equal_{name}"))
        for name in asked.since:
            found = found.where(columns[name] >= _given(columns[name], f"since_{name}"))
        for name in asked.until:
            found = found.where(columns[name] <= _given(columns[name], f"until_{name}"))
        if asked.after is not None:
            places = [_given(columns[name], f"after_{name}") for name in asked.order]
            found = found.where(tuple_(*(columns[name] for name in asked.order)) > tuple_(*places))
        found = found.order_by(*(columns[name] for name in asked.order))
        return found if asked.limit is None else found.limit(bindparam("v_limit", type_=Integer()))

    def count(self, table: Table, names: tuple[str, ...]) -> Prepared:
        """Return the statement that counts rows with given values."""
        shape = ("count", table.name, names)
        return self._made.get(shape) or self._make(shape, self._count(table, names), ("count",))

    def _count(self, table: Table, names: tuple[str, ...]) -> Any:
        named = self.tables[table.name]
        return select(func.count()).select_from(named).where(*(named.c[name] == _given(named.c[name], f"equal_{name}") for name in names))

    def insert(self, table: Table, columns: tuple[str, ...]) -> Prepared:
        """Return the statement that adds a row."""
        shape = ("insert", table.name, columns)
        return self._made.get(shape) or self._make(shape, self._insert(table, columns))

    def _insert(self, table: Table, columns: tuple[str, ...]) -> Any:
        named = self.tables[table.name]
        return insert(named).inline().values({name: _given(named.c[name], name) for name in columns})

    def update(self, table: Table, columns: tuple[str, ...], expected: str) -> Prepared:
        """Return the statement that changes columns of the row of a key."""
        shape = ("update", table.name, columns, expected)
        return self._made.get(shape) or self._make(shape, self._update(table, columns, expected))

    def _update(self, table: Table, columns: tuple[str, ...], expected: str) -> Any:
        named = self.tables[table.name]
        as_was = [named.c[expected] == _given(named.c[expected], "was")] if expected else []
        changed = (name for name in columns if name not in {*table.key, "was"})
        return update(named).where(*self._equal(table, table.key), *as_was).values({name: _given(named.c[name], name) for name in changed})

    def delete(self, table: Table, columns: tuple[str, ...]) -> Prepared:
        """Return the statement that removes the row of a key, or the rows of a part of one."""
        shape = ("delete", table.name, columns)
        return self._made.get(shape) or self._make(shape, delete(self.tables[table.name]).where(*self._equal(table, columns)))

    def _equal(self, table: Table, columns: tuple[str, ...]) -> list[Any]:
        named = self.tables[table.name]
        return [named.c[name] == _given(named.c[name], name, KEY) for name in columns]

    @property
    def count_up(self) -> Prepared:
        """The statement that counts a series up, or begins it with one."""
        return self._made.get("count up") or self._make("count up", self._count_up(), ("last",))

    def _count_up(self) -> Any:
        series = self.tables[SERIES.name]
        made: Any = (sqlite if self.is_sqlite else postgresql).insert(series)
        begun = made.values(name=_given(series.c.name, "series"), last=literal_column("1"))
        return begun.on_conflict_do_update(index_elements=[series.c.name], set_={"last": series.c.last + literal_column("1")}).returning(
            series.c.last
        )

    @property
    def append(self) -> Prepared:
        """The statement that adds an event and tells its place."""
        return self._made.get("append") or self._make("append", self._append(), ("id",))

    def _append(self) -> Any:
        table = self.tables[EVENT.name]
        values = {name: _given(table.c[name], name) for name in EVENT.columns if name != "id"}
        return insert(table).values(values).returning(table.c.id)

    @property
    def queue_up(self) -> Prepared:
        """The statement that makes whoever appends events wait for whoever is doing so, on PostgreSQL."""
        lock: Any = literal_column(str(zlib.crc32(self.tables[EVENT.name].fullname.encode())))
        return self._made.get("queue up") or self._make("queue up", select(func.pg_advisory_xact_lock(lock)))

    @property
    def take(self) -> Prepared:
        """The statement that takes the oldest events out of the outbox; on PostgreSQL, those that no other relay has taken."""
        return self._made.get("take") or self._make("take", self._take(), ("event",))

    def _take(self) -> Any:
        outbox = self.tables["outbox"]
        oldest = select(outbox.c.event).order_by(outbox.c.event).limit(bindparam("v_limit", type_=Integer()))
        return oldest if self.is_sqlite else oldest.with_for_update(skip_locked=True)

    def _make(self, shape: Any, statement: Any, columns: tuple[str, ...] = ()) -> Prepared:
        compiled = statement.compile(dialect=self._compiling)
        given = tuple(compiled.positiontup)
        names = tuple([name.removeprefix(VALUE).removeprefix(KEY) for name in given])
        as_text = [place for place, name in enumerate(given) if isinstance(compiled.binds[name].type, (Date, Numeric))]
        days = tuple([place for place, name in enumerate(columns) if name in DAYS])
        fixed = {name: value for name, value in compiled.params.items() if not name.startswith((VALUE, KEY))}
        values = _values_of(names, as_text if self.is_sqlite else (), fixed)
        self._made[shape] = prepared = Prepared(compiled.string, names, values, columns, days if self.is_sqlite else ())
        return prepared


VALUE, KEY = "v_", "k_"
"""What the names of values begin with in a statement, and of those that find a row by its key: SQLAlchemy keeps the plain names for itself."""


def _given(column: Any, name: str, begin: str = VALUE) -> Any:
    """Return the place of a value that is given when the statement is run."""
    return bindparam(f"{begin}{name}", type_=column.type)


def _in_order(dialect: Dialect) -> Dialect:
    """Return a dialect that has values in order instead of by name, which spares everybody the names."""
    ordered = copy(dialect)
    ordered.paramstyle, ordered.positional = "format", True
    return ordered


def _values_of(names: tuple[str, ...], as_text: Sequence[int], fixed: Row) -> Callable[[Row], Values]:
    """
    Return what takes the values of a statement out of a row.

    Args:
        as_text: Places of those that become text, for SQLite has neither days nor exact numbers.
        fixed: Values that SQLAlchemy gives of its own.
    """
    if fixed:
        given = _values_of(names, as_text, {})
        return lambda row: given({**row, **fixed})
    if len(names) < 2:  # noqa: PLR2004  an itemgetter of one name returns no tuple
        return lambda row: [str(row[name]) if as_text else row[name] for name in names]
    pick = itemgetter(*names)
    if not as_text:
        return pick

    def values(row: Row) -> Values:
        found = list(pick(row))
        for place in as_text:
            found[place] = str(found[place])
        return found

    return values


class SqlRows:
    """
    One connection to a database; see ``storage.rows.Rows``.

    Args:
        joined: Whether the connection is in a transaction of the application already, which commits it.
    """

    def __init__(self, connection: Connection, statements: Statements, *, joined: bool = False) -> None:
        self._connection = connection
        self._statements = statements
        self._joined = joined
        self._begun = False
        self._failed = False
        self._cursor: Any = None
        self._driver: Any = statements.dialect.loaded_dbapi

    # ------------------------------------------------------------------ the transaction

    def begin(self) -> None:
        """Begin to write: on SQLite nobody else does so until the end of the work."""
        if not self._joined:
            self._run("BEGIN IMMEDIATE" if self._statements.is_sqlite else "BEGIN", ())
            self._begun = True

    def commit(self) -> None:
        """Make what was written last."""
        if self._begun or self._failed:
            self._run("COMMIT", ())
            self._begun = False

    def close(self) -> None:
        """Undo what was not committed, and let the connection go."""
        try:
            if self._begun and not self._connection.invalidated:
                self._failed = False
                self._run("ROLLBACK", ())
        except (StorageError, ConflictError):  # what went wrong before is what the caller is to hear
            self._connection.invalidate()
        finally:
            self._begun = False
            if self._cursor is not None and not self._connection.invalidated:
                self._cursor.close()
            if not self._joined:
                self._connection.close()

    # ------------------------------------------------------------------ rows

    def find(self, find: Find) -> Sequence[Row]:
        """Return rows."""
        values: dict[str, Any] = {}
        for name, value in find.equal.items():
            if type(value) is tuple:
                values |= {f"equal_{name}_{n}": each for n, each in enumerate(value)}
            else:
                values[f"equal_{name}"] = value
        for name, value in find.since.items():
            values[f"since_{name}"] = value
        for name, value in find.until.items():
            values[f"until_{name}"] = value
        if find.after is not None:
            values |= {f"after_{name}": value for name, value in zip(find.order, find.after, strict=True)}
        if find.limit is not None:
            values["limit"] = find.limit
        return self._ask(self._statements.find(find), values)

    def count(self, table: Table, equal: Row) -> int:
        """Return how many rows there are."""
        [row] = self._ask(self._statements.count(table, tuple(equal)), {f"equal_{name}": value for name, value in equal.items()})
        return int(row["count"])

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows."""
        self._run_each(self._statements.insert(table, tuple(rows[0])), rows)

    def update(self, table: Table, rows: Sequence[Row], *, expected: str = "") -> int:
        """Change rows, found by their key, and return how many were found."""
        return self._run_each(self._statements.update(table, tuple(rows[0]), expected), rows)

    def delete(self, table: Table, rows: Sequence[Row]) -> None:
        """Remove rows, found by their key or by a part of it."""
        self._run_each(self._statements.delete(table, tuple(rows[0])), rows)

    def next_number(self, series: str) -> int:
        """Count a series up by one and return it."""
        [row] = self._ask(self._statements.count_up, {"series": series})
        return int(row["last"])

    def append(self, rows: Sequence[Row]) -> Sequence[int]:
        """Add events in order, and return the place of each; one work after the other, so that places are in order of commits."""
        if not self._statements.is_sqlite:
            self._ask(self._statements.queue_up, {})
        prepared = self._statements.append
        return [self._ask(prepared, row)[0]["id"] for row in rows]

    def take(self, limit: int) -> tuple[int, ...]:
        """Return the places of the oldest events in the outbox."""
        return tuple([row["event"] for row in self._ask(self._statements.take, {"limit": limit})])

    # ------------------------------------------------------------------ the cursor

    def _ask(self, prepared: Prepared, values: Row) -> list[Row]:
        """Run a statement and return the rows it gives."""
        cursor = self._run(prepared.text, prepared.values(values))
        try:
            found = cursor.fetchall()
        except self._driver.Error as error:
            raise self._failure(error) from error
        columns, days = prepared.columns, prepared.days
        if days:
            found = [tuple([date.fromisoformat(each) if n in days else each for n, each in enumerate(row)]) for row in found]
        return [dict(zip(columns, row, strict=True)) for row in found] if columns else []

    def _run_each(self, prepared: Prepared, rows: Sequence[Row]) -> int:
        """Run a statement for each row, and return how many rows of the database it touched."""
        if len(rows) == 1:
            return int(self._run(prepared.text, prepared.values(rows[0])).rowcount)
        return int(self._run(prepared.text, list(map(prepared.values, rows)), many=True).rowcount)

    def _run(self, text: str, values: Values, *, many: bool = False) -> Any:
        """Run a statement; what a database says is raised as an error of the library: a rival is a ``ConflictError``, else a ``StorageError``."""
        if self._failed:  # some databases would go on outside the transaction, others would undo it and say that it is committed
            raise StorageError("a statement of this work failed before, and nothing of the work is kept")
        try:
            if self._cursor is None:
                self._cursor = self._connection.connection.cursor()
            (self._cursor.executemany if many else self._cursor.execute)(text, values)
        except self._driver.Error as error:
            raise self._failure(error) from error
        return self._cursor

    def _failure(self, error: Exception) -> ConflictError | StorageError:
        """Return an error of the database as one of the library; nothing more is done in this work."""
        named = self._named(error)
        self._failed = self._begun or self._joined or self._connection.invalidated
        return named

    def _named(self, error: Exception) -> ConflictError | StorageError:
        said = first_line(error)
        if isinstance(error, self._driver.IntegrityError):
            return ConflictError(f"added by somebody else meanwhile: {said}")
        if getattr(error, "sqlstate", None) in RIVAL or said.startswith(BUSY):
            return ConflictError(f"somebody else is in the way: {said}")
        if self._is_broken(error):
            self._connection.invalidate()
            self._connection.engine.dispose()  # the others are as old, and would each fail a work of their own
        return StorageError(f"the database cannot do this: {said}")

    def _is_broken(self, error: Exception) -> bool:
        """Say whether an error means that the connection is gone; psycopg tells by the connection, others by the error."""
        return bool(self._statements.dialect.is_disconnect(error, self._connection.connection.dbapi_connection, None))  # type: ignore[arg-type]


def first_line(error: object) -> str:
    """Return what a database says without its details, which may quote what is stored; the whole stands in the cause of the error."""
    return str(error).partition("\n")[0]
