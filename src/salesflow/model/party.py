"""Parties: who buys, and to whom the invoice goes. One identity, to which roles are added."""

from __future__ import annotations

from attrs import evolve, frozen

from salesflow.checks import require_kind, require_text, require_tuple_of
from salesflow.labels import Labelled
from salesflow.model.pricing import NO_GROUPS, DiscountGroups
from salesflow.model.terms import NET_30, PaymentTerms


class PartyKind(Labelled):
    """What a party is by nature."""

    ORGANISATION = "organisation", "Organisation", "Organisatie"
    PERSON = "person", "Person", "Persoon"


class Role(Labelled):
    """What a party is to us; a party may have several roles."""

    CUSTOMER = "customer", "Customer", "Klant"
    PROSPECT = "prospect", "Prospect", "Prospect"
    LEAD_CONTACT = "lead-contact", "Lead contact", "Contact van een lead"
    COMPETITOR = "competitor", "Competitor", "Concurrent"
    VENDOR = "vendor", "Vendor", "Leverancier"
    PARTNER = "partner", "Partner", "Partner"


class SaleKind(Labelled):
    """Between whom a sale is made."""

    B2B = "b2b", "Business to business", "Bedrijf aan bedrijf"
    B2C = "b2c", "Business to consumer", "Bedrijf aan consument"
    C2C = "c2c", "Consumer to consumer", "Consument aan consument"
    C2B = "c2b", "Consumer to business", "Consument aan bedrijf"


class SummaryUpdate(Labelled):
    """What one customer invoice may take together."""

    NONE = "none", "One invoice per order", "Eén factuur per order"
    INVOICE_ACCOUNT = "invoice-account", "One invoice per invoice account", "Eén factuur per factuurrekening"
    ORDER = "order", "All into one given order's invoice", "Alles op de factuur van één order"
    PACKING_SLIP = "packing-slip", "One invoice per packing slip", "Eén factuur per pakbon"
    AUTOMATIC = "automatic", "As the customer is set up", "Zoals bij de klant is ingesteld"


@frozen(kw_only=True)
class Address:
    """Where goods or papers go."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


@frozen(kw_only=True)
class Party:
    """
    An organisation or a person.

    Args:
        number: The identity; it never changes, whatever roles are added.
        invoice_account: The party that is invoiced instead; ``None`` is the party itself.
        summary_update: How deliveries are taken together when a plan says *automatic*.
        groups: The groups by which trade agreements know it.
        group: The customer group it is in, for rules of proposals.
        organisation: For a person, the organisation it is a contact of.
        consent: Whether it agreed to be written to by campaigns.
        category: What kind of relation it is, such as ``potential customer``; rules may change it [LED-4].
        merged_into: The party that it turned out to be; its number leads there from then on [LED-8].
    """

    number: str
    name: str
    kind: PartyKind = PartyKind.ORGANISATION
    roles: tuple[Role, ...] = ()
    invoice_account: str | None = None
    payment_terms: PaymentTerms = NET_30
    summary_update: SummaryUpdate = SummaryUpdate.NONE
    currency: str | None = None
    address: Address = Address()
    groups: DiscountGroups = NO_GROUPS
    group: str = ""
    email: str = ""
    telephone: str = ""
    organisation: str | None = None
    consent: bool = False
    category: str = ""
    merged_into: str | None = None

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("name", self.name)
        require_kind("kind", self.kind, PartyKind)
        require_tuple_of("roles", self.roles, Role)
        require_kind("payment_terms", self.payment_terms, PaymentTerms)
        require_kind("groups", self.groups, DiscountGroups)

    @property
    def is_customer(self) -> bool:
        """Whether orders may be placed by this party."""
        return Role.CUSTOMER in self.roles

    @property
    def is_prospect(self) -> bool:
        """Whether quotations may be made to this party before it is a customer [PTY-2]."""
        return Role.PROSPECT in self.roles

    @property
    def invoiced_as(self) -> str:
        """The number of the party that receives the invoices."""
        return self.invoice_account or self.number


def with_role(party: Party, role: Role) -> Party:
    """Return the party with *role* added; its identity stays, and a role it has already is not added twice."""
    return party if role in party.roles else evolve(party, roles=(*party.roles, role))


def kind_of_sale(seller: PartyKind, buyer: PartyKind) -> SaleKind:
    """Return between whom a sale is made: an organisation is a business, a person a consumer [PTH-2]."""
    if seller is PartyKind.ORGANISATION:
        return SaleKind.B2B if buyer is PartyKind.ORGANISATION else SaleKind.B2C
    return SaleKind.C2B if buyer is PartyKind.ORGANISATION else SaleKind.C2C
