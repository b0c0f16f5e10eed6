"""Runs looked at once more: what is seen is what the sweep stored and what the Mesa twin lives through."""

from pathlib import Path

import numpy as np
import pytest
from sweep_helpers import tiny_plan

from simdiff.model.inputs import BURN_IN
from simdiff.model.mesa_model import DistrictModel
from simdiff.model.outcomes import OUTCOME_FUNCTIONS
from simdiff.model.state import STAGES
from simdiff.study.again import (
    asked_runs,
    inputs_again,
    kept_uses,
    look_again,
    schools_at,
    stage_shares,
    support_end,
    tercile_depths,
    world_again,
)
from simdiff.study.blocks import ALL, observed
from simdiff.study.plan import Plan, Stage

PRACTICE = "personal-learning-paths"
ENDING = """\
format: 1
name: ending
title: Support that ends after a year
scenarios:
  ends:
    scenario: four-levers
    set:
      years: 3
      policy.talent: {coaching: {per_100_teachers: 3.0, stop: 14}, change: {level: 0.8, stop: 12}}
      policy.networks: null
      parameters.explore_base: {value: 0.1, reason: so that schools launch before it ends}
replicates: 3
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return tiny_plan(tmp_path_factory.mktemp("ending"), ENDING)


def test_every_run_that_was_asked_for_is_looked_at_once(plan: Plan) -> None:
    """Catches runs of a later stage that are left out, or counted twice."""
    cell = plan.cells[0]
    wider = plan.with_stage(Stage(((cell.id, 3, 5),), (0, 1)))
    assert asked_runs(wider, cell) == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4)]
    shares = look_again(wider, cell, stage_shares(ALL, PRACTICE))
    assert shares.shape == (1, 5, 36, 6)
    assert np.isfinite(shares).all()


def test_stages_add_up_to_what_is_observed(plan: Plan) -> None:
    """Catches stages that are mixed up, or read in another month than outcomes are."""
    cell = plan.cells[0]
    shares = look_again(plan, cell, stage_shares(ALL, PRACTICE))[0]
    inputs = inputs_again(plan, cell, world_again(plan, cell), 0)
    for replicate in range(3):
        seen = observed(inputs, [replicate]).groups[0]
        counts = {
            name: seen.total(name)[BURN_IN:, 0, 0] / 60 for name in ("active", "exploring", "installing", "dropped")
        }
        found = {name: shares[replicate, :, n] for n, name in enumerate(STAGES)}
        np.testing.assert_allclose(found["initial"] + found["full"], counts["active"], atol=1e-12)
        np.testing.assert_allclose(found["explore"], counts["exploring"], atol=1e-12)
        np.testing.assert_allclose(found["install"], counts["installing"], atol=1e-12)
        np.testing.assert_allclose(found["dropped"], counts["dropped"], atol=1e-12)
        assert counts["active"].max() > 0.2
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0, atol=1e-12)


def test_the_gap_between_terciles_is_the_outcome(plan: Plan) -> None:
    """Catches terciles the wrong way round, and depth of other months."""
    cell = plan.cells[0]
    depths = look_again(plan, cell, tercile_depths(ALL, PRACTICE))[0]
    inputs = inputs_again(plan, cell, world_again(plan, cell), 0)
    gaps = np.stack(
        [OUTCOME_FUNCTIONS["equity_gap"](observed(inputs, [n]).groups[0])[BURN_IN:, 0, 0] for n in range(3)]
    )
    np.testing.assert_allclose(depths[..., 0] - depths[..., 1], gaps, atol=1e-12)
    assert np.abs(gaps).max() > 0.001


def test_what_is_kept_is_counted_as_the_twin_lives_it(plan: Plan) -> None:
    """Catches a cohort of the wrong month, schools that join it later, and real use that is not that of its schools."""
    cell = plan.cells[0]
    inputs = inputs_again(plan, cell, world_again(plan, cell), 0)
    end = support_end(inputs, ALL)
    assert (end.policy_months(), end.after, end.goes_on) == ((14,), 36 - 1 - 14, 0)  # coaching ends last
    found = look_again(plan, cell, kept_uses(ALL, PRACTICE, end))[0, 1]
    model = DistrictModel(inputs, replicate=1)
    cohort: list[int] = []
    for month in range(BURN_IN + 36):
        model.step()
        label = {school.row for school in model.agents if school.stage in ("initial", "full")}
        real = {
            school.row
            for school in model.agents
            if school.mechanical + school.proficient >= 0.3 * school.place.teachers
        }
        if month == BURN_IN + 14:
            cohort = sorted(label)
        if month >= BURN_IN + 14:
            expected = [len(label.intersection(cohort)) / len(cohort), len(real.intersection(cohort)) / len(cohort)]
            np.testing.assert_allclose(found[month - BURN_IN - 14], expected, atol=1e-12)
    assert len(cohort) > 5
    assert found[-1, 0] < 1.0


def test_schools_are_seen_as_the_twin_lives_them(plan: Plan) -> None:
    """Catches schools of another run, month or order."""
    cell = plan.cells[0]
    seen = schools_at(plan, cell, "district", PRACTICE, 2, (0, 20, 35))
    model = DistrictModel(inputs_again(plan, cell, world_again(plan, cell), 0), replicate=2)
    for month in range(-BURN_IN, 36):
        model.step()
        if month in (0, 20, 35):
            at = (0, 20, 35).index(month)
            assert [STAGES[stage] for stage in seen.stage[at]] == [school.stage for school in model.agents]
            shares = [school.proficient / school.place.teachers for school in model.agents]
            np.testing.assert_allclose(seen.proficient[at], shares, atol=1e-12)


def test_support_that_goes_on_has_no_end(tmp_path: Path) -> None:
    """Catches an end that is made up where there is none."""
    plan = tiny_plan(tmp_path)
    for cell in plan.cells:
        end = support_end(inputs_again(plan, cell, world_again(plan, cell), 0), ALL)
        assert (end.months, end.after, end.goes_on) == ({}, 0, 1)
