"""Conservation, bounds and windows over random policies, structures and parameters (V23)."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from limits import make_world, scenario, schools, seed_of

from simdiff.model import engine
from simdiff.model.inputs import Inputs, new_sim, prepare
from simdiff.model.state import DROPPED, EXPLORE, FULL, INITIAL, INSTALL, NONE, SWITCHES, Sim
from simdiff.register import PARAMETERS

MARCH, SEPTEMBER, MAY, AUGUST = 8, 2, 10, 1
TEACHING = range(2, 11)
ACTIVE = {INITIAL, FULL}
STARTING = {NONE, EXPLORE, DROPPED}
PHASES = (Phase.generate, Phase.shrink)
LAWS = [name for name, law in PARAMETERS.items() if law.prior != "fixed"]


def windowed(before: int, after: int, month: int) -> bool:
    """True if a stage may change so in this month of the school year (section 3)."""
    if before in STARTING and after in (NONE, EXPLORE):
        return True
    if before in STARTING:
        return month == MARCH and after in (INSTALL, DROPPED)  # a start may be abandoned in its first month
    if before == INSTALL:
        return after == DROPPED or (after in ACTIVE and month == SEPTEMBER)
    return after in ACTIVE or (after == DROPPED and month == MAY)


def faults(sim: Sim, old: Any, t: int) -> list[str]:
    """What is out of bounds after month t; ``old`` is the use record before it."""
    use, month = sim.use, t % 12
    teachers = sim.site["teachers"][:, None]
    people = (use["mechanical"] >= 0) & (use["proficient"] >= 0) & (use["mechanical"] + use["proficient"] <= teachers)
    moved = (use["mechanical"] != old["mechanical"]) | (use["proficient"] != old["proficient"])
    changed = np.argwhere(use["stage"] != old["stage"])
    asked, served = sim.school["asked"], sim.use["served"].sum(axis=1)
    hours = (sim.district["fte"] + sim.district["partner_fte"]) * sim.par["coach_hours"] * sim.par["coach_direct"]
    given = np.add.reduceat(served, sim.district["first"])
    checks = {
        "U + M + K = n": people.all(),
        "shares": all(((use[x] >= 0) & (use[x] <= 1)).all() for x in ("commitment", "fit", "ownership", "trial")),
        "phantoms": all(((sim.school[f"phantom_{x}"] >= 0) & (sim.school[f"phantom_{x}"] <= 1)).all()
                        for x in ("school", "classroom")),
        "attention": ((sim.school["attention"] > 0) & (sim.school["attention"] <= 1)).all(),
        "overload": (sim.school["overload"] >= 0).all(),
        "clarity": ((sim.district["clarity"] >= 0) & (sim.district["clarity"] <= 1)).all(),
        "mandates": (sim.district["mandates"] >= 0).all(),
        "kappa": ((served >= 0) & (served <= asked * (1 + 1e-12))).all(),
        "hours": (given <= hours * (1 + 1e-9) + 1e-9).all(),
        "stock": (sim.knowledge["stock"] >= 0).all() and np.isfinite(sim.knowledge["stock"]).all(),
        "results": np.isfinite(use["results"]).all(),
        "ledger": (sim.ledger[t] >= 0).all() and np.isfinite(sim.ledger[t]).all(),
        "windows": all(windowed(old["stage"][i, p], use["stage"][i, p], month) for i, p in changed),
        "teaching": month in TEACHING or month == 0 or not moved.any(),
        "closing": month == AUGUST or (use["closed"] <= old["closed"]).all(),
    }  # fmt: skip
    return [name for name, held in checks.items() if not held]


def first_faults(inputs: Inputs, replicate: int) -> tuple[int, list[str]]:
    """Month and names of the first faults of a run; (−1, []) if there is none."""
    sim = new_sim(inputs, replicate)
    engine.begin(sim)
    for t in range(inputs.months):
        old = sim.use.copy()
        engine.run_months(sim, t, t + 1)
        found = faults(sim, old, t)
        if found:
            return t, found
    return -1, []


levels = st.builds(
    lambda level, start, ramp: {"level": level, "start": start, "ramp": ramp},
    st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 20), st.sampled_from([0, 12]),
)  # fmt: skip
counts = st.integers(0, 4)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    """A policy that may pull any lever."""
    desk = st.fixed_dictionaries({"clarify": levels, "grant": levels})
    partner = st.fixed_dictionaries({
        "name": st.just("fund"), "members": st.just({"a": "all", "b": "all"}), "level": st.sampled_from([0.5, 1.0]),
        "fte": st.sampled_from([0.0, 2.0]), "match": st.sampled_from([0.0, 0.5]),
    })  # fmt: skip
    policy: dict[str, Any] = {
        "goals": {"problems": draw(levels), "goals": draw(levels)},
        "flexibility": {
            "school": draw(desk), "classroom": draw(desk), "out_of_school": draw(levels),
            "pilots": {"sites": draw(counts), "start": draw(st.integers(0, 12)), "years": 1},
            "zone": {"schools": draw(counts), "start": 3, "stop": 15},
        },
        "talent": {
            "coaching": {"per_100_teachers": draw(st.sampled_from([0.0, 1.0, 20.0])), "need_weight": 2.0},
            "change": draw(levels), "sharing": draw(levels),
        },
        "networks": {
            "convene": draw(levels), "identify": draw(levels), "partners": draw(st.lists(partner, max_size=1)),
            "competition": {"entries": draw(counts), "prizes": draw(counts)},
        },
        "sponsorship": draw(levels), "mandate": draw(levels), "adaptive": draw(st.booleans()),
        "share_failures": draw(st.booleans()),
        "superintendent": {"exits": draw(st.sampled_from(["hazard", "never", [5, 14]]))},
    }  # fmt: skip
    if draw(st.booleans()):
        policy["slots"] = {"per_year": draw(counts), "need_weight": 0.5}
    if draw(st.booleans()):
        policy["budget"] = {"annual": draw(st.sampled_from([0.0, 5e5, 1e8]))}
    return policy


@st.composite
def runs(draw: st.DrawFn) -> Inputs:
    """A small world under a random policy, structure and parameters (each up to e^1.5 from its default, in range)."""
    structure = {switch: draw(st.booleans()) for switch in SWITCHES}
    structure["contagion"] = draw(st.sampled_from(["logit", "hazard", "threshold"]))
    practice = {"school_flexibility": draw(st.sampled_from([0.0, 0.6, 1.0])), "classroom_flexibility": 0.8}
    said = scenario(2, ("a", "b"), draw(policies()), structure, practice | {"exit_hazard": 0.3}, ("one", "two"))
    factors = draw(st.dictionaries(st.sampled_from(LAWS), st.floats(-1.5, 1.5, width=16), max_size=12))
    lively = {"explore_base": 0.1, "takeup_alone": 0.1, "master": 0.1}
    values = {name: PARAMETERS[name].default * float(np.exp(x)) for name, x in factors.items()}
    values = {name: min(max(x, PARAMETERS[name].low), PARAMETERS[name].high) for name, x in values.items()}
    sizes = draw(st.lists(st.sampled_from([1, 2, 9, 40]), min_size=2, max_size=9))
    need = np.random.default_rng(len(sizes)).random(len(sizes))
    places = [
        replace(schools(len(sizes), size, list(need), "a" if n == 0 else "b")[n], students=16 * size)
        for n, size in enumerate(sizes)
    ]
    world = make_world(places, None, seed_of("v23"), said.policy.networks.partners, near=3)
    return prepare(said, world, draw(st.integers(0, 1000)), lively | values)


@settings(derandomize=True, max_examples=80, deadline=None, phases=PHASES,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(runs())
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
