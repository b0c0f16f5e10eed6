"""What went into the runs of a sweep and what came out: the table that sensitivity and value of information read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.assumptions import Column, draw_columns, factor_column
from simdiff.analysis.cell_values import values_in
from simdiff.analysis.report_rows import UNITS
from simdiff.scenario import nearest
from simdiff.scenario.problems import listed
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of
from simdiff.study.chunk_folder import Rows
from simdiff.study.chunks import labels_of_times
from simdiff.study.design import RANDOM
from simdiff.study.plan import Plan

Floats = NDArray[np.float64]


class AskError(Exception):
    """What is asked does not fit the sweep; ``str()`` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Which figure of a run is asked about; ``year`` None: the last, ``practice`` None: the first."""

    outcome: str
    year: int | None = None
    district: str = "all"
    practice: str | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """Inputs and figures of a cell at every parameter draw, or of a scenario at every point of a random design.

    ``columns``: inputs that vary, (n,) each; ``values`` (n, replicates), nan where a run failed or has no such figure.
    The n rows are points × draws, draws fastest. ``factors``: every factor over the points, (points,) each; none for a
    cell. ``year`` is the year asked (None: the cells' last ones differ).
    """

    name: str
    columns: tuple[Column, ...]
    values: Floats
    factors: tuple[Column, ...]
    year: int | None

    @property
    def points(self) -> int:
        """Points of the design; 1 for a cell."""
        return len(self.factors[0].values) if self.factors else 1

    @property
    def means(self) -> Floats:
        """Means over replicates, (n,); nan where no replicate has a figure."""
        return mean_defined(self.values)

    def minus(self, other: "Sample") -> "Sample":
        """The difference, draw by draw and replicate by replicate: the same luck on both sides.

        Raises AskError if the two do not have the same points or draws.
        """
        check_alike(self, other)
        both = min(self.values.shape[1], other.values.shape[1])
        known = {column.name: column for column in (*self.columns, *other.columns)}
        difference = self.values[:, :both] - other.values[:, :both]
        return Sample(f"{self.name} − {other.name}", tuple(known.values()), difference, self.factors, self.year)


def mean_defined(values: Floats) -> Floats:
    """Means along the last axis of what is defined; nan where nothing is."""
    there = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, values, 0.0).sum(axis=-1) / there.sum(axis=-1))


def check_alike(one: Sample, other: Sample) -> None:
    """Raise AskError unless two samples have the same points and draws."""
    points = [[(column.name, column.values.tolist()) for column in side.factors] for side in (one, other)]
    if points[0] != points[1]:
        raise AskError(f"{one.name} and {other.name}: expected two cells, or two scenarios with the same points")


def sample(plan: Plan, rows: Rows, name: str | None, ask: Ask) -> Sample:
    """The sample of a cell, or of a scenario of a random design; without a name, of the only one there is.

    Raises AskError for a name, outcome, year, district or practice that the sweep does not have.
    """
    cells = side(plan, name)
    check_ask(plan, cells[0], ask)
    grids = [values_in(rows, cell, ask.outcome, ask.year, ask.district, ask.practice) for cell in cells]
    replicates = max(grid.shape[1] for grid in grids)
    values = np.full((len(cells), len(plan.draws), replicates), np.nan)
    for n, grid in enumerate(grids):
        values[n, :, : grid.shape[1]] = grid
    years = {cell.years for cell in cells}
    year = ask.year if ask.year is not None else years.pop() if len(years) == 1 else None
    named = cells[0].name if len(cells) == 1 else cells[0].scenario
    factors = _factors(plan, cells)
    columns = _columns(plan, cells, factors)
    return Sample(named, tuple(columns), values.reshape(-1, replicates), tuple(factors), year)


def side(plan: Plan, name: str | None) -> list[Cell]:
    """The cells that a name stands for: a scenario's points in a random design, else the cell of that name."""
    groups = dict[str, list[Cell]]()
    points = plan.experiment.design.kind in RANDOM and bool(plan.experiment.factors)
    for cell in plan.cells:
        groups.setdefault(cell.scenario if points else cell.name, []).append(cell)
    word = "scenario" if points else "cell"
    if name is None and len(groups) == 1:
        return next(iter(groups.values()))
    if name is None:
        raise AskError(f"which {word}? expected one of {listed(groups)}")
    if name not in groups:
        raise AskError(_unknown(word, name, list(groups)))
    return groups[name]


def _unknown(word: str, name: str, known: Sequence[str]) -> str:
    hint = nearest(name, known)
    return f"unknown {word} `{name}`, expected one of {listed(known)}{f'; did you mean `{hint}`?' if hint else ''}"


def check_ask(plan: Plan, cell: Cell, ask: Ask) -> None:
    """Raise AskError, with every problem, unless the sweep keeps what is asked."""
    scenario, keep = scenario_of(cell.text), plan.experiment.keep
    times = labels_of_times(keep, cell.years)
    years = [(at + 1) // 12 for at in times if at % 12 == 11] if keep.series == "monthly" else list(times)
    asked = [("outcome", ask.outcome, plan.question.outcomes), ("district", ask.district, places_of(scenario))]
    asked += [("practice", ask.practice, practices_of(scenario))] if ask.practice is not None else []
    wrong = [_unknown(word, name, list(known)) for word, name, known in asked if name not in known]
    if ask.year is not None and ask.year not in years:
        wrong.append(f"year {ask.year} is not kept, expected one of {listed(map(str, years))}")
    if wrong:
        raise AskError("\n".join(wrong))


def _factors(plan: Plan, cells: Sequence[Cell]) -> list[Column]:
    """Every factor over the points; none for one cell."""
    factors = plan.experiment.factors if len(cells) > 1 else {}
    return [factor_column(name, factor, [cell.levels[name] for cell in cells]) for name, factor in factors.items()]


def _columns(plan: Plan, cells: Sequence[Cell], factors: Sequence[Column]) -> list[Column]:
    """Inputs that vary over the rows: factors over points, parameters over draws."""
    found = [replace(column, values=np.repeat(column.values, len(plan.draws))) for column in factors]
    if len(plan.draws) > 1:
        fixed = set(scenario_of(cells[0].text).parameters)
        drawn = draw_columns(plan.draws, fixed)
        found += [replace(column, values=np.tile(column.values, len(cells))) for column in drawn]
    return [column for column in found if np.ptp(column.values) > 0.0]


def utility(plan: Plan, rows: Rows, name: str, ask: Ask, *, lowest: bool = False, worth: float | None = None) -> Sample:
    """The sample of what is to be had as much of as possible: the outcome (its negative, if the ``lowest`` is best),
    less the cost so far in units of the outcome, if a unit is ``worth`` so many dollars (net benefit; Stinnett &
    Mullahy 1998). Of a share, the unit is a point, a hundredth. Raises AskError."""
    found = sample(plan, rows, name, ask)
    if found.factors and plan.experiment.design.kind != "latin-hypercube":
        raise AskError(f"the points of a {plan.experiment.design.kind} design do not stand for what is held possible: "
                       "expected parameter draws, or a Latin hypercube")  # fmt: skip
    values = -found.values if lowest else found.values
    if worth is not None:
        cost = sample(plan, rows, name, replace(ask, outcome="cost"))
        values = values - cost.values / (worth * (100.0 if UNITS[ask.outcome].startswith("share") else 1.0))
    return replace(found, values=values)
