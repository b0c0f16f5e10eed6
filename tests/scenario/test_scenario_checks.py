"""What must agree between fields, and reading a scenario by district."""

import pytest

from simdiff.scenario import resolve_practice, value_for
from simdiff.scenario.schema import Practice


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("    goals: {nort: .3}\n",
         ("13:13 policy.goals.goals.nort: unknown key `nort`, expected `start`, `stop`, `level`, `ramp`, `north`, "
         "`south`, `others`; did you mean `north`?")),
        ("    goals: {level: {nort: .3}}\n",
         ("13:21 policy.goals.goals.level.nort: unknown district `nort`, expected one of `north`, `south`, "
         "`others`; did you mean `north`?")),
        ("  budget: {annual: {other: 3}}\n",
         ("13:21 policy.budget.annual.other: unknown district `other`, expected one of `north`, `south`, `others`; "
         "did you mean `others`?")),
        ("  networks: {partners: [{name: x, members: {others: all}}]}\n",
         ("13:45 policy.networks.partners[0].members.others: unknown district `others`, expected one of `north`, "
         "`south`")),
        ("    goals: {level: 1, start: 12, stop: 12}\n",
         "13:40 policy.goals.goals.stop: found 12, expected a month after the start (12)"),
        ("    goals: {level: 1, start: {south: 30}, stop: {north: 1, others: 30}}\n",
         "13:68 policy.goals.goals.stop.others: found 30, expected a month after the start (30)"),
        ("  networks: {partners: [{name: x, members: {north: all}, start: 5, stop: 4}]}\n",
         "13:74 policy.networks.partners[0].stop: found 4, expected a month after the start (5)"),
        ("  networks: {partners: [{name: x, members: {north: all}}, {name: x, members: {south: 1}}]}\n",
         "13:66 policy.networks.partners[1].name: a second partner `x`, expected different names"),
        ("  networks: {competition: {entries: {north: 2}, prizes: 3}}\n",
         ("13:57 policy.networks.competition.prizes: 3 prizes for 2 entries in north, expected at most as many "
         "prizes as entries")),
        ("  networks: {identify: {level: 1, share: .7, not_yet: .4}}\n",
         "13:55 policy.networks.identify.not_yet: share and not_yet add up to 1.1, expected at most 1"),
        ("parameters: {laps: {value: 1, reason: why}}\n",
         ("13:14 parameters.laps: unknown parameter `laps`, expected the name of a parameter of the register; did "
         "you mean `lapse`?")),
        ("parameters: {lapse: {value: 5.5, reason: why}}\n",
         "13:29 parameters.lapse.value: found 5.5, expected a number from 0 to 5 (1/month)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together(wrong, tiny, more, said):
    assert wrong(tiny + more) == [f"a.yaml:{said}"]


@pytest.mark.parametrize(
    "more",
    [
        "    goals: {north: .3}\n",
        "    goals: {level: 1, start: {south: 30}, stop: {north: 1}}\n",
        "  networks: {competition: {prizes: 3}}\n",
        "  networks: {identify: {share: .7, not_yet: .3}}\n",
        "  share_failures: true\n",
        "parameters: {lapse: {value: 5, reason: why}}\n",
        "parameters: {lapse: {value: 0, reason: why}}\n",
    ],
)
def test_what_does_fit_together(load, tiny, more):
    assert load(tiny + more)


CATALOGUE_SAID = (
    "expected one of `learner-profiles`, `personal-learning-paths`, `flexible-learning-environments`, "
    "`internal-framework`, `developer-tied`"
)


@pytest.mark.parametrize(
    ("practices", "said"),
    [
        ("{x: {like: developer-tide}}",
         f"8:23 practices.x.like: unknown practice `developer-tide`, {CATALOGUE_SAID}; did you mean `developer-tied`?"),
        ("{x: {school_flexibility: 0, classroom_flexibility: 1, load: 1, quality: 1}}",
         ("8:13 practices.x: unknown practice `x`, expected a name of the catalogue, `like`, or values for "
         "`exit_hazard`")),
    ],
)  # fmt: skip
def test_practices_must_be_known(wrong, tiny, practices, said):
    assert wrong(tiny.replace("practices:\n  learner-profiles: {}", f"practices: {practices}")) == [f"a.yaml:{said}"]


def test_a_practice_takes_from_the_catalogue_what_it_leaves_out():
    own = resolve_practice("learner-profiles", Practice(load=2.0))
    assert (own.title, own.load, own.school_flexibility, own.exit_hazard) == ("Learner profiles", 2.0, 0.3, 0.05)
    like = resolve_practice("our-way", Practice(like="developer-tied", exit_hazard=0.0))
    assert (like.title, like.classroom_flexibility, like.exit_hazard) == ("Our way", 0.8, 0.0)
    with pytest.raises(ValueError, match="practice x: nothing says quality, exit_hazard"):
        resolve_practice("x", Practice(school_flexibility=0.0, classroom_flexibility=0.0, load=1.0))


def test_districts_need_schools_and_fair_names(wrong, tiny):
    lines = wrong(tiny.replace("    south:", "    east: {title: East}\n    level: {title: L}\n    others:"))
    assert lines == [
        ("a.yaml:7:5 where.districts.east: no schools, expected a `profile`, or `where.table.path` (or --schools) for "
         "its rows"),
        ("a.yaml:8:5 where.districts.level: found the district id `level`, expected none of `level`, `others`, `ramp`, "
         "`start`, `stop`"),
        ("a.yaml:8:5 where.districts.level: no schools, expected a `profile`, or `where.table.path` (or --schools) for "
         "its rows"),
        ("a.yaml:9:5 where.districts.others: found the district id `others`, expected none of `level`, `others`, "
         "`ramp`, `start`, `stop`"),
    ]  # fmt: skip


def test_profiles_must_make_sense(wrong, tiny):
    lines = wrong(
        tiny.replace("9, 15, 20, 25, 40", "9, 15, 20, 25, 24", 1).replace("high: {schools: 2,", "hihg: {schools: 2,")
    )
    assert lines[0].startswith(
        "a.yaml:6:72 where.districts.north.profile.elementary.teachers: found [9.0, 15.0, 20.0, 25.0, 24.0]"
    )
    assert lines[1].startswith("a.yaml:7:37 where.districts.south.profile.hihg: unknown key `hihg`")
    assert len(lines) == 2
    (line,) = wrong(
        tiny.replace("high: {schools: 2, teachers: [9, 15, 20, 25, 40], low_income: [0, .2, .5, .7, 1]}, ", "")
    )
    assert line == (
        "a.yaml:7:27 where.districts.south.profile: a profile without schools, expected one of `elementary`, `middle`, "
        "`high`, `other`"
    )
    (line,) = wrong(tiny.replace("[9, 15, 20, 25, 40]", "[9, 15]", 1))
    assert line == (
        "a.yaml:6:72 where.districts.north.profile.elementary.teachers: found a list, expected a list of 5 numbers "
        "from 0 to 100000"
    )


def test_a_district_id_that_is_no_slug_is_told_at_the_key(wrong, tiny):
    (line,) = wrong(tiny.replace("south:", "South Side:"))
    assert line == (
        'a.yaml:7:5 where.districts.South Side: found the key "South Side", expected small letters, digits, - '
        "and _ (at "
        "most 80, a letter or digit first)"
    )


def test_value_for_falls_back_to_others_then_to_the_default():
    assert value_for({"north": 1, "others": 2}, "north", 0) == 1
    assert value_for({"north": 1, "others": 2}, "south", 0) == 2
    assert value_for({"north": 1}, "south", 0) == 0
    assert value_for(None, "south", None) is None
