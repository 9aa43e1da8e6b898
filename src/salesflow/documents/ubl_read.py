"""
Invoices, credit notes and orders read from UBL 2.1.

What comes from outside is not trusted: no document type, and so no entity, is taken; nothing is fetched; and size has a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve, frozen
from lxml import etree

from salesflow.checks import ONE, ZERO
from salesflow.documents.ubl_elements import CAC, CBC
from salesflow.documents.ubl_invoice import CUSTOMIZATIONS
from salesflow.errors import SalesflowError
from salesflow.model.einvoice import Adjustment, Days, EInvoice, EInvoiceLine, Payee, Profile, Sums, TaxGroup, TaxRepresentative, TradeParty
from salesflow.model.order import OrderLine
from salesflow.model.party import Address
from salesflow.model.product import NO_VAT, Item, Vat

LARGEST = 20_000_000
"""The most bytes of a document that are read; an invoice of ten thousand lines has less than half of it."""
NUMBER = re.compile(r"[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})")
NAMES = {"cac": CAC, "cbc": CBC}


class UnreadableError(SalesflowError, ValueError):
    """A document that is not read: it is no XML, not the document that was asked for, unsafe, too large, or holds no number or date where one belongs."""


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
    delivery = _one(root, "cac:Delivery/cac:DeliveryLocation/cac:Address")
    try:
        lines = tuple(_order_line(each, place) for place, each in enumerate(_all(root, "cac:OrderLine/cac:LineItem"), start=1))
    except (ValueError, TypeError) as error:
        msg = f"a line cannot be ordered: {error}"
        raise UnreadableError(msg) from None
    return ReadOrder(
        number=_text(root, "cbc:ID"),
        on=_day(root, "cbc:IssueDate"),
        currency=_text(root, "cbc:DocumentCurrencyCode"),
        reference=_text(root, "cbc:CustomerReference"),
        seller=_named(_party(_one(root, "cac:SellerSupplierParty/cac:Party"))),
        buyer=_named(_party(_one(root, "cac:BuyerCustomerParty/cac:Party"))),
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
    currency = _text(root, "cbc:DocumentCurrencyCode")
    tax_currency = _text(root, "cbc:TaxCurrencyCode")
    delivery, means = _one(root, "cac:Delivery"), _one(root, "cac:PaymentMeans")
    return EInvoice(
        number=_text(root, "cbc:ID"),
        type=_text(root, f"cbc:{kind}TypeCode"),
        on=_day(root, "cbc:IssueDate"),
        currency=currency,
        tax_currency=tax_currency,
        profile=_profile(_text(root, "cbc:CustomizationID")),
        lines=tuple(_line(each, "Invoiced" if kind == "Invoice" else "Credited") for each in _all(root, f"cac:{kind}Line")),
        adjustments=tuple(_adjustment(each) for each in _all(root, "cac:AllowanceCharge")),
        breakdown=tuple(_tax_group(each) for each in _all(root, "cac:TaxTotal/cac:TaxSubtotal")),
        sums=_sums(root, currency, tax_currency),
        foreign=tuple(_foreign(root, currency, tax_currency)),
        missing=tuple(_missing(root)),
        seller=_party(_one(root, "cac:AccountingSupplierParty/cac:Party")),
        buyer=_party(_one(root, "cac:AccountingCustomerParty/cac:Party")),
        representative=_representative(_one(root, "cac:TaxRepresentativeParty")),
        payee=_payee(_one(root, "cac:PayeeParty")),
        buyer_reference=_text(root, "cbc:BuyerReference"),
        order=_text(root, "cac:OrderReference/cbc:ID"),
        preceding=tuple(
            (_text(each, "cbc:ID"), _day(each, "cbc:IssueDate")) for each in _all(root, "cac:BillingReference/cac:InvoiceDocumentReference")
        ),
        delivered=_day(delivery, "cbc:ActualDeliveryDate"),
        deliver_to=_address(_one(delivery, "cac:DeliveryLocation/cac:Address")),
        deliver_to_name=_text(delivery, "cac:DeliveryParty/cac:PartyName/cbc:Name"),
        deliver_to_location=_text(delivery, "cac:DeliveryLocation/cbc:ID"),
        deliver_to_scheme=_attribute(delivery, "cac:DeliveryLocation/cbc:ID", "schemeID"),
        period=_period(root),
        tax_point=_day(root, "cbc:TaxPointDate"),
        tax_point_code=_text(root, "cac:InvoicePeriod/cbc:DescriptionCode"),
        due=_day(root, "cbc:DueDate") or _day(means, "cbc:PaymentDueDate"),
        payment_terms=_text(root, "cac:PaymentTerms/cbc:Note"),
        means=_text(means, "cbc:PaymentMeansCode"),
        account=_text(means, "cac:PayeeFinancialAccount/cbc:ID"),
        mandate=_text(means, "cac:PaymentMandate/cbc:ID"),
        notes=tuple(_content(each) for each in _all(root, "cbc:Note")),
    )


def _line(element: etree._Element, word: str) -> EInvoiceLine:
    price, item = _one(element, "cac:Price"), _one(element, "cac:Item")
    base = _number(price, "cbc:BaseQuantity")
    unit, base_unit = _attribute(element, f"cbc:{word}Quantity", "unitCode"), _attribute(price, "cbc:BaseQuantity", "unitCode")
    return EInvoiceLine(
        id=_text(element, "cbc:ID"),
        name=_text(item, "cbc:Name"),
        description=_text(item, "cbc:Description"),
        quantity=_number(element, f"cbc:{word}Quantity"),
        unit=unit,
        price=_number(price, "cbc:PriceAmount"),
        base_quantity=ONE if base is None else base,
        base_unit="" if base_unit == unit else base_unit,
        gross_price=_number(price, "cac:AllowanceCharge/cbc:BaseAmount"),
        price_discount=_number(price, "cac:AllowanceCharge/cbc:Amount"),
        adjustments=tuple(_adjustment(each) for each in _all(element, "cac:AllowanceCharge")),
        net=_number(element, "cbc:LineExtensionAmount"),
        category=_text(item, "cac:ClassifiedTaxCategory/cbc:ID"),
        rate=_number(item, "cac:ClassifiedTaxCategory/cbc:Percent"),
        order_line=_text(element, "cac:OrderLineReference/cbc:LineID"),
        seller_item=_text(item, "cac:SellersItemIdentification/cbc:ID"),
        standard_item=_text(item, "cac:StandardItemIdentification/cbc:ID"),
        standard_scheme=_attribute(item, "cac:StandardItemIdentification/cbc:ID", "schemeID"),
        classification=_text(item, "cac:CommodityClassification/cbc:ItemClassificationCode"),
        classification_list=_attribute(item, "cac:CommodityClassification/cbc:ItemClassificationCode", "listID"),
        origin=_text(item, "cac:OriginCountry/cbc:IdentificationCode"),
        attributes=tuple((_text(each, "cbc:Name"), _text(each, "cbc:Value")) for each in _all(item, "cac:AdditionalItemProperty")),
        period=_period(element),
    )


def _adjustment(element: etree._Element) -> Adjustment:
    return Adjustment(
        charge=_text(element, "cbc:ChargeIndicator") in {"true", "1"},
        amount=_number(element, "cbc:Amount"),
        base=_number(element, "cbc:BaseAmount"),
        percent=_number(element, "cbc:MultiplierFactorNumeric"),
        reason=_text(element, "cbc:AllowanceChargeReason"),
        reason_code=_text(element, "cbc:AllowanceChargeReasonCode"),
        category=_text(element, "cac:TaxCategory/cbc:ID"),
        rate=_number(element, "cac:TaxCategory/cbc:Percent"),
    )


def _tax_group(element: etree._Element) -> TaxGroup:
    return TaxGroup(
        category=_text(element, "cac:TaxCategory/cbc:ID"),
        rate=_number(element, "cac:TaxCategory/cbc:Percent"),
        taxable=_number(element, "cbc:TaxableAmount") or ZERO,
        tax=_number(element, "cbc:TaxAmount") or ZERO,
        reason=_text(element, "cac:TaxCategory/cbc:TaxExemptionReason"),
        reason_code=_text(element, "cac:TaxCategory/cbc:TaxExemptionReasonCode"),
    )


def _sums(root: etree._Element, currency: str, tax_currency: str) -> Sums:
    total = _one(root, "cac:LegalMonetaryTotal")
    taxes = {each.get("currencyID", currency): each for each in reversed(_all(root, "cac:TaxTotal/cbc:TaxAmount"))}
    other = taxes.get(tax_currency) if tax_currency != currency else None
    return Sums(
        lines=_number(total, "cbc:LineExtensionAmount") or ZERO,
        allowances=_number(total, "cbc:AllowanceTotalAmount"),
        charges=_number(total, "cbc:ChargeTotalAmount"),
        net=_number(total, "cbc:TaxExclusiveAmount") or ZERO,
        tax=_as_number(taxes.get(currency)),
        tax_accounting=_as_number(other),
        gross=_number(total, "cbc:TaxInclusiveAmount") or ZERO,
        prepaid=_number(total, "cbc:PrepaidAmount"),
        rounding=_number(total, "cbc:PayableRoundingAmount"),
        payable=_number(total, "cbc:PayableAmount") or ZERO,
    )


_TOTALS = {"lines": "LineExtensionAmount", "net": "TaxExclusiveAmount", "gross": "TaxInclusiveAmount", "payable": "PayableAmount"}
_GROUP = {"taxable": "TaxableAmount", "tax": "TaxAmount"}


def _missing(root: etree._Element) -> Iterator[str]:
    """Yield the paths of what has to be there and is not."""
    if not _text(root, "cbc:CustomizationID"):
        yield "profile"
    total = _one(root, "cac:LegalMonetaryTotal")
    yield from (f"sums.{ours}" for ours, theirs in _TOTALS.items() if not _text(total, f"cbc:{theirs}"))
    for place, each in enumerate(_all(root, "cac:TaxTotal/cac:TaxSubtotal")):
        yield from (f"breakdown[{place}].{ours}" for ours, theirs in _GROUP.items() if not _text(each, f"cbc:{theirs}"))


def _foreign(root: etree._Element, currency: str, tax_currency: str) -> list[tuple[str, str]]:
    totals = [each for each in _all(root, "cac:TaxTotal/cbc:TaxAmount") if each.get("currencyID") == tax_currency]
    tree = root.getroottree()
    return [
        (tree.getelementpath(each).replace(f"{{{CAC}}}", "").replace(f"{{{CBC}}}", ""), code)
        for each in root.iter(f"{{{CBC}}}*")
        if (code := each.get("currencyID", currency)) != currency and each not in totals
    ]


def _party(element: etree._Element | None) -> TradeParty:
    name, trading = _text(element, "cac:PartyLegalEntity/cbc:RegistrationName"), _text(element, "cac:PartyName/cbc:Name")
    number, number_scheme = _identification(element)
    return TradeParty(
        name=name,
        trading_name="" if trading == name else trading,
        address=_address(_one(element, "cac:PostalAddress")),
        number=number,
        number_scheme=number_scheme,
        vat=_tax_number(element, vat=True),
        tax_registration=_tax_number(element, vat=False),
        legal=_text(element, "cac:PartyLegalEntity/cbc:CompanyID"),
        legal_scheme=_attribute(element, "cac:PartyLegalEntity/cbc:CompanyID", "schemeID"),
        endpoint=_text(element, "cbc:EndpointID"),
        endpoint_scheme=_attribute(element, "cbc:EndpointID", "schemeID"),
        contact=_text(element, "cac:Contact/cbc:Name"),
        telephone=_text(element, "cac:Contact/cbc:Telephone"),
        email=_text(element, "cac:Contact/cbc:ElectronicMail"),
    )


def _named(party: TradeParty) -> TradeParty:
    """Return a party by the name it goes by where it has no other: on an order either will do."""
    return party if party.name else evolve(party, name=party.trading_name, trading_name="")


def _tax_number(element: etree._Element | None, *, vat: bool) -> str:
    """Return the first number in the scheme of VAT, or the first in any other."""
    schemes = _all(element, "cac:PartyTaxScheme")
    found = [_text(each, "cbc:CompanyID") for each in schemes if (_text(each, "cac:TaxScheme/cbc:ID").upper() == "VAT") is vat]
    return next(filter(None, found), "")


def _identification(element: etree._Element | None) -> tuple[str, str]:
    """Return the first number of a party with its scheme; that of a creditor in SEPA only where there is no other."""
    found = [(_content(each), each.get("schemeID", "")) for each in _all(element, "cac:PartyIdentification/cbc:ID")]
    return min(found, key=lambda each: each[1] == "SEPA", default=("", ""))


def _representative(element: etree._Element | None) -> TaxRepresentative | None:
    if element is None:
        return None
    return TaxRepresentative(
        name=_text(element, "cac:PartyName/cbc:Name"),
        vat=_tax_number(element, vat=True),
        address=_address(_one(element, "cac:PostalAddress")),
    )


def _payee(element: etree._Element | None) -> Payee | None:
    if element is None:
        return None
    number, scheme = _identification(element)
    return Payee(
        name=_text(element, "cac:PartyName/cbc:Name"),
        number=number,
        number_scheme=scheme,
        legal=_text(element, "cac:PartyLegalEntity/cbc:CompanyID"),
        legal_scheme=_attribute(element, "cac:PartyLegalEntity/cbc:CompanyID", "schemeID"),
    )


def _address(element: etree._Element | None) -> Address:
    return Address(
        street=_text(element, "cbc:StreetName"),
        city=_text(element, "cbc:CityName"),
        postal_code=_text(element, "cbc:PostalZone"),
        country=_text(element, "cac:Country/cbc:IdentificationCode"),
    )


def _order_line(element: etree._Element, place: int) -> OrderLine:
    item, price, number = _one(element, "cac:Item"), _one(element, "cac:Price"), _text(element, "cbc:ID")
    category = _text(item, "cac:ClassifiedTaxCategory/cbc:ID")
    rate = _number(item, "cac:ClassifiedTaxCategory/cbc:Percent") or ZERO
    name = _text(item, "cbc:Name")
    unit = _number(price, "cbc:BaseQuantity")
    return OrderLine(
        number=int(number) if re.fullmatch("[1-9][0-9]{0,8}", number) else place,
        item=Item(
            number=_text(item, "cac:SellersItemIdentification/cbc:ID") or name,
            name=name,
            unit=_attribute(element, "cbc:Quantity", "unitCode") or "C62",
            vat=Vat(category, rate) if category else NO_VAT,
        ),
        ordered=_needed(element, "cbc:Quantity"),
        price=_needed(price, "cbc:PriceAmount"),
        price_unit=ONE if unit is None else unit,
    )


def _profile(customization: str) -> Profile:
    found = [profile for profile, known in CUSTOMIZATIONS.items() if profile is not Profile.CORE and known in customization]
    return found[0] if found else Profile.CORE


# ---------------------------------------------------------------------- values


def _all(element: etree._Element | None, path: str) -> list[etree._Element]:
    return [] if element is None else element.findall(path, NAMES)


def _one(element: etree._Element | None, path: str) -> etree._Element | None:
    return None if element is None else element.find(path, NAMES)


def _content(element: etree._Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _text(element: etree._Element | None, path: str) -> str:
    return _content(_one(element, path))


def _attribute(element: etree._Element | None, path: str, name: str) -> str:
    found = _one(element, path)
    return "" if found is None else found.get(name, "")


def _as_number(element: etree._Element | None) -> Decimal | None:
    text = _content(element)
    if not text:
        return None
    if not NUMBER.fullmatch(text) or not text.isascii():
        msg = f"{etree.QName(element).localname} must be a number, not {text[:40]!r}"
        raise UnreadableError(msg)
    return Decimal(text)


def _number(element: etree._Element | None, path: str) -> Decimal | None:
    return _as_number(_one(element, path))


def _needed(element: etree._Element | None, path: str) -> Decimal:
    found = _number(element, path)
    if found is None:
        msg = f"{path.partition(':')[2]} is missing"
        raise UnreadableError(msg)
    return found


def _period(element: etree._Element) -> Days:
    found = _one(element, "cac:InvoicePeriod")
    return _day(found, "cbc:StartDate"), _day(found, "cbc:EndDate")


def _day(element: etree._Element | None, path: str) -> date | None:
    text = _text(element, path)
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        msg = f"{path.partition(':')[2]} must be a date, not {text[:40]!r}"
        raise UnreadableError(msg) from None
