"""
Returns: the RMA number, what is announced, what has arrived, and what becomes of it.

A return has a returned order of its own. Goods are received, and sent back again, in ``return_receipts``;
crediting and replacing are in ``return_credits``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import Refusal, RefusedError, refuse
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.events import ReturnedOrderClosed
from salesflow.model.goods_return import CostBasis, Disposition, Movement, Origin, Return, ReturnLine, ReturnStatus
from salesflow.model.goods_return import Step as Move
from salesflow.model.invoice import Invoice
from salesflow.model.ledger import Kind, Row
from salesflow.model.order import Order, OrderType, cancelling, with_postings, with_terms
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Party
from salesflow.model.policies import AGREEMENTS, AgreementPolicy
from salesflow.model.totals import TOTALS, TotalsPolicy
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.process import orders
from salesflow.process.commitments import Fulfilment
from salesflow.process.history import begun, changed
from salesflow.process.return_charges import rules_of
from salesflow.rules import Rule

Quantities = Mapping[int, Decimal | int]
"""Line number to quantity, above zero."""

EMPTY = Rule(
    code="return.empty",
    en="A command on a return names at least one line.",
    nl="Een opdracht voor een retour noemt ten minste één regel.",
    refusal="nothing is named of return {rma}",
    spec=("RET-1",),
    source="choice",
)
UNKNOWN_LINE = Rule(
    code="return.unknown-line",
    en="A return names lines that are there.",
    nl="Een retour noemt bestaande regels.",
    refusal="{document} has no line {line}",
    spec=("RET-1",),
    source="choice",
)
QUANTITY = Rule(
    code="return.quantity",
    en="What comes back is a quantity above zero.",
    nl="Wat terugkomt is een hoeveelheid groter dan nul.",
    refusal="{asked} cannot be {step} of line {line}",
    spec=("RET-1", "ORD-8"),
    source="choice",
)
OVER_DELIVERED = Rule(
    code="return.over-delivered",
    en="No more comes back than was delivered, over all returns together.",
    nl="Er komt niet meer terug dan er is geleverd, over alle retouren samen.",
    refusal="line {line} of order {order} has {left} that can come back, not {asked}",
    spec=("RET-6", "I4"),
    source="documentation",
)
NOT_INVOICED = Rule(
    code="return.invoice-missing",
    en="Goods that were invoiced come back with the invoice that is to be credited.",
    nl="Gefactureerde goederen komen terug met de factuur die wordt gecrediteerd.",
    refusal="{asked} of line {line} of order {order} come back; the invoices given and what was not invoiced cover {covered}",
    spec=("RET-6",),
    source="choice",
)
ANOTHER_CUSTOMER = Rule(
    code="return.another-customer",
    en="A return is of orders of one customer, in one currency.",
    nl="Een retour betreft orders van één klant, in één valuta.",
    refusal="order {order} is of {customer} in {currency}, not of {wanted}",
    spec=("RET-1",),
    source="choice",
)
NUMBER_USED = Rule(
    code="return.number-used",
    en="Every return has an RMA number of its own.",
    nl="Elke retour heeft een eigen retourartikelnummer (RMA-nummer).",
    refusal="RMA number {rma} is taken",
    spec=("ORD-6", "RET-1"),
    source="seed",
)
BEFORE = Rule(
    code="return.before-created",
    en="Nothing happens to a return before the day it was created.",
    nl="Er gebeurt niets met een retour vóór de dag waarop die is gemaakt.",
    refusal="return {rma} was created on {created}; {on} is before that",
    spec=("I15",),
    source="choice",
)
NOT_THERE = Rule(
    code="return.not-there",
    en="Every step of a return takes no more than the step before it left.",
    nl="Elke stap van een retour neemt niet meer dan de vorige stap heeft overgelaten.",
    refusal="line {line} of return {rma} has {left} to be {step}, not {asked}",
    spec=("RET-2", "RET-7"),
    source="documentation",
)
IN_QUARANTINE = Rule(
    code="return.in-quarantine",
    en="While goods are in quarantine, the inspector decides what becomes of them, by releasing them.",
    nl="Zolang goederen in quarantaine zijn, bepaalt de keurmeester bij de vrijgave wat ermee gebeurt.",
    refusal="line {line} of return {rma} has {left} in quarantine",
    spec=("RET-4",),
    source="documentation",
)
DECIDED = Rule(
    code="return.decided",
    en="What becomes of goods is not decided otherwise once they were credited, sent back or replaced.",
    nl="Wat er met goederen gebeurt, verandert niet meer nadat ze zijn gecrediteerd, teruggestuurd of vervangen.",
    refusal="line {line} of return {rma} was settled as {disposition}",
    spec=("RET-4",),
    source="choice",
)
NO_GOODS = Rule(
    code="return.no-goods",
    en="Where the customer is credited only, no goods come back; and goods that have arrived are not credited only.",
    nl="Bij alleen crediteren komen er geen goederen terug; en goederen die zijn aangekomen, worden niet alleen gecrediteerd.",
    refusal="line {line} of return {rma} is to be credited only",
    spec=("RET-5",),
    source="documentation",
)
NOTHING_WAITS = Rule(
    code="return.nothing-waits",
    en="A step of a return has something that waits for it.",
    nl="Voor een stap van een retour ligt er iets klaar.",
    refusal="return {rma} has nothing that waits to be {step}",
    spec=("RET-2",),
    source="choice",
)
RECEIVED_ALREADY = Rule(
    code="return.received",
    en="Lines are added to a return only while none was received.",
    nl="Regels kunnen alleen worden toegevoegd zolang er geen is ontvangen.",
    refusal="return {rma} has received something",
    spec=("RET-3",),
    source="documentation",
)
ANOTHER_ORDER = Rule(
    code="return.another-order",
    en="A step that moves goods or money of a return is given its returned order and every order the goods came from.",
    nl="Een stap die goederen of geld van een retour verplaatst, krijgt de retourorder en elke order waar de goederen vandaan komen.",
    refusal="return {rma} needs order {needed}, which was not given",
    spec=("RET-7", "P4"),
    source="choice",
)


def is_created_by_then(rma: Return, on: date) -> Refusal | None:
    """Nothing happens before the return was created."""
    return BEFORE.refuse(rma=rma.number, created=rma.created, on=on) if on < rma.created else None


def has_received_nothing(rma: Return, on: date) -> Refusal | None:
    """Lines are added while none was received [RET-3]."""
    received = any(movement.step is Move.RECEIVED for movement in rma.movements)
    return RECEIVED_ALREADY.refuse(rma=rma.number) if received else None


def _waits(step: Move, left: Callable[[Return, int], Decimal]) -> Callable[[Return, date], Refusal | None]:
    """Return the rule that something waits for a step."""

    def something_waits(rma: Return, on: date) -> Refusal | None:
        waiting = any(left(rma, line.number) for line in rma.lines)
        return None if waiting else NOTHING_WAITS.refuse(rma=rma.number, step=step.within)

    return something_waits


_S = ReturnStatus
_BY_THEN = (is_created_by_then,)
_MOVING = (_S.CREATED, _S.OPEN)
LIFECYCLE: Lifecycle[Return, ReturnStatus] = Lifecycle(
    "return",
    (
        Step("create", (), (_S.CREATED,)),
        Step("add", (_S.CREATED,), (_S.CREATED,), (*_BY_THEN, has_received_nothing)),
        Step("add", (_S.OPEN,), (_S.OPEN,), (*_BY_THEN, has_received_nothing)),
        Step("register", _MOVING, (_S.OPEN,), _BY_THEN),
        Step("quarantine", _MOVING, (_S.OPEN,), _BY_THEN),
        Step("release", (_S.OPEN,), (_S.OPEN,), (*_BY_THEN, _waits(Move.RELEASED, Return.in_quarantine))),
        Step("dispose", (_S.CREATED,), (_S.CREATED,), _BY_THEN),
        Step("dispose", (_S.OPEN,), (_S.OPEN, _S.CLOSED), _BY_THEN),
        Step("return_receipts.receive", (_S.OPEN,), (_S.OPEN, _S.CLOSED), (*_BY_THEN, _waits(Move.RECEIVED, Return.registered))),
        Step("return_receipts.send_back", (_S.OPEN,), (_S.OPEN, _S.CLOSED), (*_BY_THEN, _waits(Move.SENT_BACK, Return.uncredited))),
        Step("return_receipts.send_back", (_S.CLOSED,), (_S.CLOSED,), (*_BY_THEN, _waits(Move.SENT_BACK, Return.uncredited))),
        Step("close", _MOVING, (_S.OPEN, _S.CLOSED, _S.CANCELLED), _BY_THEN),
        Step("return_credits.credit", (_S.CREATED, _S.OPEN), (_S.OPEN, _S.CLOSED), _BY_THEN),
        Step("return_credits.replace", (_S.CREATED,), (_S.CREATED,), _BY_THEN),
        Step("return_credits.replace", (_S.OPEN,), (_S.OPEN,), _BY_THEN),
        Step("return_credits.replace", (_S.CLOSED,), (_S.CLOSED,), _BY_THEN),
        Step("cancel", (_S.CREATED,), (_S.CANCELLED,), _BY_THEN),
    ),
    status=lambda rma: rma.status,
    resting=(_S.CLOSED, _S.CANCELLED),
    kind=Return,
)


@frozen(kw_only=True)
class Claim:
    """
    What is to come back of one order.

    Args:
        quantities: By line of the order, above zero.
        invoices: The invoices of it that are to be credited, oldest first; what they do not cover was delivered and not invoiced.
        disposition: What becomes of it, where that is known.
        counts: Whether the order counts it as not delivered any more [P4].
        redeliver: Whether the order is to deliver it again.
        costs: What a unit of a line cost us, by line of the order [RET-6].
    """

    order: Order
    quantities: Quantities
    invoices: tuple[Invoice, ...] = ()
    disposition: Disposition | None = None
    counts: bool = True
    redeliver: bool = False
    costs: Mapping[int, Decimal] | None = None
    cost_basis: CostBasis = CostBasis.ORIGINAL


# ---------------------------------------------------------------------- creating


@exact
def create(
    claims: Iterable[Claim],
    *,
    number: str,
    order: str,
    customer: Party,
    on: date,
    currency: str | None = None,
    totals: TotalsPolicy | None = None,
    reason: str = "",
    unreferenced: Iterable[OrderLine] = (),
    others: Iterable[Return] = (),
    agreements: Iterable[Fulfilment] = (),
    agreement_policy: AgreementPolicy = AGREEMENTS,
    by: str = "",
) -> Outcome[Return]:
    """
    Create a return and its returned order, which has the RMA number from this moment [RET-1, ORD-6].

    Goods come back at the price they were sold at. Those of a named invoice are credited on it, with their share of its charges;
    those that were delivered and not invoiced only come off what is still to be invoiced.

    Args:
        number: The RMA number.
        order: The number of the returned order.
        currency: Left out, that of the orders that the goods come from.
        totals: Whether prices have VAT in them; left out, as those orders have it.
        unreferenced: Goods whose sale is not known, with the quantity that comes back, above zero.
        others: Other returns of these orders, so that no more is announced than was delivered.
        agreements: How far each agreement is fulfilled whose linked lines come back without the order counting it [AGR-14].

    Raises:
        RefusedError: ``return.*`` as the rules of this module say, and what ``orders.place`` refuses.
    """
    require_date("on", on)
    wanted, loose = all_of("claim", claims, Claim), all_of("unreferenced", unreferenced, OrderLine)
    known = all_of("other", others, Return)
    money = currency or (wanted[0].order.currency if wanted else "")
    policy = totals or (wanted[0].order.totals_policy if wanted else TOTALS)
    found = list(_against_claims(wanted, loose, known, customer, money, policy, number))
    if found:
        raise RefusedError(found)
    pairs = [*_lines(wanted), *_loose(loose)]
    lines, terms = _numbered(pairs, 1)
    placed = orders.place(
        number=order,
        customer=customer,
        currency=money,
        lines=terms,
        charges=rules_of(lines, _invoices(wanted)),
        totals=policy,
        on=on,
        type=OrderType.RETURNED_ORDER,
        rma=number,
        agreements=agreements,
        agreement_policy=agreement_policy,
    )
    rma = Return(number=number, order=order, customer=customer.number, currency=money, created=on, lines=lines, reason=reason, movements=())
    told = begun(rma, "return", "created", on=on, by=by)
    return Outcome(document=rma, made=(rma, placed.document), events=(*told.events, *placed.events))


@exact
def add(
    rma: Return,
    order: Order,
    claims: Iterable[Claim],
    *,
    customer: Party,
    on: date,
    unreferenced: Iterable[OrderLine] = (),
    others: Iterable[Return] = (),
    by: str = "",
) -> Outcome[Return]:
    """
    Add lines to a return, while none of it was received [RET-3].

    Raises:
        RefusedError: ``wrong-status``, ``return.received``, and what ``create`` refuses.
    """
    LIFECYCLE.require("add", rma, on=on)
    wanted, loose = all_of("claim", claims, Claim), all_of("unreferenced", unreferenced, OrderLine)
    refuse(against_own(rma, order))
    refuse(_against_claims(wanted, loose, (rma, *all_of("other", others, Return)), customer, rma.currency, order.totals_policy, ""))
    lines, terms = _numbered([*_lines(wanted), *_loose(loose)], len(rma.lines) + 1)
    longer = with_terms(order, (*order.lines, *terms), rules_of(lines, _invoices(wanted), order.charges))
    refuse(orders.against_shape(longer))
    told = changed(rma, evolve(rma, lines=(*rma.lines, *lines)), "return", "added to", on=on, by=by)
    return Outcome(document=told.document, changed=(longer, told.document), events=told.events)


def _invoices(claims: tuple[Claim, ...]) -> tuple[Invoice, ...]:
    """Return the invoices that are named, each once."""
    return tuple({invoice.number: invoice for claim in claims for invoice in claim.invoices}.values())


_Pair = tuple[ReturnLine, OrderLine]


def _lines(claims: tuple[Claim, ...]) -> Iterator[_Pair]:
    for claim in claims:
        for line, asked in sorted(claim.quantities.items()):
            quantity = exact_number(f"quantity of line {line}", asked)
            terms = claim.order.fold.terms[line]
            for origin, part in _origins(claim, line, quantity):
                returned = ReturnLine(
                    number=1,
                    item=terms.item,
                    quantity=part,
                    origin=origin,
                    disposition=claim.disposition,
                    counts=claim.counts,
                    redeliver=claim.redeliver,
                    cost=(claim.costs or {}).get(line),
                    cost_basis=claim.cost_basis,
                )
                # where the order itself counts the return, its own figures already give back to the agreement
                link = None if claim.counts else terms.link
                yield returned, evolve(terms, number=1, ordered=-part, requested=None, parent=None, link=link)


def _origins(claim: Claim, line: int, quantity: Decimal) -> Iterator[tuple[Origin, Decimal]]:
    """Divide what comes back over the invoices that are given, oldest first, and what was not invoiced."""
    order, left = claim.order, quantity
    for invoice in claim.invoices:
        creditable = invoice.creditable
        for each in invoice.lines_of(order.number):
            free = creditable[each.number].quantity if each.number in creditable else ZERO  # a line that credits another has nothing
            if each.terms.number == line and (part := min(left, free)) > 0:
                left -= part
                yield Origin(order.number, line, invoice.number, each.number), part
    if left > 0:
        yield Origin(order.number, line), left


def _loose(lines: tuple[OrderLine, ...]) -> Iterator[_Pair]:
    for line in lines:
        yield ReturnLine(number=1, item=line.item, quantity=line.ordered), evolve(line, number=1, ordered=-line.ordered, link=None)


def _numbered(pairs: list[_Pair], first: int) -> tuple[tuple[ReturnLine, ...], tuple[OrderLine, ...]]:
    both = [(evolve(one, number=place), evolve(other, number=place)) for place, (one, other) in enumerate(pairs, start=first)]
    return tuple(one for one, _ in both), tuple(other for _, other in both)


def _against_claims(
    claims: tuple[Claim, ...],
    loose: tuple[OrderLine, ...],
    others: tuple[Return, ...],
    customer: Party,
    currency: str,
    policy: TotalsPolicy,
    number: str,
) -> Iterator[Refusal]:
    if any(other.number == number for other in others):
        yield NUMBER_USED.refuse(rma=number)
    if not loose and not any(claim.quantities for claim in claims):
        yield EMPTY.refuse(rma=number)
    for each in loose:
        if each.ordered < 0:
            yield QUANTITY.refuse(line=each.item.number, asked=each.ordered, step="returned")
    for claim in claims:
        order = claim.order
        if order.customer != customer.number or order.currency != currency or order.totals_policy != policy:
            wanted = f"{customer.number} in {currency}, with prices {policy.basis.within}"
            yield ANOTHER_CUSTOMER.refuse(order=order.number, customer=order.customer, currency=order.currency, wanted=wanted)
        for line, quantity in sorted(claim.quantities.items()):
            yield from _against_claim(claim, line, exact_number(f"quantity of line {line}", quantity), others)


def _against_claim(claim: Claim, line: int, asked: Decimal, others: tuple[Return, ...]) -> Iterator[Refusal]:
    order = claim.order
    if line not in order:
        yield UNKNOWN_LINE.refuse(document=f"order {order.number}", line=line)
        return
    if asked <= 0:
        yield QUANTITY.refuse(line=line, asked=asked, step="returned")
        return
    left = returnable(order, line) - announced(others, order.number, line)
    if asked > left:
        yield OVER_DELIVERED.refuse(order=order.number, line=line, left=left, asked=asked)
        return
    origins = list(_origins(claim, line, asked))
    unbilled = max(ZERO, order.line(line).delivered_not_invoiced)
    uncovered = sum((part for origin, part in origins if origin.invoice is None), ZERO)
    if uncovered > unbilled:
        yield NOT_INVOICED.refuse(order=order.number, line=line, asked=asked, covered=asked - uncovered + unbilled)


@exact
def returnable(order: Order, line: int) -> Decimal:
    """Return what of an order line was delivered and has not come back, counted by the order or not [I4]."""
    require_kind("order", order, Order)
    back = (
        quantity
        for posting in order.postings
        if posting.kind is Kind.RETURNED and not posting.counts
        for number, quantity in posting.rows
        if number == line
    )
    return order.fold.delivered(line) - sum(back, ZERO)


@exact
def announced(returns: Iterable[Return], order: str, line: int) -> Decimal:
    """Return what is announced to come back of an order line and has not been received yet."""
    total = ZERO
    for rma in all_of("return", returns, Return):
        if rma.cancelled is None:
            for each in rma.lines:
                if each.origin is not None and (each.origin.order, each.origin.line) == (order, line) and each.effect.comes_back:
                    total += rma.expected(each.number) + rma.in_quarantine(each.number) + rma.registered(each.number)
    return total


# ---------------------------------------------------------------------- arriving


@exact
def register(
    rma: Return, quantities: Quantities | None = None, *, on: date, disposition: Disposition | None = None, by: str = ""
) -> Outcome[Return]:
    """
    Register what has arrived; without quantities everything that is expected [RET-2].

    Args:
        disposition: What becomes of it, where that was not said before.

    Raises:
        RefusedError: ``wrong-status``, ``return.*``.
    """
    return _arrived(rma, quantities, Move.REGISTERED, "register", on, disposition, by)


@exact
def quarantine(rma: Return, quantities: Quantities | None = None, *, on: date, by: str = "") -> Outcome[Return]:
    """
    Put what has arrived aside until it is inspected; without quantities everything that is expected [RET-2].

    Raises:
        RefusedError: ``wrong-status``, ``return.*``.
    """
    return _arrived(rma, quantities, Move.QUARANTINED, "quarantine", on, None, by)


def _arrived(
    rma: Return, quantities: Quantities | None, step: Move, command: str, on: date, disposition: Disposition | None, by: str
) -> Outcome[Return]:
    LIFECYCLE.require(command, rma, on=on)
    rows = rows_of(rma, quantities, {line.number: rma.expected(line.number) for line in rma.lines if line.effect.comes_back})
    refuse(against_rows(rma, rows, rma.expected, step))
    refuse(NO_GOODS.refuse(rma=rma.number, line=line) for line, _ in rows if not rma.line(line).effect.comes_back)
    after = with_movement(rma, step, rows, on)
    if disposition is not None:
        after = _disposed(after, [line for line, _ in rows], disposition)
    return changed(rma, after, "return", step.value.replace("-", " "), on=on, by=by)


@exact
def release(rma: Return, quantities: Quantities | None = None, *, disposition: Disposition, on: date, by: str = "") -> Outcome[Return]:
    """
    Release inspected goods from quarantine, and say what becomes of them [RET-4].

    Raises:
        RefusedError: ``wrong-status``, ``return.*``.
    """
    require_kind("disposition", disposition, Disposition)
    LIFECYCLE.require("release", rma, on=on)
    rows = rows_of(rma, quantities, {line.number: rma.in_quarantine(line.number) for line in rma.lines})
    refuse(against_rows(rma, rows, rma.in_quarantine, Move.RELEASED))
    after = _disposed(with_movement(rma, Move.RELEASED, rows, on), [line for line, _ in rows], disposition)
    return changed(rma, after, "return", "released", on=on, by=by)


def dispose(rma: Return, line: int, disposition: Disposition, *, on: date, by: str = "") -> Outcome[Return]:
    """
    Say what becomes of a line; while it is in quarantine only its release does [RET-4].

    Raises:
        RefusedError: ``wrong-status``, ``return.unknown-line``, ``return.in-quarantine``, ``return.decided``, ``return.no-goods``.
    """
    require_kind("disposition", disposition, Disposition)
    LIFECYCLE.require("dispose", rma, on=on)
    if all(each.number != line for each in rma.lines):
        refuse((UNKNOWN_LINE.refuse(document=f"return {rma.number}", line=line),))
    if lying := rma.in_quarantine(line):
        refuse((IN_QUARANTINE.refuse(rma=rma.number, line=line, left=lying),))
    return changed(rma, _disposed(rma, [line], disposition), "return", "decided", on=on, by=by)


def _disposed(rma: Return, lines: list[int], disposition: Disposition) -> Return:
    for line in lines:
        each = rma.line(line)
        if each.disposition is not None and rma.moved(line, Move.CREDITED, Move.SENT_BACK, Move.REPLACED):
            refuse((DECIDED.refuse(rma=rma.number, line=line, disposition=each.disposition.within),))
        if disposition is Disposition.CREDIT_ONLY and rma.moved(line, Move.REGISTERED, Move.QUARANTINED):
            refuse((NO_GOODS.refuse(rma=rma.number, line=line),))
    return evolve(rma, lines=tuple(evolve(each, disposition=disposition) if each.number in lines else each for each in rma.lines))


@exact
def close(rma: Return, order: Order, quantities: Quantities | None = None, *, on: date, by: str = "") -> Outcome[Return]:
    """
    Give up what has not arrived: without quantities all that is still expected. The customer keeps it, and nothing is credited.

    Raises:
        RefusedError: ``wrong-status``, ``return.*``.
    """
    LIFECYCLE.require("close", rma, on=on)
    rows = rows_of(rma, quantities, {line.number: rma.expected(line.number) for line in rma.lines})
    refuse(against_rows(rma, rows, rma.expected, Move.CLOSED))
    refuse(against_own(rma, order))
    given_up = cancelling(order, tuple((line, -quantity) for line, quantity in rows), rma.number, on)
    told = changed(rma, with_movement(rma, Move.CLOSED, rows, on), "return", "closed", on=on, by=by)
    own = ReturnedOrderClosed(number=order.number, on=on, rma=rma.number)
    return Outcome(document=told.document, changed=(with_postings(order, given_up), told.document), events=(own, *told.events))


def cancel(rma: Return, order: Order, *, on: date, by: str = "") -> Outcome[Return]:
    """
    Cancel a return of which nothing has arrived, with its returned order [RET-3].

    Raises:
        RefusedError: ``wrong-status``, ``return.another-order``.
    """
    LIFECYCLE.require("cancel", rma, on=on)
    refuse(against_own(rma, order))
    ended = orders.cancel(order, on=on)
    told = changed(rma, evolve(rma, cancelled=on), "return", "cancelled", on=on, by=by)
    return Outcome(document=told.document, changed=(ended.document, told.document), events=(*told.events, *ended.events))


# ---------------------------------------------------------------------- shared


def rows_of(rma: Return, quantities: Quantities | None, left: Mapping[int, Decimal]) -> tuple[Row, ...]:
    """Return what is asked for, or all that is left."""
    if quantities is None:
        return tuple((line, quantity) for line, quantity in left.items() if quantity)
    require_kind("quantities", quantities, Mapping)
    return tuple((line, exact_number(f"quantity of line {line}", quantity)) for line, quantity in sorted(quantities.items()))


def against_rows(rma: Return, rows: tuple[Row, ...], left: object, step: Move) -> Iterator[Refusal]:
    """Yield what a step cannot take; *left* says how much of a line it may."""
    if not rows:
        yield EMPTY.refuse(rma=rma.number)
    known = {line.number for line in rma.lines}
    for line, asked in rows:
        if line not in known:
            yield UNKNOWN_LINE.refuse(document=f"return {rma.number}", line=line)
        elif asked <= 0:
            yield QUANTITY.refuse(line=line, asked=asked, step=step.within)
        elif asked > (most := left(line)):  # type: ignore[operator]
            yield NOT_THERE.refuse(rma=rma.number, line=line, left=most, asked=asked, step=step.within)


def against_own(rma: Return, order: Order) -> tuple[Refusal, ...]:
    """Return the refusal of an order that is not the return's own."""
    require_kind("order", order, Order)
    return () if order.number == rma.order else (ANOTHER_ORDER.refuse(rma=rma.number, needed=rma.order),)


def with_movement(rma: Return, step: Move, rows: tuple[Row, ...], on: date, document: str = "") -> Return:
    """Return the return with one thing more that happened to it."""
    return evolve(rma, movements=(*rma.movements, Movement(step=step, on=on, rows=rows, document=document)))
