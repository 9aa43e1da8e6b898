"""The door of electronic invoices: what is no text, number, day or pair is refused before any rule looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve, fields

from salesflow import Address, TradeParty, en16931, identifiers, totals
from salesflow.documents import ubl
from salesflow.model.einvoice import Adjustment, EInvoice, Payee, Profile, Scope, Sums, TaxRepresentative
from tests.einvoices import BELGIUM, DAY, a_line, an_invoice

D = Decimal
AGENT = TaxRepresentative(name="Agent", vat="BE0428759497", address=BELGIUM)
RICH = an_invoice(
    a_line(gross_price=D("26.00"), price_discount=D("1.00"), adjustments=(Adjustment(amount=D("1.00"), reason="agreed"),)),
    adjustments=(Adjustment(base=D("10.00"), percent=D(5), reason="agreed", category="S", rate=D(21)),),
    payee=Payee(name="The bank"),
    representative=AGENT,
    deliver_to=BELGIUM,
    preceding=(("INV-0", DAY),),
    profile=Profile.PEPPOL,
)
ODD: tuple[Any, ...] = (
    None, "", "QQ", "x" * 5000, "\x00", 0, True, 1.5, [], (), ("a",), (("a", "b"),), ((None, None),), object(), Address(), Payee(),
    D(0), D("-1"), D("1E+14"), D("1E+15"), D("1E+30"), D("-1E+30"), D("1E-24"), D("1E-25"), D("NaN"), D("-Infinity"), D("1E+999999"),
    D("0E-99999"), D("0E+99999"), D("0.001"), date.min, date.max, datetime(2026, 3, 2, tzinfo=UTC), TradeParty(name=""),
)  # fmt: skip


def mutants(value: Any) -> Iterator[Any]:
    """Yield the value with each field set to each odd thing that the door lets in; the rest is refused by type or value."""
    for field in fields(type(value)):
        for odd in ODD:
            try:
                yield evolve(value, **{field.name: odd})
            except (TypeError, ValueError) as error:
                assert str(error)


def invoices() -> Iterator[EInvoice]:
    """Yield the rich invoice with one odd field, of itself or of a part."""
    yield from mutants(RICH)
    for name in ("seller", "buyer", "payee", "representative", "sums"):
        yield from (evolve(RICH, **{name: each}) for each in mutants(getattr(RICH, name)))
    for name in ("lines", "adjustments", "breakdown"):
        for each in mutants(getattr(RICH, name)[0]):
            terms: dict[str, Any] = {name: (each,)}
            yield evolve(RICH, **terms)


def test_whatever_the_door_lets_in_can_be_checked_written_and_reckoned_with() -> None:
    """Findings by id; what grows beyond reckoning when it is worked out is refused in a sentence."""
    count = 0
    for count, invoice in enumerate(invoices(), start=1):  # noqa: B007  the last place is the number of invoices
        assert all(each.rule and each.message for scope in Scope for each in en16931.check(invoice, scope=scope))
        assert all(each.rule for each in identifiers.check(invoice))
        assert isinstance(hash(invoice), int)
        for work in (totals.complete, totals.take_tax_out, ubl.write):
            try:
                work(invoice)
            except ValueError as error:
                assert "digits" in str(error) or "is written with" in str(error)
    assert count > 450


@pytest.mark.parametrize("number", [D("NaN"), D("Infinity"), D("1E+15"), D("1E-25"), D("1E+30"), 1, 1.5, "1"])
@pytest.mark.parametrize("name", ["quantity", "price", "base_quantity", "gross_price", "price_discount"])
def test_numbers_that_nobody_can_reckon_with_are_refused(name: str, number: Any) -> None:
    """No number, none that ends, or more digits than arithmetic is exact to."""
    with pytest.raises((TypeError, ValueError), match=name):
        a_line(**{name: number})


def test_the_largest_numbers_there_are_come_to_exact_figures() -> None:
    """Fifteen digits times fifteen digits, for the smallest number of units."""
    most = D("9" * 15)
    line = a_line(quantity=most, price=most, base_quantity=D("1E-12"))
    invoice = an_invoice(line, a_line(2, quantity=-most, price=most, base_quantity=D("1E-12")))
    assert invoice.lines[0].net == D((10**15 - 1) ** 2 * 10**12)
    assert invoice.sums == Sums(lines=D(0), net=D(0), tax=D(0), gross=D(0), payable=D(0))
    assert en16931.check(invoice) == ()


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"preceding": (("INV-0",),)}, "preceding must be a pair"),
        ({"preceding": ((1, None),)}, "preceding must be a str"),
        ({"preceding": (("INV-0", "soon"),)}, "preceding must be a date"),
        ({"foreign": (("sums", 1),)}, "foreign must hold str"),
        ({"missing": ("sums.prepaid",)}, "missing must hold paths that end in one of profile, lines"),
        ({"period": DAY}, "period must be a pair"),
        ({"period": (DAY, "soon")}, "period must be a date"),
        ({"deliver_to": "BE"}, "deliver_to must be a Address"),
        ({"deliver_to": Address(city=None)}, "deliver_to.city must be a str"),  # type: ignore[arg-type]
        ({"notes": ("a", 1)}, "notes must hold str"),
        ({"payee": AGENT}, "payee must be a Payee"),
        ({"number": None}, "number must be a str"),
        ({"tax_point": "soon"}, "tax_point must be a date"),
    ],
)
def test_what_is_of_another_kind_is_refused_by_its_name(terms: dict[str, Any], said: str) -> None:
    """Texts, days, pairs and parts."""
    with pytest.raises((TypeError, ValueError), match=said):
        evolve(RICH, **terms)


def test_attributes_are_pairs_of_texts() -> None:
    """A name and a value each."""
    for odd in ((("Colour",),), (("Colour", 1),), ("Colour",)):
        with pytest.raises(TypeError):
            a_line(attributes=odd)
