"""Sweeps at the command line whose code, question, files or runs are not what they were: told, refused, made good."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from processes import Fork
from sweep_commands import SMALL, SWEEP, chunks_of, contents, done, rows_of, small_folder, table_of

from simdiff.cli import BAD_INPUT, CHANGED, FAILED_TO_WRITE, SOME_FAILED
from simdiff.model.inputs import Inputs
from simdiff.model.state import Sim
from simdiff.study import chunks
from simdiff.study.chunk_folder import keep_chunk
from simdiff.study.chunks import as_done, compute
from simdiff.study.files import checksum
from simdiff.study.plan import tasks_of
from simdiff.study.sheet import SHEET, read_sheet

WIDE = """\
format: 1
name: wide
title: Places, practices, draws and years
scenarios:
  quo: {scenario: status-quo, set: {years: 1}}
  six: {scenario: all-six, set: {years: 1, practices: {learner-profiles: {}, personal-learning-paths: {}}}}
replicates: 3
draws: 2
keep: {series: yearly, outcomes: [spread, cost]}
"""
WIDE_ROWS = 2 * 3 * 2 * (1 + 7 * 3)
"""Draws, replicates, years 0 and 1; one place and practice, or six districts and all, two practices and any."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the small sweep is complete; nobody writes there."""
    return small_folder(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def here(tmp_path: Path, whole: Path) -> Path:
    """A place with the experiment and a folder in which it is complete."""
    (tmp_path / "small.yaml").write_text(SMALL)
    shutil.copytree(whole, tmp_path / "sweep")
    return tmp_path


def fail_some() -> None:
    """A fault: replicate 1 of every cell raises, and replicate 2 ends without a number."""
    real = chunks.simulate

    def simulate(inputs: Inputs, replicate: int) -> Sim:
        if replicate == 1:
            raise ZeroDivisionError("planted\nand more")
        sim = real(inputs, replicate)
        if replicate == 2:
            sim.ledger[-1] = float("nan")
        return sim

    chunks.simulate = simulate


def fail_cell() -> None:
    """A fault: the inputs of some cells cannot be made."""
    real = chunks.prepare

    def prepare(scenario: Any, *rest: Any) -> Inputs:
        if len(scenario.practices) > 1:
            raise MemoryError("planted")
        return real(scenario, *rest)

    chunks.prepare = prepare


def test_failed_runs_are_rows(fork: Fork, tmp_path: Path) -> None:
    """Catches runs that vanish because they failed, that take others with them, that end well, or that nobody can
    compute again. 264 rows, failed or not."""
    (tmp_path / "wide.yaml").write_text(WIDE)
    fault = done(fork, tmp_path, "sweep", "wide.yaml", "--out", "sweep", fault=fail_some)
    assert fault.code == SOME_FAILED
    assert "8 of 12 runs FAILED" in fault.out
    rows = rows_of(tmp_path / "sweep")
    assert rows.num_rows == WIDE_ROWS
    failed = rows.filter(pc.equal(rows["status"], "failed"))
    assert failed.num_rows == WIDE_ROWS * 2 // 3
    reasons = {(row["replicate"], row["reason"]) for row in failed.to_pylist()}
    assert reasons == {(1, "ZeroDivisionError: planted"), (2, "ArithmeticError: the ledger is not finite")}
    assert pc.all(pc.is_nan(pc.fill_null(failed["spread"], float("nan")))).as_py()
    well = done(fork, tmp_path, "sweep", "wide.yaml", "--out", "well")
    assert well.code == 0
    good = rows.filter(pc.equal(rows["status"], "ok"))
    expected = rows_of(tmp_path / "well")
    assert same(good, expected.filter(pc.equal(expected["replicate"], 0)))
    status = done(fork, tmp_path, "status", "sweep")
    assert status.code == SOME_FAILED
    assert "12 of 12 runs done (100%), 8 failed" in status.out
    kept = done(fork, tmp_path, "resume", "sweep", "--json")
    assert kept.code == SOME_FAILED
    assert json.loads(kept.out)["computed_now"] == 0
    again = done(fork, tmp_path, "resume", "sweep", "--retry", "--json")
    assert again.code == 0
    assert json.loads(again.out)["failed"] == 0
    assert json.loads(again.out)["computed_now"] >= 8
    assert contents(tmp_path / "sweep" / "chunks") == contents(tmp_path / "well" / "chunks")


def same(one: pa.Table, other: pa.Table) -> bool:
    """True if two tables hold the same rows, in whatever order."""
    order = [(name, "ascending") for name in ("cell", "draw", "replicate", "year", "district", "practice")]
    return bool(one.sort_by(order).equals(other.sort_by(order)))


def test_a_cell_that_cannot_be_begun(fork: Fork, tmp_path: Path) -> None:
    """Catches a cell that is missing from the table because its inputs could not be made."""
    (tmp_path / "wide.yaml").write_text(WIDE)
    fault = done(fork, tmp_path, "sweep", "wide.yaml", "--out", "sweep", fault=fail_cell)
    assert fault.code == SOME_FAILED
    rows = rows_of(tmp_path / "sweep")
    assert rows.num_rows == WIDE_ROWS
    assert set(rows.filter(pc.equal(rows["status"], "failed"))["reason"].to_pylist()) == {"MemoryError: planted"}
    assert rows.filter(pc.equal(rows["status"], "ok")).num_rows == 2 * 3 * 2


def with_sheet(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the sheet so that its checksum fits."""
    said = json.loads((folder / SHEET).read_text())
    change(said)
    said["checksum"] = checksum(said)
    (folder / SHEET).write_text(json.dumps(said))


@pytest.mark.parametrize("words", [SWEEP, ("resume", "sweep"), ("extend", "sweep", "--replicates", 12)])
def test_another_code_is_refused(fork: Fork, here: Path, words: tuple[object, ...]) -> None:
    """Catches runs of two versions of a rule, or of a library, in one table, and a refusal that does not say which."""

    def older(said: dict[str, Any]) -> None:
        said["versions"] |= {"simdiff/model/luck.py": "0", "numpy": "1.0"}
        del said["versions"]["scipy"]

    with_sheet(here / "sweep", older)
    before = contents(here)
    run = done(fork, here, *words)
    assert run.code == CHANGED
    assert "simdiff/model/luck.py: then 0, now " in run.err
    assert "numpy: then 1.0, now " in run.err
    assert "scipy: then absent, now " in run.err
    assert "Nothing was changed" in run.err
    assert contents(here) == before


@pytest.mark.parametrize(
    ("old", "new", "words", "said"),
    [
        ("status-quo, set: {years: 1}", "status-quo, set: {years: 2}", (), "cell quo: years then 1, now 2"),
        ("scenario: four-levers", "scenario: goals", (), "cell all: policy"),
        ("outcomes: [spread, cost]", "outcomes: [spread]", (), "what is kept (`keep`) differs"),
        ("", "", ("--seed", 5), "seed: then 1, now 5"),
        ("", "", ("--draws", 2), "parameter draws: then 1, now 2"),
        ("", "", ("--replicates", 12), "more replicates of quo, all: ask for them with `simdiff extend`"),
        ("  quo:", "  new: {scenario: talent}\n  quo:", (), "cells that the folder does not have: new"),
        ("  quo:", "  old:", (), "cells that are no longer asked for: quo"),
    ],
)
def test_another_question_is_refused(
    fork: Fork, here: Path, old: str, new: str, words: tuple[object, ...], said: str
) -> None:
    """Catches runs of two questions in one table, and a refusal that does not name the setting."""
    (here / "small.yaml").write_text(SMALL.replace(old, new, 1))
    before = contents(here)
    run = done(fork, here, *SWEEP, *words)
    assert run.code == CHANGED
    assert said in run.err
    assert contents(here) == before


def test_fewer_replicates_are_no_other_question(fork: Fork, here: Path, whole: Path) -> None:
    """Catches a sweep that is refused, or cut, because it holds more than is asked."""
    assert done(fork, here, *SWEEP, "--replicates", 4).code == 0
    assert table_of(here / "sweep") == table_of(whole)


@pytest.mark.parametrize("content", ["", "{}", "no json", "[1]", None])
def test_a_damaged_sheet(fork: Fork, here: Path, whole: Path, content: str | None) -> None:
    """Catches a sweep that is begun anew, or cannot be gone on with, because of one file that can be made again."""
    sheet = here / "sweep" / SHEET
    sheet.write_text(sheet.read_text().replace('"seed": 1', '"seed": 2', 1) if content is None else content)
    for words in (("resume", "sweep"), ("status", "sweep"), ("extend", "sweep", "--replicates", 12)):
        refused = done(fork, here, *words)
        assert refused.code == BAD_INPUT
        assert f"sweep/{SHEET}: " in refused.err
        assert "run `simdiff sweep` again with the experiment and this folder" in refused.err
    repaired = done(fork, here, *SWEEP)
    assert repaired.code == 0
    assert "written anew from the experiment" in repaired.err
    assert "20 runs, 0 of them computed now" in repaired.out
    assert sheet.read_bytes() == (whole / SHEET).read_bytes()
    assert done(fork, here, "status", "sweep", "--check").code == 0


def test_damaged_and_foreign_chunks_are_reported(fork: Fork, here: Path, whole: Path) -> None:
    """Catches damage that is made good without a word, or never."""
    torn, flipped = chunks_of(here / "sweep")[:2]
    torn.write_bytes(torn.read_bytes()[:500])
    bits = bytearray(flipped.read_bytes())
    bits[len(bits) // 2] ^= 4
    flipped.write_bytes(bits)
    assert done(fork, here, "sweep", "small.yaml", "--seed", 5, "--out", "other").code == 0
    stray = Path(shutil.copy(chunks_of(here / "other")[5], here / "sweep" / "chunks"))
    status = done(fork, here, "status", "sweep", "--check")
    for path in (torn, flipped):
        assert f"damaged: {path.relative_to(here)} (`simdiff resume` computes it again)" in status.out
    assert f"belongs to no run of this sweep: {stray.relative_to(here)}" in status.out
    assert "18 of 20 runs done" in status.out
    assert "18 of 20 runs done" in done(fork, here, "status", "sweep").out
    again = done(fork, here, "resume", "sweep")
    assert again.code == 0
    for path in (torn, flipped):
        assert f"{path.relative_to(here)}: damaged; set aside and computed again" in again.err
    assert f"{stray.relative_to(here)}: belongs to no run of this sweep; left out" in again.err
    assert "20 runs, 2 of them computed now" in again.out
    assert table_of(here / "sweep") == table_of(whole)


def test_two_results_of_the_same_runs(fork: Fork, here: Path) -> None:
    """Catches a traceback, or a choice, where the same runs gave two results."""
    plan, _ = read_sheet(here / "sweep")
    task = next(tasks_of(plan))
    table = compute(replace(task, question=replace(task.question, seed=5)))
    other = as_done(task, pq.read_table(pa.BufferReader(table.content)), failed=0)
    keep_chunk(here / "sweep", other)
    for words, code in ((SWEEP, FAILED_TO_WRITE), (("status", "sweep"), BAD_INPUT)):
        run = done(fork, here, *words)
        assert run.code == code
        assert "the same runs with two results" in run.err
        assert other.file in run.err


def wider(text: str) -> str:
    """The experiment with another scenario between the two."""
    return text.replace("  all:", "  new: {scenario: talent, set: {years: 1}}\n  all:")


def drawn(text: str, count: int) -> str:
    """The experiment with parameter draws, and fewer replicates."""
    return text.replace("replicates: 10", f"replicates: 4\ndraws: {count}")


@pytest.mark.parametrize(
    ("before", "words", "after", "new"),
    [
        (SMALL, ("--replicates", 13), SMALL.replace("replicates: 10", "replicates: 13"), 6),
        (SMALL, ("small.yaml",), wider(SMALL), 10),
        (SMALL, ("small.yaml", "--replicates", 12), wider(SMALL).replace("replicates: 10", "replicates: 12"), 16),
        (drawn(SMALL, 2), ("--draws", 3), drawn(SMALL, 3), 8),
        (drawn(SMALL, 2), ("small.yaml", "--draws", 3), wider(drawn(SMALL, 3)), 20),
    ],
    ids=["replicates", "cells", "both", "draws", "draws and cells"],
)
def test_widening_is_the_same_as_asking_for_all_at_once(
    fork: Fork, tmp_path: Path, before: str, words: tuple[object, ...], after: str, new: int
) -> None:
    """Catches runs that are computed again, or not at all, when a sweep grows, and a table that shows how it grew."""
    file = tmp_path / "small.yaml"
    file.write_text(before)
    assert done(fork, tmp_path, *SWEEP).code == 0
    file.write_text(after)
    grown = done(fork, tmp_path, "extend", "sweep", *words, "--json")
    assert grown.code == 0, grown.err
    assert json.loads(grown.out)["computed_now"] == new
    assert done(fork, tmp_path, "sweep", "small.yaml", "--out", "fresh").code == 0
    assert table_of(tmp_path / "sweep") == table_of(tmp_path / "fresh")
    assert (tmp_path / "sweep" / "summary.csv").read_bytes() == (tmp_path / "fresh" / "summary.csv").read_bytes()
    again = done(fork, tmp_path, *SWEEP, "--json")
    assert again.code == 0
    assert json.loads(again.out)["computed_now"] == 0


def test_a_pilot_grows_as_a_pilot(fork: Fork, tmp_path: Path) -> None:
    """Catches further cells with the replicates of the file, where the folder was asked for fewer: a pilot of minutes
    would become days, and its cells could not be compared."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL)
    assert done(fork, tmp_path, *SWEEP, "--replicates", 3).code == 0
    for text in (wider(SMALL), wider(SMALL).replace("  new:", "  two: {scenario: goals, set: {years: 1}}\n  new:")):
        file.write_text(text)
        grown = done(fork, tmp_path, "extend", "sweep", "small.yaml", "--json")
        assert json.loads(grown.out)["computed_now"] == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--replicates", 10), "nothing to add"),
        (("small.yaml",), "nothing to add"),
        (("--draws", 3), "draws need a new folder"),
    ],
)
def test_widening_by_nothing(fork: Fork, here: Path, words: tuple[object, ...], said: str) -> None:
    """Catches a command that seems to have added something."""
    before = contents(here)
    run = done(fork, here, "extend", "sweep", *words)
    assert run.code == CHANGED
    assert said in run.err
    assert contents(here) == before
