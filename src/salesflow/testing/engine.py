"""
How any value of the model is drawn: from the types of its fields, and from what its class asks beyond them.

Every value is built to be valid, so that nothing is drawn in vain.
A field with a default is left at it about half the time, so that what fails shrinks to the fields that matter.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache, reduce
from itertools import count
from operator import or_
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen
from hypothesis import strategies as st

from salesflow.testing import primitives

T = TypeVar("T")
Spec = st.SearchStrategy[Any] | Callable[..., st.SearchStrategy[Any]]
"""What a field is drawn from; a function is asked with ``nul``."""
Mend = Callable[[st.DrawFn, dict[str, Any]], None]
"""Makes what was drawn for the fields of a value agree with each other."""

_FEW = 3
_BITS = 12
_MIX = 2_654_435_761
_PLAIN: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
    bool: st.booleans,
    int: primitives.whole,
    Decimal: primitives.decimals,
    date: primitives.days,
    datetime: primitives.moments,
    NoneType: st.none,
}


@frozen(eq=False)
class Shape:
    """
    What a class asks of its values beyond the types of its fields.

    Args:
        fields: What to draw for a field instead of what its type says.
        mend: Makes the fields agree with each other once all are drawn.
        whole: What to draw for the value as a whole instead.
    """

    fields: dict[str, Spec] = attrs.field(factory=dict)
    mend: Mend | None = None
    whole: Spec | None = None


SHAPES: dict[type, Shape] = {}
"""What the classes ask, by class; a class that is not here asks nothing beyond its types."""


def shape(kind: type, mend: Mend | None = None, /, *, whole: Spec | None = None, **fields: Spec) -> None:
    """Say what a class asks of its values beyond the types of its fields."""
    SHAPES[kind] = Shape(fields, mend, whole)


def values_of(kind: type[T], /, *, nul: bool = True, **given: Any) -> st.SearchStrategy[T]:
    """
    Draw any value that an attrs class accepts.

    Args:
        kind: The class.
        nul: Whether texts may contain the character NUL, which some databases do not store.
        given: Fields that are not to be drawn freely: a value, or a strategy.

    Raises:
        TypeError: the class has no such field, or a field of a type that nothing is known to be drawn for.
    """
    made: type = kind
    if not given:
        return _values(made, nul)
    known = {field.name for field in fields_of(made)}
    if unknown := sorted(given.keys() - known):
        msg = f"{kind.__name__} has no field {', '.join(unknown)}"
        raise TypeError(msg)
    return _built(made, nul, {name: each if isinstance(each, st.SearchStrategy) else st.just(each) for name, each in given.items()})


@cache
def fields_of(kind: type) -> tuple[attrs.Attribute[Any], ...]:
    """Return the fields that make up a value; what is carried along to save work is none of them."""
    return tuple(field for field in attrs.fields(kind) if not field.name.startswith("_"))


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """Return the types of the fields of a class."""
    return get_type_hints(kind)


@cache
def _values(kind: type, nul: bool) -> st.SearchStrategy[Any]:  # noqa: FBT001  a key of the cache
    whole = SHAPES[kind].whole if kind in SHAPES else None
    return _built(kind, nul, {}) if whole is None else _from(whole, nul=nul)


def _from(spec: Spec, *, nul: bool) -> st.SearchStrategy[Any]:
    return spec if isinstance(spec, st.SearchStrategy) else spec(nul=nul)


def _built(kind: type, nul: bool, given: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:  # noqa: FBT001
    asked = SHAPES.get(kind, Shape())
    needed, left = [], []
    for field in fields_of(kind):
        if field.name in given:
            needed.append((field.name, given[field.name]))
            continue
        spec = asked.fields.get(field.name)
        drawn = _by_name(kind, field, nul=nul) if spec is None else _from(spec, nul=nul)
        if field.default is attrs.NOTHING:
            needed.append((field.name, drawn))
        else:
            left.append((field.name, drawn, field.default))
    return _draw(Plan(kind, tuple(needed), tuple(left), asked.mend))


@frozen(eq=False)
class Plan:
    """How values of a class are drawn; it shows the class only, since reports of failures print what they were drawn from."""

    kind: type
    needed: tuple[tuple[str, st.SearchStrategy[Any]], ...] = attrs.field(repr=False)
    left: tuple[tuple[str, st.SearchStrategy[Any], Any], ...] = attrs.field(repr=False)
    mend: Mend | None = attrs.field(repr=False)


def _mixed(number: int, size: int) -> int:
    """
    Return which fields are drawn, as bits.

    Hypothesis likes small numbers and numbers it drew before, which would leave most fields at their defaults.
    So the larger half is scattered; the smaller half is not, so that failures shrink to few fields.
    """
    return number if number < size else (number * _MIX >> 9) % size


@st.composite
def _draw(draw: st.DrawFn, plan: Plan) -> Any:
    values = {name: draw(each) for name, each in plan.needed}
    for start in range(0, len(plan.left), _BITS):
        some = plan.left[start : start + _BITS]
        chosen = _mixed(draw(primitives.places(2 << len(some))), 1 << len(some))
        for place, (name, each, default) in enumerate(some):
            values[name] = draw(each) if chosen >> place & 1 else default
    if plan.mend is not None:
        plan.mend(draw, values)
    return plan.kind(**values)


def _by_name(kind: type, field: attrs.Attribute[Any], *, nul: bool) -> st.SearchStrategy[Any]:
    """Draw by the type of a field; a currency is known by its name, and so is text that names something."""
    hint = hints_of(kind)[field.name]
    if field.default is None and isinstance(hint, UnionType):
        hint = reduce(or_, (each for each in get_args(hint) if each is not NoneType))  # that it is absent is drawn already
    if field.name == "currency":
        return primitives.currencies() if hint is str else st.none() | primitives.currencies()
    checked = hasattr(kind, "__attrs_post_init__") and field.default is attrs.NOTHING
    return primitives.names(nul=nul) if hint is str and (checked or field.name == "number") else by_type(hint, nul=nul)


def by_type(hint: Any, *, nul: bool = True) -> st.SearchStrategy[Any]:
    """
    Draw any value of a type, as the fields of documents have them.

    Raises:
        TypeError: nothing is known to be drawn for such a type.
    """
    if hint is str:
        return primitives.texts(nul=nul)
    if hint in _PLAIN:
        return _PLAIN[hint]()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and attrs.has(hint):
        return values_of(hint, nul=nul)
    return _compound(hint, nul=nul)


def _compound(hint: Any, *, nul: bool) -> st.SearchStrategy[Any]:
    """Draw of a union, or of a tuple of either kind."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {UnionType, Union}:
        return st.one_of([by_type(each, nul=nul) for each in sorted(inner, key=lambda each: each is not NoneType)])
    if origin is tuple and inner[1:] == (Ellipsis,):
        return several(by_type(inner[0], nul=nul))
    if origin is tuple:
        return st.tuples(*(by_type(each, nul=nul) for each in inner))
    msg = f"nothing is known to be drawn for a field of type {hint}; give it a shape"
    raise TypeError(msg)


def several(each: st.SearchStrategy[T], least: int = 0, most: int = _FEW) -> st.SearchStrategy[tuple[T, ...]]:
    """Draw a few of something, as a tuple; where they have numbers, each has its own."""
    return st.lists(each, min_size=least, max_size=most).map(_numbered)


def _numbered(drawn: list[Any]) -> tuple[Any, ...]:
    """Give each part of a document a number of its own: they are looked up by it."""
    if len(drawn) > 1 and all(type(getattr(each, "number", None)) is int for each in drawn):
        taken: set[int] = set()
        for place, each in enumerate(drawn):
            if each.number in taken:
                drawn[place] = attrs.evolve(each, number=next(number for number in count(1) if number not in taken))
            taken.add(drawn[place].number)
    return tuple(drawn)
