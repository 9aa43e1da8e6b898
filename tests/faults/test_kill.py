"""A writer that is killed at any moment leaves behind every commit that it acknowledged, and nothing half-written."""

from __future__ import annotations

from tests.faults.kill import kill_on_postgres, kill_on_sqlite

TIMES = 12


def test_a_killed_writer_leaves_whole_works_in_a_file() -> None:
    """On SQLite, with a writer after the other on one file: documents, ledgers, look-ups, events and numbers agree each time."""
    found = kill_on_sqlite(TIMES, seed=1)
    assert found.kills == TIMES
    assert found.acknowledged > TIMES


def test_a_killed_client_leaves_whole_works_in_a_server() -> None:
    """On PostgreSQL the same holds."""
    found = kill_on_postgres(TIMES, seed=1)
    assert found.kills == TIMES
    assert found.acknowledged > TIMES
