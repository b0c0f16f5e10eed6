"""Medians and 5–95 % intervals over replicates (chance) and, kept apart, over parameter draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LOW, HIGH = 0.05, 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """Median and 5–95 % of one quantity.

    ``low`` and ``high`` are chance alone: over replicates, at typical parameters (the median over draws of each draw's
    quantiles). ``parameter_low`` and ``parameter_high`` are the 5–95 % of the draws' medians; not-a-number without
    draws. ``defined`` is the share of runs in which the quantity is defined.
    """

    median: float
    low: float
    high: float
    parameter_low: float
    parameter_high: float
    defined: float


def intervals(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of ``values`` (draws, replicates, …): shape (6, …), in the order of ``Interval``'s fields.

    Not-a-number values count as undefined and are left out; a quantity defined in fewer than half of the runs has a
    not-a-number median and interval, because the rest would be a selected set.
    """
    defined = np.isfinite(values).mean(axis=(0, 1))
    inside = quantiles(np.moveaxis(values, 1, 0), (LOW, 0.5, HIGH))
    low, middle, high = (quantiles(one, (0.5,))[0] for one in inside)
    if values.shape[0] > 1:
        parameter_low, parameter_high = quantiles(inside[1], (LOW, HIGH))
    else:
        parameter_low = parameter_high = np.full_like(middle, np.nan)
    result = np.stack([middle, low, high, parameter_low, parameter_high, defined])
    result[:5, defined < 0.5] = np.nan
    return result


def quantiles(values: NDArray[np.float64], shares: Sequence[float]) -> NDArray[np.float64]:
    """Quantiles along the first axis, undefined values left out; not-a-number where all are.

    As ``numpy.nanquantile``, which goes through the slices one by one and is a hundred times slower.
    """
    ordered = np.sort(values, axis=0)  # undefined ones last
    count = np.isfinite(values).sum(axis=0)
    found = []
    for share in shares:
        at = share * np.maximum(count - 1, 0)
        low = np.floor(at).astype(np.int64)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        below, above = (np.take_along_axis(ordered, where[None], axis=0)[0] for where in (low, high))
        found.append(below + (at - low) * (above - below))
    return np.stack(found)


def interval(column: NDArray[np.float64]) -> Interval:
    """An Interval from the first axis of ``intervals``."""
    return Interval(*(float(value) for value in column))
