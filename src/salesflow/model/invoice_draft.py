"""Draft invoices: what is about to be invoiced, kept apart from what was."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from salesflow.checks import require_date, require_text
from salesflow.labels import Labelled
from salesflow.model.ledger import Row


class DraftStatus(Labelled):
    """What became of a draft."""

    OPEN = "open", "Draft", "Concept"
    POSTED = "posted", "Posted", "Geboekt"
    DISCARDED = "discarded", "Discarded", "Vervallen"


@frozen
class DraftPart:
    """What a draft is to take of one order."""

    order: str
    rows: tuple[Row, ...]


@frozen(kw_only=True)
class InvoiceDraft:
    """
    An invoice that is being prepared: it reserves quantities, and posts nothing [P2].

    Args:
        slips: The packing slips it follows; empty where it follows the orders.
        posted_as: The number of the invoice it became.
        discarded: The day it was given up.
    """

    number: str
    on: date
    account: str
    currency: str
    parts: tuple[DraftPart, ...]
    slips: tuple[str, ...] = ()
    posted_as: str | None = None
    discarded: date | None = None

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_date("on", self.on)

    @property
    def status(self) -> DraftStatus:
        """What became of it."""
        if self.posted_as is not None:
            return DraftStatus.POSTED
        return DraftStatus.OPEN if self.discarded is None else DraftStatus.DISCARDED
