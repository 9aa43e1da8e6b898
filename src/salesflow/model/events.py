"""What happened: one value per fact, named in the past tense. The number is that of the document it is about."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from attrs import frozen

from salesflow.model.order import OrderType


@frozen(kw_only=True)
class OrderPlaced:
    """A customer ordered."""

    number: str
    on: date
    customer: str
    at: datetime | None = None


@frozen(kw_only=True)
class AgreementDrawnUp:
    """A sales agreement was drawn up; it is on hold until it is made effective."""

    number: str
    on: date
    customer: str


@frozen(kw_only=True)
class AgreementConfirmed:
    """A version of a sales agreement was confirmed to the customer."""

    number: str
    on: date
    version: int


@frozen(kw_only=True)
class AgreementAmended:
    """The terms of a sales agreement were changed."""

    number: str
    on: date
    reason: str


@frozen(kw_only=True)
class AgreementMadeEffective:
    """Orders may be placed under a sales agreement from now on."""

    number: str
    on: date


@frozen(kw_only=True)
class AgreementPutOnHold:
    """No orders may be placed under a sales agreement for now."""

    number: str
    on: date


@frozen(kw_only=True)
class AgreementClosed:
    """No orders will be placed under a sales agreement any more."""

    number: str
    on: date


@frozen(kw_only=True)
class QuotationDrawnUp:
    """An offer was drawn up, asked for or on our own initiative."""

    number: str
    on: date
    party: str


@frozen(kw_only=True)
class QuotationRevised:
    """An offer was changed; after it was sent that made a new version."""

    number: str
    on: date
    version: int


@frozen(kw_only=True)
class QuotationApproved:
    """An offer beyond the limits was approved."""

    number: str
    on: date
    by: str


@frozen(kw_only=True)
class QuotationNotApproved:
    """An offer beyond the limits was not approved."""

    number: str
    on: date
    by: str


@frozen(kw_only=True)
class QuotationSent:
    """A version of an offer went to the customer and is binding until it expires."""

    number: str
    on: date
    version: int
    expires: date


@frozen(kw_only=True)
class QuotationExtended:
    """An offer is valid for longer."""

    number: str
    on: date
    expires: date


@frozen(kw_only=True)
class QuotationConfirmed:
    """
    An offer was accepted and became an order.

    Args:
        opportunity: What it belongs to, to be closed as won unless it is kept open [X5].
    """

    number: str
    on: date
    order: str
    alternative: str
    opportunity: str | None
    keep_opportunity_open: bool


@frozen(kw_only=True)
class QuotationLost:
    """A customer declined an offer."""

    number: str
    on: date
    reason: str
    competitor: str


@frozen(kw_only=True)
class QuotationCancelled:
    """An offer was withdrawn."""

    number: str
    on: date
    reason: str


@frozen(kw_only=True)
class NegotiationMoved:
    """A counter-offer was made or an objection raised."""

    number: str
    on: date
    move: int


@frozen(kw_only=True)
class NegotiationAnswered:
    """A counter-offer or objection was answered."""

    number: str
    on: date
    move: int
    accepted: bool


@frozen(kw_only=True)
class OrderConfirmed:
    """A revision of an order was confirmed to the customer."""

    number: str
    on: date
    revision: int


@frozen(kw_only=True)
class OrderTypeChanged:
    """An order became one of another type."""

    number: str
    on: date
    before: OrderType
    after: OrderType


@frozen(kw_only=True)
class OrderChanged:
    """The terms of an order were revised."""

    number: str
    on: date
    revision: int
    reason: str


@frozen(kw_only=True)
class OrderHeld:
    """An order was put on hold."""

    number: str
    on: date
    code: str


@frozen(kw_only=True)
class OrderReleased:
    """A hold was cleared."""

    number: str
    on: date
    code: str


@frozen(kw_only=True)
class OrderCancelled:
    """An order of which nothing had happened was cancelled whole."""

    number: str
    on: date


@frozen(kw_only=True)
class OrderShortClosed:
    """What was left to deliver, or part of it, was cancelled."""

    number: str
    on: date
    lines: tuple[int, ...]


@frozen(kw_only=True)
class DeliveryScheduled:
    """A line was split over delivery dates."""

    number: str
    on: date
    line: int


@frozen(kw_only=True)
class GoodsPicked:
    """Goods were taken from the shelf."""

    number: str
    on: date
    order: str


@frozen(kw_only=True)
class GoodsUnpicked:
    """Picked goods went back to the shelf."""

    number: str
    on: date
    order: str


@frozen(kw_only=True)
class PackingSlipPosted:
    """Goods were handed over."""

    number: str
    on: date
    orders: tuple[str, ...]
    at: datetime | None = None


@frozen(kw_only=True)
class PackingSlipCancelled:
    """A packing slip was taken back whole."""

    number: str
    on: date
    by: str


@frozen(kw_only=True)
class PackingSlipCorrected:
    """A packing slip was taken back and another took its place."""

    number: str
    on: date
    by: str


@frozen(kw_only=True)
class InvoicePosted:
    """A customer invoice was posted."""

    number: str
    on: date
    orders: tuple[str, ...]
    at: datetime | None = None


@frozen(kw_only=True)
class InvoiceSent:
    """An invoice went to the customer."""

    number: str
    on: date


@frozen(kw_only=True)
class InvoiceCancelled:
    """An invoice was undone by one of the opposite sign."""

    number: str
    on: date
    by: str


@frozen(kw_only=True)
class SubscriptionRenewed:
    """Nothing was left of a subscription, and it is open again."""

    number: str
    on: date
    by: str


@frozen(kw_only=True)
class PaymentReceived:
    """A customer paid, or was paid back where the amount is below zero."""

    number: str
    on: date
    amount: Decimal
    at: datetime | None = None


@frozen(kw_only=True)
class InvoiceSettled:
    """A payment went to an invoice."""

    number: str
    on: date
    payment: str
    amount: Decimal


@frozen(kw_only=True)
class CreditNotePosted:
    """A credit note was posted, for these invoices or for none."""

    number: str
    on: date
    invoices: tuple[str, ...]
    at: datetime | None = None


@frozen(kw_only=True)
class InvoiceCredited:
    """Part of an invoice, or all of it, was taken back."""

    number: str
    on: date
    by: str
    amount: Decimal


@frozen(kw_only=True)
class SettlementReversed:
    """What a payment had settled of an invoice is owed again."""

    number: str
    on: date
    payment: str
    amount: Decimal


@frozen(kw_only=True)
class FreeTextInvoiceCorrected:
    """A free text invoice was taken back by one document and replaced by another."""

    number: str
    on: date
    cancelled_by: str
    corrected_by: str
    reason: str


@frozen(kw_only=True)
class DraftMade:
    """An invoice was prepared."""

    number: str
    on: date
    orders: tuple[str, ...]


@frozen(kw_only=True)
class DraftDiscarded:
    """A draft invoice was given up."""

    number: str
    on: date


@frozen(kw_only=True)
class GoodsReturned:
    """Goods of an order came back by a return or, below zero, went to the customer again; the number is that of the order."""

    number: str
    on: date
    rma: str
    lines: tuple[tuple[int, Decimal], ...]


@frozen(kw_only=True)
class ReturnedOrderCredited:
    """A returned order was credited by the credit note of its return."""

    number: str
    on: date
    rma: str
    by: str


@frozen(kw_only=True)
class ReturnedOrderClosed:
    """What a returned order still expected will not come."""

    number: str
    on: date
    rma: str


@frozen(kw_only=True)
class PackingSlipArrived:
    """The goods of a packing slip arrived at the customer."""

    number: str
    on: date
    at: datetime | None = None


@frozen(kw_only=True)
class PackingSlipAttemptFailed:
    """The goods of a packing slip were brought to the customer and not taken in; no quantity moved."""

    number: str
    on: date
    reason: str
    at: datetime | None = None
