"""The twelve steps of a sale by its kind, and the transfer of an athlete."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    OpportunityType,
    Party,
    PartyKind,
    Path,
    PathStep,
    Period,
    RefusedError,
    Role,
    Stakeholder,
    Transfer,
    acceptance,
    agreements,
    deliveries,
    direct_sales,
    follow_ups,
    history,
    invoices,
    leads,
    negotiations,
    opportunities,
    orders,
    paths,
    payments,
    quotations,
    stakeholders,
    transfers,
)
from salesflow.model.lead import MarketNote
from salesflow.model.negotiation import Subject
from salesflow.model.path import BETWEEN_CONSUMERS, CALL_OFF, CONSUMER_ORDER, DIRECT_SALE, FIRST_SALE, PROFILES, Part, Profile, StepRecord
from salesflow.model.policies import OrderPolicy
from salesflow.model.pricing import AgreementLink
from salesflow.model.terms import TermsOfSale
from salesflow.model.transfer import TransferStatus
from salesflow.process.paths import Department, Leadership
from tests.builders import ACME, CHAI, DAY, JANE, LATER, an_order, chai, codes

D = Decimal
S = PathStep


def taken(profile: Profile, *steps: PathStep) -> Path:
    """A path on which steps were done."""
    path = paths.begin("P-1", profile).document
    for step in steps:
        path = paths.record(path, step, on=DAY).document
    return path


# ---------------------------------------------------------------------- the path


def test_profiles_are_data() -> None:
    """Every profile is a subset of the twelve, and says what each step is to it [PTH-1, PTH-8]."""
    assert len(PathStep) == 12
    for profile in PROFILES:
        assert set(profile.required) | set(profile.optional) <= set(PathStep)
    assert [FIRST_SALE.part(S.CONTRACT), FIRST_SALE.part(S.QUOTATION), CALL_OFF.part(S.QUOTATION)] == [
        Part.OPTIONAL,
        Part.REQUIRED,
        Part.SKIPPED,
    ]
    assert [profile.withdrawal_days for profile in PROFILES] == [None, None, 14, None, None]
    with pytest.raises(ValueError, match="not both"):
        evolve(CALL_OFF, optional=(S.ORDER,))
    with pytest.raises(ValueError, match="name must not be empty"):
        evolve(CALL_OFF, name="")


def test_a_step_waits_for_those_before_it() -> None:
    """No order before the quotation and the negotiation; payment waits for its invoice, or not where all is at once [PTH-4]."""
    start = taken(FIRST_SALE)
    assert start.waiting == (S.COMPETITORS, S.CUSTOMERS, S.DECISION_MAKERS, S.PROMOTION, S.QUOTATION)
    with pytest.raises(RefusedError) as refused:
        paths.record(start, S.ORDER, on=DAY)
    assert codes(refused) == ("path.too-early",)
    assert paths.why_not(start, S.ORDER)[0].message == "step order comes after quotation, negotiation"
    ordered = taken(CALL_OFF, S.ORDER)
    assert ordered.waiting == (S.CONFIRMATION, S.DELIVERY, S.INVOICE)
    assert codes(paths.why_not(ordered, S.PAYMENT)) == ("path.too-early",)
    prepaid = taken(CALL_OFF, S.ORDER, S.INVOICE, S.PAYMENT)
    assert prepaid.waiting == (S.CONFIRMATION, S.DELIVERY)
    assert taken(DIRECT_SALE, S.ORDER, S.PAYMENT, S.DELIVERY).is_complete
    with pytest.raises(RefusedError) as refused:
        paths.record(ordered, S.QUOTATION, on=DAY)
    assert codes(refused) == ("path.not-in-profile",)


def test_a_step_is_skipped_for_a_reason() -> None:
    """And then the next may be taken; once, and not after it was done; an informal step has no document [PTH-4, PTH-6]."""
    path = taken(FIRST_SALE, S.QUOTATION)
    path = paths.skip(path, S.NEGOTIATION, reason="took the offer", on=DAY).document
    path = paths.record(path, S.ORDER, on=DAY, document="SO-1", by="ann").document
    assert (S.ORDER in path.done, S.NEGOTIATION in path.done, S.NEGOTIATION in path.settled) == (True, False, True)
    wrong: list[tuple[Any, str]] = [
        (lambda: paths.skip(path, S.NEGOTIATION, reason="again", on=DAY), "path.settled"),
        (lambda: paths.skip(path, S.ORDER, reason="no", on=DAY), "path.settled"),
        (lambda: paths.skip(taken(CALL_OFF), S.QUOTATION, reason="no", on=DAY), "path.not-in-profile"),
    ]
    for refuse, code in wrong:
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == (code,)
    with pytest.raises(ValueError, match="reason must not be empty"):
        paths.skip(path, S.DELIVERY, reason="", on=DAY)


@given(profile=st.sampled_from(PROFILES), order=st.randoms(use_true_random=False), left_out=st.integers(0, 11))
def test_every_order_of_the_required_steps_completes_it(profile: Profile, order: Any, left_out: int) -> None:
    """Any order that the edges allow ends complete, and leaving any one out does not [PTH-10]."""
    path = taken(profile)
    while path.waiting:
        assert not path.is_complete
        path = paths.record(path, order.choice(path.waiting), on=DAY).document
    assert path.is_complete
    required = profile.required[left_out % len(profile.required)]
    without = evolve(path, records=tuple(record for record in path.records if record.step is not required))
    assert not without.is_complete


def test_a_path_is_read_from_its_documents() -> None:
    """From the lead to the payment of a first sale between businesses, each step with its first document [PTH-9]."""
    kind = OpportunityType(name="sale")
    prospect = Party(number="NEWCO", name="Newcomers", roles=(Role.PROSPECT,))
    lead = leads.register(number="L-1", name="Jo", owner="ann", on=DAY, campaign="C-1").document
    lead = leads.observe(lead, MarketNote(about="tea", text="much"), on=DAY).document
    sale = opportunities.register(
        number="O-1", title="Tea", type=kind, owner="ann", currency="EUR", on=LATER, competitor="Rival", campaign="C-2"
    ).document
    sale = stakeholders.add(sale, Stakeholder(party="JO", role="decider"), on=LATER).document
    sale = follow_ups.plan(sale, "demonstration", "Taste", due=LATER, on=LATER).document
    sale = follow_ups.plan(sale, "call", "Ask", due=LATER, on=LATER).document
    sale = follow_ups.complete(sale, 1, on=LATER).document
    terms = TermsOfSale(number="1", title="Terms")
    quotation = quotations.draw_up(
        number="Q-1", party=prospect, currency="EUR", lines=[quotations.line(CHAI, 2)], on=LATER, terms=terms
    ).document
    assert S.QUOTATION not in paths.read("P", FIRST_SALE, [quotation]).done
    quotation = quotations.send(quotation, on=LATER).document
    quotation = negotiations.raise_objection(quotation, subject=Subject.PRICE, text="dear", on=LATER).document
    customer = evolve(prospect, roles=(Role.PROSPECT, Role.CUSTOMER))
    agreement = agreements.draw_up(
        number="A-1", customer=customer, currency="EUR", classification="x", period=Period(LATER, LATER), on=LATER, framework=True
    ).document
    order = acceptance.confirm(quotation, customer=customer, number="SO-1", on=LATER).document
    confirmed = orders.confirm(order, on=LATER)
    order, slip = deliveries.post(confirmed.changed[0], number="PS-1", on=LATER)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=LATER)
    invoice, payment = payments.receive(customer, invoice.total, "EUR", number="PAY-1", on=LATER, invoices=[invoice])
    documents = [lead, sale, quotation, agreement, order, confirmed.document, slip, invoice, payment, object()]
    path = paths.read("P-1", FIRST_SALE, documents)
    assert path.is_complete
    assert {record.step: (record.on, record.document) for record in path.records} == {
        S.COMPETITORS: (DAY, "L-1"),
        S.CUSTOMERS: (DAY, "L-1"),
        S.DECISION_MAKERS: (LATER, "O-1"),
        S.PROMOTION: (DAY, "C-1"),
        S.QUOTATION: (LATER, "Q-1"),
        S.NEGOTIATION: (LATER, "Q-1"),
        S.CONTRACT: (LATER, "A-1"),
        S.ORDER: (LATER, "SO-1"),
        S.CONFIRMATION: (LATER, "SO-1/0"),
        S.DELIVERY: (LATER, "PS-1"),
        S.INVOICE: (LATER, "INV-1"),
        S.PAYMENT: (LATER, "PAY-1"),
    }
    _, taken_back, reversal = deliveries.cancel(*deliveries.post(an_order(), number="PS-2", on=DAY), number="PS-3", on=DAY)
    refund = evolve(payment, amount=D(-1))
    assert paths.read("P-2", CALL_OFF, [taken_back, reversal, refund, invoices.pro_forma(an_order(), on=DAY)]).records == ()
    plain = leads.register(number="L-2", name="Jo", owner="ann", on=DAY).document
    bare = opportunities.register(number="O-2", title="Tea", type=kind, owner="ann", currency="EUR", on=DAY).document
    assert paths.read("P-3", FIRST_SALE, [plain, bare]).done == {S.CUSTOMERS}


def test_a_market_sale_is_complete_at_once() -> None:
    """Order, delivery and payment in one act [S0, PTH-5]."""
    sale = direct_sales.sell(JANE, [chai(1)], "EUR", number="S-1", at=datetime(2026, 3, 7, 12, tzinfo=UTC))
    assert paths.read("P-1", DIRECT_SALE, sale.made).is_complete


def test_the_profile_follows_from_the_order() -> None:
    """Between businesses, to a consumer, between consumers, under an agreement, at once [PTH-2, PTH-7]."""
    assert paths.profile_of(an_order()) is FIRST_SALE
    assert paths.profile_of(an_order(customer=JANE)) is CONSUMER_ORDER
    private = an_order(customer=JANE, policy=OrderPolicy(seller=PartyKind.PERSON))
    assert paths.profile_of(private) is BETWEEN_CONSUMERS
    assert paths.profile_of(an_order(), under_agreement=True) is CALL_OFF
    linked = evolve(an_order(), lines=(evolve(chai(1, number=1), link=AgreementLink("A-1", 1)),))
    assert (paths.profile_of(linked), paths.profile_of(linked, at_once=True)) == (CALL_OFF, DIRECT_SALE)


def test_a_sale_is_for_something_and_to_somebody_else() -> None:
    """Money or another compensation; a gift is none, nor what one hands to oneself [PTH-3]."""
    assert paths.why_no_sale("ME", "ACME", amount=D(1), on=DAY) == ()
    assert paths.why_no_sale("ME", "ACME", compensation="two weeks of work", on=DAY) == ()
    assert paths.why_no_sale("ME", "ACME", on=DAY)[0].message == "ME hands something to ACME for nothing"
    assert codes(paths.why_no_sale("ME", "ME", amount=D(1), on=DAY)) == ("path.no-consideration",)


@pytest.mark.parametrize(
    ("customers", "kind", "leads_it"),
    [
        (999, PartyKind.ORGANISATION, Department.SALES),
        (1000, PartyKind.ORGANISATION, Department.MARKETING),
        (1, PartyKind.PERSON, Department.MARKETING),
    ],
)
def test_which_department_leads_is_data(customers: int, kind: PartyKind, leads_it: Department) -> None:
    """By number and kind of customers [S0, MKT-1]."""
    assert Leadership().leads(customers, kind) is leads_it
    assert Leadership(many=None, consumers=False).leads(customers, kind) is Department.SALES


def test_a_record_that_cannot_be() -> None:
    """Malformed values are named at the door."""
    for wrong in ({"step": "order"}, {"on": "today"}):
        with pytest.raises(TypeError):
            StepRecord(**({"step": S.ORDER, "on": DAY} | wrong))  # type: ignore[arg-type]


# ---------------------------------------------------------------------- the transfer

CLUB = Party(number="CLUB", name="Old club", roles=(Role.CUSTOMER,))
NEXT = Party(number="NEXT", name="New club", roles=(Role.CUSTOMER,))
PLAYER = Party(number="PLAYER", name="An athlete", kind=PartyKind.PERSON)
RUNNING = Period(date(2024, 7, 1), date(2027, 6, 30))
JULY = date(2026, 7, 1)


def proposed(**terms: Any) -> Transfer:
    """A transfer for a fee of 100 000."""
    wanted: dict[str, Any] = {
        "number": "T-1",
        "old": CLUB,
        "new": NEXT,
        "athlete": PLAYER,
        "contract": RUNNING,
        "day": JULY,
        "fee": D(100_000),
        "currency": "EUR",
        "on": DAY,
    } | terms
    return transfers.propose(**wanted).document


def agreed(**terms: Any) -> Transfer:
    """The same with the consent of all three."""
    transfer = proposed(**terms)
    for party in transfer.parties:
        transfer = transfers.consent(transfer, party, on=DAY).document
    return transfer


@pytest.mark.parametrize("order", list(permutations(("CLUB", "NEXT", "PLAYER"))))
def test_only_all_three_consents_make_a_transfer(order: tuple[str, ...]) -> None:
    """In whatever order; two never suffice [TRF-5, §13.14]."""
    transfer = proposed()
    for party in order:
        assert transfer.status is TransferStatus.DRAFT
        transfer = transfers.consent(transfer, party, on=DAY).document
    assert transfer.status is TransferStatus.AGREED


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"new": CLUB}, "transfer.three-parties"),
        ({"athlete": ACME}, "transfer.three-parties"),
        ({"old": JANE}, "transfer.three-parties"),
        ({"day": date(2027, 7, 1)}, "transfer.contract-not-running"),
        ({"day": date(2024, 6, 30)}, "transfer.contract-not-running"),
        ({"starts": JULY}, "transfer.starts-before"),
        ({"instalments": [(JULY, D(50_000)), (LATER, D(49_999))]}, "transfer.instalments"),
    ],
)
def test_what_is_no_transfer(terms: dict[str, Any], code: str) -> None:
    """Not three parties, no running contract, contracts that overlap, instalments that do not add up [TRF-1..4, TRF-6]."""
    with pytest.raises(RefusedError) as refused:
        proposed(**terms)
    assert codes(refused) == (code,)


def test_after_the_contract_a_transfer_is_free() -> None:
    """Nothing is paid, invoiced or waited for [TRF-4]."""
    free = agreed(day=date(2027, 7, 1), fee=D(0), starts=date(2027, 7, 1))
    with pytest.raises(RefusedError) as refused:
        transfers.invoice(free, NEXT, number="FT-1", account="4000", on=DAY)
    assert codes(refused) == ("transfer.no-fee",)
    effective = transfers.take_effect(free, on=date(2027, 7, 1)).document
    assert transfers.settle(effective, on=date(2027, 7, 2)).document.status is TransferStatus.SETTLED
    for edge in (RUNNING.start, RUNNING.end):
        assert proposed(day=edge).fee == 100_000


def test_the_new_employer_pays_in_instalments() -> None:
    """One invoice in words, due in the instalments; settled once it is paid [TRF-3, TRF-6]."""
    parts = [(date(2026, 8, 1), D(33_333)), (date(2026, 9, 1), D(33_333)), (date(2026, 10, 1), D(33_334))]
    transfer = agreed(instalments=parts)
    invoice, transfer = (done := transfers.invoice(transfer, NEXT, number="FT-1", account="4000", on=JULY)).document, done.changed[0]
    assert (invoice.account, invoice.total, len(invoice.free_text), invoice.lines) == ("NEXT", 100_000, 1, ())
    assert [(due.on, due.amount) for due in invoice.schedule] == parts
    wrong: list[tuple[Any, str]] = [
        (lambda: transfers.invoice(transfer, NEXT, number="FT-2", account="4000", on=JULY), "transfer.no-fee"),
        (lambda: transfers.invoice(agreed(), CLUB, number="FT-2", account="4000", on=JULY), "transfer.not-a-party"),
        (lambda: transfers.take_effect(transfer, on=date(2026, 6, 30)), "transfer.too-early"),
        (lambda: transfers.settle(transfers.take_effect(transfer, on=JULY).document, [invoice], on=LATER), "transfer.not-paid"),
        (lambda: transfers.settle(transfers.take_effect(agreed(), on=JULY).document, on=LATER), "transfer.not-paid"),
    ]
    for refuse, code in wrong:
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == (code,)
    at_once = transfers.invoice(agreed(), NEXT, number="FT-3", account="4000", on=JULY).document
    assert (at_once.due, at_once.total) == (JULY, 100_000)
    paid, _ = payments.receive(NEXT, 100_000, "EUR", number="PAY-1", on=JULY, invoices=[invoice])
    effective = transfers.take_effect(transfer, on=JULY).document
    assert effective.status is TransferStatus.EFFECTIVE
    assert transfers.settle(effective, [paid], on=JULY).document.status is TransferStatus.SETTLED


def test_anyone_may_withdraw_before_it_is_agreed() -> None:
    """Then it is void; only a party consents, and once [TRF-5]."""
    void = transfers.withdraw(transfers.consent(proposed(), "NEXT", on=DAY).document, reason="injury", on=DAY).document
    assert (void.status, void.void) == (TransferStatus.VOID, "injury")
    for transfer, party in ((proposed(), "ACME"), (transfers.consent(proposed(), "NEXT", on=DAY).document, "NEXT")):
        with pytest.raises(RefusedError) as refused:
            transfers.consent(transfer, party, on=DAY)
        assert codes(refused) == ("transfer.not-a-party",)
    with pytest.raises(RefusedError) as refused:
        transfers.withdraw(agreed(), reason="late", on=DAY)
    assert codes(refused) == ("wrong-status",)


def test_a_share_is_held_back_for_training() -> None:
    """100 000 is 5 000 and 95 000 [TRF-7]."""
    assert transfers.solidarity(D(100_000), "EUR") == (5_000, 95_000)
    assert transfers.solidarity(D("0.09"), "EUR") == (D("0.00"), D("0.09"))


def test_the_history_makes_the_transfer_again() -> None:
    """From its entries alone [HIS-2]."""
    done = transfers.propose(number="T-1", old=CLUB, new=NEXT, athlete=PLAYER, contract=RUNNING, day=JULY, fee=D(1), currency="EUR", on=DAY)
    step = transfers.consent(done.document, "CLUB", on=DAY)
    assert history.replay(Transfer, [*done.events, *step.events]) == step.document
    for wrong in ({"fee": D(-1)}, {"fee": D("0.001")}, {"number": ""}, {"day": "today"}, {"instalments": [1]}):
        with pytest.raises((TypeError, ValueError)):
            evolve(proposed(), **wrong)
