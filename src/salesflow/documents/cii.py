"""
Electronic invoices as a CrossIndustryInvoice, the other syntax of EN 16931 and the one that a Factur-X document carries.

Elements stand in the order that the schema asks for. It needs the extra ``facturx``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from lxml import etree

from salesflow.checks import ONE
from salesflow.documents.cii_elements import QDT, RAM, RSM, UDT, adjustment, day, group, indicator, party, period, tax, text
from salesflow.documents.ubl_elements import price_off, to_bytes
from salesflow.documents.ubl_invoice import CUSTOMIZATIONS, PROCESS, required
from salesflow.model.einvoice import CREDITOR, EInvoice, EInvoiceLine, Payee, Profile, Sums, TradeParty
from salesflow.model.party import Address

IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
NOTE = re.compile("#([^#]*)#(.*)", re.DOTALL)
"""A note that begins with its subject, as UBL has it: a code of UNTDID 4451 between two signs."""
TAX_POINTS = {"3": "5", "35": "29", "432": "72"}
"""The codes of UNTDID 2005 that UBL has for the day on which VAT is due, as CII says them: by UNTDID 2475."""


def write(invoice: EInvoice) -> bytes:
    """
    Return a complete electronic invoice or credit note as CII, with the very amounts of its UBL.

    It is written as it stands, right or wrong; ``en16931.check`` says which of the two.

    Raises:
        ValueError: totals, seller or buyer are missing.
    """
    sums, seller, buyer = required(invoice)
    spaces: dict[str | None, str] = {"rsm": RSM, "ram": RAM, "udt": UDT, "qdt": QDT}
    root = etree.Element(f"{{{RSM}}}CrossIndustryInvoice", nsmap=spaces)  # type: ignore[arg-type]
    _head(root, invoice)
    trade = etree.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    for line in invoice.lines:
        _line(group(trade, "IncludedSupplyChainTradeLineItem"), line)
    _agreement(group(trade, "ApplicableHeaderTradeAgreement"), invoice, seller, buyer)
    _delivery(group(trade, "ApplicableHeaderTradeDelivery"), invoice)
    _settlement(group(trade, "ApplicableHeaderTradeSettlement"), invoice, sums)
    return to_bytes(root)


def _head(root: etree._Element, invoice: EInvoice) -> None:
    context = etree.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    if invoice.profile is not Profile.CORE:
        text(group(context, "BusinessProcessSpecifiedDocumentContextParameter"), "ID", PROCESS)
    text(group(context, "GuidelineSpecifiedDocumentContextParameter"), "ID", CUSTOMIZATIONS[invoice.profile])
    document = etree.SubElement(root, f"{{{RSM}}}ExchangedDocument")
    text(document, "ID", invoice.number)
    text(document, "TypeCode", invoice.type)
    day(document, "IssueDateTime", invoice.on)
    for note in invoice.notes:
        _note(group(document, "IncludedNote"), note)


def _note(parent: etree._Element, note: str) -> None:
    found = NOTE.fullmatch(note)
    subject, content = found.groups() if found else ("", note)
    text(parent, "Content", content)
    text(parent, "SubjectCode", subject)


# ---------------------------------------------------------------------- lines


def _line(item: etree._Element, line: EInvoiceLine) -> None:
    text(group(item, "AssociatedDocumentLineDocument"), "LineID", line.id)
    _product(group(item, "SpecifiedTradeProduct"), line)
    _prices(group(item, "SpecifiedLineTradeAgreement"), line)
    text(group(item, "SpecifiedLineTradeDelivery"), "BilledQuantity", line.quantity, unitCode=line.unit)
    settlement = group(item, "SpecifiedLineTradeSettlement")
    tax(settlement, "ApplicableTradeTax", line.category, line.rate)
    period(settlement, line.period)
    for each in line.adjustments:
        adjustment(settlement, each)
    text(group(settlement, "SpecifiedTradeSettlementLineMonetarySummation"), "LineTotalAmount", line.net)


def _product(product: etree._Element, line: EInvoiceLine) -> None:
    text(product, "GlobalID", line.standard_item, schemeID=line.standard_scheme)
    text(product, "SellerAssignedID", line.seller_item)
    text(product, "Name", line.name)
    text(product, "Description", line.description)
    for name, value in line.attributes:
        said = group(product, "ApplicableProductCharacteristic")
        text(said, "Description", name)
        text(said, "Value", value)
    if line.classification:
        text(group(product, "DesignatedProductClassification"), "ClassCode", line.classification, listID=line.classification_list)
    if line.origin:
        text(group(product, "OriginTradeCountry"), "ID", line.origin)


def _prices(agreement: etree._Element, line: EInvoiceLine) -> None:
    if line.order_line:
        text(group(agreement, "BuyerOrderReferencedDocument"), "LineID", line.order_line)
    if line.gross_price is not None:
        gross = group(agreement, "GrossPriceProductTradePrice")
        text(gross, "ChargeAmount", line.gross_price)
        _base(gross, line)
        allowance = group(gross, "AppliedTradeAllowanceCharge")
        indicator(allowance, charge=False)
        text(allowance, "ActualAmount", price_off(line))
    net = group(agreement, "NetPriceProductTradePrice")
    text(net, "ChargeAmount", line.price)
    _base(net, line)


def _base(price: etree._Element, line: EInvoiceLine) -> None:
    if line.base_quantity != ONE or line.base_unit:
        text(price, "BasisQuantity", line.base_quantity, unitCode=line.base_unit or line.unit)


# ---------------------------------------------------------------------- the head of the trade


def _agreement(agreement: etree._Element, invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> None:
    text(agreement, "BuyerReference", invoice.buyer_reference)
    party(agreement, "SellerTradeParty", seller)
    party(agreement, "BuyerTradeParty", buyer)
    if (agent := invoice.representative) is not None:
        party(agreement, "SellerTaxRepresentativeTradeParty", TradeParty(name=agent.name, vat=agent.vat, address=agent.address))
    if invoice.order:
        text(group(agreement, "BuyerOrderReferencedDocument"), "IssuerAssignedID", invoice.order)


def _delivery(delivery: etree._Element, invoice: EInvoice) -> None:
    name, number, address = invoice.deliver_to_name, invoice.deliver_to_location, invoice.deliver_to
    if name or number or address != Address():
        place = TradeParty(name=name, number=number, number_scheme=invoice.deliver_to_scheme, address=address)
        party(delivery, "ShipToTradeParty", place)
    if invoice.delivered:
        day(group(delivery, "ActualDeliverySupplyChainEvent"), "OccurrenceDateTime", invoice.delivered)


# ---------------------------------------------------------------------- settlement


def _settlement(settlement: etree._Element, invoice: EInvoice, sums: Sums) -> None:
    text(settlement, "CreditorReferenceID", _creditor(invoice))
    text(settlement, "TaxCurrencyCode", invoice.tax_currency)
    text(settlement, "InvoiceCurrencyCode", invoice.currency)
    if invoice.payee is not None:
        _payee(settlement, invoice.payee)
    if invoice.means or invoice.account:
        means = group(settlement, "SpecifiedTradeSettlementPaymentMeans")
        text(means, "TypeCode", invoice.means)
        if invoice.account:
            kind = "IBANID" if IBAN.fullmatch(invoice.account.replace(" ", "")) else "ProprietaryID"
            text(group(means, "PayeePartyCreditorFinancialAccount"), kind, invoice.account)
    _taxes(settlement, invoice)
    period(settlement, invoice.period)
    for each in invoice.adjustments:
        tax(adjustment(settlement, each), "CategoryTradeTax", each.category, each.rate)
    if invoice.payment_terms or invoice.due or invoice.mandate:
        terms = group(settlement, "SpecifiedTradePaymentTerms")
        text(terms, "Description", invoice.payment_terms)
        day(terms, "DueDateDateTime", invoice.due)
        text(terms, "DirectDebitMandateID", invoice.mandate)
    _totals(group(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation"), invoice, sums)
    _preceding(settlement, invoice.preceding)


def _creditor(invoice: EInvoice) -> str:
    """Return the number of the creditor in SEPA: that of the payee, or of the seller."""
    parties = (each for each in (invoice.payee, invoice.seller) if each is not None)
    return next((each.number for each in parties if each.number_scheme == CREDITOR), "")


def _payee(settlement: etree._Element, payee: Payee) -> None:
    known = TradeParty(
        name=payee.name, number=payee.number, number_scheme=payee.number_scheme, legal=payee.legal, legal_scheme=payee.legal_scheme
    )
    party(settlement, "PayeeTradeParty", known)


def _taxes(settlement: etree._Element, invoice: EInvoice) -> None:
    for each in invoice.breakdown:
        found = group(settlement, "ApplicableTradeTax")
        text(found, "CalculatedAmount", each.tax)
        text(found, "TypeCode", "VAT")
        text(found, "ExemptionReason", each.reason)
        text(found, "BasisAmount", each.taxable)
        text(found, "CategoryCode", each.category)
        text(found, "ExemptionReasonCode", each.reason_code)
        day(found, "TaxPointDate", invoice.tax_point, kind="DateString")
        text(found, "DueDateTypeCode", TAX_POINTS.get(invoice.tax_point_code, invoice.tax_point_code))
        text(found, "RateApplicablePercent", each.rate)


def _totals(found: etree._Element, invoice: EInvoice, sums: Sums) -> None:
    text(found, "LineTotalAmount", sums.lines)
    text(found, "ChargeTotalAmount", sums.charges)
    text(found, "AllowanceTotalAmount", sums.allowances)
    text(found, "TaxBasisTotalAmount", sums.net)
    text(found, "TaxTotalAmount", sums.tax, currencyID=invoice.currency)
    text(found, "TaxTotalAmount", sums.tax_accounting, currencyID=invoice.tax_currency)
    text(found, "RoundingAmount", sums.rounding)
    text(found, "GrandTotalAmount", sums.gross)
    text(found, "TotalPrepaidAmount", sums.prepaid)
    text(found, "DuePayableAmount", sums.payable)


def _preceding(settlement: etree._Element, earlier: Iterable[tuple[str, date | None]]) -> None:
    for number, on in earlier:
        found = group(settlement, "InvoiceReferencedDocument")
        text(found, "IssuerAssignedID", number)
        day(found, "FormattedIssueDateTime", on, space=QDT)
