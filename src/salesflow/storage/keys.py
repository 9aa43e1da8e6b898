"""Numbers as keys: any text can be a number, and not every text can be a key in every database."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any

from salesflow.codec import CodecError

LONGEST = 120
"""How many characters of a number a key holds; a longer one is told apart by its hash."""
KEPT = 40
REMEMBERED = 4096
"""How many keys are remembered: those of the same few documents are asked for again and again."""
LAST = "\U0010ffff" * (LONGEST + 1)
"""Text that comes after every key."""


@lru_cache(REMEMBERED)
def key_of(number: str) -> str:
    """
    Return the key that a number is found by: the number itself, or for what a database cannot index its beginning and its hash.

    That is text that is very long, has a NUL in it, is no proper Unicode, or could be taken for such a key. The number itself stands in the document.
    """
    is_plain = len(number) <= LONGEST and "\0" not in number and number[-65:-64] != "#"
    if is_plain and number.isprintable():
        return number
    try:
        plain = number.encode()
        if is_plain:
            return number
    except UnicodeEncodeError:
        plain = number.encode(errors="surrogatepass")
    begin = plain[:KEPT].decode(errors="ignore").replace("\0", "")
    return f"{begin}#{hashlib.sha256(plain).hexdigest()}"


def cursor(values: tuple[Any, ...]) -> str:
    """Return where a page ended, as text to pass on."""
    return json.dumps([str(value) for value in values])


def values_of(after: str | None, count: int) -> tuple[str, ...] | None:
    """
    Return the values that a page ended with.

    Raises:
        CodecError: *after* does not come from a page of this question.
    """
    if after is None:
        return None
    try:
        values = json.loads(after)
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != count or not all(isinstance(value, str) for value in values):
        raise CodecError(f"a page does not end with {after!r}")
    return tuple(values)
