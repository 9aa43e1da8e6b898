"""Totals: every displayed part sums to the displayed total."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_decimal, require_kind, require_text
from salesflow.model.product import NO_VAT, Vat
from salesflow.money import exact, quantum_of


@frozen(kw_only=True)
class Charge:
    """
    An amount beside the lines, such as freight; without VAT, in the document's currency.

    Args:
        number: Its place among the charges of its order.
        code: What it is, for programs: ``freight``.
        spread: Whether invoices take it in proportion to their nets, as they do a discount on the whole order;
            otherwise the first invoice takes all of it.
    """

    number: int
    code: str
    amount: Decimal
    text: str = ""
    vat: Vat = NO_VAT
    spread: bool = False

    def __attrs_post_init__(self) -> None:
        require_text("code", self.code)
        require_decimal("amount", self.amount)
        require_kind("vat", self.vat, Vat)


@frozen
class VatGroup:
    """The VAT of one category and rate: *amount* is the rate over the *base*, rounded once."""

    vat: Vat
    base: Decimal
    amount: Decimal


@frozen(kw_only=True)
class Totals:
    """
    The sums of a document: ``net + charges + vat == total``, to the last digit.

    Args:
        net: The line nets.
        charges: The charges beside them.
        groups: VAT by category and rate, in order of appearance.
    """

    net: Decimal
    charges: Decimal
    groups: tuple[VatGroup, ...]

    @property
    def vat(self) -> Decimal:
        """The VAT of all groups."""
        return sum((group.amount for group in self.groups), ZERO)

    @property
    def total(self) -> Decimal:
        """What is owed in all."""
        return self.net + self.charges + self.vat


@exact
def add_up(lines: Iterable[tuple[Vat, Decimal]], charges: Iterable[Charge], currency: str) -> Totals:
    """
    Add up net amounts that are rounded already.

    VAT is worked out once per category and rate over the sum of their bases, half up, as EN 16931 has it.
    """
    quantum = quantum_of(currency)
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
    for charge in charges:
        bases[charge.vat] = bases.get(charge.vat, ZERO) + charge.amount
        charged += charge.amount
    groups = tuple(VatGroup(vat, base, (base * vat.rate).scaleb(-2).quantize(quantum, ROUND_HALF_UP)) for vat, base in bases.items())
    return Totals(net=net, charges=charged, groups=groups)
