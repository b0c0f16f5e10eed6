"""``simdiff status``."""

import json
from pathlib import Path

from simdiff.cli import BAD_INPUT, FAILED_TO_WRITE, SOME_FAILED
from simdiff.cli.progress import errors
from simdiff.report.sweep_report import contrast_lines, standing
from simdiff.report.terminal import PlainConsole
from simdiff.study.chunk_folder import TwinChunksError
from simdiff.study.lease import is_owned, owner
from simdiff.study.sheet import SheetError
from simdiff.study.sweep import status


def status_command(folder: Path, as_json: bool, check: bool) -> int:
    """Print how a sweep stands."""
    try:
        report = status(folder, verify=check)
        said = standing(folder, report, check=check)
    except (SheetError, TwinChunksError) as problem:
        errors().print(str(problem))
        return BAD_INPUT
    except OSError as problem:
        errors().print(f"{problem.filename or folder}: {problem.strerror or problem}")
        return FAILED_TO_WRITE
    tally = report.tally
    if as_json:
        print(json.dumps(said, ensure_ascii=False))
    else:
        console = PlainConsole(soft_wrap=True)
        console.print(f"{report.plan.experiment.title} ({folder})")
        share = tally.done / max(1, tally.planned)
        console.print(f"{tally.done:,} of {tally.planned:,} runs done ({share:.0%}), {tally.failed:,} failed")
        if is_owned(folder):
            console.print(f"running: process {owner(folder).get('process')} on {owner(folder).get('host')}")
        elif not report.complete:
            console.print(f"not running; continue: simdiff resume {folder}")
        for path in report.chunks.damaged:
            console.print(f"damaged: {path} (`simdiff resume` computes it again)")
        for path in report.chunks.foreign:
            console.print(f"belongs to no run of this sweep: {path}")
        for line in contrast_lines(report):
            console.print(line)
        if check and report.complete:
            console.print(f"every chunk is whole; hash of the table: {said['table']}")
    return SOME_FAILED if tally.failed else 0
