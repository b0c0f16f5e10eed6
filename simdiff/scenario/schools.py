"""Schools from a CSV table: which rows, read how, and what is done where a cell is blank."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from simdiff.scenario.cells import STUDENTS_PER_TEACHER, CsvRow, Draft, draft_school
from simdiff.scenario.problems import Problem, ScenarioError, listed, nearest, show_path
from simdiff.scenario.schema import District, Table
from simdiff.scenario.source import Node
from simdiff.scenario.table import read_table
from simdiff.scenario.translate import Place, problem_at

MOST_ROW_PROBLEMS = 20
MOST_FAULTS = 2_000
"""Problems of a district's rows after which no more rows are read."""
MOST_NAMES = 10
MOST_VALUES = 1000
"""Values of a column that are remembered to suggest one."""


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """A school: teachers (1–1000) and students as whole numbers, low-income share (0–1), degrees north and east (None
    where a place is to be drawn). ``level`` is elementary, middle, high or other."""

    district: str
    id: str
    name: str
    level: str
    teachers: int
    students: int
    low_income: float
    latitude: float | None
    longitude: float | None


Schools = dict[str, tuple[SchoolRow, ...]]
LeftOut = dict[str, frozenset[str]]
"""Ids of rows of each district that are no schools of the scenario, since something is blank."""


def read_schools(
    table: Table, districts: Mapping[str, District], path: Path, root: Node
) -> tuple[Schools, LeftOut, tuple[str, ...]]:
    """Read the schools of ``districts`` from the table at ``path``; return them by district and id, the ids of those
    left out, and notes.

    ``root`` is the scenario's tree, where problems of the column map are reported. Raises ScenarioError.
    """
    rows, problems = _chosen_rows(table, districts, path, root)
    schools, left, notes = Schools(), LeftOut(), list[str]()
    bad_rows = list[Problem]()
    for name in sorted(districts):
        problems += _map_problems(name, districts[name], table, root)
        if problems:
            continue
        settled = _Settling(name, districts[name], table)
        schools[name] = settled.schools(rows[name])
        left[name] = frozenset(settled.ids) - {row.id for row in schools[name]}
        notes += settled.notes
        bad_rows += settled.problems
        if not schools[name] and not settled.problems:
            problems.append(problem_at(root, _at(name), "every school is left out", "expected one at least", key=True))
    if problems or bad_rows:
        raise ScenarioError([*problems, *_first_few(bad_rows)])
    return schools, left, tuple(notes)


def _at(district: str, *below: str) -> Place:
    return ("where", "districts", district, *below)


def _first_few(problems: list[Problem]) -> list[Problem]:
    """Return the first problems, and in place of the others how many there are."""
    problems = sorted(set(problems))
    few = problems[:MOST_ROW_PROBLEMS]
    if more := problems[MOST_ROW_PROBLEMS:]:
        least = "at least " if len(problems) > MOST_FAULTS else ""
        few.append(replace(more[0], path="", found=f"… and {least}{len(more)} more", allowed="", hint=""))
    return few


def _chosen_rows(
    table: Table, districts: Mapping[str, District], path: Path, root: Node
) -> tuple[dict[str, list[CsvRow]], list[Problem]]:
    """Return the rows of each district, and problems of the column map or of districts without rows."""
    lines = read_table(path)
    columns = next(lines)[1]
    if problems := _column_problems(table, districts, columns, path, root):
        return {}, problems
    chosen: dict[str, list[CsvRow]] = {name: [] for name in districts}
    seen: dict[str, set[str]] = {column: set() for district in districts.values() for column in district.rows}
    for line, cells in lines:
        row = CsvRow(path, line, dict(zip(columns, cells, strict=True)))
        for column, values in seen.items():
            if len(values) < MOST_VALUES:
                values.add(row.cells[column])
        owners = [name for name in districts if _has(row, table.keep) and _has(row, districts[name].rows)]
        for name in owners[:1]:
            chosen[name].append(row)
        if len(owners) > 1:
            at = _at(owners[1], "rows")
            return {}, [problem_at(root, at, f"some rows are those of `{owners[0]}` too", "expected rows of its own")]
    empty = [name for name in districts if not chosen[name]]
    return chosen, [_no_rows(name, districts[name], seen, root) for name in empty]


def _has(row: CsvRow, wanted: Mapping[str, str]) -> bool:
    return all(row.cells[column] == value for column, value in wanted.items())


def _no_rows(name: str, district: District, seen: Mapping[str, set[str]], root: Node) -> Problem:
    for column, value in district.rows.items():
        if value not in seen[column]:
            some = sorted(seen[column])
            expected = f"expected a value of that column ({len(some)} seen: {listed(some, 6)})"
            found = f"no row of the table has `{value}` there"
            return problem_at(root, _at(name, "rows", column), found, expected, nearest(value, some))
    return problem_at(root, _at(name, "rows"), "no row of the table fits this and `where.table.keep`", key=True)


def _column_problems(
    table: Table, districts: Mapping[str, District], columns: list[str], path: Path, root: Node
) -> list[Problem]:
    told: list[tuple[Place, str]] = [
        (("where", "table", "columns", field), column)
        for field, column in table.columns.model_dump(exclude_none=True).items()
    ]
    as_keys: list[tuple[Place, str]] = [(("where", "table", "keep", column), column) for column in table.keep]
    as_keys += [(_at(name, "rows", column), column) for name, one in districts.items() for column in one.rows]
    twice = [name for index, name in enumerate(columns) if name in columns[:index]]
    problems = [
        Problem(show_path(path), 1, columns.index(name) + 1, "", f"two columns named `{name}`") for name in twice
    ]
    for is_key, places in ((False, told), (True, as_keys)):
        for at, column in places:
            if column not in columns:
                found, expected = f"no column `{column}` in {path.name}", f"expected one of {listed(columns, 30)}"
                problems.append(problem_at(root, at, found, expected, nearest(column, columns), key=is_key))
    return problems


def _map_problems(name: str, district: District, table: Table, root: Node) -> list[Problem]:
    """Return where a district's fill and the column map do not fit together."""
    columns, fill = table.columns, district.fill
    if (columns.latitude is None) != (columns.longitude is None):
        at: Place = ("where", "table", "columns")
        return [problem_at(root, at, "one coordinate only", "expected both `latitude` and `longitude`", key=True)]
    if columns.latitude is None and fill.coordinates != "drawn":
        at = _at(name, "fill")
        return [problem_at(root, at, "no columns of coordinates", "expected `fill: {coordinates: drawn}`", key=True)]
    if fill.teachers == "imputed" and columns.teachers_imputed is None:
        at = _at(name, "fill", "teachers")
        return [problem_at(root, at, "nothing to take", "expected `where.table.columns.teachers_imputed`")]
    return []


class _Settling:
    """Settles the blanks of one district's schools, and says what was done."""

    def __init__(self, name: str, district: District, table: Table) -> None:
        self.name = name
        self.fill = district.fill
        self.table = table
        self.columns = table.columns
        self.notes: list[str] = []
        self.problems: list[Problem] = []
        self.ids: list[str] = []

    def schools(self, rows: list[CsvRow]) -> tuple[SchoolRow, ...]:
        drafts = self.read(rows)
        self.total = len(drafts)
        self.ids = [draft.id for draft in drafts]
        drafts = self.low_income(self.teachers(drafts), drafts)
        drafts = self.coordinates(drafts)
        if self.problems:
            return ()
        self.note_levels(drafts)
        self.note_students(drafts)
        return tuple(self.school(draft) for draft in sorted(drafts, key=lambda draft: draft.id))

    def read(self, rows: list[CsvRow]) -> list[Draft]:
        """The rows that can be read; their blanks are told in the same breath as the faults of the others."""
        drafts: dict[str, Draft] = {}
        faulty: set[str] = set()
        for row in rows:
            draft, problems = draft_school(row, self.table)
            self.problems += problems
            if len(self.problems) > MOST_FAULTS:
                break
            if problems:
                faulty.add(draft.id)
            if draft.id in drafts and draft.id.strip():
                expected = f"expected one in a district (first on line {drafts[draft.id].row.line})"
                self.problems.append(row.problem(self.columns.id, f'a second school "{draft.id}"', expected))
            drafts.setdefault(draft.id, draft)
        return [draft for draft in drafts.values() if draft.id not in faulty]

    def teachers(self, drafts: list[Draft]) -> list[Draft]:
        if self.fill.teachers == "imputed":
            filled = [replace(d, teachers=d.imputed) if d.teachers is None else d for d in drafts]
            count = sum(
                new.teachers is not None and old.teachers is None for new, old in zip(filled, drafts, strict=True)
            )
            if count:
                column = self.columns.teachers_imputed
                self.note(f"teachers imputed for {count} of {self.total} schools (column {column})")
            drafts = filled
        blank = [draft for draft in drafts if draft.teachers is None]
        return self.without(drafts, blank, self.fill.teachers, "teachers", "no teacher count", self.columns.teachers)

    def low_income(self, drafts: list[Draft], all_drafts: list[Draft]) -> list[Draft]:
        blank = [draft for draft in drafts if draft.low_income is None]
        known = [draft.low_income for draft in all_drafts if draft.low_income is not None]
        if blank and known and self.fill.low_income == "median":
            middle = median(known)
            self.note(
                f"low-income share set to the district's median ({middle:.3f}) for {len(blank)} of {self.total} schools"
            )
            return [replace(d, low_income=middle) if d.low_income is None else d for d in drafts]
        mode = self.fill.low_income if known else None
        return self.without(drafts, blank, mode, "low_income", "no low-income share", self.columns.low_income)

    def coordinates(self, drafts: list[Draft]) -> list[Draft]:
        blank = [draft for draft in drafts if draft.latitude is None]
        if blank and self.fill.coordinates == "drawn":
            many = f"all {len(blank)}" if len(blank) == len(drafts) else f"{len(blank)} of {self.total}"
            self.note(f"coordinates drawn for {many} schools")
            return drafts
        column = self.columns.latitude or ""
        return self.without(drafts, blank, self.fill.coordinates, "coordinates", "no coordinates", column)

    def without(
        self, drafts: list[Draft], blank: list[Draft], mode: str | None, field: str, why: str, column: str
    ) -> list[Draft]:
        """Leave the blank ones out with a note, or make each a problem where nothing says what to do."""
        if mode is None:
            expected = f"expected a value, or `fill.{field}` of district `{self.name}` to say what to do"
            self.problems += [draft.row.problem(column, f'{why} for "{draft.name}"', expected) for draft in blank]
        elif blank:
            names = ", ".join(draft.name for draft in blank[:MOST_NAMES])
            more = f" and {len(blank) - MOST_NAMES} more" if len(blank) > MOST_NAMES else ""
            self.note(f"{len(blank)} of {self.total} schools left out ({why}): {names}{more}")
        out = {draft.id for draft in blank}
        return [draft for draft in drafts if draft.id not in out]

    def note_levels(self, drafts: list[Draft]) -> None:
        column = self.columns.level
        unknown = [d.row.cells[column] for d in drafts if column and d.row.cells[column] not in self.table.levels]
        for value in sorted(set(unknown)):
            self.note(f'level "{value}" read as other for {unknown.count(value)} of {self.total} schools')

    def note_students(self, drafts: list[Draft]) -> None:
        blank = sum(draft.students is None for draft in drafts)
        if blank:
            self.note(f"students set to {STUDENTS_PER_TEACHER} per teacher for {blank} of {self.total} schools")

    def note(self, text: str) -> None:
        self.notes.append(f"{self.name}: {text}")

    def school(self, draft: Draft) -> SchoolRow:
        assert draft.teachers is not None
        assert draft.low_income is not None
        students = draft.teachers * STUDENTS_PER_TEACHER if draft.students is None else draft.students
        return SchoolRow(
            self.name, draft.id, draft.name, draft.level, draft.teachers, students, draft.low_income,
            draft.latitude, draft.longitude,
        )  # fmt: skip
