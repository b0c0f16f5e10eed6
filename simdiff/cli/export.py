"""``simdiff export``."""

from pathlib import Path

from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors, terminal
from simdiff.report.export import FORMATS, ExportError, choose, export
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.sheet import SheetError
from simdiff.study.sweep import status


def export_command(folder: Path, kind: str, out: Path | None, outcomes: list[str], years: list[int]) -> int:
    """Write the tables of a sweep for other programs."""
    if kind not in FORMATS:
        errors().print(f"--to: {kind}, expected one of {', '.join(FORMATS)}")
        return BAD_INPUT
    target = out or folder / f"export-{kind}"
    try:
        report = status(folder, verify=True)
        if not report.tally.done:
            raise ExportError(f"{folder}: no run is done yet")
        paths = export(report, target, kind, choose(report.plan, outcomes, years))
    except (SheetError, TwinChunksError, ExportError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or target}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    console = terminal()
    for path in paths:
        console.print(f"{path}  {path.stat().st_size / 1e6:,.1f} MB", soft_wrap=True)
    return _partial(report.tally.planned, report.tally.done, report.tally.failed, len(report.chunks.damaged))


def _partial(planned: int, done: int, failed: int, damaged: int) -> int:
    """Say so if the tables are not whole."""
    if failed or done < planned:
        hurt = f", {damaged} damaged chunks are left out" if damaged else ""
        errors().print(f"PARTIAL: {done:,} of {planned:,} runs are done, {failed:,} of them failed{hurt}")
        return SOME_FAILED
    return 0
