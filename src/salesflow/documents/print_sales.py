"""What a customer gets before there is an invoice: the quotation, the confirmation of an order, the packing slip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from salesflow.checks import ZERO, require_kind
from salesflow.documents.languages import Locale
from salesflow.documents.letter import comments, letter, present
from salesflow.documents.priced_lines import (
    Exemptions,
    PricedLine,
    discount_words,
    item_width,
    of_order_line,
    priced_table,
    summed,
    why_no_vat,
)
from salesflow.documents.sheet import Block, Column, Grid, Sheet, Signature, TableRow
from salesflow.documents.terms_in_words import payment, terms_of_sale
from salesflow.documents.wording import Word
from salesflow.labels import Language
from salesflow.model.confirmation import OrderConfirmation
from salesflow.model.einvoice import NOWHERE, TradeParty
from salesflow.model.order import Order
from salesflow.model.packing_slip import PackingSlip, SlipStatus
from salesflow.model.party import Address
from salesflow.model.quotation import Alternative, Override, Quotation, QuotationLine, Version, VersionState
from salesflow.money import exact

OFFERED = frozenset({VersionState.SENT, VersionState.CONFIRMED})
"""What goes to the customer; in any other state a version is marked with it on every page."""


# ---------------------------------------------------------------------- quotations


def quotation(
    quotation: Quotation,
    *,
    seller: TradeParty,
    buyer: TradeParty,
    language: Language = "nl",
    reference: str = "",
    exemptions: Exemptions | None = None,
) -> Sheet:
    """
    Return the active version of a quotation: every alternative with its lines and totals, until when it is valid, and the terms.

    Costs, earnings and probabilities are our own and stay out. A version that was not sent is marked as a draft.
    """
    require_kind("quotation", quotation, Quotation)
    locale, version = Locale(language), quotation.version
    day = version.sent or version.made
    facts = (
        (Word.VERSION, str(version.rank)),
        (Word.DATE, locale.day(day)),
        (Word.VALID_UNTIL, locale.day(version.expires) if version.expires else ""),
        (Word.REFERENCE, reference),
    )
    return letter(
        Word.QUOTATION,
        quotation.number,
        day,
        locale,
        seller=seller,
        buyer=buyer,
        mark="" if version.state in OFFERED else version.state.label(language).upper(),
        facts=(*facts, *_delivery(version.deliver_to or NOWHERE, seller, locale)),
        blocks=(*_offers(quotation, exemptions or {}, locale), *_agreeing(version, locale)),
    )


def _offers(quotation: Quotation, exemptions: Exemptions, locale: Locale) -> Iterator[Block]:
    offers = quotation.version.alternatives
    for offer in offers:
        heading = locale.say(Word.ALTERNATIVE, name=offer.name) if len(offers) > 1 else ""
        totals, charges = quotation.totals(offer.name), quotation.charges(offer.name)
        basis, quantum = offer.totals_policy.basis, quotation.quantum(offer.name)
        yield priced_table(_offered(offer, quotation.currency, quantum, locale), quotation.currency, locale, heading, basis)
        yield summed(totals, charges, quotation.currency, locale, basis)
        yield from why_no_vat(totals, charges, exemptions, locale)


def _offered(offer: Alternative, currency: str, quantum: Decimal, locale: Locale) -> Iterator[PricedLine]:
    for line in offer.lines:
        item = line.item
        dates = [f"{locale.number(count)}: {locale.day(on)}" for on, count in line.schedule]
        ships = locale.say(Word.SHIPS, day=locale.day(line.requested)) if line.requested else ""
        yield PricedLine(
            item="" if item is None else item.number,
            text=line.text or (line.category if item is None else item.name or item.number),
            under=present((ships, *dates)),
            quantity=line.quantity,
            unit="C62" if item is None else item.unit,
            price=line.price,
            price_unit=line.price_unit,
            discount=_off(line, currency, quantum, locale),
            vat=line.vat,
            amount=line.total(quantum),
        )


@exact
def _off(line: QuotationLine, currency: str, quantum: Decimal, locale: Locale) -> str:
    """Return what takes quantity times price to the total of the line."""
    if line.override is Override.NONE:
        return discount_words(locale, currency, line.discount_amount, line.discount)
    if line.override is Override.DISCOUNT_PERCENTAGE:
        return discount_words(locale, currency, ZERO, line.value)
    return discount_words(locale, currency, line.subtotal(quantum) - line.total(quantum), ZERO)


def _agreeing(version: Version, locale: Locale) -> tuple[Block, ...]:
    return (
        payment(version.payment_terms, locale),
        *terms_of_sale((version.terms,), locale),
        *terms_of_sale((version.purchase_terms,), locale, Word.PURCHASE_TERMS),
        Signature(text=locale.say(Word.AGREED)),
    )


def _delivery(value: Address, seller: TradeParty, locale: Locale) -> tuple[tuple[Word, str], ...]:
    return ((Word.DELIVER_TO, "\n".join(locale.address(value, seller.address.country))),)


# ---------------------------------------------------------------------- confirmations


def confirmation(
    confirmation: OrderConfirmation,
    *,
    seller: TradeParty,
    buyer: TradeParty,
    language: Language = "nl",
    deliver_to: Address = NOWHERE,
    reference: str = "",
    exemptions: Exemptions | None = None,
) -> Sheet:
    """
    Return the confirmation of an order, with the terms of sale that the customer is bound to.

    Args:
        reference: What the customer calls the order.
    """
    require_kind("confirmation", confirmation, OrderConfirmation)
    locale, totals = Locale(language), confirmation.totals
    facts = (
        (Word.ORDER, confirmation.order),
        (Word.REVISION, str(confirmation.revision) if confirmation.revision else ""),
        (Word.DATE, locale.day(confirmation.on)),
        (Word.ACCOUNT, confirmation.customer),
        (Word.REFERENCE, reference),
        *_delivery(deliver_to, seller, locale),
    )
    return letter(
        Word.CONFIRMATION,
        confirmation.number,
        confirmation.on,
        locale,
        seller=seller,
        buyer=buyer,
        facts=facts,
        blocks=(
            priced_table(_confirmed(confirmation, locale), confirmation.currency, locale, basis=confirmation.totals_policy.basis),
            summed(totals, confirmation.charged, confirmation.currency, locale, confirmation.totals_policy.basis),
            *why_no_vat(totals, confirmation.charged, exemptions or {}, locale),
            *comments((confirmation.comment,), locale),
            payment(confirmation.payment_terms, locale),
            *terms_of_sale((confirmation.terms,), locale),
        ),
    )


def _confirmed(confirmation: OrderConfirmation, locale: Locale) -> Iterator[PricedLine]:
    for line, quantity, amount, _ in confirmation.rows:
        ships = locale.say(Word.SHIPS, day=locale.day(line.ship_date)) if line.ship_date else ""
        yield of_order_line(line, quantity, amount, confirmation.currency, locale, ships)


# ---------------------------------------------------------------------- packing slips


def packing_slip(
    slip: PackingSlip,
    orders: Iterable[Order],
    *,
    seller: TradeParty,
    buyer: TradeParty,
    language: Language = "nl",
    deliver_to: Address = NOWHERE,
) -> Sheet:
    """
    Return a packing slip: what was ordered, what it delivers, and what is still to come after all that was delivered so far.

    It has no prices. A slip that was cancelled or corrected is marked so.

    Args:
        orders: The orders that the slip delivers, with the slip posted.

    Raises:
        ValueError: an order that the slip delivers is not among *orders*.
    """
    require_kind("slip", slip, PackingSlip)
    locale, known = Locale(language), {order.number: order for order in orders}
    if missing := [number for number in slip.orders if number not in known]:
        msg = f"packing slip {slip.number} delivers {', '.join(missing)} too"
        raise ValueError(msg)
    delivered = [known[number] for number in slip.orders]
    facts = (
        (Word.DATE, locale.day(slip.on)),
        (Word.ACCOUNT, slip.customer),
        (Word.ORDER, ", ".join(slip.orders)),
        (Word.REFERENCE, ", ".join(dict.fromkeys(order.reference for order in delivered if order.reference))),
        (Word.REVERSES, slip.reverses or ""),
        (Word.CORRECTS, slip.counted_as if slip.counted_as != slip.number else ""),
        *_delivery(deliver_to, seller, locale),
    )
    return letter(
        Word.PACKING_SLIP,
        slip.number,
        slip.on,
        locale,
        seller=seller,
        buyer=buyer,
        mark="" if slip.status is SlipStatus.POSTED else slip.status.label(language).upper(),
        facts=facts,
        blocks=(
            _goods(slip, known, locale),
            *comments(slip.comments, locale),
            Signature(text=locale.say(Word.RECEIVED)),
        ),
    )


def _goods(slip: PackingSlip, known: dict[str, Order], locale: Locale) -> Grid:
    say, several = locale.say, len(slip.parts) > 1
    rows = []
    for part in slip.parts:
        for number, quantity in part.rows:
            line = known[part.order].line(number)
            counts = (line.ordered, quantity, line.deliver_remainder)
            rows.append(
                TableRow(
                    cells=(
                        line.item.number,
                        line.item.name or line.item.number,
                        *(locale.quantity(count, line.item.unit) for count in counts),
                    ),
                    under=say(Word.FROM_ORDER, number=part.order) if several else "",
                )
            )
    columns = (
        Column(say(Word.ITEM), "left", item_width(row.cells[0] for row in rows)),
        Column(say(Word.DESCRIPTION), "left", "fill"),
        *(Column(say(word), "right") for word in (Word.ORDERED, Word.DELIVERED, Word.TO_COME)),
    )
    return Grid(columns=columns, rows=tuple(rows))
