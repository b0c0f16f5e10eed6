"""``posterior: calibrated`` in an experiment file: the word of the command line, with the same draws."""

import csv
import json
from pathlib import Path

import pytest
from processes import Fork
from sweep_commands import SMALL, done, table_of

from simdiff.cli import BAD_INPUT, CHANGED
from simdiff.scenario import ScenarioError, load_experiment, shipped_folder
from simdiff.scenario.json_schema import json_schema
from simdiff.study.sheet import read_sheet

DRAWN = SMALL.replace("replicates: 10", "replicates: 2\ndraws: 2")
WORD = DRAWN + "posterior: calibrated\n"
AT = WORD.count("\n")
"""The line of the word."""


def first_draws(count: int) -> list[dict[str, float]]:
    """The first draws of the shipped file, as it stands."""
    with (shipped_folder("experiments") / "calibrated.csv").open(newline="") as file:
        return [{name: float(text) for name, text in row.items()} for row in csv.DictReader(file)][:count]


def test_a_sweep_is_that_of_the_command_line_and_is_replayed(fork: Fork, tmp_path: Path) -> None:
    """Catches a word that ``check`` takes and a sweep does not, other draws than the option gives, and a picture that
    cannot be drawn again from its story, which knows no name of draws."""
    (tmp_path / "word.yaml").write_text(WORD)
    (tmp_path / "option.yaml").write_text(DRAWN)
    checked = done(fork, tmp_path, "check", "word.yaml")
    assert (checked.code, checked.out) == (0, "word.yaml: good (Two policies, one year; 2 cells, 8 runs)\n")
    assert done(fork, tmp_path, "sweep", "word.yaml", "--out", "word").code == 0
    assert done(fork, tmp_path, "sweep", "option.yaml", "--posterior", "calibrated", "--out", "option").code == 0
    assert list(read_sheet(tmp_path / "word")[0].draws) == first_draws(2)
    assert table_of(tmp_path / "word") == table_of(tmp_path / "option")
    replayed = done(fork, tmp_path, "replay", "word/chart.png")
    assert replayed.out.startswith("same: "), replayed.out + replayed.err


def test_more_draws_are_the_next_of_the_same(fork: Fork, tmp_path: Path) -> None:
    """Catches draws of the priors that are added to calibrated ones, and an option that has to say what the sheet
    knows."""
    (tmp_path / "word.yaml").write_text(WORD)
    assert done(fork, tmp_path, "sweep", "word.yaml", "--out", "word").code == 0
    grown = done(fork, tmp_path, "extend", "word", "--draws", 3, "--json")
    assert grown.code == 0, grown.err
    assert json.loads(grown.out)["computed_now"] == 4
    assert list(read_sheet(tmp_path / "word")[0].draws) == first_draws(3)
    refused = done(fork, tmp_path, "extend", "word", "--draws", 301)
    assert refused.code == CHANGED
    assert "expected at most the 300 of calibrated" in refused.err


def test_a_trial_without_draws_is_at_the_default_values(fork: Fork, tmp_path: Path) -> None:
    """Catches an experiment that cannot be tried because its file names draws; and draws asked for by hand that are
    dropped without a word."""
    (tmp_path / "word.yaml").write_text(WORD)
    (tmp_path / "plain.yaml").write_text(SMALL.replace("replicates: 10", "replicates: 2"))
    tried = done(fork, tmp_path, "sweep", "word.yaml", "--draws", 0, "--out", "word")
    assert tried.code == 0, tried.err
    assert done(fork, tmp_path, "sweep", "plain.yaml", "--out", "plain").code == 0
    assert table_of(tmp_path / "word") == table_of(tmp_path / "plain")
    assert done(fork, tmp_path, "extend", "word", "word.yaml", "--replicates", 3).code == 0
    refused = done(fork, tmp_path, "plan", "word.yaml", "--draws", 0, "--posterior", "calibrated")
    assert refused.code == BAD_INPUT
    assert "draws: found 0, expected 2 to 300" in refused.err


def test_a_file_of_that_name_comes_first(tmp_path: Path) -> None:
    """As on the command line: what lies there is what was meant."""
    (tmp_path / "calibrated").write_text("scar\n.2\n.3\n")
    (tmp_path / "e.yaml").write_text(WORD)
    assert load_experiment(str(tmp_path / "e.yaml")).posterior == ({"scar": 0.2}, {"scar": 0.3})


@pytest.mark.parametrize(
    ("told", "hint"),
    [("calibratd", "; did you mean `calibrated`?"), ("calibrated.csv", "; did you mean `calibrated`?"),
     ("priors", ""), ("status-qu", "")],
)  # fmt: skip
def test_another_word_is_told_what_there_is(fork: Fork, tmp_path: Path, told: str, hint: str) -> None:
    """Catches a word that is taken for none, and a scenario that is proposed for draws."""
    (tmp_path / "e.yaml").write_text(WORD.replace("calibrated", told))
    run = done(fork, tmp_path, "check", "e.yaml")
    assert run.code == BAD_INPUT
    assert run.err == (
        f'e.yaml:{AT}:12 posterior: no such file "{told}", expected a CSV in a folder of this project, or `calibrated` '
        f"(left out: the priors){hint}\n"
    )


@pytest.mark.parametrize("count", [1, 301])
def test_more_draws_than_ship_are_refused(tmp_path: Path, count: int) -> None:
    """300 ship, and one is none."""
    (tmp_path / "e.yaml").write_text(WORD.replace("draws: 2", f"draws: {count}"))
    with pytest.raises(ScenarioError) as caught:
        load_experiment(str(tmp_path / "e.yaml"))
    said = f":{AT}:12 posterior: found {count} draws of a file with 300, expected `draws` from 2 to 300"
    assert str(caught.value).endswith(said)


def test_editors_offer_the_word() -> None:
    """Catches a schema in which nobody finds it, and one that takes nothing else."""
    told = json_schema("experiment")["definitions"]["Experiment"]["properties"]["posterior"]
    assert told["anyOf"] == [{"enum": ["calibrated"]}, {"type": "string"}, {"type": "null"}]
    assert "calibrated" in told["description"]
