"""Edges of what may be asked of the model: each with what must come out; no warning, no NaN, books that close."""

from typing import Any

import numpy as np
import pytest
from checked import run
from tiny_runs import ALL_SWITCHES, THREE, full_policy, make_rows

from simdiff.model.outcomes import OUTCOME_FUNCTIONS, Observations, final_outcomes
from simdiff.model.state import IN_KIND, NEVER
from simdiff.register import LEVERS, PARAMETERS

pytestmark = pytest.mark.filterwarnings("error")


def all_levers(level: float) -> dict[str, Any]:
    """Every monthly sub-lever at a level of its range."""
    policy: dict[str, Any] = {}
    for lever in LEVERS:
        *path, last = lever.path.split(".")
        part = policy
        for name in path:
            part = part.setdefault(name, {})
        value = lever.low + level * (lever.high - lever.low)
        part[last] = {"per_100_teachers": value} if lever.name == "coaches" else {"level": value}
    return policy


def test_district_of_one_school():
    """No ties: exposure is 0 (0/0 is 0), no peer seeds a launch, and there is no equity gap to tell."""
    sim = run(full_policy(), schools=1, years=10, structure=ALL_SWITCHES)
    o = Observations.of_sim(sim)
    assert len(sim.tie) == 0
    assert sim.site["need_z"][0] == 0.0
    assert sim.observed["launches"].sum() >= 1
    assert sim.observed["peer_launches"].sum() == 0
    assert np.isnan(OUTCOME_FUNCTIONS["equity_gap"](o)).all()


def test_district_of_two_schools():
    """Each is the other's only tie, with weights of mean 1; ranks ¼ and ¾ make a lowest and a highest tercile."""
    sim = run(full_policy(), schools=2, years=10)
    assert sim.site["ties"].tolist() == [1.0, 1.0]
    assert sorted(sim.site["tercile"].tolist()) == [0, 2]
    assert sorted(sim.site["rank"].tolist()) == [0.25, 0.75]


@pytest.mark.parametrize("teachers", [1, 1000])
def test_smallest_and_largest_schools(teachers):
    """Counts fit their columns; a launch has at least one user; a school of one is at 0 or 1."""
    sim = run(all_levers(0.5), rows=make_rows("north", 8, teachers=(teachers,)), years=15)
    assert sim.use["proficient"].max() > teachers / 2
    assert (sim.use["launched"] != NEVER).any()


@pytest.mark.parametrize("switches", [{}, ALL_SWITCHES], ids=["default", "all switches"])
def test_all_levers_full(switches):
    """All at 1 (20 coaches per 100): every imagined and actual constraint goes, and all schools end up ordered in."""
    sim = run(all_levers(1.0), years=10, structure=switches)
    assert sim.school["phantom_school"].max() < 0.2
    assert sim.lever["mandate"][0, -1] == 1.0
    assert OUTCOME_FUNCTIONS["ever"](Observations.of_sim(sim))[-1, 0, 0] == 1.0


@pytest.mark.parametrize("switches", [{}, ALL_SWITCHES], ids=["default", "all switches"])
def test_all_levers_at_zero(switches):
    """All at 0: no coach, no stock of knowledge, and money only for teachers trained."""
    sim = run(all_levers(0.0), years=10, structure=switches)
    assert sim.condition["fte"].max() == 0
    assert sim.knowledge["stock"].max() == 0
    lines = np.flatnonzero(sim.ledger[:, :, :IN_KIND].sum(axis=(0, 1, 3)))
    assert lines.tolist() == [1]  # training


def test_horizon_of_one_year():
    """24 months with the burn-in: whoever is ordered in March cannot launch before the end; some are installing."""
    values = {"explore_base": 0.0, "mandate_compliance": 1.0, "abandon": 0.0}
    sim = run({"mandate": {"level": 1.0, "ramp": 0}}, years=1, parameters=values)
    assert len(sim.observed) == 24
    assert np.isnan(final_outcomes(Observations.of_sim(sim))["survival_formal"]).all()
    assert sim.observed["launches"].sum() == 0
    assert sim.observed["installing"][:, 0, 0].tolist() == [0] * 20 + [12] * 4


def test_eight_practices_at_once():
    """The most that may spread: loads add up, so attention falls below a single practice's; *any* is the union."""
    names = [f"practice-{n}" for n in range(8)]
    eight = run({"mandate": 1.0}, practices=names, years=6)
    one = run({"mandate": 1.0}, practices=names[:1], years=6)
    assert eight.school["attention"].mean() < one.school["attention"].mean()
    active = eight.observed["active"]
    assert (active[:, :, 8] >= active[:, :, :8].max(axis=2)).all()
    assert (active[:, :, 8] <= 12).all()


def test_identical_needs():
    """Nobody is in a high- or low-need tercile: equity gap and coach ratio are not-a-number, concentration is not."""
    sim = run(all_levers(0.8), rows=make_rows("north", 9, same_need=True), years=8)
    o = Observations.of_sim(sim)
    assert set(sim.site["tercile"].tolist()) == {1}
    assert np.isnan(OUTCOME_FUNCTIONS["equity_gap"](o)).all()
    assert np.isnan(OUTCOME_FUNCTIONS["coach_ratio"](o)).all()
    assert np.isnan(final_outcomes(o)["time_to_deep_gap"]).all()
    assert OUTCOME_FUNCTIONS["concentration"](o)[-1, 0, 0] == pytest.approx(0.0, abs=1e-12)


def test_schools_at_one_place():
    """Distance 0 and equal need: every tie weighs the same, 1/12 of the mean row sum of 1; 20 schools, 12 ties each."""
    sim = run(all_levers(0.5), rows=make_rows("north", 20, same_need=True, same_place=True))
    near = sim.tie_from[:, 1] - sim.tie_from[:, 0]
    assert near.tolist() == [12] * 20
    assert all(sim.tie[e].peer != i for i in range(20) for e in range(sim.tie_from[i, 0], sim.tie_from[i, 1]))
    assert np.ptp(sim.tie["weight"][: near[0]]) == 0
    assert sim.site["ties"] == pytest.approx(np.ones(20), abs=1e-6)


def test_two_schools_at_one_place():
    """The nearest tie of each is the other's, at distance 0; nobody is tied to itself."""
    rows = make_rows("north", 12)
    twin = type(rows[0])("north", "twin", "Twin", "other", 20, 300, rows[0].low_income, rows[0].latitude,
                         rows[0].longitude)  # fmt: skip
    sim = run(all_levers(0.5), rows=(*rows, twin))
    own = sim.tie[sim.tie_from[12, 0] : sim.tie_from[12, 1]]
    assert own["peer"][own["weight"].argmax()] == 0
    assert 12 not in own["peer"]


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("switches", [{}, ALL_SWITCHES], ids=["default", "all switches"])
def test_every_parameter_at_the_ends_of_its_range(end, switches):
    """Probabilities of 0 and 1, hazards of 0 and 5 a month, huge scales: nothing a scenario may say breaks 30 years.

    Past faults: ownership beyond 0–1 at high ``own_gain``, an outside stock that ran away at high ``partner_refresh``.
    """
    for parameter in PARAMETERS.values():
        values = {"explore_base": 0.08, "decide_intercept": 1.5} | {parameter.name: getattr(parameter, end)}
        sim = run(full_policy(), parameters=values, structure=switches, practices=THREE[:2], schools=6, years=30)
        assert sim.observed["schools"][0, 0, 0] == 6, parameter.name


@pytest.mark.parametrize(
    ("values", "policy", "line", "expected"),
    [
        ({"explore_base": 0.0, "explore_contact": 0.0}, {}, "exploring", 0),
        ({"abandon": 5.0, "install_months": 120.0}, {"mandate": 1.0}, "active", 0),
        ({"mandate_compliance": 0.0, "explore_base": 0.0}, {"mandate": 1.0}, "installing", 0),
        ({"master": 0.0}, {"mandate": 1.0}, "proficient", 0),
        ({"teacher_exit": 1.0, "onboard": 0.0, "master": 0.0}, {"mandate": 1.0}, "proficient", 0),
    ],
)
def test_probabilities_of_zero_and_one(values, policy, line, expected):
    """A chance of 0 is never, one of 1 is always."""
    assert run(policy, parameters=values, years=8).observed[line].sum() == expected


def test_full_turnover_empties_schools():
    """With τ = 1 and nobody onboarded, July leaves no user at all."""
    sim = run({"mandate": 1.0}, parameters={"teacher_exit": 1.0, "onboard": 0.0}, years=8)
    users = (sim.observed["mechanical"] + sim.observed["proficient"])[:, 0, 0]
    assert users[0::12].max() == 0
    assert users.max() > 0
