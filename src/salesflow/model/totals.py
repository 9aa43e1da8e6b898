"""Totals: every displayed part sums to the displayed total."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from attrs import frozen

from salesflow.checks import ONE, ZERO, require_decimal, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
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
    @exact
    def vat(self) -> Decimal:
        """The VAT of all groups."""
        return sum((group.amount for group in self.groups), ZERO)

    @property
    @exact
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


class TaxRounding(Labelled):
    """At which step VAT is rounded; half up, to the digits of the currency."""

    GROUP = "group", "Per rate", "Per tarief"
    """Once per category and rate, over the sum of the nets, as EN 16931 has it."""
    LINE = "line", "Per line", "Per regel"
    UNIT = "unit", "Per unit", "Per eenheid"
    """On the VAT of one unit, times the quantity: as a till does that prints prices with VAT."""


@frozen(kw_only=True)
class TotalsPolicy:
    """
    How a document is added up.

    Args:
        tax_rounding: At which step VAT is rounded.
        tax_included: Whether the amounts have VAT in them; then it is always taken out per rate, and the total is their sum exactly.
        cash_step: The smallest amount that can be paid, such as 0.05; ``None`` where any amount can.
        digits: Currencies whose amounts have other digits than ISO 4217 says, such as ``("HUF", 0)``.
    """

    tax_rounding: TaxRounding = TaxRounding.GROUP
    tax_included: bool = False
    cash_step: Decimal | None = None
    digits: tuple[tuple[str, int], ...] = ()

    def __attrs_post_init__(self) -> None:
        require_kind("tax_rounding", self.tax_rounding, TaxRounding)
        require_tuple_of("digits", self.digits, tuple)
        if self.cash_step is not None:
            require_decimal("cash_step", self.cash_step)
            if self.cash_step <= 0:
                msg = f"cash_step must be above zero, not {self.cash_step}"
                raise ValueError(msg)

    def quantum(self, currency: str) -> Decimal:
        """Return the smallest amount of *currency*."""
        for code, digits in self.digits:
            if code == currency:
                return Decimal(1).scaleb(-digits)
        return quantum_of(currency)


TOTALS = TotalsPolicy()


@frozen(kw_only=True)
class Sold:
    """An amount to add up: how it is taxed, how many units it is for, and how much it is, with or without VAT as the policy says."""

    vat: Vat
    amount: Decimal
    quantity: Decimal = ONE
