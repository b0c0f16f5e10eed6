"""One outcome of every cell of a sweep, run by run, and the cells in blocks that may be compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.direction import CENSORED, waited
from simdiff.register import FINAL_OUTCOMES
from simdiff.scenario import Experiment, Plain, nearest
from simdiff.scenario.experiment_schema import Factor
from simdiff.scenario.problems import listed
from simdiff.study.cells import Cell, places_of, practices_of, scenario_of
from simdiff.study.chunk_folder import Rows
from simdiff.study.chunks import labels_of_times
from simdiff.study.plan import Plan

UNKNOWN = ("structure", "parameters")
"""Parts of a scenario that nobody decides: they are what we do not know of the world."""
USUAL = ("depth", "spread")
SCENARIO = "scenario"
"""Held like a factor, it chooses a scenario."""
WHOLE_RUN = {outcome.name for outcome in FINAL_OUTCOMES}
Values = NDArray[np.float64]


class AskError(ValueError):
    """What is asked does not fit the sweep; ``str()`` says what does."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which numbers: an outcome at the end of a year (None: the last one kept) of a district and a practice."""

    outcome: str
    year: int | None
    district: str
    practice: str


def check_asked(plan: Plan, outcome: str, year: int | None = None, district: str = "all", practice: str | None = None,
                option: str = "--outcome") -> Asked:  # fmt: skip
    """What is asked, if the sweep has it; ``option`` names the outcome. Raises AskError."""
    scenarios = [scenario_of(cell.text) for cell in {cell.scenario: cell for cell in plan.cells}.values()]
    places = [place for place in places_of(scenarios[0]) if all(place in places_of(one) for one in scenarios)]
    practices = [name for name in practices_of(scenarios[0]) if all(name in practices_of(one) for one in scenarios)]
    if not practices and practice is None:
        raise AskError("--practice: the scenarios have no practice in common")
    _known(option, outcome, plan.question.outcomes)
    _known("--district", district, places)
    _known("--practice", practice or practices[0], practices)
    if year is not None:
        _check_year(plan, outcome, year)
    return Asked(outcome, year, district, practice or practices[0])


def usual_outcome(plan: Plan) -> str:
    """The outcome to tell about if none is named: the first of ``USUAL`` that the sweep keeps, else the first kept."""
    kept = plan.question.outcomes
    return next((name for name in USUAL if name in kept), kept[0])


def held_levels(told: Sequence[str]) -> dict[str, str]:
    """FACTOR=LEVEL texts as a mapping. Raises AskError."""
    wrong = [one for one in told if "=" not in one]
    if wrong:
        raise AskError(f"--at: {wrong[0]}, expected FACTOR=LEVEL")
    return {one.partition("=")[0].strip(): one.partition("=")[2].strip() for one in told}


def _known(option: str, told: str, known: Sequence[str]) -> None:
    if told not in known:
        hint = nearest(told, known)
        asks = f"; did you mean `{hint}`?" if hint else ""
        raise AskError(f"{option}: the sweep has no `{told}`, expected one of {listed(known, 40)}{asks}")


def _check_year(plan: Plan, outcome: str, year: int) -> None:
    monthly = plan.experiment.keep.series == "monthly"
    each = [labels_of_times(plan.experiment.keep, years) for years in sorted({cell.years for cell in plan.cells})]
    kept = sorted(set.intersection(*map(set, each)))
    years = [(at + 1) // 12 for at in kept if at % 12 == 11] if monthly else kept
    if year not in years:
        raise AskError(f"--year: {year}, expected one that every cell keeps: {', '.join(map(str, years))}")
    if outcome in WHOLE_RUN and year != max(cell.years for cell in plan.cells):
        raise AskError(f"--year: {outcome} is an outcome of the whole run, expected no year")


def values_of(rows: Rows, cells: Sequence[Cell], asked: Asked) -> Values:
    """Values (cells, draws, replicates); nan where a run is missing, failed, or has the outcome undefined."""
    seen: dict[str, Values] = {}
    for cell in cells:
        if cell.id not in seen:
            seen[cell.id] = values_in(rows, cell, asked.outcome, asked.year, asked.district, asked.practice)
    most = max((grid.shape[1] for grid in seen.values()), default=0)
    found = np.full((len(cells), len(rows.plan.draws), most), np.nan)
    for n, cell in enumerate(cells):
        found[n, :, : seen[cell.id].shape[1]] = seen[cell.id]
    return found


def values_in(rows: Rows, cell: Cell, outcome: str, year: int | None, district: str, practice: str | None) -> Values:
    """An outcome of a cell, (draws, replicates), a wait that did not end with its whole length (``CENSORED``)."""
    values = rows.values(cell, outcome, year, district, practice)
    if outcome not in CENSORED:
        return values
    return waited(outcome, values, rows.ran(cell)[:, : values.shape[1]], cell.years)


def is_unknown(factor: Factor) -> bool:
    """True if a factor varies what nobody decides: a prior, a parameter, the structure of the model."""
    if factor.prior is not None:
        return True
    paths = [factor.path] if factor.path else [*(factor.on or {})]
    paths += [path for settings in (factor.levels or {}).values() for path in settings]
    return bool(paths) and all(path.split(".")[0] in UNKNOWN for path in paths)


@dataclass(frozen=True, slots=True)
class Block:
    """Cells of one scenario at the same ``held`` levels (of what nobody decides, and of what was asked to be held)."""

    scenario: str
    held: Mapping[str, Plain]
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """Its scenario and what is held."""
        return ", ".join([self.scenario, *(f"{name}={said(level)}" for name, level in self.held.items())])


def said(level: Plain) -> str:
    """A level as cells are named by it."""
    return str(level).lower() if isinstance(level, bool) else str(level).removesuffix(".0")


def blocks_of(plan: Plan, held: Mapping[str, str]) -> list[Block]:
    """The cells of a sweep in blocks: by scenario and, of a factorial, by the levels of what nobody decides.

    ``held``: factor → level (as it is named) to look at alone; ``scenario`` → name. Raises AskError for a factor or
    level that is not there.
    """
    factors = plan.experiment.factors
    held, scenario = dict(held), None
    if SCENARIO in held and SCENARIO not in factors:
        scenario = held.pop(SCENARIO)
        _known(f"--at {SCENARIO}", scenario, list(dict.fromkeys(cell.scenario for cell in plan.cells)))
    for name, level in held.items():
        _known("--at", name, list(factors))
        levels = list(dict.fromkeys(said(cell.levels[name]) for cell in plan.cells if name in cell.levels))
        _known(f"--at {name}", level, levels)
    apart = [*held, *(name for name in unknown_of(plan.experiment) if name not in held)]
    blocks: dict[tuple[object, ...], list[Cell]] = {}
    for cell in plan.cells:
        if scenario in (None, cell.scenario) and all(
            name in cell.levels and said(cell.levels[name]) == level for name, level in held.items()
        ):
            blocks.setdefault((cell.scenario, *(cell.levels.get(name) for name in apart)), []).append(cell)
    return [Block(cells[0].scenario, {name: cells[0].levels[name] for name in apart}, tuple(cells))
            for cells in blocks.values()]  # fmt: skip


def unknown_of(experiment: Experiment) -> list[str]:
    """Factors of a factorial that nobody decides; other designs cannot be taken apart by them."""
    if experiment.design.kind != "factorial":
        return []
    return [name for name, factor in experiment.factors.items() if is_unknown(factor)]


def missing_cells(cells: Sequence[Cell], values: Values) -> Iterator[str]:
    """Names of cells without a single value."""
    for cell, grid in zip(cells, values, strict=True):
        if not np.isfinite(grid).any():
            yield cell.name
