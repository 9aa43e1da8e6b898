"""Lines with prices on a printed document, and what they come to: the same for quotations, confirmations and invoices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from attrs import frozen

from salesflow.checks import ONE, ZERO
from salesflow.documents.languages import Locale
from salesflow.documents.letter import present
from salesflow.documents.sheet import Column, Grid, Sum, Sums, TableRow, Width, Words
from salesflow.documents.wording import Word
from salesflow.labels import Labelled
from salesflow.model.charge import Charge
from salesflow.model.einvoice import TradeParty
from salesflow.model.order_line import OrderLine
from salesflow.model.totals import Basis, Totals, in_basis
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import exact, half_up, quantum_of

Exemptions = Mapping[str, tuple[str, str]]
"""For each VAT category without VAT, why there is none: in words and as a VATEX code, as ``einvoices.of_invoice`` takes them."""

LONG = 14
"""A number of an item that is longer than this is broken over lines."""

_REASONS = {
    "E": Word.WHY_EXEMPT,
    "AE": Word.WHY_REVERSED,
    "K": Word.WHY_WITHIN_UNION,
    "G": Word.WHY_EXPORT,
    "O": Word.WHY_OUTSIDE,
}


_CHARGES = {"freight": Word.FREIGHT, "total-discount": Word.TOTAL_DISCOUNT}


class NetPrices(Labelled):
    """On which documents with VAT in their prices the price of a unit without it stands beside, as a full invoice has it [GRS-P6]."""

    BUSINESS = "business", "For a business", "Voor een bedrijf"
    ALWAYS = "always", "Always", "Altijd"
    NEVER = "never", "Never", "Nooit"

    def hold(self, buyer: TradeParty) -> bool:
        """Say whether a document for *buyer* has them; a business is known by its VAT or register number."""
        return self is NetPrices.ALWAYS or (self is NetPrices.BUSINESS and bool(buyer.vat or buyer.legal))


@frozen(kw_only=True)
class PricedLine:
    """
    A line as it is printed; ``discount`` is in words, for it may be an amount, a percentage or both.

    Price and amount are in the basis of the document.
    """

    item: str = ""
    text: str
    under: str = ""
    quantity: Decimal
    unit: str
    price: Decimal | None
    price_unit: Decimal = ONE
    discount: str = ""
    vat: Vat
    amount: Decimal


def discount_words(locale: Locale, currency: str, amount: Decimal, percentage: Decimal) -> str:
    """Return a discount of an amount per unit and then a percentage."""
    parts = (locale.amount(amount, currency) if amount else "", locale.percentage(percentage) if percentage else "")
    return " + ".join(part for part in parts if part)


def of_order_line(
    line: OrderLine, quantity: Decimal, amount: Decimal, currency: str, locale: Locale, under: str = "", *, net_price: bool = False
) -> PricedLine:
    """
    Return so much of an order line.

    Args:
        net_price: Whether the price of a unit without VAT stands below.
    """
    if net_price and line.basis is Basis.GROSS and line.vat.rate:
        under = present((under, locale.say(Word.UNIT_NET, price=locale.amount(unit_net(line, currency), currency))))
    return PricedLine(
        item=line.item.number,
        text=line.item.name or line.item.number,
        under=under,
        quantity=quantity,
        unit=line.item.unit,
        price=line.price,
        price_unit=line.price_unit,
        discount=discount_words(locale, currency, line.discount_amount, line.discount),
        vat=line.vat,
        amount=amount,
    )


@exact
def unit_net(line: OrderLine, currency: str) -> Decimal:
    """Return the price of a unit of a line without VAT, less its discounts, with two digits more than its currency has."""
    return half_up(in_basis(line.unit_price, line.vat, line.basis, Basis.NET), quantum_of(currency).scaleb(-2))


@exact
def priced_table(lines: Iterable[PricedLine], currency: str, locale: Locale, heading: str = "", basis: Basis = Basis.NET) -> Grid:
    """Return lines as a table, with a heading that says whether prices have VAT in them; a column that would be empty is left out."""
    given = tuple(lines)
    columns = _columns(given, currency, locale, basis)
    shown = [place for place, (_, cells) in enumerate(columns) if any(cells) or not given]
    rows, carried = [], ZERO
    for place, line in enumerate(given):
        carried += line.amount
        cells = tuple(columns[each][1][place] for each in shown)
        rows.append(TableRow(cells=cells, under=line.under, carried=locale.amount(carried, currency)))
    heads = tuple(columns[each][0] for each in shown)
    return Grid(heading=heading, columns=heads, rows=tuple(rows), carried=locale.say(Word.CARRIED))


def _columns(lines: tuple[PricedLine, ...], currency: str, locale: Locale, basis: Basis) -> tuple[tuple[Column, list[str]], ...]:
    """Return each column with its cells."""
    say, gross = locale.say, basis is Basis.GROSS
    price, amount = (Word.PRICE_WITH_VAT, Word.AMOUNT_WITH_VAT) if gross else (Word.PRICE, Word.AMOUNT)
    return (
        (Column(say(Word.ITEM), "left", item_width(line.item for line in lines)), [line.item for line in lines]),
        (Column(say(Word.DESCRIPTION), "left", "fill"), [line.text for line in lines]),
        (Column(say(Word.QUANTITY), "right"), [_quantity(line, locale) for line in lines]),
        (Column(say(price), "right"), [_price(line, currency, locale) for line in lines]),
        (Column(say(Word.DISCOUNT), "right"), [line.discount for line in lines]),
        (Column(say(Word.VAT), "right"), [locale.vat(line.vat) for line in lines]),
        (Column(say(amount, currency=currency), "right"), [locale.amount(line.amount, currency) for line in lines]),
    )


def item_width(numbers: Iterable[str]) -> Width:
    """Return how wide the column for numbers of items is: long ones are broken over lines."""
    return "narrow" if any(len(number) > LONG for number in numbers) else "auto"


def _quantity(line: PricedLine, locale: Locale) -> str:
    """Return how much; nothing where one amount is stated without a price."""
    return "" if line.price is None and abs(line.quantity) == ONE else locale.quantity(line.quantity, line.unit)


def _price(line: PricedLine, currency: str, locale: Locale) -> str:
    if line.price is None:
        return ""
    price = locale.amount(line.price, currency)
    if line.price_unit == ONE:
        return price
    return locale.say(Word.PER, price=price, unit=locale.number(line.price_unit))


@exact
def summed(totals: Totals, charges: Iterable[Charge], currency: str, locale: Locale, basis: Basis = Basis.NET) -> Sums:
    """
    Return the sums of a document: the lines, each charge, net, VAT and total, with the VAT by rate beside them.

    If prices have VAT in them, lines and charges have it too, and the total is followed by the VAT in it.
    A charge of number zero rounds the total to what can be paid in cash: it stands after the total, and outside of VAT.
    """
    given = tuple(charges)
    beside = [each for each in given if each.number]
    rounding = sum((each.amount for each in given if not each.number), ZERO)
    total = totals.total - rounding
    gross = basis is Basis.GROSS
    lines = total - sum((each.amount for each in beside), ZERO) if gross else totals.net
    rows = [Sum(locale.say(Word.LINES), locale.amount(lines, currency))] if beside else []
    rows += [Sum(_called(each, locale), locale.amount(each.amount, currency)) for each in beside]
    vat = Sum(locale.say(Word.OF_WHICH_VAT if gross else Word.TOTAL_VAT), locale.amount(totals.vat, currency))
    sum_of_all = Sum(locale.say(Word.TOTAL, currency=currency), locale.amount(total, currency), strong=True)
    rows += [sum_of_all, vat] if gross else [Sum(locale.say(Word.NET), locale.amount(total - totals.vat, currency)), vat, sum_of_all]
    if rounding:
        rows.append(Sum(locale.say(Word.ROUNDING), locale.amount(rounding, currency)))
    return Sums(rows=tuple(rows), breakdown=_breakdown(totals, rounding, currency, locale))


def _called(charge: Charge, locale: Locale) -> str:
    """Return what a charge is called, with how it is taxed; one of a number below zero rounds what was credited of a line."""
    word = _CHARGES.get(charge.code)
    name = charge.text or (charge.code if word is None else locale.say(word))
    if charge.percentage is not None and not charge.text:
        name = f"{name} {locale.percentage(charge.percentage)}"
    return f"{locale.say(Word.ROUNDING_OF, name=name) if charge.number < 0 else name} ({locale.vat(charge.vat)})"


def _breakdown(totals: Totals, rounding: Decimal, currency: str, locale: Locale) -> Grid:
    say = locale.say
    rows = tuple(
        TableRow(cells=(locale.vat(vat), locale.amount(base, currency), locale.amount(tax, currency)))
        for vat, base, tax in _groups(totals, rounding)
    )
    return Grid(columns=(Column(say(Word.VAT_RATE)), Column(say(Word.VAT_BASE), "right"), Column(say(Word.VAT), "right")), rows=rows)


def _groups(totals: Totals, rounding: Decimal) -> Iterator[tuple[Vat, Decimal, Decimal]]:
    """Yield the VAT of each rate; cash rounding is outside of it."""
    for group in totals.groups:
        base = group.base - rounding if group.vat == NO_VAT else group.base
        if base or not rounding or group.vat != NO_VAT:
            yield group.vat, base, group.amount


@exact
def why_no_vat(totals: Totals, charges: Iterable[Charge], exemptions: Exemptions, locale: Locale) -> tuple[Words, ...]:
    """Return why there is no VAT on a part of the document, as an invoice has to say."""
    rounding = sum((each.amount for each in charges if not each.number), ZERO)
    found = []
    for vat, _, _ in _groups(totals, rounding):
        given, word = exemptions.get(vat.category, ("", ""))[0], _REASONS.get(vat.category)
        if given or word is not None:
            found.append(given or locale.say(word or Word.WHY_EXEMPT))
    return (Words(text="\n".join(dict.fromkeys(found))),) if found else ()
