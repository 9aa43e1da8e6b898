"""Customer invoices: what is owed for what was sold. Posted invoices never change; only what was sent and settled is added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve, field, frozen

from salesflow.checks import ZERO, require_date, require_text
from salesflow.labels import Labelled
from salesflow.model.charge import Back, Charge, ChargeRule, ChargeVat, Words
from salesflow.model.free_text import FreeTextLine
from salesflow.model.ledger import smaller
from salesflow.model.order_line import OrderLine
from salesflow.model.product import Item
from salesflow.model.terms import Due, PaymentTerms, TermsOfSale
from salesflow.model.totals import TOTALS, Totals, TotalsPolicy, VatGroup, add_up, merged
from salesflow.model.vat import NO_VAT, Vat
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
        slip: The packing slip the quantity was taken from; ``None`` if the invoice follows the order.
        amount: In the basis of the invoice, rounded so that the parts of a line add up to the whole.
        net: Without VAT.
        stated: Whether the amount was entered by hand, so that quantity and price do not explain it.
        credits: The invoice this takes back, on a credit note.
        credited: The number of the line there.
    """

    number: int
    order: str
    terms: OrderLine
    slip: str | None
    quantity: Decimal
    amount: Decimal
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
        return self.terms.vat

    @property
    def item(self) -> Item:
        """What was sold."""
        return self.terms.item

    @property
    def unit_price(self) -> Decimal:
        """The price per unit less discount, unrounded, in the basis of the invoice."""
        return self.terms.unit_price


@frozen(kw_only=True)
class InvoicePart:
    """
    What an invoice takes of one order, from one slip or following the order; or what a credit note takes back of such a part.

    It is kept in columns, shared with the posting in the ledger of the order; ``lines`` shows it line by line.

    Args:
        terms: The order lines as they stood when they were invoiced.
        quantities: Beside each, what is invoiced of it.
        amounts: Beside each, the amount in the basis of the invoice.
        nets: Beside each, the amount without VAT, if prices have VAT in them; otherwise ``None``, for the amounts are without VAT.
        stated: The numbers of the lines whose amount was entered by hand.
        credits: The invoice that this takes back, on a credit note.
        credited: Beside each quantity, the number of the line there.
    """

    order: str
    slip: str | None
    terms: tuple[OrderLine, ...]
    quantities: tuple[Decimal, ...]
    amounts: tuple[Decimal, ...]
    nets: tuple[Decimal, ...] | None = None
    stated: tuple[int, ...] = ()
    credits: str | None = None
    credited: tuple[int, ...] = ()

    @property
    def without_vat(self) -> tuple[Decimal, ...]:
        """Beside each line, the amount without VAT."""
        return self.amounts if self.nets is None else self.nets

    def lines(self, first: int) -> Iterator[InvoiceLine]:
        """Yield its lines one by one, numbered from *first*."""
        credited = self.credited or (None,) * len(self.terms)
        columns = zip(self.terms, self.quantities, self.amounts, self.without_vat, credited, strict=True)
        for number, (terms, quantity, amount, net, line) in enumerate(columns, start=first):
            yield InvoiceLine(
                number=number,
                order=self.order,
                terms=terms,
                slip=self.slip,
                quantity=quantity,
                amount=amount,
                net=net,
                stated=terms.number in self.stated,
                credits=self.credits,
                credited=line,
            )


@frozen(kw_only=True)
class InvoiceCharge:
    """
    What is invoiced of a charge, or taken back of it, at one rate of VAT.

    A charge with a number below zero is a rounding: what earlier credits of the line of that number were off by.
    Number zero rounds the total to what can be paid in cash; it is of no order.

    Args:
        order: The order; empty on a free text invoice.
        charge: Its amount is in the basis of the invoice.
        net: Without VAT.
        rule: The rule as it stood when it was invoiced; ``None`` for a rounding.
        revision: The revision of the order that the rule is of.
        back: What goes back of it when goods are credited.
        credits: The invoice this takes back, on a credit note.
        credited: The place of the charge there, from one.
    """

    order: str
    charge: Charge
    net: Decimal
    rule: ChargeRule | None = None
    revision: int = 0
    back: Back = Back.PROPORTIONAL
    credits: str | None = None
    credited: int | None = None

    @property
    def vat(self) -> Vat:
        """How it is taxed."""
        return self.charge.vat

    @property
    def amount(self) -> Decimal:
        """In the basis of the invoice."""
        return self.charge.amount

    @property
    def is_cash_rounding(self) -> bool:
        """Whether it rounds the total to what can be paid in cash."""
        return not self.charge.number

    def covers(self, line: InvoiceLine | FreeTextLine, order: str) -> bool:
        """Say whether it was reckoned by a line of the invoice: one that it covers and, where it is taxed like the goods, of its rate."""
        if order != self.order or line.credits is not None:
            return False
        if self.rule is None:
            return isinstance(line, InvoiceLine) and line.terms.number == -self.charge.number
        like_goods = self.rule.taxed is ChargeVat.LIKE_GOODS
        vat = line.vat or NO_VAT
        terms = line.terms if isinstance(line, InvoiceLine) else Words(line.number, vat)
        return (not like_goods or vat == self.vat) and self.rule.covers_line(terms)


@frozen(kw_only=True)
class TakenOff:
    """
    What a final invoice takes off of a deposit.

    Args:
        deposit: The deposit invoice.
        lines: In words, below zero.
        groups: The base and VAT that are taken off, below zero.
        granted: What was granted or written off when the deposit was paid, of the part that is taken off; above zero.
    """

    deposit: str
    lines: tuple[FreeTextLine, ...]
    groups: tuple[VatGroup, ...]
    granted: Decimal = ZERO


@frozen(kw_only=True)
class Taken:
    """What was taken back of a line or a charge: quantity, amount in the basis of the invoice, and net; with the sign they have there."""

    number: int
    quantity: Decimal = ZERO
    amount: Decimal
    net: Decimal


@frozen(kw_only=True)
class Credited:
    """
    What a credit note took back of an invoice; below zero where the credit note itself was cancelled.

    Args:
        document: The credit note.
        lines: By the number of the line.
        charges: By the place of the charge on the invoice, from one.
        groups: The base and VAT that were taken back.
        granted: The cash discount, and what was written off, in what was taken back.
    """

    document: str
    on: date
    lines: tuple[Taken, ...] = ()
    charges: tuple[Taken, ...] = ()
    groups: tuple[VatGroup, ...] = ()
    granted: Decimal = ZERO


@frozen(kw_only=True)
class Creditable:
    """
    What a line or a charge of an invoice has left to credit.

    A line without quantity left may still have an amount, and the other way round.
    """

    quantity: Decimal
    amount: Decimal
    net: Decimal

    def __bool__(self) -> bool:
        return bool(self.quantity or self.amount or self.net)


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
        free_text: Lines in words, on a free text invoice and of a deposit.
        taken_off: What a final invoice takes off of deposits.
        totals_policy: Whether its amounts have VAT in them, and how VAT is rounded.
        deposit_of: The order that a deposit was invoiced for.
        period: The period a summary invoice covers.
        reason: Why a credit note was given.
        comments: What its orders say, each once.
        vat_groups: The VAT of what it invoices, deposits that it takes off left out; ``None`` if it is each rate over its base.
        credits: What credit notes took back.
        terms: The terms of sale of its orders, each edition once.
        rma: The return that a credit note was given for.
        granted: Of what it takes back, the part that was never paid, with the sign of the total: cash discount, and what was written off.
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
    taken_off: tuple[TakenOff, ...] = ()
    totals_policy: TotalsPolicy = TOTALS
    deposit_of: str | None = None
    payment_terms: PaymentTerms
    terms: tuple[TermsOfSale, ...] = ()
    period: Period | None = None
    reason: str = ""
    rma: str | None = None
    granted: Decimal = ZERO
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
    def quantum(self) -> Decimal:
        """The smallest amount that it counts in."""
        return self.totals_policy.quantum(self.currency)

    @property
    def totals(self) -> Totals:
        """Net, charges and VAT; worked out once."""
        if self._totals is None:
            totals = self._own_totals()
            if self.taken_off:
                off = sum((line.exact_net for line in self.deposit_lines), totals.net)
                groups = merged([*totals.groups, *(group for each in self.taken_off for group in each.groups)])
                totals = Totals(net=off, charges=totals.charges, groups=groups)
            object.__setattr__(self, "_totals", totals)
            return totals
        return self._totals

    @exact
    def _own_totals(self) -> Totals:
        """Return what it invoices, deposits that it takes off left out."""
        sold = ((terms.vat, net) for part in self.parts for terms, net in zip(part.terms, part.without_vat, strict=True))
        words = ((line.vat or NO_VAT, line.exact_net) for line in self.free_text)
        totals = add_up([*sold, *words], [(each.vat, each.net) for each in self.charges], self.quantum)
        return totals if self.vat_groups is None else evolve(totals, groups=self.vat_groups)

    @property
    def own_groups(self) -> tuple[VatGroup, ...]:
        """The VAT of what it invoices, deposits that it takes off left out."""
        return self._own_totals().groups

    @property
    @exact
    def creditable(self) -> dict[int, Creditable]:
        """What each line has left to credit, by its number; a line that takes something back has nothing, nor one that takes a deposit off."""
        left: dict[int, list[Decimal]] = {}
        for line in self.own_lines:
            if line.credits is None:
                left[line.number] = [line.quantity, line.amount, line.exact_net if isinstance(line, FreeTextLine) else line.net]
        for taken in (taken for credit in self.credits for taken in credit.lines):
            for place, figure in enumerate((taken.quantity, taken.amount, taken.net)):
                left[taken.number][place] -= figure
        return {number: Creditable(quantity=each[0], amount=each[1], net=each[2]) for number, each in left.items()}

    @property
    @exact
    def creditable_charges(self) -> dict[int, Creditable]:
        """What each charge has left to credit, by its place on the invoice, from one; a charge that takes another back has nothing."""
        left = {place: [each.amount, each.net] for place, each in enumerate(self.charges, start=1) if each.credits is None}
        for taken in (taken for credit in self.credits for taken in credit.charges):
            left[taken.number][0] -= taken.amount
            left[taken.number][1] -= taken.net
        return {place: Creditable(quantity=ZERO, amount=amount, net=net) for place, (amount, net) in left.items()}

    @property
    def own_lines(self) -> tuple[InvoiceLine | FreeTextLine, ...]:
        """What is invoiced of orders, and after it the lines in words."""
        return (*self.lines, *self.free_text)

    @property
    def all_lines(self) -> tuple[InvoiceLine | FreeTextLine, ...]:
        """What is invoiced of orders, after it the lines in words, and last those that take deposits off."""
        return (*self.own_lines, *self.deposit_lines)

    @property
    def deposit_lines(self) -> tuple[FreeTextLine, ...]:
        """The lines that take deposits off."""
        return tuple(line for each in self.taken_off for line in each.lines)

    @property
    def takes_back(self) -> tuple[str, ...]:
        """The invoices that this one takes back, each once: what it cancels, credits, or takes off as a deposit."""
        return tuple(dict.fromkeys((*self.credited_invoices, *(each.deposit for each in self.taken_off))))

    @property
    def credited_invoices(self) -> tuple[str, ...]:
        """The invoices that this one cancels or credits, each once."""
        named = (
            self.reverses,
            *(part.credits for part in self.parts),
            *(line.credits for line in self.free_text),
            *(each.credits for each in self.charges),
        )
        return tuple(dict.fromkeys(number for number in named if number is not None))

    @property
    @exact
    def credited_by(self) -> tuple[str, ...]:
        """The documents that took something of it back, each once; none if all of it was undone again."""
        taken: dict[tuple[bool, int], list[Decimal]] = {}
        for credit in self.credits:
            for is_line, rows in ((True, credit.lines), (False, credit.charges)):
                for row in rows:
                    sums = taken.setdefault((is_line, row.number), [ZERO, ZERO])
                    sums[0] += row.quantity
                    sums[1] += row.amount
        if not any(any(sums) for sums in taken.values()):
            return ()
        return tuple(dict.fromkeys(credit.document for credit in self.credits))

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
    @exact
    def not_paid(self) -> Decimal:
        """What was settled without money, with the sign of the total: cash discount, and what was written off; of its deposits too."""
        of_deposits = sum((each.granted for each in self.taken_off), ZERO)
        return sum((each.discount - each.difference for each in self.settlements), of_deposits)

    @exact
    def balance_on(self, on: date) -> Decimal:
        """Return what was owed at the end of a day; nothing before the day of the invoice."""
        if on < self.on or self.kind is InvoiceKind.PRO_FORMA:
            return ZERO
        return self.total - sum((each.amount for each in self.settlements if each.on <= on), ZERO)

    @property
    def schedule(self) -> tuple[Due, ...]:
        """What is due when; one amount, unless the terms have instalments."""
        return self.payment_terms.schedule(self.on, self.total, self.currency)

    @exact
    def open_parts(self, on: date | None = None) -> tuple[Due, ...]:
        """
        Return what is still owed of each part that is due on a day of its own, the first due first; what was paid covers that one first.

        Args:
            on: As it was at the end of this day; left out, as it is.
        """
        left = self.balance if on is None else self.balance_on(on)
        found: list[Due] = []
        for due in reversed(self.schedule):
            part = smaller(due.amount, left)
            left -= part
            if part and found and found[-1].on == due.on:
                found[-1] = Due(due.on, found[-1].amount + part)
            elif part:
                found.append(Due(due.on, part))
        return tuple(reversed(found))

    @exact
    def overdue(self, on: date) -> Decimal:
        """Return what should have been paid before that day and was not; what was paid covers the oldest part first."""
        if self.balance <= 0:
            return ZERO
        return sum((part.amount for part in self.open_parts() if part.on < on), ZERO)

    def is_overdue(self, on: date) -> bool:
        """Whether it, or a part of it, is still owed to us after its due date."""
        return self.status is InvoiceStatus.OPEN and self.overdue(on) > 0

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders it invoices, each once."""
        named = [*(part.order for part in self.parts), *(each.order for each in self.charges), self.deposit_of or ""]
        return tuple(dict.fromkeys(number for number in named if number))

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
