"""
Ordering under a sales agreement: release orders, linking lines of an order, and taking them out again.

The prices and discounts of the agreement take the place of those of any trade agreement [AGR-7].
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, exact_number, require_date, require_decimal, require_kind
from salesflow.errors import Refusal, refuse
from salesflow.model.agreement import Commitment, CommitmentKind, SalesAgreement
from salesflow.model.order import Order
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party
from salesflow.model.policies import AGREEMENTS, PRICES, AgreementPolicy, PricePolicy
from salesflow.model.pricing import PriceOrigin
from salesflow.model.product import Product
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process import changes, orders, prices, restating
from salesflow.process.commitments import NOT_COVERED, Fulfilment
from salesflow.process.price_book import PriceBook
from salesflow.process.prices import Wanted
from salesflow.rules import Rule

NO_PRICE = Rule(
    code="agreement.no-price",
    en="Where a commitment names no price, the product is given whose price is discounted.",
    nl="Noemt een toezegging geen prijs, dan wordt het product opgegeven waarvan de prijs wordt verlaagd.",
    refusal="commitment {commitment} of agreement {agreement} names no price, and no product was given",
    spec=("AGR-2", "AGR-7"),
    source="documentation",
)
NOT_LINKED = Rule(
    code="agreement.not-linked",
    en="Only a line that is linked to an agreement can be taken out of it.",
    nl="Alleen een regel die aan een overeenkomst is gekoppeld, kan worden ontkoppeld.",
    refusal="line {line} of order {order} is not linked to an agreement",
    spec=("AGR-11",),
    source="choice",
)
EMPTY_BOOK = PriceBook()


@frozen(kw_only=True)
class CallOff:
    """
    What is called off of a commitment.

    Args:
        product: What is ordered; may be left out on a product quantity commitment that names a price.
        requested: The ship date that is asked for.
    """

    commitment: int
    quantity: Decimal
    product: Product | None = None
    requested: date | None = None

    def __attrs_post_init__(self) -> None:
        require_kind("commitment", self.commitment, int)
        require_decimal("quantity", self.quantity)
        if self.product is not None:
            require_kind("product", self.product, Product)


@exact
def release(
    fulfilled: Fulfilment,
    wanted: Mapping[int, Decimal | int] | Iterable[CallOff],
    *,
    number: str,
    customer: Party,
    on: date,
    requested: date | None = None,
    book: PriceBook = EMPTY_BOOK,
    agreement_policy: AgreementPolicy = AGREEMENTS,
    price_policy: PricePolicy = PRICES,
    **terms: Any,
) -> Outcome[Order]:
    """
    Place an order under an agreement: its lines are linked, at the agreed prices and discounts, and its terms are those agreed.

    Args:
        fulfilled: The agreement and what was ordered under it so far.
        wanted: The call-offs; ``{commitment: quantity}`` will do where the commitments name item and price.
        requested: The ship date of the call-offs that name none.
        book: Where prices are found that the agreement does not name.
        terms: What else ``orders.place`` takes; terms given here depart from those of the agreement [PTH-7].

    Raises:
        RefusedError: ``agreement.no-price``, ``agreement.not-covered``, and what ``orders.place`` refuses.
    """
    require_kind("fulfilled", fulfilled, Fulfilment)
    agreement = fulfilled.agreement
    asked = _call_offs(wanted)
    refuse(_against(agreement, each) for each in asked)
    lines = [_line(agreement, each, requested, customer, book, price_policy, on) for each in asked]
    common: dict[str, Any] = {
        name: value for name in ("payment_terms", "terms", "deliver_to") if (value := getattr(agreement, name)) is not None
    }
    totals = terms.get("totals")
    if totals is not None:
        lines = [restating.line(each, totals.basis) for each in lines]
    return orders.place(
        number=number,
        customer=customer,
        currency=terms.pop("currency", agreement.currency),
        lines=lines,
        on=on,
        agreements=(fulfilled,),
        agreement_policy=agreement_policy,
        **(common | terms),
    )


def _call_offs(wanted: Mapping[int, Decimal | int] | Iterable[CallOff]) -> tuple[CallOff, ...]:
    if isinstance(wanted, Mapping):
        return tuple(CallOff(commitment=key, quantity=exact_number("quantity", quantity)) for key, quantity in wanted.items())
    given = tuple(wanted)
    for each in given:
        require_kind("call-off", each, CallOff)
    return given


def _against(agreement: SalesAgreement, wanted: CallOff) -> Refusal | None:
    commitment = next((each for each in agreement.commitments if each.number == wanted.commitment), None)
    if commitment is None:
        item = wanted.product.number if wanted.product else "no product"
        return NOT_COVERED.refuse(commitment=wanted.commitment, agreement=agreement.number, line="called off", item=item)
    if wanted.product is None and (commitment.price is None or commitment.item is None):
        return NO_PRICE.refuse(commitment=commitment.number, agreement=agreement.number)
    return None


def _line(
    agreement: SalesAgreement,
    wanted: CallOff,
    requested: date | None,
    customer: Party,
    book: PriceBook,
    policy: PricePolicy,
    on: date,
) -> OrderLine:
    commitment = agreement.commitment(wanted.commitment)
    product = wanted.product
    if product is None and commitment.item is not None:
        product = Product(item=commitment.item, price=ZERO, basis=agreement.basis)
    require_kind("product", product, Product)
    given = Wanted(
        product=product,  # type: ignore[arg-type]
        quantity=wanted.quantity,
        price=commitment.price,
        requested=wanted.requested or requested,
    )
    [line] = prices.of(book, customer, [given], agreement.currency, on=on, basis=agreement.basis, policy=policy).lines
    return evolve(at_agreed_price(line, commitment), number=0, link=agreement.link(commitment.number))


@exact
def at_agreed_price(line: OrderLine, commitment: Commitment) -> OrderLine:
    """
    Return a line at the price and discount of a commitment; a price that it does not name stays, discounts never do [AGR-7].

    An amount off is no more than the price it comes off.
    """
    if commitment.price is not None:
        line = evolve(line, price=commitment.price, price_unit=commitment.price_unit, discount_amount=ZERO, entered=None)
    off = min(commitment.discount_amount, line.list_price) or ZERO
    return evolve(line, discount=commitment.discount or ZERO, discount_amount=off, origin=PriceOrigin.SALES_AGREEMENT)


@exact
def link(
    order: Order,
    fulfilled: Fulfilment,
    lines: Mapping[int, int],
    *,
    on: date,
    reason: str = "ordered under the agreement",
    agreement_policy: AgreementPolicy = AGREEMENTS,
) -> Outcome[Order]:
    """
    Let lines of an order count towards commitments, at the agreed prices and discounts; its terms become those agreed [AGR-8].

    Args:
        lines: The commitment for each line.

    Raises:
        RefusedError: ``agreement.not-covered``, and what ``changes.change`` refuses.
    """
    require_kind("order", order, Order)
    require_kind("fulfilled", fulfilled, Fulfilment)
    require_kind("lines", lines, Mapping)
    agreement = fulfilled.agreement
    wanted: list[changes.Change] = []
    for number, key in lines.items():
        terms = next((line for line in order.lines if line.number == number), None)
        commitment = next((each for each in agreement.commitments if each.number == key), None)
        wanted.append(changes.SetLink(number, agreement.link(key)))
        if terms is not None and commitment is not None:
            agreed = at_agreed_price(restating.line(terms, agreement.basis), commitment)
            wanted.append(_set_price(restating.line(agreed, order.basis)))
    done = changes.change(order, wanted, on=on, reason=reason, agreements=(fulfilled,), agreement_policy=agreement_policy)
    common = {name: value for name in ("payment_terms", "terms", "deliver_to") if (value := getattr(agreement, name)) is not None}
    after = done.document if order.is_touched else evolve(done.document, **common)
    return Outcome(document=after, changed=(after,), events=done.events)


def unlink(
    order: Order,
    lines: Iterable[int],
    *,
    on: date,
    reason: str,
    priced: Iterable[OrderLine] = (),
) -> Outcome[Order]:
    """
    Let lines no longer count towards an agreement [AGR-10, AGR-11].

    Without new prices the lines keep theirs. To have the price worked out again, hand the lines as ``prices.of`` priced them.

    Args:
        priced: Lines whose prices the lines of the same numbers get.

    Raises:
        RefusedError: ``agreement.not-linked``, and what ``changes.change`` refuses.
    """
    require_kind("order", order, Order)
    require_date("on", on)
    linked = {line.number for line in order.lines if line.link is not None}
    numbers = tuple(lines)
    refuse(NOT_LINKED.refuse(line=number, order=order.number) for number in numbers if number not in linked)
    wanted: list[changes.Change] = [changes.SetLink(number, None) for number in numbers]
    wanted += [_set_price(line) for line in all_of("line", priced, OrderLine) if line.number in numbers]
    return changes.change(order, wanted, on=on, reason=reason)


def _set_price(line: OrderLine) -> changes.SetPrice:
    return changes.SetPrice(line.number, line.price, line.discount, line.discount_amount, line.price_unit, line.origin, line.entered)


@exact
def matching(fulfilled: Fulfilment, line: OrderLine, on: date) -> Commitment | None:
    """
    Return the commitment that a line may count towards: the most specific that covers it, holds then, and has something left [AGR-8].

    The same of two that are alike is the one with the lower number.

    Args:
        on: The requested ship date of the line, where it names none.
    """
    require_kind("fulfilled", fulfilled, Fulfilment)
    require_kind("line", line, OrderLine)
    agreement = fulfilled.agreement
    fitting = [
        balance.commitment
        for balance in fulfilled
        if balance.commitment.covers(line.item)
        and agreement.holds(balance.commitment, line.requested or on)
        and (balance.remaining > 0 or agreement.framework)
    ]
    return min(fitting, key=lambda each: (list(CommitmentKind).index(each.kind), -len(each.category), each.number), default=None)
