"""
Documents that were read before.

Documents are values, so one that was read can be shared by everybody for as long as the storage says that it is still the same:
each is asked for its version and its stamp again, which is little beside reading it anew.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from attrs import frozen


@frozen
class Kept:
    """
    A document as it is stored.

    Args:
        version: How often it was committed.
        stamp: Follows from everything that was ever written of it, so that the same version of another history is told apart.
    """

    version: int
    stamp: int
    document: Any


class Cache:
    """The documents that were used last, up to a number of them; safe to share between threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._lock = Lock()

    def has(self, kind: str, key: str) -> bool:
        """Say whether there is a document to ask about."""
        return (kind, key) in self._kept

    def get(self, kind: str, key: str, version: int, stamp: int) -> Kept | None:
        """Return a document if it still is of that version and stamp."""
        with self._lock:
            kept = self._kept.get((kind, key))
            if kept is None or (kept.version, kept.stamp) != (version, stamp):
                return None
            self._kept.move_to_end((kind, key))
            return kept

    def keep(self, kind: str, key: str, kept: Kept) -> None:
        """Keep a document; the one that was not used for longest makes place."""
        with self._lock:
            self._kept[kind, key] = kept
            self._kept.move_to_end((kind, key))
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
