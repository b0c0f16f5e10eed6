"""A sweep that is killed, loses its power or its disk, and is gone on with: the same table, and nothing torn."""

import errno
import os
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from disks import CRASHED, Disk, FullDisk, disk
from processes import Fork
from store_helpers import (
    SOUND,
    InOrder,
    Small,
    Verdict,
    after,
    go_on,
    small_sweep,
    torn,
    verdict,
    write_in_place,
    write_without_flush,
    write_without_folder_flush,
)

from simdiff.study import chunk_folder, files, sheet
from simdiff.study.chunks import Done, Task, compute
from simdiff.study.engines import LocalEngine
from simdiff.study.sweep import Tally

Writer = Callable[[Path, bytes], None]
SLOW = pytest.mark.slow
STEPS = 4 * 25
"""Of each file (owner, three parts, sheet, twenty chunks): write, flush, rename, flush the folder."""
GOLDEN = 0.6180339887498949
"""Multiples of it, without their whole part, are spread evenly over 0–1 however many are taken."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return small_sweep(tmp_path_factory.mktemp("small"))


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder in memory, if there is such a place: what is on disk and what is not is simulated here."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def plant(writer: Writer) -> None:
    """Store chunks and sheets by a defective writer (in a forked process, which takes the defect with it)."""
    chunk_folder.write_file = sheet.write_file = writer


def killed_again_and_again(
    fork: Fork, small: Small, folder: Path, kills: int, work: Callable[[Task], Done], writer: Writer | None = None
) -> tuple[Counter[Verdict], int]:
    """Kill a sweep at instants spread over its duration, go on with it, kill it again, until it is complete; then begin
    another. Verdicts on the sweeps, and the number of chunk files that were torn under a final name at some kill."""

    def sweep(number: int) -> None:
        if writer:
            plant(writer)
        go_on(folder / str(number), small.plan, LocalEngine(2, work))

    began = time.monotonic()
    assert fork(partial(sweep, 0)).end() == 0
    duration = time.monotonic() - began
    verdicts, found, killed, number = Counter[Verdict](), 0, 0, 1
    for instant in range(20 * kills):
        child = fork(partial(sweep, number))
        if child.ends_within((instant * GOLDEN) % 1.0 * duration):
            assert child.code == 0, child.err
        else:
            child.close()
            assert child.code in (0, -signal.SIGKILL), child.err
            killed += child.code == -signal.SIGKILL
            found += len(torn(folder / str(number)))
        if child.code == 0 or killed == kills:
            verdicts[verdict(small, folder / str(number))] += 1
            shutil.rmtree(folder / str(number))
            number += 1
        if killed == kills:
            return verdicts, found
    raise AssertionError(f"only {killed} kills")


@pytest.mark.parametrize(
    ("storing", "kills"),
    [(False, 20), (True, 80), pytest.param(False, 600, marks=SLOW), pytest.param(True, 2400, marks=SLOW)],
)
def test_kills_lose_nothing(fork: Fork, small: Small, quick_path: Path, storing: bool, kills: int) -> None:
    """Catches a chunk or a sheet that is torn, lost or stored twice when its process is killed at any instant, a lease
    that outlives its owner, and a resumed sweep with other numbers. With *storing*, most of the time is storing."""
    verdicts, found = killed_again_and_again(fork, small, quick_path, kills, small.recall if storing else compute)
    print(f"{kills} kills, {verdicts.total()} sweeps")
    assert found == 0
    assert set(verdicts) == {SOUND}


def test_kills_catch_a_writer_in_place(fork: Fork, small: Small, quick_path: Path) -> None:
    """The defect planted: files that grow under their final names, most of the time half grown."""
    slow = partial(write_in_place, pause=0.01)
    _, found = killed_again_and_again(fork, small, quick_path, 10, small.recall, slow)
    assert found > 0


def crashed(fork: Fork, small: Small, folder: Path, disk: Disk, writer: Writer | None = None) -> Verdict:
    """Crash a sweep at a step of its storing, go on with it, and judge."""

    def sweep() -> None:
        files.os = disk  # type: ignore[assignment]
        if writer:
            plant(writer)
        go_on(folder, small.plan, InOrder(small.recall), lambda tally: print(tally.done))

    child = fork(sweep)
    assert child.end() == CRASHED, child.err
    found = verdict(small, folder, told=int(child.out.split()[-1]) if child.out else 0)
    shutil.rmtree(folder)
    return found


@pytest.mark.parametrize(
    ("power", "cut"),
    [(True, 0.0), *(pytest.param(*case, marks=SLOW) for case in [(False, 0.0), (False, 0.5), (False, 0.99), (True, 0.5),
                                                                 (True, 0.99)])],
)  # fmt: skip
def test_a_crash_at_every_step(fork: Fork, small: Small, quick_path: Path, power: bool, cut: float) -> None:
    """Catches a file that is renamed before it is whole and on disk, a chunk reported stored that a power cut can take
    back, a folder that cannot be gone on with, and unfinished files that stay for ever. Every write, flush and rename
    of the sweep in turn does not happen, and what is being written is cut to a share."""
    with disk(Disk()) as whole:
        go_on(quick_path / "whole", small.plan, InOrder(small.recall))
    assert whole.step == STEPS
    found = {step: crashed(fork, small, quick_path / "sweep", Disk(step, cut, power=power))
             for step in range(1, STEPS + 1)}  # fmt: skip
    print(f"{len(found)} steps, {sum(one == SOUND for one in found.values())} sound")
    assert {step: one for step, one in found.items() if one != SOUND} == {}


@pytest.mark.parametrize(
    ("writer", "power", "cut", "defect"),
    [
        (write_in_place, False, 0.5, "torn"),
        (write_without_flush, True, 0.5, "torn"),
        (write_without_folder_flush, True, 0.0, "forgotten"),
    ],
)
def test_crashes_catch_a_bad_writer(
    fork: Fork, small: Small, quick_path: Path, writer: Writer, power: bool, cut: float, defect: str
) -> None:
    """The defects planted: files that grow under their final names, a rename before the content is on disk, a rename
    that the folder forgets."""
    found = [crashed(fork, small, quick_path / "sweep", Disk(step, cut, power=power), writer) for step in range(40, 50)]
    assert any(getattr(one, defect) for one in found)


def test_a_full_disk_at_every_step(small: Small, quick_path: Path) -> None:
    """Catches an error that is swallowed or does not say which file, half a file under a final name or left over, and a
    folder that cannot be gone on with when there is room again."""
    for step in range(1, STEPS + 1):
        folder, error = quick_path / str(step), (errno.ENOSPC, errno.EIO, errno.EDQUOT)[step % 3]
        with disk(FullDisk(step, error)), pytest.raises(OSError, match=os.strerror(error)) as caught:
            go_on(folder, small.plan, InOrder(small.recall))
        assert Path(caught.value.filename).parent in (folder, folder / "chunks")
        assert verdict(small, folder) == SOUND, step
        shutil.rmtree(folder)


def test_a_full_disk_catches_a_writer_in_place(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect planted: half a file under its final name."""
    monkeypatch.setattr(chunk_folder, "write_file", write_in_place)
    with disk(FullDisk(40, errno.ENOSPC)), pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        go_on(tmp_path, small.plan, InOrder(small.recall))
    assert torn(tmp_path) != []


def test_few_open_files(small: Small, quick_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a limit on open files that ends in a traceback without a path or in a folder that cannot be gone on
    with."""
    opened = []

    def mkstemp(**options: Any) -> tuple[int, str]:
        opened.append(options)
        if len(opened) == 12:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return real(**options)

    real = tempfile.mkstemp
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkstemp", mkstemp)
        with pytest.raises(OSError, match=os.strerror(errno.EMFILE)) as caught:
            go_on(quick_path / "sweep", small.plan, InOrder(small.recall))
    assert Path(caught.value.filename).parent == quick_path / "sweep" / "chunks"
    assert verdict(small, quick_path / "sweep") == SOUND


def test_a_disk_that_writes_little_at_a_time(small: Small, quick_path: Path) -> None:
    """Catches a writer that takes a write for whole though the system wrote only a part of it."""

    class Slow(Disk):
        def write(self, handle: int, content: bytes | memoryview) -> int:
            return os.write(handle, content[:1000])

    with disk(Slow()):
        go_on(quick_path / "sweep", small.plan, InOrder(small.recall))
    assert after(small, quick_path / "sweep") == SOUND


def test_a_folder_that_is_deleted_meanwhile(small: Small, quick_path: Path) -> None:
    """Catches a sweep that goes on for hours without a place for its results, and an error that does not name it."""
    folder = quick_path / "sweep"

    def delete(tally: Tally) -> None:
        if tally.done == 5:
            shutil.rmtree(folder)

    with pytest.raises(FileNotFoundError) as caught:
        go_on(folder, small.plan, InOrder(small.recall), delete)
    assert Path(caught.value.filename).parent == folder / "chunks"
    assert verdict(small, folder) == SOUND
