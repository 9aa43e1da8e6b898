"""UBL written from orders, confirmations and packing slips, read back, and refused where it is unsafe."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, localcontext

import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from salesflow import Address, Charge, Order, TradeParty, deliveries, en16931
from salesflow.documents import cii, ubl
from salesflow.documents.ubl_elements import CAC, CBC
from salesflow.model.einvoice import Adjustment, Profile, Scope
from tests.builders import ADVICE, DAY, STANDARD, a_charge, an_order, chai
from tests.einvoices import BELGIUM, BUYER, SELLER, a_line, an_invoice
from tests.official import against_schema

D = Decimal
NAMES = {"cac": CAC, "cbc": CBC}
FREIGHT = a_charge(number=1, code="freight", text="Freight", amount=D("7.25"), vat=STANDARD)
REBATE = a_charge(number=1, code="rebate", amount=D("-7.25"), vat=STANDARD)


def values(document: bytes, path: str) -> list[str]:
    """Return the text of all elements at a path."""
    return [str(each.text) for each in etree.fromstring(document).findall(path, NAMES)]


def a_full_order(*charges: Charge) -> Order:
    """Return an order with everything that UBL has a place for."""
    lines = (
        chai(100, price=D("18.00"), discount=D("12.5"), requested=date(2026, 3, 20)),
        evolve(chai(7, price=D("19.99")), item=ADVICE.item, price_unit=D(10)),
    )
    return an_order(
        *lines,
        charges=list(charges),
        reference="PO-77",
        deliver_to=Address(street="Dock 9", city="Gent", postal_code="9000", country="BE"),
        comment="By boat",
    )


# ---------------------------------------------------------------------- written


@pytest.mark.parametrize("charges", [(), (FREIGHT,), (REBATE,)], ids=["none", "freight", "rebate"])
def test_an_order_and_its_confirmation_keep_to_the_schema_and_come_to_its_totals(charges: tuple[Charge, ...]) -> None:
    """Both say what the order comes to, and name the same lines."""
    order = a_full_order(*charges)
    sent = ubl.write_order(order, seller=SELLER, buyer=BUYER)
    answer = ubl.write_confirmation(order, number="OC-1", on=DAY, seller=SELLER, buyer=BUYER)
    for document, total in ((sent, "AnticipatedMonetaryTotal"), (answer, "LegalMonetaryTotal")):
        assert against_schema(document) == []
        assert values(document, f"cac:{total}/cbc:PayableAmount") == [str(order.totals.total)]
        assert values(document, "cac:TaxTotal/cbc:TaxAmount") == [str(order.totals.vat)]
        assert values(document, "cac:OrderLine/cac:LineItem/cbc:LineExtensionAmount") == ["1575.00", "13.99"]
    assert values(answer, "cac:OrderReference/cbc:ID") == [order.number]


def test_a_plain_order_keeps_to_the_schema() -> None:
    """Without dates, address, reference or charges; what is outside VAT has no rate."""
    line = chai(1)
    order = an_order(evolve(line, item=evolve(line.item, vat=evolve(STANDARD, category="O", rate=D(0)), name="")))
    for document in (
        ubl.write_order(order, seller=TradeParty(name="Us"), buyer=TradeParty(name="Them", vat="NL1", tax_registration="2")),
        ubl.write_confirmation(order, number="OC-1", on=DAY, seller=SELLER, buyer=BUYER),
    ):
        assert against_schema(document) == []
        assert values(document, ".//cac:ClassifiedTaxCategory/cbc:Percent") == []
        assert values(document, ".//cac:Item/cbc:Name") == ["CHAI"]
    abroad = Address(street="Dock 9", city="Gent", postal_code="9000", country="BE")
    for order in (an_order(chai(1, requested=DAY)), an_order(chai(1), deliver_to=abroad)):
        assert against_schema(ubl.write_order(order, seller=SELLER, buyer=TradeParty(name=""))) == []


@given(st.integers(1, 20), st.integers(1, 20))
def test_delivered_and_outstanding_come_to_what_was_ordered(first: int, second: int) -> None:
    """On the slip that is being sent, whatever was delivered before it."""
    order = an_order(chai(40))
    order, _ = deliveries.post(order, {1: first}, number="PS-1", on=DAY)
    order, slip = deliveries.post(order, {1: second}, number="PS-2", on=DAY)
    document = ubl.write_despatch(slip, [order], seller=SELLER, buyer=BUYER, reason="AV")
    assert against_schema(document) == []
    left = D(values(document, "cac:DespatchLine/cbc:OutstandingQuantity")[0]) if first + second < 40 else 0
    assert first + D(values(document, "cac:DespatchLine/cbc:DeliveredQuantity")[0]) + left == 40


def test_a_slip_of_two_orders_names_each_beside_its_lines() -> None:
    """The head names an order only where there is one."""
    one, other = an_order(chai(4), number="SO-1"), an_order(chai(2), number="SO-2")
    done = deliveries.post({one: {1: 4}, other: {1: 2}}, number="PS-1", on=DAY)
    orders = [each for each in done.changed if isinstance(each, Order)]
    document = ubl.write_despatch(done.document, orders, seller=SELLER, buyer=BUYER)
    assert against_schema(document) == []
    assert values(document, "cac:OrderReference/cbc:ID") == []
    assert values(document, "cac:DespatchLine/cac:OrderLineReference/cac:OrderReference/cbc:ID") == ["SO-1", "SO-2"]
    with pytest.raises(ValueError, match="delivers SO-2 too"):
        ubl.write_despatch(done.document, orders[:1], seller=SELLER, buyer=BUYER)


def test_an_invoice_is_written_with_parties_and_totals() -> None:
    """Figures alone are no document."""
    whole = an_invoice()
    for bare in (evolve(whole, sums=None), evolve(whole, seller=None), evolve(whole, buyer=None)):
        with pytest.raises(ValueError, match="is written with its totals"):
            ubl.write(bare)


def test_everything_that_an_invoice_may_say_comes_back() -> None:
    """References, VAT in another currency, prices before discount, and a unit of the base that is another."""
    line = a_line(
        order_line="1", description="Loose leaves", seller_item="CHAI", base_quantity=D(1), base_unit="KGM", gross_price=D("30.00"),
        price_discount=D("5.00"), adjustments=(Adjustment(amount=D("1.00"), reason_code="95"),),
    )  # fmt: skip
    invoice = an_invoice(
        line, profile=Profile.PEPPOL, tax_currency="USD", buyer_reference="ref", delivered=DAY, deliver_to=BELGIUM,
        seller=evolve(SELLER, tax_registration="99"), period=(None, DAY), preceding=(("INV-0", DAY),), notes=("one", "two"),
    )  # fmt: skip
    assert invoice.sums is not None
    invoice = evolve(invoice, sums=evolve(invoice.sums, tax_accounting=D("22.89")))
    assert against_schema(ubl.write(invoice)) == []
    assert ubl.read(ubl.write(invoice)) == invoice
    assert ubl.write(invoice) == ubl.write(invoice)
    assert [each.rule for each in en16931.check(invoice)] == [*["PEPPOL-EN16931-R130"], "PEPPOL-EN16931-R002"]


def test_amounts_that_are_not_there_are_found() -> None:
    """Each by its rule; they count as zero."""
    document = ubl.write(an_invoice())
    for old in (">121.00</cbc:PayableAmount>", ">100.00</cbc:TaxExclusiveAmount>", ">21.00</cbc:TaxAmount>", ">100.00</cbc:TaxableAmount>"):
        document = changed(document, old, "><" + old.partition("<")[2])
    found = ubl.read(document)
    assert found.missing == ("sums.net", "sums.payable", "breakdown[0].taxable", "breakdown[0].tax")
    assert {"BR-13", "BR-15", "BR-45", "BR-46"} <= {each.rule for each in en16931.check(found)}


def test_a_price_before_discount_without_the_discount_states_the_difference() -> None:
    """30.00 before and 25.00 after is 5.00 off; without a price nothing is said of it."""
    invoice = an_invoice(a_line(gross_price=D("30.00")))
    assert values(ubl.write(invoice), "cac:InvoiceLine/cac:Price/cac:AllowanceCharge/cbc:Amount") == ["5.00"]
    bare = evolve(invoice, lines=(evolve(invoice.lines[0], price=None),))
    assert values(ubl.write(bare), "cac:InvoiceLine/cac:Price/cac:AllowanceCharge/cbc:Amount") == []


def test_an_account_without_means_and_signs_that_xml_has_not_are_left_out() -> None:
    """A control character is no text in XML."""
    invoice = an_invoice(a_line(name="Ch\x00a\x0bi", unit="C62\x00"), means="", account="", payment_terms="", order="")
    assert ubl.read(ubl.write(invoice)).lines[0].name == "Chai"


# ---------------------------------------------------------------------- read


def test_an_order_comes_back_as_it_was_sent() -> None:
    """Numbers, units, prices and VAT; a discount is in the price."""
    order = a_full_order()
    found = ubl.read_order(ubl.write_order(order, seller=SELLER, buyer=BUYER))
    assert (found.number, found.on, found.currency, found.reference) == (order.number, order.placed, "EUR", "PO-77")
    assert (found.seller, found.buyer) == (SELLER, BUYER)
    assert [line.amount(line.ordered, D("0.01")) for line in found.lines] == [D("1575.00"), D("13.99")]
    assert [(line.number, line.ordered, line.item.number, line.item.unit, line.item.vat) for line in found.lines] == [
        (1, 100, "CHAI", "C62", STANDARD),
        (2, 7, "ADVICE", "HUR", STANDARD),
    ]


def changed(document: bytes, old: str, new: str) -> bytes:
    """Return a document with a part of its text replaced."""
    assert old.encode() in document
    return document.replace(old.encode(), new.encode())


def test_an_order_with_lines_of_its_own_numbers_is_numbered_by_place() -> None:
    """An item without a number goes by its name, a unit that is missing is a piece, and no category is outside VAT."""
    document = ubl.write_order(an_order(chai(1)), seller=SELLER, buyer=BUYER)
    document = changed(changed(document, "<cbc:ID>1</cbc:ID>", "<cbc:ID>A-1</cbc:ID>"), ' unitCode="C62"', "")
    document = changed(changed(document, "<cbc:ID>CHAI</cbc:ID>", ""), "<cbc:ID>S</cbc:ID>", "")
    [line] = ubl.read_order(document).lines
    assert (line.number, line.item.number, line.item.unit, line.item.vat.category) == (1, "Chai", "C62", "O")


def test_an_order_that_cannot_be_placed_is_not_read() -> None:
    """A quantity of nothing is none."""
    document = ubl.write_order(an_order(chai(1)), seller=SELLER, buyer=BUYER)
    with pytest.raises(ubl.UnreadableError, match="a line cannot be ordered: ordered must not be zero"):
        ubl.read_order(changed(document, ">1</cbc:Quantity>", ">0</cbc:Quantity>"))
    with pytest.raises(ubl.UnreadableError, match="Quantity is missing"):
        ubl.read_order(changed(document, ">1</cbc:Quantity>", "></cbc:Quantity>"))


ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("doctype", [ENTITY, BOMB, '<!DOCTYPE Invoice SYSTEM "http://example.org/x.dtd">'], ids=["entity", "bomb", "dtd"])
def test_a_document_type_is_refused(doctype: str) -> None:
    """External entities, bombs, and whatever else it could declare."""
    text = ubl.write(an_invoice(a_line(name="NAME"))).decode()
    entity = "&c;" if doctype == BOMB else "&e;" if doctype == ENTITY else "Chai"
    unsafe = text.replace("?>", f"?>\n{doctype}", 1).replace("NAME", entity)
    with pytest.raises(ubl.UnreadableError, match="document type"):
        ubl.read(unsafe.encode())


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "no XML"),
        (b"<Invoice", "no XML"),
        (b"<Invoice/>", "Invoice or CreditNote of UBL 2 was expected"),
        (b"<a>" * 5000, "no XML"),
        (b"x" * 101, "101 bytes; at most 100"),
    ],
)
def test_what_is_no_such_document_is_refused(document: bytes, said: str) -> None:
    """Empty, broken, another document, too deep, too large."""
    with pytest.raises(ubl.UnreadableError, match=said):
        ubl.read(document, largest=100 if len(document) == 101 else ubl.LARGEST)
    with pytest.raises(ubl.UnreadableError):
        ubl.read_order(ubl.write(an_invoice()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (">121.00</cbc:PayableAmount>", ">lots</cbc:PayableAmount>", "PayableAmount must be a number, not 'lots'"),
        (">121.00</cbc:PayableAmount>", ">1e9999</cbc:PayableAmount>", "PayableAmount must be a number"),
        (">121.00</cbc:PayableAmount>", ">١٢</cbc:PayableAmount>", "PayableAmount must be a number"),
        (">2026-03-02</cbc:IssueDate>", ">soon</cbc:IssueDate>", "IssueDate must be a date, not 'soon'"),
    ],
)
def test_values_that_are_none_are_refused(old: str, new: str, said: str) -> None:
    """Numbers as the schema has them, dates as the calendar has them."""
    with pytest.raises(ubl.UnreadableError, match=said):
        ubl.read(changed(ubl.write(an_invoice()), old, new))


def test_amounts_in_another_currency_are_found() -> None:
    """Each by its path; VAT in the accounting currency is no such amount."""
    document = ubl.write(an_invoice())
    found = ubl.read(changed(document, 'currencyID="EUR">25.00', 'currencyID="USD">25.00'))
    assert found.foreign == (("InvoiceLine/Price/PriceAmount", "USD"),)
    assert [each.rule for each in en16931.check(found, scope=Scope.ARITHMETIC)] == ["PEPPOL-EN16931-R051"]


def test_a_document_without_most_of_its_parts_is_read_and_checked() -> None:
    """What is missing is found by its rule, not by an error."""
    total = "".join(
        f"<cbc:{name}>1</cbc:{name}>" for name in ("LineExtensionAmount", "TaxExclusiveAmount", "TaxInclusiveAmount", "PayableAmount")
    )
    spaces = f'xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="{CAC}" xmlns:cbc="{CBC}"'
    lines = "<cac:InvoiceLine/>"
    found = ubl.read(f"<Invoice {spaces}><cac:LegalMonetaryTotal>{total}</cac:LegalMonetaryTotal>{lines}</Invoice>".encode())
    rules = {each.rule for each in en16931.check(found)}
    assert {"BR-02", "BR-03", "BR-06", "BR-07", "BR-21", "BR-22", "BR-23", "BR-26", "BR-CO-04", "BR-CO-10", "BR-CO-18", "BR-05"} <= rules


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_whatever_end_in_another_error(noise: bytes) -> None:
    """Noise is unreadable and nothing else."""
    with pytest.raises(ubl.UnreadableError):
        ubl.read(noise)


# ---------------------------------------------------------------------- what XML can hold


@given(st.text())
@example("a\u00a0b")
@example("soft\u00adhyphen \u200bspace \ufeff mark \x7f \x85")
@example("line\r\nline\rline\tend")
def test_only_what_xml_cannot_hold_is_left_out(said: str) -> None:
    """Every other sign comes back as it was, from both syntaxes: no-break spaces, marks without a shape, ends of lines."""
    text = f"({said})"
    held = "".join(
        letter for letter in text if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff" and not is_half(letter))
    )
    invoice = an_invoice(a_line(description=text), notes=(text,))
    back = ubl.read(ubl.write(invoice))
    assert (back.lines[0].description, back.notes) == (held, (held,))
    there = {each.text for each in etree.fromstring(cii.write(invoice)).iter() if each.text and each.text.startswith("(")}
    assert there == {held}


def is_half(letter: str) -> bool:
    """Say whether a sign is half of a pair."""
    return "\ud800" <= letter <= "\udfff"


def test_an_element_of_which_nothing_can_be_said_is_not_there() -> None:
    """No element may be empty."""
    nothing = an_invoice(a_line(description="\x00"), notes=("\x1f",))
    assert values(ubl.write(nothing), "cbc:Note") == []
    assert b"Description>" not in ubl.write(nothing)
    assert b"Description" not in cii.write(evolve(nothing, payment_terms=""))


def test_a_discount_of_a_price_does_not_depend_on_surroundings() -> None:
    """Two prices of more digits than the caller reckons with."""
    invoice = an_invoice(a_line(price=D("1234567.12345"), gross_price=D("2234567.99999")))
    usual = ubl.write(invoice), cii.write(invoice)
    with localcontext(prec=6):
        assert (ubl.write(invoice), cii.write(invoice)) == usual
