"""Where a price comes from: what an order line, a quotation line, a party and a product keep of it."""

from __future__ import annotations

from attrs import frozen

from salesflow.checks import require_text
from salesflow.labels import Labelled


class PriceOrigin(Labelled):
    """What a price was taken from; the first that has one is used [TRD-5, AGR-7]."""

    SALES_AGREEMENT = "sales-agreement", "Sales agreement", "Verkoopovereenkomst"
    TRADE_AGREEMENT = "trade-agreement", "Trade agreement", "Handelsovereenkomst"
    BASE = "base", "Base price", "Basisprijs"
    MANUAL = "manual", "Entered by hand", "Handmatig ingevoerd"
    QUOTATION = "quotation", "Quotation", "Offerte"
    FREE = "free", "Free of charge", "Gratis"


@frozen(kw_only=True, cache_hash=True)
class DiscountGroups:
    """
    The groups by which trade agreements know a customer or a product, one per relation; empty where it is in none [TRD-1].

    A product has no price group, for a price is always of one item, and no total discount group, for that is of the whole order.
    """

    price: str = ""
    line: str = ""
    multiline: str = ""
    total: str = ""


NO_GROUPS = DiscountGroups()


@frozen
class AgreementLink:
    """The commitment of a sales agreement that an order line counts towards [AGR-8]."""

    agreement: str
    commitment: int

    def __attrs_post_init__(self) -> None:
        require_text("agreement", self.agreement)
        if type(self.commitment) is not int or self.commitment < 1:
            msg = f"commitment must be the number of a commitment, not {self.commitment!r}"
            raise ValueError(msg)
