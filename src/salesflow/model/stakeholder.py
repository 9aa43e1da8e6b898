"""Who has a part in a sale: stakeholders of any side, the decision-making unit of the customer, and what is known about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import HUNDRED, require_date, require_kind, require_text
from salesflow.labels import Labelled


class StakeholderSide(Labelled):
    """On which side a stakeholder stands."""

    CUSTOMER = "customer", "Customer", "Klant"
    SELLER = "seller", "Seller", "Verkoper"
    THIRD = "third", "Third party", "Derde partij"


class Known(Labelled):
    """What is known of a question, or how a stakeholder thinks."""

    UNKNOWN = "unknown", "Unknown", "Onbekend"
    YES = "yes", "Yes", "Ja"
    NO = "no", "No", "Nee"


USER = "user"
INFLUENCER = "influencer"
BUYER = "buyer"
DECIDER = "decider"
GATEKEEPER = "gatekeeper"
INITIATOR = "initiator"
DMU_ROLES = (USER, INFLUENCER, BUYER, DECIDER, GATEKEEPER, INITIATOR)
"""The roles of a decision-making unit; the list of roles is open [STK-4]."""

BANT = ("budget", "authority", "need", "timeline")
MEDDIC = ("metrics", "economic buyer", "decision criteria", "decision process", "identify pain", "champion")
"""Two checklists; any other list of questions will do [STK-6]."""


@frozen(kw_only=True)
class Stakeholder:
    """
    A company or person with a part in a sale [STK-1].

    Args:
        role: What part it has; the list is open.
        rank: In which order they are shown.
        veto: Whether nothing is sold without its consent [STK-7].
        consent: Whether it agrees.
    """

    party: str
    role: str
    side: StakeholderSide = StakeholderSide.CUSTOMER
    comment: str = ""
    rank: int = 0
    veto: bool = False
    consent: Known = Known.UNKNOWN

    def __attrs_post_init__(self) -> None:
        require_text("party", self.party)
        require_text("role", self.role)
        require_kind("side", self.side, StakeholderSide)
        require_kind("consent", self.consent, Known)


@frozen(kw_only=True)
class Answer:
    """What is known of one question of a checklist, by what evidence, and since when [STK-6]."""

    question: str
    known: Known
    on: date
    evidence: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("question", self.question)
        require_kind("known", self.known, Known)
        require_date("on", self.on)


def missing_roles(stakeholders: Iterable[Stakeholder], required: Iterable[str] = (DECIDER, BUYER)) -> tuple[str, ...]:
    """Return the roles of the customer's decision-making unit that nobody has yet; nothing is forbidden by it [STK-5]."""
    found = {each.role for each in stakeholders if each.side is StakeholderSide.CUSTOMER}
    return tuple(role for role in required if role not in found)


def score(answers: Iterable[Answer], questions: Iterable[str]) -> Decimal | None:
    """Return how many of *questions* are answered with yes, in percent; ``None`` where there are none [STK-6]."""
    asked = tuple(questions)
    known = {each.question: each.known for each in answers}
    agreed = sum(known.get(question) is Known.YES for question in asked)
    return agreed * HUNDRED / len(asked) if asked else None
