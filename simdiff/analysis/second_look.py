"""A frontier looked at again, on replicates and draws that the search never saw: what each mix reaches, which pairs are
firm, where the frontier bends."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.cell_values import Values
from simdiff.analysis.factor_contrasts import Effect, draw_means, effect_of
from simdiff.analysis.optimise import BAD_CASE, Objective, dominates, robust, scale
from simdiff.scenario import Plain

TRADE, FIRST, SECOND = "trade-off", "first better", "second better"
HALF, OPEN = "one side firm", "cannot tell apart"
LEAST_KNEE = 1.0
CONFIDENCE = 0.9
"""Of intervals and verdicts: a search has few draws, and 90 % takes 19 of them."""


@dataclass(frozen=True, slots=True)
class Mix:
    """A mix of the frontier, looked at again.

    ``reached``: each objective's outcome (or how far it is off zero, where that counts). ``bad``: the value that 90 %
    of the draws do better than (without draws, of the replicates). ``spent``: total cost; ``over``: share of draws (or
    replicates) whose cost is above the budget. ``losses``: what was made small, as in the search but on fresh runs;
    ``searched``: as the search saw it. ``trade``: what leaving it for any other mix loses, at least, for each unit
    gained (objectives scaled to their ranges). ``dominated``: by another mix, in fresh means.
    """

    label: str
    cell: str
    levels: Mapping[str, Plain]
    reached: tuple[Effect, ...]
    bad: tuple[float, ...]
    spent: Effect
    over: float
    losses: tuple[float, ...]
    searched: tuple[float, ...]
    trade: float
    dominated: bool


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """Two mixes compared world by world: the paired difference (first less second) of each objective's outcome, and the
    verdict, from the differences of the losses."""

    first: str
    second: str
    differences: tuple[Effect, ...]
    verdict: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mix to look at again: its cell's name, its levels, its losses in the search."""

    cell: str
    levels: Mapping[str, Plain]
    losses: tuple[float, ...]


def look_again(candidates: Sequence[Candidate], objectives: Sequence[Objective], values: Sequence[Values], cost: Values,
               budget: float, share: float | None) -> list[Mix]:  # fmt: skip
    """What each mix reaches on fresh runs. ``values``: of each objective (mixes, draws, replicates); ``cost`` alike."""
    losses = np.stack([robust(one.losses(grid), share) for one, grid in zip(objectives, values, strict=True)], axis=1)
    trades = trade_offs(losses)
    mixes = []
    for n, one in enumerate(candidates):
        reached = tuple(
            effect_of(o.outcome, o.shown(grid[n]), CONFIDENCE) for o, grid in zip(objectives, values, strict=True)
        )
        bad = tuple(_bad(o, grid[n]) for o, grid in zip(objectives, values, strict=True))
        mine = tuple(map(float, losses[n]))
        beaten = any(dominates(tuple(other), mine) for other in losses)
        mixes.append(Mix(label_of(n), one.cell, one.levels, reached, bad, effect_of("cost", cost[n], CONFIDENCE),
                         float((_units(cost[n]) > budget).mean()), mine, one.losses, float(trades[n]),
                         beaten))  # fmt: skip
    return mixes


def label_of(n: int) -> str:
    """A, B, … Z, A2, B2, …"""
    return chr(ord("A") + n % 26) + (str(n // 26 + 1) if n >= 26 else "")


def _units(grid: Values) -> NDArray[np.float64]:
    """Draws' means, or without draws the replicates."""
    found = draw_means(grid) if len(grid) > 1 else grid[0]
    return found[np.isfinite(found)]


def _bad(objective: Objective, grid: Values) -> float:
    """The outcome in the bad case: 10 % of draws do worse."""
    units = _units(objective.losses(grid))
    if len(units) == 0:
        return math.nan
    loss = float(np.quantile(units, 1.0 - BAD_CASE))
    return -loss if objective.sense < 0 else loss


def trade_offs(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of each point, the least that any move to another point loses for each unit that it gains.

    Source: Rachmawati & Srinivasan 2009, "Multiobjective evolutionary algorithm with controllable focus on the knees of
    the Pareto front": points where it is large are knees. Infinite for a point that nothing gains over.
    """
    scaled = scale(losses)
    found = np.full(len(scaled), math.inf)
    for n, here in enumerate(scaled):
        for there in scaled:
            gains, loses = np.maximum(0, here - there).sum(), np.maximum(0, there - here).sum()
            if gains > 0:
                found[n] = min(found[n], loses / gains)
    return found


def knee(mixes: Sequence[Mix]) -> Mix | None:
    """The mix at which the frontier bends most: leaving it loses more than it gains, whichever way. It is none that is
    best in some objective: those are the frontier's ends. None if there is no such mix."""
    least = np.min([one.losses for one in mixes], axis=0) if mixes else np.empty(0)
    inner = [one for one in mixes if not one.dominated and not (np.array(one.losses) == least).any()]
    best = max(inner, key=lambda one: one.trade, default=None)
    return best if best is not None and best.trade > LEAST_KNEE else None


def compare_pairs(mixes: Sequence[Mix], objectives: Sequence[Objective], values: Sequence[Values]) -> list[PairVerdict]:
    """Every two mixes, world by world."""
    found = []
    for i, j in combinations(range(len(mixes)), 2):
        grids = list(zip(objectives, values, strict=True))
        differences = tuple(effect_of(o.outcome, o.shown(grid[i]) - o.shown(grid[j]), CONFIDENCE) for o, grid in grids)
        losses = [effect_of(o.outcome, o.losses(grid[i]) - o.losses(grid[j]), CONFIDENCE) for o, grid in grids]
        found.append(PairVerdict(mixes[i].label, mixes[j].label, differences, verdict_of(losses)))
    return found


def verdict_of(losses: Sequence[Effect]) -> str:
    """What the differences of losses (first less second) say of two mixes.

    One is better only if it is firmly better in something and, on average, worse in nothing. If what it loses is merely
    not firm, one side of the trade is firm, and the other is open.
    """
    first, second = any(one.sign < 0 for one in losses), any(one.sign > 0 for one in losses)
    if first and second:
        return TRADE
    if first:
        return FIRST if all(one.mean <= 0 for one in losses) else HALF
    if second:
        return SECOND if all(one.mean >= 0 for one in losses) else HALF
    return OPEN
