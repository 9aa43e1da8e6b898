"""The rules that the profiles have beside the norm: Peppol BIS Billing 3 with its Dutch annex, and NLCIUS."""

from __future__ import annotations

from collections.abc import Iterator

from salesflow.billing import norm_codes
from salesflow.model.einvoice import EInvoice, Finding, Profile, TaxRepresentative, TradeParty
from salesflow.model.party import Address

RULE = "PEPPOL-EN16931"
PEPPOL_TYPES = norm_codes.codes("71 80 82 84 102 218 219 326 331 380 382 383 384 386 388 393 395 553 575 623 780 817 870 875 876 877")
PEPPOL_CREDITS = norm_codes.codes("381 396 81 83 532")
GERMAN_TYPES = frozenset({"326", "384"})
DEBITS = frozenset({"49", "59"})
REASONS = {
    "VATEX-EU-G": ("P0104", "G"),
    "VATEX-EU-O": ("P0105", "O"),
    "VATEX-EU-IC": ("P0106", "K"),
    "VATEX-EU-AE": ("P0107", "AE"),
    "VATEX-EU-D": ("P0108", "E"),
    "VATEX-EU-F": ("P0109", "E"),
    "VATEX-EU-I": ("P0110", "E"),
    "VATEX-EU-J": ("P0111", "E"),
}
"""Reasons for an exemption that go with one category only, and the rule that says so."""
DUTCH_SCHEMES = frozenset({"0106", "0190"})
DUTCH_MEANS = frozenset({"30", "48", "49", "57", "58", "59"})
DUTCH_TYPES = frozenset({"380", "381", "384", "389"})
_NOBODY = TradeParty(name="")


def check(invoice: EInvoice) -> Iterator[Finding]:
    """Yield what is wrong by the profile of the invoice."""
    seller, buyer = invoice.seller or _NOBODY, invoice.buyer or _NOBODY
    if invoice.profile is Profile.PEPPOL:
        yield from _peppol(invoice, seller, buyer)
    dutch = seller.address.country == "NL"
    if invoice.profile is not Profile.CORE and dutch:
        yield from _dutch(invoice, seller, buyer)
    # NLCIUS asks this of every seller, the Dutch annex of Peppol of Dutch ones.
    if invoice.profile is Profile.NLCIUS or (invoice.profile is Profile.PEPPOL and dutch):
        yield from _order(invoice, "BR-NL-13" if invoice.profile is Profile.NLCIUS else "NL-R-009")


def _peppol(invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> Iterator[Finding]:
    german = {seller.address.country, buyer.address.country} == {"DE"}
    if len(invoice.notes) > 1 and not german:
        yield Finding(rule=f"{RULE}-R002", path="notes", message=f"there are {len(invoice.notes)} notes; one is allowed")
    if not invoice.buyer_reference and not invoice.order:
        yield Finding(rule=f"{RULE}-R003", path="order", message="a reference of the buyer or the number of an order is needed")
    for who, party, number in (("buyer", buyer, "R010"), ("seller", seller, "R020")):
        if not party.endpoint:
            yield Finding(rule=f"{RULE}-{number}", path=f"{who}.endpoint", message=f"the {who} has no electronic address")
    if invoice.type not in (PEPPOL_CREDITS if invoice.is_credit_note else PEPPOL_TYPES):
        number = "P0101" if invoice.is_credit_note else "P0100"
        yield Finding(rule=f"{RULE}-{number}", path="type", message=f"type {invoice.type} is not used")
    if invoice.type in GERMAN_TYPES and not german:
        yield Finding(rule=f"{RULE}-P0112", path="type", message=f"type {invoice.type} is used between German parties only")
    if invoice.means in DEBITS and not invoice.mandate:
        yield Finding(rule=f"{RULE}-R061", path="mandate", message="a direct debit is taken by a mandate, and none is named")
    yield from _periods_within(invoice)
    for place, group in enumerate(invoice.breakdown):
        rule, category = REASONS.get(group.reason_code.upper(), ("", group.category))
        if group.category != category:
            message = f"{group.reason_code} is a reason for category {category}, not {group.category}"
            yield Finding(rule=f"{RULE}-{rule}", path=f"breakdown[{place}].reason_code", message=message)


def _periods_within(invoice: EInvoice) -> Iterator[Finding]:
    """The period of a line lies within that of the invoice."""
    first, last = invoice.period
    for place, line in enumerate(invoice.lines):
        begins, ends = line.period
        if first is not None and begins is not None and begins < first:
            message = f"the line is for the time from {begins} on, the invoice from {first} on"
            yield Finding(rule=f"{RULE}-R110", path=f"lines[{place}].period", message=message)
        if last is not None and ends is not None and ends > last:
            message = f"the line is for the time up to {ends}, the invoice up to {last}"
            yield Finding(rule=f"{RULE}-R111", path=f"lines[{place}].period", message=message)


def _dutch(invoice: EInvoice, seller: TradeParty, buyer: TradeParty) -> Iterator[Finding]:
    """Rules for a seller in the Netherlands; their ids are those of NLCIUS or, in Peppol, those of the Dutch annex."""
    nlcius = invoice.profile is Profile.NLCIUS
    home = buyer.address.country == "NL"
    represented = (invoice.representative or TaxRepresentative()).address
    yield from _nlcius(invoice) if nlcius else _dutch_peppol(invoice)
    for kept, dutch, peppol, path, message in (
        (_is_whole(seller.address), "3", "002", "seller.address", "the address of the seller needs street, town and postal code"),
        (not home or _is_whole(buyer.address), "4", "004", "buyer.address", "the address of the buyer needs street, town and postal code"),
        (
            represented.country != "NL" or _is_whole(represented),
            "5",
            "006",
            "representative.address",
            "the address of the tax representative needs street, town and postal code",
        ),
        # NLCIUS asks for the number of the companies; Peppol only looks at the scheme of one that is there.
        (_is_registered(seller, needed=nlcius), "1", "003", "seller.legal", "the seller's number is that at the KvK, or its OIN"),
        (not home or _is_registered(buyer, needed=nlcius), "10", "005", "buyer.legal", "the buyer's number is that at the KvK, or its OIN"),
        (not _is_owed(invoice) or invoice.means, "11", "007", "means", "something is to be paid, and it is not said how"),
        (
            not invoice.means or invoice.means in DUTCH_MEANS or not (home or nlcius),
            "12",
            "008",
            "means",
            f"{invoice.means} is not used to pay",
        ),
    ):
        if not kept:
            yield Finding(rule=f"BR-NL-{dutch}" if nlcius else f"NL-R-{peppol}", path=path, message=message)


def _order(invoice: EInvoice, rule: str) -> Iterator[Finding]:
    if not invoice.order and any(line.order_line for line in invoice.lines):
        yield Finding(rule=rule, path="order", message="lines refer to an order, and its number is not there")


def _is_owed(invoice: EInvoice) -> bool:
    """Say whether the buyer is to pay the seller; with a credit note that is so below zero, which NLCIUS does not look at."""
    if invoice.sums is None:
        return False
    if invoice.is_credit_note:
        return invoice.sums.payable < 0 and invoice.profile is Profile.PEPPOL
    return invoice.sums.payable > 0


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


def _is_registered(party: TradeParty, *, needed: bool) -> bool:
    return party.legal_scheme in DUTCH_SCHEMES if party.legal else not needed


def _is_whole(address: Address) -> bool:
    return bool(address.street and address.city and address.postal_code)
