"""The sampler of calibration itself on synthetic districts: are the truths where its draws say, and do its draws agree
with the exact weights of a bank?"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np

from simdiff.analysis.abc import Floats, Luck, Score, Sizes, sample
from simdiff.analysis.recovery import inside, percentile, weights
from simdiff.analysis.recovery_bank import ERRORS, SAMPLER, Known, Step, quantities_of
from simdiff.analysis.worlds import Worlds
from simdiff.model.luck import seed_key
from simdiff.study.draws import normal_luck

OBSERVED = ("early_growth", "waiting_use", "clearing")
"""Composites whose estimates, from all data (situation D), are what the sampler sees of a district."""
ERROR = 0.1
"""Error of each observed percentile. Wider than for one figure at a time: three must agree at once."""
STAGES = 1000
"""Stages of luck set aside for each district."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """One composite over D districts, by the sampler: ``error`` (D,), distance of posterior mean and truth in posterior
    SDs; ``held`` (D,), whether the central 95 % interval holds the truth. Against the weighted bank: ``apart`` (D,),
    distance of the two means in the bank's SDs; ``width`` (D,), sampler's SD over the bank's; ``effective``, the bank's
    smallest effective sample."""

    quantity: str
    error: tuple[float, ...]
    held: tuple[bool, ...]
    apart: tuple[float, ...]
    width: tuple[float, ...]
    effective: float


def sampled(worlds: Worlds, known: Known, step: Step, districts: int, sizes: Sizes, seed: int, first: int
            ) -> tuple[Sampled, ...]:  # fmt: skip
    """Draw posteriors for the first ``districts`` truths; simulations take replicates from ``first`` on.

    Every point is simulated with luck of its own and keeps its score, so that chance is part of the likelihood
    (pseudo-marginal: Andrieu & Roberts 2009).
    """
    if districts == 0:
        return ()
    where = [known.names.index(name) for name in OBSERVED]
    by = known.lines("D")
    learnt, weighted, truths = (part[:, where] for part in known.estimates("D", by))
    noise, _ = normal_luck(seed_key(seed), len(where))(ERRORS, 0, districts)

    def percentiles(estimates: Floats) -> Floats:
        columns = zip(estimates.T, learnt.T, strict=True)
        return np.column_stack([percentile(mine, among) for mine, among in columns])

    observed = percentiles(truths[:districts]) + ERROR * noise
    weight = weights(percentiles(weighted), observed, np.full(len(where), ERROR))
    fresh, luck = count(first), normal_luck(seed_key(seed), known.truths.z.shape[1])
    draws = []
    for district in range(districts):
        score = scorer(step, lambda figures: percentiles(by.at(figures)[:, where]), observed[district], fresh)
        found = sample(score, sizes, _later(luck, SAMPLER + STAGES * district))
        draws.append((quantities_of(worlds, found.z)[:, where] - known.middle[where]) / known.spread[where])
    return tuple(
        _sampled(
            name, np.array(draws)[:, :, k], known.quantities[2][:districts, at], weight, known.quantities[1][:, at]
        )
        for k, (name, at) in enumerate(zip(OBSERVED, where, strict=True))
    )


def scorer(step: Step, measured: Callable[[Floats], Floats], observed: Floats, fresh: "count[int]") -> Score:
    """Log-likelihood −½ Σ ((figure − observed)/error)² of points, each with a replicate that was never used before."""

    def score(points: Floats) -> tuple[Floats, Floats]:
        replicates = np.array([next(fresh) for _ in points], dtype=float)
        found = measured(step(np.column_stack([replicates, points]))[0])
        return -0.5 * (((found - observed) / ERROR) ** 2).sum(axis=1), found

    return score


def _later(luck: Luck, stages: int) -> Luck:
    return lambda stage, move, number: luck(stages + stage, move, number)


def _sampled(name: str, draws: Floats, truths: Floats, weight: Floats, bank: Floats) -> Sampled:
    """Sampler's draws (D, n) and truths (D,) of one quantity; weights (D, N) and values (N,) of the bank."""
    mean, sd = draws.mean(axis=1), draws.std(axis=1, ddof=1)
    exact = weight @ bank
    spread = np.sqrt(weight @ bank**2 - exact**2)
    return Sampled(
        name,
        tuple(map(float, np.abs(mean - truths) / sd)),
        tuple(inside(one, float(truth)) for one, truth in zip(draws, truths, strict=True)),
        tuple(map(float, np.abs(mean - exact) / spread)),
        tuple(map(float, sd / spread)),
        float((1.0 / (weight**2).sum(axis=1)).min()),
    )
