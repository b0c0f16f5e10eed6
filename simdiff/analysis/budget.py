"""Whether districts keep to their budgets: desks, training, competitions and fees are not cut (E25)."""

from dataclasses import dataclass

import numpy as np

from simdiff.model.state import DISTRICT_PAYS, IN_KIND
from simdiff.scenario import Scenario, value_for
from simdiff.study.blocks import ALL
from simdiff.study.run import RunResult


@dataclass(frozen=True, slots=True)
class Overspent:
    """A district that spends more than its budget allows over the run: dollars (median), and the share of runs."""

    district: str
    allowed: float
    spent: float
    share: float


def overspent(result: RunResult, scenario: Scenario) -> list[Overspent]:
    """Districts whose own money (in-kind time apart) exceeds years times the annual budget in any run."""
    if scenario.policy.budget is None:
        return []
    single = result.places == (ALL,)
    places = sorted(scenario.where.districts) if single and len(scenario.where.districts) == 1 else result.places[1:]
    found = []
    for n, district in enumerate(places):
        annual = value_for(scenario.policy.budget.annual, district, None)
        if annual is None:
            continue
        own = result.ledger[:, :, 0 if single else n + 1, :IN_KIND, DISTRICT_PAYS].sum(axis=2)
        allowed = annual * result.years
        if (own > allowed).any():
            found.append(Overspent(district, allowed, float(np.median(own)), float((own > allowed).mean())))
    return found
