"""What a colleague sends is data: files made to break whoever reads them are refused with the usual words, exit code 2,
no traceback, and within 300 MB. Each is a few kilobytes to some twenty megabytes that would be gigabytes, or hours."""

import io
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from threading import Event

import hostile_files as hostile
import pytest

from simdiff.cli.run import run_command
from simdiff.scenario import load_experiment
from simdiff.study.engines import LocalEngine
from simdiff.study.plan import make_plan
from simdiff.study.sweep import run_sweep

MEGABYTES = 300
SWEEP = """\
format: 1
name: small
title: Small
scenarios:
  quo: {scenario: status-quo, set: {years: 1}}
replicates: 2
draws: 2
keep: {series: last, outcomes: [spread, cost]}
"""
Job = tuple[str, list[str]]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What every command returned and printed, and by how many MB its process grew."""
    folder = tmp_path_factory.mktemp("hostile")
    jobs = [*of_scenarios(folder), *of_pictures(folder), *of_folders(folder)]
    found = dict[str, dict[str, object]]()
    with ThreadPoolExecutor(2) as pool:
        for told in pool.map(lambda n: answered(folder, n, jobs[n::2]), range(2)):
            found |= {one["name"]: one for one in map(json.loads, told.splitlines())}
    assert sorted(found) == sorted(name for name, _ in jobs)
    return found


def answered(folder: Path, n: int, jobs: list[Job]) -> str:
    """What a process of its own answers to some jobs: a line each."""
    path = put(folder, f"jobs-{n}.json", json.dumps(jobs))
    asked = [sys.executable, str(Path(hostile.__file__)), str(path)]
    with path.with_suffix(".answers").open("w+") as out:
        subprocess.run(asked, stdout=out, check=True, cwd=folder)
        out.seek(0)
        return out.read()


def put(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def of_scenarios(folder: Path) -> list[Job]:
    """Files that a scenario or an import reads."""
    jobs = list[Job]()
    for n, (name, file, content) in enumerate(hostile.tables()):
        here = folder / f"table-{n}"
        put(here, file, content)
        put(here, "a.yaml", hostile.SCENARIO.replace("FILE", file).replace("TIES", ""))
        put(here, "b.yaml", SWEEP + f"posterior: {file}\n")
        put(
            here,
            "c.yaml",
            SWEEP + f"factors: {{x: {{path: years, values: [1, 2]}}}}\ndesign: {{kind: table, file: {file}}}\n",
        )
        put(here, "d.yaml", hostile.SCENARIO.replace("FILE", "s.csv").replace("TIES", f"ties: {{path: {file}}}"))
        put(here, "s.csv", hostile.SCHOOLS)
        jobs += [(f"table {name}: {one}", ["check", "--no-trial", str(here / f"{one}.yaml")]) for one in "abcd"]
    for n, (name, content) in enumerate(hostile.graphs()):
        here = folder / f"graph-{n}"
        put(here, "n.graphml", content)
        put(here, "s.csv", hostile.SCHOOLS)
        put(here, "a.yaml", hostile.SCENARIO.replace("FILE", "s.csv").replace("TIES", "ties: {path: n.graphml}"))
        jobs.append((f"graph {name}", ["check", "--no-trial", str(here / "a.yaml")]))
    for n, (name, file, content) in enumerate(hostile.public()):
        path = put(folder / f"public-{n}", file, content)
        jobs.append((f"public {name}", ["import-schools", str(path), "--out", str(folder / f"out-{n}")]))
    return jobs


def of_pictures(folder: Path) -> list[Job]:
    """Memos and figures."""
    jobs = list[Job]()
    for n, (name, suffix, content) in enumerate(hostile.memos()):
        path = put(folder, f"memo-{n}.{suffix}", content)
        jobs += [(f"{what} {suffix} {name}", [what, str(path)]) for what in ("audit", "replay")]
    for n, (name, suffix, content) in enumerate(hostile.figures()):
        jobs.append((f"figure {suffix} {name}", ["replay", str(put(folder, f"figure-{n}.{suffix}", content))]))
    os.mkfifo(folder / "pipe.html")
    os.mkfifo(folder / "pipe.png")
    pipes = [("audit", "html"), ("replay", "html"), ("replay", "png")]
    return jobs + [(f"{what} pipe {suffix}", [what, str(folder / f"pipe.{suffix}")]) for what, suffix in pipes]


def of_folders(folder: Path) -> list[Job]:
    """Folders of results."""
    plan = make_plan(load_experiment(str(put(folder, "small.yaml", SWEEP))))
    run_sweep(folder / "sweep", plan, "simdiff sweep small.yaml", LocalEngine(2), Event())
    put(folder, "one.yaml", "extends: status-quo\nformat: 1\nname: one\ntitle: One\nyears: 1\n")
    with redirect_stdout(io.StringIO()):
        assert run_command(str(folder / "one.yaml"), 2, 0, None, 1, 2, None, folder / "run", True) == 0
    jobs = list[Job]()
    for n, (name, base, change) in enumerate(hostile.results(folder / "sweep", folder / "run")):
        there = shutil.copytree(base, folder / f"results-{n}")
        change(there)
        jobs.append((f"results {name}", ["memo" if base.name == "sweep" else "chart", str(there),
                                         *(["adoption"] if base.name == "run" else [])]))  # fmt: skip
    return jobs


def test_hostile_files_are_refused(answers: dict[str, dict[str, object]]) -> None:
    """Catches a traceback, a file that is taken for good, and a refusal without a word, whatever the file."""
    wrong = {name: one for name, one in answers.items() if one["code"] != 2 or not str(one["said"]).strip()}
    assert wrong == {}


def test_hostile_files_fill_no_memory(answers: dict[str, dict[str, object]]) -> None:
    """Catches what is unpacked, expanded or declared being held in memory."""
    large = {name: one["grown"] for name, one in answers.items() if float(str(one["grown"])) > MEGABYTES}
    assert large == {}
