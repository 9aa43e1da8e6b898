"""Parties over time: one identity, to which roles are added, and of which duplicates become one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

from attrs import evolve, field, frozen

from salesflow.checks import all_of, require_date, require_kind, require_text, require_tuple_of
from salesflow.errors import Refusal, refuse
from salesflow.model.history import Change, Happened
from salesflow.model.party import Address, Party, Role, with_role
from salesflow.outcome import Outcome
from salesflow.process.history import changed
from salesflow.rules import Rule

CUSTOMER_ALREADY = Rule(
    code="party.customer-already",
    en="Only a party that is not a customer yet becomes one.",
    nl="Alleen een partij die nog geen klant is, wordt omgezet in klant.",
    refusal="party {party} is a customer already",
    spec=("PTY-3",),
    source="documentation",
)
ITSELF = Rule(
    code="party.itself",
    en="A party is merged into another one of its kind.",
    nl="Een partij wordt samengevoegd met een andere van dezelfde soort.",
    refusal="party {source} ({kind}) cannot be merged into {target} ({other})",
    spec=("LED-8",),
    source="documentation",
)
MERGED = Rule(
    code="party.merged",
    en="A party that was merged into another takes no part in a second merge.",
    nl="Een partij die in een andere is opgegaan, doet niet mee aan een tweede samenvoeging.",
    refusal="party {party} was merged into {into}",
    spec=("LED-8",),
    source="choice",
)


def convert(party: Party, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Party]:
    """
    Make a prospect a customer; its number, its history and its other roles stay [PTY-1, PTY-3].

    Raises:
        RefusedError: ``party.customer-already``.
    """
    require_kind("party", party, Party)
    refuse((CUSTOMER_ALREADY.refuse(party=party.number) if party.is_customer else None,))
    return changed(party, with_role(party, Role.CUSTOMER), "party", "converted", on=on, at=at, by=by)


def add_role(party: Party, role: Role, *, on: date, at: datetime | None = None, by: str = "") -> Outcome[Party]:
    """Add a role; one that the party has already changes nothing [PTY-1]."""
    require_kind("party", party, Party)
    require_kind("role", role, Role)
    require_date("on", on)
    if role in party.roles:
        return Outcome(document=party)
    return changed(party, with_role(party, role), "party", "given a role", on=on, at=at, by=by)


def merge(
    source: Party,
    target: Party,
    *,
    on: date,
    contacts: Iterable[Party] = (),
    merge_contacts: bool = False,
    fill: bool = False,
    at: datetime | None = None,
    by: str = "",
) -> Outcome[Party]:
    """
    Make a duplicate one with another party: roles come together, contacts move, and the old number leads to the new [LED-8].

    Merging the same two again changes nothing. No event is lost: ``timeline.of`` reads those of both.

    Args:
        contacts: The contact persons of both, as far as they are known; those of *source* move.
        merge_contacts: Whether a moved contact of exactly the same name becomes one with that of *target*.
        fill: Whether what *target* does not know is filled in from *source*; nothing is written over.

    Raises:
        RefusedError: ``party.itself``, ``party.merged``.
    """
    require_kind("source", source, Party)
    require_kind("target", target, Party)
    require_date("on", on)
    if source.merged_into is not None and source.merged_into == target.number:
        return Outcome(document=target)
    refuse(_against(source, target))
    roles = tuple(dict.fromkeys((*target.roles, *source.roles)))
    after = evolve(target, roles=roles)
    if fill:
        after = evolve(after, **{name: getattr(source, name) for name in _FILLABLE if not _known(target, name)})
    old = evolve(source, merged_into=target.number)
    moved = tuple(_moved(all_of("contact", contacts, Party), source, target, merge=merge_contacts))
    entry = Happened(
        number=target.number,
        document="party",
        what="merged",
        on=on,
        at=at,
        by=by,
        reason=source.number,
        changes=tuple(
            Change(name, getattr(target, name), getattr(after, name))
            for name in ("roles", *_FILLABLE)
            if getattr(target, name) != getattr(after, name)
        ),
    )
    return Outcome(document=after, changed=(after, old, *moved), events=(entry,))


_FILLABLE = ("email", "telephone", "address", "currency", "group", "invoice_account")


def _known(party: Party, name: str) -> bool:
    value = getattr(party, name)
    return bool(value) and value != Address()


def _against(source: Party, target: Party) -> Iterator[Refusal]:
    if source.number == target.number or source.kind is not target.kind:
        yield ITSELF.refuse(source=source.number, kind=source.kind.within, target=target.number, other=target.kind.within)
    for party in (source, target):
        if party.merged_into is not None:
            yield MERGED.refuse(party=party.number, into=party.merged_into)


def _moved(contacts: tuple[Party, ...], source: Party, target: Party, *, merge: bool) -> Iterator[Party]:
    names = {contact.name: contact.number for contact in contacts if contact.organisation == target.number}
    for contact in contacts:
        if contact.organisation != source.number:
            continue
        twin = names.get(contact.name) if merge else None
        yield evolve(contact, organisation=target.number, merged_into=twin)


def resolve(number: str, parties: Iterable[Party]) -> str:
    """
    Return the number that a party's number leads to after all merges [LED-8].

    Raises:
        LookupError: there is no such party.
    """
    known = {party.number: party for party in all_of("party", parties, Party)}
    seen = number
    while True:
        if seen not in known:
            msg = f"there is no party {seen!r}"
            raise LookupError(msg)
        following = known[seen].merged_into
        if following is None:
            return seen
        seen = following


def aliases(number: str, parties: Iterable[Party]) -> tuple[str, ...]:
    """Return every number that leads to a party: its own and those that were merged into it, directly or not."""
    given = all_of("party", parties, Party)
    return tuple(party.number for party in given if resolve(party.number, given) == number)


@frozen(kw_only=True)
class Segment:
    """
    Customers with like characteristics and needs: members by number, or a test that is asked anew each time [S0, CPG-1].

    Args:
        members: Numbers of parties.
        test: What a party must be to be in it.
    """

    number: str
    name: str
    members: tuple[str, ...] = ()
    test: Callable[[Party], bool] | None = field(default=None, eq=False)

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("name", self.name)
        require_tuple_of("members", self.members, str)
        if self.members and self.test is not None:
            msg = "a segment has members or a test, one of the two"
            raise ValueError(msg)

    def of(self, parties: Iterable[Party]) -> tuple[Party, ...]:
        """Return the parties in it; one that was merged into another is left out, and its number stands for the other."""
        given = all_of("party", parties, Party)
        if self.test is not None:
            return tuple(party for party in given if party.merged_into is None and self.test(party))
        known = {party.number for party in given}
        wanted = {resolve(number, given) for number in self.members if number in known}
        return tuple(party for party in given if party.number in wanted)
