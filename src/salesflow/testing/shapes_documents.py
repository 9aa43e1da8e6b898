"""What documents from an order to its payment, and after the sale, ask beyond their types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from attrs import evolve
from hypothesis import strategies as st

from salesflow.checks import ZERO
from salesflow.model.agreement import SalesAgreement
from salesflow.model.case import Case, Turn
from salesflow.model.goods_return import ReturnLine
from salesflow.model.history import Happened
from salesflow.model.invoice import Credited, Invoice, InvoiceKind, InvoicePart, Taken
from salesflow.model.invoice_draft import InvoiceDraft
from salesflow.model.ledger import Kind, Posting
from salesflow.model.negotiation import Move
from salesflow.model.order import Order
from salesflow.model.order_line import OrderLine
from salesflow.model.packing_slip import PackingSlip, PickingList
from salesflow.model.purchase import Notice
from salesflow.model.quotation import Quotation, Version
from salesflow.model.recurrence import InvoiceTemplate, Recurrence
from salesflow.model.relationship import Scale
from salesflow.model.reminder import Reminder, ReminderLine
from salesflow.model.subscription import Subscription
from salesflow.testing.engine import several, shape, values_of
from salesflow.testing.primitives import above_zero, decimals, not_zero, percentages, texts, whole
from salesflow.testing.shapes_values import bounded_periods

_ROWS = st.lists(st.tuples(st.integers(0, 5), not_zero(), decimals(), decimals()), max_size=3)
_RESULTS = {Kind.INVOICED: ("amounts", "exacts"), Kind.CREDITED: ("amounts", "exacts"), Kind.RENEWED: ("exacts",)}
"""The amounts that stand beside the rows, by kind of posting."""


def parts(*, nul: bool = True) -> st.SearchStrategy[InvoicePart]:
    """Parts of an invoice, whose columns are of one length."""
    row = st.tuples(values_of(OrderLine, nul=nul), decimals(), decimals(), whole(), st.booleans(), decimals())
    return st.builds(
        _part,
        texts(nul=nul),
        st.none() | texts(nul=nul),
        st.lists(row, max_size=2),
        st.none() | texts(nul=nul),
        st.booleans(),
        st.booleans(),
    )


def _part(
    order: str,
    slip: str | None,
    rows: list[tuple[OrderLine, Decimal, Decimal, int, bool, Decimal]],
    credits_: str | None,
    named: bool,  # noqa: FBT001
    gross: bool,  # noqa: FBT001
) -> InvoicePart:
    return InvoicePart(
        order=order,
        slip=slip,
        terms=tuple(row[0] for row in rows),
        quantities=tuple(row[1] for row in rows),
        amounts=tuple(row[2] for row in rows),
        nets=tuple(row[5] for row in rows) if gross else None,
        stated=tuple(row[0].number for row in rows if row[4]),
        credits=credits_,
        credited=tuple(row[3] for row in rows) if named else (),
    )


def _invoice(draw: st.DrawFn, values: dict[str, Any]) -> None:
    """Let a pro forma be without a number at times, and credits be of lines that are there."""
    if values["kind"] is InvoiceKind.PRO_FORMA and draw(st.booleans()):
        values["number"] = ""
    values["credits"] = _credits(values)


def _credits(values: dict[str, Any]) -> tuple[Credited, ...]:
    """Let what was credited be of lines and charges that are there."""
    backs = [part.credits is not None for part in values["parts"] for _ in part.terms]
    own = [number for number, back in enumerate(backs, start=1) if not back]
    own += [line.number for line in values["free_text"] if line.credits is None]
    beside = [place for place, each in enumerate(values["charges"], start=1) if each.credits is None]
    return tuple(evolve(each, lines=_there(each.lines, own), charges=_there(each.charges, beside)) for each in values["credits"])


def _there(taken: tuple[Taken, ...], places: list[int]) -> tuple[Taken, ...]:
    """Let what was taken be of places that are there."""
    return tuple(evolve(each, number=places[each.number % len(places)]) for each in taken) if places else ()


def _posting(draw: st.DrawFn, values: dict[str, Any]) -> None:
    """Let amounts stand beside the rows, as the kind of posting has them; a deposit has an amount and no rows."""
    if values["kind"] is Kind.ADVANCED:
        values["amounts"] = (draw(decimals()),)
        return
    rows = draw(_ROWS)
    values["rows"] = tuple((line, quantity) for line, quantity, _, _ in rows)
    beside = {"amounts": tuple(amount for _, _, amount, _ in rows), "exacts": tuple(exact for _, _, _, exact in rows)}
    values.update({name: beside[name] for name in _RESULTS.get(values["kind"], ())})


def _order(_: st.DrawFn, values: dict[str, Any]) -> None:
    """Let the ledger be about the lines that are posted to, and take back nothing that was not there."""
    parents = {line.parent for line in values["lines"]}
    numbers = [line.number for line in values["lines"] if line.number not in parents]
    invoiced: set[int] = set()
    values["postings"] = tuple(_posted(posting, numbers, invoiced) for posting in values["postings"])


def _posted(posting: Posting, numbers: list[int], invoiced: set[int]) -> Posting:
    """Return the posting with each of its rows on a line of the order, no line twice."""
    places = {numbers[row[0] % len(numbers)]: place for place, row in enumerate(posting.rows)} if numbers else {}
    kept = tuple(places.values())
    amounts = {name: tuple(getattr(posting, name)[place] for place in kept) for name in _RESULTS.get(posting.kind, ())}
    after: Posting = evolve(posting, rows=tuple((line, posting.rows[place][1]) for line, place in places.items()), **cast("Any", amounts))
    match posting.kind:
        case Kind.RENEWED:
            return evolve(
                after, exacts=tuple(amount if line in invoiced else ZERO for line, amount in zip(places, after.exacts, strict=True))
            )
        case Kind.CREDITED if not places.keys() <= invoiced:
            after = evolve(after, kind=Kind.INVOICED)
    if after.kind is Kind.INVOICED:
        invoiced |= places.keys()
    return after


def _subscription(_: st.DrawFn, values: dict[str, Any]) -> None:
    values.update(anchor=min(values["anchor"], values["starts"]), starts=max(values["anchor"], values["starts"]))


def _scale(draw: st.DrawFn, values: dict[str, Any]) -> None:
    least = values["least"]
    values["most"] = most = least + draw(whole(1, 100))
    values["satisfied"] = draw(st.integers(least, most))


shape(InvoicePart, whole=parts)
shape(Invoice, _invoice, account=texts)
shape(Posting, _posting)
shape(Order, _order, invoice_account=texts)
shape(Subscription, _subscription)
shape(SalesAgreement, period=bounded_periods())
shape(Quotation, probability=percentages())
shape(Recurrence, months=whole(1))
shape(ReminderLine, balance=above_zero(), level=whole(1), days_overdue=whole(1))
shape(Reminder, lines=lambda *, nul: several(values_of(ReminderLine, nul=nul), 1))
shape(Case, turns=lambda *, nul: several(values_of(Turn, nul=nul), 1))
shape(ReturnLine, quantity=above_zero())
shape(Scale, _scale, least=whole(-10, 10))
# Texts that name something, and that their classes take blank.
shape(InvoiceDraft, account=texts)
shape(InvoiceTemplate, name=texts)
shape(Notice, customer=texts, order=texts, because=texts)
shape(PackingSlip, customer=texts)
shape(PickingList, order=texts)
shape(Move, alternative=texts)
shape(Version, favourite=texts)
shape(Happened, document=texts, what=texts)
