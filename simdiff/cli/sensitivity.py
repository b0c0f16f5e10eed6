"""``simdiff sensitivity``."""

import json
import re
import shlex
from pathlib import Path

from rich.table import Table

from simdiff.analysis.samples import Ask, AskError, Sample, sample
from simdiff.analysis.sensitivity import Sensitivity, sensitivity
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE
from simdiff.cli.progress import errors, terminal
from simdiff.report.picture import plate_files
from simdiff.report.provenance import CAVEAT
from simdiff.report.sensitivity_report import (
    headline,
    pair_lines,
    sensitivity_lines,
    sensitivity_plate,
    sensitivity_record,
    sensitivity_table,
)
from simdiff.report.words import BY_NAME
from simdiff.study.blocks import ALL
from simdiff.study.chunk_folder import Rows, TwinChunksError
from simdiff.study.files import write_file
from simdiff.study.plan import Plan
from simdiff.study.sheet import SheetError
from simdiff.study.sweep import status


def sensitivity_command(folder: Path, name: str | None, minus: str | None, ask: Ask, out: Path | None, as_json: bool
                        ) -> int:  # fmt: skip
    """Say which inputs of a finished sweep move an outcome; write the table and the chart."""
    target = out or folder / "sensitivity"
    try:
        plan, rows = finished(folder)
        one = sample(plan, rows, name, ask)
        if minus is not None:
            one = one.minus(sample(plan, rows, minus, ask))
        found = sensitivity(one, plan.experiment.design, plan.experiment.seed)
        paths = _write(target, plan, one, ask, found, _command(folder, name, minus, ask, out))
    except (SheetError, TwinChunksError, AskError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or target}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    if as_json:
        print(json.dumps(sensitivity_record(plan, one, ask, found), ensure_ascii=False))
    else:
        _print(one, ask, found, paths)
    return 0


def finished(folder: Path) -> tuple[Plan, Rows]:
    """The plan and rows of a sweep that is complete. Raises SheetError, TwinChunksError, AskError, OSError."""
    report = status(folder, verify=False)
    if not report.complete:
        done, planned = report.tally.done, report.tally.planned
        raise AskError(f"{folder}: {done:,} of {planned:,} runs are done; first: simdiff resume {folder}")
    return report.plan, Rows(report.plan, report.chunks)


def _write(target: Path, plan: Plan, one: Sample, ask: Ask, found: Sensitivity, command: str) -> list[Path]:
    """Table and chart, named by what is asked."""
    target.mkdir(parents=True, exist_ok=True)
    where = "" if ask.district == ALL else ask.district
    asked = [ask.outcome, "" if one.year is None else f"year-{one.year}", one.name, where, ask.practice]
    stem = "-".join(re.sub(r"\W+", "-", part) for part in asked if part)
    contents = plate_files(stem, sensitivity_plate(plan, one, ask, found), command)
    for name, content in contents.items():
        write_file(target / name, content)
    return [target / f"{stem}.csv", target / f"{stem}.png"]


def _command(folder: Path, name: str | None, minus: str | None, ask: Ask, out: Path | None) -> str:
    """What tells the same again, but for the folder that it is written to."""
    words = ["simdiff", "sensitivity", str(folder)]
    told = {"--scenario": name, "--minus": minus, "--outcome": ask.outcome, "--year": ask.year,
            "--district": None if ask.district == ALL else ask.district, "--practice": ask.practice,
            "--out": out.name if out else None}  # fmt: skip
    return shlex.join([*words, *(word for option, value in told.items() if value is not None
                                 for word in (option, str(value)))])  # fmt: skip


def _print(one: Sample, ask: Ask, found: Sensitivity, paths: list[Path]) -> None:
    console = terminal()
    unit = BY_NAME[ask.outcome].unit
    console.print(f"\n{headline(one, ask)}\n", style="bold")
    heads, rows, more = sensitivity_table(found, unit)
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    if more:
        console.print(f"… and {more} weaker inputs in {paths[0]}")
    console.print()
    for line in (*pair_lines(found, unit), *sensitivity_lines(found, unit)):
        console.print(line)
    console.print(CAVEAT, style="dim")
    console.print(f"\nChart: {paths[1]}", soft_wrap=True)
    console.print(f"Table: {paths[0]}", soft_wrap=True)
