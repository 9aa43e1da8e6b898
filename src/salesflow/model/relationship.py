"""The relationship with a customer: surveys, reviews, what it prefers, and when it is spoken to again."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from salesflow.checks import require_date, require_kind, require_text, require_tuple_of
from salesflow.model.case import Channel
from salesflow.model.subscription import Every


@frozen(kw_only=True)
class Scale:
    """
    The scores a survey may be given.

    Args:
        least: The lowest score, and ``most`` the highest.
        satisfied: From this score on somebody is satisfied [MET-8].
    """

    least: int = 1
    most: int = 5
    satisfied: int = 4

    def __attrs_post_init__(self) -> None:
        if not self.least <= self.satisfied <= self.most or self.least == self.most:
            msg = f"a scale runs from its lowest to its highest score, with satisfaction between, not {self.least}, {self.satisfied}, {self.most}"
            raise ValueError(msg)


FIVE = Scale()
RECOMMENDATION = Scale(least=0, most=10, satisfied=9)
"""How likely somebody is to recommend us, as the net promoter score asks [MET-13]."""


@frozen(kw_only=True)
class Survey:
    """
    What a customer was asked, and answered: one for each time a case was closed [CST-1].

    Args:
        about: The number of the case, order or invoice it is about.
        score: The answer; ``None`` is no answer, which is not a zero.
    """

    number: str
    customer: str
    about: str
    asked: date
    scale: Scale = FIVE
    score: int | None = None
    answered: date | None = None
    remark: str = ""

    def __attrs_post_init__(self) -> None:
        for name in ("number", "customer", "about"):
            require_text(name, getattr(self, name))
        require_date("asked", self.asked)
        require_kind("scale", self.scale, Scale)


@frozen(kw_only=True)
class Review:
    """What a customer says of a product in public, and whether it bought it."""

    number: str
    customer: str
    item: str
    on: date
    score: int
    text: str = ""
    bought: bool = False

    def __attrs_post_init__(self) -> None:
        for name in ("number", "customer", "item"):
            require_text(name, getattr(self, name))
        require_date("on", self.on)


@frozen(kw_only=True)
class Preference:
    """
    What a customer prefers.

    Args:
        channel: How it likes to be spoken to.
        weekdays: On which days; Monday is 0. None is any day.
        topics: What it likes to hear about.
        silent: Whether it does not want to be spoken to of our own accord.
    """

    channel: Channel | None = None
    weekdays: tuple[int, ...] = ()
    topics: tuple[str, ...] = ()
    silent: bool = False

    def __attrs_post_init__(self) -> None:
        require_tuple_of("weekdays", self.weekdays, int)
        require_tuple_of("topics", self.topics, str)


@frozen(kw_only=True)
class ContactPlan:
    """
    When a customer is spoken to of our own accord [CST-2].

    Args:
        every: How long after the last contact the next is due.
        last: The day of the last contact.
        preference: How and when the customer likes it.
    """

    number: str
    customer: str
    every: Every
    last: date
    owner: str = ""
    preference: Preference = Preference()
    contacts: tuple[tuple[date, str], ...] = ()

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("customer", self.customer)
        require_kind("every", self.every, Every)
        require_date("last", self.last)
        require_kind("preference", self.preference, Preference)
