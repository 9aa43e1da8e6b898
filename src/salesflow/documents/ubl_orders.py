"""Orders, confirmations and despatch advices written as UBL 2.1, as the Peppol profiles for them have it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from lxml import etree

from salesflow.checks import ONE, require_kind
from salesflow.documents.ubl_elements import address, amount, document, group, party, tax_category, text, to_bytes
from salesflow.model.einvoice import TradeParty
from salesflow.model.order import Order
from salesflow.model.order_amounts import beside_of, ordered_charges, ordered_rows
from salesflow.model.order_line import OrderLine
from salesflow.model.packing_slip import PackingSlip
from salesflow.model.totals import Basis, Sold, Totals, Worked, in_basis, work_out
from salesflow.model.vat import Vat
from salesflow.money import exact, half_up

CUSTOMIZATION = "urn:fdc:peppol.eu:poacc:trns:{}:3"
ORDERING = "urn:fdc:peppol.eu:poacc:bis:ordering:3"
AGREEING = "urn:fdc:peppol.eu:poacc:bis:order_agreement:3"
DESPATCHING = "urn:fdc:peppol.eu:poacc:bis:despatch_advice:3"

UNIT_PRICE = Decimal("0.000001")
"""The step of a price per unit that VAT was taken out of."""


def write_order(order: Order, *, seller: TradeParty, buyer: TradeParty) -> bytes:
    """
    Return an order as UBL: what the buyer asks for, with what it is expected to come to.

    Amounts are without VAT, and the totals those of ``order.ordered_totals``.
    """
    require_kind("order", order, Order)
    root = document("Order")
    _head(root, "order", ORDERING, order.number, order.placed)
    text(root, "OrderTypeCode", "220")
    _terms(root, order)
    party(root, "BuyerCustomerParty", buyer)
    party(root, "SellerSupplierParty", seller)
    _delivery(root, order)
    worked = _worked(order)
    _charges(root, order, worked)
    _totals(root, "AnticipatedMonetaryTotal", order.ordered_totals, order.currency)
    for line, net in zip(order.fold.terms.values(), worked.nets, strict=True):
        _line(group(root, "OrderLine"), line, net, order.currency)
    return to_bytes(root)


def write_confirmation(order: Order, *, number: str, on: date, seller: TradeParty, buyer: TradeParty) -> bytes:
    """
    Return the confirmation of an order as UBL: an OrderResponse by which buyer and seller agree on the order as it stands.

    Args:
        number: The number of the confirmation itself.
        on: The day on which it is given.
    """
    require_kind("order", order, Order)
    root = document("OrderResponse")
    _head(root, "order_agreement", AGREEING, number, on)
    _terms(root, order)
    text(group(root, "OrderReference"), "ID", order.number)
    party(root, "SellerSupplierParty", seller)
    party(root, "BuyerCustomerParty", buyer)
    _delivery(root, order)
    worked = _worked(order)
    _charges(root, order, worked)
    _totals(root, "LegalMonetaryTotal", order.ordered_totals, order.currency)
    for line, net in zip(order.fold.terms.values(), worked.nets, strict=True):
        _line(group(root, "OrderLine"), line, net, order.currency)
    return to_bytes(root)


@exact
def write_despatch(slip: PackingSlip, orders: Iterable[Order], *, seller: TradeParty, buyer: TradeParty, reason: str = "") -> bytes:
    """
    Return a packing slip as UBL: what was delivered of each line and what is still outstanding after all that was delivered so far.

    Args:
        orders: The orders that the slip delivers, with the slip posted.
        reason: Why something is outstanding.

    Raises:
        ValueError: an order that the slip delivers is not among *orders*.
    """
    require_kind("slip", slip, PackingSlip)
    known = {order.number: order for order in orders}
    if missing := [number for number in slip.orders if number not in known]:
        msg = f"packing slip {slip.number} delivers {', '.join(missing)} too"
        raise ValueError(msg)
    root = document("DespatchAdvice")
    _head(root, "despatch_advice", DESPATCHING, slip.number, slip.on)
    if len(slip.orders) == 1:
        text(group(root, "OrderReference"), "ID", slip.orders[0])
    party(root, "DespatchSupplierParty", seller)
    party(root, "DeliveryCustomerParty", buyer)
    place = 0
    for part in slip.parts:
        for line, quantity in part.rows:
            place += 1
            _despatched(root, str(place), known[part.order], line, quantity, reason)
    return to_bytes(root)


def _head(root: etree._Element, customization: str, profile: str, number: str, on: date) -> None:
    text(root, "CustomizationID", CUSTOMIZATION.format(customization))
    text(root, "ProfileID", profile)
    text(root, "ID", number)
    text(root, "IssueDate", on)


def _terms(root: etree._Element, order: Order) -> None:
    text(root, "Note", order.comment)
    text(root, "DocumentCurrencyCode", order.currency)
    text(root, "CustomerReference", order.reference)


def _delivery(root: etree._Element, order: Order) -> None:
    dates = [line.requested for line in order.lines if line.requested]
    place = group(root, "Delivery") if dates or order.deliver_to.country else None
    if place is None:
        return
    if order.deliver_to.country:
        address(group(place, "DeliveryLocation"), "Address", order.deliver_to)
    if dates:
        period = group(place, "RequestedDeliveryPeriod")
        text(period, "StartDate", min(dates))
        text(period, "EndDate", max(dates))


def _worked(order: Order) -> Worked:
    """Return the nets of lines and charges as they are ordered."""
    rows, charges = ordered_rows(order), ordered_charges(order)
    sold = [Sold(line.vat, amount, quantity) for line, quantity, amount, _ in rows]
    return work_out(sold, beside_of(charges, order.charges, rows), order.quantum, order.totals_policy)


def _charges(root: etree._Element, order: Order, worked: Worked) -> None:
    for charge, net in zip(ordered_charges(order), worked.beside, strict=True):
        found = group(root, "AllowanceCharge")
        text(found, "ChargeIndicator", "true" if net > 0 else "false")
        text(found, "AllowanceChargeReason", charge.text or charge.code)
        amount(found, "Amount", abs(net), order.currency)
        _tax(found, "TaxCategory", charge.vat)


def _tax(parent: etree._Element, name: str, vat: Vat) -> None:
    tax_category(parent, name, vat.category, None if vat.category == "O" else vat.rate)


@exact
def _totals(root: etree._Element, name: str, totals: Totals, currency: str) -> None:
    amount(group(root, "TaxTotal"), "TaxAmount", totals.vat, currency)
    found = group(root, name)
    net = totals.net + totals.charges
    amount(found, "LineExtensionAmount", totals.net, currency)
    amount(found, "TaxExclusiveAmount", net, currency)
    amount(found, "TaxInclusiveAmount", totals.total, currency)
    if totals.charges < 0:
        amount(found, "AllowanceTotalAmount", -totals.charges, currency)
    if totals.charges > 0:
        amount(found, "ChargeTotalAmount", totals.charges, currency)
    amount(found, "PayableAmount", totals.total, currency)


@exact
def _line(parent: etree._Element, line: OrderLine, net: Decimal, currency: str) -> None:
    found = group(parent, "LineItem")
    text(found, "ID", str(line.number))
    text(found, "Quantity", line.ordered, unitCode=line.item.unit)
    amount(found, "LineExtensionAmount", net, currency)
    price = group(found, "Price")
    each = line.unit_price if line.price_unit == ONE else line.unit_price * line.price_unit
    if line.basis is Basis.GROSS:
        each = half_up(in_basis(each, line.vat, Basis.GROSS, Basis.NET), UNIT_PRICE)
    amount(price, "PriceAmount", each, currency)
    text(price, "BaseQuantity", None if line.price_unit == ONE else line.price_unit, unitCode=line.item.unit)
    _item(found, line, taxed=True)


def _item(parent: etree._Element, line: OrderLine, *, taxed: bool = False) -> None:
    item = group(parent, "Item")
    text(item, "Name", line.item.name or line.item.number)
    text(group(item, "SellersItemIdentification"), "ID", line.item.number)
    if taxed:
        _tax(item, "ClassifiedTaxCategory", line.item.vat)


def _despatched(root: etree._Element, place: str, order: Order, line: int, quantity: Decimal, reason: str) -> None:
    terms = order.line(line).terms
    left = order.line(line).deliver_remainder
    found = group(root, "DespatchLine")
    text(found, "ID", place)
    text(found, "DeliveredQuantity", quantity, unitCode=terms.item.unit)
    if left:
        text(found, "OutstandingQuantity", left, unitCode=terms.item.unit)
        text(found, "OutstandingReason", reason)
    reference = group(found, "OrderLineReference")
    text(reference, "LineID", str(line))
    text(group(reference, "OrderReference"), "ID", order.number)
    _item(found, terms)
