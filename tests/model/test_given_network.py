"""A given network in the world: it replaces near ties of its district alone, and is what schools see."""

import numpy as np
import pytest

from simdiff.model.inputs import world_of
from simdiff.model.state import NEAR, POINT
from simdiff.model.ties import given_edges
from simdiff.model.world import World
from simdiff.scenario.schema import Scenario
from simdiff.scenario.schools import SchoolRow

SEES = {"1": {"2": 3.0, "3": 1.0}, "3": {"1": 2.0}}
"""Of North's four schools, 2 and 4 see nobody; the sums of weights are 4, 0, 2, 0: 1.5 in the mean."""


def world(sees: dict[str, dict[str, float]] | None, feeder: bool = False) -> World:
    """Four schools in North, three in South, a kilometre apart."""
    ties = {"ties": {"sees": sees}} if sees else {}
    scenario = Scenario.model_validate({
        "format": 1, "name": "x", "title": "X", "practices": {"learner-profiles": {}},
        "where": {"districts": {"north": {"title": "N", **ties}, "south": {"title": "S"}}},
        "structure": {"feeder": feeder},
    })  # fmt: skip
    rows = {
        name: tuple(
            SchoolRow(name, str(n + 1), "x", "elementary", 10, 160, 0.5, 40 + n / 111, -100.0) for n in range(count)
        )
        for name, count in (("north", 4), ("south", 3))
    }  # fmt: skip
    return world_of(scenario, rows, seed=1)


def near(made: World, row: int) -> dict[int, float]:
    first, last = made.ties.start[row, NEAR], made.ties.start[row, NEAR + 1]
    return {int(tie.peer): tie.weight / POINT for tie in made.ties.tie[first:last]}


def test_a_given_network_takes_the_place_of_near_ties():
    """By hand: weights divided by 1.5; catches ties turned round, rows mixed up, and ties of distance that stay."""
    made = world(SEES)
    assert [near(made, row) for row in range(4)] == [
        pytest.approx({1: 2.0, 2: 2 / 3}, abs=1e-6), {}, pytest.approx({0: 4 / 3}, abs=1e-6), {},
    ]  # fmt: skip
    assert made.site["ties"][:4] == pytest.approx([8 / 3, 0, 4 / 3, 0], abs=1e-6)
    assert made.site["ties"][:4].mean() == pytest.approx(1, abs=1e-6)


def test_other_districts_keep_their_ties():
    """Catches a network of one district that empties or changes another."""
    plain, tied = world(None), world(SEES)
    assert [near(tied, row) for row in (4, 5, 6)] == [near(plain, row) for row in (4, 5, 6)]
    assert all(near(plain, row) for row in range(7))


def test_convened_ties_stay():
    plain, tied = world(None), world(SEES)
    for row in range(7):
        one, other = (
            made.ties.tie["peer"][made.ties.start[row, 1] : made.ties.start[row, 2]] for made in (plain, tied)
        )
        assert np.array_equal(one, other)


def test_only_relative_weights_count():
    """Weights twice as large are the same network."""
    double = {a: {b: 2 * weight for b, weight in seen.items()} for a, seen in SEES.items()}
    assert np.array_equal(world(SEES).ties.tie, world(double).ties.tie)


def test_edges_are_rows_of_the_sorted_world():
    names = [("a", "2"), ("a", "9"), ("b", "1"), ("b", "2")]
    looks, sees, weight = given_edges(names, {"b": {"2": {"1": 5.0}}})
    assert (looks.tolist(), sees.tolist(), weight.tolist()) == ([3], [2], [2.0])
