"""
Draft invoices: prepared, then posted or discarded.

A draft takes nothing from its orders. What open drafts hold is a figure of its own, so that no quantity is drafted twice,
and what counts as invoiced is only what was posted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from attrs import evolve

from salesflow.billing import invoices
from salesflow.billing.deposits import open_on
from salesflow.checks import ZERO, all_of, require_date, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.events import DraftDiscarded, DraftMade
from salesflow.model.invoice import Invoice
from salesflow.model.invoice_draft import DraftPart, DraftStatus, InvoiceDraft
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip
from salesflow.model.policies import INVOICES, InvoicePolicy
from salesflow.model.wanted import Quantities, Wanted, per_order
from salesflow.money import exact
from salesflow.outcome import Outcome
from salesflow.rules import Rule

RESERVED = Rule(
    code="draft.reserved",
    en="Drafts together hold no more of a line than is left to invoice.",
    nl="Concepten houden samen niet meer van een regel vast dan er nog te factureren is.",
    refusal="line {line} of order {order} has {left} left to invoice, {reserved} of it in other drafts, and not {asked} more",
    spec=("P2", "QTY-6"),
    source="documentation",
)
BEFORE_DRAFT = Rule(
    code="draft.before-draft",
    en="A draft is posted or discarded on its own day or later.",
    nl="Een concept wordt op de eigen dag of later geboekt of verworpen.",
    refusal="draft {draft} is of {made}; {on} is before that",
    spec=("P2",),
    source="choice",
)


def is_made_by_then(draft: InvoiceDraft, on: date) -> Refusal | None:
    """Nothing happens to a draft before it is made."""
    return BEFORE_DRAFT.refuse(draft=draft.number, made=draft.on, on=on) if on < draft.on else None


_S = DraftStatus
_LIFE: tuple[Step[InvoiceDraft, DraftStatus], ...] = (
    Step("make", (), (_S.OPEN,)),
    Step("post", (_S.OPEN,), (_S.POSTED,), rules=(is_made_by_then,)),
    Step("discard", (_S.OPEN,), (_S.DISCARDED,), rules=(is_made_by_then,)),
)
LIFECYCLE: Lifecycle[InvoiceDraft, DraftStatus] = Lifecycle(
    "invoice draft", _LIFE, status=lambda draft: draft.status, resting=(_S.POSTED, _S.DISCARDED)
)


def reserved(drafts: Iterable[InvoiceDraft], order: Order) -> dict[int, Decimal]:
    """Return what open drafts hold of each line of an order, apart from what is invoiced [P2]."""
    held: dict[int, Decimal] = {}
    for draft in drafts:
        require_kind("draft", draft, InvoiceDraft)
        if draft.status is DraftStatus.OPEN:
            for part in draft.parts:
                for line, quantity in part.rows if part.order == order.number else ():
                    held[line] = held.get(line, ZERO) + quantity
    return held


@exact
def make(
    orders: Wanted,
    quantities: Quantities | None = None,
    *,
    slips: Iterable[PackingSlip] | None = None,
    drafts: Iterable[InvoiceDraft] = (),
    number: str,
    on: date,
    policy: InvoicePolicy = INVOICES,
) -> Outcome[InvoiceDraft]:
    """
    Prepare an invoice of orders or of packing slips, as ``invoices.post`` would make it; the orders stay as they are.

    Args:
        drafts: The other drafts of these orders, whose quantities are not drafted again.

    Raises:
        RefusedError: ``draft.reserved``, and what ``invoices.post`` refuses.
    """
    given = _by_order(orders, quantities)
    taken = None if slips is None else tuple(slips)
    estimate = invoices.pro_forma(orders, quantities, slips=taken, on=on, keep_deposits=True, policy=policy)
    parts = tuple(DraftPart(number, _rows(estimate, number)) for number in estimate.orders)
    others = tuple(drafts)
    if found := [refusal for part in parts for refusal in _against(given[part.order], part, reserved(others, given[part.order]))]:
        raise RefusedError(found)
    draft = InvoiceDraft(number=number, on=on, account=estimate.account, currency=estimate.currency, parts=parts, slips=estimate.slips)
    return Outcome(document=draft, made=(draft,), events=(DraftMade(number=number, on=on, orders=estimate.orders),))


def _by_order(orders: Wanted, quantities: Quantities | None) -> dict[str, Order]:
    return {order.number: order for order, _ in per_order(orders, quantities)}


def _rows(estimate: Invoice, order: str) -> tuple[tuple[int, Decimal], ...]:
    rows: dict[int, Decimal] = {}
    for line in estimate.lines_of(order):
        rows[line.terms.number] = rows.get(line.terms.number, ZERO) + line.quantity
    return tuple(rows.items())


def _against(order: Order, part: DraftPart, held: Mapping[int, Decimal]) -> Iterable[Refusal]:
    for line, asked in part.rows:
        left, others = order.fold.to_invoice.get(line, ZERO), held.get(line, ZERO)
        if abs(asked + others) > abs(left):
            yield RESERVED.refuse(order=order.number, line=line, left=left, reserved=others, asked=asked)


@exact
def post(
    draft: InvoiceDraft,
    orders: Iterable[Order],
    *,
    slips: Iterable[PackingSlip] = (),
    number: str,
    on: date,
    deposits: Iterable[Invoice] = (),
    keep_deposits: bool = False,
    policy: InvoicePolicy = INVOICES,
) -> Outcome[Invoice]:
    """
    Post the invoice of a draft, with the orders and slips as they are now.

    Args:
        slips: The packing slips the draft follows.
        deposits: Deposits; those that are open on the orders of the draft are taken off.
        keep_deposits: Whether deposits that are not given stay for a later invoice.

    Raises:
        RefusedError: ``wrong-status``, ``draft.before-draft``, and what ``invoices.post`` refuses.
        ValueError: an order or slip of the draft is not among those given.
    """
    require_date("on", on)
    LIFECYCLE.require("post", draft, on=on)
    known = {order.number: order for order in all_of("order", orders, Order)}
    known_slips = {slip.number: slip for slip in all_of("slip", slips, PackingSlip)}
    missing = [part.order for part in draft.parts if part.order not in known] + [each for each in draft.slips if each not in known_slips]
    if missing:
        msg = f"draft {draft.number} is of {', '.join(missing)}, which is not among those given"
        raise ValueError(msg)
    chosen = [known[part.order] for part in draft.parts]
    followed = [known_slips[each] for each in draft.slips] or None
    done = invoices.post(
        chosen if draft.slips else {known[part.order]: dict(part.rows) for part in draft.parts},
        slips=followed,
        number=number,
        on=on,
        deposits=open_on(chosen, deposits),
        keep_deposits=keep_deposits,
        policy=policy,
    )
    return evolve(done, changed=(*done.changed, evolve(draft, posted_as=number)))


def discard(draft: InvoiceDraft, *, on: date) -> Outcome[InvoiceDraft]:
    """
    Give a draft up; what it held may be drafted again.

    Raises:
        RefusedError: ``wrong-status``, ``draft.before-draft``.
    """
    require_date("on", on)
    LIFECYCLE.require("discard", draft, on=on)
    after = evolve(draft, discarded=on)
    return Outcome(document=after, changed=(after,), events=(DraftDiscarded(number=draft.number, on=on),))
