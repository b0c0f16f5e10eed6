"""The conclusions of a field study: estimators and rules declared beforehand, and what is true of the same world.

A descriptive claim is drawn when its estimate is on the right side of a bound; the truth is the same figure of all
schools in all cities. A claim that a lever helps is drawn when the 95 % interval of its association is above 0; it is
true if the lever, in all cities as they are otherwise, adds a point to the share of teachers using the practice.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from simdiff.analysis.field_sample import Answers
from simdiff.analysis.field_worlds import MIXES, Indices, Lived, mix_number
from simdiff.analysis.parity import FAMILIES
from simdiff.study.draws import NORMAL
from simdiff.study.visits import Floats

CONFIDENCE = 0.95
LEAST = 0.01
"""Gain in the share of teachers using the practice from which a lever counts as helping. Judgement."""
HELPS = {"goals": "Clear goals help", "flexibility": "Flexibility helps", "talent": "Support for talent helps",
         "networks": "Networks help"}  # fmt: skip
NOTHING = (math.nan, math.nan, math.nan)
Estimate = tuple[float, float, float]
"""Value, and the low and high end of its nominal interval; not-a-number where the data cannot say."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One conclusion: how it is ``estimated`` and when it is drawn (the estimate is below, or above, ``bound``; without
    a bound, its interval is above 0); its figure in truth, and whether it ``holds``."""

    name: str
    title: str
    figure: str
    below: bool
    bound: float | None
    estimated: Callable[[Answers], Estimate]
    truth: Callable[[Lived], float]
    gain: Callable[[Lived], float] | None = None

    def drawn(self, estimate: Estimate) -> bool:
        """True if the study draws the conclusion."""
        value, low, _ = estimate
        if self.bound is None:
            return low > 0.0
        return value < self.bound if self.below else value > self.bound

    def holds(self, lived: Lived) -> bool:
        """True if the conclusion is right in this world."""
        if self.gain:
            return self.gain(lived) >= LEAST
        value = self.truth(lived)
        return self.drawn((value, value, value))


def wilson(share: float, of: int) -> Estimate:
    """A share of ``of`` with Wilson's interval (1927); not-a-number of none."""
    if not of:
        return NOTHING
    z = NORMAL.inv_cdf((1 + CONFIDENCE) / 2)
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return share, (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def proportion(yes: NDArray[np.bool_]) -> Estimate:
    """A share of schools, taken as independent, with Wilson's interval."""
    return wilson(float(yes.mean()), len(yes))


def average(values: Floats) -> Estimate:
    """A mean with Student's interval."""
    half = _t(len(values) - 1) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return float(values.mean()), float(values.mean()) - half, float(values.mean()) + half


def quotient(part: Floats, whole: Floats) -> Estimate:
    """Sum of parts over sum of wholes with the linearised interval of a ratio (Cochran 1977, 6.3)."""
    if whole.sum() <= 0:
        return NOTHING
    ratio, n = float(part.sum() / whole.sum()), len(whole)
    half = _t(n - 1) * float((part - ratio * whole).std(ddof=1)) / math.sqrt(n) / float(whole.mean())
    return ratio, ratio - half, ratio + half


def association(use: Floats, said: Floats, city: Indices, k: int) -> Estimate:
    """Coefficient of column ``k`` of ``said`` (n, columns) in a least-squares fit of use with a constant; errors
    clustered by city (CR1), t with cities − 1 degrees of freedom (Cameron & Miller 2015)."""
    x = np.column_stack([np.ones(len(use)), said])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        return NOTHING
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ use
    groups, member = np.unique(city, return_inverse=True)
    scores = np.array([((use - x @ beta)[:, None] * x)[member == g].sum(axis=0) for g in range(len(groups))])
    g, (n, columns) = len(groups), x.shape
    scale = g / (g - 1) * (n - 1) / (n - columns)
    half = _t(g - 1) * math.sqrt(max(0.0, (scale * bread @ scores.T @ scores @ bread)[k + 1, k + 1]))
    return float(beta[k + 1]), float(beta[k + 1]) - half, float(beta[k + 1]) + half


def _t(freedom: float) -> float:
    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))


def _lever(k: int) -> Callable[[Answers], Estimate]:
    return lambda a: association(a.use[:, 1], a.lever.astype(float), a.city, k)


def lever_effect(k: int) -> Callable[[Lived], float]:
    """What family ``k`` adds to the share of teachers using it: mean over cities, their other families as they are."""

    def effect(lived: Lived) -> float:
        reach, rows = lived.by_city("using", 1), np.arange(len(lived.on))
        sides = []
        for side in (False, True):
            on = lived.on.copy()
            on[:, k] = side
            sides.append(reach[rows, mix_number(on)].mean())
        return float(sides[1] - sides[0])

    return effect


def _together(answers: Answers) -> Estimate:
    return association(answers.use[:, 1], answers.lever.all(axis=1, keepdims=True).astype(float), answers.city, 0)


def together(lived: Lived) -> float:
    """All four in every city, less what cities without all four have: share of teachers using it."""
    reach, rows = lived.by_city("using", 1), np.arange(len(lived.on))
    others = ~lived.on.all(axis=1)
    return float(reach[:, -1].mean() - reach[rows, lived.mix][others].mean()) if others.any() else math.nan


def least_loss(lived: Lived) -> float:
    """The least that is lost, of the four, when one family is taken from all four in every city."""
    means = lived.by_city("using", 1).mean(axis=0)
    return float(min(means[-1] - means[m] for m, mix in enumerate(MIXES) if sum(mix) == len(FAMILIES) - 1))


def _share(name: str) -> Callable[[Lived], float]:
    return lambda lived: float(lived.seen(name, 1).mean())


def _growth(lived: Lived) -> float:
    use = [lived.seen("using", visit) / lived.teachers for visit in (0, 1)]
    return float((use[1] - use[0]).mean())


def _pockets(lived: Lived) -> float:
    deep = lived.seen("proficient", 1)
    return float((deep * lived.seen("site", 1)).sum() / deep.sum()) if deep.sum() > 0 else math.nan


def _depth(lived: Lived) -> float:
    using = lived.seen("using", 1).sum()
    return float(lived.seen("proficient", 1).sum() / using) if using > 0 else math.nan


CLAIMS: tuple[Claim, ...] = (
    Claim("pockets", "Good practice stays in pockets", "deep users who are in pilot schools", False, 0.50,
          lambda a: quotient(a.deep * a.site, a.deep), _pockets),
    Claim("small", "Spread is small", "schools with the label", True, 0.25,
          lambda a: proportion(a.label), _share("active")),
    Claim("unknown", "Most schools have not looked into it", "schools that know the practice", True, 0.50,
          lambda a: proportion(a.know), _share("known")),
    Claim("stalled", "Spread has stalled", "growth of use in a year", True, 0.05,
          lambda a: average(a.use[:, 1] - a.use[:, 0]), _growth),
    Claim("shallow", "Use is shallow", "users whose teaching changed", True, 0.50,
          lambda a: quotient(a.deep, a.use[:, 1]), _depth),
    Claim("barriers", "The system's rules bind", "constraint that schools face", False, 0.30,
          lambda a: average(a.barrier), _share("binding")),
    *(Claim(name, HELPS[name], f"use with {name} less without", False, None, _lever(k), lever_effect(k),
            lever_effect(k)) for k, name in enumerate(FAMILIES)),
    Claim("together", "It takes all four levers", "use with all four less with fewer", False, None, _together,
          together, least_loss),
)  # fmt: skip
"""The study's main conclusions as rules. Bounds are judgement, set before any world was run."""
