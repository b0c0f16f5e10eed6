"""What a sweep will take, from a short measurement of some of its cells on this machine."""

import time
from dataclasses import dataclass

from simdiff.study.cells import Cell
from simdiff.study.chunks import Piece, compute
from simdiff.study.plan import Plan, make_task

LEAST_SECONDS = 0.25
"""Seconds of work to measure in each cell that is probed."""
MOST_RUNS = 64
PROBED = 4
"""Cells that are probed, evenly through the design: in a cell where little happens, runs are fast and files small."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Cells, runs and school-months asked for; seconds on ``threads`` threads and bytes on disk, estimated from
    ``probed`` measured runs. With ``until``, this is only the beginning."""

    cells: int
    draws: int
    runs: int
    school_months: int
    threads: int
    seconds: float
    disk: int
    probed: int


def estimate(plan: Plan, threads: int) -> Estimate:
    """Measure a few runs of some cells, and scale up. The model must be compiled already."""
    cells = list(plan.unique.values())
    last = len(cells) - 1
    chosen = {round(n * last / max(1, PROBED - 1)): None for n in range(PROBED)}
    measured = [_measured(plan, cells[n]) for n in chosen]
    runs = sum(one.runs for one in measured)
    asked = sum(plan.size(stage) for stage in plan.stages)
    return Estimate(
        cells=len(plan.cells),
        draws=len(plan.draws),
        runs=plan.runs,
        school_months=asked,
        threads=threads,
        seconds=sum(one.seconds for one in measured) / sum(one.runs * one.size for one in measured) * asked / threads,
        disk=round(sum(one.disk / one.runs for one in measured) / len(measured) * plan.runs),
        probed=runs,
    )


@dataclass(frozen=True, slots=True)
class _Measured:
    """Runs of one cell: how many, school-months of each, seconds and bytes for all."""

    runs: int
    size: int
    seconds: float
    disk: int


def _measured(plan: Plan, cell: Cell) -> _Measured:
    """Measure runs of a cell, twice as many until they take long enough to be timed."""
    compute(make_task(plan, [Piece(cell.id, 0, 0, 1)]))  # the world is built once for a cell, not for every chunk
    runs, seconds, disk = 1, 0.0, 0
    while seconds < LEAST_SECONDS and runs < MOST_RUNS:
        runs *= 2
        began = time.perf_counter()
        disk = len(compute(make_task(plan, [Piece(cell.id, 0, 0, runs)])).content)
        seconds = time.perf_counter() - began
    return _Measured(runs, cell.size, seconds, disk)
