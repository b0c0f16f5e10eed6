"""Public files joined by the NCES id of a school, and the districts that are wanted picked out."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from simdiff.scenario.problems import Problem, ScenarioError, listed, nearest
from simdiff.scenario.public.reading import PublicFile, fields_of
from simdiff.scenario.public.states import STATES, state_of
from simdiff.scenario.public.values import NOT_THERE, agency_id

FIELDS = ("name", "leaid", "district", "status", "level", "low_grade", "high_grade", "charter", "students", "teachers",
          "frl", "free", "reduced", "direct", "latitude", "longitude")  # fmt: skip
MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Taken:
    """A field's values taken from one column of one file."""

    field: str
    file: str
    column: str
    schools: int


@dataclass(frozen=True, slots=True)
class Joined:
    """``rows``: one a school, by 12-digit id, with every field of ``FIELDS`` (as text, empty where no file has it) and
    ``state``."""

    rows: pd.DataFrame
    taken: tuple[Taken, ...]


def join_files(files: Sequence[PublicFile]) -> Joined:
    """All schools of all files; a value comes from the first file that has one."""
    ids = files[0].rows.index
    for file in files[1:]:
        ids = ids.union(file.rows.index, sort=False)
    rows = pd.DataFrame("", index=ids, columns=list(FIELDS), dtype=object)
    taken = list[Taken]()
    for file in files:
        columns = fields_of(file)
        here = file.rows.reindex(ids).fillna("")
        for name in FIELDS:
            if name not in columns or (name == "longitude" and "latitude" in columns):
                continue
            pair = ["latitude", "longitude"] if name == "latitude" and "longitude" in columns else [name]
            lacks, has = _lacking(rows, pair), ~_lacking(here, pair)
            unsaid = (rows[pair] == "").all(axis=1)
            rows[pair] = rows[pair].mask(unsaid | (lacks & has), here[pair])
            column = " and ".join(columns[one] for one in pair)
            taken.append(Taken(name, file.path.name, column, int((lacks & has).sum())))
    leaid = agency_id(rows["leaid"].astype(str))
    rows["leaid"] = leaid.where(leaid != "", rows.index.str.slice(0, 7))
    rows["state"] = rows["leaid"].map(state_of)
    return Joined(rows, tuple(taken))


def _lacking(rows: pd.DataFrame, names: list[str]) -> pd.Series:
    """Where one of the columns holds no value; a coordinate of zero is none."""
    lacks = rows[names].isin(list(NOT_THERE))
    if names[0] == "latitude":
        lacks |= rows[names].isin(["0", "0.0", "0.000000"])
    return lacks.any(axis=1)


def pick_districts(joined: Joined, districts: Sequence[str], states: Sequence[str]) -> pd.DataFrame:
    """The schools of the districts (LEAID or name; capitals do not count) and states that are asked for; all if none.

    Raises ScenarioError with every district or state that is not there, or that is there several times.
    """
    rows, problems = joined.rows, list[Problem]()
    if states:
        codes = [_state(text, set(rows["state"]), problems) for text in states]
        rows = rows[rows["state"].isin(codes)]
    if districts and not problems:
        known = rows[["leaid", "district", "state"]].drop_duplicates("leaid")
        chosen = [_agency(text, known, problems) for text in districts]
        rows = rows[rows["leaid"].isin(chosen)]
    if problems:
        raise ScenarioError(problems)
    return rows


def _state(text: str, present: set[str], problems: list[Problem]) -> str:
    names = {name.lower(): code for code, name in STATES.values()} | {code.lower(): code for code in present}
    code = names.get(text.strip().lower(), "")
    if code not in present:
        found = f'no school of "{text[:80]}" in these files'
        expected = f"expected one of {listed(sorted(present), MOST_LISTED)}"
        problems.append(Problem("--state", 0, 0, "", found, expected, nearest(text, names)))
    return code


def _agency(text: str, known: pd.DataFrame, problems: list[Problem]) -> str:
    wanted = text.strip().lower()
    same = known[(known["leaid"] == wanted.zfill(7)) | (known["district"].astype(str).str.lower() == wanted)]
    if len(same) == 1:
        return str(same["leaid"].iloc[0])
    names = [f"{one.leaid} ({one.district}, {one.state})" for one in same.itertuples()]
    if names:
        told = f'{len(names)} districts are named "{text[:80]}"', f"expected a LEAID: {listed(names, MOST_LISTED)}", ""
    else:
        all_names = [str(name) for name in known["district"] if name]
        near = nearest(text, all_names) or next((name for name in all_names if wanted and wanted in name.lower()), "")
        told = f'no district "{text[:80]}" in these files', "expected a LEAID or a name as printed there", near
    problems.append(Problem("--district", 0, 0, "", *told))
    return ""
