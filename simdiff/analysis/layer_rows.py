"""The layers of a run's and of a sweep's outcomes: which runs are families, and the result as rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.assumptions import kind_of
from simdiff.analysis.layers import Split, split
from simdiff.analysis.report_rows import UNITS
from simdiff.analysis.sweep_rows import cell_grid, shown_of
from simdiff.scenario import Plain
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of
from simdiff.study.chunk_folder import Rows
from simdiff.study.plan import Plan
from simdiff.study.run import HEADLINES, RunResult

Key = tuple[Plain | None, ...]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Member:
    """A cell of a family: its place among the structures and among the points of the design (0 if it has none)."""

    cell: Cell
    structure: int
    point: int


def run_splits(result: RunResult, seed: int) -> list[Split]:
    """Layers of each headline outcome of a run at its last year, all districts, first practice."""
    values = [result.yearly[:, :, result.outcomes.index(name), -1, 0, 0] for name in HEADLINES]
    found = [split(name, result.years, [one[None]], seed) for name, one in zip(HEADLINES, values, strict=True)]
    return [one for one in found if one is not None]


def sweep_splits(plan: Plan, rows: Rows) -> list[Split]:
    """Layers of the outcomes of a sweep's table at the end of each cell's last year, all districts, first practice.

    There are none without parameter draws, or a Latin hypercube over priors, whose points are draws.
    """
    groups = families(plan)
    if len(plan.draws) < 2 and max(len({member.point for member in group}) for group in groups) < 2:
        return []
    outcomes = shown_of(plan)
    read = [_family(plan, rows, group, outcomes) for group in groups]
    years = {cell.years for cell in plan.cells}
    year = years.pop() if len(years) == 1 else None
    found = [split(name, year, [one[..., n] for one in read], plan.experiment.seed) for n, name in enumerate(outcomes)]
    return [one for one in found if one is not None]


def families(plan: Plan) -> list[list[Member]]:
    """Cells that are one policy under different structures and, in a Latin hypercube, at different parameters.

    Cells that say the same are one. Points of other designs are no draws: their levels are not spread as a prior is.
    """
    factors = plan.experiment.factors
    kinds = {name: kind_of(factor) for name, factor in factors.items()}
    if plan.experiment.design.kind != "latin-hypercube":
        kinds = {name: "setting" if kind == "parameter" else kind for name, kind in kinds.items()}

    def key(cell: Cell, kind: str) -> Key:
        return tuple(cell.levels.get(name) for name in factors if kinds[name] == kind)

    groups = dict[tuple[str, Key], dict[str, Cell]]()
    for cell in plan.cells:
        groups.setdefault((cell.scenario, key(cell, "setting")), {}).setdefault(cell.id, cell)
    found = []
    for group in groups.values():
        structures, points = ([key(cell, kind) for cell in group.values()] for kind in ("structure", "parameter"))
        places = zip(group.values(), _numbers(structures), _numbers(points), strict=True)
        found.append([Member(*place) for place in places])
    return found


def _numbers(keys: Sequence[Key]) -> list[int]:
    """The place of each key among the different ones."""
    known = {key: n for n, key in enumerate(dict.fromkeys(keys))}
    return [known[key] for key in keys]


def _family(plan: Plan, rows: Rows, members: Sequence[Member], outcomes: Sequence[str]) -> Floats:
    """Last values of a family, (structures, points × draws, replicates, outcomes), nan where there is no run."""
    draws, replicates = len(plan.draws), max(plan.replicates().values())
    shape = [1 + max(getattr(member, axis) for member in members) for axis in ("structure", "point")]
    values = np.full((*shape, draws, replicates, len(outcomes)), np.nan)
    for member in members:
        last = _last_values(plan, rows, member.cell, outcomes)
        if last is not None:
            values[member.structure, member.point, :, : last.shape[1]] = last
    return values.reshape(shape[0], shape[1] * draws, replicates, len(outcomes))


def _last_values(plan: Plan, rows: Rows, cell: Cell, outcomes: Sequence[str]) -> Floats | None:
    """(draws, replicates, outcomes) of a cell at its end; None if it has no rows."""
    time = "month" if plan.experiment.keep.series == "monthly" else "year"
    table = rows.of_cell(cell, [time, *outcomes])
    if table is None:
        return None
    scenario = scenario_of(cell.text)
    times = len(np.unique(table[time].to_numpy()))
    shape = (times, len(places_of(scenario)), len(practices_of(scenario)))
    return cell_grid(table, outcomes, len(plan.draws), shape)[:, :, :, -1, 0, 0]


def split_rows(splits: Sequence[Split]) -> list[dict[str, Any]]:
    """Layers as rows for scripts: one an outcome and layer, shares with their interval over draws."""
    return [
        {"outcome": one.outcome, "unit": UNITS[one.outcome], "year": one.year, "layer": layer.name,
         **{key: value for key, value in asdict(layer).items() if key not in ("name", "low", "high")},
         "share_05": layer.low, "share_95": layer.high, "share_interval": "bootstrap over draws",
         "policies": one.policies, "draws": one.draws, "replicates": one.replicates}
        for one in splits for layer in one.layers
    ]  # fmt: skip
