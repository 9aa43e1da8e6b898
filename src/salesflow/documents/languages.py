"""How a document says things in its language: words, amounts, quantities and dates. Nothing is rounded here."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args

from attrs import frozen

from salesflow.documents.wording import MONTHS, UNITS, Word
from salesflow.labels import Labelled, Language
from salesflow.model.einvoice import TradeParty
from salesflow.model.party import Address
from salesflow.model.vat import Vat
from salesflow.money import digits_of

CHAMBER_OF_COMMERCE = "0106"

_UNTAXED = {
    "Z": Word.ZERO,
    "E": Word.EXEMPT,
    "AE": Word.REVERSED,
    "K": Word.WITHIN_UNION,
    "G": Word.EXPORT,
    "O": Word.OUTSIDE,
}


@frozen
class Locale:
    """
    One of the languages that documents are printed in.

    >>> Locale("nl").number(Decimal("-1234.5"), 2), Locale("en").number(Decimal("-1234.5"), 2)
    ('-1.234,50', '-1,234.50')
    """

    language: Language

    def __attrs_post_init__(self) -> None:
        if self.language not in get_args(Language):
            msg = f"documents are printed in {' or '.join(get_args(Language))}, not in {self.language!r}"
            raise ValueError(msg)

    def say(self, word: Labelled, **facts: str) -> str:
        """Return a word, filled in."""
        return word.label(self.language).format(**facts) if facts else word.label(self.language)

    def number(self, value: Decimal, digits: int = 0) -> str:
        """Return a number with all the decimals it has, and with at least so many."""
        whole, _, part = f"{value.copy_abs():f}".partition(".")
        part = part.rstrip("0").ljust(digits, "0")
        grouped = f"{int(whole):,}"
        thousands, decimals = (".", ",") if self.language == "nl" else (",", ".")
        sign = "-" if value < 0 else ""
        return f"{sign}{grouped.replace(',', thousands)}{decimals + part if part else ''}"

    def amount(self, value: Decimal, currency: str) -> str:
        """Return an amount with the digits of its currency; the currency itself stands elsewhere."""
        return self.number(value, digits_of(currency))

    def percentage(self, value: Decimal) -> str:
        """Return a percentage."""
        return f"{self.number(value)} %"

    def quantity(self, value: Decimal, unit: str) -> str:
        """Return a quantity with its unit."""
        return f"{self.number(value)} {self.unit(unit)}"

    def unit(self, code: str) -> str:
        """Return a unit as people write it."""
        english, dutch = UNITS.get(code, (code, code))
        return dutch if self.language == "nl" else english

    def day(self, on: date) -> str:
        """Return a date in full: 2 March 2026."""
        return f"{on.day} {MONTHS[self.language][on.month - 1]} {on.year}"

    def short_day(self, on: date) -> str:
        """Return a date for a column: 02-03-2026 in Dutch, 2026-03-02 in English, which leaves no doubt about the month."""
        return f"{on:%d-%m-%Y}" if self.language == "nl" else on.isoformat()

    def vat(self, vat: Vat) -> str:
        """Return how something is taxed: the rate, or in a word why there is none."""
        word = _UNTAXED.get(vat.category)
        return self.percentage(vat.rate) if word is None else self.say(word)

    # ------------------------------------------------------------------ parties

    def address(self, value: Address, home: str = "") -> tuple[str, ...]:
        """Return the lines of an address; the country is named where it is not *home*."""
        place = "  ".join(part for part in (value.postal_code, value.city) if part)
        country = value.country if value.country != home else ""
        return tuple(line for line in (value.street, place, country) if line)

    def party(self, value: TradeParty, home: str = "") -> tuple[str, ...]:
        """Return name and address as they stand on an envelope."""
        contact = self.say(Word.ATTENTION, name=value.contact) if value.contact else ""
        return (value.name, *((contact,) if contact else ()), *self.address(value.address, home))

    def numbers(self, value: TradeParty, account: str = "") -> tuple[str, ...]:
        """Return what a party is registered under, and the account to pay to."""
        legal = Word.CHAMBER if value.legal_scheme == CHAMBER_OF_COMMERCE else Word.REGISTERED
        named = (
            (legal, value.legal),
            (Word.VAT_NUMBER, value.vat),
            (Word.TAX_NUMBER, value.tax_registration),
            (Word.BANK, account),
        )
        return tuple(self.say(word, number=number) for word, number in named if number)
