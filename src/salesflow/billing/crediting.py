"""
What a credit takes back of an invoice: lines, charges and VAT.

A quantity takes back its share of what is left of its line, of the charges that go back with it, and of their VAT; the last of it takes
the rest. So credits never exceed the invoice, and a fully credited invoice is credited to the cent [CHG-10, GRS-10].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Generic, TypeVar

from attrs import define, field, frozen

from salesflow.checks import ZERO, exact_number, require_kind
from salesflow.model.charge import Back
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Creditable, Invoice, InvoiceCharge, InvoiceLine
from salesflow.model.ledger import smaller
from salesflow.model.totals import VatGroup, vat_on
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import exact, half_up, sure

Quantities = Mapping[int, Decimal | int]
"""Line of the invoice to quantity, with the sign it has there."""
Amounts = Mapping[int, Decimal]
"""Line, or charge, of the invoice to an amount in its basis, with the sign it has there."""
L = TypeVar("L", InvoiceLine, FreeTextLine)


@frozen(kw_only=True)
class CreditOf:
    """
    What to credit of one invoice: quantities and amounts by line, charges by their place; none of the three is all that is left.

    A line may be credited by amount alone: the price was too high, the goods stay sold.

    Args:
        charges: Left out, each charge gives its share of the lines, as it goes back with them; an empty mapping leaves all charges alone.
        freight: What goes back of charges such as freight, in the place of what each of them says; discounts always follow their lines.
        closed: Lines whose quantity is not to be invoiced again, whatever is said of the others.
    """

    invoice: Invoice
    quantities: Quantities | None = None
    amounts: Amounts | None = None
    charges: Amounts | None = None
    freight: Back | None = None
    closed: tuple[int, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.freight is not None:
            require_kind("freight", self.freight, Back)

    @property
    def takes_all(self) -> bool:
        """Whether all that is left is credited."""
        return self.quantities is None and self.amounts is None and self.charges is None


@frozen
class Row(Generic[L]):
    """What is credited of one line, with the sign it has on the invoice; without quantity, money alone."""

    line: L
    quantity: Decimal
    amount: Decimal
    net: Decimal
    reopens: bool = True


@frozen
class ChargeRow:
    """What is credited of one charge, by its place on the invoice, with the sign it has there."""

    place: int
    charge: InvoiceCharge
    amount: Decimal
    net: Decimal


@frozen
class CreditedPart:
    """What is credited of one invoice: lines of orders, lines in words, charges, and the VAT over them."""

    invoice: Invoice
    sold: tuple[Row[InvoiceLine], ...]
    words: tuple[Row[FreeTextLine], ...]
    charges: tuple[ChargeRow, ...]
    groups: tuple[VatGroup, ...]

    @property
    @exact
    def total(self) -> Decimal:
        """What goes back in all."""
        return sum((group.gross for group in self.groups), ZERO)


def asked_of(claim: CreditOf) -> tuple[dict[int, Decimal], dict[int, Decimal], dict[int, Decimal] | None]:
    """
    Return the quantities and amounts by line and the charges that are asked for, all that is left where nothing is said.

    The charges are ``None`` where each gives its share of the lines.
    """
    if claim.takes_all:
        left = claim.invoice.creditable
        quantities = {number: each.quantity for number, each in left.items() if each.quantity}
        amounts = {number: each.amount for number, each in left.items() if each.amount and not each.quantity}
        return quantities, amounts, {place: each.amount for place, each in claim.invoice.creditable_charges.items() if each.amount}
    for name, asked in (("quantities", claim.quantities), ("amounts", claim.amounts), ("charges", claim.charges)):
        if asked is not None:
            require_kind(name, asked, Mapping)
    by_hand = claim.charges is not None or (claim.quantities is None and claim.amounts is None)
    return (
        {number: exact_number(f"quantity of line {number}", each) for number, each in (claim.quantities or {}).items()},
        {number: exact_number(f"amount of line {number}", each) for number, each in (claim.amounts or {}).items()},
        {place: exact_number(f"amount of charge {place}", each) for place, each in (claim.charges or {}).items()} if by_hand else None,
    )


@exact
def part_of(claim: CreditOf) -> CreditedPart:
    """Return what is taken back of an invoice; what is asked for has been found to be there."""
    invoice = claim.invoice
    quantities, amounts, charges = asked_of(claim)
    left = invoice.creditable
    asked = _amounts(invoice, left, quantities, amounts)
    if charges is None:
        charges = _shares(claim, left, asked)
    given = invoice.creditable_charges
    nets, groups = _taxed(
        invoice,
        [
            *((invoice_vat(line), amount, left[number]) for number, (line, _, amount) in asked.items()),
            *((invoice.charges[place - 1].vat, amount, given[place]) for place, amount in sorted(charges.items())),
        ],
    )
    sold, words = [], []
    for (number, (line, quantity, amount)), net in zip(asked.items(), nets, strict=False):
        reopens = number not in claim.closed
        if isinstance(line, InvoiceLine):
            sold.append(Row(line, quantity, amount, net, reopens))
        else:
            words.append(Row(line, quantity, amount, net, reopens))
    beside = tuple(
        ChargeRow(place, invoice.charges[place - 1], amount, net)
        for (place, amount), net in zip(sorted(charges.items()), nets[len(asked) :], strict=True)
    )
    return CreditedPart(invoice, tuple(sold), tuple(words), beside, groups)


def invoice_vat(line: InvoiceLine | FreeTextLine) -> Vat:
    """Return how a line is taxed; a line in words may leave it open."""
    return line.vat or NO_VAT


_Asked = dict[int, tuple[InvoiceLine | FreeTextLine, Decimal, Decimal]]


def _amounts(invoice: Invoice, left: Mapping[int, Creditable], quantities: Mapping[int, Decimal], amounts: Mapping[int, Decimal]) -> _Asked:
    """Return for each line that is credited the line, its quantity and its amount."""
    found: _Asked = {}
    for line in invoice.own_lines:
        number = line.number
        if number in quantities:
            quantity, rest = quantities[number], left[number]
            found[number] = line, quantity, _share(rest.amount, quantity, rest.quantity, invoice.quantum)
        elif number in amounts:
            found[number] = line, ZERO, amounts[number].quantize(invoice.quantum)
    return found


def _share(left: Decimal, part: Decimal, whole: Decimal, quantum: Decimal) -> Decimal:
    """Return the share of what is left that goes with a part of the whole; the last part takes the rest."""
    if part == whole:
        return left
    return half_up(left * part / whole, quantum) if whole else ZERO


# ---------------------------------------------------------------------- charges


def _shares(claim: CreditOf, left: Mapping[int, Creditable], asked: _Asked) -> dict[int, Decimal]:
    """Return what goes back of each charge with the lines that are credited [CHG-10, CHG-11]."""
    invoice = claim.invoice
    lines = {line.number: line for line in invoice.own_lines if line.number in left}
    gone = {number for number, each in left.items() if _is_closed(each, asked.get(number))}
    found: dict[int, Decimal] = {}
    for place, rest in invoice.creditable_charges.items():
        each = invoice.charges[place - 1]
        if not rest.amount:
            continue
        covered = [number for number, line in lines.items() if each.covers(line, getattr(line, "order", ""))]
        amount = _share_of(claim, each, rest.amount, covered, gone, left, asked)
        if amount:
            found[place] = amount
    for rate in _rates(invoice, left, asked, found):
        rate.settle(found)
    return found


@define
class _Rate:
    """
    What a credit takes of lines, charges and discounts at one rate of VAT, and what it leaves.

    Neither may have more of discounts than of what they were given on: then more would go back than came, or the customer would pay
    for bringing goods back. At a rate with amounts of both signs nothing can be said: what one of them bears, another may have given.
    """

    vat: Vat
    signs: set[bool] = field(factory=set)
    credited: Decimal = ZERO
    left: Decimal = ZERO
    discounts: dict[int, tuple[Decimal, Decimal]] = field(factory=dict)
    """By place, what is credited of each and what is left."""

    def add(self, whole: Decimal, credited: Decimal, left: Decimal) -> None:
        """Count a line, or a charge that is no discount."""
        self.signs |= {whole > 0} if whole else set()
        self.credited += credited
        self.left += left

    def beyond(self, bearing: Decimal, discounts: Iterable[Decimal]) -> Decimal:
        """Return by how much discounts are more than what bears them, with their sign."""
        off = sum(discounts, ZERO)
        lowers = self.signs == {off < 0}
        return bearing + off if lowers and (bearing + off) * off > 0 else ZERO

    @property
    def kept(self) -> Decimal:
        """How much more of discounts than of lines the customer would keep."""
        return self.beyond(self.left, (left for _, left in self.discounts.values()))

    @property
    def given(self) -> Decimal:
        """How much more of discounts than of lines the credit note would have."""
        return self.beyond(self.credited, (credited for credited, _ in self.discounts.values()))

    def settle(self, found: dict[int, Decimal]) -> None:
        """Let the discounts give back more, or less, until neither is so; *found* has what goes back of each."""
        more, less = self.kept, self.given
        for place, (credited, left) in self.discounts.items():
            if part := smaller(left, more):
                found[place] = credited + part
                more -= part
            elif part := smaller(credited, less):
                found[place] = credited - part
                less -= part


def discounts_apart(part: CreditedPart) -> Iterator[tuple[Vat, Decimal, Decimal]]:
    """Yield the rates at which a credit takes lines and their discounts apart: what it keeps of discounts too much, and what it gives."""
    asked: _Asked = {row.line.number: (row.line, row.quantity, row.amount) for row in part.sold}
    asked |= {row.line.number: (row.line, row.quantity, row.amount) for row in part.words}
    for rate in _rates(part.invoice, part.invoice.creditable, asked, {row.place: row.amount for row in part.charges}):
        if rate.kept or rate.given:
            yield rate.vat, rate.kept, rate.given


def _rates(invoice: Invoice, left: Mapping[int, Creditable], asked: _Asked, charges: Mapping[int, Decimal]) -> list[_Rate]:
    """Return the rates that have discounts."""
    found: dict[Vat, _Rate] = {}
    for line in (each for each in invoice.own_lines if each.number in left):
        credited = asked[line.number][2] if line.number in asked else ZERO
        vat = invoice_vat(line)
        found.setdefault(vat, _Rate(vat)).add(line.amount, credited, left[line.number].amount - credited)
    for place, rest in invoice.creditable_charges.items():
        each, credited = invoice.charges[place - 1], charges.get(place, ZERO)
        rate = found.setdefault(each.vat, _Rate(each.vat))
        if _is_discount(each):
            rate.discounts[place] = credited, rest.amount - credited
        elif each.rule is not None:
            rate.add(each.amount, credited, rest.amount - credited)
    return [rate for rate in found.values() if rate.discounts]


def _is_discount(each: InvoiceCharge) -> bool:
    return each.rule is not None and each.rule.is_discount


def _is_closed(left: Creditable, asked: tuple[object, Decimal, Decimal] | None) -> bool:
    """Say whether nothing of a line is left to credit after this."""
    if asked is None:
        return not (left.quantity or left.amount)
    return left.quantity == asked[1] and left.amount == asked[2]


def _share_of(
    claim: CreditOf,
    each: InvoiceCharge,
    rest: Decimal,
    covered: list[int],
    gone: set[int],
    left: Mapping[int, Creditable],
    asked: _Asked,
) -> Decimal:
    """Return what goes back of one charge."""
    if each.is_cash_rounding:
        return rest if gone >= set(left) else ZERO
    back = each.back
    is_freight = each.rule is not None and not _is_discount(each)
    if claim.freight is not None and is_freight:
        back = claim.freight
    goods = set(covered)
    if not covered or (is_freight and back is Back.WHEN_ALL):  # its goods may all stand on other invoices
        goods = set(left)
    if back is Back.NEVER or not any(number in asked for number in goods):
        return ZERO
    if gone >= goods:
        return rest
    if back is Back.WHEN_ALL:
        return ZERO
    whole = sum((left[number].amount for number in covered), ZERO)
    part = sum((asked[number][2] for number in covered if number in asked), ZERO)
    if not whole or part * whole <= 0:
        return ZERO
    return half_up(rest * min(part / whole, Decimal(1)), claim.invoice.quantum)


# ---------------------------------------------------------------------- VAT


_Item = tuple[Vat, Decimal, Creditable]
"""How something is taxed, the amount of it that is credited, and what there is left to credit of it."""


def _taxed(invoice: Invoice, items: list[_Item]) -> tuple[list[Decimal], tuple[VatGroup, ...]]:
    """Return the net of each thing that is credited, and the VAT that goes back; the credit that closes a group takes its rest."""
    left = _groups_left(invoice)
    nets = [amount for _, amount, _ in items]
    groups = []
    for vat in dict.fromkeys(vat for vat, _, _ in items):
        mine = [place for place, item in enumerate(items) if item[0] == vat]
        amount = sum((items[place][1] for place in mine), ZERO)
        rest = left.get(vat, VatGroup(vat, ZERO, ZERO))
        if invoice.totals_policy.is_gross:
            base = _nets_of(items, mine, nets, amount, rest, invoice.quantum)
            groups.append(VatGroup(vat, base, amount - base))
        else:
            groups.append(VatGroup(vat, amount, _vat_back(invoice, amount, rest)))
    return nets, tuple(groups)


def _groups_left(invoice: Invoice) -> dict[Vat, VatGroup]:
    left = {group.vat: group for group in invoice.own_groups}
    for group in (group for credit in invoice.credits for group in credit.groups):
        before = left[group.vat]
        left[group.vat] = VatGroup(group.vat, before.base - group.base, before.amount - group.amount)
    return left


def _nets_of(items: list[_Item], mine: list[int], nets: list[Decimal], amount: Decimal, rest: VatGroup, quantum: Decimal) -> Decimal:
    """Take the VAT out of what is credited at one rate: each its share of what is left, together their share of the group [GRS-10]."""
    exactly = {}
    for place in mine:
        _, part, left = items[place]
        exactly[place] = left.net if part == left.amount else (left.net * part / left.amount if left.amount else ZERO)
        nets[place] = half_up(exactly[place], quantum)
    movable = [place for place in mine if items[place][1] != items[place][2].amount]
    wanted = _share(rest.base, amount, rest.gross, quantum)
    missing = wanted - sum((nets[place] for place in mine), ZERO)
    if movable and missing:
        step = quantum.copy_sign(missing)
        movable.sort(key=lambda place: sure((nets[place] - exactly[place]) * step))
        for count in range(int(missing / step)):
            nets[movable[count % len(movable)]] += step
    return sum((nets[place] for place in mine), ZERO)


def _vat_back(invoice: Invoice, base: Decimal, rest: VatGroup) -> Decimal:
    """
    Return the VAT that goes back with a base: the rate over it, and never more than is left of the invoice's.

    Where the invoice rounded VAT otherwise, it is the base's share of what is left.
    """
    if base == rest.base:
        return rest.amount
    if not invoice.totals_policy.is_plain:
        return _share(rest.amount, base, rest.base, invoice.quantum)
    by_rate = vat_on(base, rest.vat, invoice.quantum)
    if base * rest.base > 0 and abs(base) < abs(rest.base):
        return min(by_rate, rest.amount, key=abs)
    return by_rate  # lines of both signs share the rate, and more goes back of one than the two add up to
