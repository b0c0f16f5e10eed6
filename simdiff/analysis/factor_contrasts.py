"""Linear contrasts of cells, world by world: a weight for each cell, and what it comes to with its two uncertainties.

Replicate n of draw d has the same luck in every cell, so Σ_c w_c y(c, d, n) is one paired difference for each world,
and the differences are what intervals are made of (common random numbers; Law 2015, *Simulation Modeling and
Analysis*, ch. 11.2). A main effect, an interaction, a Shapley value and a bar of a tornado are all such contrasts.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.summary import HIGH, LOW, quantiles
from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.study.precision import halfwidths

CONFIDENCE = 0.95
CLIP = 0.005
"""Shares are kept this far from 0 and 1 before log-odds are taken: half a percent, about one school in 200."""
UNITS = {outcome.name: outcome.unit for outcome in (*OUTCOMES, *FINAL_OUTCOMES)}
DIFFERENCES = ("equity_gap",)
"""Outcomes in units of a share that are differences of shares."""
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contrast:
    """A weighted sum of cells: its name, and a weight for each cell (none for those that it leaves out)."""

    name: str
    weights: Mapping[int, float]

    def minus(self, other: "Contrast") -> "Contrast":
        """This contrast less another."""
        cells = dict.fromkeys([*self.weights, *other.weights])
        weights = {cell: self.weights.get(cell, 0.0) - other.weights.get(cell, 0.0) for cell in cells}
        return Contrast(f"{self.name} − {other.name}", {cell: w for cell, w in weights.items() if abs(w) > 1e-12})


@dataclass(frozen=True, slots=True)
class Effect:
    """What a contrast comes to.

    ``mean``: over draws of each draw's mean over replicates. ``chance_low`` … ``chance_high``: 95 % interval of that
    mean over replicates, the draws being given (nan if some draw has only one). ``parameter_low`` … ``parameter_high``:
    5–95 % of the draws' means (nan without draws; a little chance is in them, more with few replicates). ``above``:
    share of the draws' means, or without draws of the replicates, above zero. ``defined``: share of worlds in which
    every cell has a value; with fewer than half of them all else is nan, because the rest would be a selected set.
    """

    name: str
    mean: float
    chance_low: float
    chance_high: float
    parameter_low: float
    parameter_high: float
    above: float
    defined: float

    @property
    def sign(self) -> int:
        """1 or −1 if both intervals lie on one side of zero (as far as there are two), else 0: cannot be told apart.

        With few draws the 5–95 % is drawn between two of them, so 95 % of the draws must be on that side as well.
        """
        ends = [self.chance_low, self.chance_high, self.parameter_low, self.parameter_high]
        known = [end for end in ends if not math.isnan(end)]
        if math.isnan(self.mean) or not known:
            return 0
        draws = not math.isnan(self.parameter_low)
        if min(known) > 0 and (self.above >= HIGH or not draws):
            return 1
        return -1 if max(known) < 0 and (self.above <= LOW or not draws) else 0


def worlds(values: Values, contrast: Contrast) -> Values:
    """The contrast in every world, (draws, replicates); nan where a cell that it weighs has no value."""
    total = np.zeros(values.shape[1:])
    for cell, weight in contrast.weights.items():
        total = total + weight * values[cell]
    return total


def estimate(values: Values, contrast: Contrast) -> Effect:
    """What a contrast of ``values`` (cells, draws, replicates) comes to."""
    return effect_of(contrast.name, worlds(values, contrast))


def effect_of(name: str, each: Values) -> Effect:
    """The effect of paired differences (draws, replicates); draws without any are left out."""
    has = np.isfinite(each)
    defined = float(has.mean()) if each.size else 0.0
    if defined < 0.5:
        return Effect(name, *(math.nan,) * 6, defined)
    kept = each[has.any(axis=1)]
    means = draw_means(kept)
    mean = float(means.mean())
    width = float(halfwidths(kept, CONFIDENCE)[-1])
    width = width if math.isfinite(width) else math.nan
    low = high = math.nan
    if len(each) > 1:
        low, high = (float(end) for end in quantiles(means, (LOW, HIGH)))
    units = means if len(each) > 1 else kept[np.isfinite(kept)]
    return Effect(name, mean, mean - width, mean + width, low, high, float((units > 0).mean()), defined)


def draw_means(each: Values) -> Values:
    """Mean of each draw over the replicates in which it is defined, (draws,); nan for a draw without any."""
    has = np.isfinite(each)
    count = has.sum(axis=-1)
    total = np.where(has, each, 0.0).sum(axis=-1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def is_share(outcome: str) -> bool:
    """True if an outcome lies between 0 and 1, so that it has log-odds."""
    return UNITS[outcome].startswith("share") and outcome not in DIFFERENCES


def log_odds(values: Values) -> tuple[Values, float]:
    """ln(y / (1 − y)) of shares kept ``CLIP`` away from 0 and 1, and the share of values that this moved."""
    inside = np.clip(values, CLIP, 1.0 - CLIP)
    has = np.isfinite(values)
    moved = float((inside != values)[has].mean()) if has.any() else 0.0
    return np.log(inside / (1.0 - inside)), moved


def firm_order(values: Values, contrasts: Sequence[Contrast]) -> list[tuple[str, str]]:
    """Pairs (larger, smaller) of contrasts whose difference is firm: a partial order, as far as it can be told."""
    pairs = []
    for one in contrasts:
        for other in contrasts:
            if one is not other and estimate(values, one.minus(other)).sign > 0:
                pairs.append((one.name, other.name))
    return pairs
