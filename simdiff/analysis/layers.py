"""Three layers of uncertainty kept apart: how much of an outcome's variance is chance, parameters, structure.

Law of total variance, for a run whose structure, parameter draw and luck are picked at random:

- *chance*: the mean variance over replicates within a draw;
- *parameters*: the variance of expected outcomes between draws, within a structure;
- *structure*: the variance of expected outcomes between structures, each as likely as the others.

Replicate n has the same luck in every draw and structure, so replicates are crossed with draws, not nested in them.
The usual nested estimate, variance of the draws' means less the variance within draws over the number of replicates,
would take the shared luck off too, though it moves all draws alike and no mean apart: it errs low. The estimates here
are mean half squared differences over pairs of runs (Koch 1968, Technometrics 10, "symmetric sums"): pairs that share
a draw differ by chance, pairs that share neither draw nor replicate by chance and parameters. They are unbiased
whatever is missing; on whole tables they are those of the two-way analysis of variance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.resample import resamples
from simdiff.analysis.summary import HIGH, LOW, quantiles
from simdiff.model.luck import seed_key

LAYERS = ("chance", "parameters", "structure")
Floats = NDArray[np.float64]
Sums = tuple[Floats, Floats, Floats]
"""Numbers of runs, sums and sums of squares, (draws, replicates) each."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of the variance of an outcome.

    ``variance`` is unbiased and so may fall below 0, where ``sd`` and ``share`` are 0. ``low`` and ``high``: 5–95 % of
    the share over bootstrap resamples of the draws.
    """

    name: str
    variance: float
    sd: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Split:
    """The variance of one outcome at the end of a year (None: of different years), layer by layer. ``policies``: how
    many families it is the mean of; ``draws`` and ``replicates`` of each."""

    outcome: str
    year: int | None
    layers: tuple[Layer, ...]
    policies: int
    draws: int
    replicates: int


def split(outcome: str, year: int | None, families: Sequence[Floats], seed: int) -> Split | None:
    """Layers of an outcome from families of runs, each (structures, draws, replicates), what is missing nan.

    A family is one policy in one place; its structures are the same policy under other rules. Variances are means over
    families, so that differences between policies belong to no layer. None without two draws and two replicates, or if
    nothing varies.
    """
    draws, replicates = (max(family.shape[axis] for family in families) for axis in (1, 2))
    if draws < 2 or replicates < 2:
        return None
    found = _mean([components(family, _weights(seed, family.shape[1])) for family in families])
    parts = np.maximum(found, 0.0)[:, : 3 if any(len(family) > 1 for family in families) else 2]
    if not parts[0].sum() > 0.0:
        return None  # nothing varies, or nothing is defined often enough
    with np.errstate(invalid="ignore"):
        shares = parts / parts.sum(axis=1, keepdims=True)
    low, high = quantiles(shares[1:], (LOW, HIGH))
    layers = tuple(
        Layer(name, *(float(x) for x in (found[0, n], np.sqrt(parts[0, n]), shares[0, n], low[n], high[n])))
        for n, name in enumerate(LAYERS[: parts.shape[1]])
    )
    return Split(outcome, year, layers, len(families), draws, replicates)


def _weights(seed: int, draws: int) -> Floats:
    """How often each draw counts: once, then as in bootstrap resamples."""
    return np.concatenate([np.ones((1, draws)), resamples(seed_key(seed), "layers", draws)])


def _mean(found: Sequence[Floats]) -> Floats:
    """Mean over families; those in which a part is undefined have no say in it."""
    there = np.isfinite(found)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, found, 0.0).sum(axis=0) / there.sum(axis=0))


def components(values: Floats, weights: Floats) -> Floats:
    """Variances (resamples, 3) of chance, parameters and structure; ``values`` (structures, draws, replicates), nan
    where missing; ``weights`` (resamples, draws) says how often each draw counts.

    Structures are all there are, not a sample of more: their variance is over their number.
    """
    middle = np.nanmean(values) if np.isfinite(values).any() else 0.0
    each = [_sums(one - middle) for one in values]
    together = _sums_of(each)
    inside = np.sum([_same_draw(one, weights) for one in each], axis=0)
    between = np.sum([_nothing_shared(one, weights) for one in each], axis=0)
    apart = _nothing_shared(together, weights) - between  # pairs of runs in different structures
    with np.errstate(invalid="ignore", divide="ignore"):
        chance, draws, all_three = (pair[0] / pair[1] for pair in (inside, between, apart))
    count = len(values)
    structure = (count - 1) / count * (all_three - draws) if count > 1 else np.zeros(len(weights))
    return np.stack([chance, draws - chance, structure], axis=1)


def noise(values: Floats) -> float:
    """Variance of replicate noise in the means over replicates of ``values`` (points, replicates), nan where missing.

    It is the interaction of point and replicate over the number of replicates: luck that all points share moves no
    point against another. Not-a-number with one replicate.
    """
    one, ones = _sums(values - np.nanmean(values)), np.ones((1, len(values)))
    counted = np.isfinite(values).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        inside, apart, alike = (
            pair[0] / pair[1] for pair in (_same_draw(one, ones), _nothing_shared(one, ones), _same_replicate(one))
        )
        shared = apart - alike  # of the luck that all points share
        return float(np.maximum(0.0, inside - shared)[0] * (1.0 / counted[counted > 0]).mean())


def _sums(values: Floats) -> Sums:
    there = np.isfinite(values)
    filled = np.where(there, values, 0.0)
    return there.astype(np.float64), filled, filled**2


def _sums_of(parts: Sequence[Sums]) -> Sums:
    count, total, squares = (np.sum([one[n] for one in parts], axis=0) for n in range(3))
    return count, total, squares


def _same_draw(sums: Sums, weights: Floats) -> Floats:
    """Over pairs of runs that share the draw: sum of half squared differences, and how many, (2, resamples)."""
    count, total, squares = (one.sum(axis=1) for one in sums)
    return np.stack([weights @ (count * squares - total**2), weights @ (count**2 - count)])


def _same_replicate(sums: Sums) -> Floats:
    """The same over pairs that share the replicate, (2, 1)."""
    count, total, squares = (one.sum(axis=0) for one in sums)
    return np.array([[(count * squares - total**2).sum()], [(count**2 - count).sum()]])


def _nothing_shared(sums: Sums, weights: Floats) -> Floats:
    """The same over pairs that share neither draw nor replicate, (2, resamples): all pairs, less those that share one,
    plus those that share both. Copies of a draw in a resample are one draw."""
    count, total, squares = sums
    n, s, q = (weights @ one for one in sums)

    def pairs(square: Callable[[Floats, Floats, Floats], Floats]) -> Floats:
        everything = square(n.sum(axis=1), s.sum(axis=1), q.sum(axis=1))
        replicate = square(n, s, q).sum(axis=1)
        draw = weights**2 @ square(count.sum(axis=1), total.sum(axis=1), squares.sum(axis=1))
        both = weights**2 @ square(count, total, squares).sum(axis=1)
        return np.asarray(everything - replicate - draw + both)

    return np.stack([pairs(lambda n, s, q: n * q - s**2), pairs(lambda n, s, q: n**2)])
