"""Codes that people read: an enumeration whose members carry an English and a Dutch label."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

Language = Literal["en", "nl"]


class Labelled(StrEnum):
    """A closed list of codes; the code is stored and compared, the labels are shown."""

    en: str
    nl: str

    def __new__(cls, code: str, en: str = "", nl: str = "") -> Self:
        """Make a member of its code and its labels; called with the code alone, the class finds the member."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.en = en
        member.nl = nl
        return member

    @property
    def within(self) -> str:
        """The English label as it stands within a sentence."""
        return self.en[:1].lower() + self.en[1:]

    def label(self, language: Language = "en") -> str:
        """Return the label in *language*."""
        return self.nl if language == "nl" else self.en
