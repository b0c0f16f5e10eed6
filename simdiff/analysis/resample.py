"""Resamples and shuffles by keyed luck: the same key, name and size give the same ones, whatever else is asked."""

import numpy as np
from numpy.typing import NDArray

from simdiff.model.places import lots

RESAMPLE = 33
"""Decision word of resamples; no rule uses it."""
TIMES = 200
"""Resamples behind an interval: its ends are then the tenth values from either side."""
Floats = NDArray[np.float64]


def uniforms(key: int, name: str, count: int, size: int) -> Floats:
    """Uniforms in (0, 1), (count, size)."""
    columns = -(-size // 4)
    names = [("resample", name, f"{n}/{c}") for n in range(count) for c in range(columns)]
    return lots(key, names, RESAMPLE).reshape(count, 4 * columns)[:, :size]


def resamples(key: int, name: str, size: int, count: int = TIMES) -> Floats:
    """How often each of ``size`` things is drawn in ``count`` bootstrap resamples (Efron 1979), (count, size)."""
    chosen = (uniforms(key, name, count, size) * size).astype(np.int64)
    flat = (chosen + size * np.arange(count)[:, None]).ravel()
    return np.bincount(flat, minlength=count * size).reshape(count, size).astype(np.float64)


def shuffles(key: int, name: str, size: int, count: int = TIMES) -> NDArray[np.int64]:
    """Orders of ``size`` things, (count, size)."""
    return np.argsort(uniforms(key, name, count, size), axis=1, kind="stable")
