"""Small sweeps for tests, and work that goes wrong on purpose (importable, so that Dask workers can do it)."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from threading import Event

from simdiff.scenario import load_experiment
from simdiff.study.chunk_folder import Rows, scan
from simdiff.study.chunks import Done, Task, compute
from simdiff.study.engines import Engine, LocalEngine
from simdiff.study.plan import Plan, make_plan
from simdiff.study.sweep import Report, run_sweep

TINY = """\
format: 1
name: tiny
title: Two policies, two years
scenarios:
  quo: {scenario: status-quo, set: {years: 2}}
  all: {scenario: four-levers, set: {years: 2}}
replicates: 12
keep: {series: last}
"""
POISON = 7
"""Replicate that goes wrong."""


def tiny_plan(folder: Path, text: str = TINY) -> Plan:
    """The plan of a small experiment."""
    file = folder / "tiny.yaml"
    file.write_text(text)
    return make_plan(load_experiment(str(file)))


def swept(folder: Path, plan: Plan, engine: Engine | None = None) -> Report:
    """Run a plan into a folder."""
    return run_sweep(folder, plan, "simdiff sweep tiny.yaml", engine or LocalEngine(2), Event())


def table_digest(folder: Path, plan: Plan) -> str:
    """Hash of every row of a sweep; every byte is checked."""
    return Rows(plan, scan(folder, plan, verify=True)).table_digest()


def poisonous(task: Task) -> Done:
    """Work that takes its process down whenever one replicate is among its runs."""
    if any(piece.start <= POISON < piece.stop for piece in task.pieces):
        os.kill(os.getpid(), signal.SIGKILL)
    return compute(task)


def homely(task: Task) -> Done:
    """Work whose luck depends on the process that does it."""
    return compute(replace(task, question=replace(task.question, seed=os.getpid())))


def slow(task: Task) -> Done:
    """Work that takes long enough to be caught at it."""
    time.sleep(0.3)
    return compute(task)
