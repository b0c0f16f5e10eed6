"""Conditional means given one input, from data that were not made for it: equal parts of the input's range.

Source: Plischke, Borgonovo & Smith 2013, "Global sensitivity measures from given data", EJOR 226. The number of parts
grows as the cube root of the number of draws, so that both the parts and what is in them get finer and surer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.assumptions import Column

LEAST_DRAWS = 100
"""Draws below which nothing is said of single inputs: a part would hold fewer than twenty."""


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


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of several columns side by side: ``members`` (n, parts) says with ones which draw is in which; ``places``
    (columns, n) in which part of each column a draw is; ``starts`` (columns,) where each column's parts begin."""

    members: NDArray[np.float64]
    places: NDArray[np.int64]
    starts: NDArray[np.int64]


def parts_of(columns: Sequence[Column]) -> Parts:
    """The parts of all columns."""
    return _parts([bins_of(column) for column in columns])


def one_part(count: int) -> Parts:
    """All draws in one part: what is known without looking at any input."""
    return _parts([np.zeros(count, dtype=np.int64)])


def _parts(bins: Sequence[NDArray[np.int64]]) -> Parts:
    each = [(one[:, None] == np.arange(one.max() + 1)).astype(np.float64) for one in bins]
    starts = np.cumsum([0, *(one.shape[1] for one in each[:-1])])
    return Parts(np.concatenate(each, axis=1), np.stack(bins) + starts[:, None], starts)
