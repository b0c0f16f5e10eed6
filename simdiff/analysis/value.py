"""What it would be worth to know more before choosing: expected value of information, by parameter.

A choice between options is made by the mean of an outcome over parameter draws. Knowing one parameter exactly, one
would choose by the mean given its value: the expected gain is its *partial perfect information* (EVPPI; Felli & Hazen
1998), the expected gain of knowing all of them *perfect information* (EVPI). Both come from the draws of the sweep
alone (Strong & Oakley 2013; Strong, Oakley & Brennan 2014), with means within parts of the parameter's range.

Means of few draws are partly luck, and a choice that may look at its own luck seems worth more than it is. So each draw
is judged by a choice made without it, and EVPI's each replicate by a choice made without it: the estimates err low, by
what a choice made from fewer draws loses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.assumptions import Column
from simdiff.analysis.bins import LEAST_DRAWS, Parts, one_part, parts_of
from simdiff.analysis.claims import Claim, claims_of
from simdiff.analysis.resample import resamples, shuffles
from simdiff.analysis.samples import AskError, Sample, check_alike, mean_defined
from simdiff.analysis.sensitivity import Estimate
from simdiff.analysis.summary import HIGH, LOW
from simdiff.model.luck import seed_key

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worth:
    """What knowing one input is worth: ``gain`` (EVPPI) in the outcome's unit, ``fewer`` by how much the probability
    of the wrong choice falls."""

    column: Column
    gain: Estimate
    fewer: Estimate


@dataclass(frozen=True, slots=True)
class Value:
    """A choice between options, and what would improve it.

    ``means`` of each option, with the 5–95 % of the draws; ``best`` is the place of the one to choose now; ``wrong``
    the share of draws in which another is better; ``perfect`` the EVPI. ``worths``: the largest gain first; ``floor``:
    what the largest gain of all inputs reaches in one of twenty shuffles of the draws. ``claims``: the first option
    against each other. ``draws`` were used, ``dropped`` have no figure.
    """

    options: tuple[str, ...]
    means: tuple[Estimate, ...]
    best: int
    wrong: Estimate
    perfect: Estimate
    worths: tuple[Worth, ...]
    floor: float
    claims: tuple[Claim, ...]
    draws: int
    dropped: int
    replicates: int


def value_of_information(options: Sequence[Sample], seed: int) -> Value:
    """The value of knowing the assumptions that vary over the draws of ``options`` (two or more; more is better).

    Raises AskError if the options do not have the same draws, or too few of them.
    """
    for one in options[1:]:
        check_alike(options[0], one)
    replicates = min(one.values.shape[1] for one in options)
    runs = np.stack([one.values[:, :replicates] for one in options], axis=2)
    runs[~np.isfinite(runs).all(axis=2)] = np.nan  # a replicate counts in all options or in none
    there = np.isfinite(runs[:, :, 0]).sum(axis=1) > 1
    known = {column.name: column for one in options for column in one.columns if column.kind != "setting"}
    columns = tuple(replace(column, values=column.values[there]) for column in known.values())
    _check(options, columns, int(there.sum()), replicates)
    return _value(options, columns, runs[there], int((~there).sum()), seed_key(seed))


def _check(options: Sequence[Sample], columns: Sequence[Column], draws: int, replicates: int) -> None:
    said = " and ".join(one.name for one in options[:2])
    if not columns:
        raise AskError(f"{said}: expected parameter draws, or a Latin hypercube over priors or structure")
    if draws < LEAST_DRAWS:
        raise AskError(f"{said}: {draws} draws have this outcome, expected at least {LEAST_DRAWS}")
    if replicates < 2:
        raise AskError(f"{said}: 1 replicate, expected at least 2")


def _value(options: Sequence[Sample], columns: Sequence[Column], runs: Floats, dropped: int, key: int) -> Value:
    utility = mean_defined(runs.swapaxes(1, 2))
    count, now = len(utility), utility.mean(axis=0).argmax()
    weights = np.concatenate([np.ones((1, count)), resamples(key, "value", count)])
    parts, drawn = parts_of(columns), utility.T[:, None]
    gain_now = chosen(drawn, weights, one_part(count))[0][:, 0]
    gains, wrongs = chosen(drawn, weights, parts)
    shuffled = utility.T[:, shuffles(key, "value", count)]
    even = np.ones(shuffled.shape[1:])
    luck = chosen(shuffled, even, parts)[0].max(axis=1) - chosen(shuffled, even, one_part(count))[0][:, 0]
    wrong_now = weights @ (utility.argmax(axis=1) != now) / count
    worths = [
        Worth(column, _estimate(gains[:, n] - gain_now, least=0.0), _estimate(wrong_now - wrongs[:, n]))
        for n, column in enumerate(columns)
    ]
    return Value(
        options=tuple(one.name for one in options),
        means=tuple(Estimate(float(u.mean()), *map(float, np.quantile(u, (LOW, HIGH)))) for u in utility.T),
        best=int(now),
        wrong=_estimate(wrong_now),
        perfect=_estimate(weights @ _told_all(runs) / count - gain_now, least=0.0),
        worths=tuple(sorted(worths, key=lambda one: -one.gain.value)),
        floor=max(0.0, float(np.quantile(luck, HIGH))),
        claims=tuple(claims_of(options, utility, columns, key)),
        draws=count, dropped=dropped, replicates=runs.shape[1],
    )  # fmt: skip


def chosen(utility: Floats, weights: Floats, parts: Parts) -> tuple[Floats, Floats]:
    """What choosing by the mean within each part gives, (times, columns): the mean utility of what is chosen, and the
    share of draws in which another option is better. ``utility`` (options, times or 1, n), ``weights`` (times, n).

    The choice for a draw is made from the other draws of its part (of all, where it is alone).
    """
    weighted, right = weights * utility, utility.argmax(axis=0)
    count, sums = weights @ parts.members, weighted @ parts.members
    everyone = weighted.sum(axis=2, keepdims=True) - weighted
    total, whole = weights.sum(axis=1), np.broadcast_to(utility, weighted.shape)
    gains, wrongs = [], []
    for at in parts.places:
        alone = count[:, at] <= weights
        choice = np.where(alone, everyone, sums[:, :, at] - weighted).argmax(axis=0)
        got = np.take_along_axis(whole, choice[None], axis=0)[0]
        gains.append((weights * got).sum(axis=1) / total)
        wrongs.append((weights * (choice != right)).sum(axis=1) / total)
    return np.stack(gains, axis=1), np.stack(wrongs, axis=1)


def _told_all(runs: Floats) -> Floats:
    """Utility in each draw of the option that its own parameters speak for, (n,): each replicate (n, replicates,
    options) by a choice made from the others."""
    there = np.isfinite(runs)
    filled = np.where(there, runs, 0.0)
    others = filled.sum(axis=1, keepdims=True) - filled
    choice = others.argmax(axis=2)
    got = np.take_along_axis(runs, choice[..., None], axis=2)[..., 0]
    return mean_defined(got)


def _estimate(figures: Floats, least: float = -np.inf) -> Estimate:
    """The first figure, with the 5–95 % of the others; not below ``least``."""
    low, high = np.quantile(figures[1:], (LOW, HIGH))
    return Estimate(*(max(least, float(one)) for one in (figures[0], low, high)))
