"""Reading tables for the examples: every fault names the file, the row and the column."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from attrs import frozen


class TableError(Exception):
    """A table that cannot be read, and where."""


@frozen
class TableRow:
    """One row of a table; the header is row 1."""

    file: str
    number: int
    cells: dict[str, str]

    def text(self, column: str, *, blank: bool = False) -> str:
        """Return a cell as text; blank only where that is allowed. A column that is absent is blank."""
        value = self.cells.get(column, "").strip()
        if not value and not blank:
            raise self.wrong(column, "must not be blank")
        return value

    def number_in(self, column: str, *, default: Decimal | None = None) -> Decimal:
        """Return a cell as a finite number; blank is *default* where there is one."""
        value = self.text(column, blank=default is not None)
        if not value and default is not None:
            return default
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            raise self.wrong(column, f"must be a number, not {value!r}")
        return found

    def day(self, column: str, *, blank: bool = False) -> date | None:
        """Return a cell as a date; ``None`` where it is blank and may be."""
        value = self.text(column, blank=blank)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.wrong(column, f"must be a date such as 2026-03-31, not {value!r}") from None

    def wrong(self, column: str, problem: str) -> TableError:
        """Return the error that says what is wrong in a cell."""
        return TableError(f"{self.file}, row {self.number}, column {column}: {problem}")


def read(folder: Path, file: str, columns: Sequence[str]) -> Iterator[TableRow]:
    """
    Yield the rows of a comma-separated file with a header.

    Raises:
        TableError: the file is missing, is not UTF-8, lacks one of *columns*, or has a row of another length.
    """
    try:
        with (folder / file).open(encoding="utf-8-sig", newline="") as lines:
            table = csv.reader(lines, strict=True)
            header = [name.strip() for name in next(table, [])]
            for column in columns:
                if column not in header:
                    raise TableError(f"{file}, row 1, column {column}: is missing")
            for number, cells in enumerate(table, start=2):
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise TableError(f"{file}, row {number}: has {len(cells)} cells, the header has {len(header)}")
                yield TableRow(file, number, dict(zip(header, cells, strict=True)))
    except FileNotFoundError:
        raise TableError(f"{file}: is missing in {folder}") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{file}: cannot be read: {error}") from None
