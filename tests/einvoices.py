"""Electronic invoices for tests: one written by hand, and any number that Hypothesis draws."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve
from hypothesis import strategies as st

from salesflow import Address, EInvoice, TradeParty, totals
from salesflow.billing.vat_categories import CATEGORIES, Numbers, RateIs, ReasonIs
from salesflow.model.einvoice import Adjustment, EInvoiceLine, Profile, TaxGroup

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
BUYER = evolve(SELLER, name="Acme Workshops", vat="NL007654321B01", legal="87654321", endpoint="87654321")


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

MIXES = (("S",), ("S", "Z"), ("S", "E", "Z"), ("AE",), ("K",), ("G", "S"), ("O",), ("L",), ("M", "L"), ("S", "AE", "G"), ("E",))
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
    return {"category": category, "rate": draw(st.sampled_from(RATES[CATEGORIES[category].rate]))}


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


@st.composite
def lines(draw: st.DrawFn, number: int, mix: tuple[str, ...]) -> EInvoiceLine:
    """Return a line: any sign of quantity, prices of up to five decimals, prices for several units, allowances and charges."""
    quantity = D(draw(st.integers(-50_000, 50_000).filter(bool))).scaleb(-draw(st.integers(0, 3)))
    price = D(draw(st.integers(0, 10**7))).scaleb(-draw(st.integers(0, 5)))
    discount = draw(st.none() | st.integers(0, 500).map(lambda units: D(units).scaleb(-3)))
    return EInvoiceLine(
        id=str(number),
        name=draw(st.sampled_from(("Chai", 'Ünïcode <&> "tea"', "茶"))),
        quantity=quantity,
        unit=draw(st.sampled_from(("C62", "KGM", "HUR", "XBX"))),
        price=price,
        base_quantity=D(draw(st.sampled_from((1, 1, 10, 100, 1000)))),
        gross_price=None if discount is None else price + discount,
        price_discount=discount,
        adjustments=tuple(draw(st.lists(adjustments(), max_size=2))),
        **draw(taxes(mix)),
    )


@st.composite
def einvoices(draw: st.DrawFn) -> EInvoice:
    """Return a complete invoice or credit note with nothing wrong with it."""
    mix = draw(st.sampled_from(MIXES))
    made = [draw(lines(number, mix)) for number in range(1, draw(st.integers(1, 6)) + 1)]
    beside = draw(st.lists(adjustments(mix), max_size=2))
    profile = draw(st.sampled_from(Profile))
    credit = draw(st.booleans())
    bare = "O" in mix
    return an_invoice(
        *made,
        type="381" if credit else "380",
        profile=profile,
        adjustments=tuple(beside),
        breakdown=tuple(explained(code) for code in mix if CATEGORIES[code].reason is ReasonIs.NEEDED),
        prepaid=draw(st.none() | cents),
        rounding=draw(st.none() | st.integers(-99, 99).map(lambda units: D(units).scaleb(-2))),
        seller=evolve(SELLER, vat="" if bare else SELLER.vat),
        buyer=evolve(BUYER, vat="" if bare or CATEGORIES[mix[0]].buyer is Numbers.FREE else BUYER.vat),
        delivered=DAY if "K" in mix else None,
        deliver_to="BE" if "K" in mix else "",
        preceding=(("INV-0", draw(st.none() | st.just(DAY))),) if credit else (),
        period=draw(st.sampled_from(((None, None), (DAY, None), (DAY, DAY)))),
        notes=("Thank you",),
    )
