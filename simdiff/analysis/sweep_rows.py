"""What the cells of a sweep show: medians and intervals of every outcome, cell by cell."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simdiff.analysis.report_rows import UNITS
from simdiff.analysis.summary import Interval, interval, intervals
from simdiff.register import FINAL_OUTCOMES
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of
from simdiff.study.chunk_folder import Rows
from simdiff.study.files import inert
from simdiff.study.plan import Plan

SHOWN = ("spread", "depth", "sustained", "equity_gap", "cost")
"""Outcomes of the table of cells, where they are kept."""
MOST_ROWS = 500_000
"""Outcomes times years times cells above which a summary holds the last year only."""
COLUMNS = ("district", "practice", "outcome", "unit", "year", "median", "chance_05", "chance_95", "parameters_05",
           "parameters_95", "defined_share", "replicates", "draws")  # fmt: skip
Found = tuple[list[int], NDArray[np.float64], int]
WHOLE_RUN = {outcome.name for outcome in FINAL_OUTCOMES}


def cell_grid(table: pa.Table, outcomes: Sequence[str], draws: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Rows of one cell as an array (draws, replicates, outcomes, *shape*); what has not been run, or failed, is nan.

    ``shape``: times, places and practices, the order of the rows of one run.
    """
    size = int(np.prod(shape))
    draw, replicate = (table[name].to_numpy()[::size] for name in ("draw", "replicate"))
    grid = np.full((draws, int(replicate.max()) + 1, len(outcomes), *shape), np.nan)
    for n, name in enumerate(outcomes):
        grid[draw, replicate, n] = table[name].to_numpy(zero_copy_only=False).reshape(-1, *shape)
    return grid


def cell_intervals(plan: Plan, rows: Rows, cell: Cell, outcomes: Sequence[str]) -> Found | None:
    """Years kept, intervals (6, outcomes, years, places, practices) in the order of ``Interval``'s fields, and
    replicates of a cell; None if it has no rows."""
    time = "month" if plan.experiment.keep.series == "monthly" else "year"
    table = rows.of_cell(cell, [time, "district", "practice", *outcomes])
    if table is None:
        return None
    scenario = scenario_of(cell.text)
    times = np.unique(table[time].to_numpy())
    shape = (len(times), len(places_of(scenario)), len(practices_of(scenario)))
    grid = cell_grid(table, outcomes, len(plan.draws), shape)
    chosen = [n for n, at in enumerate(times) if time == "year" or at % 12 == 11]
    years = [int(times[n]) if time == "year" else int(times[n] + 1) // 12 for n in chosen]
    return years, intervals(grid[:, :, :, chosen]), grid.shape[1]


def summarise(plan: Plan, rows: Rows) -> tuple[bytes, list[tuple[Cell, dict[str, Interval]]]]:
    """The summary as CSV, and a few outcomes of each cell at the end of its last year (all districts, first practice).

    The summary has a row for each cell, district, practice, outcome and year kept; of very large sweeps, the last year.
    """
    kept = plan.question.outcomes
    shown = shown_of(plan)
    last_only = len(plan.cells) * len(kept) * max(cell.years for cell in plan.cells) > MOST_ROWS
    buffer, cells, seen = io.StringIO(newline=""), list[tuple[Cell, dict[str, Interval]]](), dict[str, Found | None]()
    writer = csv.writer(buffer, lineterminator="\n")
    factors = list(plan.experiment.factors)
    writer.writerow(["cell", "scenario", *(f"factor_{name}" for name in factors), *COLUMNS])
    repeated = {name for name, count in Counter(cell.id for cell in plan.cells).items() if count > 1}
    for cell in plan.cells:
        found = seen[cell.id] if cell.id in seen else cell_intervals(plan, rows, cell, kept)
        if cell.id in repeated:
            seen[cell.id] = found
        if found is not None:
            head = [cell.name, cell.scenario, *(cell.levels.get(name) for name in factors)]
            rest = _summary_rows(plan, cell, found, last_only=last_only)
            writer.writerows([inert(value) for value in (*head, *row)] for row in rest)
            cells.append((cell, {name: interval(found[1][:, kept.index(name), -1, 0, 0]) for name in shown}))
    return buffer.getvalue().encode(), cells


def headlines(plan: Plan, rows: Rows, cells: Sequence[Cell]) -> list[tuple[Cell, dict[str, Interval]]]:
    """A few outcomes of some cells, as ``summarise`` has them; cells without rows are left out."""
    shown = shown_of(plan)
    found = ((cell, cell_intervals(plan, rows, cell, shown)) for cell in cells)
    return [(cell, {name: interval(one[1][:, n, -1, 0, 0]) for n, name in enumerate(shown)})
            for cell, one in found if one is not None]  # fmt: skip


def shown_of(plan: Plan) -> list[str]:
    """Outcomes of the table of cells: the usual ones that are kept, else the first."""
    kept = plan.question.outcomes
    return [name for name in SHOWN if name in kept] or list(kept[: len(SHOWN)])


def _summary_rows(plan: Plan, cell: Cell, found: Found, *, last_only: bool) -> Iterator[list[Any]]:
    years, estimates, replicates = found
    scenario = scenario_of(cell.text)
    for o, outcome in enumerate(plan.question.outcomes):
        for y, year in enumerate(years):
            if y < len(years) - 1 and (last_only or outcome in WHOLE_RUN):
                continue
            for d, place in enumerate(places_of(scenario)):
                for p, practice in enumerate(practices_of(scenario)):
                    figures = (None if np.isnan(value) else float(value) for value in estimates[:, o, y, d, p])
                    yield [place, practice, outcome, UNITS[outcome], year, *figures, replicates, len(plan.draws)]
