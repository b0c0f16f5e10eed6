"""One scenario, many replicates, on all cores: the same numbers whatever the threads and batches."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model.inputs import Inputs, prepare, world_of
from simdiff.model.outcomes import OUTCOME_FUNCTIONS
from simdiff.model.world import World
from simdiff.register import FINAL_OUTCOMES, OUTCOMES
from simdiff.scenario import Loaded
from simdiff.study.blocks import observed, outcome_values, places_of_world, practice_names
from simdiff.study.draws import parameter_draws

BATCH = 16
"""Replicates whose outcomes are computed together."""

HEADLINES = tuple(outcome.name for outcome in OUTCOMES if outcome.headline)
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class RunResult:
    """Outcomes of every replicate of every draw.

    ``yearly`` (draws, replicates, outcomes, years + 1, places, practices): value at the end of year 0 (burn-in), 1, …;
    ``monthly`` the same by month for ``HEADLINES``; ``final`` (draws, replicates, final outcomes, places, practices);
    ``ledger`` (draws, replicates, places, lines, payers): dollars over the whole run.
    """

    scenario: str
    title: str
    places: tuple[str, ...]
    place_titles: tuple[str, ...]
    practices: tuple[str, ...]
    burn_in: int
    yearly: NDArray[np.float64]
    monthly: NDArray[np.float64]
    final: NDArray[np.float64]
    ledger: NDArray[np.float64]
    draws: tuple[dict[str, float], ...]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names along the outcome axis of ``yearly``."""
        return tuple(OUTCOME_FUNCTIONS)

    @property
    def years(self) -> int:
        """Years of policy."""
        return int(self.yearly.shape[3]) - 1


def run_scenario(loaded: Loaded, *, replicates: int, seed: int, draws: int = 0,
                 posterior: Sequence[Mapping[str, float]] = (), threads: int | None = None, batch: int = BATCH,
                 progress: Progress = lambda done: None) -> tuple[RunResult, World]:  # fmt: skip
    """Run a scenario: ``replicates`` (≥ 1) replicates at default parameters, or of each of ``draws`` parameter draws.

    Draws come from the declared priors, or are the first of ``posterior``. ``progress`` is called with the number of
    replicates just finished. Raises ValueError for counts below 1.
    """
    if replicates < 1 or draws < 0 or (threads is not None and threads < 1):
        raise ValueError("replicates and threads must be at least 1, draws at least 0")
    world = world_of(loaded.scenario, loaded.schools, seed)
    said = loaded.scenario.parameters
    chosen = list(posterior[:draws]) or parameter_draws(seed, draws)
    drawn = [{name: value for name, value in draw.items() if name not in said} for draw in chosen] or [{}]
    inputs = [prepare(loaded.scenario, world, seed, draw) for draw in drawn]
    tasks = [
        (one, range(start, min(start + batch, replicates))) for one in inputs for start in range(0, replicates, batch)
    ]

    def work(task: tuple[Inputs, range]) -> _Part:
        part = _batch(*task)
        progress(len(task[1]))
        return part

    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        parts = list(pool.map(work, tasks))
    shape = (len(drawn), replicates)
    first = inputs[0]
    titles = {name: district.title for name, district in loaded.scenario.where.districts.items()}
    return RunResult(
        scenario=loaded.scenario.name,
        title=loaded.scenario.title,
        places=places_of_world(world),
        place_titles=tuple(titles.get(place, "All districts") for place in places_of_world(world)),
        practices=practice_names(first),
        burn_in=first.burn_in,
        yearly=_join([part.yearly for part in parts], shape),
        monthly=_join([part.monthly for part in parts], shape),
        final=_join([part.final for part in parts], shape),
        ledger=_join([part.ledger for part in parts], shape),
        draws=tuple(drawn) if draws else (),
    ), world


@dataclass(frozen=True, slots=True)
class _Part:
    yearly: NDArray[np.float64]
    monthly: NDArray[np.float64]
    final: NDArray[np.float64]
    ledger: NDArray[np.float64]


def _join(parts: Sequence[NDArray[np.float64]], shape: tuple[int, int]) -> NDArray[np.float64]:
    joined = np.concatenate(parts)
    return joined.reshape(*shape, *joined.shape[1:])


def _batch(inputs: Inputs, replicates: range) -> _Part:
    """Simulate some replicates and compute their outcomes together; arrays start with the replicate axis."""
    runs = observed(inputs, replicates)
    monthly = outcome_values(runs, tuple(OUTCOME_FUNCTIONS))
    ends = np.arange(inputs.burn_in - 1, inputs.months, 12)
    heads = [list(OUTCOME_FUNCTIONS).index(name) for name in HEADLINES]
    final = outcome_values(runs, tuple(outcome.name for outcome in FINAL_OUTCOMES))
    return _Part(monthly[:, :, ends], monthly[:, heads], final[:, :, 0], runs.ledger())
