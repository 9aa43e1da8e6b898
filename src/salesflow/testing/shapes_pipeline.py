"""What the documents before an order ask beyond their types: campaigns, sales in the making, targets, paths, trade agreements, transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from salesflow.labels import Labelled
from salesflow.model.activity import Activity
from salesflow.model.campaign import Campaign
from salesflow.model.history import Change
from salesflow.model.lead import Lead
from salesflow.model.opportunity import PROMOTED, ForecastCategory, Opportunity, OpportunityStatus, OpportunityType, Stage
from salesflow.model.path import PathStep, Profile
from salesflow.model.product import Item
from salesflow.model.stakeholder import Stakeholder
from salesflow.model.target import MONTHS, QUARTERS, Target, TargetScope, TargetUnit
from salesflow.model.trade_agreement import Relation, TradeAgreement
from salesflow.model.transfer import Transfer
from salesflow.money import digits_of, exact
from salesflow.testing.engine import several, shape, values_of
from salesflow.testing.primitives import above_zero, days, decimals, moments, names, percentages, shares, texts, whole, zero_or_more


def anything(*, nul: bool = True) -> st.SearchStrategy[Any]:
    """What a field of any document may hold, for histories and for fields of an application's own: nothing, one thing, or a few."""
    codes: list[type[Labelled]] = [OpportunityStatus, ForecastCategory, PathStep]
    one = st.one_of(
        st.none(),
        st.booleans(),
        whole(),
        texts(nul=nul),
        decimals(),
        days(),
        moments(),
        *(st.sampled_from(each) for each in codes),
        *(values_of(each, nul=nul) for each in (Activity, Item, Stakeholder)),
    )
    return one | several(one)


def _opportunity_type(_: st.DrawFn, values: dict[str, Any]) -> None:
    """Give each stage a name of its own, and a guide only to a kind of sale with two stages or more."""
    stages = {stage.name: stage for stage in values["stages"]}
    values["stages"] = tuple(stages.values())
    values["guide"] = values["guide"] and len(stages) > 1


def _profile(_: st.DrawFn, values: dict[str, Any]) -> None:
    values["optional"] = tuple(step for step in values["optional"] if step not in values["required"])


def _target(_: st.DrawFn, values: dict[str, Any]) -> None:
    """Let the key go with the scope, and the unit with the currency."""
    values["key"] = "" if values["scope"] is TargetScope.COMPANY else values["key"] or "7"
    if values["currency"] is None:
        values["unit"] = TargetUnit.COUNT
    elif values["unit"] is TargetUnit.COUNT:
        values["unit"] = TargetUnit.PROFIT


@exact
def _trade_agreement(draw: st.DrawFn, values: dict[str, Any]) -> None:
    """Let it be about one or about a group, hold from somewhere to somewhere above, and have a price just when it gives one."""
    for one, group in (("customer", "customer_group"), ("item", "item_group")):
        if values[one] and values[group]:
            values[draw(st.sampled_from([one, group]))] = ""
    if values["up_to"] is not None:
        values["up_to"] = values["least"] + values["up_to"]
    if values["relation"] is Relation.PRICE:
        values["price"] = draw(zero_or_more()) if values["price"] is None else values["price"]
        values["unit"] = values["unit"] if values["unit"].strip() else "C62"
    else:
        values["price"] = None


def _transfer(draw: st.DrawFn, values: dict[str, Any]) -> None:
    """Let the fee be in whole units of its currency."""
    count = draw(st.integers(0, 10**9) | st.just(10**20))
    fee = Decimal(f"{count}E-{digits_of(values['currency'])}")
    values["fee"] = draw(st.sampled_from([fee, Decimal(0), Decimal("-0.0"), Decimal("1E+1"), Decimal("250000.000")]))


shape(Campaign, budget=zero_or_more(), spent=zero_or_more(), discount_budget=zero_or_more(), granted=zero_or_more())
shape(Lead, source=names)
shape(Change, before=anything, after=anything)
shape(Stage, probability=shares())
shape(OpportunityType, _opportunity_type, duration=whole(0))
shape(
    Opportunity,
    probability=percentages(),
    promoted=lambda *, nul: several(texts(nul=nul), most=PROMOTED),
    extra=lambda *, nul: several(st.tuples(texts(nul=nul), anything(nul=nul))),
)
shape(Profile, _profile)
shape(Target, _target, kind=names, parts=several(decimals(), QUARTERS, QUARTERS) | several(decimals(), MONTHS, MONTHS))
shape(
    TradeAgreement,
    _trade_agreement,
    least=zero_or_more(),
    up_to=st.none() | above_zero(),
    price=st.none() | zero_or_more(),
    price_unit=above_zero(),
    amount=zero_or_more(),
    percentage=percentages(),
    then=percentages(),
)
shape(Transfer, _transfer)
