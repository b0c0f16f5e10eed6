"""The command line as its users meet it: summaries, folders, errors, exit codes, and what is imported at start."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from processes import Fork
from sweep_commands import command, done

import simdiff
import simdiff.cli.check
import simdiff.cli.run

ROOT = Path(simdiff.__file__).parent.parent
HEAVY = ("numpy", "pandas", "mesa", "numba", "scipy", "matplotlib", "pyarrow", "pydantic.main", "ruamel", "rich")
FILES = {"summary.csv", "yearly.parquet", "monthly.parquet", "whole_run.parquet", "ledger.parquet", "scenario.yaml",
         "chart.png", "chart.csv", "provenance.json"}  # fmt: skip


def simdiff_command(*words: object, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in its own process."""
    command = [sys.executable, "-m", "simdiff", *map(str, words)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={**os.environ, **environment}, timeout=300, check=False
    )


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    """Catches an import that moved out of its command: help would cost a second."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "simdiff", "--help"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = {line.split("|")[-1].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "typer" in imported
    assert not [name for name in HEAVY if name in imported]
    assert "run" in run.stdout
    assert "check" in run.stdout


def test_run_writes_the_whole_folder_and_says_what_it_found(tmp_path: Path) -> None:
    """Catches a missing file, a summary without intervals, a result without its caveat."""
    run = simdiff_command("run", "four-levers", "--replicates", 8, "--out", "here", folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert {path.name for path in (tmp_path / "here").iterdir()} == FILES
    for word in (
        "Spread",
        "Deep schools",
        "Sustained",
        "Ownership",
        "Equity gap",
        "Cost",
        "year 10",
        "does not forecast",
    ):
        assert word in run.stdout
    story = json.loads((tmp_path / "here" / "provenance.json").read_text())
    assert story["asked"] == {"scenario": "four-levers", "replicates": 8, "draws": 0, "seed": 1}
    assert story["world"]["schools"] == 60
    assert story["reproduce"].startswith("simdiff run four-levers")
    assert (tmp_path / "here" / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_same_question_same_bytes_whatever_the_threads(fork: Fork, tmp_path: Path) -> None:
    """Catches time stamps in results, thread-dependent order, luck that is not keyed."""
    for out, threads in (("a", 1), ("b", 2)):
        run = done(fork, tmp_path, "run", "status-quo", "--replicates", 20, "--threads", threads, "--out", out)
        assert run.code == 0, run.err
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_resolved_scenario_repeats_the_run(fork: Fork, tmp_path: Path) -> None:
    """Catches a resolved scenario that lost a setting."""
    done(fork, tmp_path, "run", "pilot-then-scale", "--replicates", 4, "--out", "a")
    again = done(fork, tmp_path, "run", "a/scenario.yaml", "--replicates", 4, "--out", "b")
    assert again.code == 0, again.err
    assert (tmp_path / "a" / "yearly.parquet").read_bytes() == (tmp_path / "b" / "yearly.parquet").read_bytes()


def test_json_is_alone_on_standard_output(fork: Fork, tmp_path: Path) -> None:
    """Catches a progress bar or a note in the way of a script; a parameter layer that is not told apart."""
    run = done(fork, tmp_path, "run", "status-quo", "--replicates", 3, "--draws", 2, "--json")
    answer = json.loads(run.out)
    assert len(answer["provenance"]["parameter_draws"]) == 2
    row = next(row for row in answer["summary"] if row["outcome"] == "spread" and row["year"] == 10)
    assert row["parameters_05"] <= row["median"] <= row["parameters_95"]
    assert row["draws"] == 2


@pytest.mark.slow
def test_compiling_is_announced_once(tmp_path: Path) -> None:
    """Catches a silent wait at the first run, and a cache that the next run does not find."""
    for said in (True, False):
        run = simdiff_command("run", "status-quo", "--replicates", 2, "--out", "a", folder=tmp_path,
                              XDG_CACHE_HOME=str(tmp_path / "cache"), NUMBA_CACHE_DIR="")  # fmt: skip
        assert run.returncode == 0, run.stderr
        assert ("Compiling the model" in run.stderr) == said


@pytest.mark.parametrize("compiled", [False, True])
def test_compiling_is_announced(fork: Fork, tmp_path: Path, compiled: bool) -> None:
    """Catches a silent wait at the first run, and one that is announced and does not come."""

    def cache() -> None:
        simdiff.cli.run.is_compiled = lambda: compiled  # type: ignore[assignment]

    run = done(fork, tmp_path, "run", "status-quo", "--replicates", 2, "--out", "a", fault=cache)
    assert run.code == 0, run.err
    assert ("Compiling the model" in run.err) != compiled


def test_a_folder_of_another_run_is_refused_and_kept(fork: Fork, tmp_path: Path) -> None:
    """Catches results that are overwritten or mixed."""
    done(fork, tmp_path, "run", "status-quo", "--replicates", 2, "--out", "here")
    before = {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir()}
    other = done(fork, tmp_path, "run", "status-quo", "--replicates", 3, "--out", "here")
    assert other.code == 2
    assert "holds another run" in other.err
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir()}
    same = done(fork, tmp_path, "run", "status-quo", "--replicates", 2, "--out", "here")
    assert same.code == 0


def test_a_folder_of_something_else_is_refused(fork: Fork, tmp_path: Path) -> None:
    """Catches a run that writes among a user's own files."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    run = done(fork, tmp_path, "run", "status-quo", "--replicates", 2, "--out", "mine")
    assert run.code == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "four-lever"), "four-levers"),
        (("run", "status-quo", "--replicates", "0"), "--replicates: 0"),
        (("run", "status-quo", "--threads", "0"), "--threads: 0"),
        (("run", "status-quo", "--draws", "-1"), "--draws: -1"),
        (("run", "status-quo", "--draws", "1"), "--draws: 1"),
        (("run", "dallas", "--schools", "none.csv"), "none.csv"),
        (("run", "bad.yaml"), "bad.yaml:6:"),
        (("check", "bad.yaml", "status-quo"), "bad.yaml:6:"),
        (("sweep", "four-levers", "--replicates", "1", "--draws", "0", "--out", "a\udcffb"), "expected UTF-8"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(fork: Fork, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Catches a traceback, a wrong exit code, and results written in spite of an error."""
    (tmp_path / "bad.yaml").write_text(
        "extends: status-quo\nname: bad\ntitle: Bad\npolicy:\n  goals:\n    goal: 0.5\n  sponsorship: 1.5\n"
    )
    run = done(fork, tmp_path, *words)
    assert run.code == 2
    assert said in run.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


def test_an_interrupted_run_says_so_and_writes_nothing(fork: Fork, tmp_path: Path) -> None:
    """Catches a silent end, a traceback, and half a folder (in a process of its own: ``test_sweep_faults``)."""
    simulated = simdiff.cli.run.run_scenario

    def told() -> None:
        def run(*asked: Any, **more: Any) -> Any:
            os.write(1, b"simulating")
            return simulated(*asked, **more)

        simdiff.cli.run.run_scenario = run

    child = command(fork, tmp_path, "run", "all-six", "--replicates", 100_000, "--out", "here", fault=told)
    child.hear("simulating")
    assert not child.ends_within(0.5)
    child.signal(signal.SIGINT)
    assert child.end() == 130
    assert "stopped; nothing was written" in child.err
    assert "Traceback" not in child.err
    assert not (tmp_path / "here").exists()


def test_every_problem_of_a_file_is_told_at_once(fork: Fork, tmp_path: Path) -> None:
    """Catches a checker that stops at the first mistake."""
    (tmp_path / "bad.yaml").write_text(
        "extends: status-quo\nname: bad\ntitle: Bad\npolicy:\n  goals:\n    goal: 0.5\n  sponsorship: 1.5\n"
    )
    run = done(fork, tmp_path, "check", "bad.yaml")
    assert "did you mean `goals`" in run.err
    assert "bad.yaml:7:" in run.err


def test_list_names_every_shipped_scenario(fork: Fork, tmp_path: Path) -> None:
    """Catches a shipped scenario that cannot be read."""
    run = done(fork, tmp_path, "list")
    one_district = "status-quo goals flexibility talent networks four-levers pilot-then-scale mandate"
    practices, districts = "internal-framework developer-tied", "dallas denver henry lake pinellas riverside"
    for name in f"{one_district} {practices} {districts}".split():
        assert f"{name} " in run.out
    assert "not readable" not in run.out


def test_an_edit_to_any_rule_makes_another_cache(tmp_path: Path) -> None:
    """Catches a compiled engine that outlives an edit of a rule in another file."""
    shutil.copytree(ROOT / "simdiff", tmp_path / "simdiff", ignore=shutil.ignore_patterns("__pycache__"))
    ask = [sys.executable, "-c", "from simdiff.model.compile import code_hash; print(code_hash())"]

    def asked() -> str:
        run = subprocess.run(ask, cwd=tmp_path, capture_output=True, text=True, check=True,
                             env={**os.environ, "PYTHONPATH": str(tmp_path)})  # fmt: skip
        return run.stdout

    before = asked()
    rule = tmp_path / "simdiff" / "model" / "rules" / "work.py"
    rule.write_text(rule.read_text().replace("max(1, ", "max(2, "))
    assert asked() != before


@pytest.mark.parametrize("name", ["dallas", "denver", "henry", "lake", "pinellas", "riverside"])
def test_the_six_districts_run_on_real_schools(fork: Fork, tmp_path: Path, name: str) -> None:
    """Catches a district that lost its rows, or that imputes or draws without saying so."""
    table = ROOT.parent / "shared" / "data" / "schools" / "six_districts_2022_23.csv.gz"
    if not table.exists():
        pytest.skip("the table of real schools is not here")
    run = done(fork, tmp_path, "run", name, "--schools", table, "--replicates", 2, "--out", "here")
    assert run.code == 0, run.err
    schools = json.loads((tmp_path / "here" / "provenance.json").read_text())["world"]["schools"]
    assert schools == {"dallas": 237, "denver": 202, "henry": 50, "lake": 53, "pinellas": 144, "riverside": 48}[name]
    assert ("teachers imputed" in run.out) == (name in ("denver", "henry"))
