"""
The price book: trade agreements, ordered so that a price is found without looking at the others.

Customers are looked at one by one, by group and all together; within each, items in the same way: nine places, first to last.
The order in which agreements were entered makes no difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from salesflow.checks import all_of
from salesflow.errors import Refusal, refuse
from salesflow.model.policies import PLACES, PRICES, PricePolicy, UpperBound
from salesflow.model.pricing import DiscountGroups
from salesflow.model.product import Item
from salesflow.model.totals import Basis
from salesflow.model.trade_agreement import Relation, Scope, TradeAgreement
from salesflow.money import half_up, quantum_of
from salesflow.rules import Rule

WRONG_RELATION = Rule(
    code="trade-agreement.relation",
    en="A price is of one item, a multiline discount of an item group or of all, a total discount of the whole order.",
    nl="Een prijs geldt voor één artikel, een meerregelkorting voor een artikelgroep of alles, een eindkorting voor de hele order.",
    refusal="agreement {agreement} is a {relation} on {goods}",
    spec=("TRD-3",),
    source="documentation",
)
OVERLAP = Rule(
    code="trade-agreement.overlap",
    en="Two agreements on the same do not hold for the same quantity on the same day, unless the search goes on after both.",
    nl="Twee afspraken over hetzelfde gelden niet voor dezelfde hoeveelheid op dezelfde dag, tenzij na beide wordt verder gezocht.",
    refusal="agreements {first} and {second} both hold for a quantity of {quantity} {when}",
    spec=("TRD-2", "TRD-4"),
    source="choice",
)
HOLE = Rule(
    code="trade-agreement.hole",
    en="The quantity breaks of a period follow on each other.",
    nl="De hoeveelheidsstaffels van een periode sluiten op elkaar aan.",
    refusal="agreement {first} ends at {ends} and {second} begins at {begins}; what lies between has no price",
    spec=("TRD-4",),
    source="choice",
)
DIGITS = Rule(
    code="trade-agreement.digits",
    en="An amount off the whole order has the digits of its currency.",
    nl="Een bedrag dat van de hele order af gaat, heeft de decimalen van de valuta.",
    refusal="agreement {agreement} takes {amount} off; amounts in {currency} are multiples of {step}, so round it",
    spec=("CHG-13", "TRD-8"),
    source="choice",
)
TWICE = Rule(
    code="trade-agreement.number",
    en="Every agreement of a price book has its own number.",
    nl="Elke afspraak in een prijsboek heeft een eigen nummer.",
    refusal="agreement {agreement} occurs {times} times",
    spec=("TRD-5",),
    source="choice",
)

_FITTING = {
    Relation.PRICE: (Scope.ONE,),
    Relation.LINE_DISCOUNT: tuple(Scope),
    Relation.MULTILINE_DISCOUNT: (Scope.GROUP, Scope.ALL),
    Relation.TOTAL_DISCOUNT: (Scope.ALL,),
}
_GROUP_OF = {
    Relation.PRICE: "price",
    Relation.LINE_DISCOUNT: "line",
    Relation.MULTILINE_DISCOUNT: "multiline",
    Relation.TOTAL_DISCOUNT: "total",
}
_Row = tuple[TradeAgreement, ...]
_Place = tuple[int, str, int, str, str, Basis]
_ORDER = {scope: order for order, scope in enumerate(Scope)}
# Per relation the places that can hold anything, first to last: whose and which by order of scope, the scope, and the place's number.
_PLACES = {
    relation: tuple(
        (buyer, _ORDER[goods], goods, len(Scope) * buyer + _ORDER[goods] + 1) for buyer in range(len(Scope)) for goods in fitting
    )
    for relation, fitting in _FITTING.items()
}


def why_not(agreements: Iterable[TradeAgreement]) -> tuple[Refusal, ...]:
    """Return every reason why no price book can be made of *agreements*."""
    return tuple(_against(all_of("agreement", agreements, TradeAgreement)))


def _against(agreements: tuple[TradeAgreement, ...]) -> Iterator[Refusal]:
    times: dict[str, int] = defaultdict(int)
    alike: dict[object, list[TradeAgreement]] = defaultdict(list)
    for each in agreements:
        times[each.number] += 1
        if each.goods[0] not in _FITTING[each.relation]:
            what = {Scope.ONE: "one item", Scope.GROUP: "an item group", Scope.ALL: "all items"}[each.goods[0]]
            yield WRONG_RELATION.refuse(agreement=each.number, relation=each.relation.within, goods=what)
        step = quantum_of(each.currency)
        if each.relation is Relation.TOTAL_DISCOUNT and each.amount != half_up(each.amount, step):
            yield DIGITS.refuse(agreement=each.number, amount=each.amount, currency=each.currency, step=step)
        alike[each.relation, each.buyer, each.goods, each.currency, each.unit, each.dimensions, each.basis].append(each)
    for number, count in times.items():
        if count > 1:
            yield TWICE.refuse(agreement=number, times=count)
    for group in alike.values():
        if len(group) > 1:
            yield from _against_overlaps(sorted(group, key=_by_start))
            yield from _against_holes(group)


def _by_start(agreement: TradeAgreement) -> tuple[date, Decimal, str]:
    return agreement.period.start or date.min, agreement.least, agreement.number


def _against_overlaps(group: list[TradeAgreement]) -> Iterator[Refusal]:
    """Yield the pairs that leave it open which of the two holds; *group* is in order of start."""
    running: list[TradeAgreement] = []
    for each in group:
        start = each.period.start or date.min
        running = [other for other in running if other.period.end is None or other.period.end >= start]
        for other in running:
            if not (each.find_next and other.find_next) and _quantities_overlap(each, other):
                first, second = sorted((each, other), key=lambda agreement: agreement.number)
                yield OVERLAP.refuse(
                    first=first.number, second=second.number, quantity=max(each.least, other.least), when=_when(each, other)
                )
        running.append(each)


def _when(one: TradeAgreement, other: TradeAgreement) -> str:
    """Say from when two agreements hold together, or until when, as far as that is known."""
    starts = [each.period.start for each in (one, other) if each.period.start is not None]
    ends = [each.period.end for each in (one, other) if each.period.end is not None]
    if starts:
        return f"from {max(starts)}"
    return f"until {min(ends)}" if ends else "at any time"


def _quantities_overlap(one: TradeAgreement, other: TradeAgreement) -> bool:
    return (one.up_to is None or other.least < one.up_to) and (other.up_to is None or one.least < other.up_to)


def _against_holes(group: list[TradeAgreement]) -> Iterator[Refusal]:
    tables: dict[object, list[TradeAgreement]] = defaultdict(list)
    for each in group:
        tables[each.period].append(each)
    for table in tables.values():
        table.sort(key=lambda agreement: (agreement.least, agreement.number))
        for one, following in pairwise(table):
            if one.up_to is not None and one.up_to < following.least:
                yield HOLE.refuse(first=one.number, second=following.number, ends=one.up_to, begins=following.least)


class PriceBook:
    """
    Trade agreements that were validated and can be searched [TRD-2].

    Made once and shared: it never changes, and finding a price takes as long as there are agreements that fit.

    Raises:
        RefusedError: ``trade-agreement.relation``, ``trade-agreement.overlap``, ``trade-agreement.hole``, ``trade-agreement.number``,
            ``trade-agreement.digits``.
    """

    __slots__ = ("_rows", "agreements")

    def __init__(self, agreements: Iterable[TradeAgreement] = ()) -> None:
        self.agreements = all_of("agreement", agreements, TradeAgreement)
        refuse(_against(self.agreements))
        rows: dict[Relation, dict[_Place, list[TradeAgreement]]] = {relation: defaultdict(list) for relation in Relation}
        for each in self.agreements:
            (buyer, who), (goods, what) = each.buyer, each.goods
            rows[each.relation][_ORDER[buyer], who, _ORDER[goods], what, each.currency, each.basis].append(each)
        self._rows = {
            relation: {key: tuple(sorted(row, key=_by_start)) for key, row in places.items()} for relation, places in rows.items()
        }

    def __len__(self) -> int:
        return len(self.agreements)

    def find(
        self,
        relation: Relation,
        *,
        customer: str,
        groups: DiscountGroups,
        currency: str,
        on: date,
        quantity: Decimal | Callable[[Scope], Decimal],
        item: Item | None = None,
        item_groups: DiscountGroups | None = None,
        basis: Basis = Basis.NET,
        policy: PricePolicy = PRICES,
    ) -> tuple[TradeAgreement, ...]:
        """
        Return the agreements that apply, in the order in which they were found.

        The search stops after the first place that has one after which it is not to go on.

        Args:
            customer: The number of the customer, and *groups* the groups it is in.
            quantity: In the item's unit; for a total discount what the lines add up to in that basis.
                For a multiline discount a function of the scope, for a group and all items come to different sums.
            item: What is sold; left out for a total discount.
            basis: Only agreements that speak without VAT, or with it.
        """
        rows, name = self._rows[relation], _GROUP_OF[relation]
        found: list[TradeAgreement] = []
        if not rows:
            return ()
        whose = (customer, getattr(groups, name), "")
        which = ("" if item is None else item.number, getattr(item_groups, name, ""), "")
        for buyer, goods, scope, place in _PLACES[relation]:
            row = rows.get((buyer, whose[buyer], goods, which[goods], currency, basis))
            if row is None or (policy.searched is not PLACES and (relation, place) not in policy.searched):
                continue
            wanted = quantity(scope) if callable(quantity) else quantity
            for each in _matching(row, wanted, item, on, policy.upper):
                found += each
                if not all(agreement.find_next for agreement in each):
                    return tuple(found)
        return tuple(found)


def _matching(row: _Row, quantity: Decimal, item: Item | None, on: date, upper: UpperBound) -> Iterator[list[TradeAgreement]]:
    """Yield what of a place holds for the very variant of the item, and then what holds for any variant."""
    fitting = [
        each
        for each in row
        if on in each.period and each.least <= quantity and (each.up_to is None or quantity <= each.up_to) and _of_unit(each, item)
    ]
    if upper is UpperBound.EXCLUSIVE:
        fitting = [each for each in fitting if each.up_to is None or quantity < each.up_to]
    elif ending := {_table(each) for each in fitting if each.up_to == quantity}:
        fitting = [each for each in fitting if each.least < quantity or _table(each) not in ending]
    variant = () if item is None else item.dimensions
    for dimensions in dict.fromkeys((variant, ())):
        if alike := [each for each in fitting if each.dimensions == dimensions]:
            yield alike


def _table(agreement: TradeAgreement) -> object:
    """Return what the breaks of one table have in common within a place."""
    return agreement.period, agreement.unit, agreement.dimensions


def _of_unit(agreement: TradeAgreement, item: Item | None) -> bool:
    return not agreement.unit or item is None or agreement.unit == item.unit
