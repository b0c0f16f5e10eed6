"""Conditional means given one input, from data that were not made for it: means within equal parts of its range.

Source: Plischke, Borgonovo & Smith 2013, "Global sensitivity measures from given data", EJOR 226. The number of parts
grows as the cube root of the number of draws, so that both the parts and what is in them get finer and surer.

Means within parts differ by luck too. Their share of the variance is cleared of it (ε² of Kelley 1935), and for the
value of information they are drawn together until their variance is what is left: moment matching (Heath, Manolopoulou
& Baio 2016; constrained empirical Bayes, Louis 1984).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.assumptions import Column

LEAST_DRAWS = 100
"""Draws below which nothing is said of single inputs: a part would hold fewer than twenty."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of several columns side by side: ``members`` (n, parts) says with ones which draw is in which; ``starts``
    (columns,) where each column's parts begin; ``column`` (parts,) whose they are."""

    members: Floats
    starts: NDArray[np.int64]
    column: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Means:
    """Means of a figure within parts, ``times`` over with other weights.

    ``share`` (times, parts): of the weight of all draws; ``mean`` (times, 1); ``apart`` (times, parts): mean within
    the part less that; ``plain`` and ``cleared`` (times, columns): the share of the variance that a column's parts
    explain, as it is, and cleared of what they explain by luck (around 0 where there is nothing).
    """

    share: Floats
    mean: Floats
    apart: Floats
    plain: Floats
    cleared: Floats

    def matched(self, parts: Parts) -> Floats:
        """Means within parts, drawn together to the variance that is no luck, (times, parts)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = np.sqrt(np.maximum(self.cleared, 0.0) / self.plain)
        return self.mean + np.nan_to_num(factor)[:, parts.column] * self.apart


def bins_of(column: Column) -> NDArray[np.int64]:
    """The part of its range that each value of a column lies in, (n,) numbers from 0: parts of equal counts, equal
    values in one part; named levels, and values as few as the parts, are parts of their own."""
    n, values = len(column.values), column.values
    parts = math.ceil(n ** (1 / 3))
    different = np.unique(values)
    if column.levels or len(different) <= parts:
        return np.searchsorted(different, values)
    below = np.searchsorted(np.sort(values), values)
    return np.unique(below * parts // n, return_inverse=True)[1]


def parts_of(columns: Sequence[Column]) -> Parts:
    """The parts of all columns."""
    each = [(bins[:, None] == np.arange(bins.max() + 1)).astype(np.float64) for bins in map(bins_of, columns)]
    sizes = [one.shape[1] for one in each]
    return Parts(np.concatenate(each, axis=1), np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(each)), sizes))


def means_in(parts: Parts, y: Floats, weights: Floats) -> Means:
    """Means of ``y`` (times or 1, n) within parts, with ``weights`` (times, n)."""
    n = weights.sum(axis=1, keepdims=True)
    mean = (weights * y).sum(axis=1, keepdims=True) / n
    centred = y - mean
    whole = (weights * centred**2).sum(axis=1, keepdims=True)
    count, total = weights @ parts.members, (weights * centred) @ parts.members
    apart = total / np.maximum(count, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        plain = np.nan_to_num(np.add.reduceat(total * apart, parts.starts, axis=1) / whole)
    filled = np.add.reduceat((count > 0).astype(np.float64), parts.starts, axis=1)
    cleared = 1.0 - (1.0 - plain) * (n - 1.0) / (n - filled)
    return Means(count / n, mean, apart, plain, cleared)
