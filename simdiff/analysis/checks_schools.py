"""Patterns of single schools that the model is only checked against: how use and labels come and go (P5, P6, P12, P14,
P15).

Each function takes panels by the id of their world (experiments/validation.yaml) and pools all runs of one draw.
Patterns that hold or not have the figure 1 or 0.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.found import Found, held
from simdiff.analysis.surveys import label_lives, mays, over, survival, use_lives
from simdiff.analysis.targets import REAL_USE, launches, ratio
from simdiff.model.state import DROPPED
from simdiff.study.panel import Panel

Panels = Mapping[str, Panel]
LOW, HIGH, JUMPED = 0.05, 0.20, 0.80
"""About ten per cent of teachers; more than this is a jump. Source: pattern P6; the bounds of *about* are judgement."""
FEWEST = 0.02
"""Share of schools below which a trajectory counts as empty. Judgement."""
TRAJECTORIES = ("sustain", "slow", "late loss", "rapid loss", "never in real use")
EXIT, LATER = 24, 36
"""Month in which the superintendent leaves (experiments/validation.yaml); months until the flagship is looked for."""


def two_clocks(panels: Panels) -> Found:
    """P5: share of schools that lose real use within five years of having it, over the share that drop the label within
    five years of launch (Kaplan–Meier both; real use in yearly visits); 100 at most, and where nobody drops it."""
    panel = panels["internal-framework"]
    lost = 1.0 - float(survival(*use_lives(panel), 60)[60])
    dropped = 1.0 - float(survival(*label_lives(panel), 60)[60])
    parts = {"loss of real use in 5 years": lost, "formal exit in 5 years": dropped}
    known = np.isfinite(lost) and np.isfinite(dropped)
    return Found(over(lost, dropped) if known else float("nan"), parts)


def jumps(panels: Panels) -> Found:
    """P6: of schools in which 5–20 % of teachers use the practice in some May, those in which over 80 % do one or two
    years after such a May. Beside it, those that *stall*: under 30 % two years after their first such May."""
    panel = panels["pilot-then-scale"]
    use = panel.using[:, mays(panel, panel.burn_in)]
    some = ((use >= LOW) & (use <= HIGH))[:, :-2]
    jumped = some & (np.maximum(use[:, 1:-1], use[:, 2:]) > JUMPED)
    runs, schools = np.nonzero(some.any(axis=1))
    first = some.argmax(axis=1)[runs, schools]
    stalled = use[runs, first + 2, schools] < REAL_USE
    return Found(
        ratio(float(jumped.any(axis=1).sum()), float(len(runs))),
        {"stall for two years": ratio(float(stalled.sum()), float(len(runs)))},
    )


def critical_mass(panels: Panels) -> Found:
    """P12: regression of *still active in the next May* on the share of the district's other schools that are active in
    this one, over school-years of active schools, within years since launch. The slope is above 0 if local adopters
    sustain each other (McIntosh et al. 2016; there across districts, here across runs and years of one)."""
    panel = panels["internal-framework"]
    active = panel.active[:, mays(panel)]
    age = np.cumsum(np.logical_or.accumulate(active, axis=1), axis=1)
    others = (active.sum(axis=2, keepdims=True) - active) / max(1, active.shape[2] - 1)
    at = active[:, :-1]
    x, y, stratum = others[:, :-1][at], active[:, 1:][at].astype(float), age[:, :-1][at]
    for year in np.unique(stratum):
        same = stratum == year
        x[same] -= x[same].mean()
        y[same] -= y[same].mean()
    slope = ratio(float((x * y).sum()), float((x * x).sum()))
    parts = {"slope: kept, per share of other schools": slope}
    return held(slope > 0.0, parts) if np.isfinite(slope) else Found(slope, parts)


def trajectory_shares(panel: Panel) -> NDArray[np.float64]:
    """Shares of launched schools in the order of ``TRAJECTORIES``, by real use in the five Mays after launch: in use in
    the fifth, and by the second (*sustain*) or only later (*slow*); not in the fifth, and last in use in the third or
    fourth (*late loss*) or before (*rapid loss*); in none. Not-a-number without a school followed so long."""
    runs, months, schools = launches(panel, 60)
    visits = mays(panel)
    first = np.searchsorted(visits, months)
    use = panel.using[runs[:, None], visits[first[:, None] + np.arange(5)], schools[:, None]] >= REAL_USE
    last = 4 - use[:, ::-1].argmax(axis=1)
    kind = np.select(
        [use[:, 4] & use[:, :2].any(axis=1), use[:, 4], use.any(axis=1) & (last >= 2), use.any(axis=1)], [0, 1, 2, 3], 4
    )
    return np.array([ratio(float((kind == k).sum()), float(len(kind))) for k in range(len(TRAJECTORIES))])


def trajectories(panels: Panels) -> Found:
    """P14: sustaining, slow, late and rapid losing schools are each 2 % or more of launched schools (latent classes of
    McIntosh et al. 2016; here cut by rule)."""
    shares = trajectory_shares(panels["internal-framework"])
    parts = {name: float(share) for name, share in zip(TRAJECTORIES, shares, strict=True)}
    if not np.isfinite(shares).all():
        return Found(float("nan"), parts)
    return held(bool((shares[:4] >= FEWEST).all()), parts)


def flagship_left(panel: Panel) -> float:
    """Of schools active in the month before the exit, those active ``LATER`` months after it."""
    month = panel.burn_in + EXIT
    there = panel.active[:, month - 1]
    return ratio(float((there & panel.active[:, month - 1 + LATER]).sum()), float(there.sum()))


def outlived(panel: Panel) -> float:
    """Of schools that drop the label after the exit while in real use, those still in real use a year later."""
    gone = panel.stage == DROPPED
    new = gone[:, 1:] & ~gone[:, :-1] & (panel.using[:, :-1] >= REAL_USE)
    new[:, : panel.burn_in + EXIT - 1] = False
    new = new[:, : panel.stage.shape[1] - 13]
    runs, months, schools = np.nonzero(new)
    return ratio(float((panel.using[runs, months + 13, schools] >= REAL_USE).sum()), float(len(runs)))


def leader_exit(panels: Panels) -> Found:
    """P15: fewer schools of a flagship are active three years after the superintendent left than if he or she had
    stayed; and where the programme was scrapped, at least half of the schools that drop the label in real use are still
    in real use a year later (Lake County 2017; Taylor 2006)."""
    stays, leaves, scrapped = (panels[f"leader-{name}"] for name in ("stays", "leaves", "leaves-scrapped"))
    kept = {"stays": flagship_left(stays), "leaves": flagship_left(leaves), "leaves, scrapped": flagship_left(scrapped)}
    outlive = outlived(scrapped)
    parts = {f"flagship left, leader {name}": share for name, share in kept.items()}
    parts["real use a year after the label"] = outlive
    if not np.isfinite([kept["stays"], kept["leaves"], outlive]).all():
        return Found(float("nan"), parts)
    return held(kept["leaves"] < kept["stays"] and outlive >= 0.5, parts)
