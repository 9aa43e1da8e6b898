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
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import import_module
from typing import Any, NoReturn

import attrs
from cattrs import Converter, ForbiddenExtraKeysError, transform_error
from cattrs.gen import make_dict_structure_fn, override

import salesflow.model
from salesflow.errors import SalesflowError
from salesflow.kinds import EVENTS, KINDS
from salesflow.labels import Labelled
from salesflow.model.invoice import InvoicePart
from salesflow.model.ledger import Posting
from salesflow.model.order import OrderLine
from salesflow.model.product import Item
from salesflow.outcome import Outcome

REMEMBERED = 4096
"""How many items and lines are remembered while reading and writing, so that what shares them is quick."""

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


@cache
def _values() -> Mapping[str, type]:
    """Return every class of the model by its name, such as ``party.Address``, for fields that hold a value of any kind."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(salesflow.model.__path__):
        for each in vars(import_module(f"salesflow.model.{module.name}")).values():
            if isinstance(each, type) and (attrs.has(each) or issubclass(each, Labelled)):
                found[_name_of(each)] = each
    return found


@cache
def _name_of(kind: type) -> str:
    return f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"


# ---------------------------------------------------------------------- text


def dumps(value: object) -> str:
    """
    Return a document or an event as text.

    Raises:
        TypeError: it is neither, or a field of it holds what cannot be kept.
    """
    return _encode(_envelope(type(value), _remembering().unstructure(value)))


def dumps_all(kind: type, values: Iterable[object]) -> str:
    """Return several values of one kind as text, in one envelope."""
    return _encode(_envelope(kind, [_remembering().unstructure(value) for value in values]))


def loads_all(text: str | bytes) -> tuple[Any, ...]:
    """Return the values that a text of ``dumps_all`` holds."""
    envelope = _parsed(text)
    rows = envelope.get("data") if isinstance(envelope, dict) else None
    if not isinstance(rows, list):
        raise CodecError("not several values in one envelope")
    return tuple([from_data({**envelope, "data": data}) for data in rows])


def loads(text: str | bytes) -> Any:
    """
    Return the document or the event that a text holds.

    Raises:
        CodecError: the text is not one that ``dumps`` has written, or is of a later version.
    """
    return from_data(_parsed(text))


def dumps_outcome(outcome: Outcome[Any]) -> str:
    """Return the outcome of a command as text."""
    columns = (outcome.made, outcome.changed, outcome.events)
    document = _place_of(outcome.document, (*outcome.made, *outcome.changed))
    kept = {"document": document, **{name: [to_data(each) for each in column] for name, column in zip(_COLUMNS, columns, strict=True)}}
    return _encode(kept)


_encode = json.JSONEncoder(separators=(",", ":")).encode
_COLUMNS = ("made", "changed", "events")


def dumps_plain(value: object) -> str:
    """
    Return a plain value as text that tells it apart from every other: text, numbers, days, codes, values of the model, and tuples of these.

    Raises:
        TypeError: it is none of these.
    """
    return _encode(_tagged(value, _remembering()))


def loads_plain(text: str | bytes) -> Any:
    """Return the plain value that a text of ``dumps_plain`` holds."""
    data = _parsed(text)
    try:
        return _untagged(data, _quick())
    except Exception as error:  # whatever a damaged text makes a class say
        raise CodecError(f"not a plain value: {error}") from error


def loads_outcome(text: str | bytes) -> Outcome[Any]:
    """Return the outcome that a text holds."""
    kept = _parsed(text)
    try:
        made, changed, events = (tuple([from_data(each) for each in kept[name]]) for name in _COLUMNS)
        places, document = (*made, *changed), kept["document"]
        if isinstance(document, int):
            return Outcome(document=places[document], made=made, changed=changed, events=events)
        several = tuple([places[place] for place in document["places"]]) if "places" in document else from_data(document)
        return Outcome(document=several, made=made, changed=changed, events=events)
    except (KeyError, IndexError, TypeError) as error:
        raise CodecError(f"not an outcome: {error!r}") from error


def _place_of(document: object, places: tuple[object, ...]) -> Any:
    """Return where the document that was asked for stands; itself where it stands nowhere; a command may be asked for several."""
    for place, each in enumerate(places):
        if each is document:
            return place
    if isinstance(document, tuple):
        return {"places": [_place_of(each, places) for each in document]}
    return to_data(document)


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError) as error:
        raise CodecError(f"not the text of a document: {error}") from error


def _no_float(found: str) -> NoReturn:
    msg = f"a number with decimals is written as a string, not as {found}"
    raise ValueError(msg)


# ---------------------------------------------------------------------- plain data


def to_data(value: object) -> dict[str, Any]:
    """Return a document or an event as plain data in its envelope: dictionaries, lists, strings, whole numbers, booleans and ``None``."""
    return _envelope(type(value), _quick().unstructure(value))


def _envelope(kind: type, data: Any) -> dict[str, Any]:
    schema = schema_of(kind)
    if schemas().get(schema) is not kind:
        msg = f"a document or an event can be kept, not a value of type {kind.__name__}"
        raise TypeError(msg)
    return {"schema": schema, "version": version_of(schema), "data": data}


def from_data(envelope: object) -> Any:
    """
    Return the document or the event of an envelope.

    Raises:
        CodecError: it is no envelope of ours, of a later version, or its data do not make a document.
    """
    if not isinstance(envelope, dict) or envelope.keys() != {"schema", "version", "data"}:
        raise CodecError("an envelope has a schema, a version and data, and nothing else")
    schema, version, data = envelope["schema"], envelope["version"], envelope["data"]
    kind = schemas().get(schema) if isinstance(schema, str) else None
    if kind is None:
        raise CodecError(f"there is no schema {schema!r}")
    latest = version_of(schema)
    if type(version) is not int or not 1 <= version <= latest:
        raise CodecError(f"{schema} is known up to version {latest}, and this is version {version!r}")
    for upgrade in UPGRADES.get(schema, ())[version - 1 :]:
        data = upgrade(data)
    try:
        return _quick().structure(data, kind)
    except Exception as error:  # whatever a damaged text makes a class say
        raise CodecError(f"not a {schema}: {_reasons(data, kind, error)}") from error


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


# ---------------------------------------------------------------------- the converter


@cache
def _quick() -> Converter:
    return make_converter()


@cache
def _remembering() -> Converter:
    """Return the converter that writes text: what it gives may share dictionaries, and is not handed out."""
    converter = make_converter()
    for kind in (Item, OrderLine):  # an item stands on many lines, and a line of an order on its invoices as well
        converter.register_unstructure_hook(kind, _once_same(converter.get_unstructure_hook(kind)))
    return converter


def make_converter(*, detailed: bool = False) -> Converter:
    """
    Return a converter of cattrs that knows every value of the library, for applications that add classes of their own.

    Args:
        detailed: Whether it gathers all faults with their paths, which takes longer.
    """
    converter = Converter(detailed_validation=detailed, unstruct_collection_overrides={tuple: list})
    for kind, check in ((str, _text), (int, _whole), (bool, _truth), (Decimal, _decimal), (datetime, _moment), (date, _day)):
        converter.register_structure_hook(kind, check)
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_unstructure_hook(Labelled, lambda code: code.value)
    converter.register_structure_hook(Labelled, lambda code, kind: kind(code))
    converter.register_unstructure_hook_func(_is_anything, lambda value: _tagged(value, converter))
    converter.register_structure_hook_func(_is_anything, lambda data, _: _untagged(data, converter))
    converter.register_unstructure_hook_factory(_is_value, lambda kind: _write_value(kind, converter))
    converter.register_structure_hook_factory(_is_value, lambda kind: _read_value(kind, converter))
    converter.register_structure_hook(Item, _once_each(converter.get_structure_hook(Item)))
    return converter


def _once_same(unstructure: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return *unstructure* with a memory for the very same values."""
    known: dict[int, tuple[Any, Any]] = {}

    def remembered(value: Any) -> Any:
        found = known.get(id(value))
        if found is None:
            if len(known) >= REMEMBERED:
                known.clear()
            found = known[id(value)] = value, unstructure(value)  # the value is held, so that its id is not given to another
        return found[1]

    return remembered


def _once_each(structure: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return *structure* with a memory: the same item stands on many lines, and one frozen value can stand on them all."""
    known: dict[str, Any] = {}

    def remembered(data: Any, kind: Any) -> Any:
        key = repr(data)  # unlike the data it can be looked up, and it tells 1 from "1"
        found = known.get(key)
        if found is None:
            if len(known) >= REMEMBERED:
                known.clear()
            found = known[key] = structure(data, kind)
        return found

    return remembered


def _is_anything(kind: object) -> bool:
    return kind is object or kind == str | Decimal


def _is_value(kind: object) -> bool:
    return isinstance(kind, type) and attrs.has(kind)


def _fields(kind: type) -> list[Any]:
    """Return the fields that are kept; what was worked out and is carried along is not."""
    attrs.resolve_types(kind)
    return [field for field in attrs.fields(kind) if not field.name.startswith("_")]


def _write_value(kind: type, converter: Converter) -> Callable[[Any], dict[str, Any]]:
    """Return what writes the fields of a value that are not as their default, digit by digit: 1.00 is not 1."""
    written: list[tuple[str, Any, Any, Any]] = []

    def write(value: Any) -> dict[str, Any]:
        if not written:  # not before it is needed: a value may hold values of its own kind
            written.extend((field.name, _hook(field.type, converter), *_default(field, converter)) for field in _fields(kind))
        data = {}
        for name, hook, default, default_data in written:
            held = getattr(value, name)
            if held is not default:
                shown = held if hook is None else hook(held)
                if shown != default_data or type(shown) is not type(default_data):
                    data[name] = shown
        return data

    return write


_PLAIN = frozenset([str, int, bool])


def _hook(kind: Any, converter: Converter) -> Callable[[Any], Any] | None:
    """Return what writes a field; nothing where it is written as it is."""
    return None if kind in _PLAIN else converter.get_unstructure_hook(kind)


def _default(field: Any, converter: Converter) -> tuple[Any, Any]:
    """Return the default of a field, and how it is written."""
    if field.default is attrs.NOTHING:
        return attrs.NOTHING, attrs.NOTHING
    hook = _hook(field.type, converter)
    return field.default, field.default if hook is None else hook(field.default)


def _read_value(kind: type, converter: Converter) -> Any:
    carried = {field.name: override(omit=True) for field in attrs.fields(kind) if field.name.startswith("_")}
    detailed = converter.detailed_validation
    return make_dict_structure_fn(
        kind,
        converter,
        _cattrs_forbid_extra_keys=True,
        _cattrs_detailed_validation=detailed,
        **carried,  # type: ignore[arg-type]
    )


def _wrong(wanted: str, found: object) -> NoReturn:
    msg = f"must be {wanted}, not {found!r}"
    raise ValueError(msg)


def _text(data: object, _: object) -> str:
    return data if type(data) is str else _wrong("text", data)


def _whole(data: object, _: object) -> int:
    return data if type(data) is int else _wrong("a whole number", data)


def _truth(data: object, _: object) -> bool:
    return data if type(data) is bool else _wrong("true or false", data)


def _decimal(data: object, _: object) -> Decimal:
    if type(data) is not str:
        _wrong("a number as a string", data)
    try:
        return Decimal(data)
    except InvalidOperation:
        _wrong("a number as a string", data)


def _day(data: object, _: object) -> date:
    return date.fromisoformat(data) if isinstance(data, str) else _wrong("a day", data)


def _moment(data: object, _: object) -> datetime:
    return datetime.fromisoformat(data) if isinstance(data, str) else _wrong("a moment", data)


# ---------------------------------------------------------------------- values of any kind


def _tagged(value: object, converter: Converter) -> Any:
    """Return a value of any kind so that its kind can be told again; what JSON has of its own stands for itself."""
    kind: type[Any] = type(value)
    if value is None or kind in {str, int, bool}:
        return value
    if kind is Decimal:
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, tuple):
        return {"tuple": [_tagged(each, converter) for each in value]}
    name = _name_of(kind)  # type: ignore[arg-type]
    if _values().get(name) is kind:
        return {name: converter.unstructure(value)}
    msg = f"a field that holds a value of any kind cannot keep {value!r} of type {kind.__name__}"
    raise TypeError(msg)


def _untagged(data: object, converter: Converter) -> object:
    if data is None or type(data) in {str, int, bool}:
        return data
    if not isinstance(data, dict) or len(data) != 1:
        _wrong("a value with its kind", data)
    [(name, held)] = data.items()
    match name:
        case "decimal":
            return _decimal(held, None)
        case "moment":
            return _moment(held, None)
        case "day":
            return _day(held, None)
        case "tuple":
            return tuple([_untagged(each, converter) for each in held])
        case _ if name in _values():
            return converter.structure(held, _values()[name])
        case _:
            _wrong("a value of a known kind", name)
