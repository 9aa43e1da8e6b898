"""Parties on their way to being a customer: one identity, to which roles are added."""

from __future__ import annotations

from datetime import date

from salesflow.checks import require_date, require_kind
from salesflow.errors import refuse
from salesflow.model.events import PartyConverted
from salesflow.model.party import Party, Role, with_role
from salesflow.outcome import Outcome
from salesflow.rules import Rule

CUSTOMER_ALREADY = Rule(
    code="party.customer-already",
    en="Only a party that is not a customer yet becomes one.",
    nl="Alleen een partij die nog geen klant is, wordt omgezet in klant.",
    refusal="party {party} is a customer already",
    spec=("PTY-3",),
    source="documentation",
)


def convert(party: Party, *, on: date) -> Outcome[Party]:
    """
    Make a prospect a customer; its number and its other roles stay [PTY-1, PTY-3].

    Raises:
        RefusedError: ``party.customer-already``.
    """
    require_kind("party", party, Party)
    require_date("on", on)
    refuse((CUSTOMER_ALREADY.refuse(party=party.number) if party.is_customer else None,))
    after = with_role(party, Role.CUSTOMER)
    return Outcome(document=after, changed=(after,), events=(PartyConverted(number=party.number, on=on),))
