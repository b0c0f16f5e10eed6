"""What the tests of the model share: the verification cases' small busy worlds, and a search for strange numbers."""

import numpy as np

from simdiff.analysis.verification.worlds import (
    ALL_SWITCHES,
    EVERYTHING,
    SEED,
    THREE,
    differences,
    fingerprint,
    full_policy,
    make_inputs,
    make_rows,
    make_scenario,
    start,
)
from simdiff.model.state import Sim

__all__ = ["ALL_SWITCHES", "SEED", "THREE", "differences", "fingerprint", "full_policy", "make_inputs", "make_rows",
           "make_scenario", "start", "strange_numbers"]  # fmt: skip


def strange_numbers(sim: Sim) -> list[str]:
    """Names of float arrays that hold NaN or infinity (a water level of infinity means that every demand is met)."""
    found = []
    for name in (*EVERYTHING, "score"):
        array = getattr(sim, name)
        for field in array.dtype.names or (None,):
            values = array if field is None else array[field]
            if field == "water":
                values = np.where(values == np.inf, 0.0, values)
            if values.dtype.kind == "f" and name != "score" and not np.isfinite(values).all():
                found.append(f"{name}.{field}")
    return found
