"""Where a field study goes and what it is told: cities and schools, answers of teachers, principals and leaders.

Answers err as people do: they recall, and are kind to what they are asked about. All rates are judgement; studies agree
on the direction only (schools that say they personalise differ little from others: RAND 2017).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.field_worlds import Indices, Lived, zscore
from simdiff.analysis.parity import FAMILIES
from simdiff.analysis.resample import uniforms
from simdiff.study.draws import NORMAL
from simdiff.study.visits import Floats

CITIES, SCHOOLS, ASKED = 17, 39, 23
"""Cities, schools, teachers asked in a school: 39 schools in 17 cities, 908 teachers. Source: Gross & DeArmond 2018."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a study is made: cities and schools *selected* (ready cities, nominated schools) or by lot; answers with the
    errors of people or ``exact``."""

    selected: bool
    exact: bool


MANNERS: dict[str, Manner] = {
    "as made": Manner(selected=True, exact=False),
    "no selection": Manner(selected=False, exact=False),
    "exact answers": Manner(selected=True, exact=True),
    "neither": Manner(selected=False, exact=True),
}


@dataclass(frozen=True, slots=True)
class Errors:
    """Chances that an answer is yes: teachers who are proficient, only try, or do not use the practice, the last in a
    school that carries the label or another, asked whether they *use* it and whether it changed their teaching
    (*deep*); principals of active schools, of schools that explore or install, and of others, asked for the *label*;
    principals who do and do not *know* the practice; leaders who do and do not have a *lever*. ``barrier``: SD of a
    principal's judgement of constraint."""

    use: tuple[float, float, float, float] = (0.95, 0.90, 0.25, 0.05)
    deep: tuple[float, float, float, float] = (0.80, 0.30, 0.03, 0.0)
    label: tuple[float, float, float] = (0.95, 0.50, 0.05)
    know: tuple[float, float] = (0.95, 0.20)
    lever: tuple[float, float] = (0.95, 0.30)
    barrier: float = 0.10


PEOPLE = Errors()
EXACT = Errors((1, 1, 0, 0), (1, 0, 0, 0), (1, 0, 0), (1, 0), (1, 0), 0.0)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the study holds, school by school (n,): ``city``; ``site`` (in the grant's own record); shares of teachers
    who say they use it, at both visits (n, 2), and deeply; principals on label, knowledge and barriers; what leaders
    of its city say they do (n, families)."""

    city: Indices
    site: NDArray[np.bool_]
    use: Floats
    deep: Floats
    label: NDArray[np.bool_]
    know: NDArray[np.bool_]
    barrier: Floats
    lever: NDArray[np.bool_]


def chosen(lived: Lived, key: int, number: int, selected: bool) -> Indices:
    """Rows of the schools visited: two a city, three in the largest, in the order of cities.

    By selection, the cities with most signal and most families in place, and of each the schools that its leaders would
    show: pilots first, then schools with the label, then those with most users. Else cities and schools by lot.
    """
    cities = len(lived.ready)
    lot = uniforms(key, f"world {number} cities", 1, cities)[0]
    worth = lived.ready + zscore(lived.on.sum(axis=1).astype(float)) if selected else lot
    picked = np.sort(np.argsort(-worth, kind="stable")[:CITIES])
    rank = uniforms(key, f"world {number} schools", 1, len(lived.city))[0]
    if selected:
        rank = rank * 1e-6 + lived.seen("using", 0) / lived.teachers
        rank += 2.0 * lived.seen("site", 0) + lived.seen("active", 0)
    size = np.bincount(lived.city)[picked]
    more = set(picked[np.argsort(-size, kind="stable")[: SCHOOLS - 2 * CITIES]].tolist())
    rows = list[Indices]()
    for one in picked:
        inside = np.flatnonzero(lived.city == one)
        rows.append(inside[np.argsort(-rank[inside], kind="stable")[: 3 if int(one) in more else 2]])
    return np.concatenate(rows)


def ask(lived: Lived, key: int, number: int, manner: Manner) -> Answers:
    """Visit the schools twice and write down what is said."""
    rows = chosen(lived, key, number, manner.selected)
    errors = EXACT if manner.exact else PEOPLE
    luck = uniforms(key, f"world {number} principals", len(lived.city), 3)[rows]
    names = [[f"world {number} school {row} visit {visit}" for row in rows] for visit in (0, 1)]
    teachers = [np.concatenate([uniforms(key, name, 1, ASKED) for name in visit]) for visit in names]
    active, known = lived.seen("active", 1)[rows] > 0, lived.seen("known", 1)[rows] > 0
    label = np.select([active, known], errors.label[:2], errors.label[2])
    noise = np.vectorize(NORMAL.inv_cdf)(luck[:, 2])
    said = uniforms(key, f"world {number} leaders", len(lived.ready), len(FAMILIES))
    lever = said < np.where(lived.on, *errors.lever)
    return Answers(
        city=lived.city[rows],
        site=lived.seen("site", 1)[rows] > 0,
        use=np.stack([_yes(lived, rows, visit, errors.use, teachers[visit]) for visit in (0, 1)], axis=1),
        deep=_yes(lived, rows, 1, errors.deep, teachers[1]),
        label=luck[:, 0] < label,
        know=luck[:, 1] < np.where(known, *errors.know),
        barrier=np.clip(lived.seen("perceived", 1)[rows] + errors.barrier * noise, 0.0, 1.0),
        lever=lever[lived.city[rows]],
    )


def _yes(lived: Lived, rows: Indices, visit: int, chances: tuple[float, float, float, float],
         luck: Floats) -> Floats:  # fmt: skip
    """Share of the teachers asked in each school who say yes, by their luck (n, ``ASKED``); in a school with fewer, all
    are asked. The same luck for two questions keeps deep users among users."""
    teachers = lived.teachers[rows]
    proficient, using = (lived.seen(name, visit)[rows] / teachers for name in ("proficient", "using"))
    other = np.where(lived.seen("active", visit)[rows] > 0, chances[2], chances[3])
    yes = chances[0] * proficient + chances[1] * (using - proficient) + other * (1.0 - using)
    asked = np.minimum(teachers, ASKED)
    there = np.arange(ASKED) < asked[:, None]
    return np.asarray(((luck < yes[:, None]) & there).sum(axis=1) / asked)
