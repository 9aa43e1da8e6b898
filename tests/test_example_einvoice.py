"""The example that judges stated figures: on its own sample, on broken files, and on published invoices."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.official import against_schema, fired

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "08_einvoice.py"
SAMPLE = ROOT / "examples" / "data" / "einvoice" / "cases.json"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script."""
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def judged(*arguments: str | Path) -> dict[str, Any]:
    """Return what is said of each case, by its name."""
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return {each["case"]: each for each in json.loads(done.stdout)["cases"]}


def rules(case: dict[str, Any]) -> set[str]:
    """Return the ids of the findings of a case."""
    return {finding["rule"] for finding in case["findings"]}


def test_the_sample_has_six_right_documents_and_three_wrong_ones() -> None:
    """A lost sign, a cent of VAT that the official rules let pass, and one with everything that can be wrong."""
    found = judged()
    assert [name for name, case in found.items() if not case["equal"]] == ["lost-sign", "a-cent-of-vat", "many-mistakes"]
    assert all(not case["findings"] for case in found.values() if case["equal"])
    assert rules(found["lost-sign"]) == {"PEPPOL-EN16931-R120"}
    assert (found["a-cent-of-vat"]["clean"], rules(found["a-cent-of-vat"])) == (True, {"BR-S-09", "BR-CO-17"})
    wrong = {"BR-27", "BR-CL-23", "BR-O-05", "BR-O-10", "BR-O-11", "BR-IC-10", "BR-IC-12", "BR-DEC-23", "PEPPOL-EN16931-R051"}
    assert wrong <= rules(found["many-mistakes"])


def test_the_figures_of_the_wholesaler_are_those_worked_out_by_hand() -> None:
    """1500 at 12.40 a hundred is 186.00; 8 at 31.25 is 250.00, less 15.00, with 5.00; the whole less 21.30, with 18.77; 21 percent."""
    computed = judged()["wholesaler"]["computed"]
    assert computed["lines"] == ["186.00", "240.00"]
    assert computed["vat_breakdown"] == [{"category": "S", "rate": "21", "taxable": "423.47", "tax": "88.93"}]
    assert computed["totals"] == {
        "line_net_sum": "426.00",
        "allowance_sum": "21.30",
        "charge_sum": "18.77",
        "tax_exclusive": "423.47",
        "tax": "88.93",
        "tax_inclusive": "512.40",
        "prepaid": "112.40",
        "payable": "400.00",
    }


def test_what_it_writes_passes_the_official_rules_where_the_case_was_clean(tmp_path: Path) -> None:
    """It says that the parties are placeholders, on the document and to the reader."""
    done = run("--out", tmp_path)
    assert (done.returncode, "9 documents written; their parties are placeholders" in done.stdout) == (0, True)
    for name, case in judged().items():
        document = (tmp_path / f"{name}.xml").read_bytes()
        assert against_schema(document) == []
        assert not case["clean"] or fired("cen", document) == set()
        assert b"placeholders" in document
    assert "placeholders" in json.loads(run("--json", "--out", tmp_path / "more").stdout)["note"]


def test_a_report_for_people() -> None:
    """A line a case, and its findings beneath."""
    told = run().stdout.splitlines()
    assert told[0] == "9 documents, 6 equal to what was worked out"
    assert "  different lost-sign" in told
    assert any(line.endswith("(the official rules let it pass)") for line in told)


RIGHT = json.loads(SAMPLE.read_text(encoding="utf-8"))[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lines": [RIGHT["lines"][0] | {"quantity": "lots"}]}, "cases.json[0].lines[0].quantity: must be a number"),
        ({"lines": [RIGHT["lines"][0] | {"price": "1e999"}]}, "cases.json[0].lines[0].price: must be a number"),
        ({"lines": [RIGHT["lines"][0] | {"price": "NaN"}]}, "cases.json[0].lines[0].price: must be a number"),
        ({"lines": [RIGHT["lines"][0] | {"price": [1]}]}, "cases.json[0].lines[0].price: must be text"),
        ({"preceding": [{}]}, "cases.json[0].preceding: must be a list of texts"),
        ({"lines": {}}, "cases.json[0].lines: must be a list"),
        ({"lines": [1]}, "cases.json[0].lines[0]: must be an object"),
        ({"totals": [1]}, "cases.json[0].totals: must be an object"),
        ({"issue_date": "soon"}, "cases.json[0].issue_date: must be a date"),
        ({"allowances_charges": [{"charge": "yes"}]}, "cases.json[0].allowances_charges[0].charge: must be true or false"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_place(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """Never a traceback: the file, the case and the field."""
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([RIGHT | change]), encoding="utf-8")
    done = run(file)
    assert done.returncode == 2
    assert done.stderr.startswith(said)


@pytest.mark.parametrize("text", ["", "{", "{}", "1", "[" * 100_000])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    """No JSON, no list, or nested beyond reason."""
    file = tmp_path / "cases.json"
    file.write_text(text, encoding="utf-8")
    done = run(file)
    assert (done.returncode, done.stderr.startswith("cases.json: ")) == (2, True)
    assert run(tmp_path / "none.json").returncode == 2


def test_numbers_are_taken_as_they_are_written(tmp_path: Path) -> None:
    """A number without quotes is read digit by digit; a case without a name goes by its place."""
    bare = {key: value for key, value in RIGHT.items() if key != "case"}
    bare["lines"] = [line | {"price": float(line["price"])} for line in RIGHT["lines"]]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": [bare]}), encoding="utf-8")
    assert judged(file)["0"]["equal"]


def test_what_is_not_stated_is_a_finding(tmp_path: Path) -> None:
    """Totals, amounts of the breakdown, nets, the currency and the lines themselves: each missing one by its rule."""
    group = {"category": "S", "rate": "21"}
    bare = {"case": "bare", "vat_breakdown": [group], "lines": [{"id": "1", "vat_category": "S", "vat_rate": "21"}]}
    file = tmp_path / "cases.json"
    file.write_text(json.dumps([bare, {"case": "nothing"}]), encoding="utf-8")
    found = judged(file, "--out", tmp_path / "out")
    assert {"BR-05", "BR-12", "BR-13", "BR-14", "BR-15", "BR-22", "BR-23", "BR-24", "BR-26", "BR-45", "BR-46"} <= rules(found["bare"])
    assert {"BR-12", "BR-16", "BR-CO-18"} <= rules(found["nothing"])


LINE = "PEPPOL-EN16931-R120"
EXPECTED = {
    "FT_G2G_TD01": ("BR-B-01", "split payment is for Italy, and figures name no country"),
    "guide-example1": (LINE, "line 20 has lost the sign of its quantity"),
    "guide-example2": (LINE, "line 1 states the price of one for two"),
    "guide-example3": (LINE, "the lines state another price than their own"),
    "ubl-tc434-example1": (LINE, "line 20 has lost the sign of its quantity"),
    "ubl-tc434-example10": (LINE, "line 20 has lost the sign of its quantity"),
    "ubl-tc434-example2": (LINE, "line 1 states the price of one for two"),
    "ubl-tc434-example3": (LINE, "the lines state another price than their own"),
    "ubl-tc434-test-1": (LINE, "line 1 states the price of one for two"),
    "BIS_Billing_30-Rantefaktura_Enkel": (LINE, "the line is a cent off: its price had more decimals than it shows"),
    "CII_business_example_01": (LINE, "the price is copied into the quantity it is for"),
    "CII_business_example_Z": (LINE, "the last line states a net that has nothing to do with its price"),
    "CII_example1": (LINE, "line 20 has lost the sign of its quantity"),
    "CII_example8": (LINE, "the price is copied into the quantity it is for"),
    "CII_example9": (LINE, "the price is copied into the quantity it is for"),
    "XRechnung-O": (LINE, "the price has the charge of the line in it, and the charge is added once more"),
    "huf_example_cii": ("BR-S-09", "lines and VAT are in whole forints"),
    "SI-UBL-2.0_ok_full": ("BR-S-08", "a rate that comes to zero has no group"),
    "SI-UBL-2.0_ok_full_negative_zero": ("BR-S-08", "a rate that comes to zero has no group"),
    "SI-UBL-2.0_ok_more_decimals": ("BR-S-09", "two cents of VAT are left out"),
    "SI-UBL-2.0_ok_quantities_linevalues_wrong": (LINE, "the nets are wrong on purpose"),
    "NLCIUS-CII_ok_example": (LINE, "the price is copied into the quantity it is for"),
}
"""What is wrong with each published document that does not reproduce, by the end of its name: the finding, and its reason."""


@pytest.mark.realdata
def test_published_invoices_reproduce_to_the_cent_or_have_the_finding_we_expect(tmp_path: Path) -> None:
    """82 strict documents are equal from quantity and price; each of the other 22 has its finding; what was clean passes when written."""
    file = Path(os.environ["SALESFLOW_DATA"]) / "en16931" / "cases.json"
    strict = {each["case"]: each["strict"] for each in json.loads(file.read_text(encoding="utf-8"))}
    found = judged(file, "--out", tmp_path)
    assert sum(strict.values()) == 82
    assert all(found[name]["equal"] for name, is_strict in strict.items() if is_strict)
    lax = {name for name, is_strict in strict.items() if not is_strict}
    assert len(lax) == len(EXPECTED) == 22
    for name in lax:
        rule, reason = next(
            each for end, each in EXPECTED.items() if name.endswith(f"__{end}") or (f"__{end}_" in name and end.startswith("FT"))
        )
        assert rule in rules(found[name]), (name, reason)
    for name, case in found.items():
        document = (tmp_path / f"{name}.xml").read_bytes()
        assert against_schema(document) == []
        assert not case["clean"] or fired("cen", document) == set(), name
