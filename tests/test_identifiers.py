"""Numbers that can be right, and numbers that cannot."""

from __future__ import annotations

import pytest
from attrs import evolve

from salesflow import identifiers
from tests.einvoices import BUYER, SELLER, an_invoice


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("NL004495445B01", True),
        ("NL004495446B01", False),
        ("BE0428759497", True),
        ("BE0428759498", False),
        ("DE136695976", True),
        ("DE136695978", False),
        ("EL094259216", True),
        ("EL094259217", False),
        ("XI980780684", True),
        ("QQ1", True),
        ("QQ", False),
        ("12345", True),
        ("", False),
    ],
)
def test_a_vat_identifier_has_the_form_and_the_check_digits_of_its_country(number: str, right: bool) -> None:
    """A country whose form is unknown is given the benefit of the doubt."""
    assert identifiers.is_vat(number) is right


def test_the_numbers_of_an_invoice_are_checked_where_they_are_given() -> None:
    """The account is an IBAN where payment is by SEPA transfer, and whatever it is elsewhere."""
    invoice = an_invoice(means="58", account="NL91ABNA0417164300", seller=evolve(SELLER, vat="NL004495445B01"), buyer=evolve(BUYER, vat=""))
    assert identifiers.check(invoice) == ()
    assert identifiers.check(evolve(invoice, means="30", account="123", buyer=None)) == ()
    wrong = evolve(invoice, account="NL92ABNA0417164300", seller=evolve(SELLER, vat="NL004495446B01"))
    assert [(each.rule, each.path) for each in identifiers.check(wrong)] == [
        ("identifiers.vat", "seller.vat"),
        ("identifiers.iban", "account"),
    ]
