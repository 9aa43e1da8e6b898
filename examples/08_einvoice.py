"""
Electronic invoices: figures that somebody states, worked out again from quantity and price, and checked by the rules of EN 16931.

``python examples/08_einvoice.py [CASES.json] [--json] [--out DIR]``

The file holds a list of documents: lines, allowances and charges, the stated VAT and the stated totals.
For each it is said whether the figures worked out are the stated ones, and every rule that the stated ones break.
``--out`` writes each document as UBL, with the figures worked out and with parties that are placeholders.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from attrs import evolve

from salesflow import Address, en16931, totals
from salesflow.billing.totals import Worked
from salesflow.billing.vat_categories import CATEGORIES, Numbers
from salesflow.model.einvoice import (
    Adjustment,
    EInvoice,
    EInvoiceLine,
    Finding,
    Payee,
    Scope,
    Sums,
    TaxGroup,
    TaxRepresentative,
    TradeParty,
)

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
DAY = date(2026, 3, 2)
Case = dict[str, Any]
T = TypeVar("T")


class CaseError(Exception):
    """A file that cannot be read, and where."""


# ---------------------------------------------------------------------- reading


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


# ---------------------------------------------------------------------- the figures


def judge(name: str, stated: EInvoice) -> Case:
    """Return what is to be said of one case."""
    try:
        worked = totals.work_out(stated)
    except ValueError as error:
        raise CaseError(f"{name}: {error}") from None
    findings = en16931.check(stated, scope=Scope.ARITHMETIC)
    return {
        "case": name,
        "equal": differences(stated, worked) == [],
        "computed": figures(worked),
        "differences": differences(stated, worked),
        "findings": [shown(each) for each in findings],
        "clean": en16931.is_tolerated(findings),
    }


def differences(stated: EInvoice, worked: Worked) -> list[str]:
    """
    Return which stated figures are not those worked out from quantity and price.

    What is not stated is zero, but for VAT: there its total may be left out, for it is that of the breakdown.
    """
    found = []
    sums = stated.sums or worked.sums
    for ours, theirs in SUMS.items():
        is_, needed = getattr(sums, ours) or Decimal(0), getattr(worked.sums, ours) or Decimal(0)
        if is_ != needed and not (ours == "tax" and sums.tax is None):
            found.append(f"totals.{theirs}: {is_}, computed {needed}")
    mine, computed = by_group(stated.breakdown), by_group(worked.breakdown)
    for category, rate in sorted({*mine, *computed}):
        key = category, rate
        if mine.get(key) != computed.get(key):
            found.append(f"vat_breakdown {category} {rate}: {pair(mine.get(key))}, computed {pair(computed.get(key))}")
    return found


def by_group(groups: Iterable[TaxGroup]) -> dict[tuple[str, Decimal], tuple[Decimal, Decimal]]:
    """Return the taxed and the tax of groups by category and rate; no rate is zero here, for some write it and some do not."""
    found: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
    for group in groups:
        key = group.category, group.rate or Decimal(0)
        taxable, tax = found.get(key, (Decimal(0), Decimal(0)))
        found[key] = taxable + group.taxable, tax + group.tax
    return found


def pair(amounts: tuple[Decimal, Decimal] | None) -> str:
    """Return the taxed and the tax in words."""
    return "none" if amounts is None else f"{amounts[0]} with {amounts[1]} VAT"


def figures(worked: Worked) -> Case:
    """Return what was worked out, by the names of the file."""
    stated = {theirs: getattr(worked.sums, ours) for ours, theirs in SUMS.items()}
    return {
        "lines": [None if net is None else str(net) for net in worked.nets],
        "vat_breakdown": [
            {
                "category": group.category,
                "rate": None if group.rate is None else str(group.rate),
                "taxable": str(group.taxable),
                "tax": str(group.tax),
            }
            for group in worked.breakdown
        ],
        "totals": {name: str(amount) for name, amount in stated.items() if amount is not None},
    }


def shown(finding: Finding) -> Case:
    """Return a finding as an object."""
    return {"rule": finding.rule, "path": finding.path, "message": finding.message, "tolerated": finding.tolerated}


# ---------------------------------------------------------------------- writing


def placeholder(number: str, country: str, vat: str) -> TradeParty:
    """Return a party that stands for one that the figures do not name."""
    address = Address(street="Placeholder street 1", postal_code="1000 AA", city="Placeholder", country=country)
    return TradeParty(
        name=f"Placeholder {number}",
        address=address,
        vat=vat,
        legal="00000000",
        legal_scheme="0106",
        endpoint="00000000",
        endpoint_scheme="0106",
    )


def with_placeholders(stated: EInvoice) -> EInvoice:
    """Return the document with the figures worked out, and with what the figures do not say filled in so that it can be sent."""
    codes = {group.category for group in stated.breakdown}
    country = "IT" if "B" in codes else "NL"
    known = [CATEGORIES[code] for code in codes if code in CATEGORIES]
    bare = any(each.seller is Numbers.NO_VAT for each in known)
    lines = tuple(evolve(each, name=each.name or f"Placeholder {each.id}") for each in stated.lines)
    return totals.complete(
        evolve(
            stated,
            lines=lines,
            missing=(),
            number=stated.number or "PLACEHOLDER",
            on=stated.on or DAY,
            seller=placeholder("seller", country, "" if bare or stated.representative else f"{country}000000000B00"),
            buyer=placeholder("buyer", country, "" if bare else f"{country}000000000B01"),
            buyer_reference="PLACEHOLDER",
            delivered=stated.delivered or (DAY if "K" in codes else None),
            deliver_to=Address(country="BE") if "K" in codes and stated.deliver_to == Address() else stated.deliver_to,
            payment_terms="PLACEHOLDER",
            notes=("The parties of this document are placeholders.",),
        )
    )


def write(folder: Path, cases: Iterable[tuple[str, EInvoice]]) -> int:
    """Write every document as UBL and return how many."""
    from salesflow.documents import ubl  # noqa: PLC0415  the extra is needed for writing only

    folder.mkdir(parents=True, exist_ok=True)
    names: set[str] = set()
    for place, (name, stated) in enumerate(cases):
        safe = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name).lstrip(".")[:150] or "_"
        # Two cases of one name, and names that only differ in what no file name may have, are two documents.
        unique = safe if safe.lower() not in names else f"{safe}-{place}"
        names.add(unique.lower())
        (folder / f"{unique}.xml").write_bytes(ubl.write(with_placeholders(stated)))
    return len(names)


def print_report(found: list[Case]) -> None:
    """Print a line per case, and beneath it what is wrong with it."""
    print(f"{len(found)} documents, {sum(each['equal'] for each in found)} equal to what was worked out")
    for each in found:
        print(f"  {'equal    ' if each['equal'] else 'different'} {each['case']}")
        for finding in each["findings"]:
            tolerated = " (the official rules let it pass)" if finding["tolerated"] else ""
            print(f"      {finding['rule']} {finding['path']}: {finding['message']}{tolerated}")


def main() -> int:
    """Read, work out, check and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = Path(__file__).resolve().parent / "data" / "einvoice" / "cases.json"
    parser.add_argument("cases", nargs="?", type=Path, default=default)
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--out", type=Path, help="write each document as UBL into this folder, with placeholders for the parties")
    options = parser.parse_args()
    try:
        cases = read_cases(options.cases)
        found = [judge(name, stated) for name, stated in cases]
        written = None if options.out is None else write(options.out, cases)
    except (CaseError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    note = None if written is None else f"{written} documents written; their parties are placeholders"
    if options.json:
        print(json.dumps({"cases": found} | ({} if note is None else {"note": note})))
        return 0
    print_report(found)
    if note is not None:
        print(note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
