"""Parties over time: roles, merged duplicates, segments, and one timeline."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import Address, Party, PartyKind, RefusedError, Role, categories, history, invoices, memory, opportunities, parties, timeline
from salesflow.model.history import Happened
from salesflow.model.opportunity import OpportunityType
from salesflow.process.timeline import Side
from tests.builders import ACME, DAY, LATER, an_order, codes

D = Decimal
OLD = Party(number="OLD", name="Acme Works", roles=(Role.PROSPECT,), email="office@acme.example", telephone="1", group="B")
TWIN = Party(number="TWIN", name="Acme Works", roles=(Role.CUSTOMER,), group="A")
JO = Party(number="JO-1", name="Jo Field", kind=PartyKind.PERSON, organisation="OLD")
JO_TOO = Party(number="JO-2", name="Jo Field", kind=PartyKind.PERSON, organisation="TWIN")
KIM = Party(number="KIM", name="Kim Meadow", kind=PartyKind.PERSON, organisation="OLD")


def test_roles_are_added_to_one_identity() -> None:
    """Prospect, customer, competitor, vendor, partner: the number and the history stay [PTY-1]."""
    party, events = OLD, list[Any]()
    for role in (Role.CUSTOMER, Role.COMPETITOR, Role.VENDOR, Role.PARTNER, Role.LEAD_CONTACT):
        done = parties.add_role(party, role, on=DAY)
        party = done.document
        events += done.events
    assert (party.number, len(party.roles), len(events)) == ("OLD", 6, 5)
    assert parties.add_role(party, Role.VENDOR, on=DAY).events == ()
    converted = parties.convert(evolve(OLD), on=DAY)
    assert converted.events[0].change("roles").after == (Role.PROSPECT, Role.CUSTOMER)


def test_a_duplicate_becomes_one_with_the_other() -> None:
    """Roles come together, contacts move, the old number leads on; what is known is not written over [LED-8]."""
    done = parties.merge(OLD, TWIN, contacts=[JO, JO_TOO, KIM], on=DAY, fill=True)
    after, old, *moved = done.changed
    assert (after.roles, after.email, after.telephone, after.group) == ((Role.CUSTOMER, Role.PROSPECT), "office@acme.example", "1", "A")
    assert (old.merged_into, [(each.number, each.organisation, each.merged_into) for each in moved]) == (
        "TWIN",
        [("JO-1", "TWIN", None), ("KIM", "TWIN", None)],
    )
    bare = parties.merge(OLD, TWIN, contacts=[JO, JO_TOO, KIM], merge_contacts=True, on=DAY)
    assert [each.merged_into for each in bare.changed[2:]] == ["JO-2", None]
    assert bare.document.email == ""
    known = [after, old, *moved, JO_TOO]
    assert (parties.resolve("OLD", known), parties.resolve("TWIN", known), parties.aliases("TWIN", known)) == (
        "TWIN",
        "TWIN",
        ("TWIN", "OLD"),
    )
    again = parties.merge(old, after, on=LATER)
    assert (again.changed, again.events, again.document) == ((), (), after)
    with pytest.raises(LookupError, match="no party 'GONE'"):
        parties.resolve("GONE", known)
    placed = evolve(OLD, address=Address(city="Here"))
    assert parties.merge(placed, TWIN, fill=True, on=DAY).document.address.city == "Here"


def test_what_cannot_be_merged() -> None:
    """Itself, a person with an organisation, and what was merged already: so no circle ever closes [LED-8]."""
    _, old = parties.merge(OLD, TWIN, on=DAY).changed
    wrong: list[tuple[Any, str]] = [
        (lambda: parties.merge(OLD, OLD, on=DAY), "party.itself"),
        (lambda: parties.merge(JO, OLD, on=DAY), "party.itself"),
        (lambda: parties.merge(TWIN, old, on=DAY), "party.merged"),
        (lambda: parties.merge(old, ACME, on=DAY), "party.merged"),
    ]
    for refuse, code in wrong:
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == (code,)


@given(before=st.integers(0, 5), after=st.integers(0, 5))
def test_no_event_is_lost_by_a_merge(before: int, after: int) -> None:
    """The target's timeline has its own events, those of the source, and the merge: one more [LED-8, §13.16]."""
    events: list[Any] = [
        Happened(number=number, document="party", what="noted", on=DAY)
        for number, count in (("OLD", before), ("TWIN", after))
        for _ in range(count)
    ]
    done = parties.merge(OLD, TWIN, on=DAY)
    own = len(timeline.of("TWIN", events, known=[OLD, TWIN]))
    told = timeline.of("TWIN", [*events, *done.events], known=done.changed)
    assert (own, len(told)) == (after, before + after + 1)


def test_segments_are_lists_or_tests() -> None:
    """Static or dynamic; who was merged counts once, under the new number [CPG-1]."""
    after, old = parties.merge(OLD, TWIN, on=DAY).changed
    known = [after, old, ACME]
    static = parties.Segment(number="S-1", name="works", members=("OLD", "ACME", "GONE"))
    assert static.of(known) == (after, ACME)
    dynamic = parties.Segment(number="S-2", name="customers", test=lambda party: party.is_customer or party.is_prospect)
    assert dynamic.of(known) == (after, ACME)
    with pytest.raises(ValueError, match="one of the two"):
        evolve(static, test=lambda party: True)
    with pytest.raises(ValueError, match="name must not be empty"):
        parties.Segment(number="S-3", name="")


def test_one_timeline_over_all_documents() -> None:
    """By day and then as it was kept; by kind and by side; what is another customer's is not there [HIS-4]."""
    store = memory.Store()
    kind = OpportunityType(name="sale")
    with store.begin() as work:
        work.record(opportunities.register(number="O-1", title="Tea", type=kind, owner="ann", currency="EUR", on=DAY, party="ACME"))
    order = an_order()
    with store.begin() as work:
        work.add(order)
        work.record(invoices.post(order, number="INV-1", on=LATER))
    case = Happened(number="CASE-1", document="case", what="opened", on=DAY)
    other = opportunities.register(number="O-2", title="Tea", type=kind, owner="ann", currency="EUR", on=DAY, party="JANE")
    work = store.begin()
    documents = [*work.opportunities, *work.orders, *work.invoices, other.document]
    told = timeline.of("ACME", [*store.events, case, *other.events], documents)
    assert [(entry.kind, entry.on, entry.number) for entry in told] == [
        ("opportunity registered", DAY, "O-1"),
        ("InvoicePosted", LATER, "INV-1"),
    ]
    assert timeline.counted(told) == {"opportunity registered": 1, "InvoicePosted": 1}
    assert [entry.number for entry in timeline.of("ACME", store.events, documents, kinds=["InvoicePosted"])] == ["INV-1"]
    serving = timeline.of("CASE-1", [case], side=Side.SERVICE)
    assert (len(serving), serving[0].side, timeline.of("CASE-1", [case], side=Side.SALES)) == (1, Side.SERVICE, ())
    others = ("return", "installed", "maintenance", "entitlement", "survey", "review", "contact plan")
    after = [Happened(number="X", document=document, what="begun", on=DAY) for document in others]
    assert {entry.side for entry in timeline.of("X", after)} == {Side.SERVICE}
    placed = an_order
    assert placed is an_order
    assert history.replay.__doc__


POTENTIAL = (categories.Category(name="potential customer", potential=True), categories.Category(name="customer"))
RULES = (
    categories.CategoryRule(document="opportunity", what="sold", category="customer"),
    categories.CategoryRule(document="opportunity", what="lost", category="lost contact", ask=True),
)


@pytest.mark.parametrize(
    ("before", "what", "confirmed", "after"),
    [
        ("potential customer", "sold", False, "customer"),
        ("potential customer", "lost", False, "potential customer"),
        ("potential customer", "lost", True, "lost contact"),
        ("potential customer", "moved", False, "potential customer"),
        ("customer", "lost", True, "customer"),
        ("", "sold", False, ""),
    ],
)
def test_a_potential_customer_changes_category(before: str, what: str, after: str, *, confirmed: bool) -> None:
    """By a rule, asked for or not; a customer is never demoted [LED-3, LED-4]."""
    party = evolve(OLD, category=before)
    event = Happened(number="O-1", document="opportunity", what=what, on=DAY)
    done = categories.after(party, event, RULES, POTENTIAL, on=DAY, confirmed=confirmed)
    assert (done.document.category, len(done.events)) == (after, int(before != after))


def test_a_category_that_cannot_be() -> None:
    """It has a name, and a rule says what."""
    with pytest.raises(ValueError, match="name must not be empty"):
        categories.Category(name="")
    with pytest.raises(ValueError, match="what must not be empty"):
        categories.CategoryRule(document="lead", what="", category="x")
    same = categories.CategoryRule(document="opportunity", what="sold", category="potential customer")
    event = Happened(number="O-1", document="opportunity", what="sold", on=DAY)
    assert categories.after(evolve(OLD, category="potential customer"), event, [same], POTENTIAL, on=DAY).events == ()
