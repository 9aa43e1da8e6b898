"""
Price simulation: what a discount on an offer would do to its price and margin. Nothing changes until it is applied [QUO-7].

Applied to a line it becomes the line's discount, applied to the whole the total discount; list prices stay as they are.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import HUNDRED, ZERO, exact_number, require_kind, require_percentage
from salesflow.model.quotation import Alternative, Override, Quotation, QuotationLine
from salesflow.model.trade_agreement import Discount
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process.quotations import revise


@frozen(kw_only=True)
class Simulation:
    """
    An offer as it would be.

    Args:
        offer: The alternative with the discount; hand it to ``apply``.
        discount: What all discounts together take off the list prices.
        net: What the offer would come to, without VAT.
        cost: What it costs us.
    """

    offer: Alternative
    discount: Decimal
    net: Decimal
    cost: Decimal

    @property
    @exact
    def margin(self) -> Decimal:
        """The net less the cost."""
        return self.net - self.cost

    @property
    @exact
    def margin_ratio(self) -> Decimal | None:
        """The margin in percent of the net, unrounded; ``None`` where the net is zero."""
        return self.margin * HUNDRED / self.net if self.net else None


@exact
def simulate(
    quotation: Quotation,
    *,
    percentage: Decimal | int = ZERO,
    amount: Decimal | int = ZERO,
    line: int | None = None,
    alternative: str | None = None,
) -> Simulation:
    """
    Return what a discount of *amount* and then *percentage* would come to: on one line, or on the whole.

    Args:
        amount: Off the whole; on a line, off the line.
        alternative: Which offer; the favourite unless another is named.

    Raises:
        LookupError: there is no such alternative or line.
    """
    require_kind("quotation", quotation, Quotation)
    off, share = exact_number("amount", amount), exact_number("percentage", percentage)
    require_percentage("percentage", share)
    version = quotation.version
    offer = version.alternative(version.favourite if alternative is None else alternative)
    if line is None:
        wanted = evolve(offer, discount=Discount(off, share))
    else:
        offer.line(line)
        wanted = evolve(
            offer,
            lines=tuple(
                _discounted(each, off, share, quotation.quantum(offer.name)) if each.number == line else each for each in offer.lines
            ),
        )
    after = _with(quotation, wanted)
    return Simulation(
        offer=wanted,
        discount=after.subtotal(wanted.name) - after.amount(wanted.name),
        net=after.net(wanted.name),
        cost=after.cost(wanted.name),
    )


def _discounted(line: QuotationLine, off: Decimal, share: Decimal, quantum: Decimal) -> QuotationLine:
    if not off:
        return evolve(line, override=Override.DISCOUNT_PERCENTAGE, value=share)
    left = Discount(off, share).off(line.subtotal(quantum))
    return evolve(line, override=Override.DISCOUNT_AMOUNT, value=line.subtotal(quantum) - left)


def _with(quotation: Quotation, wanted: Alternative) -> Quotation:
    offers = tuple(wanted if each.name == wanted.name else each for each in quotation.version.alternatives)
    return evolve(quotation, versions=(*quotation.versions[:-1], evolve(quotation.version, alternatives=offers)))


def apply(quotation: Quotation, simulation: Simulation, *, on: date) -> Outcome[Quotation]:
    """
    Revise the offer as it was simulated.

    Raises:
        RefusedError: what ``quotations.revise`` refuses.
    """
    require_kind("quotation", quotation, Quotation)
    require_kind("simulation", simulation, Simulation)
    offers = tuple(simulation.offer if each.name == simulation.offer.name else each for each in quotation.version.alternatives)
    return revise(quotation, on=on, alternatives=offers)
