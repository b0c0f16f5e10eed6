"""Stored runs simulated again: a random part of a folder's results, compared with what is stored, value by value."""

import math
import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simdiff.analysis.resample import shuffles
from simdiff.analysis.results import Results, Series
from simdiff.model.luck import seed_key
from simdiff.study.again import Progress
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of
from simdiff.study.chunks import OK, Piece, compute, labels_of_times
from simdiff.study.plan import make_task, tasks_of
from simdiff.study.reading import read_parquet
from simdiff.study.sheet import check_code

LEAST, PART = 20, 0.01
"""Runs that are simulated again: one in a hundred, and at least so many."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored value that is not what its run gives now; ``where``: month, place and practice."""

    cell: str
    draw: int
    replicate: int
    outcome: str
    where: str
    stored: float
    now: float


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it: runs simulated again ``of`` those stored, values compared, those that differ, and runs that fail
    now (cell, draw, replicate)."""

    runs: int
    of: int
    values: int
    differs: tuple[Difference, ...]
    failed: tuple[tuple[str, int, int], ...]


def stored_runs(results: Results) -> list[tuple[Cell, int, int]]:
    """Every run that is stored and did not fail: cell, draw, replicate; cells that are the same stand once."""
    cells = {cell.id: cell for cell in results.plan.cells}
    return [(cell, int(draw), int(replicate)) for cell in cells.values()
            for draw, replicate in np.argwhere(results.source.ran(cell))]  # fmt: skip


def sample_size(stored: int) -> int:
    """How many of the stored runs are simulated again."""
    return min(stored, max(LEAST, math.ceil(PART * stored)))


def check_stored(results: Results, seed: int, progress: Progress = lambda done: None) -> Checked:
    """Simulate a random part of the stored runs again; ``seed`` picks them.

    Raises ChangedError if other code made the results: then its numbers may differ for that alone.
    """
    check_code(results.plan)
    stored = stored_runs(results)
    order = shuffles(seed_key(seed), "audit", max(1, len(stored)), 1)[0]
    picked = [stored[n] for n in sorted(order[: sample_size(len(stored))])] if stored else []
    differs, failed, compared = list[Difference](), list[tuple[str, int, int]](), 0
    for cell in {cell.id: cell for cell, _, _ in picked}.values():
        runs = [(draw, replicate) for one, draw, replicate in picked if one.id == cell.id]
        series = results.source.series(cell, results.source.outcomes())
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for run, table in zip(runs, pool.map(lambda run: _again(results, cell, run), runs), strict=True):  # noqa: B023
                if table is None:
                    failed.append((cell.name, *run))
                else:
                    found, count = _compared(cell, run, table, series)
                    differs += found
                    compared += count
                progress(1)
    return Checked(len(picked), len(stored), compared, tuple(differs), tuple(failed))


def _again(results: Results, cell: Cell, run: tuple[int, int]) -> pa.Table | None:
    """The rows of one run as a sweep stores them; None if it fails."""
    draw, replicate = run
    done = compute(make_task(results.plan, [Piece(cell.id, draw, replicate, replicate + 1)]))
    table = read_parquet(done.content)
    return table if set(table["status"].cast(pa.string()).to_pylist()) == {OK} else None


def _compared(cell: Cell, run: tuple[int, int], table: pa.Table, series: dict[str, Series]
              ) -> tuple[list[Difference], int]:  # fmt: skip
    """Values of one run that differ, to the bit, and how many were compared."""
    scenario = scenario_of(cell.text)
    places, practices = places_of(scenario), practices_of(scenario)
    monthly = "month" in table.column_names
    times = np.unique(table["month" if monthly else "year"].to_numpy()).astype(np.int64)
    months = times if monthly else 12 * times - 1
    found, compared = list[Difference](), 0
    for name in (name for name in series if name in table.column_names):
        now = table[name].to_numpy(zero_copy_only=False).reshape(len(months), len(places), len(practices))
        one = series[name]
        both = [month for month in one.months.tolist() if month in months]
        then = one.values[run[0], run[1], [one.months.tolist().index(month) for month in both]]
        now = now[[months.tolist().index(month) for month in both]]
        compared += then.size
        for at in np.argwhere(~_same(then, now)):
            place = f"{places[at[1]]}, {practices[at[2]]}, {_when(both[at[0]])}"
            found.append(Difference(cell.name, *run, name, place, float(then[tuple(at)]), float(now[tuple(at)])))
    return found, compared


def _same(then: NDArray[np.float64], now: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((then == now) | (np.isnan(then) & np.isnan(now)))


def _when(month: int) -> str:
    year, rest = divmod(month + 1, 12)
    return f"month {month}" if rest else f"year {year}"


def rows_missing(results: Results) -> Sequence[str]:
    """Cells of a sweep whose rows are not those of its stored chunks, in words: every run that a chunk stands for, and
    no other, has a row for every time, place and practice, whether it failed or not."""
    rows = results.source.rows()
    told = list[str]()
    if rows is None:
        return told
    pieces = {task.name: task.pieces for task in tasks_of(results.plan)}
    for cell in {cell.id: cell for cell in results.plan.cells}.values():
        table = rows.of_cell(cell, [])
        if table is None:
            continue
        scenario, times = scenario_of(cell.text), labels_of_times(results.plan.experiment.keep, cell.years)
        each = len(times) * len(places_of(scenario)) * len(practices_of(scenario))
        asked = {(piece.draw, n) for path in rows.by_cell[cell.id] for piece in pieces[path.name.partition("-")[0]]
                 if piece.cell == cell.id for n in range(piece.start, piece.stop)}  # fmt: skip
        counts = Counter(zip(table["draw"].to_pylist(), table["replicate"].to_pylist(), strict=True))
        if wrong := sum(counts[run] != each for run in asked):
            told.append(f"{cell.name}: {wrong:,} of {len(asked):,} runs have not {each:,} rows")
        if more := len(counts.keys() - asked):
            told.append(f"{cell.name}: rows of {more:,} runs that its chunks do not stand for")
    return told
