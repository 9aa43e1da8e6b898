"""
Categories of parties, and rules that change them when a sale or lead gets somewhere.

Only a potential customer is moved: a customer is never demoted [LED-4].
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from attrs import evolve, frozen

from salesflow.checks import all_of, require_date, require_kind, require_text
from salesflow.model.history import Happened
from salesflow.model.party import Party
from salesflow.outcome import Outcome
from salesflow.process.history import changed


@frozen(kw_only=True)
class Category:
    """
    A kind of relation.

    Args:
        potential: Whether it is of potential customers; only their leads have a status that is worked on [LED-3].
    """

    name: str
    potential: bool = False

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)


@frozen(kw_only=True)
class CategoryRule:
    """
    What a party becomes when something happens to one of its sales or leads [LED-4].

    Args:
        document: ``opportunity`` or ``lead``, and ``what`` was done to it, such as ``sold``.
        category: What the party then is.
        ask: Whether somebody confirms it first.
    """

    document: str
    what: str
    category: str
    ask: bool = False

    def __attrs_post_init__(self) -> None:
        for name in ("document", "what", "category"):
            require_text(name, getattr(self, name))


def is_potential(party: Party, categories: Iterable[Category]) -> bool:
    """Say whether a party is a potential customer; otherwise its leads keep the status they had [LED-3]."""
    require_kind("party", party, Party)
    return any(each.potential and each.name == party.category for each in all_of("category", categories, Category))


def wanted(party: Party, event: Happened, rules: Iterable[CategoryRule], categories: Iterable[Category]) -> CategoryRule | None:
    """Return the first rule that an event fires for a potential customer; ``None`` where none does [LED-4]."""
    require_kind("event", event, Happened)
    if not is_potential(party, categories):
        return None
    fitting = (each for each in all_of("rule", rules, CategoryRule) if (each.document, each.what) == (event.document, event.what))
    return next(fitting, None)


def after(
    party: Party,
    event: Happened,
    rules: Iterable[CategoryRule],
    categories: Iterable[Category],
    *,
    on: date,
    confirmed: bool = False,
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Party]:
    """
    Return the party as it is after an event: in another category where a rule says so, and confirms nothing or was confirmed.

    Nothing changes where no rule fires.
    """
    require_date("on", on)
    rule = wanted(party, event, rules, categories)
    if rule is None or rule.category == party.category or (rule.ask and not confirmed):
        return Outcome(document=party)
    return changed(
        party, evolve(party, category=rule.category), "party", "categorised", on=on, at=at, by=by, reason=f"{event.document} {event.what}"
    )
