"""A sweep: computes what its folder does not hold yet, chunk by chunk, and goes on until contrasts are sharp."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simdiff.scenario import Until
from simdiff.study.cells import Cell
from simdiff.study.chunk_folder import Chunks, Rows, about, keep_chunk, scan, set_aside
from simdiff.study.engines import Engine
from simdiff.study.files import TEMPORARY
from simdiff.study.plan import Plan, Stage, tasks_of
from simdiff.study.precision import Sharpness, halfwidths, replicates_next, sharp_at
from simdiff.study.run_folder import FolderTakenError
from simdiff.study.sheet import SheetError, check_same, has_sheet, is_part, read_sheet, write_sheet

Progress = Callable[["Tally"], None]


@dataclass(slots=True)
class Tally:
    """Runs planned, done (failed ones among them) and failed; ``fresh`` of them were computed just now."""

    planned: int
    done: int = 0
    failed: int = 0
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """How a sweep stands: its plan, its tally, what was found damaged or foreign, and its contrasts."""

    plan: Plan
    tally: Tally
    chunks: Chunks
    sharpness: tuple[Sharpness, ...]

    @property
    def complete(self) -> bool:
        """True if every planned run is done."""
        return self.tally.done == self.tally.planned


def open_folder(folder: Path, asked: Plan) -> tuple[Plan, str]:
    """The plan to go on with: that of the folder if it holds this sweep, else ``asked``; and a note, if there is one.

    Raises FolderTakenError if the folder holds something else, ChangedError if it holds a sweep of something else.
    """
    if has_sheet(folder):
        try:
            known, _ = read_sheet(folder)
        except SheetError as error:
            return asked, f"{error.args[0].split(';')[0]}; written anew from the experiment"
        check_same(known, asked)
        return known, ""
    check_place(folder)
    return asked, ""


def check_place(folder: Path) -> None:
    """Raise FolderTakenError unless a folder is new, empty, or a sweep's."""
    if has_sheet(folder):
        return
    if folder.exists() and not folder.is_dir():
        raise FolderTakenError(f"{folder}: is a file, not a folder")
    others = [path.name for path in sorted(folder.glob("*")) if path.name not in ("chunks", "owner.lock", "owner.json")]
    if any(not (is_part(name) or name.startswith(TEMPORARY)) for name in others):
        raise FolderTakenError(f"{folder}: holds files that are not a sweep of simdiff; choose another folder")


def run_sweep(folder: Path, plan: Plan, reproduce: str, engine: Engine, stop: Event,
              progress: Progress = lambda tally: None) -> Report:  # fmt: skip
    """Compute what is missing; the caller owns the folder (``lease``). Damaged chunks are set aside and done again.

    Raises OSError, with the path, if something cannot be written: what is stored already stays good.
    """
    write_sheet(folder, plan, reproduce)
    found = scan(folder, plan, verify=True)
    set_aside(found.damaged)
    chunks = found
    fresh = 0
    while True:
        tally = count(plan, chunks)
        tally.fresh = fresh
        progress(tally)
        missing = (task for task in tasks_of(plan) if task.name not in chunks.files)
        for done in engine.run(missing, stop):
            keep_chunk(folder, done)
            tally.done, tally.fresh = tally.done + done.runs, tally.fresh + done.runs
            tally.failed += done.failed
            fresh = tally.fresh
            progress(tally)
        chunks = scan(folder, plan, verify=False)
        sharpness = contrasts(plan, chunks) if tally.done == tally.planned else ()
        further = None if stop.is_set() else next_stage(plan, sharpness)
        if further is None:
            return Report(plan, tally, Chunks(chunks.files, found.damaged, found.foreign), sharpness)
        plan = plan.with_stage(further)
        write_sheet(folder, plan, reproduce)


def status(folder: Path, *, verify: bool) -> Report:
    """How a folder stands; nothing is changed. With ``verify``, or if a chunk cannot be read, every byte is checked.
    Raises SheetError."""
    plan, _ = read_sheet(folder)
    chunks = scan(folder, plan, verify=verify or plan.experiment.until is not None)
    try:
        tally = count(plan, chunks)
    except (pa.ArrowException, OSError, ValueError, LookupError):
        chunks = scan(folder, plan, verify=True)
        tally = count(plan, chunks)
    return Report(plan, tally, chunks, contrasts(plan, chunks) if tally.done == tally.planned else ())


def count(plan: Plan, chunks: Chunks) -> Tally:
    """Runs planned, done and failed."""
    tally = Tally(plan.runs)
    for path in chunks.files.values():
        said = about(path)
        tally.done += said["runs"]
        tally.failed += said["failed"]
    return tally


def contrasts(plan: Plan, chunks: Chunks) -> tuple[Sharpness, ...]:
    """How sharp each contrast of ``until`` is; none without one."""
    until = plan.experiment.until
    if until is None:
        return ()
    rows, begin = Rows(plan, chunks), plan.experiment.replicates
    return tuple(_sharpness(rows, until, first, second, begin) for first, second in pairs(plan, until))


def pairs(plan: Plan, until: Until) -> list[tuple[Cell, Cell]]:
    """The pairs of cells to compare. Raises KeyError for a name that no cell has."""
    named = {cell.name: cell for cell in plan.cells}
    if isinstance(until.contrast, list):
        return [(named[until.contrast[0]], named[until.contrast[1]])]
    against = named[until.contrast]
    return [(cell, against) for cell in named.values() if cell.id != against.id]


def _sharpness(rows: Rows, until: Until, first: Cell, second: Cell, begin: int) -> Sharpness:
    one, other = (rows.values(cell, until.outcome, until.year, until.district, until.practice)
                  for cell in (first, second))  # fmt: skip
    both = min(one.shape[1], other.shape[1])
    differences = one[:, :both] - other[:, :both]
    widths = halfwidths(differences, until.confidence)
    return Sharpness(
        first.name, second.name, _mean(differences), float(widths[-1]), both,
        sharp_at(widths, until.halfwidth, begin),
    )  # fmt: skip


def _mean(differences: NDArray[np.float64]) -> float:
    """Mean over draws of each draw's mean; undefined differences are left out."""
    each = [row[np.isfinite(row)] for row in differences]
    means = [float(row.mean()) for row in each if len(row)]
    return sum(means) / len(means) if means else math.nan


def next_stage(plan: Plan, sharpness: tuple[Sharpness, ...]) -> Stage | None:
    """Further replicates for the contrasts that are not sharp yet; None if there is nothing more to do."""
    until = plan.experiment.until
    if until is None:
        return None
    had, wanted = plan.replicates(), dict[str, int]()
    named = {cell.name: cell.id for cell in plan.cells}
    for one in sharpness:
        if one.enough is None and one.replicates < until.most:
            more = replicates_next(one.halfwidth, one.replicates, until.halfwidth, until.most)
            for cell in (named[one.first], named[one.second]):
                wanted[cell] = max(more, wanted.get(cell, 0))
    runs = tuple((cell, had[cell], more) for cell, more in wanted.items() if more > had[cell])
    return Stage(runs, (0, len(plan.draws))) if runs else None


def extended(known: Plan, asked: Plan | None, replicates: int | None, draws: tuple[dict[str, float], ...]) -> Plan:
    """A plan with further cells (those of ``asked``), replicates and draws, and nothing of the old taken away.

    ``draws``: every parameter draw that there shall be, the known ones first.
    """
    plan, before = known, len(known.draws)
    if asked is not None:
        plan = plan.with_cells(asked.experiment, asked.cells)
        begin = known.experiment.replicates
        new = [cell for cell in plan.unique if cell not in known.unique]
        plan = plan.with_stage(Stage(tuple((cell, 0, begin) for cell in new), (0, before)))
    if len(draws) > before:
        every = tuple((cell, 0, have) for cell, have in plan.replicates().items())
        plan = plan.with_draws(draws).with_stage(Stage(every, (before, len(draws))))
    if replicates is not None:
        had = plan.replicates()
        more = tuple((cell, have, replicates) for cell, have in had.items() if replicates > have)
        plan = plan.with_stage(Stage(more, (0, len(plan.draws))))
    return plan
