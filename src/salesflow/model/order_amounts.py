"""What an order comes to, in all and of what is still to be invoiced: lines, charges and VAT."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from salesflow.checks import ZERO
from salesflow.model.charge import Charge, ChargeRule
from salesflow.model.charging import Alone, Row, Share, shares
from salesflow.model.ledger import Kind
from salesflow.model.order_charges import OrderSurroundings, row_of, this_cycle
from salesflow.model.totals import Beside, Sold, Totals, TotalsPolicy, add_up, work_out
from salesflow.money import exact, half_up

if TYPE_CHECKING:
    from salesflow.model.order import Order


@frozen
class ChargeBalance:
    """How a charge of an order stands: what was invoiced of it less what was credited, and what is still to be invoiced."""

    rule: ChargeRule
    taken: Decimal
    left: Decimal

    @property
    @exact
    def amount(self) -> Decimal:
        """Its total."""
        return self.taken + self.left


@exact
def totals_in_all(order: Order) -> Totals:
    """Return what was invoiced of an order, less what was credited, and what is still to be invoiced; of a subscription, in one cycle."""
    rows = rows_in_all(order)
    found = _shares_in_all(order, rows)
    charges = [charge for share in found for charge in share.charges()]
    return add_up_rows(rows, charges, [share.rule for share in found], order.quantum, order.totals_policy)


@exact
def open_totals(order: Order) -> Totals:
    """Return what is still to be invoiced."""
    rows = open_rows(order)
    charges = [charge for share in shares_of_order(order, rows) for charge in share.charges()]
    return add_up_rows(rows, charges, order.charges, order.quantum, order.totals_policy)


@exact
def invoiced_net(order: Order) -> Decimal:
    """Return what was invoiced of the lines of an order with VAT in its prices, without VAT."""
    sold = [Sold(order.fold.terms[line].vat, amount) for line, amount in order.fold.amounts.items()]
    return work_out(sold, (), order.quantum, order.totals_policy).totals.net


@exact
def add_up_rows(
    rows: Sequence[Row], charges: Sequence[Charge], rules: Iterable[ChargeRule], quantum: Decimal, policy: TotalsPolicy
) -> Totals:
    """Add up lines and the charges beside them."""
    if policy.is_plain:
        return add_up([(line.vat, amount) for line, _, amount, _ in rows], [(each.vat, each.amount) for each in charges], quantum)
    sold = [Sold(line.vat, amount, quantity) for line, quantity, amount, _ in rows]
    return work_out(sold, beside_of(charges, rules, rows), quantum, policy).totals


def beside_of(charges: Iterable[Charge], rules: Iterable[ChargeRule], rows: Sequence[Row]) -> list[Beside]:
    """Return charges as amounts beside the lines; a discount lowers the lines that it covers."""
    known = {rule.number: rule for rule in rules}
    found = []
    for each in charges:
        rule = known.get(each.number)
        over = None
        if rule is not None and rule.is_discount:
            over = tuple(place for place, (line, _, _, _) in enumerate(rows) if rule.covers_line(line))
        found.append(Beside(each.vat, each.amount, over))
    return found


# ---------------------------------------------------------------------- charges


@exact
def shares_of_order(
    order: Order,
    rows: Sequence[Row],
    *,
    rules: tuple[ChargeRule, ...] | None = None,
    slips: int = 1,
    stated: Mapping[int, Decimal] | None = None,
) -> tuple[Share, ...]:
    """
    Return what an invoice of those rows takes of each charge of an order; an order that is cancelled whole has none left [CHG-8].

    Args:
        rules: The charges, if they are not those of the order as they are.
        slips: How many packing slips it takes together.
        stated: Shares that are stated by hand, by the number of the charge.
    """
    wanted = order.charges if rules is None else rules
    if not wanted or order.is_cancelled:
        return ()
    around = OrderSurroundings(order.fold, order.postings, rows, order.quantum, recurring=order.recurs)
    return shares(wanted, rows, around, order.quantum, slips=slips, stated=stated)


@exact
def charge_balances(order: Order) -> tuple[ChargeBalance, ...]:
    """Return how each charge stands, those that were removed after something of them was invoiced too; of a subscription, in this cycle."""
    taken = _taken_in_cycle(order) if order.recurs else order.fold.charges
    if not order.charges and not taken:
        return ()
    left = {share.rule.number: share.amount for share in shares_of_order(order, open_rows(order))}
    return tuple(ChargeBalance(rule, taken.get(rule.number, ZERO), left.get(rule.number, ZERO)) for rule in all_charges(order, taken))


def all_charges(order: Order, taken: Mapping[int, Decimal]) -> Iterator[ChargeRule]:
    """Yield the charges of an order, and after them those that were removed and still have something *taken*, as they stood last."""
    yield from order.charges
    gone = {number for number, amount in taken.items() if amount} - {rule.number for rule in order.charges}
    for revision in reversed(order.revisions):
        for rule in revision.charges or ():
            if rule.number in gone:
                gone.remove(rule.number)
                yield rule


def _taken_in_cycle(order: Order) -> dict[int, Decimal]:
    taken: dict[int, Decimal] = {}
    for posting in this_cycle(order.postings):
        if posting.kind in {Kind.INVOICED, Kind.CREDITED}:
            sign = 1 if posting.kind is Kind.INVOICED else -1
            for number, amount, _ in posting.charges:
                taken[number] = taken.get(number, ZERO) + sign * amount
    return taken


def _shares_in_all(order: Order, rows: Sequence[Row]) -> tuple[Share, ...]:
    """Return the total of each charge, divided over the rates of VAT of *rows*."""
    if not order.postings:
        return shares(order.charges, rows, Alone(rows), order.quantum) if order.charges else ()
    balances = charge_balances(order)
    if not balances:
        return ()
    amounts = {balance.rule.number: balance.amount for balance in balances}
    return shares([balance.rule for balance in balances], rows, Alone(rows), order.quantum, stated=amounts)


# ---------------------------------------------------------------------- lines


@exact
def ordered_rows(order: Order) -> list[Row]:
    """Return the lines as they are ordered, whatever happened to them."""
    quantum = order.quantum
    return [row_of(line, line.ordered, quantum) for line in order.fold.terms.values()]


def ordered_charges(order: Order) -> tuple[Charge, ...]:
    """Return the charges as the lines are ordered, by rate of VAT."""
    rows = ordered_rows(order)
    return tuple(charge for share in shares(order.charges, rows, Alone(rows), order.quantum) for charge in share.charges())


def ordered_totals(order: Order) -> Totals:
    """Return the total as ordered, with charges and VAT, whatever happened since."""
    return add_up_rows(ordered_rows(order), ordered_charges(order), order.charges, order.quantum, order.totals_policy)


@exact
def open_rows(order: Order) -> list[Row]:
    """Return what is still to be invoiced of each line, with the amount that an invoice would have."""
    fold, quantum = order.fold, order.quantum
    found: list[Row] = []
    for number, left in fold.to_invoice.items():
        line, posted = fold.terms[number], fold.amounts.get(number, ZERO)
        exactly = left * line.unit_price
        amount = half_up(fold.exacts.get(number, ZERO) + exactly, quantum) - posted
        found.append((line, left, amount, exactly))
    return found


@exact
def rows_in_all(order: Order) -> list[Row]:
    """Return per line what was invoiced and what is still to be; of a subscription, in one cycle."""
    terms, quantum = order.fold.terms, order.quantum
    if not order.postings:
        return ordered_rows(order)
    quantities, amounts, exacts = _invoiced_in_cycle(order) if order.recurs else _invoiced(order)
    for line, quantity, amount, exactly in open_rows(order):
        number = line.number
        quantities[number] = quantities.get(number, ZERO) + quantity
        amounts[number] = amounts.get(number, ZERO) + amount
        exacts[number] = exacts.get(number, ZERO) + exactly
    nothing = ZERO.quantize(quantum)
    return [(line, quantities.get(number, ZERO), amounts.get(number, nothing), exacts.get(number, ZERO)) for number, line in terms.items()]


_PerLine = dict[int, Decimal]


def _invoiced(order: Order) -> tuple[_PerLine, _PerLine, _PerLine]:
    fold = order.fold
    return {line: fold.invoiced(line) for line in fold.terms}, dict(fold.amounts), dict(fold.exacts)


def _invoiced_in_cycle(order: Order) -> tuple[_PerLine, _PerLine, _PerLine]:
    quantities: _PerLine = {}
    amounts: _PerLine = {}
    exacts: _PerLine = {}
    for posting in this_cycle(order.postings):
        if posting.kind in {Kind.INVOICED, Kind.CREDITED}:
            sign = 1 if posting.kind is Kind.INVOICED else -1
            for (line, quantity), amount, exactly in zip(posting.rows, posting.amounts, posting.exacts, strict=True):
                quantities[line] = quantities.get(line, ZERO) + (sign * quantity if posting.counts else ZERO)
                amounts[line] = amounts.get(line, ZERO) + sign * amount
                exacts[line] = exacts.get(line, ZERO) + sign * exactly
    return quantities, amounts, exacts
