"""Goods that come back, matched with the invoices they were sold on."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from salesflow import CreditOf, Invoice, OrderLine, credit_notes, deliveries, invoices, matching
from tests.builders import DAY, an_order, chai, chang


def sold(number: int, *lines: OrderLine) -> Invoice:
    """An invoice of an order of its own."""
    order, slip = deliveries.post(an_order(*lines, number=f"SO-{number}"), number=f"PS-{number}", on=DAY)
    invoice: Invoice = invoices.post(order, slips=[slip], number=f"INV-{number}", on=DAY).document
    return invoice


def quantities(claims: tuple[CreditOf, ...]) -> dict[str, dict[int, Decimal]]:
    """What is claimed, by invoice and line."""
    return {claim.invoice.number: {line: Decimal(each) for line, each in (claim.quantities or {}).items()} for claim in claims}


def test_the_oldest_is_used_first_and_the_rest_is_left() -> None:
    """Four and three were sold at 18.00, five at 17.00: nine come back at 18.00, and two find no invoice [P14]."""
    bills = [sold(1, chai(4), chang(1)), sold(2, chai(5, price=Decimal(17))), sold(3, chai(3))]
    match = matching.first_in_first_out([chai(6), chai(3), chang(1)], bills)
    assert quantities(match.claims) == {"INV-1": {1: 4, 2: 1}, "INV-3": {1: 3}}
    assert [(line.item.number, line.ordered) for line in match.unmatched] == [("CHAI", 2)]


def test_what_was_credited_before_is_not_found_again() -> None:
    """Three of four were credited: one is left to find."""
    order, slip = deliveries.post(an_order(chai(4)), number="PS-1", on=DAY)
    order, invoice = invoices.post(order, slips=[slip], number="INV-1", on=DAY)
    order, invoice, _ = credit_notes.post(invoice, {1: 3}, orders=order, number="CN-1", on=DAY, reopens=False)
    match = matching.first_in_first_out([chai(2)], [invoice])
    assert (quantities(match.claims), match.unmatched[0].ordered) == ({"INV-1": {1: 1}}, 1)
    _, invoice, _ = credit_notes.post(invoice, {1: 1}, orders=order, number="CN-2", on=DAY, reopens=False)
    assert matching.first_in_first_out([chai(2)], [invoice]).claims == ()
    assert matching.first_in_first_out([], [invoice]) == matching.Match(claims=(), unmatched=())


@given(bought=st.lists(st.integers(1, 5), max_size=5), back=st.lists(st.integers(1, 6), max_size=5))
def test_nothing_is_found_twice_or_lost(bought: list[int], back: list[int]) -> None:
    """What is matched and what is not come to what came back; no line gives more than it sold; no invoice is skipped for a later one."""
    bills = [sold(place, chai(quantity)) for place, quantity in enumerate(bought)]
    match = matching.first_in_first_out([chai(quantity) for quantity in back], bills)
    found = [quantities(match.claims).get(bill.number, {}).get(1, Decimal(0)) for bill in bills]
    assert sum(found) + sum(line.ordered for line in match.unmatched) == sum(back)
    assert sum(found) == min(sum(bought), sum(back))
    assert all(part <= whole for part, whole in zip(found, bought, strict=True))
    used = [place for place, part in enumerate(found) if part]
    assert used == list(range(len(used)))
    assert all(found[place] == bought[place] for place in used[:-1])
