"""What must hold of any scenario, whatever its policy, structure and parameters: a search for one that breaks it.

Conservation and bounds of the same random scenarios are case V23 (``test_bounds.py``).
"""

import random
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_common_luck import of_district

from simdiff.analysis.verification.bounds import Pick, some_policy, some_values
from simdiff.analysis.verification.limits import make_world, scenario, schools, seed_of
from simdiff.analysis.verification.worlds import differences, fingerprint, start
from simdiff.model import engine
from simdiff.model.inputs import Inputs, prepare
from simdiff.model.places import Place
from simdiff.model.run import simulate
from simdiff.model.state import CONTAGIONS, NEVER, SWITCHES, Sim
from simdiff.scenario.schema import Scenario

MOST = 100
search = settings(derandomize=True, max_examples=MOST, deadline=None, phases=(Phase.generate, Phase.shrink),
                  suppress_health_check=list(HealthCheck))  # fmt: skip
fresh = settings(search, derandomize=False, max_examples=20 * MOST, database=None)
"""The slow suite's: 2,000 scenarios that nobody has seen."""
Values = dict[str, float]


def some_scenario(pick: Pick, policy: dict[str, Any], districts: tuple[str, ...] = ("a", "b")) -> Scenario:
    """Any structure and practices under a policy."""
    structure: dict[str, Any] = {switch: pick((False, True)) for switch in SWITCHES}
    structure["contagion"] = pick(tuple(CONTAGIONS))
    practice = {"school_flexibility": pick((0.0, 0.6, 1.0)), "classroom_flexibility": 0.8, "exit_hazard": 0.3}
    return scenario(2, districts, policy, structure, practice, ("one", "two"))


def some_places(pick: Pick, district: str) -> list[Place]:
    """One to seven schools of any size and need."""
    count = pick(range(1, 8))
    need = [pick((0.0, 0.2, 0.5, 0.9, 1.0)) for _ in range(count)]
    return [replace(place, teachers=size, students=16 * size) for place in schools(count, 8, need, district)
            for size in (pick((1, 2, 9, 40)),)]  # fmt: skip


def inputs_of(said: Scenario, places: list[Place], seed: int, values: Values) -> Inputs:
    world = make_world(places, None, seed_of("whole"), said.policy.networks.partners, near=3)
    return prepare(said, world, seed, values)


def order_matters(pick: Pick) -> list[str]:
    """What changes where the same schools are given in another order."""
    said, values = some_scenario(pick, some_policy(pick)), some_values(pick)
    places = some_places(pick, "a") + some_places(pick, "b")
    shuffled = random.Random(pick(range(1000))).sample(places, len(places))
    seed = pick(range(1000))
    return differences(*(simulate(inputs_of(said, rows, seed, values), 1) for rows in (places, shuffled)))


def neighbours_matter(pick: Pick) -> list[str]:
    """What changes in a district that nothing ties to others when another one is simulated beside it."""
    policy = some_policy(pick)
    policy["networks"]["partners"] = []
    both, values, seed = some_scenario(pick, policy), some_values(pick), pick(range(1000))
    alone = both.model_copy(update={"where": scenario(2, ("b",)).where})
    b = some_places(pick, "b")
    runs = [simulate(inputs_of(said, places, seed, values), 1)
            for said, places in ((alone, b), (both, some_places(pick, "a") + b))]  # fmt: skip
    one, other = of_district(runs[0], 0), of_district(runs[1], 1)
    return [name for name in one if one[name] != other[name]]


def stops_matter(pick: Pick) -> list[str]:
    """What changes in a run that is stopped in some month and gone on with from a copy of its state."""
    said = some_scenario(pick, some_policy(pick))
    inputs = inputs_of(said, some_places(pick, "a") + some_places(pick, "b"), pick(range(1000)), some_values(pick))
    cut, half = pick(range(1, inputs.months)), start(inputs, 1)
    engine.run_months(half, 0, cut)
    copied = half._replace(**{name: value.copy() for name, value in half._asdict().items()})
    engine.run_months(copied, cut, inputs.months)
    engine.end(copied, inputs.months)
    return differences(simulate(inputs, 1), copied)


def replicates_repeat(pick: Pick) -> list[str]:
    """What two replicates have in common that they may not: all."""
    said = some_scenario(pick, some_policy(pick))
    inputs = inputs_of(said, some_places(pick, "a") + some_places(pick, "b"), pick(range(1000)), some_values(pick))
    prints = [fingerprint(simulate(inputs, r)) for r in (0, 1)]
    return [] if prints[0] != prints[1] else ["everything"]


REDUCED: Values = {"lapse": 0.0, "abandon": 0.0, "mandates_rate": 0.0, "capacity": 1e9}
"""The configuration of section 0 in which more never undoes: no lapse, abandonment or load, and no reviews."""
NO_REVIEWS = {"review_months": ()}


def more_undoes(pick: Pick) -> list[str]:
    """Schools that launch later, or never, for one more push: a stronger base or contact hazard, clarity or grant."""
    levels = (0.0, 0.3, 0.7)
    rules = {where: {"clarify": pick(levels), "grant": pick(levels)} for where in ("school", "classroom")}
    hazards = {"explore_base": pick((0.005, 0.02, 0.1)), "explore_contact": pick((0.0, 0.05, 0.3))}
    push = pick(("explore_base", "explore_contact", "clarify", "grant"))
    pushed, stronger = {where: dict(told) for where, told in rules.items()}, dict(hazards)
    if push in hazards:
        stronger[push] += 0.05
    else:
        for told in pushed.values():
            told[push] += 0.3
    structure = {switch: pick((False, True)) for switch in ("commitment", "closing", "coherence")}
    practice = {"school_flexibility": pick((0.0, 0.6, 1.0)), "classroom_flexibility": 0.8, "exit_hazard": 0.05}
    places, seed = some_places(pick, "d"), pick(range(1000))
    launched = []
    for flexibility, values in ((rules, hazards), (pushed, stronger)):
        said = scenario(5, policy={"flexibility": flexibility}, structure=structure, practice=practice)
        inputs = prepare(said, make_world(places, None, seed, near=6), seed, REDUCED | values, NO_REVIEWS)
        launched.append(simulate(inputs, 1).use["launched"][:, 0])
    base, more = launched
    return [f"school {n}" for n in np.flatnonzero((base != NEVER) & ((more == NEVER) | (more > base)))]


CLAIMS = {claim.__name__: claim for claim in (
    order_matters, neighbours_matter, stops_matter, replicates_repeat, more_undoes)}  # fmt: skip


def broken(claim: str, how: settings) -> Callable[[], None]:
    """A search for a scenario that breaks a claim."""

    @how
    @given(st.data())
    def look(data: st.DataObject) -> None:
        assert CLAIMS[claim](lambda options: data.draw(st.sampled_from(options))) == []

    return look


@pytest.mark.parametrize("claim", CLAIMS)
def test_no_scenario_breaks_it(claim: str) -> None:
    """100 scenarios each."""
    broken(claim, search)()


@pytest.mark.slow
@pytest.mark.parametrize("claim", CLAIMS)
def test_no_scenario_of_two_thousand_breaks_it(claim: str) -> None:
    """The same for 2,000 scenarios each, others every time."""
    broken(claim, fresh)()
    print(f"{fresh.max_examples:,} scenarios, none breaks it")


def named_by_row(said: Scenario, places: list[Place], seed: int, values: Values) -> Inputs:
    """The defect planted: a school's luck is that of its row in the file."""
    return right_inputs(said, [replace(place, id=f"{n:05d}") for n, place in enumerate(places)], seed, values)


def counted(said: Scenario, places: list[Place], seed: int, values: Values) -> Inputs:
    """The defect planted: luck depends on how many schools there are."""
    return right_inputs(said, places, seed + len(places), values)


def forgetful(inputs: Inputs, replicate: int) -> Sim:
    """The defect planted: what was seen of peers is not there at the start."""
    sim = right_start(inputs, replicate)
    sim.seen[:] = 1
    return sim


right_inputs, right_simulate, right_start = inputs_of, simulate, start
TWINS: dict[str, tuple[str, Any]] = {
    "order_matters": ("inputs_of", named_by_row), "neighbours_matter": ("inputs_of", counted),
    "stops_matter": ("start", forgetful), "replicates_repeat": ("simulate", lambda i, r: right_simulate(i, 0)),
    "more_undoes": ("REDUCED", REDUCED | {"abandon": 0.3}),
}  # fmt: skip


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_planted_defect_is_found(claim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each claim is broken by its defect, in some scenario that the search comes upon."""
    name, defect = TWINS[claim]
    monkeypatch.setattr(sys.modules[__name__], name, defect)
    with pytest.raises(AssertionError):
        broken(claim, settings(search, phases=(Phase.generate,), max_examples=5 * MOST))()
