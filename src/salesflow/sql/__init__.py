"""
Documents in a database: SQLite for one machine, PostgreSQL for many.

It needs the extra ``sql``, and ``postgresql`` for that database. Programs that await take ``salesflow.sql.aio``, with the extra ``async``.
"""

from __future__ import annotations

from salesflow.sql.store import Store, engine_of, prepare
from salesflow.sql.tables import PREFIX, make_tables

__all__ = ["PREFIX", "Store", "engine_of", "make_tables", "prepare"]
