"""
Totals: every part that is shown adds up to the total that is shown.

A document has one basis: its prices, charges and discounts are without VAT, or with VAT in them [GRS-1, GRS-2].
Without VAT, the VAT is worked out over the nets. With VAT in the prices the total is the sum of what the lines cost, exactly;
the net of a rate is taken out of that sum, and VAT is the rest [GRS-4].
So VAT is at most a cent off the rate over the net [GRS-6], and amounts below zero mirror those above [GRS-18].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from attrs import frozen

from salesflow.checks import HUNDRED, ONE, ZERO, require_decimal, require_kind, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.vat import Vat
from salesflow.money import allocate, exact, half_up, quantum_of, sure


class Basis(Labelled):
    """Whether amounts are without VAT or have it in them [GRS-1]."""

    NET = "net", "Without VAT", "Exclusief btw"
    GROSS = "gross", "With VAT", "Inclusief btw"


class TaxRounding(Labelled):
    """At which step VAT is rounded; half up, to the digits of the currency [GRS-P1]."""

    GROUP = "group", "Per rate", "Per tarief"
    """Once per category and rate, over the sum of the amounts, as EN 16931 has it."""
    LINE = "line", "Per line", "Per regel"
    UNIT = "unit", "Per unit", "Per eenheid"
    """On the VAT of one unit, times the quantity: as a till does that prints prices with VAT."""


class RoundedFirst(Labelled):
    """Which part of a price with VAT in it is rounded; the other is the rest [GRS-P2]."""

    NET = "net", "The net", "Het netto bedrag"
    VAT = "vat", "The VAT", "De btw"


class PartNets(Labelled):
    """How the VAT of several invoices of one order is worked out [GRS-P4]."""

    PER_DOCUMENT = "per-document", "Per document", "Per document"
    """Each document by itself; VATs of parts may differ from that of the whole by half a cent per rate and document."""
    CUMULATIVE = "cumulative", "Over all documents", "Over alle documenten"
    """What all documents so far come to, less the earlier ones: parts add up to the whole, and one may be a cent off by itself."""


class MissingCent(Labelled):
    """Where an electronic invoice of prices with VAT in them puts what the rate over its net is off by [GRS-P3]."""

    IN_VAT = "in-vat", "In the VAT", "In de btw"
    """As it was posted; the norm takes a VAT that is less than 1.00 off."""
    IN_ROUNDING = "in-rounding", "In the rounding of the total", "In de afronding van het totaal"


@frozen(kw_only=True, cache_hash=True)
class TotalsPolicy:
    """
    How a document is added up; it is agreed when the document is made, and everything made of it is added up in the same way.

    Args:
        basis: Whether prices are without VAT or have it in them.
        tax_rounding: At which step VAT is rounded.
        rounded_first: Which part of a price with VAT is rounded first.
        part_nets: How the VAT of several invoices of one order is worked out.
        cash_step: The smallest amount that can be paid, such as 0.05; ``None`` if any amount can.
        digits: Currencies whose amounts have other digits than ISO 4217 says, such as ``("HUF", 0)``.
    """

    basis: Basis = Basis.NET
    tax_rounding: TaxRounding = TaxRounding.GROUP
    rounded_first: RoundedFirst = RoundedFirst.NET
    part_nets: PartNets = PartNets.PER_DOCUMENT
    cash_step: Decimal | None = None
    digits: tuple[tuple[str, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        for name, kind in (("basis", Basis), ("tax_rounding", TaxRounding), ("rounded_first", RoundedFirst), ("part_nets", PartNets)):
            require_kind(name, getattr(self, name), kind)
        require_tuple_of("digits", self.digits, tuple)
        if self.cash_step is not None:
            require_decimal("cash_step", self.cash_step)
            if self.cash_step <= 0:
                msg = f"cash_step must be above zero, not {self.cash_step}"
                raise ValueError(msg)
        if self.part_nets is PartNets.CUMULATIVE and self.tax_rounding is not TaxRounding.GROUP:
            msg = f"VAT adds up over all documents only if it is rounded per rate, not {self.tax_rounding.within}"
            raise ValueError(msg)

    @property
    def is_gross(self) -> bool:
        """Whether prices have VAT in them."""
        return self.basis is Basis.GROSS

    @property
    def is_plain(self) -> bool:
        """Whether VAT is worked out once per rate over the nets of a document, by itself: then the nets say it all."""
        return self.basis is Basis.NET and self.tax_rounding is TaxRounding.GROUP and self.part_nets is PartNets.PER_DOCUMENT

    def quantum(self, currency: str) -> Decimal:
        """Return the smallest amount of *currency*."""
        for code, digits in self.digits:
            if code == currency:
                return Decimal(1).scaleb(-digits)
        return quantum_of(currency)


TOTALS = TotalsPolicy()
WITH_VAT = TotalsPolicy(basis=Basis.GROSS)
"""Prices with VAT in them, and otherwise the usual choices."""


@frozen
class VatGroup:
    """What is taxed in one category and at one rate, without VAT, and the VAT on it."""

    vat: Vat
    base: Decimal
    amount: Decimal

    @property
    @exact
    def gross(self) -> Decimal:
        """Base and VAT together."""
        return self.base + self.amount


@frozen(kw_only=True)
class Totals:
    """
    The sums of a document: ``net + charges + vat == total``, to the last digit.

    Args:
        net: The lines, without VAT.
        charges: What stands beside them, without VAT.
        groups: VAT by category and rate, in order of appearance.
    """

    net: Decimal
    charges: Decimal
    groups: tuple[VatGroup, ...]

    @property
    @exact
    def vat(self) -> Decimal:
        """The VAT of all groups."""
        return sum((group.amount for group in self.groups), ZERO)

    @property
    @exact
    def total(self) -> Decimal:
        """What is owed in all."""
        return self.net + self.charges + self.vat


@frozen
class Sold:
    """An amount to add up: how it is taxed, how much it is in the basis of the document, and how many units it is for."""

    vat: Vat
    amount: Decimal
    quantity: Decimal = ONE


@frozen
class Beside:
    """
    An amount beside the lines.

    Args:
        over: The places of the lines, from zero, that it raises or lowers; ``None`` if it stands for itself.
            It has a bearing only where VAT is rounded per line or unit.
    """

    vat: Vat
    amount: Decimal
    over: tuple[int, ...] | None = None


@frozen(kw_only=True)
class Worked:
    """
    What was worked out of amounts.

    Args:
        nets: Of each line, without VAT.
        beside: Of each amount beside the lines, without VAT.
        groups: The VAT.
    """

    nets: tuple[Decimal, ...]
    beside: tuple[Decimal, ...]
    groups: tuple[VatGroup, ...]

    @property
    @exact
    def totals(self) -> Totals:
        """The sums of the document."""
        return Totals(net=sum(self.nets, ZERO), charges=sum(self.beside, ZERO), groups=self.groups)


@exact
def add_up(lines: Iterable[tuple[Vat, Decimal]], charges: Iterable[tuple[Vat, Decimal]], quantum: Decimal) -> Totals:
    """
    Add up net amounts that are rounded already, by the usual policy.

    VAT is worked out once per category and rate over the sum of their bases, half up, as EN 16931 has it.
    """
    nothing = ZERO.quantize(quantum)
    bases: dict[Vat, Decimal] = {}
    current: Vat | None = None
    base = ZERO
    for vat, amount in lines:
        if vat is not current:  # neighbours mostly share one VAT, and adding is far cheaper than looking up
            if current is not None:
                bases[current] = bases.get(current, ZERO) + base
            current, base = vat, ZERO
        base += amount
    if current is not None:
        bases[current] = bases.get(current, ZERO) + base
    net = sum(bases.values(), nothing)
    charged = nothing
    for vat, amount in charges:
        bases[vat] = bases.get(vat, ZERO) + amount
        charged += amount
    groups = tuple(VatGroup(vat, base, vat_on(base, vat, quantum)) for vat, base in bases.items())
    return Totals(net=net, charges=charged, groups=groups)


@exact
def merged(groups: Iterable[VatGroup]) -> tuple[VatGroup, ...]:
    """Return one group per VAT: the given ones of it added up."""
    found: dict[Vat, VatGroup] = {}
    for group in groups:
        before = found.get(group.vat, VatGroup(group.vat, ZERO, ZERO))
        found[group.vat] = VatGroup(group.vat, before.base + group.base, before.amount + group.amount)
    return tuple(found.values())


def vat_on(base: Decimal, vat: Vat, quantum: Decimal) -> Decimal:
    """Return the VAT on an amount without it, rounded half up."""
    return percent_of(base, vat.rate, quantum)


def percent_of(base: Decimal, rate: Decimal | None, quantum: Decimal) -> Decimal:
    """Return what a rate comes to over an amount without VAT, rounded half up; nothing where there is no rate."""
    return half_up((base * rate).scaleb(-2) if rate else ZERO, quantum)


@exact
def without_vat(amount: Decimal, vat: Vat, quantum: Decimal, policy: TotalsPolicy = WITH_VAT) -> Decimal:
    """Return the net of an amount with VAT in it; VAT is the rest. The policy says which of the two is rounded half up [GRS-4, GRS-P2]."""
    if policy.rounded_first is RoundedFirst.VAT:
        return amount - half_up(amount * vat.rate / (HUNDRED + vat.rate), quantum)
    return half_up(unrounded_net(amount, vat), quantum)


def unrounded_net(amount: Decimal, vat: Vat) -> Decimal:
    """Return an amount with VAT in it without it, unrounded."""
    return amount * HUNDRED / (HUNDRED + vat.rate) if vat.rate else amount


def unrounded_gross(amount: Decimal, vat: Vat) -> Decimal:
    """Return an amount without VAT with it, unrounded."""
    return amount + (amount * vat.rate).scaleb(-2)


@exact
def in_basis(amount: Decimal, vat: Vat, given: Basis, wanted: Basis) -> Decimal:
    """Return an amount that is *given* in one basis in another, unrounded [GRS-15]."""
    if given is wanted:
        return amount
    return unrounded_net(amount, vat) if wanted is Basis.NET else unrounded_gross(amount, vat)


@exact
def work_out(
    lines: Sequence[Sold],
    beside: Sequence[Beside],
    quantum: Decimal,
    policy: TotalsPolicy = TOTALS,
    before: Iterable[VatGroup] = (),
) -> Worked:
    """
    Return the nets of lines and of amounts beside them, and the VAT, by any policy.

    Per rate the nets of the lines add up to the net of their sum: what rounding them leaves stands on those that lost most by it [GRS-5].
    An amount beside the lines has the net by which it raises or lowers that sum, never its own with VAT taken out [GRS-14].

    Args:
        lines: Their amounts have the digits of the currency already.
        before: What earlier documents of the order came to, for VAT that adds up over all of them [GRS-P4].
    """
    if policy.tax_rounding is TaxRounding.GROUP:
        earlier = {group.vat: group for group in before} if policy.part_nets is PartNets.CUMULATIVE else {}
        return _by_group(lines, beside, quantum, policy, earlier)
    return _by_line(lines, beside, quantum, policy)


def _by_group(
    lines: Sequence[Sold], beside: Sequence[Beside], quantum: Decimal, policy: TotalsPolicy, earlier: dict[Vat, VatGroup]
) -> Worked:
    nets, added = [line.amount for line in lines], [each.amount for each in beside]
    groups = []
    of_lines, of_beside = _places(lines), _places(beside)
    for vat in dict.fromkeys([*of_lines, *of_beside]):
        mine, near = of_lines.get(vat, []), of_beside.get(vat, [])
        start = earlier.get(vat, VatGroup(vat, ZERO, ZERO))
        amount = sum((lines[place].amount for place in mine), ZERO)
        if not policy.is_gross:
            base = sum((beside[place].amount for place in near), amount)
            groups.append(VatGroup(vat, base, vat_on(start.base + base, vat, quantum) - start.amount))
            continue
        gross, net = start.gross + amount, start.base
        if mine:
            net = without_vat(gross, vat, quantum, policy)
            _spread(lines, mine, nets, net - start.base, quantum)
        for place in near:
            gross += beside[place].amount
            after = without_vat(gross, vat, quantum, policy)
            added[place] = after - net
            net = after
        groups.append(VatGroup(vat, net - start.base, gross - start.gross - (net - start.base)))
    return Worked(nets=tuple(nets), beside=tuple(added), groups=tuple(groups))


def _places(amounts: Sequence[Sold | Beside]) -> dict[Vat, list[int]]:
    """Return the places of the amounts of each rate, in order."""
    found: dict[Vat, list[int]] = {}
    current: Vat | None = None
    places: list[int] = []
    for place, each in enumerate(amounts):
        if each.vat is not current:
            current = each.vat
            places = found.setdefault(current, [])
        places.append(place)
    return found


def _spread(lines: Sequence[Sold], mine: list[int], nets: list[Decimal], net: Decimal, quantum: Decimal) -> None:
    """Round the nets of the lines at *mine* so that they add up to *net*; a unit goes to each that lost most by rounding, ties by place."""
    exactly = {place: unrounded_net(lines[place].amount, lines[place].vat) for place in mine}
    for place, amount in exactly.items():
        nets[place] = half_up(amount, quantum)
    left = net - sum((nets[place] for place in mine), ZERO)
    step = quantum.copy_sign(left)
    waiting = sorted(mine, key=lambda place: sure((nets[place] - exactly[place]) * step))
    for count in range(int(left / step)):
        nets[waiting[count % len(waiting)]] += step


def _by_line(lines: Sequence[Sold], beside: Sequence[Beside], quantum: Decimal, policy: TotalsPolicy) -> Worked:
    """VAT is worked out for each line with what it bears of the amounts beside it, so that a line without a price left has no VAT left."""
    amounts = [line.amount for line in lines]
    nets = [_net_of(line, line.amount, quantum, policy) for line in lines]
    after, added = list(nets), []
    rates = dict.fromkeys([*(line.vat for line in lines), *(each.vat for each in beside)])
    alone: dict[Vat, Decimal] = {}  # VAT of what stands for itself
    bases: dict[Vat, Decimal] = {}
    for each in beside:
        shares = _over(lines, amounts, each, quantum)
        if not shares:
            own = _net_of(Sold(each.vat, each.amount), each.amount, quantum, policy)
            added.append(own)
            bases[each.vat] = bases.get(each.vat, ZERO) + own
            alone[each.vat] = alone.get(each.vat, ZERO) + _vat_of(Sold(each.vat, each.amount), own, each.amount, quantum, policy)
            continue
        effect = ZERO
        for place, share in shares:
            amounts[place] += share
            net = _net_of(lines[place], amounts[place], quantum, policy)
            effect += net - after[place]
            after[place] = net
        added.append(effect)
    taxes: dict[Vat, Decimal] = {}
    for line, amount, net in zip(lines, amounts, after, strict=True):
        bases[line.vat] = bases.get(line.vat, ZERO) + net
        taxes[line.vat] = taxes.get(line.vat, ZERO) + _vat_of(line, net, amount, quantum, policy)
    groups = [VatGroup(vat, bases.get(vat, ZERO), half_up(taxes.get(vat, ZERO) + alone.get(vat, ZERO), quantum)) for vat in rates]
    return Worked(nets=tuple(nets), beside=tuple(added), groups=tuple(groups))


def _over(lines: Sequence[Sold], amounts: list[Decimal], each: Beside, quantum: Decimal) -> list[tuple[int, Decimal]]:
    """Divide an amount over the lines that it raises or lowers, by what they come to [CHG-16]; nothing if there is none to divide over."""
    places = [place for place in each.over or () if lines[place].vat == each.vat]
    weights = [abs(amounts[place]) for place in places]
    if not any(weights):
        return []
    return list(zip(places, allocate(each.amount, weights, step=quantum), strict=True))


def _net_of(line: Sold, amount: Decimal, quantum: Decimal, policy: TotalsPolicy) -> Decimal:
    """Return an amount of a line without VAT: per unit and then times the quantity, or at once."""
    if not policy.is_gross or not line.vat.rate:
        return amount
    if policy.tax_rounding is TaxRounding.UNIT and line.quantity:
        each = without_vat(amount / line.quantity, line.vat, quantum, policy)
        return half_up(each * line.quantity, quantum)
    return without_vat(amount, line.vat, quantum, policy)


def _vat_of(line: Sold, net: Decimal, amount: Decimal, quantum: Decimal, policy: TotalsPolicy) -> Decimal:
    """Return the VAT of a line; with VAT in the price it is what the net leaves of it."""
    if policy.is_gross:
        return amount - net
    if policy.tax_rounding is TaxRounding.UNIT and line.quantity:
        return vat_on(net / line.quantity, line.vat, quantum) * line.quantity
    return vat_on(net, line.vat, quantum)
