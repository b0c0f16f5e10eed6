"""``simdiff chart``."""

import shlex
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
from simdiff.report.kinds import KINDS, Kind, check
from simdiff.report.picture import save_chart
from simdiff.report.story import story_of
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.run_folder import RunFolderError
from simdiff.study.sheet import ChangedError, SheetError, check_code


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
        kind = check(asked)
        if size not in SIZES:
            raise ChartError(f"--size: {size}, expected one of {', '.join(SIZES)}")
        results = read_results(folder)
        path = out or folder / "charts" / f"{asked.kind}.{'gif' if asked.kind == 'animation' else 'png'}"
        paths = _drawn(results, kind, asked, path, size, _command(folder, asked, out, size))
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
        check_code(results.plan)
        say_if_compiling(console)
    columns = TextColumn("simulating again"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not (kind.again and console.is_terminal)) as bar:
        task = bar.add_task("", total=None)
        told = replace(results, progress=lambda done: bar.advance(task, done))
        chart = kind.draw(told, asked, SIZES[size])
    return save_chart(chart, path, story_of(chart, results, SIZES[size], command), SIZES[size])


def _command(folder: Path, asked: Asked, out: Path | None, size: str) -> str:
    """What draws the chart again, but for the folder that it is written to."""
    words = ["simdiff", "chart", str(folder), asked.kind]
    words += ["--outcomes", ",".join(asked.outcomes)] if asked.outcomes else []
    for option, names in {"--cell": asked.cells, "--factor": asked.factors, "--at": asked.at}.items():
        words += [word for name in names for word in (option, name)]
    single = {"--place": asked.place, "--practice": asked.practice, "--replicate": asked.replicate,
              "--baseline": asked.baseline, "--confidence": asked.confidence, "--reach": asked.reach}  # fmt: skip
    for option, value in single.items():
        words += [option, f"{value:g}" if isinstance(value, float) else str(value)] if value is not None else []
    words += ["--months", ",".join(map(str, asked.months))] if asked.months else []
    words += ["--size", size] if size != "print" else []
    return shlex.join([*words, *(["--out", out.name] if out else [])])
