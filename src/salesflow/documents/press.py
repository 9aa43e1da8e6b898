"""Sheets laid out by a template and made into PDF or PNG. It needs the extra ``print``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import typst
from attrs import frozen

from salesflow.checks import all_of, require_kind, require_text, require_tuple_of
from salesflow.documents.sheet import Sheet, as_data

TEMPLATES = Path(__file__).parent / "templates"
STANDARD = TEMPLATES / "standard.typ"
COLOUR = re.compile("#[0-9a-fA-F]{6}")
MISSING = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.DOTALL)
SHAPELESS = "\N{REPLACEMENT CHARACTER}"
"""What stands where no font has a letter."""


@frozen(kw_only=True)
class Theme:
    """
    How documents look.

    Args:
        colour: Of headings and rules, as ``#rrggbb``.
        logo: A PNG, JPEG or SVG that stands in the place of the name at the top.
        logo_height: How high it is, in millimetres.
        font: The family to set in. Those that typst carries are there on every machine: Libertinus Serif, New Computer Modern
            and DejaVu Sans Mono.
        fonts: Folders with more fonts; what the machine has installed is never used, so that every machine prints the same.
        footer: A line at the foot of every page.
        template: A template of one's own, in typst, in the place of the standard one.
    """

    colour: str = "#1f4e5f"
    logo: bytes = b""
    logo_height: int = 18
    font: str = "Libertinus Serif"
    fonts: tuple[Path, ...] = ()
    footer: str = ""
    template: str = ""

    def __attrs_post_init__(self) -> None:
        require_kind("colour", self.colour, str)
        if not COLOUR.fullmatch(self.colour):
            msg = f"colour must be written as #rrggbb, not {self.colour!r}"
            raise ValueError(msg)
        require_kind("logo", self.logo, bytes)
        require_text("font", self.font)
        require_tuple_of("fonts", self.fonts, Path)


PLAIN = Theme()


def to_pdf(sheets: Iterable[Sheet], *, theme: Theme = PLAIN) -> bytes:
    """
    Return one PDF/A-3b of all the sheets, one after the other, each with pages of its own.

    The same sheets give the same bytes on every machine; the date of the PDF is that of the first sheet.
    A letter that no font has is shown as a replacement character.

    Raises:
        ValueError: there are no sheets.
        typst.TypstError: a template of one's own, or a logo, is wrong.
    """
    made = _set(_data(sheets, theme), theme, lambda compiler: compiler.compile(format="pdf", pdf_standards="a-3b"))
    return _one(made)


def to_png(sheets: Iterable[Sheet], *, theme: Theme = PLAIN, dots_per_inch: int = 110) -> tuple[bytes, ...]:
    """
    Return a picture of each page of the sheets.

    Raises:
        ValueError: there are no sheets.
    """
    made = _set(_data(sheets, theme), theme, lambda compiler: compiler.compile(format="png", ppi=dots_per_inch))
    return tuple(made) if isinstance(made, list) else (_one(made),)


Made = bytes | list[bytes] | None
"""What typst returns: one file, or one for each page."""


def _one(made: Made) -> bytes:
    require_kind("what typst made", made, bytes)
    return bytes(made)  # type: ignore[arg-type]


def _data(sheets: Iterable[Sheet], theme: Theme) -> str:
    given = all_of("sheets", sheets, Sheet)
    if not given:
        msg = "there is nothing to print: no sheets were given"
        raise ValueError(msg)
    look = {"colour": theme.colour, "logo": list(theme.logo), "logo-height": theme.logo_height, "font": theme.font, "footer": theme.footer}
    return json.dumps({"sheets": [as_data(sheet) for sheet in given], "theme": look}, ensure_ascii=False)


def _set(data: str, theme: Theme, make: Callable[[typst.Compiler], Made]) -> Made:
    """Lay the data out; where letters have no shape in any font, do it again without them."""
    template = theme.template.encode() if theme.template else STANDARD.read_bytes()
    while True:
        compiler = typst.Compiler(template, root=TEMPLATES, font_paths=_fonts(theme.fonts), sys_inputs={"data": data})
        try:
            return make(compiler)
        except typst.TypstError as error:
            without = _without(data, MISSING.findall(error.diagnostic))
            if without == data:
                raise
            data = without


@cache
def _fonts(folders: tuple[Path, ...]) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder) for folder in folders])


def _without(data: str, shapeless: Iterable[str]) -> str:
    for text in shapeless:
        letters = ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
        data = data.replace(letters, SHAPELESS)
    return data
