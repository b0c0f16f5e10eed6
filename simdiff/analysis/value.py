"""What it would be worth to know more before choosing: expected value of information, by parameter.

A choice between options is made by the mean of an outcome over parameter draws. Knowing one parameter exactly, one
would choose by the mean given its value: the expected gain is its *partial perfect information* (EVPPI; Felli & Hazen
1998), the expected gain of knowing all of them *perfect information* (EVPI). Both come from the draws of the sweep
alone (Strong & Oakley 2013; Strong, Oakley & Brennan 2014), with means within parts of the parameter's range.

Means of few draws are partly luck, and luck looks like knowledge: whoever chose by it would seem to gain. So means
within parts are drawn together to the variance that is no luck (``Means.matched``), and for EVPI draws to the variance
that is no noise of replicates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.assumptions import Column
from simdiff.analysis.bins import LEAST_DRAWS, Parts, means_in, parts_of
from simdiff.analysis.claims import Claim, claims_of
from simdiff.analysis.layers import noise
from simdiff.analysis.resample import resamples, shuffles
from simdiff.analysis.samples import AskError, Sample, check_alike, mean_defined
from simdiff.analysis.sensitivity import Estimate, centred
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
    found = {column.name: column for one in options for column in one.columns if column.kind != "setting"}
    columns = tuple(replace(column, values=column.values[there]) for column in found.values())
    _check(options, columns, int(there.sum()), replicates)
    return _value(options, columns, runs[there], int((~there).sum()), seed_key(seed))


def _check(options: Sequence[Sample], columns: Sequence[Column], draws: int, replicates: int) -> None:
    said = ", ".join(one.name for one in options)
    if not columns:
        raise AskError(f"{said}: expected parameter draws, or a Latin hypercube over priors or structure")
    if replicates < 2:
        raise AskError(f"{said}: 1 replicate, expected at least 2")
    if draws < LEAST_DRAWS:
        raise AskError(f"{said}: {draws} draws have this outcome, expected at least {LEAST_DRAWS}")


def _value(options: Sequence[Sample], columns: Sequence[Column], runs: Floats, dropped: int, key: int) -> Value:
    utility = mean_defined(runs.swapaxes(1, 2))
    count, now = len(utility), int(utility.mean(axis=0).argmax())
    weights = np.concatenate([np.ones((1, count)), resamples(key, "value", count)])
    parts, orders = parts_of(columns), shuffles(key, "value", count)
    gains, fewer = known(utility.T[:, None], weights, parts, now)
    luck = known(utility.T[:, orders], np.ones(orders.shape), parts, now)[0].max(axis=1)
    worths = [Worth(column, centred(gains[:, n], least=0.0), centred(fewer[:, n])) for n, column in enumerate(columns)]
    return Value(
        options=tuple(one.name for one in options),
        means=tuple(Estimate(float(u.mean()), *map(float, np.quantile(u, (LOW, HIGH)))) for u in utility.T),
        best=now,
        wrong=_plain(weights @ (utility.argmax(axis=1) != now) / count),
        perfect=_plain(_all_known(runs, utility, weights, now)),
        worths=tuple(sorted(worths, key=lambda one: -one.gain.value)),
        floor=float(np.quantile(luck, HIGH)),
        claims=tuple(claims_of(options, utility, columns, key)),
        draws=count, dropped=dropped, replicates=runs.shape[1],
    )  # fmt: skip


def known(utility: Floats, weights: Floats, parts: Parts, now: int) -> tuple[Floats, Floats]:
    """What it gains to know in which part a draw lies, (times, columns): mean utility of the choice, and share of draws
    in which it is right, over those of the option that is chosen without. ``utility`` (options, times or 1, n),
    ``weights`` (times, n); ``now``: the option against which the others are measured."""
    right = utility.argmax(axis=0)
    means = [means_in(parts, one - utility[now], weights) for one in utility]
    ahead = np.stack([one.matched(parts) for one in means])
    is_right = [means_in(parts, (right == n).astype(np.float64), weights) for n in range(len(utility))]
    rights = np.stack([one.matched(parts) for one in is_right])
    choice, blind = ahead.argmax(axis=0), np.stack([one.mean for one in means]).argmax(axis=0)
    blind = np.broadcast_to(blind, choice.shape)
    gains = means[0].share * (_of(ahead, choice) - np.stack([one.mean for one in means]).max(axis=0))
    fewer = means[0].share * (_of(rights, choice) - _of(np.stack([one.mean for one in is_right]), blind))
    return np.add.reduceat(gains, parts.starts, axis=1), np.add.reduceat(fewer, parts.starts, axis=1)


def _of(figures: Floats, choice: NDArray[np.intp]) -> Floats:
    """The figure of the chosen option; (options, times, parts or 1) and (times, parts)."""
    whole = np.broadcast_to(figures, (len(figures), *choice.shape))
    return np.asarray(np.take_along_axis(whole, choice[None], axis=0)[0])


def _all_known(runs: Floats, utility: Floats, weights: Floats, now: int) -> Floats:
    """EVPI (times,): mean of the best option of each draw, over the best mean; differences are drawn together to the
    variance between draws that is no noise of replicates."""
    ahead = []
    for n in range(utility.shape[1]):
        one = utility[:, n] - utility[:, now]
        spread = float(np.var(one, ddof=1))
        lost = noise(runs[:, :, n] - runs[:, :, now])
        factor = np.sqrt(max(0.0, 1.0 - lost / spread)) if spread > 0.0 else 0.0
        ahead.append(one.mean() + factor * (one - one.mean()))
    found = np.stack(ahead)
    total = weights.sum(axis=1)
    return np.asarray((weights @ found.max(axis=0) - (weights @ found.T).max(axis=1)) / total)


def _plain(figures: Floats) -> Estimate:
    """The first figure, with the 5–95 % of the others."""
    low, high = np.quantile(figures[1:], (LOW, HIGH))
    return Estimate(float(figures[0]), float(low), float(high))
