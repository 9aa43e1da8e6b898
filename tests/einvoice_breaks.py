"""One field of an electronic invoice broken: what may be left out, what has a code, and every amount."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow import Address, EInvoice
from salesflow.model.einvoice import Adjustment, Payee, TaxRepresentative
from tests.einvoices import DAY

D = Decimal
Break = Callable[[EInvoice], EInvoice]


def field(**terms: Any) -> Break:
    """Break fields of the document itself."""
    return lambda invoice: evolve(invoice, **terms)


def part(name: str, /, **terms: Any) -> Break:
    """Break fields of a part that is there, or of a new one where there is none."""
    new: dict[str, Any] = {"representative": TaxRepresentative(), "payee": Payee()}
    return lambda invoice: evolve(invoice, **{name: evolve(getattr(invoice, name) or new[name], **terms)})


def address(name: str, /, **terms: Any) -> Break:
    """Break the address of a party."""
    return lambda invoice: part(name, address=evolve(getattr(invoice, name).address, **terms))(invoice)


def line(**terms: Any) -> Break:
    """Break fields of the last line."""
    return lambda invoice: evolve(invoice, lines=(*invoice.lines[:-1], evolve(invoice.lines[-1], **terms)))


def group(**terms: Any) -> Break:
    """Break fields of the last group of the VAT breakdown."""
    return lambda invoice: evolve(invoice, breakdown=(*invoice.breakdown[:-1], evolve(invoice.breakdown[-1], **terms)))


def off(name: str, by: str) -> Break:
    """Put a total off by an amount."""

    def broken(invoice: EInvoice) -> EInvoice:
        assert invoice.sums is not None
        return evolve(invoice, sums=evolve(invoice.sums, **{name: (getattr(invoice.sums, name) or D(0)) + D(by)}))

    return broken


def adjusted(*, charge: bool, **terms: Any) -> Break:
    """Add an allowance or charge of nothing to the document, and break that."""
    return lambda invoice: evolve(invoice, adjustments=(*invoice.adjustments, evolve(nothing(invoice, charge=charge), **terms)))


def on_line(*, charge: bool, **terms: Any) -> Break:
    """Add an allowance or charge of nothing to the last line, and break that."""
    given: dict[str, Any] = {"charge": charge, "amount": D(0), "reason": "none"}
    return lambda invoice: line(adjustments=(*invoice.lines[-1].adjustments, Adjustment(**(given | terms))))(invoice)


def nothing(invoice: EInvoice, *, charge: bool) -> Adjustment:
    """Return an allowance or charge that changes no figure."""
    taxed = invoice.lines[0]
    return Adjustment(charge=charge, amount=D(0), reason="none", category=taxed.category, rate=taxed.rate)


BREAKS: dict[str, Break] = {
    "number": field(number=""),
    "day": field(on=None),
    "no type": field(type=""),
    "type": field(type="999"),
    "currency": field(currency="QQQ"),
    "accounting currency": field(tax_currency="QQQ"),
    "notes": field(notes=("#QQQ#",)),
    "period": field(period=(DAY + timedelta(1), DAY), lines=()),
    "code of VAT": field(tax_point=DAY, tax_point_code="4"),
    "preceding": field(preceding=(("", None),)),
    "means": field(means="QQ"),
    "no means": field(means=""),
    "account": field(means="58", account=""),
    "place": field(deliver_to=Address(city="Gent")),
    "country of the place": field(deliver_to=Address(country="QQ")),
    "scheme of the place": field(deliver_to_location="1", deliver_to_scheme="QQ"),
    "lines": field(lines=(), adjustments=()),
    "seller": part("seller", name=""),
    "seller's address": part("seller", address=Address()),
    "seller's country": address("seller", country=""),
    "seller's odd country": address("seller", country="QQ"),
    "seller's VAT": part("seller", vat="QQ1"),
    "seller's numbers": part("seller", vat="", tax_registration="", number="", legal=""),
    "seller's scheme": part("seller", number="1", number_scheme="QQ"),
    "seller's legal scheme": part("seller", legal_scheme="QQ"),
    "seller's endpoint": part("seller", endpoint_scheme=""),
    "seller's endpoint scheme": part("seller", endpoint_scheme="QQ"),
    "buyer": part("buyer", name=""),
    "buyer's address": part("buyer", address=Address()),
    "buyer's country": address("buyer", country=""),
    "buyer's VAT": part("buyer", vat="QQ1"),
    "buyer's numbers": part("buyer", vat="", legal=""),
    "buyer's scheme": part("buyer", number="1", number_scheme="QQ"),
    "buyer's legal scheme": part("buyer", legal_scheme="QQ"),
    "buyer's endpoint": part("buyer", endpoint_scheme=""),
    "buyer's endpoint scheme": part("buyer", endpoint_scheme="QQ"),
    "representative": part("representative", name=""),
    "representative's address": part("representative", address=Address()),
    "representative's country": part("representative", address=Address(city="Gent")),
    "representative's odd country": part("representative", address=Address(country="QQ")),
    "representative's VAT": part("representative", vat=""),
    "representative's odd VAT": part("representative", vat="QQ1"),
    "payee": part("payee", name=""),
    "payee's scheme": part("payee", name="The bank", number="1", number_scheme="QQ"),
    "payee's legal scheme": part("payee", name="The bank", legal="1", legal_scheme="QQ"),
    "id": line(id=""),
    "unit": line(unit="STUKS"),
    "no unit": line(unit=""),
    "name": line(name=""),
    "base": line(base_quantity=D(0)),
    "unit of the base": line(base_unit="LTR"),
    "goods": line(standard_item="1", standard_scheme=""),
    "scheme of goods": line(standard_item="1", standard_scheme="QQ"),
    "list": line(classification="1", classification_list=""),
    "code of the list": line(classification="1", classification_list="QQ"),
    "origin": line(origin="QQ"),
    "attribute": line(attributes=(("", "x"),)),
    "period of a line": line(period=(DAY + timedelta(1), DAY)),
    "gross price": line(gross_price=D(-1), price_discount=None),
    "digits of a net": line(net=D("1.001")),
    "odd category": line(category="QQ"),
    "odd group": group(category="QQ"),
    "reason code": group(reason_code="QQ"),
    "reasons": group(reason="", reason_code=""),
    "digits of what is taxed": group(taxable=D("0.001")),
    "digits of VAT": group(tax=D("0.001")),
    "allowance": adjusted(charge=False, reason=""),
    "allowance amount": adjusted(charge=False, amount=D("2.00")),
    "allowance digits": adjusted(charge=False, amount=D("0.001")),
    "allowance code": adjusted(charge=False, reason_code="QQ"),
    "allowance category": adjusted(charge=False, category="QQ"),
    "allowance percentage": adjusted(charge=False, percent=D(10), base=D(1)),
    "charge": adjusted(charge=True, reason=""),
    "charge amount": adjusted(charge=True, amount=D("2.00")),
    "charge code": adjusted(charge=True, reason_code="QQ"),
    "charge base": adjusted(charge=True, base=D("0.001"), percent=D(1)),
    "no percentage": adjusted(charge=True, base=D(1)),
    "no base": adjusted(charge=True, percent=D(1)),
    "line allowance": on_line(charge=False, reason=""),
    "line allowance code": on_line(charge=False, reason_code="QQ"),
    "line allowance base": on_line(charge=False, base=D("0.001"), percent=D(1)),
    "line charge": on_line(charge=True, reason=""),
    "line charge code": on_line(charge=True, reason_code="QQ"),
    "line charge amount": on_line(charge=True, amount=D("2.00")),
}
"""Every break by its name; each leaves the rest of the document as it was."""
for _name in ("lines", "allowances", "charges", "net", "tax", "gross", "prepaid", "rounding", "payable"):
    BREAKS |= {f"{_name} off": off(_name, "2.00"), f"{_name} of three digits": off(_name, "0.001")}
FOLLOW = {"base": {"PEPPOL-EN16931-R120"}}
"""What the official rules find beside the cause: they go on and divide."""
