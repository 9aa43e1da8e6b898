"""
How far the commitments of a sales agreement are fulfilled, and what an order line that counts towards one must keep.

An agreement keeps no count: everything is folded from the orders whose lines are linked to it [AGR-9].
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, all_of, require_kind
from salesflow.errors import Refusal
from salesflow.model.agreement import AgreementStatus, Commitment, SalesAgreement
from salesflow.model.ledger import smaller
from salesflow.model.order import LineBalance, Order, OrderType
from salesflow.model.order_line import OrderLine
from salesflow.model.policies import AGREEMENTS, AgreementPolicy, ReleaseScope
from salesflow.model.totals import Basis, in_basis
from salesflow.money import exact, half_up
from salesflow.rules import Rule

NOT_GIVEN = Rule(
    code="agreement.not-given",
    en="Whoever orders under an agreement, or changes such an order, shows the agreement and what was ordered under it.",
    nl="Wie onder een overeenkomst bestelt of zo'n order wijzigt, legt de overeenkomst over met wat eronder is besteld.",
    refusal="line {line} of order {order} is linked to agreement {agreement}, which was not given",
    spec=("AGR-8",),
    source="choice",
)
NOT_EFFECTIVE = Rule(
    code="agreement.not-effective",
    en="An order is placed under an agreement only while it is effective.",
    nl="Een order kan alleen onder een overeenkomst worden geplaatst als deze is ingesteld op Effectief.",
    refusal="agreement {agreement} is {status}",
    spec=("AGR-4", "AGR-15"),
    source="seed",
)
ANOTHER_CUSTOMER = Rule(
    code="agreement.another-customer",
    en="Only the customer of an agreement orders under it.",
    nl="Alleen de klant van een overeenkomst bestelt eronder.",
    refusal="agreement {agreement} is with {owner}, order {order} of {customer}",
    spec=("AGR-1",),
    source="seed",
)
ANOTHER_CURRENCY = Rule(
    code="agreement.another-currency",
    en="An order under an agreement is in the currency of the agreement.",
    nl="Een order onder een overeenkomst is in de valuta van de overeenkomst.",
    refusal="agreement {agreement} is in {currency}, order {order} in {other}",
    spec=("AGR-11",),
    source="documentation",
)
NOT_COVERED = Rule(
    code="agreement.not-covered",
    en="An order line counts towards a commitment of its own item, unit or category.",
    nl="Een orderregel telt mee voor een toezegging voor het eigen artikel, de eigen eenheid of de eigen categorie.",
    refusal="commitment {commitment} of agreement {agreement} does not cover line {line} of {item}",
    spec=("AGR-2",),
    source="documentation",
)
OUTSIDE_PERIOD = Rule(
    code="agreement.outside-period",
    en="The requested ship date lies in the period of the agreement, both ends included.",
    nl="De gewenste verzenddatum ligt in de geldige periode van de overeenkomst, begin- en vervaldatum inbegrepen.",
    refusal="line {line} is to be shipped on {requested}; agreement {agreement} holds {period}",
    spec=("AGR-6", "AGR-13"),
    source="seed",
)
PRICE_FIXED = Rule(
    code="agreement.price-fixed",
    en="Where price and discount are fixed, an order line has those of the agreement; otherwise its link is removed.",
    nl="Als prijs en korting vast zijn, heeft een orderregel die van de overeenkomst; anders wordt de koppeling verwijderd.",
    refusal="line {line} has price {price} and discount {discount}; commitment {commitment} of agreement {agreement} fixes them",
    spec=("AGR-11",),
    source="documentation",
)
ANOTHER_BASIS = Rule(
    code="agreement.basis",
    en="A line under an agreement has a price in the basis of the agreement, or one that was restated from it.",
    nl="Een regel onder een overeenkomst heeft een prijs in de grondslag van de overeenkomst, of een die daaruit is herleid.",
    refusal="line {line} has a price {basis}; agreement {agreement} speaks of prices {wanted}: restate the line with restating.line",
    spec=("GRS-15", "AGR-11"),
    source="documentation",
)
OVER_COMMITMENT = Rule(
    code="agreement.over-commitment",
    en="Where the maximum is enforced, no more is ordered than was committed; otherwise the link is removed.",
    nl="Als het maximum is afgedwongen, wordt niet meer besteld dan is toegezegd; anders wordt de koppeling verwijderd.",
    refusal="commitment {commitment} of agreement {agreement} has {left} left, not {asked}",
    spec=("AGR-10",),
    source="documentation",
)
RELEASE_LIMITS = Rule(
    code="agreement.release-limits",
    en="What an order takes of a commitment lies between the least and the most that were agreed.",
    nl="Wat een order van een toezegging afneemt, ligt tussen het minimale en maximale vrijgavebedrag.",
    refusal="{what} takes {asked} of commitment {commitment}; from {least} to {most} was agreed",
    spec=("AGR-12",),
    source="documentation",
)
RETURN_OF_ONE = Rule(
    code="agreement.return-of-one",
    en="A returned order is linked to one agreement.",
    nl="Een geretourneerde order is aan één overeenkomst gekoppeld.",
    refusal="order {order} is a returned order and linked to {agreements}",
    spec=("AGR-14",),
    source="documentation",
)


@frozen(kw_only=True)
class Use:
    """
    What an order line takes of a commitment, in quantity or net amount; a returned order gives back, below zero.

    Args:
        released: Ordered, and neither delivered nor invoiced.
        delivered_not_invoiced: Delivered, and not invoiced.
        invoiced: Invoiced.
    """

    order: str
    line: int
    commitment: int
    released: Decimal
    delivered_not_invoiced: Decimal
    invoiced: Decimal

    @property
    @exact
    def total(self) -> Decimal:
        """All three together."""
        return self.released + self.delivered_not_invoiced + self.invoiced


@frozen
class CommitmentBalance:
    """How far one commitment is fulfilled: ``committed == remaining + released + delivered_not_invoiced + invoiced`` [AGR-9]."""

    commitment: Commitment
    uses: tuple[Use, ...]

    @property
    def committed(self) -> Decimal:
        """What was committed."""
        return self.commitment.committed

    @property
    @exact
    def released(self) -> Decimal:
        """What was ordered, and neither delivered nor invoiced."""
        return sum((use.released for use in self.uses), ZERO)

    @property
    @exact
    def delivered_not_invoiced(self) -> Decimal:
        """What was delivered, and not invoiced."""
        return sum((use.delivered_not_invoiced for use in self.uses), ZERO)

    @property
    @exact
    def invoiced(self) -> Decimal:
        """What was invoiced."""
        return sum((use.invoiced for use in self.uses), ZERO)

    @property
    @exact
    def remaining(self) -> Decimal:
        """What is still to be ordered; below zero where more was ordered than committed [AGR-10]."""
        return self.committed - sum((use.total for use in self.uses), ZERO)


@frozen
class Fulfilment:
    """How far a sales agreement is fulfilled: an agreement and what every order line takes of it."""

    agreement: SalesAgreement
    uses: tuple[Use, ...]

    def __getitem__(self, commitment: int) -> CommitmentBalance:
        """Return how far the commitment of that number is fulfilled; raise ``LookupError`` where there is none."""
        mine = tuple(use for use in self.uses if use.commitment == commitment)
        return CommitmentBalance(self.agreement.commitment(commitment), mine)

    def __iter__(self) -> Iterator[CommitmentBalance]:
        return (self[commitment.number] for commitment in self.agreement.commitments)

    def without(self, order: str) -> Fulfilment:
        """Return what it would be without one order."""
        return Fulfilment(self.agreement, tuple(use for use in self.uses if use.order != order))


def fulfilment(agreement: SalesAgreement, orders: Iterable[Order]) -> Fulfilment:
    """
    Return how far an agreement is fulfilled by *orders*, which are all that were placed under it; others do no harm.

    A journal order takes nothing. A line that is not linked counts for nothing, whatever it orders [AGR-9].
    """
    require_kind("agreement", agreement, SalesAgreement)
    known = {commitment.number: commitment for commitment in agreement.commitments}
    uses = [
        _use(order, balance, known[link.commitment], agreement.basis)
        for order in all_of("order", orders, Order)
        if not order.is_journal
        for balance in order.balances
        if (link := balance.terms.link) is not None and link.agreement == agreement.number and link.commitment in known
    ]
    return Fulfilment(agreement, tuple(uses))


@exact
def _use(order: Order, line: LineBalance, commitment: Commitment, basis: Basis) -> Use:
    """Return what a line takes: the whole of it in three parts that come to the whole."""
    delivered, invoiced = line.delivered, line.invoiced
    to_credit = smaller(-line.invoice_remainder, invoiced)  # it came back, and gives back before it is credited [AGR-14]
    kept = invoiced - to_credit
    beyond = max(delivered, kept, key=abs)
    returns = line.ordered < 0  # what is to come back gives nothing back before it has come [AGR-14]
    whole = beyond if returns else max(order.fold.target(line.number), beyond, key=abs)
    parts = (kept, beyond, whole)
    if not commitment.counts_quantity:
        quantum = order.quantum
        posted = order.fold.amounts.get(line.number, ZERO).quantize(quantum)
        exactly = order.fold.exacts.get(line.number, ZERO)
        found = (half_up(exactly + (part - invoiced) * line.terms.unit_price, quantum) if part != invoiced else posted for part in parts)
        parts = tuple(  # type: ignore[assignment]
            half_up(in_basis(amount, line.terms.vat, order.basis, basis), quantum) for amount in found
        )
    return Use(
        order=order.number,
        line=line.number,
        commitment=commitment.number,
        released=parts[2] - parts[1],
        delivered_not_invoiced=parts[1] - parts[0],
        invoiced=parts[0],
    )


# ---------------------------------------------------------------------- what a linked line must keep


def against_links(
    before: Order | None, after: Order, given: Iterable[Fulfilment], policy: AgreementPolicy = AGREEMENTS
) -> Iterator[Refusal]:
    """
    Yield what the linked lines of an order must keep and do not.

    Only lines that are new or changed are looked at.

    Args:
        before: The order as it was; ``None`` where it is being placed.
        given: How far each agreement is fulfilled, with or without this order.
    """
    known = {each.agreement.number: each for each in all_of("agreement", given, Fulfilment)}
    old = {} if before is None else {line.number: line for line in before.lines}
    touched = [line for line in after.fold.terms.values() if line.link is not None and old.get(line.number) != line]
    seen = set()
    for line in touched:
        found = known.get(line.link.agreement) if line.link else None
        if line.link is None or found is None:
            yield NOT_GIVEN.refuse(line=line.number, order=after.number, agreement=line.link.agreement if line.link else "")
            continue
        earlier = old.get(line.number)
        is_new = earlier is None or earlier.link != line.link
        wrong = [*_against_agreement(found.agreement, after, is_new=is_new), *_against_commitment(found.agreement, after, line)]
        yield from wrong
        if not wrong:
            seen.add((found.agreement.number, line.link.commitment))
    for number, commitment in sorted(seen):
        yield from _against_balance(known[number], commitment, after, policy)
    agreements = sorted({line.link.agreement for line in after.lines if line.link is not None})
    if touched and after.type is OrderType.RETURNED_ORDER and len(agreements) > 1:
        yield RETURN_OF_ONE.refuse(order=after.number, agreements=" and ".join(agreements))


def _against_agreement(agreement: SalesAgreement, order: Order, *, is_new: bool) -> Iterator[Refusal]:
    if is_new and agreement.status is not AgreementStatus.EFFECTIVE:
        yield NOT_EFFECTIVE.refuse(agreement=agreement.number, status=agreement.status.within)
    if order.customer != agreement.customer:
        yield ANOTHER_CUSTOMER.refuse(agreement=agreement.number, owner=agreement.customer, order=order.number, customer=order.customer)
    if order.currency != agreement.currency:
        yield ANOTHER_CURRENCY.refuse(agreement=agreement.number, currency=agreement.currency, order=order.number, other=order.currency)


def _against_commitment(agreement: SalesAgreement, order: Order, line: OrderLine) -> Iterator[Refusal]:
    number = line.link.commitment if line.link else 0
    commitment = next((each for each in agreement.commitments if each.number == number), None)
    if commitment is None or not commitment.covers(line.item):
        yield NOT_COVERED.refuse(commitment=number, agreement=agreement.number, line=line.number, item=line.item.number)
        return
    requested: date = line.requested or order.placed
    if not agreement.holds(commitment, requested):
        period = agreement.period if commitment.period is None or requested not in agreement.period else commitment.period
        yield OUTSIDE_PERIOD.refuse(line=line.number, requested=requested, agreement=agreement.number, period=period)
    if line.basis is not agreement.basis and line.entered is None:
        yield ANOTHER_BASIS.refuse(line=line.number, basis=line.basis.within, agreement=agreement.number, wanted=agreement.basis.within)
    elif commitment.fixed and not commitment.prices(line, agreement.basis):
        yield PRICE_FIXED.refuse(line=line.number, price=line.price, discount=line.discount, commitment=number, agreement=agreement.number)


def _against_balance(found: Fulfilment, number: int, order: Order, policy: AgreementPolicy) -> Iterator[Refusal]:
    others = found.without(order.number)[number]
    commitment = others.commitment
    asked = sum((use.total for use in fulfilment(found.agreement, [order])[number].uses), ZERO)
    if commitment.max_enforced and asked > others.remaining:
        yield OVER_COMMITMENT.refuse(commitment=number, agreement=found.agreement.number, left=others.remaining, asked=asked)
    if policy.limits_refuse:
        yield from outside_limits(found.agreement, order, policy, number)


def outside_limits(
    agreement: SalesAgreement, order: Order, policy: AgreementPolicy = AGREEMENTS, commitment: int | None = None
) -> tuple[Refusal, ...]:
    """
    Return where an order takes less or more of a commitment than was agreed for one release [AGR-12].

    These are warnings unless the policy refuses them; they are looked at by line or by order, as it says.
    """
    balances = [each for each in fulfilment(agreement, [order]) if commitment in {None, each.commitment.number}]
    return tuple(refusal for balance in balances for refusal in _outside(balance, order, policy))


def _outside(balance: CommitmentBalance, order: Order, policy: AgreementPolicy) -> Iterator[Refusal]:
    terms = balance.commitment
    taken = {f"line {use.line}": use.total for use in balance.uses}
    if policy.limits_per is ReleaseScope.ORDER and taken:
        taken = {f"order {order.number}": sum(taken.values(), ZERO)}
    for what, asked in taken.items():
        low = terms.least_release is not None and asked < terms.least_release
        high = terms.most_release is not None and asked > terms.most_release
        if asked > 0 and (low or high):
            least, most = (terms.least_release or ZERO), ("any amount" if terms.most_release is None else terms.most_release)
            yield RELEASE_LIMITS.refuse(what=what, asked=asked, commitment=terms.number, least=least, most=most)
