"""Linear contrasts of cells, world by world: a weight for each cell, and what it comes to with its two uncertainties.

Replicate n of draw d has the same luck in every cell, so Σ_c w_c y(c, d, n) is one paired difference for each world,
and the differences are what intervals are made of (common random numbers; Law 2015, *Simulation Modeling and
Analysis*, ch. 11.2). A main effect, an interaction, a Shapley value and a bar of a tornado are all such contrasts.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.contrasts import LEAST_DEFINED, Estimate, doubt, holm
from simdiff.analysis.contrasts import estimate as estimate_of
from simdiff.register import FINAL_OUTCOMES, OUTCOMES

CONFIDENCE = 0.95
CLIP = 0.005
"""Shares are kept this far from 0 and 1 before log-odds are taken: half a percent, about one school in 200."""
ROUNDING = 1e-12
"""Part of the terms of a sum below which the sum is their rounding."""
UNITS = {outcome.name: outcome.unit for outcome in (*OUTCOMES, *FINAL_OUTCOMES)}
DIFFERENCES = ("equity_gap",)
"""Outcomes in units of a share that are differences of shares."""
Values = NDArray[np.float64]
Read = TypeVar("Read")


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
class Effect(Estimate):
    """What a contrast comes to, judged by the rules of ``simdiff.analysis.contrasts``: an estimate with a name.

    ``p_holm``: its p or, where effects are judged ``together``, Holm's of all of them. Where it is defined in fewer
    than half of the worlds (``defined``) all else is nan, because the rest would be a selected set; ``chance_low`` and
    ``chance_high`` are nan where chance cannot be measured.
    """

    name: str
    confidence: float
    p_holm: float

    @property
    def why(self) -> str:
        """Why it cannot be told from none, as ``contrasts.DOUBTS`` explains; empty if it is firm."""
        by_itself = doubt(self, self.p, self.confidence)
        return by_itself or ("many comparisons" if self.p_holm > 1 - self.confidence else "")

    @property
    def sign(self) -> int:
        """1 or −1 if it is firm, else 0: cannot be told from none."""
        return 0 if self.why else int(np.sign(self.mean))


def worlds(values: Values, contrast: Contrast) -> Values:
    """The contrast in every world, (draws, replicates); nan where a cell that it weighs has no value.

    What is no more than rounding of the sum is 0: else a lever that does nothing at all would be firm.
    """
    total, size = np.zeros(values.shape[1:]), np.zeros(values.shape[1:])
    for cell, weight in contrast.weights.items():
        total, size = total + weight * values[cell], size + np.abs(weight * values[cell])
    return np.asarray(np.where(np.abs(total) <= ROUNDING * size, 0.0, total))


def effect_of(name: str, each: Values, confidence: float = CONFIDENCE) -> Effect:
    """The effect of paired differences (draws, replicates), by itself; draws without any are left out."""
    found = estimate_of(each, np.ones(each.shape, dtype=np.bool_), confidence)
    if found.defined < LEAST_DEFINED:
        none = math.nan
        found = Estimate(none, none, none, none, none, none, none, 1.0, none, none, 0, 0, found.defined, none, none)
    elif not math.isfinite(found.chance_low):
        found = replace(found, chance_low=math.nan, chance_high=math.nan)
    return Effect(**asdict(found), name=name, confidence=confidence, p_holm=found.p)


Look = Callable[[Contrast], Effect]
"""What a contrast comes to, judged together with others."""


def together(values: Values, read: Callable[[Look], Read], confidence: float = CONFIDENCE) -> tuple[Read, int]:
    """What ``read`` makes of contrasts of ``values`` (cells, draws, replicates), all that it looks at judged together
    (Holm), and how many they are; a contrast that is looked at twice, or turned round, is one.

    ``read`` is called twice, to see what it looks at and then with the verdicts: it must look at the same both times.
    """
    found: dict[Weights, Effect] = {}

    def look(contrast: Contrast) -> Effect:
        key, turned = _known_by(contrast)
        if key not in found:
            found[key] = effect_of("", worlds(values, Contrast("", dict(key))), confidence)
        return replace(_negated(found[key]) if turned else found[key], name=contrast.name)

    read(look)
    judged = [key for key in found if key]
    for key, p in zip(judged, holm([found[key].p for key in judged]), strict=True):
        found[key] = replace(found[key], p_holm=p)
    return read(look), len(judged)


Weights = tuple[tuple[int, float], ...]


def _known_by(contrast: Contrast) -> tuple[Weights, bool]:
    """The weights of a contrast, turned round if the first is below 0, and whether they were."""
    weights = sorted((cell, round(weight, 12)) for cell, weight in contrast.weights.items() if abs(weight) > 1e-12)
    turned = bool(weights) and weights[0][1] < 0
    return tuple((cell, -weight if turned else weight) for cell, weight in weights), turned


def _negated(one: Effect) -> Effect:
    return replace(
        one, mean=-one.mean, median=-one.median, chance_low=-one.chance_high, chance_high=-one.chance_low,
        parameters_low=-one.parameters_high, parameters_high=-one.parameters_low, above=1 - one.above,
        draws_above=1 - one.draws_above,
    )  # fmt: skip


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


def firm_order(look: Look, contrasts: Sequence[Contrast]) -> list[tuple[str, str]]:
    """Pairs (larger, smaller) of contrasts whose difference is firm: a partial order, as far as it can be told."""
    return [(one.name, other.name) for one in contrasts for other in contrasts
            if one is not other and look(one.minus(other)).sign > 0]  # fmt: skip
