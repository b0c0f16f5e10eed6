"""``simdiff audit RESULTS``: stored runs are simulated again, and one altered number is found."""

import io
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hostile_files import in_run

from simdiff.analysis.stored import sample_size
from simdiff.cli.audit import audit_command
from simdiff.cli.run import run_command
from simdiff.scenario import load_experiment
from simdiff.study.chunk_folder import about
from simdiff.study.chunks import file_name
from simdiff.study.engines import LocalEngine
from simdiff.study.files import parquet_bytes
from simdiff.study.plan import make_plan
from simdiff.study.sheet import read_sheet, write_sheet
from simdiff.study.sweep import run_sweep

SMALL = """\
format: 1
name: small
title: A small district
where:
  districts:
    d:
      title: D
      profile:
        elementary: {schools: 6, teachers: [12, 20, 30, 40, 50], low_income: [0.1, 0.3, 0.5, 0.7, 0.9]}
        spacing: {nearest_km: 1.0, pairwise_km: 8.0}
        source: made up
practices: {personal-learning-paths: {}}
policy: {goals: {goals: 0.9}}
years: 2
"""
SWEEP = """\
format: 1
name: pair
title: Goals or none
scenarios: {with: small.yaml, without: {scenario: small.yaml, set: {policy: null}}}
replicates: 5
draws: 3
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sweep of 30 runs and a run of 25."""
    place = tmp_path_factory.mktemp("made")
    (place / "small.yaml").write_text(SMALL, encoding="utf-8")
    (place / "pair.yaml").write_text(SWEEP, encoding="utf-8")
    plan = make_plan(load_experiment(str(place / "pair.yaml")))
    run_sweep(place / "sweep", plan, "simdiff sweep pair.yaml", LocalEngine(2), Event())
    with redirect_stdout(io.StringIO()):
        assert run_command(str(place / "small.yaml"), 25, 0, None, 1, 2, None, place / "run", True) == 0
    return place


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """Both folders, to be spoilt."""
    for name in ("sweep", "run"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path


def audited(folder: Path, seed: int | None = 3) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = audit_command(folder, None, seed)
    return code, out.getvalue(), err.getvalue()


def rewritten(folder: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Every chunk changed and named anew, so that its checksum fits."""
    for path in sorted((folder / "chunks").glob("*.parquet")):
        table = pq.read_table(path)
        content = parquet_bytes(change(table).replace_schema_metadata(table.schema.metadata))
        path.unlink()
        (path.parent / file_name(about_name(path.name), content)).write_bytes(content)


def about_name(file: str) -> str:
    return file.partition("-")[0]


@pytest.mark.parametrize(
    ("stored", "again"), [(0, 0), (7, 7), (20, 20), (1999, 20), (2000, 20), (2001, 21), (3840, 39)]
)
def test_one_in_a_hundred_and_at_least_twenty(stored: int, again: int) -> None:
    assert sample_size(stored) == again


@pytest.mark.parametrize(("folder", "runs", "stored"), [("sweep", 20, 30), ("run", 20, 25)])
def test_what_was_stored_is_what_comes_again(made: Path, folder: str, runs: int, stored: int) -> None:
    code, out, _ = audited(made / folder)
    assert code == 0
    assert out.startswith(f"same: {runs} of {stored} stored runs simulated again, ")
    assert "--seed 3" in out


def test_left_out_the_seed_is_told(made: Path) -> None:
    """Two audits look at other runs; each says how to look at the same ones."""
    seeds = {audited(made / "sweep", None)[1].rpartition("--seed ")[2] for _ in range(3)}
    assert len(seeds) > 1


def test_one_altered_number_is_found(copy: Path) -> None:
    """The last bit of one outcome in a chunk with a good checksum: all runs are looked at in a folder of 20."""

    def nudged(table: pa.Table) -> pa.Table:
        depth = table["depth"].to_numpy().copy()
        here = (table["draw"].to_numpy() == 1) & (table["replicate"].to_numpy() == 2) & (table["year"].to_numpy() == 2)
        depth[here] = np.nextafter(depth[here], 9.0)
        return table.set_column(table.column_names.index("depth"), "depth", pa.array(depth))

    rewritten(copy / "sweep", nudged)
    codes = set()
    for seed in range(8):  # twenty of thirty runs each; the two altered are missed by all eight in 1 of 10,000
        code, out, _ = audited(copy / "sweep", seed)
        codes.add(code)
        assert code == 0 or "draw 1, replicate 2: depth (all, personal-learning-paths, year 2) stored" in out
    assert 3 in codes
    assert 0 in codes or len(codes) == 1


def test_an_altered_number_of_a_run_is_found(copy: Path) -> None:
    """By its checksum; and where somebody made that fit, by a run simulated again."""
    path = copy / "run" / "yearly.parquet"
    table = pq.read_table(path)
    values = table["value"].to_numpy().copy()
    values += 1e-9
    content = parquet_bytes(table.set_column(table.column_names.index("value"), "value", pa.array(values)))
    path.write_bytes(content)
    code, _, err = audited(copy / "run")
    assert (code, "yearly.parquet: its checksum does not fit" in err) == (2, True)
    in_run("yearly.parquet", content)(copy / "run")
    code, out, _ = audited(copy / "run")
    assert (code, out.startswith("differs: small, draw 0, replicate ")) == (3, True)


def without_a_run(table: pa.Table) -> pa.Table:
    """Every row of one run is gone."""
    gone = pc.and_(pc.equal(table["draw"], 1), pc.equal(table["replicate"], 2))
    return table.filter(pc.invert(gone))


def with_a_run_more(table: pa.Table) -> pa.Table:
    """A run stands there again under a number that nobody asked for."""
    one = table.filter(pc.equal(table["replicate"], table["replicate"][0]))
    at = table.column_names.index("replicate")
    return pa.concat_tables([table, one.set_column(at, "replicate", pa.array([77] * one.num_rows, pa.int32()))])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda table: table.slice(0, table.num_rows - 1), "runs have not"),
        (lambda table: pa.concat_tables([table, table.slice(0, 1)]), "runs have not"),
        (without_a_run, "with: 1 of 15 runs have not"),
    ],
    ids=["a row less", "a row twice", "a run less"],
)
def test_rows_are_scenarios_times_replicates(copy: Path, change: Callable[[pa.Table], pa.Table], said: str) -> None:
    """Catches runs or rows that are lost, doubled or made up in chunks with good checksums, looked at or not."""
    rewritten(copy / "sweep", change)
    code, out, _ = audited(copy / "sweep")
    assert code == 3
    assert said in out


def test_a_run_that_nobody_asked_for_is_refused(copy: Path) -> None:
    rewritten(copy / "sweep", with_a_run_more)
    code, _, err = audited(copy / "sweep")
    assert (code, "a replicate that was not asked for" in err) == (2, True)


def test_a_number_altered_in_a_small_sweep_is_found(made: Path, tmp_path: Path) -> None:
    """Of twenty runs, all are looked at, whatever the seed: one altered bit is always found, and nothing else told."""
    text = SWEEP.replace("replicates: 5", "replicates: 10").replace("draws: 3\n", "")
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "pair.yaml").write_text(text, encoding="utf-8")
    plan = make_plan(load_experiment(str(tmp_path / "pair.yaml")))
    run_sweep(tmp_path / "sweep", plan, "simdiff sweep pair.yaml", LocalEngine(2), Event())

    def altered(table: pa.Table) -> pa.Table:
        here = pc.and_(pc.equal(table["replicate"], 7), pc.equal(table["year"], 1)).to_numpy(zero_copy_only=False)
        cost = table["cost"].to_numpy().copy()
        cost[here] = np.nextafter(cost[here], np.inf)
        return table.set_column(table.column_names.index("cost"), "cost", pa.array(cost))

    rewritten(tmp_path / "sweep", altered)
    code, out, _ = audited(tmp_path / "sweep", None)
    lines = out.splitlines()
    assert code == 3
    assert [line.partition(" stored ")[0] for line in lines[:-1]] == [
        f"differs: {cell}, draw 0, replicate 7: cost (all, personal-learning-paths, year 1)"
        for cell in ("with", "without")
    ]
    assert lines[-1].startswith("differs: 20 of 20 stored runs simulated again")


def test_a_damaged_chunk_is_told(copy: Path) -> None:
    path = min((copy / "sweep" / "chunks").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1])
    code, out, err = audited(copy / "sweep")
    assert (code, f"{path}: damaged" in out, "PARTIAL" in err) == (3, True, True)


def test_other_code_is_no_finding(copy: Path) -> None:
    """Numbers of another version may differ for that alone: refused, as when a sweep is gone on with."""
    plan, said = read_sheet(copy / "sweep")
    other = replace(plan, versions={**plan.versions, "numpy": "1.0"})
    write_sheet(copy / "sweep", other, said["reproduce"])
    code, _, err = audited(copy / "sweep")
    assert (code, "made by other code" in err, "numpy" in err) == (5, True, True)


def test_what_fits_no_folder_or_memo_is_refused(made: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert audited(tmp_path / "empty")[0] == 2
    err = io.StringIO()
    with redirect_stderr(err):
        assert audit_command(made / "sweep", made / "run", None) == 2
        assert audit_command(tmp_path / "memo.html", None, 3) == 2
    assert "--results" in err.getvalue()
    assert "--seed" in err.getvalue()


def test_chunks_say_what_they_hold(made: Path) -> None:
    path = min((made / "sweep" / "chunks").glob("*.parquet"))
    assert about(path)["chunk"] == about_name(path.name)
