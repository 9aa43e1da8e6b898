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
from decimal import Decimal
from pathlib import Path

from attrs import evolve

from einvoice_cases import SUMS, Case, CaseError, read_cases
from salesflow import Address, en16931, totals
from salesflow.billing.totals import NormFigures
from salesflow.billing.vat_categories import CATEGORIES, Numbers
from salesflow.model.einvoice import EInvoice, Finding, Scope, TaxGroup, TradeParty

DAY = date(2026, 3, 2)


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


def differences(stated: EInvoice, worked: NormFigures) -> list[str]:
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


def figures(worked: NormFigures) -> Case:
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
