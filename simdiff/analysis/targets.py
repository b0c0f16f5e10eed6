"""Figures of the calibration targets, measured on panels as the studies measured them.

Each function takes panels of one world and returns ``(figure, cases)``: the pooled figure over all runs, and how many
schools (or school-years) it rests on. Not-a-number where no case was seen. Shares are 0–1.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from simdiff.model.state import DROPPED, FULL, INSTALL, Record
from simdiff.study.panel import Panel

REAL_USE = 0.3
"""Share of teachers from which a school is in real use (θ_use of the register)."""
SURVEY_MONTH = 10
"""May: studies visit once a year."""
Figure = tuple[float, float]


def events(happens: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Runs, months and schools at which a condition (runs, T, S) first holds."""
    first = happens.argmax(axis=1)
    runs, schools = np.nonzero(happens.any(axis=1))
    return runs, first[runs, schools], schools


def launches(panel: Panel, later: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """First launches that can be followed for ``later`` months: runs, months, schools."""
    runs, months, schools = events(panel.active)
    seen = months + later < panel.stage.shape[1]
    return runs[seen], months[seen], schools[seen]


def ratio(part: float, whole: float) -> float:
    """part / whole; not-a-number where whole is 0."""
    return part / whole if whole else float("nan")


def startup(panel: Panel) -> Figure:
    """C1: of schools that begin to install and are done with it, the share that launches.

    A school may begin and give up within a month, and is then never seen installing. Beginnings of the last year are
    left out: they can be given up before the panel ends, but hardly launch.
    """
    last = panel.stage.shape[1] - 12
    installing, active = panel.stage == INSTALL, panel.active
    before, after = panel.stage[:, :-1], panel.stage[:, 1:]
    at_once = (before != INSTALL) & (before != DROPPED) & ~active[:, :-1] & (after == DROPPED)
    ended = installing[:, :-1] & ~installing[:, 1:]
    months = np.arange(panel.stage.shape[1])[None, :, None]
    began = np.where(installing & ~np.roll(installing, 1, axis=1), months, 0)
    since = np.maximum.accumulate(began, axis=1)[:, :-1]
    ended &= since < last
    at_once[:, last:] = False
    launched = (ended & active[:, 1:]).sum()
    tried = ended.sum() + at_once.sum()
    return ratio(launched, tried), float(tried)


def mechanical_share(panel: Panel) -> Figure:
    """C2: ΣM / Σ(M + K) nine months after launch."""
    runs, months, schools = launches(panel, 9)
    mechanical = panel.mechanical[runs, months + 9, schools].sum()
    return ratio(mechanical, mechanical + panel.proficient[runs, months + 9, schools].sum()), float(len(runs))


def implementing(panel: Panel) -> Figure:
    """C3: of launched schools, those formally active and in real use 24 months later."""
    runs, months, schools = launches(panel, 24)
    at = (runs, months + 24, schools)
    held = panel.active[at] & (panel.using[at] >= REAL_USE)
    return ratio(held.sum(), len(runs)), float(len(runs))


def formal_survival(panel: Panel, months: int) -> Figure:
    """Kaplan–Meier share of launched schools that keep the label for so many months (C4: 36; C6: one minus that at 60);
    cases are those that dropped it or were watched so long."""
    runs, start, schools = launches(panel, 0)
    last = panel.stage.shape[1]
    lost = panel.stage[runs, :, schools] == DROPPED
    after = np.arange(last)[None, :] > start[:, None]
    dropped = (lost & after).any(axis=1)
    age = np.where(dropped, (lost & after).argmax(axis=1), last - 1) - start
    alive = 1.0
    for month in np.unique(age[dropped & (age <= months)]):
        alive *= 1.0 - (dropped & (age == month)).sum() / (age >= month).sum()
    followed = float((dropped | (age >= months)).sum())
    return (alive if len(runs) and age.max() >= months else float("nan")), followed


def loss_hazard(panel: Panel) -> Figure:
    """C5: −ln of the share of launched schools in real use in one May that still are in the next; per year."""
    mays = np.arange(SURVEY_MONTH, panel.stage.shape[1], 12)
    launched = np.logical_or.accumulate(panel.active, axis=1)[:, mays]
    real = (panel.using[:, mays] >= REAL_USE) & launched
    before, after = real[:, :-1], real[:, 1:]
    kept = ratio((before & after).sum(), before.sum())
    return (-float(np.log(kept)) if kept > 0 else float("nan")), float(before.sum())


def full_after(panel: Panel, months: int = 60) -> Figure:
    """C7: of launched schools, those at full implementation ``months`` later."""
    runs, start, schools = launches(panel, months)
    return ratio((panel.stage[runs, start + months, schools] == FULL).sum(), len(runs)), float(len(runs))


FIGURES: dict[str, Callable[[Panel], Figure]] = {
    "C1": startup,
    "C2": mechanical_share,
    "C3": implementing,
    "C4": lambda panel: formal_survival(panel, 36),
    "C5": loss_hazard,
    "C6": lambda panel: (1.0 - formal_survival(panel, 60)[0], formal_survival(panel, 60)[1]),
    "C7": full_after,
}
"""Targets that are measured on a panel, by name."""


SMALL_PROGRAMME, LARGE_PROGRAMME = 0.01, 0.5
"""Coaches of a programme as a share of those who could coach: a few of them; half of them (3 per 100 teachers)."""


def pool_quality(par: Record, share: float) -> float:
    """E13: mean effect of the best ``share`` of the coach pool, μ_Q + σ_Q φ(z)/s, z = Φ⁻¹(1 − s)."""
    return float(par.pool_mean + par.pool_spread * norm.pdf(norm.ppf(1.0 - share)) / share)


def programme_ratio(par: Record) -> float:
    """C8: coach quality in a large programme over that in a small one. Of what a coached teacher gains, nothing else in
    the model depends on the size of the programme (only with structure.dilution)."""
    return pool_quality(par, LARGE_PROGRAMME) / pool_quality(par, SMALL_PROGRAMME)


def real_barriers(par: Record) -> float:
    """C10: of perceived school-level constraint before any lever, B + (1 − B) Φ, the part B that is real."""
    return float(par.rules_school / (par.rules_school + (1.0 - par.rules_school) * par.phantom))


def coached_mastery(par: Record) -> float:
    """A1: hazard of mastery where coaching demand is fully served, over that without a coach: 1 + s_T e_C."""
    return float(1.0 + par.strength_talent * par.master_coached)


AT_ONCE: dict[str, Callable[[Record], float]] = {
    "C8": programme_ratio, "C10": real_barriers, "A1": coached_mastery,
}  # fmt: skip
"""Targets that follow from the parameters alone, by name."""
