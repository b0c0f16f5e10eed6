"""Differences between scenarios, after everything is resolved."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simdiff.scenario import load_scenario, shipped_scenarios
from simdiff.scenario.differences import differences

Write = Callable[..., Path]


@pytest.mark.parametrize("name", shipped_scenarios())
def test_a_scenario_differs_from_none_of_itself(name: str) -> None:
    """Catches a value that is compared with another form of itself."""
    assert differences(load_scenario(Path(name)), load_scenario(Path(name))) == []


def test_another_way_to_say_the_same_is_no_difference(write: Write) -> None:
    """Catches a comparison of files in place of scenarios."""
    one = write("extends: status-quo\nname: a\ntitle: A\npolicy: {mandate: 0.5}\n", "one.yaml")
    two = write("extends: one.yaml\npolicy: {mandate: {level: {others: 0.5}, start: 0}, adaptive: false}\n", "two.yaml")
    assert differences(load_scenario(one), load_scenario(two)) == []


def test_differences_carry_unit_default_and_both_values(write: Write) -> None:
    """By hand: a level, a parameter (whose default is the register's), a partner by name, a district."""
    text = """extends: four-levers
policy:
  talent: {coaching: {per_100_teachers: 1.5, start: 24}}
  networks: {partners: [{name: regional-fund, members: {district: 10}, level: 0.8, fte: 2.0}]}
parameters: {lapse: {value: 0.02, reason: why}}
"""
    found = {one.path: one for one in differences(load_scenario(Path("four-levers")), load_scenario(write(text)))}
    told = {path: (one.unit, one.default, one.a, one.b) for path, one in found.items()}
    assert told == {
        "policy.talent.coaching.per_100_teachers": ("coaches per 100 teachers", 0.0, 0.8, 1.5),
        "policy.talent.coaching.start": ("month", 0, 0, 24),
        "policy.networks.partners.regional-fund.fte": ("full-time coaches", 0.0, 1.0, 2.0),
        "parameters.lapse.value": ("1/month", 0.012, 0.012, 0.02),
        "parameters.lapse.reason": ("", None, None, "why"),
    }
    assert found["policy.talent.coaching.start"].meaning.startswith("First month")


def test_a_district_that_only_one_has_is_one_difference() -> None:
    """Catches a page of quantiles."""
    found = [one for one in differences(load_scenario(Path("lake")), load_scenario(Path("henry")))
             if one.path.startswith("where.districts")]  # fmt: skip
    assert [(one.path, one.a, one.b) for one in found] == [
        ("where.districts.henry", None, "Henry County Schools"),
        ("where.districts.lake", "Lake County Schools", None),
    ]
