"""The example that prints a sale: what it makes, and the pictures of the documentation that come from it."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "examples" / "10_printed.py"
PICTURES = ROOT / "docs" / "pictures"


def run(*arguments: str | Path) -> str:
    """Run the script and return what it prints."""
    done = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_prints_every_document_and_all_of_them_in_one_run(tmp_path: Path) -> None:
    """One PDF for each, and one of all whose pages are theirs together; a second run gives the same bytes."""
    told = json.loads(run("--json", "--out", tmp_path))
    made = {path.stem: PdfReader(BytesIO(path.read_bytes())) for path in tmp_path.glob("*.pdf")}
    assert set(told) == set(made)
    assert len(made.pop("all").pages) == sum(len(each.pages) for each in made.values())
    assert told == json.loads(run("--json"))


def test_the_pictures_of_the_documentation_are_what_is_printed_now(tmp_path: Path) -> None:
    """Drawn afresh, they are the same to the last dot."""
    run("--pictures", tmp_path)
    drawn = {path.name: path.read_bytes() for path in tmp_path.glob("*.png")}
    assert sorted(drawn) == sorted(path.name for path in PICTURES.glob("*.png"))
    assert [name for name, picture in drawn.items() if picture != (PICTURES / name).read_bytes()] == []
