"""The rules of EN 16931 and Peppol on lines, and on the allowances and charges of lines and of the document."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from salesflow.billing import norm_codes
from salesflow.billing.totals import line_net, share_of
from salesflow.billing.vat_categories import CODES
from salesflow.checks import ONE, ZERO
from salesflow.model.einvoice import Adjustment, EInvoice, EInvoiceLine, Finding

SLACKS = {"HUF": Decimal("0.5")}
"""How far Peppol takes a net or a percentage to be off, where that is more than 0.02: forints have no fillér in practice."""
SLACK = Decimal("0.02")
CENT = Decimal("0.01")
MOST_DIGITS = -2


def check(invoice: EInvoice, quantum: Decimal) -> Iterator[Finding]:
    """Yield what is wrong with lines, allowances and charges."""
    slack = SLACKS.get(invoice.currency, SLACK)
    for place, line in enumerate(invoice.lines):
        yield from _line(line, f"lines[{place}]", quantum, slack)
    if invoice.sums is not None:
        yield from _without_net(invoice)
    for place, each in enumerate(invoice.adjustments):
        yield from _document_adjustment(each, place, slack)


def _line(line: EInvoiceLine, path: str, quantum: Decimal, slack: Decimal) -> Iterator[Finding]:
    yield from _line_terms(line, path)
    yield from _goods(line, path)
    yield from _price(line, path)
    for place, each in enumerate(line.adjustments):
        yield from _adjustment(each, f"{path}.adjustments[{place}]", _LINE_CHARGE if each.charge else _LINE_ALLOWANCE, slack)
    yield from check_digits(line.net, f"{path}.net", "BR-DEC-23")
    net = line_net(line, quantum)
    if line.net is not None and net is not None and line.net != net:
        message = f"the net is {line.net}; quantity, price, allowances and charges come to {net}"
        yield Finding(rule="PEPPOL-EN16931-R120", path=f"{path}.net", message=message, tolerated=abs(line.net - _unrounded(line)) <= slack)


def _unrounded(line: EInvoiceLine) -> Decimal:
    """Return what a line comes to before it is rounded: the official rule compares with that."""
    beside = [each.amount or ZERO if each.charge else -(each.amount or ZERO) for each in line.adjustments]
    return (line.quantity or ZERO) * (line.price or ZERO) / line.base_quantity + sum(beside, ZERO)


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


def _goods(line: EInvoiceLine, path: str) -> Iterator[Finding]:
    """Check what else is said of the goods, and when they were supplied."""
    for there, name, scheme, known, missing, wrong in (
        (line.standard_item, "standard_scheme", line.standard_scheme, norm_codes.SCHEMES, "BR-64", "BR-CL-21"),
        (line.classification, "classification_list", line.classification_list, norm_codes.GOODS_LISTS, "BR-65", "BR-CL-13"),
    ):
        if there and not scheme:
            yield Finding(rule=missing, path=f"{path}.{name}", message=f"it is not said in which scheme {there} is")
        elif there and scheme not in known:
            yield Finding(rule=wrong, path=f"{path}.{name}", message=f"{scheme!r} is no such scheme")
    if line.origin and line.origin not in norm_codes.COUNTRIES:
        yield Finding(rule="BR-CL-15", path=f"{path}.origin", message=f"{line.origin!r} is no country of ISO 3166-1")
    for place, (name, value) in enumerate(line.attributes):
        if not name or not value:
            yield Finding(rule="BR-54", path=f"{path}.attributes[{place}]", message="what is said of the goods needs a name and a value")
    first, last = line.period
    if first is not None and last is not None and last < first:
        yield Finding(rule="BR-30", path=f"{path}.period", message=f"the period ends on {last}, before it begins on {first}")


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
        if line.base_unit not in norm_codes.UNITS:
            message = f"{line.base_unit!r} is no unit of UN/ECE Recommendation 20 or 21"
            yield Finding(rule="BR-CL-23", path=f"{path}.base_unit", message=message)
    if line.gross_price is None:
        return
    if line.gross_price < 0:
        message = f"the price before discount is {line.gross_price}; a price is zero or more"
        yield Finding(rule="BR-28", path=f"{path}.gross_price", message=message)
    # A discount that is not stated is whatever lies between the two prices.
    if line.price is not None and line.price_discount is not None and line.price != line.gross_price - line.price_discount:
        after = line.gross_price - line.price_discount
        message = f"the price is {line.price}; {line.gross_price} less the discount comes to {after}"
        yield Finding(rule="PEPPOL-EN16931-R046", path=f"{path}.price", message=message)


# ---------------------------------------------------------------------- allowances and charges

# For each kind: the rules of a missing amount, of missing reasons, of too many digits in amount and base, and the codes of reasons.
_Kind = tuple[str, tuple[str, str], tuple[str, str], str, frozenset[str]]
_LINE_ALLOWANCE: _Kind = ("BR-41", ("BR-42", "BR-CO-23"), ("BR-DEC-24", "BR-DEC-25"), "BR-CL-19", norm_codes.ALLOWANCE_REASONS)
_LINE_CHARGE: _Kind = ("BR-43", ("BR-44", "BR-CO-24"), ("BR-DEC-27", "BR-DEC-28"), "BR-CL-20", norm_codes.CHARGE_REASONS)
_ALLOWANCE: _Kind = ("BR-31", ("BR-33", "BR-CO-21"), ("BR-DEC-01", "BR-DEC-02"), "BR-CL-19", norm_codes.ALLOWANCE_REASONS)
_CHARGE: _Kind = ("BR-36", ("BR-38", "BR-CO-22"), ("BR-DEC-05", "BR-DEC-06"), "BR-CL-20", norm_codes.CHARGE_REASONS)


def _document_adjustment(each: Adjustment, place: int, slack: Decimal) -> Iterator[Finding]:
    path = f"adjustments[{place}]"
    yield from _adjustment(each, path, _CHARGE if each.charge else _ALLOWANCE, slack)
    if not each.category:
        yield Finding(rule="BR-37" if each.charge else "BR-32", path=f"{path}.category", message="it has no VAT category")
    elif each.category not in CODES:
        yield Finding(rule="BR-CL-17", path=f"{path}.category", message=f"{each.category!r} is no VAT category")


def _adjustment(each: Adjustment, path: str, kind: _Kind, slack: Decimal) -> Iterator[Finding]:
    missing, reasons, digits, code_rule, codes = kind
    share = share_of(each)
    if each.amount is None and share is None:
        yield Finding(rule=missing, path=f"{path}.amount", message="it has no amount")
    if not each.reason and not each.reason_code:
        for rule in reasons:
            yield Finding(rule=rule, path=f"{path}.reason", message="it has no reason, in words or as a code")
    if each.reason_code and each.reason_code not in codes:
        yield Finding(rule=code_rule, path=f"{path}.reason_code", message=f"{each.reason_code!r} is no code of a reason")
    yield from check_digits(each.amount, f"{path}.amount", digits[0])
    yield from check_digits(each.base, f"{path}.base", digits[1])
    if share is None and each.percent is not None:
        yield Finding(rule="PEPPOL-EN16931-R041", path=f"{path}.base", message="there is a percentage and nothing to take it of")
    if share is None and each.base is not None:
        yield Finding(rule="PEPPOL-EN16931-R042", path=f"{path}.percent", message="there is a base and no percentage of it")
    if share is not None and each.amount is not None and abs(each.amount - share) >= CENT:
        message = f"the amount is {each.amount}; {each.percent} % of {each.base} is {share}"
        rule = "PEPPOL-EN16931-R040"
        yield Finding(rule=rule, path=f"{path}.amount", message=message, tolerated=abs(each.amount - share) <= slack)


def check_digits(amount: Decimal | None, path: str, rule: str) -> Iterator[Finding]:
    """Yield the finding that an amount has more than two decimals."""
    if amount is not None and amount % ONE and int(amount.normalize().as_tuple().exponent) < MOST_DIGITS:
        yield Finding(rule=rule, path=path, message=f"{amount} has more than two decimals")
