"""The VAT categories of EN 16931, and what each asks of an invoice: data, which the checks read."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from salesflow.labels import Labelled


class RateIs(Labelled):
    """What the rate of a category must be."""

    ABOVE_ZERO = "above-zero", "above zero", "boven nul"
    ZERO = "zero", "zero", "nul"
    ZERO_OR_MORE = "zero-or-more", "zero or more", "nul of meer"
    ABSENT = "absent", "left out", "afwezig"


class ReasonIs(Labelled):
    """Whether a reason why there is no VAT must be given."""

    NEEDED = "needed", "needed", "verplicht"
    FORBIDDEN = "forbidden", "not allowed", "niet toegestaan"


class Numbers(Labelled):
    """Which numbers of a party a category asks for."""

    FREE = "free", "none in particular", "geen bepaald nummer"
    VAT = "vat", "a VAT identifier", "een btw-nummer"
    VAT_OR_TAX = "vat-or-tax", "a VAT identifier or a tax registration", "een btw-nummer of een fiscaal nummer"
    VAT_OR_LEGAL = "vat-or-legal", "a VAT identifier or a legal registration", "een btw-nummer of een handelsregisternummer"
    NO_VAT = "no-vat", "no VAT identifier", "geen btw-nummer"


@frozen(kw_only=True)
class Category:
    """
    One VAT category.

    Args:
        rules: How the ids of its rules begin: ``BR-S`` for ``S``. Every category has the same ten, by number.
        exemption: The VATEX code that goes with it where the category itself is the reason.
        one_group: Whether an invoice has at most one group of it.
    """

    code: str
    rules: str
    rate: RateIs
    reason: ReasonIs
    seller: Numbers = Numbers.VAT_OR_TAX
    buyer: Numbers = Numbers.FREE
    exemption: str = ""
    one_group: bool = True

    def takes(self, rate: Decimal | None) -> bool:
        """Say whether the category may have that rate; one that must be zero has to be stated."""
        if self.rate is RateIs.ABSENT or rate is None:
            return rate is None and self.rate is RateIs.ABSENT
        if self.rate is RateIs.ZERO:
            return not rate
        return rate > 0 or (self.rate is RateIs.ZERO_OR_MORE and not rate)


_NEEDED, _FORBIDDEN = ReasonIs.NEEDED, ReasonIs.FORBIDDEN

CATEGORIES = {
    each.code: each
    for each in (
        Category(code="S", rules="BR-S", rate=RateIs.ABOVE_ZERO, reason=_FORBIDDEN, one_group=False),
        Category(code="Z", rules="BR-Z", rate=RateIs.ZERO, reason=_FORBIDDEN),
        Category(code="E", rules="BR-E", rate=RateIs.ZERO, reason=_NEEDED),
        Category(code="AE", rules="BR-AE", rate=RateIs.ZERO, reason=_NEEDED, buyer=Numbers.VAT_OR_LEGAL, exemption="VATEX-EU-AE"),
        Category(
            code="K",
            rules="BR-IC",
            rate=RateIs.ZERO,
            reason=_NEEDED,
            seller=Numbers.VAT,
            buyer=Numbers.VAT,
            exemption="VATEX-EU-IC",
        ),
        Category(code="G", rules="BR-G", rate=RateIs.ZERO, reason=_NEEDED, seller=Numbers.VAT, exemption="VATEX-EU-G"),
        Category(
            code="O",
            rules="BR-O",
            rate=RateIs.ABSENT,
            reason=_NEEDED,
            seller=Numbers.NO_VAT,
            buyer=Numbers.NO_VAT,
            exemption="VATEX-EU-O",
        ),
        Category(code="L", rules="BR-AF", rate=RateIs.ZERO_OR_MORE, reason=_FORBIDDEN, one_group=False),
        Category(code="M", rules="BR-AG", rate=RateIs.ZERO_OR_MORE, reason=_FORBIDDEN, one_group=False),
    )
}
"""Every category with the common rules, by its code."""

SPLIT_PAYMENT = "B"
"""Italian split payment: it has a rate, and two rules of its own instead of the common ones."""

CODES = frozenset((*CATEGORIES, SPLIT_PAYMENT))
"""Every code there is."""
