"""How documents say amounts, dates, units and parties in Dutch and in English."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Address, Vat
from salesflow.documents.languages import Locale
from salesflow.documents.wording import Word
from salesflow.labels import Language
from tests.einvoices import SELLER

D = Decimal
NL, EN = Locale("nl"), Locale("en")


@pytest.mark.parametrize(
    ("value", "currency", "dutch", "english"),
    [
        ("0", "EUR", "0,00", "0.00"),
        ("-0.00", "EUR", "0,00", "0.00"),
        ("1234567.8", "EUR", "1.234.567,80", "1,234,567.80"),
        ("-999.99", "EUR", "-999,99", "-999.99"),
        ("0.00875", "EUR", "0,00875", "0.00875"),
        ("1E+3", "JPY", "1.000", "1,000"),
        ("1.5", "KWD", "1,500", "1.500"),
    ],
)
def test_amounts_have_the_signs_of_their_language_and_the_digits_of_their_currency(
    value: str, currency: str, dutch: str, english: str
) -> None:
    """Point and comma change places; a zero has no sign; more decimals than the currency has are all there."""
    assert (NL.amount(D(value), currency), EN.amount(D(value), currency)) == (dutch, english)


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
    language=st.sampled_from(("nl", "en")),
)
def test_no_number_is_rounded(value: Decimal, language: Language) -> None:
    """What is shown, read back, is the number."""
    shown = Locale(language).number(value, 2)
    plain = shown.replace(".", "").replace(",", ".") if language == "nl" else shown.replace(",", "")
    assert D(plain) == value


def test_dates_are_never_in_doubt() -> None:
    """In full with the name of the month; in columns so that day and month cannot be taken for each other."""
    day = date(2026, 3, 2)
    assert (NL.day(day), EN.day(day)) == ("2 maart 2026", "2 March 2026")
    assert (NL.short_day(day), EN.short_day(day)) == ("02-03-2026", "2026-03-02")


def test_units_are_said_as_people_say_them() -> None:
    """A unit that has no word shows its code."""
    assert (NL.quantity(D("1.5"), "HUR"), EN.quantity(D(3), "C62")) == ("1,5 uur", "3 pcs")
    assert NL.quantity(D(2), "ZZ") == "2 ZZ"


@pytest.mark.parametrize(
    ("vat", "dutch", "english"),
    [
        (Vat("S", D("5.50")), "5,5 %", "5.5 %"),
        (Vat("L", D(7)), "7 %", "7 %"),
        (Vat("Z"), "0 %", "0 %"),
        (Vat("E"), "vrijgesteld", "exempt"),
        (Vat("AE"), "verlegd", "reverse charge"),
        (Vat("K"), "intra-EU", "intra-EU"),
        (Vat("G"), "uitvoer", "export"),
        (Vat("O"), "geen", "none"),
    ],
)
def test_vat_is_a_rate_or_the_word_for_why_there_is_none(vat: Vat, dutch: str, english: str) -> None:
    """Categories with a rate show it; the others say what they are."""
    assert (NL.vat(vat), EN.vat(vat)) == (dutch, english)


def test_an_address_names_its_country_abroad_only() -> None:
    """At home the country is left out, and so is whatever is not known."""
    assert NL.address(SELLER.address, "NL") == ("Quay 1", "3011 AA  Rotterdam")
    assert NL.address(SELLER.address, "BE")[-1] == "NL"
    assert NL.address(Address(city="Delft")) == ("Delft",)
    assert NL.party(SELLER, "NL")[:2] == ("Salt & Sons", "T.a.v. Accounts")
    assert EN.party(evolve(SELLER, contact=""), "NL")[1] == "Quay 1"


def test_a_party_shows_the_numbers_it_has() -> None:
    """The Dutch register has its own name; another register, and another number of the tax office, theirs."""
    assert NL.numbers(SELLER, "NL02") == ("KvK 12345678", "Btw NL001234567B01", "Rekening NL02")
    other = evolve(SELLER, legal_scheme="0002", vat="", tax_registration="4711")
    assert EN.numbers(other) == ("Reg. 12345678", "Tax no. 4711")


def test_there_are_two_languages() -> None:
    """Another one is refused at the door."""
    wrong: Any = "de"
    with pytest.raises(ValueError, match="printed in en or nl, not in 'de'"):
        Locale(wrong)


@pytest.mark.parametrize("word", Word)
def test_every_word_asks_for_the_same_facts_in_both_languages(word: Word) -> None:
    """A fact that one language names and the other forgets would be lost on paper."""
    assert word.en
    assert word.nl
    assert {part.partition("}")[0] for part in word.en.split("{")[1:]} == {part.partition("}")[0] for part in word.nl.split("{")[1:]}
