"""Our own invoices and credit notes as electronic ones; prices with VAT in them become prices without it, for the norm has no others [GRS-7]."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from attrs import evolve

from salesflow.billing.totals import repriced
from salesflow.billing.vat_categories import CATEGORIES
from salesflow.checks import ONE, ZERO, require_kind
from salesflow.errors import RefusedError
from salesflow.model.einvoice import Adjustment, EInvoice, EInvoiceLine, Profile, Sums, TaxGroup, TradeParty
from salesflow.model.free_text import FreeTextLine
from salesflow.model.invoice import Invoice, InvoiceCharge, InvoiceKind, InvoiceLine
from salesflow.model.party import Party
from salesflow.model.totals import MissingCent, percent_of
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import exact, half_up, less_percentage
from salesflow.rules import Rule

PRO_FORMA = Rule(
    code="einvoice.pro-forma",
    en="An electronic invoice is made of an invoice that was posted.",
    nl="Een elektronische factuur wordt gemaakt van een geboekte factuur.",
    refusal="a pro forma invoice owes nobody anything and is not sent as an invoice",
    spec=("INV-9",),
    source="choice",
)

PRICE_WITH_VAT = "Price with VAT"
"""The attribute (BT-160) of a line whose price has VAT in it; its value (BT-161) is that price."""
Exemptions = Mapping[str, tuple[str, str]]


def trade_party(party: Party, *, vat: str = "", legal: str = "", legal_scheme: str = "", tax_registration: str = "") -> TradeParty:
    """
    Return a party as an invoice names it.

    Args:
        vat: Its VAT identifier, with the prefix of its country.
        legal: Its number in a register of companies; ``legal_scheme`` says in which.
        tax_registration: Another number the tax office knows it by.
    """
    return TradeParty(
        name=party.name,
        address=party.address,
        vat=vat,
        legal=legal,
        legal_scheme=legal_scheme,
        tax_registration=tax_registration,
        telephone=party.telephone,
        email=party.email,
    )


TOO_MUCH = Decimal(1)
"""By so much VAT must not differ from the rate over its base [BR-CO-17]."""


@exact
def of_invoice(
    invoice: Invoice,
    *,
    seller: TradeParty,
    buyer: TradeParty,
    profile: Profile = Profile.CORE,
    exemptions: Exemptions | None = None,
    buyer_reference: str = "",
    order: str = "",
    prepaid: Decimal | None = None,
    missing: MissingCent = MissingCent.IN_VAT,
) -> EInvoice:
    """
    Return a posted invoice as an electronic one, complete and with the very figures of the invoice; add what else it should say by ``evolve``.

    A credit note has amounts above zero, as the norm wants them. A line that quantity and price do not explain to the cent (parts that
    add up, amounts entered by hand, credits of an amount, prices with VAT in them) shows its net as the price of its quantity.
    A discount on the whole is an allowance, any other charge a charge, one for each rate of VAT; an invoice of charges alone has them as
    lines. Cash rounding is the rounding of the total. A deposit that is taken off is a line below zero; its VAT may leave that of the rate a cent from the rate over the rest,
    which the norm tolerates and ``en16931.check`` lists as tolerated.

    Instalments are told one by one in the terms of payment, for the norm has one due date only: the last.

    The norm knows no price with VAT in it: an attribute of such a line says what it was, and the VAT is what was posted, which may be a
    cent from the rate over the net.

    Args:
        exemptions: For each VAT category without VAT, why there is none: in words and as a VATEX code. AE, K, G and O have their own code.
        order: The number of the buyer's order.
        prepaid: What was paid already.
        missing: Of prices with VAT in them, where the cent stands by which VAT differs from the rate over the net [GRS-P3].
            VAT that was rounded per unit can differ by 1.00 or more, which the norm does not take: then it stands in the rounding.

    Raises:
        RefusedError: ``einvoice.pro-forma``.
    """
    require_kind("invoice", invoice, Invoice)
    if invoice.kind is InvoiceKind.PRO_FORMA:
        raise RefusedError([PRO_FORMA.refuse()])
    sign = -ONE if invoice.is_credit_note else ONE
    lines = tuple(_line(line, sign, invoice) for line in invoice.all_lines)
    beside = tuple(_adjustment(each, sign) for each in _charges(invoice))
    if not lines:  # the norm has no invoice without a line
        lines, beside = tuple(_as_line(place, each) for place, each in enumerate(beside, start=1)), ()
    rounding = sum((each.net for each in invoice.charges if each.is_cash_rounding), ZERO) * sign
    posted = tuple(_groups(invoice, sign, exemptions or {}))
    by_rate = missing is MissingCent.IN_ROUNDING and invoice.totals_policy.is_gross
    breakdown = tuple(_as_the_norm_has_it(group, invoice.quantum, by_rate=by_rate) for group in posted)
    rounding += sum((group.tax for group in posted), ZERO) - sum((group.tax for group in breakdown), ZERO)
    return EInvoice(
        number=invoice.number,
        type=_type(invoice, profile),
        on=invoice.on,
        currency=invoice.currency,
        profile=profile,
        lines=lines,
        adjustments=beside,
        breakdown=breakdown,
        sums=_sums(lines, beside, breakdown, prepaid, rounding or None),
        seller=seller,
        buyer=buyer,
        buyer_reference=buyer_reference,
        order=order,
        preceding=tuple((number, None) for number in invoice.takes_back),
        period=(None, None) if invoice.period is None else (invoice.period.start, invoice.period.end),
        due=invoice.due if invoice.payment_terms.has_due_date else None,
        payment_terms=_instalments(invoice),
        notes=invoice.comments[:1],
    )


def _instalments(invoice: Invoice) -> str:
    """Say what is due when, if that is in parts: the norm has one due date (BT-9), the last one, and words for the rest (BT-20)."""
    if invoice.is_credit_note or not invoice.payment_terms.instalments:
        return ""
    return "; ".join(f"{part.on}: {part.amount} {invoice.currency}" for part in invoice.schedule)


def _type(invoice: Invoice, profile: Profile) -> str:
    if invoice.is_credit_note:
        return "381"
    # NLCIUS has no type for a prepayment: there a deposit is an invoice like any other.
    return "386" if invoice.deposit_of and profile is not Profile.NLCIUS else "380"


def _line(line: InvoiceLine | FreeTextLine, sign: Decimal, invoice: Invoice) -> EInvoiceLine:
    if isinstance(line, InvoiceLine):
        net, vat, shown = line.net, line.vat, _ordered(line, sign)
    else:
        net, vat, shown = line.net or ZERO, line.vat or NO_VAT, _in_words(line, sign)
    taxed = evolve(shown, category=vat.category, rate=_rate(vat))
    price, quantity = taxed.price, taxed.quantity or ZERO
    if invoice.totals_policy.is_gross and vat.rate:
        return evolve(repriced(taxed, sign * net), net=sign * net, attributes=_with_vat(taxed, invoice))
    worked = None if price is None else half_up(quantity * price / taxed.base_quantity, invoice.quantum)
    explained = price is not None and price >= 0 and worked == sign * net
    return evolve(taxed if explained else repriced(taxed, sign * net), net=sign * net)


def _with_vat(line: EInvoiceLine, invoice: Invoice) -> tuple[tuple[str, str], ...]:
    """Say what a price with VAT in it was."""
    if line.price is None:
        return ()
    per = "" if line.base_quantity == ONE else f" per {line.base_quantity}"
    return ((PRICE_WITH_VAT, f"{line.price.normalize():f} {invoice.currency}{per}"),)


def _as_the_norm_has_it(group: TaxGroup, quantum: Decimal, *, by_rate: bool) -> TaxGroup:
    """Return a group with VAT that the norm takes: as it was posted, or the rate over the base."""
    tax = percent_of(group.taxable, group.rate, quantum)
    return evolve(group, tax=tax) if by_rate or abs(group.tax - tax) >= TOO_MUCH else group


def _ordered(line: InvoiceLine, sign: Decimal) -> EInvoiceLine:
    terms = line.terms
    off = terms.discount_amount * terms.price_unit
    price = less_percentage(terms.price - off, terms.discount)
    return EInvoiceLine(
        id=str(line.number),
        name=line.text,
        quantity=sign * line.quantity,
        unit=line.item.unit,
        price=price,
        base_quantity=terms.price_unit,
        gross_price=None if price == terms.price else terms.price,
        price_discount=None if price == terms.price else terms.price - price,
        category="",
        seller_item=line.item.number,
    )


def _in_words(line: FreeTextLine, sign: Decimal) -> EInvoiceLine:
    return EInvoiceLine(
        id=str(line.number),
        name=line.text,
        quantity=sign * line.quantity,
        unit=line.unit,
        price=line.price,
        category="",
        seller_item=line.item or "",
    )


def _rate(vat: Vat) -> Decimal | None:
    return None if vat.category == "O" else vat.rate


def _charges(invoice: Invoice) -> Iterator[InvoiceCharge]:
    return (each for each in invoice.charges if not each.is_cash_rounding)


def _adjustment(each: InvoiceCharge, sign: Decimal) -> Adjustment:
    amount, vat = sign * each.net, each.vat
    return Adjustment(
        charge=amount > 0, amount=abs(amount), reason=each.charge.text or each.charge.code, category=vat.category, rate=_rate(vat)
    )


def _as_line(place: int, each: Adjustment) -> EInvoiceLine:
    """Return a charge or allowance as a line of one."""
    amount, one = each.amount or ZERO, ONE if each.charge else -ONE
    return EInvoiceLine(
        id=str(place), name=each.reason, quantity=one, unit="C62", price=amount, net=one * amount, category=each.category, rate=each.rate
    )


def _groups(invoice: Invoice, sign: Decimal, exemptions: Exemptions) -> Iterator[TaxGroup]:
    """Yield a group for each VAT that a line or charge has, also where it comes to zero; cash rounding is outside of it."""
    used = [line.vat or NO_VAT for line in invoice.all_lines] + [each.vat for each in _charges(invoice)]
    outside = sum((each.net for each in invoice.charges if each.is_cash_rounding), ZERO)
    nothing = ZERO.quantize(invoice.quantum)
    found = {group.vat: group for group in invoice.totals.groups}
    for vat in dict.fromkeys(used):
        base, tax = (found[vat].base, found[vat].amount) if vat in found else (nothing, nothing)
        known = CATEGORIES.get(vat.category)
        reason, code = exemptions.get(vat.category, ("", known.exemption if known else ""))
        taxable = sign * (base - outside if vat == NO_VAT else base)
        yield TaxGroup(category=vat.category, rate=_rate(vat), taxable=taxable, tax=sign * tax, reason=reason, reason_code=code)


def _sums(
    lines: tuple[EInvoiceLine, ...],
    beside: tuple[Adjustment, ...],
    breakdown: tuple[TaxGroup, ...],
    prepaid: Decimal | None,
    rounding: Decimal | None,
) -> Sums:
    nets = sum((line.net or ZERO for line in lines), ZERO)
    off = [each.amount or ZERO for each in beside if not each.charge]
    on = [each.amount or ZERO for each in beside if each.charge]
    net = nets - sum(off, ZERO) + sum(on, ZERO)
    tax = sum((group.tax for group in breakdown), ZERO)
    return Sums(
        lines=nets,
        allowances=sum(off, ZERO) if off else None,
        charges=sum(on, ZERO) if on else None,
        net=net,
        tax=tax,
        gross=net + tax,
        prepaid=prepaid,
        rounding=rounding,
        payable=net + tax - (prepaid or ZERO) + (rounding or ZERO),
    )
