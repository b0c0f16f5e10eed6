"""The trial run of `simdiff check`, and the evidence ranges of parameters."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simdiff.analysis.plausible import outside_evidence
from simdiff.analysis.trial import TooLargeError, knobs, tried, without
from simdiff.scenario import Loaded, load_scenario
from simdiff.scenario.chain import read_chain

Load = Callable[[str], Loaded]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """A scenario that builds on the status quo."""

    def read(text: str) -> Loaded:
        file = tmp_path / "a.yaml"
        file.write_text(f"extends: status-quo\nname: a\ntitle: A\n{text}\n", encoding="utf-8")
        return load_scenario(file)

    return read


@pytest.mark.parametrize(("text", "path"), [
    ("policy: {superintendent: {exits: [500]}}", ("policy", "superintendent", "exits")),  # after the end
    ("policy: {talent: {change: {level: .5, start: 119}}}", ("policy", "talent", "change")),  # the ramp begins at 0
    ("policy: {networks: {competition: {entries: 3, start: 118}}}", ("policy", "networks", "competition")),
    ("policy: {slots: {per_year: 60}}", ("policy", "slots")),  # a quota of all schools
    ("parameters: {price_zone: {value: 1, reason: no zone here}}", ("parameters", "price_zone")),
    ("structure: {partner_stock: true}", ("structure", "partner_stock")),
])  # fmt: skip
def test_what_cannot_take_effect_is_found(load: Load, text: str, path: tuple[str, ...]) -> None:
    """Catches a lever without effect that a trial lets pass."""
    assert [one.path for one in tried(load(text))] == [path]


@pytest.mark.parametrize("text", [
    "policy: {talent: {coaching: {per_100_teachers: 1}}}",
    "policy: {mandate: .2}",
    "policy: {flexibility: {pilots: {sites: 3}}}",
    "policy: {superintendent: {exits: [30]}, goals: {goals: .8}}",
    "parameters: {lapse: {value: .02, reason: why}}",
    "parameters: {price_training: {value: 9, reason: it moves nothing but cost}}",
    "structure: {contagion: threshold}",
    "policy: {slots: {per_year: 0}, mandate: .2}",
])  # fmt: skip
def test_what_takes_effect_is_not_told(load: Load, text: str) -> None:
    """Catches a warning of a lever that acts, and a trial that compares a run with itself."""
    loaded = load(text)
    assert list(knobs(loaded.scenario))
    assert tried(loaded) == []


def test_a_budget_that_cannot_pay_the_plan_is_found(load: Load) -> None:
    """By hand: coaches cost millions, the budget is a dollar, and at a billion nothing is cut."""
    poor, rich = (load(f"policy: {{talent: {{coaching: {{per_100_teachers: 1}}}}, budget: {{annual: {money}}}}}")
                  for money in (1, 1e9))  # fmt: skip
    told = {one.path: one.said for one in tried(poor)}
    assert told["policy", "budget", "annual"].startswith("cannot pay the plan: in the trial coaches get $0.0M of $")
    assert ("policy", "budget", "annual") not in {one.path for one in tried(rich)}


def test_taking_out_leaves_the_rest() -> None:
    """By hand: a list loses an item, a parameter goes, a budget becomes nothing; the original stays."""
    text = {"policy": {"budget": {"annual": 1}, "partners": [1, 2]}, "parameters": {"a": 1, "b": 2}}
    assert without(text, ("policy", "partners", 0), None)["policy"]["partners"] == [2]
    assert without(text, ("parameters", "a"), None)["parameters"] == {"b": 2}
    assert without(text, ("policy", "budget"), None)["policy"]["budget"] is None
    assert text["policy"] == {"budget": {"annual": 1}, "partners": [1, 2]}


def test_too_large_a_trial_is_not_begun(load: Load) -> None:
    """Catches a check that keeps people waiting for minutes."""
    quantiles = "teachers: [9, 15, 20, 25, 40], low_income: [0, .2, .5, .7, 1]"
    large = f"where: {{districts: {{district: {{profile: {{elementary: {{schools: 90000, {quantiles}}}}}}}}}}}"
    with pytest.raises(TooLargeError, match="no trial run"):
        tried(load(large))


@pytest.mark.parametrize(("name", "value", "told"), [
    ("lapse", 0.012, False), ("lapse", 0.9, True), ("lapse", 0.0001, True),
    ("price_zone", 1, False),  # fixed: no prior, no range
    ("leader_exit", 0.2, False), ("leader_exit", 0.95, True),
])  # fmt: skip
def test_values_outside_the_evidence_say_whose_evidence(
    load: Load, tmp_path: Path, name: str, value: float, told: bool
) -> None:
    """By hand: the default lies inside its own prior's middle 95 %, the ends of the range outside."""
    loaded = load(f"parameters: {{{name}: {{value: {value}, reason: why}}}}")
    root = read_chain(tmp_path / "a.yaml").root
    assert root is not None
    found = outside_evidence(loaded.scenario, root)
    assert bool(found) == told
    for one in found:
        assert (one.line, one.path) == (4, f"parameters.{name}.value")
        assert "source: " in one.allowed
        assert "95 %" in one.allowed
