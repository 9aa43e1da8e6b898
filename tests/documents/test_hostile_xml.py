"""Documents from outside that are broken or mean harm: read as they are, or refused in one sentence, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from salesflow import en16931
from salesflow.documents import ubl
from salesflow.model.einvoice import Adjustment, Payee, Scope, TaxRepresentative
from tests.builders import an_order, chai
from tests.einvoices import BELGIUM, BUYER, SELLER, a_line, an_invoice

D = Decimal
Read = Callable[[bytes], Any]
FULL = an_invoice(
    a_line(adjustments=(Adjustment(amount=D("1.00"), reason="agreed"),), period=(None, None), attributes=(("Colour", "green"),)),
    payee=Payee(name="The bank", number="1"),
    representative=TaxRepresentative(name="Agent", vat="BE0428759497", address=BELGIUM),
    deliver_to=BELGIUM,
    notes=("Thank you",),
)
INVOICE = ubl.write(FULL)
DOCUMENTS: dict[str, tuple[Read, bytes]] = {
    "invoice": (ubl.read, INVOICE),
    "credit note": (ubl.read, ubl.write(evolve(FULL, type="381"))),
    "order": (ubl.read_order, ubl.write_order(an_order(chai(1)), seller=SELLER, buyer=BUYER)),
}
both = pytest.mark.parametrize(("read", "document"), DOCUMENTS.values(), ids=DOCUMENTS.keys())


def refused(read: Read, document: bytes) -> str:
    """Return the sentence in which a document is refused."""
    with pytest.raises(ubl.UnreadableError) as found:
        read(document)
    assert "\n" not in str(found.value)
    return str(found.value)


LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
DOCTYPES = {
    "empty": "<!DOCTYPE x>",
    "internal": "<!DOCTYPE x [<!ELEMENT x ANY>]>",
    "external": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "public": '<!DOCTYPE x PUBLIC "-//X//EN" "file:///etc/hostname">',
    "file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY e "&l9;">]>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY e "{"a" * 50_000}">]>',
    "attribute": '<!DOCTYPE x [<!ATTLIST x currencyID CDATA "USD">]>',
}


@both
@pytest.mark.parametrize("doctype", DOCTYPES.values(), ids=DOCTYPES.keys())
def test_whatever_a_document_type_declares_it_is_refused(read: Read, document: bytes, doctype: str) -> None:
    """Nothing is fetched, nothing grows, and no default is taken; whether an entity is used or only declared."""
    unsafe = document.replace(b"?>", b"?>" + doctype.encode(), 1)
    assert "document type" in refused(read, unsafe) or "no XML" in refused(read, unsafe)
    used = re.sub(rb"(<cbc:ID>)[^<]*", rb"\1" + b"&e;" * 1000, unsafe, count=1)
    refused(read, used)
    refused(read, used.decode().encode("utf-16"))


@both
def test_a_document_of_another_kind_encoding_or_size_is_refused(read: Read, document: bytes) -> None:
    """Another root, another namespace, none, bytes that are no UTF-8, depth, and one byte too many."""
    root = re.search(rb"<(Invoice|CreditNote|Order) ", document)
    assert root is not None
    name = root.group(1)
    other = document.replace(b"<" + name, b"<Reminder").replace(b"</" + name, b"</Reminder")
    assert "is a Reminder" in refused(read, other)
    assert "expected" in refused(read, document.replace(b"schema:xsd:" + name, b"schema:xsd:Other", 1))
    assert "expected" in refused(read, b"<" + name + b"/>")
    for broken in (
        document.replace(b"<cbc:ID>", b"<cbc:ID>\xff\xfe", 1),
        document.replace(b"UTF-8", b"NO-SUCH", 1),
        document.replace(b"<cbc:ID>", b"<cbc:ID>" + b"<a>" * 10_000, 1),
        document[:-20],
        document + document,
    ):
        assert "no XML" in refused(read, broken)
    with pytest.raises(ubl.UnreadableError, match="at most"):
        cast("Any", read)(document, largest=len(document) - 1)
    read(document)


NUMBERS = ["9" * 10_000, "0." + "0" * 30 + "1", "1" + "0" * 24, "NaN", "INF", "1e5", "1,5", "0x1", "1 000", "--1", "1.2.3"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("element", ["PayableAmount", "InvoicedQuantity", "PriceAmount", "Percent", "TaxableAmount", "Amount"])
def test_numbers_that_no_invoice_has_are_refused(element: str, number: str) -> None:
    """Too long, too small, or written in another way; the sentence shows no more of it than the beginning."""
    changed = re.sub(rf"(<cbc:{element}[^>]*>)[^<]*".encode(), rb"\g<1>" + number.encode(), INVOICE, count=1)
    assert changed != INVOICE
    assert len(refused(ubl.read, changed)) < 200


@pytest.mark.parametrize("element", ["PayableAmount", "InvoicedQuantity", "PriceAmount", "Percent", "TaxableAmount", "Amount"])
def test_a_number_of_twenty_digits_is_read_where_it_is_an_amount_and_never_breaks_arithmetic(element: str) -> None:
    """What is read can be checked."""
    changed = re.sub(rf"(<cbc:{element}[^>]*>)[^<]*".encode(), rb"\g<1>" + b"9" * 20, INVOICE, count=1)
    try:
        found = ubl.read(changed)
    except ubl.UnreadableError:
        assert element in {"InvoicedQuantity", "PriceAmount", "Percent", "Amount"}
    else:
        assert en16931.check(found) != ()


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01", "10000-01-01", "02-03-2026", "2026-3-2", "yesterday"])
def test_days_that_are_none_are_refused(day: str) -> None:
    """Out of the calendar or written in another way."""
    changed = re.sub(rb"(<cbc:IssueDate>)[^<]*", rb"\g<1>" + day.encode(), INVOICE, count=1)
    assert "IssueDate must be a date" in refused(ubl.read, changed)


def parts(document: bytes) -> list[tuple[int, int]]:
    """Return where each element with a value begins and ends."""
    return [each.span() for each in re.finditer(rb"<(cbc:\w+)[^>]*>[^<]*</\1>", document)]


@both
def test_an_element_that_is_missing_or_there_twice_is_read_or_refused(read: Read, document: bytes) -> None:
    """One by one; what is read of an invoice can be checked."""
    for begin, end in parts(document):
        for times in (0, 2, 20):
            changed = document[:begin] + document[begin:end] * times + document[end:]
            try:
                found = read(changed)
            except ubl.UnreadableError as error:
                assert "\n" not in str(error)
                continue
            if read is ubl.read:
                en16931.check(found)
                en16931.check(found, scope=Scope.ARITHMETIC)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Read, bytes]:
    """Return a good document of which a few bytes are replaced, cut out or written twice."""
    read, document = DOCUMENTS[draw(st.sampled_from(sorted(DOCUMENTS)))]
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(document)))
        end = min(len(document), begin + draw(st.integers(0, 60)))
        noise = draw(st.binary(max_size=4) | st.sampled_from([b"<", b">", b"&", b"9" * 400, b"<!--", b"]]>", document[begin:end] * 2]))
        document = document[:begin] + noise + document[end:]
    return read, document


@settings(max_examples=300)
@given(mutated())
def test_bytes_of_a_good_document_that_change_end_in_no_other_error(case: tuple[Read, bytes]) -> None:
    """It is read, and an invoice can be checked then; or it is refused in one sentence."""
    read, document = case
    try:
        found = read(document)
    except ubl.UnreadableError as error:
        assert "\n" not in str(error)
    else:
        if read is ubl.read:
            en16931.check(found)
