"""Matched worlds made by hand, for tests of comparisons."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from simdiff.analysis.matched import AS_IT_IS, Matched
from simdiff.scenario import load_scenario
from simdiff.study.cells import make_cell


def worlds_of(values: Mapping[str, ArrayLike], options: Sequence[str] = "", *, structure: Sequence[int] = (),
              structures: Sequence[str] = (AS_IT_IS,), ran: ArrayLike | None = None, year: float = 10,
              scenario: str = "status-quo", keep: Sequence[str] = ()) -> Matched:  # fmt: skip
    """Matched worlds of ``values``: outcome → (options, draws, replicates). Options are A, B, C, … if not named;
    outcomes compared are ``keep``, or all."""
    arrays = {name: np.asarray(value, dtype=float) for name, value in values.items()}
    shape = next(iter(arrays.values())).shape
    names = tuple(options) or tuple("ABCDEFGHIJ"[: shape[0]])
    cell = make_cell(load_scenario(Path(scenario)), "cell", "cell", {})
    return Matched(
        names, (cell,) * len(names), tuple(keep) or tuple(arrays), arrays,
        np.ones(shape, dtype=bool) if ran is None else np.asarray(ran), np.array(structure or [0] * shape[1]),
        tuple(structures), year, "all", "personal-learning-paths", (),
    )  # fmt: skip
