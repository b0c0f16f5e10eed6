"""The whole validation: patterns in every structure, courses for the pictures, the plateau, interactions of levers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.checks import CHECKS, FEW, LEAST_DRAWS, Checked, measure_patterns, score_patterns
from simdiff.analysis.checks_leaders import leader_checks
from simdiff.analysis.found import Found
from simdiff.analysis.interactions import ALL_FOUR, OUTCOMES, SCALES, TERMS, effects_of, study_interactions
from simdiff.analysis.leaders import Carlson
from simdiff.analysis.plateau import CHANGES, NO_POLICY, POLICY, Course, Plateau, study_plateau, summarise_plateau
from simdiff.analysis.structures import STRUCTURES
from simdiff.analysis.surveys import deep, engaged, label_lives, survival, use_lives
from simdiff.analysis.worlds import Progress, Worlds, at_each

Floats = NDArray[np.float64]
DISTRICTS = ("dallas", "denver", "henry", "lake", "pinellas", "riverside")
"""Worlds of the picture of roll-outs."""
REFORMS = ("developer-tied", "internal-framework")
"""Worlds of the picture of survival."""
LINES = ("engaged", "active", "deep")
CLOCKS = ("label", "real use")
NEEDED: tuple[str, ...] = tuple(dict.fromkeys((
    *(world for check in CHECKS.values() for world in check.worlds), POLICY, NO_POLICY, *REFORMS, *DISTRICTS, ALL_FOUR,
)))  # fmt: skip
"""Scenarios that an experiment must have to be validated, by id."""
STEPS = 2 * len(STRUCTURES) + len(CHANGES) + 1
"""Pieces of work at each draw."""


@dataclass(frozen=True, slots=True)
class Series:
    """What the pictures draw. ``rollouts``: district → (draws, runs, lines, months of policy), shares of schools by
    ``LINES``; ``survival``: reform → (draws, clocks, months since the start + 1), Kaplan–Meier by ``CLOCKS``."""

    rollouts: Mapping[str, Floats]
    survival: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Validation:
    """Everything that was measured, draw by draw: ``patterns`` variant → draw → pattern; ``plateau`` change → draw;
    ``interactions`` structure → counts (draws, 16, 2, 2)."""

    patterns: Mapping[str, Sequence[Mapping[str, Found]]]
    series: Series
    plateau: Mapping[str, Sequence[Course]]
    interactions: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Scores:
    """What it comes to: ``patterns`` variant → pattern; ``plateau`` by change."""

    patterns: dict[str, dict[str, Checked]]
    plateau: list[Plateau]


def validate(worlds: Worlds, draws: Sequence[Mapping[str, float]], threads: int | None = None,
             progress: Progress = lambda done: None) -> Validation:  # fmt: skip
    """Measure everything at these draws; ``progress`` is told of ``STEPS`` pieces a draw."""
    return Validation(
        patterns=measure_patterns(worlds, draws, threads, progress),
        series=series_of(worlds, draws, threads, progress),
        plateau=study_plateau(worlds, draws, threads, progress),
        interactions=study_interactions(worlds, draws, threads, progress),
    )


def scores_of(found: Validation, curve: Carlson | None) -> Scores:
    """Score everything; P7 and P8 only where Carlson's network is there. Of few draws nothing is called hit or miss."""
    patterns, leaders = score_patterns(found.patterns), leader_checks(curve) if curve else {}
    if draws_of(found) < LEAST_DRAWS:
        patterns = {variant: {name: replace(one, verdict=FEW) for name, one in of_one.items()}
                    for variant, of_one in patterns.items()}  # fmt: skip
    return Scores({name: one | leaders.get(name, {}) for name, one in patterns.items()},
                  summarise_plateau(found.plateau))  # fmt: skip


def draws_of(found: Validation) -> int:
    """How many draws were looked at."""
    return len(next(iter(found.patterns.values())))


def series_of(worlds: Worlds, draws: Sequence[Mapping[str, float]], threads: int | None = None,
              progress: Progress = lambda done: None) -> Series:  # fmt: skip
    """Roll-outs of the six districts and survival of both kinds of reform."""
    found = at_each(draws, partial(_series_at, worlds), threads, progress)
    return Series(
        rollouts={name: np.array([one[name] for one in found]) for name in DISTRICTS},
        survival={name: np.array([one[name] for one in found]) for name in REFORMS},
    )


def _series_at(worlds: Worlds, values: Mapping[str, float]) -> dict[str, Floats]:
    found = dict[str, Floats]()
    for name in DISTRICTS:
        panel = worlds.panel(name, values)
        seen = np.stack([flags[:, panel.burn_in :].mean(axis=2) for flags in
                         (engaged(panel), panel.active, deep(panel))], axis=1)  # fmt: skip
        found[name] = seen
    for name in REFORMS:
        panel = worlds.panel(name, values)
        months = panel.stage.shape[1] - panel.burn_in
        found[name] = np.stack([survival(*lives(panel), months) for lives in (label_lives, use_lives)])
    return found


def validation_rows(found: Validation) -> Iterator[dict[str, Any]]:
    """Every figure at every draw: columns study, structure (or change), name, quantity, draw, value."""
    for variant, draws in found.patterns.items():
        for n, patterns in enumerate(draws):
            for name, one in patterns.items():
                for quantity, value in {"figure": one.figure, **one.parts}.items():
                    yield _row("patterns", variant, name, quantity, n, value)
    for change, courses in found.plateau.items():
        for n, course in enumerate(courses):
            for place, value in zip(fields(Course), astuple(course), strict=True):
                yield _row("plateau", change, "course", place.name, n, value)
    for structure, counts in found.interactions.items():
        for outcome in OUTCOMES:
            for scale in SCALES:
                for n, effects in enumerate(effects_of(counts, outcome, scale)):
                    for term, value in zip(TERMS, effects, strict=True):
                        yield _row("interactions", structure, term, f"{outcome}, {scale}", n, float(value))


def _row(study: str, structure: str, name: str, quantity: str, draw: int, value: float) -> dict[str, Any]:
    known = value if np.isfinite(value) else None
    return {"study": study, "structure": structure, "name": name, "quantity": quantity, "draw": draw, "value": known}
