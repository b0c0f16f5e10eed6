"""Disks that fail when they are told to: at any write, flush or rename that ``simdiff.study.files`` makes."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simdiff.study import files

CRASHED = 86


class Disk:
    """What ``simdiff.study.files`` uses of ``os``, with writes, flushes and renames counted as steps.

    Step ``at`` is not taken: the process crashes, and a write is cut to the share ``cut``. With ``power``, the power
    goes: all that was not flushed is cut so, and renames that were not flushed are undone if the share is 0.
    """

    def __init__(self, at: int | None = None, cut: float = 0.0, *, power: bool = False) -> None:
        self.at, self.cut, self.power, self.step = at, cut, power, 0
        self.dirty: dict[int, int] = {}
        self.renamed: list[tuple[str, Path, bytes | None]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, handle: int, content: bytes | memoryview) -> int:
        if self._is_over():
            os.write(handle, content[: int(len(content) * self.cut)])
            self.fail()
        if (number := os.fstat(handle).st_ino) not in self.dirty:
            self.dirty[number] = os.dup(handle)
        return os.write(handle, content)

    def fsync(self, handle: int) -> None:
        """Not passed on: the memory of this object is the disk, and real flushes would only take time."""
        if self._is_over():
            self.fail()
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            self.renamed.clear()
        elif (known := self.dirty.pop(os.fstat(handle).st_ino, None)) is not None:
            os.close(known)

    def replace(self, temporary: str, path: Path) -> None:
        if self._is_over():
            self.fail()
        self.renamed.append((temporary, path, path.read_bytes() if path.exists() else None))
        os.replace(temporary, path)

    def fail(self) -> None:
        """The crash."""
        if self.power:
            for handle in self.dirty.values():
                os.ftruncate(handle, int(os.fstat(handle).st_size * self.cut))
            for temporary, path, before in reversed(self.renamed if self.cut == 0 else []):
                os.rename(path, temporary)
                if before is not None:
                    path.write_bytes(before)
        os._exit(CRASHED)

    def _is_over(self) -> bool:
        self.step += 1
        return self.step == self.at


class FullDisk(Disk):
    """A disk on which step ``at`` and all later steps of its kind fail with an error of the system."""

    def __init__(self, at: int, error: int) -> None:
        super().__init__(at, cut=0.5)
        self.error = error

    def fail(self) -> None:
        self.at = self.step + 1
        raise OSError(self.error, os.strerror(self.error))


@contextmanager
def disk(one: Disk) -> Iterator[Disk]:
    """Write to a disk in this process."""
    before = files.os
    files.os = one  # type: ignore[assignment]
    try:
        yield one
    finally:
        files.os = before
        for handle in one.dirty.values():
            os.close(handle)
