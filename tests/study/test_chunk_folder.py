"""Rows of a folder's chunks: in their order however they came, and each number at its draw and replicate."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sweep_helpers import tiny_plan

from simdiff.study.chunk_folder import Rows, about, keep_chunk, scan, set_aside
from simdiff.study.chunks import Done, Piece, as_done, compute, file_name
from simdiff.study.plan import Plan, Stage, make_task, stage_tasks, tasks_of
from simdiff.study.sheet import CHUNKS, SheetError

TEXT = """\
format: 1
name: two
title: Two practices, two years, two policies
scenarios:
  two:
    scenario: four-levers
    set: {years: 2, practices: {learner-profiles: {}, personal-learning-paths: {}}}
  quo: {scenario: status-quo, set: {years: 2}}
replicates: 3
draws: 2
keep: {series: monthly, outcomes: [spread, cost]}
"""
STAGES = ((3, 5, 0, 2), (0, 3, 1, 2), (0, 3, 0, 1))
"""Replicates and draws as they were asked for: the last first."""
FIRST, SECOND = "personal-learning-paths", "learner-profiles"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Five replicates of the first cell at two draws, asked for in three stages; nothing of the second."""
    one = tiny_plan(tmp_path_factory.mktemp("plan"), TEXT)
    stages = (Stage(((one.cells[0].id, start, stop),), (low, high)) for start, stop, low, high in STAGES)
    return replace(one, stages=tuple(stages))


@pytest.fixture(scope="module")
def folder(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every chunk of the plan; nobody writes there."""
    there = tmp_path_factory.mktemp("sweep")
    (there / CHUNKS).mkdir()
    for task in tasks_of(plan):
        keep_chunk(there, compute(task))
    return there


@pytest.fixture(scope="module")
def rows(plan: Plan, folder: Path) -> Rows:
    return Rows(plan, scan(folder, plan, verify=True))


@pytest.fixture(scope="module")
def whole(plan: Plan) -> pa.Table:
    """The same runs in one chunk, in their order."""
    done = compute(make_task(plan, [Piece(plan.cells[0].id, draw, 0, 5) for draw in (0, 1)]))
    return pa.parquet.ParquetFile(pa.BufferReader(done.content)).read()


def test_rows_are_in_order_however_they_were_asked_for(plan: Plan, rows: Rows, whole: pa.Table) -> None:
    """By draw and replicate; within a run as its chunk has them."""
    assert len(rows.by_cell[plan.cells[0].id]) > 3
    found = rows.of_cell(plan.cells[0])
    assert found is not None
    assert found.to_pydict() == whole.to_pydict()
    some = rows.of_cell(plan.cells[0], ["spread"])
    assert some is not None
    assert some.to_pydict() == whole.select(["cell", "draw", "replicate", "spread"]).to_pydict()


def test_cells_without_rows(plan: Plan, rows: Rows) -> None:
    """Nothing is there of the second cell, and it is said so; only the first has rows."""
    quo = plan.cells[1]
    assert rows.of_cell(quo) is None
    assert rows.values(quo, "spread", None, "all", None).shape == (2, 0)
    assert rows.ran(quo).shape == (2, 0)
    assert [cell.name for cell, _ in rows.cells()] == ["two"]


@pytest.mark.parametrize(("year", "month"), [(None, 23), (2, 23), (1, 11)])
@pytest.mark.parametrize(("practice", "who"), [(None, FIRST), (FIRST, FIRST), (SECOND, SECOND), ("any", "any")])
def test_values_of_an_outcome(
    plan: Plan, rows: Rows, whole: pa.Table, year: int | None, month: int, practice: str | None, who: str
) -> None:
    """(draws, replicates) at the end of a year of policy, whose last month is 12 × year − 1; without a practice the
    first one's."""
    table = whole.to_pandas()
    there = table[(table["month"] == month) & (table["practice"] == who)]
    found = rows.values(plan.cells[0], "spread", year, "all", practice)
    assert found.tolist() == [there[there["draw"] == draw]["spread"].tolist() for draw in (0, 1)]
    assert found.shape == (2, 5)
    assert np.isfinite(found).all()


def test_practices_and_places_are_told_apart(plan: Plan, rows: Rows) -> None:
    """Of a place that is not there nothing is known."""
    first, second, either = (rows.values(plan.cells[0], "spread", None, "all", who) for who in (FIRST, SECOND, "any"))
    assert (first != second).any()
    assert (either >= np.maximum(first, second)).all()
    assert (either != first).any()
    assert rows.values(plan.cells[0], "spread", None, "nowhere", None).shape == (2, 0)


def test_values_and_runs_that_are_missing(plan: Plan, folder: Path) -> None:
    """Replicates 0–2 of draw 0 were not computed: not-a-number there, not at the others; none of them ran."""
    chunks = scan(folder, plan, verify=False)
    late = {task.name for task in stage_tasks(plan, plan.stages[2])}
    left = replace(chunks, files={name: path for name, path in chunks.files.items() if name not in late})
    rows = Rows(plan, left)
    expected = [[False, False, False, True, True], [True] * 5]
    assert rows.ran(plan.cells[0]).tolist() == expected
    assert np.isfinite(rows.values(plan.cells[0], "cost", None, "all", None)).tolist() == expected


def changed(plan: Plan, folder: Path, column: str, value: int) -> Done:
    """The first chunk, with another value in one column, under a name that fits."""
    task = next(tasks_of(plan))
    path = scan(folder, plan, verify=True).files[task.name]
    table = pa.parquet.ParquetFile(path).read()
    n = table.column_names.index(column)
    return as_done(task, table.set_column(n, column, pa.array([value] * len(table), pa.int32())), 0)


@pytest.mark.parametrize(
    ("column", "value", "allowed"),
    [("draw", 2, False), ("draw", -1, False), ("draw", 1, True), ("replicate", 5, False), ("replicate", -1, False),
     ("replicate", 4, True)],
)  # fmt: skip
def test_rows_that_were_not_asked_for(
    plan: Plan, folder: Path, tmp_path: Path, column: str, value: int, allowed: bool
) -> None:
    """Two draws and five replicates were."""
    (tmp_path / CHUNKS).mkdir()
    keep_chunk(tmp_path, changed(plan, folder, column, value))
    rows = Rows(plan, scan(tmp_path, plan, verify=True))
    if allowed:
        assert rows.of_cell(plan.cells[0]) is not None
        return
    with pytest.raises(SheetError, match=f"a {column} that was not asked for.*delete it, and `simdiff resume`"):
        rows.of_cell(plan.cells[0])


def test_a_chunk_is_kept_once_and_set_aside_once(plan: Plan, tmp_path: Path) -> None:
    """Storing it again touches nothing; a damaged one can still be looked at under another name."""
    (tmp_path / CHUNKS).mkdir()
    done = compute(next(tasks_of(plan)))
    keep_chunk(tmp_path, done)
    path = tmp_path / CHUNKS / done.file
    path.write_bytes(b"already there")
    keep_chunk(tmp_path, done)
    assert path.read_bytes() == b"already there"
    found = scan(tmp_path, plan, verify=True)
    assert (found.files, found.damaged, found.foreign) == ({}, (path,), ())
    set_aside(found.damaged)
    assert [one.name for one in (tmp_path / CHUNKS).iterdir()] == [f"{done.file}.damaged"]


def test_what_is_named_rightly_and_is_no_chunk(plan: Plan, tmp_path: Path) -> None:
    """Neither text, nor a table that says nothing of itself, whatever their names."""
    (tmp_path / CHUNKS).mkdir()
    name = next(tasks_of(plan)).name
    sink = pa.BufferOutputStream()
    pa.parquet.write_table(pa.table({"a": [1]}), sink)
    for content in (b"no Parquet", sink.getvalue().to_pybytes()):
        (tmp_path / CHUNKS / file_name(name, content)).write_bytes(content)
    found = scan(tmp_path, plan, verify=True)
    assert (found.files, len(found.damaged), found.foreign) == ({}, 2, ())


def test_what_a_chunk_says_of_itself(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / CHUNKS).mkdir()
    done = compute(next(tasks_of(plan)))
    keep_chunk(tmp_path, done)
    said = about(tmp_path / CHUNKS / done.file)
    assert (said["chunk"], said["runs"], said["failed"], said["seed"]) == (done.task, done.runs, 0, 1)
    silent = tmp_path / "silent.parquet"
    pa.parquet.write_table(pa.table({"a": [1]}), silent)
    assert about(silent) == {}
    pa.parquet.write_table(pa.table({"a": [1]}).replace_schema_metadata({"simdiff": "[1]"}), silent)
    assert about(silent) == {}
