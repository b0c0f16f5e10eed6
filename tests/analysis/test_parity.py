"""Lever parity: log-odds by hand, and a family without strength that moves nothing."""

import math

import pytest

from simdiff.analysis.parity import FAMILIES, log_odds_deep, parity
from simdiff.analysis.worlds import Worlds, worlds_of
from simdiff.model.run import simulate
from simdiff.scenario import load_experiment
from simdiff.study.draws import parameter_draws


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    loaded = load_experiment("parity")
    return worlds_of(loaded.with_changes({"replicates": 3}))


def test_log_odds_are_those_of_pooled_schools(worlds: Worlds) -> None:
    """Catches shares averaged over replicates, another month, and a logarithm of nothing."""
    inputs = worlds.inputs("talent", {})
    last = [simulate(inputs, replicate).observed[-1] for replicate in range(3)]
    deep = sum(int(row["deep"].sum()) for row in last)
    assert 0 < deep < 180
    assert log_odds_deep(worlds, "talent", {}) == pytest.approx(math.log((deep + 0.5) / (180 - deep + 0.5)))
    assert log_odds_deep(worlds, "status-quo", {"takeup_alone": 0.0, "master": 0.0}) == pytest.approx(
        math.log(0.5 / 180.5)
    )


def test_a_family_without_strength_moves_nothing(worlds: Worlds) -> None:
    """Catches families that are compared with other luck, or with each other."""
    weak = [draw | {f"strength_{family}": 0.0 for family in ("goals", "flexibility")} for draw in parameter_draws(1, 3)]
    found = {one.family: one for one in parity(worlds, weak)}
    assert tuple(found) == FAMILIES
    assert found["goals"].low == found["goals"].high == found["flexibility"].mean == 0.0
    assert found["talent"].high > 0.0
