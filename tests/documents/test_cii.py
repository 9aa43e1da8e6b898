"""Electronic invoices as CII, before the official judges of that syntax, and beside the same invoice as UBL."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import example, given, settings
from lxml import etree

from salesflow import EInvoice, en16931
from salesflow.documents import cii, ubl
from salesflow.documents.cii_elements import RAM, RSM, UDT
from salesflow.model.einvoice import Adjustment, Profile
from tests.documents.test_conformance import RICH
from tests.einvoices import AGENT, BELGIUM, PAYEE, SELLER, a_line, an_invoice, einvoices
from tests.official import factur_x_schema, fired

D = Decimal
NAMES = {"ram": RAM, "udt": UDT, "rsm": RSM}
PAIRS = (
    ("LineTotalAmount", "LineExtensionAmount"),
    ("TaxBasisTotalAmount", "TaxExclusiveAmount"),
    ("GrandTotalAmount", "TaxInclusiveAmount"),
    ("AllowanceTotalAmount", "AllowanceTotalAmount"),
    ("ChargeTotalAmount", "ChargeTotalAmount"),
    ("TotalPrepaidAmount", "PrepaidAmount"),
    ("RoundingAmount", "PayableRoundingAmount"),
    ("DuePayableAmount", "PayableAmount"),
)
"""Our amounts in CII, and those of UBL."""


STRICTER = frozenset(f"BR-{tax}-0{number}" for tax in ("AF", "AG") for number in (5, 6, 7))
"""The official rules for CII refuse a rate of zero for the categories L and M, which the norm and its rules for UBL allow."""


def judged(document: bytes) -> list[str]:
    """Return what the schema, the rules of the norm and those of Factur-X have against a document."""
    checked = factur_x_schema()
    schema = [] if checked.validate(etree.fromstring(document)) else [str(checked.error_log)]
    found = {rule for which in ("cen-cii", "factur-x") for rule in fired(which, document) if rule.startswith("BR-")}
    return schema + sorted(found - STRICTER)


def of(document: bytes, path: str) -> list[str]:
    """Return the texts at a path of a CII document."""
    return [each.text or "" for each in etree.fromstring(document).iterfind(f".//{path}", NAMES)]


def numbers(texts: list[str]) -> list[Decimal]:
    """Return amounts as numbers: a zero may be written with a sign in UBL."""
    return [D(text) for text in texts]


OTHERWISE = frozenset({"CustomizationID", "ChargeIndicator", "DescriptionCode"})
"""What UBL says in words of its own."""
FIGURES = ("Date", "Amount", "Percent", "Quantity", "Numeric")
DAYS = re.compile(r"(?<=Date>)[0-9-]{10}")


def said(document: bytes) -> set[str]:
    """Return every text of a document."""
    return {each.text for each in etree.fromstring(document).iter() if each.text and each.text.strip()}


def words_of(document: etree._Element) -> set[str]:
    """Return every text of a UBL document that is neither a number nor a date, as CII has it: notes without their subject."""
    words = set()
    for each in document.iter():
        name, text = etree.QName(each).localname, (each.text or "").strip()
        if text and name not in OTHERWISE and not name.endswith(FIGURES):
            words.add(text.removeprefix("#AAI#") if name == "Note" and each.getparent() is document else text)
    return words - {"TAX"}  # the scheme of another number than that for VAT


@settings(max_examples=60)
@given(einvoices())
@example(an_invoice(a_line(quantity=D(-1), price=D(0))))
def test_whatever_is_complete_passes_every_judge_of_cii_too(invoice: EInvoice) -> None:
    """Schema, norm and Factur-X find nothing, and every amount is that of the UBL."""
    ours = evolve(invoice, profile=Profile.CORE)
    document, other = cii.write(ours), etree.fromstring(ubl.write(ours))
    assert judged(document) == []
    totals = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"
    for name, theirs in PAIRS:
        there = [each.text or "" for each in other.iterfind(f"{{*}}LegalMonetaryTotal/{{*}}{theirs}")]
        assert numbers(of(document, f"{totals}/ram:{name}")) == numbers(there)
    taxes = [each.text or "" for each in other.iterfind("{*}TaxTotal/{*}TaxAmount")]
    assert numbers(of(document, f"{totals}/ram:TaxTotalAmount")) == numbers(taxes)
    line = "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    assert numbers(of(document, line)) == [each.net for each in ours.lines]
    assert said(document) >= words_of(other) | {each.replace("-", "") for each in DAYS.findall(ubl.write(ours).decode())}


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (evolve(RICH, number=""), "BR-02"),
        (an_invoice(category := a_line(category="E", rate=D(0))), "BR-E-10"),
        (an_invoice(evolve(category, category="O")), "BR-O-05"),
    ],
    ids=["number", "reason", "rate"],
)
def test_a_wrong_invoice_is_found_out_in_this_syntax_too(wrong: EInvoice, rule: str) -> None:
    """What our own check finds, the official rules for CII find as well: the writer hides nothing."""
    assert rule in {each.rule for each in en16931.check(wrong)}
    assert rule in judged(cii.write(wrong))


def test_everything_that_an_invoice_may_say_is_written() -> None:
    """References, notes, delivery, account, base quantities, line references and the other numbers of a seller."""
    line = a_line(order_line="3", seller_item="CHAI", description="Loose", base_quantity=D(10), base_unit="C62", gross_price=D("26.00"))
    full = an_invoice(
        line,
        seller=evolve(SELLER, tax_registration="4711"),
        buyer=evolve(SELLER, name="Bare", legal="", endpoint="", contact="", telephone="", email="a@b.example"),
        adjustments=(Adjustment(charge=True, percent=D(10), base=D("10.00"), reason_code="FC", category="S", rate=D(21)),),
        buyer_reference="Yard",
        notes=("One", "Two\x00\x1f three"),
        preceding=(("INV-0", None),),
        delivered=RICH.on,
        deliver_to=BELGIUM,
        period=(RICH.on, None),
        payment_terms="Soon",
    )
    document = cii.write(full)
    assert judged(document) == []
    nameless = cii.write(evolve(full, buyer=evolve(SELLER, contact="", email="")))
    assert of(nameless, "ram:BuyerTradeParty/ram:DefinedTradeContact/ram:PersonName") == []
    assert len(of(nameless, "ram:DefinedTradeContact")) == 2
    bare = evolve(SELLER, contact="", telephone="", email="")
    assert of(cii.write(evolve(full, seller=bare, buyer=bare)), "ram:DefinedTradeContact") == []
    assert of(document, "ram:IncludedNote/ram:Content") == ["One", "Two three"]
    assert of(document, "ram:BasisQuantity") == ["10", "10"]
    assert of(document, "ram:AppliedTradeAllowanceCharge/ram:ActualAmount") == ["1.00"]
    assert of(document, "ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == ["INV-0"]
    assert of(document, "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString") == ["20260302"]
    assert of(document, "ram:ShipToTradeParty/ram:PostalTradeAddress/ram:CountryID") == ["BE"]
    assert of(document, "ram:PayeePartyCreditorFinancialAccount/ram:IBANID") == ["NL02ABNA0123456789"]
    assert of(document, "ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID") == ["NL001234567B01", "4711"]


def test_parties_places_and_goods_are_written_with_their_numbers() -> None:
    """Tax representative, payee, place of delivery, trading name, and what there is to know of goods: each in its own element."""
    line = a_line(
        standard_item="08712345678906",
        standard_scheme="0160",
        classification="09132000",
        classification_list="STI",
        origin="BE",
        attributes=(("Colour", "green"),),
        period=(RICH.on, None),
    )
    full = an_invoice(
        line,
        seller=evolve(SELLER, trading_name="The tea house", number="4711"),
        representative=AGENT,
        payee=PAYEE,
        deliver_to=BELGIUM,
        deliver_to_name="Dock",
        deliver_to_location="8712345000028",
        deliver_to_scheme="0088",
        tax_point_code="35",
        means="59",
        mandate="M-1",
        notes=("#AAI#Read this", "No # sign"),
    )
    document = cii.write(full)
    assert judged(document) == []
    assert en16931.check(full) == ()
    agent, payee, place = "ram:SellerTaxRepresentativeTradeParty", "ram:PayeeTradeParty", "ram:ShipToTradeParty"
    for path, texts in (
        ("ram:SellerTradeParty/ram:ID", ["4711"]),
        ("ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:TradingBusinessName", ["The tea house"]),
        (f"{agent}/ram:Name", [AGENT.name]),
        (f"{agent}/ram:PostalTradeAddress/ram:CountryID", ["BE"]),
        (f"{agent}/ram:SpecifiedTaxRegistration/ram:ID", [AGENT.vat]),
        (f"{payee}/ram:GlobalID", [PAYEE.number]),
        (f"{payee}/ram:Name", [PAYEE.name]),
        (f"{payee}/ram:SpecifiedLegalOrganization/ram:ID", [PAYEE.legal]),
        (f"{place}/ram:GlobalID", ["8712345000028"]),
        (f"{place}/ram:Name", ["Dock"]),
        (f"{place}/ram:PostalTradeAddress/ram:CountryID", ["BE"]),
        ("ram:SpecifiedTradeProduct/ram:GlobalID", ["08712345678906"]),
        ("ram:ApplicableProductCharacteristic/ram:Description", ["Colour"]),
        ("ram:ApplicableProductCharacteristic/ram:Value", ["green"]),
        ("ram:DesignatedProductClassification/ram:ClassCode", ["09132000"]),
        ("ram:OriginTradeCountry/ram:ID", ["BE"]),
        ("ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod/ram:StartDateTime/udt:DateTimeString", ["20260302"]),
        ("ram:ApplicableTradeTax/ram:DueDateTypeCode", ["29"]),
        ("ram:DirectDebitMandateID", ["M-1"]),
        ("ram:IncludedNote/ram:SubjectCode", ["AAI"]),
        ("ram:IncludedNote/ram:Content", ["Read this", "No # sign"]),
    ):
        assert of(document, path) == texts, path
    point = cii.write(evolve(full, tax_point_code="", tax_point=RICH.on))
    assert of(point, "ram:ApplicableTradeTax/ram:TaxPointDate/udt:DateString") == ["20260302"]
    assert judged(point) == []


@pytest.mark.parametrize("party", ["payee", "seller"])
def test_a_creditor_in_sepa_has_an_element_of_its_own(party: str) -> None:
    """It is no number of the party, whose payment it is."""
    number: dict[str, Any] = {"number": "NL98ZZZ999999990000", "number_scheme": "SEPA"}
    given: dict[str, Any] = {"payee": evolve(PAYEE, **number)} if party == "payee" else {"seller": evolve(SELLER, **number)}
    document = cii.write(evolve(RICH, **given))
    assert of(document, "ram:CreditorReferenceID") == ["NL98ZZZ999999990000"]
    assert of(document, "ram:GlobalID") == []
    assert judged(document) == []


def test_an_account_that_is_no_iban_is_another_number() -> None:
    """IBAN and other account numbers have elements of their own; without an account there is none."""
    assert of(cii.write(evolve(RICH, account="12345")), "ram:ProprietaryID") == ["12345"]
    assert of(cii.write(evolve(RICH, account="")), "ram:PayeePartyCreditorFinancialAccount") == []
    assert of(cii.write(evolve(RICH, means="", account="")), "ram:SpecifiedTradeSettlementPaymentMeans") == []


def test_profiles_name_their_process_and_empty_parts_are_left_out() -> None:
    """A profile beside the norm's own has a business process; an invoice that says little has few elements."""
    assert of(cii.write(evolve(RICH, profile=Profile.PEPPOL)), "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID")
    bare = evolve(RICH, order="", due=None, payment_terms="", on=None, lines=(a_line(category="", rate=None),))
    document = cii.write(bare)
    assert of(document, "ram:SpecifiedTradePaymentTerms") == []
    assert of(document, "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax") == []
    assert of(document, "ram:IssueDateTime") == []


@pytest.mark.parametrize("missing", ["sums", "seller", "buyer"])
def test_what_is_incomplete_is_not_written(missing: str) -> None:
    """Totals, seller and buyer are needed."""
    without: dict[str, Any] = {missing: None}
    with pytest.raises(ValueError, match="with its totals, its seller and its buyer"):
        cii.write(evolve(RICH, **without))
