"""Charts and replay at the command line: same, or what differs; from the figure alone."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin
from small_results import run_pair, write_pair

from simdiff.cli import BAD_INPUT, CHANGED, SOME_FAILED
from simdiff.cli.chart import chart_command, list_kinds
from simdiff.cli.replay import replay_command
from simdiff.report.asked import Asked
from simdiff.report.kinds import KINDS
from simdiff.report.picture import read_story
from simdiff.report.replay import first_difference
from simdiff.report.story import checksum, pack, unpack
from simdiff.study import files
from simdiff.study.chunk_folder import scan
from simdiff.study.files import digest
from simdiff.study.sheet import read_sheet
from simdiff.study.sweep import status

Printed = pytest.CaptureFixture[str]
TABLE = """\
where:
  table:
    path: schools.csv
    columns: {id: id, name: name, level: level, teachers: teachers, low_income: need, latitude: lat, longitude: lon}
"""
NORTH = "title: North\n      rows: {district: north}\n"


@pytest.fixture
def figure(run_folder: Path, tmp_path: Path) -> Path:
    """A chart of a run, alone in its folder."""
    assert chart_command(run_folder, Asked("adoption"), tmp_path / "figure.png", "screen") == 0
    return tmp_path / "figure.png"


def rewritten(path: Path, change: Callable[[dict[str, Any]], Mapping[str, Any]], *, fits: bool = True) -> None:
    """The same picture with another story; its checksum ``fits``."""
    story = read_story(path)
    changed = {**story, **change(story)}
    if fits:
        changed["checksum"] = checksum(changed)
    with Image.open(path) as image:
        words = PngImagePlugin.PngInfo()
        words.add_itxt("Title", story["title"])
        words.add_itxt("Description", json.dumps(changed), zip=True)
        image.save(path, pnginfo=words, dpi=(110, 110))


ONE_FACTOR = [kind for kind in KINDS if kind not in ("interactions", "shapley", "dose")]
"""Kinds that results with one factor have; the rest are replayed in tests/cli/test_insight_commands.py."""
OF_CELLS = ("levers", "survival", "stages", "differences", "frontier", "acceptability", "regret", "effects", "tornado")


@pytest.mark.parametrize("kind", ONE_FACTOR)
def test_every_kind_is_replayed_from_its_figure_alone(
    kind: str, run_folder: Path, sweep_folder: Path, tmp_path: Path, capsys: Printed
) -> None:
    """Catches anything that a figure needs and does not carry: its results are gone when it is replayed."""
    folder = tmp_path / "results"
    shutil.copytree(sweep_folder if kind in OF_CELLS else run_folder, folder)
    months = (11, 35) if kind == "animation" else ()
    out = tmp_path / f"figure.{'gif' if kind == 'animation' else 'svg' if kind == 'equity' else 'png'}"
    assert chart_command(folder, Asked(kind, months=months), out, "screen") == 0
    shutil.rmtree(folder)
    assert replay_command(out, None, 2) == 0
    said = capsys.readouterr().out
    assert "same: " in said
    assert "and the picture" in said


def test_the_run_and_the_sweep_draw_figures_that_are_replayed(
    run_folder: Path, drawn_folder: Path, capsys: Printed
) -> None:
    """Catches charts that come with results and are of another kind than those that are asked for."""
    for folder in (run_folder, drawn_folder):
        assert read_story(folder / "chart.png")["numbers"].encode() == (folder / "chart.csv").read_bytes()
        assert replay_command(folder / "chart.png", folder, 2) == 0
        assert "and the picture" in capsys.readouterr().out


def test_an_edited_digit_is_found(figure: Path, capsys: Printed) -> None:
    """Catches a number that was made better in the file, with and without its digests."""
    story = read_story(figure)
    line = story["numbers"].splitlines()[20]
    cells = line.split(",")
    better = ",".join([*cells[:6], "0.999", *cells[7:]])
    rewritten(figure, lambda s: {"numbers": s["numbers"].replace(line, better)})
    assert replay_command(figure, None, 2) == SOME_FAILED
    said = capsys.readouterr().out
    assert "its numbers were edited" in said
    assert f"row 20, column median: figure 0.999, now {cells[6]}" in said
    rewritten(figure, lambda s: {"numbers_digest": digest(s["numbers"].encode())})
    assert replay_command(figure, None, 2) == SOME_FAILED
    said = capsys.readouterr().out
    assert "edited" not in said
    assert "differs: numbers: row 20, column median: figure 0.999" in said
    assert "same" not in said


def test_an_edited_story_is_found(figure: Path, capsys: Printed) -> None:
    """Catches a caption or a scenario that was changed after the figure was drawn."""
    rewritten(figure, lambda told: {"caption": told["caption"].replace("chance alone", "all uncertainty")}, fits=False)
    assert replay_command(figure, None, 2) == SOME_FAILED
    assert "story: it was edited (its checksum does not fit)" in capsys.readouterr().out

    def without_goals(told: dict[str, Any]) -> dict[str, Any]:
        cells = unpack(told["plan"]["cells"])
        cells[0]["text"]["policy"]["goals"]["goals"]["level"] = {"others": 0.0}
        return {"plan": {**told["plan"], "cells": pack(cells)}}

    rewritten(figure, without_goals)
    assert replay_command(figure, None, 2) == SOME_FAILED
    said = capsys.readouterr().out
    assert "story: the scenario of cell pair was edited (its hash does not fit)" in said
    assert "differs: numbers: row " in said


def test_another_seed_is_not_the_same(figure: Path, capsys: Printed) -> None:
    """Catches a replay that does not run anything: with another seed, the numbers are others."""
    rewritten(figure, lambda told: {"plan": {**told["plan"], "seed": 2}})
    assert replay_command(figure, None, 2) == SOME_FAILED
    assert "differs: numbers: row " in capsys.readouterr().out


def test_another_version_is_told(figure: Path, capsys: Printed) -> None:
    """Catches a version that differs without a word: a note where the numbers are the same, a reason where not."""
    rewritten(figure, lambda told: {"versions": {**told["versions"], "simdiff": "9.9"}})
    assert replay_command(figure, None, 2) == 0
    said = capsys.readouterr().out
    assert "note: made by other code, which gives the same numbers: simdiff: then 9.9, now" in said
    rewritten(figure, lambda told: {"plan": {**told["plan"], "seed": 2}})
    assert replay_command(figure, None, 2) == SOME_FAILED
    assert "differs: version: simdiff: then 9.9, now" in capsys.readouterr().out


def test_a_painted_picture_is_found(figure: Path, capsys: Printed) -> None:
    """Catches a line that was painted over while numbers and story stayed; another library's picture is not blamed."""
    with Image.open(figure) as image:
        words = PngImagePlugin.PngInfo()
        words.add_itxt("Description", image.info["Description"])
        image.putpixel((500, 500), (255, 0, 0, 255))
        image.save(figure, pnginfo=words)
    assert replay_command(figure, None, 2) == SOME_FAILED
    assert "differs: picture: not the one that these numbers draw" in capsys.readouterr().out
    rewritten(figure, lambda told: {"drawn_with": {**told["drawn_with"], "matplotlib": "2.0"}})
    assert replay_command(figure, None, 2) == 0
    assert "its picture was not compared" in capsys.readouterr().out


def test_results_that_ask_something_else_are_told(
    figure: Path, run_folder: Path, tmp_path: Path, capsys: Printed
) -> None:
    """Catches a figure of an older scenario beside newer results."""
    assert replay_command(figure, run_folder, 2) == 0
    write_pair(tmp_path)
    text = (tmp_path / "pair.yaml").read_text().replace("goals: 0.9", "goals: 0.5")
    (tmp_path / "pair.yaml").write_text(text)
    other = run_pair(tmp_path, 2)
    capsys.readouterr()
    assert replay_command(figure, other, 2) == SOME_FAILED
    assert "policy.goals.goals.level.others then 0.9, now 0.5" in capsys.readouterr().out


def test_what_is_no_figure_is_told(tmp_path: Path, capsys: Printed) -> None:
    """Catches a traceback for a missing file, a folder, a picture of another program."""
    (tmp_path / "text.png").write_text("no picture")
    for path in (tmp_path / "none.png", tmp_path / "text.png", tmp_path):
        assert replay_command(path, None, 2) == BAD_INPUT
        assert str(path) in capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        {"plan": {}},
        {"plan": None},
        {"asked": {"kind": "levers", "unknown": 1}},
        {"asked": {"kind": "none"}},
        {"size": "huge"},
        {"numbers_digest": 5},
        {"versions": 5},
        {"drawn_with": None},
        {"asked": {"kind": "adoption", "cells": ["other"]}},
    ],
    ids=str,
)
def test_a_story_that_makes_no_sense_is_told(figure: Path, change: dict[str, Any], capsys: Printed) -> None:
    """Catches a traceback for a story that somebody else wrote."""
    rewritten(figure, lambda told: change)
    assert replay_command(figure, None, 2) in (BAD_INPUT, SOME_FAILED)
    assert "Traceback" not in capsys.readouterr().err


def test_first_differences_are_found_by_hand() -> None:
    """Catches a difference in length, in columns, or in a later cell that is not told."""
    assert first_difference(b"a,b\nx,1\ny,2\n", b"a,b\nx,1\ny,3\n") == "row 2, column b: figure 2, now 3 (y)"
    assert first_difference(b"a,b\nx,1\n", b"a,b\nx,1\ny,3\n") == "1 rows in the figure, 2 now"
    assert first_difference(b"a\n1\n", b"b\n1\n") == "other columns"
    assert "digest only" in first_difference(None, b"a\n1\n")


def test_charts_land_beside_the_results(run_folder: Path, tmp_path: Path, capsys: Printed) -> None:
    """Catches charts that are written where nobody looks, and a list of kinds that misses one."""
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    assert chart_command(folder, Asked("levers"), None, "screen") == 0
    assert capsys.readouterr().out.splitlines() == [str(folder / "charts" / f"levers.{end}") for end in ("png", "csv")]
    story = read_story(folder / "charts" / "levers.png")
    assert story["command"] == f"simdiff chart {folder} levers --size screen"
    assert story["results"].startswith("simdiff run ")
    assert list_kinds() == 0
    said = capsys.readouterr().out
    assert all(f"\n{kind} " in said for kind in KINDS)


def test_what_cannot_be_drawn_changes_nothing(run_folder: Path, tmp_path: Path, capsys: Printed) -> None:
    """Catches half a chart after a refusal, and a refusal without its reason."""
    out = tmp_path / "figure.png"
    for folder, asked, size, said in (
        (run_folder, Asked("pie"), "print", "no kind of chart `pie`"),
        (run_folder, Asked("levers"), "poster", "--size: poster, expected one of print, screen"),
        (run_folder, Asked("levers", cells=("pear",)), "print", "did you mean pair"),
        (tmp_path, Asked("levers"), "print", "holds no results"),
        (run_folder.parent / "rum", Asked("levers"), "print", "did you mean"),
        (run_folder, Asked("animation"), "print", "expected a name that ends in .gif"),
    ):
        assert chart_command(folder, asked, out, size) == BAD_INPUT
        assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_other_code_may_draw_but_not_simulate_again(run_folder: Path, tmp_path: Path, capsys: Printed) -> None:
    """Catches stages of another model drawn as those of these results."""
    folder = tmp_path / "run"
    shutil.copytree(run_folder, folder)
    story = json.loads((folder / "provenance.json").read_text())
    story["versions"]["simdiff/model/rules/work.py"] = "other"
    story["checksum"] = files.checksum(story)
    (folder / "provenance.json").write_text(json.dumps(story))
    assert chart_command(folder, Asked("stages"), None, "print") == CHANGED
    assert "simdiff/model/rules/work.py: then other" in capsys.readouterr().err
    assert not (folder / "charts").exists()
    assert chart_command(folder, Asked("adoption"), None, "print") == 0


def test_a_sweep_that_is_not_whole_says_so(sweep_folder: Path, tmp_path: Path, capsys: Printed) -> None:
    """Catches a chart of half the runs that looks like one of all."""
    folder = tmp_path / "sweep"
    shutil.copytree(sweep_folder, folder)
    plan, _ = read_sheet(folder)
    next(iter(scan(folder, plan, verify=True).files.values())).unlink()
    assert not status(folder, verify=True).complete
    assert chart_command(folder, Asked("levers"), None, "print") == SOME_FAILED
    assert "PARTIAL: " in capsys.readouterr().err
    story = read_story(folder / "charts" / "levers.png")
    assert story["caption"].startswith("PARTIAL: ")
    assert replay_command(folder / "charts" / "levers.png", None, 2) == SOME_FAILED
    assert "drawn from a part of its runs" in capsys.readouterr().out


def test_a_damaged_run_folder_is_told(run_folder: Path, tmp_path: Path, capsys: Printed) -> None:
    """Catches a traceback for a folder with a file cut short, gone, or of other results."""
    for name, content in (("yearly.parquet", b"PAR1"), ("scenario.yaml", b"a: ["), ("provenance.json", b"{}"),
                          ("monthly.parquet", (run_folder / "yearly.parquet").read_bytes())):  # fmt: skip
        folder = tmp_path / name
        shutil.copytree(run_folder, folder)
        (folder / name).write_bytes(content)
        assert chart_command(folder, Asked("adoption"), None, "print") == BAD_INPUT
        assert "damaged, or of another version" in capsys.readouterr().err


def test_schools_of_a_table_travel_with_results_and_figure(tmp_path: Path, capsys: Printed) -> None:
    """Catches a map that needs the table of schools, which may be gone, or shows schools where they are not."""
    write_pair(tmp_path)
    text = (tmp_path / "pair.yaml").read_text().replace("where:\n", TABLE).replace("title: North\n", NORTH)
    (tmp_path / "pair.yaml").write_text(text)
    lines = ["id,name,level,teachers,need,lat,lon,district"]
    lines += [f"s{n},School {n},elementary,{20 + n},{n / 10},{40 + n / 100},-80.0,north" for n in range(8)]
    (tmp_path / "schools.csv").write_text("\n".join(lines) + "\n")
    folder = run_pair(tmp_path, 2)
    (tmp_path / "schools.csv").unlink()
    out = tmp_path / "map.png"
    assert chart_command(folder, Asked("map", place="north"), out, "print") == 0
    assert "as in the table of schools" in read_story(out)["caption"]
    rows = [line.split(",") for line in out.with_suffix(".csv").read_text().splitlines() if line.startswith("school")]
    assert [row[1] for row in rows] == [f"School {n}" for n in range(8)]
    assert float(rows[7][3]) - float(rows[0][3]) == pytest.approx(0.07 * 111.195, rel=1e-3)
    assert replay_command(out, folder, 2) == 0
