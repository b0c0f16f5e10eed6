"""Draws from a posterior that only simulation can score: history matching, then sequential Monte Carlo.

Parameters live as standard normal coordinates z (prior quantile of Φ(z)), so that the prior is N(0, 1) in each of them.

1. Many prior points are scored. Those whose worst implausibility |figure − target| / sd is 3 or more are *ruled out*
   (history matching: Vernon, Goldstein & Bower 2010; for agent-based models McCulloch et al. 2022).
2. From there a population is moved to the posterior under the likelihood Π N(target; figure, s²): what targets and
   model may be off is part of the model, so that accepting by this kernel is exact for it (Wilkinson 2013). Points that
   are ruled out have none. The exponent of the likelihood rises from 0 to 1 in steps that keep half of the effective
   sample (Del Moral, Doucet & Jasra 2006); after each step the points move by preconditioned Crank–Nicolson proposals,
   z' = √(1−β²) z + β ξ, which keep the prior whatever the number of parameters (Cotter et al. 2013).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RULED_OUT = 3.0
"""Implausibility from which a point is ruled out (Pukelsheim 1994: three sigma)."""
Floats = NDArray[np.float64]
Score = Callable[[Floats], tuple[Floats, Floats]]
"""Points (n, d) → log-likelihoods (n,), minus infinity where a point cannot be scored, and figures (n, k)."""
Luck = Callable[[int, int, int], tuple[Floats, Floats]]
"""Stage, move, number of points → standard normals (n, d) and uniforms (n,), the same whenever asked."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is computed: prior points of the first wave, points kept, moves after each step, moves at the end.

    Points that share an ancestor must move apart: many moves at the end matter more than many steps.
    """

    wave: int = 4000
    kept: int = 300
    moves: int = 4
    last_moves: int = 16


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: the exponent reached, the effective sample size there, the share of moves accepted."""

    exponent: float
    effective: float
    accepted: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """Equally weighted draws: ``z`` (N, d), ``figures`` (N, k), ``ancestors`` (N,) the point of the first wave that
    each comes from; and the first wave itself, ``wave_z`` and ``wave_figures``."""

    z: Floats
    figures: Floats
    ancestors: NDArray[np.intp]
    stages: tuple[Stage, ...]
    wave_z: Floats
    wave_figures: Floats


def sample(score: Score, sizes: Sizes, luck: Luck) -> Posterior:
    """Draw from the posterior. Raises ValueError if no point of the first wave can be scored."""
    wave, _ = luck(0, 0, sizes.wave)
    wave_scores, wave_figures = score(wave)
    if not np.isfinite(wave_scores).any():
        raise ValueError("no prior point could be scored")
    z, scores, figures = wave, wave_scores, wave_figures
    ancestors, exponent, beta, number = np.arange(sizes.wave), 0.0, 0.4, 0
    stages = list[Stage]()
    while exponent < 1.0:
        number += 1
        aim = min(sizes.kept, np.isfinite(scores).sum()) * (1.0 if number == 1 else 0.5)
        exponent, weights = next_exponent(scores, exponent, aim)
        _, lot = luck(number, 0, 1)
        chosen = systematic(weights, sizes.kept, float(lot[0]))
        z, scores, figures, ancestors = z[chosen], scores[chosen], figures[chosen], ancestors[chosen]
        rates = list[float]()
        for move in range(1, 1 + (sizes.moves if exponent < 1.0 else sizes.last_moves)):
            z, scores, figures, rate = moved(score, z, scores, figures, exponent, beta, luck(number, move, len(z)))
            beta = min(1.0, beta * (1.25 if rate > 0.3 else 0.8 if rate < 0.2 else 1.0))
            rates.append(rate)
        stages.append(Stage(exponent, effective(weights), float(np.mean(rates))))
    _, lots = luck(number + 1, 0, len(z))
    mixed = np.argsort(lots, kind="stable")  # resampling leaves siblings side by side: the first draws must do for all
    return Posterior(z[mixed], figures[mixed], ancestors[mixed], tuple(stages), wave, wave_figures)


def effective(weights: Floats) -> float:
    """(Σw)² / Σw², the number of equally weighted points that would be worth the same."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def tempered(scores: Floats, rise: float) -> Floats:
    """exp(rise · score), scaled to at most 1; 0 where a point cannot be scored."""
    best = scores[np.isfinite(scores)].max()
    return np.where(np.isfinite(scores), np.exp(rise * np.where(np.isfinite(scores), scores - best, 0.0)), 0.0)


def next_exponent(scores: Floats, exponent: float, aim: float) -> tuple[float, Floats]:
    """The largest exponent, at most 1, at which the effective sample is still ``aim``; and the weights of the step."""
    weights = tempered(scores, 1.0 - exponent)
    if effective(weights) >= aim:
        return 1.0, weights
    low, high = 0.0, 1.0 - exponent
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if effective(tempered(scores, middle)) >= aim else (low, middle)
    rise = max(low, 1e-6)
    return exponent + rise, tempered(scores, rise)


def systematic(weights: Floats, count: int, lot: float) -> NDArray[np.intp]:
    """Systematic resampling: ``count`` indices, each about in proportion to its weight, from one uniform."""
    steps = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(steps, (np.arange(count) + lot) / count), len(weights) - 1)


def moved(score: Score, z: Floats, scores: Floats, figures: Floats, exponent: float, beta: float,
          lot: tuple[Floats, Floats]) -> tuple[Floats, Floats, Floats, float]:  # fmt: skip
    """One proposal for each point, accepted with probability min(1, L(z')^e / L(z)^e); and the share accepted."""
    normals, uniforms = lot
    proposed = math.sqrt(1.0 - beta * beta) * z + beta * normals
    new_scores, new_figures = score(proposed)
    better = np.log(uniforms) < exponent * (new_scores - scores)
    return (
        np.where(better[:, None], proposed, z),
        np.where(better, new_scores, scores),
        np.where(better[:, None], new_figures, figures),
        float(better.mean()),
    )


def implausibility(figures: Floats, cases: Floats, centre: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """(figure − target)/s, and s, both (n, k): s² is the target's own variance and the binomial error of pooled cases
    under a design effect of 2. Figures near 0 or 1 keep the error of a share of .05; no cases: the figure is exact."""
    share = np.clip(figures, 0.05, 0.95)
    error = np.where(cases > 0, 2.0 * share * (1.0 - share) / np.maximum(cases, 1.0), 0.0)
    spread = np.sqrt(sd**2 + error)
    return np.asarray((figures - centre) / spread), spread
