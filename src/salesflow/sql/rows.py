"""Rows in a database, through SQLAlchemy Core."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, bindparam, delete, func, insert, literal_column, select, tuple_, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from salesflow.errors import ConflictError, SalesflowError, StorageError
from salesflow.storage.rows import EVENT, SERIES, Find, Row, Table

RETRIED = {"40001", "40P01", "55P03"}
"""What PostgreSQL says where another transaction was in the way: serialization failure, deadlock, a lock that is not to be had."""
BUSY = ("database is locked", "database table is locked", "database schema is locked")
"""What SQLite says then."""


@contextmanager
def named_errors() -> Iterator[None]:
    """Raise what a database says as errors of the library: a rival is a ``ConflictError``, all else a ``StorageError``."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(f"added by somebody else meanwhile: {error.orig}") from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in RETRIED or str(error.orig).startswith(BUSY):
            raise ConflictError(f"somebody else is in the way: {error.orig}") from error
        raise StorageError(f"the database cannot do this: {error.orig}") from error
    except SQLAlchemyError as error:
        raise StorageError(f"the database cannot be used: {error}") from error


class Statements:
    """The statements of one set of tables, each made once."""

    def __init__(self, tables: Mapping[Table, SqlTable], dialect: str) -> None:
        self.tables = tables
        self.dialect = dialect
        self._made: dict[Any, Any] = {}

    def find(self, asked: Find) -> Select[Any]:
        """Return the statement of a question; its values are given when it is run."""
        shape = (
            asked.table.name,
            tuple((name, isinstance(value, tuple)) for name, value in asked.equal.items()),
            asked.order,
            asked.after is not None,
            tuple(asked.since),
            tuple(asked.until),
            asked.limit is not None,
            asked.columns,
        )
        statement: Select[Any] | None = self._made.get(shape)
        if statement is None:
            statement = self._made[shape] = self._find(asked)
        return statement

    def _find(self, asked: Find) -> Select[Any]:
        columns = self.tables[asked.table].c
        found = select(*(columns[name] for name in asked.columns or asked.table.columns))
        for name, value in asked.equal.items():
            many = isinstance(value, tuple)
            given = bindparam(f"equal_{name}", expanding=many, type_=columns[name].type)
            found = found.where(columns[name].in_(given) if many else columns[name] == given)
        for name in asked.since:
            found = found.where(columns[name] >= bindparam(f"since_{name}", type_=columns[name].type))
        for name in asked.until:
            found = found.where(columns[name] <= bindparam(f"until_{name}", type_=columns[name].type))
        if asked.after is not None:
            places = [bindparam(f"after_{name}", type_=columns[name].type) for name in asked.order]
            found = found.where(tuple_(*(columns[name] for name in asked.order)) > tuple_(*places))
        found = found.order_by(*(columns[name] for name in asked.order))
        return found if asked.limit is None else found.limit(bindparam("limit", type_=columns[asked.table.key[-1]].type.__class__()))

    def insert(self, table: Table) -> Any:
        """Return the statement that adds rows."""
        return self._once(("insert", table.name), lambda: insert(self.tables[table]))

    def update(self, table: Table, columns: tuple[str, ...], expected: str) -> Any:
        """Return the statement that changes columns of the row of a key."""
        return self._once(("update", table.name, columns, expected), lambda: self._update(table, columns, expected))

    def _update(self, table: Table, columns: tuple[str, ...], expected: str) -> Any:
        named = self.tables[table].c
        found = [named[name] == bindparam(f"key_{name}", type_=named[name].type) for name in table.key]
        if expected:
            found.append(named[expected] == bindparam("key_was", type_=named[expected].type))
        values = {name: bindparam(f"to_{name}", type_=named[name].type) for name in columns}
        return update(self.tables[table]).where(and_(*found)).values(values)

    def delete(self, table: Table) -> Any:
        """Return the statement that removes the row of a key."""
        return self._once(("delete", table.name), lambda: self._delete(table))

    def _delete(self, table: Table) -> Any:
        named = self.tables[table].c
        return delete(self.tables[table]).where(
            and_(*(named[name] == bindparam(f"key_{name}", type_=named[name].type) for name in table.key))
        )

    @cached_property
    def count_up(self) -> Any:
        """Return the statement that counts a series up, or begins it with one."""
        series = self.tables[SERIES]
        dialect: Any = postgresql if self.dialect == "postgresql" else sqlite
        made = dialect.insert(series).values(name=bindparam("series", type_=series.c.name.type), last=1)
        return made.on_conflict_do_update(index_elements=[series.c.name], set_={"last": series.c.last + 1}).returning(series.c.last)

    @cached_property
    def append(self) -> Any:
        """Return the statement that adds events in order and tells their places."""
        table = self.tables[EVENT]
        return insert(table).returning(table.c.id, sort_by_parameter_order=True)

    @cached_property
    def queue_up(self) -> Any:
        """Return the statement that makes whoever appends events wait for whoever is doing so, on PostgreSQL."""
        name = self.tables[EVENT].fullname
        return select(func.pg_advisory_xact_lock(literal_column(str(zlib.crc32(name.encode())))))

    def _once(self, shape: Any, make: Any) -> Any:
        statement = self._made.get(shape)
        if statement is None:
            statement = self._made[shape] = make()
        return statement


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

    def begin(self) -> None:
        """Begin to write: on SQLite nobody else does so until the end of the work."""
        if not self._joined:
            with named_errors():
                self._connection.exec_driver_sql("BEGIN IMMEDIATE" if self._statements.dialect == "sqlite" else "BEGIN")
            self._begun = True

    def commit(self) -> None:
        """Make what was written last."""
        if self._begun:
            with named_errors():
                self._connection.exec_driver_sql("COMMIT")
            self._begun = False

    def close(self) -> None:
        """Undo what was not committed, and let the connection go."""
        if self._joined:
            return
        try:
            if self._begun:
                self._connection.exec_driver_sql("ROLLBACK")
        except SQLAlchemyError:  # what went wrong before is what the caller is to hear
            self._connection.invalidate()
        finally:
            self._begun = False
            self._connection.close()

    def find(self, find: Find) -> Sequence[Row]:
        """Return rows."""
        values: dict[str, Any] = {f"equal_{name}": value for name, value in find.equal.items()}
        values |= {f"since_{name}": value for name, value in find.since.items()}
        values |= {f"until_{name}": value for name, value in find.until.items()}
        if find.after is not None:
            values |= {f"after_{name}": value for name, value in zip(find.order, find.after, strict=True)}
        if find.limit is not None:
            values["limit"] = find.limit
        with named_errors():
            return self._connection.execute(self._statements.find(find), values).mappings().all()

    def count(self, table: Table, equal: Row) -> int:
        """Return how many rows there are."""
        named = self._statements.tables[table]
        asked = select(func.count()).select_from(named).where(and_(True, *(named.c[name] == value for name, value in equal.items())))
        with named_errors():
            return self._connection.execute(asked).scalar_one()

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Add rows."""
        with named_errors():
            self._connection.execute(self._statements.insert(table), rows)

    def update(self, table: Table, rows: Sequence[Row], *, expected: str = "") -> int:
        """Change rows, found by their key, and return how many were found."""
        columns = tuple(name for name in rows[0] if name not in table.key and name != "was")
        keys = (*table.key, "was") if expected else table.key
        values = [{**{f"key_{name}": row[name] for name in keys}, **{f"to_{name}": row[name] for name in columns}} for row in rows]
        with named_errors():
            return self._connection.execute(self._statements.update(table, columns, expected), values).rowcount

    def delete(self, table: Table, rows: Sequence[Row]) -> None:
        """Remove rows, found by their key."""
        with named_errors():
            self._connection.execute(self._statements.delete(table), [{f"key_{name}": row[name] for name in table.key} for row in rows])

    def next_number(self, series: str) -> int:
        """Count a series up by one and return it."""
        with named_errors():
            return self._connection.execute(self._statements.count_up, {"series": series}).scalar_one()

    def append(self, rows: Sequence[Row]) -> Sequence[int]:
        """Add events in order, and return the place of each; one work after the other, so that places are in order of commits."""
        with named_errors():
            if self._statements.dialect == "postgresql":
                self._connection.execute(self._statements.queue_up)
            return self._connection.execute(self._statements.append, rows).scalars().all()


def statements_for(engine: Engine, tables: Mapping[Table, SqlTable]) -> Statements:
    """
    Return the statements for a database.

    Raises:
        SalesflowError: it is neither SQLite nor PostgreSQL.
    """
    if engine.dialect.name not in {"sqlite", "postgresql"}:
        raise SalesflowError(f"documents are kept in SQLite or PostgreSQL, not in {engine.dialect.name}")
    return Statements(tables, engine.dialect.name)
