"""Charges and discounts on the whole of every kind, such as orders have them, and the ways in which documents are added up."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from attrs import evolve
from hypothesis import strategies as st

from salesflow.model.charge import (
    Back,
    ChargeOf,
    ChargeRule,
    ChargeVat,
    LineFilter,
    Measure,
    Threshold,
    ThresholdLost,
    ThresholdReached,
    When,
    numbered,
)
from salesflow.model.product import ProductKind
from salesflow.model.totals import TOTALS, WITH_VAT, Basis, PartNets, RoundedFirst, TaxRounding, TotalsPolicy
from salesflow.process import charges
from salesflow.testing.lines import VATS
from salesflow.testing.primitives import places

POLICIES = (
    *[TOTALS] * 4,
    *[WITH_VAT] * 3,
    TotalsPolicy(tax_rounding=TaxRounding.LINE),
    TotalsPolicy(tax_rounding=TaxRounding.UNIT),
    TotalsPolicy(part_nets=PartNets.CUMULATIVE),
    TotalsPolicy(basis=Basis.GROSS, tax_rounding=TaxRounding.LINE),
    TotalsPolicy(basis=Basis.GROSS, tax_rounding=TaxRounding.UNIT),
    TotalsPolicy(basis=Basis.GROSS, rounded_first=RoundedFirst.VAT),
    TotalsPolicy(basis=Basis.GROSS, part_nets=PartNets.CUMULATIVE),
)
"""The ways in which documents are added up, the usual ones more often."""
_AMOUNTS = tuple(Decimal(text) for text in ("12", "3", "1E+1", "250"))
_PERCENTAGES = tuple(Decimal(text) for text in ("10", "12.5", "33.3333", "100", "0.01"))


@lru_cache
def totals_policies() -> st.SearchStrategy[TotalsPolicy]:
    """Ways of adding up: with VAT in the prices or without, and every rounding of VAT."""
    return st.sampled_from(POLICIES)


@st.composite
def charge_rules(draw: st.DrawFn, *, sign: int = 1) -> ChargeRule:
    """
    A charge or discount of any kind, without a number; its amounts have no decimals, so that they fit every currency.

    Args:
        sign: -1 for orders whose lines are below zero, so that a discount lowers these as well.
    """
    off = draw(st.booleans())
    of = draw(st.sampled_from(ChargeOf))
    if of is ChargeOf.PERCENT:
        value = draw(st.sampled_from(_PERCENTAGES))
    else:
        value = draw(st.sampled_from(_AMOUNTS)) * sign
    rule = charges.fee(1) if not off else charges.discount(1)
    when = When.PROPORTIONAL if off else draw(st.sampled_from(When))
    rule = evolve(rule, of=of, value=-value if off else value, when=when, recurs=draw(st.booleans()))
    return _with_conditions(draw, rule)


def _with_conditions(draw: st.DrawFn, rule: ChargeRule) -> ChargeRule:
    if draw(places(3)) == 1:
        rule = evolve(
            rule, covers=draw(st.sampled_from([LineFilter(kind=ProductKind.ITEM), LineFilter(vat=VATS[0]), LineFilter(linked=False)]))
        )
    if draw(places(3)) == 1:
        start = Decimal(draw(st.sampled_from([1, 20, 500])))
        rule = evolve(
            rule,
            granted=Threshold(measure=draw(st.sampled_from(Measure)), least=start),
            lost=draw(st.sampled_from(ThresholdLost)),
            reached=draw(st.sampled_from(ThresholdReached)),
        )
    if rule.value > 0:
        taxed = draw(st.sampled_from(ChargeVat))
        rule = evolve(rule, back=draw(st.none() | st.sampled_from(Back)), taxed=taxed, vat=draw(st.sampled_from(VATS)))
    if rule.of is ChargeOf.PER_UNIT:
        rule = evolve(rule, unit="C62")
    return rule


@st.composite
def several_charges(draw: st.DrawFn, *, sign: int = 1) -> tuple[ChargeRule, ...]:
    """Up to three charges, numbered; a later percentage may be taken of earlier charges as well."""
    found = numbered(draw(st.lists(charge_rules(sign=sign), max_size=3)))
    if len(found) > 1 and found[-1].is_percent and draw(st.booleans()):
        return (*found[:-1], evolve(found[-1], upon=(found[0].number,)))
    return found
