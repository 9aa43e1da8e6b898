"""Refusals are values; the errors here carry them or say what the store found."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen


@frozen
class Refusal:
    """
    One reason why a command may not run now.

    The code names the rule in the catalogue and never changes; the message says what is and what was needed;
    the facts carry the figures of the message, for those who write their own.
    """

    code: str
    message: str
    facts: tuple[tuple[str, object], ...] = ()

    def fact(self, name: str) -> object:
        """Return the fact called *name*."""
        return dict(self.facts)[name]

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class SalesflowError(Exception):
    """Whatever salesflow raises on purpose, apart from ``TypeError`` and ``ValueError`` for malformed values."""


class RefusedError(SalesflowError):
    """A command that may not run; it names every rule it broke, and has changed nothing."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(str(refusal) for refusal in self.refusals))

    def __reduce__(self) -> tuple[type[RefusedError], tuple[tuple[Refusal, ...]]]:
        return RefusedError, (self.refusals,)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the broken rules, in order and each once."""
        return tuple(dict.fromkeys(refusal.code for refusal in self.refusals))


class NotFoundError(SalesflowError, LookupError):
    """The store has no document of that number."""


class DuplicateError(SalesflowError):
    """The store has a document of that number already."""


class ConflictError(SalesflowError):
    """Somebody else changed the document since it was read; read it again and repeat the command."""


class StorageError(SalesflowError):
    """
    The storage cannot be read or written, or holds what nobody here has written; nothing of the work was kept.

    Where the connection is lost during the commit itself nobody here can know: try again under the same key of ``once``.
    """


def refuse(refusals: Iterable[Refusal | None]) -> None:
    """Raise ``RefusedError`` with all of *refusals*, if there are any."""
    found = tuple(refusal for refusal in refusals if refusal is not None)
    if found:
        raise RefusedError(found)
