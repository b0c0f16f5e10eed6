"""A virtual field study over many worlds: how often its conclusions are right, and its intervals hold what they say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.field_claims import CLAIMS, Claim, Estimate
from simdiff.analysis.field_sample import MANNERS, ask
from simdiff.analysis.field_worlds import live
from simdiff.analysis.worlds import Progress, Worlds, at_each
from simdiff.model.luck import seed_key

Draws = Sequence[Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Answered:
    """One claim in one world: the truth, whether the claim holds, and the estimate of each manner."""

    truth: float
    holds: bool
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Score:
    """One claim studied in one manner, over worlds.

    ``asked``: worlds in which truth and estimate exist; of these, means of truth and estimate; ``low``, ``high``: 5 and
    95 % of estimates; ``bias`` (estimate − truth) and its Monte Carlo error; ``coverage`` of the nominal 95 % interval.
    Of all worlds, the shares in which the claim is ``true``, is ``drawn``, is drawn though false (``false``), is not
    drawn though true (``missed``).
    """

    claim: str
    manner: str
    worlds: int
    asked: int
    truth: float
    estimate: float
    low: float
    high: float
    bias: float
    bias_error: float
    coverage: float
    true: float
    drawn: float
    false: float
    missed: float

    @property
    def wrong(self) -> float:
        """Share of worlds in which the conclusion is wrong."""
        return self.false + self.missed


def draw_of(draws: Draws, number: int, worlds: int) -> Mapping[str, float]:
    """The parameter draw of a world: one after the other and again from the first; of more draws than worlds, evenly
    spaced ones, since neighbours may be alike."""
    return draws[number % len(draws) if worlds >= len(draws) else number * len(draws) // worlds]


def study(worlds: Worlds, draws: Draws, count: int, threads: int | None = None,
          progress: Progress = lambda done: None) -> list[dict[str, Answered]]:  # fmt: skip
    """Live ``count`` worlds (another draw and replicate each) and study each in every manner: claim → what came out."""
    key = seed_key(worlds.seed)

    def at(number: int) -> dict[str, Answered]:
        lived = live(worlds, key, number, draw_of(draws, number, count))
        told = {name: ask(lived, key, number, manner) for name, manner in MANNERS.items()}
        return {
            claim.name: Answered(claim.truth(lived), claim.holds(lived),
                                 {name: claim.estimated(answers) for name, answers in told.items()})
            for claim in CLAIMS
        }  # fmt: skip

    return at_each(range(count), at, threads, progress)


def scores_of(found: Sequence[Mapping[str, Answered]]) -> list[Score]:
    """Every claim in every manner."""
    return [_score(claim, manner, [one[claim.name] for one in found]) for claim in CLAIMS for manner in MANNERS]


def _score(claim: Claim, manner: str, found: Sequence[Answered]) -> Score:
    truth = np.array([one.truth for one in found])
    value, low, high = np.array([one.estimates[manner] for one in found], dtype=float).T
    holds = np.array([one.holds for one in found])
    drawn = np.array([claim.drawn(one.estimates[manner]) for one in found])
    asked = np.isfinite(truth) & np.isfinite(value)
    off = (value - truth)[asked]
    return Score(
        claim=claim.name, manner=manner, worlds=len(found), asked=int(asked.sum()),
        truth=_mean(truth[asked]), estimate=_mean(value[asked]),
        low=_at(value[asked], 0.05), high=_at(value[asked], 0.95),
        bias=_mean(off), bias_error=float(off.std(ddof=1) / math.sqrt(len(off))) if len(off) > 1 else math.nan,
        coverage=_mean(((low <= truth) & (truth <= high))[asked].astype(float)),
        true=float(holds.mean()), drawn=float(drawn.mean()),
        false=float((drawn & ~holds).mean()), missed=float((~drawn & holds).mean()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    """Some claims in one manner, world by world, (worlds, claims) each: which hold, are drawn, can be asked (truth and
    estimate exist), and have an interval that holds the truth."""

    holds: NDArray[np.bool_]
    drawn: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    covered: NDArray[np.bool_]


def tally(found: Sequence[Mapping[str, Answered]], manner: str, claims: Sequence[Claim]) -> Tally:
    """What came out for ``claims``, so that sums over them can have intervals over worlds."""
    rows = [[one[claim.name] for claim in claims] for one in found]
    estimates = np.array([[one.estimates[manner] for one in row] for row in rows], dtype=float)
    truth = np.array([[one.truth for one in row] for row in rows])
    return Tally(
        holds=np.array([[one.holds for one in row] for row in rows]),
        drawn=np.array([[claim.drawn(one.estimates[manner]) for claim, one in zip(claims, row, strict=True)]
                        for row in rows]),
        asked=np.isfinite(truth) & np.isfinite(estimates[:, :, 0]),
        covered=(estimates[:, :, 1] <= truth) & (truth <= estimates[:, :, 2]),
    )  # fmt: skip


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else math.nan


def _at(values: NDArray[np.float64], share: float) -> float:
    return float(np.quantile(values, share)) if len(values) else math.nan


def study_rows(found: Sequence[Mapping[str, Answered]]) -> list[dict[str, float | int | str]]:
    """A row for each world, claim and manner."""
    return [
        {"world": n, "claim": name, "manner": manner, "truth": one.truth, "holds": int(one.holds), "estimate": value,
         "low": low, "high": high}
        for n, claims in enumerate(found) for name, one in claims.items()
        for manner, (value, low, high) in one.estimates.items()
    ]  # fmt: skip
