"""
A pipeline: a folder of opportunities replayed through leads and sales, and a funnel, a forecast and a league table of them.

``python examples/05_pipeline.py [FOLDER] [--json] [--aliases FILE] [--targets FILE] [--plot FILE.png] [--on DATE] [--currency USD]``

The folder holds ``accounts.csv``, ``products.csv``, ``sales_teams.csv`` and ``sales_pipeline.csv``.
Every row of the pipeline is a lead. One that is engaged, won or lost was qualified into a sale on its engage date, at the list price,
and sold or lost on its close date for its close value. A lead without a date is registered on the first date of the file.
What is written otherwise in the pipeline than among the products is looked up in a table of aliases, and every use of it is reported:
``--aliases`` names a file with the columns ``written`` and ``product``, and without one the table of this file holds.
``--targets`` names a file with the columns ``sales_agent``, ``year`` and ``target``; it adds how far each was reached.
``--plot`` draws all of it, and needs matplotlib (``pip install "salesflow[plot]"``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import frozen

from salesflow import (
    Lead,
    Opportunity,
    OpportunityType,
    Period,
    RefusedError,
    Stage,
    Target,
    leads,
    lists,
    memory,
    metrics,
    opportunities,
    targets,
)
from salesflow.model.lead import DisqualifiedReason
from salesflow.model.opportunity import Interest, OpportunityStatus
from salesflow.model.target import TargetScope
from salesflow.money import quantum_of, require_currency
from tables import TableError, TableRow, read

HERE = Path(__file__).resolve().parent
SAMPLE = HERE / "data" / "pipeline"
ALIASES = {"GTXPro": "GTX Pro"}
COLUMNS = {
    "accounts.csv": ("account",),
    "products.csv": ("product", "sales_price"),
    "sales_teams.csv": ("sales_agent", "manager", "regional_office"),
    "sales_pipeline.csv": ("opportunity_id", "sales_agent", "product", "account", "deal_stage", "engage_date", "close_date", "close_value"),
}
PROSPECTING, ENGAGING, WON, LOST = "Prospecting", "Engaging", "Won", "Lost"
ZERO, HALF = Decimal(0), Decimal(50)
S = OpportunityStatus


@frozen
class Deal:
    """One row of the pipeline, with what the other files say of it."""

    number: str
    agent: str
    product: str
    written: str
    account: str
    stage: str
    engaged: date | None
    closed: date | None
    value: Decimal
    price: Decimal
    row: TableRow


@frozen
class Replayed:
    """The documents that were made of the deals, and what was noticed."""

    deals: dict[str, Deal]
    leads: tuple[Lead, ...]
    sales: tuple[Opportunity, ...]
    managers: dict[str, str]
    offices: dict[str, str]
    agents: tuple[str, ...]
    used_aliases: dict[str, int]
    undated: int
    first: date
    last: date
    unknown_accounts: tuple[str, ...]
    probability: Decimal


# ---------------------------------------------------------------------- reading


def deals_of(folder: Path, aliases: dict[str, str]) -> tuple[list[Deal], dict[str, int]]:
    """Return the rows of the pipeline, and how often each alias was used."""
    prices: dict[str, Decimal] = {}
    for row in read(folder, "products.csv", COLUMNS["products.csv"]):
        price = row.number_in("sales_price")
        if price < 0:
            raise row.wrong("sales_price", f"must be zero or more, not {price}")
        prices[row.text("product")] = price
    found, used, seen = [], Counter[str](), set()
    for row in read(folder, "sales_pipeline.csv", COLUMNS["sales_pipeline.csv"]):
        written = row.text("product")
        product = written if written in prices else aliases.get(written, written)
        if product not in prices:
            raise row.wrong("product", f"{written!r} is not among the products, nor an alias of one")
        used[written] += product != written
        deal = _deal(row, product, written, prices[product])
        if deal.number in seen:
            raise row.wrong("opportunity_id", f"{deal.number} occurs twice")
        seen.add(deal.number)
        found.append(deal)
    return found, {written: count for written, count in used.items() if count}


def _deal(row: TableRow, product: str, written: str, price: Decimal) -> Deal:
    stage = row.text("deal_stage")
    if stage not in {PROSPECTING, ENGAGING, WON, LOST}:
        raise row.wrong("deal_stage", f"{stage!r} is no stage")
    closed = row.day("close_date", blank=stage not in {WON, LOST})
    engaged = row.day("engage_date", blank=stage == PROSPECTING)
    if closed is not None and stage not in {WON, LOST}:
        raise row.wrong("close_date", f"must be blank on a row that is {stage}")
    if closed is not None and engaged is not None and closed < engaged:
        raise row.wrong("close_date", f"{closed} is before the engage date, {engaged}")
    value = row.number_in("close_value", default=None if stage == WON else ZERO)
    if value < 0:
        raise row.wrong("close_value", f"must be zero or more, not {value}")
    return Deal(
        row.text("opportunity_id"),
        row.text("sales_agent"),
        product,
        written,
        row.text("account", blank=True),
        stage,
        engaged,
        closed,
        value,
        price,
        row,
    )


def aliases_of(file: Path | None) -> dict[str, str]:
    """Return the table of aliases."""
    if file is None:
        return ALIASES
    return {row.text("written"): row.text("product") for row in read(file.parent, file.name, ("written", "product"))}


# ---------------------------------------------------------------------- replaying


def replay(folder: Path, aliases: dict[str, str], currency: str) -> Replayed:
    """Make leads and sales of the deals, and close them as they were closed."""
    deals, used = deals_of(folder, aliases)
    known = {row.text("account") for row in read(folder, "accounts.csv", COLUMNS["accounts.csv"])}
    managers, offices = {}, {}
    for row in read(folder, "sales_teams.csv", COLUMNS["sales_teams.csv"]):
        managers[row.text("sales_agent")] = row.text("manager")
        offices[row.text("sales_agent")] = row.text("regional_office")
    for deal in deals:
        if deal.agent not in managers:
            raise deal.row.wrong("sales_agent", f"{deal.agent!r} is in no sales team")
    dates = [day for deal in deals for day in (deal.engaged, deal.closed) if day is not None]
    if not dates:
        raise TableError("sales_pipeline.csv: has no dates")
    first = min(dates)
    probability = _probability(deals)
    kind = OpportunityType(name="pipeline", stages=(Stage(name=ENGAGING, probability=probability),), duration=60)
    store = memory.Store()
    for deal in deals:
        with store.begin() as work:
            try:
                _record(work, deal, kind, first, currency)
            except (RefusedError, ValueError) as error:
                raise deal.row.wrong("opportunity_id", str(error)) from None
    work = store.begin()
    return Replayed(
        deals={deal.number: deal for deal in deals},
        leads=tuple(work.leads),
        sales=tuple(work.opportunities),
        managers=managers,
        offices=offices,
        agents=tuple(managers),
        used_aliases=used,
        undated=sum(deal.engaged is None for deal in deals),
        first=first,
        last=max(dates),
        unknown_accounts=tuple(sorted({deal.account for deal in deals if deal.account} - known)),
        probability=probability,
    )


def _probability(deals: Iterable[Deal]) -> Decimal:
    """Return how likely an engaged deal is won: the win rate of the closed ones in whole percent, a half where none is closed."""
    counts = Counter(deal.stage for deal in deals)
    closed = counts[WON] + counts[LOST]
    rate = Decimal(100 * counts[WON]) / closed if closed else HALF
    return min(max(rate.quantize(Decimal(1)), Decimal(1)), Decimal(99))


def _record(work: memory.Work, deal: Deal, kind: OpportunityType, first: date, currency: str) -> None:
    day = deal.engaged or first
    lead = work.record(
        leads.register(
            number=f"L-{deal.number}",
            name=deal.account or f"unnamed, {deal.number}",
            owner=deal.agent,
            source="automatic",
            company=deal.account,
            on=day,
        )
    )
    if deal.stage == PROSPECTING:
        return
    lead = work.record(leads.assess(lead, interested=True, can_buy=True, on=day))
    interest = Interest(product=deal.product, quantity=Decimal(1), price=deal.price)
    done = leads.qualify(
        lead, on=day, opportunity=deal.number, type=kind, currency=currency, interests=[interest], party=None, title=f"{deal.product}"
    )
    work.record(done)
    sale = done.document.opportunity
    if sale is None or deal.closed is None:
        return
    if deal.stage == WON:
        work.record(opportunities.mark_sold(sale, on=deal.closed, amount=deal.value))
    else:
        work.record(opportunities.mark_lost(sale, on=deal.closed, reason=DisqualifiedReason.LOST.en))


# ---------------------------------------------------------------------- figures


def amount(value: Decimal, currency: str) -> str:
    """Return an amount with the digits of its currency."""
    return str(value.quantize(quantum_of(currency)))


def number(value: Decimal | None, digits: int) -> float | None:
    """Return a rate or average for the outside world, rounded half up."""
    rounded = metrics.rounded(value, digits)
    return None if rounded is None else float(rounded)


def group(done: Replayed, key: Callable[[Deal], str], currency: str) -> dict[str, dict[str, Any]]:
    """Return the figures of each group of deals, in order of name."""
    rows = metrics.league(done.sales, lambda sale: key(done.deals[sale.number]))
    waiting = Counter(key(done.deals[lead.number.removeprefix("L-")]) for lead in done.leads if lead.opportunity is None)
    names = sorted({*rows, *waiting})
    return {name: figures(rows.get(name, metrics.LeagueRow()), waiting[name], currency) for name in names}


def figures(row: metrics.LeagueRow, prospecting: int, currency: str) -> dict[str, Any]:
    """Return one row of a league table."""
    count = row.count + prospecting
    return {
        "opportunities": count,
        "prospecting": prospecting,
        "engaging": row.open,
        "won": row.won,
        "lost": row.lost,
        "won_value": amount(row.won_value, currency),
        "win_rate_closed": number(row.win_rate, 6),
        "win_rate_all": number(Decimal(row.won) / count if count else None, 6),
        "mean_won_value": number(row.mean_won, 4),
        "mean_days_to_win": number(row.mean_days_to_win, 4),
        "mean_days_to_lose": number(row.mean_days_to_lose, 4),
    }


def quarter(day: date) -> str:
    """Return the quarter of a day."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def per_quarter(done: Replayed, currency: str) -> dict[str, dict[str, Any]]:
    """Return what was won and lost in each quarter, by the day of closing."""
    closed = lists.of(done.sales, lambda sale: sale.is_closed)
    rows = metrics.league(closed, lambda sale: quarter(sale.sale_date))
    return {name: {"won": row.won, "lost": row.lost, "won_value": amount(row.won_value, currency)} for name, row in sorted(rows.items())}


def per_agent_and_quarter(done: Replayed, currency: str) -> dict[str, dict[str, str]]:
    """Return what each agent won in each quarter."""
    won = lists.of(done.sales, lists.is_status(S.SOLD))
    rows = metrics.league(won, lambda sale: (sale.owner, quarter(sale.sale_date)))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for (agent, name), row in sorted(rows.items()):
        found[agent][name] = amount(row.won_value, currency)
    return dict(found)


def against_list(done: Replayed) -> dict[str, int]:
    """Return how many won deals were closed below, above and at the list price."""
    won = [(sale.amount, sale.estimated) for sale in done.sales if sale.status is S.SOLD]
    return {
        "below_list": sum(value < price for value, price in won),
        "above_list": sum(value > price for value, price in won),
        "at_list": sum(value == price for value, price in won),
    }


def found_in(done: Replayed, currency: str) -> dict[str, Any]:
    """Return every figure, under the names that are documented."""
    sellers = {deal.agent for deal in done.deals.values()}
    waiting = [done.deals[lead.number.removeprefix("L-")] for lead in done.leads if lead.opportunity is None]
    listed = sum((sale.amount for sale in done.sales if sale.status is S.OPEN), ZERO) + sum((deal.price for deal in waiting), ZERO)
    without = [deal for deal in done.deals.values() if not deal.account]
    return {
        "total": group(done, lambda _: "all", currency)["all"],
        "per_agent": group(done, lambda deal: deal.agent, currency),
        "per_manager": group(done, lambda deal: done.managers[deal.agent], currency),
        "per_office": group(done, lambda deal: done.offices[deal.agent], currency),
        "per_product_as_written": group(done, lambda deal: deal.written, currency),
        "per_close_quarter": per_quarter(done, currency),
        "won_value_per_agent_and_quarter": per_agent_and_quarter(done, currency),
        "won_vs_list_price": against_list(done),
        "open_at_list_price": amount(listed, currency),
        "opportunities_without_account": len(without),
        "won_or_lost_without_account": sum(deal.stage in {WON, LOST} for deal in without),
        "agents_without_opportunity": sorted(set(done.agents) - sellers),
        "close_before_engage": sum(sale.sale_date < sale.registered for sale in done.sales if sale.is_closed),
        "accounts_not_in_accounts_csv": list(done.unknown_accounts),
    }


def noticed(done: Replayed, aliases: dict[str, str]) -> list[str]:
    """Return what was put right on the way."""
    told = [f"{count} rows write {written!r} for {aliases[written]!r}" for written, count in sorted(done.used_aliases.items())]
    if done.undated:
        told.append(f"{done.undated} leads without a date were registered on {done.first}, the first date of the file")
    told += [f"account {account!r} is not in accounts.csv" for account in done.unknown_accounts]
    told.append(f"an engaged deal is counted on for {done.probability} %, the win rate of the closed ones")
    return told


def reached(done: Replayed, file: Path, currency: str) -> dict[str, dict[str, Any]]:
    """Return how far the target of each agent and year was reached."""
    found: dict[str, dict[str, Any]] = {}
    for row in read(file.parent, file.name, ("sales_agent", "year", "target")):
        agent, year = row.text("sales_agent"), row.number_in("year")
        if agent not in done.managers or not date.min.year <= year <= date.max.year or year % 1:
            raise row.wrong("sales_agent", f"{agent!r} in {year} is no agent of a year")
        empty = Target(
            number=f"{agent} {year}",
            year=int(year),
            scope=TargetScope.USER,
            key=agent,
            currency=currency,
            parts=(ZERO,) * 4,
        )
        try:
            target = targets.set_annual(empty, row.number_in("target"), on=date(int(year), 1, 1)).document
        except ValueError as error:
            raise row.wrong("target", str(error)) from None
        mine = lists.of_owner(agent)
        found[target.number] = {
            "target": amount(target.annual, currency),
            "sold": amount(targets.actual(target, done.sales, mine), currency),
            "attained": number(targets.attainment(target, done.sales, mine), 2),
            "by_quarter": [number(targets.attainment(target, done.sales, mine, upto=part), 2) for part in range(1, 5)],
        }
    return found


# ---------------------------------------------------------------------- report


def forecasts(done: Replayed, on: date) -> list[tuple[str, metrics.Forecast]]:
    """Return the forecast of the quarter of a day, and of everything after it."""
    start = date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    end = max(Period.month_of(date(on.year, start.month + 2, 1)).end or on, on)
    return [
        (f"up to {end}", metrics.forecast(done.sales, Period(start, end))),
        ("all open", metrics.forecast(lists.of(done.sales, skip_completed=True), Period())),
    ]


def report(found: dict[str, Any], done: Replayed, aliases: dict[str, str], on: date, currency: str) -> str:
    """Return the funnel, the forecast and the league table as text."""
    total = found["total"]
    lines = ["funnel"]
    engaged = total["opportunities"] - total["prospecting"]
    for name, count in (
        ("leads", total["opportunities"]),
        ("engaged", engaged),
        ("closed", total["won"] + total["lost"]),
        ("won", total["won"]),
    ):
        lines.append(f"  {name:<9}{count:>7}  {'#' * round(40 * count / max(total['opportunities'], 1))}")
    lines.append(f"forecast in {currency}")
    for name, each in forecasts(done, on):
        lines.append(f"  {name:<17} sold {each.closed:>12}  open {each.open:>12}  weighted {each.weighted.quantize(Decimal(1)):>12}")
    lines.append(f"overdue on {on}: {len(lists.overdue(done.sales, on))} of {total['engaging']} open sales")
    lines.append(f"{'league':<24}{'won':>6}{'lost':>6}{'rate':>8}{'days':>7}{'value':>14}")
    ranked = sorted(found["per_agent"].items(), key=lambda item: -Decimal(item[1]["won_value"]))
    for agent, row in ranked:
        rate = "-" if row["win_rate_closed"] is None else f"{row['win_rate_closed']:.1%}"
        days = "-" if row["mean_days_to_win"] is None else f"{row['mean_days_to_win']:.0f}"
        lines.append(f"  {agent:<22}{row['won']:>6}{row['lost']:>6}{rate:>8}{days:>7}{row['won_value']:>14}")
    for name, row in found.get("targets", {}).items():
        lines.append(f"  target {name:<25} {row['target']:>13}  sold {row['sold']:>13}  {row['attained']} %")
    lines.append("noticed")
    lines += [f"  {text}" for text in noticed(done, aliases)]
    return "\n".join(lines)


def plot(found: dict[str, Any], done: Replayed, on: date, file: Path) -> None:
    """Draw the funnel and the win rates, the forecast, and the targets where there are any."""
    import matplotlib as mpl  # noqa: PLC0415  only who draws needs it

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(2, 2, figsize=(12, 9), layout="constrained")
    total = found["total"]
    funnel = {
        "leads": total["opportunities"],
        "engaged": total["opportunities"] - total["prospecting"],
        "closed": total["won"] + total["lost"],
        "won": total["won"],
    }
    bars = axes[0][0].barh(list(funnel)[::-1], list(funnel.values())[::-1], color="#4878a8")
    axes[0][0].bar_label(bars, padding=3)
    axes[0][0].margins(x=0.12)
    axes[0][0].set_title("Funnel")
    rates = {name: row["win_rate_closed"] for name, row in found["per_agent"].items() if row["win_rate_closed"] is not None}
    ordered = sorted(rates, key=rates.__getitem__)
    axes[0][1].barh(ordered, [100 * rates[name] for name in ordered], color="#6aa56a")
    axes[0][1].axvline(100 * (total["win_rate_closed"] or 0), color="#444444", linewidth=1, linestyle="--")
    axes[0][1].set_title("Win rate of closed sales, in %")
    axes[0][1].tick_params(axis="y", labelsize=7)
    sold = {name: float(row["won_value"]) for name, row in found["per_close_quarter"].items()}
    axes[1][0].bar(list(sold), list(sold.values()), label="sold", color="#4878a8")
    expected = [(name, float(each.weighted)) for name, each in forecasts(done, on)]
    axes[1][0].bar([name for name, _ in expected], [value for _, value in expected], label="open, weighted", color="#c8a24a")
    axes[1][0].tick_params(axis="x", labelsize=8)
    axes[1][0].legend()
    axes[1][0].set_title("Sold by quarter, and the forecast")
    quotas = {name: row["attained"] for name, row in found.get("targets", {}).items() if row["attained"] is not None}
    if quotas:
        axes[1][1].barh(list(quotas)[::-1], list(quotas.values())[::-1], color="#a86a8f")
        axes[1][1].axvline(100, color="#444444", linewidth=1, linestyle="--")
        axes[1][1].set_title("Quota attained, in %")
        axes[1][1].tick_params(axis="y", labelsize=7)
    else:
        axes[1][1].axis("off")
    figure.savefig(file, dpi=110)
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay a folder and print what it comes to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE, help="the folder of the four files")
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--aliases", type=Path, help="a table of other ways to write a product")
    parser.add_argument("--targets", type=Path, help="a table of targets")
    parser.add_argument("--plot", type=Path, help="draw into this file")
    parser.add_argument("--on", type=date.fromisoformat, help="the day of the report; the last date of the file unless given")
    parser.add_argument("--currency", default="USD", help="the currency of prices and values")
    options = parser.parse_args(arguments)
    try:
        require_currency("currency", options.currency)
        aliases = aliases_of(options.aliases)
        done = replay(options.folder, aliases, options.currency)
        found = found_in(done, options.currency)
        if options.targets is not None:
            found["targets"] = reached(done, options.targets, options.currency)
    except (TableError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    on = options.on or done.last
    if options.plot is not None:
        plot(found, done, on, options.plot)
    print(json.dumps(found) if options.json else report(found, done, aliases, on, options.currency))
    return 0


if __name__ == "__main__":
    sys.exit(main())
