"""``simdiff sensitivity`` and ``simdiff value`` as their users meet them, on a small real sweep."""

import csv
import json
from pathlib import Path
from threading import Event

import pytest
from processes import Fork
from sweep_commands import contents, done, small_folder

from simdiff.report.picture import read_story
from simdiff.scenario import load_experiment
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sweep import run_sweep

DRAWN = """\
format: 1
name: drawn
title: Two policies at a hundred draws, three years
scenarios:
  quo: {scenario: status-quo, set: {years: 3}}
  all: {scenario: four-levers, set: {years: 3}}
replicates: 2
draws: 100
keep: {outcomes: [spread, depth, cost], series: last}
"""
MORRIS = """\
format: 1
name: morris
title: Three inputs
scenarios: {all: {scenario: four-levers, set: {years: 3}}}
factors:
  contact: {prior: explore_contact}
  form: {path: structure.contagion, values: [logit, hazard]}
  coaches: {path: policy.talent.coaching.per_100_teachers, low: 0, high: 2}
design: {kind: morris, points: 6}
replicates: 2
keep: {outcomes: [spread, cost], series: last}
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with three finished sweeps: ``drawn``, ``morris`` and ``sweep`` (without draws)."""
    folder = tmp_path_factory.mktemp("sensitivity")
    for name, text in (("drawn", DRAWN), ("morris", MORRIS)):
        (folder / f"{name}.yaml").write_text(text)
        plan = make_plan(load_experiment(str(folder / f"{name}.yaml")))
        run_sweep(folder / name, plan, "", LocalEngine(2), Event())
    small_folder(folder)
    return folder


def test_sensitivity_writes_its_table_and_chart(fork: Fork, here: Path) -> None:
    """Catches a table of other inputs than the terminal's, a chart that is none, and words without the noise or the
    caveat."""
    child = done(fork, here, "sensitivity", "morris", "--outcome", "cost", "--out", "found")
    assert child.code == 0
    assert "What moves Cost of all, year 3" in child.out
    assert "luck of replicates" in child.out
    assert "does not forecast" in child.out
    with (here / "found" / "cost-year-3-all.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["input"] == "coaches"
    assert {row["input"] for row in rows} == {"coaches", "explore_contact", "form"}
    assert float(rows[0]["mu_star_05"]) <= float(rows[0]["mu_star"]) <= float(rows[0]["mu_star_95"])
    story = read_story(here / "found" / "cost-year-3-all.png")
    assert story["numbers"].encode() == (here / "found" / "cost-year-3-all.csv").read_bytes()
    assert story["command"].startswith("simdiff sensitivity ")


def test_given_data_of_a_difference_as_json(fork: Fork, here: Path) -> None:
    """Catches text among the JSON, a number that JSON does not know, and a method that is not told."""
    child = done(fork, here, "sensitivity", "drawn", "--outcome", "spread", "--cell", "all", "--minus", "quo", "--json")
    said = json.loads(child.out)
    assert (said["method"], said["of"], said["points"], said["replicates"]) == ("given-data", "all − quo", 100, 2)
    assert "layer: parameters" in said["intervals"]
    assert len(said["inputs"]) > 100
    assert (here / "drawn" / "sensitivity" / "spread-year-3-all-quo.csv").is_file()


def test_value_says_the_choice_and_what_it_hangs_on(fork: Fork, here: Path) -> None:
    """Money at $1 a point makes doing nothing best in every draw. Catches a choice that forgets the cost, and a record
    that is not the terminal's."""
    child = done(fork, here, "value", "drawn", "all", "quo", "--outcome", "spread", "--worth", "1")
    assert child.code == 0
    assert "quo beats all in 100 %" in child.out
    assert "No flip found: at no edge" in child.out
    said = json.loads(done(fork, here, "value", "drawn", "all", "quo", "--outcome", "spread", "--json").out)
    assert said["options"][0]["name"] == "all"
    assert said["best"] == "all"
    assert said["claims"][0]["ahead"]["value"] > 0.5


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sensitivity", "nowhere"), "nowhere: holds no sweep"),
        (("sensitivity", "drawn"), "which cell? expected one of `quo`, `all`"),
        (
            ("sensitivity", "drawn", "--cell", "al"),
            "unknown cell `al`, expected one of `quo`, `all`; did you mean `all`?",
        ),
        (("sensitivity", "drawn", "--cell", "all", "--year", "2"), "year 2 is not kept, expected one of `3`"),
        (("sensitivity", "sweep", "--cell", "all"), "unknown outcome `depth`"),
        (("sensitivity", "sweep", "--cell", "all", "--outcome", "cost"), "expected a sobol or morris design"),
        (("value", "drawn", "all"), "expected two or more"),
        (("value", "drawn", "all", "all"), "expected two or more, each once"),
        (("value", "drawn", "all", "quo", "--worth", "0"), "--worth: 0, expected dollars above 0"),
        (("value", "sweep", "all", "quo", "--outcome", "cost"), "expected parameter draws"),
        (("value", "morris", "all", "other", "--outcome", "cost"), "do not stand for what is held possible"),
    ],
)
def test_what_does_not_fit_is_refused(fork: Fork, here: Path, words: tuple[str, ...], told: str) -> None:
    """Exit code 2 and one plain line. Catches tracebacks, silent answers and files left by a refusal."""
    before = contents(here)
    child = done(fork, here, *words)
    assert child.code == 2
    assert told in child.err
    assert child.out == ""
    assert contents(here) == before


def test_an_unfinished_sweep_is_refused(fork: Fork, here: Path, tmp_path: Path) -> None:
    """Catches indices of the points that happened to be done."""
    import shutil

    shutil.copytree(here / "morris", tmp_path / "half")
    next((tmp_path / "half" / "chunks").glob("*.parquet")).unlink()
    child = done(fork, tmp_path, "sensitivity", "half", "--outcome", "cost")
    assert child.code == 2
    assert "runs are done; first: simdiff resume half" in child.err


def test_sweep_and_run_print_and_hand_over_their_layers(fork: Fork, here: Path) -> None:
    """Catches intervals whose layer is not told, and layers that are in the print but not in the JSON."""
    child = done(fork, here, "sweep", "drawn.yaml", "--out", "drawn", "--quiet")
    assert "Spread, year 3: chance " in child.out
    assert "parameters between 100 draws" in child.out.replace("\n", " ")
    said = json.loads(done(fork, here, "sweep", "drawn.yaml", "--out", "drawn", "--json").out)
    assert [row["layer"] for row in said["layers"]] == ["chance", "parameters"] * 3
    words = ("run", "status-quo", "--replicates", 2, "--draws", 3, "--out", "ran", "--json")
    ran = json.loads(done(fork, here, *words).out)
    assert {row["layer"] for row in ran["layers"]} == {"chance", "parameters"}
    assert "chance_05" in ran["summary"][0]
    assert "parameters_05" in ran["summary"][0]
    plain = json.loads(done(fork, here, "run", "status-quo", "--replicates", 2, "--out", "plain", "--json").out)
    assert plain["layers"] == []
