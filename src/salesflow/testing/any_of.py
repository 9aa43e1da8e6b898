"""Any document, any event, any outcome of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from salesflow.kinds import EVENTS
from salesflow.model.after_sale import Entitlement, Installed, Maintenance
from salesflow.model.agreement import SalesAgreement
from salesflow.model.campaign import Campaign
from salesflow.model.case import Case
from salesflow.model.confirmation import OrderConfirmation
from salesflow.model.goods_return import Return
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
from salesflow.model.reminder import Reminder
from salesflow.model.subscription import Subscription
from salesflow.model.target import Target
from salesflow.model.trade_agreement import TradeAgreement
from salesflow.model.transfer import Transfer
from salesflow.outcome import Outcome
from salesflow.testing import kinds, shapes_documents, shapes_pipeline, shapes_values
from salesflow.testing.engine import several, values_of

D = TypeVar("D")

SHAPED = (shapes_documents, shapes_pipeline, shapes_values)
"""What the classes ask beyond their types is known once these are loaded."""

KINDS: dict[type, Callable[..., st.SearchStrategy[Any]]] = {
    Party: kinds.parties,
    Product: kinds.products,
    ProductList: kinds.product_lists,
    Project: kinds.projects,
    Campaign: kinds.campaigns,
    Lead: kinds.leads,
    Path: kinds.paths,
    Transfer: kinds.transfers,
    Opportunity: kinds.opportunities,
    Target: kinds.targets,
    TradeAgreement: kinds.trade_agreements,
    ProductLink: kinds.product_links,
    SupplementaryItem: kinds.supplementary_items,
    Quotation: kinds.quotations,
    SalesAgreement: kinds.agreements,
    Order: kinds.orders,
    OrderConfirmation: kinds.confirmations,
    PickingList: kinds.picking_lists,
    PackingSlip: kinds.packing_slips,
    InvoiceDraft: kinds.invoice_drafts,
    Invoice: kinds.invoices,
    Payment: kinds.payments,
    Recurrence: kinds.recurrences,
    Reminder: kinds.reminders,
    Installed: kinds.installed,
    Maintenance: kinds.maintenance,
    Entitlement: kinds.entitlements,
    Case: kinds.cases,
    Return: kinds.returns,
    Purchase: kinds.purchases,
    Notice: kinds.notices,
    Survey: kinds.surveys,
    Review: kinds.reviews,
    ContactPlan: kinds.contact_plans,
    Subscription: kinds.subscriptions,
}
"""The strategy of each kind of document."""


def documents_of(kind: type[D], /, *, nul: bool = True, **given: Any) -> st.SearchStrategy[D]:
    """
    Documents of one kind; *given* are fields of it.

    Raises:
        TypeError: *kind* is no kind of document, or has no such field.
    """
    if kind not in KINDS:
        msg = f"{kind.__name__} is no kind of document"
        raise TypeError(msg)
    return KINDS[kind](nul=nul, **given)


def documents(*, nul: bool = True) -> st.SearchStrategy[Any]:
    """Documents of any kind."""
    return st.sampled_from(list(KINDS)).flatmap(lambda kind: documents_of(kind, nul=nul))


def events(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Any]:
    """What commands tell of: an event of any class; *given* are fields that all have, such as ``number`` and ``on``."""
    return st.sampled_from(EVENTS).flatmap(lambda kind: values_of(kind, nul=nul, **given))


@st.composite
def outcomes(draw: st.DrawFn, *, nul: bool = True) -> Outcome[Any]:
    """
    Outcomes of commands: up to three documents, changed or made, up to three events, and the document that was asked for.

    No two of its documents are of one kind and number, so that a store can record each of them.
    """
    drawn = draw(st.lists(documents(nul=nul), min_size=1, max_size=3))
    apart = tuple({(type(each), each.number): each for each in drawn}.values())
    changed = draw(st.integers(0, len(apart)))
    return Outcome(
        document=draw(st.sampled_from(apart)), made=apart[changed:], changed=apart[:changed], events=draw(several(events(nul=nul)))
    )
