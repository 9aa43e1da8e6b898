"""
salesflow: the sales process as plain data and pure functions.

Place an order, deliver it, invoice it, be paid::

    from salesflow import Party, Product, deliveries, invoices, orders, payments

Names are loaded when they are first used, so importing the package is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salesflow import codec as codec
    from salesflow import memory as memory
    from salesflow import unit_of_work as unit_of_work
    from salesflow.billing import ageing as ageing
    from salesflow.billing import credit_limits as credit_limits
    from salesflow.billing import credit_notes as credit_notes
    from salesflow.billing import deposits as deposits
    from salesflow.billing import drafts as drafts
    from salesflow.billing import einvoices as einvoices
    from salesflow.billing import en16931 as en16931
    from salesflow.billing import free_text as free_text
    from salesflow.billing import invoices as invoices
    from salesflow.billing import matching as matching
    from salesflow.billing import payments as payments
    from salesflow.billing import recurring as recurring
    from salesflow.billing import reminders as reminders
    from salesflow.billing import statements as statements
    from salesflow.billing import summaries as summaries
    from salesflow.billing import totals as totals
    from salesflow.billing import vouchers as vouchers
    from salesflow.billing.crediting import CreditOf as CreditOf
    from salesflow.errors import ConflictError as ConflictError
    from salesflow.errors import DuplicateError as DuplicateError
    from salesflow.errors import NotFoundError as NotFoundError
    from salesflow.errors import Refusal as Refusal
    from salesflow.errors import RefusedError as RefusedError
    from salesflow.errors import SalesflowError as SalesflowError
    from salesflow.errors import StorageError as StorageError
    from salesflow.model.after_sale import Entitlement as Entitlement
    from salesflow.model.after_sale import Installed as Installed
    from salesflow.model.after_sale import Maintenance as Maintenance
    from salesflow.model.agreement import Commitment as Commitment
    from salesflow.model.agreement import CommitmentKind as CommitmentKind
    from salesflow.model.agreement import SalesAgreement as SalesAgreement
    from salesflow.model.campaign import Campaign as Campaign
    from salesflow.model.campaign import Recipient as Recipient
    from salesflow.model.case import Case as Case
    from salesflow.model.case import CaseStatus as CaseStatus
    from salesflow.model.charge import Back as Back
    from salesflow.model.charge import Charge as Charge
    from salesflow.model.charge import ChargeRule as ChargeRule
    from salesflow.model.charge import LineFilter as LineFilter
    from salesflow.model.charge import Measure as Measure
    from salesflow.model.charge import When as When
    from salesflow.model.einvoice import EInvoice as EInvoice
    from salesflow.model.einvoice import TradeParty as TradeParty
    from salesflow.model.free_text import FreeTextLine as FreeTextLine
    from salesflow.model.goods_return import Disposition as Disposition
    from salesflow.model.goods_return import Return as Return
    from salesflow.model.invoice import Invoice as Invoice
    from salesflow.model.invoice import InvoiceStatus as InvoiceStatus
    from salesflow.model.lead import Lead as Lead
    from salesflow.model.lead import LeadStatus as LeadStatus
    from salesflow.model.office_hours import OfficeHours as OfficeHours
    from salesflow.model.office_hours import WorkingDays as WorkingDays
    from salesflow.model.opportunity import Opportunity as Opportunity
    from salesflow.model.opportunity import OpportunityStatus as OpportunityStatus
    from salesflow.model.opportunity import OpportunityType as OpportunityType
    from salesflow.model.opportunity import Stage as Stage
    from salesflow.model.order import DocumentStatus as DocumentStatus
    from salesflow.model.order import Order as Order
    from salesflow.model.order import OrderStatus as OrderStatus
    from salesflow.model.order import OrderType as OrderType
    from salesflow.model.order_line import OrderLine as OrderLine
    from salesflow.model.packing_slip import PackingSlip as PackingSlip
    from salesflow.model.party import Address as Address
    from salesflow.model.party import Party as Party
    from salesflow.model.party import PartyKind as PartyKind
    from salesflow.model.party import Role as Role
    from salesflow.model.party import SummaryUpdate as SummaryUpdate
    from salesflow.model.path import Path as Path
    from salesflow.model.path import PathStep as PathStep
    from salesflow.model.payment import Payment as Payment
    from salesflow.model.policies import DeliveryPolicy as DeliveryPolicy
    from salesflow.model.policies import InvoicePolicy as InvoicePolicy
    from salesflow.model.policies import OrderPolicy as OrderPolicy
    from salesflow.model.product import Item as Item
    from salesflow.model.product import Product as Product
    from salesflow.model.product import ProductKind as ProductKind
    from salesflow.model.product import ProductList as ProductList
    from salesflow.model.product import Tolerance as Tolerance
    from salesflow.model.project import Project as Project
    from salesflow.model.proposal import ProductLink as ProductLink
    from salesflow.model.proposal import SupplementaryItem as SupplementaryItem
    from salesflow.model.purchase import Notice as Notice
    from salesflow.model.purchase import Purchase as Purchase
    from salesflow.model.quotation import Alternative as Alternative
    from salesflow.model.quotation import Override as Override
    from salesflow.model.quotation import Quotation as Quotation
    from salesflow.model.quotation import QuotationLine as QuotationLine
    from salesflow.model.quotation import QuotationStatus as QuotationStatus
    from salesflow.model.quotation import QuotationType as QuotationType
    from salesflow.model.relationship import ContactPlan as ContactPlan
    from salesflow.model.relationship import Review as Review
    from salesflow.model.relationship import Survey as Survey
    from salesflow.model.service_level import ServiceLevel as ServiceLevel
    from salesflow.model.stakeholder import Stakeholder as Stakeholder
    from salesflow.model.subscription import Every as Every
    from salesflow.model.subscription import Subscription as Subscription
    from salesflow.model.target import Target as Target
    from salesflow.model.terms import PaymentTerms as PaymentTerms
    from salesflow.model.terms import TermsOfSale as TermsOfSale
    from salesflow.model.totals import Basis as Basis
    from salesflow.model.totals import TotalsPolicy as TotalsPolicy
    from salesflow.model.trade_agreement import TradeAgreement as TradeAgreement
    from salesflow.model.transfer import Transfer as Transfer
    from salesflow.model.vat import Vat as Vat
    from salesflow.money import Money as Money
    from salesflow.outcome import Outcome as Outcome
    from salesflow.period import Period as Period
    from salesflow.process import acceptance as acceptance
    from salesflow.process import agreements as agreements
    from salesflow.process import assignment as assignment
    from salesflow.process import backorders as backorders
    from salesflow.process import campaigns as campaigns
    from salesflow.process import cases as cases
    from salesflow.process import categories as categories
    from salesflow.process import changes as changes
    from salesflow.process import charges as charges
    from salesflow.process import closing as closing
    from salesflow.process import conformance as conformance
    from salesflow.process import deliveries as deliveries
    from salesflow.process import direct_sales as direct_sales
    from salesflow.process import dynamics as dynamics
    from salesflow.process import entitlements as entitlements
    from salesflow.process import follow_ups as follow_ups
    from salesflow.process import fulfilment as fulfilment
    from salesflow.process import guides as guides
    from salesflow.process import history as history
    from salesflow.process import installations as installations
    from salesflow.process import item_requirements as item_requirements
    from salesflow.process import leads as leads
    from salesflow.process import lists as lists
    from salesflow.process import metrics as metrics
    from salesflow.process import negotiations as negotiations
    from salesflow.process import opportunities as opportunities
    from salesflow.process import orders as orders
    from salesflow.process import parties as parties
    from salesflow.process import paths as paths
    from salesflow.process import prices as prices
    from salesflow.process import promising as promising
    from salesflow.process import proposals as proposals
    from salesflow.process import purchases as purchases
    from salesflow.process import quotations as quotations
    from salesflow.process import registry as registry
    from salesflow.process import relations as relations
    from salesflow.process import releases as releases
    from salesflow.process import restating as restating
    from salesflow.process import return_credits as return_credits
    from salesflow.process import return_receipts as return_receipts
    from salesflow.process import returns as returns
    from salesflow.process import service_levels as service_levels
    from salesflow.process import service_metrics as service_metrics
    from salesflow.process import simulations as simulations
    from salesflow.process import stakeholders as stakeholders
    from salesflow.process import subscriptions as subscriptions
    from salesflow.process import target_types as target_types
    from salesflow.process import targets as targets
    from salesflow.process import timeline as timeline
    from salesflow.process import transfers as transfers
    from salesflow.process.item_transactions import item_transactions as item_transactions
    from salesflow.process.price_book import PriceBook as PriceBook
    from salesflow.process.releases import CallOff as CallOff
    from salesflow.process.returns import Claim as Claim
    from salesflow.quantity import Quantity as Quantity

_MODULES = {
    "acceptance": "process",
    "ageing": "billing",
    "agreements": "process",
    "assignment": "process",
    "backorders": "process",
    "campaigns": "process",
    "cases": "process",
    "categories": "process",
    "changes": "process",
    "charges": "process",
    "closing": "process",
    "codec": "",
    "conformance": "process",
    "credit_limits": "billing",
    "credit_notes": "billing",
    "deliveries": "process",
    "deposits": "billing",
    "direct_sales": "process",
    "drafts": "billing",
    "dynamics": "process",
    "einvoices": "billing",
    "en16931": "billing",
    "entitlements": "process",
    "follow_ups": "process",
    "free_text": "billing",
    "fulfilment": "process",
    "guides": "process",
    "history": "process",
    "installations": "process",
    "invoices": "billing",
    "item_requirements": "process",
    "leads": "process",
    "lists": "process",
    "matching": "billing",
    "memory": "",
    "metrics": "process",
    "negotiations": "process",
    "opportunities": "process",
    "orders": "process",
    "parties": "process",
    "paths": "process",
    "payments": "billing",
    "prices": "process",
    "promising": "process",
    "proposals": "process",
    "purchases": "process",
    "quotations": "process",
    "recurring": "billing",
    "registry": "process",
    "relations": "process",
    "releases": "process",
    "reminders": "billing",
    "restating": "process",
    "return_credits": "process",
    "return_receipts": "process",
    "returns": "process",
    "service_levels": "process",
    "service_metrics": "process",
    "simulations": "process",
    "stakeholders": "process",
    "statements": "billing",
    "subscriptions": "process",
    "summaries": "billing",
    "target_types": "process",
    "targets": "process",
    "timeline": "process",
    "totals": "billing",
    "transfers": "process",
    "unit_of_work": "",
    "vouchers": "billing",
}
"""Modules of commands, and the package each is in."""

_NAMES = {
    "billing.crediting": ("CreditOf",),
    "errors": ("ConflictError", "DuplicateError", "NotFoundError", "Refusal", "RefusedError", "SalesflowError", "StorageError"),
    "model.after_sale": ("Entitlement", "Installed", "Maintenance"),
    "model.agreement": ("Commitment", "CommitmentKind", "SalesAgreement"),
    "model.campaign": ("Campaign", "Recipient"),
    "model.case": ("Case", "CaseStatus"),
    "model.charge": ("Back", "Charge", "ChargeRule", "LineFilter", "Measure", "When"),
    "model.einvoice": ("EInvoice", "TradeParty"),
    "model.free_text": ("FreeTextLine",),
    "model.goods_return": ("Disposition", "Return"),
    "model.invoice": ("Invoice", "InvoiceStatus"),
    "model.lead": ("Lead", "LeadStatus"),
    "model.office_hours": ("OfficeHours", "WorkingDays"),
    "model.opportunity": ("Opportunity", "OpportunityStatus", "OpportunityType", "Stage"),
    "model.order": ("DocumentStatus", "Order", "OrderStatus", "OrderType"),
    "model.order_line": ("OrderLine",),
    "model.packing_slip": ("PackingSlip",),
    "model.party": ("Address", "Party", "PartyKind", "Role", "SummaryUpdate"),
    "model.path": ("Path", "PathStep"),
    "model.payment": ("Payment",),
    "model.policies": ("DeliveryPolicy", "InvoicePolicy", "OrderPolicy"),
    "model.product": ("Item", "Product", "ProductKind", "ProductList", "Tolerance"),
    "model.project": ("Project",),
    "model.proposal": ("ProductLink", "SupplementaryItem"),
    "model.purchase": ("Notice", "Purchase"),
    "model.quotation": ("Alternative", "Override", "Quotation", "QuotationLine", "QuotationStatus", "QuotationType"),
    "model.relationship": ("ContactPlan", "Review", "Survey"),
    "model.service_level": ("ServiceLevel",),
    "model.stakeholder": ("Stakeholder",),
    "model.subscription": ("Every", "Subscription"),
    "model.target": ("Target",),
    "model.terms": ("PaymentTerms", "TermsOfSale"),
    "model.totals": ("Basis", "TotalsPolicy"),
    "model.trade_agreement": ("TradeAgreement",),
    "model.transfer": ("Transfer",),
    "model.vat": ("Vat",),
    "money": ("Money",),
    "outcome": ("Outcome",),
    "period": ("Period",),
    "process.item_transactions": ("item_transactions",),
    "process.price_book": ("PriceBook",),
    "process.releases": ("CallOff",),
    "process.returns": ("Claim",),
    "quantity": ("Quantity",),
}
"""Names, by the module that defines them."""

_HOME_OF = {name: home for home, names in _NAMES.items() for name in names}

__all__ = sorted((*_MODULES, *_HOME_OF))  # noqa: PLE0605  the tables above are the one list of names
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    value: Any
    if name in _MODULES:
        value = import_module(".".join(filter(None, (__name__, _MODULES[name], name))))
    elif name in _HOME_OF:
        value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    else:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
