"""Strength of the lever families: 1 is the model as specified, 0 leaves what was bought without effect."""

import numpy as np
import pytest
from tiny_runs import ALL_SWITCHES, THREE, differences, make_rows, make_scenario

from simdiff.model.inputs import prepare, world_of
from simdiff.model.policy import strengthened
from simdiff.model.run import simulate
from simdiff.model.state import LEVER, Sim
from simdiff.register import PARAMETERS
from simdiff.study.draws import parameter_draws, prior_quantile

FULL = {"level": 1.0, "ramp": 0}
FAMILIES = {
    "goals": {"goals": {"problems": FULL, "goals": FULL}},
    "flexibility": {"flexibility": {"school": {"clarify": FULL, "grant": FULL},
                                    "classroom": {"clarify": FULL, "grant": FULL}, "out_of_school": FULL}},
    "talent": {"talent": {"change": FULL, "sharing": FULL}},
    "networks": {"networks": {"convene": FULL}},
}  # fmt: skip
STATE = ("school", "use", "knowledge", "partner_stock")


def run(policy: dict, values: dict[str, float]) -> Sim:
    scenario = make_scenario(policy, practices=THREE[:1], structure=ALL_SWITCHES, years=5)
    rows = {"north": make_rows("north", 12)}
    return simulate(prepare(scenario, world_of(scenario, rows, 1), 1, values), 2)


@pytest.mark.parametrize("family", FAMILIES)
def test_without_strength_a_family_is_paid_for_and_does_nothing(family: str) -> None:
    """Catches a rule that reads what is paid in place of what acts, and money that follows what acts."""
    weak = run(FAMILIES[family], {f"strength_{family}": 0.0})
    none, full = run({}, {}), run(FAMILIES[family], {})
    assert differences(weak, none, STATE) == []
    assert differences(full, none, STATE), "the family does nothing: the test would be blind"
    assert weak.ledger.sum() > none.ledger.sum()


@pytest.mark.parametrize("family", FAMILIES)
def test_strength_one_is_the_model_as_specified(family: str) -> None:
    """Catches a strength that changes numbers where it is neutral."""
    assert differences(run(FAMILIES[family], {f"strength_{family}": 1.0}), run(FAMILIES[family], {})) == []


def test_coaches_without_strength_help_nobody() -> None:
    """Catches a strength of talent that coaches escape: hours are served, and nobody is the better for it."""
    policy = {"talent": {"coaching": {"per_100_teachers": 5.0}}}
    weak, none, full = run(policy, {"strength_talent": 0.0}), run({}, {}), run(policy, {})
    proficient = [int(sim.observed["proficient"].sum()) for sim in (weak, none, full)]
    assert weak.observed["served"].sum() > 0
    assert proficient[0] <= proficient[1] < proficient[2]


def test_levels_that_act_by_hand() -> None:
    """Catches a level above what the equations can take, and contact or knowledge that is cut."""
    lever = np.zeros(1, dtype=LEVER).view(np.recarray)
    lever.goals, lever.convene, lever.coaches, lever.mandate = 0.8, 0.8, 2.0, 0.5
    acting = strengthened(lever, {"goals": 2.0, "networks": 3.0, "talent": 0.5})
    assert acting.goals[0] == 1.0
    assert acting.convene[0] == pytest.approx(2.4)
    assert (acting.coaches[0], acting.mandate[0]) == (2.0, 0.5)
    assert lever.goals[0] == 0.8


def test_priors_of_strengths_are_centred_by_parity_and_defaults_by_the_specification() -> None:
    """Catches a default that moves with the prior, and draws about the default."""
    for family in FAMILIES:
        one = PARAMETERS[f"strength_{family}"]
        assert one.default == 1.0
        assert prior_quantile(one, 0.5) == pytest.approx(one.centre)
    drawn = [draw["strength_talent"] for draw in parameter_draws(1, 400)]
    centre = PARAMETERS["strength_talent"].centre
    assert abs(float(np.median(np.log(drawn))) - np.log(centre)) < 3.3 * 1.2533 * 0.5 / 20
