"""Who handles a case: somebody with the skills it needs, on its channel, with the least on hand."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from salesflow.checks import all_of, require_kind, require_text, require_tuple_of
from salesflow.model.case import Case, CaseKind, Channel

PATIENT, EMPATHIC, TECHNICAL, PROBLEM_SOLVING, COMMUNICATIVE = "patient", "empathic", "technical", "problem-solving", "communicative"

NEEDED: tuple[tuple[CaseKind, tuple[str, ...]], ...] = (
    (CaseKind.QUESTION, (COMMUNICATIVE,)),
    (CaseKind.COMPLAINT, (PATIENT, EMPATHIC)),
    (CaseKind.PROBLEM, (TECHNICAL, PROBLEM_SOLVING)),
    (CaseKind.PRE_SALE, (COMMUNICATIVE,)),
    (CaseKind.PRODUCT_CHOICE, (COMMUNICATIVE,)),
    (CaseKind.CUSTOMISING, (TECHNICAL,)),
    (CaseKind.INSTALLATION, (TECHNICAL,)),
    (CaseKind.CONFIGURATION, (TECHNICAL,)),
    (CaseKind.TRAINING, (PATIENT, COMMUNICATIVE)),
)
"""The skills each kind of case needs, unless others are given [S1]."""


@frozen(kw_only=True)
class Agent:
    """
    Somebody who handles cases.

    Args:
        skills: What the agent is good at.
        channels: On which channels; none is all.
        most: How many open cases at most; ``None`` has no limit.
    """

    name: str
    skills: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    most: int | None = None

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)
        require_tuple_of("skills", self.skills, str)
        require_tuple_of("channels", self.channels, Channel)


def able(
    case: Case, agents: Iterable[Agent], cases: Iterable[Case] = (), needed: Iterable[tuple[CaseKind, tuple[str, ...]]] = NEEDED
) -> tuple[Agent, ...]:
    """
    Return who could take a case, the least busy first: with every skill it needs, on its channel, and below the limit.

    Args:
        cases: All cases, for counting what each has on hand.
        needed: The skills each kind of case needs.
    """
    require_kind("case", case, Case)
    skills = next((set(each) for kind, each in needed if kind is case.kind), set())
    load: dict[str, int] = {}
    for each in all_of("case", cases, Case):
        if each.owner and not each.is_over:
            load[each.owner] = load.get(each.owner, 0) + 1
    fitting = [
        agent
        for agent in all_of("agent", agents, Agent)
        if skills <= set(agent.skills)
        and (not agent.channels or case.channel in agent.channels)
        and (agent.most is None or load.get(agent.name, 0) < agent.most)
    ]
    return tuple(sorted(fitting, key=lambda agent: (load.get(agent.name, 0), agent.name)))
