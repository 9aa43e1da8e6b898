"""Reading what ``08_einvoice.py`` judges: figures as somebody states them, every fault of the file with its place."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from salesflow import Address
from salesflow.model.einvoice import Adjustment, EInvoice, EInvoiceLine, Payee, Sums, TaxGroup, TaxRepresentative

SUMS = {
    "lines": "line_net_sum",
    "allowances": "allowance_sum",
    "charges": "charge_sum",
    "net": "tax_exclusive",
    "tax": "tax",
    "tax_accounting": "tax_accounting_currency",
    "gross": "tax_inclusive",
    "prepaid": "prepaid",
    "rounding": "rounding",
    "payable": "payable",
}
"""Our names of the totals, and those of the file."""
NEEDED = ("lines", "net", "gross", "payable")
"""The totals that have to be stated."""
LONGEST = 30
Case = dict[str, Any]
T = TypeVar("T")


class CaseError(Exception):
    """A file that cannot be read, and where."""


class Reader:
    """One object of the file; every fault names the place."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise CaseError(f"{where}: must be an object, not {json.dumps(value)[:LONGEST]}")
        self.value: Case = value
        self.where = where

    def text(self, name: str, default: str = "") -> str:
        """Return text; a number will do, and what is absent is *default*."""
        found = self.value.get(name)
        if found is None:
            return default
        if isinstance(found, bool) or not isinstance(found, (str, int)):
            raise CaseError(f"{self.where}.{name}: must be text, not {json.dumps(found)[:LONGEST]}")
        return str(found).strip()

    def number(self, name: str) -> Decimal | None:
        """Return a number, or ``None`` where it is absent."""
        text = self.text(name)
        if not text:
            return None
        try:
            found = Decimal(text)
        except InvalidOperation:
            found = Decimal("NaN")
        # An exponent that no amount has would only make the sums as long as it is.
        if not found.is_finite() or abs(found.adjusted()) > LONGEST or len(found.as_tuple().digits) > LONGEST:
            raise CaseError(f"{self.where}.{name}: must be a number of at most {LONGEST} digits, not {text[:LONGEST]!r}")
        return found

    def day(self, name: str) -> date | None:
        """Return a date, or ``None`` where it is absent."""
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise CaseError(f"{self.where}.{name}: must be a date such as 2026-03-31, not {text[:LONGEST]!r}") from None

    def flag(self, name: str) -> bool:
        """Return whether something is so; what is absent is not."""
        found = self.value.get(name, False)
        if not isinstance(found, bool):
            raise CaseError(f"{self.where}.{name}: must be true or false, not {json.dumps(found)[:LONGEST]}")
        return found

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list; none where it is absent."""
        found = self.value.get(name) or []
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise CaseError(f"{self.where}.{name}: must be a list of texts, not {json.dumps(found)[:LONGEST]}")
        return found

    def part(self, name: str) -> list[Reader]:
        """Return the object of that name; none where it is absent."""
        found = self.value.get(name)
        return [] if found is None else [Reader(found, f"{self.where}.{name}")]

    def parts(self, name: str) -> list[Reader]:
        """Return the objects of a list; none where it is absent."""
        found = self.value.get(name)
        if found is None:
            return []
        if not isinstance(found, list):
            raise CaseError(f"{self.where}.{name}: must be a list, not {json.dumps(found)[:LONGEST]}")
        return [Reader(each, f"{self.where}.{name}[{place}]") for place, each in enumerate(found)]

    def made(self, kind: type[T], **terms: object) -> T:
        """Return a value of what was read; what it does not take is a fault of this place."""
        try:
            return kind(**terms)
        except ValueError as error:
            raise CaseError(f"{self.where}: {error}") from None


def adjustment(read: Reader) -> Adjustment:
    """Return an allowance or a charge as it is stated."""
    return read.made(
        Adjustment,
        charge=read.flag("charge"),
        amount=read.number("amount"),
        base=read.number("base"),
        percent=read.number("percent"),
        reason=read.text("reason"),
        reason_code=read.text("reason_code"),
        category=read.text("vat_category"),
        rate=read.number("vat_rate"),
    )


def line(read: Reader) -> EInvoiceLine:
    """Return a line as it is stated."""
    base, gross, discount = read.number("base_quantity"), read.number("gross_price"), read.number("price_discount")
    return read.made(
        EInvoiceLine,
        id=read.text("id"),
        name=read.text("name"),
        quantity=read.number("quantity"),
        unit=read.text("unit"),
        price=read.number("price"),
        base_quantity=Decimal(1) if base is None else base,
        base_unit=read.text("base_unit"),
        gross_price=gross,
        # Figures that state no discount state that there is none.
        price_discount=Decimal(0) if gross is not None and discount is None else discount,
        adjustments=tuple(adjustment(each) for each in read.parts("allowances_charges")),
        net=read.number("net"),
        category=read.text("vat_category"),
        rate=read.number("vat_rate"),
        order_line=read.text("order_line"),
    )


def tax_group(read: Reader) -> TaxGroup:
    """Return a group of the breakdown as it is stated."""
    return read.made(
        TaxGroup,
        category=read.text("category"),
        rate=read.number("rate"),
        taxable=read.number("taxable") or Decimal(0),
        tax=read.number("tax") or Decimal(0),
        reason=read.text("exemption_reason"),
        reason_code=read.text("exemption_code"),
    )


def representative(read: Reader) -> TaxRepresentative:
    """Return who answers for the seller's VAT."""
    street, postal_code, city, country = (read.text(name) for name in ("street", "postal_code", "city", "country"))
    address = Address(street=street, postal_code=postal_code, city=city, country=country)
    return TaxRepresentative(name=read.text("name"), vat=read.text("vat"), address=address)


def payee(read: Reader) -> Payee:
    """Return who is to be paid."""
    return Payee(**{name: read.text(name) for name in ("name", "number", "number_scheme", "legal", "legal_scheme")})


def invoice(read: Reader) -> EInvoice:
    """Return a document as it is stated."""
    stated = Reader(read.value.get("totals") or {}, f"{read.where}.totals")
    found = {ours: stated.number(theirs) for ours, theirs in SUMS.items()}
    missing = [f"sums.{ours}" for ours in NEEDED if found[ours] is None]
    found |= {ours: found[ours] or Decimal(0) for ours in NEEDED}
    for place, each in enumerate(read.parts("vat_breakdown")):
        missing += [f"breakdown[{place}].{name}" for name in ("taxable", "tax") if each.number(name) is None]
    currency = read.text("currency")
    foreign = [
        (f"{part}[{place}]", each.text("currency"))
        for part, name in (("lines", "lines"), ("adjustments", "allowances_charges"), ("breakdown", "vat_breakdown"))
        for place, each in enumerate(read.parts(name))
        if each.text("currency", currency) != currency
    ]
    if stated.text("currency", currency) != currency:
        foreign.append(("sums", stated.text("currency")))
    return read.made(
        EInvoice,
        number=read.text("number"),
        type=read.text("type_code", "380"),
        on=read.day("issue_date"),
        currency=currency,
        tax_currency=read.text("tax_currency"),
        lines=tuple(line(each) for each in read.parts("lines")),
        adjustments=tuple(adjustment(each) for each in read.parts("allowances_charges")),
        breakdown=tuple(tax_group(each) for each in read.parts("vat_breakdown")),
        sums=stated.made(Sums, **found),
        foreign=tuple(foreign),
        missing=tuple(missing),
        representative=next((representative(each) for each in read.part("tax_representative")), None),
        payee=next((payee(each) for each in read.part("payee")), None),
        order=read.text("order_ref"),
        preceding=tuple((number, None) for number in read.texts("preceding")),
        delivered=read.day("delivery_date"),
        deliver_to=Address(country=read.text("delivery_country")),
        means=read.text("payment_means"),
    )


def read_cases(file: Path) -> list[tuple[str, EInvoice]]:
    """Return the documents of a file by the name of their case."""
    try:
        # Numbers stay text until they become decimals, so that none passes through a binary fraction.
        found = json.loads(file.read_text(encoding="utf-8-sig"), parse_float=str, parse_int=str)
    except (OSError, ValueError, RecursionError) as error:
        raise CaseError(f"{file.name}: cannot be read: {error}") from None
    cases = found.get("cases") if isinstance(found, dict) else found
    if not isinstance(cases, list):
        raise CaseError(f"{file.name}: must hold a list of cases")
    readers = [Reader(each, f"{file.name}[{place}]") for place, each in enumerate(cases)]
    return [(read.text("case", str(place)), invoice(read)) for place, read in enumerate(readers)]
