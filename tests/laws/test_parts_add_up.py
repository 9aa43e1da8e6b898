"""Whatever way a sale is cut into documents, the money comes out the same [I6, I8, I9]."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from salesflow import Item, OrderLine, OrderStatus, OrderType, deliveries, invoices
from salesflow.model.totals import add_up
from salesflow.model.vat import NO_VAT, Vat
from salesflow.money import quantum_of
from salesflow.testing.strategies import CURRENCIES, VATS, cuts, order_lines
from tests.builders import DAY, an_order


def once_rounded(line: OrderLine, currency: str) -> Decimal:
    """The net of a whole line: price less discount times quantity, rounded once, half away from zero."""
    exact = line.ordered * line.price * (100 - line.discount) / 100
    return exact.quantize(quantum_of(currency), ROUND_HALF_UP)


@given(data=st.data(), line=order_lines(services=False), currency=st.sampled_from(CURRENCIES), sign=st.sampled_from([1, -1]))
def test_however_the_deliveries_are_cut_the_invoices_add_up_to_the_line(
    data: st.DataObject, line: OrderLine, currency: str, sign: int
) -> None:
    """Invoicing slip by slip, or quantity by quantity, posts nets that sum to the line rounded once; at the end nothing is left."""
    own = OrderLine(item=line.item, ordered=sign * line.ordered, price=line.price, discount=line.discount)
    kind = OrderType.SALES_ORDER if sign > 0 else OrderType.RETURNED_ORDER
    order = an_order(own, currency=currency, type=kind, rma="RMA-1")
    parts = data.draw(cuts(own.ordered))
    nets = []
    for place, part in enumerate(parts):
        if data.draw(st.booleans()):
            order, slip = deliveries.post(order, {1: part}, number=f"PS-{place}", on=DAY)
            order, invoice = invoices.post(order, slips=[slip], number=f"INV-{place}", on=DAY)
        else:
            order, invoice = invoices.post(order, {1: part}, number=f"INV-{place}", on=DAY)
            order, _ = deliveries.post(order, {1: part}, number=f"PS-{place}", on=DAY)
        nets.append(invoice.net)
        assert invoice.net + invoice.vat == invoice.total
        whole_so_far = sum(nets, Decimal(0))
        assert abs(whole_so_far - order.line(1).invoiced * own.unit_price) <= quantum_of(currency)
    assert sum(nets) == once_rounded(own, currency) == order.net == order.invoiced_net
    assert order.status is OrderStatus.INVOICED
    assert order.open_totals.total == 0


@given(data=st.data(), line=order_lines(services=False))
def test_any_order_of_slips_and_invoices_that_covers_the_line_ends_the_same(data: st.DataObject, line: OrderLine) -> None:
    """Slips and invoices of parts that come to the whole, shuffled together: nothing is left and the order is invoiced [QTY-8]."""
    moves = [("slip", part) for part in data.draw(cuts(line.ordered))] + [("invoice", part) for part in data.draw(cuts(line.ordered))]
    order = an_order(line)
    for place, (kind, part) in enumerate(data.draw(st.permutations(moves))):
        assert order.status is not OrderStatus.INVOICED
        post = deliveries.post if kind == "slip" else invoices.post
        order = post(order, {1: part}, number=f"N-{place}", on=DAY).changed[0]
        balance = order.line(1)
        assert balance.invoice_remainder == balance.deliver_remainder + balance.delivered_not_invoiced
    assert (balance.deliver_remainder, balance.invoice_remainder, order.status) == (0, 0, OrderStatus.INVOICED)
    assert order.invoiced_net == once_rounded(line, "EUR")


def test_neither_remainder_alone_says_that_an_order_is_invoiced() -> None:
    """A new order has nothing delivered and not invoiced; one invoiced ahead has nothing left to invoice; both are open [QTY-2, QTY-9]."""
    new = an_order()
    assert (new.line(1).delivered_not_invoiced, new.line(1).invoice_remainder, new.status) == (0, 10, OrderStatus.OPEN)
    ahead = invoices.post(new, number="INV-1", on=DAY).changed[0]
    assert (ahead.line(1).delivered_not_invoiced, ahead.line(1).invoice_remainder, ahead.status) == (-10, 0, OrderStatus.OPEN)


def test_three_times_one_at_a_third_of_a_cent_more() -> None:
    """3 x 1 at 0.335, invoiced one by one, gives 0.34, 0.33 and 0.34: 1.01, and not 3 x 0.34."""
    order = an_order(OrderLine(item=Item(number="I-1"), ordered=Decimal(3), price=Decimal("0.335")))
    nets = []
    for place in range(3):
        order, invoice = invoices.post(order, {1: 1}, number=f"INV-{place}", on=DAY)
        nets.append(invoice.net)
    assert nets == [Decimal("0.34"), Decimal("0.33"), Decimal("0.34")]
    assert sum(nets) == Decimal("1.01")


@given(
    nets=st.lists(st.tuples(st.sampled_from(VATS), st.decimals(-1000, 1000, places=2)), max_size=8),
    freight=st.decimals(-100, 100, places=2),
    currency=st.sampled_from(["EUR", "USD"]),
)
def test_every_part_of_a_total_is_shown_and_sums(nets: list[tuple[Vat, Decimal]], freight: Decimal, currency: str) -> None:
    """Net, charges and VAT sum to the total; each group's VAT is its rate over its base, rounded once; the bases cover everything."""
    totals = add_up(nets, [(NO_VAT, freight)], quantum_of(currency))
    assert totals.net == sum((amount for _, amount in nets), Decimal(0))
    assert totals.net + totals.charges + totals.vat == totals.total
    assert sum((group.base for group in totals.groups), Decimal(0)) == totals.net + totals.charges
    for group in totals.groups:
        assert group.amount == (group.base * group.vat.rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert len({group.vat for group in totals.groups}) == len(totals.groups)


@given(lines=st.lists(order_lines(), min_size=1, max_size=4), currency=st.sampled_from(CURRENCIES))
@example(lines=[OrderLine(item=Item(number="I-1"), ordered=Decimal(1), price=Decimal(1231), discount=Decimal(100))], currency="EUR")
def test_a_discount_never_makes_a_line_negative_and_all_of_it_gives_nothing(lines: list[OrderLine], currency: str) -> None:
    """A line is never below zero nor above its undiscounted value, and 100 percent off is exactly nothing."""
    for line in lines:
        net = line.amount(line.ordered, quantum_of(currency))
        assert 0 <= net <= (line.ordered * line.price).quantize(quantum_of(currency), ROUND_HALF_UP)
        assert line.discount != 100 or net == 0


@given(line=order_lines(), more=st.lists(st.decimals(0, 100, places=2), min_size=2, max_size=2, unique=True))
def test_a_larger_discount_never_costs_more(line: OrderLine, more: list[Decimal]) -> None:
    """The net falls, or stays, as the discount grows."""
    nets = [
        OrderLine(item=line.item, ordered=line.ordered, price=line.price, discount=each).amount(line.ordered, Decimal("0.01"))
        for each in sorted(more)
    ]
    assert all(one >= other for one, other in pairwise(nets))
