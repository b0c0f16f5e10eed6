"""A whole comparison: every pair of options on every outcome asked for, rankings, costs and regret."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from simdiff.analysis.contrasts import LEAST_DEFINED, Contrast, Estimate, contrast, contrasts, under_each
from simdiff.analysis.cost import CostEffect, Regret, complete, cost_effect, points_of, regrets
from simdiff.analysis.direction import DIRECTIONS, Direction
from simdiff.analysis.matched import Asked, Matched, matched
from simdiff.analysis.ranking import Ranking, firm_pairs, ranked
from simdiff.analysis.spending import Slack, Spending, cheapest, slack, spending
from simdiff.study.chunk_folder import Rows
from simdiff.study.plan import Plan


@dataclass(frozen=True, slots=True)
class OutcomeCompared:
    """One outcome: what is compared of each option (its mean), its pairs, its ranking, regret on it alone (whatever
    options cost), and costs beside it. ``shared``: share of worlds in which every option is defined; with less than
    half there is neither regret nor frontier, since the rest are a selected set."""

    name: str
    direction: Direction
    means: tuple[Estimate, ...]
    contrasts: tuple[Contrast, ...]
    ranking: Ranking
    regret: tuple[Regret, ...]
    cost: CostEffect | None
    shared: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Options compared. ``comparisons``: pairs times outcomes, judged together; ``baseline``: number of an option;
    ``spending`` None: no costs are kept; ``cost_differences`` of each pair, first minus second, where they are."""

    worlds: Matched
    confidence: float
    baseline: int
    comparisons: int
    outcomes: tuple[OutcomeCompared, ...]
    spending: Spending | None
    slack: tuple[Slack, ...]
    cost_differences: Mapping[tuple[str, str], Estimate]


def compare(plan: Plan, rows: Rows, asked: Asked) -> Comparison:
    """Compare the cells of a sweep. Raises CompareError for what cannot be compared."""
    return judge(matched(plan, rows, asked), asked)


def judge(worlds: Matched, asked: Asked) -> Comparison:
    """Compare options in their matched worlds; of ``asked``, the baseline and the confidence."""
    names = worlds.options
    baseline = names.index(asked.baseline) if asked.baseline in names else cheapest(worlds)
    found = contrasts(worlds, asked.confidence)
    outcomes = tuple(_outcome(worlds, name, found, baseline, asked.confidence) for name in worlds.outcomes)
    return Comparison(worlds, asked.confidence, baseline, len(found), outcomes, spending(worlds, baseline),
                      tuple(slack(worlds)), _cost_differences(worlds, asked.confidence))  # fmt: skip


def _cost_differences(worlds: Matched, confidence: float) -> dict[tuple[str, str], Estimate]:
    if "cost" not in worlds.values:
        return {}
    pairs = combinations(range(len(worlds.options)), 2)
    return {(worlds.options[a], worlds.options[b]): contrast(worlds, "cost", a, b, confidence).whole for a, b in pairs}


def _outcome(worlds: Matched, name: str, found: list[Contrast], baseline: int, confidence: float) -> OutcomeCompared:
    mine = tuple(one for one in found if one.outcome == name)
    merit = DIRECTIONS[name].merit(worlds.values[name])
    ranking = ranked(worlds.options, firm_pairs(mine), merit, len(mine))
    (whole,) = complete(merit)
    shared = float(np.isfinite(whole[0]).sum()) / max(1, int(worlds.ran.all(axis=0).sum()))
    enough = shared >= LEAST_DEFINED
    values = DIRECTIONS[name].compared(worlds.values[name])
    means = tuple(under_each(one, ran, worlds.structure, confidence)[0]
                  for one, ran in zip(values, worlds.ran, strict=True))  # fmt: skip
    return OutcomeCompared(
        name, DIRECTIONS[name], means, mine, ranking, regrets(points_of(whole)) if enough else (),
        cost_effect(worlds, name, baseline, confidence) if enough else None, shared,
    )  # fmt: skip
