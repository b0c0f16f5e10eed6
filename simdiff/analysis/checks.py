"""Validation: patterns that the model was never tuned to, measured at parameter draws and scored; misses stay misses.

The rule of the verdict. Of a pattern with a figure: *hit* if the median over draws lies in the target's range. Of a
pattern that holds or not: *hit* if it holds in at least half of the draws; a draw in which it cannot be told counts as
one in which it does not hold. Where a figure is defined in fewer than half of the draws, the pattern is not shown:
*miss*. The share of draws inside the range is always told with the verdict.

P7 and P8 are about leaders and are measured in the leader-level limit of the model, not on these panels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from simdiff.analysis.checks_districts import (
    funnel,
    light_over_deep,
    light_use,
    mandates,
    plateau,
    pockets,
    single_levers,
    slowing,
    small_districts,
)
from simdiff.analysis.checks_schools import critical_mass, jumps, leader_exit, trajectories, two_clocks
from simdiff.analysis.found import Found
from simdiff.analysis.leader_fit import Span
from simdiff.analysis.patterns import CHECKED_AGAINST, TARGETS, Target
from simdiff.analysis.structures import LABELS_ONLY, STRUCTURES, VARIANTS, labels_only, restructured
from simdiff.analysis.summary import HIGH, LOW, quantiles
from simdiff.analysis.worlds import Progress, Worlds, at_each
from simdiff.study.panel import Panel, watch

FEW = "too few draws"
"""Verdict where there are fewer draws than 5–95 % takes."""
LEAST_DRAWS = 19
HOLDS = "share of draws"
"""Unit of patterns that hold or not."""
HIT, MISS = "hit", "miss"
EXTRA = {"district-of-20": 6, "internal-framework": 3, "framework-roll-out": 3}
"""Worlds that are run so many times as often: 20 schools are a sixth of 120, and some patterns rest on rare events."""


@dataclass(frozen=True, slots=True)
class Check:
    """How a pattern is measured: in which worlds, by which function of their panels."""

    measure: Callable[[Mapping[str, Panel]], Found]
    worlds: tuple[str, ...]


CHECKS: dict[str, Check] = {
    "P1": Check(pockets, ("six-districts",)),
    "P2a": Check(light_use, ("six-districts",)),
    "P2b": Check(light_over_deep, ("six-districts",)),
    "P3": Check(plateau, ("pilot-then-scale", "status-quo")),
    "P4": Check(mandates, ("mandate", "voluntary")),
    "P5": Check(two_clocks, ("internal-framework",)),
    "P6": Check(jumps, ("pilot-then-scale",)),
    "P9": Check(single_levers, ("status-quo", "flexibility", "networks", "goals", "talent")),
    "P10": Check(small_districts, ("district-of-20", "district-of-120", "district-of-120-thin")),
    "P11": Check(funnel, ("regional-fund",)),
    "P12": Check(critical_mass, ("internal-framework",)),
    "P13": Check(slowing, ("framework-roll-out",)),
    "P14": Check(trajectories, ("internal-framework",)),
    "P15": Check(leader_exit, ("leader-stays", "leader-leaves", "leader-leaves-scrapped")),
}
"""Patterns that are measured on panels, by name."""
ELSEWHERE = tuple(target.name for target in CHECKED_AGAINST if target.name not in CHECKS)
"""Patterns that are measured in the leader-level limit."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A pattern scored in one structure.

    ``figure``: median and 5–95 % over draws (parameters; each draw pools its replicates); of a pattern that holds or
    not, the share of draws in which it holds, and the 5–95 % of what so many draws can tell of it (counting error).
    ``inside``: share of draws in the target's range, or in which the pattern holds. ``defined``: share of draws in
    which it can be told. ``parts``: what stands behind it, over draws.
    """

    name: str
    figure: Span
    inside: float
    defined: float
    verdict: str
    parts: Mapping[str, Span] = field(default_factory=dict)


def score(target: Target, found: Sequence[Found]) -> Checked:
    """Score a pattern by the rule at the head of this file; ``found`` at each draw."""
    figures = np.array([one.figure for one in found])
    known = figures[np.isfinite(figures)]
    defined = len(known) / len(figures)
    parts = {name: span(np.array([one.parts[name] for one in found])) for name in found[0].parts}
    if target.unit == HOLDS:
        count = float(known.sum())
        inside, figure = count / len(figures), counted(count, len(figures))
        hit = inside >= target.low
    else:
        inside = float(((known >= target.low) & (known <= target.high)).sum()) / len(figures)
        figure = span(figures)
        hit = defined >= 0.5 and target.low <= figure.median <= target.high
    return Checked(target.name, figure, inside, defined, HIT if hit else MISS, parts)


def span(values: NDArray[np.float64]) -> Span:
    """Median and 5–95 % of values, undefined ones left out."""
    low, middle, high = quantiles(values, (LOW, 0.5, HIGH))
    return Span(float(middle), float(low), float(high))


def counted(count: float, trials: int) -> Span:
    """A share and the 5–95 % of its Beta(count + ½, trials − count + ½) posterior (Jeffreys' prior); at none and at all
    it reaches 0 and 1, so that it holds the share (Brown, Cai & DasGupta 2001, Statistical Science 16:101)."""
    low, high = (float(beta.ppf(at, count + 0.5, trials - count + 0.5)) for at in (LOW, HIGH))
    return Span(count / trials, 0.0 if count == 0 else low, 1.0 if count == trials else high)


def panels_at(worlds: Worlds, values: Mapping[str, float]) -> dict[str, Panel]:
    """Panels of every world that a check asks for, at these parameter values."""
    names = dict.fromkeys(name for check in CHECKS.values() for name in check.worlds)
    return {
        name: watch(worlds.inputs(name, values), range(worlds.replicates * EXTRA.get(name, 1))) for name in names
    }  # fmt: skip


def measured(panels: Mapping[str, Panel]) -> dict[str, Found]:
    """Every pattern on the panels of one draw."""
    return {
        name: check.measure({world: panels[world] for world in check.worlds}) for name, check in CHECKS.items()
    }  # fmt: skip


def both_readings(worlds: Worlds, values: Mapping[str, float]) -> tuple[dict[str, Found], dict[str, Found]]:
    """Every pattern at one draw: as the model has it, and as a model of labels would see the same histories."""
    panels = panels_at(worlds, values)
    return measured(panels), measured({name: labels_only(panel) for name, panel in panels.items()})


def measure_patterns(worlds: Worlds, draws: Sequence[Mapping[str, float]], threads: int | None = None,
                     progress: Progress = lambda done: None) -> dict[str, list[dict[str, Found]]]:  # fmt: skip
    """Variant → draw → pattern, on the same draws and the same luck in every variant."""
    found = dict[str, list[dict[str, Found]]]()
    for variant, switches in STRUCTURES.items():
        there = restructured(worlds, switches)
        if variant == "default":
            pairs = at_each(draws, partial(both_readings, there), threads, progress)
            found[variant], found[LABELS_ONLY] = [own for own, _ in pairs], [labels for _, labels in pairs]
        else:
            found[variant] = at_each(draws, lambda values, there=there: measured(panels_at(there, values)),  # type: ignore[misc]
                                     threads, progress)  # fmt: skip
    return {variant: found[variant] for variant in VARIANTS}


def score_patterns(found: Mapping[str, Sequence[Mapping[str, Found]]]) -> dict[str, dict[str, Checked]]:
    """Variant → pattern → how it is scored."""
    return {
        variant: {name: score(TARGETS[name], [draw[name] for draw in draws]) for name in CHECKS}
        for variant, draws in found.items()
    }
