"""What charts are drawn from: the outcomes of a run's folder or of a sweep's, cell by cell, in the same form."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.sweep_rows import WHOLE_RUN, cell_grid
from simdiff.register import FINAL_OUTCOMES
from simdiff.scenario import Keep
from simdiff.scenario.experiment_schema import Design
from simdiff.study.again import Progress
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of
from simdiff.study.chunk_folder import Rows
from simdiff.study.plan import Plan, Stage
from simdiff.study.run import HEADLINES, RunResult

BEFORE = -1
"""The month before policy starts: the end of year 0."""


@dataclass(frozen=True, slots=True)
class Series:
    """An outcome of one cell: ``months`` of policy (the month at whose end it is known; −1: before policy), and
    ``values`` (draws, replicates, months, places, practices); not-a-number where undefined, failed or not done."""

    months: NDArray[np.int64]
    values: NDArray[np.float64]


class Source(Protocol):
    """Where outcomes are read."""

    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes that are kept."""
        ...

    def series(self, cell: Cell, names: Sequence[str]) -> dict[str, Series]:
        """Outcomes of a cell; none if it has no run yet."""
        ...

    def ran(self, cell: Cell) -> NDArray[np.bool_]:
        """Which runs of a cell are done and did not fail, (draws, replicates) as in its series."""
        ...

    def rows(self) -> Rows | None:
        """The rows of a sweep, whose cells are compared world by world; None for a run, which has one cell."""
        ...


@dataclass(frozen=True, slots=True)
class Results:
    """Finished runs, and where they come from. ``digest`` names what was asked; ``partial`` says in words what is
    missing, empty if nothing is; ``reproduce`` is the command that repeats them; ``beyond``: cells that there are
    besides those of the plan; ``progress`` is told of runs that a chart has to simulate again."""

    plan: Plan
    source: Source
    digest: str
    reproduce: str
    partial: str = ""
    beyond: int = 0
    progress: Progress = field(default=lambda done: None, compare=False)

    def cell(self, name: str) -> Cell:
        """A cell by its name. Raises KeyError."""
        return {cell.name: cell for cell in self.plan.cells}[name]

    @property
    def count(self) -> int:
        """How many cells there are."""
        return len(self.plan.cells) + self.beyond

    @property
    def title(self) -> str:
        """What was run."""
        return self.plan.experiment.title


@dataclass(frozen=True, slots=True)
class OfRun:
    """Outcomes of one run."""

    result: RunResult

    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes that are kept."""
        return (*self.result.outcomes, *(outcome.name for outcome in FINAL_OUTCOMES))

    def series(self, cell: Cell, names: Sequence[str]) -> dict[str, Series]:
        """Outcomes of a cell; none if it has no run yet."""
        return {name: self._one(name) for name in names}

    def ran(self, cell: Cell) -> NDArray[np.bool_]:
        """All of them."""
        return np.ones(self.result.yearly.shape[:2], dtype=np.bool_)

    def rows(self) -> None:
        """None: a run has one cell, and nothing to compare it with."""

    def _one(self, name: str) -> Series:
        result = self.result
        if name in HEADLINES:
            monthly = result.monthly[:, :, HEADLINES.index(name), result.burn_in :]
            return Series(np.arange(monthly.shape[2]), monthly)
        if name in WHOLE_RUN:
            at = [outcome.name for outcome in FINAL_OUTCOMES].index(name)
            return Series(np.array([12 * result.years - 1]), result.final[:, :, at, None])
        return Series(12 * np.arange(result.years + 1) - 1, result.yearly[:, :, result.outcomes.index(name)])


@dataclass(frozen=True, slots=True)
class OfSweep:
    """Outcomes of a sweep's chunks."""

    plan: Plan
    kept: Rows

    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes that are kept."""
        return self.plan.question.outcomes

    def series(self, cell: Cell, names: Sequence[str]) -> dict[str, Series]:
        """Outcomes of a cell; none if it has no run yet."""
        time = "month" if self.plan.experiment.keep.series == "monthly" else "year"
        table = self.kept.of_cell(cell, [time, "district", "practice", *names])
        if table is None:
            return {}
        scenario = scenario_of(cell.text)
        times = np.unique(table[time].to_numpy()).astype(np.int64)
        shape = (len(times), len(places_of(scenario)), len(practices_of(scenario)))
        grid = cell_grid(table, names, len(self.plan.draws), shape)
        months = times if time == "month" else 12 * times - 1
        last = slice(len(months) - 1, None)
        return {
            name: Series(months[last], grid[:, :, n, last]) if name in WHOLE_RUN else Series(months, grid[:, :, n])
            for n, name in enumerate(names)
        }

    def ran(self, cell: Cell) -> NDArray[np.bool_]:
        """Which runs of a cell are done and did not fail, (draws, replicates)."""
        return self.kept.ran(cell)

    def rows(self) -> Rows:
        """The rows of the sweep."""
        return self.kept


def narrowed(plan: Plan, cells: Sequence[Cell], outcomes: Sequence[str], months: Sequence[int], *,
             factors: bool = False) -> Plan:  # fmt: skip
    """The part of a plan that a chart rests on: its runs of some cells, keeping only outcomes and months shown (none:
    the last) and, if cells are compared by them, ``factors``."""
    kept = {cell.id for cell in cells}
    stages = [Stage(tuple(run for run in stage.runs if run[0] in kept), stage.draws) for stage in plan.stages]
    years = sorted({(month + 1) // 12 for month in months})
    yearly = all(month % 12 == 11 for month in months)
    keep = Keep(outcomes=list(outcomes) or None, series="last" if not months else "yearly" if yearly else "monthly",
                years=years if yearly and years else None)  # fmt: skip
    gone = {"until": None, "posterior": None, **({} if factors else {"factors": {}, "design": Design()})}
    experiment = plan.experiment.model_copy(update={"keep": keep, **gone})
    return replace(plan, experiment=experiment, cells=tuple(cells), stages=tuple(one for one in stages if one.runs),
                   unique={cell.id: cell for cell in cells})  # fmt: skip
