"""What the kit draws: every kind of document, every field in several values, every code, present and absent, and whole lives."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal, localcontext
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from random import Random
from types import NoneType
from typing import Any, cast, get_args

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesflow.model
from salesflow import Invoice, Order, OrderType, PackingSlip, Party, Payment, conformance, memory
from salesflow.kinds import KINDS
from salesflow.model.einvoice import EInvoice
from salesflow.model.ledger import Fold, Kind
from salesflow.model.target import TargetUnit
from salesflow.testing import strategies
from salesflow.testing.engine import fields_of, hints_of, values_of


def drawn(strategy: st.SearchStrategy[Any], most: int, start: int = 0) -> list[Any]:
    """What a strategy draws of random bytes: the same every time, and none made from another, as a hunt for failures would."""
    found: list[Any] = []

    @settings(database=None, deadline=None)
    @given(each=strategy)
    def collect(each: Any) -> None:
        found.append(each)

    lots, run = Random(start), cast("Any", collect).hypothesis.fuzz_one_input  # noqa: S311  lots that are the same every time
    for _ in range(most):
        run(lots.randbytes(8192))
    return found


def inside(value: Any) -> Iterator[Any]:
    """Yield a value and every value it is made of."""
    yield value
    kind: type = type(value)
    if attrs.has(kind):
        for field in fields_of(kind):
            yield from inside(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from inside(each)


def types_in(hint: Any) -> Iterator[Any]:
    """Yield a type and the types it is made of."""
    yield hint
    for each in get_args(hint):
        yield from types_in(each)


class Seen:
    """What was seen of each class: the values of its fields; numbers of another form are others."""

    def __init__(self) -> None:
        self.examples: dict[type, list[Any]] = defaultdict(list)
        self.fields: dict[type, dict[str, dict[Any, Any]]] = defaultdict(lambda: defaultdict(dict))

    def note(self, document: Any) -> None:
        """Note every value in a document."""
        for value in inside(document):
            kind: type = type(value)
            if attrs.has(kind):
                self.examples[kind] = [*self.examples[kind][-9:], value]
                for field in fields_of(kind):
                    found = getattr(value, field.name)
                    self.fields[kind][field.name][str(found) if type(found) is Decimal else (type(found), found)] = found


@pytest.fixture(scope="module")
def seen() -> Seen:
    """What is seen of all documents and events; each hashes, and its copy by pickle is equal and looks the same."""
    every = Seen()
    whole: dict[type, st.SearchStrategy[Any]] = {kind: strategies.documents_of(kind) for kind in strategies.KINDS}
    parts: dict[type, st.SearchStrategy[Any]] = {
        kind: values_of(kind) for kind in reachable() if kind not in whole or kind in {Order, Invoice}
    }
    for place, strategy in enumerate([*whole.values(), *parts.values()]):
        for document in drawn(strategy, 40, place):
            hash(document)
            copy = pickle.loads(pickle.dumps(document))
            assert copy == document
            assert repr(copy) == repr(document)
            every.note(document)
    return every


def reachable() -> list[type]:
    """Every class that documents and events are made of."""
    found: dict[type, None] = {}
    left: list[type] = [*strategies.KINDS, *strategies.EVENTS]
    while left:
        kind = left.pop()
        if kind not in found:
            found[kind] = None
            hints = [hints_of(kind)[field.name] for field in fields_of(kind)]
            left += [each for hint in hints for each in types_in(hint) if isinstance(each, type) and attrs.has(each)]
    return list(found)


def fields_with_types() -> list[tuple[type, str, Any]]:
    """Every field of every such class."""
    return [(kind, field.name, hints_of(kind)[field.name]) for kind in reachable() for field in fields_of(kind)]


def test_there_is_a_strategy_for_every_kind_that_a_store_keeps() -> None:
    """The kinds are those of the reference store, and each strategy draws its own."""
    assert set(strategies.KINDS) == set(KINDS)
    for kind, strategy in strategies.KINDS.items():
        assert all(type(each) is kind for each in drawn(strategy(), 3))


def test_every_field_is_seen_in_several_values(seen: Seen) -> None:
    """Each field of each document and event, and of what they are made of, is drawn in two values or more."""
    assert [(kind.__name__, name) for kind, name, _ in fields_with_types() if len(seen.fields[kind][name]) < 2] == []


def test_every_optional_field_is_seen_present_and_absent(seen: Seen) -> None:
    """What may be ``None`` is drawn so, and otherwise too."""
    for kind, name, hint in fields_with_types():
        if NoneType in get_args(hint):
            absent = {value is None for value in seen.fields[kind][name].values()}
            assert absent == {True, False}, (kind.__name__, name)


def test_every_tuple_is_seen_empty_and_with_several(seen: Seen) -> None:
    """What may be empty is drawn so, and with two parts or more; what its class wants filled never is empty."""
    filled = {("Case", "turns"), ("Reminder", "lines"), ("Target", "parts")}
    for kind, name, hint in fields_with_types():
        if get_args(hint)[1:] == (Ellipsis,):
            sizes = {len(value) for value in seen.fields[kind][name].values()}
            assert max(sizes) > 1, (kind.__name__, name)
            assert (0 in sizes) is ((kind.__name__, name) not in filled), (kind.__name__, name)


def test_every_code_is_seen(seen: Seen) -> None:
    """Each member of each enumeration that a field may have is drawn."""
    codes = {each for _, _, hint in fields_with_types() for each in types_in(hint) if isinstance(each, type) and issubclass(each, Enum)}
    found: dict[type, set[Any]] = {code: set() for code in codes}
    for fields in seen.fields.values():
        for values in fields.values():
            for value in inside(tuple(values.values())):
                if type(value) in codes:
                    found[type(value)].add(value)
    assert {code.__name__: set(code) - found[code] for code in codes if found[code] != set(code)} == {}


def test_numbers_are_seen_in_awkward_forms(seen: Seen) -> None:
    """Many digits, exponents, trailing zeros and the zero below zero are drawn, and survive in form."""
    numbers = {
        str(value) for fields in seen.fields.values() for found in fields.values() for value in found.values() if type(value) is Decimal
    }
    assert {"-0", "0E+3", "1E+1", "1.00", "1E-18", "12345678901234567890.12345678901234567890"} <= numbers


def test_text_is_taken_blank_just_where_its_class_takes_it(seen: Seen) -> None:
    """A field of text is drawn empty exactly where its class accepts that, for one of the values that were drawn."""
    differ = []
    for kind, name, hint in fields_with_types():
        if hint is str and name not in {"currency", "number"}:
            field = seen.fields[kind][name]
            if ((str, "") in field) is not takes(kind, name, seen):
                differ.append((kind.__name__, name))
    assert differ == [], differ


def takes(kind: type, name: str, seen: Seen) -> bool:
    """Whether a class accepts an empty text in one of its fields."""
    for value in seen.examples[kind]:
        try:
            attrs.evolve(value, **{name: ""})
        except ValueError:
            continue
        return True
    return False


def test_events_are_all_that_commands_tell_of() -> None:
    """An event has a number and a day and is no part of a document; an electronic invoice is a document of another kind."""
    modules = [import_module(f"salesflow.model.{each.name}") for each in iter_modules(salesflow.model.__path__)]
    found = {
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and attrs.has(each) and {"number", "on"} <= {field.name for field in attrs.fields(each)}
    }
    parts = set(reachable()) - set(strategies.EVENTS)
    assert found - parts - {EInvoice} == set(strategies.EVENTS)
    assert {type(event) for event in drawn(strategies.events(number="SO-1"), 1500)} == set(strategies.EVENTS)


@given(document=strategies.documents(nul=False), event=strategies.events(nul=False))
def test_no_text_has_nul_where_it_is_not_wanted(document: Any, event: Any) -> None:
    """With ``nul=False`` every text can be stored in any database."""
    assert not any("\0" in each for each in inside((document, event)) if isinstance(each, str))


def test_nul_is_drawn_otherwise(seen: Seen) -> None:
    """The character NUL is in some text."""
    assert any("\0" in each for each in seen.fields[Party]["name"].values())


@given(outcome=strategies.outcomes())
def test_outcomes_can_be_recorded(outcome: Any) -> None:
    """A store records any outcome once what it changed is there."""
    store = memory.Store()
    with store.begin() as work:
        work.add(*outcome.changed)
    with store.begin() as work:
        assert work.record(outcome) == outcome.document
    assert tuple(store.events) == outcome.events


@given(invoice=strategies.invoices(currency="JPY", account=st.sampled_from(["ACME", "JANE"])), target=strategies.targets(currency="EUR"))
def test_fields_can_be_given(invoice: Invoice, target: Any) -> None:
    """A field is given as a value or as something to draw it from, and what depends on it follows."""
    assert invoice.currency == "JPY"
    assert invoice.account in {"ACME", "JANE"}
    assert (target.currency, target.unit is TargetUnit.COUNT) == ("EUR", False)


def test_what_is_no_document_or_no_field_is_named() -> None:
    """A class that no store keeps, and a field that a document has not, raise at once."""
    with pytest.raises(TypeError, match="Fold is no kind of document"):
        strategies.documents_of(Fold)
    with pytest.raises(TypeError, match="Invoice has no field colour, size"):
        strategies.invoices(size=1, colour=2)


def test_a_field_of_an_unknown_type_is_named() -> None:
    """A field that nothing is known to be drawn for raises, so that a new kind of field is not left out in silence."""

    @attrs.frozen
    class Odd:
        what: bytes

    hints_of.cache_clear()
    with pytest.raises(TypeError, match="nothing is known to be drawn for a field of type <class 'bytes'>"):
        values_of(Odd)


@given(order=strategies.orders())
def test_the_ledger_of_an_order_can_be_folded(order: Order) -> None:
    """Whatever is drawn, its remainders and its status can be read."""
    assert order.status
    with localcontext(prec=60):
        assert all(balance.delivered_not_invoiced == balance.delivered - balance.invoiced for balance in order.balances)
    assert order.is_touched in {True, False}


@given(invoice=strategies.invoices())
def test_what_an_invoice_has_left_to_credit_can_be_read(invoice: Invoice) -> None:
    """Credits are of lines that are there."""
    assert set(invoice.creditable) <= {line.number for line in invoice.all_lines}


@given(life=strategies.lives())
def test_a_life_hangs_together(life: strategies.Life) -> None:
    """Its events conform to the life tables, its documents are of its order and customer, and its ledger is what its documents posted."""
    assert conformance.conform(life.events) is None
    assert all(slip.customer == "ACME" for slip in life.of(PackingSlip))
    assert all(invoice.orders in {("SO-1",), ()} for invoice in life.of(Invoice))
    named = {document.number for document in life.documents}
    assert {posting.document for posting in life.order.postings} <= named
    for name in Fold.__slots__:
        assert getattr(life.order.fold, name) == getattr(Fold.of(life.order.lines, life.order.postings), name)


def test_lives_go_everywhere() -> None:
    """Among some lives there is every kind of posting and of order, and every paper of a sale."""
    found = drawn(strategies.lives(), 400)
    assert {posting.kind for life in found for posting in life.order.postings} == set(Kind)
    assert {life.order.type for life in found} == set(OrderType)
    kinds = {type(document).__name__ for life in found for document in life.documents}
    assert kinds == {"Order", "OrderConfirmation", "PickingList", "PackingSlip", "Invoice", "InvoiceDraft", "Payment", "Return"}
    assert {event.__class__.__name__ for life in found for event in life.events} >= {"SettlementReversed", "PackingSlipCancelled"}
    assert any(life.of(Payment) for life in found)


@given(
    life=strategies.lives(
        number=strategies.names(), customer="JANE", currency="KWD", type=OrderType.SUBSCRIPTION, most_steps=2, invoiced=True
    )
)
def test_a_life_is_as_it_was_asked_for(life: strategies.Life) -> None:
    """Number, customer, currency, type, the most steps, and an invoice at the beginning."""
    assert (life.order.customer, life.order.currency) == ("JANE", "KWD")
    assert life.customer.number == "JANE"
    assert len(life.outcomes) <= 4
    assert life.of(Invoice)


@given(data=st.data(), whole=strategies.quantities())
def test_cuts_come_to_the_whole(data: st.DataObject, whole: Decimal) -> None:
    """The parts of a quantity come to it, and none is nothing."""
    parts = data.draw(strategies.cuts(whole))
    assert sum(parts, Decimal(0)) == whole
    assert all(parts)


def test_importing_the_package_does_not_need_hypothesis() -> None:
    """Only who uses the kit needs what it is made with."""
    code = "import sys, salesflow, salesflow.testing, salesflow.memory; salesflow.orders; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
