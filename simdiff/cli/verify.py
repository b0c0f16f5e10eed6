"""``simdiff verify``."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from simdiff.analysis.verification.case import Check
from simdiff.analysis.verification.cases import NAMES, chosen, unknown
from simdiff.analysis.verification.judge import WRONG, Judgement, verify
from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.verify_report import HEADS, as_data, closing_lines, table_row
from simdiff.scenario.problems import nearest
from simdiff.study.files import write_file

MOST = 1000.0
"""Largest size."""


def verify_command(names: list[str], size: float, seed: int, as_json: bool, out: Path | None) -> int:
    """Run verification cases; 0 if all are right, 3 if any is not, 2 for bad input, 1 if ``out`` cannot be written."""
    wrong = _wrong_input(names, size, out)
    if wrong:
        errors().print("\n".join(wrong))
        return BAD_INPUT
    say_if_compiling(errors())
    found = _judged(chosen(names), seed, size)
    text = json.dumps(as_data(found, seed, size), ensure_ascii=False)
    if out is not None:
        try:
            write_file(out, f"{text}\n".encode())
        except OSError as problem:
            errors().print(f"{problem.filename or out}: {problem.strerror or problem}")
            return FAILED_TO_WRITE
    if as_json:
        print(text)
    else:
        _print(terminal(), found, seed, size)
    return SOME_FAILED if any(one.verdict == WRONG for one in found) else 0


def _wrong_input(names: list[str], size: float, out: Path | None) -> list[str]:
    wrong = []
    for name in unknown(names):
        near = nearest(name, NAMES)
        hint = f"; did you mean `{near}`?" if near else ""
        wrong.append(f"{name}: no such case, expected {NAMES[0]} to {NAMES[-1]}{hint}")
    if not (math.isfinite(size) and 0 < size <= MOST):
        wrong.append(f"--size: {size:g}, expected a number above 0, at most {MOST:g}")
    if out is not None and (out.is_dir() or not out.parent.is_dir()):
        wrong.append(f"--out: {out}, " + ("a folder, expected a file" if out.is_dir() else "its folder does not exist"))
    return wrong


def _judged(checks: Sequence[Check], seed: int, size: float) -> list[Judgement]:
    """Judge the checks one by one, with a bar on a terminal."""
    console, found = errors(), []
    columns = (TextColumn("verifying {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(checks))
        for check in checks:
            bar.update(task, description=check.name)
            found.append(verify(check, seed, size))
            bar.advance(task)
    return found


def _print(console: Console, found: list[Judgement], seed: int, size: float) -> None:
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for head in HEADS:
        right = head not in ("case", "what", "verdict")
        table.add_column(head, justify="right" if right else "left", no_wrap=head != "what")
    for one in found:
        table.add_row(*table_row(one), style="bold red" if one.verdict == WRONG else None)
    console.print(table)
    console.print()
    for line in closing_lines(found, seed, size):
        console.print(line, style="dim")
