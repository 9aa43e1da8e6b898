"""The rules of EN 16931, Peppol BIS Billing 3 and NLCIUS on parties, references, delivery and payment."""

from __future__ import annotations

from collections.abc import Iterator

from salesflow.billing import norm_codes
from salesflow.model.einvoice import EInvoice, Finding, Profile, TradeParty
from salesflow.model.party import Address

TRANSFERS = frozenset({"30", "58"})
DUTCH_SCHEMES = frozenset({"0106", "0190"})
DUTCH_MEANS = frozenset({"30", "48", "49", "57", "58", "59"})
DUTCH_TYPES = frozenset({"380", "381", "384", "389"})
PEPPOL_TYPES = norm_codes.codes("71 80 82 84 102 218 219 326 331 380 382 383 384 386 388 393 395 553 575 623 780 817 870 875 876 877")
GERMAN_TYPES = frozenset({"326", "384"})
PEPPOL_CREDITS = norm_codes.codes("381 396 81 83 532")
_NOBODY = TradeParty(name="")


def check(invoice: EInvoice) -> Iterator[Finding]:
    """Yield what is wrong beside the figures."""
    seller, buyer = invoice.seller or _NOBODY, invoice.buyer or _NOBODY
    yield from _missing(invoice, seller, buyer)
    yield from _country_codes(invoice, seller, buyer)
    yield from _dates(invoice)
    yield from _payment(invoice)
    if invoice.profile is Profile.PEPPOL:
        yield from _peppol(invoice, seller, buyer)
    if invoice.profile is not Profile.CORE and seller.address.country == "NL":
        yield from _dutch(invoice, seller, buyer)


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
        (seller.legal or seller.vat, "BR-CO-26", "seller", "a legal or VAT identifier of the seller"),
        (not seller.endpoint or seller.endpoint_scheme, "BR-62", "seller.endpoint_scheme", "the scheme of the seller's electronic address"),
        (not buyer.endpoint or buyer.endpoint_scheme, "BR-63", "buyer.endpoint_scheme", "the scheme of the buyer's electronic address"),
    ):
        if not there:
            yield Finding(rule=rule, path=path, message=f"{what} is missing")
    for place, line in enumerate(invoice.lines):
        if not line.name:
            yield Finding(rule="BR-25", path=f"lines[{place}].name", message="the line does not say what was sold")


def _country_codes(invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> Iterator[Finding]:
    for path, code in (
        ("seller.address.country", seller.address.country),
        ("buyer.address.country", buyer.address.country),
        ("deliver_to", invoice.deliver_to),
    ):
        if code and code not in norm_codes.COUNTRIES:
            yield Finding(rule="BR-CL-14", path=path, message=f"{code!r} is no country of ISO 3166-1")
    for path, number in (("seller.vat", seller.vat), ("buyer.vat", buyer.vat)):
        # Greece goes by EL in VAT numbers, and by GR everywhere else.
        if number and number[:2] not in norm_codes.COUNTRIES | {"EL"}:
            yield Finding(rule="BR-CO-09", path=path, message=f"{number!r} does not begin with the code of a country")


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


def _peppol(invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> Iterator[Finding]:
    rule = "PEPPOL-EN16931"
    if len(invoice.notes) > 1:
        yield Finding(rule=f"{rule}-R002", path="notes", message=f"there are {len(invoice.notes)} notes; one is allowed")
    if not invoice.buyer_reference and not invoice.order:
        yield Finding(rule=f"{rule}-R003", path="order", message="a reference of the buyer or the number of an order is needed")
    for who, party, number in (("buyer", buyer, "R010"), ("seller", seller, "R020")):
        if not party.endpoint:
            yield Finding(rule=f"{rule}-{number}", path=f"{who}.endpoint", message=f"the {who} has no electronic address")
    if invoice.type not in PEPPOL_TYPES | PEPPOL_CREDITS:
        yield Finding(
            rule=f"{rule}-P0101" if invoice.is_credit_note else f"{rule}-P0100", path="type", message=f"type {invoice.type} is not used"
        )
    if invoice.type in GERMAN_TYPES and {seller.address.country, buyer.address.country} != {"DE"}:
        yield Finding(rule=f"{rule}-P0112", path="type", message=f"type {invoice.type} is used between German parties only")


def _dutch(invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> Iterator[Finding]:
    """Rules for a seller in the Netherlands; their ids are those of NLCIUS or, in Peppol, those of the Dutch annex."""
    nlcius = invoice.profile is Profile.NLCIUS
    home = buyer.address.country == "NL"
    owed = invoice.sums is not None and invoice.sums.payable > 0
    own = _nlcius(invoice) if nlcius else _dutch_peppol(invoice)
    yield from own
    for kept, dutch, peppol, path, message in (
        (_is_whole(seller.address), "3", "002", "seller.address", "the address of the seller needs street, town and postal code"),
        (_is_registered(seller), "1", "003", "seller.legal", "the seller needs its number at the KvK, or its OIN"),
        (not home or _is_whole(buyer.address), "4", "004", "buyer.address", "the address of the buyer needs street, town and postal code"),
        (
            not home or not buyer.legal or _is_registered(buyer),
            "10",
            "005",
            "buyer.legal",
            "the buyer's number is that at the KvK, or its OIN",
        ),
        (not owed or invoice.means, "11", "007", "means", "something is to be paid, and it is not said how"),
        (not home or not invoice.means or invoice.means in DUTCH_MEANS, "12", "008", "means", f"{invoice.means} is not used to pay"),
        (invoice.order or not any(line.order_line for line in invoice.lines), "13", "009", "order", "lines refer to an order not named"),
    ):
        if not kept:
            yield Finding(rule=f"BR-NL-{dutch}" if nlcius else f"NL-R-{peppol}", path=path, message=message)


def _dutch_peppol(invoice: EInvoice) -> Iterator[Finding]:
    if invoice.is_credit_note and not invoice.preceding:
        yield Finding(rule="NL-R-001", path="preceding", message="a credit note names the invoice it credits")


def _nlcius(invoice: EInvoice) -> Iterator[Finding]:
    if not invoice.buyer_reference and not invoice.order:
        yield Finding(rule="BR-NL-2", path="order", message="a reference of the buyer or the number of an order is needed")
    if invoice.type not in DUTCH_TYPES:
        yield Finding(rule="BR-NL-7", path="type", message=f"type {invoice.type} is not used")
    if invoice.is_credit_note and invoice.type != "381":
        yield Finding(rule="BR-NL-8", path="type", message=f"a credit note has type 381, not {invoice.type}")
    if invoice.type == "384" and not invoice.preceding:
        yield Finding(rule="BR-NL-9", path="preceding", message="a corrective invoice names the invoice it corrects")


def _is_registered(party: TradeParty) -> bool:
    return bool(party.legal) and party.legal_scheme in DUTCH_SCHEMES


def _is_whole(address: Address) -> bool:
    return bool(address.street and address.city and address.postal_code)
