"""Target types: which sales a target counts, and in what; each looks at one side of a sale [TGT-1]."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from attrs import evolve, frozen

from salesflow.checks import all_of, require_kind, require_text, require_tuple_of
from salesflow.errors import refuse
from salesflow.labels import Labelled
from salesflow.model.opportunity import Opportunity
from salesflow.model.party import Party
from salesflow.model.target import Target, TargetScope, TargetUnit
from salesflow.rules import Rule

TYPE_TWICE = Rule(
    code="target.type-twice",
    en="Every target type has its own name, and looks at a side of sales that no other looks at.",
    nl="Elk targettype heeft een eigen naam en kijkt naar een kant van verkopen waar geen ander naar kijkt.",
    refusal="target type {name} looks at {dimension}, and so does, or is called, another",
    spec=("TGT-1",),
    source="documentation",
)
TYPE_STAYS = Rule(
    code="target.type-stays",
    en="The type that counts all sales by amount is not removed, and name and unit of a type stay as they were made.",
    nl="Het type dat alle verkopen op bedrag telt, wordt niet verwijderd, en naam en eenheid van een type blijven zoals ze zijn.",
    refusal="target type {name} {why}",
    spec=("TGT-1", "TGT-4"),
    source="documentation",
)


class Dimension(Labelled):
    """What side of a sale a target type looks at."""

    SALE_TYPE = "sale-type", "Sale type", "Verkooptype"
    SOURCE = "source", "Source", "Bron"
    CREDITED = "credited", "Credited", "Toegekend aan"
    COMPETITOR = "competitor", "Competitor", "Concurrent"
    CATEGORY = "category", "Company category", "Bedrijfscategorie"
    COUNTRY = "country", "Country", "Land"


@frozen(kw_only=True)
class TargetType:
    """
    A kind of target.

    Args:
        dimension: What side of a sale it looks at; ``None`` counts all sales.
        values: Which values there count.
        scopes: Whose targets there may be of it.
    """

    name: str
    unit: TargetUnit = TargetUnit.AMOUNT
    dimension: Dimension | None = None
    values: tuple[str, ...] = ()
    scopes: tuple[TargetScope, ...] = tuple(TargetScope)

    def __attrs_post_init__(self) -> None:
        require_text("name", self.name)
        require_kind("unit", self.unit, TargetUnit)
        require_tuple_of("values", self.values, str)
        require_tuple_of("scopes", self.scopes, TargetScope)
        if bool(self.values) is (self.dimension is None):
            msg = "a target type that looks at a side of sales says which values count"
            raise ValueError(msg)


ALL_SALES = TargetType(name="all sales")
"""The type that is always there."""


def add(types: Iterable[TargetType], new: TargetType) -> tuple[TargetType, ...]:
    """
    Return the types with one more.

    Raises:
        RefusedError: ``target.type-twice``.
    """
    known = all_of("type", types, TargetType)
    require_kind("new", new, TargetType)
    if any(each.name == new.name or each.dimension is new.dimension for each in known):
        refuse((TYPE_TWICE.refuse(name=new.name, dimension=new.dimension or "all sales"),))
    return (*known, new)


def remove(types: Iterable[TargetType], name: str, targets: Iterable[Target] = ()) -> tuple[tuple[TargetType, ...], tuple[Target, ...]]:
    """
    Return the types without one, and the targets that stay: those of the type go, of all years [TGT-4].

    Raises:
        RefusedError: ``target.type-stays``.
    """
    known = all_of("type", types, TargetType)
    if name == ALL_SALES.name:
        refuse((TYPE_STAYS.refuse(name=name, why="counts all sales, and stays"),))
    kept = tuple(each for each in all_of("target", targets, Target) if each.kind != name)
    return tuple(each for each in known if each.name != name), kept


def restrict(
    kind: TargetType, scopes: Collection[TargetScope], targets: Iterable[Target] = ()
) -> tuple[TargetType, tuple[Target, ...], tuple[Target, ...]]:
    """Return a type for fewer scopes, the targets that stay and those that go: show the latter before it is done [TGT-4]."""
    require_kind("kind", kind, TargetType)
    given = all_of("target", targets, Target)
    gone = tuple(each for each in given if each.kind == kind.name and each.scope not in scopes)
    return evolve(kind, scopes=tuple(scopes)), tuple(each for each in given if each not in gone), gone


def counts(
    target: Target,
    kind: TargetType = ALL_SALES,
    *,
    groups: Mapping[str, Collection[str]] | None = None,
    parties: Mapping[str, Party] | None = None,
) -> Callable[[Opportunity], bool]:
    """
    Return the test that ``targets.actual`` and ``targets.attainment`` take: whose sales count, and which of them.

    Args:
        groups: The owners in each group, for a target of a group.
        parties: Parties by number, for types that look at the company.

    Raises:
        RefusedError: ``target.type-stays`` where the target is in another unit, or of another scope than the type has.
    """
    require_kind("target", target, Target)
    require_kind("kind", kind, TargetType)
    if target.unit is not kind.unit:
        refuse((TYPE_STAYS.refuse(name=kind.name, why=f"counts {kind.unit.within}, and the target {target.unit.within}"),))
    if target.scope not in kind.scopes:
        refuse((TYPE_STAYS.refuse(name=kind.name, why=f"has no targets of a {target.scope.within}"),))
    members = (groups or {}).get(target.key, ())
    known = parties or {}

    def mine(sale: Opportunity) -> bool:
        if target.scope is TargetScope.USER and sale.owner != target.key:
            return False
        if target.scope is TargetScope.GROUP and sale.owner not in members:
            return False
        return kind.dimension is None or _side(sale, kind.dimension, known) in kind.values

    return mine


def _side(sale: Opportunity, dimension: Dimension, parties: Mapping[str, Party]) -> str:
    party = parties.get(sale.party or "")
    match dimension:
        case Dimension.SALE_TYPE:
            return sale.type.name
        case Dimension.CATEGORY:
            return "" if party is None else party.category
        case Dimension.COUNTRY:
            return "" if party is None else party.address.country
        case _:
            return str(getattr(sale, dimension.value))
