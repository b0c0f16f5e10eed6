"""Sweeps at the command line when something goes wrong: what is said, the exit code, and the table in the end."""

import json
import platform
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from processes import Fork
from sweep_commands import SMALL, SWEEP, chunks_of, command, done, small_folder, step_by_step, table_of

from simdiff.cli import INTERRUPTED, OWNED, TERMINATED
from simdiff.study.lease import OWNER


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
    status = done(fork, here, "status", "sweep")
    assert status.code == 0
    assert f"running: process {first.pid} on {platform.node()}" in status.out
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
    status = done(fork, here, "status", "sweep")
    assert "not running; continue: simdiff resume sweep" in status.out
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
