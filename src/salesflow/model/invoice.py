"""Customer invoices: what is owed for what was sold. Posted invoices never change; only what was sent and settled is added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve, field, frozen

from salesflow.checks import ZERO, require_date, require_text
from salesflow.labels import Labelled
from salesflow.model.free_text import FreeTextLine
from salesflow.model.order import OrderLine
from salesflow.model.product import NO_VAT, Item, Vat
from salesflow.model.terms import Due, PaymentTerms, TermsOfSale
from salesflow.model.totals import Charge, Totals, VatGroup, add_up
from salesflow.money import exact
from salesflow.period import Period


class InvoiceKind(Labelled):
    """What an invoice is based on [INV-1]."""

    CUSTOMER = "customer", "Customer invoice", "Klantfactuur"
    FREE_TEXT = "free-text", "Free text invoice", "Vrije-tekstfactuur"
    PRO_FORMA = "pro-forma", "Pro forma invoice", "Pro-formafactuur"


class InvoiceStatus(Labelled):
    """Whether an invoice is still owed; derived from what settled it."""

    OPEN = "open", "Open", "Open"
    PAID = "paid", "Paid", "Betaald"
    CANCELLED = "cancelled", "Canceled", "Geannuleerd"


@frozen(kw_only=True)
class InvoiceLine:
    """
    What is invoiced of one order line, or taken back of another invoice.

    Args:
        number: Its place on the invoice, from one.
        order: The order; empty on a credit note that refers to no invoice.
        terms: The order line as it stood when it was invoiced.
        slip: The packing slip the quantity was taken from; ``None`` where the invoice follows the order.
        net: Without VAT, rounded so that the parts of a line add up to the whole.
        stated: Whether the net was entered by hand, so that quantity and price do not explain it.
        credits: The invoice this takes back, on a credit note.
        credited: The number of the line there.
    """

    number: int
    order: str
    terms: OrderLine
    slip: str | None
    quantity: Decimal
    net: Decimal
    stated: bool = False
    credits: str | None = None
    credited: int | None = None

    @property
    def text(self) -> str:
        """What was sold, in words."""
        return self.item.name or self.item.number

    @property
    def vat(self) -> Vat:
        """How it is taxed."""
        return self.item.vat

    @property
    def item(self) -> Item:
        """What was sold."""
        return self.terms.item

    @property
    def unit_price(self) -> Decimal:
        """The price per unit less discount, unrounded."""
        return self.terms.unit_price


@frozen(kw_only=True)
class InvoicePart:
    """
    What an invoice takes of one order, from one slip or following the order; or what a credit note takes back of such a part.

    It is kept in columns, shared with the posting in the ledger of the order; ``lines`` shows it line by line.

    Args:
        terms: The order lines as they stood when they were invoiced.
        quantities: Beside each, what is invoiced of it.
        nets: Beside each, the net.
        stated: The numbers of the lines whose net was entered by hand.
        credits: The invoice that this takes back, on a credit note.
        credited: Beside each quantity, the number of the line there.
    """

    order: str
    slip: str | None
    terms: tuple[OrderLine, ...]
    quantities: tuple[Decimal, ...]
    nets: tuple[Decimal, ...]
    stated: tuple[int, ...] = ()
    credits: str | None = None
    credited: tuple[int, ...] = ()

    def lines(self, first: int) -> Iterator[InvoiceLine]:
        """Yield its lines one by one, numbered from *first*."""
        credited = self.credited or (None,) * len(self.terms)
        columns = zip(self.terms, self.quantities, self.nets, credited, strict=True)
        for number, (terms, quantity, net, line) in enumerate(columns, start=first):
            yield InvoiceLine(
                number=number,
                order=self.order,
                terms=terms,
                slip=self.slip,
                quantity=quantity,
                net=net,
                stated=terms.number in self.stated,
                credits=self.credits,
                credited=line,
            )


@frozen
class InvoiceCharge:
    """
    What is invoiced of a charge of an order, or taken back of it.

    A charge with a number below zero is a rounding: what earlier credits of the line of that number were off by.
    Number zero rounds the total to what can be paid in cash; it is of no order.
    """

    order: str
    charge: Charge


@frozen(kw_only=True)
class Credited:
    """
    What a credit note took back of an invoice.

    Args:
        document: The credit note.
        lines: Line of the invoice, quantity and net, with the sign they have on the invoice.
        charges: The place of a charge on the invoice, from one, and the amount.
        groups: The VAT that was taken back.
    """

    document: str
    on: date
    lines: tuple[tuple[int, Decimal, Decimal], ...] = ()
    charges: tuple[tuple[int, Decimal], ...] = ()
    groups: tuple[VatGroup, ...] = ()


@frozen(kw_only=True)
class Creditable:
    """What a line of an invoice has left to credit; a line without quantity left may still have an amount, and the other way round."""

    quantity: Decimal
    net: Decimal


@frozen(kw_only=True)
class Settlement:
    """
    What a payment, or an invoice of the opposite sign, settled of an invoice.

    Args:
        amount: What is no longer owed by it: the money, with the discount, less the difference.
        discount: The cash discount in it [PAY-2].
        difference: What was paid too much and booked away; below zero what was paid too little [PAY-6].
    """

    document: str
    on: date
    amount: Decimal
    discount: Decimal = ZERO
    difference: Decimal = ZERO


@frozen(kw_only=True)
class Invoice:
    """
    A customer invoice.

    Args:
        number: As the caller drew it; empty on a pro forma, which draws none.
        on: The invoice date, from which the due date is counted.
        account: The number of the party that owes it.
        free_text: Lines in words: on a free text invoice, of a deposit, and where a final invoice takes a deposit off.
        deposit_of: The order that a deposit was invoiced for.
        period: The period a summary invoice covers.
        reason: Why a credit note was given.
        comments: What its orders say, each once.
        vat_groups: The VAT, where it is not each rate over its base: the credit that closes an invoice takes back what is left of it.
        credits: What credit notes took back.
        terms: The terms of sale of its orders, each edition once.
        reverses: The invoice that this one cancels.
        cancelled_by: The invoice that cancelled this one.
        sent: When it went to the customer.
    """

    number: str
    kind: InvoiceKind = InvoiceKind.CUSTOMER
    on: date
    at: datetime | None = None
    account: str
    currency: str
    parts: tuple[InvoicePart, ...] = ()
    charges: tuple[InvoiceCharge, ...] = ()
    free_text: tuple[FreeTextLine, ...] = ()
    deposit_of: str | None = None
    payment_terms: PaymentTerms
    terms: tuple[TermsOfSale, ...] = ()
    period: Period | None = None
    reason: str = ""
    comments: tuple[str, ...] = ()
    vat_groups: tuple[VatGroup, ...] | None = None
    reverses: str | None = None
    cancelled_by: str | None = None
    sent: date | None = None
    credits: tuple[Credited, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    _totals: Totals | None = field(default=None, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if self.kind is not InvoiceKind.PRO_FORMA:
            require_text("number", self.number)
        require_date("on", self.on)

    @property
    def due(self) -> date:
        """The last day on which payment is in time."""
        return self.payment_terms.due(self.on)

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        """What is invoiced of orders, line by line; lines in words are in ``free_text`` and are numbered on."""
        lines: list[InvoiceLine] = []
        for part in self.parts:
            lines += part.lines(len(lines) + 1)
        return tuple(lines)

    @property
    def totals(self) -> Totals:
        """Net, charges and VAT; worked out once, from the lines."""
        if self._totals is None:
            totals = add_up(((vat, net) for vat, net, _ in self._taxed()), (each.charge for each in self.charges), self.currency)
            if self.vat_groups is not None:
                totals = evolve(totals, groups=self.vat_groups)
            object.__setattr__(self, "_totals", totals)
            return totals
        return self._totals

    def _taxed(self) -> Iterator[tuple[Vat, Decimal, bool]]:
        """Yield how each line is taxed, its net, and whether it takes another invoice's line back."""
        for part in self.parts:
            back = part.credits is not None
            for terms, net in zip(part.terms, part.nets, strict=True):
                yield terms.item.vat, net, back
        for line in self.free_text:
            yield line.vat or NO_VAT, line.exact_net, line.credits is not None

    @property
    def own_groups(self) -> tuple[VatGroup, ...]:
        """The VAT of what it invoices, deposits that it takes off left out."""
        own = ((vat, net) for vat, net, back in self._taxed() if not back)
        return add_up(own, (each.charge for each in self.charges), self.currency).groups

    @property
    @exact
    def creditable(self) -> dict[int, Creditable]:
        """What each line has left to credit, by its number; a line that takes a deposit off has nothing."""
        own = [line for line in self.all_lines if line.credits is None]
        left = {line.number: [line.quantity, line.exact_net if isinstance(line, FreeTextLine) else line.net] for line in own}
        for credit in self.credits:
            for number, quantity, net in credit.lines:
                left[number][0] -= quantity
                left[number][1] -= net
        return {number: Creditable(quantity=quantity, net=net) for number, (quantity, net) in left.items()}

    @property
    def all_lines(self) -> tuple[InvoiceLine | FreeTextLine, ...]:
        """What is invoiced of orders, and after it the lines in words."""
        return (*self.lines, *self.free_text)

    @property
    def takes_back(self) -> tuple[str, ...]:
        """The invoices that this one takes back, each once: what it cancels, or credits."""
        named = (self.reverses, *(part.credits for part in self.parts), *(line.credits for line in self.free_text))
        return tuple(dict.fromkeys(number for number in named if number is not None))

    @property
    def net(self) -> Decimal:
        """The line nets."""
        return self.totals.net

    @property
    def vat(self) -> Decimal:
        """The VAT."""
        return self.totals.vat

    @property
    def total(self) -> Decimal:
        """What is owed in all."""
        return self.totals.total

    @property
    def is_credit_note(self) -> bool:
        """Whether it is in the customer's favour: the sign of the total decides [INV-7]."""
        return self.total < 0

    @property
    @exact
    def settled(self) -> Decimal:
        """What was paid or cancelled of it."""
        return sum((settlement.amount for settlement in self.settlements), ZERO)

    @property
    @exact
    def balance(self) -> Decimal:
        """What is still owed; below zero where we owe it."""
        return self.total - self.settled

    @property
    def status(self) -> InvoiceStatus:
        """Whether it is still owed."""
        if self.cancelled_by is not None:
            return InvoiceStatus.CANCELLED
        return InvoiceStatus.OPEN if self.balance else InvoiceStatus.PAID

    @property
    def schedule(self) -> tuple[Due, ...]:
        """What is due when; one amount, unless the terms have instalments."""
        return self.payment_terms.schedule(self.on, self.total, self.currency)

    @exact
    def overdue(self, on: date) -> Decimal:
        """Return what should have been paid before that day and was not; what was paid covers the oldest part first."""
        passed = sum((due.amount for due in self.schedule if due.on < on), ZERO)
        return max(passed - self.settled, ZERO)

    def is_overdue(self, on: date) -> bool:
        """Whether it, or a part of it, is still owed to us after its due date."""
        if self.status is not InvoiceStatus.OPEN or self.balance < 0:
            return False
        return self.overdue(on) > 0 if self.payment_terms.instalments else on > self.due

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders it invoices, each once."""
        named = [part.order for part in self.parts if part.order]
        return tuple(dict.fromkeys([*named, self.deposit_of] if self.deposit_of else named))

    @property
    def slips(self) -> tuple[str, ...]:
        """The packing slips it was taken from, each once."""
        return tuple(dict.fromkeys(part.slip for part in self.parts if part.slip is not None))

    def lines_of(self, order: str) -> tuple[InvoiceLine, ...]:
        """Return its lines for one order."""
        return tuple(line for line in self.lines if line.order == order)

    def __getstate__(self) -> tuple[object, ...]:
        return tuple(None if name == "_totals" else getattr(self, name) for name in _INVOICE_FIELDS)

    def __setstate__(self, state: tuple[object, ...]) -> None:
        for name, value in zip(_INVOICE_FIELDS, state, strict=True):
            object.__setattr__(self, name, value)


_INVOICE_FIELDS = tuple(attribute.name for attribute in Invoice.__attrs_attrs__)


def with_settlement(invoice: Invoice, settlement: Settlement) -> Invoice:
    """Return the invoice with one settlement more."""
    return evolve(invoice, settlements=(*invoice.settlements, settlement))
