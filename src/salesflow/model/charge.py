"""
Charges and discounts on the whole document: rules that say what they come to, never amounts that were found once [CHG-1].

What a rule comes to is read from the terms and the postings of its document, so it follows every change by itself;
an invoice takes its share and keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from attrs import evolve, frozen

from salesflow.checks import ZERO, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.product import Item, ProductKind
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import half_up


class Line(Protocol):
    """A line as far as a charge looks at it."""

    @property
    def number(self) -> int:
        """Its number in the document."""

    @property
    def item(self) -> Item | None:
        """What it is about, as far as that is known."""

    @property
    def vat(self) -> Vat:
        """How it is taxed."""

    @property
    def is_linked(self) -> bool:
        """Whether it counts towards a sales agreement."""


@frozen
class Words:
    """A line in words, as a charge looks at it: only its rate of VAT is known."""

    number: int
    vat: Vat
    item: None = None
    is_linked: bool = False


class ChargeKind(Labelled):
    """What a charge is; what is left open of a rule follows from it."""

    FREIGHT = "freight", "Freight", "Vrachtkosten"
    DISCOUNT = "discount", "Discount on the whole", "Eindkorting"
    FEE = "fee", "Surcharge", "Toeslag"


class ChargeOf(Labelled):
    """What the value of a rule is [CHG-2]."""

    FIXED = "fixed", "An amount", "Een bedrag"
    PER_UNIT = "per-unit", "An amount per unit", "Een bedrag per eenheid"
    PERCENT = "percent", "A percentage", "Een percentage"


class When(Labelled):
    """Which invoice takes a charge [CHG-7]."""

    FIRST = "first", "The first invoice", "De eerste factuur"
    PROPORTIONAL = "proportional", "Every invoice its share", "Elke factuur haar deel"
    LAST = "last", "The invoice that leaves nothing", "De factuur die niets overlaat"
    EACH = "each", "Every invoice all of it", "Elke factuur het geheel"
    EACH_SLIP = "each-slip", "Every packing slip all of it", "Elke pakbon het geheel"


class Back(Labelled):
    """What goes back of a charge when goods are credited [CHG-11]."""

    NEVER = "never", "Nothing", "Niets"
    WHEN_ALL = "when-all", "All of it, with the last of the goods", "Alles, met het laatste van de goederen"
    PROPORTIONAL = "proportional", "Its part", "Naar rato"


class ChargeVat(Labelled):
    """How a charge is taxed [CHG-12]."""

    LIKE_GOODS = "like-goods", "Like the goods, divided over their rates", "Zoals de goederen, verdeeld over hun tarieven"
    HIGHEST_BASE = "highest-base", "At the rate of the largest amount", "Tegen het tarief van het grootste bedrag"
    OWN = "own", "At a rate of its own", "Tegen een eigen tarief"


class Measure(Labelled):
    """What a threshold is compared with [CHG-3]."""

    AMOUNT = "amount", "Amount", "Bedrag"
    """What the lines come to, in the basis of the document, after their own discounts."""
    QUANTITY = "quantity", "Quantity", "Hoeveelheid"
    WEIGHT = "weight", "Weight", "Gewicht"


class ThresholdLost(Labelled):
    """What happens when a change loses the threshold after part was given [CHG-P1]."""

    STOP = "stop", "Nothing more on the rest", "Niets meer op de rest"
    RECOVER = "recover", "The next invoice takes it back", "De volgende factuur neemt het terug"
    KEEP = "keep", "It goes on", "Het loopt door"


class ThresholdReached(Labelled):
    """What happens when a change reaches the threshold after part was invoiced [CHG-P2]."""

    FORWARD = "forward", "On the rest only", "Alleen op de rest"
    CATCH_UP = "catch-up", "The next invoice gives all", "De volgende factuur geeft alles"


class ChargeOrigin(Labelled):
    """What a rule was taken from."""

    MANUAL = "manual", "Entered by hand", "Handmatig ingevoerd"
    TRADE_AGREEMENT = "trade-agreement", "Trade agreement", "Handelsovereenkomst"
    AUTOMATIC = "automatic", "Automatic charge", "Automatische toeslag"
    QUOTATION = "quotation", "Quotation", "Offerte"


TOTAL_DISCOUNT = "total-discount"
"""The code of a discount on the whole."""


@frozen(kw_only=True)
class LineFilter:
    """
    Which lines a charge covers; every part that is said must hold [CHG-3].

    Args:
        items: Numbers of items; empty is any.
        category: A sales category, with all below it; empty is any.
        kind: Goods or services only.
        vat: Lines of that rate only.
        linked: Only lines that count towards a sales agreement, or only those that do not.
    """

    items: tuple[str, ...] = ()
    category: str = ""
    kind: ProductKind | None = None
    vat: Vat | None = None
    linked: bool | None = None

    def __attrs_post_init__(self) -> None:
        require_tuple_of("items", self.items, str)
        for name, kind in (("kind", ProductKind), ("vat", Vat), ("linked", bool)):
            if getattr(self, name) is not None:
                require_kind(name, getattr(self, name), kind)

    def covers(self, line: Line) -> bool:
        """Say whether a line is covered; one whose item is not known has neither number nor category."""
        if (self.vat is not None and line.vat != self.vat) or (self.linked is not None and line.is_linked is not self.linked):
            return False
        item = line.item
        if item is None:
            return not (self.items or self.category or self.kind)
        return (
            (not self.items or item.number in self.items)
            and (not self.category or item.is_of(self.category))
            and (self.kind is None or item.kind is self.kind)
        )


ALL_LINES = LineFilter()


@frozen(kw_only=True)
class Threshold:
    """
    From where to where a charge is granted; it is compared with what the terms say, ordered less cancelled [CHG-3, CHG-4].

    Args:
        least: From there, this very figure included.
        below: Up to there, this very figure left out.
        up_to: Up to there, this very figure included; one of the two ends at most.
        tiers: A value from each figure on: the last one that is reached holds. They rise.
    """

    measure: Measure = Measure.AMOUNT
    least: Decimal = ZERO
    below: Decimal | None = None
    up_to: Decimal | None = None
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()

    def __attrs_post_init__(self) -> None:
        require_kind("measure", self.measure, Measure)
        require_decimal("least", self.least)
        for name in ("below", "up_to"):
            if getattr(self, name) is not None:
                require_decimal(name, getattr(self, name))
        require_tuple_of("tiers", self.tiers, tuple)
        for start, value in self.tiers:
            require_decimal("start of a tier", start)
            require_decimal("value of a tier", value)

    @property
    def holds_something(self) -> bool:
        """Whether any figure reaches it, and no two tiers begin at one figure."""
        ends = [end for end in (self.below, self.up_to) if end is not None]
        closed = self.below is not None and self.below <= self.least
        rising = all(one < other for (one, _), (other, _) in pairwise(self.tiers))
        return len(ends) < 2 and rising and not closed and not any(end < self.least for end in ends)  # noqa: PLR2004  one end at most

    def is_met(self, figure: Decimal) -> bool:
        """Say whether *figure*, which has no sign, lies within."""
        return self.least <= figure and (self.below is None or figure < self.below) and (self.up_to is None or figure <= self.up_to)


ALWAYS_GRANTED = Threshold()


@frozen(kw_only=True)
class ChargeRule:
    """
    A charge or discount on the whole of a document, as it was agreed [CHG-1].

    Args:
        number: Its place among the charges of its document; zero is to be numbered when the document is made.
        code: What it is, for programs: ``freight``, ``fuel``.
        of: What *value* is.
        value: In the basis of the document: an amount with the digits of the currency, an amount per unit, or a percentage;
            below zero it is taken off.
        covers: The lines that it is reckoned by.
        upon: Earlier charges, by number, whose amounts a percentage is taken of as well: a cascade such as fuel on freight.
        unit: Only lines in this unit; an amount per unit needs it if the lines have several.
        granted: From where to where it is granted.
        least: The least that it comes to, by magnitude and whatever is worked out.
        most: The most that it comes to.
        when: Which invoice takes it.
        recurs: Whether each cycle of a subscription has it again; otherwise the first one has it, and no other.
        back: What goes back when goods are credited; ``None`` leaves it to the kind of sale.
            A discount always goes back with its goods, or more would go back than came in.
        taxed: How it is taxed, and *vat* the rate of its own.
        lost: What happens when a change loses the threshold after part was given.
        reached: What happens when a change reaches it after part was invoiced.
        origin: What it was taken from, and *source* its number there.
    """

    number: int = 0
    kind: ChargeKind
    code: str
    text: str = ""
    of: ChargeOf = ChargeOf.FIXED
    value: Decimal = ZERO
    covers: LineFilter = ALL_LINES
    upon: tuple[int, ...] = ()
    unit: str = ""
    granted: Threshold = ALWAYS_GRANTED
    least: Decimal | None = None
    most: Decimal | None = None
    when: When
    recurs: bool
    back: Back | None = None
    taxed: ChargeVat = ChargeVat.LIKE_GOODS
    vat: Vat = NO_VAT
    lost: ThresholdLost = ThresholdLost.STOP
    reached: ThresholdReached = ThresholdReached.FORWARD
    origin: ChargeOrigin = ChargeOrigin.MANUAL
    source: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("code", self.code)
        for name, kind in _KINDS:
            require_kind(name, getattr(self, name), kind)
        require_decimal("value", self.value)
        require_tuple_of("upon", self.upon, int)
        if self.back is not None:
            require_kind("back", self.back, Back)
        for name in ("least", "most"):
            if getattr(self, name) is not None:
                require_decimal(name, getattr(self, name))

    @property
    def is_discount(self) -> bool:
        """Whether it lowers what it is taken of: then it is never more than that, and goes back with its goods."""
        return self.kind is ChargeKind.DISCOUNT or self.value < 0 or any(value < 0 for _, value in self.granted.tiers)

    @property
    def may_lower(self) -> bool:
        """Whether it may take something off: a discount, and a percentage that is taken of one."""
        return self.is_discount or bool(self.upon)

    @property
    def is_percent(self) -> bool:
        """Whether it is a percentage of what it covers."""
        return self.of is ChargeOf.PERCENT

    @property
    def is_divided(self) -> bool:
        """Whether it is one amount that the invoices divide: what is cancelled takes its part along [CHG-6, CHG-8]."""
        return self.when is When.PROPORTIONAL and self.of is ChargeOf.FIXED

    @property
    def follows_terms(self) -> bool:
        """Whether what it comes to in all is read from the terms, instead of adding up what each invoice has of it."""
        return self.of is ChargeOf.FIXED or self.least is not None or self.most is not None or self.when in {When.FIRST, When.LAST}

    @property
    def covers_all(self) -> bool:
        """Whether it covers every line, so that none has to be looked at."""
        return self.covers is ALL_LINES and not self.unit

    def covers_line(self, line: Line) -> bool:
        """Say whether a line is covered."""
        if self.unit and (line.item is None or line.item.unit != self.unit):
            return False
        return self.covers is ALL_LINES or self.covers.covers(line)

    def value_at(self, figure: Decimal) -> Decimal | None:
        """Return the value where the threshold is compared with *figure*; ``None`` where it is not granted."""
        granted = self.granted
        if not granted.is_met(figure):
            return None
        if not granted.tiers:
            return self.value
        return self._tier(figure)

    def value_kept(self, figure: Decimal) -> Decimal:
        """Return the value that goes on if the threshold was lost at *figure*: with tiers, that of the nearest."""
        if not self.granted.tiers:
            return self.value
        reached = self._tier(figure)
        return self.granted.tiers[0][1] if reached is None else reached

    def _tier(self, figure: Decimal) -> Decimal | None:
        """Return the value of the last tier that is reached."""
        return next((value for start, value in reversed(self.granted.tiers) if start <= figure), None)

    @property
    def is_conditional(self) -> bool:
        """Whether the threshold has to be looked at."""
        return self.granted is not ALWAYS_GRANTED and self.granted != ALWAYS_GRANTED

    def worked(self, value: Decimal, figure: Decimal, quantum: Decimal) -> Decimal:
        """Return what it comes to where *figure* is what a percentage or an amount per unit is taken of; rounded, and within its limits."""
        amount = value if self.of is ChargeOf.FIXED else self.per(value) * figure
        return self.limited(half_up(amount, quantum), value)

    def per(self, value: Decimal) -> Decimal:
        """Return what one of the figure costs."""
        return value.scaleb(-2) if self.is_percent else value

    def limited(self, amount: Decimal, value: Decimal) -> Decimal:
        """Return an amount that is raised to the least and lowered to the most; a value of zero is free, whatever the least."""
        if not value:
            return ZERO
        size = abs(amount)
        if self.least is not None:
            size = max(size, self.least)
        if self.most is not None:
            size = min(size, self.most)
        return size.copy_sign(amount or value)


_KINDS: tuple[tuple[str, type], ...] = (
    ("kind", ChargeKind),
    ("of", ChargeOf),
    ("covers", LineFilter),
    ("granted", Threshold),
    ("when", When),
    ("recurs", bool),
    ("taxed", ChargeVat),
    ("vat", Vat),
    ("lost", ThresholdLost),
    ("reached", ThresholdReached),
    ("origin", ChargeOrigin),
)


@frozen(kw_only=True)
class Charge:
    """
    What a charge comes to on a document, for one rate of VAT.

    Args:
        number: Of the rule that it comes from; below zero it rounds what was credited of the line of that number, zero rounds the total to
            what can be paid in cash.
        amount: In the basis of the document.
        percentage: Of what a percentage is taken, that percentage.
    """

    number: int
    code: str
    amount: Decimal
    text: str = ""
    vat: Vat = NO_VAT
    kind: ChargeKind = ChargeKind.FEE
    percentage: Decimal | None = None

    def __attrs_post_init__(self) -> None:
        require_text("code", self.code)
        require_decimal("amount", self.amount)
        require_kind("vat", self.vat, Vat)


def numbered(rules: Iterable[ChargeRule]) -> tuple[ChargeRule, ...]:
    """Return the rules, those without a number numbered on from the highest."""
    given = tuple(rules)
    following = max((rule.number for rule in given), default=0)
    found = []
    for rule in given:
        if not rule.number:
            following += 1
        found.append(rule if rule.number else evolve(rule, number=following))
    return tuple(found)
