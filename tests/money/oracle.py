"""
The money of a whole order, worked out the slow way, as a person would with paper: every document again from the first event on.

It knows nothing of the library and is compared with it. Amounts are fractions, so that only what a rule rounds is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor
from typing import TypeVar

ZERO = Fraction(0)
ONE = Fraction(1)
HUNDRED = Fraction(100)

Quantities = Mapping[int, Fraction]
"""By the number of a line."""


# ---------------------------------------------------------------------- what was agreed


@dataclass(frozen=True)
class Rate:
    """A category and rate of VAT."""

    category: str
    percent: Fraction


@dataclass(frozen=True)
class Line:
    """What is ordered of one item."""

    number: int
    quantity: Fraction
    price: Fraction
    rate: Rate
    per: Fraction = ONE
    percent_off: Fraction = ZERO
    off: Fraction = ZERO
    item: str = "I-1"
    kind: str = "item"
    unit: str = "C62"
    weight: Fraction = ZERO
    linked: bool = False

    @property
    def unit_price(self) -> Fraction:
        """The price of one unit after both discounts, not rounded."""
        return (self.price / self.per - self.off) * (1 - self.percent_off / HUNDRED)


@dataclass(frozen=True)
class Rule:
    """A charge or a discount on the whole; ``None`` in a field means that it says nothing of it."""

    number: int
    of: str
    value: Fraction
    when: str
    is_discount: bool
    items: tuple[str, ...] = ()
    kind: str | None = None
    only: Rate | None = None
    linked: bool | None = None
    unit: str = ""
    upon: tuple[int, ...] = ()
    measure: str = "amount"
    start: Fraction = ZERO
    below: Fraction | None = None
    up_to: Fraction | None = None
    tiers: tuple[tuple[Fraction, Fraction], ...] = ()
    least: Fraction | None = None
    most: Fraction | None = None
    back: str | None = None
    taxed: str = "like-goods"
    own: Rate | None = None
    lost: str = "stop"
    reached: str = "forward"

    @property
    def is_conditional(self) -> bool:
        """Say whether it has a threshold."""
        return bool(self.start or self.below is not None or self.up_to is not None or self.tiers)

    def covers(self, line: Line) -> bool:
        """Say whether it is worked out from the line [CHG-3]."""
        wanted = (
            (self.kind, line.kind),
            (self.only, line.rate),
            (self.linked, line.linked),
            (self.unit or None, line.unit),
        )
        return (not self.items or line.item in self.items) and all(asked is None or asked == given for asked, given in wanted)

    def value_at(self, figure: Fraction) -> Fraction | None:
        """Return the value for an order of that size, or ``None`` if the order does not get it [CHG-3]."""
        too_small = figure < self.start
        too_large = (self.below is not None and figure >= self.below) or (self.up_to is not None and figure > self.up_to)
        if too_small or too_large:
            return None
        values = [value for start, value in self.tiers if start <= figure] if self.tiers else [self.value]
        return values[-1] if values else None


@dataclass(frozen=True)
class Order:
    """An order: its lines, its charges, and how it is added up."""

    lines: tuple[Line, ...]
    rules: tuple[Rule, ...] = ()
    gross: bool = False
    tax_rounding: str = "group"
    vat_first: bool = False
    cumulative: bool = False
    digits: int = 2

    def line(self, number: int) -> Line:
        """Return the line of that number."""
        return next(line for line in self.lines if line.number == number)

    def round(self, amount: Fraction) -> Fraction:
        """Round half up, away from zero, to the digits of the currency."""
        return rounded(amount, self.digits)


# ---------------------------------------------------------------------- what happened


@dataclass(frozen=True)
class Bill:
    """An invoice of so much of some lines."""

    quantities: Quantities


@dataclass(frozen=True)
class Close:
    """What will not be delivered any more."""

    quantities: Quantities


@dataclass(frozen=True)
class Credit:
    """A credit note for one of the invoices, by its place; without quantities for all that is left of it."""

    invoice: int
    quantities: Quantities | None = None


Event = Bill | Close | Credit


@dataclass
class Sheet:
    """One document, written out; a credit note has the amounts that it takes back below zero."""

    quantities: dict[int, Fraction] = field(default_factory=dict)
    amounts: dict[int, Fraction] = field(default_factory=dict)
    nets: dict[int, Fraction] = field(default_factory=dict)
    shares: dict[tuple[int, Rate], Fraction] = field(default_factory=dict)
    share_nets: dict[tuple[int, Rate], Fraction] = field(default_factory=dict)
    groups: dict[Rate, tuple[Fraction, Fraction]] = field(default_factory=dict)
    credits: int | None = None

    @property
    def total(self) -> Fraction:
        """What is to be paid."""
        return sum((base + vat for base, vat in self.groups.values()), ZERO)

    def share(self, rule: int) -> Fraction:
        """Return what it has of a charge, over all rates."""
        return sum((amount for (number, _), amount in self.shares.items() if number == rule), ZERO)


# ---------------------------------------------------------------------- arithmetic


def rounded(amount: Fraction, digits: int) -> Fraction:
    """Round half up, away from zero."""
    scale = 10**digits
    size = Fraction(floor(abs(amount) * scale + Fraction(1, 2)), scale)
    return size if amount >= 0 else -size


def split(amount: Fraction, weights: Sequence[Fraction], digits: int) -> list[Fraction]:
    """Divide an amount by weights; what rounding down leaves goes, a unit each, to the largest remainders, the first of equal ones."""
    scale = 10**digits
    whole = sum((abs(weight) for weight in weights), ZERO)
    units = [abs(amount) * scale * abs(weight) / whole for weight in weights]
    parts = [floor(unit) for unit in units]
    missing = int(abs(amount) * scale) - sum(parts)
    for place in sorted(range(len(units)), key=lambda place: parts[place] - units[place])[:missing]:
        parts[place] += 1
    return [Fraction(part, scale) * (1 if amount >= 0 else -1) for part in parts]


# ---------------------------------------------------------------------- what came before


@dataclass(frozen=True)
class Past:
    """What happened to an order so far, with the documents that were made of it."""

    order: Order
    events: tuple[tuple[Event, Sheet | None], ...] = ()

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        """The documents, in the order in which they were made."""
        return tuple(sheet for _, sheet in self.events if sheet is not None)

    @property
    def bills(self) -> tuple[Sheet, ...]:
        """The invoices."""
        return tuple(sheet for sheet in self.sheets if sheet.credits is None)

    def billed(self, line: int) -> Fraction:
        """Return how much of a line was invoiced."""
        return sum((sheet.quantities.get(line, ZERO) for sheet in self.bills), ZERO)

    def wanted(self, line: int) -> Fraction:
        """Return how much of a line is still wanted, invoiced or not."""
        closed = [event.quantities.get(line, ZERO) for event, _ in self.events if isinstance(event, Close)]
        return self.order.line(line).quantity - sum(closed, ZERO)

    def left(self, line: int) -> Fraction:
        """Return how much of a line is still to be invoiced."""
        return self.wanted(line) - self.billed(line)

    def all_wanted(self) -> dict[int, Fraction]:
        """Return all that is still wanted, by line."""
        return {line.number: self.wanted(line.number) for line in self.order.lines}

    def all_left(self) -> dict[int, Fraction]:
        """Return all that is still to be invoiced, by line."""
        return {line.number: self.left(line.number) for line in self.order.lines if self.left(line.number)}

    def taken(self, rule: int) -> Fraction:
        """Return what the invoices took of a charge."""
        return sum((sheet.share(rule) for sheet in self.bills), ZERO)

    def after(self, event: Event, sheet: Sheet | None = None) -> Past:
        """Return what happened with one event more."""
        return Past(self.order, (*self.events, (event, sheet)))


def replay(order: Order, events: Iterable[Event]) -> Past:
    """Work through all events; each document is made from nothing but those before it."""
    past = Past(order)
    for event in events:
        if isinstance(event, Close):
            past = past.after(event)
        elif isinstance(event, Bill):
            past = past.after(event, bill(past, event.quantities))
        else:
            past = past.after(event, credit(past, event))
    return past


def whole(order: Order) -> Sheet:
    """Return the order as one invoice of everything."""
    return bill(Past(order), {line.number: line.quantity for line in order.lines})


# ---------------------------------------------------------------------- invoices


def bill(past: Past, quantities: Quantities) -> Sheet:
    """Return an invoice of so much of some lines."""
    sheet = Sheet(quantities=dict(quantities))
    for number, quantity in quantities.items():
        so_far = past.order.round((past.billed(number) + quantity) * past.order.line(number).unit_price)
        sheet.amounts[number] = so_far - sum((earlier.amounts.get(number, ZERO) for earlier in past.bills), ZERO)
    for rule in past.order.rules:
        add_share(past, rule, sheet)
    each = {rule.number for rule in past.order.rules if rule.when in {"each", "each-slip"}}
    if not quantities and not any(number not in each for number, _ in sheet.shares):
        sheet.shares.clear()  # nothing else is due, and no invoice is made just to have what each invoice has
    add_vat(past, sheet)
    return sheet


def sum_of(order: Order, rule: Rule, quantities: Quantities) -> Fraction:
    """Return what the covered lines come to in such quantities, not rounded."""
    lines = [(order.line(number), quantity) for number, quantity in quantities.items() if rule.covers(order.line(number))]
    return sum((quantity * line.unit_price for line, quantity in lines), ZERO)


def rounded_sum_of(order: Order, rule: Rule, quantities: Quantities) -> Fraction:
    """Return what the covered lines come to in such quantities, each line rounded as it is on paper."""
    lines = [(order.line(number), quantity) for number, quantity in quantities.items() if rule.covers(order.line(number))]
    return sum((order.round(quantity * line.unit_price) for line, quantity in lines), ZERO)


def counted(order: Order, rule: Rule, value: Fraction, quantities: Quantities) -> Fraction:
    """Return what the value of a rule is multiplied by, charges that it is taken of as well left out."""
    if rule.of == "percent" and abs(value) == HUNDRED:  # all of it is what is on paper, or a discount of all would leave a cent
        return rounded_sum_of(order, rule, quantities) / HUNDRED
    if rule.of == "percent":
        return sum_of(order, rule, quantities) / HUNDRED
    if rule.of == "per-unit":
        return sum((quantity for number, quantity in quantities.items() if rule.covers(order.line(number))), ZERO)
    return ONE


def measured(order: Order, rule: Rule, quantities: Quantities) -> Fraction:
    """Return the figure that a threshold is compared with [CHG-3, CHG-4]."""
    covered = [(order.line(number), quantity) for number, quantity in quantities.items() if rule.covers(order.line(number))]
    if rule.measure == "quantity":
        return sum((quantity for _, quantity in covered), ZERO)
    if rule.measure == "weight":
        return sum((quantity * line.weight for line, quantity in covered), ZERO)
    return sum((order.round(quantity * line.unit_price) for line, quantity in covered), ZERO)


def limited(rule: Rule, amount: Fraction, value: Fraction) -> Fraction:
    """Return an amount within the limits of a rule; a value of zero is free."""
    if not value:
        return ZERO
    size = abs(amount)
    if rule.least is not None:
        size = max(size, rule.least)
    if rule.most is not None:
        size = min(size, rule.most)
    return -size if (amount or value) < 0 else size


def worth(past: Past, rule: Rule, value: Fraction, quantities: Quantities, upon: Fraction) -> Fraction:
    """Return what a charge comes to on such quantities, with earlier charges of an amount *upon* which it is taken too."""
    figure = counted(past.order, rule, value, quantities) + (upon / HUNDRED if rule.of == "percent" else ZERO)
    return limited(rule, past.order.round(value * figure), value)


def share(past: Past, rule: Rule, sheet: Sheet) -> Fraction:
    """Return what an invoice takes of a charge, before it is known whether there is room for it."""
    wanted = past.all_wanted()
    if not any(rule.covers(line) for line in past.order.lines) or not any(wanted.values()):
        return ZERO
    value = value_now(past, rule)
    if value is None and rule.lost == "recover":
        return -past.taken(rule.number)
    if value is None and rule.lost == "keep" and was_given(past, rule):
        value = value_kept(past, rule)
    if value is None:
        return ZERO
    here = sum((sheet.share(number) for number in rule.upon), ZERO)
    upon = here + sum((past.taken(number) for number in rule.upon), ZERO)
    so_far = {line.number: past.billed(line.number) + sheet.quantities.get(line.number, ZERO) for line in past.order.lines}
    if rule.when == "first":
        due = worth(past, rule, value, wanted, upon_all(past, rule, sheet))
        rest = due - past.taken(rule.number)  # a discount that found no room on the first invoice goes on with the next
        return rest if rest * due > 0 else ZERO
    if rule.when == "last":
        return worth(past, rule, value, so_far, upon) - past.taken(rule.number) if so_far == wanted else ZERO
    if rule.when in {"each", "each-slip"}:
        return each_time(past.order, rule, value, sheet)
    if rule.of == "fixed" or rule.least is not None or rule.most is not None:
        return divided(past, rule, value, sheet)
    if rule.reached == "forward":
        without = zip(past.bills, values_then(past, rule), strict=True)
        for bill_without in [each for each, then in without if then is None]:
            so_far = {number: quantity - bill_without.quantities.get(number, ZERO) for number, quantity in so_far.items()}
            upon -= sum((bill_without.share(number) for number in rule.upon), ZERO)
    return worth(past, rule, value, so_far, upon) - past.taken(rule.number)


def value_now(past: Past, rule: Rule) -> Fraction | None:
    """Return the value of a rule by the terms as they are, or ``None`` if the order does not get it [CHG-4]."""
    return rule.value_at(measured(past.order, rule, past.all_wanted()))


def was_given(past: Past, rule: Rule) -> bool:
    """Say whether an invoice had something of a rule, even if it was less than half a cent."""
    then = zip(past.bills, values_then(past, rule), strict=True)
    had = any(value and counted(past.order, rule, value, bill.quantities) for bill, value in then) and rule.of != "fixed"
    return bool(past.taken(rule.number)) or had


def values_then(past: Past, rule: Rule) -> list[Fraction | None]:
    """Return the value of a rule at the time of each invoice."""
    places = [place for place, (event, _) in enumerate(past.events) if isinstance(event, Bill)]
    return [value_now(Past(past.order, past.events[:place]), rule) for place in places]


def each_time(order: Order, rule: Rule, value: Fraction, sheet: Sheet) -> Fraction:
    """Return what each invoice takes by itself, whatever the others took."""
    figure = counted(order, rule, value, sheet.quantities)
    if rule.of == "percent" and abs(value) == HUNDRED:
        figure = sum((amount for number, amount in sheet.amounts.items() if rule.covers(order.line(number))), ZERO) / HUNDRED
    if rule.of == "percent":
        figure += sum((sheet.share(number) for number in rule.upon), ZERO) / HUNDRED
    return limited(rule, order.round(value * figure), value)


def upon_all(past: Past, rule: Rule, now: Sheet) -> Fraction:
    """Return what the earlier charges that a percentage is taken of come to in all, those of each invoice up to this one."""
    earlier = tuple(each for each in past.order.rules if each.number in rule.upon)
    if not earlier:
        return ZERO
    before = tuple(each for each in past.order.rules if each.number < rule.number)
    sheet = bill(Past(replace(past.order, rules=before), past.events), past.all_left())
    last = {each.number: now if each.when in {"each", "each-slip"} else sheet for each in earlier}  # nobody knows how many invoices follow
    return sum((past.taken(number) + document.share(number) for number, document in last.items()), ZERO)


def divided(past: Past, rule: Rule, value: Fraction, sheet: Sheet) -> Fraction:
    """Return the part of one amount that an invoice takes: of what is left, over what is not invoiced yet [CHG-6]."""
    amount = worth(past, rule, value, past.all_wanted(), upon_all(past, rule, sheet))
    left = left_of(past, rule, amount) if rule.of == "fixed" else amount - past.taken(rule.number)
    if left * amount < 0:  # what was given stays given
        return ZERO
    earlier = ZERO
    if (
        rule.reached == "catch-up" and rule.is_conditional and not past.taken(rule.number)
    ):  # its share of what was invoiced before it was granted comes too
        earlier = sum((sum_of(past.order, rule, bill.quantities) for bill in past.bills), ZERO)
    here, before = (sum_of(past.order, rule, quantities) for quantities in (sheet.quantities, past.all_left()))
    return part_of(past.order, left, earlier + here, earlier + before)


def left_of(past: Past, rule: Rule, amount: Fraction) -> Fraction:
    """
    Return what is left of one amount: each invoice took its share, and each cancellation its part of what it was then [CHG-8].

    The part that is cancelled is rounded when that happens, so two cancellations may differ by a cent from one of both.
    """
    gone = ZERO
    for place, (event, sheet) in enumerate(past.events):
        before = Past(past.order, past.events[:place])
        if sheet is not None:
            gone += sheet.share(rule.number) if sheet.credits is None else ZERO
        elif uninvoiced := sum_of(past.order, rule, before.all_left()):
            value = value_now(before, rule)
            then = value_kept(before, rule) if value is None else value
            left = limited(rule, then, then) - gone
            if left * then > 0:
                gone += part_of(past.order, left, sum_of(past.order, rule, event.quantities or {}), uninvoiced)
    return amount - gone


def value_kept(past: Past, rule: Rule) -> Fraction:
    """Return the value of a rule where the order does not get it: that of the tier that is nearest."""
    figure = measured(past.order, rule, past.all_wanted())
    first = rule.tiers[0][1] if rule.tiers else rule.value
    return next((value for start, value in reversed(rule.tiers) if start <= figure), first)


def part_of(order: Order, left: Fraction, here: Fraction, before: Fraction) -> Fraction:
    """Return the part of what is left that goes with *here* of what there was *before*; the last takes the rest."""
    return left if here == before else order.round(left * here / before)


def add_share(past: Past, rule: Rule, sheet: Sheet) -> None:
    """Write what an invoice takes of a charge, by rate; a discount leaves what would make a rate negative [CHG-13]."""
    amount = share(past, rule, sheet)
    if not amount:
        return
    for rate, wanted in by_rate(past, rule, sheet, amount):
        part = wanted
        if part < 0 and (rule.is_discount or rule.upon):  # a percentage of a discount takes off as well
            room = sum((each for number, each in sheet.amounts.items() if past.order.line(number).rate == rate), ZERO)
            room += sum((each for (_, other), each in sheet.shares.items() if other == rate), ZERO)
            part = -min(-part, max(room, ZERO))
        if part:
            sheet.shares[rule.number, rate] = part


def by_rate(past: Past, rule: Rule, sheet: Sheet, amount: Fraction) -> list[tuple[Rate, Fraction]]:
    """Divide a share over the rates that it is taxed at [CHG-12]."""
    if rule.taxed == "own":
        assert rule.own is not None
        return [(rule.own, amount)]
    weights = weights_by_rate(past, rule, sheet)
    if not any(weights.values()):  # goods for nothing have a rate too
        return [(next(iter(weights)), amount)]
    if rule.taxed == "highest-base":
        return [(max(weights, key=lambda rate: abs(weights[rate])), amount)]
    return list(zip(weights, split(amount, list(weights.values()), past.order.digits), strict=True))


def weights_by_rate(past: Past, rule: Rule, sheet: Sheet) -> dict[Rate, Fraction]:
    """
    Return the amounts by rate that a share is divided by: those of the lines on the document that the rule covers.

    If these are worth nothing, all lines on the document serve, then those of the order.
    """
    order = past.order
    wanted = {line.number: order.round(past.wanted(line.number) * line.unit_price) for line in order.lines if past.wanted(line.number)}
    places = [
        {number: amount for number, amount in amounts.items() if not filtered or rule.covers(order.line(number))}
        for amounts in (sheet.amounts, wanted)
        for filtered in (True, False)
    ]
    amounts = next((each for each in places if any(each.values())), next(each for each in places[1::2] if each))
    found: dict[Rate, Fraction] = {}
    for number in amounts:
        rate = order.line(number).rate
        found[rate] = found.get(rate, ZERO) + amounts[number]
    return found


# ---------------------------------------------------------------------- VAT


def add_vat(past: Past, sheet: Sheet) -> None:
    """Write nets and VAT of an invoice."""
    order = past.order
    sheet.nets, sheet.share_nets = dict(sheet.amounts), dict(sheet.shares)
    rates = dict.fromkeys([*(order.line(number).rate for number in sheet.amounts), *(rate for _, rate in sheet.shares)])
    for rate in rates:
        if order.tax_rounding == "group":
            add_group(past, sheet, rate)
        else:
            add_by_line(order, sheet, rate)


def add_by_line(order: Order, sheet: Sheet, rate: Rate) -> None:
    """
    Write the base and the VAT of one rate as the sum of its lines [GRS-P1].

    A discount on the whole lowers the lines before their VAT is rounded, or a discount of all would leave VAT.
    Any other charge is a line of its own.
    """
    rows = {number: (amount, sheet.quantities[number]) for number, amount in sheet.amounts.items() if order.line(number).rate == rate}
    base, vat = sum_of_rows(order, rows, rate)
    sheet.nets.update({number: one_row(order, amount, quantity, rate)[0] for number, (amount, quantity) in rows.items()})
    for rule in order.rules:
        amount = sheet.shares.get((rule.number, rate), ZERO)
        parts = over_lines(order, rule, rows, amount) if amount and rule.is_discount else {}
        for number, part in parts.items():
            rows[number] = (rows[number][0] + part, rows[number][1])
        if amount and not parts:
            rows[-rule.number] = (amount, ONE)
        before, (base, vat) = base, sum_of_rows(order, rows, rate)
        if amount:
            sheet.share_nets[rule.number, rate] = base - before
    sheet.groups[rate] = (base, vat)


Rows = Mapping[int, tuple[Fraction, Fraction]]
"""Amount and quantity, by the number of a line; charges have numbers below zero."""


def sum_of_rows(order: Order, rows: Rows, rate: Rate) -> tuple[Fraction, Fraction]:
    """Return base and VAT of the lines of one rate; VAT per unit on prices without VAT is rounded once for all of them."""
    amount = sum((amount for amount, _ in rows.values()), ZERO)
    figures = [one_row(order, amount, quantity, rate) for amount, quantity in rows.values()]
    if not order.gross:
        return amount, order.round(sum((vat for _, vat in figures), ZERO))
    base = sum((net for net, _ in figures), ZERO)
    return base, amount - base


def over_lines(order: Order, rule: Rule, rows: Rows, amount: Fraction) -> dict[int, Fraction]:
    """Divide a discount over the lines of a rate that the rule covers, by what earlier discounts left of them [CHG-16]."""
    covered = {number: row[0] for number, row in rows.items() if number > 0 and rule.covers(order.line(number))}
    if not any(covered.values()):
        return {}
    return dict(zip(covered, split(amount, list(covered.values()), order.digits), strict=True))


def one_row(order: Order, amount: Fraction, quantity: Fraction, rate: Rate) -> tuple[Fraction, Fraction]:
    """Return base and VAT of one line: rounded once, or for one unit and then times the quantity."""
    if order.tax_rounding == "line" or not rate.percent:
        return taxed(order, amount, rate)
    base, vat = taxed(order, amount / quantity, rate)
    if not order.gross:
        return amount, vat * quantity
    base = order.round(base * quantity)
    return base, amount - base


def add_group(past: Past, sheet: Sheet, rate: Rate) -> None:
    """Write the base and the VAT of one rate, worked out over its sum [GRS-4]."""
    order = past.order
    earlier = [each for each in past.bills if order.cumulative]
    sum_before = sum((group_sum(order, each, rate) for each in earlier), ZERO)
    base_before = sum((each.groups.get(rate, (ZERO, ZERO))[0] for each in earlier), ZERO)
    vat_before = sum((each.groups.get(rate, (ZERO, ZERO))[1] for each in earlier), ZERO)
    base, vat = taxed(order, sum_before + group_sum(order, sheet, rate), rate)
    sheet.groups[rate] = (base - base_before, vat - vat_before)
    if order.gross:
        add_nets(order, sheet, rate, sum_before, base_before)


def add_nets(order: Order, sheet: Sheet, rate: Rate, so_far: Fraction, base: Fraction) -> None:
    """Write the nets of lines and charges of one rate; each charge has what it makes the base differ by [GRS-5, GRS-14]."""
    mine = [number for number in sheet.amounts if order.line(number).rate == rate]
    so_far += sum((sheet.amounts[number] for number in mine), ZERO)
    after, _ = taxed(order, so_far, rate)
    nets = spread([sheet.amounts[number] * HUNDRED / (HUNDRED + rate.percent) for number in mine], after - base, order.digits)
    sheet.nets.update(zip(mine, nets, strict=True))
    for rule, other in sheet.shares:
        if other == rate:
            before, so_far = after, so_far + sheet.shares[rule, rate]
            after, _ = taxed(order, so_far, rate)
            sheet.share_nets[rule, rate] = after - before


def spread(exact: Sequence[Fraction], whole: Fraction, digits: int) -> list[Fraction]:
    """Round each figure; what is missing to the whole goes, a unit each, to those that lost most, the first of equal ones [GRS-5]."""
    parts = [rounded(figure, digits) for figure in exact]
    unit = Fraction(1, 10**digits)
    while missing := whole - sum(parts, ZERO):
        sign = 1 if missing > 0 else -1
        place = max(range(len(parts)), key=lambda place: sign * (exact[place] - parts[place]))
        parts[place] += sign * unit
    return parts


def group_sum(order: Order, sheet: Sheet, rate: Rate) -> Fraction:
    """Return the sum of one rate, in the basis of the order."""
    lines = [amount for number, amount in sheet.amounts.items() if order.line(number).rate == rate]
    return sum((*lines, *(amount for (_, other), amount in sheet.shares.items() if other == rate)), ZERO)


def taxed(order: Order, amount: Fraction, rate: Rate) -> tuple[Fraction, Fraction]:
    """Return the base and the VAT of an amount in the basis of the order."""
    if not order.gross:
        return amount, order.round(amount * rate.percent / HUNDRED)
    if order.vat_first:
        vat = order.round(amount * rate.percent / (HUNDRED + rate.percent))
        return amount - vat, vat
    net = order.round(amount * HUNDRED / (HUNDRED + rate.percent))
    return net, amount - net


# ---------------------------------------------------------------------- credit notes


@dataclass
class Left:
    """What is left to credit of an invoice, by line, by charge and rate, and by rate."""

    invoice: Sheet
    quantities: dict[int, Fraction]
    amounts: dict[int, Fraction]
    nets: dict[int, Fraction]
    shares: dict[tuple[int, Rate], Fraction]
    share_nets: dict[tuple[int, Rate], Fraction]
    bases: dict[Rate, Fraction]
    vats: dict[Rate, Fraction]


def left_to_credit(past: Past, place: int) -> Left:
    """Return what is left of an invoice: what it said, with what its credit notes say below zero."""
    invoice = past.bills[place]
    sheets = [invoice, *(sheet for sheet in past.sheets if sheet.credits == place)]
    return Left(
        invoice=invoice,
        quantities=added([sheet.quantities for sheet in sheets]),
        amounts=added([sheet.amounts for sheet in sheets]),
        nets=added([sheet.nets for sheet in sheets]),
        shares=added([sheet.shares for sheet in sheets]),
        share_nets=added([sheet.share_nets for sheet in sheets]),
        bases=added([{rate: base for rate, (base, _) in sheet.groups.items()} for sheet in sheets]),
        vats=added([{rate: vat for rate, (_, vat) in sheet.groups.items()} for sheet in sheets]),
    )


Key = TypeVar("Key")


def added(columns: Sequence[Mapping[Key, Fraction]]) -> dict[Key, Fraction]:
    """Add up figures by what they are of."""
    return {key: sum((column.get(key, ZERO) for column in columns), ZERO) for column in columns for key in column}


def credit(past: Past, event: Credit) -> Sheet:
    """Return a credit note: parts of what is left of its invoice [GRS-10, CHG-10]."""
    left = left_to_credit(past, event.invoice)
    quantities = dict(left.quantities if event.quantities is None else event.quantities)
    amounts = {
        number: part_of(past.order, left.amounts[number], each, left.quantities[number]) for number, each in quantities.items() if each
    }
    shares = {key: share_back(past.order, key, left, quantities, amounts, all_of_it=event.quantities is None) for key in left.shares}
    touched = {key for key, each in shares.items() if each}
    if event.quantities is not None:
        for rate in left.bases:
            keep_discounts_within(past.order, rate, left, amounts, shares)
    sheet = Sheet(credits=event.invoice)
    sheet.quantities = {number: -each for number, each in quantities.items() if each}
    sheet.amounts = {number: -each for number, each in amounts.items()}
    sheet.shares = {key: -each for key, each in shares.items() if each or key in touched}
    for rate in left.bases:
        take_back_vat(past.order, left, sheet, rate)
    return sheet


def keep_discounts_within(
    order: Order, rate: Rate, left: Left, amounts: Mapping[int, Fraction], shares: dict[tuple[int, Rate], Fraction]
) -> None:
    """
    Change what goes back of discounts so that no more money of a rate goes back than came, and none the other way.

    The discounts are changed in their order.
    """
    lines = sum((each for number, each in amounts.items() if order.line(number).rate == rate), ZERO)
    lines_left = sum((each for number, each in left.amounts.items() if order.line(number).rate == rate), ZERO)
    everything = lines_left + sum((each for (_, other), each in left.shares.items() if other == rate), ZERO)
    discounts = {rule.number for rule in order.rules if rule.is_discount}
    for key in [key for key in shares if key[1] == rate and key[0] in discounts and left.shares[key] < 0]:
        here = lines + sum((each for other, each in shares.items() if other[1] == rate), ZERO)
        wanted = shares[key] - min(max(here - everything, ZERO), shares[key] - left.shares[key])
        shares[key] = min(wanted - min(here - shares[key] + wanted, ZERO), ZERO)


def share_back(
    order: Order,
    key: tuple[int, Rate],
    left: Left,
    quantities: Quantities,
    amounts: Mapping[int, Fraction],
    *,
    all_of_it: bool,
) -> Fraction:
    """Return what goes back of a charge with some of the goods [CHG-10, CHG-11]."""
    rule = next(each for each in order.rules if each.number == key[0])
    complete = all(each == quantities.get(number, ZERO) for number, each in left.quantities.items())
    if all_of_it:
        return left.shares[key]
    back = "proportional" if rule.is_discount else rule.back or ("proportional" if rule.when == "proportional" else "never")
    if back == "never" or (back == "when-all" and not complete):
        return ZERO
    if back == "when-all":
        return left.shares[key]
    covered = [
        number
        for number in left.amounts
        if rule.covers(order.line(number)) and (rule.taxed != "like-goods" or order.line(number).rate == key[1])
    ]
    if not any(left.amounts[number] for number in covered):  # goods for nothing, or goods of another invoice
        goods = covered or list(left.quantities)
        gone = all(left.quantities[number] == quantities.get(number, ZERO) for number in goods)
        return left.shares[key] if gone and any(quantities.get(number, ZERO) for number in goods) else ZERO
    here = sum((amounts.get(number, ZERO) for number in covered), ZERO)
    return part_of(order, left.shares[key], here, sum((left.amounts[number] for number in covered), ZERO))


def take_back_vat(order: Order, left: Left, sheet: Sheet, rate: Rate) -> None:
    """Write nets, base and VAT of one rate that go back [GRS-10]."""
    if not order.gross:
        base = -group_sum(order, sheet, rate)
        if order.tax_rounding == "group" and not order.cumulative:
            vat = left.vats[rate] if base == left.bases[rate] else order.round(base * rate.percent / HUNDRED)
        else:
            vat = part_of(order, left.vats[rate], base, left.bases[rate])
        sheet.nets.update({number: amount for number, amount in sheet.amounts.items() if order.line(number).rate == rate})
        sheet.share_nets.update({key: amount for key, amount in sheet.shares.items() if key[1] == rate})
        sheet.groups[rate] = (-base, -min(vat, left.vats[rate]))
        return
    take_back_gross(order, left, sheet, rate)


def take_back_gross(order: Order, left: Left, sheet: Sheet, rate: Rate) -> None:
    """Write nets, base and VAT of one rate that go back, out of prices with VAT in them: parts of what is left of the invoice."""
    amount = -group_sum(order, sheet, rate)
    before = sum((each for number, each in left.amounts.items() if order.line(number).rate == rate), ZERO)
    before += sum((each for (_, other), each in left.shares.items() if other == rate), ZERO)
    base = part_of(order, left.bases[rate], amount, before)
    lines = [number for number in sheet.amounts if order.line(number).rate == rate]
    keys = [key for key in sheet.shares if key[1] == rate]
    rows = [(left.nets[number], -sheet.amounts[number], left.amounts[number]) for number in lines]
    rows += [(left.share_nets[key], -sheet.shares[key], left.shares[key]) for key in keys]
    open_rows = [net * here / total for net, here, total in rows if here != total]
    closed = sum((net for net, here, total in rows if here == total), ZERO)
    parts = iter(spread(open_rows, base - closed, order.digits) if open_rows else [])
    nets = [net if here == total else next(parts) for net, here, total in rows]
    sheet.nets.update({number: -net for number, net in zip(lines, nets, strict=False)})
    sheet.share_nets.update({key: -net for key, net in zip(keys, nets[len(lines) :], strict=True)})
    sheet.groups[rate] = (-sum(nets, ZERO), sum(nets, ZERO) - amount)
