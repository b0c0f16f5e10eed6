"""Some replicates of one scenario at one set of parameters, simulated and turned into outcomes together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model.inputs import Inputs
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations, final_outcomes
from simdiff.model.run import simulate
from simdiff.model.state import LINES
from simdiff.model.world import World

ALL = "all"
"""Name of the place that pools every district."""
ANY = "any"
"""Name of the practice slot that asks whether any practice qualifies."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What was written down in ``count`` replicates, pooled over districts and, if there are several, by district."""

    count: int
    groups: tuple[Observations, ...]

    def ledger(self) -> NDArray[np.float64]:
        """Dollars over the whole run, (replicates, places, lines, payers)."""
        ledger = _by_replicate([o.ledger.sum(axis=0) for o in self.groups], self.count, 0)
        assert ledger.shape[2] == len(LINES)
        return ledger


def observed(inputs: Inputs, replicates: Sequence[int]) -> Observed:
    """Simulate replicates one after the other."""
    return stacked(inputs, [Observations.of_sim(simulate(inputs, replicate)) for replicate in replicates])


def stacked(inputs: Inputs, runs: Sequence[Observations]) -> Observed:
    """Observations of replicates side by side."""
    reports = len(inputs.world.reports)
    together = Observations.stack(runs)
    groups = (together.pooled(reports), together)[: 1 if reports == 1 else 2]
    return Observed(len(runs), groups)


def outcome_values(runs: Observed, outcomes: Sequence[str]) -> NDArray[np.float64]:
    """Outcomes by name, (replicates, outcomes, months, places, practices); those of a whole run have one month."""
    finals = [final_outcomes(o) for o in runs.groups] if set(outcomes) - OUTCOME_FUNCTIONS.keys() else []
    columns = []
    for name in outcomes:
        if name in OUTCOME_FUNCTIONS:
            values = [OUTCOME_FUNCTIONS[name](o) for o in runs.groups]
        else:
            values = [final[name][None] for final in finals]
        columns.append(_by_replicate(values, runs.count, 1))
    return np.stack(columns, axis=1)


def places_of_world(world: World) -> tuple[str, ...]:
    """Names of places: all districts together, then each if there are several."""
    return (ALL,) if len(world.reports) == 1 else (ALL, *world.reports)


def practice_names(inputs: Inputs) -> tuple[str, ...]:
    """Names of practices; with several, *any* of them too."""
    names = tuple(practice.name for practice in inputs.practices)
    return names if len(names) == 1 else (*names, ANY)


def _by_replicate(groups: Sequence[NDArray[np.float64]], runs: int, axis: int) -> NDArray[np.float64]:
    """Split the report axis of stacked runs into (replicate, place), replicate first; pooled places come before."""
    split = []
    for values in groups:
        shape = values.shape
        parted = values.reshape(*shape[:axis], runs, shape[axis] // runs, *shape[axis + 1 :])
        split.append(np.moveaxis(parted, axis, 0))
    return np.concatenate(split, axis=axis + 1)
