"""Paired differences between options, their two layers of uncertainty, and what may be said of them.

Two layers, kept apart. *Chance*: the interval of the mean difference, the parameter draws given (Student's t over
matched replicates; ``simdiff.study.precision.halfwidths``). *Parameters*: the central part of the draws' own mean
differences, by order statistics: with D draws, a further draw of the same law falls between the k-th lowest and the
k-th highest with probability 1 − 2k/(D + 1), whatever the law (Wilks 1941, Annals of Mathematical Statistics 12:91).
No law is assumed, since differences of shares are skewed; few draws therefore bound little, and 95 % takes 39. More
draws make this layer better known, not narrower; more replicates take the chance out of it that leaks in.

Several pairs are compared, and some would differ by luck: the tests of all of them together (Student's t over the
draws' mean differences, or over replicates where there are no draws) are held to one error rate by Holm's step-down
(1979, Scandinavian Journal of Statistics 6:65).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from simdiff.analysis.direction import DIRECTIONS, Direction
from simdiff.analysis.matched import Matched
from simdiff.study.precision import halfwidths

Verdict = Literal["A above B", "B above A", "cannot tell apart", "structures disagree"]
A_ABOVE: Verdict = "A above B"
B_ABOVE: Verdict = "B above A"
SAME: Verdict = "cannot tell apart"
DISAGREE: Verdict = "structures disagree"
WINNERS = {A_ABOVE: 1, B_ABOVE: -1}
"""Verdicts that are firm, and which option each is for."""
LEAST_DEFINED = 0.5
"""A difference that is defined in fewer of the worlds is not judged: the rest are a selected set."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The mean of a paired quantity over worlds (draws, replicates), with its layers of uncertainty.

    ``mean`` is that of the draws' means, ``median`` that of all worlds. ``chance_low`` and ``chance_high`` are infinite
    where chance cannot be measured (one replicate). ``parameters_low`` and ``parameters_high`` are the central
    ``parameters_level`` of the draws' means: the confidence asked for or, of fewer draws, their whole range; nan
    without draws. ``p``: two-sided, of a mean of 0. ``above``: share of worlds above 0, ties half; ``draws_above``:
    share of draws whose mean is. ``defined``: share of the worlds, all of them run, in which it is defined. ``tied``
    and ``draws_tied``: shares of worlds, and of draws, in which it is 0.
    """

    mean: float
    median: float
    chance_low: float
    chance_high: float
    parameters_low: float
    parameters_high: float
    parameters_level: float
    p: float
    above: float
    draws_above: float
    worlds: int
    draws: int
    defined: float
    tied: float
    draws_tied: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two options on one outcome: the first minus the second, in all worlds (``whole``, with intervals that hold
    under each structure) and by structure.

    ``p`` is the largest of the structures' (a claim must hold under each), after Holm over all comparisons made.
    ``why`` says what a verdict of "cannot tell apart" rests on. "Above" is better, as ``simdiff.analysis.direction``
    has it.
    """

    outcome: str
    first: str
    second: str
    whole: Estimate
    structures: tuple[Estimate, ...]
    structure_names: tuple[str, ...]
    p: float
    verdict: Verdict = SAME
    why: str = ""


def central(values: NDArray[np.float64], confidence: float) -> tuple[float, float, float]:
    """The central part of some draws, and its level: ``confidence``, or less if they are too few to bound as much.

    Order statistics at ranks (D + 1)(1 ∓ confidence)/2, between whole ranks by a straight line (Hyndman & Fan 1996,
    The American Statistician 50:361, definition 6).
    """
    count = len(values)
    if count < 2:
        return math.nan, math.nan, math.nan
    level = min(confidence, (count - 1) / (count + 1))
    ranks = np.array([(1 - level) / 2, (1 + level) / 2]) * (count + 1)
    low, high = np.interp(ranks, np.arange(1, count + 1), np.sort(values))
    return float(low), float(high), level


def draws_needed(confidence: float) -> int:
    """Draws that bound ``confidence``."""
    return math.ceil(round((1 + confidence) / (1 - confidence), 6))


def estimate(values: NDArray[np.float64], ran: NDArray[np.bool_], confidence: float) -> Estimate:
    """Mean of a paired quantity, (draws, replicates), nan where undefined; ``ran``: worlds in which it was run."""
    defined = np.isfinite(values)
    kept = values[defined.any(axis=1)]
    worlds = kept[np.isfinite(kept)]
    share = len(worlds) / max(1, int(ran.sum()))
    if not len(worlds):
        none = math.nan
        return Estimate(none, none, none, none, none, none, none, 1.0, none, none, 0, 0, share, none, none)
    means = np.nanmean(kept, axis=1)
    mean, width = float(means.mean()), float(halfwidths(kept, confidence)[-1])
    low, high, level = central(means, confidence)
    tested = means if len(means) > 1 else worlds
    return Estimate(
        mean, float(np.median(worlds)), mean - width, mean + width, low, high, level, p_value(tested), _above(worlds),
        _above(means) if len(means) > 1 else math.nan, len(worlds), len(means), share, float((worlds == 0).mean()),
        float((means == 0).mean()) if len(means) > 1 else math.nan,
    )  # fmt: skip


def p_value(values: NDArray[np.float64]) -> float:
    """Two-sided p of a mean of 0, by Student's t; 1 for fewer than two values."""
    if not values.any() or len(values) < 2:
        return 1.0
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    return float(2 * stdtr(len(values) - 1, -abs(float(values.mean())) / error)) if error > 0 else 0.0


def _above(values: NDArray[np.float64]) -> float:
    return float((values > 0).mean() + 0.5 * (values == 0).mean())


def holm(values: Sequence[float]) -> list[float]:
    """Holm's adjusted p values, in the order given."""
    order = sorted(range(len(values)), key=lambda n: values[n])
    adjusted, highest = [1.0] * len(values), 0.0
    for rank, n in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[n]))
        adjusted[n] = highest
    return adjusted


def contrasts(worlds: Matched, confidence: float) -> list[Contrast]:
    """Every pair of options on every outcome, judged together."""
    found = [
        contrast(worlds, outcome, a, b, confidence)
        for outcome in worlds.outcomes
        for a, b in combinations(range(len(worlds.options)), 2)
    ]
    adjusted = holm([one.p for one in found])
    return [judged(replace(one, p=p), confidence) for one, p in zip(found, adjusted, strict=True)]


def contrast(worlds: Matched, outcome: str, a: int, b: int, confidence: float) -> Contrast:
    """Options number ``a`` minus ``b``, not judged yet."""
    values = DIRECTIONS[outcome].compared(worlds.values[outcome])
    difference, both = values[a] - values[b], worlds.ran[a] & worlds.ran[b]
    whole, parts = under_each(difference, both, worlds.structure, confidence)
    p = max((part.p for part in parts.values()), default=1.0)
    names = tuple(worlds.structures[n] for n in parts)
    return Contrast(outcome, worlds.options[a], worlds.options[b], whole, tuple(parts.values()), names, p)


def under_each(values: NDArray[np.float64], ran: NDArray[np.bool_], structure: NDArray[np.int64],
               confidence: float) -> tuple[Estimate, dict[int, Estimate]]:  # fmt: skip
    """A paired quantity in all worlds, and under each structure with runs, by its number; ``structure`` (draws,).

    Structures are rivals and no sample of anything: intervals of the whole run from the lowest end of theirs to the
    highest, as a claim must hold under each.
    """
    whole = estimate(values, ran, confidence)
    there = [int(n) for n in np.unique(structure) if ran[structure == n].any()]
    if len(there) < 2:
        return whole, dict.fromkeys(there, whole)
    parts = {n: estimate(values[structure == n], ran[structure == n], confidence) for n in there}
    return enveloped(whole, list(parts.values())), parts


def enveloped(whole: Estimate, parts: Sequence[Estimate]) -> Estimate:
    """An estimate with the lowest and the highest end of some parts' intervals; ``draws`` and ``parameters_level`` are
    the least that a part has. Parts without a value count in no end."""
    known = [part for part in parts if part.worlds]
    if len(known) < 2:
        return whole
    draws = min(part.draws for part in known)
    whole = replace(whole, draws=draws, chance_low=min(part.chance_low for part in known),
                    chance_high=max(part.chance_high for part in known))  # fmt: skip
    if draws < 2:
        return whole
    return replace(
        whole, parameters_low=min(part.parameters_low for part in known),
        parameters_high=max(part.parameters_high for part in known),
        parameters_level=min(part.parameters_level for part in known),
    )  # fmt: skip


def judged(one: Contrast, confidence: float) -> Contrast:
    """A contrast with its verdict. One option is above the other if, under every structure, the test (after Holm) and
    no interval leave 0 open, and it is ahead in more worlds than it is behind, as well as on average."""
    direction = DIRECTIONS[one.outcome]
    if not one.structures:
        return replace(one, why="never run in the same world")
    leaders = [0 if doubt(part, part.p, confidence) else leader(part, direction) for part in one.structures]
    if {1, -1} <= set(leaders):
        return replace(one, verdict=DISAGREE, why=f"A above B under {leaders.count(1)} of {len(leaders)}, "
                       f"B above A under {leaders.count(-1)}")  # fmt: skip
    if 0 in leaders:
        firm = len(leaders) - leaders.count(0)
        why = f"firm under {firm} of {len(leaders)} structures" if firm else ""
        return replace(one, why=why or doubt(one.structures[0], one.structures[0].p, confidence))
    if one.p > 1 - confidence:
        return replace(one, why="many comparisons")
    return replace(one, verdict=A_ABOVE if leaders[0] > 0 else B_ABOVE)


def leader(part: Estimate, direction: Direction) -> int:
    """1 if the first option is better on average, −1 if the second is, else 0."""
    return direction.sign * int(np.sign(part.mean)) if part.worlds else 0


def doubt(part: Estimate, p: float, confidence: float) -> str:
    """Why a difference is not firm, as ``DOUBTS`` explains; empty if it is."""
    if not part.worlds or part.defined < LEAST_DEFINED:
        return f"defined in {part.defined:.0%}"
    if part.mean == 0 and (part.chance_low == part.chance_high or part.parameters_low == part.parameters_high):
        return "the same"
    if part.draws > 1 and part.parameters_level < confidence - 1e-9:
        return "too few draws"
    if part.draws > 1 and not _one_side(part.parameters_low, part.parameters_high):
        return "parameters"
    if math.isfinite(part.chance_low) and not _one_side(part.chance_low, part.chance_high):
        return "chance"
    if p > 1 - confidence:
        return "chance"
    ahead = part.above if part.mean > 0 else 1 - part.above
    return "" if ahead > 0.5 else "most worlds"


DOUBTS = {
    "parameters": "the interval over parameter draws includes zero",
    "chance": "the interval of chance includes zero",
    "too few draws": "too few to bound the confidence asked for",
    "many comparisons": "by itself it would be firm; among all that are compared it may be luck",
    "most worlds": "ahead on average, but not in more worlds than behind",
    "the same": "no difference in any world",
}
"""What the words of ``doubt`` mean, for readers."""


def _one_side(low: float, high: float) -> bool:
    return low > 0 or high < 0


def flipped(one: Contrast) -> Contrast:
    """The same contrast, the second option minus the first."""
    turned = B_ABOVE if one.verdict == A_ABOVE else A_ABOVE if one.verdict == B_ABOVE else one.verdict
    return replace(one, first=one.second, second=one.first, whole=negated(one.whole),
                   structures=tuple(map(negated, one.structures)), verdict=turned)  # fmt: skip


def against(pairs: Iterable[Contrast], baseline: str) -> list[Contrast]:
    """The pairs with the baseline, each as option minus baseline."""
    mine = [pair for pair in pairs if baseline in (pair.first, pair.second)]
    return [pair if pair.second == baseline else flipped(pair) for pair in mine]


def negated(part: Estimate) -> Estimate:
    """The same estimate of the quantity turned round."""
    return replace(
        part, mean=-part.mean, median=-part.median, chance_low=-part.chance_high, chance_high=-part.chance_low,
        parameters_low=-part.parameters_high, parameters_high=-part.parameters_low, above=1 - part.above,
        draws_above=1 - part.draws_above,
    )  # fmt: skip


def ahead(part: Estimate, direction: Direction) -> tuple[float, float]:
    """Shares of worlds, and of draws, in which the first option beats the second, ties half."""
    if direction.sign > 0:
        return part.above, part.draws_above
    return 1 - part.above, 1 - part.draws_above
