"""The best mixes of sub-levers: several objectives, a budget, common random numbers, and a second look.

The search is NSGA-II (Deb, Pratap, Agarwal & Meyarivan 2002) as Optuna has it, with constraint domination. Every mix is
judged on the same replicates and parameter draws, so mixes are compared world by world. The best of many noisy scores
is too good (the winner's curse; Smith & Winkler 2006), so what is reported comes from replicates and draws that the
search never saw.
"""

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.cell_values import AskError, Values, is_unknown
from simdiff.analysis.discovery import MissingExtraError
from simdiff.analysis.factor_contrasts import draw_means
from simdiff.scenario import Experiment, Plain, nearest
from simdiff.scenario.experiment_schema import Factor
from simdiff.scenario.factors import is_whole, named_levels
from simdiff.scenario.problems import listed

USUAL = ("deep_schools", "equity_gap", "cost")
LESS_IS_BETTER = ("cost", "cost_discounted", "cost_in_kind", "cost_partner", "cost_per_deep_teacher_year",
                  "cost_per_deep_student_year", "assimilation_gap", "overload", "months_to_quarter",
                  "months_to_half")  # fmt: skip
NEAR_ZERO = ("equity_gap", "concentration", "time_to_deep_gap")
"""Outcomes that are best at zero: what counts is how far off they are, in either direction."""
POPULATION = 24
"""Mixes of a generation; the same for any number of evaluations, so that a longer search begins as a shorter one."""
GRID = 100
"""Steps of a range: finer doses than a hundredth of it mean nothing."""
MOST_FRONT = 12
"""Mixes of the frontier that are looked at again."""
BAD_CASE = 0.1
"""Share of draws that do worse than the bad case that is reported."""
Floats = NDArray[np.float64]
Levels = Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class Decision:
    """Something to decide: a number from ``low`` to ``high`` (``whole``: whole numbers), or one of ``levels``."""

    name: str
    low: float
    high: float
    whole: bool
    levels: tuple[Plain, ...]

    def choices(self) -> int:
        """How many values it can take."""
        if self.levels:
            return len(self.levels)
        return int(self.high - self.low) + 1 if self.whole else GRID + 1

    def value(self, step: int) -> Plain:
        """The value at a step from 0."""
        if self.levels:
            return self.levels[step]
        if self.whole:
            return int(self.low) + step
        return self.high if step == GRID else float(f"{self.low + (self.high - self.low) * step / GRID:.10g}")


def decisions_of(experiment: Experiment) -> list[Decision]:
    """What an experiment leaves to decide: its factors. Raises AskError for those that nobody decides."""
    if not experiment.factors:
        raise AskError("the experiment has no factors: there is nothing to decide")
    unknown = [name for name, factor in experiment.factors.items() if is_unknown(factor)]
    if unknown:
        raise AskError(f"{', '.join(unknown)}: nobody decides this; use --draws to be robust against parameters")
    return [_decision(name, factor) for name, factor in experiment.factors.items()]


def _decision(name: str, factor: Factor) -> Decision:
    if factor.low is not None and factor.high is not None:
        return Decision(name, factor.low, factor.high, is_whole(factor), ())
    return Decision(name, 0.0, 0.0, False, tuple(named_levels(factor)))


@dataclass(frozen=True, slots=True)
class Objective:
    """An outcome to make large (``sense`` −1), small (1), or near to zero (0)."""

    outcome: str
    sense: int

    def losses(self, values: Values) -> Values:
        """What is made small, world by world."""
        return np.abs(values) if self.sense == 0 else values * self.sense

    def shown(self, values: Values) -> Values:
        """What is told of it: the outcome, or how far it is off zero."""
        return np.abs(values) if self.sense == 0 else values


def objectives_of(names: Sequence[str], known: Sequence[str]) -> list[Objective]:
    """Objectives by the names of outcomes. Raises AskError."""
    for name in names:
        if name not in known:
            hint = nearest(name, known)
            asks = f"; did you mean `{hint}`?" if hint else ""
            raise AskError(f"--objectives: unknown outcome `{name}`, expected some of {listed(known, 40)}{asks}")
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise AskError("--objectives: expected two or more different outcomes")
    return [Objective(name, 1 if name in LESS_IS_BETTER else 0 if name in NEAR_ZERO else -1) for name in names]


def robust(losses: Values, share: float | None) -> Floats:
    """One loss for each cell of (cells, draws, replicates): the mean over draws of each draw's mean, or with ``share``
    the loss that at most this share of the draws exceeds. Nan if any draw has none."""
    means = draw_means(losses)
    if share is None:
        return np.asarray(means.mean(axis=1))
    return np.asarray(np.quantile(means, 1.0 - share, axis=1))


@dataclass(frozen=True, slots=True)
class Tried:
    """A mix that was tried: its levels, its losses, and how far its expected cost is above the budget (0 or less: it
    keeps it). Losses are nan where an outcome is undefined."""

    levels: Levels
    losses: tuple[float, ...]
    excess: float

    @property
    def feasible(self) -> bool:
        """True if it keeps to the budget and every objective is defined."""
        return self.excess <= 0 and not any(map(math.isnan, self.losses))


Evaluate = Callable[[Sequence[Levels]], tuple[Floats, Floats]]
"""Mixes → losses (mixes, objectives) and excess of cost over the budget (mixes,)."""


def search(decisions: Sequence[Decision], count: int, evaluate: Evaluate, evaluations: int, seed: int) -> list[Tried]:
    """Try ``evaluations`` mixes for ``count`` objectives, a generation at a time; the first is everything at its least.

    All that is random follows from ``seed``, so that the same search asks for the same mixes again.
    """
    optuna = _library()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sampler = optuna.samplers.NSGAIISampler(population_size=POPULATION, seed=seed % 2**32)
        study = optuna.create_study(directions=["minimize"] * count, sampler=sampler)
        space = {one.name: _steps(optuna, one) for one in decisions}
        study.enqueue_trial(dict.fromkeys(space, 0))
        tried = list[Tried]()
        while len(tried) < evaluations:
            trials = [study.ask(space) for _ in range(min(POPULATION, evaluations - len(tried)))]
            mixes = [{one.name: one.value(trial.params[one.name]) for one in decisions} for trial in trials]
            for trial, mix, loss, over in zip(trials, mixes, *evaluate(mixes), strict=True):
                one = Tried(mix, tuple(map(float, loss)), float(over))
                tried.append(one)
                if any(map(math.isnan, (*one.losses, one.excess))):
                    study.tell(trial, state=optuna.trial.TrialState.FAIL)
                    continue
                trial.set_constraint("budget", one.excess)
                study.tell(trial, one.losses)
    return tried


def _steps(optuna: Any, one: Decision) -> Any:
    if one.levels:
        return optuna.distributions.CategoricalDistribution(range(one.choices()))
    return optuna.distributions.IntDistribution(0, one.choices() - 1)


def _library() -> Any:
    try:
        import optuna
    except ImportError:
        raise MissingExtraError("optimize needs more libraries: pip install 'simdiff[optimize]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    """True if no loss is larger and one is smaller."""
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def frontier(tried: Sequence[Tried]) -> list[int]:
    """Numbers of the mixes that keep to the budget and that none dominates, each mix once, by the first objective."""
    first = {tuple(one.levels.items()): n for n, one in reversed(list(enumerate(tried))) if one.feasible}
    kept = [n for n in sorted(first.values())
            if not any(dominates(tried[m].losses, tried[n].losses) for m in first.values())]  # fmt: skip
    return sorted(kept, key=lambda n: tried[n].losses)


def spread_out(losses: Sequence[Sequence[float]], most: int) -> list[int]:
    """Up to ``most`` points of a frontier, far from each other: the best in each objective, then one by one the point
    that is furthest from those taken (each objective scaled to its range)."""
    scaled = scale(np.array(losses))
    taken = list(dict.fromkeys(int(n) for n in scaled.argmin(axis=0)))[:most]
    while len(taken) < min(most, len(scaled)):
        away = np.min([np.linalg.norm(scaled - scaled[n], axis=1) for n in taken], axis=0)
        away[taken] = -1.0
        taken.append(int(away.argmax()))
    return sorted(taken)


def scale(losses: Floats) -> Floats:
    """Each objective scaled to its range among the points, 0 the best."""
    low, high = losses.min(axis=0), losses.max(axis=0)
    return np.asarray((losses - low) / np.where(high > low, high - low, 1.0))


def late_share(tried: Sequence[Tried]) -> float:
    """Share of the frontier that the last fifth of the evaluations found: what more of them might still find."""
    front = frontier(tried)
    return sum(n >= 0.8 * len(tried) for n in front) / len(front) if front else math.nan
