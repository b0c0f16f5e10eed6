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
    assert names == {"effects.json", "effects.csv", *(f"{kind}-{n}.png" for n in (1, 2) for kind in
                     ("effects", "interaction", "tornado", "dose-coaches"))}  # fmt: skip
    with (out / "effects.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    goals = [float(row["mean"]) for row in rows if (row["kind"], row["name"]) == ("main", "goals")]
    assert len(goals) == 2
    assert min(goals) > 0


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
