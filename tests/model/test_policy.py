"""A policy as tables, by hand: what each district delivers in each month, and what its policy sets once (E1)."""

from typing import Any

import pytest

from simdiff.model.luck import identity
from simdiff.model.policy import PolicyTable, build_policy, support_end
from simdiff.model.state import NEVER
from simdiff.scenario.schema import Policy

BURN_IN, MONTHS = 12, 40
NORTH, SOUTH = "north", "south"
Said = dict[str, Any]


def built(said: Said, *districts: str, strength: dict[str, float] | None = None) -> PolicyTable:
    return build_policy(Policy.model_validate(said), districts or (NORTH,), BURN_IN, MONTHS, strength)


def under(path: str, said: Any) -> Said:
    """A policy that says one thing, at a path."""
    for name in reversed(path.split(".")):
        said = {name: said}
    whole: Said = said
    return whole


PATHS = {
    "problems": "goals.problems", "goals": "goals.goals", "clarify_school": "flexibility.school.clarify",
    "clarify_classroom": "flexibility.classroom.clarify", "grant_school": "flexibility.school.grant",
    "grant_classroom": "flexibility.classroom.grant", "out_of_school": "flexibility.out_of_school",
    "change": "talent.change", "sharing": "talent.sharing", "convene": "networks.convene",
    "identify": "networks.identify", "sponsorship": "sponsorship", "mandate": "mandate",
}  # fmt: skip


@pytest.mark.parametrize("lever", PATHS)
def test_each_lever_from_its_own_place(lever: str) -> None:
    """From month 3 to 9, grown over 2; catches two levers that change places, and months that count from elsewhere."""
    made = built(under(PATHS[lever], {"level": 0.8, "start": 3, "stop": 9, "ramp": 2}))
    expected = [0.0] * 15 + [0.0, 0.4, 0.8, 0.8, 0.8, 0.8] + [0.0] * (MONTHS - 21)
    assert made.lever[lever][0].tolist() == pytest.approx(expected)
    assert not any(made.lever[name].any() for name in made.lever.dtype.names or () if name != lever)


def test_coaches() -> None:
    """Grown over a year if nothing else is said; never stopped."""
    made = built(
        under("talent.coaching", {"per_100_teachers": 2.4, "start": 1, "need_weight": 0.7, "site_priority": 3})
    )
    assert made.lever.coaches[0, 12:27].tolist() == pytest.approx([0.0, *(0.2 * n for n in range(13)), 2.4])
    assert made.lever.coaches[0, -1] == pytest.approx(2.4)
    assert (made.setting[0].coach_need, made.setting[0].coach_priority) == (0.7, 3)


def test_districts_share_a_table_if_their_policies_are_alike() -> None:
    """Levels, starts and ramps by district; the others' where a district says nothing."""
    said = {"level": {NORTH: 0.5, "others": 0.25}, "start": {NORTH: 2, "others": 4}, "ramp": {SOUTH: 0, "others": 1}}
    made = built(under("talent.change", said), NORTH, SOUTH, "east", "west")
    assert made.group.tolist() == [0, 1, 2, 2]
    found = [made.lever.change[group, BURN_IN : BURN_IN + 7].tolist() for group in range(3)]
    assert found == [
        [0, 0, 0, 0.5, 0.5, 0.5, 0.5], [0, 0, 0, 0, 0.25, 0.25, 0.25], [0, 0, 0, 0, 0, 0.25, 0.25],
    ]  # fmt: skip


def test_nothing_is_set_where_nothing_is_said() -> None:
    row = built({}).setting[0]
    found = {name: row[name].item() for name in row.dtype.names or ()}
    assert found == {
        "pilots": 0, "pilot_start": 12, "pilot_months": 36, "pilot_waiver": 0.8, "pilot_select": 0,
        "zone": 0, "zone_start": 12, "zone_stop": NEVER, "zone_waiver": 0.8,
        "identify_accuracy": NEVER, "identify_share": 0.1, "identify_not_yet": 0.0,
        "entries": 0, "prizes": 1, "reliability": 0.6, "call_start": 15, "rounds": 1, "prize_months": 36,
        "slots": NEVER, "slot_need": 0.0, "coach_need": 0.0, "coach_priority": 1.0, "budget": NEVER, "cut": 0,
        "exit_hazard": 1, "adaptive": 0, "share_failures": 0, "support_end": NEVER,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "said", "expected"),
    [
        ("flexibility.pilots", {"sites": 5, "start": 7, "years": 2, "waiver": 0.4, "select": "need"},
         {"pilots": 5, "pilot_start": 19, "pilot_months": 24, "pilot_waiver": 0.4, "pilot_select": 1,
          "support_end": 43}),
        ("flexibility.pilots.select", "random", {"pilot_select": 2}),
        ("flexibility.zone", {"schools": 6, "start": 2, "stop": 30, "waiver": 0.3},
         {"zone": 6, "zone_start": 14, "zone_stop": 42, "zone_waiver": 0.3}),
        ("networks.identify", {"accuracy": 0.7, "share": 0.2, "not_yet": 0.15},
         {"identify_accuracy": 0.7, "identify_share": 0.2, "identify_not_yet": 0.15}),
        ("networks.identify.accuracy", 0.0, {"identify_accuracy": 0.0}),
        ("networks.competition", {"entries": 8, "prizes": 3, "reliability": 0.5, "rounds": 4, "years": 2},
         {"entries": 8, "prizes": 3, "reliability": 0.5, "rounds": 4, "prize_months": 24, "call_start": 15}),
        ("slots", {"per_year": 4, "need_weight": 0.3}, {"slots": 4, "slot_need": 0.3}),
        ("slots", {"per_year": {SOUTH: 4}}, {"slots": NEVER}),
        ("budget", {"annual": 1e6, "cut_first": ["sites", "coaches"]}, {"budget": 1e6, "cut": 1}),
        ("budget", {"annual": 1e6, "cut_first": ["coaches"]}, {"budget": 1e6, "cut": 2}),
        ("budget", {"annual": 1e6, "cut_first": ["sites"]}, {"budget": 1e6, "cut": 3}),
        ("budget", {"annual": 1e6, "cut_first": []}, {"budget": 1e6, "cut": 0}),
        ("budget", {"annual": {SOUTH: 1e6}}, {"budget": NEVER}),
        ("superintendent.exits", "never", {"exit_hazard": 0}),
        ("superintendent.exits", [3], {"exit_hazard": 0}),
        ("superintendent.exits", {SOUTH: "never"}, {"exit_hazard": 1}),
        ("adaptive", True, {"adaptive": 1}),
        ("share_failures", True, {"share_failures": 1}),
    ],
)  # fmt: skip
def test_what_is_set_once(path: str, said: Any, expected: dict[str, float]) -> None:
    """What is said is set, and nothing else changes."""
    row, before = built(under(path, said)).setting[0], built({}).setting[0]
    changed = {name: row[name].item() for name in row.dtype.names or () if row[name] != before[name]}
    assert changed == {name: value for name, value in expected.items() if value != before[name]}
    assert {name: row[name].item() for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(("start", "expected"), [(0, 15), (3, 15), (4, 27), (15, 27), (16, 39)])
def test_calls_are_in_october(start: int, expected: int) -> None:
    """The first October from the start on: month 3 of a year that begins in July."""
    assert built(under("networks.competition.start", start)).setting[0].call_start == expected


def test_superintendents_leave_on_their_dates() -> None:
    """Within the horizon; the last month is 27 of policy."""
    made = built(under("superintendent.exits", [0, 5, 27, 28, 90]))
    assert made.lever["exit"][0].nonzero()[0].tolist() == [12, 17, 39]
    assert not built({}).lever["exit"].any()


CHANGE = {"level": 0.5, "stop": 9}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, NEVER), (under("talent.change", CHANGE), 21), (under("sponsorship", CHANGE), 21),
        (under("talent.change", {"level": 0.0, "stop": 9}), NEVER), (under("talent.change", 0.5), NEVER),
        (under("talent.coaching", {"per_100_teachers": 1, "stop": 10}), 22),
        (under("talent.coaching", {"per_100_teachers": 0, "stop": 10}), NEVER),
        (under("flexibility.pilots", {"sites": 1, "start": 2, "years": 1}), 26),
        ({"talent": {"change": CHANGE, "coaching": {"per_100_teachers": 1, "stop": 7}}}, 21),
        ({"talent": {"change": CHANGE, "coaching": {"per_100_teachers": 1}}}, NEVER),
        ({"talent": {"change": CHANGE}, "sponsorship": 0.3}, NEVER),
        (under("talent.sharing", {"level": 0.5, "stop": 9}), NEVER),
    ],
)  # fmt: skip
def test_when_support_has_ended(said: Said, expected: int) -> None:
    """With the last of coaching, change management, sponsorship and pilots; never if one goes on."""
    assert support_end(Policy.model_validate(said), NORTH, BURN_IN) == expected


@pytest.mark.parametrize(
    ("partner", "expected"),
    [
        ({"members": {NORTH: 3}, "stop": 20}, 32), ({"members": {NORTH: 3}}, NEVER),
        ({"members": {SOUTH: 3}, "stop": 20}, 21), ({"members": {NORTH: 3}, "level": 0, "stop": 20}, 21),
        ({"members": {NORTH: 3}, "stop": 5}, 21),
    ],
)  # fmt: skip
def test_when_a_partner_leaves(partner: Said, expected: int) -> None:
    """Beside change management that ends in month 21; only an active partner of the district counts."""
    said = {"talent": {"change": CHANGE}, "networks": {"partners": [{"name": "fund", **partner}]}}
    assert support_end(Policy.model_validate(said), NORTH, BURN_IN) == expected


def test_partners() -> None:
    first = {"name": "fund", "members": {NORTH: "all"}, "level": 0.6, "start": 5, "stop": 9, "ramp": 2, "fte": 4,
             "match": 0.25, "stock": 7}  # fmt: skip
    made = built(under("networks.partners", [first, {"name": "other", "members": {NORTH: 1}, "ramp": 0}]))
    assert made.partner.who.tolist() == [identity("partner", "fund"), identity("partner", "other")]
    assert [made.partner[name].tolist() for name in ("fte", "match", "target")] == [[4, 0], [0.25, 0], [7, 3]]
    assert made.partner_level[0].tolist() == pytest.approx([0.0] * 17 + [0, 0.3, 0.6, 0.6] + [0.0] * 19)
    assert made.partner_level[1].tolist() == [0.0] * 12 + [1.0] * 28


def test_strength_acts_on_levels_and_waivers() -> None:
    """What is paid stays; what acts is as strong as its family, a share at most 1, and coaches go their own way."""
    said = {
        "goals": {"goals": {"level": 0.5, "ramp": 0}},
        "talent": {
            "coaching": {"per_100_teachers": 2, "ramp": 0},
            "sharing": {"level": 0.8, "ramp": 0},
            "change": {"level": 0.8, "ramp": 0},
        },
        "flexibility": {"pilots": {"waiver": 0.4}, "zone": {"waiver": 0.7}},
    }
    made = built(said, strength={"goals": 0.5, "talent": 2.0, "flexibility": 1.5})
    last = {
        name: (made.lever[name][0, -1], made.acting[name][0, -1]) for name in ("goals", "coaches", "sharing", "change")
    }
    assert last == {"goals": (0.5, 0.25), "coaches": (2.0, 2.0), "sharing": (0.8, 1.6), "change": (0.8, 1.0)}
    assert made.setting[0].pilot_waiver == pytest.approx(0.6)
    assert made.setting[0].zone_waiver == 1.0
    plain = built(said)
    assert (plain.lever == plain.acting).all()
    assert (plain.setting[0].pilot_waiver, plain.setting[0].zone_waiver) == (0.4, 0.7)
