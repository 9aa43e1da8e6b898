"""
Electronic invoices as a CrossIndustryInvoice, the other syntax of EN 16931 and the one that a Factur-X document carries.

Elements stand in the order that the schema asks for. It needs the extra ``facturx``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lxml import etree

from salesflow.checks import ONE
from salesflow.documents.ubl_elements import to_bytes
from salesflow.documents.ubl_invoice import CUSTOMIZATIONS, PROCESS
from salesflow.model.einvoice import Adjustment, EInvoice, EInvoiceLine, Profile, Sums, TaxGroup, TradeParty

SPACE = "urn:un:unece:uncefact:data:standard:"
RSM, RAM, UDT, QDT = (
    f"{SPACE}{name}:100"
    for name in ("CrossIndustryInvoice", "ReusableAggregateBusinessInformationEntity", "UnqualifiedDataType", "QualifiedDataType")
)
IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Value = str | Decimal | None


def write(invoice: EInvoice) -> bytes:
    """
    Return a complete electronic invoice or credit note as CII, with the very amounts of its UBL.

    It is written as it stands, right or wrong; ``en16931.check`` says which of the two.

    Raises:
        ValueError: totals, seller or buyer are missing.
    """
    if invoice.sums is None or invoice.seller is None or invoice.buyer is None:
        msg = "an electronic invoice is written with its totals, its seller and its buyer"
        raise ValueError(msg)
    spaces: dict[str | None, str] = {"rsm": RSM, "ram": RAM, "udt": UDT, "qdt": QDT}
    root = etree.Element(f"{{{RSM}}}CrossIndustryInvoice", nsmap=spaces)  # type: ignore[arg-type]
    _head(root, invoice)
    trade = etree.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    for line in invoice.lines:
        _line(_group(trade, "IncludedSupplyChainTradeLineItem"), line)
    _agreement(_group(trade, "ApplicableHeaderTradeAgreement"), invoice, invoice.seller, invoice.buyer)
    _delivery(_group(trade, "ApplicableHeaderTradeDelivery"), invoice)
    _settlement(_group(trade, "ApplicableHeaderTradeSettlement"), invoice, invoice.sums)
    return to_bytes(root)


def _head(root: etree._Element, invoice: EInvoice) -> None:
    context = etree.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    if invoice.profile is not Profile.CORE:
        _text(_group(context, "BusinessProcessSpecifiedDocumentContextParameter"), "ID", PROCESS)
    _text(_group(context, "GuidelineSpecifiedDocumentContextParameter"), "ID", CUSTOMIZATIONS[invoice.profile])
    document = etree.SubElement(root, f"{{{RSM}}}ExchangedDocument")
    _text(document, "ID", invoice.number)
    _text(document, "TypeCode", invoice.type)
    _day(document, "IssueDateTime", invoice.on)
    for note in invoice.notes:
        _text(_group(document, "IncludedNote"), "Content", note)


# ---------------------------------------------------------------------- lines


def _line(item: etree._Element, line: EInvoiceLine) -> None:
    _text(_group(item, "AssociatedDocumentLineDocument"), "LineID", line.id)
    product = _group(item, "SpecifiedTradeProduct")
    _text(product, "SellerAssignedID", line.seller_item)
    _text(product, "Name", line.name)
    _text(product, "Description", line.description)
    _prices(_group(item, "SpecifiedLineTradeAgreement"), line)
    _text(_group(item, "SpecifiedLineTradeDelivery"), "BilledQuantity", line.quantity, unitCode=line.unit)
    settlement = _group(item, "SpecifiedLineTradeSettlement")
    _tax(settlement, "ApplicableTradeTax", line.category, line.rate)
    for each in line.adjustments:
        _adjustment(settlement, each)
    _text(_group(settlement, "SpecifiedTradeSettlementLineMonetarySummation"), "LineTotalAmount", line.net)


def _prices(agreement: etree._Element, line: EInvoiceLine) -> None:
    if line.order_line:
        _text(_group(agreement, "BuyerOrderReferencedDocument"), "LineID", line.order_line)
    if line.gross_price is not None:
        gross = _group(agreement, "GrossPriceProductTradePrice")
        _text(gross, "ChargeAmount", line.gross_price)
        _base(gross, line)
        off = line.gross_price - line.price if line.price_discount is None and line.price is not None else line.price_discount
        allowance = _group(gross, "AppliedTradeAllowanceCharge")
        _indicator(allowance, charge=False)
        _text(allowance, "ActualAmount", off)
    net = _group(agreement, "NetPriceProductTradePrice")
    _text(net, "ChargeAmount", line.price)
    _base(net, line)


def _base(price: etree._Element, line: EInvoiceLine) -> None:
    if line.base_quantity != ONE or line.base_unit:
        _text(price, "BasisQuantity", line.base_quantity, unitCode=line.base_unit or line.unit)


def _adjustment(parent: etree._Element, each: Adjustment) -> etree._Element:
    found = _group(parent, "SpecifiedTradeAllowanceCharge")
    _indicator(found, charge=each.charge)
    _text(found, "CalculationPercent", each.percent)
    _text(found, "BasisAmount", each.base)
    _text(found, "ActualAmount", each.amount)
    _text(found, "ReasonCode", each.reason_code)
    _text(found, "Reason", each.reason)
    return found


# ---------------------------------------------------------------------- the head of the trade


def _agreement(agreement: etree._Element, invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> None:
    _text(agreement, "BuyerReference", invoice.buyer_reference)
    _party(_group(agreement, "SellerTradeParty"), seller)
    _party(_group(agreement, "BuyerTradeParty"), buyer)
    if invoice.order:
        _text(_group(agreement, "BuyerOrderReferencedDocument"), "IssuerAssignedID", invoice.order)


def _party(party: etree._Element, value: TradeParty) -> None:
    _text(party, "Name", value.name)
    if value.legal:
        _text(_group(party, "SpecifiedLegalOrganization"), "ID", value.legal, schemeID=value.legal_scheme)
    if value.contact or value.telephone or value.email:
        contact = _group(party, "DefinedTradeContact")
        _text(contact, "PersonName", value.contact)
        if value.telephone:
            _text(_group(contact, "TelephoneUniversalCommunication"), "CompleteNumber", value.telephone)
        if value.email:
            _text(_group(contact, "EmailURIUniversalCommunication"), "URIID", value.email)
    address = _group(party, "PostalTradeAddress")
    _text(address, "PostcodeCode", value.address.postal_code)
    _text(address, "LineOne", value.address.street)
    _text(address, "CityName", value.address.city)
    _text(address, "CountryID", value.address.country)
    if value.endpoint:
        _text(_group(party, "URIUniversalCommunication"), "URIID", value.endpoint, schemeID=value.endpoint_scheme)
    for number, scheme in ((value.vat, "VA"), (value.tax_registration, "FC")):
        if number:
            _text(_group(party, "SpecifiedTaxRegistration"), "ID", number, schemeID=scheme)


def _delivery(delivery: etree._Element, invoice: EInvoice) -> None:
    if invoice.deliver_to:
        _text(_group(_group(delivery, "ShipToTradeParty"), "PostalTradeAddress"), "CountryID", invoice.deliver_to)
    if invoice.delivered:
        _day(_group(delivery, "ActualDeliverySupplyChainEvent"), "OccurrenceDateTime", invoice.delivered)


# ---------------------------------------------------------------------- settlement


def _settlement(settlement: etree._Element, invoice: EInvoice, sums: Sums) -> None:
    _text(settlement, "TaxCurrencyCode", invoice.tax_currency)
    _text(settlement, "InvoiceCurrencyCode", invoice.currency)
    if invoice.means:
        means = _group(settlement, "SpecifiedTradeSettlementPaymentMeans")
        _text(means, "TypeCode", invoice.means)
        if invoice.account:
            kind = "IBANID" if IBAN.fullmatch(invoice.account.replace(" ", "")) else "ProprietaryID"
            _text(_group(means, "PayeePartyCreditorFinancialAccount"), kind, invoice.account)
    for group in invoice.breakdown:
        _tax_group(settlement, group)
    first, last = invoice.period
    if first or last:
        period = _group(settlement, "BillingSpecifiedPeriod")
        _day(period, "StartDateTime", first)
        _day(period, "EndDateTime", last)
    for each in invoice.adjustments:
        _tax(_adjustment(settlement, each), "CategoryTradeTax", each.category, each.rate)
    if invoice.payment_terms or invoice.due:
        terms = _group(settlement, "SpecifiedTradePaymentTerms")
        _text(terms, "Description", invoice.payment_terms)
        _day(terms, "DueDateDateTime", invoice.due)
    _totals(_group(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation"), invoice, sums)
    _preceding(settlement, invoice.preceding)


def _tax_group(settlement: etree._Element, group: TaxGroup) -> None:
    found = _group(settlement, "ApplicableTradeTax")
    _text(found, "CalculatedAmount", group.tax)
    _text(found, "TypeCode", "VAT")
    _text(found, "ExemptionReason", group.reason)
    _text(found, "BasisAmount", group.taxable)
    _text(found, "CategoryCode", group.category)
    _text(found, "ExemptionReasonCode", group.reason_code)
    _text(found, "RateApplicablePercent", group.rate)


def _totals(found: etree._Element, invoice: EInvoice, sums: Sums) -> None:
    _text(found, "LineTotalAmount", sums.lines)
    _text(found, "ChargeTotalAmount", sums.charges)
    _text(found, "AllowanceTotalAmount", sums.allowances)
    _text(found, "TaxBasisTotalAmount", sums.net)
    _text(found, "TaxTotalAmount", sums.tax, currencyID=invoice.currency)
    _text(found, "TaxTotalAmount", sums.tax_accounting, currencyID=invoice.tax_currency)
    _text(found, "RoundingAmount", sums.rounding)
    _text(found, "GrandTotalAmount", sums.gross)
    _text(found, "TotalPrepaidAmount", sums.prepaid)
    _text(found, "DuePayableAmount", sums.payable)


def _preceding(settlement: etree._Element, earlier: Iterable[tuple[str, date | None]]) -> None:
    for number, on in earlier:
        found = _group(settlement, "InvoiceReferencedDocument")
        _text(found, "IssuerAssignedID", number)
        _day(found, "FormattedIssueDateTime", on, space=QDT)


# ---------------------------------------------------------------------- elements


def _group(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{RAM}}}{name}")


def _text(parent: etree._Element, name: str, value: Value, *, space: str = RAM, **attributes: str) -> None:
    """Add an element with a value; nothing where there is none."""
    if value is None or value == "":
        return
    element = etree.SubElement(parent, f"{{{space}}}{name}", {key: each for key, each in attributes.items() if each})
    # A zero has no sign: the official rules take -0.00 and 0.00 for two amounts.
    element.text = f"{value or abs(value):f}" if isinstance(value, Decimal) else UNSAYABLE.sub("", value)


def _day(parent: etree._Element, name: str, on: date | None, *, space: str = UDT) -> None:
    if on is not None:
        _text(_group(parent, name), "DateTimeString", f"{on:%Y%m%d}", space=space, format="102")


def _indicator(parent: etree._Element, *, charge: bool) -> None:
    _text(_group(parent, "ChargeIndicator"), "Indicator", "true" if charge else "false", space=UDT)


def _tax(parent: etree._Element, name: str, category: str, rate: Decimal | None) -> None:
    if category:
        found = _group(parent, name)
        _text(found, "TypeCode", "VAT")
        _text(found, "CategoryCode", category)
        _text(found, "RateApplicablePercent", rate)
