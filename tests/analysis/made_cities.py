"""Cities made by hand for tests of the field study."""

from collections.abc import Callable

import numpy as np

from simdiff.analysis.field_worlds import MIXES, Lived
from simdiff.study.visits import Visit

Gains = Callable[[tuple[bool, ...]], float]


def made(on: np.ndarray, gain: Gains = lambda mix: 0.0, schools: int = 5, teachers: int = 20) -> Lived:
    """Cities alike but for what they do: the first two schools of each are sites in which every teacher uses the
    practice, and half are proficient; in the others ``gain`` of the mix uses it (rounded to no teacher), nobody deeply.
    """
    cities = len(on)
    city = np.repeat(np.arange(cities), schools)
    site = np.tile(np.arange(schools) < 2, cities)
    size = np.full(len(city), float(teachers))

    def visit(mix: tuple[bool, ...]) -> Visit:
        using = np.where(site, size, gain(mix) * size)
        return Visit(
            using=using, proficient=np.where(site, size / 2, 0.0), active=site, known=site, site=site,
            binding=np.full(len(city), 0.2), perceived=np.full(len(city), 0.6), signal=np.zeros(len(city)),
        )  # fmt: skip

    return Lived(city, size, tuple((visit(mix), visit(mix)) for mix in MIXES), on, np.zeros(cities))


def nothing(cities: int) -> np.ndarray:
    """No city does anything."""
    return np.zeros((cities, 4), dtype=bool)
