"""
The kinds of documents that a store keeps, and the name of the repository that keeps each.

Every store has the same repositories, so an application that goes from one store to another changes one line.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeVar

import attrs

from salesflow.model import events
from salesflow.model.after_sale import Entitlement, Installed, Maintenance
from salesflow.model.agreement import SalesAgreement
from salesflow.model.campaign import Campaign
from salesflow.model.case import Case
from salesflow.model.confirmation import OrderConfirmation
from salesflow.model.goods_return import Return
from salesflow.model.history import Happened
from salesflow.model.invoice import Invoice
from salesflow.model.invoice_draft import InvoiceDraft
from salesflow.model.lead import Lead
from salesflow.model.opportunity import Opportunity
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip, PickingList
from salesflow.model.party import Party
from salesflow.model.path import Path
from salesflow.model.payment import Payment
from salesflow.model.product import Product, ProductList
from salesflow.model.project import Project
from salesflow.model.proposal import ProductLink, SupplementaryItem
from salesflow.model.purchase import Notice, Purchase
from salesflow.model.quotation import Quotation
from salesflow.model.recurrence import Recurrence
from salesflow.model.relationship import ContactPlan, Review, Survey
from salesflow.model.reminder import Reminder, ReminderSent
from salesflow.model.subscription import Subscription
from salesflow.model.target import Target
from salesflow.model.trade_agreement import TradeAgreement
from salesflow.model.transfer import Transfer
from salesflow.outcome import Outcome
from salesflow.ports import Repository

D = TypeVar("D")

KINDS: dict[type, str] = {
    Party: "parties",
    Product: "products",
    ProductList: "product_lists",
    Project: "projects",
    Campaign: "campaigns",
    Lead: "leads",
    Path: "paths",
    Transfer: "transfers",
    Opportunity: "opportunities",
    Target: "targets",
    TradeAgreement: "trade_agreements",
    ProductLink: "product_links",
    SupplementaryItem: "supplementary_items",
    Quotation: "quotations",
    SalesAgreement: "agreements",
    Order: "orders",
    OrderConfirmation: "confirmations",
    PickingList: "picking_lists",
    PackingSlip: "slips",
    InvoiceDraft: "drafts",
    Invoice: "invoices",
    Payment: "payments",
    Recurrence: "recurrences",
    Reminder: "reminders",
    Installed: "installed",
    Maintenance: "maintenance",
    Entitlement: "entitlements",
    Case: "cases",
    Return: "returns",
    Purchase: "purchases",
    Notice: "notices",
    Survey: "surveys",
    Review: "reviews",
    ContactPlan: "contact_plans",
    Subscription: "subscriptions",
}
"""Each kind of document, and the name of its repository in a unit of work."""


EVENTS: tuple[type, ...] = (
    *(each for each in vars(events).values() if isinstance(each, type) and attrs.has(each)),
    ReminderSent,
    Happened,
)
"""The classes of what commands tell of."""


class Repositories:
    """One repository per kind of document, and what goes to whichever of them a document belongs in."""

    parties: Repository[Party]
    products: Repository[Product]
    product_lists: Repository[ProductList]
    projects: Repository[Project]
    campaigns: Repository[Campaign]
    leads: Repository[Lead]
    paths: Repository[Path]
    transfers: Repository[Transfer]
    opportunities: Repository[Opportunity]
    targets: Repository[Target]
    trade_agreements: Repository[TradeAgreement]
    product_links: Repository[ProductLink]
    supplementary_items: Repository[SupplementaryItem]
    quotations: Repository[Quotation]
    agreements: Repository[SalesAgreement]
    orders: Repository[Order]
    confirmations: Repository[OrderConfirmation]
    picking_lists: Repository[PickingList]
    slips: Repository[PackingSlip]
    drafts: Repository[InvoiceDraft]
    invoices: Repository[Invoice]
    payments: Repository[Payment]
    recurrences: Repository[Recurrence]
    reminders: Repository[Reminder]
    installed: Repository[Installed]
    maintenance: Repository[Maintenance]
    entitlements: Repository[Entitlement]
    cases: Repository[Case]
    returns: Repository[Return]
    purchases: Repository[Purchase]
    notices: Repository[Notice]
    surveys: Repository[Survey]
    reviews: Repository[Review]
    contact_plans: Repository[ContactPlan]
    subscriptions: Repository[Subscription]

    def add(self, *documents: Any) -> None:
        """Add documents of any kind."""
        for document in documents:
            self.repository_of(document).add(document)

    def put(self, *documents: Any) -> None:
        """Put documents of any kind in the place of their earlier selves."""
        for document in documents:
            self.repository_of(document).put(document)

    def record(self, outcome: Outcome[D]) -> D:
        """Add what was made, put what was changed, append the events; return the document the caller asked for."""
        self.put(*outcome.changed)
        self.add(*outcome.made)
        self.append(*outcome.events)
        return outcome.document

    @abstractmethod
    def append(self, *events: Any) -> None:
        """Append events to the log, once the work is committed."""

    def repository_of(self, document: Any) -> Repository[Any]:
        """Return the repository that a document belongs in."""
        name = KINDS.get(type(document))
        if name is None:
            msg = f"the store keeps no documents of type {type(document).__name__}"
            raise TypeError(msg)
        repository: Repository[Any] = getattr(self, name)
        return repository


def number_of(kind: type[Any], document: Any) -> str:
    """
    Return the number that a document is kept under.

    Raises:
        TypeError: *document* is of another kind.
    """
    if type(document) is not kind:
        msg = f"a repository of {kind.__name__} documents does not take {document!r}"
        raise TypeError(msg)
    number: str = document.number
    return number
