"""Leads: people who are interested, where they came from, and how warm they are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ONE, ZERO, require_date, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.activity import Activity
from salesflow.model.party import PartyKind
from salesflow.money import exact


class LeadStatus(Labelled):
    """Where a lead stands; per person [LED-2, PTY-5]."""

    OPEN = "open", "Open", "Open"
    CONTACTING = "contacting", "Contacting", "In contact"
    POSTPONED = "postponed", "Postponed", "Uitgesteld"
    QUALIFIED = "qualified", "Qualified", "Gekwalificeerd"
    DISQUALIFIED = "disqualified", "Disqualified", "Gediskwalificeerd"


class DisqualifiedReason(Labelled):
    """Why a lead comes to nothing; the codes of the documentation's table."""

    LOST = "lost", "Lost", "Verloren"
    CANNOT_CONTACT = "cannot-contact", "Cannot contact", "Kan geen contact opnemen"
    NO_LONGER_INTERESTED = "no-longer-interested", "No longer interested", "Niet langer geïnteresseerd"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


SOURCES = ("automatic", "web site", "e-mail", "fair", "referral", "campaign", "service case", "other")
"""Where leads come from; the list is open [LED-1, PRC-3]."""


@frozen(kw_only=True)
class Signal:
    """Something the lead did that speaks of intent, with points; it fades [LED-7]."""

    on: date
    what: str
    points: Decimal

    def __attrs_post_init__(self) -> None:
        require_date("on", self.on)
        require_text("what", self.what)
        require_decimal("points", self.points)


@frozen(kw_only=True)
class Scoring:
    """
    How leads are scored [LED-7].

    Args:
        half_life: After so many days a signal counts half.
        threshold: The score from which a lead is worth a call.
    """

    half_life: int = 30
    threshold: Decimal = Decimal(100)

    def __attrs_post_init__(self) -> None:
        if type(self.half_life) is not int or self.half_life < 1:
            msg = f"half_life must be a whole number above zero, not {self.half_life!r}"
            raise ValueError(msg)
        require_decimal("threshold", self.threshold)


@frozen(kw_only=True)
class MarketNote:
    """What was learnt about a market: a product or segment, and the competitor there [S0, S1]."""

    about: str
    text: str
    competitor: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("about", self.about)
        require_text("text", self.text)


@frozen(kw_only=True)
class Lead:
    """
    Somebody who is interested.

    Args:
        name: Who it is; ``kind`` whether a person or an organisation.
        party: The party it is, where that is known.
        interested: Whether interest was confirmed, and ``can_buy`` whether buying power was [PRC-4, LED-5].
        fit: What speaks for it whatever it does; ``signals`` what it did.
        nurture: Whether a postponed lead is still told of campaigns.
        opportunity: The sale it became.
        case: The service case it came from [LED-9].
    """

    number: str
    name: str
    registered: date
    owner: str
    kind: PartyKind = PartyKind.PERSON
    source: str = "other"
    company: str = ""
    email: str = ""
    telephone: str = ""
    status: LeadStatus = LeadStatus.OPEN
    reason: str = ""
    resume: date | None = None
    interested: bool = False
    can_buy: bool = False
    fit: Decimal = ZERO
    signals: tuple[Signal, ...] = ()
    activities: tuple[Activity, ...] = ()
    market: tuple[MarketNote, ...] = ()
    note: str = ""
    party: str | None = None
    contact: str | None = None
    opportunity: str | None = None
    campaign: str | None = None
    case: str | None = None

    def __attrs_post_init__(self) -> None:
        for name in ("number", "name", "owner", "source"):
            require_text(name, getattr(self, name))
        require_date("registered", self.registered)
        require_kind("kind", self.kind, PartyKind)
        require_kind("status", self.status, LeadStatus)
        require_decimal("fit", self.fit)
        require_tuple_of("signals", self.signals, Signal)
        require_tuple_of("activities", self.activities, Activity)

    @exact
    def score(self, on: date, scoring: Scoring) -> Decimal:
        """
        Return fit and intent on a day: each signal so far times one half to the power of its age by the half-life, six decimals [LED-7].

        It rises with points, and never with age.
        """
        half = ONE / 2
        intent = sum(
            (each.points * half ** (Decimal((on - each.on).days) / scoring.half_life) for each in self.signals if each.on <= on), ZERO
        )
        return (self.fit + intent).quantize(Decimal("0.000001"))

    @property
    def is_targetable(self) -> bool:
        """Whether campaigns may write to it: not once it was disqualified [LED-6]."""
        return self.status is not LeadStatus.DISQUALIFIED
