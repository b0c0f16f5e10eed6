"""A verification case: what the program gave, what it must give, and when the two agree."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 3.3
"""Standard errors within which a simulated mean must lie at the shipped seed (a false alarm in 1,000 by chance; the
seed is frozen, so it passes or fails for good)."""
FRESH = 5.0
"""The same for any other seed or size, where chance plays anew in each of some sixty comparisons."""
IDENTITY = 1e-12
"""Tolerance of deterministic identities, relative to answers above one."""
POWER = 1.645
"""Standard normal quantile of 95 %: a true deviation is missed at most 5 % of the time."""

Floats = NDArray[np.float64]


class Case(NamedTuple):
    """What came out, its standard error (0: deterministic) and what must come out; numbers or arrays alike.

    ``wrong`` is what would have to come out under the defect that the check names (None where there is no chance),
    ``samples`` the independent replicates behind the error, ``compared`` what was compared, in words.
    """

    simulated: Any
    error: Any
    exact: Any
    wrong: Any = None
    samples: int = 0
    compared: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list of verification cases.

    ``run`` takes a seed and a size that multiplies the replicates; it is None where the case does not apply, and
    ``reason`` says why. ``elements`` names the parts of a case with several answers; ``printed`` are the model
    specification's figures for them (empty: none). ``tolerance`` is an allowance on top of the standard errors,
    relative to answers above one. ``defect`` names the error, planted into the exact answer, that a stochastic case
    must be able to see.
    """

    number: int
    title: str
    catches: str
    source: str
    run: Callable[[int, float], Case] | None = None
    elements: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    tolerance: float = IDENTITY
    defect: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """V1 … V28."""
        return f"V{self.number}"


def mean_case(samples: Any, exact: Any, wrong: Any = None, compared: str = "") -> Case:
    """Case of the mean of independent samples (first axis)."""
    values = np.asarray(samples, dtype=float)
    error = values.std(axis=0, ddof=1) / math.sqrt(len(values))
    return Case(values.mean(axis=0), error, exact, wrong, len(values), compared)


def joined(*cases: Case) -> Case:
    """Several cases as one, element after element. Parts without chance have nothing wrong planted into them."""

    def rows(case: Case) -> Floats:
        parts = (case.simulated, case.error, case.exact, case.exact if case.wrong is None else case.wrong)
        return np.stack(np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in parts))).reshape(4, -1)

    simulated, error, exact, wrong = np.concatenate([rows(case) for case in cases], axis=1)
    samples = min((case.samples for case in cases if case.samples), default=0)
    return Case(simulated, error, exact, wrong if samples else None, samples, cases[0].compared)


def allowed(case: Case, limit: float = TOLERANCE, tolerance: float = IDENTITY) -> Floats:
    """How far each value may lie from the exact one: ``limit`` standard errors and the tolerance."""
    exact = np.abs(np.asarray(case.exact, dtype=float))
    return np.asarray(limit * np.asarray(case.error, dtype=float) + tolerance * np.maximum(1.0, exact))


def agrees(case: Case, limit: float = TOLERANCE, tolerance: float = IDENTITY) -> bool:
    """True if every value lies within what is allowed."""
    gap = np.abs(np.asarray(case.simulated, dtype=float) - np.asarray(case.exact, dtype=float))
    return bool(np.all(gap <= allowed(case, limit, tolerance)))


def detectable(case: Case, limit: float = TOLERANCE, tolerance: float = IDENTITY) -> Floats:
    """Smallest true deviation of each value that is missed at most 5 % of the time: (limit + 1.645) standard errors."""
    return allowed(case, limit + POWER, tolerance)


def sees_defect(case: Case, limit: float = TOLERANCE, tolerance: float = IDENTITY) -> bool:
    """True if the planted defect moves some value by more than what is detectable."""
    moved = np.abs(np.asarray(case.wrong, dtype=float) - np.asarray(case.exact, dtype=float))
    return bool(np.any(moved > detectable(case, limit, tolerance)))


def report(case: Case) -> str:
    """What a failing assertion shows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (np.asarray(case.simulated, float) - np.asarray(case.exact, float)) / np.asarray(case.error, float)
    return f"simulated {case.simulated}, exact {case.exact}, error {case.error}, z {z}"


def times(replicates: int, size: float, least: int = 2) -> int:
    """Replicates at a size (two at least, where there must be a standard error)."""
    return max(least, round(replicates * size))
