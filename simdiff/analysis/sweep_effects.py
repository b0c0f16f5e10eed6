"""All effects that the cells of a sweep tell of one outcome: block by block, and how far the blocks agree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simdiff.analysis.cell_values import Asked, AskError, Block, blocks_of, missing_cells, unknown_of, values_of
from simdiff.analysis.dose import Curve, Threshold, read_curves, threshold
from simdiff.analysis.effects import Factorial, Tornado, mean_of, read_factorial, read_tornado, steps_of
from simdiff.analysis.factor_contrasts import CONFIDENCE, Look, Values, together
from simdiff.analysis.summary import Interval, interval, intervals
from simdiff.scenario import Plain
from simdiff.study.chunk_folder import Rows
from simdiff.study.design import RANDOM
from simdiff.study.plan import Plan


@dataclass(frozen=True, slots=True)
class BlockEffects:
    """What one block tells: a factorial, a tornado, curves with the thresholds of what is asked for; what there is.

    ``empty``: cells without a value. ``defined``: share of its runs in which the outcome is defined. ``judged``: how
    many contrasts were judged together.
    """

    block: Block
    factorial: Factorial | None
    tornado: Tornado | None
    curves: tuple[tuple[Curve, Threshold | None], ...]
    values: Values
    empty: tuple[str, ...]
    defined: float
    judged: int


@dataclass(frozen=True, slots=True)
class SweepEffects:
    """What a sweep tells. ``signs``: for each main effect that every block has, 1 or −1 if it is firm and the same in
    all of them, else 0. ``apart``: factors that nobody decides, by which blocks are kept apart. ``goal``: the value
    that doses shall reach."""

    plan: Plan
    asked: Asked
    blocks: tuple[BlockEffects, ...]
    signs: Mapping[str, int]
    apart: tuple[str, ...]
    goal: float | None


def read_effects(plan: Plan, rows: Rows, asked: Asked, held: Mapping[str, str], goal: float | None = None,
                 confidence: float = CONFIDENCE) -> SweepEffects:  # fmt: skip
    """Everything that the design allows to tell. Raises AskError where it allows nothing.

    ``held``: factor → level to look at alone; ``goal``: value of the outcome that doses shall reach; ``confidence``
    of what is firm.
    """
    kind = plan.experiment.design.kind
    if not plan.experiment.factors:
        raise AskError("the experiment has no factors: compare its cells in pairs")
    if kind in RANDOM:
        raise AskError(f"the design is points of a {kind}, which have no levels to compare: see `simdiff discover`")
    if kind == "zip":
        raise AskError("the levels of a zip design move together: their effects cannot be taken apart")
    found = [_block_effects(plan, block, values_of(rows, block.cells, asked), asked.outcome, goal, confidence)
             for block in blocks_of(plan, held)]  # fmt: skip
    if not any(np.isfinite(one.values).any() for one in found):
        raise AskError(f"{asked.outcome} has no value in any run of these cells")
    apart = [name for name in unknown_of(plan.experiment) if name not in held]
    return SweepEffects(plan, asked, tuple(found), agreed(found), tuple(apart), goal)


def _block_effects(plan: Plan, block: Block, values: Values, outcome: str, goal: float | None,
                   confidence: float) -> BlockEffects:  # fmt: skip
    factors, fraction = plan.experiment.factors, plan.experiment.design.kind == "fractional"

    def read(look: Look) -> tuple[Factorial | None, Tornado | None, list[Curve]]:
        factorial, problem = None, None
        try:
            factorial = read_factorial(block, values, factors, outcome, look, confidence)
        except AskError as error:
            problem = error
        tornado = None if fraction else read_tornado(block, factors, look)
        curves = [] if fraction else list(read_curves(block, values, factors, look))
        if problem is not None and tornado is None and not curves:
            raise problem
        return factorial, tornado, curves

    (factorial, tornado, curves), judged = together(values, read, confidence)
    thresholds = [None if goal is None else threshold(curve, goal) for curve in curves]
    defined = float(np.isfinite(values).mean()) if values.size else 0.0
    return BlockEffects(block, factorial, tornado, tuple(zip(curves, thresholds, strict=True)), values,
                        tuple(missing_cells(block.cells, values)), defined, judged)  # fmt: skip


def agreed(blocks: Sequence[BlockEffects]) -> dict[str, int]:
    """The sign of each main effect where it is firm and the same in every block; else 0."""
    signs: dict[str, set[int]] = {}
    for one in blocks:
        for effect in one.factorial.own.main if one.factorial else ():
            signs.setdefault(effect.name, set()).add(effect.sign)
    return {name: next(iter(found)) if len(found) == 1 else 0 for name, found in signs.items()}


def pair_means(found: BlockEffects, one: str, other: str) -> dict[tuple[Plain, Plain], Interval]:
    """The outcome at each pair of levels of two factors (of doses the lowest and the highest), averaged world by world
    over those of the others."""
    assert found.factorial is not None
    points = [cell.levels for cell in found.block.cells]
    firsts, seconds = (
        [levels[0], *(level for _, level in steps_of(name, levels))]
        for name, levels in ((name, found.factorial.levels[name]) for name in (one, other))
    )
    means = {}
    for first in firsts:
        for second in seconds:
            cells = list(mean_of(points, {one: first, other: second}))
            means[first, second] = interval(intervals(found.values[cells].mean(axis=0)))
    return means


def strongest_pair(found: BlockEffects) -> tuple[str, str] | None:
    """The two factors with the largest firm interaction (or the largest, if none is firm); None without two factors."""
    if found.factorial is None:
        return None
    own = found.factorial.own
    told = [(one.sign != 0, abs(one.mean), pair) for one, pair in zip(own.interactions, own.pairs, strict=True)
            if not np.isnan(one.mean)]  # fmt: skip
    return max(told)[2] if told else None
