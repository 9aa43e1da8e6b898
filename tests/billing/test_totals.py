"""The totals engine: rounding policies, prices with VAT in them, and the figures of an electronic invoice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve, fields
from hypothesis import example, given, settings
from hypothesis import strategies as st

from salesflow import Basis, Charge, TotalsPolicy, Vat, invoices, totals
from salesflow.billing.totals import cash_rounding, line_net, quantum_for, work_out
from salesflow.model.einvoice import Adjustment, EInvoice, Sums
from salesflow.model.totals import MissingCent, Sold, TaxRounding
from salesflow.money import quantum_of
from tests.builders import CHAI, DAY, STANDARD, an_order, chai
from tests.einvoices import a_line, an_invoice, einvoices

D = Decimal
LOW, NONE = Vat("S", D(9)), Vat("Z")
CENT = D("0.01")
POLICIES = {each: TotalsPolicy(tax_rounding=each) for each in TaxRounding}
INCLUDED = TotalsPolicy(basis=Basis.GROSS)


def sold(*amounts: str, vat: Vat = STANDARD, quantity: int = 1) -> list[Sold]:
    """Return lines of those amounts."""
    return [Sold(vat=vat, amount=D(amount), quantity=D(quantity)) for amount in amounts]


@pytest.mark.parametrize(
    ("rounding", "vat"),
    [(TaxRounding.GROUP, "0.63"), (TaxRounding.LINE, "0.66"), (TaxRounding.UNIT, "0.60")],
    ids=str,
)
def test_vat_is_rounded_where_the_policy_says(rounding: TaxRounding, vat: str) -> None:
    """
    Three lines of 10 for 1.00 in all, at 21 percent.

    Together 0.63; each line of 1.00 has 0.21; each unit of 0.10 has 0.021, so 0.02, and ten of them 0.20.
    Three lines of 1.05 have 0.2205 each: 0.22 by line, and 0.6615 or 0.66 as a group.
    """
    lines = sold("1.00", "1.00", "1.00", quantity=10)
    found = totals.add_up(lines, currency="EUR", policy=POLICIES[rounding]).vat
    assert found == (D("0.60") if rounding is TaxRounding.UNIT else D("0.63"))
    odd = sold("0.50", "0.50", "0.50", "0.50", "0.50", "0.50", quantity=5)
    # 3.00 at 21 % is 0.63; 0.50 at 21 % is 0.105, so 0.11 six times; 0.10 at 21 % is 0.021, so 0.02 thirty times.
    assert totals.add_up(odd, currency="EUR", policy=POLICIES[rounding]).vat == D(vat)


grosses = st.integers(-100_000, 100_000).map(lambda units: D(units).scaleb(-2))
gross_lines = st.lists(st.builds(Sold, vat=st.sampled_from((STANDARD, LOW, NONE)), amount=grosses), max_size=12)


@given(gross_lines, st.lists(st.builds(Charge, number=st.just(1), code=st.just("freight"), amount=grosses, vat=st.just(LOW)), max_size=2))
def test_prices_with_vat_come_to_their_sum_exactly(lines: list[Sold], charges: list[Charge]) -> None:
    """The total is the sum of the prices [I7], the nets of the lines add up, and none strays more than a cent from its own."""
    found = totals.add_up(lines, charges, currency="EUR", policy=INCLUDED)
    assert found.total == sum((each.amount for each in lines), D(0)) + sum((each.amount for each in charges), D(0))
    nets = totals.without_tax(lines, currency="EUR")
    assert sum(nets, D(0)) == totals.add_up(lines, currency="EUR", policy=INCLUDED).net
    for line, net in zip(lines, nets, strict=True):
        assert net == net.quantize(CENT)
        assert abs(net - line.amount / (1 + line.vat.rate / 100)) < CENT


@given(gross_lines.filter(bool), st.none() | st.just(D("1.00")), st.sampled_from(MissingCent))
def test_an_electronic_invoice_of_prices_with_vat_is_paid_with_their_sum(
    lines: list[Sold], rounding: Decimal | None, missing: MissingCent
) -> None:
    """
    What is left to pay is the sum of the prices, and a line is its price times its quantity.

    VAT is the rate over the net where the missing cent is the rounding of the document, and otherwise at most a cent beside it.
    """
    made = [
        a_line(place, quantity=D(1).copy_sign(line.amount), price=abs(line.amount), category=line.vat.category, rate=line.vat.rate)
        for place, line in enumerate(lines, start=1)
    ]
    freight = Adjustment(charge=True, amount=D("12.10"), reason="freight", category="S", rate=D(21))
    rebate = Adjustment(amount=D("1.21"), reason="rebate", category="S", rate=D(21))
    raw = EInvoice(number="1", on=DAY, currency="EUR", lines=tuple(made), adjustments=(freight, rebate), rounding=rounding)
    found = totals.take_tax_out(raw, missing=missing)
    assert found.sums is not None
    assert found.sums.payable == sum((line.amount for line in lines), D("10.89")) + (rounding or 0)
    for group in found.breakdown:
        beside = group.tax - (group.taxable * (group.rate or 0) / 100).quantize(CENT, "ROUND_HALF_UP")
        assert abs(beside) <= (CENT if missing is MissingCent.IN_VAT else 0)
    for line in found.lines:
        assert line.net == line_net(line, CENT)


def test_three_cents_with_vat_are_no_net_and_its_vat() -> None:
    """0.02 and 0.03 at 21 percent come to 0.02 and 0.04: the cent between is VAT, or the rounding of the document [GRS-P3]."""
    three = EInvoice(
        number="1", on=DAY, currency="EUR", lines=(a_line(quantity=None, price=D("0.03")), a_line(quantity=D(1), price=D("0.03")))
    )
    sums = totals.take_tax_out(three, missing=MissingCent.IN_ROUNDING).sums
    assert sums is not None
    assert (sums.net, sums.tax, sums.rounding, sums.payable) == (D("0.02"), D("0.00"), D("0.01"), D("0.03"))
    sums = totals.take_tax_out(three).sums
    assert sums is not None
    assert (sums.net, sums.tax, sums.rounding, sums.payable) == (D("0.02"), D("0.01"), None, D("0.03"))


def test_a_total_in_cash_is_a_multiple_of_the_step() -> None:
    """121.02 is paid with 121.00; without a step nothing is rounded."""
    cash = TotalsPolicy(cash_step=D("0.05"))
    invoice = totals.complete(evolve(an_invoice(a_line(price=D("25.004"))), sums=None), cash)
    assert invoice.sums is not None
    assert (invoice.sums.gross, invoice.sums.rounding, invoice.sums.payable) == (D("121.02"), D("-0.02"), D("121.00"))
    assert cash_rounding(D("121.03"), cash) == D("0.02")
    assert cash_rounding(D("121.03"), TotalsPolicy()) == 0


@pytest.mark.parametrize(
    ("currency", "policy", "quantum"),
    [("EUR", (), "0.01"), ("JPY", (), "1"), ("KWD", (), "0.01"), ("HUF", (("EUR", 2), ("HUF", 0)), "1"), ("QQQ", (), "0.01")],
)
def test_digits_are_those_of_the_currency_and_at_most_two(currency: str, policy: tuple[tuple[str, int], ...], quantum: str) -> None:
    """The norm has no third decimal, a policy may take digits away, and a currency nobody knows has two."""
    assert quantum_for(currency, TotalsPolicy(digits=policy)) == D(quantum)


def test_whole_forints() -> None:
    """Lines and VAT are rounded to the digits that the policy gives a currency."""
    raw = EInvoice(number="1", on=DAY, currency="HUF", lines=(a_line(quantity=D(3), price=D("0.50"), rate=D(27)),))
    sums = work_out(raw, TotalsPolicy(digits=(("HUF", 0),))).sums
    assert (sums.net, sums.tax, sums.payable) == (2, 1, 3)


def test_a_line_that_cannot_be_worked_out_goes_by_what_it_states() -> None:
    """Without quantity or price, or with a price for no units; nothing at all where it states nothing."""
    lines = (a_line(quantity=None, net=D("1.00")), a_line(price=None), a_line(base_quantity=D(0), net=D("2.00")))
    worked = work_out(EInvoice(number="1", on=DAY, currency="EUR", lines=lines))
    assert worked.nets == (None, None, None)
    assert worked.sums.lines == 3
    assert totals.complete(EInvoice(number="1", on=DAY, currency="EUR", lines=lines), tax_accounting=D(9)).lines[0].net == 1


def test_an_allowance_without_figures_takes_nothing_off() -> None:
    """A percentage of nothing known is zero, and the check says so."""
    bare = EInvoice(number="1", on=DAY, currency="EUR", lines=(a_line(adjustments=(Adjustment(percent=D(5)),)),))
    assert work_out(bare).sums.lines == 100


def test_vat_of_parts_drifts_by_half_a_cent_each_at_most() -> None:
    """Three parts of 0.02 have no VAT at 21 percent; 0.06 has a cent."""
    order = an_order(chai(3, price=D("0.02")))
    whole = order.totals
    parts = []
    for number in (1, 2, 3):
        order, part = invoices.post(order, {1: 1}, number=f"INV-{number}", on=DAY)
        parts.append(part)
    assert totals.vat_drift(parts, whole) == D("-0.01")
    assert abs(totals.vat_drift(parts, whole)) <= quantum_of("EUR") / 2 * len(parts)


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"cash_step": D(0)}, ValueError),
        ({"cash_step": 0.05}, TypeError),
        ({"tax_rounding": "group"}, TypeError),
        ({"digits": []}, TypeError),
    ],
)
def test_a_policy_is_well_formed(terms: dict[str, object], error: type[Exception]) -> None:
    """A step is above zero, and nothing is a binary fraction."""
    with pytest.raises(error):
        TotalsPolicy(**terms)  # type: ignore[arg-type]


def test_the_default_rounding_is_that_of_the_documents() -> None:
    """Chai at 18.00: 21 percent of 54.00."""
    assert an_order(chai(3)).totals.vat == D("11.34")
    assert CHAI.price == 18


@pytest.mark.parametrize("category", ["L", "M", "B"])
def test_other_taxes_have_a_rate_as_well(category: str) -> None:
    """Canary Islands, Ceuta and Melilla, and split payment; a reverse charge has none."""
    assert Vat(category, D(7)).rate == 7
    with pytest.raises(ValueError, match="category AE has no rate"):
        Vat("AE", D(7))


# ---------------------------------------------------------------------- zeros


def signs_of(invoice: EInvoice) -> list[Decimal]:
    """Return every zero with a sign among the amounts that were worked out."""
    assert invoice.sums is not None
    found = [line.net for line in invoice.lines] + [each.amount for each in invoice.adjustments]
    found += [amount for group in invoice.breakdown for amount in (group.taxable, group.tax)]
    found += [getattr(invoice.sums, each.name) for each in fields(Sums)]
    return [amount for amount in found if amount is not None and not amount and amount.is_signed()]


@settings(max_examples=30)
@given(einvoices())
@example(an_invoice(a_line(quantity=D(-1), price=D(0))))
@example(an_invoice(a_line(quantity=D(-1), price=D("0.004"))))
@example(an_invoice(a_line(quantity=D(-1), price=D("0.02"))))
@example(an_invoice(a_line(quantity=None, net=D("-0.00"))))
@example(an_invoice(a_line(), adjustments=(Adjustment(base=D("-0.01"), percent=D(1), reason="none", category="S", rate=D(21)),)))
def test_no_zero_has_a_sign(invoice: EInvoice) -> None:
    """Neither nets nor VAT nor totals, whichever side they come from; and so where VAT is taken out of the prices."""
    worked = totals.complete(evolve(invoice, sums=None, lines=tuple(evolve(line, net=None) for line in invoice.lines)))
    assert signs_of(worked) == []
    assert signs_of(totals.take_tax_out(invoice)) == []


@pytest.mark.parametrize("policy", [*POLICIES.values(), INCLUDED], ids=str)
def test_vat_of_next_to_nothing_is_a_zero_without_a_sign(policy: TotalsPolicy) -> None:
    """A cent that goes back has no VAT, and that is not less than none."""
    found = totals.add_up(sold("-0.01"), currency="EUR", policy=policy)
    assert [str(group.amount) for group in found.groups] == ["0.00"]
