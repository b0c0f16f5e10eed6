"""Schools as the model needs them: read from a table, or drawn from a published profile by keyed luck."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model.compile import entry
from simdiff.model.luck import PLACE, PROFILE, WORLD_REPLICATE, draws, identity
from simdiff.scenario.schema import District, LevelProfile, Spacing
from simdiff.scenario.schools import SchoolRow

LEVELS = ("elementary", "middle", "high", "other")
PROBABILITIES = (0.05, 0.25, 0.50, 0.75, 0.95)
MOST_TEACHERS = 1000
KM_PER_DEGREE = 111.195
TOWN = 8
"""Schools to a town when a profile's nearest distance says that schools lie in clusters."""


@dataclass(frozen=True, slots=True)
class Place:
    """One school: identity, size, need (low-income share), level (0 elementary … 3 other), position in km."""

    district: str
    id: str
    name: str
    level: int
    teachers: int
    students: int
    need: float
    x: float
    y: float


@entry
def _fill(key, who, decision, replicate, out):
    for n in range(who.shape[0]):
        out[n, 0], out[n, 1], out[n, 2], out[n, 3] = draws(key, who[n], 0, decision, 0, replicate)


def lots(key: int, names: Sequence[tuple[str, ...]], decision: int) -> NDArray[np.float64]:
    """Four uniforms in (0, 1) for each named thing, shared by all replicates of the seed; shape (names, 4)."""
    who = np.array([identity(*name) for name in names], dtype=np.uint64)
    out = np.empty((len(who), 4))
    _fill(np.uint64(key), who, decision, WORLD_REPLICATE, out)
    return out


def places_of(district_id: str, district: District, rows: Sequence[SchoolRow], key: int) -> list[Place]:
    """The schools of one district, sorted by id: its table rows if there are any, else drawn from its profile."""
    if rows:
        return _from_table(district_id, district, rows, key)
    return _from_profile(district_id, district, key)


def _from_table(district_id: str, district: District, rows: Sequence[SchoolRow], key: int) -> list[Place]:
    rows = sorted(rows, key=lambda row: row.id)
    known = [(row.latitude, row.longitude) for row in rows if row.latitude is not None and row.longitude is not None]
    middle = (float(np.mean([p[0] for p in known])), float(np.mean([p[1] for p in known]))) if known else (0.0, 0.0)
    spacing = district.profile.spacing if district.profile else Spacing(nearest_km=1.0, pairwise_km=10.0)
    drawn = scatter([(district_id, row.id) for row in rows], spacing, key)
    places = []
    for n, row in enumerate(rows):
        x, y = float(drawn[n, 0]), float(drawn[n, 1])
        if row.latitude is not None and row.longitude is not None:
            x = (row.longitude - middle[1]) * KM_PER_DEGREE * math.cos(math.radians(middle[0]))
            y = (row.latitude - middle[0]) * KM_PER_DEGREE
        level = LEVELS.index(row.level)
        places.append(Place(district_id, row.id, row.name, level, row.teachers, row.students, row.low_income, x, y))
    return places


def _from_profile(district_id: str, district: District, key: int) -> list[Place]:
    profile = district.profile
    assert profile is not None, "the loader refuses a district without schools"
    drawn: list[tuple[str, int, int, int, float]] = []
    for number, level in enumerate(LEVELS):
        part: LevelProfile | None = getattr(profile, level)
        if part is None:
            continue
        ids = [f"{level}-{n + 1:04d}" for n in range(part.schools)]
        lot = lots(key, [(district_id, name) for name in ids], PROFILE)
        teachers = quantile(part.teachers, lot[:, 0], 1.0, MOST_TEACHERS)
        need = quantile(part.low_income, lot[:, 1], 0.0, 1.0)
        for n, name in enumerate(ids):
            size = max(1, round(float(teachers[n])))
            drawn.append((name, number, size, round(size * part.students_per_teacher), float(need[n])))
    drawn.sort()
    where = scatter([(district_id, school[0]) for school in drawn], profile.spacing, key)
    return [
        Place(district_id, name, name, level, size, students, need, float(where[n, 0]), float(where[n, 1]))
        for n, (name, level, size, students, need) in enumerate(drawn)
    ]


def quantile(published: Sequence[float], u: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Values at probabilities u from published 5, 25, 50, 75 and 95 % quantiles; straight lines between and beyond."""
    at = (0.0, *PROBABILITIES, 1.0)
    first = published[0] - 0.05 * (published[1] - published[0]) / 0.2
    last = published[-1] + 0.05 * (published[-1] - published[-2]) / 0.2
    values = np.interp(u, at, (first, *published, last))
    return np.asarray(np.clip(values, low, high))


def scatter(names: Sequence[tuple[str, ...]], spacing: Spacing, key: int) -> NDArray[np.float64]:
    """Positions (km) with about the published nearest and pairwise medians: towns in a square, schools within towns.

    In a unit square the median distance of two uniform points is .512; the median nearest distance at density λ is
    .47/√λ. Towns are discs with the density that the nearest distance asks for.
    """
    side = spacing.pairwise_km / 0.512
    count = max(1, math.ceil(len(names) / TOWN))
    district = names[0][0] if names else ""
    centres = lots(key, [("town", district, str(n)) for n in range(count)], PLACE)[:, :2] * side
    radius = math.sqrt(TOWN / math.pi) * spacing.nearest_km / 0.47
    lot = lots(key, names, PLACE)
    town = centres[np.minimum((lot[:, 2] * count).astype(int), count - 1)]
    out = np.sqrt(lot[:, 0]) * min(radius, side / 2)
    angle = 2 * np.pi * lot[:, 1]
    return np.asarray(town + np.column_stack([out * np.cos(angle), out * np.sin(angle)]))
