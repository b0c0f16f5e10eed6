"""Lever parity: before any evidence, each lever family alone should move deep schools by the same log-odds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.worlds import Progress, Worlds, at_each
from simdiff.model.run import simulate

FAMILIES = ("goals", "flexibility", "talent", "networks")
NOTHING = "status-quo"
WORLDS = (NOTHING, *FAMILIES)
"""Scenarios that the comparison needs, by name."""


@dataclass(frozen=True, slots=True)
class Parity:
    """Change in the log-odds of deep schools at the end, one family alone against none: over parameter draws."""

    family: str
    median: float
    low: float
    high: float
    mean: float


def log_odds_deep(worlds: Worlds, name: str, values: Mapping[str, float]) -> float:
    """log((deep + ½)/(not deep + ½)), schools of all replicates in the last month pooled (Haldane–Anscombe)."""
    inputs = worlds.inputs(name, values)
    last = [simulate(inputs, replicate).observed[-1] for replicate in range(worlds.replicates)]
    deep, schools = (sum(float(row[field].sum()) for row in last) for field in ("deep", "schools"))
    return float(np.log((deep + 0.5) / (schools - deep + 0.5)))


def parity(worlds: Worlds, draws: Sequence[Mapping[str, float]], threads: int | None = None,
           progress: Progress = lambda done: None) -> list[Parity]:  # fmt: skip
    """Each family against none, matched by draw and replicate; 5–95 % over draws."""
    found = np.array(at_each(draws, lambda values: [log_odds_deep(worlds, name, values) for name in WORLDS], threads,
                             progress))  # fmt: skip
    return [_summed(family, found[:, k + 1] - found[:, 0]) for k, family in enumerate(FAMILIES)]


def _summed(family: str, change: NDArray[np.float64]) -> Parity:
    low, median, high = (float(x) for x in np.quantile(change, (0.05, 0.5, 0.95)))
    return Parity(family, median, low, high, float(change.mean()))
