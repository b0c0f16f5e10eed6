"""Sweeps that were never run: plans with hand-made results, read by the same code as those that were."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.scenario import load_experiment
from simdiff.study.cells import Cell, make_cell
from simdiff.study.chunk_folder import Chunks, Rows
from simdiff.study.design import design_points
from simdiff.study.plan import Plan, Stage
from simdiff.study.version import versions

Floats = NDArray[np.float64]
Results = Callable[[Cell, str], Floats]
"""Cell and outcome → values (draws, replicates)."""


class Table(Rows):
    """Rows of a sweep from a function."""

    def __init__(self, plan: Plan, results: Results) -> None:
        super().__init__(plan, Chunks({}, (), ()))
        self.results = results

    def values(self, cell: Cell, outcome: str, year: int | None, district: str, practice: str | None) -> Floats:
        """As ``Rows.values``, of any year, district and practice."""
        return self.results(cell, outcome)


def plan_of(folder: Path, text: str, draws: Sequence[Mapping[str, float]] = ({},), replicates: int = 3) -> Plan:
    """The plan of an experiment, without building each cell: all have the settings of their scenario's first point."""
    file = folder / "e.yaml"
    file.write_text(text)
    loaded = load_experiment(str(file))
    points = design_points(loaded)
    cells = list[Cell]()
    for scenario in loaded.bases:
        first = make_cell(loaded.cell(scenario, points[0]), "", scenario, points[0])
        for n, levels in enumerate(points):
            made: dict[str, Any] = {"id": f"{scenario}-{n}", "name": f"{scenario}/point-{n}", "levels": dict(levels)}
            cells.append(Cell(scenario=scenario, text=first.text, schools={}, size=1, years=first.years, **made))
    stage = Stage(tuple((cell.id, 0, replicates) for cell in cells), (0, len(draws)))
    unique = {cell.id: cell for cell in cells}
    return Plan(loaded.experiment, tuple(cells), tuple(map(dict, draws)), (stage,), versions(), unique)
