"""Simulated districts for parameter recovery: a bank to weigh, and truths to be found again.

Districts come from prior draws of *all* parameters, so that what is not asked for is not taken as known, and each has
luck of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from simdiff.analysis.abc import Floats
from simdiff.analysis.district_figures import SITUATIONS, figures
from simdiff.analysis.quantities import COMPOSITES
from simdiff.analysis.recovery import Lines, lines
from simdiff.analysis.worlds import Worlds, at_each
from simdiff.model.inputs import parameter_values
from simdiff.model.luck import seed_key
from simdiff.register import Parameter
from simdiff.study.draws import free_parameters, normal_luck, values_at
from simdiff.study.followed import follow

DISTRICT = "followed-district"
"""The scenario that is followed."""
CHUNK = 250
"""Districts simulated, and kept, together."""
BANK, TRUTHS, NOISE, ERRORS, SAMPLER = range(1, 6)
"""Stages of the keyed luck of the study; those of the sampler follow the last."""
Step = Callable[[Floats], tuple[Floats, Floats]]
"""Points (n, 1 + d), replicate and prior coordinates, → figures (n, k), and nothing more (n, 0)."""
Progress = Callable[[int], None]
"""Told how many districts were just simulated."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """Districts: prior coordinates ``z`` (n, d) of all parameters and ``figures`` (n, k)."""

    z: Floats
    figures: Floats


def quantity_names() -> tuple[str, ...]:
    """Composites first, then parameters in the order of the register."""
    return (*(one.name for one in COMPOSITES), *(one.name for one in free_parameters()))


def watched(worlds: Worlds, threads: int | None, progress: Progress) -> Step:
    """The step that simulates districts at points and measures their figures."""
    work = partial(_figures_at, worlds, free_parameters())

    def step(points: Floats) -> tuple[Floats, Floats]:
        return np.array(at_each(list(points), work, threads, progress)), np.zeros((len(points), 0))

    return step


def _figures_at(worlds: Worlds, parameters: Sequence[Parameter], point: Floats) -> list[float]:
    inputs = worlds.inputs(DISTRICT, values_at(point[1:], parameters))
    return [one for part in figures(follow(inputs, int(point[0]))).values() for one in part.values()]


def figure_columns(worlds: Worlds) -> dict[str, int]:
    """Number of figures that a situation has, with those of the situations before it."""
    parts = figures(follow(worlds.inputs(DISTRICT, {}), 0))
    counts = np.cumsum([len(parts[name]) for name in SITUATIONS])
    return {name: int(count) for name, count in zip(SITUATIONS, counts, strict=True)}


def simulated(step: Step, stage: int, count: int, first: int, seed: int) -> Simulated:
    """``count`` districts from the prior, with replicates from ``first`` on."""
    z, _ = normal_luck(seed_key(seed), len(free_parameters()))(stage, 0, count)
    points = np.column_stack([first + np.arange(count, dtype=float), z])
    return Simulated(z, np.concatenate([step(points[at : at + CHUNK])[0] for at in range(0, count, CHUNK)]))


def quantities_of(worlds: Worlds, z: Floats) -> Floats:
    """Quantities (n, q) at prior coordinates: composites as they are, parameters as their coordinates."""
    parameters, scenario = free_parameters(), worlds.scenarios[DISTRICT]
    rows = (parameter_values(scenario, values_at(point, parameters)) for point in z)
    return np.column_stack([np.array([[one.of(row) for one in COMPOSITES] for row in rows]), z])


@dataclass(frozen=True, slots=True)
class Known:
    """What posteriors are made of.

    The bank is halved: ``learnt`` decides the linear estimates, ``weighted`` is weighted, so that no district is judged
    by lines drawn through itself. ``quantities`` (n, q) of learnt, weighted and truths are in prior SDs (by ``middle``
    and ``spread``, (q,)).
    """

    names: tuple[str, ...]
    columns: dict[str, int]
    learnt: Simulated
    weighted: Simulated
    truths: Simulated
    quantities: tuple[Floats, Floats, Floats]
    middle: Floats
    spread: Floats

    def lines(self, situation: str) -> Lines:
        """Linear estimates from the figures of one situation."""
        return lines(self.learnt.figures[:, : self.columns[situation]], self.quantities[0])

    def estimates(self, situation: str, by: Lines) -> tuple[Floats, Floats, Floats]:
        """Estimates (n, q) of learnt, weighted and truths."""
        upto = self.columns[situation]
        first, second, third = (by.at(one.figures[:, :upto]) for one in (self.learnt, self.weighted, self.truths))
        return first, second, third


def known(worlds: Worlds, bank: Simulated, truths: Simulated) -> Known:
    """Lay out a bank and truths."""
    half = len(bank.z) // 2
    raw = quantities_of(worlds, bank.z)
    middle, spread = raw.mean(axis=0), raw.std(axis=0)
    standard = (raw - middle) / spread
    return Known(
        names=quantity_names(),
        columns=figure_columns(worlds),
        learnt=Simulated(bank.z[:half], bank.figures[:half]),
        weighted=Simulated(bank.z[half:], bank.figures[half:]),
        truths=truths,
        quantities=(standard[:half], standard[half:], (quantities_of(worlds, truths.z) - middle) / spread),
        middle=middle,
        spread=spread,
    )
