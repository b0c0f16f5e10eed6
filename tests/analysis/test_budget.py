"""Budgets that do not bind must be told."""

from pathlib import Path

from simdiff.analysis.budget import overspent
from simdiff.scenario import Loaded, load_scenario
from simdiff.study.run import run_scenario


def told(annual: float) -> list[float]:
    """Shares of runs over budget, by district, for four levers with this much a year."""
    loaded = load_scenario(Path("four-levers"))
    text = loaded.text | {"policy": loaded.text["policy"] | {"budget": {"annual": annual}}}
    scenario = loaded.scenario.model_validate(text)
    result, _ = run_scenario(Loaded(scenario, text, loaded.files, {}, ()), replicates=3, seed=1)
    return [one.share for one in overspent(result, scenario)]


def test_a_budget_that_cannot_hold_is_told() -> None:
    """Half a million a year cannot pay four levers whose desks are not cut; a hundred million can.

    Catches a comparison at "equal budget" of policies that do not keep to it.
    """
    assert told(500_000.0) == [1.0]
    assert told(100e6) == []
