"""What the cells of a sweep show: medians and intervals of every outcome, cell by cell."""

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
from simdiff.study.plan import Plan

SHOWN = ("spread", "depth", "sustained", "equity_gap", "cost")
"""Outcomes of the table of cells, where they are kept."""
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


def cell_intervals(plan: Plan, rows: Rows, outcomes: Sequence[str], *, last: bool
                   ) -> Iterator[tuple[Cell, Sequence[int], NDArray[np.float64], int]]:  # fmt: skip
    """For each cell that has rows: the cell, its years, intervals (6, outcomes, years, places, practices) in the order
    of ``Interval``'s fields, and its replicates. With ``last``, only the last year."""
    time = "month" if plan.experiment.keep.series == "monthly" else "year"
    known: dict[str, tuple[Sequence[int], NDArray[np.float64], int]] = {}
    for cell in plan.cells:
        if cell.id not in known:
            table = rows.of_cell(cell, [time, "district", "practice", *outcomes])
            if table is None:
                continue
            scenario = scenario_of(cell.text)
            places, practices = len(places_of(scenario)), len(practices_of(scenario))
            times = np.unique(table[time].to_numpy())
            grid = cell_grid(table, outcomes, len(plan.draws), (len(times), places, practices))
            chosen = [n for n, at in enumerate(times) if time == "year" or at % 12 == 11]
            chosen = chosen[-1:] if last else chosen
            years = [int(times[n]) if time == "year" else int(times[n] + 1) // 12 for n in chosen]
            known[cell.id] = years, intervals(grid[:, :, :, chosen]), grid.shape[1]
        yield cell, *known[cell.id]


def summary_of_cells(plan: Plan, rows: Rows) -> list[dict[str, Any]]:
    """A row for each cell, district, practice, outcome and year kept."""
    outcomes, found = plan.question.outcomes, []
    for cell, years, estimates, replicates in cell_intervals(plan, rows, outcomes, last=False):
        scenario = scenario_of(cell.text)
        named = {f"factor_{name}": cell.levels.get(name) for name in plan.experiment.factors}
        for o, outcome in enumerate(outcomes):
            for y, year in enumerate(years):
                if outcome in WHOLE_RUN and y < len(years) - 1:
                    continue
                for d, place in enumerate(places_of(scenario)):
                    for p, practice in enumerate(practices_of(scenario)):
                        one = interval(estimates[:, o, y, d, p])
                        head = {"cell": cell.name, "scenario": cell.scenario, **named, "district": place,
                                "practice": practice, "outcome": outcome, "unit": UNITS[outcome],
                                "year": year}  # fmt: skip
                        found.append(head | _figures(one) | {"replicates": replicates, "draws": len(plan.draws)})
    return found


def _figures(one: Interval) -> dict[str, float | None]:
    names = {"median": one.median, "chance_05": one.low, "chance_95": one.high, "parameters_05": one.parameter_low,
             "parameters_95": one.parameter_high, "defined_share": one.defined}  # fmt: skip
    return {name: None if np.isnan(value) else value for name, value in names.items()}


def headline_cells(plan: Plan, rows: Rows) -> list[tuple[Cell, dict[str, Interval]]]:
    """A few outcomes of each cell at the end of its last year, over all districts, of its first practice."""
    kept = plan.question.outcomes
    outcomes = [name for name in SHOWN if name in kept] or list(kept[: len(SHOWN)])
    return [
        (cell, {name: interval(estimates[:, o, -1, 0, 0]) for o, name in enumerate(outcomes)})
        for cell, _, estimates, _ in cell_intervals(plan, rows, outcomes, last=True)
    ]
