"""What the charges and the prices of a document must be: rules that every document with prices asks at its door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Protocol

from salesflow.checks import HUNDRED, ZERO, require_kind
from salesflow.errors import Refusal
from salesflow.model.charge import ChargeOf, ChargeRule
from salesflow.model.charging import Alone, Row, shares
from salesflow.model.totals import Basis, TotalsPolicy
from salesflow.money import exact
from salesflow.rules import Rule

NUMBER = Rule(
    code="charge.number",
    en="Every charge of a document has its own number, above zero.",
    nl="Elke toeslag van een document heeft een eigen nummer, groter dan nul.",
    refusal="{document} has charge number {charge} {times} times; give each its own number, above zero",
    spec=("QTE-8", "CHG-1"),
    source="choice",
)
DIGITS = Rule(
    code="charge.digits",
    en="A charge has the digits of its currency, or nobody could pay it.",
    nl="Een toeslag heeft de decimalen van de valuta; anders kan niemand haar betalen.",
    refusal="charge {charge} of {document} names {amount}; amounts in {currency} are multiples of {step}, so round it",
    spec=("CHG-13",),
    source="documentation",
)
PERCENTAGE = Rule(
    code="charge.percentage",
    en="A percentage lies between -100 and 100; below zero it is taken off.",
    nl="Een percentage ligt tussen -100 en 100; onder nul is het een korting.",
    refusal="charge {charge} of {document} is {percentage} percent; give a percentage from -100 to 100, or an amount",
    spec=("CHG-2",),
    source="choice",
)
CYCLE = Rule(
    code="charge.cycle",
    en="A percentage that is taken of other charges names charges that stand before it.",
    nl="Een percentage over andere toeslagen noemt toeslagen die ervoor staan.",
    refusal="charge {charge} of {document} is taken of charge {other}, which does not stand before it; put that one first",
    spec=("CHG-2",),
    source="documentation",
)
CONDITION = Rule(
    code="charge.condition",
    en="The conditions of a charge can be met, and do not contradict each other.",
    nl="Aan de voorwaarden van een toeslag kan worden voldaan, en zij spreken elkaar niet tegen.",
    refusal="charge {charge} of {document} cannot be granted as it is: {why}; correct the condition",
    spec=("CHG-3",),
    source="documentation",
)
UNITS = Rule(
    code="charge.unit",
    en="An amount per unit counts one unit; where the covered lines have several, the charge names it.",
    nl="Een bedrag per eenheid telt één eenheid; hebben de regels er meer, dan noemt de toeslag de eenheid.",
    refusal="charge {charge} of {document} counts {units}; name the unit, or limit the lines that it covers",
    spec=("CHG-2",),
    source="documentation",
)
OVER_LINES = Rule(
    code="charge.over-lines",
    en="A discount on the whole is no more than the lines it is taken off.",
    nl="Een korting op het geheel is niet meer dan de regels waar zij af gaat.",
    refusal="charge {charge} of {document} takes {wanted} off, and its lines bear {possible}; lower the discount",
    spec=("CHG-13",),
    source="documentation",
)
UNKNOWN = Rule(
    code="charge.unknown",
    en="A command names charges that the order has.",
    nl="Een opdracht noemt toeslagen die de order heeft.",
    refusal="order {order} has no charge {charge}",
    spec=("CHG-1",),
    source="choice",
)
ANOTHER_BASIS = Rule(
    code="price.basis",
    en="The prices of a document are all without VAT, or all have it in them.",
    nl="De prijzen van een document zijn allemaal exclusief btw, of allemaal inclusief.",
    refusal="line {line} has a price {basis}, and {document} has prices {wanted}; restate the line in the basis of the document",
    spec=("GRS-2",),
    source="documentation",
)


class Priced(Protocol):
    """A line with a price."""

    @property
    def number(self) -> int:
        """Its number in the document."""

    @property
    def basis(self) -> Basis:
        """Whether its price has VAT in it."""


def against_basis(lines: Iterable[Priced], policy: TotalsPolicy, document: str) -> Iterator[Refusal]:
    """Yield the lines whose price is of another basis than the document."""
    for line in lines:
        if line.basis is not policy.basis:
            yield ANOTHER_BASIS.refuse(line=line.number, basis=line.basis.within, document=document, wanted=policy.basis.within)


@exact
def against_charges(
    rules: Sequence[ChargeRule],
    rows: Callable[[], Sequence[Row]],
    currency: str,
    policy: TotalsPolicy,
    document: str,
    *,
    new: bool = True,
) -> tuple[Refusal, ...]:
    """
    Return what the charges of a document cannot be.

    Args:
        rows: Gives its lines, where they matter.
        new: Whether the document is being made: then a discount must find lines that bear it; afterwards it leaves what it cannot take.
            A charge that covers none of the lines comes to nothing, and that is no error.
    """
    if not rules:
        return ()
    found = [*_against_numbers(rules, document)]
    before: set[int] = set()
    for rule in rules:
        require_kind("charge", rule, ChargeRule)
        found += _against_rule(rule, rows, currency, policy, document)
        found += [CYCLE.refuse(charge=rule.number, document=document, other=number) for number in rule.upon if number not in before]
        before.add(rule.number)
    if new and not found and _may_be_over(rules):
        found += _against_lines(rules, rows(), policy.quantum(currency), document)
    return tuple(found)


def _may_be_over(rules: Sequence[ChargeRule]) -> bool:
    """Say whether discounts may be more than their lines: percentages of the lines that come to a hundred at most are not."""
    off = [rule for rule in rules if rule.may_lower]
    return (
        any(not rule.is_percent or rule.upon or rule.least is not None for rule in off)
        or sum((_most(rule) for rule in off), ZERO) > HUNDRED
    )


def _most(rule: ChargeRule) -> Decimal:
    return max(abs(value) for value in (rule.value, *(value for _, value in rule.granted.tiers)))


def _against_numbers(rules: Sequence[ChargeRule], document: str) -> Iterator[Refusal]:
    for number, times in Counter(rule.number for rule in rules).items():
        if number < 1 or times > 1:
            yield NUMBER.refuse(document=document, charge=number, times=times)


def _against_rule(
    rule: ChargeRule, rows: Callable[[], Sequence[Row]], currency: str, policy: TotalsPolicy, document: str
) -> Iterator[Refusal]:
    step = policy.quantum(currency)
    values = [rule.value, *(value for _, value in rule.granted.tiers)]
    amounts = [limit for limit in (rule.least, rule.most) if limit is not None] + (values if rule.of is ChargeOf.FIXED else [])
    for amount in amounts:
        if amount != amount.quantize(step):
            yield DIGITS.refuse(charge=rule.number, document=document, amount=amount, currency=currency, step=step)
    for value in values if rule.is_percent else ():
        if abs(value) > HUNDRED:
            yield PERCENTAGE.refuse(charge=rule.number, document=document, percentage=value)
    for why in _contradictions(rule):
        yield CONDITION.refuse(charge=rule.number, document=document, why=why)
    if rule.of is ChargeOf.PER_UNIT:
        units = sorted({line.item.unit for line, _, _, _ in rows() if line.item is not None and rule.covers_line(line)})
        if len(units) > 1:
            yield UNITS.refuse(charge=rule.number, document=document, units=", ".join(units))


def _contradictions(rule: ChargeRule) -> Iterator[str]:
    granted = rule.granted
    if rule.is_conditional and not granted.holds_something:
        yield "nothing lies between where it begins and where it ends, or two tiers begin together"
    if granted.tiers and rule.value:
        yield f"it has a value of {rule.value} and values by tier"
    if rule.least is not None and rule.most is not None and rule.least > rule.most:
        yield f"it is at least {rule.least} and at most {rule.most}"
    if any(limit is not None and limit < 0 for limit in (rule.least, rule.most, granted.least)):
        yield "a limit is below zero"


def _against_lines(rules: Sequence[ChargeRule], rows: Sequence[Row], quantum: Decimal, document: str) -> Iterator[Refusal]:
    for share in shares(rules, rows, Alone(rows), quantum):
        short = abs(share.wanted) - abs(share.amount)
        states_amount = share.rule.of is ChargeOf.FIXED or share.rule.least is not None
        allowed = ZERO if states_amount else quantum * len(rules)  # the roundings of several percentages
        if short > allowed:
            yield OVER_LINES.refuse(charge=share.rule.number, document=document, wanted=abs(share.wanted), possible=abs(share.amount))
