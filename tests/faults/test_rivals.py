"""Eight programs that deliver and invoice the same orders at once lose nothing and double nothing."""

from __future__ import annotations

from tests.faults.rivals import race_on_postgres, race_on_sqlite


def test_rivals_share_a_file() -> None:
    """On SQLite every line is delivered and invoiced exactly once, with numbers that have no gap."""
    assert race_on_sqlite(4, 3, seed=1).committed > 20


def test_rivals_share_a_server() -> None:
    """On PostgreSQL the same holds."""
    assert race_on_postgres(4, 3, seed=1).committed > 20
