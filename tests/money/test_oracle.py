"""The money of whole orders, compared to the cent with what it comes to on paper."""

from __future__ import annotations

import os
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import evolve
from hypothesis import HealthCheck, assume, event, given, note, settings
from hypothesis import strategies as st

from salesflow import Basis, ChargeRule, Invoice, Item, Order, OrderLine, RefusedError, Vat, credit_notes, invoices, orders
from salesflow.model.product import ProductKind
from salesflow.model.totals import PartNets, RoundedFirst, TaxRounding, TotalsPolicy
from salesflow.testing.charge_rules import several_charges
from tests.builders import DAY, an_order
from tests.money import oracle

LEVEL = int(os.environ.get("LEVEL", "0"))
D = Decimal
RATES = (Vat("S", D(21)), Vat("S", D(9)), Vat("S", D("5.5")), Vat("Z"), Vat("O"))


# ---------------------------------------------------------------------- in words of the oracle


def rate_of(vat: Vat) -> oracle.Rate:
    """Return a rate of VAT."""
    return oracle.Rate(vat.category, Fraction(vat.rate))


def line_of(line: OrderLine) -> oracle.Line:
    """Return a line."""
    return oracle.Line(
        number=line.number,
        quantity=Fraction(line.ordered),
        price=Fraction(line.price),
        rate=rate_of(line.vat),
        per=Fraction(line.price_unit),
        percent_off=Fraction(line.discount),
        off=Fraction(line.discount_amount),
        item=line.item.number,
        kind=line.item.kind.value,
        unit=line.item.unit,
        weight=Fraction(line.item.weight or 0),
        linked=line.is_linked,
    )


def maybe(number: Decimal | None) -> Fraction | None:
    """Return a number that may be left out."""
    return None if number is None else Fraction(number)


def rule_of(rule: ChargeRule) -> oracle.Rule:
    """Return a charge."""
    covers, granted = rule.covers, rule.granted
    return oracle.Rule(
        number=rule.number,
        of=rule.of.value,
        value=Fraction(rule.value),
        when=rule.when.value,
        is_discount=rule.is_discount,
        items=covers.items,
        kind=covers.kind.value if covers.kind else None,
        only=rate_of(covers.vat) if covers.vat else None,
        linked=covers.linked,
        unit=rule.unit,
        upon=rule.upon,
        measure=granted.measure.value,
        start=Fraction(granted.least),
        below=maybe(granted.below),
        up_to=maybe(granted.up_to),
        tiers=tuple((Fraction(start), Fraction(value)) for start, value in granted.tiers),
        least=maybe(rule.least),
        most=maybe(rule.most),
        back=rule.back.value if rule.back else None,
        taxed=rule.taxed.value,
        own=rate_of(rule.vat),
        lost=rule.lost.value,
        reached=rule.reached.value,
    )


def order_of(order: Order) -> oracle.Order:
    """Return an order as it was placed."""
    policy = order.totals_policy
    return oracle.Order(
        lines=tuple(line_of(line) for line in order.lines),
        rules=tuple(rule_of(rule) for rule in order.charges),
        gross=policy.is_gross,
        tax_rounding=policy.tax_rounding.value,
        vat_first=policy.rounded_first is RoundedFirst.VAT,
        cumulative=policy.part_nets is PartNets.CUMULATIVE,
        digits=-int(policy.quantum(order.currency).as_tuple().exponent),
    )


# ---------------------------------------------------------------------- what a document says


Said = dict[str, Any]


def said_by(invoice: Invoice) -> Said:
    """Return what a document says, with lines by their number in the order; what is zero is left out."""
    shares: dict[tuple[int, oracle.Rate], Fraction] = {}
    nets: dict[tuple[int, oracle.Rate], Fraction] = {}
    for each in invoice.charges:
        key = each.charge.number, rate_of(each.vat)
        shares[key] = shares.get(key, oracle.ZERO) + Fraction(each.amount)
        nets[key] = nets.get(key, oracle.ZERO) + Fraction(each.net)
    return without_zeros(
        {
            "amounts": {line.terms.number: Fraction(line.amount) for line in invoice.lines},
            "nets": {line.terms.number: Fraction(line.net) for line in invoice.lines},
            "shares": shares,
            "share_nets": nets,
            "groups": {rate_of(group.vat): (Fraction(group.base), Fraction(group.amount)) for group in invoice.totals.groups},
            "total": Fraction(invoice.total),
        }
    )


def written_on(sheet: oracle.Sheet) -> Said:
    """Return what a document says on paper."""
    return without_zeros(
        {
            "amounts": sheet.amounts,
            "nets": sheet.nets,
            "shares": sheet.shares,
            "share_nets": sheet.share_nets,
            "groups": sheet.groups,
            "total": sheet.total,
        }
    )


def without_zeros(said: Said) -> Said:
    """Return what a document says, zeros left out, and as text, which is easy to read if two differ."""
    return {
        name: {str(key): shown(value) for key, value in part.items() if value not in (0, (0, 0))} if isinstance(part, dict) else shown(part)
        for name, part in said.items()
    }


def shown(value: Any) -> Any:
    """Return a figure as a decimal number in text."""
    return tuple(shown(each) for each in value) if isinstance(value, tuple) else str(value.numerator / D(value.denominator))


def order_said_by(order: Order) -> Said:
    """Return what an order says of itself."""
    return without_zeros(
        {
            "charges": {rule.number: Fraction(order.charge(rule.number).amount) for rule in order.charges},
            "groups": {rate_of(group.vat): (Fraction(group.base), Fraction(group.amount)) for group in order.totals.groups},
            "total": Fraction(order.total),
        }
    )


def order_written(order: oracle.Order) -> Said:
    """Return what an order says on paper."""
    sheet = oracle.whole(order)
    return without_zeros(
        {"charges": {rule.number: sheet.share(rule.number) for rule in order.rules}, "groups": sheet.groups, "total": sheet.total}
    )
