"""
Sales orders: placing, confirming, holding, cancelling.

Changes of a confirmed order are in ``changes``, shipping in ``deliveries``, invoicing in ``billing.invoices``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from salesflow.checks import ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.model.charge import ChargeRule
from salesflow.model.charge import numbered as numbered_charges
from salesflow.model.charge_rules import against_basis, against_charges
from salesflow.model.confirmation import OrderConfirmation
from salesflow.model.events import (
    DeliveryScheduled,
    OrderCancelled,
    OrderConfirmed,
    OrderHeld,
    OrderPlaced,
    OrderReleased,
    OrderShortClosed,
    OrderTypeChanged,
)
from salesflow.model.ledger import Row
from salesflow.model.order import Confirmed, Hold, Order, OrderStatus, OrderType, cancelling, with_postings, with_terms
from salesflow.model.order_amounts import ordered_rows
from salesflow.model.order_life import LIFECYCLE
from salesflow.model.order_line import OrderLine, numbered, require_lines
from salesflow.model.party import Address, Party, SaleKind, kind_of_sale
from salesflow.model.policies import AGREEMENTS, ORDERS, AgreementPolicy, OrderPolicy
from salesflow.model.pricing import PriceOrigin
from salesflow.model.product import Product
from salesflow.model.project import Project
from salesflow.model.terms import PaymentTerms, TermsOfSale
from salesflow.model.totals import TOTALS, WITH_VAT, Basis, TotalsPolicy
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process.commitments import Fulfilment, against_links
from salesflow.rules import Rule

NO_CUSTOMER = Rule(
    code="order.not-a-customer",
    en="Only a party with the role of customer places orders.",
    nl="Alleen een partij met de rol klant plaatst orders.",
    refusal="party {party} is not a customer",
    spec=("PTY-3",),
    source="documentation",
)
CONSUMER_TO_BUSINESS = Rule(
    code="order.consumer-to-business",
    en="A consumer does not sell to a business, unless the policy allows it.",
    nl="Een consument verkoopt niet aan een bedrijf, tenzij het beleid dat toestaat.",
    refusal="the seller is a person and {party} an organisation",
    spec=("PTH-2",),
    source="seed",
)
NO_LINES = Rule(
    code="order.no-lines",
    en="An order has at least one line.",
    nl="Een order heeft ten minste één regel.",
    refusal="order {order} has no lines",
    spec=("INV-1",),
    source="seed",
)
LINE_TWICE = Rule(
    code="order.line-number",
    en="Every line of an order has its own number, above zero.",
    nl="Elke regel van een order heeft een eigen nummer boven nul.",
    refusal="order {order} has line number {line} {times} times; numbers are above zero and each occurs once",
    spec=("ORD-1",),
    source="choice",
)
SIGN = Rule(
    code="order.sign",
    en="Quantities are below zero on a returned order and above zero on any other; a journal may hold either.",
    nl="Hoeveelheden zijn negatief op een geretourneerde order en positief op elke andere; een journaal mag beide hebben.",
    refusal="line {line} orders {ordered}, which a {type} cannot",
    spec=("ORD-8", "QTY-13"),
    source="choice",
)
RMA_MISSING = Rule(
    code="order.rma-missing",
    en="A returned order has an RMA number from its creation.",
    nl="Een geretourneerde order heeft vanaf het begin een retourartikelnummer (RMA-nummer).",
    refusal="order {order} is a returned order and was given no RMA number",
    spec=("ORD-6", "RET-1"),
    source="seed",
)
PROJECT_MISSING = Rule(
    code="order.project-missing",
    en="Item requirements are born from an item sale in a project and cannot be entered by hand.",
    nl="Artikelbehoeften ontstaan uit een artikelverkoop via een project en zijn niet met de hand in te voeren.",
    refusal="order {order} has item requirements and no project",
    spec=("ORD-5",),
    source="seed",
)
PROJECT_OF_ANOTHER = Rule(
    code="order.project-of-another",
    en="An order for a project is an order of that project's customer.",
    nl="Een order voor een project is een order van de klant van dat project.",
    refusal="project {project} is for customer {owner}, not {customer}",
    spec=("ORD-5",),
    source="choice",
)
WAREHOUSE_SUBSCRIPTION = Rule(
    code="order.warehouse-subscription",
    en="A subscription cannot go through warehouse management.",
    nl="Een abonnement kan niet samen met magazijnbeheer worden gebruikt.",
    refusal="order {order} is a subscription and its lines are under warehouse management",
    spec=("ORD-3",),
    source="seed",
)
UNKNOWN_PARENT = Rule(
    code="order.schedule-parent",
    en="A delivery schedule line belongs to a line of the same order, and that one to no other.",
    nl="Een leveringsplanregel hoort bij een regel van dezelfde order, en die hoort bij geen andere.",
    refusal="line {line} is scheduled under line {parent}, which is no line to schedule under",
    spec=("QTY-16",),
    source="documentation",
)
SCHEDULE_SUM = Rule(
    code="order.schedule-sum",
    en="A delivery schedule has two or more lines that add up to the quantity of their line.",
    nl="Een leveringsplan heeft twee of meer regels die optellen tot de hoeveelheid van hun regel.",
    refusal="line {line} orders {ordered}; its {parts} delivery lines come to {sum}",
    spec=("QTY-16",),
    source="documentation",
)
TYPE_LOCKED = Rule(
    code="order.type-locked",
    en="The type of an order can be changed, except item requirements that are delivered.",
    nl="Elk ordertype kan worden gewijzigd, behalve artikelbehoeften met de status Geleverd.",
    refusal="order {order} is {type} and {status}; its type is fixed",
    spec=("ORD-9",),
    source="seed",
)
TYPE_LOCKED_STRICT = Rule(
    code="order.type-locked-strict",
    en="By the strict policy the type is fixed for item requirements, and once anything is delivered or invoiced.",
    nl="Bij streng beleid ligt het type vast voor artikelbehoeften, en zodra er iets is geleverd of gefactureerd.",
    refusal="order {order} is {type} and {status}; the strict policy fixes its type",
    spec=("ORD-9",),
    source="documentation",
)
JOURNAL_HAS_POSTINGS = Rule(
    code="order.journal-postings",
    en="A journal order has no postings, so an order that has any does not become one.",
    nl="Een journaalorder heeft geen boekingen; een order met boekingen wordt dus geen journaal.",
    refusal="order {order} has {postings} postings and cannot become a journal",
    spec=("ORD-2",),
    source="seed",
)
SAME_TYPE = Rule(
    code="order.same-type",
    en="Changing the type of an order changes it.",
    nl="Een typewijziging geeft de order een ander type.",
    refusal="order {order} is {type} already",
    spec=("ORD-9",),
    source="choice",
)
CONFIRMED_ALREADY = Rule(
    code="order.confirmed",
    en="A revision of an order is confirmed once.",
    nl="Een revisie van een order wordt één keer bevestigd.",
    refusal="revision {revision} of order {order} was confirmed on {when}",
    spec=("DOC-2",),
    source="choice",
)
NOT_SETTLED = Rule(
    code="order.no-terms-of-sale",
    en="The confirmation of a sale between businesses carries the terms of sale.",
    nl="De bevestiging van een verkoop tussen bedrijven vermeldt de verkoopvoorwaarden.",
    refusal="order {order} is between businesses and names no terms of sale",
    spec=("PTH-6",),
    source="seed",
)
HELD_ALREADY = Rule(
    code="order.held",
    en="An order is held once for one cause.",
    nl="Een order staat één keer in wachtstand om één reden.",
    refusal="order {order} is held for {code} already",
    spec=("HOLD-1",),
    source="choice",
)
NOT_HELD = Rule(
    code="order.not-held",
    en="Only a hold that an order has can be released.",
    nl="Alleen een wachtstand die een order heeft, kan worden opgeheven.",
    refusal="order {order} is not held for {code}",
    spec=("HOLD-1",),
    source="choice",
)
TOUCHED = Rule(
    code="order.touched",
    en="An order is cancelled only while nothing of it is delivered or invoiced; after that its remainder can be short-closed.",
    nl="Een order wordt alleen geannuleerd zolang er niets van is geleverd of gefactureerd; daarna kan de rest worden afgesloten.",
    refusal="line {line} of order {order} has {delivered} delivered and {invoiced} invoiced; short-close the rest instead",
    spec=("P8",),
    source="choice",
)
UNKNOWN_LINE = Rule(
    code="order.unknown-line",
    en="A command names lines of the order.",
    nl="Een opdracht noemt regels van de order.",
    refusal="order {order} has no line {line} of its own",
    spec=("ORD-1",),
    source="choice",
)
OVER_REMAINDER = Rule(
    code="order.over-remainder",
    en="No more is short-closed than is left to deliver.",
    nl="Er wordt niet meer afgesloten dan er nog te leveren is.",
    refusal="line {line} has {left} left to deliver, not {asked}",
    spec=("QTY-12",),
    source="documentation",
)
BELOW_INVOICED = Rule(
    code="order.below-invoiced",
    en="What a customer is to have does not fall below what was invoiced; credit first.",
    nl="Wat een klant krijgt, daalt niet onder wat is gefactureerd; crediteer eerst.",
    refusal="line {line} has {invoiced} invoiced and would come down to {target}; credit first",
    spec=("QTY-6",),
    source="documentation",
)
NOTHING_LEFT = Rule(
    code="order.nothing-left",
    en="Something is left to deliver on what is short-closed.",
    nl="Van wat wordt afgesloten, is nog iets te leveren.",
    refusal="order {order} has nothing to short-close on {lines}",
    spec=("QTY-12",),
    source="choice",
)
PICKED = Rule(
    code="order.picked",
    en="What lies picked is put back before it is cancelled.",
    nl="Wat verzameld klaarligt, wordt teruggelegd voordat het wordt geannuleerd.",
    refusal="line {line} of order {order} has {picked} picked; put it back first",
    spec=("DOC-4",),
    source="choice",
)
ALREADY_SCHEDULED = Rule(
    code="order.schedule-touched",
    en="A line is split over delivery dates before anything happens to it.",
    nl="Een regel wordt over leverdatums verdeeld voordat er iets mee gebeurt.",
    refusal="line {line} of order {order} has postings or is scheduled already",
    spec=("QTY-16",),
    source="choice",
)
PAST_SHIP_DATE = Rule(
    code="order.ship-date-passed",
    en="The requested ship date of what is still to be delivered has not passed.",
    nl="De gewenste verzenddatum van wat nog te leveren is, is niet verstreken.",
    refusal="line {line} was requested for {requested} and {left} is still to be delivered",
    spec=("BCK-4",),
    source="documentation",
)
UNCONFIRMED = Rule(
    code="order.unconfirmed",
    en="The terms as they stand were confirmed to the customer.",
    nl="De voorwaarden zoals ze nu zijn, zijn aan de klant bevestigd.",
    refusal="revision {revision} of order {order} is not confirmed",
    spec=("DOC-3",),
    source="documentation",
)

_BASE, _MANUAL = PriceOrigin.BASE, PriceOrigin.MANUAL  # looked up once: a line is made by the thousand


def line(
    product: Product,
    quantity: Decimal | int,
    *,
    price: Decimal | None = None,
    discount: Decimal | int = ZERO,
    requested: date | None = None,
    number: int = 0,
) -> OrderLine:
    """
    Return an order line for *quantity* of *product*, at its base price unless another is given.

    The price is without VAT or has it in it as the product's own has.
    """
    return OrderLine(
        number=number,
        item=product.item,
        ordered=exact_number("quantity", quantity),
        price=product.price if price is None else price,
        origin=_BASE if price is None and not discount else _MANUAL,
        discount=exact_number("discount", discount) if discount else ZERO,
        requested=requested,
        basis=product.basis,
    )


@exact
def place(
    *,
    number: str,
    customer: Party,
    currency: str,
    lines: Iterable[OrderLine],
    on: date,
    at: datetime | None = None,
    type: OrderType = OrderType.SALES_ORDER,  # noqa: A002  the field's own word
    charges: Iterable[ChargeRule] = (),
    totals: TotalsPolicy | None = None,
    terms: TermsOfSale | None = None,
    payment_terms: PaymentTerms | None = None,
    deliver_to: Address | None = None,
    reference: str = "",
    taken_by: str = "",
    project: Project | None = None,
    rma: str | None = None,
    warehouse_managed: bool = False,
    quotation: str | None = None,
    comment: str = "",
    agreements: Iterable[Fulfilment] = (),
    policy: OrderPolicy = ORDERS,
    agreement_policy: AgreementPolicy = AGREEMENTS,
) -> Outcome[Order]:
    """
    Place an order.

    Lines without a number are numbered by position; the customer's invoice account and terms of payment are taken over.

    Args:
        charges: Charges and discounts on the whole, as rules; those without a number are numbered.
        totals: Whether prices have VAT in them, and how VAT is rounded; left out, it is as the prices of the lines are [GRS-1].
        agreements: How far each agreement is fulfilled that a line is linked to; ``releases.release`` sees to it.

    Raises:
        RefusedError: ``order.not-a-customer``, ``order.consumer-to-business``, ``order.project-of-another``,
            or any of ``order.no-lines``, ``order.line-number``, ``order.sign``, ``order.rma-missing``,
            ``order.project-missing``, ``order.warehouse-subscription``, ``order.schedule-parent``, ``order.schedule-sum``,
            ``price.basis``, ``charge.*``,
            and for linked lines what ``commitments.against_links`` yields.
    """
    require_kind("customer", customer, Party)
    given = numbered(_lines(lines))
    order = Order(
        number=number,
        type=type,
        customer=customer.number,
        invoice_account=customer.invoiced_as,
        currency=currency,
        placed=on,
        lines=given,
        charges=numbered_charges(all_of("charge", charges, ChargeRule)),
        totals_policy=(WITH_VAT if given and given[0].basis is Basis.GROSS else TOTALS) if totals is None else totals,
        sale=kind_of_sale(policy.seller, customer.kind),
        payment_terms=customer.payment_terms if payment_terms is None else payment_terms,
        terms=terms,
        deliver_to=customer.address if deliver_to is None else deliver_to,
        reference=reference,
        taken_by=taken_by,
        project=None if project is None else project.number,
        rma=rma,
        warehouse_managed=warehouse_managed,
        quotation=quotation,
        comment=comment,
    )
    refuse((*_against_parties(customer, project, order.sale, policy), *against_shape(order, new=True)))
    refuse(against_links(None, order, agreements, agreement_policy))
    return Outcome(document=order, made=(order,), events=(OrderPlaced(number=number, on=on, at=at, customer=customer.number),))


def _lines(lines: Iterable[OrderLine]) -> tuple[OrderLine, ...]:
    given = tuple(lines)
    require_lines(given)
    return given


def _against_parties(customer: Party, project: Project | None, sale: SaleKind, policy: OrderPolicy) -> Iterator[Refusal]:
    if not customer.is_customer:
        yield NO_CUSTOMER.refuse(party=customer.number)
    if sale is SaleKind.C2B and not policy.consumer_to_business:
        yield CONSUMER_TO_BUSINESS.refuse(party=customer.number)
    if project is not None and project.customer != customer.number:
        yield PROJECT_OF_ANOTHER.refuse(project=project.number, owner=project.customer, customer=customer.number)


def against_shape(order: Order, *, new: bool = False) -> Iterator[Refusal]:
    """
    Yield what an order, and an order of its type, cannot be.

    Args:
        new: Whether it is being placed: then a discount on the whole must find lines that bear it.
    """
    if not order.lines:
        yield NO_LINES.refuse(order=order.number)
    for number, times in _wrong_numbers(line.number for line in order.lines):
        yield LINE_TWICE.refuse(order=order.number, line=number, times=times)
    yield from against_basis(order.lines, order.totals_policy, f"order {order.number}")
    if order.charges and order.lines:
        yield from against_charges(
            order.charges, lambda: ordered_rows(order), order.currency, order.totals_policy, f"order {order.number}", new=new
        )
    yield from _against_type(order)
    yield from _against_schedules(order.lines)


def _wrong_numbers(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return the numbers below one or used more than once, and how often each occurs."""
    return [(number, times) for number, times in Counter(numbers).items() if number < 1 or times > 1]


def _against_type(order: Order) -> Iterator[Refusal]:
    returned = order.type is OrderType.RETURNED_ORDER
    if not order.is_journal:
        for each in order.lines:
            if (each.ordered < ZERO) is not returned:
                yield SIGN.refuse(line=each.number, ordered=each.ordered, type=order.type.within)
    if returned and not order.rma:
        yield RMA_MISSING.refuse(order=order.number)
    if order.type is OrderType.ITEM_REQUIREMENTS and not order.project:
        yield PROJECT_MISSING.refuse(order=order.number)
    if order.type is OrderType.SUBSCRIPTION and order.warehouse_managed:
        yield WAREHOUSE_SUBSCRIPTION.refuse(order=order.number)


def _against_schedules(lines: tuple[OrderLine, ...]) -> Iterator[Refusal]:
    parts: dict[int, list[OrderLine]] = {}
    for each in lines:
        if each.parent is not None:
            parts.setdefault(each.parent, []).append(each)
    if not parts:
        return
    by_number = {each.number: each for each in lines}
    for number, children in parts.items():
        parent = by_number.get(number)
        if parent is None or parent.parent is not None:
            yield UNKNOWN_PARENT.refuse(line=children[0].number, parent=number)
            continue
        total = sum((child.ordered for child in children), ZERO)
        if total != parent.ordered or len(children) < 2:  # noqa: PLR2004  two or more, as the rule says
            yield SCHEDULE_SUM.refuse(line=number, ordered=parent.ordered, parts=len(children), sum=total)


def validate(order: Order, *, on: date) -> tuple[Refusal, ...]:
    """
    Return what must be settled before the order can go on to delivery, as refusals of the rules concerned.

    A journal's type, active holds, an unconfirmed revision, missing terms of sale between businesses,
    ship dates that have passed, and whatever its type demands.
    """
    require_date("on", on)
    return tuple(_unsettled(order, on))


def _unsettled(order: Order, on: date) -> Iterator[Refusal]:
    yield from LIFECYCLE.why_not("deliveries.post", order, on=on)
    yield from against_shape(order)
    if not order.is_confirmed:
        yield UNCONFIRMED.refuse(order=order.number, revision=order.revision)
    if order.sale is SaleKind.B2B and order.terms is None:
        yield NOT_SETTLED.refuse(order=order.number)
    for balance in order.balances:
        requested = balance.terms.requested
        if balance.deliver_remainder and requested is not None and requested < on:
            yield PAST_SHIP_DATE.refuse(line=balance.number, requested=requested, left=balance.deliver_remainder)


def confirm(order: Order, *, on: date, terms: TermsOfSale | None = None) -> Outcome[OrderConfirmation]:
    """
    Confirm the order as it stands to the customer; the confirmation carries the *terms* of sale, and so will the invoice [PTH-6].

    The confirmation is a document of its own, apart from the order [QTE-14].

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.journal``, ``order.confirmed``.
    """
    require_date("on", on)
    LIFECYCLE.require("confirm", order, on=on)
    if order.is_confirmed:
        refuse((CONFIRMED_ALREADY.refuse(order=order.number, revision=order.revision, when=order.confirmations[-1].on),))
    binding = order.terms if terms is None else terms
    confirmed = Confirmed(revision=order.revision, on=on, terms=binding)
    confirmation = OrderConfirmation(
        number=f"{order.number}/{order.revision}",
        order=order.number,
        revision=order.revision,
        on=on,
        customer=order.customer,
        currency=order.currency,
        lines=order.lines,
        charges=order.charges,
        totals_policy=order.totals_policy,
        payment_terms=order.payment_terms,
        terms=binding,
        comment=order.comment,
    )
    after = evolve(order, terms=binding, confirmations=(*order.confirmations, confirmed))
    event = OrderConfirmed(number=order.number, on=on, revision=order.revision)
    return Outcome(document=confirmation, made=(confirmation,), changed=(after,), events=(event,))


def change_type(
    order: Order,
    type: OrderType,  # noqa: A002  the field's own word
    *,
    on: date,
    rma: str | None = None,
    project: Project | None = None,
    agreements: Iterable[Fulfilment] = (),
    policy: OrderPolicy = ORDERS,
    agreement_policy: AgreementPolicy = AGREEMENTS,
) -> Outcome[Order]:
    """
    Make the order one of another type [ORD-9].

    By default any type can be changed, except item requirements that are delivered; the strict policy fixes more.
    The order must fit its new type: signs, RMA number, project.
    A journal takes nothing of the agreements its lines are linked to, so they are shown when it becomes an order.

    Raises:
        RefusedError: ``order.same-type``, ``order.type-locked``, ``order.type-locked-strict``, ``order.journal-postings``,
            and what ``place`` refuses of an order of the new type.
    """
    require_kind("type", type, OrderType)
    require_date("on", on)
    LIFECYCLE.require("change_type", order, on=on)
    after = evolve(
        order,
        type=type,
        rma=order.rma if rma is None else rma,
        project=order.project if project is None else project.number,
    )
    refuse((*_against_type_change(order, type, policy), *against_shape(after)))
    refuse(against_links(None if order.is_journal else order, after, agreements, agreement_policy))
    event = OrderTypeChanged(number=order.number, on=on, before=order.type, after=type)
    return Outcome(document=after, changed=(after,), events=(event,))


def _against_type_change(order: Order, after: OrderType, policy: OrderPolicy) -> Iterator[Refusal]:
    if after is order.type:
        yield SAME_TYPE.refuse(order=order.number, type=order.type)
    if order.type is OrderType.ITEM_REQUIREMENTS and order.status is OrderStatus.DELIVERED:
        yield TYPE_LOCKED.refuse(order=order.number, type=order.type, status=order.status)
    elif policy.strict_type_change and (order.type is OrderType.ITEM_REQUIREMENTS or order.is_touched):
        yield TYPE_LOCKED_STRICT.refuse(order=order.number, type=order.type, status=order.status)
    if after is OrderType.JOURNAL and order.postings:
        yield JOURNAL_HAS_POSTINGS.refuse(order=order.number, postings=len(order.postings))


def hold(order: Order, code: str, *, on: date, reason: str = "") -> Outcome[Order]:
    """
    Keep the order from being picked and shipped, for the cause named by *code* [HOLD-1].

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.held``.
    """
    require_date("on", on)
    LIFECYCLE.require("hold", order, on=on)
    if any(each.code == code for each in order.holds):
        refuse((HELD_ALREADY.refuse(order=order.number, code=code),))
    after = evolve(order, holds=(*order.holds, Hold(code=code, on=on, reason=reason)))
    return Outcome(document=after, changed=(after,), events=(OrderHeld(number=order.number, on=on, code=code),))


def release(order: Order, code: str, *, on: date) -> Outcome[Order]:
    """
    Clear the hold named by *code*; the order can be shipped once it has no other.

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.not-held``.
    """
    require_date("on", on)
    LIFECYCLE.require("release", order, on=on)
    rest = tuple(each for each in order.holds if each.code != code)
    if len(rest) == len(order.holds):
        refuse((NOT_HELD.refuse(order=order.number, code=code),))
    after = evolve(order, holds=rest)
    return Outcome(document=after, changed=(after,), events=(OrderReleased(number=order.number, on=on, code=code),))


def cancel(order: Order, *, on: date) -> Outcome[Order]:
    """
    Cancel the whole order, of which nothing may have happened [P8].

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.touched``, ``order.picked``.
    """
    require_date("on", on)
    LIFECYCLE.require("cancel", order, on=on)
    refuse(_against_cancel(order))
    rows = tuple((number, left) for number, left in order.fold.to_deliver.items())
    after = with_postings(order, cancelling(order, rows, order.number, on))
    return Outcome(document=after, changed=(after,), events=(OrderCancelled(number=order.number, on=on),))


def _against_cancel(order: Order) -> Iterator[Refusal]:
    for each in order.balances:
        if each.delivered or each.invoiced:
            yield TOUCHED.refuse(order=order.number, line=each.number, delivered=each.delivered, invoiced=each.invoiced)
        if each.picked:
            yield PICKED.refuse(order=order.number, line=each.number, picked=each.picked)


@exact
def short_close(order: Order, quantities: Mapping[int, Decimal | int] | None = None, *, on: date) -> Outcome[Order]:
    """
    Cancel what is left to deliver, or so much of it as *quantities* says per line; what was ordered stays on record [QTY-12].

    This is also how a subscription ends.

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.unknown-line``, ``order.over-remainder``,
            ``order.below-invoiced``, ``order.picked``, ``order.nothing-left``.
    """
    require_date("on", on)
    if refusals := why_not_short_close(order, quantities, on=on):
        raise RefusedError(refusals)
    rows = _short_rows(order, quantities)
    after = with_postings(order, cancelling(order, rows, order.number, on))
    event = OrderShortClosed(number=order.number, on=on, lines=tuple(number for number, _ in rows))
    return Outcome(document=after, changed=(after,), events=(event,))


@exact
def why_not_short_close(order: Order, quantities: Mapping[int, Decimal | int] | None = None, *, on: date) -> tuple[Refusal, ...]:
    """Return every reason why ``short_close`` may not run with the same arguments."""
    if wrong := LIFECYCLE.why_not("short_close", order, on=on):
        return wrong
    return tuple(_against_short_close(order, _short_rows(order, quantities)))


def _short_rows(order: Order, quantities: Mapping[int, Decimal | int] | None) -> tuple[Row, ...]:
    if quantities is None:
        return tuple(order.fold.to_deliver.items())
    return tuple((number, exact_number(f"quantity of line {number}", quantity)) for number, quantity in sorted(quantities.items()))


def _against_short_close(order: Order, rows: tuple[Row, ...]) -> Iterator[Refusal]:
    if not rows:
        yield NOTHING_LEFT.refuse(order=order.number, lines="any line")
    for number, quantity in rows:
        if number not in order:
            yield UNKNOWN_LINE.refuse(order=order.number, line=number)
            continue
        balance = order.line(number)
        left = balance.deliver_remainder
        if not left or not quantity:
            yield NOTHING_LEFT.refuse(order=order.number, lines=f"line {number}")
        elif not ZERO < quantity / left <= 1:
            yield OVER_REMAINDER.refuse(line=number, left=left, asked=quantity)
        elif balance.picked and abs(left - quantity) < abs(balance.picked):
            yield PICKED.refuse(order=order.number, line=number, picked=balance.picked)
        elif abs(target := order.fold.target(number) - quantity) < abs(balance.invoiced):
            yield BELOW_INVOICED.refuse(line=number, invoiced=balance.invoiced, target=target)


@exact
def schedule(order: Order, number: int, parts: Iterable[tuple[date, Decimal | int]], *, on: date) -> Outcome[Order]:
    """
    Split a line over delivery dates; each date becomes a line of its own under it, with the same item and price [QTY-16].

    Raises:
        RefusedError: ``wrong-status``, ``order.before-placed``, ``order.unknown-line``, ``order.schedule-touched``,
            ``order.schedule-sum``, ``order.sign``.
    """
    require_date("on", on)
    LIFECYCLE.require("schedule", order, on=on)
    if number not in order:
        refuse((UNKNOWN_LINE.refuse(order=order.number, line=number),))
    parent = order.line(number).terms
    posted = any(row[0] == number for posting in order.postings for row in posting.rows)
    if posted or parent.parent is not None:
        refuse((ALREADY_SCHEDULED.refuse(order=order.number, line=number),))
    first = max(each.number for each in order.lines) + 1
    children = tuple(
        evolve(parent, number=place, ordered=exact_number("quantity", quantity), requested=day, parent=number)
        for place, (day, quantity) in enumerate(parts, start=first)
    )
    after = with_terms(order, (*order.lines, *children))
    total = sum((child.ordered for child in children), ZERO)
    if not children:
        refuse((SCHEDULE_SUM.refuse(line=number, ordered=parent.ordered, parts=0, sum=total),))
    refuse(against_shape(after))
    return Outcome(document=after, changed=(after,), events=(DeliveryScheduled(number=order.number, on=on, line=number),))
