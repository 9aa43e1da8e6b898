"""
The totals engine: what the lines, allowances and charges of a document come to, with VAT.

``add_up`` does so for amounts, by any rounding of VAT, and with VAT in the prices or not; our own documents do it by themselves.
``complete`` does so for an invoice as EN 16931 sees it, by the formulas of the norm: every amount is rounded half up, away from zero,
as soon as it stands on the document, and never after a sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import cast

from attrs import evolve, frozen

from salesflow.billing.vat_categories import CATEGORIES, SPLIT_PAYMENT, RateIs
from salesflow.checks import ONE, ZERO, all_of
from salesflow.model.charge import Charge
from salesflow.model.einvoice import Adjustment, EInvoice, EInvoiceLine, Sums, TaxGroup
from salesflow.model.invoice import Invoice
from salesflow.model.totals import TOTALS, WITH_VAT, Beside, MissingCent, Sold, Totals, TotalsPolicy, Worked, percent_of
from salesflow.model.totals import work_out as work_out_amounts
from salesflow.model.vat import Vat
from salesflow.money import exact, half_up, round_to

Key = tuple[str, Decimal | None]
TWO_DIGITS = Decimal("0.01")


# ---------------------------------------------------------------------- our own documents


@exact
def add_up(lines: Iterable[Sold], charges: Iterable[Charge] = (), *, currency: str, policy: TotalsPolicy = TOTALS) -> Totals:
    """
    Return the totals of *lines* and *charges*.

    VAT is rounded where the policy says. If the amounts have VAT in them, the total is their sum exactly [I7]:
    per category and rate one part is rounded half up and the other is the rest.

    Args:
        lines: Their amounts have the digits of the currency already.
    """
    return _worked(lines, charges, currency, policy).totals


@exact
def without_tax(lines: Iterable[Sold], *, currency: str, policy: TotalsPolicy = WITH_VAT) -> tuple[Decimal, ...]:
    """
    Return the nets of lines whose amounts have VAT in them.

    Each is rounded; what the roundings of a rate leave stands on the lines that lost most by it.
    So the nets of a rate and its VAT add up to its amounts exactly [I7, GRS-5].
    """
    return _worked(lines, (), currency, policy).nets


def _worked(lines: Iterable[Sold], charges: Iterable[Charge], currency: str, policy: TotalsPolicy) -> Worked:
    sold, beside = all_of("line", lines, Sold), all_of("charge", charges, Charge)
    return work_out_amounts(sold, [Beside(each.vat, each.amount) for each in beside], policy.quantum(currency), policy)


@exact
def vat_drift(invoices: Iterable[Invoice], totals: Totals) -> Decimal:
    """
    Return how far the VAT of invoices together is from that of the whole they are parts of.

    VAT is rounded once per document, so it may be half a cent per rate and part; the nets are never off.
    """
    return sum((invoice.vat for invoice in all_of("invoice", invoices, Invoice)), ZERO) - totals.vat


def cash_rounding(payable: Decimal, policy: TotalsPolicy) -> Decimal:
    """Return what is to be added to an amount so that it can be paid; zero where any amount can."""
    return ZERO if policy.cash_step is None else round_to(payable, policy.cash_step) - payable


# ---------------------------------------------------------------------- as the norm sees it


@frozen(kw_only=True)
class NormFigures:
    """What an electronic invoice comes to when it is worked out from quantities and prices; ``None`` where a line lacks one."""

    nets: tuple[Decimal | None, ...]
    breakdown: tuple[TaxGroup, ...]
    sums: Sums


def quantum_for(currency: str, policy: TotalsPolicy) -> Decimal:
    """Return the smallest amount that a document in *currency* may state: the norm has no more than two decimals, known currency or not."""
    try:
        return max(policy.quantum(currency), TWO_DIGITS)
    except ValueError:
        return TWO_DIGITS


def amount_of(adjustment: Adjustment, quantum: Decimal) -> Decimal:
    """Return an allowance or charge as stated, or its percentage of its base, or zero where neither is there."""
    if adjustment.amount is not None:
        return adjustment.amount
    return half_up(share_of(adjustment) or ZERO, quantum)


def share_of(adjustment: Adjustment) -> Decimal | None:
    """Return the percentage of the base, unrounded; ``None`` where one of the two is missing."""
    if adjustment.base is None or adjustment.percent is None:
        return None
    return (adjustment.base * adjustment.percent).scaleb(-2)


def line_net(line: EInvoiceLine, quantum: Decimal) -> Decimal | None:
    """Return quantity times price, rounded, with charges and less allowances; ``None`` where it cannot be worked out."""
    quantity, price, base = line.quantity, line.price, line.base_quantity
    if quantity is None or price is None or base <= 0:
        return None
    net = quantity * price
    if base is not ONE:
        net /= base
    net = half_up(net, quantum)
    for each in line.adjustments:
        net += amount_of(each, quantum) if each.charge else -amount_of(each, quantum)
    return net


def tax_on(taxable: Decimal, category: str, rate: Decimal | None, quantum: Decimal) -> Decimal:
    """Return the VAT of a group: the rate over what is taxed, rounded half up once; none where the category has no rate."""
    known = CATEGORIES.get(category)
    taxed = category == SPLIT_PAYMENT or (known is not None and known.rate in {RateIs.ABOVE_ZERO, RateIs.ZERO_OR_MORE})
    if rate is None or not taxed:
        return ZERO.quantize(quantum)
    return percent_of(taxable, rate, quantum)


def add_groups(invoice: EInvoice, nets: Iterable[Decimal], quantum: Decimal) -> dict[Key, Decimal]:
    """Return what is taxed by category and rate, in order of appearance; a group of zero is one too."""
    bases: dict[Key, Decimal] = {}
    for line, net in zip(invoice.lines, nets, strict=True):
        key = line.category, line.rate
        bases[key] = bases.get(key, ZERO) + net
    for each in invoice.adjustments:
        key, amount = (each.category, each.rate), amount_of(each, quantum)
        bases[key] = bases.get(key, ZERO) + (amount if each.charge else -amount)
    return bases


@exact
def work_out(invoice: EInvoice, policy: TotalsPolicy = TOTALS) -> NormFigures:
    """
    Return the figures of an invoice from its quantities and prices, whatever nets, VAT and totals it states.

    A line that lacks its quantity or price goes by the net it states. What was paid, what is added to come to an amount that can be
    paid, VAT in the accounting currency, and why a category has no VAT are taken as stated; with a cash step, the rounding is worked out.
    """
    quantum = quantum_for(invoice.currency, policy)
    nets = [line_net(line, quantum) for line in invoice.lines]
    sure = [net if net is not None else line.net or ZERO for net, line in zip(nets, invoice.lines, strict=True)]
    reasons = {each.category: (each.reason, each.reason_code) for each in reversed(invoice.breakdown)}
    groups = []
    for (category, rate), taxable in add_groups(invoice, sure, quantum).items():
        reason, code = reasons.get(category, ("", ""))
        tax = tax_on(taxable, category, rate, quantum)
        groups.append(TaxGroup(category=category, rate=rate, taxable=taxable, tax=tax, reason=reason, reason_code=code))
    sums = _sums(invoice, sum(sure, ZERO.quantize(quantum)), sum((group.tax for group in groups), ZERO.quantize(quantum)), quantum, policy)
    return NormFigures(nets=tuple(nets), breakdown=tuple(groups), sums=sums)


def _sums(invoice: EInvoice, lines: Decimal, tax: Decimal, quantum: Decimal, policy: TotalsPolicy) -> Sums:
    off = [amount_of(each, quantum) for each in invoice.adjustments if not each.charge]
    on = [amount_of(each, quantum) for each in invoice.adjustments if each.charge]
    net = lines - sum(off, ZERO) + sum(on, ZERO)
    stated = invoice.sums
    prepaid = stated.prepaid if stated is not None else invoice.prepaid
    rounding = stated.rounding if stated is not None else invoice.rounding
    due = net + tax - (prepaid or ZERO)
    if policy.cash_step is not None:
        rounding = cash_rounding(due, policy)
    return Sums(
        lines=lines,
        allowances=sum(off, ZERO) if off else None,
        charges=sum(on, ZERO) if on else None,
        net=net,
        tax=tax,
        tax_accounting=None if stated is None else stated.tax_accounting,
        gross=net + tax,
        prepaid=prepaid,
        rounding=rounding,
        payable=due + (rounding or ZERO),
    )


@exact
def complete(invoice: EInvoice, policy: TotalsPolicy = TOTALS, *, tax_accounting: Decimal | None = None) -> EInvoice:
    """
    Return the invoice with nets, VAT and totals as worked out.

    Args:
        tax_accounting: VAT in the accounting currency, which is stated and never worked out (BT-111).
    """
    worked = work_out(invoice, policy)
    quantum = quantum_for(invoice.currency, policy)
    sums = worked.sums if tax_accounting is None else evolve(worked.sums, tax_accounting=tax_accounting)
    lines = [
        evolve(line, net=line.net if net is None else net, adjustments=_stated(line.adjustments, quantum))
        for line, net in zip(invoice.lines, worked.nets, strict=True)
    ]
    return evolve(
        invoice,
        lines=tuple(lines),
        adjustments=_stated(invoice.adjustments, quantum),
        breakdown=worked.breakdown,
        sums=sums,
        prepaid=None,
        rounding=None,
    )


def _stated(adjustments: tuple[Adjustment, ...], quantum: Decimal) -> tuple[Adjustment, ...]:
    return tuple([each if each.amount is not None else evolve(each, amount=amount_of(each, quantum)) for each in adjustments])


@exact
def take_tax_out(invoice: EInvoice, policy: TotalsPolicy = WITH_VAT, missing: MissingCent = MissingCent.IN_VAT) -> EInvoice:
    """
    Return an invoice whose prices, allowances and charges have VAT in them as one without, with nets, VAT and totals.

    What is left to pay is the sum of the prices exactly [I7]. Not every such sum is a net with its VAT; a unit that is missing then
    stands in the VAT, or is the rounding of the document (BT-114) [GRS-P3]. A line shows its net as the price of its quantity.
    """
    quantum = quantum_for(invoice.currency, policy)
    sold = [Sold(_rate(line.category, line.rate), line_net(line, quantum) or ZERO, line.quantity or ONE) for line in invoice.lines]
    beside = []
    for each in invoice.adjustments:
        amount = amount_of(each, quantum)
        beside.append(Beside(_rate(each.category, each.rate), amount if each.charge else -amount))
    worked = work_out_amounts(sold, beside, quantum, policy)
    lines = [repriced(line, net) for line, net in zip(invoice.lines, worked.nets, strict=True)]
    adjustments = [
        evolve(each, amount=net if each.charge else -net, base=None, percent=None)
        for each, net in zip(invoice.adjustments, worked.beside, strict=True)
    ]
    stated = work_out(invoice).sums
    given = evolve(invoice, lines=tuple(lines), adjustments=tuple(adjustments), prepaid=stated.prepaid, rounding=stated.rounding, sums=None)
    gross = sum((line.amount for line in sold), ZERO) + sum((each.amount for each in beside), ZERO)
    short = gross - work_out(given, policy).sums.gross
    if missing is MissingCent.IN_ROUNDING and short:
        return complete(evolve(given, rounding=(stated.rounding or ZERO) + short), policy)
    return with_vat(complete(given, policy), {(group.vat.category, group.vat.rate): group.amount for group in worked.groups})


@frozen
class _Rate:
    """A category and rate of an electronic invoice, which may break the rules that a ``Vat`` keeps."""

    category: str
    rate: Decimal


def _rate(category: str, rate: Decimal | None) -> Vat:
    return cast("Vat", _Rate(category, rate or ZERO))


def with_vat(invoice: EInvoice, taxes: Mapping[tuple[str, Decimal], Decimal]) -> EInvoice:
    """Return an invoice with the VAT that is given by category and rate, and the totals that follow from it."""
    breakdown = tuple(evolve(group, tax=taxes.get((group.category, group.rate or ZERO), group.tax)) for group in invoice.breakdown)
    sums = invoice.sums or work_out(invoice).sums
    tax = sum((group.tax for group in breakdown), ZERO)
    more = tax - (sums.tax or ZERO)
    return evolve(invoice, breakdown=breakdown, sums=evolve(sums, tax=tax, gross=sums.gross + more, payable=sums.payable + more))


def repriced(line: EInvoiceLine, net: Decimal) -> EInvoiceLine:
    """Return a line whose price is for all of its quantity, so that they come to just *net*; no price is below zero, so the quantity is."""
    units = abs(line.quantity) if line.quantity else ONE
    return evolve(
        line,
        quantity=units.copy_sign(net),
        price=abs(net),
        base_quantity=units,
        net=None,
        adjustments=(),
        gross_price=None,
        price_discount=None,
    )
