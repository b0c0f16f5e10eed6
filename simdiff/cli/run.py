"""``simdiff run``."""

import json
import shlex
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from simdiff.analysis.layer_rows import run_splits, split_rows
from simdiff.analysis.layers import Split
from simdiff.analysis.report_rows import summary_rows
from simdiff.analysis.results import OfRun, Results
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, INTERRUPTED
from simdiff.cli.check import load_or_none
from simdiff.model.compile import is_compiled
from simdiff.model.world import World, describe
from simdiff.report.asked import Asked
from simdiff.report.charts import PRINT
from simdiff.report.kinds import KINDS
from simdiff.report.layer_report import split_lines
from simdiff.report.picture import picture
from simdiff.report.provenance import CAVEAT, provenance, run_id
from simdiff.report.run_report import glossary, layers, summary, warnings
from simdiff.report.story import story_of
from simdiff.scenario import Loaded, ScenarioError, read_posterior, to_yaml
from simdiff.study.files import csv_bytes, parquet_bytes
from simdiff.study.run import RunResult, run_scenario
from simdiff.study.run_folder import (
    PROVENANCE,
    SCENARIO,
    SCHOOLS,
    FolderTakenError,
    check_folder,
    run_plan,
    schools_bytes,
    write_folder,
)
from simdiff.study.tables import final_table, ledger_table, monthly_table, yearly_table


def run_command(scenario: str, replicates: int, draws: int, posterior: Path | None, seed: int, threads: int | None,
                schools: Path | None, out: Path | None, as_json: bool) -> int:  # fmt: skip
    """Run a scenario and write its folder; the exit code: 0, 1 (could not write) or 2 (bad input)."""
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    wrong = _wrong_counts(replicates, draws, threads)
    if wrong:
        errors.print("\n".join(wrong))
        return BAD_INPUT
    loaded = load_or_none(scenario, schools)
    given = _posterior(posterior, draws, errors)
    if loaded is None or given is None:
        return BAD_INPUT
    question: dict[str, Any] = {
        "scenario": loaded.scenario.name,
        "replicates": replicates,
        "draws": draws,
        "seed": seed,
    }
    if posterior is not None:
        question["posterior"] = str(posterior)
    run = run_id(loaded.text, [question, given[:draws]], sorted(loaded.schools.items()))
    folder = out or Path("results") / f"{loaded.scenario.name}-{run}"
    try:
        check_folder(folder, run)
        result, world = _simulate(loaded, replicates, draws, given, seed, threads)
        command = _command(scenario, question, schools)
        notes = [*loaded.notes, *warnings(result, loaded.scenario)]
        story = provenance(run, question, command, loaded.files, notes, describe(world), result.draws)
        rows, splits = summary_rows(result), run_splits(result, seed)
        write_folder(folder, _files(loaded, result, rows, story), run)
    except KeyboardInterrupt:
        errors.print("stopped; nothing was written")
        return INTERRUPTED
    except (FolderTakenError, ValueError) as problem:
        errors.print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors.print(f"{problem.filename or folder}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        said = {"provenance": story, "folder": str(folder), "summary": rows, "layers": split_rows(splits)}
        print(json.dumps(said, ensure_ascii=False))
    else:
        _print(notes, result, splits, world, folder, run)
    return 0


def _wrong_counts(replicates: int, draws: int, threads: int | None) -> list[str]:
    wrong = []
    if replicates < 1:
        wrong.append(f"--replicates: {replicates}, expected a whole number of at least 1")
    if draws < 0 or draws == 1:
        wrong.append(f"--draws: {draws}, expected 0 (default values) or a whole number of at least 2")
    if threads is not None and threads < 1:
        wrong.append(f"--threads: {threads}, expected a whole number of at least 1")
    return wrong


def _command(scenario: str, question: dict[str, Any], schools: Path | None) -> str:
    words = ["simdiff", "run", scenario]
    for name in ("replicates", "draws", "posterior", "seed"):
        words += [f"--{name}", str(question[name])] if name in question else []
    if schools is not None:
        words += ["--schools", str(schools)]
    return shlex.join(words)


def say_if_compiling(console: Console) -> None:
    """Say that the first run takes longer, if it does."""
    if not is_compiled():
        console.print("Compiling the model, once for this version (about 25 seconds) …")


def _posterior(file: Path | None, draws: int, errors: Console) -> tuple[dict[str, float], ...] | None:
    """Parameter draws of a file, none without one; None after saying what is wrong with it."""
    if file is None:
        return ()
    try:
        given = read_posterior(file)
    except ScenarioError as error:
        errors.print(str(error))
        return None
    if draws == 0:
        errors.print(f"--posterior: needs --draws too: how many of its draws to use, 2 to {len(given)}")
        return None
    if not 2 <= draws <= len(given):
        errors.print(f"--draws: {draws}, expected a whole number from 2 to {len(given)}, the draws of {file}")
        return None
    return given


def _simulate(loaded: Loaded, replicates: int, draws: int, posterior: tuple[dict[str, float], ...], seed: int,
              threads: int | None) -> tuple[RunResult, World]:  # fmt: skip
    console = Console(stderr=True)
    say_if_compiling(console)
    columns = TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=replicates * max(1, draws))
        return run_scenario(loaded, replicates=replicates, draws=draws, posterior=posterior, seed=seed, threads=threads,
                            progress=lambda done: bar.advance(task, done))  # fmt: skip


def _files(loaded: Loaded, result: RunResult, rows: list[dict[str, Any]], story: dict[str, Any]) -> dict[str, bytes]:
    schools = {SCHOOLS: schools_bytes(loaded.schools)} if loaded.schools else {}
    return {
        "summary.csv": csv_bytes(rows),
        "yearly.parquet": parquet_bytes(yearly_table(result)),
        "monthly.parquet": parquet_bytes(monthly_table(result)),
        "whole_run.parquet": parquet_bytes(final_table(result)),
        "ledger.parquet": parquet_bytes(ledger_table(result)),
        SCENARIO: to_yaml(loaded.text).encode(),
        PROVENANCE: (json.dumps(story, indent=2, ensure_ascii=False) + "\n").encode(),
        **schools,
        **_chart(loaded, result, story),
    }


def _chart(loaded: Loaded, result: RunResult, story: dict[str, Any]) -> dict[str, bytes]:
    """The chart of the folder: spread and depth over time, of each district if there are several."""
    asked = story["asked"]
    plan = run_plan(loaded, asked["replicates"], result.draws, asked["seed"], story["versions"])
    results = Results(plan, OfRun(result), story["run"], story["reproduce"])
    kind = "districts" if len(result.places) > 1 else "adoption"
    chart = KINDS[kind].draw(results, Asked(kind), PRINT)
    return {"chart.png": picture(chart, "png", story_of(chart, results, PRINT, story["reproduce"]), PRINT),
            "chart.csv": chart.csv()}  # fmt: skip


def _print(notes: list[str], result: RunResult, splits: list[Split], world: World, folder: Path, run: str) -> None:
    console = Console(highlight=False, markup=False)
    size = describe(world)
    console.print(f"\n{result.title}", style="bold")
    counts = ", ".join(_count(size[name], name) for name in ("schools", "teachers", "districts"))
    console.print(f"{counts}; {_count(result.years, 'years')}\n")
    for block in summary(result):
        table = Table(title=block.heading, title_justify="left", title_style="italic", box=None, pad_edge=False)
        for n, name in enumerate(block.columns):
            table.add_column(name, no_wrap=n == 0)
        for row in block.rows:
            table.add_row(*row)
        console.print(table)
        console.print()
    for line in split_lines(splits):
        console.print(line)
    for line in (*glossary(), layers(result)):
        console.print(line, style="dim")
    for note in notes:
        console.print(f"Note: {note}")
    console.print(f"{CAVEAT}", style="dim")
    console.print(f"\nRun {run}. Chart: {folder / 'chart.png'}", soft_wrap=True)
    console.print(f"Tables, scenario and provenance: {folder}", soft_wrap=True)


def _count(number: int, plural: str) -> str:
    return f"{number:,} {plural if number != 1 else plural.removesuffix('s')}"
