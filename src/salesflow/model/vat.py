"""VAT: the category of EN 16931 and the rate at which something is taxed."""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_percentage, require_text

RATED = frozenset({"S", "L", "M", "B"})
"""The VAT categories that have a rate."""


@frozen(cache_hash=True)
class Vat:
    """
    How a line is taxed: a category of EN 16931 and its rate in percent.

    Category ``S`` is the standard rate, ``Z`` zero rated, ``E`` exempt, ``O`` outside the scope of VAT, ``AE`` reverse charge,
    ``K`` a supply within the European Union, ``G`` an export. ``L`` and ``M``, the taxes of the Canary Islands and of Ceuta and
    Melilla, and ``B``, Italian split payment, carry a rate as ``S`` does; no other category does.
    """

    category: str
    rate: Decimal = ZERO

    def __attrs_post_init__(self) -> None:
        require_text("category", self.category)
        require_percentage("rate", self.rate)
        if self.rate and self.category not in RATED:
            msg = f"category {self.category} has no rate, not {self.rate} %"
            raise ValueError(msg)


NO_VAT = Vat("O")
