"""Terms of payment in the words of a quotation, a confirmation or an invoice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from salesflow import PaymentTerms, TermsOfSale
from salesflow.documents.languages import Locale
from salesflow.documents.terms_in_words import early, payment, terms_of_sale
from salesflow.model.terms import AT_ONCE, NET_30, CashDiscount, Instalment, PaymentMethod

D = Decimal
WEEK, MONTH, DELIVERY = PaymentMethod.CURRENT_WEEK, PaymentMethod.CURRENT_MONTH, PaymentMethod.CASH_ON_DELIVERY


@pytest.mark.parametrize(
    ("terms", "dutch", "english"),
    [
        (NET_30, "Betaling binnen 30 dagen na factuurdatum.", "Payment within 30 days of the invoice date."),
        (AT_ONCE, "Betaling op factuurdatum.", "Payment on the invoice date."),
        (PaymentTerms(months=1), "Betaling binnen 1 maand na factuurdatum.", "Payment within 1 month of the invoice date."),
        (
            PaymentTerms(months=2, days=1),
            "Betaling binnen 2 maanden en 1 dag na factuurdatum.",
            "Payment within 2 months and 1 day of the invoice date.",
        ),
        (
            PaymentTerms(method=MONTH),
            "Betaling uiterlijk aan het einde van de maand van de factuur.",
            "Payment by the end of the month of the invoice.",
        ),
        (
            PaymentTerms(method=WEEK, days=7),
            "Betaling binnen 7 dagen na het einde van de week van de factuur.",
            "Payment within 7 days of the end of the week of the invoice.",
        ),
        (PaymentTerms(method=DELIVERY), "Rembours: te betalen bij aflevering.", "Cash on delivery."),
        (
            PaymentTerms(instalments=(Instalment(share=D(40)), Instalment(share=D(60), days=30))),
            "Betaling 40 % op factuurdatum, 60 % binnen 30 dagen na factuurdatum.",
            "Payment 40 % on the invoice date, 60 % within 30 days of the invoice date.",
        ),
    ],
    ids=["net", "at-once", "month", "months-and-day", "end-of-month", "end-of-week", "delivery", "instalments"],
)
def test_terms_of_payment_are_said_in_a_sentence(terms: PaymentTerms, dutch: str, english: str) -> None:
    """Every way of counting has its sentence, in both languages."""
    assert (payment(terms, Locale("nl")).text, payment(terms, Locale("en")).text) == (dutch, english)


CHAIN = PaymentTerms(days=60, cash_discount=CashDiscount(percentage=D(3), days=8, then=CashDiscount(percentage=D("1.5"), months=1, days=0)))


def test_a_cash_discount_is_said_step_by_step() -> None:
    """Before there is an invoice in days, on the invoice by date."""
    assert payment(CHAIN, Locale("en")).text.splitlines()[1:] == [
        "3 % cash discount for payment within 8 days of the invoice date.",
        "1.5 % cash discount for payment within 1 month of the invoice date.",
    ]
    assert list(early(CHAIN, date(2026, 1, 31), Locale("nl"))) == [
        "3 % betalingskorting bij betaling uiterlijk 8 februari 2026.",
        "1,5 % betalingskorting bij betaling uiterlijk 28 februari 2026.",
    ]


def test_terms_of_sale_stand_under_their_title_and_edition() -> None:
    """Editions that are not there are passed over."""
    [words] = terms_of_sale((None, TermsOfSale(number="7", title="General", text="Pay.")), Locale("nl"))
    assert (words.heading, words.text, words.small) == ("Verkoopvoorwaarden: General (7)", "Pay.", True)
