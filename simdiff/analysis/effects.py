"""What factors do: main effects and two-way interactions of a factorial, Shapley values, and a tornado.

Each is a linear contrast of cells (``contrasts``), so each has its paired differences world by world. Main effects are
differences of means (Box, Hunter & Hunter 2005, ch. 5). An interaction is here the difference between the effect of one
factor with and without the other: twice the interaction effect of that book, and easier to say.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.aliases import Word, aliases, is_regular, resolution, words_of
from simdiff.analysis.cell_values import AskError, Block, said
from simdiff.analysis.contrasts import central
from simdiff.analysis.factor_contrasts import (
    CONFIDENCE,
    Contrast,
    Effect,
    Look,
    Values,
    draw_means,
    firm_order,
    is_share,
    log_odds,
    together,
    worlds,
)
from simdiff.scenario import Plain
from simdiff.scenario.experiment_schema import Factor
from simdiff.scenario.factors import OFF, named_levels

TIMES = " × "
MOST_SHAPLEY = 10
"""Factors with all combinations of which Shapley values are computed: a contrast of 2^10 cells."""
Point = Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class Reading:
    """Effects of one block on one scale, with the pairs (larger, smaller) of main effects that are firmly ordered.

    ``factors`` and ``pairs``: the factor of each main effect, and the two of each interaction. ``clipped``: share of
    values that were moved before log-odds were taken (0 on the outcome's own scale).
    """

    factors: tuple[str, ...]
    main: tuple[Effect, ...]
    pairs: tuple[tuple[str, str], ...]
    interactions: tuple[Effect, ...]
    order: tuple[tuple[str, str], ...]
    clipped: float = 0.0


@dataclass(frozen=True, slots=True)
class Share:
    """A factor's Shapley value, in the outcome's unit, and its share of what all factors do together.

    ``share``: of the mean total; ``share_low`` … ``share_high``: the central 95 % of the draws' shares. All three are
    nan where the total is not firmly above or below zero: shares of nothing mean nothing.
    """

    effect: Effect
    share: float
    share_low: float
    share_high: float


@dataclass(frozen=True, slots=True)
class Factorial:
    """A (fraction of a) factorial read: ``levels`` of each factor, the first of them the one compared with."""

    block: Block
    levels: Mapping[str, tuple[Plain, ...]]
    own: Reading
    odds: Reading | None
    shapley: tuple[Share, ...] = ()
    shapley_order: tuple[tuple[str, str], ...] = ()
    total: Effect | None = None
    resolution: int | None = None
    aliased: Mapping[Word, list[tuple[Word, int]]] = field(default_factory=dict)


def levels_in(points: Sequence[Point], factors: Mapping[str, Factor]) -> dict[str, tuple[Plain, ...]]:
    """Levels that the points have of each factor that varies in them, in the factor's order (numbers rising)."""
    found = {}
    for name, factor in factors.items():
        levels = list(dict.fromkeys(point[name] for point in points if name in point))
        if all(isinstance(level, int | float) and not isinstance(level, bool) for level in levels):
            levels.sort(key=float)
        else:
            levels.sort(key=named_levels(factor).index)
        if len(levels) > 1:
            found[name] = tuple(levels)
    return found


def is_dose(levels: Sequence[Plain]) -> bool:
    """True if levels are three or more numbers, so that one may ask which is enough."""
    return len(levels) > 2 and all(isinstance(x, int | float) and not isinstance(x, bool) for x in levels)


def steps_of(name: str, levels: Sequence[Plain]) -> list[tuple[str, Plain]]:
    """What is compared with a factor's first level, and its name: each other level; of doses, the highest alone."""
    if list(levels) == [OFF, "on"]:
        return [(name, "on")]
    others = levels[-1:] if is_dose(levels) else levels[1:]
    return [(f"{name}={said(level)}", level) for level in others]


def mean_of(points: Sequence[Point], wanted: Point) -> dict[int, float]:
    """Weights of the mean over the cells that have the wanted levels. Raises AskError if there is none."""
    cells = [n for n, point in enumerate(points) if all(point.get(name) == level for name, level in wanted.items())]
    if not cells:
        raise AskError(f"no cell has {', '.join(f'{name}={said(level)}' for name, level in wanted.items())}")
    return dict.fromkeys(cells, 1.0 / len(cells))


def main_contrasts(points: Sequence[Point], levels: Mapping[str, Sequence[Plain]]) -> Iterator[tuple[str, Contrast]]:
    """Yield, with its factor, each level less the first one, averaged over all combinations of the other factors."""
    for name, known in levels.items():
        base = Contrast("", mean_of(points, {name: known[0]}))
        for title, level in steps_of(name, known):
            yield name, Contrast(title, Contrast("", mean_of(points, {name: level})).minus(base).weights)


def pair_contrasts(points: Sequence[Point], levels: Mapping[str, Sequence[Plain]]
                   ) -> Iterator[tuple[tuple[str, str], Contrast]]:  # fmt: skip
    """Yield, with its factors, how much more one factor does where the other is at its level and not at its first."""
    for one, other in combinations(levels, 2):
        for title, level in steps_of(one, levels[one]):
            for second, step in steps_of(other, levels[other]):
                corners = [(level, step, 1.0), (levels[one][0], step, -1.0), (level, levels[other][0], -1.0),
                           (levels[one][0], levels[other][0], 1.0)]  # fmt: skip
                weights: dict[int, float] = {}
                for here, there, sign in corners:
                    for cell, weight in mean_of(points, {one: here, other: there}).items():
                        weights[cell] = weights.get(cell, 0.0) + sign * weight
                yield (one, other), Contrast(f"{title}{TIMES}{second}", weights)


def shapley_contrasts(points: Sequence[Point], levels: Mapping[str, Sequence[Plain]]) -> list[Contrast]:
    """Shapley's value of each factor as a contrast of all 2^k cells: Σ_S |S|! (k−|S|−1)! / k! [v(S ∪ i) − v(S)].

    Source: Shapley 1953, "A value for n-person games". Together they are the cell with all factors on less the one
    with none.
    """
    names = list(levels)
    k = len(names)
    cell = {frozenset(name for name in names if point[name] == levels[name][1]): n for n, point in enumerate(points)}
    found = []
    for name in names:
        weights: dict[int, float] = {}
        for team, n in cell.items():
            size = len(team - {name})
            weight = math.factorial(size) * math.factorial(k - size - 1) / math.factorial(k)
            weights[n] = weight if name in team else -weight
        found.append(Contrast(name, weights))
    return found


def read_factorial(block: Block, values: Values, factors: Mapping[str, Factor], outcome: str, look: Look,
                   confidence: float = CONFIDENCE) -> Factorial:  # fmt: skip
    """Read a full or regular fractional factorial. Raises AskError if the block's cells are neither.

    ``values``: (cells, draws, replicates), a row for each cell of the block; ``look`` judges contrasts of them. Effects
    in log-odds are judged together by themselves: they tell the same on another scale.
    """
    points = [cell.levels for cell in block.cells]
    levels = {name: known for name, known in levels_in(points, factors).items() if name not in block.held}
    if not levels:
        raise AskError("no factor varies: there is no effect to tell (compare cells in pairs)")
    full = is_full(points, levels)
    signs = {} if full else signs_of(points, levels)
    words = words_of(signs) if signs else {}
    odds = None
    if is_share(outcome):
        logits, clipped = log_odds(values)
        odds, _ = together(logits, lambda here: _reading(points, levels, here, clipped), confidence)
    known = Factorial(block, levels, _reading(points, levels, look), odds, resolution=resolution(words),
                      aliased=aliases(words, list(levels)) if words else {})  # fmt: skip
    two_level = all(len(one) == 2 for one in levels.values())
    if not (full and two_level and 1 < len(levels) <= MOST_SHAPLEY):
        return known
    contrasts = shapley_contrasts(points, levels)
    shares, total = shapley_shares(values, contrasts, look)
    return replace(known, shapley=tuple(shares), shapley_order=tuple(firm_order(look, contrasts)), total=total)


def is_full(points: Sequence[Point], levels: Mapping[str, Sequence[Plain]]) -> bool:
    """True if the points are all combinations of the levels, once each."""
    found = {tuple(point.get(name) for name in levels) for point in points}
    return len(found) == len(points) == math.prod(len(known) for known in levels.values())


def signs_of(points: Sequence[Point], levels: Mapping[str, Sequence[Plain]]) -> dict[str, NDArray[np.int64]]:
    """Columns of −1 and 1 of a regular fraction. Raises AskError if the points are none."""
    two_level = all(len(known) == 2 for known in levels.values())
    if two_level and all(name in point for point in points for name in levels):
        signs = {name: np.array([1 if point[name] == known[1] else -1 for point in points], dtype=np.int64)
                 for name, known in levels.items()}  # fmt: skip
        if is_regular(signs):
            return signs
    raise AskError("the cells are neither all combinations of their levels nor a regular fraction of them, so their "
                   "effects cannot be taken apart")  # fmt: skip


def _reading(points: Sequence[Point], levels: Mapping[str, Sequence[Plain]], look: Look, clipped: float = 0.0
             ) -> Reading:  # fmt: skip
    mains = list(main_contrasts(points, levels))
    pairs = list(pair_contrasts(points, levels))
    return Reading(
        factors=tuple(name for name, _ in mains),
        main=tuple(look(one) for _, one in mains),
        pairs=tuple(names for names, _ in pairs),
        interactions=tuple(look(one) for _, one in pairs),
        order=tuple(firm_order(look, [one for _, one in mains])),
        clipped=clipped,
    )


def shapley_shares(values: Values, contrasts: Sequence[Contrast], look: Look) -> tuple[list[Share], Effect]:
    """Each factor's share of what all do together, and that total."""
    weights: dict[int, float] = {}
    for one in contrasts:
        for cell, weight in one.weights.items():
            weights[cell] = weights.get(cell, 0.0) + weight
    all_on = Contrast("all together", weights)
    total, whole = look(all_on), worlds(values, all_on)
    return [_share(look(one), worlds(values, one), whole, total) for one in contrasts], total


def _share(effect: Effect, mine: Values, whole: Values, total: Effect) -> Share:
    if total.sign == 0:
        return Share(effect, math.nan, math.nan, math.nan)
    low = high = math.nan
    if len(mine) > 1:
        shares = draw_means(mine) / draw_means(whole)
        low, high, _ = central(shares[np.isfinite(shares)], total.confidence)
    return Share(effect, effect.mean / total.mean, low, high)


@dataclass(frozen=True, slots=True)
class Tornado:
    """Single changes of a base cell, largest first: differences from the base (cell ``base``). Of a dose in a factorial
    only the highest is a bar. ``order`` is among those ``compared``: one level of each factor."""

    block: Block
    base: str
    bars: tuple[Effect, ...]
    compared: tuple[str, ...]
    order: tuple[tuple[str, str], ...]


def read_tornado(block: Block, factors: Mapping[str, Factor], look: Look) -> Tornado | None:
    """Differences from the base of the cells that differ from it in one factor; None if there is no base cell.

    The base is the cell in which nothing is set; of a factorial, the one with every factor at its first level.
    """
    points = [_named(cell.levels, factors) for cell in block.cells]
    firsts = {name: known[0] for name, known in levels_in(points, factors).items() if name not in block.held}
    whole = {**{name: level for name, level in firsts.items() if all(name in p for p in points)}, **block.held}
    base = next((n for n, point in enumerate(points) if point in ({}, block.held, whole)), None)
    if base is None:
        return None
    levels, one_by_one = levels_in(points, factors), points[base] == {}
    contrasts, last = [], {}
    for n, point in enumerate(points):
        changed = {name: level for name, level in point.items() if points[base].get(name) != level}
        if block.cells[n].id == block.cells[base].id or len(changed) != 1 or len(point) < len(points[base]):
            continue  # a level that sets what is set already is no change
        name, level = next(iter(changed.items()))
        if one_by_one or not is_dose(levels.get(name, ())) or level == levels[name][-1]:
            title = name if level == "on" and factors[name].on is not None else f"{name}={said(level)}"
            contrasts.append(Contrast(title, {n: 1.0, base: -1.0}))
            last[name] = contrasts[-1]
    if not contrasts:
        return None
    bars = sorted((look(one) for one in contrasts), key=_size)
    ends = list(last.values())
    return Tornado(block, block.cells[base].name, tuple(bars), tuple(one.name for one in ends),
                   tuple(firm_order(look, ends)))  # fmt: skip


def _size(bar: Effect) -> float:
    return math.inf if math.isnan(bar.mean) else -abs(bar.mean)


def _named(levels: Point, factors: Mapping[str, Factor]) -> dict[str, Plain]:
    """Levels of a point without those that set nothing: off, outside of factorials."""
    whole = all(name in levels for name in factors)
    return {name: level for name, level in levels.items() if whole or factors[name].on is None or level != OFF}
