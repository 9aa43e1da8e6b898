"""
Checks of an electronic invoice: every finding, by the public id of its rule in EN 16931, Peppol BIS Billing 3 or NLCIUS.

The official rules let VAT pass that is less than 1.00 off (BR-CO-17, BR-S-08, BR-S-09 and their like), and Peppol a line net that is
up to 0.02 off. The checks here are exact: such a finding is listed too, as ``tolerated``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal

from salesflow.billing import en16931_lines, en16931_parties, en16931_profiles, en16931_vat, norm_codes
from salesflow.billing.en16931_lines import check_digits
from salesflow.billing.totals import quantum_for
from salesflow.checks import ZERO, require_kind
from salesflow.model.einvoice import CREDIT_NOTES, EInvoice, Finding, Scope, Sums
from salesflow.model.totals import TOTALS, TotalsPolicy
from salesflow.money import exact


@exact
def check(invoice: EInvoice, *, scope: Scope = Scope.ALL, policy: TotalsPolicy = TOTALS) -> tuple[Finding, ...]:
    """
    Return all that is wrong with an electronic invoice; nothing where it may be sent.

    What it states is checked against what it should come to. Figures that it does not state, because they are to be worked out,
    are not looked at: complete it first.

    Args:
        scope: ``arithmetic`` leaves out what concerns the parties and the profile; for figures alone.
        policy: How many digits amounts of a currency have, where that is not as ISO 4217 says.
    """
    require_kind("invoice", invoice, EInvoice)
    scope = Scope(scope)
    quantum = quantum_for(invoice.currency, policy)
    found = [
        *_codes(invoice),
        *en16931_lines.check(invoice, quantum),
        *(() if invoice.sums is None else _sums(invoice, invoice.sums)),
        *en16931_vat.check(invoice, scope, quantum),
    ]
    if scope is Scope.ALL:
        found += [*en16931_parties.check(invoice), *en16931_profiles.check(invoice)]
    return tuple(found)


def is_tolerated(found: tuple[Finding, ...]) -> bool:
    """Say whether the official rules let all of *found* pass."""
    return all(each.tolerated for each in found)


_NEEDED = {
    "profile": "BR-01",
    "lines": "BR-12",
    "net": "BR-13",
    "gross": "BR-14",
    "payable": "BR-15",
    "taxable": "BR-45",
    "tax": "BR-46",
}


def _codes(invoice: EInvoice) -> Iterator[Finding]:
    """Check what stands once on the document."""
    if not invoice.type:
        yield Finding(rule="BR-04", path="type", message="the invoice does not say of what type it is")
    elif invoice.type not in norm_codes.INVOICE_TYPES | CREDIT_NOTES:
        yield Finding(rule="BR-CL-01", path="type", message=f"{invoice.type!r} is no type of an invoice or a credit note")
    if not invoice.lines:
        yield Finding(rule="BR-16", path="lines", message="there is no line; at least one is needed")
    for path in invoice.missing:
        yield Finding(rule=_NEEDED[path.rpartition(".")[2]], path=path, message="it is missing")
    yield from _currencies(invoice)
    yield from _tax_currency(invoice)
    yield from _tax_point(invoice)
    for place, note in enumerate(invoice.notes):
        _, opening, rest = note.partition("#")
        subject, closing, _ = rest.partition("#")
        if opening and closing and len(subject) == SUBJECT_LETTERS and subject not in norm_codes.SUBJECTS:
            yield Finding(rule="BR-CL-08", path=f"notes[{place}]", message=f"{subject!r} is no subject of a note of UNTDID 4451")


SUBJECT_LETTERS = 3


def _currencies(invoice: EInvoice) -> Iterator[Finding]:
    code = invoice.currency
    if not code:
        yield Finding(rule="BR-05", path="currency", message="the invoice has no currency")
    elif code not in norm_codes.CURRENCIES:
        # One rule is for the code on the invoice, the other for that of each amount.
        for rule in ("BR-CL-04", "BR-CL-03"):
            yield Finding(rule=rule, path="currency", message=f"{code!r} is no currency of ISO 4217")
    for path, other in invoice.foreign:
        message = f"the amount is in {other}; all amounts are in {code}"
        yield Finding(rule="PEPPOL-EN16931-R051", path=path, message=message)
        if other not in norm_codes.CURRENCIES:
            yield Finding(rule="BR-CL-03", path=path, message=f"{other!r} is no currency of ISO 4217")


def _tax_point(invoice: EInvoice) -> Iterator[Finding]:
    code = invoice.tax_point_code
    if code and invoice.tax_point is not None:
        message = f"the day on which VAT is due is {invoice.tax_point}, and code {code} says which day it is; one of the two is enough"
        yield Finding(rule="BR-CO-03", path="tax_point_code", message=message)
    if code and code not in norm_codes.TAX_POINTS:
        yield Finding(rule="BR-CL-06", path="tax_point_code", message=f"{code!r} is no day of UNTDID 2005 that the norm takes")


def _tax_currency(invoice: EInvoice) -> Iterator[Finding]:
    code, sums = invoice.tax_currency, invoice.sums
    if not code:
        return
    if code not in norm_codes.CURRENCIES:
        for rule in ("BR-CL-05",) if sums is None or sums.tax_accounting is None else ("BR-CL-05", "BR-CL-03"):
            yield Finding(rule=rule, path="tax_currency", message=f"{code!r} is no currency of ISO 4217")
    if code == invoice.currency:
        message = f"the accounting currency is {code}, the currency of the invoice; it is stated only where it is another"
        yield Finding(rule="PEPPOL-EN16931-R005", path="tax_currency", message=message)
    if sums is None:
        return
    if sums.tax_accounting is None:
        # Where the two are the same currency, the VAT in it is there once and missing once.
        missing = ("PEPPOL-EN16931-R054",) if code == invoice.currency else ("BR-53", "PEPPOL-EN16931-R054", "PEPPOL-EN16931-R055")
        for rule in missing:
            yield Finding(rule=rule, path="sums.tax_accounting", message=f"VAT in {code}, the accounting currency, is missing")
    elif sums.tax and sums.tax_accounting and (sums.tax < 0) is not (sums.tax_accounting < 0):
        message = f"VAT is {sums.tax} and {sums.tax_accounting} {code}; both have one sign"
        yield Finding(rule="PEPPOL-EN16931-R055", path="sums.tax_accounting", message=message)


# ---------------------------------------------------------------------- totals

HALF = Decimal("0.5")

_SUM_DIGITS = {
    "lines": "BR-DEC-09",
    "allowances": "BR-DEC-10",
    "charges": "BR-DEC-11",
    "net": "BR-DEC-12",
    "tax": "BR-DEC-13",
    "gross": "BR-DEC-14",
    "tax_accounting": "BR-DEC-15",
    "prepaid": "BR-DEC-16",
    "rounding": "BR-DEC-17",
    "payable": "BR-DEC-18",
}


def _sums(invoice: EInvoice, sums: Sums) -> Iterator[Finding]:
    """Check the totals against what they are totals of, as stated: one wrong figure is one finding, not a trail of them."""
    for name, rule in _SUM_DIGITS.items():
        yield from check_digits(getattr(sums, name), f"sums.{name}", rule)
    off, on, tax = sums.allowances or ZERO, sums.charges or ZERO, sums.tax or ZERO
    prepaid, rounding = sums.prepaid or ZERO, sums.rounding or ZERO
    beside = sums.allowances is not None or sums.charges is not None
    lines = sum((line.net or ZERO for line in invoice.lines), ZERO)
    payable = sums.gross - prepaid + rounding
    for rule, name, is_, needed, lax in (
        ("BR-CO-10", "lines", sums.lines, lines, sums.lines == _to_cents(lines)),
        ("BR-CO-13", "net", sums.net, sums.lines - off + on, beside and sums.net == _to_cents(sums.lines - off + on)),
        ("BR-CO-14", "tax", tax, _tax_of(invoice), tax == _to_cents(_tax_of(invoice))),
        ("BR-CO-15", "gross", sums.gross, sums.net + tax, sums.gross == _to_cents(sums.net + tax)),
        ("BR-CO-16", "payable", sums.payable, payable, _is_near(sums)),
    ):
        if is_ != needed:
            message = f"{name} is {is_}; what it is the total of comes to {needed}"
            yield Finding(rule=rule, path=f"sums.{name}", message=message, tolerated=lax)
    for rule, name, charge in (("BR-CO-11", "allowances", False), ("BR-CO-12", "charges", True)):
        yield from _beside(invoice, rule, name, charge=charge)


def _tax_of(invoice: EInvoice) -> Decimal:
    return sum((group.tax for group in invoice.breakdown), ZERO)


def _beside(invoice: EInvoice, rule: str, name: str, *, charge: bool) -> Iterator[Finding]:
    """Check the total of the allowances or of the charges, which is stated where there are any."""
    amounts = [each.amount or ZERO for each in invoice.adjustments if each.charge is charge]
    stated, needed = getattr(invoice.sums, name), sum(amounts, ZERO)
    if stated != needed and (stated or amounts):
        message = f"{name} is {'missing' if stated is None else stated}; what it is the total of comes to {needed}"
        yield Finding(rule=rule, path=f"sums.{name}", message=message, tolerated=stated is not None and stated == _to_cents(needed))


def _to_cents(amount: Decimal) -> Decimal:
    """Round as the official rules do before they compare: half up towards plus infinity."""
    return (amount.scaleb(2) + HALF).to_integral_value(ROUND_FLOOR).scaleb(-2)


def _is_near(sums: Sums) -> bool:
    """Say whether the official rules take what is payable: they round the sides that they subtract on."""
    left = sums.payable if sums.rounding is None else _to_cents(sums.payable - sums.rounding)
    return left == (sums.gross if sums.prepaid is None else _to_cents(sums.gross - sums.prepaid))
