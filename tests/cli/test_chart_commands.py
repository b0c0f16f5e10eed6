"""``simdiff chart`` and ``simdiff replay`` as they are typed."""

import csv
from pathlib import Path

from processes import Fork
from sweep_commands import done, small_folder

from simdiff.cli import BAD_INPUT


def test_options_reach_the_chart(fork: Fork, tmp_path: Path) -> None:
    """Catches an option that is lost between the command line and the chart, and years that are not their ends."""
    small_folder(tmp_path)
    run = done(fork, tmp_path, "chart", "sweep", "levers", "--outcomes", "cost,spread", "--cell", "all",
               "--cell", "quo", "--years", 1, "--place", "all", "--size", "screen",
               "--out", "new/figure.svg")  # fmt: skip
    assert run.code == 0, run.err
    assert run.out.split() == ["new/figure.svg", "new/figure.csv"]
    rows = list(csv.DictReader((tmp_path / "new" / "figure.csv").open()))
    assert [(row["outcome"], row["cell"], row["month"]) for row in rows] == [
        ("cost", "all", "11"), ("cost", "quo", "11"), ("spread", "all", "11"), ("spread", "quo", "11"),
    ]  # fmt: skip
    run = done(
        fork, tmp_path, "chart", "sweep", "map", "--months", "0,6", "--replicate", 3, "--cell", "all", "--out", "m.pdf"
    )
    assert run.code == 0, run.err
    again = done(fork, tmp_path, "replay", "m.pdf", "--results", "sweep")
    assert (again.code, again.out) == (0, "same: 180 rows of numbers, and the picture\n")


def test_what_is_typed_wrong_is_told(fork: Fork, tmp_path: Path) -> None:
    """Catches a traceback, and kinds that cannot be found out."""
    run = done(fork, tmp_path, "chart", "--list")
    assert run.code == 0
    assert "survival" in run.out
    for words, said in (
        (("chart", "here"), "expected RESULTS and KIND"),
        (("chart", "here", "levers", "--years", "one"), "expected whole numbers"),
        (("chart", "here", "levers"), "here: holds no results"),
        (("chart", "here", "lever"), "did you mean levers"),
        (("replay", "none.png"), "none.png: No such file"),
    ):
        run = done(fork, tmp_path, *words)
        assert run.code == BAD_INPUT
        assert said in run.err
