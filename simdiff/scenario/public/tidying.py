"""From joined text to one tidy table of schools: what is counted, imputed, left out, and why."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from simdiff.scenario.cells import STUDENTS_PER_TEACHER
from simdiff.scenario.public.joining import Joined, Taken
from simdiff.scenario.public.levels import CHARTER, CLOSED, is_told, level_of
from simdiff.scenario.public.opening import refusal
from simdiff.scenario.public.reading import PublicFile
from simdiff.scenario.public.values import Column, inert_names, numbers, words
from simdiff.scenario.schema import OTHERS, LeverLevel

TIDY = ("id", "name", "leaid", "district", "state", "level", "charter", "students", "teachers", "teachers_imputed",
        "low_income", "low_income_from", "latitude", "longitude")  # fmt: skip
EXAMPLES = 5
MOST_TEACHERS, MOST_STUDENTS = 1_000, 100_000
UNKNOWN_NEED = 0.5
"""Low-income share of every school of a district that no file tells anything about: all alike."""


@dataclass(frozen=True, slots=True)
class Left:
    """Schools left out for one reason, and some of their names."""

    why: str
    schools: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A column of the tidy table: schools with a value of their own, without (by the sign that stood there), and what
    was put there or will be."""

    column: str
    known: int
    missing: dict[str, int]
    done: str = ""


@dataclass(frozen=True, slots=True)
class Agency:
    """A district: NCES id, short name in the scenario, name as printed, state, schools kept."""

    leaid: str
    slug: str
    name: str
    state: str
    schools: int


@dataclass(frozen=True, slots=True)
class Imported:
    """All that an import found: the files, the table (columns ``TIDY``), its districts, and what became of each column
    and of the schools that are not in it."""

    files: tuple[PublicFile, ...]
    taken: tuple[Taken, ...]
    table: pd.DataFrame = field(repr=False)
    districts: tuple[Agency, ...]
    columns: tuple[Told, ...]
    left: tuple[Left, ...]
    notes: tuple[str, ...]


def tidy_schools(files: Sequence[PublicFile], joined: Joined, chosen: pd.DataFrame) -> Imported:
    """The tidy table of the ``chosen`` schools. Raises ScenarioError if none can be kept, saying what is lacking."""
    ratios = _students_per_teacher(joined.rows)
    kept, left = _without(chosen)
    if kept.empty:
        why = "; ".join(f"{one.schools:,} {one.why}" for one in left)
        wanted = "expected files that have students or teachers as well, such as membership (052) and staff (059)"
        raise refusal(files[0].path, f"no school of {len(chosen):,} can be kept: {why}", wanted)
    table, told, notes = _columns(kept, ratios)
    districts = _districts(table)
    empty = chosen["leaid"].nunique() - len(districts)
    if empty:
        notes.append(f"left out for want of a school that can be kept: {many(empty, 'districts')}")
    years = sorted({file.year for file in files if file.year})
    if len(years) > 1:
        notes.append(f"the files are of different years: {', '.join(years)}")
    return Imported(tuple(files), joined.taken, table, districts, told, left, tuple(notes))


def _without(rows: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Left, ...]]:
    """The schools that can be simulated, and the others by reason, the first that holds."""
    students, teachers = _students(rows).values, _teachers(rows).values
    status = rows["status"].astype(str).str.lower().map(CLOSED)
    why = status.fillna("")
    why = why.mask((why == "") & students.isna() & teachers.isna(), "without students and teachers (neither is told)")
    why = why.mask((why == "") & (students == 0), "without students (0 enrolled)")
    left = []
    for reason, names in rows["name"][why != ""].groupby(why[why != ""], sort=True):
        safe, _ = inert_names(names.head(EXAMPLES).astype(str))
        left.append(Left(str(reason), len(names), tuple(safe)))
    return rows[why == ""], tuple(left)


def _students(rows: pd.DataFrame) -> Column:
    return numbers(rows["students"].astype(str), 0, MOST_STUDENTS)


def _teachers(rows: pd.DataFrame) -> Column:
    """Teachers; none, and less than half of one, are no count that a school can have."""
    column = numbers(rows["teachers"].astype(str), 0, MOST_TEACHERS, zero_is_missing=True)
    few = column.values < 0.5
    missing = column.missing | ({"less than half a teacher": int(few.sum())} if few.any() else {})
    return Column(column.values.mask(few), missing)


def _level(rows: pd.DataFrame) -> pd.Series:
    return level_of(rows["level"].astype(str), rows["low_grade"].astype(str), rows["high_grade"].astype(str))


def _students_per_teacher(rows: pd.DataFrame) -> dict[str, float]:
    """Median of all schools that were read, by level and (under an empty name) over all levels."""
    ratio = _students(rows).values / _teachers(rows).values
    ratio = ratio[ratio > 0]
    medians = ratio.groupby(_level(rows).reindex(ratio.index)).median()
    every = float(ratio.median()) if len(ratio) else float(STUDENTS_PER_TEACHER)
    return {"": every} | {str(level): float(value) for level, value in medians.items()}


def _columns(rows: pd.DataFrame, ratios: dict[str, float]) -> tuple[pd.DataFrame, tuple[Told, ...], list[str]]:
    students, teachers = _students(rows), _teachers(rows)
    level, names, districts = _level(rows), words(rows["name"].astype(str)), words(rows["district"].astype(str))
    label, changed = inert_names(names.values.where(names.values != "", rows.index.to_series()))
    district, _ = inert_names(districts.values.where(districts.values != "", rows["leaid"]))
    latitude = numbers(rows["latitude"].astype(str), -90, 90, zero_is_missing=True)
    longitude = numbers(rows["longitude"].astype(str), -180, 180, zero_is_missing=True)
    here = latitude.values.notna() & longitude.values.notna()
    imputed = (students.values / level.map(ratios).fillna(ratios[""])).clip(1, MOST_TEACHERS).round(1)
    known, share, source, lunch = _low_income(rows, students.values)
    table = pd.DataFrame({
        "name": label, "leaid": rows["leaid"], "district": district, "state": rows["state"],
        "level": level, "charter": rows["charter"].astype(str).str.lower().map(CHARTER).fillna(""),
        "students": np.floor(students.values + 0.5).astype("Int64"), "teachers": teachers.values,
        "teachers_imputed": imputed.where(teachers.values.isna()), "low_income": share.round(4),
        "low_income_from": source, "latitude": latitude.values.where(here), "longitude": longitude.values.where(here),
    }).rename_axis("id").sort_index().reset_index()[list(TIDY)]  # fmt: skip
    guessed = int((teachers.values.isna() & students.values.notna()).sum())
    by = ", ".join(f"{name or 'all'} {value:.1f}" for name, value in sorted(ratios.items()) if name)
    told = (
        Told("name", int((names.values != "").sum()), names.missing,
             f"{changed:,} shortened or quoted, so that no spreadsheet runs them" if changed else ""),
        _told_levels(rows, level),
        _told(rows, "students", students, f"{STUDENTS_PER_TEACHER} per teacher when the scenario is read"),
        _told(rows, "teachers", teachers,
              f"imputed for {guessed:,} from students per teacher ({by or f'{STUDENTS_PER_TEACHER} for all'})"),
        Told("low_income", int(known.notna().sum()), lunch,
             "the district's median when the scenario is read; see the notes" if known.isna().any() else ""),
        _told(rows, "latitude", Column(latitude.values.where(here), latitude.missing),
              "drawn when the scenario is read", "coordinates"),
    )  # fmt: skip
    alone = int((latitude.values.notna() != longitude.values.notna()).sum())
    notes = [f"one coordinate without the other for {many(alone, 'schools')}: taken for none"] if alone else []
    measures = source[source != ""].value_counts()
    notes += [f"low-income share: {text} for {many(count, 'schools')}" for text, count in measures.items()]
    return table, told, notes


def _told_levels(rows: pd.DataFrame, level: pd.Series) -> Told:
    by_grades = ~is_told(rows["level"].astype(str))
    done = f"by the grades offered for {many(int(by_grades.sum()), 'schools')}" if by_grades.any() else ""
    other = int((level == "other").sum())
    return Told("level", len(level) - other, {"other, or not told": other} if other else {},
                done)  # fmt: skip


def many(number: int, plural: str) -> str:
    """A count in words: 1 school, 1,200 schools."""
    return f"{number:,} {plural if number != 1 else plural.removesuffix('s')}"


def _told(rows: pd.DataFrame, source: str, column: Column, done: str, name: str = "") -> Told:
    """What is told of a field; ``done``: with the schools that lack it."""
    known = int(column.values.notna().sum())
    missing = {"in no file": len(rows)} if (rows[source] == "").all() else column.missing
    return Told(name or source, known, missing if known < len(rows) else {}, done if known < len(rows) else "")


def _low_income(rows: pd.DataFrame, students: pd.Series) -> tuple[pd.Series, pd.Series, pd.Series, dict[str, int]]:
    """Low-income share as told, and as it goes on, where it is from, and why it is missing; one measure for all
    schools of a district where two could be had."""
    count = {name: numbers(rows[name].astype(str), 0, MOST_STUDENTS) for name in ("frl", "free", "reduced", "direct")}
    free, reduced = count["free"].values, count["reduced"].values
    lunch = count["frl"].values.where(count["frl"].values.notna(), free + reduced.fillna(0))
    has_lunch = lunch.notna().groupby(rows["leaid"]).transform("any")
    number = lunch.where(has_lunch, count["direct"].values)
    share = (number / students.where(students > 0)).clip(0, 1)
    source = pd.Series("free or reduced-price lunch", index=rows.index).where(
        has_lunch, "direct certification alone (usually lower than lunch counts)"
    )
    source = source.where(share.notna(), "")
    nothing = ~share.notna().groupby(rows["leaid"]).transform("any")
    source = source.mask(nothing, f"not known in the district, set to {UNKNOWN_NEED} (so equity gaps mean nothing)")
    given = [name for name in count if (rows[name] != "").any()]
    signs = count[given[0]].missing if given else {"in no file": len(rows)}
    return share, share.mask(nothing, UNKNOWN_NEED), source, signs if share.isna().any() else {}


def _districts(table: pd.DataFrame) -> tuple[Agency, ...]:
    found, used = list[Agency](), {OTHERS, *LeverLevel.model_fields}
    for leaid, rows in table.groupby("leaid", sort=True):
        name, state = str(rows["district"].mode().iloc[0]), str(rows["state"].iloc[0])
        slug = slug_of(name) if re.search("[a-z]", slug_of(name)) else f"district-{leaid}"
        slug = f"{slug[:70]}-{leaid}" if slug in used else slug
        used.add(slug)
        found.append(Agency(str(leaid), slug, name, state, len(rows)))
    return tuple(found)


def slug_of(text: str) -> str:
    """A short name (small letters, digits and -) from any text; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")
