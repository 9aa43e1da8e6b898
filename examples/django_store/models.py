"""
The tables of a store as models.

They are made from the list that the library keeps, so after an upgrade ``makemigrations`` writes what is new.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from salesflow.storage.keys import LONGEST
from salesflow.storage.rows import TABLES, Table

_FIELDS: dict[Any, tuple[str, ...]] = {
    models.DateField: ("day", "ship", "due", "expected"),
    models.BigIntegerField: ("version", "stamp", "postings", "place", "line", "last", "event"),
    # amounts are text, which keeps every digit: SQLite would make a binary fraction of a DecimalField
    models.TextField: ("left", "net", "balance", "missing", "body", "detail", "what", "request", "outcome"),
}
_FIELD_OF = {column: field for field, columns in _FIELDS.items() for column in columns}


def _field(column: str, *, is_key: bool) -> Any:
    """Return the field of a column; what has no type of its own is a key, and sorts by code point."""
    if column == "id":
        return models.BigAutoField(primary_key=True)
    if column in _FIELD_OF:
        return _FIELD_OF[column](primary_key=is_key)
    return models.CharField(max_length=LONGEST, primary_key=is_key)


def _model(table: Table) -> Any:
    """Return the model of a table."""
    body: dict[str, Any] = {column: _field(column, is_key=table.key == (column,)) for column in table.columns}
    options: dict[str, Any] = {"db_table": f"salesflow_{table.name}", "indexes": [models.Index(fields=found) for found in table.finds]}
    if "id" in table.columns and table.key != ("id",):
        options["constraints"] = [models.UniqueConstraint(fields=table.key, name=f"salesflow_{table.name}_key")]
    elif len(table.key) > 1:
        body["pk"] = models.CompositePrimaryKey(*table.key)
    name = table.name.title().replace("_", "")
    return type(name, (models.Model,), {**body, "__module__": __name__, "Meta": type("Meta", (), options)})


MODELS = {table: _model(table) for table in TABLES}
"""Each table of the library and its model."""
