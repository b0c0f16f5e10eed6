"""``simdiff compare`` as its users meet it: what it prints, writes, refuses, and says of what is missing."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from processes import Fork
from sweep_commands import SMALL, chunks_of, contents, done, small_folder

from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.model.inputs import Inputs
from simdiff.model.state import Sim
from simdiff.report.picture import read_story
from simdiff.report.provenance import CAVEAT
from simdiff.study import chunks

FILES = ["acceptability.csv", "charts", "comparison.csv", "comparison.json", "cost.csv"]
CHARTS = ["acceptability-spread", "differences", "frontier-spread", "regret-cost", "regret-spread"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the small sweep is complete; nobody writes there."""
    return small_folder(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def here(tmp_path: Path, whole: Path) -> Path:
    """A place with the experiment and a folder in which it is complete."""
    (tmp_path / "small.yaml").write_text(SMALL)
    shutil.copytree(whole, tmp_path / "sweep")
    return tmp_path


def test_what_it_prints(here: Path, fork: Fork) -> None:
    """Without draws it says so; options that do not cost the same are told so before any difference; nothing leaves
    without the caveat; nothing is written."""
    before = contents(here)
    child = done(fork, here, "compare", "sweep")
    assert (child.code, child.err) == (0, "")
    assert "10 matched worlds (10 replicates: chance alone)" in child.out
    assert "at one set of parameters, not a finding" in child.out
    assert CAVEAT in child.out
    assert child.out.index("do NOT cost the same") < child.out.index("what it costs") < child.out.index("differences")
    assert "parameters" not in child.out.split("How to read this")[0]
    assert contents(here) == before


def test_json_and_files_say_the_same(here: Path, fork: Fork) -> None:
    """Standard output holds JSON and nothing else; the tables hold the same numbers; every picture opens."""
    child = done(fork, here, "compare", "sweep", "--out", "told", "--json", "--outcome", "spread", "--outcome", "cost")
    said = json.loads(child.out)
    assert said["caveat"] == CAVEAT
    assert (said["options"], said["baseline"], said["comparisons"]) == (["quo", "all"], "quo", 2)
    assert sorted(path.name for path in (here / "told").iterdir()) == FILES
    table = pd.read_csv(here / "told" / "comparison.csv")
    for row, told in zip(table.to_dict("records"), said["pairs"], strict=True):
        assert row["difference"] == pytest.approx(told["difference"])
        assert (row["first"], row["second"], row["verdict"]) == (told["first"], told["second"], told["verdict"])
    cost = pd.read_csv(here / "told" / "cost.csv").set_index(["outcome", "option"])
    assert cost.loc[("spread", "all"), "cost"] > cost.loc[("spread", "quo"), "cost"]
    assert json.loads((here / "told" / "comparison.json").read_text())["pairs"] == said["pairs"]
    drawn = sorted((here / "told" / "charts").iterdir())
    assert [path.name for path in drawn] == [f"{name}.{end}" for name in CHARTS for end in ("csv", "png")]


def test_its_charts_are_those_of_simdiff_chart_and_are_replayed_from_the_file_alone(here: Path, fork: Fork) -> None:
    """Catches a second way to draw the same, and a figure that rests on more than it carries."""
    assert done(fork, here, "compare", "sweep", "--out", "told", "--outcome", "spread").code == 0
    for kind, name in (("differences", "differences"), ("frontier", "frontier-spread")):
        again = done(fork, here, "chart", "sweep", kind, "--outcomes", "spread", "--out", f"{kind}.png")
        assert again.code == 0, again.err
        told, chart = read_story(here / "told" / "charts" / f"{name}.png"), read_story(here / f"{kind}.png")
        for part in ("kind", "title", "caption", "alt", "asked", "numbers", "plan"):
            assert told[part] == chart[part], part
        assert told["command"].startswith("simdiff compare sweep --outcome spread")
    shutil.rmtree(here / "sweep")
    for path in (here / "told" / "charts").glob("*.png"):
        again = done(fork, here, "replay", str(path))
        assert (again.code, "and the picture" in again.out) == (0, True), again.out + again.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--outcome", "depth", "--cell", "al"], ["--outcome: unknown outcome `depth`", "did you mean `all`?"]),
        (["--year", "7", "--place", "lake"], ["--year: found 7, expected one of 1", "--place: unknown place `lake`"]),
        (["--baseline", "../x"], ["--baseline: unknown cell `../x`"]),
        (["--cell", "quo"], ["nothing to compare: 1 cell with runs"]),
    ],
)
def test_what_is_refused(here: Path, fork: Fork, words: list[str], told: list[str]) -> None:
    """All at once, with the nearest name, exit code 2, and no file."""
    child = done(fork, here, "compare", "sweep", "--out", "told", *words)
    assert (child.code, child.out) == (BAD_INPUT, "")
    assert all(one in child.err for one in told)
    assert not (here / "told").exists()


def test_folders_that_are_no_sweeps(here: Path, fork: Fork) -> None:
    """A folder that is not there, one without a sweep, one without a run; a place that cannot be written."""
    (here / "empty").mkdir()
    for name in ("nowhere", "empty"):
        child = done(fork, here, "compare", name)
        assert child.code == BAD_INPUT
        assert f"{name}: holds no sweep" in child.err
    child = done(fork, here, "compare", "sweep", "--out", "small.yaml")
    assert child.code == FAILED_TO_WRITE
    assert "small.yaml" in child.err
    for path in chunks_of(here / "sweep"):
        path.unlink()
    child = done(fork, here, "compare", "sweep")
    assert (child.code, child.err) == (BAD_INPUT, "sweep: no run is done yet\n")


def test_a_sweep_half_done_is_called_partial(here: Path, fork: Fork) -> None:
    """A chunk is missing and one is damaged: the pairs are compared in the worlds that both have, under a banner."""
    first, second, *_ = chunks_of(here / "sweep")
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1] + b"x")
    child = done(fork, here, "compare", "sweep")
    assert child.code == SOME_FAILED
    assert "PARTIAL: 18 of 20 runs are done, 0 of them FAILED" in child.out
    assert second.exists()


def fail_some() -> None:
    """A fault: replicate 1 of every cell raises."""
    real = chunks.simulate

    def simulate(inputs: Inputs, replicate: int) -> Sim:
        if replicate == 1:
            raise ZeroDivisionError("planted")
        return real(inputs, replicate)

    chunks.simulate = simulate


def test_failed_runs_are_on_the_banner(tmp_path: Path, fork: Fork) -> None:
    """Catches a failure that nobody hears of, in print or in JSON."""
    (tmp_path / "small.yaml").write_text(SMALL)
    assert done(fork, tmp_path, "sweep", "small.yaml", "--out", "sweep", fault=fail_some).code == SOME_FAILED
    child = done(fork, tmp_path, "compare", "sweep")
    assert child.code == SOME_FAILED
    assert "PARTIAL: 20 of 20 runs are done, 2 of them FAILED" in child.out
    assert "9 matched worlds" in child.out
    said = json.loads(done(fork, tmp_path, "compare", "sweep", "--json").out)
    assert said["failed"] == 2
    assert said["pairs"][0]["worlds"] == 9
