"""Depth kept after support: each district by the end of its own support."""

from pathlib import Path

import numpy as np

from simdiff.model.inputs import prepare, world_of
from simdiff.model.outcomes import Observations, final_outcomes
from simdiff.model.run import simulate
from simdiff.scenario import load_scenario


def test_each_district_by_its_own_end():
    """District a loses its coaches after 60 months of policy, b never: a's figure is read 24 months after its own end.

    Catches a common end for all districts, and a district without an end that hides the others'.
    """
    loaded = load_scenario(Path("talent"))
    district = loaded.text["where"]["districts"]["district"]
    endless = {"per_100_teachers": 1.5, "stop": {"a": 60}}
    policy = loaded.text["policy"] | {"talent": {"coaching": endless}, "goals": {"goals": 0.8}}
    where = loaded.text["where"] | {"districts": {"a": district, "b": district}}
    scenario = loaded.scenario.model_validate(loaded.text | {"policy": policy, "where": where})
    sim = simulate(prepare(scenario, world_of(scenario, {}, 1), 1), 0)
    row = sim.observed[12 + 60 + 24, 0, 0]
    assert row["deep_at_end"] > 0
    observations = Observations.of_sim(sim)
    found = final_outcomes(observations)["sustained_24"]
    assert found[0, 0] == row["deep_kept"] / row["deep_at_end"]
    assert np.isnan(found[1, 0])
    assert final_outcomes(observations.pooled())["sustained_24"][0, 0] == found[0, 0]
