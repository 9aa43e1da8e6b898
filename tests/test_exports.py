"""Event logs for other programs, and replaying a log through the life tables."""

from __future__ import annotations

import json
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from salesflow import (
    Claim,
    Disposition,
    Every,
    OrderType,
    Period,
    cases,
    changes,
    conformance,
    credit_notes,
    deliveries,
    history,
    installations,
    invoices,
    orders,
    payments,
    promising,
    purchases,
    relations,
    return_credits,
    return_receipts,
    returns,
    subscriptions,
)
from salesflow.exports import ocel, xes
from salesflow.exports.happenings import happenings, shown, type_of
from salesflow.model.case import HoldReason
from salesflow.model.history import Happened
from salesflow.process.conformance import Moment, conform
from tests.builders import ACME, CHAI, DAY, LATER, advice, an_order, chai, chang

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
XES = "{http://www.xes-standard.org/}"


class Life:
    """Carries out commands and keeps their events."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __call__(self, outcome: Any) -> Any:
        """Keep the events of an outcome; return it."""
        self.events += outcome.events
        return outcome


def whole_life() -> list[Any]:
    """An order over two slips, invoiced, credited, paid and returned; a case; a purchase; a subscription; a contract."""
    tell = Life()
    order = tell(orders.place(number="SO-1", customer=ACME, currency="EUR", lines=[chai(10)], on=DAY, at=NOON)).document
    other = tell(orders.place(number="SO-2", customer=ACME, currency="EUR", lines=[chang(2)], on=DAY)).document
    order = tell(orders.confirm(order, on=DAY)).changed[0]
    order = tell(orders.hold(order, "credit", on=DAY)).document
    order = tell(orders.release(order, "credit", on=DAY)).document
    order = tell(promising.promise(order, {1: LATER}, on=DAY)).document
    order = tell(changes.change(order, [changes.SetQuantity(1, Decimal(12))], on=DAY, reason="more")).document
    order, picking = tell(deliveries.pick(order, {1: 2}, number="PL-1", on=DAY))
    order = tell(deliveries.unpick(order, picking, on=DAY)).document
    order, other, slip = tell(deliveries.post({order: {1: 4}, other: {1: 2}}, number="PS-1", on=DAY))
    order, first = tell(deliveries.post(order, {1: 1}, number="PS-2", on=DAY))
    order, first, _ = tell(deliveries.cancel(order, first, number="PS-3", on=DAY))
    order, wrong = tell(deliveries.post(order, {1: 5}, number="PS-4", on=DAY))
    order, *_ = tell(deliveries.correct(order, wrong, {1: 6}, reversal="PS-5", number="PS-6", on=DAY))
    tell(deliveries.attempt(slip, arrived=False, on=DAY, reason="nobody there"))
    tell(deliveries.attempt(slip, arrived=True, on=LATER))
    order, other, bill = tell(invoices.post([order, other], slips=[slip], number="INV-1", on=DAY))
    order, other, bill, _ = tell(invoices.cancel([order, other], bill, number="INV-2", on=DAY))
    order, bill = tell(invoices.post(order, number="INV-3", on=DAY))
    bill = tell(invoices.send(bill, on=DAY)).document
    bill, payment = tell(payments.receive(ACME, bill.total, "EUR", number="PAY-1", on=LATER, invoices=[bill]))
    payment, bill = tell(payments.unsettle(payment, [bill], on=LATER)).changed
    order, bill, _ = tell(credit_notes.post(bill, {1: 1}, orders=order, number="CN-1", on=LATER, reopens=False))
    claim = Claim(order=order, quantities={1: 2}, invoices=(bill,), disposition=Disposition.CREDIT)
    rma, returned = tell(returns.create([claim], number="RMA-1", order="SO-R", customer=ACME, on=LATER))
    rma = tell(returns.register(rma, {1: 1}, on=LATER)).document
    returned, order, rma, _ = tell(return_receipts.receive(rma, returned, [order], number="PS-7", on=LATER))
    returned, order, bill, rma, _ = tell(return_credits.credit(rma, returned, [order], [bill], number="CN-2", on=LATER))
    returned, rma = tell(returns.close(rma, returned, on=LATER)).changed
    life_of_a_case(tell)
    purchase = tell(purchases.place(number="PO-1", vendor="TEA", item=CHAI.item, quantity=1, expected=LATER, on=DAY)).document
    tell(purchases.cancel(purchase, on=DAY))
    subscribed(tell)
    tell.events.append("no event at all")
    return tell.events


def life_of_a_case(tell: Life) -> None:
    """A case from opening to survey."""
    case = tell(cases.open_case(number="C-1", subject="Broken", at=NOON, customer="ACME", order="SO-1")).document
    case = tell(cases.hold(case, HoldReason.CUSTOMER, at=NOON)).document
    case = tell(cases.hear(case, at=NOON)).document
    case = tell(cases.resolve(case, at=NOON + timedelta(hours=1), by="ann")).document
    case = tell(cases.close(case, at=NOON + timedelta(hours=2))).document
    tell(relations.ask(case, number="SU-1", on=DAY))


def subscribed(tell: Life) -> None:
    """A subscription that is billed, changed and ended; and a maintenance contract."""
    order = tell(
        orders.place(number="SO-S", customer=ACME, currency="EUR", lines=[advice(1)], on=DAY, type=OrderType.SUBSCRIPTION)
    ).document
    subscription = tell(subscriptions.begin(order, number="S-1", starts=DAY, on=DAY)).document
    order, subscription, bill = tell(subscriptions.bill(subscription, order, numbers=lambda: "INV-S", on=DAY))
    wanted = [changes.SetPrice(1, Decimal(100))]
    done = tell(
        subscriptions.change_plan(subscription, order, wanted, [bill], credit_number="CN-S", number="INV-T", on=LATER, reason="more")
    )
    tell(subscriptions.end(done.document, done.changed[0], [done.made[1]], ends=LATER, credit_number="CN-T", on=LATER))
    shipped = deliveries.post(an_order(), number="PS-9", on=DAY).changed[0]
    thing = tell(installations.install(shipped, 1, 1, number="I-1", on=DAY)).document
    contract = tell(
        installations.contract([thing], number="M-1", customer="ACME", period=Period(DAY, date(2026, 12, 31)), every=Every(), on=DAY)
    ).document
    tell(installations.end(contract, on=LATER))


def test_every_history_the_library_makes_conforms() -> None:
    """A whole life over many documents; and the documents replay from it."""
    events = whole_life()
    assert conform(events) is None
    assert history.replay(type(cases.open_case(number="C", subject="S", at=NOON).document), events).status.value == "closed"


def test_the_first_violation_is_named() -> None:
    """Which event, of which document, what it was and what it needed."""
    events = whole_life()
    cancelled = orders.cancel(orders.place(number="SO-9", customer=ACME, currency="EUR", lines=[chai(1)], on=DAY).document, on=DAY)
    placed = orders.place(number="SO-9", customer=ACME, currency="EUR", lines=[chai(1)], on=DAY)
    after = [*placed.events, *cancelled.events, Moment(number="SO-9", document="order", command="deliveries.post")]
    wrong = conform([*events, *after])
    assert wrong is not None
    assert (wrong.place, wrong.number, wrong.command) == (len(events) + 3, "SO-9", "deliveries.post")
    assert str(wrong) == f"event {len(events) + 3}: order SO-9 was cancelled; deliveries.post needs open or delivered or invoiced"


def test_a_foreign_log_is_replayed_by_its_commands() -> None:
    """What began before the log may be in any status; a document that is not begun twice; unknown commands are no commands."""

    def told(*commands: str) -> Any:
        return conform([Moment(number="C-1", document="case", command=command) for command in commands])

    assert told("resolve", "close") is None
    assert told("open_case", "resolve", "reopen") is None
    wrong = told("open_case", "close")
    assert (wrong.statuses, wrong.needed) == (("new",), ("resolved",))
    twice = told("open_case", "open_case")
    assert str(twice) == "event 2: case C-1 was new; open_case needs no document yet"
    with pytest.raises(LookupError, match="no command 'explode'"):
        told("explode")
    with pytest.raises(LookupError, match="of a document 'parcel'"):
        conform([Moment(number="1", document="parcel", command="post")])


def test_a_log_as_ocel() -> None:
    """Types, objects and events in time; a slip over two orders is one event of both."""
    found = ocel.log(whole_life())
    assert set(found) == {"objectTypes", "eventTypes", "objects", "events"}
    json.loads(json.dumps(found))
    identities = [each["id"] for each in found["objects"]]
    assert len(identities) == len(set(identities))
    assert {each["type"] for each in found["objects"]} <= {each["name"] for each in found["objectTypes"]}
    types = {each["name"]: {attribute["name"]: attribute["type"] for attribute in each["attributes"]} for each in found["eventTypes"]}
    times = [datetime.fromisoformat(each["time"]) for each in found["events"]]
    assert times == sorted(times)
    for each in found["events"]:
        assert {attribute["name"] for attribute in each["attributes"]} <= set(types[each["type"]])
        assert all(relation["objectId"] in identities for relation in each["relationships"])
        assert all(isinstance(attribute["value"], str) for attribute in each["attributes"])
    [slip] = [
        each for each in found["events"] if ("packing slip/PS-1", "packing slip") in _related(each) and each["type"].endswith("posted")
    ]
    assert {name for name, _ in _related(slip)} == {"packing slip/PS-1", "order/SO-1", "order/SO-2"}
    assert types["payment received"]["amount"] == "float"
    [case] = [each for each in found["events"] if each["type"] == "case opened"]
    assert ("party/ACME", "customer") in _related(case)
    [order] = [each for each in found["objects"] if each["id"] == "return/RMA-1"]
    assert {"objectId": "order/SO-R", "qualifier": "order"} in order["relationships"]


def _related(event: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["objectId"], each["qualifier"]) for each in event["relationships"]}


def test_a_log_as_ocel_in_files(tmp_path: Path) -> None:
    """The JSON file has the log; the database has the same events, objects and relations in the tables of the standard."""
    events = whole_life()
    ocel.write_json(events, tmp_path / "log.json")
    log = ocel.log(events)
    assert json.loads((tmp_path / "log.json").read_text(encoding="utf-8")) == log
    ocel.write_sqlite(events, tmp_path / "log.sqlite")
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as database:

        def rows(query: str) -> list[Any]:
            return database.execute(query).fetchall()

        assert rows("SELECT ocel_id, ocel_type FROM event ORDER BY rowid") == [(each["id"], each["type"]) for each in log["events"]]
        assert set(rows("SELECT ocel_id, ocel_type FROM object")) == {(each["id"], each["type"]) for each in log["objects"]}
        related = {(each["id"], one["objectId"], one["qualifier"]) for each in log["events"] for one in each["relationships"]}
        assert set(rows("SELECT * FROM event_object")) == related
        linked = {(each["id"], one["objectId"], one["qualifier"]) for each in log["objects"] for one in each["relationships"]}
        assert set(rows("SELECT * FROM object_object")) == linked
        tables = {name for (name,) in rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {f"event_{name}" for (name,) in rows("SELECT ocel_type_map FROM event_map_type")} <= tables
        assert {f"object_{name}" for (name,) in rows("SELECT ocel_type_map FROM object_map_type")} <= tables
        assert rows("SELECT ocel_id, typeof(amount) FROM event_PaymentReceived") == [
            (each["id"], "real") for each in log["events"] if each["type"] == "payment received"
        ]
    with pytest.raises(FileExistsError):
        ocel.write_sqlite(events, tmp_path / "log.sqlite")


def test_a_log_of_another_program_is_read() -> None:
    """Its types of event are said to be commands; in time, on objects of the right type, and the first violation is named."""
    log = {
        "objects": [{"id": "T1", "type": "case"}, {"id": "T2", "type": "case"}, {"id": "P", "type": "person"}],
        "events": [
            {"id": "3", "type": "Close", "time": "2026-03-04T09:00:00Z", "relationships": [{"objectId": "T2", "qualifier": "x"}]},
            {"id": "2", "type": "Solve", "time": "2026-03-03T09:00:00Z", "relationships": [{"objectId": "T1", "qualifier": "x"}]},
            {
                "id": "1",
                "type": "Open",
                "time": "2026-03-02T09:00:00Z",
                "relationships": [{"objectId": each, "qualifier": ""} for each in ("T1", "T2", "P")],
            },
            {"id": "0", "type": "Coffee", "time": "2026-03-01T09:00:00Z", "relationships": [{"objectId": "T1", "qualifier": "x"}]},
            {"id": "9", "type": "Open", "time": "2026-03-05T09:00:00Z"},
        ],
    }
    told = list(ocel.moments(log, {"Open": ("case", "open_case"), "Solve": ("case", "resolve"), "Close": ("case", "close")}))
    assert [(each.number, each.command, each.on) for each in told[:3]] == [
        ("T1", "open_case", DAY),
        ("T2", "open_case", DAY),
        ("T1", "resolve", date(2026, 3, 3)),
    ]
    assert str(conform(told)) == "event 4: case T2 was new; close needs resolved"


def test_a_log_as_xes(tmp_path: Path) -> None:
    """A trace for each order, with every event that names it, in time; another kind of document gives other traces."""
    events = whole_life()
    root = ET.fromstring(xes.log(events))  # noqa: S314  our own text
    traces = {_value(trace, "concept:name"): trace for trace in root.iter(f"{XES}trace")}
    assert list(traces) == ["SO-1", "SO-2", "SO-S", "SO-R"]
    names = [_value(event, "concept:name") for event in traces["SO-2"].iter(f"{XES}event")]
    assert names == ["order placed", "packing slip posted", "invoice posted"]
    xes.write(events, tmp_path / "cases.xes", "case")
    [case] = ET.parse(tmp_path / "cases.xes").getroot().iter(f"{XES}trace")  # noqa: S314  our own text
    told = list(case.iter(f"{XES}event"))
    assert [_value(event, "concept:name") for event in told][-2:] == ["case resolved", "case closed"]
    assert _value(told[-2], "org:resource") == "ann"
    assert _value(told[-2], "time:timestamp") == "2026-03-02T13:00:00Z"


def _value(node: ET.Element, key: str) -> str | None:
    return next((each.get("value") for each in node if each.get("key") == key), None)


def test_values_as_text() -> None:
    """In full and in UTC; what XML cannot hold is left out."""
    assert [shown(each) for each in (True, False, 3, Decimal("1E+2"), NOON, "x")] == [
        "true",
        "false",
        "3",
        "100",
        "2026-03-02T12:00:00Z",
        "x",
    ]
    assert [type_of(each) for each in (True, 3, Decimal(1), NOON, "x")] == ["boolean", "integer", "float", "time", "string"]
    event = Happened(number="C\x00-1\ud800", document="case", what="opened", on=DAY, reason="<&\x07>")
    root = ET.fromstring(xes.log([event], "case"))  # noqa: S314  our own text
    assert _value(next(root.iter(f"{XES}trace")), "concept:name") == "C-1"


def test_events_of_any_class_are_told() -> None:
    """A class that is not known is about a document of its own name; a value of several types is text."""

    @frozen(kw_only=True)
    class KettleBoiled:
        number: str
        on: date
        heat: Any

    [one, two] = happenings([KettleBoiled(number="K", on=DAY, heat=100), KettleBoiled(number="K", on=DAY, heat="hot")])
    assert (one.own, one.attributes) == (("kettle boiled", "K"), (("heat", 100),))
    assert two.at == datetime(2026, 3, 2, tzinfo=UTC)
    log = ocel.log([KettleBoiled(number="K", on=DAY, heat=100), KettleBoiled(number="K", on=DAY, heat="hot")])
    assert log["eventTypes"] == [{"name": "kettle boiled", "attributes": [{"name": "heat", "type": "string"}]}]
    assert conformance.conform([one]) is None
