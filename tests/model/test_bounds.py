"""Conservation, bounds and windows over random policies, structures and parameters, with planted defects (V23)."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from simdiff.analysis.verification.bounds import first_faults, some_inputs
from simdiff.analysis.verification.limits import make_world, scenario, schools, seed_of
from simdiff.model.inputs import Inputs, prepare

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
