"""``simdiff field-study`` as its users meet it, at the smallest size."""

import csv
import json
from pathlib import Path

import pytest
from processes import Child, Fork
from sweep_commands import done

import simdiff
import simdiff.cli.field_study  # once, so that children need not
from simdiff.analysis.field_claims import CLAIMS
from simdiff.analysis.field_sample import MANNERS
from simdiff.report.picture import read_story

SHIPPED = Path(simdiff.__file__).parents[1] / "experiments" / "crpe-study.yaml"
FILES = {"field-study.csv", "worlds.csv", "field-study.md", "field-study.png", "field-study.json"}


def command(fork: Fork, here: Path, *words: object) -> Child:
    return done(fork, here, "field-study", *words)


def test_it_writes_its_folder_and_says_what_it_found(fork: Fork, tmp_path: Path) -> None:
    """Catches a missing file, a claim or manner left out, JSON in the way, and a result without caveat or command."""
    run = command(fork, tmp_path, "--worlds", 2, "--posterior", "priors", "--out", "here", "--json")
    assert run.code == 0, run.err
    assert {path.name for path in (tmp_path / "here").iterdir()} == FILES
    said = json.loads(run.out)
    assert said["reproduce"] == "simdiff field-study crpe-study --worlds 2 --posterior priors --seed 1"
    assert "does not forecast" in said["caveat"]
    assert len(said["tables"]) == 4
    with (tmp_path / "here" / "field-study.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["claim"], row["manner"]) for row in rows} == {(c.name, m) for c in CLAIMS for m in MANNERS}
    text = (tmp_path / "here" / "field-study.md").read_text(encoding="utf-8")
    assert all(claim.title in text for claim in CLAIMS)
    story = read_story(tmp_path / "here" / "field-study.png")
    assert (story["study"], story["command"]) == ("field-study", said["reproduce"])
    assert story["numbers"] == (tmp_path / "here" / "field-study.csv").read_text(encoding="utf-8")


ONE = "scenarios: [crpe-study]"
BROKEN = {
    "a family is missing": ("  goals:\n    title: Goals\n", "  aims:\n    title: Goals\n", "expected goals, flex"),
    "two scenarios": (ONE, "scenarios: [crpe-study, status-quo]", "expected one"),
    "few cities": (ONE, "scenarios: [status-quo]", "expected at least 17"),
    "few years": (ONE, "scenarios: {x: {scenario: crpe-study, set: {years: 2}}}", "expected at least 3"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_another_experiment_is_refused(fork: Fork, tmp_path: Path, what: str) -> None:
    """Catches a traceback from deep inside, and files written in spite of it."""
    before, after, said = BROKEN[what]
    text = SHIPPED.read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "mine.yaml").write_text(text.replace(before, after, 1), encoding="utf-8")
    run = command(fork, tmp_path, "mine.yaml", "--worlds", 2)
    assert run.code == 2
    assert said in run.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.yaml"]


def test_bad_input_is_told_and_a_folder_of_others_is_kept(fork: Fork, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    for words, said in ((("--posterior", "none.csv"), "no such file"), (("--out", "mine"), "not a run of simdiff"),
                        (("crpe-studie",), "crpe-study")):  # fmt: skip
        run = command(fork, tmp_path, *words)
        assert run.code == 2
        assert said in run.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
