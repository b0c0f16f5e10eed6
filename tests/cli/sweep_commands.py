"""The command line in a forked process: as its users meet it, without the seconds that imports take."""

import itertools
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

import pyarrow as pa
import pyarrow.parquet as pq
from processes import Child, Fork

import simdiff.cli.status
import simdiff.cli.sweep
from simdiff.cli import main
from simdiff.scenario import load_experiment
from simdiff.study.chunk_folder import Rows, scan
from simdiff.study.chunks import Done, Task, compute
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sheet import CHUNKS, read_sheet
from simdiff.study.sweep import run_sweep

SMALL = """\
format: 1
name: small
title: Two policies, one year
scenarios:
  quo: {scenario: status-quo, set: {years: 1}}
  all: {scenario: four-levers, set: {years: 1}}
replicates: 10
keep: {series: last, outcomes: [spread, cost]}
"""
"""Twenty chunks of one run each."""
SWEEP = ("sweep", "small.yaml", "--out", "sweep", "--threads", 2)
Plant = Callable[[], None]


def nothing() -> None:
    """No fault."""


def command(fork: Fork, here: Path, *words: object, fault: Plant = nothing) -> Child:
    """Start ``simdiff`` in a folder, with a fault planted in its process."""

    def work() -> None:
        os.chdir(here)
        sys.argv = ["simdiff", *map(str, words)]
        fault()
        main()

    return fork(work)


def done(fork: Fork, here: Path, *words: object, fault: Plant = nothing) -> Child:
    """Run ``simdiff`` to its end. Nobody is ever shown a traceback."""
    child = command(fork, here, *words, fault=fault)
    child.end()
    assert "Traceback" not in child.err, child.err
    return child


def step_by_step() -> None:
    """A fault: every chunk says ``working N;`` when it begins, and waits for a word before it is computed."""
    count = itertools.count(1)

    def work(task: Task) -> Done:
        os.write(1, f"working {next(count)};".encode())
        os.read(0, 1)
        return compute(task)

    simdiff.cli.sweep.LocalEngine = partial(LocalEngine, work=work)  # type: ignore[misc, assignment]


def small_folder(here: Path) -> Path:
    """A place with the experiment, and a folder there in which it is complete; returns the folder."""
    (here / "small.yaml").write_text(SMALL)
    plan = make_plan(load_experiment(str(here / "small.yaml")))
    run_sweep(here / "sweep", plan, "simdiff sweep small.yaml --out sweep", LocalEngine(2), Event())
    return here / "sweep"


def table_of(folder: Path) -> str:
    """Hash of the table of a folder; every byte is checked."""
    plan, _ = read_sheet(folder)
    return Rows(plan, scan(folder, plan, verify=True)).table_digest()


def rows_of(folder: Path) -> pa.Table:
    """All rows of all chunks."""
    tables = [pq.read_table(path) for path in chunks_of(folder)]
    plain = [table.cast(pa.schema([(name, pa.string() if pa.types.is_dictionary(kind) else kind)
                                   for name, kind in zip(table.column_names, table.schema.types, strict=True)]))
             for table in tables]  # fmt: skip
    return pa.concat_tables(plain)


def chunks_of(folder: Path) -> list[Path]:
    """Chunk files under final names."""
    return sorted((folder / CHUNKS).glob("*.parquet"))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, but the lock."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file() and path.name != "owner.lock"}  # fmt: skip
