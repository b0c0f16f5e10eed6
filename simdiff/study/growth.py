"""A sweep that grows by cells while something searches: what is asked is computed, kept, and never computed twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from simdiff.scenario import LoadedExperiment, Problem, ScenarioError
from simdiff.scenario.design_rows import Levels
from simdiff.scenario.problems import show_path
from simdiff.study.cells import Cell, make_cell
from simdiff.study.chunk_folder import Rows, keep_chunk, scan, set_aside
from simdiff.study.draws import parameter_draws
from simdiff.study.engines import Engine
from simdiff.study.plan import Plan, Stage, draw_problems, tasks_of
from simdiff.study.sheet import ChangedError, check_code, has_sheet, read_sheet, write_sheet
from simdiff.study.sweep import check_place
from simdiff.study.version import versions


class StoppedError(Exception):
    """Something asked to stop; what has been computed is stored."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Replicates and parameter draws, each from the first number to the second less one."""

    replicates: tuple[int, int]
    draws: tuple[int, int]

    @property
    def count(self) -> int:
        """Replicates of each draw."""
        return self.replicates[1] - self.replicates[0]


def mix_cell(loaded: LoadedExperiment, scenario: str, levels: Levels) -> Cell:
    """A cell at given levels, named by its hash. Raises ScenarioError."""
    made = loaded.cell(scenario, levels)
    return make_cell(made, f"mix-{make_cell(made, '', scenario, levels).id}", scenario, levels)


def open_growing(folder: Path, loaded: LoadedExperiment, scenario: str) -> Plan:
    """The plan to go on with: that of the folder if it grew from the same experiment, else a new one without cells.

    It has twice the draws asked for: the second half is for looking again. Raises ScenarioError, FolderTakenError,
    SheetError, and ChangedError if the folder holds something else.
    """
    asked = _new_plan(loaded)
    if not has_sheet(folder):
        check_place(folder)
        return asked
    known, _ = read_sheet(folder)
    check_code(known)
    changes = []
    if known.experiment.model_dump() != asked.experiment.model_dump():
        changes.append("the experiment (or its draws, replicates, seed or outcomes) differs")
    elif known.draws != asked.draws:
        changes.append("the parameter draws differ")
    elif known.cells and known.cells[0] != mix_cell(loaded, scenario, known.cells[0].levels):
        changes.append("the scenario differs, or the folder is that of another sweep")
    if changes:
        raise ChangedError("\n".join(changes))
    return known


def _new_plan(loaded: LoadedExperiment) -> Plan:
    experiment, wanted = loaded.experiment, 2 * loaded.experiment.draws
    problems = list(draw_problems(loaded))
    if loaded.posterior and len(loaded.posterior) < wanted:
        found = f"found {len(loaded.posterior)} draws in the file, of which half are kept for looking again"
        allowed = f"expected at least {wanted}, or fewer `draws`"
        problems.append(Problem(show_path(loaded.files[0]), 0, 0, "draws", found, allowed))
    if problems:
        raise ScenarioError(problems)
    draws = tuple(loaded.posterior[:wanted]) or tuple(parameter_draws(experiment.seed, wanted))
    return Plan(experiment, (), draws or ({},), (), versions(), {})


@dataclass(frozen=True, slots=True)
class Grown:
    """The plan with all that has been asked so far, and the rows of the cells that were asked now."""

    plan: Plan
    rows: Rows


def grow(folder: Path, plan: Plan, cells: Sequence[Cell], runs: Runs, reproduce: str, engine: Engine, stop: Event
         ) -> Grown:  # fmt: skip
    """Compute ``runs`` of ``cells``, as far as the folder does not hold them; the caller owns the folder.

    Raises StoppedError if it was stopped before all was done, OSError with the path.
    """
    wider = _with_runs(plan, cells, runs)
    if wider is not plan or not has_sheet(folder):
        write_sheet(folder, wider, reproduce)
    ids = {cell.id for cell in cells}
    part = replace(wider, stages=tuple(stage for stage in wider.stages if _has(stage, ids, runs)))
    found = scan(folder, part, verify=True)
    set_aside(found.damaged)
    for done in engine.run((task for task in tasks_of(part) if task.name not in found.files), stop):
        keep_chunk(folder, done)
    chunks = scan(folder, part, verify=False)
    if any(task.name not in chunks.files for task in tasks_of(part)):
        raise StoppedError
    return Grown(wider, Rows(part, chunks))


def _with_runs(plan: Plan, cells: Sequence[Cell], runs: Runs) -> Plan:
    """The plan in which these runs are asked for; the same plan if they are already."""
    new = [cell for cell in {cell.id: cell for cell in cells}.values() if cell.id not in plan.unique]
    missing = [one for one in dict.fromkeys(cell.id for cell in cells)
               if not any(_has(stage, {one}, runs) for stage in plan.stages)]  # fmt: skip
    if not missing:
        return plan
    wider = plan.with_cells(plan.experiment, [*plan.cells, *new])
    return wider.with_stage(Stage(tuple((cell, *runs.replicates) for cell in missing), runs.draws))


def _has(stage: Stage, ids: set[str], runs: Runs) -> bool:
    """True if a stage asks for these runs of one of some cells."""
    same = stage.draws == runs.draws
    return same and any(cell in ids and (start, stop) == runs.replicates for cell, start, stop in stage.runs)
