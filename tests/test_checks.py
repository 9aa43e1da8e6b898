"""The door: what is no value at all is a ``TypeError`` or a ``ValueError``, before any rule looks at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from salesflow import (
    Charge,
    Item,
    Money,
    OrderLine,
    Party,
    PaymentTerms,
    Period,
    Product,
    ProductList,
    Project,
    Quantity,
    TermsOfSale,
    Tolerance,
    Vat,
    changes,
    deliveries,
    direct_sales,
    invoices,
    orders,
    payments,
    summaries,
)
from salesflow.checks import (
    exact_number,
    require_date,
    require_decimal,
    require_kind,
    require_moment,
    require_percentage,
    require_text,
    require_tuple_of,
)
from salesflow.model.order import Hold
from salesflow.money import require_currency
from tests.builders import ACME, CHAI, DAY, an_order, chai

NUMBERLESS: list[Any] = [1.5, float("nan"), True, "1", None, object()]
ENDLESS = [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity")]


@pytest.mark.parametrize("value", NUMBERLESS)
def test_a_number_is_a_decimal_or_whole(value: Any) -> None:
    """Floats, booleans, text and nothing are no numbers; the error says what was given."""
    with pytest.raises(TypeError, match="amount must be a Decimal"):
        exact_number("amount", value)
    with pytest.raises(TypeError, match="amount must be a Decimal, not"):
        require_decimal("amount", value)


@pytest.mark.parametrize("value", ENDLESS)
def test_a_number_is_finite(value: Decimal) -> None:
    """NaN and infinity are refused at the door."""
    with pytest.raises(ValueError, match="must be a finite number"):
        exact_number("amount", value)
    with pytest.raises(ValueError, match="must be a finite number"):
        require_decimal("amount", value)


def test_whole_numbers_are_taken_as_they_are() -> None:
    """An int becomes the Decimal of the same value; a Decimal stays the same object."""
    ten = Decimal("10.00")
    assert exact_number("amount", ten) is ten
    assert exact_number("amount", 10) == ten
    require_decimal("amount", ten)


@pytest.mark.parametrize(("value", "fine"), [("0", True), ("100", True), ("-0.01", False), ("100.01", False)])
def test_a_percentage_lies_between_its_ends(value: str, *, fine: bool) -> None:
    """Zero and a hundred are percentages, a cent beyond is none."""
    if fine:
        require_percentage("discount", Decimal(value))
    else:
        with pytest.raises(ValueError, match="must be a percentage from 0 to 100"):
            require_percentage("discount", Decimal(value))


def test_a_date_is_a_plain_date_and_a_moment_knows_its_zone() -> None:
    """A moment is no date, a date no moment, and a moment without zone is refused."""
    require_date("on", DAY)
    require_moment("at", datetime(2026, 3, 2, tzinfo=UTC))
    for wrong in (datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02", None):
        with pytest.raises(TypeError, match="on must be a date"):
            require_date("on", wrong)
    with pytest.raises(TypeError, match="at must be a datetime"):
        require_moment("at", DAY)
    with pytest.raises(ValueError, match="must know its time zone"):
        require_moment("at", datetime(2026, 3, 2))  # noqa: DTZ001  that is the point


def test_text_tuples_kinds_and_currencies_are_what_they_say() -> None:
    """Empty text, lists, wrong members, wrong kinds and unknown currencies are refused by name."""
    with pytest.raises(TypeError, match="number must be text"):
        require_text("number", 7)
    with pytest.raises(ValueError, match="number must not be empty"):
        require_text("number", "  ")
    with pytest.raises(TypeError, match="roles must be a tuple, not list"):
        require_tuple_of("roles", ["x"], str)
    with pytest.raises(TypeError, match="roles must hold str values only, not 1"):
        require_tuple_of("roles", ("a", 1), str)
    with pytest.raises(TypeError, match="order must be a str, not 1"):
        require_kind("order", 1, str)
    with pytest.raises(TypeError, match="currency must be a currency code"):
        require_currency("currency", None)
    with pytest.raises(ValueError, match="ISO 4217"):
        require_currency("currency", "XXQ")
    require_tuple_of("roles", ("a",), str)
    require_kind("order", "a", str)
    require_currency("currency", "EUR")


MALFORMED: list[tuple[str, type[Exception], Callable[[], Any]]] = [
    ("float quantity of a line", TypeError, lambda: orders.line(CHAI, 1.5)),  # type: ignore[arg-type]
    ("zero quantity of a line", ValueError, lambda: chai(0)),
    ("endless quantity of a line", ValueError, lambda: OrderLine(item=CHAI.item, ordered=Decimal("Infinity"), price=Decimal(1))),
    ("float price of a line", TypeError, lambda: chai(1, price=1.5)),
    ("price below zero", ValueError, lambda: chai(1, price=Decimal("-0.01"))),
    ("endless price", ValueError, lambda: chai(1, price=Decimal("NaN"))),
    ("discount above all", ValueError, lambda: chai(1, discount=101)),
    ("line of no item", TypeError, lambda: OrderLine(item="CHAI", ordered=Decimal(1), price=Decimal(1))),  # type: ignore[arg-type]
    ("moment as ship date", TypeError, lambda: chai(1, requested=datetime(2026, 3, 2, tzinfo=UTC))),
    ("order of nobody", TypeError, lambda: an_order(customer="ACME")),
    ("order in no currency", ValueError, lambda: an_order(currency="EURO")),
    ("order without number", ValueError, lambda: an_order(number="")),
    ("order on a text", TypeError, lambda: an_order(on="2026-03-02")),
    ("order of no lines at all", TypeError, lambda: orders.place(number="1", customer=ACME, currency="EUR", lines=["x"], on=DAY)),  # type: ignore[list-item]
    ("hold without code", ValueError, lambda: Hold(code="", on=DAY)),
    ("hold on no date", TypeError, lambda: orders.hold(an_order(), "x", on="today")),  # type: ignore[arg-type]
    ("delivery of a list", TypeError, lambda: deliveries.post(an_order(), [1, 2], number="PS-1", on=DAY)),  # type: ignore[arg-type]
    ("delivery of no order", TypeError, lambda: deliveries.post([None], number="PS-1", on=DAY)),  # type: ignore[list-item]
    ("delivery of a float", TypeError, lambda: deliveries.post(an_order(), {1: 1.5}, number="PS-1", on=DAY)),  # type: ignore[dict-item]
    ("delivery of NaN", ValueError, lambda: deliveries.post(an_order(), {1: Decimal("NaN")}, number="PS-1", on=DAY)),
    ("delivery of truth", TypeError, lambda: deliveries.post(an_order(), {1: True}, number="PS-1", on=DAY)),
    ("delivery without number", ValueError, lambda: deliveries.post(an_order(), number=" ", on=DAY)),
    ("invoice of a list", TypeError, lambda: invoices.post(an_order(), [1], number="INV-1", on=DAY)),  # type: ignore[arg-type]
    ("invoice of no order", TypeError, lambda: invoices.post([None], number="INV-1", on=DAY)),  # type: ignore[list-item]
    ("invoice of no slip", TypeError, lambda: invoices.post(an_order(), slips=["PS-1"], number="INV-1", on=DAY)),  # type: ignore[list-item]
    ("invoice of text", TypeError, lambda: invoices.post(an_order(), {1: "2"}, number="INV-1", on=DAY)),  # type: ignore[dict-item]
    ("invoice without number", ValueError, lambda: invoices.post(an_order(), number="", on=DAY)),
    ("stated float", TypeError, lambda: invoices.post(an_order(), number="I", on=DAY, amounts={"SO-1": {1: 1.5}})),  # type: ignore[dict-item]
    ("short-close of text", TypeError, lambda: orders.short_close(an_order(), {1: "1"}, on=DAY)),  # type: ignore[dict-item]
    ("change without reason", ValueError, lambda: changes.change(an_order(), [], on=DAY, reason="")),
    ("change to NaN", ValueError, lambda: changes.change(an_order(), [changes.SetQuantity(1, Decimal("NaN"))], on=DAY, reason="x")),
    ("cancelling no invoice", TypeError, lambda: invoices.cancel(an_order(), "INV-1", number="I", on=DAY)),  # type: ignore[arg-type]
    ("cancelling for no order", TypeError, lambda: invoices.cancel([1], invoices.pro_forma(an_order(), on=DAY), number="I", on=DAY)),  # type: ignore[list-item]
    ("cancelling no slip", TypeError, lambda: deliveries.cancel(an_order(), "PS-1", number="P", on=DAY)),  # type: ignore[arg-type]
    ("payment of a float", TypeError, lambda: payments.receive("ACME", 1.5, "EUR", number="P", on=DAY)),  # type: ignore[arg-type]
    ("payment in no currency", ValueError, lambda: payments.receive("ACME", 1, "EURO", number="P", on=DAY)),
    ("payment for no invoice", TypeError, lambda: payments.receive("ACME", 1, "EUR", number="P", on=DAY, invoices=["I"])),  # type: ignore[list-item]
    ("sale without zone", ValueError, lambda: direct_sales.sell(ACME, [chai(1)], "EUR", number="1", at=datetime(2026, 3, 2))),  # noqa: DTZ001
    ("plan of no slip", TypeError, lambda: summaries.plan_invoices([], ["PS-1"], period=Period())),  # type: ignore[list-item]
    ("money of a float", TypeError, lambda: Money(1.5, "EUR")),  # type: ignore[arg-type]
    ("quantity of a float", TypeError, lambda: Quantity(1.5, "C62")),  # type: ignore[arg-type]
    ("quantity of no unit", ValueError, lambda: Quantity(Decimal(1), "")),
    ("VAT that is exempt at a rate", ValueError, lambda: Vat("E", Decimal(21))),
    ("VAT above all", ValueError, lambda: Vat("S", Decimal(101))),
    ("tolerance below zero", ValueError, lambda: Tolerance(over=Decimal(-1))),
    ("tolerance under all", ValueError, lambda: Tolerance(under=Decimal(101))),
    ("item without number", ValueError, lambda: Item(number="")),
    ("product below zero", ValueError, lambda: Product(item=CHAI.item, price=Decimal(-1))),
    ("product list of numbers", TypeError, lambda: ProductList(number="L", name="List", products=(1,))),  # type: ignore[arg-type]
    ("charge of a float", TypeError, lambda: Charge(number=1, code="freight", amount=1.5)),  # type: ignore[arg-type]
    ("terms of half a day", ValueError, lambda: PaymentTerms(days=0.5)),  # type: ignore[arg-type]
    ("terms of less than nothing", ValueError, lambda: PaymentTerms(months=-1)),
    ("terms of sale without title", ValueError, lambda: TermsOfSale(number="1", title="")),
    ("project of nobody", ValueError, lambda: Project(number="P", name="P", customer="")),
    ("party without name", ValueError, lambda: Party(number="X", name="")),
    ("party with a list of roles", TypeError, lambda: Party(number="X", name="X", roles=[])),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("error", "make"), [(error, make) for _, error, make in MALFORMED], ids=[name for name, _, _ in MALFORMED])
def test_rubbish_is_refused_at_the_door(error: type[Exception], make: Callable[[], Any]) -> None:
    """Malformed values raise the built-in error that fits, with a message."""
    with pytest.raises(error, match=r"."):
        make()


def test_rubbish_changes_nothing() -> None:
    """The order that rubbish was thrown at is equal to what it was, and so is its hash."""
    order = an_order()
    picture = hash(order)
    for _, error, make in MALFORMED:
        with pytest.raises(error):
            make()
    assert order == an_order()
    assert hash(order) == picture


def test_dates_and_times_keep_their_kind() -> None:
    """The day of a document is a date, and its moment is only there where it was given."""
    order, slip = deliveries.post(an_order(), number="PS-1", on=DAY, at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    assert type(slip.on) is date
    assert slip.at is not None
    assert order.postings[0].at == slip.at
