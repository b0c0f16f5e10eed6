"""One owner to a folder: among many processes, after one that died, and beside one on another machine."""

import json
import os
import platform
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from processes import Child, Fork

from simdiff.study import lease as lease_module
from simdiff.study.lease import LOCK, OWNER, FolderOwnedError, is_owned, lease, owner

MANY = 50
OWNED = 4


def own(folder: Path) -> int:
    """Wait for a word, own the folder, hold it until the next word."""
    print("here")
    os.read(0, 1)
    try:
        with lease(folder):
            print("mine")
            os.read(0, 1)
    except FolderOwnedError as problem:
        print(problem)
        print("refused")
        return OWNED
    return 0


def rush(fork: Fork, folder: Path, many: int) -> tuple[list[Child], list[Child]]:
    """Let many processes go for a folder at once; those that own it, and those that were refused."""
    children = [fork(lambda: own(folder)) for _ in range(many)]
    for child in children:
        child.hear("here")
    for child in children:
        child.tell()
    owners, others = [], []
    for child in children:
        child.hear("mine\n", "refused\n")
        (owners if "mine\n" in child.out else others).append(child)
    for child in owners:
        child.tell()
    assert {child.end() for child in owners} <= {0}
    assert {child.end() for child in others} <= {OWNED}
    return owners, others


def test_many_processes_one_owner(fork: Fork, tmp_path: Path) -> None:
    """Catches two owners of one folder, none, and a refusal that does not say whom to wait for."""
    owners, others = rush(fork, tmp_path, MANY)
    assert len(owners) == 1
    assert len(others) == MANY - 1
    name = f"process {owners[0].pid} on {platform.node()} since "
    assert [child.out for child in others if name not in child.out] == []
    assert not (tmp_path / OWNER).exists()


class NoLock(FileLock):
    """A defect planted: a lock that holds nobody off, as on some shared disks."""

    def acquire(self, *args: object, **options: object) -> Iterator[None]:  # type: ignore[override]
        return iter(())

    def release(self, force: bool = False) -> None:
        pass


def test_a_lock_that_does_not_lock_is_caught(fork: Fork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect planted."""
    monkeypatch.setattr(lease_module, "FileLock", NoLock)
    owners, _ = rush(fork, tmp_path, 4)
    assert len(owners) > 1


def test_the_lease_of_a_dead_process_is_taken_over(fork: Fork, tmp_path: Path) -> None:
    """Catches a folder that stays locked after its owner was killed, and a note that names the dead one."""
    first, second = fork(lambda: own(tmp_path)), fork(lambda: own(tmp_path))
    first.tell()
    first.hear("mine")
    assert owner(tmp_path)["process"] == first.pid
    first.signal(signal.SIGKILL)
    assert first.end() == -signal.SIGKILL
    assert owner(tmp_path)["process"] == first.pid  # what a killed process leaves behind
    assert not is_owned(tmp_path)
    second.tell()
    second.hear("mine")
    assert owner(tmp_path) | {"since": ""} == {"host": platform.node(), "process": second.pid, "since": ""}
    assert is_owned(tmp_path)
    second.tell()
    assert second.end() == 0
    assert not is_owned(tmp_path)


def test_the_note_of_another_machine_is_left_to_a_person(tmp_path: Path) -> None:
    """Catches a folder on a shared disk that is taken from under a machine whose locks do not reach here."""
    note = json.dumps({"host": "elsewhere", "process": 77, "since": "2026-01-01T00:00:00+00:00"})
    (tmp_path / OWNER).write_text(note)
    with pytest.raises(FolderOwnedError, match="process 77 on elsewhere") as caught, lease(tmp_path):
        pass
    assert f"delete {tmp_path / OWNER}" in str(caught.value)
    assert (tmp_path / OWNER).read_text() == note
    (tmp_path / OWNER).unlink()
    with lease(tmp_path):
        assert owner(tmp_path)["process"] == os.getpid()


@pytest.mark.parametrize("note", ["", "{", "[]", "null", "\x00"])
def test_a_note_that_says_nothing(tmp_path: Path, note: str) -> None:
    """Catches a traceback, or a folder locked for ever, where a crash tore the note of this machine."""
    (tmp_path / OWNER).write_text(note)
    with lease(tmp_path):
        assert owner(tmp_path)["process"] == os.getpid()


def test_an_error_ends_the_lease(tmp_path: Path) -> None:
    """Catches a folder that stays owned after its owner gave up."""
    with pytest.raises(ZeroDivisionError), lease(tmp_path):
        raise ZeroDivisionError
    with lease(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


class LookedAt(FileLock):
    """A lock that somebody holds for a moment when it is first tried, as ``is_owned`` does."""

    tried = 0

    def _acquire(self) -> None:
        self.tried += 1
        if self.tried > 1:
            super()._acquire()


def test_a_look_does_not_keep_an_owner_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a sweep that is refused because somebody asked for its status at that moment."""
    monkeypatch.setattr(lease_module, "FileLock", LookedAt)
    with lease(tmp_path):
        assert owner(tmp_path)["process"] == os.getpid()
