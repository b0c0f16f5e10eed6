"""Where results come from: a folder of a run or a sweep, a sweep that has just been run, or runs made anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np
from numpy.typing import NDArray

from simdiff.analysis.results import OfRun, OfSweep, Results, Series
from simdiff.scenario import nearest
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Rows
from simdiff.study.engines import Engine
from simdiff.study.plan import Plan
from simdiff.study.run_folder import RunFolderError, has_run, read_run
from simdiff.study.sheet import has_sheet, read_sheet
from simdiff.study.sweep import Report, Tally, run_sweep, status


def read_results(folder: Path) -> Results:
    """The results of a folder of ``simdiff run`` or ``simdiff sweep``.

    Raises RunFolderError if it holds neither, SheetError or TwinChunksError for a sweep that cannot be read, OSError.
    """
    if has_sheet(folder):
        return of_sweep_folder(status(folder, verify=True), folder)
    if has_run(folder):
        result, plan, story = read_run(folder)
        return Results(plan, OfRun(result), story["run"], story["reproduce"])
    raise RunFolderError(no_results(folder))


def no_results(folder: Path) -> str:
    """What to say of a folder that holds neither a run nor a sweep."""
    return f"{folder}: holds no results{_meant(folder)}; expected a folder of simdiff run or simdiff sweep"


def of_sweep_folder(report: Report, folder: Path) -> Results:
    """The results of a sweep that stands in a folder. Raises SheetError, OSError."""
    _, said = read_sheet(folder)
    return of_sweep(report, said["checksum"], said["reproduce"])


def of_sweep(report: Report, sheet: str, reproduce: str) -> Results:
    """The results of a sweep, as far as it is done; ``sheet``: the checksum of what is asked."""
    tally, partial = report.tally, ""
    if tally.failed or not report.complete:
        partial = f"PARTIAL: {tally.done:,} of {tally.planned:,} runs are done, {tally.failed:,} of them failed."
    return Results(report.plan, OfSweep(report.plan, Rows(report.plan, report.chunks)), sheet, reproduce, partial)


def _meant(folder: Path) -> str:
    beside = [path.name for path in sorted(folder.parent.glob("*")) if has_sheet(path) or has_run(path)]
    hint = nearest(folder.name, [name for name in beside if name != folder.name])
    return f", did you mean {folder.parent / hint}" if hint else ""


@dataclass(slots=True)
class RunAgain:
    """Outcomes of a plan that is run into a folder when they are first asked for."""

    plan: Plan
    folder: Path
    engine: Engine
    tell: Callable[[Tally], None] = lambda tally: None
    report: Report | None = None

    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes that are kept."""
        return self.plan.question.outcomes

    def series(self, cell: Cell, names: Sequence[str]) -> dict[str, Series]:
        """Outcomes of a cell; none if it has no run yet."""
        return OfSweep(self.plan, self.rows()).series(cell, names)

    def ran(self, cell: Cell) -> NDArray[np.bool_]:
        """Which runs of a cell are done and did not fail, (draws, replicates)."""
        return self.rows().ran(cell)

    def rows(self) -> Rows:
        """Rows of the runs; they are made when these are first asked for."""
        if self.report is None:
            self.report = run_sweep(self.folder, self.plan, "", self.engine, Event(), self.tell)
        return Rows(self.plan, self.report.chunks)
