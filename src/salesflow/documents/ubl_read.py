"""
Invoices, credit notes and orders read from UBL 2.1.

What comes from outside is not trusted: no document type, and so no entity, is taken; nothing is fetched; and size has a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from attrs import evolve, frozen
from lxml import etree

from salesflow.checks import ONE, ZERO
from salesflow.documents.ubl_elements import CAC, CBC
from salesflow.documents.ubl_invoice import CUSTOMIZATIONS
from salesflow.documents.ubl_values import (
    UnreadableError,
    all_at,
    attribute_at,
    content_of,
    day_at,
    needed_at,
    number_at,
    number_of,
    one_at,
    period_of,
    text_at,
)
from salesflow.model.einvoice import (
    CREDITOR,
    Adjustment,
    EInvoice,
    EInvoiceLine,
    Payee,
    Profile,
    Sums,
    TaxGroup,
    TaxRepresentative,
    TradeParty,
)
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Address
from salesflow.model.product import Item
from salesflow.model.vat import NO_VAT, Vat

LARGEST = 20_000_000
"""The most bytes of a document that are read; an invoice of ten thousand lines has less than half of it."""


@frozen(kw_only=True)
class ReadOrder:
    """An order as it came in: enough to place it. Its lines have the buyer's numbers where those are whole."""

    number: str
    on: date | None
    currency: str
    reference: str
    seller: TradeParty
    buyer: TradeParty
    deliver_to: Address
    lines: tuple[OrderLine, ...]


def read(document: bytes, *, largest: int = LARGEST) -> EInvoice:
    """
    Return an Invoice or a CreditNote as it states itself; ``en16931.check`` says what is wrong with it.

    Raises:
        UnreadableError: it is unsafe, too large, or not such a document.
    """
    root = _parsed(document, largest, ("Invoice", "CreditNote"))
    try:
        return _invoice(root)
    except UnreadableError:
        raise
    except ValueError as error:
        msg = f"the document holds what no invoice has: {error}"
        raise UnreadableError(msg) from None


def read_order(document: bytes, *, largest: int = LARGEST) -> ReadOrder:
    """
    Return an Order as it came in.

    Raises:
        UnreadableError: it is unsafe, too large, no such document, or a line cannot be ordered as it stands.
    """
    root = _parsed(document, largest, ("Order",))
    delivery = one_at(root, "cac:Delivery/cac:DeliveryLocation/cac:Address")
    try:
        lines = tuple(_order_line(each, place) for place, each in enumerate(all_at(root, "cac:OrderLine/cac:LineItem"), start=1))
    except (ValueError, TypeError) as error:
        msg = f"a line cannot be ordered: {error}"
        raise UnreadableError(msg) from None
    return ReadOrder(
        number=text_at(root, "cbc:ID"),
        on=day_at(root, "cbc:IssueDate"),
        currency=text_at(root, "cbc:DocumentCurrencyCode"),
        reference=text_at(root, "cbc:CustomerReference"),
        seller=_named(_party(one_at(root, "cac:SellerSupplierParty/cac:Party"))),
        buyer=_named(_party(one_at(root, "cac:BuyerCustomerParty/cac:Party"))),
        deliver_to=_address(delivery),
        lines=lines,
    )


def _parsed(document: bytes, largest: int, names: tuple[str, ...]) -> etree._Element:
    if len(document) > largest:
        msg = f"the document has {len(document)} bytes; at most {largest} are read"
        raise UnreadableError(msg)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        msg = f"the document is no XML: {' '.join(str(error).split())}"
        raise UnreadableError(msg) from None
    if root.getroottree().docinfo.internalDTD is not None:
        msg = "the document declares a document type; such a document is not read"
        raise UnreadableError(msg)
    name = etree.QName(root)
    if name.localname not in names or name.namespace != f"urn:oasis:names:specification:ubl:schema:xsd:{name.localname}-2":
        msg = f"the document is a {name.localname}; {' or '.join(names)} of UBL 2 was expected"
        raise UnreadableError(msg)
    return root


# ---------------------------------------------------------------------- parts


def _invoice(root: etree._Element) -> EInvoice:
    kind = etree.QName(root).localname
    currency = text_at(root, "cbc:DocumentCurrencyCode")
    tax_currency = text_at(root, "cbc:TaxCurrencyCode")
    delivery, means = one_at(root, "cac:Delivery"), one_at(root, "cac:PaymentMeans")
    return EInvoice(
        number=text_at(root, "cbc:ID"),
        type=text_at(root, f"cbc:{kind}TypeCode"),
        on=day_at(root, "cbc:IssueDate"),
        currency=currency,
        tax_currency=tax_currency,
        profile=_profile(text_at(root, "cbc:CustomizationID")),
        lines=tuple(_line(each, "Invoiced" if kind == "Invoice" else "Credited") for each in all_at(root, f"cac:{kind}Line")),
        adjustments=tuple(_adjustment(each) for each in all_at(root, "cac:AllowanceCharge")),
        breakdown=tuple(_tax_group(each) for each in all_at(root, "cac:TaxTotal/cac:TaxSubtotal")),
        sums=_sums(root, currency, tax_currency),
        foreign=tuple(_foreign(root, currency, tax_currency)),
        missing=tuple(_missing(root)),
        seller=_party(one_at(root, "cac:AccountingSupplierParty/cac:Party")),
        buyer=_party(one_at(root, "cac:AccountingCustomerParty/cac:Party")),
        representative=_representative(one_at(root, "cac:TaxRepresentativeParty")),
        payee=_payee(one_at(root, "cac:PayeeParty")),
        buyer_reference=text_at(root, "cbc:BuyerReference"),
        order=text_at(root, "cac:OrderReference/cbc:ID"),
        preceding=tuple(
            (text_at(each, "cbc:ID"), day_at(each, "cbc:IssueDate"))
            for each in all_at(root, "cac:BillingReference/cac:InvoiceDocumentReference")
        ),
        delivered=day_at(delivery, "cbc:ActualDeliveryDate"),
        deliver_to=_address(one_at(delivery, "cac:DeliveryLocation/cac:Address")),
        deliver_to_name=text_at(delivery, "cac:DeliveryParty/cac:PartyName/cbc:Name"),
        deliver_to_location=text_at(delivery, "cac:DeliveryLocation/cbc:ID"),
        deliver_to_scheme=attribute_at(delivery, "cac:DeliveryLocation/cbc:ID", "schemeID"),
        period=period_of(root),
        tax_point=day_at(root, "cbc:TaxPointDate"),
        tax_point_code=text_at(root, "cac:InvoicePeriod/cbc:DescriptionCode"),
        due=day_at(root, "cbc:DueDate") or day_at(means, "cbc:PaymentDueDate"),
        payment_terms=text_at(root, "cac:PaymentTerms/cbc:Note"),
        means=text_at(means, "cbc:PaymentMeansCode"),
        account=text_at(means, "cac:PayeeFinancialAccount/cbc:ID"),
        mandate=text_at(means, "cac:PaymentMandate/cbc:ID"),
        notes=tuple(content_of(each) for each in all_at(root, "cbc:Note")),
    )


def _line(element: etree._Element, word: str) -> EInvoiceLine:
    price, item = one_at(element, "cac:Price"), one_at(element, "cac:Item")
    base = number_at(price, "cbc:BaseQuantity")
    unit, base_unit = attribute_at(element, f"cbc:{word}Quantity", "unitCode"), attribute_at(price, "cbc:BaseQuantity", "unitCode")
    return EInvoiceLine(
        id=text_at(element, "cbc:ID"),
        name=text_at(item, "cbc:Name"),
        description=text_at(item, "cbc:Description"),
        quantity=number_at(element, f"cbc:{word}Quantity"),
        unit=unit,
        price=number_at(price, "cbc:PriceAmount"),
        base_quantity=ONE if base is None else base,
        base_unit="" if base_unit == unit else base_unit,
        gross_price=number_at(price, "cac:AllowanceCharge/cbc:BaseAmount"),
        price_discount=number_at(price, "cac:AllowanceCharge/cbc:Amount"),
        adjustments=tuple(_adjustment(each) for each in all_at(element, "cac:AllowanceCharge")),
        net=number_at(element, "cbc:LineExtensionAmount"),
        category=text_at(item, "cac:ClassifiedTaxCategory/cbc:ID"),
        rate=number_at(item, "cac:ClassifiedTaxCategory/cbc:Percent"),
        order_line=text_at(element, "cac:OrderLineReference/cbc:LineID"),
        seller_item=text_at(item, "cac:SellersItemIdentification/cbc:ID"),
        standard_item=text_at(item, "cac:StandardItemIdentification/cbc:ID"),
        standard_scheme=attribute_at(item, "cac:StandardItemIdentification/cbc:ID", "schemeID"),
        classification=text_at(item, "cac:CommodityClassification/cbc:ItemClassificationCode"),
        classification_list=attribute_at(item, "cac:CommodityClassification/cbc:ItemClassificationCode", "listID"),
        origin=text_at(item, "cac:OriginCountry/cbc:IdentificationCode"),
        attributes=tuple((text_at(each, "cbc:Name"), text_at(each, "cbc:Value")) for each in all_at(item, "cac:AdditionalItemProperty")),
        period=period_of(element),
    )


def _adjustment(element: etree._Element) -> Adjustment:
    return Adjustment(
        charge=text_at(element, "cbc:ChargeIndicator") in {"true", "1"},
        amount=number_at(element, "cbc:Amount"),
        base=number_at(element, "cbc:BaseAmount"),
        percent=number_at(element, "cbc:MultiplierFactorNumeric"),
        reason=text_at(element, "cbc:AllowanceChargeReason"),
        reason_code=text_at(element, "cbc:AllowanceChargeReasonCode"),
        category=text_at(element, "cac:TaxCategory/cbc:ID"),
        rate=number_at(element, "cac:TaxCategory/cbc:Percent"),
    )


def _tax_group(element: etree._Element) -> TaxGroup:
    return TaxGroup(
        category=text_at(element, "cac:TaxCategory/cbc:ID"),
        rate=number_at(element, "cac:TaxCategory/cbc:Percent"),
        taxable=number_at(element, "cbc:TaxableAmount") or ZERO,
        tax=number_at(element, "cbc:TaxAmount") or ZERO,
        reason=text_at(element, "cac:TaxCategory/cbc:TaxExemptionReason"),
        reason_code=text_at(element, "cac:TaxCategory/cbc:TaxExemptionReasonCode"),
    )


def _sums(root: etree._Element, currency: str, tax_currency: str) -> Sums:
    total = one_at(root, "cac:LegalMonetaryTotal")
    taxes = {each.get("currencyID", currency): each for each in reversed(all_at(root, "cac:TaxTotal/cbc:TaxAmount"))}
    other = taxes.get(tax_currency) if tax_currency != currency else None
    return Sums(
        lines=number_at(total, "cbc:LineExtensionAmount") or ZERO,
        allowances=number_at(total, "cbc:AllowanceTotalAmount"),
        charges=number_at(total, "cbc:ChargeTotalAmount"),
        net=number_at(total, "cbc:TaxExclusiveAmount") or ZERO,
        tax=number_of(taxes.get(currency)),
        tax_accounting=number_of(other),
        gross=number_at(total, "cbc:TaxInclusiveAmount") or ZERO,
        prepaid=number_at(total, "cbc:PrepaidAmount"),
        rounding=number_at(total, "cbc:PayableRoundingAmount"),
        payable=number_at(total, "cbc:PayableAmount") or ZERO,
    )


_TOTALS = {"lines": "LineExtensionAmount", "net": "TaxExclusiveAmount", "gross": "TaxInclusiveAmount", "payable": "PayableAmount"}
_GROUP = {"taxable": "TaxableAmount", "tax": "TaxAmount"}


def _missing(root: etree._Element) -> Iterator[str]:
    """Yield the paths of what has to be there and is not."""
    if not text_at(root, "cbc:CustomizationID"):
        yield "profile"
    total = one_at(root, "cac:LegalMonetaryTotal")
    yield from (f"sums.{ours}" for ours, theirs in _TOTALS.items() if not text_at(total, f"cbc:{theirs}"))
    for place, each in enumerate(all_at(root, "cac:TaxTotal/cac:TaxSubtotal")):
        yield from (f"breakdown[{place}].{ours}" for ours, theirs in _GROUP.items() if not text_at(each, f"cbc:{theirs}"))


def _foreign(root: etree._Element, currency: str, tax_currency: str) -> list[tuple[str, str]]:
    totals = [each for each in all_at(root, "cac:TaxTotal/cbc:TaxAmount") if each.get("currencyID") == tax_currency]
    tree = root.getroottree()
    return [
        (tree.getelementpath(each).replace(f"{{{CAC}}}", "").replace(f"{{{CBC}}}", ""), code)
        for each in root.iter(f"{{{CBC}}}*")
        if (code := each.get("currencyID", currency)) != currency and each not in totals
    ]


def _party(element: etree._Element | None) -> TradeParty:
    name, trading = text_at(element, "cac:PartyLegalEntity/cbc:RegistrationName"), text_at(element, "cac:PartyName/cbc:Name")
    number, number_scheme = _identification(element)
    return TradeParty(
        name=name,
        trading_name="" if trading == name else trading,
        address=_address(one_at(element, "cac:PostalAddress")),
        number=number,
        number_scheme=number_scheme,
        vat=_tax_number(element, vat=True),
        tax_registration=_tax_number(element, vat=False),
        legal=text_at(element, "cac:PartyLegalEntity/cbc:CompanyID"),
        legal_scheme=attribute_at(element, "cac:PartyLegalEntity/cbc:CompanyID", "schemeID"),
        endpoint=text_at(element, "cbc:EndpointID"),
        endpoint_scheme=attribute_at(element, "cbc:EndpointID", "schemeID"),
        contact=text_at(element, "cac:Contact/cbc:Name"),
        telephone=text_at(element, "cac:Contact/cbc:Telephone"),
        email=text_at(element, "cac:Contact/cbc:ElectronicMail"),
    )


def _named(party: TradeParty) -> TradeParty:
    """Return a party by the name it goes by where it has no other: on an order either will do."""
    return party if party.name else evolve(party, name=party.trading_name, trading_name="")


def _tax_number(element: etree._Element | None, *, vat: bool) -> str:
    """Return the first number in the scheme of VAT, or the first in any other."""
    schemes = all_at(element, "cac:PartyTaxScheme")
    found = [text_at(each, "cbc:CompanyID") for each in schemes if (text_at(each, "cac:TaxScheme/cbc:ID").upper() == "VAT") is vat]
    return next(filter(None, found), "")


def _identification(element: etree._Element | None) -> tuple[str, str]:
    """Return the first number of a party with its scheme; that of a creditor in SEPA only where there is no other."""
    found = [(content_of(each), each.get("schemeID", "")) for each in all_at(element, "cac:PartyIdentification/cbc:ID")]
    return min(found, key=lambda each: each[1] == CREDITOR, default=("", ""))


def _representative(element: etree._Element | None) -> TaxRepresentative | None:
    if element is None:
        return None
    return TaxRepresentative(
        name=text_at(element, "cac:PartyName/cbc:Name"),
        vat=_tax_number(element, vat=True),
        address=_address(one_at(element, "cac:PostalAddress")),
    )


def _payee(element: etree._Element | None) -> Payee | None:
    if element is None:
        return None
    number, scheme = _identification(element)
    return Payee(
        name=text_at(element, "cac:PartyName/cbc:Name"),
        number=number,
        number_scheme=scheme,
        legal=text_at(element, "cac:PartyLegalEntity/cbc:CompanyID"),
        legal_scheme=attribute_at(element, "cac:PartyLegalEntity/cbc:CompanyID", "schemeID"),
    )


def _address(element: etree._Element | None) -> Address:
    return Address(
        street=text_at(element, "cbc:StreetName"),
        city=text_at(element, "cbc:CityName"),
        postal_code=text_at(element, "cbc:PostalZone"),
        country=text_at(element, "cac:Country/cbc:IdentificationCode"),
    )


def _order_line(element: etree._Element, place: int) -> OrderLine:
    item, price, number = one_at(element, "cac:Item"), one_at(element, "cac:Price"), text_at(element, "cbc:ID")
    category = text_at(item, "cac:ClassifiedTaxCategory/cbc:ID")
    rate = number_at(item, "cac:ClassifiedTaxCategory/cbc:Percent") or ZERO
    name = text_at(item, "cbc:Name")
    unit = number_at(price, "cbc:BaseQuantity")
    return OrderLine(
        number=int(number) if re.fullmatch("[1-9][0-9]{0,8}", number) else place,
        item=Item(
            number=text_at(item, "cac:SellersItemIdentification/cbc:ID") or name,
            name=name,
            unit=attribute_at(element, "cbc:Quantity", "unitCode") or "C62",
            vat=Vat(category, rate) if category else NO_VAT,
        ),
        ordered=needed_at(element, "cbc:Quantity"),
        price=needed_at(price, "cbc:PriceAmount"),
        price_unit=ONE if unit is None else unit,
    )


def _profile(customization: str) -> Profile:
    found = [profile for profile, known in CUSTOMIZATIONS.items() if profile is not Profile.CORE and known in customization]
    return found[0] if found else Profile.CORE
