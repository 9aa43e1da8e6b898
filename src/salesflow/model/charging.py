"""
What charge rules come to: on a document as a whole, and on one invoice after others.

A percentage, and an amount per unit, add up: what they come to over all invoiced so far, rounded, less what earlier invoices took.
One amount is divided: each invoice takes its share of what is left of it, and the one that leaves nothing takes the rest [CHG-5, CHG-6].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeAlias, TypeVar

from attrs import frozen

from salesflow.checks import HUNDRED, ONE, ZERO
from salesflow.model.charge import Charge, ChargeOf, ChargeRule, ChargeVat, Line, Measure, ThresholdLost, ThresholdReached, When
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import allocate, exact, half_up

L_co = TypeVar("L_co", bound=Line, covariant=True)
RowOf: TypeAlias = tuple[L_co, Decimal, Decimal, Decimal]
"""A line, and of it a quantity with its amount, rounded and as it is before rounding."""
Row: TypeAlias = RowOf[Line]


@frozen
class Covered:
    """What some lines come to, and how much of it is taxed at which rate."""

    exactly: Decimal = ZERO
    amount: Decimal = ZERO
    quantities: tuple[Decimal, ...] = ()
    by_vat: tuple[tuple[Vat, Decimal], ...] = ()

    @property
    @exact
    def quantity(self) -> Decimal:
        """How much it is in all."""
        return sum(self.quantities, ZERO)

    def of_percent(self, value: Decimal) -> Decimal:
        """Return what a percentage is taken of; 100 percent is taken of the rounded lines, so that no cent is left."""
        return self.amount if abs(value) == HUNDRED else self.exactly


@frozen
class Share:
    """
    What a document takes of a charge.

    Args:
        wanted: What it would be if there were enough to take it off.
        exactly: The same before rounding, for charges that add up.
        parts: The amount by rate of VAT.
    """

    rule: ChargeRule
    amount: Decimal
    wanted: Decimal
    exactly: Decimal
    parts: tuple[tuple[Vat, Decimal], ...]

    def charges(self) -> Iterator[Charge]:
        """Yield what stands on the document, one for each rate."""
        rule = self.rule
        percentage = abs(rule.value) if rule.is_percent and not rule.granted.tiers else None
        for vat, amount in self.parts:
            yield Charge(number=rule.number, code=rule.code, amount=amount, text=rule.text, vat=vat, kind=rule.kind, percentage=percentage)


class Surroundings(Protocol):
    """What a share depends on beside the lines of its own document."""

    def used(self, number: int, /) -> tuple[Decimal, Decimal]:
        """Return what earlier documents took of the charge with a number, rounded and exactly."""

    def invoiced(self, number: int, /) -> Decimal:
        """Return what earlier documents took, less what went back of it."""

    def lapsed(self, number: int, /) -> Decimal:
        """Return what went with quantities that were cancelled."""

    def terms(self, rule: ChargeRule, /) -> Iterable[Row]:
        """Return the lines as they are agreed, ordered less cancelled."""

    def before(self, rule: ChargeRule, /) -> Covered:
        """Return what was invoiced of the covered lines by earlier documents."""

    def waiting(self, rule: ChargeRule, /) -> Decimal:
        """Return what is uninvoiced of the covered lines before this document takes of it, unrounded."""

    def leaves_nothing(self, rule: ChargeRule | None, /) -> bool:
        """Say whether nothing of the covered lines, or of any, is left to invoice after this document."""


class Alone:
    """The surroundings of a document that stands alone: it is the first and the last."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def used(self, _number: int, /) -> tuple[Decimal, Decimal]:
        """Nothing was taken."""
        return ZERO, ZERO

    def invoiced(self, _number: int, /) -> Decimal:
        """Nothing was taken."""
        return ZERO

    def lapsed(self, _number: int, /) -> Decimal:
        """Nothing was cancelled."""
        return ZERO

    def terms(self, _rule: ChargeRule, /) -> Iterable[Row]:
        """Its own lines."""
        return self.rows

    def before(self, _rule: ChargeRule, /) -> Covered:
        """Nothing was invoiced."""
        return Covered()

    def waiting(self, rule: ChargeRule, /) -> Decimal:
        """All of it."""
        return covered(rule, self.rows).exactly

    def leaves_nothing(self, _rule: ChargeRule | None, /) -> bool:
        """Nothing is left."""
        return True


@exact
def covered(rule: ChargeRule | None, rows: Iterable[Row]) -> Covered:
    """Return what the lines that a rule covers come to; without a rule, all of them."""
    chosen = tuple(rows) if rule is None or rule.covers_all else tuple(row for row in rows if rule.covers_line(row[0]))
    if not chosen:
        return Covered()
    lines, quantities, amounts, exacts = zip(*chosen, strict=True)
    vats = [line.vat for line in lines]
    if vats.count(vats[0]) == len(vats):  # most documents have one rate, and counting is far cheaper than adding up by rate
        amount = sum(amounts, ZERO)
        return Covered(sum(exacts, ZERO), amount, quantities, ((vats[0], amount),))
    by_vat: dict[Vat, Decimal] = {}
    for vat, amount in zip(vats, amounts, strict=True):
        by_vat[vat] = by_vat.get(vat, ZERO) + amount
    return Covered(sum(exacts, ZERO), sum(by_vat.values(), ZERO), quantities, tuple(by_vat.items()))


@exact
def measured(rule: ChargeRule, terms: Iterable[Row]) -> Decimal:
    """Return what the threshold of a rule is compared with, by magnitude [CHG-4]."""
    rows = tuple(terms)
    if rule.granted.measure is Measure.WEIGHT:
        lines = ((line.item, count) for line, count, _, _ in rows if rule.covers_line(line))
        return abs(sum((count * (item.weight or ZERO) for item, count in lines if item is not None), ZERO))
    found = covered(rule, rows)
    return abs(found.amount if rule.granted.measure is Measure.AMOUNT else found.quantity)


@exact
def shares(
    rules: Iterable[ChargeRule],
    rows: Sequence[Row],
    around: Surroundings,
    quantum: Decimal,
    *,
    slips: int = 1,
    stated: Mapping[int, Decimal] | None = None,
) -> tuple[Share, ...]:
    """
    Return what a document takes of each charge, in order; a charge of which it takes nothing is left out.

    Args:
        rows: What the document takes of the lines.
        around: What else there is of the order.
        slips: How many packing slips it takes together.
        stated: Shares that are stated by hand, by the number of the charge.
    """
    done = _Document(rows, around, quantum, slips, stated or {})
    return tuple(share for rule in rules if (share := done.share(rule)).amount or share.exactly or share.wanted)


class _Document:
    """A document while its charges are worked out, one after the other."""

    def __init__(self, rows: Sequence[Row], around: Surroundings, quantum: Decimal, slips: int, stated: Mapping[int, Decimal]) -> None:
        self.rows = rows
        self.around = around
        self.quantum = quantum
        self.slips = slips
        self.stated = stated
        self.taken: dict[int, Decimal] = {}
        self.rules: dict[int, ChargeRule] = {}
        self._whole: Covered | None = None
        self._rooms: dict[Vat, Decimal] | None = None

    def share(self, rule: ChargeRule) -> Share:
        """Return what the document takes of a charge."""
        now = self.whole if rule.covers_all else covered(rule, self.rows)
        amount, exactly = self._due(rule, now)
        parts = self._parts(rule, amount, now)
        stated = self.stated.get(rule.number)
        if stated is not None and stated != sum((part for _, part in parts), ZERO):
            amount = exactly = stated
            parts = tuple(self._by_rate(rule, stated, now)) if stated else ()
        for vat, part in parts:
            self.rooms[vat] = self.rooms.get(vat, ZERO) + part
        self.rules[rule.number] = rule
        share = Share(rule, sum((part for _, part in parts), ZERO), amount, exactly, parts)
        self.taken[rule.number] = share.amount
        return share

    @property
    def rooms(self) -> dict[Vat, Decimal]:
        """What the lines of each rate come to with the charges so far: a discount takes no more than that."""
        if self._rooms is None:
            self._rooms = dict(self.whole.by_vat)
        return self._rooms

    @property
    def whole(self) -> Covered:
        """What all its lines come to."""
        if self._whole is None:
            self._whole = covered(None, self.rows)
        return self._whole

    # ------------------------------------------------------------------ how much

    def _due(self, rule: ChargeRule, now: Covered) -> tuple[Decimal, Decimal]:
        """Return what is due of a charge, rounded and before rounding."""
        used, exactly = self.around.used(rule.number)
        value = self._value(rule)
        if value is None and rule.lost is ThresholdLost.RECOVER:
            back = -self.around.invoiced(rule.number)
            return back, back
        if value is None and rule.lost is ThresholdLost.KEEP and (self.around.invoiced(rule.number) or (exactly and not rule.is_divided)):
            value = rule.value_kept(self._measured(rule))
        if value is None:
            return ZERO, ZERO
        figure = self._figure(rule, value, now)
        if rule.when in {When.EACH, When.EACH_SLIP}:
            amount = rule.worked(value, figure, self.quantum) * (self.slips if rule.when is When.EACH_SLIP else 1)
        elif rule.when is When.LAST and not self.around.leaves_nothing(None):
            amount = ZERO
        elif rule.when in {When.FIRST, When.LAST}:
            amount = _rest(self._in_all(rule, value), used)
        elif rule.follows_terms:
            amount = self._divided(rule, value, used, now)
        else:
            return self._added_up(rule, value, figure, used, exactly)
        return amount, amount

    def _value(self, rule: ChargeRule) -> Decimal | None:
        """Return the value of a rule; ``None`` where it is not granted, or none of the lines is one that it covers."""
        if not rule.covers_all and not any(rule.covers_line(line) for line, _, _, _ in self.around.terms(rule)):
            return None
        return rule.value_at(self._measured(rule)) if rule.is_conditional else rule.value

    def _added_up(self, rule: ChargeRule, value: Decimal, figure: Decimal, used: Decimal, exactly: Decimal) -> tuple[Decimal, Decimal]:
        """Return what a charge comes to over all that was invoiced while it was granted, less what was taken [CHG-5]."""
        if rule.reached is ThresholdReached.CATCH_UP:
            upon = sum((self.around.used(number)[0] for number in rule.upon), ZERO)
            before = self.around.before(rule)
            counted = before.of_percent(value) + upon if rule.is_percent else before.quantity
            after = rule.per(value) * (counted + figure)
        else:
            after = exactly + rule.per(value) * figure
        return half_up(after, self.quantum) - used, after - exactly

    def _divided(self, rule: ChargeRule, value: Decimal, used: Decimal, now: Covered) -> Decimal:
        """Return the share of one amount: of what is left of it, over what is uninvoiced [CHG-6]."""
        left = _rest(self._in_all(rule, value), used)
        if self.around.leaves_nothing(rule):
            return left
        part, waiting = now.exactly, self.around.waiting(rule)
        if rule.reached is ThresholdReached.CATCH_UP and rule.is_conditional and not self.around.invoiced(rule.number):
            before = self.around.before(rule).exactly
            part, waiting = part + before, waiting + before
        if not waiting or part / waiting >= ONE:
            return left
        return half_up(left * max(part / waiting, ZERO), self.quantum)

    def _figure(self, rule: ChargeRule, value: Decimal, now: Covered) -> Decimal:
        """Return what a percentage or an amount per unit is taken of."""
        if not rule.is_percent:
            return now.quantity
        return now.of_percent(value) + sum((self.taken.get(number, ZERO) for number in rule.upon), ZERO)

    def _in_all(self, rule: ChargeRule, value: Decimal) -> Decimal:
        """Return what a charge comes to by the terms."""
        if rule.of is ChargeOf.FIXED:
            return rule.limited(value, value)
        terms = covered(rule, self.around.terms(rule))
        if not rule.is_percent:
            return rule.worked(value, terms.quantity, self.quantum)
        upon = sum((self._comes_to(self.rules[number]) for number in rule.upon if number in self.rules), ZERO)
        return rule.worked(value, terms.of_percent(value) + upon, self.quantum)

    def _comes_to(self, rule: ChargeRule) -> Decimal:
        """Return what a charge comes to over all documents: by the terms, or as far as it was taken."""
        value = self._value(rule)
        if value is None or rule.when in {When.EACH, When.EACH_SLIP}:
            return self.around.used(rule.number)[0] + self.taken.get(rule.number, ZERO)
        return self._in_all(rule, value) - self.around.lapsed(rule.number)

    def _measured(self, rule: ChargeRule) -> Decimal:
        return measured(rule, self.around.terms(rule))

    # ------------------------------------------------------------------ at which rate

    def _parts(self, rule: ChargeRule, amount: Decimal, now: Covered) -> tuple[tuple[Vat, Decimal], ...]:
        if not amount:
            return ()
        sign = -ONE if self.whole.amount < 0 else ONE
        parts = []
        for vat, part in self._by_rate(rule, amount, now):
            room = self.rooms.get(vat, ZERO)
            given = part
            if rule.may_lower and part * sign < 0:
                given = part if abs(part) <= room * sign else -max(room * sign, ZERO) * sign
            if given:
                parts.append((vat, given))
        return tuple(parts)

    def _by_rate(self, rule: ChargeRule, amount: Decimal, now: Covered) -> list[tuple[Vat, Decimal]]:
        """Divide an amount over rates of VAT [CHG-12]."""
        if rule.taxed is ChargeVat.OWN:
            return [(rule.vat, amount)]
        weights = self._weights(rule, now)
        if len(weights) == 1:
            return [(vat, amount.quantize(self.quantum)) for vat in weights]
        if rule.taxed is ChargeVat.HIGHEST_BASE:
            return [(max(weights, key=lambda vat: weights[vat]), amount)]
        return list(zip(weights, allocate(amount, list(weights.values()), step=self.quantum), strict=True))

    def _weights(self, rule: ChargeRule, now: Covered) -> dict[Vat, Decimal]:
        """Return what counts of each rate: of the lines covered, of all lines, or of those agreed where the document has none."""
        for found in self._to_weigh(rule, now):
            sign = -ONE if found.amount < 0 else ONE
            weights = {vat: part * sign for vat, part in found.by_vat if part * sign > 0}
            if weights:
                return weights
        return {next((line.vat for line, _, _, _ in self.rows), NO_VAT): ONE}

    def _to_weigh(self, rule: ChargeRule, now: Covered) -> Iterator[Covered]:
        yield now
        yield self.whole
        yield covered(rule, self.around.terms(rule))
        yield covered(None, self.around.terms(rule))


def _rest(in_all: Decimal, used: Decimal) -> Decimal:
    """Return what is left of a charge; what was taken beyond it was given while it was due, and stays."""
    left = in_all - used
    return ZERO if used and left * used < 0 else left
