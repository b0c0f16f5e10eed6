"""Which inputs move an outcome: Sobol' indices, elementary effects, and first-order indices from given data.

All are of means over replicates. Their noise is told beside them, because it looks like an interaction of every input
with every other: it adds to total indices and to elementary effects, and takes from first-order shares.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.assumptions import Column
from simdiff.analysis.bins import LEAST_DRAWS, means_in, parts_of
from simdiff.analysis.layers import noise
from simdiff.analysis.resample import resamples, shuffles
from simdiff.analysis.samples import AskError, Sample, mean_defined
from simdiff.analysis.summary import HIGH, LOW
from simdiff.model.luck import seed_key
from simdiff.scenario.experiment_schema import Design

Method = Literal["sobol", "morris", "given-data"]
Floats = NDArray[np.float64]
MEASURES: dict[Method, tuple[str, ...]] = {
    "sobol": ("total", "first"), "morris": ("mu_star", "sigma", "mu"), "given-data": ("first",),
}  # fmt: skip
"""What is measured of each input; inputs are sorted by the first of them."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 5–95 % bootstrap interval over the points of the design (or the draws)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What moves an outcome, the strongest input first.

    ``measures`` of each column: by name. ``pairs``: second-order indices of two columns, the largest first.
    ``noise``: share of the variance of the means that is noise of replicates (nan with one). ``floor``: what the first
    measure shows where there is nothing: of total indices the noise share, of mu_star what noise alone gives, of
    given-data indices what the largest of all columns reaches in one of twenty shuffles of the runs. ``rows`` were
    used, ``dropped`` had no figure.
    """

    method: Method
    columns: tuple[Column, ...]
    measures: tuple[Mapping[str, Estimate], ...]
    pairs: tuple[tuple[str, str, Estimate], ...]
    noise: float
    floor: float
    rows: int
    dropped: int
    replicates: int


def sensitivity(found: Sample, design: Design, seed: int) -> Sensitivity:
    """Sensitivity of a sample, by the method that its design is made for. Raises AskError if there is none."""
    key = seed_key(seed)
    if found.factors and (design.kind == "sobol" or design.kind == "morris"):
        return _designed(found, design, design.kind, key)
    return _given(found, key)


def _designed(found: Sample, design: Design, method: Method, key: int) -> Sensitivity:
    """Sobol or Morris by SALib. A block of points (around a base point; a trajectory) is analysed as a whole, so blocks
    in which a figure is missing are left out, and intervals are of blocks drawn again."""
    columns, ask = found.factors, _sobol if method == "sobol" else _morris
    size = _block_size(design, len(columns))
    runs = found.values.reshape(found.points, -1)
    y = mean_defined(runs).reshape(-1, size)
    whole = np.isfinite(y).all(axis=1)
    y, kept = y[whole], np.repeat(whole, size)
    if len(y) < 2 or np.ptp(y) == 0.0:
        raise AskError(f"{found.name}: the outcome is the same, or undefined, at (nearly) every point")
    x = np.stack([column.values for column in columns], axis=1).reshape(-1, size, len(columns))[whole]
    again = [np.repeat(np.arange(len(y)), often.astype(int)) for often in resamples(key, method, len(y))]
    chosen = [np.arange(len(y)), *(blocks for blocks in again if np.ptp(y[blocks]) > 0.0)]
    figures = [ask(x[blocks], y[blocks], design) for blocks in chosen]
    measured = {name: _estimates(np.array([one[name] for one in figures])) for name in figures[0]}
    lost, share = _lost(runs[kept], y)
    return _sorted(Sensitivity(
        method, columns, tuple({name: measured[name][n] for name in MEASURES[method]} for n in range(len(columns))),
        _pairs(columns, measured.get("pairs", [])), share,
        share if method == "sobol" else 2.0 * math.sqrt(lost / math.pi) / _step(design),
        int(kept.sum()), int((~kept).sum()), found.values.shape[1],
    ))  # fmt: skip


def _block_size(design: Design, inputs: int) -> int:
    """Points of a block: a trajectory, or a base point with its mixtures (Saltelli et al. 2010)."""
    if design.kind == "morris":
        return inputs + 1
    return (2 if design.second_order else 1) * inputs + 2


def _lost(runs: Floats, means: Floats) -> tuple[float, float]:
    """Variance of replicate noise in means, and its share of their variance."""
    lost = noise(runs)
    return lost, float(np.minimum(1.0, lost / np.var(means, ddof=1)))


def _estimates(figures: Floats) -> list[Estimate]:
    """Estimates from (1 + resamples, inputs), the first row on the data as they are."""
    low, high = np.quantile(figures[1:], (LOW, HIGH), axis=0)
    return [Estimate(*map(float, one)) for one in zip(figures[0], low, high, strict=True)]


def _sorted(found: Sensitivity) -> Sensitivity:
    first = MEASURES[found.method][0]
    order = sorted(range(len(found.columns)), key=lambda n: -found.measures[n][first].value)
    return replace(found, columns=tuple(found.columns[n] for n in order),
                   measures=tuple(found.measures[n] for n in order))  # fmt: skip


def _problem(count: int) -> dict[str, Any]:
    return {"num_vars": count, "names": [str(n) for n in range(count)], "bounds": [[0.0, 1.0]] * count}


def _sobol(x: Floats, y: Floats, design: Design) -> dict[str, Floats]:
    """First-order and total indices (Saltelli et al. 2010), and pairs (Saltelli 2002) where they were sampled."""
    from SALib.analyze import sobol

    count = x.shape[2]
    found = sobol.analyze(_problem(count), y.ravel(), calc_second_order=design.second_order, num_resamples=2, seed=1)
    figures = {"first": found["S1"], "total": found["ST"]}
    return figures | ({"pairs": found["S2"][np.triu_indices(count, 1)]} if design.second_order else {})


def _morris(x: Floats, y: Floats, design: Design) -> dict[str, Floats]:
    """Mean, mean of absolutes and SD of elementary effects (Morris 1991; Campolongo, Cariboni & Saltelli 2007), in the
    outcome's unit for a way through the whole range of an input. SALib reads from ``x`` which input went up or down."""
    from SALib.analyze import morris

    flat = x.reshape(-1, x.shape[2])
    found = morris.analyze(_problem(x.shape[2]), flat, y.ravel(), num_resamples=2, num_levels=design.grid, seed=1)
    return {name: np.asarray(found[name]) for name in MEASURES["morris"]}


def _step(design: Design) -> float:
    """Step of Morris' grid as a share of the range (Morris 1991)."""
    return design.grid / (2.0 * (design.grid - 1.0))


def _pairs(columns: Sequence[Column], found: Sequence[Estimate]) -> tuple[tuple[str, str, Estimate], ...]:
    names = combinations([column.name for column in columns], 2)
    return tuple(
        sorted(((*pair, one) for pair, one in zip(names, found, strict=bool(found))), key=lambda p: -p[2].value)
    )


def _given(found: Sample, key: int) -> Sensitivity:
    """First-order indices from draws that are as they are: variance of the means within parts of each input's range."""
    if not found.columns:
        raise AskError("expected a sobol or morris design, a Latin hypercube, or parameter draws")
    there = np.isfinite(found.means)
    y, count = found.means[there], int(there.sum())
    if count < LEAST_DRAWS:
        raise AskError(f"{found.name}: {count} draws have this outcome, expected at least {LEAST_DRAWS}")
    if np.ptp(y) == 0.0:
        raise AskError(f"{found.name}: the outcome is the same in every draw")
    parts = parts_of([replace(column, values=column.values[there]) for column in found.columns])
    weights = np.concatenate([np.ones((1, count)), resamples(key, "given-data", count)])
    measured = [{"first": centred(one)} for one in means_in(parts, y[None], weights).cleared.T]
    lots = y[shuffles(key, "given-data", count)]
    largest = means_in(parts, lots, np.ones_like(lots)).cleared.max(axis=1)
    return _sorted(Sensitivity("given-data", found.columns, tuple(measured), (), _lost(found.values[there], y)[1],
                               float(np.quantile(largest, HIGH)), count, int((~there).sum()),
                               found.values.shape[1]))  # fmt: skip


def centred(figures: Floats, least: float = -math.inf) -> Estimate:
    """The first of the figures, with the spread of the others about their own mean, not below ``least``: resamples
    repeat draws, and so explain more than the data do."""
    value = float(figures[0])
    low, high = np.quantile(figures[1:] - figures[1:].mean(), (LOW, HIGH)) + value
    return Estimate(*(max(least, float(one)) for one in (value, low, high)))
