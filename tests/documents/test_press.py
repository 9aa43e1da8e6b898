"""Sheets made into PDF and PNG: the same bytes every time, texts that are no markup, carried amounts, and themes."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typst
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from salesflow import FreeTextLine, Invoice, free_text, invoices, orders
from salesflow.documents import press, printed
from salesflow.documents.printed import Sheet, Theme
from salesflow.documents.sheet import Column, Grid, TableRow, Words, as_data
from salesflow.labels import Language
from tests.builders import ACME, ADVICE, CHAI, CHANG, DAY, LATER, STANDARD, an_order
from tests.documents.papers import ACCOUNT, BOTH, pages, text_of

D = Decimal
ROOT = Path(__file__).parent.parent.parent
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="10" height="10" fill="#c00"/></svg>'


def a_sheet(text: str = "Hello", **terms: Any) -> Sheet:
    """Return a sheet with one text."""
    return Sheet(title="Letter", language="en", on=DAY, blocks=(Words(text=text),), pages="Page {page} of {pages}", **terms)


def a_long_invoice(count: int) -> Invoice:
    """Return an invoice of so many lines, some of them below zero."""
    products = (CHAI, CHANG, ADVICE)
    lines = [orders.line(products[n % 3], n % 23 + 1, price=D(n * 7 % 1000).scaleb(-2)) for n in range(1, count + 1)]
    return invoices.post(an_order(*lines), number="INV-1", on=DAY).document


@cache
def long_print(count: int) -> tuple[str, ...]:
    """Return the pages of such an invoice; the longest is printed once for all that is asked of it."""
    return tuple(pages(printed.to_pdf([printed.invoice(a_long_invoice(count), **BOTH, account=ACCOUNT)])))


# ---------------------------------------------------------------------- the file


def test_a_print_is_pdf_a_3b_with_the_date_of_the_document() -> None:
    """Part 3, conformance B, title, author, language and date; no clock has a part in it."""
    sheet = printed.invoice(a_long_invoice(2), **BOTH)
    read = PdfReader(BytesIO(printed.to_pdf([sheet])))
    xmp = read.xmp_metadata
    assert xmp is not None and read.metadata is not None
    assert (xmp.pdfaid_part, xmp.pdfaid_conformance) == ("3", "B")
    assert (read.metadata.title, read.metadata.author) == ("Factuur INV-1", "Salt & Sons")
    assert read.metadata.creation_date is not None and read.metadata.creation_date.date() == DAY
    assert read.root_object["/Lang"] == "nl"


def test_the_same_document_gives_the_same_bytes_in_every_process() -> None:
    """Here twice, and in another process."""
    here = printed.to_pdf([a_sheet("Same")])
    code = (
        "import hashlib; from datetime import date; from salesflow.documents import printed; from salesflow.documents.sheet import Sheet, Words;"
        "s = Sheet(title='Letter', language='en', on=date(2026, 3, 2), blocks=(Words(text='Same'),), pages='Page {page} of {pages}');"
        "print(hashlib.sha256(printed.to_pdf([s])).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert here == printed.to_pdf([a_sheet("Same")])
    assert hashlib.sha256(here).hexdigest() == there


def test_every_page_has_a_picture() -> None:
    """Of one page or of several, as PNG."""
    assert len(printed.to_png([a_sheet()])) == 1
    several = printed.to_png([a_sheet(), a_sheet()], dots_per_inch=40)
    assert [each[:4] for each in several] == [b"\x89PNG", b"\x89PNG"]


def test_several_documents_in_one_run_have_pages_of_their_own() -> None:
    """Of different kinds and in two languages: each begins on a page and counts from one."""
    long = printed.invoice(a_long_invoice(70), **BOTH)
    shown = pages(printed.to_pdf([long, evolve(long, language="en", title="Invoice", pages="Page {page} of {pages}"), a_sheet()]))
    counted: list[str] = [found[0] for page in shown if (found := re.findall(r"(?:Pagina|Page) \d+ (?:van|of) \d+", page))]
    assert counted == [
        *("Pagina 1 van 3", "Pagina 2 van 3", "Pagina 3 van 3"),
        *("Page 1 of 3", "Page 2 of 3", "Page 3 of 3"),
        "Page 1 of 1",
    ]


def test_there_has_to_be_something_to_print() -> None:
    """No sheets, or something that is no sheet, are refused."""
    wrong: Any = "sheet"
    for make in (printed.to_pdf, printed.to_png):
        with pytest.raises(ValueError, match="nothing to print"):
            make([])
        with pytest.raises(TypeError, match="sheets must be a Sheet"):
            make([wrong])


def test_the_library_loads_without_the_extra() -> None:
    """Neither the package nor its documents load a printer before one is asked for."""
    code = "import sys, salesflow, salesflow.documents; salesflow.invoices; print({'typst', 'facturx', 'lxml', 'pypdf'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ---------------------------------------------------------------------- carried amounts


def carried(shown: Sequence[str], word: str) -> list[list[Decimal]]:
    """Return the amounts carried on each page, in the order they stand."""
    return [
        [D(each.replace(".", "").replace(",", ".")) for each in re.findall(rf"^{word} ([-\d.,]+)$", page, re.MULTILINE)] for page in shown
    ]


@pytest.mark.parametrize("count", [1, 25, 26, 27, 28, 29, 60, 500])
def test_what_is_carried_to_the_next_page_is_what_the_lines_so_far_come_to(count: int) -> None:
    """Restated from the lines that stand on each page: at the foot, again at the top of the next one, and nothing on the last."""
    shown = long_print(count)
    amounts = [
        [D(each.replace(".", "").replace(",", ".")) for each in re.findall(r"21 % ([\d.]+,\d\d)$", page, re.MULTILINE)] for page in shown
    ]
    found, running = carried(shown, "Transport"), D(0)
    with_lines = [place for place, each in enumerate(amounts) if each]
    for place in with_lines:
        before = [running] if running else []
        running += sum(amounts[place], D(0))
        after = [running] if place != with_lines[-1] else []
        assert found[place] == before + after
    assert running == a_long_invoice(count).net
    assert sum(len(each) for each in amounts) == count


def test_the_headings_stand_on_every_page_of_a_table() -> None:
    """Five hundred lines, and none without its columns."""
    shown = long_print(500)
    assert all("Artikel Omschrijving Aantal Prijs Btw Bedrag EUR" in page for page in shown if " 21 % " in page and "Transport" in page)
    assert all("Factuur · INV-1 · Salt & Sons" in page for page in shown[1:])


def test_two_tables_carry_apart_from_each_other() -> None:
    """A second table begins with nothing carried."""
    rows = tuple(TableRow(cells=(f"{n}",), carried=f"sum {n}") for n in range(60))
    table = Grid(columns=(Column("N", "left", "fill"),), rows=rows, carried="Carried")
    shown = pages(printed.to_pdf([evolve(a_sheet(), blocks=(table, table))]))
    found = [re.findall(r"^Carried sum (\d+)$", page, re.MULTILINE) for page in shown]
    assert all(first[-1:] == second[:1] or not second for first, second in pairwise(found))
    assert "59" not in {each for page in found for each in page}


# ---------------------------------------------------------------------- texts are no markup

HOSTILE = (
    '#import "/etc/passwd"',
    "#panic(1)",
    "$ x^2 $ and $",
    "a\\b \\u{41} \\#",
    "<label> @ref <b>bold</b>",
    "*bold* _soft_ `code` = head",
    "[content] {code} ] }",
    "// no comment /* none */",
    "https://example.org/~x -- --- ...",
    '"quotes" \'single\' ""',
    "{page} {pages} {0} %s",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_markup_is_shown_as_it_is(text: str) -> None:
    """Wherever a text may stand: name, item, comment, terms, title and number."""
    line = orders.line(evolve(CHAI, item=evolve(CHAI.item, name=text)), 1)
    invoice = invoices.post(an_order(line, comment=text), number="INV-1", on=DAY).document
    sheet = evolve(printed.invoice(invoice, **BOTH), title=text, number=text, recipient=(text,), registered=(text,))
    shown = " ".join(text_of(sheet).split())
    assert shown.count(" ".join(text.split())) >= 5


def test_signs_without_a_shape_are_left_out() -> None:
    """NUL, other controls, halves of pairs and signs that turn a line around; every kind of space is one."""
    shown = text_of(a_sheet("a\x00b\x07c\ud800d\u202ee f\u00a0g\th\u2028i"))
    assert "abcde f g h\ni" in shown


def test_what_no_font_has_is_replaced_and_the_rest_stays() -> None:
    """Emoji and scripts that the fonts do not have; Greek, Cyrillic, Hebrew and Arabic are there."""
    assert "tea \ufffd\ufffd for you \ufffd" in text_of(a_sheet("tea 茶葉 for you \U0001f600"))
    assert "Ωμέγα Жук café" in text_of(a_sheet("Ωμέγα Жук cafe\u0301"))
    assert "\ufffd" not in text_of(a_sheet("שלום مرحبا"))
    assert "x\ufffd y" in text_of(a_sheet("x\u0e31 y"))


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=80))
@example("\u0e31")
@example("茶" * 90)
@example("a\u0e31" * 60)
@example("\U0001f468\u200d\U0001f469\u200d\U0001f467 \u200d")
def test_no_text_stops_the_press(text: str) -> None:
    """Whatever somebody types, there is a page."""
    assert pages(printed.to_pdf([a_sheet(text, sender=(text,), facts=((text, text),))]))


def test_long_words_and_long_names_stay_within_the_page() -> None:
    """They are broken over lines: every letter is there, and none stands beyond the margin."""
    word = "W" * 400
    line = FreeTextLine(text=f"{word} and {'many words ' * 60}", account="8200", net=D(1), vat=STANDARD, item="I" * 90)
    posted = free_text.post(free_text.draft(ACME, [line], "EUR", reference="x"), number="FT-1", on=DAY).document
    sheet = evolve(printed.invoice(posted, **BOTH), recipient=(word,))
    places: list[float] = []
    reader = PdfReader(BytesIO(printed.to_pdf([sheet])))
    text = "".join(page.extract_text(visitor_text=lambda _, __, matrix, *___: places.append(matrix[4])) for page in reader.pages)
    assert text.count("W") == 801  # and one of a sentence
    assert "WWWWWWWWWWWWWWWW" in text  # nothing stands between the letters of a word that was broken
    assert text.count("I") >= 90
    assert max(places) < 595 - 40


# ---------------------------------------------------------------------- themes


def test_a_theme_brings_colour_logo_font_and_a_footer() -> None:
    """The name at the head gives way to the logo and moves to the address; all texts stay."""
    theme = Theme(colour="#804000", logo=LOGO, logo_height=12, font="New Computer Modern", footer="www.example.org")
    sheet = printed.invoice(a_long_invoice(3), **BOTH)
    dressed = printed.to_pdf([sheet], theme=theme)
    assert dressed != printed.to_pdf([sheet])
    fonts = {str(font["/BaseFont"]) for page in PdfReader(BytesIO(dressed)).pages for font in page["/Resources"]["/Font"].values()}  # type: ignore[index]
    assert all("NewCM" in font for font in fonts)
    assert "www.example.org" in "".join(pages(dressed))
    assert "Salt & Sons" in "".join(pages(dressed))


def test_an_application_can_bring_a_template_of_its_own() -> None:
    """Built of the parts of the standard one, or of nothing but the data."""
    own = "#let data = json(bytes(sys.inputs.data))\n#set document(date: datetime(year: 2026, month: 3, day: 2))\n#for sheet in data.sheets [Own: #sheet.title]"
    assert text_of(a_sheet(), theme=Theme(template=own)) == "Own: Letter"
    parts = '#import "/sheet.typ": *\n#show-sheets(json(bytes(sys.inputs.data)), letterhead: (sheet, theme) => [Our own head])'
    assert "Our own head" in text_of(a_sheet(), theme=Theme(template=parts))


def test_a_template_that_is_wrong_is_said_to_be() -> None:
    """The error is that of the template."""
    with pytest.raises(typst.TypstError, match="unknown variable: nonsense"):
        printed.to_pdf([a_sheet()], theme=Theme(template="#nonsense"))


def test_a_template_reads_nothing_outside_of_its_folder(tmp_path: Path) -> None:
    """Neither up the tree nor by an absolute path."""
    (tmp_path / "secret").write_text("secret")
    for path in (tmp_path / "secret", "../press.py", "/../press.py"):
        with pytest.raises(typst.TypstError):
            printed.to_pdf([a_sheet()], theme=Theme(template=f'#read("{path}")'))


def test_fonts_come_from_the_folders_that_are_named_and_from_nowhere_else(tmp_path: Path) -> None:
    """A folder without fonts changes nothing."""
    assert printed.to_pdf([a_sheet()], theme=Theme(fonts=(tmp_path,))) == printed.to_pdf([a_sheet()])


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345g", '#fff"]'])
def test_a_colour_is_written_in_one_way(colour: str) -> None:
    """Anything else could be markup."""
    with pytest.raises(ValueError, match="colour must be written as #rrggbb"):
        Theme(colour=colour)


def test_a_sheet_is_checked_at_the_door() -> None:
    """Rows with too few cells, blocks of another kind, and a moment in the place of a date."""
    with pytest.raises(ValueError, match="a cell for each of the 1 columns, not 2"):
        Grid(columns=(Column("N"),), rows=(TableRow(cells=("1", "2")),))
    wrong: Any = ("text",)
    with pytest.raises(TypeError, match="block must be a"):
        Sheet(title="T", language="en", on=DAY, pages="", blocks=wrong)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_sheet_is_plain_data(language: Language) -> None:
    """JSON has it as it is; sheets are values that compare and hash."""
    sheet = printed.invoice(a_long_invoice(2), **BOTH, language=language)
    assert as_data(sheet)["on"] == [2026, 3, 2]
    assert hash(sheet) == hash(printed.invoice(a_long_invoice(2), **BOTH, language=language))
    assert evolve(sheet, on=LATER) != sheet
    assert evolve(sheet, on=date(2026, 3, 2)) == sheet


def test_what_typst_makes_is_looked_at() -> None:
    """Something else than bytes would be no document."""
    with pytest.raises(TypeError, match="must be a bytes"):
        press._one(None)
