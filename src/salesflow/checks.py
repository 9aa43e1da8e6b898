"""The door: what a value must be before any rule looks at it. Malformed values raise ``TypeError`` or ``ValueError``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
T = TypeVar("T")


def exact_number(name: str, value: object) -> Decimal:
    """
    Return *value* as a finite ``Decimal``.

    Whole numbers are taken as they are.
    Binary floats, booleans and text are refused: they cannot carry an amount or quantity without a silent change.

    Raises:
        TypeError: *value* is not a ``Decimal`` or an ``int``.
        ValueError: *value* is NaN or infinite.
    """
    if type(value) is Decimal:
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = Decimal(value)
    else:
        msg = f"{name} must be a Decimal or a whole number, not {value!r} of type {type(value).__name__}"
        raise TypeError(msg)
    if not number.is_finite():
        msg = f"{name} must be a finite number, not {value!r}"
        raise ValueError(msg)
    return number


def require_decimal(name: str, value: object) -> None:
    """Raise unless *value* is a finite ``Decimal``: the form in which documents hold numbers."""
    if type(value) is not Decimal:
        msg = f"{name} must be a Decimal, not {value!r} of type {type(value).__name__}"
        raise TypeError(msg)
    if not value.is_finite():
        msg = f"{name} must be a finite number, not {value!r}"
        raise ValueError(msg)


def require_percentage(name: str, value: object) -> None:
    """Raise unless *value* is a ``Decimal`` from 0 to 100 inclusive."""
    require_decimal(name, value)
    if not ZERO <= exact_number(name, value) <= HUNDRED:
        msg = f"{name} must be a percentage from 0 to 100, not {value}"
        raise ValueError(msg)


def require_date(name: str, value: object) -> None:
    """Raise unless *value* is a plain calendar date: a moment has a time zone, a business date has not."""
    if not isinstance(value, date) or isinstance(value, datetime):
        msg = f"{name} must be a date, not {value!r} of type {type(value).__name__}"
        raise TypeError(msg)


def require_moment(name: str, value: object) -> None:
    """Raise unless *value* is a date and time that knows its zone."""
    if not isinstance(value, datetime):
        msg = f"{name} must be a datetime, not {value!r} of type {type(value).__name__}"
        raise TypeError(msg)
    if value.tzinfo is None:
        msg = f"{name} must know its time zone, {value!r} does not"
        raise ValueError(msg)


def require_text(name: str, value: object) -> None:
    """Raise unless *value* is text with at least one visible character."""
    if not isinstance(value, str):
        msg = f"{name} must be text, not {value!r} of type {type(value).__name__}"
        raise TypeError(msg)
    if not value.strip():
        msg = f"{name} must not be empty"
        raise ValueError(msg)


def require_tuple_of(name: str, value: object, kind: type) -> None:
    """Raise unless *value* is a tuple of *kind* only: a list could change under the document that holds it."""
    if type(value) is not tuple:
        msg = f"{name} must be a tuple, not {type(value).__name__}"
        raise TypeError(msg)
    for each in value:
        if not isinstance(each, kind):
            msg = f"{name} must hold {kind.__name__} values only, not {each!r}"
            raise TypeError(msg)


def require_kind(name: str, value: object, kind: type) -> None:
    """Raise unless *value* is a *kind*."""
    if not isinstance(value, kind):
        msg = f"{name} must be a {getattr(kind, '__name__', kind)}, not {value!r} of type {type(value).__name__}"
        raise TypeError(msg)


def all_of(name: str, values: Iterable[T], kind: type[T]) -> tuple[T, ...]:
    """Return *values* as a tuple; raise unless each is a *kind*."""
    found = tuple(values)
    for each in found:
        require_kind(name, each, kind)
    return found
