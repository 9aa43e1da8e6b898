"""
Object-centric event logs, OCEL 2.0, as JSON and as an SQLite database.

Each document is an object, and each event names every document it is about: a packing slip over three orders is one event of four objects.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from salesflow.exports.happenings import Happening, Scalar, happenings, shown, type_of
from salesflow.process.conformance import Moment

_SQL = {"boolean": "INTEGER", "integer": "INTEGER", "float": "REAL", "time": "TIMESTAMP", "string": "TEXT"}


def log(events: Iterable[object]) -> dict[str, Any]:
    """
    Return the event log as OCEL 2.0 has it in JSON: types with their attributes, objects, and events in time.

    Amounts are given in full, as text of the type float.
    """
    told = _in_time(events)
    objects = _objects(told)
    relations = dict(_related(told))
    return {
        "objectTypes": [{"name": kind, "attributes": []} for kind in sorted({kind for kind, _ in objects})],
        "eventTypes": [
            {"name": kind, "attributes": [{"name": name, "type": each} for name, each in attributes.items()]}
            for kind, attributes in _types(told).items()
        ],
        "objects": [
            {
                "id": _identity(*each),
                "type": each[0],
                "attributes": [],
                "relationships": [{"objectId": other, "qualifier": role} for other, role in relations.get(_identity(*each), {}).items()],
            }
            for each in objects
        ],
        "events": [
            {
                "id": f"e{place}",
                "type": each.kind,
                "time": shown(each.at),
                "attributes": [{"name": name, "value": shown(value)} for name, value in each.attributes],
                "relationships": [{"objectId": _identity(kind, number), "qualifier": role} for kind, number, role in each.about],
            }
            for place, each in enumerate(told, start=1)
        ],
    }


def write_json(events: Iterable[object], path: Path | str) -> None:
    """Write the event log to a JSON file."""
    Path(path).write_text(json.dumps(log(events), ensure_ascii=False, indent=1), encoding="utf-8")


def write_sqlite(events: Iterable[object], path: Path | str) -> None:
    """
    Write the event log to a new SQLite database, with a table for each type of event and of object.

    Raises:
        FileExistsError: there is a file of that name.
    """
    place = Path(path)
    if place.exists():
        raise FileExistsError(place)
    told = _in_time(events)
    with closing(sqlite3.connect(place)) as database, database:
        _write_events(database, told)
        _write_objects(database, told)


def _write_events(database: sqlite3.Connection, told: list[Happening]) -> None:
    database.execute("CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL)")
    database.execute("CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL)")
    database.execute(
        "CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,"
        " PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier))"
    )
    types = _types(told)
    for kind, attributes in types.items():
        columns = "".join(f', "{name}" {_SQL[each]}' for name, each in attributes.items())
        database.execute("INSERT INTO event_map_type VALUES (?, ?)", (kind, _table(kind)))
        database.execute(f'CREATE TABLE "event_{_table(kind)}" (ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP{columns})')
    for place, each in enumerate(told, start=1):
        identity, values = f"e{place}", dict(each.attributes)
        row = [shown(values[name]) if name in values else None for name in types[each.kind]]
        marks = ", ".join("?" * (2 + len(row)))
        database.execute("INSERT INTO event VALUES (?, ?)", (identity, each.kind))
        database.execute(f'INSERT INTO "event_{_table(each.kind)}" VALUES ({marks})', (identity, shown(each.at), *row))  # noqa: S608  names are letters only
        database.executemany(
            "INSERT INTO event_object VALUES (?, ?, ?)", [(identity, _identity(kind, number), role) for kind, number, role in each.about]
        )


def _write_objects(database: sqlite3.Connection, told: list[Happening]) -> None:
    objects = _objects(told)
    database.execute("CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL)")
    database.execute("CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL)")
    database.execute(
        "CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,"
        " PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier))"
    )
    for kind in sorted({kind for kind, _ in objects}):
        database.execute("INSERT INTO object_map_type VALUES (?, ?)", (kind, _table(kind)))
        database.execute(f'CREATE TABLE "object_{_table(kind)}" (ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT)')
    for (kind, number), first in objects.items():
        identity = _identity(kind, number)
        database.execute("INSERT INTO object VALUES (?, ?)", (identity, kind))
        database.execute(f'INSERT INTO "object_{_table(kind)}" VALUES (?, ?, NULL)', (identity, first))  # noqa: S608  names are letters only
    for source, targets in _related(told):
        database.executemany("INSERT INTO object_object VALUES (?, ?, ?)", [(source, target, role) for target, role in targets.items()])


def moments(log: Mapping[str, Any], commands: Mapping[str, tuple[str, str]]) -> Iterator[Moment]:
    """
    Yield what a log of another program says was done, for ``conformance.conform``, in time.

    Args:
        log: The log as OCEL 2.0 has it in JSON.
        commands: By type of event, the type of object it was done to and the command; the object type is the name of its life table.
            Events of other types are passed over.
    """
    types = {each["id"]: each["type"] for each in log["objects"]}
    for event in sorted(log["events"], key=lambda event: datetime.fromisoformat(event["time"])):
        kind, command = commands.get(event["type"], ("", ""))
        for number in dict.fromkeys(each["objectId"] for each in event.get("relationships", ())):
            if kind and types.get(number) == kind:
                yield Moment(number=number, document=kind, command=command, on=datetime.fromisoformat(event["time"]).date())


# ---------------------------------------------------------------------- what both forms share


def _in_time(events: Iterable[object]) -> list[Happening]:
    return sorted(happenings(events), key=lambda each: each.at)


def _objects(told: list[Happening]) -> dict[tuple[str, str], str]:
    """Return each document with the moment it was first named."""
    found: dict[tuple[str, str], str] = {}
    for each in told:
        for kind, number, _ in each.about:
            found.setdefault((kind, number), shown(each.at))
    return found


def _related(told: list[Happening]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each document with the others its own events name."""
    found: dict[str, dict[str, str]] = {}
    for each in told:
        own = _identity(*each.own)
        for kind, number, role in each.about[1:]:
            found.setdefault(own, {}).setdefault(_identity(kind, number), role)
    return iter(found.items())


def _types(told: list[Happening]) -> dict[str, dict[str, str]]:
    """Return each type of event with its attributes; one that is not always of one type is text."""
    found: dict[str, dict[str, str]] = {}
    for each in sorted(told, key=lambda each: each.kind):
        attributes = found.setdefault(each.kind, {})
        for name, value in each.attributes:
            attributes[name] = _joined(attributes.get(name), value)
    return found


def _joined(known: str | None, value: Scalar) -> str:
    found = type_of(value)
    return found if known in {None, found} else "string"


def _identity(kind: str, number: str) -> str:
    """Return an id that is unique over all kinds of document."""
    return f"{kind}/{number}"


def _table(kind: str) -> str:
    return re.sub(r"[^A-Za-z]", "", kind.title())
