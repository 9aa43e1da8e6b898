"""
Documents and events as text that keeps, and back: JSON in a versioned envelope. It needs the extra ``json``.

``{"schema": "salesflow/order", "version": 1, "data": {...}}``

What goes in comes out equal.
Decimals are strings, so that no digit is lost, and days and moments are ISO 8601.
Fields that have their default are left out; a default that changes is therefore a new version with an upgrade.
Text of an earlier version is upgraded when it is read; text of a later one is refused, for what it means is not known yet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NoReturn

from cattrs import Converter, ForbiddenExtraKeysError, transform_error
from msgspec import DecodeError
from msgspec.json import Decoder

from salesflow.converter import encode, make_converter, quick, reading, tagged, untagged, writing
from salesflow.errors import SalesflowError
from salesflow.kinds import EVENTS, KINDS
from salesflow.model.invoice import InvoicePart
from salesflow.model.ledger import Posting
from salesflow.model.order_line import OrderLine
from salesflow.outcome import Outcome

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

UPGRADES: dict[str, tuple[Upgrade, ...]] = {}
"""Per schema the functions that lead from one version to the next: the first from version 1 to version 2."""


class CodecError(SalesflowError, ValueError):
    """Text that is not what was kept: damaged, of another program, or of a later version."""


# ---------------------------------------------------------------------- what is known


@cache
def schemas() -> Mapping[str, type]:
    """Return every document and event that can be kept, and the parts of documents that are kept apart, by the name of the schema."""
    return {schema_of(kind): kind for kind in (*KINDS, Posting, OrderLine, InvoicePart, *EVENTS)}


@cache
def schema_of(kind: type) -> str:
    """Return the name of the schema of a class: ``salesflow/packing-slip``."""
    return "salesflow/" + re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()


def version_of(schema: str) -> int:
    """Return the version in which a schema is written now."""
    return 1 + len(UPGRADES.get(schema, ()))


# ---------------------------------------------------------------------- text


def dumps(value: object) -> str:
    """
    Return a document or an event as text.

    Raises:
        TypeError: it is neither, or a field of it holds what cannot be kept.
    """
    return _as_text(lambda converter: _enveloped(value, converter))


def dumps_all(kind: type, values: Iterable[object]) -> str:
    """Return several values of one kind as text, in one envelope."""
    held = tuple(values)
    return _as_text(lambda converter: _envelope(kind, list(map(converter.get_unstructure_hook(kind), held))))


def loads_all(text: str | bytes) -> tuple[Any, ...]:
    """Return the values that a text of ``dumps_all`` holds."""
    envelope = _parsed(text)
    read = _reader(envelope, reading())
    if not isinstance(envelope["data"], list):
        raise CodecError("not several values in one envelope")
    return tuple(map(read, envelope["data"]))


def loads(text: str | bytes) -> Any:
    """
    Return the document or the event that a text holds.

    Raises:
        CodecError: the text is not one that ``dumps`` has written, or is of a later version.
    """
    return _read(_parsed(text), reading())


def dumps_outcome(outcome: Outcome[Any]) -> str:
    """Return the outcome of a command as text."""
    return _as_text(lambda converter: _outcome(outcome, converter))


def _outcome(outcome: Outcome[Any], converter: Converter) -> dict[str, Any]:
    columns = zip(_COLUMNS, (outcome.made, outcome.changed, outcome.events), strict=True)
    document = _place_of(outcome.document, (*outcome.made, *outcome.changed), converter)
    return {"document": document, **{name: [_enveloped(each, converter) for each in column] for name, column in columns}}


_COLUMNS = ("made", "changed", "events")


def loads_outcome(text: str | bytes) -> Outcome[Any]:
    """Return the outcome that a text holds."""
    kept = _parsed(text)
    try:
        made, changed, events = (tuple([_read(each, reading()) for each in kept[name]]) for name in _COLUMNS)
        places, document = (*made, *changed), kept["document"]
        if isinstance(document, int):
            return Outcome(document=places[document], made=made, changed=changed, events=events)
        several = tuple([places[place] for place in document["places"]]) if "places" in document else _read(document, reading())
        return Outcome(document=several, made=made, changed=changed, events=events)
    except (KeyError, IndexError, TypeError) as error:
        raise CodecError(f"not an outcome: {error!r}") from error


def _place_of(document: object, places: tuple[object, ...], converter: Converter) -> Any:
    """Return where the document that was asked for stands; itself where it stands nowhere; a command may be asked for several."""
    for place, each in enumerate(places):
        if each is document:
            return place
    if isinstance(document, tuple):
        return {"places": [_place_of(each, places, converter) for each in document]}
    return _enveloped(document, converter)


def dumps_plain(value: object) -> str:
    """
    Return a plain value as text that tells it apart from every other: text, numbers, days, codes, values of the model, and tuples of these.

    Raises:
        TypeError: it is none of these.
    """
    return _as_text(lambda converter: tagged(value, converter))


def loads_plain(text: str | bytes) -> Any:
    """Return the plain value that a text of ``dumps_plain`` holds."""
    data = _parsed(text)
    try:
        return untagged(data, reading())
    except Exception as error:  # whatever a damaged text makes a class say
        raise CodecError(f"not a plain value: {error}") from error


def _as_text(shape: Callable[[Converter], Any]) -> str:
    """Return as text what *shape* makes with the converter that it is given."""
    try:
        return encode(shape(writing())).decode()
    except UnicodeEncodeError:  # half of a surrogate pair, which only escaped text can hold
        data = shape(quick())
        text = json.dumps(data, separators=(",", ":"))
        if json.loads(text) != data:
            msg = "text cannot be kept that has the two halves of a surrogate pair as two characters"
            raise TypeError(msg) from None
        return text


def _parsed(text: str | bytes) -> Any:
    try:
        return _decode(text)
    except (DecodeError, ValueError, RecursionError):  # also where only the more patient reader knows what it is, or says what is wrong
        try:
            return json.loads(text, parse_float=_no_float, parse_constant=_no_float)
        except (ValueError, RecursionError) as error:
            raise CodecError(f"not the text of a document: {error}") from error


def _no_float(found: str) -> NoReturn:
    msg = f"a number with decimals is written as a string, not as {found}"
    raise ValueError(msg)


_decode = Decoder(float_hook=_no_float).decode


# ---------------------------------------------------------------------- plain data


def to_data(value: object) -> dict[str, Any]:
    """Return a document or an event as plain data in its envelope: dictionaries, lists, strings, whole numbers, booleans and ``None``."""
    return _enveloped(value, quick())


def _enveloped(value: object, converter: Converter) -> dict[str, Any]:
    return _envelope(type(value), converter.unstructure(value))


def _envelope(kind: type, data: Any) -> dict[str, Any]:
    schema = schema_of(kind)
    if schemas().get(schema) is not kind:
        msg = f"a document or an event can be kept, not a value of type {kind.__name__}"
        raise TypeError(msg)
    return {"schema": schema, "version": version_of(schema), "data": data}


def from_data(envelope: Any) -> Any:
    """
    Return the document or the event of an envelope.

    Raises:
        CodecError: it is no envelope of ours, of a later version, or its data do not make a document.
    """
    return _read(envelope, quick())


def _read(envelope: Any, converter: Converter) -> Any:
    return _reader(envelope, converter)(envelope["data"])


def _reader(envelope: Any, converter: Converter) -> Callable[[Any], Any]:
    """Return what reads the data of an envelope; raise ``CodecError`` unless it is an envelope of a version that is known."""
    if not isinstance(envelope, dict) or envelope.keys() != {"schema", "version", "data"}:
        raise CodecError("an envelope has a schema, a version and data, and nothing else")
    schema, version = envelope["schema"], envelope["version"]
    kind = schemas().get(schema) if isinstance(schema, str) else None
    if kind is None:
        raise CodecError(f"there is no schema {schema!r}")
    latest = version_of(schema)
    if type(version) is not int or not 1 <= version <= latest:
        raise CodecError(f"{schema} is known up to version {latest}, and this is version {version!r}")
    upgrades, structure = UPGRADES.get(schema, ())[version - 1 :], converter.get_structure_hook(kind)

    def read(data: Any) -> Any:
        for upgrade in upgrades:
            data = upgrade(data)
        try:
            return structure(data, kind)
        except Exception as error:  # whatever a damaged text makes a class say
            raise CodecError(f"not a {schema}: {_reasons(data, kind, error)}") from error

    return read


def _reasons(data: object, kind: type, error: BaseException) -> str:
    """Return what is wrong with the data, with the path to each fault."""
    try:
        make_converter(detailed=True).structure(data, kind)
    except Exception as detailed:  # noqa: BLE001  the same as was caught before, now with its paths
        error = detailed
    return "; ".join(transform_error(error, format_exception=_reason))


def _reason(error: BaseException, kind: type | None) -> str:
    """Return what one fault says."""
    match error:
        case KeyError():
            return f"{error} is missing"
        case ForbiddenExtraKeysError():
            return f"there is no {', '.join(sorted(map(str, error.extra_fields)))}"
        case _:
            return str(error)
