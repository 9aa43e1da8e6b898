"""A document's life as one table: which command leads from which status to which, and by which rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from attrs import field, frozen

from salesflow.checks import require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.rules import Rule

D = TypeVar("D")
S = TypeVar("S", bound=StrEnum)

WRONG_STATUS = Rule(
    code="wrong-status",
    en="A command runs only from the statuses its row in the life table names.",
    nl="Een opdracht kan alleen vanuit de statussen die haar regel in de levenstabel noemt.",
    refusal="{document} is {status}; {command} needs {needed}",
    spec=("CRM-2", "STA-1"),
    source="documentation",
)


@frozen
class Step(Generic[D, S]):
    """
    One row: *command* leads from any of *sources* to one of *targets* when every rule is satisfied.

    A rule is a function of the document and the date, named as a clause that is true when satisfied; it returns a refusal or ``None``.
    A step without sources begins the life. Where the status follows from quantities there may be several targets.
    """

    command: str
    sources: tuple[S, ...]
    targets: tuple[S, ...]
    rules: tuple[Callable[[D, date], Refusal | None], ...] = field(default=())


@frozen
class Option:
    """A command and the reasons against it now; none means it may run."""

    command: str
    refusals: tuple[Refusal, ...]

    def __bool__(self) -> bool:
        return not self.refusals


class Lifecycle(Generic[D, S]):
    """
    The life of a kind of document.

    The table checks itself when it is made: no row twice, every status reachable, every status but the final ones with an exit,
    and a final status reachable from each.

    Args:
        name: What the document is called, in lower case.
        steps: The rows.
        status: How to read the status of a document.
        resting: Statuses in which a life may end. They may still have exits: a credit reopens what was invoiced.
        kind: What a document must be to have this life; ``None`` where the commands see to it themselves.
    """

    def __init__(
        self,
        name: str,
        steps: tuple[Step[D, S], ...],
        *,
        status: Callable[[D], S],
        resting: tuple[S, ...],
        kind: type[D] | None = None,
    ) -> None:
        self.name = name
        self.steps = steps
        self.resting = resting
        self._status = status
        self._kind = kind
        self._rows = {(step.command, source): step for step in steps for source in step.sources}
        self._needed: dict[str, list[S]] = {}
        for step in steps:
            self._needed.setdefault(step.command, []).extend(step.sources)
        self._check()

    @property
    def statuses(self) -> tuple[S, ...]:
        """Every status of the table, in order of appearance."""
        return tuple(dict.fromkeys(status for step in self.steps for status in (*step.sources, *step.targets)))

    @property
    def commands(self) -> tuple[str, ...]:
        """Every command of the table, each once."""
        return tuple(self._needed)

    def why_not(self, command: str, document: D, *, on: date) -> tuple[Refusal, ...]:
        """
        Return every reason why *command* may not run on *document* on that date; empty when it may.

        Raises:
            LookupError: the table has no such command.
        """
        return self._look(command, document, on)[1]

    def require(self, command: str, document: D, *, on: date) -> S:
        """
        Return the status that *command* leads to, the first where there are several.

        Raises:
            RefusedError: with every reason of ``why_not``.
        """
        step, refusals = self._look(command, document, on)
        if refusals or step is None:
            raise RefusedError(refusals)
        return step.targets[0]

    def _look(self, command: str, document: D, on: date) -> tuple[Step[D, S] | None, tuple[Refusal, ...]]:
        """Return the row for the document's status, if there is one, and every reason against following it."""
        if self._kind is not None:
            require_kind(self.name, document, self._kind)
        status = self._status(document)
        step = self._rows.get((command, status))
        if step is None:
            needed = " or ".join(self._sources_of(command)) or "no document yet"
            refusal = WRONG_STATUS.refuse(document=self.name, status=str(status), command=command, needed=needed)
            return None, (refusal,)
        return step, tuple([against for rule in step.rules if (against := rule(document, on)) is not None])

    def options(self, document: D, *, on: date) -> tuple[Option, ...]:
        """Return every command that needs a document, with the reasons against it."""
        return tuple(Option(command, self.why_not(command, document, on=on)) for command, sources in self._needed.items() if sources)

    def leads(self, command: str, source: S) -> tuple[S, ...]:
        """Return the statuses in which *command* may leave a document that was in *source*."""
        return self._rows[command, source].targets

    def mermaid(self) -> str:
        """
        Return the table as a Mermaid state diagram.

        Commands that lead the same way share an arrow; what leaves a status as it is is not drawn.
        """
        arrows: dict[tuple[str, str], list[str]] = {}
        for step in self.steps:
            for source in step.sources or ("[*]",):
                for target in step.targets:
                    if source != target:
                        arrows.setdefault((source, target), []).append(step.command)
        lines = [f"    {source} --> {target}: {',<br>'.join(commands)}" for (source, target), commands in arrows.items()]
        return "\n".join(["stateDiagram-v2", *lines, *(f"    {status} --> [*]" for status in self.resting)])

    def _sources_of(self, command: str) -> list[S]:
        try:
            return self._needed[command]
        except KeyError:
            msg = f"{self.name} has no command {command!r}; it has {', '.join(self._needed)}"
            raise LookupError(msg) from None

    def _check(self) -> None:
        if len(self._rows) != sum(len(step.sources) for step in self.steps):
            msg = f"{self.name}: a command has two rows for one status"
            raise ValueError(msg)
        born = {target for step in self.steps if not step.sources for target in step.targets}
        reached = self._spread(born, lambda step: (step.sources, step.targets))
        ending = self._spread(set(self.resting), lambda step: (step.targets, step.sources))
        for problem, statuses in (
            ("cannot be reached", set(self.statuses) - reached),
            ("cannot come to rest", set(self.statuses) - ending),
            ("is named as resting but has no row", set(self.resting) - set(self.statuses)),
        ):
            if statuses:
                msg = f"{self.name}: {', '.join(sorted(statuses))} {problem}"
                raise ValueError(msg)

    def _spread(self, known: set[S], ends: Callable[[Step[D, S]], tuple[Iterable[S], Iterable[S]]]) -> set[S]:
        """Return every status that can be had from *known* by following the rows."""
        known = set(known)
        while True:
            more = {status for step in self.steps if known.intersection(ends(step)[0]) for status in ends(step)[1]}
            if more <= known:
                return known
            known |= more
