"""
The tables of the SQL adapter, made on whatever ``MetaData`` an application keeps, so that its own migrations see them.

Their types are SQLAlchemy's own, so a migration that Alembic writes runs as it is written, and runs without this library.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from salesflow.storage import rows

_KEY = String().with_variant(String(collation="C"), "postgresql")
"""Text that is looked up and sorted by code point, whatever the language of the database."""
_AMOUNT = Numeric().with_variant(String(), "sqlite")
"""A number with every digit: ``NUMERIC``, and text on SQLite, which would keep it as a binary fraction."""
_BIG = BigInteger().with_variant(Integer(), "sqlite")  # only a plain integer counts up by itself there
_TYPES: dict[str, Any] = {
    "id": _BIG,
    "event": BigInteger(),
    "version": Integer(),
    "place": Integer(),
    "line": Integer(),
    "last": BigInteger(),
    "stamp": BigInteger(),
    "postings": Integer(),
    "day": Date(),
    "ship": Date(),
    "due": Date(),
    "expected": Date(),
    "left": _AMOUNT,
    "net": _AMOUNT,
    "balance": _AMOUNT,
    "missing": _AMOUNT,
    "body": Text(),
    "detail": Text(),
    "what": Text(),
    "request": Text(),
    "outcome": Text(),
}
"""The types of columns that hold no key."""

LARGE = frozenset(["body", "outcome"])
"""Columns that are long: SQLite keeps a table that has one beside the index of its key, and every other in it."""
PREFIX = "salesflow_"


def make_tables(metadata: MetaData, *, prefix: str = PREFIX, schema: str | None = None) -> dict[rows.Table, Table]:
    """
    Put the tables of a store on *metadata*, and return them.

    Called once per ``MetaData``, in the module that Alembic's ``target_metadata`` comes from: its autogenerate then writes the migration.

    Args:
        prefix: What the name of each table and index begins with.
        schema: The schema of the database they are in.
    """
    return {each: _table(each, metadata, prefix, schema) for each in rows.TABLES}


def _table(each: rows.Table, metadata: MetaData, prefix: str, schema: str | None) -> Table:
    name = f"{prefix}{each.name}"
    counts_up = "id" in each.columns
    columns = [Column(column, _TYPES.get(column, _KEY), nullable=False, primary_key=column == "id") for column in each.columns]
    unique = UniqueConstraint(*each.key, name=f"{name}_key") if counts_up else PrimaryKeyConstraint(*each.key, name=f"{name}_pkey")
    constraints = [] if each.key == ("id",) else [unique]
    indexes = [Index(f"{name}_by_{'_'.join(found)}", *found) for found in each.finds]
    options: dict[str, Any] = {"sqlite_autoincrement": counts_up, "sqlite_with_rowid": counts_up or not LARGE.isdisjoint(each.columns)}
    parts: list[Any] = [*columns, *constraints, *indexes]
    return Table(name, metadata, *parts, schema=schema, **options)
