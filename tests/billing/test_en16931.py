"""Our own checks of an electronic invoice, beside what the official rules say of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from salesflow import Address, EInvoice, TotalsPolicy, en16931
from salesflow.billing.vat_categories import CATEGORIES, CODES
from salesflow.model.einvoice import Adjustment, Finding, Payee, Profile, Scope, Sums, TaxGroup, TaxRepresentative
from tests.einvoices import BUYER, SELLER, a_line, an_invoice

D = Decimal


def found(invoice: EInvoice, scope: Scope = Scope.ALL) -> list[tuple[str, str]]:
    """Return rule and path of each finding."""
    return [(each.rule, each.path) for each in en16931.check(invoice, scope=scope)]


def test_a_right_invoice_has_no_findings() -> None:
    """Neither complete nor as figures."""
    assert found(an_invoice()) == []
    assert found(evolve(an_invoice(), seller=None, buyer=None), Scope.ARITHMETIC) == []


def test_figures_alone_are_checked_without_parties() -> None:
    """Parties and the names of goods are for the whole check only."""
    bare = evolve(an_invoice(a_line(name="")), seller=None, buyer=None)
    assert found(bare, Scope.ARITHMETIC) == []
    rules = {rule for rule, _ in found(bare)}
    assert rules == {"BR-06", "BR-07", "BR-08", "BR-10", "BR-25", "BR-CO-26", "BR-S-02"}


@pytest.mark.parametrize(
    ("off", "tolerated"), [("0.01", True), ("-0.99", True), ("0.99", True), ("1.00", False), ("-1.00", False), ("20.00", False)]
)
def test_vat_is_exact_where_the_norm_tolerates_less_than_one(off: str, tolerated: bool) -> None:
    """A cent is found; from 1.00 on the official rules find it too."""
    invoice = an_invoice()
    group = evolve(invoice.breakdown[0], tax=D("21.00") + D(off))
    findings = [each for each in en16931.check(evolve(invoice, breakdown=(group,))) if each.rule != "BR-CO-14"]
    assert [(each.rule, each.tolerated) for each in findings] == [("BR-S-09", tolerated), ("BR-CO-17", tolerated)]
    assert en16931.is_tolerated(tuple(findings)) is tolerated


@pytest.mark.parametrize(("net", "tolerated"), [("100.02", True), ("99.98", True), ("100.03", False), ("-100.00", False)])
def test_a_line_net_is_quantity_times_price(net: str, tolerated: bool) -> None:
    """The norm has no rule for it; Peppol takes 0.02."""
    stated = evolve(an_invoice(), lines=(a_line(net=D(net)),))
    [finding] = [each for each in en16931.check(stated) if each.rule == "PEPPOL-EN16931-R120"]
    assert finding.tolerated is tolerated
    assert finding.message == f"the net is {net}; quantity, price, allowances and charges come to 100.00"


@pytest.mark.parametrize(
    ("changes", "rule", "path"),
    [
        ({"currency": "QQQ"}, "BR-CL-04", "currency"),
        ({"tax_currency": "QQQ"}, "BR-CL-05", "tax_currency"),
        ({"lines": ()}, "BR-16", "lines"),
        ({"foreign": (("lines[0].net", "USD"),)}, "PEPPOL-EN16931-R051", "lines[0].net"),
        ({"lines": (a_line(quantity=None, net=D(100)),)}, "BR-22", "lines[0].quantity"),
        ({"lines": (a_line(category="QQ", net=D(100)),)}, "BR-CL-18", "lines[0].category"),
        ({"lines": (a_line(net=D("100.001")),)}, "BR-DEC-23", "lines[0].net"),
        ({"adjustments": (Adjustment(reason="none", category="S", rate=D(21)),)}, "BR-31", "adjustments[0].amount"),
        ({"adjustments": (Adjustment(charge=True, reason="none", category="S", rate=D(21)),)}, "BR-36", "adjustments[0].amount"),
        ({"adjustments": (Adjustment(amount=D(1), reason="none"),)}, "BR-32", "adjustments[0].category"),
        ({"adjustments": (Adjustment(charge=True, amount=D(1), reason="none"),)}, "BR-37", "adjustments[0].category"),
        ({"adjustments": (Adjustment(amount=D(1), reason="none", category="QQ"),)}, "BR-CL-17", "adjustments[0].category"),
        ({"adjustments": (Adjustment(amount=D("1.001"), reason="none", category="S", rate=D(21)),)}, "BR-DEC-01", "adjustments[0].amount"),
        ({"breakdown": (TaxGroup(category="QQ", rate=D(0), taxable=D(0), tax=D(0)),)}, "BR-CL-17", "breakdown[0].category"),
        ({"breakdown": (TaxGroup(category="S", taxable=D(100), tax=D(21)),)}, "BR-48", "breakdown[0].rate"),
        ({"breakdown": (TaxGroup(category="S", rate=D(21), taxable=D("100.001"), tax=D(21)),)}, "BR-DEC-19", "breakdown[0].taxable"),
        ({"breakdown": (TaxGroup(category="S", rate=D(21), taxable=D(100), tax=D("21.001")),)}, "BR-DEC-20", "breakdown[0].tax"),
        ({"preceding": (("", None),)}, "BR-55", "preceding[0]"),
        ({"means": ""}, "BR-49", "means"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(changes: dict[str, Any], rule: str, path: str) -> None:
    """Each broken field has a finding of its own rule and path."""
    assert (rule, path) in found(evolve(an_invoice(), **changes))


def test_amounts_of_more_than_two_decimals_are_found_in_every_total() -> None:
    """One rule for each; a whole number and trailing zeros are fine."""
    odd = D("1.005")
    sums = Sums(
        lines=odd, allowances=odd, charges=odd, net=odd, tax=odd, tax_accounting=odd, gross=odd, prepaid=odd, rounding=odd, payable=odd
    )
    rules = {rule for rule, _ in found(evolve(an_invoice(), sums=sums))}
    assert {f"BR-DEC-{number:02}" for number in range(9, 19)} <= rules
    assert "BR-DEC-09" not in {rule for rule, _ in found(evolve(an_invoice(), sums=evolve(sums, lines=D("100.00000"))))}


def test_a_category_that_may_have_several_rates_has_a_group_for_each() -> None:
    """The official rules do not miss a rate; ours do, as tolerated."""
    invoice = an_invoice(a_line(1), a_line(2, rate=D(9), net=D("100.00")))
    findings = en16931.check(evolve(invoice, breakdown=invoice.breakdown[:1]))
    assert Finding(rule="BR-S-08", path="breakdown", message="there is no group of S 9 %", tolerated=True) in findings


def test_figures_that_are_to_be_worked_out_are_not_looked_at() -> None:
    """Without totals and VAT there is nothing stated to be wrong."""
    assert found(evolve(an_invoice(), sums=None, breakdown=(), tax_currency="USD")) == []


def test_split_payment_is_for_sales_within_italy_and_not_beside_the_standard_rate() -> None:
    """In Italy nothing is wrong; a group that is off is found there too."""
    italy = Address(city="Roma", country="IT")
    right = an_invoice(a_line(category="B", rate=D(22)), seller=evolve(SELLER, address=italy), buyer=evolve(BUYER, address=italy))
    assert found(right) == []
    assert right.breakdown[0].tax == 22
    mixed = an_invoice(a_line(1, category="B", rate=D(22)), a_line(2), seller=right.seller, buyer=right.buyer)
    assert found(mixed) == [("BR-B-02", "breakdown")]
    group = evolve(right.breakdown[0], tax=D(21))
    assert [rule for rule, _ in found(evolve(right, breakdown=(group,)))] == ["BR-CO-14", "BR-CO-17"]


def test_every_category_says_what_rate_it_takes() -> None:
    """Both sides of each edge."""
    takes = {code: [CATEGORIES[code].takes(rate) for rate in (None, D(-1), D(0), D(1))] for code in sorted(CATEGORIES)}
    zero = [False, False, True, False]
    other = [False, False, True, True]
    assert takes == {
        "AE": zero, "E": zero, "G": zero, "K": zero, "L": other, "M": other,
        "O": [True, False, False, False], "S": [False, False, False, True], "Z": zero,
    }  # fmt: skip
    assert {*CATEGORIES, "B"} == CODES


def test_digits_by_policy_are_no_findings() -> None:
    """Whole forints are right where the policy says so."""
    policy = TotalsPolicy(digits=(("HUF", 0),))
    line = a_line(quantity=D(3), price=D("0.50"), rate=D(27), net=D(2))
    group = TaxGroup(category="S", rate=D(27), taxable=D(2), tax=D(1))
    sums = Sums(lines=D(2), net=D(2), tax=D(1), gross=D(3), payable=D(3))
    invoice = evolve(an_invoice(), currency="HUF", lines=(line,), breakdown=(group,), sums=sums)
    assert en16931.check(invoice, policy=policy) == ()
    assert {each.rule for each in en16931.check(invoice)} == {"PEPPOL-EN16931-R120", "BR-S-09", "BR-CO-17"}


CREDIT: dict[str, Any] = {"type": "381", "preceding": (("INV-0", None),)}
NOWHERE = Address(country="NL")
ABROAD = evolve(BUYER.address, country="BE")
AGENT = TaxRepresentative(name="Agent", vat="BE0428759497", address=ABROAD)
GERMAN: dict[str, Any] = {
    who: evolve(party, address=evolve(party.address, country="DE")) for who, party in (("seller", SELLER), ("buyer", BUYER))
}
UNPAID: dict[str, Any] = {"means": "", "account": ""}
SUMS = Sums(lines=D("100.00"), net=D("100.00"), tax=D("21.00"), gross=D("121.00"), payable=D("121.00"))


@pytest.mark.parametrize(
    ("changes", "peppol", "nlcius"),
    [
        ({"notes": ("one", "two")}, ["PEPPOL-EN16931-R002"], []),
        ({"notes": ("one", "two")} | GERMAN, [], []),
        ({"notes": ("one", "two"), "seller": GERMAN["seller"]}, ["PEPPOL-EN16931-R002"], []),
        ({"order": ""}, ["PEPPOL-EN16931-R003"], ["BR-NL-2"]),
        ({"order": "", "buyer_reference": "ref"}, [], []),
        ({"seller": evolve(SELLER, endpoint="")}, ["PEPPOL-EN16931-R020"], []),
        ({"buyer": evolve(BUYER, endpoint="")}, ["PEPPOL-EN16931-R010"], []),
        ({"type": "389"}, ["PEPPOL-EN16931-P0100"], []),
        ({"type": "386"}, [], ["BR-NL-7"]),
        (CREDIT, [], []),
        (CREDIT | {"type": "261"}, ["PEPPOL-EN16931-P0101"], ["BR-NL-7", "BR-NL-8"]),
        (CREDIT | {"preceding": ()}, ["NL-R-001"], []),
        *[(CREDIT | {"type": code}, [], ["BR-NL-7", "BR-NL-8"]) for code in ("396", "81", "83", "532")],
        *[({"type": code}, [], ["BR-NL-7"]) for code in ("71", "82", "875", "877")],
        ({"type": "935"}, ["PEPPOL-EN16931-P0100"], ["BR-NL-7"]),
        ({"type": "326"} | GERMAN, [], []),
        ({"type": "384"} | GERMAN, [], []),
        ({"type": "384", "seller": GERMAN["seller"]}, ["PEPPOL-EN16931-P0112"], []),
        ({"type": "384"}, ["PEPPOL-EN16931-P0112"], ["BR-NL-9"]),
        ({"type": "384", "preceding": (("INV-0", None),)}, ["PEPPOL-EN16931-P0112"], []),
        ({"seller": evolve(SELLER, address=NOWHERE)}, ["NL-R-002"], ["BR-NL-3"]),
        ({"seller": evolve(SELLER, legal="")}, [], ["BR-NL-1"]),
        ({"seller": evolve(SELLER, legal_scheme="0190")}, [], []),
        ({"seller": evolve(SELLER, address=evolve(SELLER.address, city=""))}, ["NL-R-002"], ["BR-NL-3"]),
        ({"seller": evolve(SELLER, address=evolve(SELLER.address, postal_code=""))}, ["NL-R-002"], ["BR-NL-3"]),
        ({"representative": evolve(AGENT, address=NOWHERE)}, ["NL-R-006"], ["BR-NL-5"]),
        ({"representative": evolve(AGENT, address=SELLER.address)}, [], []),
        ({"representative": evolve(AGENT, address=Address(country="BE"))}, [], []),
        ({"seller": evolve(SELLER, legal_scheme="0002")}, ["NL-R-003"], ["BR-NL-1"]),
        ({"buyer": evolve(BUYER, address=NOWHERE)}, ["NL-R-004"], ["BR-NL-4"]),
        ({"buyer": evolve(BUYER, legal_scheme="0002")}, ["NL-R-005"], ["BR-NL-10"]),
        ({"buyer": evolve(BUYER, legal="")}, [], ["BR-NL-10"]),
        ({"buyer": evolve(BUYER, legal="", address=ABROAD)}, [], []),
        ({"buyer": evolve(BUYER, legal_scheme="0002", address=ABROAD)}, [], []),
        ({"means": "", "account": ""}, ["NL-R-007"], ["BR-NL-11"]),
        (UNPAID | CREDIT, [], []),
        (UNPAID | CREDIT | {"sums": evolve(SUMS, payable=D("-0.01"), prepaid=D("121.01"))}, ["NL-R-007"], []),
        (UNPAID | CREDIT | {"sums": evolve(SUMS, payable=D("0.00"), prepaid=D("121.00"))}, [], []),
        (UNPAID | {"sums": evolve(SUMS, payable=D("0.01"), prepaid=D("120.99"))}, ["NL-R-007"], ["BR-NL-11"]),
        (UNPAID | {"sums": evolve(SUMS, payable=D("0.00"), prepaid=D("121.00"))}, [], []),
        *[({"means": code, "account": "1"}, [], []) for code in ("30", "48", "57", "58")],
        *[({"means": code}, ["NL-R-008"], ["BR-NL-12"]) for code in ("10", "31")],
        ({"means": "10", "buyer": evolve(BUYER, address=ABROAD)}, [], ["BR-NL-12"]),
        *[({"means": code, "mandate": "M-1"}, [], []) for code in ("49", "59")],
        *[({"means": code}, ["PEPPOL-EN16931-R061"], []) for code in ("49", "59")],
        ({"lines": (a_line(net=D("100.00"), order_line="1"),)}, [], []),
        ({"lines": (a_line(net=D("100.00"), order_line="1"),), "order": "", "buyer_reference": "ref"}, ["NL-R-009"], ["BR-NL-13"]),
        ({"seller": evolve(SELLER, address=Address(country="BE"), legal="")}, [], []),
    ],
)
def test_profiles_have_rules_of_their_own(changes: dict[str, Any], peppol: list[str], nlcius: list[str]) -> None:
    """The norm alone asks none of it; each profile has its own ids for what the Netherlands ask."""
    for profile, rules in ((Profile.PEPPOL, peppol), (Profile.NLCIUS, nlcius), (Profile.CORE, [])):
        assert [rule for rule, _ in found(evolve(an_invoice(), profile=profile, **changes))] == rules


@pytest.mark.parametrize(
    ("reason", "rule", "category"),
    [
        ("VATEX-EU-G", "P0104", "G"),
        ("VATEX-EU-O", "P0105", "O"),
        ("VATEX-EU-IC", "P0106", "K"),
        ("vatex-eu-ae", "P0107", "AE"),
        ("VATEX-EU-D", "P0108", "E"),
        ("VATEX-EU-F", "P0109", "E"),
        ("VATEX-EU-I", "P0110", "E"),
        ("VATEX-EU-J", "P0111", "E"),
    ],
)
def test_in_peppol_a_reason_goes_with_its_category_and_with_no_other(reason: str, rule: str, category: str) -> None:
    """Both sides of each; the norm alone does not look, and a reason of no single category goes with any."""
    for code in ("G", "O", "K", "AE", "E"):
        rate = None if code == "O" else D(0)
        group = TaxGroup(category=code, rate=rate, taxable=D("100.00"), tax=D("0.00"), reason_code=reason)
        invoice = evolve(an_invoice(a_line(category=code, rate=rate)), breakdown=(group,), profile=Profile.PEPPOL)
        fired = [each for each, _ in found(invoice) if each.startswith("PEPPOL-EN16931-P01")]
        assert fired == ([] if code == category else [f"PEPPOL-EN16931-{rule}"])
        assert "PEPPOL" not in str(found(evolve(invoice, profile=Profile.CORE)))
        other = evolve(invoice, breakdown=(evolve(group, reason_code="VATEX-EU-132"),))
        assert "P01" not in str(found(other))


def test_nlcius_asks_every_seller_for_the_order_that_lines_refer_to() -> None:
    """The Dutch annex of Peppol asks Dutch sellers only."""
    foreign = evolve(an_invoice(a_line(order_line="1")), order="", buyer_reference="ref", seller=GERMAN["seller"])
    assert [rule for rule, _ in found(evolve(foreign, profile=Profile.NLCIUS))] == ["BR-NL-13"]
    assert found(evolve(foreign, profile=Profile.PEPPOL)) == []


def test_a_payee_with_the_registered_name_of_the_seller_breaks_the_syntax() -> None:
    """The norm itself goes by the trading name where there is one."""
    invoice = evolve(an_invoice(), seller=evolve(SELLER, trading_name="The tea house"), payee=Payee(name=SELLER.name))
    assert found(invoice) == [("UBL-SR-19", "payee.name")]


def test_figures_need_no_tax_representative_to_be_named() -> None:
    """The rules on parties are left out where figures are checked alone."""
    assert found(evolve(an_invoice(), representative=TaxRepresentative(), payee=Payee()), Scope.ARITHMETIC) == []
