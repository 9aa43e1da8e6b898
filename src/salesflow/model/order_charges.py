"""What the charges of an order come to: its surroundings for the arithmetic of ``charging``, read from terms and ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from salesflow.checks import ZERO
from salesflow.model.charge import ChargeRule
from salesflow.model.charging import Covered, Row, RowOf, covered, measured
from salesflow.model.ledger import ChargeRow, Fold, Kind, Posting, smaller
from salesflow.model.order_line import OrderLine
from salesflow.money import exact, half_up


class OrderSurroundings:
    """
    What the share of an invoice depends on beside its own lines: the order before the invoice is posted.

    Args:
        recurring: Whether the order comes round; then its lines are those of one cycle.
        taking: The rows of the invoice.
    """

    def __init__(self, fold: Fold, postings: tuple[Posting, ...], taking: Sequence[Row], quantum: Decimal, *, recurring: bool) -> None:
        self.fold = fold
        self.postings = postings
        self.taking = taking
        self.quantum = quantum
        self.recurring = recurring
        self._terms: list[RowOf[OrderLine]] | None = None

    def used(self, number: int, /) -> tuple[Decimal, Decimal]:
        """Return what is used up of a charge."""
        return self.fold.charged.get(number, ZERO), self.fold.charges_exactly.get(number, ZERO)

    def invoiced(self, number: int, /) -> Decimal:
        """Return what was invoiced of a charge, less what was credited."""
        return self.fold.charges.get(number, ZERO)

    def lapsed(self, number: int, /) -> Decimal:
        """Return what lapsed of a charge with quantities that were cancelled."""
        cancelled = (posting for posting in this_cycle(self.postings) if posting.kind is Kind.CANCELLED)
        return sum((amount for posting in cancelled for each, amount, _ in posting.charges if each == number), ZERO)

    def terms(self, _rule: ChargeRule, /) -> Iterable[Row]:
        """Return the lines as they are agreed, ordered less cancelled; of a subscription those of one cycle."""
        if self._terms is None:
            wanted = (lambda line: line.ordered) if self.recurring else (lambda line: self.fold.wanted(line.number))
            self._terms = [row_of(line, wanted(line), self.quantum) for line in self.fold.terms.values()]
        return self._terms

    def before(self, rule: ChargeRule, /) -> Covered:
        """Return what was invoiced in this cycle of the covered lines, less credited."""
        taken: list[Row] = []
        for posting in this_cycle(self.postings):
            if posting.kind in {Kind.INVOICED, Kind.CREDITED} and posting.counts:
                sign = 1 if posting.kind is Kind.INVOICED else -1
                taken += [
                    (self.fold.terms[number], sign * count, sign * amount, sign * exactly)
                    for (number, count), amount, exactly in zip(posting.rows, posting.amounts, posting.exacts, strict=True)
                ]
        return covered(rule, taken)

    def waiting(self, rule: ChargeRule, /) -> Decimal:
        """Return what is uninvoiced of the covered lines, unrounded."""
        fold = self.fold
        return sum(
            (left * line.unit_price for number, left in fold.to_invoice.items() if rule.covers_line(line := fold.terms[number])), ZERO
        )

    def leaves_nothing(self, rule: ChargeRule | None, /) -> bool:
        """Say whether nothing of the covered lines, or of any, is left to invoice after the invoice."""
        taken: dict[int, Decimal] = {}
        for row, quantity, _, _ in self.taking:
            taken[row.number] = taken.get(row.number, ZERO) + quantity
        for number, left in self.fold.to_invoice.items():
            line = self.fold.terms[number]
            rest = left - taken.get(number, ZERO)
            if rest * line.ordered > 0 and (rule is None or rule.covers_line(line)):
                return False
        return True


def row_of(line: OrderLine, quantity: Decimal, quantum: Decimal) -> RowOf[OrderLine]:
    """Return so much of a line, with its amount."""
    exactly = quantity * (line.price if line.is_plain else line.unit_price)
    return line, quantity, half_up(exactly, quantum), exactly


def this_cycle(postings: Sequence[Posting]) -> Iterator[Posting]:
    """Yield the postings since an order last came round, latest first; all of them where it does not."""
    undone = 0
    for posting in reversed(postings):
        if posting.kind is Kind.RENEWED:
            if posting.source is not None:  # it undoes a renewal
                undone += 1
            elif undone:
                undone -= 1
            else:
                return
        yield posting


@exact
def lapsing(rules: Iterable[ChargeRule], fold: Fold, rows: Iterable[tuple[int, Decimal]], quantum: Decimal) -> tuple[ChargeRow, ...]:
    """
    Return what of one amount, divided over the order, lapses with quantities that are cancelled: its share of what is left [CHG-8].

    Args:
        rows: What is cancelled, before it is posted.
    """
    cancelled = {line: smaller(quantity, fold.to_invoice.get(line, ZERO)) for line, quantity in rows}
    found = []
    for rule in rules:
        if not rule.is_divided:
            continue
        value = _in_force(rule, fold, quantum)
        left = rule.limited(value, value) - fold.charged.get(rule.number, ZERO)
        waiting = going = ZERO
        for number, open_part in fold.to_invoice.items():
            line = fold.terms[number]
            if rule.covers_line(line):
                waiting += open_part * line.unit_price
                going += cancelled.get(number, ZERO) * line.unit_price
        if going and waiting and left * value > 0:
            lapsed = left if going == waiting else half_up(left * going / waiting, quantum)
            if lapsed:
                found.append((rule.number, lapsed, lapsed))
    return tuple(found)


def _in_force(rule: ChargeRule, fold: Fold, quantum: Decimal) -> Decimal:
    """Return the value that a rule has by the terms as they are, or would have if it were granted."""
    if not rule.granted.tiers:
        return rule.value
    return rule.value_kept(measured(rule, (row_of(line, fold.wanted(line.number), quantum) for line in fold.terms.values())))


@exact
def returning(
    postings: Iterable[Posting], rows: Iterable[tuple[int, Decimal]], source: str | None, quantum: Decimal
) -> tuple[ChargeRow, ...]:
    """
    Return what comes back of charges that lapsed with quantities whose cancellation is undone, below zero.

    Args:
        rows: What is undone, with the opposite sign of what was cancelled.
        source: The document on whose behalf they were cancelled.
    """
    lapsed: dict[int, Decimal] = {}
    cancelled: dict[int, Decimal] = {}
    for posting in postings:
        if posting.kind is Kind.CANCELLED and posting.source == source:
            for number, amount, _ in posting.charges:
                lapsed[number] = lapsed.get(number, ZERO) + amount
            for line, quantity in posting.rows:
                cancelled[line] = cancelled.get(line, ZERO) + quantity
    whole = sum((abs(quantity) for quantity in cancelled.values()), ZERO)
    undone = sum((abs(quantity) for _, quantity in rows), ZERO)
    back = [(number, -half_up(amount * min(undone, whole) / whole, quantum)) for number, amount in lapsed.items()]
    return tuple((number, amount, amount) for number, amount in back if amount)
