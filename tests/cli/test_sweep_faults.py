"""Sweeps at the command line when something goes wrong: what is said, the exit code, and the table in the end."""

import ctypes
import json
import os
import platform
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import Fork
from sweep_commands import SMALL, SWEEP, chunks_of, command, done, small_folder, step_by_step, table_of

from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, INTERRUPTED, OWNED, TERMINATED
from simdiff.study.lease import OWNER
from simdiff.study.sheet import SHEET
from simdiff.study.sweep import status


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the small sweep is complete; nobody writes there."""
    return small_folder(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A place with the experiment."""
    (tmp_path / "small.yaml").write_text(SMALL)
    return tmp_path


def test_a_folder_has_one_owner(fork: Fork, here: Path, whole: Path) -> None:
    """Catches two sweeps that write into one folder, and a refusal that does not say whom to wait for."""
    first = command(fork, here, *SWEEP, fault=step_by_step)
    first.hear("working 2;")
    for words in (SWEEP, ("resume", "sweep"), ("extend", "sweep", "--replicates", 12)):
        other = done(fork, here, *words)
        assert other.code == OWNED
        assert f"sweep: in use by process {first.pid} on {platform.node()} since " in other.err
    seen = done(fork, here, "status", "sweep")
    assert seen.code == 0
    assert f"running: process {first.pid} on {platform.node()}" in seen.out
    first.tell(20)
    assert first.end() == 0, first.err
    assert table_of(here / "sweep") == table_of(whole)


def test_the_folder_of_a_killed_owner(fork: Fork, here: Path, whole: Path) -> None:
    """Catches a folder that nobody can go on with after its owner was killed."""
    first = command(fork, here, *SWEEP, fault=step_by_step)
    first.hear("working 2;")
    first.tell(5)
    first.hear("working 7;")
    first.signal(signal.SIGKILL)
    assert first.end() == -signal.SIGKILL
    assert "not running; continue: simdiff resume sweep" in done(fork, here, "status", "sweep").out
    assert done(fork, here, "resume", "sweep").code == 0
    assert table_of(here / "sweep") == table_of(whole)


def test_the_folder_of_another_machine(fork: Fork, here: Path) -> None:
    """Catches a folder that is taken from under another machine, and a person who is not told what to do."""
    (here / "sweep").mkdir()
    (here / "sweep" / OWNER).write_text(json.dumps({"host": "elsewhere", "process": 77, "since": "2026-01-01"}))
    refused = done(fork, here, *SWEEP)
    assert refused.code == OWNED
    assert "process 77 on elsewhere since 2026-01-01" in refused.err
    assert "delete sweep/owner.json" in refused.err
    (here / "sweep" / OWNER).unlink()
    assert done(fork, here, *SWEEP).code == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, TERMINATED)])
def test_stopping_keeps_the_chunks_in_hand(
    fork: Fork, here: Path, whole: Path, number: signal.Signals, code: int
) -> None:
    """Catches an interrupt that loses chunks which were nearly done, begins new ones, or ends without a word."""
    run = command(fork, here, *SWEEP, fault=step_by_step)
    run.hear("working 2;")
    run.tell(4)
    run.hear("working 6;")
    run.signal(number)
    run.hear("stopping: finishing the chunks in hand")
    run.tell(20)
    assert run.end() == code
    stored = len(chunks_of(here / "sweep"))
    assert 6 <= stored <= 8  # four told, two in hand, and at most two that stood in line
    assert f"stopped: {stored} of 20 runs are stored; continue: simdiff resume sweep" in run.err
    again = done(fork, here, "resume", "sweep", "--json")
    assert again.code == 0
    assert json.loads(again.out)["computed_now"] == 20 - stored
    assert table_of(here / "sweep") == table_of(whole)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [(signal.SIGINT, signal.SIGINT, INTERRUPTED), (signal.SIGINT, signal.SIGTERM, TERMINATED)],
)
def test_stopping_at_once(
    fork: Fork, here: Path, whole: Path, first: signal.Signals, second: signal.Signals, code: int
) -> None:
    """Catches a second Ctrl-C that is not heard while a long chunk is computed, and a folder that is left locked."""
    run = command(fork, here, *SWEEP, fault=step_by_step)
    run.hear("working 2;")
    run.tell(4)
    run.hear("working 6;")
    run.signal(first)
    run.hear("stopping")
    run.signal(second)
    assert run.end() == code  # though the chunks in hand would wait for ever
    assert len(chunks_of(here / "sweep")) <= 4
    assert done(fork, here, "resume", "sweep").code == 0
    assert table_of(here / "sweep") == table_of(whole)


def hear_interrupts() -> None:
    """A shell that starts a job in the background makes it deaf to SIGINT, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_in_a_process_of_its_own(here: Path) -> None:
    """Catches what a forked process would hide: handlers that the real entry point does not set."""
    command = [sys.executable, "-m", "simdiff", "sweep", "small.yaml", "--replicates", "200000", "--quiet"]
    options: dict[str, Any] = {"cwd": here, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, preexec_fn=hear_interrupts, **options) as run:
        try:
            assert run.stderr is not None
            while "of 400,000 runs" not in (line := run.stderr.readline()):
                assert line
            run.send_signal(signal.SIGINT)
            out, said = run.communicate(timeout=60)
        finally:
            run.kill()
    assert run.returncode == INTERRUPTED
    assert "continue: simdiff resume results/small" in said
    assert "Traceback" not in said
    assert out == ""


def test_a_place_of_something_else(fork: Fork, here: Path) -> None:
    """Catches a sweep that writes among a user's own files, or in place of one, and a mistyped name that becomes an
    empty folder."""
    (here / "mine").mkdir()
    (here / "mine" / "notes.txt").write_text("keep")
    (here / "file").write_text("keep")
    before = sorted(here.rglob("*"))
    for words, code, said in [
        (("sweep", "small.yaml", "--out", "mine"), BAD_INPUT, "mine: holds files that are not a sweep"),
        (("sweep", "small.yaml", "--out", "file"), BAD_INPUT, "file: is a file"),
        (("sweep", "small.yaml", "--out", "file/inside"), FAILED_TO_WRITE, "file/inside: Not a directory"),
        (("resume", "mistyped"), BAD_INPUT, "mistyped: holds no sweep"),
        (("resume", "mine"), BAD_INPUT, "mine: holds no sweep"),
        (("extend", "mistyped", "--replicates", 3), BAD_INPUT, "mistyped: holds no sweep"),
        (("status", "mistyped"), BAD_INPUT, "mistyped: holds no sweep"),
    ]:
        run = done(fork, here, *words)
        assert run.code == code
        assert said in run.err
    assert sorted(here.rglob("*")) == before


def without_privilege() -> None:
    """A fault: the superuser, too, may write only where a folder lets its owner write."""
    if sys.platform == "linux" and os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        header, sets = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0)), (ctypes.c_uint32 * 6)()
        assert libc.capget(header, sets) == 0
        sets[0] &= ~0b110  # the effective set, without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
        assert libc.capset(header, sets) == 0


@pytest.mark.parametrize("inside", [False, True], ids=["above", "inside"])
def test_a_place_that_cannot_be_written(fork: Fork, inside: bool) -> None:
    """Catches a traceback, or a sweep that finds out after hours."""
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        (here / "small.yaml").write_text(SMALL)
        if inside:
            (here / "sweep").mkdir()
            (here / "sweep").chmod(0o555)
        here.chmod(0o555)
        run = done(fork, here, *SWEEP, fault=without_privilege)
        here.chmod(0o755)
    assert run.code == FAILED_TO_WRITE
    assert "sweep" in run.err
    assert "Permission denied" in run.err


def test_a_folder_that_is_deleted_meanwhile(fork: Fork, here: Path, whole: Path) -> None:
    """Catches a traceback, a sweep that computes for nobody, and an end that looks well."""
    run = command(fork, here, *SWEEP, fault=step_by_step)
    run.hear("working 2;")
    run.tell(2)
    run.hear("working 4;")
    while (here / "sweep").exists():  # a file may be renamed while the folder is emptied
        shutil.rmtree(here / "sweep", ignore_errors=True)
    run.tell(20)
    assert run.end() == FAILED_TO_WRITE
    assert "sweep/chunks/" in run.err
    assert "No such file or directory; continue: simdiff resume sweep" in run.err
    assert "Traceback" not in run.err
    assert done(fork, here, *SWEEP).code == 0
    assert table_of(here / "sweep") == table_of(whole)


@pytest.fixture
def tiny_disk(here: Path) -> Iterator[Path]:
    """A disk of 300 kB."""
    place = here / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(place)], check=False, capture_output=True
    )
    if not mounted or mounted.returncode:
        pytest.skip("disks cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk(fork: Fork, here: Path, whole: Path, tiny_disk: Path) -> None:
    """Catches half a file under a final name, an error that does not say where, and a sweep that cannot be gone on with
    when there is room again. The disk is full, then gets 8 kB at a time, so that all kinds of files meet its end."""
    folder, filler = tiny_disk / "sweep", tiny_disk / "filler"
    free = os.statvfs(tiny_disk).f_bavail * os.statvfs(tiny_disk).f_frsize
    filler.write_bytes(bytes(free))
    failed = []
    while (run := done(fork, here, "sweep", "small.yaml", "--out", folder)).code == FAILED_TO_WRITE:
        path, said, command = run.err.splitlines()[-1].split(": ")
        assert said == "No space left on device; continue"
        assert command == f"simdiff resume {folder}"
        failed.append(str(Path(path).relative_to(folder)))
        if (folder / SHEET).exists():
            assert status(folder, verify=True).chunks.damaged == ()
        assert filler.stat().st_size, "the whole disk is too small"
        os.truncate(filler, max(0, filler.stat().st_size - 8192))
    assert run.code == 0
    assert {name.partition("-")[0].partition("/")[0] for name in failed} >= {"owner.json", "design", "chunks"}
    assert {"summary.csv", "chart.png"} & {*failed}
    assert table_of(folder) == table_of(whole)
