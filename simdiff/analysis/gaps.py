"""How far two options are from even on average, in the worlds that both have."""

from dataclasses import dataclass

import numpy as np

from simdiff.analysis.contrasts import Contrast, Estimate, estimate
from simdiff.analysis.direction import DIRECTIONS
from simdiff.analysis.matched import Matched


@dataclass(frozen=True, slots=True)
class Gap:
    """A judged ``contrast`` of distances from even, and the mean distance of its ``first`` and of its ``second`` option
    in the worlds in which both have one, so that the one less the other is the mean difference."""

    contrast: Contrast
    first: Estimate
    second: Estimate


def gap_of(worlds: Matched, pair: Contrast, confidence: float) -> Gap:
    """The two mean distances of a pair."""
    a, b = (worlds.options.index(name) for name in (pair.first, pair.second))
    values = DIRECTIONS[pair.outcome].compared(worlds.values[pair.outcome])
    both = np.isfinite(values[a]) & np.isfinite(values[b])
    each = [estimate(np.where(both, values[n], np.nan), worlds.ran[a] & worlds.ran[b], confidence) for n in (a, b)]
    return Gap(pair, each[0], each[1])
