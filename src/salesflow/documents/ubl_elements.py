"""The elements of UBL 2.1 that several documents share."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from lxml import etree

from salesflow.model.einvoice import Days, EInvoiceLine, TradeParty
from salesflow.model.party import Address
from salesflow.money import exact

ROOT = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC = f"{ROOT}CommonAggregateComponents-2"
CBC = f"{ROOT}CommonBasicComponents-2"
UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Value = str | Decimal | date | None


def document(name: str) -> etree._Element:
    """Return the root of a document."""
    space = f"{ROOT}{name}-2"
    spaces: dict[str | None, str] = {None: space, "cac": CAC, "cbc": CBC}
    return etree.Element(f"{{{space}}}{name}", nsmap=spaces)  # type: ignore[arg-type]


def to_bytes(root: etree._Element) -> bytes:
    """Return a document as it is sent: UTF-8, indented, the same on every run."""
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def group(parent: etree._Element, name: str) -> etree._Element:
    """Add an element that holds others."""
    return etree.SubElement(parent, f"{{{CAC}}}{name}")


def text(parent: etree._Element, name: str, value: Value, **attributes: str) -> None:
    """Add an element with a value; nothing where there is none, for no element may be empty."""
    if said := shown(value):
        element = etree.SubElement(parent, f"{{{CBC}}}{name}", {key: sayable(each) for key, each in attributes.items() if each})
        element.text = said


def shown(value: Value) -> str:
    """Return a value as a document has it; empty where there is none."""
    if isinstance(value, Decimal):
        # A zero has no sign: the official rules for CII take -0.00 and 0.00 for two amounts.
        return f"{value or value.copy_abs():f}"
    return "" if value is None else sayable(str(value))


def sayable(value: str) -> str:
    """Return text without the signs that XML cannot hold: controls, halves of pairs, and two that Unicode keeps free."""
    return UNSAYABLE.sub("", value)


@exact
def price_off(line: EInvoiceLine) -> Decimal | None:
    """Return what is off the gross price of a line, as stated or as it follows."""
    if line.price_discount is None and line.price is not None and line.gross_price is not None:
        return line.gross_price - line.price
    return line.price_discount


def amount(parent: etree._Element, name: str, value: Decimal | None, currency: str) -> None:
    """Add an amount."""
    text(parent, name, value, currencyID=currency)


def tax_category(parent: etree._Element, name: str, category: str, rate: Decimal | None, *reasons: tuple[str, str]) -> None:
    """Add a VAT category with its rate."""
    if not category:
        return
    found = group(parent, name)
    text(found, "ID", category)
    text(found, "Percent", rate)
    for label, reason in reasons:
        text(found, label, reason)
    text(group(found, "TaxScheme"), "ID", "VAT")


def address(parent: etree._Element, name: str, value: Address) -> None:
    """Add an address; nothing where there is none."""
    if value == Address():
        return
    found = group(parent, name)
    text(found, "StreetName", value.street)
    text(found, "CityName", value.city)
    text(found, "PostalZone", value.postal_code)
    if value.country:
        text(group(found, "Country"), "IdentificationCode", value.country)


def identification(parent: etree._Element, number: str, scheme: str) -> None:
    """Add the number that a party is known by; nothing where there is none."""
    if number:
        text(group(parent, "PartyIdentification"), "ID", number, schemeID=scheme)


def period(parent: etree._Element, days: Days, code: str = "") -> None:
    """Add a period with its days; nothing where there are none."""
    if days != (None, None) or code:
        found = group(parent, "InvoicePeriod")
        text(found, "StartDate", days[0])
        text(found, "EndDate", days[1])
        text(found, "DescriptionCode", code)


def tax_scheme(parent: etree._Element, number: str, scheme: str) -> None:
    """Add the number by which a tax office knows a party."""
    registered = group(parent, "PartyTaxScheme")
    text(registered, "CompanyID", number)
    text(group(registered, "TaxScheme"), "ID", scheme)


def party(parent: etree._Element, name: str, value: TradeParty) -> None:
    """Add a party with its numbers."""
    found = group(group(parent, name), "Party")
    text(found, "EndpointID", value.endpoint, schemeID=value.endpoint_scheme)
    identification(found, value.number, value.number_scheme)
    if value.trading_name or value.name:
        text(group(found, "PartyName"), "Name", value.trading_name or value.name)
    address(found, "PostalAddress", value.address)
    for number, scheme in ((value.vat, "VAT"), (value.tax_registration, "TAX")):
        if number:
            tax_scheme(found, number, scheme)
    if value.name or value.legal:
        legal = group(found, "PartyLegalEntity")
        text(legal, "RegistrationName", value.name)
        text(legal, "CompanyID", value.legal, schemeID=value.legal_scheme)
    if value.contact or value.telephone or value.email:
        contact = group(found, "Contact")
        text(contact, "Name", value.contact)
        text(contact, "Telephone", value.telephone)
        text(contact, "ElectronicMail", value.email)
