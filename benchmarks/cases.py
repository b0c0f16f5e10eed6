"""The case that is timed: four-levers, one practice, ten years after a year of burn-in; and what a replicate costs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simdiff.model.inputs import Inputs, prepare, world_of
from simdiff.model.run import simulate
from simdiff.scenario.load import load_scenario
from simdiff.scenario.schema import Scenario

SEED = 1
PAIRS = 5
SCHOOLS = 240

Row = tuple[str, str, str]
"""What is measured, the figure, what is required."""


def four_levers(schools: int) -> Scenario:
    """The shipped scenario four-levers with its 60 schools scaled to ``schools``."""
    text: dict[str, Any] = load_scenario(Path("four-levers")).text
    profile = text["where"]["districts"]["district"]["profile"]
    for level in ("elementary", "middle", "high"):
        profile[level]["schools"] = profile[level]["schools"] * schools // 60
    return Scenario.model_validate(text)


def one_district() -> Inputs:
    """Four levers, one practice, 240 schools, 120 months of policy after 12 of burn-in."""
    scenario = four_levers(SCHOOLS)
    return prepare(scenario, world_of(scenario, {}, SEED), SEED)


def seconds(work: Callable[[], object]) -> float:
    """Processor time of ``work``."""
    began = time.process_time()
    work()
    return time.process_time() - began


def engine_cost(inputs: Inputs, replicates: int) -> float:
    """Seconds per school-month of whole replicates by the engine."""

    def work() -> None:
        for replicate in range(replicates):
            simulate(inputs, replicate)

    return seconds(work) / (replicates * inputs.months * len(inputs.world.site))
