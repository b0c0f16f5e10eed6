"""``simdiff compare``."""

import json
import shlex
from pathlib import Path

from rich.table import Table

from simdiff.analysis.comparison import Comparison, compare
from simdiff.analysis.matched import Asked, CompareError
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors, terminal
from simdiff.report.compare_files import said, write_comparison
from simdiff.report.compare_words import sections, where
from simdiff.report.provenance import CAVEAT
from simdiff.study.blocks import ALL
from simdiff.study.chunk_folder import Rows, TwinChunksError
from simdiff.study.sheet import SheetError
from simdiff.study.sweep import Report, status


def compare_command(folder: Path, asked: Asked, as_json: bool, out: Path | None) -> int:
    """Compare the options of a sweep in matched worlds."""
    try:
        report = status(folder, verify=True)
        if not report.tally.done:
            raise CompareError(f"{folder}: no run is done yet")
        found = compare(report.plan, Rows(report.plan, report.chunks), asked)
        paths = write_comparison(report, found, folder, out, _command(folder, asked, out)) if out is not None else []
    except (SheetError, TwinChunksError, CompareError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or out or folder}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        print(json.dumps(said(report, found, folder), ensure_ascii=False))
    else:
        _print(report, found, paths)
    return SOME_FAILED if report.tally.failed or not report.complete else 0


def _command(folder: Path, asked: Asked, out: Path) -> str:
    """What compares the same again, but for the folder that it is written to."""
    words = ["simdiff", "compare", str(folder)]
    words += [word for option, names in (("--outcome", asked.outcomes), ("--cell", asked.cells)) for name in names
              for word in (option, name)]  # fmt: skip
    words += ["--place", asked.place] if asked.place != ALL else []
    words += [word for option, value in (("--year", asked.year), ("--practice", asked.practice),
                                         ("--baseline", asked.baseline)) if value is not None
              for word in (option, str(value))]  # fmt: skip
    words += ["--confidence", f"{asked.confidence:g}"] if asked.confidence != 0.95 else []
    return shlex.join([*words, "--out", out.name])


def _print(report: Report, found: Comparison, paths: list[Path]) -> None:
    console, tally = terminal(), report.tally
    console.print(f"\n{report.plan.experiment.title}", style="bold")
    if report.plan.experiment.question:
        console.print(report.plan.experiment.question)
    console.print(where(found))
    if tally.failed or not report.complete:
        console.print(f"PARTIAL: {tally.done:,} of {tally.planned:,} runs are done, {tally.failed:,} of them FAILED; "
                      "pairs are compared in the worlds that both have", style="bold red")  # fmt: skip
    for part in sections(found):
        console.print(f"\n{part.heading}", style="bold")
        if part.rows:
            table = Table(box=None, pad_edge=False)
            for n, column in enumerate(part.columns):
                table.add_column(column, overflow="fold", no_wrap=n == 0)
            for row in part.rows:
                table.add_row(*row)
            console.print(table)
        for line in part.lines:
            console.print(line)
    console.print(f"\n{CAVEAT}", style="dim")
    for path in paths:
        console.print(str(path), soft_wrap=True)
