"""Total discounts of trade agreements as charge rules: with their threshold, never with the amount they once came to [TRD-8, CHG-15]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from attrs import evolve

from salesflow.checks import ZERO
from salesflow.model.charge import (
    TOTAL_DISCOUNT,
    ChargeKind,
    ChargeOf,
    ChargeOrigin,
    ChargeRule,
    LineFilter,
    Threshold,
    When,
)
from salesflow.model.policies import PricePolicy, TotalDiscounts, UpperBound
from salesflow.model.totals import Basis, in_basis
from salesflow.model.trade_agreement import TradeAgreement
from salesflow.model.vat import Vat
from salesflow.money import allocate, exact, half_up

UNLINKED = LineFilter(linked=False)
"""Lines that count towards a sales agreement have no part in the total discount of a trade agreement [AGR-7]."""


@exact
def total_discount_rules(
    agreements: Iterable[TradeAgreement], sums: Mapping[Vat, Decimal], basis: Basis, policy: PricePolicy, quantum: Decimal
) -> tuple[ChargeRule, ...]:
    """
    Return the rules of the agreements that were found: amounts first, then the first percentages of what these leave, then the second.

    Args:
        sums: What the lines come to, by rate; an amount in the other basis is restated by it.
        basis: Of the document.
    """
    given = [(each, _granted(each, sums, basis, policy, quantum)) for each in agreements]
    amounts = [
        _rule(each, granted, ChargeOf.FIXED, -restated(each.amount, each.basis, sums, basis, quantum), ())
        for each, granted in given
        if each.amount
    ]
    upon = tuple(range(1, len(amounts) + 1))
    firsts = [_rule(each, granted, ChargeOf.PERCENT, -each.percentage, upon) for each, granted in given if each.percentage]
    upon = tuple(range(1, len(amounts) + len(firsts) + 1))
    seconds = [_rule(each, granted, ChargeOf.PERCENT, -each.then, upon) for each, granted in given if each.then]
    return tuple(_numbered((*amounts, *firsts, *seconds)))


def _numbered(rules: Iterable[ChargeRule]) -> Iterator[ChargeRule]:
    return (evolve(rule, number=number) for number, rule in enumerate(rules, start=1))


def _rule(agreement: TradeAgreement, granted: Threshold, of: ChargeOf, value: Decimal, upon: tuple[int, ...]) -> ChargeRule:
    return ChargeRule(
        kind=ChargeKind.DISCOUNT,
        code=TOTAL_DISCOUNT,
        of=of,
        value=value,
        covers=UNLINKED,
        upon=upon,
        granted=granted,
        when=When.PROPORTIONAL,
        recurs=True,
        origin=ChargeOrigin.TRADE_AGREEMENT,
        source=agreement.number,
    )


def _granted(agreement: TradeAgreement, sums: Mapping[Vat, Decimal], basis: Basis, policy: PricePolicy, quantum: Decimal) -> Threshold:
    """Return from where to where an agreement grants its discount; always, once that was decided and the policy keeps it."""
    if policy.total_discounts is TotalDiscounts.GRANTED:
        return Threshold()
    least = restated(agreement.least, agreement.basis, sums, basis, quantum)
    end = None if agreement.up_to is None else restated(agreement.up_to, agreement.basis, sums, basis, quantum)
    inclusive = policy.upper is UpperBound.INCLUSIVE
    return Threshold(least=least, up_to=end if inclusive else None, below=None if inclusive else end)


@exact
def restated(amount: Decimal, given: Basis, sums: Mapping[Vat, Decimal], basis: Basis, quantum: Decimal) -> Decimal:
    """Return an amount on the whole in the basis of the document: divided over the rates, and each part restated at its own."""
    rounded = half_up(amount, quantum)
    weights = [abs(each) for each in sums.values()]
    if given is basis or not any(weights):
        return rounded
    parts = allocate(rounded, weights, step=quantum)
    return half_up(sum((in_basis(part, vat, given, basis) for vat, part in zip(sums, parts, strict=True)), ZERO), quantum)
