"""``effects``, ``discover`` and ``optimize`` as their users meet them, on small sweeps that are really run."""

import csv
import json
import os
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from simdiff.analysis.discovery import discover
from simdiff.cli import app
from simdiff.report.picture import read_story
from simdiff.scenario import load_experiment
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sweep import run_sweep

HOSTILE = "=cmd|' $x$ \\frac <script>alert(1)</script> ../.. 🙂"
EFFECTS = f"""\
format: 1
name: effects
title: "{HOSTILE.replace(chr(92), chr(92) * 2)}"
scenarios: {{quo: {{scenario: status-quo, set: {{years: 3, parameters.explore_base: 0.1}}}}}}
factors:
  goals: {{on: {{policy.goals: {{problems: 0.8, goals: 0.8}}}}}}
  coaches: {{path: policy.talent.coaching.per_100_teachers, values: [0, 0.5, 1]}}
  dilution: {{on: {{structure.dilution: true}}}}
replicates: 6
keep: {{series: last, outcomes: [spread, depth, cost, sustained_24]}}
"""
UNKNOWN = """\
format: 1
name: unknown
title: Unknown
scenarios:
  quo: {scenario: status-quo, set: {years: 2}}
  all: {scenario: four-levers, set: {years: 2}}
factors:
  decide-intercept: {prior: decide_intercept}
  explore-base: {prior: explore_base}
  contagion: {path: structure.contagion, values: [logit, threshold]}
design: {kind: latin-hypercube, points: 40}
replicates: 2
keep: {series: last, outcomes: [spread]}
"""
MIX = """\
format: 1
name: mix
title: Mix
scenarios: {quo: {scenario: status-quo, set: {years: 2, parameters.explore_base: 0.1}}}
factors:
  coaches: {path: policy.talent.coaching.per_100_teachers, low: 0, high: 2}
  pilots: {path: policy.flexibility.pilots.sites, low: 0, high: 6}
  goals: {on: {policy.goals: {problems: 0.8, goals: 0.8}}}
draws: 2
replicates: 2
"""


def run_text(folder: Path, text: str) -> Path:
    """Run an experiment into a folder, and return the folder."""
    file = folder / "experiment.yaml"
    file.write_text(text, encoding="utf-8")
    run_sweep(folder / "out", make_plan(load_experiment(str(file))), "", LocalEngine(2), Event())
    return folder / "out"


def asked(*words: object) -> Result:
    """Run the command line in this process; nobody is ever shown a traceback."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_text(tmp_path_factory.mktemp("effects"), EFFECTS)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    """A folder to work in."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    said: dict[str, Any] = json.loads(result.stdout)
    return said


def test_effects_says_what_each_factor_does(swept: Path, tmp_path: Path) -> None:
    """Structures are told apart, doses have a curve, every file and the caveat are there. Catches a block that is an
    average over structures, a missing picture, an outcome of another name."""
    out = tmp_path / "told"
    result = asked("effects", swept, "--outcome", "spread", "--reach", 0.5, "--out", out)
    assert result.exit_code == 0, result.stderr
    for word in ("(quo, dilution=off)", "(quo, dilution=on)", "Spread at the end (year 3)", "does not forecast",
                 "Dose–response of coaches", "goals raises it", "says nothing of other", "Across blocks"):  # fmt: skip
        assert word in result.stdout, word
    assert HOSTILE.split("🙂")[0] in result.stdout
    names = {path.name for path in out.iterdir()}
    assert names == {"effects.json", "effects.csv", "charts"}
    drawn = {path.name for path in (out / "charts").iterdir()}
    assert drawn == {f"{kind}-{n}.{end}" for n in (1, 2) for end in ("png", "csv") for kind in
                     ("effects", "interactions", "tornado", "dose-coaches")}  # fmt: skip
    with (out / "effects.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    goals = [float(row["mean"]) for row in rows if (row["kind"], row["name"]) == ("main", "goals")]
    assert len(goals) == 2
    assert min(goals) > 0


def test_charts_of_effects_are_those_of_simdiff_chart_and_are_replayed(swept: Path, tmp_path: Path) -> None:
    """Of the second block too, which is asked for by what is held in it; the names in it do nothing. Catches a chart of
    another block, and one that rests on more than its file."""
    out = tmp_path / "told"
    assert asked("effects", swept, "--outcome", "spread", "--reach", 0.5, "--out", out).exit_code == 0
    words = {"effects": (), "interactions": (), "tornado": (), "dose": ("--reach", 0.5, "--factor", "coaches")}
    for kind, more in words.items():
        again = tmp_path / f"{kind}.png"
        result = asked("chart", swept, kind, "--outcomes", "spread", "--at", "dilution=on", *more, "--out", again)
        assert result.exit_code == 0, result.stderr
        name = "dose-coaches" if kind == "dose" else kind
        then, now = read_story(out / "charts" / f"{name}-2.png"), read_story(again)
        for part in ("kind", "title", "caption", "alt", "asked", "numbers", "plan"):
            assert then[part] == now[part], (kind, part)
        assert "dilution=on" in now["title"]
        replayed = asked("replay", again)
        assert (replayed.exit_code, "and the picture" in replayed.stdout) == (0, True), replayed.stdout


@pytest.mark.parametrize(("words", "said"), [
    (("shapley",), "expected all combinations of two to ten factors with two levels each"),
    (("effects", "--at", "dilution=of"), "did you mean `off`"),
    (("effects", "--at", "scenario=que"), "did you mean `quo`"),
    (("dose", "--factor", "coach"), "did you mean coaches"),
    (("interactions", "--factor", "goals"), "--factor: 1 asked for, interactions shows two"),
    (("effects", "--outcomes", "spred"), "did you mean spread"),
    (("effects", "--years", "1,2"), "expected one year"),
    (("effects", "--months", "5"), "expected one year"),
    (("effects", "--baseline", "x"), "--baseline: the kind effects takes no such option"),
    (("dose", "--outcomes", "sustained_24"), "sustained_24 has no value in any run"),
    (("differences", "--confidence", "0.4"), "--confidence: 0.4, expected 0.5 to 0.9999"),
    (("differences", "--cell", "nothing"), "unknown cell `nothing`"),
    (("frontier", "--outcomes", "cost"), "cost has no cost beside it"),
    (("frontier", "--outcomes", "cost,spread"), "2 asked for, frontier shows 1"),
])  # fmt: skip
def test_charts_that_cannot_be_drawn_are_refused(swept: Path, words: tuple[str, ...], said: str) -> None:
    """Catches a traceback, an option that is passed over, and a file that is written all the same."""
    result = asked("chart", swept, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert not (swept / "charts").exists()


def test_effects_and_compare_say_the_same_of_two_replicates(tmp_path: Path) -> None:
    """A sweep of doses with two replicates. Catches a dose that ``effects`` calls firm and ``compare`` does not."""
    text = EFFECTS.replace("replicates: 6", "replicates: 2")
    text = "\n".join(line for line in text.splitlines() if "goals: {on" not in line and "dilution" not in line) + "\n"
    out = run_text(tmp_path, text)
    said = told(asked("effects", out, "--outcome", "spread", "--out", tmp_path / "a", "--json"))
    pairs = told(asked("compare", out, "--outcome", "spread", "--json"))["pairs"]
    verdicts = {(one["first"], one["second"]): (one["p_holm"], one["why"]) for one in pairs}
    gains = said["blocks"][0]["curves"][0]["gains"]
    for dose, gain in zip(("0.5", "1"), gains[1:], strict=True):
        p, why = verdicts["coaches=0", f"coaches={dose}"]
        assert gain["p_holm"] == pytest.approx(p)
        assert why != ""
    printed = " ".join(asked("effects", out, "--outcome", "spread", "--out", tmp_path / "b").stdout.split())
    assert "No tested dose has a firm gain" in printed
    assert "WARNING: with 2 replicates chance is measured roughly" in printed
    assert "WARNING: with 2 replicates" in " ".join(asked("compare", out, "--outcome", "spread").stdout.split())
    assert "raises it" not in printed


def test_effects_for_scripts_is_json_and_nothing_else(swept: Path, tmp_path: Path) -> None:
    """Catches words on standard output, NaN in JSON, and a factor that is held and told all the same."""
    said = told(asked("effects", swept, "--at", "coaches=0.5", "--outcome", "depth", "--json", "--out", tmp_path / "a"))
    assert [one["held"] for one in said["blocks"]] == [{"coaches": 0.5, "dilution": side} for side in ("off", "on")]
    assert [one["name"] for one in said["blocks"][0]["effects"]["main"]] == ["goals"]
    assert "forecast" in said["caveat"]
    said = told(asked("effects", swept, "--at", "dilution=off", "--outcome", "cost", "--json", "--out", tmp_path / "b"))
    assert said["blocks"][0]["log_odds"] is None
    coaches = next(one for one in said["blocks"][0]["effects"]["main"] if one["name"] == "coaches=1")
    assert coaches["mean"] > 1e6  # 34 coaches for three years


@pytest.mark.parametrize(("words", "said"), [
    (("--outcome", "spred"), "did you mean `spread`"),
    (("--district", "dallas"), "--district: the sweep has no `dallas`"),
    (("--practice", "x"), "--practice: the sweep has no `x`"),
    (("--year", 2), "--year: 2, expected one that every cell keeps: 3"),
    (("--at", "goals"), "expected FACTOR=LEVEL"),
    (("--at", "goals=onn"), "did you mean `on`"),
    (("--outcome", "sustained_24"), "sustained_24 has no value in any run"),
])  # fmt: skip
def test_effects_that_cannot_be_told_are_refused(swept: Path, words: tuple[object, ...], said: str) -> None:
    """Catches a traceback, and figures of another outcome or year than asked for."""
    result = asked("effects", swept, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert not (swept / "effects").exists()


def test_a_folder_without_a_sweep_and_one_that_is_not_done(swept: Path, tmp_path: Path) -> None:
    """Catches a partial sweep told as a whole one."""
    assert asked("effects", tmp_path).exit_code == 2
    out = run_text(tmp_path, EFFECTS.replace("replicates: 6", "replicates: 2"))
    next((out / "chunks").glob("*.parquet")).unlink()
    result = asked("effects", out, "--outcome", "spread")
    assert result.exit_code == 3
    assert "PARTIAL" in result.stderr


def test_discover_says_where_a_policy_fails(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under threshold contagion next to nothing spreads in two years, under logit it does. Catches the policy judged
    by another scenario's cells, and files that are not written."""
    monkeypatch.setattr(import_module("simdiff.cli.discover"), "discover", partial(discover, checks=2))
    out = run_text(here, UNKNOWN)
    assert asked("effects", out).exit_code == 2
    assert "simdiff discover" in asked("effects", out).stderr
    result = asked("discover", out, "--fails", "sprad<0.05", "--policy", "all")
    assert (result.exit_code, "--fails: the sweep has no `sprad`" in result.stderr) == (2, True), result.stderr
    words = ("discover", out, "--fails", "spread<0.05", "--policy", "all")
    result = asked(*words)
    assert result.exit_code == 0, result.stderr
    for word in ("The box", "PRIM's path", "shuffled labels", "no probabilities in the world", "does not forecast"):
        assert word in " ".join(result.stdout.split()), word
    words = ("discover", out, "--fails", "spread<0.03", "--policy", "all")
    said = told(asked(*words, "--against", "quo", "--columns", "contagion,explore-base", "--json"))
    assert {one["name"] for one in said["columns"]} == {"contagion", "explore-base"}
    assert said["box"]["restrictions"][0]["column"] in ("contagion", "explore-base")
    assert {path.name for path in (out / "discover").iterdir()} == {"discover.json", "discover.png"}
    for more, problem in ((("--policy", "al"), "did you mean `all`"), (("--policy", "quo", "--box", 99), "--box: 99")):
        again = asked("discover", out, "--fails", "spread<0.02", *more)
        assert again.exit_code == 2
        assert problem in again.stderr


def test_optimize_finds_a_frontier_and_goes_on_where_it_was(here: Path) -> None:
    """A search, the same search again (nothing is computed), and a longer one. Catches runs computed twice, a frontier
    above its budget, and a second look that is not there."""
    (here / "mix.yaml").write_text(MIX)
    words = ("optimize", "mix.yaml", "--budget", 4e6, "--objectives", "spread,cost", "--out", "out")
    first = asked(*words, "--evaluations", 30)
    assert first.exit_code == 0, first.stderr
    for word in ("Mixes on the frontier", "30 of 30 mixes tried", "draws that the search did not see", "winner's curse",
                 "firm trade-offs", "does not forecast"):  # fmt: skip
        assert word in " ".join((first.stdout + first.stderr).split()), word
    chunks = {path.name: path.stat().st_mtime_ns for path in (here / "out" / "chunks").iterdir()}
    table = (here / "out" / "frontier.csv").read_bytes()
    said = told(asked(*words, "--evaluations", 30, "--json"))
    assert {path.name: path.stat().st_mtime_ns for path in (here / "out" / "chunks").iterdir()} == chunks
    assert (here / "out" / "frontier.csv").read_bytes() == table
    front = said["mixes"]
    assert len(front) > 1
    assert min(one["searched"][1] for one in front) < 4e6
    assert all(one["excess"] <= 0 for one in said["tried"] if one["losses"] in [mix["searched"] for mix in front])
    assert len({tuple(one["levels"].items()) for one in said["tried"]}) > 20
    longer = told(asked(*words, "--evaluations", 36, "--json"))
    assert longer["tried"][:30] == said["tried"]
    assert asked("status", "out").exit_code == 0
    changed = asked(*words, "--evaluations", 30, "--seed", 2)
    assert changed.exit_code == 5
    assert "Nothing was changed" in changed.stderr


@pytest.mark.parametrize(("words", "said"), [
    (("--objectives", "spread"), "expected two or more different outcomes"),
    (("--objectives", "spred,cost"), "did you mean `spread`"),
    (("--draws", 1), "expected 0 (the default values) or at least 2"),
    (("--budget", 10, "--evaluations", 3), "None keeps to it"),
])  # fmt: skip
def test_optimisations_that_make_no_sense_are_told(here: Path, words: tuple[object, ...], said: str) -> None:
    """Catches an empty frontier without a word, and a folder made for a refused search."""
    (here / "mix.yaml").write_text(MIX)
    result = asked("optimize", "mix.yaml", "--budget", 4e6, "--out", "out", *words)
    assert said in " ".join((result.stdout + result.stderr).split())
    assert result.exit_code == (0 if "Mixes" in said or "None" in said else 2)
    assert (here / "out").exists() == (result.exit_code == 0)


def test_experiments_that_leave_nothing_to_decide_are_refused(here: Path) -> None:
    """Catches an optimum over priors, or over scenarios."""
    for text, said in ((UNKNOWN, "nobody decides this"),
                       (UNKNOWN.split("factors:")[0] + "replicates: 2\n", "no factors"),
                       (MIX.replace("{quo: {", "{other: status-quo, quo: {"), "has 2 scenarios")):  # fmt: skip
        (here / "mix.yaml").write_text(text)
        result = asked("optimize", "mix.yaml", "--budget", 4e6, "--out", "out")
        assert result.exit_code == 2
        assert said in result.stderr
