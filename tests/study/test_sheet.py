"""The sheet, piece by piece: a plan comes back as it was written, and what differs from it is told by name."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sweep_helpers import tiny_plan

from simdiff.scenario import SchoolRow
from simdiff.scenario.experiment_schema import Until
from simdiff.study.cells import Cell
from simdiff.study.files import TEMPORARY, checksum
from simdiff.study.plan import Plan, Stage
from simdiff.study.run_folder import PROVENANCE
from simdiff.study.sheet import (
    CHUNKS,
    SHEET,
    ChangedError,
    SheetError,
    cell_changes,
    check_code,
    check_same,
    check_sheet,
    is_part,
    read_sheet,
    sheet_checksum,
    write_sheet,
)

TEXT = """\
format: 1
name: two
title: Zwei Städte
question: Why?
scenarios: {quo: {scenario: status-quo, set: {years: 2}}}
factors:
  coaches: {path: policy.talent.coaching.per_100_teachers, low: 0, high: 2}
design: {kind: latin-hypercube, points: 4}
draws: 2
replicates: 3
keep: {series: yearly, outcomes: [spread, cost]}
"""
REPRODUCE = "simdiff sweep two.yaml"
SCHOOL = SchoolRow("d", "007", "Ecole “É”", "high", 40, 400, 0.25, 41.5, None)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Four points at two draws; two cells have schools of a table."""
    one = tiny_plan(tmp_path_factory.mktemp("plan"), TEXT)
    cells = tuple(replace(cell, schools={"d": (SCHOOL,)} if n < 2 else {}) for n, cell in enumerate(one.cells))
    return replace(one, cells=cells, unique={cell.id: cell for cell in cells})


@pytest.fixture
def folder(plan: Plan, tmp_path: Path) -> Path:
    write_sheet(tmp_path / "deep" / "sweep", plan, REPRODUCE)
    return tmp_path / "deep" / "sweep"


# ----- writing and reading


def test_a_plan_comes_back(plan: Plan, folder: Path) -> None:
    """Cells with their levels and schools, draws to the last digit, stages, versions; the same again is no change."""
    known, said = read_sheet(folder)
    assert known == plan
    assert dict(known.unique) == dict(plan.unique)
    assert known.cells[0].schools == {"d": (SCHOOL,)}
    assert known.cells[3].schools == {}
    assert said["reproduce"] == REPRODUCE
    assert said["caveat"] == "simdiff explores and ranks policies; it does not forecast a named district."
    assert said["checksum"] == sheet_checksum(plan, REPRODUCE) == checksum(said)
    assert (said["format"], said["name"], said["title"], said["question"]) == (1, "two", "Zwei Städte", "Why?")
    assert "Zwei Städte" in (folder / SHEET).read_text(encoding="utf-8")
    assert said["stages"] == [{"runs": [[cell.id, 0, 3] for cell in plan.cells], "draws": [0, 2]}]
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if path.name not in {SHEET, CHUNKS}}
    write_sheet(folder, plan, REPRODUCE)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir() if path.name in before} == before
    assert read_sheet(folder) == (known, said)
    assert len(before) == 3


def test_a_damaged_part_is_written_again(plan: Plan, folder: Path) -> None:
    part = next(folder.glob("draws-*"))
    part.write_bytes(b"damaged")
    write_sheet(folder, plan, REPRODUCE)
    assert read_sheet(folder)[0] == plan


def test_parts_of_older_sheets_and_unfinished_files_are_swept_out(plan: Plan, folder: Path) -> None:
    """Nothing else is: neither foreign files, nor what looks like a part among the chunks."""
    part = next(folder.glob("design-*")).name
    stay = [folder / "notes.txt", folder / "design-notes.parquet", folder / CHUNKS / f"design-{'0' * 32}.parquet",
            folder / CHUNKS / "whole.parquet"]  # fmt: skip
    go = [folder / f"design-{'0' * 32}.parquet", folder / f"{TEMPORARY}1", folder / CHUNKS / f"{TEMPORARY}2"]
    for path in (*stay, *go):
        path.write_bytes(b"x")
    write_sheet(folder, plan, REPRODUCE)
    assert [path.exists() for path in stay] == [True] * 4
    assert [path.exists() for path in go] == [False] * 3
    assert (folder / part).exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (f"design-{'0' * 32}.parquet", True), (f"draws-{'f' * 32}.parquet", True),
        (f"schools-{'a1' * 16}.parquet", True), (f"other-{'0' * 32}.parquet", False),
        (f"design-{'0' * 31}.parquet", False), (f"design-{'0' * 33}.parquet", False),
        (f"design-{'g' * 32}.parquet", False), (f"../design-{'0' * 32}.parquet", False),
        (f"design-{'0' * 32}_parquet", False),
    ],
)  # fmt: skip
def test_names_of_parts(name: str, expected: bool) -> None:
    assert is_part(name) == expected


def test_folders_without_a_sheet(tmp_path: Path) -> None:
    """Nothing at all, or a run where a sweep is needed."""
    with pytest.raises(SheetError, match=r"holds no sweep \(no sweep.json\)"):
        check_sheet(tmp_path)
    (tmp_path / PROVENANCE).write_text("{}")
    with pytest.raises(SheetError, match="holds one run; this needs a sweep"):
        read_sheet(tmp_path)
    (tmp_path / SHEET).write_text("{}")
    check_sheet(tmp_path)
    with pytest.raises(SheetError, match="its checksum does not fit"):
        read_sheet(tmp_path)
    (tmp_path / SHEET).write_text("{")
    with pytest.raises(SheetError, match=r"cannot be read .*run `simdiff sweep` again"):
        read_sheet(tmp_path)


def rewrite(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change the sheet, and make its checksum fit."""
    said = json.loads((folder / SHEET).read_bytes())
    change(said)
    said["checksum"] = checksum(said)
    (folder / SHEET).write_text(json.dumps(said))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda said: said["parts"].append("../x.parquet"), "names parts that no sheet has"),
        (lambda said: said["parts"].append(f"draws-{'0' * 32}.parquet"), "cannot be read"),
        (lambda said: said["parts"].pop(), "of another version of simdiff .KeyError."),
        (lambda said: said.pop("stages"), "of another version of simdiff .KeyError."),
        (lambda said: said["stages"][0].update(draws=[0, 3]), "of another version of simdiff .ValueError."),
        (lambda said: said["experiment"].update(replicates=0), "of another version of simdiff"),
        (lambda said: said.update(parts=3), "of another version of simdiff .TypeError."),
    ],
)
def test_sheets_that_fit_no_plan(folder: Path, change: Callable[[dict[str, Any]], Any], told: str) -> None:
    rewrite(folder, change)
    with pytest.raises(SheetError, match=told):
        read_sheet(folder)


def test_sizes_of_cells_are_at_least_one(plan: Plan, tmp_path: Path) -> None:
    """A cell of no schools has no school-months, and chunks are cut by them."""
    for size, expected in ((0, 1), (1, 1), (7, 7)):
        cells = tuple(replace(cell, size=size) for cell in plan.cells)
        write_sheet(tmp_path, replace(plan, cells=cells), REPRODUCE)
        assert {cell.size for cell in read_sheet(tmp_path)[0].cells} == {expected}


# ----- what differs


def refused(known: Plan, asked: Plan, *, growing: bool = False) -> list[str]:
    try:
        check_same(known, asked, growing=growing)
    except ChangedError as error:
        return str(error).splitlines()
    return []


def asking(plan: Plan, **changed: Any) -> Plan:
    """The plan with another experiment."""
    return replace(plan, experiment=plan.experiment.model_copy(update=changed))


def test_what_is_asked_may_be_the_beginning(plan: Plan) -> None:
    """The same, and fewer draws; not more draws, nor other ones."""
    assert refused(plan, plan) == []
    assert refused(plan, replace(plan, draws=plan.draws[:1])) == []
    more = "parameter draws: then 1, now 2 (or other values)"
    assert refused(replace(plan, draws=plan.draws[:1]), plan) == [more]
    other = replace(plan, draws=({**plan.draws[0], "lapse": 0.5}, plan.draws[1]))
    assert refused(plan, other) == ["parameter draws: then 2, now 2 (or other values)"]


def test_other_questions(plan: Plan) -> None:
    """All that differs is told at once."""
    asked = asking(plan, seed=9, keep=plan.experiment.keep.model_copy(update={"series": "last"}))
    assert refused(plan, asked) == ["seed: then 1, now 9", "what is kept (`keep`) differs"]
    until = Until(outcome="spread", contrast=plan.cells[0].name, halfwidth=0.1)
    assert refused(plan, asking(plan, until=until)) == ["when to stop (`until`) differs"]
    assert refused(asking(plan, until=until), asking(plan, until=until)) == []


def test_more_replicates_are_for_extend(plan: Plan) -> None:
    """Unless a folder may grow; and they are not told beside what is worse."""
    more = plan.with_stage(Stage(tuple((cell.id, 3, 5) for cell in plan.cells[:2]), (0, 2)))
    names = f"{plan.cells[0].name}, {plan.cells[1].name}"
    assert refused(plan, more) == [f"more replicates of {names}: ask for them with `simdiff extend`"]
    assert refused(plan, more, growing=True) == []
    assert refused(more, plan) == []
    assert refused(plan, asking(more, seed=9)) == ["seed: then 1, now 9"]


def test_other_code_is_told_before_all_else(plan: Plan) -> None:
    """Twelve lines, and how many more there are."""
    old = replace(plan, versions={**plan.versions, "numpy": "1.0"})
    (line,) = refused(old, asking(plan, seed=9))
    assert line.startswith("numpy: then 1.0, now ")
    for count in (12, 13, 25):
        strange = replace(plan, versions=dict(plan.versions) | {f"x{n:02}": "1" for n in range(count)})
        with pytest.raises(ChangedError) as told:
            check_code(strange)
        lines = str(told.value).splitlines()
        assert lines[:12] == [f"x{n:02}: then 1, now absent" for n in range(12)]
        assert lines[12:] == ([f"… and {count - 12} more"] if count > 12 else [])
    check_code(plan)


def cell(name: str, text: str = "{}", **changed: Any) -> Cell:
    return Cell(f"{name}-{text}-{changed}", name, "s", {}, text, changed.get("schools", {}), 1, 1)


def plan_of(plan: Plan, *cells: Cell) -> Plan:
    return replace(plan, cells=cells, stages=(), unique={cell.id: cell for cell in cells})


@pytest.mark.parametrize(
    ("names", "told"),
    [("a", "a"), ("abcde", "a, b, c, d, e"), ("abcdef", "a, b, c, d, e and 1 more"),
     ("abcdefgh", "a, b, c, d, e and 3 more")],
)  # fmt: skip
def test_cells_that_come_and_go(plan: Plan, names: str, told: str) -> None:
    """Five of them by name; more cells are allowed where a folder may grow, fewer never."""
    few, many = plan_of(plan, cell("z")), plan_of(plan, cell("z"), *map(cell, names))
    added = f"cells that the folder does not have: {told} (add them with `simdiff extend`)"
    assert cell_changes(few, many, growing=False) == [added]
    assert cell_changes(few, many, growing=True) == []
    dropped = f"cells that are no longer asked for: {told}"
    assert cell_changes(many, few, growing=False) == cell_changes(many, few, growing=True) == [dropped]


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ({"years": 1}, {"years": 2}, "years then 1, now 2"),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 1, "c": 2}}, "a.c then 1, now 2"),
        ({"a": 1}, {"a": 1, "b": 0}, "b then absent, now 0"),
        ({"a": 1, "b": 0}, {"a": 1}, "b then 0, now absent"),
        ({"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2, "c": 2}, "a then 1, now 2; b then 1, now 2; c then 1, now 2"),
        (
            dict.fromkeys("abcd", 1),
            dict.fromkeys("abcd", 2),
            "a then 1, now 2; b then 1, now 2; c then 1, now 2; and 1 more settings",
        ),
    ],
)
def test_settings_that_differ(plan: Plan, then: dict[str, Any], now: dict[str, Any], told: str) -> None:
    """Three of them, by their whole path."""
    known, asked = (plan_of(plan, cell("z", json.dumps(one))) for one in (then, now))
    assert cell_changes(known, asked, growing=False) == [f"cell z: {told}"]


def test_other_schools_of_the_same_scenario(plan: Plan) -> None:
    known, asked = plan_of(plan, cell("z")), plan_of(plan, cell("z", schools={"d": (SCHOOL,)}))
    assert cell_changes(known, asked, growing=True) == ["cell z: other schools in the table"]


def test_no_more_than_twelve_changes_are_told(plan: Plan) -> None:
    many = plan_of(plan, *(cell(f"c{n:02}", '{"years": 1}') for n in range(14)))
    asked = plan_of(plan, *(cell(f"c{n:02}", '{"years": 2}') for n in range(14)))
    assert refused(many, asked) == [f"cell c{n:02}: years then 1, now 2" for n in range(12)]
