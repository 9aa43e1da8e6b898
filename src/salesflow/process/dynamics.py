"""
The state and status reason that Dynamics 365 Sales would show, and the enumerations of its supply chain sibling.

These are projections: our documents keep one status each, and these are read from it [CRM-1]. Where that system forbids what
quantities allow, the quantities win: an order that is credited goes back from invoiced.
"""

from __future__ import annotations

from functools import singledispatch

from attrs import frozen

from salesflow.model.campaign import Campaign, CampaignStatus, Participation, Recipient
from salesflow.model.invoice import Invoice, InvoiceStatus
from salesflow.model.lead import DisqualifiedReason, Lead, LeadStatus
from salesflow.model.opportunity import Opportunity, OpportunityStatus
from salesflow.model.order import Order, OrderStatus
from salesflow.model.quotation import Quotation, QuotationStatus, Version, VersionState


@frozen
class State:
    """A state and a status reason, with the codes of the documentation's table [D:states]."""

    code: int
    state: str
    reason_code: int
    reason: str


_TABLE = {
    "campaign": (
        (
            0,
            "Active",
            ((0, "Proposed"), (1, "Ready To Launch"), (2, "Launched"), (3, "Completed"), (4, "Canceled"), (5, "Suspended")),
        ),
        (1, "Inactive", ((6, "Inactive"),)),
    ),
    "campaignresponse": ((0, "Open", ((1, "Open"),)), (1, "Closed", ((2, "Closed"),)), (2, "Canceled", ((3, "Canceled"),))),
    "lead": (
        (0, "Open", ((1, "New"), (2, "Contacted"))),
        (1, "Qualified", ((3, "Qualified"),)),
        (2, "Disqualified", ((4, "Lost"), (5, "Cannot Contact"), (6, "No Longer Interested"), (7, "Canceled"))),
    ),
    "opportunity": (
        (0, "Open", ((1, "In Progress"), (2, "On Hold"))),
        (1, "Won", ((3, "Won"),)),
        (2, "Lost", ((4, "Canceled"), (5, "Out-Sold"))),
    ),
    "quote": (
        (0, "Draft", ((1, "In Progress"),)),
        (1, "Active", ((2, "In Progress"), (3, "Open"))),
        (2, "Won", ((4, "Won"),)),
        (3, "Closed", ((5, "Lost"), (6, "Canceled"), (7, "Revised"))),
    ),
    "salesorder": (
        (0, "Active", ((1, "New"), (2, "Pending"))),
        (1, "Submitted", ((3, "In Progress"),)),
        (2, "Canceled", ((4, "No Money"),)),
        (3, "Fulfilled", ((100001, "Complete"), (100002, "Partial"))),
        (4, "Invoiced", ((100003, "Invoiced"),)),
    ),
    "invoice": (
        (0, "Active", ((1, "New"), (2, "Partially Shipped"), (4, "Billed"), (5, "Booked"), (6, "Installed"))),
        (1, "Closed", ((3, "Canceled"), (7, "Paid in Full"))),
        (2, "Paid", ((100001, "Complete"), (100002, "Partial"))),
        (3, "Canceled", ((100003, "Canceled"),)),
    ),
}


def states(table: str) -> tuple[State, ...]:
    """
    Return every state and status reason of a table, each reason in one state [CRM-1].

    Raises:
        LookupError: there is no such table.
    """
    return tuple(State(code, name, reason, text) for code, name, reasons in _TABLE[table] for reason, text in reasons)


def _state(table: str, reason: int) -> State:
    return next(each for each in states(table) if each.reason_code == reason)


@singledispatch
def state(document: object) -> State:
    """
    Return the state and status reason of a campaign, a recipient, lead, opportunity, quotation, version of one, order or invoice.

    Raises:
        TypeError: it is something else.
    """
    msg = f"there is no state for {document!r}"
    raise TypeError(msg)


_LEAD = {LeadStatus.OPEN: 1, LeadStatus.CONTACTING: 2, LeadStatus.POSTPONED: 2, LeadStatus.QUALIFIED: 3}
_DISQUALIFIED = {reason.value: code for code, reason in enumerate(DisqualifiedReason, start=4)}
_OPPORTUNITY = {OpportunityStatus.OPEN: 1, OpportunityStatus.STALLED: 2, OpportunityStatus.SOLD: 3}
_CANCELED, _OUT_SOLD = 4, 5
_VERSION = {VersionState.DRAFT: 1, VersionState.SENT: 3, VersionState.CONFIRMED: 4, VersionState.LOST: 5, VersionState.CANCELLED: 6}
_REVISED = 7
_ORDER = {OrderStatus.CANCELLED: 4, OrderStatus.DELIVERED: 100001, OrderStatus.INVOICED: 100003}
_NEW, _PENDING, _PARTIAL = 1, 2, 100002
_PAID, _CANCELLED_INVOICE, _BILLED = 100001, 100003, 4


_CAMPAIGN = {
    CampaignStatus.IN_PROCESS: 2,
    CampaignStatus.RESPONSE: 2,
    CampaignStatus.FOLLOW_UP: 2,
    CampaignStatus.CLOSED: 3,
    CampaignStatus.CANCELLED: 4,
}
_RESPONSE = {Participation.POSITIVE: 1, Participation.NEGATIVE: 2, Participation.CONVERTED: 2, Participation.DROPPED_OUT: 3}
_READY = 1


@state.register
def _(document: Campaign) -> State:
    if document.status is CampaignStatus.PLANNING:
        return _state("campaign", _READY if document.recipients else 0)
    return _state("campaign", _CAMPAIGN[document.status])


@state.register
def _(document: Recipient) -> State:
    return _state("campaignresponse", _RESPONSE.get(document.participation, _READY))


@state.register
def _(document: Lead) -> State:
    if document.status is LeadStatus.DISQUALIFIED:
        return _state("lead", _DISQUALIFIED[document.reason])
    return _state("lead", _LEAD[document.status])


@state.register
def _(document: Opportunity) -> State:
    if document.status is OpportunityStatus.LOST:
        return _state("opportunity", _OUT_SOLD if document.competitor else _CANCELED)
    return _state("opportunity", _OPPORTUNITY[document.status])


@state.register
def _(document: Version) -> State:
    return _state("quote", _VERSION.get(document.state, _REVISED))


@state.register
def _(document: Quotation) -> State:
    return state(document.version)


@state.register
def _(document: Order) -> State:
    if document.status is OrderStatus.OPEN:
        if any(balance.delivered for balance in document.balances):
            return _state("salesorder", _PARTIAL)
        return _state("salesorder", _PENDING if document.is_held else _NEW)
    return _state("salesorder", _ORDER[document.status])


@state.register
def _(document: Invoice) -> State:
    match document.status:
        case InvoiceStatus.PAID:
            return _state("invoice", _PAID)
        case InvoiceStatus.CANCELLED:
            return _state("invoice", _CANCELLED_INVOICE)
    if document.settled:
        return _state("invoice", _PARTIAL)
    return _state("invoice", _NEW if document.sent is None else _BILLED)


# ---------------------------------------------------------------------- the supply chain enumerations

_SCM_OPPORTUNITY = {
    OpportunityStatus.OPEN: (1, "Active"),
    OpportunityStatus.STALLED: (2, "Postponed"),
    OpportunityStatus.SOLD: (3, "Won"),
    OpportunityStatus.LOST: (5, "Lost"),
}
_SCM_LEAD = {
    LeadStatus.OPEN: (0, "Open"),
    LeadStatus.CONTACTING: (0, "Open"),
    LeadStatus.QUALIFIED: (1, "Qualified"),
    LeadStatus.DISQUALIFIED: (2, "Not qualified"),
    LeadStatus.POSTPONED: (3, "Postponed"),
}
_SCM_QUOTATION = {
    QuotationStatus.SENT: (1, "Sent"),
    QuotationStatus.CONFIRMED: (2, "Confirmed"),
    QuotationStatus.LOST: (3, "Lost"),
    QuotationStatus.CANCELLED: (4, "Canceled"),
}


def scm_status(document: Campaign | Lead | Opportunity | Quotation) -> tuple[int, str]:
    """
    Return the code and name that the supply chain enumerations have for a campaign, lead, opportunity or quotation [PTY-4, CMP-4, QUO-2].

    Raises:
        TypeError: it is something else.
    """
    if isinstance(document, Campaign):
        return list(CampaignStatus).index(document.status), document.status.en
    if isinstance(document, Lead):
        return _SCM_LEAD[document.status]
    if isinstance(document, Opportunity):
        return _SCM_OPPORTUNITY[document.status]
    if isinstance(document, Quotation):
        return _SCM_QUOTATION.get(document.status, (0, "Created"))
    msg = f"there is no enumeration for {document!r}"
    raise TypeError(msg)
