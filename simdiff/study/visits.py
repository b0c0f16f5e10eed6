"""What a field study could find in every school in a few months: use, labels, sites, and the rules schools face."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim
from simdiff.model.state import FULL, INITIAL, NO_SITE, NONE, PILOT, ZONE, Sim

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Visit:
    """Every school at the end of one month, (S,) each.

    ``using`` and ``proficient``: teachers; ``active``: formally implemented; ``known``: has looked into the practice,
    uses it or has dropped it; ``site``: a pilot, zone or prize school; ``binding`` and ``perceived``: actual and
    perceived constraint, mean of school and classroom level (shares); ``signal``: the district's signal of capacity.
    """

    using: Floats
    proficient: Floats
    active: NDArray[np.bool_]
    known: NDArray[np.bool_]
    site: NDArray[np.bool_]
    binding: Floats
    perceived: Floats
    signal: Floats


def visits(inputs: Inputs, replicate: int, months: Sequence[int], practice: int = 0) -> tuple[Visit, ...]:
    """Run one replicate and look at every school at the end of each of ``months`` (rising, burn-in included); no month
    after the last is run. Looking changes nothing."""
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    found, at = list[Visit](), 0
    for month in months:
        engine.run_months(sim, at, month + 1)
        found.append(_look(sim, month, practice))
        at = month + 1
    return tuple(found)


def _look(sim: Sim, month: int, practice: int) -> Visit:
    use, school, par = sim.use[:, practice], sim.school, sim.par[0]
    group = sim.district["group"][sim.site["district"]]
    lever, setting, site = sim.acting[group, month], sim.setting[group], school["site"]
    waiver = np.select([site == PILOT, site == ZONE], [setting["pilot_waiver"], setting["zone_waiver"]], 0.0)
    levels = [
        (rules * (1.0 - lever[f"grant_{level}"]) * (1.0 - waiver), school[f"phantom_{level}"])
        for level, rules in (("school", par.rules_school), ("classroom", par.rules_classroom))
    ]  # E4, and B + (1 − B) Φ of E5
    accuracy = float(par.signal_reliability)
    return Visit(
        using=(use["mechanical"] + use["proficient"]).astype(float),
        proficient=use["proficient"].astype(float),
        active=(use["stage"] == INITIAL) | (use["stage"] == FULL),
        known=use["stage"] != NONE,
        site=site != NO_SITE,
        binding=np.mean([actual for actual, _ in levels], axis=0),
        perceived=np.mean([actual + (1.0 - actual) * phantom for actual, phantom in levels], axis=0),
        signal=accuracy * school["capacity"] + math.sqrt(1.0 - accuracy**2) * school["adopt_noise"],
    )
