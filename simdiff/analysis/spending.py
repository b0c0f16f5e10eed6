"""Whether options are compared at equal spend, and whether their budgets bind."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.cost import complete, points_of
from simdiff.analysis.matched import Matched
from simdiff.scenario import Scenario, value_for
from simdiff.study.blocks import ALL
from simdiff.study.cells import scenario_of

EQUAL = 0.05
"""Mean costs that differ by no more than this share of the highest count as equal. Judgement: the shipped policies at
equal spend were set to some 2 % at the default parameters."""
RARE = 0.05
"""Share of worlds in which a budget may be missed by more than ``EQUAL`` before it is said that it does not bind."""


@dataclass(frozen=True, slots=True)
class Spending:
    """Mean cost of each option. ``equal``: there are several others than the baseline, which may be to do nothing, and
    they cost the same within ``EQUAL``; ``all_equal``: the baseline too; ``equal_draws``: share of draws (without
    draws: of worlds) in which the others do. ``baseline`` is the number of an option."""

    mean: tuple[float, ...]
    baseline: int
    equal: bool
    all_equal: bool
    equal_draws: float


@dataclass(frozen=True, slots=True)
class Slack:
    """An option whose budget does not bind: dollars of its own money allowed and spent (median) up to the year
    compared, and the shares of worlds in which it spends more, and less, than ``EQUAL`` from it."""

    option: str
    allowed: float
    spent: float
    over: float
    under: float


def cheapest(worlds: Matched) -> int:
    """Number of the option with the lowest mean cost; the first, if costs are not kept."""
    if "cost" not in worlds.values:
        return 0
    cost = worlds.values["cost"]
    means = [float(one[np.isfinite(one)].mean()) if np.isfinite(one).any() else np.inf for one in cost]
    return int(np.argmin(means))


def spending(worlds: Matched, baseline: int) -> Spending | None:
    """Costs of the options in the worlds that all of them have; None if costs are not kept, or there is no such."""
    if "cost" not in worlds.values:
        return None
    cost = worlds.values["cost"]
    if not np.isfinite(cost).all(axis=0).any():
        return None
    points = points_of(*complete(cost))
    others = np.delete(points, baseline, axis=0)
    mean = points.mean(axis=1)
    return Spending(
        tuple(mean.tolist()), baseline, len(mean) > 2 and bool(_same(np.delete(mean, baseline))), bool(_same(mean)),
        float(_same(others).mean()),
    )  # fmt: skip


def alike(costs: Sequence[float]) -> bool:
    """True if mean costs are equal within ``EQUAL``."""
    return bool(_same(np.array(costs)))


def _same(cost: NDArray[np.float64]) -> NDArray[np.bool_]:
    """True where costs, along the first axis, are equal within ``EQUAL``."""
    return np.asarray(cost.max(axis=0) - cost.min(axis=0) <= EQUAL * cost.max(axis=0))


def slack(worlds: Matched) -> list[Slack]:
    """Options whose budgets do not bind. None is found where partners may pay and what they pay is not kept."""
    found = []
    for n, (name, cell) in enumerate(zip(worlds.options, worlds.cells, strict=True)):
        scenario = scenario_of(cell.text)
        allowed = allowed_money(scenario, worlds.place, worlds.year)
        partners = "cost_partner" in worlds.values
        if allowed is None or "cost" not in worlds.values or (scenario.policy.networks.partners and not partners):
            continue
        own = worlds.values["cost"][n] - (worlds.values["cost_partner"][n] if partners else 0.0)
        own = own[np.isfinite(own)]
        over, under = float((own > (1 + EQUAL) * allowed).mean()), float((own < (1 - EQUAL) * allowed).mean())
        if max(over, under) > RARE:
            found.append(Slack(name, allowed, float(np.median(own)), over, under))
    return found


def allowed_money(scenario: Scenario, place: str, years: float) -> float | None:
    """Dollars that the budgets of a place allow over some years; None if a district there has no budget."""
    budget = scenario.policy.budget
    districts = sorted(scenario.where.districts) if place == ALL else [place]
    annual = [None if budget is None else value_for(budget.annual, district, None) for district in districts]
    return sum(one for one in annual if one is not None) * years if None not in annual else None
