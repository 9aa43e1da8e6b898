"""Invoices and credit notes written as UBL 2.1, in the order of elements that its schema asks for."""

from __future__ import annotations

from lxml import etree

from salesflow.checks import ONE
from salesflow.documents.ubl_elements import (
    address,
    amount,
    document,
    group,
    identification,
    party,
    period,
    price_off,
    tax_category,
    tax_scheme,
    text,
    to_bytes,
)
from salesflow.model.einvoice import Adjustment, EInvoice, EInvoiceLine, Payee, Profile, Sums, TaxGroup, TaxRepresentative, TradeParty
from salesflow.model.party import Address

NORM = "urn:cen.eu:en16931:2017"
CUSTOMIZATIONS = {
    Profile.CORE: NORM,
    Profile.PEPPOL: f"{NORM}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
    Profile.NLCIUS: f"{NORM}#compliant#urn:fdc:nen.nl:nlcius:v1.0",
}
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
"""The business process of billing (BT-23); Peppol asks for it."""


def required(invoice: EInvoice) -> tuple[Sums, TradeParty, TradeParty]:
    """Return what no invoice is written without, in whichever syntax: its totals, its seller and its buyer; raise ``ValueError`` otherwise."""
    if invoice.sums is None or invoice.seller is None or invoice.buyer is None:
        msg = "an electronic invoice is written with its totals, its seller and its buyer"
        raise ValueError(msg)
    return invoice.sums, invoice.seller, invoice.buyer


def write(invoice: EInvoice) -> bytes:
    """
    Return a complete electronic invoice as UBL: an Invoice, or a CreditNote where its type is one.

    It is written as it stands, right or wrong; ``en16931.check`` says which of the two.

    Raises:
        ValueError: totals, seller or buyer are missing.
    """
    sums, seller, buyer = required(invoice)
    root = document("CreditNote" if invoice.is_credit_note else "Invoice")
    _head(root, invoice)
    party(root, "AccountingSupplierParty", seller)
    party(root, "AccountingCustomerParty", buyer)
    if invoice.payee is not None:
        _payee(root, invoice.payee)
    if invoice.representative is not None:
        _representative(root, invoice.representative)
    _delivery(root, invoice)
    _payment(root, invoice)
    for each in invoice.adjustments:
        tax_category(_adjustment(root, each, invoice.currency), "TaxCategory", each.category, each.rate)
    _taxes(root, invoice, sums)
    _totals(root, sums, invoice.currency)
    for line in invoice.lines:
        _line(root, line, invoice)
    return to_bytes(root)


def _head(root: etree._Element, invoice: EInvoice) -> None:
    credit = invoice.is_credit_note
    text(root, "CustomizationID", CUSTOMIZATIONS[invoice.profile])
    text(root, "ProfileID", None if invoice.profile is Profile.CORE else PROCESS)
    text(root, "ID", invoice.number)
    text(root, "IssueDate", invoice.on)
    text(root, "DueDate", None if credit else invoice.due)
    # A credit note has the day on which VAT is due before its type, an invoice after its notes.
    text(root, "TaxPointDate", invoice.tax_point if credit else None)
    text(root, "CreditNoteTypeCode" if credit else "InvoiceTypeCode", invoice.type)
    for note in invoice.notes:
        text(root, "Note", note)
    text(root, "TaxPointDate", None if credit else invoice.tax_point)
    text(root, "DocumentCurrencyCode", invoice.currency)
    text(root, "TaxCurrencyCode", invoice.tax_currency)
    text(root, "BuyerReference", invoice.buyer_reference)
    period(root, invoice.period, invoice.tax_point_code)
    if invoice.order:
        text(group(root, "OrderReference"), "ID", invoice.order)
    for number, on in invoice.preceding:
        earlier = group(group(root, "BillingReference"), "InvoiceDocumentReference")
        text(earlier, "ID", number)
        text(earlier, "IssueDate", on)


def _payee(root: etree._Element, payee: Payee) -> None:
    found = group(root, "PayeeParty")
    identification(found, payee.number, payee.number_scheme)
    if payee.name:
        text(group(found, "PartyName"), "Name", payee.name)
    if payee.legal:
        text(group(found, "PartyLegalEntity"), "CompanyID", payee.legal, schemeID=payee.legal_scheme)


def _representative(root: etree._Element, representative: TaxRepresentative) -> None:
    found = group(root, "TaxRepresentativeParty")
    if representative.name:
        text(group(found, "PartyName"), "Name", representative.name)
    address(found, "PostalAddress", representative.address)
    if representative.vat:
        tax_scheme(found, representative.vat, "VAT")


def _delivery(root: etree._Element, invoice: EInvoice) -> None:
    place = invoice.deliver_to_location or invoice.deliver_to != Address()
    if invoice.delivered is None and not place and not invoice.deliver_to_name:
        return
    delivery = group(root, "Delivery")
    text(delivery, "ActualDeliveryDate", invoice.delivered)
    if place:
        location = group(delivery, "DeliveryLocation")
        text(location, "ID", invoice.deliver_to_location, schemeID=invoice.deliver_to_scheme)
        address(location, "Address", invoice.deliver_to)
    if invoice.deliver_to_name:
        text(group(group(delivery, "DeliveryParty"), "PartyName"), "Name", invoice.deliver_to_name)


def _payment(root: etree._Element, invoice: EInvoice) -> None:
    if invoice.means or invoice.account or invoice.mandate:
        means = group(root, "PaymentMeans")
        text(means, "PaymentMeansCode", invoice.means)
        text(means, "PaymentDueDate", invoice.due if invoice.is_credit_note else None)
        if invoice.account:
            text(group(means, "PayeeFinancialAccount"), "ID", invoice.account)
        if invoice.mandate:
            text(group(means, "PaymentMandate"), "ID", invoice.mandate)
    if invoice.payment_terms:
        text(group(root, "PaymentTerms"), "Note", invoice.payment_terms)


def _adjustment(parent: etree._Element, each: Adjustment, currency: str) -> etree._Element:
    found = group(parent, "AllowanceCharge")
    text(found, "ChargeIndicator", "true" if each.charge else "false")
    text(found, "AllowanceChargeReasonCode", each.reason_code)
    text(found, "AllowanceChargeReason", each.reason)
    text(found, "MultiplierFactorNumeric", each.percent)
    amount(found, "Amount", each.amount, currency)
    amount(found, "BaseAmount", each.base, currency)
    return found


def _taxes(root: etree._Element, invoice: EInvoice, sums: Sums) -> None:
    total = group(root, "TaxTotal")
    amount(total, "TaxAmount", sums.tax, invoice.currency)
    for each in invoice.breakdown:
        _tax_group(total, each, invoice.currency)
    if sums.tax_accounting is not None:
        amount(group(root, "TaxTotal"), "TaxAmount", sums.tax_accounting, invoice.tax_currency)


def _tax_group(total: etree._Element, each: TaxGroup, currency: str) -> None:
    found = group(total, "TaxSubtotal")
    amount(found, "TaxableAmount", each.taxable, currency)
    amount(found, "TaxAmount", each.tax, currency)
    # The scheme of a category without VAT still is VAT; a rate of zero is written, the rate of category O is not there.
    reasons = (("TaxExemptionReasonCode", each.reason_code), ("TaxExemptionReason", each.reason))
    tax_category(found, "TaxCategory", each.category, each.rate, *reasons)


def _totals(root: etree._Element, sums: Sums, currency: str) -> None:
    found = group(root, "LegalMonetaryTotal")
    for name, value in (
        ("LineExtensionAmount", sums.lines),
        ("TaxExclusiveAmount", sums.net),
        ("TaxInclusiveAmount", sums.gross),
        ("AllowanceTotalAmount", sums.allowances),
        ("ChargeTotalAmount", sums.charges),
        ("PrepaidAmount", sums.prepaid),
        ("PayableRoundingAmount", sums.rounding),
        ("PayableAmount", sums.payable),
    ):
        amount(found, name, value, currency)


def _line(root: etree._Element, line: EInvoiceLine, invoice: EInvoice) -> None:
    credit, currency = invoice.is_credit_note, invoice.currency
    found = group(root, "CreditNoteLine" if credit else "InvoiceLine")
    text(found, "ID", line.id)
    text(found, "CreditedQuantity" if credit else "InvoicedQuantity", line.quantity, unitCode=line.unit)
    amount(found, "LineExtensionAmount", line.net, currency)
    period(found, line.period)
    if line.order_line:
        text(group(found, "OrderLineReference"), "LineID", line.order_line)
    for each in line.adjustments:
        _adjustment(found, each, currency)
    _item(found, line)
    price = group(found, "Price")
    amount(price, "PriceAmount", line.price, currency)
    if line.base_quantity != ONE or line.base_unit:
        text(price, "BaseQuantity", line.base_quantity, unitCode=line.base_unit or line.unit)
    if line.gross_price is not None:
        discount = group(price, "AllowanceCharge")
        text(discount, "ChargeIndicator", "false")
        amount(discount, "Amount", price_off(line), currency)
        amount(discount, "BaseAmount", line.gross_price, currency)


def _item(found: etree._Element, line: EInvoiceLine) -> None:
    item = group(found, "Item")
    text(item, "Description", line.description)
    text(item, "Name", line.name)
    if line.seller_item:
        text(group(item, "SellersItemIdentification"), "ID", line.seller_item)
    if line.standard_item:
        text(group(item, "StandardItemIdentification"), "ID", line.standard_item, schemeID=line.standard_scheme)
    if line.origin:
        text(group(item, "OriginCountry"), "IdentificationCode", line.origin)
    if line.classification:
        classified = group(item, "CommodityClassification")
        text(classified, "ItemClassificationCode", line.classification, listID=line.classification_list)
    tax_category(item, "ClassifiedTaxCategory", line.category, line.rate)
    for name, value in line.attributes:
        said = group(item, "AdditionalItemProperty")
        text(said, "Name", name)
        text(said, "Value", value)
