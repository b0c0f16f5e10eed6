"""``simdiff recover`` as its users meet it."""

import json
from pathlib import Path

import pytest
from test_cli import simdiff_command

from simdiff.analysis.recovery_study import Size
from simdiff.cli.recover import recover_command
from simdiff.report.picture import read_story

FILES = {"recovery.csv", "recovery.md", "recovery.json", "recovery-chart.png", "recovery-chart.csv", "steps"}


def test_recover_writes_its_files_and_goes_on_from_what_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a missing file, JSON mixed with words, a second run that computes again or says something else."""
    run = simdiff_command("recover", "--bank", 40, "--truths", 20, "--districts", 0, "--out", "here", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    out = tmp_path / "here"
    assert {path.name for path in out.iterdir()} == FILES
    told = " ".join(run.stdout.split())
    assert "WARNING: 20 truths and a bank of 40 are too few to conclude anything (at least 200 and 2,000)" in told
    assert "With all data, told" not in told
    story = read_story(out / "recovery-chart.png")
    assert story["study"] == "recover"
    assert story["numbers"].encode() == (out / "recovery-chart.csv").read_bytes()
    assert "does not forecast" in run.stdout
    kept = {path: path.stat().st_mtime_ns for path in (out / "steps").rglob("*.npz")}
    table = (out / "recovery.csv").read_bytes()
    assert recover_command(Size(40, 20, 0), 1, 1, out, as_json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reproduce"] == "simdiff recover --bank 40 --truths 20 --districts 0 --seed 1"
    assert [one["name"] for one in found["situations"]] == ["A", "B", "C", "D"]
    assert [len(row) == len(one["head"]) for one in found["tables"] for row in one["rows"]].count(False) == 0
    assert len(found["tables"]) == 6
    assert found == json.loads((out / "recovery.json").read_text())
    assert (out / "recovery.csv").read_bytes() == table
    assert {path: path.stat().st_mtime_ns for path in (out / "steps").rglob("*.npz")} == kept


def test_counts_that_mean_nothing_are_refused(tmp_path: Path) -> None:
    """Catches a study of three districts, and a folder left behind by a command that was refused."""
    run = simdiff_command("recover", "--bank", 3, "--out", "here", folder=tmp_path)
    assert run.returncode == 2
    assert "--bank" in run.stderr
    assert not (tmp_path / "here").exists()
