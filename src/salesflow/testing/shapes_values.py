"""What the values inside documents ask beyond their types: periods, VAT, terms of payment, prices, lines."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from salesflow.checks import ZERO
from salesflow.model.agreement import Commitment
from salesflow.model.free_text import FreeTextLine
from salesflow.model.order_line import OrderLine
from salesflow.model.pricing import AgreementLink
from salesflow.model.product import Item, Product, Tolerance
from salesflow.model.proposal import Condition, Operator, ProductLink, SupplementaryItem, Variable
from salesflow.model.quotation import Alternative, Override, QuotationLine, QuotationType
from salesflow.model.subscription import Every
from salesflow.model.terms import LONGEST, CashDiscount, Instalment, PaymentDay, PaymentTerms
from salesflow.model.totals import PartNets, TaxRounding, TotalsPolicy
from salesflow.model.vat import RATED, Vat
from salesflow.money import exact
from salesflow.period import Period
from salesflow.testing.engine import several, shape, values_of
from salesflow.testing.primitives import above_zero, currencies, days, decimals, names, not_zero, percentages, whole, zero_or_more

SPLITS = tuple(
    tuple(Decimal(share) for share in split.split()) for split in ("", "100", "1E+2", "50 50.0", "33.33 33.33 33.34", "99.999 0.001")
)
"""Shares of instalments; they come to a hundred."""


_COUNTS = whole(0, LONGEST)


def optional(drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw it, or nothing."""
    return st.none() | drawn


def bounded_periods() -> st.SearchStrategy[Period]:
    """Periods with both ends."""
    return st.builds(lambda one, other: Period(min(one, other), max(one, other)), days(), days())


def _period(_: st.DrawFn, values: dict[str, Any]) -> None:
    start, end = values["start"], values["end"]
    if start is not None and end is not None and end < start:
        values.update(start=end, end=start)


def vats(*, nul: bool = True) -> st.SearchStrategy[Vat]:
    """VAT of every kind: with a rate where its category has one."""
    free = st.sampled_from(["Z", "E", "AE", "K", "G", "O"]) | names(nul=nul).map(lambda code: f"{code}x" if code in RATED else code)
    rated = st.builds(Vat, st.sampled_from(sorted(RATED)), percentages())
    return rated | st.builds(Vat, free, st.sampled_from([ZERO, Decimal("0.00"), Decimal("-0")]))


def cash_discounts() -> st.SearchStrategy[CashDiscount]:
    """Chains of up to three cash discounts, each longer than the one before."""
    part = st.tuples(percentages().map(lambda share: share or Decimal("0.5")), whole(1, LONGEST // 3), whole(0, LONGEST // 3))
    return st.lists(part, min_size=1, max_size=3).map(_chain)


def _chain(parts: list[tuple[Decimal, int, int]]) -> CashDiscount:
    ends = accumulate((length for _, length, _ in parts))
    (share, _, days_), *earlier = reversed(parts)
    *starts, last = ends
    chain = CashDiscount(percentage=share, days=days_, months=last)
    for (part, _, wait), months in zip(earlier, reversed(starts), strict=True):
        chain = CashDiscount(percentage=part, days=wait, months=months, then=chain)
    return chain


def _payment_day(draw: st.DrawFn, values: dict[str, Any]) -> None:
    by_week = draw(st.booleans())
    values.update(weekday=draw(whole(0, 6)) if by_week else None, day=None if by_week else draw(whole(1, 31)))


def _payment_terms(draw: st.DrawFn, values: dict[str, Any]) -> None:
    values["instalments"] = tuple(Instalment(share=share, months=draw(_COUNTS), days=draw(_COUNTS)) for share in values["instalments"])


@exact
def _order_line(draw: st.DrawFn, values: dict[str, Any]) -> None:
    if values["discount_amount"]:
        share = draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.1"), Decimal("0.00")]))
        values["discount_amount"] = values["price"] / values["price_unit"] * share


def _quotation_line(draw: st.DrawFn, values: dict[str, Any]) -> None:
    match values["override"]:
        case Override.DISCOUNT_PERCENTAGE:
            values["value"] = draw(percentages())
        case Override.TOTAL:
            values["value"] = abs(values["value"])
        case Override.EARNING_PERCENTAGE:
            values["value"] = min(values["value"], Decimal("99.99"))


def _totals_policy(_: st.DrawFn, values: dict[str, Any]) -> None:
    if values["tax_rounding"] is not TaxRounding.GROUP:
        values["part_nets"] = PartNets.PER_DOCUMENT


def _digits() -> st.SearchStrategy[tuple[tuple[str, int], ...]]:
    return st.lists(st.tuples(currencies(), whole(0, 4)), max_size=2).map(tuple)


def _free_text_line(draw: st.DrawFn, values: dict[str, Any]) -> None:
    if all(values[name] is None for name in ("price", "net", "gross")):
        values[draw(st.sampled_from(["price", "net", "gross"]))] = draw(decimals())


@lru_cache
def payment_terms() -> st.SearchStrategy[PaymentTerms]:
    """Terms of payment of every method, with payment days, instalments and chains of cash discounts."""
    return values_of(PaymentTerms)


def distributions(*, nul: bool = True) -> st.SearchStrategy[tuple[tuple[str, Decimal], ...]]:
    """Accounts and amounts that the net of a line is divided over."""
    return several(st.tuples(names(nul=nul), decimals()))


def conditions(*, nul: bool = True) -> st.SearchStrategy[Condition]:
    """Conditions on each variable; only numbers have an order."""
    numbers = st.builds(Condition, st.sampled_from([Variable.QUANTITY, Variable.PRICE]), st.sampled_from(Operator), decimals())
    variables = [each for each in Variable if each not in {Variable.QUANTITY, Variable.PRICE}]
    same = st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL])
    return numbers | st.builds(Condition, st.sampled_from(variables), same, names(nul=nul))


def _product_link(draw: st.DrawFn, values: dict[str, Any]) -> None:
    for one, group in (("source", "source_list"), ("target", "target_list")):
        if bool(values[one]) is bool(values[group]):
            kept, left = draw(st.sampled_from([(one, group), (group, one)]))
            values.update({kept: values[kept] or "I-1", left: ""})


shape(Period, _period, start=optional(days()), end=optional(days()))
shape(Vat, whole=vats)
shape(Tolerance, over=zero_or_more(), invoice=zero_or_more(), under=percentages())
shape(Item, unit=names, weight=optional(zero_or_more()))
shape(TotalsPolicy, _totals_policy, cash_step=optional(above_zero()), digits=_digits())
shape(Product, price=zero_or_more(), cost=optional(zero_or_more()), minimum=optional(zero_or_more()))
shape(Every, count=whole(1))
shape(CashDiscount, whole=cash_discounts())
shape(Instalment, share=percentages().map(lambda share: share or Decimal("0.5")), months=whole(0, LONGEST), days=_COUNTS)
shape(PaymentDay, _payment_day)
shape(PaymentTerms, _payment_terms, months=whole(0, LONGEST), days=whole(0, LONGEST), instalments=st.sampled_from(SPLITS))
shape(AgreementLink, commitment=whole(1))
shape(
    OrderLine,
    _order_line,
    ordered=not_zero(),
    price=zero_or_more(),
    discount=percentages(),
    price_unit=above_zero(),
    discount_amount=zero_or_more(),
)
shape(
    QuotationLine,
    _quotation_line,
    quantity=above_zero(),
    price=zero_or_more(),
    price_unit=above_zero(),
    cost=zero_or_more(),
    discount_amount=zero_or_more(),
    discount=percentages(),
)
shape(QuotationType, number=names, valid_days=whole(0))
shape(Alternative, name=names)
shape(
    Commitment,
    **{name: optional(zero_or_more()) for name in ("quantity", "amount", "price", "least_release", "most_release")},
    price_unit=above_zero(),
    discount_amount=zero_or_more(),
    discount=percentages(),
)
shape(FreeTextLine, _free_text_line, quantity=not_zero(), distributions=distributions)
shape(Condition, whole=conditions)
shape(ProductLink, _product_link, quantity=above_zero())
shape(SupplementaryItem, multiple=above_zero(), quantity=above_zero())
