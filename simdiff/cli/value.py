"""``simdiff value``."""

import json
from pathlib import Path

from rich.table import Table

from simdiff.analysis.samples import Ask, AskError, utility
from simdiff.analysis.value import Value, value_of_information
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE
from simdiff.cli.progress import errors, terminal
from simdiff.cli.sensitivity import finished
from simdiff.report.provenance import CAVEAT
from simdiff.report.value_report import (
    NOTES,
    WORTH_HEADS,
    Choice,
    choice_lines,
    flip_lines,
    headline,
    next_line,
    option_rows,
    value_record,
    worth_rows,
)
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.sheet import SheetError


def value_command(folder: Path, names: list[str], ask: Ask, lowest: bool, worth: float | None, as_json: bool) -> int:
    """Say what a choice between cells hangs on, and which assumption to measure first."""
    wrong = ["cells: expected two or more, each once"] if len(set(names)) < max(2, len(names)) else []
    if worth is not None and not worth > 0.0:
        wrong.append(f"--worth: {worth:g}, expected dollars above 0")
    if wrong:
        errors().print("\n".join(wrong))
        return BAD_INPUT
    try:
        plan, rows = finished(folder)
        options = [utility(plan, rows, name, ask, lowest=lowest, worth=worth) for name in names]
        found = value_of_information(options, plan.experiment.seed)
    except (SheetError, TwinChunksError, AskError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or folder}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    choice = Choice(ask, options[0].year, lowest, worth)
    if as_json:
        print(json.dumps(value_record(plan, choice, found), ensure_ascii=False))
    else:
        _print(choice, found)
    return 0


def _print(choice: Choice, found: Value) -> None:
    console = terminal()
    console.print(f"\n{headline(choice, found)}\n", style="bold")
    console.print(_table(["", "mean", "5–95 % of draws", ""], option_rows(choice, found)))
    console.print()
    for line in choice_lines(choice, found):
        console.print(line)
    console.print()
    rows = worth_rows(choice, found)
    if rows:
        console.print(_table(WORTH_HEADS, rows))
    for line in (next_line(choice, found), "", *flip_lines(choice, found), ""):
        console.print(line)
    left = f"; {found.dropped} more have no such figure" if found.dropped else ""
    console.print(f"{found.draws} draws of {found.replicates} replicates, paired{left}.", style="dim")
    for line in (*NOTES, CAVEAT):
        console.print(line, style="dim")


def _table(heads: list[str], rows: list[list[str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
