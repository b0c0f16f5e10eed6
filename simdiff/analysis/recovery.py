"""Parameter recovery: posteriors of known truths, by weighting a bank of simulated districts.

A bank of prior draws, each with the figures of one simulated district, is weighted by the likelihood of calibration
(``abc``): exp(−½ Σ implausibility²), the implausibility of a figure being its distance from what was observed, in units
of what observation may be off. If what is observed really is off by a normal error of that size, the weighted bank *is*
the posterior, but for the size of the bank (Wilkinson 2013). So truths are simulated apart, such errors are added to
their figures, and posteriors must then hold the truths exactly as often as they say.

Many figures are condensed to one for each quantity: a linear estimate of its posterior mean (semi-automatic
approximate Bayesian computation, Fearnhead & Prangle 2012). With the exact posterior mean nothing would be lost on
average: the mean posterior variance given E(θ|figures) is that given all figures. A linear estimate can only lose, so
posterior standard deviations found so are upper bounds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.abc import Floats

OFF = 0.025
"""Error of an observed percentile: what is said of a district may be off by 2.5 of 100 places. Chosen as a balance: of
N districts about N · OFF · 2√π carry the weight, and no contraction below about .1 can be seen."""
MOST = 4.0
"""Figures are cut at so many standard deviations: rare extremes must not tilt the lines."""
TOLD, RETURNED = 0.7, 0.85
"""Posterior over prior SD below which data tell a quantity, and from which it returns its prior (section 10)."""
LEVELS = (0.5, 0.8, 0.9, 0.95)
"""Central intervals whose coverage is looked at."""
AT_ONCE = 200
"""Truths whose weights are computed together."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Linear estimates of quantities from figures: ``middle``, ``spread`` (k,) of figures; ``slope`` (k + 1, q)."""

    middle: Floats
    spread: Floats
    slope: Floats

    def at(self, figures: Floats) -> Floats:
        """Estimates (n, q) at figures (n, k)."""
        return np.asarray(_design(figures, self.middle, self.spread) @ self.slope)


def lines(figures: Floats, quantities: Floats) -> Lines:
    """Least squares of quantities (n, q) on figures (n, k), each slope shrunk as by one case (ridge 1)."""
    middle, spread = figures.mean(axis=0), figures.std(axis=0)
    spread = np.asarray(np.where(spread > 0, spread, 1.0))
    x = _design(figures, middle, spread)
    slope = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ quantities)
    return Lines(middle, spread, np.asarray(slope, dtype=np.float64))


def _design(figures: Floats, middle: Floats, spread: Floats) -> Floats:
    x = np.clip((figures - middle) / spread, -MOST, MOST)
    return np.column_stack([np.ones(len(x)), x])


def percentile(estimates: Floats, among: Floats) -> Floats:
    """Where estimates (n,) lie among those of other districts, 0 to 1. A figure as good as the estimate, and as many
    districts near any value of it, far out too."""
    steps = np.sort(among)
    return np.interp(estimates, steps, (np.arange(len(steps)) + 0.5) / len(steps))


def weights(figures: Floats, observed: Floats, sd: Floats) -> Floats:
    """Weights (S, N), adding up to 1, of a bank with figures (N, k) for what was observed in S districts (S, k) with
    error ``sd`` (k,): the likelihood that calibration uses, exp(−½ Σ ((figure − observed)/sd)²)."""
    score = np.zeros((len(observed), len(figures)))
    for k, error in enumerate(sd):
        score -= ((figures[None, :, k] - observed[:, k, None]) / error) ** 2
    score -= score.max(axis=1, keepdims=True)
    score *= 0.5
    weight = np.exp(score, out=score)
    weight /= weight.sum(axis=1, keepdims=True)
    return weight


@dataclass(frozen=True, slots=True)
class Recovered:
    """One quantity, S truths: ``below`` posterior probability below the truth, ``mean`` and ``sd`` of the posterior,
    ``effective`` sample size, each (S,); ``draws`` (S, L) of the posterior."""

    below: Floats
    mean: Floats
    sd: Floats
    effective: Floats
    draws: Floats


def recover(quantity: Floats, figure: Floats, truths: Floats, observed: Floats, sd: float, lot: Floats) -> Recovered:
    """Posteriors of one quantity from one figure.

    ``quantity`` and ``figure`` (N,) of the bank; ``truths`` and ``observed`` (S,); ``lot`` (S, L) uniforms, one a draw.
    """
    order = np.argsort(quantity, kind="stable")
    value, at = quantity[order], figure[order]
    parts = []
    for first in range(0, len(truths), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        weight = weights(at[:, None], observed[some, None], np.array([sd]))
        parts.append(_posteriors(value, weight, truths[some], lot[some]))
    return Recovered(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _posteriors(value: Floats, weight: Floats, truths: Floats, lot: Floats
                ) -> tuple[Floats, Floats, Floats, Floats, Floats]:  # fmt: skip
    """Fields of ``Recovered`` from a bank in order of its values (N,), with weights (S, N) that add up to 1."""
    step = np.cumsum(weight, axis=1)
    last = len(value) - 1
    before = np.searchsorted(value, truths)
    below = np.where(before > 0, step[np.arange(len(truths)), np.maximum(before - 1, 0)], 0.0)
    mean, squares = weight @ value, (weight**2).sum(axis=1)
    variance = np.maximum(0.0, weight @ value**2 - mean**2) / np.maximum(1e-12, 1.0 - squares)
    draws = np.array([value[np.minimum(np.searchsorted(row, one), last)] for row, one in zip(step, lot, strict=True)])
    return below, mean, np.sqrt(variance), 1.0 / squares, draws


def covered(below: Floats, level: float) -> float:
    """Share of truths inside the central posterior interval of this level."""
    return float((np.abs(below - 0.5) <= level / 2).mean())


def coverage_error(level: float, truths: int) -> float:
    """Binomial standard error of a coverage."""
    return float(np.sqrt(level * (1.0 - level) / truths))


@dataclass(frozen=True, slots=True)
class Direction:
    """A combination of quantities (``weights``, of length 1) and its posterior SD over its prior SD."""

    weights: Floats
    contraction: float


def directions(learnt: Floats, estimates: Floats, truths: Floats) -> tuple[Direction, ...]:
    """Combinations of quantities that data tell best, first the best told.

    Principal axes of estimates (n, q) over the prior; how much each tells is then measured on other districts, by the
    error of its ``estimates`` (S, q) of ``truths`` (S, q).
    """
    _, axes = np.linalg.eigh(np.cov(learnt.T))
    left = np.std((truths - estimates) @ axes, axis=0) / np.std(truths @ axes, axis=0)
    told = np.minimum(left, 1.0)
    return tuple(Direction(axes[:, k], float(told[k])) for k in np.argsort(told, kind="stable"))


def beat_prior(found: tuple[Direction, ...]) -> int:
    """Directions in which data beat the prior: posterior variance below half of the prior's, so that data carry more
    information than the prior does (section 10)."""
    return sum(one.contraction**2 < 0.5 for one in found)


def inside(draws: NDArray[np.float64], truth: float, level: float = 0.95) -> bool:
    """True if the truth lies in the central interval of some draws."""
    low, high = np.quantile(draws, ((1 - level) / 2, (1 + level) / 2))
    return bool(low <= truth <= high)
