"""Cities for a virtual field study: each lived under all sixteen mixes of the four lever families, then given one.

Cities have no ties, so what a city does under a mix does not depend on the mixes of the others: sixteen runs of all
cities tell every city's fate under every mix, and with it what each family truly does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.parity import FAMILIES
from simdiff.analysis.resample import uniforms
from simdiff.analysis.worlds import Worlds
from simdiff.model.inputs import BURN_IN, world_of
from simdiff.scenario import LoadedExperiment
from simdiff.study.draws import NORMAL
from simdiff.study.visits import Floats, Visit, visits

VISITS = (BURN_IN + 22, BURN_IN + 34)
"""Mays of the second and third year: the study saw the first two years; a year later it comes again."""
LEANING = 0.5
"""How far readier cities pull more levers, standard deviations of propensity per SD of the city's signal. Judgement."""
MIXES = tuple(product((False, True), repeat=len(FAMILIES)))
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lived:
    """One world. ``city`` (S,) and ``teachers`` (S,) of schools; by mix the two visits; ``on`` (C, families), what each
    city does; ``ready`` (C,), its mean signal as a z-score."""

    city: Indices
    teachers: Floats
    visits: tuple[tuple[Visit, ...], ...]
    on: NDArray[np.bool_]
    ready: Floats

    @property
    def mix(self) -> Indices:
        """Number of the mix that each city has, (C,)."""
        return mix_number(self.on)

    def seen(self, name: str, visit: int) -> NDArray[np.float64]:
        """One field of a visit (0 or 1) in every school under the mix of its city, (S,)."""
        under = np.array([getattr(one[visit], name) for one in self.visits], dtype=float)
        return np.asarray(under[self.mix[self.city], np.arange(len(self.city))])

    def by_city(self, name: str, visit: int) -> Floats:
        """Teachers of a field over all teachers, by city and mix, (C, mixes)."""
        size = np.bincount(self.city, self.teachers)
        sums = [np.bincount(self.city, getattr(one[visit], name)) for one in self.visits]
        return np.asarray(np.array(sums).T / size[:, None])


def mix_number(on: NDArray[np.bool_]) -> Indices:
    """Place in ``MIXES`` of each row of switches, (…, families) → (…)."""
    return np.asarray(on @ (1 << np.arange(len(FAMILIES))[::-1]))


def mix_name(mix: tuple[bool, ...]) -> str:
    """Name of a mix: its families joined by +."""
    return "+".join(name for name, on in zip(FAMILIES, mix, strict=True) if on) or "base"


def mixes_of(loaded: LoadedExperiment) -> Worlds:
    """The sixteen mixes of an experiment with one scenario and a factor for each family. Raises ScenarioError."""
    (base,) = loaded.bases
    levels = [{name: "on" if on else "off" for name, on in zip(FAMILIES, mix, strict=True)} for mix in MIXES]
    cells = {mix_name(mix): loaded.cell(base, level) for mix, level in zip(MIXES, levels, strict=True)}
    first = next(iter(cells.values()))
    place = world_of(first.scenario, first.schools, loaded.experiment.seed)
    scenarios = {name: cell.scenario for name, cell in cells.items()}
    return Worlds(scenarios, dict.fromkeys(cells, place), loaded.experiment.seed, 1)


def live(worlds: Worlds, key: int, number: int, values: Mapping[str, float]) -> Lived:
    """World ``number``: replicate of that number at these parameter values, under every mix; and who does what."""
    place = next(iter(worlds.places.values()))
    found = tuple(visits(worlds.inputs(name, values), number, VISITS) for name in worlds.scenarios)
    city, teachers = place.site["district"].astype(np.int64), place.site["teachers"].astype(float)
    ready = zscore(np.bincount(city, found[0][0].signal) / np.bincount(city))
    chance = uniforms(key, f"world {number} levers", len(ready), len(FAMILIES))
    leaning = np.vectorize(NORMAL.inv_cdf)(chance) + LEANING * ready[:, None]
    return Lived(city, teachers, found, leaning > 0.0, ready)


def zscore(values: Floats) -> Floats:
    """Values less their mean over their SD; zeros where all are alike."""
    spread = values.std()
    return np.asarray((values - values.mean()) / spread if spread > 0 else np.zeros_like(values))
