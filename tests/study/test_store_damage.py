"""Chunks that were damaged, swapped or put in from elsewhere: all are noticed, and what they held is computed again."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from store_helpers import SOUND, InOrder, Small, after, go_on, small_sweep
from sweep_helpers import tiny_plan

from simdiff.study import chunk_folder
from simdiff.study.chunk_folder import TwinChunksError, keep_chunk, scan
from simdiff.study.chunks import Done, as_done, compute, file_name
from simdiff.study.plan import tasks_of
from simdiff.study.sheet import CHUNKS, SHEET, SheetError, read_sheet
from simdiff.study.sweep import status

SEED = """\
format: 1
name: other
title: Another seed
scenarios:
  quo: {scenario: status-quo, set: {years: 1}}
replicates: 10
seed: 7
keep: {series: last, outcomes: [spread, cost]}
"""
Harm = Callable[[bytes, float], bytes]
GOLDEN = 0.6180339887498949
"""Multiples of it, without their whole part, are spread evenly over 0–1 however many are taken."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return small_sweep(tmp_path_factory.mktemp("small"))


@pytest.fixture
def folder(small: Small, tmp_path: Path) -> Path:
    """A folder in which the sweep is complete."""
    go_on(tmp_path / "sweep", small.plan, InOrder(small.recall))
    return tmp_path / "sweep"


def chunk_files(folder: Path) -> list[Path]:
    return sorted((folder / CHUNKS).glob("*.parquet"))


def flip(content: bytes, share: float) -> bytes:
    """One bit is another."""
    bits = np.frombuffer(content, dtype=np.uint8).copy()
    at = int(share * 8 * len(bits))
    bits[at // 8] ^= 1 << at % 8
    return bits.tobytes()


def truncate(content: bytes, share: float) -> bytes:
    """The end is missing."""
    return content[: int(share * len(content))]


def harm_all(folder: Path, harm: Harm, turn: int) -> list[Path]:
    """Harm every chunk, each in another place; turn by turn in other places again."""
    paths = chunk_files(folder)
    for n, path in enumerate(paths, start=turn * len(paths)):
        path.write_bytes(harm(path.read_bytes(), n * GOLDEN % 1.0))
    return paths


@pytest.mark.parametrize(("harm", "turns"), [(flip, 20), (truncate, 10)])
def test_damage_is_noticed_and_made_good(small: Small, folder: Path, harm: Harm, turns: int) -> None:
    """Catches a chunk that is taken for whole because it is there, opens, or ends as a Parquet file does. 400 flipped
    bits and 200 truncations, the first of them to nothing."""
    for turn in range(turns):
        harmed = harm_all(folder, harm, turn)
        assert scan(folder, small.plan, verify=True).damaged == tuple(harmed)
        report = go_on(folder, small.plan, InOrder(small.recall))
        assert report.chunks.damaged == tuple(harmed)
        assert report.tally.fresh == 20
        assert after(small, folder) == SOUND
    assert len([*(folder / CHUNKS).glob("*.damaged")]) == 20  # they can still be looked at


def test_a_check_of_form_is_caught(small: Small, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect planted: a chunk is taken for whole if it begins and ends as a Parquet file does."""
    monkeypatch.setattr(chunk_folder, "is_whole", lambda name, content: content[:4] == content[-4:] == b"PAR1")
    path = chunk_files(folder)[0]
    path.write_bytes(flip(path.read_bytes(), 0.1))
    assert scan(folder, small.plan, verify=True).damaged == ()


def swap_contents(one: Path, other: Path) -> None:
    """Each file holds what the other's name says."""
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def swap_names(one: Path, other: Path) -> None:
    """Each file has the other's task in its name, and its own digest."""
    for path, name in ((one, other.name), (other, one.name)):
        shutil.copy(path, path.with_name(f"{name.partition('-')[0]}-{path.name.partition('-')[2]}"))
    one.unlink()
    other.unlink()


@pytest.mark.parametrize("swap", [swap_contents, swap_names])
@pytest.mark.parametrize(("one", "other"), [(0, 1), (3, 17), (19, 4)])
def test_swapped_chunks(small: Small, folder: Path, swap: Callable[[Path, Path], None], one: int, other: int) -> None:
    """Catches numbers of one cell or replicate under the name of another."""
    paths = chunk_files(folder)
    swap(paths[one], paths[other])
    assert len(scan(folder, small.plan, verify=True).damaged) == 2
    assert len(go_on(folder, small.plan, InOrder(small.recall)).chunks.damaged) == 2
    assert after(small, folder) == SOUND


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """A chunk of the same cells and replicates with another seed."""
    return compute(next(tasks_of(tiny_plan(tmp_path_factory.mktemp("other"), SEED))))


def test_a_chunk_of_another_sweep_is_left_out(small: Small, folder: Path, stranger: Done) -> None:
    """Catches runs of another seed or scenario that slip into a table under their own name."""
    keep_chunk(folder, stranger)
    path = folder / CHUNKS / stranger.file
    assert scan(folder, small.plan, verify=True).foreign == (path,)
    report = go_on(folder, small.plan, InOrder(small.recall))
    assert report.chunks.foreign == (path,)
    assert report.tally.fresh == 0
    path.unlink()
    assert after(small, folder) == SOUND


@pytest.mark.parametrize("renamed", [True, False], ids=["its digest", "our digest"])
def test_a_chunk_of_another_sweep_under_our_name(small: Small, folder: Path, stranger: Done, renamed: bool) -> None:
    """Catches runs of another seed or scenario that stand where ours belong."""
    ours = chunk_files(folder)[0]
    task = ours.name.partition("-")[0]
    ours.unlink()
    path = ours.with_name(file_name(task, stranger.content)) if renamed else ours
    path.write_bytes(stranger.content)
    assert scan(folder, small.plan, verify=True).damaged == (path,)
    assert go_on(folder, small.plan, InOrder(small.recall)).tally.fresh == 1
    assert after(small, folder) == SOUND


def test_two_results_of_the_same_runs(small: Small, folder: Path) -> None:
    """Catches a choice, without a word, between two results of which one must be wrong."""
    task = next(tasks_of(small.plan))
    table = pq.read_table(pa.BufferReader(small.done[task.name].content))
    at = table.column_names.index("spread")
    other = as_done(task, table.set_column(at, "spread", pc.add(table["spread"], 1.0)), failed=0)
    keep_chunk(folder, other)
    with pytest.raises(TwinChunksError, match=other.file):
        go_on(folder, small.plan, InOrder(small.recall))
    with pytest.raises(TwinChunksError, match="delete both"):
        status(folder, verify=False)
    for path in chunk_files(folder):
        if path.name.startswith(task.name):
            path.unlink()
    assert go_on(folder, small.plan, InOrder(small.recall)).tally.fresh == 1
    assert after(small, folder) == SOUND


@pytest.mark.parametrize("length", [0, 3, 1000])
def test_standing_with_a_chunk_that_cannot_be_opened(small: Small, folder: Path, length: int) -> None:
    """Catches a status that fails, or counts runs that are not there, though nobody asked it to check every byte."""
    path = chunk_files(folder)[6]
    path.write_bytes(path.read_bytes()[:length])
    report = status(folder, verify=False)
    assert report.chunks.damaged == (path,)
    assert report.tally.done == 19


@pytest.mark.parametrize("harm", [flip, truncate])
@pytest.mark.parametrize("part", ["design", "schools", "draws"])
def test_a_damaged_part_of_the_sheet(small: Small, folder: Path, part: str, harm: Harm) -> None:
    """Catches cells or draws that are read from a damaged file, and a repair that leaves the damage where it is."""
    path = next(folder.glob(f"{part}-*"))
    path.write_bytes(harm(path.read_bytes(), 0.4))
    with pytest.raises(SheetError, match=f"{path.name}: damaged.*run `simdiff sweep` again"):
        read_sheet(folder)
    assert go_on(folder, small.plan, InOrder(small.recall)).tally.fresh == 0
    assert read_sheet(folder)[0] == small.plan
    assert after(small, folder) == SOUND


def test_a_damaged_sheet_is_never_read_as_another(small: Small, folder: Path) -> None:
    """Catches a seed, a draw or a scenario that one bit made another, and an end that is missing: 200 of each."""
    path = folder / SHEET
    whole = path.read_bytes()
    told = []
    for harm in (flip, truncate):
        for n in range(200):
            path.write_bytes(harm(whole, n * GOLDEN % 1.0))
            try:
                assert read_sheet(folder)[0] == small.plan  # a blank between two words is nothing to notice
            except SheetError as problem:
                told.append(str(problem))
    assert len(told) >= 380
    assert all("run `simdiff sweep` again" in line for line in told)
    assert go_on(folder, small.plan, InOrder(small.recall)).tally.fresh == 0
    assert path.read_bytes() == whole
