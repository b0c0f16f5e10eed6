"""Where the claim about four lever families stands: interactions between families as estimates, not as an input.

A 2⁴ factorial of goals, flexibility, talent and networks (doses of scenarios/four-levers.yaml) in one district, at each
parameter draw and in each structure, with the same luck in all sixteen cells. On two scales, since on shares a lever
adds more where others have lifted the level (the S-curve is steep in the middle), which is no synergy:

- *points*: the share itself, as a difference of shares (0.01 is a point);
- *log-odds*: ln[(x + ½)/(n − x + ½)] of the x among n teachers or schools of all runs. Where a cell has none, its
  log-odds is that of half a case: effects are then bounded by how much was simulated.

A *main effect* is what a family adds, averaged over the eight settings of the others. An *interaction* is how much more
one family adds where another is on than where it is off, averaged over the other two. *Whole less parts* is what all
four add together minus the sum of what each adds alone.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.parity import FAMILIES
from simdiff.analysis.structures import STRUCTURES, restructured
from simdiff.analysis.worlds import Progress, Worlds, at_each
from simdiff.model.inputs import prepare, world_of
from simdiff.model.run import simulate
from simdiff.scenario.schema import Policy

ALL_FOUR = "four-levers"
CELLS: tuple[tuple[bool, ...], ...] = tuple(product((False, True), repeat=len(FAMILIES)))
"""On and off of goals, flexibility, talent, networks; the first cell has none, the last has all."""
PAIRS = tuple(combinations(range(len(FAMILIES)), 2))
TERMS: tuple[str, ...] = (
    *FAMILIES,
    *(f"{FAMILIES[a]} × {FAMILIES[b]}" for a, b in PAIRS),
    "whole less parts",
)
OUTCOMES = ("depth", "deep schools")
"""Proficient teachers over all teachers; schools with at least half of their teachers proficient. After ten years."""
SCALES = ("log-odds", "points")
Floats = NDArray[np.float64]
OFF = Policy()


def cell_worlds(worlds: Worlds) -> Worlds:
    """The sixteen cells as worlds named 0 … 15, in the order of ``CELLS``. Each has its own ties, since partners are
    some of them."""
    four = worlds.scenarios[ALL_FOUR]
    scenarios = {}
    for n, on in enumerate(CELLS):
        off = {name: getattr(OFF, name) for name, there in zip(FAMILIES, on, strict=True) if not there}
        scenarios[str(n)] = four.model_copy(update={"policy": four.policy.model_copy(update=off)})
    places = {name: world_of(scenario, {}, worlds.seed) for name, scenario in scenarios.items()}
    return Worlds(scenarios, places, worlds.seed, worlds.replicates)


def counts_at(cells: Worlds, values: Mapping[str, float]) -> Floats:
    """(16, 2, 2): proficient and all teachers, deep and all schools at the end, summed over runs, in each cell."""
    counts = np.zeros((len(CELLS), 2, 2))
    for n in range(len(CELLS)):
        inputs = prepare(cells.scenarios[str(n)], cells.places[str(n)], cells.seed, values)
        for replicate in range(cells.replicates):
            last = simulate(inputs, replicate).observed[-1]
            counts[n, 0] += last["proficient"].sum(), last["teachers"].sum()
            counts[n, 1] += last["deep"].sum(), last["schools"].sum()
    return counts


def levels(counts: Floats, scale: str) -> Floats:
    """Counts (…, 2), part and whole, on a scale (…)."""
    part, whole = counts[..., 0], counts[..., 1]
    return np.asarray(np.log((part + 0.5) / (whole - part + 0.5)) if scale == "log-odds" else part / whole)


def effects(level: Floats) -> Floats:
    """Levels of the sixteen cells (…, 16) → the effects ``TERMS`` (…, 11)."""
    signs = np.where(np.array(CELLS).T, 1.0, -1.0)  # (4, 16)
    main = [level @ sign / 8 for sign in signs]
    both = [level @ (signs[a] * signs[b]) / 4 for a, b in PAIRS]
    base = level[..., 0]
    alone = [level[..., CELLS.index(tuple(k == family for k in range(len(FAMILIES))))] - base
             for family in range(len(FAMILIES))]  # fmt: skip
    return np.stack([*main, *both, level[..., -1] - base - sum(alone)], axis=-1)


def study_interactions(worlds: Worlds, draws: Sequence[Mapping[str, float]], threads: int | None = None,
                       progress: Progress = lambda done: None,
                       structures: Sequence[str] = tuple(STRUCTURES)) -> dict[str, Floats]:  # fmt: skip
    """Structure → counts (draws, 16, 2, 2) of every cell, on the same draws and luck."""
    cells = cell_worlds(worlds)
    return {name: np.array(at_each(draws, _counting(restructured(cells, STRUCTURES[name])), threads, progress))
            for name in structures}  # fmt: skip


def _counting(cells: Worlds) -> Callable[[Mapping[str, float]], Floats]:
    return lambda values: counts_at(cells, values)


def effects_of(counts: Floats, outcome: str, scale: str) -> Floats:
    """Effects (draws, 11) on an outcome, on a scale, from counts (draws, 16, 2, 2)."""
    return effects(levels(counts[:, :, OUTCOMES.index(outcome)], scale))
