"""Invoices on paper: of orders, in words, of deposits, credit notes, and pro formas, which are marked as such."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from attrs import evolve

from salesflow.checks import require_kind
from salesflow.documents.languages import Locale
from salesflow.documents.letter import Fact, comments, letter, present, stacked
from salesflow.documents.priced_lines import Exemptions, NetPrices, PricedLine, of_order_line, priced_table, summed, why_no_vat
from salesflow.documents.sheet import Block, Column, Grid, Sheet, Sum, Sums, TableRow, Words
from salesflow.documents.terms_in_words import early, terms_of_sale
from salesflow.documents.wording import Word
from salesflow.labels import Language
from salesflow.model.einvoice import Payee, TaxRepresentative, TradeParty
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Invoice, InvoiceKind
from salesflow.model.vat import NO_VAT
from salesflow.money import exact
from salesflow.period import Period


def invoice(
    invoice: Invoice,
    *,
    seller: TradeParty,
    buyer: TradeParty,
    language: Language = "nl",
    account: str = "",
    supplied: date | None = None,
    buyer_reference: str = "",
    order: str = "",
    exemptions: Exemptions | None = None,
    representative: TaxRepresentative | None = None,
    payee: Payee | None = None,
    net_prices: NetPrices = NetPrices.BUSINESS,
) -> Sheet:
    """
    Return an invoice, a credit note or a pro forma.

    What it says follows from the invoice: a credit note names what it credits, a final invoice the deposits that it takes off,
    a pro forma is marked on every page, has no number and asks for no payment.

    Args:
        account: The account to pay to.
        supplied: The day on which goods or services were supplied, where it is one day and not that of the invoice.
        order: The number of the buyer's order.
        exemptions: As ``einvoices.of_invoice`` takes them.
        representative: Who answers for the VAT of a seller from abroad.
        payee: Who is to be paid, where that is not the seller; the account then is that of the payee.
        net_prices: For whom the price of a unit without VAT stands beside one with VAT in it.
    """
    require_kind("invoice", invoice, Invoice)
    locale = Locale(language)
    references = (
        (Word.SUPPLIED, locale.day(supplied) if supplied else ""),
        (Word.REFERENCE, buyer_reference),
        (Word.YOUR_ORDER, order),
        (Word.CUSTOMER_VAT, buyer.vat),
        (Word.REPRESENTATIVE, "" if representative is None else _representative(representative, seller, locale)),
        (Word.PAYEE, "" if payee is None else stacked((payee.name, payee.legal))),
    )
    receiver = seller.name if payee is None else payee.name
    return letter(
        _title(invoice),
        invoice.number,
        invoice.on,
        locale,
        seller=seller,
        buyer=buyer,
        account=account if payee is None else "",
        mark=_mark(invoice, locale),
        facts=(*_head(invoice, locale), *references),
        blocks=(
            priced_table(
                _lines(invoice, locale, net_price=net_prices.hold(buyer)), invoice.currency, locale, basis=invoice.totals_policy.basis
            ),
            *_sums(invoice, exemptions or {}, locale),
            *comments(invoice.comments, locale),
            *_payment(invoice, receiver, account, locale),
            *terms_of_sale(invoice.terms, locale),
        ),
    )


def _representative(value: TaxRepresentative, seller: TradeParty, locale: Locale) -> str:
    number = locale.say(Word.VAT_NUMBER, number=value.vat) if value.vat else ""
    return stacked((value.name, *locale.address(value.address, seller.address.country), number))


def _title(invoice: Invoice) -> Word:
    if invoice.kind is InvoiceKind.PRO_FORMA:
        return Word.PRO_FORMA
    if invoice.is_credit_note:
        return Word.CREDIT_NOTE
    return Word.DEPOSIT if invoice.deposit_of else Word.INVOICE


def _mark(invoice: Invoice, locale: Locale) -> str:
    if invoice.kind is InvoiceKind.PRO_FORMA:
        return locale.say(Word.MARK_PRO_FORMA)
    return locale.say(Word.CANCELLED_BY, number=invoice.cancelled_by) if invoice.cancelled_by else ""


def _head(invoice: Invoice, locale: Locale) -> Iterator[Fact]:
    yield Word.DATE, locale.day(invoice.on)
    if _asks_for_payment(invoice) and invoice.payment_terms.has_due_date:
        yield Word.DUE, locale.day(invoice.due)
    yield Word.ACCOUNT, invoice.account
    yield Word.ORDER, ", ".join(invoice.orders)
    yield Word.SLIPS, ", ".join(invoice.slips)
    yield Word.PERIOD, "" if invoice.period is None else period(invoice.period, locale)
    if invoice.reverses:
        yield Word.CANCELS, invoice.reverses
    word = Word.CREDITS if invoice.is_credit_note else Word.TAKES_OFF
    yield word, ", ".join(number for number in invoice.takes_back if number != invoice.reverses)
    yield Word.REASON, invoice.reason


def _asks_for_payment(invoice: Invoice) -> bool:
    return invoice.kind is not InvoiceKind.PRO_FORMA and invoice.balance > 0


def period(value: Period, locale: Locale) -> str:
    """Return a period in words."""
    first, last = value.start, value.end
    if first and last:
        return locale.say(Word.PERIOD_BETWEEN, first=locale.day(first), last=locale.day(last))
    if last:
        return locale.say(Word.PERIOD_UNTIL, last=locale.day(last))
    return locale.say(Word.PERIOD_FROM, first=locale.day(first)) if first else ""


# ---------------------------------------------------------------------- lines and sums


def _lines(invoice: Invoice, locale: Locale, *, net_price: bool) -> Iterator[PricedLine]:
    orders, slips = len(invoice.orders) > 1, len(invoice.slips) > 1
    credited = len(invoice.takes_back) > 1
    for line in invoice.lines:
        under = [
            locale.say(word, number=number)
            for word, number, shown in (
                (Word.FROM_ORDER, line.order, orders),
                (Word.FROM_SLIP, line.slip, slips),
                (Word.FROM_INVOICE, line.credits, credited),
            )
            if shown and number
        ]
        yield of_order_line(line.terms, line.quantity, line.amount, invoice.currency, locale, present(under), net_price=net_price)
    for written in (*invoice.free_text, *invoice.deposit_lines):
        text = written.text
        if text == Word.DEPOSIT_LINE.en and (invoice.deposit_of or written.credits):
            text = locale.say(Word.DEPOSIT_LINE)
        yield _in_words(written, text, locale)


def _in_words(line: FreeTextLine, text: str, locale: Locale) -> PricedLine:
    return PricedLine(
        item=line.item or "",
        text=text,
        under=locale.say(Word.FROM_INVOICE, number=line.credits) if line.credits else "",
        quantity=line.quantity,
        unit=line.unit,
        price=line.price,
        vat=line.vat or NO_VAT,
        amount=line.amount,
    )


@exact
def _sums(invoice: Invoice, exemptions: Exemptions, locale: Locale) -> tuple[Block, ...]:
    charges = [each.charge for each in invoice.charges]
    sums = summed(invoice.totals, charges, invoice.currency, locale, invoice.totals_policy.basis)
    why = why_no_vat(invoice.totals, charges, exemptions, locale)
    if invoice.kind is InvoiceKind.PRO_FORMA:
        return sums, *why
    rows = [evolve(row, strong=False) for row in sums.rows]  # what is left to pay is what one looks for
    if invoice.settled:
        rows.append(Sum(locale.say(Word.SETTLED), locale.amount(-invoice.settled, invoice.currency)))
    word = Word.IN_FAVOUR if invoice.balance < 0 else Word.PAYABLE
    left = Sum(locale.say(word, currency=invoice.currency), locale.amount(abs(invoice.balance), invoice.currency), strong=True)
    return Sums(rows=(*rows, left), breakdown=sums.breakdown), *why


# ---------------------------------------------------------------------- what stands below


def _payment(invoice: Invoice, receiver: str, account: str, locale: Locale) -> Iterator[Block]:
    say = locale.say
    if invoice.kind is InvoiceKind.PRO_FORMA:
        yield Words(text=say(Word.NOTHING_TO_PAY))
    elif invoice.balance < 0:
        yield Words(heading=say(Word.PAYMENT), text=say(Word.SET_OFF))
    elif _asks_for_payment(invoice):
        if len(invoice.schedule) > 1:
            yield _schedule(invoice, locale)
        lines = [say(Word.PAY_BY, day=locale.day(invoice.due)) if invoice.payment_terms.has_due_date else say(Word.ON_DELIVERY)]
        if account:
            lines.append(say(Word.PAY_TO, account=account, name=receiver, number=invoice.number))
        yield Words(heading=say(Word.PAYMENT), text="\n".join((*lines, *early(invoice.payment_terms, invoice.on, locale))))


def _schedule(invoice: Invoice, locale: Locale) -> Grid:
    columns = (
        Column(locale.say(Word.DUE), "left", "fill"),
        Column(locale.say(Word.AMOUNT, currency=invoice.currency), "right"),
    )
    rows = tuple(TableRow(cells=(locale.day(due.on), locale.amount(due.amount, invoice.currency))) for due in invoice.schedule)
    return Grid(heading=locale.say(Word.PAY_IN_PARTS), columns=columns, rows=rows)
