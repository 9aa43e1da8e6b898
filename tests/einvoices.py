"""Electronic invoices for tests: one written by hand, and any number that Hypothesis draws."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from salesflow import Address, EInvoice, TradeParty, totals
from salesflow.billing.vat_categories import CATEGORIES, Numbers, RateIs, ReasonIs
from salesflow.model.einvoice import Adjustment, EInvoiceLine, Payee, Profile, TaxGroup, TaxRepresentative

D = Decimal
DAY = date(2026, 3, 2)
SELLER = TradeParty(
    name="Salt & Sons",
    address=Address(street="Quay 1", postal_code="3011 AA", city="Rotterdam", country="NL"),
    vat="NL001234567B01",
    legal="12345678",
    legal_scheme="0106",
    endpoint="12345678",
    endpoint_scheme="0106",
    contact="Accounts",
    telephone="010 000 00 00",
    email="accounts@example.org",
)
BELGIUM = Address(country="BE")
BUYER = evolve(SELLER, name="Acme Workshops", vat="NL007654321B01", legal="87654321", endpoint="87654321")
AGENT = TaxRepresentative(name="Agent", vat="BE0428759497", address=Address(street="Dock 9", city="Gent", country="BE"))
PAYEE = Payee(name="The bank", number="8712345000011", number_scheme="0088", legal="33333333", legal_scheme="0106")


def a_line(number: int = 1, **terms: Any) -> EInvoiceLine:
    """Return a line of 4 at 25.00, at 21 percent."""
    given: dict[str, Any] = {
        "id": str(number),
        "name": "Chai",
        "quantity": D(4),
        "unit": "C62",
        "price": D("25.00"),
        "category": "S",
        "rate": D(21),
    }
    return EInvoiceLine(**(given | terms))


def an_invoice(*lines: EInvoiceLine, **terms: Any) -> EInvoice:
    """Return an invoice with its figures worked out; one line of 100.00 at 21 percent unless others are given."""
    given: dict[str, Any] = {
        "number": "INV-1",
        "on": DAY,
        "currency": "EUR",
        "lines": lines or (a_line(),),
        "seller": SELLER,
        "buyer": BUYER,
        "order": "PO-1",
        "due": date(2026, 4, 1),
        "means": "30",
        "account": "NL02ABNA0123456789",
        "payment_terms": "Within 30 days",
    }
    return totals.complete(EInvoice(**(given | terms)))


def explained(category: str) -> TaxGroup:
    """Return why a category has no VAT; its figures are worked out."""
    return TaxGroup(
        category=category,
        taxable=D(0),
        tax=D(0),
        reason="as agreed",
        reason_code=CATEGORIES[category].exemption if category in CATEGORIES else "",
    )


# ---------------------------------------------------------------------- drawn by Hypothesis

MIXES = (
    ("S",), ("S", "Z"), ("S", "E", "Z"), ("AE",), ("K",), ("G", "S"), ("O",), ("L",), ("M", "L"), ("S", "AE", "G"), ("E",), ("B", "Z"),
)  # fmt: skip
RATES = {
    RateIs.ABOVE_ZERO: (D(21), D(9), D("5.5")),
    RateIs.ZERO_OR_MORE: (D(7), D(0), D("9.5")),
    RateIs.ZERO: (D(0),),
    RateIs.ABSENT: (None,),
}
cents = st.integers(1, 10**6).map(lambda units: D(units).scaleb(-2))


@st.composite
def taxes(draw: st.DrawFn, mix: tuple[str, ...]) -> dict[str, Any]:
    """Return a category of the mix and a rate it may have."""
    category = draw(st.sampled_from(mix))
    rates = RATES[CATEGORIES[category].rate] if category in CATEGORIES else (D(22), D(10))
    return {"category": category, "rate": draw(st.sampled_from(rates))}


@st.composite
def adjustments(draw: st.DrawFn, mix: tuple[str, ...] = ()) -> Adjustment:
    """Return an allowance or a charge: an amount, or a percentage of a base; with a mix, one of the document."""
    charge = draw(st.booleans())
    taxed = draw(taxes(mix)) if mix else {}
    coded = draw(st.booleans())
    reason: dict[str, Any] = {"reason_code": "FC" if charge else "95"} if coded else {"reason": "agreed"}
    if draw(st.booleans()):
        return Adjustment(charge=charge, amount=draw(cents), **reason, **taxed)
    percent = D(draw(st.integers(0, 10_000))).scaleb(-2)
    return Adjustment(charge=charge, base=draw(cents), percent=percent, **reason, **taxed)


texts = st.sampled_from(("", "Chai", 'Ünïcode <&> "tea"', "茶", "#AAI#Read this", "# 5"))
schemes = st.sampled_from(("", "0088", "0106", "0160", "0190"))


def periods(begin: date = DAY) -> st.SearchStrategy[tuple[date | None, date | None]]:
    """Return no period, the beginning of one, its end, or both."""
    return st.sampled_from(((None, None), (begin, None), (None, DAY), (begin, DAY)))


@st.composite
def goods(draw: st.DrawFn, country: str) -> dict[str, Any]:
    """Return what is said of goods beside their name."""
    standard, classified = draw(st.booleans()), draw(st.booleans())
    return {
        "name": draw(texts.filter(bool)),
        "description": draw(texts),
        "seller_item": draw(texts),
        "order_line": draw(st.sampled_from(("", "7"))),
        "standard_item": "08712345678906" if standard else "",
        "standard_scheme": draw(schemes.filter(bool)) if standard else "",
        "classification": "09132000" if classified else "",
        "classification_list": draw(st.sampled_from(("STI", "HS", "ZZZ"))) if classified else "",
        "origin": draw(st.sampled_from(("", country))),
        "attributes": draw(st.sampled_from(((), (("Colour", "green"),), (("Colour", "green"), ("Leaf", "whole"))))),
        "period": draw(periods()),
    }


@st.composite
def lines(draw: st.DrawFn, number: int, mix: tuple[str, ...], country: str) -> EInvoiceLine:
    """Return a line: any sign of quantity, prices of up to five decimals, prices for several units, allowances and charges."""
    quantity = D(draw(st.integers(-50_000, 50_000).filter(bool))).scaleb(-draw(st.integers(0, 3)))
    price = D(draw(st.integers(0, 10**7))).scaleb(-draw(st.integers(0, 5)))
    discount = draw(st.none() | st.integers(0, 500).map(lambda units: D(units).scaleb(-3)))
    return EInvoiceLine(
        id=str(number),
        quantity=quantity,
        unit=draw(st.sampled_from(("C62", "KGM", "HUR", "XBX"))),
        price=price,
        base_quantity=D(draw(st.sampled_from((1, 1, 10, 100, 1000)))),
        gross_price=None if discount is None else price + discount,
        price_discount=discount,
        adjustments=tuple(draw(st.lists(adjustments(), max_size=2))),
        **draw(goods(country)),
        **draw(taxes(mix)),
    )


@st.composite
def parties(draw: st.DrawFn, party: TradeParty, country: str, vat: bool) -> TradeParty:
    """Return a party with or without what it may leave out; in the Netherlands with what is asked there."""
    number, scheme = draw(st.sampled_from((("", ""), ("4711", ""), ("8712345000004", "0088"))))
    return evolve(
        party,
        trading_name=draw(st.sampled_from(("", "The tea house"))),
        address=evolve(party.address, country=country),
        number=number,
        number_scheme=scheme,
        vat=f"{country}{party.vat[2:]}" if vat else "",
        contact=draw(texts),
        telephone=draw(texts),
        email=draw(texts),
    )


@st.composite
def beside(draw: st.DrawFn, mix: tuple[str, ...], country: str) -> dict[str, Any]:
    """Return what an invoice may say beside its figures and its two parties."""
    where = Address(street="Dock 9", city="Gent", postal_code="9000", country=country if "B" in mix else "BE")
    agent = TaxRepresentative(name="Agent", vat="BE0428759497", address=where)
    number, scheme = draw(st.sampled_from((("", ""), ("0815", ""), ("8712345000011", "0088"), ("NL98ZZZ999999990000", "SEPA"))))
    paid = Payee(name="The bank", number=number, number_scheme=scheme, legal="33333333", legal_scheme="0106")
    coded = draw(st.sampled_from(("", "3", "35", "432")))
    place = draw(st.booleans())
    means = draw(st.sampled_from(("", "30", "57", "58", "59")))
    return {
        "representative": None if "O" in mix else draw(st.none() | st.just(agent)),
        "payee": draw(st.none() | st.just(paid)),
        "delivered": DAY if "K" in mix else draw(st.none() | st.just(DAY)),
        "deliver_to": where if "K" in mix or draw(st.booleans()) else Address(),
        "deliver_to_name": draw(texts),
        "deliver_to_location": "8712345000028" if place else "",
        "deliver_to_scheme": "0088" if place else "",
        "period": draw(periods()),
        "tax_point": None if coded else draw(st.none() | st.just(DAY)),
        "tax_point_code": coded,
        "buyer_reference": draw(texts),
        "payment_terms": draw(texts),
        "means": means or "30",
        "account": "NL02ABNA0123456789",
        "mandate": "M-1" if means == "59" else "",
        "due": draw(st.none() | st.just(date(2026, 4, 1))),
        "tax_currency": draw(st.sampled_from(("", "USD", "JPY"))),
        "notes": draw(st.sampled_from(((), ("Thank you",), ("#AAI#Thank you",), ("No # sign",)))),
    }


@st.composite
def einvoices(draw: st.DrawFn) -> EInvoice:
    """Return a complete invoice or credit note with nothing wrong with it."""
    mix = draw(st.sampled_from(MIXES))
    country = "IT" if "B" in mix else "NL"
    made = [draw(lines(number, mix, country)) for number in range(1, draw(st.integers(1, 6)) + 1)]
    others = draw(st.lists(adjustments(mix), max_size=2))
    profile = draw(st.sampled_from(Profile))
    credit = draw(st.booleans())
    known = [CATEGORIES[code] for code in mix if code in CATEGORIES]
    said = draw(beside(mix, country))
    represented = said["representative"] is not None and draw(st.booleans())
    named = any(each.buyer in {Numbers.VAT, Numbers.VAT_OR_LEGAL} for each in known)
    invoice = an_invoice(
        *made,
        type=draw(st.sampled_from(("381", "381", "396"))) if credit and profile is not Profile.NLCIUS else "381" if credit else "380",
        currency=draw(st.sampled_from(("EUR", "SEK", "HUF"))),
        profile=profile,
        adjustments=tuple(others),
        breakdown=tuple(explained(each.code) for each in known if each.reason is ReasonIs.NEEDED),
        prepaid=draw(st.none() | cents),
        rounding=draw(st.none() | st.integers(-99, 99).map(lambda units: D(units).scaleb(-2))),
        seller=draw(parties(SELLER, country, "O" not in mix and not represented)),
        buyer=draw(parties(BUYER, country, "O" not in mix and (named or draw(st.booleans())))),
        preceding=(("INV-0", draw(st.none() | st.just(DAY))),) if credit else (),
        **said,
    )
    assert invoice.sums is not None
    if not invoice.tax_currency:
        return invoice
    # VAT in the accounting currency is stated, and has the sign of VAT.
    return evolve(invoice, sums=evolve(invoice.sums, tax_accounting=(invoice.sums.tax or D(0)) * 2))
