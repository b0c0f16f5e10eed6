"""A game for workshops: ten years, one budget, four lever families. Each July the player says how hard to pull each;
at the end the same decisions are played in many worlds, so that luck can be told from judgement.

A player's decisions change from year to year, which no scenario file can say, so they are written into the monthly
table of levels. Everything else is the model's.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.contrasts import estimate
from simdiff.analysis.summary import interval, intervals
from simdiff.explore.base import minus
from simdiff.model.inputs import Inputs, parameter_values, strengths
from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations
from simdiff.model.policy import strengthened
from simdiff.model.run import simulate
from simdiff.register import LEVERS
from simdiff.report.words import difference, money, span
from simdiff.report.words import number as said
from simdiff.scenario import Scenario

FAMILIES = ("goals", "flexibility", "talent", "networks")
EFFORT = (0.0, 0.4, 0.8)
"""Levels of a family that is left, worked a little or worked hard; coaches per 100 teachers likewise."""
WORLD = 0
"""The world that is played."""
WORLDS = 24
"""Worlds in which decisions are judged."""
WITHIN = 1.02
"""A policy is at equal spend if it costs at most this much of what the player's does."""
Decisions = Sequence[Sequence[int]]


def played(inputs: Inputs, scenario: Scenario, decisions: Decisions, replicate: int) -> NDArray[np.float64]:
    """Spread, depth and cost at the end of each year decided, (years, 3), in one world."""
    sim = simulate(_decided(inputs, scenario, decisions), replicate)
    observations = Observations.of_sim(sim).pooled()
    ends = inputs.burn_in + 12 * np.arange(1, len(decisions) + 1) - 1
    return np.column_stack([OUTCOME_FUNCTIONS[name](observations)[ends, 0, 0] for name in ("spread", "depth", "cost")])


def _decided(inputs: Inputs, scenario: Scenario, decisions: Decisions) -> Inputs:
    """The same start with the levels of every year decided written into the table; later years do nothing."""
    lever = inputs.policy.lever.copy()
    for one in LEVERS:
        if one.family in FAMILIES:
            lever[one.name] = 0.0
            for year, efforts in enumerate(decisions):
                months = slice(inputs.burn_in + 12 * year, inputs.burn_in + 12 * (year + 1))
                lever[one.name][:, months] = EFFORT[efforts[FAMILIES.index(one.family)]]
    acting = strengthened(lever, strengths(parameter_values(scenario)))
    return replace(inputs, policy=replace(inputs.policy, lever=lever, acting=acting))


def move(inputs: Inputs, scenario: Scenario, decisions: Decisions, budget: float) -> dict[str, Any]:
    """How the world stands after the years decided, and what is left of the budget."""
    years = played(inputs, scenario, decisions, WORLD) if decisions else np.zeros((0, 3))
    spent = float(years[-1, 2]) if len(years) else 0.0
    return {
        "year": len(decisions), "years": scenario.years, "left": budget - spent, "left_text": money(budget - spent)
        if spent <= budget else f"overspent by {money(spent - budget)}", "budget_text": money(budget),
        "history": [{"spread": float(s), "depth": float(d), "cost": float(c), "text":
                     f"spread {said(s, 'share')}, depth {said(d, 'share')}, {money(c)} spent so far"}
                    for s, d, c in years],
    }  # fmt: skip


def budget_of(inputs: Inputs, scenario: Scenario) -> float:
    """Half of what it costs to work all four families hard all the time, rounded to two digits."""
    cost = float(played(inputs, scenario, [(2, 2, 2, 2)] * scenario.years, WORLD)[-1, 2]) / 2
    digits = 10.0 ** (math.floor(math.log10(max(cost, 1.0))) - 1)
    return round(cost / digits) * digits


def rivals(inputs: Inputs, scenario: Scenario) -> list[tuple[str, NDArray[np.float64]]]:
    """The policies that the end compares with: every mix of efforts held all ten years, (worlds, 3) each."""
    found = []
    for efforts in product(range(len(EFFORT)), repeat=len(FAMILIES)):
        found.append((_named(efforts), _ends(inputs, scenario, [efforts] * scenario.years, WORLDS // 4)))
    return found


def verdict(inputs: Inputs, scenario: Scenario, decisions: Decisions, known: Sequence[tuple[str, NDArray[np.float64]]]
            ) -> dict[str, Any]:  # fmt: skip
    """The player's decisions in many worlds, the best rival that costs no more, and what luck did in this world."""
    own = _ends(inputs, scenario, decisions, WORLDS)
    spent = own[:, 2].mean()
    fair = [(name, values) for name, values in known if values[:, 2].mean() <= WITHIN * spent]
    best = max(fair, key=lambda one: one[1][:, 1].mean())[0]
    efforts = next(e for e in product(range(len(EFFORT)), repeat=len(FAMILIES)) if _named(e) == best)
    theirs = _ends(inputs, scenario, [efforts] * scenario.years, WORLDS)
    gap = own[:, 1] - theirs[:, 1]
    one, mine = estimate(gap[None], np.ones((1, len(gap)), bool), 0.95), own[WORLD, 1]
    ahead = (
        "the same as"
        if not gap.any()
        else "above"
        if one.chance_low > 0
        else "below"
        if one.chance_high < 0
        else "not to be told from"
    )
    band = span(interval(intervals(own[None, :, 1])), "share", parameters=False)
    told = (one.chance_low, one.mean, one.chance_high, mine - own[:, 1].mean())
    low, mean, high, luck = (minus(difference(value, "share", sign=True)) for value in told)
    return {
        "own": f"Depth in your world: {said(mine, 'share')}. The same decisions in {WORLDS} worlds: {band} "
               "(median and 5–95 %, chance alone).",
        "rival": f"Best known at equal spend, of {len(known)} mixes held all ten years: {best} "
                 f"({money(theirs[:, 2].mean())} against your {money(spent)}, on average).",
        "verdict": f"Your decisions are {ahead} it: {mean} of depth (95 % interval of the mean, by chance: {low} to "
                   f"{high}, world by world).",
        "luck": f"Luck: your world ended {luck} from the mean of "
                "your own decisions. That part says nothing about them.",
    }  # fmt: skip


def _ends(inputs: Inputs, scenario: Scenario, decisions: Decisions, worlds: int) -> NDArray[np.float64]:
    return np.stack([played(inputs, scenario, decisions, replicate)[-1] for replicate in range(worlds)])


def _named(efforts: Sequence[int]) -> str:
    words = {1: "a little", 2: "hard"}
    told = [f"{name} {words[effort]}" for name, effort in zip(FAMILIES, efforts, strict=True) if effort]
    return ", ".join(told) or "nothing"
