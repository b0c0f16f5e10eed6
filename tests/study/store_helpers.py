"""A small sweep, its folder read by other means than its own, and disks that fail when they are told to."""

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pyarrow as pa
import pyarrow.parquet as pq
from disks import Disk, disk
from sweep_helpers import table_digest, tiny_plan

from simdiff.study import files
from simdiff.study.chunks import Done, Task, compute
from simdiff.study.engines import Engine
from simdiff.study.files import TEMPORARY, digest
from simdiff.study.lease import OWNER, lease
from simdiff.study.plan import Plan, tasks_of
from simdiff.study.sheet import CHUNKS, SHEET, SheetError, read_sheet
from simdiff.study.sweep import Progress, Report, open_folder, run_sweep

TEXT = """\
format: 1
name: small
title: Two policies, one year
scenarios:
  quo: {scenario: status-quo, set: {years: 1}}
  all: {scenario: four-levers, set: {years: 1}}
replicates: 10
keep: {series: last, outcomes: [spread, cost]}
"""
"""Twenty chunks of one run each, and one row a run."""
RUN = ("cell", "draw", "replicate", "status", "reason", "spread", "cost")
Run = tuple[str, int, int, str, str, float, float]


@dataclass(frozen=True)
class Small:
    """A small sweep: its plan, its chunks computed beforehand, and what its folder must hold in the end."""

    plan: Plan
    done: Mapping[str, Done]
    chunks: Mapping[str, bytes]
    runs: Counter[Run]
    table: str

    def recall(self, task: Task) -> Done:
        """Work that is quick, so that almost all of a sweep is storing."""
        return self.done[task.name]


@dataclass(frozen=True)
class InOrder:
    """An engine without threads: chunks in order, so that the steps of storing them can be counted."""

    work: Callable[[Task], Done]

    def run(self, tasks: Iterable[Task], stop: Event) -> Iterator[Done]:
        for task in tasks:
            if stop.is_set():
                return
            yield self.work(task)


def small_sweep(folder: Path) -> Small:
    """The small sweep, run once without a fault."""
    plan, there = tiny_plan(folder, TEXT), folder / "expected"
    done = {task.name: compute(task) for task in tasks_of(plan)}
    go_on(there, plan, InOrder(lambda task: done[task.name]))
    small = Small(plan, done, chunks_of(there), runs_of(there), table_digest(there, plan))
    assert len(small.chunks) == len(small.runs) == 20
    return small


def go_on(folder: Path, plan: Plan, engine: Engine, progress: Progress = lambda tally: None) -> Report:
    """Begin a sweep or resume it, as the command line does."""
    folder.mkdir(exist_ok=True)
    with lease(folder):
        known, _ = open_folder(folder, plan)
        return run_sweep(folder, known, "simdiff sweep small.yaml", engine, Event(), progress)


def chunks_of(folder: Path) -> dict[str, bytes]:
    """Every chunk file by name."""
    return {path.name: path.read_bytes() for path in (folder / CHUNKS).glob("*.parquet")}


def runs_of(folder: Path) -> Counter[Run]:
    """Every run in the chunk files, as often as it is there, read without the help of the store."""
    found = Counter[Run]()
    for content in chunks_of(folder).values():
        table = pq.ParquetFile(pa.BufferReader(content)).read()
        found.update(tuple(row[name] for name in RUN) for row in table.to_pylist())
    return found


def torn(folder: Path) -> list[str]:
    """Files under a final name that are not whole."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".parquet" and path.stem.rpartition("-")[2] != digest(path.read_bytes()):
            found.append(path.name)
    try:
        if (folder / SHEET).exists():
            read_sheet(folder)
    except SheetError:
        found.append(SHEET)
    if (folder / OWNER).exists() and not is_json(folder / OWNER):
        found.append(OWNER)
    return found


def is_json(path: Path) -> bool:
    """True if a file can be read as JSON."""
    try:
        json.loads(path.read_bytes())
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Verdict:
    """What a fault did. ``torn``: files under a final name that were not whole; ``forgotten``: runs that were reported
    stored and were not; after resuming, runs ``lost`` and runs that are there ``twice``; ``other``: whether the table
    differs from that of a sweep without a fault; ``litter``: unfinished files left behind."""

    torn: int = 0
    forgotten: int = 0
    lost: int = 0
    twice: int = 0
    other: bool = False
    litter: int = 0


SOUND = Verdict()


def verdict(small: Small, folder: Path, told: int = 0) -> Verdict:
    """Look at a folder after a fault, resume the sweep, look again. ``told``: runs that were reported stored."""
    damage = len(torn(folder))
    stored = len([*(folder / CHUNKS).glob("*.parquet")])
    with disk(Disk()):
        go_on(folder, small.plan, InOrder(small.recall))
    return after(small, folder, damage, max(0, told - stored))


def after(small: Small, folder: Path, damage: int = 0, forgotten: int = 0) -> Verdict:
    """Look at a folder in which the sweep is complete."""
    damage += len(torn(folder))
    litter = len([*folder.rglob(f"{TEMPORARY}*")])
    if chunks_of(folder) == small.chunks:  # nothing else need be looked at: the bytes are the same
        return Verdict(damage, forgotten, litter=litter)
    runs, table = runs_of(folder), table_digest(folder, small.plan)
    lost, twice = (small.runs - runs).total(), (runs - small.runs).total()
    return Verdict(damage, forgotten, lost, twice, table != small.table, litter)


def write_in_place(path: Path, content: bytes, at_once: int = 2048, pause: float = 0.0) -> None:
    """A planted defect: a writer whose work can be seen before it is done, after each part for ``pause`` seconds."""
    handle = files.os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for start in range(0, len(content), at_once):
        files.os.write(handle, content[start : start + at_once])
        time.sleep(pause)
    files.os.fsync(handle)
    os.close(handle)


def write_without_flush(path: Path, content: bytes) -> None:
    """A planted defect: a rename before the content is on disk."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    files.os.write(handle, content)
    os.close(handle)
    files.os.replace(temporary, path)
    files._flush_folder(path.parent)


def write_without_folder_flush(path: Path, content: bytes) -> None:
    """A planted defect: a rename that the folder may forget."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    files.os.write(handle, content)
    files.os.fsync(handle)
    os.close(handle)
    files.os.replace(temporary, path)
