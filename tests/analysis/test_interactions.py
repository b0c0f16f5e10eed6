"""Effects of a factorial against formulas that are known, and the cells themselves."""

import math

import numpy as np
import pytest

from simdiff.analysis.interactions import CELLS, TERMS, cell_worlds, effects, effects_of, levels, study_interactions
from simdiff.analysis.parity import FAMILIES
from simdiff.analysis.worlds import Worlds
from simdiff.model.inputs import world_of
from simdiff.scenario import load_scenario
from simdiff.scenario.schema import Policy


def of(formula: dict[tuple[str, ...], float]) -> np.ndarray:
    """Levels of the sixteen cells of a formula: coefficient by product of families."""
    on = [dict(zip(FAMILIES, cell, strict=True)) for cell in CELLS]
    return np.array([sum(c * all(cell[name] for name in names) for names, c in formula.items()) for cell in on])


def test_additive_levers_have_no_interaction() -> None:
    """1, 2, 4 and 8 on top of 5. Catches contrasts of the wrong families or size, and the base taken for an effect."""
    alone = {"goals": 1.0, "flexibility": 2.0, "talent": 4.0, "networks": 8.0}
    found = effects(of({(): 5.0, **{(name,): value for name, value in alone.items()}}))
    assert dict(zip(TERMS, found, strict=True)) == pytest.approx(dict.fromkeys(TERMS, 0.0) | alone)


def test_a_planted_interaction_is_found_where_it_is() -> None:
    """3 more where goals and talent are both on: 3 for the pair, 1.5 for each (on in half of the cells), 3 for the
    whole. Catches a pair under another's name, and half or twice the interaction."""
    found = dict(zip(TERMS, effects(of({("goals", "talent"): 3.0})), strict=True))
    expected = {"goals": 1.5, "talent": 1.5, "goals × talent": 3.0, "whole less parts": 3.0}
    assert found == pytest.approx(dict.fromkeys(TERMS, 0.0) | expected)


def test_scales() -> None:
    """None of 10: 0 points, ln(½ / 10½) in log-odds. Catches minus infinity, and the scales mixed up."""
    counts = np.array([0.0, 10.0])
    assert levels(counts, "points") == 0.0
    assert levels(counts, "log-odds") == pytest.approx(math.log(0.5 / 10.5))


def test_cells_have_the_levers_that_their_names_say() -> None:
    """Cell 0 does nothing, the last is the scenario, cell 5 (0101) has flexibility and networks. Catches an order of
    families that differs from the names, and a policy that keeps something."""
    scenario = load_scenario("four-levers").scenario
    worlds = Worlds({"four-levers": scenario}, {"four-levers": world_of(scenario, {}, 1)}, 1, 1)
    cells = cell_worlds(worlds).scenarios
    assert cells["0"].policy == Policy().model_copy(update={"superintendent": scenario.policy.superintendent})
    assert cells["15"].policy == scenario.policy
    assert cells["5"].policy.flexibility == scenario.policy.flexibility
    assert cells["5"].policy.networks == scenario.policy.networks
    assert cells["5"].policy.goals == Policy().goals
    assert cells["5"].policy.talent == Policy().talent
    counts = study_interactions(worlds, [{}], threads=1, structures=("default",))["default"]
    assert counts.shape == (1, 16, 2, 2)
    assert (counts[..., 1, 1] == 60).all()
    assert effects_of(counts, "depth", "points").shape == (1, 11)
