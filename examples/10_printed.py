"""
One sale on paper: every document that goes to the customer, from the quotation to the statement, printed in one run.

``python examples/10_printed.py [--json] [--language en] [--out DIR] [--pictures DIR]``

``--out`` writes the run as one PDF and each document as a PDF of its own; ``--pictures`` draws the pictures of the documentation.
It needs the extra ``print``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from salesflow import (
    Address,
    Alternative,
    FreeTextLine,
    Invoice,
    Item,
    Opportunity,
    Order,
    Override,
    Party,
    PaymentTerms,
    Product,
    ProductKind,
    Quotation,
    Role,
    Stakeholder,
    TermsOfSale,
    TradeParty,
    Vat,
    charges,
    credit_notes,
    deliveries,
    deposits,
    einvoices,
    follow_ups,
    free_text,
    invoices,
    opportunities,
    orders,
    payments,
    quotations,
    reminders,
    stakeholders,
    statements,
)
from salesflow.documents import printed
from salesflow.documents.printed import Sheet, Theme
from salesflow.labels import Language
from salesflow.model.confirmation import OrderConfirmation
from salesflow.model.opportunity import PIPELINE, Interest
from salesflow.model.reminder import ReminderLevel, ReminderPlan
from salesflow.model.terms import CashDiscount
from salesflow.model.trade_agreement import Discount
from salesflow.period import Period

D = Decimal
DAY = date(2026, 3, 2)
HIGH, LOW = Vat("S", D(21)), Vat("S", D(9))
ACCOUNT = "NL02 ABNA 0123 4567 89"
SELLER = TradeParty(
    name="Salt & Sons",
    address=Address(street="Quay 1", postal_code="3011 AA", city="Rotterdam", country="NL"),
    vat="NL001234567B01",
    legal="12345678",
    legal_scheme="0106",
    telephone="010 000 00 00",
    email="sales@example.org",
)
EARLY = PaymentTerms(days=30, cash_discount=CashDiscount(percentage=D(2), days=8))
ACME = Party(
    number="ACME",
    name="Acme Workshops",
    roles=(Role.CUSTOMER,),
    payment_terms=EARLY,
    address=Address(street="Mill Lane 2", postal_code="2611 AB", city="Delft", country="NL"),
)
BUYER = einvoices.trade_party(ACME, vat="NL007654321B01", legal="87654321", legal_scheme="0106")
HOSE = Product(item=Item(number="HOSE-25", name="Garden hose, 25 m, reinforced", vat=HIGH), price=D("18.00"), cost=D("11.00"))
TAP = Product(item=Item(number="TAP-12", name="Brass tap, ½ inch", vat=HIGH), price=D("6.50"), cost=D("2.60"))
SALT = Product(item=Item(number="SALT", name="Coarse sea salt", unit="KGM", vat=LOW), price=D("0.875"), cost=D("0.31"))
FITTING = Product(item=Item(number="FIT", name="Fitting on site", unit="HUR", kind=ProductKind.SERVICE, vat=HIGH), price=D("95.00"))
FREIGHT = charges.freight(D("25.00"), vat=HIGH)
TERMS = TermsOfSale(
    number="2026-1",
    title="General terms of sale",
    text="Goods stay ours until they are paid. Complaints reach us within eight days of delivery. "
    "Risk passes when the goods are handed over. The law of the Netherlands applies, and the court of Rotterdam decides.",
)
PLAN = ReminderPlan(levels=(ReminderLevel(7, D(0), "First reminder"), ReminderLevel(21, D("40.00"), "Second reminder")))
LOGO = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="40" height="40" rx="6" fill="#1f4e5f"/>
<path d="M8 26 Q14 18 20 26 T32 26" stroke="#fff" stroke-width="3" fill="none"/><circle cx="20" cy="13" r="4" fill="#e0a030"/></svg>"""
DOTS = 100
THEME = Theme(logo=LOGO, logo_height=16, footer="www.example.org")


def tell(language: Language) -> Iterator[tuple[str, Sheet]]:
    """Yield each document of the sale as a sheet, with a name for its file."""
    both: dict[str, Any] = {"seller": SELLER, "buyer": BUYER}
    yield "sale-summary", printed.sale_summary(a_sale(), on=DAY, language=language, owner=SELLER.name)
    offered = quotations.send(an_offer(), on=DAY).document
    yield "quotation", printed.quotation(offered, **both, language=language, reference="Yard 2026")

    order, confirmation = confirmed()
    yield "order-confirmation", printed.confirmation(confirmation, **both, language=language, reference="PO-77")
    order, slip = deliveries.post(order, {1: 30, 2: 20, 3: 250}, number="PS-1", on=DAY)
    yield "packing-slip", printed.packing_slip(slip, [order], **both, language=language, deliver_to=ACME.address)
    yield "pro-forma", printed.invoice(invoices.pro_forma(order, on=DAY), **both, language=language)

    order, deposit = deposits.post(order, percentage=30, number="DEP-1", on=DAY, account="1450")
    yield "deposit", printed.invoice(deposit, **both, language=language, account=ACCOUNT)
    order, deposit, invoice = invoices.post(order, slips=[slip], deposits=[deposit], number="INV-1", on=DAY)
    invoice, payment = payments.receive(ACME, D("100.00"), "EUR", number="PAY-1", on=DAY, invoices=[invoice])
    yield "invoice", printed.invoice(invoice, **both, language=language, account=ACCOUNT, supplied=slip.on, order="PO-77")
    order, invoice, note = credit_notes.post(
        invoice, {1: 3}, orders=order, number="CN-1", on=DAY + timedelta(days=9), reopens=False, reason="Three hoses were torn."
    )
    yield "credit-note", printed.invoice(note, **both, language=language)

    rent = free_text.draft(ACME, in_words(), "EUR", reference="March")
    written = free_text.post(rent, number="FT-1", on=DAY).document
    yield "free-text", printed.invoice(written, **both, language=language, account=ACCOUNT)
    late = DAY + timedelta(days=55)
    [proposal] = reminders.due_for_reminder([invoice, written], [], plan=PLAN, on=late)
    reminder = reminders.remind(proposal, [invoice, written], [], number="REM-1", on=late).document
    yield "reminder", printed.reminder(reminder, **both, language=language, account=ACCOUNT)
    found = statements.statement(ACME, "EUR", [deposit, invoice, note, written], [payment], period=Period(DAY, late))
    yield "statement", printed.statement(found, **both, on=late, language=language)
    yield "500-lines", printed.invoice(a_long_one(), **both, language=language, account=ACCOUNT)


def a_sale() -> Opportunity:
    """Return a sale in the making."""
    sale = opportunities.register(
        number="O-1",
        title="Hoses and taps for the new yard",
        type=PIPELINE,
        stage="developed",
        owner="ann",
        currency="EUR",
        on=DAY,
        party="ACME",
        contact="Jo Field",
        competitor="Pipes & Co",
        interests=[
            Interest(product="HOSE-25", quantity=D(50), price=D("18.00")),
            Interest(product="TAP-12", quantity=D(60), price=D("6.50")),
        ],
        note="They open the yard in May and want one supplier for everything.",
    ).document
    sale = opportunities.set_figures(sale, amount=D("1490.00"), cost=D("890.00"), on=DAY).document
    sale = follow_ups.plan(sale, "call", "Ask about the yard", due=DAY, on=DAY).document
    sale = follow_ups.complete(sale, 1, on=DAY).document
    sale = follow_ups.plan(sale, "demonstration", "Show the hose", due=DAY + timedelta(days=3), on=DAY).document
    return stakeholders.add(sale, Stakeholder(party="Jo Field", role="decider"), on=DAY).document


def an_offer() -> Quotation:
    """Return an offer of two alternatives, the second with a discount on the whole."""
    hoses = quotations.line(HOSE, 50, override=Override.DISCOUNT_PERCENTAGE, value=10)
    taps = quotations.line(TAP, 60)
    both = Alternative(name="complete", lines=(hoses, taps, quotations.line(FITTING, 6)), discount=Discount(percentage=D(5)))
    return quotations.draw_up(
        number="Q-1",
        party=ACME,
        currency="EUR",
        alternatives=[Alternative(name="goods only", lines=(hoses, taps)), both],
        on=DAY,
        terms=TERMS,
    ).document


def confirmed() -> tuple[Order, OrderConfirmation]:
    """Return an order and its confirmation."""
    lines = [
        orders.line(HOSE, 50, discount=D(10), requested=DAY + timedelta(days=3)),
        orders.line(TAP, 60),
        orders.line(SALT, 250),
        orders.line(FITTING, 6),
    ]
    order = orders.place(
        number="SO-1",
        customer=ACME,
        currency="EUR",
        lines=lines,
        charges=[FREIGHT],
        on=DAY,
        reference="PO-77",
        comment="Ring the bell twice.",
    ).document
    done = orders.confirm(order, on=DAY, terms=TERMS)
    return done.changed[0], done.document


def in_words() -> list[FreeTextLine]:
    """Return what is invoiced in words."""
    return [
        FreeTextLine(text="Rent of the yard behind the quay, March", account="8200", net=D("350.00"), vat=HIGH),
        FreeTextLine(text="Advice by telephone", account="8210", quantity=D("1.5"), unit="HUR", price=D("80.00"), vat=HIGH),
    ]


def a_long_one() -> Invoice:
    """Return an invoice of five hundred lines."""
    products = (HOSE, TAP, SALT, FITTING)
    lines = [orders.line(products[place % 4], place % 19 + 1) for place in range(500)]
    order = orders.place(number="SO-2", customer=ACME, currency="EUR", lines=lines, on=DAY).document
    return invoices.post(order, number="INV-2", on=DAY).document


def draw() -> Iterator[tuple[str, bytes]]:
    """Yield the first page of each document in English, of two in Dutch as well, and the last page of the longest."""
    for name, sheet in tell("en"):
        first, *others = printed.to_png([sheet], theme=THEME, dots_per_inch=DOTS)
        yield f"{name}.png", first
        if others:
            yield f"{name}-last.png", others[-1]
    dutch = dict(tell("nl"))
    for name in ("order-confirmation", "invoice"):
        yield f"{name}-nl.png", printed.to_png([dutch[name]], theme=THEME, dots_per_inch=DOTS)[0]


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def main() -> None:
    """Print the sale."""
    parser = argparse.ArgumentParser(description="Print one sale, document by document.")
    parser.add_argument("--json", action="store_true", help="print what was made as JSON")
    parser.add_argument("--language", choices=("nl", "en"), default="nl", help="of the documents; Dutch unless said")
    parser.add_argument("--out", type=Path, help="a folder to write PDFs to")
    parser.add_argument("--pictures", type=Path, help="a folder to draw the pictures of the documentation in")
    options = parser.parse_args()
    sheets = dict(tell(options.language))
    made = {name: printed.to_pdf([sheet], theme=THEME) for name, sheet in sheets.items()}
    made["all"] = printed.to_pdf(sheets.values(), theme=THEME)
    if options.out:
        write(options.out, {f"{name}.pdf": document for name, document in made.items()})
    if options.pictures:
        write(options.pictures, dict(draw()))
    told = {name: {"bytes": len(document), "sha256": hashlib.sha256(document).hexdigest()} for name, document in made.items()}
    if options.json:
        print(json.dumps(told, indent=1))
        return
    for name, each in told.items():
        print(f"{name:<20}{each['bytes']:>9} bytes")


if __name__ == "__main__":
    main()
