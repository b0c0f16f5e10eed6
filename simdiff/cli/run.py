"""``simdiff run``."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from simdiff.analysis.layer_rows import run_splits, split_rows
from simdiff.analysis.layers import Split
from simdiff.analysis.report_rows import summary_rows
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, INTERRUPTED
from simdiff.cli.check import load_or_none, print_problems
from simdiff.model.compile import is_compiled
from simdiff.report.layer_report import split_lines
from simdiff.report.progress import runs_bar
from simdiff.report.provenance import CAVEAT
from simdiff.report.run_files import RunAsked, run_command_of, run_files, story_of_run
from simdiff.report.run_report import glossary, layers, size_line, summary
from simdiff.report.terminal import PlainConsole
from simdiff.scenario import ScenarioError
from simdiff.study.counts import check_counts, given_draws
from simdiff.study.run import RunResult, run_scenario
from simdiff.study.run_folder import FolderTakenError, check_folder, write_folder


def run_command(scenario: str, replicates: int, draws: int, posterior: Path | None, seed: int, threads: int | None,
                schools: Path | None, out: Path | None, as_json: bool) -> int:  # fmt: skip
    """Run a scenario and write its folder; the exit code: 0, 1 (could not write) or 2 (bad input)."""
    errors = PlainConsole(stderr=True, soft_wrap=True)
    try:
        check_counts(replicates, draws, seed, threads)
    except ScenarioError as error:
        print_problems(error)
        return BAD_INPUT
    loaded = load_or_none(scenario, schools)
    given = _given_or_none(posterior, draws)
    if loaded is None or given is None:
        return BAD_INPUT
    asked = RunAsked(loaded, replicates, draws, seed, posterior, given)
    folder = out or asked.folder
    try:
        check_folder(folder, asked.run)
        say_if_compiling(errors)
        with runs_bar(errors, replicates * max(1, draws), shown=errors.is_terminal) as told:
            result, world = run_scenario(loaded, replicates=replicates, draws=draws, posterior=given, seed=seed,
                                         threads=threads, progress=told)  # fmt: skip
        story = story_of_run(asked, result, world, run_command_of(scenario, asked.said, schools))
        rows, splits = summary_rows(result), run_splits(result, seed)
        write_folder(folder, run_files(loaded, result, story, rows), asked.run)
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
        _print(story, result, splits, folder)
    return 0


def _given_or_none(file: Path | None, draws: int) -> tuple[dict[str, float], ...] | None:
    """Parameter draws of a file, none without one; None after saying what is wrong with it."""
    try:
        return given_draws(file, draws)
    except ScenarioError as error:
        print_problems(error)
        return None


def say_if_compiling(console: Console) -> None:
    """Say that the first run takes longer, if it does."""
    if not is_compiled():
        console.print("Compiling the model, once for this version (about 25 seconds) …")


def _print(story: dict[str, Any], result: RunResult, splits: list[Split], folder: Path) -> None:
    console = PlainConsole()
    console.print(f"\n{result.title}", style="bold")
    console.print(f"{size_line(story['world'], result.years)}\n")
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
    for note in story["notes"]:
        console.print(f"Note: {note}")
    console.print(f"{CAVEAT}", style="dim")
    console.print(f"\nRun {story['run']}. Chart: {folder / 'chart.png'}", soft_wrap=True)
    console.print(f"Tables, scenario and provenance: {folder}", soft_wrap=True)
