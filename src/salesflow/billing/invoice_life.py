"""The life of an invoice: its table, and the guards its commands share."""

from __future__ import annotations

from datetime import date

from salesflow.errors import Refusal
from salesflow.lifecycle import Lifecycle, Step
from salesflow.model.invoice import Invoice, InvoiceKind, InvoiceStatus
from salesflow.rules import Rule

REVERSAL = Rule(
    code="invoice.reversal",
    en="What cancels another invoice is not cancelled or credited, and what only takes others back is not credited; invoice again.",
    nl="Wat een andere factuur annuleert, wordt niet geannuleerd of gecrediteerd; wat alleen terugneemt, niet gecrediteerd. Factureer opnieuw.",
    refusal="invoice {invoice} takes back {invoices}; invoice again instead",
    spec=("INV-10",),
    source="choice",
)
HAS_CREDITS = Rule(
    code="invoice.has-credits",
    en="An invoice of which something was credited is not cancelled; credit the rest.",
    nl="Een factuur waarvan iets is gecrediteerd, wordt niet geannuleerd; crediteer de rest.",
    refusal="invoice {invoice} was credited by {notes}",
    spec=("QTY-14",),
    source="choice",
)
BEFORE_INVOICE = Rule(
    code="invoice.before-invoice",
    en="An invoice is sent or cancelled on its own day or later.",
    nl="Een factuur wordt op de eigen dag of later verzonden of geannuleerd.",
    refusal="invoice {invoice} is of {posted}; {on} is before that",
    spec=("INV-10",),
    source="choice",
)
SENT_ALREADY = Rule(
    code="invoice.sent",
    en="An invoice is marked as sent once.",
    nl="Een factuur wordt één keer als verzonden gemarkeerd.",
    refusal="invoice {invoice} was sent on {when}",
    spec=("DOC-3",),
    source="choice",
)
PRO_FORMA = Rule(
    code="invoice.pro-forma",
    en="A pro forma is an estimate: it is not sent as an invoice, paid or cancelled.",
    nl="Een pro forma is een raming: zij wordt niet als factuur verzonden, betaald of geannuleerd.",
    refusal="a pro forma of {on} is no posted invoice",
    spec=("INV-6",),
    source="seed",
)


def is_posted(invoice: Invoice, on: date) -> Refusal | None:
    """A pro forma was never posted."""
    return PRO_FORMA.refuse(on=invoice.on) if invoice.kind is InvoiceKind.PRO_FORMA else None


def is_posted_by_then(invoice: Invoice, on: date) -> Refusal | None:
    """Nothing happens to an invoice before its date."""
    return BEFORE_INVOICE.refuse(invoice=invoice.number, posted=invoice.on, on=on) if on < invoice.on else None


def is_no_reversal(invoice: Invoice, on: date) -> Refusal | None:
    """What cancels another invoice stays."""
    return None if invoice.reverses is None else REVERSAL.refuse(invoice=invoice.number, invoices=invoice.reverses)


def invoices_something(invoice: Invoice, on: date) -> Refusal | None:
    """What does nothing but take other invoices back is not credited; a final invoice that takes deposits off may be."""
    if invoice.reverses is None and (not invoice.takes_back or invoice.creditable or invoice.creditable_charges):
        return None
    return REVERSAL.refuse(invoice=invoice.number, invoices=", ".join(invoice.takes_back))


def is_not_credited(invoice: Invoice, on: date) -> Refusal | None:
    """An invoice is cancelled whole; once something of it is credited, the rest is credited too."""
    return HAS_CREDITS.refuse(invoice=invoice.number, notes=", ".join(invoice.credited_by)) if invoice.credited_by else None


def is_not_sent(invoice: Invoice, on: date) -> Refusal | None:
    """An invoice is sent once."""
    return SENT_ALREADY.refuse(invoice=invoice.number, when=invoice.sent) if invoice.sent else None


_S = InvoiceStatus
_ANY = (_S.OPEN, _S.PAID, _S.CANCELLED)
_LIFE: tuple[Step[Invoice, InvoiceStatus], ...] = (
    Step("post", (), (_S.OPEN, _S.PAID)),
    *(Step("send", (status,), (status,), rules=(is_posted, is_posted_by_then, is_not_sent)) for status in _ANY),
    Step("cancel", (_S.OPEN, _S.PAID), (_S.CANCELLED,), rules=(is_posted, is_posted_by_then, is_no_reversal, is_not_credited)),
    Step("credit_notes.post", (_S.OPEN, _S.PAID), (_S.OPEN, _S.PAID), rules=(is_posted, is_posted_by_then, invoices_something)),
    Step("payments.receive", (_S.OPEN,), (_S.OPEN, _S.PAID), rules=(is_posted,)),
    Step("payments.unsettle", (_S.OPEN, _S.PAID), (_S.OPEN,), rules=(is_posted,)),
)
LIFECYCLE: Lifecycle[Invoice, InvoiceStatus] = Lifecycle(
    "invoice", _LIFE, status=lambda invoice: invoice.status, resting=(_S.PAID, _S.CANCELLED)
)
