"""
The quantity ledger: what documents did to the lines of an order, and what therefore remains.

A posting is one document's effect on one order. Nothing counts up anywhere: every remainder is a fold over the postings.
The fold travels from one order value to the next beside the postings, so that a posting costs its own rows only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from salesflow.checks import ZERO
from salesflow.labels import Labelled
from salesflow.model.totals import VatGroup
from salesflow.model.vat import Vat

if TYPE_CHECKING:
    from salesflow.model.order_line import OrderLine

Row = tuple[int, Decimal]
"""A line number and a quantity with the sign of that line."""
ChargeRow = tuple[int, Decimal, Decimal]
"""The number of a charge, and of it an amount, rounded and as it is before rounding."""


class Kind(Labelled):
    """What a posting did."""

    PICKED = "picked", "Picked", "Verzameld"
    DELIVERED = "delivered", "Delivered", "Geleverd"
    RETURNED = "returned", "Returned", "Geretourneerd"
    INVOICED = "invoiced", "Invoiced", "Gefactureerd"
    CREDITED = "credited", "Credited", "Gecrediteerd"
    CANCELLED = "cancelled", "Cancelled", "Geannuleerd"
    RENEWED = "renewed", "Renewed", "Vernieuwd"
    ADVANCED = "advanced", "Invoiced in advance", "Vooraf gefactureerd"


@frozen(kw_only=True)
class Posting:
    """
    What one document did to an order.

    Quantities carry the sign of their line; the kind says in which direction they count.

    Args:
        document: The document that posted.
        source: The document it was taken from or that it undoes: the picking list of a delivery, the slip of an invoice, the invoice of a credit.
        slip: The packing slip, by the number it was first posted under, whose quantities this concerns.
        rows: Line and quantity.
        amounts: For money postings, beside each row: what was posted, rounded, in the basis of the order;
            for a deposit, which has no rows, its total with VAT.
        exacts: For money postings, beside each row: the amount before rounding; for a renewal, the rounding that is left behind.
        charges: What was taken of charges; for a renewal what is due again, for a cancellation what lapses with it.
        groups: For money postings whose VAT adds up over all documents: what was taxed, and the VAT.
        counts: For a credit, whether its quantity is to be invoiced again; for a return, whether the order counts it as not delivered;
            for a delivery, whether goods moved.
    """

    kind: Kind
    document: str
    on: date
    at: datetime | None = None
    source: str | None = None
    slip: str | None = None
    rows: tuple[Row, ...] = ()
    amounts: tuple[Decimal, ...] = ()
    exacts: tuple[Decimal, ...] = ()
    charges: tuple[ChargeRow, ...] = ()
    groups: tuple[VatGroup, ...] = ()
    counts: bool = True


class Fold:
    """
    The fold of an order's postings: what is left, per line.

    Never compared, stored or shown; it is rebuilt from the postings whenever it is absent.
    A fold is not changed once made: ``then`` copies what the posting touches and shares the rest.

    For each line the target is ``T = max(ordered + renewed - cancelled, delivered)`` by magnitude [QTY-3].
    What is kept is the difference to it (``to_deliver``, ``to_invoice``), so a finished line costs nothing more.
    """

    __slots__ = (
        "advanced",
        "amounts",
        "beyond",
        "charged",
        "charges",
        "charges_exactly",
        "exacts",
        "over",
        "picks",
        "shift",
        "slips",
        "taxed",
        "terms",
        "to_deliver",
        "to_invoice",
        "unlinked",
    )

    terms: dict[int, OrderLine]
    """The lines that are posted to, by number."""
    shift: dict[int, Decimal]
    """Renewed less cancelled, where there is any."""
    over: dict[int, Decimal]
    """Delivered beyond what was wanted, where there is any."""
    to_deliver: dict[int, Decimal]
    to_invoice: dict[int, Decimal]
    beyond: dict[int, Decimal]
    """Invoiced beyond the target, where a tolerance allowed it [P5]."""
    amounts: dict[int, Decimal]
    """Per line the amount invoiced so far, in the basis of the order."""
    exacts: dict[int, Decimal]
    """Per line that amount before rounding."""
    slips: dict[str, tuple[Row, ...]]
    """Per packing slip what no invoice of that slip has taken."""
    unlinked: dict[int, Decimal]
    """Per line what was invoiced by order, naming no slip."""
    picks: dict[str, tuple[Row, ...]]
    """Per picking list what no packing slip has taken."""
    charged: dict[int, Decimal]
    """Per charge what is used up of it: invoiced, or lapsed with what was cancelled; a credit that reopens gives it back."""
    charges_exactly: dict[int, Decimal]
    """Per charge what is used up, before rounding."""
    charges: dict[int, Decimal]
    """Per charge what was invoiced, less what was credited."""
    taxed: dict[Vat, VatGroup]
    """What was taxed and the VAT, where VAT adds up over all documents."""
    advanced: Decimal
    """What deposits came to, VAT included, less what final invoices and credits took off again."""

    def __init__(self, lines: Iterable[OrderLine]) -> None:
        terms = {line.number: line for line in lines}
        for parent in {line.parent for line in terms.values() if line.parent}:
            terms.pop(parent, None)
        self.terms = terms
        self.to_deliver = {number: line.ordered for number, line in terms.items()}
        self.to_invoice = self.to_deliver
        self.shift = self.over = self.beyond = self.unlinked = self.amounts = self.exacts = {}
        self.charged = self.charges_exactly = self.charges = {}
        self.slips = self.picks = {}
        self.taxed = {}
        self.advanced = ZERO

    @classmethod
    def of(cls, lines: Iterable[OrderLine], postings: Iterable[Posting]) -> Fold:
        """Return the fold of *postings* over *lines*."""
        fold = cls(lines)
        for posting in postings:
            fold = fold.then(posting)
        return fold

    def then(self, posting: Posting) -> Fold:
        """Return the fold with one posting more."""
        new: Fold = object.__new__(Fold)
        for name in Fold.__slots__:
            setattr(new, name, getattr(self, name))
        _POST[posting.kind](new, posting)
        return new

    def wanted(self, line: int) -> Decimal:
        """Return what the customer is to have: ordered, plus renewed, less cancelled."""
        return self.terms[line].ordered + self.shift.get(line, ZERO)

    def target(self, line: int) -> Decimal:
        """Return what is wanted or, where that is more, delivered."""
        return self.wanted(line) + self.over.get(line, ZERO)

    def delivered(self, line: int) -> Decimal:
        """Return what was delivered, less returned."""
        return self.target(line) - self.to_deliver.get(line, ZERO)

    def invoiced(self, line: int) -> Decimal:
        """Return what was invoiced, less credited where the credit reopens."""
        return self.target(line) - self.to_invoice.get(line, ZERO) + self.beyond.get(line, ZERO)

    def picked(self, line: int) -> Decimal:
        """Return what lies picked and has not been delivered."""
        return sum((quantity for rows in self.picks.values() for number, quantity in rows if number == line), ZERO)

    def uninvoiced(self, slip: str) -> tuple[Row, ...]:
        """
        Return what of a packing slip is still to be invoiced.

        An invoice that names the slip takes from it.
        What was invoiced by order, naming none, is taken to be of the oldest slips first [P14].
        """
        rows = self.slips.get(slip, ())
        if any((quantity > 0) is not (self.terms[line].ordered > 0) for line, quantity in rows):  # came back, and is to be credited
            rows = tuple((line, quantity) for line, quantity in rows if (quantity > 0) is (self.terms[line].ordered > 0))
        if not self.unlinked:
            return rows
        pool = dict(self.unlinked)
        for number, others in self.slips.items():
            if number == slip:
                break
            for line, quantity in others:
                pool[line] = pool.get(line, ZERO) - smaller(pool.get(line, ZERO), quantity)
        left = ((line, quantity - smaller(pool.get(line, ZERO), quantity)) for line, quantity in rows)
        return tuple(row for row in left if row[1])

    def _own(self) -> None:
        """Make the figures that ``_restate`` writes this fold's own."""
        self.over, self.to_deliver, self.to_invoice = dict(self.over), dict(self.to_deliver), dict(self.to_invoice)

    def _restate(self, line: int, delivered: Decimal, invoiced: Decimal) -> None:
        """Work out afresh what is left of a line from its totals."""
        wanted = self.wanted(line)
        over = delivered - wanted
        if (over > 0) is not (self.terms[line].ordered > 0):
            over = ZERO
        target = wanted + over
        left = target - invoiced
        if line in self.beyond:
            self.beyond = dict(self.beyond)
            beyond = smaller(-left, self.beyond[line])
            _put(self.beyond, line, beyond)
            left += beyond
        _put(self.over, line, over)
        _put(self.to_deliver, line, target - delivered)
        _put(self.to_invoice, line, left)

    def _pick(self, posting: Posting) -> None:
        if posting.source is None:
            self.picks = {**self.picks, posting.document: posting.rows}
        else:
            self.picks = _less(self.picks, posting.source, posting.rows)

    def _deliver(self, posting: Posting) -> None:
        self.to_deliver = left = dict(self.to_deliver)
        beyond: list[Row] = []
        for line, quantity in posting.rows:
            rest = left.get(line, ZERO) - quantity
            if not rest:
                del left[line]
            elif (rest > 0) is (quantity > 0):
                left[line] = rest
            else:
                beyond.append((line, quantity))
        self._add_delivered(beyond)
        slip = posting.slip or posting.document
        self.slips = _more(self.slips, slip, posting.rows) if slip in self.slips else {**self.slips, slip: posting.rows}
        if posting.source is not None:
            self.picks = _less(self.picks, posting.source, posting.rows)

    def _take_back(self, posting: Posting) -> None:
        if posting.counts:
            self._add_delivered([(line, -quantity) for line, quantity in posting.rows])
        if posting.slip is not None:
            self.slips = _less(self.slips, posting.slip, posting.rows)

    def _add_delivered(self, rows: list[Row]) -> None:
        """Add to what was delivered where the target may move with it."""
        if rows:
            self._own()
        for line, quantity in rows:
            self._restate(line, self.delivered(line) + quantity, self.invoiced(line))

    def _invoice(self, posting: Posting) -> None:
        self.to_invoice, self.amounts, self.exacts = left, amounts, exacts = dict(self.to_invoice), dict(self.amounts), dict(self.exacts)
        for (line, quantity), amount, exact in zip(posting.rows, posting.amounts, posting.exacts, strict=True):
            rest = left.get(line, ZERO) - quantity
            if not rest:
                left.pop(line, None)
            elif (rest > 0) is (quantity > 0):
                left[line] = rest
            else:
                left.pop(line, None)
                self.beyond = _plus(self.beyond, ((line, -rest),))
            if line in amounts:
                amounts[line] += amount
                exacts[line] += exact
            else:
                amounts[line] = amount
                exacts[line] = exact
        if posting.slip is not None:
            self.slips = _less(self.slips, posting.slip, posting.rows)
        else:
            self.unlinked = _plus(self.unlinked, posting.rows)
        self._charge(posting.charges, 1, 1)
        self._tax(posting.groups, 1)

    def _credit(self, posting: Posting) -> None:
        back = tuple((line, -quantity) for line, quantity in posting.rows)
        self.amounts, self.exacts = dict(self.amounts), dict(self.exacts)
        for (line, _), amount, exact in zip(posting.rows, posting.amounts, posting.exacts, strict=True):
            self.amounts[line] = self.amounts.get(line, ZERO) - amount
            self.exacts[line] = self.exacts.get(line, ZERO) - exact
        if posting.counts:
            self.to_invoice = _plus(self.to_invoice, self._not_beyond(posting.rows) if self.beyond else posting.rows)
            if posting.slip is not None:
                self.slips = _more(self.slips, posting.slip, posting.rows)
            else:
                self.unlinked = _plus(self.unlinked, back)
        self._charge(posting.charges, -1 if posting.counts else 0, -1)
        self._tax(posting.groups, -1)

    def _charge(self, rows: tuple[ChargeRow, ...], used: int, money: int) -> None:
        """Count what a posting takes of charges, or gives back, as used up and as money."""
        if rows and used:
            self.charged = _plus(self.charged, ((number, used * amount) for number, amount, _ in rows))
            self.charges_exactly = _plus(self.charges_exactly, ((number, used * exactly) for number, _, exactly in rows))
        if rows and money:
            self.charges = _plus(self.charges, ((number, money * amount) for number, amount, _ in rows))

    def _tax(self, groups: tuple[VatGroup, ...], sign: int) -> None:
        """Count VAT that adds up over all documents."""
        if groups:
            self.taxed = taxed = dict(self.taxed)
            for group in groups:
                before = taxed.get(group.vat, VatGroup(group.vat, ZERO, ZERO))
                taxed[group.vat] = VatGroup(group.vat, before.base + sign * group.base, before.amount + sign * group.amount)

    def _not_beyond(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        """Take credited rows off what was invoiced beyond the target first; return what reopens."""
        first = tuple((line, smaller(quantity, self.beyond.get(line, ZERO))) for line, quantity in rows)
        self.beyond = _plus(self.beyond, ((line, -quantity) for line, quantity in first))
        return tuple((line, quantity - part) for (line, quantity), (_, part) in zip(rows, first, strict=True))

    def _cancel(self, posting: Posting) -> None:
        self._shift(tuple((line, -quantity) for line, quantity in posting.rows))
        self._charge(posting.charges, 1, 0)

    def _renew(self, posting: Posting) -> None:
        self._shift(posting.rows)
        self.exacts = dict(self.exacts)
        for (line, _), rounding in zip(posting.rows, posting.exacts, strict=True):
            if rounding:
                self.exacts[line] += rounding
        self._charge(posting.charges, -1, 0)

    def _advance(self, posting: Posting) -> None:
        self.advanced = sum(posting.amounts, self.advanced)

    def _shift(self, rows: tuple[Row, ...]) -> None:
        self._own()
        self.shift = dict(self.shift)
        for line, quantity in rows:
            delivered, invoiced = self.delivered(line), self.invoiced(line)
            _put(self.shift, line, self.shift.get(line, ZERO) + quantity)
            self._restate(line, delivered, invoiced)


_POST = {
    Kind.PICKED: Fold._pick,
    Kind.DELIVERED: Fold._deliver,
    Kind.RETURNED: Fold._take_back,
    Kind.INVOICED: Fold._invoice,
    Kind.CREDITED: Fold._credit,
    Kind.CANCELLED: Fold._cancel,
    Kind.RENEWED: Fold._renew,
    Kind.ADVANCED: Fold._advance,
}


def smaller(one: Decimal, other: Decimal) -> Decimal:
    """Return whichever lies nearer to zero; zero where the signs differ."""
    if (one > 0) is not (other > 0):
        return ZERO
    return one if abs(one) <= abs(other) else other


def _put(amounts: dict[int, Decimal], key: int, amount: Decimal) -> None:
    """Write *amount* at *key*; nothing is kept at zero."""
    if amount:
        amounts[key] = amount
    else:
        amounts.pop(key, None)


def _plus(amounts: Mapping[int, Decimal], rows: Iterable[Row]) -> dict[int, Decimal]:
    """Return a copy with *rows* added."""
    new = dict(amounts)
    for key, amount in rows:
        _put(new, key, new.get(key, ZERO) + amount)
    return new


def _more(documents: Mapping[str, tuple[Row, ...]], number: str, rows: Iterable[Row]) -> dict[str, tuple[Row, ...]]:
    """Return a copy with *rows* added to what is left of one document; one with nothing left is dropped."""
    new = dict(documents)
    left = _plus(dict(new.get(number, ())), rows)
    if left:
        new[number] = tuple(left.items())
    else:
        new.pop(number, None)
    return new


def _less(documents: Mapping[str, tuple[Row, ...]], number: str, rows: tuple[Row, ...]) -> dict[str, tuple[Row, ...]]:
    """Return a copy with *rows* taken off; taking just what is left is the common case and needs no arithmetic."""
    if documents.get(number) is rows:
        new = dict(documents)
        del new[number]
        return new
    return _more(documents, number, ((line, -quantity) for line, quantity in rows))
