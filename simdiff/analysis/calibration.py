"""Calibration of the parameters to the C targets, over their declared priors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from simdiff.analysis.abc import RULED_OUT, Floats, Posterior, Score, Sizes, implausibility, sample
from simdiff.analysis.patterns import ANCHORS, CALIBRATED_TO, Target
from simdiff.analysis.targets import AT_ONCE, FIGURES
from simdiff.analysis.worlds import Worlds, at_each
from simdiff.model.luck import seed_key
from simdiff.study.draws import free_parameters, normal_luck, values_at

PIECE = 250
"""Points scored at once."""
FEWEST = 10
"""Cases below which a figure says nothing: such a point cannot be scored."""
SCORED: tuple[Target, ...] = tuple(target for target in CALIBRATED_TO + ANCHORS if target.name in {*FIGURES, *AT_ONCE})
"""Targets that decide about school-level parameters. C9, about leaders, is fitted in its own limit (``leaders``)."""
WORLDS = tuple(dict.fromkeys(target.world for target in SCORED if target.name in FIGURES))
"""Scenarios that a calibration needs, by name."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Accepted draws with the figures they give, and what was found on the way.

    ``draws`` (N) parameter values; ``figures`` (N, targets) in the order of ``SCORED``; ``implausible`` the same of the
    first wave, as implausibilities; ``contraction`` by parameter: posterior SD over prior SD, on the prior's own scale.
    """

    draws: tuple[dict[str, float], ...]
    figures: Floats
    posterior: Posterior
    implausible: Floats
    contraction: Mapping[str, float]

    @property
    def told(self) -> float:
        """Posterior SD over prior SD below which a parameter is told from its prior: three standard errors of the ratio
        of a parameter without a say, with as many independent draws as there are ancestors."""
        return float(1.0 - 3.0 / np.sqrt(2.0 * len(np.unique(self.posterior.ancestors))))

    @property
    def not_ruled_out(self) -> float:
        """Share of the first wave whose worst implausibility is below 3."""
        worst = np.abs(self.implausible).max(axis=1)
        return float((worst < RULED_OUT).mean())


def figures_at(worlds: Worlds, values: Mapping[str, float]) -> Floats:
    """(targets, 2): the figure of each scored target at these parameter values, and its cases (0: exact)."""
    panels = {name: worlds.panel(name, values) for name in WORLDS}
    record = worlds.inputs(WORLDS[0], values).par[0]
    return np.array([
        FIGURES[target.name](panels[target.world]) if target.name in FIGURES else (AT_ONCE[target.name](record), 0.0)
        for target in SCORED
    ])  # fmt: skip


def score_of(found: Floats) -> tuple[Floats, Floats]:
    """Figures with cases (n, targets, 2) → log-likelihoods Σ log N(target; figure, s²) (constants left out), minus
    infinity where a point is ruled out; and implausibilities (n, targets), infinite where a figure rests on too few
    cases."""
    centre, sd = np.array([t.centre for t in SCORED]), np.array([t.sd for t in SCORED])
    off, spread = implausibility(found[..., 0], found[..., 1], centre, sd)
    exact = np.array([t.name in AT_ONCE for t in SCORED])
    known = np.isfinite(off) & (exact | (found[..., 1] >= FEWEST))
    off = np.where(known, off, np.inf)
    ruled_out = np.abs(off).max(axis=1) >= RULED_OUT
    score = -0.5 * np.where(known, off**2, 0.0).sum(axis=1) - np.log(spread).sum(axis=1)
    return np.where(ruled_out, -np.inf, score), off


def in_pieces(score: Score) -> Score:
    """The same score, asked ``PIECE`` points at a time, so that a stop loses no more than that."""

    def pieces(points: Floats) -> tuple[Floats, Floats]:
        parts = [score(points[first : first + PIECE]) for first in range(0, len(points), PIECE)]
        return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])

    return pieces


def scorer(worlds: Worlds, threads: int | None, progress: Callable[[int], None]) -> Score:
    """Score of points in the coordinates of the priors."""
    parameters = free_parameters()

    def score(points: Floats) -> tuple[Floats, Floats]:
        values = [values_at(point, parameters) for point in points]
        found = np.array(at_each(values, partial(figures_at, worlds), threads, progress))
        return score_of(found)[0], found.reshape(len(points), -1)

    return score


def calibrate(worlds: Worlds, sizes: Sizes, seed: int, *, threads: int | None = None,
              progress: Callable[[int], None] = lambda done: None,
              remember: Callable[[Score], Score] = lambda score: score) -> Calibration:  # fmt: skip
    """History matching, then draws from the posterior. ``remember`` may wrap the score to keep what was computed.

    Raises ValueError if no point of the first wave can be scored.
    """
    parameters = free_parameters()
    score = in_pieces(remember(scorer(worlds, threads, progress)))
    found = sample(score, sizes, normal_luck(seed_key(seed), len(parameters)))
    targets = len(SCORED)
    return Calibration(
        draws=tuple(values_at(point, parameters) for point in found.z),
        figures=found.figures.reshape(-1, targets, 2)[..., 0],
        posterior=found,
        implausible=score_of(found.wave_figures.reshape(-1, targets, 2))[1],
        contraction={one.name: float(found.z[:, k].std()) for k, one in enumerate(parameters)},
    )
