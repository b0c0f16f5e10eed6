"""``simdiff audit``: a memo against its results, or results against the model."""

import os
from pathlib import Path

from simdiff.analysis.results_of import of_sweep_folder, read_results
from simdiff.analysis.stored import Checked, check_stored, rows_missing, sample_size, stored_runs
from simdiff.cli import BAD_INPUT, CHANGED, SOME_FAILED
from simdiff.cli.memo import audit_memo
from simdiff.cli.progress import errors, terminal
from simdiff.cli.run import say_if_compiling
from simdiff.report.progress import runs_bar
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.run_folder import RunFolderError
from simdiff.study.sheet import ChangedError, SheetError, has_sheet
from simdiff.study.sweep import status

MOST_TOLD = 12


def audit_command(what: Path, results: Path | None, seed: int | None) -> int:
    """Derive a memo's numbers again from its results, or a part of a folder's runs from the model."""
    if not what.is_dir():
        if seed is not None:
            errors().print("--seed: picks runs of a folder to simulate again, expected none with a memo")
            return BAD_INPUT
        return audit_memo(what, results)
    if results is not None:
        errors().print("--results: a folder is audited against the model, expected none")
        return BAD_INPUT
    return _folder(what, int.from_bytes(os.urandom(3)) if seed is None else seed)


def _folder(folder: Path, seed: int) -> int:
    console = errors()
    try:
        damaged = []
        if has_sheet(folder):
            report = status(folder, verify=True)
            damaged = [f"{path}: damaged" for path in report.chunks.damaged]
            found = of_sweep_folder(report, folder)
        else:
            found = read_results(folder)
        if found.partial:
            console.print(found.partial)
        say_if_compiling(console)
        with runs_bar(console, sample_size(len(stored_runs(found))), shown=console.is_terminal) as told:
            checked = check_stored(found, seed, told)
        return _told(checked, [*damaged, *rows_missing(found)], folder, seed)
    except ChangedError as problem:
        console.print(f"{folder}: made by other code, so its numbers may differ for that alone\n{problem}")
        return CHANGED
    except (RunFolderError, SheetError, TwinChunksError) as problem:
        console.print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        console.print(f"{problem.filename or folder}: {problem.strerror or problem}")
        return BAD_INPUT


def _told(checked: Checked, wrong: list[str], folder: Path, seed: int) -> int:
    """Print what was found."""
    console = terminal()
    lines = [*wrong, *(f"{cell}, draw {draw}, replicate {n}: fails now, and is stored as whole"
                       for cell, draw, n in checked.failed)]  # fmt: skip
    lines += [f"{one.cell}, draw {one.draw}, replicate {one.replicate}: {one.outcome} ({one.where}) stored "
              f"{one.stored!r}, now {one.now!r}" for one in checked.differs]  # fmt: skip
    for line in lines[:MOST_TOLD]:
        console.print(f"differs: {line}", soft_wrap=True)
    if len(lines) > MOST_TOLD:
        console.print(f"differs: and {len(lines) - MOST_TOLD:,} more")
    told = (f"{checked.runs:,} of {checked.of:,} stored runs simulated again, {checked.values:,} values compared to "
            f"the bit; the same runs again: simdiff audit {folder} --seed {seed}")  # fmt: skip
    console.print(f"{'differs' if lines else 'same'}: {told}", soft_wrap=True)
    if not checked.of:
        console.print("differs: there is no run to look at")
        return SOME_FAILED
    return SOME_FAILED if lines else 0
