"""What each printed document says, in Dutch and in English: read back from the PDF, figure by figure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from salesflow import (
    Address,
    Alternative,
    Charge,
    CreditOf,
    FreeTextLine,
    Item,
    Opportunity,
    Override,
    PaymentTerms,
    Stakeholder,
    TermsOfSale,
    TotalsPolicy,
    Vat,
    credit_notes,
    deliveries,
    deposits,
    free_text,
    invoices,
    opportunities,
    orders,
    payments,
    quotations,
    reminders,
    statements,
)
from salesflow.documents import printed
from salesflow.documents.languages import Locale
from salesflow.documents.priced_lines import priced_table
from salesflow.documents.print_summary import sale_summary
from salesflow.documents.sheet import Grid, Sums
from salesflow.labels import Language
from salesflow.model.activity import Activity, Paper
from salesflow.model.opportunity import PIPELINE, Interest
from salesflow.model.quotation import QuotationLine
from salesflow.model.reminder import Reminder, ReminderLevel, ReminderLine, ReminderPlan
from salesflow.model.terms import CashDiscount, Instalment, PaymentMethod
from salesflow.model.trade_agreement import Discount
from salesflow.period import Period
from tests.builders import ACME, ADVICE, CHAI, CHANG, DAY, LATER, STANDARD, a_charge, an_order, chai, chang
from tests.documents.papers import ACCOUNT, BOTH, lines_of, text_of
from tests.einvoices import AGENT, PAYEE

D = Decimal
LANGUAGES = pytest.mark.parametrize("language", ["nl", "en"])
TERMS = TermsOfSale(number="7", title="General terms", text="Goods stay ours until paid.")
FREIGHT = a_charge(number=1, code="freight", amount=D("25.00"), vat=STANDARD)


def has(shown: list[str], *wanted: str) -> None:
    """Say which of the wanted lines are missing."""
    assert [each for each in wanted if each not in shown] == []


# ---------------------------------------------------------------------- quotations


def an_offer(**terms: Any) -> Any:
    """Return an offer of two alternatives that was sent."""
    one = quotations.line(CHAI, 10, override=Override.DISCOUNT_PERCENTAGE, value=10)
    two = quotations.line(ADVICE, D("1.5"))
    given: dict[str, Any] = {
        "alternatives": [
            Alternative(name="bare", lines=(one,)),
            Alternative(name="full", lines=(one, two), discount=Discount(percentage=D(5))),
        ],
        "terms": TERMS,
        "purchase_terms": TermsOfSale(number="B", title="Ours"),
        "deliver_to": Address(street="Yard 9", city="Delft"),
    }
    return quotations.draw_up(number="Q-1", party=ACME, currency="EUR", on=DAY, **(given | terms)).document


def test_a_quotation_says_what_is_offered_until_when_and_on_which_terms() -> None:
    """Every alternative with its lines, discount and totals; 10 at 18.00 less 10 percent is 162.00, with 34.02 of VAT."""
    offer = quotations.send(an_offer(), on=DAY).document
    shown = lines_of(printed.quotation(offer, **BOTH, language="nl", reference="RFQ-4"))
    has(shown, "Offerte Q-1", "Geldig tot en met 1 april 2026", "Uw kenmerk RFQ-4", "Afleveradres Yard 9")
    has(shown, "Alternatief bare", "CHAI Chai 10 st 18,00 10 % 21 % 162,00", "21 % 162,00 34,02", "Totaal EUR 196,02")
    has(
        shown, "Alternatief full", "ADVICE Advice 1,5 uur 95,00 21 % 142,50", "Korting op het geheel 5 % (21 %) -15,23", "Totaal EUR 350,02"
    )
    has(shown, "Verkoopvoorwaarden: General terms (7)", "Overeengekomen inkoopvoorwaarden: Ours (B)")
    has(shown, "Betaling binnen 30 dagen na factuurdatum.", "Voor akkoord: naam, datum en handtekening")


def test_a_quotation_keeps_our_own_figures_to_ourselves() -> None:
    """Neither cost nor probability is on it; in English it says the same."""
    offer = quotations.send(an_offer(alternatives=None, lines=[evolve(quotations.line(CHANG, 4), cost=D("3.33"))]), on=DAY).document
    shown = lines_of(printed.quotation(offer, **BOTH, language="en"))
    has(shown, "Quotation Q-1", "Valid until 1 April 2026", "CHANG Chang 4 pcs 19.00 21 % 76.00", "Total EUR 91.96")
    assert not any("3.33" in line or "13.32" in line for line in shown)


def test_a_quotation_that_was_not_sent_is_marked_so_on_every_page() -> None:
    """A draft is not an offer."""
    lines = [quotations.line(CHAI, 1) for _ in range(60)]
    draft = an_offer(alternatives=None, lines=lines)
    assert printed.quotation(draft, **BOTH, language="en").mark == "DRAFT"
    shown = printed.quotation(draft, **BOTH)
    assert shown.mark == "CONCEPT"
    found = [page for page in text_of(shown).split("Pagina ") if "CONCEPT" in page]
    assert len(found) == 3


@pytest.mark.parametrize(
    ("terms", "discount", "net"),
    [
        ({"override": Override.TOTAL, "value": D(150)}, "30,00", "150,00"),
        ({"override": Override.DISCOUNT_AMOUNT, "value": D(5)}, "5,00", "175,00"),
        ({"override": Override.EARNING_AMOUNT, "value": D(100), "cost": D(10)}, "-20,00", "200,00"),
        ({"discount_amount": D(1), "discount": D(50)}, "1,00 + 50 %", "85,00"),
    ],
    ids=["total", "amount", "earning", "agreed"],
)
def test_what_was_entered_on_a_line_shows_as_a_discount(terms: dict[str, Any], discount: str, net: str) -> None:
    """Quantity times price less the discount is the amount, whatever the line was worked out from."""
    line = QuotationLine(number=1, item=CHAI.item, quantity=D(10), price=D(18), **terms)
    offer = an_offer(alternatives=None, lines=[line])
    has(lines_of(printed.quotation(offer, **BOTH)), f"CHAI Chai 10 st 18,00 {discount} 21 % {net}")


def test_a_line_of_a_category_and_a_schedule_are_offered_in_words() -> None:
    """What is not known yet has no number of an item; parts show their dates."""
    some = QuotationLine(number=1, category="Garden", quantity=D(2), price=D(10), requested=LATER)
    parts = evolve(quotations.line(CHAI, 10), text="Chai, loose", number=2, schedule=((DAY, D(4)), (LATER, D(6))))
    shown = lines_of(printed.quotation(an_offer(alternatives=None, lines=[some, parts]), **BOTH))
    has(
        shown,
        "Garden",
        "2 st 10,00 geen 20,00",
        "Verzending 16 maart 2026",
        "4: 2 maart 2026 · 6: 16 maart 2026",
        "Valt niet onder de btw.",
    )


# ---------------------------------------------------------------------- confirmations


@LANGUAGES
def test_a_confirmation_binds_to_the_order_and_the_terms_of_sale(language: Language) -> None:
    """Lines, charges, totals, ship dates, comment and terms; of a delivery schedule the parts."""
    parent, first, second = evolve(chang(5), number=2), evolve(chang(2), number=3, parent=2), evolve(chang(3), number=4, parent=2)
    tiers = [evolve(chai(10), number=1, discount=D(10), requested=LATER), parent, first, second]
    order = an_order(*tiers, charges=[FREIGHT], comment="Ring twice")
    done = orders.confirm(order, on=DAY, terms=TERMS).document
    shown = lines_of(printed.confirmation(done, **BOTH, language=language, reference="PO-9", deliver_to=Address(city="Delft")))
    if language == "nl":
        has(shown, "Orderbevestiging SO-1/0", "10 st 18,00 10 % 21 % 162,00", "Verzending 16 maart 2026", "Vracht (21 %) 25,00")
        has(shown, "Totaal van de regels 257,00", "Totaal exclusief btw 282,00", "Btw 59,22", "Totaal EUR 341,22")
    else:
        has(shown, "Order confirmation SO-1/0", "10 pcs 18.00 10 % 21 % 162.00", "Shipping 16 March 2026", "Freight (21 %) 25.00")
        has(shown, "Sum of the lines 257.00", "Total without VAT 282.00", "VAT 59.22", "Total EUR 341.22")
    has(shown, "Ring twice", "Goods stay ours until paid.")
    assert sum("Chang" in line for line in shown) == 2


def test_a_confirmation_of_a_later_revision_says_which() -> None:
    """The first one has no revision to speak of."""
    done = orders.confirm(an_order(), on=DAY).document
    assert ("Wijziging", "1") not in printed.confirmation(done, **BOTH).facts
    assert ("Wijziging", "1") in printed.confirmation(evolve(done, revision=1), **BOTH).facts


# ---------------------------------------------------------------------- packing slips


@LANGUAGES
def test_a_packing_slip_says_what_comes_now_and_what_is_still_to_come(language: Language) -> None:
    """Ordered, delivered and what is left, of each line of each order, and no price anywhere."""
    one, two = an_order(chai(10), reference="PO-1"), an_order(chang(3), number="SO-2", comment="Mind the step")
    done = deliveries.post({one: {1: 4}, two: {1: 3}}, number="PS-1", on=DAY)
    changed = [each for each in done.changed if each.number.startswith("SO")]
    sheet = printed.packing_slip(done.document, changed, **BOTH, language=language, deliver_to=Address(street="Yard 9"))
    shown = lines_of(sheet)
    if language == "nl":
        has(shown, "Pakbon PS-1", "10 st 4 st 6 st", "3 st 3 st 0 st", "Order SO-2", "Uw kenmerk PO-1")
        has(shown, "Mind the step", "In goede orde ontvangen: naam, datum en handtekening")
    else:
        has(shown, "Packing slip PS-1", "10 pcs 4 pcs 6 pcs", "3 pcs 3 pcs 0 pcs", "Delivery address Yard 9")
    assert not any("18" in line.split() or "18,00" in line or "18.00" in line for line in shown)


def test_a_packing_slip_that_was_cancelled_is_marked_and_the_one_that_cancels_names_it() -> None:
    """Neither can be taken for goods that came."""
    order, slip = deliveries.post(an_order(), number="PS-1", on=DAY)
    done = deliveries.cancel(order, slip, number="PS-2", on=DAY)
    order = next(each for each in done.changed if each.number == "SO-1")
    old = next(each for each in done.changed if each.number == "PS-1")
    assert printed.packing_slip(old, [order], **BOTH).mark == "GEANNULEERD"
    assert ("Draait pakbon terug", "PS-1") in printed.packing_slip(done.document, [order], **BOTH).facts
    corrected = evolve(slip, number="PS-3", root="PS-1")
    assert ("In plaats van", "PS-1") in printed.packing_slip(corrected, [order], **BOTH).facts


def test_a_packing_slip_needs_the_orders_it_delivers() -> None:
    """Without an order there is nothing to say what the lines are."""
    _, slip = deliveries.post(an_order(), number="PS-1", on=DAY)
    with pytest.raises(ValueError, match="packing slip PS-1 delivers SO-1 too"):
        printed.packing_slip(slip, [], **BOTH)


# ---------------------------------------------------------------------- invoices


EARLY = PaymentTerms(days=30, cash_discount=CashDiscount(percentage=D(2), days=8))


@LANGUAGES
def test_an_invoice_says_what_the_law_asks_and_how_to_pay(language: Language) -> None:
    """Number, dates, parties with their VAT numbers, lines, net, rate and VAT, total, due date, account, discount and terms."""
    order = an_order(chai(10), chang(5, discount=D(50)), payment_terms=EARLY, terms=TERMS, charges=[FREIGHT], comment="Ring twice")
    order, slip = deliveries.post(order, number="PS-1", on=DAY)
    invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY).document
    sheet = printed.invoice(invoice, **BOTH, language=language, account=ACCOUNT, supplied=DAY, buyer_reference="Jo", order="PO-9")
    shown = lines_of(sheet)
    has(shown, "Acme Workshops", "Ring twice", "Goods stay ours until paid.")
    if language == "nl":
        has(shown, "Factuur INV-1", "Datum 2 maart 2026", "Vervaldatum 1 april 2026", "Uw btw-nummer NL007654321B01", "Pakbonnen PS-1")
        has(shown, "CHAI Chai 10 st 18,00 21 % 180,00", "CHANG Chang 5 st 19,00 50 % 21 % 47,50", "21 % 252,50 53,03")
        has(shown, "Totaal exclusief btw 252,50", "Btw 53,03", "Totaal EUR 305,53", "Te betalen EUR 305,53", "Geleverd 2 maart 2026")
        has(shown, "Wij ontvangen uw betaling graag uiterlijk 1 april 2026.", "2 % betalingskorting bij betaling uiterlijk 10 maart 2026.")
        has(shown, f"KvK 12345678 · Btw NL001234567B01 · Rekening {ACCOUNT} Pagina 1 van 1", "Uw order PO-9", "Uw kenmerk Jo")
    else:
        has(shown, "Invoice INV-1", "Due date 1 April 2026", "Your VAT number NL007654321B01", "Packing slips PS-1", "Our order SO-1")
        has(shown, "CHAI Chai 10 pcs 18.00 21 % 180.00", "CHANG Chang 5 pcs 19.00 50 % 21 % 47.50", "21 % 252.50 53.03")
        has(shown, "Total without VAT 252.50", "VAT 53.03", "Total EUR 305.53", "To pay EUR 305.53", "Please pay by 1 April 2026.")
        has(shown, f"Account {ACCOUNT} of Salt & Sons, mentioning INV-1.", "2 % cash discount for payment by 10 March 2026.")


@LANGUAGES
def test_a_final_invoice_takes_the_deposit_off_and_names_it(language: Language) -> None:
    """The deposit is an invoice of its own; what it was is a line below zero, and what was paid stands before what is left."""
    order, deposit = deposits.post(an_order(), percentage=30, number="DEP-1", on=DAY, account="1450")
    shown = lines_of(printed.invoice(deposit, **BOTH, language=language))
    has(shown, *(("Voorschotfactuur DEP-1", "Te betalen EUR 65,34") if language == "nl" else ("Deposit invoice DEP-1", "To pay EUR 65.34")))
    order, deposit, final = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit])
    final = payments.receive(ACME, 50, "EUR", number="PAY-1", on=DAY, invoices=[final]).changed[0]
    shown = lines_of(printed.invoice(final, **BOTH, language=language))
    if language == "nl":
        has(
            shown,
            "Met verrekening van DEP-1",
            "Voorschot",
            "21 % -54,00",
            "Factuur DEP-1",
            "Totaal EUR 152,46",
            "Betaald en verrekend -50,00",
        )
        has(shown, "Te betalen EUR 102,46")
    else:
        has(shown, "Less deposit invoice DEP-1", "Deposit", "21 % -54.00", "Invoice DEP-1", "Paid and settled -50.00", "To pay EUR 102.46")


def test_a_deposit_says_the_usual_text_in_the_language_of_the_paper_and_any_other_as_it_is() -> None:
    """On the deposit, on the invoice that takes it off and on its credit note; a sale in words keeps its words."""
    order, deposit = deposits.post(an_order(), percentage=30, number="DEP-1", on=DAY)
    final = invoices.post(order, number="INV-1", on=DAY, deposits=[deposit]).document
    note = credit_notes.post(deposit, orders=order, number="CN-1", on=LATER, reopens=True).document
    for paper in (deposit, final, note):
        dutch = lines_of(printed.invoice(paper, **BOTH))
        assert any(line.split()[0] == "Voorschot" for line in dutch)
        assert not any("Deposit" in line for line in dutch)
        assert "Deposit" in text_of(printed.invoice(paper, **BOTH, language="en"))
    other = deposits.post(an_order(), percentage=30, number="DEP-2", on=DAY, text="Eerste termijn").document
    assert "Eerste termijn" in text_of(printed.invoice(other, **BOTH))
    draft = free_text.draft(ACME, [FreeTextLine(text="Deposit", account="8200", net=D(1), vat=STANDARD)], "EUR", reference="x")
    assert "Deposit" in text_of(printed.invoice(free_text.post(draft, number="FT-1", on=DAY).document, **BOTH))


@LANGUAGES
def test_who_answers_for_vat_and_who_is_paid_stand_on_the_invoice(language: Language) -> None:
    """With name, address and numbers; the account is that of the payee and no longer stands among the seller's numbers."""
    invoice = invoices.post(an_order(), number="INV-1", on=DAY).document
    terms: dict[str, Any] = {**BOTH, "language": language, "account": ACCOUNT}
    sheet = printed.invoice(invoice, **terms, representative=AGENT, payee=PAYEE)
    facts, shown = dict(sheet.facts), lines_of(sheet)
    if language == "nl":
        assert facts["Fiscaal vertegenwoordiger"].splitlines() == ["Agent", "Dock 9", "Gent", "BE", "Btw BE0428759497"]
        assert facts["Te betalen aan"].splitlines() == ["The bank", "33333333"]
        has(shown, f"Rekening {ACCOUNT} van The bank, onder vermelding van INV-1.", "Btw BE0428759497")
    else:
        assert facts["Tax representative"].splitlines()[-1] == "VAT BE0428759497"
        assert facts["Payable to"].splitlines()[0] == "The bank"
        has(shown, f"Account {ACCOUNT} of The bank, mentioning INV-1.")
    assert not any(ACCOUNT in line for line in sheet.registered)
    bare = dict(printed.invoice(invoice, **terms, representative=evolve(AGENT, vat=""), payee=evolve(PAYEE, legal="")).facts)
    assert "VAT" not in bare.get("Tax representative", "") and "The bank" in bare.values()


@LANGUAGES
def test_a_credit_note_names_the_invoice_it_credits(language: Language) -> None:
    """Amounts stay below zero, and what is in the customer's favour is said in plain words."""
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    invoice = payments.receive(ACME, D("217.80"), "EUR", number="PAY-1", on=DAY, invoices=[invoice]).changed[0]
    note = credit_notes.post(invoice, {1: 3}, orders=order, number="CN-1", on=LATER, reopens=False, reason="Torn").document
    shown = lines_of(printed.invoice(note, **BOTH, language=language, account=ACCOUNT))
    if language == "nl":
        has(shown, "Creditnota CN-1", "Crediteert factuur INV-1", "Reden Torn", "CHAI Chai -3 st 18,00 21 % -54,00", "Totaal EUR -65,34")
        has(shown, "In uw voordeel EUR 65,34", "Wij betalen het bedrag terug of verrekenen het met een andere factuur.")
    else:
        has(shown, "Credit note CN-1", "Credits invoice INV-1", "Reason Torn", "CHAI Chai -3 pcs 18.00 21 % -54.00", "Total EUR -65.34")
        has(shown, "In your favour EUR 65.34")
    assert not any("Vervaldatum" in line or "Due date" in line for line in shown)


def test_a_cancelled_invoice_is_marked_and_the_one_that_cancels_it_says_so() -> None:
    """Both can be printed again, and neither asks for money."""
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    done = invoices.cancel(order, invoice, number="INV-2", on=LATER)
    old = next(each for each in done.changed if each.number == "INV-1")
    assert printed.invoice(old, **BOTH).mark == "Geannuleerd door INV-2"
    assert "graag uiterlijk" not in text_of(printed.invoice(old, **BOTH))
    assert ("Annuleert factuur", "INV-1") in printed.invoice(done.document, **BOTH).facts


@LANGUAGES
def test_a_pro_forma_is_marked_on_every_page_has_no_number_and_asks_for_nothing(language: Language) -> None:
    """It is an estimate, of an order or of an invoice in words."""
    order = an_order(*(chai(1) for _ in range(70)))
    sheet = printed.invoice(invoices.pro_forma(order, on=DAY), **BOTH, language=language, account=ACCOUNT)
    found = [page for page in text_of(sheet).split("Pagina " if language == "nl" else "Page ") if "PRO FORMA" in page]
    assert len(found) == 3
    assert sheet.number == ""
    assert not {"Vervaldatum", "Due date"} & {name for name, _ in sheet.facts}
    shown = text_of(sheet)
    assert ("Pro-formafactuur" if language == "nl" else "Pro forma invoice") in shown
    assert ("geen factuur" if language == "nl" else "not an invoice") in shown
    assert "uiterlijk" not in shown and "Please pay" not in shown

    draft = free_text.draft(ACME, [FreeTextLine(text="Rent", account="8200", net=D(100), vat=STANDARD)], "EUR", reference="x")
    assert printed.invoice(free_text.pro_forma(draft, on=DAY), **BOTH).mark == "PRO FORMA"


@LANGUAGES
def test_an_invoice_in_words_shows_its_words(language: Language) -> None:
    """A line with a price shows quantity and price; one with a stated amount only the amount, and an item number where it has one."""
    lines = [
        FreeTextLine(text="Rent of the yard", account="8200", net=D(100), vat=STANDARD),
        FreeTextLine(text="Advice", account="8200", quantity=D("1.5"), unit="HUR", price=D(80), vat=STANDARD, item="ADV"),
    ]
    posted = free_text.post(free_text.draft(ACME, lines, "EUR", reference="x"), number="FT-1", on=DAY).document
    shown = lines_of(printed.invoice(posted, **BOTH, language=language))
    if language == "nl":
        has(shown, "Factuur FT-1", "Rent of the yard 21 % 100,00", "ADV Advice 1,5 uur 80,00 21 % 120,00", "Te betalen EUR 266,20")
    else:
        has(shown, "Invoice FT-1", "Rent of the yard 21 % 100.00", "ADV Advice 1.5 h 80.00 21 % 120.00", "To pay EUR 266.20")


@pytest.mark.parametrize(
    ("category", "dutch", "english"),
    [
        ("AE", "Btw verlegd naar de afnemer.", "Reverse charge: VAT is due by the customer."),
        ("E", "Vrijgesteld van btw.", "Exempt from VAT."),
        ("K", "Intracommunautaire levering, vrijgesteld volgens artikel 138", "Intra-Community supply, exempt by Article 138"),
        (
            "G",
            "Uitvoer buiten de Europese Unie, vrijgesteld volgens artikel 146",
            "Export outside the European Union, exempt by Article 146",
        ),
        ("O", "Valt niet onder de btw.", "Outside the scope of VAT."),
    ],
)
def test_an_invoice_without_vat_says_why(category: str, dutch: str, english: str) -> None:
    """In the words of the law, or in those of the application; VAT at a rate needs no reason."""
    line = orders.line(evolve(CHAI, item=evolve(CHAI.item, vat=Vat(category))), 10)
    invoice = invoices.post(an_order(line, chang(1)), number="INV-1", on=DAY).document
    assert dutch in text_of(printed.invoice(invoice, **BOTH))
    assert english in text_of(printed.invoice(invoice, **BOTH, language="en"))
    own = printed.invoice(invoice, **BOTH, exemptions={category: ("As agreed.", "")})
    assert "As agreed." in text_of(own) and dutch not in text_of(own)


def test_cash_rounding_stands_after_the_total_and_outside_of_vat() -> None:
    """180.03 with 37.81 is 217.84; 217.85 can be paid."""
    order = an_order(chai(10, price=D("18.003")), totals=TotalsPolicy(cash_step=D("0.05")))
    invoice = invoices.post(order, number="INV-1", on=DAY).document
    shown = lines_of(printed.invoice(invoice, **BOTH))
    has(shown, "Totaal exclusief btw 180,03", "Btw 37,81", "Totaal EUR 217,84", "Afronding 0,01", "Te betalen EUR 217,85")
    assert not any("geen" in line for line in shown)


def test_instalments_show_what_is_due_when() -> None:
    """The parts come to the total."""
    terms = PaymentTerms(instalments=(Instalment(share=D(40), days=10), Instalment(share=D(60), months=2)))
    invoice = invoices.post(an_order(payment_terms=terms), number="INV-1", on=DAY).document
    has(lines_of(printed.invoice(invoice, **BOTH)), "Te betalen in termijnen", "12 maart 2026 87,12", "2 mei 2026 130,68")


def test_cash_on_delivery_has_no_due_date() -> None:
    """It is paid when the goods are handed over."""
    invoice = invoices.post(an_order(payment_terms=PaymentTerms(method=PaymentMethod.CASH_ON_DELIVERY)), number="INV-1", on=DAY).document
    sheet = printed.invoice(invoice, **BOTH)
    assert "Rembours: te betalen bij aflevering." in text_of(sheet)
    assert "Vervaldatum" not in dict(sheet.facts)


def test_a_summary_invoice_says_of_each_line_where_it_comes_from() -> None:
    """Order and packing slip, and the period it covers; with one of each the head says it."""
    one, two = an_order(chai(2)), an_order(chang(3), number="SO-2")
    one, first = deliveries.post(one, number="PS-1", on=DAY)
    two, second = deliveries.post(two, number="PS-2", on=DAY)
    invoice = invoices.post([one, two], slips=[first, second], number="INV-1", on=LATER, period=Period.month_of(DAY)).document
    shown = lines_of(printed.invoice(invoice, **BOTH))
    has(shown, "Order SO-1 · Pakbon PS-1", "Order SO-2 · Pakbon PS-2", "Periode 1 maart 2026 t/m 31 maart 2026", "Pakbonnen PS-1, PS-2")


def test_one_credit_of_several_invoices_says_which_line_credits_which() -> None:
    """Each line names its invoice."""
    one, two = an_order(chai(2)), an_order(chang(3), number="SO-2")
    one, first = invoices.post(one, number="INV-1", on=DAY)
    two, second = invoices.post(two, number="INV-2", on=DAY)
    claims = [CreditOf(invoice=first, quantities={1: 1}), CreditOf(invoice=second, quantities={1: 1})]
    note = credit_notes.post(claims, orders=[one, two], number="CN-1", on=LATER, reopens=False).document
    has(
        lines_of(printed.invoice(note, **BOTH)),
        "Crediteert factuur INV-1, INV-2",
        "Order SO-1 · Factuur INV-1",
        "Order SO-2 · Factuur INV-2",
    )


def test_a_price_for_several_units_says_for_how_many() -> None:
    """12.40 a hundred, and a number of an item that is too long for its column."""
    item = Item(number="A-VERY-LONG-NUMBER-OF-AN-ITEM", name="Screw", vat=STANDARD)
    order = an_order(evolve(chai(1500), item=item, price=D("12.40"), price_unit=D(100)))
    shown = lines_of(printed.invoice(invoices.post(order, number="INV-1", on=DAY).document, **BOTH, language="en"))
    assert any("Screw 1,500 pcs 12.40 per 100 21 % 186.00" in line for line in shown)


def test_a_charge_says_in_words_what_it_is() -> None:
    """By its own text, by a word that is known, or by its code; what rounds a credited line says so."""
    charges = [a_charge(number=1, code="pallets", amount=D(4), text="Pallets"), a_charge(number=2, code="toll", amount=D(1))]
    invoice = invoices.post(an_order(charges=charges), number="INV-1", on=DAY).document
    rounding = evolve(invoice.charges[0], charge=Charge(number=-1, code="rounding", text="Chai", amount=D("0.01"), vat=STANDARD))
    shown = lines_of(printed.invoice(evolve(invoice, charges=(*invoice.charges, rounding), totals=None), **BOTH))
    has(shown, "Pallets (geen) 4,00", "toll (geen) 1,00", "Afronding van Chai (21 %) 0,01")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_on_every_paper_net_and_vat_come_to_the_total(language: Language) -> None:
    """The figures of the sheet, read back and added up."""
    order = an_order(chai(7, price=D("9.995")), chang(3, price=D("0.335")), charges=[FREIGHT])
    invoice = invoices.post(order, number="INV-1", on=DAY).document
    [sums] = [block for block in printed.invoice(invoice, **BOTH, language=language).blocks if isinstance(block, Sums)]
    lines, freight, net, vat, total, payable = (D(row.amount.replace(",", ".")) for row in sums.rows)
    assert lines + freight == net
    assert net + vat == total == payable == invoice.total


# ---------------------------------------------------------------------- accounts


PLAN = ReminderPlan(levels=(ReminderLevel(7, D("15.00"), "Eerste aanmaning"),))


@LANGUAGES
def test_a_reminder_lists_what_is_overdue_with_the_fee(language: Language) -> None:
    """Under the heading of its plan: invoices, days, what is owed, and what is to be paid in all."""
    invoice = invoices.post(an_order(), number="INV-1", on=DAY).document
    late = DAY + timedelta(days=40)
    [proposal] = reminders.due_for_reminder([invoice], [], plan=PLAN, on=late)
    reminder = reminders.remind(proposal, [invoice], [], number="REM-1", on=late).document
    shown = lines_of(printed.reminder(reminder, **BOTH, language=language, account=ACCOUNT))
    if language == "nl":
        has(shown, "Eerste aanmaning REM-1", "INV-1 01-04-2026 10 1 217,80", "Achterstallig 217,80", "Aanmaningskosten 15,00")
        has(shown, "Te betalen EUR 232,80", f"Rekening {ACCOUNT} van Salt & Sons, onder vermelding van REM-1.")
    else:
        has(shown, "INV-1 2026-04-01 10 1 217.80", "Overdue 217.80", "Reminder fee 15.00", "To pay EUR 232.80")


def test_a_reminder_without_fee_heading_or_account_says_less() -> None:
    """Its heading then is the ordinary one."""
    line = ReminderLine(invoice="INV-1", due=DAY, balance=D(5), level=1, days_overdue=3)
    shown = lines_of(printed.reminder(Reminder(number="R-1", account="ACME", currency="EUR", on=LATER, lines=(line,)), **BOTH))
    has(shown, "Betalingsherinnering R-1", "Te betalen EUR 5,00")
    assert not any("kosten" in line or "Rekening" in line for line in shown)


@LANGUAGES
def test_a_statement_runs_from_the_opening_to_the_closing_balance(language: Language) -> None:
    """Each document with what it adds and what is owed after it."""
    invoice = invoices.post(an_order(), number="INV-1", on=DAY).document
    invoice, payment = payments.receive(ACME, 100, "EUR", number="PAY-1", on=LATER, invoices=[invoice])
    found = statements.statement(ACME, "EUR", [invoice], [payment], period=Period.month_of(DAY))
    shown = lines_of(printed.statement(found, **BOTH, on=LATER, language=language))
    if language == "nl":
        has(
            shown,
            "Rekeningoverzicht",
            "Beginsaldo 0,00",
            "02-03-2026 Factuur INV-1 217,80 217,80",
            "16-03-2026 Betaling PAY-1 -100,00 117,80",
        )
        has(shown, "Eindsaldo EUR 117,80", "Periode 1 maart 2026 t/m 31 maart 2026")
    else:
        has(shown, "Statement of account", "Opening balance 0.00", "2026-03-02 Invoice INV-1 217.80 217.80", "Closing balance EUR 117.80")


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (Period(), None),
        (Period(DAY), "vanaf 2 maart 2026"),
        (Period(None, DAY), "t/m 2 maart 2026"),
    ],
    ids=["ever", "from", "until"],
)
def test_a_period_that_is_open_is_said_so(period: Period, said: str | None) -> None:
    """On one side, or not at all."""
    found = statements.statement(ACME, "EUR", [], [], period=period)
    assert dict(printed.statement(found, **BOTH, on=DAY).facts).get("Periode") == said


# ---------------------------------------------------------------------- the summary of a sale


def a_sale(**terms: Any) -> Opportunity:
    """Return a sale in the making."""
    given: dict[str, Any] = {"party": "ACME", "contact": "Jo", "competitor": "Pipes & Co", "note": "Wants one supplier."}
    sale = opportunities.register(
        number="O-1", title="Tea for a year", type=PIPELINE, owner="ann", currency="EUR", on=DAY, **(given | terms)
    )
    return evolve(
        sale.document,
        amount=D("1490.00"),
        cost=D("890.00"),
        interests=(Interest(product="CHAI", quantity=D(50), price=D("18.00")),),
        activities=(
            Activity(number=1, kind="call", subject="Ask", due=DAY, done=DAY),
            Activity(number=2, kind="meeting", subject="Taste", due=LATER),
        ),
        papers=(Paper(number="D-1", name="Leaflet", made=DAY),),
        stakeholders=(Stakeholder(party="Bo", role="buyer", rank=2), Stakeholder(party="Jo", role="decider", rank=1)),
        extra=(("colour", "green"),),
        links=("P-7",),
    )


@LANGUAGES
def test_the_summary_of_a_sale_shows_what_there_is_to_know(language: Language) -> None:
    """Fields, figures, stages, products, activities, papers, stakeholders, own fields and the note."""
    shown = lines_of(printed.sale_summary(a_sale(), on=DAY, language=language, owner="Salt & Sons"))
    has(shown, "Wants one supplier.", "Jo decider", "Bo buyer", "colour green")
    assert shown.index("Jo decider") < shown.index("Bo buyer")
    if language == "nl":
        has(shown, "Samenvatting van een verkoop O-1", "Titel Tea for a year", "Bedrag 1.490,00 EUR", "Winst 600,00 EUR", "Kans 20 %")
        has(shown, "CHAI 50 18,00", "02-03-2026 Ask call 02-03-2026", "16-03-2026 Taste meeting", "02-03-2026 Leaflet D-1")
        has(shown, "Volgende activiteit 16 maart 2026: Taste", "Concurrent Pipes & Co", "Koppelingen P-7")
    else:
        has(shown, "Summary of a sale O-1", "Title Tea for a year", "Amount 1,490.00 EUR", "Profit 600.00 EUR", "Probability 20 %")


def test_the_summary_of_a_sale_leaves_out_what_is_empty() -> None:
    """No stages, no tables, no note: only what was registered."""
    bare = opportunities.register(number="O-2", title="Tea", type=evolve(PIPELINE, stages=()), owner="ann", currency="EUR", on=DAY).document
    sheet = sale_summary(bare, on=DAY)
    assert [block.kind for block in sheet.blocks] == ["facts", "facts"]
    assert sheet.sender == ()
    assert "Tea" in text_of(sheet)


def test_the_summary_shows_every_heading_of_the_model() -> None:
    """What ``Opportunity.summary`` lists is on the paper too."""
    sale = evolve(a_sale(), reopen_date=date(2026, 6, 1), stall_reason="Budget")
    shown = text_of(printed.sale_summary(sale, on=DAY, language="en"))
    assert [heading for heading, _ in sale.summary() if heading not in shown and heading != "Number"] == []


# ---------------------------------------------------------------------- what is refused, and one run


def test_only_documents_are_printed() -> None:
    """Something of another kind is refused by name."""
    wrong: Any = an_order()
    for make in (printed.invoice, printed.quotation, printed.confirmation, printed.reminder):
        with pytest.raises(TypeError, match="must be a"):
            make(wrong, **BOTH)
    with pytest.raises(TypeError, match="statement must be a Statement"):
        printed.statement(wrong, **BOTH, on=DAY)
    with pytest.raises(TypeError, match="slip must be a PackingSlip"):
        printed.packing_slip(wrong, [], **BOTH)
    with pytest.raises(TypeError, match="opportunity must be a Opportunity"):
        printed.sale_summary(wrong, on=DAY)


def test_a_table_without_lines_still_has_its_columns() -> None:
    """An offer of nothing is drawn up in no table that falls apart."""
    table = priced_table((), "EUR", Locale("nl"))
    assert isinstance(table, Grid)
    assert len(table.columns) == 7


def test_invoices_of_many_slips_are_posted_and_printed_in_one_run() -> None:
    """Several customer invoices, made from packing slips, in one print with pages of their own."""
    found = []
    for number in (1, 2, 3):
        order, slip = deliveries.post(an_order(number=f"SO-{number}"), number=f"PS-{number}", on=DAY)
        found.append(invoices.post(order, slips=[slip], number=f"INV-{number}", on=DAY).document)
    shown = text_of(*(printed.invoice(each, **BOTH) for each in found))
    assert [f"Factuur INV-{number}" in shown for number in (1, 2, 3)] == [True] * 3
    assert shown.count("Pagina 1 van 1") == 3
