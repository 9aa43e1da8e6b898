"""
Charges and discounts on the whole: freight, discounts and surcharges as rules, and those that orders get by themselves.

A rule says what it comes to, which invoice takes it and what goes back of it; what it does come to is read from the order [CHG-1].
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, exact_number, require_date, require_kind, require_text
from salesflow.model.charge import (
    ALL_LINES,
    ALWAYS_GRANTED,
    TOTAL_DISCOUNT,
    Back,
    ChargeKind,
    ChargeOf,
    ChargeOrigin,
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
from salesflow.model.party import Party
from salesflow.model.trade_agreement import ALWAYS
from salesflow.model.vat import NO_VAT, Vat
from salesflow.period import Period

Number = Decimal | int
Tiers = Iterable[tuple[Number, Number]]


def freight(
    amount: Number = ZERO,
    *,
    tiers: Tiers = (),
    measure: Measure = Measure.AMOUNT,
    covers: LineFilter = ALL_LINES,
    when: When = When.FIRST,
    recurs: bool | None = None,
    back: Back | None = None,
    vat: Vat | None = None,
    code: str = "freight",
    text: str = "",
    number: int = 0,
) -> ChargeRule:
    """
    Return freight: an amount, or one by tiers such as 7.95, and 4.95 from 50.00 on, and nothing from 100.00 on.

    Args:
        when: Which invoice takes it; the first one unless said otherwise [CHG-P3].
        recurs: Whether each cycle of a subscription has it; left out, only what every invoice has its share of does.
        back: What goes back when goods are credited; left out, nothing for a business, and all of it with the last of the goods
            for a consumer. What was paid for faster delivery does not go back: give it as a charge of its own, with ``Back.NEVER``.
        vat: A rate of its own; left out it is taxed like the goods, divided over their rates.
    """
    return _rule(ChargeKind.FREIGHT, code, text, number, amount, tiers, measure, covers, when, recurs, back, vat)


def discount(
    amount: Number = ZERO,
    *,
    percentage: Number = ZERO,
    least: Number = ZERO,
    measure: Measure = Measure.AMOUNT,
    covers: LineFilter = ALL_LINES,
    upon: tuple[int, ...] = (),
    recurs: bool = True,
    lost: ThresholdLost = ThresholdLost.STOP,
    reached: ThresholdReached = ThresholdReached.FORWARD,
    code: str = TOTAL_DISCOUNT,
    text: str = "",
    number: int = 0,
) -> ChargeRule:
    """
    Return a discount on the whole, of an amount or in percent, both above zero; every invoice gives its share.

    Args:
        least: From which amount, quantity or weight of the order on it is granted.
        upon: Earlier charges, by number, whose amounts the percentage is taken of as well; without them it is of the lines [CHG-P4].
        recurs: Whether each cycle of a subscription has it again.
        lost: What happens when a change of the order loses the threshold after part was given.
        reached: What happens when a change reaches it after part was invoiced.

    Raises:
        ValueError: not just one of amount and percentage is given, or it is below zero.
    """
    off, share, start = exact_number("amount", amount), exact_number("percentage", percentage), exact_number("least", least)
    if bool(off) is bool(share) or off < 0 or share < 0:
        msg = f"a discount is an amount or a percentage, one of the two and above zero, not {off} and {share}"
        raise ValueError(msg)
    return ChargeRule(
        number=number,
        kind=ChargeKind.DISCOUNT,
        code=code,
        text=text,
        of=ChargeOf.PERCENT if share else ChargeOf.FIXED,
        value=-share or -off,
        covers=covers,
        upon=upon,
        granted=Threshold(measure=measure, least=start) if start else ALWAYS_GRANTED,
        when=When.PROPORTIONAL,
        recurs=recurs,
        lost=lost,
        reached=reached,
    )


def fee(
    amount: Number = ZERO,
    *,
    percentage: Number = ZERO,
    per_unit: Number = ZERO,
    unit: str = "",
    below: Number | None = None,
    least: Number | None = None,
    most: Number | None = None,
    measure: Measure = Measure.AMOUNT,
    covers: LineFilter = ALL_LINES,
    upon: tuple[int, ...] = (),
    when: When | None = None,
    recurs: bool | None = None,
    back: Back | None = None,
    vat: Vat | None = None,
    code: str = "fee",
    text: str = "",
    number: int = 0,
) -> ChargeRule:
    """
    Return a surcharge: an amount, a percentage, or an amount per unit.

    Args:
        unit: Which unit is counted, if the lines have several.
        below: Only orders below this are charged: a surcharge for small orders.
        least: The least that it comes to, and *most* the most.
        upon: Earlier charges, by number, that the percentage is taken of as well: fuel on freight.
        when: Left out, the first invoice takes an amount, and every invoice its share of a percentage or an amount per unit.
        recurs: Whether each cycle of a subscription has it; left out, only what every invoice has its share of does.
        vat: A rate of its own; left out it is taxed like the goods.

    Raises:
        ValueError: not just one of the three is given.
    """
    given = {
        ChargeOf.FIXED: exact_number("amount", amount),
        ChargeOf.PERCENT: exact_number("percentage", percentage),
        ChargeOf.PER_UNIT: exact_number("per_unit", per_unit),
    }
    chosen = [of for of, value in given.items() if value]
    if len(chosen) != 1:
        msg = "a surcharge is an amount, a percentage or an amount per unit, one of the three and not zero"
        raise ValueError(msg)
    [of] = chosen
    taking = when or (When.FIRST if of is ChargeOf.FIXED else When.PROPORTIONAL)
    rule = _rule(ChargeKind.FEE, code, text, number, given[of], (), measure, covers, taking, recurs, back, vat)
    granted = ALWAYS_GRANTED if below is None else Threshold(measure=measure, below=exact_number("below", below))
    return evolve(
        rule,
        of=of,
        unit=unit,
        upon=upon,
        granted=granted,
        least=None if least is None else exact_number("least", least),
        most=None if most is None else exact_number("most", most),
    )


def _rule(
    kind: ChargeKind,
    code: str,
    text: str,
    number: int,
    value: Number,
    tiers: Tiers,
    measure: Measure,
    covers: LineFilter,
    when: When,
    recurs: bool | None,  # noqa: FBT001  passed on
    back: Back | None,
    vat: Vat | None,
) -> ChargeRule:
    steps = tuple((exact_number("start of a tier", start), exact_number("value of a tier", each)) for start, each in tiers)
    return ChargeRule(
        number=number,
        kind=kind,
        code=code,
        text=text,
        value=exact_number("amount", value),
        covers=covers,
        granted=Threshold(measure=measure, tiers=steps) if steps else ALWAYS_GRANTED,
        when=when,
        recurs=when is When.PROPORTIONAL if recurs is None else recurs,
        back=back,
        taxed=ChargeVat.LIKE_GOODS if vat is None else ChargeVat.OWN,
        vat=NO_VAT if vat is None else vat,
    )


# ---------------------------------------------------------------------- by themselves


@frozen(kw_only=True)
class AutomaticCharge:
    """
    A charge that orders get by themselves, and which orders those are; what is left open holds for all [CHG-3].

    Args:
        number: What it is known by; the rule names it as its source.
        customer: One customer, by number.
        customer_group: Customers of a group.
        period: The days on which orders get it, both ends included.
        country: Deliveries to a country.
        delivery: A way of delivery, as the application calls it.
        channel: A sales channel, as the application calls it.
    """

    number: str
    rule: ChargeRule
    currency: str
    customer: str = ""
    customer_group: str = ""
    period: Period = ALWAYS
    country: str = ""
    delivery: str = ""
    channel: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_kind("rule", self.rule, ChargeRule)
        require_kind("period", self.period, Period)

    def holds(self, customer: Party, currency: str, on: date, *, country: str, delivery: str, channel: str) -> bool:
        """Say whether an order of *customer* gets it on that day."""
        wanted = (
            (self.currency, currency),
            (self.customer, customer.number),
            (self.customer_group, customer.group),
            (self.country, country),
            (self.delivery, delivery),
            (self.channel, channel),
        )
        return on in self.period and all(not asked or asked == given for asked, given in wanted)


def automatic(
    table: Iterable[AutomaticCharge],
    customer: Party,
    currency: str,
    *,
    on: date,
    country: str | None = None,
    delivery: str = "",
    channel: str = "",
) -> tuple[ChargeRule, ...]:
    """
    Return the charges that an order gets by itself, in order of the table; hand them to ``orders.place`` with any others.

    Thresholds of amount, quantity and weight stay in the rule, so that the charge follows the order.

    Args:
        country: Where the goods go; left out, the country of the customer's address.
        delivery: How they go there, as the application calls it.
        channel: Where the order came from, as the application calls it.
    """
    require_kind("customer", customer, Party)
    require_date("on", on)
    place = customer.address.country if country is None else country
    found = [
        evolve(each.rule, number=0, origin=ChargeOrigin.AUTOMATIC, source=each.number)
        for each in all_of("charge", table, AutomaticCharge)
        if each.holds(customer, currency, on, country=place, delivery=delivery, channel=channel)
    ]
    return numbered(found)
