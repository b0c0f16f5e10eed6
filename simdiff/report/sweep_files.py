"""A sweep's folder beside its chunks: the command that repeats it, its summary and its chart."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simdiff.analysis.results_of import of_sweep_folder
from simdiff.analysis.summary import Interval
from simdiff.analysis.sweep_rows import summarise
from simdiff.report.asked import Asked
from simdiff.report.charts import PRINT
from simdiff.report.kinds import KINDS
from simdiff.report.picture import save_chart
from simdiff.report.story import story_of
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Rows
from simdiff.study.files import write_file
from simdiff.study.sheet import SheetError, read_sheet
from simdiff.study.sweep import Report

SUMMARY, CHART = "summary.csv", "chart.png"
Cells = list[tuple[Cell, dict[str, Interval]]]


def sweep_command_of(experiment: str, changes: Mapping[str, Any], schools: Path | None, out: Path | None) -> str:
    """The command that repeats a sweep; ``changes``: what is asked other than the file says."""
    words = ["simdiff", "sweep", experiment]
    for name, value in changes.items():
        words += [f"--{name}", str(value)] if value is not None else []
    words += ["--schools", str(schools)] if schools else []
    words += ["--out", str(out)] if out else []
    return shlex.join(words)


def commands_of(folder: Path, command: str, *, adds: bool) -> str:
    """The commands that repeat the sweep, with one more if there is one."""
    try:
        known = str(read_sheet(folder)[1]["reproduce"])
    except SheetError:
        return command
    if not adds:
        return known
    return f"{known} && {command}" if command else known


def finish_sweep(folder: Path, report: Report) -> Cells:
    """Write the summary and the chart, which are made of the chunks and can be made again."""
    table, cells = summarise(report.plan, Rows(report.plan, report.chunks))
    if cells:
        write_file(folder / SUMMARY, table)
        results = of_sweep_folder(report, folder)
        chart = KINDS["levers"].draw(results, Asked("levers"), PRINT)
        save_chart(chart, folder / CHART, story_of(chart, results, PRINT, results.reproduce), PRINT)
    return cells


def changed_text(folder: Path, changes: str) -> str:
    """What to say if a folder holds a sweep of something else."""
    lines = "\n".join(f"  {line}" for line in changes.splitlines())
    return (f"{folder}: holds a sweep that this would mix with other numbers:\n{lines}\n"
            "Nothing was changed. Use the version and files it was made with, or another folder (--out).")  # fmt: skip
