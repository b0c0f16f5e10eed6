"""Figures of one district's own data, in four situations that build on each other (model specification, section 10).

A, the adoption curve: how many schools use the practice, year by year. B adds stages of schools, with the months of
entry and of dropping. C adds counts of teachers in each school each May. D adds surveys of commitment and of imagined
constraint, and the logs of coaches.

Figures are made to be defined in every district: rates are ln((events + ½)/(exposure + 1)), means and slopes are shrunk
as by one case. What they are good for is not assumed: lines from all of them to each parameter are fitted
(``recovery``).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from simdiff.model.state import DROPPED, EXPLORE, FULL, INITIAL, INSTALL, NONE
from simdiff.study.followed import SURVEY_MONTH, Followed
from simdiff.study.panel import Panel

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Figures = dict[str, float]
MARCH, MAY = 8, slice(SURVEY_MONTH, None, 12)
"""The month in which schools decide; the months of surveys."""
AGES = range(6)
"""Years since launch at which schools are looked at."""
PERIODS = {"early": (12, 48), "middle": (48, 84), "late": (84, 10_000)}
"""Months from the start of the burn-in: while pilots run, the three years after, the rest."""
PER_TENTH = 10
"""Slopes on a share of schools count tenths, so that shrinking by one case is little."""
SURVEYED = (0, 1, 3, 4, 5, 7, -1)
"""Years whose mean imagined constraint is a figure; clarifying starts in the fourth."""


def log_rate(events: float, exposure: float) -> float:
    """ln((events + ½)/(exposure + 1)), defined without cases."""
    return float(np.log((events + 0.5) / (exposure + 1.0)))


def shrunk_mean(values: NDArray[np.generic], about: float = 0.0) -> float:
    """Mean with one case at ``about`` added."""
    return float((values.sum() + about) / (values.size + 1.0))


def slopes(name: str, response: Floats, where: Flags, *causes: Floats) -> Figures:
    """Intercept and slopes of a least-squares line over the cases ``where`` (all of one shape), named by their number;
    shrunk as by one case each (ridge 1)."""
    x = np.column_stack([np.ones(where.sum()), *(cause[where] for cause in causes)])
    found = np.linalg.solve(x.T @ x + np.eye(x.shape[1]), x.T @ response[where])
    return {f"{name}_{n}": float(one) for n, one in enumerate(found)}


def since_launch(active: Flags) -> NDArray[np.int64]:
    """Months since a school first launched, 0 in the first, −1 before; (T, S)."""
    return np.asarray(np.logical_or.accumulate(active).cumsum(axis=0) - 1)


# ---- A: the adoption curve -------------------------------------------------------------------------------------------


def adoption(followed: Followed) -> Figures:
    """Schools in which the practice is formally in use each May, and in which it ever was; logs of one more."""
    active = followed.panel.active[0]
    ever = np.logical_or.accumulate(active)
    counts = {"active": active[MAY].sum(axis=1), "ever": ever[MAY].sum(axis=1)}
    return {f"{name}_{year}": float(np.log1p(series[year]))
            for name, series in counts.items() for year in range(1, len(series))}  # fmt: skip


# ---- B: stages of schools --------------------------------------------------------------------------------------------


def stages(followed: Followed) -> Figures:
    """How often schools go from stage to stage, for the months in which they could."""
    stage, site = followed.panel.stage[0], followed.panel.site[0, 1:]
    return exploring(followed.panel) | deciding(stage, site) | installing(stage) | ending(stage)


def exploring(panel: Panel) -> Figures:
    """Schools that begin to explore by themselves: by period, before policy, with the share of active schools, and
    again after dropping; and those that lose interest."""
    before, after, month = panel.stage[0, :-1], panel.stage[0, 1:], np.arange(1, panel.stage.shape[1])
    idle = before == NONE
    begun = idle & (after != NONE)
    alone = begun & ~panel.site[0, 1:]
    found = {
        f"explore_{name}": log_rate(alone[rows].sum(), idle[rows].sum())
        for name, (first, last) in PERIODS.items()
        for rows in [(month >= first) & (month < last)]
    }
    rate = begun.sum(axis=1) / np.maximum(1, idle.sum(axis=1))
    share = panel.active[0, :-1].mean(axis=1) * PER_TENTH
    wondering = before == EXPLORE
    return found | {
        "explore_before": log_rate(begun[: panel.burn_in - 1].sum(), idle[: panel.burn_in - 1].sum()),
        "explore_contact": slopes("", rate, np.ones(len(rate), bool), share)["_1"],
        "explore_again": log_rate(((before == DROPPED) & (after == EXPLORE)).sum(), (before == DROPPED).sum()),
        "lapse": log_rate((wondering & (after == NONE)).sum(), wondering.sum()),
    }


def deciding(stage: NDArray[np.int8], site: Flags) -> Figures:
    """Decisions to install among schools that explore in March: by period, of invited schools, with the share of active
    schools; and how many explore."""
    month = np.arange(1, len(stage))
    wondering = stage[:-1] == EXPLORE
    decided = wondering & (stage[1:] == INSTALL)
    asked = wondering & (month % 12 == MARCH)[:, None]
    found: Figures = {"decide_site": log_rate((decided & site).sum(), (asked & site).sum())}
    for name, (first, last) in PERIODS.items():
        rows = (month >= first) & (month < last)
        alone = ~site[rows]
        found[f"decide_{name}"] = log_rate((decided[rows] & alone).sum(), (asked[rows] & alone).sum())
        found[f"exploring_{name}"] = float(np.log1p(wondering[rows].sum()))
    active = ((stage == INITIAL) | (stage == FULL)).mean(axis=1)[:-1, None] * PER_TENTH
    peers = np.broadcast_to(active, wondering.shape)
    return found | {"decide_share": slopes("", decided.astype(float), asked, peers)["_1"]}


def installing(stage: NDArray[np.int8]) -> Figures:
    """Installations: abandoned, launched, and launched in the first September (seven months at most)."""
    before, after = stage[:-1] == INSTALL, stage[1:]
    abandoned, launched = before & (after == DROPPED), before & ((after == INITIAL) | (after == FULL))
    begun = ~before & (after == INSTALL)
    month = np.arange(len(before))[:, None]
    waited = month - np.maximum.accumulate(np.where(begun, month, -1))
    quick = launched & (waited <= 7)
    return {
        "abandon": log_rate(abandoned.sum(), before.sum()),
        "launch": log_rate(launched.sum(), abandoned.sum()),
        "installing": float(np.log1p(before.sum())),
        "first_september": log_rate(quick.sum(), (launched & ~quick).sum()),
    }


def ending(stage: NDArray[np.int8]) -> Figures:
    """Exits and full implementation a year, of all active schools and of those launched in the last two years."""
    before, after = stage[:-1], stage[1:]
    active = (stage == INITIAL) | (stage == FULL)
    running, young = active[:-1], (active & (since_launch(active) < 24))[:-1]
    left, filled = after == DROPPED, (before == INITIAL) & (after == FULL)
    return {
        "exit": log_rate((running & left).sum(), running.sum() / 12),
        "exit_young": log_rate((young & left).sum(), young.sum() / 12),
        "full": log_rate(filled.sum(), (before == INITIAL).sum() / 12),
        "full_young": log_rate((young & filled).sum(), young.sum() / 12),
        "full_lost": log_rate(((before == FULL) & (after == INITIAL)).sum(), (before == FULL).sum() / 12),
    }


# ---- C: counts of teachers -------------------------------------------------------------------------------------------


def teachers(followed: Followed) -> Figures:
    """Users and proficient users each May: by years since launch, how both grow, and where there is no formal home."""
    panel = followed.panel
    using, mastery, stage = panel.using[0, MAY], panel.proficiency[0, MAY], panel.stage[0, MAY]
    return by_age(panel) | growth(using, mastery, panel.active[0, MAY]) | without_home(using, mastery, stage)


def by_age(panel: Panel) -> Figures:
    """Mean shares of users, of proficient teachers, and of mechanical users among users, by years since launch."""
    using, mastery, active = panel.using[0, MAY], panel.proficiency[0, MAY], panel.active[0, MAY]
    age = since_launch(panel.active[0])[MAY] // 12
    found: Figures = {"cases": float(np.log1p(active.sum()))}
    for years in AGES:
        at = active & (age == years)
        used = at & (using > 0)
        found[f"using_{years}"] = shrunk_mean(using[at], 0.3)
        found[f"proficient_{years}"] = shrunk_mean(mastery[at], 0.1)
        found[f"mechanical_{years}"] = shrunk_mean(1.0 - mastery[used] / using[used], 0.5)
    third = using[active & (age == 2)]
    found["apart"] = float(third.std()) if third.size else 0.2
    found["nearly_all"] = shrunk_mean(using[active & (age >= 2)] > 0.8, 0.1)
    return found


def growth(using: Floats, mastery: Floats, active: Flags) -> Figures:
    """From one May to the next in active schools: users with the room left, with users and with proficient teachers;
    proficient teachers with mechanical users, with themselves and with both."""
    both, room, mechanical = active[:-1] & active[1:], 1.0 - using[:-1], (using - mastery)[:-1]
    before = mastery[:-1]
    return slopes("growth", np.diff(using, axis=0), both, room, using[:-1] * room, before) | slopes(
        "mastering", np.diff(mastery, axis=0), both, mechanical, before, before * mechanical
    )


def without_home(using: Floats, mastery: Floats, stage: NDArray[np.int8]) -> Figures:
    """Users in schools that explore or install, and in those that dropped the practice; users of schools about to."""
    dropped = stage == DROPPED
    stayed = dropped[:-1] & dropped[1:]
    leaving = ((stage == INITIAL) | (stage == FULL))[:-1] & dropped[1:]
    waiting = (stage == EXPLORE) | (stage == INSTALL)
    return {
        "waiting_using": float(np.log(shrunk_mean(using[waiting], 0.03) + 0.003)),
        "exploring_using": float(np.log(shrunk_mean(using[stage == EXPLORE], 0.03) + 0.003)),
        "dropped_using": shrunk_mean(using[dropped], 0.1),
        "dropped_proficient": shrunk_mean(mastery[dropped], 0.03),
        "leavers_using": shrunk_mean(using[:-1][leaving], 0.3),
    } | slopes("dropped", np.diff(using, axis=0), stayed, using[:-1])


# ---- D: surveys and logs ---------------------------------------------------------------------------------------------


def surveys(followed: Followed) -> Figures:
    """Commitment and what it goes with, imagined constraint before and after clarifying, hours of coaches."""
    found = committing(followed)
    for name, seen in (("school", followed.imagined_school), ("classroom", followed.imagined_classroom)):
        found |= {f"imagined_{name}_{year}": float(seen[year].mean()) for year in SURVEYED if year < len(seen)}
        found[f"imagined_{name}_apart"] = float(seen[-1].std())
    return found | coaching(followed)


def committing(followed: Followed) -> Figures:
    """Commitment by years since launch, its change with proficient teachers, and that of leavers less stayers."""
    panel, commitment = followed.panel, followed.commitment
    active, mastery = panel.active[0, MAY], panel.proficiency[0, MAY]
    age = since_launch(panel.active[0])[MAY] // 12
    staying = active[:-1] & active[1:]
    leaving = active[:-1] & (panel.stage[0, MAY][1:] == DROPPED)
    found = {f"commitment_{years}": shrunk_mean(commitment[active & (age == years)], 0.5) for years in AGES}
    return found | slopes("committing", np.diff(commitment, axis=0), staying, commitment[:-1], mastery[:-1]) | {
        "commitment_apart": float(commitment[active].std()) if active.any() else 0.2,
        "leavers_commitment": shrunk_mean(commitment[:-1][leaving], 0.5) - shrunk_mean(commitment[:-1][staying], 0.5),
    }  # fmt: skip


def coaching(followed: Followed) -> Figures:
    """Hours of coaches in all, in installing and in active schools; whether users and proficient teachers grow with the
    year's hours per teacher (and users with commitment)."""
    panel, served, hours = followed.panel, followed.served, yearly_hours(followed)
    using, mastery, active = panel.using[0, MAY], panel.proficiency[0, MAY], panel.active[0, MAY]
    both, room, mechanical = active[:-1] & active[1:], 1.0 - using[:-1], (using - mastery)[:-1]
    pull, each = np.nan_to_num(followed.commitment[:-1]), hours[1:] / panel.teachers
    grown, mastered = np.diff(using, axis=0), np.diff(mastery, axis=0)
    found = {
        "hours": float(np.log1p(served.sum())),
        "hours_installing": float(np.log1p(shrunk_mean(served[panel.stage[0] == INSTALL]))),
        "hours_active": float(np.log1p(shrunk_mean(served[panel.active[0]]))),
    }
    found |= slopes("coached_growth", grown, both, room, room * using[:-1], room * each, room * pull)
    return found | slopes("coached_mastering", mastered, both, mechanical, mechanical * each, mastery[:-1])


def yearly_hours(followed: Followed) -> Floats:
    """Coach hours from one May (exclusive) to the next (inclusive), by school; (Y, S), the first year 11 months."""
    total = np.cumsum(followed.served, axis=0)[MAY]
    return np.diff(total, axis=0, prepend=np.zeros((1, total.shape[1])))


SITUATIONS: dict[str, Callable[[Followed], Figures]] = {
    "A": adoption, "B": stages, "C": teachers, "D": surveys,
}  # fmt: skip
"""What each situation adds to those before it."""
ABOUT = {
    "A": "adoption curve only",
    "B": "+ stages of schools and drops, by month",
    "C": "+ teachers' use and mastery, each May",
    "D": "+ surveys of commitment and barriers, coach logs",
}


def figures(followed: Followed) -> dict[str, Figures]:
    """All figures by situation."""
    return {name: measure(followed) for name, measure in SITUATIONS.items()}
