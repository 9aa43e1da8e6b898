"""Ageing: what each account owes on a day, by how long it is overdue; with what was settled by that day and nothing later."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_date, require_kind
from salesflow.labels import Labelled, Language
from salesflow.model.invoice import Invoice
from salesflow.model.payment import Payment
from salesflow.money import exact, quantum_of


class BucketLabel(Labelled):
    """How the heading of a column reads."""

    NOT_DUE = "not-due", "not due", "niet vervallen"
    UP_TO = "up-to", "up to {last} days", "tot en met {last} dagen"
    BETWEEN = "between", "{first}-{last} days", "{first}-{last} dagen"
    OVER = "over", "over {before} days", "meer dan {before} dagen"


@frozen
class Bucket:
    """
    A column: what is *first* to *last* days overdue, both included.

    ``None`` is open on that side; what is zero days overdue or less is not due yet.
    """

    first: int | None
    last: int | None

    def label(self, language: Language = "en") -> str:
        """Return the heading of the column in *language*."""
        if self.first is None:
            heading = BucketLabel.UP_TO if self.last else BucketLabel.NOT_DUE
            return heading.label(language).format(last=self.last)
        if self.last is None:
            return BucketLabel.OVER.label(language).format(before=self.first - 1)
        return BucketLabel.BETWEEN.label(language).format(first=self.first, last=self.last)


@frozen(kw_only=True)
class AgedAccount:
    """
    What one account owes in one currency on a day.

    Args:
        amounts: Beside each bucket, what is open of the invoices in it.
        unallocated: Open credit notes and what no invoice has taken of payments: below zero,
            unless more was paid back than was owed to the customer.
    """

    account: str
    currency: str
    on: date
    buckets: tuple[Bucket, ...]
    amounts: tuple[Decimal, ...]
    unallocated: Decimal

    @property
    @exact
    def balance(self) -> Decimal:
        """What is owed in all: the columns and what is unallocated."""
        return sum(self.amounts, self.unallocated)

    def labels(self, language: Language = "en") -> tuple[str, ...]:
        """Return the headings of the columns in *language*."""
        return tuple(bucket.label(language) for bucket in self.buckets)


@exact
def age(
    invoices: Iterable[Invoice], payments: Iterable[Payment] = (), *, on: date, buckets: tuple[int, ...] = (0, 30, 60, 90)
) -> tuple[AgedAccount, ...]:
    """
    Return what each account owes as of *on*, per currency, in order of account; an account without anything open is left out [PAY-1].

    Documents of a later date are left out, and what was settled later is open still. Each instalment is as old as its own due date.
    Give the payments with the invoices: together they come to the balance of a statement of that day.

    Args:
        buckets: The last day of every column but the last one, in days overdue.

    Raises:
        ValueError: the buckets are not whole numbers from zero in rising order.
    """
    require_date("on", on)
    columns = _columns(buckets)
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for invoice in invoices:
        require_kind("invoice", invoice, Invoice)
        for part in invoice.open_parts(on):
            place = bisect_left(buckets, (on - part.on).days) if part.amount > 0 else -1
            _add(sums, invoice, len(columns), place, part.amount)
    for payment in payments:
        require_kind("payment", payment, Payment)
        if left := payment.balance_on(on):
            _add(sums, payment, len(columns), -1, -left)
    return tuple(
        AgedAccount(account=account, currency=currency, on=on, buckets=columns, amounts=tuple(amounts[:-1]), unallocated=amounts[-1])
        for (account, currency), amounts in sorted(sums.items())
        if any(amounts)
    )


def _columns(edges: tuple[int, ...]) -> tuple[Bucket, ...]:
    whole = type(edges) is tuple and all(type(edge) is int and edge >= 0 for edge in edges)
    if not whole or not edges or list(edges) != sorted(set(edges)):
        msg = f"buckets must be a tuple of whole numbers from zero in rising order, not {edges!r}"
        raise ValueError(msg)
    firsts = (None, *(edge + 1 for edge in edges))
    return tuple(Bucket(first, last) for first, last in zip(firsts, (*edges, None), strict=True))


def _add(sums: dict[tuple[str, str], list[Decimal]], document: Invoice | Payment, columns: int, place: int, amount: Decimal) -> None:
    key = document.account, document.currency
    if key not in sums:
        sums[key] = [ZERO.quantize(quantum_of(document.currency))] * (columns + 1)
    sums[key][place] += amount
