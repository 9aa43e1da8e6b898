"""
Reminders: which invoices a customer is to be reminded of, and the reminder itself.

Proposing is a pure function of invoices and earlier reminders; numbers are drawn when a proposal is carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen

from salesflow.checks import ZERO, require_date, require_kind
from salesflow.errors import Refusal, RefusedError
from salesflow.model.invoice import Invoice, InvoiceKind
from salesflow.model.reminder import Reminder, ReminderLevel, ReminderLine, ReminderPlan, ReminderSent
from salesflow.money import exact, quantum_of, round_to
from salesflow.outcome import Outcome
from salesflow.rules import Rule

NOTHING_DUE = Rule(
    code="reminder.nothing-due",
    en="A reminder names at least one invoice that is overdue by the days of its next level.",
    nl="Een aanmaning noemt ten minste één factuur die het aantal dagen van haar volgende niveau over tijd is.",
    refusal="{account} has nothing in {currency} to be reminded of on {on}",
    spec=("PAY-1",),
    source="choice",
)
ANOTHER_ACCOUNT = Rule(
    code="reminder.another-account",
    en="A reminder names invoices of one account in one currency.",
    nl="Een aanmaning noemt facturen van één klantrekening in één valuta.",
    refusal="invoice {invoice} is owed by {owed_by} in {invoiced}, not by {account} in {currency}",
    spec=("INV-4",),
    source="choice",
)
BEFORE_EARLIER = Rule(
    code="reminder.before-earlier",
    en="A reminder is dated on the day of the account's earlier reminder or later.",
    nl="Een aanmaning is van dezelfde dag als de vorige aanmaning van de klantrekening of later.",
    refusal="reminder {reminder} is of {sent}; {on} is before that",
    spec=("PAY-8",),
    source="choice",
)


@frozen(kw_only=True)
class ReminderProposal:
    """
    A reminder to be, for one account in one currency; lines may be struck out before it is carried out.

    Args:
        on: The day it was worked out for.
        lines: The invoices, the first due first.
    """

    account: str
    currency: str
    on: date
    plan: ReminderPlan
    lines: tuple[ReminderLine, ...]

    @property
    def level(self) -> int:
        """The highest level of its lines; zero where all were struck out."""
        return max((line.level for line in self.lines), default=0)

    @property
    def fee(self) -> Decimal:
        """The fee of its level, in whole units of the currency, rounded half up."""
        return round_to(self._step.fee if self._step else ZERO, quantum_of(self.currency))

    @property
    def title(self) -> str:
        """The heading of its level."""
        return self._step.title if self._step else ""

    @property
    def _step(self) -> ReminderLevel | None:
        return self.plan.levels[self.level - 1] if self.lines else None


@exact
def due_for_reminder(
    invoices: Iterable[Invoice], earlier: Iterable[Reminder], *, plan: ReminderPlan, on: date, disputed: Iterable[str] = ()
) -> tuple[ReminderProposal, ...]:
    """
    Return the reminders to send on a day, per account and currency, in that order [PAY-1].

    Each instalment of an invoice is reminded of by itself. Its next level is one above the highest of the earlier reminders that name it;
    it is due when the instalment is overdue by the days of that level, and the plan's pause since the last reminder is over.
    Each level comes once.
    What is paid, cancelled, owed to the customer or disputed is never proposed, and neither is a pro forma.

    Args:
        earlier: The reminders that were sent; those that name none of the invoices do not matter.
        disputed: The numbers of invoices that the customer disputes.
    """
    require_date("on", on)
    require_kind("plan", plan, ReminderPlan)
    left_out, sent = _numbers(disputed), _sent(earlier)
    groups: dict[tuple[str, str], list[ReminderLine]] = {}
    for number, invoice in _known(invoices).items():
        if number not in left_out and (lines := list(_lines(invoice, sent, plan, on))):
            groups.setdefault((invoice.account, invoice.currency), []).extend(lines)
    return tuple(
        ReminderProposal(account=account, currency=currency, on=on, plan=plan, lines=_in_order(lines))
        for (account, currency), lines in sorted(groups.items())
    )


@exact
def remind(
    proposal: ReminderProposal, invoices: Iterable[Invoice], earlier: Iterable[Reminder], *, number: str, on: date
) -> Outcome[Reminder]:
    """
    Send the reminder of a proposal, with the invoices and the earlier reminders as they are now.

    What was paid or reminded of since the proposal is left out, and the fee follows what is left;
    carried out a second time with the first reminder among the earlier ones, the proposal is refused.

    Raises:
        RefusedError: ``reminder.nothing-due``, ``reminder.another-account``, ``reminder.before-earlier``.
        ValueError: an invoice of the proposal is not among those given.
    """
    given, sent = tuple(invoices), tuple(earlier)
    if found := why_not(proposal, given, sent, on=on):
        raise RefusedError(found)
    now = evolve(proposal, lines=_still_due(proposal, _known(given), sent, on))
    reminder = Reminder(number=number, account=now.account, currency=now.currency, on=on, lines=now.lines, fee=now.fee, title=now.title)
    names = tuple(dict.fromkeys(line.invoice for line in reminder.lines))
    event = ReminderSent(number=number, on=on, account=reminder.account, level=reminder.level, invoices=names)
    return Outcome(document=reminder, made=(reminder,), events=(event,))


@exact
def why_not(proposal: ReminderProposal, invoices: Iterable[Invoice], earlier: Iterable[Reminder], *, on: date) -> tuple[Refusal, ...]:
    """Return every reason why ``remind`` may not run with the same arguments."""
    require_date("on", on)
    require_kind("proposal", proposal, ReminderProposal)
    return tuple(_against(proposal, _known(invoices), tuple(earlier), on))


def _against(proposal: ReminderProposal, known: dict[str, Invoice], earlier: tuple[Reminder, ...], on: date) -> Iterator[Refusal]:
    account, currency = proposal.account, proposal.currency
    if not _still_due(proposal, known, earlier, on):
        yield NOTHING_DUE.refuse(account=account, currency=currency, on=on)
    for invoice in (known[line.invoice] for line in proposal.lines):
        if (invoice.account, invoice.currency) != (account, currency):
            yield ANOTHER_ACCOUNT.refuse(
                invoice=invoice.number, owed_by=invoice.account, invoiced=invoice.currency, account=account, currency=currency
            )
    for reminder in earlier:
        if (reminder.account, reminder.currency) == (account, currency) and on < reminder.on:
            yield BEFORE_EARLIER.refuse(reminder=reminder.number, sent=reminder.on, on=on)


def _still_due(proposal: ReminderProposal, known: dict[str, Invoice], earlier: Iterable[Reminder], on: date) -> tuple[ReminderLine, ...]:
    """Return the lines of a proposal as they are on a day, without those that are not due at the level proposed."""
    if missing := [line.invoice for line in proposal.lines if line.invoice not in known]:
        msg = f"the proposal names {', '.join(missing)}, which is not among the invoices given"
        raise ValueError(msg)
    sent = _sent(earlier)
    wanted = {(line.invoice, line.due): line.level for line in proposal.lines}
    found = (line for number in {line.invoice for line in proposal.lines} for line in _lines(known[number], sent, proposal.plan, on))
    return _in_order(line for line in found if wanted.get((line.invoice, line.due)) == line.level)


Sent = dict[tuple[str, date], tuple[int, date]]
"""By invoice and due date, the highest level that was sent and the day of the last reminder."""


def _lines(invoice: Invoice, sent: Sent, plan: ReminderPlan, on: date) -> Iterator[ReminderLine]:
    """Yield what to say of an invoice, for each instalment that is due for a reminder."""
    if invoice.kind is InvoiceKind.PRO_FORMA or not invoice.is_overdue(on):
        return
    for part in invoice.open_parts():
        done, last = sent.get((invoice.number, part.on), (0, None))
        rests = last is not None and (on - last).days < plan.pause
        days = (on - part.on).days
        if done < len(plan.levels) and not rests and days >= plan.levels[done].days:
            yield ReminderLine(invoice=invoice.number, due=part.on, balance=part.amount, level=done + 1, days_overdue=days)


def _sent(earlier: Iterable[Reminder]) -> Sent:
    sent: Sent = {}
    for reminder in earlier:
        require_kind("reminder", reminder, Reminder)
        for line in reminder.lines:
            level, last = sent.get((line.invoice, line.due), (0, reminder.on))
            sent[line.invoice, line.due] = max(level, line.level), max(last, reminder.on)
    return sent


def _known(invoices: Iterable[Invoice]) -> dict[str, Invoice]:
    known: dict[str, Invoice] = {}
    for invoice in invoices:
        require_kind("invoice", invoice, Invoice)
        known[invoice.number] = invoice
    return known


def _numbers(disputed: Iterable[str]) -> frozenset[str]:
    if isinstance(disputed, str):
        msg = f"disputed must be a collection of invoice numbers, not {disputed!r}"
        raise TypeError(msg)
    return frozenset(disputed)


def _in_order(lines: Iterable[ReminderLine]) -> tuple[ReminderLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.due, line.invoice)))
