"""The rules of EN 16931 on parties, references, delivery and payment."""

from __future__ import annotations

from collections.abc import Iterator

from salesflow.billing import norm_codes
from salesflow.model.einvoice import CREDITOR, EInvoice, Finding, Payee, TaxRepresentative, TradeParty
from salesflow.model.party import Address

TRANSFERS = frozenset({"30", "58"})
CREDITORS = norm_codes.SCHEMES | {CREDITOR}
"""Schemes of a number of the seller or the payee: that of a creditor in SEPA is one."""
_NOBODY = TradeParty(name="")


def check(invoice: EInvoice) -> Iterator[Finding]:
    """Yield what is wrong beside the figures."""
    seller, buyer = invoice.seller or _NOBODY, invoice.buyer or _NOBODY
    yield from _missing(invoice, seller, buyer)
    if invoice.representative is not None:
        yield from _representative(invoice.representative)
    if invoice.payee is not None:
        yield from _payee(invoice.payee, seller)
    yield from _country_codes(invoice, seller, buyer)
    yield from _schemes(invoice, seller, buyer)
    yield from _dates(invoice)
    yield from _payment(invoice)


def _missing(invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> Iterator[Finding]:
    for there, rule, path, what in (
        (invoice.number, "BR-02", "number", "a number"),
        (invoice.on, "BR-03", "on", "a date"),
        (seller.name, "BR-06", "seller.name", "the name of the seller"),
        (buyer.name, "BR-07", "buyer.name", "the name of the buyer"),
        (seller.address != Address(), "BR-08", "seller.address", "the address of the seller"),
        (seller.address.country or seller.address == Address(), "BR-09", "seller.address.country", "the country of the seller"),
        (buyer.address != Address(), "BR-10", "buyer.address", "the address of the buyer"),
        (buyer.address.country or buyer.address == Address(), "BR-11", "buyer.address.country", "the country of the buyer"),
        (seller.number or seller.legal or seller.vat, "BR-CO-26", "seller", "an identifier of the seller, its own, legal or for VAT"),
        (not seller.endpoint or seller.endpoint_scheme, "BR-62", "seller.endpoint_scheme", "the scheme of the seller's electronic address"),
        (not buyer.endpoint or buyer.endpoint_scheme, "BR-63", "buyer.endpoint_scheme", "the scheme of the buyer's electronic address"),
    ):
        if not there:
            yield Finding(rule=rule, path=path, message=f"{what} is missing")
    for place, line in enumerate(invoice.lines):
        if not line.name:
            yield Finding(rule="BR-25", path=f"lines[{place}].name", message="the line does not say what was sold")


def _representative(representative: TaxRepresentative) -> Iterator[Finding]:
    address = representative.address
    for there, rule, path, what in (
        (representative.name, "BR-18", "name", "name"),
        (representative.vat, "BR-56", "vat", "VAT identifier"),
        (address != Address(), "BR-19", "address", "address"),
        (address.country or address == Address(), "BR-20", "address.country", "country"),
    ):
        if not there:
            yield Finding(rule=rule, path=f"representative.{path}", message=f"the {what} of the tax representative is missing")


def _payee(payee: Payee, seller: TradeParty) -> Iterator[Finding]:
    """A payee is named, and is somebody else than the seller."""
    if not payee.name:
        yield Finding(rule="BR-17", path="payee.name", message="the name of the payee is missing")
    elif payee.name == (seller.trading_name or seller.name) or (payee.number and payee.number == seller.number):
        yield Finding(rule="BR-17", path="payee", message="the payee is the seller; it is named only where it is another")
    elif payee.name == seller.name:
        # The rule of the norm goes by the trading name, that of its syntax by the registered one.
        yield Finding(rule="UBL-SR-19", path="payee.name", message="the payee has the registered name of the seller")


def _country_codes(invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> Iterator[Finding]:
    representative = invoice.representative or TaxRepresentative()
    for path, code in (
        ("seller.address.country", seller.address.country),
        ("buyer.address.country", buyer.address.country),
        ("representative.address.country", representative.address.country),
        ("deliver_to.country", invoice.deliver_to.country),
    ):
        if code and code not in norm_codes.COUNTRIES:
            yield Finding(rule="BR-CL-14", path=path, message=f"{code!r} is no country of ISO 3166-1")
    if invoice.deliver_to != Address() and not invoice.deliver_to.country:
        yield Finding(rule="BR-57", path="deliver_to.country", message="the country of delivery is missing")
    for path, number in (("seller.vat", seller.vat), ("buyer.vat", buyer.vat), ("representative.vat", representative.vat)):
        # Greece goes by EL in VAT numbers, and by GR everywhere else.
        if number and number[:2] not in norm_codes.COUNTRIES | {"EL"}:
            yield Finding(rule="BR-CO-09", path=path, message=f"{number!r} does not begin with the code of a country")


def _schemes(invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> Iterator[Finding]:
    payee = invoice.payee or Payee()
    for path, there, scheme, known, rule in (
        ("seller.number_scheme", seller.number, seller.number_scheme, CREDITORS, "BR-CL-10"),
        ("buyer.number_scheme", buyer.number, buyer.number_scheme, norm_codes.SCHEMES, "BR-CL-10"),
        ("payee.number_scheme", payee.number, payee.number_scheme, CREDITORS, "BR-CL-10"),
        ("seller.legal_scheme", seller.legal, seller.legal_scheme, norm_codes.SCHEMES, "BR-CL-11"),
        ("buyer.legal_scheme", buyer.legal, buyer.legal_scheme, norm_codes.SCHEMES, "BR-CL-11"),
        ("payee.legal_scheme", payee.legal, payee.legal_scheme, norm_codes.SCHEMES, "BR-CL-11"),
        ("seller.endpoint_scheme", seller.endpoint, seller.endpoint_scheme, norm_codes.ENDPOINT_SCHEMES, "BR-CL-25"),
        ("buyer.endpoint_scheme", buyer.endpoint, buyer.endpoint_scheme, norm_codes.ENDPOINT_SCHEMES, "BR-CL-25"),
        ("deliver_to_scheme", invoice.deliver_to_location, invoice.deliver_to_scheme, norm_codes.SCHEMES, "BR-CL-26"),
    ):
        if there and scheme and scheme not in known:
            yield Finding(rule=rule, path=path, message=f"{scheme!r} is no scheme that such a number may be in")


def _dates(invoice: EInvoice) -> Iterator[Finding]:
    first, last = invoice.period
    if first is not None and last is not None and last < first:
        yield Finding(rule="BR-29", path="period", message=f"the period ends on {last}, before it begins on {first}")
    for place, (number, _) in enumerate(invoice.preceding):
        if not number:
            yield Finding(rule="BR-55", path=f"preceding[{place}]", message="the earlier invoice has no number")


def _payment(invoice: EInvoice) -> Iterator[Finding]:
    if invoice.account and not invoice.means:
        yield Finding(rule="BR-49", path="means", message="there is an account and no code for how to pay")
    if invoice.means in TRANSFERS and not invoice.account:
        yield Finding(rule="BR-61", path="account", message="payment is by transfer and there is no account to pay to")
    if invoice.means and invoice.means not in norm_codes.PAYMENT_MEANS:
        yield Finding(rule="BR-CL-16", path="means", message=f"{invoice.means!r} is no means of payment of UNTDID 4461")
