"""
Sales orders: terms that a customer agreed to, and the ledger of what happened to them.

The five types, the statuses of order and line, and the revisions of the terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from attrs import evolve, field, frozen

from salesflow.checks import ZERO, require_date, require_kind, require_text
from salesflow.labels import Labelled
from salesflow.model.charge import ChargeRule
from salesflow.model.ledger import ChargeRow, Fold, Kind, Posting
from salesflow.model.order_amounts import ChargeBalance, charge_balances, invoiced_net, open_totals, ordered_totals, totals_in_all
from salesflow.model.order_charges import lapsing, returning
from salesflow.model.order_line import OrderLine
from salesflow.model.party import Address, SaleKind
from salesflow.model.product import Item
from salesflow.model.terms import NET_30, PaymentTerms, TermsOfSale
from salesflow.model.totals import TOTALS, Basis, Totals, TotalsPolicy, without_vat
from salesflow.money import exact, half_up, require_currency


class OrderType(Labelled):
    """What a sales order is for [ORD-1]."""

    JOURNAL = "journal", "Journal", "Journaal"
    """A draft: no effect on stock, no item transactions, no postings."""
    SUBSCRIPTION = "subscription", "Subscription", "Abonnement"
    """Recurs: once invoiced it is open again."""
    SALES_ORDER = "sales-order", "Sales order", "Verkooporder"
    RETURNED_ORDER = "returned-order", "Returned order", "Geretourneerde order"
    """Goods come back: every quantity is negative, and it has an RMA number."""
    ITEM_REQUIREMENTS = "item-requirements", "Item requirements", "Artikelbehoeften"
    """Born from an item sale in a project."""


class OrderStatus(Labelled):
    """Where an order or a line stands; derived from its quantities, never stored [STA-1]."""

    OPEN = "open", "Open order", "Openstaande order"
    DELIVERED = "delivered", "Delivered", "Geleverd"
    INVOICED = "invoiced", "Invoiced", "Gefactureerd"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


class DocumentStatus(Labelled):
    """The furthest document posted for an order or a line [DOC-1]."""

    NONE = "none", "None", "Geen"
    CONFIRMATION = "confirmation", "Confirmation", "Bevestiging"
    PICKING_LIST = "picking-list", "Picking list", "Orderverzamellijst"
    PACKING_SLIP = "packing-slip", "Packing slip", "Pakbon"
    INVOICE = "invoice", "Invoice", "Factuur"


class PickingStatus(Labelled):
    """How much of what is left to deliver lies picked."""

    NOT_PICKED = "not-picked", "Not picked", "Niet verzameld"
    PARTLY_PICKED = "partly-picked", "Partly picked", "Deels verzameld"
    PICKED = "picked", "Picked", "Verzameld"


@frozen(kw_only=True)
class Hold:
    """Why an order may not be shipped for now; clearing every hold releases it [HOLD-1]."""

    code: str
    on: date
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        require_text("code", self.code)
        require_date("on", self.on)


@frozen(kw_only=True)
class Confirmed:
    """That a revision of the order was confirmed to the customer, under which terms of sale."""

    revision: int
    on: date
    terms: TermsOfSale | None = None


@frozen(kw_only=True)
class Revision:
    """
    One change of a confirmed order: which lines and charges stood differently before, and why it was made.

    Args:
        charges: All charges as they stood before, where any of them changed; ``None`` where none did.
    """

    number: int
    on: date
    reason: str
    before: tuple[OrderLine, ...] = ()
    added: tuple[int, ...] = ()
    removed: tuple[OrderLine, ...] = ()
    charges: tuple[ChargeRule, ...] | None = None


@frozen(kw_only=True)
class Order:
    """
    A sales order.

    What was agreed is in the terms (``lines``, ``charges``); what happened is in the ``postings``;
    statuses and remainders are read from both.

    Args:
        customer: The number of the party that ordered.
        invoice_account: The number of the party that is invoiced.
        placed: The day the order was placed.
        charges: What is charged or taken off on the whole, as rules; ``charge`` says how each stands.
        totals_policy: Whether its prices have VAT in them, and how VAT is rounded: for the order and for all that is made of it.
        taken_by: Who took the order, for reports.
        warehouse_managed: Whether its lines go through warehouse management, which a subscription may not [ORD-3].
        quotation: The quotation that it was made from.
        comment: What the customer added; it goes along to picking lists, packing slips and invoices [QTE-13].
    """

    number: str
    type: OrderType = OrderType.SALES_ORDER
    customer: str
    invoice_account: str
    currency: str
    placed: date
    lines: tuple[OrderLine, ...]
    charges: tuple[ChargeRule, ...] = ()
    totals_policy: TotalsPolicy = TOTALS
    sale: SaleKind = SaleKind.B2B
    payment_terms: PaymentTerms = NET_30
    terms: TermsOfSale | None = None
    deliver_to: Address = Address()
    reference: str = ""
    taken_by: str = ""
    project: str | None = None
    rma: str | None = None
    warehouse_managed: bool = False
    quotation: str | None = None
    comment: str = ""
    holds: tuple[Hold, ...] = ()
    confirmations: tuple[Confirmed, ...] = ()
    revisions: tuple[Revision, ...] = ()
    postings: tuple[Posting, ...] = ()
    _fold: Fold | None = field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        require_text("number", self.number)
        require_text("customer", self.customer)
        require_kind("type", self.type, OrderType)
        require_currency("currency", self.currency)
        require_date("placed", self.placed)
        require_kind("totals_policy", self.totals_policy, TotalsPolicy)

    # ------------------------------------------------------------------ the ledger

    @property
    def fold(self) -> Fold:
        """What the postings come to; carried along, and worked out afresh where it is missing."""
        fold = self._fold
        if fold is None:
            fold = exact(Fold.of)(self.lines, self.postings)
            _set(self, "_fold", fold)
        return fold

    def __getstate__(self) -> tuple[object, ...]:
        return tuple(None if name == "_fold" else getattr(self, name) for name in _ORDER_FIELDS)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        for name, value in zip(_ORDER_FIELDS, state, strict=True):
            object.__setattr__(self, name, value)

    # ------------------------------------------------------------------ the lines

    def __contains__(self, line: int) -> bool:
        return line in self.fold.terms

    def line(self, number: int) -> LineBalance:
        """
        Return how the line of that number stands.

        Raises:
            LookupError: the order has no such line, or it is the parent of a delivery schedule.
        """
        try:
            return LineBalance(self, self.fold.terms[number])
        except KeyError:
            msg = f"order {self.number} has no line {number!r} of its own"
            raise LookupError(msg) from None

    @property
    def balances(self) -> Iterator[LineBalance]:
        """How each line stands, leaving out the parents of delivery schedules."""
        return (LineBalance(self, line) for line in self.fold.terms.values())

    # ------------------------------------------------------------------ the statuses

    @property
    def status(self) -> OrderStatus:
        """
        Where the order stands: the lowest status of its lines, cancelled ones left out unless all are [STA-2, STA-3, STA-5].

        Invoiced means that nothing is left to deliver and nothing to invoice, on any line.
        """
        fold = self.fold
        if fold.to_deliver:
            return OrderStatus.OPEN
        if fold.to_invoice:
            return OrderStatus.DELIVERED
        if len(fold.shift) == len(fold.terms) and not any(fold.target(line) for line in fold.terms):
            return OrderStatus.CANCELLED
        return OrderStatus.INVOICED

    @property
    def document_status(self) -> DocumentStatus:
        """The furthest document posted and not undone; one line is enough [DOC-2]."""
        return max((balance.document_status for balance in self.balances), key=_DOCUMENT_RANK.index)

    @property
    def revision(self) -> int:
        """How often the confirmed terms were changed."""
        return len(self.revisions)

    @property
    def is_journal(self) -> bool:
        """Whether it is a draft, which posts nothing [ORD-2]."""
        return self.type is OrderType.JOURNAL

    @property
    def is_held(self) -> bool:
        """Whether a hold keeps it from being shipped [HOLD-1]."""
        return bool(self.holds)

    @property
    def is_confirmed(self) -> bool:
        """Whether the terms as they are now were confirmed to the customer."""
        return bool(self.confirmations) and self.confirmations[-1].revision == self.revision

    @property
    def is_cancelled(self) -> bool:
        """Whether nothing of it is left and nothing was invoiced: the whole was cancelled, or came back."""
        return self.status is OrderStatus.CANCELLED

    @property
    def is_unfinished(self) -> bool:
        """Whether anything is left to deliver or to invoice."""
        return bool(self.fold.to_deliver or self.fold.to_invoice)

    @property
    def is_touched(self) -> bool:
        """Whether anything is delivered or invoiced on balance."""
        fold = self.fold
        return any(fold.delivered(line) or fold.invoiced(line) for line in fold.terms)

    # ------------------------------------------------------------------ the amounts

    @property
    def basis(self) -> Basis:
        """Whether its amounts are without VAT or have it in them."""
        return self.totals_policy.basis

    @property
    def quantum(self) -> Decimal:
        """The smallest amount that it counts in."""
        return self.totals_policy.quantum(self.currency)

    @property
    def recurs(self) -> bool:
        """Whether it comes round: what is said of its amounts then is of one cycle [ORD-4]."""
        return self.type is OrderType.SUBSCRIPTION

    def net_of(self, line: OrderLine, quantity: Decimal) -> Decimal:
        """Return what *quantity* of one of its lines costs without VAT, rounded half up."""
        return self.without_vat(line, line.amount(quantity, self.quantum))

    def without_vat(self, line: OrderLine, amount: Decimal) -> Decimal:
        """Return an amount of one of its lines without VAT."""
        policy = self.totals_policy
        return without_vat(amount, line.vat, self.quantum, policy) if policy.is_gross else amount

    @property
    def totals(self) -> Totals:
        """Its total: what was invoiced, less what was credited, and what is still to be invoiced; with charges and VAT."""
        return totals_in_all(self)

    @property
    def net(self) -> Decimal:
        """The total of its lines without VAT; charges are not included."""
        return self.totals.net

    @property
    def total(self) -> Decimal:
        """The total, with charges and VAT."""
        return self.totals.total

    @property
    def ordered_totals(self) -> Totals:
        """The total as it is ordered, whatever happened since: what a confirmation says."""
        return ordered_totals(self)

    @property
    def open_totals(self) -> Totals:
        """What is still to be invoiced, with charges and VAT; nothing once all is invoiced [QTY-17]."""
        return open_totals(self)

    @property
    @exact
    def undelivered_net(self) -> Decimal:
        """The amount of what is still to be delivered, without VAT."""
        return sum((balance.undelivered_net for balance in self.balances), ZERO)

    @property
    @exact
    def invoiced_amount(self) -> Decimal:
        """What was invoiced of the lines so far, less what was credited, in the basis of the order."""
        return sum(self.fold.amounts.values(), ZERO)

    @property
    @exact
    def invoiced_net(self) -> Decimal:
        """What was invoiced of the lines so far, less what was credited, without VAT."""
        return invoiced_net(self) if self.totals_policy.is_gross else self.invoiced_amount

    @property
    def advanced(self) -> Decimal:
        """What deposits came to, VAT included, and no final invoice has taken off yet."""
        return self.fold.advanced

    def charge(self, number: int) -> ChargeBalance:
        """
        Return how the charge of that number stands.

        Raises:
            LookupError: the order has no such charge.
        """
        for balance in self.charge_balances:
            if balance.rule.number == number:
                return balance
        msg = f"order {self.number} has no charge {number!r}"
        raise LookupError(msg)

    @property
    def charge_balances(self) -> tuple[ChargeBalance, ...]:
        """How each charge stands; of a subscription, in this cycle."""
        return charge_balances(self)


@frozen
class LineBalance:
    """How one order line stands: its terms and what the ledger says of them."""

    order: Order = field(repr=False)
    terms: OrderLine

    @property
    def number(self) -> int:
        """The line's number."""
        return self.terms.number

    @property
    def item(self) -> Item:
        """What is ordered."""
        return self.terms.item

    @property
    def ordered(self) -> Decimal:
        """What was ordered, as the terms stand now."""
        return self.terms.ordered

    @property
    @exact
    def cancelled(self) -> Decimal:
        """What was ordered and will not come [QTY-12]."""
        return self._sum(Kind.CANCELLED)

    @property
    @exact
    def renewed(self) -> Decimal:
        """What a subscription was renewed by [ORD-4]."""
        return self._sum(Kind.RENEWED)

    @property
    @exact
    def delivered(self) -> Decimal:
        """What was delivered, less returned."""
        return self.order.fold.delivered(self.number)

    @property
    @exact
    def invoiced(self) -> Decimal:
        """What was invoiced, less credited where the credit reopens."""
        return self.order.fold.invoiced(self.number)

    @property
    @exact
    def picked(self) -> Decimal:
        """What lies picked and has not been delivered."""
        return self.order.fold.picked(self.number)

    @property
    def picking_status(self) -> PickingStatus:
        """How much of what is left to deliver lies picked."""
        picked = self.picked
        if not picked:
            return PickingStatus.NOT_PICKED
        return PickingStatus.PICKED if abs(picked) >= abs(self.deliver_remainder) else PickingStatus.PARTLY_PICKED

    @property
    def deliver_remainder(self) -> Decimal:
        """What is still to be delivered [QTY-1]."""
        return self.order.fold.to_deliver.get(self.number, ZERO)

    @property
    def invoice_remainder(self) -> Decimal:
        """
        What is still to be invoiced, delivered or not [QTY-2, reading B].

        It is below zero by magnitude where more was invoiced than is left after a return: that much is to be credited.
        """
        return self.order.fold.to_invoice.get(self.number, ZERO)

    @property
    @exact
    def delivered_not_invoiced(self) -> Decimal:
        """What was delivered and not invoiced; opposite in sign where it was invoiced in advance [QTY-2, reading A]."""
        return self.delivered - self.invoiced

    @property
    def over_invoiced(self) -> Decimal:
        """What was invoiced beyond what was wanted or delivered, within its tolerance [P5]."""
        return self.order.fold.beyond.get(self.number, ZERO)

    @property
    def over_delivered(self) -> Decimal:
        """What was delivered beyond what was wanted [QTY-10]."""
        return self.order.fold.over.get(self.number, ZERO)

    @property
    @exact
    def undelivered_amount(self) -> Decimal:
        """What is still to be delivered comes to: the line's whole less the delivered part, so that parts add up."""
        fold, quantum = self.order.fold, self.order.quantum
        return self.terms.amount(fold.target(self.number), quantum) - self.terms.amount(fold.delivered(self.number), quantum)

    @property
    def undelivered_net(self) -> Decimal:
        """What is still to be delivered comes to, without VAT."""
        return self.order.without_vat(self.terms, self.undelivered_amount)

    @property
    @exact
    def uninvoiced_amount(self) -> Decimal:
        """The amount that invoicing the rest would post, in the basis of the order."""
        fold = self.order.fold
        whole = fold.exacts.get(self.number, ZERO) + self.invoice_remainder * self.terms.unit_price
        return half_up(whole, self.order.quantum) - fold.amounts.get(self.number, ZERO)

    @property
    def uninvoiced_net(self) -> Decimal:
        """What invoicing the rest would come to, without VAT."""
        return self.order.without_vat(self.terms, self.uninvoiced_amount)

    @property
    @exact
    def status(self) -> OrderStatus:
        """Where the line stands [STA-6]."""
        if self.deliver_remainder:
            return OrderStatus.OPEN
        if self.invoice_remainder:
            return OrderStatus.DELIVERED
        return OrderStatus.INVOICED if self.order.fold.target(self.number) else OrderStatus.CANCELLED

    @property
    def document_status(self) -> DocumentStatus:
        """The furthest document posted for the line and not undone."""
        if self.invoiced or self.renewed:
            return DocumentStatus.INVOICE
        if self.delivered:
            return DocumentStatus.PACKING_SLIP
        if self.picked:
            return DocumentStatus.PICKING_LIST
        return DocumentStatus.CONFIRMATION if self.order.confirmations else DocumentStatus.NONE

    def _sum(self, kind: Kind) -> Decimal:
        rows = (row for posting in self.order.postings if posting.kind is kind for row in posting.rows)
        return sum((quantity for line, quantity in rows if line == self.number), ZERO)


_DOCUMENT_RANK = list(DocumentStatus)
_set = object.__setattr__
_ORDER_FIELDS = tuple(attribute.name for attribute in Order.__attrs_attrs__)


@exact
def with_postings(order: Order, *postings: Posting) -> Order:
    """Return the order with more postings; its fold goes along."""
    fold = order.fold
    for posting in postings:
        fold = fold.then(posting)
    after: Order = object.__new__(Order)  # what was checked when the order was made is the same, so it is not checked again
    for name in _ORDER_FIELDS:
        _set(after, name, getattr(order, name))
    _set(after, "postings", (*order.postings, *postings))
    _set(after, "_fold", fold)
    return after


@exact
def cancelling(order: Order, rows: tuple[tuple[int, Decimal], ...], document: str, on: date, *, source: str | None = None) -> Posting:
    """
    Return the posting by which quantities of an order are cancelled; their part of a charge that is divided lapses with them [CHG-8].

    Args:
        rows: Line and quantity with the sign of the line; with the opposite sign an earlier cancellation for the same *source* is undone.
    """
    if not order.charges:
        charges: tuple[ChargeRow, ...] = ()
    elif any(quantity * order.fold.terms[line].ordered < 0 for line, quantity in rows):
        charges = returning(order.postings, rows, source, order.quantum)
    else:
        charges = lapsing(order.charges, order.fold, rows, order.quantum)
    return Posting(kind=Kind.CANCELLED, document=document, source=source, on=on, rows=rows, charges=charges)


def with_terms(order: Order, lines: tuple[OrderLine, ...], charges: tuple[ChargeRule, ...] | None = None) -> Order:
    """Return the order with other lines, and other charges where they are given; its fold is worked out afresh when it is asked for."""
    return evolve(order, lines=lines, charges=order.charges if charges is None else charges, fold=None)
