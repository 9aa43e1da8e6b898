"""
Conformance: replaying a log of events through the life tables, and naming the first event that no life allows.

A log may be ours or another program's. Where a command may leave a document in one of several statuses, all of them are kept in mind,
so a log is refused only when no course of events would explain it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from attrs import frozen

from salesflow.lifecycle import Lifecycle
from salesflow.model import events as happened
from salesflow.model.history import Happened
from salesflow.process.registry import LIFECYCLES

TABLES: dict[str, Lifecycle[Any, Any]] = {table.name: table for table in LIFECYCLES}


@frozen(kw_only=True)
class Moment:
    """
    One event of a log that another program kept: which command was carried out on which document.

    Args:
        document: The kind of document, by the name of its life table, such as ``order``.
        command: The command, as its row in that table says.
    """

    number: str
    document: str
    command: str
    on: date | None = None


@frozen(kw_only=True)
class Violation:
    """
    The first event that no life allows.

    Args:
        place: Its place in the log, from one.
        statuses: The statuses in which the document can have been; none where it had not begun.
        needed: The statuses the command needs.
    """

    place: int
    document: str
    number: str
    command: str
    statuses: tuple[str, ...]
    needed: tuple[str, ...]

    def __str__(self) -> str:
        was = " or ".join(self.statuses) or "not there yet"
        needed = " or ".join(self.needed) or "no document yet"
        return f"event {self.place}: {self.document} {self.number} was {was}; {self.command} needs {needed}"


@frozen
class _Deed:
    """What an event says was done; one that *may* have been done to a document besides leaves open whether it was."""

    document: str
    number: str
    command: str
    certain: bool = True


class _Log:
    """What the log told so far: the statuses each document can have, and which documents belong together."""

    def __init__(self) -> None:
        self.possible: dict[tuple[str, str], frozenset[str]] = {}
        self.orders: dict[str, tuple[str, ...]] = {}


def conform(events: Iterable[object]) -> Violation | None:
    """
    Replay a log, oldest first, and return the first event that no life allows; ``None`` where the log conforms.

    Events that tell of no command in a life table, such as a payment, are passed over. A document whose beginning is not in the log
    is taken to be in any status.

    Args:
        events: The library's own events, ``Moment`` values, or both.
    """
    log = _Log()
    for place, event in enumerate(events, start=1):
        for deed in _deeds(event, log):
            if (wrong := _carry_out(deed, log, place)) is not None:
                return wrong
    return None


def _carry_out(deed: _Deed, log: _Log, place: int) -> Violation | None:
    table = TABLES[deed.document]
    key = deed.document, deed.number
    rows = [step for step in table.steps if step.command == deed.command]
    begins = any(not step.sources for step in rows)
    possible = log.possible.get(key)
    if possible is None and begins:
        log.possible[key] = frozenset(target for step in rows for target in step.targets)
        return None
    known = frozenset(table.statuses) if possible is None else possible
    after = frozenset(target for step in rows for source in step.sources if source in known for target in step.targets)
    if not deed.certain:
        after |= known
    if after:
        log.possible[key] = after
        return None
    return Violation(
        place=place,
        document=deed.document,
        number=deed.number,
        command=deed.command,
        statuses=tuple(sorted(known)),
        needed=tuple(source for step in rows for source in step.sources),
    )


# ---------------------------------------------------------------------- what an event says was done


def _deeds(event: object, log: _Log) -> Iterator[_Deed]:
    match event:
        case Moment():
            yield _foreign(event)
        case Happened():
            command = _HISTORY.get((event.document, event.what))
            if command is not None:
                yield _Deed(_TABLE_OF.get(event.document, event.document), event.number, command)
        case _:
            tell = _TELLS.get(type(event))
            if tell is not None:
                yield from tell(event, log)


def _foreign(event: Moment) -> _Deed:
    if event.document not in TABLES or event.command not in TABLES[event.document].commands:
        msg = f"there is no command {event.command!r} of a document {event.document!r}"
        raise LookupError(msg)
    return _Deed(event.document, event.number, event.command)


def _of(document: str, command: str) -> Callable[[Any, _Log], Iterator[_Deed]]:
    """Return how an event tells of one command on its own document."""

    def tell(event: Any, log: _Log) -> Iterator[_Deed]:
        yield _Deed(document, event.number, command)

    return tell


def _picked(command: str) -> Callable[[Any, _Log], Iterator[_Deed]]:
    def tell(event: Any, log: _Log) -> Iterator[_Deed]:
        yield _Deed("order", event.order, command)

    return tell


def _slip_posted(event: happened.PackingSlipPosted, log: _Log) -> Iterator[_Deed]:
    log.orders[event.number] = event.orders
    yield _Deed("packing slip", event.number, "post")
    yield from (_Deed("order", order, "deliveries.post") for order in event.orders)


def _slip_undone(command: str) -> Callable[[Any, _Log], Iterator[_Deed]]:
    def tell(event: Any, log: _Log) -> Iterator[_Deed]:
        yield _Deed("packing slip", event.number, command)
        orders = log.orders.get(event.number, ())
        yield from (_Deed("order", order, f"deliveries.{command}") for order in orders)
        if command == "correct":
            log.orders[event.by] = orders
            yield _Deed("packing slip", event.by, "post")

    return tell


def _invoice_posted(event: happened.InvoicePosted, log: _Log) -> Iterator[_Deed]:
    log.orders[event.number] = event.orders
    yield _Deed("invoice", event.number, "post")
    yield from (_Deed("order", order, "invoices.post") for order in event.orders)


def _invoice_cancelled(event: happened.InvoiceCancelled, log: _Log) -> Iterator[_Deed]:
    yield _Deed("invoice", event.number, "cancel")
    yield _Deed("invoice", event.by, "post")
    yield from (_Deed("order", order, "invoices.cancel") for order in log.orders.get(event.number, ()))


def _credited(event: happened.CreditNotePosted, log: _Log) -> Iterator[_Deed]:
    """A credit note takes back lines of some orders of its invoices; which ones it does not say."""
    yield _Deed("invoice", event.number, "post")
    for invoice in event.invoices:
        yield _Deed("invoice", invoice, "credit_notes.post")
        yield from (_Deed("order", order, "credit_notes.post", certain=False) for order in log.orders.get(invoice, ()))


def _returned(event: happened.GoodsReturned, log: _Log) -> Iterator[_Deed]:
    back = any(quantity > 0 for _, quantity in event.lines)
    yield _Deed("order", event.number, "return_receipts.receive" if back else "return_receipts.send_back")


_TELLS: dict[type, Callable[[Any, _Log], Iterator[_Deed]]] = {
    happened.OrderPlaced: _of("order", "place"),
    happened.OrderConfirmed: _of("order", "confirm"),
    happened.OrderTypeChanged: _of("order", "change_type"),
    happened.OrderChanged: _of("order", "change"),
    happened.OrderHeld: _of("order", "hold"),
    happened.OrderReleased: _of("order", "release"),
    happened.OrderCancelled: _of("order", "cancel"),
    happened.OrderShortClosed: _of("order", "short_close"),
    happened.DeliveryScheduled: _of("order", "schedule"),
    happened.GoodsPicked: _picked("deliveries.pick"),
    happened.GoodsUnpicked: _picked("deliveries.unpick"),
    happened.PackingSlipPosted: _slip_posted,
    happened.PackingSlipCancelled: _slip_undone("cancel"),
    happened.PackingSlipCorrected: _slip_undone("correct"),
    happened.PackingSlipArrived: _of("packing slip", "attempt"),
    happened.PackingSlipAttemptFailed: _of("packing slip", "attempt"),
    happened.InvoicePosted: _invoice_posted,
    happened.InvoiceSent: _of("invoice", "send"),
    happened.InvoiceCancelled: _invoice_cancelled,
    happened.CreditNotePosted: _credited,
    happened.InvoiceSettled: _of("invoice", "payments.receive"),
    happened.SettlementReversed: _of("invoice", "payments.unsettle"),
    happened.GoodsReturned: _returned,
    happened.ReturnedOrderCredited: _of("order", "return_credits.credit"),
    happened.ReturnedOrderClosed: _of("order", "returns.close"),
    happened.DraftMade: _of("invoice draft", "make"),
    happened.DraftDiscarded: _of("invoice draft", "discard"),
    happened.AgreementDrawnUp: _of("sales agreement", "draw_up"),
    happened.AgreementConfirmed: _of("sales agreement", "confirm"),
    happened.AgreementAmended: _of("sales agreement", "amend"),
    happened.AgreementMadeEffective: _of("sales agreement", "make_effective"),
    happened.AgreementPutOnHold: _of("sales agreement", "put_on_hold"),
    happened.AgreementClosed: _of("sales agreement", "close"),
    happened.QuotationDrawnUp: _of("quotation", "draw_up"),
    happened.QuotationRevised: _of("quotation", "revise"),
    happened.QuotationApproved: _of("quotation", "approve"),
    happened.QuotationNotApproved: _of("quotation", "reject"),
    happened.QuotationSent: _of("quotation", "send"),
    happened.QuotationExtended: _of("quotation", "extend"),
    happened.QuotationConfirmed: _of("quotation", "acceptance.confirm"),
    happened.QuotationLost: _of("quotation", "lose"),
    happened.QuotationCancelled: _of("quotation", "cancel"),
}

_TABLE_OF = {"maintenance": "maintenance contract"}


def _history(document: str, **commands: str) -> dict[tuple[str, str], str]:
    """Return what the entries of a history say was done, by the words they use."""
    return {(document, what.replace("_", " ")): command for what, command in commands.items()}


_HISTORY = {
    **_history(
        "lead",
        registered="register",
        contacted="contact",
        assessed="assess",
        postponed="postpone",
        disqualified="disqualify",
        reactivated="reactivate",
        planned="plan",
        worked_on="complete",
        signalled="signal",
        observed="observe",
        qualified="qualify",
    ),
    **_history(
        "opportunity",
        registered="register",
        stalled="stall",
        reopened="reopen",
        sold="mark_sold",
        lost="mark_lost",
        completed="set_completed",
        moved="move_to",
        estimated="set_probability",
        valued="set_figures",
        rescheduled="set_sale_date",
        retyped="change_type",
        quoted="attach_quotation",
        updated="update",
        planned="follow_ups.plan",
        worked_on="follow_ups.complete",
        documented="follow_ups.write",
        joined="stakeholders.add",
        left="stakeholders.remove",
        answered="stakeholders.answer",
    ),
    **_history(
        "campaign",
        planned="plan",
        started="start",
        addressed="await_response",
        followed_up="follow_up",
        closed="close",
        cancelled="cancel",
        targeted="select",
        distributed="distribute",
        delivered="deliver",
        answered="respond",
        thinned="drop_out",
        converted="convert",
    ),
    **_history(
        "transfer",
        proposed="propose",
        consented="consent",
        agreed="consent",
        withdrawn="withdraw",
        taken_effect="take_effect",
        invoiced="invoice",
        settled="settle",
    ),
    **_history("order", promised="promising.promise"),
    **_history(
        "return",
        created="create",
        added_to="add",
        registered="register",
        quarantined="quarantine",
        released="release",
        decided="dispose",
        received="return_receipts.receive",
        sent_back="return_receipts.send_back",
        credited="return_credits.credit",
        replaced="return_credits.replace",
        closed="close",
        cancelled="cancel",
    ),
    **_history("purchase", placed="place", postponed="postpone", received="receive", cancelled="cancel"),
    **_history("subscription", begun="begin", billed="bill", replanned="change_plan", ended="end"),
    **_history("maintenance", agreed="contract", visited="visit", replanned="move_visit", ended="end"),
    **_history(
        "case",
        opened="open_case",
        taken_up="work",
        assigned="assign",
        escalated="escalate",
        prioritised="prioritise",
        read="read",
        answered="reply",
        heard="hear",
        held="hold",
        postponed="postpone",
        resolved="resolve",
        reopened="reopen",
        closed="close",
        cancelled="cancel",
        merged="merge",
        related="relate",
        became_a_lead="to_lead",
    ),
}
