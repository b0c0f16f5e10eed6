"""The six regional funds that ship: networks of districts with one outside partner, and what they rest on."""

from functools import cache
from pathlib import Path

import pytest

from simdiff.model.inputs import new_sim, prepare, world_of
from simdiff.scenario import Scenario, load_scenario, shipped_scenarios

SCHOOLS = {
    # Of the facts in each file, or their sum over districts; stand-ins for New England.
    "citybridge": {"charters": 110, "dcps": 113},
    "leap-innovations": {"charters": 121, "cps": 536},
    "rogers-family-foundation": {"charters": 68, "oakland-unified": 80},
    "new-schools-new-orleans": {"parish-board": 24, "recovery-district": 52},
    "great-schools-partnership": {f"{state}-{n}": 7 for state in ("ct", "me", "nh", "ri", "vt") for n in (1, 2)},
    "colorado-education-initiative": {"adams-50": 18, "colorado-springs-11": 57, "thompson": 34},
}
MEMBERS = {"citybridge": 29, "leap-innovations": 22, "rogers-family-foundation": 10, "colorado-education-initiative": 6}
"""Schools with planning grants on record (in Colorado, schools selected)."""


@cache
def scenario_of(name: str) -> Scenario:
    return load_scenario(Path(name)).scenario


@pytest.mark.parametrize("name", SCHOOLS)
def test_a_fund_joins_all_its_districts(name: str) -> None:
    """Catches a district that nothing ties to the others, and a fund that is more than one partner."""
    (partner,) = scenario_of(name).policy.networks.partners
    assert set(partner.members) == set(scenario_of(name).where.districts) == set(SCHOOLS[name])
    assert partner.name == name
    assert (partner.level, partner.fte) == (0.8, 2)  # judgement, the same in all


@pytest.mark.parametrize("name", SCHOOLS)
def test_numbers_of_schools_are_those_on_record(name: str) -> None:
    districts = scenario_of(name).where.districts
    profiles = {one: districts[one].profile for one in districts}
    found = {
        one: sum(level.schools for level in (p.elementary, p.middle, p.high, p.other) if level)
        for one, p in profiles.items()
        if p
    }
    assert found == SCHOOLS[name]


@pytest.mark.parametrize("name", MEMBERS)
def test_members_are_as_many_as_had_grants(name: str) -> None:
    (partner,) = scenario_of(name).policy.networks.partners
    assert sum(one for one in partner.members.values() if one != "all") == MEMBERS[name]


@pytest.mark.parametrize("name", SCHOOLS)
def test_facts_have_sources_and_assumptions_are_called_so(name: str) -> None:
    facts = scenario_of(name).facts
    assert len(facts) >= 5
    assert all(len(fact.source) > 8 for fact in facts)
    text = shipped_scenarios()[name].read_text(encoding="utf-8")
    assert "judgement" in text
    assert "assumption" in text
    assert "not as a forecast" in " ".join(text.replace("#", "").split())


def test_ties_between_districts_come_from_the_fund_alone() -> None:
    """Partner ties join schools of different districts, near ties never do."""
    scenario = scenario_of("colorado-education-initiative")
    sim = new_sim(prepare(scenario, world_of(scenario, {}, 1), 1), 0)
    district, crossing = sim.site["district"], 0
    for school, (near, convened, partner, end) in enumerate(sim.tie_from):
        peers = district[sim.tie["peer"][near:end]]
        assert (peers[: partner - near] == district[school]).all()
        assert (peers[partner - near :] != district[school]).all()
        crossing += end - partner
        assert near <= convened <= partner
    assert crossing > 0
