"""The rule: a code, one sentence in two languages, where it comes from, and how a refusal reads."""

from __future__ import annotations

from attrs import frozen

from salesflow.errors import Refusal
from salesflow.labels import Language


@frozen(kw_only=True)
class Rule:
    """
    A rule that a command may be refused by.

    Args:
        code: What programs compare; it never changes.
        en: The rule as a sentence that is true when it is kept.
        nl: The same in Dutch.
        refusal: How a refusal reads, with the facts in braces.
        spec: Ids of the rule in the specification, such as ``QTY-4``.
        source: ``seed`` for the user's own documents, ``documentation`` for a vendor's, ``choice`` for ours.
    """

    code: str
    en: str
    nl: str
    refusal: str
    spec: tuple[str, ...]
    source: str

    def sentence(self, language: Language = "en") -> str:
        """Return the rule in *language*."""
        return self.nl if language == "nl" else self.en

    def refuse(self, **facts: object) -> Refusal:
        """Return the refusal that *facts* deserve."""
        return Refusal(self.code, self.refusal.format(**facts), tuple(facts.items()))
