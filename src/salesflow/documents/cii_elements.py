"""The elements of a CrossIndustryInvoice that several parts of it share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lxml import etree

from salesflow.documents.ubl_elements import sayable, shown
from salesflow.model.einvoice import CREDITOR, Adjustment, Days, TradeParty
from salesflow.model.party import Address

SPACE = "urn:un:unece:uncefact:data:standard:"
RSM, RAM, UDT, QDT = (
    f"{SPACE}{name}:100"
    for name in ("CrossIndustryInvoice", "ReusableAggregateBusinessInformationEntity", "UnqualifiedDataType", "QualifiedDataType")
)
Value = str | Decimal | None


def group(parent: etree._Element, name: str) -> etree._Element:
    """Add an element that holds others."""
    return etree.SubElement(parent, f"{{{RAM}}}{name}")


def text(parent: etree._Element, name: str, value: Value, *, space: str = RAM, **attributes: str) -> None:
    """Add an element with a value; nothing where there is none."""
    if said := shown(value):
        element = etree.SubElement(parent, f"{{{space}}}{name}", {key: sayable(each) for key, each in attributes.items() if each})
        element.text = said


def day(parent: etree._Element, name: str, on: date | None, *, space: str = UDT, kind: str = "DateTimeString") -> None:
    """Add a date; nothing where there is none."""
    if on is not None:
        text(group(parent, name), kind, f"{on:%Y%m%d}", space=space, format="102")


def period(parent: etree._Element, days: Days) -> None:
    """Add a period with its days; nothing where there are none."""
    if days != (None, None):
        found = group(parent, "BillingSpecifiedPeriod")
        day(found, "StartDateTime", days[0])
        day(found, "EndDateTime", days[1])


def indicator(parent: etree._Element, *, charge: bool) -> None:
    """Say whether something is a charge."""
    text(group(parent, "ChargeIndicator"), "Indicator", "true" if charge else "false", space=UDT)


def tax(parent: etree._Element, name: str, category: str, rate: Decimal | None) -> None:
    """Add a VAT category with its rate."""
    if category:
        found = group(parent, name)
        text(found, "TypeCode", "VAT")
        text(found, "CategoryCode", category)
        text(found, "RateApplicablePercent", rate)


def adjustment(parent: etree._Element, each: Adjustment) -> etree._Element:
    """Add an allowance or a charge."""
    found = group(parent, "SpecifiedTradeAllowanceCharge")
    indicator(found, charge=each.charge)
    text(found, "CalculationPercent", each.percent)
    text(found, "BasisAmount", each.base)
    text(found, "ActualAmount", each.amount)
    text(found, "ReasonCode", each.reason_code)
    text(found, "Reason", each.reason)
    return found


def party(parent: etree._Element, name: str, value: TradeParty) -> None:
    """Add a party with its numbers."""
    found = group(parent, name)
    if value.number_scheme != CREDITOR:  # which has an element of its own
        # A number has an element of its own where its scheme is known.
        text(found, "GlobalID" if value.number_scheme else "ID", value.number, schemeID=value.number_scheme)
    text(found, "Name", value.name)
    if value.legal or value.trading_name:
        legal = group(found, "SpecifiedLegalOrganization")
        text(legal, "ID", value.legal, schemeID=value.legal_scheme)
        text(legal, "TradingBusinessName", value.trading_name)
    _contact(found, value)
    _address(found, value.address)
    if value.endpoint:
        text(group(found, "URIUniversalCommunication"), "URIID", value.endpoint, schemeID=value.endpoint_scheme)
    for number, scheme in ((value.vat, "VA"), (value.tax_registration, "FC")):
        if number:
            text(group(found, "SpecifiedTaxRegistration"), "ID", number, schemeID=scheme)


def _contact(party: etree._Element, value: TradeParty) -> None:
    if value.contact or value.telephone or value.email:
        contact = group(party, "DefinedTradeContact")
        text(contact, "PersonName", value.contact)
        if value.telephone:
            text(group(contact, "TelephoneUniversalCommunication"), "CompleteNumber", value.telephone)
        if value.email:
            text(group(contact, "EmailURIUniversalCommunication"), "URIID", value.email)


def _address(party: etree._Element, value: Address) -> None:
    if value != Address():
        address = group(party, "PostalTradeAddress")
        text(address, "PostcodeCode", value.postal_code)
        text(address, "LineOne", value.street)
        text(address, "CityName", value.city)
        text(address, "CountryID", value.country)
