"""The charges of a returned order: what goes back of the charges on the invoices that its goods came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from salesflow.billing.crediting import CreditOf, part_of
from salesflow.model.charge import ChargeOrigin, ChargeRule, ChargeVat, When
from salesflow.model.goods_return import ReturnLine
from salesflow.model.invoice import Invoice
from salesflow.model.ledger import ChargeRow
from salesflow.model.order import Order
from salesflow.money import exact


@exact
def rules_of(lines: Iterable[ReturnLine], invoices: Iterable[Invoice], before: tuple[ChargeRule, ...] = ()) -> tuple[ChargeRule, ...]:
    """
    Return what would go back of the charges of *invoices* if all these lines were credited, as charges of the returned order.

    Args:
        before: The charges that the returned order has already.
    """
    given = tuple(lines)
    rules = {rule.source: rule for rule in before}
    for invoice in invoices:
        quantities = {
            line.origin.invoice_line: line.quantity
            for line in given
            if line.origin is not None and line.origin.invoice == invoice.number and line.origin.invoice_line is not None
        }
        for row in part_of(CreditOf(invoice=invoice, quantities=quantities)).charges if quantities else ():
            source = _source(invoice.number, row.place)
            if source in rules:
                rules[source] = evolve(rules[source], value=rules[source].value - row.amount)
            elif row.charge.rule is not None:
                rules[source] = ChargeRule(
                    number=len(rules) + 1,
                    kind=row.charge.rule.kind,
                    code=row.charge.charge.code,
                    text=row.charge.charge.text,
                    value=-row.amount,
                    when=When.PROPORTIONAL,
                    recurs=False,
                    taxed=ChargeVat.OWN,
                    vat=row.charge.vat,
                    origin=ChargeOrigin.AUTOMATIC,
                    source=source,
                )
    return tuple(rules.values())


def posted(order: Order, note: Invoice) -> tuple[ChargeRow, ...]:
    """Return what a credit note posts of the charges of a returned order."""
    return tuple(_rows(order, note))


def _rows(order: Order, note: Invoice) -> Iterator[ChargeRow]:
    known = {rule.source: rule.number for rule in order.charges}
    for each in note.charges:
        number = known.get(_source(each.credits or "", each.credited or 0))
        if number is not None:
            yield number, each.amount, each.amount


def _source(invoice: str, place: int) -> str:
    """Return what names a charge on an invoice."""
    return f"{invoice}/{place}"
