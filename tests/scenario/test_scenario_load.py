"""Loading: shorthand, extends, folders, and problems told all at once at their place."""

from pathlib import Path

import pytest

import simdiff
from simdiff.scenario import (
    Problem,
    ScenarioError,
    find_scenario,
    load_scenario,
    nearest,
    shipped_folder,
    shipped_scenarios,
    to_yaml,
)  # fmt: skip


def test_a_valid_scenario_loads(load, project, tiny):
    loaded = load(tiny)
    assert loaded.scenario.name == "tiny"
    assert loaded.scenario.policy.goals.problems.level == {"others": 0.5}
    assert loaded.scenario.policy.goals.problems.start == {"others": 12}
    assert loaded.files == (project / "a.yaml",)
    assert loaded.schools == {}
    assert loaded.notes == ()


def test_the_resolved_text_reads_back_as_the_same_scenario(load, tiny):
    text = (
        tiny
        + '    goals: {north: .3}\nabout: "no: \\u2028 # \\t\\"x\\" \\U0001F600 é"\n'
        + 'facts: [{what: a, value: 012, source: "1:30"}]\n'
    )
    first = load(text)
    again = load(to_yaml(first.text))
    assert again.scenario == first.scenario
    assert to_yaml(again.text) == to_yaml(first.text)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"a": "no", "b": "1e3", "c": ".5e1"}, 'a: "no"\nb: "1e3"\nc: ".5e1"\n'),
        ({"a": [], "b": {}, "c": None, "d": True}, "a: []\nb: {}\nc: null\nd: true\n"),
        ({"a": [{"b": 1, "c": [2.5]}]}, "a:\n  - b: 1\n    c:\n      - 2.5\n"),
        ({"a": "two\nlines", "b: c": 1e-7}, 'a: "two\\nlines"\n"b: c": 1e-07\n'),
    ],
)
def test_yaml_is_written_one_way(data, text):
    assert to_yaml(data) == text


def test_five_mistakes_give_five_lines_in_order(wrong, tiny):
    text = tiny.replace("title: Tiny", "title: 3").replace("learner-profiles", "learner-profile") + (
        "    goals: {level: 1.2, strat: 3}\nyears: ten\n"
    )
    assert wrong(text) == [
        'a.yaml:3:8 title: found 3, expected a text of 1 to 120 characters (in quotes: "3")',
        (
            "a.yaml:9:3 practices.learner-profile: unknown practice `learner-profile`, expected a name of the "
            "catalogue, `like`, or values for `school_flexibility`, `classroom_flexibility`, `load`, `quality`, "
            "`exit_hazard`; did you mean `learner-profiles`?"
        ),
        "a.yaml:13:20 policy.goals.goals.level: found 1.2, expected a number from 0 to 1",
        (
            "a.yaml:13:25 policy.goals.goals.strat: unknown key `strat`, expected `start`, `stop`, `level`, `ramp`; "
            "did you mean `start`?"
        ),
        'a.yaml:14:8 years: found "ten", expected a whole number from 1 to 100',
    ]


def test_form_and_schema_are_told_together(wrong, tiny):
    lines = wrong(tiny + "years: *x\nyears: 3\nstructure: {dip: 1}\nparameters: !t {lapse: {value: 9}}\n")
    assert [line.split(" ")[0] for line in lines] == ["a.yaml:13:8:", "a.yaml:14:1:", "a.yaml:15:18", "a.yaml:16:13:"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("    goals: high\n", '13:12 policy.goals.goals: found "high", expected a number from 0 to 1'),
        ("    goals: {north: 2}\n", "13:20 policy.goals.goals.north: found 2, expected a number from 0 to 1"),
        ("    goals:\n", "13:5 policy.goals.goals: found nothing, expected a number from 0 to 1"),
        ("    goals: {ramp: 1.5}\n", ("13:19 policy.goals.goals.ramp: found 1.5, expected a whole number from 0 "
        "to 1200")),
        ("    goals: {levl: 2, start: 3}\n",
         ("13:13 policy.goals.goals.levl: unknown key `levl`, expected `start`, `stop`, `level`, `ramp`; did you mean "
         "`level`?")),
        ("    goals: {levl: 2}\n",
         ("13:13 policy.goals.goals.levl: unknown key `levl`, expected `start`, `stop`, `level`, `ramp`, `north`, "
         "`south`, `others`; did you mean `level`?")),
        ("  superintendent: {exits: soon}\n",
         ('13:27 policy.superintendent.exits: found "soon", expected one of `hazard`, `never`, or a list of '
         'whole numbers '
         "from 0 to 1200")),
        ("  superintendent: {exits: {north: [3, -1]}}\n",
         "13:39 policy.superintendent.exits.north[1]: found -1, expected a whole number from 0 to 1200"),
        ("  adaptive: yes\n", '13:13 policy.adaptive: found "yes", expected true or false'),
        ("  talent: 3\n", "13:11 policy.talent: found 3, expected a mapping with `coaching`, `change`, `sharing`"),
        ("  networks: {partners: {name: x}}\n",
         ("13:24 policy.networks.partners: found a mapping, expected a list of mappings with `name`, `members`, "
         "`select`, `level`, `start`, `stop`, `ramp`, `fte`, `match`, `stock`")),
        ("  networks: {partners: [{name: x, members: {north: some}}]}\n",
         ('13:52 policy.networks.partners[0].members.north: found "some", expected a whole number from 1 to 100000, or '
         "`all`")),
        ("  networks: {partners: [{name: x}]}\n",
         "13:25 policy.networks.partners[0]: missing key `members`, expected a mapping"),
        ("  budget: {}\n", "13:3 policy.budget: missing key `annual`, expected a mapping"),
        ("structure: {contagion: virus}\n",
         '13:24 structure.contagion: found "virus", expected one of `hazard`, `logit`, `threshold`'),
        ("years: .nan\n", "13:8: found .nan, expected a finite number"),
        ("facts: [{what: a, source: b, value: [1]}]\n",
         "13:37 facts[0].value: found a list, expected a number, or a whole number, or a text"),
    ],
)  # fmt: skip
def test_the_schema_speaks_plainly(wrong, tiny, more, said):
    assert wrong(tiny + more) == [f"a.yaml:{said}"]


@pytest.mark.parametrize("value", ["true", "1.0", "2", "'1'"])
def test_only_format_one_is_read(wrong, tiny, value):
    (line,) = wrong(tiny.replace("format: 1", f"format: {value}"))
    assert line.startswith("a.yaml:1:9 format: found ")
    assert line.endswith("expected `1`")


def test_missing_and_misspelt_keys_of_the_top(wrong, tiny):
    assert wrong(tiny.replace("name: tiny", "nmae: tiny")) == [
        "a.yaml:1:1: missing key `name`, expected small letters, digits, - and _ (at most 80, a letter or digit first)",
        (
            "a.yaml:2:1 nmae: unknown key `nmae`, expected `format`, `name`, `title`, `about`, `where`, `practices`, "
            "`policy`, `structure`, `years`, `parameters`, `facts`; did you mean `name`?"
        ),
    ]


def test_extends_merges_and_null_removes(write, tiny):
    write(tiny + "  budget: {annual: 5}\n  mandate: {north: .5}\nyears: 4\n", "base.yaml")
    write("extends: base.yaml\npolicy: {budget: null, goals: {problems: .8, goals: {level: .1}}}\n", "middle.yaml")
    loaded = load_scenario(
        write("extends: middle.yaml\nname: top\npolicy: {goals: {goals: {start: 6}}, mandate: {south: 1}}\n")
    )
    policy = loaded.scenario.policy
    assert (loaded.scenario.name, loaded.scenario.years) == ("top", 4)
    assert policy.budget is None
    assert (policy.goals.problems.level, policy.goals.problems.start) == ({"others": 0.8}, {"others": 0})
    assert (policy.goals.goals.level, policy.goals.goals.start) == ({"others": 0.1}, {"others": 6})
    assert policy.mandate.level == {"north": 0.5, "south": 1.0}
    assert [file.name for file in loaded.files] == ["a.yaml", "middle.yaml", "base.yaml"]
    assert "extends" not in loaded.text


def test_an_inherited_bad_value_is_told_at_its_own_line(write, wrong, tiny):
    write(tiny.replace("level: .5", "level: 5"), "sub/base.yaml")
    assert wrong("extends: sub/base.yaml\nyears: 0\n") == [
        "a.yaml:2:8 years: found 0, expected a whole number from 1 to 100",
        "sub/base.yaml:12:23 policy.goals.problems.level: found 5, expected a number from 0 to 1",
    ]


def test_loops_are_printed(write, wrong):
    write("extends: c.yaml\n", "b.yaml")
    write("extends: a.yaml\n", "c.yaml")
    assert wrong("extends: b.yaml\n") == ["c.yaml:1:10 extends: a loop: a.yaml -> b.yaml -> c.yaml -> a.yaml"]
    assert wrong("extends: a.yaml\n") == ["a.yaml:1:10 extends: a loop: a.yaml -> a.yaml"]


def test_a_missing_base_is_told_without_complaints_that_follow(write, wrong):
    write("", "base.yaml")
    assert wrong("extends: bse.yaml\nyears: 0\n") == [
        f'a.yaml:1:10 extends: no such file "bse.yaml"; did you mean `{(write("", "base.yaml"))}`?',
        "a.yaml:2:8 years: found 0, expected a whole number from 1 to 100",
    ]
    assert wrong("extends: [x.yaml]\n") == ["a.yaml:1:10 extends: found a list, expected one file or shipped scenario"]


def test_a_chain_has_a_cap(write, wrong, tiny):
    write(tiny, "b0.yaml")
    for index in range(11):
        write(f"extends: b{index}.yaml\n", f"b{index + 1}.yaml")
    assert wrong("extends: b10.yaml\n") == [
        "b1.yaml:1:10 extends: too many files, one through the other, expected at most 10"
    ]
    write("extends: b9.yaml\n")
    assert len(load_scenario(write("extends: b9.yaml\n")).files) == 11


def test_nothing_outside_the_project_is_read(project, write, wrong, tiny):
    outside = project.parent / "outside.yaml"
    outside.write_text(tiny)
    (project / "link.yaml").symlink_to(outside)
    for told in ("../outside.yaml", str(outside), "link.yaml", "sub/../../outside.yaml"):
        assert wrong(f"extends: {told}\n") == [
            f'a.yaml:1:10 extends: "{told}" leaves the project, expected a file in {project}'
        ]
        (line,) = wrong(
            tiny.replace(
                "where:\n", f"where:\n  table: {{path: {told}, columns: {{id: a, teachers: b, low_income: c}}}}\n"
            )
        )
        assert line.startswith(f'a.yaml:5:17 where.table.path: "{told}" leaves the project')
    write("extends: ../base.yaml\n", "sub/a.yaml")
    write(tiny, "base.yaml")
    assert load_scenario(project / "sub" / "a.yaml").scenario.name == "tiny"


def test_without_a_project_the_folder_of_the_file_is_one(tmp_path, tiny):
    (tmp_path / "base.yaml").write_text(tiny)
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "a.yaml").write_text("extends: ../base.yaml\n")
    with pytest.raises(ScenarioError, match="leaves the project"):
        load_scenario(folder / "a.yaml")


@pytest.fixture
def shipped(tmp_path, monkeypatch, tiny):
    """A wheel with one shipped scenario."""
    folder = tmp_path / "site" / "simdiff" / "shipped" / "scenarios"
    folder.mkdir(parents=True)
    (folder / "four-levers.yaml").write_text(tiny)
    (folder / "_base.yaml").write_text(tiny)
    monkeypatch.setattr(simdiff, "__file__", str(tmp_path / "site" / "simdiff" / "__init__.py"))
    return folder


def test_shipped_scenarios_go_by_name(shipped, project, write, wrong):
    assert shipped_folder() == shipped
    assert shipped_scenarios() == {"four-levers": shipped / "four-levers.yaml"}
    assert find_scenario("four-levers") == shipped / "four-levers.yaml"
    assert load_scenario(write("extends: four-levers\nname: mine\n")).scenario.name == "mine"
    assert wrong("extends: four-lever\n") == [
        'a.yaml:1:10 extends: no such file "four-lever"; did you mean `four-levers`?'
    ]
    with pytest.raises(ScenarioError) as caught:
        find_scenario("four_levers")
    assert str(caught.value) == "four_levers: no such file; did you mean `four-levers`?"


def test_shipped_scenarios_of_the_repository(tmp_path, monkeypatch):
    monkeypatch.setattr(simdiff, "__file__", str(tmp_path / "simdiff" / "__init__.py"))
    assert shipped_folder() == tmp_path / "scenarios"
    assert shipped_scenarios() == {}


def test_files_that_are_none(project, write, tiny):
    write(tiny, "mine.yaml")
    for told, said in (
        ("mien.yaml", "no such file; did you mean `mine.yaml`?"),
        (".", "a folder, expected a file"),
        ("x" * 999, "no such file"),
    ):
        with pytest.raises(ScenarioError) as caught:
            find_scenario(told)
        assert str(caught.value) == f"{told}: {said}"
    with pytest.raises(ScenarioError, match=r"(?m)^nothing\.csv: no such file$"):
        load_scenario(project / "mine.yaml", Path("nothing.csv"))


def test_problems_sort_print_and_merge():
    late, early = Problem("a", 10, 1, "x", "found 1"), Problem("a", 9, 2, "", "found 2", "expected 3", "y")
    error = ScenarioError([late, early, late])
    assert error.problems == (early, late)
    assert str(error) == "a:9:2: found 2, expected 3; did you mean `y`?\na:10:1 x: found 1"
    assert str(Problem("a", 0, 0, "", "two\nlines\x1b")) == "a: two?lines?"


def test_nearest():
    assert nearest("Strat", ["start", "stop"]) == "start"
    assert nearest("zzz", ["start", "stop"]) == ""
    doses = ["coaches=0.8", "coaches=0", "coaches=0.05"]
    assert [nearest(word, doses) for word in ("coaches=0.", "coaches=0.0", "coach=0.80", "coaches=.8")] == [
        "coaches=0", "coaches=0", "coaches=0.8", "coaches=0.8"]  # fmt: skip
    assert nearest("s" * 10_000, ["start"]) == ""
