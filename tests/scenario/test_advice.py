"""Warnings that need no run: values that hold already, settings that cannot act. And what a file itself says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from simdiff.scenario import load_scenario, shipped_scenarios
from simdiff.scenario.advice import idle, repeated
from simdiff.scenario.chain import read_chain
from simdiff.scenario.leaves import own_values

Write = Callable[..., Path]


def warned(file: Path) -> list[str]:
    loaded, root = load_scenario(file), read_chain(file).root
    assert root is not None
    return [str(one) for one in (*repeated(file), *idle(loaded.scenario, root, file))]


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_warn_of_nothing(name: str) -> None:
    """Catches a shipped value that changes nothing and says not why."""
    assert warned(shipped_scenarios()[name]) == []


REPEATED = {
    "a default": ("policy:\n  mandate: {level: .5, start: 0}", ["policy.mandate.start"]),
    "a default with a reason": ("policy:\n  mandate:\n    level: .5\n    start: 0  # at once\n", []),
    "a default with the starter's words": ("policy:\n  mandate:\n    level: .5\n    start: 0  ## month\n",
                                           ["policy.mandate.start"]),
    "the default of a parameter": ("parameters: {lapse: {value: 0.012, reason: why}}", ["parameters.lapse.value"]),
    "inherited": ("policy: {talent: {change: 0.8}}", ["policy.talent.change.level"]),
    "inherited, said in full": ("policy: {talent: {change: {level: {others: 0.8}}}}", ["policy.talent.change.level"]),
    "of one district, as of the others": ("policy: {talent: {change: {level: {district: 0.8}}}}",
                                          ["policy.talent.change.level.district"]),
    "another than inherited": ("policy: {talent: {change: 0.7}}", []),
    "the default in place of what is inherited": ("policy: {talent: {change: 0}}", []),
    "one district unlike the others": ("policy: {talent: {change: {level: {district: 0.8, others: 0.1}}}}", []),
    "a whole number": ("policy: {networks: {competition: {prizes: 2}}}", ["policy.networks.competition.prizes"]),
}  # fmt: skip


@pytest.mark.parametrize("case", REPEATED)
def test_values_that_hold_already(write: Write, case: str) -> None:
    """Catches a repetition that is not seen, and a change that is taken for one."""
    text, paths = REPEATED[case]
    file = write(f"extends: four-levers\nname: a\ntitle: A\n{text}\n")
    assert [one.path for one in repeated(file)] == paths
    assert all(one.line >= 4 and one.file == "a.yaml" for one in repeated(file))


def test_what_a_file_says_stands_beside_what_would_hold(write: Write) -> None:
    """By hand: inherited from a file and line, a default, and something new."""
    file = write(
        "extends: four-levers\nname: a\ntitle: A\nyears: 5\npolicy:\n  goals: {goals: 0.5}\n  budget: {annual: 1}\n"
    )
    said = {own.leaf.shown: own for own in own_values(file)}
    assert set(said) == {"years", "policy.goals.goals.level", "policy.budget.annual"}
    years, level, budget = said.values()
    assert (years.before, years.spot is not None) == (10, True)
    assert (level.leaf.value, level.before, level.known, level.changes) == (0.5, 0.8, True, True)
    assert level.spot is not None
    assert "0.8" in level.spot.file.read_text(encoding="utf-8").splitlines()[level.spot.line - 1]
    assert (budget.known, budget.changes) == (False, True)


IDLE = {
    "no level": ("policy: {mandate: {start: 24, stop: 36}}", ["policy.mandate.start", "policy.mandate.stop"]),
    "pilots without sites": ("policy: {flexibility: {pilots: {years: 5}}}", ["policy.flexibility.pilots.years"]),
    "zone without schools": ("policy: {flexibility: {zone: {waiver: 0.5}}}", ["policy.flexibility.zone.waiver"]),
    "no entries": ("policy: {networks: {competition: {rounds: 5}}}", ["policy.networks.competition.rounds"]),
    "identify without a level": ("policy: {networks: {identify: {share: 0.2}}}", ["policy.networks.identify.share"]),
    "ramp of no coaches": ("policy: {talent: {coaching: {ramp: 5}}}", ["policy.talent.coaching.ramp"]),
    "need of no coaches": ("policy: {talent: {coaching: {need_weight: 1}}}", ["policy.talent.coaching.need_weight"]),
    "sites come first, without sites": ("policy: {talent: {coaching: {per_100_teachers: 1, site_priority: 3}}}",
                                        ["policy.talent.coaching.site_priority"]),
    "failures shared with nothing to share by": ("policy: {share_failures: true}", ["policy.share_failures"]),
    "dilution of no coaches": ("structure: {dilution: true}", ["structure.dilution"]),
    "stock of no partner": ("structure: {partner_stock: true}", ["structure.partner_stock"]),
    "stock without its switch": ("policy: {networks: {partners: [{name: p, members: {district: 3}, stock: 9}]}}",
                                 ["policy.networks.partners[0].stock"]),
    "cuts of nothing": ("policy: {budget: {annual: 1, cut_first: [coaches]}}", ["policy.budget.cut_first"]),
    "after the end": ("years: 3\npolicy: {mandate: {level: .5, start: 36}}", ["policy.mandate.start"]),
    "too late a partner": ("years: 3\npolicy: {networks: {partners: [{name: p, members: {district: 3}, start: 40}]}}",
                                ["policy.networks.partners[0].start"]),
    "in the last month": ("years: 3\npolicy: {mandate: {level: .5, start: 35}}", []),
    "all that is needed": ("policy: {talent: {sharing: 0.5, coaching: {per_100_teachers: 1, site_priority: 3}}, "
                           "share_failures: true, flexibility: {pilots: {sites: 3, years: 5}}}", []),
}  # fmt: skip


@pytest.mark.parametrize("case", IDLE)
def test_settings_that_cannot_act(write: Write, case: str) -> None:
    """Catches a setting that waits for another in silence, and one that is warned of although it acts."""
    text, paths = IDLE[case]
    file = write(f"extends: status-quo\nname: a\ntitle: A\n{text}\n")
    loaded, root = load_scenario(file), read_chain(file).root
    assert root is not None
    assert [one.path for one in idle(loaded.scenario, root, file)] == paths


def test_what_a_base_schedules_is_not_warned_of_in_the_file_that_turns_it_off(write: Write) -> None:
    """Catches a warning about a file that its reader did not write."""
    file = write("extends: pilot-then-scale\nname: a\ntitle: A\npolicy: {talent: {change: {level: 0}}}\n")
    assert warned(file) == []


def test_hostile_values_stay_on_one_line(write: Write) -> None:
    """Catches a warning that a value can break up."""
    text = 'extends: status-quo\nname: a\ntitle: A\nwhere: {districts: {district: {title: "Sample district"}}}\n'
    (line,) = warned(write(text))
    assert line.startswith("a.yaml:4:")
    assert "\n" not in line
