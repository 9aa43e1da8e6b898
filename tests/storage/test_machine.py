"""Our own stores do the whole process as the memory store does it; and stores that are broken are found out."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from salesflow import memory
from salesflow.sql import Store, make_tables
from salesflow.sql.aio import AsyncStore
from salesflow.testing.blocking import Blocking
from salesflow.testing.choices import Choices
from salesflow.testing.machine import DEEDS, FIRST_DAY, PARTIES, START_AGAIN, StoreMachine, result_of
from salesflow.testing.works_pipeline import HOSE
from tests import databases
from tests.storage.broken_stores import BROKEN


def _bounded(share: int, steps: int = 40) -> settings:
    """Return so many lives for every hundred examples of the profile, one of them at least."""
    return settings(max_examples=max(1, settings.default.max_examples * share // 100), stateful_step_count=steps)  # type: ignore[union-attr]


class MemoryMachine(StoreMachine):
    """The memory store beside itself."""

    def make_store(self) -> memory.Store:
        """Return an empty store."""
        return memory.Store()


class SqliteMachine(StoreMachine):
    """A file of SQLite, opened anew now and then."""

    remembered = 1000

    def make_store(self) -> Store:
        """Return an empty store in a folder of its own."""
        self.folder = tempfile.TemporaryDirectory()
        return databases.sqlite_store(Path(self.folder.name), remembered=self.remembered)

    def reopen(self, store: Store) -> Store:
        """Let go of the file and open it again."""
        store.close()
        return Store(Path(self.folder.name) / "sales.db", remembered=self.remembered)

    def close_store(self, store: Store) -> None:
        """Let go of the file, and remove it."""
        store.close()
        self.folder.cleanup()


class SqliteWithoutMemoryMachine(SqliteMachine):
    """A file of SQLite, read anew each time."""

    remembered = 0


class PostgresMachine(StoreMachine):
    """A real PostgreSQL."""

    def make_store(self) -> Store:
        """Return an empty store in a schema of its own."""
        return databases.postgres_store()

    def reopen(self, store: Store) -> Store:
        """Let go of the connections and make others."""
        store.close()
        return Store(databases.server(), tables=store.tables)

    def close_store(self, store: Store) -> None:
        """Let go of the connections."""
        store.close()


class AwaitedSqliteMachine(StoreMachine):
    """A file of SQLite, awaited."""

    def make_store(self) -> Blocking:
        """Return an empty store in a folder of its own."""
        self.folder = tempfile.TemporaryDirectory()
        return self.opened()

    def opened(self) -> Blocking:
        """Return a store on the file."""
        return Blocking(lambda: AsyncStore(Path(self.folder.name) / "sales.db").create())

    def reopen(self, store: Blocking) -> Blocking:
        """Let go of the file and open it again."""
        store.close()
        return self.opened()

    def close_store(self, store: Blocking) -> None:
        """Let go of the file, and remove it."""
        store.close()
        self.folder.cleanup()


class AwaitedPostgresMachine(StoreMachine):
    """A real PostgreSQL, awaited."""

    def make_store(self) -> Blocking:
        """Return an empty store in a schema of its own."""
        self.tables = make_tables(MetaData(), schema=databases.fresh_schema())
        return self.opened()

    def opened(self) -> Blocking:
        """Return a store on the schema."""
        return Blocking(lambda: AsyncStore(create_async_engine(databases.server()), tables=self.tables).create())

    def reopen(self, store: Blocking) -> Blocking:
        """Let go of the connections and make others."""
        store.close()
        return self.opened()

    def close_store(self, store: Blocking) -> None:
        """Let go of the connections."""
        store.close()


class Dice(Choices):
    """Choices by dice, which are faster than those that Hypothesis draws."""

    def __init__(self, day: date, dice: Random) -> None:
        super().__init__(day, data=None)  # type: ignore[arg-type]
        self.dice = dice

    def _chosen(self, count: int, strategy: Any) -> Any:  # noqa: ARG002  no strategy is drawn from
        chosen = self.dice.randrange(count) if count else HOSE
        self._made.append((count, chosen))
        return chosen


QUICK = settings(max_examples=100, stateful_step_count=20, phases=[Phase.generate], database=None)


def test_everything_that_is_done_succeeds_and_is_refused_too() -> None:
    """Each deed comes to something in some life, or the machine would compare nothing but refusals; and the rules say no now and then."""
    dice = Random(7)  # noqa: S311  the same every time
    came = set()
    for _ in range(40):
        store, day = memory.Store(), FIRST_DAY
        with store.begin() as work:
            work.add(*PARTIES)
        for name in dice.choices(list(DEEDS), k=150):
            day += timedelta(days=dice.choice((0, 1, 7)))
            came.add((name, result_of(DEEDS[name][0], store, Dice(day, dice))[0]))
    done = {name for name, what in came if what == "done"}
    assert set(DEEDS) - done == {"add_the_same", "lost_update"}  # two rivals for one document: always a conflict
    assert {what for _, what in came} == {"done", "refused", "raised", "given up"}


@pytest.mark.parametrize(("broken", "deeds"), BROKEN.items(), ids=[each.__name__ for each in BROKEN])
def test_a_broken_store_is_found_out(broken: type[memory.Store], deeds: tuple[str, ...]) -> None:
    """Whatever promise a store breaks, some life comes upon it."""

    class Machine(StoreMachine):
        def make_store(self) -> memory.Store:
            return broken()

        def possible(self) -> list[str]:
            return list(deeds)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=QUICK)


def test_a_store_that_forgets_when_it_is_opened_anew_is_found_out() -> None:
    """What was committed is there after a restart."""

    class Machine(MemoryMachine):
        def possible(self) -> list[str]:
            return [START_AGAIN, "place_order"]

        def reopen(self, store: memory.Store) -> memory.Store:
            store.begin()
            return memory.Store()

    with pytest.raises(AssertionError):
        run_state_machine_as_test(Machine, settings=QUICK)


def test_a_choice_that_the_other_store_does_not_offer_is_told() -> None:
    """Who finds another number of documents to choose among does not come to another choice in silence."""
    first = Dice(FIRST_DAY, Random(7))  # noqa: S311  the same every time
    first.one_of("ab")
    with pytest.raises(AssertionError, match="among 3, not 2"):
        Choices(FIRST_DAY, None, again=first).one_of("abc")  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="among 1, not -1"):
        Choices(FIRST_DAY, None, again=Dice(FIRST_DAY, Random(7))).one_of("a")  # type: ignore[arg-type]  # noqa: S311


def test_a_machine_needs_a_store() -> None:
    """Who does not say how to make a store is told so."""
    with pytest.raises(NotImplementedError, match="overriding make_store"):
        run_state_machine_as_test(StoreMachine, settings=QUICK)


TestMemory = MemoryMachine.TestCase
TestMemory.settings = _bounded(8)
TestSqlite = SqliteMachine.TestCase
TestSqlite.settings = _bounded(8)
TestSqliteWithoutMemory = SqliteWithoutMemoryMachine.TestCase
TestSqliteWithoutMemory.settings = _bounded(3)
TestPostgres = PostgresMachine.TestCase
TestPostgres.settings = _bounded(6)
TestAwaitedSqlite = AwaitedSqliteMachine.TestCase
TestAwaitedSqlite.settings = _bounded(3)
TestAwaitedPostgres = AwaitedPostgresMachine.TestCase
TestAwaitedPostgres.settings = _bounded(3)
