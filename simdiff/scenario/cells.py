"""From the text in a school's cells to its numbers; a blank stays a blank."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from simdiff.scenario.problems import Problem, show_path, shown
from simdiff.scenario.schema import Table

STUDENTS_PER_TEACHER = 16
"""Where the table does not say how many students a school has."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row of a table: its line (the header is line 1) and its cells by column name, all text."""

    file: Path
    line: int
    cells: Mapping[str, str]

    def problem(self, column: str, found: str, allowed: str = "") -> Problem:
        """Return a problem in a cell of this row; its column number counts the table's columns from 1."""
        number = list(self.cells).index(column) + 1
        return Problem(show_path(self.file), self.line, number, column, found, allowed)


@dataclass(frozen=True, slots=True)
class Draft:
    """A school as the table has it; None where a cell is blank (for ``teachers`` also where it rounds to zero)."""

    row: CsvRow
    id: str
    name: str
    level: str
    teachers: int | None
    imputed: int | None
    students: int | None
    low_income: float | None
    latitude: float | None
    longitude: float | None


def draft_school(row: CsvRow, table: Table) -> tuple[Draft, list[Problem]]:
    """Read one row by the table's column map. A cell that cannot be read is a problem and counts as blank."""
    cells = _Cells(row)
    columns = table.columns
    identity = row.cells[columns.id]
    if not identity.strip():
        cells.problems.append(row.problem(columns.id, "blank", "expected the school's id"))
    level = table.levels.get(row.cells[columns.level], "other") if columns.level else "other"
    latitude = cells.number(columns.latitude, -90, 90)
    longitude = cells.number(columns.longitude, -180, 180)
    if columns.latitude and columns.longitude and not cells.problems and (latitude is None) != (longitude is None):
        column = columns.latitude if latitude is None else columns.longitude
        cells.problems.append(row.problem(column, "blank", "expected both coordinates or neither"))
    draft = Draft(
        row,
        identity,
        (row.cells[columns.name] if columns.name else "") or identity,
        level,
        cells.teachers(columns.teachers),
        cells.teachers(columns.teachers_imputed),
        cells.students(columns.students),
        cells.number(columns.low_income, 0, 1),
        latitude,
        longitude,
    )
    return draft, cells.problems


class _Cells:
    """Reads the numbers of one row and gathers what is wrong with them."""

    def __init__(self, row: CsvRow) -> None:
        self.row = row
        self.problems: list[Problem] = []

    def number(self, column: str | None, low: float, high: float) -> float | None:
        text = self.row.cells[column].strip() if column else ""
        if column is None or not text:
            return None
        try:
            value = float(text) if text.isascii() and "_" not in text else math.nan
        except ValueError:
            value = math.nan
        if low <= value <= high:
            return value
        self.problems.append(
            self.row.problem(column, f"found {shown(text)}", f"expected a number from {low} to {high}")
        )
        return None

    def teachers(self, column: str | None) -> int | None:
        value = self.number(column, 0, 1000)
        return math.floor(value + 0.5) or None if value is not None else None

    def students(self, column: str | None) -> int | None:
        value = self.number(column, 0, 100_000)
        if value is None or value.is_integer():
            return None if value is None else int(value)
        assert column is not None
        self.problems.append(self.row.problem(column, f"found {value}", "expected a whole number"))
        return None
