"""The money of whole orders, compared to the cent with what it comes to on paper."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import evolve
from hypothesis import given, note, reject
from hypothesis import strategies as st

from salesflow import Basis, ChargeRule, Invoice, Item, Order, OrderLine, RefusedError, Vat, charges, credit_notes, invoices, orders
from salesflow.model.charge import (
    Back,
    ChargeOf,
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
from salesflow.model.totals import PartNets, RoundedFirst, TaxRounding, TotalsPolicy
from tests.builders import DAY, an_order
from tests.money import oracle

D = Decimal
Parts = dict[int, Decimal]
RATES = (Vat("S", D(21)), Vat("S", D(9)), Vat("S", D("5.5")), Vat("Z"), Vat("O"))


# ---------------------------------------------------------------------- orders of every kind

POLICIES = tuple(
    TotalsPolicy(basis=basis, tax_rounding=rounding, rounded_first=first, part_nets=parts)
    for basis in Basis
    for rounding in TaxRounding
    for first in (RoundedFirst if basis is Basis.GROSS else [RoundedFirst.NET])
    for parts in (PartNets if rounding is TaxRounding.GROUP and first is RoundedFirst.NET else [PartNets.PER_DOCUMENT])
)
PRICES = st.decimals(0, 200, places=2) | st.sampled_from(
    [D(text) for text in ("0.335", "1.005", "3.3333", "0.005", "2.675", "0.000001", "999.994999")]
)
QUANTITIES = st.integers(1, 12).map(D) | st.sampled_from([D("0.5"), D("2.667"), D("0.001"), D(100)])


@st.composite
def some_lines(draw: st.DrawFn) -> OrderLine:
    """A line with whatever discounts, priced per one or per several."""
    item = Item(
        number=f"I-{draw(st.integers(1, 3))}",
        vat=draw(st.sampled_from(RATES)),
        kind=draw(st.sampled_from(ProductKind)),
        unit=draw(st.sampled_from(["C62", "HUR"])),
        weight=draw(st.sampled_from([None, D(1), D("2.5")])),
    )
    price, per = draw(PRICES), draw(st.sampled_from([D(1), D(1), D(3), D(100)]))
    off = draw(st.sampled_from([D(0), D(0), D("0.1"), D("1.005")]))
    return OrderLine(
        item=item,
        ordered=draw(QUANTITIES),
        price=price,
        price_unit=per,
        discount=draw(st.sampled_from([D(0), D(0), D(10), D("33.3333"), D(100)])),
        discount_amount=off if off * per <= price else D(0),
    )


def thresholds(value: Decimal) -> st.SearchStrategy[Threshold]:
    """From or up to some figure, or a value in steps."""
    ends = st.sampled_from([D(5), D(50)])
    tiers = ((D(0), value), (D(10), D(1).copy_sign(value)), (D(50), D(0)))
    return st.one_of(
        st.builds(Threshold, measure=st.sampled_from(Measure), below=ends),
        st.builds(Threshold, measure=st.sampled_from(Measure), up_to=ends),
        st.builds(Threshold, measure=st.sampled_from(Measure), least=ends),
        st.builds(Threshold, measure=st.sampled_from(Measure), tiers=st.just(tiers)),
    )


VALUES = {
    ChargeOf.PERCENT: [D(text) for text in ("10", "12.5", "33.3333", "100", "0.01", "3")],
    ChargeOf.FIXED: [D(text) for text in ("1", "3", "12", "100")],
    ChargeOf.PER_UNIT: [D(text) for text in ("0.25", "0.005", "1")],
}


@st.composite
def some_rules(draw: st.DrawFn) -> ChargeRule:
    """A charge or discount with whatever it covers, whenever it is taken, within whatever limits."""
    off, of = draw(st.booleans()), draw(st.sampled_from(ChargeOf))
    value = draw(st.sampled_from(VALUES[of])) * (-1 if off else 1)
    rule = evolve(charges.discount(1) if off else charges.fee(1), of=of, value=value, when=draw(st.sampled_from(When)))
    if of is ChargeOf.PER_UNIT:
        rule = evolve(rule, unit="C62")
    limits: dict[str, st.SearchStrategy[Any]] = {
        "covers": st.sampled_from([LineFilter(items=("I-1",)), LineFilter(vat=RATES[0]), LineFilter(kind=ProductKind.ITEM)]),
        "least": st.just(D(5)),
        "most": st.just(D(7)),
        "granted": thresholds(value),
    }
    said: dict[str, Any] = {name: draw(found) for name, found in limits.items() if draw(st.integers(0, 3)) == 1}
    rule = evolve(rule, **said)
    if rule.granted.tiers:
        rule = evolve(rule, value=D(0))
    if not off:
        rule = evolve(rule, taxed=draw(st.sampled_from(ChargeVat)), vat=draw(st.sampled_from(RATES)))
    return evolve(
        rule,
        back=draw(st.none() | st.sampled_from(Back)),
        lost=draw(st.sampled_from(ThresholdLost)),
        reached=draw(st.sampled_from(ThresholdReached)),
    )


@st.composite
def some_orders(draw: st.DrawFn) -> Order:
    """An order of up to three lines and three charges, the last of which may be taken of earlier ones."""
    policy = draw(st.sampled_from(POLICIES))
    lines = [evolve(line, basis=policy.basis) for line in draw(st.lists(some_lines(), min_size=1, max_size=3))]
    rules = numbered(draw(st.lists(some_rules(), max_size=3)))
    if len(rules) > 1 and rules[-1].is_percent and draw(st.booleans()):
        rules = (*rules[:-1], evolve(rules[-1], upon=tuple(rule.number for rule in rules[:-1])))
    try:
        return an_order(*lines, charges=rules, totals=policy, currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])))
    except RefusedError:  # a discount that its lines do not bear, or amounts finer than the currency
        reject()


@st.composite
def some_parts(draw: st.DrawFn, left: Mapping[int, Decimal]) -> Parts:
    """Parts of what is left of some lines."""
    parts = {}
    for number, quantity in left.items():
        percent = draw(st.sampled_from([0, 10, 33, 50, 100]))
        part = quantity if percent == 100 else (quantity * percent / 100).quantize(D("0.001"))
        if part:
            parts[number] = part
    return parts


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


# ---------------------------------------------------------------------- both, side by side


class Both:
    """An order in the library and on paper, while it is closed, invoiced and credited in parts."""

    def __init__(self, order: Order, data: st.DataObject) -> None:
        self.order = order
        self.past = oracle.Past(order_of(order))
        self.data = data
        self.left: Parts = {line.number: line.ordered for line in order.lines}
        self.invoices: list[Invoice] = []

    def next_number(self, kind: str) -> str:
        """Return a number for the next document."""
        return f"{kind}-{len(self.order.postings)}"

    def close(self) -> None:
        """Close some of what is left."""
        parts = self.data.draw(some_parts(self.left))
        if not parts:
            return
        note(f"close {parts}")
        try:
            self.order = orders.short_close(self.order, parts, on=DAY).document
        except RefusedError:  # nothing would be left of the order
            return
        self.past = self.past.after(oracle.Close(in_fractions(parts)))
        self.left = rest_of(self.left, parts)

    def bill(self, parts: Parts | None) -> None:
        """Invoice parts of what is left, or all of it."""
        quantities = in_fractions(self.left if parts is None else parts)
        if not quantities:
            return
        note(f"invoice {parts}")
        event = oracle.Bill(quantities)
        sheet = oracle.bill(self.past, quantities)
        done = invoices.post(self.order, parts, number=self.next_number("INV"), on=DAY)
        self.order = done.changed[0]
        self.invoices.append(done.document)
        assert said_by(done.document) == written_on(sheet)
        self.past = self.past.after(event, sheet)
        self.left = rest_of(self.left, self.left if parts is None else parts)

    def credit(self, place: int) -> None:
        """Credit an invoice in parts, until nothing is left of it."""
        left = {line.number: line.quantity for line in self.invoices[place].lines}
        numbers = {line.number: line.terms.number for line in self.invoices[place].lines}
        for last in [*[False] * self.data.draw(st.integers(0, 2)), True]:
            parts = dict(left) if last else self.data.draw(some_parts(left))
            if not parts:
                continue
            everything = parts == left and self.data.draw(st.booleans())
            note(f"credit {place}: {'all' if everything else parts}")
            event = oracle.Credit(place, None if everything else {numbers[each]: Fraction(part) for each, part in parts.items()})
            sheet = oracle.credit(self.past, event)
            rows = None if everything else parts
            done = credit_notes.post(self.invoices[place], rows, orders=self.order, number=self.next_number("CN"), on=DAY, reopens=False)
            self.order, self.invoices[place] = done.changed
            assert said_by(done.document) == written_on(sheet)
            self.past = self.past.after(event, sheet)
            left = rest_of(left, parts)


def in_fractions(parts: Parts) -> dict[int, Fraction]:
    """Return quantities for the oracle."""
    return {number: Fraction(part) for number, part in parts.items()}


def rest_of(left: Parts, parts: Parts) -> Parts:
    """Return what is left after some parts."""
    return {number: rest for number, quantity in left.items() if (rest := quantity - parts.get(number, D(0)))}


@given(some_orders())
def test_an_order_comes_to_what_it_comes_to_on_paper(order: Order) -> None:
    """Its charges, its VAT and its total."""
    assert order_said_by(order) == order_written(order_of(order))


@given(some_orders(), st.data())
def test_every_document_says_what_it_says_on_paper(order: Order, data: st.DataObject) -> None:
    """Invoices in parts, some of it closed in between, and credit notes in parts: each figure of each, to the last digit."""
    both = Both(order, data)
    for closes in data.draw(st.lists(st.booleans(), max_size=3)):
        if closes:
            both.close()
        else:
            both.bill(data.draw(some_parts(both.left)))
    both.bill(None)
    for place in range(len(both.invoices)):
        both.credit(place)
