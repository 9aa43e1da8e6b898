"""
A printed document as plain data: every figure and text is ready, and a template only lays it out.

Texts are shown as they are: nothing in them is taken as markup.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any, Literal

from attrs import asdict, frozen

from salesflow.checks import require_date, require_kind, require_tuple_of
from salesflow.labels import Language

Width = Literal["auto", "fill", "narrow"]
Align = Literal["left", "right"]


@frozen
class Column:
    """
    A column of a table.

    Args:
        width: As wide as what stands in it, all the room there is, or narrow with long words broken.
    """

    heading: str
    align: Align = "left"
    width: Width = "auto"


@frozen(kw_only=True)
class TableRow:
    """
    A row of a table.

    Args:
        under: What stands in small print under the widest cell.
        carried: What the rows up to this one come to, to be carried to the next page.
    """

    cells: tuple[str, ...]
    under: str = ""
    carried: str = ""


@frozen(kw_only=True)
class Grid:
    """
    A table that may go on over several pages; its headings come again on each.

    Args:
        carried: How a carried amount is called; empty where nothing is carried.
        closing: What the carried amount is called under the last row.
    """

    heading: str = ""
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    carried: str = ""
    closing: str = ""
    kind: str = "table"

    def __attrs_post_init__(self) -> None:
        require_tuple_of("columns", self.columns, Column)
        require_tuple_of("rows", self.rows, TableRow)
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                msg = f"a row has a cell for each of the {len(self.columns)} columns, not {len(row.cells)}"
                raise ValueError(msg)


@frozen
class Sum:
    """An amount with what it is; the strong ones are what one looks for."""

    label: str
    amount: str
    strong: bool = False


@frozen(kw_only=True)
class Sums:
    """What a document comes to, on the right; on the left how VAT is made up. It is never torn apart by the end of a page."""

    rows: tuple[Sum, ...]
    breakdown: Grid | None = None
    kind: str = "sums"


@frozen(kw_only=True)
class Words:
    """A text under a heading; line ends stay. What is small is for the record, such as terms of sale."""

    text: str
    heading: str = ""
    small: bool = False
    kind: str = "words"


@frozen(kw_only=True)
class Facts:
    """Short facts, each with its name."""

    facts: tuple[tuple[str, str], ...]
    heading: str = ""
    kind: str = "facts"


@frozen(kw_only=True)
class Signature:
    """Room to sign."""

    text: str
    kind: str = "signature"


Block = Grid | Sums | Words | Facts | Signature


@frozen(kw_only=True)
class Sheet:
    """
    One document, ready to be printed.

    Args:
        title: What it is, such as ``Invoice``.
        number: Its number; empty where it has none.
        on: Its date, which is the date of the PDF too.
        mark: What stands across every page, such as ``PRO FORMA``.
        sender: Name and address of the one it comes from; ``registered`` is what stands in the foot.
        recipient: Name and address of the one it goes to.
        facts: What stands at the head: date, references, due date.
        blocks: The rest, from top to bottom.
        pages: How pages are counted, with ``{page}`` and ``{pages}``.
    """

    title: str
    number: str = ""
    language: Language
    on: date
    mark: str = ""
    sender: tuple[str, ...] = ()
    registered: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    blocks: tuple[Block, ...] = ()
    pages: str

    def __attrs_post_init__(self) -> None:
        require_date("on", self.on)
        require_tuple_of("blocks", self.blocks, object)
        for block in self.blocks:
            require_kind("block", block, Block)  # type: ignore[arg-type]  # a union is as good as a class here


def as_data(sheet: Sheet) -> dict[str, Any]:
    """Return a sheet as JSON has it, its texts without the signs that no page can show."""
    data = asdict(sheet, value_serializer=lambda _, __, value: _shown(value) if isinstance(value, str) else value)
    return data | {"on": [sheet.on.year, sheet.on.month, sheet.on.day]}


def _shown(text: str) -> str:
    """Return text without control characters and the like; every kind of space is one, and line ends stay."""
    if text.isascii() and text.isprintable():
        return text  # as nearly all are
    lines = "\n".join(unicodedata.normalize("NFC", text).splitlines())
    return "".join(" " if each.isspace() and each != "\n" else each for each in lines if _has_shape(each))


# Signs that join letters, keep them apart or say which way they run have a part in how others look.
_JOINERS = "\n\t\u200c\u200d\u200e\u200f"
_SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def _has_shape(letter: str) -> bool:
    return letter in _JOINERS or unicodedata.category(letter) not in _SHAPELESS
