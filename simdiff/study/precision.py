"""Sequential precision: how sharp a paired difference is after n replicates, and when that may be believed.

Intervals that are looked at again and again get narrow by luck. The rule here is that of Hoad, Robinson and Davies
(2010, "Automated selection of the number of replications for a discrete-event simulation", Journal of the Operational
Research Society 61): stop at n only if the half-width is small enough at n *and* at the next 5 replicates (of n above
100: the next 5 %).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

LOOK_AHEAD = 5
MOST_AT_ONCE = 2.0
"""A round multiplies replicates by this at most: early variances are rough."""


def halfwidths(differences: NDArray[np.float64], confidence: float) -> NDArray[np.float64]:
    """Half-width of the interval of the mean difference after 1, 2, … n replicates; ``differences`` is (draws, n).

    The draws are given; the interval is about chance alone: mean over draws of each draw's mean difference, with
    variance Σ_d s_d²/m_d / D² and Σ(m_d − 1) degrees of freedom. Undefined (nan) differences are left out. Infinite
    where some draw has fewer than two differences.
    """
    defined = np.isfinite(differences)
    values = np.where(defined, differences, 0.0)
    centre = values.sum(axis=1, keepdims=True) / np.maximum(1, defined.sum(axis=1, keepdims=True))
    values = np.where(defined, values - centre, 0.0)  # sums of squares lose fewer digits about the mean
    count = np.cumsum(defined, axis=1)
    total, squares = np.cumsum(values, axis=1), np.cumsum(values**2, axis=1)
    enough = (count >= 2).all(axis=0)
    safe = np.maximum(count, 2)
    variance = np.maximum(0.0, squares - total**2 / safe) / (safe - 1)
    error = np.sqrt((variance / safe).sum(axis=0)) / len(differences)
    freedom = np.maximum(1, (safe - 1).sum(axis=0))
    width = stdtrit(freedom, (1 + confidence) / 2) * error
    return np.where(enough, width, np.inf)


def look_ahead(replicates: int) -> int:
    """Further replicates at which the half-width must stay small."""
    return max(LOOK_AHEAD, math.ceil(LOOK_AHEAD * replicates / 100))


def sharp_at(widths: NDArray[np.float64], target: float, least: int) -> int | None:
    """The first n ≥ ``least`` at which the half-width is ``target`` or less and stays so over the look-ahead."""
    good = widths <= target
    for n in range(least, len(widths) + 1):
        ahead = n + look_ahead(n)
        if ahead <= len(widths) and good[n - 1 : ahead].all():
            return n
    return None


def replicates_next(width: float, replicates: int, target: float, most: int) -> int:
    """Replicates to have after the next round: what the present width asks for, and the look-ahead after it."""
    if width <= target:
        wanted = replicates + look_ahead(replicates)
    else:
        needed = replicates * (width / target) ** 2 if math.isfinite(width) else math.inf
        wanted = math.ceil(min(needed, MOST_AT_ONCE * replicates))
        wanted = max(wanted, replicates + LOOK_AHEAD) + look_ahead(wanted)
    return min(most, wanted)


@dataclass(frozen=True, slots=True)
class Sharpness:
    """A paired difference: ``first`` minus ``second`` (cell names), its mean and half-width after ``replicates``
    replicates of each draw; ``sharp`` if the rule is met, with the replicates that met it in ``enough``."""

    first: str
    second: str
    difference: float
    halfwidth: float
    replicates: int
    enough: int | None

    @property
    def sharp(self) -> bool:
        """True if the half-width asked for is reached and stayed."""
        return self.enough is not None
