"""Monotone couplings (section 0): in the reduced configuration more of a good thing never un-adopts a school in its
matched world; with abandonment, or with luck that is not keyed, it does."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from simdiff.analysis.verification.limits import OPEN, limit, make_world, scenario, schools, seed_of
from simdiff.model.inputs import prepare
from simdiff.model.run import simulate
from simdiff.model.state import NEVER

REDUCED: dict[str, float] = {"lapse": 0.0, "abandon": 0.0, "mandates_rate": 0.0, "capacity": 1e9}
"""No lapse, abandonment or load; reviews are taken out of the calendar."""
CALENDAR = {"decide_months": (8,), "launch_months": (2,), "review_months": OPEN["review_months"]}
WORLDS, REPLICATES = 10, 20
"""200 matched worlds: ten networks, twenty redraws of traits and luck each."""

Raised = tuple[dict[str, float], dict[str, Any]]
FLEXIBLE = {"clarify": {"level": 0.8, "ramp": 6}}
GRANTED = {"grant": {"level": 0.6, "ramp": 6}}
RAISED: dict[str, Raised] = {
    "explore_base": ({"explore_base": 0.012}, {}),
    "explore_contact": ({"explore_contact": 0.09}, {}),
    "clarify": ({}, {"flexibility": {"school": FLEXIBLE, "classroom": FLEXIBLE}}),
    "grant": ({}, {"flexibility": {"school": GRANTED, "classroom": GRANTED}}),
}


def launches(world: int, replicate: int, raised: Raised, draw: dict[str, float]) -> NDArray[np.int16]:
    """Month in which each of 24 schools launches (−1: never), in one matched world."""
    lot = np.random.default_rng([seed_of("monotone"), world])
    places = schools(24, 20, list(lot.random(24).round(3)))
    practice = {"school_flexibility": 0.6, "classroom_flexibility": 0.8, "exit_hazard": 0.05}
    structure = {"commitment": True, "closing": True, "coherence": True}
    said = scenario(7, policy=raised[1], structure=structure, practice=practice)
    inputs = prepare(said, make_world(places, None, world, near=6), seed_of(f"monotone {world}"),
                     REDUCED | draw | raised[0], CALENDAR)  # fmt: skip
    return simulate(inputs, replicate).use["launched"][:, 0]


def undone(raised: Raised, draw: dict[str, float] | None = None, rekey: Callable[[int], int] = lambda r: r,
           worlds: int = WORLDS) -> tuple[int, int]:  # fmt: skip
    """Matched worlds in which the raised world has a school that launched later, or never; and those it changed."""
    wrong = changed = 0
    for world in range(worlds):
        for replicate in range(REPLICATES):
            base = launches(world, replicate, ({}, {}), draw or {})
            more = launches(world, rekey(replicate), raised, draw or {})
            wrong += bool(((base != NEVER) & ((more == NEVER) | (more > base))).any())
            changed += bool((base != more).any())
    return wrong, changed


@pytest.mark.parametrize("name", RAISED)
def test_more_never_undoes_an_adoption(name: str) -> None:
    """Raising p0, q_E, clarify or grant makes no school launch later in any of 200 matched worlds (expected: 0), and
    does change most of them.

    Catches: luck that depends on the scenario or on other draws, a wrong sign on constraint or contact, exposure that
    is not monotone.
    """
    wrong, changed = undone(RAISED[name])
    assert wrong == 0
    assert changed > 50


def test_twin_abandonment() -> None:
    """With abandonment the promise does not hold, and the check sees it: a school that started a year earlier may give
    up, and is scarred. (Lapse, though outside the promise, keeps it: keyed luck lapses both worlds alike.)"""
    wrong, _ = undone(RAISED["explore_base"], {"abandon": 0.1}, worlds=3)
    assert wrong > 0


def test_twin_luck_that_is_not_keyed() -> None:
    """If the raised world has other luck (another replicate's), the check is red."""
    wrong, _ = undone(RAISED["explore_contact"], rekey=lambda replicate: replicate + 1000, worlds=2)
    assert wrong > 0


def test_twin_obstacles_that_encourage() -> None:
    """If perceived obstacles encouraged (b_X of the wrong sign), clarifying would un-adopt, and the check is red."""
    wrong, _ = undone(RAISED["clarify"], {"decide_obstacle": -3.0}, worlds=3)
    assert wrong > 0


def test_limit_helper_is_still() -> None:
    """The still configuration of ``limits`` does nothing at all: no school explores, nobody uses, nothing is spent."""
    sim = simulate(limit(seed_of("still"), make_world(schools(5)), said=scenario(2)), 0)
    assert not sim.use["stage"].any()
    assert not sim.ledger.any()
