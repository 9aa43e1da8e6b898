"""Forecasts, rates, league tables, targets, lists and projections of sales."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from salesflow import (
    Address,
    Lead,
    LeadStatus,
    Opportunity,
    OpportunityStatus,
    OpportunityType,
    OrderType,
    Period,
    QuotationStatus,
    Recipient,
    RefusedError,
    Stage,
    Target,
    campaigns,
    deliveries,
    dynamics,
    invoices,
    leads,
    lists,
    metrics,
    opportunities,
    orders,
    payments,
    quotations,
    target_types,
    targets,
)
from salesflow.model.campaign import CampaignStatus, Participation, RecipientKind
from salesflow.model.exchange import Rate, RateTable
from salesflow.model.lead import DisqualifiedReason
from salesflow.model.opportunity import ForecastCategory, Interest
from salesflow.model.quotation import VersionState
from salesflow.model.target import TargetScope, TargetUnit
from salesflow.process.target_types import Dimension, TargetType
from tests.builders import ACME, CHAI, DAY, LATER, an_order, chai, codes

D = Decimal
S = OpportunityStatus
MARCH = Period.month(2026, 3)
STAGES = (Stage(name="first", probability=D(20)), Stage(name="last", probability=D(50), category=ForecastCategory.COMMIT))
KIND = OpportunityType(name="sale", stages=STAGES)
EURO = RateTable(base="EUR", on=DAY, rates=(Rate(currency="GBP", rate=D("1.562")), Rate(currency="NOK", rate=D("12.677"), unit=D(100))))


def sale(number: str = "O-1", amount: int = 100, **terms: Any) -> Opportunity:
    """A sale, open and in March unless it says otherwise."""
    wanted: dict[str, Any] = {
        "title": "x",
        "type": KIND,
        "registered": date(2026, 1, 1),
        "owner": "ann",
        "currency": "EUR",
        "sale_date": DAY,
        "stage": "first",
        "probability": D(20),
    } | terms
    if wanted.get("status") is S.SOLD:
        wanted["probability"] = D(100)
    if wanted.get("status") is S.LOST:
        wanted["probability"] = D(0)
    return Opportunity(number=number, amount=D(amount), **wanted)


FOUR = (sale("O-1", 100), sale("O-2", 200, status=S.SOLD), sale("O-3", 400, status=S.LOST), sale("O-4", 800, status=S.STALLED))


# ---------------------------------------------------------------------- exchange


def test_rates_are_of_a_unit() -> None:
    """1 GBP is 1.562 and 100 NOK are 12.677; the base is one [CUR-2, CUR-3]."""
    assert (EURO.to_base(D(1), "GBP"), EURO.to_base(D(100), "NOK"), EURO.to_base(D(5), "EUR")) == (D("1.562"), D("12.677"), 5)
    assert EURO.convert(D(100), "GBP", "NOK") == D("1232.15")
    with pytest.raises(LookupError, match="no rate of USD"):
        EURO.to_base(D(1), "USD")
    for wrong in ({"rate": D(0)}, {"unit": D(-1)}, {"rate": 1.5}, {"currency": "XXX"}):
        with pytest.raises((TypeError, ValueError)):
            Rate(**({"currency": "GBP", "rate": D(1)} | wrong))  # type: ignore[arg-type]


@given(amount=st.decimals(0, 100_000, places=2), currency=st.sampled_from(["GBP", "NOK", "EUR"]))
def test_there_and_back_is_the_same(amount: Decimal, currency: str) -> None:
    """Within rounding of the currency [CUR-3]."""
    assert EURO.from_base(EURO.to_base(amount, currency), currency).quantize(D("0.01")) == amount


# ---------------------------------------------------------------------- forecast


def test_a_forecast_is_what_was_sold_and_the_weighted_rest() -> None:
    """200 sold and 20 percent of 100; stalled by policy, lost never; by the sale date [FCS-1, FCS-2]."""
    outside = sale("O-5", 999, sale_date=date(2026, 4, 1))
    found = metrics.forecast([*FOUR, outside], MARCH)
    assert (found.closed, found.open, found.weighted, found.expected) == (200, 100, 20, 220)
    assert metrics.forecast(FOUR, MARCH, include_stalled=True).weighted == 180
    assert [found.category(name) for name in ForecastCategory] == [400, 900, 0, 0, 200]
    assert sum(amount for _, amount in found.categories) == sum(each.amount for each in FOUR)
    assert metrics.forecast([], MARCH).expected == 0


def test_three_months_are_looked_at() -> None:
    """Last, this and next, also at the turn of a year [FCS-1]."""
    assert metrics.around(date(2026, 1, 31)) == (Period.month(2025, 12), Period.month(2026, 1), Period.month(2026, 2))


def test_the_largest_and_the_hottest() -> None:
    """By amount, and by amount times probability; open ones only [FCS-3]."""
    hot = sale("O-9", 90, probability=D(80))
    assert [each.number for each in metrics.largest([*FOUR, hot])] == ["O-1", "O-9"]
    assert [each.number for each in metrics.hottest([*FOUR, hot], 1)] == ["O-9"]


def test_currencies_are_not_added_without_rates() -> None:
    """With them they are [CUR-4]."""
    mixed = [sale("O-1", 100), sale("O-2", 100, currency="GBP"), sale("O-3", 100, currency="GBP", status=S.SOLD)]
    for add in (
        lambda: metrics.forecast(mixed, MARCH),
        lambda: metrics.league(mixed, lambda each: each.owner),
        lambda: metrics.coverage(mixed, 1),
        lambda: metrics.win_rate_by_amount([evolve(each, status=S.SOLD) for each in mixed]),
    ):
        with pytest.raises(RefusedError) as refused:
            add()
        assert codes(refused) == ("forecast.mixed-currency",)
    found = metrics.forecast(mixed, MARCH, rates=EURO)
    assert (found.open, found.weighted, found.closed) == (D("256.2"), D("51.24"), D("156.2"))


_some = st.lists(
    st.builds(
        lambda amount, status, owner, day, probability: (amount, status, owner, day, probability),
        st.integers(0, 1000),
        st.sampled_from(S),
        st.sampled_from(["ann", "bob"]),
        st.integers(0, 60),
        st.integers(0, 100),
    ),
    max_size=12,
)


def made(rows: list[tuple[int, Any, str, int, int]]) -> list[Opportunity]:
    """Sales of the rows that were drawn."""
    return [
        sale(f"O-{n}", amount, status=status, owner=owner, sale_date=date(2026, 2, 1) + timedelta(days=day), probability=D(share))
        for n, (amount, status, owner, day, share) in enumerate(rows)
    ]


@given(rows=_some)
def test_a_forecast_adds_up_over_owners_and_periods(rows: list[tuple[int, Any, str, int, int]]) -> None:
    """Parts that do not overlap come to the whole, and a higher probability never lowers it [FCS-5]."""
    everything = made(rows)
    whole = metrics.forecast(everything, Period()).expected
    assert whole == sum(
        metrics.forecast([each for each in everything if each.owner == owner], Period()).expected for owner in ("ann", "bob")
    )
    cut = date(2026, 3, 1)
    parts = (Period(None, cut - timedelta(days=1)), Period(cut, None))
    assert whole == sum(metrics.forecast(everything, part).expected for part in parts)
    surer = [evolve(each, probability=min(each.probability + 10, D(100))) for each in everything]
    assert metrics.forecast(surer, Period()).expected >= whole


@given(rows=_some)
def test_a_league_table_is_a_partition(rows: list[tuple[int, Any, str, int, int]]) -> None:
    """Counts, values and days of the groups come to those of all; rates lie between 0 and 1 [MET-15]."""
    everything = made(rows)
    table = metrics.league(everything, lambda each: each.owner)
    one = metrics.league(everything, lambda _: "all").get("all", metrics.LeagueRow())
    for name in (
        "count",
        "open",
        "stalled",
        "won",
        "lost",
        "won_value",
        "lost_value",
        "open_value",
        "weighted",
        "days_to_win",
        "days_to_lose",
    ):
        assert sum(getattr(row, name) for row in table.values()) == getattr(one, name)
    for rate in (one.win_rate, one.win_rate_all):
        assert rate is None or 0 <= rate <= 1
    assert metrics.win_rate(everything) == one.win_rate
    assert metrics.cycle_days(everything) == one.mean_days_to_win


# ---------------------------------------------------------------------- rates


def test_rates_of_nothing_are_none() -> None:
    """Never zero, and never an error [MET-0]."""
    empty = metrics.LeagueRow()
    assert (empty.win_rate, empty.win_rate_all, empty.mean_won, empty.mean_days_to_win, empty.mean_days_to_lose) == (None,) * 5
    assert (metrics.win_rate([]), metrics.win_rate_by_amount([]), metrics.cycle_days([]), metrics.coverage([], 0)) == (None,) * 4
    assert (metrics.velocity_of([]), metrics.velocity_of([sale()]), metrics.needed_pipeline(1, 0)) == (None,) * 3
    assert (metrics.rounded(None, 2), metrics.percent(None)) == (None, None)


def test_rates_are_those_of_the_books() -> None:
    """30 of 100 closed; 40 x 25 000 x 25 % in 90 days; 3.0 million for a target of one [MET-2, MET-5, TGT-7]."""
    closed = [sale(f"W-{n}", status=S.SOLD) for n in range(30)] + [sale(f"L-{n}", status=S.LOST) for n in range(70)]
    assert (metrics.win_rate([*closed, sale(), FOUR[3]]), metrics.percent(metrics.win_rate(closed))) == (D("0.3"), 30)
    assert metrics.rounded(metrics.win_rate_by_amount(FOUR), 6) == D("0.333333")
    assert metrics.rounded(metrics.velocity(40, 25_000, D("0.25"), 90), 2) == D("2777.78")
    assert metrics.rounded(metrics.velocity(18, 42_000, D("0.24"), 78), 2) == D("2326.15")
    assert metrics.velocity(1, 1, 1, 0) is None
    assert metrics.coverage([sale(amount=3_000_000)], 1_000_000) == 3
    assert metrics.needed_pipeline(1000, D("0.25")) == 4000
    two = [sale("O-1"), sale("O-2", 200, status=S.SOLD)]
    assert metrics.rounded(metrics.velocity_of(two), 4) == D("3.3333")


def test_booked_and_invoiced_revenue_are_two_figures() -> None:
    """What was sold in March, how many, and what was invoiced less what was credited [MET-1, MET-3, MET-6]."""
    assert (metrics.volume(FOUR, MARCH), metrics.revenue(FOUR, MARCH), metrics.volume(FOUR, Period.month(2026, 4))) == (1, 200, 0)
    order, invoice = invoices.post(an_order(), number="INV-1", on=DAY)
    _, _, reversal = invoices.cancel(order, invoice, number="INV-2", on=date(2026, 4, 1))
    draft = invoices.pro_forma(an_order(), on=DAY)
    assert metrics.invoiced_revenue([invoice, reversal, draft], MARCH, "EUR") == D("180.00")
    assert metrics.invoiced_revenue([invoice, reversal], Period(), "EUR") == 0
    assert metrics.invoiced_revenue([invoice], MARCH, "USD") == 0


def test_who_bought_a_product() -> None:
    """Not who cancelled, drafted or sent it back [CMP-F4]."""
    bought = an_order()
    cancelled = orders.cancel(an_order(number="SO-2"), on=DAY).document
    draft = an_order(number="SO-3", type=OrderType.JOURNAL)
    back = an_order(chai(-1), number="SO-4", type=OrderType.RETURNED_ORDER, rma="R-1")
    assert lists.buyers([cancelled, draft, back], "CHAI") == ()
    assert (lists.buyers([bought, bought], "CHAI"), lists.buyers([bought], "CHANG")) == (("ACME",), ())


def test_advertising_and_a_lower_price_are_compared() -> None:
    """At 42 percent margin a cut of 10 needs 31.25 percent more, a rise of 10 may lose 19.23; at 25 percent 66.7 [MKT-2]."""
    assert metrics.volume_to_earn_back(D("0.10"), D("0.42")) == D("0.3125")
    assert metrics.rounded(metrics.volume_to_earn_back(D("-0.10"), D("0.42")), 4) == D("-0.1923")
    assert metrics.rounded(metrics.volume_to_earn_back(D("0.10"), D("0.25")), 3) == D("0.667")
    assert [metrics.volume_to_earn_back(D(cut), D("0.25")) for cut in ("0.25", "0.3")] == [None, None]
    assert (metrics.units_to_earn_back(1000, 4), metrics.units_to_earn_back(1000, 0)) == (250, None)


def test_history_counts_days_pushes_and_conversion() -> None:
    """Ten days in the first stage, five on hold, back for two; put off twice; one of two went on [STG-8, FCS-6, MET-7]."""
    done = opportunities.register(number="O-1", title="x", type=KIND, owner="ann", currency="EUR", on=DAY)
    here, events = done.document, [*done.events]
    acts: list[Any] = [
        lambda each: opportunities.move_to(each, "last", on=date(2026, 3, 12)),
        lambda each: opportunities.stall(each, on=date(2026, 3, 15)),
        lambda each: opportunities.reopen(each, on=date(2026, 3, 20)),
        lambda each: opportunities.set_sale_date(each, date(2026, 5, 1), on=date(2026, 3, 20)),
        lambda each: opportunities.set_sale_date(each, date(2026, 4, 20), on=date(2026, 3, 20)),
        lambda each: opportunities.set_sale_date(each, date(2026, 6, 1), on=date(2026, 3, 20)),
        lambda each: opportunities.move_to(each, "first", on=date(2026, 3, 21)),
        lambda each: opportunities.mark_sold(each, on=date(2026, 3, 23)),
    ]
    for act in acts:
        step = act(here)
        here, events = step.document, [*events, *step.events]
    other = opportunities.register(number="O-2", title="x", type=KIND, owner="ann", currency="EUR", on=DAY)
    events += [*other.events, object()]
    assert metrics.days_in_stages(events, "O-1", LATER + timedelta(days=30)) == {"first": 12, "last": 4, "stalled": 5}
    assert metrics.days_in_stages(events, "O-1", date(2026, 3, 14)) == {"first": 10, "last": 2}
    assert (metrics.days_in_stages(events, "O-3", DAY), metrics.pushes(events, "O-1"), metrics.pushes(events, "O-2")) == ({}, 2, 0)
    order = [stage.name for stage in STAGES]
    assert metrics.stage_conversion(events, "first", order) == D("0.5")
    assert metrics.stage_conversion(events, "last", order) == 0
    assert metrics.stage_conversion([], "first", order) is None
    plain = OpportunityType(name="bare")
    bare = opportunities.register(number="O-4", title="x", type=plain, owner="ann", currency="EUR", on=DAY).events
    assert metrics.days_in_stages(bare, "O-4", LATER) == {}


# ---------------------------------------------------------------------- targets


def target(**terms: Any) -> Target:
    """A target of the company for 2026, in euros by months."""
    wanted: dict[str, Any] = {"number": "T-1", "year": 2026, "scope": TargetScope.COMPANY, "currency": "EUR"} | terms
    return Target(**wanted)


def test_a_year_is_divided_exactly() -> None:
    """100.00 over twelve months is 4 x 8.34 and 8 x 8.33 [TGT-3]."""
    done = targets.set_annual(target(), 100, on=DAY, by="ann").document
    assert (done.parts, done.annual) == ((D("8.34"),) * 4 + (D("8.33"),) * 8, 100)
    count = targets.set_annual(target(unit=TargetUnit.COUNT, currency=None, parts=(D(0),) * 4), 10, on=DAY).document
    assert count.parts == (3, 3, 2, 2)
    [revision] = done.revisions
    assert (revision.by, revision.what, sum(revision.before), sum(revision.after)) == ("ann", "set", 0, 100)


@given(cents=st.integers(0, 10**9), parts=st.sampled_from([4, 12]))
def test_the_parts_are_the_year(cents: int, parts: int) -> None:
    """To the cent, and none differs from another by more than one [TGT-3]."""
    annual = D(cents).scaleb(-2)
    done = targets.set_annual(target(parts=(D(0),) * parts), annual, on=DAY).document
    assert done.annual == annual
    assert max(done.parts) - min(done.parts) <= D("0.01")


def test_parts_are_set_copied_and_locked() -> None:
    """One month by itself; last year's with 10 percent more; nothing while it is locked [TGT-4, TGT-5]."""
    one = targets.set_part(target(), 3, 50, on=DAY).document
    assert (one.parts[2], one.annual) == (50, 50)
    earlier = targets.set_annual(target(number="T-0", year=2025), 1200, on=DAY).document
    copied = targets.copy_from(target(), earlier, percentage=10, on=DAY).document
    assert copied.parts == (D("110.00"),) * 12
    held = targets.lock(copied, on=DAY, by="ann").document
    wrong: list[tuple[Any, str]] = [
        (lambda: targets.set_annual(held, 1, on=DAY), "target.locked"),
        (lambda: targets.set_part(held, 1, 1, on=DAY), "target.locked"),
        (lambda: targets.copy_from(held, earlier, on=DAY), "target.locked"),
        (lambda: targets.lock(held, on=DAY), "target.same-lock"),
        (lambda: targets.unlock(copied, on=DAY), "target.same-lock"),
        (lambda: targets.set_part(target(), 13, 1, on=DAY), "target.no-part"),
        (lambda: targets.set_part(target(), 0, 1, on=DAY), "target.no-part"),
        (lambda: targets.copy_from(target(), target(number="T-0", year=2025), on=DAY), "target.nothing-to-copy"),
        (lambda: targets.copy_from(target(year=2025), earlier, on=DAY), "target.nothing-to-copy"),
        (lambda: targets.copy_from(target(currency="USD"), earlier, on=DAY), "target.nothing-to-copy"),
    ]
    for refuse, code in wrong:
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == (code,)
    assert [revision.what for revision in targets.unlock(held, on=DAY).document.revisions] == ["copied", "locked", "unlocked"]
    count = target(unit=TargetUnit.COUNT, currency=None)
    before = targets.set_annual(evolve(count, year=2025, number="T-0"), 12, on=DAY).document
    assert targets.copy_from(count, before, percentage=-60, on=DAY).document.parts == (0,) * 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""},
        {"kind": ""},
        {"year": "2026"},
        {"scope": "company"},
        {"parts": (D(1),) * 5},
        {"parts": [D(1)] * 12},
        {"key": "ann"},
        {"scope": TargetScope.USER},
        {"currency": None},
        {"unit": TargetUnit.COUNT},
    ],
)
def test_a_target_that_cannot_be(wrong: dict[str, Any]) -> None:
    """Twelve months or four quarters, of somebody, in money or a number [TGT-1]."""
    with pytest.raises((TypeError, ValueError)):
        target(**wrong)


def test_how_far_a_target_is_reached() -> None:
    """120 of 100 is 120 percent; of what was sold in the period, in its unit, of whom it is for; sums are a guide [TGT-2, TGT-6, MET-4]."""
    mine = targets.set_annual(target(scope=TargetScope.USER, key="ann", parts=(D(0),) * 4), 400, on=DAY).document
    won = [
        sale("O-1", 120, status=S.SOLD, cost=D(70)),
        sale("O-2", 999, status=S.SOLD, owner="bob"),
        sale("O-3", 80, status=S.SOLD, sale_date=date(2026, 4, 1)),
        sale("O-4", 77, status=S.SOLD, sale_date=date(2025, 12, 31)),
        sale("O-5", 500),
    ]
    ann = lists.of_owner("ann")
    assert (targets.actual(mine, won, ann), targets.attainment(mine, won, ann)) == (200, 50)
    assert targets.attainment(mine, won, ann, upto=1) == 120
    assert targets.attainment(target(), won, ann) is None
    assert targets.actual(evolve(mine, unit=TargetUnit.PROFIT), won, ann) == 130
    assert targets.actual(evolve(mine, unit=TargetUnit.COUNT, currency=None), won, ann) == 2
    pounds = [sale("O-9", 100, status=S.SOLD, currency="GBP")]
    assert targets.actual(mine, pounds, ann, rates=EURO) == D("156.20")
    with pytest.raises(ValueError, match="there are no rates"):
        targets.actual(mine, pounds, ann)
    assert targets.sum_of([mine, mine]) == 800
    assert (mine.period(1), mine.period(4).end, mine.upto(2).end) == (
        Period(date(2026, 1, 1), date(2026, 3, 31)),
        date(2026, 12, 31),
        date(2026, 6, 30),
    )


@pytest.mark.parametrize(
    ("dimension", "value"),
    [
        (Dimension.SALE_TYPE, "sale"),
        (Dimension.SOURCE, "fair"),
        (Dimension.CREDITED, "north"),
        (Dimension.COMPETITOR, "Rival"),
        (Dimension.CATEGORY, "hotel"),
        (Dimension.COUNTRY, "NL"),
    ],
)
def test_a_type_looks_at_one_side_of_a_sale(dimension: Dimension, value: str) -> None:
    """By kind of sale, source, credit, competitor, or the company's category and country [TGT-1]."""
    hotel = evolve(ACME, category="hotel", address=Address(country="NL"))
    rich = sale(status=S.SOLD, source="fair", credited="north", competitor="Rival", party="ACME")
    plain = sale("O-2", status=S.SOLD, type=OpportunityType(name="other"), party="GONE")
    kind = TargetType(name="part", dimension=dimension, values=(value,))
    mine = target_types.counts(target(kind="part"), kind, parties={"ACME": hotel})
    assert [mine(rich), mine(plain)] == [True, False]


def test_a_target_counts_its_own() -> None:
    """All of the company, the owners of a group, or one user [TGT-1]."""
    won = [sale("O-1", 10, status=S.SOLD), sale("O-2", 20, status=S.SOLD, owner="bob"), sale("O-3", 40, status=S.SOLD, owner="eve")]
    of_group = target(scope=TargetScope.GROUP, key="north")
    of_user = target(scope=TargetScope.USER, key="ann")
    groups = {"north": ("ann", "bob")}
    assert targets.actual(target(), won, target_types.counts(target())) == 70
    assert targets.actual(of_group, won, target_types.counts(of_group, groups=groups)) == 30
    assert targets.actual(of_group, won, target_types.counts(of_group)) == 0
    assert targets.actual(of_user, won, target_types.counts(of_user)) == 10


def test_types_come_and_go() -> None:
    """Each looks at a side of its own; the one of all sales stays; with a type its targets go [TGT-1, TGT-4]."""
    fair = TargetType(name="fairs", dimension=Dimension.SOURCE, values=("fair",))
    types = target_types.add((target_types.ALL_SALES,), fair)
    rows = (target(), target(number="T-2", kind="fairs"), target(number="T-3", kind="fairs", scope=TargetScope.USER, key="ann"))
    wrong: list[tuple[Any, str]] = [
        (lambda: target_types.add(types, evolve(fair, name="web")), "target.type-twice"),
        (lambda: target_types.add(types, evolve(fair, dimension=Dimension.COUNTRY)), "target.type-twice"),
        (lambda: target_types.add(types, TargetType(name="everything")), "target.type-twice"),
        (lambda: target_types.remove(types, "all sales"), "target.type-stays"),
        (lambda: target_types.counts(target(), evolve(fair, unit=TargetUnit.PROFIT)), "target.type-stays"),
        (lambda: target_types.counts(rows[2], evolve(fair, scopes=(TargetScope.COMPANY,))), "target.type-stays"),
    ]
    for refuse, code in wrong:
        with pytest.raises(RefusedError) as refused:
            refuse()
        assert codes(refused) == (code,)
    assert target_types.remove(types, "fairs", rows) == ((target_types.ALL_SALES,), rows[:1])
    fewer, stay, go = target_types.restrict(fair, (TargetScope.COMPANY,), rows)
    assert (fewer.scopes, stay, go) == ((TargetScope.COMPANY,), rows[:2], rows[2:])
    for bad in ({"dimension": Dimension.SOURCE}, {"values": ("x",)}, {"name": ""}, {"unit": "amount"}):
        with pytest.raises((TypeError, ValueError)):
            TargetType(**({"name": "x"} | bad))


# ---------------------------------------------------------------------- lists


@given(rows=_some)
def test_skipping_completed_hides_sold_and_lost_and_nothing_else(rows: list[tuple[int, Any, str, int, int]]) -> None:
    """In their order; by default everything is shown [CMP-F1, CMP-F2]."""
    everything = made(rows)
    assert lists.of(everything) == tuple(everything)
    assert lists.of(everything, skip_completed=True) == tuple(each for each in everything if each.status not in {S.SOLD, S.LOST})
    red = lists.overdue(everything, DAY)
    assert all(each.status is S.OPEN and each.sale_date < DAY for each in red)


def test_lists_are_filtered_grouped_and_browsed() -> None:
    """By company, person, project, diary, product, date and status; previous and next follow the list [CMP-F2, CMP-F3, CMP-F4]."""
    rich = sale(
        "O-9",
        900,
        party="ACME",
        contact="JANE",
        project="P-1",
        owner="bob",
        interests=(Interest(product="CHAI", quantity=D(1), price=D(1)),),
    )
    everything = (*FOUR, rich)
    for test in (
        lists.of_company("ACME"),
        lists.of_person("JANE"),
        lists.of_project("P-1"),
        lists.of_owner("bob"),
        lists.about("CHAI"),
    ):
        assert lists.of(everything, test) == (rich,)
    assert lists.of(everything, lists.due_in(MARCH), lists.is_status(S.OPEN)) == (FOUR[0], rich)
    ranked = lists.of(everything, skip_completed=True, order=lambda each: each.amount, descending=True)
    assert [each.number for each in ranked] == ["O-9", "O-4", "O-1"]
    assert [lists.beside(ranked, number) for number in ("O-9", "O-4", "O-1")] == [
        (None, ranked[1]),
        (ranked[0], ranked[2]),
        (ranked[1], None),
    ]
    with pytest.raises(LookupError, match="no sale 'O-2'"):
        lists.beside(ranked, "O-2")
    assert {key: len(group) for key, group in lists.grouped(everything, lambda each: each.owner).items()} == {"ann": 4, "bob": 1}
    assert lists.forgotten(everything) == (FOUR[0], rich)
    assert lists.rotting(everything, DAY) == ()
    assert lists.overdue(everything, LATER) == (FOUR[0], rich)


def test_selections_are_lists_or_tests() -> None:
    """A call list keeps its order, a dynamic one asks anew [CMP-F3, CPG-1]."""
    calls = lists.Selection(number="S-1", name="calls", members=("O-3", "O-1", "O-7"), favourite=True)
    assert calls.of(FOUR) == (FOUR[2], FOUR[0])
    dynamic = lists.Selection(number="S-2", name="open", test=lists.is_status(S.OPEN))
    assert dynamic.of(FOUR) == (FOUR[0],)
    with pytest.raises(ValueError, match="one of the two"):
        evolve(calls, test=lists.is_status(S.OPEN))
    with pytest.raises(ValueError, match="name must not be empty"):
        lists.Selection(number="S-3", name="")


# ---------------------------------------------------------------------- projections


def test_every_reason_belongs_to_one_state() -> None:
    """In each of the seven tables [CRM-1]."""
    for table in ("campaign", "campaignresponse", "lead", "opportunity", "quote", "salesorder", "invoice"):
        reasons = [each.reason_code for each in dynamics.states(table)]
        assert len(set(reasons)) == len(reasons)
    with pytest.raises(KeyError):
        dynamics.states("nonsense")
    with pytest.raises(TypeError, match="no state"):
        dynamics.state(object())
    with pytest.raises(TypeError, match="no enumeration"):
        dynamics.scm_status(object())  # type: ignore[arg-type]


def a_lead(status: LeadStatus = LeadStatus.OPEN, reason: str = "") -> Lead:
    """A lead of a status."""
    return evolve(leads.register(number="L-1", name="Jo", owner="ann", on=DAY).document, status=status, reason=reason)


@pytest.mark.parametrize(
    ("document", "state", "reason"),
    [
        (a_lead(), "Open", "New"),
        (a_lead(LeadStatus.CONTACTING), "Open", "Contacted"),
        (a_lead(LeadStatus.POSTPONED), "Open", "Contacted"),
        (a_lead(LeadStatus.QUALIFIED), "Qualified", "Qualified"),
        (a_lead(LeadStatus.DISQUALIFIED, DisqualifiedReason.LOST.value), "Disqualified", "Lost"),
        (a_lead(LeadStatus.DISQUALIFIED, DisqualifiedReason.CANNOT_CONTACT.value), "Disqualified", "Cannot Contact"),
        (a_lead(LeadStatus.DISQUALIFIED, DisqualifiedReason.NO_LONGER_INTERESTED.value), "Disqualified", "No Longer Interested"),
        (a_lead(LeadStatus.DISQUALIFIED, DisqualifiedReason.CANCELLED.value), "Disqualified", "Canceled"),
        (sale(), "Open", "In Progress"),
        (sale(status=S.STALLED), "Open", "On Hold"),
        (sale(status=S.SOLD), "Won", "Won"),
        (sale(status=S.LOST), "Lost", "Canceled"),
        (sale(status=S.LOST, competitor="Rival"), "Lost", "Out-Sold"),
    ],
)
def test_states_of_leads_and_sales(document: Any, state: str, reason: str) -> None:
    """Row by row [D:states]."""
    found = dynamics.state(document)
    assert (found.state, found.reason) == (state, reason)


def test_states_of_quotations_orders_and_invoices() -> None:
    """Row by row; what quantities allow wins [D:states]."""

    def seen(document: Any) -> tuple[str, str]:
        found = dynamics.state(document)
        return found.state, found.reason

    quotation = quotations.draw_up(number="Q-1", party=ACME, currency="EUR", lines=[quotations.line(CHAI, 1)], on=DAY).document
    sent = quotations.send(quotation, on=DAY).document
    revised = quotations.revise(sent, lines=[quotations.line(CHAI, 2)], on=DAY).document
    states = {state: seen(evolve(quotation.version, state=state)) for state in VersionState}
    assert states == {
        VersionState.DRAFT: ("Draft", "In Progress"),
        VersionState.SENT: ("Active", "Open"),
        VersionState.CONFIRMED: ("Won", "Won"),
        VersionState.LOST: ("Closed", "Lost"),
        VersionState.CANCELLED: ("Closed", "Canceled"),
        VersionState.ARCHIVED: ("Closed", "Revised"),
    }
    assert (seen(revised), seen(revised.versions[0])) == (("Draft", "In Progress"), ("Closed", "Revised"))
    order = an_order()
    held = orders.hold(order, "credit", on=DAY).document
    partly, _ = deliveries.post(order, {1: 4}, number="PS-1", on=DAY)
    whole, slip = deliveries.post(order, number="PS-1", on=DAY)
    billed, invoice = invoices.post(whole, slips=[slip], number="INV-1", on=DAY)
    assert [seen(each) for each in (order, held, partly, whole, billed, orders.cancel(order, on=DAY).document)] == [
        ("Active", "New"),
        ("Active", "Pending"),
        ("Fulfilled", "Partial"),
        ("Fulfilled", "Complete"),
        ("Invoiced", "Invoiced"),
        ("Canceled", "No Money"),
    ]
    part, _ = payments.receive(ACME, 10, "EUR", number="P-1", on=DAY, invoices=[invoice])
    paid, _ = payments.receive(ACME, invoice.total, "EUR", number="P-1", on=DAY, invoices=[invoice])
    _, gone, _ = invoices.cancel(billed, invoice, number="INV-2", on=DAY)
    bills = (invoice, invoices.send(invoice, on=DAY).document, part, paid, gone)
    assert [seen(each) for each in bills] == [
        ("Active", "New"),
        ("Active", "Billed"),
        ("Paid", "Partial"),
        ("Paid", "Complete"),
        ("Canceled", "Canceled"),
    ]
    assert [dynamics.scm_status(each) for each in (quotation, sent)] == [(0, "Created"), (1, "Sent")]
    assert QuotationStatus.SENT == sent.status


def test_states_of_campaigns_and_their_recipients() -> None:
    """Row by row [D:states]."""
    planned = campaigns.plan(number="C-1", name="x", type="mailing", period=MARCH, currency="EUR", on=DAY).document
    ann = Recipient(contact="ANN", kind=RecipientKind.CUSTOMER, document="ACME")
    ready = evolve(planned, recipients=(ann,))
    seen = [
        dynamics.state(each).reason for each in (planned, ready, *(evolve(ready, status=status) for status in list(CampaignStatus)[1:]))
    ]
    assert seen == ["Proposed", "Ready To Launch", "Launched", "Launched", "Launched", "Completed", "Canceled"]
    assert [dynamics.state(evolve(ann, participation=each)).state for each in Participation] == [
        "Open",
        "Open",
        "Open",
        "Closed",
        "Closed",
        "Canceled",
    ]
    assert [dynamics.scm_status(evolve(planned, status=status)) for status in (CampaignStatus.PLANNING, CampaignStatus.CANCELLED)] == [
        (0, "Planning"),
        (5, "Canceled"),
    ]


def test_the_supply_chain_enumerations() -> None:
    """Leads 0 to 3, opportunities 1, 2, 3 and 5 [PTY-4]."""
    assert [dynamics.scm_status(sale(status=status)) for status in S] == [(1, "Active"), (3, "Won"), (5, "Lost"), (2, "Postponed")]
    assert [dynamics.scm_status(a_lead(status))[0] for status in LeadStatus] == [0, 0, 3, 1, 2]
