"""
Sales orders: terms that a customer agreed to, and the ledger of what happened to them.

The five types, the statuses of order and line, and the revisions of the terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from attrs import evolve, field, frozen

from salesflow.checks import (
    ONE,
    ZERO,
    require_date,
    require_decimal,
    require_kind,
    require_percentage,
    require_text,
    require_tuple_of,
)
from salesflow.labels import Labelled
from salesflow.model.ledger import Fold, Kind, Posting
from salesflow.model.party import Address, SaleKind
from salesflow.model.pricing import AgreementLink, PriceOrigin
from salesflow.model.product import Item
from salesflow.model.terms import NET_30, PaymentTerms, TermsOfSale
from salesflow.model.totals import Charge, Totals, add_up
from salesflow.money import exact, less_percentage, quantum_of, require_currency


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
class OrderLine:
    """
    What is ordered of one item, and at which terms.

    Args:
        number: Its number in the order; zero is to be numbered when the order is placed.
        ordered: The quantity, in the item's unit; negative on a returned order.
        price: Per unit, without VAT, as precise as it was agreed.
        discount: In percent of the price; the discounted price is not rounded, the line is, once.
        requested: The ship date the customer asked for.
        promised: The ship date the customer was promised [ATP-3].
        parent: The line that this delivery schedule line is a part of.
        price_unit: For how many units the price is.
        discount_amount: What is taken off per unit, before the percentage [TRD-6, TRD-9].
        origin: What the price was taken from.
        link: The commitment of a sales agreement that the line counts towards.
    """

    number: int = 0
    item: Item
    ordered: Decimal
    price: Decimal
    discount: Decimal = ZERO
    requested: date | None = None
    parent: int | None = None
    price_unit: Decimal = ONE
    discount_amount: Decimal = ZERO
    origin: PriceOrigin = PriceOrigin.MANUAL
    link: AgreementLink | None = None
    promised: date | None = None

    def __attrs_post_init__(self) -> None:
        ordered, price = self.ordered, self.price
        if type(ordered) is not Decimal or not ordered or not ordered.is_finite():
            require_decimal("ordered", ordered)
            msg = "ordered must not be zero"
            raise ValueError(msg)
        if type(price) is not Decimal or not price.is_finite() or price < 0:
            require_decimal("price", price)
            msg = f"price must be zero or more, not {price}"
            raise ValueError(msg)
        if self.discount is not ZERO:
            require_percentage("discount", self.discount)
        if self.requested is not None:
            require_date("requested", self.requested)
        if self.promised is not None:
            require_date("promised", self.promised)
        if type(self.item) is not Item:
            require_kind("item", self.item, Item)
        if self.link is not None:
            require_kind("link", self.link, AgreementLink)
        if self.price_unit is not ONE or self.discount_amount is not ZERO:
            self._check_price()

    def _check_price(self) -> None:
        for name in ("price_unit", "discount_amount"):
            require_decimal(name, getattr(self, name))
        if self.price_unit <= 0:
            msg = f"price_unit must be above zero, not {self.price_unit}"
            raise ValueError(msg)
        if not ZERO <= self.discount_amount <= self.gross_price:
            msg = f"discount_amount must be from zero to the price of a unit, {self.gross_price}, not {self.discount_amount}"
            raise ValueError(msg)

    @property
    @exact
    def gross_price(self) -> Decimal:
        """The price of one unit before any discount, unrounded."""
        return self.price if self.price_unit is ONE else self.price / self.price_unit

    @property
    def ship_date(self) -> date | None:
        """The day it is to be shipped: as promised or, where nothing was promised, as requested."""
        return self.promised or self.requested

    @property
    def is_plain(self) -> bool:
        """Whether a unit costs just the price: no discount, and a price for one unit."""
        return self.discount is ZERO and self.discount_amount is ZERO and self.price_unit is ONE

    @property
    @exact
    def unit_price(self) -> Decimal:
        """The price of one unit less the discount per unit and then the percentage, unrounded [TRD-9]."""
        return less_percentage(self.gross_price - self.discount_amount, self.discount)

    @exact
    def net(self, quantity: Decimal, currency: str) -> Decimal:
        """Return what *quantity* of the line costs: the exact amount rounded once, half up, to the digits of *currency*."""
        price = self.price if self.is_plain else self.unit_price
        return (quantity * price).quantize(quantum_of(currency), ROUND_HALF_UP)


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
    """One change of a confirmed order: which lines stood differently before, and why it was made."""

    number: int
    on: date
    reason: str
    before: tuple[OrderLine, ...] = ()
    added: tuple[int, ...] = ()
    removed: tuple[OrderLine, ...] = ()


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
    charges: tuple[Charge, ...] = ()
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
    @exact
    def net(self) -> Decimal:
        """The nets of all lines as ordered, each rounded once; charges and VAT not included."""
        return sum((line.net(line.ordered, self.currency) for line in self.fold.terms.values()), ZERO)

    @property
    @exact
    def undelivered_net(self) -> Decimal:
        """The net of what is still to be delivered."""
        return sum((balance.undelivered_net for balance in self.balances), ZERO)

    @property
    @exact
    def invoiced_net(self) -> Decimal:
        """The nets invoiced so far, less credited."""
        return sum(self.fold.nets.values(), ZERO)

    @property
    def advanced(self) -> Decimal:
        """What deposits came to, VAT included, and no final invoice has taken off yet."""
        return self.fold.advanced

    @property
    def totals(self) -> Totals:
        """What the order comes to as ordered, with charges and VAT."""
        lines = ((line.item.vat, line.net(line.ordered, self.currency)) for line in self.fold.terms.values())
        return add_up(lines, self.charges, self.currency)

    @property
    def open_totals(self) -> Totals:
        """What is still to be invoiced; nothing once the order is fully invoiced [QTY-17]."""
        fold = self.fold
        lines = ((fold.terms[line].item.vat, self.line(line).uninvoiced_net) for line in fold.to_invoice)
        charges = (evolve(charge, amount=left) for charge in self.charges if (left := self.charge_remainder(charge)))
        return add_up(lines, charges if fold.to_invoice else (), self.currency)

    @exact
    def charge_remainder(self, charge: Charge) -> Decimal:
        """Return what of a charge no invoice has taken and the rest of the order still will."""
        if not charge.spread:
            return self.charge_left(charge, ZERO)
        fold = self.fold
        return self.charge_left(charge, sum((self.line(line).uninvoiced_net for line in fold.to_invoice), ZERO))

    @exact
    def charge_left(self, charge: Charge, net: Decimal) -> Decimal:
        """
        Return what an invoice of that *net* takes of a charge: all that is left of it, or its share where it is spread.

        The share is the charge's part of what is invoiced with it, rounded, less what earlier invoices took,
        so that the shares of all invoices come to the charge.
        """
        taken = self.fold.charged.get(charge.number, ZERO)
        if not charge.spread:
            return charge.amount - taken
        whole = self.net
        invoiced = sum(self.fold.nets.values(), net)
        due = charge.amount * invoiced / whole if whole else charge.amount
        return due.quantize(quantum_of(self.currency), ROUND_HALF_UP) - taken


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
    def undelivered_net(self) -> Decimal:
        """The net of what is still to be delivered: the line's whole less the delivered part, so that parts add up."""
        fold, currency = self.order.fold, self.order.currency
        return self.terms.net(fold.target(self.number), currency) - self.terms.net(fold.delivered(self.number), currency)

    @property
    @exact
    def uninvoiced_net(self) -> Decimal:
        """The net that invoicing the rest would post."""
        fold = self.order.fold
        whole = fold.exacts.get(self.number, ZERO) + self.invoice_remainder * self.terms.unit_price
        return whole.quantize(quantum_of(self.order.currency), ROUND_HALF_UP) - fold.nets.get(self.number, ZERO)

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
_LINE_FIELDS = tuple(attribute.name for attribute in OrderLine.__attrs_attrs__)


def numbered(lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """Return the lines, those without a number numbered by their place."""
    return tuple([line if line.number else _with_number(line, place) for place, line in enumerate(lines, start=1)])


def _with_number(line: OrderLine, number: int) -> OrderLine:
    after: OrderLine = object.__new__(OrderLine)  # everything else is the same and was checked when the line was made
    for name in _LINE_FIELDS:
        _set(after, name, getattr(line, name))
    _set(after, "number", number)
    return after


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


def with_terms(order: Order, lines: tuple[OrderLine, ...]) -> Order:
    """Return the order with other terms; its fold is worked out afresh when it is asked for."""
    return evolve(order, lines=lines, fold=None)


def require_lines(lines: object) -> None:
    """Raise unless *lines* is a tuple of order lines."""
    require_tuple_of("lines", lines, OrderLine)
