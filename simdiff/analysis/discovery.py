"""Scenario discovery: the conditions under which a policy fails, as boxes (PRIM) and as a tree (CART).

PRIM peels a box of points bit by bit so that failures grow denser in it (Friedman & Fisher 1999); scenario discovery
reads the boxes by *coverage* (share of all failures that lie in the box), *density* (share of the box's points that
fail) and *mass* (share of points in the box), and drops restrictions that chance explains (Bryant & Lempert 2010,
"Thinking inside the box"). PRIM is that of the EMA workbench (Kwakkel 2017), CART that of scikit-learn.
"""

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.points import Column, Points
from simdiff.model.luck import seed_key
from simdiff.model.places import lots

SHUFFLE = 40
"""Decision word of halves and shuffles; no rule uses it."""
PEEL, LEAST_MASS = 0.1, 0.05
"""Share of points that PRIM peels at a time (Friedman & Fisher: 0.05 to 0.1; more for few points), and share at which
it stops."""
SIGNIFICANT = 0.05
CHECKS = 20
MOST_LEAVES = 8
LEAST_FAILING = 10
"""Points that must fail, and that must not, before anything is looked for."""
Flags = NDArray[np.bool_]
Limits = Mapping[int, tuple[float, float]]


class NothingToFindError(Exception):
    """Too few points fail, or too few do not."""


class MissingExtraError(Exception):
    """The libraries of discovery are not installed."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """One side condition of a box: a column between ``low`` and ``high`` (infinite: open).

    ``p``: probability that a box without it would give as many failures by chance (quasi-p-value, binomial).
    ``again``: share of random halves of the points in which PRIM restricts the same column too.
    """

    column: str
    level: str | None
    low: float
    high: float
    p: float
    again: float = math.nan


@dataclass(frozen=True, slots=True)
class Box:
    """A box of points: its restrictions, and its coverage, density and mass."""

    restrictions: tuple[Restriction, ...]
    coverage: float
    density: float
    mass: float


@dataclass(frozen=True, slots=True)
class Discovered:
    """What was found among ``points`` of which a share ``failing`` fail.

    ``path``: PRIM's boxes, from all points to its last; ``box``: box ``chosen`` of them without the restrictions that
    chance explains: that which is then nearest to coverage 1 and density 1. ``fresh_coverage`` and ``fresh_density``:
    medians of boxes found in random halves, on the other halves. ``as_good``: in how many of ``checks`` sweeps with
    shuffled labels a box as good was found. ``leaves``: leaves of the tree in which failures are denser than at large.
    """

    points: int
    failing: float
    path: tuple[Box, ...]
    chosen: int
    box: Box
    fresh_coverage: float
    fresh_density: float
    as_good: int
    checks: int
    leaves: tuple[Box, ...]


def discover(points: Points, seed: int, box: int | None = None, checks: int = CHECKS) -> Discovered:
    """Look for the conditions of failure. ``box``: number of the box of the path to take. ``checks``: how many random
    halves, and how many sweeps with shuffled labels, to look in as well.

    Raises NothingToFindError, MissingExtraError.
    """
    fails = points.fails
    if min(fails.sum(), (~fails).sum()) < LEAST_FAILING:
        raise NothingToFindError(
            f"{fails.sum()} of {len(fails)} points fail: at least {LEAST_FAILING} must fail and as many must not"
        )
    table = np.column_stack([column.values for column in points.columns])
    path = prim_path(table, fails)
    if box is not None and not 0 <= box < len(path):
        raise NothingToFindError(f"--box: {box}, expected 0 to {len(path) - 1}")
    chosen, limits = best_box(table, fails, path) if box is None else (box, trimmed(table, fails, path[box]))
    again, coverage, density = halves(table, fails, seed, checks)
    found = _described(table, fails, limits, points.columns)
    kept = tuple(replace(one, again=again[n]) for one, n in zip(found.restrictions, limits, strict=True))
    return Discovered(
        points=len(fails), failing=float(fails.mean()),
        path=tuple(_described(table, fails, one, points.columns) for one in path),
        chosen=chosen, box=replace(found, restrictions=kept), fresh_coverage=coverage, fresh_density=density,
        as_good=shuffles(table, fails, distance(*quality(table, fails, limits)), seed, checks), checks=checks,
        leaves=tuple(tree_leaves(table, fails, points.columns)),
    )  # fmt: skip


def prim_path(table: NDArray[np.float64], fails: Flags) -> list[Limits]:
    """Boxes of PRIM's path; limits hold only columns that are restricted."""
    prim, pandas = _libraries()
    frame = pandas.DataFrame(table, columns=[f"c{n}" for n in range(table.shape[1])])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = prim.Prim(frame, fails, threshold=0.0, peel_alpha=PEEL, mass_min=LEAST_MASS).find_box()
    ends = [(float(low), float(high)) for low, high in zip(table.min(axis=0), table.max(axis=0), strict=True)]
    path = list[Limits]()
    for one in found.box_lims:
        limits = dict[int, tuple[float, float]]()
        for n, (least, most) in enumerate(ends):
            low, high = float(one.iloc[0, n]), float(one.iloc[1, n])
            if low > least or high < most:
                limits[n] = (low if low > least else -math.inf, high if high < most else math.inf)
        path.append(limits)
    return path


def _libraries() -> tuple[Any, Any]:
    """PRIM and pandas; the workbench warns of all that it could do with more libraries."""
    import pandas

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from ema_workbench.analysis import prim
    except ImportError:
        raise MissingExtraError("discover needs more libraries: pip install 'simdiff[discover]'") from None
    return prim, pandas


def inside(table: NDArray[np.float64], limits: Limits) -> Flags:
    """Which points lie in a box."""
    within = np.ones(len(table), dtype=bool)
    for n, (low, high) in limits.items():
        within &= (table[:, n] >= low) & (table[:, n] <= high)
    return within


def quality(table: NDArray[np.float64], fails: Flags, limits: Limits) -> tuple[float, float]:
    """Coverage and density of a box (density 0 of an empty one)."""
    within = inside(table, limits)
    hits = float((within & fails).sum())
    return hits / max(1.0, float(fails.sum())), hits / max(1.0, float(within.sum()))


def distance(coverage: float, density: float) -> float:
    """How far a box is from holding all failures and nothing else."""
    return math.hypot(1.0 - coverage, 1.0 - density)


def best_box(table: NDArray[np.float64], fails: Flags, path: Sequence[Limits]) -> tuple[int, Limits]:
    """Number and limits of the box that is nearest to coverage 1 and density 1 once it is trimmed."""
    each = [trimmed(table, fails, limits) for limits in path]
    chosen = min(range(len(path)), key=lambda n: distance(*quality(table, fails, each[n])))
    return chosen, each[chosen]


def quasi_p(table: NDArray[np.float64], fails: Flags, limits: Limits, column: int) -> float:
    """Probability of at least as many failures in the box if its points failed as those of the box without a
    restriction do: binomial (Bryant & Lempert 2010)."""
    from scipy.special import bdtrc

    within = inside(table, limits)
    wider = inside(table, {n: ends for n, ends in limits.items() if n != column})
    count, hits = int(within.sum()), int((within & fails).sum())
    share = float(fails[wider].mean()) if wider.any() else 0.0
    return 1.0 if hits == 0 else float(bdtrc(hits - 1, count, share))


def trimmed(table: NDArray[np.float64], fails: Flags, limits: Limits) -> Limits:
    """A box without the restrictions that chance explains, the least significant dropped first."""
    kept = dict(limits)
    while kept:
        worst, p = max(((n, quasi_p(table, fails, kept, n)) for n in kept), key=lambda one: one[1])
        if p <= SIGNIFICANT:
            break
        del kept[worst]
    return kept


def _described(table: NDArray[np.float64], fails: Flags, limits: Limits, columns: Sequence[Column]) -> Box:
    coverage, density = quality(table, fails, limits)
    told = tuple(
        Restriction(columns[n].name, columns[n].level, low, high, quasi_p(table, fails, limits, n))
        for n, (low, high) in limits.items()
    )
    return Box(told, coverage, density, float(inside(table, limits).mean()))


def order(seed: int, name: str, count: int) -> NDArray[np.intp]:
    """A random order of ``count`` points, by keyed luck: the same for the same seed and name."""
    lot = lots(seed_key(seed), [("order", name, str(n)) for n in range(count)], SHUFFLE)[:, 0]
    return np.argsort(lot, kind="stable")


def halves(table: NDArray[np.float64], fails: Flags, seed: int, count: int) -> tuple[dict[int, float], float, float]:
    """Share of random halves in which each column is restricted, and the medians, on the other halves, of coverage and
    density of the boxes found."""
    counts = dict.fromkeys(range(table.shape[1]), 0.0)
    fresh = []
    for k in range(count):
        mixed = order(seed, f"half {k}", len(table))
        one, other = mixed[: len(table) // 2], mixed[len(table) // 2 :]
        limits = _found(table[one], fails[one])
        for n in limits:
            counts[n] += 1.0 / count
        fresh.append(quality(table[other], fails[other], limits))
    coverage, density = np.median(np.array(fresh), axis=0)
    return counts, float(coverage), float(density)


def _found(table: NDArray[np.float64], fails: Flags) -> Limits:
    return best_box(table, fails, prim_path(table, fails))[1]


def shuffles(table: NDArray[np.float64], fails: Flags, reached: float, seed: int, count: int) -> int:
    """In how many sweeps with shuffled labels, where there is nothing to find, a box is found that is as good."""
    found = 0
    for k in range(count):
        labels = fails[order(seed, f"shuffle {k}", len(table))]
        found += distance(*quality(table, labels, _found(table, labels))) <= reached
    return found


def tree_leaves(table: NDArray[np.float64], fails: Flags, columns: Sequence[Column]) -> Iterator[Box]:
    """Leaves of a classification tree with more than the usual share of failures, densest first."""
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        raise MissingExtraError("discover needs more libraries: pip install 'simdiff[discover]'") from None
    least = max(5, math.ceil(LEAST_MASS * len(fails)))
    model = DecisionTreeClassifier(max_leaf_nodes=MOST_LEAVES, min_samples_leaf=least, random_state=0)
    found = [_described(table, fails, limits, columns) for limits in _leaf_limits(model.fit(table, fails).tree_)]
    yield from sorted((leaf for leaf in found if leaf.density > fails.mean()), key=lambda leaf: -leaf.density)


def _leaf_limits(tree: Any) -> Iterator[Limits]:
    """Limits of each leaf; scikit-learn goes left where a value is at most the threshold."""
    waiting: list[tuple[int, dict[int, tuple[float, float]]]] = [(0, {})]
    while waiting:
        node, limits = waiting.pop()
        if tree.children_left[node] < 0:
            yield limits
            continue
        column, at = int(tree.feature[node]), float(tree.threshold[node])
        low, high = limits.get(column, (-math.inf, math.inf))
        waiting.append((int(tree.children_left[node]), {**limits, column: (low, min(high, at))}))
        waiting.append((int(tree.children_right[node]), {**limits, column: (max(low, at), high)}))
