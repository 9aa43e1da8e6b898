"""
Values of the model as plain data, and back: the converter behind ``codec``.

Decimals become strings, so that no digit is lost, and days and moments ISO 8601; a field that has its default is left out.
What an order is made of comes in hundreds, so the classes that stand there most are read and written in the shortest way.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Context, Decimal, InvalidOperation
from functools import cache
from importlib import import_module
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, NoReturn, TypeVar, get_args, get_origin

import attrs
from attrs import NOTHING
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override
from msgspec import Raw
from msgspec.json import Encoder

import salesflow.model
from salesflow.labels import Labelled
from salesflow.model.order_line import OrderLine
from salesflow.model.product import Item

REMEMBERED = 4096
"""How many items and lines are remembered while reading and writing, so that what shares them is quick."""

encode = Encoder().encode
"""Writes plain data as JSON; half of a surrogate pair is a ``UnicodeEncodeError``."""


@cache
def quick() -> Converter:
    """Return the converter that reads and writes plain data."""
    return make_converter()


@cache
def reading() -> Converter:
    """Return the converter for data that were text a moment ago: an item that was read before is not made again."""
    converter = make_converter()
    converter.register_structure_hook(Item, _once_each(converter.get_structure_hook(Item)))
    return converter


@cache
def writing() -> Converter:
    """Return the converter for what ``encode`` writes: what stands in many documents is text in it already, and not written again."""
    converter = make_converter()
    for kind in (Item, OrderLine):  # an item stands on many lines, and a line of an order on its confirmation and its invoices as well
        converter.register_unstructure_hook(kind, _once_same(converter.get_unstructure_hook(kind)))
    return converter


def make_converter(*, detailed: bool = False) -> Converter:
    """
    Return a converter of cattrs that knows every value of the library, for applications that add classes of their own.

    Args:
        detailed: Whether it gathers all faults with their paths, which takes longer.
    """
    converter = Converter(detailed_validation=detailed)
    for kind, check in _CHECKS.items():
        converter.register_structure_hook(kind, check)
        converter.register_unstructure_hook(kind, _writer_of(kind))
    converter.register_structure_hook(Labelled, lambda code, kind: kind(code))
    converter.register_unstructure_hook(Labelled, _code_of)
    converter.register_unstructure_hook_func(_is_anything, lambda value: tagged(value, converter))
    converter.register_structure_hook_func(_is_anything, lambda data, _: untagged(data, converter))
    converter.register_unstructure_hook_factory(_is_value, lambda kind: _write_value(kind, converter))
    converter.register_unstructure_hook_factory(_is_tuple, lambda kind: _write_tuple(kind, converter))
    converter.register_unstructure_hook_func(lambda kind: kind == _ROWS, _write_rows)
    if detailed:
        converter.register_structure_hook_factory(_is_value, lambda kind: _explain_value(kind, converter))
        return converter
    converter.register_structure_hook_factory(_is_value, lambda kind: _read_value(kind, converter))
    converter.register_structure_hook_factory(_is_tuple, lambda kind: _read_tuple(kind, converter))
    converter.register_structure_hook_func(lambda kind: kind == _ROWS, _read_rows)
    return converter


K = TypeVar("K")
V = TypeVar("V")


def _remember(known: dict[K, V], key: K, value: V) -> V:
    """Keep a value under its key, and return it; where too many are kept, all are let go of first."""
    if len(known) >= REMEMBERED:
        known.clear()
    known[key] = value
    return value


def _once_same(unstructure: Callable[[Any], Any]) -> Callable[[Any], Raw]:
    """Return what writes a value as text, with a memory for the very same values."""
    known: dict[int, tuple[Any, Raw]] = {}

    def remembered(value: Any) -> Raw:
        found = known.get(id(value))
        if found is None:  # the value is kept as well, so that its id is not given to another
            found = _remember(known, id(value), (value, Raw(encode(unstructure(value)))))
        return found[1]

    return remembered


def _once_each(structure: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return *structure* with a memory: the same item stands on many lines, and one frozen value can stand on them all."""
    known: dict[bytes, Any] = {}

    def remembered(data: Any, kind: Any) -> Any:
        try:
            key = encode(data)  # unlike the data it can be looked up, and it tells 1 from "1"
        except UnicodeEncodeError:
            return structure(data, kind)
        found = known.get(key)
        return _remember(known, key, structure(data, kind)) if found is None else found

    return remembered


# ---------------------------------------------------------------------- values with fields


def _is_value(kind: object) -> bool:
    return isinstance(kind, type) and attrs.has(kind)


def _fields(kind: type) -> list[Any]:
    """Return the fields that are kept; what was worked out and is carried along is not."""
    attrs.resolve_types(kind)
    return [field for field in attrs.fields(kind) if not field.name.startswith("_")]


def _write_value(kind: type, converter: Converter) -> Callable[[Any], dict[str, Any]]:
    """Return what writes the fields of a value that are not as their default, digit by digit: 1.00 is not 1."""
    fields = _fields(kind)
    held_by = _all_of([field.name for field in fields])
    written: tuple[tuple[str, Any, Any, Any], ...] = ()

    def write(value: Any) -> dict[str, Any]:
        nonlocal written
        if not written:  # not before it is needed, for a value may hold values of its own kind; and whole, for other threads write as well
            written = tuple([(field.name, *_writer(field, converter)) for field in fields])
        if type(value) is not kind:
            _refuse(kind, value)
        data = {}
        for held, (name, hook, default, default_data) in zip(held_by(value), written, strict=True):
            if held is not default:
                shown = hook(held)
                if default is NOTHING or shown != default_data or type(shown) is not type(default_data):
                    data[name] = shown
        return data

    return write


def _all_of(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what gives all the fields of a value at once."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple([getattr(value, name) for name in names])


def _writer(field: Any, converter: Converter) -> tuple[Any, Any, Any]:
    """Return what writes a field, its default, and how that is written."""
    hook = _writer_at(field.type, converter)
    if field.default is NOTHING:
        return hook, NOTHING, NOTHING
    return hook, field.default, hook(field.default)


def _writer_at(place: Any, converter: Converter) -> Callable[[Any], Any]:
    """Return what writes a value at a place of that type; cattrs finds that of a list of codes by the value, which may be of another list."""
    kind, or_none = _optional(place)
    hook = _writer_of(kind) if isinstance(kind, type) and issubclass(kind, Labelled) else converter.get_unstructure_hook(kind)
    return (lambda held: None if held is None else hook(held)) if or_none else hook


def _reader_at(place: Any, converter: Converter) -> Callable[[Any], Any]:
    """Return what reads a value at a place of that type."""
    kind, or_none = _optional(place)
    hook: Any = converter.get_structure_hook(kind)
    if or_none:
        return lambda held: None if held is None else hook(held, kind)
    return hook if kind in _CHECKS else lambda held: hook(held, kind)


def _optional(place: Any) -> tuple[Any, bool]:
    """Return the type of what may stand at a place, and whether it may be left empty."""
    of_union = get_args(place) if isinstance(place, UnionType) else (place,)
    others = [each for each in of_union if each is not NoneType]
    return (others[0], True) if len(others) == 1 and NoneType in of_union else (place, False)


def _read_value(kind: type, converter: Converter) -> Callable[[Any, Any], Any]:
    """Return what reads the fields that are there; what is wrong with data that cannot be read, ``_explain_value`` tells."""
    readers: dict[str, Callable[[Any], Any]] = {}

    def read(data: Any, _: Any) -> Any:
        nonlocal readers
        if not readers:
            readers = {field.name: _reader_at(field.type, converter) for field in _fields(kind)}
        return kind(**{name: readers[name](held) for name, held in data.items()})

    return read


def _explain_value(kind: type, converter: Converter) -> Any:
    carried = {field.name: override(omit=True) for field in attrs.fields(kind) if field.name.startswith("_")}
    return make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True, _cattrs_detailed_validation=True, **carried)  # type: ignore[arg-type]


# ---------------------------------------------------------------------- several values


def _is_tuple(kind: object) -> bool:
    return get_origin(kind) is tuple


def _write_tuple(kind: Any, converter: Converter) -> Callable[[Any], list[Any]]:
    """Return what writes several values of one type, or one of each of several."""
    places = get_args(kind)
    if places[-1] is Ellipsis:
        hook = _writer_at(places[0], converter)
        return lambda values: [hook(each) for each in values] if type(values) is tuple else _refuse(tuple, values)
    hooks = [_writer_at(place, converter) for place in places]
    return lambda values: (
        [write(each) for write, each in zip(hooks, values, strict=True)] if type(values) is tuple else _refuse(tuple, values)
    )


def _read_tuple(kind: Any, converter: Converter) -> Callable[[Any, Any], tuple[Any, ...]]:
    """Return what reads several values of one type, or one of each of several."""
    places = get_args(kind)
    if places[-1] is Ellipsis:
        hook = _reader_at(places[0], converter)
        return lambda data, _: tuple([hook(each) for each in _several(data)])
    hooks = [_reader_at(place, converter) for place in places]
    return lambda data, _: tuple([read(each) for read, each in zip(hooks, _several(data), strict=True)])


def _several(data: object) -> list[Any]:
    return data if type(data) is list else _wrong("a list", data)


_ROWS = tuple[tuple[int, Decimal], ...]
"""Lines and their quantities, of which a posting of a large order has very many."""


def _write_rows(rows: Any) -> list[list[Any]]:
    if type(rows) is not tuple:
        _refuse(tuple, rows)
    return [
        [line if type(line) is int else _write_whole(line), str(amount) if type(amount) is Decimal else _write_decimal(amount)]
        for line, amount in rows
    ]


def _read_rows(data: Any, _: Any) -> tuple[tuple[int, Decimal], ...]:
    return tuple([(line if type(line) is int else _whole(line), _decimal(amount)) for line, amount in _several(data)])


# ---------------------------------------------------------------------- single values


def _refuse(kind: type, value: object) -> NoReturn:
    msg = f"a field of type {kind.__name__} cannot keep {value!r}"
    raise TypeError(msg)


def _writer_of(kind: Any) -> Callable[[Any], Any]:
    """Return what writes a value that stands for itself, and refuses one that would be read back as another."""
    shown: Callable[[Any], Any] = _SHOWN.get(kind, _code_of)
    never = _NEVER.get(kind, ())

    def write(value: Any) -> Any:
        if type(value) is not kind and (not isinstance(value, kind) or isinstance(value, never)):
            _refuse(kind, value)
        return shown(value)

    return write


def _code_of(code: Labelled) -> str:
    return str(code.value)


_SHOWN: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,  # whatever kind of text it is, such as what a parser or a template returned
    int: int,
    bool: bool,
    Decimal: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
}
_NEVER: dict[type, type] = {int: bool, date: datetime}
"""What Python takes for a value of a kind, and is another."""
_write_whole, _write_decimal = _writer_of(int), _writer_of(Decimal)


def _wrong(wanted: str, found: object) -> NoReturn:
    msg = f"must be {wanted}, not {found!r}"
    raise ValueError(msg)


def _text(data: object, _: object = None) -> str:
    return data if type(data) is str else _wrong("text", data)


def _whole(data: object, _: object = None) -> int:
    return data if type(data) is int else _wrong("a whole number", data)


def _truth(data: object, _: object = None) -> bool:
    return data if type(data) is bool else _wrong("true or false", data)


def _decimal(data: object, _: object = None) -> Decimal:
    if type(data) is not str:
        _wrong("a number as a string", data)
    try:
        return Decimal(data, _STRICT)
    except InvalidOperation:
        _wrong("a number as a string", data)


_STRICT = Context(traps=[InvalidOperation])
"""Tells what is no number, whatever the caller has set; no digit is lost by it."""


def _day(data: object, _: object = None) -> date:
    return date.fromisoformat(data) if isinstance(data, str) else _wrong("a day", data)


def _moment(data: object, _: object = None) -> datetime:
    return datetime.fromisoformat(data) if isinstance(data, str) else _wrong("a moment", data)


_CHECKS = {str: _text, int: _whole, bool: _truth, Decimal: _decimal, datetime: _moment, date: _day}
"""What reads a value of each kind that stands for itself."""


# ---------------------------------------------------------------------- values of any kind


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


def _is_anything(kind: object) -> bool:
    return kind is object or kind == str | Decimal


def tagged(value: object, converter: Converter) -> Any:
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
        return {"tuple": [tagged(each, converter) for each in value]}
    name = _name_of(kind)  # type: ignore[arg-type]
    if _values().get(name) is kind:
        return {name: converter.unstructure(value)}
    msg = f"a field that holds a value of any kind cannot keep {value!r} of type {kind.__name__}"
    raise TypeError(msg)


def untagged(data: object, converter: Converter) -> object:
    """Return the value that ``tagged`` wrote."""
    if data is None or type(data) in {str, int, bool}:
        return data
    if not isinstance(data, dict) or len(data) != 1:
        _wrong("a value with its kind", data)
    [(name, held)] = data.items()
    match name:
        case "decimal":
            return _decimal(held)
        case "moment":
            return _moment(held)
        case "day":
            return _day(held)
        case "tuple":
            return tuple([untagged(each, converter) for each in held])
        case _ if name in _values():
            return converter.structure(held, _values()[name])
        case _:
            _wrong("a value of a known kind", name)
