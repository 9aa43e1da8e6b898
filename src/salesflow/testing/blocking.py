"""A store that awaits, as one that waits: so that both are put to the same tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from threading import Thread
from types import TracebackType
from typing import Any, Self

from salesflow.kinds import KINDS, Repositories
from salesflow.ports import PAGE


class Blocking:
    """
    A store that waits for the answers of an ``AsyncStore``, whose event loop runs in a thread of its own.

    Args:
        make: Makes the store; it is called in that event loop.
    """

    def __init__(self, make: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.store = self.wait(make())
        self.events = _Events(self)

    def begin(self) -> _Work:
        """Begin a unit of work."""
        return _Work(self, self.store.begin())

    def wait(self, answer: Coroutine[Any, Any, Any]) -> Any:
        """Return an answer once it is there; safe to call from several threads."""
        return asyncio.run_coroutine_threadsafe(answer, self._loop).result()

    def close(self) -> None:
        """Let go of the store and its event loop."""
        self.wait(self.store.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class _Work(Repositories):
    def __init__(self, store: Blocking, work: Any) -> None:
        self._store = store
        self._work = work
        for name in KINDS.values():
            setattr(self, name, _Repository(store, getattr(work, name)))

    def __enter__(self) -> Self:
        self._store.wait(self._work.__aenter__())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /) -> None:
        self._store.wait(self._work.__aexit__(kind, error, trace))

    def once(self, key: str, request: Any, command: Callable[[], Any]) -> Any:
        """Run the command in another thread, for it may wait for this store as well."""
        return self._store.wait(self._work.once(key, request, lambda: asyncio.to_thread(command)))

    def append(self, *events: Any) -> None:
        self._store.wait(self._work.append(*events))

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **wanted: self._store.wait(getattr(self._work, name)(*args, **wanted))


class _Repository:
    def __init__(self, store: Blocking, repository: Any) -> None:
        self._store = store
        self._repository = repository

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **wanted: self._store.wait(getattr(self._repository, name)(*args, **wanted))

    def __contains__(self, number: object) -> bool:
        return isinstance(number, str) and bool(self._store.wait(self._repository.has(number)))

    def __len__(self) -> int:
        return int(self._store.wait(self._repository.count()))

    def __iter__(self) -> Iterator[Any]:
        return iter(self._store.wait(self._repository.all()))


class _Events:
    def __init__(self, store: Blocking) -> None:
        self._store = store

    @property
    def _log(self) -> Any:
        return self._store.store.events

    def __iter__(self) -> Iterator[Any]:
        place = 0
        while told := self.after(place):
            yield from (each.event for each in told)
            place = told[-1].place

    def __len__(self) -> int:
        return int(self._store.wait(self._log.count()))

    def about(self, number: str) -> Any:
        return self._store.wait(self._log.about(number))

    def after(self, place: int = 0, *, limit: int = PAGE) -> Any:
        return self._store.wait(self._log.after(place, limit=limit))
