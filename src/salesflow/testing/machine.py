"""
A whole sales process, driven against a store beside the memory store: subclass ``StoreMachine`` with ``make_store``.

.. code-block:: python

    class OurMachine(StoreMachine):
        def make_store(self):
            return OurStore(...)


    TestOurMachine = OurMachine.TestCase

Every rule does the same unit of work on both stores and compares what comes of it, refusals too.
What the works are is in ``WORKS`` and ``TROUBLES``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from salesflow import memory
from salesflow.errors import RefusedError, SalesflowError
from salesflow.kinds import KINDS
from salesflow.model.party import Party, Role
from salesflow.outcome import Outcome
from salesflow.testing import comparing, troubles, works_billing, works_orders, works_pipeline
from salesflow.testing.choices import Choices, NothingThereError
from salesflow.testing.comparing import Question, agree

FIRST_DAY = date(2026, 3, 2)
MANY = 10_000
"""More events than a step has."""
PARTIES = (
    Party(number="ACME", name="Acme Workshops", roles=(Role.CUSTOMER,)),
    Party(number="BOLT", name="Bolt & Sons", roles=(Role.CUSTOMER,), invoice_account="ACME"),
)
WORKS: tuple[tuple[troubles.Work, str], ...] = (
    (works_orders.place_order, ""),
    (works_orders.deliver, "orders"),
    (works_billing.invoice_order, "orders"),
    (works_billing.invoice_slips, "slips"),
    (works_billing.pay, "invoices"),
    (works_billing.credit, "invoices"),
    (works_orders.work_on_order, "orders"),
    (works_orders.change_order, "orders"),
    (works_orders.deliver_together, "orders"),
    (works_orders.pick, "orders"),
    (works_orders.undo_delivery, "slips"),
    (works_orders.buy, ""),
    (works_orders.work_on_purchase, "purchases"),
    (works_orders.sell_to_project, ""),
    (works_orders.begin_subscription, "orders"),
    (works_orders.work_on_subscription, "subscriptions"),
    (works_orders.announce_return, "slips"),
    (works_orders.work_on_return, "returns"),
    (works_billing.invoice_month, "slips"),
    (works_billing.invoice_in_words, ""),
    (works_billing.draft_invoice, "orders"),
    (works_billing.deposit, "orders"),
    (works_billing.work_on_invoice, "invoices"),
    (works_billing.work_on_payment, "payments"),
    (works_billing.remind, "invoices"),
    (works_pipeline.add_party, ""),
    (works_pipeline.merge_parties, ""),
    (works_pipeline.register_lead, ""),
    (works_pipeline.work_on_lead, "leads"),
    (works_pipeline.register_sale, ""),
    (works_pipeline.develop_sale, "opportunities"),
    (works_pipeline.draw_up_quotation, ""),
    (works_pipeline.work_on_quotation, "quotations"),
    (works_pipeline.draw_up_agreement, ""),
    (works_pipeline.work_on_agreement, "agreements"),
    (works_pipeline.release_order, "agreements"),
    (works_pipeline.open_case, ""),
    (works_pipeline.work_on_case, "cases"),
    (works_pipeline.keep_anything, ""),
)
"""What is done in a unit of work of its own, and the kind of document that must be there for it."""
TROUBLES: tuple[tuple[troubles.Trouble, str], ...] = (
    (troubles.several_at_once(tuple(work for work, _ in WORKS)), "orders"),
    (troubles.rivals, "orders"),
    (troubles.lost_update, "orders"),
    (troubles.put_expecting, "orders"),
    (troubles.deliver_once, "orders"),
    (troubles.add_the_same, ""),
    (troubles.draw_numbers, ""),
)
"""What a store has to stand besides, and the kind of document that must be there for it."""
DEEDS: dict[str, tuple[troubles.Trouble, str]] = {
    done.__name__: (done, needed) for done, needed in (*((troubles.in_a_work(work), needed) for work, needed in WORKS), *TROUBLES)
}
"""All that a machine does, by name."""
START_AGAIN = "start_again"
OFTEN = frozenset({"place_order", "deliver", "invoice_order", "invoice_slips", "work_on_return"})
DAYS = st.sampled_from((0, 0, 1, 7, 30))


class StoreMachine(RuleBasedStateMachine):
    """Does the same on a store and on the memory store, in any order, and sees that both say the same."""

    def __init__(self) -> None:
        super().__init__()
        self.memory = memory.Store()
        self.store = self.make_store()
        self.day = FIRST_DAY
        self.seen: dict[str, set[str]] = {name: set() for name in KINDS.values()}
        """The numbers of all documents that were ever made here, kept or not."""
        self._steps = 0
        self._heard = [0, 0]
        self._agreed = True

    # ------------------------------------------------------------------ what an application says of its store

    def make_store(self) -> Any:
        """Return an empty store."""
        msg = "a store to be tested is given by overriding make_store"
        raise NotImplementedError(msg)

    def close_store(self, store: Any) -> None:
        """Let go of a store that is needed no more."""

    def reopen(self, store: Any) -> Any:
        """Return a new store on what this one has kept, as after a restart; a store that keeps nothing is returned itself."""
        return store

    # ------------------------------------------------------------------ what happens

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """There are two customers, one of which pays for the other, and an order."""
        for store in (self.memory, self.store):
            with store.begin() as work:
                work.add(*PARTIES)
        self._note(PARTIES)
        self.do(DEEDS["place_order"][0], days=0, data=data)

    @rule(name=st.runner().flatmap(lambda machine: st.sampled_from(machine.possible())), days=DAYS, data=st.data())
    def work(self, name: str, days: int, data: st.DataObject) -> None:
        """Something is done on both stores, or the program that keeps the store under test is started again."""
        if name == START_AGAIN:
            self.store = self.reopen(self.store)
        else:
            self.do(DEEDS[name][0], days, data)

    def possible(self) -> list[str]:
        """Return the names of what may be done next: there is a document of the kind it needs; what moves a sale on counts thrice."""
        there = [name for name, (_, needed) in DEEDS.items() if not needed or self.seen[needed]]
        return [*there, START_AGAIN, *(name for name in there if name in OFTEN for _ in range(2))]

    def do(self, trouble: troubles.Trouble, days: int, data: st.DataObject) -> Any:
        """Do something on both stores, the memory store first, and compare; return what came of it."""
        self._agreed = False
        self._steps += 1
        self.day += timedelta(days=days)
        drawn = Choices(self.day, data)
        by_memory = result_of(trouble, self.memory, drawn)
        by_store = result_of(trouble, self.store, Choices(self.day, data, again=drawn))
        agree(trouble.__name__, by_memory, by_store)
        self._compare(self._touched(by_memory))
        self._agreed = True
        return by_memory

    def teardown(self) -> None:
        """In the end every question is answered alike."""
        try:
            if self._agreed:
                self._compare(self._everything())
                agree("the log", *(tuple(store.events) for store in self._stores))
                for number in sorted(self.seen["orders"]):
                    agree(f"the log about {number}", *(store.events.about(number) for store in self._stores))
        finally:
            self.close_store(self.store)

    # ------------------------------------------------------------------ what is compared

    @property
    def _stores(self) -> tuple[Any, Any]:
        return self.memory, self.store

    def _compare(self, questions: Iterable[tuple[str, Question]]) -> None:
        """See that both answer alike, and tell the same events since they were last asked."""
        with self.memory.begin() as by_memory, self.store.begin() as by_store:
            for what, ask in questions:
                agree(what, ask(by_memory), ask(by_store))
        told = [store.events.after(place, limit=MANY) for store, place in zip(self._stores, self._heard, strict=True)]
        agree("the latest events", *([each.event for each in heard] for heard in told))
        agree("how many events there are", *(len(store.events) for store in self._stores))
        self._heard = [heard[-1].place if heard else place for heard, place in zip(told, self._heard, strict=True)]

    def _touched(self, result: Any) -> Iterable[tuple[str, Question]]:
        """Yield what is asked after a step: for each document of it, and one question more, each in turn."""
        found = list(_documents_in(result))
        self._note(found)
        for document in found:
            name = KINDS[type(document)]
            yield f"{name} {document.number}", partial(comparing.kept_as, name, document.number)
        others = list(self._questions())
        yield others[7 * self._steps % len(others)]

    def _everything(self) -> Iterable[tuple[str, Question]]:
        for name in self._kinds:
            yield f"all {name}", partial(comparing.every, name)
        yield from self._questions()
        yield "the next numbers", comparing.next_numbers

    def _questions(self) -> Iterable[tuple[str, Question]]:
        about = sorted(self.seen["parties"]), sorted(self.seen["projects"])
        return comparing.questions(self._kinds, *about, FIRST_DAY, self.day)

    @property
    def _kinds(self) -> list[str]:
        return [name for name, numbers in self.seen.items() if numbers]

    def _note(self, documents: Iterable[Any]) -> None:
        for document in documents:
            self.seen[KINDS[type(document)]].add(document.number)


def result_of(trouble: troubles.Trouble, store: Any, choices: Choices) -> tuple[Any, ...]:
    """Return what came of a work: what it returned, or the class of the error, with the codes of a refusal."""
    try:
        return "done", trouble(store, choices)
    except RefusedError as refused:
        return "refused", refused.codes
    except troubles.GivenUpError as given_up:
        return "given up", given_up.args
    except (SalesflowError, NothingThereError, ValueError, TypeError) as error:
        return "raised", type(error)


def _documents_in(result: Any) -> Iterable[Any]:
    """Yield every document in what a work returned."""
    if type(result) in KINDS:
        yield result
    elif isinstance(result, tuple | list | Outcome):
        for each in result:
            yield from _documents_in(each)
