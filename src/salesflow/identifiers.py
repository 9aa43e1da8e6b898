"""
Whether VAT identifiers and account numbers can be right: by their form and their check digits, never by asking anybody.

It needs the extra ``ids``. A number that can be right need not have been given out.
"""

from __future__ import annotations

from collections.abc import Iterator

from stdnum import get_cc_module, iban

from salesflow.model.einvoice import EInvoice, Finding

SHORTEST = 3


def is_vat(number: str) -> bool:
    """
    Say whether a VAT identifier, with the prefix of its country, can be right; one of a country without a known form can.

    >>> is_vat("NL004495445B01"), is_vat("NL004495446B01")
    (True, False)
    """
    # Greece has EL in VAT identifiers, and Northern Ireland has XI with the numbers of the United Kingdom.
    country = {"EL": "GR", "XI": "GB"}.get(number[:2], number[:2])
    module = get_cc_module(country, "vat") if country.isalpha() else None
    if module is None:
        return len(number) >= SHORTEST
    return bool(module.is_valid(number if number[:2] == country else number[2:]))


def is_iban(number: str) -> bool:
    """
    Say whether an account number can be an IBAN.

    >>> is_iban("NL91 ABNA 0417 1643 00"), is_iban("NL92 ABNA 0417 1643 00")
    (True, False)
    """
    return bool(iban.is_valid(number))


def check(invoice: EInvoice) -> tuple[Finding, ...]:
    """
    Return the numbers of an electronic invoice that cannot be right.

    These rules are none of the norm's: ``identifiers.vat`` for the parties, ``identifiers.iban`` for the account of a SEPA transfer.
    """
    return tuple(_wrong(invoice))


def _wrong(invoice: EInvoice) -> Iterator[Finding]:
    parties = (("seller", invoice.seller), ("buyer", invoice.buyer), ("representative", invoice.representative))
    for who, party in parties:
        if party is not None and party.vat and not is_vat(party.vat):
            yield Finding(
                rule="identifiers.vat",
                path=f"{who}.vat",
                message=f"{party.vat} is no VAT identifier: its form or its check digits are wrong",
            )
    if invoice.means == "58" and not is_iban(invoice.account):
        yield Finding(rule="identifiers.iban", path="account", message=f"{invoice.account!r} is no IBAN; a SEPA transfer needs one")
