"""The front door: the numbers of the command line, in memory and in folders; its errors; and how little it costs."""

import doctest
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import simdiff
from simdiff import api
from simdiff.api import pictures, runs, scenarios, sweeps
from simdiff.cli.run import run_command
from simdiff.cli.sweep import Machine, sweep_command
from simdiff.report.picture import read_story
from simdiff.study.lease import FolderOwnedError, lease

HEAVY = ("numpy", "pandas", "mesa", "numba", "scipy", "matplotlib", "pyarrow", "pydantic", "rich")
SMALL = """\
format: 1
name: small
title: Small
scenarios: [goals]
factors:
  coaches: {path: policy.talent.coaching.per_100_teachers, values: [0, 2]}
  convene: {path: policy.networks.convene, values: [0, 0.8]}
replicates: 4
"""


@pytest.mark.parametrize("module", [api, scenarios, runs, pictures, sweeps], ids=lambda module: module.__name__)
def test_examples_of_docstrings(module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches an example that no longer says what happens."""
    monkeypatch.chdir(tmp_path)
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0


def test_import_is_light_and_names_are_there() -> None:
    """Catches a heavy import at the top, and a name that is offered and not there."""
    code = f"import simdiff, sys; print([name for name in {HEAVY} if name in sys.modules], dir(simdiff))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.startswith("[] ")
    assert all(repr(name) in said and getattr(simdiff, name) is getattr(api, name) for name in simdiff.__all__)
    assert sorted(api.__all__) == sorted(simdiff.__all__)
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        simdiff.lod  # noqa: B018


@pytest.mark.parametrize(("draws", "posterior"), [(0, None), (2, None), (2, "calibrated")])
def test_a_run_is_the_run_of_the_command_line(
    draws: int, posterior: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches another number, another file or another byte than ``simdiff run --out`` writes; and any output."""
    result = simdiff.run("four-levers", replicates=5, draws=draws, posterior=posterior, seed=3)
    kept = result.save(tmp_path / "here")
    assert capsys.readouterr() == ("", "")
    file = Path(posterior) if posterior else None
    assert run_command("four-levers", 5, draws, file, 3, None, None, tmp_path / "there", True) == 0
    names = {path.name for path in kept.iterdir()}
    assert names == {path.name for path in (tmp_path / "there").iterdir()}
    assert {name for name in names if (kept / name).read_bytes() != (tmp_path / "there" / name).read_bytes()} == set()
    pd.testing.assert_frame_equal(result.yearly, pd.read_parquet(tmp_path / "there" / "yearly.parquet"))


@pytest.mark.parametrize(("replicates", "draws", "layer"), [(5, 0, "chance"), (5, 3, "parameters"),
                                                            (1, 3, "parameters and chance")])  # fmt: skip
def test_the_summary_shows_the_interval_that_it_names(replicates: int, draws: int, layer: str, tmp_path: Path) -> None:
    """Catches an interval under another's name: compared with the columns of the command line's file."""
    result = simdiff.run("goals", replicates=replicates, draws=draws)
    said = pd.read_csv(result.save(tmp_path / "run") / "summary.csv")
    which = "chance" if layer == "chance" else "parameters"
    assert set(result.summary["interval"]) == {layer}
    for column, name in (("median", "median"), ("low", f"{which}_05"), ("high", f"{which}_95")):
        pd.testing.assert_series_equal(result.summary[column].astype(float), said[name], check_names=False)


def test_what_was_saved_opens_as_the_same(tmp_path: Path) -> None:
    """Catches a run that loses something on its way through a folder."""
    result = simdiff.run("all-six", replicates=2)
    again = simdiff.open(result.save(tmp_path / "a"))
    pd.testing.assert_frame_equal(again.summary, result.summary)
    pd.testing.assert_frame_equal(again.ledger, result.ledger)
    assert repr(again) == repr(result)
    assert {path.name: path.read_bytes() for path in again.save(tmp_path / "b").iterdir()} == {
        path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()
    }


def test_settings_are_what_a_file_that_extends_would_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a setting that is laid otherwise than a file lays it, and provenance that does not repeat it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "more.yaml").write_text(
        "extends: goals\nformat: 1\nname: goals\ntitle: Goals only\n"
        "policy: {talent: {coaching: {per_100_teachers: 1.5, start: 24}}}\n"
        "parameters: {scar: {value: 0.5, reason: set in Python}}\n", encoding="utf-8",
    )  # fmt: skip
    scenario = simdiff.load("goals").with_settings({"policy.talent.coaching": {"per_100_teachers": 1.5, "start": 24}})
    scenario = scenario.with_settings({"parameters.scar": 0.5})
    assert scenario.data == simdiff.load("more.yaml").data
    result = simdiff.run(scenario, replicates=2)
    python, option, code = result.story["reproduce"].split(" ", 2)
    assert (python, option) == ("python", "-c")
    subprocess.run(f"{sys.executable} -c {code}", shell=True, check=True, cwd=tmp_path)
    again = simdiff.open(Path("results") / f"goals-{result.story['run']}")
    pd.testing.assert_frame_equal(again.yearly, result.yearly)


def test_settings_do_not_add_up_out_of_order() -> None:
    """Catches a setting that is given again and stands where it stood first."""
    goals = simdiff.load("goals")
    again = goals.with_settings({"policy.goals.goals": 0.1}).with_settings({"policy.goals": None})
    again = again.with_settings({"policy.goals.goals": 0.3})
    assert again.data["policy"]["goals"]["goals"]["level"] == {"others": 0.3}
    assert goals.data["policy"]["goals"]["goals"]["level"] == {"others": 0.8}


@pytest.mark.parametrize(("settings", "told"), [
    ({"policy.goals.gaols": 1}, "did you mean `goals`?"),
    ({"years": float("nan")}, "with_settings years: found nan"),
    ({"title": "a\x1b[31m"}, "control character"),
    ({"policy": object()}, "found a object"),
    ({"policy..goals": 1}, "found the path"),
    ({"extends": "/etc/passwd"}, "unknown key"),
    ({"where.table.path": "/etc/passwd"}, "leaves the project"),
])  # fmt: skip
def test_wrong_settings_are_told_as_files_are(settings: dict[str, object], told: str) -> None:
    """Catches a setting that no file could have."""
    with pytest.raises(simdiff.ScenarioError) as error:
        simdiff.load("all-six").with_settings(settings)
    assert told in str(error.value)
    assert str(error.value).startswith("with_settings")


def test_errors_are_values_with_the_text_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches an exit, a print, a text of its own, and a folder that is touched."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    result = simdiff.run("goals", replicates=1)
    capsys.readouterr()
    assert run_command("goals", 1, 0, None, 1, None, None, Path("taken"), True) == 2
    said = capsys.readouterr().err.strip()
    for wrong in (
        lambda: simdiff.run("goals", replicates=2.5),
        lambda: simdiff.run("goals", draws=400, posterior="calibrated"),
        lambda: simdiff.run("goals", posterior="nowhere.csv", draws=2),
        lambda: simdiff.sweep("no-such"),
        lambda: simdiff.open("taken"),
        lambda: result.chart("adaption"),
        lambda: result.chart("adoption", colour="red"),
        lambda: result.chart("adoption", size="huge"),
    ):
        with pytest.raises(ValueError):
            wrong()
    with pytest.raises(ValueError) as error:
        result.save("taken")
    assert str(error.value) == said
    assert capsys.readouterr() == ("", "")
    assert [path.name for path in (tmp_path / "taken").iterdir()] == ["mine.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken"]


def test_the_mesa_model_lives_the_run(tmp_path: Path) -> None:
    """Catches a model of another world, seed or replicate than the run's: exactly the same at every year's end."""
    scenario = simdiff.load("four-levers").with_settings({"years": 3})
    result = simdiff.run(scenario, replicates=3, seed=5)
    depth = result.yearly.query("outcome == 'depth' and replicate == 2").set_index("year")["value"]
    model = scenario.mesa_model(seed=5, replicate=2)
    for year in range(4):
        for _ in range(12):
            model.step()
        assert model.outcome("depth") == depth[year]


def test_a_sweep_is_the_sweep_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches another byte in the folder, an output, and a sweep that is computed again instead of gone on with."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    found = simdiff.sweep("small.yaml", "out", threads=2)
    assert capsys.readouterr() == ("", "")
    here = {str(path.relative_to("out")): path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}
    Path("out").rename("first")
    machine = Machine("local", 2, None, None, (None, None, None), True, True)
    assert sweep_command("small.yaml", None, dict.fromkeys(("replicates", "draws", "posterior", "seed")), Path("out"),
                         machine) == 0  # fmt: skip
    there = {str(path.relative_to("out")): path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}
    assert here == there
    again = simdiff.sweep("small.yaml", "out")
    assert (found.report.tally.fresh, again.report.tally.fresh) == (16, 0)
    with pytest.raises(ValueError, match="holds a sweep that this would mix"):
        simdiff.sweep("small.yaml", "out", seed=2)
    with lease(Path("out")), pytest.raises(FolderOwnedError):
        simdiff.sweep("small.yaml", "out")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> api.Sweep:
    folder = tmp_path_factory.mktemp("small")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    return simdiff.sweep(folder / "small.yaml", folder / "out")


def test_tables_of_a_sweep_hold_every_value(small: api.Sweep) -> None:
    """Catches rows that are lost, and a mean that is not that of the comparison."""
    table = small.table("depth", years=10)
    assert len(table) == 4 * 4
    assert set(table["factor_coaches"]) == {0.0, 2.0}
    means = table.groupby("cell")["value"].mean()
    pair = small.compare("depth").table.iloc[0]
    assert pair["difference"] == pytest.approx(means[pair["first"]] - means[pair["second"]], abs=1e-12)
    effects = small.effects("depth").table.query("kind == 'main' and name.str.startswith('coaches')").iloc[0]
    halves = table.groupby("factor_coaches")["value"].mean()
    assert effects["mean"] == pytest.approx(halves[2.0] - halves[0.0], abs=1e-12)
    summary = small.summary.query("outcome == 'depth' and year == 10").set_index("cell")["median"]
    assert summary.to_dict() == pytest.approx(table.groupby("cell")["value"].median().to_dict(), abs=1e-12)


def test_what_a_sweep_shows_says_how_to_read_it(small: api.Sweep) -> None:
    """Catches a repr without intervals' kind, verdicts, the ranking or the caveat."""
    compared, effects = small.compare(["depth", "spread"]), small.effects()
    for shown in (small, compared, effects, small.chart()):
        assert "does not forecast" in repr(shown)
        assert "chance" in repr(shown)
    assert "told apart" in compared.ranking
    assert compared.ranking.startswith("Ranking by depth")
    assert all(verdict in repr(compared) for verdict in ("verdict", "Ranking by spread"))


def test_a_chart_is_a_picture_with_its_story(small: api.Sweep, tmp_path: Path) -> None:
    """Catches a picture that cannot be replayed, has no words beside it, or other numbers in its table."""
    chart = small.chart("levers", outcomes="depth", cells=[cell.name for cell in small.report.plan.cells[:2]])
    content, about = chart._repr_png_()
    (tmp_path / "shown.png").write_bytes(content)
    assert about["alt"] == chart.alt == read_story(tmp_path / "shown.png")["alt"]
    assert chart.save(tmp_path / "kept.svg") == [tmp_path / "kept.svg", tmp_path / "kept.csv"]
    said = read_story(tmp_path / "kept.svg")
    assert said["command"].startswith(f"simdiff chart {small.folder} levers --outcomes depth --cell ")
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "kept.csv"), chart.table)
    assert chart._repr_html_() is None
    with pytest.raises(ValueError, match="expected a name that ends in"):
        chart.save(tmp_path / "kept.doc")


def test_an_animation_moves_in_a_notebook(small: api.Sweep) -> None:
    """Catches a GIF that is shown as its last frame only."""
    moving = small.chart("animation", years=[1, 2], cells=small.report.plan.cells[0].name)
    assert moving._repr_html_().startswith('<img alt="')
    assert "data:image/gif;base64,R0lGOD" in moving._repr_html_()


def test_a_partial_sweep_says_so(small: api.Sweep, tmp_path: Path) -> None:
    """Catches results of some runs that pass for all of them; and an empty folder that is compared."""
    chunks = sorted((small.folder / "chunks").iterdir())
    kept = tmp_path / "part"
    (kept / "chunks").mkdir(parents=True)
    for path in (*small.folder.glob("*.json"), *small.folder.glob("*.parquet"), *chunks[1:]):
        (kept / path.relative_to(small.folder)).write_bytes(path.read_bytes())
    part = simdiff.open(kept)
    assert json.loads((kept / "sweep.json").read_text())["title"] == "Small"
    for shown in (
        part,
        part.compare(cells=[cell.name for cell in part.report.plan.cells if cell.id in part._rows.by_cell]),
    ):
        assert "PARTIAL" in repr(shown)
        assert f"simdiff resume {kept}" in repr(shown)
    for path in (kept / "chunks").iterdir():
        path.unlink()
    with pytest.raises(ValueError, match="no run is done yet"):
        simdiff.open(kept).table()
    assert "PARTIAL: 0 of 16" in repr(simdiff.open(kept))
