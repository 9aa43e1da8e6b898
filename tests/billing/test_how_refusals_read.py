"""What a refusal says where a rule has more than one way to be broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from salesflow import (
    CreditOf,
    FreeTextLine,
    Invoice,
    Item,
    OrderLine,
    Payment,
    Period,
    RefusedError,
    TermsOfSale,
    Vat,
    ageing,
    credit_limits,
    credit_notes,
    deliveries,
    deposits,
    drafts,
    free_text,
    invoices,
    matching,
    payments,
    recurring,
    statements,
    vouchers,
)
from salesflow.model.credit import CheckPoint, CreditLimit, LimitType
from salesflow.model.policies import FreeTextPolicy
from salesflow.model.recurrence import InvoiceTemplate, Recurrence
from salesflow.model.terms import PaymentTerms
from salesflow.model.voucher import PostingProfile, ProfileRow, Purpose, Scope
from tests.builders import ACME, DAY, LATER, STANDARD, a_charge, an_order, chai

FREIGHT = a_charge(number=1, code="freight", amount=Decimal(5))


def invoiced(number: str = "INV-1", order: str = "SO-1", **terms: Any) -> tuple[Any, Invoice]:
    """An order and its invoice."""
    changed, invoice = invoices.post(an_order(number=order, **terms), number=number, on=DAY)
    return changed, invoice


def said(command: Callable[[], Any]) -> list[str]:
    """The messages a command is refused with."""
    with pytest.raises(RefusedError) as refused:
        command()
    return [refusal.message for refusal in refused.value.refusals]


def paid(**other: Any) -> Payment:
    """Five euros."""
    values: dict[str, Any] = {"number": "P-1", "account": "ACME", "currency": "EUR", "amount": Decimal(5), "on": DAY} | other
    return Payment(**values)


def test_credits() -> None:
    """Nothing given, an invoice twice, a line and a charge that are not there, amounts that cannot be, other orders."""
    order, invoice = invoiced(charges=[FREIGHT])

    def credit(*claims: CreditOf, orders: Any = order) -> Callable[[], Any]:
        return lambda: credit_notes.post(claims, orders=orders, number="CN-1", on=DAY, reopens=True)

    assert said(credit()) == ["there is nothing to credit (invoice: none)"]
    assert said(credit(CreditOf(invoice=invoice), CreditOf(invoice=invoice))) == ["the whole of invoice INV-1 is named more than once"]
    assert said(credit(CreditOf(invoice=invoice, amounts={4: Decimal(1)}))) == ["invoice INV-1 has no line 4"]
    assert said(credit(CreditOf(invoice=invoice, amounts={1: Decimal("0.001")}))) == [
        "0.001 cannot be credited of line 1 of invoice INV-1, which has 180.00"
    ]
    assert said(credit(CreditOf(invoice=invoice, amounts={1: Decimal(181)}))) == [
        "line 1 of invoice INV-1 has 180.00 left to credit, not 181"
    ]
    assert said(credit(CreditOf(invoice=invoice, charges={2: Decimal(1)}))) == ["invoice INV-1 has no charge 2"]
    two = [an_order(number="SO-8"), an_order(number="SO-9")]
    assert said(credit(CreditOf(invoice=invoice), orders=two)) == ["the credit is of orders SO-1, not SO-8, SO-9"]
    both = invoices.post([an_order(), an_order(number="SO-2")], number="INV-2", on=DAY).document
    assert said(credit(CreditOf(invoice=both), orders=())) == ["the credit is of orders SO-1, SO-2, not none"]
    assert credit_notes.unreferenced("ACME", [chai(Decimal("0.5"))], "EUR", number="CN-1", on=DAY).document.net == Decimal("-9.00")
    assert said(lambda: credit_notes.unreferenced("ACME", [], "EUR", number="CN-1", on=DAY)) == [
        "there is nothing to credit (invoice: none)"
    ]
    with pytest.raises(TypeError, match=r"^unreferenced line must be"):
        credit_notes.unreferenced("ACME", ["chai"], "EUR", number="CN-1", on=DAY)  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"^invoice must be"):
        credit_notes.post([CreditOf(invoice="INV-1")], number="CN-1", on=DAY)  # type: ignore[arg-type]


def test_what_takes_back_names_what_it_takes_back() -> None:
    """Two invoices on one credit note, and two credit notes on one invoice."""
    (one, first), (two, second) = invoiced(), invoiced("INV-2", "SO-2")
    claims = [CreditOf(invoice=first, quantities={1: 1}), CreditOf(invoice=second, quantities={1: 1})]
    done = credit_notes.post(claims, orders=[one, two], number="CN-1", on=DAY, reopens=False)
    one, first, note = done.changed[0], done.changed[2], done.document
    missing = "INV-1, INV-2 is taken back by invoice CN-1 and was not given; give it with the cancellation"
    assert said(lambda: invoices.cancel([one, two], note, number="X", on=DAY))[0] == missing
    assert said(lambda: credit_notes.post(note, number="X", on=DAY))[0] == "invoice CN-1 takes back INV-1, INV-2; invoice again instead"
    one, first, _ = credit_notes.post(first, {1: 1}, orders=one, number="CN-2", on=DAY, reopens=False)
    assert said(lambda: invoices.cancel(one, first, number="X", on=DAY))[0] == "invoice INV-1 was credited by CN-1, CN-2"


def test_payments() -> None:
    """Another's money, another currency, a later day, another order."""
    note = credit_notes.unreferenced("ACME", [chai(1)], "EUR", number="CN-1", on=DAY).document
    for wrong, message in (
        (paid(account="JANE"), "invoice P-1 is owed by JANE, not ACME"),
        (paid(currency="USD"), "invoice P-1 is in USD, the payment in EUR"),
        (paid(on=LATER), f"payment P-1 is of {LATER} or later; {DAY} is before that"),
    ):
        assert said(lambda wrong=wrong: payments.refund([note, wrong], number="R-1", on=DAY)) == [message]  # type: ignore[misc]
    kept = paid(reserved_for="SO-9")
    words = free_text.post(free_text.draft(ACME, [rent()], "EUR", reference="D"), number="FT-1", on=DAY).document
    assert said(lambda: payments.settle(kept, [words], on=DAY)) == ["payment P-1 is reserved for order SO-9; invoice FT-1 is of no order"]
    several = invoices.post([an_order(), an_order(number="SO-2")], number="INV-2", on=DAY).document
    assert said(lambda: payments.settle(kept, [several], on=DAY)) == [
        "payment P-1 is reserved for order SO-9; invoice INV-2 is of SO-1, SO-2"
    ]
    with pytest.raises(TypeError, match=r"^invoice must be"):
        payments.settle(paid(), ["INV-1"], on=DAY)  # type: ignore[list-item]
    assert said(lambda: payments.refund([], number="R-1", on=DAY)) == ["0 any currency stands in favour of nobody, not 0"]
    assert said(lambda: payments.offset([], on=DAY)) == ["the balances are none"]


def rent(**other: Any) -> FreeTextLine:
    """A line in words."""
    values: dict[str, Any] = {"text": "Rent", "account": "8000", "net": Decimal("10.00"), "vat": Vat("O")} | other
    return FreeTextLine(**values)


def test_free_text() -> None:
    """No account, an unknown currency, a batch that knows the accounts and the policy and stops by default; the moment is kept."""
    assert said(lambda: free_text.post(free_text.draft(ACME, [rent(account="")], "EUR", reference="D"), number="F", on=DAY)) == [
        "line 1 is booked on none, which is no ledger account"
    ]
    with pytest.raises(TypeError, match=r"^currency must be"):
        free_text.draft(ACME, [rent()], 978, reference="D")  # type: ignore[arg-type]
    good, other = (free_text.draft(ACME, [rent(**change)], "EUR", reference=name) for name, change in (("A", {}), ("B", {"item": "CHAI"})))
    unknown = free_text.draft(ACME, [rent(account="9")], "EUR", reference="C")
    batch = free_text.post_batch([unknown, good], numbers=lambda: "F-1", on=DAY, accounts={"8000"})
    assert (batch.outcomes, batch.faults[0][0], batch.untried) == ((), "C", ("A",))
    strict = free_text.post_batch([good, other], numbers=lambda: "F-1", on=DAY, policy=FreeTextPolicy(item_numbers=False))
    assert ([done.document.number for done in strict.outcomes], strict.faults[0][0]) == (["F-1"], "B")
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    posted = free_text.post(good, number="F-1", on=DAY, at=noon)
    assert (posted.document.at, posted.events[0].at, posted.document.terms) == (noon, noon, ())


def test_recurring() -> None:
    """Its account and terms go on its invoices; less than one may still be a maximum; what reopened is stored."""
    template = InvoiceTemplate(number="T", name="Rent", lines=(rent(net=Decimal("0.40")),))
    plan = Recurrence(
        number="R-1",
        account="JANE",
        template=template,
        currency="EUR",
        start=DAY,
        maximum=Decimal("0.80"),
        payment_terms=PaymentTerms(days=3),
    )
    done = recurring.generate(plan, numbers=iter(["F-1", "F-2"]).__next__, batch="B", on=DAY.replace(month=9))
    assert [(each.account, (each.due - each.on).days) for each in done.made] == [("JANE", 3), ("JANE", 3)]
    taken, _ = credit_notes.post(done.made[0], number="CN-1", on=DAY.replace(month=9))
    again = recurring.reopen(done.document, taken)
    assert again.changed == (again.document,)
    half = CreditOf(invoice=done.made[1], amounts={1: Decimal("0.40")})
    money_only = credit_notes.post([half], number="CN-2", on=DAY.replace(month=9)).changed[0]
    assert "no invoice of recurrence" in said(lambda: recurring.reopen(done.document, money_only))[0]
    with pytest.raises(TypeError, match=r"^invoice must be"):
        recurring.reopen(plan, "F-1")  # type: ignore[arg-type]


def test_deposits_and_drafts() -> None:
    """What a deposit says of itself and of its posting; and the accounts that vouchers look up."""
    terms = TermsOfSale(number="1", title="Terms")
    noon = datetime(2026, 3, 16, 12, tzinfo=UTC)
    done = deposits.post(an_order(terms=terms), percentage=10, number="D-1", on=LATER, at=noon, account="1450", text="In advance")
    deposit, posting = done.document, done.changed[0].postings[-1]
    [line] = deposit.free_text
    assert (line.number, line.text, line.account, deposit.on, deposit.at, deposit.terms) == (1, "In advance", "1450", LATER, noon, (terms,))
    assert (posting.kind.value, posting.document, posting.on, posting.source, posting.amounts) == (
        "advanced", "D-1", LATER, None, (Decimal("21.78"),)
    )  # fmt: skip
    assert (done.made, done.events[0].number, done.events[0].orders, done.events[0].at) == ((deposit,), "D-1", ("SO-1",), noon)
    final = invoices.post(done.changed[0], number="INV-1", on=LATER, deposits=[deposit])
    off = final.changed[0].postings[-1]
    assert (off.document, off.on, off.source, off.amounts) == ("INV-1", LATER, "D-1", (Decimal("-21.78"),))
    [credit] = final.changed[1].credits
    assert (credit.document, credit.on) == ("INV-1", LATER)
    order = done.changed[0]
    back = credit_notes.post(deposit, orders=order, number="CN-1", on=LATER).changed[0].postings[-1]
    assert (back.document, back.on, back.source, back.amounts) == ("CN-1", LATER, "D-1", (Decimal("-21.78"),))
    none = invoices.post(an_order(), number="INV-0", on=DAY).document
    assert said(lambda: invoices.post(an_order(), number="INV-1", on=DAY, deposits=[none])) == [
        "deposit INV-0 is of order none and cannot be taken off invoice INV-1"
    ]
    made = drafts.make(an_order(), {1: 2}, number="DR-1", on=LATER)
    draft = made.document
    assert (made.made, made.events[0].number, made.events[0].on, made.events[0].orders) == ((draft,), "DR-1", LATER, ("SO-1",))
    assert (draft.on, draft.account, draft.currency) == (LATER, "ACME", "EUR")
    gone = drafts.discard(draft, on=LATER)
    assert (gone.changed, gone.events[0].number, gone.events[0].on) == ((gone.document,), "DR-1", LATER)
    with pytest.raises(ValueError, match=r"^draft DR-1 is of SO-1, which is not among those given$"):
        drafts.post(draft, [], number="INV-1", on=LATER)


def test_vouchers() -> None:
    """Purposes are kept, small amounts are on their side, and charges fall back on the revenue account of customer or group."""
    rows = (
        ProfileRow(purpose=Purpose.RECEIVABLE, account="1300"),
        ProfileRow(purpose=Purpose.VAT, account="1500"),
        ProfileRow(purpose=Purpose.REVENUE, account="8010", scope=Scope.GROUP, key="EXPORT"),
        ProfileRow(purpose=Purpose.REVENUE, account="8020", scope=Scope.CUSTOMER, key="JANE"),
    )
    _, invoice = invoiced(charges=[FREIGHT])
    voucher = vouchers.of_invoice(invoice, PostingProfile(rows=rows), group="EXPORT")
    assert [(each.purpose, each.account, each.debit, each.credit) for each in voucher.entries] == [
        (Purpose.RECEIVABLE, "1300", Decimal("222.80"), 0),
        (Purpose.REVENUE, "8010", 0, Decimal("180.00")),
        (Purpose.CHARGES, "8010", 0, 5),
        (Purpose.VAT, "1500", 0, Decimal("37.80")),
    ]
    mine = free_text.post(free_text.draft(ACME, [rent(net=Decimal("0.50"))], "EUR", reference="D"), number="FT-1", on=DAY).document
    [debit, credit] = vouchers.of_invoice(mine, PostingProfile(rows=rows)).entries
    assert (debit.debit, credit.credit) == (Decimal("0.50"), Decimal("0.50"))
    assert said(lambda: vouchers.of_invoice(invoice, PostingProfile(rows=rows))) == [
        "the posting profile has no account for revenue of customer ACME",
        "the posting profile has no account for charges of customer ACME",
    ]


def test_credit_limits_look_at_all_they_are_given() -> None:
    """Payments too; parts of a unit; and whether the limit still holds on that day."""
    limit = CreditLimit(account="ACME", currency="EUR", type=LimitType.BALANCE_AND_SLIPS, amount=Decimal(200), expires=DAY)
    _, invoice = invoiced()
    enough = payments.receive(ACME, 100, "EUR", number="P-1", on=DAY).document
    assert credit_limits.require(limit, CheckPoint.INVOICE, on=DAY, invoices=[invoice], payments=[enough]).refusals == ()
    line = OrderLine(item=Item(number="I-1", vat=STANDARD), ordered=Decimal(1), price=Decimal(1000))
    half = deliveries.post(an_order(line), {1: Decimal("0.5")}, number="PS-1", on=DAY).changed[0]
    assert credit_limits.exposure(limit, orders=[half]).delivered == Decimal("605.00")


def test_documents_that_are_none_are_named() -> None:
    """By ageing and by statements."""
    wrong: Any = ["INV-1"]
    for command in (lambda: ageing.age(wrong, on=DAY), lambda: statements.statement("ACME", "EUR", wrong, (), period=Period())):
        with pytest.raises(TypeError, match=r"^invoice must be"):
            command()
    for command in (lambda: ageing.age((), wrong, on=DAY), lambda: statements.statement("ACME", "EUR", (), wrong, period=Period())):
        with pytest.raises(TypeError, match=r"^payment must be"):
            command()
    wrong_kind: Any = 5
    for name, arguments in (
        ("account", (wrong_kind, "EUR", Period())),
        ("currency", ("ACME", wrong_kind, Period())),
        ("period", ("ACME", "EUR", wrong_kind)),
    ):
        account, currency, period = arguments
        with pytest.raises(TypeError, match=rf"^{name} must be"):
            statements.statement(account, currency, (), (), period=period)
    for edges in ((), (30, 0), (-1,), [0], (0.5,)):
        with pytest.raises(ValueError, match=r"^buckets must be a tuple of whole numbers from zero in rising order, not"):
            ageing.age((), on=DAY, buckets=edges)  # type: ignore[arg-type]


WRONG: Any = "rubbish"
NUMBERED: dict[str, Any] = {"number": "N-1", "on": DAY}
LIMIT = CreditLimit(account="ACME", currency="EUR")
PROFILE = PostingProfile(rows=())
COMMANDS: dict[str, Callable[[], Any]] = {
    "draft": lambda: free_text.post(WRONG, **NUMBERED),
    "account": lambda: free_text.draft(WRONG, [rent()], "EUR", reference="D"),
    "invoice": lambda: free_text.correct(WRONG, [rent()], cancelling="C", reason="r", **NUMBERED),
    "reason": lambda: free_text.correct(invoiced()[1], [rent()], cancelling="C", reason=5, **NUMBERED),  # type: ignore[arg-type]
    "line": lambda: free_text.correct(invoiced()[1], WRONG, cancelling="C", reason="r", **NUMBERED),
    "quantities": lambda: credit_notes.post([CreditOf(invoice=invoiced()[1], quantities=WRONG)], **NUMBERED),
    "amounts": lambda: credit_notes.post([CreditOf(invoice=invoiced()[1], amounts=WRONG)], **NUMBERED),
    "charges": lambda: credit_notes.post([CreditOf(invoice=invoiced()[1], charges=WRONG)], **NUMBERED),
    "order": lambda: deposits.post(WRONG, percentage=5, **NUMBERED),
    "order ": lambda: drafts.make(WRONG, **NUMBERED),
    "payment": lambda: payments.settle(WRONG, [], on=DAY),
    "payment ": lambda: invoices.post(an_order(), prepayments=WRONG, **NUMBERED),
    "document": lambda: payments.refund(WRONG, **NUMBERED),
    "invoice ": lambda: vouchers.of_invoice(WRONG, PROFILE),
    "profile": lambda: vouchers.of_invoice(invoiced()[1], WRONG),
    "payment  ": lambda: vouchers.of_payment(WRONG, [], PROFILE),
    "profile ": lambda: vouchers.of_payment(paid(), [], WRONG),
    "document ": lambda: vouchers.of_payment(paid(), WRONG, PROFILE),
    "limit": lambda: credit_limits.exposure(WRONG),
    "invoice  ": lambda: credit_limits.exposure(LIMIT, invoices=WRONG),
    "payment   ": lambda: credit_limits.exposure(LIMIT, payments=WRONG),
    "order  ": lambda: credit_limits.exposure(LIMIT, orders=WRONG),
    "invoice   ": lambda: matching.first_in_first_out([], WRONG),
    "line ": lambda: matching.first_in_first_out(WRONG, []),
    "distributions": lambda: rent(distributions=[("8000", Decimal(1))]),
    "account of a distribution": lambda: rent(distributions=((5, Decimal(1)),)),
    "amount of a distribution": lambda: rent(distributions=(("8000", 1),)),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_of_the_wrong_kind_is_named(name: str) -> None:
    """Before any rule looks at it."""
    with pytest.raises(TypeError, match=rf"^{name.strip()} must (be|hold)"):
        COMMANDS[name]()
