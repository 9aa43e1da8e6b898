"""Factur-X: the printed invoice and the electronic one in one file, which is the same on every run."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from decimal import Decimal
from io import BytesIO

import pytest
from attrs import evolve
from facturx import get_facturx_xml_from_pdf
from pypdf import PdfReader

from salesflow import EInvoice, Invoice, credit_notes, einvoices, en16931, invoices
from salesflow.documents import cii, factur_x, printed
from salesflow.model.einvoice import Profile
from tests.builders import DAY, LATER, an_order, chai
from tests.documents.papers import BOTH, text_of
from tests.documents.test_cii import judged
from tests.einvoices import BUYER, SELLER


def both(invoice: Invoice) -> tuple[bytes, EInvoice]:
    """Return an invoice on paper and as an electronic one."""
    electronic = evolve(einvoices.of_invoice(invoice, seller=SELLER, buyer=BUYER, order="PO-1"), means="30", account="NL02ABNA0123456789")
    return printed.to_pdf([printed.invoice(invoice, **BOTH)]), electronic


def posted() -> tuple[Invoice, Invoice]:
    """Return an invoice and a credit note for a part of it."""
    order, invoice = invoices.post(an_order(chai(7, discount=Decimal("7.5"))), number="INV-1", on=DAY)
    return invoice, credit_notes.post(invoice, {1: 2}, orders=order, number="CN-1", on=LATER, reopens=False).document


@pytest.mark.parametrize("which", [0, 1], ids=["invoice", "credit-note"])
def test_the_file_is_read_by_people_and_by_programs(which: int) -> None:
    """The text is that of the print, the XML the one that was written, and no judge has anything against it."""
    invoice = posted()[which]
    pdf, electronic = both(invoice)
    made = factur_x.embed(pdf, electronic)
    name, xml = get_facturx_xml_from_pdf(made)
    assert (name, xml) == ("factur-x.xml", cii.write(electronic))
    assert judged(xml) == []
    assert en16931.check(electronic) == ()
    there = "\n".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    assert there == text_of(printed.invoice(invoice, **BOTH))


def test_the_figures_on_paper_are_those_in_the_file() -> None:
    """Net, VAT and what is to be paid, for the eye and for the program."""
    pdf, electronic = both(posted()[0])
    sums = electronic.sums
    assert sums is not None
    shown = "\n".join(page.extract_text() for page in PdfReader(BytesIO(factur_x.embed(pdf, electronic))).pages)
    for amount in (sums.net, sums.tax, sums.gross, sums.payable):
        assert str(amount).replace(".", ",") in shown


def test_it_is_pdf_a_3b_with_the_marks_of_factur_x() -> None:
    """Part and conformance, level, name and kind of the attachment, output intent, and the date of the invoice."""
    pdf, electronic = both(posted()[0])
    read = PdfReader(BytesIO(factur_x.embed(pdf, electronic, language="nl")))
    xmp, root = read.xmp_metadata, read.root_object
    assert xmp is not None and read.metadata is not None
    assert (xmp.pdfaid_part, xmp.pdfaid_conformance) == ("3", "B")
    about = root["/Metadata"].get_object().get_data().decode()  # type: ignore[union-attr]
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in about
    assert "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>" in about
    [attached] = [each.get_object() for each in root["/AF"].get_object()]  # type: ignore[union-attr]
    assert (attached["/AFRelationship"], attached["/UF"]) == ("/Alternative", "factur-x.xml")
    assert "/OutputIntents" in root
    assert root["/Lang"] == "nl"
    assert (read.metadata.title, read.metadata.author) == ("Salt & Sons: INV-1", "Salt & Sons")
    assert read.metadata.creation_date is not None and read.metadata.creation_date.date() == DAY


def test_the_same_invoice_gives_the_same_bytes_in_every_process() -> None:
    """The time of making stands nowhere in the file."""
    pdf, electronic = both(posted()[0])
    here = factur_x.embed(pdf, electronic)
    code = (
        "import hashlib; from salesflow.documents import factur_x; from tests.documents.test_factur_x import both, posted;"
        "print(hashlib.sha256(factur_x.embed(*both(posted()[0]))).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert hashlib.sha256(here).hexdigest() == there.stdout.strip()


def test_what_cannot_be_in_such_a_file_is_refused() -> None:
    """Another profile, no date, or no totals."""
    pdf, electronic = both(posted()[0])
    with pytest.raises(ValueError, match="holds an invoice of the norm itself, not of NLCIUS"):
        factur_x.embed(pdf, evolve(electronic, profile=Profile.NLCIUS))
    with pytest.raises(ValueError, match="holds an invoice with a date"):
        factur_x.embed(pdf, evolve(electronic, on=None))
    with pytest.raises(ValueError, match="written with its totals"):
        factur_x.embed(pdf, evolve(electronic, sums=None))
