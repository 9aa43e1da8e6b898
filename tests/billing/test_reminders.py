"""Reminders: what is due for which level, and what is never named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Invoice, PaymentTerms, RefusedError, invoices, payments
from salesflow.billing.reminders import ReminderProposal, due_for_reminder, remind, why_not
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import InvoiceKind, InvoiceStatus
from salesflow.model.reminder import Reminder, ReminderLevel, ReminderLine, ReminderPlan, ReminderSent
from tests.builders import DAY, an_order, codes

FIRST = ReminderLevel(7, Decimal(0), "A friendly reminder")
SECOND = ReminderLevel(14, Decimal("7.50"), "Second reminder")
LAST = ReminderLevel(30, Decimal("15.00"), "Last reminder")
PLAN = ReminderPlan(levels=(FIRST, SECOND, LAST))
DUE = DAY + timedelta(days=30)


def after(days: int) -> date:
    """So many days after the due date of an invoice of the first day."""
    return DUE + timedelta(days=days)


def an_invoice(number: str = "INV-1", amount: object = "100.00", on: date = DAY, account: str = "ACME", currency: str = "EUR") -> Invoice:
    """An invoice of so much, due in thirty days."""
    line = FreeTextLine(number=1, text="Work", account="8000", net=Decimal(str(amount)))
    return Invoice(number=number, on=on, account=account, currency=currency, payment_terms=PaymentTerms(days=30), free_text=(line,))


def proposed(*owed: Invoice, days: int, earlier: tuple[Reminder, ...] = (), **other: Any) -> tuple[ReminderProposal, ...]:
    """What is proposed so many days after the due date."""
    wanted: dict[str, Any] = {"plan": PLAN, "on": after(days)} | other
    return due_for_reminder(owed, earlier, **wanted)


def sent(*owed: Invoice, days: int, earlier: tuple[Reminder, ...] = (), number: str = "R-1", **other: Any) -> Reminder:
    """The one reminder so many days after the due date."""
    [proposal] = proposed(*owed, days=days, earlier=earlier, **other)
    return remind(proposal, owed, earlier, number=number, on=after(days)).document


def levels(*proposals: ReminderProposal) -> list[tuple[str, int]]:
    """Each invoice proposed, and its level."""
    return [(line.invoice, line.level) for proposal in proposals for line in proposal.lines]


@pytest.mark.parametrize(("days", "found"), [(0, []), (6, []), (7, [("INV-1", 1)]), (400, [("INV-1", 1)])])
def test_the_first_level_comes_first(days: int, found: list[tuple[str, int]]) -> None:
    """From the seventh day overdue, and however late it is [PAY-1]."""
    assert levels(*proposed(an_invoice(), days=days)) == found


@pytest.mark.parametrize(("days", "found"), [(8, []), (13, []), (14, [("INV-1", 2)]), (31, [("INV-1", 2)])])
def test_the_next_level_comes_when_its_days_are_over(days: int, found: list[tuple[str, int]]) -> None:
    """After the first reminder on day seven the second comes from day fourteen on."""
    earlier = (sent(an_invoice(), days=7),)
    assert levels(*proposed(an_invoice(), days=days, earlier=earlier)) == found


def test_a_reminder_says_what_is_owed_and_what_it_costs() -> None:
    """Two invoices of one account at two levels: one reminder, with the fee and the title of the higher."""
    old, young = an_invoice(), an_invoice("INV-2", "40.00", DAY + timedelta(days=9))
    earlier = (sent(old, days=7),)
    [proposal] = proposed(young, old, days=16, earlier=earlier)
    assert (proposal.level, proposal.fee, proposal.title) == (2, Decimal("7.50"), "Second reminder")
    done = remind(proposal, [young, old], earlier, number="R-2", on=after(16))
    assert done.document == Reminder(
        number="R-2",
        account="ACME",
        currency="EUR",
        on=after(16),
        lines=(
            ReminderLine(invoice="INV-1", due=DUE, balance=Decimal("100.00"), level=2, days_overdue=16),
            ReminderLine(invoice="INV-2", due=after(9), balance=Decimal("40.00"), level=1, days_overdue=7),
        ),
        fee=Decimal("7.50"),
        title="Second reminder",
    )
    assert (done.document.level, done.document.overdue, done.document.total) == (2, Decimal("140.00"), Decimal("147.50"))
    assert done.made == (done.document,)
    assert done.events == (ReminderSent(number="R-2", on=after(16), account="ACME", level=2, invoices=("INV-1", "INV-2")),)


def test_after_the_last_level_nothing_comes() -> None:
    """Three levels, three reminders; a plan that was made shorter since ends as well."""
    earlier: tuple[Reminder, ...] = ()
    for number, days in enumerate((7, 14, 30), start=1):
        earlier = (*earlier, sent(an_invoice(), days=days, earlier=earlier, number=f"R-{number}"))
    assert [each.level for each in earlier] == [1, 2, 3]
    assert proposed(an_invoice(), days=400, earlier=earlier) == ()
    assert proposed(an_invoice(), days=400, earlier=earlier, plan=ReminderPlan(levels=(FIRST,))) == ()


def test_the_highest_level_and_the_last_day_count_in_whatever_order() -> None:
    """Earlier reminders may be given newest first."""
    first = sent(an_invoice(), days=7)
    second = sent(an_invoice(), days=14, earlier=(first,), number="R-2")
    assert levels(*proposed(an_invoice(), days=30, earlier=(second, first))) == [("INV-1", 3)]
    assert proposed(an_invoice(), days=14, earlier=(second, first)) == ()


@pytest.mark.parametrize(("pause", "days", "found"), [(1, 0, 0), (1, 1, 1), (10, 9, 0), (10, 10, 1)])
def test_between_two_reminders_the_pause_is_kept(pause: int, days: int, found: int) -> None:
    """First reminded forty days late: a second run on that day proposes nothing, though fourteen days are long over."""
    plan = evolve(PLAN, pause=pause)
    earlier = (sent(an_invoice(), days=40, plan=plan),)
    assert len(proposed(an_invoice(), days=40 + days, earlier=earlier, plan=plan)) == found


def cancelled() -> Invoice:
    """An invoice that was undone."""
    order, invoice = invoices.post(an_order(payment_terms=PaymentTerms(days=30)), number="INV-1", on=DAY)
    undone: Invoice = invoices.cancel(order, invoice, number="INV-2", on=DAY).changed[-1]
    return undone


def paid() -> Invoice:
    """An invoice that was paid."""
    settled: Invoice = payments.receive("ACME", 100, "EUR", number="P-1", on=DUE, invoices=[an_invoice()]).changed[-1]
    return settled


@pytest.mark.parametrize(
    "make",
    [
        paid,
        cancelled,
        lambda: an_invoice(amount="-100.00"),
        lambda: an_invoice(amount="0.00"),
        lambda: evolve(an_invoice(), kind=InvoiceKind.PRO_FORMA),
    ],
    ids=["paid", "cancelled", "credit", "nothing", "estimate"],
)
def test_what_is_not_owed_is_never_named(make: Callable[[], Invoice]) -> None:
    """Nobody is reminded of what was paid or undone, of what we owe, or of an estimate."""
    assert proposed(make(), days=50) == ()


def test_what_is_disputed_is_never_named() -> None:
    """A disputed invoice is left out, the others are not; a single number is no collection of numbers."""
    owed = (an_invoice(), an_invoice("INV-2"))
    assert levels(*proposed(*owed, days=7, disputed=["INV-1"])) == [("INV-2", 1)]
    with pytest.raises(TypeError, match="disputed must be a collection of invoice numbers, not 'INV-1'"):
        proposed(*owed, days=7, disputed="INV-1")


def test_each_account_and_currency_has_its_own_reminder() -> None:
    """In order of account and currency, lines by due date; the fee comes in whole units of the currency, half up."""
    owed = (
        an_invoice("D", account="ZED", currency="JPY", amount="5"),
        an_invoice("C", account="ZED"),
        an_invoice("B"),
        an_invoice("A", on=DAY - timedelta(days=1)),
        an_invoice("A2"),
    )
    plan = ReminderPlan(levels=(ReminderLevel(7, Decimal("7.50"), "Reminder"),))
    found = proposed(*owed, days=7, plan=plan)
    assert [(each.account, each.currency, str(each.fee)) for each in found] == [
        ("ACME", "EUR", "7.50"),
        ("ZED", "EUR", "7.50"),
        ("ZED", "JPY", "8"),
    ]
    assert levels(*found) == [("A", 1), ("A2", 1), ("B", 1), ("C", 1), ("D", 1)]


def test_a_part_paid_invoice_is_reminded_of_what_is_left() -> None:
    """30.00 of 100.00 came in; 70.00 is overdue."""
    [part] = payments.receive("ACME", 30, "EUR", number="P-1", on=DUE, invoices=[an_invoice()]).changed
    assert sent(part, days=7).overdue == Decimal("70.00")


def test_a_proposal_is_carried_out_with_the_documents_as_they_are_now() -> None:
    """What was paid or reminded of since is left out, and the fee follows what is left."""
    old, young = an_invoice(), an_invoice("INV-2", "40.00", DAY + timedelta(days=9))
    first = sent(old, days=7)
    [proposal] = proposed(old, young, days=16, earlier=(first,))
    reminder = remind(proposal, [paid(), young], [first], number="R-2", on=after(16)).document
    assert ([line.invoice for line in reminder.lines], reminder.fee, reminder.title) == (["INV-2"], 0, "A friendly reminder")
    with pytest.raises(RefusedError) as refused:
        remind(proposal, [paid(), young], [first, reminder], number="R-3", on=after(40))
    assert codes(refused) == ("reminder.nothing-due",)
    with pytest.raises(ValueError, match="the proposal names INV-2, which is not among the invoices given"):
        remind(proposal, [old], [first], number="R-2", on=after(16))


def test_a_proposal_goes_out_once() -> None:
    """Carried out again, on that day or later, it is refused rather than sent at the next level."""
    [proposal] = proposed(an_invoice(), days=40)
    reminder = remind(proposal, [an_invoice()], [], number="R-1", on=after(40)).document
    for days in (40, 41):
        assert codes(why_not(proposal, [an_invoice()], [reminder], on=after(days))) == ("reminder.nothing-due",)


def test_a_reminder_names_something() -> None:
    """All lines struck out, or a day on which nothing was due yet: refused; one line left is enough."""
    owed = [an_invoice(), an_invoice("INV-2")]
    [proposal] = proposed(*owed, days=7)
    nothing = evolve(proposal, lines=())
    assert (nothing.level, str(nothing.fee), nothing.title) == (0, "0.00", "")
    [refusal] = why_not(nothing, owed, [], on=after(7))
    assert (refusal.code, refusal.message) == ("reminder.nothing-due", f"ACME has nothing in EUR to be reminded of on {after(7)}")
    assert codes(why_not(proposal, owed, [], on=after(6))) == ("reminder.nothing-due",)
    assert why_not(proposal, owed, [], on=after(7)) == ()
    struck = evolve(proposal, lines=proposal.lines[1:])
    assert [line.invoice for line in remind(struck, owed, [], number="R-1", on=after(7)).document.lines] == ["INV-2"]


@pytest.mark.parametrize("other", [{"account": "JANE"}, {"currency": "USD"}])
def test_a_reminder_is_for_one_account_in_one_currency(other: dict[str, Any]) -> None:
    """An invoice that came under another account or currency is named; invoices of others beside it do not matter."""
    [proposal] = proposed(an_invoice(), days=7)
    owed = [an_invoice(), an_invoice("INV-9", **other)]
    assert why_not(proposal, owed, [], on=after(7)) == ()
    [refusal] = why_not(evolve(proposal, **other), owed, [], on=after(7))
    wanted = {"account": "ACME", "currency": "EUR"} | other
    assert refusal.code == "reminder.another-account"
    assert refusal.message == f"invoice INV-1 is owed by ACME in EUR, not by {wanted['account']} in {wanted['currency']}"


def test_a_reminder_is_not_dated_before_an_earlier_one() -> None:
    """On the same day it may be, the day before it may not; reminders of other accounts and currencies do not matter."""
    second = an_invoice("INV-2")
    first = sent(an_invoice(), days=10)
    [proposal] = proposed(second, days=8)
    assert why_not(proposal, [second], [first], on=after(10)) == ()
    [refusal] = why_not(proposal, [second], [first], on=after(9))
    assert (refusal.code, refusal.message) == ("reminder.before-earlier", f"reminder R-1 is of {after(10)}; {after(9)} is before that")
    others: list[dict[str, Any]] = [{"account": "JANE"}, {"currency": "USD"}]
    for other in others:
        assert why_not(proposal, [second], [evolve(first, **other)], on=after(9)) == ()


def test_every_fault_is_named() -> None:
    """All refusals come together."""
    [proposal] = proposed(an_invoice(), days=7)
    wrong = evolve(proposal, account="JANE")
    earlier = evolve(sent(an_invoice(), days=7), account="JANE")
    with pytest.raises(RefusedError) as refused:
        remind(wrong, [an_invoice()], [earlier], number="R-2", on=after(6))
    assert codes(refused) == ("reminder.nothing-due", "reminder.another-account", "reminder.before-earlier")


def a_line(**other: Any) -> ReminderLine:
    """A line of a reminder."""
    values: dict[str, Any] = {"invoice": "INV-1", "due": DUE, "balance": Decimal(1), "level": 1, "days_overdue": 7} | other
    return ReminderLine(**values)


def a_reminder(**other: Any) -> Reminder:
    """A reminder of one line."""
    values: dict[str, Any] = {"number": "R-1", "account": "ACME", "currency": "EUR", "on": after(7), "lines": (a_line(),)} | other
    return Reminder(**values)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ReminderLevel(0, Decimal(1), "A"), "days must be a whole number from one, not 0"),
        (lambda: ReminderLevel(True, Decimal(1), "A"), "days must be a whole number from one, not True"),
        (lambda: ReminderLevel(1, Decimal("-0.01"), "A"), "fee must be zero or more, not -0.01"),
        (lambda: ReminderLevel(1, Decimal(1), " "), "title must not be empty"),
        (lambda: ReminderPlan(levels=()), "levels must be one or more with rising days"),
        (lambda: ReminderPlan(levels=(SECOND, FIRST)), "levels must be one or more with rising days"),
        (lambda: ReminderPlan(levels=(FIRST, FIRST)), "levels must be one or more with rising days"),
        (lambda: ReminderPlan(levels=(FIRST,), pause=0), "pause must be a whole number from one, not 0"),
        (lambda: a_line(balance=Decimal(0)), "balance must be above zero, not 0"),
        (lambda: a_line(level=0), "level must be a whole number from one"),
        (lambda: a_line(days_overdue=0), "days_overdue must be a whole number from one"),
        (lambda: a_line(invoice=""), "invoice must not be empty"),
        (lambda: a_reminder(lines=()), "a reminder names at least one invoice"),
        (lambda: a_reminder(number=""), "number must not be empty"),
        (lambda: a_reminder(account=""), "account must not be empty"),
        (lambda: a_reminder(currency="XXX"), "currency must be an ISO 4217 code"),
    ],
)
def test_what_is_malformed_is_no_reminder(make: Callable[[], object], message: str) -> None:
    """Levels rise from one day, fees are not below zero, and a reminder names somebody and something."""
    with pytest.raises(ValueError, match=message):
        make()


def test_what_is_of_another_kind_is_no_reminder() -> None:
    """Numbers are decimals, days are dates, collections are tuples, and documents are documents."""
    wrong: Any = 1.5
    [proposal] = proposed(an_invoice(), days=7)
    for make in (
        lambda: ReminderLevel(1, wrong, "A"),
        lambda: ReminderPlan(levels=wrong),
        lambda: a_line(balance=wrong),
        lambda: a_line(due=wrong),
        lambda: a_reminder(lines=[a_line()]),
        lambda: a_reminder(on=wrong),
        lambda: a_reminder(fee=wrong),
        lambda: proposed(wrong, days=7),
        lambda: proposed(days=7, earlier=(wrong,)),
        lambda: proposed(days=7, plan=wrong),
        lambda: proposed(days=7, on=wrong),
        lambda: why_not(wrong, [], [], on=DAY),
        lambda: why_not(proposal, [an_invoice()], [], on=wrong),
    ):
        with pytest.raises(TypeError):
            make()
    assert (a_reminder().fee, a_reminder().title, a_reminder().total) == (0, "", 1)


@given(
    owed=st.lists(st.tuples(st.integers(0, 60), st.sampled_from([-5, 0, 5, 100]), st.sampled_from(["ACME", "JANE"])), max_size=6),
    runs=st.lists(st.integers(1, 25), max_size=8),
    rises=st.lists(st.integers(1, 20), min_size=1, max_size=4),
    pause=st.integers(1, 15),
    pays=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 5)), max_size=5),
)
def test_through_any_run_of_days_each_level_comes_once_and_in_turn(
    owed: list[tuple[int, int, str]], runs: list[int], rises: list[int], pause: int, pays: list[tuple[int, int]]
) -> None:
    """Whatever is paid in between: no paid invoice is named, no level is skipped or repeated, none comes before its days."""
    plan = ReminderPlan(
        levels=tuple(ReminderLevel(sum(rises[: place + 1]), Decimal(place), "Reminder") for place in range(len(rises))), pause=pause
    )
    documents = {
        f"I-{place}": an_invoice(f"I-{place}", amount, DAY + timedelta(days=days), account)
        for place, (days, amount, account) in enumerate(owed)
    }
    history: list[Reminder] = []
    on = DUE
    for run, days in enumerate(runs):
        on += timedelta(days=days)
        for invoice in [documents.get(f"I-{place}") for when, place in pays if when == run]:
            if invoice is not None and invoice.balance > 0 and invoice.on <= on:
                done = payments.receive(invoice.account, invoice.balance, "EUR", number=f"P-{run}", on=on, invoices=[invoice])
                documents |= {each.number: each for each in done.changed if isinstance(each, Invoice)}
        for proposal in due_for_reminder(documents.values(), history, plan=plan, on=on):
            history.append(remind(proposal, documents.values(), history, number=f"R-{len(history)}", on=on).document)
            for line in history[-1].lines:
                invoice = documents[line.invoice]
                assert invoice.status is InvoiceStatus.OPEN
                assert line.balance == invoice.balance > 0
                assert line.days_overdue == (on - invoice.due).days >= plan.levels[line.level - 1].days
                assert invoice.account == history[-1].account
        assert due_for_reminder(documents.values(), history, plan=plan, on=on) == ()
    for number in documents:
        named = [(reminder.on, line.level) for reminder in history for line in reminder.lines if line.invoice == number]
        assert [level for _, level in named] == list(range(1, len(named) + 1))
        assert all((later[0] - sooner[0]).days >= pause for sooner, later in pairwise(named))
