"""
What every store promises, as tests: subclass ``StoreContract`` with one fixture, ``store``, that returns an empty store.

.. code-block:: python

    class TestOurStore(StoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return OurStore(tmp_path / "sales.db")

A store that awaits is put to the same tests through ``salesflow.testing.blocking.Blocking``.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from threading import Thread
from typing import Any

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesflow.billing import invoices, payments
from salesflow.errors import ConflictError, DuplicateError, NotFoundError, RefusedError
from salesflow.kinds import KINDS
from salesflow.model.opportunity import Opportunity, OpportunityType, Stage
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip
from salesflow.model.party import Party, Role
from salesflow.model.product import Item, Product, ProductKind
from salesflow.model.project import Project
from salesflow.model.vat import Vat
from salesflow.outcome import Outcome
from salesflow.period import Period
from salesflow.process import deliveries, item_requirements, opportunities, orders, parties, purchases
from salesflow.testing.any_of import documents, outcomes
from salesflow.unit_of_work import run

DAY = date(2026, 3, 2)
LATER = date(2026, 3, 16)
APRIL = date(2026, 4, 2)
ACME = Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,))
BOLT = Party(number="BOLT", name="Bolt & Sons", roles=(Role.CUSTOMER,))
HOSE = Product(item=Item(number="HOSE", name="Garden hose", vat=Vat("S", Decimal(21))), price=Decimal("18.00"))
RAKE = Product(item=Item(number="RAKE", name="Rake", vat=Vat("S", Decimal(21))), price=Decimal("9.50"))
ADVICE = Product(item=Item(number="ADVICE", kind=ProductKind.SERVICE, vat=Vat("S", Decimal(21))), price=Decimal("95.00"))

ONE_STORE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors])
"""The examples of a property share the store, each under numbers of its own; and several stores are put to the same properties."""


def placed(number: str, *lines: tuple[Product, int], customer: Party = ACME, on: date = DAY, **terms: Any) -> Outcome[Order]:
    """Return an order as it is placed."""
    return orders.place(
        number=number, customer=customer, currency="EUR", lines=[orders.line(*line) for line in lines or ((HOSE, 10),)], on=on, **terms
    )


def renumbered(document: Any, number: str) -> Any:
    """Return a document under another number."""
    if isinstance(document, Product):
        return evolve(document, item=evolve(document.item, number=number))
    return evolve(document, number=number)


class StoreContract:
    """The promises of ``salesflow.ports``, each as a test."""

    @pytest.fixture
    def store(self) -> Any:
        """Return an empty store; override it, or ``make_store`` where nothing is to be tidied up."""
        return self.make_store()

    def make_store(self) -> Any:
        """Return an empty store."""
        msg = "a store to be tested is given by overriding the fixture store, or make_store"
        raise NotImplementedError(msg)

    @pytest.fixture
    def filled(self, store: Any) -> Any:
        """Return a store with one order in it."""
        with store.begin() as work:
            work.add(ACME, HOSE)
            work.record(placed("SO-1"))
        return store

    # ------------------------------------------------------------------ documents

    def test_what_is_recorded_is_there_for_the_next(self, filled: Any) -> None:
        """Documents and events of an outcome are stored together; each kind has its place."""
        with filled.begin() as work:
            work.record(orders.confirm(work.orders.get("SO-1"), on=DAY))
            slip = work.record(deliveries.post(work.orders.get("SO-1"), number=work.number("PS"), on=DAY))
            bill = work.record(invoices.post(work.orders.get("SO-1"), slips=[slip], number=work.number("INV"), on=LATER))
            work.record(payments.receive("ACME", bill.total, "EUR", number=work.number("PAY"), on=LATER, invoices=[bill]))
        with filled.begin() as later:
            assert later.orders.get("SO-1").status == "invoiced"
            assert later.invoices.get("INV-1").status == "paid"
            assert [len(later.orders), len(later.slips), len(later.invoices), len(later.payments), len(later.picking_lists)] == [
                1,
                1,
                1,
                1,
                0,
            ]
        names = [type(event).__name__ for event in filled.events]
        assert names == ["OrderPlaced", "OrderConfirmed", "PackingSlipPosted", "InvoicePosted", "PaymentReceived", "InvoiceSettled"]

    def test_a_number_is_added_once_and_is_there_to_be_got_and_put(self, filled: Any) -> None:
        """A second document of a number is refused, and so is getting or putting what is not there."""
        with filled.begin() as work:
            with pytest.raises(DuplicateError, match="there is a Order 'SO-1' already"):
                work.add(placed("SO-1").document)
            with pytest.raises(NotFoundError, match="there is no Order 'SO-9'"):
                work.orders.get("SO-9")
            with pytest.raises(NotFoundError):
                work.put(placed("SO-9").document)
            work.add(placed("SO-2").document)
            with pytest.raises(DuplicateError):
                work.add(placed("SO-2").document)
            assert ("SO-1" in work.orders, "SO-2" in work.orders, "SO-9" in work.orders, 1 in work.orders) == (True, True, False, False)

    def test_strangers_are_not_kept(self, store: Any) -> None:
        """A document of no known kind, or of another kind than the repository's, is refused."""
        with store.begin() as work:
            with pytest.raises(TypeError, match="keeps no documents of type str"):
                work.add("SO-1")
            with pytest.raises(TypeError, match="a repository of Order documents"):
                work.orders.add(ACME)
            with pytest.raises(TypeError, match="a repository of Order documents"):
                work.orders.put(ACME)

    def test_an_error_inside_changes_nothing(self, filled: Any) -> None:
        """Leaving by an exception keeps neither documents nor events nor numbers."""
        with pytest.raises(RuntimeError, match="halfway"), filled.begin() as work:  # noqa: PT012  the block is the point
            work.record(deliveries.post(work.orders.get("SO-1"), number=work.number("PS"), on=DAY))
            assert len(work.slips) == 1
            msg = "halfway"
            raise RuntimeError(msg)
        with filled.begin() as work:
            assert work.orders.get("SO-1").line(1).deliver_remainder == 10
            assert len(work.slips) == 0
            assert len(filled.events) == 1
            assert work.number("PS") == "PS-1"

    def test_a_work_sees_its_own_changes_and_nobody_elses(self, filled: Any) -> None:
        """What is not committed is seen inside only, by number, in questions and in order of being added."""
        with filled.begin() as work:
            work.add(placed("SO-2").document)
            work.put(orders.hold(work.orders.get("SO-1"), "check", on=DAY).document)
            work.put(orders.hold(work.orders.get("SO-2"), "check", on=DAY).document)
            assert work.orders.get("SO-1").is_held
            assert work.orders.get("SO-2").is_held
            assert [order.number for order in work.orders] == ["SO-1", "SO-2"]
            assert [order.is_held for order in work.orders.find(customer="ACME")] == [True, True]
            assert len(work.orders) == 2
            assert [line.order for line in work.open_lines(item="HOSE")] == ["SO-1", "SO-2"]
            with filled.begin() as outside:
                assert "SO-2" not in outside.orders
                assert not outside.orders.get("SO-1").is_held
        with filled.begin() as later:
            assert later.orders.get("SO-2").is_held

    @ONE_STORE
    @given(document=documents(), other=st.integers(0, 3))
    def test_what_goes_in_comes_out_equal(self, store: Any, document: Any, other: int) -> None:
        """Any document of any kind, field by field and of the same types: after adding it and after putting it in another's place."""
        name = KINDS[type(document)]
        kept = renumbered(document, f"N-{next(_NUMBERS)}")
        with store.begin() as work:
            work.add(kept)
        with store.begin() as work:
            found = getattr(work, name).get(kept.number)
            assert found == kept
            assert repr(found) == repr(kept)
            for again in [kept] * other:
                work.put(again)
            assert getattr(work, name).get(kept.number) == kept

    # ------------------------------------------------------------------ versions

    def test_of_two_who_change_the_same_only_the_first_commits(self, filled: Any) -> None:
        """The second is told that the document changed, and nothing of its work is kept [I11]."""
        with pytest.raises(ConflictError), filled.begin() as second:  # noqa: PT012  the blocks are the point
            second.record(orders.hold(second.orders.get("SO-1"), "credit", on=DAY))
            with filled.begin() as first:
                first.record(orders.hold(first.orders.get("SO-1"), "check", on=DAY))
        with filled.begin() as later:
            assert [hold.code for hold in later.orders.get("SO-1").holds] == ["check"]
        assert len(filled.events) == 2

    def test_of_two_who_add_the_same_only_the_first_commits(self, store: Any) -> None:
        """A number that somebody else added meanwhile is a conflict."""
        with pytest.raises(ConflictError), store.begin() as second:  # noqa: PT012
            second.add(Party(number="X", name="Second"))
            with store.begin() as first:
                first.add(Party(number="X", name="First"))
        with store.begin() as later:
            assert later.parties.get("X").name == "First"

    def test_what_was_read_stays_as_it_was_read(self, filled: Any) -> None:
        """A work that read a document reads it again as it was, whatever others commit meanwhile."""
        with filled.begin() as work:
            before = work.orders.get("SO-1")
            with filled.begin() as other:
                other.record(orders.hold(other.orders.get("SO-1"), "check", on=DAY))
            assert work.orders.get("SO-1") == before
            assert work.orders.version("SO-1") == 1
        with filled.begin() as later:
            assert later.orders.version("SO-1") == 2

    def test_a_document_is_put_in_the_place_of_the_version_it_was_made_from(self, filled: Any) -> None:
        """Who names a version that is not the one that is there is told so: a form that was open for too long overwrites nothing."""
        with filled.begin() as work:
            held = orders.hold(work.orders.get("SO-1"), "check", on=DAY).document
            with pytest.raises(ConflictError, match="of version 1, not 2"):
                work.orders.put(held, expected=2)
            work.orders.put(held, expected=1)
            work.add(placed("SO-2").document)
            assert work.orders.version("SO-2") == 0
        with filled.begin() as work:
            assert (work.orders.version("SO-1"), work.orders.version("SO-2")) == (2, 1)
            with pytest.raises(NotFoundError):
                work.orders.version("SO-9")

    def test_what_is_put_as_it_was_read_counts_too(self, filled: Any) -> None:
        """A document that is put unchanged is committed once more, and conflicts where somebody else has changed it: it was relied on."""
        with filled.begin() as work:
            work.put(work.orders.get("SO-1"))
        with filled.begin() as work:
            assert work.orders.version("SO-1") == 2
        with pytest.raises(ConflictError), filled.begin() as second:  # noqa: PT012
            second.put(second.orders.get("SO-1"))
            with filled.begin() as first:
                first.record(orders.hold(first.orders.get("SO-1"), "check", on=DAY))
        with filled.begin() as later:
            assert later.orders.version("SO-1") == 3

    def test_a_ledger_only_grows(self, filled: Any) -> None:
        """An order is put with the postings it had, in their order; more of them may follow."""
        with filled.begin() as work:
            before = work.orders.get("SO-1")
            once = deliveries.post(before, {1: 4}, number="PS-1", on=DAY).changed[0]
            twice = deliveries.post(once, {1: 3}, number="PS-2", on=DAY).changed[0]
            work.put(twice)
        for wrong in (before, once, evolve(twice, postings=twice.postings[::-1], fold=None)):
            with filled.begin() as work:
                with pytest.raises(RefusedError) as refused:
                    work.put(wrong)
                assert refused.value.codes == ("ledger.append-only",)
        with filled.begin() as work:
            assert work.orders.get("SO-1") == twice

    # ------------------------------------------------------------------ numbers and keys

    def test_numbers_are_drawn_once_and_without_gaps(self, store: Any) -> None:
        """A series goes on where it stopped; what was drawn by a work that gave up is drawn again."""
        with store.begin() as work:
            assert (work.number("INV"), work.number("INV"), work.number("RMA")) == ("INV-1", "INV-2", "RMA-1")
        with pytest.raises(LookupError), store.begin() as work:  # noqa: PT012
            work.number("INV")
            work.orders.get("SO-9")
        with store.begin() as work:
            assert work.number("INV") == "INV-3"
            with pytest.raises(ValueError, match="series must not be empty"):
                work.number(" ")

    def test_threads_that_try_again_lose_nothing(self, filled: Any) -> None:
        """Four threads deliver ten in ones from one order: ten slips, nothing left, no number twice and none left out."""

        def deliver_one(work: Any) -> bool:
            order = work.orders.get("SO-1")
            if not order.line(1).deliver_remainder:
                return False
            work.record(deliveries.post(order, {1: 1}, number=work.number("PS"), on=DAY))
            return True

        def deliver_some() -> None:
            while run(filled, deliver_one, attempts=1000):
                pass

        threads = [Thread(target=deliver_some) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with filled.begin() as work:
            assert sorted(int(slip.number[3:]) for slip in work.slips) == list(range(1, 11))
            assert work.orders.get("SO-1").status == "delivered"

    def test_the_same_request_is_answered_once_and_for_all(self, filled: Any) -> None:
        """Again in the same work and in the next: one slip, one number, one event, the same answer [I10]."""
        with filled.begin() as work:
            first = deliver_once(work)
            assert deliver_once(work) == first
        with filled.begin() as work:
            assert deliver_once(work) == first
            assert (len(work.slips), len(filled.events)) == (1, 2)
        with filled.begin() as work:
            assert deliver_once(work, "K-2").number == "PS-2"

    def test_a_key_stands_for_one_request(self, filled: Any) -> None:
        """Another quantity under the same key is refused, in the same work or the next; keys are text, requests keep still."""
        with filled.begin() as work:
            deliver_once(work)
            with pytest.raises(RefusedError) as refused:
                deliver_once(work, quantity=5)
            assert refused.value.codes == ("idempotency.another-request",)
        with filled.begin() as work:
            with pytest.raises(RefusedError):
                deliver_once(work, quantity=5)
            with pytest.raises(ValueError, match="key must not be empty"):
                deliver_once(work, " ")
            with pytest.raises(TypeError, match="unhashable"):
                work.once("K", [], lambda: pytest.fail("ran"))

    def test_what_failed_may_be_tried_again(self, filled: Any) -> None:
        """Neither a refused command nor a work that is given up uses the key."""
        with pytest.raises(RefusedError), filled.begin() as work:
            deliver_once(work, quantity=11)
        with pytest.raises(LookupError), filled.begin() as work:  # noqa: PT012
            deliver_once(work)
            work.orders.get("SO-9")
        with filled.begin() as work:
            assert deliver_once(work, quantity=3).quantity == 3

    def test_two_works_with_one_key_come_to_one_answer(self, filled: Any) -> None:
        """The later one conflicts; trying again it gets the first one's answer [I10, I11]."""

        def hold_once(work: Any) -> Order:
            outcome: Outcome[Order] = work.once("K-1", "hold", lambda: orders.hold(work.orders.get("SO-1"), "check", on=DAY))
            return outcome.document

        with pytest.raises(ConflictError), filled.begin() as second:  # noqa: PT012
            hold_once(second)
            with filled.begin() as first:
                held = hold_once(first)
        with filled.begin() as again:
            assert hold_once(again) == held
            assert len(again.orders.get("SO-1").holds) == 1

    @ONE_STORE
    @given(outcome=outcomes())
    def test_an_answer_that_is_kept_comes_out_equal(self, store: Any, outcome: Outcome[Any]) -> None:
        """Any outcome, with its documents and events, is returned to whoever asks again."""
        key = f"key {next(_NUMBERS)}"
        fresh = _under_new_numbers(outcome)
        with store.begin() as work:
            for each in fresh.changed:
                work.add(each)
            assert work.once(key, ("ask", key), lambda: fresh) == fresh
        with store.begin() as work:
            kept = work.once(key, ("ask", key), lambda: pytest.fail("ran again"))
            assert kept == fresh
            assert repr(kept) == repr(fresh)

    # ------------------------------------------------------------------ events

    def test_events_are_kept_in_order_by_document_and_as_one_feed(self, filled: Any) -> None:
        """They are read all, of one document, or a few at a time from where the reader was; what is given up tells nothing."""
        with filled.begin() as work:
            work.record(placed("SO-2"))
            work.record(orders.hold(work.orders.get("SO-1"), "check", on=DAY))
        with pytest.raises(RuntimeError), filled.begin() as work:  # noqa: PT012
            work.record(placed("SO-3"))
            raise RuntimeError
        told = [(type(event).__name__, event.number) for event in filled.events]
        assert told == [("OrderPlaced", "SO-1"), ("OrderPlaced", "SO-2"), ("OrderHeld", "SO-1")]
        assert len(filled.events) == 3
        assert [type(event).__name__ for event in filled.events.about("SO-1")] == ["OrderPlaced", "OrderHeld"]
        first = filled.events.after(limit=2)
        rest = filled.events.after(first[-1].place)
        assert [(type(each.event).__name__, each.event.number) for each in (*first, *rest)] == told
        assert filled.events.after(rest[-1].place) == ()

    def test_the_history_of_a_customer_is_one_timeline(self, filled: Any) -> None:
        """Over all documents, with those who were merged into it, by business day; nothing of others."""
        twin = Party(number="ACME-2", name="Acme Workshop", roles=(Role.CUSTOMER,))
        with filled.begin() as work:
            work.add(BOLT, twin)
            work.record(placed("SO-2", customer=BOLT))
            work.record(placed("SO-3", customer=twin, on=LATER))
            slip = work.record(deliveries.post(work.orders.get("SO-1"), {1: 4}, number="PS-1", on=LATER))
            work.record(invoices.post(work.orders.get("SO-1"), slips=[slip], number="INV-1", on=APRIL))
            assert [entry.kind for entry in work.timeline("ACME")] == ["OrderPlaced"]  # what is committed
        with filled.begin() as work:
            assert [(entry.kind, entry.number) for entry in work.timeline("ACME")] == [
                ("OrderPlaced", "SO-1"),
                ("PackingSlipPosted", "PS-1"),
                ("InvoicePosted", "INV-1"),
            ]
            work.record(parties.merge(twin, ACME, on=APRIL))
        with filled.begin() as work:
            told = [(entry.kind, entry.number) for entry in work.timeline("ACME")]
            assert told == [
                ("OrderPlaced", "SO-1"),
                ("OrderPlaced", "SO-3"),
                ("PackingSlipPosted", "PS-1"),
                ("InvoicePosted", "INV-1"),
                ("party merged", "ACME"),
            ]
            assert work.timeline("NOBODY") == ()

    # ------------------------------------------------------------------ questions

    def test_documents_are_found_by_whom_they_concern_and_by_day(self, store: Any) -> None:
        """By customer or payer, contact, owner, project and days, together or alone, in order of day and number, page by page."""
        garden = Project(number="P-1", name="Garden", customer="ACME")
        with store.begin() as work:
            work.add(ACME, BOLT, garden)
            work.record(placed("SO-3", on=LATER, taken_by="ann"))
            work.record(placed("SO-1", taken_by="bob"))
            work.record(placed("SO-2", customer=evolve(BOLT, invoice_account="ACME"), on=APRIL, taken_by="ann"))
            work.record(item_requirements.sell(garden, [orders.line(HOSE, 1)], number="SO-4", customer=ACME, currency="EUR", on=DAY))
            work.add(_opportunity("OPP-1", "ACME", "JAN", "ann"))

        def found(**wanted: Any) -> list[str]:
            with store.begin() as work:
                return [order.number for order in work.orders.find(**wanted)]

        assert found() == ["SO-1", "SO-4", "SO-3", "SO-2"]
        assert found(customer="ACME") == ["SO-1", "SO-4", "SO-3", "SO-2"]
        assert found(customer="BOLT") == ["SO-2"]
        assert found(owner="ann") == ["SO-3", "SO-2"]
        assert found(project="P-1") == ["SO-4"]
        assert found(customer="ACME", owner="ann", until=LATER) == ["SO-3"]
        assert found(since=LATER, until=LATER) == ["SO-3"]
        assert found(customer="ACME", since=LATER) == ["SO-3", "SO-2"]
        assert found(until=date(2026, 3, 1)) == found(since=date(2026, 4, 3)) == found(customer="NOBODY") == []
        with store.begin() as work:
            assert [each.number for each in work.opportunities.find(person="JAN", customer="ACME")] == ["OPP-1"]
            assert [each.number for each in work.parties.find()] == ["ACME", "BOLT"]
            assert len(work.parties.find(since=DAY)) == 0

    def test_pages_cover_everything_once(self, store: Any) -> None:
        """However small the pages, together they are what one large page is; only the last one says that it is the last."""
        with store.begin() as work:
            work.add(ACME, BOLT)
            for number in range(1, 8):
                work.record(
                    placed(f"SO-{number}", (HOSE, 1), (RAKE, 2), customer=BOLT if number % 3 else ACME, on=LATER if number % 2 else DAY)
                )

        def paged(question: Any, limit: int) -> list[Any]:
            seen, page = [], question(limit=limit)
            seen += page.found
            while page.after is not None:
                assert len(page) == limit
                page = question(limit=limit, after=page.after)
                seen += page.found
            return seen

        with store.begin() as work:
            for question in (
                work.orders.find,
                lambda **how: work.orders.find(customer="BOLT", **how),
                lambda **how: work.orders.find(customer="BOLT", since=LATER, **how),
                work.open_lines,
                lambda **how: work.open_lines(item="HOSE", **how),
                lambda **how: work.open_lines(customer="BOLT", **how),
            ):
                whole = list(question(limit=100))
                assert len(whole) > 2
                for limit in (1, 2, 3, len(whole)):
                    assert paged(question, limit) == whole

    def test_every_document_is_read_in_order_of_being_added(self, store: Any) -> None:
        """Going through a repository yields everything, more than a page of it too."""
        numbers = [f"P-{number}" for number in range(250, 0, -1)]
        with store.begin() as work:
            for number in numbers:
                work.parties.add(Party(number=number, name=number))
        with store.begin() as work:
            assert [party.number for party in work.parties] == numbers

    def test_open_lines_are_found_by_item_customer_and_vendor(self, store: Any) -> None:
        """The earliest ship date first; what is delivered, cancelled or a service is not open; those late by a day are told."""
        with store.begin() as work:
            work.add(ACME, BOLT)
            lines = [orders.line(HOSE, 10), orders.line(RAKE, 3, requested=APRIL), orders.line(ADVICE, 1)]
            work.record(orders.place(number="SO-1", customer=ACME, currency="EUR", lines=lines, on=DAY))
            soon = [orders.line(HOSE, 2, requested=LATER)]
            work.record(orders.place(number="SO-2", customer=BOLT, currency="EUR", lines=soon, on=DAY))
            work.record(purchases.place(item=HOSE.item, quantity=12, number="PO-1", vendor="WEST", expected=APRIL, on=DAY))
            work.record(purchases.place(item=RAKE.item, quantity=3, number="PO-2", vendor="EAST", expected=LATER, on=DAY))

        def lines_of(**wanted: Any) -> list[tuple[str, int, int]]:
            with store.begin() as work:
                return [(line.order, line.line, int(line.left)) for line in work.open_lines(**wanted)]

        assert lines_of() == [("SO-2", 1, 2), ("SO-1", 2, 3), ("SO-1", 1, 10)]
        assert lines_of(item="HOSE") == [("SO-2", 1, 2), ("SO-1", 1, 10)]
        assert lines_of(customer="ACME") == [("SO-1", 2, 3), ("SO-1", 1, 10)]
        assert lines_of(customer="ACME", item="RAKE") == lines_of(vendor="EAST") == [("SO-1", 2, 3)]
        assert lines_of(vendor="WEST") == [("SO-2", 1, 2), ("SO-1", 1, 10)]
        assert lines_of(vendor="WEST", item="RAKE") == lines_of(vendor="NORTH") == []
        assert lines_of(before=APRIL) == [("SO-2", 1, 2)]
        with store.begin() as work:
            assert [line.net for line in work.open_lines(item="HOSE")] == [Decimal("36.00"), Decimal("180.00")]
            assert [purchase.number for purchase in work.open_purchases()] == ["PO-2", "PO-1"]
            assert [purchase.number for purchase in work.open_purchases(vendor="WEST")] == ["PO-1"]
            assert [purchase.number for purchase in work.open_purchases(item="RAKE")] == ["PO-2"]
            work.record(deliveries.post(work.orders.get("SO-1"), {1: 4, 2: 3}, number="PS-1", on=DAY))
            work.record(purchases.receive(work.purchases.get("PO-2"), 3, on=LATER))
            work.record(purchases.receive(work.purchases.get("PO-1"), 5, on=LATER))
        assert lines_of() == [("SO-2", 1, 2), ("SO-1", 1, 6)]
        assert lines_of(vendor="EAST") == []
        with store.begin() as work:
            assert [purchase.missing for purchase in work.open_purchases()] == [7]

    def test_slips_that_are_not_invoiced_are_found_by_customer_and_period(self, store: Any) -> None:
        """By who received and by who pays, within the days; what is invoiced or taken back is not there, a correction stands for its slip."""
        with store.begin() as work:
            work.add(ACME, BOLT)
            work.record(placed("SO-1"))
            work.record(placed("SO-2", customer=evolve(BOLT, invoice_account="ACME")))
            for number, order, on in (("PS-1", "SO-1", DAY), ("PS-2", "SO-1", LATER), ("PS-3", "SO-2", LATER), ("PS-4", "SO-1", APRIL)):
                work.record(deliveries.post(work.orders.get(order), {1: 2}, number=number, on=on))

        def slips(**wanted: Any) -> list[str]:
            with store.begin() as work:
                return [slip.number for slip in work.uninvoiced_slips(**wanted)]

        march = Period.month_of(DAY)
        assert slips(period=march) == slips(account="ACME", period=march) == ["PS-1", "PS-2", "PS-3"]
        assert slips(customer="ACME", period=march) == ["PS-1", "PS-2"]
        assert slips(customer="BOLT", account="ACME", period=march) == ["PS-3"]
        assert slips(customer="BOLT", period=Period.month_of(APRIL)) == []
        with store.begin() as work:
            first = work.uninvoiced_slips(period=march, limit=2)
            assert [slip.number for slip in first] == ["PS-1", "PS-2"]
            assert [slip.number for slip in work.uninvoiced_slips(period=march, limit=2, after=first.after)] == ["PS-3"]
            work.record(invoices.post(work.orders.get("SO-1"), slips=[work.slips.get("PS-1")], number="INV-1", on=LATER))
            work.record(deliveries.cancel(work.orders.get("SO-2"), work.slips.get("PS-3"), number="PS-5", on=LATER))
            again = deliveries.correct(work.orders.get("SO-1"), work.slips.get("PS-2"), {1: 1}, number="PS-7", reversal="PS-6", on=LATER)
            work.record(again)
        assert slips(period=march) == ["PS-7"]

    def test_invoices_that_are_owed_are_found_by_due_date(self, filled: Any) -> None:
        """By account and day, the first due first; a paid one is not owed, one paid in part is."""
        with filled.begin() as work:
            bills = []
            for number, on in (("INV-1", APRIL), ("INV-2", DAY), ("INV-3", LATER)):
                slip = work.record(deliveries.post(work.orders.get("SO-1"), {1: 2}, number=f"PS-{number}", on=DAY))
                bills.append(work.record(invoices.post(work.orders.get("SO-1"), slips=[slip], number=number, on=on)))

        def owed(**wanted: Any) -> list[str]:
            with filled.begin() as work:
                return [invoice.number for invoice in work.open_invoices(**wanted)]

        assert owed() == owed(account="ACME") == ["INV-2", "INV-3", "INV-1"]
        assert owed(account="BOLT") == []
        assert owed(due_by=bills[2].due) == ["INV-2", "INV-3"]
        with filled.begin() as work:
            first = work.open_invoices(limit=2)
            assert [invoice.number for invoice in work.open_invoices(limit=2, after=first.after)] == ["INV-1"]
            paid, part = work.invoices.get("INV-2"), work.invoices.get("INV-3")
            work.record(payments.receive("ACME", paid.total, "EUR", number="PAY-1", on=LATER, invoices=[paid]))
            work.record(payments.receive("ACME", Decimal(5), "EUR", number="PAY-2", on=LATER, invoices=[part]))
        assert owed() == ["INV-3", "INV-1"]


def _opportunity(number: str, party: str, contact: str, owner: str) -> Opportunity:
    """Return a sale in the making."""
    kind = OpportunityType(name="Gardens", stages=(Stage(name="First talk", probability=Decimal(50)),))
    return opportunities.register(
        number=number, title="A garden", type=kind, owner=owner, currency="EUR", on=DAY, party=party, contact=contact
    ).document


_NUMBERS = count(1)


def deliver_once(work: Any, key: str = "K-1", quantity: int = 4) -> PackingSlip:
    """Deliver so many under a key, with a number drawn for it."""
    request = ("deliver", "SO-1", quantity)

    def command() -> Outcome[PackingSlip]:
        return deliveries.post(work.orders.get("SO-1"), {1: quantity}, number=work.number("PS"), on=DAY)

    outcome: Outcome[PackingSlip] = work.once(key, request, command)
    return outcome.document


def _under_new_numbers(outcome: Outcome[Any]) -> Outcome[Any]:
    """Return an outcome with numbers that no other example uses."""
    new = {id(each): renumbered(each, f"N-{next(_NUMBERS)}") for each in (*outcome.made, *outcome.changed)}
    return evolve(
        outcome,
        document=new.get(id(outcome.document), outcome.document),
        made=tuple(new[id(each)] for each in outcome.made),
        changed=tuple(new[id(each)] for each in outcome.changed),
    )
