"""What surveys read off a panel: the end of a year, the visit each May, who is engaged or deep, lifetimes.

Runs R, months T, schools S. Years count from the start of policy; the end of year 4 is the June before the fifth year.
"""

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.targets import REAL_USE, SURVEY_MONTH, launches
from simdiff.model.state import DROPPED, EXPLORE, FULL
from simdiff.study.panel import Panel

DEEP = 0.5
"""Share of proficient teachers from which a school is deep (θ_s of the register)."""
MOST_RATIO = 100.0
"""A ratio to nothing is told as this."""
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def year_end(panel: Panel, year: int) -> int:
    """The last month of a year of policy (0: the month before policy). Raises IndexError beyond the horizon."""
    month = panel.burn_in + 12 * year - 1
    if month >= panel.stage.shape[1]:
        raise IndexError(f"year {year} lies beyond the horizon")
    return month


def mays(panel: Panel, first: int = 0) -> NDArray[np.intp]:
    """Months of the yearly visits from month ``first`` on."""
    months = np.arange(SURVEY_MONTH, panel.stage.shape[1], 12)
    return months[months >= first]


def deep(panel: Panel) -> Flags:
    """At least half of the teachers are proficient; (R, T, S)."""
    return np.asarray(panel.proficiency >= DEEP)


def engaged(panel: Panel) -> Flags:
    """Any engagement, however light: the school explores, installs or implements, or some teacher uses the practice;
    (R, T, S)."""
    return np.asarray(((panel.stage >= EXPLORE) & (panel.stage <= FULL)) | (panel.using > 0.0))


def depth(panel: Panel, month: int) -> float:
    """Proficient teachers over all teachers in one month, all runs together."""
    runs = panel.stage.shape[0]
    return float(panel.proficient[:, month].sum() / (runs * panel.teachers.sum()))


def over(part: float, whole: float) -> float:
    """part / whole; ``MOST_RATIO`` at most, and where there is a part of nothing; not-a-number for nothing of
    nothing."""
    if whole == 0.0:
        return MOST_RATIO if part > 0.0 else float("nan")
    return min(part / whole, MOST_RATIO)


def label_lives(panel: Panel) -> tuple[NDArray[np.intp], Flags]:
    """Months from each school's first launch to the end of its label, or to the end of the panel; and whether it ended;
    (launched schools of all runs,) each."""
    runs, start, schools = launches(panel, 0)
    months = panel.stage.shape[1]
    dropped = (panel.stage[runs, :, schools] == DROPPED) & (np.arange(months)[None, :] > start[:, None])
    ended = dropped.any(axis=1)
    return np.where(ended, dropped.argmax(axis=1), months - 1) - start, ended


def use_lives(panel: Panel) -> tuple[NDArray[np.intp], Flags]:
    """The same for real use, as yearly visits see it: from the first May in real use of a school that has launched to
    the first May in which it is not."""
    visits = mays(panel)
    launched = np.logical_or.accumulate(panel.active, axis=1)[:, visits]
    real = (panel.using[:, visits] >= REAL_USE) & launched
    runs, schools = np.nonzero(real.any(axis=1))
    start = real.argmax(axis=1)[runs, schools]
    lost = ~real[runs, :, schools] & (np.arange(len(visits))[None, :] > start[:, None])
    ended = lost.any(axis=1)
    return 12 * (np.where(ended, lost.argmax(axis=1), len(visits) - 1) - start), ended


def survival(age: NDArray[np.intp], ended: Flags, months: int) -> Floats:
    """Kaplan–Meier share alive after 0, 1, …, ``months`` months; not-a-number from where nobody alive is followed."""
    alive, curve = 1.0, np.full(months + 1, np.nan)
    for month in range(months + 1):
        at_risk = (age >= month).sum()
        if at_risk == 0:
            if alive == 0.0:
                curve[month:] = 0.0
            break
        alive *= 1.0 - (ended & (age == month)).sum() / at_risk
        curve[month] = alive
    return curve
