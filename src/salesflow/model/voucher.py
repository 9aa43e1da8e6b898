"""Ledger entries: what a document books on which account, debit and credit alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ZERO, require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.money import exact


class Purpose(Labelled):
    """What a ledger account is for."""

    RECEIVABLE = "receivable", "Customer summary account", "Verzamelrekening debiteuren"
    REVENUE = "revenue", "Revenue", "Omzet"
    CHARGES = "charges", "Charges", "Toeslagen"
    LINE_DISCOUNT = "line-discount", "Line discount", "Regelkorting"
    VAT = "vat", "VAT payable", "Af te dragen btw"
    BANK = "bank", "Bank", "Bank"
    COMPENSATION = "compensation", "Received in kind", "Ontvangen in natura"
    PREPAYMENT = "prepayment", "Prepayments received", "Vooruitontvangen bedragen"
    CASH_DISCOUNT = "cash-discount", "Cash discount", "Betalingskorting"
    DIFFERENCE = "difference", "Payment differences", "Betalingsverschillen"


class Scope(Labelled):
    """For whom a row of a posting profile holds; the most specific wins [INV-9]."""

    CUSTOMER = "customer", "One customer", "Eén klant"
    GROUP = "group", "A customer group", "Een klantgroep"
    ALL = "all", "All customers", "Alle klanten"


@frozen(kw_only=True)
class ProfileRow:
    """
    A ledger account for a purpose.

    Args:
        key: The customer or the group it holds for; empty for all.
    """

    purpose: Purpose
    account: str
    scope: Scope = Scope.ALL
    key: str = ""

    def __attrs_post_init__(self) -> None:
        require_kind("purpose", self.purpose, Purpose)
        require_kind("scope", self.scope, Scope)
        require_text("account", self.account)
        if bool(self.key) is (self.scope is Scope.ALL):
            msg = "a row for a customer or group names it, a row for all names none"
            raise ValueError(msg)


@frozen(kw_only=True)
class PostingProfile:
    """
    Which ledger accounts documents are booked on [INV-8, INV-9].

    Args:
        credit_correction: Whether what is taken back is booked as a negative amount on the side it came from,
            instead of a positive one on the other [INV-7].
    """

    rows: tuple[ProfileRow, ...]
    credit_correction: bool = False

    def __attrs_post_init__(self) -> None:
        require_tuple_of("rows", self.rows, ProfileRow)

    def account(self, purpose: Purpose, customer: str, group: str = "") -> str | None:
        """Return the account for a purpose: that of the customer, else of the group, else of all; ``None`` where there is none."""
        found = {(row.scope, row.key): row.account for row in self.rows if row.purpose is purpose}
        for key in ((Scope.CUSTOMER, customer), (Scope.GROUP, group), (Scope.ALL, "")):
            if key in found:
                return found[key]
        return None


@frozen(kw_only=True)
class Entry:
    """An amount on one side of a ledger account, without VAT unless it is the VAT."""

    account: str
    purpose: Purpose
    debit: Decimal = ZERO
    credit: Decimal = ZERO


@frozen(kw_only=True)
class Voucher:
    """The entries of one document; debit equals credit [INV-8]."""

    document: str
    on: date
    currency: str
    entries: tuple[Entry, ...]

    @property
    @exact
    def debit(self) -> Decimal:
        """The sum of the debit side."""
        return sum((entry.debit for entry in self.entries), ZERO)

    @property
    @exact
    def credit(self) -> Decimal:
        """The sum of the credit side."""
        return sum((entry.credit for entry in self.entries), ZERO)
