"""
The VAT of an invoice: the nets of its lines and charges, and the groups by rate.

An invoice without VAT in its prices needs none of this where VAT is rounded per rate: its amounts are its nets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve

from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import InvoiceCharge, InvoiceLine, InvoicePart
from salesflow.model.totals import Beside, Sold, TaxRounding, TotalsPolicy, VatGroup, Worked, work_out
from salesflow.model.vat import NO_VAT
from salesflow.money import exact

Taxed = tuple[tuple[InvoicePart, ...], tuple[InvoiceCharge, ...], tuple[FreeTextLine, ...], tuple[VatGroup, ...] | None]
"""Parts, charges and lines in words with their nets, and the VAT where it does not follow from these."""


@exact
def taxed(
    parts: Sequence[InvoicePart],
    charges: Sequence[InvoiceCharge],
    words: Sequence[FreeTextLine],
    currency: str,
    policy: TotalsPolicy,
    before: Iterable[VatGroup] = (),
) -> Taxed:
    """
    Return what is invoiced with its nets, and the VAT.

    Args:
        before: What earlier documents of the order came to, for VAT that adds up over all of them.
    """
    if policy.is_plain:
        return tuple(parts), tuple(charges), tuple(words), None
    worked = _worked(parts, charges, words, currency, policy, before)
    nets, beside = iter(worked.nets), iter(worked.beside)
    after = []
    for part in parts:
        found = tuple(next(nets) for _ in part.terms)
        after.append(evolve(part, nets=found) if policy.is_gross else part)
    lines = [evolve(line, net=net) if policy.is_gross else line for line, net in zip(words, nets, strict=True)]
    return tuple(after), tuple(evolve(each, net=next(beside)) for each in charges), tuple(lines), worked.groups


def _worked(
    parts: Sequence[InvoicePart],
    charges: Sequence[InvoiceCharge],
    words: Sequence[FreeTextLine],
    currency: str,
    policy: TotalsPolicy,
    before: Iterable[VatGroup],
) -> Worked:
    sold = [
        Sold(terms.vat, amount, quantity)
        for part in parts
        for terms, quantity, amount in zip(part.terms, part.quantities, part.amounts, strict=True)
    ]
    sold += [Sold(line.vat or NO_VAT, line.amount, line.quantity) for line in words]
    if charges and policy.tax_rounding is not TaxRounding.GROUP:  # only then it matters which lines a charge is over
        lines: list[tuple[str, InvoiceLine | FreeTextLine]] = [(part.order, line) for part in parts for line in part.lines(1)]
        lines += [("", line) for line in words]
        beside = [Beside(each.vat, each.amount, _over(each, lines)) for each in charges]
    else:
        beside = [Beside(each.vat, each.amount) for each in charges]
    return work_out(sold, beside, policy.quantum(currency), policy, before)


def _over(each: InvoiceCharge, lines: list[tuple[str, InvoiceLine | FreeTextLine]]) -> tuple[int, ...] | None:
    """Return the places of the lines that a discount or a rounding lowers or raises; any other charge stands for itself."""
    if each.is_cash_rounding or (each.rule is not None and not each.rule.is_discount):
        return None
    return tuple(place for place, (order, line) in enumerate(lines) if each.covers(line, order))
