"""Cases: a customer's question, complaint or problem, from the first call to the survey after it."""

from __future__ import annotations

from datetime import date, datetime

from attrs import frozen

from salesflow.checks import require_kind, require_moment, require_text, require_tuple_of
from salesflow.labels import Labelled


class CaseStatus(Labelled):
    """Where a case stands [CAS-2]."""

    NEW = "new", "New", "Nieuw"
    IN_PROGRESS = "in-progress", "In progress", "In behandeling"
    ON_HOLD = "on-hold", "On hold", "In wachtstand"
    POSTPONED = "postponed", "Postponed", "Uitgesteld"
    RESOLVED = "resolved", "Resolved", "Opgelost"
    CLOSED = "closed", "Closed", "Gesloten"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"
    MERGED = "merged", "Merged", "Samengevoegd"


class BaseState(Labelled):
    """The five states that every status of a case comes down to [CAS-1]."""

    ACTIVE = "active", "Active", "Actief"
    CLOSED = "closed", "Closed", "Gesloten"
    POSTPONED = "postponed", "Postponed", "Uitgesteld"
    DELETED = "deleted", "Deleted", "Verwijderd"
    MERGED = "merged", "Merged", "Samengevoegd"


BASE_STATES = {
    CaseStatus.NEW: BaseState.ACTIVE,
    CaseStatus.IN_PROGRESS: BaseState.ACTIVE,
    CaseStatus.ON_HOLD: BaseState.ACTIVE,
    CaseStatus.POSTPONED: BaseState.POSTPONED,
    CaseStatus.RESOLVED: BaseState.CLOSED,
    CaseStatus.CLOSED: BaseState.CLOSED,
    CaseStatus.CANCELLED: BaseState.DELETED,
    CaseStatus.MERGED: BaseState.MERGED,
}
"""Each status belongs to one base state, and each base state has a status [CAS-1]."""


class CaseKind(Labelled):
    """What a customer comes with [CAS-6, S1]."""

    QUESTION = "question", "Question", "Vraag"
    COMPLAINT = "complaint", "Complaint", "Klacht"
    PROBLEM = "problem", "Technical problem", "Technisch probleem"
    PRE_SALE = "pre-sale", "Request before the sale", "Vraag vóór de verkoop"
    PRODUCT_CHOICE = "product-choice", "Help with product choice", "Hulp bij productkeuze"
    CUSTOMISING = "customising", "Customising", "Aanpassing"
    INSTALLATION = "installation", "Installation", "Installatie"
    CONFIGURATION = "configuration", "Configuration", "Configuratie"
    TRAINING = "training", "Training", "Training"


class Channel(Labelled):
    """How somebody is spoken to [SVC-6]."""

    TELEPHONE = "telephone", "Telephone", "Telefoon"
    EMAIL = "email", "E-mail", "E-mail"
    CHAT = "chat", "Live chat", "Livechat"
    IN_PERSON = "in-person", "In person", "Persoonlijk"


class HoldReason(Labelled):
    """What a case waits for."""

    CUSTOMER = "customer", "Waiting for the customer", "Wacht op de klant"
    CHANGE = "change", "Waiting for a change", "Wacht op een wijziging"
    PROBLEM = "problem", "Waiting for a problem to be solved", "Wacht op de oplossing van een probleem"
    VENDOR = "vendor", "Waiting for a vendor", "Wacht op een leverancier"


class Author(Labelled):
    """Who wrote or said something."""

    CUSTOMER = "customer", "Customer", "Klant"
    AGENT = "agent", "Agent", "Medewerker"


@frozen(kw_only=True)
class Message:
    """
    Something said or written in a case.

    Args:
        public: Whether the customer sees it.
        seconds: How long it took to handle, with talk, hold and work after it [MET-11].
    """

    at: datetime
    author: Author
    channel: Channel
    text: str = ""
    by: str = ""
    public: bool = True
    seconds: int = 0

    def __attrs_post_init__(self) -> None:
        require_moment("at", self.at)
        require_kind("author", self.author, Author)
        require_kind("channel", self.channel, Channel)


@frozen(kw_only=True)
class Turn:
    """A status that a case came to, and when; with the reason where it waits."""

    at: datetime
    status: CaseStatus
    waits_for: HoldReason | None = None


@frozen(kw_only=True)
class Case:
    """
    A customer's question, complaint or problem.

    Args:
        opened: When it came in.
        customer: Whose it is; ``None`` where the caller is not known to us, as before a sale [SVC-2].
        contact: The person who called, in words where there is no such party.
        owner: Who handles it; empty while nobody does.
        turns: Every status it had, oldest first; the last is where it stands.
        postponed_to: The day it is taken up again.
        parent: The case it is a part of.
        merged_into: The case it turned out to be the same as [CAS-4].
        merged: The cases that turned out to be the same as this one.
        lead: The lead it became.
        transfers: How often it was handed to somebody else, or escalated.
    """

    number: str
    subject: str
    kind: CaseKind
    priority: str
    channel: Channel
    opened: datetime
    turns: tuple[Turn, ...]
    customer: str | None = None
    contact: str = ""
    category: str = ""
    owner: str = ""
    messages: tuple[Message, ...] = ()
    postponed_to: date | None = None
    parent: str | None = None
    merged_into: str | None = None
    merged: tuple[str, ...] = ()
    follows: str | None = None
    order: str | None = None
    opportunity: str | None = None
    project: str | None = None
    installed: str | None = None
    lead: str | None = None
    entitlement: str | None = None
    solution: str = ""
    transfers: int = 0
    escalated: int = 0
    read: datetime | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("number", "subject", "priority"):
            require_text(name, getattr(self, name))
        require_kind("kind", self.kind, CaseKind)
        require_kind("channel", self.channel, Channel)
        require_moment("opened", self.opened)
        require_tuple_of("turns", self.turns, Turn)
        require_tuple_of("messages", self.messages, Message)
        if not self.turns:
            msg = "a case has a status from the moment it is opened"
            raise ValueError(msg)

    @property
    def status(self) -> CaseStatus:
        """Where it stands."""
        return self.turns[-1].status

    @property
    def base_state(self) -> BaseState:
        """Which of the five states that is [CAS-1]."""
        return BASE_STATES[self.status]

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be done any more."""
        return self.status in {CaseStatus.RESOLVED, CaseStatus.CLOSED, CaseStatus.CANCELLED, CaseStatus.MERGED}

    @property
    def last(self) -> datetime:
        """The latest moment something happened."""
        moments = [self.turns[-1].at, *(message.at for message in self.messages[-1:])]
        return max(moments)

    @property
    def reopened(self) -> int:
        """How often it was resolved and went on."""
        pairs = zip(self.turns, self.turns[1:], strict=False)
        return sum(before.status in _DONE and after.status is CaseStatus.IN_PROGRESS for before, after in pairs)

    def messages_of(self, author: Author) -> tuple[Message, ...]:
        """Return what one side said in public."""
        return tuple(message for message in self.messages if message.author is author and message.public)


_DONE = (CaseStatus.RESOLVED, CaseStatus.CLOSED)
