"""Edges of policies: quotas, budgets, programmes and dates at their limits; each with what must come out."""

import pytest
from checked import run
from tiny_runs import make_inputs, make_rows, make_scenario, start

from simdiff.model import engine
from simdiff.model.state import NEVER, PILOT, PILOTS
from simdiff.register import PARAMETERS

pytestmark = pytest.mark.filterwarnings("error")


def test_no_slots():
    """A quota of nought admits nobody who wishes; ordered schools enter past it."""
    assert run({"slots": {"per_year": 0}}, years=8).observed["installing"].sum() == 0
    assert run({"slots": {"per_year": 0}, "mandate": 1.0}, years=8).observed["installing"].sum() > 0


def test_budget_of_nothing():
    """All coaches and sites are cut; only what cannot be cut (desks, training) is spent, on credit."""
    policy = {"flexibility": {"pilots": {"sites": 3}}, "talent": {"coaching": {"per_100_teachers": 3.0}},
              "mandate": 0.5}  # fmt: skip
    free, poor = run(policy, years=8), run(policy | {"budget": {"annual": 0.0}}, years=8)
    assert free.ledger[:, :, 0].sum() > 0
    assert free.ledger[:, :, PILOTS].sum() == 3 * PARAMETERS["price_pilot"].default
    assert poor.ledger[:, :, 0].sum() == 0
    assert poor.ledger[:, :, PILOTS].sum() == 0
    assert (poor.school["support_ended"] == NEVER).all()
    assert poor.district["cash"][0] < 0


@pytest.mark.parametrize(
    ("cut", "coach_scale", "pilots"),
    [(["coaches"], 0.1, 3), (["sites"], 1.0, 0), (["coaches", "sites"], 0.1, 3), (["sites", "coaches"], 1.0, 0)],
)
def test_budget_is_cut_in_the_order_given(cut, coach_scale, pilots):
    """A plan of 10 coaches (1.1 m$) and 3 pilots (1.05 m$) on 1.16 m$ is .99 m$ over: what is named first gives way.

    Coaches first leave .11 of 1.1 m$; sites first leave .06 of 1.05 m$, which is no whole site.
    """
    policy = {"flexibility": {"pilots": {"sites": 3}},
              "talent": {"coaching": {"per_100_teachers": 2.5, "ramp": 0}},
              "budget": {"annual": 1.16e6, "cut_first": cut}}  # fmt: skip
    inputs = make_inputs(make_scenario(policy), {"north": make_rows("north", 10, teachers=(40,))})
    sim = start(inputs)
    engine.run_months(sim, 0, 13)
    assert sim.district["coach_scale"][0] == pytest.approx(coach_scale, abs=1e-12)
    assert sim.ledger[12, 0, PILOTS].sum() == pilots * PARAMETERS["price_pilot"].default


def test_more_pilots_than_schools():
    """Every school is a pilot, and as many are paid for as there are."""
    policy = {"flexibility": {"pilots": {"sites": 50, "start": 3, "years": 1}}}
    sim = run(policy, schools=5, years=3)
    assert sim.ledger[15, 0, PILOTS].sum() == 5 * PARAMETERS["price_pilot"].default
    assert (sim.school["support_ended"] == 27).all()
    assert (sim.school["site"] != PILOT).all()


def test_exits_beyond_the_horizon():
    """A superintendent who leaves after the end never leaves; one who leaves in month 13 cuts clarity by .6 then."""
    base = {"goals": {"goals": {"level": 1.0, "ramp": 0}}}
    never = run(base | {"superintendent": {"exits": "never"}}, years=3)
    late = run(base | {"superintendent": {"exits": [36, 1000]}}, years=3)
    dated = run(base | {"superintendent": {"exits": [13]}}, years=3)
    assert late.condition["clarity"].tobytes() == never.condition["clarity"].tobytes()
    expected = never.condition["clarity"][25] * (1 - PARAMETERS["leader_clarity"].default)
    assert dated.condition["clarity"][25] == pytest.approx(expected, rel=1e-12)


def test_few_coaches_under_dilution():
    """A hair of a coach (1e-18 a hundred teachers) has the best of pools, not an undefined quality (a past fault)."""
    for level in (1e-18, 1e-300):
        policy = {"talent": {"coaching": {"per_100_teachers": level, "ramp": 0}}, "mandate": 1.0}
        sim = run(policy, structure={"dilution": True}, years=6)
        assert sim.district["coach_quality"][0] > 1.0
        assert sim.observed["proficient"].sum() > 0


def test_no_convened_ties():
    """``convened_ties`` 0 ties nobody (a past fault: everybody met everybody)."""
    sim = run({"networks": {"convene": 1.0}}, parameters={"convened_ties": 0.0, "near_ties": 0.0})
    assert len(sim.tie) == 0
    assert sim.site["convened"].max() == 0


def test_each_round_of_a_competition_is_available_after_its_own_design_year():
    """A second round does not keep the first winner waiting (a past fault): called in October, in use 17 months on.

    With prizes 0 and the same luck, the versions of one round must be in use before the next winner arrives.
    """

    def quality(rounds: int, years: int) -> float:
        said = {"entries": 6, "prizes": 0, "rounds": rounds}
        return float(run({"networks": {"competition": said}}, years=years).knowledge["quality"][0, 0])

    # Calls in months 3, 15, 27 of policy; winners in use in months 20, 32, 44: seen at the ends of years 2, 3, 4.
    one, two, three = quality(1, 6), quality(2, 6), quality(3, 6)
    assert quality(3, 1) == 1.0
    assert one > 1.0
    assert [quality(3, years) for years in (2, 3, 4)] == [one, two, three]
