"""Free text invoices: sales in words, at both sides of each edge; corrected, in batches, recurring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    CreditOf,
    FreeTextLine,
    InvoiceStatus,
    RefusedError,
    TermsOfSale,
    Vat,
    credit_notes,
    free_text,
    invoices,
    payments,
    recurring,
)
from salesflow.model.invoice import InvoiceKind
from salesflow.model.policies import FreeTextPolicy
from salesflow.model.recurrence import InvoiceTemplate, Recurrence
from tests.builders import ACME, DAY, LATER, STANDARD, an_order, codes

RENT = FreeTextLine(text="Rent of the yard", account="8000", quantity=Decimal(3), price=Decimal("33.335"), vat=STANDARD)
FEE = FreeTextLine(text="Cleaning", account="8010", net=Decimal("20.00"), vat=Vat("S", Decimal(9)))


def a_draft(*lines: FreeTextLine, reference: str = "D-1") -> free_text.Draft:
    """A draft for ACME in euros."""
    return free_text.draft(ACME, lines or (RENT, FEE), "EUR", reference=reference, terms=TermsOfSale(number="1", title="Terms"))


def series(prefix: str = "FT") -> Callable[[], str]:
    """Draw numbers."""
    numbers = count(1)
    return lambda: f"{prefix}-{next(numbers)}"


def test_every_figure_of_a_free_text_invoice() -> None:
    """3 x 33.335 is 100.01 (100.005 half up) at 21 percent, and 20.00 at 9: 120.01 + 21.00 + 1.80."""
    done = free_text.post(a_draft(), number="FT-1", on=DAY, accounts={"8000", "8010"})
    invoice = done.document
    assert (invoice.net, invoice.vat, invoice.total) == (Decimal("120.01"), Decimal("22.80"), Decimal("142.81"))
    assert (invoice.kind, invoice.orders, invoice.account, invoice.due.isoformat()) == (InvoiceKind.FREE_TEXT, (), "ACME", "2026-04-01")
    assert [(line.number, line.net, line.stated) for line in invoice.free_text] == [
        (1, Decimal("100.01"), True),
        (2, Decimal("20.00"), True),
    ]
    assert [line.title for line in invoice.terms] == ["Terms"]
    assert [type(event).__name__ for event in done.events] == ["InvoicePosted"]
    paid, _ = payments.receive(ACME, invoice.total, "EUR", number="P-1", on=DAY, invoices=[invoice])
    assert paid.status is InvoiceStatus.PAID


def test_an_estimate_of_a_free_text_invoice_posts_nothing() -> None:
    """It has no number, and the draft is as it was [INV-6]."""
    draft = a_draft()
    estimate = free_text.pro_forma(draft, on=DAY)
    assert (estimate.number, estimate.kind, estimate.total) == ("", InvoiceKind.PRO_FORMA, Decimal("142.81"))
    assert draft == a_draft()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"account": ""}, "free-text.no-account"),
        ({"account": "9999"}, "free-text.no-account"),
        ({"distributions": (("9999", Decimal("100.01")),)}, "free-text.no-account"),
        ({"vat": None}, "free-text.no-vat"),
        ({"distributions": (("8000", Decimal("60.00")), ("8010", Decimal("40.00")))}, "free-text.distribution"),
        ({"net": Decimal("100.005")}, "free-text.digits"),
    ],
)
def test_what_a_line_must_say(change: dict[str, Any], code: str) -> None:
    """Account, VAT, a distribution that comes to the net, and a net in cents [FTI-1 to FTI-4]."""
    values: dict[str, Any] = {
        "text": "Rent",
        "account": "8000",
        "quantity": Decimal(3),
        "price": Decimal("33.335"),
        "vat": STANDARD,
    } | change
    with pytest.raises(RefusedError) as refused:
        free_text.post(a_draft(FreeTextLine(**values)), number="FT-1", on=DAY, accounts={"8000", "8010"})
    assert codes(refused) == (code,)


def test_a_distribution_comes_to_the_net_and_goes_back_in_proportion() -> None:
    """100.01 over two accounts; half of it credited is spread alike, to the cent."""
    spread = FreeTextLine(
        text="Rent", net=Decimal("100.01"), vat=STANDARD, distributions=(("8000", Decimal("60.01")), ("8010", Decimal(40)))
    )
    invoice = free_text.post(a_draft(spread), number="FT-1", on=DAY).document
    claim = CreditOf(invoice=invoice, amounts={1: Decimal("50.00")})
    after, note = credit_notes.post([claim], number="CN-1", on=DAY)
    [line] = note.free_text
    assert line.distributions == (("8000", Decimal("-30.00")), ("8010", Decimal("-20.00")))
    assert (line.net, line.credits, line.credited, note.kind) == (Decimal("-50.00"), "FT-1", 1, InvoiceKind.FREE_TEXT)
    assert after.balance == Decimal("60.51")


def test_a_line_in_words_is_credited_by_quantity_too() -> None:
    """One of three: a third of 100.01 is 33.34; the rest takes 66.67."""
    invoice = free_text.post(a_draft(RENT), number="FT-1", on=DAY).document
    after, note = credit_notes.post(invoice, {1: 1}, number="CN-1", on=DAY)
    assert (note.net, note.free_text[0].quantity) == (Decimal("-33.34"), -1)
    after, rest = credit_notes.post(after, number="CN-2", on=DAY)
    assert (rest.net, after.balance) == (Decimal("-66.67"), 0)
    assert note.vat + rest.vat == -invoice.vat


def test_an_item_number_is_allowed_unless_the_policy_forbids_it() -> None:
    """The seed allows it, without any effect on stock [X1]."""
    line = FreeTextLine(text="Rent", account="8000", net=Decimal(1), vat=STANDARD, item="CHAI")
    assert free_text.post(a_draft(line), number="FT-1", on=DAY).document.free_text[0].item == "CHAI"
    assert codes(free_text.why_not(a_draft(line), policy=FreeTextPolicy(item_numbers=False))) == ("free-text.item",)
    assert free_text.why_not(a_draft(), policy=FreeTextPolicy(item_numbers=False)) == ()


def test_an_empty_draft_is_not_posted_and_rubbish_is_no_line() -> None:
    """Nothing to invoice; and what a line is made of is checked when it is made."""
    empty = free_text.draft(ACME, [], "EUR", reference="D-1")
    assert codes(free_text.why_not(empty)) == ("free-text.no-lines",)
    good: dict[str, Any] = {"text": "Rent", "account": "8000", "price": Decimal(1)}
    with pytest.raises(TypeError, match="line must be a FreeTextLine"):
        free_text.draft(ACME, ["rent"], "EUR", reference="D-1")  # type: ignore[list-item]
    for wrong, error in (
        ({"quantity": Decimal(0)}, ValueError),
        ({"quantity": 1}, TypeError),
        ({"price": 1.5}, TypeError),
        ({"net": Decimal("NaN")}, ValueError),
        ({"price": None}, ValueError),
        ({"vat": "21"}, TypeError),
        ({"text": " "}, ValueError),
    ):
        with pytest.raises(error):
            FreeTextLine(**(good | wrong))


# ---------------------------------------------------------------------- corrected


def test_a_correction_is_three_documents() -> None:
    """The original, one that cancels it and is settled against it, and the corrected one [FTI-5]."""
    invoice = free_text.post(a_draft(RENT), number="FT-1", on=DAY).document
    done = free_text.correct(invoice, [FEE], cancelling="FT-2", number="FT-3", on=LATER, reason="wrong service")
    original, cancelling, corrected = done
    assert (original.balance, cancelling.balance, cancelling.total) == (0, 0, -invoice.total)
    assert (cancelling.reason, cancelling.takes_back, corrected.total) == ("wrong service", ("FT-1",), Decimal("21.80"))
    assert (corrected.payment_terms, corrected.terms) == (invoice.payment_terms, invoice.terms)
    assert [type(event).__name__ for event in done.events] == [
        "CreditNotePosted",
        "InvoiceCredited",
        "InvoicePosted",
        "FreeTextInvoiceCorrected",
    ]


@pytest.mark.parametrize(
    ("lines", "reason", "code"),
    [([FEE], " ", "free-text.no-reason"), ([], "wrong", "free-text.no-lines")],
)
def test_a_correction_gives_its_reason_and_something_better(lines: list[FreeTextLine], reason: str, code: str) -> None:
    """Refused by rule, and the original stays."""
    invoice = free_text.post(free_text.draft(ACME, [RENT], "EUR", reference="D"), number="FT-1", on=DAY).document
    with pytest.raises(RefusedError) as refused:
        free_text.correct(invoice, lines, cancelling="FT-2", number="FT-3", on=DAY, reason=reason)
    assert codes(refused) == (code,)


def test_only_posted_free_text_invoices_are_corrected() -> None:
    """Not an order's invoice, not an estimate, not what takes another back, not one that is credited already."""
    invoice = free_text.post(a_draft(RENT), number="FT-1", on=DAY).document
    credited, note = credit_notes.post(invoice, number="CN-1", on=DAY)
    for wrong, code in (
        (invoices.post(an_order(), number="INV-1", on=DAY).document, "free-text.kind"),
        (free_text.pro_forma(a_draft(), on=DAY), "free-text.kind"),
        (note, "free-text.kind"),
        (credited, "credit.empty"),
    ):
        with pytest.raises(RefusedError) as refused:
            free_text.correct(wrong, [FEE], cancelling="FT-2", number="FT-3", on=DAY, reason="wrong")
        assert codes(refused) == (code,)


# ---------------------------------------------------------------------- many at once


@pytest.mark.parametrize("stop", [True, False])
def test_a_batch_stops_at_a_fault_or_goes_on(*, stop: bool) -> None:
    """The second of three is faulty; no number is drawn for it [FTI-6]."""
    faulty = FreeTextLine(text="Rent", account="8000", net=Decimal(1))
    drafts = [a_draft(FEE, reference="A"), a_draft(faulty, reference="B"), a_draft(RENT, reference="C")]
    batch = free_text.post_batch(drafts, numbers=series(), on=DAY, stop_at_fault=stop)
    assert [outcome.document.number for outcome in batch.outcomes] == (["FT-1"] if stop else ["FT-1", "FT-2"])
    assert [(reference, codes(refusals)) for reference, refusals in batch.faults] == [("B", ("free-text.no-vat",))]
    assert batch.untried == (("C",) if stop else ())


# ---------------------------------------------------------------------- recurring


def a_recurrence(**terms: Any) -> Recurrence:
    """A monthly rent of 121.01 from the last day of January."""
    values: dict[str, Any] = {"start": date(2026, 1, 31), "end": date(2026, 12, 31)} | terms
    template = InvoiceTemplate(number="T-1", name="Rent", lines=(RENT,))
    return Recurrence(number="R-1", account="ACME", template=template, currency="EUR", **values)


def test_missed_periods_are_caught_up_once() -> None:
    """On 15 April three periods have begun: 31 January, 28 February, 31 March; run again, nothing is due [REC-2]."""
    numbers = series()
    done = recurring.generate(a_recurrence(), numbers=numbers, batch="B-1", on=date(2026, 4, 15))
    assert [(each.number, str(each.period)) for each in done.made] == [
        ("FT-1", "2026-01-31/2026-02-27"),
        ("FT-2", "2026-02-28/2026-03-30"),
        ("FT-3", "2026-03-31/2026-04-29"),
    ]
    assert {each.batch for each in done.document.generated} == {"B-1"}
    with pytest.raises(RefusedError) as refused:
        recurring.generate(done.document, numbers=numbers, batch="B-2", on=date(2026, 4, 15))
    assert codes(refused) == ("recurring.nothing-due",)
    assert [str(each) for each in recurring.due(done.document, date(2026, 4, 30))] == ["2026-04-30/2026-05-30"]


def test_a_recurrence_ends() -> None:
    """At its last day, or before its maximum would be exceeded; without either it is refused [REC-3]."""
    assert len(recurring.due(a_recurrence(end=date(2026, 3, 31)), date(2027, 1, 1))) == 3
    assert len(recurring.due(a_recurrence(end=date(2026, 3, 30)), date(2027, 1, 1))) == 2
    each = Decimal("121.01")
    for maximum, least in ((each * 2, 2), (each * 2 - Decimal("0.01"), 1), (Decimal(0), 0)):
        assert len(recurring.due(a_recurrence(end=None, maximum=maximum), date(2027, 1, 1))) == least
    some = recurring.generate(a_recurrence(end=None, maximum=each * 3), numbers=series(), batch="B", on=date(2026, 2, 28)).document
    assert len(recurring.due(some, date(2027, 1, 1))) == 1
    with pytest.raises(RefusedError) as refused:
        recurring.generate(a_recurrence(end=None), numbers=series(), batch="B", on=DAY)
    assert codes(refused) == ("recurring.never-ends",)
    free = InvoiceTemplate(number="T", name="Free", lines=(FreeTextLine(text="Free", account="8", net=Decimal(0), vat=STANDARD),))
    nothing = Recurrence(number="R", account="ACME", template=free, currency="EUR", start=DAY, maximum=Decimal(1))
    assert len(recurring.due(nothing, date(2026, 4, 2))) == 2


def test_a_period_is_invoiced_again_after_its_invoice_was_taken_back() -> None:
    """Whole, and only the recurrence's own [REC-2]."""
    done = recurring.generate(a_recurrence(), numbers=series(), batch="B-1", on=date(2026, 1, 31))
    after, invoice = done
    partly, _ = credit_notes.post(invoice, {1: 1}, number="CN-1", on=LATER)
    other = free_text.post(a_draft(), number="FT-9", on=DAY).document
    gone, _ = credit_notes.post(other, number="CN-2", on=LATER)
    for wrong in (invoice, partly, gone):
        with pytest.raises(RefusedError) as refused:
            recurring.reopen(after, wrong)
        assert codes(refused) == ("recurring.not-taken-back",)
    whole, _ = credit_notes.post(partly, number="CN-3", on=LATER)
    again = recurring.reopen(after, whole).document
    assert [str(each) for each in recurring.due(again, date(2026, 1, 31))] == ["2026-01-31/2026-02-27"]


@given(
    start=st.dates(date(2023, 1, 1), date(2026, 1, 1)),
    months=st.integers(1, 13),
    days=st.lists(st.integers(0, 900), min_size=1, max_size=5),
)
def test_periods_tile_time_and_none_is_invoiced_twice(start: date, months: int, days: list[int]) -> None:
    """However often it is run: periods follow each other without gap or overlap, each is invoiced once [I14]."""
    recurrence = a_recurrence(start=start, months=months, end=date(2030, 1, 1))
    made: list[Any] = []
    numbers = series()
    for day in days:
        on = date.fromordinal(start.toordinal() + day)
        if recurring.due(recurrence, on):
            done = recurring.generate(recurrence, numbers=numbers, batch="B", on=on)
            recurrence, made = done.document, [*made, *done.made]
        assert not recurring.due(recurrence, on)
    spans = [(invoice.period.start, invoice.period.end) for invoice in made]
    assert len(set(spans)) == len(spans) == len(recurrence.generated)
    assert all(one[1].toordinal() + 1 == other[0].toordinal() for one, other in pairwise(spans))
    assert all(first.day == start.day or (first.day < start.day and date.fromordinal(first.toordinal() + 1).day == 1) for first, _ in spans)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"months": 0}, ValueError),
        ({"months": 1.5}, ValueError),
        ({"start": "now"}, TypeError),
        ({"end": 5}, TypeError),
        ({"maximum": 5}, TypeError),
    ],
)
def test_a_recurrence_that_cannot_be(wrong: dict[str, Any], error: type[Exception]) -> None:
    """Each field is checked."""
    with pytest.raises(error):
        a_recurrence(**wrong)
