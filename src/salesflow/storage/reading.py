"""Reading documents: those that are remembered are asked whether they are still the same, the others are put together from their parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from salesflow.errors import ConflictError, StorageError
from salesflow.kinds import KINDS
from salesflow.model.order import Order
from salesflow.storage import parts
from salesflow.storage.cache import Cache, Kept
from salesflow.storage.rows import BODY, DOCUMENT, POSTING, Find, Row, Rows

PATIENCE = 100
"""How often a document is read again where others change it meanwhile."""


class Reader:
    """
    Reads documents for one unit of work.

    Args:
        rows: Gives the connection of the work.
    """

    def __init__(self, rows: Callable[[], Rows], cache: Cache) -> None:
        self._rows = rows
        self._cache = cache

    def read(self, name: str, keys: Sequence[str]) -> dict[str, Kept]:
        """Return what is stored under these keys of one kind; what is known already is only asked for its version."""
        found: dict[str, Kept] = {}
        wanted = list(keys)
        known = [key for key in keys if self._cache.has(name, key)]
        if known:
            heads = self._rows().find(_by_key(name, known, ("number", "version", "stamp")))
            for head in heads:
                kept = self._cache.get(name, head["number"], head["version"], head["stamp"])
                if kept is not None:
                    found[head["number"]] = kept
            there = {head["number"] for head in heads}
            wanted = [key for key in keys if key not in found and (key in there or not self._cache.has(name, key))]
        if wanted:
            found |= self._read_anew(name, wanted)
        return found

    def _read_anew(self, name: str, keys: Sequence[str]) -> dict[str, Kept]:
        """Read documents in their parts, until none of them was changed by somebody else between two parts."""
        heads = self._heads(name, keys)
        for _ in range(PATIENCE):
            found = self._whole(name, heads) if heads else {}
            again = self._heads(name, keys) if heads else heads
            if again == heads:
                for head in heads:
                    _require_all(name, head, found[head["number"]].document)
                for key, kept in found.items():
                    self._cache.keep(name, key, kept)
                return found
            heads = again
        raise ConflictError(f"{name} {', '.join(keys)} changed again and again while being read")

    def _heads(self, name: str, keys: Sequence[str]) -> Sequence[Row]:
        return self._rows().find(_by_key(name, keys, ("number", "version", "stamp", "postings")))

    def _whole(self, name: str, heads: Sequence[Row]) -> dict[str, Kept]:
        there = tuple([head["number"] for head in heads])
        bodies: dict[str, dict[str, str]] = {key: {} for key in there}
        for row in self._rows().find(Find(table=BODY, equal={"kind": name, "number": there}, columns=("number", "part", "body"))):
            bodies.setdefault(row["number"], {})[row["part"]] = row["body"]
        postings = self._postings(there) if name == KINDS[Order] else {}
        return {
            head["number"]: Kept(
                head["version"], head["stamp"], _document(name, head["number"], bodies[head["number"]], postings.get(head["number"], ()))
            )
            for head in heads
        }

    def _postings(self, keys: tuple[str, ...]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        asked = Find(table=POSTING, equal={"order": keys}, order=("order", "place"), columns=("order", "body"))
        for row in self._rows().find(asked):
            found.setdefault(row["order"], []).append(row["body"])
        return found


_KIND_OF = {name: kind for kind, name in KINDS.items()}


def _by_key(name: str, keys: Sequence[str], columns: tuple[str, ...]) -> Find:
    return Find(table=DOCUMENT, equal={"kind": name, "number": keys[0] if len(keys) == 1 else tuple(keys)}, columns=columns)


def _require_all(name: str, head: Row, document: Any) -> None:
    """Raise unless a document was read with as many postings as were committed: one that is gone would be delivered or invoiced again."""
    there = parts.count_of_postings(document)
    if there != head["postings"]:
        raise StorageError(f"{name} {head['number']!r} was stored with {head['postings']} postings and has {there}: the storage is damaged")


def _document(name: str, key: str, texts: Mapping[str, str], postings: Iterable[str]) -> Any:
    """Return the document of its parts, as long as it is one of that kind."""
    try:
        document = parts.whole(texts, postings)
    except KeyError as error:
        raise StorageError(f"{name} {key!r} cannot be read: its part {error} is missing") from error
    except Exception as error:  # whatever a damaged part makes a class say
        raise StorageError(f"{name} {key!r} cannot be read: {error}") from error
    if type(document) is not _KIND_OF[name]:
        raise StorageError(f"{name} {key!r} is stored as a {type(document).__name__}")
    return document
