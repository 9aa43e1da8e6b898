"""
What a pipeline comes to: forecasts, rates, velocity and league tables over any sales, each in one pass.

A rate with nothing below it is ``None``, never zero [MET-0]. Amounts of different currencies are never added without rates [CUR-4].
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from attrs import field, frozen

from salesflow.checks import HUNDRED, ZERO, all_of, exact_number, require_date, require_kind
from salesflow.errors import RefusedError
from salesflow.model.exchange import RateTable
from salesflow.model.history import Happened
from salesflow.model.invoice import Invoice
from salesflow.model.opportunity import ForecastCategory, Opportunity, OpportunityStatus
from salesflow.money import exact, half_up
from salesflow.period import Period, months_after
from salesflow.rules import Rule

MIXED = Rule(
    code="forecast.mixed-currency",
    en="Sales in different currencies are added up with the rates of a day.",
    nl="Verkopen in verschillende valuta worden opgeteld met de koersen van een dag.",
    refusal="sale {sale} is in {currency}, others in {other}, and no rates were given",
    spec=("CUR-4",),
    source="choice",
)

PUSHES = 3
"""So many times put off, a sale is worth a look [FCS-6]."""

K = TypeVar("K", bound=Hashable)
_S = OpportunityStatus


@frozen
class _Money:
    """Brings amounts of sales to one currency."""

    rates: RateTable | None
    seen: list[str] = field(factory=list, eq=False)

    def __attrs_post_init__(self) -> None:
        if self.rates is not None:
            require_kind("rates", self.rates, RateTable)

    def of(self, opportunity: Opportunity, amount: Decimal) -> Decimal:
        currency = opportunity.currency
        if self.rates is not None:
            return amount if currency == self.rates.base else self.rates.to_base(amount, currency)
        if not self.seen:
            self.seen.append(currency)
        elif currency != self.seen[0]:
            raise RefusedError((MIXED.refuse(sale=opportunity.number, currency=currency, other=self.seen[0]),))
        return amount


# ---------------------------------------------------------------------- forecast


@frozen(kw_only=True)
class Forecast:
    """
    What is expected of a period.

    Args:
        closed: What was sold in it.
        open: What is open in it, unweighted.
        weighted: The same times probability, unrounded.
        categories: The amounts of all sales in it by how firmly they are counted on; they come to the sum of all amounts [FCS-4].
    """

    closed: Decimal = ZERO
    open: Decimal = ZERO
    weighted: Decimal = ZERO
    categories: tuple[tuple[ForecastCategory, Decimal], ...] = ()

    @property
    @exact
    def expected(self) -> Decimal:
        """What was sold and the weighted rest [FCS-2]."""
        return self.closed + self.weighted

    def category(self, name: ForecastCategory) -> Decimal:
        """Return the amount of one category."""
        return dict(self.categories).get(name, ZERO)


@exact
def forecast(
    opportunities: Iterable[Opportunity],
    period: Period,
    *,
    include_stalled: bool = False,
    rates: RateTable | None = None,
) -> Forecast:
    """
    Return what the sales of a period come to, by their sale dates [FCS-1, FCS-2].

    Args:
        include_stalled: Whether stalled sales count as open ones.
        rates: Needed where there is more than one currency.

    Raises:
        RefusedError: ``forecast.mixed-currency``.
    """
    money = _Money(rates)
    closed = opened = weighted = ZERO
    categories: dict[ForecastCategory, Decimal] = defaultdict(Decimal)
    require_kind("period", period, Period)
    for each in all_of("opportunity", opportunities, Opportunity):
        if each.sale_date not in period:
            continue
        amount = money.of(each, each.amount)
        categories[each.category] += amount
        if each.status is _S.SOLD:
            closed += amount
        elif each.status is _S.OPEN or (include_stalled and each.status is _S.STALLED):
            opened += amount
            weighted += money.of(each, each.weighted)
    return Forecast(closed=closed, open=opened, weighted=weighted, categories=tuple(sorted(categories.items())))


def around(on: date) -> tuple[Period, Period, Period]:
    """Return last month, this month and next month [FCS-1]."""
    require_date("on", on)
    first = on.replace(day=1)
    return (Period.month_of(first - timedelta(days=1)), Period.month_of(first), Period.month_of(months_after(first, 1)))


def largest(opportunities: Iterable[Opportunity], count: int = 10) -> tuple[Opportunity, ...]:
    """Return the open sales of the largest amounts [FCS-3]."""
    return tuple(sorted(_open(opportunities), key=lambda each: (-each.amount, each.number))[:count])


def hottest(opportunities: Iterable[Opportunity], count: int = 10) -> tuple[Opportunity, ...]:
    """Return the open sales of the largest weighted amounts [FCS-3]."""
    return tuple(sorted(_open(opportunities), key=lambda each: (-each.weighted, each.number))[:count])


def _open(opportunities: Iterable[Opportunity]) -> list[Opportunity]:
    return [each for each in opportunities if each.status is _S.OPEN]


def pushes(history: Iterable[object], number: str) -> int:
    """Return how often a sale was put off to a later day, by its history [FCS-6]."""
    found = 0
    for event in history:
        if isinstance(event, Happened) and event.number == number and event.what == "rescheduled":
            change = event.change("sale_date")
            found += change is not None and change.after > change.before  # type: ignore[operator]
    return found


# ---------------------------------------------------------------------- volume and revenue


def volume(opportunities: Iterable[Opportunity], period: Period) -> int:
    """Return how many sales were sold in a period [MET-1]."""
    require_kind("period", period, Period)
    return sum(each.status is _S.SOLD and each.sale_date in period for each in all_of("opportunity", opportunities, Opportunity))


def revenue(opportunities: Iterable[Opportunity], period: Period, *, rates: RateTable | None = None) -> Decimal:
    """Return what was booked in a period: the amounts of the sales sold in it [MET-3]."""
    return forecast(opportunities, period, rates=rates).closed


@exact
def invoiced_revenue(invoices: Iterable[Invoice], period: Period, currency: str) -> Decimal:
    """Return what was invoiced in a period and a currency, charges included and VAT not, less credit notes: another figure [MET-3]."""
    require_kind("period", period, Period)
    mine = [each for each in all_of("invoice", invoices, Invoice) if each.number and each.on in period and each.currency == currency]
    return sum((each.totals.net + each.totals.charges for each in mine), ZERO)


# ---------------------------------------------------------------------- rates


def _ratio(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    return Decimal(part) / Decimal(whole) if whole else None


@exact
def win_rate(opportunities: Iterable[Opportunity]) -> Decimal | None:
    """Return the sold sales among those that are closed, from 0 to 1 [MET-2]."""
    counts = Counter(each.status for each in opportunities)
    return _ratio(counts[_S.SOLD], counts[_S.SOLD] + counts[_S.LOST])


@exact
def win_rate_by_amount(opportunities: Iterable[Opportunity], *, rates: RateTable | None = None) -> Decimal | None:
    """Return the amount sold among the amounts that were closed, from 0 to 1 [MET-2]."""
    money, sums = _Money(rates), {_S.SOLD: ZERO, _S.LOST: ZERO}
    for each in opportunities:
        if each.status in sums:
            sums[each.status] += money.of(each, each.amount)
    return _ratio(sums[_S.SOLD], sums[_S.SOLD] + sums[_S.LOST])


@exact
def cycle_days(opportunities: Iterable[Opportunity]) -> Decimal | None:
    """Return for how many days the sold sales were on their way, on average, unrounded [MET-6]."""
    days = [(each.sale_date - each.registered).days for each in opportunities if each.status is _S.SOLD]
    return _ratio(sum(days), len(days))


@exact
def velocity(count: int, average: Decimal | int, rate: Decimal | int, days: Decimal | int) -> Decimal | None:
    """Return what a pipeline brings a day: open sales times average amount times win rate by days of cycle, unrounded [MET-5]."""
    return _ratio(count * exact_number("average", average) * exact_number("rate", rate), exact_number("days", days))


@exact
def velocity_of(opportunities: Sequence[Opportunity], *, rates: RateTable | None = None) -> Decimal | None:
    """Return the velocity of these sales, each figure taken from them; ``None`` where one of them is [MET-5]."""
    table = league(opportunities, lambda _: "all", rates=rates)
    if not table:
        return None
    [(_, row)] = table.items()
    if row.mean_won is None or row.win_rate is None or not row.mean_days_to_win:
        return None
    return velocity(row.open, row.mean_won, row.win_rate, row.mean_days_to_win)


@exact
def coverage(opportunities: Iterable[Opportunity], target: Decimal | int, *, rates: RateTable | None = None) -> Decimal | None:
    """Return how many times the open pipeline covers a target; ``None`` where that is zero [TGT-7]."""
    money = _Money(rates)
    return _ratio(
        sum((money.of(each, each.amount) for each in all_of("opportunity", opportunities, Opportunity) if each.status is _S.OPEN), ZERO),
        exact_number("target", target),
    )


@exact
def needed_pipeline(remaining: Decimal | int, rate: Decimal | int) -> Decimal | None:
    """Return the pipeline that a remaining target needs at a win rate; ``None`` where nothing is ever won [TGT-7]."""
    return _ratio(exact_number("remaining", remaining), exact_number("rate", rate))


@exact
def stage_conversion(history: Iterable[object], stage: str, order: Sequence[str]) -> Decimal | None:
    """
    Return how many of the sales that came into *stage* left it forward: to a later stage, or sold [MET-7].

    Args:
        order: The stages from first to last.
    """
    came: set[str] = set()
    went: set[str] = set()
    place = {name: rank for rank, name in enumerate(order)}
    for event in history:
        if not isinstance(event, Happened) or event.document != "opportunity":
            continue
        moved = event.change("stage")
        if moved is not None and moved.after == stage:
            came.add(event.number)
        if moved is not None and moved.before == stage and place.get(str(moved.after), -1) > place[stage]:
            went.add(event.number)
        closed = event.change("stage_when_closed")
        if event.what == "sold" and closed is not None and closed.after == stage:
            went.add(event.number)
    return _ratio(len(went & came), len(came))


def days_in_stages(history: Iterable[object], number: str, on: date) -> Mapping[str, int]:
    """
    Return for how many days a sale was open in each stage, up to *on*; coming back adds to it, and stalled days count apart [STG-8].

    What it was stalled for stands under ``stalled``.
    """
    days: dict[str, int] = defaultdict(int)
    stage, status, since = None, None, None
    for event in history:
        if not isinstance(event, Happened) or event.number != number or event.on > on:
            continue
        if since is not None:
            _count(days, status, stage, (event.on - since).days)
        moved, became = event.change("stage"), event.change("status")
        stage = stage if moved is None else moved.after
        status = (_S.OPEN if status is None else status) if became is None else became.after
        since = event.on
    if since is not None:
        _count(days, status, stage, (on - since).days)
    return dict(days)


def _count(days: dict[str, int], status: object, stage: object, number: int) -> None:
    if status is _S.OPEN and stage is not None:
        days[str(stage)] += number
    elif status is _S.STALLED:
        days["stalled"] += number


# ---------------------------------------------------------------------- league


@frozen(kw_only=True)
class LeagueRow:
    """
    The figures of one group of sales; averages and rates are unrounded, and ``None`` where there is nothing to average.

    Args:
        open: Sales that are open, and ``stalled`` those on hold.
        won_value: What was sold, without VAT.
        days_to_win: The days from registering to closing of all that were sold together.
    """

    open: int = 0
    stalled: int = 0
    won: int = 0
    lost: int = 0
    won_value: Decimal = ZERO
    lost_value: Decimal = ZERO
    open_value: Decimal = ZERO
    weighted: Decimal = ZERO
    days_to_win: int = 0
    days_to_lose: int = 0

    @property
    def count(self) -> int:
        """How many sales there are."""
        return self.open + self.stalled + self.won + self.lost

    @property
    @exact
    def win_rate(self) -> Decimal | None:
        """The sold among the closed [MET-2]."""
        return _ratio(self.won, self.won + self.lost)

    @property
    @exact
    def win_rate_all(self) -> Decimal | None:
        """The sold among all."""
        return _ratio(self.won, self.count)

    @property
    @exact
    def mean_won(self) -> Decimal | None:
        """What a sold sale brought on average."""
        return _ratio(self.won_value, self.won)

    @property
    @exact
    def mean_days_to_win(self) -> Decimal | None:
        """How long a sold sale took on average [MET-6]."""
        return _ratio(self.days_to_win, self.won)

    @property
    @exact
    def mean_days_to_lose(self) -> Decimal | None:
        """How long a lost sale took on average."""
        return _ratio(self.days_to_lose, self.lost)


class _Tally:
    """The running figures of one group."""

    __slots__ = ("counts", "days", "values", "weighted")

    def __init__(self) -> None:
        self.counts = dict.fromkeys(_S, 0)
        self.values = dict.fromkeys(_S, ZERO)
        self.days = dict.fromkeys(_S, 0)
        self.weighted = ZERO

    def row(self) -> LeagueRow:
        return LeagueRow(
            open=self.counts[_S.OPEN],
            stalled=self.counts[_S.STALLED],
            won=self.counts[_S.SOLD],
            lost=self.counts[_S.LOST],
            won_value=self.values[_S.SOLD],
            lost_value=self.values[_S.LOST],
            open_value=self.values[_S.OPEN],
            weighted=self.weighted,
            days_to_win=self.days[_S.SOLD],
            days_to_lose=self.days[_S.LOST],
        )


@exact
def league(opportunities: Iterable[Opportunity], by: Callable[[Opportunity], K], *, rates: RateTable | None = None) -> dict[K, LeagueRow]:
    """
    Return the figures of each group of sales, in order of appearance; the groups together are all of them [MET-15].

    Args:
        by: What groups them: ``lambda sale: sale.owner``.

    Raises:
        RefusedError: ``forecast.mixed-currency``.
    """
    money = _Money(rates)
    tallies: dict[K, _Tally] = {}
    for each in all_of("opportunity", opportunities, Opportunity):
        key = by(each)
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = _Tally()
        status = each.status
        tally.counts[status] += 1
        tally.values[status] += money.of(each, each.amount)
        if status is _S.OPEN:
            tally.weighted += money.of(each, each.weighted)
        elif status is not _S.STALLED:
            tally.days[status] += (each.sale_date - each.registered).days
    return {key: tally.row() for key, tally in tallies.items()}


# ---------------------------------------------------------------------- advertising or a lower price


@exact
def units_to_earn_back(spend: Decimal | int, margin: Decimal | int) -> Decimal | None:
    """Return how many more units pay for a campaign, at a margin per unit; ``None`` where a unit earns nothing [MKT-2]."""
    return _ratio(exact_number("spend", spend), exact_number("margin", margin))


@exact
def volume_to_earn_back(cut: Decimal | int, margin: Decimal | int) -> Decimal | None:
    """
    Return by what part the volume must grow to pay for a price cut; below zero, what part may be lost at a higher price [MKT-2].

    Args:
        cut: The cut as a part of the price, 0.10 for ten percent; below zero for a rise.
        margin: The margin as a part of the price.

    Returns:
        The part, unrounded, or ``None`` where the cut takes the whole margin.

    >>> volume_to_earn_back(Decimal("0.10"), Decimal("0.42"))
    Decimal('0.3125')
    """
    off, whole = exact_number("cut", cut), exact_number("margin", margin)
    return off / (whole - off) if off < whole else None


@exact
def rounded(ratio: Decimal | None, digits: int) -> Decimal | None:
    """Return a rate or an average with so many decimals, half up; ``None`` stays."""
    if ratio is None:
        return None
    require_kind("digits", digits, int)
    return half_up(ratio, Decimal(1).scaleb(-digits))


def percent(ratio: Decimal | None) -> Decimal | None:
    """Return a rate in percent."""
    return None if ratio is None else exact(lambda: ratio * HUNDRED)()
