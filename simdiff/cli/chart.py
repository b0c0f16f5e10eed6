"""``simdiff chart``."""

from dataclasses import replace
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from simdiff.analysis.results import Results
from simdiff.analysis.results_of import read_results
from simdiff.cli import BAD_INPUT, CHANGED, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.asked import Asked, ChartError
from simdiff.report.charts import SIZES
from simdiff.report.drawn import chart_command_of, check_chart, draw
from simdiff.report.kinds import KINDS, Kind
from simdiff.report.picture import save_chart
from simdiff.report.story import story_of
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.run_folder import RunFolderError
from simdiff.study.sheet import ChangedError, SheetError


def list_kinds() -> int:
    """Print the kinds of chart."""
    table = Table("kind", "shows", "needs", box=None, pad_edge=False)
    for name, kind in KINDS.items():
        table.add_row(name, kind.shows, kind.needs)
    terminal().print(table)
    return 0


def chart_command(folder: Path, asked: Asked, out: Path | None, size: str) -> int:
    """Draw a chart of a results folder; write it and its numbers."""
    try:
        kind, _ = check_chart(asked, size)
        results = read_results(folder)
        path = out or folder / "charts" / f"{asked.kind}.{'gif' if asked.kind == 'animation' else 'png'}"
        paths = _drawn(results, kind, asked, path, size, chart_command_of(folder, asked, out, size))
    except (ChartError, RunFolderError, SheetError, TwinChunksError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except ChangedError as problem:
        errors().print(f"{folder}: of other code than this, so its runs cannot be simulated again:\n{problem}")
        return CHANGED
    except OSError as problem:
        errors().print(f"{problem.filename or folder}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    for one in paths:
        terminal().print(str(one), soft_wrap=True)
    if results.partial:
        errors().print(results.partial)
    return SOME_FAILED if results.partial else 0


def _drawn(results: Results, kind: Kind, asked: Asked, path: Path, size: str, command: str) -> list[Path]:
    console = errors()
    if kind.again:
        say_if_compiling(console)
    columns = TextColumn("simulating again"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not (kind.again and console.is_terminal)) as bar:
        task = bar.add_task("", total=None)
        told = replace(results, progress=lambda done: bar.advance(task, done))
        chart = draw(told, asked, size)
    return save_chart(chart, path, story_of(chart, results, SIZES[size], command), SIZES[size])
