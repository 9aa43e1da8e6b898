"""
Checks of an electronic invoice: every finding, by the public id of its rule in EN 16931, Peppol BIS Billing 3 or NLCIUS.

The official rules let VAT pass that is less than 1.00 off (BR-CO-17, BR-S-08, BR-S-09 and their like), and Peppol a line net that is
up to 0.02 off. The checks here are exact: such a finding is listed too, as ``tolerated``.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from salesflow.billing import en16931_parties, en16931_vat, norm_codes
from salesflow.billing.totals import line_net, quantum_for, share_of
from salesflow.billing.vat_categories import CODES
from salesflow.checks import ONE, ZERO, require_kind
from salesflow.model.einvoice import CREDIT_NOTES, Adjustment, EInvoice, EInvoiceLine, Finding, Scope, Sums
from salesflow.model.totals import TOTALS, TotalsPolicy
from salesflow.money import digits_of, exact

SLACK = Decimal("0.02")
CENT = Decimal("0.01")
MOST_DIGITS = -2


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
        *(each for place, line in enumerate(invoice.lines) for each in _line(line, f"lines[{place}]", quantum)),
        *(() if invoice.sums is None else _without_net(invoice)),
        *(each for place, each_ in enumerate(invoice.adjustments) for each in _document_adjustment(each_, place)),
        *(() if invoice.sums is None else _sums(invoice, invoice.sums)),
        *en16931_vat.check(invoice, scope, quantum),
    ]
    if scope is Scope.ALL:
        found += en16931_parties.check(invoice)
    return tuple(found)


def is_tolerated(found: tuple[Finding, ...]) -> bool:
    """Say whether the official rules let all of *found* pass."""
    return all(each.tolerated for each in found)


_NEEDED = {"lines": "BR-12", "net": "BR-13", "gross": "BR-14", "payable": "BR-15", "taxable": "BR-45", "tax": "BR-46"}


def _is_money(code: str) -> bool:
    try:
        digits_of(code)
    except ValueError:
        return False
    return True


def _codes(invoice: EInvoice) -> Iterator[Finding]:
    """Check what stands once on the document."""
    if not invoice.currency:
        yield Finding(rule="BR-05", path="currency", message="the invoice has no currency")
    elif not _is_money(invoice.currency):
        yield Finding(rule="BR-CL-04", path="currency", message=f"{invoice.currency!r} is no currency of ISO 4217")
    if invoice.type not in norm_codes.INVOICE_TYPES | CREDIT_NOTES:
        yield Finding(rule="BR-CL-01", path="type", message=f"{invoice.type!r} is no type of an invoice or a credit note")
    if not invoice.lines:
        yield Finding(rule="BR-16", path="lines", message="there is no line; at least one is needed")
    yield from _tax_currency(invoice)
    for path in invoice.missing:
        yield Finding(rule=_NEEDED[path.rpartition(".")[2]], path=path, message="the amount is missing")
    for path, currency in invoice.foreign:
        message = f"the amount is in {currency}; all amounts are in {invoice.currency}"
        yield Finding(rule="PEPPOL-EN16931-R051", path=path, message=message)


def _tax_currency(invoice: EInvoice) -> Iterator[Finding]:
    code, sums = invoice.tax_currency, invoice.sums
    if not code:
        return
    if not _is_money(code):
        yield Finding(rule="BR-CL-05", path="tax_currency", message=f"{code!r} is no currency of ISO 4217")
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
    elif sums.tax and (sums.tax < 0) is not (sums.tax_accounting < 0):
        message = f"VAT is {sums.tax} and {sums.tax_accounting} {code}; both have one sign"
        yield Finding(rule="PEPPOL-EN16931-R055", path="sums.tax_accounting", message=message)


# ---------------------------------------------------------------------- lines


def _line(line: EInvoiceLine, path: str, quantum: Decimal) -> Iterator[Finding]:
    yield from _line_terms(line, path)
    yield from _price(line, path)
    for place, each in enumerate(line.adjustments):
        yield from _adjustment(each, f"{path}.adjustments[{place}]", _LINE_CHARGE if each.charge else _LINE_ALLOWANCE)
    yield from _digits(line.net, f"{path}.net", "BR-DEC-23")
    net = line_net(line, quantum)
    if line.net is not None and net is not None and line.net != net:
        message = f"the net is {line.net}; quantity, price, allowances and charges come to {net}"
        yield Finding(rule="PEPPOL-EN16931-R120", path=f"{path}.net", message=message, tolerated=abs(line.net - net) <= SLACK)


def _without_net(invoice: EInvoice) -> Iterator[Finding]:
    """Where there are totals, the nets that they are totals of are stated too."""
    for place, line in enumerate(invoice.lines):
        if line.net is None:
            yield Finding(rule="BR-24", path=f"lines[{place}].net", message="the line has no net")


def _line_terms(line: EInvoiceLine, path: str) -> Iterator[Finding]:
    if not line.id:
        yield Finding(rule="BR-21", path=f"{path}.id", message="the line has no identifier")
    if line.quantity is None:
        yield Finding(rule="BR-22", path=f"{path}.quantity", message="the line has no quantity")
    if not line.unit:
        yield Finding(rule="BR-23", path=f"{path}.unit", message="the quantity has no unit")
    elif line.unit not in norm_codes.UNITS:
        message = f"{line.unit!r} is no unit of UN/ECE Recommendation 20 or 21"
        yield Finding(rule="BR-CL-23", path=f"{path}.unit", message=message)
    if not line.category:
        yield Finding(rule="BR-CO-04", path=f"{path}.category", message="the line has no VAT category")
    elif line.category not in CODES:
        yield Finding(rule="BR-CL-18", path=f"{path}.category", message=f"{line.category!r} is no VAT category")


def _price(line: EInvoiceLine, path: str) -> Iterator[Finding]:
    if line.price is None:
        yield Finding(rule="BR-26", path=f"{path}.price", message="the line has no price")
    elif line.price < 0:
        message = f"the price is {line.price}; a price is zero or more, and what is taken back has a quantity below zero"
        yield Finding(rule="BR-27", path=f"{path}.price", message=message)
    if line.base_quantity <= 0:
        message = f"the price is for {line.base_quantity} units; that must be above zero"
        yield Finding(rule="PEPPOL-EN16931-R121", path=f"{path}.base_quantity", message=message)
    if line.base_unit and line.base_unit != line.unit:
        message = f"the price is for a number of {line.base_unit}, the quantity is in {line.unit}"
        yield Finding(rule="PEPPOL-EN16931-R130", path=f"{path}.base_unit", message=message)
    if line.gross_price is None:
        return
    if line.gross_price < 0:
        message = f"the price before discount is {line.gross_price}; a price is zero or more"
        yield Finding(rule="BR-28", path=f"{path}.gross_price", message=message)
    after = line.gross_price - (line.price_discount or ZERO)
    if line.price is not None and line.price != after:
        message = f"the price is {line.price}; {line.gross_price} less the discount comes to {after}"
        yield Finding(rule="PEPPOL-EN16931-R046", path=f"{path}.price", message=message)


# ---------------------------------------------------------------------- allowances and charges

# For each kind: the rules of a missing amount, of missing reasons, of too many digits in amount and base, and the codes of reasons.
_Kind = tuple[str, tuple[str, str], tuple[str, str], str, frozenset[str]]
_LINE_ALLOWANCE: _Kind = ("BR-41", ("BR-42", "BR-CO-23"), ("BR-DEC-24", "BR-DEC-25"), "BR-CL-19", norm_codes.ALLOWANCE_REASONS)
_LINE_CHARGE: _Kind = ("BR-43", ("BR-44", "BR-CO-24"), ("BR-DEC-27", "BR-DEC-28"), "BR-CL-20", norm_codes.CHARGE_REASONS)
_ALLOWANCE: _Kind = ("BR-31", ("BR-33", "BR-CO-21"), ("BR-DEC-01", "BR-DEC-02"), "BR-CL-19", norm_codes.ALLOWANCE_REASONS)
_CHARGE: _Kind = ("BR-36", ("BR-38", "BR-CO-22"), ("BR-DEC-05", "BR-DEC-06"), "BR-CL-20", norm_codes.CHARGE_REASONS)


def _document_adjustment(each: Adjustment, place: int) -> Iterator[Finding]:
    path = f"adjustments[{place}]"
    yield from _adjustment(each, path, _CHARGE if each.charge else _ALLOWANCE)
    if not each.category:
        yield Finding(rule="BR-37" if each.charge else "BR-32", path=f"{path}.category", message="it has no VAT category")
    elif each.category not in CODES:
        yield Finding(rule="BR-CL-18", path=f"{path}.category", message=f"{each.category!r} is no VAT category")


def _adjustment(each: Adjustment, path: str, kind: _Kind) -> Iterator[Finding]:
    missing, reasons, digits, code_rule, codes = kind
    share = share_of(each)
    if each.amount is None and share is None:
        yield Finding(rule=missing, path=f"{path}.amount", message="it has no amount")
    if not each.reason and not each.reason_code:
        for rule in reasons:
            yield Finding(rule=rule, path=f"{path}.reason", message="it has no reason, in words or as a code")
    if each.reason_code and each.reason_code not in codes:
        yield Finding(rule=code_rule, path=f"{path}.reason_code", message=f"{each.reason_code!r} is no code of a reason")
    yield from _digits(each.amount, f"{path}.amount", digits[0])
    yield from _digits(each.base, f"{path}.base", digits[1])
    if share is None and each.percent is not None:
        yield Finding(rule="PEPPOL-EN16931-R041", path=f"{path}.base", message="there is a percentage and nothing to take it of")
    if share is None and each.base is not None:
        yield Finding(rule="PEPPOL-EN16931-R042", path=f"{path}.percent", message="there is a base and no percentage of it")
    if share is not None and each.amount is not None and abs(each.amount - share) >= CENT:
        message = f"the amount is {each.amount}; {each.percent} % of {each.base} is {share}"
        rule = "PEPPOL-EN16931-R040"
        yield Finding(rule=rule, path=f"{path}.amount", message=message, tolerated=abs(each.amount - share) <= SLACK)


def _digits(amount: Decimal | None, path: str, rule: str) -> Iterator[Finding]:
    if amount is not None and amount % ONE and int(amount.normalize().as_tuple().exponent) < MOST_DIGITS:
        yield Finding(rule=rule, path=path, message=f"{amount} has more than two decimals")


# ---------------------------------------------------------------------- totals

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
        yield from _digits(getattr(sums, name), f"sums.{name}", rule)
    off, on, tax = sums.allowances or ZERO, sums.charges or ZERO, sums.tax or ZERO
    amounts = [(each.charge, each.amount or ZERO) for each in invoice.adjustments]
    lines = sum((line.net or ZERO for line in invoice.lines), ZERO)
    for rule, name, is_, needed in (
        ("BR-CO-10", "lines", sums.lines, lines),
        ("BR-CO-11", "allowances", off, sum((amount for charge, amount in amounts if not charge), ZERO)),
        ("BR-CO-12", "charges", on, sum((amount for charge, amount in amounts if charge), ZERO)),
        ("BR-CO-13", "net", sums.net, sums.lines - off + on),
        ("BR-CO-14", "tax", tax, sum((group.tax for group in invoice.breakdown), ZERO)),
        ("BR-CO-15", "gross", sums.gross, sums.net + tax),
        ("BR-CO-16", "payable", sums.payable, sums.gross - (sums.prepaid or ZERO) + (sums.rounding or ZERO)),
    ):
        if is_ != needed:
            yield Finding(rule=rule, path=f"sums.{name}", message=f"{name} is {is_}; what it is the total of comes to {needed}")
