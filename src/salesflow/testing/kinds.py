"""
A strategy for every kind of document: any value that its class accepts.

Each takes fields by name, as values or as strategies: ``invoices(currency="EUR", account=some_customers)``.
With ``nul=False`` no text has the character NUL, which some databases do not store.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from hypothesis import strategies as st

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
from salesflow.testing.engine import values_of
from salesflow.testing.lives import lives


def parties(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Party]:
    """Parties."""
    return values_of(Party, nul=nul, **given)


def products(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Product]:
    """Products."""
    return values_of(Product, nul=nul, **given)


def product_lists(*, nul: bool = True, **given: Any) -> st.SearchStrategy[ProductList]:
    """Product lists."""
    return values_of(ProductList, nul=nul, **given)


def projects(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Project]:
    """Projects."""
    return values_of(Project, nul=nul, **given)


def campaigns(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Campaign]:
    """Campaigns, with their recipients."""
    return values_of(Campaign, nul=nul, **given)


def leads(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Lead]:
    """Leads, with signals, activities and notes on the market."""
    return values_of(Lead, nul=nul, **given)


def paths(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Path]:
    """Paths that sales take, with what was done."""
    return values_of(Path, nul=nul, **given)


def transfers(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Transfer]:
    """Transfers of athletes."""
    return values_of(Transfer, nul=nul, **given)


def opportunities(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Opportunity]:
    """Sales in the making, with their kind of sale, activities, papers and stakeholders."""
    return values_of(Opportunity, nul=nul, **given)


def targets(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Target]:
    """Targets by month or by quarter."""
    return values_of(Target, nul=nul, **given)


def trade_agreements(*, nul: bool = True, **given: Any) -> st.SearchStrategy[TradeAgreement]:
    """Trade agreements of every relation."""
    return values_of(TradeAgreement, nul=nul, **given)


def product_links(*, nul: bool = True, **given: Any) -> st.SearchStrategy[ProductLink]:
    """Up-sells and cross-sells, with conditions."""
    return values_of(ProductLink, nul=nul, **given)


def supplementary_items(*, nul: bool = True, **given: Any) -> st.SearchStrategy[SupplementaryItem]:
    """Supplementary items."""
    return values_of(SupplementaryItem, nul=nul, **given)


def quotations(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Quotation]:
    """Quotations in versions and alternatives, with negotiations."""
    return values_of(Quotation, nul=nul, **given)


def agreements(*, nul: bool = True, **given: Any) -> st.SearchStrategy[SalesAgreement]:
    """Sales agreements, with commitments and versions."""
    return values_of(SalesAgreement, nul=nul, **given)


def orders(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Order]:
    """
    Orders of every type: as a life left them, or of any terms with a ledger that these can bear.

    Where other fields than the currency and the customer are given, they are of the second sort only.
    """
    plain = values_of(Order, nul=nul, **given)
    return plain if given.keys() - {"currency", "customer"} else plain | lives(nul=nul, **given).map(attrgetter("order"))


def confirmations(*, nul: bool = True, **given: Any) -> st.SearchStrategy[OrderConfirmation]:
    """Order confirmations."""
    return values_of(OrderConfirmation, nul=nul, **given)


def picking_lists(*, nul: bool = True, **given: Any) -> st.SearchStrategy[PickingList]:
    """Picking lists."""
    return values_of(PickingList, nul=nul, **given)


def packing_slips(*, nul: bool = True, **given: Any) -> st.SearchStrategy[PackingSlip]:
    """Packing slips, with attempts to deliver."""
    return values_of(PackingSlip, nul=nul, **given)


def invoice_drafts(*, nul: bool = True, **given: Any) -> st.SearchStrategy[InvoiceDraft]:
    """Draft invoices."""
    return values_of(InvoiceDraft, nul=nul, **given)


def invoices(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Invoice]:
    """
    Invoices of every kind, with credits and settlements: as a life left them, or of anything that an invoice may hold.

    Where other fields than the currency are given, they are of the second sort only.
    """
    plain = values_of(Invoice, nul=nul, **given)
    return plain if given.keys() - {"currency"} else plain | lives(nul=nul, invoiced=True, **given).map(lambda life: life.of(Invoice)[-1])


def payments(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Payment]:
    """Payments, with what they settled."""
    return values_of(Payment, nul=nul, **given)


def recurrences(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Recurrence]:
    """Recurring invoices."""
    return values_of(Recurrence, nul=nul, **given)


def reminders(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Reminder]:
    """Reminders."""
    return values_of(Reminder, nul=nul, **given)


def installed(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Installed]:
    """What is installed at customers."""
    return values_of(Installed, nul=nul, **given)


def maintenance(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Maintenance]:
    """Maintenance contracts, with visits."""
    return values_of(Maintenance, nul=nul, **given)


def entitlements(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Entitlement]:
    """Entitlements to help, with draws."""
    return values_of(Entitlement, nul=nul, **given)


def cases(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Case]:
    """Cases, with their turns and messages."""
    return values_of(Case, nul=nul, **given)


def returns(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Return]:
    """Returns, with their lines and movements."""
    return values_of(Return, nul=nul, **given)


def purchases(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Purchase]:
    """Purchases, with receipts."""
    return values_of(Purchase, nul=nul, **given)


def notices(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Notice]:
    """Notices of a later delivery."""
    return values_of(Notice, nul=nul, **given)


def surveys(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Survey]:
    """Surveys."""
    return values_of(Survey, nul=nul, **given)


def reviews(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Review]:
    """Reviews of products."""
    return values_of(Review, nul=nul, **given)


def contact_plans(*, nul: bool = True, **given: Any) -> st.SearchStrategy[ContactPlan]:
    """Plans to keep in contact."""
    return values_of(ContactPlan, nul=nul, **given)


def subscriptions(*, nul: bool = True, **given: Any) -> st.SearchStrategy[Subscription]:
    """Subscriptions, with their cycles."""
    return values_of(Subscription, nul=nul, **given)
