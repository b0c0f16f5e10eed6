"""``simdiff recover``."""

import json
import shlex
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from simdiff.analysis import district_figures
from simdiff.analysis.recovery_study import Size, Study, recovery_study
from simdiff.analysis.worlds import worlds_of
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, INTERRUPTED
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.picture import plate_files
from simdiff.report.provenance import CAVEAT, commit
from simdiff.report.recovery_chart import recovery_chart
from simdiff.report.recovery_tables import blocks, csv_rows, lines_of, markdown
from simdiff.scenario import LoadedExperiment, ScenarioError, load_experiment
from simdiff.study import followed
from simdiff.study.files import csv_bytes, digest, write_file
from simdiff.study.remembered import remembered
from simdiff.study.version import code_digest, versions

EXPERIMENT = "recovery"
TABLE, TABLES, ABOUT, CHART, STEPS = "recovery.csv", "recovery.md", "recovery.json", "recovery-chart.png", "steps"


def recover_command(size: Size, seed: int, threads: int | None, out: Path, as_json: bool) -> int:
    """Simulate districts from known parameters, find them again; write tables, a picture and where they come from."""
    try:
        loaded = load_experiment(EXPERIMENT).with_changes({"seed": seed})
    except ScenarioError as error:
        errors().print(str(error))
        return BAD_INPUT
    steps = out / STEPS / _name(loaded, size)
    try:
        out.mkdir(parents=True, exist_ok=True)
        study = _studied(loaded, size, threads, steps)
        about = _about(study, size, seed)
        for file, content in _files(study, about).items():
            write_file(out / file, content)
    except KeyboardInterrupt:
        errors().print(f"stopped; the same command goes on from {steps}")
        return INTERRUPTED
    except OSError as problem:
        errors().print(f"{problem.filename or out}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        print(json.dumps(about, ensure_ascii=False))
    else:
        _print(study, out)
    return 0


def _name(loaded: LoadedExperiment, size: Size) -> str:
    """Name of all that decides what a step computes: the experiment, sizes, the model, and how figures are measured."""
    measured = [Path(str(module.__file__)).read_bytes() for module in (followed, district_figures)]
    said = [(cell.text, sorted(cell.schools.items())) for cell in (loaded.cell(name, {}) for name in loaded.bases)]
    return digest(f"{said!r} {loaded.experiment!r} {size} {code_digest(versions())} {measured}".encode())[:16]


def _studied(loaded: LoadedExperiment, size: Size, threads: int | None, steps: Path) -> Study:
    console = errors()
    say_if_compiling(console)
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,} of about {task.total:,}"), \
        TimeElapsedColumn(), TimeRemainingColumn()  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:

        def tell(what: str, total: int) -> Callable[[int], None]:
            task = bar.add_task(what, total=total)
            return lambda done: bar.advance(task, done)

        return recovery_study(worlds_of(loaded), size, loaded.experiment.seed, threads=threads, tell=tell,
                              remember=lambda step, name: remembered(step, steps / name))  # fmt: skip


def _about(study: Study, size: Size, seed: int) -> dict[str, Any]:
    """All that was found, and what is needed to know and repeat it."""
    words = ["simdiff", "recover", "--bank", str(size.bank), "--truths", str(size.truths), "--districts",
             str(size.districts), "--seed", str(seed)]  # fmt: skip
    return {
        "reproduce": shlex.join(words),
        "caveat": CAVEAT,
        "told": list(lines_of(study)),
        "tables": [asdict(block) for block in blocks(study)],
        "quantities": csv_rows(study),
        "sampler": [asdict(one) for one in study.sampled],
        "intervals": [asdict(one) | {"error": one.error} for one in study.intervals],
        "situations": [
            {"name": one.name, "figures": one.figures, "beat": one.beat, "told": one.told, "returned": one.returned,
             "directions": [{"contraction": d.contraction, "weights": np.round(d.weights, 3).tolist()}
                            for d in one.directions]}
            for one in study.situations
        ],
        "commit": commit(),
        "versions": versions(),
    }  # fmt: skip


def _files(study: Study, about: dict[str, Any]) -> dict[str, bytes]:
    drawn = plate_files("recovery-chart", recovery_chart(study), about["reproduce"])
    return {
        TABLE: csv_bytes(csv_rows(study)),
        TABLES: markdown(study).encode(),
        ABOUT: (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode(),
        **drawn,
    }


def _print(study: Study, out: Path) -> None:
    console = terminal()
    for block in blocks(study):
        table = Table(title=block.heading, title_justify="left", title_style="bold", box=None, pad_edge=False)
        for head in block.head:
            table.add_column(head, overflow="fold")
        for row in block.rows:
            table.add_row(*row)
        console.print(table)
        console.print(block.note, style="dim")
        console.print()
    for line in lines_of(study):
        console.print(line)
    console.print(CAVEAT, style="dim")
    console.print(f"\nPicture: {out / CHART}. Tables: {out / TABLES}, {out / TABLE}; all figures: {out / ABOUT}",
                  soft_wrap=True)  # fmt: skip
