"""Do the intervals that simdiff itself reports hold what they should?

Measured on replicates of the model: a long run of two scenarios at the default parameter values is taken as all there
is, so that its means are exactly known; samples are drawn from it with replacement, and intervals are made of them by
the very functions that reports use. Intervals about chance alone, as reported.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.abc import Floats
from simdiff.analysis.recovery import coverage_error
from simdiff.analysis.summary import intervals, quantiles
from simdiff.analysis.worlds import Worlds, at_each
from simdiff.model.luck import seed_key
from simdiff.study.blocks import observed, outcome_values
from simdiff.study.draws import keyed_uniforms
from simdiff.study.precision import halfwidths

CELLS = ("goals", "talent")
"""Scenarios whose difference is estimated."""
OUTCOMES = ("spread", "depth", "deep_schools", "real_use")
"""Outcomes, in the last month."""
PAIRED, BANDS = (20, 100), 200
"""Replicates of a paired difference; replicates of a band (the default of ``simdiff run``)."""
CONFIDENCE = 0.95
BATCH = 16
"""Replicates whose outcomes are computed together."""
STEP = 1000
"""Replicates that are kept together."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often ``tests`` intervals of ``what`` for an ``outcome``, each from so many ``replicates``, held it, against
    their ``level``."""

    what: str
    outcome: str
    replicates: int
    level: float
    held: float
    tests: int

    @property
    def error(self) -> float:
        """Binomial standard error at the level."""
        return coverage_error(self.level, self.tests)


def replicated(worlds: Worlds, threads: int | None, progress: Callable[[int], None]
               ) -> Callable[[Floats], tuple[Floats, Floats]]:  # fmt: skip
    """The step that runs replicates (n, 1) of both cells: outcomes (n, outcomes) of the first and of the second."""
    inputs = [worlds.inputs(name, {}) for name in CELLS]

    def outcomes(batch: NDArray[np.int64]) -> list[Floats]:
        found = [outcome_values(observed(one, [int(r) for r in batch]), OUTCOMES)[:, :, -1, 0, 0] for one in inputs]
        progress(len(batch) * len(CELLS))
        return found

    def step(points: Floats) -> tuple[Floats, Floats]:
        numbers = points[:, 0].astype(np.int64)
        parts = at_each([numbers[at : at + BATCH] for at in range(0, len(numbers), BATCH)], outcomes, threads)
        first, second = (np.concatenate(part) for part in zip(*parts, strict=True))
        return first, second

    return step


def long_run(step: Callable[[Floats], tuple[Floats, Floats]], replicates: int) -> tuple[Floats, Floats]:
    """Outcomes (replicates, outcomes) of both cells; the same replicate has the same luck in both."""
    points = np.arange(replicates, dtype=float)[:, None]
    parts = [step(points[at : at + STEP]) for at in range(0, replicates, STEP)]
    first, second = (np.concatenate(part) for part in zip(*parts, strict=True))
    return first, second


def interval_coverage(run: tuple[Floats, Floats], tests: int, seed: int) -> tuple[Coverage, ...]:
    """Coverage of all intervals, ``tests`` of each."""
    found = list[Coverage]()
    for number in PAIRED:
        picks = _picks(f"paired {number}", tests, number, len(run[0]), seed)
        for k, outcome in enumerate(OUTCOMES):
            held = paired_coverage(run[0][:, k] - run[1][:, k], picks, CONFIDENCE)
            found.append(Coverage("mean difference of two cells", outcome, number, CONFIDENCE, held, tests))
    picks = _picks("band", tests, BANDS + 1, len(run[0]), seed)
    for name, cell in zip(CELLS, run, strict=True):
        for k, outcome in enumerate(OUTCOMES):
            for level, held in band_coverage(cell[:, k][picks[:, 1:]], cell[:, k][picks[:, 0]]).items():
                found.append(Coverage(f"a new replicate of {name}", outcome, BANDS, level, held, tests))
    return tuple(found)


def _picks(name: str, tests: int, number: int, among: int, seed: int) -> NDArray[np.int64]:
    return (keyed_uniforms(seed_key(seed), name, tests, number) * among).astype(np.int64)


def paired_coverage(differences: Floats, picks: NDArray[np.int64], confidence: float) -> float:
    """Share of samples (tests, n) of differences (R,) whose interval, by ``halfwidths``, holds the mean of all."""
    samples = differences[picks]
    half = np.array([halfwidths(sample[None], confidence)[-1] for sample in samples])
    return float((np.abs(samples.mean(axis=1) - differences.mean()) <= half).mean())


def band_coverage(samples: Floats, new: Floats) -> Mapping[float, float]:
    """Share of new replicates (tests,) inside the band of a sample (tests, n), by level: the 5–95 % of
    ``summary.intervals`` (.9), and 2.5–97.5 % of the same quantiles (.95)."""
    low, high = intervals(samples.T[None])[1:3]
    wide = quantiles(samples.T, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return {
        0.9: float(((low <= new) & (new <= high)).mean()),
        CONFIDENCE: float(((wide[0] <= new) & (new <= wide[1])).mean()),
    }
