"""Dose–response: an outcome over the levels of one numeric factor, and the smallest tested dose that is enough."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.cell_values import Block, said
from simdiff.analysis.effects import is_dose, levels_in
from simdiff.analysis.factor_contrasts import Contrast, Effect, Look, Values, draw_means
from simdiff.analysis.summary import HIGH, LOW, Interval, interval, intervals
from simdiff.scenario import Plain
from simdiff.scenario.experiment_schema import Factor

NEARLY_ALL = 0.95
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Curve:
    """An outcome over ``doses`` (rising) of a factor, the other factors at ``others``.

    ``at``: the outcome at each dose. ``gains``: its paired difference from the lowest dose. ``leads``: the largest mean
    lead that a higher dose has over it, and ``led`` whether any higher dose has a firm one. ``worlds`` (doses, units):
    each draw's mean at each dose, or without draws each replicate; these are the units that thresholds are counted in.
    """

    block: Block
    factor: str
    others: Mapping[str, Plain]
    doses: tuple[float, ...]
    at: tuple[Interval, ...]
    gains: tuple[Effect, ...]
    leads: tuple[Effect, ...]
    led: tuple[bool, ...]
    worlds: NDArray[np.float64]

    @property
    def name(self) -> str:
        """The levels of the other factors, of the block too."""
        told = {**self.block.held, **self.others}
        return ", ".join(f"{name}={said(level)}" for name, level in told.items()) or self.block.scenario


@dataclass(frozen=True, slots=True)
class Threshold:
    """Which tested dose reaches ``goal``.

    ``suffices``: for each dose, the share of units (draws, or replicates without draws) in which the outcome is at
    least the goal. ``half`` and ``nearly_all``: the smallest tested doses from which on every tested dose suffices in
    half, and in 95 %, of the units; None if none does. ``between``: 5, 50 and 95 % over the units of the dose at which
    the straight line between tested doses crosses the goal (infinite where no tested dose suffices).
    ``never``: share of units in which no tested dose suffices.
    """

    goal: float
    suffices: tuple[float, ...]
    half: float | None
    nearly_all: float | None
    between: tuple[float, float, float]
    never: float


def read_curves(block: Block, values: Values, factors: Mapping[str, Factor], look: Look) -> Iterator[Curve]:
    """Every curve over a factor with three or more numbers as levels; one for each combination of the other factors."""
    points = [cell.levels for cell in block.cells]
    for name, known in levels_in(points, factors).items():
        if not is_dose(known) or name in block.held:
            continue
        groups: dict[tuple[tuple[str, Plain], ...], dict[float, int]] = {}
        for n, point in enumerate(points):
            if name in point:
                rest = tuple((other, level) for other, level in point.items() if other not in (name, *block.held))
                groups.setdefault(rest, {})[float(point[name])] = n
        for rest, cells in groups.items():
            if len(cells) > 2:
                yield _curve(block, values, name, dict(rest), dict(sorted(cells.items())), look)


def _curve(block: Block, values: Values, factor: str, others: Mapping[str, Plain], cells: Mapping[float, int],
           look: Look) -> Curve:  # fmt: skip
    order = list(cells.values())
    at = [interval(intervals(values[n])) for n in order]
    gains = [_difference(look, n, order[0]) for n in order]
    higher = [[_difference(look, m, n) for m in order[k + 1 :] or [n]] for k, n in enumerate(order)]
    leads = [max(each, key=lambda lead: -math.inf if math.isnan(lead.mean) else lead.mean) for each in higher]
    led = [any(lead.sign > 0 for lead in each) for each in higher]
    grids = values[order]
    units = draw_means(grids) if values.shape[1] > 1 else grids[:, 0]
    return Curve(block, factor, others, tuple(cells), tuple(at), tuple(gains), tuple(leads), tuple(led), units)


def _difference(look: Look, one: int, other: int) -> Effect:
    return look(Contrast("", {one: 1.0, other: -1.0} if one != other else {}))


def first_gain(curve: Curve) -> float | None:
    """The smallest tested dose with a firm gain over the lowest; None if no tested dose has one."""
    return next((dose for dose, gain in zip(curve.doses, curve.gains, strict=True) if gain.sign > 0), None)


def enough(curve: Curve) -> int:
    """Number of the smallest tested dose over which no higher one has a firm lead (the last one, at the latest)."""
    return curve.led.index(False)


def threshold(curve: Curve, goal: float) -> Threshold | None:
    """Which tested dose lifts the outcome to ``goal``; None where the outcome is undefined in every unit."""
    units = curve.worlds[:, np.isfinite(curve.worlds).all(axis=0)]
    if units.shape[1] == 0:
        return None
    good = units >= goal
    shares = good.mean(axis=1)
    crossings = np.array([crossing(curve.doses, unit, goal) for unit in units.T])
    low, middle, high = (float(one) for one in _spread(crossings))
    return Threshold(goal, tuple(map(float, shares)), _smallest(curve.doses, shares, HALF),
                     _smallest(curve.doses, shares, NEARLY_ALL), (low, middle, high),
                     float((~good.any(axis=0)).mean()))  # fmt: skip


def _smallest(doses: Sequence[float], shares: NDArray[np.float64], least: float) -> float | None:
    """The smallest dose from which on every share is at least ``least``."""
    found = None
    for dose, share in zip(reversed(doses), shares[::-1], strict=True):
        if share < least:
            break
        found = dose
    return found


def crossing(doses: Sequence[float], values: NDArray[np.float64], goal: float) -> float:
    """The dose at which straight lines between tested doses first reach a goal; infinite if they never do."""
    reached = np.flatnonzero(values >= goal)
    if len(reached) == 0:
        return math.inf
    n = int(reached[0])
    if n == 0:
        return doses[0]
    share = (goal - values[n - 1]) / (values[n] - values[n - 1])
    return float(doses[n - 1] + share * (doses[n] - doses[n - 1]))


def _spread(crossings: NDArray[np.float64]) -> NDArray[np.float64]:
    """5, 50 and 95 % of crossings: order statistics, so that no number comes of a mean with infinity."""
    ordered = np.sort(crossings)
    at = [min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1) for share in (LOW, 0.5, HIGH)]
    return np.asarray(ordered[[max(0, n) for n in at]])
