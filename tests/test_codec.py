"""Documents as text: what is kept is read back, older text is upgraded, and what is not ours is refused in one sentence."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given

from salesflow import Address, Outcome, Party, codec, converter
from salesflow.kinds import EVENTS, KINDS
from salesflow.model.history import Change, Happened
from salesflow.model.ledger import Kind, Posting
from salesflow.model.order import OrderType
from salesflow.model.order_line import OrderLine
from salesflow.model.policies import FreeTextPolicy
from salesflow.model.product import Item
from salesflow.testing import strategies
from tests.builders import ACME, CHAI, DAY, an_order

SAMPLES = Path(__file__).parent / "samples"


@given(document=strategies.documents())
def test_any_document_is_read_back_digit_by_digit(document: Any) -> None:
    """Equal, of the same types, and written the same once more."""
    text = codec.dumps(document)
    found = codec.loads(text)
    assert found == document
    assert repr(found) == repr(document)
    assert codec.dumps(found) == text
    assert json.loads(text) == codec.to_data(document)


@given(event=strategies.events())
def test_any_event_is_read_back(event: Any) -> None:
    """Events are kept as documents are."""
    assert repr(codec.loads(codec.dumps(event))) == repr(event)


@pytest.mark.parametrize("kind", [*KINDS, *EVENTS], ids=lambda kind: kind.__name__)
def test_every_kind_has_a_schema_and_a_stored_sample_of_every_version(kind: type) -> None:
    """The samples that lie here were written when the version was new; each is still read, and one of today's is written the same."""
    schema = codec.schema_of(kind)
    assert codec.schemas()[schema] is kind
    for version in range(1, codec.version_of(schema) + 1):
        text = (SAMPLES / f"{schema.removeprefix('salesflow/')}-{version}.json").read_text(encoding="utf-8")
        document = codec.loads(text)
        assert type(document) is kind
        assert json.loads(text)["version"] == version
        if version == codec.version_of(schema):
            assert codec.to_data(document) == json.loads(text)


def test_older_text_is_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each version leads to the next by a pure function; what is written is of the latest, and the data that was given stays as it was."""
    old = {"schema": "salesflow/party", "version": 1, "data": {"code": "ACME", "title": "Acme"}}
    steps = (
        lambda data: {"number": data["code"], "title": data["title"]},
        lambda data: {"number": data["number"], "name": data["title"].upper()},
    )
    monkeypatch.setitem(codec.UPGRADES, "salesflow/party", steps)
    assert codec.from_data(old) == Party(number="ACME", name="ACME")
    assert codec.from_data({**old, "version": 2, "data": {"number": "B", "title": "b"}}) == Party(number="B", name="B")
    assert codec.to_data(Party(number="B", name="B"))["version"] == 3
    assert old["data"] == {"code": "ACME", "title": "Acme"}
    with pytest.raises(codec.CodecError, match=r"salesflow/party is known up to version 3, and this is version 4"):
        codec.from_data({**old, "version": 4})


def spoiled(**changes: Any) -> str:
    """Return the text of a party with something changed in its envelope."""
    return json.dumps({**codec.to_data(Party(number="ACME", name="Acme")), **changes})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not the text of a document"),
        ("{", "not the text of a document"),
        ("[" * 100_000, "not the text of a document"),
        (b"\xff\xfe\x00", "not the text of a document"),
        (
            '{"schema": "salesflow/party", "version": 1, "data": {"number": 1.5}}',
            "a number with decimals is written as a string, not as 1.5",
        ),
        ('{"schema": "salesflow/party", "version": 1, "data": {"number": NaN}}', "not as NaN"),
        ("1", "an envelope has a schema, a version and data, and nothing else"),
        ("{}", "an envelope has a schema"),
        (spoiled(more=1), "an envelope has a schema"),
        (spoiled(schema="salesflow/nonsense"), "there is no schema 'salesflow/nonsense'"),
        (spoiled(schema=["salesflow/party"]), "there is no schema"),
        (spoiled(version=2), "salesflow/party is known up to version 1, and this is version 2"),
        (spoiled(version=0), "this is version 0"),
        (spoiled(version=True), "this is version True"),
        (spoiled(version="1"), "this is version '1'"),
        (spoiled(data=[]), "not a salesflow/party"),
        (spoiled(data={"name": "Acme"}), "number"),
        (spoiled(data={"number": "ACME", "name": "Acme", "colour": "red"}), "colour"),
        (spoiled(data={"number": "ACME", "name": 7}), r"must be text, not 7 @ \$.name"),
        (spoiled(data={"number": "ACME", "name": "Acme", "consent": 1}), r"must be true or false, not 1 @ \$.consent"),
        (spoiled(data={"number": "ACME", "name": "Acme", "kind": "dragon"}), "dragon"),
        (spoiled(data={"number": " ", "name": "Acme"}), "number must not be empty"),
    ],
)
def test_what_is_not_ours_is_refused_in_words(text: str | bytes, said: str) -> None:
    """Damaged text, another program's, a later version's, or data that do not fit: one error that says what and where."""
    with pytest.raises(codec.CodecError, match=said):
        codec.loads(text)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("price", 18, "must be a number as a string, not 18"),
        ("price", "eighteen", "must be a number as a string, not 'eighteen'"),
        ("price", "NaN", "price must be a finite number"),
        ("requested", "tomorrow", "Invalid isoformat string"),
        ("requested", 5, "must be a day, not 5"),
        ("number", "1", "must be a whole number, not '1'"),
        ("number", True, "must be a whole number, not True"),
    ],
)
def test_the_place_of_a_fault_is_told(path: str, value: Any, said: str) -> None:
    """A fault in a line of an order is found by its path."""
    data = codec.to_data(an_order())
    data["data"]["lines"][0][path] = value
    with pytest.raises(codec.CodecError, match=rf"{said}.*\$\.lines\[0\]"):
        codec.from_data(data)


def test_data_that_is_handed_out_is_the_callers_own() -> None:
    """Changing what ``to_data`` gave changes nothing that is written afterwards."""
    order = an_order()
    text = codec.dumps(order)
    codec.to_data(order)["data"]["lines"][0]["item"]["number"] = "CHANGED"
    assert codec.dumps(order) == text


def test_what_cannot_be_kept_is_refused_when_it_is_written() -> None:
    """Neither strangers nor values that could not be told again are written."""
    with pytest.raises(TypeError, match="a document or an event can be kept, not a value of type Address"):
        codec.dumps(Address())
    with pytest.raises(TypeError, match="cannot keep 1j of type complex"):
        codec.dumps(Happened(number="1", document="order", what="changed", on=DAY, changes=(Change("x", None, 1j),)))


class Grade(StrEnum):
    """A code that is not of the model."""

    DIRECT = "direct"


POSTED = Posting(kind=Kind.DELIVERED, document="PS-1", on=DAY, rows=((1, Decimal(2)),), amounts=(Decimal(1),))
ORDER = an_order()


@pytest.mark.parametrize(
    ("document", "changes"),
    [
        (ORDER, {"comment": Decimal(1)}),
        (ORDER, {"lines": (evolve(ORDER.lines[0], origin=Grade.DIRECT),), "fold": None}),  # type: ignore[arg-type]
        (ORDER, {"confirmations": []}),
        (ORDER, {"lines": (ACME,), "fold": None}),
        (ORDER, {"lines": (evolve(ORDER.lines[0], number=True),), "fold": None}),
        (ACME, {"address": None}),
        (POSTED, {"on": datetime(2026, 3, 2, 10, tzinfo=UTC)}),
        (POSTED, {"rows": [(1, Decimal(2))]}),
        (POSTED, {"rows": (("1", Decimal(2)),)}),
        (POSTED, {"rows": ((True, Decimal(2)),)}),
        (POSTED, {"rows": ((1, 2),)}),
        (POSTED, {"amounts": (1,)}),
        (POSTED, {"amounts": [Decimal(1)]}),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, dict) else repr(value)[:60],
)
def test_a_value_that_would_be_read_back_as_another_is_not_written(document: Any, changes: dict[str, Any]) -> None:
    """A field that holds what is not of its type is refused when it is written, not found out when it is read."""
    codec.dumps(document)
    with pytest.raises(TypeError, match="cannot keep"):
        codec.dumps(evolve(document, **changes))


def test_any_kind_of_text_and_of_whole_numbers_is_kept_as_such() -> None:
    """Parsers and templates return text of classes of their own; it comes back as plain text."""

    class Marked(str):
        """Text that says of itself that it is marked."""

        __slots__ = ()

        def __str__(self) -> str:
            return self

    class Counted(int):
        """A number of its own class."""

    party = Party(number=Marked("ACME"), name=Marked("Acme"))
    found = codec.loads(codec.dumps(party))
    assert (found, type(found.name)) == (party, str)
    line = evolve(an_order().lines[0], number=Counted(3))
    [back] = codec.loads_all(codec.dumps_all(OrderLine, (line,)))
    assert (back, type(back.number)) == (line, int)


def test_two_halves_of_a_pair_are_not_one_character() -> None:
    """Written as text they would come back as the one character, so they are refused."""
    for text in ("\ud83d\ude00", "a\ud83d\ude00b\ud800"):
        with pytest.raises(TypeError, match="two halves of a surrogate pair"):
            codec.dumps(Party(number="ACME", name=text))


@pytest.mark.parametrize("field", ["nets", "rows", "charges", "exacts"])
@pytest.mark.parametrize("data", ["12", "", {}, {"1": 0}, [["1", "2"]], [[True, "2"]], [[1, 2]], [[1]], [2], ["rubbish"], None])
def test_figures_that_are_not_ours_are_refused(field: str, data: Any) -> None:
    """Also where the caller has told his decimals not to complain."""
    kept = codec.to_data(POSTED)
    with localcontext(Context(traps=[])), pytest.raises(codec.CodecError):
        codec.from_data({**kept, "data": {**kept["data"], field: data}})


@pytest.mark.parametrize("data", ["xy", {}, {"xy": 1}, ["xy"], [["x"]], [["x", "y", "z"]], [["x", 1]], None])
def test_pairs_that_are_not_ours_are_refused(data: Any) -> None:
    """Neither text nor a dictionary is several values, and each of them has all of its own."""
    kept = codec.to_data(evolve(CHAI, item=Item(number="I", dimensions=(("x", "y"),))))
    assert codec.from_data(kept).item.dimensions == (("x", "y"),)
    kept["data"]["item"]["dimensions"] = data
    with pytest.raises(codec.CodecError):
        codec.from_data(kept)


@pytest.mark.parametrize("text", ["half of a pair: \ud83d", "\0", "\x7f\u2028", "naïef 😀", '"\\/'], ids=ascii)
def test_any_text_can_stand_anywhere(text: str) -> None:
    """Half of a surrogate pair is no proper text and is kept all the same, in a document, in a line of it, and in a plain value."""
    order = evolve(an_order(), number=f"SO{text}", lines=(evolve(an_order().lines[0], item=Item(number=f"I{text}")),), fold=None)
    assert codec.loads(codec.dumps(order)) == order
    assert codec.loads_all(codec.dumps_all(OrderLine, order.lines)) == order.lines
    assert codec.loads_plain(codec.dumps_plain((text, order.lines[0].item))) == (text, order.lines[0].item)


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, -(2**64), 10**40])
def test_whole_numbers_of_any_size_are_kept(number: int) -> None:
    """Whole numbers never become fractions, however large they are."""
    posting = Posting(kind=Kind.DELIVERED, document="PS-1", on=DAY, rows=((number, Decimal(1)),))
    assert repr(codec.loads(codec.dumps(posting))) == repr(posting)
    assert codec.loads_plain(codec.dumps_plain(number)) == number


PLAIN = (
    None,
    True,
    0,
    "text",
    Decimal("1.00"),
    DAY,
    datetime(2026, 3, 2, 10, tzinfo=UTC),
    OrderType.JOURNAL,
    CHAI.item,
    FreeTextPolicy(),
    ("a", (1, Decimal(2)), ()),
)


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_plain_values_are_told_apart_by_kind(value: object) -> None:
    """A field that holds a value of any kind gets it back as it was; no two of them are written alike."""
    assert repr(codec.loads_plain(codec.dumps_plain(value))) == repr(value)
    assert len({codec.dumps_plain(each) for each in (*PLAIN, "0", "True", 1, Decimal(1), "journal", date(2026, 3, 3))}) == len(PLAIN) + 6


@pytest.mark.parametrize(
    "text", ["[1]", '{"decimal": "x"}', '{"day": 5}', '{"moment": 5}', '{"a": 1, "b": 2}', '{"party.Dragon": {}}', '{"tuple": 5}', "1.5"]
)
def test_a_plain_value_that_is_not_ours_is_refused(text: str) -> None:
    """Lists, unknown kinds, and kinds with something else in them."""
    with pytest.raises(codec.CodecError):
        codec.loads_plain(text)


def test_several_values_stand_in_one_envelope() -> None:
    """The postings of an order are read back together; one envelope of one value is not several."""
    postings = tuple(Posting(kind=Kind.DELIVERED, document=f"PS-{n}", on=DAY, rows=((1, Decimal(n)),)) for n in (1, 2))
    assert codec.loads_all(codec.dumps_all(Posting, postings)) == postings
    assert codec.loads_all(codec.dumps_all(Posting, ())) == ()
    for text, said in (("[]", "an envelope has a schema"), (codec.dumps(an_order()), "not several values")):
        with pytest.raises(codec.CodecError, match=said):
            codec.loads_all(text)


@given(outcome=strategies.outcomes())
def test_an_outcome_is_read_back(outcome: Outcome[Any]) -> None:
    """With the very document that was asked for, be it among what was made or beside it."""
    found = codec.loads_outcome(codec.dumps_outcome(outcome))
    assert repr(found) == repr(outcome)
    assert any(found.document is each for each in found)
    beside = evolve(outcome, document=an_order())
    assert codec.loads_outcome(codec.dumps_outcome(beside)) == beside
    several = evolve(outcome, document=(*outcome.made, *outcome.changed))
    assert codec.loads_outcome(codec.dumps_outcome(several)) == several


@pytest.mark.parametrize("text", ["{}", "[]", "1", '{"document": 0, "made": [], "changed": [], "events": []}'])
def test_an_outcome_that_is_not_ours_is_refused(text: str) -> None:
    """What ``dumps_outcome`` has not written is not read."""
    with pytest.raises(codec.CodecError, match="not an outcome"):
        codec.loads_outcome(text)


def test_many_different_items_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered while reading and writing is let go of again, and all is read back all the same."""
    monkeypatch.setattr(converter, "REMEMBERED", 3)
    lines = tuple(evolve(an_order().lines[0], number=n, item=Item(number=f"I-{n}")) for n in range(1, 20))
    order = evolve(an_order(), lines=lines, fold=None)
    assert codec.loads(codec.dumps(order)) == order


@pytest.mark.parametrize("side", ["_writer_at", "_reader_at"])
def test_two_threads_may_be_the_first_to_write_and_read(side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes while another thread is working out how a class is written loses no field of it."""
    order = an_order()
    data = codec.to_data(order)["data"]
    fresh, original = converter.make_converter(), getattr(converter, side)
    meanwhile: list[Any] = []

    def interrupted(place: Any, of: Any) -> Any:
        if place is date and of is fresh and not meanwhile:
            meanwhile.append(None)
            other = Thread(target=lambda: meanwhile.append((fresh.unstructure(order), fresh.structure(data, type(order)))))
            other.start()
            other.join()
        return original(place, of)

    monkeypatch.setattr(converter, side, interrupted)
    mine = fresh.unstructure(order), fresh.structure(data, type(order))
    assert meanwhile == [None, mine]
    assert mine == (data, order)
