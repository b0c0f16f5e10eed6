"""Conservation, bounds and windows over random policies, structures and parameters, with planted defects (V23)."""

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from simdiff.analysis.verification.bounds import first_faults, some_inputs
from simdiff.analysis.verification.limits import make_world, scenario, schools, seed_of
from simdiff.model.inputs import Inputs, prepare
from simdiff.scenario.schema import Partner

PHASES = (Phase.generate, Phase.shrink)


@st.composite
def random_runs(draw: st.DrawFn) -> Inputs:
    """The case's own random runs, searched for counterexamples that are made as small as can be."""
    return some_inputs(lambda options: draw(st.sampled_from(options)))


@settings(derandomize=True, max_examples=80, deadline=None, phases=PHASES,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(random_runs())
def test_v23_conservation_bounds_and_windows(inputs: Inputs) -> None:
    """V23. After every month of 80 random runs: U + M + K = n, shares within 0–1, hours served within hours asked and
    hours there are, money and stocks not negative, and no stage changes outside its month (section 3).

    Catches: a count taken twice, an update beyond its bound, a gate that ignores its calendar.
    """
    assert first_faults(inputs, 0) == (-1, [])


def planted(draw: dict[str, float], calendars: dict[str, tuple[int, ...]]) -> list[str]:
    """Faults of one lively run with a defect planted through its parameters or calendars."""
    world = make_world(schools(8, 20), None, seed_of("v23 twin"), near=3)
    said = scenario(2, structure={"commitment": True, "closing": True, "coherence": True},
                    practice={"exit_hazard": 0.5})  # fmt: skip
    lively = {"explore_base": 0.3, "takeup_alone": 0.3, "master": 0.3, "decide_intercept": 5.0}
    return first_faults(prepare(said, world, seed_of("v23 twin"), lively | draw, calendars), 0)[1]


@pytest.mark.parametrize(
    ("draw", "calendars", "fault"),
    [
        ({}, {"decide_months": (7, 8)}, "windows"),
        ({}, {"launch_months": (1, 2)}, "windows"),
        ({}, {"review_months": (9, 10)}, "windows"),
        ({}, {"teach_months": tuple(range(12))}, "teaching"),
        ({"commit_floor": -0.5, "sponsor_loss": 3.0}, {}, "shares"),
    ],
)  # fmt: skip
def test_v23_twins(draw: dict[str, float], calendars: dict[str, tuple[int, ...]], fault: str) -> None:
    """V23's check is green for the same run without a defect, and red for a decision, launch, review or teaching month
    out of its window and for a commitment without its floor."""
    assert planted({}, {}) == []
    assert fault in planted(draw, calendars)


def test_a_world_of_other_partners_is_refused() -> None:
    """Rules would look partners up where the world has none, and read whatever lies there."""
    world = make_world(schools(8, 20), None, seed_of("partners"), near=3)
    said = scenario(2)
    prepare(said, world, 1)
    partner = Partner(name="fund", members={"d0": "all"})
    networks = said.policy.networks.model_copy(update={"partners": [partner]})
    policy = said.policy.model_copy(update={"networks": networks})
    with pytest.raises(ValueError, match="the world is one of 0 partners, the scenario has 1"):
        prepare(said.model_copy(update={"policy": policy}), world, 1)


ENDLESS = """
import math
from simdiff.analysis.verification.limits import make_world, scenario, schools
from simdiff.model.inputs import new_sim, prepare
from simdiff.model.rules.coaching import share_coaches
sim = new_sim(prepare(scenario(2), make_world(schools(8, 20), None, 1, near=3), 1), 0)
sim.school["asked"], sim.district["fte"] = 10.0, math.nan
share_coaches(sim, 0, 0)
print(sim.district["water"][0])
"""


def test_hours_that_are_no_number_end_the_sharing_of_coaches() -> None:
    """Catches a search for the water level that never ends (in plain Python, so that it can be stopped)."""
    run = subprocess.run([sys.executable, "-c", ENDLESS], env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, timeout=120,
                         capture_output=True, text=True, check=True)  # fmt: skip
    assert run.stdout == "0.0\n"
