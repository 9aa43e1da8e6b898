"""How each rule of charges, of prices with VAT in them, and of reversals and deposits is broken, and how its refusal reads."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from attrs import evolve

from salesflow import (
    Basis,
    ChargeRule,
    CreditOf,
    FreeTextLine,
    PriceBook,
    TradeAgreement,
    Vat,
    changes,
    charges,
    credit_notes,
    deposits,
    free_text,
    invoices,
    restating,
    return_credits,
)
from salesflow.model.charge import Threshold
from salesflow.model.pricing import AgreementLink
from salesflow.model.totals import WITH_VAT
from salesflow.model.trade_agreement import Relation
from salesflow.process.restating import OtherRate
from tests.after_sale_broken import received
from tests.builders import ACME, DAY, a_charge, advice, an_order, chai
from tests.promises_broken import standing

D = Decimal
ONE = charges.fee(5, number=1)
OFF = charges.discount(percentage=10, number=1)


def with_charges(*rules: ChargeRule, **terms: Any) -> Callable[[], Any]:
    """Place an order of ten chai with these charges."""
    return lambda: an_order(charges=rules, **terms)


def change(*wanted: changes.Change, **terms: Any) -> Any:
    """Change an order of ten chai."""
    return changes.change(an_order(**terms), wanted, on=DAY, reason="asked for")


def credit_without_discount() -> Any:
    """Credit all lines of an invoice and leave its discount."""
    order, invoice = invoices.post(an_order(charges=[OFF]), number="INV-1", on=DAY)
    return credit_notes.post(
        [CreditOf(invoice=invoice, quantities={1: 10}, charges={})], orders=order, number="CN-1", on=DAY, reopens=False
    )


def cancel_credit(*, again: bool = False, given: bool = True) -> Any:
    """Cancel a credit note, after what it credited was invoiced again or not, with what it credits or without."""
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    order, invoice, note = credit_notes.post(invoice, orders=order, number="CN-1", on=DAY, reopens=True)
    if again:
        order, _ = invoices.post(order, number="INV-2", on=DAY)
    return invoices.cancel(order, note, number="CN-2", on=DAY, taken_back=[invoice] if given else [])


def cancel_credit_of_return() -> Any:
    """Cancel the credit note of what came back."""
    rma, returned, order, invoice = received()
    done = return_credits.credit(rma, returned, [order], [invoice], number="CN-1", on=DAY)
    return invoices.cancel([returned, order], done.document, number="CN-2", on=DAY, taken_back=[invoice])


def gross_under_agreement() -> Any:
    """Order at a price with VAT in it under an agreement of prices without."""
    line = evolve(chai(10, price=D("18.15")), basis=Basis.GROSS, link=AgreementLink("AG-1", 1))
    return an_order(line, totals=WITH_VAT, agreements=[standing()])


def total_discount(amount: str) -> TradeAgreement:
    """An amount off the whole order."""
    return TradeAgreement(number="T-1", relation=Relation.TOTAL_DISCOUNT, currency="EUR", amount=D(amount))


def half_in_advance() -> Any:
    """Invoice an order without the deposit that is open."""
    order, _ = deposits.post(an_order(), percentage=50, number="D-1", on=DAY)
    return invoices.post(order, number="INV-1", on=DAY)


def net_in_words() -> Any:
    """State an amount without VAT on an invoice of prices with VAT."""
    line = FreeTextLine(text="Rent", account="8000", net=D(10), vat=Vat("S", D(21)))
    draft = free_text.draft(ACME, [line], "EUR", reference="D-1", totals=WITH_VAT)
    return free_text.post(draft, number="FT-1", on=DAY)


GROSS = evolve(chai(10, price=D("21.78")), basis=Basis.GROSS)

BREAKS: dict[str, Callable[[], object]] = {
    "agreement.basis": gross_under_agreement,
    "charge.condition": with_charges(evolve(ONE, granted=Threshold(least=D(100), below=D(50)))),
    "charge.cycle": with_charges(charges.discount(percentage=5, number=1, upon=(2,)), charges.freight(5, number=2)),
    "charge.digits": with_charges(charges.fee(D("4.995"), number=1)),
    "charge.number": with_charges(a_charge(number=1, code="a", amount=D(1)), a_charge(number=1, code="b", amount=D(1))),
    "charge.number-used": lambda: change(changes.AddCharge(ONE), charges=[OFF]),
    "charge.over-left": lambda: invoices.post(an_order(charges=[ONE]), number="INV-1", on=DAY, charges={"SO-1": {1: D("5.01")}}),
    "charge.over-lines": with_charges(charges.discount(D("180.01"), number=1)),
    "charge.percentage": with_charges(charges.discount(percentage=D("100.01"), number=1)),
    "charge.unit": lambda: an_order(chai(1), advice(1), charges=[charges.fee(per_unit=1, number=1)]),
    "charge.unknown": lambda: change(changes.RemoveCharge(2), charges=[OFF]),
    "credit.discount-apart": credit_without_discount,
    "deposit.open": half_in_advance,
    "free-text.basis": net_in_words,
    "invoice.invoiced-again": lambda: cancel_credit(again=True),
    "invoice.of-return": cancel_credit_of_return,
    "invoice.taken-back-missing": lambda: cancel_credit(given=False),
    "order.basis-posted": lambda: restating.restate(
        invoices.post(an_order(), {1: 1}, number="INV-1", on=DAY).changed[0], Basis.GROSS, on=DAY, reason="for a consumer"
    ),
    "order.same-basis": lambda: restating.restate(an_order(), Basis.NET, on=DAY, reason="for a business"),
    "price.another-rate": lambda: restating.at_rate(GROSS, Vat("S", D(9)), OtherRate.REFUSE),
    "price.basis": lambda: an_order(GROSS, chai(1)),
    "trade-agreement.digits": lambda: PriceBook([total_discount("4.995")]),
}
"""The rules, each with what breaks it."""

SAID = {
    "agreement.basis": "line 1 has a price with VAT; agreement AG-1 speaks of prices without VAT: restate the line with restating.line",
    "charge.condition": "charge 1 of order SO-1 cannot be granted as it is: nothing lies between where it begins and where it ends, "
    "or two tiers begin together; correct the condition",
    "charge.cycle": "charge 1 of order SO-1 is taken of charge 2, which does not stand before it; put that one first",
    "charge.digits": "charge 1 of order SO-1 names 4.995; amounts in EUR are multiples of 0.01, so round it",
    "charge.number": "order SO-1 has charge number 1 2 times; give each its own number, above zero",
    "charge.number-used": "order SO-1 has or had a charge 1; leave the number out, or set that charge",
    "charge.over-left": "charge 1 of order SO-1 has 5.00 left, not 5.01",
    "charge.over-lines": "charge 1 of order SO-1 takes 180.01 off, and its lines bear 180.00; lower the discount",
    "charge.percentage": "charge 1 of order SO-1 is -100.01 percent; give a percentage from -100 to 100, or an amount",
    "charge.unit": "charge 1 of order SO-1 counts C62, HUR; name the unit, or limit the lines that it covers",
    "charge.unknown": "order SO-1 has no charge 2",
    "credit.discount-apart": "invoice INV-1 would keep 18.00 more of discounts than of lines at 21 percent; credit them together",
    "deposit.open": "order SO-1 has 108.90 invoiced in advance, and the deposits given have 0 left; give the others, or keep_deposits",
    "free-text.basis": "line 1 of D-1 states an amount without VAT; state it as the prices of the invoice are",
    "invoice.invoiced-again": "line 1 of order SO-1 has 0 left to invoice, and credit note CN-1 took 10 back; credit that first",
    "invoice.of-return": "credit note CN-1 was given for return RMA-1; invoice again what the customer keeps",
    "invoice.taken-back-missing": "INV-1 is taken back by invoice CN-1 and was not given; give it with the cancellation",
    "order.basis-posted": "order SO-1 has 1 postings; its prices stay without VAT",
    "order.same-basis": "order SO-1 has prices without VAT already",
    "price.another-rate": "line 0 has a price with 21 percent in it and would be taxed at 9; say whether the price or its net stays",
    "price.basis": "line 2 has a price without VAT, and order SO-1 has prices with VAT; restate the line in the basis of the document",
    "trade-agreement.digits": "agreement T-1 takes 4.995 off; amounts in EUR are multiples of 0.01, so round it",
}
"""How each of those refusals reads."""
