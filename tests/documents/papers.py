"""Reading what was printed, for tests."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from attrs import evolve
from pypdf import PdfReader

from salesflow.documents import printed
from salesflow.documents.printed import Sheet
from tests.einvoices import BUYER, SELLER

BOTH: dict[str, Any] = {"seller": SELLER, "buyer": evolve(BUYER, contact="")}
"""Who sends and who gets it."""
ACCOUNT = "NL02ABNA0123456789"


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def text_of(*sheets: Sheet, **terms: Any) -> str:
    """Return all text of a print of sheets, its lines as they stand."""
    return "\n".join(pages(printed.to_pdf(sheets, **terms)))


def lines_of(sheet: Sheet) -> list[str]:
    """Return the lines of a print of one sheet, without those that are empty."""
    return [line.strip() for line in text_of(sheet).splitlines() if line.strip()]
