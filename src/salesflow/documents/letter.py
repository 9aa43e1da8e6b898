"""What all printed documents share: who sends them to whom, and what stands at the head."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from salesflow.documents.languages import Locale
from salesflow.documents.sheet import Block, Sheet, Words
from salesflow.documents.wording import Word
from salesflow.model.einvoice import TradeParty

Fact = tuple[Word, str]
"""A fact at the head, and what it is called."""


def letter(
    title: Word | str,
    number: str,
    on: date,
    locale: Locale,
    *,
    seller: TradeParty,
    buyer: TradeParty,
    facts: Iterable[Fact],
    blocks: tuple[Block, ...],
    mark: str = "",
    account: str = "",
) -> Sheet:
    """Return a document from *seller* to *buyer*; facts and blocks that are empty are left out."""
    home = seller.address.country
    # A contact stands on an envelope; at the head of one's own paper it is of no use.
    sender = (seller.name, *locale.address(seller.address), *(line for line in (seller.telephone, seller.email) if line))
    return Sheet(
        title=locale.say(title) if isinstance(title, Word) else title,
        number=number,
        language=locale.language,
        on=on,
        mark=mark,
        sender=sender,
        registered=locale.numbers(seller, account),
        recipient=locale.party(buyer, home),
        facts=said(facts, locale),
        blocks=blocks,
        pages=locale.say(Word.OF_PAGES),
    )


def said(facts: Iterable[Fact], locale: Locale) -> tuple[tuple[str, str], ...]:
    """Return facts with their names, those left out that are empty."""
    return tuple((locale.say(word), value) for word, value in facts if value)


def present(parts: Iterable[str]) -> str:
    """Return the parts that are there, one after the other."""
    return " · ".join(filter(None, parts))


def stacked(parts: Iterable[str]) -> str:
    """Return the parts that are there, each on a line of its own."""
    return "\n".join(filter(None, parts))


def comments(given: Iterable[str], locale: Locale) -> tuple[Words, ...]:
    """Return the comments that there are, under their heading."""
    text = stacked(given)
    return (Words(heading=locale.say(Word.COMMENT), text=text),) if text else ()
