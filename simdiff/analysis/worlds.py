"""Worlds in which targets are measured: the scenarios of an experiment, run and watched at given parameter values."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import TypeVar

from simdiff.model.inputs import Inputs, prepare, world_of
from simdiff.model.world import World
from simdiff.scenario import LoadedExperiment, Scenario
from simdiff.study.panel import Panel, watch

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int], None]
"""Told how many pieces of work were just finished."""


@dataclass(frozen=True, slots=True)
class Worlds:
    """Scenarios by name with the schools and ties they are run on, the seed of their luck, and replicates of each."""

    scenarios: Mapping[str, Scenario]
    places: Mapping[str, World]
    seed: int
    replicates: int

    def inputs(self, name: str, values: Mapping[str, float]) -> Inputs:
        """What a replicate of one world needs, at these parameter values."""
        return prepare(self.scenarios[name], self.places[name], self.seed, values)

    def panel(self, name: str, values: Mapping[str, float], practice: int = 0) -> Panel:
        """All replicates of one world, watched."""
        return watch(self.inputs(name, values), range(self.replicates), practice)


def worlds_of(loaded: LoadedExperiment) -> Worlds:
    """The worlds of an experiment without factors: one for each of its scenarios. Raises ScenarioError."""
    experiment = loaded.experiment
    cells = {name: loaded.cell(name, {}) for name in loaded.bases}
    return Worlds(
        scenarios={name: cell.scenario for name, cell in cells.items()},
        places={name: world_of(cell.scenario, cell.schools, experiment.seed) for name, cell in cells.items()},
        seed=experiment.seed,
        replicates=experiment.replicates or 1,
    )


def at_each(items: Sequence[Item], work: Callable[[Item], Result],
            threads: int | None = None, progress: Progress = lambda done: None) -> list[Result]:  # fmt: skip
    """Do some work for every item, such as a parameter draw, on all cores (simulation holds no lock); results in the
    order of the items."""
    results = list[Result]()
    with ThreadPoolExecutor(threads or cpu_count() or 1) as pool:
        for result in pool.map(work, items):
            results.append(result)
            progress(1)
    return results
