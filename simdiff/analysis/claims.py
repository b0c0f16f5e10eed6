"""Claims that one option beats another, and what they hang on: do they turn at the edge of one weak assumption?

A claim is *assumption-driven* if it flips where one input without evidence (a parameter of grade A, a choice of
structure) is at an edge of its range: its lowest or highest tenth of draws, or one of its levels. It flips if the mean
paired difference changes sign there, or if its interval excludes 0 over all draws and does not there. A tenth of the
draws is a small sample, so an edge counts only if its mean is farther from that of all draws than in 19 of 20 shuffles
any edge of any such input is.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from simdiff.analysis.assumptions import Column
from simdiff.analysis.resample import shuffles
from simdiff.analysis.samples import Sample
from simdiff.analysis.sensitivity import Estimate
from simdiff.analysis.summary import HIGH, LOW

EDGE = 0.1
"""Share of the draws at an edge."""
Floats = NDArray[np.float64]
Flip = Literal["turns", "fades", "holds"]


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge of one input: ``place`` in words; ``difference`` of means with its 5–95 % interval and ``ahead``, the
    share of its ``draws`` in which the winner is ahead, with Wilson's; ``flip``: what becomes of the claim."""

    column: Column
    place: str
    draws: int
    difference: Estimate
    ahead: Estimate
    flip: Flip


@dataclass(frozen=True, slots=True)
class Claim:
    """``winner`` beats ``loser`` on the mean of the draws. ``difference`` of means with its 5–95 % interval, ``low``
    and ``high`` the 5–95 % of the draws' own; ``ahead`` the share of draws in which it does. ``flips``: edges at which
    the claim does not hold, of the ``looked`` inputs that were looked at."""

    winner: str
    loser: str
    difference: Estimate
    low: float
    high: float
    ahead: Estimate
    flips: tuple[Edge, ...]
    looked: int

    @property
    def told(self) -> bool:
        """True if the interval of the mean difference excludes 0."""
        return self.difference.low > 0.0

    @property
    def assumption_driven(self) -> bool:
        """True if the claim flips at the edge of a weak assumption."""
        return bool(self.flips)


def claims_of(options: Sequence[Sample], utility: Floats, columns: Sequence[Column], key: int) -> Iterator[Claim]:
    """The first option against each other; ``utility`` (n, options)."""
    orders = shuffles(key, "claims", len(utility))
    for n in range(1, len(options)):
        yield claim(options[0].name, options[n].name, utility[:, 0] - utility[:, n], columns, orders)


def claim(one: str, other: str, difference: Floats, columns: Sequence[Column], orders: NDArray[np.int64]) -> Claim:
    """The claim that draws' paired ``difference`` (n,) of one option less another supports; ``orders`` (times, n)."""
    winner, loser = (one, other) if difference.mean() >= 0.0 else (other, one)
    ahead = difference if difference.mean() >= 0.0 else -difference
    weak = [column for column in columns if column.weak]
    edges = [(column, place, there) for column in weak for place, there in edges_of(column)]
    whole = mean_interval(ahead)
    floor = _floor(ahead, [there for _, _, there in edges], orders)
    found = [_edge(column, place, ahead, there, whole, floor) for column, place, there in edges]
    low, high = (float(end) for end in np.quantile(ahead, (LOW, HIGH)))
    return Claim(winner, loser, whole, low, high, share_ahead(ahead), tuple(e for e in found if e.flip != "holds"),
                 len(weak))  # fmt: skip


def edges_of(column: Column) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Edges of a column in words, and which draws are there."""
    values = column.values
    if column.levels:
        for n, level in enumerate(column.levels):
            if (values == n).sum() > 1:
                yield level, values == n
        return
    ordered, count = np.sort(values), math.ceil(EDGE * len(values))
    yield f"lowest tenth (up to {ordered[count - 1]:.3g})", values <= ordered[count - 1]
    yield f"highest tenth (from {ordered[-count]:.3g})", values >= ordered[-count]


def _edge(column: Column, place: str, ahead: Floats, there: NDArray[np.bool_], whole: Estimate, floor: float) -> Edge:
    here = mean_interval(ahead[there])
    moved = abs(here.value - whole.value) * math.sqrt(there.sum()) > floor
    flip: Flip = "holds"
    if moved and here.value < 0.0:
        flip = "turns"
    elif moved and whole.low > 0.0 >= here.low:
        flip = "fades"
    return Edge(column, place, int(there.sum()), here, share_ahead(ahead[there]), flip)


def _floor(ahead: Floats, edges: Sequence[NDArray[np.bool_]], orders: NDArray[np.int64]) -> float:
    """How far from the mean, times the root of the number of draws, some edge is in one of twenty shuffles."""
    if not edges:
        return math.inf
    there = np.stack(edges, axis=1).astype(np.float64)
    far = np.abs((ahead - ahead.mean())[orders] @ there) / np.sqrt(there.sum(axis=0))
    return float(np.quantile(far.max(axis=1), HIGH))


def mean_interval(values: Floats) -> Estimate:
    """Mean and Student's 5–95 % interval of it."""
    count, middle = len(values), float(values.mean())
    width = float(stdtrit(count - 1, HIGH)) * float(values.std(ddof=1)) / math.sqrt(count)
    return Estimate(middle, middle - width, middle + width)


def share_ahead(values: Floats) -> Estimate:
    """Share of values above 0 and its 5–95 % interval (Wilson 1927)."""
    count, share, z = len(values), float((values > 0.0).mean()), NormalDist().inv_cdf(HIGH)
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    width = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count**2)) / (1 + z * z / count)
    return Estimate(share, middle - width, middle + width)
