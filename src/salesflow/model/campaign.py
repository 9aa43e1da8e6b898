"""Campaigns: to whom they are addressed, what came back, and what they cost and brought."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.money import require_currency
from salesflow.period import Period


class CampaignStatus(Labelled):
    """How far a campaign is; it only goes forward [CMP-4]."""

    PLANNING = "planning", "Planning", "Planning"
    IN_PROCESS = "in-process", "In process", "In uitvoering"
    RESPONSE = "response", "Response", "Respons"
    FOLLOW_UP = "follow-up", "Follow-up", "Opvolging"
    CLOSED = "closed", "Closed", "Gesloten"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


class RecipientKind(Labelled):
    """What the contact belongs to [CMP-1]."""

    PROSPECT = "prospect", "Prospect", "Prospect"
    LEAD = "lead", "Lead", "Lead"
    OPPORTUNITY = "opportunity", "Opportunity", "Verkoopkans"
    CUSTOMER = "customer", "Customer", "Klant"


class Participation(Labelled):
    """What became of a recipient [CPG-2]."""

    SELECTED = "selected", "Selected", "Geselecteerd"
    DELIVERED = "delivered", "Delivered", "Bereikt"
    POSITIVE = "positive", "Responded positively", "Positief gereageerd"
    NEGATIVE = "negative", "Responded negatively", "Negatief gereageerd"
    CONVERTED = "converted", "Converted", "Omgezet"
    DROPPED_OUT = "dropped-out", "Dropped out", "Uitgevallen"


TELEMARKETING, MAILING, EMAIL = "telemarketing", "mailing", "e-mail"
TYPES = (TELEMARKETING, MAILING, EMAIL, "advertisement", "direct marketing", "event", "co-branding", "other")
"""Types of campaign; the list is open [CMP-2]."""


@frozen(kw_only=True)
class Recipient:
    """
    A contact that a campaign is addressed to [CMP-1].

    Args:
        contact: The contact, by number; once in a campaign.
        kind: What the contact belongs to, and ``document`` which.
        owner: Who sees to it; empty while nobody does.
        consent: Whether it agreed to be written to.
        reason: Why it dropped out.
        made: The lead or sale that came of it.
    """

    contact: str
    kind: RecipientKind
    document: str
    owner: str = ""
    consent: bool = False
    participation: Participation = Participation.SELECTED
    answered: date | None = None
    text: str = ""
    reason: str = ""
    made: str | None = None

    def __attrs_post_init__(self) -> None:
        require_text("contact", self.contact)
        require_text("document", self.document)
        require_kind("kind", self.kind, RecipientKind)
        require_kind("participation", self.participation, Participation)


@frozen(kw_only=True)
class Campaign:
    """
    A campaign.

    Args:
        type: Telemarketing, mailing, e-mail, or any other; mail asks for consent.
        department: Who leads it [MKT-1].
        budget: What may be spent on it, and ``spent`` what was.
        discount_budget: What may be given in discounts, apart from the budget, and ``granted`` what was [MKT-3].
        parent: The campaign it is a part of [CMP-5].
    """

    number: str
    name: str
    type: str
    period: Period
    currency: str
    status: CampaignStatus = CampaignStatus.PLANNING
    group: str = ""
    department: str = "marketing"
    parent: str | None = None
    budget: Decimal = ZERO
    spent: Decimal = ZERO
    discount_budget: Decimal = ZERO
    granted: Decimal = ZERO
    recipients: tuple[Recipient, ...] = ()

    def __attrs_post_init__(self) -> None:
        for name in ("number", "name", "type"):
            require_text(name, getattr(self, name))
        require_kind("period", self.period, Period)
        require_currency("currency", self.currency)
        require_kind("status", self.status, CampaignStatus)
        require_tuple_of("recipients", self.recipients, Recipient)
        for name in ("budget", "spent", "discount_budget", "granted"):
            require_decimal(name, getattr(self, name))
            if getattr(self, name) < 0:
                msg = f"{name} must be zero or more, not {getattr(self, name)}"
                raise ValueError(msg)

    def recipient(self, contact: str) -> Recipient | None:
        """Return the recipient of that contact; ``None`` where it was not selected."""
        return next((each for each in self.recipients if each.contact == contact), None)

    def count(self, *participations: Participation) -> int:
        """Return how many recipients stand there."""
        return sum(each.participation in participations for each in self.recipients)
