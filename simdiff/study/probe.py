"""What a sweep will take, from a short measurement of its largest cell on this machine."""

import time
from dataclasses import dataclass

from simdiff.study.chunks import Piece, compute
from simdiff.study.plan import Plan, make_task

LEAST_SECONDS = 0.5
MOST_RUNS = 64


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
    """Measure a few runs of the largest cell, and scale up. The model must be compiled already."""
    largest = max(plan.unique.values(), key=lambda cell: cell.size)
    compute(make_task(plan, [Piece(largest.id, 0, 0, 1)]))  # the world is built once for a cell, not for every chunk
    runs, seconds, disk = 1, 0.0, 0
    while seconds < LEAST_SECONDS and runs < MOST_RUNS:
        runs *= 2
        began = time.perf_counter()
        disk = len(compute(make_task(plan, [Piece(largest.id, 0, 0, runs)])).content)
        seconds = time.perf_counter() - began
    asked = sum(plan.size(stage) for stage in plan.stages)
    return Estimate(
        cells=len(plan.cells),
        draws=len(plan.draws),
        runs=plan.runs,
        school_months=asked,
        threads=threads,
        seconds=seconds / (runs * largest.size) * asked / threads,
        disk=round(disk / runs * plan.runs),
        probed=runs,
    )
