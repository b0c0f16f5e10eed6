"""Experiment files: good ones of every form load; mistakes are told all at once, each at its place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simdiff.register import PARAMETERS
from simdiff.scenario import LoadedExperiment, ScenarioError, load_experiment, load_scenario, shipped_experiments
from simdiff.scenario.experiment_schema import DESIGNS
from simdiff.study.cells import cells_of
from simdiff.study.plan import make_plan

TOP = "format: 1\nname: e\ntitle: E\n"
HEAD = TOP + "scenarios: [tiny.yaml]\n"
LEVEL = "factors:\n  a: {path: policy.goals.problems.level, values: [0, .5, 1]}\n"
"""A factor of three levels; its key stands in line 6."""
MIXED = LEVEL + "  b: {on: {policy.talent.change: .5}}\n"
RANGE = "factors:\n  a: {path: policy.goals.problems.level, low: 0, high: 1}\n"
MONTHS = "factors:\n  a: {path: policy.goals.problems.start, low: 0, high: 12}\n"
FAMILIES = (
    "expected `goals`, `flexibility`, `talent`, `networks`, `sponsorship`, `mandate`, `superintendent`, `slots`, \
`budget`, `adaptive`, `share_failures`"
)

Ask = Callable[..., LoadedExperiment]
Refused = Callable[..., list[str]]
Write = Callable[..., Path]


@pytest.fixture
def ask(write: Write, tiny: str) -> Ask:
    """Load an experiment of the scenario ``tiny.yaml`` that is expected to be right."""

    def load(text: str, head: str = HEAD) -> LoadedExperiment:
        write(tiny, "tiny.yaml")
        return load_experiment(str(write(head + text, "e.yaml")))

    return load


@pytest.fixture
def refused(ask: Ask) -> Refused:
    """The lines said about an experiment that is expected to be wrong. Its text may hold the marks of ``marked``."""

    def lines(text: str, head: str = HEAD) -> list[str]:
        with pytest.raises(ScenarioError) as caught:
            ask(text.replace("@", ""), head)
        return str(caught.value).splitlines()

    return lines


@pytest.fixture
def unplanned(ask: Ask) -> Refused:
    """The lines said of an experiment that loads, when it is laid out in cells."""

    def lines(text: str, head: str = HEAD) -> list[str]:
        loaded = ask(text.replace("@", ""), head)
        with pytest.raises(ScenarioError) as caught:
            make_plan(loaded)
        return str(caught.value).splitlines()

    return lines


def marked(text: str, *said: str, head: str = HEAD) -> list[str]:
    """What should be said, one thing at each ``@`` in ``text``: path and words, or words alone after a colon."""
    places = []
    for number, line in enumerate((head + text).split("\n"), 1):
        parts = line.split("@")[:-1]
        places += [f"e.yaml:{number}:{sum(map(len, parts[: n + 1])) + 1}" for n in range(len(parts))]
    return [f"{place}{'' if words.startswith(':') else ' '}{words}" for place, words in zip(places, said, strict=True)]


# ---- good files ----------------------------------------------------------------------------------------------------


def test_every_form_of_factor_sets_what_it_says(ask: Ask) -> None:
    """Catches a form that sets nothing, or another path, or spills into what it does not name (the start)."""
    loaded = ask("""\
factors:
  values: {path: policy.goals.problems.level, values: [0.25, 1]}
  range: {path: policy.talent.change.level, low: 0.1, high: 0.9}
  months: {path: policy.talent.change.start, low: 3, high: 9}
  switch: {on: {policy.adaptive: true, policy.goals.goals: {level: 0.75, ramp: 0}}}
  named: {levels: {none: {}, some: {policy.mandate: 0.3}}}
  prior: {prior: lapse}
""")
    policy = loaded.cell("tiny", {"values": 0.25, "range": 0.3, "months": 4, "switch": "on", "named": "some"})
    told = policy.scenario.policy
    assert (told.goals.problems.level, told.goals.problems.start) == ({"others": 0.25}, {"others": 12})
    assert (told.talent.change.level, told.talent.change.start) == ({"others": 0.3}, {"others": 4})
    assert told.adaptive is True
    assert (told.goals.goals.level, told.goals.goals.ramp) == ({"others": 0.75}, {"others": 0})
    assert told.mandate.level == {"others": 0.3}
    assert policy.scenario.parameters == {}
    lapse = loaded.cell("tiny", {"prior": 0.02}).scenario.parameters["lapse"]
    assert (lapse.value, lapse.reason) == (0.02, "factor prior of the experiment")
    off = loaded.cell("tiny", {"switch": "off", "named": "none"})
    assert off.scenario == loaded.cell("tiny", {}).scenario


@pytest.mark.parametrize(
    ("factors", "design"),
    [
        (MIXED, "{}"),
        (MIXED, "{kind: factorial}"),
        (MIXED.replace("[0, .5, 1]", "[0, 1]"), "{kind: fractional, resolution: 4}"),
        (MIXED.replace("[0, .5, 1]", "[0, 1]"), "{kind: zip}"),
        (MIXED, "{kind: table, rows: [{a: 0.5, b: on}, {}]}"),
        (MIXED, "{kind: one-at-a-time}"),
        (MIXED, "{kind: latin-hypercube, points: 4}"),
        (MIXED, "{kind: sobol, points: 4, second_order: true}"),
        (MIXED, "{kind: morris, points: 2, grid: 6}"),
    ],
)
def test_every_design_loads_and_gives_cells(ask: Ask, factors: str, design: str) -> None:
    """Catches a design that the schema knows and the layout does not."""
    loaded = ask(f"{factors}design: {design}\n")
    assert loaded.experiment.design.kind in DESIGNS
    assert len(cells_of(loaded)) >= 2


def test_scenarios_by_list_by_name_and_as_variants(ask: Ask, write: Write, tiny: str) -> None:
    """Catches a shipped name taken for a file, a variant's settings lost, and a file read that is not listed."""
    write(tiny.replace("level: .5", "level: .125"), "sub/other.yaml")
    loaded = ask("", TOP + "scenarios:\n  one: tiny.yaml\n  two: {scenario: sub/other.yaml}\n"
                           "  three: {scenario: tiny.yaml, set: {policy.goals.problems.level: .75, years: 3}}\n"
                           "  four: status-quo\n")  # fmt: skip
    assert list(loaded.bases) == ["one", "two", "three", "four"]
    levels = [loaded.cell(name, {}).scenario.policy.goals.problems.level["others"] for name in loaded.bases]
    assert levels == [0.5, 0.125, 0.75, 0.0]
    assert loaded.cell("three", {}).scenario.years == 3
    assert [file.name for file in loaded.files] == ["e.yaml", "tiny.yaml", "other.yaml", "status-quo.yaml"]
    assert list(ask("", TOP + "scenarios: [tiny.yaml, status-quo]\n").bases) == ["tiny", "status-quo"]


def test_shipped_experiments_load() -> None:
    """Catches a shipped experiment that names what no longer exists."""
    assert "four-levers" in shipped_experiments()
    for name in shipped_experiments():
        assert load_experiment(name).experiment.name == name


def test_rows_of_a_table_from_yaml_and_from_csv_mean_the_same_levels(ask: Ask, write: Write) -> None:
    """Catches numbers of a CSV kept as texts, a blank that is not *as the scenario has it*, and ``1.0`` (as pandas
    writes a column of whole numbers with blanks) or ``0.50`` refused for the levels 1 and .5."""
    write("a,b\n0.50,ON\n1.0,off\n,on\n\n0,\n", "rows.csv")
    from_csv = ask(MIXED + "design: {kind: table, file: rows.csv}\n").rows
    rows = "[{a: 0.5, b: On}, {a: 1.0, b: off}, {b: on}, {a: 0}]"
    from_yaml = ask(MIXED + f"design: {{kind: table, rows: {rows}}}\n").rows
    assert from_csv == from_yaml == ({"a": 0.5, "b": "on"}, {"a": 1, "b": "off"}, {"b": "on"}, {"a": 0})
    assert type(from_csv[1]["a"]) is int
    write("a\n3\n4.0\n", "rows.csv")
    months = ask(MONTHS + "design: {kind: table, file: rows.csv}\n").rows
    assert [(row["a"], type(row["a"])) for row in months] == [(3, int), (4, int)]


def test_a_posterior_is_read(ask: Ask, write: Write) -> None:
    """Catches columns that change places and draws out of order."""
    write("scar,lapse\n.2,.01\n.3,.02\n.4,.03\n", "p.csv")
    loaded = ask("draws: 2\nposterior: p.csv\n")
    assert loaded.posterior == (
        {"scar": 0.2, "lapse": 0.01},
        {"scar": 0.3, "lapse": 0.02},
        {"scar": 0.4, "lapse": 0.03},
    )
    assert make_plan(loaded).draws == loaded.posterior[:2]


def test_what_the_command_line_asks_replaces_the_file(ask: Ask) -> None:
    """Catches changes that are lost, or that reach the loaded experiment itself."""
    loaded = ask("replicates: 10\n")
    changed = loaded.with_changes({"replicates": 3, "draws": 2, "seed": 9})
    assert (changed.experiment.replicates, changed.experiment.draws, changed.experiment.seed) == (3, 2, 9)
    assert (loaded.experiment.replicates, loaded.experiment.draws, loaded.experiment.seed) == (10, 0, 1)
    assert len(make_plan(changed).draws) == 2


# ---- settings ------------------------------------------------------------------------------------------------------


PARTNERS = "policy.networks: {partners: [{name: p, members: {north: 2}, fte: 1}, {name: q, members: {south: all}}]}"


def test_items_of_a_list_go_by_their_number(ask: Ask) -> None:
    """Catches an index that starts at 1, or that replaces the list, or the rest of its item."""
    head = TOP + f"scenarios: {{t: {{scenario: tiny.yaml, set: {{{PARTNERS}}}}}}}\n"
    loaded = ask("factors:\n  fte: {path: policy.networks.partners.1.fte, values: [0, 2.5]}\n"
                 "  size: {path: policy.networks.partners.0.members.north, low: 1, high: 3}\n", head)  # fmt: skip
    first, second = loaded.cell("t", {"fte": 2.5, "size": 3}).scenario.policy.networks.partners
    assert (first.name, first.fte, first.members) == ("p", 1.0, {"north": 3})
    assert (second.name, second.fte, second.members) == ("q", 2.5, {"south": "all"})


@pytest.mark.parametrize("step", ["2", "-1", "first"])
def test_an_item_that_the_list_does_not_have_is_refused(refused: Refused, step: str) -> None:
    """Catches an index beyond the list that is passed over in silence, or that wraps to the last item."""
    head = TOP + f"scenarios: {{t: {{scenario: tiny.yaml, set: {{{PARTNERS}}}}}}}\n"
    lines = refused(f"factors:\n  fte: {{path: policy.networks.partners.{step}.fte, values: [0, 2.5]}}\n", head)
    expected = "expected a list of mappings with `name`, `members`"
    assert len(lines) == 1
    assert lines[0].startswith(f"e.yaml:6:15 policy.networks.partners: found a mapping, {expected}")


def test_null_removes_and_mappings_merge(ask: Ask) -> None:
    """Catches a null that sets null, a mapping that replaces (the level of *problems* would be lost), and one that
    does not (the start would stay)."""
    loaded = ask("", TOP + """\
scenarios:
  without: {scenario: tiny.yaml, set: {policy.goals.problems: null}}
  bare: {scenario: tiny.yaml, set: {policy: null}}
  merged: {scenario: tiny.yaml, set: {policy.goals: {problems: {start: 24}, goals: 0.25}}}
  replaced: {scenario: tiny.yaml, set: {policy.goals.problems: 0.25}}
  both: {scenario: tiny.yaml, set: {policy.budget: {annual: 5}, policy.budget.annual: 7}}
""")  # fmt: skip
    goals = {name: loaded.cell(name, {}).scenario.policy.goals for name in loaded.bases}
    assert goals["without"].problems.level == goals["bare"].problems.level == {"others": 0.0}
    assert (goals["merged"].problems.level, goals["merged"].problems.start) == ({"others": 0.5}, {"others": 24})
    assert goals["merged"].goals.level == {"others": 0.25}
    assert (goals["replaced"].problems.level, goals["replaced"].problems.start) == ({"others": 0.25}, {"others": 0})
    budget = loaded.cell("both", {}).scenario.policy.budget
    assert budget is not None
    assert budget.annual == {"others": 7.0}


def test_a_bare_number_for_a_parameter_gets_a_reason(ask: Ask) -> None:
    """Catches a setting refused for want of a reason, and a reason that the file gives being replaced."""
    loaded = ask("factors:\n  slow: {path: parameters.lapse, values: [0.02, 0.03]}\n", TOP + """\
scenarios:
  bare: {scenario: tiny.yaml, set: {parameters.scar: 0.4}}
  told: {scenario: tiny.yaml, set: {parameters.scar: {value: 0.4, reason: measured here}}}
""")  # fmt: skip
    bare, told = (loaded.cell(name, {"slow": 0.03}).scenario.parameters for name in ("bare", "told"))
    assert (bare["scar"].value, bare["scar"].reason) == (0.4, "scenario bare of the experiment")
    assert (told["scar"].value, told["scar"].reason) == (0.4, "measured here")
    assert (bare["lapse"].value, bare["lapse"].reason) == (0.03, "factor slow of the experiment")


@pytest.mark.parametrize(
    ("base", "child", "level", "start"),
    [
        ("0.8", "{start: 24}", {"others": 0.8}, {"others": 24}),
        ("{level: 0.8, start: 12}", "{start: {north: 24}}", {"others": 0.8}, {"others": 12, "north": 24}),
        ("{level: 0.8, start: {south: 3}}", "{start: {north: 24}}", {"others": 0.8}, {"south": 3, "north": 24}),
        ("0.8", "{north: 0.2}", {"others": 0.8, "north": 0.2}, {"others": 0}),
        ("{north: 0.2}", "0.8", {"others": 0.8}, {"others": 0}),
        ("{level: 0.8, start: 12}", "0.3", {"others": 0.3}, {"others": 0}),
    ],
)
def test_a_number_merges_as_the_mapping_it_stands_for(
    write: Write, tiny: str, base: str, child: str, level: dict[str, float], start: dict[str, int]
) -> None:
    """Catches an inherited level that falls to 0 when a file sets only the start, and a month that is lost for the
    other districts. By ``extends`` and by a setting of an experiment alike."""
    spoken = tiny.replace("problems: {level: .5, start: 12}", f"problems: {base}")
    write(spoken, "base.yaml")
    extended = load_scenario(write(f"extends: base.yaml\npolicy: {{goals: {{problems: {child}}}}}\n", "child.yaml"))
    path = write(
        TOP + f"scenarios: {{s: {{scenario: base.yaml, set: {{policy.goals.problems: {child}}}}}}}\n", "e.yaml"
    )
    for loaded in (extended, load_experiment(str(path)).cell("s", {})):
        problems = loaded.scenario.policy.goals.problems
        assert (problems.level, problems.start) == (level, start)


# ---- mistakes ------------------------------------------------------------------------------------------------------


def test_all_mistakes_come_at_once_each_at_its_place(refused: Refused) -> None:
    """Catches a loader that stops at the first kind of mistake. Thirteen mistakes: keys, words, files, settings of a
    scenario, level values, forms, overlaps, numbers; in the order of the file."""
    text = """\
@format: 1
name: @E
@sed: 3
scenarios:
  one: {scenario: tiny.yaml, @sett: 3}
  two: {scenario: tiny.yaml, set: {@policy.gaols.problems: 0.5}}
  three: @tny.yaml
factors:
  good: {path: policy.talent.change.level, values: [0.5, @1.5]}
  path: {path: @policy.talent.sharng, low: 0, high: 1}
  @form: {path: policy.mandate, prior: lapse}
  key: {path: policy.mandate, @vals: [1]}
  @twice: {on: {policy.talent: {change: 0.5}}}
keep: {outcomes: [spread], years: [@one]}
replicates: @-1
"""
    lines = refused(text, "")
    assert lines == marked(
        text,
        ": missing key `title`, expected a text of 1 to 120 characters",
        'name: found "E", expected small letters, digits, - and _ (at most 80, a letter or digit first)',
        "sed: unknown key `sed`, expected `format`, `name`, `title`, `question`, `about`, `scenarios`, `factors`, "
        "`design`, `replicates`, `until`, `draws`, `posterior` and 2 more; did you mean `seed`?",
        "scenarios.one.sett: unknown key `sett`, expected `scenario`, `title`, `set`; did you mean `set`?",
        f"policy.gaols: unknown key `gaols`, {FAMILIES}; did you mean `goals`?",
        f'scenarios.three: no such file "tny.yaml"; did you mean `{Path.cwd() / "tiny.yaml"}`?',
        "policy.talent.change.level: found 1.5, expected a number from 0 to 1",
        "policy.talent.sharng: unknown key `sharng`, expected `coaching`, `change`, `sharing`; did you mean `sharing`?",
        "factors.form: found `path` and `prior`, expected one of `path`, `on`, `levels`, `prior`",
        "factors.key.vals: unknown key `vals`, expected `title`, `path`, `values`, `low`, `high`, `steps`, `on`, "
        "`levels`, `prior`; did you mean `values`?",
        "factors.twice: `policy.talent` is set by factor `good` too, expected factors that set different things",
        'keep.years[0]: found "one", expected a whole number from 0 to 100',
        "replicates: found -1, expected a whole number from 1 to 1000000",
        head="",
    )


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        ("{path: @policy.gaols.problems, values: [0]}", f"policy.gaols: unknown key `gaols`, {FAMILIES}; did you mean "
         "`goals`?"),
        ("{path: @policy.goals.problems.levl, values: [0]}", "policy.goals.problems.levl: unknown key `levl`, expected "
         "`start`, `stop`, `level`, `ramp`; did you mean `level`?"),
        ("{path: policy.goals.problems.level, values: [0, .5, @1.5]}", "policy.goals.problems.level: found 1.5, "
         "expected a number from 0 to 1"),
        ("{path: policy.goals.problems.level, low: @-0.5, high: 1}", "policy.goals.problems.level: found -0.5, "
         "expected a number from 0 to 1"),
        ("{path: policy.goals.problems.level, low: 0, high: @1.5}", "policy.goals.problems.level: found 1.5, expected "
         "a number from 0 to 1"),
        ("{path: policy.goals.problems.start, low: 0, high: @1201}", "policy.goals.problems.start: found 1201, "
         "expected a whole number from 0 to 1200"),
        ("{path: policy.goals.problems.start, low: @0.5, high: 12}", "factors.a.low: found 0.5, expected a whole "
         "number"),
        ("{path: policy.goals.problems.level, low: 1, high: @1}", "factors.a.high: found 1, expected a number above 1"),
        ("{path: policy.goals.problems.level, values: [0, .5, @0]}", "factors.a.values[2]: found 0 again, expected "
         "different values"),
        ("{path: policy.goals.problems.level, values: @[]}", "factors.a.values: found an empty list, expected a list "
         "of 1 to 1000 entries, each true or false, or a whole number, or a number, or a text"),
        ("{path: policy.goals.problems.level, values: [0, @.nan]}", ": found .nan, expected a finite number"),
        ("{path: policy.goals.problems.level, low: 0, high: @1e999}", ": found 1e999, expected a finite number"),
        ("{on: {policy.goals.problems: @-.inf}}", ": found -.inf, expected a finite number"),
        ("{path: policy.goals.problems.level}", "factors.a: a path, expected `values`, or `low` and `high`, with it"),
        ("{path: policy.goals.problems.level, low: 0}", "factors.a: a path, expected `values`, or `low` and `high`, "
         "with it"),
        ("{path: @parameters.laps, low: .1, high: .2}", "parameters.laps: unknown parameter `laps`, expected the name "
         "of a parameter of the register; did you mean `lapse`?"),
        ("{path: parameters.lapse, values: [.1, @fast]}", 'parameters.lapse.value: found "fast", expected a number'),
        ("{path: parameters.lapse, values: [.1, @9.5]}", "parameters.lapse.value: found 9.5, expected a number from 0 "
         "to 5 (1/month)"),
        ("{prior: @laps}", "factors.a.prior: unknown parameter `laps`, expected the name of a parameter of the "
         "register; did you mean `lapse`?"),
        ("{prior: @near_ties}", "factors.a.prior: parameter `near_ties` has no prior, expected one that has"),
        ("{prior: lapse, values: [1]}", "factors.a: found `prior` with values of a path, expected `values`, `low` and "
         "`high` only with `path`"),
        ("{}", "factors.a: nothing that is varied, expected one of `path`, `on`, `levels`, `prior`"),
        ("{on: {policy.mandate: 1}, levels: {x: {}}}", "factors.a: found `on` and `levels`, expected one of `path`, "
         "`on`, `levels`, `prior`"),
        ("{on: {@policy.talnt.change: 1}}", f"policy.talnt: unknown key `talnt`, {FAMILIES}; did you mean `talent`?"),
        ("{on: {policy.talent: {change: @1.5}}}", "policy.talent.change: found 1.5, expected a number from 0 to 1"),
        ("{levels: {low: {}, high: {policy.mandate: @2}}}", "policy.mandate: found 2, expected a number from 0 to 1"),
        ("{levels: {@Low: {}}}", 'factors.a.levels.Low: found the key "Low", expected small letters, digits, - and _ '
         "(at most 80, a letter or digit first)"),
    ],
)  # fmt: skip
def test_one_wrong_factor_is_told_at_its_value(refused: Refused, factor: str, said: str) -> None:
    """Catches a mistake inside a factor that is told at the scenario's line, at the wrong value, or not at all. What
    concerns a whole factor is told at its key."""
    text = f"factors:\n  {'' if '@' in factor else '@'}a: {factor}\n"
    assert refused(text) == marked(text, said)


def test_mistakes_in_several_factors_do_not_hide_one_another(refused: Refused) -> None:
    """Catches a form mistake in one factor that keeps the levels of the others from being looked at."""
    text = """\
factors:
  @a: {prior: lapse, values: [1]}
  b: {path: @policy.talnt, values: [1]}
  c: {path: policy.talent.change, values: [1, @3]}
"""
    assert refused(text) == marked(
        text,
        "factors.a: found `prior` with values of a path, expected `values`, `low` and `high` only with `path`",
        f"policy.talnt: unknown key `talnt`, {FAMILIES}; did you mean `talent`?",
        "policy.talent.change: found 3, expected a number from 0 to 1",
    )


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("{path: policy.goals.problems.level, values: [0, 1]}", "{on: {policy.goals.problems: .8}}",
         "policy.goals.problems"),
        ("{path: policy.goals.problems.level, low: 0, high: 1}", "{levels: {x: {}, y: {policy.goals: {goals: 1}}}}",
         "policy.goals"),
        ("{prior: lapse}", "{path: parameters.lapse, low: .01, high: .5}", "parameters.lapse"),
        ("{path: years, values: [2]}", "{path: years, values: [3]}", "years"),
    ],
)  # fmt: skip
def test_two_factors_that_set_the_same_thing_are_refused(refused: Refused, first: str, second: str, told: str) -> None:
    """Catches an experiment whose result depends on the order of its factors."""
    text = f"factors:\n  a: {first}\n  @b: {second}\n"
    assert refused(text) == marked(
        text, f"factors.b: `{told}` is set by factor `a` too, expected factors that set different things"
    )


def test_factors_beside_one_another_do_not_clash(ask: Ask) -> None:
    """Catches an overlap seen where two paths only begin alike."""
    loaded = ask("""\
factors:
  a: {path: policy.goals.problems.level, values: [0]}
  b: {path: policy.goals.problems.start, values: [0]}
  c: {on: {policy.goals.goals: 1}}
""")
    assert list(loaded.experiment.factors) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MIXED + "design: {kind: @factorail}\n", ['design.kind: found "factorail", expected one of `factorial`, '
         "`fractional`, `zip`, `table`, `one-at-a-time`, `latin-hypercube`, `sobol`, `morris`"]),
        (MIXED.replace("a:", "@a:") + "@design: {kind: fractional}\n",
         ["factors.a: 3 levels, expected 2 for a fractional design",
          "design: missing key `resolution`, expected it for a fractional design"]),
        (LEVEL.replace(".5, ", "") + "@design: {kind: fractional, resolution: 3}\n",
         ["design: a fraction of one factor, expected at least 2 factors"]),
        (MIXED + "design: {kind: fractional, resolution: @9}\n",
         ["design.resolution: found 9, expected a whole number from 3 to 7"]),
        (MIXED + "@design: {kind: zip}\n", ["design: levels: `a` 3, `b` 2, expected as many levels of each factor"]),
        (MONTHS.replace("12", "2") + "  b: {prior: lapse}\n@design: {kind: zip}\n",
         ["design: levels: `a` 3, `b` 5, expected as many levels of each factor"]),
        (MIXED + "@design: {kind: table}\n", ["design: a table design, expected `rows` or `file`, one of them"]),
        (MIXED + "@design: {kind: table, rows: [{a: 0}], file: x.csv}\n",
         ["design: a table design, expected `rows` or `file`, one of them"]),
        (MIXED + "@design: {kind: latin-hypercube}\n",
         ["design: missing key `points`, expected it for a latin-hypercube design"]),
        (MIXED + "design: {kind: sobol, points: @100}\n", ["design.points: found 100, expected a power of 2"]),
        (MIXED + "design: {kind: morris, points: 4, grid: @5}\n", ["design.grid: found 5, expected an even number"]),
        (MIXED + "design: {@resolution: 4, @grid: 4}\n",
         ["design.resolution: found `resolution` for a factorial design, expected it only for `fractional`",
          "design.grid: found `grid` for a factorial design, expected it only for `morris`"]),
        ("@design: {kind: zip}\n", ["design: a zip design without factors, expected `factors`, or no design"]),
        (MIXED + "design: {kind: table, rows: [{a: @.nan}]}\n", [": found .nan, expected a finite number"]),
    ],
)  # fmt: skip
def test_bad_designs(refused: Refused, text: str, said: list[str]) -> None:
    """Catches a design that cannot be laid out, or of which a part would be passed over in silence. Five levels from 0
    to 2 months are three."""
    assert refused(text) == marked(text, *said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("keep: {outcomes: [spread, @spred]}", "keep.outcomes[1]: unknown outcome `spred`, expected an outcome of the "
         "register; did you mean `spread`?"),
        ("keep: {outcomes: @[]}", "keep.outcomes: found an empty list, expected a list of at least 1 entries, each a "
         "text"),
        ("keep: {series: last, @years: [1]}", "keep.years: years of a last series, expected them only for `yearly`"),
        ("until: {outcome: @dpth, contrast: a, halfwidth: .1}", "until.outcome: unknown outcome `dpth`, expected an "
         "outcome of the register; did you mean `depth`?"),
        ("until: {outcome: depth, contrast: a, halfwidth: @0}", "until.halfwidth: found 0, expected a number above 0"),
        ("until: {outcome: depth, contrast: @[a], halfwidth: 1}", "until.contrast: found a list, expected a text, or a "
         "list of 2 entries, each a text"),
        ("until: {outcome: depth, contrast: a, halfwidth: 1, most: @200}", "until.most: found 200, expected more than "
         "the 200 replicates to begin with"),
        ("keep: {outcomes: [depth]}\nuntil: {outcome: @spread, contrast: a, halfwidth: .1}", "until.outcome: `spread` "
         "is not kept, expected one of `keep.outcomes`"),
        ("replicates: 1\n@until: {outcome: depth, contrast: a, halfwidth: 1}", "until: one replicate to begin with, "
         "expected at least 2"),
        ("replicates: @0", "replicates: found 0, expected a whole number from 1 to 1000000"),
        ("replicates: @1.5", "replicates: found 1.5, expected a whole number from 1 to 1000000"),
        ("replicates: @.inf", ": found .inf, expected a finite number"),
        ("draws: @1", "draws: found 1, expected 0 (the default values) or at least 2"),
        ("seed: @one", 'seed: found "one", expected a whole number'),
    ],
)  # fmt: skip
def test_bad_numbers_and_outcomes(refused: Refused, text: str, said: str) -> None:
    """Catches an outcome that nobody computes, and counts that would give no result."""
    assert refused(text + "\n") == marked(text, said)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("[@four-lever]", 'scenarios.four-lever: no such file "four-lever"; did you mean `four-levers`?'),
        ("[tiny.yaml, @tiny.yaml]", "scenarios[1]: found `tiny` again, expected different names (say `name: file`)"),
        ("[sub/tiny.yaml, @tiny.yaml]", "scenarios[1]: found `tiny` again, expected different names (say "
         "`name: file`)"),
        ("@[]", "scenarios: found an empty list, expected a mapping of 1 to 100 entries"),
        ("{@a: }", "scenarios.a: found nothing, expected a mapping with `scenario`, `title`, `set`"),
        ("{a: {scenario: @''}}", 'scenarios.a: found "", expected one file or shipped scenario'),
        ("{a: {scenario: @[x]}}", "scenarios.a.scenario: found a list, expected a text"),
    ],
)  # fmt: skip
def test_unknown_scenarios(refused: Refused, write: Write, tiny: str, told: str, said: str) -> None:
    """Catches a scenario that is not there; and two files of one name, of which one would be left out in silence."""
    write(tiny, "sub/tiny.yaml")
    head = TOP + f"scenarios: {told}\n"
    assert refused("", head.replace("@", "")) == marked("", said, head=head)


def test_a_file_whose_name_is_no_id(refused: Refused) -> None:
    """Catches a complaint about a key that the file does not hold: what is told is the name that was made of it."""
    assert refused("", TOP + "scenarios: [Tiny.yaml]\n") == [
        'e.yaml:4:1 scenarios: found the key "Tiny", expected small letters, digits, - and _ (at most 80, a letter or '
        "digit first)"
    ]


def test_a_scenario_file_with_a_mistake_is_told_at_its_own_line(refused: Refused, write: Write, tiny: str) -> None:
    """Catches a mistake of the scenario that is told at the experiment's line, or once for every level."""
    write(tiny.replace("level: .5", "level: 5"), "bad.yaml")
    assert refused(MIXED.replace("problems.level", "goals.level"), TOP + "scenarios: [bad.yaml]\n") == [
        "bad.yaml:12:23 policy.goals.problems.level: found 5, expected a number from 0 to 1"
    ]


@pytest.mark.parametrize("told", ["../out.csv", "/out.csv", "./link.csv", "sub/../../out.csv"])
def test_no_path_leaves_the_project(project: Path, refused: Refused, told: str) -> None:
    """Catches a file read from outside: by ``..``, by an absolute path, or through a link; as a scenario, as a table
    of rows and as draws of parameters."""
    outside = project.parent / "out.csv"
    outside.write_text("a\n0\n")
    (project / "link.csv").symlink_to(outside)
    told = str(outside) if told.startswith("/") else told
    scenarios = TOP + f"scenarios: {{tiny: tiny.yaml, x: @{told}}}\n"
    text = LEVEL + f"design: {{kind: table, file: @{told}}}\ndraws: 2\nposterior: @{told}\n"
    said = f'"{told}" leaves the project, expected a file in {project}'
    assert refused(text, scenarios.replace("@", "")) == marked(
        text, f"scenarios.x: {said}", f"design.file: {said}", f"posterior: {said}", head=scenarios
    )


def test_bad_rows_of_a_table_in_the_file(refused: Refused) -> None:
    """Catches a level that no factor has, taken as *as the scenario has it*; every row is looked at."""
    text = MIXED + "design: {kind: table, rows: [{a: @0.7, b: @onn}, {aa: @1}, {b: @true}]}\n"
    assert refused(text) == marked(
        text,
        "design.rows[0].a: found 0.7, expected one of `0`, `0.5`, `1`; did you mean `0.5`?",
        'design.rows[0].b: found "onn", expected one of `off`, `on`; did you mean `on`?',
        "design.rows[1].aa: unknown factor `aa`, expected one of `a`, `b`; did you mean `a`?",
        "design.rows[2].b: found true, expected one of `off`, `on`",
    )
    text = MONTHS + "design: {kind: table, rows: [{a: @13}, {a: @2.5}, {a: 2}]}\n"
    assert refused(text) == marked(
        text,
        "design.rows[0].a: found 13, expected a whole number from 0 to 12",
        "design.rows[1].a: found 2.5, expected a whole number from 0 to 12",
    )


@pytest.mark.parametrize(
    ("factors", "content", "said"),
    [
        (MIXED, "a,c,b\n0,1,off\n.7,1,onn\n",
         ["1:1 c: unknown factor `c`, expected one of `a`, `b`",
          '3:1 a: found ".7", expected one of `0`, `0.5`, `1`',
          '3:1 b: found "onn", expected one of `off`, `on`; did you mean `on`?']),
        (RANGE, "a\n1.5\nnan\ninf\n.5\nx\n",
         [f'{line}:1 a: found "{told}", expected a number from 0 to 1'
          for line, told in ((2, "1.5"), (3, "nan"), (4, "inf"), (6, "x"))]),
        (MONTHS, "a\n2.5\n", ['2:1 a: found "2.5", expected a whole number from 0 to 12']),
        (MIXED, "a,b\n0,off,1\n", ["2:1: found 3 cells, expected 2 as in the header"]),
        (MIXED, "a,a\n0,.5\n", ["1:1: found the column `a` again, expected each factor once"]),
        (MIXED, "a,b\n", ["1:1: no rows, expected a row for each combination"]),
        (MIXED, "", ["1:1: the table is empty"]),
        (MIXED, b"a\n\xff\n", ["2:1: not UTF-8 text"]),
    ],
)  # fmt: skip
def test_bad_tables(refused: Refused, write: Write, factors: str, content: Any, said: list[str]) -> None:
    """Catches a CSV of which a column, a row or all of it would be passed over in silence."""
    write(content, "rows.csv")
    assert refused(factors + "design: {kind: table, file: rows.csv}\n") == [f"rows.csv:{line}" for line in said]


def test_an_unreadable_table_hides_no_other_mistake(refused: Refused, write: Write) -> None:
    """Catches a table whose faults end the reading of the experiment."""
    write("a,b\n0,off,1\n", "rows.csv")
    text = MIXED + "design: {kind: table, file: rows.csv}\nkeep: {outcomes: [@spred]}\n"
    said = "keep.outcomes[0]: unknown outcome `spred`, expected an outcome of the register; did you mean `spread`?"
    assert refused(text) == [*marked(text, said), "rows.csv:2:1: found 3 cells, expected 2 as in the header"]


def test_a_table_that_is_not_there(refused: Refused, write: Write) -> None:
    """Catches a traceback in place of a suggestion."""
    near = write("a\n0\n", "rows.csv")
    text = LEVEL + "design: {kind: table, file: @row.csv}\n"
    assert refused(text) == marked(text, f'design.file: no such file "row.csv"; did you mean `{near}`?')


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("lapse,lapse,laps\n0.1,1,2\nnan,inf,3\n,9,x\n",
         ["p.csv:1:1: a column twice, expected each parameter once",
          "p.csv:1:1 laps: unknown parameter `laps`, expected a parameter of the register; did you mean `lapse`?",
          'p.csv:3:1 lapse: found "inf", expected a number from 0 to 5',
          'p.csv:3:1 lapse: found "nan", expected a number from 0 to 5',
          'p.csv:4:1 lapse: found "", expected a number from 0 to 5',
          'p.csv:4:1 lapse: found "9", expected a number from 0 to 5']),
        ("lapse\n", ["p.csv:1:1: no draws, expected a row for each draw"]),
        ("lapse\n.1\n.2\n", ["e.yaml:6:12 posterior: found 3 draws of a file with 2, expected `draws` from 2 to 2"]),
        ("lapse\n.1,2\n", ["p.csv:2:1: found 2 cells, expected 1 as in the header"]),
        ("", ["p.csv:1:1: the table is empty"]),
    ],
)  # fmt: skip
def test_bad_posteriors(refused: Refused, write: Write, content: str, said: list[str]) -> None:
    """Catches parameters that nobody reads, values outside their range, and fewer draws than asked for."""
    write(content, "p.csv")
    assert refused("draws: 3\nposterior: p.csv\n") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("until: {outcome: spread, contrast: @tinny, halfwidth: .1}",
         ["until.contrast: unknown cell `tinny`, expected one of `tiny`; did you mean `tiny`?"]),
        ("until: {outcome: spread, contrast: [tiny, @b], halfwidth: .1, district: @nrth, practice: @x, year: @11}",
         ["until.contrast[1]: unknown cell `b`, expected one of `tiny`",
          "until.district: unknown district `nrth`, expected one of `all`, `north`, `south`; did you mean `north`?",
          "until.practice: unknown practice `x`, expected one of `learner-profiles`",
          "until.year: found 11, expected at most 10"]),
        ("keep: {years: [0, 10, @11]}", ["keep.years[2]: found 11, expected at most 10"]),
        ("keep: {years: [5]}\nuntil: {outcome: spread, contrast: tiny, halfwidth: .1, year: @4}",
         ["until.year: found 4, expected one of `keep.years`"]),
        ("keep: {series: last}\nuntil: {outcome: spread, contrast: tiny, halfwidth: .1, @year: 4}",
         ["until.year: a year of a `last` series, expected none"]),
    ],
)  # fmt: skip
def test_what_no_cell_has(unplanned: Refused, text: str, said: list[str]) -> None:
    """Catches a contrast with nothing, which would count as sharp; a year that nobody keeps."""
    assert unplanned(text + "\n") == marked(text, *said)


def test_two_cells_never_share_a_name(unplanned: Refused, ask: Ask) -> None:
    """Catches a cell left out because its name is taken: a factor called *base*, and levels that only look alike."""
    text = "@factors:\n  base: {on: {policy.mandate: 1}}\n"
    assert unplanned(text) == marked(text, "factors: two different cells named `base`, expected other names")
    cells = cells_of(ask("factors:\n  a: {path: policy.mandate, values: [0.1, 0.10000001, 1.0]}\n"))
    assert [cell.name for cell in cells] == ["a=0.1", "a=0.10000001", "a=1"]


def test_too_many_cells_are_refused_before_they_are_made(unplanned: Refused) -> None:
    """Ten levels of each of twelve factors: 10^12 cells. Catches a machine that runs out of memory first."""
    names = [name for name, parameter in PARAMETERS.items() if parameter.prior == "lognormal"][:12]
    factors = "".join(f"  f{n}: {{prior: {name}, steps: 10}}\n" for n, name in enumerate(names))
    text = f"factors:\n{factors}@design: {{kind: factorial}}\n"
    assert unplanned(text) == marked(text, "design: 1,000,000,000,000 cells, expected at most 100,000")
