"""What options cost for what they do: frontier and dominance, acceptability, expected loss and regret.

Terms as in Drummond, Sculpher, Claxton, Stoddart & Torrance, *Methods for the Economic Evaluation of Health Care
Programmes*, 4th ed. 2015, chapters 4 and 11. Effects are merits: more is better. Everything is computed in matched
worlds, those in which every option has a cost and an effect. Frontiers, acceptability and regret are those of the draws
(each draw's means over its replicates); without parameter draws, of the replicates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from simdiff.analysis.contrasts import Estimate, central, under_each
from simdiff.analysis.direction import DIRECTIONS
from simdiff.analysis.matched import Matched

Floats = NDArray[np.float64]
MILLION = 1e6
GRID = 41
"""Points of the grid of willingness to pay."""
BEYOND = 2.0
"""The grid ends at this multiple of the frontier's highest ratio, where the last option has had its turn."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """``order``: numbers of the options on the frontier by rising cost; ``ratios``: extra cost per extra effect of each
    over the one before (nan for the first). ``status`` of each option: ``frontier``, ``dominated`` (another costs no
    more and does no less, and is better in one), ``extended`` (a mix of two does as much for less), or ``same``
    (cost and effect of one on the frontier)."""

    order: tuple[int, ...]
    ratios: tuple[float, ...]
    status: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of means and its interval, unbounded (nan) if the denominator may be 0 or of either sign."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Regret:
    """What is lost by choosing an option and not the best of each draw: expected, in the 90 % (of draws, below it) and
    at most, in the unit of the effect."""

    expected: float
    ninety: float
    most: float


@dataclass(frozen=True, slots=True)
class Acceptability:
    """``grid``: $ per unit of effect, (L,). ``draws`` and ``worlds``: share in which each option has the highest net
    benefit λ · effect − cost, (options, L), ties shared; ``best``: the option with the highest expected net benefit,
    (L,); ``loss``: expected loss in $ from choosing each (options, L; Alarid-Escudero et al. 2019, Value in Health
    22:611)."""

    grid: Floats
    draws: Floats
    worlds: Floats
    best: NDArray[np.int64]
    loss: Floats


@dataclass(frozen=True, slots=True)
class CostEffect:
    """Costs and effects of options in the worlds in which all have both.

    ``cost`` and ``effect``: means with intervals; ``extra_cost`` and ``extra_effect``: over the baseline;
    ``per_million``: extra effect per extra $ million; ``ratios``: intervals of the frontier's ratios. ``on_frontier``:
    share of draws in which each option is on the frontier. ``clouds``: (options, draws or replicates, 2), the points
    (cost, effect) of the plane.
    """

    options: tuple[str, ...]
    baseline: int
    cost: tuple[Estimate, ...]
    effect: tuple[Estimate, ...]
    extra_cost: tuple[Estimate, ...]
    extra_effect: tuple[Estimate, ...]
    per_million: tuple[Ratio, ...]
    frontier: Frontier
    ratios: tuple[Ratio, ...]
    on_frontier: Floats
    acceptability: Acceptability
    clouds: Floats


def frontier(cost: Floats, effect: Floats) -> Frontier:
    """The efficient frontier of options, (options,) each: the cheapest (of those, the best), and then always the option
    with the lowest ratio of extra cost to extra effect, until nothing does more."""
    at = min(range(len(cost)), key=lambda n: (cost[n], -effect[n], n))
    order, ratios = [at], [math.nan]
    while better := [n for n in range(len(cost)) if effect[n] > effect[at]]:
        steps = {n: float((cost[n] - cost[at]) / (effect[n] - effect[at])) for n in better}
        last = at
        at = min(better, key=lambda n: (steps[n], effect[n], n))
        order.append(at)
        ratios.append(float((cost[at] - cost[last]) / (effect[at] - effect[last])))
    return Frontier(tuple(order), tuple(ratios), tuple(_status(cost, effect, order, n) for n in range(len(cost))))


def _status(cost: Floats, effect: Floats, order: Sequence[int], n: int) -> str:
    if n in order:
        return "frontier"
    if any(cost[n] == cost[m] and effect[n] == effect[m] for m in order):
        return "same"
    no_worse = (cost <= cost[n]) & (effect >= effect[n])
    strictly = (cost < cost[n]) | (effect > effect[n])
    return "dominated" if (no_worse & strictly).any() else "extended"


def ratio(above: Floats, below: Floats, confidence: float) -> Ratio:
    """Ratio of two paired means, (draws, replicates) each: with draws, the central part of the draws' ratios; without,
    Fieller's interval over replicates (1954, Journal of the Royal Statistical Society B 16:175)."""
    tops, bottoms = np.nanmean(above, axis=1), np.nanmean(below, axis=1)
    value = float(tops.mean() / bottoms.mean()) if bottoms.mean() != 0 else math.nan
    if len(tops) > 1:
        one_sign = (bottoms > 0).all() or (bottoms < 0).all()
        low, high, _ = central(tops / bottoms, confidence) if one_sign else (math.nan, math.nan, 0.0)
        return Ratio(value, low, high)
    known = np.isfinite(above[0])
    return Ratio(value, *fieller(above[0][known], below[0][known], confidence))


def ratio_under(above: Floats, below: Floats, structure: NDArray[np.int64], confidence: float) -> Ratio:
    """The same of draws under several structures, (draws,) their numbers: the ends are the lowest and the highest of
    the structures' own, unbounded if one of them is."""
    whole = ratio(above, below, confidence)
    numbers = np.unique(structure)
    if len(numbers) < 2:
        return whole
    each = [ratio(above[structure == n], below[structure == n], confidence) for n in numbers]
    bounded = all(math.isfinite(one.low) for one in each)
    return Ratio(whole.value, *((min(one.low for one in each), max(one.high for one in each)) if bounded
                                else (math.nan, math.nan)))  # fmt: skip


def fieller(above: Floats, below: Floats, confidence: float) -> tuple[float, float]:
    """Interval of a ratio of paired means, (replicates,) each; nan unless the denominator's mean differs from 0."""
    count = len(above)
    if count < 2:
        return math.nan, math.nan
    (aa, ab), (_, bb) = np.cov(above, below) / count * float(stdtrit(count - 1, (1 + confidence) / 2)) ** 2
    x, y = float(above.mean()), float(below.mean())
    a, b, c = y * y - bb, x * y - ab, x * x - aa
    if a <= 0:
        return math.nan, math.nan
    root = math.sqrt(max(0.0, b * b - a * c))
    return float((b - root) / a), float((b + root) / a)


def regrets(merit: Floats) -> tuple[Regret, ...]:
    """Regret of each option: best minus own merit; ``merit`` (options, draws)."""
    lost = merit.max(axis=0) - merit
    return tuple(Regret(float(one.mean()), float(np.quantile(one, 0.9)), float(one.max())) for one in lost)


def shares_of_best(merit: Floats) -> Floats:
    """Share of points in which each option has the highest merit, ties shared; ``merit`` (options, points)."""
    best = merit == merit.max(axis=0)
    shares: Floats = (best / best.sum(axis=0)).mean(axis=1)
    return shares


def acceptability(cost: Floats, effect: Floats, grid: Floats) -> Acceptability:
    """Acceptability over a grid of willingness to pay; ``cost`` and ``effect`` (options, draws, replicates)."""
    draws, worlds, loss, best = [], [], [], []
    cost_points, effect_points = points_of(cost), points_of(effect)
    whole = np.isfinite(cost[0])
    cost_worlds, effect_worlds = cost[:, whole], effect[:, whole]
    for worth in grid:
        benefit = worth * effect_points - cost_points
        draws.append(shares_of_best(benefit))
        worlds.append(shares_of_best(worth * effect_worlds - cost_worlds))
        loss.append((benefit.max(axis=0) - benefit).mean(axis=1))
        best.append(int(benefit.mean(axis=1).argmax()))
    return Acceptability(grid, np.stack(draws, 1), np.stack(worlds, 1), np.array(best), np.stack(loss, 1))


def points_of(values: Floats) -> Floats:
    """Draws' means, (options, draws); of one draw, its replicates. ``values`` as ``complete`` leaves them."""
    if values.shape[1] > 1:
        means: Floats = np.nanmean(values, axis=2)
        return means
    return values[:, 0, np.isfinite(values[0, 0])]


def complete(*tables: Floats) -> list[Floats]:
    """Tables (options, draws, replicates) with nan in every world in which some option lacks some of them, and without
    the draws in which none is left."""
    whole = np.logical_and.reduce([np.isfinite(table).all(axis=0) for table in tables])
    return [np.where(whole, table, np.nan)[:, whole.any(axis=1)] for table in tables]


def wtp_grid(cost: Floats, found: Frontier, effect: Floats) -> Floats:
    """Willingness to pay from 0 to twice the frontier's highest ratio; if one option is cheapest and best, to twice
    what the dearest costs for the range of effects. ``cost`` and ``effect`` (options,)."""
    ratios = [one for one in found.ratios if math.isfinite(one)]
    spread = float(effect.max() - effect.min())
    top = BEYOND * (max(ratios) if ratios else float(cost.max()) / spread if spread > 0 else 1.0)
    scale = 10.0 ** (math.floor(math.log10(top)) - 1) if top > 0 else 1.0
    grid: Floats = np.linspace(0.0, math.ceil(top / scale) * scale, GRID)
    return grid


def cost_effect(worlds: Matched, outcome: str, baseline: int, confidence: float) -> CostEffect | None:
    """Costs and effects of all options; None if no cost is kept, or no world has all of them. Of several structures,
    intervals run from the lowest end of theirs to the highest."""
    if "cost" not in worlds.values or outcome.startswith("cost"):
        return None
    numbers = np.broadcast_to(worlds.structure[:, None], worlds.ran[:1].shape).astype(np.float64)
    cost, effect, under = complete(worlds.values["cost"], DIRECTIONS[outcome].merit(worlds.values[outcome]), numbers)
    if not cost.shape[1]:
        return None
    both, structure = np.isfinite(cost[0]), np.nanmax(under[0], axis=1).astype(np.int64)

    def means(values: Floats) -> tuple[Estimate, ...]:
        return tuple(under_each(one, both, structure, confidence)[0] for one in values)

    def rate(above: Floats, below: Floats) -> Ratio:
        return ratio_under(above, below, structure, confidence)

    extra_cost, extra_effect = cost - cost[baseline], effect - effect[baseline]
    clouds = np.stack([points_of(cost), points_of(effect)], axis=2)
    mean_cost, mean_effect = clouds.mean(axis=1).T
    found = frontier(mean_cost, mean_effect)
    by_draw = [set(_members(frontier(*clouds[:, n].T))) for n in range(clouds.shape[1])]
    steps = zip(found.order, found.order[1:], strict=False)
    return CostEffect(
        worlds.options, baseline, means(cost), means(effect), means(extra_cost), means(extra_effect),
        tuple(rate(extra_effect[n], extra_cost[n] / MILLION) for n in range(len(cost))), found,
        (Ratio(math.nan, math.nan, math.nan),
         *(rate(cost[b] - cost[a], effect[b] - effect[a]) for a, b in steps)),
        np.array([sum(n in there for there in by_draw) / len(by_draw) for n in range(len(cost))]),
        acceptability(cost, effect, wtp_grid(mean_cost, found, mean_effect)), clouds,
    )  # fmt: skip


def _members(found: Frontier) -> list[int]:
    return [n for n, status in enumerate(found.status) if status in ("frontier", "same")]
