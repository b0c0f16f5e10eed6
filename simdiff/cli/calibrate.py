"""``simdiff calibrate``."""

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from simdiff.analysis import abc, calibration, patterns, targets
from simdiff.analysis.abc import Sizes
from simdiff.analysis.calibration import SCORED, WORLDS, Calibration, calibrate
from simdiff.analysis.leaders import Carlson, carlson, carlson_rows
from simdiff.analysis.parity import parity
from simdiff.analysis.worlds import Worlds, worlds_of
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, INTERRUPTED
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.calibration_report import (
    HEADS,
    LEADER_HEADS,
    PARITY_HEADS,
    calibration_chart,
    draw_rows,
    leader_rows,
    parity_rows,
    table_rows,
    told,
)
from simdiff.report.leaders_chart import leaders_chart
from simdiff.report.picture import plate_files
from simdiff.report.provenance import CAVEAT, commit
from simdiff.report.terminal import PlainConsole
from simdiff.scenario import LoadedExperiment, ScenarioError, load_experiment
from simdiff.scenario.leaders import read_network
from simdiff.scenario.problems import Problem
from simdiff.study import panel
from simdiff.study.draws import parameter_draws
from simdiff.study.files import csv_bytes, digest, write_file
from simdiff.study.remembered import remembered
from simdiff.study.version import code_digest, versions

DRAWS, ABOUT, CHART = "calibrated.csv", "calibration.json", "calibration.png"
LEADERS_CHART = "carlson.png"
STEPS = "steps"
PARITY = "parity"
"""The experiment that asks whether lever families start equal."""


def calibrate_command(experiment: str, kept: int, network: Path | None, leader_draws: int, threads: int | None,
                      out: Path, as_json: bool) -> int:  # fmt: skip
    """Calibrate to the C targets; write accepted draws, where they come from, and pictures."""
    try:
        loaded = load_experiment(experiment)
        leaders = read_network(network) if network else None
        _check_worlds(loaded, experiment)
        worlds = worlds_of(loaded)
        equal = load_experiment(PARITY)
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT
    sizes = Sizes(wave=max(2, loaded.experiment.draws), kept=kept)
    name = _name(loaded, sizes)
    try:
        out.mkdir(parents=True, exist_ok=True)
        found = _calibrated(worlds, sizes, loaded.experiment.seed, threads, out / STEPS / name)
        curve = carlson(leaders, leader_draws, loaded.experiment.seed) if leaders else None
        families = _parity(equal, found, threads)
        words = ["simdiff", "calibrate", experiment, "--kept", str(kept), "--leader-draws", str(leader_draws)]
        words += ["--network", str(network)] if network else []
        about = _about(found, curve, loaded, sizes, shlex.join(words)) | {"parity": families}
        for file, content in _files(found, curve, about).items():
            write_file(out / file, content)
    except KeyboardInterrupt:
        errors().print(f"stopped; the same command goes on from {out / STEPS / name}")
        return INTERRUPTED
    except ValueError as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or out}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        print(json.dumps(about, ensure_ascii=False))
    else:
        _print(found, curve, families, out)
    return 0


def _check_worlds(loaded: LoadedExperiment, name: str) -> None:
    """Raises ScenarioError if a world in which targets are measured is missing, or draws are."""
    problems = [Problem(name, 0, 0, "scenarios", f"no world `{world}`", f"expected {', '.join(WORLDS)}")
                for world in WORLDS if world not in loaded.bases]  # fmt: skip
    if loaded.experiment.draws < 100:
        problems.append(Problem(name, 0, 0, "draws", f"found {loaded.experiment.draws}",
                                "expected at least 100 points for the first wave"))  # fmt: skip
    if problems:
        raise ScenarioError(problems)


def _calibrated(worlds: Worlds, sizes: Sizes, seed: int, threads: int | None, steps: Path) -> Calibration:
    console = PlainConsole(stderr=True)
    say_if_compiling(errors())
    columns = TextColumn("points scored"), BarColumn(), TextColumn("{task.completed:,}"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        return calibrate(worlds, sizes, seed, threads=threads, progress=lambda done: bar.advance(task, done),
                         remember=lambda score: remembered(score, steps))  # fmt: skip


def _name(loaded: LoadedExperiment, sizes: Sizes) -> str:
    """Name of all that decides what a step computes: the worlds themselves, sizes, the model, how they are scored."""
    cells = [loaded.cell(name, {}) for name in loaded.bases]
    said = [(cell.text, sorted(cell.schools.items())) for cell in cells]
    scored = [Path(str(module.__file__)).read_bytes() for module in (abc, calibration, targets, patterns, panel)]
    asked = (loaded.experiment.draws, loaded.experiment.replicates, loaded.experiment.seed)
    return digest(f"{said!r} {asked} {sizes} {code_digest(versions())} {scored}".encode())[:16]


def _parity(loaded: LoadedExperiment, found: Calibration, threads: int | None) -> list[dict[str, Any]]:
    """Lever families before and after: rows of the comparison at draws of the priors and at accepted ones."""
    worlds, count = worlds_of(loaded), loaded.experiment.draws
    before, after = (
        parity(worlds, draws, threads)
        for draws in (parameter_draws(loaded.experiment.seed, count), found.draws[:count])
    )
    return [asdict(one) | {"when": when} for when, rows in (("priors", before), ("calibrated", after)) for one in rows]


def _about(
    found: Calibration, curve: Carlson | None, loaded: LoadedExperiment, sizes: Sizes, command: str
) -> dict[str, Any]:
    """All that is needed to know, trust and repeat a calibration."""
    return {
        "reproduce": command,
        "caveat": CAVEAT,
        "experiment": loaded.experiment.model_dump(mode="json"),
        "targets": [{"name": t.name, "low": t.low, "high": t.high, "source": t.source} for t in SCORED],
        "found": told(found)[:-1],
        "table": [dict(zip(HEADS_JSON, row, strict=True)) for row in table_rows(found)],
        "carlson": carlson_rows(curve),
        "told": round(found.told, 3),
        "contraction": {name: round(value, 3) for name, value in found.contraction.items()},
        "stages": [{"exponent": s.exponent, "effective": s.effective, "accepted": s.accepted}
                   for s in found.posterior.stages],
        "sizes": {"wave": sizes.wave, "kept": sizes.kept, "moves": sizes.moves, "last_moves": sizes.last_moves},
        "seed": loaded.experiment.seed,
        "commit": commit(),
        "versions": versions(),
    }  # fmt: skip


HEADS_JSON = ("target", "title", "range", "before", "before_in_range", "after", "after_in_range")


def _files(found: Calibration, curve: Carlson | None, about: dict[str, Any]) -> dict[str, bytes]:
    files = {
        DRAWS: csv_bytes(draw_rows(found.draws)),
        ABOUT: (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode(),
        **plate_files(Path(CHART).stem, calibration_chart(found), about["reproduce"]),
    }
    leaders = leaders_chart(curve, CAVEAT, "calibrate") if curve else None
    return files | (plate_files(Path(LEADERS_CHART).stem, leaders, about["reproduce"]) if leaders else {})


def _print(found: Calibration, curve: Carlson | None, equal: list[dict[str, Any]], out: Path) -> None:
    console = terminal()
    parts = (
        (HEADS, table_rows(found)),
        (LEADER_HEADS, leader_rows(carlson_rows(curve))),
        (PARITY_HEADS, parity_rows(equal)),
    )
    for heads, rows in parts:
        table = Table(box=None, pad_edge=False)
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        console.print()
    for line in told(found):
        console.print(line)
    console.print(f"\nDraws: {out / DRAWS}. Use them: --draws {len(found.draws)} --posterior {out / DRAWS}",
                  soft_wrap=True)  # fmt: skip
    console.print(f"Picture: {out / CHART}. Where they come from: {out / ABOUT}", soft_wrap=True)
