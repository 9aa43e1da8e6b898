"""The door of electronic invoices: numbers that can be reckoned with, texts that are text, and pairs that are two."""

from __future__ import annotations

from functools import cache

from attrs import AttrsInstance, fields

from salesflow.checks import require_date, require_decimal, require_kind, require_tuple_of
from salesflow.model.party import Address

DIGITS, DECIMALS = 15, 24
"""How many digits a number of a line has at most, before the point and behind it."""
BASE_DECIMALS = 12
RATE_DIGITS = 6
SUM_DIGITS = 45
"""The same for what comes out of such numbers: nothing here has more digits than arithmetic is exact to."""
PAIR = 2


def require_numbers(value: object, *names: str, digits: int = DIGITS, decimals: int = DECIMALS) -> None:
    """Raise unless each of the named fields is ``None`` or a finite ``Decimal`` of so many digits."""
    for name in names:
        number = getattr(value, name)
        if number is None:
            continue
        require_decimal(name, number)
        if number.adjusted() >= digits or number.as_tuple().exponent < -decimals:
            msg = f"{name} must have at most {digits} digits before the point and {decimals} behind it"
            raise ValueError(msg)


@cache
def _texts_of(kind: type[AttrsInstance]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.type in {"str", str})


def require_texts(value: AttrsInstance) -> None:
    """Raise unless every field that is text holds text; it may be empty."""
    for name in _texts_of(type(value)):
        require_kind(name, getattr(value, name), str)


def require_address(name: str, address: object) -> None:
    """Raise unless *address* is one, and its parts are text."""
    require_kind(name, address, Address)
    for part in ("street", "postal_code", "city", "country"):
        require_kind(f"{name}.{part}", getattr(address, part), str)


def require_pair(name: str, pair: object) -> None:
    """Raise unless *pair* is a tuple of two."""
    if not isinstance(pair, tuple) or len(pair) != PAIR:
        msg = f"{name} must be a pair, not {pair!r}"
        raise TypeError(msg)


def require_text_pairs(name: str, pairs: tuple[object, ...]) -> None:
    """Raise unless *pairs* is a tuple of pairs of texts."""
    require_tuple_of(name, pairs, tuple)
    for pair in pairs:
        require_pair(name, pair)
        require_tuple_of(name, pair, str)


def require_days(name: str, days: tuple[object, ...]) -> None:
    """Raise unless each of *days* is a date or ``None``."""
    for day in days:
        if day is not None:
            require_date(name, day)


def require_paths(name: str, paths: tuple[str, ...], ends: tuple[str, ...]) -> None:
    """Raise unless *paths* is a tuple of paths that end in one of the names that are known."""
    require_tuple_of(name, paths, str)
    for path in paths:
        if path.rpartition(".")[2] not in ends:
            msg = f"{name} must hold paths that end in one of {', '.join(ends)}, not {path!r}"
            raise ValueError(msg)
