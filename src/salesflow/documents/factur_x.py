"""
Factur-X: a printed invoice that carries the electronic one, so that people and programs read the same document.

It needs the extra ``facturx``.
"""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any

from facturx import generate_from_binary
from pypdf import PdfWriter
from pypdf.generic import NameObject, TextStringObject

from salesflow.checks import require_kind
from salesflow.documents import cii
from salesflow.model.einvoice import EInvoice, Profile

MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
"""A moment as XMP writes it."""


def embed(pdf: bytes, invoice: EInvoice, *, language: str = "nl") -> bytes:
    """
    Return the PDF of an invoice with the electronic invoice in it: Factur-X of level EN 16931, in PDF/A-3b.

    The same PDF and the same invoice give the same bytes: times in the file are those of the invoice date.

    Args:
        pdf: The printed invoice, as ``printed.to_pdf`` makes it.
        language: Of the printed invoice, for those who have it read out.

    Raises:
        ValueError: the invoice has no date, is incomplete, or is of another profile than the norm's own.
    """
    require_kind("invoice", invoice, EInvoice)
    if invoice.profile is not Profile.CORE:
        msg = f"a Factur-X document holds an invoice of the norm itself, not of {invoice.profile.en}"
        raise ValueError(msg)
    if invoice.on is None:
        msg = "a Factur-X document holds an invoice with a date"
        raise ValueError(msg)
    made = generate_from_binary(
        pdf,
        cii.write(invoice),
        flavor="factur-x",
        level="en16931",
        check_xsd=True,
        check_schematron=False,  # it asks a server, and says yes where there is none; en16931.check is the check
        lang=language,
        pdf_metadata=_metadata(invoice),
        afrelationship="alternative",
        xmp_compression=False,
    )
    return _without_clock(made, invoice.on)


def _metadata(invoice: EInvoice) -> dict[str, str]:
    seller = invoice.seller.name if invoice.seller else ""
    return {
        "author": seller,
        "keywords": "Factur-X",
        "title": f"{seller}: {invoice.number}",
        "subject": f"{invoice.number} {invoice.on}",
    }


def _without_clock(pdf: bytes, on: date) -> bytes:
    """Put the invoice date wherever the time of making stands: in the description of the file, of the attachment, and in the XMP."""
    writer, day = PdfWriter(clone_from=BytesIO(pdf)), f"D:{on:%Y%m%d}000000Z"
    writer.add_metadata({"/CreationDate": day, "/ModDate": day})
    root: Any = writer.root_object
    for each in root["/AF"].get_object():
        attached = each.get_object()["/EF"]["/F"].get_object()
        attached["/Params"][NameObject("/ModDate")] = TextStringObject(day)
    about = root["/Metadata"].get_object()
    about.set_data(MOMENT.sub(f"{on.isoformat()}T00:00:00".encode(), about.get_data()))
    made = BytesIO()
    writer.write(made)
    return made.getvalue()
