"""The fifth example: a pipeline replayed, with figures worked out by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "05_pipeline.py"
FILES = {
    "accounts.csv": "account,sector\nOne,a\nTwo,b\n",
    "products.csv": "product,series,sales_price\nGTX Pro,GTX,100\nMini,M,10\n",
    "sales_teams.csv": "sales_agent,manager,regional_office\nAnn,Max,North\nBob,Max,South\nEve,Max,South\n",
    "sales_pipeline.csv": (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "A1,Ann,GTXPro,One,Won,2026-01-05,2026-01-25,90\n"
        "A2,Ann,Mini,Two,Won,2026-02-01,2026-04-02,12\n"
        "A3,Ann,Mini,Two,Lost,2026-02-01,2026-02-11,0\n"
        "A4,Bob,Mini,,Engaging,2026-03-01,,\n"
        "A5,Bob,GTX Pro,Three,Prospecting,,,\n"
    ),
}


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def folder(place: Path, **changed: str) -> Path:
    """Write the four files, some of them changed, and return their folder."""
    for name, text in FILES.items():
        (place / name).write_text(changed.get(name.removesuffix(".csv"), text), encoding="utf-8")
    return place


def figures(*arguments: str | Path) -> dict[str, Any]:
    """Return what the script prints as JSON."""
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_figure_of_a_few_deals(tmp_path: Path) -> None:
    """Ann won two of three, for 102.00, in 20 and 60 days; Bob has one open and one lead; Eve has none."""
    found = figures(folder(tmp_path))
    ann = found["per_agent"]["Ann"]
    assert ann == {
        "opportunities": 3,
        "prospecting": 0,
        "engaging": 0,
        "won": 2,
        "lost": 1,
        "won_value": "102.00",
        "win_rate_closed": 0.666667,
        "win_rate_all": 0.666667,
        "mean_won_value": 51.0,
        "mean_days_to_win": 40.0,
        "mean_days_to_lose": 10.0,
    }
    bob = found["per_agent"]["Bob"]
    assert (bob["opportunities"], bob["prospecting"], bob["engaging"], bob["win_rate_closed"], bob["win_rate_all"]) == (2, 1, 1, None, 0.0)
    assert found["total"]["win_rate_all"] == 0.4
    assert set(found["per_product_as_written"]) == {"GTXPro", "GTX Pro", "Mini"}
    assert found["per_close_quarter"] == {
        "2026-Q1": {"won": 1, "lost": 1, "won_value": "90.00"},
        "2026-Q2": {"won": 1, "lost": 0, "won_value": "12.00"},
    }
    assert found["won_value_per_agent_and_quarter"] == {"Ann": {"2026-Q1": "90.00", "2026-Q2": "12.00"}}
    assert found["won_vs_list_price"] == {"below_list": 1, "above_list": 1, "at_list": 0}
    assert (found["open_at_list_price"], found["opportunities_without_account"], found["won_or_lost_without_account"]) == ("110.00", 1, 0)
    assert (found["agents_without_opportunity"], found["accounts_not_in_accounts_csv"], found["close_before_engage"]) == (
        ["Eve"],
        ["Three"],
        0,
    )


def test_what_was_put_right_is_told(tmp_path: Path) -> None:
    """The alias, the lead without a date, the unknown account."""
    told = run(folder(tmp_path)).stdout
    for line in (
        "  1 rows write 'GTXPro' for 'GTX Pro'",
        "  1 leads without a date were registered on 2026-01-05, the first date of the file",
        "  account 'Three' is not in accounts.csv",
        "  an engaged deal is counted on for 67 %, the win rate of the closed ones",
        "overdue on 2026-04-02: 0 of 1 open sales",
    ):
        assert line in told.splitlines()


def test_aliases_and_targets_are_tables(tmp_path: Path) -> None:
    """Another table of aliases replaces the one that holds otherwise; 204 by quarters is reached for half."""
    deals = FILES["sales_pipeline.csv"].replace("GTXPro", "GeeTee")
    place = folder(tmp_path, sales_pipeline=deals)
    assert run(place).returncode == 2
    (tmp_path / "aliases.csv").write_text("written,product\nGeeTee,GTX Pro\n", encoding="utf-8")
    (tmp_path / "goals.csv").write_text("sales_agent,year,target\nAnn,2026,204\nEve,2026,0\n", encoding="utf-8")
    found = figures(place, "--aliases", tmp_path / "aliases.csv", "--targets", tmp_path / "goals.csv")
    assert found["targets"]["Ann 2026"] == {
        "target": "204.00",
        "sold": "102.00",
        "attained": 50.0,
        "by_quarter": [176.47, 100.0, 66.67, 50.0],
    }
    assert found["targets"]["Eve 2026"]["attained"] is None


def test_it_can_be_drawn(tmp_path: Path) -> None:
    """A picture of the sample, with targets."""
    sample = ROOT / "examples" / "data" / "pipeline"
    file = tmp_path / "pipeline.png"
    assert run("--plot", file, "--targets", sample / "targets.csv").returncode == 0
    assert file.read_bytes().startswith(b"\x89PNG")
    assert run(folder(tmp_path), "--plot", file).returncode == 0


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("sales_pipeline", "Won,2026-01-05,2026-01-25", "Won,2026-01-05,2026-01-04", "is before the engage date"),
        ("sales_pipeline", "Won,2026-01-05,2026-01-25", "Won,2026-01-05,", "must not be blank"),
        ("sales_pipeline", "Won,2026-01-05,2026-01-25", "Won,,2026-01-25", "must not be blank"),
        ("sales_pipeline", "Engaging,2026-03-01,,", "Engaging,2026-03-01,2026-03-02,", "must be blank"),
        ("sales_pipeline", "A2,", "A1,", "occurs twice"),
        ("sales_pipeline", "Lost", "Gone", "is no stage"),
        ("sales_pipeline", "Mini,Two,Won", "Maxi,Two,Won", "is not among the products"),
        ("sales_pipeline", "2026-04-02,12", "2026-04-02,-12", "must be zero or more"),
        ("sales_pipeline", "2026-04-02,12", "2026-04-02,", "must not be blank"),
        ("sales_pipeline", "A4,Bob", "A4,Zed", "is in no sales team"),
        ("products", "GTX,100", "GTX,-1", "must be zero or more"),
        ("products", "sales_price", "price", "is missing"),
    ],
)
def test_rubbish_is_named_by_file_and_row(tmp_path: Path, file: str, before: str, after: str, said: str) -> None:
    """With the column, and nothing is printed."""
    done = run(folder(tmp_path, **{file: FILES[f"{file}.csv"].replace(before, after)}))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_targets_and_currencies_that_cannot_be(tmp_path: Path) -> None:
    """An agent that is not there, a year that is none, less than a cent, and no money."""
    place = folder(tmp_path)
    for row in ("Zed,2026,1", "Ann,2026.5,1", "Ann,2026,0.001"):
        (tmp_path / "goals.csv").write_text(f"sales_agent,year,target\n{row}\n", encoding="utf-8")
        assert run(place, "--targets", tmp_path / "goals.csv").returncode == 2
    assert run(place, "--currency", "XXX").returncode == 2
    empty = folder(tmp_path, sales_pipeline=FILES["sales_pipeline.csv"].splitlines()[0] + "\n")
    assert "has no dates" in run(empty).stderr


@pytest.mark.realdata
def test_the_figures_of_a_public_data_set() -> None:
    """Every figure agrees with one worked out independently."""
    place = Path(os.environ["SALESFLOW_DATA"]) / "crm_opportunities"
    truth = json.loads((place / "truth.json").read_text(encoding="utf-8"), parse_float=Decimal)

    def agree(wanted: Any, found: Any) -> bool:
        if isinstance(wanted, dict):
            return set(wanted) == set(found) and all(agree(wanted[key], found[key]) for key in wanted)
        if wanted is None or isinstance(wanted, list):
            return bool(wanted == found)
        return Decimal(str(wanted)) == Decimal(str(found))

    assert agree(truth, figures(place))
