"""The points of a sweep as rows: what was varied, and whether the policy failed there."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.cell_values import Asked, AskError, Values, values_of
from simdiff.analysis.cell_values import said as level_said
from simdiff.analysis.factor_contrasts import CONFIDENCE, draw_means
from simdiff.scenario import Plain, nearest
from simdiff.scenario.problems import listed
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Rows
from simdiff.study.plan import Plan
from simdiff.study.precision import halfwidths

CONDITION = re.compile(r"\s*(?P<outcome>[a-z_0-9]+)\s*(?P<sign><=|>=|<|>)\s*(?P<value>[-+]?[0-9.]+(e[-+]?[0-9]+)?)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """When a policy has failed: ``outcome`` below or above a value."""

    outcome: str
    sign: str
    value: float

    def holds(self, values: Values) -> NDArray[np.bool_]:
        """Where values meet the condition; undefined ones do not."""
        compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[self.sign]
        return np.asarray(compare(values, self.value))


def parse_condition(text: str) -> Condition:
    """A condition such as ``depth<0.1``. Raises AskError."""
    found = CONDITION.fullmatch(text)
    try:
        if found:
            return Condition(found["outcome"], found["sign"], float(found["value"]))
    except ValueError:
        pass
    raise AskError(f"--fails: {text}, expected an outcome, < or >, and a number, such as depth<0.1")


@dataclass(frozen=True, slots=True)
class Column:
    """Something varied: numbers, or (``level`` set) whether a factor is at a level (1) or not (0); a value a point."""

    name: str
    level: str | None
    values: Values


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a sweep: a cell and a parameter draw each.

    ``values`` (points,): mean over replicates of the outcome, or of its paired difference from another cell.
    ``unsure``: share of points whose 95 % interval (chance) holds the value that decides; ``left_out``: points without
    a value. ``draws``: different parameter draws behind the columns that are parameters (0: there are none). Where they
    are fewer than the points, points are no independent witnesses about parameters.
    """

    columns: tuple[Column, ...]
    values: Values
    fails: NDArray[np.bool_]
    unsure: float
    left_out: int
    draws: int = 0


def points_of(plan: Plan, rows: Rows, asked: Asked, condition: Condition, policy: str | None, against: str | None,
              chosen: Sequence[str] = ()) -> Points:  # fmt: skip
    """The points of a policy: a scenario's cells, or one cell, at every parameter draw. Raises AskError.

    ``against``: a scenario or cell whose outcome is subtracted, replicate by replicate: of a scenario, that of the cell
    with the same levels. ``chosen``: columns to look at; left out, all that vary.
    """
    cells = _cells(plan, "--policy", policy)
    values = values_of(rows, cells, asked)
    if against is not None:
        values = values - values_of(rows, _partners(plan, cells, against), asked)
    means = draw_means(values)  # (cells, draws)
    known = np.isfinite(means)
    columns = [Column(one.name, one.level, one.values[known.ravel()]) for one in _columns(plan, cells, chosen)]
    varied = tuple(one for one in columns if len(one.values) and np.ptp(one.values) > 0)
    if not varied:
        raise AskError("nothing varies between these points: there is no condition to find")
    each = means[known]
    drawn = int(known.any(axis=0).sum()) if any(one.name in plan.draws[0] for one in varied) else 0
    unsure = _unsure(values[known], each, condition)
    return Points(varied, each, condition.holds(each), unsure, int((~known).sum()), drawn)


def _cells(plan: Plan, option: str, name: str | None) -> list[Cell]:
    scenarios = list(dict.fromkeys(cell.scenario for cell in plan.cells))
    if name is None and len(scenarios) == 1:
        return list(plan.cells)
    if name is None:
        raise AskError(f"{option}: expected one of the scenarios {listed(scenarios)}, or a cell")
    found = [cell for cell in plan.cells if name in (cell.scenario, cell.name)]
    if not found:
        names = [*scenarios, *(cell.name for cell in plan.cells)]
        hint = nearest(name, names)
        asks = f"; did you mean `{hint}`?" if hint else ""
        raise AskError(f"{option}: no scenario or cell `{name}`, expected one of {listed(names)}{asks}")
    return found


def _partners(plan: Plan, cells: Sequence[Cell], against: str) -> list[Cell]:
    """The cell to subtract from each cell."""
    others = _cells(plan, "--against", against)
    if len(others) == 1:
        return others * len(cells)
    by_levels = {tuple(sorted(cell.levels.items())): cell for cell in others}
    found = [by_levels.get(tuple(sorted(cell.levels.items()))) for cell in cells]
    whole = [cell for cell in found if cell is not None]
    if len(whole) < len(cells):
        raise AskError(f"--against: `{against}` has no cell with the levels of each cell of the policy")
    return whole


def _unsure(values: Values, means: Values, condition: Condition) -> float:
    """Share of points whose label chance may have decided."""
    if values.shape[1] < 2:
        return 1.0
    widths = np.array([halfwidths(one[None, np.isfinite(one)], CONFIDENCE)[-1] for one in values])
    return float((np.abs(means - condition.value) <= widths).mean())


def _columns(plan: Plan, cells: Sequence[Cell], chosen: Sequence[str]) -> Iterator[Column]:
    """Columns of factors and of drawn parameters, a value for each cell and draw in turn."""
    draws = len(plan.draws)
    names = [name for name in plan.experiment.factors if all(name in cell.levels for cell in cells)]
    drawn = sorted(plan.draws[0]) if draws > 1 else []
    known = [*names, *drawn]
    for name in chosen:
        if name not in known:
            hint = nearest(name, known)
            asks = f"; did you mean `{hint}`?" if hint else ""
            raise AskError(f"--columns: nothing named `{name}` varies, expected some of {listed(known, 40)}{asks}")
    for name in names:
        if not chosen or name in chosen:
            yield from _factor_columns(name, [cell.levels[name] for cell in cells], draws)
    for name in drawn:
        if not chosen or name in chosen:
            yield Column(name, None, np.tile([draw[name] for draw in plan.draws], len(cells)))


def _factor_columns(name: str, levels: Sequence[Plain], draws: int) -> Iterator[Column]:
    if all(isinstance(level, int | float) and not isinstance(level, bool) for level in levels):
        yield Column(name, None, np.repeat([float(level) for level in levels], draws))
        return
    told = [level_said(level) for level in levels]
    known = list(dict.fromkeys(told))
    for level in known[1:] if len(known) == 2 else known:
        yield Column(name, level, np.repeat([float(one == level) for one in told], draws))
